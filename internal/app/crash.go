package app

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// crashPoints reads "after-send:17,after-commit:3": kill this process at the 17th passing of after-send, or the third
// of after-commit. Only tests set it.
func crashPoints(spec string) func(string) {
	if spec == "" {
		return nil
	}
	left := map[string]int{}
	for _, p := range strings.Split(spec, ",") {
		name, count, _ := strings.Cut(p, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			n = 1
		}
		left[name] = n
	}
	var mu sync.Mutex
	return func(at string) {
		mu.Lock()
		defer mu.Unlock()
		if n, ok := left[at]; ok {
			if left[at] = n - 1; n == 1 {
				// As kill -9 does: no deferred call, no flush, no goodbye.
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}
}

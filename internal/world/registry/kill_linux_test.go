package registry

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestKill starts a child that registers names and prints each one once it is
// answered, kills it with SIGKILL, and looks for every answered name.
func TestKill(t *testing.T) {
	if dir := os.Getenv("REGISTRY_KILL_DIR"); dir != "" {
		killChild(t, dir)
		return
	}
	dir, clk := t.TempDir(), newClock(t0)
	answered := 0
	for round := range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "REGISTRY_KILL_DIR="+dir, fmt.Sprintf("REGISTRY_KILL_ROUND=%d", round))
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sc := bufio.NewScanner(out)
		var names []string
		for sc.Scan() {
			if name, ok := strings.CutPrefix(sc.Text(), "ok "); ok {
				if names = append(names, name); len(names) == 300 {
					cmd.Process.Kill() // the pipe still holds what was answered before
				}
			}
		}
		cmd.Wait()
		if len(names) < 300 {
			t.Fatalf("round %d: child ended after %d names", round, len(names))
		}
		answered += len(names)
		r := open(t, dir, Verisim(), clk, Options{NoSeed: true})
		for _, n := range names {
			if d, ok := r.Domain(n); !ok || d.Sponsor != openreg {
				t.Errorf("round %d: %s was answered and is lost", round, n)
			}
		}
		// Every name was paid for, and nothing else was.
		have := int64(len(r.Names(openreg, "", 1<<20)))
		if bal, _ := r.Deposit(openreg); bal != 1<<40-have*6800 {
			t.Errorf("round %d: %d names, deposit %d", round, have, bal)
		}
		if have < int64(answered) {
			t.Errorf("round %d: %d names, %d answered", round, have, answered)
		}
		r.Close()
	}
}

func killChild(t *testing.T, dir string) {
	r := open(t, dir, Verisim(), newClock(t0), Options{NoSeed: true})
	var mu sync.Mutex
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("r%s-%d-%d.com", os.Getenv("REGISTRY_KILL_ROUND"), w, i)
				if err := r.RegisterAs(openreg, name, 1, time.Time{}); err != nil {
					return
				}
				mu.Lock()
				fmt.Println("ok " + name)
				mu.Unlock()
			}
		}()
	}
	<-time.After(30 * time.Second) // the parent kills it long before
}

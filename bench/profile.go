package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// share is a part of the program: a stack belongs to the first share, from the top of this list, one of whose words
// is in one of its frames.
type share struct {
	name  string
	words []string
}

// Words are parts of Go symbols. What waits for nothing in particular comes last.
var shareList = []share{
	{"hash", []string{"crypto/argon2", "crypto/blake2b"}},
	{"handshake", []string{"HandshakeContext"}},
	{"disk", []string{"registry.(*journal)", "registry.datasync"}},
	{"XML", []string{"epp.(*Codec)", "epp.AppendMessage", "epp.EncodeResponse", "epp.(*parser)"}},
	{"registry", []string{"world/registry."}},
	{"socket", []string{"internal/poll.(*FD)", "syscall.write", "syscall.read"}},
	{"TLS records", []string{"crypto/tls"}},
	{"GC", []string{"runtime.gcBgMarkWorker", "runtime.bgsweep", "runtime.bgscavenge"}},
	{"scheduler", []string{"runtime.mcall", "runtime.schedule", "runtime.findRunnable", "runtime.sysmon", "runtime.mstart"}},
	{"rest", nil},
}

func shareNames() []string {
	var out []string
	for _, s := range shareList {
		out = append(out, s.name)
	}
	return out
}

// shares reads a profile and says what percentage of its time each share took.
func shares(binary, file string) ([]float64, error) {
	text, err := exec.Command("go", "tool", "pprof", "-traces", "-unit=us", binary, file).Output() //nolint:gosec // ours
	if err != nil {
		return nil, fmt.Errorf("go tool pprof: %w", err)
	}
	sums := make([]time.Duration, len(shareList))
	var total time.Duration
	blocks := strings.Split(string(text), "-----------+")
	for _, b := range blocks[1:] {
		_, b, _ = strings.Cut(b, "\n") // the rest of the rule
		value, stack, ok := strings.Cut(strings.TrimSpace(b), " ")
		d, err := time.ParseDuration(value)
		if !ok || err != nil {
			continue
		}
		for i, s := range shareList {
			hit := s.words == nil
			for _, w := range s.words {
				hit = hit || strings.Contains(stack, w)
			}
			if hit {
				sums[i] += d
				total += d
				break
			}
		}
	}
	if total == 0 {
		return nil, errors.New("the profile holds no samples")
	}
	out := make([]float64, 0, len(sums))
	for _, s := range sums {
		out = append(out, 100*float64(s)/float64(total))
	}
	return out, nil
}

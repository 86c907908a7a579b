package registry

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Times between tries at a registry that can't be reached.
const (
	breakerFirst = 250 * time.Millisecond
	breakerMost  = 15 * time.Second
)

// breaker keeps a registry that is down from being hammered: after a failed dialling everybody fails at once until
// the wait is over, then one try goes through.
type breaker struct {
	wall func() time.Time

	mu       sync.Mutex
	failures int
	until    time.Time
	trying   bool // half-open: one is on its way
}

// allow reports whether a dialling may start; who is allowed must call done.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures == 0 {
		return true
	}
	if b.trying || b.wall().Before(b.until) {
		return false
	}
	b.trying = true
	return true
}

// verdict is what a dialling taught about the registry.
type verdict int

const (
	reached verdict = iota
	failed
	nothing // it was given up for reasons of our own
)

// done reports the result of a dialling that started at a time.
func (b *breaker) done(started time.Time, v verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	switch v {
	case nothing:
		return
	case reached:
		b.failures = 0
		return
	}
	if b.failures > 0 && started.Before(b.until) && b.wall().Before(b.until) {
		return // one of several that failed together counts
	}
	b.failures++
	wait := min(breakerMost, breakerFirst<<min(b.failures-1, 10))
	b.until = b.wall().Add(jitter(wait, 0.2))
}

func (b *breaker) state() (string, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failures == 0:
		return "closed", time.Time{}
	case b.trying || !b.wall().Before(b.until):
		return "half-open", time.Time{}
	}
	return "open", b.until
}

// jitter takes up to a part of d away by chance, so that nodes and sessions don't act in step.
func jitter(d time.Duration, part float64) time.Duration {
	return d - time.Duration(part*rand.Float64()*float64(d))
}

// open reports whether the registry could not be reached when it was last tried.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures > 0
}

package auth

import (
	"sync"
	"time"
)

// Limits bounds guessing. A count starts with the first failure and is forgotten after Window.
type Limits struct {
	PerAccount int // failures for one e-mail address, from anywhere
	PerAddress int // failures from one IP address, for any account
	SignUps    int // accounts opened from one IP address
	Window     time.Duration
}

// DefaultLimits lets a person mistype, not a program guess.
var DefaultLimits = Limits{PerAccount: 8, PerAddress: 40, SignUps: 200, Window: 15 * time.Minute}

// most bounds memory: past it, counts that have lapsed are dropped, then the oldest.
const most = 50_000

type count struct {
	n     int
	since time.Time
}

type limiter struct {
	limits Limits
	wall   func() time.Time
	mu     sync.Mutex
	counts map[string]count
}

func newLimiter(l Limits, wall func() time.Time) *limiter {
	return &limiter{limits: l, wall: wall, counts: map[string]count{}}
}

// take counts an attempt before it is made, so that attempts side by side can't pass the limit together, and says how
// long the key must wait when there is none left.
func (l *limiter) take(key string, limit int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.wall()
	c, ok := l.counts[key]
	if !ok || !now.Before(c.since.Add(l.limits.Window)) {
		if !ok && len(l.counts) >= most {
			l.drop(now)
		}
		c = count{since: now}
	}
	if c.n >= limit {
		return c.since.Add(l.limits.Window).Sub(now)
	}
	c.n++
	l.counts[key] = c
	return 0
}

// back returns an attempt that turned out to be no failure; all of them when forget is set.
func (l *limiter) back(key string, forget bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.counts[key]
	switch {
	case !ok:
	case forget || c.n <= 1:
		delete(l.counts, key)
	default:
		c.n--
		l.counts[key] = c
	}
}

func (l *limiter) left(key string, limit int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return limit - l.counts[key].n
}

func (l *limiter) drop(now time.Time) {
	oldest := ""
	for k, c := range l.counts {
		if !now.Before(c.since.Add(l.limits.Window)) {
			delete(l.counts, k)
		} else if oldest == "" || c.since.Before(l.counts[oldest].since) {
			oldest = k
		}
	}
	if len(l.counts) >= most {
		delete(l.counts, oldest)
	}
}

package api

import (
	"sync"
	"time"
)

// rates is a token bucket for each key and action, in the memory of this node: nodes count apart, so a fleet lets
// through its size times the figure.
type rates struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

const maxBuckets = 20000

// take spends one token of a bucket that holds and refills perSecond; when it is empty it says how long until one.
func (r *rates) take(name string, perSecond int, now time.Time) (ok bool, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buckets == nil {
		r.buckets = map[string]*bucket{}
	}
	size := float64(perSecond)
	b := r.buckets[name]
	if b == nil {
		if len(r.buckets) >= maxBuckets {
			r.prune(now)
		}
		b = &bucket{tokens: size, at: now}
		r.buckets[name] = b
	}
	if d := now.Sub(b.at).Seconds(); d > 0 {
		b.tokens = min(size, b.tokens+d*size)
	}
	b.at = now
	if b.tokens < 1 {
		return false, time.Duration((1 - b.tokens) / size * float64(time.Second))
	}
	b.tokens--
	return true, 0
}

// prune forgets buckets that have been full for long: they say nothing.
func (r *rates) prune(now time.Time) {
	for name, b := range r.buckets {
		if now.Sub(b.at) > time.Minute {
			delete(r.buckets, name)
		}
	}
}

package epp

import (
	"math/rand/v2"
	"sync"
	"time"
)

// PoolBackoff says how long a pool waits between tries at a server that
// cannot be used. Zero fields take the default in brackets; waits are
// shortened by up to a fifth by chance, so that clients don't act in step.
type PoolBackoff struct {
	First   time.Duration // after a failed connection, doubling [250 ms]
	Most    time.Duration // [15 s]
	Refused time.Duration // after a login that was refused (2200, 2501), four times as long after each further one [2 s]
	// MostRefused bounds those waits. They are long: a server may lock an
	// account that goes on with a wrong password [5 min].
	MostRefused time.Duration
	// Closings is how many sessions in a row a server may end with 2500 or
	// 2501 before it counts as one that cannot be used [3].
	Closings int
}

func (b *PoolBackoff) defaults() {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&b.First, 250*time.Millisecond)
	set(&b.Most, 15*time.Second)
	set(&b.Refused, 2*time.Second)
	set(&b.MostRefused, 5*time.Minute)
	if b.Closings <= 0 {
		b.Closings = 3
	}
}

// breaker keeps a server that is down from being hammered: after a failed
// dialling everybody fails at once until the wait is over, then one try goes
// through.
type breaker struct {
	PoolBackoff
	now func() time.Time

	mu       sync.Mutex
	failures int
	refusals int  // logins refused in a row
	closings int  // sessions ended by 2500 or 2501 in a row
	tripped  bool // by those, not by a dialling
	until    time.Time
	trying   bool // half-open: one is on its way
	cause    error
}

// allow reports whether a dialling may start; who is allowed must call done.
func (b *breaker) allow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures == 0 {
		return true
	}
	if b.trying || b.now().Before(b.until) {
		return false
	}
	b.trying = true
	return true
}

// ready reports whether a dialling could start.
func (b *breaker) ready() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures == 0 || !b.trying && !b.now().Before(b.until)
}

// verdict is what a dialling taught about the server.
type verdict int

const (
	dialReached verdict = iota
	dialFailed
	dialRefused // the login, as such: 2200 or 2501
	dialNothing // it was given up for reasons of our own
)

// done reports the result of a dialling that started at a time.
func (b *breaker) done(started time.Time, v verdict, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	switch v {
	case dialNothing:
		return
	case dialReached:
		b.failures, b.refusals, b.cause, b.tripped = 0, 0, nil, false
		return
	}
	if b.failures > 0 && started.Before(b.until) && b.now().Before(b.until) {
		return // one of several that failed together counts
	}
	b.fail(v, cause)
}

func (b *breaker) fail(v verdict, cause error) {
	b.failures++
	wait := min(b.Most, b.First<<min(b.failures-1, 10))
	if v == dialRefused {
		wait = min(b.MostRefused, b.Refused<<min(2*b.refusals, 16))
		b.refusals++
	} else {
		b.refusals = 0
	}
	b.until, b.cause = b.now().Add(jitter(wait, 0.2)), cause
}

// answered notes how a command went on a session that was logged in, and
// reports whether the server has just turned out not to be usable.
func (b *breaker) answered(code Code, cause error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	v := dialFailed
	switch code {
	case CodeCommandFailedClosing:
	case CodeAuthenticationClosing:
		v = dialRefused
	default:
		b.closings = 0
		if b.tripped { // a session that was in use meanwhile: the server works
			b.failures, b.refusals, b.cause, b.tripped = 0, 0, nil, false
		}
		return false
	}
	if b.closings++; b.closings < b.Closings {
		return false
	}
	b.closings, b.tripped = 0, true
	b.fail(v, cause)
	return true
}

// reset forgets refusals: the next login has other credentials.
func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refusals > 0 {
		b.failures, b.refusals, b.cause = 0, 0, nil
	}
}

// PoolState says whether a pool may connect.
type PoolState string

// The states of a pool's connecting.
const (
	PoolClosed   PoolState = "closed"    // nothing in the way: the server answered when it was last dialled
	PoolOpen     PoolState = "open"      // it did not: nobody may dial until the wait is over
	PoolHalfOpen PoolState = "half-open" // one try is due or under way
)

func (b *breaker) state() (state PoolState, until time.Time, refused bool, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failures == 0:
		return PoolClosed, time.Time{}, false, nil
	case b.trying || !b.now().Before(b.until):
		return PoolHalfOpen, time.Time{}, b.refusals > 0, b.cause
	}
	return PoolOpen, b.until, b.refusals > 0, b.cause
}

// jitter takes up to a part of d away by chance.
func jitter(d time.Duration, part float64) time.Duration {
	return d - time.Duration(part*rand.Float64()*float64(d))
}

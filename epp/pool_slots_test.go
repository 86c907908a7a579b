package epp

import (
	"errors"
	"testing"
	"time"
)

func TestSlotsServeByClass(t *testing.T) {
	w := func(n int) []*waiter { return make([]*waiter, n) }
	for name, c := range map[string]struct {
		limit              int
		poll               bool
		polls, acts, reads int // in use
		wPoll, wAct, wRead int // waiting
		passed             int
		want               Class
		none               bool
	}{
		"poll first":                         {limit: 3, poll: true, wPoll: 1, wAct: 1, wRead: 1, want: ClassPoll},
		"one poll at a time":                 {limit: 4, poll: true, polls: 1, wPoll: 1, none: true},
		"transforms before reads":            {limit: 3, wAct: 1, wRead: 1, want: ClassTransform},
		"reads where nobody acts":            {limit: 3, wRead: 1, want: ClassRead},
		"the last one is not for reads":      {limit: 3, reads: 2, wRead: 1, none: true},
		"the last one is for transforms":     {limit: 3, reads: 2, wRead: 1, wAct: 1, want: ClassTransform},
		"poll's slot is not for transforms":  {limit: 3, poll: true, acts: 2, wAct: 1, none: true},
		"of one session everybody has some":  {limit: 1, poll: true, wAct: 1, want: ClassTransform},
		"of one session reads have some":     {limit: 1, poll: true, wRead: 1, want: ClassRead},
		"of one session poll has some":       {limit: 1, poll: true, wPoll: 1, want: ClassPoll},
		"none left":                          {limit: 2, acts: 2, wAct: 1, wRead: 1, none: true},
		"a read after its fair wait":         {limit: 2, acts: 1, wAct: 5, wRead: 1, passed: fairness, want: ClassRead},
		"a read before its fair wait":        {limit: 2, acts: 1, wAct: 5, wRead: 1, passed: fairness - 1, want: ClassTransform},
		"fair only where reads have nothing": {limit: 4, acts: 1, reads: 1, wAct: 5, wRead: 1, passed: fairness, want: ClassTransform},
		"nobody waits":                       {limit: 2, none: true},
		"a pool of none":                     {limit: 0, poll: true, wPoll: 1, wAct: 1, wRead: 1, none: true},
	} {
		s := slots{inUse: [classes]int{c.polls, c.acts, c.reads}, wait: [classes][]*waiter{w(c.wPoll), w(c.wAct), w(c.wRead)}, passed: c.passed}
		if got, ok := s.next(c.limit, c.poll); ok == c.none || ok && got != c.want {
			t.Errorf("%s: %v %v", name, got, ok)
		}
	}
}

func TestBreakerWaits(t *testing.T) {
	now := time.Unix(0, 0)
	b := &breaker{now: func() time.Time { return now }}
	b.defaults()
	cause := errors.New("connection refused")
	var last time.Duration
	for range 9 {
		if !b.allow() || b.failures > 0 && b.allow() {
			t.Fatal("exactly one try at a time")
		}
		b.done(now, dialFailed, cause)
		wait := b.until.Sub(now)
		if b.allow() {
			t.Fatal("no wait after a failure")
		}
		if wait < last*3/2 && last < 10*time.Second || wait > b.Most {
			t.Errorf("wait %s after %s", wait, last)
		}
		last, now = wait, b.until
	}
	if last < 12*time.Second {
		t.Errorf("waits only %s in the end", last)
	}
	b.allow()
	b.done(now, dialNothing, nil)
	if state, _, _, why := b.state(); state != PoolHalfOpen || why != cause {
		t.Errorf("%s: giving up says nothing", state)
	}
	b.allow()
	b.done(now, dialReached, nil)
	if state, _, _, _ := b.state(); state != PoolClosed || !b.allow() || !b.allow() {
		t.Error("not closed after success")
	}
}

func TestBreakerWaitsLongForRefusedLogins(t *testing.T) {
	now := time.Unix(0, 0)
	b := &breaker{now: func() time.Time { return now }}
	b.defaults()
	var last time.Duration
	for i := range 8 {
		if !b.allow() {
			t.Fatal("no try")
		}
		b.done(now, dialRefused, errors.New("2200"))
		wait := b.until.Sub(now)
		if i > 0 && wait < last*2 && last < 2*time.Minute || wait > b.MostRefused {
			t.Errorf("wait %s after %s", wait, last)
		}
		if _, _, refused, _ := b.state(); !refused {
			t.Error("not told as refused")
		}
		last, now = wait, b.until
	}
	if last < 4*time.Minute {
		t.Errorf("waits only %s in the end", last)
	}
	b.reset()
	if !b.allow() {
		t.Error("other credentials are not tried at once")
	}
}

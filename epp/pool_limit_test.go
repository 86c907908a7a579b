package epp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestPoolLimitMoves(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, nil)
	ctx := soon(t)
	var held []*PoolSession
	for range 3 { // the fourth is kept for poll
		s, err := p.Get(ctx, ClassTransform)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, s)
	}
	held[0].Release()
	p.SetLimit(1)
	waitFor(t, "the idle one to go", func() bool { n, _, _, _ := d.count(); return n == 2 && p.Stats().Open == 2 })
	held[1].Release()
	waitFor(t, "the surplus one to go when it is given back", func() bool { n, _, _, _ := d.count(); return n == 1 })
	held[2].Release()
	if _, err := p.Do(ctx, checkOf("a.com")); err != nil {
		t.Error(err)
	}
	p.SetLimit(0)
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	if _, err := p.Get(short, ClassRead); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a session from a pool of none: %v", err)
	}
	got := make(chan error, 1)
	go func() { _, err := p.Do(ctx, checkOf("a.com")); got <- err }()
	waitFor(t, "somebody to wait", func() bool { return p.Stats().Waiting == 1 })
	p.SetLimit(2)
	if err := <-got; err != nil {
		t.Error(err)
	}
	if s := p.Stats(); s.Limit != 2 || s.Granted != 2 {
		t.Errorf("%+v", s)
	}
}

func TestPoolCutEndsWhatIsInUse(t *testing.T) {
	d := newPoolDesk()
	d.inHand = make(chan struct{})
	began := d.sawCreate()
	p := testPool(t, d, nil)
	ctx := soon(t)
	got := make(chan error, 1)
	go func() { _, err := p.Do(ctx, createOf("n.com")); got <- err }()
	waitFor(t, "the create to be under way", began.Load)
	p.Cut(0)
	if err := <-got; !OutcomeUnknown(err) {
		t.Errorf("%v: the outcome is unknown", err)
	}
	close(d.inHand)
	waitFor(t, "no session", func() bool { n, _, _, _ := d.count(); return n == 0 && p.Stats().Open == 0 })
}

func TestPoolKeepsOneSlotForPoll(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, func(c *PoolConfig) { c.Limit = 3 })
	ctx := soon(t)
	for range 2 {
		if _, err := p.Get(ctx, ClassTransform); err != nil {
			t.Fatal(err)
		}
	}
	short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
	defer cancel()
	if _, err := p.Get(short, ClassTransform); err == nil {
		t.Fatal("a transform has the slot that is kept for poll")
	}
	s, err := p.Get(ctx, ClassPoll)
	if err != nil {
		t.Fatal(err)
	}
	s.Release()
	p.SetPoll(false)
	if _, err := p.Get(ctx, ClassTransform); err != nil {
		t.Errorf("the slot isn't given free: %v", err)
	}
	if _, err := p.Get(ctx, ClassPoll); !errors.Is(err, ErrNotPolling) {
		t.Errorf("%v", err)
	}
}

func TestPoolReserves(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, func(c *PoolConfig) { c.Limit = 2 })
	ctx := soon(t)
	if _, err := p.Do(ctx, checkOf("a.com")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Do(ctx, createOf("b.com")); err != nil {
		t.Fatal(err)
	}
	release, err := p.Reserve(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Stats(); s.Open > 2 {
		t.Errorf("%+v", s)
	}
	release()
	release()
	if s := p.Stats(); s.InUse != 0 || s.Open > 1 {
		t.Errorf("%+v", s)
	}
}

func TestPoolShrinksAndGrowsBack(t *testing.T) {
	d := newPoolDesk()
	d.cap = 2
	var ahead atomic.Int64
	p := testPool(t, d, func(c *PoolConfig) {
		c.Limit, c.NoPoll = 6, true
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	ctx := soon(t)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			if _, err := p.Do(ctx, createOf(fmt.Sprintf("n%d.com", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	_, _, logins, refused := d.count()
	if refused == 0 || logins > 12 {
		t.Errorf("%d refused of %d logins", refused, logins)
	}
	if s := p.Stats(); s.Limit > 3 || s.Granted != 6 {
		t.Errorf("%+v", s)
	}
	d.mu.Lock()
	d.cap = 0
	d.mu.Unlock()
	for range 6 {
		ahead.Add(int64(2 * time.Minute))
		if _, err := p.Do(ctx, checkOf("a.com")); err != nil {
			t.Fatal(err)
		}
	}
	if s := p.Stats(); s.Limit != 6 {
		t.Errorf("never grown back: %+v", s)
	}
}

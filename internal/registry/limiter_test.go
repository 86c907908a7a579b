package registry

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

func TestRatesAreKept(t *testing.T) {
	now := time.Unix(1000, 0)
	l := newLimiter(Rates{Reads: 10})
	run := func(c epp.Class, span time.Duration) (n int) {
		for end := now.Add(span); now.Before(end); {
			d := l.try(c, now)
			if d == 0 {
				n++
				continue
			}
			now = now.Add(d)
		}
		return n
	}
	if n := run(epp.ClassRead, 2*time.Second); n < 28 || n > 31 { // a second's burst, and two seconds
		t.Errorf("%d reads in 2 s at 10 a second", n)
	}
	l.scale(1, 4)
	run(epp.ClassRead, time.Second) // the burst of before
	if n := run(epp.ClassRead, 8*time.Second); n < 18 || n > 21 {
		t.Errorf("%d reads in 8 s with a quarter of the sessions", n)
	}
	for range 10000 {
		if l.try(epp.ClassTransform, now) != 0 {
			t.Fatal("transforms have no limit where none is set")
		}
	}
	polls := 0
	for l.try(epp.ClassPoll, now) == 0 {
		polls++
	}
	if polls < 12 || polls > 13 { // a quarter of 50
		t.Errorf("%d polls at once", polls)
	}
	if l = newLimiter(Rates{Polls: -1}); l.try(epp.ClassPoll, now) != 0 || l.class[epp.ClassPoll].rate != 0 {
		t.Error("negative is none")
	}
}

func TestReadsYieldTheSharedRate(t *testing.T) {
	now := time.Unix(1000, 0)
	l := newLimiter(Rates{All: 4})
	for range 3 {
		if d := l.try(epp.ClassRead, now); d != 0 {
			t.Fatal(d)
		}
	}
	if l.try(epp.ClassRead, now) == 0 {
		t.Error("the last token is a transform's")
	}
	if l.try(epp.ClassTransform, now) != 0 {
		t.Error("the transform has it not")
	}
	now = now.Add(time.Second)
	l.waiting(1)
	if l.try(epp.ClassRead, now) == 0 {
		t.Error("a read goes before a transform that waits")
	}
	l.waiting(-1)
	if l.try(epp.ClassRead, now) != 0 {
		t.Error("a read has nothing to wait for")
	}
}

// Commands wait for their rate on the way to the registry; a wait that is given up means that nothing was sent.
func TestRatesHoldCommandsBack(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) {
		a.Contacts, a.HostObjects, a.Rates = false, false, Rates{Transforms: 5}
	})
	start := time.Now()
	for i := range 8 {
		if out := r.Send(context.Background(), intent(domain.Name(fmt.Sprintf("n%d.com", i)))); out.Kind != domain.OutcomeAccepted {
			t.Fatalf("%+v", out)
		}
	}
	if took := time.Since(start); took < 500*time.Millisecond { // 5 at once, 3 at 200 ms
		t.Errorf("8 creates at 5 a second took %s", took)
	}
	a := r.accounts["fakesim"]
	for a.limiter.try(epp.ClassTransform, time.Now()) == 0 {
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if out := r.Send(ctx, intent("late.com")); out.Kind != domain.OutcomeNotSent {
		t.Errorf("%+v", out)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.domains["late.com"] != nil {
		t.Error("it was sent")
	}
}

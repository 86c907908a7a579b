package registry

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// Rates bound the commands of an account, a second, over all nodes; each node has the part that it has of the sessions.
// Zero is the default in brackets, negative none. A burst of one second's worth is let through. Logouts are not
// counted: a session that is not wanted must never wait to be given up.
type Rates struct {
	All        float64 // every command and login together [none: the sessions are the limit]
	Reads      float64 // check, info, transfer query [none]
	Transforms float64 // create, delete, renew, transfer, update [none: what was paid for waits for nothing of ours]
	Polls      float64 // poll req and ack [50]
}

const defaultPolls = 50

// bucket is a token bucket: rate tokens a second, a second's worth at most.
type bucket struct {
	rate   float64 // of the account; 0: no limit
	part   float64 // of it that is this node's
	tokens float64
	at     time.Time
}

func (b *bucket) most() float64 { return math.Max(1, b.rate*b.part) }

// fill adds what has come since.
func (b *bucket) fill(now time.Time) {
	if b.rate <= 0 {
		return
	}
	if b.at.IsZero() {
		b.tokens = b.most()
	} else if gone := now.Sub(b.at).Seconds(); gone > 0 {
		b.tokens = math.Min(b.most(), b.tokens+gone*b.rate*b.part)
	}
	b.at = now
}

// wait is how long until there are n tokens.
func (b *bucket) wait(n float64) time.Duration {
	if b.rate <= 0 || b.tokens >= n {
		return 0
	}
	if b.part <= 0 {
		return time.Second // a node without sessions: nobody gets here but who has just lost them
	}
	return time.Duration((n - b.tokens) / (b.rate * b.part) * float64(time.Second))
}

func (b *bucket) take() {
	if b.rate > 0 {
		b.tokens--
	}
}

// limiter holds commands back so that a registry's rates are kept. Transforms go before reads: while one waits for the
// shared bucket no read takes from it, and reads always leave a token there.
type limiter struct {
	mu    sync.Mutex
	all   bucket
	class [3]bucket // by epp.Class
	acts  int       // transforms that wait
}

func newLimiter(r Rates) *limiter {
	rate := func(v, def float64) bucket {
		if v == 0 {
			v = def
		}
		return bucket{rate: math.Max(0, v), part: 1}
	}
	l := &limiter{all: rate(r.All, 0)}
	l.class[epp.ClassRead], l.class[epp.ClassTransform], l.class[epp.ClassPoll] = rate(r.Reads, 0), rate(r.Transforms, 0), rate(r.Polls, defaultPolls)
	return l
}

// scale gives this node its part of the rates: as much as it has of the sessions.
func (l *limiter) scale(held, of int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	part := float64(held) / float64(max(of, 1))
	l.all.part = part
	for i := range l.class {
		l.class[i].part = part
	}
}

// try takes the tokens for a command, or says how long to wait.
func (l *limiter) try(c epp.Class, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := &l.class[c]
	own.fill(now)
	l.all.fill(now)
	need := 1.0
	if c == epp.ClassRead && l.all.most() >= 2 {
		need = 2 // one is left to transforms
	}
	wait = max(own.wait(1), l.all.wait(need))
	if c == epp.ClassRead && l.acts > 0 && l.all.rate > 0 {
		wait = max(wait, 10*time.Millisecond)
	}
	if wait == 0 {
		own.take()
		l.all.take()
	}
	return wait
}

// login counts a login, which nobody holds back: it comes when there is something to be done.
func (l *limiter) login(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all.fill(now)
	l.all.take()
}

// wait holds a command back until it may go. Its error is ctx's.
func (l *limiter) wait(ctx context.Context, c epp.Class, wall func() time.Time) error {
	d := l.try(c, wall())
	if d == 0 {
		return nil
	}
	if c == epp.ClassTransform {
		l.waiting(1)
		defer l.waiting(-1)
	}
	for d > 0 {
		if !pause(ctx, d) {
			return context.Cause(ctx)
		}
		d = l.try(c, wall())
	}
	return nil
}

func (l *limiter) waiting(n int) {
	l.mu.Lock()
	l.acts += n
	l.mu.Unlock()
}

// Bucket is a rate as it stands, for the desk.
type Bucket struct {
	Class  string  // "all", "reads", "transforms", "polls"
	Rate   float64 // commands a second that this node may send; 0: no limit
	Tokens float64
}

func (l *limiter) buckets(now time.Time) []Bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Bucket, 0, 4)
	for _, b := range []struct {
		name string
		b    *bucket
	}{{"all", &l.all}, {"transforms", &l.class[epp.ClassTransform]}, {"reads", &l.class[epp.ClassRead]}, {"polls", &l.class[epp.ClassPoll]}} {
		b.b.fill(now)
		out = append(out, Bucket{Class: b.name, Rate: b.b.rate * b.b.part, Tokens: math.Max(0, b.b.tokens)})
	}
	return out
}

// jitter takes up to a part of d away by chance, so that nodes don't act in step.
func jitter(d time.Duration, part float64) time.Duration {
	return d - time.Duration(part*rand.Float64()*float64(d))
}

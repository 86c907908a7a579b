package registry

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// class says what a session is wanted for.
type class int

const (
	transformClass class = iota // acts: first in line
	readClass                   // checks and infos: yield to acts, and leave one session to them
	freshClass                  // a read on a session that is dialled now
)

// fairness is how many acts go before a waiting read where reads have no session at all.
const fairness = 16

// Waits after a registry has said that there are too many sessions.
const (
	shrinkFirst = time.Second
	shrinkMost  = time.Minute
)

// pool leases the sessions of one account. A slot is the right to use a session; a session is used by one at a
// time. Connections that are open, idle or being dialled together never exceed the limit.
type pool struct {
	a    *account
	quit context.CancelFunc
	ctx  context.Context
	wg   sync.WaitGroup
	swap chan struct{}

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when open falls or a session becomes idle
	limit   int           // ≤ Sessions
	growAt  time.Time
	shrunk  int // times in a row
	inUse   int
	reads   int
	open    int
	idle    []*session // latest used last
	out     map[*session]class
	acts    []*waiter
	asks    []*waiter
	passed  int // acts granted since a read was
	closed  bool
}

type waiter struct {
	ready chan struct{}
	read  bool
}

func newPool(a *account) *pool {
	ctx, quit := context.WithCancel(context.Background())
	return &pool{a: a, ctx: ctx, quit: quit, limit: a.Sessions, changed: make(chan struct{}), swap: make(chan struct{}, 1), out: map[*session]class{}}
}

func (p *pool) start() {
	p.wg.Go(p.keep)
}

var errClosed = errors.New("registry: closed")

// get leases a session. Its error is a fault of kind Unavailable.
func (p *pool) get(ctx context.Context, c class) (*session, error) {
	for {
		if err := p.slot(ctx, c != transformClass); err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, CodeUnreachable, "registry", p.a.ID, "reason", "busy")
		}
		s, err := p.session(ctx, c)
		if err == nil {
			return s, nil
		}
		p.release(c != transformClass)
		if errors.Is(err, errSessionCap) && ctx.Err() == nil {
			if open, _, _, _ := p.counts(); open > 0 {
				continue // wait for one of those that are open
			}
		}
		return nil, p.a.unreachable(err)
	}
}

// session finds or makes one for somebody who has a slot.
func (p *pool) session(ctx context.Context, c class) (*session, error) {
	for {
		for c != freshClass {
			s := p.pop(true)
			if s == nil {
				break
			}
			if p.alive(ctx, s) {
				p.lend(s, c)
				return s, nil
			}
			p.drop(s)
		}
		s, err := p.dial(ctx, c)
		if errors.Is(err, errIdle) {
			continue
		}
		return s, err
	}
}

func (p *pool) dial(ctx context.Context, c class) (*session, error) {
	if c == freshClass {
		// A registry may count a session off only after it has answered the logout. One exchange of an old session
		// for a new one at a time keeps that within the one session that Sessions stays below the registry's cap.
		select {
		case p.swap <- struct{}{}:
			defer func() { <-p.swap }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := p.room(ctx, c); err != nil {
		return nil, err
	}
	if !p.a.breaker.allow() {
		p.dropped()
		return nil, errors.New("registry: waiting after a failed connection")
	}
	started := p.a.cfg.Wall()
	s, err := p.a.dial(ctx)
	switch {
	case errors.Is(err, errSessionCap):
		p.dropped()
		p.shrink()
		v := failed
		if open, _, _, _ := p.counts(); open > 0 { // others of ours work: the registry is there
			v = reached
		}
		p.a.breaker.done(started, v)
	case err != nil:
		p.dropped()
		v := failed
		if errors.Is(ctx.Err(), context.Canceled) {
			v = nothing
		}
		p.a.breaker.done(started, v)
	default:
		p.a.breaker.done(started, reached)
		p.lend(s, c)
		return s, nil
	}
	p.a.trouble("login", err.Error())
	return nil, err
}

var errIdle = errors.New("registry: a session became idle")

// room waits until one more connection fits under the limit and counts it as open. Where there are idle ones, it
// closes one for a fresh session, and points the others to it.
func (p *pool) room(ctx context.Context, c class) error {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return errClosed
		}
		if p.open < p.limit {
			p.open++
			p.mu.Unlock()
			return nil
		}
		changed, idle := p.changed, len(p.idle) > 0
		p.mu.Unlock()
		if idle && c != freshClass {
			return errIdle
		}
		if s := p.pop(false); s != nil {
			p.farewell(s)
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// alive looks at a session that was idle; one idle for long is asked, since hello is answered without a login.
func (p *pool) alive(ctx context.Context, s *session) bool {
	now := p.a.cfg.Wall()
	if s.c.Err() != nil || !now.Before(s.ends) {
		return false
	}
	return now.Sub(s.used) < 2*p.a.KeepAlive || p.ping(ctx, s)
}

// ping proves that a session is logged in: poll takes nothing from the queue.
func (p *pool) ping(ctx context.Context, s *session) bool {
	resp, err := p.a.do(ctx, s, &epp.Command{Action: &epp.Poll{Op: epp.PollRequest}})
	return err == nil && !s.bad && resp.IsSuccess()
}

// put gives a session back; a bad, dead, old or surplus one is closed.
func (p *pool) put(s *session) {
	now := p.a.cfg.Wall()
	p.mu.Lock()
	c := p.out[s]
	delete(p.out, s)
	good := !s.bad && s.c.Err() == nil && !p.closed && p.open <= p.limit
	if good && now.Before(s.ends) {
		s.used = now
		p.idle = append(p.idle, s)
		p.signal()
		s = nil
	} else if good { // only old: part in peace, without making anybody wait
		old := s
		p.wg.Go(func() { p.farewell(old) })
		s = nil
	}
	p.mu.Unlock()
	if s != nil {
		p.drop(s)
	}
	p.release(c != transformClass)
}

func (p *pool) lend(s *session, c class) {
	p.mu.Lock()
	p.out[s] = c
	closed := p.closed
	p.mu.Unlock()
	if closed {
		_ = s.c.Close()
	}
}

// pop takes the idle session that was used last, or first.
func (p *pool) pop(latest bool) *session {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	i := 0
	if latest {
		i = len(p.idle) - 1
	}
	s := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return s
}

// drop closes at once.
func (p *pool) drop(s *session) {
	_ = s.c.Close()
	p.dropped()
}

// farewell logs out, so that the registry has counted the session off when the next one comes.
func (p *pool) farewell(s *session) {
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	_ = s.c.Logout(ctx)
	p.drop(s)
}

func (p *pool) dropped() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.signal()
}

// signal wakes those who wait for room.
func (p *pool) signal() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// slot waits for the right to use a session.
func (p *pool) slot(ctx context.Context, read bool) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return errClosed
	}
	p.grow()
	w := &waiter{ready: make(chan struct{}), read: read}
	if read {
		p.asks = append(p.asks, w)
	} else {
		p.acts = append(p.acts, w)
	}
	p.grant()
	p.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-p.ctx.Done():
		p.giveUp(w)
		return errClosed
	case <-ctx.Done():
		p.giveUp(w)
		return ctx.Err()
	}
}

func (p *pool) giveUp(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-w.ready: // granted in the same moment
		p.free(w.read)
	default:
		p.acts = slices.DeleteFunc(p.acts, func(x *waiter) bool { return x == w })
		p.asks = slices.DeleteFunc(p.asks, func(x *waiter) bool { return x == w })
	}
}

func (p *pool) release(read bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free(read)
}

func (p *pool) free(read bool) {
	p.inUse--
	if read {
		p.reads--
	}
	p.grow()
	p.grant()
}

// grant gives slots to those who wait: acts first, reads never the last slot, and never no read at all.
func (p *pool) grant() {
	for p.inUse < p.limit {
		mayRead := len(p.asks) > 0 && p.reads < max(1, p.limit-1)
		var w *waiter
		switch {
		case mayRead && (len(p.acts) == 0 || (p.reads == 0 && p.passed >= fairness)):
			w, p.asks, p.passed = p.asks[0], p.asks[1:], 0
			p.reads++
		case len(p.acts) > 0:
			w, p.acts = p.acts[0], p.acts[1:]
			p.passed++
		default:
			return
		}
		p.inUse++
		close(w.ready)
	}
}

// shrink makes do with the sessions that are open, after a 2502; grow takes one more when the wait is over.
func (p *pool) shrink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = max(1, min(p.limit, p.open))
	p.growAt = p.a.cfg.Wall().Add(jitter(min(shrinkMost, shrinkFirst<<min(p.shrunk, 8)), 0.2))
	p.shrunk++
}

func (p *pool) grow() {
	now := p.a.cfg.Wall()
	if p.limit >= p.a.Sessions || now.Before(p.growAt) {
		return
	}
	p.limit++
	p.growAt = now.Add(shrinkFirst)
	if p.limit == p.a.Sessions {
		p.shrunk = 0
	}
}

func (p *pool) counts() (open, inUse, waiting, limit int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open, p.inUse, len(p.acts) + len(p.asks), p.limit
}

// keep pings sessions that have been idle for long and lets old ones go, one at a time.
func (p *pool) keep() {
	tick := time.NewTicker(max(p.a.KeepAlive/4, 5*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-tick.C:
		}
		for p.tend() {
		}
	}
}

// tend looks after one idle session and reports whether there was one that needed it.
func (p *pool) tend() bool {
	now := p.a.cfg.Wall()
	p.mu.Lock()
	p.grow()
	p.grant()
	i := slices.IndexFunc(p.idle, func(s *session) bool {
		return s.c.Err() != nil || !now.Before(s.ends) || now.Sub(s.used) >= p.a.KeepAlive
	})
	if i < 0 || p.inUse >= p.limit || p.closed {
		p.mu.Unlock()
		return false
	}
	s := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	p.inUse++
	p.reads++
	p.out[s] = readClass
	p.mu.Unlock()
	if s.c.Err() == nil && now.Before(s.ends) {
		s.bad = !p.ping(p.ctx, s)
	}
	p.put(s)
	return true
}

func (p *pool) close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	idle := p.idle
	p.idle = nil
	busy := make([]*session, 0, len(p.out))
	for s := range p.out {
		busy = append(busy, s)
	}
	p.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range idle {
		wg.Go(func() { p.farewell(s) })
	}
	wg.Wait()
	p.quit()
	for _, s := range busy {
		_ = s.c.Close()
	}
	p.wg.Wait()
}

package epp

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Waits after a server has said that there are too many sessions.
const (
	shrinkFirst = time.Second
	shrinkMost  = time.Minute
)

// limit is the most sessions at the moment. The lock is held.
func (p *Pool) limit() int {
	if p.learnt > 0 {
		return min(p.granted, p.learnt)
	}
	return p.granted
}

// SetLimit changes the most sessions at once; 0 makes everybody wait. Idle
// sessions above it are parted with now, those in use when they are given
// back: [Pool.Stats] tells how many are open still.
func (p *Pool) SetLimit(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.granted = max(0, n)
	if p.learnt >= p.granted {
		p.learnt = 0
	}
	for surplus := p.open - p.limit(); surplus > 0 && len(p.idle) > 0; surplus-- {
		s := p.idle[0]
		p.idle = slices.Delete(p.idle, 0, 1)
		p.wg.Go(func() { p.farewell(s) })
	}
	p.grant()
	p.signal()
}

// Cut sets the limit and closes sessions at once until no more than that are
// open, those in use included: the outcome of their commands is unknown. It
// is for whoever must not have them a moment longer. Sessions that are being
// opened are closed when they are.
func (p *Pool) Cut(n int) {
	p.SetLimit(n)
	p.mu.Lock()
	surplus := p.open - p.granted
	var cut []*PoolSession
	for s := range p.out {
		if len(cut) >= surplus {
			break
		}
		cut = append(cut, s)
	}
	p.mu.Unlock()
	for _, s := range cut {
		_ = s.Close()
	}
}

// SetPoll says whether this pool takes messages off the account's queue:
// then one slot is kept for it. An account's queue has one consumer, so of
// several pools of one account one should.
func (p *Pool) SetPoll(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.poll = yes
	p.grant()
}

// shrink makes do with the sessions that are open, after a 2502; grow takes
// one more when the wait is over.
func (p *Pool) shrink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.learnt = max(1, min(p.limit(), p.open))
	p.growAt = p.cfg.Now().Add(jitter(min(shrinkMost, shrinkFirst<<min(p.shrunk, 8)), 0.2))
	p.shrunk++
}

func (p *Pool) grow() {
	now := p.cfg.Now()
	if p.learnt == 0 || now.Before(p.growAt) {
		return
	}
	p.learnt++
	p.growAt = now.Add(shrinkFirst)
	if p.learnt >= p.granted {
		p.learnt, p.shrunk = 0, 0
	}
}

// PoolStats is how a pool is doing.
type PoolStats struct {
	Open    int // sessions, idle, in use or being opened
	InUse   int // slots in use
	Waiting int // commands that wait for a session
	Granted int // the limit as it was set
	Limit   int // the limit at the moment: the server may have said 2502
	Polls   bool
	State   PoolState
	RetryAt time.Time // where State is open
	Refused bool      // the login was refused as such: other credentials are needed
	Err     error     // why State is not closed
}

// Stats tells how the pool is doing.
func (p *Pool) Stats() PoolStats {
	p.mu.Lock()
	s := PoolStats{Open: p.open, InUse: p.slots.used(), Waiting: p.slots.waiting(), Granted: p.granted, Limit: p.limit(), Polls: p.poll}
	p.mu.Unlock()
	s.State, s.RetryAt, s.Refused, s.Err = p.stop.state()
	return s
}

// keep pings sessions that have been idle for long and lets old ones go, one
// at a time.
func (p *Pool) keep() {
	tick := time.NewTicker(max(p.cfg.KeepAlive/4, 5*time.Millisecond))
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

// tend looks after one idle session and reports whether there was one that
// needed it.
func (p *Pool) tend() bool {
	now := p.cfg.Now()
	p.mu.Lock()
	p.grow()
	p.grant()
	i := slices.IndexFunc(p.idle, func(s *PoolSession) bool {
		return s.Err() != nil || !now.Before(s.ends) || now.Sub(s.used) >= p.cfg.KeepAlive
	})
	if i < 0 || p.slots.used() >= p.limit() || p.closed {
		p.mu.Unlock()
		return false
	}
	s := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	p.slots.inUse[ClassRead]++
	p.out[s] = ClassRead
	p.mu.Unlock()
	if s.Err() == nil && now.Before(s.ends) && !p.ping(p.ctx, s) {
		s.bad = true
	}
	s.Release()
	return true
}

// Close drains the pool: nobody gets a session any more, idle ones are logged
// out, and those in use are waited for until ctx ends; then they are cut, and
// the outcome of their commands is unknown.
func (p *Pool) Close(ctx context.Context) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	close(p.shut)
	p.signal()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range idle {
		wg.Go(func() { p.farewell(s) })
	}
	wg.Wait()
	err := p.drain(ctx)
	p.mu.Lock()
	p.quit() // under the lock: no farewell begins after it
	busy := make([]*PoolSession, 0, len(p.out))
	for s := range p.out {
		busy = append(busy, s)
	}
	p.mu.Unlock()
	for _, s := range busy {
		_ = s.Close()
	}
	p.wg.Wait()
	return err
}

// drain waits until no session is in use.
func (p *Pool) drain(ctx context.Context) error {
	for {
		p.mu.Lock()
		busy, changed := len(p.out), p.changed
		p.mu.Unlock()
		if busy == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

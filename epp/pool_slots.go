package epp

import (
	"context"
	"slices"
)

// Class says what a session is wanted for.
type Class int

// The classes, in the order in which they are served.
const (
	ClassPoll      Class = iota // the message queue: one at a time, on a slot of its own where there are two
	ClassTransform              // create, delete, renew, transfer, update
	ClassRead                   // check, info, transfer query
)

// ClassOf is the class that a command belongs to.
func ClassOf(cmd *Command) Class {
	switch {
	case cmd.Transforms():
		return ClassTransform
	case cmd != nil && cmd.Action != nil && cmd.Action.Verb() == VerbPoll:
		return ClassPoll
	}
	return ClassRead
}

// fairness is how many transforms go before a waiting read where reads have
// no session at all.
const fairness = 16

const classes = 3

// slots are the rights to use a session: who has them and who waits. The
// pool's lock guards them.
type slots struct {
	inUse  [classes]int
	wait   [classes][]*waiter
	passed int // transforms granted since a read was
}

type waiter struct {
	ready chan struct{}
	class Class
}

func (s *slots) used() int {
	n := 0
	for _, u := range s.inUse {
		n += u
	}
	return n
}

func (s *slots) waiting() int {
	n := 0
	for _, w := range s.wait {
		n += len(w)
	}
	return n
}

// next chooses who gets a slot now, if anybody may.
func (s *slots) next(limit int, poll bool) (Class, bool) {
	work := limit // what reads and transforms may use together
	if poll && limit > 1 {
		work--
	}
	reads, acts, polls := s.inUse[ClassRead], s.inUse[ClassTransform], s.inUse[ClassPoll]
	free := reads+acts < work && s.used() < limit
	mayRead := free && len(s.wait[ClassRead]) > 0 && reads < max(1, work-1)
	switch {
	case len(s.wait[ClassPoll]) > 0 && polls == 0 && s.used() < limit:
		return ClassPoll, true
	case mayRead && (len(s.wait[ClassTransform]) == 0 || (reads == 0 && s.passed >= fairness)):
		return ClassRead, true
	case free && len(s.wait[ClassTransform]) > 0:
		return ClassTransform, true
	}
	return 0, false
}

// slot waits for the right to use a session.
func (p *Pool) slot(ctx context.Context, c Class) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrPoolClosed
	}
	if c == ClassPoll && !p.poll {
		p.mu.Unlock()
		return ErrNotPolling
	}
	w := &waiter{ready: make(chan struct{}), class: c}
	p.slots.wait[c] = append(p.slots.wait[c], w)
	p.grow()
	p.grant()
	p.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-p.shut:
		p.giveUp(w)
		return ErrPoolClosed
	case <-ctx.Done():
		p.giveUp(w)
		return ctx.Err()
	}
}

func (p *Pool) giveUp(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-w.ready: // granted in the same moment
		p.free(w.class)
	default:
		p.slots.wait[w.class] = slices.DeleteFunc(p.slots.wait[w.class], func(x *waiter) bool { return x == w })
	}
}

func (p *Pool) release(c Class) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free(c)
}

func (p *Pool) free(c Class) {
	p.slots.inUse[c]--
	p.grow()
	p.grant()
}

// grant gives slots to those who wait.
func (p *Pool) grant() {
	for {
		c, ok := p.slots.next(p.limit(), p.poll)
		if !ok {
			return
		}
		w := p.slots.wait[c][0]
		p.slots.wait[c] = p.slots.wait[c][1:]
		switch c {
		case ClassRead:
			p.slots.passed = 0
		case ClassTransform:
			p.slots.passed++
		}
		p.slots.inUse[c]++
		close(w.ready)
	}
}

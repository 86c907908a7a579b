package epp

import (
	"context"
	"fmt"
	"time"
)

// PoolSession is a session that was lent by a [Pool]. Whoever has it has it
// alone, and gives it back with Release.
type PoolSession struct {
	*Client
	// Value is whatever PoolConfig.Client has put there.
	Value any

	pool  *Pool
	epoch int
	born  time.Time // when its dialling began
	ends  time.Time // max age
	used  time.Time // last returned to the pool
	bad   bool      // never goes back to the pool
}

// Do sends a command on the session; see [Client.Do]. What the answer says
// about the session itself is noted for Release.
func (s *PoolSession) Do(ctx context.Context, cmd *Command) (*Response, error) {
	start := s.pool.cfg.Now()
	resp, err := s.Client.Do(ctx, cmd)
	s.judge(cmd, resp, err, start)
	return resp, err
}

// DoAll sends commands without waiting in between; see [Client.DoAll]. Only
// those that read are sent: after a failure the fate of everything that was
// on its way is unknown. The others' answer is an error.
func (s *PoolSession) DoAll(ctx context.Context, cmds []*Command) []Answer {
	start := s.pool.cfg.Now()
	out := make([]Answer, len(cmds))
	var reads []*Command
	for i, cmd := range cmds {
		if ClassOf(cmd) == ClassTransform {
			out[i].Err = &TransportError{Op: "send", Err: fmt.Errorf("epp: %s is not pipelined", cmd.Action.Verb())}
			continue
		}
		reads = append(reads, cmd)
	}
	answers := s.Client.DoAll(ctx, reads)
	for i, cmd := range cmds {
		if out[i].Err == nil {
			out[i], answers = answers[0], answers[1:]
			s.judge(cmd, out[i].Response, out[i].Err, start)
		}
	}
	return out
}

func (s *PoolSession) judge(cmd *Command, resp *Response, err error, start time.Time) {
	p := s.pool
	if p.cfg.Observe != nil {
		p.cfg.Observe(s, cmd, resp, err, p.cfg.Now().Sub(start))
	}
	if err != nil {
		s.bad = true
		return
	}
	code := resp.Code()
	s.bad = s.bad || code == CodeUseError || code.Closes()
	if code == CodeSessionLimitClosing {
		p.shrink()
	}
	if p.stop.answered(code, resp.Err()) {
		p.dropIdle()
	}
}

// Discard keeps the session from being used by anybody else: Release closes it.
func (s *PoolSession) Discard() { s.bad = true }

// Bad reports whether Release will close the session.
func (s *PoolSession) Bad() bool { return s.bad }

// Release gives the session back. A dead, discarded, old or surplus one is closed.
func (s *PoolSession) Release() {
	p := s.pool
	now := p.cfg.Now()
	p.mu.Lock()
	c, lent := p.out[s]
	if !lent {
		p.mu.Unlock()
		return
	}
	delete(p.out, s)
	alive := !s.bad && s.Err() == nil && p.ctx.Err() == nil
	if alive && !p.closed && now.Before(s.ends) && s.epoch == p.epoch && p.open <= p.limit() {
		s.used = now
		p.idle = append(p.idle, s)
		p.signal()
	} else if alive { // part in peace, without making anybody wait
		p.wg.Go(func() { p.farewell(s) })
	} else {
		_ = s.Close()
		p.open--
		p.signal()
	}
	p.mu.Unlock()
	p.release(c)
}

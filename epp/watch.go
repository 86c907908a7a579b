package epp

import (
	"context"
	"net"
	"sync"
	"time"
)

// watch bounds the time that a handler takes for one command. One timer and
// one context serve all commands of a connection: a context that has ended is
// replaced, which is rare.
type watch struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	until  time.Time // of the command under way; zero when there is none
	grace  time.Duration
	late   bool // the first limit has passed
}

// watched starts the clock for a command and returns its context.
func (s *Server) watched(c *Conn) context.Context {
	limit := span(s.Limits.CommandTimeout, 30*time.Second)
	if limit <= 0 {
		return s.ctx
	}
	w := &c.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil || w.ctx.Err() != nil {
		w.ctx, w.cancel = context.WithCancelCause(s.ctx)
	}
	w.late, w.grace, w.until = false, limit/4, time.Now().Add(limit)
	if w.timer == nil {
		conn := c.conn
		w.timer = time.AfterFunc(limit, func() { w.fire(conn) })
	} else {
		w.timer.Reset(limit)
	}
	return w.ctx
}

func (w *watch) fire(conn net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.until.IsZero() || time.Now().Before(w.until): // meant for an earlier command
	case w.late:
		conn.Close()
	default:
		w.late, w.until = true, time.Now().Add(w.grace)
		w.cancel(ErrCommandTimeout)
		w.timer.Reset(w.grace)
	}
}

// stop ends the clock of a command.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = time.Time{}
	if w.timer != nil {
		w.timer.Stop()
	}
}

// end releases what the connection held.
func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil {
		w.cancel(nil)
	}
}

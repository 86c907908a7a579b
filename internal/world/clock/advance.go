package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// MaxSteps bounds one advance: beyond it something keeps making itself due.
const MaxSteps = 50_000

// MaxAdvance bounds how far one advance may go; further is a typing mistake.
const MaxAdvance = 20 * 366 * 24 * time.Hour

// stepSettle is how long a step waits, in wall time, for a follower to settle.
const stepSettle = 20 * time.Second

// Errors of Advance that are the caller's.
var (
	ErrBackwards = errors.New("the clock never goes backwards")
	ErrTooFar    = errors.New("that is more than twenty years ahead")

	// ErrNotTold: a follower is registered but did not take the offset yet.
	ErrNotTold = errors.New("registered, but it did not take the offset")
	// ErrNotSettled is Settle's timeout.
	ErrNotSettled = errors.New("not settled")
)

// Party is an inhabitant of the world with events of its own: a registry.
type Party interface {
	// NextDue is when its earliest event falls due; false with none.
	NextDue() (time.Time, bool)
	// RunDue carries out everything due at or before now and counts it.
	RunDue(now time.Time) (int, error)
	// Settle waits until nothing that was asked of it is still under way.
	Settle(ctx context.Context) error
}

// Stepper moves a clock through everything that falls due on the way.
type Stepper struct {
	Clock   *Clock
	Parties []Party
	Log     *slog.Logger
}

// seen remembers what a party or follower said was overdue and at which
// instant, to tell "still working through a pile" from "cannot move".
type seen struct {
	due    time.Time
	offset time.Duration
}

// Advance moves business time to target, in order: to the earliest due event,
// let everybody do what is due and settle, and again. It returns the number of
// steps. What is overdue and does not go away by being asked (a registry is
// down, say) is passed over until time has moved on.
func (s *Stepper) Advance(ctx context.Context, target time.Time) (int, error) {
	c := s.Clock
	c.advancing.Lock()
	defer c.advancing.Unlock()
	now := c.Now()
	if target.Before(now) {
		return 0, fmt.Errorf("%w: %s is before %s", ErrBackwards, target.UTC().Format(time.RFC3339), now.Format(time.RFC3339))
	}
	if target.Sub(now) > MaxAdvance {
		return 0, ErrTooFar
	}
	stuck := map[any]seen{}
	for steps := 1; ; steps++ {
		if steps > MaxSteps {
			return steps - 1, fmt.Errorf("stopped at %s after %d steps: something keeps falling due", c.Now().Format(time.RFC3339), MaxSteps)
		}
		if err := ctx.Err(); err != nil {
			return steps - 1, fmt.Errorf("stopped at %s: %w", c.Now().Format(time.RFC3339), err)
		}
		next, err := s.earliest(ctx, target, stuck)
		if err != nil {
			return steps - 1, err
		}
		last := next.IsZero()
		if last {
			next = target
		}
		before := c.Offset()
		if err := c.reach(next); err != nil {
			return steps - 1, err
		}
		if last && c.Offset() == before {
			return steps - 1, nil // at the target, and nothing that can move is due
		}
		if err := s.runAll(ctx); err != nil {
			return steps, err
		}
	}
}

// earliest is the first due time not after target that has not proved stuck at
// this offset; zero with none.
func (s *Stepper) earliest(ctx context.Context, target time.Time, stuck map[any]seen) (time.Time, error) {
	var first time.Time
	offset := s.Clock.Offset()
	consider := func(who any, at time.Time) {
		if at.IsZero() || at.After(target) {
			return
		}
		if !at.After(s.Clock.Now()) {
			if was, ok := stuck[who]; ok && was.due.Equal(at) && was.offset == offset {
				return // asked once at this instant already, and still there
			}
			stuck[who] = seen{due: at, offset: offset}
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for _, p := range s.Parties {
		if at, ok := p.NextDue(); ok {
			consider(p, at)
		}
	}
	for _, f := range s.Clock.snapshot() {
		if at, err := try(ctx, s, f, f.due); err == nil {
			consider(f, at)
		}
	}
	return first, ctx.Err()
}

// runAll has the registries act first and then the followers, who hear of it.
func (s *Stepper) runAll(ctx context.Context) error {
	now := s.Clock.Now()
	for _, p := range s.Parties {
		if _, err := p.RunDue(now); err != nil {
			return err
		}
	}
	for _, f := range s.Clock.snapshot() {
		settled, err := try(ctx, s, f, func(ctx context.Context) (bool, error) { return f.set(ctx, s.Clock) })
		// One that answered before it was done is waited for, within reason: it
		// may be waiting for something that only time brings.
		for end := time.Now().Add(stepSettle); err == nil && !settled && time.Now().Before(end) && ctx.Err() == nil; {
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
			settled, err = try(ctx, s, f, func(ctx context.Context) (bool, error) { return f.settled(ctx, time.Until(end)) })
		}
		if err == nil && !settled && ctx.Err() == nil && s.Log != nil {
			s.Log.Warn("clock goes on although a follower has not settled", "url", f.url, "now", now)
		}
	}
	return ctx.Err()
}

// try calls a follower until it answers or has failed often enough to be dropped.
func try[T any](ctx context.Context, s *Stepper, f *follower, call func(context.Context) (T, error)) (T, error) {
	for wait := 50 * time.Millisecond; ; wait *= 3 {
		v, err := call(ctx)
		if ctx.Err() != nil {
			return v, ctx.Err() // our caller gave up; not the follower's fault
		}
		if kept := s.Clock.note(f, err, s.Log); err == nil || !kept {
			return v, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return v, ctx.Err()
		}
	}
}

// Settle waits until every party has nothing under way and every follower says
// that it is quiet, all in one round. On timeout it says who is not.
func (s *Stepper) Settle(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	deadline := time.Now().Add(timeout) // wall time: how long a caller waits
	parties := func() string {
		for _, p := range s.Parties {
			if err := p.Settle(ctx); err != nil {
				return "a registry: " + err.Error()
			}
		}
		return ""
	}
	for {
		waiting := parties()
		for _, f := range s.Clock.snapshot() {
			if waiting != "" {
				break
			}
			ok, err := try(ctx, s, f, func(ctx context.Context) (bool, error) {
				return f.settled(ctx, time.Until(deadline))
			})
			if err == nil && !ok || ctx.Err() != nil {
				waiting = "follower " + f.url
			}
		}
		// Followers may have had a last word with the registries.
		if waiting == "" {
			if waiting = parties(); waiting == "" {
				return nil
			}
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%w within %s, waiting for %s", ErrNotSettled, timeout, waiting)
		}
	}
}

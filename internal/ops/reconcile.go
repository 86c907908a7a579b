package ops

import (
	"context"
	"errors"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Round is where the rolling comparison with a registry stands.
type Round struct {
	RegistryAccount string
	After           domain.Name // the last name taken; empty: from the start
	NextAt          time.Time   // wall time from which the next names may be taken
	Rounds          int64       // finished ones
	Looked          int64       // names, in all rounds
	Differing       int64       // of them, those that were not as our rows say
	Names           int64       // that we have there now
}

// rounds is what the rolling comparison needs of the database.
type rounds interface {
	// Round reads where a registry's comparison stands, and opens it where it never ran.
	Round(ctx context.Context, registryAccount string, wall time.Time) (Round, error)
	Rounds(ctx context.Context) ([]Round, error)
	// MoveRound takes the next names for this node: it reports false where another has moved on from After first, or
	// where NextAt is not reached. over is added to the rounds that are finished.
	MoveRound(ctx context.Context, from Round, to domain.Name, over int, next, wall time.Time) (bool, error)
	CountRound(ctx context.Context, registryAccount string, looked, differing int) error
	// TenuresAfter lists running tenures at a registry by name.
	TenuresAfter(ctx context.Context, registryAccount string, after domain.Name, limit int) ([]domain.Tenure, error)
}

// LookRound compares the next most names at a registry with what it shows, no sooner than every (wall time) after the
// last ones, whichever node took those, and no sooner than rest after a round that is over. It stops where the registry
// does not answer and goes on there next time.
func (o *Ops) LookRound(ctx context.Context, reg Looker, registryAccount string, most int, every, rest time.Duration) (looked int, failed error) {
	wall := o.Clock.Wall()
	r, err := o.Store.Round(ctx, registryAccount, wall)
	if err != nil || wall.Before(r.NextAt) {
		return 0, err
	}
	names, err := o.Store.TenuresAfter(ctx, registryAccount, r.After, most)
	if err != nil {
		return 0, err
	}
	if len(names) == 0 && r.After == "" {
		return 0, nil // no names there
	}
	to, over := domain.Name(""), 1 // the round is over
	if len(names) == most {
		to, over = names[most-1].Name, 0
	}
	next := wall.Add(every)
	if over > 0 {
		next = wall.Add(max(every, rest))
	}
	if ok, err := o.Store.MoveRound(ctx, r, to, over, next, wall); err != nil || !ok {
		return 0, err
	}
	differing := 0
	for _, t := range names {
		diffs, err := o.observe(ctx, reg, registryAccount, t.Name, Plan{})
		switch {
		case fault.Is(err, "state.moved"): // it has just changed: it is fresh
		case err != nil && (fault.Of(err).Kind == fault.Unavailable || ctx.Err() != nil):
			back, from := r, r.After // give back what was not looked at
			if back.After, back.NextAt = to, next; looked > 0 {
				from = names[looked-1].Name
			}
			ctx := context.WithoutCancel(ctx)
			_, merr := o.Store.MoveRound(ctx, back, from, -over, next, next)
			return looked, errors.Join(failed, err, merr, o.Store.CountRound(ctx, registryAccount, looked, differing))
		case err != nil:
			failed = errors.Join(failed, err)
		}
		if looked++; len(diffs) > 0 {
			differing++
		}
	}
	return looked, errors.Join(failed, o.Store.CountRound(ctx, registryAccount, looked, differing))
}

// Rounds is where the rolling comparisons stand, for operators.
func (o *Ops) Rounds(ctx context.Context, scope domain.Scope) ([]Round, error) {
	if !scope.Operator {
		return nil, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Rounds(ctx)
}

// CompareAll looks at every name at a registry and tells each difference; it changes nothing. Names with an act of
// ours under way are left out: their outcome is not known yet.
func (o *Ops) CompareAll(ctx context.Context, reg Looker, registryAccount string, each func(Difference)) (looked int, err error) {
	const page = 200
	for after := domain.Name(""); ; {
		names, err := o.Store.TenuresAfter(ctx, registryAccount, after, page)
		if err != nil {
			return looked, err
		}
		for _, t := range names {
			s, err := o.Store.LoadSight(ctx, registryAccount, t.Name)
			if missing(err) || err == nil && s.Busy {
				continue
			}
			if err != nil {
				return looked, err
			}
			look, err := o.look(ctx, reg, registryAccount, t.Name)
			if err != nil {
				return looked, err
			}
			looked++
			_, diffs := decideSight(s, look, o.Us, o.Policy().House, o.Now())
			for _, d := range diffs {
				each(d)
			}
		}
		if len(names) < page {
			return looked, nil
		}
		after = names[len(names)-1].Name
	}
}

package ops

import (
	"context"
	"errors"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
)

// How intents are taken up: a lease outlives the longest command and its retries; the window keeps every session
// of the pool busy while outcomes of earlier ones are committed together.
const (
	leaseFor = 30 * time.Second
	window   = 96
	refill   = window / 2
)

// Dispatch carries the intents of a registry account that are due: sends what is queued, asks after what is unknown,
// and commits the outcomes in groups. It returns when nothing is due or the registry can't be reached.
func (o *Ops) Dispatch(ctx context.Context, registryAccount string) error {
	results := make(chan landing, window)
	inFlight, more, reachable := 0, true, true
	var failed error
	for {
		if more && reachable && failed == nil && inFlight < refill {
			leased, err := o.lease(ctx, registryAccount, window-inFlight)
			if err != nil {
				failed = err
			}
			more = len(leased) > 0
			inFlight += len(leased)
			for _, l := range leased {
				go func() { results <- landing{leased: l, outcome: o.carry(ctx, l)} }()
			}
		}
		if inFlight == 0 {
			return failed
		}
		batch := []landing{<-results}
		for draining := true; draining; {
			select {
			case r := <-results:
				batch = append(batch, r)
			default:
				draining = false
			}
		}
		inFlight -= len(batch)
		for _, r := range batch {
			if r.outcome.Kind == domain.OutcomeNotSent {
				reachable = false // the rest waits for the next sweep
			}
		}
		if err := o.land(ctx, batch); err != nil && failed == nil {
			failed = err
		}
	}
}

// lease takes intents up and marks those that will be sent now as sent, before anything leaves this machine.
func (o *Ops) lease(ctx context.Context, registryAccount string, limit int) ([]domain.Leased, error) {
	wall := o.Clock.Wall()
	leased, err := o.Store.LeaseIntents(ctx, registryAccount, o.Node, wall, leaseFor, limit)
	if err != nil || len(leased) == 0 {
		return nil, err
	}
	var ids []domain.IntentID
	for i := range leased {
		if in := &leased[i].Intent; leased[i].Was == domain.IntentQueued {
			ids = append(ids, in.ID)
			in.Attempts, in.SentAt, in.Absences = in.Attempts+1, wall, 0
		}
	}
	if len(ids) > 0 {
		if err := o.Store.MarkSent(ctx, ids, wall); err != nil {
			return nil, err // nothing was sent; the leases lapse, and they are asked after
		}
	}
	return leased, nil
}

func (o *Ops) carry(ctx context.Context, l domain.Leased) domain.Outcome {
	switch {
	case l.Was != domain.IntentQueued:
		return o.Sender.Ask(ctx, l)
	case l.Intent.Kind == domain.IntentCreate && l.Ours:
		// An earlier order for the same name got it while this one waited its turn.
		return domain.Outcome{Kind: domain.OutcomeRefused, Code: "registration.taken", Facts: map[string]string{"registrar": "OpenRegistrar"}}
	}
	return o.Sender.Send(ctx, l)
}

// land commits outcomes together, a savepoint each.
func (o *Ops) land(ctx context.Context, batch []landing) error {
	ids := make([]domain.ItemID, len(batch))
	for i, r := range batch {
		ids[i] = r.leased.Intent.Item
	}
	items, err := o.Store.ItemsByID(ctx, ids)
	if err != nil {
		return err
	}
	now, wall, house := o.Now(), o.Clock.Wall(), o.Policy().House
	plans := make([]Plan, 0, len(batch))
	var failed error
	for _, r := range batch {
		r.item, r.house = items[r.leased.Intent.Item], house
		r.longest = o.Sender.LongestCommand(r.leased.Intent.RegistryAccount)
		if r.leased.Intent.Kind == domain.IntentUpdateNS {
			t, err := o.Store.TenureByName(ctx, r.leased.Intent.Name)
			if err != nil && fault.Of(err).Kind != fault.Missing {
				failed = errors.Join(failed, err)
				continue
			}
			if err == nil {
				r.tenure = &t
			}
		}
		plan, err := decideOutcome(r, now, wall)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		plans = append(plans, plan)
	}
	for _, err := range o.Store.CommitEach(ctx, plans) {
		// "Moved" means that the lease lapsed and another node has settled it.
		if err != nil && !fault.Is(err, "state.moved") {
			failed = errors.Join(failed, err)
		}
	}
	o.Crash("after-commit")
	return failed
}

// overdue ends or parks intents whose business deadline has passed.
func (o *Ops) overdue(ctx context.Context) (int, error) {
	now := o.Now()
	late, err := o.Store.OverdueIntents(ctx, now, o.Clock.Wall(), sweepSize)
	if err != nil || len(late) == 0 {
		return 0, err
	}
	ids := make([]domain.ItemID, len(late))
	for i, in := range late {
		ids[i] = in.Item
	}
	items, err := o.Store.ItemsByID(ctx, ids)
	if err != nil {
		return 0, err
	}
	plans := make([]Plan, 0, len(late))
	for _, in := range late {
		if plan, ok := decideOverdue(in, items[in.Item], now); ok {
			plans = append(plans, plan)
		}
	}
	return len(plans), errors.Join(o.Store.CommitEach(ctx, plans)...)
}

// decideOverdue gives money back where nothing was ever sent, and calls the desk where something may have been.
func decideOverdue(in domain.Intent, item domain.Item, now time.Time) (Plan, bool) {
	step, err := lifecycle.Next(in.State, lifecycle.Deadline)
	if err != nil {
		return Plan{}, false
	}
	facts := map[string]string{"registry": in.RegistryAccount, "name": string(in.Name), "since": in.CreatedAt.UTC().Format(time.DateOnly)}
	plan := Plan{Writes: []Write{SetIntent{ID: in.ID, From: in.State, To: step.To, Absences: in.Absences, NextTryAt: in.NextTryAt}}}
	if step.To == domain.IntentRefused {
		refusedPlan(&plan, item, in, "registration.deadline", facts, step.Money, now)
		return plan, true
	}
	plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: string(in.Name), Code: "intent.parked", Facts: facts, OpenedAt: now}})
	plan.Events = append(plan.Events, wentEvent(in, "intent.parked", "intent.parked", facts, now))
	return plan, true
}

package ops

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
)

// How intents are taken up: a lease outlives the longest command and its retries; the window keeps every session
// of the pool busy while outcomes of earlier ones are committed together.
const (
	leaseFor  = 30 * time.Second
	window    = 96
	refill    = window / 2
	margin    = 2 * time.Second  // before the lease's end nothing of an act is under way any more
	leastLeft = 5 * time.Second  // of a lease, for an act to be begun
	landFor   = 20 * time.Second // for the commit of outcomes, whatever becomes of who asked for them
)

// Dispatch carries the intents of a registry account that are due: sends what is queued, asks after what is unknown,
// and commits the outcomes in groups. It returns when nothing is due or the registry can't be reached.
func (o *Ops) Dispatch(ctx context.Context, registryAccount string) error {
	g, err := o.gate(ctx, registryAccount)
	if err != nil || g.shut { // its maintenance: what is queued stays so
		return err
	}
	results := make(chan landing, window)
	inFlight, more, reachable := 0, true, true
	var failed error
	for {
		if more && reachable && failed == nil && inFlight < min(refill, g.most) {
			leased, err := o.lease(ctx, registryAccount, g, g.most-inFlight)
			if err != nil {
				failed = err
			}
			more = len(leased) > 0
			inFlight += len(leased)
			for _, l := range leased {
				go func() {
					out, err := o.carry(ctx, l)
					results <- landing{leased: l, outcome: out, failed: err}
				}()
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
			failed = errors.Join(failed, r.failed)
		}
		failed = errors.Join(failed, o.land(ctx, batch), o.judge(ctx, registryAccount, g, batch))
	}
}

// lease takes intents up and marks those that will be sent now as sent, before anything leaves this machine.
func (o *Ops) lease(ctx context.Context, registryAccount string, g gate, limit int) ([]domain.Leased, error) {
	at := o.Clock.Wall()
	leased, err := o.leaseThrough(ctx, registryAccount, g, limit)
	if err != nil || len(leased) == 0 {
		return nil, err
	}
	wall := o.Clock.Wall() // the commit may have waited
	var ids []domain.IntentID
	for i := range leased {
		leased[i].At = at
		if in := &leased[i].Intent; leased[i].Was == domain.IntentQueued {
			ids = append(ids, in.ID)
			in.Attempts, in.SentAt, in.Absences = in.Attempts+1, wall, 0
		}
	}
	if len(ids) > 0 {
		if err := o.Store.MarkSent(ctx, ids, leased[0].Intent.Lease, wall); err != nil {
			return nil, err // nothing was sent; the leases lapse, and they are asked after
		}
	}
	return leased, nil
}

// carry acts within the lease: what began late is cut, so that nobody else asks after it while it is still going out.
// A panic is this intent's alone: what it had sent is unknown.
func (o *Ops) carry(ctx context.Context, l domain.Leased) (out domain.Outcome, err error) {
	defer func() {
		if r := recover(); r != nil {
			out = domain.Outcome{Kind: domain.OutcomeUnknown, Code: "internal"}
			err = fmt.Errorf("ops: intent %d: panic: %v\n%s", l.Intent.ID, r, debug.Stack())
		}
	}()
	left := l.Intent.Lease.Until.Sub(o.Clock.Wall()) - margin
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	switch {
	case left < leastLeft && l.Was == domain.IntentQueued:
		return domain.Outcome{Kind: domain.OutcomeNotSent}, nil
	case left < leastLeft:
		return domain.Outcome{Kind: domain.OutcomeUnknown}, nil
	case l.Was != domain.IntentQueued:
		return o.Sender.Ask(ctx, l), nil
	case l.Intent.Kind == domain.IntentCreate && l.Template != nil && l.Template.OldForm: // since it was ordered
		return domain.Outcome{Kind: domain.OutcomeRefused, Code: "registration.template-unusable",
			Facts: map[string]string{"template": l.Template.ID.Public(), "form": "old"}}, nil
	case l.Intent.Kind == domain.IntentCreate && l.Ours:
		// An earlier order for the same name got it while this one waited its turn.
		return domain.Outcome{Kind: domain.OutcomeRefused, Code: "registration.taken", Facts: map[string]string{"registrar": "OpenRegistrar"}}, nil
	}
	return o.Sender.Send(ctx, l), nil
}

// land commits outcomes together, a savepoint each. What a registry has answered is kept even where whoever waited for
// it is gone (the program is being stopped).
func (o *Ops) land(ctx context.Context, batch []landing) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), landFor)
	defer cancel()
	again, err := o.commitOutcomes(ctx, batch)
	if err == nil && len(again) > 0 { // a tenure has changed meanwhile: decided afresh, once
		again, err = o.commitOutcomes(ctx, again)
	}
	for _, r := range again {
		err = errors.Join(err, fmt.Errorf("ops: intent %d: the tenure of %s is in its outcome's way", r.leased.Intent.ID, r.leased.Intent.Name))
	}
	o.Crash("after-commit")
	return err
}

// commitOutcomes gives back those that met a tenure which has moved.
func (o *Ops) commitOutcomes(ctx context.Context, batch []landing) (again []landing, failed error) {
	ids := make([]domain.ItemID, len(batch))
	for i, r := range batch {
		ids[i] = r.leased.Intent.Item
	}
	items, err := o.Store.ItemsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	now, wall, house := o.Now(), o.Clock.Wall(), o.Policy().House
	plans, of := make([]Plan, 0, len(batch)), make([]landing, 0, len(batch))
	for _, r := range batch {
		r.item, r.house, r.tenure = items[r.leased.Intent.Item], house, nil
		r.longest = o.Sender.LongestCommand(r.leased.Intent.RegistryAccount)
		if r.leased.Intent.Kind != domain.IntentCreate {
			t, err := o.Store.TenureByName(ctx, r.leased.Intent.Name)
			if err != nil && fault.Of(err).Kind != fault.Missing {
				failed = errors.Join(failed, err)
				continue
			}
			if err == nil {
				r.tenure = &t
				if r.spent, err = o.spent(ctx, r, now); err != nil {
					failed = errors.Join(failed, err)
					continue
				}
			}
		}
		plan, err := decideOutcome(r, now, wall)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		plans, of = append(plans, plan), append(of, r)
	}
	for i, err := range o.Store.CommitEach(ctx, plans) {
		switch {
		case err == nil:
		case fault.Is(err, "state.moved") && fault.Of(err).Facts["row"] == string(TableTenure):
			again = append(again, of[i])
		case !fault.Is(err, "state.moved"): // the intent's moved: the lease lapsed, and another node has settled it
			failed = errors.Join(failed, err)
		}
	}
	return again, failed
}

// spent is what a name that was deleted has cost us within its grace period: that much the registry gives back. Of one
// that is gone at once it is all that it ever cost, since that is what its add grace period means (RFC 3915 section 3.1).
func (o *Ops) spent(ctx context.Context, l landing, now time.Time) (int64, error) {
	if l.leased.Intent.Kind != domain.IntentDelete || l.outcome.Kind != domain.OutcomeAccepted {
		return 0, nil
	}
	suffix, _ := o.Policy().Suffix(l.leased.Intent.Name.Suffix())
	since := now.AddDate(0, 0, -suffix.GraceDays)
	if l.outcome.Object.Name == "" {
		since = l.tenure.RegisteredAt.Add(-time.Hour) // costs are dated by our clock, the name by the registry's
	}
	return o.Store.SpentOn(ctx, l.leased.Intent.RegistryAccount, l.leased.Intent.Name, since)
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
	return o.commitEach(ctx, plans)
}

// decideOverdue gives money back where nothing was ever sent, and calls the desk where something may have been.
func decideOverdue(in domain.Intent, item domain.Item, now time.Time) (Plan, bool) {
	step, err := lifecycle.Next(in.State, lifecycle.Deadline)
	if err != nil {
		return Plan{}, false
	}
	facts := map[string]string{"registry": in.RegistryAccount, "name": string(in.Name), "since": in.CreatedAt.UTC().Format(time.DateOnly)}
	plan := Plan{Writes: []Write{SetIntent{ID: in.ID, Lease: &in.Lease, From: in.State, To: step.To, Absences: in.Absences, NextTryAt: in.NextTryAt}}}
	if step.To == domain.IntentRefused {
		late := string(sequels[in.Kind].late)
		if in.State == domain.IntentReview {
			late = "registration.review-late"
			plan.Writes = append(plan.Writes, EndItemReview{Item: item.ID, At: now})
		}
		refusedPlan(&plan, item, in, late, facts, step.Money, now)
		return plan, true
	}
	plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: string(in.Name), Code: "intent.parked", Facts: facts, OpenedAt: now}})
	plan.Events = append(plan.Events, wentEvent(in, "intent.parked", "intent.parked", facts, now))
	return plan, true
}

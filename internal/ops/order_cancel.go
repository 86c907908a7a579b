package ops

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// cancelled is the code of a name whose owner cancelled it while it waited.
const cancelled fault.Code = "order.cancelled"

// cancelSize is how many names are cancelled in one transaction.
const cancelSize = 200

// cancellable are the orders that can be cancelled: those that are paid for.
var cancellable = []domain.Action{domain.ActionNew, domain.ActionRenew, domain.ActionRestore}

// Cancellable reports whether an order may have names that can still be cancelled.
func (v OrderView) Cancellable() bool { return v.Doing > 0 && slices.Contains(cancellable, v.Action) }

// CancelOrder ends the names of an order that still wait to be sent to their registries, and gives their money back.
// What has been sent, or may have been, goes on: its registry has the last word. It says how many it ended; none fails
// with "order.not-waiting".
func (o *Ops) CancelOrder(ctx context.Context, scope domain.Scope, id domain.OrderID) (int, error) {
	view, err := o.Order(ctx, scope, id)
	if err != nil {
		return 0, err
	}
	waiting := []domain.Intent{}
	if view.Cancellable() {
		if waiting, err = o.Store.WaitingIntents(ctx, id); err != nil {
			return 0, err
		}
	}
	ended := 0
	for chunk := range slices.Chunk(waiting, cancelSize) {
		n, err := o.cancel(ctx, scope, chunk)
		if ended += n; err != nil {
			return ended, err
		}
	}
	if ended == 0 {
		return 0, fault.New(fault.Conflict, "order.not-waiting", "order", strconv.FormatInt(int64(id), 10), "doing", strconv.Itoa(view.Doing))
	}
	return ended, nil
}

// cancel ends those of the intents that nobody has taken up meanwhile.
func (o *Ops) cancel(ctx context.Context, scope domain.Scope, waiting []domain.Intent) (int, error) {
	ids := make([]domain.ItemID, len(waiting))
	for i, in := range waiting {
		ids[i] = in.Item
	}
	items, err := o.Store.ItemsByID(ctx, ids)
	if err != nil {
		return 0, err
	}
	now, plans := o.Now(), make([]Plan, 0, len(waiting))
	for _, in := range waiting {
		if plan, ok := decideCancel(scope, in, items[in.Item], now); ok {
			plans = append(plans, plan)
		}
	}
	return o.commitEach(ctx, plans)
}

func decideCancel(scope domain.Scope, in domain.Intent, item domain.Item, now time.Time) (Plan, bool) {
	step, err := lifecycle.Next(in.State, lifecycle.Refused)
	if err != nil || in.State != domain.IntentQueued && in.State != domain.IntentReview || item.Status != domain.ItemDoing {
		return Plan{}, false
	}
	facts := map[string]string{"name": naming.Display(in.Name)}
	gone := SetItem{ID: item.ID, From: domain.ItemDoing, To: domain.ItemFailed, HoldFrom: item.Hold, HoldTo: item.Hold, Code: string(cancelled), Facts: facts, At: now}
	plan := Plan{Writes: []Write{SetIntent{ID: in.ID, Lease: &in.Lease, From: in.State, To: step.To, NextTryAt: in.NextTryAt,
		Outcome: domain.Outcome{Kind: domain.OutcomeRefused, Code: string(cancelled)}}}}
	if item.Hold == domain.Held && step.Money == lifecycle.Release {
		gone.HoldTo = domain.HoldReleased
		plan.Entries = []ledger.Entry{ledger.Release(item)}
		facts["refunded"], facts["currency"] = strconv.FormatInt(item.Price, 10), item.Currency
	}
	e := event(scope, item.Account, string(in.Name), sequels[in.Kind].failed, string(cancelled), now)
	e.Facts = facts
	plan.Writes, plan.Events = append(plan.Writes, gone), []domain.Event{e}
	if in.State == domain.IntentReview { // nobody has to look at the name any more
		plan.Writes = append(plan.Writes, EndItemReview{Item: item.ID, At: now})
	}
	return plan, true
}

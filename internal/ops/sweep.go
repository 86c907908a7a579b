package ops

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

const sweepSize = 200

// Sweep looks once at everything that may have fallen due and does it: finished orders, reminders,
// deadlines, and intents that no wake-up reached. It says how much it did.
func (o *Ops) Sweep(ctx context.Context) (int, error) {
	done := 0
	var failed error
	for _, step := range []func(context.Context) (int, error){o.windows, o.finished, o.reminders, o.overdue, o.waits, o.passwords, o.retention, o.pruneCodes, o.proofs} {
		n, err := step(ctx)
		done += n
		failed = errors.Join(failed, err)
	}
	return done, failed
}

// DispatchDue takes up the intents of every registry account that has due ones, registries side by side.
func (o *Ops) DispatchDue(ctx context.Context) error {
	accounts, err := o.Store.DueAccounts(ctx, o.Clock.Wall())
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(accounts))
	for i, a := range accounts {
		wg.Go(func() { errs[i] = o.Dispatch(ctx, a) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// commitEach says how many plans were committed. One that fails leaves the others, and is no progress; one whose rows
// have moved was another node's.
func (o *Ops) commitEach(ctx context.Context, plans []Plan) (done int, failed error) {
	for _, err := range o.Store.CommitEach(ctx, plans) {
		switch {
		case err == nil:
			done++
		case !fault.Is(err, "state.moved"):
			failed = errors.Join(failed, err)
		}
	}
	return done, failed
}

func (o *Ops) finished(ctx context.Context) (int, error) {
	orders, err := o.Store.FinishedOrders(ctx, sweepSize)
	if err != nil || len(orders) == 0 {
		return 0, err
	}
	now := o.Now()
	plans := make([]Plan, 0, len(orders))
	var unread error
	for _, v := range orders {
		account, err := o.Store.AccountByID(ctx, v.Account)
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("ops: order %d: %w", v.ID, err))
			continue
		}
		plans = append(plans, decideFinished(v, account, now))
	}
	done, err := o.commitEach(ctx, plans)
	return done, errors.Join(unread, err)
}

// decideFinished tells the owner once how an order ended.
func decideFinished(v OrderView, account domain.Account, now time.Time) Plan {
	facts := map[string]string{
		"order": strconv.FormatInt(int64(v.ID), 10), "number": v.Number, "action": string(v.Action),
		"names": strconv.Itoa(v.Count), "status": v.Status(), "success": strconv.Itoa(v.Success), "failed": strconv.Itoa(v.Failed),
		"captured": strconv.FormatInt(v.Captured, 10), "refunded": strconv.FormatInt(v.Released, 10), "currency": v.Currency,
	}
	kind := "changes-done"
	switch v.Action {
	case domain.ActionNew:
		kind = "order-done"
	case domain.ActionDNS:
		kind = "name-servers-changed"
	}
	told := []domain.Message{{Account: v.Account, To: account.Email, Locale: account.Locale, Kind: kind, Facts: facts, At: now}}
	if v.Via == "system" {
		told = nil // nobody asked for it: a code whose days were over
	}
	return Plan{
		Writes:   []Write{SetOrderDone{ID: v.ID, At: now}},
		Messages: told,
		Events: []domain.Event{{Account: v.Account, Subject: strconv.FormatInt(int64(v.ID), 10), Kind: "order.finished", Actor: "system",
			Via: "system", Result: "ok", Facts: facts, At: now}},
	}
}

func (o *Ops) reminders(ctx context.Context) (int, error) {
	now := o.Now()
	due, err := o.Store.DueTenures(ctx, now, sweepSize)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	plans := make([]Plan, 0, len(due))
	var unread error
	for _, t := range due {
		account, err := o.Store.AccountByID(ctx, t.Account)
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("ops: tenure %d: %w", t.ID, err))
			continue
		}
		if !t.AuthUntil.IsZero() && !t.AuthUntil.After(now) {
			plan, err := o.authExpiry(ctx, t, now)
			if err != nil {
				unread = errors.Join(unread, err)
				continue
			}
			plans = append(plans, plan)
			continue
		}
		house := o.Policy().House
		if kind, by := dueLetter(t, house); kind != "" {
			plans = append(plans, decideDueLetter(t, account, kind, by, house, now))
			continue
		}
		if !t.ContactBy.IsZero() && !t.ContactBy.After(now) {
			plans = append(plans, decideContactDue(t, house, now))
			continue
		}
		plans = append(plans, decideReminder(t, account, house, now))
	}
	done, err := o.commitEach(ctx, plans)
	return done, errors.Join(unread, err)
}

// decideReminder tells the owner that a name expires, or has, and dates the next time.
func decideReminder(t domain.Tenure, account domain.Account, house policy.House, now time.Time) Plan {
	kind := "expiring"
	if !t.ExpiresAt.After(now) {
		kind = "expired"
	}
	// Rounded up: at 10 days and an hour before expiry the owner still reads "10 days" on the tenth day.
	days := max(0, int((t.ExpiresAt.Sub(now)+12*time.Hour)/(24*time.Hour)))
	facts := map[string]string{"name": naming.Display(t.Name), "date": t.ExpiresAt.UTC().Format(time.DateOnly), "days": strconv.Itoa(days)}
	at := t.NextActionAt
	t.NextActionAt, t.UpdatedAt = nextAction(t, now, house), now
	return Plan{
		Writes:   []Write{SetTenure{t}},
		Messages: []domain.Message{{Account: t.Account, To: account.Email, Locale: account.Locale, Kind: kind, Facts: facts, At: at}},
		Events: []domain.Event{{Account: t.Account, Subject: string(t.Name), Kind: "domain." + kind, Actor: "system", Via: "system",
			Result: "ok", Facts: facts, At: at}},
	}
}

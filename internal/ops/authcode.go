package ops

import (
	"context"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// codesDrawn is how many codes are drawn for one request: a registry may not take one (RFC 9154 section 5.2).
const codesDrawn = 3

// DrawAuthCode has a new authorization code set at the registry, for a transfer to another registrar. Once it is, it
// can be seen one time (ShowAuthCode); when its days are over it is cleared there.
func (o *Ops) DrawAuthCode(ctx context.Context, scope domain.Scope, name string) (OrderView, error) {
	n, err := naming.Parse(name)
	if err != nil {
		return OrderView{}, err
	}
	sealed := make([][]byte, codesDrawn)
	for i := range sealed {
		if sealed[i], err = o.Sealer.Seal([]byte(o.token(26)), domain.AuthCodeSeal(n)); err != nil { // 154 bits, as in authInfos
			return OrderView{}, err
		}
	}
	until := o.Now().AddDate(0, 0, o.Policy().House.AuthCodeDays)
	return o.change(ctx, scope, []string{name}, change{action: domain.ActionAuth, kind: domain.IntentAuth, asked: "auth-code.asked", refusal: policy.RefuseAuthCode,
		each: func(t domain.Tenure, _ policy.Suffix, _ int) (asking, error) {
			if err := locked(t, o.Now()); err != nil {
				return asking{}, err
			}
			if lifecycle.Forbids(domain.IntentTransferRequest, t.Statuses, nil) { // of no use, and a risk
				return asking{}, fault.New(fault.Conflict, "domain.status-forbids", "name", naming.Display(n), "statuses", joinStatuses(t.Statuses))
			}
			return asking{payload: domain.Payload{SealedCodes: sealed, Until: until}, facts: map[string]string{"until": until.UTC().Format(time.DateOnly)}}, nil
		}})
}

// ClearAuthCode has the registry forget the name's authorization code.
func (o *Ops) ClearAuthCode(ctx context.Context, scope domain.Scope, name string) (OrderView, error) {
	return o.change(ctx, scope, []string{name}, clearing())
}

func clearing() change {
	return change{action: domain.ActionAuth, kind: domain.IntentAuth, asked: "auth-code.clear-asked",
		each: func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{}, nil }}
}

// ShowAuthCode gives the authorization code that was set, once: it is erased with the answer.
func (o *Ops) ShowAuthCode(ctx context.Context, scope domain.Scope, name string) (code string, until time.Time, err error) {
	t, err := o.Domain(ctx, scope, name)
	if err != nil {
		return "", time.Time{}, err
	}
	plan, err := decideShowAuthCode(scope, t, o.Now())
	if err != nil {
		return "", time.Time{}, err
	}
	plain, err := o.Sealer.Open(t.SealedAuth, domain.AuthCodeSeal(t.Name))
	if err != nil {
		return "", time.Time{}, err
	}
	if err := o.Store.Commit(ctx, plan); err != nil {
		return "", time.Time{}, err
	}
	return string(plain), t.AuthUntil, nil
}

func decideShowAuthCode(scope domain.Scope, t domain.Tenure, now time.Time) (Plan, error) {
	if len(t.SealedAuth) == 0 || !now.Before(t.AuthUntil) {
		return Plan{}, fault.New(fault.Missing, "auth-code.none", "name", naming.Display(t.Name))
	}
	e := event(scope, t.Account, string(t.Name), "auth-code.shown", "ok", now)
	e.Facts = map[string]string{"until": t.AuthUntil.UTC().Format(time.DateOnly)}
	t.SealedAuth, t.UpdatedAt = nil, now
	return Plan{Writes: []Write{SetTenure{t}}, Events: []domain.Event{e}}, nil
}

func (o *Ops) authExpiry(ctx context.Context, t domain.Tenure, now time.Time) (Plan, error) {
	snap, err := o.Store.LoadOrder(ctx, t.Account, 0, []domain.Name{t.Name}, "")
	if err != nil {
		return Plan{}, err
	}
	first, err := o.Store.NextIDs(ctx, 3)
	if err != nil {
		return Plan{}, err
	}
	return decideAuthExpiry(t, snap, o.Policy(), first, now), nil
}

// decideAuthExpiry has a code whose days are over cleared at the registry. Where something else is under way for the
// name, it waits.
func decideAuthExpiry(t domain.Tenure, snap OrderSnapshot, table *policy.Table, first int64, now time.Time) Plan {
	scope := domain.Scope{Account: t.Account, Actor: "system", Via: "system"}
	snap.Running = map[domain.Name]domain.Tenure{t.Name: t}
	plan, _, err := decideChange(scope, []domain.Name{t.Name}, clearing(), snap, table, first, now)
	if err != nil { // looked at again tomorrow
		plan = Plan{}
	}
	t.SealedAuth, t.UpdatedAt = nil, now
	t.AuthUntil = now.AddDate(0, 0, 1) // until the clearing has landed
	t.NextActionAt = nextAction(t, now, table.House)
	plan.Writes = append(plan.Writes, SetTenure{t})
	e := event(scope, t.Account, string(t.Name), "auth-code.expired", "ok", now)
	if err != nil {
		e.Facts = map[string]string{"waits": string(fault.Of(err).Code)}
	} else {
		e.Facts = map[string]string{"log": strconv.FormatInt(first, 10)}
	}
	plan.Events = append(plan.Events, e)
	return plan
}

// nextAction is the next business time at which a running name needs something: a reminder, or the end of its code.
func nextAction(t domain.Tenure, now time.Time, house policy.House) time.Time {
	next := nextReminder(t.ExpiresAt, now, house)
	for _, at := range []time.Time{nextProofReminder(t, now, house), t.ContactBy} {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if !t.AuthUntil.IsZero() && (next.IsZero() || t.AuthUntil.Before(next)) {
		next = t.AuthUntil
	}
	return next
}

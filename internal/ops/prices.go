package ops

import (
	"context"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// PutPolicy adds a version to a policy row and makes it the policy's version. Orders that rest on an earlier one fail
// with "state.moved".
type PutPolicy struct{ Kind, Key, Body string }

// SetPriceGroup puts an account into a group of prices; "" takes it out. It fails with "account.not-found".
type SetPriceGroup struct {
	Account domain.AccountID
	Group   string
}

func (PutPolicy) write()     {}
func (SetPriceGroup) write() {}

// pricing is what prices need of the database.
type pricing interface {
	// GroupedAccounts lists up to limit accounts that are in a group of prices, by group and address.
	GroupedAccounts(ctx context.Context, limit int) ([]domain.Account, error)
}

// Prices is the policy with the prices that hold for the caller now: what pages and the API show, and what an order
// placed now is charged.
func (o *Ops) Prices(ctx context.Context, scope domain.Scope) (*policy.Table, error) {
	group := ""
	if scope.Account != 0 {
		a, err := o.Store.AccountByID(ctx, scope.Account)
		if err != nil {
			return nil, err
		}
		group = a.PriceGroup
	}
	return o.Policy().For(group, o.Now()), nil
}

// offer is the promotion that a price carries; nil: none.
func offer(s policy.Suffix, action string, years int) *policy.Quote {
	if q, ok := s.Quote(action, years); ok && q.Rule.Key != "" {
		return &q
	}
	return nil
}

// repriced reports whether a decision failed since the policy has moved under it, and takes the new one up: what was
// asked for can be decided once more, and is held against what the buyer was shown again.
func (o *Ops) repriced(ctx context.Context, err error) bool {
	if !fault.Is(err, "state.moved") || fault.Of(err).Facts["row"] != string(TablePolicy) || o.Reread == nil {
		return false
	}
	before := o.Policy().Version
	return o.Reread(ctx) == nil && o.Policy().Version != before
}

// maxRules that are not over, so that looking prices up stays cheap.
const maxRules = 1000

// PutRule adds a price rule, or changes one that is not over. Only operators may.
func (o *Ops) PutRule(ctx context.Context, scope domain.Scope, r policy.Rule) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	table, now := o.Policy(), o.Now()
	field, why := r.Wrong(func(s string) bool { _, ok := table.Suffix(s); return ok })
	if field == "" {
		field, why = clash(table, r, now)
	}
	if field != "" {
		return fault.New(fault.Invalid, "price.rule-invalid", "rule", r.Key, "field", field, "why", why)
	}
	return o.putRule(ctx, scope, table, r, "price.rule-put")
}

// clash says what stands in the way of a sound rule.
func clash(table *policy.Table, r policy.Rule, now time.Time) (field, why string) {
	if r.Standing(now) == policy.Over {
		return "until", "past"
	}
	if old, ok := table.Rule(r.Key); ok && old.Standing(now) == policy.Over {
		return "key", "used" // what was charged under it stays to be seen
	}
	live := 0
	for _, other := range table.Rules() {
		if other.Key != r.Key && other.Standing(now) != policy.Over {
			live++
		}
	}
	if live >= maxRules {
		return "key", "too-many"
	}
	return "", ""
}

// EndRule ends a price rule now; one that had not begun never does. Orders that were placed keep their prices.
func (o *Ops) EndRule(ctx context.Context, scope domain.Scope, key string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	table, now := o.Policy(), o.Now()
	r, ok := table.Rule(key)
	if !ok {
		return fault.New(fault.Missing, "price.rule-unknown", "rule", clip(key, 40))
	}
	switch r.Standing(now) {
	case policy.Over:
		return nil
	case policy.Planned:
		r.From = now
	}
	r.Until = now
	return o.putRule(ctx, scope, table, r, "price.rule-ended")
}

func (o *Ops) putRule(ctx context.Context, scope domain.Scope, table *policy.Table, r policy.Rule, kind string) error {
	row, err := r.Row()
	if err != nil {
		return err
	}
	e := event(scope, 0, "price:"+r.Key, kind, "ok", o.Now())
	e.Facts = map[string]string{"rule": r.Key, "deal": string(r.Deal), "from": r.From.Format(time.RFC3339), "amount": strconv.FormatInt(r.Amount, 10),
		"percent": strconv.FormatInt(r.Percent, 10), "off": strconv.FormatInt(r.Off, 10)}
	if !r.Until.IsZero() {
		e.Facts["until"] = r.Until.Format(time.RFC3339)
	}
	err = o.Store.Commit(ctx, Plan{Expect: []Expect{{TablePolicy, 0, table.Version}}, Events: []domain.Event{e},
		Writes: []Write{PutPolicy{Kind: row.Kind, Key: row.Key, Body: row.Body}}})
	if o.Reread != nil && (err == nil || fault.Is(err, "state.moved")) {
		if rerr := o.Reread(ctx); err == nil {
			err = rerr
		}
	}
	return err
}

// SetPriceGroup puts the account of an address into a group of prices; "" takes it out. Only operators may.
func (o *Ops) SetPriceGroup(ctx context.Context, scope domain.Scope, email, group string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	if group != "" && !policy.ValidKey(group) {
		return fault.New(fault.Invalid, "price.rule-invalid", "rule", clip(group, 40), "field", "groups", "why", "form")
	}
	a, err := o.Store.AccountByEmail(ctx, email)
	if err != nil {
		return err
	}
	e := event(scope, a.ID, "account:"+strconv.FormatInt(int64(a.ID), 10), "price.group-set", "ok", o.Now())
	e.Facts = map[string]string{"group": group, "was": a.PriceGroup}
	return o.Store.Commit(ctx, Plan{Writes: []Write{SetPriceGroup{Account: a.ID, Group: group}}, Events: []domain.Event{e}})
}

// PriceDesk is the price rules and the accounts with prices of their own, for operators.
func (o *Ops) PriceDesk(ctx context.Context, scope domain.Scope) ([]policy.Rule, []domain.Account, error) {
	if !scope.Operator {
		return nil, nil, fault.New(fault.Denied, "account.denied")
	}
	accounts, err := o.Store.GroupedAccounts(ctx, 500)
	return o.Policy().Rules(), accounts, err
}

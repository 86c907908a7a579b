package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// change is an operation on names that run here: what it is called, and what it asks a registry for.
type change struct {
	action   domain.Action
	kind     domain.IntentKind
	asked    string // kind of the log's event when it is placed
	key      string // idempotency key; empty: none
	standing any    // with the names and the action, what the key stands for
	maxTotal int64  // what the buyer was shown, minor units; 0: not checked
	template domain.TemplateID
	bad      error                                                         // what is wrong with the change itself
	refusal  policy.Refusable                                              // what it is, for names of unverified registrants; empty: nothing that is refused
	draft    bool                                                          // a template that has not passed its review will do, where the suffix takes it
	each     func(t domain.Tenure, s policy.Suffix, i int) (asking, error) // pure; i counts the names
}

// asking is what is asked for one name.
type asking struct {
	payload domain.Payload
	price   int64             // minor units; 0: free
	facts   map[string]string // for the log
}

// change places an order for a change of up to 4,000 of the caller's names. The first thing that is wrong with any of
// them refuses them all, and changes nothing.
func (o *Ops) change(ctx context.Context, scope domain.Scope, typed []string, c change) (OrderView, error) {
	view, err := o.changeOnce(ctx, scope, typed, c)
	if o.repriced(ctx, err) {
		view, err = o.changeOnce(ctx, scope, typed, c)
	}
	return view, err
}

func (o *Ops) changeOnce(ctx context.Context, scope domain.Scope, typed []string, c change) (OrderView, error) {
	table := o.Policy()
	names, err := parseNames(typed, table)
	if err != nil {
		return OrderView{}, err
	}
	if c.bad != nil {
		return OrderView{}, c.bad
	}
	snap, err := o.Store.LoadOrder(ctx, scope.Account, c.template, names, c.key)
	if err != nil {
		return OrderView{}, err
	}
	asked := c.digest(names)
	if snap.Earlier != nil {
		return o.earlier(ctx, scope, *snap.Earlier, asked)
	}
	first, err := o.Store.NextIDs(ctx, 1+2*len(names))
	if err != nil {
		return OrderView{}, err
	}
	plan, view, err := decideChange(scope, names, c, snap, table, first, o.Now())
	if err != nil {
		return OrderView{}, err
	}
	if err := o.Store.Commit(ctx, plan); err != nil {
		if fault.Is(err, "order.key-used") { // two requests with one key at the same moment
			if snap, again := o.Store.LoadOrder(ctx, scope.Account, 0, names, c.key); again == nil && snap.Earlier != nil {
				return o.earlier(ctx, scope, *snap.Earlier, asked)
			}
		}
		return OrderView{}, err
	}
	return view, nil
}

func (c change) digest(names []domain.Name) string {
	raw, _ := json.Marshal([]any{c.action, names, c.standing}) // plain values
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

func decideChange(scope domain.Scope, names []domain.Name, c change, snap OrderSnapshot, table *policy.Table, first int64, now time.Time) (Plan, OrderView, error) {
	table = table.For(snap.Account.PriceGroup, now)
	order := domain.Order{ID: domain.OrderID(first), Account: scope.Account, Action: c.action, Count: len(names),
		PolicyVersion: table.Version, Via: scope.Via, Key: c.key, CreatedAt: now}
	if c.key != "" {
		order.Asked = c.digest(names)
	}
	insert, plan, wake := InsertOrder{}, Plan{}, map[string]bool{}
	if c.template != 0 {
		if err := present(snap.Template, c.template); err != nil {
			return Plan{}, OrderView{}, err
		}
		plan.Expect = append(plan.Expect, Expect{TableTemplate, int64(snap.Template.ID), snap.Template.Version})
	}
	for i, n := range names {
		t, ok := snap.Running[n]
		if !ok || t.Account != scope.Account {
			return Plan{}, OrderView{}, fault.New(fault.Missing, "domain.not-found", "name", naming.Display(n))
		}
		suffix, _ := table.Suffix(n.Suffix())
		if c.template != 0 {
			if err := usable(snap.Template, n, suffix, c.draft); err != nil {
				return Plan{}, OrderView{}, err
			}
		}
		if c.refusal != "" && snap.Standing[t.Template] != domain.TemplateApproved && suffix.Refuses(c.refusal) {
			return Plan{}, OrderView{}, fault.New(fault.Conflict, "domain.unverified", "name", naming.Display(n), "action", string(c.refusal),
				"template", t.Template.Public(), "status", string(snap.Standing[t.Template]))
		}
		ask, err := c.each(t, suffix, i)
		if err != nil {
			return Plan{}, OrderView{}, err
		}
		if lifecycle.Forbids(c.kind, t.Statuses, ask.payload.RemStatuses) {
			return Plan{}, OrderView{}, fault.New(fault.Conflict, forbids(t.Statuses), "name", naming.Display(n), "statuses", joinStatuses(t.Statuses))
		}
		if snap.Busy[n] {
			return Plan{}, OrderView{}, fault.New(fault.Conflict, "domain.busy", "name", naming.Display(n))
		}
		plan.Expect = append(plan.Expect, Expect{TableTenure, int64(t.ID), t.Version})
		item := domain.Item{ID: domain.ItemID(first + 1 + int64(i)), Order: order.ID, Account: scope.Account, Name: n,
			Status: domain.ItemDoing, Hold: domain.HoldNone, Price: ask.price, CreatedAt: now, UpdatedAt: now}
		if ask.price > 0 {
			order.Total += ask.price
			order.Currency, item.Currency, item.Hold = table.House.Currency, table.House.Currency, domain.Held
			plan.Entries = append(plan.Entries, ledger.Hold(item))
		}
		id := first + 1 + int64(len(names)+i)
		p := ask.payload
		p.Version, p.Actor, p.IP, p.Via = domain.PayloadVersion, scope.Actor, scope.IP, scope.Via
		insert.Items = append(insert.Items, item)
		insert.Intents = append(insert.Intents, domain.Intent{ID: domain.IntentID(id), Item: item.ID, Account: scope.Account,
			RegistryAccount: t.RegistryAccount, Name: n, Kind: c.kind, State: domain.IntentQueued, ClTRID: clTRID(id), Template: c.template,
			DeadlineAt: now.AddDate(0, 0, table.House.IntentDays), CreatedAt: now, Payload: p})
		e := event(scope, scope.Account, string(n), c.asked, "doing", now)
		e.Facts = map[string]string{"log": strconv.FormatInt(int64(order.ID), 10)}
		for k, v := range ask.facts {
			e.Facts[k] = v
		}
		plan.Events = append(plan.Events, e)
		wake[t.RegistryAccount] = true
	}
	if order.Total > 0 {
		order.Number = orderNumber(order.ID, now)
		for i := range plan.Entries {
			plan.Entries[i].Ref = order.Number
		}
		plan.Expect = append(plan.Expect, Expect{TablePolicy, 0, table.Version})
		if c.maxTotal != 0 && order.Total != c.maxTotal {
			return Plan{}, OrderView{}, fault.New(fault.Conflict, "order.price-changed", "shown", strconv.FormatInt(c.maxTotal, 10),
				"now", strconv.FormatInt(order.Total, 10), "currency", order.Currency)
		}
		if order.Total > snap.Wallet.Balance {
			return Plan{}, OrderView{}, short(order.Total, snap.Wallet.Balance, order.Currency)
		}
	}
	insert.Order = order
	plan.Writes = []Write{insert}
	for account := range wake {
		plan.Wake = append(plan.Wake, account)
	}
	return plan, OrderView{Order: order, Doing: len(names)}, nil
}

// forbids is the code for a name whose statuses don't go with what is asked: an update lock has words of its own.
func forbids(s domain.Statuses) fault.Code {
	if s.Has(domain.ClientUpdateProhibited, domain.ServerUpdateProhibited) && !s.Has(domain.PendingDelete, domain.PendingTransfer) {
		return "domain.update-prohibited"
	}
	return "domain.status-forbids"
}

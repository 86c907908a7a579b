package ops

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Register asks for up to 4,000 names.
type Register struct {
	Template     domain.TemplateID
	Names        []string
	Years        int
	YearsOf      map[domain.Name]int // where a name's term differs from Years
	NameServers  []string            // none: the house's
	AutoRenew    int
	LockUpdate   bool
	LockTransfer bool
	Agreement    string // version of the registration agreement that was accepted
	Key          string // idempotency key; the same key gives the same order again
	MaxTotal     int64  // what the buyer was shown, minor units; 0: not checked
}

// Register places an order: every name is held for, written down as an intent, and sent from there. The same
// idempotency key gives the earlier order.
func (o *Ops) Register(ctx context.Context, scope domain.Scope, in Register) (OrderView, error) {
	table := o.Policy()
	names, err := parseNames(in.Names, table)
	if err != nil {
		return OrderView{}, err
	}
	snap, err := o.Store.LoadOrder(ctx, scope.Account, in.Template, names, in.Key)
	if err != nil {
		return OrderView{}, err
	}
	asked := digest(in, names)
	if snap.Earlier != nil {
		return o.earlier(ctx, scope, *snap.Earlier, asked)
	}
	cart, err := o.Store.Cart(ctx, scope.Account)
	if err != nil {
		return OrderView{}, err
	}
	open, err := o.Store.Cases(ctx, CaseFilter{Account: scope.Account, Open: true, Limit: 500})
	if err != nil {
		return OrderView{}, err
	}
	fees, err := o.agreedFees(ctx, scope, cart, names)
	if err != nil {
		return OrderView{}, err
	}
	first, err := o.Store.NextIDs(ctx, 1+2*len(names))
	if err != nil {
		return OrderView{}, err
	}
	secrets, err := o.authInfos(names)
	if err != nil {
		return OrderView{}, err
	}
	plan, view, err := decideRegister(scope, in, names, snap, fees, table, secrets, first, o.Now())
	if err != nil {
		return OrderView{}, err
	}
	plan.Writes = append(plan.Writes, mended(open, names, o.Now())...)
	if err := o.Store.Commit(ctx, plan); err != nil {
		if fault.Is(err, "order.key-used") { // two requests with one key at the same moment
			if snap, again := o.Store.LoadOrder(ctx, scope.Account, in.Template, names, in.Key); again == nil && snap.Earlier != nil {
				return o.earlier(ctx, scope, *snap.Earlier, asked)
			}
		}
		return OrderView{}, err
	}
	return view, nil
}

// mended ends the cases of names that were taken, where the same label is now ordered under another suffix: that is
// the remedy that the case offered.
func mended(open []domain.Case, names []domain.Name, now time.Time) []Write {
	labels := make(map[string]bool, len(names))
	for _, n := range names {
		labels[n.Label()] = true
	}
	var out []Write
	for _, c := range open {
		if c.Code == "registration.taken" && labels[domain.Name(c.Subject).Label()] {
			out = append(out, ClearCase{Account: c.Account, Subject: c.Subject, Code: c.Code, At: now})
		}
	}
	return out
}

// parseNames reads what was typed; the first thing wrong with any of them refuses them all.
func parseNames(typed []string, table *policy.Table) ([]domain.Name, error) {
	switch {
	case len(typed) == 0:
		return nil, fault.New(fault.Invalid, "input.no-names")
	case len(typed) > table.House.MaxNames:
		return nil, fault.New(fault.Invalid, "input.too-many-names",
			"limit", strconv.Itoa(table.House.MaxNames), "count", strconv.Itoa(len(typed)))
	}
	names := make([]domain.Name, 0, len(typed))
	seen := make(map[domain.Name]bool, len(typed))
	for _, s := range typed {
		n, err := naming.Parse(s)
		if err != nil {
			return nil, err
		}
		if seen[n] {
			return nil, fault.New(fault.Invalid, "input.duplicate-name", "name", naming.Display(n))
		}
		seen[n] = true
		suffix, ok := table.Suffix(n.Suffix())
		if !ok {
			return nil, fault.New(fault.Invalid, "suffix.unsupported", "suffix", naming.Display(domain.Name(n.Suffix())), "name", naming.Display(n))
		}
		if err := naming.Check(n, suffix); err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, nil
}

// authInfos draws a secret for each name. It is also our proof that an object at the registry is ours, so it is
// drawn once and kept for every sending. 26 of 62 characters are 154 bits (RFC 9154 section 4.1 asks for 128).
func (o *Ops) authInfos(names []domain.Name) ([][]byte, error) {
	out := make([][]byte, len(names))
	for i, n := range names {
		var err error
		if out[i], err = o.Sealer.Seal([]byte(o.token(26)), "auth:"+string(n)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decideRegister(scope domain.Scope, in Register, names []domain.Name, snap OrderSnapshot, fees map[domain.Name]int64,
	table *policy.Table, secrets [][]byte, first int64, now time.Time) (Plan, OrderView, error) {
	house := table.House
	if in.Agreement != house.Agreement {
		return Plan{}, OrderView{}, fault.New(fault.Conflict, "order.agreement-old", "accepted", in.Agreement, "current", house.Agreement)
	}
	if err := present(snap.Template, in.Template); err != nil {
		return Plan{}, OrderView{}, err
	}
	ns, err := nameServers(in.NameServers, house)
	if err != nil {
		return Plan{}, OrderView{}, err
	}
	order := domain.Order{ID: domain.OrderID(first), Account: scope.Account, Action: domain.ActionNew, Count: len(names),
		Currency: house.Currency, PolicyVersion: table.Version, Agreement: in.Agreement, Via: scope.Via, Key: in.Key, CreatedAt: now}
	if in.Key != "" {
		order.Asked = digest(in, names)
	}
	order.Number = orderNumber(order.ID, now)
	view := OrderView{Order: order}
	plan := Plan{
		Expect: []Expect{
			{TableTemplate, int64(snap.Template.ID), snap.Template.Version},
			{TablePolicy, 0, table.Version},
		},
		Entries: make([]ledger.Entry, 0, len(names)),
	}
	items := make([]domain.Item, 0, len(names))
	intents := make([]domain.Intent, 0, len(names))
	wake := map[string]bool{}
	deadline := now.AddDate(0, 0, house.IntentDays)
	for i, n := range names {
		suffix, _ := table.Suffix(n.Suffix())
		if err := usable(snap.Template, n, suffix, true); err != nil {
			return Plan{}, OrderView{}, err
		}
		years := in.Years
		if y := in.YearsOf[n]; y != 0 {
			years = y
		}
		fee := fees[n]
		if !suffix.Allows(years) || (fee > 0 && years != 1) {
			return Plan{}, OrderView{}, fault.New(fault.Invalid, "order.years", "name", naming.Display(n), "years", strconv.Itoa(years))
		}
		price, cost := priceNew(suffix, years, fee)
		item := domain.Item{ID: domain.ItemID(first + 1 + int64(i)), Order: order.ID, Account: scope.Account, Name: n,
			Status: domain.ItemDoing, Price: price, Currency: order.Currency, Hold: domain.Held, CreatedAt: now, UpdatedAt: now}
		if t, ok := snap.Running[n]; ok { // known before anything is paid for
			item.Status, item.Hold, item.Code = domain.ItemFailed, domain.HoldNone, "registration.taken"
			item.Facts = takenHere(t, scope)
			items = append(items, item)
			view.Failed++
			continue
		}
		order.Total += price
		view.Doing++
		items = append(items, item)
		plan.Entries = append(plan.Entries, withRef(ledger.Hold(item), order.Number))
		intents = append(intents, domain.Intent{
			ID: domain.IntentID(first + 1 + int64(len(names)+i)), Item: item.ID, Account: scope.Account,
			RegistryAccount: suffix.Registry, Name: n, Kind: domain.IntentCreate, State: domain.IntentQueued,
			ClTRID:   clTRID(first + 1 + int64(len(names)+i)),
			Template: snap.Template.ID, DeadlineAt: deadline, CreatedAt: now,
			Payload: domain.Payload{Years: years, NameServers: ns, SealedAuthInfo: secrets[i], Fee: fee, FeeCurrency: feeCurrency(fee, suffix),
				Cost: cost, AutoRenew: in.AutoRenew, LockUpdate: in.LockUpdate, LockTransfer: in.LockTransfer,
				Actor: scope.Actor, IP: scope.IP, Via: scope.Via},
		})
		wake[suffix.Registry] = true
	}
	if in.MaxTotal != 0 && order.Total > in.MaxTotal {
		return Plan{}, OrderView{}, fault.New(fault.Conflict, "order.price-changed", "shown", strconv.FormatInt(in.MaxTotal, 10),
			"now", strconv.FormatInt(order.Total, 10), "currency", order.Currency)
	}
	if short := order.Total - snap.Wallet.Balance; short > 0 {
		return Plan{}, OrderView{}, fault.New(fault.Conflict, "wallet.insufficient", "short", strconv.FormatInt(short, 10),
			"balance", strconv.FormatInt(snap.Wallet.Balance, 10), "currency", order.Currency)
	}
	view.Order = order
	placed := event(scope, scope.Account, order.Number, "order.placed", "ok", now)
	placed.Facts = map[string]string{"names": strconv.Itoa(len(names)), "total": strconv.FormatInt(order.Total, 10), "currency": order.Currency}
	if len(names) == 1 {
		placed.Facts["name"] = string(names[0])
	}
	plan.Events = []domain.Event{placed}
	plan.Writes = []Write{
		InsertOrder{Order: order, Items: items, Intents: intents},
		DropCart{Account: scope.Account, Names: names},
	}
	for account := range wake {
		plan.Wake = append(plan.Wake, account)
	}
	return plan, view, nil
}

// priceNew gives what the buyer pays and what the registry takes, minor units. A premium fee carries the suffix's margin.
func priceNew(s policy.Suffix, years int, fee int64) (price, cost int64) {
	if fee > 0 {
		return fee + fee*s.PremiumMark/100, fee
	}
	price, _ = s.Price("new", years)
	return price, s.Cost + s.CostRenew*int64(years-1)
}

func feeCurrency(fee int64, s policy.Suffix) string {
	if fee == 0 {
		return ""
	}
	return s.Currency
}

func takenHere(t domain.Tenure, scope domain.Scope) map[string]string {
	facts := map[string]string{"name": naming.Display(t.Name), "registrar": "OpenRegistrar", "registered": t.RegisteredAt.UTC().Format(time.DateOnly)}
	if t.Account == scope.Account {
		facts["yours"] = "yes"
	}
	return facts
}

func withRef(e ledger.Entry, ref string) ledger.Entry { e.Ref = ref; return e }

// orderNumber is the product's BigDealId: the day and the order's identifier.
func orderNumber(id domain.OrderID, now time.Time) string {
	return now.UTC().Format("20060102") + strings.Repeat("0", max(0, 9-len(strconv.FormatInt(int64(id), 10)))) + strconv.FormatInt(int64(id), 10)
}

func clTRID(intent int64) string { return "OR-" + strings.ToUpper(strconv.FormatInt(intent, 36)) }

// nameServers reads 2 to 13 host names; none means the house's.
func nameServers(typed []string, house policy.House) ([]string, error) {
	if len(typed) == 0 {
		return house.DefaultNS, nil
	}
	out := make([]string, 0, len(typed))
	seen := map[string]bool{}
	for _, s := range typed {
		if strings.TrimSpace(s) == "" {
			continue
		}
		h, err := naming.Host(s)
		if err != nil {
			return nil, err
		}
		if seen[h] {
			return nil, fault.New(fault.Invalid, "input.name-servers", "rule", "twice", "host", h)
		}
		seen[h] = true
		out = append(out, h)
	}
	if len(out) < 2 || len(out) > 13 {
		return nil, fault.New(fault.Invalid, "input.name-servers", "rule", "count", "count", strconv.Itoa(len(out)))
	}
	return out, nil
}

// Order reads one order.
func (o *Ops) Order(ctx context.Context, scope domain.Scope, id domain.OrderID) (OrderView, error) {
	views, _, err := o.Store.Orders(ctx, whose(scope), OrderFilter{Page: Page{Limit: 1}, IDs: []domain.OrderID{id}})
	if err != nil {
		return OrderView{}, err
	}
	if len(views) == 0 {
		return OrderView{}, fault.New(fault.Missing, "order.not-found", "order", strconv.FormatInt(int64(id), 10))
	}
	return views[0], nil
}

// Orders lists orders, newest first; operators see everybody's.
func (o *Ops) Orders(ctx context.Context, scope domain.Scope, f OrderFilter) ([]OrderView, int, error) {
	return o.Store.Orders(ctx, whose(scope), f)
}

// Items lists an order's names in the order that they were given in.
func (o *Ops) Items(ctx context.Context, scope domain.Scope, id domain.OrderID, p Page) ([]domain.Item, int, error) {
	if _, err := o.Order(ctx, scope, id); err != nil {
		return nil, 0, err
	}
	return o.Store.Items(ctx, whose(scope), id, p)
}

// whose is the account that a list is narrowed to: an operator's is narrowed to none, nobody's to one that has nothing.
func whose(s domain.Scope) domain.AccountID {
	if s.Operator {
		return 0
	}
	if s.Account == 0 {
		return -1
	}
	return s.Account
}

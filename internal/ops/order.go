package ops

import (
	"context"
	"errors"
	"slices"
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
	Language     string // that it was read in
	Key          string // idempotency key; the same key gives the same order again
	MaxTotal     int64  // what the buyer was shown, minor units; 0: not checked
	// PriceOf is what the buyer was shown for a name and its term, minor units. A name without it is ordered at today's
	// price, or at the fee that stands in the cart.
	PriceOf map[domain.Name]int64
	// Alone: a name that can't be ordered fails alone, with its own reason, and the balance goes as far as it lasts, in
	// the order of Names. Otherwise the first such name refuses them all.
	Alone bool
	// Strict, with Alone: names that can't be read or are given twice refuse them all, as the product's call does.
	Strict bool
}

// years is the term of a name.
func (in Register) years(n domain.Name) int {
	if y := in.YearsOf[n]; y != 0 {
		return y
	}
	return in.Years
}

// refused is what refuses a batch before anything is looked at.
func (in Register) refused(asks []ask) error {
	switch {
	case !in.Alone:
		return firstFault(asks)
	case in.Strict:
		for _, a := range asks {
			if a.fault != nil && strings.HasPrefix(string(fault.Of(a.fault).Code), "input.") {
				return a.fault
			}
		}
	}
	return oneReason(asks)
}

// Register places an order: every name is held for, written down as an intent, and sent from there. The same
// idempotency key gives the earlier order.
func (o *Ops) Register(ctx context.Context, scope domain.Scope, in Register) (OrderView, error) {
	for try := 1; ; try++ {
		view, err := o.register(ctx, scope, in)
		// Another order took of the balance meanwhile: what it still reaches is worked out afresh.
		again := in.Alone && errors.Is(err, errBalanceMoved) || o.repriced(ctx, err)
		if fault.Is(err, "state.moved") && fault.Of(err).Facts["row"] == string(TableWords) {
			again = true // the desk has changed a word list: the names are held against it as it is now
		}
		if try == 3 || !again {
			return view, err
		}
	}
}

func (o *Ops) register(ctx context.Context, scope domain.Scope, in Register) (OrderView, error) {
	table := o.Policy()
	asks, err := readNames(in.Names, table)
	if err == nil {
		err = in.refused(asks)
	}
	if err != nil {
		return OrderView{}, err
	}
	names := sound(asks)
	snap, err := o.Store.LoadOrder(ctx, scope.Account, in.Template, names, in.Key)
	if err != nil {
		return OrderView{}, err
	}
	asked := digest(in, namesOf(asks))
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
	o.agreedPrices(ctx, scope, in, asks, fees, table.For(snap.Account.PriceGroup, o.Now()))
	if err := o.knownRisks(ctx, scope, asks); err != nil {
		return OrderView{}, err
	}
	if err := in.refused(asks); err != nil {
		return OrderView{}, err
	}
	first, err := o.Store.NextIDs(ctx, 1+2*len(asks))
	if err != nil {
		return OrderView{}, err
	}
	secrets, err := o.authInfos(asks)
	if err != nil {
		return OrderView{}, err
	}
	if snap.Met, snap.Words, err = o.vet(ctx, scope.Account, names); err != nil {
		return OrderView{}, err
	}
	plan, view, err := decideRegister(scope, in, asks, snap, fees, table, secrets, first, o.Now())
	if err != nil {
		return OrderView{}, err
	}
	plan.Writes = append(plan.Writes, mended(open, ordered(plan), o.Now())...)
	if err := o.Store.Commit(ctx, plan); err != nil {
		switch {
		case fault.Is(err, "order.key-used"): // two requests with one key at the same moment
			if snap, again := o.Store.LoadOrder(ctx, scope.Account, in.Template, names, in.Key); again == nil && snap.Earlier != nil {
				return o.earlier(ctx, scope, *snap.Earlier, asked)
			}
		case fault.Is(err, "wallet.insufficient"):
			return OrderView{}, errors.Join(err, errBalanceMoved)
		}
		return OrderView{}, err
	}
	return view, nil
}

// errBalanceMoved marks a refusal of the commit: the balance that the decision rested on is not there any more.
var errBalanceMoved = errors.New("ops: the balance has moved")

// ordered are the names that a plan sends to their registries.
func ordered(plan Plan) []domain.Name {
	insert := plan.Writes[0].(InsertOrder)
	names := make([]domain.Name, len(insert.Intents))
	for i, in := range insert.Intents {
		names[i] = in.Name
	}
	return names
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

// authInfos draws a secret for each name. It is also our proof that an object at the registry is ours, so it is
// drawn once and kept for every sending. 26 of 62 characters are 154 bits (RFC 9154 section 4.1 asks for 128).
func (o *Ops) authInfos(asks []ask) ([][]byte, error) {
	out := make([][]byte, len(asks))
	for i, a := range asks {
		if a.fault != nil {
			continue
		}
		var err error
		if out[i], err = o.Sealer.Seal([]byte(o.token(26)), domain.AuthInfoSeal(a.name)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decideRegister(scope domain.Scope, in Register, asks []ask, snap OrderSnapshot, fees map[domain.Name]int64,
	table *policy.Table, secrets [][]byte, first int64, now time.Time) (Plan, OrderView, error) {
	table = table.For(snap.Account.PriceGroup, now)
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
	order := domain.Order{ID: domain.OrderID(first), Account: scope.Account, Action: domain.ActionNew, Count: len(asks),
		Currency: house.Currency, PolicyVersion: table.Version, Agreement: in.Agreement, Language: in.Language, Via: scope.Via, Key: in.Key, CreatedAt: now}
	if in.Key != "" {
		order.Asked = digest(in, namesOf(asks))
	}
	order.Number = orderNumber(order.ID, now)
	view := OrderView{Order: order}
	plan := Plan{
		Expect: []Expect{
			{TableTemplate, int64(snap.Template.ID), snap.Template.Version},
			{TablePolicy, 0, table.Version},
			{TableWords, 0, snap.Words},
		},
		Entries: make([]ledger.Entry, 0, len(asks)),
	}
	asks = slices.Clone(asks)
	items := make([]domain.Item, 0, len(asks))
	intents := make([]domain.Intent, 0, len(asks))
	var reviews []Write // people's looks at names, and cases of those that are refused
	wake := map[string]bool{}
	wanted := int64(0) // more than the balance reaches
	deadline := now.AddDate(0, 0, house.IntentDays)
	for i := range asks {
		a := &asks[i]
		n := a.name
		suffix, _ := table.Suffix(n.Suffix())
		years, fee := in.years(n), fees[n]
		if a.fault == nil {
			a.fault = orderable(snap.Template, n, suffix, years, fee)
		}
		item := domain.Item{ID: domain.ItemID(first + 1 + int64(i)), Order: order.ID, Account: scope.Account, Name: n,
			Status: domain.ItemDoing, Currency: order.Currency, Hold: domain.Held, CreatedAt: now, UpdatedAt: now}
		var cost int64
		t, taken := snap.Running[n]
		met, hit := snap.Met[n]
		barred := hit && !met.Doubtful && !taken
		if a.fault == nil {
			item.Price, cost = priceNew(suffix, years, fee)
			shown, left := in.PriceOf[n], snap.Wallet.Balance-order.Total
			switch {
			case taken || barred: // that is its reason
			case shown != 0 && shown != item.Price:
				a.fault = priceMoved(n, shown, item.Price, order.Currency)
			case in.Alone && item.Price > left:
				a.fault = fault.New(fault.Conflict, balanceOut, "name", naming.Display(n), "price", strconv.FormatInt(item.Price, 10),
					"balance", strconv.FormatInt(left, 10), "currency", order.Currency)
				wanted += item.Price
			}
		}
		if a.fault != nil && !in.Alone {
			return Plan{}, OrderView{}, a.fault
		}
		if a.fault == nil && barred {
			reviews = append(reviews, wordRefused(&item, met, now))
			items = append(items, item)
			view.Failed++
			continue
		}
		if a.fault != nil || taken { // known before anything is paid for
			item.Status, item.Hold = domain.ItemFailed, domain.HoldNone
			if a.fault != nil {
				f := fault.Of(a.fault)
				item.Code, item.Facts = string(f.Code), f.Facts
			} else {
				item.Code, item.Facts = "registration.taken", takenHere(t, scope)
			}
			items = append(items, item)
			view.Failed++
			continue
		}
		order.Total += item.Price
		view.Doing++
		plan.Entries = append(plan.Entries, withRef(ledger.Hold(item), order.Number))
		intent := domain.Intent{
			ID: domain.IntentID(first + 1 + int64(len(asks)+i)), Item: item.ID, Account: scope.Account,
			RegistryAccount: suffix.Registry, Name: n, Kind: domain.IntentCreate, State: domain.IntentQueued,
			ClTRID:   clTRID(first + 1 + int64(len(asks)+i)),
			Template: snap.Template.ID, DeadlineAt: deadline, CreatedAt: now,
			Payload: domain.Payload{Years: years, NameServers: ns, SealedAuthInfo: secrets[i], Fee: fee, FeeCurrency: feeCurrency(fee, suffix),
				Cost: cost, AutoRenew: in.AutoRenew, LockUpdate: in.LockUpdate, LockTransfer: in.LockTransfer,
				Actor: scope.Actor, IP: scope.IP, Via: scope.Via},
		}
		if hit { // in doubt
			reviews = append(reviews, wordDoubted(&item, &intent, met, now))
		} else {
			wake[suffix.Registry] = true
		}
		items, intents = append(items, item), append(intents, intent)
	}
	if err := oneReason(asks); err != nil {
		if fault.Is(err, balanceOut) { // it reaches none of them
			err = short(wanted, snap.Wallet.Balance, order.Currency)
		}
		return Plan{}, OrderView{}, err
	}
	if in.MaxTotal != 0 && order.Total > in.MaxTotal {
		return Plan{}, OrderView{}, fault.New(fault.Conflict, "order.price-changed", "shown", strconv.FormatInt(in.MaxTotal, 10),
			"now", strconv.FormatInt(order.Total, 10), "currency", order.Currency)
	}
	if order.Total > snap.Wallet.Balance {
		return Plan{}, OrderView{}, short(order.Total, snap.Wallet.Balance, order.Currency)
	}
	view.Order = order
	placed := event(scope, scope.Account, order.Number, "order.placed", "ok", now)
	placed.Facts = map[string]string{"names": strconv.Itoa(len(asks)), "total": strconv.FormatInt(order.Total, 10), "currency": order.Currency,
		"lists": strconv.FormatInt(snap.Words, 10)}
	if len(asks) == 1 {
		placed.Facts["name"] = string(asks[0].name)
	}
	plan.Events = []domain.Event{placed}
	plan.Writes = []Write{
		InsertOrder{Order: order, Items: items, Intents: intents},
		DropCart{Account: scope.Account, Names: sound(asks)},
	}
	plan.Writes = append(plan.Writes, reviews...)
	for account := range wake {
		plan.Wake = append(plan.Wake, account)
	}
	return plan, view, nil
}

// balanceOut is the code of a name that the balance did not reach, where the names before it were ordered.
const balanceOut fault.Code = "order.balance-out"

// short is the fault of a sum that the balance doesn't reach, minor units.
func short(sum, balance int64, currency string) error {
	return fault.New(fault.Conflict, "wallet.insufficient", "short", strconv.FormatInt(sum-balance, 10),
		"balance", strconv.FormatInt(balance, 10), "currency", currency)
}

// orderable says why a name can't be ordered, by what is known here.
func orderable(t domain.Template, n domain.Name, suffix policy.Suffix, years int, fee int64) error {
	if err := usable(t, n, suffix, true); err != nil {
		return err
	}
	if !suffix.Allows(years) || (fee > 0 && years != 1) {
		return fault.New(fault.Invalid, "order.years", "name", naming.Display(n), "years", strconv.Itoa(years))
	}
	return nil
}

// priceNew gives what the buyer pays and what the registry takes, minor units. A premium fee carries the suffix's margin.
func priceNew(s policy.Suffix, years int, fee int64) (price, cost int64) {
	if fee > 0 {
		return marked(s, fee), fee
	}
	price, _ = s.Price("new", years)
	return price, s.Cost + s.CostRenew*int64(years-1)
}

// marked is a registry's premium fee with the suffix's margin, minor units.
func marked(s policy.Suffix, fee int64) int64 { return fee + fee*s.PremiumMark/100 }

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

package policy

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// Deal says what a price rule does to a price.
type Deal string

// A price replaces the suffix's list price; a promotion lowers the price for as long as it lasts.
const (
	DealPrice     Deal = "price"
	DealPromotion Deal = "promotion"
)

// Actions that have prices, the product's words.
var priced = []string{"new", "renew", "redem", "tran"}

// Limits of a price rule.
const (
	maxRuleYears = 10
	maxAmount    = 100_000_000_00 // minor units
	maxRuleName  = 40             // characters of a promotion's name
)

// Rule is a row of kind "price": what some orders cost instead of the suffix's list price. Empty lists mean all.
// Premium names have their registry's price and no rule.
type Rule struct {
	Key      string    `toml:"key"`
	Deal     Deal      `toml:"deal"`
	NameZH   string    `toml:"zh"` // as buyers read it
	NameEN   string    `toml:"en"`
	Suffixes []string  `toml:"suffixes"` // A-label form
	Actions  []string  `toml:"actions"`  // new, renew, redem, tran
	Years    []int     `toml:"years"`
	Groups   []string  `toml:"groups"` // of accounts
	From     time.Time `toml:"from"`   // business time; the first moment that it holds
	Until    time.Time `toml:"until"`  // the first moment that it doesn't any more; zero: open

	// Exactly one: the price of the whole term, minor units; percent of the price; minor units off the price.
	Amount  int64 `toml:"amount"`
	Percent int64 `toml:"percent"` // 1 to 99
	Off     int64 `toml:"off"`

	Version int64 `toml:"-"`
}

// Key is the form of a rule's key and of an account group's name.
var keyForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// ValidKey reports whether a text can name a rule, a package or an account group: 1 to 32 lower-case letters, digits and
// inner hyphens.
func ValidKey(s string) bool { return keyForm.MatchString(s) }

// Wrong names the first field of the rule that can't be, and why; empty: it is sound.
func (r Rule) Wrong(known func(suffix string) bool) (field, why string) {
	amounts := 0
	for _, n := range []int64{r.Amount, r.Percent, r.Off} {
		if n != 0 {
			amounts++
		}
	}
	switch {
	case !ValidKey(r.Key):
		return "key", "form"
	case r.Deal != DealPrice && r.Deal != DealPromotion:
		return "deal", "unknown"
	case r.NameZH == "" || r.NameEN == "" || utf8.RuneCountInString(r.NameZH) > maxRuleName || utf8.RuneCountInString(r.NameEN) > maxRuleName:
		return "name", "length"
	case slices.ContainsFunc(r.Suffixes, func(s string) bool { return !known(s) }):
		return "suffixes", "unknown"
	case slices.ContainsFunc(r.Actions, func(a string) bool { return !slices.Contains(priced, a) }):
		return "actions", "unknown"
	case slices.ContainsFunc(r.Years, func(y int) bool { return y < 1 || y > maxRuleYears }):
		return "years", "range"
	case slices.ContainsFunc(r.Groups, func(g string) bool { return !ValidKey(g) }):
		return "groups", "form"
	case r.From.IsZero():
		return "from", "missing"
	case !r.Until.IsZero() && !r.Until.After(r.From):
		return "until", "order"
	case amounts != 1 || r.Deal == DealPrice && r.Amount == 0:
		return "amount", "one"
	case r.Amount < 0 || r.Amount > maxAmount || r.Off < 0 || r.Off > maxAmount || r.Percent < 0 || r.Percent > 99:
		return "amount", "range"
	case r.Amount > 0 && (len(r.Suffixes) != 1 || len(r.Actions) != 1 || len(r.Years) != 1):
		return "amount", "single" // one price is of one thing
	}
	return "", ""
}

// Standing is where a rule is in its time.
type Standing string

// Rules are planned, running, or over.
const (
	Planned Standing = "planned"
	Running Standing = "running"
	Over    Standing = "over"
)

// Standing says where the rule is at a business time.
func (r Rule) Standing(now time.Time) Standing {
	switch {
	case !r.Until.IsZero() && !now.Before(r.Until):
		return Over
	case now.Before(r.From):
		return Planned
	}
	return Running
}

// holds reports whether the rule says anything about this purchase.
func (r Rule) holds(b buyer, suffix, action string, years int) bool {
	return r.Standing(b.now) == Running && all(r.Suffixes, suffix) && all(r.Actions, action) && all(r.Years, years) && all(r.Groups, b.group)
}

func all[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// narrow counts what a rule names: of two prices the one that names more holds.
func (r Rule) narrow() int {
	n := 0
	if len(r.Groups) > 0 {
		n += 8
	}
	for _, named := range []bool{len(r.Suffixes) > 0, len(r.Actions) > 0, len(r.Years) > 0} {
		if named {
			n++
		}
	}
	return n
}

// apply gives the price under a promotion, minor units: parts of one are rounded up, and at least one is left.
func (r Rule) apply(price int64) int64 {
	switch {
	case r.Amount > 0:
		return min(price, r.Amount)
	case r.Percent > 0:
		return max(1, (price*r.Percent+99)/100)
	}
	return max(1, price-r.Off)
}

// buyer is whom prices are for, and when.
type buyer struct {
	group string
	now   time.Time
}

// Quote is a price with where it comes from.
type Quote struct {
	Price    int64 // what is charged, minor units
	Currency string
	List     int64 // before any promotion
	Rule     Rule  // the promotion that lowered it; Key "" where none did
	Priced   Rule  // the price rule that List comes from; Key "" where it is the suffix's own
}

// For gives the policy with the prices that hold for an account group ("" is nobody's) at a business time. Prices of a
// Table that it was not asked of are the suffixes' own.
func (t *Table) For(group string, now time.Time) *Table {
	bound := *t
	bound.buyer = &buyer{group, now}
	return &bound
}

// bind gives a suffix its buyer's prices.
func (t *Table) bind(s Suffix) Suffix {
	s.rules, s.buyer = t.rules, t.buyer
	return s
}

// Rules lists the price rules, newest first, those that are over too.
func (t *Table) Rules() []Rule {
	out := slices.Clone(t.rules)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Version > out[j].Version })
	return out
}

// Rule finds a rule by its key.
func (t *Table) Rule(key string) (Rule, bool) {
	for _, r := range t.rules {
		if r.Key == key {
			return r, true
		}
	}
	return Rule{}, false
}

// Quote is what an action costs for a number of years, with where the price comes from. The price rule that names most
// holds, a later one before an earlier; of the promotions the one that lowers the price most does, and they don't add up.
func (s Suffix) Quote(action string, years int) (Quote, bool) {
	list, ok := s.list(action, years)
	q := Quote{Price: list, List: list, Currency: s.Currency}
	if !ok || s.buyer == nil {
		return q, ok
	}
	for _, r := range s.rules {
		if r.Deal != DealPrice || !r.holds(*s.buyer, s.Suffix, action, years) {
			continue
		}
		if n, m := r.narrow(), q.Priced.narrow(); q.Priced.Key == "" || n > m || n == m && r.Version > q.Priced.Version {
			q.Price, q.List, q.Priced = r.Amount, r.Amount, r
		}
	}
	for _, r := range s.rules {
		if r.Deal != DealPromotion || !r.holds(*s.buyer, s.Suffix, action, years) {
			continue
		}
		if p := r.apply(q.List); p < q.Price || p == q.Price && p < q.List && r.Version > q.Rule.Version {
			q.Price, q.Rule = p, r
		}
	}
	return q, true
}

// Price is what an action costs for a number of years, minor units.
// Actions are the product's: new, renew, redem, tran.
func (s Suffix) Price(action string, years int) (int64, bool) {
	q, ok := s.Quote(action, years)
	return q.Price, ok
}

// list is the suffix's own price.
func (s Suffix) list(action string, years int) (int64, bool) {
	switch action {
	case "new":
		return s.New + s.Renew*int64(years-1), true
	case "renew":
		return s.Renew * int64(years), true
	case "redem":
		return s.Redeem, true
	case "tran":
		return s.Transfer, true
	}
	return 0, false
}

// Row writes the rule as a policy row, its times in whole seconds. A rule that ends no later than it begins never holds.
func (r Rule) Row() (Row, error) {
	r.From = r.From.UTC().Truncate(time.Second)
	if !r.Until.IsZero() {
		r.Until = r.Until.UTC().Truncate(time.Second)
		if !r.Until.After(r.From) {
			r.From = r.Until.Add(-time.Second)
		}
	}
	var body bytes.Buffer
	if err := toml.NewEncoder(&body).Encode(r); err != nil {
		return Row{}, err
	}
	row := Row{Kind: "price", Key: r.Key, Body: body.String()}
	_, err := parseRule(row) // a row that can't be read would keep every node from starting
	return row, err
}

// parseRule reads a row of kind "price". A suffix that is gone meanwhile is no fault: the rule holds for nothing then.
func parseRule(row Row) (Rule, error) {
	var r Rule
	if err := strict(row.Body, &r); err != nil {
		return r, err
	}
	if field, why := r.Wrong(func(string) bool { return true }); field != "" {
		return r, fmt.Errorf("%s: %s", field, why)
	}
	if r.Key != row.Key {
		return r, fmt.Errorf("key is %q", r.Key)
	}
	r.Version = row.Version
	return r, nil
}

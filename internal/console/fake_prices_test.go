package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

func (f *fake) Prices(_ context.Context, s domain.Scope) (*policy.Table, error) {
	group := ""
	for _, a := range f.accounts {
		if a.ID == s.Account {
			group = a.PriceGroup
		}
	}
	return f.table.For(group, today), nil
}

func (f *fake) PriceDesk(_ context.Context, s domain.Scope) ([]policy.Rule, []domain.Account, error) {
	var grouped []domain.Account
	for _, a := range f.accounts {
		if a.PriceGroup != "" {
			grouped = append(grouped, a)
		}
	}
	return f.table.Rules(), grouped, f.call("PriceDesk", s)
}

func (f *fake) PutRule(_ context.Context, s domain.Scope, r policy.Rule) error {
	f.asked = append(f.asked, "rule "+r.Key)
	f.rule = r
	return f.call("PutRule", s)
}

func (f *fake) EndRule(_ context.Context, s domain.Scope, key string) error {
	f.asked = append(f.asked, "end "+key)
	return f.call("EndRule", s)
}

func (f *fake) SetPriceGroup(_ context.Context, s domain.Scope, email, group string) error {
	f.asked = append(f.asked, "group "+email+" "+group)
	return f.call("SetPriceGroup", s)
}

// withRules gives the fake a running promotion, a price of a group, and one that has not begun.
func withRules(f *fake) {
	rows, err := policy.Shipped()
	if err != nil {
		panic(err)
	}
	for i, r := range []policy.Rule{
		{Key: "double-eleven", Deal: policy.DealPromotion, NameZH: "双十一特惠", NameEN: "Double Eleven", Suffixes: []string{"com", "net"}, Actions: []string{"new"}, Years: []int{1}, Percent: 80, From: today.AddDate(0, 0, -5), Until: today.AddDate(0, 0, 7)},
		{Key: "partner-com", Deal: policy.DealPrice, NameZH: "伙伴价", NameEN: "Partners' price", Suffixes: []string{"com"}, Actions: []string{"renew"}, Years: []int{1}, Groups: []string{"partners"}, Amount: 6900, From: today.AddDate(0, -1, 0)},
		{Key: "new-year", Deal: policy.DealPromotion, NameZH: "元旦特惠", NameEN: "New Year", Off: 500, From: today.AddDate(0, 1, 0), Until: today.AddDate(0, 1, 10)},
	} {
		row, err := r.Row()
		if err != nil {
			panic(err)
		}
		row.Version = int64(2 + i)
		rows = append(rows, row)
	}
	if f.table, err = policy.Parse(rows); err != nil {
		panic(err)
	}
	for i := range f.accounts {
		if f.accounts[i].Role == domain.Owner {
			f.accounts[i].PriceGroup = "partners"
		}
	}
}

// TestDeskPrices: what is typed becomes the rule, times in Beijing, sums in minor units; what is refused comes back filled
// in, with its reason.
func TestDeskPrices(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Operator)
	form := map[string][]string{"key": {"spring"}, "deal": {"promotion"}, "zh": {"春季"}, "en": {"Spring"}, "suffixes": {".com, 中国"}, "years": {"1 2"}, "groups": {"partners"},
		"action": {"renew", "new"}, "from": {"2026-11-24T00:00"}, "until": {"2026-12-01T08:30"}, "how": {"off"}, "value": {"12.50"}}
	res, _ := v.post("/desk/prices", form)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/desk/prices?done=put" {
		t.Fatalf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	r := b.f.rule
	if r.Off != 1250 || strings.Join(r.Suffixes, " ") != "com xn--fiqs8s" || strings.Join(r.Actions, " ") != "new renew" || len(r.Years) != 2 || r.Groups[0] != "partners" ||
		!r.From.Equal(time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)) || !r.Until.Equal(time.Date(2026, 12, 1, 0, 30, 0, 0, time.UTC)) || r.Amount != 0 || r.Percent != 0 {
		t.Errorf("%+v", r)
	}
	for field, bad := range map[string]string{"years": "one", "from": "soon", "until": "later", "value": "free"} {
		was := form[field]
		form[field] = []string{bad}
		res, body := v.post("/desk/prices", form)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `data-code="price.rule-invalid"`) || !strings.Contains(body, `value="春季"`) {
			t.Errorf("%s %q: %d", field, bad, res.StatusCode)
		}
		form[field] = was
	}
	b.f.fail["PutRule"] = fault.New(fault.Invalid, "price.rule-invalid", "rule", "spring", "field", "key", "why", "used")
	if res, body := v.post("/desk/prices", form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `value="12.50"`) {
		t.Errorf("refused: %d", res.StatusCode)
	}
	if res, _ := v.post("/desk/prices/end", map[string][]string{"key": {"spring"}}); res.StatusCode != 303 || b.f.asked[len(b.f.asked)-1] != "end spring" {
		t.Errorf("end: %d %v", res.StatusCode, b.f.asked)
	}
	if res, _ := v.post("/desk/prices/group", map[string][]string{"email": {"lin@yunhe.example"}, "group": {"partners"}}); res.StatusCode != 303 || b.f.asked[len(b.f.asked)-1] != "group lin@yunhe.example partners" {
		t.Errorf("group: %d %v", res.StatusCode, b.f.asked)
	}
}

// priceShots are the pages on which prices, packages and invoices stand.
func priceShots() []shot {
	const o, d = domain.Owner, domain.Operator
	inCart := func(f *fake) {
		com, _ := f.table.For("partners", today).Suffix("com")
		q, _ := com.Quote("new", 1)
		f.carts[1] = []ops.CartPriced{{CartLine: ops.CartLine{Account: 1, Name: "yunhe-tea.com", Years: 1}, Display: "yunhe-tea.com", Price: q.Price, Renew: 6900, Offer: &q}}
	}
	return []shot{
		{"desk-prices", d, "/desk/prices?done=put&group=partners", nil, 200, withRules},
		{"desk-prices-empty", d, "/desk/prices", nil, 200, nil},
		{"desk-prices-refused", d, "/desk/prices", url.Values{"key": {"spring"}, "deal": {"price"}, "zh": {"Chunji"}, "en": {"Spring"}, "from": {"2026-11-24T00:00"}, "how": {"percent"}, "value": {"80"}, "action": {"new"}}, 422, both(withRules, func(f *fake) {
			f.fail["PutRule"] = fault.New(fault.Invalid, "price.rule-invalid", "rule", "spring", "field", "amount", "why", "one")
		})},
		{"landing-offer", "", "/", nil, 200, withRules},
		{"cart-offer", o, "/cart", nil, 200, both(withRules, inCart)},
		{"search-offer", o, "/search?q=yunhe-tea.com", nil, 200, both(withRules, func(f *fake) {
			com, _ := f.table.For("partners", today).Suffix("com")
			q, _ := com.Quote("new", 1)
			f.found["yunhe-tea.com"] = ops.Found{Name: "yunhe-tea.com", Display: "yunhe-tea.com", Suffix: com, State: ops.Available, Price: q.Price, Renew: 6900, Currency: "CNY", Offer: &q}
		})},
	}
}

package policy

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC)

// with is the shipped policy with rules, of versions 2, 3, …
func with(t interface {
	Helper()
	Fatal(...any)
}, rules ...Rule) *Table {
	t.Helper()
	rows, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rules {
		row, err := r.Row()
		if err != nil {
			t.Fatal(r, err)
		}
		row.Version = int64(i) + 2
		rows = append(rows, row)
	}
	table, err := Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestQuotes(t *testing.T) {
	day := 24 * time.Hour
	price := func(key string, amount int64, groups ...string) Rule {
		return Rule{Key: key, Deal: DealPrice, NameZH: "价", NameEN: "Price", Suffixes: []string{"com"}, Actions: []string{"new"}, Years: []int{1}, Groups: groups, Amount: amount, From: now.Add(-day)}
	}
	offer := func(key string, percent, off int64) Rule {
		return Rule{Key: key, Deal: DealPromotion, NameZH: "惠", NameEN: "Offer", Actions: []string{"new"}, Percent: percent, Off: off, From: now, Until: now.Add(day)}
	}
	for _, c := range []struct {
		what        string
		rules       []Rule
		group       string
		at          time.Time
		action      string
		years       int
		list, price int64
		rule, from  string
	}{
		{"no rules", nil, "", now, "new", 1, 6800, 6800, "", ""},
		{"a price for all", []Rule{price("p", 6000)}, "", now, "new", 1, 6000, 6000, "", "p"},
		{"not for two years", []Rule{price("p", 6000)}, "", now, "new", 2, 14300, 14300, "", ""},
		{"not for renewals", []Rule{price("p", 6000)}, "", now, "renew", 1, 7500, 7500, "", ""},
		{"a group's price before everybody's, older though it is", []Rule{price("g", 6500, "vip"), price("p", 6000)}, "vip", now, "new", 1, 6500, 6500, "", "g"},
		{"another group's is not ours", []Rule{price("g", 6500, "vip")}, "others", now, "new", 1, 6800, 6800, "", ""},
		{"nobody's group", []Rule{price("g", 6500, "vip")}, "", now, "new", 1, 6800, 6800, "", ""},
		{"of two alike the later", []Rule{price("p", 6000), price("q", 6100)}, "", now, "new", 1, 6100, 6100, "", "q"},
		{"a promotion on the group's price, rounded up", []Rule{price("g", 6501, "vip"), offer("o", 50, 0)}, "vip", now, "new", 1, 6501, 3251, "o", "g"},
		{"the lowest promotion holds, they don't add up", []Rule{offer("o", 90, 0), offer("q", 0, 1000)}, "", now, "new", 1, 6800, 5800, "q", ""},
		{"a promotion leaves something", []Rule{offer("o", 0, 99_999_999)}, "", now, "new", 1, 6800, 1, "o", ""},
		{"the moment before it begins", []Rule{offer("o", 50, 0)}, "", now.Add(-time.Nanosecond), "new", 1, 6800, 6800, "", ""},
		{"the last moment", []Rule{offer("o", 50, 0)}, "", now.Add(day - time.Nanosecond), "new", 1, 6800, 3400, "o", ""},
		{"the moment that it ends", []Rule{offer("o", 50, 0)}, "", now.Add(day), "new", 1, 6800, 6800, "", ""},
		{"a promotion at a price above the list changes nothing", []Rule{{Key: "o", Deal: DealPromotion, NameZH: "惠", NameEN: "Offer", Suffixes: []string{"com"}, Actions: []string{"new"}, Years: []int{1}, Amount: 7000, From: now}}, "", now, "new", 1, 6800, 6800, "", ""},
		{"restores too", []Rule{{Key: "o", Deal: DealPromotion, NameZH: "惠", NameEN: "Offer", Off: 100, From: now}}, "", now, "redem", 1, 80000, 79900, "o", ""},
	} {
		s, _ := with(t, c.rules...).For(c.group, c.at).Suffix("com")
		q, ok := s.Quote(c.action, c.years)
		if !ok || q.List != c.list || q.Price != c.price || q.Rule.Key != c.rule || q.Priced.Key != c.from || q.Currency != "CNY" {
			t.Errorf("%s: %d of %d by %q from %q", c.what, q.Price, q.List, q.Rule.Key, q.Priced.Key)
		}
	}
	s, _ := with(t, offer("o", 50, 0)).Suffix("com")
	if p, _ := s.Price("new", 1); p != 6800 {
		t.Errorf("a policy that was asked for nobody gives %d", p)
	}
}

func TestRulesAreChecked(t *testing.T) {
	sound := Rule{Key: "a-1", Deal: DealPromotion, NameZH: "惠", NameEN: "Offer", Percent: 50, From: now}
	known := func(s string) bool { return s == "com" }
	if field, why := sound.Wrong(known); field != "" {
		t.Fatal(field, why)
	}
	for want, change := range map[string]func(*Rule){
		"key form":         func(r *Rule) { r.Key = "-a" },
		"deal unknown":     func(r *Rule) { r.Deal = "gift" },
		"name length":      func(r *Rule) { r.NameEN = "" },
		"suffixes unknown": func(r *Rule) { r.Suffixes = []string{"com", "example"} },
		"actions unknown":  func(r *Rule) { r.Actions = []string{"delete"} },
		"years range":      func(r *Rule) { r.Years = []int{11} },
		"groups form":      func(r *Rule) { r.Groups = []string{"A"} },
		"from missing":     func(r *Rule) { r.From = time.Time{} },
		"until order":      func(r *Rule) { r.Until = r.From },
		"amount one":       func(r *Rule) { r.Off = 1 },
		"amount range":     func(r *Rule) { r.Percent = 100 },
		"amount single":    func(r *Rule) { r.Percent, r.Amount = 0, 5 },
	} {
		r := sound
		change(&r)
		if field, why := r.Wrong(known); field+" "+why != want {
			t.Errorf("%s: %s %s", want, field, why)
		}
		if _, err := r.Row(); err == nil && want != "suffixes unknown" && want != "until order" {
			t.Errorf("%s: a row was made of it", want)
		}
	}
	price := Rule{Key: "a", Deal: DealPrice, NameZH: "价", NameEN: "Price", Percent: 50, From: now}
	if field, why := price.Wrong(known); field+" "+why != "amount one" {
		t.Errorf("a price in percent: %s %s", field, why)
	}
}

// drawn is any sound rule.
func drawn(t *rapid.T, key string) Rule {
	r := Rule{Key: key, Deal: rapid.SampledFrom([]Deal{DealPrice, DealPromotion}).Draw(t, "deal"), NameZH: "惠", NameEN: "Offer",
		From: now.Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "from")) * time.Hour)}
	if rapid.Bool().Draw(t, "ends") {
		r.Until = r.From.Add(time.Duration(rapid.IntRange(1, 8).Draw(t, "hours")) * time.Hour)
	}
	if rapid.Bool().Draw(t, "grouped") {
		r.Groups = []string{rapid.SampledFrom([]string{"vip", "partners"}).Draw(t, "group")}
	}
	how := 0
	if r.Deal == DealPromotion {
		how = rapid.IntRange(0, 2).Draw(t, "how")
	}
	if how == 0 || rapid.Bool().Draw(t, "narrow") {
		r.Suffixes = []string{rapid.SampledFrom([]string{"com", "cn", "top"}).Draw(t, "suffix")}
		r.Actions = []string{rapid.SampledFrom(priced).Draw(t, "action")}
		r.Years = []int{rapid.IntRange(1, 10).Draw(t, "years")}
	}
	switch how {
	case 0:
		r.Amount = rapid.Int64Range(1, 100_000).Draw(t, "amount")
	case 1:
		r.Percent = rapid.Int64Range(1, 99).Draw(t, "percent")
	case 2:
		r.Off = rapid.Int64Range(1, 100_000).Draw(t, "off")
	}
	return r
}

// TestQuoteProperties: whatever rules there are, a price is at least one minor unit, never above the list price, the same
// however often it is asked for, and each rule that it names holds for the purchase.
func TestQuoteProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rules []Rule
		for i := range rapid.IntRange(0, 6).Draw(t, "rules") {
			rules = append(rules, drawn(t, fmt.Sprintf("r%d", i)))
		}
		table := with(t, rules...)
		group := rapid.SampledFrom([]string{"", "vip", "partners"}).Draw(t, "buyer")
		at := now.Add(time.Duration(rapid.IntRange(-6, 14).Draw(t, "at")) * time.Hour)
		s, _ := table.For(group, at).Suffix(rapid.SampledFrom([]string{"com", "cn", "top"}).Draw(t, "of"))
		action, years := rapid.SampledFrom(priced).Draw(t, "doing"), rapid.IntRange(1, 10).Draw(t, "for")
		q, ok := s.Quote(action, years)
		own, _ := s.list(action, years)
		p, _ := s.Price(action, years)
		switch {
		case !ok || q.Price < 1 || q.Price > q.List || p != q.Price:
			t.Fatalf("%+v, price %d", q, p)
		case q.Rule.Key == "" && q.Price != q.List, q.Rule.Key != "" && q.Price >= q.List:
			t.Fatalf("lowered by %q: %+v", q.Rule.Key, q)
		case q.Priced.Key == "" && q.List != own:
			t.Fatalf("the list price is %d without a rule, %d by the suffix", q.List, own)
		}
		for _, r := range []Rule{q.Rule, q.Priced} {
			if r.Key != "" && !r.holds(buyer{group, at}, s.Suffix, action, years) {
				t.Fatalf("%s does not hold", r.Key)
			}
		}
		for _, r := range table.Rules() { // nothing that holds would have been lower
			if r.Deal == DealPromotion && r.holds(buyer{group, at}, s.Suffix, action, years) && r.apply(q.List) < q.Price {
				t.Fatalf("%s gives %d, charged are %d", r.Key, r.apply(q.List), q.Price)
			}
		}
	})
}

package ops_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

var deskOf = domain.Scope{Operator: true, Account: 1, Actor: "desk@example.com", Via: "console"}

// counting is a house whose prices move: its policy is what the database says, its clock stands until it is moved.
func counting(h *house) *atomic.Int64 {
	var table atomic.Pointer[policy.Table]
	h.Ops.Reread = func(ctx context.Context) error {
		rows, err := h.db.Policies(ctx)
		if err != nil {
			return err
		}
		t, err := policy.Parse(rows)
		table.Store(t)
		return err
	}
	h.ok(h.Ops.Reread(h.Context()))
	h.Ops.Terms = table.Load
	hours := &atomic.Int64{}
	h.Ops.Clock.Business = func() time.Time { return monday.Add(time.Duration(hours.Load()) * time.Hour) }
	return hours
}

func promotion(key string, percent int64, from, until time.Time) policy.Rule {
	return policy.Rule{Key: key, Deal: policy.DealPromotion, NameZH: "惠", NameEN: "Offer", Actions: []string{"new"}, Percent: percent, From: from, Until: until}
}

func TestPriceShownIsPriceCharged(t *testing.T) {
	engines(t, func(h *house) {
		hours := counting(h)
		names, rules := 0, 0
		rapid.Check(h.T, func(t *rapid.T) {
			ok := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			w, err := h.Wallet(h.Context(), h.scope)
			if ok(err); w.Balance < 2_000_000 {
				ok(h.TopUp(h.Context(), h.scope, 50_000_000, fmt.Sprintf("more-%d", names)))
			}
			change := func() {
				switch rapid.IntRange(0, 3).Draw(t, "change") {
				case 0:
					hours.Add(rapid.Int64Range(1, 3).Draw(t, "hours"))
				case 1:
					ok(h.SetPriceGroup(h.Context(), deskOf, "buyer@example.com", rapid.SampledFrom([]string{"", "vip"}).Draw(t, "group")))
				case 2:
					rules++
					r := promotion(fmt.Sprintf("r%d", rules), rapid.Int64Range(1, 99).Draw(t, "percent"),
						h.Now().Add(time.Duration(rapid.IntRange(-1, 2).Draw(t, "from"))*time.Hour), h.Now().Add(3*time.Hour))
					r.Actions = nil
					if rapid.Bool().Draw(t, "grouped") {
						r.Groups = []string{"vip"}
					}
					ok(h.PutRule(h.Context(), deskOf, r))
				case 3:
					rules++
					ok(h.PutRule(h.Context(), deskOf, policy.Rule{Key: fmt.Sprintf("r%d", rules), Deal: policy.DealPrice, NameZH: "价", NameEN: "Price", Suffixes: []string{"com"},
						Actions: []string{rapid.SampledFrom([]string{"new", "renew"}).Draw(t, "action")}, Years: []int{rapid.IntRange(1, 3).Draw(t, "of")},
						Amount: rapid.Int64Range(1, 20_000).Draw(t, "amount"), From: h.Now(), Until: h.Now().Add(2 * time.Hour)}))
				}
			}
			for range rapid.IntRange(0, 2).Draw(t, "before") {
				change()
			}
			in := ops.Register{Template: h.form, Years: 1, YearsOf: map[domain.Name]int{}, Agreement: h.Policy().House.Agreement}
			for i := range rapid.IntRange(1, 3).Draw(t, "names") {
				names++
				n := fmt.Sprintf("n%d.%s", names, []string{"com", "top", "cn"}[i])
				ok(h.AddToCart(h.Context(), h.scope, n, rapid.IntRange(1, 3).Draw(t, "years")))
				in.Names = append(in.Names, n)
			}
			shown, err := h.Cart(h.Context(), h.scope)
			ok(err)
			each := map[domain.Name]int64{}
			for _, l := range shown.Lines {
				each[l.Name], in.YearsOf[l.Name] = l.Price, l.Years
				if f, err := h.CheckName(h.Context(), h.scope, string(l.Name)); err != nil || l.Years == 1 && f.Price != l.Price || f.Renew != l.Renew {
					t.Fatalf("the search says %d and %d a year, the cart %d and %d (%v)", f.Price, f.Renew, l.Price, l.Renew, err)
				}
			}
			in.MaxTotal = shown.Total
			moved := rapid.Bool().Draw(t, "moves meanwhile")
			if moved {
				change()
			}
			view, err := h.Register(h.Context(), h.scope, in)
			if moved && fault.Is(err, "order.price-changed") {
				if now, err := h.Cart(h.Context(), h.scope); err != nil || now.Total <= shown.Total {
					t.Fatalf("refused for a price that has not risen: %d to %d, %v", shown.Total, now.Total, err)
				}
				ok(h.RemoveFromCart(h.Context(), h.scope, in.Names...))
				return
			}
			ok(err)
			if view.Total > shown.Total || !moved && view.Total != shown.Total {
				t.Fatalf("shown %d, charged %d", shown.Total, view.Total)
			}
			items, _, err := h.Items(h.Context(), h.scope, view.ID, ops.Page{Limit: 10})
			ok(err)
			for _, it := range items {
				if !moved && it.Price != each[it.Name] {
					t.Fatalf("%s: shown %d, charged %d", it.Name, each[it.Name], it.Price)
				}
			}
			for _, a := range []string{"verisim", "newsim", "cnsim"} {
				ok(h.Dispatch(h.Context(), a))
			}
			view, err = h.Order(h.Context(), h.scope, view.ID)
			if ok(err); view.Captured != view.Total || view.Success != len(in.Names) {
				t.Fatalf("order %+v", view)
			}

			// And a renewal at the price of the name's page.
			table, err := h.Prices(h.Context(), h.scope)
			ok(err)
			tenure := h.tenure(in.Names[0])
			suffix, _ := table.Suffix(tenure.Name.Suffix())
			price, _, err := ops.PriceRenew(tenure, suffix, 2, h.Now())
			ok(err)
			renewed, err := h.Renew(h.Context(), h.scope, ops.Renew{Names: in.Names[:1], Years: 2, MaxTotal: price})
			if ok(err); renewed.Total != price {
				t.Fatalf("renewal shown at %d, charged %d", price, renewed.Total)
			}
			ok(h.Dispatch(h.Context(), tenure.RegistryAccount))
		})
		off, err := h.db.Reconcile(h.Context())
		if h.ok(err); len(off) > 0 {
			h.Error(off)
		}
	})
}

// A rule that another node has made meanwhile is taken up by the order that it moves.
func TestAnOrderTakesNewPricesUp(t *testing.T) {
	engines(t, func(h *house) {
		counting(h)
		stale := h.Policy()
		h.ok(h.PutRule(h.Context(), deskOf, promotion("half", 50, h.Now(), h.Now().Add(time.Hour))))
		fresh := h.Ops.Terms
		var seen sync.Once
		h.Ops.Terms = func() *policy.Table { return stale } // as this node still knows it
		reread := h.Ops.Reread
		h.Ops.Reread = func(ctx context.Context) error { seen.Do(func() { h.Ops.Terms = fresh }); return reread(ctx) }
		v := h.must("one.com")
		if v.Total != 3400 {
			h.Errorf("charged %d", v.Total)
		}
		h.wallet(1_000_000-3400, 3400)

		// With the price that was shown the buyer is asked again where it has risen, and the order is placed where not.
		h.ok(h.EndRule(h.Context(), deskOf, "half"))
		_, err := h.Register(h.Context(), h.scope, ops.Register{Template: h.form, Names: []string{"two.com"}, Years: 1, Agreement: h.Policy().House.Agreement, MaxTotal: 3400})
		if !fault.Is(err, "order.price-changed") || fault.Of(err).Facts["now"] != "6800" {
			h.Errorf("%v", err)
		}
		h.wallet(1_000_000-3400, 3400)
	})
}

func TestWhoMayChangePrices(t *testing.T) {
	engines(t, func(h *house) {
		counting(h)
		now := h.Now()
		half := promotion("half", 50, now, now.Add(time.Hour))
		for what, err := range map[string]error{"put": h.PutRule(h.Context(), h.scope, half), "end": h.EndRule(h.Context(), h.scope, "half"),
			"group": h.SetPriceGroup(h.Context(), h.scope, "buyer@example.com", "vip")} {
			if !fault.Is(err, "account.denied") {
				h.Errorf("%s: %v", what, err)
			}
		}
		if _, _, err := h.PriceDesk(h.Context(), h.scope); !fault.Is(err, "account.denied") {
			h.Error(err)
		}
		past := promotion("past", 50, now.Add(-2*time.Hour), now.Add(-time.Hour))
		if err := h.PutRule(h.Context(), deskOf, past); fault.Of(err).Facts["why"] != "past" {
			h.Errorf("a rule of the past: %v", err)
		}
		strange := half
		strange.Suffixes = []string{"example"}
		if err := h.PutRule(h.Context(), deskOf, strange); fault.Of(err).Facts["field"] != "suffixes" {
			h.Errorf("an unknown suffix: %v", err)
		}
		h.ok(h.PutRule(h.Context(), deskOf, half))
		h.ok(h.EndRule(h.Context(), deskOf, "half"))
		h.ok(h.EndRule(h.Context(), deskOf, "half")) // twice is once
		if err := h.PutRule(h.Context(), deskOf, half); fault.Of(err).Facts["why"] != "used" {
			h.Errorf("a key used again: %v", err)
		}
		if err := h.EndRule(h.Context(), deskOf, "none"); !fault.Is(err, "price.rule-unknown") {
			h.Error(err)
		}
		if err := h.SetPriceGroup(h.Context(), deskOf, "nobody@example.com", "vip"); !fault.Is(err, "account.not-found") {
			h.Error(err)
		}
		h.ok(h.SetPriceGroup(h.Context(), deskOf, "buyer@example.com", "vip"))
		rules, accounts, err := h.PriceDesk(h.Context(), deskOf)
		if h.ok(err); len(rules) != 1 || rules[0].Standing(now) != policy.Over || len(accounts) != 1 || accounts[0].PriceGroup != "vip" || accounts[0].ID != h.scope.Account {
			h.Errorf("%+v %+v", rules, accounts)
		}
	})
}

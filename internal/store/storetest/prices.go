package storetest

import (
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// prices: each new version of a policy row is the policy's own, and what rests on an earlier one is refused.
func prices(b *bench) {
	if err := b.SeedPolicies(b.ctx, []policy.Row{{Kind: "house", Version: 1, Body: "x = 1"}}); err != nil {
		b.Fatal(err)
	}
	put := func(key, body string, on int64) ops.Plan {
		return ops.Plan{Expect: []ops.Expect{{Table: ops.TablePolicy, Version: on}}, Writes: []ops.Write{ops.PutPolicy{Kind: "price", Key: key, Body: body}}}
	}
	b.plan(put("a", "1", 1))
	b.plan(put("b", "1", 2))
	b.plan(put("a", "2", 3))
	b.refuse(put("b", "2", 3), fault.Conflict, "state.moved")
	b.same("newest of each", must[[]policy.Row](b)(b.Policies(b.ctx)), []policy.Row{{Kind: "house", Version: 1, Body: "x = 1"},
		{Kind: "price", Key: "a", Version: 4, Body: "2"}, {Kind: "price", Key: "b", Version: 3, Body: "1"}})
	if v := must[int64](b)(b.PolicyVersion(b.ctx)); v != 4 {
		b.Fatalf("the policy's version is %d", v)
	}

	one, two := b.account(), b.account()
	b.account()
	b.commit(ops.SetPriceGroup{Account: two.ID, Group: "a"}, ops.SetPriceGroup{Account: one.ID, Group: "b"})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetPriceGroup{Account: 999, Group: "a"}}}, fault.Missing, "account.not-found")
	got := must[[]domain.Account](b)(b.GroupedAccounts(b.ctx, 10))
	if len(got) != 2 || got[0].ID != two.ID || got[0].PriceGroup != "a" || got[1].PriceGroup != "b" {
		b.Fatalf("%+v", got)
	}
	b.commit(ops.SetPriceGroup{Account: two.ID})
	if a := must[domain.Account](b)(b.AccountByID(b.ctx, two.ID)); a.PriceGroup != "" {
		b.Fatalf("%+v", a)
	}
	if s := must[ops.OrderSnapshot](b)(b.LoadOrder(b.ctx, one.ID, 0, nil, "")); s.Account.PriceGroup != "b" {
		b.Fatalf("an order rests on %+v", s.Account)
	}
}

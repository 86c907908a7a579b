package ledger

import (
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"pgregory.net/rapid"
)

// Whatever is topped up, held, captured and released, every entry balances and the whole sums to zero.
func TestEntriesBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		balances := map[Key]int64{}
		apply := func(e Entry) {
			if err := e.Check(); err != nil {
				t.Fatal(err)
			}
			for _, p := range e.Postings {
				balances[p.Account] += p.Amount
			}
		}
		account := domain.AccountID(rapid.Int64Range(1, 3).Draw(t, "account"))
		apply(Fund("verisim", 1_000_000, "CNY"))
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			it := domain.Item{ID: domain.ItemID(i), Account: account, Price: rapid.Int64Range(1, 90_000).Draw(t, "price"), Currency: "CNY"}
			apply(TopUp(account, it.Price, "CNY", "x"))
			apply(Hold(it))
			if rapid.Bool().Draw(t, "happens") {
				apply(Capture(it))
				apply(Spend("verisim", it.ID, it.Price/2+1, "CNY"))
			} else {
				apply(Release(it))
			}
		}
		var sum int64
		for _, b := range balances {
			sum += b
		}
		if sum != 0 || balances[HeldBy(account)] != 0 {
			t.Fatalf("sum %d, still held %d", sum, balances[HeldBy(account)])
		}
	})
}

func TestCheckRefuses(t *testing.T) {
	for name, e := range map[string]Entry{
		"unbalanced":  {Kind: "x", Currency: "CNY", Postings: []Posting{{"a", 1}, {"b", -2}}},
		"one-sided":   {Kind: "x", Currency: "CNY", Postings: []Posting{{"a", 0}}},
		"no currency": {Kind: "x", Postings: []Posting{{"a", 1}, {"b", -1}}},
		"zero":        {Kind: "x", Currency: "CNY", Postings: []Posting{{"a", 0}, {"b", 0}}},
	} {
		if e.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
	for k, want := range map[Key]bool{Wallet(1): true, HeldBy(1): true, Revenue: false, Payments: false, Deposit("x"): false} {
		if k.Floored() != want {
			t.Errorf("%s floored: %v", k, k.Floored())
		}
	}
}

package ops_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// reasons are an order's names with why each failed; "" for the others.
func (h *house) reasons(id domain.OrderID) map[domain.Name]string {
	h.Helper()
	items, _, err := h.Items(h.Context(), h.scope, id, ops.Page{Limit: 500})
	h.ok(err)
	out := map[domain.Name]string{}
	for _, it := range items {
		out[it.Name] = it.Code
	}
	return out
}

// What waits is cancelled with its money back; what was sent, or may have been, goes on and is never released by it.
func TestCancelWhileWaiting(t *testing.T) {
	engines(t, func(h *house) {
		lost := domain.Name("lost.com")
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			if l.Intent.Name == lost {
				return domain.Outcome{Kind: domain.OutcomeUnknown, Code: "registry.unreachable"}
			}
			return domain.Outcome{Kind: domain.OutcomeNotSent, Code: "registry.unreachable"}
		}
		v := h.must("one.com", string(lost), "two.com")
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.wallet(1_000_000-3*6800, 3*6800)
		n, err := h.CancelOrder(h.Context(), h.scope, v.ID)
		if h.ok(err); n != 2 {
			h.Fatalf("%d cancelled", n)
		}
		if got := h.reasons(v.ID); got["one.com"] != "order.cancelled" || got["two.com"] != "order.cancelled" || got[lost] != "registry.unreachable" {
			h.Errorf("%v", got)
		}
		h.wallet(1_000_000-6800, 6800)
		if _, err := h.CancelOrder(h.Context(), h.scope, v.ID); !fault.Is(err, "order.not-waiting") || fault.Of(err).Facts["doing"] != "1" {
			h.Errorf("again: %v", err)
		}
		other, _ := h.owner("other@example.com")
		if _, err := h.CancelOrder(h.Context(), other, v.ID); !fault.Is(err, "order.not-found") {
			h.Errorf("another's order: %v", err)
		}
		ns, err := h.Register(h.Context(), h.scope, ops.Register{Template: h.form, Names: []string{"one.com"}, Years: 1, Agreement: h.Policy().House.Agreement})
		if h.ok(err); ns.Doing != 1 { // the name is free again
			h.Errorf("%+v", ns)
		}
	})
}

// However cancelling and sending race, a name is registered and paid for, or cancelled and refunded.
func TestCancelRacesTheSending(t *testing.T) {
	engines(t, func(h *house) {
		var names []string
		for i := range 60 {
			names = append(names, fmt.Sprintf("race%d.com", i))
		}
		v := h.must(names...)
		var wg sync.WaitGroup
		wg.Go(func() { h.ok(h.Dispatch(h.Context(), "verisim")) })
		wg.Go(func() {
			if _, err := h.CancelOrder(h.Context(), h.scope, v.ID); err != nil && !fault.Is(err, "order.not-waiting") {
				h.Error(err)
			}
		})
		wg.Wait()
		h.ok(h.Dispatch(h.Context(), "verisim"))
		done := int64(0)
		for n, code := range h.reasons(v.ID) {
			_, err := h.db.TenureByName(h.Context(), n)
			if (err == nil) == (code == "order.cancelled") {
				h.Errorf("%s: %q, and it runs: %v", n, code, err == nil)
			}
			if err == nil {
				done++
			}
		}
		h.wallet(1_000_000-done*6800, 0)
	})
}

// Batches at the same moment share what there is: each name is held for or says that the balance was out.
func TestBatchesShareABalance(t *testing.T) {
	engines(t, func(h *house) {
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				in := ops.Register{Template: h.form, Years: 1, Agreement: h.Policy().House.Agreement, Alone: true}
				for j := range 60 { // 240 of them; the balance is for 147
					in.Names = append(in.Names, fmt.Sprintf("b%d-%d.com", i, j))
				}
				v, err := h.Register(h.Context(), h.scope, in)
				if err != nil {
					if !fault.Is(err, "wallet.insufficient") {
						h.Error(err)
					}
					return
				}
				for n, code := range h.reasons(v.ID) {
					if code != "" && code != "order.balance-out" {
						h.Errorf("%s: %s", n, code)
					}
				}
			})
		}
		wg.Wait()
		h.wallet(1_000_000-147*6800, 147*6800)
	})
}

// A price that was shown is the price that is paid, or the name says that it moved.
func TestPricesThatWereShown(t *testing.T) {
	engines(t, func(h *house) {
		h.fee["gold.top"], h.fee["dear.top"] = 100_000, 200_000
		v, err := h.Register(h.Context(), h.scope, ops.Register{Template: h.form, Years: 1, Agreement: h.Policy().House.Agreement, Alone: true,
			Names:   []string{"plain.com", "gold.top", "dear.top", "cheap.com"},
			PriceOf: map[domain.Name]int64{"plain.com": 6800, "gold.top": 110_000, "dear.top": 110_000, "cheap.com": 100}})
		h.ok(err)
		got := h.reasons(v.ID)
		if got["plain.com"] != "" || got["gold.top"] != "" || got["dear.top"] != "order.price-changed" || got["cheap.com"] != "order.price-changed" || v.Total != 116_800 {
			h.Errorf("%v, total %d", got, v.Total)
		}
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			if want := h.fee[l.Intent.Name]; l.Intent.Payload.Fee != want {
				h.Errorf("%s goes out with fee %d, want %d", l.Intent.Name, l.Intent.Payload.Fee, want)
			}
			return accepted(l)
		}
		for _, account := range []string{"verisim", "newsim"} {
			h.ok(h.Dispatch(h.Context(), account))
		}
		h.wallet(1_000_000-116_800, 0)
	})
}

// A buyer with prices of the account's own group is held to those: who was shown the list price is not charged another.
func TestPricesShownToAGroup(t *testing.T) {
	engines(t, func(h *house) {
		counting(h)
		h.ok(h.SetPriceGroup(h.Context(), deskOf, "buyer@example.com", "vip"))
		h.ok(h.PutRule(h.Context(), deskOf, policy.Rule{Key: "vip", Deal: policy.DealPrice, NameZH: "价", NameEN: "Price", Suffixes: []string{"com"}, Actions: []string{"new"},
			Years: []int{1}, Groups: []string{"vip"}, Amount: 5000, From: h.Now()}))
		v, err := h.Register(h.Context(), h.scope, ops.Register{Template: h.form, Years: 1, Agreement: h.Policy().House.Agreement, Alone: true,
			Names: []string{"list.com", "own.com"}, PriceOf: map[domain.Name]int64{"list.com": 6800, "own.com": 5000}})
		h.ok(err)
		got := h.reasons(v.ID)
		if got["list.com"] != "order.price-changed" || got["own.com"] != "" || v.Total != 5000 {
			h.Errorf("%v, total %d", got, v.Total)
		}
	})
}

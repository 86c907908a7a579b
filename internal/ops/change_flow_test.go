package ops_test

import (
	"context"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// owned registers a name and gives its tenure.
func (h *house) owned(name domain.Name) domain.Tenure {
	h.Helper()
	h.must(string(name))
	h.ok(h.Dispatch(h.Context(), "verisim"))
	t, err := h.db.TenureByName(h.Context(), name)
	h.ok(err)
	return t
}

// From the order of a renewal to its money, the answer lost in between; and ordered once more before it was told: the
// second is refused by the expiry that it rested on.
func TestARenewalFromOrderToMoney(t *testing.T) {
	engines(t, func(h *house) {
		was := h.owned("one.com")
		expires := was.ExpiresAt
		object := func() domain.Object {
			return domain.Object{Name: "one.com", Sponsor: "ours", Statuses: domain.Statuses{"ok"}, NameServers: was.NameServers, ExpiresAt: expires}
		}
		sent := 0
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			sent++
			if !l.Intent.Payload.Expires.Equal(expires) { // what a registry's fresh info says
				return domain.Outcome{Kind: domain.OutcomeRefused, Code: "renew.expiry-moved", Facts: map[string]string{"expected": "x", "found": "y"}, Object: object()}
			}
			expires = expires.AddDate(l.Intent.Payload.Years, 0, 0)
			return domain.Outcome{Kind: domain.OutcomeUnknown, Code: "registry.unreachable"}
		}
		h.ask = func(context.Context, domain.Leased) domain.Outcome {
			return domain.Outcome{Kind: domain.OutcomeAccepted, Object: object()}
		}
		renew := func() (ops.OrderView, error) {
			return h.Renew(h.Context(), h.scope, ops.Renew{Names: []string{"one.com"}, Years: 2, MaxTotal: 15000})
		}
		first, err := renew()
		h.ok(err)
		h.wallet(1_000_000-6800-15000, 15000)
		if _, err := renew(); !fault.Is(err, "domain.busy") {
			h.Errorf("a second one while the first is under way: %v", err)
		}
		// Placed at the same moment by another node: it has not seen the first.
		h.over.busy = false
		second, err := renew()
		h.ok(err)
		h.over.busy = true
		h.ok(h.Dispatch(h.Context(), "verisim")) // lost
		h.moved.Add(int64(time.Minute))
		h.ok(h.Dispatch(h.Context(), "verisim")) // asked
		h.ok(h.Dispatch(h.Context(), "verisim")) // the second's turn
		now, err := h.db.TenureByName(h.Context(), "one.com")
		if h.ok(err); !now.ExpiresAt.Equal(was.ExpiresAt.AddDate(2, 0, 0)) || now.Years != was.Years+2 || sent != 2 {
			h.Errorf("%s to %s, sent %d times", was.ExpiresAt, now.ExpiresAt, sent)
		}
		h.wallet(1_000_000-6800-15000, 0)
		for id, want := range map[domain.OrderID]string{first.ID: "success", second.ID: "failed"} {
			if v, err := h.Order(h.Context(), h.scope, id); err != nil || v.Status() != want {
				h.Errorf("order %d: %s %v", id, v.Status(), err)
			}
		}
		if c, _ := h.db.Cases(h.Context(), ops.CaseFilter{Subject: "one.com", Open: true}); len(c) != 1 || c[0].Code != "renew.expiry-moved" {
			h.Errorf("cases %+v", c)
		}
		third, err := renew() // on the expiry as it is now
		h.ok(err)
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.moved.Add(int64(time.Minute))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if v, _ := h.Order(h.Context(), h.scope, third.ID); v.Status() != "success" {
			h.Errorf("third: %s", v.Status())
		}
		if c, _ := h.db.Cases(h.Context(), ops.CaseFilter{Subject: "one.com", Open: true}); len(c) != 0 {
			h.Errorf("a renewal that was done leaves the case of one that was not: %+v", c)
		}
		h.wallet(1_000_000-6800-30000, 0)
	})
}

// A code is seen once, by its owner, and cleared at the registry when its days are over.
func TestACodeIsSeenOnceAndEnds(t *testing.T) {
	engines(t, func(h *house) {
		was := h.owned("one.com")
		object := domain.Object{Name: "one.com", Sponsor: "ours", Statuses: domain.Statuses{"ok"}, NameServers: was.NameServers, ExpiresAt: was.ExpiresAt}
		var codes []int // how many candidates each act carried
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			codes = append(codes, len(l.Intent.Payload.SealedCodes))
			return domain.Outcome{Kind: domain.OutcomeAccepted, Object: object}
		}
		_, err := h.DrawAuthCode(h.Context(), h.scope, "one.com")
		h.ok(err)
		h.ok(h.Dispatch(h.Context(), "verisim"))
		other, _ := h.owner("other@example.com")
		if _, _, err := h.ShowAuthCode(h.Context(), other, "one.com"); !fault.Is(err, "domain.not-found") {
			h.Errorf("another owner: %v", err)
		}
		code, until, err := h.ShowAuthCode(h.Context(), h.scope, "one.com")
		if h.ok(err); len(code) != 26 || !until.After(h.Now().AddDate(0, 0, 4)) {
			h.Errorf("a code of %d characters until %s", len(code), until)
		}
		if _, _, err := h.ShowAuthCode(h.Context(), h.scope, "one.com"); !fault.Is(err, "auth-code.none") {
			h.Errorf("seen twice: %v", err)
		}
		h.moved.Add(int64(5*24*time.Hour + time.Minute))
		for range 3 {
			_, err := h.Sweep(h.Context())
			h.ok(err)
		}
		h.ok(h.Dispatch(h.Context(), "verisim"))
		now, err := h.db.TenureByName(h.Context(), "one.com")
		if h.ok(err); !now.AuthUntil.IsZero() || now.SealedAuth != nil || len(codes) != 2 || codes[0] != 3 || codes[1] != 0 {
			h.Errorf("acts %v, tenure until %s", codes, now.AuthUntil)
		}
		h.wallet(1_000_000-6800, 0)
	})
}

// A deletion within the add grace period ends the tenure and brings back what the name has cost us; one later can be
// restored, for its price.
func TestDeletionAndRestore(t *testing.T) {
	engines(t, func(h *house) {
		was := h.owned("one.com")
		deposit := func(want int64) {
			h.Helper()
			if b, err := h.Balances(h.Context(), domain.Scope{Operator: true}); err != nil || b.Accounts["deposit:verisim"] != want {
				h.Errorf("deposit %d, want %d, %v", b.Accounts["deposit:verisim"], want, err)
			}
		}
		deposit(-6800)
		object := domain.Object{Name: "one.com", Sponsor: "ours", NameServers: was.NameServers, ExpiresAt: was.ExpiresAt}
		gone := domain.Outcome{Kind: domain.OutcomeAccepted}
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			switch l.Intent.Kind {
			case domain.IntentCreate:
				return accepted(l)
			case domain.IntentDelete:
				object.Statuses = domain.Statuses{"pendingDelete", "redemptionPeriod"}
			case domain.IntentRestore:
				object.Statuses = domain.Statuses{"ok"}
			}
			return domain.Outcome{Kind: domain.OutcomeAccepted, Object: object}
		}
		done := func(v ops.OrderView, err error) {
			h.Helper()
			h.ok(err)
			h.ok(h.Dispatch(h.Context(), "verisim"))
			if v, _ = h.Order(h.Context(), h.scope, v.ID); v.Status() != "success" {
				h.Errorf("%s: %s", v.Action, v.Status())
			}
		}
		h.moved.Add(int64(6 * 24 * time.Hour))
		done(h.Delete(h.Context(), h.scope, "one.com"))
		deposit(-6800) // what is older than the grace period is not given back
		if _, err := h.Renew(h.Context(), h.scope, ops.Renew{Names: []string{"one.com"}, Years: 1}); !fault.Is(err, "domain.status-forbids") {
			h.Errorf("renewed in redemption: %v", err)
		}
		if _, err := h.Restore(h.Context(), h.scope, "one.com", 1, ""); !fault.Is(err, "order.price-changed") {
			h.Errorf("restored at another price: %v", err)
		}
		done(h.Restore(h.Context(), h.scope, "one.com", 80000, "k"))
		again, err := h.Restore(h.Context(), h.scope, "one.com", 80000, "k")
		if h.ok(err); again.Status() != "success" {
			h.Errorf("a repeated request is not the same order: %+v", again)
		}
		h.wallet(1_000_000-6800-80000, 0)
		deposit(-6800 - 56000)
		now, err := h.db.TenureByName(h.Context(), "one.com")
		if h.ok(err); !now.DeletedAt.IsZero() || now.Statuses.Has("pendingDelete") {
			h.Errorf("%+v", now)
		}

		h.owned("two.com")
		deposit(-6800 - 56000 - 6800)
		h.send = func(context.Context, domain.Leased) domain.Outcome { return gone }
		done(h.Delete(h.Context(), h.scope, "two.com"))
		deposit(-6800 - 56000)
		if _, err := h.db.TenureByName(h.Context(), "two.com"); !fault.Is(err, "domain.not-found") {
			h.Errorf("two.com runs: %v", err)
		}
		h.wallet(1_000_000-2*6800-80000, 0)
	})
}

package ops_test

import (
	"slices"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// A hold opens the owner's case under its cause, with the evidence, and its end ends the case.
func TestHoldsHaveCauses(t *testing.T) {
	for _, c := range []struct {
		code  string
		facts map[string]string
		set   func(*domain.Object)
		want  map[string]string
	}{
		{"website.on-hold", nil, nil, map[string]string{"statuses": "serverHold"}},
		{"website.on-hold", map[string]string{"text": "The hold on one.com was lifted."}, nil, nil},
		{"hold.verification-refreshing", nil, func(o *domain.Object) { o.Verification = "nonCompliant" }, map[string]string{"statuses": "serverHold"}},
		{"hold.verification-refreshing", map[string]string{"reason": "real-name verification missing"}, nil, map[string]string{"reason": "real-name verification missing"}},
		{"hold.abuse", map[string]string{"reason": "phishing", "case": "custom abuse 77"}, nil, map[string]string{"reason": "phishing", "case": "custom abuse 77"}},
		{"registration.naming-rejected-hold", map[string]string{"text": `Naming audit failed: word "bank", rule: finance`}, nil,
			map[string]string{"word": "bank", "rule": "finance", "registry": "verisim"}},
		{"registration.naming-rejected-hold", map[string]string{"text": "one.com: held after the naming review. Reason: bank names need a licence.", "operation": "update"}, nil,
			map[string]string{"word": "one", "rule": "bank names need a licence", "reason": "bank names need a licence"}},
		{"registration.naming-rejected-hold", map[string]string{"text": "命名审核未通过：词“银行”；规则：金融"}, nil, map[string]string{"word": "银行", "rule": "金融"}},
	} {
		t.Run(c.code, func(t *testing.T) {
			engines(t, func(h *house) {
				there := h.bought("one.com")
				o := there["one.com"]
				o.Statuses = domain.Statuses{"serverHold"}
				if c.set != nil {
					c.set(&o)
				}
				there["one.com"] = o
				h.looked("verisim", there.look()) // before the message is there
				if c.facts != nil {
					h.told("verisim", "one.com", c.facts)
					h.polled(there.look())
				}
				f := h.facts("one.com", c.code)
				for k, v := range c.want {
					if f[k] != v {
						h.Errorf("fact %s is %q, want %q", k, f[k], v)
					}
				}
				if h.codes("one.com") != c.code {
					h.Errorf("cases %s", h.codes("one.com"))
				}
				since := f["since"]
				h.moved.Add(int64(48 * time.Hour))
				h.looked("verisim", there.look())
				if h.facts("one.com", c.code)["since"] != since {
					h.Error("the day on which it was found has moved")
				}
				o.Statuses, o.Verification = domain.Statuses{"ok"}, "compliant"
				there["one.com"] = o
				h.looked("verisim", there.look())
				if h.codes("one.com") != "" {
					h.Errorf("the hold is gone, the case is not: %s", h.codes("one.com"))
				}
			})
		})
	}
}

// A name that the registry deleted after its naming audit ends, and its order is paid back once.
func TestANameDeletedByTheAuditIsPaidBack(t *testing.T) {
	engines(t, func(h *house) {
		there := h.bought("one.com", "two.com")
		h.wallet(1_000_000-2*6800, 0)
		h.told("verisim", "one.com", map[string]string{"text": `one.com: deleted after naming audit; word "bank"; rule "finance"`})
		h.polled(there.look())
		if h.codes("one.com") != "" || !h.tenure("one.com").EndedAt.IsZero() {
			h.Fatal("a message was believed")
		}
		delete(there, "one.com")
		h.told("verisim", "one.com", map[string]string{"text": "one.com: another word of it"})
		h.polled(there.look())
		h.looked("verisim", there.look())
		if _, err := h.db.TenureByName(h.Context(), "one.com"); !fault.Is(err, "domain.not-found") {
			h.Errorf("the name runs: %v", err)
		}
		f := h.facts("one.com", "registration.naming-rejected-deleted")
		if h.codes("one.com") != "registration.naming-rejected-deleted" || f["word"] != "bank" || f["rule"] != "finance" || f["refunded"] != "6800" || f["currency"] != "CNY" {
			h.Errorf("cases %s, facts %v", h.codes("one.com"), f)
		}
		h.wallet(1_000_000-6800, 0) // balanced, as Reconcile in it finds
		com, _ := h.Policy().Suffix("com")
		if b, err := h.Balances(h.Context(), domain.Scope{Operator: true}); err != nil || b.Accounts["cost:verisim"] != com.Cost || b.Sum != 0 {
			h.Errorf("the registry gave its fee back, and our books say %+v %v", b, err)
		}
		mail, err := h.db.LeaseMessages(h.Context(), h.wall(), 10)
		if h.ok(err); !slices.ContainsFunc(mail, func(m domain.Message) bool {
			return m.Kind == "name-deleted" && m.Facts["refunded"] == "6800" && m.To == "buyer@example.com" && m.Facts["word"] == "bank"
		}) {
			h.Errorf("no notice: %+v", mail)
		}
		h.told("verisim", "one.com", map[string]string{"text": "one.com: naming audit, replayed"})
		h.polled(there.look())
		h.wallet(1_000_000-6800, 0)
		log, err := h.Log(h.Context(), h.scope, "one.com", 0, 1)
		if h.ok(err); len(log) != 1 || log[0].Kind != "domain.ended" || log[0].Facts["ended"] != "registration.naming-rejected-deleted" {
			h.Errorf("log %+v", log)
		}
		h.must("one.com") // it is free here too
	})
}

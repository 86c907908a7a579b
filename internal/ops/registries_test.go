package ops_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

var desk = domain.Scope{Operator: true, Actor: "desk@example.com", Via: "console"}

func (h *house) sweep() {
	h.Helper()
	_, err := h.Sweep(h.Context())
	h.ok(err)
}

func (h *house) item(v ops.OrderView) domain.Item {
	h.Helper()
	items, _, err := h.Items(h.Context(), h.scope, v.ID, ops.Page{Limit: 10})
	h.ok(err)
	return items[0]
}

func (h *house) open(subject string) string {
	h.Helper()
	list, err := h.Cases(h.Context(), desk, ops.CaseFilter{Subject: subject, Open: true, Limit: 10})
	h.ok(err)
	s := ""
	for _, c := range list {
		s += c.Code + " "
	}
	return s
}

// During its maintenance nothing goes to a registry and nothing is lost; orders say until when they wait, and search
// says that it doesn't know.
func TestMaintenancePausesTheQueue(t *testing.T) {
	engines(t, func(h *house) {
		ends := h.Now().Add(time.Hour).Truncate(time.Second)
		h.ok(h.AddWindow(h.Context(), desk, ops.WindowForm{RegistryAccount: "verisim", StartsAt: h.Now().Add(-time.Second), EndsAt: ends, Impact: domain.ImpactFull, Reason: "Upgrade"}))
		h.sweep()
		v := h.must("one.com")
		var sent atomic.Int64
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome { sent.Add(1); return accepted(l) }
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.sweep()
		it := h.item(v)
		if sent.Load() != 0 || it.Status != domain.ItemDoing || it.Code != "registry.maintenance" || it.Facts["until"] != ends.UTC().Format(time.RFC3339) {
			h.Errorf("%d sent, %+v", sent.Load(), it)
		}
		if got := h.open("registry:verisim"); got != "registry.maintenance " {
			h.Errorf("at the desk: %q", got)
		}
		found, err := h.CheckName(h.Context(), h.scope, "two.com")
		if h.ok(err); found.State != ops.Unknown || found.Code != "registry.maintenance" || found.Facts["until"] == "" {
			h.Errorf("%+v", found)
		}
		if found, _ = h.CheckName(h.Context(), h.scope, "two.cn"); found.State != ops.Available {
			h.Errorf("another registry's suffix: %+v", found)
		}
		next, err := h.db.NextDue(h.Context())
		if h.ok(err); !next.Equal(ends) {
			h.Errorf("next due %s, want its end %s", next, ends)
		}
		h.moved.Add(int64(time.Hour + time.Second))
		h.sweep()
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if it = h.item(v); sent.Load() != 1 || it.Status != domain.ItemSuccess || it.Code != "" {
			h.Errorf("%d sent, %+v", sent.Load(), it)
		}
		if got := h.open("registry:verisim"); got != "" {
			h.Errorf("at the desk: %q", got)
		}
		h.wallet(1_000_000-6800, 0)
	})
}

func TestACancelledWindowPausesNothing(t *testing.T) {
	engines(t, func(h *house) {
		add := func() int64 {
			h.ok(h.AddWindow(h.Context(), desk, ops.WindowForm{RegistryAccount: "verisim", StartsAt: h.Now(), EndsAt: h.Now().Add(time.Hour), Impact: domain.ImpactFull}))
			v, err := h.Ops.Registry(h.Context(), desk, "verisim")
			h.ok(err)
			return v.Windows[len(v.Windows)-1].ID
		}
		first, second := add(), add()
		h.ok(h.CancelWindow(h.Context(), desk, "verisim", first))
		h.sweep()
		if err := h.CancelWindow(h.Context(), desk, "cnsim", second); fault.Of(err).Kind != fault.Missing {
			h.Errorf("through another registry: %v", err)
		}
		h.ok(h.CancelWindow(h.Context(), desk, "verisim", second)) // it is on
		if err := h.CancelWindow(h.Context(), desk, "verisim", second); !fault.Is(err, "state.moved") {
			h.Errorf("twice: %v", err)
		}
		h.must("one.com")
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.wallet(1_000_000-6800, 0)
		for _, err := range []error{h.CancelWindow(h.Context(), h.scope, "verisim", second), h.AddWindow(h.Context(), h.scope, ops.WindowForm{}),
			h.DepositFilled(h.Context(), h.scope, "verisim", 0, ""), h.ChangeRegistryPassword(h.Context(), h.scope, "verisim"),
			h.ReplaceRegistryCertificate(h.Context(), h.scope, "verisim", nil)} {
			if fault.Of(err).Kind != fault.Denied {
				h.Errorf("an owner: %v", err)
			}
		}
		if _, err := h.Ops.Registry(h.Context(), h.scope, "verisim"); fault.Of(err).Kind != fault.Denied {
			h.Errorf("an owner: %v", err)
		}
	})
}

// An empty deposit stops what would be sent, calls the desk, and gives nothing back; questions go on. One act now and
// then tries whether it is over.
func TestAnEmptyDepositPausesTheQueue(t *testing.T) {
	engines(t, func(h *house) {
		v := h.must("one.com", "two.com", "three.com")
		var sent atomic.Int64
		empty := func(context.Context, domain.Leased) domain.Outcome {
			sent.Add(1)
			return domain.Outcome{Kind: domain.OutcomeNotSent, Code: "registry.deposit-empty", Facts: map[string]string{"registry": "verisim", "epp": "2104", "reason": "Billing failure"}}
		}
		h.send = empty
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if sent.Load() != 3 {
			h.Fatalf("%d sent", sent.Load())
		}
		if got := h.open("registry:verisim"); got != "registry.deposit-empty " {
			h.Errorf("at the desk: %q", got)
		}
		h.wallet(1_000_000-3*6800, 3*6800)
		w := h.must("four.com") // placed in the pause
		h.sweep()
		if it := h.item(w); it.Code != "registry.deposit-empty" || it.Facts["epp"] != "2104" {
			h.Errorf("%+v", it)
		}
		h.ok(h.Dispatch(h.Context(), "verisim")) // too early for a try
		if sent.Load() != 3 {
			h.Errorf("%d sent in the pause", sent.Load()-3)
		}
		h.moved.Add(int64(time.Minute))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if sent.Load() != 4 {
			h.Errorf("%d tries, want one", sent.Load()-3)
		}
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome { return accepted(l) }
		h.moved.Add(int64(time.Minute))
		h.ok(h.Dispatch(h.Context(), "verisim")) // a try that succeeds
		h.moved.Add(int64(time.Minute))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if got := h.open("registry:verisim"); got != "" {
			h.Errorf("at the desk: %q", got)
		}
		if o, err := h.Order(h.Context(), h.scope, v.ID); err != nil || o.Success != 3 {
			h.Errorf("%+v %v", o, err)
		}
		h.wallet(1_000_000-4*6800, 0)

		// The other way out: an operator enters what was paid in.
		h.send = empty
		h.must("five.com")
		h.ok(h.Dispatch(h.Context(), "verisim"))
		before, err := h.Balances(h.Context(), desk)
		h.ok(err)
		h.ok(h.DepositFilled(h.Context(), desk, "verisim", 50_000, "wire-1"))
		h.ok(h.DepositFilled(h.Context(), desk, "verisim", 50_000, "wire-1")) // the same form once more
		after, err := h.Balances(h.Context(), desk)
		if h.ok(err); after.Accounts["deposit:verisim"]-before.Accounts["deposit:verisim"] != 50_000 || after.Sum != 0 {
			h.Errorf("%v, then %v", before.Accounts, after.Accounts)
		}
		if code, _, _, _ := h.Paused(h.Context(), "verisim"); code != "" {
			h.Errorf("still paused: %s", code)
		}
		if err := h.DepositFilled(h.Context(), desk, "verisim", -1, ""); fault.Of(err).Code != "input.amount" {
			h.Error(err)
		}
	})
}

func TestALowDepositWarns(t *testing.T) {
	engines(t, func(h *house) {
		for _, c := range []struct {
			balance, low int64
			open         string
		}{{9_000, 10_000, "registry.deposit-low "}, {9_000, 10_000, "registry.deposit-low "}, {10_000, 10_000, ""}, {500, 0, ""}} {
			h.ok(h.BalanceTold(h.Context(), "verisim", c.balance, c.low, "CNY"))
			if got := h.open("registry:verisim"); got != c.open {
				h.Errorf("%+v: %q", c, got)
			}
			v, err := h.Ops.Registry(h.Context(), desk, "verisim")
			if h.ok(err); v.State.Balance == nil || *v.State.Balance != c.balance {
				h.Errorf("%+v", v.State)
			}
		}
		// A registry that tells of its deposits only when they are low never says that one no longer is: the desk does.
		for _, balance := range []int64{700, 600} {
			h.ok(h.BalanceTold(h.Context(), "verisim", balance, 10_000, "CNY"))
			if got := h.open("registry:verisim"); got != "registry.deposit-low " {
				h.Errorf("%d: %q", balance, got)
			}
			h.ok(h.DepositFilled(h.Context(), desk, "verisim", 0, ""))
			if got := h.open("registry:verisim"); got != "" {
				h.Errorf("filled up, and at the desk: %q", got)
			}
		}
	})
}

// lock is a registry's login: it has a password, and does with a new one what a test says.
type lock struct {
	has, used string
	down      bool
	change    func(l *lock, next string) error
	cert      []byte
	certBad   bool
}

func denied() error { return fault.New(fault.Denied, "registry.credentials-refused") }
func silent() error { return fault.New(fault.Unavailable, "registry.unreachable") }

func (l *lock) ChangePassword(_ context.Context, _, next string) error { return l.change(l, next) }
func (l *lock) Use(_ string, with domain.RegistrySecrets) {
	if with.Password != "" {
		l.used = with.Password
	}
	if with.Certificate != nil {
		l.cert = with.Certificate
	}
}
func (l *lock) Try(_ context.Context, _ string, with domain.RegistrySecrets) error {
	password := l.used
	if with.Password != "" {
		password = with.Password
	}
	switch {
	case l.down:
		return silent()
	case password != l.has || with.Certificate != nil && l.certBad:
		return denied()
	}
	return nil
}

// Whatever happens on the way, the password that is used is one that the registry takes, and a lost answer is resolved
// by logging in.
func TestPasswordChange(t *testing.T) {
	taken := func(l *lock, next string) error { l.has = next; return nil }
	for name, c := range map[string]struct {
		change  func(l *lock, next string) error
		code    fault.Code // of the error
		changed bool
		pending bool
		cases   string
	}{
		"taken":                             {change: taken, changed: true},
		"refused":                           {change: func(*lock, string) error { return denied() }, code: "registry.credentials-refused"},
		"taken, the answer lost":            {change: func(l *lock, next string) error { l.has = next; return silent() }, changed: true},
		"not taken, the answer lost":        {change: func(*lock, string) error { return silent() }, code: "registry.password-kept"},
		"said to be taken, and not":         {change: func(*lock, string) error { return nil }, code: "registry.password-kept"},
		"taken, and the registry is silent": {change: func(l *lock, next string) error { l.has, l.down = next, true; return silent() }, code: "registry.unreachable", pending: true},
		"neither holds":                     {change: func(l *lock, _ string) error { l.has = "somebody else's"; return nil }, code: "registry.credentials-refused", pending: true, cases: "registry.credentials-refused "},
	} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(h *house) {
				l := &lock{has: "first", used: "first", change: c.change}
				h.Ops.Login = l
				err := h.ChangeRegistryPassword(h.Context(), desk, "verisim")
				if c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
					h.Fatalf("%v, want %s", err, c.code)
				}
				if (l.used != "first") != c.changed || c.changed && (l.used != l.has || len(l.used) != 16) {
					h.Errorf("used %q, the registry has %q", l.used, l.has)
				}
				v, err := h.Ops.Registry(h.Context(), desk, "verisim")
				h.ok(err)
				for _, c := range v.Credentials {
					if c.Sealed != nil {
						h.Error("a secret is shown")
					}
				}
				pending := len(v.Credentials) > 0 && v.Credentials[len(v.Credentials)-1].State == domain.CredentialPending
				if pending != c.pending || h.open("registry:verisim") != c.cases {
					h.Errorf("pending %v, cases %q", pending, h.open("registry:verisim"))
				}
				if pending { // nobody sends a second one meanwhile; once the registry answers it is resolved
					if err := h.ChangeRegistryPassword(h.Context(), desk, "verisim"); !fault.Is(err, "registry.change-under-way") {
						h.Errorf("%v", err)
					}
					if l.down {
						l.down = false
						h.moved.Add(int64(2 * time.Minute))
						h.sweep()
						if l.used != l.has || l.used == "first" {
							h.Errorf("used %q, the registry has %q", l.used, l.has)
						}
					}
				}
				events, err := h.Log(h.Context(), desk, "registry:verisim", 0, 10)
				if h.ok(err); len(events) == 0 || events[len(events)-1].Actor != desk.Actor {
					h.Errorf("%+v", events)
				}
			})
		})
	}
}

func pemPair(t *testing.T, from, until time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ours"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})...)
}

func TestCertificateChange(t *testing.T) {
	engines(t, func(h *house) {
		l := &lock{has: "first", used: "first"}
		h.Ops.Login = l
		now := h.Now()
		good, old := pemPair(t, now.Add(-time.Hour), now.AddDate(1, 0, 0)), pemPair(t, now.Add(-2*time.Hour), now.Add(-time.Hour))
		for rule, text := range map[string][]byte{"size": nil, "pem": []byte("nonsense"), "validity": old} {
			if err := h.ReplaceRegistryCertificate(h.Context(), desk, "verisim", text); fault.Of(err).Code != "registry.certificate-invalid" || fault.Of(err).Facts["rule"] != rule {
				h.Errorf("%s: %v", rule, err)
			}
		}
		l.certBad = true
		if err := h.ReplaceRegistryCertificate(h.Context(), desk, "verisim", good); !fault.Is(err, "registry.credentials-refused") || l.cert != nil {
			h.Errorf("a certificate that the registry refuses: %v", err)
		}
		l.certBad = false
		h.ok(h.ReplaceRegistryCertificate(h.Context(), desk, "verisim", good))
		v, err := h.Ops.Registry(h.Context(), desk, "verisim")
		if h.ok(err); l.cert == nil || len(v.Credentials) != 1 || len(v.Credentials[0].Fingerprint) != 64 || v.Credentials[0].NotAfter.Before(now) || v.Credentials[0].By != desk.Actor {
			h.Errorf("%+v", v.Credentials)
		}
	})
}

// What the sessions have learnt of how we are let in becomes cases at the desk, and ends with it.
func TestStandingAtTheDesk(t *testing.T) {
	engines(t, func(h *house) {
		s := ops.RegistryStanding{RegistryAccount: "verisim", Refused: true, Reason: "2200 Authentication error", CertUntil: h.Now().Add(10 * 24 * time.Hour), Fresh: true,
			Warnings: []ops.LoginWarning{{Type: "password", Level: "warning", Until: h.Now().Add(time.Hour)}}}
		other := ops.RegistryStanding{RegistryAccount: "veri", Fresh: true} // its name is the beginning of the other's
		for range 2 {
			h.ok(h.Standing(h.Context(), s))
			h.ok(h.Standing(h.Context(), other))
		}
		if got := h.open("registry:verisim"); !strings.Contains(got, "registry.credentials-refused ") || !strings.Contains(got, "registry.certificate-expiring ") {
			h.Errorf("%q", got)
		}
		if got := h.open("registry:verisim:password"); got != "registry.login-warning " {
			h.Errorf("%q", got)
		}
		h.ok(h.Standing(h.Context(), ops.RegistryStanding{RegistryAccount: "verisim", Fresh: true}))
		if got := h.open("registry:verisim") + h.open("registry:verisim:password"); got != "" {
			h.Errorf("%q", got)
		}
	})
}

package registry

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

func cut(r *epp.Response) *epp.Response {
	r.Wire = &epp.WireAct{Drop: true, Close: true}
	return r
}

// always answers creates of domains so, n times (0: every time).
func always(n int, r func(f *fake, c *epp.DomainCreate) *epp.Response) func(*fake, *epp.Command) *epp.Response {
	seen := 0
	return func(f *fake, cmd *epp.Command) *epp.Response {
		if c, ok := cmd.Action.(*epp.DomainCreate); ok && (n == 0 || seen < n) {
			seen++
			return r(f, c)
		}
		return nil
	}
}

func code(c epp.Code, values ...epp.ResultValue) func(*fake, *epp.DomainCreate) *epp.Response {
	return func(*fake, *epp.DomainCreate) *epp.Response {
		return epp.Fail(c, "says the registry: "+secret+" "+password, values...)
	}
}

func value(space, local, reason string) epp.ResultValue {
	return epp.NewResultValue(space, local, "x", reason)
}

// premiumCheck answers a check: the name has a fee of its own.
func premiumCheck(cmd *epp.Command) *epp.Response {
	c, ok := cmd.Action.(*epp.DomainCheck)
	if !ok {
		return nil
	}
	r := epp.NewResponse(1000, &epp.DomainCheckData{Items: []epp.CheckItem{{ID: c.Names[0], Avail: true}}})
	r.Extensions = []epp.Value{&epp.FeeCheckData{Currency: "CNY", Objects: []epp.FeeObject{{ID: c.Names[0], Avail: true, Class: "premium-1",
		Commands: []epp.FeeCommandData{{FeeCommand: epp.FeeCommand{Name: "create", Period: epp.Years(1)}, Fees: []epp.FeeItem{{Amount: "1280.00"}}}}}}}}
	return r
}

func TestCreateOutcomes(t *testing.T) {
	other := &dom{clID: "rival", auth: "theirs", roid: "D9-FAKE", created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), statuses: []string{"ok"}}
	ourOther := &dom{clID: "ours", auth: "another-orders", roid: "D8-FAKE", created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), statuses: []string{"ok"}}
	earlier := &dom{clID: "ours", auth: secret, roid: "D7-FAKE", created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), statuses: []string{"ok"}}
	pending := &dom{clID: "ours", auth: secret, roid: "D6-FAKE", created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), statuses: []string{"pendingCreate"}}
	for _, row := range []struct {
		name    string
		say     func(*fake, *epp.Command) *epp.Response
		there   *dom
		fee     int64
		cost    int64
		kind    domain.OutcomeKind
		code    string
		facts   map[string]string // some of those expected
		creates int
		logins  int // 0: not looked at
	}{
		{name: "1000", kind: domain.OutcomeAccepted, creates: 1, logins: 1},
		{name: "1001", say: always(0, code(1001)), kind: domain.OutcomePending, creates: 1},
		{name: "1300 is no answer to a create", say: always(0, code(1300)), kind: domain.OutcomeUnknown, code: "registry.unreachable", creates: 1},
		{name: "2302 and another registrar's", there: other, kind: domain.OutcomeRefused, code: "registration.taken",
			facts: map[string]string{"registrar": "rival", "registered": "2026-01-02", "created": "2026-01-02T03:04:05Z", "registry": "fakesim"}, creates: 1},
		{name: "2302 and ours, of another order", there: ourOther, kind: domain.OutcomeRefused, code: "registration.taken",
			facts: map[string]string{"registrar": "ours", "proof": "none"}, creates: 1},
		{name: "2302 and ours, of a lost attempt", there: earlier, kind: domain.OutcomeAccepted, facts: map[string]string{"proof": "auth-info"}, creates: 1},
		{name: "2302 and ours, still pending", there: pending, kind: domain.OutcomePending, facts: map[string]string{"proof": "auth-info"}, creates: 1},
		{name: "2302 of a name that is not there", say: always(0, code(2302)), kind: domain.OutcomeRefused, code: "registration.taken", creates: 1},
		{name: "2302 and no answer to whose", there: other, say: func(_ *fake, cmd *epp.Command) *epp.Response {
			if _, ok := cmd.Action.(*epp.DomainInfo); ok {
				return cut(epp.NewResponse(1000))
			}
			return nil
		}, kind: domain.OutcomeUnknown, code: "registry.unreachable", creates: 1},
		{name: "2306 about the name", say: always(0, code(2306, value(epp.NSDomain, "name", "kept for the state"))), kind: domain.OutcomeRefused,
			code: "registration.reserved", facts: map[string]string{"reason": "kept for the state", "epp": "2306"}, creates: 1},
		{name: "2306 about nothing in particular", say: always(0, code(2306)), kind: domain.OutcomeRefused, code: "registration.reserved", creates: 1},
		{name: "2306 about name servers", say: always(0, code(2306, value(epp.NSDomain, "hostObj", "too many"))), kind: domain.OutcomeRefused,
			code: "registration.refused", facts: map[string]string{"epp": "2306"}, creates: 1},
		{name: "2104", say: always(0, code(2104)), kind: domain.OutcomeNotSent, code: "registry.deposit-empty", creates: 1},
		{name: "2003 fee missing", say: always(0, code(2003, value(epp.NSFee, "fee", "fee required"))), kind: domain.OutcomeRefused,
			code: "registration.premium", creates: 1},
		{name: "2003 fee missing, though one was agreed to", say: always(0, code(2003, value(epp.NSFee, "fee", "fee required"))), fee: 58800,
			kind: domain.OutcomeRefused, code: "registration.fee-changed", facts: map[string]string{"agreed": "58800"}, creates: 1},
		{name: "2003 fee missing, quoting the name", say: always(0, code(2003, value(epp.NSDomain, "name", "fee required for a premium name"))),
			kind: domain.OutcomeRefused, code: "registration.premium", creates: 1},
		{name: "2306 of a premium name kept back", say: always(0, code(2306, value(epp.NSDomain, "name", "premium, not for sale"))),
			kind: domain.OutcomeRefused, code: "registration.reserved", creates: 1},
		{name: "2003 of something else", say: always(0, code(2003, value(epp.NSDomain, "registrant", "required"))), kind: domain.OutcomeRefused,
			code: "registration.refused", creates: 1},
		{name: "2004 of an ordinary name whose fee has moved", say: always(0, code(2004, value(epp.NSFee, "fee", "fee too low"))), cost: 5500,
			kind: domain.OutcomeRefused, code: "registration.fee-changed", facts: map[string]string{"agreed": "5500"}, creates: 1},
		{name: "2004 of a premium name bought as an ordinary one", say: func(f *fake, cmd *epp.Command) *epp.Response {
			if _, ok := cmd.Action.(*epp.DomainCreate); ok {
				return epp.Fail(2004, "", epp.NewResultValue(epp.NSFee, "fee", "55.00", "fee too low"))
			}
			return premiumCheck(cmd)
		}, cost: 5500, kind: domain.OutcomeRefused, code: "registration.premium", facts: map[string]string{"fee": "128000"}, creates: 1},
		{name: "2004 fee by words", say: always(0, func(*fake, *epp.DomainCreate) *epp.Response { return epp.Fail(2004, "Fee too low") }), fee: 58800,
			kind: domain.OutcomeRefused, code: "registration.fee-changed", facts: map[string]string{"agreed": "58800"}, creates: 1},
		{name: "2004 with a fee and no more said", say: always(0, func(*fake, *epp.DomainCreate) *epp.Response { return epp.NewResponse(2004) }), fee: 58800,
			kind: domain.OutcomeRefused, code: "registration.fee-changed", creates: 1},
		{name: "2004 of the period", say: always(0, code(2004, value(epp.NSDomain, "period", "at most 10 years"))), fee: 58800, kind: domain.OutcomeRefused,
			code: "registration.refused", creates: 1},
		{name: "2005", say: always(0, code(2005)), kind: domain.OutcomeRefused, code: "registration.refused",
			facts: map[string]string{"epp": "2005", "reason": "says the registry: *** ***", "step": "domain"}, creates: 1},
		{name: "2001", say: always(0, code(2001)), kind: domain.OutcomeRefused, code: "registration.refused", creates: 1},
		{name: "2308", say: always(0, code(2308)), kind: domain.OutcomeRefused, code: "registration.refused", creates: 1},
		{name: "2400 every time", say: always(0, code(2400)), kind: domain.OutcomeNotSent, code: "registry.unreachable",
			facts: map[string]string{"epp": "2400"}, creates: 3, logins: 1},
		{name: "2400 at first", say: always(2, code(2400)), kind: domain.OutcomeAccepted, creates: 3, logins: 1},
		{name: "2500", say: always(0, code(2500)), kind: domain.OutcomeUnknown, code: "registry.unreachable", creates: 1},
		{name: "2501 every time", say: always(0, code(2501)), kind: domain.OutcomeNotSent, code: "registry.unreachable", creates: 3},
		{name: "2502 at first", say: always(1, code(2502)), kind: domain.OutcomeAccepted, creates: 2, logins: 2},
		{name: "2002 at first: logged out", say: always(1, code(2002)), kind: domain.OutcomeAccepted, creates: 2, logins: 2},
		{name: "2002 every time", say: always(0, code(2002)), kind: domain.OutcomeNotSent, code: "registry.unreachable", creates: 3},
		{name: "2200", say: always(0, code(2200)), kind: domain.OutcomeNotSent, code: "registry.unreachable", creates: 1},
		{name: "done, and the answer cut", say: always(0, func(f *fake, c *epp.DomainCreate) *epp.Response { return cut(f.act(&epp.Command{Action: c})) }),
			kind: domain.OutcomeUnknown, code: "registry.unreachable", creates: 1},
		{name: "half an answer", say: always(0, func(f *fake, c *epp.DomainCreate) *epp.Response {
			r := f.act(&epp.Command{Action: c})
			r.Wire = &epp.WireAct{Half: true}
			return r
		}), kind: domain.OutcomeUnknown, code: "registry.unreachable", creates: 1},
		{name: "an answer that is no XML", say: always(0, func(*fake, *epp.DomainCreate) *epp.Response {
			r := epp.NewResponse(1000)
			r.Wire = &epp.WireAct{Raw: epp.AppendFrame(nil, []byte("nonsense"))}
			return r
		}), kind: domain.OutcomeUnknown, code: "registry.unreachable", creates: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFake(t)
			f.say = row.say
			if row.there != nil {
				d := *row.there
				f.domains["a.com"] = &d
			}
			f.start("", epp.Limits{})
			r := f.open()
			l := intent("a.com")
			l.Intent.Payload.Fee, l.Intent.Payload.Cost, l.Intent.Payload.FeeCurrency = row.fee, row.cost, "CNY"
			out := r.Send(context.Background(), l)
			if out.Kind != row.kind || out.Code != row.code {
				t.Errorf("got %s %q %v, want %s %q", out.Kind, out.Code, out.Facts, row.kind, row.code)
			}
			for k, v := range row.facts {
				if out.Facts[k] != v {
					t.Errorf("fact %s is %q, want %q", k, out.Facts[k], v)
				}
			}
			if got := f.counted("domain:create"); got != row.creates {
				t.Errorf("%d creates, want %d", got, row.creates)
			}
			if f.mu.Lock(); row.logins != 0 && f.logins != row.logins {
				t.Errorf("%d logins, want %d", f.logins, row.logins)
			}
			if trids := slices.Clone(f.trids); len(slices.Compact(slices.Sorted(slices.Values(trids)))) != len(trids) {
				t.Errorf("a transaction identifier was used twice: %v", trids)
			}
			f.mu.Unlock()
			f.clean(row.name, out, r.Health(context.Background()))
		})
	}
}

func TestCreateSendsWhatTheIntentSays(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.Contacts = true })
	l := intent("a.com")
	l.Intent.Payload.LockTransfer, l.Intent.Payload.LockUpdate, l.Intent.Payload.Fee = true, true, 128000
	out := r.Send(context.Background(), l)
	want := domain.Object{Name: "a.com", ROID: "D1-FAKE", Sponsor: "ours", NameServers: []string{"ns1.host.net", "ns2.host.net"},
		Statuses:  domain.Statuses{domain.ClientTransferProhibited, domain.ClientUpdateProhibited},
		CreatedAt: f.wall, ExpiresAt: f.wall.AddDate(2, 0, 0)}
	if d := cmp.Diff(want, out.Object); d != "" || out.Kind != domain.OutcomeAccepted {
		t.Fatalf("%s: %s", out.Kind, d)
	}
	d := f.domains["a.com"]
	id := handle("ours", l.Template, 0)
	if d.auth != secret || d.registrant != id || len(id) > 16 || f.contacts[id] != "ours" {
		t.Errorf("domain is %+v, contacts %v", d, f.contacts)
	}
	if diff := cmp.Diff([]epp.DomainContact{{Type: "admin", ID: id}, {Type: "tech", ID: id}}, d.contacts); diff != "" {
		t.Error(diff)
	}
	for _, cmd := range f.frames {
		switch c := cmd.Action.(type) {
		case *epp.DomainCreate:
			if cmd.ClTRID != "OR-1a-1" {
				t.Errorf("clTRID %q", cmd.ClTRID)
			}
			fee, ok := epp.Find[*epp.FeeTransform](cmd.Extensions)
			if !ok || fee.Currency != "CNY" || len(fee.Fees) != 1 || fee.Fees[0].Amount != "1280.00" {
				t.Errorf("fee %+v", fee)
			}
		case *epp.ContactCreate:
			if len(c.Postal) != 2 || c.Postal[0].Type != "int" || c.Postal[0].Name != "Li Hua" || c.Postal[1].Type != "loc" || c.Postal[1].Name != "李华" ||
				c.Postal[1].Addr.City != "深圳" || c.Postal[0].Addr.CC != "CN" || c.Voice.Number != "+86.13800000000" {
				t.Errorf("contact %+v", c)
			}
		}
	}
}

func TestLockThatFailsDoesNotUndoACreate(t *testing.T) {
	for name, r := range map[string]*epp.Response{"refused 2306": epp.NewResponse(2306), "no answer": cut(epp.NewResponse(1000))} {
		f := newFake(t)
		f.say = func(_ *fake, cmd *epp.Command) *epp.Response {
			if _, ok := cmd.Action.(*epp.DomainUpdate); ok {
				return r
			}
			return nil
		}
		f.start("", epp.Limits{})
		l := intent("a.com")
		l.Intent.Payload.LockTransfer = true
		out := f.open().Send(context.Background(), l)
		if out.Kind != domain.OutcomeAccepted || out.Facts["lock"] != name || out.Object.ROID != "D1-FAKE" {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

func TestHostAttributesNeedNoHosts(t *testing.T) {
	f := newFake(t)
	f.hostAttr = true
	f.start("", epp.Limits{})
	out := f.open(func(a *Account, _ *Config) { a.HostObjects = false }).Send(context.Background(), intent("a.com"))
	if out.Kind != domain.OutcomeAccepted || f.counted("host:create") != 0 {
		t.Errorf("%+v, %d hosts", out, f.counted("host:create"))
	}
	if d := cmp.Diff([]string{"ns1.host.net", "ns2.host.net"}, out.Object.NameServers); d != "" {
		t.Error(d)
	}
}

func TestPrerequisitesAreMadeOnce(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.Contacts = true })
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if out := r.Send(context.Background(), intent(domain.Name("n"+strings.Repeat("x", i%50)+string(rune('a'+i/50))+".com"))); out.Kind != domain.OutcomeAccepted {
				t.Errorf("%+v", out)
			}
		})
	}
	wg.Wait()
	for name, want := range map[string]int{"contact:create": 1, "host:create": 2, "domain:create": 200} {
		if got := f.counted(name); got != want {
			t.Errorf("%s %d times, want %d", name, got, want)
		}
	}
	if f.most > 4 {
		t.Errorf("%d sessions, more than 4", f.most)
	}
}

func TestPrerequisitesThatFail(t *testing.T) {
	for name, row := range map[string]struct {
		answer func() *epp.Response
		kind   domain.OutcomeKind
		code   string
	}{
		"refused": {func() *epp.Response { return epp.Fail(2005, "bad "+secret) }, domain.OutcomeRefused, "registration.refused"},
		"cut":     {func() *epp.Response { return cut(epp.NewResponse(1000)) }, domain.OutcomeNotSent, "registry.unreachable"},
		"2400":    {func() *epp.Response { return epp.NewResponse(2400) }, domain.OutcomeNotSent, "registry.unreachable"},
		"2500":    {func() *epp.Response { return epp.NewResponse(2500) }, domain.OutcomeNotSent, "registry.unreachable"},
		"2104":    {func() *epp.Response { return epp.NewResponse(2104) }, domain.OutcomeNotSent, "registry.deposit-empty"},
	} {
		for _, step := range []string{"contact:create", "host:create"} {
			f := newFake(t)
			f.say = func(_ *fake, cmd *epp.Command) *epp.Response {
				if commandName(cmd) == step {
					return row.answer()
				}
				return nil
			}
			f.start("", epp.Limits{})
			out := f.open(func(a *Account, _ *Config) { a.Contacts = true }).Send(context.Background(), intent("a.com"))
			if out.Kind != row.kind || out.Code != row.code || f.counted("domain:create") != 0 {
				t.Errorf("%s %s: %+v, %d creates", step, name, out, f.counted("domain:create"))
			}
			if step == "host:create" && row.kind == domain.OutcomeRefused && out.Facts["host"] != "ns1.host.net" {
				t.Errorf("%v", out.Facts)
			}
		}
	}
}

func TestContactIdentifierOfAnotherRegistrar(t *testing.T) {
	f := newFake(t)
	l := intent("a.com")
	f.contacts[handle("ours", l.Template, 0)] = "rival"
	f.contacts[handle("ours", l.Template, 1)] = "ours" // made in an earlier life
	f.start("", epp.Limits{})
	out := f.open(func(a *Account, _ *Config) { a.Contacts = true }).Send(context.Background(), l)
	if out.Kind != domain.OutcomeAccepted || f.domains["a.com"].registrant != handle("ours", l.Template, 1) {
		t.Errorf("%+v", out)
	}
	changed := *l.Template
	changed.Contact.City = "Beijing"
	if handle("ours", &changed, 0) == handle("ours", l.Template, 0) || handle("other", l.Template, 0) == handle("ours", l.Template, 0) {
		t.Error("identifiers of different data are the same")
	}
}

func TestWhatIsRememberedAndGoneIsMadeAgain(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.Contacts = true })
	r.Send(context.Background(), intent("a.com"))
	f.mu.Lock()
	delete(f.hosts, "ns2.host.net")
	clear(f.contacts)
	f.mu.Unlock()
	out := r.Send(context.Background(), intent("b.com"))
	if out.Kind != domain.OutcomeAccepted || f.counted("domain:create") != 3 {
		t.Errorf("%+v, %d creates", out, f.counted("domain:create"))
	}
}

func TestCrashPoints(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	var mu sync.Mutex
	seen := map[string]int{} // creates that the registry had at each point
	var order []string
	r := f.open(func(_ *Account, c *Config) {
		c.Crash = func(at string) {
			if at == "after-send" { // it arrives, but when is its business: it must arrive without our help
				until(t, "the frame", func() bool { return f.counted("domain:create") == 1 })
			}
			mu.Lock()
			seen[at] = f.counted("domain:create")
			order = append(order, at)
			mu.Unlock()
		}
	})
	r.Send(context.Background(), intent("a.com"))
	if d := cmp.Diff([]string{"before-send", "after-send", "after-answer"}, order); d != "" {
		t.Error(d)
	}
	if want := (map[string]int{"before-send": 0, "after-send": 1, "after-answer": 1}); !maps.Equal(seen, want) {
		t.Errorf("creates at the registry: %v, want %v", seen, want)
	}
}

func TestIntentWithoutProofIsNotSent(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open()
	for _, sealed := range [][]byte{nil, []byte("sealed:auth:other.com:" + secret)} {
		l := intent("a.com")
		l.Intent.Payload.SealedAuthInfo = sealed
		if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeNotSent || f.counted("domain:create") != 0 {
			t.Errorf("%+v", out)
		}
		if out := r.Ask(context.Background(), l); out.Kind != domain.OutcomeUnknown {
			t.Errorf("%+v", out)
		}
	}
	if out := r.Send(context.Background(), domain.Leased{Intent: domain.Intent{RegistryAccount: "nosuch", Kind: domain.IntentCreate}}); out.Kind != domain.OutcomeNotSent {
		t.Errorf("%+v", out)
	}
}

func TestFeesOnlyWhereTheRegistryHasThem(t *testing.T) {
	f := newFake(t)
	f.noFees = true
	f.start("", epp.Limits{})
	r := f.open()
	l := intent("a.com")
	l.Intent.Payload.Fee = 5000
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeAccepted {
		t.Errorf("%+v", out)
	}
	if got, err := r.Check(context.Background(), "fakesim", names(1)); err != nil || got[0].Premium {
		t.Errorf("%+v %v", got, err)
	}
}

package registry

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

func TestAskCreate(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	at := func(clID, auth string, created time.Time) *dom {
		return &dom{clID: clID, auth: auth, roid: "D1-FAKE", created: created, expires: created.AddDate(1, 0, 0), statuses: []string{"ok"}}
	}
	for _, row := range []struct {
		name  string
		there *dom
		hide  bool
		ours  bool // a tenure runs here already
		skew  time.Duration
		say   func(*fake, *epp.Command) *epp.Response
		kind  domain.OutcomeKind
		code  string
		facts map[string]string
	}{
		{name: "not there", kind: domain.OutcomeAbsent, facts: map[string]string{"epp": "2303"}},
		{name: "ours by authInfo", there: at("ours", secret, now.AddDate(-1, 0, 0)), kind: domain.OutcomeAccepted, facts: map[string]string{"proof": "auth-info"}},
		{name: "ours, of another order", there: at("ours", "else", now), kind: domain.OutcomeRefused, code: "registration.taken", facts: map[string]string{"proof": "none"}},
		{name: "another's", there: at("rival", "else", now), kind: domain.OutcomeRefused, code: "registration.taken", facts: map[string]string{"registrar": "rival"}},
		{name: "another's and hidden", there: at("rival", "else", now), say: func(_ *fake, cmd *epp.Command) *epp.Response { return infoSays(cmd, 2201) },
			kind: domain.OutcomeRefused, code: "registration.taken"},
		{name: "ours by its time", there: at("ours", secret, now), hide: true, kind: domain.OutcomeAccepted, facts: map[string]string{"proof": "creation-time"}},
		{name: "ours by its time, in registry time", there: at("ours", secret, now.Add(60*24*time.Hour)), skew: 60 * 24 * time.Hour, hide: true,
			kind: domain.OutcomeAccepted, facts: map[string]string{"proof": "creation-time"}},
		{name: "registry's clock is ahead of an old name", there: at("ours", secret, now), skew: 60 * 24 * time.Hour, hide: true,
			kind: domain.OutcomeRefused, code: "registration.taken", facts: map[string]string{"proof": "none"}},
		{name: "ours, older than our order", there: at("ours", secret, now.Add(-25*time.Hour)), hide: true, kind: domain.OutcomeRefused,
			code: "registration.taken", facts: map[string]string{"proof": "none"}},
		{name: "ours, and a clock may be wrong", there: at("ours", secret, now.Add(-time.Hour)), hide: true, kind: domain.OutcomeUnknown,
			code: "registry.unreachable", facts: map[string]string{"proof": "none"}},
		{name: "ours by its time, but a tenure claims it", there: at("ours", secret, now), hide: true, ours: true, kind: domain.OutcomeRefused,
			code: "registration.taken", facts: map[string]string{"proof": "none"}},
		{name: "no answer", say: func(_ *fake, cmd *epp.Command) *epp.Response {
			if commandName(cmd) == "domain:info" {
				return cut(epp.NewResponse(2303))
			}
			return nil
		}, kind: domain.OutcomeUnknown, code: "registry.unreachable"},
		{name: "2400", say: func(_ *fake, cmd *epp.Command) *epp.Response { return infoSays(cmd, 2400) }, kind: domain.OutcomeUnknown, code: "registry.unreachable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFake(t)
			f.say, f.hideAuth = row.say, row.hide
			if row.there != nil {
				f.domains["a.com"] = row.there
			}
			f.wall = now.Add(row.skew)
			f.start("", epp.Limits{})
			r := f.open()
			if _, err := r.Check(context.Background(), "fakesim", []domain.Name{"b.com"}); err != nil { // a session is in the pool
				t.Fatal(err)
			}
			l := intent("a.com")
			l.Was, l.Ours, l.Intent.SentAt = domain.IntentUnknown, row.ours, now
			l.Intent.CreatedAt = f.wall // business time follows a simulated registry's
			out := r.Ask(context.Background(), l)
			if out.Kind != row.kind || out.Code != row.code {
				t.Errorf("got %+v", out)
			}
			for k, v := range row.facts {
				if out.Facts[k] != v {
					t.Errorf("fact %s is %q, want %q", k, out.Facts[k], v)
				}
			}
			if f.mu.Lock(); f.logins != 2 {
				t.Errorf("%d logins: the question was not asked on a new session", f.logins)
			}
			f.mu.Unlock()
			if f.counted("domain:create") != 0 {
				t.Error("a question created something")
			}
			if out.Kind == domain.OutcomeAccepted && out.Object.ROID != "D1-FAKE" {
				t.Errorf("object %+v", out.Object)
			}
			f.clean(row.name, out)
		})
	}
}

func infoSays(cmd *epp.Command, code epp.Code) *epp.Response {
	if commandName(cmd) == "domain:info" {
		return epp.NewResponse(code)
	}
	return nil
}

// A create that was carried out and whose answer was lost is found by asking, and sending again finds it too.
func TestLostAnswerIsFoundAgain(t *testing.T) {
	f := newFake(t)
	f.say = always(1, func(f *fake, c *epp.DomainCreate) *epp.Response { return cut(f.act(&epp.Command{Action: c})) })
	f.start("", epp.Limits{})
	r := f.open()
	l := intent("a.com")
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeUnknown {
		t.Fatalf("%+v", out)
	}
	if out := r.Ask(context.Background(), l); out.Kind != domain.OutcomeAccepted {
		t.Errorf("asked: %+v", out)
	}
	l.Intent.Attempts++
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeAccepted {
		t.Errorf("sent again: %+v", out)
	}
	l.Intent.Payload.SealedAuthInfo = []byte("sealed:auth:a.com:another-buyers")
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeRefused {
		t.Errorf("another buyer got the name: %+v", out)
	}
}

// Where the registry shows no authInfo, a name that an earlier sending of the same order may have made is not given up.
func TestSentAgainWhereNothingProves(t *testing.T) {
	f := newFake(t)
	f.hideAuth = true
	f.start("", epp.Limits{})
	r := f.open()
	l := intent("a.com")
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeAccepted {
		t.Fatalf("%+v", out)
	}
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeRefused {
		t.Errorf("its first sending can't have met its own name: %+v", out)
	}
	l.Intent.Attempts = 2
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeUnknown || out.Facts["proof"] != "none" {
		t.Errorf("sent again: %+v", out)
	}
	l.Ours = true
	if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeRefused {
		t.Errorf("a tenure has it: %+v", out)
	}
}

func nsIntent(ns ...string) domain.Leased {
	return domain.Leased{Intent: domain.Intent{RegistryAccount: "fakesim", Name: "a.com", Kind: domain.IntentUpdateNS, ClTRID: "OR-2", Attempts: 1,
		Payload: domain.Payload{NameServers: ns}}}
}

func TestUpdateNS(t *testing.T) {
	mine := func(ns ...string) *dom {
		return &dom{clID: "ours", auth: "x", roid: "D1-FAKE", created: time.Now(), statuses: []string{"ok"}, ns: ns}
	}
	onUpdate := func(r func(f *fake, cmd *epp.Command) *epp.Response) func(*fake, *epp.Command) *epp.Response {
		return func(f *fake, cmd *epp.Command) *epp.Response {
			if commandName(cmd) == "domain:update" {
				return r(f, cmd)
			}
			return nil
		}
	}
	locked := mine("ns1.host.net")
	locked.statuses = []string{"clientUpdateProhibited", "serverTransferProhibited"}
	rival := mine()
	rival.clID = "rival"
	for _, row := range []struct {
		name    string
		there   *dom
		say     func(*fake, *epp.Command) *epp.Response
		kind    domain.OutcomeKind
		code    string
		updates int
		ask     domain.OutcomeKind
		facts   map[string]string
	}{
		{name: "changed", there: mine("ns1.host.net", "ns9.host.net"), kind: domain.OutcomeAccepted, updates: 1, ask: domain.OutcomeAccepted},
		{name: "from nothing", there: mine(), kind: domain.OutcomeAccepted, updates: 1, ask: domain.OutcomeAccepted},
		{name: "so already", there: mine("ns2.host.net", "NS1.host.net"), kind: domain.OutcomeAccepted, ask: domain.OutcomeAccepted},
		{name: "locked", there: locked, kind: domain.OutcomeRefused, code: "domain.update-prohibited", updates: 1, ask: domain.OutcomeAbsent,
			facts: map[string]string{"statuses": "clientUpdateProhibited serverTransferProhibited"}},
		{name: "another's", there: rival, kind: domain.OutcomeRefused, code: "domain.not-found", ask: domain.OutcomeRefused, facts: map[string]string{"registrar": "rival"}},
		{name: "not there", kind: domain.OutcomeRefused, code: "domain.not-found", ask: domain.OutcomeRefused},
		{name: "lost", there: mine("ns9.host.net"), say: onUpdate(func(f *fake, cmd *epp.Command) *epp.Response { return cut(f.act(cmd)) }),
			kind: domain.OutcomeUnknown, code: "registry.unreachable", updates: 1, ask: domain.OutcomeAccepted},
		{name: "lost before it was done", there: mine("ns9.host.net"), say: onUpdate(func(*fake, *epp.Command) *epp.Response { return cut(epp.NewResponse(1000)) }),
			kind: domain.OutcomeUnknown, code: "registry.unreachable", updates: 1, ask: domain.OutcomeAbsent},
		{name: "refused", there: mine("ns9.host.net"), say: onUpdate(func(*fake, *epp.Command) *epp.Response { return epp.NewResponse(2306) }),
			kind: domain.OutcomeRefused, code: "domain.update-refused", updates: 1, ask: domain.OutcomeAbsent},
		{name: "pending", there: mine("ns9.host.net"), say: onUpdate(func(*fake, *epp.Command) *epp.Response { return epp.NewResponse(1001) }),
			kind: domain.OutcomePending, updates: 1, ask: domain.OutcomeAbsent},
		{name: "info fails", there: mine(), say: func(_ *fake, cmd *epp.Command) *epp.Response { return infoSays(cmd, 2400) }, kind: domain.OutcomeNotSent,
			code: "registry.unreachable", ask: domain.OutcomeUnknown},
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
			out := r.Send(context.Background(), nsIntent("ns1.host.net", "ns2.host.net"))
			if out.Kind != row.kind || out.Code != row.code || f.counted("domain:update") != row.updates {
				t.Errorf("%d updates, %+v", f.counted("domain:update"), out)
			}
			for k, v := range row.facts {
				if out.Facts[k] != v {
					t.Errorf("fact %s is %q, want %q", k, out.Facts[k], v)
				}
			}
			if out.Kind == domain.OutcomeAccepted {
				if d := cmp.Diff([]string{"ns1.host.net", "ns2.host.net"}, sorted(out.Object.NameServers)); d != "" || !out.Object.Statuses.Has(domain.StatusOK) {
					t.Errorf("%s %+v", d, out.Object)
				}
			}
			if ask := r.Ask(context.Background(), nsIntent("ns1.host.net", "ns2.host.net")); ask.Kind != row.ask {
				t.Errorf("asked: %+v, want %s", ask, row.ask)
			}
		})
	}
}

func TestUpdateNSMakesHostsAgain(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open()
	r.Send(context.Background(), intent("a.com"))
	f.mu.Lock()
	d := f.domains["a.com"]
	d.ns = nil
	delete(f.hosts, "ns2.host.net")
	f.mu.Unlock()
	out := r.Send(context.Background(), nsIntent("ns2.host.net"))
	if out.Kind != domain.OutcomeAccepted {
		t.Errorf("%+v", out)
	}
}

// A question's session is as new as what it is asked about demands, and no newer.
func TestSinceWhenASessionMayTell(t *testing.T) {
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		leased domain.Leased
		since  time.Time
	}{
		"a lost answer":           {domain.Leased{Was: domain.IntentUnknown, At: at.Add(time.Hour), Intent: domain.Intent{SentAt: at, LostAt: at.Add(time.Second)}}, at.Add(time.Second)},
		"to confirm an absence":   {domain.Leased{Was: domain.IntentUnknown, At: at.Add(time.Hour), Intent: domain.Intent{SentAt: at, LostAt: at.Add(time.Second), NextTryAt: at.Add(time.Minute)}}, at.Add(time.Minute)},
		"sent again and lost":     {domain.Leased{Was: domain.IntentUnknown, At: at.Add(time.Hour), Intent: domain.Intent{SentAt: at.Add(time.Minute), LostAt: at}}, at.Add(time.Minute)},
		"of a node that died":     {domain.Leased{Was: domain.IntentOpen, At: at.Add(time.Hour), Intent: domain.Intent{SentAt: at}}, at.Add(time.Hour)},
		"nobody knows since when": {domain.Leased{Was: domain.IntentPending, At: at.Add(time.Hour), Intent: domain.Intent{SentAt: at}}, time.Time{}},
	} {
		if got := askSince(row.leased); !got.Equal(row.since) {
			t.Errorf("%s: %s, want %s", name, got, row.since)
		}
	}
}

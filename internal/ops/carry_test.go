package ops_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// An answer that arrives while the program is being stopped is kept.
func TestAnAnswerIsKeptWhileStopping(t *testing.T) {
	engines(t, func(h *house) {
		h.must("one.com")
		ctx, cancel := context.WithCancel(h.Context())
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome { cancel(); return accepted(l) }
		_ = h.Dispatch(ctx, "verisim") // it may say that it was stopped
		if _, err := h.db.TenureByName(h.Context(), "one.com"); err != nil {
			h.Error(err)
		}
		h.wallet(1_000_000-6800, 0)
	})
}

// A defect that one intent trips is that intent's: the node lives, the others are carried, and nothing is given back.
func TestAPanicIsOneIntents(t *testing.T) {
	engines(t, func(h *house) {
		h.must("bad.com", "good.com")
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			if l.Intent.Name == "bad.com" {
				panic("defect")
			}
			return accepted(l)
		}
		if err := h.Dispatch(h.Context(), "verisim"); err == nil || !strings.Contains(err.Error(), "defect") {
			h.Errorf("the defect is not told: %v", err)
		}
		if _, err := h.db.TenureByName(h.Context(), "good.com"); err != nil {
			h.Error(err)
		}
		h.wallet(1_000_000-2*6800, 6800)
	})
}

// What was leased too long ago is not begun: another node may be asking after it before it is out.
func TestALateLeaseIsNotSent(t *testing.T) {
	engines(t, func(h *house) {
		h.must("one.com")
		h.over.leased = func() { h.over.leased = nil; h.moved.Add(int64(25 * time.Second)) } // a slow commit
		var sent atomic.Int64
		h.send = func(ctx context.Context, l domain.Leased) domain.Outcome {
			sent.Add(1)
			if end, ok := ctx.Deadline(); !ok || time.Until(end) > 28*time.Second {
				h.Error("a sending may outlast its lease")
			}
			return accepted(l)
		}
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if sent.Load() != 0 {
			h.Fatal("it was sent")
		}
		h.moved.Add(int64(5 * time.Second))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if sent.Load() != 1 {
			h.Fatalf("sent %d times", sent.Load())
		}
		h.wallet(1_000_000-6800, 0)
	})
}

// A tenure that changes while its change of name servers is under way doesn't lose the outcome.
func TestAMovedTenureIsDecidedAfresh(t *testing.T) {
	engines(t, func(h *house) {
		h.must("one.com")
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if _, err := h.ChangeNameServers(h.Context(), h.scope, []string{"one.com"}, []string{"ns1.else.net", "ns2.else.net"}); err != nil {
			h.Fatal(err)
		}
		h.over.tenure = func(t *domain.Tenure) { t.Version--; h.over.tenure = nil }
		h.ok(h.Dispatch(h.Context(), "verisim"))
		got, err := h.db.TenureByName(h.Context(), "one.com")
		if h.ok(err); len(got.NameServers) != 2 || got.NameServers[0] != "ns1.else.net" {
			h.Errorf("name servers %v", got.NameServers)
		}
		if q, err := h.db.Quiet(h.Context(), h.Now()); err != nil || q.Intents != 0 {
			h.Errorf("%+v %v", q, err)
		}
	})
}

// Two absences lead to sending again only when both were seen after the registry's longest command time, counted from
// when the answer was given up: a command may have waited long for its session.
func TestAbsencesCountFromTheLoss(t *testing.T) {
	engines(t, func(h *house) {
		h.longest = 100 * time.Second // on a slow machine the clock goes on by itself
		h.must("one.com")
		sent := 0
		h.send = func(context.Context, domain.Leased) domain.Outcome {
			sent++
			h.moved.Add(int64(10 * time.Second)) // waited, sent, cut
			return domain.Outcome{Kind: domain.OutcomeUnknown, Code: "registry.unreachable"}
		}
		h.ok(h.Dispatch(h.Context(), "verisim"))
		for range 2 { // both within the longest command time
			h.moved.Add(int64(40 * time.Second))
			h.ok(h.Dispatch(h.Context(), "verisim"))
		}
		h.moved.Add(int64(100 * time.Second))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if sent != 1 {
			h.Fatalf("sent %d times before two absences counted", sent)
		}
		h.moved.Add(int64(2 * time.Second))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if sent != 2 {
			h.Errorf("sent %d times", sent)
		}
		h.wallet(1_000_000-6800, 6800)
	})
}

// A parked intent is still asked after, and settles with its case.
func TestAParkedIntentSettlesLate(t *testing.T) {
	engines(t, func(h *house) {
		h.must("one.com")
		lost := domain.Outcome{Kind: domain.OutcomeUnknown, Code: "registry.unreachable"}
		h.send = func(context.Context, domain.Leased) domain.Outcome { return lost }
		h.ask = func(context.Context, domain.Leased) domain.Outcome { return lost }
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.moved.Add(int64(time.Duration(h.Policy().House.IntentDays)*24*time.Hour + time.Hour))
		if n, err := h.Sweep(h.Context()); n != 1 || err != nil {
			h.Fatal(n, err)
		}
		parked := func() int {
			c, err := h.db.Cases(h.Context(), ops.CaseFilter{Subject: "one.com", Open: true})
			h.ok(err)
			return len(c)
		}
		if parked() != 1 {
			h.Fatal("no case at the desk")
		}
		h.wallet(1_000_000-6800, 6800)
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.ask = func(_ context.Context, l domain.Leased) domain.Outcome { return accepted(l) }
		h.ok(h.Dispatch(h.Context(), "verisim")) // asked a moment ago: not yet again
		h.wallet(1_000_000-6800, 6800)
		h.moved.Add(int64(time.Hour + time.Second))
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if parked() != 0 {
			h.Error("the case is open")
		}
		h.wallet(1_000_000-6800, 0)
	})
}

// A parked intent of which nothing came is given back for the deadline that it missed.
func TestAParkedIntentThatNeverWas(t *testing.T) {
	engines(t, func(h *house) {
		v := h.must("one.com")
		lost := domain.Outcome{Kind: domain.OutcomeUnknown, Code: "registry.unreachable"}
		h.send = func(context.Context, domain.Leased) domain.Outcome { return lost }
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.moved.Add(int64(time.Duration(h.Policy().House.IntentDays)*24*time.Hour + time.Hour))
		if _, err := h.Sweep(h.Context()); err != nil {
			h.Fatal(err)
		}
		for range 2 { // two agreeing absences
			h.moved.Add(int64(time.Hour + time.Second))
			h.ok(h.Dispatch(h.Context(), "verisim"))
		}
		if got := h.reasons(v.ID)["one.com"]; got != "registration.deadline" {
			h.Errorf("it failed for %q", got)
		}
		h.wallet(1_000_000, 0)
	})
}

// One row that can't be done leaves the others, and is no progress.
func TestASweepGoesRoundABadRow(t *testing.T) {
	engines(t, func(h *house) {
		first := h.scope.Account
		h.must("one.com")
		scope, form := h.owner("other@example.com")
		h.scope, h.form = scope, form
		h.must("two.com")
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.over.account = func(id domain.AccountID) error {
			if id == first {
				return errors.New("broken row")
			}
			return nil
		}
		n, err := h.Sweep(h.Context())
		if n != 1 || err == nil || !strings.Contains(err.Error(), "broken row") {
			h.Errorf("%d done, %v", n, err)
		}
		if left, _ := h.db.FinishedOrders(h.Context(), 10); len(left) != 1 || left[0].Account != first {
			h.Errorf("orders not told: %+v", left)
		}
		h.moved.Add(int64(400 * 24 * time.Hour)) // both names fall due
		for range 10 {
			_, _ = h.Sweep(h.Context())
		}
		if left, _ := h.db.DueTenures(h.Context(), h.Now(), 10); len(left) != 1 || left[0].Account != first {
			h.Errorf("names still due: %+v", left)
		}
		if n, _ := h.Sweep(h.Context()); n != 0 {
			h.Errorf("a bad row counts as progress: %d", n)
		}
	})
}

// Registries' messages are worked off by looking afresh; a registry that doesn't answer holds up no other.
func TestMessagesCauseAFreshLook(t *testing.T) {
	engines(t, func(h *house) {
		h.must("one.com", "two.cn", "three.cn")
		h.ok(h.Dispatch(h.Context(), "verisim"))
		cn, _ := h.Policy().Suffix("cn")
		h.ok(h.Dispatch(h.Context(), cn.Registry))
		was, err := h.db.TenureByName(h.Context(), "one.com")
		h.ok(err)
		put := func(id, account string, name domain.Name, readable bool) {
			_, err := h.db.KeepPoll(h.Context(), ops.PollMessage{RegistryAccount: account, MsgID: id, QueuedAt: h.Now(), Raw: []byte(id), Readable: readable, Name: name}, h.Now())
			h.ok(err)
		}
		put("1", cn.Registry, "two.cn", true)
		put("1b", cn.Registry, "three.cn", true) // waits behind it
		put("2", "verisim", "one.com", true)
		put("3", "verisim", "nobodys.com", true)
		put("4", "verisim", "", false)
		put("5", "verisim", "two.cn", true) // not that registry's name
		obj := domain.Object{Sponsor: "ours", Statuses: domain.Statuses{"serverHold"}, NameServers: was.NameServers, ExpiresAt: was.ExpiresAt.AddDate(1, 0, 0)}
		looks := 0
		look := looker(func(_ context.Context, account string, n domain.Name) (domain.Object, error) {
			if looks++; account != "verisim" {
				return domain.Object{}, errors.New("silent")
			}
			return obj, nil
		})
		if n, err := h.Polled(h.Context(), look); n != 4 || err == nil || looks != 2 {
			h.Fatalf("%d done, %d looks, %v", n, looks, err)
		}
		now, err := h.db.TenureByName(h.Context(), "one.com")
		if h.ok(err); !now.Statuses.Has("serverHold") || !now.ExpiresAt.Equal(obj.ExpiresAt) || now.Version != was.Version+1 {
			h.Errorf("tenure %+v", now)
		}
		log, err := h.Log(h.Context(), h.scope, "one.com", 0, 1)
		if h.ok(err); len(log) != 1 || log[0].Kind != "domain.changed-at-registry" || log[0].Facts["statuses"] != "serverHold" || log[0].Facts["ns"] != "" {
			h.Errorf("log %+v", log)
		}
		if c, _ := h.db.Cases(h.Context(), ops.CaseFilter{Subject: "poll:verisim:4", Open: true}); len(c) != 1 || c[0].Account != 0 {
			h.Errorf("cases %+v", c)
		}
		put("6", "verisim", "one.com", true) // nothing new
		obj.Sponsor = "rival"
		put("7", "verisim", "one.com", true) // not ours there: no message takes a name over
		obj.Statuses = domain.Statuses{"ok"}
		if n, _ := h.Polled(h.Context(), look); n != 2 {
			h.Errorf("%d done", n)
		}
		if again, _ := h.db.TenureByName(h.Context(), "one.com"); again.Version != now.Version {
			h.Errorf("tenure %+v", again)
		}
	})
}

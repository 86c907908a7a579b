package ops_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Names end where the registry purges what was deleted; any other disappearance, or another sponsor, alarms the desk
// once two sessions agree, and changes nothing.
func TestVanishedAndTakenNamesAlarm(t *testing.T) {
	engines(t, func(h *house) {
		there := h.bought("gone.com", "lost.com", "purged.com", "stays.com", "left.com")
		h.looked("verisim", there.look())
		o := there["purged.com"]
		o.Statuses = domain.Statuses{"pendingDelete", "redemptionPeriod"}
		there["purged.com"] = o
		h.looked("verisim", there.look())
		full := maps.Clone(there)
		o = there["left.com"] // the registry says who has it now, and so did its message
		o.Sponsor = "rival"
		there["left.com"] = o
		full["left.com"] = o
		_, err := h.db.KeepPoll(h.Context(), ops.PollMessage{RegistryAccount: "verisim", MsgID: "t1", QueuedAt: h.Now().Add(time.Second), Raw: []byte("t"), Readable: true,
			Name: "left.com", Kind: "transfer", Facts: map[string]string{"gaining": "rival", "status": "serverApproved"}}, h.Now())
		h.ok(err)
		delete(there, "purged.com")
		delete(there, "gone.com")
		o = there["lost.com"]
		o.Sponsor = "rival"
		there["lost.com"] = o

		// One session says so, the other doesn't: nothing is known.
		if _, err := h.LookRound(h.Context(), twice{there.look(), full.look()}, "verisim", 100, 0, 0); fault.Of(err).Kind != fault.Unavailable {
			h.Errorf("two answers that disagree: %v", err)
		}
		if all := h.codes("gone.com") + h.codes("lost.com") + h.codes("purged.com"); all != "" {
			h.Fatalf("alarmed by one answer: %s", all)
		}
		h.looked("verisim", there.look())
		h.looked("verisim", there.look())
		if h.codes("gone.com") != "registry.vanished*" || h.codes("lost.com") != "registry.sponsor-changed*" || h.codes("purged.com")+h.codes("stays.com") != "" {
			h.Errorf("cases %q %q %q %q", h.codes("gone.com"), h.codes("lost.com"), h.codes("purged.com"), h.codes("stays.com"))
		}
		if f := h.facts("lost.com", "registry.sponsor-changed"); f["sponsor"] != "rival" || f["ours"] != "ours" || f["registry"] != "verisim" {
			h.Errorf("facts %v", f)
		}
		for _, n := range []string{"gone.com", "lost.com"} {
			if !h.tenure(n).EndedAt.IsZero() {
				h.Errorf("%s was ended", n)
			}
		}
		if _, err := h.db.TenureByName(h.Context(), "purged.com"); !fault.Is(err, "domain.not-found") {
			h.Errorf("a purged name runs: %v", err)
		}
		h.wallet(1_000_000-5*6800, 0) // nothing is paid back for it
		if _, err := h.db.TenureByName(h.Context(), "left.com"); !fault.Is(err, "domain.not-found") || h.codes("left.com") != "" {
			h.Errorf("a name that was transferred away runs: %v, cases %s", err, h.codes("left.com"))
		}
		h.looked("verisim", full.look())
		if all := h.codes("gone.com") + h.codes("lost.com"); all != "" {
			h.Errorf("it came back, the alarm stays: %s", all)
		}
	})
}

// The rolling comparison is shared: two nodes never take the same names, it waits its time, and goes on where it
// stopped when the registry did not answer.
func TestRoundsAreShared(t *testing.T) {
	engines(t, func(h *house) {
		var names []string
		for i := range 7 {
			names = append(names, fmt.Sprintf("n%d.com", i))
		}
		there := h.bought(names...)
		seen := map[domain.Name]int{}
		silent := domain.Name("")
		reg := looker(func(ctx context.Context, a string, n domain.Name) (domain.Object, error) {
			if n == silent {
				return domain.Object{}, fault.New(fault.Unavailable, "registry.unreachable", "registry", a)
			}
			seen[n]++
			return there.look()(ctx, a, n)
		})
		turn := func(want int, why string) {
			h.Helper()
			if n, err := h.LookRound(h.Context(), reg, "verisim", 3, time.Minute, time.Hour); n != want || (err != nil) != (silent != "" && want < 3) {
				h.Fatalf("%s: looked at %d, want %d; %v", why, n, want, err)
			}
		}
		turn(3, "the first three")
		turn(0, "not yet")
		h.moved.Add(int64(time.Minute))
		silent = "n5.com"
		turn(2, "n3 and n4")
		silent = ""
		h.moved.Add(int64(time.Minute))
		turn(2, "n5 and n6: the round is over")
		h.moved.Add(int64(time.Minute))
		turn(0, "it rests")
		h.moved.Add(int64(time.Hour))
		turn(3, "from the start")
		for n, want := range map[domain.Name]int{"n0.com": 2, "n2.com": 2, "n3.com": 1, "n5.com": 1, "n6.com": 1} {
			if seen[n] != want {
				h.Errorf("%s was looked at %d times, want %d", n, seen[n], want)
			}
		}
		// Two nodes read the same row; one of them gets the names.
		h.moved.Add(int64(time.Minute))
		r, err := h.db.Round(h.Context(), "verisim", h.wall())
		h.ok(err)
		first, err1 := h.db.MoveRound(h.Context(), r, "n5.com", 0, h.wall().Add(time.Minute), h.wall())
		second, err2 := h.db.MoveRound(h.Context(), r, "n5.com", 0, h.wall().Add(time.Minute), h.wall())
		if !first || second || errors.Join(err1, err2) != nil || r.Rounds != 1 || r.Looked != 10 {
			h.Errorf("%v %v %v %v %+v", first, second, err1, err2, r)
		}
		var all []ops.Difference
		n, err := h.CompareAll(h.Context(), reg, "verisim", func(d ops.Difference) { all = append(all, d) })
		if err != nil || n != 7 || len(all) != 0 {
			h.Errorf("%d %v %+v", n, err, all)
		}
		o := there["n1.com"]
		o.NameServers, o.Statuses = nil, domain.Statuses{"inactive"}
		there["n1.com"] = o
		delete(there, "n2.com")
		_, err = h.CompareAll(h.Context(), reg, "verisim", func(d ops.Difference) { all = append(all, d) })
		if h.ok(err); len(all) != 3 || all[0].Field != "statuses" || all[1].Field != "ns" || all[2].Field != "object" || all[2].Name != "n2.com" {
			h.Errorf("%+v", all)
		}
		if h.codes("n1.com")+h.codes("n2.com") != "" {
			h.Error("comparing changed something")
		}
	})
}

// What the desk decides: take, push, or set aside until the difference is another one.
func TestTheDeskResolves(t *testing.T) {
	desk := domain.Scope{Operator: true, Account: 1, Actor: "desk@example.com", Via: "console"}
	engines(t, func(h *house) {
		there := h.bought("gone.com", "one.com", "two.com", "three.com")
		reg := there.look()
		h.looked("verisim", reg)
		drift := func(n domain.Name, ns ...string) {
			o := there[n]
			o.NameServers = ns
			there[n] = o
		}
		for _, n := range []domain.Name{"one.com", "two.com", "three.com"} {
			drift(n, "ns1.else.net")
		}
		o := there["two.com"]
		o.Statuses, o.DS = domain.Statuses{"clientUpdateProhibited"}, []domain.DS{{KeyTag: 1, Algorithm: 13, DigestType: 2, Digest: "AB"}}
		there["two.com"] = o
		delete(there, "gone.com")
		h.looked("verisim", reg)
		ours := h.tenure("one.com").NameServers
		resolve := func(n string, how ops.Resolution) error { return h.Resolve(h.Context(), desk, reg, n, how) }
		if err := h.Resolve(h.Context(), h.scope, reg, "one.com", ops.TakeTheirs); !fault.Is(err, "account.denied") {
			h.Errorf("an owner decided: %v", err)
		}
		d, err := h.Disagreement(h.Context(), desk, reg, "One.com")
		if h.ok(err); len(d.Diffs) != 1 || !d.Pushable() || d.Diffs[0].Field != "ns" || len(d.Cases) != 1 {
			h.Errorf("%+v", d)
		}
		if _, err := h.Disagreement(h.Context(), h.scope, reg, "one.com"); !fault.Is(err, "account.denied") {
			h.Errorf("an owner looked: %v", err)
		}

		h.ok(resolve("one.com", ops.TakeTheirs))
		if got := h.tenure("one.com"); h.codes("one.com") != "" || !slices.Equal(got.NameServers, []string{"ns1.else.net"}) {
			h.Errorf("%v, cases %s", got.NameServers, h.codes("one.com"))
		}
		if err := resolve("one.com", ops.TakeTheirs); !fault.Is(err, "registry.nothing-differs") {
			h.Errorf("taken twice: %v", err)
		}

		h.ok(resolve("two.com", ops.PushOurs))
		var pushed []domain.IntentKind
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
			in, o := l.Intent, there["two.com"]
			if pushed = append(pushed, in.Kind); in.Account != h.scope.Account || in.Payload.Actor != "desk@example.com" {
				h.Errorf("intent %+v", in)
			}
			switch in.Kind {
			case domain.IntentStatus:
				if !slices.Equal(in.Payload.RemStatuses, domain.Statuses{"clientUpdateProhibited"}) || len(in.Payload.AddStatuses) > 0 {
					h.Errorf("payload %+v", in.Payload)
				}
				o.Statuses = domain.Statuses{"ok"}
			case domain.IntentUpdateNS:
				o.NameServers = in.Payload.NameServers
			case domain.IntentDS:
				o.DS = in.Payload.DS
			}
			there["two.com"] = o
			// The answers of the first acts show what the later ones have still to put right: it is not believed.
			return domain.Outcome{Kind: domain.OutcomeAccepted, Object: o}
		}
		for range 3 {
			h.ok(h.Dispatch(h.Context(), "verisim"))
		}
		if !slices.Equal(pushed, []domain.IntentKind{domain.IntentStatus, domain.IntentUpdateNS, domain.IntentDS}) {
			h.Errorf("pushed %v", pushed)
		}
		h.looked("verisim", reg)
		if h.codes("two.com") != "" || !slices.Equal(there["two.com"].NameServers, ours) {
			h.Errorf("cases %s, %v", h.codes("two.com"), there["two.com"].NameServers)
		}

		h.ok(resolve("three.com", ops.SetAside))
		h.looked("verisim", reg)
		if h.codes("three.com") != "" {
			h.Errorf("set aside: %s", h.codes("three.com"))
		}
		drift("three.com", "ns2.else.net")
		h.looked("verisim", reg)
		if h.codes("three.com") != "registry.drift*" {
			h.Errorf("another difference is told again: %s", h.codes("three.com"))
		}
		drift("three.com", "ns1.else.net")
		h.looked("verisim", reg)
		if h.codes("three.com") != "registry.drift*" {
			h.Error("what was set aside before something else came is still set aside")
		}

		if err := resolve("gone.com", ops.PushOurs); !fault.Is(err, "registry.not-pushable") {
			h.Errorf("%v", err)
		}
		h.ok(resolve("gone.com", ops.SetAside))
		h.looked("verisim", reg)
		if h.codes("gone.com") != "" {
			h.Errorf("set aside: %s", h.codes("gone.com"))
		}
		h.ok(resolve("gone.com", ops.TakeTheirs))
		if _, err := h.db.TenureByName(h.Context(), "gone.com"); !fault.Is(err, "domain.not-found") || h.codes("gone.com") != "" {
			h.Errorf("%v, cases %s", err, h.codes("gone.com"))
		}
		log, err := h.Log(h.Context(), domain.Scope{Operator: true}, "one.com", 0, 1)
		if h.ok(err); len(log) != 1 || log[0].Kind != "desk.resolved" || log[0].Actor != "desk@example.com" || log[0].Facts["resolution"] != "take" {
			h.Errorf("log %+v", log)
		}
		h.wallet(1_000_000-4*6800, 0)
	})
}

// A message that nobody can read is parked with its text until an operator is done with it.
func TestParkedMessages(t *testing.T) {
	desk := domain.Scope{Operator: true, Account: 1, Actor: "desk@example.com"}
	engines(t, func(h *house) {
		_, err := h.db.KeepPoll(h.Context(), ops.PollMessage{RegistryAccount: "verisim", MsgID: "77", QueuedAt: h.Now(), Raw: []byte("<epp>what\x00"),
			Facts: map[string]string{"why": "malformed"}}, h.Now())
		h.ok(err)
		h.polled(shelf{}.look())
		f := h.facts("poll:verisim:77", "registry.poll-unreadable")
		if f["raw"] != "<epp>what\uFFFD" || f["why"] != "malformed" || f["row"] == "" {
			h.Errorf("facts %v", f)
		}
		parked, err := h.Polls(h.Context(), desk, ops.PollFilter{Parked: true})
		if h.ok(err); len(parked) != 1 || parked[0].MsgID != "77" || parked[0].DoneAt.IsZero() {
			h.Fatalf("parked %+v", parked)
		}
		id := parked[0].ID
		for name, err := range map[string]error{"Polls": second(h.Polls(h.Context(), h.scope, ops.PollFilter{})), "Poll": second(h.Poll(h.Context(), h.scope, id)),
			"SettlePoll": h.SettlePoll(h.Context(), h.scope, id), "Frames": second(h.Frames(h.Context(), h.scope, ops.FrameFilter{})),
			"Rounds": second(h.Rounds(h.Context(), h.scope))} {
			if !fault.Is(err, "account.denied") {
				h.Errorf("%s for an owner: %v", name, err)
			}
		}
		h.ok(h.SettlePoll(h.Context(), desk, id))
		if err := h.SettlePoll(h.Context(), desk, id); !fault.Is(err, "state.moved") {
			h.Errorf("settled twice: %v", err)
		}
		if parked, err := h.Polls(h.Context(), desk, ops.PollFilter{Parked: true}); err != nil || len(parked) != 0 || h.codes("poll:verisim:77") != "" {
			h.Errorf("%+v %v %s", parked, err, h.codes("poll:verisim:77"))
		}
		log, err := h.Log(h.Context(), domain.Scope{Operator: true}, "poll:verisim:77", 0, 1)
		if h.ok(err); len(log) != 1 || log[0].Kind != "desk.message-settled" || log[0].Actor != "desk@example.com" {
			h.Errorf("log %+v", log)
		}
	})
}

func second[T any](_ T, err error) error { return err }

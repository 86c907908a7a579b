package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// sights: what a look rests on is read whole, and what it showed is kept.
func sights(b *bench) {
	a := b.rich(1000)
	n := b.tenure(a.ID, "a.com")
	b.commit(ops.InsertTenure{Tenure: n})
	_, err := b.LoadSight(b.ctx, "verisim", "b.com")
	b.refused(err, fault.Missing, "domain.not-found")
	_, err = b.LoadSight(b.ctx, "cnsim", "a.com")
	b.refused(err, fault.Missing, "domain.not-found")
	see := func() ops.Sight { b.Helper(); return must[ops.Sight](b)(b.LoadSight(b.ctx, "verisim", "a.com")) }
	b.same("nothing but the tenure", see(), ops.Sight{Tenure: n})

	for i, m := range []ops.PollMessage{
		{MsgID: "new", QueuedAt: wall.Add(time.Hour), Readable: true, Kind: "change", Facts: map[string]string{"reason": "滥用 \x00 abuse"}},
		{MsgID: "old", QueuedAt: wall, Readable: true, Kind: "text"},
		{MsgID: "unreadable", QueuedAt: wall, Readable: false},
		{MsgID: "another's", RegistryAccount: "cnsim", QueuedAt: wall, Readable: true},
	} {
		if m.RegistryAccount == "" {
			m.RegistryAccount = "verisim"
		}
		m.Name, m.Raw = "a.com", fmt.Append(nil, i)
		must[bool](b)(b.KeepPoll(b.ctx, m, now))
	}
	seen := ops.Seen{Known: true, At: now, Registrant: "OR1", Contacts: []string{"admin:OR1", "tech:OR2"},
		Verification: "compliant", Ignored: "d1"}
	c := domain.Case{Account: a.ID, Subject: "a.com", Code: "hold.abuse", OpenedAt: now}
	b.commit(ops.SetSeen{Tenure: n.ID, Seen: seen}, ops.OpenCase{Case: c})
	s := see()
	if len(s.Notices) != 2 || s.Notices[0].MsgID != "new" || !strings.Contains(s.Notices[0].Facts["reason"], "滥用") || s.Notices[1].MsgID != "old" ||
		s.Notices[1].Kind != "text" || len(s.Cases) != 1 || s.Cases[0].Code != "hold.abuse" || s.Busy {
		b.Fatalf("sight %+v", s)
	}
	b.same("seen", s.Seen, seen)
	b.commit(ops.ForgetSeen{Tenure: n.ID})
	seen.Known = false
	b.same("forgotten", see().Seen, seen)
	b.plan(b.order(a.ID, "a.com"))
	if !see().Busy {
		b.Fatal("an act under way is not seen")
	}
}

// endings: a tenure ends once, at its version, and its name is free.
func endings(b *bench) {
	a := b.rich(1000)
	p := b.order(a.ID, "a.com")
	b.plan(p)
	in, it := b.lease(1, wall)[0].Intent, placed(p).Items[0]
	done := b.done(in, it, true)
	t := done.Writes[1].(ops.InsertTenure).Tenure
	t.ID = domain.TenureID(it.ID)
	done.Writes[1] = ops.InsertTenure{Tenure: t}
	b.plan(done)
	b.sound()
	over := func(version int64) ops.EndTenure {
		return ops.EndTenure{ID: t.ID, Version: version, Reason: "purged", At: now}
	}
	it.Hold = domain.HoldCaptured
	b.plan(ops.Plan{Entries: []ledger.Entry{ledger.Refund(it)}, Events: []domain.Event{{Account: a.ID, Subject: "a.com", Kind: "domain.ended", At: now}}})
	if found := must[[]string](b)(b.Reconcile(b.ctx)); len(found) != 1 || !strings.Contains(found[0], "refunded") {
		b.Fatalf("a refund of a name that runs: %v", found)
	}
	b.refuse(ops.Plan{Writes: []ops.Write{over(7)}}, fault.Conflict, "state.moved")
	b.commit(over(1))
	b.refuse(ops.Plan{Writes: []ops.Write{over(2)}}, fault.Conflict, "state.moved")
	b.sound()
	_, err := b.TenureByName(b.ctx, "a.com")
	b.refused(err, fault.Missing, "domain.not-found")
	again := b.tenure(a.ID, "a.com")
	again.Order = 0
	b.commit(ops.InsertTenure{Tenure: again})
	b.plan(ops.Plan{Entries: []ledger.Entry{ledger.Refund(it)}})
	if found := must[[]string](b)(b.Reconcile(b.ctx)); len(found) != 1 || !strings.Contains(found[0], "refunded") {
		b.Fatalf("a second refund: %v", found)
	}
}

// lookRounds: names by registry, moved on by one node at a time.
func lookRounds(b *bench) {
	a := b.account()
	for _, n := range []domain.Name{"c.com", "a.com", "b.com", "x.com"} {
		t := b.tenure(a.ID, n)
		if n == "x.com" {
			t.RegistryAccount = "cnsim"
		}
		b.commit(ops.InsertTenure{Tenure: t})
	}
	list := func(after domain.Name, most int) (out []domain.Name) {
		for _, t := range must[[]domain.Tenure](b)(b.TenuresAfter(b.ctx, "verisim", after, most)) {
			out = append(out, t.Name)
		}
		return out
	}
	b.same("first", list("", 2), []domain.Name{"a.com", "b.com"})
	b.same("rest", list("b.com", 2), []domain.Name{"c.com"})
	r := must[ops.Round](b)(b.Round(b.ctx, "verisim", wall))
	b.same("new", r, ops.Round{RegistryAccount: "verisim", NextAt: wall})
	move := func(from ops.Round, to domain.Name, over int, at time.Time) bool {
		b.Helper()
		return must[bool](b)(b.MoveRound(b.ctx, from, to, over, at.Add(time.Minute), at))
	}
	if !move(r, "b.com", 0, wall) || move(r, "b.com", 0, wall.Add(time.Hour)) {
		b.Fatal("two nodes have the same names")
	}
	r.After = "b.com"
	if move(r, "", 1, wall.Add(59*time.Second)) || !move(r, "", 1, wall.Add(time.Minute)) {
		b.Fatal("its time is not kept")
	}
	if err := b.CountRound(b.ctx, "verisim", 3, 1); err != nil {
		b.Fatal(err)
	}
	b.same("all", must[[]ops.Round](b)(b.Rounds(b.ctx)), []ops.Round{{RegistryAccount: "verisim", NextAt: wall.Add(2 * time.Minute), Rounds: 1, Looked: 3, Differing: 1, Names: 3}})
}

// parkedPolls: what the desk has to read stays until it is done with it.
func parkedPolls(b *bench) {
	for i, readable := range []bool{true, false, false} {
		must[bool](b)(b.KeepPoll(b.ctx, ops.PollMessage{RegistryAccount: []string{"verisim", "verisim", "cnsim"}[i], MsgID: fmt.Sprint(i), QueuedAt: wall, Raw: fmt.Append(nil, i),
			Readable: readable, Name: "a.com", Facts: map[string]string{"why": "blank"}}, now))
	}
	list := func(f ops.PollFilter) string {
		b.Helper()
		out := ""
		for _, m := range must[[]ops.PollMessage](b)(b.Polls(b.ctx, f)) {
			out += m.MsgID + " "
		}
		return out
	}
	b.same("newest first", list(ops.PollFilter{}), "2 1 0 ")
	b.same("one registry's", list(ops.PollFilter{RegistryAccount: "verisim"}), "1 0 ")
	b.same("a page", list(ops.PollFilter{Limit: 1}), "2 ")
	b.same("parked", list(ops.PollFilter{Parked: true}), "2 1 ")
	b.same("a name's", list(ops.PollFilter{Name: "b.com"}), "")
	all := must[[]ops.PollMessage](b)(b.Polls(b.ctx, ops.PollFilter{}))
	b.same("before", list(ops.PollFilter{Before: all[0].ID}), "1 0 ")
	b.commit(ops.SettlePoll{ID: all[0].ID, At: now})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SettlePoll{ID: all[0].ID, At: now}}}, fault.Conflict, "state.moved")
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SettlePoll{ID: all[2].ID, At: now}}}, fault.Conflict, "state.moved") // it was readable
	b.same("settled", list(ops.PollFilter{Parked: true}), "1 ")
	m := must[ops.PollMessage](b)(b.Poll(b.ctx, all[0].ID))
	if m.MsgID != "2" || !m.SettledAt.Equal(now) || m.Facts["why"] != "blank" || string(m.Raw) != "2" || !m.SeenAt.Equal(now) {
		b.Fatalf("message %+v", m)
	}
	_, err := b.Poll(b.ctx, 0)
	b.refused(err, fault.Missing, "registry.message-not-found")
}

// frames: transcripts are found by what people know of them, and go when they are old or too many.
func frames(b *bench) {
	kept := []ops.Frame{
		{RegistryAccount: "verisim", Session: "s1", At: wall, Sent: true, Command: "domain:create", Name: "a.com", ClTRID: "OR-7-1", Text: "<epp>\x00" + strings.Repeat("x", 94)},
		{RegistryAccount: "verisim", Session: "s1", At: wall.Add(time.Second), Command: "domain:create", Name: "a.com", ClTRID: "OR-7-1", Code: 2302, Text: strings.Repeat("y", 100)},
		{RegistryAccount: "verisim", Session: "s2", At: wall.Add(2 * time.Second), Sent: true, Command: "domain:info", Name: "b.com", ClTRID: "OR-70-1", Text: strings.Repeat("z", 100)},
		{RegistryAccount: "cnsim", Session: "s3", At: wall.Add(3 * time.Second), Sent: true, Command: "poll", ClTRID: "q", Text: strings.Repeat("p", 100)},
	}
	if bytes, oldest, err := b.FramesKept(b.ctx); bytes != 0 || !oldest.IsZero() || err != nil {
		b.Fatalf("%d %v %v", bytes, oldest, err)
	}
	if err := b.KeepFrames(b.ctx, kept); err != nil {
		b.Fatal(err)
	}
	list := func(f ops.FrameFilter) string {
		b.Helper()
		out := ""
		for _, v := range must[[]ops.Frame](b)(b.Frames(b.ctx, f)) {
			out += fmt.Sprintf("%s:%d:%v ", v.Session, v.At.Sub(wall)/time.Second, v.Sent)
		}
		return out
	}
	b.same("newest first", list(ops.FrameFilter{}), "s3:3:true s2:2:true s1:1:false s1:0:true ")
	for what, c := range map[string]struct {
		f    ops.FrameFilter
		want string
	}{
		"name":           {ops.FrameFilter{Name: "a.com"}, "s1:1:false s1:0:true "},
		"session":        {ops.FrameFilter{Session: "s2"}, "s2:2:true "},
		"registry":       {ops.FrameFilter{RegistryAccount: "cnsim"}, "s3:3:true "},
		"code":           {ops.FrameFilter{Code: 2302}, "s1:1:false "},
		"transaction":    {ops.FrameFilter{ClTRID: "OR-70-1"}, "s2:2:true "},
		"intent's":       {ops.FrameFilter{ClTRID: "OR-7"}, "s1:1:false s1:0:true "},
		"time":           {ops.FrameFilter{From: wall.Add(time.Second), To: wall.Add(3 * time.Second)}, "s2:2:true s1:1:false "},
		"oldest first":   {ops.FrameFilter{After: 1, Limit: 2}, "s1:1:false s2:2:true "},
		"next page":      {ops.FrameFilter{Before: 3, Limit: 1}, "s1:1:false "},
		"nothing":        {ops.FrameFilter{Name: "a.com", Code: 1000}, ""},
		"no wildcard":    {ops.FrameFilter{ClTRID: "OR-%"}, ""},
		"another's name": {ops.FrameFilter{RegistryAccount: "cnsim", Name: "a.com"}, ""},
	} {
		b.same(what, list(c.f), c.want)
	}
	got := must[[]ops.Frame](b)(b.Frames(b.ctx, ops.FrameFilter{After: 0, Before: 2}))
	want := kept[0]
	want.ID, want.Text = got[0].ID, strings.ReplaceAll(want.Text, "\x00", "\uFFFD")
	b.same("as it was, but for what no database takes", got[0], want)

	dropped := func(n int64, err error) int64 { b.Helper(); return must[int64](b)(n, err) }
	if n := dropped(b.DropFrames(b.ctx, wall.Add(time.Second), 1<<20)); n != 1 {
		b.Fatalf("%d went for their age", n)
	}
	if n := dropped(b.DropFrames(b.ctx, wall, 200)); n != 1 {
		b.Fatalf("%d went for their size", n)
	}
	b.same("the newest stay", list(ops.FrameFilter{}), "s3:3:true s2:2:true ")
	if bytes, oldest, err := b.FramesKept(b.ctx); bytes != 200 || !oldest.Equal(wall.Add(2*time.Second)) || err != nil {
		b.Fatalf("%d %v %v", bytes, oldest, err)
	}
	if n := dropped(b.DropFrames(b.ctx, wall, 0)); n != 2 || list(ops.FrameFilter{}) != "" {
		b.Fatalf("%d of the last", n)
	}
}

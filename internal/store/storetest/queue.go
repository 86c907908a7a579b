package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// set moves an intent and gives its lease back.
func (b *bench) set(in domain.Intent, to domain.IntentState, next time.Time) {
	b.Helper()
	b.commit(ops.SetIntent{ID: in.ID, From: in.State, To: to, NextTryAt: next})
}

func names(l []domain.Leased) string {
	s := ""
	for _, v := range l {
		s += fmt.Sprintf("%s:%s>%s ", v.Intent.Name, v.Was, v.Intent.State)
	}
	return s
}

func (b *bench) due(at time.Time) []string {
	b.Helper()
	return must[[]string](b)(b.DueAccounts(b.ctx, at))
}

func turns(b *bench) {
	a, c := b.rich(1000), b.rich(1000)
	m := b.template(a.ID)
	b.commit(ops.InsertTemplate{Template: m})
	b.same("nothing is due", b.due(wall), []string{})
	first := b.order(a.ID, "race.com", "a.com")
	w := placed(first)
	w.Intents[0].Template = m.ID
	b.plan(first)
	second := b.order(c.ID, "race.com", "b.com")
	later := placed(second)
	later.Intents[1].NextTryAt = wall.Add(time.Minute)
	b.plan(second)
	b.same("due", b.due(wall), []string{"verisim"})
	b.same("not due yet", b.due(wall.Add(-time.Microsecond)), []string{})

	got := b.lease(1, wall)
	want := w.Intents[0]
	want.State, want.Lease = domain.IntentOpen, domain.Lease{Owner: "node", Until: wall.Add(30 * time.Second)}
	b.same("leased", got, []domain.Leased{{Intent: want, Was: domain.IntentQueued, Template: &m}})
	b.same("the younger one waits", names(b.lease(10, wall)), "a.com:queued>open ")
	b.same("nothing more", b.due(wall), []string{})

	// The older one goes back to the queue: it is still its turn, and not yet due.
	b.set(got[0].Intent, domain.IntentQueued, wall.Add(10*time.Second))
	b.same("whose turn it is decides, not what is due", names(b.lease(10, wall)), "")
	b.same("the same of the accounts", b.due(wall), []string{})
	got = b.lease(10, wall.Add(10*time.Second))
	b.same("it is due", names(got), "race.com:queued>open ")

	b.plan(b.done(got[0].Intent, w.Items[0], true))
	got = b.lease(10, wall)
	b.same("the younger one's turn", names(got), "race.com:queued>open ")
	if !got[0].Ours || got[0].Intent.Account != c.ID || got[0].Template != nil {
		b.Fatalf("leased %+v", got[0])
	}
	b.plan(b.done(got[0].Intent, later.Items[0], false))
	b.same("the last one in its time", names(b.lease(10, wall.Add(time.Minute))), "a.com:open>unknown b.com:queued>open ")
	b.sound()
}

func lapses(b *bench) {
	a := b.rich(1000)
	b.plan(b.order(a.ID, "a.com", "b.com", "c.com"))
	l := b.lease(10, wall)
	b.set(l[1].Intent, domain.IntentPending, wall.Add(20*time.Second))
	b.set(l[2].Intent, domain.IntentParked, wall.Add(time.Hour))
	b.same("all are leased or not due", b.due(wall.Add(15*time.Second)), []string{})
	b.same("none given", names(b.lease(10, wall.Add(15*time.Second))), "")
	b.same("a lease given back is due at its time", b.due(wall.Add(20*time.Second)), []string{"verisim"})
	b.same("the pending one", names(b.lease(10, wall.Add(20*time.Second))), "b.com:pending>pending ")
	b.same("the lapsed one is unknown from now on", names(b.lease(10, wall.Add(30*time.Second))), "a.com:open>unknown ")
	b.same("and stays so", names(b.lease(10, wall.Add(60*time.Second))), "a.com:unknown>unknown b.com:pending>pending ")
	// The node that had it first comes late: its intent has moved on.
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetIntent{ID: l[0].Intent.ID, From: domain.IntentOpen, To: domain.IntentAccepted}}}, fault.Conflict, "state.moved")
	b.commit(ops.SetIntent{ID: l[0].Intent.ID, From: domain.IntentUnknown, To: domain.IntentUnknown, Absences: 1, NextTryAt: wall.Add(70 * time.Second)})
	got := b.lease(10, wall.Add(70*time.Second))
	if len(got) != 1 || got[0].Intent.Absences != 1 {
		b.Fatalf("leased %+v", got)
	}
	// While questions are open, half of a lease still goes to what is to be sent, and the other way round.
	b.plan(b.order(a.ID, "d.com", "e.com", "f.com"))
	b.same("both sorts", names(b.lease(2, wall.Add(200*time.Second))), "d.com:queued>open b.com:pending>pending ")
	if n := len(b.lease(10, wall.Add(200*time.Second))); n != 3 {
		b.Fatalf("%d of the remaining 3", n)
	}
}

// fenced: the outcome of a lease that has lapsed says nothing about what a later lease is doing.
func fenced(b *bench) {
	a := b.rich(1000)
	p := b.order(a.ID, "a.com")
	b.plan(p)
	first := b.lease(1, wall)[0].Intent
	second := b.lease(1, wall.Add(31*time.Second))[0].Intent // its node seemed dead: unknown
	b.commit(ops.SetIntent{ID: second.ID, Lease: &second.Lease, From: domain.IntentUnknown, To: domain.IntentQueued, NextTryAt: wall, LostAt: wall})
	third := b.lease(1, wall.Add(40*time.Second))[0].Intent // and it is being sent again
	if third.State != domain.IntentOpen || !third.LostAt.Equal(wall) {
		b.Fatalf("leased %+v", third)
	}
	late := b.done(first, placed(p).Items[0], false)
	set := late.Writes[0].(ops.SetIntent)
	set.Lease = &first.Lease
	late.Writes[0] = set
	b.refuse(late, fault.Conflict, "state.moved")
	b.same("the third is still out", names(b.lease(1, wall.Add(69*time.Second))), "")
	set.Lease = &third.Lease
	late.Writes[0] = set
	b.plan(late)

	// What was read without a lease and is leased by now is moved by nobody else.
	q := b.order(a.ID, "b.com")
	b.plan(q)
	b.lease(1, wall)
	over := ops.SetIntent{ID: placed(q).Intents[0].ID, Lease: &domain.Lease{}, From: domain.IntentOpen, To: domain.IntentUnknown, NextTryAt: wall}
	b.refuse(ops.Plan{Writes: []ops.Write{over}}, fault.Conflict, "state.moved")
	b.sound()
}

// parked intents are asked after, when their time comes, and hurried when their registry says something.
func parked(b *bench) {
	a := b.rich(1000)
	b.plan(b.order(a.ID, "a.com"))
	in := b.lease(1, wall)[0].Intent
	b.set(in, domain.IntentParked, wall.Add(time.Hour))
	b.same("not yet", b.due(wall.Add(59*time.Minute)), []string{})
	b.same("due", b.due(wall.Add(time.Hour)), []string{"verisim"})
	b.same("asked", names(b.lease(10, wall.Add(time.Hour))), "a.com:parked>parked ")
	b.set(domain.Intent{ID: in.ID, State: domain.IntentParked}, domain.IntentParked, wall.Add(9*time.Hour))
	b.commit(ops.HurryIntent{RegistryAccount: "verisim", ClTRID: "OR-other", Wall: wall}, ops.HurryIntent{RegistryAccount: "cnsim", ClTRID: in.ClTRID, Wall: wall})
	b.same("another's message", b.due(wall.Add(time.Hour)), []string{})
	b.commit(ops.HurryIntent{RegistryAccount: "verisim", ClTRID: in.ClTRID, Wall: wall})
	b.same("hurried", names(b.lease(10, wall)), "a.com:parked>parked ")
	b.sound()
}

func polls(b *bench) {
	m := ops.PollMessage{RegistryAccount: "verisim", MsgID: "12", QueuedAt: wall, Raw: []byte("<epp/>"), Readable: true, Name: "a.com", ClTRID: "OR-1"}
	keep := func(m ops.PollMessage) bool { b.Helper(); return must[bool](b)(b.KeepPoll(b.ctx, m, now)) }
	if !keep(m) || keep(m) {
		b.Fatal("a message is kept once")
	}
	other, unread := m, m
	other.Raw = []byte("<epp>the identifier is used again</epp>")
	unread.RegistryAccount, unread.Readable, unread.QueuedAt = "cnsim", false, time.Time{}
	if !keep(other) || !keep(unread) || keep(unread) {
		b.Fatal("messages that differ are one")
	}
	open := must[[]ops.PollMessage](b)(b.OpenPolls(b.ctx, 10))
	if len(open) != 3 || open[0].Name != "a.com" || open[0].ClTRID != "OR-1" || open[2].Readable || open[2].RegistryAccount != "cnsim" {
		b.Fatalf("open: %+v", open)
	}
	b.commit(ops.PollDone{ID: open[0].ID, At: now})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.PollDone{ID: open[0].ID, At: now}}}, fault.Conflict, "state.moved")
	if open := must[[]ops.PollMessage](b)(b.OpenPolls(b.ctx, 1)); len(open) != 1 || keep(m) {
		b.Fatalf("open: %+v", open)
	}
}

func marking(b *bench) {
	a := b.rich(1000)
	b.plan(b.order(a.ID, "a.com", "b.com", "c.com"))
	l := b.lease(2, wall)
	ids, held := []domain.IntentID{l[0].Intent.ID, l[1].Intent.ID}, l[0].Intent.Lease
	queued := l[1].Intent.ID + 2
	b.refused(b.MarkSent(b.ctx, append(ids, queued), held, wall), fault.Conflict, "state.moved")
	if err := b.MarkSent(b.ctx, ids, held, wall.Add(time.Second)); err != nil {
		b.Fatal(err)
	}
	b.commit(ops.SetIntent{ID: ids[0], From: domain.IntentOpen, To: domain.IntentUnknown, Absences: 1, NextTryAt: wall.Add(2 * time.Second)})
	got := b.lease(1, wall.Add(2*time.Second))[0].Intent
	if got.Attempts != 1 || !got.SentAt.Equal(wall.Add(time.Second)) || got.Absences != 1 {
		b.Fatalf("marked as %+v", got)
	}
	b.commit(ops.SetIntent{ID: ids[0], From: domain.IntentUnknown, To: domain.IntentQueued, Absences: 1, NextTryAt: wall})
	newer := b.lease(10, wall.Add(3*time.Second))[0].Intent.Lease
	b.refused(b.MarkSent(b.ctx, ids[:1], held, wall.Add(4*time.Second)), fault.Conflict, "state.moved") // of its first lease
	if err := b.MarkSent(b.ctx, ids[:1], newer, wall.Add(4*time.Second)); err != nil {
		b.Fatal(err)
	}
	b.refused(b.MarkSent(b.ctx, ids[1:], held, wall.Add(30*time.Second)), fault.Conflict, "state.moved") // its lease has lapsed
	b.commit(ops.SetIntent{ID: ids[0], From: domain.IntentOpen, To: domain.IntentUnknown, NextTryAt: wall})
	if got := b.lease(1, wall.Add(5*time.Second))[0].Intent; got.Attempts != 2 || got.Absences != 0 {
		b.Fatalf("sent again it is %+v", got)
	}
	if err := b.MarkSent(b.ctx, nil, held, wall); err != nil {
		b.Fatal(err)
	}
}

// twoNodes has two nodes lease, settle and put back intents of few names at once. No intent may be with two of them,
// and no name may be under way twice.
func twoNodes(b *bench) {
	const perName, distinct = 6, 25
	a := b.rich(perName * distinct * price)
	items := map[domain.ItemID]domain.Item{}
	for range perName {
		list := make([]domain.Name, distinct)
		for i := range list {
			list[i] = domain.Name(fmt.Sprintf("n%02d.com", i))
		}
		p := b.order(a.ID, list...)
		b.plan(p)
		for _, it := range placed(p).Items {
			items[it.ID] = it
		}
	}
	plans := map[domain.IntentID]ops.Plan{} // made beforehand: bench is not for several goroutines
	for id, it := range items {
		in := domain.Intent{ID: domain.IntentID(id) + 1, State: domain.IntentOpen}
		plans[in.ID] = b.done(in, it, false)
	}
	var mu sync.Mutex
	with := map[domain.IntentID]string{}
	busy := map[domain.Name]domain.IntentID{}
	again := map[domain.IntentID]bool{}
	over := 0
	deadline := time.Now().Add(60 * time.Second)
	var wg sync.WaitGroup
	for n := range 4 {
		node := fmt.Sprintf("node-%d", n)
		s := b.open()
		wg.Go(func() {
			for time.Now().Before(deadline) {
				got, err := s.LeaseIntents(b.ctx, "verisim", node, wall, time.Hour, 7)
				if err != nil {
					b.Errorf("lease: %v", err)
					return
				}
				batch := make([]ops.Plan, 0, len(got))
				mu.Lock()
				for _, l := range got {
					id := l.Intent.ID
					if had := with[id]; had != "" {
						b.Errorf("intent %d of %s is with %s and %s", id, l.Intent.Name, had, node)
					}
					if o := busy[l.Intent.Name]; o != 0 {
						b.Errorf("%s is under way as %d and %d", l.Intent.Name, o, id)
					}
					with[id], busy[l.Intent.Name] = node, id
					if again[id] {
						batch = append(batch, plans[id])
						continue
					}
					again[id] = true // the first time it goes back to the queue
					batch = append(batch, ops.Plan{Writes: []ops.Write{ops.SetIntent{ID: id, From: domain.IntentOpen, To: domain.IntentQueued, NextTryAt: wall}}})
				}
				mu.Unlock()
				mu.Lock()
				for _, l := range got { // before the commit: from then on another node may have them
					delete(with, l.Intent.ID)
					delete(busy, l.Intent.Name)
				}
				mu.Unlock()
				ended := 0
				for i, err := range s.CommitEach(b.ctx, batch) {
					if err != nil {
						b.Errorf("settle: %v", err)
					} else if len(batch[i].Entries) > 0 {
						ended++
					}
				}
				mu.Lock()
				over += ended
				finished := over == len(items)
				mu.Unlock()
				if finished {
					return
				}
			}
		})
	}
	wg.Wait()
	if over != len(items) {
		b.Errorf("%d of %d ended", over, len(items))
	}
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w.Held != 0 || w.Balance != perName*distinct*price {
		b.Errorf("wallet %+v", w)
	}
	b.sound()
}

// racedName: another node has opened an act of a name, not yet committed, when an older act of the same name (its id
// is of another node's block) is leased together with others.
func racedName(b *bench) {
	a := b.rich(1000)
	older := b.order(a.ID, "race.com", "a.com", "b.com")
	newer := b.order(a.ID, "race.com")
	b.plan(newer)
	b.plan(older)
	tx, err := b.open().DB().BeginTx(b.ctx, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // only after a failure
	id := int64(placed(newer).Intents[0].ID)
	if _, err := tx.ExecContext(b.ctx, "update intent set state = 'open', lease_owner = 'other', lease_until = $1 where id = $2", wall.Add(time.Hour), id); err != nil {
		b.Fatal(err)
	}
	got := make(chan string)
	go func() {
		l, err := b.LeaseIntents(b.ctx, "verisim", "node", wall, time.Minute, 10)
		if err != nil {
			b.Errorf("lease: %v", err)
		}
		got <- names(l)
	}()
	select {
	case s := <-got:
		b.Errorf("it did not wait for the other node; it leased %s", s)
	case <-time.After(100 * time.Millisecond):
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	b.same("leased", <-got, "a.com:queued>open b.com:queued>open ")
	b.same("nothing else", names(b.lease(10, wall)), "")
}

func deadlines(b *bench) {
	if got := must[time.Time](b)(b.NextDue(b.ctx)); !got.IsZero() {
		b.Fatalf("due in an empty database: %v", got)
	}
	a := b.rich(1000)
	p := b.order(a.ID, "a.com", "b.com", "c.com", "d.com")
	w := placed(p)
	for i := range w.Intents {
		w.Intents[i].DeadlineAt = now.Add(time.Duration(10+i) * time.Hour)
	}
	w.Intents[3].DeadlineAt = time.Time{}
	b.plan(p)
	b.same("next", must[time.Time](b)(b.NextDue(b.ctx)), now.Add(10*time.Hour))
	l := b.lease(2, wall)
	b.set(l[1].Intent, domain.IntentUnknown, wall)
	overdue := func(at, clock time.Time) string {
		b.Helper()
		s := ""
		for _, in := range must[[]domain.Intent](b)(b.OverdueIntents(b.ctx, at, clock, 10)) {
			s += string(in.Name) + " "
		}
		return s
	}
	b.same("too early", overdue(now.Add(11*time.Hour-time.Microsecond), wall), "")
	b.same("open ones are answered first", overdue(now.Add(20*time.Hour), wall), "b.com c.com ")
	b.lease(1, wall) // b.com, being asked after
	b.same("leased ones are left alone", overdue(now.Add(20*time.Hour), wall), "c.com ")
	b.same("until the lease lapses", overdue(now.Add(20*time.Hour), wall.Add(time.Minute)), "b.com c.com ")
	q := must[ops.Quiet](b)(b.Quiet(b.ctx, now))
	b.same("quiet", q, ops.Quiet{Intents: 4})
	parked := l[1].Intent
	parked.State = domain.IntentUnknown
	b.set(parked, domain.IntentParked, wall)
	b.same("parked ones are the desk's", overdue(now.Add(20*time.Hour), wall.Add(time.Minute)), "c.com ")
	b.same("quiet", must[ops.Quiet](b)(b.Quiet(b.ctx, now)), ops.Quiet{Intents: 3})
	m, n := b.template(a.ID), b.tenure(a.ID, "t.com")
	n.NextActionAt = now.Add(time.Second)
	b.commit(ops.InsertTemplate{Template: m}, ops.InsertTenure{Tenure: n})
	b.same("next", must[time.Time](b)(b.NextDue(b.ctx)), now.Add(time.Second))
	b.same("quiet", must[ops.Quiet](b)(b.Quiet(b.ctx, now.Add(time.Second))), ops.Quiet{Intents: 3, Due: 1})
	b.same("quiet", must[ops.Quiet](b)(b.Quiet(b.ctx, now.Add(time.Hour))), ops.Quiet{Intents: 3, Due: 1})
	release := b.done(domain.Intent{ID: w.Intents[2].ID, State: domain.IntentQueued}, w.Items[2], false)
	release.Entries = []ledger.Entry{ledger.Release(w.Items[2])}
	b.plan(release)
	b.same("over", overdue(now.Add(20*time.Hour), wall.Add(time.Minute)), "")
}

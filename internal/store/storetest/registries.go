package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const ttl = 30 * time.Second

func (b *bench) share(node string, most, using int, at time.Time) domain.SessionGrant {
	b.Helper()
	g, err := b.LeaseSessions(b.ctx, "verisim", node, most, using, at, ttl)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

// shares: nodes share an account's sessions; what one gives back another takes, and a dead one's are taken over.
func shares(b *bench) {
	b.same("alone", b.share("a", 7, 0, wall), domain.SessionGrant{Held: 7, Target: 7, Polls: true, Until: wall.Add(ttl), Nodes: 1})
	b.same("the second gets nothing yet", b.share("b", 7, 0, wall), domain.SessionGrant{Held: 0, Target: 3, Until: wall.Add(ttl), Nodes: 2})
	b.same("the first has them in use", b.share("a", 7, 6, wall).Held, 6)
	b.same("one was given back", b.share("b", 7, 0, wall).Held, 1)
	b.same("the first down to its share", b.share("a", 7, 2, wall).Held, 4)
	b.same("the second has its own", b.share("b", 7, 1, wall), domain.SessionGrant{Held: 3, Target: 3, Until: wall.Add(ttl), Nodes: 2})
	b.same("another account is another quota", must[domain.SessionGrant](b)(b.LeaseSessions(b.ctx, "cnsim", "b", 5, 0, wall, ttl)).Held, 5)

	// a dies; b asks on.
	late := wall.Add(20 * time.Second)
	b.same("its lease is not over", b.share("b", 7, 3, late), domain.SessionGrant{Held: 3, Target: 3, Until: late.Add(ttl), Nodes: 2})
	late = wall.Add(ttl - time.Microsecond)
	b.same("to the last moment", b.share("b", 7, 3, late).Held, 3)
	late = wall.Add(ttl)
	b.same("it is", b.share("b", 7, 3, late), domain.SessionGrant{Held: 7, Target: 7, Polls: true, Until: late.Add(ttl), Nodes: 1})
	b.same("back again it begins anew", b.share("a", 7, 0, late), domain.SessionGrant{Held: 0, Target: 3, Until: late.Add(ttl), Nodes: 2})

	if err := b.ReleaseSessions(b.ctx, "b"); err != nil {
		b.Fatal(err)
	}
	b.same("given back in peace", b.share("a", 7, 0, late), domain.SessionGrant{Held: 7, Target: 7, Polls: true, Until: late.Add(ttl), Nodes: 1})
	rows := must[[]domain.SessionShare](b)(b.SessionShares(b.ctx, "verisim"))
	b.same("shown", rows, []domain.SessionShare{{RegistryAccount: "verisim", Node: "a", Held: 7, Polls: true, Until: late.Add(ttl)}})

	b.same("fewer altogether", b.share("a", 2, 0, late).Held, 2)
	for i := range 3 { // more nodes than sessions
		b.share(fmt.Sprintf("n%d", i), 2, 0, late)
	}
	b.same("who polls keeps one", b.share("a", 2, 1, late), domain.SessionGrant{Held: 1, Target: 1, Polls: true, Until: late.Add(ttl), Nodes: 4})
	b.same("one gets the other", b.share("n0", 2, 0, late).Held, 1)
	b.same("the next none", b.share("n1", 2, 0, late).Held, 0)
}

// sharesRace: nodes that ask all the time, come and go, never hold more than there is, and one of them polls.
func sharesRace(b *bench) {
	const most, nodes, rounds = 7, 4, 40
	var wg sync.WaitGroup
	for n := range nodes {
		node := fmt.Sprintf("node-%d", n)
		wg.Go(func() {
			using := 0
			for i := range rounds {
				at := wall.Add(time.Duration(i) * time.Second)
				g, err := b.LeaseSessions(b.ctx, "verisim", node, most, using, at, ttl)
				if err != nil {
					b.Error(err)
					return
				}
				using = min(g.Held, g.Target)
				rows, err := b.SessionShares(b.ctx, "verisim")
				if err != nil {
					b.Error(err)
					return
				}
				sum, polls := 0, 0
				for _, r := range rows {
					sum += r.Held
					if r.Polls {
						polls++
					}
				}
				if sum > most || polls > 1 {
					b.Errorf("%d of %d sessions held, %d nodes poll: %+v", sum, most, polls, rows)
				}
				if n == 0 && i == rounds/2 {
					if err := b.ReleaseSessions(b.ctx, node); err != nil {
						b.Error(err)
					}
					using = 0
				}
			}
		})
	}
	wg.Wait()
	for range 3 { // at rest all of it is used
		for n := range nodes {
			b.share(fmt.Sprintf("node-%d", n), most, 0, wall.Add(time.Minute))
		}
	}
	sum := 0
	for _, r := range must[[]domain.SessionShare](b)(b.SessionShares(b.ctx, "verisim")) {
		sum += r.Held
	}
	b.same("held in the end", sum, most)
}

func maintenance(b *bench) {
	w := domain.Window{RegistryAccount: "verisim", StartsAt: now.Add(time.Hour), EndsAt: now.Add(2 * time.Hour), Impact: domain.ImpactFull, Reason: "Upgrade",
		State: domain.WindowPlanned, NextActionAt: now.Add(time.Hour), By: "desk@x.example", CreatedAt: now}
	b.commit(ops.PutWindow{Window: w})
	announced := w
	announced.Ref, announced.By, announced.StartsAt, announced.NextActionAt = "M-1", "registry", now.Add(90*time.Minute), now.Add(90*time.Minute)
	b.commit(ops.PutWindow{Window: announced})
	announced.EndsAt, announced.Impact = now.Add(3*time.Hour), domain.ImpactPartial
	b.commit(ops.PutWindow{Window: announced})
	got := must[[]domain.Window](b)(b.Windows(b.ctx, "verisim", now))
	if len(got) != 2 {
		b.Fatalf("%+v", got)
	}
	w.ID, announced.ID = got[0].ID, got[1].ID
	b.same("windows", got, []domain.Window{w, announced})
	b.same("next due", must[time.Time](b)(b.NextDue(b.ctx)), now.Add(time.Hour))
	b.same("nothing due", must[[]domain.Window](b)(b.DueWindows(b.ctx, now, 10)), []domain.Window{})
	b.same("due", must[[]domain.Window](b)(b.DueWindows(b.ctx, now.Add(time.Hour), 10)), []domain.Window{w})
	b.same("moves", must[ops.Quiet](b)(b.Quiet(b.ctx, now.Add(time.Hour))).Due, 1)
	b.commit(ops.MoveWindow{ID: w.ID, From: domain.WindowPlanned, To: domain.WindowOn, NextActionAt: w.EndsAt})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.MoveWindow{ID: w.ID, From: domain.WindowPlanned, To: domain.WindowOn}}}, fault.Conflict, "state.moved")
	state, on, err := b.RegistryState(b.ctx, "verisim")
	w.State, w.NextActionAt = domain.WindowOn, w.EndsAt
	b.same("on", on, []domain.Window{w})
	b.same("no state", state, domain.RegistryState{RegistryAccount: "verisim"})
	if err != nil {
		b.Fatal(err)
	}
	b.commit(ops.MoveWindow{ID: w.ID, From: domain.WindowOn, To: domain.WindowOver}, ops.ResumeRegistry{RegistryAccount: "verisim", At: w.EndsAt})
	state, on, _ = b.RegistryState(b.ctx, "verisim")
	b.same("over", on, []domain.Window{})
	b.same("ramp", state.ResumedAt, w.EndsAt)
	b.refused(func() error { _, err := b.Window(b.ctx, 1<<40); return err }(), fault.Missing, "registry.window-not-found")
	b.same("of another registry", must[[]domain.Window](b)(b.Windows(b.ctx, "cnsim", now)), []domain.Window{})
	b.same("after its end", must[[]domain.Window](b)(b.Windows(b.ctx, "verisim", now.Add(3*time.Hour))), []domain.Window{})
}

func pauses(b *bench) {
	facts := map[string]string{"registry": "verisim", "epp": "2104"}
	pause := ops.PauseRegistry{RegistryAccount: "verisim", Code: "registry.deposit-empty", Facts: facts, At: now, ProbeAt: wall.Add(time.Second)}
	b.commit(pause)
	later := pause
	later.At, later.ProbeAt = now.Add(time.Hour), wall.Add(3*time.Second)
	b.commit(later)
	state, _, err := b.RegistryState(b.ctx, "verisim")
	if err != nil {
		b.Fatal(err)
	}
	b.same("paused", state, domain.RegistryState{RegistryAccount: "verisim", Paused: "registry.deposit-empty", Facts: facts, PausedAt: now,
		ProbeAt: wall.Add(3 * time.Second), Probes: 1})
	probe := func(at time.Duration) bool {
		return must[bool](b)(b.TakeProbe(b.ctx, "verisim", wall.Add(at), wall.Add(at+30*time.Second)))
	}
	b.same("too early", probe(2*time.Second), false)
	b.same("its time", probe(3*time.Second), true)
	b.same("one node's", probe(3*time.Second), false)
	b.same("never answered for", probe(33*time.Second), true)
	b.commit(ops.ProbeRegistry{RegistryAccount: "verisim", At: wall.Add(40 * time.Second)}, ops.ProbeRegistry{RegistryAccount: "cnsim", At: wall})
	b.same("given back: too early", probe(39*time.Second), false)
	b.same("given back", probe(40*time.Second), true)
	b.same("of an account that is not paused", must[bool](b)(b.TakeProbe(b.ctx, "cnsim", wall.Add(time.Hour), wall.Add(2*time.Hour))), false)

	a := b.rich(1000)
	b.plan(b.order(a.ID, "one.com", "two.com"))
	waiting := func() int {
		return len(must[[]ops.WaitingItem](b)(b.WaitingItems(b.ctx, "verisim", "registry.deposit-empty", 10)))
	}
	b.same("two wait", waiting(), 2)
	items := must[[]ops.WaitingItem](b)(b.WaitingItems(b.ctx, "verisim", "registry.deposit-empty", 1))
	b.commit(ops.SetItem{ID: items[0].ID, From: domain.ItemDoing, To: domain.ItemDoing, HoldFrom: items[0].Hold, HoldTo: items[0].Hold,
		Code: "registry.deposit-empty", Facts: facts, At: now})
	b.same("one has been told", waiting(), 1)
	asked := must[[]domain.Leased](b)(b.LeaseAsked(b.ctx, "verisim", "node", wall.Add(time.Hour), ttl, 10))
	b.same("nothing queued is leased to ask", asked, []domain.Leased(nil))
	taken := b.lease(1, wall.Add(time.Hour))
	b.set(taken[0].Intent, domain.IntentUnknown, wall)
	asked = must[[]domain.Leased](b)(b.LeaseAsked(b.ctx, "verisim", "node", wall.Add(time.Hour), ttl, 10))
	b.same("what is unknown is", names(asked), "one.com:unknown>unknown ")

	b.commit(ops.PutRegistryBalance{RegistryAccount: "verisim", Balance: -5, At: now})
	b.commit(ops.ResumeRegistry{RegistryAccount: "verisim", Code: "registry.deposit-empty", At: now.Add(2 * time.Hour)})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.ResumeRegistry{RegistryAccount: "verisim", Code: "registry.deposit-empty", At: now}}}, fault.Conflict, "state.moved")
	state, _, _ = b.RegistryState(b.ctx, "verisim")
	owed := int64(-5)
	b.same("goes on", state, domain.RegistryState{RegistryAccount: "verisim", ResumedAt: now.Add(2 * time.Hour), Balance: &owed, BalanceAt: now})
}

func credentials(b *bench) {
	c := domain.Credential{RegistryAccount: "verisim", Kind: domain.CredentialPassword, State: domain.CredentialPending, Sealed: []byte("sealed-1"), By: "desk",
		CreatedAt: wall, UpdatedAt: wall}
	list := func() string {
		s := ""
		for _, c := range must[[]domain.Credential](b)(b.Credentials(b.ctx, "verisim")) {
			s += fmt.Sprintf("%s:%s:%s ", c.Kind, c.State, c.Sealed)
		}
		return s
	}
	swap := func(taken bool) ops.SwapCredential {
		return ops.SwapCredential{RegistryAccount: "verisim", Kind: domain.CredentialPassword, Taken: taken, At: wall.Add(time.Second)}
	}
	b.commit(ops.InsertCredential{Credential: c})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.InsertCredential{Credential: c}}}, fault.Conflict, "registry.change-under-way")
	b.same("pending", list(), "password:pending:sealed-1 ")
	b.same("not old enough", len(must[[]domain.Credential](b)(b.PendingCredentials(b.ctx, wall.Add(-time.Second)))), 0)
	b.same("left behind", len(must[[]domain.Credential](b)(b.PendingCredentials(b.ctx, wall))), 1)
	b.commit(swap(true))
	b.same("swapped", list(), "password:current:sealed-1 ")
	b.refuse(ops.Plan{Writes: []ops.Write{swap(true)}}, fault.Conflict, "state.moved")
	b.same("a swap that fails leaves the current one", list(), "password:current:sealed-1 ")
	c.Sealed = []byte("sealed-2")
	b.commit(ops.InsertCredential{Credential: c})
	b.commit(swap(false))
	b.same("dropped", list(), "password:current:sealed-1 ")
	b.commit(ops.InsertCredential{Credential: c}, swap(true))
	b.same("the next", list(), "password:current:sealed-2 ")
	cert := domain.Credential{RegistryAccount: "verisim", Kind: domain.CredentialCertificate, State: domain.CredentialCurrent, Sealed: []byte("pem-1"), NotAfter: wall.Add(time.Hour),
		Fingerprint: "ab", CreatedAt: wall, UpdatedAt: wall}
	b.commit(ops.InsertCredential{Credential: cert})
	cert.Sealed = []byte("pem-2")
	b.commit(ops.InsertCredential{Credential: cert})
	b.same("one certificate", list(), "password:current:sealed-2 certificate:current:pem-2 ")
	left := 0
	if err := b.DB().QueryRowContext(b.ctx, "select count(*) from registry_credential where state in ('former', 'dropped') and length(sealed) > 0").Scan(&left); err != nil {
		b.Fatal(err)
	}
	b.same("secrets of what is not used any more", left, 0)
}

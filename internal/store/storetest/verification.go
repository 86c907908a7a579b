package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// submission makes a template and a submission of it, and commits both.
func (b *bench) submission(state domain.VerificationState, edit func(*domain.Verification)) domain.Verification {
	b.Helper()
	a := b.account()
	t := b.template(a.ID)
	v := domain.Verification{ID: domain.VerificationID(b.next()), Account: a.ID, Template: t.ID, TemplateVersion: 1, Version: 1, State: state, Role: "owner",
		Provider: "vsp1", OwnRef: fmt.Sprintf("OV-%d.oa", b.id), SubmittedAt: now, DeadlineAt: now.AddDate(0, 0, 9), NextActionAt: now.Add(time.Hour),
		Findings: "[]"}
	if edit != nil {
		edit(&v)
	}
	b.commit(ops.InsertTemplate{Template: t}, ops.InsertVerification{Verification: v})
	return v
}

func ids(list []domain.Verification) string {
	s := ""
	for _, v := range list {
		s += fmt.Sprint(v.ID, " ")
	}
	return s
}

func submissions(b *bench) {
	v := b.submission(domain.VerificationQueued, func(v *domain.Verification) {
		v.Tried, v.Reference, v.Attempts, v.NextTryAt, v.Lease = []string{"vsp2", "vsp3"}, "1-abc", 3, wall, domain.Lease{Owner: "n1", Until: wall.Add(time.Minute)}
		v.DecidedAt, v.ResubmitAt, v.DecidedBy, v.OverriddenBy = now.Add(time.Second), now.Add(2*time.Second), "vsp1", "ming"
		v.Verdicts = []domain.Verdict{{Code: "verify.household-moving", Facts: map[string]string{"role": "owner"}}}
		v.Findings, v.NotPerformed = `[{"check": "x"}]`, map[string]string{"owner text": "no reader"}
	})
	b.same("as it was kept", must[domain.Verification](b)(b.Verification(b.ctx, v.ID)), v)
	b.same("the newest", must[domain.Verification](b)(b.NewestVerification(b.ctx, v.Template)), v)
	b.same("by the authority's reference", must[domain.Verification](b)(b.VerificationBy(b.ctx, "vsp1", "1-abc", "")), v)
	b.same("by ours", must[domain.Verification](b)(b.VerificationBy(b.ctx, "vsp1", "none", v.OwnRef)), v)
	if got := must[domain.Template](b)(b.Template(b.ctx, v.Template)); got.Verification != v.ID {
		b.Errorf("the template names submission %d", got.Verification)
	}
	for name, find := range map[string]func() (domain.Verification, error){
		"another authority's":  func() (domain.Verification, error) { return b.VerificationBy(b.ctx, "vsp2", "1-abc", v.OwnRef) },
		"no reference":         func() (domain.Verification, error) { return b.VerificationBy(b.ctx, "vsp1", "", "") },
		"no such submission":   func() (domain.Verification, error) { return b.Verification(b.ctx, 9999) },
		"never submitted ones": func() (domain.Verification, error) { return b.NewestVerification(b.ctx, 9999) },
	} {
		_, err := find()
		if fault.Of(err) == nil || fault.Of(err).Kind != fault.Missing {
			b.Errorf("%s: %v", name, err)
		}
	}
	second := v
	second.ID = domain.VerificationID(b.next())
	b.refuse(ops.Plan{Writes: []ops.Write{ops.InsertVerification{Verification: second}}}, fault.Conflict, "state.moved")

	v.State, v.Provider, v.Tried, v.Attempts, v.Verdicts = domain.VerificationRejected, "vsp2", []string{"vsp1"}, 0, nil
	b.commit(ops.SetVerification{Verification: v}, ops.AddStep{Step: domain.VerificationStep{Verification: v.ID, At: now, Kind: "rejected", Actor: "vsp2", Facts: map[string]string{"answer": "no"}}})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetVerification{Verification: v}}}, fault.Conflict, "state.moved")
	v.Version = 2
	b.same("moved", must[domain.Verification](b)(b.Verification(b.ctx, v.ID)), v)
	b.same("its history", must[[]domain.VerificationStep](b)(b.VerificationSteps(b.ctx, v.ID)),
		[]domain.VerificationStep{{Verification: v.ID, At: now, Kind: "rejected", Actor: "vsp2", Facts: map[string]string{"answer": "no"}}})
	second.OwnRef = "OV-2.oa"
	b.commit(ops.InsertVerification{Verification: second})
	if got := must[domain.Verification](b)(b.NewestVerification(b.ctx, v.Template)); got.ID != second.ID {
		b.Errorf("the newest is %d", got.ID)
	}
}

func dueSubmissions(b *bench) {
	queued := b.submission(domain.VerificationQueued, nil)
	later := b.submission(domain.VerificationWaiting, func(v *domain.Verification) { v.NextActionAt = now.Add(2 * time.Hour) })
	held := b.submission(domain.VerificationUnknown, func(v *domain.Verification) { v.NextTryAt = wall.Add(time.Minute) })
	out := b.submission(domain.VerificationOpen, func(v *domain.Verification) { v.Lease = domain.Lease{Owner: "n1", Until: wall.Add(time.Minute)} })
	reading := b.submission(domain.VerificationReading, func(v *domain.Verification) { v.NextActionAt = now.Add(30 * time.Minute) })
	desk := b.submission(domain.VerificationDesk, func(v *domain.Verification) { v.NextActionAt, v.DeadlineAt = time.Time{}, now.AddDate(0, 0, 3) })
	urgent := b.submission(domain.VerificationDesk, func(v *domain.Verification) { v.NextActionAt, v.DeadlineAt = time.Time{}, now.AddDate(0, 0, 1) })
	again := b.submission(domain.VerificationRejected, func(v *domain.Verification) { v.NextActionAt, v.ResubmitAt = time.Time{}, now.Add(3*time.Hour) })

	due := func(at, clock time.Time) string {
		b.Helper()
		return ids(must[[]domain.Verification](b)(b.DueVerifications(b.ctx, at, clock, 10)))
	}
	b.same("too early", due(now.Add(time.Hour-time.Microsecond), wall), "")
	b.same("by business time", due(now.Add(time.Hour), wall), fmt.Sprint(queued.ID, " "))
	b.same("and by wall time", due(now.Add(2*time.Hour), wall.Add(time.Minute)), fmt.Sprint(out.ID, " ", queued.ID, " ", held.ID, " ", later.ID, " "))
	if n := must[int](b)(b.HandedTo(b.ctx, "vsp1")); n != 2 {
		b.Errorf("%d may be at the authority without our knowing its reference", n)
	}
	if n := must[int](b)(b.Handed(b.ctx)); n != 3 {
		b.Errorf("%d may be at authorities", n)
	}
	b.same("being read", ids(must[[]domain.Verification](b)(b.ReadingVerifications(b.ctx, 10))), fmt.Sprint(reading.ID, " "))
	b.same("not yet to be submitted again", ids(must[[]domain.Verification](b)(b.Resubmissions(b.ctx, now.Add(2*time.Hour), 10))), "")
	b.same("to be submitted again", ids(must[[]domain.Verification](b)(b.Resubmissions(b.ctx, now.Add(3*time.Hour), 10))), fmt.Sprint(again.ID, " "))
	queue, n := must2[domain.Verification](b)(b.DeskVerifications(b.ctx, ops.Page{Limit: 10}))
	b.same("the desk's, most urgent first", ids(queue), fmt.Sprint(urgent.ID, " ", desk.ID, " "))
	b.same("how many", n, 2)
	page, n := must2[domain.Verification](b)(b.DeskVerifications(b.ctx, ops.Page{Offset: 1, Limit: 1}))
	b.same("its second page", ids(page)+fmt.Sprint(n), fmt.Sprint(desk.ID, " 2"))

	b.same("next", must[time.Time](b)(b.NextDue(b.ctx)), now.Add(30*time.Minute))
	b.same("quiet", must[ops.Quiet](b)(b.Quiet(b.ctx, now)), ops.Quiet{Handed: 2})
	b.same("due", must[ops.Quiet](b)(b.Quiet(b.ctx, now.Add(3*time.Hour))), ops.Quiet{Handed: 2, Due: 4})
}

// leasingRace: of many nodes that take one submission up by its version, one has it.
func leasingRace(b *bench) {
	v := b.submission(domain.VerificationQueued, nil)
	other := b.open()
	var won atomic.Int64
	var wg sync.WaitGroup
	for n := range 6 {
		wg.Go(func() {
			on := b.Store
			if n%2 == 1 {
				on = other
			}
			mine := v
			mine.State, mine.Lease = domain.VerificationOpen, domain.Lease{Owner: fmt.Sprint("n", n), Until: wall}
			switch err := on.Commit(b.ctx, ops.Plan{Writes: []ops.Write{ops.SetVerification{Verification: mine}}}); {
			case err == nil:
				won.Add(1)
			case !fault.Is(err, "state.moved"):
				b.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		b.Errorf("%d nodes have it", won.Load())
	}
}

func signedCodes(b *bench) {
	v := b.submission(domain.VerificationApproved, func(v *domain.Verification) { v.NextActionAt = time.Time{} })
	put := func(name domain.Name, kind, value string) ops.SealedCode {
		c := domain.SignedCode{Type: kind, Value: value, Provider: "vsp1", IssuedAt: now}
		b.commit(ops.PutCode{Template: v.Template, Name: name, Code: c, Sealed: []byte(value)})
		return ops.SealedCode{Name: name, Code: c, Sealed: []byte(value)}
	}
	put("", "real-name", "1-old")
	own := put("", "real-name", "1-new")
	of := put("a.net", "domain", "1-a")
	put("b.net", "domain", "1-b")
	b.same("of a name", must[[]ops.SealedCode](b)(b.VerificationCodes(b.ctx, v.Template, "a.net")), []ops.SealedCode{of, own})
	b.same("of another", must[[]ops.SealedCode](b)(b.VerificationCodes(b.ctx, v.Template, "c.net")), []ops.SealedCode{own})
	b.same("no names under it", must[[]string](b)(b.SuffixesUnder(b.ctx, v.Template)), []string{})
	for _, n := range []domain.Name{"a.net", "b.net", "c.com.cn", "gone.com"} {
		u := b.tenure(v.Account, n)
		if u.Template = v.Template; n == "gone.com" {
			u.EndedAt = now
		}
		b.commit(ops.InsertTenure{Tenure: u})
	}
	b.same("suffixes of names under it", must[[]string](b)(b.SuffixesUnder(b.ctx, v.Template)), []string{"com.cn", "net"})
	v = b.submission(domain.VerificationApproved, func(v *domain.Verification) { v.NextActionAt = time.Time{} })
	put("", "real-name", "1-new")
	t := must[domain.Template](b)(b.Template(b.ctx, v.Template))
	b.commit(ops.DeleteTemplate{ID: v.Template, Version: t.Version})
	b.same("of a template that is gone", must[[]ops.SealedCode](b)(b.VerificationCodes(b.ctx, v.Template, "a.net")), []ops.SealedCode{})
	if _, err := b.Verification(b.ctx, v.ID); fault.Of(err) == nil || fault.Of(err).Kind != fault.Missing {
		b.Errorf("its submission is still there: %v", err)
	}
}

func registers(b *bench) {
	word := domain.RegisterEntry{Value: "中国", Since: "2026-01-01", Until: "2027-01-01", Note: "note", Except: []string{"中国示例集团"}}
	number := domain.RegisterEntry{Number: true, Value: "00ff", Since: "2026-02-01"}
	other := domain.RegisterEntry{Number: true, Value: "1234"}
	l := domain.RegisterList{Name: "protected", Code: "registrant.restricted-word", Source: "example", Registry: "cnsim", Dated: "2026-11-01", LoadedAt: now, LoadedBy: "ming",
		Entries: []domain.RegisterEntry{word, number, other}}
	b.commit(ops.PutRegister{List: l})
	b.commit(ops.PutRegister{List: domain.RegisterList{Name: "empty-handed", Code: "registrant.blacklisted", Source: "s", Dated: "2026-11-01", LoadedAt: now, Entries: []domain.RegisterEntry{{Number: true, Value: "77"}}}})
	bare := l
	bare.Entries, bare.Size = nil, 3
	lists := must[[]domain.RegisterList](b)(b.Registers(b.ctx))
	if len(lists) != 2 {
		b.Fatalf("%+v", lists)
	}
	b.same("list", lists[1], bare)
	about := must[[]domain.RegisterList](b)(b.RegistersAbout(b.ctx, []string{"00ff", "absent"}))
	bare.Entries = []domain.RegisterEntry{word, number}
	b.same("about a number", about[1], bare)
	first, after, err := b.RegisterEntries(b.ctx, "protected", 0, 2)
	if err != nil || len(first) != 2 {
		b.Fatalf("%v, %v", first, err)
	}
	rest, _, err := b.RegisterEntries(b.ctx, "protected", after, 2)
	if err != nil {
		b.Fatal(err)
	}
	b.same("page by page", append(first, rest...), l.Entries)
	l.Entries, l.Dated = []domain.RegisterEntry{word}, "2026-12-01"
	b.commit(ops.PutRegister{List: l})
	left, _, err := b.RegisterEntries(b.ctx, "protected", 0, 10)
	if err != nil {
		b.Fatal(err)
	}
	b.same("loaded anew", left, l.Entries)
	b.commit(ops.DropRegister{Name: "protected"})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.DropRegister{Name: "protected"}}}, fault.Missing, "register.not-found")
}

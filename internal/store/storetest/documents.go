package storetest

import (
	"bytes"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func (b *bench) document(a domain.AccountID) ops.InsertDocument {
	return ops.InsertDocument{Picture: []byte("1sealed picture"), Since: now.AddDate(0, 0, -1), Most: 3, Document: domain.Document{ID: domain.DocumentID(b.next()), Account: a,
		FileName: "身份证.jpg", Format: "jpeg", Bytes: 60_000, Width: 1600, Height: 1000, Reading: domain.ReadingWaiting, CreatedAt: now, ShredAt: now.AddDate(0, 0, 7)}}
}

func documents(b *bench) {
	a, other := b.account(), b.account()
	first := b.document(a.ID)
	b.commit(first)
	d := first.Document
	b.same("document", must[domain.Document](b)(b.Document(b.ctx, d.ID)), d)
	picture, text, err := b.DocumentContent(b.ctx, d.ID)
	if err != nil || !bytes.Equal(picture, first.Picture) || text != nil {
		b.Fatalf("%q %q %v", picture, text, err)
	}
	b.same("another's", must[[]domain.Document](b)(b.Documents(b.ctx, other.ID)), []domain.Document{})
	_, err = b.Document(b.ctx, 999)
	b.refused(err, fault.Missing, "document.not-found")
	_, _, err = b.DocumentContent(b.ctx, 999)
	b.refused(err, fault.Missing, "document.not-found")

	// As many as may be: the fourth of the day is refused, another account's is not, and old ones don't count.
	old := b.document(a.ID)
	old.Document.CreatedAt = now.AddDate(0, 0, -2)
	b.commit(old, b.document(a.ID), b.document(a.ID))
	if f := b.refuse(ops.Plan{Writes: []ops.Write{b.document(a.ID)}}, fault.Limited, "document.too-many"); f.Facts["limit"] != "3" {
		b.Fatal(f)
	}
	b.commit(b.document(other.ID))

	if due := must[[]domain.Document](b)(b.DueDocuments(b.ctx, d.ShredAt.Add(-time.Microsecond), 10)); len(due) != 0 {
		b.Fatalf("due too early: %v", due)
	}
	if due := must[[]domain.Document](b)(b.DueDocuments(b.ctx, d.ShredAt, 2)); len(due) != 2 {
		b.Fatalf("%d are due", len(due))
	}
	if next := must[time.Time](b)(b.NextDue(b.ctx)); !next.Equal(d.ShredAt) {
		b.Fatalf("next due at %v", next)
	}
	b.commit(ops.PutOffShredding{ID: d.ID, Until: now.AddDate(0, 1, 0)})
	b.commit(ops.ShredDocument{ID: d.ID, By: "unused", At: now})
	d.FileName, d.ShredAt, d.ShredAtBy, d.ShreddedAt, d.Reading = "", time.Time{}, "unused", now, domain.ReadingFailed
	b.same("shredded", must[domain.Document](b)(b.Document(b.ctx, d.ID)), d)
	_, _, err = b.DocumentContent(b.ctx, d.ID)
	b.refused(err, fault.Missing, "document.not-found")
	for _, w := range []ops.Write{ops.ShredDocument{ID: d.ID, By: "erased", At: now}, ops.PutOffShredding{ID: d.ID, Until: now}, ops.SetReading{ID: d.ID, To: domain.ReadingDone}} {
		b.refuse(ops.Plan{Writes: []ops.Write{w}}, fault.Conflict, "state.moved")
	}
	b.sound()
	if _, err := b.DB().ExecContext(b.ctx, "insert into document_content (document_id, picture) values ($1, $2)", int64(d.ID), []byte("x")); err != nil {
		b.Fatal(err)
	}
	found := must[[]string](b)(b.Reconcile(b.ctx))
	if len(found) != 1 || !strings.Contains(found[0], "shredded and something of it is left") {
		b.Fatalf("%q", found)
	}
}

// Each waiting document is read by one node at a time, and once.
func readings(b *bench) {
	a := b.account()
	const n = 6
	for range n {
		d := b.document(a.ID)
		d.Most = n
		b.commit(d)
	}
	other := b.open()
	var mu sync.Mutex
	got := map[domain.DocumentID]int{}
	var wg sync.WaitGroup
	for w := range 4 {
		s := b.Store
		if w%2 == 1 {
			s = other
		}
		wg.Go(func() {
			for {
				d, err := s.LeaseDocument(b.ctx, wall, time.Minute)
				if fault.Is(err, "document.not-found") {
					return
				}
				if err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				got[d.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(got) != n {
		b.Fatalf("%d of %d were leased", len(got), n)
	}
	for id, times := range got {
		if times != 1 {
			b.Fatalf("%d was leased %d times", id, times)
		}
	}
	if q := must[ops.Quiet](b)(b.Quiet(b.ctx, now)); q.Due != n {
		b.Fatalf("%d are due while they are read", q.Due)
	}
	again, err := b.LeaseDocument(b.ctx, wall.Add(time.Minute), time.Minute)
	if err != nil {
		b.Fatal(err)
	}
	b.commit(ops.SetReading{ID: again.ID, To: domain.ReadingDone, Text: []byte("1sealed text")})
	if _, text, err := b.DocumentContent(b.ctx, again.ID); err != nil || string(text) != "1sealed text" {
		b.Fatalf("%q %v", text, err)
	}
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetReading{ID: again.ID, To: domain.ReadingFailed, Reason: "late"}}}, fault.Conflict, "state.moved")
	next, err := b.LeaseDocument(b.ctx, wall.Add(time.Minute), time.Minute)
	if err != nil || next.ID == again.ID {
		b.Fatalf("%v %v", next.ID, err)
	}
}

func templateLives(b *bench) {
	a := b.account()
	doc, mate := b.document(a.ID), b.document(a.ID)
	t, second := b.template(a.ID), b.template(a.ID)
	t.IsDefault, t.NextActionAt, t.Status = true, time.Time{}, domain.TemplateNotUpload
	second.Status, second.NextActionAt = domain.TemplateApproved, time.Time{}
	b.commit(doc, mate, ops.InsertTemplate{Template: t}, ops.InsertTemplate{Template: second})
	t.Contact.OrganizationCN, t.CertificateType, t.SealedNumber, t.MaskedNumber = "新名称", "SFZ", []byte{9}, "3**"
	t.Document, t.ContactDocument, t.ContactType, t.SealedContact, t.MaskedContact = doc.Document.ID, mate.Document.ID, "HZ", []byte{8}, "E**"
	t.ValidFrom, t.ValidUntil, t.LongTerm, t.OldForm, t.UpdatedAt = now.AddDate(-1, 0, 0), now.AddDate(9, 0, 0), true, true, now.Add(time.Hour)
	t.Status, t.Reason = domain.TemplateNotVerified, "verify.timeout"
	b.commit(ops.SetTemplate{Template: t})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetTemplate{Template: t}}}, fault.Conflict, "state.moved")
	t.Version++
	b.same("changed", must[domain.Template](b)(b.Template(b.ctx, t.ID)), t)
	if list, _, err := b.Templates(b.ctx, a.ID, ops.TemplateFilter{Keyword: "新名"}); err != nil || len(list) != 1 {
		b.Fatalf("%v %v", list, err)
	}
	for _, id := range []domain.DocumentID{doc.Document.ID, mate.Document.ID} {
		b.same("shown by", must[[]domain.Template](b)(b.TemplatesOfDocument(b.ctx, id)), []domain.Template{t})
	}
	b.commit(ops.MakeDefault{Account: a.ID, ID: second.ID})
	if x := must[domain.Template](b)(b.Template(b.ctx, t.ID)); x.IsDefault || x.Version != t.Version {
		b.Fatalf("%+v", x)
	}
	b.refuse(ops.Plan{Writes: []ops.Write{ops.MakeDefault{Account: b.account().ID, ID: second.ID}}}, fault.Conflict, "state.moved")

	// What rests on a template keeps it: a running name, an act under way.
	n := b.tenure(a.ID, "kept.com")
	n.Template = second.ID
	b.commit(ops.InsertTenure{Tenure: n})
	order := b.order(a.ID, "waits.com")
	w := placed(order)
	w.Intents[0].Template = t.ID
	order.Writes[0], order.Entries = w, nil
	b.plan(order)
	for id, want := range map[domain.TemplateID][2]string{t.ID: {"1", "0"}, second.ID: {"0", "1"}} {
		f := b.refuse(ops.Plan{Writes: []ops.Write{ops.DeleteTemplate{ID: id, Version: t.Version}}}, fault.Conflict, "template.in-use")
		if got := [2]string{f.Facts["acts"], f.Facts["names"]}; got != want {
			b.Fatalf("%v", f)
		}
	}
	third := b.template(a.ID)
	third.NextActionAt = time.Time{}
	v := domain.Verification{ID: domain.VerificationID(b.next()), Account: a.ID, Template: third.ID, TemplateVersion: 1, Version: 1, State: domain.VerificationRejected, SubmittedAt: now, Findings: "[]"}
	b.commit(ops.InsertTemplate{Template: third}, ops.InsertVerification{Verification: v}, ops.AddStep{Step: domain.VerificationStep{Verification: v.ID, At: now, Kind: "submitted"}},
		ops.PutCode{Template: third.ID, Code: domain.SignedCode{Type: "real-name", Value: "1-a", Provider: "p", IssuedAt: now}, Sealed: []byte{1}})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.DeleteTemplate{ID: third.ID, Version: 9}}}, fault.Conflict, "state.moved")
	b.commit(ops.DeleteTemplate{ID: third.ID, Version: 1})
	_, err := b.Template(b.ctx, third.ID)
	b.refused(err, fault.Missing, "template.not-found")
	_, err = b.Verification(b.ctx, v.ID)
	b.refused(err, fault.Missing, "verification.not-found")
}

// An order and the deletion of its template: one of them is refused, whichever comes first.
func deletedUnderneath(b *bench) {
	a := b.rich(1_000_000)
	for i := range 12 {
		t := b.template(a.ID)
		t.Status, t.NextActionAt = domain.TemplateApproved, time.Time{}
		b.commit(ops.InsertTemplate{Template: t})
		order := b.order(a.ID, domain.Name("raced"+string(rune('a'+i))+".com"))
		w := placed(order)
		w.Intents[0].Template = t.ID
		order.Writes[0] = w
		order.Expect = []ops.Expect{{Table: ops.TableTemplate, ID: int64(t.ID), Version: 1}}
		var wg sync.WaitGroup
		var ordered, deleted error
		wg.Go(func() { ordered = b.Commit(b.ctx, order) })
		wg.Go(func() {
			deleted = b.Commit(b.ctx, ops.Plan{Writes: []ops.Write{ops.DeleteTemplate{ID: t.ID, Version: 1}}})
		})
		wg.Wait()
		if (ordered == nil) == (deleted == nil) {
			b.Fatalf("ordered: %v, deleted: %v", ordered, deleted)
		}
		if ordered == nil {
			b.refused(deleted, fault.Conflict, "template.in-use")
		} else {
			b.refused(ordered, fault.Conflict, "state.moved")
		}
	}
}

func reaches(b *bench) {
	a, other := b.account(), b.account()
	phone := domain.Reach{Account: a.ID, Type: domain.ReachPhone, Code: "+86.13800000000", VerifiedAt: now}
	mail := domain.Reach{Account: a.ID, Type: domain.ReachEmail, Code: "a@b.example", VerifiedAt: now.Add(time.Minute)}
	b.commit(ops.PutReach{Reach: phone}, ops.PutReach{Reach: mail})
	b.same("reach", must[domain.Reach](b)(b.Reach(b.ctx, domain.Reach{Account: a.ID, Type: domain.ReachPhone, Code: phone.Code})), phone)
	_, err := b.Reach(b.ctx, domain.Reach{Account: other.ID, Type: domain.ReachPhone, Code: phone.Code})
	b.refused(err, fault.Missing, "reach.not-found")
	list, n := must2[domain.Reach](b)(b.Reaches(b.ctx, a.ID, ops.ReachFilter{}))
	b.same("newest first", list, []domain.Reach{mail, phone})
	b.same("how many", n, 2)
	if _, n, err := b.Reaches(b.ctx, a.ID, ops.ReachFilter{Type: domain.ReachEmail, Code: phone.Code}); err != nil || n != 0 {
		b.Fatal(n, err)
	}
	b.commit(ops.DropReach{Reach: phone})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.DropReach{Reach: phone}}}, fault.Missing, "reach.not-found")

	// Codes: as many an hour for an account, and for a reach by whomever.
	code := func(r domain.Reach, at time.Time) ops.InsertReachCode {
		return ops.InsertReachCode{Code: ops.ReachCode{Reach: r, MAC: []byte{1, 2}, SentAt: at, ExpiresAt: at.Add(10 * time.Minute)}, Since: at.Add(-time.Hour), Most: 3}
	}
	theirs := mail
	theirs.Account = other.ID
	b.commit(code(mail, wall.Add(-2*time.Hour)), code(mail, wall), code(theirs, wall.Add(time.Second)), code(phone, wall), code(mail, wall.Add(time.Minute)))
	for _, w := range []ops.InsertReachCode{code(mail, wall.Add(2*time.Minute)), code(theirs, wall.Add(2*time.Minute)), code(phone, wall.Add(2*time.Minute))} {
		f := b.refuse(ops.Plan{Writes: []ops.Write{w}}, fault.Limited, "reach.too-many-codes")
		if f.Facts["limit"] != "3" || f.Facts["minutes"] != "60" {
			b.Fatal(f)
		}
	}
	newest := must[ops.ReachCode](b)(b.NewestCode(b.ctx, mail))
	if !newest.SentAt.Equal(wall.Add(time.Minute)) || !newest.ExpiresAt.Equal(wall.Add(11*time.Minute)) || !bytes.Equal(newest.MAC, []byte{1, 2}) {
		b.Fatalf("%+v", newest)
	}
	var mu sync.Mutex
	counted := 0
	var wg sync.WaitGroup
	for range 9 {
		wg.Go(func() {
			ok, err := b.TryReachCode(b.ctx, newest.ID, 5)
			if err != nil {
				b.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if ok {
				counted++
			}
		})
	}
	wg.Wait()
	if counted != 5 {
		b.Fatalf("%d attempts were let through", counted)
	}
	b.commit(ops.UseReachCode{ID: newest.ID})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.UseReachCode{ID: newest.ID}}}, fault.Conflict, "state.moved")
	if n := must[int](b)(b.PruneReachCodes(b.ctx, wall.Add(-time.Hour))); n != 1 {
		b.Fatalf("%d were pruned", n)
	}
	b.commit(ops.EraseTraces{Account: a.ID, Keep: a.Email})
	_, err = b.NewestCode(b.ctx, mail)
	b.refused(err, fault.Missing, "reach.not-found")
	if _, err := b.NewestCode(b.ctx, theirs); err != nil {
		b.Fatal(err)
	}
}

// What a message says in secret is gone when it was sent, or given up.
func secrets(b *bench) {
	a := b.account()
	b.plan(ops.Plan{Messages: []domain.Message{{Account: a.ID, To: "+86.13800000000", Kind: "reach-code", Channel: domain.ChannelSMS, Sealed: []byte("sealed"), At: now},
		{Account: a.ID, To: a.Email, Kind: "welcome", At: now}}})
	list := must[[]domain.Message](b)(b.LeaseMessages(b.ctx, wall, 10))
	if len(list) != 2 || list[0].Channel != domain.ChannelSMS || string(list[0].Sealed) != "sealed" || list[1].Channel != "" || list[1].Sealed != nil {
		b.Fatalf("%+v", list)
	}
	left := func() (n int) {
		b.Helper()
		if err := b.DB().QueryRowContext(b.ctx, "select count(*) from message where sealed is not null").Scan(&n); err != nil {
			b.Fatal(err)
		}
		return n
	}
	if left() != 1 {
		b.Fatal("nothing was sealed")
	}
	if err := b.MarkMessage(b.ctx, list[0].ID, domain.DeliverySent, wall); err != nil {
		b.Fatal(err)
	}
	if n := left(); n != 0 {
		b.Fatalf("%d secrets lie about after sending", n)
	}
	b.commit(ops.EraseTraces{Account: a.ID, Keep: a.Email})
	var kept string
	if err := b.DB().QueryRowContext(b.ctx, "select recipient from message where id = $1", list[0].ID).Scan(&kept); err != nil || kept != "" {
		b.Fatalf("%q %v", kept, err)
	}
}

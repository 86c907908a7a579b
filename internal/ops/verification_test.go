package ops_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// Submitted, handed over with number and picture, told of, approved; the code is kept sealed, the owner is written to.
func TestApproval(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		v := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if got := v.DeadlineAt.In(policy.Beijing).Format(time.DateTime); got != "2026-12-02 23:59:59" {
			d.Errorf("the term of 7 working days ends at %s", got)
		}
		m := d.office.got[0]
		if p := papers.People()[0]; m.Number != p.Number || m.Name != p.Name || m.CertificateType != "SFZ" || m.Region != "CN" || len(m.Pictures) != 1 || len(m.Pictures[0].Content) < 55<<10 {
			d.Errorf("handed over: %+v with %d pictures", m.CertificateType, len(m.Pictures))
		}
		if _, err := d.ModifyTemplate(d.Context(), d.owner, id, ops.TemplateForm{}); err == nil {
			d.Error("a template in review was changed")
		}
		again, err := d.SubmitTemplate(d.Context(), d.owner, id)
		if d.ok(err); again.ID != v.ID {
			d.Error("submitted again while it is under way, it is another submission")
		}
		d.ok(d.hear(id, passedAs("", m)))
		v = d.stands(id, domain.VerificationApproved, domain.TemplateApproved)
		if got := strings.Join(kinds(v), " "); got != "submitted handed-over taken approved" {
			d.Errorf("history: %s", got)
		}
		if d.told("template-submitted") != 1 || d.told("template-approved") != 1 {
			d.Error("its owner was not written to once each")
		}
		codes, err := d.CodesFor(d.Context(), "harbour.com", id, "real-name")
		if d.ok(err); len(codes) != 1 || codes[0].Value != "1-abc" || codes[0].Encoded != "c2lnbmVk" || codes[0].Provider != "vsp1" {
			d.Errorf("codes %+v", codes)
		}
		for _, s := range v.Steps {
			for k, f := range s.Facts {
				if strings.Contains(f, m.Number) || strings.Contains(f, m.Name) {
					d.Errorf("step %s holds what is personal: %s", s.Kind, k)
				}
			}
		}
	})
}

// What our checks refuse is told by code, with a case, and nothing is submitted; mended, the case is gone.
func TestRefusedBySubmission(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.draft(func(f *ops.TemplateForm) { f.CertificateNumber = "330197199001011285" })
		_, err := d.SubmitTemplate(d.Context(), d.owner, id)
		if !fault.Is(err, "verify.number-malformed") || fault.Of(err).Facts["rule"] != "checksum" {
			d.Fatalf("%v", err)
		}
		if c := d.open(id); len(c) == 0 || c["verify.number-malformed"]["rule"] != "checksum" {
			d.Errorf("cases %v", c)
		}
		if _, err := d.VerificationOf(d.Context(), d.owner, id); !fault.Is(err, "verification.not-found") {
			d.Errorf("it was submitted all the same: %v", err)
		}
		if n := d.told("template-submitted"); n != 0 {
			d.Error("its owner was told that it was submitted")
		}
		tpl, err := d.Template(d.Context(), d.owner, id)
		d.ok(err)
		if tpl.Status != domain.TemplateNotUpload {
			d.Errorf("the template is %s", tpl.Status)
		}
		f := ops.TemplateForm{Contact: tpl.Contact, CertificateType: "SFZ", CertificateNumber: papers.People()[0].Number, Document: d.doc,
			ValidFrom: papers.People()[0].ValidFrom, ValidUntil: papers.People()[0].ValidUntil, LongTerm: papers.People()[0].ValidUntil.IsZero()}
		_, err = d.ModifyTemplate(d.Context(), d.owner, id, f)
		d.ok(err)
		_, err = d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		if c := d.open(id); len(c) != 0 {
			d.Errorf("cases are left: %v", c)
		}
	})
}

// An authority's refusal: its codes with whose document it was, cases, a letter; the next submission starts afresh.
func TestDenial(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		d.ok(d.hear(id, ops.Ruling{Kind: ops.RulingDenied, Answer: "N002 words", Verdicts: []domain.Verdict{
			{Code: "verify.person-record-mismatch", Facts: map[string]string{"field": "name"}}, {Code: "registrant.blacklisted", Facts: map[string]string{"entry": "7"}}}}))
		v := d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		c := d.open(id)
		if len(c) != 2 || c["verify.person-record-mismatch"]["role"] != "owner" || c["verify.person-record-mismatch"]["field"] != "OrganizationNameCN" || c["registrant.blacklisted"]["entry"] != "7" {
			d.Errorf("cases %v", c)
		}
		if len(v.Verdicts) != 2 || v.DecidedBy != "vsp1" || d.told("template-rejected") != 1 {
			d.Errorf("%+v", v.Verdicts)
		}
		first := d.office.got[0].OwnRef
		_, err := d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		d.work()
		d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if d.office.got[1].OwnRef == first || len(d.open(id)) != 0 {
			d.Errorf("submitted again under the same reference, or with cases %v", d.open(id))
		}
		// What the authority says of the first one now concerns nobody.
		d.ok(d.HeardVerdict(d.Context(), "vsp1", first, ops.Ruling{Kind: ops.RulingPassed, Reference: "1-" + first, Code: &domain.SignedCode{Type: "real-name", Value: "1-old"}}))
		d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		desk, err := d.db.Cases(d.Context(), ops.CaseFilter{Subject: id.Public(), Open: true})
		if d.ok(err); !slices.ContainsFunc(desk, func(c domain.Case) bool { return c.Code == "verification.contradicted" }) {
			d.Errorf("the desk is not told that the authority contradicts itself: %+v", desk)
		}
	})
}

// A lost answer is asked after under our reference, and handed over again only when the authority does not have it.
func TestLostAnswer(t *testing.T) {
	counters(t, func(d *counter) {
		d.office.submit = func(string, ops.Material) ops.Ruling { return ops.Ruling{Kind: ops.RulingUnknown} }
		id := d.submitted(nil)
		d.stands(id, domain.VerificationUnknown, domain.TemplateInAudit)
		if len(d.office.asked) != 0 {
			d.Fatal("it was asked after at once: the authority may be at work on it")
		}
		answers := []ops.Ruling{{Kind: ops.RulingUnknown}, {Kind: ops.RulingAbsent}}
		d.office.ask = func(_ string, m ops.Material) ops.Ruling {
			if m.OwnRef != d.office.got[0].OwnRef || m.Reference != "" {
				d.Errorf("asked after %+v", m)
			}
			r := answers[0]
			answers = answers[1:]
			return r
		}
		d.moved.Add(int64(4 * time.Second))
		d.work()
		d.stands(id, domain.VerificationUnknown, domain.TemplateInAudit)
		if len(d.office.got) != 1 {
			d.Fatal("it was handed over again without knowing")
		}
		d.office.submit = pending
		d.now = d.now.Add(2 * time.Minute)
		d.moved.Add(int64(4 * time.Second))
		d.work()
		d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if len(d.office.got) != 2 || d.office.got[1].OwnRef != d.office.got[0].OwnRef {
			d.Errorf("%d hand-overs", len(d.office.got))
		}
	})
}

// A node that dies while it hands over leaves the submission open: when its lease has lapsed another asks after it.
func TestNodeDies(t *testing.T) {
	for _, point := range []string{"after-begin", "after-handover", "after-verdict"} {
		t.Run(point, func(t *testing.T) {
			counters(t, func(d *counter) {
				d.Crash = func(at string) {
					if at == point {
						runtime.Goexit()
					}
				}
				d.office.submit = func(_ string, m ops.Material) ops.Ruling {
					if point == "after-handover" {
						runtime.Goexit() // as the client passes it: what was sent is unknown
					}
					return pending("", m)
				}
				id := d.draft(nil)
				_, err := d.SubmitTemplate(d.Context(), d.owner, id)
				d.ok(err)
				d.dies(func() { _, _ = d.Verify(d.Context()) })
				d.Crash = func(string) {}
				d.office.submit = pending
				handed := len(d.office.got)
				if point == "after-begin" {
					d.stands(id, domain.VerificationOpen, domain.TemplateInAudit)
					if handed != 0 {
						d.Fatal("it was handed over before that was written down")
					}
					d.work() // the lease has not lapsed
					d.stands(id, domain.VerificationOpen, domain.TemplateInAudit)
				}
				d.moved.Add(int64(time.Minute))
				d.work()
				d.moved.Add(int64(time.Minute))
				d.work()
				d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
				if len(d.office.got) != handed {
					d.Errorf("handed over %d times more without asking", len(d.office.got)-handed)
				}
			})
		})
	}
}

// dies runs f in a goroutine of its own, which a crash point ends.
func (d *counter) dies(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// Failed as often as it may be at each authority, it comes back with the attempts and the last answer; nothing is lost.
func TestExhausted(t *testing.T) {
	counters(t, func(d *counter) {
		d.office.submit = func(string, ops.Material) ops.Ruling { return ops.Ruling{Kind: ops.RulingFailed, Answer: "2400 busy"} }
		id := d.submitted(nil)
		d.stands(id, domain.VerificationQueued, domain.TemplateInAudit)
		for range 12 {
			if len(d.open(id)) > 0 {
				break
			}
			if next, err := d.db.NextDue(d.Context()); err != nil || next.IsZero() {
				break
			} else if next.After(d.now) {
				d.now = next
			}
			d.work()
		}
		v := d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		if got := strings.Join(d.office.at, " "); got != "vsp1 vsp1 vsp1 vsp1 vsp2 vsp2 vsp2 vsp2" {
			d.Errorf("tried %s", got)
		}
		if took := d.now.Sub(monday); took < time.Hour || took > 4*time.Hour {
			d.Errorf("it was tried for %s", took)
		}
		facts := d.open(id)["verify.submission-failed"]
		if facts["attempts"] != "8" || facts["answer"] != "2400 busy" {
			d.Errorf("evidence %v", facts)
		}
		if d.office.got[0].OwnRef == d.office.got[4].OwnRef || d.office.got[0].OwnRef != d.office.got[3].OwnRef {
			d.Error("our reference changes within an authority, or not between two")
		}
		if n := len(v.Steps); n < 17 {
			d.Errorf("only %d steps: %v", n, kinds(v))
		}
		d.office.submit = pending
		_, err := d.SubmitTemplate(d.Context(), d.owner, id) // with one click
		d.ok(err)
		d.work()
		d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if len(d.open(id)) != 0 {
			d.Errorf("cases are left: %v", d.open(id))
		}
	})
}

// Silence for seven working days is a time-out, and not a moment earlier; at the end it is asked once more.
func TestTimeout(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		deadline := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit).DeadlineAt
		for d.now.Before(deadline) {
			next, err := d.db.NextDue(d.Context())
			d.ok(err)
			if !next.After(d.now) {
				d.Fatalf("due at %s, it is %s", next, d.now)
			}
			d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
			d.now = next
			d.work()
		}
		d.stands(id, domain.VerificationTimedOut, domain.TemplateReject)
		if n := len(d.office.asked); n < 9 || d.now != deadline {
			d.Errorf("asked %d times; ended at %s, want %s", n, d.now, deadline)
		}
		facts := d.open(id)["verify.timeout"]
		if facts["submitted"] != monday.Format(time.RFC3339) || facts["deadline"] != "2026-12-02" || d.told("template-timed-out") != 1 {
			d.Errorf("evidence %v", facts)
		}
	})
}

// An approval that waits at the authority when the term ends counts.
func TestAskedAtTheEnd(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		d.now = d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit).DeadlineAt
		d.office.ask = passedAs
		d.work()
		d.stands(id, domain.VerificationApproved, domain.TemplateApproved)
	})
}

// Withdrawn wherever it stands; what the authority says later is kept and moves nothing, not even while it answers.
func TestWithdrawal(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		ref := d.office.got[0].OwnRef
		_, err := d.WithdrawTemplate(d.Context(), d.owner, id)
		d.ok(err)
		d.stands(id, domain.VerificationWithdrawn, domain.TemplateNotUpload)
		d.ok(d.hear(id, passedAs("", ops.Material{OwnRef: ref})))
		v := d.stands(id, domain.VerificationWithdrawn, domain.TemplateNotUpload)
		if last := v.Steps[len(v.Steps)-1]; last.Kind != "late" || last.Facts["said"] != "passed" {
			d.Errorf("history %v", kinds(v))
		}
		if codes, err := d.CodesFor(d.Context(), "a.com", id, "real-name"); err != nil || len(codes) != 0 {
			d.Errorf("codes of a withdrawn submission: %v, %v", codes, err)
		}
		if _, err := d.WithdrawTemplate(d.Context(), d.owner, id); !fault.Is(err, "verification.over") {
			d.Errorf("withdrawn twice: %v", err)
		}
		other := d.draft(nil)
		d.office.submit = func(_ string, m ops.Material) ops.Ruling {
			if _, err := d.WithdrawTemplate(d.Context(), d.owner, other); err != nil {
				d.Error(err)
			}
			return passedAs("", m)
		}
		_, err = d.SubmitTemplate(d.Context(), d.owner, other)
		d.ok(err)
		d.work()
		v = d.stands(other, domain.VerificationWithdrawn, domain.TemplateNotUpload)
		if last := v.Steps[len(v.Steps)-1]; last.Kind != "late" {
			d.Errorf("history %v", kinds(v))
		}
	})
}

package ops_test

import (
	"context"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

var (
	ming = domain.Scope{Account: 900_001, Operator: true, Actor: "ming@desk.example", Via: "console"}
	lan  = domain.Scope{Account: 900_002, Operator: true, Actor: "lan@desk.example", Via: "console"}
)

func (d *counter) review(id domain.TemplateID) ops.ReviewView {
	d.Helper()
	v, err := d.VerificationOf(d.Context(), d.owner, id)
	d.ok(err)
	r, err := d.Review(d.Context(), ming, v.ID)
	d.ok(err)
	return r
}

// Where no text can be read a person looks first; her word sends it on to the authority.
func TestUnreadGoesToTheDesk(t *testing.T) {
	counters(t, func(d *counter) {
		d.terms.Review = policy.ReviewUnsure
		id := d.submitted(nil)
		v := d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		if len(d.office.got) != 0 || len(v.NotPerformed) == 0 {
			d.Errorf("%d hand-overs, not performed: %v", len(d.office.got), v.NotPerformed)
		}
		d.now = d.now.AddDate(0, 0, 3) // Thursday
		queue, n, err := d.ReviewQueue(d.Context(), ming, ops.Page{Limit: 10})
		if d.ok(err); n != 1 || len(queue) != 1 || queue[0].Age != 3 || queue[0].Left != -1 || queue[0].AccountEmail != "buyer@example.com" {
			d.Fatalf("%d in the queue: %+v", n, queue)
		}
		r := d.review(id)
		if r.OwnerNumber != papers.People()[0].Number || r.ContactID != "" || len(r.Refusals) != 0 || len(r.Reasons) < 10 {
			d.Errorf("%+v", r)
		}
		looked := 0
		events, err := d.Log(d.Context(), d.owner, id.Public(), 0, 50)
		d.ok(err)
		for _, e := range events {
			if e.Kind == "template.looked-at" && e.Actor == ming.Actor {
				looked++
			}
		}
		if looked != 1 {
			d.Errorf("the look at it is logged %d times", looked)
		}
		for what, scope := range map[string]domain.Scope{"its owner": d.owner, "nobody": {}} {
			if _, _, err := d.ReviewQueue(d.Context(), scope, ops.Page{}); fault.Of(err) == nil || fault.Of(err).Kind != fault.Denied {
				d.Errorf("%s sees the queue: %v", what, err)
			}
			if _, err := d.Review(d.Context(), scope, v.ID); fault.Of(err) == nil || fault.Of(err).Kind != fault.Denied {
				d.Errorf("%s sees the review: %v", what, err)
			}
			if _, err := d.DecideReview(d.Context(), scope, v.ID, ops.Decision{Verdict: "approve", Version: v.Version}); fault.Of(err) == nil || fault.Of(err).Kind != fault.Denied {
				d.Errorf("%s decides: %v", what, err)
			}
		}
		if _, err := d.DecideReview(d.Context(), ming, v.ID, ops.Decision{Verdict: "approve", Version: v.Version - 1}); !fault.Is(err, "state.moved") {
			d.Errorf("a decision on what was not looked at: %v", err)
		}
		_, err = d.DecideReview(d.Context(), ming, v.ID, ops.Decision{Verdict: "approve", Version: v.Version})
		d.ok(err)
		d.work()
		after := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
		if want := d.Policy().Calendar.AddWorkingDays(d.now, 7); !after.DeadlineAt.Equal(want) {
			d.Errorf("the authority's term ends at %s, want %s: it begins with the hand-over", after.DeadlineAt, want)
		}
	})
}

// Clean pictures that were read need nobody.
func TestReadAndClean(t *testing.T) {
	counters(t, func(d *counter) {
		d.terms.Review = policy.ReviewUnsure
		reader := &scribe{available: true}
		d.Reader = reader
		v, err := d.UploadDocument(d.Context(), d.owner, "card.jpg", card())
		d.ok(err)
		id := d.submitted(func(f *ops.TemplateForm) { f.Document = v.ID })
		d.stands(id, domain.VerificationReading, domain.TemplateInAudit)
		if q, err := d.db.Quiet(d.Context(), d.now); err != nil || q.Handed != 1 {
			d.Errorf("what is being read counts as quiet: %+v, %v", q, err)
		}
		p := papers.People()[0]
		reader.text = page("姓名"+p.Name, "性别"+p.Sex+"民族"+p.Nation, "出生1990年1月1日", "住址"+p.Address(), "公民身份号码", p.Number)
		d.readAll()
		d.work()
		got, err := d.VerificationOf(d.Context(), d.owner, id)
		d.ok(err)
		if got.State != domain.VerificationWaiting {
			d.Errorf("it is %s: findings %+v, not performed %v", got.State, got.Findings, got.NotPerformed)
		}
	})
}

// A Chinese name that the reader is not sure of is for the authority's register.
func TestUnsureName(t *testing.T) {
	counters(t, func(d *counter) {
		d.terms.Review = policy.ReviewUnsure
		p := papers.People()[0]
		d.Reader = &scribe{available: true, text: page("性别"+p.Sex+"民族"+p.Nation, "出生1990年1月1日", "住址"+p.Address(), "公民身份号码", p.Number)}
		v, err := d.UploadDocument(d.Context(), d.owner, "card.jpg", card())
		d.ok(err)
		id := d.submitted(func(f *ops.TemplateForm) { f.Document = v.ID })
		d.readAll()
		d.work()
		if got := d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit); got.NotPerformed["owner text-name"] == "" {
			d.Errorf("the reader is sure of the name: %v", got.NotPerformed)
		}
	})
}

// What our checks refuse when the picture has been read ends the submission, though it passed when it was handed in.
func TestReadAndRefused(t *testing.T) {
	counters(t, func(d *counter) {
		d.terms.Review = policy.ReviewUnsure
		reader := &scribe{available: true, text: page("公民身份号码")}
		d.Reader = reader
		v, err := d.UploadDocument(d.Context(), d.owner, "card.jpg", card())
		d.ok(err)
		id := d.submitted(func(f *ops.TemplateForm) { f.Document, f.LongTerm, f.ValidUntil = v.ID, false, d.now })
		d.now = d.now.AddDate(0, 0, 2)
		d.readAll()
		d.work()
		got := d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		c := d.open(id)
		if _, ok := c["document.expired"]; !ok || len(d.office.got) != 0 || d.told("template-rejected") != 1 || got.DecidedBy != "checks" || got.Verdicts[0].Code != "document.expired" {
			d.Errorf("cases %v, %d hand-overs, verdicts %+v", c, len(d.office.got), got.Verdicts)
		}
	})
}

// Pictures that nothing reads in half an hour go to a person.
func TestNeverRead(t *testing.T) {
	counters(t, func(d *counter) {
		d.Reader = &scribe{available: true}
		v, err := d.UploadDocument(d.Context(), d.owner, "card.jpg", card())
		d.ok(err)
		id := d.submitted(func(f *ops.TemplateForm) { f.Document = v.ID })
		d.stands(id, domain.VerificationReading, domain.TemplateInAudit)
		next, err := d.db.NextDue(d.Context())
		if d.ok(err); next.Sub(d.now) != 30*time.Minute {
			d.Fatalf("due in %s", next.Sub(d.now))
		}
		d.now = next
		d.work()
		d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
	})
}

// scribe reads what a test says.
type scribe struct {
	available bool
	text      *realname.Text
}

func (s *scribe) Available() bool { return s.available }
func (s *scribe) Read(context.Context, image.Image) (*realname.Text, error) {
	return s.text, nil
}

func (d *counter) readAll() {
	d.Helper()
	for range 5 {
		if n, err := d.ReadDocuments(d.Context()); err != nil || n == 0 {
			d.ok(err)
			return
		}
	}
}

// page is lines of text as a reader that is sure gives them.
func page(lines ...string) *realname.Text {
	t := &realname.Text{Engine: "test"}
	for i, l := range lines {
		w := realname.Word{Text: l, Confidence: 0.97, Region: realname.Region{X: 100, Y: 100 + 80*i, W: 30 * len([]rune(l)), H: 40}}
		for j, r := range []rune(l) {
			w.Chars = append(w.Chars, realname.Char{Text: string(r), Confidence: 0.97, Region: realname.Region{X: 100 + 30*j, Y: 100 + 80*i, W: 28, H: 40}})
		}
		t.Lines = append(t.Lines, realname.Line{Words: []realname.Word{w}})
	}
	return t
}

// What our checks refuse can be laid before people; it takes two of them to let it pass.
func TestAppealTakesTwo(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.draft(func(f *ops.TemplateForm) {
			f.Contact.OrganizationCN, f.Contact.NameCN = "苏 禾 （副本）", "苏 禾 （副本）"
		})
		if _, err := d.SubmitTemplate(d.Context(), d.owner, id); fault.Of(err) == nil || !strings.HasPrefix(string(fault.Of(err).Code), "verify.") {
			d.Fatalf("not refused: %v", err)
		}
		_, err := d.AppealTemplate(d.Context(), d.owner, id)
		d.ok(err)
		r := d.review(id)
		d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		if len(r.Refusals) == 0 {
			d.Fatalf("a person sees no refusal: %+v", r.Findings)
		}
		decide := func(who domain.Scope) error {
			v, err := d.VerificationOf(d.Context(), d.owner, id)
			d.ok(err)
			_, err = d.DecideReview(d.Context(), who, v.ID, ops.Decision{Verdict: "approve", Note: "the document says so", Version: v.Version})
			return err
		}
		d.ok(decide(ming))
		d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		if got := d.review(id).Pending; got != ming.Actor {
			d.Errorf("the first word is %q's", got)
		}
		if err := decide(ming); !fault.Is(err, "review.second-needed") {
			d.Errorf("one person decided twice: %v", err)
		}
		d.ok(decide(lan))
		d.work()
		d.stands(id, domain.VerificationWaiting, domain.TemplateInAudit)
	})
}

// A person refuses with codes, each with evidence; or asks for more, with words.
func TestDeskRefuses(t *testing.T) {
	counters(t, func(d *counter) {
		d.terms.Review = policy.ReviewAlways
		id := d.submitted(nil)
		v := d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		for name, bad := range map[string]ops.Decision{"no codes": {Verdict: "reject"}, "a code that is none of the desk's": {Verdict: "reject", Codes: []string{"verify.timeout"}},
			"more of what": {Verdict: "more", Note: " "}, "no verdict": {Verdict: "perhaps"}} {
			bad.Version = v.Version
			if _, err := d.DecideReview(d.Context(), ming, v.ID, bad); fault.Of(err) == nil || fault.Of(err).Kind != fault.Invalid {
				d.Errorf("%s: %v", name, err)
			}
		}
		_, err := d.DecideReview(d.Context(), ming, v.ID, ops.Decision{Verdict: "reject", Codes: []string{"document.covered", "document.expired"}, Note: "a thumb", Version: v.Version})
		d.ok(err)
		v = d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		c := d.open(id)
		if len(c) != 2 || c["document.covered"]["region"] == "" || c["document.covered"]["note"] != "a thumb" || v.DecidedBy != ming.Actor {
			d.Errorf("cases %v", c)
		}
		_, err = d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		v = d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		_, err = d.DecideReview(d.Context(), ming, v.ID, ops.Decision{Verdict: "more", Note: "请补上户籍证明", Version: v.Version})
		d.ok(err)
		d.stands(id, domain.VerificationRejected, domain.TemplateReject)
		if c := d.open(id); c["verify.material-unqualified"]["answer"] != "请补上户籍证明" {
			d.Errorf("cases %v", c)
		}
	})
}

// Without an authority the desk's word is the last.
func TestDeskAlone(t *testing.T) {
	counters(t, func(d *counter) {
		d.office.ids = nil
		id := d.draft(nil)
		_, err := d.SubmitTemplate(d.Context(), d.owner, id)
		d.ok(err)
		v := d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		_, err = d.DecideReview(d.Context(), ming, v.ID, ops.Decision{Verdict: "approve", Version: v.Version})
		d.ok(err)
		d.stands(id, domain.VerificationApproved, domain.TemplateApproved)
		if codes, err := d.CodesFor(d.Context(), "a.com", id, "real-name", "domain"); err != nil || len(codes) != 0 {
			d.Errorf("codes that nobody gave: %v, %v", codes, err)
		}
	})
}

// An authority that says one thing here and another there is not followed: a person decides.
func TestContradictionGoesToTheDesk(t *testing.T) {
	counters(t, func(d *counter) {
		id := d.submitted(nil)
		d.ok(d.hear(id, ops.Ruling{Kind: ops.RulingUnclear, Answer: "passed by poll, denied on record"}))
		d.stands(id, domain.VerificationDesk, domain.TemplateInAudit)
		cases, err := d.db.Cases(d.Context(), ops.CaseFilter{Subject: id.Public(), Open: true})
		if d.ok(err); !slices.ContainsFunc(cases, func(c domain.Case) bool { return c.Code == "verification.contradicted" && c.Account == 0 }) {
			d.Errorf("%+v", cases)
		}
	})
}

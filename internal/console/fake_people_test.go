package console

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// people is what the fake knows of registrants.
type people struct {
	seen      ops.CheckView
	view      *ops.VerificationView
	docs      []domain.Document
	reaches   []domain.Reach
	queue     []ops.ReviewItem
	review    ops.ReviewView
	registers []domain.RegisterList
	checked   ops.TemplateForm
	saved     []ops.TemplateForm
	uploaded  [][]byte
	decided   []ops.Decision
	loaded    domain.RegisterList
	did       []string
}

func (f *fake) Template(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	if err := f.call("Template", s); err != nil {
		return domain.Template{}, err
	}
	for _, t := range f.templates {
		if t.ID == id {
			return t, nil
		}
	}
	return domain.Template{}, fault.New(fault.Missing, "template.not-found", "template", id.Public())
}

func (f *fake) Templates(_ context.Context, s domain.Scope, _ ops.TemplateFilter) ([]domain.Template, int, error) {
	return f.templates, len(f.templates), f.call("Templates", s)
}

func (f *fake) SaveTemplate(_ context.Context, s domain.Scope, in ops.TemplateForm) (domain.Template, error) {
	f.people.saved = append(f.people.saved, in)
	return domain.Template{ID: 9, Account: s.Account, Status: domain.TemplateNotUpload, Contact: in.Contact}, f.call("SaveTemplate", s)
}

func (f *fake) ModifyTemplate(ctx context.Context, s domain.Scope, id domain.TemplateID, in ops.TemplateForm) (domain.Template, error) {
	f.people.saved = append(f.people.saved, in)
	if err := f.call("ModifyTemplate", s); err != nil {
		return domain.Template{}, err
	}
	t, err := f.Template(ctx, s, id)
	t.Contact = in.Contact
	return t, err
}

func (f *fake) CheckTemplate(_ context.Context, s domain.Scope, _ domain.TemplateID, in ops.TemplateForm) (ops.CheckView, error) {
	f.people.checked = in
	return f.people.seen, f.call("CheckTemplate", s)
}

func (f *fake) act(s domain.Scope, what string, id domain.TemplateID) error {
	f.people.did = append(f.people.did, what+" "+id.Public())
	return f.call(what, s)
}

func (f *fake) CopyTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	return domain.Template{ID: 9}, f.act(s, "CopyTemplate", id)
}
func (f *fake) ConvertTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	return domain.Template{ID: 9}, f.act(s, "ConvertTemplate", id)
}
func (f *fake) SetDefault(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	return domain.Template{ID: id}, f.act(s, "SetDefault", id)
}
func (f *fake) DeleteTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) error {
	return f.act(s, "DeleteTemplate", id)
}
func (f *fake) SubmitTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (ops.VerificationView, error) {
	return ops.VerificationView{}, f.act(s, "SubmitTemplate", id)
}
func (f *fake) AppealTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (ops.VerificationView, error) {
	return ops.VerificationView{}, f.act(s, "AppealTemplate", id)
}
func (f *fake) WithdrawTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (ops.VerificationView, error) {
	return ops.VerificationView{}, f.act(s, "WithdrawTemplate", id)
}
func (f *fake) ResubmitLater(_ context.Context, s domain.Scope, id domain.TemplateID, yes bool) (ops.VerificationView, error) {
	return ops.VerificationView{}, f.act(s, fmt.Sprintf("ResubmitLater %v", yes), id)
}
func (f *fake) VerificationOf(_ context.Context, s domain.Scope, _ domain.TemplateID) (ops.VerificationView, error) {
	if f.people.view == nil {
		return ops.VerificationView{}, fault.New(fault.Missing, "verification.not-found")
	}
	return *f.people.view, f.call("VerificationOf", s)
}

func (f *fake) UploadDocument(_ context.Context, s domain.Scope, name string, body []byte) (ops.DocumentView, error) {
	if err := f.call("UploadDocument", s); err != nil {
		return ops.DocumentView{}, err
	}
	f.people.uploaded = append(f.people.uploaded, body)
	d := document(domain.DocumentID(len(f.people.docs)+1), name)
	f.people.docs = append(f.people.docs, d)
	return ops.DocumentView{Document: d}, nil
}
func (f *fake) ConvertDocument(_ context.Context, s domain.Scope, name string, _ []byte) ([]byte, string, error) {
	return noisy(), strings.TrimSuffix(name, ".png") + ".jpg", f.call("ConvertDocument", s)
}
func (f *fake) Document(_ context.Context, s domain.Scope, id domain.DocumentID) (ops.DocumentView, error) {
	if err := f.call("Document", s); err != nil {
		return ops.DocumentView{}, err
	}
	for _, d := range f.people.docs {
		if d.ID == id {
			return ops.DocumentView{Document: d, Measures: f.people.seen.Measures}, nil
		}
	}
	return ops.DocumentView{}, fault.New(fault.Missing, "document.not-found", "document", id.Public())
}
func (f *fake) Documents(_ context.Context, s domain.Scope) ([]domain.Document, error) {
	return f.people.docs, f.call("Documents", s)
}
func (f *fake) DocumentLink(domain.Scope, domain.DocumentID) string { return "expires=1&sig=good" }
func (f *fake) LinkedPicture(_ context.Context, s domain.Scope, id domain.DocumentID, _, sig, purpose string) (ops.Picture, error) {
	if sig != "good" {
		return ops.Picture{}, fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	f.people.did = append(f.people.did, "look "+purpose)
	return ops.Picture{Format: "jpeg", Content: noisy()}, f.call("LinkedPicture", s)
}

func (f *fake) ExportData(_ context.Context, s domain.Scope, w io.Writer, _ int64) error {
	if err := f.call("ExportData", s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "PK\x03\x04")
	return err
}
func (f *fake) EraseData(_ context.Context, s domain.Scope) (ops.Erasure, error) {
	f.people.did = append(f.people.did, "erase")
	return ops.Erasure{Templates: 2, Documents: 3, Reaches: 1, Kept: []ops.Kept{{What: domain.TemplateID(1).Public(), Reason: "template.in-use", Names: 2}}}, f.call("EraseData", s)
}

func (f *fake) SendPhoneEmailCode(_ context.Context, s domain.Scope, kind domain.ReachType, typed string) error {
	f.people.did = append(f.people.did, fmt.Sprintf("send %d %s", kind, typed))
	return f.call("SendPhoneEmailCode", s)
}
func (f *fake) CreatePhoneEmail(_ context.Context, s domain.Scope, kind domain.ReachType, typed, code string) (domain.Reach, error) {
	if code != "123456" {
		return domain.Reach{}, fault.New(fault.Invalid, "reach.code-wrong", "left", "4")
	}
	r := domain.Reach{Account: s.Account, Type: kind, Code: typed, VerifiedAt: today}
	f.people.reaches = append(f.people.reaches, r)
	return r, f.call("CreatePhoneEmail", s)
}
func (f *fake) DeletePhoneEmail(_ context.Context, s domain.Scope, _ domain.ReachType, typed string) error {
	f.people.did = append(f.people.did, "forget "+typed)
	return f.call("DeletePhoneEmail", s)
}
func (f *fake) PhoneEmails(_ context.Context, s domain.Scope, _ ops.ReachFilter) ([]domain.Reach, int, error) {
	return f.people.reaches, len(f.people.reaches), f.call("PhoneEmails", s)
}

func (f *fake) ReviewQueue(_ context.Context, s domain.Scope, _ ops.Page) ([]ops.ReviewItem, int, error) {
	if !s.Operator {
		return nil, 0, fault.New(fault.Denied, "account.denied")
	}
	return f.people.queue, len(f.people.queue), f.call("ReviewQueue", s)
}
func (f *fake) Review(_ context.Context, s domain.Scope, id domain.VerificationID) (ops.ReviewView, error) {
	if f.people.review.ID != id {
		return ops.ReviewView{}, fault.New(fault.Missing, "verification.not-found")
	}
	return f.people.review, f.call("Review", s)
}
func (f *fake) DecideReview(_ context.Context, s domain.Scope, _ domain.VerificationID, d ops.Decision) (ops.VerificationView, error) {
	f.people.decided = append(f.people.decided, d)
	return ops.VerificationView{}, f.call("DecideReview", s)
}
func (f *fake) Registers(_ context.Context, s domain.Scope) ([]domain.RegisterList, error) {
	return f.people.registers, f.call("Registers", s)
}
func (f *fake) LoadRegister(_ context.Context, s domain.Scope, l domain.RegisterList) (domain.RegisterList, error) {
	f.people.loaded = l
	l.Size = len(l.Entries)
	return l, f.call("LoadRegister", s)
}
func (f *fake) DropRegister(_ context.Context, s domain.Scope, name string) error {
	f.people.did = append(f.people.did, "drop "+name)
	return f.call("DropRegister", s)
}

func document(id domain.DocumentID, name string) domain.Document {
	return domain.Document{ID: id, Account: 1, FileName: name, Format: "jpeg", Bytes: 1_890_000, Width: 1640, Height: 1100, Reading: domain.ReadingDone, CreatedAt: today}
}

// noisy is a picture that has the bytes that a document needs.
func noisy() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 640, 440))
	x := uint32(7)
	for i := 0; i < 640*440; i++ {
		x = x*1664525 + 1013904223
		img.SetRGBA(i%640, i/640, color.RGBA{uint8(200 + x>>29), uint8(190 + x>>28&15), uint8(180 + x>>27&31), 255})
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, img, &jpeg.Options{Quality: 98})
	return b.Bytes()
}

// withPicture gives the first template a licence whose number was typed with a look-alike.
func withPicture(f *fake) {
	f.people.docs = []domain.Document{document(1, "yingyezhizhao-2026.jpg"), document(2, "shenfenzheng.jpg")}
	for i := range f.templates {
		f.templates[i].Document = 1
		if f.templates[i].Contact.Kind == domain.Organisation {
			f.templates[i].ContactDocument, f.templates[i].ContactType, f.templates[i].MaskedContact = 2, "SFZ", "330***********2418"
		}
	}
	f.people.reaches = []domain.Reach{{Account: 1, Type: domain.ReachPhone, Code: "+86.13800002071", VerifiedAt: today.AddDate(0, -1, 0)}}
}

// withFindings is a form that needs mending.
func withFindings(f *fake) {
	withPicture(f)
	f.people.seen = ops.CheckView{
		Findings: []realname.Finding{
			{Check: "number-form", Code: "verify.number-confusable", Severity: realname.Refuse, Role: realname.Owner, Field: "CertificateCode", Position: 13,
				Facts: map[string]string{"position": "13", "typed": "O", "meant": "0"}, Region: &realname.Region{X: 150, Y: 240, W: 520, H: 60}, Fix: "91330106MA2K0J7B55"},
			{Check: "latin-name", Code: "verify.owner-name-transliteration", Severity: realname.Warn, Role: realname.Owner, Field: "OrganizationName",
				Facts: map[string]string{"typed": "Hangzhou Yunhe Tea", "proposed": "Hangzhou Yunhe Chaye Youxian Gongsi"}},
		},
		Measures: []realname.Measure{{Check: "sharpness", Role: realname.Owner, Name: "sharpness", Value: 412, Limit: 120, Passed: true},
			{Check: "frame", Role: realname.Owner, Name: "frame", Value: 0.83, Limit: 0.3, Passed: true, Region: &realname.Region{X: 60, Y: 50, W: 1500, H: 1000}}},
	}
}

func withReading(f *fake) {
	withPicture(f)
	f.people.docs[0].Reading = domain.ReadingWaiting
	f.people.seen.Reading = true
}

// withVerification has submitted the templates; verdicts are codes with facts in turns.
func withVerification(state domain.VerificationState, verdicts ...domain.Verdict) func(*fake) {
	return func(f *fake) {
		v := ops.VerificationView{Verification: domain.Verification{ID: 7, Account: 1, Template: 1, Version: 3, State: state, Provider: "cnverify",
			SubmittedAt: today.AddDate(0, 0, -3), DeadlineAt: today.AddDate(0, 0, 6), Verdicts: verdicts}}
		add := func(kind string, after time.Duration, facts map[string]string) {
			v.Steps = append(v.Steps, domain.VerificationStep{Verification: 7, At: today.AddDate(0, 0, -3).Add(after), Kind: kind, Actor: "system", Facts: facts})
		}
		add("submitted", 0, nil)
		add("read", time.Minute, nil)
		add("handed-over", 2*time.Minute, map[string]string{"provider": "cnverify"})
		add("failed", 3*time.Minute, map[string]string{"answer": "2400 Command failed"})
		add("taken", 20*time.Minute, map[string]string{"provider": "cnverify"})
		switch state {
		case domain.VerificationRejected:
			add("rejected", 40*time.Minute, map[string]string{"answer": "N003 household moving", "note": "请补一张户籍证明。"})
		case domain.VerificationApproved:
			add("approved", 40*time.Minute, nil)
		case domain.VerificationTimedOut:
			add("timed-out", 40*time.Minute, nil)
		}
		for d := today.AddDate(0, 0, -2); !d.After(v.DeadlineAt); d = d.AddDate(0, 0, 1) {
			v.Days = append(v.Days, policy.Day{Date: d.In(beijing).Format(time.DateOnly), Worked: d.Weekday() != time.Saturday && d.Weekday() != time.Sunday})
		}
		f.people.view = &v
		for i := range f.templates {
			f.templates[i].Verification = 7
		}
	}
}

func withReviews(f *fake) {
	withTemplates(domain.TemplateInAudit, domain.TemplateInAudit, domain.TemplateInAudit)(f)
	withFindings(f)
	withVerification(domain.VerificationDesk)(f)
	for i, t := range f.templates {
		v := *f.people.view
		v.ID, v.Template = domain.VerificationID(7+i), t.ID
		v.SubmittedAt = today.Add(-time.Duration(1+i*30) * time.Hour)
		it := ops.ReviewItem{Template: t, AccountEmail: "lin@yunhe-tea.com", Age: i, Left: 2 - 2*i}
		it.Verification = v.Verification
		switch i {
		case 0:
			it.Codes = []string{"verify.number-confusable", "verify.owner-name-transliteration"}
		case 1:
			it.Codes = []string{"verify.owner-name-transliteration"}
		}
		f.people.queue = append(f.people.queue, it)
	}
	view := *f.people.view
	view.Findings = f.people.seen.Findings
	view.Verification.NotPerformed = map[string]string{"owner text-number": "no text", "contact text-name": "no text"}
	f.people.review = ops.ReviewView{VerificationView: view, Template: f.templates[0], AccountEmail: "lin@yunhe-tea.com", OwnerNumber: "91330106MA2KOJ7B55", ContactID: "330197199001012418",
		Age: 1, Left: 2, Refusals: view.Findings[:1],
		Reasons: []string{"document.unclear", "document.incomplete", "document.watermark", "document.expired", "verify.number-photo-mismatch", "verify.type-mismatch",
			"verify.owner-name-mismatch", "verify.number-confusable", "verify.material-unqualified", "document.covered", "registrant.identity-unclear"}}
}

// withDue has names wait for the proof of their registrant.
func withDue(f *fake) {
	for i := range f.names {
		f.names[i].VerifyBy, f.names[i].ContactBy, f.names[i].LockUntil = today.AddDate(0, 0, 5), today.AddDate(0, 0, 15), today.AddDate(0, 0, 60)
	}
}

func withLooks(f *fake) {
	for i, who := range []string{"lin@yunhe-tea.com", "zhou@registrar.example", "system"} {
		f.events = append(f.events, domain.Event{ID: domain.EventID(20 - i), Account: 1, Subject: domain.DocumentID(1).Public(), Kind: "document.viewed", Actor: who, IP: "203.0.113.24",
			Via: "console", Result: "ok", At: today.Add(-time.Duration(i) * time.Hour), Facts: map[string]string{"purpose": []string{"owner", "review", "authority"}[i], "operator": []string{"", "yes", ""}[i]}})
	}
}

func withRegisters(f *fake) {
	f.people.registers = []domain.RegisterList{{Name: "ministry-2026", Code: "registrant.blacklisted", Source: "Ministry of Industry", Dated: "2026-10-01", Size: 312, LoadedAt: today, LoadedBy: "zhou@registrar.example"},
		{Name: "policy-words", Code: "registrant.policy-word", Source: "CNNIC", Dated: "2026-09-01", Size: 48, LoadedAt: today, LoadedBy: "zhou@registrar.example"}}
}

// peopleShots are the pages about registrants, in every state.
func peopleShots() []shot {
	const o, d = domain.Owner, domain.Operator
	all := withTemplates(domain.TemplateApproved, domain.TemplateInAudit, domain.TemplateReject, domain.TemplateNotUpload, domain.TemplateNotVerified)
	at := func(i int) string { return "/templates/" + domain.TemplateID(i).Public() }
	edit := func(i int) string { return at(i) + "/edit" }
	moving := domain.Verdict{Code: "verify.household-moving", Facts: map[string]string{"role": "owner", "answer": "N003"}}
	old := func(f *fake) { f.templates[0].OldForm, f.templates[0].Status = true, domain.TemplateNotUpload }
	form := func(more ...string) map[string][]string {
		v := map[string][]string{"RegistrantType": {"E"}, "OrganizationNameCN": {"杭州云河茶业有限公司"}, "OrganizationName": {"Hangzhou Yunhe Tea"}, "CertificateType": {"YYZZ"},
			"CertificateCode": {"91330106MA2KOJ7B55"}, "Country": {"CN"}, "document_id": {domain.DocumentID(1).Public()}, "do": {"check"}}
		for i := 0; i+1 < len(more); i += 2 {
			v[more[i]] = []string{more[i+1]}
		}
		return v
	}
	refused := func(code fault.Code, kv ...string) func(*fake) {
		return func(f *fake) { f.fail["SaveTemplate"] = fault.New(fault.Invalid, code, kv...) }
	}
	return []shot{
		{"templates", o, "/templates", nil, 200, all},
		{"templates-old", o, "/templates", nil, 200, both(all, old)},
		{"templates-empty", o, "/templates", nil, 200, nil},
		{"template-new", o, "/templates/new", nil, 200, nil},
		{"template-new-org", o, "/templates/new?kind=E&next=/checkout", nil, 200, withPicture},
		{"template-edit", o, edit(4), nil, 200, both(all, withPicture)},
		{"template-edit-findings", o, edit(3), nil, 200, both(all, withFindings, withVerification(domain.VerificationRejected, moving))},
		{"template-edit-reading", o, edit(4) + "?saved=1", nil, 200, both(all, withReading)},
		{"template-checked", o, "/templates/new", form(), 200, withFindings},
		{"template-fixed", o, "/templates/new", form("do", "fix-CertificateCode"), 200, withFindings},
		{"template-refused", o, "/templates/new", form("do", "submit"), 422, both(withPicture, refused("template.field-malformed", "field", "Telephone", "rule", "telephone"))},
		{"template-too-many", o, "/templates/new", form("do", "save"), 429, func(f *fake) {
			f.fail["SaveTemplate"] = fault.New(fault.Limited, "template.too-many", "limit", "200")
		}},
		{"template", o, at(1), nil, 200, both(all, withPicture, withNames, withVerification(domain.VerificationApproved))},
		{"template-review", o, at(2), nil, 200, both(all, withPicture, withVerification(domain.VerificationWaiting))},
		{"template-at-desk", o, at(2), nil, 200, both(all, withPicture, withVerification(domain.VerificationDesk))},
		{"template-being-read", o, at(2), nil, 200, both(all, withPicture, withVerification(domain.VerificationReading))},
		{"template-lost", o, at(2), nil, 200, both(all, withPicture, withVerification(domain.VerificationUnknown))},
		{"template-rejected", o, at(3), nil, 200, both(all, withPicture, withNames, withVerification(domain.VerificationRejected, moving))},
		{"template-timed-out", o, at(3), nil, 200, both(all, withPicture, withVerification(domain.VerificationTimedOut,
			domain.Verdict{Code: "verify.timeout", Facts: map[string]string{"submitted": today.Format(time.RFC3339), "deadline": "2026-12-02"}}))},
		{"template-too-new", o, at(3), nil, 200, both(all, withPicture, withVerification(domain.VerificationRejected,
			domain.Verdict{Code: "verify.document-too-new", Facts: map[string]string{"issued": "2026-11-18", "until": "2026-12-02"}}))},
		{"template-not-sent", o, at(4), nil, 200, all},
		{"template-not-verified", o, at(5), nil, 200, all},
		{"template-old", o, at(1), nil, 200, both(all, old)},
		{"template-in-use", o, at(1) + "/delete", map[string][]string{"confirm": {"yes"}}, 409, both(all, func(f *fake) {
			f.fail["DeleteTemplate"] = fault.New(fault.Conflict, "template.in-use", "acts", "0", "names", "3")
		})},
		{"document", o, "/documents/" + domain.DocumentID(1).Public(), nil, 200, withPicture},
		{"document-missing", o, "/documents/" + domain.DocumentID(5).Public(), nil, 404, withPicture},
		{"reach", o, "/account/reach", nil, 200, withPicture},
		{"reach-empty", o, "/account/reach", nil, 200, nil},
		{"reach-sent", o, "/account/reach?code=lin@yunhe-tea.com&sent=1", nil, 200, withPicture},
		{"reach-wrong", o, "/account/reach/verify", map[string][]string{"code": {"lin@yunhe-tea.com"}, "verify_code": {"000000"}}, 422, withPicture},
		{"reach-malformed", o, "/account/reach/send", map[string][]string{"code": {"12"}}, 422, func(f *fake) {
			f.fail["SendPhoneEmailCode"] = fault.New(fault.Invalid, "template.field-malformed", "field", "Telephone", "rule", "telephone")
		}},
		{"privacy", o, "/account/privacy", nil, 200, both(withPicture, withLooks)},
		{"privacy-erased", o, "/account/privacy/erase", map[string][]string{"confirm": {"Lin@yunhe-tea.com"}}, 200, withPicture},
		{"privacy-unsure", o, "/account/privacy/erase", map[string][]string{"confirm": {"yes"}}, 422, withPicture},
		{"privacy-none", o, "/account/privacy", nil, 200, nil},
		{"domain-due", o, "/domains/yunhe-tea.com", nil, 200, both(withNames, withTemplates(domain.TemplateNotUpload), withDue)},
		{"domain-due-review", o, "/domains/yunhe-tea.com", nil, 200, both(withNames, withTemplates(domain.TemplateInAudit), withDue)},
		{"domain-held-unverified", o, "/domains/chaxiang.cn", nil, 200, both(withNames, withTemplates(domain.TemplateNotUpload), withCases)},
		{"rebind", o, "/domains/registrant?name=yunhe-tea.com&name=xn--9kq974e8np.xn--fiqs8s", nil, 200, both(withNames, all)},
		{"rebind-none", o, "/domains/registrant?name=yunhe-tea.com", nil, 200, both(withNames, all)},
		{"rebind-refused", o, "/domains/registrant", map[string][]string{"name": {"yunhe-tea.com", "yuncha.com"}, "template": {domain.TemplateID(1).Public()}}, 409, both(withNames, all, func(f *fake) {
			f.fail["ChangeRegistrant"] = fault.New(fault.Conflict, "domain.update-prohibited", "name", "yuncha.com", "statuses", "clientUpdateProhibited")
		})},
		{"desk-reviews", d, "/desk/reviews?done=reject&who=tmpl-0q3k8z1a", nil, 200, withReviews},
		{"desk-reviews-empty", d, "/desk/reviews", nil, 200, nil},
		{"desk-review", d, "/desk/reviews/7", nil, 200, withReviews},
		{"desk-review-number", d, "/desk/reviews/7?number=show", nil, 200, withReviews},
		{"desk-review-second", d, "/desk/reviews/7", nil, 200, both(withReviews, func(f *fake) { f.people.review.Pending = "zhou2@registrar.example" })},
		{"desk-review-mine", d, "/desk/reviews/7", nil, 200, both(withReviews, func(f *fake) { f.people.review.Pending = "zhou@registrar.example" })},
		{"desk-review-moved", d, "/desk/reviews/7", map[string][]string{"version": {"2"}, "decision": {"approve"}}, 409, both(withReviews, func(f *fake) {
			f.fail["DecideReview"] = fault.New(fault.Conflict, "state.moved", "row", "verification")
		})},
		{"desk-review-missing", d, "/desk/reviews/99", nil, 404, withReviews},
		{"desk-registers", d, "/desk/registers?list=policy-words&entries=48", nil, 200, withRegisters},
		{"desk-registers-unsure", d, "/desk/registers/drop", map[string][]string{"list": {"policy-words"}, "confirm": {"policy words"}}, 422, withRegisters},
		{"desk-registers-dropped", d, "/desk/registers?dropped=policy-words", nil, 200, withRegisters},
		{"desk-registers-empty", d, "/desk/registers", nil, 200, nil},
	}
}

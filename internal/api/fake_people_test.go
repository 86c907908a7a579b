package api

import (
	"context"
	"io"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
)

func (f *fake) ReplaceTemplate(_ context.Context, s domain.Scope, id domain.TemplateID, in ops.TemplateForm) (domain.Template, error) {
	f.form = in
	_, err := f.act(s, "replace", id)
	return f.templates[id], err
}

func (f *fake) DeleteTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) error {
	_, err := f.act(s, "delete-template", id)
	return err
}

func (f *fake) RetireTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) error {
	if !s.Operator {
		return fault.New(fault.Missing, "template.not-found", "template", id.Public())
	}
	_, err := f.act(s, "retire", id)
	return err
}

func (f *fake) CheckTemplate(_ context.Context, s domain.Scope, id domain.TemplateID, in ops.TemplateForm) (ops.CheckView, error) {
	f.form = in
	_, err := f.act(s, "check", id)
	return ops.CheckView{Reading: true, Findings: []realname.Finding{{Check: "number-form", Code: "verify.number-confusable", Severity: realname.Refuse, Role: realname.Owner,
		Field: "CertificateCode", Position: 3, Facts: map[string]string{"position": "3", "typed": "O", "meant": "0"}, Fix: "110FIXED", Region: &realname.Region{X: 1, Y: 2, W: 3, H: 4}}},
		Measures:     []realname.Measure{{Check: "sharpness", Name: "sharpness", Value: 2.5, Limit: 1, Passed: true}},
		NotPerformed: []ops.NotPerformed{{Role: realname.Owner, Check: "text-number", Reason: "no text"}, {Role: realname.Contact, Check: "text-number", Reason: "no picture"}}}, err
}

func (f *fake) SaveTemplate(_ context.Context, s domain.Scope, in ops.TemplateForm) (domain.Template, error) {
	f.form = in
	_, err := f.act(s, "save")
	return domain.Template{ID: 6, Account: s.Account, Status: domain.TemplateNotUpload, Contact: in.Contact, CreatedAt: business, UpdatedAt: business}, err
}

func (f *fake) ModifyTemplate(ctx context.Context, s domain.Scope, id domain.TemplateID, in ops.TemplateForm) (domain.Template, error) {
	f.form = in
	_, err := f.act(s, "modify", id)
	return f.templates[id], err
}

func (f *fake) CopyTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	_, err := f.act(s, "copy", id)
	return f.templates[id], err
}

func (f *fake) ConvertTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	_, err := f.act(s, "convert", id)
	return f.templates[id], err
}

func (f *fake) SetDefault(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	_, err := f.act(s, "default", id)
	return f.templates[id], err
}

func (f *fake) SubmitTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (ops.VerificationView, error) {
	_, err := f.act(s, "submit", id)
	return f.verification(), err
}

func (f *fake) WithdrawTemplate(_ context.Context, s domain.Scope, id domain.TemplateID) (ops.VerificationView, error) {
	_, err := f.act(s, "withdraw", id)
	return f.verification(), err
}

func (f *fake) VerificationOf(_ context.Context, s domain.Scope, id domain.TemplateID) (ops.VerificationView, error) {
	_, err := f.act(s, "verification", id)
	return f.verification(), err
}

func (f *fake) verification() ops.VerificationView {
	return ops.VerificationView{Verification: domain.Verification{State: domain.VerificationRejected, Provider: "authority", SubmittedAt: business, DeadlineAt: business, DecidedAt: business,
		Verdicts: []domain.Verdict{{Code: "verify.household-moving", Facts: map[string]string{"role": "owner"}}}},
		Findings: []realname.Finding{{Code: "document.near-expiry", Severity: realname.Warn, Fix: "110FIXED"}},
		Steps:    []domain.VerificationStep{{At: business, Kind: "submitted", Actor: "somebody"}}}
}

func (f *fake) UploadDocument(_ context.Context, s domain.Scope, name string, content []byte) (ops.DocumentView, error) {
	f.picture, f.fileName = content, name
	_, err := f.act(s, "upload")
	return f.document(s), err
}

func (f *fake) document(s domain.Scope) ops.DocumentView {
	return ops.DocumentView{Document: domain.Document{ID: 4, Account: s.Account, Format: "jpeg", Bytes: 60_000, Width: 1600, Height: 1000, Reading: domain.ReadingWaiting, CreatedAt: business}}
}

func (f *fake) ConvertDocument(_ context.Context, s domain.Scope, name string, content []byte) ([]byte, string, error) {
	_, err := f.act(s, "convert-picture", name, len(content))
	return []byte("made"), "made.jpg", err
}

func (f *fake) Document(_ context.Context, s domain.Scope, id domain.DocumentID) (ops.DocumentView, error) {
	if id != 4 {
		return ops.DocumentView{}, fault.New(fault.Missing, "document.not-found", "document", id.Public())
	}
	_, err := f.act(s, "document", id)
	return f.document(s), err
}

func (f *fake) DocumentPicture(_ context.Context, s domain.Scope, id domain.DocumentID, purpose string) (ops.Picture, error) {
	_, err := f.act(s, "picture", id, purpose)
	return ops.Picture{Format: "jpeg", Content: []byte("bytes")}, err
}

func (f *fake) DocumentLink(s domain.Scope, id domain.DocumentID) string {
	return "expires=1&sig=" + s.Account.Uin()
}

func (f *fake) ExportData(_ context.Context, s domain.Scope, w io.Writer, most int64) error {
	_, _ = io.WriteString(w, "archive")
	_, err := f.act(s, "export", most)
	return err
}

func (f *fake) EraseData(_ context.Context, s domain.Scope) (ops.Erasure, error) {
	_, err := f.act(s, "erase")
	return ops.Erasure{Templates: 1, Documents: 2, Reaches: 3, Kept: []ops.Kept{{What: "tmpl-1", Reason: "template.in-use", Names: 4}}}, err
}

func (f *fake) SendPhoneEmailCode(_ context.Context, s domain.Scope, kind domain.ReachType, typed string) error {
	_, err := f.act(s, "send", int(kind), typed)
	return err
}

func (f *fake) CreatePhoneEmail(_ context.Context, s domain.Scope, kind domain.ReachType, typed, code string) (domain.Reach, error) {
	_, err := f.act(s, "reach", int(kind), typed, code)
	return domain.Reach{}, err
}

func (f *fake) DeletePhoneEmail(_ context.Context, s domain.Scope, kind domain.ReachType, typed string) error {
	_, err := f.act(s, "unreach", int(kind), typed)
	return err
}

func (f *fake) PhoneEmails(_ context.Context, s domain.Scope, in ops.ReachFilter) ([]domain.Reach, int, error) {
	_, err := f.act(s, "reaches", int(in.Type), in.Offset, in.Limit, in.Code)
	return []domain.Reach{{Account: s.Account, Type: domain.ReachPhone, Code: "+86.13800000000", VerifiedAt: business}}, 7, err
}

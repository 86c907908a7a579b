package ops

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Template reads one template of the caller's.
func (o *Ops) Template(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	t, err := o.Store.Template(ctx, id)
	if err != nil {
		return domain.Template{}, err
	}
	if !scope.Owns(t.Account) {
		return domain.Template{}, fault.New(fault.Missing, "template.not-found", "template", id.Public())
	}
	return t, nil
}

// Templates lists the caller's templates, newest first, with how many there are.
func (o *Ops) Templates(ctx context.Context, scope domain.Scope, f TemplateFilter) ([]domain.Template, int, error) {
	return o.Store.Templates(ctx, scope.Account, f)
}

// editable are the statuses in which a template is its owner's to change.
func editable(s domain.TemplateStatus) bool {
	return s == domain.TemplateNotUpload || s == domain.TemplateReject || s == domain.TemplateNotVerified
}

// SaveTemplate keeps a draft. It may lack anything; what is there must be storable.
func (o *Ops) SaveTemplate(ctx context.Context, scope domain.Scope, in TemplateForm) (domain.Template, error) {
	t, err := o.newTemplate(ctx, scope, in)
	if err != nil {
		return domain.Template{}, err
	}
	return t, o.insertTemplate(ctx, scope, t, "template.saved")
}

// newTemplate decides on a draft and seals it; nothing is written.
func (o *Ops) newTemplate(ctx context.Context, scope domain.Scope, in TemplateForm) (domain.Template, error) {
	_, have, err := o.Store.Templates(ctx, scope.Account, TemplateFilter{Page: Page{Limit: 1}})
	if err != nil {
		return domain.Template{}, err
	}
	if err := tooManyTemplates(have, o.Policy().House.MaxTemplates); err != nil {
		return domain.Template{}, err
	}
	first, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return domain.Template{}, err
	}
	now := o.Now()
	t := domain.Template{ID: domain.TemplateID(first), Account: scope.Account, Version: 1, Status: domain.TemplateNotUpload,
		IsDefault: have == 0, CreatedAt: now}
	return o.edited(ctx, t, in, now)
}

func (o *Ops) insertTemplate(ctx context.Context, scope domain.Scope, t domain.Template, kind string) error {
	return o.Store.Commit(ctx, Plan{
		Writes: []Write{InsertTemplate{t}},
		Events: []domain.Event{event(scope, t.Account, t.ID.Public(), kind, "ok", t.CreatedAt)},
	})
}

// edited puts a form into a template: tidied, its numbers sealed, its documents its account's.
func (o *Ops) edited(ctx context.Context, t domain.Template, in TemplateForm, now time.Time) (domain.Template, error) {
	in, err := tidied(in)
	if err != nil {
		return t, err
	}
	for _, id := range []domain.DocumentID{in.Document, in.ContactDocument} {
		if _, err := o.ownDocument(ctx, t.Account, id); err != nil {
			return t, err
		}
	}
	if in.CertificateNumber != "" && in.CertificateNumber != t.MaskedNumber {
		if t.SealedNumber, err = o.Sealer.Seal([]byte(in.CertificateNumber), domain.NumberSeal(t.ID)); err != nil {
			return t, err
		}
		t.MaskedNumber = mask(in.CertificateNumber)
	}
	switch {
	case in.Contact.Kind == domain.Individual:
		t.SealedContact, t.MaskedContact, in.ContactType, in.ContactDocument = nil, "", "", 0
	case in.ContactNumber != "" && in.ContactNumber != t.MaskedContact:
		if t.SealedContact, err = o.Sealer.Seal([]byte(in.ContactNumber), domain.ContactNumberSeal(t.ID)); err != nil {
			return t, err
		}
		t.MaskedContact = mask(in.ContactNumber)
	}
	t.Contact, t.CertificateType, t.Document = in.Contact, in.CertificateType, in.Document
	t.ValidFrom, t.ValidUntil, t.LongTerm = in.ValidFrom, in.ValidUntil, in.LongTerm
	t.ContactType, t.ContactDocument = in.ContactType, in.ContactDocument
	t.IsDefault = t.IsDefault || in.Default
	t.UpdatedAt, t.OldForm = now, false
	t.Status, t.Reason, err = o.draftStatus(ctx, t)
	return t, err
}

// draftStatus is NotVerified where a telephone or e-mail stands in the template that its account has not proved.
func (o *Ops) draftStatus(ctx context.Context, t domain.Template) (domain.TemplateStatus, string, error) {
	status, reason := domain.TemplateNotUpload, ""
	if t.Status == domain.TemplateReject {
		status, reason = t.Status, t.Reason
	}
	unproved, err := o.unproved(ctx, t.Account, t.Contact)
	if err != nil {
		return t.Status, t.Reason, err
	}
	if len(unproved) > 0 {
		status = domain.TemplateNotVerified
	}
	return status, reason, nil
}

// ModifyTemplate changes a draft or a rejected template; it stays unsubmitted. Approved ones and those in review can't
// be changed, only copied.
func (o *Ops) ModifyTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in TemplateForm) (domain.Template, error) {
	t, err := o.ownEditable(ctx, scope, id)
	if err != nil {
		return domain.Template{}, err
	}
	if t, err = o.edited(ctx, t, in, o.Now()); err != nil {
		return domain.Template{}, err
	}
	return o.setTemplate(ctx, scope, t, "template.changed")
}

func (o *Ops) ownEditable(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	t, err := o.ownTemplate(ctx, scope, id)
	switch {
	case err != nil:
		return domain.Template{}, err
	case t.OldForm:
		return domain.Template{}, fault.New(fault.Conflict, "template.old-form", "template", id.Public())
	case !editable(t.Status):
		return domain.Template{}, fault.New(fault.Conflict, "template.not-editable", "template", id.Public(), "status", string(t.Status))
	}
	return t, nil
}

// ownTemplate is Template for acts: they are the owner's alone, an operator's no more than anybody's.
func (o *Ops) ownTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	scope.Operator = false
	return o.Template(ctx, scope, id)
}

func (o *Ops) setTemplate(ctx context.Context, scope domain.Scope, t domain.Template, kind string) (domain.Template, error) {
	err := o.Store.Commit(ctx, Plan{
		Writes: []Write{SetTemplate{t}},
		Events: []domain.Event{event(scope, t.Account, t.ID.Public(), kind, "ok", t.UpdatedAt)},
	})
	if err != nil {
		return domain.Template{}, err
	}
	t.Version++
	return t, nil
}

// DeleteTemplate removes a template that nothing rests on; its pictures are shredded in the same commit where no other
// template shows them.
func (o *Ops) DeleteTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) error {
	_, err := o.deleteTemplate(ctx, scope, id)
	return err
}

// deleteTemplate says how many pictures went with it.
func (o *Ops) deleteTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (pictures int, err error) {
	t, err := o.ownTemplate(ctx, scope, id)
	if err != nil {
		return 0, err
	}
	if t.Status == domain.TemplateInAudit {
		return 0, fault.New(fault.Conflict, "template.not-editable", "template", id.Public(), "status", string(t.Status))
	}
	now := o.Now()
	plan := Plan{
		Writes: []Write{DeleteTemplate{ID: id, Version: t.Version}, ClearCase{Account: t.Account, Subject: id.Public(), At: now}},
		Events: []domain.Event{event(scope, t.Account, id.Public(), "template.deleted", "ok", now)},
	}
	for _, doc := range documentsOf(t) {
		others, err := o.Store.TemplatesOfDocument(ctx, doc)
		if err != nil {
			return 0, err
		}
		d, err := o.Store.Document(ctx, doc)
		if err != nil || len(others) > 1 || !d.ShreddedAt.IsZero() {
			continue
		}
		plan.Writes = append(plan.Writes, ShredDocument{ID: doc, By: "template-deleted", At: now})
		plan.Events = append(plan.Events, shredded(d, "template-deleted", scope, now))
		pictures++
	}
	if err := o.Store.Commit(ctx, plan); err != nil {
		return 0, err
	}
	for _, doc := range documentsOf(t) {
		o.pictures.forget(doc)
	}
	return pictures, nil
}

// documentsOf are the documents that a template shows, each once.
func documentsOf(t domain.Template) []domain.DocumentID {
	var out []domain.DocumentID
	if t.Document != 0 {
		out = append(out, t.Document)
	}
	if t.ContactDocument != 0 && t.ContactDocument != t.Document {
		out = append(out, t.ContactDocument)
	}
	return out
}

// CopyTemplate makes a draft of a template, whatever its status: with its data and its documents.
func (o *Ops) CopyTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	return o.copied(ctx, scope, id, "template.copied")
}

// ConvertTemplate makes a draft of the present form of a template of an old form. What that form did not ask for is for
// its owner to add; the old one stays as it is.
func (o *Ops) ConvertTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	t, err := o.ownTemplate(ctx, scope, id)
	if err != nil {
		return domain.Template{}, err
	}
	if !t.OldForm {
		return domain.Template{}, fault.New(fault.Conflict, "template.not-old-form", "template", id.Public())
	}
	return o.copied(ctx, scope, id, "template.converted")
}

func (o *Ops) copied(ctx context.Context, scope domain.Scope, id domain.TemplateID, kind string) (domain.Template, error) {
	t, err := o.ownTemplate(ctx, scope, id)
	if err != nil {
		return domain.Template{}, err
	}
	in, err := o.formOf(t)
	if err != nil {
		return domain.Template{}, err
	}
	for _, doc := range []*domain.DocumentID{&in.Document, &in.ContactDocument} {
		if _, err := o.ownDocument(ctx, t.Account, *doc); err != nil { // retention may have shredded it
			*doc = 0
		}
	}
	made, err := o.newTemplate(ctx, scope, in)
	if err != nil {
		return domain.Template{}, err
	}
	return made, o.insertTemplate(ctx, scope, made, kind)
}

// formOf is the form that a template was made of, its numbers opened.
func (o *Ops) formOf(t domain.Template) (TemplateForm, error) {
	in := TemplateForm{Contact: t.Contact, CertificateType: t.CertificateType, ValidFrom: t.ValidFrom, ValidUntil: t.ValidUntil, LongTerm: t.LongTerm,
		Document: t.Document, ContactType: t.ContactType, ContactDocument: t.ContactDocument}
	if len(t.SealedNumber) > 0 {
		number, err := o.Sealer.Open(t.SealedNumber, domain.NumberSeal(t.ID))
		if err != nil {
			return in, err
		}
		in.CertificateNumber = string(number)
	}
	if len(t.SealedContact) > 0 {
		number, err := o.Sealer.Open(t.SealedContact, domain.ContactNumberSeal(t.ID))
		if err != nil {
			return in, err
		}
		in.ContactNumber = string(number)
	}
	return in, nil
}

// SetDefault makes a template the account's default.
func (o *Ops) SetDefault(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	t, err := o.ownTemplate(ctx, scope, id)
	if err != nil {
		return domain.Template{}, err
	}
	if t.OldForm {
		return domain.Template{}, fault.New(fault.Conflict, "template.old-form", "template", id.Public())
	}
	t.IsDefault = true
	return t, o.Store.Commit(ctx, Plan{
		Writes: []Write{MakeDefault{t.Account, id}},
		Events: []domain.Event{event(scope, t.Account, id.Public(), "template.made-default", "ok", o.Now())},
	})
}

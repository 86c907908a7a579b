package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// CreateTemplate keeps a registrant's data and submits it. What is refused is not kept.
func (o *Ops) CreateTemplate(ctx context.Context, scope domain.Scope, in TemplateForm) (domain.Template, error) {
	t, err := o.newTemplate(ctx, scope, in)
	if err != nil {
		return domain.Template{}, err
	}
	// A form without a picture is taken for now.
	if err := complete(t.Contact, t.CertificateType, len(t.SealedNumber) > 0, true); err != nil {
		return domain.Template{}, err
	}
	t.Status, t.Reason, t.NextActionAt = domain.TemplateInAudit, "", t.CreatedAt.Add(o.Policy().House.TemplateReview)
	return t, o.insertTemplate(ctx, scope, t, "template.submitted")
}

// ReplaceTemplate changes a draft or a rejected template and submits it, as CreateTemplate does a new one: what our
// checks refuse changes nothing.
func (o *Ops) ReplaceTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in TemplateForm) (domain.Template, error) {
	t, err := o.ownEditable(ctx, scope, id)
	if err != nil {
		return domain.Template{}, err
	}
	if t, err = o.edited(ctx, t, in, o.Now()); err != nil {
		return domain.Template{}, err
	}
	if err := o.fit(ctx, t, in.Suffixes); err != nil {
		return domain.Template{}, err
	}
	if _, err := o.setTemplate(ctx, scope, t, "template.changed"); err != nil {
		return domain.Template{}, err
	}
	if _, err := o.SubmitTemplate(ctx, scope, id); err != nil {
		return domain.Template{}, err
	}
	return o.ownTemplate(ctx, scope, id)
}

// fit is the first thing that would refuse a template's submission: what it lacks, a reach that is not proved, a finding.
func (o *Ops) fit(ctx context.Context, t domain.Template, suffixes []string) error {
	if err := Complete(t); err != nil {
		return err
	}
	if err := o.Proved(ctx, t); err != nil {
		return err
	}
	view, err := o.examineTemplate(ctx, t, suffixes)
	if err != nil {
		return err
	}
	bars, err := o.barred(ctx, t)
	if err != nil {
		return err
	}
	view.Findings = append(view.Findings, bars...)
	if refused := view.Refusals(); len(refused) > 0 {
		return RefusalOf(refused[0])
	}
	return nil
}

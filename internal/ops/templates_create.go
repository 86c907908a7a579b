package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// CreateTemplate keeps a registrant's data and submits it. What our checks refuse is not kept. Without any document it
// stays a draft, whose telephone and e-mail have to be proved all the same.
func (o *Ops) CreateTemplate(ctx context.Context, scope domain.Scope, in TemplateForm) (domain.Template, error) {
	t, err := o.newTemplate(ctx, scope, in)
	if err != nil {
		return domain.Template{}, err
	}
	if in.CertificateType == "" && in.CertificateNumber == "" && in.Document == 0 {
		if err := completeFields(t.Contact); err != nil {
			return domain.Template{}, err
		}
		if err := o.Proved(ctx, t); err != nil {
			return domain.Template{}, err
		}
		return t, o.insertTemplate(ctx, scope, t, "template.saved")
	}
	if err := o.fit(ctx, t, in.Suffixes); err != nil {
		return domain.Template{}, err
	}
	if err := o.insertTemplate(ctx, scope, t, "template.saved"); err != nil {
		return domain.Template{}, err
	}
	if _, err := o.SubmitTemplate(ctx, scope, t.ID); err != nil {
		return domain.Template{}, err
	}
	return o.ownTemplate(ctx, scope, t.ID)
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

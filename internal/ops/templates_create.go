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

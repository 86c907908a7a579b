package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// ChangeRegistrant puts up to 4,000 of the caller's names under another approved template: registrant and contacts.
func (o *Ops) ChangeRegistrant(ctx context.Context, scope domain.Scope, names []string, template domain.TemplateID) (OrderView, error) {
	return o.change(ctx, scope, names, change{action: domain.ActionContacts, kind: domain.IntentContacts, asked: "registrant.change-asked", template: template,
		each: func(domain.Tenure, policy.Suffix, int) (asking, error) {
			return asking{facts: map[string]string{"template": template.Public()}}, nil
		}})
}

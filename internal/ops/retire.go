package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// RetireTemplate makes a template one of an old form: registries take its form no longer. Names under it stay as they
// are; what is ordered with it from now on, and what was ordered and not sent yet, is refused with its money back.
func (o *Ops) RetireTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) error {
	if !scope.Operator {
		return fault.New(fault.Missing, "template.not-found", "template", id.Public())
	}
	t, err := o.Store.Template(ctx, id)
	if err != nil {
		return err
	}
	if t.OldForm {
		return nil
	}
	now := o.Now()
	t.OldForm, t.UpdatedAt = true, now
	return o.Store.Commit(ctx, Plan{
		Expect: []Expect{{TableTemplate, int64(t.ID), t.Version}},
		Writes: []Write{SetTemplate{t}},
		Events: []domain.Event{event(scope, t.Account, t.ID.Public(), "template.retired", "ok", now)},
	})
}

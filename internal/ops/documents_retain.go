package ops

import (
	"context"
	"errors"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// system is who does what nobody asked for.
var system = domain.Scope{Operator: true, Actor: "system", Via: "system"}

// retention shreds the pictures whose time is over, and dates the next look at the others.
func (o *Ops) retention(ctx context.Context) (int, error) {
	now := o.Now()
	due, err := o.Store.DueDocuments(ctx, now, sweepSize)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var failed error
	plans := make([]Plan, 0, len(due))
	for _, d := range due {
		shown, err := o.Store.TemplatesOfDocument(ctx, d.ID)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		plan := decideRetention(d, shown, o.Policy().House, now)
		if len(plan.Events) > 0 {
			o.pictures.forget(d.ID)
		}
		plans = append(plans, plan)
	}
	done, err := o.commitEach(ctx, plans)
	return done, errors.Join(failed, err)
}

// KeptUntil says when retention will shred a picture, and by which rule, going by the templates that show it. Zero: not
// while one of them is in review.
func KeptUntil(d domain.Document, shown []domain.Template, house policy.House) (time.Time, string) {
	until, rule := d.CreatedAt.AddDate(0, 0, house.UnusedDays), "unused"
	for _, t := range shown {
		if t.Status == domain.TemplateInAudit {
			return time.Time{}, "in-review"
		}
		if at := t.UpdatedAt.AddDate(0, 0, house.DocumentDays); at.After(until) {
			until, rule = at, "kept-long-enough"
		}
	}
	return until, rule
}

func decideRetention(d domain.Document, shown []domain.Template, house policy.House, now time.Time) Plan {
	until, rule := KeptUntil(d, shown, house)
	switch {
	case until.IsZero():
		return Plan{Writes: []Write{PutOffShredding{d.ID, now.AddDate(0, 0, 1)}}}
	case until.After(now):
		return Plan{Writes: []Write{PutOffShredding{d.ID, until}}}
	}
	return Plan{Writes: []Write{ShredDocument{ID: d.ID, By: rule, At: now}}, Events: []domain.Event{shredded(d, rule, system, now)}}
}

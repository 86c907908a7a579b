package ops

import (
	"context"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// ChangeRegistrant puts up to 4,000 of the caller's names under another template: registrant, contacts and proof. Where a
// suffix wants the registrant verified beforehand, the template must have passed its review. lock keeps the names from
// being transferred away for the policy's days (ICANN's transfer policy, change of registrant).
func (o *Ops) ChangeRegistrant(ctx context.Context, scope domain.Scope, names []string, template domain.TemplateID, lock bool) (OrderView, error) {
	until := o.Now().AddDate(0, 0, o.Policy().House.ChangeLockDays)
	return o.change(ctx, scope, names, change{action: domain.ActionContacts, kind: domain.IntentContacts, asked: "registrant.change-asked",
		template: template, draft: true, standing: lock,
		each: func(t domain.Tenure, _ policy.Suffix, _ int) (asking, error) {
			ask := asking{facts: map[string]string{"template": template.Public()}}
			if lock {
				ask.payload = domain.Payload{LockTransfer: true, Until: until}
				if !t.Statuses.Has(domain.ClientTransferProhibited) {
					ask.payload.AddStatuses = domain.Statuses{domain.ClientTransferProhibited}
				}
				ask.facts["lock_until"] = until.UTC().Format(time.DateOnly)
			}
			return ask, nil
		}})
}

// present refuses a template that isn't the caller's.
func present(t domain.Template, asked domain.TemplateID) error {
	if t.ID == 0 {
		return fault.New(fault.Missing, "template.not-found", "template", asked.Public())
	}
	return nil
}

// usable refuses a template that a name can't be registered for: one of an old form; one that has not passed its review,
// where the suffix wants that beforehand, or where draft is not set; one that lacks what any registry asks for.
func usable(t domain.Template, name domain.Name, suffix policy.Suffix, draft bool) error {
	switch {
	case t.OldForm:
		return fault.New(fault.Conflict, "registration.template-unusable", "template", t.ID.Public(), "name", naming.Display(name), "form", "old")
	case t.Status == domain.TemplateApproved:
		return nil
	case suffix.Verification == policy.Before || !draft:
		return fault.New(fault.Conflict, "template.not-approved", "template", t.ID.Public(), "status", string(t.Status), "name", naming.Display(name))
	}
	for _, f := range wanted(&t) {
		if strings.TrimSpace(*f.value) == "" {
			return fault.New(fault.Invalid, "template.field-missing", "field", f.name)
		}
	}
	return nil
}

type wantedField struct {
	name  string // the product's
	value *string
}

// wanted are the fields that a registrant must have before a name is registered for it.
func wanted(t *domain.Template) []wantedField {
	c := &t.Contact
	return []wantedField{{"OrganizationNameCN", &c.OrganizationCN}, {"OrganizationName", &c.Organization}, {"RegistrantNameCN", &c.NameCN},
		{"RegistrantName", &c.Name}, {"CountryCN", &c.CountryCN}, {"ProvinceCN", &c.ProvinceCN}, {"CityCN", &c.CityCN}, {"StreetCN", &c.StreetCN},
		{"Street", &c.Street}, {"ZipCode", &c.PostalCode}, {"Telephone", &c.Telephone}, {"Email", &c.Email},
		{"CertificateType", &t.CertificateType}, {"CertificateCode", &t.MaskedNumber}}
}

// locked refuses to let a name go whose registrant was changed lately under the lock.
func locked(t domain.Tenure, now time.Time) error {
	if now.Before(t.LockUntil) {
		return fault.New(fault.Conflict, "domain.change-locked", "name", naming.Display(t.Name), "until", t.LockUntil.UTC().Format(time.RFC3339))
	}
	return nil
}

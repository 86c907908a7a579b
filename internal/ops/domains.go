package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// Domain reads one of the caller's names.
func (o *Ops) Domain(ctx context.Context, scope domain.Scope, typed string) (domain.Tenure, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return domain.Tenure{}, err
	}
	t, err := o.Store.TenureByName(ctx, n)
	if err != nil {
		return domain.Tenure{}, err
	}
	if !scope.Owns(t.Account) {
		return domain.Tenure{}, fault.New(fault.Missing, "domain.not-found", "name", naming.Display(n))
	}
	return t, nil
}

// DomainByID reads one of the caller's names by its identifier.
func (o *Ops) DomainByID(ctx context.Context, scope domain.Scope, id domain.TenureID) (domain.Tenure, error) {
	t, err := o.Store.TenureByID(ctx, id)
	if err != nil {
		return domain.Tenure{}, err
	}
	if !scope.Owns(t.Account) {
		return domain.Tenure{}, fault.New(fault.Missing, "domain.not-found")
	}
	return t, nil
}

// Domains lists the caller's names.
func (o *Ops) Domains(ctx context.Context, scope domain.Scope, f TenureFilter) ([]domain.Tenure, int, error) {
	return o.Store.Tenures(ctx, whose(scope), f)
}

// Published is what RDAP and WHOIS may draw from; they redact it.
type Published struct {
	domain.Tenure
	Display string
	Contact *domain.Contact // registrant; nil where it can't be read
}

// Published reads a running name for the public directories.
func (o *Ops) Published(ctx context.Context, typed string) (Published, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return Published{}, err
	}
	t, err := o.Store.TenureByName(ctx, n)
	if err != nil {
		return Published{}, err
	}
	p := Published{Tenure: t, Display: naming.Display(n)}
	if tmpl, err := o.Store.Template(ctx, t.Template); err == nil {
		p.Contact = &tmpl.Contact
	}
	return p, nil
}

// Log lists the operation log newest first; an empty subject means all that the caller may see.
func (o *Ops) Log(ctx context.Context, scope domain.Scope, subject string, before int64, limit int) ([]domain.Event, error) {
	if n, err := naming.Parse(subject); subject != "" && err == nil {
		subject = string(n)
	}
	return o.Store.Log(ctx, whose(scope), subject, before, limit)
}

// Cases lists faults found; an owner sees those of the own account only.
func (o *Ops) Cases(ctx context.Context, scope domain.Scope, f CaseFilter) ([]domain.Case, error) {
	if !scope.Operator {
		f.Account = whose(scope)
	}
	return o.Store.Cases(ctx, f)
}

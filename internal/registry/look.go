package registry

import (
	"context"
	"slices"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

var _ ops.Looker = (*Registry)(nil)

// spoken are the extensions that sessions log in with where the registry offers them.
var spoken = []epp.Extension{epp.Fee, epp.Fee08, epp.RGP, epp.SecDNS, epp.ChangePoll, epp.Maintenance, epp.VerificationCode, epp.LoginSec,
	epp.LowBalance, epp.CNNICContact}

// InfoAgain reads a domain as Info does, on a session that is dialled for it: what one session says wrongly, because
// it is confused or stale, another does not repeat.
func (r *Registry) InfoAgain(ctx context.Context, registryAccount string, name domain.Name) (domain.Object, error) {
	a, err := r.account(registryAccount)
	if err != nil {
		return domain.Object{}, err
	}
	return a.shown(ctx, freshClass, name)
}

// shown asks for all that a registry tells of a name, twice when the first session turns out dead.
func (a *account) shown(ctx context.Context, c class, name domain.Name) (domain.Object, error) {
	h := &holder{a: a}
	defer h.release()
	var last error
	for range 2 {
		if err := h.ensure(ctx, c); err != nil {
			return domain.Object{}, err
		}
		resp, err := a.patient(ctx, h.s, a.info(h.s, name, ""))
		switch {
		case err != nil:
			last = a.unreachable(err)
		case h.s.Bad():
			last = a.refusal(resp, fault.Unavailable, CodeUnreachable)
		default:
			if obj, ok := object(name, resp); ok {
				return obj, nil
			}
			if resp.Code() == epp.CodeObjectDoesNotExist {
				return domain.Object{}, fault.New(fault.Missing, "domain.not-found", "name", string(name), "registry", a.ID)
			}
			return domain.Object{}, a.refusal(resp, fault.Unavailable, CodeUnreachable)
		}
		if ctx.Err() != nil {
			break
		}
		c = freshClass
	}
	return domain.Object{}, last
}

// fill adds what is compared with our rows, but drives no act.
func fill(obj *domain.Object, data *epp.DomainInfoData, resp *epp.Response) {
	for _, c := range data.Contacts {
		obj.Contacts = append(obj.Contacts, c.Type+":"+c.ID)
	}
	slices.Sort(obj.Contacts)
	if v, ok := epp.Find[*epp.VerificationCodeInfoData](resp.Extensions); ok {
		obj.Verification = string(v.Status)
		for _, p := range v.Profiles {
			for _, m := range p.Missing {
				obj.Missing = append(obj.Missing, m.Type)
				if obj.VerifyBy.IsZero() || m.Due.Before(obj.VerifyBy) {
					obj.VerifyBy = utc(m.Due)
				}
			}
			for _, c := range p.Set {
				obj.Codes = append(obj.Codes, domain.CodeSet{Type: c.Type, At: utc(c.Date)})
			}
		}
	}
}

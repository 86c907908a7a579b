package registry

import (
	"context"
	"crypto/subtle"
	"slices"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

// Updates are asked after by the difference between what is wanted and what there is: none means that it was done, and
// what is left of it is what is sent next.

// updated is the judgement of an update; left says whether anything of it is left to be done.
func updated(in domain.Intent, v view, left bool) domain.Outcome {
	if out, not := foreign(in, v); not {
		return out
	}
	switch {
	case !left:
		return did()
	case v.object.Statuses.Has(domain.PendingUpdate):
		return waits()
	}
	return didNot()
}

// Name servers.

func prepareNS(ctx context.Context, a *account, l domain.Leased, v *view) error {
	return a.hosts(ctx, difference(v.object.NameServers, serverSet(l.Intent.Payload.NameServers)))
}

func judgeNS(in domain.Intent, v view, _ bool) domain.Outcome {
	want := serverSet(in.Payload.NameServers)
	return updated(in, v, len(difference(v.object.NameServers, want))+len(difference(want, v.object.NameServers)) > 0)
}

func nextNS(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	want, update := serverSet(in.Payload.NameServers), &epp.DomainUpdate{Name: string(in.Name)}
	if add := difference(v.object.NameServers, want); len(add) > 0 {
		update.Add = &epp.DomainAddRem{NS: delegation(v.objects, add)}
	}
	if rem := difference(want, v.object.NameServers); len(rem) > 0 {
		update.Rem = &epp.DomainAddRem{NS: delegation(v.objects, rem)}
	}
	return &epp.Command{Action: update}, domain.Outcome{}
}

// Statuses.

func statusesLeft(in domain.Intent, v view) (add, rem domain.Statuses) {
	for _, s := range in.Payload.AddStatuses {
		if !v.object.Statuses.Has(s) {
			add = append(add, s)
		}
	}
	for _, s := range in.Payload.RemStatuses {
		if v.object.Statuses.Has(s) {
			rem = append(rem, s)
		}
	}
	return add, rem
}

func judgeStatus(in domain.Intent, v view, _ bool) domain.Outcome {
	add, rem := statusesLeft(in, v)
	return updated(in, v, len(add)+len(rem) > 0)
}

func nextStatus(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	update := &epp.DomainUpdate{Name: string(in.Name)}
	add, rem := statusesLeft(in, v)
	if len(add) > 0 {
		update.Add = &epp.DomainAddRem{Statuses: bare(add)}
	}
	if len(rem) > 0 {
		update.Rem = &epp.DomainAddRem{Statuses: bare(rem)}
	}
	return &epp.Command{Action: update}, domain.Outcome{}
}

func bare(s domain.Statuses) []epp.Status {
	out := make([]epp.Status, len(s))
	for i, x := range s {
		out[i].Value = string(x)
	}
	return out
}

func guessStatus(in domain.Intent, v view, _ *epp.Response) domain.Object {
	add, rem := statusesLeft(in, v)
	var now domain.Statuses
	for _, s := range v.object.Statuses {
		if !rem.Has(s) && s != domain.StatusOK { // ok stands alone (RFC 5731 section 2.3)
			now = append(now, s)
		}
	}
	if now = append(now, add...); len(now) == 0 {
		now = domain.Statuses{domain.StatusOK}
	}
	v.object.Statuses = now
	return v.object
}

// DS records.

func dsLeft(in domain.Intent, v view) (add, rem []domain.DS) {
	for _, d := range in.Payload.DS {
		if !slices.Contains(v.object.DS, d) {
			add = append(add, d)
		}
	}
	for _, d := range v.object.DS {
		if !slices.Contains(in.Payload.DS, d) {
			rem = append(rem, d)
		}
	}
	return add, rem
}

func judgeDS(in domain.Intent, v view, _ bool) domain.Outcome {
	add, rem := dsLeft(in, v)
	return updated(in, v, len(add)+len(rem) > 0 || v.keys)
}

// nextDS never mixes keys and DS records: keys that somebody set go all at once (RFC 5910 section 4).
func nextDS(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	add, rem := dsLeft(in, v)
	update := &epp.SecDNSUpdate{RemAll: v.keys || len(rem) > 0 && len(rem) == len(v.object.DS), Add: epp.SecDNSData{DS: signers(add)}}
	if !update.RemAll {
		update.Rem = epp.SecDNSData{DS: signers(rem)}
	}
	return &epp.Command{Action: &epp.DomainUpdate{Name: string(in.Name)}, Extensions: []epp.Value{update}}, domain.Outcome{}
}

func signers(list []domain.DS) []epp.DSData {
	var out []epp.DSData
	for _, d := range list {
		out = append(out, epp.DSData{KeyTag: d.KeyTag, Alg: d.Algorithm, DigestType: d.DigestType, Digest: d.Digest})
	}
	return out
}

// Contacts.

func alsoContacts(_ context.Context, a *account, _ *holder, l domain.Leased, v *view) error {
	v.keeps, v.roles, v.handles = a.Contacts, a.Roles, nil
	if l.Template != nil {
		for salt := range tries {
			v.handles = append(v.handles, a.contactID(l.Template, salt))
		}
	}
	return nil
}

func prepareContacts(ctx context.Context, a *account, l domain.Leased, v *view) (err error) {
	if v.keeps {
		v.contact, err = a.contact(ctx, l.Template)
	}
	return err
}

// judgeContacts: a registry that keeps no contacts has nothing to change but the lock that may go with it.
func judgeContacts(in domain.Intent, v view, _ bool) domain.Outcome {
	add, _ := statusesLeft(in, v)
	left := len(add) > 0
	if v.keeps {
		left = left || !slices.Contains(v.handles, v.object.Registrant)
		for _, c := range v.contacts {
			left = left || c.ID != v.object.Registrant
		}
		left = left || len(rolesLeft(v, v.object.Registrant)) > 0
	}
	return updated(in, v, left)
}

func rolesLeft(v view, id string) []epp.DomainContact {
	var out []epp.DomainContact
	for _, role := range v.roles {
		if c := (epp.DomainContact{Type: role, ID: id}); !slices.Contains(v.contacts, c) {
			out = append(out, c)
		}
	}
	return out
}

func nextContacts(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	update := &epp.DomainUpdate{Name: string(in.Name)}
	statuses, _ := statusesLeft(in, v)
	if !v.keeps {
		update.Add = &epp.DomainAddRem{Statuses: bare(statuses)}
		return &epp.Command{Action: update}, domain.Outcome{}
	}
	if add := rolesLeft(v, v.contact); len(add)+len(statuses) > 0 {
		update.Add = &epp.DomainAddRem{Contacts: add, Statuses: bare(statuses)}
	}
	var rem []epp.DomainContact
	for _, c := range v.contacts {
		if c.ID != v.contact {
			rem = append(rem, c)
		}
	}
	if len(rem) > 0 {
		update.Rem = &epp.DomainAddRem{Contacts: rem}
	}
	if v.object.Registrant != v.contact {
		update.Chg = &epp.DomainChange{Registrant: &v.contact}
	}
	return &epp.Command{Action: update}, domain.Outcome{}
}

// Authorization information.

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// alsoAuth asks for the name with each code where the registry doesn't show the one that it has: a wrong one is
// answered 2202 (RFC 9154 section 5.5).
func alsoAuth(ctx context.Context, a *account, h *holder, l domain.Leased, v *view) error {
	if !v.ours || v.auth != authHidden {
		return nil
	}
	for i, code := range v.codes {
		if h.s.Bad() {
			return a.unreachable(errLost)
		}
		resp, err := a.patient(ctx, h.s, infoCommand(l.Intent.Name, code))
		if err != nil {
			return a.unreachable(err)
		}
		if resp.Code() == epp.CodeInvalidAuthInfo {
			v.auth = authDiffers
			continue
		}
		if data, ok := epp.Find[*epp.DomainInfoData](resp.ResData); ok && data.AuthInfo != nil && same(data.AuthInfo.Pw, code) {
			v.auth, v.taken = authMatches, i
			return nil
		}
	}
	return nil
}

// judgeAuth: what a registry doesn't show is not taken for done. Setting or clearing once more is harmless, since it is
// the same code each time.
func judgeAuth(in domain.Intent, v view, _ bool) domain.Outcome {
	return updated(in, v, v.auth != authMatches)
}

func nextAuth(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	auth := &epp.AuthInfo{Null: true}
	if len(v.codes) > 0 {
		auth = epp.Password(v.codes[v.try])
	}
	return &epp.Command{Action: &epp.DomainUpdate{Name: string(in.Name), Chg: &epp.DomainChange{AuthInfo: auth}}}, domain.Outcome{}
}

// difference is what of b is not in a.
func difference(a, b []string) []string {
	var out []string
	for _, x := range b {
		if !slices.Contains(a, x) {
			out = append(out, x)
		}
	}
	return out
}

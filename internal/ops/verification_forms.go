package ops

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// formFor is what a template says of its owner's document, or of its contact person's; the number is opened.
func (o *Ops) formFor(t domain.Template, role realname.Role) (realname.Form, error) {
	in, err := o.formOf(t)
	if err != nil {
		return realname.Form{}, err
	}
	c := t.Contact
	f := realname.Form{Role: role, Kind: c.Kind, Type: in.CertificateType, Number: in.CertificateNumber, Name: c.OrganizationCN, LatinName: c.Organization,
		ValidFrom: in.ValidFrom, ValidUntil: in.ValidUntil, LongTerm: in.LongTerm, Country: c.Country}
	if role == realname.Contact {
		f.Type, f.Number, f.Name, f.LatinName = in.ContactType, in.ContactNumber, c.NameCN, c.Name
		f.ValidFrom, f.ValidUntil, f.LongTerm = time.Time{}, time.Time{}, false
	}
	return f, nil
}

// picturesFor opens a document's picture for an authority.
func (o *Ops) picturesFor(ctx context.Context, id domain.DocumentID) ([]MaterialPicture, error) {
	if id == 0 {
		return nil, nil
	}
	d, err := o.Store.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	raw, err := o.openBytes(ctx, id)
	if err != nil {
		return nil, err
	}
	return []MaterialPicture{{d.Format, raw}}, nil
}

// unread are the roles whose picture there is no text of: nothing reads here, or what reads could not.
func (o *Ops) unread(ctx context.Context, t domain.Template) ([]string, error) {
	var out []string
	for _, of := range []struct {
		role realname.Role
		doc  domain.DocumentID
	}{{realname.Owner, t.Document}, {realname.Contact, t.ContactDocument}} {
		if of.doc == 0 {
			continue
		}
		d, err := o.Store.Document(ctx, of.doc)
		if err != nil {
			return nil, err
		}
		if d.Reading == domain.ReadingAbsent || d.Reading == domain.ReadingFailed {
			out = append(out, string(of.role))
		}
	}
	return out, nil
}

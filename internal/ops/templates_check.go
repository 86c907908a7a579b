package ops

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// CheckView is what the checks say of a form and its documents.
type CheckView struct {
	Findings     []realname.Finding // the owner's, then the contact's; without those that another one explains better
	Measures     []realname.Measure
	NotPerformed []NotPerformed
	Reading      bool // a picture is still being read: there may be more to find
}

// NotPerformed is a check that could not judge, and why.
type NotPerformed struct {
	Role   realname.Role
	Check  string
	Needs  realname.Needs
	Reason string
}

// Refusals are the findings that stop a submission.
func (v CheckView) Refusals() []realname.Finding {
	var out []realname.Finding
	for _, f := range v.Findings {
		if f.Severity == realname.Refuse {
			out = append(out, f)
		}
	}
	return out
}

// Unsure are the findings that a person has to look at, and whether text could not be judged at all.
func (v CheckView) Unsure() (warnings []realname.Finding, unread bool) {
	for _, f := range v.Findings {
		if f.Severity == realname.Warn {
			warnings = append(warnings, f)
		}
	}
	return warnings, slices.ContainsFunc(v.NotPerformed, func(n NotPerformed) bool { return n.Needs == realname.NeedsText })
}

// RefusalOf makes a fault of a finding: its code, its facts, and where it stands.
func RefusalOf(f realname.Finding) error {
	e := fault.New(fault.Invalid, fault.Code(f.Code))
	e.Facts = fault.Facts(maps.Clone(f.Facts))
	if e.Facts == nil {
		e.Facts = fault.Facts{}
	}
	if f.Field != "" && e.Facts["field"] == "" {
		e.Facts["field"] = f.Field
	}
	return e
}

// CheckTemplate judges a form and its documents while their owner still looks at them. Nothing is written. id is the
// template that the form changes, 0 for a new one: a masked number in the form stands for the one that it keeps.
func (o *Ops) CheckTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID, in TemplateForm) (CheckView, error) {
	t := domain.Template{Account: scope.Account}
	if id != 0 {
		var err error
		if t, err = o.ownTemplate(ctx, scope, id); err != nil {
			return CheckView{}, err
		}
	}
	in, err := tidied(in)
	if err != nil {
		return CheckView{}, err
	}
	kept, err := o.formOf(t)
	if err != nil {
		return CheckView{}, err
	}
	if in.CertificateNumber == t.MaskedNumber {
		in.CertificateNumber = kept.CertificateNumber
	}
	if in.ContactNumber == t.MaskedContact {
		in.ContactNumber = kept.ContactNumber
	}
	return o.examine(ctx, t.Account, in, o.Now())
}

// examineTemplate judges a template as it is kept, for its submission.
func (o *Ops) examineTemplate(ctx context.Context, t domain.Template, suffixes []string) (CheckView, error) {
	in, err := o.formOf(t)
	if err != nil {
		return CheckView{}, err
	}
	in.Suffixes = suffixes
	return o.examine(ctx, t.Account, in, o.Now())
}

// examine runs every check on the owner's document, and on the contact's where there is one.
func (o *Ops) examine(ctx context.Context, account domain.AccountID, in TemplateForm, now time.Time) (CheckView, error) {
	c := in.Contact
	var suffixes []realname.Suffix
	for _, name := range in.Suffixes {
		if s, ok := o.Policy().Suffix(name); ok {
			suffixes = append(suffixes, realname.Suffix{Name: s.Display, Types: s.Documents, Regions: s.Regions})
		}
	}
	owner := realname.Form{Role: realname.Owner, Kind: c.Kind, Type: in.CertificateType, Number: in.CertificateNumber, Name: c.OrganizationCN,
		LatinName: c.Organization, ValidFrom: in.ValidFrom, ValidUntil: in.ValidUntil, LongTerm: in.LongTerm, Contact: c.NameCN, ContactLatin: c.Name,
		Country: c.Country, ProvinceCN: c.ProvinceCN, CityCN: c.CityCN, StreetCN: c.StreetCN, Street: c.Street, Suffixes: suffixes}
	view, err := o.examineOne(ctx, account, owner, in.Document, now)
	if err != nil || c.Kind != domain.Organisation || in.ContactType == "" && in.ContactNumber == "" && in.ContactDocument == 0 {
		return view, err
	}
	contact := realname.Form{Role: realname.Contact, Kind: c.Kind, Type: in.ContactType, Number: in.ContactNumber, Name: c.NameCN, LatinName: c.Name,
		Country: c.Country, Suffixes: suffixes}
	more, err := o.examineOne(ctx, account, contact, in.ContactDocument, now)
	if err != nil {
		return view, err
	}
	for _, f := range more.Findings {
		if !slices.ContainsFunc(view.Findings, func(g realname.Finding) bool { return g.Code == f.Code && g.Field == f.Field && f.Region == nil }) {
			view.Findings = append(view.Findings, f)
		}
	}
	view.Measures = append(view.Measures, more.Measures...)
	view.NotPerformed = append(view.NotPerformed, more.NotPerformed...)
	view.Reading = view.Reading || more.Reading
	return view, nil
}

func (o *Ops) examineOne(ctx context.Context, account domain.AccountID, f realname.Form, doc domain.DocumentID, now time.Time) (CheckView, error) {
	in := realname.Input{Form: f, AsOf: now, Terms: o.realnameTerms()}
	var view CheckView
	if doc != 0 {
		d, err := o.ownDocument(ctx, account, doc)
		if err != nil {
			return view, err
		}
		if in.Picture, in.Text, err = o.seen(ctx, d); err != nil {
			return view, err
		}
		view.Reading = d.Reading == domain.ReadingWaiting
	}
	r := realname.ExamineBy(&in, func(c realname.Check) realname.Result { return o.pictures.run(doc, f.Type, f.Role, c, &in) })
	view.Findings, view.Measures = Told(r.Findings), r.Measures
	for _, c := range realname.Checks() {
		if reason, skipped := r.NotPerformed[c.ID]; skipped && doc != 0 {
			view.NotPerformed = append(view.NotPerformed, NotPerformed{f.Role, c.ID, c.Needs, reason})
		}
	}
	return view, nil
}

func (o *Ops) realnameTerms() realname.Terms {
	p := o.Policy()
	return realname.Terms{NearExpiryDays: p.House.NearExpiryDays}
}

// Told leaves out the findings whose code another one of at least the same weight explains better.
func Told(found []realname.Finding) []realname.Finding {
	var refusals, all []fault.Code
	for _, f := range found {
		all = append(all, fault.Code(f.Code))
		if f.Severity == realname.Refuse {
			refusals = append(refusals, fault.Code(f.Code))
		}
	}
	keptAll, keptRefusals := diagnose.Exact(all), diagnose.Exact(refusals)
	return slices.DeleteFunc(slices.Clone(found), func(f realname.Finding) bool {
		kept := keptAll
		if f.Severity == realname.Refuse { // no warning explains a refusal away
			kept = keptRefusals
		}
		return !slices.Contains(kept, fault.Code(f.Code))
	})
}

package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// editorPage is a template being written: pictures, what was found, and the form.
type editorPage struct {
	Shell
	ID      string // public form; empty: a new one
	T       *domain.Template
	Kind    domain.SubjectKind
	Form    url.Values
	Next    string
	Action  string
	Status  int
	Saved   bool
	Fault   *notice
	Reasons []notice // for which it was refused last time

	Documents, PersonDocuments, Countries []string
	Suffixes                              []policy.Suffix
	Phones, Mails                         []string

	Owner, Contact pictureSide
	Refusals       int
	Reading        bool
	Deadline       time.Time

	errs     map[string]*notice
	soft     map[string]bool
	fixes    map[string]string
	verified map[string]bool
}

// pictureSide is the picture of one of the two people and what was found about it.
type pictureSide struct {
	Role    realname.Role
	Input   string // field that holds the document's identifier
	Accept  string
	Doc     domain.Document
	Shot    shotView
	Checks  checksView
	Refused []notice
	Convert bool // we can mend what it was refused for
	// Converted says that this is what we made of what was chosen.
	Converted bool
}

// formFields are the fields that the form has; a fault about another one stands above the form.
var formFields = []string{
	"OrganizationNameCN", "OrganizationName", "RegistrantNameCN", "RegistrantName", "Country", "ProvinceCN", "CityCN", "StreetCN",
	"Street", "ZipCode", "Telephone", "Email", "CertificateType", "CertificateCode", "ValidFrom", "ValidUntil",
	"RegistrantCertificateType", "RegistrantCertificateCode",
}

// numberFields hold identity numbers: what is kept of them is never written into a page.
var numberFields = []string{"CertificateCode", "RegistrantCertificateCode"}

// V is what was typed into a field.
func (p *editorPage) V(field string) string { return p.Form.Get(field) }

// Picked reports whether the template is to be used for the suffix.
func (p *editorPage) Picked(suffix string) bool { return slices.Contains(p.Form["suffixes"], suffix) }

// HasPicture reports whether every document that is needed is there.
func (p *editorPage) HasPicture() bool {
	return p.Owner.Doc.ID != 0 && (p.Kind == domain.Individual || p.Contact.Doc.ID != 0)
}

// Appealable reports whether everything but a machine's opinion is there.
func (p *editorPage) Appealable() bool { return p.Refusals > 0 && p.HasPicture() }

func (p *editorPage) side(r realname.Role) *pictureSide {
	if r == realname.Contact {
		return &p.Contact
	}
	return &p.Owner
}

// fieldView is one field of the form with its fault and its hints.
type fieldView struct {
	Name, Label, Hint, Value, Auto, Mode, Type, Ghost, List string
	Optional, Mono, Full, Soft                              bool
	Fault                                                   *notice
	Reach                                                   *reachState
}

// reachState says beside a telephone number or an address whether it was verified.
type reachState struct {
	Type     string // phone, email
	Verified bool
}

// Field makes one: label and hint are keys of the catalogue; opts are "optional", "mono", "full" and "auto=…", "mode=…",
// "type=…", "list=…".
func (p *editorPage) Field(name, label, hint string, opts ...string) fieldView {
	f := fieldView{Name: name, Label: label, Hint: hint, Value: p.V(name), Fault: p.errs[name], Soft: p.soft[name]}
	for _, o := range opts {
		k, value, _ := strings.Cut(o, "=")
		switch k {
		case "optional":
			f.Optional = true
		case "mono":
			f.Mono = true
		case "full":
			f.Full = true
		case "auto":
			f.Auto = value
		case "mode":
			f.Mode = value
		case "type":
			f.Type = value
		case "list":
			f.List = value
		}
	}
	if p.T != nil {
		switch name {
		case "CertificateCode":
			f.Ghost = p.T.MaskedNumber
		case "RegistrantCertificateCode":
			f.Ghost = p.T.MaskedContact
		}
		if f.Ghost != "" {
			f.Hint = "editor.number-kept"
		}
	}
	switch name {
	case "Telephone":
		f.Reach = &reachState{"phone", p.verified[f.Value]}
	case "Email":
		f.Reach = &reachState{"email", p.verified[strings.ToLower(f.Value)]}
	}
	return f
}

func kindOf(s string) domain.SubjectKind {
	if domain.SubjectKind(s) == domain.Organisation {
		return domain.Organisation
	}
	return domain.Individual
}

// editorOf makes a page of what was typed.
func (v *visit) editorOf(form url.Values) *editorPage {
	p := &editorPage{Kind: kindOf(form.Get("RegistrantType")), Form: form, Status: http.StatusOK, Next: safeNext(form.Get("next"), ""),
		errs: map[string]*notice{}, soft: map[string]bool{}, fixes: map[string]string{}, verified: map[string]bool{}}
	p.Owner = pictureSide{Role: realname.Owner, Input: "document_id", Accept: picturesAccepted}
	p.Contact = pictureSide{Role: realname.Contact, Input: "contact_document_id", Accept: picturesAccepted}
	p.ID = form.Get("template_id")
	return p
}

// templateForm is an empty editor.
func (v *visit) templateForm() error {
	q := v.r.URL.Query()
	form := url.Values{"Country": {"CN"}, "Email": {v.account.Email}, "RegistrantType": {q.Get("kind")}, "next": {q.Get("next")}}
	p := v.editorOf(form)
	if reaches, err := v.reaches(); err != nil {
		return err
	} else {
		for _, r := range reaches {
			if r.Type == domain.ReachPhone && form.Get("Telephone") == "" {
				form.Set("Telephone", typedPhone(r.Code))
			}
		}
	}
	form.Set("CertificateType", documents[p.Kind][0])
	return v.editorView(p)
}

// templateEdit is a draft in the editor.
func (v *visit) templateEdit() error {
	t, err := v.templateOf()
	if err != nil {
		return err
	}
	if !editable(t) {
		v.redirect("/templates/" + t.ID.Public())
		return nil
	}
	p := v.editorOf(formOf(t))
	p.ID = t.ID.Public()
	p.Next = safeNext(v.r.URL.Query().Get("next"), "")
	p.Saved = v.r.URL.Query().Get("saved") != ""
	p.T = &t
	return v.editorView(p)
}

// editable reports whether a template may be changed: what was approved or is being looked at may not.
func editable(t domain.Template) bool {
	return !t.OldForm && t.Status != domain.TemplateApproved && t.Status != domain.TemplateInAudit
}

// formOf is a template as its form; numbers stay sealed.
func formOf(t domain.Template) url.Values {
	c := t.Contact
	f := url.Values{}
	for field, value := range map[string]string{
		"RegistrantType": string(c.Kind), "OrganizationNameCN": c.OrganizationCN, "OrganizationName": c.Organization, "RegistrantNameCN": c.NameCN,
		"RegistrantName": c.Name, "Country": c.Country, "ProvinceCN": c.ProvinceCN, "CityCN": c.CityCN, "StreetCN": c.StreetCN, "Street": c.Street,
		"ZipCode": c.PostalCode, "Telephone": typedPhone(c.Telephone), "Email": c.Email, "CertificateType": t.CertificateType,
		"ValidFrom": dateField(t.ValidFrom), "ValidUntil": dateField(t.ValidUntil), "RegistrantCertificateType": t.ContactType,
	} {
		f.Set(field, value)
	}
	if t.LongTerm {
		f.Set("LongTerm", "1")
	}
	if t.IsDefault {
		f.Set("default", "1")
	}
	if t.Document != 0 {
		f.Set("document_id", t.Document.Public())
	}
	if t.ContactDocument != 0 {
		f.Set("contact_document_id", t.ContactDocument.Public())
	}
	return f
}

// typedPhone shows +86.13800000000 as people here type it.
func typedPhone(code string) string { return strings.TrimPrefix(code, "+86.") }

func dateField(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(beijing).Format(time.DateOnly)
}

func dateOf(s string) time.Time {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(s))
	if err != nil {
		return time.Time{}
	}
	return t
}

// draft is what was typed, as the operations take it.
func (p *editorPage) draft(v *visit) ops.TemplateForm {
	f := p.Form
	c := domain.Contact{
		Kind: p.Kind, OrganizationCN: f.Get("OrganizationNameCN"), Organization: f.Get("OrganizationName"),
		NameCN: f.Get("RegistrantNameCN"), Name: f.Get("RegistrantName"),
		Country: f.Get("Country"), ProvinceCN: f.Get("ProvinceCN"), CityCN: f.Get("CityCN"), StreetCN: f.Get("StreetCN"),
		Street: f.Get("Street"), PostalCode: f.Get("ZipCode"), Telephone: f.Get("Telephone"), Email: f.Get("Email"),
	}
	if p.Kind == domain.Individual { // the owner is the person to contact
		c.NameCN, c.Name = c.OrganizationCN, c.Organization
	}
	if c.CountryCN = v.texts[zh]["country."+c.Country]; c.CountryCN == "" {
		c.Country = "CN"
		c.CountryCN = v.texts[zh]["country.CN"]
	}
	in := ops.TemplateForm{Contact: c, CertificateType: f.Get("CertificateType"), CertificateNumber: f.Get("CertificateCode"), Default: f.Get("default") != "",
		ValidFrom: dateOf(f.Get("ValidFrom")), ValidUntil: dateOf(f.Get("ValidUntil")), LongTerm: f.Get("LongTerm") != "", Suffixes: f["suffixes"]}
	in.Document, _ = domain.ParseDocumentID(f.Get("document_id"))
	if p.Kind == domain.Organisation {
		in.ContactType, in.ContactNumber = f.Get("RegistrantCertificateType"), f.Get("RegistrantCertificateCode")
		in.ContactDocument, _ = domain.ParseDocumentID(f.Get("contact_document_id"))
	}
	return in
}

// blank reports whether there is nothing yet that could be judged.
func (p *editorPage) blank() bool {
	for _, k := range []string{"OrganizationNameCN", "OrganizationName", "CertificateCode", "document_id", "contact_document_id", "StreetCN", "Street"} {
		if strings.TrimSpace(p.V(k)) != "" {
			return false
		}
	}
	return true
}

func (p *editorPage) id() domain.TemplateID {
	id, _ := domain.ParseTemplateID(p.ID)
	return id
}

// check looks at everything and writes it on the page.
func (p *editorPage) check(v *visit) error {
	for _, s := range []*pictureSide{&p.Owner, &p.Contact} {
		s.Checks = checksView{Role: string(s.Role), Empty: true}
		id, ok := domain.ParseDocumentID(p.V(s.Input))
		if !ok {
			continue
		}
		doc, err := v.Ops.Document(v.ctx, v.scope, id)
		if err != nil {
			if fault.Of(err).Kind == fault.Missing { // shredded meanwhile, or somebody else's
				p.Form.Del(s.Input)
				continue
			}
			return err
		}
		s.Doc = doc.Document
		s.Shot = v.shotOf(s.Role, s.Doc, nil)
	}
	p.Refusals, p.Reading = 0, false
	if p.blank() {
		return nil
	}
	seen, err := v.Ops.CheckTemplate(v.ctx, v.scope, p.id(), p.draft(v))
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		p.blame(v, e)
		return nil
	}
	typed := numbers{}
	for _, f := range formFields {
		typed[f] = p.V(f)
	}
	for _, s := range []*pictureSide{&p.Owner, &p.Contact} {
		if s.Role == realname.Contact && p.Kind == domain.Individual {
			continue
		}
		reading := s.Doc.Reading == domain.ReadingWaiting && s.Doc.ID != 0
		s.Checks = v.checksOf(s.Role, seen, reading, s.Doc.ID != 0, typed, p.subject())
		if s.Doc.ID != 0 {
			s.Checks.Passed += 2
			s.Checks.Lines = append(s.Checks.Lines, checkLine{State: "ok", Label: "check.format", Value: v.cat.say("check.format-is", strings.ToUpper(s.Doc.Format))},
				checkLine{State: "ok", Label: "check.bytes", Value: v.cat.say("check.bytes-are", bytesOf(s.Doc.Bytes))})
		}
		s.Shot.Marks = v.marksOf(seen, s.Role)
		p.Reading = p.Reading || reading
		p.Refusals += s.Checks.Refused
		for _, f := range ofRole(seen, s.Role).Findings {
			field := fieldOf(f)
			if p.Kind == domain.Individual {
				field = map[string]string{"RegistrantNameCN": "OrganizationNameCN", "RegistrantName": "OrganizationName"}[field] + ifEmpty(field)
			}
			if f.Fix != "" {
				p.fixes[field] = f.Fix
			}
			if f.Severity == realname.Inform || !slices.Contains(formFields, field) || p.errs[field] != nil && (!p.soft[field] || f.Severity == realname.Warn) {
				continue
			}
			n := v.words(fault.Code(f.Code), f.Facts)
			n.Field = field
			p.errs[field], p.soft[field] = &n, f.Severity == realname.Warn
		}
	}
	return nil
}

// subject is what there is to judge: a number that is kept counts as typed.
func (p *editorPage) subject() subject {
	return subject{p.Kind, p.V("CertificateType"), func(field string) bool {
		switch {
		case strings.TrimSpace(p.V(field)) != "":
			return true
		case p.T == nil:
			return false
		case field == "CertificateCode":
			return p.T.MaskedNumber != ""
		case field == "RegistrantCertificateCode":
			return p.T.MaskedContact != ""
		}
		return false
	}}
}

// ifEmpty lets a field's own name through that no other one stands for.
func ifEmpty(field string) string {
	switch field {
	case "RegistrantNameCN", "RegistrantName":
		return ""
	}
	return field
}

// blame puts a fault beside the field that it is about, or above the form.
func (p *editorPage) blame(v *visit, e *fault.Error) {
	n := v.notice(e)
	field := e.Facts["field"]
	if p.Kind == domain.Individual {
		switch field {
		case "RegistrantNameCN":
			field = "OrganizationNameCN"
		case "RegistrantName":
			field = "OrganizationName"
		}
	}
	if slices.Contains(formFields, field) && (field != "RegistrantNameCN" || p.Kind == domain.Organisation) {
		n.Field = field
		p.errs[field] = &n
	}
	p.Fault = &n
}

// editorView shows the editor with everything looked at.
func (v *visit) editorView(p *editorPage) error {
	if err := v.dress(p); err != nil {
		return err
	}
	title := v.cat.say("template.new-title")
	if p.T != nil {
		title = p.T.Contact.OrganizationCN
	}
	p.Shell = v.shell(title, "templates")
	lang := map[bool]string{true: zh, false: en}[v.lang == en]
	if p.ID != "" {
		p.Switch = "/templates/" + p.ID + "/edit?" + url.Values{"next": {p.Next}, "lang": {lang}}.Encode()
	} else {
		p.Switch = "/templates/new?" + url.Values{"kind": {string(p.Kind)}, "next": {p.Next}, "lang": {lang}}.Encode()
	}
	return v.page(p.Status, "template-new", p)
}

// dress reads all that the editor shows beside what was typed.
func (v *visit) dress(p *editorPage) error {
	p.Documents, p.PersonDocuments, p.Countries = documents[p.Kind], documents[domain.Individual], countries
	p.Suffixes = v.Ops.Policy().Suffixes()
	p.Action = "/templates/new"
	if p.ID != "" {
		p.Action = "/templates/" + p.ID + "/edit"
		if p.T == nil {
			t, err := v.Ops.Template(v.ctx, v.scope, p.id())
			if err != nil {
				return err
			}
			p.T = &t
		}
		if p.T.Reason != "" {
			last, err := v.verdictsOf(*p.T)
			if err != nil {
				return err
			}
			p.Reasons = last
		}
	}
	reaches, err := v.reaches()
	if err != nil {
		return err
	}
	for _, r := range reaches {
		p.verified[r.Code] = true
		if r.Type == domain.ReachPhone {
			p.verified[typedPhone(r.Code)] = true
			p.Phones = append(p.Phones, typedPhone(r.Code))
		} else {
			p.Mails = append(p.Mails, r.Code)
		}
	}
	table := v.Ops.Policy()
	p.Deadline = table.Calendar.AddWorkingDays(v.Ops.Now(), table.Verify.VerdictDays)
	return p.check(v)
}

// bytesOf writes a size as people read it.
func bytesOf(n int) string {
	if n < 1<<20 {
		return strconv.Itoa((n+1023)/1024) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

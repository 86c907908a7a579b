package console

import (
	"net/http"
	"net/url"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// documents are the product's certificate types in the order that the form offers them.
var documents = map[domain.SubjectKind][]string{
	domain.Individual: {"SFZ", "HZ", "TXZ", "TWSFZ", "GAJZZ", "TWJZZ", "GWSFZ"},
	domain.Organisation: {"YYZZ", "TYDMZ", "ORG", "SYZS", "STDJZ", "MBDJZ", "SHFWJGZ", "JJDJZ", "LSXKZ", "SFXKZ", "GZJGZY", "YLJGXKZ",
		"MBXXXKZ", "ZJDJZ", "BDDH", "JDXKZ", "GWCZDJZ", "GWZHDJZ", "GWLYDJZ", "GWJGZJ", "QTTYDM"},
}

// countries that the form offers, ISO 3166-1 alpha-2.
var countries = []string{"CN", "HK", "MO", "TW", "SG", "MY", "JP", "KR", "US", "CA", "GB", "DE", "FR", "AU", "NZ"}

type templatesPage struct {
	Shell
	List  []domain.Template
	Pager pager
}

const templatesPerPage = 20

func (v *visit) templates() error {
	page := v.pageOf(templatesPerPage)
	list, total, err := v.Ops.Templates(v.ctx, v.scope, ops.TemplateFilter{Page: page})
	if err != nil {
		return err
	}
	p := templatesPage{v.shell(v.cat.say("templates.title"), "templates"), list, v.pager(page, len(list), total)}
	for _, t := range list {
		if t.Status == domain.TemplateInAudit {
			p.Refresh = reviewSeconds
		}
	}
	return v.page(http.StatusOK, "templates", p)
}

type templateFormPage struct {
	Shell
	Kind      domain.SubjectKind
	Form      url.Values
	Next      string
	Documents []string
	Countries []string
	Fault     *notice
}

// V is what was typed into a field; E is the fault that stands beside it.
func (p templateFormPage) V(field string) string { return p.Form.Get(field) }

// Bad reports whether the fault is about the field.
func (p templateFormPage) Bad(field string) bool { return p.Fault != nil && p.Fault.Field == field }

// fieldView is one text field of the form with its fault and its hints.
type fieldView struct {
	Name, Label, Hint, Value, Auto, Mode string
	Optional, Mono, Full                 bool
	Fault                                *notice
}

// Field makes one: label and hint are keys of the catalogue; opts are "optional", "mono", "full", "auto=…", "mode=…".
func (p templateFormPage) Field(name, label, hint string, opts ...string) fieldView {
	f := fieldView{Name: name, Label: label, Hint: hint, Value: p.V(name)}
	for _, o := range opts {
		switch {
		case o == "optional":
			f.Optional = true
		case o == "mono":
			f.Mono = true
		case o == "full":
			f.Full = true
		case len(o) > 5 && o[:5] == "auto=":
			f.Auto = o[5:]
		case len(o) > 5 && o[:5] == "mode=":
			f.Mode = o[5:]
		}
	}
	if p.Bad(name) {
		f.Fault = p.Fault
	}
	return f
}

// formFields are the fields that the form has; a fault about another one stands above the form.
var formFields = map[string]bool{
	"OrganizationNameCN": true, "OrganizationName": true, "RegistrantNameCN": true, "RegistrantName": true, "Country": true,
	"ProvinceCN": true, "CityCN": true, "StreetCN": true, "Street": true, "ZipCode": true, "Telephone": true, "Email": true,
	"CertificateType": true, "CertificateCode": true,
}

func kindOf(s string) domain.SubjectKind {
	if domain.SubjectKind(s) == domain.Organisation {
		return domain.Organisation
	}
	return domain.Individual
}

func (v *visit) templateForm() error {
	form := url.Values{"Country": {"CN"}, "Email": {v.account.Email}}
	return v.templateFormView(http.StatusOK, templateFormPage{Kind: kindOf(v.r.URL.Query().Get("kind")), Form: form})
}

func (v *visit) templateFormView(status int, p templateFormPage) error {
	p.Next = safeNext(v.r.FormValue("next"), "")
	p.Documents, p.Countries = documents[p.Kind], countries
	p.Shell = v.shell(v.cat.say("template.new-title"), "templates")
	p.Switch = "/templates/new?" + url.Values{"kind": {string(p.Kind)}, "next": {p.Next}, "lang": {map[bool]string{true: zh, false: en}[v.lang == en]}}.Encode()
	return v.page(status, "template-new", p)
}

func (v *visit) templateCreate() error {
	if err := v.formErr(); err != nil {
		return err
	}
	form := v.r.PostForm
	kind := kindOf(form.Get("RegistrantType"))
	c := domain.Contact{
		Kind: kind, OrganizationCN: form.Get("OrganizationNameCN"), Organization: form.Get("OrganizationName"),
		NameCN: form.Get("RegistrantNameCN"), Name: form.Get("RegistrantName"),
		Country: form.Get("Country"), ProvinceCN: form.Get("ProvinceCN"), CityCN: form.Get("CityCN"), StreetCN: form.Get("StreetCN"),
		Street: form.Get("Street"), PostalCode: form.Get("ZipCode"), Telephone: form.Get("Telephone"), Email: form.Get("Email"),
	}
	if kind == domain.Individual { // the owner is the person to contact
		c.NameCN, c.Name = c.OrganizationCN, c.Organization
	}
	if c.CountryCN = v.texts[zh]["country."+c.Country]; c.CountryCN == "" {
		c.Country = "CN"
		c.CountryCN = v.texts[zh]["country.CN"]
	}
	t, err := v.Ops.CreateTemplate(v.ctx, v.scope, ops.TemplateForm{
		Contact: c, CertificateType: form.Get("CertificateType"), CertificateNumber: form.Get("CertificateCode"), Default: form.Get("default") != "",
	})
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		if field := f.Facts["field"]; formFields[field] {
			n.Field = field
		}
		if kind == domain.Individual && n.Field == "RegistrantNameCN" {
			n.Field = "OrganizationNameCN"
		} else if kind == domain.Individual && n.Field == "RegistrantName" {
			n.Field = "OrganizationName"
		}
		return v.templateFormView(statusOf(f.Kind), templateFormPage{Kind: kind, Form: form, Fault: &n})
	}
	v.redirect(safeNext(form.Get("next"), "/templates/"+t.ID.Public()))
	return nil
}

type templatePage struct {
	Shell
	T      domain.Template
	Reason *notice
}

func (v *visit) template() error {
	id, ok := domain.ParseTemplateID(v.r.PathValue("id"))
	if !ok {
		return fault.New(fault.Missing, "template.not-found", "template", clip(v.r.PathValue("id"), 40))
	}
	t, err := v.Ops.Template(v.ctx, v.scope, id)
	if err != nil {
		return err
	}
	p := templatePage{Shell: v.shell(t.Contact.OrganizationCN, "templates"), T: t}
	if t.Reason != "" {
		n := v.words(fault.Code(t.Reason), nil)
		p.Reason = &n
	}
	if t.Status == domain.TemplateInAudit {
		p.Refresh = reviewSeconds
	}
	return v.page(http.StatusOK, "template", p)
}

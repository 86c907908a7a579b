package ops

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// TemplateForm is a registrant's data as it was typed.
type TemplateForm struct {
	Contact           domain.Contact
	CertificateType   string
	CertificateNumber string
	Default           bool
}

// certificates are the product's CertificateType values and whose documents they are.
// Source: the product's API, CertificateInfo.CertificateType.
var certificates = map[string]domain.SubjectKind{
	"SFZ": domain.Individual, "HZ": domain.Individual, "TXZ": domain.Individual, "TWSFZ": domain.Individual,
	"GWSFZ": domain.Individual, "GAJZZ": domain.Individual, "TWJZZ": domain.Individual,
	"YYZZ": domain.Organisation, "ORG": domain.Organisation, "TYDMZ": domain.Organisation, "QTTYDM": domain.Organisation,
	"BDDH": domain.Organisation, "JDXKZ": domain.Organisation, "SYZS": domain.Organisation, "GWCZDJZ": domain.Organisation,
	"STDJZ": domain.Organisation, "ZJDJZ": domain.Organisation, "MBDJZ": domain.Organisation, "JJDJZ": domain.Organisation,
	"LSXKZ": domain.Organisation, "GWZHDJZ": domain.Organisation, "GWLYDJZ": domain.Organisation, "SFXKZ": domain.Organisation,
	"GWJGZJ": domain.Organisation, "SHFWJGZ": domain.Organisation, "MBXXXKZ": domain.Organisation, "YLJGXKZ": domain.Organisation,
	"GZJGZY": domain.Organisation,
}

// CreateTemplate keeps a registrant's data and puts it up for review.
func (o *Ops) CreateTemplate(ctx context.Context, scope domain.Scope, in TemplateForm) (domain.Template, error) {
	_, total, err := o.Store.Templates(ctx, scope.Account, TemplateFilter{Page: Page{Limit: 1}})
	if err != nil {
		return domain.Template{}, err
	}
	first, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return domain.Template{}, err
	}
	number := strings.TrimSpace(in.CertificateNumber)
	t, err := decideTemplate(in, number, total, domain.TemplateID(first), scope.Account, o.Policy().House, o.Now())
	if err != nil {
		return domain.Template{}, err
	}
	if t.SealedNumber, err = o.Sealer.Seal([]byte(number), "template-number:"+t.ID.Public()); err != nil {
		return domain.Template{}, err
	}
	return t, o.Store.Commit(ctx, Plan{
		Writes: []Write{InsertTemplate{t}},
		Events: []domain.Event{event(scope, scope.Account, t.ID.Public(), "template.submitted", "ok", t.CreatedAt)},
	})
}

func decideTemplate(in TemplateForm, number string, have int, id domain.TemplateID, account domain.AccountID, house policy.House, now time.Time) (domain.Template, error) {
	if have >= house.MaxTemplates {
		return domain.Template{}, fault.New(fault.Limited, "template.too-many", "limit", strconv.Itoa(house.MaxTemplates))
	}
	c := in.Contact
	for _, f := range contactFields(&c) {
		*f.value = strings.Join(strings.Fields(*f.value), " ")
		n := len([]rune(*f.value))
		switch {
		case n == 0 && f.min > 0:
			return domain.Template{}, fault.New(fault.Invalid, "template.field-missing", "field", f.name)
		case n > 0 && n < f.min:
			return domain.Template{}, malformed(f.name, "short")
		case n > f.max:
			return domain.Template{}, malformed(f.name, "long")
		case strings.ContainsFunc(*f.value, unicode.IsControl) || strings.ContainsAny(*f.value, "<>"):
			return domain.Template{}, malformed(f.name, "characters")
		case f.ascii && !printableASCII(*f.value):
			return domain.Template{}, malformed(f.name, "ascii")
		}
	}
	if c.Kind != domain.Individual && c.Kind != domain.Organisation {
		return domain.Template{}, malformed("RegistrantType", "choice")
	}
	email, err := address(c.Email)
	if err != nil {
		return domain.Template{}, malformed("Email", "email")
	}
	c.Email = email
	phone, ok := telephone(c.Telephone)
	if !ok {
		return domain.Template{}, malformed("Telephone", "telephone")
	}
	c.Telephone = phone
	if c.Country == "" {
		c.Country = "CN"
	}
	c.Country = strings.ToUpper(c.Country)
	if len(c.Country) != 2 || !letters(c.Country) {
		return domain.Template{}, malformed("Country", "country")
	}
	kind, known := certificates[in.CertificateType]
	switch {
	case in.CertificateType == "":
		return domain.Template{}, fault.New(fault.Invalid, "template.field-missing", "field", "CertificateType")
	case !known || kind != c.Kind:
		return domain.Template{}, malformed("CertificateType", "choice")
	case number == "":
		return domain.Template{}, fault.New(fault.Invalid, "template.field-missing", "field", "CertificateCode")
	case len(number) > 40 || !printableASCII(number) || strings.ContainsAny(number, " \t"):
		return domain.Template{}, malformed("CertificateCode", "characters")
	}
	return domain.Template{
		ID: id, Account: account, Version: 1, Status: domain.TemplateInAudit, Contact: c,
		CertificateType: in.CertificateType, MaskedNumber: mask(number), IsDefault: in.Default || have == 0,
		CreatedAt: now, UpdatedAt: now, NextActionAt: now.Add(house.TemplateReview),
	}, nil
}

type field struct {
	name     string // the product's ContactInfo name
	value    *string
	min, max int // characters; min 0: may be empty
	ascii    bool
}

func contactFields(c *domain.Contact) []field {
	return []field{
		{"OrganizationNameCN", &c.OrganizationCN, 2, 64, false},
		{"OrganizationName", &c.Organization, 2, 64, true},
		{"RegistrantNameCN", &c.NameCN, 2, 64, false},
		{"RegistrantName", &c.Name, 2, 64, true},
		{"CountryCN", &c.CountryCN, 1, 64, false},
		{"ProvinceCN", &c.ProvinceCN, 1, 64, false},
		{"CityCN", &c.CityCN, 1, 64, false},
		{"StreetCN", &c.StreetCN, 2, 128, false},
		{"Street", &c.Street, 2, 128, true},
		{"Province", &c.Province, 0, 64, true},
		{"City", &c.City, 0, 64, true},
		{"ZipCode", &c.PostalCode, 3, 16, true},
		{"Telephone", &c.Telephone, 5, 24, true},
		{"Email", &c.Email, 5, 254, true},
	}
}

func malformed(field, rule string) error {
	return fault.New(fault.Invalid, "template.field-malformed", "field", field, "rule", rule)
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func letters(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// telephone writes a number as EPP wants it, +CC.number (RFC 5733 section 2.5); the mainland is assumed
// where no country code was typed.
func telephone(typed string) (string, bool) {
	s := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(typed)
	cc, number := "86", s
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		if a, b, dotted := strings.Cut(rest, "."); dotted {
			cc, number = a, b
		} else if strings.HasPrefix(rest, "86") {
			number = rest[2:]
		} else {
			return "", false // where the country code ends can't be told
		}
	}
	digits := func(s string, low, high int) bool {
		return len(s) >= low && len(s) <= high && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	}
	if !digits(cc, 1, 3) || !digits(number, 5, 14) {
		return "", false
	}
	return "+" + cc + "." + number, true
}

// mask keeps the first three and the last four characters of an identity number, less of a short one.
func mask(number string) string {
	if len(number) <= 8 {
		return number[:1] + strings.Repeat("*", len(number)-1)
	}
	return number[:3] + strings.Repeat("*", len(number)-7) + number[len(number)-4:]
}

// Template reads one template of the caller's.
func (o *Ops) Template(ctx context.Context, scope domain.Scope, id domain.TemplateID) (domain.Template, error) {
	t, err := o.Store.Template(ctx, id)
	if err != nil {
		return domain.Template{}, err
	}
	if !scope.Owns(t.Account) {
		return domain.Template{}, fault.New(fault.Missing, "template.not-found", "template", id.Public())
	}
	return t, nil
}

// Templates lists the caller's templates, newest first, with how many there are.
func (o *Ops) Templates(ctx context.Context, scope domain.Scope, f TemplateFilter) ([]domain.Template, int, error) {
	return o.Store.Templates(ctx, scope.Account, f)
}

// decideReview ends the simulated review: a valid form counts as approved.
func decideReview(t domain.Template, now time.Time) Plan {
	return Plan{
		Expect: []Expect{{TableTemplate, int64(t.ID), t.Version}},
		Writes: []Write{SetTemplateStatus{ID: t.ID, From: domain.TemplateInAudit, To: domain.TemplateApproved, At: now}},
		Events: []domain.Event{{Account: t.Account, Subject: t.ID.Public(), Kind: "template.approved", Actor: "system", Via: "system", Result: "ok", At: now}},
	}
}

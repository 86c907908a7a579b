package ops

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// TemplateForm is a registrant's data as it was typed. A number that is empty, or that is the template's masked one, is
// the one that is kept already.
type TemplateForm struct {
	Contact           domain.Contact
	CertificateType   string
	CertificateNumber string
	Default           bool

	ValidFrom  time.Time // of the document; zero: not told
	ValidUntil time.Time // zero: not told, or long-term
	LongTerm   bool
	Document   domain.DocumentID // 0: none yet

	// The contact person's own document, of an organisation; all or nothing.
	ContactType     string
	ContactNumber   string
	ContactDocument domain.DocumentID

	Suffixes []string // that it is meant for; checked with, not kept
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

const maxNumber = 64 // characters of an identity number as typed

// tidied is what a draft may hold: everything that could not be stored or sent is refused, nothing need be there.
func tidied(in TemplateForm) (TemplateForm, error) {
	c := in.Contact
	for _, f := range contactFields(&c) {
		*f.value = strings.Join(strings.Fields(*f.value), " ")
		switch {
		case len([]rune(*f.value)) > f.max:
			return in, malformed(f.name, "long")
		case strings.ContainsFunc(*f.value, unicode.IsControl) || strings.ContainsAny(*f.value, "<>"):
			return in, malformed(f.name, "characters")
		}
	}
	if c.Kind == "" {
		c.Kind = domain.Individual
	}
	if c.Kind != domain.Individual && c.Kind != domain.Organisation {
		return in, malformed("RegistrantType", "choice")
	}
	if email, err := address(c.Email); err == nil {
		c.Email = email
	}
	if phone, ok := telephone(c.Telephone); ok {
		c.Telephone = phone
	}
	if c.Country = strings.ToUpper(c.Country); c.Country == "" {
		c.Country = "CN"
	}
	in.Contact = c
	in.CertificateNumber, in.ContactNumber = strings.TrimSpace(in.CertificateNumber), strings.TrimSpace(in.ContactNumber)
	for _, d := range []struct{ kind, number, typeField, numberField string }{
		{in.CertificateType, in.CertificateNumber, "CertificateType", "CertificateCode"},
		{in.ContactType, in.ContactNumber, "RegistrantCertificateType", "RegistrantCertificateCode"},
	} {
		if _, known := certificates[d.kind]; d.kind != "" && !known {
			return in, malformed(d.typeField, "choice")
		}
		switch {
		case len([]rune(d.number)) > maxNumber:
			return in, malformed(d.numberField, "long")
		case strings.ContainsFunc(d.number, unicode.IsControl) || strings.ContainsAny(d.number, "<>"):
			return in, malformed(d.numberField, "characters")
		}
	}
	if in.LongTerm {
		in.ValidUntil = time.Time{}
	}
	if !in.ValidUntil.IsZero() && in.ValidUntil.Before(in.ValidFrom) {
		return in, malformed("ValidUntil", "order")
	}
	return in, nil
}

// complete says what a tidied form, or a template, lacks before anybody else is asked about it: the first field that is
// missing or not written as registries take it. Whether the data is true is for the checks and the authority.
func complete(c domain.Contact, certificateType string, hasNumber, hasDocument bool) error {
	if err := completeFields(c); err != nil {
		return err
	}
	kind, known := certificates[certificateType]
	switch {
	case certificateType == "":
		return fault.New(fault.Invalid, "template.field-missing", "field", "CertificateType")
	case !known || kind != c.Kind:
		return malformed("CertificateType", "choice")
	case !hasNumber:
		return fault.New(fault.Invalid, "template.field-missing", "field", "CertificateCode")
	case !hasDocument:
		return fault.New(fault.Invalid, "template.field-missing", "field", "ImgUrl")
	}
	return nil
}

// completeFields is the same of the fields without the document.
func completeFields(c domain.Contact) error {
	for _, f := range contactFields(&c) {
		n := len([]rune(*f.value))
		switch {
		case n == 0 && f.min > 0:
			return fault.New(fault.Invalid, "template.field-missing", "field", f.name)
		case n > 0 && n < f.min:
			return malformed(f.name, "short")
		case f.ascii && !printableASCII(*f.value):
			return malformed(f.name, "ascii")
		}
	}
	if _, err := address(c.Email); err != nil {
		return malformed("Email", "email")
	}
	if _, ok := telephone(c.Telephone); !ok {
		return malformed("Telephone", "telephone")
	}
	if len(c.Country) != 2 || !letters(c.Country) {
		return malformed("Country", "country")
	}
	return nil
}

// completeContact is the same of the contact person's own document: all of it, or nothing.
func completeContact(kind domain.SubjectKind, certificateType string, hasNumber, hasDocument bool) error {
	if kind == domain.Individual || certificateType == "" && !hasNumber && !hasDocument {
		return nil
	}
	whose, known := certificates[certificateType]
	switch {
	case certificateType == "":
		return fault.New(fault.Invalid, "template.field-missing", "field", "RegistrantCertificateType")
	case !known || whose != domain.Individual:
		return malformed("RegistrantCertificateType", "choice")
	case !hasNumber:
		return fault.New(fault.Invalid, "template.field-missing", "field", "RegistrantCertificateCode")
	case !hasDocument:
		return fault.New(fault.Invalid, "template.field-missing", "field", "RegistrantImgUrl")
	}
	return nil
}

// Complete says what a template lacks before it can be submitted or stand for a name: the first field that is missing
// or malformed, or that it is of an old form.
func Complete(t domain.Template) error {
	if t.OldForm {
		return fault.New(fault.Conflict, "template.old-form", "template", t.ID.Public())
	}
	if err := complete(t.Contact, t.CertificateType, len(t.SealedNumber) > 0, t.Document != 0); err != nil {
		return err
	}
	return completeContact(t.Contact.Kind, t.ContactType, len(t.SealedContact) > 0, t.ContactDocument != 0)
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
	r := []rune(number)
	switch n := len(r); {
	case n == 0:
		return ""
	case n <= 8:
		return string(r[:1]) + strings.Repeat("*", n-1)
	default:
		return string(r[:3]) + strings.Repeat("*", n-7) + string(r[n-4:])
	}
}

func tooManyTemplates(have, most int) error {
	if have >= most {
		return fault.New(fault.Limited, "template.too-many", "limit", strconv.Itoa(most))
	}
	return nil
}

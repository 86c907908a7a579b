package ops

import (
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

func goodForm() TemplateForm {
	return TemplateForm{CertificateType: "SFZ", CertificateNumber: "110000199001011234", Document: 9, Contact: domain.Contact{Kind: domain.Individual,
		OrganizationCN: "张三", Organization: "Zhang San", NameCN: "张三", Name: "Zhang San", CountryCN: "中国", ProvinceCN: "北京", CityCN: "北京",
		StreetCN: "海淀区某路 1 号", Street: "1 Some Road", PostalCode: "100000", Telephone: "+86.13800000000", Email: "zhang@example.com"}}
}

// whole is what a form has to pass to be submitted, as far as the form alone says.
func whole(in TemplateForm) error {
	in, err := tidied(in)
	if err != nil {
		return err
	}
	if err := complete(in.Contact, in.CertificateType, in.CertificateNumber != "", in.Document != 0); err != nil {
		return err
	}
	return completeContact(in.Contact.Kind, in.ContactType, in.ContactNumber != "", in.ContactDocument != 0)
}

func TestTemplateForm(t *testing.T) {
	if err := whole(goodForm()); err != nil {
		t.Fatal(err)
	}
	company := func(f *TemplateForm) {
		f.Contact.Kind, f.CertificateType, f.ContactType, f.ContactNumber, f.ContactDocument = domain.Organisation, "YYZZ", "SFZ", "1", 3
	}
	for _, c := range []struct {
		field, code string
		draft       bool // refused as a draft already
		edit        func(*TemplateForm)
	}{
		{"OrganizationNameCN", "template.field-missing", false, func(f *TemplateForm) { f.Contact.OrganizationCN = " " }},
		{"OrganizationName", "template.field-malformed", false, func(f *TemplateForm) { f.Contact.Organization = "张" + "三" }},
		{"OrganizationName", "template.field-malformed", true, func(f *TemplateForm) { f.Contact.Organization = strings.Repeat("x", 65) }},
		{"Email", "template.field-malformed", false, func(f *TemplateForm) { f.Contact.Email = "nobody" }},
		{"Telephone", "template.field-malformed", false, func(f *TemplateForm) { f.Contact.Telephone = "+1 555 000 11" }},
		{"CertificateType", "template.field-malformed", false, func(f *TemplateForm) { f.CertificateType = "YYZZ" }},
		{"CertificateType", "template.field-malformed", true, func(f *TemplateForm) { f.CertificateType = "XYZ" }},
		{"CertificateType", "template.field-missing", false, func(f *TemplateForm) { f.CertificateType = "" }},
		{"CertificateCode", "template.field-missing", false, func(f *TemplateForm) { f.CertificateNumber = "" }},
		{"CertificateCode", "template.field-malformed", true, func(f *TemplateForm) { f.CertificateNumber = strings.Repeat("1", 65) }},
		{"ImgUrl", "template.field-missing", false, func(f *TemplateForm) { f.Document = 0 }},
		{"Country", "template.field-malformed", false, func(f *TemplateForm) { f.Contact.Country = "CHN" }},
		{"StreetCN", "template.field-malformed", true, func(f *TemplateForm) { f.Contact.StreetCN = "<script>" }},
		{"RegistrantType", "template.field-malformed", true, func(f *TemplateForm) { f.Contact.Kind = "X" }},
		{"ValidUntil", "template.field-malformed", true, func(f *TemplateForm) { f.ValidFrom, f.ValidUntil = testNow, testNow.Add(-time.Hour) }},
		{"", "", false, company},
		{"RegistrantImgUrl", "template.field-missing", false, func(f *TemplateForm) { company(f); f.ContactDocument = 0 }},
		{"RegistrantCertificateCode", "template.field-missing", false, func(f *TemplateForm) { company(f); f.ContactNumber = "" }},
		{"RegistrantCertificateType", "template.field-malformed", false, func(f *TemplateForm) { company(f); f.ContactType = "YYZZ" }},
		{"", "", false, func(f *TemplateForm) { company(f); f.ContactType, f.ContactNumber, f.ContactDocument = "", "", 0 }},
	} {
		bad := goodForm()
		c.edit(&bad)
		if _, err := tidied(bad); (err != nil) != c.draft {
			t.Errorf("%s as a draft: %v", c.field, err)
		}
		err := whole(bad)
		if c.code == "" {
			if err != nil {
				t.Errorf("%v", err)
			}
			continue
		}
		if e := fault.Of(err); e == nil || string(e.Code) != c.code || e.Facts["field"] != c.field {
			t.Errorf("%s: %v", c.field, err)
		}
	}
	for typed, want := range map[string]string{"138 0000 0000": "+86.13800000000", "+86 138-0000-0000": "+86.13800000000", "+852.21234567": "+852.21234567"} {
		if got, ok := telephone(typed); !ok || got != want {
			t.Errorf("%q: %q %v", typed, got, ok)
		}
	}
	for number, want := range map[string]string{"110000199001011234": "110***********1234", "1234": "1***", "": "", "号码号码号码号码号": "号码号**码号码号"} {
		if got := mask(number); got != want {
			t.Errorf("%q is masked as %q", number, got)
		}
	}
}

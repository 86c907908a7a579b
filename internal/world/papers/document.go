package papers

import (
	"fmt"
	"image/color"
	"math/rand/v2"
)

// Document is a paper to draw. What is printed is what the person, organisation or visitor says; change them first to
// draw a paper that says something else.
type Document struct {
	Type           string // the product's CertificateType: SFZ, YYZZ, TYDMZ, ORG, HZ, TXZ …
	Back           bool   // an identity card's side with the emblem, and a residence permit's
	Old            bool   // a business licence of before 2014, with a registration number
	Person         Person
	Organisation   Organisation
	Visitor        Visitor
	Representative string // of an organisation
}

// IDCard is a person's identity card: the side with portrait and number.
func IDCard(p Person) Document { return Document{Type: "SFZ", Person: p} }

// IDCardBack is the side with the emblem.
func IDCardBack(p Person) Document { return Document{Type: "SFZ", Person: p, Back: true} }

// Passport is the data page of a person's passport.
func Passport(p Person) Document { return Document{Type: "HZ", Person: p} }

// Licence is an organisation's own document, of the type that it has.
func Licence(o Organisation) Document {
	return Document{Type: o.Type, Organisation: o, Representative: People()[o.Representative].Name}
}

// OldLicence is a business licence of the old form, with a registration number of 15 digits.
func OldLicence(o Organisation) Document {
	d := Licence(o)
	d.Type, d.Old = "YYZZ", true
	return d
}

// CreditCertificate is an organisation's certificate of its credit code.
func CreditCertificate(o Organisation) Document { return withType(o, "TYDMZ") }

// OrgCertificate is an organisation's certificate of its organisation code.
func OrgCertificate(o Organisation) Document { return withType(o, "ORG") }

func withType(o Organisation, t string) Document {
	d := Licence(o)
	d.Type = t
	return d
}

// Permit is a visitor's document.
func Permit(v Visitor) Document { return Document{Type: v.Type, Visitor: v} }

// flat draws the document itself, a scale of pixels to the millimetre.
func (d Document) flat(scale float64, f Fonts, rng *rand.Rand) (*canvas, error) {
	var c *canvas
	switch {
	case d.Type == "SFZ" && d.Back, (d.Type == "GAJZZ" || d.Type == "TWJZZ") && d.Back:
		c = d.idBack(scale, f, rng)
	case d.Type == "SFZ", d.Type == "GAJZZ", d.Type == "TWJZZ":
		c = d.idFront(scale, f, rng)
	case d.Type == "HZ":
		c = d.passport(scale, f, rng)
	case d.Type == "TXZ", d.Type == "TWSFZ", d.Type == "GWSFZ":
		c = d.permit(scale, f, rng)
	case d.Type == "YYZZ" && d.Old:
		c = d.oldLicence(scale, f, rng)
	case d.Type == "YYZZ":
		c = d.licence(scale, f, rng)
	case d.Type == "NOTE":
		c = d.note(scale, f, rng)
	case d.Type == "ORG":
		c = d.orgCertificate(scale, f, rng)
	default:
		title := certificates[d.Type]
		if title == "" {
			return nil, fmt.Errorf("papers: no picture of a document of type %q", d.Type)
		}
		c = d.certificate(title, scale, f, rng)
	}
	return c, c.err()
}

// certificates are titles of the documents that look alike.
var certificates = map[string]string{
	"TYDMZ": "统一社会信用代码证书",
	"SYZS":  "事业单位法人证书",
	"STDJZ": "社会团体法人登记证书",
	"MBDJZ": "民办非企业单位登记证书",
	"JJDJZ": "基金会法人登记证书",
	"LSXKZ": "律师事务所执业许可证",
}

// Types are those that can be drawn.
func Types() []string {
	return []string{"SFZ", "HZ", "TXZ", "TWSFZ", "GAJZZ", "TWJZZ", "GWSFZ", "YYZZ", "TYDMZ", "ORG", "SYZS", "STDJZ", "MBDJZ", "JJDJZ", "LSXKZ"}
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}

// tint is a colour that lets the paper through.
func tint(hex uint32, alpha float64) color.NRGBA {
	c := rgb(hex)
	return color.NRGBA{R: c.R, G: c.G, B: c.B, A: uint8(alpha * 255)}
}

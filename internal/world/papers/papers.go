// Package papers has a small population that does not exist, and draws its papers: identity cards, licences, passports,
// permits, as photographs and scans of them look. The world's authority knows these people, the demo and the drills
// play them, and tests of the picture checks are made of their papers.
//
// Nobody here is real: counties do not exist, and the county digits of every number (…96 to …98) are not allocated, while
// province digits and check characters are right, so that the numbers pass every rule that can be checked without a
// register. Everything is the same at each start.
package papers

import "time"

// Person is a fictional person of the mainland.
type Person struct {
	Name       string // as the identity card has it
	Latin      string // as a passport has it, surname first: Su He
	Sex        string // 男 or 女
	Nation     string // 汉, 维吾尔 …
	Birth      time.Time
	Number     string // of the identity card, 18 characters (GB 11643)
	Place      Place
	Street     string // with the house number, in Chinese
	StreetEN   string
	Issuer     string // of the identity card
	ValidFrom  time.Time
	ValidUntil time.Time // zero: long-term
	Passport   string    // number of a passport of the same person
}

// Address is the person's as the card prints it.
func (p Person) Address() string { return p.Place.Address() + p.Street }

// Place is a county that does not exist in a city that does.
type Place struct {
	Digits     string // first six of a number
	ProvinceCN string // with its suffix: 浙江省
	Province   string
	CityCN     string
	City       string
	CountyCN   string
	County     string
	Post       string
}

// Address is the place in Chinese from the province down.
func (p Place) Address() string {
	if p.ProvinceCN == p.CityCN {
		return p.CityCN + p.CountyCN
	}
	return p.ProvinceCN + p.CityCN + p.CountyCN
}

// Organisation is a fictional organisation of the mainland.
type Organisation struct {
	Name           string
	Latin          string
	Kind           string // what the licence calls it: 有限责任公司 …
	Type           string // the product's CertificateType of its own document: YYZZ, SYZS, STDJZ …
	Code           string // unified social credit code, 18 characters (GB 32100)
	OrgCode        string // organisation code within it, with its hyphen: 12345678-X (GB 11714)
	Registration   string // number of the old business licence, 15 digits
	Representative int    // index into People
	Place          Place
	Street         string
	StreetEN       string
	Capital        string // 壹佰万元整
	Scope          string // what it does
	Founded        time.Time
	ValidUntil     time.Time // zero: long-term
	Registrar      string    // that keeps its record
	Serial         string    // of the paper itself, which people take for the code
}

// Address is where it is, as its licence prints it.
func (o Organisation) Address() string { return o.Place.Address() + o.Street }

// Visitor is a fictional person of Hong Kong, Macao, Taiwan or abroad, with one document.
type Visitor struct {
	Type       string // TXZ, TWSFZ, GAJZZ, TWJZZ, GWSFZ, HZ
	Name       string // in Chinese; of a foreigner as the document spells it
	Latin      string // as the document spells it: CHAN, SIU MING
	Sex        string
	Region     string // ISO 3166-1 alpha-2
	Birth      time.Time
	Number     string
	ValidFrom  time.Time
	ValidUntil time.Time
	Address    string // residence permits
	Issuer     string
}

package realname

import "github.com/openregistrar/openregistrar/internal/domain"

// Document is what is known of a type of document.
type Document struct {
	Type   string             // the product's CertificateType
	Kind   domain.SubjectKind // whose document it is
	Region string             // of its holder, ISO 3166-1 alpha-2; "": any, "-": outside China, Hong Kong, Macao and Taiwan
	// Numbers are the forms that its number may have, tried in order.
	Numbers []numberRule
	// Foreign: the name stands in it in other letters, and is copied as it is.
	Foreign bool
	// Since: superseded from that day on (2006-01-02) by By; empty: in use.
	Since, By string
	// Credit: what is wanted of it is the unified social credit code.
	Credit bool
}

// documents are the product's types (reference: the product's API, CertificateInfo.CertificateType).
var documents = []Document{
	{Type: "SFZ", Kind: domain.Individual, Region: "CN", Numbers: []numberRule{citizen}},
	{Type: "HZ", Kind: domain.Individual, Numbers: []numberRule{passport}},
	{Type: "TXZ", Kind: domain.Individual, Region: "HK", Numbers: []numberRule{homeReturn}},
	{Type: "TWSFZ", Kind: domain.Individual, Region: "TW", Numbers: []numberRule{taiwanPermit}},
	{Type: "GAJZZ", Kind: domain.Individual, Region: "HK", Numbers: []numberRule{residenceHKMO}},
	{Type: "TWJZZ", Kind: domain.Individual, Region: "TW", Numbers: []numberRule{residenceTW}},
	{Type: "GWSFZ", Kind: domain.Individual, Region: "-", Numbers: []numberRule{permanentResident}, Foreign: true},

	{Type: "YYZZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, licence15}, Credit: true},
	{Type: "TYDMZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode}, Credit: true},
	// Certificates of organisation codes ended with the unified code, at the latest at the end of 2017.
	{Type: "ORG", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{organisationCode, creditCode}, Since: "2018-01-01", By: "TYDMZ"},
	{Type: "SYZS", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "STDJZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "MBDJZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "JJDJZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "LSXKZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "SFXKZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "ZJDJZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "BDDH", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{otherNumber}},
	{Type: "JDXKZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{otherNumber}},
	{Type: "SHFWJGZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "MBXXXKZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "YLJGXKZ", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "GZJGZY", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode, otherNumber}},
	{Type: "GWCZDJZ", Kind: domain.Organisation, Region: "-", Numbers: []numberRule{creditCode, otherNumber}, Foreign: true},
	{Type: "GWZHDJZ", Kind: domain.Organisation, Region: "-", Numbers: []numberRule{creditCode, otherNumber}, Foreign: true},
	{Type: "GWLYDJZ", Kind: domain.Organisation, Region: "-", Numbers: []numberRule{creditCode, otherNumber}, Foreign: true},
	{Type: "GWJGZJ", Kind: domain.Organisation, Region: "-", Numbers: []numberRule{otherNumber}, Foreign: true},
	{Type: "QTTYDM", Kind: domain.Organisation, Region: "CN", Numbers: []numberRule{creditCode}, Credit: true},
}

var documentByType = func() map[string]Document {
	m := make(map[string]Document, len(documents))
	for _, d := range documents {
		m[d.Type] = d
	}
	return m
}()

// Documents lists the types of documents that are known.
func Documents() []Document { return append([]Document(nil), documents...) }

// DocumentOf finds a type.
func DocumentOf(code string) (Document, bool) { d, ok := documentByType[code]; return d, ok }

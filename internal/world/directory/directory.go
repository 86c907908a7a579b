// Package directory is the registries' public face: RDAP (RFC 9082, 9083) and
// WHOIS (RFC 3912) over what a registry holds at this moment.
package directory

import (
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Registry is what the directory needs of one registry.
type Registry struct {
	ID    string
	Zones []string // A-label form
	// Thin registries publish no contacts and point to the registrar's service.
	Thin bool
	// Now is business time: when the data is from.
	Now func() time.Time
	// Domain looks a registered name up (A-label, lower case, no final dot).
	Domain func(name string) (Domain, bool)
	// Host looks a name server up; hosts are known by name or not at all.
	Host func(name string) (Host, bool)
}

// Domain is a registered name with everything published about it.
type Domain struct {
	Name        string
	Handle      string
	Created     time.Time
	Updated     time.Time // zero: never changed
	Expires     time.Time
	Transferred time.Time // zero: never transferred
	Statuses    []string  // EPP (RFC 5731)
	RGP         []string  // RFC 3915
	Servers     []Host
	DS          []DS
	Registrar   Registrar
	Contacts    map[string]Contact // by role: registrant, admin, tech
}

// Host is a name server and the addresses that the registry knows.
type Host struct {
	Name   string
	Handle string
	Addrs  []netip.Addr
}

// DS is a delegation signer record.
type DS struct {
	KeyTag     uint16
	Algorithm  uint8
	DigestType uint8
	Digest     string
}

// Registrar is a sponsor as the registry publishes it.
type Registrar struct {
	ID          string
	Name        string
	IANAID      string
	URL         string
	WHOISServer string
	RDAPBase    string
	AbuseEmail  string
	AbusePhone  string
}

// Contact is the part of a contact that may be published; the rest is not even
// handed to this package.
type Contact struct {
	Org      string
	Province string
	Country  string // ISO 3166 two letters
}

// profile is the strict lookup profile of internationalised names.
var profile = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.Transitional(false))

// asciiName brings a queried name to the form in which names are kept: lower
// case, A-labels, no final dot. false: that is no domain name.
func asciiName(q string) (string, bool) {
	q = strings.TrimSuffix(strings.TrimSpace(q), ".")
	if q == "" || len(q) > 253*4 {
		return "", false
	}
	a, err := profile.ToASCII(q)
	if err != nil || len(a) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(a, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
	}
	return strings.ToLower(a), true
}

// unicodeName is the readable form, "" where it is the same.
func unicodeName(a string) string {
	u, err := profile.ToUnicode(a)
	if err != nil || u == a {
		return ""
	}
	return u
}

func (r Registry) holds(name string) bool {
	for _, z := range r.Zones {
		if strings.HasSuffix(name, "."+z) {
			return true
		}
	}
	return false
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

package conformance

import (
	"crypto/rand"
	"net/netip"
	"strings"

	"github.com/openregistrar/openregistrar/epp"
)

// made is a domain with what was made for it.
type made struct {
	name     string
	hosts    []string
	contacts []string
	create   *epp.DomainCreate
}

// newContact makes a contact and returns its id.
func (s *session) newContact() string {
	s.Helper()
	id := "RST-" + rand.Text()[:10]
	s.setup(contact(id))
	return id
}

// newHost makes an external host object.
func (s *session) newHost() string {
	s.Helper()
	name := "ns1." + label() + ".example"
	s.setup(&epp.HostCreate{Name: name})
	return name
}

// prepare makes what a domain of registrar n needs, and the command.
func (s *session) prepare(n int, tld string) *made {
	s.Helper()
	m := &made{name: label() + "." + tld}
	m.create = &epp.DomainCreate{Name: m.name, Period: epp.Years(1)}
	if s.st.contacts(n) {
		id := s.newContact()
		m.contacts = []string{id}
		m.create.Registrant = id
		for _, role := range s.st.list("epp.requiredContactTypes") {
			m.create.Contacts = append(m.create.Contacts, epp.DomainContact{Type: role, ID: id})
		}
	}
	if s.st.attributes {
		m.create.NS.Attrs = []epp.HostAttr{{Name: "ns1." + label() + ".example"},
			{Name: "ns2." + m.name, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("2001:db8::53")}}}
	} else {
		m.hosts = []string{s.newHost(), s.newHost()}
		m.create.NS.Objects = m.hosts
	}
	return m
}

// domain makes a domain of registrar n.
func (s *session) domain(n int, tld string) *made {
	s.Helper()
	m := s.prepare(n, tld)
	s.setup(m.create)
	return m
}

func (s *session) domainInfo(name string) (*epp.DomainInfoData, *epp.Response) {
	s.Helper()
	resp := s.do(&epp.DomainInfo{Name: name})
	d, _ := epp.Find[*epp.DomainInfoData](resp.ResData)
	return d, resp
}

func (s *session) hostInfo(name string) (*epp.HostInfoData, *epp.Response) {
	s.Helper()
	resp := s.do(&epp.HostInfo{Name: name})
	d, _ := epp.Find[*epp.HostInfoData](resp.ResData)
	return d, resp
}

func (s *session) contactInfo(id string) (*epp.ContactInfoData, *epp.Response) {
	s.Helper()
	resp := s.do(&epp.ContactInfo{ID: id})
	d, _ := epp.Find[*epp.ContactInfoData](resp.ResData)
	return d, resp
}

// rgp is the RGP statuses of an answer.
func rgp(resp *epp.Response) []string {
	var out []string
	if x, ok := epp.Find[*epp.RGPInfoData](resp.Extensions); ok {
		for _, s := range x.Statuses {
			out = append(out, s.Value)
		}
	}
	return out
}

// goesBy says whether an answer to a check or a transform treats a name that
// is no name as it may: unavailable, or 2001, 2004, 2005.
func goesBy(resp *epp.Response, items []epp.CheckItem) bool {
	switch resp.Code() {
	case 2001, 2004, 2005:
		return true
	case 1000:
		return len(items) == 1 && !items[0].Avail
	}
	return false
}

// badNames are no host names by RFC 1123 section 2.1 and RFC 1035 section
// 2.3.4, under a suffix.
func badNames(suffix string) []string {
	return []string{
		"-leading." + suffix, "trailing-." + suffix, "under_score." + suffix, "spa ce." + suffix, "dot..dot." + suffix,
		strings.Repeat("a", 64) + "." + suffix, "excla!m." + suffix, "." + suffix,
		strings.Repeat(strings.Repeat("a", 60)+".", 5) + suffix,
	}
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;").Replace(s)
}

func one(list []string, s string) bool {
	n := 0
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n == 1
}

func statusesOf(l []epp.Status) []string {
	var out []string
	for _, s := range l {
		out = append(out, s.Value)
	}
	return out
}

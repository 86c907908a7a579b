package conformance

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func TestEPP14(t *testing.T) { perform(t, "epp-14") }
func TestEPP15(t *testing.T) { perform(t, "epp-15") }
func TestEPP16(t *testing.T) { perform(t, "epp-16") }
func TestEPP18(t *testing.T) { perform(t, "epp-18") }
func TestEPP21(t *testing.T) { perform(t, "epp-21") }
func TestEPP22(t *testing.T) { perform(t, "epp-22") }

// domainXML writes a create that the library would not make. Empty parts are
// left out; ns is a whole element.
func domainXML(name, period, ns, registrant, contacts, pw string) string {
	var b strings.Builder
	b.WriteString(`<create xmlns="` + epp.NSDomain + `"><name>` + escape(name) + `</name>` + period + ns)
	b.WriteString(registrant + contacts + `<authInfo><pw>` + escape(pw) + `</pw></authInfo></create>`)
	return b.String()
}

// rest is what a valid create of the registrar says about contacts.
func (m *made) rest() (registrant, contacts string) {
	if m.create.Registrant != "" {
		registrant = `<registrant>` + m.create.Registrant + `</registrant>`
	}
	for _, c := range m.create.Contacts {
		contacts += `<contact type="` + c.Type + `">` + c.ID + `</contact>`
	}
	return registrant, contacts
}

func hostObj(names ...string) string {
	s := `<ns>`
	for _, n := range names {
		s += `<hostObj>` + escape(n) + `</hostObj>`
	}
	return s + `</ns>`
}

func hostAttr(name string, addrs ...string) string {
	s := `<ns><hostAttr><hostName>` + escape(name) + `</hostName>`
	for _, a := range addrs {
		version := "v4"
		if strings.Contains(a, ":") {
			version = "v6"
		}
		s += `<hostAddr ip="` + version + `">` + escape(a) + `</hostAddr>`
	}
	return s + `</hostAttr></ns>`
}

const nsSecDNS = "urn:ietf:params:xml:ns:secDNS-1.1"

func secDNS(t *testing.T, verb, inner string) epp.Value {
	t.Helper()
	el, err := epp.ParseElement([]byte(`<` + verb + ` xmlns="` + nsSecDNS + `">` + inner + `</` + verb + `>`))
	if err != nil {
		t.Fatal(err)
	}
	return &epp.Raw{Element: el}
}

func dsXML(tag, alg, typ, digest string) string {
	return `<dsData><keyTag>` + tag + `</keyTag><alg>` + alg + `</alg><digestType>` + typ + `</digestType><digest>` + digest + `</digest></dsData>`
}

var (
	sha256A = strings.Repeat("49FD46E6C4B45C55", 4)
	sha256B = strings.Repeat("0123456789ABCDEF", 4)
	badDS   = map[string]string{
		"key tag of 65536":          dsXML("65536", "13", "2", sha256A),
		"negative key tag":          dsXML("-1", "13", "2", sha256A),
		"key tag that is no number": dsXML("tag", "13", "2", sha256A),
		"algorithm 256":             dsXML("12345", "256", "2", sha256A),
		"algorithm 0":               dsXML("12345", "0", "2", sha256A),
		"algorithm 4, unassigned":   dsXML("12345", "4", "2", sha256A),
		"digest type 0":             dsXML("12345", "13", "0", sha256A),
		"digest type 99":            dsXML("12345", "13", "99", sha256A),
		"digest too short":          dsXML("12345", "13", "2", sha256A[:62]),
		"digest too long":           dsXML("12345", "13", "2", sha256A+"00"),
		"odd digest":                dsXML("12345", "13", "2", sha256A[:63]),
		"digest that is no hex":     dsXML("12345", "13", "2", "XY"+sha256A[2:]),
		"empty digest":              dsXML("12345", "13", "2", ""),
		"key data":                  `<keyData><flags>257</flags><protocol>3</protocol><alg>13</alg><pubKey>AQPJ////4Q==</pubKey></keyData>`,
	}
	badPeriods = []string{`<period unit="y">0</period>`, `<period unit="y">11</period>`, `<period unit="y">99</period>`, `<period unit="y">100</period>`,
		`<period unit="y">-1</period>`, `<period unit="y">one</period>`, `<period unit="d">365</period>`, `<period unit="m">13</period>`, `<period>1</period>`, `<period unit="y"></period>`}
	roid = regexp.MustCompile(`^[\w]{1,80}-[\w]{1,8}$`)
)

func epp14(r *run) {
	for n := 1; n <= 2; n++ {
		s := r.login(n)
		for _, tld := range tlds {
			s.createDomains(n, tld)
		}
	}
}

func (s *session) createDomains(n int, tld string) {
	const accepts = "EPP_DOMAIN_CREATE_SERVER_ACCEPTS_"
	m := s.prepare(n, tld)
	registrant, contacts := m.rest()
	ns := hostObj(m.hosts...)
	if s.st.attributes {
		ns = hostAttr("ns1." + label() + ".example")
	}
	create := func(name, period, ns, registrant, pw string, exts ...epp.Value) *epp.Response {
		return s.raw(epp.VerbCreate, "", domainXML(name, period, ns, registrant, contacts, pw), exts...)
	}
	const year = `<period unit="y">1</period>`
	for _, bad := range badNames(tld) {
		s.refused(accepts+"INVALID_DOMAIN_NAME", create(bad, year, ns, registrant, ""), bad)
	}
	for _, bad := range badPeriods {
		s.refused(accepts+"INVALID_PERIOD", create(m.name, bad, ns, registrant, ""), bad)
	}
	if s.st.attributes {
		inside := "ns1." + m.name
		s.refused(accepts+"HOST_ATTRIBUTES_WITHOUT_GLUE", create(m.name, year, hostAttr(inside), registrant, ""), inside+" without addresses")
		for _, bad := range append(slices.Clone(badV4[:4]), "2001:db8::zz", "2001:db8::1::2") {
			s.refused(accepts+"HOST_ATTRIBUTES_WITH_INVALID_GLUE", create(m.name, year, hostAttr(inside, bad), registrant, ""), bad)
		}
		for _, bad := range badNames("example") {
			s.refused(accepts+"HOST_ATTRIBUTES_WITH_INVALID_GLUE", create(m.name, year, hostAttr(bad), registrant, ""), bad)
		}
		s.refused("EPP_DOMAIN_CREATE_SERVER_INCORRECTLY_ACCEPTS_HOST_OBJECTS", create(m.name, year, hostObj("ns1."+label()+".example"), registrant, ""), "host objects")
	} else {
		for _, bad := range badNames("example") {
			s.refused(accepts+"INVALID_HOST_OBJECT", create(m.name, year, hostObj(bad), registrant, ""), bad)
		}
		s.refused(accepts+"NON_EXISTENT_HOST_OBJECT", create(m.name, year, hostObj("ns1."+label()+".example"), registrant, ""), "a host that does not exist")
		s.refused("EPP_DOMAIN_CREATE_SERVER_INCORRECTLY_ACCEPTS_HOST_ATTRIBUTES", create(m.name, year, hostAttr("ns1."+label()+".example"), registrant, ""), "host attributes")
	}
	for what, bad := range badDS {
		s.refused(accepts+"INVALID_DNSSEC_DATA", create(m.name, year, ns, registrant, "", secDNS(s.T, "create", bad)), what)
	}
	if s.st.contacts(n) {
		s.refused(accepts+"NON_EXISTENT_REGISTRANT", create(m.name, year, ns, `<registrant>NONE-`+strings.ToUpper(label())[4:10]+`</registrant>`, ""), "a registrant that does not exist")
		elsewhere := contacts
		contacts = strings.ReplaceAll(contacts, m.create.Registrant, "NONE-0001")
		s.refused(accepts+"NON_EXISTENT_REGISTRANT", create(m.name, year, ns, registrant, ""), "contacts that do not exist")
		contacts = elsewhere
		s.refused(accepts+"MISSING_REGISTRANT", create(m.name, year, ns, `<registrant/>`, ""), "an empty registrant")
		s.refused(accepts+"NO_REGISTRANT_FOR_THICK_REGISTRY", create(m.name, year, ns, "", ""), "no registrant")
	} else {
		id := "SOME-BODY"
		if s.st.dataModel == "per-registrar" {
			id = s.st.list("epp.registeredContacts")[0]
		}
		s.refused(accepts+"REGISTRANT_FOR_THIN_REGISTRY", create(m.name, year, ns, `<registrant>`+id+`</registrant>`, ""), "a registrant")
	}
	for _, bad := range []string{"1", "short", "1234567"} {
		s.refused(accepts+"AUTHINFO", create(m.name, year, ns, registrant, bad), "the authInfo "+strconv.Quote(bad))
	}
	if d, resp := s.domainInfo(m.name); resp.Code() != 2303 {
		s.check("EPP_DOMAIN_CREATE_INFO_RESPONSE_MISSING_OBJECT_PROPERTIES", false, "a refused create left %+v", d)
	}
	// And with everything right: an empty password (RFC 9154), and one DS.
	before := time.Now()
	resp := create(m.name, `<period unit="y">2</period>`, ns, registrant, "", secDNS(s.T, "create", dsXML("12345", "13", "2", sha256A)))
	if !s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", resp, m.name) {
		return
	}
	d, info := s.domainInfo(m.name)
	const missing = "EPP_DOMAIN_CREATE_INFO_RESPONSE_MISSING_OBJECT_PROPERTIES"
	s.must(missing, info.Code() == 1000 && d != nil, "%v", info.Err())
	s.check("EPP_DOMAIN_CREATE_INFO_RESPONSE_INVALID_ROID", roid.MatchString(d.ROID) && strings.HasSuffix(d.ROID, "-"+s.st.reg.Profile().ROID), "%q", d.ROID)
	s.check(missing, d.CrDate.After(before.Add(-time.Minute)) && d.CrDate.Before(time.Now().Add(time.Minute)), "crDate %s", d.CrDate)
	s.check(missing, d.ExDate.Equal(d.CrDate.AddDate(2, 0, 0)), "exDate %s of %s", d.ExDate, d.CrDate)
	s.check(missing, d.CrID == s.clid && d.ClID == s.clid, "crID %s, clID %s", d.CrID, d.ClID)
	s.check(missing, d.Registrant == m.create.Registrant && len(d.Contacts) == len(m.create.Contacts), "contacts %s %+v", d.Registrant, d.Contacts)
	s.check(missing, len(d.NS.Names()) > 0, "no name servers")
	sec, _ := epp.Find[*epp.SecDNSInfoData](info.Extensions)
	s.check(missing, sec != nil && len(sec.DS) == 1 && sec.DS[0].KeyTag == 12345 && sec.DS[0].Alg == 13 && sec.DS[0].DigestType == 2 &&
		strings.EqualFold(sec.DS[0].Digest, sha256A), "DNSSEC %+v", sec)
	s.refused("EPP_DOMAIN_CREATE_SERVER_ACCEPTS_INVALID_DOMAIN_NAME", create(m.name, year, ns, registrant, ""), m.name+", which exists")
}

func epp15(r *run) {
	n := r.st.thick()
	if r.st.dataModel == "minimum" {
		n = 1
	}
	s := r.login(n)
	m := s.domain(n, tlds[0])
	for _, id := range m.contacts {
		s.refused("EPP_INTEGRITY_SERVER_ACCEPTS_DELETE_FOR_LINKED_CONTACT_OBJECT", s.do(&epp.ContactDelete{ID: id}), "deleting a linked contact")
		d, _ := s.contactInfo(id)
		r.check("EPP_INTEGRITY_SERVER_ACCEPTS_DELETE_FOR_LINKED_CONTACT_OBJECT", d != nil && d.HasStatus("linked"), "%+v", d)
	}
	for _, h := range m.hosts {
		s.refused("EPP_INTEGRITY_SERVER_ACCEPTS_DELETE_FOR_LINKED_HOST_OBJECT", s.do(&epp.HostDelete{Name: h}), "deleting a linked host")
		d, _ := s.hostInfo(h)
		r.check("EPP_INTEGRITY_SERVER_ACCEPTS_DELETE_FOR_LINKED_HOST_OBJECT", d != nil && d.HasStatus("linked"), "%+v", d)
	}
}

func epp16(r *run) {
	n := r.st.thick()
	if r.st.dataModel == "minimum" {
		n = 1
	}
	s := r.login(n)
	m := s.domain(n, tlds[0])
	update := func(what string, u *epp.DomainUpdate, exts ...epp.Value) bool {
		u.Name = m.name
		return s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(u, exts...), what)
	}
	raw := func(part string, exts ...epp.Value) *epp.Response {
		return s.raw(epp.VerbUpdate, "", `<update xmlns="`+epp.NSDomain+`"><name>`+m.name+`</name>`+part+`</update>`, exts...)
	}
	// Statuses.
	for _, st := range []string{"clientHold", "clientDeleteProhibited", "clientRenewProhibited", "clientTransferProhibited", "clientUpdateProhibited"} {
		update("adding "+st, &epp.DomainUpdate{Add: &epp.DomainAddRem{Statuses: epp.Statuses(st)}})
		d, _ := s.domainInfo(m.name)
		r.check("EPP_DOMAIN_UPDATE_INFO_RESPONSE_MISSING_STATUS_CODE", d != nil && d.HasStatus(st), "%s: %+v", st, d)
		r.check("EPP_DOMAIN_UPDATE_INFO_RESPONSE_UNEXPECTED_STATUS_CODE", d != nil && !d.HasStatus("ok"), "ok beside %s", st)
		if st == "clientUpdateProhibited" {
			s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", raw(`<add><status s="clientHold"/></add>`), "an update that clientUpdateProhibited forbids")
		}
		update("removing "+st, &epp.DomainUpdate{Rem: &epp.DomainAddRem{Statuses: epp.Statuses(st)}})
		d, _ = s.domainInfo(m.name)
		r.check("EPP_DOMAIN_UPDATE_INFO_RESPONSE_UNEXPECTED_STATUS_CODE", d != nil && !d.HasStatus(st), "%s: %+v", st, d)
	}
	for _, bad := range []string{"foo", "serverHold", "serverUpdateProhibited", "pendingDelete", "inactive", "ok", "linked"} {
		s.refused("EPP_DOMAIN_UPDATE_SERVER_ACCEPTS_INVALID_STATUS_CODE", raw(`<add><status s="`+bad+`"/></add>`), bad)
	}
	s.updateServers(m, update, raw)
	s.updateDNSSEC(m, update, raw)
	if r.st.contacts(n) {
		id := s.newContact()
		update("another registrant", &epp.DomainUpdate{Chg: &epp.DomainChange{Registrant: &id}})
		d, _ := s.domainInfo(m.name)
		r.check("EPP_DOMAIN_UPDATE_INFO_RESPONSE_MISSING_REGISTRANT", d != nil && d.Registrant != "", "%+v", d)
		r.check("EPP_DOMAIN_UPDATE_INFO_RESPONSE_UNEXPECTED_REGISTRANT", d != nil && d.Registrant == id, "%+v", d)
		s.refused("EPP_DOMAIN_UPDATE_SERVER_ACCEPTS_NON_EXISTENT_CONTACT_OBJECT", raw(`<chg><registrant>NONE-0001</registrant></chg>`), "a registrant that does not exist")
		s.refused("EPP_DOMAIN_UPDATE_SERVER_ACCEPTS_NON_EXISTENT_CONTACT_OBJECT", raw(`<add><contact type="tech">NONE-0001</contact></add>`), "a contact that does not exist")
		d, _ = s.domainInfo(m.name)
		r.check("EPP_DOMAIN_UPDATE_INFO_RESPONSE_UNEXPECTED_REGISTRANT", d != nil && d.Registrant == id, "after what was refused: %+v", d)
	}
	// Another registrar's name.
	other := r.login(3 - n)
	resp := other.do(&epp.DomainUpdate{Name: m.name, Add: &epp.DomainAddRem{Statuses: epp.Statuses("clientHold")}})
	r.check("EPP_UNEXPECTED_COMMAND_SUCCESS", resp.Code() == 2201, "another registrar's update was answered %d", resp.Code())
}

type updater func(what string, u *epp.DomainUpdate, exts ...epp.Value) bool

type rawUpdater func(part string, exts ...epp.Value) *epp.Response

// updateServers adds and removes name servers in the registry's host model.
func (s *session) updateServers(m *made, update updater, raw rawUpdater) {
	const accepts, info = "EPP_DOMAIN_UPDATE_SERVER_ACCEPTS_", "EPP_DOMAIN_UPDATE_INFO_RESPONSE_"
	old := m.create.NS.Names()[0]
	kind := "HOST_OBJECT"
	var add, rem epp.Nameservers
	name := "ns9." + label() + ".example"
	if s.st.attributes {
		kind = "HOST_ATTRIBUTE"
		add.Attrs = []epp.HostAttr{{Name: name}, {Name: "ns8." + m.name, Addrs: addrs("192.0.2.8", "2001:db8::8")}}
		rem.Attrs = []epp.HostAttr{{Name: old}}
	} else {
		name = s.newHost()
		add.Objects, rem.Objects = []string{name}, []string{old}
	}
	update("adding name servers", &epp.DomainUpdate{Add: &epp.DomainAddRem{NS: add}})
	d, _ := s.domainInfo(m.name)
	s.check(info+"MISSING_"+kind, d != nil && one(d.NS.Names(), name) && one(d.NS.Names(), old), "%+v", d)
	if s.st.attributes {
		i := slices.IndexFunc(d.NS.Attrs, func(a epp.HostAttr) bool { return a.Name == "ns8."+m.name })
		s.check(info+"MISSING_"+kind, i >= 0 && sameAddrs(d.NS.Attrs[i].Addrs, addrs("192.0.2.8", "2001:db8::8")), "%+v", d.NS)
	}
	update("removing a name server", &epp.DomainUpdate{Rem: &epp.DomainAddRem{NS: rem}})
	d, _ = s.domainInfo(m.name)
	s.check(info+"UNEXPECTED_"+kind, d != nil && !slices.Contains(d.NS.Names(), old) && one(d.NS.Names(), name), "%+v", d)
	if s.st.attributes {
		for _, bad := range badNames("example") {
			s.refused(accepts+"INVALID_HOST_ATTRIBUTES", raw(`<add>`+hostAttr(bad)+`</add>`), bad)
		}
		for _, bad := range append(slices.Clone(badV4[:4]), badV6[:2]...) {
			s.refused(accepts+"INVALID_HOST_ATTRIBUTES", raw(`<add>`+hostAttr("ns7."+m.name, bad)+`</add>`), bad)
		}
		s.refused(accepts+"HOST_ATTRIBUTES_WITHOUT_GLUE", raw(`<add>`+hostAttr("ns7."+m.name)+`</add>`), "a host below the name without addresses")
		s.refused("EPP_DOMAIN_UPDATE_SERVER_INCORRECTLY_ACCEPTS_HOST_OBJECTS", raw(`<add>`+hostObj("ns1."+label()+".example")+`</add>`), "host objects")
	} else {
		s.refused(accepts+"NON_EXISTENT_HOST_OBJECT", raw(`<add>`+hostObj("ns1."+label()+".example")+`</add>`), "a host that does not exist")
		s.refused("EPP_DOMAIN_UPDATE_SERVER_INCORRECTLY_ACCEPTS_HOST_ATTRIBUTES", raw(`<add>`+hostAttr("ns1."+label()+".example")+`</add>`), "host attributes")
	}
	after, _ := s.domainInfo(m.name)
	s.check(info+"UNEXPECTED_"+kind, after != nil && slices.Equal(after.NS.Names(), d.NS.Names()), "after what was refused: %+v", after)
}

func (s *session) updateDNSSEC(m *made, update updater, raw rawUpdater) {
	const info = "EPP_DOMAIN_UPDATE_INFO_RESPONSE_"
	tags := func() []uint16 {
		_, resp := s.domainInfo(m.name)
		var out []uint16
		if sec, ok := epp.Find[*epp.SecDNSInfoData](resp.Extensions); ok {
			for _, ds := range sec.DS {
				out = append(out, ds.KeyTag)
			}
		}
		slices.Sort(out)
		return out
	}
	a, b := epp.DSData{KeyTag: 12345, Alg: 13, DigestType: 2, Digest: sha256A}, epp.DSData{KeyTag: 54321, Alg: 8, DigestType: 2, Digest: sha256B}
	update("adding DS data", &epp.DomainUpdate{}, &epp.SecDNSUpdate{Add: epp.SecDNSData{DS: []epp.DSData{a, b}}})
	got := tags()
	s.check(info+"MISSING_DNSSEC_DATA", slices.Equal(got, []uint16{12345, 54321}), "%v", got)
	update("removing DS data", &epp.DomainUpdate{}, &epp.SecDNSUpdate{Rem: epp.SecDNSData{DS: []epp.DSData{a}}})
	got = tags()
	s.check(info+"UNEXPECTED_DNSSEC_DATA", slices.Equal(got, []uint16{54321}), "%v", got)
	for what, bad := range badDS {
		s.refused("EPP_DOMAIN_UPDATE_SERVER_ACCEPTS_INVALID_DNSSEC_DATA", raw("", secDNS(s.T, "update", `<add>`+bad+`</add>`)), what)
	}
	s.refused("EPP_DOMAIN_UPDATE_SERVER_ACCEPTS_INVALID_DNSSEC_DATA", raw("", secDNS(s.T, "update", `<rem>`+dsXML("1", "13", "2", sha256A)+`</rem>`)), "removing what is not there")
	got = tags()
	s.check(info+"UNEXPECTED_DNSSEC_DATA", slices.Equal(got, []uint16{54321}), "after what was refused: %v", got)
	update("removing all", &epp.DomainUpdate{}, &epp.SecDNSUpdate{RemAll: true})
	got = tags()
	s.check(info+"UNEXPECTED_DNSSEC_DATA", len(got) == 0, "%v", got)
}

func epp18(r *run) {
	s := r.login(1)
	for _, tld := range tlds {
		m := s.domain(1, tld)
		d, _ := s.domainInfo(m.name)
		if d == nil {
			r.Fatal("no info")
		}
		exp := d.ExDate
		for _, years := range []int{1, 3} {
			resp := s.do(&epp.DomainRenew{Name: m.name, CurExpDate: exp, Period: epp.Years(years)})
			if !resp.IsSuccess() {
				r.Fatalf("%d years more: %v", years, resp.Err())
			}
			exp = exp.AddDate(years, 0, 0)
			data, _ := epp.Find[*epp.DomainRenewData](resp.ResData)
			d, info := s.domainInfo(m.name)
			r.check("EPP_RENEW_INFO_RESPONSE_UNEXPECTED_EXPIRY_DATE", d != nil && d.ExDate.Equal(exp) && data != nil && data.ExDate.Equal(exp), "%+v, answered %+v, want %s", d, data, exp)
			r.check("EPP_RENEW_INFO_RESPONSE_MISSING_OR_INVALID_RGP_STATUS", slices.Contains(rgp(info), "renewPeriod"), "%v", rgp(info))
		}
		renew := func(date, period string) *epp.Response {
			return s.raw(epp.VerbRenew, "", `<renew xmlns="`+epp.NSDomain+`"><name>`+m.name+`</name><curExpDate>`+date+`</curExpDate>`+period+`</renew>`)
		}
		today := exp.UTC().Format(time.DateOnly)
		for _, bad := range append(slices.Clone(badPeriods), `<period unit="y">6</period>`, `<period unit="y">9</period>`, `<period unit="y">10</period>`) {
			s.refused("EPP_RENEW_SERVER_ACCEPTS_INVALID_PERIOD", renew(today, bad), bad)
		}
		for _, bad := range []string{exp.AddDate(0, 0, 1).UTC().Format(time.DateOnly), exp.AddDate(-1, 0, 0).UTC().Format(time.DateOnly), "2026-13-01", "soon", ""} {
			s.refused("EPP_RENEW_SERVER_ACCEPTS_INVALID_CURRENT_EXPIRY_DATE", renew(bad, `<period unit="y">1</period>`), bad)
		}
		d, info := s.domainInfo(m.name)
		r.check("EPP_RENEW_INFO_RESPONSE_UNEXPECTED_EXPIRY_DATE", d != nil && d.ExDate.Equal(exp), "after what was refused: %+v", d)
		r.check("EPP_RENEW_INFO_RESPONSE_MISSING_OR_INVALID_RGP_STATUS", slices.Contains(rgp(info), "renewPeriod"), "%v", rgp(info))
		// Up to the limit it goes.
		resp := s.do(&epp.DomainRenew{Name: m.name, CurExpDate: exp, Period: epp.Years(5)})
		d, _ = s.domainInfo(m.name)
		r.check("EPP_RENEW_INFO_RESPONSE_UNEXPECTED_EXPIRY_DATE", resp.IsSuccess() && d != nil && d.ExDate.Equal(exp.AddDate(5, 0, 0)), "to the tenth year: %v %+v", resp.Err(), d)
	}
}

func epp21(r *run) {
	s := r.login(1)
	m := s.domain(1, tlds[0])
	gone := func(name string, resp *epp.Response) {
		switch resp.Code() {
		case 1000:
			_, info := s.domainInfo(name)
			r.check("EPP_DOMAIN_DELETE_INFO_RESPONSE_OBJECT_STILL_EXISTS", info.Code() == 2303, "%s: %d", name, info.Code())
		case 1001:
			d, info := s.domainInfo(name)
			r.check("EPP_DOMAIN_DELETE_INFO_RESPONSE_OBJECT_NOT_PENDING_DELETE", info.Code() == 2303 || d != nil && d.HasStatus("pendingDelete"), "%s: %+v", name, d)
		default:
			r.Errorf("the deletion of %s was answered %d: %v", name, resp.Code(), resp.Err())
		}
	}
	resp := s.do(&epp.DomainDelete{Name: m.name})
	gone(m.name, resp)
	if resp.Code() == 1000 {
		for _, h := range m.hosts {
			del := s.do(&epp.HostDelete{Name: h})
			_, info := s.hostInfo(h)
			r.check("EPP_DOMAIN_DELETE_INFO_RESPONSE_OBJECT_STILL_EXISTS", del.IsSuccess() && info.Code() == 2303, "%s: %v, then %d", h, del.Err(), info.Code())
		}
		for _, id := range m.contacts {
			del := s.do(&epp.ContactDelete{ID: id})
			_, info := s.contactInfo(id)
			r.check("EPP_DOMAIN_DELETE_INFO_RESPONSE_OBJECT_STILL_EXISTS", del.IsSuccess() && info.Code() == 2303, "%s: %v, then %d", id, del.Err(), info.Code())
		}
	}
	// The other answer, 1001, comes once the add grace period is over.
	own := r.apart()
	s = own.login(1)
	m = s.domain(1, tlds[0])
	own.st.advance(6 * 24 * time.Hour)
	resp = s.do(&epp.DomainDelete{Name: m.name})
	r.check("EPP_DOMAIN_DELETE_INFO_RESPONSE_OBJECT_NOT_PENDING_DELETE", resp.Code() == 1001, "past the add grace period: %d", resp.Code())
	gone(m.name, resp)
}

func epp22(r *run) {
	own := r.apart()
	s := own.login(1)
	m := s.domain(1, tlds[0])
	// The add grace period ends by time here, not by a renewal.
	own.st.advance(6 * 24 * time.Hour)
	d, _ := s.domainInfo(m.name)
	if d == nil {
		r.Fatal("no info")
	}
	s.setup(&epp.DomainRenew{Name: m.name, CurExpDate: d.ExDate, Period: epp.Years(1)})
	_, info := s.domainInfo(m.name)
	r.check("EPP_RESTORE_DOMAIN_NOT_RENEWPERIOD", slices.Equal(rgp(info), []string{"renewPeriod"}), "%v", rgp(info))
	resp := s.do(&epp.DomainDelete{Name: m.name})
	r.check("EPP_RESTORE_DELETE_FAILED", resp.IsSuccess(), "%v", resp.Err())
	d, info = s.domainInfo(m.name)
	r.check("EPP_RESTORE_DELETE_FAILED", d != nil && d.HasStatus("pendingDelete") && slices.Contains(rgp(info), "redemptionPeriod"), "%+v %v", d, rgp(info))
	// RFC 3915 section 3.1: the request comes first in either case.
	resp = s.do(&epp.DomainUpdate{Name: m.name, Chg: &epp.DomainChange{}}, &epp.RGPRestore{})
	r.check("EPP_RESTORE_DOMAIN_STILL_PENDINGDELETE", resp.IsSuccess(), "restore request: %v", resp.Err())
	if report, _ := r.st.inputs()["epp.restoreReportRequired"].(bool); report {
		_, info = s.domainInfo(m.name)
		r.check("EPP_RESTORE_DOMAIN_STILL_PENDINGDELETE", slices.Contains(rgp(info), "pendingRestore"), "%v", rgp(info))
		now := own.st.now()
		resp = s.do(&epp.DomainUpdate{Name: m.name, Chg: &epp.DomainChange{}}, &epp.RGPRestore{Report: &epp.RGPReport{
			PreData: "Registered as before.", PostData: "Restored unchanged.", DelTime: now.Add(-time.Minute), ResTime: now,
			ResReason: "Deleted by mistake.", Statements: []string{"Nothing was restored to assume the rights.", "The information is true."}}})
		r.check("EPP_RESTORE_DOMAIN_STILL_PENDINGDELETE", resp.IsSuccess(), "restore report: %v", resp.Err())
	}
	d, info = s.domainInfo(m.name)
	none := !slices.ContainsFunc(rgp(info), func(x string) bool {
		return x == "pendingDelete" || x == "redemptionPeriod" || x == "pendingRestore"
	})
	r.check("EPP_RESTORE_DOMAIN_STILL_PENDINGDELETE", d != nil && !d.HasStatus("pendingDelete") && none, "%+v %v", d, rgp(info))
}

// apart is the same case on a registry of its own, whose clock may be moved.
func (r *run) apart() *run {
	r.Helper()
	pl := r.st.plan
	st, err := (&plan{name: pl.name, attributes: pl.attributes, dataModel: pl.dataModel, models: pl.models, wideGlue: pl.wideGlue, reportless: pl.reportless, world: pl.world}).start(r.TempDir())
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(st.stop)
	return &run{T: r.T, id: r.id, st: st, listed: r.listed, used: r.used, frames: r.frames}
}

func (s *station) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// advance moves the registry's clock.
func (s *station) advance(d time.Duration) { s.ahead.Add(int64(d)) }

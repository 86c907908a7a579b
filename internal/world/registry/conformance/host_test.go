package conformance

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/openregistrar/openregistrar/epp"
)

func TestEPP11(t *testing.T) { perform(t, "epp-11") }
func TestEPP12(t *testing.T) { perform(t, "epp-12") }
func TestEPP13(t *testing.T) { perform(t, "epp-13") }
func TestEPP23(t *testing.T) { perform(t, "epp-23") }
func TestEPP24(t *testing.T) { perform(t, "epp-24") }
func TestEPP25(t *testing.T) { perform(t, "epp-25") }
func TestEPP26(t *testing.T) { perform(t, "epp-26") }
func TestEPP27(t *testing.T) { perform(t, "epp-27") }

var (
	badV4 = []string{"192.0.2.256", "192.0.2", "192.0.2.1.1", "foo", "", "192.0.2.-1", "2001:db8::1", "192.0.2.0x1"}
	badV6 = []string{"2001:db8::zz", "2001:db8::1::2", "2001:db8", ":::", "192.0.2.1", "2001:db8:0:0:0:0:0:0:1", "fe80::1%eth0"}
)

func addrXML(version, addr string) string {
	return `<addr ip="` + version + `">` + escape(addr) + `</addr>`
}

func hostXML(name string, addrs string) string {
	return `<create xmlns="` + epp.NSHost + `"><name>` + escape(name) + `</name>` + addrs + `</create>`
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, a := range list {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

func sameAddrs(a, b []netip.Addr) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, netip.Addr.Compare)
	slices.SortFunc(b, netip.Addr.Compare)
	return slices.Equal(a, b)
}

func epp11(r *run) {
	s := r.login(1)
	for _, tld := range tlds {
		m := s.domain(1, tld)
		for _, bad := range badNames(m.name) {
			s.refused("EPP_HOST_CREATE_SERVER_ACCEPTS_INVALID_HOSTNAME", s.raw(epp.VerbCreate, "", hostXML(bad, addrXML("v4", "192.0.2.1"))), bad)
		}
		for _, bad := range badV4 {
			s.refused("EPP_HOST_CREATE_SERVER_ACCEPTS_INVALID_IPV4_ADDRESS", s.raw(epp.VerbCreate, "", hostXML("bad4."+m.name, addrXML("v4", bad))), bad)
		}
		for _, bad := range badV6 {
			s.refused("EPP_HOST_CREATE_SERVER_ACCEPTS_INVALID_IPv6_ADDRESS", s.raw(epp.VerbCreate, "", hostXML("bad6."+m.name, addrXML("v6", bad))), bad)
		}
		s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", s.do(&epp.HostCreate{Name: "ns1." + label() + "." + tld, Addrs: addrs("192.0.2.1")}), "a host below a name that does not exist")
		for name, with := range map[string][]netip.Addr{
			"ns1." + m.name:              addrs("192.0.2.1"),
			"ns2." + m.name:              addrs("2001:db8::2"),
			"deep.ns3." + m.name:         addrs("192.0.2.3", "2001:db8::3", "192.0.2.33"),
			"ns1." + m.name + ".example": nil,
		} {
			s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.HostCreate{Name: name, Addrs: with}), name)
			s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", s.do(&epp.HostCreate{Name: name, Addrs: with}), name+", which exists")
			d, resp := s.hostInfo(name)
			r.must("EPP_HOST_CREATE_INFO_RESPONSE_OBJECT_DOES_NOT_EXIST", resp.Code() == 1000 && d != nil, "%s: %d", name, resp.Code())
			r.check("EPP_HOST_CREATE_INFO_RESPONSE_MISSING_OBJECT_PROPERTIES", d.Name == name && sameAddrs(d.Addrs, with) && d.ROID != "" &&
				d.ClID == s.clid && d.CrID == s.clid && !d.CrDate.IsZero() && d.HasStatus("ok"), "%s: %+v", name, d)
		}
	}
}

func epp12(r *run) {
	s, other := r.login(1), r.login(2)
	m := s.domain(1, tlds[0])
	name := "ns1." + m.name
	s.setup(&epp.HostCreate{Name: name, Addrs: addrs("192.0.2.1")})
	for _, host := range []string{name, m.hosts[0]} {
		for what, u := range map[string]*epp.HostUpdate{
			"a status":   {Name: host, Add: &epp.HostAddRem{Statuses: epp.Statuses("clientDeleteProhibited")}},
			"an address": {Name: host, Add: &epp.HostAddRem{Addrs: addrs("192.0.2.66")}},
			"a new name": {Name: host, NewName: "ns1." + label() + ".example"},
		} {
			resp := other.do(u)
			r.check("EPP_HOST_UPDATE_AUTHZ_ERROR", resp.Code() == 2201, "%s of %s was answered %d", what, host, resp.Code())
		}
	}
}

func epp13(r *run) {
	s := r.login(1)
	for _, tld := range tlds {
		m := s.domain(1, tld)
		name := "ns1." + m.name
		s.setup(&epp.HostCreate{Name: name, Addrs: addrs("192.0.2.1", "2001:db8::1")})
		update := func(part string) *epp.Response {
			return s.raw(epp.VerbUpdate, "", `<update xmlns="`+epp.NSHost+`"><name>`+name+`</name>`+part+`</update>`)
		}
		for _, bad := range badV4 {
			s.refused("EPP_HOST_UPDATE_SERVER_ACCEPTS_INVALID_IPV4_ADDRESS", update(`<add>`+addrXML("v4", bad)+`</add>`), bad)
		}
		for _, bad := range badV6 {
			s.refused("EPP_HOST_UPDATE_SERVER_ACCEPTS_INVALID_IPv6_ADDRESS", update(`<add>`+addrXML("v6", bad)+`</add>`), bad)
		}
		for _, bad := range []string{"foo", "clientHold", "serverUpdateProhibited", "serverDeleteProhibited", "linked", "ok", "pendingDelete"} {
			s.refused("EPP_HOST_UPDATE_SERVER_ACCEPTS_INVALID_STATUS_CODE", update(`<add><status s="`+bad+`"/></add>`), bad)
		}
		s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", update(`<rem>`+addrXML("v4", "192.0.2.200")+`</rem>`), "removing an address that is not there")
		s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", s.do(&epp.HostUpdate{Name: "none." + m.name, Add: &epp.HostAddRem{Statuses: epp.Statuses("clientDeleteProhibited")}}), "a host that does not exist")
		see := func(what string, want []netip.Addr, statuses ...string) {
			d, resp := s.hostInfo(name)
			r.must("EPP_HOST_UPDATE_INFO_RESPONSE_OBJECT_DOES_NOT_EXIST", resp.Code() == 1000 && d != nil, "%s: %d", what, resp.Code())
			got := statusesOf(d.Statuses)
			slices.Sort(got)
			r.check("EPP_HOST_UPDATE_INFO_RESPONSE_MISSING_OBJECT_PROPERTIES", sameAddrs(d.Addrs, want) && slices.Equal(got, statuses), "%s: %v %v", what, d.Addrs, got)
		}
		see("what was refused", addrs("192.0.2.1", "2001:db8::1"), "ok")
		ok := func(what string, u *epp.HostUpdate) {
			u.Name = name
			s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(u), what)
		}
		ok("adding addresses", &epp.HostUpdate{Add: &epp.HostAddRem{Addrs: addrs("192.0.2.2", "2001:db8::2")}})
		see("adding addresses", addrs("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"), "ok")
		ok("exchanging addresses", &epp.HostUpdate{Add: &epp.HostAddRem{Addrs: addrs("2001:db8::3")}, Rem: &epp.HostAddRem{Addrs: addrs("192.0.2.1", "2001:db8::1")}})
		see("exchanging addresses", addrs("192.0.2.2", "2001:db8::2", "2001:db8::3"), "ok")
		for _, st := range []string{"clientDeleteProhibited", "clientUpdateProhibited"} {
			ok("adding "+st, &epp.HostUpdate{Add: &epp.HostAddRem{Statuses: epp.Statuses(st)}})
			see("adding "+st, addrs("192.0.2.2", "2001:db8::2", "2001:db8::3"), st)
			if st == "clientUpdateProhibited" {
				s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", update(`<add>`+addrXML("v4", "192.0.2.9")+`</add>`), "an update that clientUpdateProhibited forbids")
			} else {
				s.refused("EPP_UNEXPECTED_COMMAND_SUCCESS", s.do(&epp.HostDelete{Name: name}), "a deletion that clientDeleteProhibited forbids")
			}
			ok("removing "+st, &epp.HostUpdate{Rem: &epp.HostAddRem{Statuses: epp.Statuses(st)}})
			see("removing "+st, addrs("192.0.2.2", "2001:db8::2", "2001:db8::3"), "ok")
		}
	}
}

func epp23(r *run) {
	s, other := r.login(1), r.login(2)
	m, target := s.domain(1, tlds[0]), s.domain(1, tlds[1])
	rename := func(from, to string) *epp.Response { return s.do(&epp.HostUpdate{Name: from, NewName: to}) }
	see := func(name string) {
		_, resp := s.hostInfo(name)
		r.check("EPP_HOST_RENAME_OBJECT_NOT_RENAMED", resp.Code() == 1000, "%s: %d", name, resp.Code())
	}
	inside := func() string {
		h := "ns-" + label() + "." + m.name
		s.setup(&epp.HostCreate{Name: h, Addrs: addrs("192.0.2.1")})
		return h
	}
	host := inside()
	for _, bad := range badNames(m.name) {
		resp := s.raw(epp.VerbUpdate, "", `<update xmlns="`+epp.NSHost+`"><name>`+host+`</name><chg><name>`+escape(bad)+`</name></chg></update>`)
		s.refused("EPP_HOST_RENAME_SERVER_ACCEPTS_INVALID_HOSTNAME", resp, bad)
	}
	s.refused("EPP_HOST_RENAME_SERVER_ACCEPTS_RENAME_TO_NONEXISTENT_DOMAIN", rename(host, "ns1."+label()+"."+tlds[0]), "a name below a domain that does not exist")
	for _, name := range r.st.list("epp.registeredNames") {
		resp := s.do(&epp.DomainCheck{Names: []string{name}})
		d, _ := epp.Find[*epp.DomainCheckData](resp.ResData)
		r.check("EPP_HOST_RENAME_SERVER_ACCEPTS_RENAME_TO_ANOTHER_REGISTRARS_DOMAIN", d != nil && !d.Items[0].Avail, "%s does not exist", name)
		s.refused("EPP_HOST_RENAME_SERVER_ACCEPTS_RENAME_TO_ANOTHER_REGISTRARS_DOMAIN", rename(host, "ns-"+label()+"."+name), "a name below another registrar's "+name)
	}
	see(host)
	// To a domain of the client, in both suffixes; then out of the repository.
	for _, to := range []string{"ns-" + label() + "." + m.name, "ns-" + label() + "." + target.name} {
		s.accepted("EPP_HOST_RENAME_SERVER_UNEXPECTEDLY_REJECTS_RENAME", rename(host, to), to)
		see(to)
		if _, resp := s.hostInfo(host); resp.Code() != 2303 {
			r.check("EPP_HOST_RENAME_OBJECT_NOT_RENAMED", false, "%s is still there", host)
		}
		host = to
	}
	out := "ns1." + label() + ".example"
	s.accepted("EPP_HOST_RENAME_SERVER_REJECTS_EXTERNAL_NAME", rename(host, out), out)
	see(out)
	// An external host on which another registrar's domain rests.
	shared := s.newHost()
	theirs := other.prepare(2, tlds[0])
	theirs.create.NS.Objects = append(theirs.create.NS.Objects, shared)
	other.setup(theirs.create)
	resp := rename(shared, "ns1."+label()+".example")
	r.check("EPP_HOST_RENAME_SERVER_INCORRECTLY_ACCEPTS_RENAME", resp.Code() == 2305, "%d", resp.Code())
}

func epp24(r *run) {
	s := r.login(1)
	m := s.domain(1, tlds[0])
	inside := "ns1." + m.name
	s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.HostCreate{Name: inside, Addrs: addrs("192.0.2.1")}), inside)
	for _, h := range []string{inside, s.newHost()} {
		resp := s.do(&epp.HostDelete{Name: h})
		r.check("EPP_HOST_DELETE_RESPONSE_NOT_1000_OR_1001", resp.Code() == 1000 || resp.Code() == 1001, "%s: %d", h, resp.Code())
		if resp.Code() == 1000 {
			_, resp := s.hostInfo(h)
			r.check("EPP_HOST_DELETE_INFO_RESPONSE_OBJECT_STILL_EXISTS", resp.Code() == 2303, "%s: %d", h, resp.Code())
		}
	}
}

func epp25(r *run) {
	s := r.login(1)
	m := s.domain(1, tlds[0])
	other := r.login(2)
	for i, with := range [][]netip.Addr{addrs("192.0.2.1"), addrs("2001:db8::1"), addrs("192.0.2.1", "2001:db8::1")} {
		name := string(rune('a'+i)) + "." + m.name
		other.refused("EPP_UNEXPECTED_HOST_CREATE_SUCCESS", other.do(&epp.HostCreate{Name: name, Addrs: with}), name+" with addresses")
	}
	name := "bare." + m.name
	wide := r.st.text("dns.gluePolicy") == "wide"
	resp := other.do(&epp.HostCreate{Name: name})
	if resp.IsSuccess() {
		d, info := other.hostInfo(name)
		r.check("EPP_HOST_CREATE_INCORRECT_CLID", info.Code() == 1000 && d != nil && d.ClID == s.clid, "%d %+v", info.Code(), d)
	} else {
		r.check("EPP_HOST_CREATE_INCORRECT_CLID", !wide, "with a wide glue policy it is made: %v", resp.Err())
	}
}

func epp26(r *run) {
	s := r.login(1)
	m := s.domain(1, tlds[0])
	other := r.login(2)
	for i, with := range [][]netip.Addr{addrs("192.0.2.1"), addrs("192.0.2.1", "2001:db8::1")} {
		name := string(rune('a'+i)) + "." + m.name
		other.refused("EPP_SERVER_ACCEPTS_INTERNAL_HOST_WITH_GLUE", other.do(&epp.HostCreate{Name: name, Addrs: with}), name)
		_, resp := other.hostInfo(name)
		r.check("EPP_SERVER_ACCEPTS_INTERNAL_HOST_WITH_GLUE", resp.Code() == 2303, "%s exists: %d", name, resp.Code())
	}
}

func epp27(r *run) {
	s := r.login(1)
	m := s.domain(1, tlds[0])
	other := r.login(2)
	name := "bare." + m.name
	if resp := other.do(&epp.HostCreate{Name: name}); !resp.IsSuccess() {
		r.check("EPP_SERVER_ALLOWS_DELEGATION_TO_GLUELESS_HOST", r.st.text("dns.gluePolicy") == "narrow", "with a wide glue policy it is made: %v", resp.Err())
		return
	}
	resp := s.do(&epp.DomainUpdate{Name: m.name, Add: &epp.DomainAddRem{NS: epp.Nameservers{Objects: []string{name}}}})
	s.refused("EPP_SERVER_ALLOWS_DELEGATION_TO_GLUELESS_HOST", resp, "a delegation to "+name+", which has no address")
	d, _ := s.domainInfo(m.name)
	r.check("EPP_SERVER_ALLOWS_DELEGATION_TO_GLUELESS_HOST", d != nil && !slices.Contains(d.NS.Objects, name), "%+v", d)
	// With glue, which its sponsor gives it, it can be used.
	s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.HostUpdate{Name: name, Add: &epp.HostAddRem{Addrs: addrs("192.0.2.1")}}), "glue for "+name)
	s.accepted("EPP_UNEXPECTED_COMMAND_FAILURE", s.do(&epp.DomainUpdate{Name: m.name, Add: &epp.DomainAddRem{NS: epp.Nameservers{Objects: []string{name}}}}), "a delegation to "+name+" with glue")
}

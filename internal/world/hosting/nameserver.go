package hosting

import (
	"net/netip"
	"strings"

	mdns "github.com/miekg/dns"

	"github.com/openregistrar/openregistrar/internal/world/dns"
)

// NameServer answers for hosted zones and parks whatever else is delegated here.
type NameServer struct {
	Zones *Zones
	// Names are the host's own name servers and their addresses.
	Names map[string]netip.Addr
	// Web is the address that parked names point at.
	Web netip.Addr
	// Delegated returns the registered name round name (no final dots) when its
	// registration names one of our servers.
	Delegated func(name string) (apex string, ok bool)
}

// Respond answers one question, authoritatively or not at all: for a name that
// is not ours it refuses, as a good server does with a lame delegation.
func (n *NameServer) Respond(req *mdns.Msg) *mdns.Msg {
	m := new(mdns.Msg)
	m.SetReply(req)
	q := req.Question[0]
	name := mdns.CanonicalName(q.Name)
	apex, rrs, serial, ok := n.Zones.find(name)
	if !ok {
		if apex, ok = n.parked(name); !ok {
			m.Rcode = mdns.RcodeRefused
			return m
		}
		rrs, serial = n.parking(apex), 1
	}
	z := lookup{apex: apex, rrs: n.complete(apex, rrs, serial), qtype: q.Qtype, msg: m}
	z.answer(name)
	return m
}

func (n *NameServer) parked(name string) (string, bool) {
	if n.Delegated == nil {
		return "", false
	}
	apex, ok := n.Delegated(strings.TrimSuffix(name, "."))
	return mdns.CanonicalName(apex), ok
}

// parking is the zone of a name that nobody has set up: apex and www on the
// web host, and where the name servers live in it, those.
func (n *NameServer) parking(apex string) []mdns.RR {
	rrs := []mdns.RR{addr(apex, n.Web), addr("www."+apex, n.Web)}
	for host, a := range n.Names {
		if h := mdns.CanonicalName(host); mdns.IsSubDomain(apex, h) {
			rrs = append(rrs, addr(h, a))
		}
	}
	return rrs
}

func addr(owner string, a netip.Addr) mdns.RR {
	return &mdns.A{Hdr: mdns.RR_Header{Name: owner, Rrtype: mdns.TypeA, Class: mdns.ClassINET, Ttl: 300}, A: a.AsSlice()}
}

// complete adds SOA and NS at the apex where the zone has none of its own.
func (n *NameServer) complete(apex string, rrs []mdns.RR, serial uint32) []mdns.RR {
	has := func(t uint16) bool {
		for _, rr := range rrs {
			if rr.Header().Name == apex && rr.Header().Rrtype == t {
				return true
			}
		}
		return false
	}
	out := append([]mdns.RR(nil), rrs...)
	first := ""
	for host := range n.Names {
		if h := mdns.CanonicalName(host); first == "" || h < first {
			first = h
		}
	}
	if !has(mdns.TypeSOA) {
		out = append(out, dns.SOA(apex, first, serial, 300))
	}
	if !has(mdns.TypeNS) {
		for host := range n.Names {
			out = append(out, &mdns.NS{Hdr: mdns.RR_Header{Name: apex, Rrtype: mdns.TypeNS, Class: mdns.ClassINET, Ttl: 300}, Ns: mdns.CanonicalName(host)})
		}
	}
	return out
}

// lookup is one question put to one zone (RFC 1034 section 4.3.2).
type lookup struct {
	apex  string
	rrs   []mdns.RR
	qtype uint16
	msg   *mdns.Msg
}

func (z *lookup) at(name string, t uint16) []mdns.RR {
	var out []mdns.RR
	for _, rr := range z.rrs {
		if rr.Header().Name == name && (t == mdns.TypeANY || rr.Header().Rrtype == t) {
			out = append(out, rr)
		}
	}
	return out
}

// exists also counts names that are there only because something below is.
func (z *lookup) exists(name string) bool {
	for _, rr := range z.rrs {
		if mdns.IsSubDomain(name, rr.Header().Name) {
			return true
		}
	}
	return false
}

func (z *lookup) answer(name string) {
	m := z.msg
	m.Authoritative = true
	for range 8 { // CNAMEs within the zone
		if cut := z.cut(name); cut != "" && !(name == cut && z.qtype == mdns.TypeDS) {
			m.Authoritative = len(m.Answer) > 0
			m.Ns = append(m.Ns, z.at(cut, mdns.TypeNS)...)
			for _, rr := range z.at(cut, mdns.TypeNS) {
				m.Extra = append(m.Extra, z.at(mdns.CanonicalName(rr.(*mdns.NS).Ns), mdns.TypeA)...)
			}
			return
		}
		owner, found := z.match(name)
		if !found {
			// Of a CNAME's missing target too: the answer is about the last name.
			m.Rcode = mdns.RcodeNameError
			m.Ns = append(m.Ns, z.at(z.apex, mdns.TypeSOA)...)
			return
		}
		set := rename(z.at(owner, z.qtype), name)
		cname := rename(z.at(owner, mdns.TypeCNAME), name)
		if len(set) > 0 || len(cname) == 0 {
			m.Answer = append(m.Answer, set...)
			if len(set) == 0 {
				m.Ns = append(m.Ns, z.at(z.apex, mdns.TypeSOA)...)
			}
			return
		}
		m.Answer = append(m.Answer, cname...)
		name = mdns.CanonicalName(cname[0].(*mdns.CNAME).Target)
		if !mdns.IsSubDomain(z.apex, name) {
			return
		}
	}
}

// cut is the delegation within the zone that name lies at or under, "" if none.
func (z *lookup) cut(name string) string {
	for i := range mdns.Split(name) {
		up := lastN(name, i+1)
		if up != z.apex && mdns.IsSubDomain(z.apex, up) && len(z.at(up, mdns.TypeNS)) > 0 {
			return up
		}
	}
	return ""
}

// match finds the owner that answers for name: itself, or the wildcard at its
// closest existing ancestor (RFC 4592).
func (z *lookup) match(name string) (string, bool) {
	if z.exists(name) {
		return name, true
	}
	for up := name; up != z.apex; {
		up = lastN(up, mdns.CountLabel(up)-1)
		if z.exists(up) {
			return "*." + up, len(z.at("*."+up, mdns.TypeANY)) > 0
		}
	}
	return "", false
}

func rename(rrs []mdns.RR, owner string) []mdns.RR {
	var out []mdns.RR
	for _, rr := range rrs {
		c := mdns.Copy(rr)
		c.Header().Name = owner
		out = append(out, c)
	}
	return out
}

func lastN(name string, n int) string {
	idx := mdns.Split(name)
	if n <= 0 {
		return "."
	}
	if len(idx) <= n {
		return name
	}
	return name[idx[len(idx)-n]:]
}

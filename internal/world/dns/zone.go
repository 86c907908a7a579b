package dns

import (
	"net/netip"
	"slices"
	"strings"

	mdns "github.com/miekg/dns"
)

// Times to live. Short, because tests and people look right after a change;
// the negative one (RFC 2308) bounds how long an outside resolver remembers
// that a name was not there.
const (
	delegationTTL = 300
	negativeTTL   = 60
	rootTTL       = 3600
)

// Delegation is what a zone holds for a name (A-label form, no final dot).
type Delegation struct {
	Servers []Server
	DS      []DS
	TTL     map[string]uint32 // seconds by type of record, where it is not the zone's
}

// ttl is that of the delegation's records of a type.
func (d *Delegation) ttl(kind string) uint32 {
	if n, ok := d.TTL[kind]; ok {
		return n
	}
	return delegationTTL
}

// Server is a name server and the glue that the parent knows for it.
type Server struct {
	Host  string
	Addrs []netip.Addr
}

// DS is a delegation signer record (RFC 4034 section 5).
type DS struct {
	KeyTag     uint16
	Algorithm  uint8
	DigestType uint8
	Digest     string // hexadecimal
}

// Holder is what a registry knows about its zones at this moment.
type Holder interface {
	// Delegation is false for a name that is not in the zone: unknown, on hold,
	// being deleted, or without name servers.
	Delegation(name string) (Delegation, bool)
	// Version rises with every change; it is the zones' serial.
	Version() uint64
}

// TLD serves a registry's zones, authoritatively and straight from its state:
// what it answers is true at the moment of the question.
type TLD struct {
	Addr   netip.Addr
	zones  []string // fully qualified, longest first
	holder Holder
}

// NewTLD makes the server of the given zones (A-label form, no final dot) on addr.
func NewTLD(addr netip.Addr, zones []string, h Holder) *TLD {
	t := &TLD{Addr: addr, holder: h}
	for _, z := range zones {
		t.zones = append(t.zones, mdns.CanonicalName(z))
	}
	slices.SortFunc(t.zones, func(a, b string) int { return mdns.CountLabel(b) - mdns.CountLabel(a) })
	return t
}

// server is the name of a zone's name server: a.nic.<top>, inside the
// registry's own top-level zone, so that the root's glue is all a walk needs.
func server(zone string) string {
	labels := mdns.SplitDomainName(zone)
	return "a.nic." + labels[len(labels)-1] + "."
}

// Respond answers from the zones. Above the cut it is authoritative, below it
// refers; DS belongs to the parent (RFC 4035 section 3.1.4.1).
func (t *TLD) Respond(req *mdns.Msg) *mdns.Msg {
	m := new(mdns.Msg)
	m.SetReply(req)
	q := req.Question[0]
	name := mdns.CanonicalName(q.Name)
	i := slices.IndexFunc(t.zones, func(z string) bool { return mdns.IsSubDomain(z, name) })
	if i < 0 {
		m.Rcode = mdns.RcodeRefused
		return m
	}
	zone := t.zones[i]
	m.Authoritative = true
	switch ns := server(zone); {
	case name == zone:
		switch q.Qtype {
		case mdns.TypeSOA, mdns.TypeANY:
			m.Answer = append(m.Answer, t.soa(zone))
		case mdns.TypeNS:
			m.Answer = append(m.Answer, nsRR(zone, ns, delegationTTL))
			m.Extra = append(m.Extra, addrRR(ns, t.Addr, delegationTTL))
		}
		return t.orNoData(m, zone)
	case name == ns && mdns.IsSubDomain(zone, ns):
		if q.Qtype == mdns.TypeA {
			m.Answer = append(m.Answer, addrRR(ns, t.Addr, delegationTTL))
		}
		return t.orNoData(m, zone)
	}
	cut := lastLabels(name, mdns.CountLabel(zone)+1)
	d, ok := t.holder.Delegation(strings.TrimSuffix(cut, "."))
	switch {
	case !ok && mdns.IsSubDomain(name, server(zone)): // nic.<top> exists because something below it does
		return t.orNoData(m, zone)
	case !ok || len(d.Servers) == 0:
		m.Rcode = mdns.RcodeNameError
		m.Ns = append(m.Ns, t.soa(zone))
		return m
	case name == cut && q.Qtype == mdns.TypeDS:
		m.Answer = dsRRs(cut, d.DS, d.ttl("DS"))
		return t.orNoData(m, zone)
	}
	m.Authoritative = false
	for _, ns := range d.Servers {
		host := mdns.CanonicalName(ns.Host)
		m.Ns = append(m.Ns, nsRR(cut, host, d.ttl("NS")))
		for _, a := range ns.Addrs {
			kind := "AAAA"
			if a.Is4() || a.Is4In6() {
				kind = "A"
			}
			m.Extra = append(m.Extra, addrRR(host, a, d.ttl(kind)))
		}
	}
	m.Ns = append(m.Ns, dsRRs(cut, d.DS, d.ttl("DS"))...)
	return m
}

func (t *TLD) orNoData(m *mdns.Msg, zone string) *mdns.Msg {
	if len(m.Answer) == 0 {
		m.Ns = append(m.Ns, t.soa(zone))
	}
	return m
}

func (t *TLD) soa(zone string) mdns.RR {
	return SOA(zone, server(zone), uint32(t.holder.Version()), delegationTTL)
}

// SOA is a start of authority with this world's usual timers.
func SOA(zone, primary string, serial, ttl uint32) mdns.RR {
	return &mdns.SOA{
		Hdr: mdns.RR_Header{Name: zone, Rrtype: mdns.TypeSOA, Class: mdns.ClassINET, Ttl: ttl},
		Ns:  primary, Mbox: "hostmaster." + strings.TrimPrefix(primary, "a."), Serial: max(serial, 1),
		Refresh: 1800, Retry: 900, Expire: 604800, Minttl: negativeTTL,
	}
}

func nsRR(owner, host string, ttl uint32) mdns.RR {
	return &mdns.NS{Hdr: mdns.RR_Header{Name: owner, Rrtype: mdns.TypeNS, Class: mdns.ClassINET, Ttl: ttl}, Ns: host}
}

func addrRR(owner string, a netip.Addr, ttl uint32) mdns.RR {
	if a.Is4() || a.Is4In6() {
		return &mdns.A{Hdr: mdns.RR_Header{Name: owner, Rrtype: mdns.TypeA, Class: mdns.ClassINET, Ttl: ttl}, A: a.Unmap().AsSlice()}
	}
	return &mdns.AAAA{Hdr: mdns.RR_Header{Name: owner, Rrtype: mdns.TypeAAAA, Class: mdns.ClassINET, Ttl: ttl}, AAAA: a.AsSlice()}
}

func dsRRs(owner string, set []DS, ttl uint32) []mdns.RR {
	var out []mdns.RR
	for _, d := range set {
		out = append(out, &mdns.DS{
			Hdr:    mdns.RR_Header{Name: owner, Rrtype: mdns.TypeDS, Class: mdns.ClassINET, Ttl: ttl},
			KeyTag: d.KeyTag, Algorithm: d.Algorithm, DigestType: d.DigestType, Digest: d.Digest,
		})
	}
	return out
}

// lastLabels keeps the last n labels of a fully qualified name.
func lastLabels(name string, n int) string {
	idx := mdns.Split(name)
	if len(idx) <= n {
		return name
	}
	return name[idx[len(idx)-n]:]
}

// rootServer is the root's own name server: a name in the root zone itself, so
// that no registry can sell it.
const rootServer = "a.root."

// Root serves the root zone: the top-level domains and nothing else.
type Root struct {
	addr netip.Addr
	tlds map[string]netip.Addr // "com." -> its server
}

// NewRoot is the root on addr, above the given servers.
func NewRoot(addr netip.Addr, servers ...*TLD) *Root {
	r := &Root{addr: addr, tlds: map[string]netip.Addr{}}
	for _, s := range servers {
		for _, z := range s.zones {
			r.tlds[lastLabels(z, 1)] = s.Addr
		}
	}
	return r
}

// Respond answers from the root zone.
func (r *Root) Respond(req *mdns.Msg) *mdns.Msg {
	m := new(mdns.Msg)
	m.SetReply(req)
	q := req.Question[0]
	name := mdns.CanonicalName(q.Name)
	soa := SOA(".", rootServer, 1, rootTTL)
	if addr, ok := r.tlds[lastLabels(name, 1)]; ok {
		top := lastLabels(name, 1)
		if name == top && q.Qtype == mdns.TypeDS {
			m.Authoritative = true
			m.Ns = append(m.Ns, soa)
			return m
		}
		m.Ns = append(m.Ns, nsRR(top, server(top), rootTTL))
		m.Extra = append(m.Extra, addrRR(server(top), addr, rootTTL))
		return m
	}
	m.Authoritative = true
	switch {
	case name == "." && q.Qtype == mdns.TypeNS:
		m.Answer = append(m.Answer, nsRR(".", rootServer, rootTTL))
		m.Extra = append(m.Extra, addrRR(rootServer, r.addr, rootTTL))
	case name == "." && (q.Qtype == mdns.TypeSOA || q.Qtype == mdns.TypeANY):
		m.Answer = append(m.Answer, soa)
	case name == rootServer && q.Qtype == mdns.TypeA:
		m.Answer = append(m.Answer, addrRR(rootServer, r.addr, rootTTL))
	case name == "." || name == rootServer || name == "root.":
		m.Ns = append(m.Ns, soa)
	default:
		m.Rcode = mdns.RcodeNameError
		m.Ns = append(m.Ns, soa)
	}
	return m
}

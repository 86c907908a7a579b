package dns_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/openregistrar/openregistrar/internal/world/dns"
	"github.com/openregistrar/openregistrar/internal/world/hosting"
)

var (
	rootAddr = netip.MustParseAddr("127.0.0.1")
	comAddr  = netip.MustParseAddr("127.0.1.1")
	cnAddr   = netip.MustParseAddr("127.0.1.2")
	ns1Addr  = netip.MustParseAddr("127.0.2.1")
	ns2Addr  = netip.MustParseAddr("127.0.2.2")
	webAddr  = netip.MustParseAddr("127.0.3.1")
)

// zoneData is a registry's zones as a map.
type zoneData struct {
	mu      sync.Mutex
	names   map[string]dns.Delegation
	version uint64
}

func (z *zoneData) Delegation(name string) (dns.Delegation, bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	d, ok := z.names[name]
	return d, ok
}

func (z *zoneData) Version() uint64 {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.version
}

func (z *zoneData) set(name string, d *dns.Delegation) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.version++
	if d == nil {
		delete(z.names, name)
	} else {
		z.names[name] = *d
	}
}

var parkedAt = dns.Delegation{Servers: []dns.Server{
	{Host: "ns1.openhost.net", Addrs: nil}, {Host: "ns2.openhost.net"},
}}

type net struct {
	port  int
	com   *zoneData
	cn    *zoneData
	zones *hosting.Zones
}

func start(t *testing.T) *net {
	t.Helper()
	glued := dns.Delegation{Servers: []dns.Server{
		{Host: "ns1.openhost.net", Addrs: []netip.Addr{ns1Addr}}, {Host: "ns2.openhost.net", Addrs: []netip.Addr{ns2Addr}},
	}}
	n := &net{
		com: &zoneData{version: 7, names: map[string]dns.Delegation{"openhost.net": glued, "example.com": glued}},
		cn:  &zoneData{version: 9, names: map[string]dns.Delegation{"cha.com.cn": parkedAt, "xn--55qx5d.xn--fiqs8s": parkedAt}},
	}
	socks, err := dns.Bind(0, rootAddr, comAddr, cnAddr, ns1Addr, ns2Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(socks.Close)
	n.port = socks.Port
	n.zones, err = hosting.OpenZones(filepath.Join(t.TempDir(), "zones.json"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	com := dns.NewTLD(comAddr, []string{"com", "net"}, n.com)
	cn := dns.NewTLD(cnAddr, []string{"cn", "com.cn", "xn--fiqs8s"}, n.cn)
	socks.Serve(comAddr, com, log)
	socks.Serve(cnAddr, cn, log)
	socks.Serve(rootAddr, dns.Split(&dns.Resolver{Root: rootAddr, Port: n.port}, dns.NewRoot(rootAddr, com, cn)), log)
	host := &hosting.NameServer{
		Zones: n.zones, Web: webAddr,
		Names: map[string]netip.Addr{"ns1.openhost.net": ns1Addr, "ns2.openhost.net": ns2Addr},
		Delegated: func(name string) (string, bool) {
			for _, apex := range []string{"openhost.net", "example.com", "cha.com.cn", "xn--55qx5d.xn--fiqs8s"} {
				if name == apex || strings.HasSuffix(name, "."+apex) {
					return apex, true
				}
			}
			return "", false
		},
	}
	socks.Serve(ns1Addr, host, log)
	socks.Serve(ns2Addr, host, log)
	return n
}

// ask sends one question, as a stub (recurse) or as a resolver does.
func (n *net) ask(t *testing.T, transport string, to netip.Addr, name string, qtype uint16, recurse bool) *mdns.Msg {
	t.Helper()
	q := new(mdns.Msg)
	q.SetQuestion(name, qtype)
	q.RecursionDesired = recurse
	resp, _, err := (&mdns.Client{Net: transport}).Exchange(q, fmt.Sprintf("%s:%d", to, n.port))
	if err != nil {
		t.Fatalf("%s %s at %s: %v", name, mdns.TypeToString[qtype], to, err)
	}
	return resp
}

func texts(rrs []mdns.RR) []string {
	var out []string
	for _, rr := range rrs {
		out = append(out, strings.Join(strings.Fields(rr.String()), " "))
	}
	slices.Sort(out)
	return out
}

func check(t *testing.T, what string, got []mdns.RR, want ...string) {
	t.Helper()
	if g := texts(got); !slices.Equal(g, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, g, want)
	}
}

// The walk that "dig +trace" makes, each step by hand, over both transports.
func TestWalkFromTheRootByHand(t *testing.T) {
	n := start(t)
	for _, transport := range []string{"udp", "tcp"} {
		r := n.ask(t, transport, rootAddr, ".", mdns.TypeNS, false)
		check(t, "root servers", r.Answer, ". 3600 IN NS a.root.")
		if !r.Authoritative {
			t.Error("the root is not authoritative for itself")
		}
		r = n.ask(t, transport, rootAddr, "www.example.com.", mdns.TypeA, false)
		if r.Authoritative || r.RecursionAvailable {
			t.Errorf("root referral: aa=%v ra=%v", r.Authoritative, r.RecursionAvailable)
		}
		check(t, "root: answer", r.Answer)
		check(t, "root: authority", r.Ns, "com. 3600 IN NS a.nic.com.")
		check(t, "root: glue", r.Extra, "a.nic.com. 3600 IN A 127.0.1.1")

		r = n.ask(t, transport, comAddr, "www.example.com.", mdns.TypeA, false)
		if r.Authoritative {
			t.Error("com referral claims authority")
		}
		check(t, "com: authority", r.Ns, "example.com. 300 IN NS ns1.openhost.net.", "example.com. 300 IN NS ns2.openhost.net.")
		check(t, "com: glue", r.Extra, "ns1.openhost.net. 300 IN A 127.0.2.1", "ns2.openhost.net. 300 IN A 127.0.2.2")

		r = n.ask(t, transport, ns2Addr, "www.example.com.", mdns.TypeA, false)
		if !r.Authoritative {
			t.Error("the name's own server is not authoritative")
		}
		check(t, "answer", r.Answer, "www.example.com. 300 IN A 127.0.3.1")
	}
}

func TestZoneApexAndUnknownNames(t *testing.T) {
	n := start(t)
	r := n.ask(t, "udp", comAddr, "com.", mdns.TypeSOA, false)
	check(t, "SOA", r.Answer, "com. 300 IN SOA a.nic.com. hostmaster.nic.com. 7 1800 900 604800 60")
	r = n.ask(t, "udp", cnAddr, "com.cn.", mdns.TypeNS, false)
	check(t, "NS of com.cn", r.Answer, "com.cn. 300 IN NS a.nic.cn.")
	r = n.ask(t, "udp", comAddr, "nothere.com.", mdns.TypeA, false)
	if r.Rcode != mdns.RcodeNameError || !r.Authoritative {
		t.Errorf("unknown name: %s aa=%v", mdns.RcodeToString[r.Rcode], r.Authoritative)
	}
	check(t, "its SOA", r.Ns, "com. 300 IN SOA a.nic.com. hostmaster.nic.com. 7 1800 900 604800 60")
	r = n.ask(t, "udp", rootAddr, "example.nosuchtld.", mdns.TypeA, false)
	if r.Rcode != mdns.RcodeNameError {
		t.Errorf("unknown TLD: %s", mdns.RcodeToString[r.Rcode])
	}
	for _, name := range []string{"example.top.", "example.org."} {
		if r = n.ask(t, "udp", comAddr, name, mdns.TypeA, false); r.Rcode != mdns.RcodeRefused {
			t.Errorf("%s at the com server: %s", name, mdns.RcodeToString[r.Rcode])
		}
	}
	if r = n.ask(t, "tcp", comAddr, "com.", mdns.TypeAXFR, false); r.Rcode != mdns.RcodeRefused {
		t.Errorf("zone transfer: %s", mdns.RcodeToString[r.Rcode])
	}
}

func TestHoldLeavesTheZoneAtOnce(t *testing.T) {
	n := start(t)
	resolve := func() *mdns.Msg { return n.ask(t, "udp", rootAddr, "www.example.com.", mdns.TypeA, true) }
	if r := resolve(); r.Rcode != mdns.RcodeSuccess || len(r.Answer) != 1 {
		t.Fatalf("before: %v", r)
	}
	d, _ := n.com.Delegation("example.com")
	n.com.set("example.com", nil)
	r := resolve()
	if r.Rcode != mdns.RcodeNameError || !r.RecursionAvailable || len(r.Answer) != 0 {
		t.Errorf("on hold: %v", r)
	}
	check(t, "serial moved", r.Ns, "com. 300 IN SOA a.nic.com. hostmaster.nic.com. 8 1800 900 604800 60")
	n.com.set("example.com", &dns.Delegation{})
	if r := resolve(); r.Rcode != mdns.RcodeNameError {
		t.Errorf("without name servers: %v", r)
	}
	n.com.set("example.com", &d)
	if r := resolve(); len(r.Answer) != 1 {
		t.Errorf("afterwards: %v", r)
	}
}

func TestDSIsTheParents(t *testing.T) {
	n := start(t)
	d, _ := n.com.Delegation("example.com")
	d.DS = []dns.DS{{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"}}
	n.com.set("example.com", &d)
	ds := "example.com. 300 IN DS 60485 8 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A"
	r := n.ask(t, "udp", comAddr, "example.com.", mdns.TypeDS, false)
	if !r.Authoritative {
		t.Error("DS answer is not authoritative")
	}
	check(t, "DS", r.Answer, ds)
	check(t, "DS through the resolver", n.ask(t, "udp", rootAddr, "example.com.", mdns.TypeDS, true).Answer, ds)
	r = n.ask(t, "udp", comAddr, "www.example.com.", mdns.TypeA, false)
	if !slices.Contains(texts(r.Ns), ds) {
		t.Errorf("referral without DS: %q", texts(r.Ns))
	}
	r = n.ask(t, "udp", comAddr, "openhost.net.", mdns.TypeDS, false)
	if !r.Authoritative || len(r.Answer) != 0 || len(r.Ns) != 1 {
		t.Errorf("unsigned name's DS: %v", r)
	}
}

// A name's own TTLs (RFC 9803) are what the parent answers with.
func TestTTLsOfADelegation(t *testing.T) {
	n := start(t)
	d, _ := n.com.Delegation("openhost.net")
	d.TTL = map[string]uint32{"NS": 3600, "A": 600}
	n.com.set("openhost.net", &d)
	r := n.ask(t, "udp", comAddr, "www.openhost.net.", mdns.TypeA, false)
	if len(r.Ns) == 0 || len(r.Extra) == 0 {
		t.Fatalf("no referral: %v", r)
	}
	for _, rr := range r.Ns {
		if rr.Header().Ttl != 3600 {
			t.Errorf("delegation: %v", rr)
		}
	}
	for _, rr := range r.Extra {
		if rr.Header().Rrtype == mdns.TypeA && rr.Header().Ttl != 600 {
			t.Errorf("glue: %v", rr)
		}
	}
	if ns := n.ask(t, "udp", comAddr, "www.example.com.", mdns.TypeA, false).Ns; len(ns) == 0 || ns[0].Header().Ttl != 300 {
		t.Errorf("another name: %v", ns)
	}
}

func TestResolver(t *testing.T) {
	n := start(t)
	a := func(name string) *mdns.Msg { return n.ask(t, "udp", rootAddr, name, mdns.TypeA, true) }
	// Name servers in another registry's zone: their addresses are walked for.
	check(t, "out-of-zone servers", a("www.cha.com.cn.").Answer, "www.cha.com.cn. 300 IN A 127.0.3.1")
	check(t, "IDN", a("xn--55qx5d.xn--fiqs8s.").Answer, "xn--55qx5d.xn--fiqs8s. 300 IN A 127.0.3.1")
	check(t, "the DNS host itself", a("ns2.openhost.net.").Answer, "ns2.openhost.net. 300 IN A 127.0.2.2")
	if r := a("nothing.example.com."); r.Rcode != mdns.RcodeNameError {
		t.Errorf("nothing.example.com: %v", r)
	}
	// A CNAME over to another zone.
	if err := n.zones.Put("example.com", []hosting.Record{
		{Name: "@", Type: "A", Value: "127.0.9.9"}, {Name: "www", Type: "CNAME", Value: "www.cha.com.cn."},
		{Name: "loop", Type: "CNAME", Value: "loop2"}, {Name: "loop2", Type: "CNAME", Value: "loop"},
		{Name: "*.w", Type: "TXT", Value: `"wild"`}, {Name: "big", Type: "TXT", Value: strings.Repeat(`"`+strings.Repeat("x", 200)+`" `, 9)},
	}); err != nil {
		t.Fatal(err)
	}
	check(t, "CNAME across zones", a("www.example.com.").Answer,
		"www.cha.com.cn. 300 IN A 127.0.3.1", "www.example.com. 300 IN CNAME www.cha.com.cn.")
	check(t, "hosted apex", a("example.com.").Answer, "example.com. 300 IN A 127.0.9.9")
	check(t, "wildcard", n.ask(t, "udp", rootAddr, "any.w.example.com.", mdns.TypeTXT, true).Answer, `any.w.example.com. 300 IN TXT "wild"`)
	if r := a("any.w.example.com."); r.Rcode != mdns.RcodeSuccess || len(r.Answer) != 0 {
		t.Errorf("other type at a wildcard: %v", r)
	}
	_ = a("loop.example.com.") // must end
	big := n.ask(t, "udp", rootAddr, "big.example.com.", mdns.TypeTXT, true)
	if !big.Truncated {
		t.Error("an answer of 1.8 kB fitted into 512 octets")
	}
	if big = n.ask(t, "tcp", rootAddr, "big.example.com.", mdns.TypeTXT, true); len(big.Answer) != 1 {
		t.Errorf("the same over TCP: %v", big)
	}
	if err := n.zones.Remove("example.com"); err != nil {
		t.Fatal(err)
	}
	check(t, "parked again", a("www.example.com.").Answer, "www.example.com. 300 IN A 127.0.3.1")
}

func TestBrokenDelegationsFailWithTheReason(t *testing.T) {
	n := start(t)
	for name, servers := range map[string][]dns.Server{
		"lame.com":    {{Host: "ns1.openhost.net", Addrs: []netip.Addr{ns1Addr}}},
		"rootns.com":  {{Host: "ns.x.com", Addrs: []netip.Addr{rootAddr}}},
		"outside.com": {{Host: "ns.x.com", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.53")}}},
		"noglue.com":  {{Host: "ns1.noglue.com"}},
		"circle.com":  {{Host: "ns.circle.net"}},
	} {
		n.com.set(name, &dns.Delegation{Servers: servers})
		n.com.set("circle.net", &dns.Delegation{Servers: []dns.Server{{Host: "ns.circle.com"}}})
		q := new(mdns.Msg)
		q.SetQuestion("www."+name+".", mdns.TypeA)
		q.SetEdns0(1232, false)
		r, _, err := new(mdns.Client).Exchange(q, fmt.Sprintf("127.0.0.1:%d", n.port))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Rcode != mdns.RcodeServerFailure {
			t.Errorf("%s: %s", name, mdns.RcodeToString[r.Rcode])
		}
		opt := r.IsEdns0()
		if opt == nil || len(opt.Option) != 1 || opt.Option[0].Option() != mdns.EDNS0EDE {
			t.Errorf("%s: SERVFAIL without the reason: %v", name, r)
		}
	}
}

func TestZonesAreCheckedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zones.json")
	z, err := hosting.OpenZones(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]hosting.Record{
		{{Name: "www", Type: "A", Value: "not-an-address"}},
		{{Name: "www.other.org.", Type: "A", Value: "127.0.0.1"}},
		{{Name: "www", Type: "NOTYPE", Value: "x"}},
		{{Name: "www", Type: "A", Value: "127.0.0.1\n$INCLUDE /etc/passwd"}},
		{{Name: "$INCLUDE", Type: "A", Value: "127.0.0.1"}},
		{{Name: "c", Type: "CNAME", Value: "d"}, {Name: "c", Type: "A", Value: "127.0.0.1"}},
	} {
		if err := z.Put("example.com", bad); err == nil {
			t.Errorf("accepted %+v", bad)
		}
	}
	if err := z.Put("not a name", nil); err == nil {
		t.Error("accepted a name with spaces")
	}
	if got := z.Names(); len(got) != 0 {
		t.Errorf("bad zones were kept: %q", got)
	}
	if err := z.Put("Example.COM.", []hosting.Record{{Name: "www", Type: "a", Value: "127.0.0.5"}}); err != nil {
		t.Fatal(err)
	}
	again, err := hosting.OpenZones(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Get("example.com"); err != nil || len(got) != 1 || got[0].Value != "127.0.0.5" {
		t.Errorf("after restart: %+v %v", got, err)
	}
	if err := again.Remove("other.com"); err != hosting.ErrNoZone {
		t.Errorf("removing what is not there: %v", err)
	}
}

package conformance

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world/pki"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// served are the extensions of the registries that are made for the test.
var served = []epp.Extension{epp.RGP, epp.SecDNS, epp.Fee, epp.Launch, epp.ChangePoll, epp.LoginSec,
	epp.SecureAuthInfo, epp.UnhandledNamespaces, epp.AllocationTokens}

// extensions are what the test client understands: all that a greeting may
// offer.
var extensions = append(slices.Clone(served), epp.Fee08, epp.Maintenance, epp.VerificationCode, epp.CNNICContact, epp.CNNICDomain,
	epp.CDN, epp.TTL, epp.LowBalance)

// plan is a registry to be tested: a profile and the inputs that describe it.
type plan struct {
	name       string
	attributes bool
	dataModel  string // minimum, maximum, per-registrar
	models     [2]string
	wideGlue   bool
	reportless bool // restores without a report

	world func() registry.Profile // one of the world's registries, under this test's suffixes; nil: made for the test
	skips map[string]string       // cases that it does not stand for, with why

	once sync.Once
	st   *station
	err  error
	dir  string
}

var allPlans = []*plan{
	{name: "objects-maximum", dataModel: "maximum"},
	{name: "objects-minimum", dataModel: "minimum", wideGlue: true, reportless: true},
	{name: "attributes-maximum", attributes: true, dataModel: "maximum", reportless: true},
	{name: "attributes-minimum", attributes: true, dataModel: "minimum"},
	{name: "objects-per-registrar", dataModel: "per-registrar", models: [2]string{"minimum", "maximum"}},
	{name: "verisim", dataModel: "minimum", world: registry.Verisim, skips: worldly},
	{name: "cnsim", dataModel: "maximum", world: registry.Cnsim, skips: locked},
	{name: "newsim", attributes: true, dataModel: "maximum", reportless: true, world: registry.Newsim, skips: worldly},
}

// What the world's registries do not stand for.
var (
	worldly = map[string]string{"epp-02": "the world's registries do not have every extension that the case asks for"}
	locked  = map[string]string{"epp-02": worldly["epp-02"], "epp-19": "it locks transfers for 60 days after a create", "epp-20": "it locks transfers for 60 days after a create"}
)

func plans() []*plan { return allPlans }

const (
	clid01, clid02, thirdID = "clid-01", "clid-02", "third-rar"
	hostName                = "epp.registry.example"
)

var tlds = []string{"rsta", "rstb"}

// inputs are the plan's input parameters (inputs.yaml).
func (p *plan) inputs() map[string]any {
	in := map[string]any{
		"general.registryDataModel": p.dataModel,
		"dns.gluePolicy":            "narrow",
		"epp.hostName":              hostName,
		"epp.clid01":                clid01, "epp.clid02": clid02,
		"epp.pwd01": "foo2bar, longer than RFC 5730 allows", "epp.pwd02": "foo3bar-second",
		"epp.hostModel":             "objects",
		"epp.secDNSInterfaces":      "dsData",
		"epp.registeredNames":       []string{"registered." + tlds[0], "registered." + tlds[1]},
		"epp.restoreReportRequired": !p.reportless,
		"epp.requiredContactTypes":  []string{}, "epp.supportedContactElements": []string{}, "epp.requiredContactElements": []string{},
	}
	if p.wideGlue {
		in["dns.gluePolicy"] = "wide"
	}
	if p.attributes {
		in["epp.hostModel"] = "attributes"
	} else {
		in["epp.registeredNameservers"] = []string{"ns1.registered." + tlds[0], "ns1.registered." + tlds[1]}
	}
	if p.dataModel == "per-registrar" {
		in["epp.clid01DataModel"], in["epp.clid02DataModel"] = p.models[0], p.models[1]
	}
	if p.dataModel != "minimum" {
		in["epp.registeredContacts"] = []string{"REG-0001", "REG-0002"}
		in["epp.requiredContactTypes"] = []string{"admin", "tech"}
		in["epp.supportedContactElements"] = []string{"org", "street", "sp", "pc", "voice", "voice:ext", "fax", "fax:ext"}
		in["epp.requiredContactElements"] = []string{"street", "voice", "fax"}
		if p.world != nil {
			in["epp.requiredContactTypes"], in["epp.requiredContactElements"] = p.world().Roles, []string{}
		}
		in["epp.supportedContactPostalInfoTypes"] = "both"
	}
	return in
}

func (p *plan) text(name string) string   { s, _ := p.inputs()[name].(string); return s }
func (p *plan) list(name string) []string { l, _ := p.inputs()[name].([]string); return l }

// contacts says whether a registrar (1 or 2) must give contacts.
func (p *plan) contacts(n int) bool {
	if p.dataModel == "per-registrar" {
		return p.models[n-1] == "maximum"
	}
	return p.dataModel == "maximum"
}

// profile is the registry that the inputs describe.
func (p *plan) profile() registry.Profile {
	const day = 24 * time.Hour
	if p.world != nil {
		pr := p.world()
		first := pr.Zones[0]
		pr.Zones, pr.InitialDeposit = nil, 1<<40
		for _, tld := range tlds {
			first.Name, first.Verify = tld, registry.VerifyOff // the cases prove nobody
			pr.Zones = append(pr.Zones, first)
		}
		return pr
	}
	pr := registry.Profile{
		ID: p.name, Name: "Conformance", ServerID: "Conformance EPP", ROID: "RST", Currency: "CNY",
		Contacts: p.dataModel != "minimum", DataModel: p.dataModel, HostAttr: p.attributes, WideGlue: p.wideGlue, SecureAuth: true,
		Extensions: namespaces(),
		SessionCap: 100, AddGrace: 5 * day, RenewGrace: 5 * day, AutoRenewGrace: 45 * day, TransferGrace: 5 * day,
		Redemption: 30 * day, PendingRestore: 7 * day, PendingDelete: 5 * day, TransferWait: 5 * day, DeletePending: true,
		MaxYears: 10, MaxNameServers: 13, MinAuthInfo: 8, CheckLimit: 20, InitialDeposit: 1 << 40,
	}
	for _, tld := range tlds {
		pr.Zones = append(pr.Zones, registry.Zone{Name: tld, Price: registry.Price{Create: 1000, Renew: 1000, Transfer: 1000, Restore: 5000}})
	}
	if pr.Contacts {
		pr.Roles, pr.ContactRequires = p.list("epp.requiredContactTypes"), p.list("epp.requiredContactElements")
	}
	if p.reportless {
		pr.PendingRestore = 0
	}
	return pr
}

func namespaces() []string {
	var out []string
	for _, x := range served {
		out = append(out, x.Namespace)
	}
	return out
}

// station is a running registry with what a client needs.
type station struct {
	*plan
	reg   *registry.Registry
	pki   *pki.Authority
	roots *x509.CertPool
	port  string // the same on every address
	ipv6  bool
	dns   string // address of a name server that publishes the host name
	ahead atomic.Int64
	stops []func()
	certs map[string]tls.Certificate
}

type account struct{ clid, password, cert string }

func (s *station) host() string { return s.text("epp.hostName") }

func (s *station) account(n int) account {
	if n == 2 {
		return account{s.text("epp.clid02"), s.text("epp.pwd02"), s.text("epp.clid02")}
	}
	return account{s.text("epp.clid01"), s.text("epp.pwd01"), s.text("epp.clid01")}
}

// station starts the plan's registry at the first call.
func (p *plan) station(t *testing.T) *station {
	t.Helper()
	p.once.Do(func() {
		if p.dir, p.err = os.MkdirTemp("", "conformance-"); p.err == nil {
			p.st, p.err = p.start(p.dir)
		}
	})
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p.st
}

func (p *plan) stop() {
	if p.st != nil {
		p.st.stop()
	}
	if p.dir != "" {
		os.RemoveAll(p.dir)
	}
}

func (s *station) stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
}

func (p *plan) start(dir string) (*station, error) {
	s := &station{plan: p, certs: map[string]tls.Certificate{}, roots: x509.NewCertPool()}
	var err error
	if s.pki, err = pki.Open(filepath.Join(dir, "tls")); err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(s.pki.CAFile())
	if err != nil {
		return nil, err
	}
	s.roots.AppendCertsFromPEM(ca)
	opts := registry.Options{NoSeed: true}
	for i, a := range []account{s.account(1), s.account(2), {thirdID, "third-password", thirdID}} {
		cert, key, sha, err := s.pki.Client(a.clid)
		if err != nil {
			return nil, err
		}
		if s.certs[a.clid], err = tls.LoadX509KeyPair(cert, key); err != nil {
			return nil, err
		}
		acc := registry.Account{ID: a.clid, Name: a.clid, Password: a.password, CertSHA256: sha}
		if p.dataModel == "per-registrar" {
			acc.DataModel = []string{p.models[0], p.models[1], "maximum"}[i]
		}
		opts.Accounts = append(opts.Accounts, acc)
	}
	// A certificate of the same authority that is no registrar's.
	cert, key, _, err := s.pki.Client("nobody")
	if err == nil {
		s.certs["nobody"], err = tls.LoadX509KeyPair(cert, key)
	}
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
	if s.reg, err = registry.Open(filepath.Join(dir, "registry"), p.profile(), now, opts); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, func() { s.reg.Close() })
	if err := s.listen(); err != nil {
		s.stop()
		return nil, err
	}
	if err := s.publish(); err != nil {
		s.stop()
		return nil, err
	}
	if err := s.populate(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// listen serves one port on 127.0.0.1 and, where there is IPv6, on ::1.
func (s *station) listen() error {
	conf, err := s.pki.ServerTLS(s.name, s.host())
	if err != nil {
		return err
	}
	var lns []net.Listener
	for range 20 { // a port that is free on both
		four, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		_, s.port, _ = net.SplitHostPort(four.Addr().String())
		six, err := net.Listen("tcp6", "[::1]:"+s.port)
		if err == nil {
			s.ipv6 = true
			lns = []net.Listener{four, six}
			break
		}
		if strings.Contains(err.Error(), "in use") {
			four.Close()
			continue
		}
		lns = []net.Listener{four}
		break
	}
	if len(lns) == 0 {
		return fmt.Errorf("no port is free on both 127.0.0.1 and ::1")
	}
	for _, ln := range lns {
		go s.reg.Serve(ln, conf) // ends with Close
	}
	return nil
}

// publish answers for the host name, as the registry's operator would.
func (s *station) publish() error {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.dns = conn.LocalAddr().String()
	zone := map[uint16]string{mdns.TypeA: s.host() + ". 60 IN A 127.0.0.1"}
	if s.ipv6 {
		zone[mdns.TypeAAAA] = s.host() + ". 60 IN AAAA ::1"
	}
	srv := &mdns.Server{PacketConn: conn, Handler: mdns.HandlerFunc(func(w mdns.ResponseWriter, q *mdns.Msg) {
		m := new(mdns.Msg).SetReply(q)
		m.Authoritative = true
		if len(q.Question) == 1 && q.Question[0].Name == s.host()+"." {
			if text := zone[q.Question[0].Qtype]; text != "" {
				if rr, err := mdns.NewRR(text); err == nil {
					m.Answer = append(m.Answer, rr)
				}
			}
		} else {
			m.Rcode = mdns.RcodeNameError
		}
		w.WriteMsg(m)
	})}
	go srv.ActivateAndServe()
	s.stops = append(s.stops, func() { conn.Close() })
	return nil
}

func (s *station) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp4", s.dns)
	}}
}

// clientTLS trusts the registry's authority; cert names the client's own
// certificate, "" none.
func (s *station) clientTLS(cert string) *tls.Config {
	conf := &tls.Config{RootCAs: s.roots, ServerName: s.host()}
	if cert != "" {
		conf.Certificates = []tls.Certificate{s.certs[cert]}
	}
	return conf
}

// populate registers, as a third registrar, what the inputs say is registered.
func (s *station) populate() error {
	c, err := epp.Dial(context.Background(), epp.ClientConfig{Addr: "127.0.0.1:" + s.port, TLS: s.clientTLS(thirdID), ClID: thirdID,
		Password: "third-password", Extensions: extensions})
	if err != nil {
		return err
	}
	defer c.Close()
	do := func(a epp.Action) error {
		resp, err := c.Do(context.Background(), &epp.Command{Action: a})
		if err == nil {
			err = resp.Err()
		}
		if err != nil {
			return fmt.Errorf("%T: %w", a, err)
		}
		return nil
	}
	var registrant string
	var roles []epp.DomainContact
	for _, id := range s.list("epp.registeredContacts") {
		if err := do(contact(id)); err != nil {
			return err
		}
		registrant = id
	}
	for _, role := range s.list("epp.requiredContactTypes") {
		roles = append(roles, epp.DomainContact{Type: role, ID: registrant})
	}
	for _, name := range s.list("epp.registeredNames") {
		if err := do(&epp.DomainCreate{Name: name, Period: epp.Years(2), Registrant: registrant, Contacts: roles}); err != nil {
			return err
		}
	}
	for _, h := range s.list("epp.registeredNameservers") {
		if err := do(&epp.HostCreate{Name: h, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}); err != nil {
			return err
		}
	}
	return nil
}

// label is a pseudo-random label.
func label() string { return "rst-" + strings.ToLower(rand.Text()[:12]) }

// contact is a contact of realistic values and nobody's.
func contact(id string) *epp.ContactCreate {
	return &epp.ContactCreate{ID: id,
		Postal: []epp.PostalInfo{
			{Type: epp.PostalInt, Name: "Mara Lindqvist", Org: "Quiet Harbor Trading", Addr: epp.PostalAddr{
				Street: []string{"18 Linden Road", "Floor 2"}, City: "Hangzhou", SP: "Zhejiang", PC: "310000", CC: "CN"}},
			{Type: epp.PostalLoc, Name: "林小满", Org: "静港贸易", Addr: epp.PostalAddr{
				Street: []string{"菩提路 18 号"}, City: "杭州", SP: "浙江", PC: "310000", CC: "CN"}}},
		Voice: epp.Phone{Number: "+86.57180001234", Ext: "56"}, Fax: epp.Phone{Number: "+86.57180001235", Ext: "7"},
		Email: "mara.lindqvist@example.net", AuthInfo: epp.Password(strong())}
}

package conformance

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/openregistrar/openregistrar/epp"
)

func TestEPP01(t *testing.T) { perform(t, "epp-01") }
func TestEPP02(t *testing.T) { perform(t, "epp-02") }
func TestEPP03(t *testing.T) { perform(t, "epp-03") }
func TestEPP17(t *testing.T) { perform(t, "epp-17") }

// recommended are the TLS 1.2 suites of RFC 9325 section 4.2; those of TLS 1.3
// are all recommended (section 4.2.1 refers to RFC 8446 section 9.1).
var recommended = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256,
}

func epp01(r *run) {
	lookup := func(network string) []net.IP {
		ips, err := r.st.resolver().LookupIP(r.Context(), network, r.st.host())
		var de *net.DNSError
		r.check("EPP_DNS_RESOLUTION_ERROR", err == nil || errors.As(err, &de) && de.IsNotFound, "%s %s: %v", network, r.st.host(), err)
		return ips
	}
	r.check("EPP_MISSING_A_RECORDS", len(lookup("ip4")) > 0, "%s", r.st.host())
	if r.st.ipv6 {
		r.check("EPP_MISSING_AAAA_RECORDS", len(lookup("ip6")) > 0, "%s", r.st.host())
	} else {
		r.used["EPP_MISSING_AAAA_RECORDS"]++
		r.Log("not performed: this machine has no IPv6 loopback")
	}
	shake := func(addr string, mod func(*tls.Config)) (tls.ConnectionState, error) {
		conf := r.st.clientTLS("")
		mod(conf)
		ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
		defer cancel()
		conn, err := (&tls.Dialer{Config: conf}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return tls.ConnectionState{}, err
		}
		defer conn.Close()
		return conn.(*tls.Conn).ConnectionState(), nil
	}
	ports := r.reachable()
	if r.st.ipv6 {
		r.check("EPP_SERVICE_PORT_UNREACHABLE", len(ports) == 2, "reachable: %v, want one of each family", ports)
	}
	for _, addr := range ports {
		st, err := shake(addr, func(*tls.Config) {})
		r.must("EPP_TLS_CONNECTION_ERROR", err == nil, "%s: %v", addr, err)
		r.check("EPP_TLS_BAD_CIPHER", slices.Contains(recommended, st.CipherSuite), "%s: %s", addr, tls.CipherSuiteName(st.CipherSuite))
		for v := uint16(tls.VersionTLS12); v <= tls.VersionTLS13; v++ {
			st, err := shake(addr, func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v })
			r.check("EPP_TLS_REQUIRED_PROTOCOL_NOT_SUPPORTED", err == nil || v > tls.VersionTLS12, "%s: %s: %v", addr, tls.VersionName(v), err)
			if err == nil {
				r.check("EPP_TLS_BAD_CIPHER", slices.Contains(recommended, st.CipherSuite), "%s, %s: %s", addr, tls.VersionName(v), tls.CipherSuiteName(st.CipherSuite))
			}
		}
		for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
			_, err := shake(addr, func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v })
			r.check("EPP_TLS_FORBIDDEN_PROTOCOL_SUPPORTED", err != nil, "%s: %s", addr, tls.VersionName(v))
		}
		var unknown x509.UnknownAuthorityError
		_, err = shake(addr, func(*tls.Config) {})
		r.check("EPP_TLS_UNTRUSTED_CERTIFICATE", !errors.As(err, &unknown), "%s: %v", addr, err)
		_, err = shake(addr, func(c *tls.Config) { c.RootCAs = x509.NewCertPool() })
		r.check("EPP_TLS_UNTRUSTED_CERTIFICATE", errors.As(err, &unknown), "%s: a client that trusts nobody was satisfied: %v", addr, err)
		leaf := st.PeerCertificates[0]
		now := time.Now()
		r.check("EPP_TLS_EXPIRED_CERTIFICATE", now.After(leaf.NotBefore) && now.Before(leaf.NotAfter), "%s: %s to %s", addr, leaf.NotBefore, leaf.NotAfter)
		between := x509.NewCertPool()
		for _, c := range st.PeerCertificates[1:] {
			between.AddCert(c)
		}
		_, err = leaf.Verify(x509.VerifyOptions{Roots: r.st.roots, Intermediates: between})
		r.check("EPP_TLS_CERTIFICATE_CHAIN_MISSING", err == nil, "%s: %v", addr, err)
		r.check("EPP_TLS_CERTIFICATE_HOSTNAME_MISMATCH", leaf.VerifyHostname(r.st.host()) == nil && leaf.VerifyHostname("epp.elsewhere.example") != nil,
			"%s: for %v", addr, leaf.DNSNames)
	}
}

// registered are the URIs of IANA's EPP extension registry that these
// registries may announce, and the object mappings of RFC 5731 to 5733.
var registeredURIs = []string{
	epp.NSDomain, epp.NSHost, epp.NSContact,
	"urn:ietf:params:xml:ns:rgp-1.0", "urn:ietf:params:xml:ns:secDNS-1.1", "urn:ietf:params:xml:ns:epp:fee-1.0",
	"urn:ietf:params:xml:ns:launch-1.0", "urn:ietf:params:xml:ns:changePoll-1.0", "urn:ietf:params:xml:ns:epp:loginSec-1.0",
	"urn:ietf:params:xml:ns:epp:secure-authinfo-transfer-1.0", "urn:ietf:params:xml:ns:epp:unhandled-namespaces-1.0",
	"urn:ietf:params:xml:ns:epp:maintenance-1.0", "urn:ietf:params:xml:ns:allocationToken-1.0", "urn:ietf:params:xml:ns:epp:ttl-1.0",
}

var (
	mandatoryExt   = []string{"urn:ietf:params:xml:ns:secDNS-1.1", "urn:ietf:params:xml:ns:rgp-1.0", "urn:ietf:params:xml:ns:launch-1.0"}
	recommendedExt = []string{"urn:ietf:params:xml:ns:epp:secure-authinfo-transfer-1.0", "urn:ietf:params:xml:ns:epp:unhandled-namespaces-1.0",
		"urn:ietf:params:xml:ns:epp:loginSec-1.0", "urn:ietf:params:xml:ns:changePoll-1.0"}
)

func epp02(r *run) {
	for _, addr := range r.reachable() {
		conn, err := (&tls.Dialer{Config: r.st.clientTLS("")}).DialContext(r.Context(), "tcp", addr)
		r.must("EPP_TLS_CONNECTION_ERROR", err == nil, "%s: %v", addr, err)
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		frame, err := epp.ReadFrame(conn, 0)
		r.must("EPP_NO_GREETING_RECEIVED", err == nil, "%s: %v", addr, err)
		r.frames.keep(frame)
		m, err := epp.NewCodec(extensions...).Decode(frame)
		r.must("EPP_XML_PARSE_ERROR", err == nil, "%s: %v", addr, err)
		r.must("EPP_NO_GREETING_RECEIVED", m.Greeting != nil, "%s: something else came", addr)
		g := m.Greeting
		r.check("EPP_GREETING_SVID_INVALID", g.ServerID == r.st.reg.Profile().ServerID && len(g.ServerID) >= 3 && len(g.ServerID) <= 64, "%q", g.ServerID)
		off := time.Since(g.Date).Abs()
		r.check("EPP_GREETING_SVDATE_INVALID", off < 30*time.Second, "%s is %s off", g.Date, off)
		r.check("EPP_GREETING_VERSION_INVALID", slices.Equal(g.Versions, []string{"1.0"}), "%v", g.Versions)
		for _, l := range g.Langs {
			_, err := language.Parse(l)
			r.check("EPP_GREETING_INVALID_LANG", err == nil, "%q: %v", l, err)
		}
		r.check("EPP_GREETING_MISSING_EN_LANG", slices.Contains(g.Langs, "en"), "%v", g.Langs)
		objects := []string{epp.NSDomain}
		if r.st.text("epp.hostModel") == "objects" {
			objects = append(objects, epp.NSHost)
		}
		if r.st.dataModel != "minimum" {
			objects = append(objects, epp.NSContact)
		}
		for _, u := range objects {
			r.check("EPP_GREETING_MISSING_OBJURI", slices.Contains(g.ObjURIs, u), "%s", u)
		}
		for _, u := range g.ObjURIs {
			r.check("EPP_GREETING_UNEXPECTED_OBJURI", slices.Contains(objects, u) && slices.Contains(registeredURIs, u), "%s", u)
		}
		for _, u := range g.ExtURIs {
			r.check("EPP_GREETING_UNEXPECTED_EXTURI", slices.Contains(registeredURIs, u), "%s", u)
		}
		for _, u := range mandatoryExt {
			r.check("EPP_GREETING_MISSING_EXTURI", slices.Contains(g.ExtURIs, u), "%s", u)
		}
		for _, u := range recommendedExt { // a warning there, an error here
			r.check("EPP_GREETING_RECOMMENDED_EXTENSION_MISSING", slices.Contains(g.ExtURIs, u), "%s", u)
		}
	}
}

func epp03(r *run) {
	first, second := r.st.account(1), r.st.account(2)
	refused := func(what, clid, password, cert, addr string) {
		_, err := r.dial(clid, password, cert, addr)
		var answer *epp.ResultError
		var te *epp.TransportError
		switch {
		case errors.As(err, &answer):
			r.common("EPP_GENERIC_COMMAND_ERROR", answer.Code != epp.CodeCommandFailed, "%s: 2400", what)
		case errors.As(err, &te): // a server may refuse in the handshake, but not fall silent elsewhere
			r.common("EPP_TLS_CONNECTION_ERROR", te.Op == "dial" && cert != clid || te.Op == "greeting" && cert != clid, "%s: %v", what, err)
		}
		r.check("EPP_LOGIN_UNEXPECTEDLY_SUCCEEDED", err != nil, "%s", what)
	}
	for _, addr := range r.reachable() {
		nobody := "rst" + strings.ToLower(rand.Text()[:10])
		refused("a client that does not exist", nobody, first.password, first.cert, addr)
		refused("a wrong password", first.clid, "not-"+first.password, first.cert, addr)
		refused("a certificate of nobody", first.clid, first.password, "nobody", addr)
		refused("the certificate of another registrar", first.clid, first.password, second.cert, addr)
		refused("no certificate", first.clid, first.password, "", addr)
		for n := 1; n <= 2; n++ {
			acc := r.st.account(n)
			s, err := r.dial(acc.clid, acc.password, acc.cert, addr)
			r.check("EPP_LOGIN_UNEXPECTEDLY_FAILED", err == nil, "%s: %v", acc.clid, err)
			if err != nil {
				continue
			}
			r.common("EPP_TLS_CONNECTION_ERROR", true, "")
			s.do(&epp.DomainCheck{Names: []string{label() + "." + tlds[0]}})
			// The services are those of the greeting, and login security is used.
			g := s.c.Greeting()
			r.check("EPP_LOGIN_UNEXPECTEDLY_FAILED", n == 2 || len(acc.password) > 16 && s.c.HasService(epp.NSLoginSec), "the long password of %s did not need login security", acc.clid)
			for _, u := range append(slices.Clone(g.ObjURIs), g.ExtURIs...) {
				r.check("EPP_LOGIN_UNEXPECTEDLY_FAILED", s.c.HasService(u), "the session is without %s", u)
			}
		}
	}
}

// infData is the raw infData of an answer to an info.
func infData(frame []byte) []byte {
	el, err := epp.ParseElement(frame)
	if err != nil {
		return nil
	}
	if resp := el.Child(epp.NSEPP, "response"); resp != nil {
		if data := resp.Child(epp.NSEPP, "resData"); data != nil && len(data.Children) > 0 {
			return data.Children[0].XML()
		}
	}
	return nil
}

func epp17(r *run) {
	ports := r.reachable()
	type seat struct {
		s    *session
		last []byte
	}
	var seats []*seat
	for _, addr := range ports {
		at := &seat{}
		acc := r.st.account(1)
		c, err := epp.Dial(r.Context(), epp.ClientConfig{Addr: addr, TLS: r.st.clientTLS(acc.cert), ClID: acc.clid, Password: acc.password,
			Extensions: extensions, Transcript: func(dir epp.Direction, frame []byte) {
				if dir == epp.Received {
					at.last = bytes.Clone(frame)
					r.frames.keep(frame)
				}
			}})
		r.common("EPP_TLS_CONNECTION_ERROR", err == nil, "%s: %v", addr, err)
		r.common("EPP_LOGIN_ERROR", err == nil, "%s: %v", addr, err)
		if err != nil {
			r.FailNow()
		}
		r.Cleanup(func() { c.Close() })
		at.s = &session{run: r, c: c, clid: acc.clid}
		seats = append(seats, at)
	}
	first := seats[0].s
	made := first.domain(1, tlds[0])
	ask := []epp.Action{&epp.DomainInfo{Name: made.name}}
	for _, h := range made.hosts {
		ask = append(ask, &epp.HostInfo{Name: h})
	}
	for _, id := range made.contacts {
		ask = append(ask, &epp.ContactInfo{ID: id})
	}
	for _, a := range ask {
		var want []byte
		for i, at := range seats {
			resp := at.s.do(a)
			r.check("EPP_SERVICE_PORT_NOT_CONSISTENT", resp.Code() == 1000, "%s: %T was answered %d", ports[i], a, resp.Code())
			got := infData(at.last)
			if i == 0 {
				want = got
			}
			r.check("EPP_SERVICE_PORT_NOT_CONSISTENT", len(got) > 0 && bytes.Equal(got, want), "%T differs: %s, and on %s: %s", a, want, ports[i], got)
		}
	}
	if !r.st.ipv6 {
		r.Log("not performed: a second service port: this machine has no IPv6 loopback")
	}
}

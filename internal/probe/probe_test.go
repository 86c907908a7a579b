package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const rdapAnswer = `{
  "objectClassName": "domain", "ldhName": "EXAMPLE.COM",
  "status": ["client transfer prohibited", "auto renew period", "active"],
  "events": [{"eventAction":"registration","eventDate":"2025-03-01T08:00:00Z"},
             {"eventAction":"expiration","eventDate":"2027-03-01T16:00:00+08:00"},
             {"eventAction":"last changed","eventDate":"nonsense"}],
  "nameservers": [{"ldhName":"NS2.openhost.net."},{"ldhName":"ns1.openhost.net"},{"ldhName":"ns1.openhost.net"}],
  "entities": [
    {"roles":["registrant"],"vcardArray":["vcard",[["fn",{},"text","Somebody"]]]},
    {"roles":["registrar"],"handle":"9998",
     "publicIds":[{"type":"other","identifier":"x"},{"type":"IANA Registrar ID","identifier":"9998"}],
     "links":[{"rel":"self","href":"http://self"},{"rel":"about","href":"https://rival.example"}],
     "vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Rival Names Ltd"],["adr",{},"text",["","","1 Road"]]]]}]}`

func rdapServer(t *testing.T, code int, kind, body string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rdap/domain/example.com" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		if r.Header.Get("Accept") != "application/rdap+json" {
			t.Errorf("accepts %q", r.Header.Get("Accept"))
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/rdap/"
}

func whoisServer(t *testing.T, body string) (string, *atomic.Int32) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	var asked atomic.Int32
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			buf := make([]byte, 200)
			n, _ := conn.Read(buf)
			if string(buf[:n]) != "example.com\r\n" {
				t.Errorf("whois was asked %q", buf[:n])
			}
			asked.Add(1)
			_, _ = io.WriteString(conn, strings.ReplaceAll(body, "\n", "\r\n"))
			conn.Close()
		}
	}()
	return ln.Addr().String(), &asked
}

func TestRegistrationByRDAP(t *testing.T) {
	base := rdapServer(t, 200, "application/rdap+json", rdapAnswer)
	got, err := New(Config{RDAP: map[string]string{"com": base}}).Registration(context.Background(), "example.com")
	if err != nil {
		t.Fatal(err)
	}
	want := ops.PublicRegistration{
		Found: true, Registrar: "Rival Names Ltd", RegistrarID: "9998", URL: "https://rival.example",
		CreatedAt:   time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC),
		ExpiresAt:   time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC),
		Statuses:    domain.Statuses{domain.ClientTransferProhibited, "autoRenewPeriod", domain.StatusOK},
		NameServers: []string{"ns1.openhost.net", "ns2.openhost.net"},
		Source:      "RDAP " + base + "domain/example.com",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestRDAPNotFoundIsAnAnswerAndWHOISIsNotAsked(t *testing.T) {
	base := rdapServer(t, 404, "application/rdap+json", `{"errorCode":404}`)
	addr, asked := whoisServer(t, "Domain Name: example.com\n")
	p := New(Config{RDAP: map[string]string{"com": base}, WHOIS: map[string]string{"com": addr}})
	got, err := p.Registration(context.Background(), "example.com")
	if err != nil || got.Found || !strings.HasPrefix(got.Source, "RDAP ") {
		t.Errorf("got %+v, %v", got, err)
	}
	if asked.Load() != 0 {
		t.Error("whois was asked although RDAP had answered")
	}
}

const thinWHOIS = `   Domain Name: EXAMPLE.COM
   Registry Domain ID: 12_DOMAIN_COM-VRSN
   Registrar URL: http://rival.example
   Creation Date: 2025-03-01T08:00:00Z
   Registry Expiry Date: 2027-03-01T08:00:00Z
   Registrar: Rival Names Ltd
   Registrar IANA ID: 9998
   Domain Status: clientHold https://icann.org/epp#clientHold
   Name Server: NS1.OPENHOST.NET
>>> Last update of whois database: 2026-11-01T00:00:00Z <<<
Registrar: not this one
`

func TestWHOISWhenRDAPFails(t *testing.T) {
	for name, base := range map[string]string{
		"server error": rdapServer(t, 500, "application/rdap+json", "{}"),
		"not JSON":     rdapServer(t, 200, "application/rdap+json", "<html>"),
		"other kind":   rdapServer(t, 200, "text/html", rdapAnswer),
		"another name": rdapServer(t, 200, "application/rdap+json", `{"objectClassName":"domain","ldhName":"other.com"}`),
		"too long":     rdapServer(t, 200, "application/rdap+json", `{"ldhName":"`+strings.Repeat("x", maxRDAP)+`"}`),
		"nobody there": "http://127.0.0.1:1/rdap",
	} {
		addr, _ := whoisServer(t, thinWHOIS)
		p := New(Config{RDAP: map[string]string{"com": base}, WHOIS: map[string]string{"com": addr}})
		got, err := p.Registration(context.Background(), "example.com")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := ops.PublicRegistration{
			Found: true, Registrar: "Rival Names Ltd", RegistrarID: "9998", URL: "http://rival.example",
			CreatedAt: time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC), ExpiresAt: time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC),
			Statuses: domain.Statuses{domain.ClientHold}, NameServers: []string{"ns1.openhost.net"}, Source: "WHOIS " + addr,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestWHOISForms(t *testing.T) {
	cn := "Domain Name: example.com\nROID: 20030312s1\nDomain Status: ok\nSponsoring Registrar: 某某\nName Server: ns.a.cn\n" +
		"Registration Time: 2003-03-17 12:20:05\nExpiration Time: 2027-03-17 12:48:36\nDNSSEC: unsigned\n"
	got, err := parseWHOIS(cn, "example.com", "s")
	want := ops.PublicRegistration{
		Found: true, Registrar: "某某", CreatedAt: time.Date(2003, 3, 17, 4, 20, 5, 0, time.UTC),
		ExpiresAt: time.Date(2027, 3, 17, 4, 48, 36, 0, time.UTC), Statuses: domain.Statuses{domain.StatusOK},
		NameServers: []string{"ns.a.cn"}, Source: "s",
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	for _, none := range []string{"No match for \"EXAMPLE.COM\".\n>>> x <<<", "The queried object does not exist: example.com", "DOMAIN NOT FOUND"} {
		if got, err := parseWHOIS(none, "example.com", "s"); err != nil || got.Found {
			t.Errorf("%q: %+v %v", none, got, err)
		}
	}
	for _, bad := range []string{"", "rate limit exceeded", "Domain Name: other.com"} {
		if got, err := parseWHOIS(bad, "example.com", "s"); err == nil {
			t.Errorf("%q read as %+v", bad, got)
		}
	}
}

func TestRegistrationFaults(t *testing.T) {
	p := New(Config{RDAP: map[string]string{"com": "http://127.0.0.1:1"}, WHOIS: map[string]string{"com": "127.0.0.1:1"}})
	_, err := p.Registration(context.Background(), "example.com")
	if f := fault.Of(err); f.Kind != fault.Unavailable || f.Code != DirectoryUnreachable || !strings.Contains(f.Facts["tried"], "WHOIS 127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
	_, err = p.Registration(context.Background(), "example.org")
	if f := fault.Of(err); f.Kind != fault.Missing || f.Code != NoDirectory || f.Facts["suffix"] != "org" {
		t.Errorf("got %v", err)
	}
}

func TestSlowDirectoriesAreLeftInTime(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") // accepts by backlog and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	p := New(Config{WHOIS: map[string]string{"com": ln.Addr().String()}, Timeout: 50 * time.Millisecond})
	done := make(chan error, 1)
	go func() { _, err := p.Registration(context.Background(), "example.com"); done <- err }()
	select {
	case err := <-done:
		if !fault.Is(err, DirectoryUnreachable) {
			t.Errorf("got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still waiting")
	}
}

// resolver answers over UDP and TCP of one port.
func resolver(t *testing.T, answer func(net string, q *dns.Msg) *dns.Msg) string {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{PacketConn: pc, Net: "udp"}, {Listener: ln, Net: "tcp"}} {
		kind := s.Net
		s.Handler = dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			if m := answer(kind, q); m != nil {
				_ = w.WriteMsg(m)
			}
		})
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go func() { _ = s.ActivateAndServe() }()
		<-up
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return pc.LocalAddr().String()
}

func records(t *testing.T, format string, n int) []dns.RR {
	t.Helper()
	var out []dns.RR
	for i := range n {
		rr, err := dns.NewRR(fmt.Sprintf(format, i))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rr)
	}
	return out
}

func TestServers(t *testing.T) {
	var tcp, lost atomic.Int32
	addr := resolver(t, func(network string, q *dns.Msg) *dns.Msg {
		m := new(dns.Msg).SetReply(q)
		switch q.Question[0].Name {
		case "answered.com.":
			m.Answer = records(t, "answered.com. 60 IN NS NS%d.Host.net.", 2)
		case "referred.com.":
			m.Ns = records(t, "referred.com. 60 IN NS ns%d.host.net.", 1)
		case "undelegated.com.":
			m.Ns = records(t, "com. 60 IN NS a%d.nic.com.", 1) // the parent's servers are not the name's
		case "absent.com.":
			m.Rcode = dns.RcodeNameError
		case "broken.com.":
			m.Rcode = dns.RcodeServerFailure
		case "large.com.":
			if network == "udp" {
				m.Truncated = true
			} else {
				tcp.Add(1)
				m.Answer = records(t, "large.com. 60 IN NS ns%d.host.net.", 1)
			}
		case "lossy.com.":
			if lost.Add(1) == 1 {
				return nil
			}
			m.Answer = records(t, "lossy.com. 60 IN NS ns%d.host.net.", 1)
		}
		return m
	})
	p := New(Config{Resolver: addr, Timeout: 300 * time.Millisecond})
	for name, want := range map[domain.Name][]string{
		"answered.com":    {"ns0.host.net", "ns1.host.net"},
		"referred.com":    {"ns0.host.net"},
		"undelegated.com": nil,
		"absent.com":      nil,
		"large.com":       {"ns0.host.net"},
		"lossy.com":       {"ns0.host.net"},
	} {
		got, err := p.Servers(context.Background(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if tcp.Load() != 1 {
		t.Error("a truncated answer was not asked again over TCP")
	}
	if _, err := p.Servers(context.Background(), "broken.com"); !fault.Is(err, ResolverUnreachable) {
		t.Errorf("got %v", err)
	}
}

package directory

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

var created = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func sample(thin bool) Registry {
	names := map[string]Domain{
		"yunhe-tea.com": {
			Name: "yunhe-tea.com", Handle: "D1-VSIM", Created: created, Expires: created.AddDate(1, 0, 0), Updated: created.Add(time.Hour),
			Statuses: []string{"clientTransferProhibited", "serverHold"}, RGP: []string{"addPeriod"},
			Servers:   []Host{{Name: "ns1.yunhe-tea.com", Addrs: []netip.Addr{netip.MustParseAddr("127.0.2.1"), netip.MustParseAddr("::1")}}, {Name: "ns2.openhost.net"}},
			DS:        []DS{{60485, 8, 2, "D4B7"}},
			Registrar: Registrar{ID: "openreg", Name: "OpenRegistrar", IANAID: "9999", URL: "https://registrar.example", WHOISServer: "127.0.0.1:4343", RDAPBase: "http://127.0.0.1:8083/", AbuseEmail: "abuse@registrar.example", AbusePhone: "+86.1012345678"},
			Contacts:  map[string]Contact{"registrant": {Org: "Yunhe Tea", Province: "Zhejiang", Country: "CN"}},
		},
		"xn--55qx5d.com": {Name: "xn--55qx5d.com", Handle: "D2-VSIM", Created: created, Expires: created.AddDate(1, 0, 0), Statuses: []string{"ok"}},
	}
	return Registry{
		ID: "verisim", Zones: []string{"com", "net"}, Thin: thin,
		Now:    func() time.Time { return created.AddDate(0, 0, 60) },
		Domain: func(n string) (Domain, bool) { d, ok := names[n]; return d, ok },
		Host: func(n string) (Host, bool) {
			if n != "ns1.yunhe-tea.com" {
				return Host{}, false
			}
			return names["yunhe-tea.com"].Servers[0], true
		},
	}
}

func query(t *testing.T, srv *httptest.Server, method, path string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	if ct := resp.Header.Get("Content-Type"); ct != "application/rdap+json" {
		t.Errorf("%s: content type %q", path, ct)
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s: no CORS header", path)
	}
	return resp, raw
}

func TestThinRDAP(t *testing.T) {
	srv := httptest.NewServer(RDAP(sample(true)))
	defer srv.Close()
	resp, raw := query(t, srv, "GET", "/domain/YUNHE-tea.COM.")
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, raw)
	}
	var o struct {
		RDAPConformance []string
		ObjectClassName string
		Handle, LDHName string
		Status          []string
		Events          []struct{ EventAction, EventDate string }
		Nameservers     []struct {
			LDHName     string
			IPAddresses struct{ V4, V6 []string }
		}
		SecureDNS struct {
			DelegationSigned bool
			DSData           []struct{ KeyTag, Algorithm, DigestType int }
		}
		Links    []struct{ Rel, Href, Value, Type string }
		Entities []struct {
			Handle    string
			Roles     []string
			PublicIDs []struct{ Type, Identifier string }
			Entities  []struct{ Roles []string }
		}
		Notices  []struct{ Title string }
		Redacted []any
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	if o.ObjectClassName != "domain" || o.LDHName != "yunhe-tea.com" || o.Handle != "D1-VSIM" {
		t.Errorf("object %q %q %q", o.ObjectClassName, o.LDHName, o.Handle)
	}
	if want := []string{"client transfer prohibited", "server hold", "add period"}; !slices.Equal(o.Status, want) {
		t.Errorf("status %q, want %q", o.Status, want)
	}
	events := map[string]string{}
	for _, e := range o.Events {
		events[e.EventAction] = e.EventDate
	}
	for action, date := range map[string]string{
		"registration": "2026-11-23T08:00:00Z", "expiration": "2027-11-23T08:00:00Z", "last changed": "2026-11-23T09:00:00Z",
		"last update of RDAP database": "2027-01-22T08:00:00Z",
	} {
		if events[action] != date {
			t.Errorf("event %q at %q, want %q", action, events[action], date)
		}
	}
	if _, ok := events["transfer"]; ok {
		t.Error("a name never transferred has a transfer event")
	}
	if len(o.Nameservers) != 2 || o.Nameservers[0].IPAddresses.V4[0] != "127.0.2.1" || o.Nameservers[0].IPAddresses.V6[0] != "::1" {
		t.Errorf("name servers %+v", o.Nameservers)
	}
	if !o.SecureDNS.DelegationSigned || o.SecureDNS.DSData[0].KeyTag != 60485 {
		t.Errorf("secureDNS %+v", o.SecureDNS)
	}
	related := ""
	for _, l := range o.Links {
		if l.Rel == "related" {
			related = l.Href
		}
	}
	if related != "http://127.0.0.1:8083/domain/yunhe-tea.com" {
		t.Errorf("related %q", related)
	}
	if len(o.Entities) != 1 || o.Entities[0].Roles[0] != "registrar" || o.Entities[0].PublicIDs[0].Identifier != "9999" || o.Entities[0].Entities[0].Roles[0] != "abuse" {
		t.Errorf("a thin registry's entities: %+v", o.Entities)
	}
	if bytes.Contains(raw, []byte("Yunhe Tea")) || len(o.Redacted) != 0 {
		t.Error("a thin registry shows a contact")
	}
	if len(o.Notices) != 3 {
		t.Errorf("notices %+v", o.Notices)
	}

	head, body := query(t, srv, "HEAD", "/domain/yunhe-tea.com")
	if head.StatusCode != 200 || len(body) != 0 {
		t.Errorf("HEAD: %d, %d octets", head.StatusCode, len(body))
	}
	resp, raw = query(t, srv, "GET", "/domain/"+url.PathEscape("公司.com"))
	if resp.StatusCode != 200 || !bytes.Contains(raw, []byte(`"unicodeName":"公司.com"`)) {
		t.Errorf("U-label query: %d %s", resp.StatusCode, raw)
	}
	resp, raw = query(t, srv, "GET", "/nameserver/ns1.yunhe-tea.com")
	if resp.StatusCode != 200 || !bytes.Contains(raw, []byte(`"objectClassName":"nameserver"`)) {
		t.Errorf("name server: %d %s", resp.StatusCode, raw)
	}
}

func TestRDAPErrors(t *testing.T) {
	srv := httptest.NewServer(RDAP(sample(true)))
	defer srv.Close()
	for path, want := range map[string]int{
		"/domain/free.com": 404, "/domain/yunhe-tea.org": 404, "/domain/bad..com": 400, "/domain/" + url.PathEscape("a b.com"): 400,
		"/domain/" + strings.Repeat("a", 64) + ".com": 400, "/nameserver/ns9.x.com": 404, "/ip/192.0.2.1": 400, "/": 400,
	} {
		resp, raw := query(t, srv, "GET", path)
		var p struct{ ErrorCode int }
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want || p.ErrorCode != want {
			t.Errorf("%s: %d, errorCode %d, want %d", path, resp.StatusCode, p.ErrorCode, want)
		}
	}
	resp, raw := query(t, srv, "GET", "/help")
	if resp.StatusCode != 200 || !bytes.Contains(raw, []byte("rdap_level_0")) {
		t.Errorf("help: %d %s", resp.StatusCode, raw)
	}
}

func TestThickRDAPRedacts(t *testing.T) {
	srv := httptest.NewServer(RDAP(sample(false)))
	defer srv.Close()
	_, raw := query(t, srv, "GET", "/domain/yunhe-tea.com")
	for _, want := range []string{`"roles":["registrant"]`, `["org",{},"text","Yunhe Tea"]`, `"cc":"CN"`, `"redacted"`, `"method":"emptyValue"`} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("no %s in\n%s", want, raw)
		}
	}
}

// Raw octets: what a client that is not ours sees on the wire.
func TestWHOISOnTheWire(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { ServeWHOIS(ln, sample(false), slog.New(slog.DiscardHandler)); close(done) }()
	ask := func(q string) string {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, q); err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(conn) // the server closes after the answer
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	got := ask("yunhe-TEA.com\r\n")
	if strings.Count(got, "\n") != strings.Count(got, "\r\n") {
		t.Errorf("a line does not end in CRLF:\n%q", got)
	}
	var keys []string
	for line := range strings.SplitSeq(got, "\r\n") {
		if k, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(k, "For more") && (len(keys) == 0 || keys[len(keys)-1] != k) {
			keys = append(keys, k)
		}
	}
	want := []string{"Domain Name", "Registry Domain ID", "Registrar WHOIS Server", "Registrar URL", "Updated Date", "Creation Date", "Registry Expiry Date",
		"Registrar", "Registrar IANA ID", "Registrar Abuse Contact Email", "Registrar Abuse Contact Phone", "Domain Status",
		"Registry Registrant ID", "Registrant Name", "Registrant Organization", "Registrant Street", "Registrant City", "Registrant State/Province", "Registrant Postal Code", "Registrant Country", "Registrant Phone", "Registrant Email",
		"Name Server", "DNSSEC", "DNSSEC DS Data", "URL of the ICANN Whois Inaccuracy Complaint Form", ">>> Last update of WHOIS database"}
	if !slices.Equal(keys, want) {
		t.Errorf("keys\n got %q\nwant %q", keys, want)
	}
	for _, line := range []string{
		"Domain Name: YUNHE-TEA.COM\r\n", "Registry Expiry Date: 2027-11-23T08:00:00Z\r\n", "Name Server: NS1.YUNHE-TEA.COM\r\n",
		"Domain Status: serverHold https://icann.org/epp#serverHold\r\n", "DNSSEC: signedDelegation\r\n", "Registrant Organization: Yunhe Tea\r\n",
		">>> Last update of WHOIS database: 2027-01-22T08:00:00Z <<<\r\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("no %q", line)
		}
	}
	if got := ask("domain 公司.com\n"); !strings.HasPrefix(got, "Domain Name: XN--55QX5D.COM\r\nInternationalized Domain Name: 公司.com\r\n") {
		t.Errorf("U-label, verb, bare LF: %q", got)
	}
	for q, want := range map[string]string{
		"free.com\r\n": "No match for \"FREE.COM\".\r\n", "yunhe-tea.org\r\n": "No match for \"YUNHE-TEA.ORG\".\r\n", "\x07\"\r\n": "No match for \"\".\r\n",
	} {
		if got := ask(q); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q, want %q first", q, got, want)
		}
	}
	ln.Close()
	<-done
}

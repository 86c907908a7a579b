package directory

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

var now = time.Date(2027, 3, 1, 10, 0, 0, 0, time.UTC)

// private is what must never leave.
var private = []string{"张三", "Zhang San", "科技", "Keji", "深圳", "Shenzhen", "518000", "13800000000", "zhang@example.com", "Secret Ltd"}

func contact() *domain.Contact {
	return &domain.Contact{Kind: domain.Organisation, OrganizationCN: "秘密公司 Secret Ltd", Organization: "Secret Ltd", NameCN: "张三", Name: "Zhang San", Country: "CN",
		ProvinceCN: "广东省", Province: "Guangdong", CityCN: "深圳市", City: "Shenzhen", StreetCN: "科技路", Street: "Keji Road", PostalCode: "518000",
		Telephone: "+86.13800000000", Email: "zhang@example.com"}
}

func published(_ context.Context, name string) (ops.Published, error) {
	t := domain.Tenure{Name: domain.Name(name), ROID: "D1-SIM", RegisteredAt: now.AddDate(-1, 0, 0), UpdatedAt: now.AddDate(0, -1, 0), ExpiresAt: now.AddDate(1, 0, 0),
		Statuses: domain.Statuses{"clientTransferProhibited", "addPeriod"}, NameServers: []string{"ns1.x.net", "ns2.x.net"}}
	switch name {
	case "example.com":
		return ops.Published{Tenure: t, Display: name, Contact: contact()}, nil
	case "xn--fsqu00a.xn--fiqs8s":
		return ops.Published{Tenure: t, Display: "例子.中国", Contact: contact()}, nil
	case "nobody.com":
		return ops.Published{Tenure: t, Display: name}, nil
	case "down.com":
		return ops.Published{}, errors.New("the database is away: password hunter2")
	}
	return ops.Published{}, fault.New(fault.Missing, "domain.not-found", "name", name)
}

func newDirectory(t *testing.T, l Limits) *Directory {
	t.Helper()
	d, err := New(Deps{Published: published, Now: func() time.Time { return now }, Wall: time.Now, Limits: l, Registrar: Info{
		Name: "Open Registrar Ltd", IANAID: "9999", URL: "https://registrar.example", AbuseEmail: "abuse@registrar.example", AbusePhone: "+86.4000000000",
		WHOIS: "whois.registrar.example", RDAPBase: "https://rdap.registrar.example/", Contact: "https://registrar.example/contact/{name}"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func get(t *testing.T, h http.Handler, method, path string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	var body map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatalf("%v in %s", err, w.Body)
		}
	}
	if w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s %s has no CORS header", method, path)
	}
	return w, body
}

func TestRDAPDomainFollowsTheProfile(t *testing.T) {
	h := newDirectory(t, Limits{}).RDAP()
	w, o := get(t, h, "GET", "/domain/EXAMPLE.com.")
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/rdap+json" {
		t.Fatalf("HTTP %d %s", w.Code, w.Header())
	}
	want := func(got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	want(o["objectClassName"], "domain")
	want(o["ldhName"], "example.com")
	want(o["unicodeName"], nil)
	want(o["rdapConformance"], []any{"rdap_level_0", "icann_rdap_response_profile_1", "icann_rdap_technical_implementation_guide_1", "redacted"})
	want(o["status"], []any{"client transfer prohibited", "add period"})
	want(o["handle"], "D1-SIM")
	want(o["port43"], "whois.registrar.example")
	events := map[string]any{}
	for _, e := range list(o["events"]) {
		events[e["eventAction"].(string)] = e["eventDate"]
	}
	want(events, map[string]any{"registration": "2026-03-01T10:00:00Z", "expiration": "2028-03-01T10:00:00Z", "registrar expiration": "2028-03-01T10:00:00Z",
		"last changed": "2027-02-01T10:00:00Z", "last update of RDAP database": "2027-03-01T10:00:00Z"})

	notices := map[string]map[string]any{}
	terms := 0
	for _, n := range list(o["notices"]) {
		notices[n["title"].(string)] = n
		for _, l := range list(n["links"]) {
			want(l["value"], "https://rdap.registrar.example/domain/EXAMPLE.com.")
			if l["rel"] == "terms-of-service" {
				terms++
			}
		}
	}
	want(terms, 1)
	want(notices["Status Codes"]["description"], []any{"For more information on domain status codes, please visit https://icann.org/epp"})
	want(notices["RDDS Inaccuracy Complaint Form"]["description"], []any{"URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf"})

	entities := list(o["entities"])
	registrar, registrant := entities[0], entities[1]
	want(registrar["publicIds"], []any{map[string]any{"type": "IANA Registrar ID", "identifier": "9999"}})
	want(list(registrar["links"])[0]["rel"], "about")
	want(list(registrar["entities"])[0]["roles"], []any{"abuse"})
	want(registrant["roles"], []any{"registrant"})
	want(registrant["handle"], nil)
	card := registrant["vcardArray"].([]any)[1].([]any)
	adr := property(card, "adr")
	want(adr[1], map[string]any{"cc": "CN"})
	want(adr[3], []any{"", "", "", "", "Guangdong", "", ""})
	want(property(card, "fn")[3], "")
	want(property(card, "contact-uri")[3], "https://registrar.example/contact/example.com")
	if property(card, "email") != nil || property(card, "tel") != nil || property(card, "org") != nil {
		t.Errorf("the registrant's card is %v", card)
	}
	methods := map[string]any{}
	for _, r := range list(o["redacted"]) {
		name := r["name"].(map[string]any)
		if len(name) != 1 || r["pathLang"] != "jsonpath" || (r["prePath"] == nil) == (r["postPath"] == nil) {
			t.Errorf("redaction %v", r)
		}
		methods[name["type"].(string)] = r["method"]
	}
	want(methods, map[string]any{"Registrant Name": "emptyValue", "Registrant Organization": "removal", "Registrant Street": "emptyValue", "Registrant City": "emptyValue",
		"Registrant Postal Code": "emptyValue", "Registrant Phone": "removal", "Registrant Email": "replacementValue", "Registry Registrant ID": "removal"})
	for _, p := range private {
		if strings.Contains(w.Body.String(), p) {
			t.Errorf("%q leaves the house", p)
		}
	}
}

func list(v any) []map[string]any {
	var out []map[string]any
	all, _ := v.([]any)
	for _, e := range all {
		out = append(out, e.(map[string]any))
	}
	return out
}

func property(card []any, name string) []any {
	for _, p := range card {
		if p.([]any)[0] == name {
			return p.([]any)
		}
	}
	return nil
}

func TestRDAPTakesBothFormsAndRefusesTheRest(t *testing.T) {
	h := newDirectory(t, Limits{PerSecond: 1000}).RDAP()
	for path, status := range map[string]int{
		"/domain/%E4%BE%8B%E5%AD%90.%E4%B8%AD%E5%9B%BD": 200,
		"/domain/xn--fsqu00a.xn--fiqs8s":                200,
		"/domain/nobody.com":                            200, // its template can't be read
		"/domain/free.com":                              404,
		"/domain/a..com":                                400,
		"/domain/a%20b.com":                             400,
		"/domain/192.0.2.1":                             400,
		"/domain/down.com":                              500,
		"/entity/9999":                                  200,
		"/entity/1":                                     404,
		"/nameserver/ns1.x.net":                         404,
		"/ip/192.0.2.1":                                 404,
		"/help":                                         200,
		"/domain/" + strings.Repeat("a", 1100):          414,
	} {
		w, o := get(t, h, "GET", path)
		if w.Code != status || o["rdapConformance"] == nil || w.Header().Get("Content-Type") != "application/rdap+json" {
			t.Errorf("%s: HTTP %d %s", path, w.Code, w.Body)
		}
		if status == 200 && strings.HasPrefix(path, "/domain/%") && (o["unicodeName"] != "例子.中国" || o["ldhName"] != "xn--fsqu00a.xn--fiqs8s") {
			t.Errorf("%s: %s", path, w.Body)
		}
		if status >= 400 && (o["errorCode"] != float64(status) || o["title"] == "" || strings.Contains(w.Body.String(), "hunter2")) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	for method, status := range map[string]int{"POST": 405, "DELETE": 405, "OPTIONS": 204} {
		if w, _ := get(t, h, method, "/domain/example.com"); w.Code != status {
			t.Errorf("%s: HTTP %d", method, w.Code)
		}
	}
}

func TestRDAPHeadEqualsGetOnTheWire(t *testing.T) {
	srv := httptest.NewServer(newDirectory(t, Limits{PerSecond: 1000}).RDAP())
	defer srv.Close()
	for _, path := range []string{"/domain/example.com", "/domain/free.com"} {
		var headers []http.Header
		var codes []int
		for _, method := range []string{"GET", "HEAD"} {
			r, _ := http.NewRequest(method, srv.URL+path, nil)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if (len(body) > 0) != (method == "GET") {
				t.Errorf("%s has %d bytes", method, len(body))
			}
			resp.Header.Del("Date")
			headers, codes = append(headers, resp.Header), append(codes, resp.StatusCode)
		}
		if !reflect.DeepEqual(headers[0], headers[1]) || codes[0] != codes[1] {
			t.Errorf("%s: %v %v", path, codes, headers)
		}
	}
}

func TestRatesAreForEachAddress(t *testing.T) {
	d := newDirectory(t, Limits{PerSecond: 3})
	wall := now
	d.Wall = func() time.Time { return wall }
	ask := func(remote string) int {
		r := httptest.NewRequest("GET", "/help", nil)
		r.RemoteAddr = remote
		w := httptest.NewRecorder()
		d.RDAP().ServeHTTP(w, r)
		if w.Code == 429 && w.Header().Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
		return w.Code
	}
	for i, want := range []int{200, 200, 200, 429} {
		if got := ask("192.0.2.1:1"); got != want {
			t.Errorf("question %d: HTTP %d", i, got)
		}
	}
	if ask("192.0.2.2:1") != 200 {
		t.Error("another address pays for the first")
	}
	for range 3 {
		ask("[2001:db8::1]:1")
	}
	if ask("[2001:db8::ffff]:1") != 429 {
		t.Error("an IPv6 network counts as many")
	}
	wall = wall.Add(time.Second)
	if ask("192.0.2.1:1") != 200 {
		t.Error("the bucket doesn't refill")
	}
}

func serve(t *testing.T, d *Directory) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- d.ServeWHOIS(ln) }()
	t.Cleanup(func() {
		_ = d.Close()
		if err := <-done; err != nil {
			t.Errorf("ServeWHOIS: %v", err)
		}
	})
	return ln.Addr().String()
}

func whois(t *testing.T, addr, send string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, send); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(c) // ends: the server closes
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWHOISOverASocket(t *testing.T) {
	addr := serve(t, newDirectory(t, Limits{PerSecond: 1000}))
	got := whois(t, addr, "EXAMPLE.com\r\n")
	if strings.Count(got, "\n") != strings.Count(got, "\r\n") || !strings.HasSuffix(got, "\r\n") {
		t.Error("lines don't end with CRLF")
	}
	at := -1
	for _, line := range []string{"Domain Name: example.com", "Registry Domain ID: D1-SIM", "Registrar WHOIS Server: whois.registrar.example", "Registrar URL: https://registrar.example",
		"Updated Date: 2027-02-01T10:00:00Z", "Creation Date: 2026-03-01T10:00:00Z", "Registrar Registration Expiration Date: 2028-03-01T10:00:00Z", "Registrar: Open Registrar Ltd",
		"Registrar IANA ID: 9999", "Registrar Abuse Contact Email: abuse@registrar.example", "Registrar Abuse Contact Phone: +86.4000000000",
		"Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited", "Registrant Name: REDACTED FOR PRIVACY", "Registrant State/Province: Guangdong", "Registrant Country: CN",
		"Name Server: ns1.x.net", "Name Server: ns2.x.net", "DNSSEC: unsigned", "URL of the ICANN WHOIS Data Problem Reporting System: https://icann.org/wicf", ">>> Last update of WHOIS database: 2027-03-01T10:00:00Z <<<"} {
		i := strings.Index(got, line+"\r\n")
		if i <= at {
			t.Errorf("%q is missing or out of order in\n%s", line, got)
		}
		at = i
	}
	for _, p := range private {
		if strings.Contains(got, p) {
			t.Errorf("%q leaves the house", p)
		}
	}
	for send, want := range map[string]string{
		"例子.中国\r\n":                         "Internationalized Domain Name: 例子.中国\r\n",
		"xn--fsqu00a.xn--fiqs8s\n":          "Domain Name: xn--fsqu00a.xn--fiqs8s\r\n",
		"domain example.com\r\n":            "Domain Name: example.com\r\n",
		"free.com\r\n":                      "No match for domain \"free.com\".\r\n",
		"a..com\r\n":                        "is not a domain name",
		"\r\n":                              "is not a domain name",
		"down.com\r\n":                      "try again later",
		strings.Repeat("a", 3000) + "\r\n":  "too long",
		"\x1b[31mfree.com\x00\r\n":          "is not a domain name",
		"example.com\r\nfree.com\r\nx\r\n ": "Domain Name: example.com\r\n",
	} {
		if got := whois(t, addr, send); !strings.Contains(got, want) || strings.Contains(got, "hunter2") || strings.ContainsAny(got, "\x00\x1b") {
			t.Errorf("%.40q: %q, want %q", send, got, want)
		}
	}
}

func TestWHOISLetsNobodyHoldALine(t *testing.T) {
	addr := serve(t, newDirectory(t, Limits{PerSecond: 1000, Connections: 1, Timeout: 300 * time.Millisecond}))
	idle, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	_ = idle.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadAll(idle); err != nil { // the server hangs up by itself
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(deadline)
		_, _ = io.WriteString(c, "example.com\r\n")
		got, _ := io.ReadAll(c) // while the line is taken this may be cut
		_ = c.Close()
		if strings.Contains(string(got), "Domain Name") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the line is never free again")
		}
	}
}

func TestWHOISClientOfDebianReadsUs(t *testing.T) {
	path, err := exec.LookPath("whois")
	if err != nil {
		t.Log("not performed: there is no whois client")
		return
	}
	host, port, _ := net.SplitHostPort(serve(t, newDirectory(t, Limits{})))
	out, err := exec.Command(path, "-h", host, "-p", port, "example.com").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Registrar: Open Registrar Ltd") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTextIsForThePageToo(t *testing.T) {
	d := newDirectory(t, Limits{})
	text, err := d.Text(context.Background(), "例子.中国")
	if err != nil || !strings.Contains(text, "Domain Name: xn--fsqu00a.xn--fiqs8s\n") || strings.Contains(text, "\r") {
		t.Errorf("%v %s", err, text)
	}
	if _, err := d.Text(context.Background(), "down.com"); err == nil {
		t.Error("a directory that can't be read passes for an answer")
	}
}

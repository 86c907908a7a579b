package world_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world"
)

// start brings a world up on free ports and takes it down with the test.
func start(t *testing.T, dir string) *world.World {
	t.Helper()
	w, err := world.Start(context.Background(), world.Config{Dir: dir, PortBase: ":0", ClockTick: 20 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&logTo{t: t}, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

// logTo fails the test for every error that the world logs.
type logTo struct {
	t  *testing.T
	mu sync.Mutex
}

func (l *logTo) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t.Errorf("the world logged: %s", p)
	return len(p), nil
}

// call makes one control request and decodes the answer.
func call(t *testing.T, w *world.World, method, path string, in any, want int, out any) {
	t.Helper()
	var body io.Reader
	if s, ok := in.(string); ok {
		body = strings.NewReader(s)
	} else if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, w.Info().Control+path, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != want {
		t.Fatalf("%s %s: %d %s, want %d", method, path, resp.StatusCode, raw, want)
	}
	if want >= 400 {
		var e struct{ Error string }
		if err := json.Unmarshal(raw, &e); err != nil || e.Error == "" {
			t.Errorf("%s %s: an error without its text: %s", method, path, raw)
		}
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

// resolve asks the world's resolver for an A record.
func resolve(t *testing.T, w *world.World, name string) (rcode string, addrs []string) {
	t.Helper()
	q := new(mdns.Msg)
	q.SetQuestion(mdns.Fqdn(name), mdns.TypeA)
	resp, _, err := (&mdns.Client{Timeout: 10 * time.Second}).Exchange(q, w.Info().DNS)
	if err != nil {
		t.Fatal(err)
	}
	for _, rr := range resp.Answer {
		if a, ok := rr.(*mdns.A); ok {
			addrs = append(addrs, a.A.String())
		}
	}
	return mdns.RcodeToString[resp.Rcode], addrs
}

func expect(t *testing.T, w *world.World, name, rcode string, addrs ...string) {
	t.Helper()
	gotCode, got := resolve(t, w, name)
	if gotCode != rcode || strings.Join(got, " ") != strings.Join(addrs, " ") {
		t.Errorf("%s: %s %v, want %s %v", name, gotCode, got, rcode, addrs)
	}
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func whois(t *testing.T, addr, q string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, q+"\r\n"); err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type name struct {
	Name, ClID string
	CrDate     time.Time `json:"cr_date"`
	ExDate     time.Time `json:"ex_date"`
	Statuses   []string
	NS         []string
	InZone     bool `json:"in_zone"`
}

// A name's life seen from outside, over a restart: taken by a rival, resolved,
// held, gone from the zone, there again.
func TestANameFromRegistrationToHoldOverARestart(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	for _, c := range []struct{ registry, name string }{
		{"verisim", "yunhe-rival.com"},
		{"cnsim", "yunhe-rival.com.cn"},
		{"cnsim", "云河对手.中国"},
		{"newsim", "yunhe-rival.club"},
	} {
		a, err := idna.Lookup.ToASCII(c.name)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, w, "www."+a, "NXDOMAIN")
		var n name
		call(t, w, "POST", "/api/registries/"+c.registry+"/names", map[string]any{"name": c.name, "clid": "rival", "years": 2}, 201, &n)
		if n.Name != a || n.ClID != "rival" || !n.InZone {
			t.Errorf("taken: %+v", n)
		}
		if years := n.ExDate.Sub(n.CrDate).Hours() / 24 / 365; years < 1.99 || years > 2.01 {
			t.Errorf("%s: registered for %.2f years", c.name, years)
		}
		expect(t, w, "www."+a, "NOERROR", "127.0.3.1")
		expect(t, w, a, "NOERROR", "127.0.3.1")
		call(t, w, "POST", "/api/registries/"+c.registry+"/names", map[string]any{"name": c.name, "clid": "elder"}, 409, nil)
		call(t, w, "GET", "/api/registries/"+c.registry+"/names/"+url.PathEscape(c.name), nil, 200, &n)
		if n.ClID != "rival" {
			t.Errorf("a refused taking changed the sponsor: %+v", n)
		}
	}
	hold := func(on bool) {
		t.Helper()
		call(t, w, "POST", "/api/registries/verisim/names/yunhe-rival.com/status", map[string]any{"status": "serverHold", "on": on}, 200, nil)
	}
	hold(true)
	expect(t, w, "www.yunhe-rival.com", "NXDOMAIN")
	reg := w.Info().Registries[0]
	if code, body := fetch(t, reg.RDAP+"/domain/yunhe-rival.com"); code != 200 || !strings.Contains(body, `"server hold"`) {
		t.Errorf("RDAP of a held name: %d %s", code, body)
	}
	if got := whois(t, reg.WHOIS, "yunhe-rival.com"); !strings.Contains(got, "Domain Status: serverHold https://icann.org/epp#serverHold\r\n") || !strings.Contains(got, "Registrar: Rival Names Ltd.\r\n") {
		t.Errorf("WHOIS of a held name:\n%s", got)
	}
	before := w.Info()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	w = start(t, dir)
	after := w.Info()
	for i := range before.Registries {
		if before.Registries[i].Password != after.Registries[i].Password {
			t.Error("a password changed over the restart")
		}
	}
	expect(t, w, "www.yunhe-rival.com", "NXDOMAIN")
	expect(t, w, "www.yunhe-rival.club", "NOERROR", "127.0.3.1")
	hold(false)
	expect(t, w, "www.yunhe-rival.com", "NOERROR", "127.0.3.1")
	expect(t, w, "ns1.openhost.net", "NOERROR", "127.0.2.1")

	// The web host names the name.
	req, _ := http.NewRequest("GET", "http://"+w.Info().Web+"/", nil)
	req.Host = "www.yunhe-rival.com"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if raw, _ := io.ReadAll(resp.Body); !bytes.Contains(raw, []byte("<title>www.yunhe-rival.com</title>")) {
		t.Errorf("parked page: %s", raw)
	}
}

func TestWorldFileAndEPPGreeting(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	path := filepath.Join(dir, "world.json")
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode().Perm() != 0o600 {
		t.Errorf("world.json holds passwords and is %v", st.Mode().Perm())
	}
	raw, _ := os.ReadFile(path)
	var info world.Info
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&info); err != nil {
		t.Fatal(err)
	}
	if len(info.Registries) != 3 || info.Control != w.Info().Control {
		t.Fatalf("world.json: %s", raw)
	}
	ca, err := os.ReadFile(info.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	for _, r := range info.Registries {
		pair, err := tls.LoadX509KeyPair(r.CertFile, r.KeyFile)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(r.Password); n < 6 || n > 16 {
			t.Errorf("%s: a password of %d characters does not fit EPP", r.ID, n)
		}
		if len(r.OtherRegistrars) == 0 || r.OtherRegistrars[0].ClID != "rival" {
			t.Errorf("%s: other registrars %+v", r.ID, r.OtherRegistrars)
		}
		conn, err := tls.Dial("tcp", r.EPP, &tls.Config{RootCAs: pool, ServerName: r.ServerName, Certificates: []tls.Certificate{pair}})
		if err != nil {
			t.Fatalf("%s: %v", r.ID, err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		var size uint32
		if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
			t.Fatal(err)
		}
		frame := make([]byte, size-4)
		if _, err := io.ReadFull(conn, frame); err != nil || !bytes.Contains(frame, []byte("<greeting>")) {
			t.Errorf("%s: %v %s", r.ID, err, frame)
		}
	}
}

func TestPowerAndFaults(t *testing.T) {
	w := start(t, t.TempDir())
	epp := w.Info().Registries[1].EPP
	dial := func() error {
		conn, err := net.DialTimeout("tcp", epp, time.Second)
		if err == nil {
			conn.Close()
		}
		return err
	}
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	call(t, w, "POST", "/api/registries/cnsim/power", map[string]bool{"up": false}, 200, nil)
	if dial() == nil {
		t.Error("a registry that is switched off takes connections")
	}
	var st struct {
		Up     bool
		Names  int
		Faults []struct {
			ID, Kind, ClID, Delay string
			Remaining             int
		}
	}
	call(t, w, "GET", "/api/registries/cnsim", nil, 200, &st)
	if st.Up || st.Names == 0 {
		t.Errorf("state while off: %+v", st)
	}
	call(t, w, "POST", "/api/registries/cnsim/power", map[string]bool{"up": true}, 200, nil)
	if err := dial(); err != nil {
		t.Errorf("after power on: %v", err)
	}
	var f struct{ ID, Delay string }
	call(t, w, "POST", "/api/registries/cnsim/faults", map[string]any{"kind": "late-commit", "command": "domain:create", "clid": "openreg", "remaining": 2, "delay": "1.5s"}, 201, &f)
	if f.ID == "" || f.Delay != "1.5s" {
		t.Errorf("fault made: %+v", f)
	}
	call(t, w, "GET", "/api/registries/cnsim/faults", nil, 200, &st)
	if len(st.Faults) != 1 || st.Faults[0].ClID != "openreg" || st.Faults[0].Remaining != 2 {
		t.Errorf("faults: %+v", st.Faults)
	}
	call(t, w, "DELETE", "/api/registries/cnsim/faults/"+f.ID, nil, 204, nil)
	call(t, w, "DELETE", "/api/registries/cnsim/faults/"+f.ID, nil, 404, nil)
}

// Sixty days through the real registries: what expired meanwhile was renewed or
// deleted, a follower heard of it in order, and the offset survives.
func TestSixtyDays(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	begin := w.Now()
	var mu sync.Mutex
	var offsets []int64
	pending := []time.Time{begin.Add(10 * 24 * time.Hour), begin.Add(40 * 24 * time.Hour)}
	fol := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch r.URL.Path {
		case "/due":
			var next *time.Time
			if len(pending) > 0 {
				next = &pending[0]
			}
			json.NewEncoder(rw).Encode(map[string]any{"next": next})
		case "/set":
			var in struct {
				OffsetUS int64 `json:"offset_us"`
			}
			json.NewDecoder(r.Body).Decode(&in)
			offsets = append(offsets, in.OffsetUS)
			now := time.Now().Add(time.Duration(in.OffsetUS) * time.Microsecond)
			for len(pending) > 0 && !pending[0].After(now) {
				pending = pending[1:]
			}
		case "/settle":
			fmt.Fprint(rw, `{"settled":true}`)
		}
	}))
	defer fol.Close()
	call(t, w, "POST", "/api/clock/followers", map[string]string{"url": fol.URL, "token": "t"}, 200, nil)

	var seeded struct{ Names []name }
	call(t, w, "GET", "/api/registries/verisim/names?clid=rival&limit=10000", nil, 200, &seeded)
	soon := map[string]time.Time{}
	for _, n := range seeded.Names {
		if n.ExDate.After(begin) && n.ExDate.Before(begin.Add(50*24*time.Hour)) {
			soon[n.Name] = n.ExDate
		}
	}
	if len(soon) == 0 {
		t.Fatalf("no seeded name of %d expires within 50 days: nothing to see", len(seeded.Names))
	}
	var adv struct {
		Now      time.Time
		Steps    int
		OffsetUS int64 `json:"offset_us"`
	}
	call(t, w, "POST", "/api/clock/advance", map[string]string{"by": "1440h"}, 200, &adv)
	if moved := adv.Now.Sub(begin); moved < 1440*time.Hour || moved > 1440*time.Hour+5*time.Minute {
		t.Errorf("moved by %s", moved)
	}
	if adv.Steps < 3 {
		t.Errorf("%d steps", adv.Steps)
	}
	mu.Lock()
	for i := 1; i < len(offsets); i++ {
		if offsets[i] < offsets[i-1] {
			t.Errorf("offset %d after %d", offsets[i], offsets[i-1])
		}
	}
	if len(pending) != 0 || len(offsets) < 4 {
		t.Errorf("follower: %d left, %d calls", len(pending), len(offsets))
	}
	mu.Unlock()
	for n, was := range soon {
		req, _ := http.NewRequest("GET", w.Info().Control+"/api/registries/verisim/names/"+n, nil)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var got name
		json.NewDecoder(resp.Body).Decode(&got)
		resp.Body.Close()
		if resp.StatusCode == 200 && !got.ExDate.After(was) {
			t.Errorf("%s expired on %s and still does", n, was)
		}
	}
	call(t, w, "POST", "/api/settle", map[string]int{"timeout_ms": 5000}, 200, nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = start(t, dir)
	if ahead := w.Now().Sub(time.Now()); ahead < 1439*time.Hour {
		t.Errorf("after restart the clock is only %s ahead", ahead)
	}
}

func TestRegistrarEntriesHostingAndMail(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	call(t, w, "PUT", "/api/registrars/rival", map[string]string{"rdap_base": "http://127.0.0.1:9/rdap/", "name": "Rival & Sons", "whois": "127.0.0.1:43"}, 200, nil)
	call(t, w, "POST", "/api/registries/verisim/names", map[string]any{"name": "zone-test.net", "clid": "rival"}, 201, nil)
	_, body := fetch(t, w.Info().Registries[0].RDAP+"/domain/zone-test.net")
	if !strings.Contains(body, `"href":"http://127.0.0.1:9/rdap/domain/zone-test.net"`) || !strings.Contains(body, "Rival & Sons") || !strings.Contains(body, `"9998"`) {
		t.Errorf("RDAP after PUT: %s", body)
	}
	call(t, w, "PUT", "/api/hosting/zones/zone-test.net", map[string]any{"records": []map[string]any{{"name": "www", "type": "A", "value": "127.0.9.1"}}}, 200, nil)
	expect(t, w, "www.zone-test.net", "NOERROR", "127.0.9.1")
	expect(t, w, "zone-test.net", "NOERROR")
	call(t, w, "DELETE", "/api/hosting/zones/zone-test.net", nil, 204, nil)
	expect(t, w, "www.zone-test.net", "NOERROR", "127.0.3.1")

	if err := smtp.SendMail(w.Info().SMTP, nil, "a@example.com", []string{"b@example.com"}, []byte("Subject: hello\r\n\r\ntext\r\n")); err != nil {
		t.Fatal(err)
	}
	var mail struct {
		Messages []struct{ Subject, Text string }
	}
	call(t, w, "GET", "/api/mail?to=b@example.com", nil, 200, &mail)
	if len(mail.Messages) != 1 || mail.Messages[0].Subject != "hello" {
		t.Errorf("mail through the control port: %+v", mail)
	}
	var dep struct{ Balance int64 }
	call(t, w, "POST", "/api/registries/newsim/deposits/openreg", map[string]int64{"delta": 0}, 200, &dep)
	was := dep.Balance
	call(t, w, "POST", "/api/registries/newsim/deposits/openreg", map[string]int64{"delta": 12345}, 200, &dep)
	if dep.Balance != was+12345 {
		t.Errorf("deposit %d, want %d", dep.Balance, was+12345)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = start(t, dir)
	if got := whois(t, w.Info().Registries[0].WHOIS, "zone-test.net"); !strings.Contains(got, "Registrar: Rival & Sons\r\n") {
		t.Errorf("after restart:\n%s", got)
	}
}

func TestControlAPIErrors(t *testing.T) {
	w := start(t, t.TempDir())
	for _, c := range []struct {
		method, path string
		in           any
		want         int
	}{
		{"POST", "/api/clock/advance", `{}`, 400},
		{"POST", "/api/clock/advance", `{"by":"1h","to":"2030-01-01T00:00:00Z"}`, 400},
		{"POST", "/api/clock/advance", `{"by":"-1h"}`, 400},
		{"POST", "/api/clock/advance", `{"by":"soon"}`, 400},
		{"POST", "/api/clock/advance", `{"to":"2001-01-01T00:00:00Z"}`, 400},
		{"POST", "/api/clock/advance", `{"to":"tomorrow"}`, 400},
		{"POST", "/api/clock/advance", `{"by":"400000h"}`, 400},
		{"POST", "/api/clock/advance", `{"far":"1h"}`, 400},
		{"POST", "/api/clock/advance", `not json`, 400},
		{"POST", "/api/clock/followers", `{"url":"http://192.0.2.1/"}`, 400},
		{"POST", "/api/settle", `{"timeout_ms":-1}`, 400},
		{"GET", "/api/registries/nosuch", nil, 404},
		{"GET", "/api/registries/verisim/names?limit=0", nil, 400},
		{"GET", "/api/registries/verisim/names?clid=nobody", nil, 404},
		{"GET", "/api/registries/verisim/names/free-name-xyz.com", nil, 404},
		{"POST", "/api/registries/verisim/names", `{"name":"a b.com","clid":"rival"}`, 400},
		{"POST", "/api/registries/verisim/names", `{"name":"x.top","clid":"rival"}`, 400},
		{"POST", "/api/registries/verisim/names", `{"name":"www.x.com","clid":"rival"}`, 400},
		{"POST", "/api/registries/verisim/names", `{"name":"ok-name.com","clid":"nobody"}`, 404},
		{"POST", "/api/registries/verisim/names", `{"name":"ok-name.com","clid":"rival","years":99}`, 400},
		{"POST", "/api/registries/verisim/names/free-name-xyz.com/status", `{"status":"serverHold","on":true}`, 404},
		{"POST", "/api/registries/verisim/names/openhost.net/status", `{"status":"pendingDelete","on":true}`, 400},
		{"POST", "/api/registries/verisim/names/openhost.net/status", `{"status":"serverHold"}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"earthquake"}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"delay","delay":"long"}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"delay","probability":2}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"delay","match":"["}`, 400},
		{"POST", "/api/registries/verisim/power", `{}`, 400},
		{"POST", "/api/registries/verisim/deposits/nobody", `{"delta":1}`, 404},
		{"PUT", "/api/registrars/nobody", `{"name":"x"}`, 404},
		{"PUT", "/api/registrars/openreg", `{"rdap_base":"ftp://x"}`, 400},
		{"PUT", "/api/registrars/openreg", `{"iana_id":"many"}`, 400},
		{"PUT", "/api/hosting/zones/x.com", `{"records":[{"name":"a","type":"A","value":"no"}]}`, 400},
		{"GET", "/api/hosting/zones/x.com", nil, 404},
		{"DELETE", "/api/hosting/zones/x.com", nil, 404},
		{"GET", "/api/nothing", nil, 404},
		{"POST", "/api/clock/advance", `{"by":"` + strings.Repeat("x", 2<<20) + `"}`, 413},
	} {
		call(t, w, c.method, c.path, c.in, c.want, nil)
	}
	var fr struct{ Faults []any }
	call(t, w, "GET", "/api/registries/verisim/faults", nil, 200, &fr)
	if len(fr.Faults) != 0 {
		t.Errorf("a refused fault is in force: %v", fr.Faults)
	}
	if ahead := w.Now().Sub(time.Now()); ahead > time.Minute {
		t.Errorf("a refused advance moved the clock by %s", ahead)
	}
}

func TestSettleTimesOutWithTheReason(t *testing.T) {
	w := start(t, t.TempDir())
	fol := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { fmt.Fprint(rw, `{"settled":false}`) }))
	defer fol.Close()
	call(t, w, "POST", "/api/clock/followers", map[string]string{"url": fol.URL}, 200, nil)
	var out struct {
		Settled *bool
		Error   string
	}
	call(t, w, "POST", "/api/settle", map[string]int{"timeout_ms": 80}, 504, &out)
	if out.Settled == nil || *out.Settled || !strings.Contains(out.Error, fol.URL) {
		t.Errorf("answer %+v", out)
	}
}

func TestEveryListenerIsOnLoopback(t *testing.T) {
	i := start(t, t.TempDir()).Info()
	addrs := []string{i.DNS, i.Web, i.SMTP, strings.TrimPrefix(i.Control, "http://"), strings.TrimPrefix(i.Mailbox, "http://")}
	for _, r := range i.Registries {
		addrs = append(addrs, r.EPP, r.WHOIS, strings.TrimPrefix(r.RDAP, "http://"))
	}
	for _, a := range addrs {
		host, _, err := net.SplitHostPort(a)
		if err != nil || !net.ParseIP(host).IsLoopback() {
			t.Errorf("%q is not a loopback address", a)
		}
	}
}

// A port that is taken is an error that names it, and leaves nothing running.
func TestStartFailsCleanlyOnATakenPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	taken := ln.Addr().(*net.TCPAddr).Port
	if taken > 65000 {
		t.Skip("the free port is too high for a numbered base")
	}
	// The control port comes last of all listeners: everything else is up by then.
	dir := t.TempDir()
	w, err := world.Start(context.Background(), world.Config{Dir: dir, PortBase: fmt.Sprint(taken)})
	if err == nil {
		w.Close()
		t.Fatal("started on a taken port")
	}
	if !strings.Contains(err.Error(), fmt.Sprint(taken)) {
		t.Errorf("the error does not name port %d: %v", taken, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "world.json")); err == nil {
		t.Error("world.json was written by a world that is not there")
	}
	for p := taken + 5; p < taken+14; p++ { // EPP, RDAP, WHOIS
		if conn, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", p), time.Second); err == nil {
			conn.Close()
			t.Errorf("port %d still answers", p)
		}
	}
	start(t, dir) // the folder is usable
}

// The end of the context is the end of the world.
func TestContextEndsTheWorld(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w, err := world.Start(ctx, world.Config{Dir: t.TempDir(), PortBase: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := w.Close(); err != nil { // waits for the close that is under way
		t.Error(err)
	}
	if _, err := http.Get(w.Info().Control + "/api/clock"); err == nil {
		t.Error("the control port still answers")
	}
}

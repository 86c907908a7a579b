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
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world"
)

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

// Both certificates of a registrar open its sessions; another's do not.
func TestFailoverCertificate(t *testing.T) {
	w := start(t, t.TempDir())
	ca, err := os.ReadFile(w.Info().CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	r := w.Info().Registries[0]
	for _, tc := range []struct {
		what, cert, key string
		good            bool
	}{
		{"primary", r.CertFile, r.KeyFile, true},
		{"failover", r.FailoverCertFile, r.FailoverKeyFile, true},
		{"another registrar's", r.OtherRegistrars[0].CertFile, r.OtherRegistrars[0].KeyFile, false},
	} {
		pair, err := tls.LoadX509KeyPair(tc.cert, tc.key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := epp.Dial(t.Context(), epp.ClientConfig{Addr: r.EPP, ClID: r.ClID, Password: r.Password,
			TLS: &tls.Config{RootCAs: pool, ServerName: r.ServerName, Certificates: []tls.Certificate{pair}}})
		if (err == nil) != tc.good {
			t.Errorf("%s: %v", tc.what, err)
		}
		if c != nil {
			c.Close()
		}
	}
	if r.CertFile == r.FailoverCertFile {
		t.Error("one certificate twice")
	}
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
	if ahead := time.Until(w.Now()); ahead < 1439*time.Hour {
		t.Errorf("after restart the clock is only %s ahead", ahead)
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

// takenPort holds a port whose followers are free, below the range that the system gives out to others meanwhile.
func takenPort(t *testing.T) (net.Listener, int) {
	t.Helper()
	free := func(port int) bool {
		ln, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			ln.Close()
		}
		return err == nil
	}
	for base := 11_000 + os.Getpid()%500*40; base < 32_000; base += 40 {
		ln, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", base))
		if err != nil {
			continue
		}
		all := true
		for p := base + 1; p < base+20 && all; p++ {
			all = free(p)
		}
		if all {
			return ln, base
		}
		ln.Close()
	}
	t.Fatal("no free ports")
	return nil, 0
}

// A port that is taken is an error that names it, and leaves nothing running.
func TestStartFailsCleanlyOnATakenPort(t *testing.T) {
	ln, taken := takenPort(t)
	defer ln.Close()
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

package verifier

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
	"github.com/openregistrar/openregistrar/internal/world/pki"
)

// TestMain holds every frame against the schemas.
func TestMain(m *testing.M) { schematest.Main(m) }

var t0 = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// testClock is a business clock that stands still between moves.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *testClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Numbers of the test's registers.
const (
	suHe   = "330197199001011284"
	baiLu  = "330197199209072262"
	yunqi  = "91330197MA2A0K7C5R"
	secret = "requests-secret-1"
	back   = "callback-secret-1"
)

// station is the authority served on loopback.
type station struct {
	*Authority
	t    testing.TB
	dir  string
	clk  *testClock
	id   *pki.Authority
	opts Options
	addr string
	end  func()
}

func serve(t testing.TB) *station {
	t.Helper()
	s := &station{t: t, dir: t.TempDir(), clk: &testClock{at: t0}}
	var err error
	if s.id, err = pki.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	_, _, sha, err := s.id.Client("openreg")
	if err != nil {
		t.Fatal(err)
	}
	s.opts = Options{Accounts: []Account{{ID: "openreg", Password: "a-good-password", Certificates: []string{sha}, Secret: secret, CallbackSecret: back},
		{ID: "rival", Password: "b-good-password", Certificates: []string{sha}, Secret: "another-secret-1", CallbackSecret: back}},
		People: []Entry{{Number: suHe, Name: "苏禾", State: StateOK}, {Number: baiLu, Name: "白露", State: StateOK},
			{Number: "E11111117", Name: "苏禾", Latin: "Su He", State: StateOK}},
		Organisations: []Entry{{Number: yunqi, Name: "杭州云栖科技(集团)有限公司", State: StateOK, Registration: "330197000012345"}},
		Log:           slog.New(slog.NewTextHandler(failer{t}, &slog.HandlerOptions{Level: slog.LevelError}))}
	s.open()
	t.Cleanup(func() { s.end() })
	return s
}

// failer fails the test for every error that is logged.
type failer struct{ t testing.TB }

func (f failer) Write(p []byte) (int, error) {
	f.t.Errorf("logged: %s", p)
	return len(p), nil
}

func (s *station) open() {
	s.t.Helper()
	a, err := Open(s.dir, s.clk.now, s.opts)
	if err != nil {
		s.t.Fatal(err)
	}
	conf, err := s.id.ServerTLS("verifier")
	if err != nil {
		s.t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Authority, s.addr = a, ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- a.ServeEPP(ln, conf) }()
	s.end = func() {
		if err := a.Close(); err != nil {
			s.t.Errorf("close: %v", err)
		}
		if err := <-done; err != nil {
			s.t.Errorf("serve: %v", err)
		}
		s.end = func() {}
	}
}

// restart ends the authority and opens what it left.
func (s *station) restart() {
	s.t.Helper()
	s.end()
	s.open()
}

// pass moves business time and lets everything due happen.
func (s *station) pass(d time.Duration) {
	s.t.Helper()
	s.clk.mu.Lock()
	s.clk.at = s.clk.at.Add(d)
	s.clk.mu.Unlock()
	if _, err := s.RunDue(s.clk.now()); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Settle(ctx); err != nil {
		s.t.Fatal(err)
	}
}

func (s *station) dial(client, pw, as string) (*epp.Client, error) {
	s.t.Helper()
	pool := x509.NewCertPool()
	ca, err := os.ReadFile(s.id.CAFile())
	if err != nil || !pool.AppendCertsFromPEM(ca) {
		s.t.Fatal("no authority", err)
	}
	conf := &tls.Config{RootCAs: pool}
	if as != "" {
		cert, key, _, err := s.id.Client(as)
		if err != nil {
			s.t.Fatal(err)
		}
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			s.t.Fatal(err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	return epp.Dial(ctx, epp.ClientConfig{Addr: s.addr, TLS: conf, ClID: client, Password: pw, Extensions: []epp.Extension{epp.NV},
		MaxFrame: maxFrame, Timeouts: epp.Timeouts{Command: 20 * time.Second, Login: 20 * time.Second},
		Transcript: func(_ epp.Direction, frame []byte) { schematest.Collect(s.t, frame) }})
}

func (s *station) login() *epp.Client {
	s.t.Helper()
	c, err := s.dial("openreg", "a-good-password", "openreg")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// do sends a command and wants a code.
func (s *station) do(c *epp.Client, want epp.Code, a epp.Action) *epp.Response {
	s.t.Helper()
	resp, err := c.Do(s.t.Context(), &epp.Command{Action: a})
	if err != nil {
		s.t.Fatalf("%T: %v", a, err)
	}
	if resp.Code() != want {
		s.t.Fatalf("%T: code %d (%v), want %d", a, resp.Code(), resp.Err(), want)
	}
	return resp
}

func reason(r *epp.Response) string {
	if len(r.Results) == 0 || len(r.Results[0].Values) == 0 {
		return ""
	}
	return r.Results[0].Values[0].Reason
}

func created(t testing.TB, r *epp.Response) *epp.NVCreateData {
	t.Helper()
	d, ok := epp.Find[*epp.NVCreateData](r.ResData)
	if !ok {
		t.Fatalf("no creData: %+v", r)
	}
	return d
}

var photo = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a picture ", 2000)))

func person(name, number, auth string) *epp.NVCreate {
	c := &epp.NVCreate{NVInput: epp.NVInput{RNV: &epp.RealName{Role: epp.NVPerson, Name: name, Num: number, ProofType: epp.ProofOfCitizen,
		Documents: []epp.NVDocument{{FileType: "jpg", FileContent: photo}}}}}
	if auth != "" {
		c.AuthInfo = epp.Password(auth)
	}
	return c
}

// polled takes the first message of the queue.
func (s *station) polled(c *epp.Client) *epp.NVPendingData {
	s.t.Helper()
	resp := s.do(c, epp.CodeAckToDequeue, &epp.Poll{Op: epp.PollRequest})
	d, ok := epp.Find[*epp.NVPendingData](resp.ResData)
	if !ok {
		s.t.Fatalf("no panData: %+v", resp)
	}
	s.do(c, epp.CodeOK, &epp.Poll{Op: epp.PollAck, MsgID: resp.MsgQ.ID})
	return d
}

// input is what info tells of what was handed in.
func (s *station) input(c *epp.Client, code string) *epp.RealName {
	s.t.Helper()
	in, ok := epp.Find[*epp.NVInfoData](s.do(c, epp.CodeOK, &epp.NVInfo{Code: code, Input: true}).ResData)
	if !ok || in.Input == nil || in.Input.RNV == nil {
		s.t.Fatalf("no input: %+v", in)
	}
	return in.Input.RNV
}

// files counts the pictures that are kept.
func (s *station) files() int {
	s.t.Helper()
	list, err := os.ReadDir(filepath.Join(s.dir, "documents"))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}

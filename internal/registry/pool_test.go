package registry

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

func sorted(in []string) []string { return slices.Sorted(slices.Values(in)) }

func names(n int) []domain.Name {
	out := make([]domain.Name, n)
	for i := range out {
		out[i] = domain.Name(fmt.Sprintf("name%d.com", i))
	}
	return out
}

func TestSessionsNeverExceedTheirNumber(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{MaxPerClient: 5})
	r := f.open(func(a *Account, _ *Config) { a.CheckNames = 5 })
	var wg sync.WaitGroup
	for i := range 120 {
		wg.Go(func() {
			switch i % 3 {
			case 0:
				if out := r.Send(context.Background(), intent(domain.Name(fmt.Sprintf("n%d.com", i)))); out.Kind != domain.OutcomeAccepted {
					t.Errorf("%+v", out)
				}
			case 1:
				if _, err := r.Check(context.Background(), "fakesim", names(20)); err != nil {
					t.Error(err)
				}
			case 2: // on a new session each
				if out := r.Ask(context.Background(), intent(domain.Name(fmt.Sprintf("m%d.com", i)))); out.Kind != domain.OutcomeAbsent {
					t.Errorf("%+v", out)
				}
			}
		})
	}
	wg.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	// The fifth is one that the server has not counted off yet after its logout.
	if f.most > 5 || f.most < 2 {
		t.Errorf("%d sessions at once, want up to 4 (5)", f.most)
	}
	if f.refused.Load() != 0 {
		t.Errorf("%d logins past the registry's cap", f.refused.Load())
	}
	if f.logins < 40 {
		t.Errorf("%d logins: questions were not asked on new sessions", f.logins)
	}
}

func TestRegistryThatAllowsFewerSessions(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{MaxPerClient: 2})
	r := f.open(func(a *Account, _ *Config) { a.Sessions = 6 })
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if out := r.Send(context.Background(), intent(domain.Name(fmt.Sprintf("n%d.com", i)))); out.Kind != domain.OutcomeAccepted {
				t.Errorf("%+v", out)
			}
		})
	}
	wg.Wait()
	h := r.Health(context.Background())[0]
	if !h.Up || h.Limit > 3 || h.Limit < 2 || h.Breaker != "closed" {
		t.Errorf("%+v", h)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refused.Load() == 0 {
		t.Error("the registry never refused a session: nothing was tested")
	}
	if f.logins > 10 {
		t.Errorf("%d logins: the registry is hammered", f.logins)
	}
}

func TestBreaker(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := newFake(t)
	f.addr = ln.Addr().String()
	ln.Close() // nobody is there
	f.hostAttr = true
	r := f.open(func(a *Account, _ *Config) { a.HostObjects = false }) // each dials for its create itself
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			out := r.Send(context.Background(), intent("a.com"))
			if out.Kind != domain.OutcomeNotSent || out.Code != "registry.unreachable" || out.Facts["registry"] != "fakesim" {
				t.Errorf("%+v", out)
			}
		})
	}
	wg.Wait()
	_, err = r.Check(context.Background(), "fakesim", names(3))
	if e := fault.Of(err); e.Kind != fault.Unavailable || e.Code != "registry.unreachable" || e.Facts["registry"] != "fakesim" {
		t.Errorf("%v", err)
	}
	h := r.Health(context.Background())[0]
	if h.Up || h.Breaker == "closed" || h.LastError == "" || h.LastAt.IsZero() {
		t.Errorf("%+v", h)
	}
	if dials := h.Commands["login"]; dials > 8 {
		t.Errorf("%d diallings of a registry that is down", dials)
	}
	f.start(f.addr, epp.Limits{})
	until(t, "the registry is found again", func() bool {
		return r.Send(context.Background(), intent("a.com")).Kind == domain.OutcomeAccepted
	})
	if h := r.Health(context.Background())[0]; !h.Up || h.Breaker != "closed" {
		t.Errorf("%+v", h)
	}
}

func TestRefusedLoginIsUnreachableAndSaysNoPassword(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.Password = "wrong-pass-1" })
	out := r.Send(context.Background(), intent("a.com"))
	if out.Kind != domain.OutcomeNotSent || out.Code != "registry.unreachable" {
		t.Errorf("%+v", out)
	}
	f.clean("refused login", out, r.Health(context.Background()))
}

func TestKeepAlive(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{IdleTimeout: 300 * time.Millisecond})
	r := f.open(func(a *Account, _ *Config) { a.KeepAlive = 60 * time.Millisecond })
	if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Fatal(err)
	}
	until(t, "pings", func() bool { return f.counted("poll") >= 10 }) // longer than the idle limit
	if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Error(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.logins != 1 {
		t.Errorf("%d logins, want the one session kept alive", f.logins)
	}
}

func TestOldSessionsAreReplaced(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.MaxAge = 50 * time.Millisecond; a.KeepAlive = 20 * time.Millisecond })
	if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Fatal(err)
	}
	until(t, "the old session to go", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.sessions == 0 })
	if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Error(err)
	}
}

func TestSessionsThatDiedInThePool(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open()
	for i := range 10 {
		if i%2 == 1 {
			f.drop()
		}
		if out := r.Send(context.Background(), intent(domain.Name(fmt.Sprintf("n%d.com", i)))); out.Kind != domain.OutcomeAccepted && out.Kind != domain.OutcomeUnknown {
			t.Errorf("%d: %+v", i, out)
		}
		if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestClose(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open()
	if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	_ = r.Close()
	until(t, "logout", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.sessions == 0 })
	if out := r.Send(context.Background(), intent("a.com")); out.Kind != domain.OutcomeNotSent {
		t.Errorf("%+v", out)
	}
}

func TestCommandsAreCutOffInTime(t *testing.T) {
	f := newFake(t)
	f.say = always(0, func(*fake, *epp.DomainCreate) *epp.Response {
		r := epp.NewResponse(1000)
		r.Wire = &epp.WireAct{Drop: true} // never answers, never closes
		return r
	})
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.CommandTimeout = 100 * time.Millisecond })
	if out := r.Send(context.Background(), intent("a.com")); out.Kind != domain.OutcomeUnknown {
		t.Errorf("%+v", out)
	}
}

func TestNewRefuses(t *testing.T) {
	f := newFake(t)
	good := Config{OpenSecret: func([]byte, string) ([]byte, error) { return nil, nil }, Suffix: nil, Wall: time.Now}
	if _, err := New(good); err == nil {
		t.Error("no Suffix")
	}
	for _, a := range []Account{{}, {ID: "x", Addr: "127.0.0.1:1"}, {ID: "x", ClID: "y", Addr: "nonsense", Plain: true},
		{ID: "x", ClID: "y", Addr: "192.0.2.1:700", Plain: true}, {ID: "x", ClID: "y", Addr: "127.0.0.1:1", CAFile: "/nonexistent"}} {
		func() {
			cfg := Config{OpenSecret: good.OpenSecret, Wall: time.Now, Accounts: []Account{a}, Suffix: f.suffix}
			if r, err := New(cfg); err == nil {
				_ = r.Close()
				t.Errorf("%+v taken", a)
			}
		}()
	}
}

// pair makes a certificate signed by ca (nil: by itself) and writes it and its key as PEM files.
func pair(t *testing.T, dir, name string, ca *tls.Certificate) (cert tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: ca == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	parent, signer := tmpl, any(key)
	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	certFile, keyFile = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	if err := os.WriteFile(certFile, certPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, keyPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if cert, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		t.Fatal(err)
	}
	if cert.Leaf, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return cert, certFile, keyFile
}

func TestTLSWithClientCertificate(t *testing.T) {
	dir := t.TempDir()
	ca, caFile, _ := pair(t, dir, "ca", nil)
	_, otherCA, _ := pair(t, dir, "other-ca", nil)
	server, _, _ := pair(t, dir, "epp.fakesim.example", &ca)
	_, certFile, keyFile := pair(t, dir, "ours", &ca)
	pool := x509.NewCertPool()
	pool.AddCert(ca.Leaf)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := newFake(t)
	f.addr = ln.Addr().String()
	srv := &epp.Server{Handler: f, TLS: &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool},
		Transcript: func(_ *epp.Conn, _ epp.Direction, frame []byte) { schematest.Collect(t, frame) }}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	use := func(ca, cert, key, name string) *Registry {
		return f.open(func(a *Account, _ *Config) {
			a.Plain, a.CAFile, a.CertFile, a.KeyFile, a.ServerName, a.HostObjects = false, ca, cert, key, name, false
		})
	}
	if _, err := use(caFile, certFile, keyFile, "epp.fakesim.example").Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Error(err)
	}
	for what, r := range map[string]*Registry{
		"another authority":    use(otherCA, certFile, keyFile, "epp.fakesim.example"),
		"another name":         use(caFile, certFile, keyFile, "epp.rival.example"),
		"no certificate of us": use(caFile, "", "", "epp.fakesim.example"),
	} {
		if _, err := r.Check(context.Background(), "fakesim", names(1)); !fault.Is(err, CodeUnreachable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

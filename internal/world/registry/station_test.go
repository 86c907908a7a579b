package registry

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
)

// TestMain holds every frame that the tests' clients send and receive against
// the schemas.
func TestMain(m *testing.M) {
	schematest.Gate{Exempt: map[string]string{
		"TestEveryKindOfFault/malformed-poll": "its content is broken on purpose",
	}}.Main(m)
}

// testCA makes certificates for one test.
type testCA struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newCA(t testing.TB) *testCA {
	t.Helper()
	ca := &testCA{t: t, pool: x509.NewCertPool()}
	ca.cert, ca.key, _ = ca.issue("Test CA", true)
	ca.pool.AddCert(ca.cert)
	return ca
}

func (ca *testCA) issue(cn string, isCA bool) (*x509.Certificate, *ecdsa.PrivateKey, []byte) {
	ca.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		ca.t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: cn},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: isCA,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	parent, signer := ca.cert, ca.key
	if isCA {
		parent, signer = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		ca.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		ca.t.Fatal(err)
	}
	return cert, key, der
}

func (ca *testCA) client(cn string) *tls.Config {
	conf := &tls.Config{RootCAs: ca.pool}
	if cn != "" {
		_, key, der := ca.issue(cn, false)
		conf.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	}
	return conf
}

func (ca *testCA) server() *tls.Config {
	_, key, der := ca.issue("localhost", false)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		ClientCAs: ca.pool, ClientAuth: tls.VerifyClientCertIfGiven}
}

// station is a registry served on loopback, and what a client needs.
type station struct {
	*Registry
	t    testing.TB
	ca   *testCA
	clk  *testClock
	addr string
}

func serve(t testing.TB, p Profile, mod ...func(*Options)) *station {
	t.Helper()
	s := &station{t: t, ca: newCA(t), clk: newClock(t0)}
	opts := Options{Accounts: []Account{
		{ID: openreg, Name: "OpenRegistrar", Password: testPassword, Deposit: 1 << 40},
		{ID: rivalID, Name: "Rival", Password: "rival-pw-11", Deposit: 1 << 40, CertCN: "rival.client"},
	}, Logf: t.Logf}
	for _, m := range mod {
		m(&opts)
	}
	s.Registry = open(t, t.TempDir(), p, s.clk, opts)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln, s.ca.server()) }()
	t.Cleanup(func() {
		s.Close()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("Serve did not end")
		}
	})
	return s
}

func (s *station) dial(clID, pw, cn string, mod ...func(*epp.ClientConfig)) (*epp.Client, error) {
	cfg := epp.ClientConfig{Addr: s.addr, TLS: s.ca.client(cn), ClID: clID, Password: pw,
		Extensions: []epp.Extension{epp.RGP, epp.SecDNS, epp.Fee},
		Timeouts:   epp.Timeouts{Command: 10 * time.Second, Login: 10 * time.Second},
		Transcript: func(_ epp.Direction, frame []byte) { schematest.Collect(s.t, frame) }}
	for _, m := range mod {
		m(&cfg)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	return epp.Dial(ctx, cfg)
}

func (s *station) login() *epp.Client {
	s.t.Helper()
	c, err := s.dial(openreg, testPassword, openreg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

// do sends a command and wants a code.
func (s *station) do(c *epp.Client, want epp.Code, a epp.Action, exts ...epp.Value) *epp.Response {
	s.t.Helper()
	resp, err := c.Do(s.t.Context(), &epp.Command{Action: a, Extensions: exts})
	if err != nil {
		s.t.Fatalf("%T: %v", a, err)
	}
	if resp.Code() != want {
		s.t.Fatalf("%T: code %d (%v), want %d", a, resp.Code(), resp.Err(), want)
	}
	return resp
}

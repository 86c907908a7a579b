package pki

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
)

// handshake connects to a server of the authority under a name.
func handshake(t *testing.T, a *Authority, conf *tls.Config, name string, mod func(*tls.Config)) error {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.ca)
	client := &tls.Config{RootCAs: pool, ServerName: name}
	if mod != nil {
		mod(client)
	}
	near, far := net.Pipe()
	done := make(chan error, 1)
	go func() {
		defer far.Close()
		done <- tls.Server(far, conf).Handshake()
	}()
	err := tls.Client(near, client).Handshake()
	near.Close()
	<-done
	return err
}

func TestAuthorityIsKept(t *testing.T) {
	dir := t.TempDir()
	a, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	conf, err := a.ServerTLS("sim")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := handshake(t, a, conf, name, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := handshake(t, a, conf, "epp.example.net", nil); err == nil {
		t.Error("the certificate covers any name")
	}
	pw, err := a.Password("sim", "openreg")
	if err != nil || len(pw) != 16 {
		t.Fatalf("password of %d characters, %v", len(pw), err)
	}
	cert, key, sha, err := a.Client("openreg")
	if err != nil {
		t.Fatal(err)
	}
	// Another start: the same authority, certificates and passwords; a further
	// name brings a further certificate of the registry.
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	conf, err = b.ServerTLS("sim", "epp.example.net", "127.0.5.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "epp.example.net", "127.0.5.1"} {
		if err := handshake(t, a, conf, name, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if again, err := b.Password("sim", "openreg"); again != pw || err != nil {
		t.Error("another password after a restart")
	}
	if _, _, again, err := b.Client("openreg"); again != sha || err != nil {
		t.Error("another certificate after a restart")
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := handshake(t, a, conf, "localhost", func(c *tls.Config) { c.Certificates = []tls.Certificate{pair} }); err != nil {
		t.Errorf("with the client's certificate: %v", err)
	}
	old := func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }
	if err := handshake(t, a, conf, "localhost", old); err == nil {
		t.Error("TLS 1.1 was spoken")
	}
}

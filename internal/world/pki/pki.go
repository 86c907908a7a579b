// Package pki is the simulators' own certificate authority: it issues the
// certificates of registries and of registrars, and keeps the registrars'
// passwords. Made once, kept in a folder.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certYears is the life of the world's certificates: longer than any data
// folder. They follow the wall clock.
const certYears = 20

// Authority is a certificate authority with the certificates that it has
// issued, and the registrars' EPP passwords.
type Authority struct {
	dir       string
	ca        *x509.Certificate
	caKey     *ecdsa.PrivateKey
	Passwords map[string]string // "registry/clid" -> EPP password
}

// CAFile is the authority's own certificate, which clients trust.
func (id *Authority) CAFile() string { return id.path("ca.pem") }

func (id *Authority) path(name string) string { return filepath.Join(id.dir, name) }

// Open loads what dir holds and makes what is missing.
func Open(dir string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	id := &Authority{dir: dir, Passwords: map[string]string{}}
	raw, err := os.ReadFile(id.path("passwords.json"))
	switch {
	case err == nil:
		if err := json.Unmarshal(raw, &id.Passwords); err != nil {
			return nil, fmt.Errorf("pki: passwords.json: %w", err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("pki: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(id.path("ca.pem"), id.path("ca.key"))
	if err == nil {
		key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
		if !ok {
			return nil, errors.New("pki: ca.key is not an ECDSA key")
		}
		if id.ca, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, fmt.Errorf("pki: ca.pem: %w", err)
		}
		id.caKey = key
		return id, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pki: certificate authority: %w", err)
	}
	tmpl := certTemplate("OpenRegistrar world CA")
	tmpl.IsCA, tmpl.BasicConstraintsValid = true, true
	tmpl.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	cert, key, err := id.issue("ca", tmpl)
	if err != nil {
		return nil, err
	}
	id.ca, id.caKey = cert, key
	return id, nil
}

func certTemplate(cn string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system has no randomness; nothing can go on
	}
	now := time.Now() // TLS lives by the wall clock
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: cn},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(certYears, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

// issue signs tmpl (itself, where there is no authority yet) and writes
// name.pem and name.key.
func (id *Authority) issue(name string, tmpl *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	parent, signer := id.ca, id.caKey
	if parent == nil {
		parent, signer = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: certificate %s: %w", name, err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	// The key first: a certificate without key would never be made again.
	for _, f := range []struct{ name, kind string }{{name + ".key", "PRIVATE KEY"}, {name + ".pem", "CERTIFICATE"}} {
		body := der
		if f.kind == "PRIVATE KEY" {
			body = keyDER
		}
		if err := WriteFile(id.path(f.name), pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: body})); err != nil {
			return nil, nil, err
		}
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

// leaf loads the certificate of that name, issuing it first where it is missing.
func (id *Authority) leaf(name string, tmpl func() *x509.Certificate) (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(id.path(name+".pem"), id.path(name+".key"))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return pair, err
	}
	if _, _, err := id.issue(name, tmpl()); err != nil {
		return tls.Certificate{}, err
	}
	return tls.LoadX509KeyPair(id.path(name+".pem"), id.path(name+".key"))
}

// server is a registry's certificate, for localhost, the loopback addresses
// and hosts. One that does not cover them all is issued anew.
func (id *Authority) server(registry string, hosts []string) (tls.Certificate, error) {
	name := "server-" + registry
	hosts = append([]string{"localhost", "127.0.0.1"}, hosts...)
	tmpl := func() *x509.Certificate {
		t := certTemplate(registry)
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, h := range append(hosts, "::1") {
			if ip := net.ParseIP(h); ip != nil {
				t.IPAddresses = append(t.IPAddresses, ip)
			} else {
				t.DNSNames = append(t.DNSNames, h)
			}
		}
		return t
	}
	pair, err := id.leaf(name, tmpl)
	if err != nil {
		return pair, err
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return pair, err
	}
	for _, h := range hosts {
		if cert.VerifyHostname(h) != nil {
			if _, _, err := id.issue(name, tmpl()); err != nil {
				return tls.Certificate{}, err
			}
			return id.leaf(name, tmpl)
		}
	}
	return pair, nil
}

// Client is a registrar's certificate (common name = clID), its files and the
// fingerprint by which registries know it.
func (id *Authority) Client(clid string) (certFile, keyFile, sha string, err error) {
	return id.client("client-"+clid, clid)
}

// Failover is a registrar's second certificate.
func (id *Authority) Failover(clid string) (certFile, keyFile, sha string, err error) {
	return id.client("failover-"+clid, clid)
}

func (id *Authority) client(name, clid string) (certFile, keyFile, sha string, err error) {
	pair, err := id.leaf(name, func() *x509.Certificate {
		t := certTemplate(clid)
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		return t
	})
	if err != nil {
		return "", "", "", err
	}
	sum := sha256.Sum256(pair.Certificate[0])
	return id.path(name + ".pem"), id.path(name + ".key"), hex.EncodeToString(sum[:]), nil
}

// Password is a registrar's EPP password at a registry, made at first asking:
// 16 characters, the most that RFC 5730 allows.
func (id *Authority) Password(registry, clid string) (string, error) {
	k := registry + "/" + clid
	if pw := id.Passwords[k]; pw != "" {
		return pw, nil
	}
	id.Passwords[k] = rand.Text()[:16]
	raw, err := json.Marshal(id.Passwords)
	if err != nil {
		return "", err
	}
	return id.Passwords[k], WriteFile(id.path("passwords.json"), raw)
}

// ServerTLS is a registry's side of TLS. A client certificate is asked for and
// checked against our authority; whose it must be is the registry's to say at
// login. hosts are names and addresses that it answers under besides localhost.
func (id *Authority) ServerTLS(registry string, hosts ...string) (*tls.Config, error) {
	cert, err := id.server(registry, hosts)
	if err != nil {
		return nil, fmt.Errorf("pki: certificate of %s: %w", registry, err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(id.ca)
	return &tls.Config{Certificates: []tls.Certificate{cert}, ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven, MinVersion: tls.VersionTLS12}, nil
}

// WriteFile writes through a rename, so that a kill leaves old or new, and
// readable by the owner only.
func WriteFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err != nil {
		tmp.Close()
		return fmt.Errorf("pki: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	return nil
}

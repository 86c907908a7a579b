package signedcode

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
)

func TestMain(m *testing.M) { schematest.Main(m) }

var (
	from = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	till = time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC)
	now  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	code = Code{Value: "1-abc111", Type: TypeDomain}
)

// authority certifies.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(name string, by *authority) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	a := &authority{key: key, pool: x509.NewCertPool()}
	if by == nil {
		by = a
	}
	a.cert = by.certify(&x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, &key.PublicKey)
	a.pool.AddCert(a.cert)
	return a
}

var lastSerial struct {
	sync.Mutex
	n int64
}

func (a *authority) certify(tmpl *x509.Certificate, pub any) *x509.Certificate {
	lastSerial.Lock()
	lastSerial.n++
	tmpl.SerialNumber = big.NewInt(lastSerial.n)
	lastSerial.Unlock()
	if tmpl.NotBefore.IsZero() {
		tmpl.NotBefore, tmpl.NotAfter = from, till
	}
	parent := a.cert
	if parent == nil {
		parent = tmpl
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, a.key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

func (a *authority) leaf(cn string, pub any) *x509.Certificate {
	return a.certify(&x509.Certificate{Subject: pkix.Name{CommonName: cn}, KeyUsage: x509.KeyUsageDigitalSignature}, pub)
}

func newKey(bits int) *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// Keys are made once: they take long.
var (
	root  = sync.OnceValue(func() *authority { return newAuthority("VSP Root", nil) })
	key   = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
	other = sync.OnceValue(func() *rsa.PrivateKey { return newKey(2048) })
)

func signer(t testing.TB, key *rsa.PrivateKey, chain ...*x509.Certificate) *Signer {
	t.Helper()
	s, err := NewSigner(key, chain...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sign(t testing.TB, s *Signer, c Code) []byte {
	t.Helper()
	doc, err := s.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func verifier() *Verifier {
	return &Verifier{VSPs: map[string]VSP{
		"1": {Subject: "VSP One", Roots: root().pool, Types: []string{TypeDomain, TypeRealName}},
		"2": {Subject: "VSP Two", Roots: root().pool, Types: []string{TypeDomain}},
	}}
}

func good(t testing.TB) []byte {
	return sign(t, signer(t, key(), root().leaf("VSP One", key().Public())), code)
}

// wants fails unless the document is refused for that reason.
func wants(t *testing.T, name string, v *Verifier, doc []byte, at time.Time, want Reason) {
	t.Helper()
	got, err := v.Verify(doc, at)
	var e *Error
	if !errors.As(err, &e) || got != nil {
		t.Errorf("%s: %+v, %v; want refused for %s", name, got, err, want)
	} else if e.Reason != want {
		t.Errorf("%s: refused for %s, want %s (%v)", name, e.Reason, want, err)
	}
}

func TestSignAndVerify(t *testing.T) {
	doc := good(t)
	schematest.Collect(t, doc)
	got, err := verifier().Verify(doc, now)
	if err != nil {
		t.Fatal(err)
	}
	if got.Code != code || got.ID != "signedCode" || got.Cert.Subject.CommonName != "VSP One" {
		t.Errorf("%+v", got)
	}
	// As it travels: in base64 on a command.
	frame := epp.EncodeCommand(&epp.Command{Action: &epp.DomainUpdate{Name: "example.cn"}, Extensions: []epp.Value{epp.NewEncodedSignedCode(doc)}})
	schematest.Collect(t, frame)
	m, err := epp.NewCodec(epp.VerificationCode).Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	e, ok := epp.Find[*epp.EncodedSignedCode](m.Command.Extensions)
	if !ok {
		t.Fatal("no signed code on the command")
	}
	docs, err := e.Documents()
	if err != nil || len(docs) != 1 {
		t.Fatal(err)
	}
	if got, err := verifier().Verify(docs[0], now); err != nil || got.Code != code {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestChains(t *testing.T) {
	r := root()
	middle := newAuthority("VSP Intermediate", r)
	leaf := middle.leaf("VSP One", key().Public())
	doc := sign(t, signer(t, key(), leaf, middle.cert), code)
	schematest.Collect(t, doc)
	if got, err := verifier().Verify(doc, now); err != nil || !got.Cert.Equal(leaf) {
		t.Errorf("%+v, %v", got, err)
	}
	wants(t, "without the certificate between", verifier(), sign(t, signer(t, key(), leaf), code), now, Certificate)

	plain := r.leaf("VSP One", key().Public())
	doc2 := sign(t, signer(t, key(), plain), code)
	wants(t, "before its time", verifier(), doc2, from.Add(-time.Second), Certificate)
	wants(t, "after its time", verifier(), doc2, till.Add(time.Second), Certificate)
	wants(t, "of another authority", verifier(), sign(t, signer(t, key(), newAuthority("VSP Root", nil).leaf("VSP One", key().Public())), code), now, Certificate)
	wants(t, "an authority's own", verifier(), sign(t, signer(t, key(), r.certify(&x509.Certificate{Subject: pkix.Name{CommonName: "VSP One"},
		IsCA: true, BasicConstraintsValid: true}, key().Public())), code), now, Certificate)
	wants(t, "not for signatures", verifier(), sign(t, signer(t, key(), r.certify(&x509.Certificate{Subject: pkix.Name{CommonName: "VSP One"},
		KeyUsage: x509.KeyUsageKeyEncipherment}, key().Public())), code), now, Certificate)
	v := verifier()
	v.VSPs["1"] = VSP{Subject: "VSP One", Types: []string{TypeDomain}}
	_, err := v.Verify(doc2, now)
	var e *Error
	if !errors.As(err, &e) || e.Reason != Certificate || e.Err != nil {
		t.Errorf("without authorities the system's are asked: %v", err)
	}

	revoke := func(serials ...*big.Int) *Verifier {
		v := verifier()
		p := v.VSPs["1"]
		p.Revoked = serials
		v.VSPs["1"] = p
		return v
	}
	wants(t, "revoked", revoke(big.NewInt(1<<40), plain.SerialNumber), doc2, now, Revoked)
	wants(t, "revoked between", revoke(middle.cert.SerialNumber), doc, now, Revoked)
	if _, err := revoke(leaf.SerialNumber).Verify(doc2, now); err != nil {
		t.Errorf("another certificate is revoked: %v", err)
	}
}

func TestProviders(t *testing.T) {
	one := signer(t, key(), root().leaf("VSP One", key().Public()))
	v := verifier()
	wants(t, "a provider that nobody knows", v, sign(t, one, Code{"3-abc", TypeDomain}), now, UnknownVSP)
	wants(t, "another provider's number", v, sign(t, one, Code{"2-abc", TypeDomain}), now, UnknownVSP)
	wants(t, "the number with a zero before it", v, sign(t, one, Code{"01-abc", TypeDomain}), now, UnknownVSP)
	wants(t, "a type that it may not give", v, sign(t, one, Code{"1-abc", TypeRegistrant}), now, WrongType)
	if got, err := v.Verify(sign(t, one, Code{"1-abc", TypeRealName}), now); err != nil || got.Code.Type != TypeRealName {
		t.Errorf("%+v, %v", got, err)
	}
	v.VSPs["1"] = VSP{Roots: root().pool, Types: []string{TypeDomain}}
	wants(t, "a provider without a subject", v, sign(t, signer(t, key(), root().leaf("", key().Public())), code), now, UnknownVSP)
}

func TestCodes(t *testing.T) {
	for value, vsp := range map[string]string{
		"1-abc111": "1", "0001-Z": "0001", "12-9": "12", "": "", "1": "", "1-": "", "-a": "", "a-1": "", "1-a-b": "", "1-a_b": "",
		"1-a b": "", " 1-a": "", "1-ä": "", "١-abc": "", "1-" + strings.Repeat("a", maxCode-1): "",
	} {
		if got := (Code{Value: value, Type: "t"}).VSP(); got != vsp {
			t.Errorf("VSP of %q is %q, want %q", value, got, vsp)
		}
		if (Code{Value: value, Type: "domain"}).Valid() != (vsp != "") {
			t.Errorf("%q: valid is not %v", value, vsp != "")
		}
	}
	for _, typ := range []string{"", "two words", "a\n", strings.Repeat("t", maxCode+1)} {
		if (Code{Value: "1-a", Type: typ}).Valid() {
			t.Errorf("type %q is valid", typ)
		}
	}
}

func TestSignerRefuses(t *testing.T) {
	cert := root().leaf("VSP One", key().Public())
	weak := newKey(1024)
	for name, make := range map[string]func() (*Signer, error){
		"no key":         func() (*Signer, error) { return NewSigner(nil, cert) },
		"no certificate": func() (*Signer, error) { return NewSigner(key()) },
		"other key":      func() (*Signer, error) { return NewSigner(other(), cert) },
		"elliptic key":   func() (*Signer, error) { return NewSigner(root().key, root().cert) },
		"weak key":       func() (*Signer, error) { return NewSigner(weak, root().leaf("VSP One", weak.Public())) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := signer(t, key(), cert).Sign(Code{"abc", "domain"}); err == nil {
		t.Error("what is no code is signed")
	}
	forced := &Signer{key: weak, chain: [][]byte{root().leaf("VSP One", weak.Public()).Raw}}
	wants(t, "weak key", verifier(), sign(t, forced, code), now, Algorithm)
}

// writePEM puts a key, or certificates, into a file of the test's folder.
func writePEM(t *testing.T, name string, blocks ...*pem.Block) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	var b []byte
	for _, x := range blocks {
		b = append(b, pem.EncodeToMemory(x)...)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

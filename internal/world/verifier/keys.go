package verifier

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
	"github.com/openregistrar/openregistrar/internal/world/pki"
)

// certYears is the life of a provider's certificates, by the wall clock.
const certYears = 20

// signFunc signs a code as a provider and gives it in base64.
type signFunc func(provider int, c signedcode.Code) (string, error)

// issuer is a provider's chain: a root, which registries trust, and the
// certificate of the key that signs. The second is made when it is first
// needed: an RSA key takes its time.
type issuer struct {
	dir      string
	provider int
	root     *x509.Certificate
	rootKey  *ecdsa.PrivateKey
	signer   *signedcode.Signer
}

// Subject is the common name of a provider's signing certificate.
func Subject(provider int) string { return fmt.Sprintf("World VSP %d", provider) }

func openIssuer(dir string, provider int) (*issuer, error) {
	i := &issuer{dir: dir, provider: provider}
	name := fmt.Sprintf("vsp%d-root", provider)
	cert, key, err := i.load(name)
	if errors.Is(err, fs.ErrNotExist) {
		var k *ecdsa.PrivateKey
		if k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
		tmpl := template(fmt.Sprintf("World VSP %d Root", provider))
		tmpl.IsCA, tmpl.BasicConstraintsValid, tmpl.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		cert, err = i.issue(name, tmpl, tmpl, k.Public(), k, k)
		key = k
	}
	if err != nil {
		return nil, err
	}
	k, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("verifier: %s.key is not an ECDSA key", name)
	}
	i.root, i.rootKey = cert, k
	return i, nil
}

// sign makes a signed code.
func (i *issuer) sign(c signedcode.Code) (string, error) {
	if i.signer == nil {
		name := fmt.Sprintf("vsp%d-signer", i.provider)
		cert, key, err := i.load(name)
		if errors.Is(err, fs.ErrNotExist) {
			var k *rsa.PrivateKey
			if k, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
				return "", err
			}
			cert, err = i.issue(name, template(Subject(i.provider)), i.root, k.Public(), i.rootKey, k)
			key = k
		}
		if err != nil {
			return "", err
		}
		if i.signer, err = signedcode.NewSigner(key, cert); err != nil {
			return "", err
		}
	}
	doc, err := i.signer.Sign(c)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(doc), nil
}

// RootPEM is the certificate that registries trust.
func (i *issuer) rootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.root.Raw})
}

func template(cn string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system has no randomness; nothing can go on
	}
	now := time.Now() // certificates live by the wall clock
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: cn}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.AddDate(certYears, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
}

// issue signs a certificate for key and keeps both.
func (i *issuer) issue(name string, tmpl, parent *x509.Certificate, pub crypto.PublicKey, by, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, by)
	if err != nil {
		return nil, fmt.Errorf("verifier: certificate %s: %w", name, err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	// The key first: a certificate without key would never be made again.
	if err := pki.WriteFile(filepath.Join(i.dir, name+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})); err != nil {
		return nil, err
	}
	if err := pki.WriteFile(filepath.Join(i.dir, name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func (i *issuer) load(name string) (*x509.Certificate, crypto.Signer, error) {
	var blocks [2]*pem.Block
	for n, ext := range []string{".pem", ".key"} {
		raw, err := os.ReadFile(filepath.Join(i.dir, name+ext))
		if err != nil {
			return nil, nil, err
		}
		if blocks[n], _ = pem.Decode(raw); blocks[n] == nil {
			return nil, nil, fmt.Errorf("verifier: %s%s is not PEM", name, ext)
		}
	}
	cert, err := x509.ParseCertificate(blocks[0].Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("verifier: %s: %w", name, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(blocks[1].Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("verifier: %s: %w", name, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("verifier: %s.key can't sign", name)
	}
	return cert, signer, nil
}

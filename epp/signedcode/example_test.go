package signedcode_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// A provider signs, a registrar sends, a registry verifies.
func Example() {
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	authority, authorityKey := certify("VSP Authority", nil, nil, now)
	provider, providerKey := certify("Example VSP", authority, authorityKey, now)

	// The provider.
	signer, err := signedcode.NewSigner(providerKey, provider)
	if err != nil {
		panic(err)
	}
	document, err := signer.Sign(signedcode.Code{Value: "1-abc111", Type: signedcode.TypeDomain})
	if err != nil {
		panic(err)
	}

	// The registrar.
	frame := epp.EncodeCommand(&epp.Command{
		Action:     &epp.DomainUpdate{Name: "example.cn"},
		Extensions: []epp.Value{epp.NewEncodedSignedCode(document)},
	})

	// The registry.
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	verifier := signedcode.Verifier{VSPs: map[string]signedcode.VSP{
		"1": {Subject: "Example VSP", Roots: roots, Types: []string{signedcode.TypeDomain}},
	}}
	message, err := epp.NewCodec(epp.VerificationCode).Decode(frame)
	if err != nil {
		panic(err)
	}
	codes, _ := epp.Find[*epp.EncodedSignedCode](message.Command.Extensions)
	documents, err := codes.Documents()
	if err != nil {
		panic(err)
	}
	verified, err := verifier.Verify(documents[0], now)
	fmt.Println(verified.Code.Value, verified.Code.Type, err)

	// Ten years later the certificate is over.
	_, err = verifier.Verify(documents[0], now.AddDate(10, 0, 0))
	var refused *signedcode.Error
	fmt.Println(errors.As(err, &refused), refused.Reason)
	// Output:
	// 1-abc111 domain <nil>
	// true certificate
}

func certify(name string, by *x509.Certificate, byKey *rsa.PrivateKey, now time.Time) (*x509.Certificate, *rsa.PrivateKey) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	if by == nil {
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
		by, byKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, &key.PublicKey, byKey)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert, key
}

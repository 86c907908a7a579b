package signedcode

import (
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/openregistrar/openregistrar/epp"
)

// VSP is what a verifier knows of one provider.
type VSP struct {
	// Subject is the common name of the provider's certificates.
	Subject string
	// Roots are the authorities that certify the provider.
	Roots *x509.CertPool
	// Types are the types of code that the provider may give.
	Types []string
	// Revoked are the serial numbers of revoked certificates, the provider's
	// and those between it and the roots.
	Revoked []*big.Int
}

// Verifier verifies signed codes. It may be shared and is not changed by use.
type Verifier struct {
	// VSPs are the known providers by their number: the digits before the
	// hyphen of a code.
	VSPs map[string]VSP
}

// Verified is a signed code that holds.
type Verified struct {
	Code Code
	ID   string            // of the document's root
	Cert *x509.Certificate // the provider's
}

// Verify verifies a document as of now. Errors are [*Error]s.
func (v *Verifier) Verify(doc []byte, now time.Time) (*Verified, error) {
	s, err := read(doc)
	if err != nil {
		return nil, err
	}
	vsp, known := v.VSPs[s.code.VSP()]
	if !known {
		return nil, refuse(UnknownVSP, "the code's provider is not known")
	}
	if err := vsp.certifies(s.chain, now); err != nil {
		return nil, err
	}
	code, err := signed(doc, s, now)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(vsp.Types, code.Type) {
		return nil, refuse(WrongType, "the provider does not give codes of that type")
	}
	return &Verified{Code: code, ID: s.id, Cert: s.chain[0]}, nil
}

// certifies holds the certificates of a document against the provider's.
func (p *VSP) certifies(chain []*x509.Certificate, now time.Time) error {
	leaf := chain[0]
	if pub, ok := leaf.PublicKey.(*rsa.PublicKey); !ok || pub.N.BitLen() < minBits {
		return refuse(Algorithm, "the certificate's key is not RSA of 2048 bits or more")
	}
	if p.Subject == "" || leaf.Subject.CommonName != p.Subject {
		return refuse(UnknownVSP, "the certificate is not the provider's")
	}
	if leaf.IsCA || leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return refuse(Certificate, "the certificate is not for signatures")
	}
	if p.Roots == nil { // nil would mean the system's
		return refuse(Certificate, "the provider has no authorities")
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	paths, err := leaf.Verify(x509.VerifyOptions{Roots: p.Roots, Intermediates: between, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return &Error{Reason: Certificate, Msg: "not certified by the provider's authorities", Err: err}
	}
	for _, path := range paths {
		if !slices.ContainsFunc(path, p.revoked) {
			return nil
		}
	}
	return refuse(Revoked, "the certificate, or one that certifies it, is revoked")
}

func (p *VSP) revoked(c *x509.Certificate) bool {
	return slices.ContainsFunc(p.Revoked, func(serial *big.Int) bool { return serial.Cmp(c.SerialNumber) == 0 })
}

// signed verifies the signature by the certificate that was just trusted, and
// reads the code from the bytes that were signed.
func signed(doc []byte, s *shape, now time.Time) (Code, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(doc); err != nil || tree.Root() == nil {
		return Code{}, refuse(Malformed, "not readable")
	}
	for _, el := range tree.FindElements("//SignatureValue") { // base64 may have any white space
		el.SetText(strings.Join(strings.Fields(el.Text()), ""))
	}
	ctx := &dsig.ValidationContext{
		CertificateStore: &dsig.MemoryX509CertificateStore{Roots: s.chain[:1]},
		IdAttribute:      "id",
		Clock:            dsig.NewFakeClockAt(now),
	}
	what, err := ctx.Validate(tree.Root())
	if err != nil {
		return Code{}, &Error{Reason: BadSignature, Msg: "it does not hold", Err: err}
	}
	el := what.ChildElements()
	if what.NamespaceURI() != epp.NSVerificationCode || len(el) != 1 || el[0].Tag != "code" || el[0].NamespaceURI() != epp.NSVerificationCode {
		return Code{}, refuse(BadSignature, "what is signed is no code")
	}
	code := Code{Value: strings.TrimSpace(el[0].Text()), Type: strings.TrimSpace(el[0].SelectAttrValue("type", ""))}
	if code != s.code || what.SelectAttrValue("id", "") != s.id {
		return Code{}, refuse(BadSignature, "what is signed is not what is written")
	}
	return code, nil
}

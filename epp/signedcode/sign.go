package signedcode

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/openregistrar/openregistrar/epp"
)

// minBits is the least that an RSA key must have.
const minBits = 2048

// Signer makes signed codes in the name of a provider. It may be shared.
type Signer struct {
	key   crypto.Signer
	chain [][]byte
}

// NewSigner takes the provider's RSA key and its certificate, and the
// certificates between that and the authority, if any, in order.
func NewSigner(key crypto.Signer, chain ...*x509.Certificate) (*Signer, error) {
	if key == nil || len(chain) == 0 || len(chain) > maxCertificates {
		return nil, errors.New("signedcode: a key and its certificates are needed")
	}
	pub, ok := key.Public().(*rsa.PublicKey)
	if !ok || pub.N.BitLen() < minBits {
		return nil, errors.New("signedcode: not an RSA key of 2048 bits or more")
	}
	if !pub.Equal(chain[0].PublicKey) {
		return nil, errors.New("signedcode: the certificate is of another key")
	}
	s := &Signer{key: key}
	for _, c := range chain {
		s.chain = append(s.chain, c.Raw)
	}
	return s, nil
}

// Sign makes the document. The root's id is "signedCode".
func (s *Signer) Sign(code Code) ([]byte, error) {
	if !code.Valid() {
		return nil, errors.New("signedcode: not a verification code")
	}
	root := etree.NewElement("verificationCode:signedCode")
	root.CreateAttr("xmlns:verificationCode", epp.NSVerificationCode)
	root.CreateAttr("id", "signedCode")
	c := root.CreateElement("verificationCode:code")
	c.CreateAttr("type", code.Type)
	c.SetText(code.Value)

	ctx, err := dsig.NewSigningContext(s.key, s.chain)
	if err != nil {
		return nil, err
	}
	ctx.IdAttribute = "id"
	ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	if err := ctx.SetSignatureMethod(dsig.RSASHA256SignatureMethod); err != nil {
		return nil, err
	}
	signed, err := ctx.SignEnveloped(root)
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true
	doc.WriteSettings.CanonicalAttrVal = true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.AddChild(signed)
	return doc.WriteToBytes()
}

package signedcode

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
)

// xmlsec is xmlsec1, an implementation of XML signatures that shares nothing
// with ours.
type xmlsec struct{ program string }

func newXMLSec(t *testing.T) xmlsec {
	t.Helper()
	program, err := exec.LookPath("xmlsec1")
	if err != nil {
		t.Skip("not performed: xmlsec1 is not installed")
	}
	return xmlsec{program}
}

const idAttr = epp.NSVerificationCode + ":signedCode"

// verify reports whether xmlsec1 takes the document.
func (x xmlsec) verify(t *testing.T, doc []byte) (bool, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "doc.xml")
	if err := os.WriteFile(file, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	trusted := writePEM(t, "root.pem", &pem.Block{Type: "CERTIFICATE", Bytes: root().cert.Raw})
	out, err := exec.Command(x.program, "--verify", "--trusted-pem", trusted, "--id-attr:id", idAttr,
		"--verification-time", now.Format("2006-01-02 15:04:05"), file).CombinedOutput()
	return err == nil, string(out)
}

// sign makes a document from a template with these algorithms.
func (x xmlsec) sign(t *testing.T, canonical, method, digest string) []byte {
	t.Helper()
	template := `<?xml version="1.0" encoding="UTF-8"?>
<v:signedCode xmlns:v="` + epp.NSVerificationCode + `" id="made-elsewhere">
  <v:code type="domain">1-abc111</v:code>
  <Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
    <SignedInfo>
      <CanonicalizationMethod Algorithm="` + canonical + `"/>
      <SignatureMethod Algorithm="` + method + `"/>
      <Reference URI="#made-elsewhere">
        <Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform Algorithm="` + canonical + `"/></Transforms>
        <DigestMethod Algorithm="` + digest + `"/>
        <DigestValue/>
      </Reference>
    </SignedInfo>
    <SignatureValue/>
    <KeyInfo><X509Data><X509Certificate/></X509Data></KeyInfo>
  </Signature>
</v:signedCode>
`
	file := filepath.Join(t.TempDir(), "template.xml")
	if err := os.WriteFile(file, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	cert := root().leaf("VSP One", key().Public())
	private := writePEM(t, "key.pem", &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key())})
	public := writePEM(t, "cert.pem", &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	out := filepath.Join(t.TempDir(), "signed.xml")
	if msg, err := exec.Command(x.program, "--sign", "--privkey-pem", private+","+public, "--id-attr:id", idAttr, "--output", out, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, msg)
	}
	doc, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestXMLSecTakesOurs(t *testing.T) {
	x := newXMLSec(t)
	doc := good(t)
	if ok, out := x.verify(t, doc); !ok {
		t.Fatalf("refused: %s\n%s", out, doc)
	}
	middle := newAuthority("VSP Intermediate", root())
	chained := sign(t, signer(t, key(), middle.leaf("VSP One", key().Public()), middle.cert), code)
	if ok, out := x.verify(t, chained); !ok {
		t.Errorf("with a certificate between: refused: %s", out)
	}
	// Both refuse what was changed.
	for old, repl := range map[string]string{"1-abc111": "1-abc112", `type="domain"`: `type="real-name"`, "<ds:SignatureValue>": "<ds:SignatureValue>AAAA"} {
		bad := edit(t, doc, old, repl)
		if ok, _ := x.verify(t, bad); ok {
			t.Errorf("xmlsec1 takes it with %q", repl)
		}
		wants(t, repl, verifier(), bad, now, BadSignature)
	}
	foreign := sign(t, signer(t, key(), newAuthority("VSP Root", nil).leaf("VSP One", key().Public())), code)
	if ok, _ := x.verify(t, foreign); ok {
		t.Error("xmlsec1 takes a certificate of another authority")
	}
}

func TestWeTakeXMLSecs(t *testing.T) {
	x := newXMLSec(t)
	const (
		exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
		rsa256    = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
		sha256    = "http://www.w3.org/2001/04/xmlenc#sha256"
	)
	doc := x.sign(t, exclusive, rsa256, sha256)
	schematest.Collect(t, doc)
	got, err := verifier().Verify(doc, now)
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	if got.Code != code || got.ID != "made-elsewhere" {
		t.Errorf("%+v", got)
	}
	wants(t, "changed", verifier(), edit(t, doc, "abc111", "abc112"), now, BadSignature)
	// What xmlsec1 would take, and we do not.
	for name, algs := range map[string][3]string{
		"inclusive canonicalization": {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", rsa256, sha256},
		"SHA-512":                    {exclusive, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", sha256},
		"digest with SHA-512":        {exclusive, rsa256, "http://www.w3.org/2001/04/xmlenc#sha512"},
	} {
		doc := x.sign(t, algs[0], algs[1], algs[2])
		if ok, out := x.verify(t, doc); !ok {
			t.Errorf("%s: xmlsec1 refuses its own: %s", name, out)
		}
		wants(t, name, verifier(), doc, now, Algorithm)
	}
}

// A wrapped signature that holds for xmlsec1, which says nothing of where the
// signed element stands, is refused here.
func TestWrappingThatHoldsElsewhere(t *testing.T) {
	x := newXMLSec(t)
	doc := good(t)
	inner := string(doc)[strings.Index(string(doc), "<verificationCode:signedCode"):]
	wrapped := []byte(`<verificationCode:signedCode xmlns:verificationCode="` + epp.NSVerificationCode + `" id="evil"><verificationCode:code type="domain">1-evil</verificationCode:code>` + inner + `</verificationCode:signedCode>`)
	if ok, out := x.verify(t, wrapped); !ok {
		t.Fatalf("no attack: the signature does not hold: %s", out)
	}
	wants(t, "wrapped", verifier(), wrapped, now, Malformed)
}

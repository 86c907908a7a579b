package signedcode

import (
	"crypto/x509"
	"encoding/base64"
	"errors"
	"os"
	"testing"
	"time"
)

// FuzzSignedCode: whatever comes, verifying ends; what is believed says what
// the provider signed; a refusal has a reason.
func FuzzSignedCode(f *testing.F) {
	f.Add(good(f))
	f.Add([]byte(`<signedCode xmlns="urn:ietf:params:xml:ns:verificationCode-1.0" id="a"><code type="domain">1-a</code></signedCode>`))
	f.Add([]byte(`<!DOCTYPE a><a/>`))
	middle := newAuthority("VSP Intermediate", root())
	f.Add(sign(f, signer(f, key(), middle.leaf("VSP One", key().Public()), middle.cert), code))
	v := &Verifier{VSPs: map[string]VSP{"1": {Subject: "VSP One", Roots: fuzzRoots(f), Types: []string{TypeDomain}}}}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := v.Verify(doc, now)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Reason == "" || got != nil {
				t.Fatalf("%+v, %v", got, err)
			}
			return
		}
		if got.Code != code {
			t.Fatalf("a code that nobody signed: %+v\n%s", got.Code, doc)
		}
		if _, err := v.Verify(doc, till.Add(time.Hour)); err == nil {
			t.Fatal("believed beyond the certificate's time")
		}
	})
}

// fuzzRoots is the authority of the process that makes the seeds: it leaves
// it to its workers, processes of their own, in the environment.
func fuzzRoots(f *testing.F) *x509.CertPool {
	const name = "SIGNEDCODE_FUZZ_ROOT"
	der, err := base64.StdEncoding.DecodeString(os.Getenv(name))
	if err != nil || len(der) == 0 {
		f.Setenv(name, base64.StdEncoding.EncodeToString(root().cert.Raw))
		return root().pool
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		f.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool
}

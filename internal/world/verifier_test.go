package world_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// dialAs opens a session at an EPP server of the world as the registrar.
func dialAs(t *testing.T, w *world.World, addr, clid, pw, cert, key string, exts ...epp.Extension) *epp.Client {
	t.Helper()
	ca, err := os.ReadFile(w.Info().CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := epp.Dial(ctx, epp.ClientConfig{Addr: addr, TLS: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}},
		ClID: clid, Password: pw, Extensions: exts, Timeouts: epp.Timeouts{Command: 20 * time.Second, Login: 20 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func atVerifier(t *testing.T, w *world.World) *epp.Client {
	v := w.Info().Verifier
	return dialAs(t, w, v.EPP, v.ClID, v.Password, v.CertFile, v.KeyFile, epp.NV)
}

func do(t *testing.T, c *epp.Client, want epp.Code, a epp.Action, exts ...epp.Value) *epp.Response {
	t.Helper()
	resp, err := c.Do(t.Context(), &epp.Command{Action: a, Extensions: exts})
	if err != nil {
		t.Fatalf("%T: %v", a, err)
	}
	if resp.Code() != want {
		t.Fatalf("%T: %d (%v), want %d", a, resp.Code(), resp.Err(), want)
	}
	return resp
}

// verified has the authority verify a person of the population, and gives the
// signed code.
func verified(t *testing.T, w *world.World, c *epp.Client, ref string) []byte {
	t.Helper()
	p := papers.People()[0]
	resp := do(t, c, epp.CodeOKPending, &epp.NVCreate{NVInput: epp.NVInput{AuthInfo: epp.Password(ref),
		RNV: &epp.RealName{Role: epp.NVPerson, Name: p.Name, Num: p.Number, ProofType: epp.ProofOfCitizen}}})
	data, ok := epp.Find[*epp.NVCreateData](resp.ResData)
	if !ok {
		t.Fatalf("%+v", resp)
	}
	call(t, w, "POST", "/api/clock/advance", map[string]string{"by": "3s"}, 200, nil)
	msg, ok := epp.Find[*epp.NVPendingData](do(t, c, epp.CodeAckToDequeue, &epp.Poll{Op: epp.PollRequest}).ResData)
	if !ok || msg.Status != epp.NVCompliant || msg.Code != data.Code {
		t.Fatalf("panData: %+v", msg)
	}
	info, ok := epp.Find[*epp.NVInfoData](do(t, c, epp.CodeOK, &epp.NVInfo{Code: data.Code.Value}).ResData)
	if !ok || info.SignedCode == nil {
		t.Fatalf("%+v", info)
	}
	doc, err := base64.StdEncoding.DecodeString(info.SignedCode.Encoded)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// A registry of the world takes what the authority signed, at create and at
// update, and refuses it with a character changed.
func TestRegistriesTakeTheAuthoritysCodes(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	raw, err := os.ReadFile(filepath.Join(dir, "world.json"))
	if err != nil {
		t.Fatal(err)
	}
	var told world.Info
	if err := json.Unmarshal(raw, &told); err != nil || told.Verifier != w.Info().Verifier || told.Verifier.EPP == "" || !strings.HasPrefix(told.Verifier.HTTP, "http://127.0.0.1:") ||
		told.Verifier.Secret == told.Verifier.CallbackSecret {
		t.Fatalf("world.json: %+v %v", told.Verifier, err)
	}
	doc := verified(t, w, atVerifier(t, w), "reference-1")
	ri := w.Info().Registries[0]
	reg := dialAs(t, w, ri.EPP, ri.ClID, ri.Password, ri.CertFile, ri.KeyFile, epp.VerificationCode)
	create := func(name string, want epp.Code, exts ...epp.Value) {
		t.Helper()
		do(t, reg, want, &epp.DomainCreate{Name: name, Period: epp.Years(1), AuthInfo: epp.Password("Auth-Info-12345")}, exts...)
	}
	for _, x := range [][2]string{{`type="real-name"`, `type="domain"`}, {">1-", ">1-A"}, {">1-", ">2-"}, {"<ds:SignatureValue>", "<ds:SignatureValue>AAAA"}} {
		old, repl := x[0], x[1]
		bad := strings.Replace(string(doc), old, repl, 1)
		if bad == string(doc) {
			t.Fatalf("%q is not in the document", old)
		}
		create("tampered.com", epp.CodeParameterPolicy, epp.NewEncodedSignedCode([]byte(bad)))
	}
	create("verified.com", epp.CodeOK, epp.NewEncodedSignedCode(doc))
	create("later.com", epp.CodeOK)
	change := &epp.DomainUpdate{Name: "later.com"}
	do(t, reg, epp.CodeParameterPolicy, change, epp.NewEncodedSignedCode([]byte(strings.Replace(string(doc), `type="real-name"`, `type="domain"`, 1))))
	do(t, reg, epp.CodeOK, change, epp.NewEncodedSignedCode(doc))
}

package world_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
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

// The control port moves registers, moods and opinions; a bad call changes
// nothing.
func TestVerifierControl(t *testing.T) {
	w := start(t, t.TempDir())
	who := papers.People()[0].Number
	path := "/api/verifier/people/" + who
	var e struct {
		Name, State, Answer string
		ValidUntil          string `json:"valid_until"`
	}
	call(t, w, "GET", path, nil, 200, &e)
	if e.Name != papers.People()[0].Name || e.State != "ok" {
		t.Errorf("%+v", e)
	}
	call(t, w, "PUT", path, map[string]string{"state": "unfit", "answer": "请补盖章"}, 200, &e)
	if e.Name != papers.People()[0].Name || e.State != "unfit" || e.Answer != "请补盖章" {
		t.Errorf("%+v", e)
	}
	for _, bad := range []map[string]string{{"state": "gone"}, {"state": "changed"}, {"state": "too-new", "listed_from": ""}, {"valid_until": "soon"}, {"name": ""}, {"colour": "red"}} {
		call(t, w, "PUT", path, bad, 400, nil)
	}
	call(t, w, "GET", path, nil, 200, &e)
	if e.State != "unfit" {
		t.Errorf("a bad call changed it: %+v", e)
	}
	c := atVerifier(t, w)
	do(t, c, epp.CodeOKPending, &epp.NVCreate{NVInput: epp.NVInput{AuthInfo: epp.Password("reference-1"),
		RNV: &epp.RealName{Role: epp.NVPerson, Name: e.Name, Num: who, ProofType: epp.ProofOfCitizen}}})
	cases := func() (out []struct{ Ref, State, Result, Number, Words string }) {
		t.Helper()
		var list struct {
			Cases []struct{ Ref, State, Result, Number, Words string }
		}
		call(t, w, "GET", "/api/verifier/cases", nil, 200, &list)
		return list.Cases
	}
	list := cases()
	if len(list) != 1 || list[0].State != "pending" || strings.Contains(list[0].Number, who[3:14]) || !strings.HasPrefix(list[0].Number, who[:2]) {
		t.Fatalf("%+v", list)
	}
	verdict := "/api/verifier/cases/" + list[0].Ref + "/verdict"
	call(t, w, "POST", verdict, map[string]any{"result": "N999"}, 400, nil)
	call(t, w, "POST", verdict, map[string]any{"result": "N007", "facts": map[string]string{"Answer": "x"}}, 400, nil)
	call(t, w, "POST", "/api/verifier/cases/1-none/verdict", map[string]any{"result": "N003"}, 404, nil)
	call(t, w, "POST", verdict, map[string]any{"result": "N003", "note": "请等迁移办完"}, 204, nil)
	call(t, w, "POST", verdict, map[string]any{"result": "N000"}, 409, nil)
	if list = cases(); list[0].State != "nonCompliant" || list[0].Result != "N003" || list[0].Words != "请等迁移办完" {
		t.Errorf("%+v", list)
	}
	var set struct {
		Providers map[string]struct {
			Delay        string
			Silent, Down bool
			Fail         int
		}
	}
	call(t, w, "PUT", "/api/verifier/settings?provider=2", map[string]any{"delay": "2d", "silent": true}, 200, &set)
	if p := set.Providers; p["1"].Silent || p["1"].Delay != "2s" || !p["2"].Silent || p["2"].Delay != "48h0m0s" {
		t.Errorf("%+v", set)
	}
	call(t, w, "PUT", "/api/verifier/settings", map[string]any{"fail": 2}, 200, &set)
	if p := set.Providers; p["1"].Fail != 2 || p["2"].Fail != 2 || !p["2"].Silent {
		t.Errorf("%+v", set)
	}
	call(t, w, "PUT", "/api/verifier/settings?provider=3", map[string]any{"fail": 2}, 404, nil)
	call(t, w, "PUT", "/api/verifier/settings", map[string]any{"delay": "-1s"}, 400, nil)
	call(t, w, "PUT", "/api/verifier/settings", map[string]any{"fail": -1}, 400, nil)
	call(t, w, "DELETE", path, nil, 204, nil)
	call(t, w, "GET", path, nil, 404, nil)
	call(t, w, "DELETE", path, nil, 404, nil)
}

// What the page's forms do.
func TestVerifierForms(t *testing.T) {
	w := start(t, t.TempDir())
	own := w.Info().Control
	org := papers.Organisations()[0]
	fields := url.Values{"register": {"organisations"}, "number": {org.Code}, "name": {org.Name}, "state": {"changed"}, "field": {"representative"}}
	if code, to, body := form(t, w, own, "/verifier/entry", fields); code != 303 || !strings.HasPrefix(to, "/verifier?") || !strings.HasSuffix(to, "#registers") {
		t.Fatalf("%d %q %s", code, to, body)
	}
	if _, body := fetch(t, own+"/verifier?lang=en&register=organisations&edit="+org.Code); !strings.Contains(body, `value="representative"`) || !strings.Contains(body, `<option value="changed" selected>`) {
		t.Error("the entry is not shown as changed")
	}
	fields.Set("state", "nothing")
	if code, _, body := form(t, w, own, "/verifier/entry", fields); code != 400 || !strings.Contains(body, "Nothing was changed.") {
		t.Errorf("%d", code)
	}
	if code, _, _ := form(t, w, own, "/verifier/settings", url.Values{"provider": {"1"}, "delay": {"1h"}, "fail": {"0"}, "lose": {"0"}, "silent": {"true"}}); code != 303 {
		t.Errorf("%d", code)
	}
	if code, _, _ := form(t, w, own, "/verifier/settings", url.Values{"provider": {"1"}, "delay": {"1h"}, "fail": {"many"}, "lose": {"0"}}); code != 400 {
		t.Errorf("%d", code)
	}
	p := papers.People()[1]
	do(t, atVerifier(t, w), epp.CodeOKPending, &epp.NVCreate{NVInput: epp.NVInput{RNV: &epp.RealName{Role: epp.NVPerson, Name: p.Name, Num: p.Number, ProofType: epp.ProofOfCitizen}}})
	_, body := fetch(t, own+"/verifier?lang=en")
	ref := regexp.MustCompile(`name="ref" value="([^"]+)"`).FindStringSubmatch(body)
	if ref == nil || !strings.Contains(body, "1 waiting for an opinion") || !strings.Contains(body, `name="silent" value="true" checked`) {
		t.Fatal("the waiting case is not shown")
	}
	if code, _, _ := form(t, w, own, "/verifier/verdict", url.Values{"ref": {ref[1]}, "result": {"N010"}}); code != 303 {
		t.Errorf("%d", code)
	}
	if _, body := fetch(t, own+"/verifier?lang=en"); !strings.Contains(body, "N010 who that is can&#39;t be established") || !strings.Contains(body, "0 waiting") {
		t.Error("the opinion is not shown")
	}
	if code, _, _ := form(t, w, own, "/verifier/entry/drop", url.Values{"register": {"organisations"}, "number": {org.Code}}); code != 303 {
		t.Errorf("%d", code)
	}
	if code, _ := fetch(t, own+"/verifier?register=organisations&edit="+org.Code); code != 404 {
		t.Errorf("the struck entry: %d", code)
	}
}

// Everybody of the population passes with the papers that they have; people of
// elsewhere don't.
func TestThePopulationIsKnown(t *testing.T) {
	w := start(t, t.TempDir())
	call(t, w, "PUT", "/api/verifier/settings", map[string]any{"delay": "0s"}, 200, nil)
	c := atVerifier(t, w)
	hand := func(want epp.Code, role, proof, name, number string) {
		t.Helper()
		do(t, c, want, &epp.NVCreate{NVInput: epp.NVInput{RNV: &epp.RealName{Role: role, Name: name, Num: number, ProofType: proof,
			Documents: []epp.NVDocument{{FileType: "jpg", FileContent: "/9j/4AAQ"}}}}})
	}
	for _, p := range papers.People() {
		hand(epp.CodeOK, epp.NVPerson, epp.ProofOfCitizen, p.Name, p.Number)
		if p.Passport != "" {
			hand(epp.CodeOK, epp.NVPerson, epp.ProofOfOtherType, p.Name, p.Passport)
		}
	}
	for _, o := range papers.Organisations() {
		hand(epp.CodeOK, epp.NVOrganization, epp.ProofOfEnterprise, o.Name, o.Code)
		if o.Registration != "" {
			hand(epp.CodeOK, epp.NVOrganization, epp.ProofOfEnterprise, o.Name, o.Registration)
		}
	}
	for _, v := range papers.Visitors() {
		want := epp.CodeOK
		if v.Type != "GWSFZ" && v.Region != "HK" && v.Region != "MO" && v.Region != "TW" {
			want = epp.CodeValueRange
		}
		hand(want, epp.NVPerson, epp.ProofOfOtherType, v.Name, v.Number)
	}
}

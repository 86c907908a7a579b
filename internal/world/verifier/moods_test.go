package verifier

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// sum signs a message by the words of the interface's description, sharing
// nothing with what it checks.
func sum(secret, method, uri, stamp, nonce string, body []byte) string {
	digest := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(method + "\n" + uri + "\n" + stamp + "\n" + nonce + "\n" + hex.EncodeToString(digest[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *station) mood(provider int, set Settings) {
	s.t.Helper()
	if err := s.SetSettings(provider, set); err != nil {
		s.t.Fatal(err)
	}
}

func TestSilence(t *testing.T) {
	s := serve(t)
	c := s.login()
	s.do(c, epp.CodeOKPending, person("苏禾", suHe, "reference-1"))
	s.mood(ProviderEPP, Settings{Delay: DefaultDelay, Silent: true})
	s.pass(30 * 24 * time.Hour)
	s.do(c, epp.CodeNoMessages, &epp.Poll{Op: epp.PollRequest})
	if at, ok := s.NextDue(); ok {
		t.Errorf("due at %v", at)
	}
	// Somebody there decides all the same.
	ref := s.Cases()[0].Ref
	if err := s.Verdict(ref, Opinion{Result: Moving, Note: "请等迁移办完"}); err != nil {
		t.Fatal(err)
	}
	if p := s.polled(c); p.Status != epp.NVNonCompliant || p.Msg != "N003 请等迁移办完" {
		t.Errorf("%+v", p)
	}
	for err, try := range map[error][2]string{ErrDecided: {ref, Passed}, ErrNoSuchCase: {"1-none", Passed}, ErrBadValue: {ref, "N999"}} {
		if got := s.Verdict(try[0], Opinion{Result: try[1]}); !errors.Is(got, err) {
			t.Errorf("%v: %v, want %v", try, got, err)
		}
	}
	// It speaks again, and has forgotten nothing.
	s.do(c, epp.CodeOKPending, person("白露", baiLu, "reference-2"))
	s.pass(time.Hour)
	s.mood(ProviderEPP, Settings{Delay: DefaultDelay})
	s.pass(0)
	if p := s.polled(c); p.Status != epp.NVCompliant {
		t.Errorf("%+v", p)
	}
}

func TestDown(t *testing.T) {
	s := serve(t)
	c, h := s.login(), s.tasks()
	for _, n := range Providers {
		s.mood(n, Settings{Down: true})
	}
	if _, err := c.Do(t.Context(), &epp.Command{Action: person("苏禾", suHe, "reference-1")}); err == nil {
		t.Error("the session goes on")
	}
	if _, err := s.dial("openreg", "a-good-password", "openreg"); err == nil {
		t.Error("a login goes on")
	}
	if _, _, err := h.send(h.request("GET", "/v2/tasks?bizNo=x", nil)); err == nil {
		t.Error("provider 2 answers")
	}
	for _, n := range Providers {
		s.mood(n, Settings{})
	}
	s.do(s.login(), epp.CodeOK, person("苏禾", suHe, "reference-1"))
	h.call("GET", "/v2/tasks?bizNo=x", nil, 404, "4004")
	if n := len(s.Cases()); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestHandOversFail(t *testing.T) {
	s := serve(t)
	s.mood(ProviderEPP, Settings{Fail: 2})
	s.mood(ProviderHTTP, Settings{Fail: 1, Lose: 1})
	c, h := s.login(), s.tasks()
	for range 2 {
		if r := s.do(c, epp.CodeCommandFailed, person("苏禾", suHe, "reference-1")); reason(r) != "the material could not be taken in" {
			t.Errorf("%q", reason(r))
		}
	}
	s.restart()
	c = s.login()
	s.do(c, epp.CodeOK, person("苏禾", suHe, "reference-1"))
	h.call("POST", "/v2/tasks", task("biz-1", "苏禾", suHe), 503, "5003")
	h.call("GET", "/v2/tasks?bizNo=biz-1", nil, 404, "4004")
	if _, _, err := h.send(h.request("POST", "/v2/tasks", task("biz-1", "苏禾", suHe))); err == nil {
		t.Error("the answer came")
	}
	if got := h.call("GET", "/v2/tasks?bizNo=biz-1", nil, 200, "0000"); got.Status != "PASSED" {
		t.Errorf("%+v", got)
	}
	if n := len(s.Cases()); n != 2 {
		t.Errorf("%d cases", n)
	}
}

// A provider that contradicts itself tells the opposite of its record; the
// record is what info says.
func TestContradiction(t *testing.T) {
	s := serve(t)
	s.mood(ProviderEPP, Settings{Delay: time.Second, Contradict: true})
	c := s.login()
	good := created(t, s.do(c, epp.CodeOKPending, person("苏禾", suHe, "reference-1")))
	bad := created(t, s.do(c, epp.CodeOKPending, person("苏和", suHe, "reference-2")))
	s.pass(time.Second)
	told := map[string]epp.NVStatus{}
	for range 2 {
		p := s.polled(c)
		told[p.Code.Value] = p.Status
	}
	if told[good.Code.Value] != epp.NVNonCompliant || told[bad.Code.Value] != epp.NVCompliant {
		t.Errorf("told %v", told)
	}
	s.do(c, epp.CodeOK, &epp.NVInfo{Code: good.Code.Value})
	if r := s.do(c, epp.CodeStatusProhibits, &epp.NVInfo{Code: bad.Code.Value}); reason(r) != "nonCompliant N002[field=name] 姓名与登记不一致" {
		t.Errorf("%q", reason(r))
	}
}

func TestARestartForgetsNothing(t *testing.T) {
	s := serve(t)
	c := s.login()
	d := created(t, s.do(c, epp.CodeOKPending, person("苏禾", suHe, "reference-1")))
	s.do(c, epp.CodeOK, &epp.NVUpdate{Code: d.Code.Value, AuthInfo: epp.Password("reference-2")})
	if err := s.PutEntry(false, Entry{Number: baiLu, Name: "白露", State: StateMoving}); err != nil {
		t.Fatal(err)
	}
	if err := s.DropEntry(true, yunqi); err != nil {
		t.Fatal(err)
	}
	s.mood(ProviderHTTP, Settings{Delay: time.Minute, Silent: true})
	s.pass(DefaultDelay)
	s.do(c, epp.CodeOKPending, person("白露", baiLu, "reference-3"))
	before := s.Cases()
	root := string(s.RootPEM(ProviderEPP))
	s.end()
	// What was being written when the power went was never answered.
	path := filepath.Join(s.dir, "journal")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`0badc0de {"px":["` + suHe); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s.open()
	c = s.login()
	if after := s.Cases(); len(after) != 2 || after[0].Ref != before[0].Ref || after[1].Encoded != before[1].Encoded || after[1].Encoded == "" {
		t.Errorf("cases: %+v, were %+v", after, before)
	}
	if e, err := s.Entry(false, baiLu); err != nil || e.State != StateMoving {
		t.Errorf("%+v %v", e, err)
	}
	if _, err := s.Entry(true, yunqi); !errors.Is(err, ErrNoSuchEntry) {
		t.Errorf("the struck organisation is back: %v", err)
	}
	if set := s.Settings(ProviderHTTP); !set.Silent || set.Delay != time.Minute {
		t.Errorf("%+v", set)
	}
	if string(s.RootPEM(ProviderEPP)) != root {
		t.Error("another root")
	}
	if p := s.polled(c); p.Code != d.Code || p.Status != epp.NVCompliant {
		t.Errorf("%+v", p)
	}
	s.do(c, epp.CodeOK, person("苏禾", suHe, "reference-2")) // the changed reference leads to it
	s.restart()
	c = s.login()
	s.do(c, epp.CodeNoMessages, &epp.Poll{Op: epp.PollRequest}) // acknowledged is gone
	s.pass(DefaultDelay)
	if p := s.polled(c); p.Status != epp.NVNonCompliant || p.Msg != "N003 户口正在迁移，登记里暂时核不到" {
		t.Errorf("%+v", p)
	}
}

// A line in the middle that does not hold is told, not passed over.
func TestABrokenJournalIsTold(t *testing.T) {
	s := serve(t)
	s.mood(ProviderEPP, Settings{})
	s.end()
	path := filepath.Join(s.dir, "journal")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[20] ^= 1
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if a, err := Open(s.dir, s.clk.now, s.opts); err == nil || !strings.Contains(err.Error(), "journal at byte 0") {
		t.Errorf("opened: %v", err)
		if err == nil {
			a.Close()
		}
	}
}

// Signed codes of both providers hold for xmlsec1 against the root that
// registries trust, and no changed one does.
func TestXMLSecTakesTheCodes(t *testing.T) {
	program, err := exec.LookPath("xmlsec1")
	if err != nil {
		t.Skip("not performed: xmlsec1 is not installed")
	}
	s := serve(t)
	for _, n := range Providers {
		s.mood(n, Settings{})
	}
	c, h := s.login(), s.tasks()
	for n, encoded := range map[int]string{
		ProviderEPP:  created(t, s.do(c, epp.CodeOK, person("苏禾", suHe, "reference-1"))).Encoded,
		ProviderHTTP: h.call("POST", "/v2/tasks", task("biz-1", "苏禾", suHe), 200, "0000").SignedCode.Document,
	} {
		doc, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		root := filepath.Join(t.TempDir(), "root.pem")
		if err := os.WriteFile(root, s.RootPEM(n), 0o600); err != nil {
			t.Fatal(err)
		}
		verify := func(doc []byte) (bool, string) {
			file := filepath.Join(t.TempDir(), "code.xml")
			if err := os.WriteFile(file, doc, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(program, "--verify", "--trusted-pem", root, "--id-attr:id", epp.NSVerificationCode+":signedCode", file).CombinedOutput()
			return err == nil, string(out)
		}
		if ok, out := verify(doc); !ok {
			t.Errorf("provider %d: refused: %s", n, out)
		}
		for _, x := range [][2]string{{"real-name", "domain"}, {`code type="real-name">`, `code type="real-name">9`}} {
			bad := strings.Replace(string(doc), x[0], x[1], 1)
			if ok, _ := verify([]byte(bad)); ok || bad == string(doc) {
				t.Errorf("provider %d: taken with %q", n, x[1])
			}
		}
	}
}

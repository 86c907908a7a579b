package verifier

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp/schematest"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
	"github.com/openregistrar/openregistrar/internal/world/pki"
	world "github.com/openregistrar/openregistrar/internal/world/verifier"
)

// Numbers of the test's registers.
const (
	suHe   = "330197199001011284"
	yunqi  = "91330197MA2A0K7C5R"
	secret = "requests-secret-1"
	back   = "callback-secret-1"
)

var t0 = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// street is both authorities of the world, our client of them, and what they have told it.
type street struct {
	*testing.T
	*Verifier
	world *world.Authority

	mu     sync.Mutex
	now    time.Time // business time of the world
	heard  []heard
	frames bytes.Buffer
	keep   error // what Keep answers
	calls  *httptest.Server
}

type heard struct {
	authority, ownRef string
	ops.Ruling
}

func (s *street) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *street) kept(_ context.Context, authority, ownRef string, r ops.Ruling) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keep == nil {
		s.heard = append(s.heard, heard{authority, ownRef, r})
	}
	return s.keep
}

func open(t *testing.T) *street {
	t.Helper()
	s := &street{T: t, now: t0}
	id, err := pki.Open(t.TempDir())
	s.ok(err)
	cert, key, sha, err := id.Client("openreg")
	s.ok(err)
	s.world, err = world.Open(t.TempDir(), s.clock, world.Options{
		Accounts:      []world.Account{{ID: "openreg", Password: "a-good-password", Certificates: []string{sha}, Secret: secret, CallbackSecret: back}},
		People:        []world.Entry{{Number: suHe, Name: "苏禾", State: world.StateOK}},
		Organisations: []world.Entry{{Number: yunqi, Name: "杭州云栖科技有限公司", State: world.StateOK}}})
	s.ok(err)
	conf, err := id.ServerTLS("verifier")
	s.ok(err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	s.ok(err)
	done := make(chan error, 1)
	go func() { done <- s.world.ServeEPP(ln, conf) }()
	front := httptest.NewServer(s.world.Handler())
	s.calls = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Callback("two", s.kept).ServeHTTP(w, r) }))
	s.Verifier, err = New(Config{Wall: time.Now, Seen: s.seen, whole: func(frame []byte) { schematest.Collect(t, frame) },
		EPP: []EPP{{ID: "one", Addr: ln.Addr().String(), ServerName: "localhost", ClID: "openreg", Password: "a-good-password", CAFile: id.CAFile(),
			CertFile: cert, KeyFile: key, Command: 5 * time.Second}},
		HTTP: []HTTP{{ID: "two", URL: front.URL, AppID: "openreg", Secret: secret, CallbackSecret: back, Command: 5 * time.Second,
			Callback: func() string { return s.calls.URL + "/callbacks/two" }}}})
	s.ok(err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.ok(s.Close(ctx))
		s.ok(s.world.Close())
		s.ok(<-done)
		front.Close()
		s.calls.Close()
	})
	return s
}

func (s *street) seen(_, _, _ string, _ bool, frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames.Write(frame)
	s.frames.WriteByte('\n')
}

func (s *street) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// pass moves the world's time, and lets it do what has fallen due.
func (s *street) pass(d time.Duration) {
	s.Helper()
	s.mu.Lock()
	s.now = s.now.Add(d)
	now := s.now
	s.mu.Unlock()
	for range 10 {
		n, err := s.world.RunDue(now)
		s.ok(err)
		s.ok(s.world.Settle(s.Context()))
		if n == 0 {
			return
		}
	}
}

func (s *street) set(set world.Settings) {
	s.Helper()
	for _, n := range world.Providers {
		s.ok(s.world.SetSettings(n, set))
	}
}

func (s *street) taken() []heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.heard
	s.heard = nil
	return out
}

// told polls, and gives the one verdict that came since, from whichever authority.
func (s *street) told() heard {
	s.Helper()
	if _, err := s.Poll(s.Context(), s.kept); err != nil {
		s.Fatal(err)
	}
	got := s.taken()
	if len(got) != 1 {
		s.Fatalf("%d verdicts were told: %+v", len(got), got)
	}
	return got[0]
}

var n int

func person(name, number string) ops.Material {
	n++
	return ops.Material{OwnRef: fmt.Sprintf("OV-0123456789abcdef%06d.oa", n), Role: realname.Owner, Kind: domain.Individual, Name: name, Number: number,
		CertificateType: "SFZ", Region: "CN", Pictures: []ops.MaterialPicture{{Format: "jpeg", Content: []byte(strings.Repeat("picture of "+number, 4000))}}}
}

func company(name, code string) ops.Material {
	m := person(name, code)
	m.Kind, m.CertificateType = domain.Organisation, "YYZZ"
	return m
}

var both = []string{"one", "two"}

// On both shapes of authority: handed over, pending, told by itself, asked after, with the same code each time.
func TestApprovalOnBothShapes(t *testing.T) {
	s := open(t)
	for _, id := range both {
		for _, m := range []ops.Material{person("苏禾", suHe), company("杭州云栖科技有限公司", yunqi)} {
			r := s.Submit(t.Context(), id, m)
			if r.Kind != ops.RulingPending || r.Reference == "" {
				t.Fatalf("%s: %+v", id, r)
			}
			m.Reference = r.Reference
			if r := s.Ask(t.Context(), id, m); r.Kind != ops.RulingPending {
				t.Errorf("%s, asked too soon: %+v", id, r)
			}
			s.pass(3 * time.Second)
			told := s.told()
			if told.authority != id || told.Kind != ops.RulingPassed || told.Reference != r.Reference || told.Code == nil {
				t.Fatalf("%s told %+v", id, told)
			}
			asked := s.Ask(t.Context(), id, m)
			if asked.Kind != ops.RulingPassed || asked.Code == nil || asked.Code.Encoded != told.Code.Encoded {
				t.Errorf("%s, asked: %+v", id, asked)
			}
			raw, err := base64.StdEncoding.DecodeString(told.Code.Encoded)
			if err != nil || !bytes.Contains(raw, []byte(">"+told.Code.Value+"<")) || told.Code.Type != "real-name" || told.Code.Provider != id {
				t.Errorf("%s: the code is %q of type %q, %v", id, told.Code.Value, told.Code.Type, err)
			}
		}
	}
}

// An answer that was lost is asked after under our own reference, and nothing is handed over twice.
func TestLostAnswers(t *testing.T) {
	s := open(t)
	for i, id := range both {
		s.ok(s.world.SetSettings(world.Providers[i], world.Settings{Delay: time.Hour, Lose: 1}))
		m := person("苏禾", suHe)
		before := len(s.world.Cases())
		if r := s.Submit(t.Context(), id, m); r.Kind != ops.RulingUnknown {
			t.Fatalf("%s: %+v", id, r)
		}
		r := s.Ask(t.Context(), id, m)
		if r.Kind != ops.RulingPending || r.Reference == "" {
			t.Fatalf("%s, asked: %+v", id, r)
		}
		again := s.Submit(t.Context(), id, m)
		if again.Kind != ops.RulingPending || again.Reference != r.Reference {
			t.Errorf("%s, handed over again: %+v, first %+v", id, again, r)
		}
		if n := len(s.world.Cases()); n != before+1 {
			t.Errorf("%s: %d cases of one submission", id, n-before)
		}
	}
}

// What an authority did not take, or never saw, is a failed attempt; a question without an answer decides nothing.
func TestTrouble(t *testing.T) {
	s := open(t)
	for i, id := range both {
		p := world.Providers[i]
		s.ok(s.world.SetSettings(p, world.Settings{Delay: time.Hour, Fail: 1}))
		m := person("苏禾", suHe)
		if r := s.Submit(t.Context(), id, m); r.Kind != ops.RulingFailed || r.Answer == "" || strings.Contains(r.Answer, suHe) {
			t.Errorf("%s, not taken: %+v", id, r)
		}
		r := s.Submit(t.Context(), id, m)
		if r.Kind != ops.RulingPending {
			t.Fatalf("%s: %+v", id, r)
		}
		m.Reference = r.Reference
		s.ok(s.world.SetSettings(p, world.Settings{Down: true}))
		if r := s.Ask(t.Context(), id, m); r.Kind != ops.RulingUnknown {
			t.Errorf("%s, down, asked: %+v", id, r)
		}
		if r := s.Submit(t.Context(), id, person("苏禾", suHe)); r.Kind == ops.RulingPending || r.Kind == ops.RulingPassed || r.Kind == ops.RulingDenied {
			t.Errorf("%s, down, handed over: %+v", id, r)
		}
		s.ok(s.world.SetSettings(p, world.Settings{}))
		m.Reference = r.Reference + "x"
		if r := s.eventually(id, m); r.Kind != ops.RulingAbsent {
			t.Errorf("%s, a reference that it does not know: %+v", id, r)
		}
	}
	if r := s.Submit(t.Context(), "three", person("苏禾", suHe)); r.Kind != ops.RulingFailed {
		t.Errorf("an authority that is not connected: %+v", r)
	}
}

// eventually asks until the authority, which was down, is tried again.
func (s *street) eventually(id string, m ops.Material) ops.Ruling {
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		r := s.Ask(s.Context(), id, m)
		if r.Kind != ops.RulingUnknown || time.Now().After(deadline) {
			return r
		}
	}
}

// What is told is a hint: where the record says otherwise, that is what is kept, and nothing is decided.
func TestContradictions(t *testing.T) {
	s := open(t)
	s.set(world.Settings{Delay: time.Second, Contradict: true})
	for _, id := range both {
		r := s.Submit(t.Context(), id, person("苏禾", suHe))
		s.pass(2 * time.Second)
		if told := s.told(); told.Kind != ops.RulingUnclear || told.Reference != r.Reference || told.Answer == "" || told.Code != nil {
			t.Errorf("%s: %+v", id, told)
		}
	}
}

// A verdict that can't be kept stays with the authority, and comes again.
func TestNothingIsAcknowledgedUnkept(t *testing.T) {
	s := open(t)
	for _, id := range both {
		r := s.Submit(t.Context(), id, person("苏禾", suHe))
		s.keep = fault.New(fault.Missing, "verification.not-found")
		s.pass(3 * time.Second)
		_, err := s.Poll(t.Context(), s.kept)
		if id == "one" && err == nil {
			t.Error("a message that was not kept was taken off the queue")
		}
		s.mu.Lock()
		s.keep = nil
		s.mu.Unlock()
		s.pass(20 * time.Second) // the callback's next try
		if told := s.told(); told.Reference != r.Reference || told.Kind != ops.RulingPassed {
			t.Errorf("%s: %+v", id, told)
		}
	}
}

// Names are verified at once, with the registrant's code where they are restricted.
func TestNames(t *testing.T) {
	s := open(t)
	for _, id := range both {
		who := s.Submit(t.Context(), id, person("苏禾", suHe))
		s.pass(3 * time.Second)
		s.told()
		name := func(n domain.Name, code string) ops.Ruling {
			m := person("", "")
			return s.Submit(t.Context(), id, ops.Material{OwnRef: m.OwnRef, Domain: n, RealNameCode: code})
		}
		if r := name("harbour.net", who.Reference); r.Kind != ops.RulingPassed || r.Code == nil || r.Code.Type != "domain" {
			t.Errorf("%s: %+v", id, r)
		}
		if r := name("capital.net", ""); r.Kind != ops.RulingDenied || r.Verdicts[0].Code != "verification.name-refused" || r.Answer == "" {
			t.Errorf("%s, a restricted name: %+v", id, r)
		}
		if r := name("capital.net", who.Reference); r.Kind != ops.RulingPassed {
			t.Errorf("%s, of a verified registrant: %+v", id, r)
		}
	}
}

// Nothing personal is in a transcript, and nothing secret.
func TestTranscripts(t *testing.T) {
	s := open(t)
	m := person("苏禾", suHe)
	s.Submit(t.Context(), "one", m)
	s.pass(3 * time.Second)
	told := s.told()
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.frames.String()
	for what, word := range map[string]string{"a name": "苏禾", "a number": suHe, "a picture": base64.StdEncoding.EncodeToString(m.Pictures[0].Content)[:40],
		"a password": "a-good-password", "authorization information": m.OwnRef, "a signed code": told.Code.Encoded[:60]} {
		if strings.Contains(text, word) {
			t.Errorf("%s is in the transcript", what)
		}
	}
	for _, word := range []string{"nv:create", "nv:panData", told.Reference, "********"} {
		if !strings.Contains(text, word) {
			t.Errorf("the transcript lacks %s", word)
		}
	}
	if fmt.Sprintf("%v %+v %#v %s", m, m, m, m) != strings.Repeat("[material "+m.OwnRef+"] ", 3)+"[material "+m.OwnRef+"]" {
		t.Errorf("material prints what is personal: %v", m)
	}
}

// A call that is not the authority's, is old, or was made before is refused and changes nothing.
func TestForgedCalls(t *testing.T) {
	s := open(t)
	r := s.Submit(t.Context(), "two", person("苏禾", suHe))
	body, err := json.Marshal(map[string]any{"taskNo": r.Reference, "bizNo": "x", "status": "PASSED"})
	s.ok(err)
	post := func(edit func(*http.Request)) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.calls.URL+"/callbacks/two", bytes.NewReader(body))
		s.ok(err)
		world.Sign(req, "", back, body, time.Now())
		edit(req)
		resp, err := http.DefaultClient.Do(req)
		s.ok(err)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	var nonce, stamp, sig string
	for name, c := range map[string]struct {
		edit func(*http.Request)
		want int
	}{
		"another secret": {func(r *http.Request) { world.Sign(r, "", "guessed", body, time.Now()) }, 401},
		"no signature":   {func(r *http.Request) { r.Header.Del("X-Signature") }, 401},
		"old":            {func(r *http.Request) { world.Sign(r, "", back, body, time.Now().Add(-6*time.Minute)) }, 401},
		"other body":     {func(r *http.Request) { world.Sign(r, "", back, []byte("{}"), time.Now()) }, 401},
	} {
		if got := post(c.edit); got != c.want {
			t.Errorf("%s: HTTP %d, want %d", name, got, c.want)
		}
	}
	good := post(func(r *http.Request) {
		nonce, stamp, sig = r.Header.Get("X-Nonce"), r.Header.Get("X-Timestamp"), r.Header.Get("X-Signature")
	})
	if good != http.StatusNoContent {
		t.Errorf("a good one: HTTP %d", good)
	}
	if got := s.taken(); len(got) != 1 || got[0].Kind != ops.RulingPending {
		t.Errorf("a call that says more than the record decides: %+v", got)
	}
	again := post(func(r *http.Request) {
		r.Header.Set("X-Nonce", nonce)
		r.Header.Set("X-Timestamp", stamp)
		r.Header.Set("X-Signature", sig)
	})
	if again != http.StatusUnauthorized || len(s.taken()) != 0 {
		t.Errorf("the same again: HTTP %d", again)
	}
}

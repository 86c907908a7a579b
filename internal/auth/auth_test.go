package auth

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

var cheap = HashParams{Memory: 64, Time: 1, Threads: 1, Parallel: 2}

// people is the accounts table and the sign-up operation.
type people struct {
	mu   sync.Mutex
	list []domain.Account
}

func (p *people) AccountByEmail(_ context.Context, email string) (domain.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.list {
		if a.Email == email {
			return a, nil
		}
	}
	return domain.Account{}, fault.New(fault.Missing, "account.not-found")
}

func (p *people) AccountByID(_ context.Context, id domain.AccountID) (domain.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.list {
		if a.ID == id {
			return a, nil
		}
	}
	return domain.Account{}, fault.New(fault.Missing, "account.not-found")
}

func (p *people) SignUp(_ context.Context, scope domain.Scope, in ops.SignUp) (domain.Account, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if scope.Operator || scope.Account != 0 {
		return domain.Account{}, fmt.Errorf("scope %+v", scope)
	}
	a := domain.Account{ID: domain.AccountID(len(p.list) + 1), Email: strings.ToLower(in.Email), Name: in.Name, Role: in.Role, PasswordHash: in.PasswordHash}
	p.list = append(p.list, a)
	return a, nil
}

type rig struct {
	auth   *Auth
	people *people
	wall   time.Time
	srv    http.Handler
}

func newRig(t *testing.T) *rig {
	t.Helper()
	g := &rig{people: &people{}, wall: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	a, err := New(Config{
		Accounts: g.people, Opener: g.people, Sessions: memstore.NewWithCleanupInterval(0),
		Wall: func() time.Time { return g.wall }, Hash: cheap,
		Limits: Limits{PerAccount: 3, PerAddress: 5, SignUps: 4, Window: 15 * time.Minute},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.auth = a
	mux := http.NewServeMux()
	do := func(f func(r *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := f(r); err != nil {
				w.WriteHeader(422)
				fmt.Fprint(w, err)
				return
			}
			fmt.Fprint(w, "done")
		}
	}
	mux.HandleFunc("POST /up", do(func(r *http.Request) error {
		_, err := a.SignUp(r, Opening{Email: r.FormValue("e"), Password: r.FormValue("p")})
		return err
	}))
	mux.HandleFunc("POST /in", do(func(r *http.Request) error {
		_, err := a.SignIn(r, r.FormValue("e"), r.FormValue("p"))
		return err
	}))
	mux.HandleFunc("POST /out", do(a.SignOut))
	mux.HandleFunc("POST /keep", do(func(r *http.Request) error { a.Keep(r, "k", "v"); return nil }))
	mux.HandleFunc("GET /take", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, a.Take(r, "k")) })
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		acc, scope, ok := a.Current(r)
		fmt.Fprintf(w, "%v %s %v %s", ok, acc.Email, scope.Operator, scope.Via)
	})
	g.srv = a.Middleware(mux)
	return g
}

// jar is a browser's cookies.
type jar map[string]*http.Cookie

func (g *rig) do(j jar, method, path, form string, change ...func(*http.Request)) (*http.Response, string) {
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range j {
		r.AddCookie(c)
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	g.srv.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(j, c.Name)
		} else {
			j[c.Name] = c
		}
	}
	return w.Result(), w.Body.String()
}

func TestSignUpInOut(t *testing.T) {
	g, j := newRig(t), jar{}
	if _, body := g.do(j, "POST", "/up", "e=Lin@example.com&p=correct horse"); body != "done" {
		t.Fatal(body)
	}
	if _, body := g.do(j, "GET", "/me", ""); body != "true lin@example.com false console" {
		t.Fatal(body)
	}
	c := j["openregistrar"]
	if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure {
		t.Fatalf("cookie %+v", c)
	}
	old := jar{"openregistrar": c}
	g.do(j, "POST", "/out", "")
	if _, body := g.do(old, "GET", "/me", ""); !strings.HasPrefix(body, "false") {
		t.Fatalf("the token still works after sign-out: %s", body)
	}
	if _, body := g.do(j, "POST", "/in", "e=lin@example.com&p=correct horse"); body != "done" {
		t.Fatal(body)
	}
	if _, body := g.do(j, "GET", "/me", ""); !strings.HasPrefix(body, "true") {
		t.Fatal(body)
	}
	if _, body := g.do(jar{}, "POST", "/up", "e=a@example.com&p=short"); !strings.HasPrefix(body, string(CodePassword)) {
		t.Fatal(body)
	}
}

func TestSecureCookieOverHTTPS(t *testing.T) {
	g, j := newRig(t), jar{}
	g.do(j, "POST", "/up", "e=lin@example.com&p=correct horse", func(r *http.Request) { r.TLS = &tls.ConnectionState{} })
	c := j["__Host-openregistrar"]
	if c == nil || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Fatalf("cookie %+v", c)
	}
}

func TestSessionFixation(t *testing.T) {
	g, j := newRig(t), jar{}
	g.do(jar{}, "POST", "/up", "e=lin@example.com&p=correct horse")
	g.do(j, "POST", "/keep", "")
	planted := *j["openregistrar"]
	g.do(j, "POST", "/in", "e=lin@example.com&p=correct horse")
	if j["openregistrar"].Value == planted.Value {
		t.Fatal("sign-in kept the token that was there before it")
	}
	if _, body := g.do(jar{"openregistrar": &planted}, "GET", "/me", ""); !strings.HasPrefix(body, "false") {
		t.Fatalf("the planted token is signed in: %s", body)
	}
	if _, body := g.do(j, "GET", "/take", ""); body != "v" {
		t.Fatalf("what was kept before sign-in is gone: %q", body)
	}
	if _, body := g.do(j, "GET", "/take", ""); body != "" {
		t.Fatalf("taken twice: %q", body)
	}
}

func TestNewPasswordEndsSessions(t *testing.T) {
	g, j := newRig(t), jar{}
	g.do(j, "POST", "/up", "e=lin@example.com&p=correct horse")
	g.people.list[0].PasswordHash, _ = g.auth.hasher.Hash(context.Background(), "another one")
	if _, body := g.do(j, "GET", "/me", ""); !strings.HasPrefix(body, "false") {
		t.Fatal(body)
	}
}

func TestCrossOriginRefused(t *testing.T) {
	g, j := newRig(t), jar{}
	g.do(j, "POST", "/up", "e=lin@example.com&p=correct horse")
	for name, set := range map[string]func(*http.Request){
		"fetch metadata": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same site":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"origin":         func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
	} {
		res, _ := g.do(j, "POST", "/out", "", set)
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
	}
	if _, body := g.do(j, "GET", "/me", ""); !strings.HasPrefix(body, "true") {
		t.Fatal("a refused request signed out")
	}
}

func TestGuessingIsLimited(t *testing.T) {
	g := newRig(t)
	g.do(jar{}, "POST", "/up", "e=lin@example.com&p=correct horse")
	from := func(ip string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = ip + ":4711" }
	}
	for i := range 3 {
		_, body := g.do(jar{}, "POST", "/in", "e=lin@example.com&p=wrong", from("192.0.2.1"))
		if want := fmt.Sprintf("left=%d", 2-i); !strings.HasPrefix(body, string(CodeRefused)) || !strings.Contains(body, want) {
			t.Fatalf("attempt %d: %s", i, body)
		}
	}
	// The account waits, from anywhere, even with the right password.
	if _, body := g.do(jar{}, "POST", "/in", "e=lin@example.com&p=correct horse", from("192.0.2.2")); body != string(CodeLimited)+" minutes=15" {
		t.Fatal(body)
	}
	g.wall = g.wall.Add(15*time.Minute + time.Second)
	if _, body := g.do(jar{}, "POST", "/in", "e=LIN@example.com&p=correct horse", from("192.0.2.1")); body != "done" {
		t.Fatal(body)
	}
	// Right answers do not count against the address; wrong ones do, over many accounts.
	for range 8 {
		if _, body := g.do(jar{}, "POST", "/in", "e=lin@example.com&p=correct horse", from("192.0.2.3")); body != "done" {
			t.Fatal(body)
		}
	}
	for i := range 5 {
		g.do(jar{}, "POST", "/in", fmt.Sprintf("e=u%d@example.com&p=wrong", i), from("192.0.2.3"))
	}
	if _, body := g.do(jar{}, "POST", "/in", "e=lin@example.com&p=correct horse", from("192.0.2.3")); !strings.HasPrefix(body, string(CodeLimited)) {
		t.Fatal(body)
	}
	for range 4 {
		g.do(jar{}, "POST", "/up", "e=x@example.com&p=long enough", from("192.0.2.4"))
	}
	if _, body := g.do(jar{}, "POST", "/up", "e=x@example.com&p=long enough", from("192.0.2.4")); !strings.HasPrefix(body, string(CodeLimited)) {
		t.Fatal(body)
	}
}

func TestUnknownAndKnownAnswerAlike(t *testing.T) {
	g := newRig(t)
	g.do(jar{}, "POST", "/up", "e=lin@example.com&p=correct horse")
	_, known := g.do(jar{}, "POST", "/in", "e=lin@example.com&p=wrong")
	_, unknown := g.do(jar{}, "POST", "/in", "e=who@example.com&p=wrong")
	if known != unknown {
		t.Fatalf("%q tells accounts apart from %q", known, unknown)
	}
	// The decoy's password opens nothing.
	if _, body := g.do(jar{}, "POST", "/in", "e=who2@example.com&p=nobody has this password"); !strings.HasPrefix(body, string(CodeRefused)) {
		t.Fatal(body)
	}
}

func TestLimiterStaysSmall(t *testing.T) {
	now := time.Unix(0, 0)
	l := newLimiter(Limits{Window: time.Minute}, func() time.Time { return now })
	for i := range most + 10 {
		l.take(fmt.Sprint(i), 5)
	}
	if len(l.counts) > most {
		t.Fatalf("%d counts", len(l.counts))
	}
	now = now.Add(2 * time.Minute)
	l.take("late", 5)
	if len(l.counts) != 1 {
		t.Fatalf("%d counts after they lapsed", len(l.counts))
	}
}

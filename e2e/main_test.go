// Package e2e tests the built program from outside: processes, sockets, browsers, outside SDKs.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var binary string // built once, stripped and trimmed as it is released

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "openregistrar-e2e-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "openregistrar")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "github.com/openregistrar/openregistrar/cmd/openregistrar")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// behaviour prints a line that the summary of `make test` collects.
func behaviour(t *testing.T, format string, args ...any) {
	t.Helper()
	if t.Failed() {
		return
	}
	fmt.Printf("BEHAVIOUR %s: %s\n", t.Name(), fmt.Sprintf(format, args...))
}

// process is a child that dies with this test binary.
type process struct {
	cmd  *exec.Cmd
	out  *lockedBuffer
	done chan struct{}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(binary, args...), out: &lockedBuffer{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// Pdeathsig follows the thread that forked: that thread must live as long as the child should.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
		close(p.done)
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop() })
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.kill()
	}
}

func (p *process) dead() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// eventually polls until the condition holds.
func eventually(t testing.TB, within time.Duration, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); ; {
		if cond() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s still not: %s", within, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

type signIn struct {
	Role      string `json:"role"`
	Email     string `json:"email"`
	Password  string `json:"password"`
	SecretID  string `json:"secret_id"`
	SecretKey string `json:"secret_key"`
}

type endpoints struct {
	Console  string   `json:"console"`
	HTTPS    string   `json:"https"`
	API      string   `json:"api"`
	RDAP     string   `json:"rdap"`
	WHOIS    string   `json:"whois"`
	CAFile   string   `json:"ca_file"`
	World    string   `json:"world"`
	Mailbox  string   `json:"mailbox"`
	DNS      string   `json:"dns"`
	Accounts []signIn `json:"accounts"`
}

func (e endpoints) owner() signIn { return e.as("owner") }

func (e endpoints) as(role string) signIn {
	for _, a := range e.Accounts {
		if a.Role == role {
			return a
		}
	}
	return signIn{}
}

// up starts the program and waits for the file that it writes when it is ready. What it has in its books must agree when
// the test ends, whatever became of it meanwhile.
func up(t testing.TB, file string, into any, env []string, args ...string) *process {
	t.Helper()
	p := tryUp(t, file, into, env, args...)
	if p.dead() {
		t.Fatalf("%v ended:\n%s", args, p.out)
	}
	if args[0] == "demo" || args[0] == "serve" {
		t.Cleanup(func() { reconcile(t, append([]string{"--data", filepath.Dir(file)}, flagsAgain(args)...)) })
	}
	return p
}

// tryUp is up for a program that may be killed on its way.
func tryUp(t testing.TB, file string, into any, env []string, args ...string) *process {
	t.Helper()
	_ = os.Remove(file)
	p := start(t, env, args...)
	eventually(t, 60*time.Second, file+" is written", func() bool {
		raw, err := os.ReadFile(file)
		return p.dead() || err == nil && json.Unmarshal(raw, into) == nil
	})
	return p
}

func startDemo(t testing.TB, env []string, extra ...string) (endpoints, *process) {
	t.Helper()
	data := t.TempDir()
	var e endpoints
	p := up(t, filepath.Join(data, "endpoints.json"), &e, env, append([]string{"demo", "--data", data, "--port-base", ":0"}, extra...)...)
	return e, p
}

// client speaks the plain JSON form of the API.
type client struct {
	t    testing.TB
	base string
	key  signIn
}

type problem struct {
	Status int               `json:"-"`
	Code   string            `json:"code"`
	Title  string            `json:"title"`
	Detail string            `json:"detail"`
	Facts  map[string]string `json:"facts"`
	Error  string            `json:"error"` // what the world says instead
}

// try calls an action or path; a problem is returned, a transport failure too (as err).
func (c client) try(method, path string, in, out any) (*problem, error) {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.key.SecretID != "" {
		req.Header.Set("Authorization", "Bearer "+c.key.SecretID+":"+c.key.SecretKey)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		p := &problem{Status: resp.StatusCode}
		if err := json.Unmarshal(raw, p); err != nil {
			p.Detail = string(raw)
		}
		return p, nil
	}
	if out == nil {
		return nil, nil
	}
	return nil, json.Unmarshal(raw, out)
}

func (c client) call(method, path string, in, out any) {
	c.t.Helper()
	p, err := c.try(method, path, in, out)
	for err == nil && p != nil && p.Status == http.StatusTooManyRequests { // the tests poll faster than owners do
		time.Sleep(60 * time.Millisecond)
		p, err = c.try(method, path, in, out)
	}
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if p != nil {
		c.t.Fatalf("%s %s: %d %s %s %v", method, path, p.Status, p.Code, p.Detail, p.Facts)
	}
}

func (c client) action(name string, in, out any) {
	c.t.Helper()
	c.call(http.MethodPost, "/api/v1/"+name, in, out)
}

// worldCall speaks to the world's control port.
func worldCall(t testing.TB, base, method, path string, in, out any) {
	t.Helper()
	client{t: t, base: base}.call(method, path, in, out)
}

type worldName struct {
	Name string `json:"name"`
	ClID string `json:"clid"`
}

// namesOf pages through all names that a registrar holds at a registry.
func namesOf(t testing.TB, control, registry, clid string) []string {
	t.Helper()
	var all []string
	for after := ""; ; {
		var page struct {
			Names []worldName `json:"names"`
		}
		worldCall(t, control, http.MethodGet, fmt.Sprintf("/api/registries/%s/names?clid=%s&limit=500&after=%s", registry, clid, after), nil, &page)
		for _, n := range page.Names {
			all = append(all, n.Name)
			after = n.Name
		}
		if len(page.Names) < 500 {
			return all
		}
	}
}

func settle(t testing.TB, control string) {
	t.Helper()
	worldCall(t, control, http.MethodPost, "/api/settle", map[string]int{"timeout_ms": 50_000}, nil)
}

// approvedTemplate gives the identifier of a template that can be used.
func approvedTemplate(t testing.TB, c client) string {
	t.Helper()
	id := ""
	eventually(t, 90*time.Second, "a template is approved", func() bool { // its picture is read first
		var list struct {
			TemplateSet []struct{ TemplateId, AuditStatus string } //nolint:revive // the product's spelling
		}
		p, err := c.try(http.MethodPost, "/api/v1/DescribeTemplateList", map[string]any{}, &list)
		if err != nil || p != nil {
			return false
		}
		for _, tm := range list.TemplateSet {
			if tm.AuditStatus == "Approved" {
				id = tm.TemplateId
			}
		}
		return id != ""
	})
	return id
}

func engines(t *testing.T, run func(t *testing.T, flags func(t *testing.T) []string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); run(t, func(*testing.T) []string { return nil }) })
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, func(t *testing.T) []string { return []string{"--postgres", postgres(t)} })
	})
}

func has(list []string, s string) bool {
	for _, v := range list {
		if strings.EqualFold(v, s) {
			return true
		}
	}
	return false
}

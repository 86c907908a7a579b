package e2e

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world/registry"
	"github.com/openregistrar/openregistrar/internal/world/standalone"
)

// block is a piece of code of a documentation page.
type block struct{ language, text string }

func page(t *testing.T, name string) (string, []block) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	for _, m := range regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
		out = append(out, block{m[1], m[2]})
	}
	return string(raw), out
}

// twoPorts finds a port that is free together with the next one.
func twoPorts(t *testing.T) int {
	t.Helper()
	for range 50 {
		a, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		n := a.Addr().(*net.TCPAddr).Port
		b, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(n+1))
		a.Close()
		if err == nil {
			b.Close()
			return n
		}
	}
	t.Fatal("no two ports in a row")
	return 0
}

// TestRegistryPage does what docs/registry-simulator.md says, word for word,
// on other ports. The Chinese page has the same code.
func TestRegistryPage(t *testing.T) {
	text, blocks := page(t, "registry-simulator.md")
	zh, same := page(t, "registry-simulator.zh-CN.md")
	if len(blocks) != 6 || len(same) != len(blocks) {
		t.Fatalf("%d and %d pieces of code, want 6", len(blocks), len(same))
	}
	for i := range blocks {
		if blocks[i] != same[i] {
			t.Errorf("piece %d differs between the languages", i+1)
		}
	}
	documented(t, text)
	documented(t, zh)

	dir, bin, base := t.TempDir(), t.TempDir(), twoPorts(t)
	if err := os.Symlink(binary, filepath.Join(bin, "openregistrar")); err != nil {
		t.Fatal(err)
	}
	here := strings.NewReplacer("127.0.0.1:7700", "127.0.0.1:"+strconv.Itoa(base), "127.0.0.1:7780", "127.0.0.1:"+strconv.Itoa(base+1))
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "OPENREGISTRAR_PORT_BASE="+strconv.Itoa(base))
		c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		return c
	}
	must := func(name string, args ...string) string {
		t.Helper()
		runtime.LockOSThread() // Pdeathsig follows the thread
		defer runtime.UnlockOSThread()
		out, err := command(name, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	simulator := &process{cmd: command("bash", "-c", "exec "+blocks[0].text), out: &lockedBuffer{}, done: make(chan struct{})}
	simulator.cmd.Stdout, simulator.cmd.Stderr = simulator.out, simulator.out
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := simulator.cmd.Start()
		started <- err
		if err == nil {
			_ = simulator.cmd.Wait()
		}
		close(simulator.done)
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulator.stop)
	eventually(t, 20*time.Second, "the simulator is up: "+simulator.out.String(), func() bool {
		return strings.Contains(simulator.out.String(), "Ctrl-C")
	})
	for _, part := range []string{"127.0.0.1:" + strconv.Itoa(base), "data/registry/tls/ca.pem", "registrar-a", "registrar-b", "/api/registry"} {
		if !strings.Contains(simulator.out.String(), part) {
			t.Errorf("the start does not print %q:\n%s", part, simulator.out.String())
		}
	}

	greeting := make(chan string, 1)
	if _, err := exec.LookPath("openssl"); err == nil {
		look := command("bash", "-c", here.Replace(blocks[1].text))
		go func() {
			runtime.LockOSThread()
			out, _ := look.CombinedOutput() // the server ends it after ten seconds
			greeting <- string(out)
		}()
	} else {
		greeting <- "<greeting>"
		t.Log("not performed: openssl is not installed")
	}
	if exec.Command("perl", "-MNet::EPP::Simple", "-e1").Run() == nil {
		if err := os.WriteFile(filepath.Join(dir, "first.pl"), []byte(here.Replace(blocks[2].text)), 0o600); err != nil {
			t.Fatal(err)
		}
		out := must("perl", "first.pl")
		if !strings.Contains(out, "first.test is free: 1\n") || !regexp.MustCompile(`first\.test: sponsor registrar-a, until 20\d\d-`).MatchString(out) {
			t.Errorf("perl: %s", out)
		}
	} else {
		t.Log("not performed: perl module Net::EPP::Simple is not installed")
		create(t, dir, "first.test", 0)
	}
	// The program imports this module, so it is run from inside it.
	main := filepath.Join(dir, "main.go")
	if err := os.WriteFile(main, []byte(here.Replace(blocks[3].text)), 0o600); err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(bin, "client")
	build := exec.Command("go", "build", "-o", built, main)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out := must(built); out != "first.test is sponsored by registrar-a\n" {
		t.Errorf("go: %s", out)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("not performed: curl is not installed")
	}
	if out := must("bash", "-c", here.Replace(blocks[4].text)); !strings.Contains(out, `"kind":"cut-after-commit"`) {
		t.Errorf("fault: %s", out)
	}
	if err := create(t, dir, "second.test", 0); !epp.OutcomeUnknown(err) {
		t.Errorf("the create was answered: %v", err)
	}
	if err := create(t, dir, "second.test", 1); err == nil || !strings.Contains(err.Error(), "2302") {
		t.Errorf("the create was not carried out: %v", err)
	}
	out := must("bash", "-c", here.Replace(blocks[5].text))
	var name struct {
		ExDate time.Time `json:"ex_date"`
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &name); err != nil || name.ExDate.Before(time.Now().AddDate(1, 11, 0)) {
		t.Errorf("clock: %v\n%s", err, out)
	}
	if msg := poll(t, dir); !strings.Contains(msg, "first.test") {
		t.Errorf("poll: %q", msg)
	}
	if got := <-greeting; !strings.Contains(got, "<greeting") {
		t.Errorf("openssl: %s", got)
	}
	behaviour(t, "a stranger's client talks to the registry simulator as its page says")
}

// documented wants every kind of fault and every setting on the page.
func documented(t *testing.T, text string) {
	t.Helper()
	for _, k := range registry.FaultKinds() {
		if !strings.Contains(text, "| `"+k+"` |") {
			t.Errorf("the page does not explain the fault %s", k)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^#?([a-z_]+) = |^#?\[+([a-z]+)`).FindAllStringSubmatch(standalone.Example, -1) {
		key := m[1] + m[2]
		if key != "nic" && key != "gambling" && !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, "["+key+"]") {
			t.Errorf("the page does not know the setting %s", key)
		}
	}
}

// login opens a session by what registry.json says.
func login(t *testing.T, dir string, n int) *epp.Client {
	t.Helper()
	var sim standalone.Info
	raw, err := os.ReadFile(filepath.Join(dir, "data", "registry", "registry.json"))
	if err == nil {
		err = json.Unmarshal(raw, &sim)
	}
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(sim.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	me := sim.Registrars[n]
	pair, err := tls.LoadX509KeyPair(me.CertFile, me.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := epp.Dial(ctx, epp.ClientConfig{Addr: sim.EPP, ClID: me.ClID, Password: me.Password, TLS: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func create(t *testing.T, dir, name string, n int) error {
	t.Helper()
	c := login(t, dir, n)
	id := fmt.Sprintf("HELD-%d", time.Now().UnixNano()%1e9)
	for _, a := range []epp.Action{
		&epp.ContactCreate{ID: id, Email: "holder@example.net", Postal: []epp.PostalInfo{{Type: "int", Name: "Jo Holder", Addr: epp.PostalAddr{City: "Springfield", CC: "US"}}}},
		&epp.DomainCreate{Name: name, Registrant: id},
	} {
		resp, err := c.Do(t.Context(), &epp.Command{Action: a})
		if err == nil {
			err = resp.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// poll returns the first message of registrar-a.
func poll(t *testing.T, dir string) string {
	t.Helper()
	resp, err := login(t, dir, 0).Do(t.Context(), &epp.Command{Action: &epp.Poll{Op: epp.PollRequest}})
	if err != nil || resp.MsgQ == nil {
		t.Fatalf("poll: %v %+v", err, resp)
	}
	return resp.MsgQ.Msg
}

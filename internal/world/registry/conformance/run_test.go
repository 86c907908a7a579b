package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
)

// procedure is how a case is performed.
type procedure struct {
	perform func(*run)
	// skips says why the case does not apply to a registry, by the rules of
	// its description; nil: it always does.
	skips func(*station) string
	// notApplicable are listed identifiers that cannot arise here, with why.
	notApplicable map[string]string
	// points are parts of the description that cannot be performed here.
	points []string
}

// invalidExtension cannot arise: no input parameter brings extension elements.
const noExtensionInput = "no input parameter gives extension elements: these registries need none to log in or create"

// verdicts of cases, for the table.
var verdicts = struct {
	sync.Mutex
	rows map[string][2]string
}{rows: map[string][2]string{}}

// perform runs a case against every registry that it applies to.
func perform(t *testing.T, id string) {
	needFiles(t)
	c, p := rst.cases[id], procedures[id]
	used := map[string]int{}
	var on []string
	off := map[string][]string{} // by reason
	whole := true
	for _, pl := range plans() {
		if why := skipped(p, pl, id); why != "" {
			off[why] = append(off[why], pl.name)
			continue
		}
		ran := false
		t.Run(pl.name, func(t *testing.T) {
			ran = true
			r := &run{T: t, id: id, st: pl.station(t), listed: c.Errors, used: used, frames: &frames{}}
			t.Cleanup(r.validate) // when all sessions are closed
			p.perform(r)
		})
		whole = whole && ran
		on = append(on, pl.name)
	}
	if len(on) == 0 {
		t.Errorf("no registry performs it: %v", off)
	}
	if whole && !t.Failed() {
		for _, e := range c.Errors {
			_, na := p.notApplicable[e]
			if used[e] == 0 && !na {
				t.Errorf("%s is listed, and neither looked for nor declared not applicable", e)
			}
			if used[e] > 0 && na {
				t.Errorf("%s is declared not applicable, and looked for", e)
			}
		}
	}
	checks := 0
	for _, n := range used {
		checks += n
	}
	verdict := "pass"
	if t.Failed() {
		verdict = "FAIL"
	}
	text := fmt.Sprintf("%s: %d checks on %d of %d registries", strings.TrimSuffix(strings.TrimSuffix(c.Summary, " (if applicable for the registry type)"), " (if applicable)"), checks, len(on), len(plans()))
	for _, why := range slices.Sorted(maps.Keys(off)) {
		text += "; n/a on " + strings.Join(off[why], ", ") + ": " + why
	}
	for _, point := range p.points {
		text += "\n       n/a: " + point
	}
	for _, e := range slices.Sorted(maps.Keys(p.notApplicable)) {
		if e != "EPP_INVALID_EXTENSION" {
			text += "\n       n/a: " + e + ": " + p.notApplicable[e]
		}
	}
	verdicts.Lock()
	defer verdicts.Unlock()
	verdicts.rows[id] = [2]string{verdict, text}
}

func skipped(p procedure, pl *plan, id string) string {
	if why := pl.skips[id]; why != "" {
		return why
	}
	if p.skips == nil {
		return ""
	}
	return p.skips(&station{plan: pl})
}

// frames are what servers sent in a case.
type frames struct {
	sync.Mutex
	seen map[string]bool
	docs [][]byte
}

func (f *frames) keep(frame []byte) {
	f.Lock()
	defer f.Unlock()
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if !f.seen[string(frame)] {
		f.seen[string(frame)] = true
		f.docs = append(f.docs, bytes.Clone(frame))
	}
}

// validate holds all that was received against the schemas.
func (r *run) validate() {
	r.frames.Lock()
	defer r.frames.Unlock()
	wrong, absent, err := schematest.Gate{}.Validate(r.frames.docs...)
	switch {
	case err != nil:
		r.Error(err)
	case absent != "":
		r.Logf("not performed: schema validation: %s", absent)
	}
	for i := range r.frames.docs {
		ok := i >= len(wrong) || len(wrong[i]) == 0
		r.common("EPP_SCHEMA_VALIDATION_ERROR", ok, "%v\n%s", at(wrong, i), r.frames.docs[i])
	}
}

func at(l [][]string, i int) []string {
	if i < len(l) {
		return l[i]
	}
	return nil
}

// TestMain prints the table after the tests.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, p := range plans() {
		p.stop()
	}
	if rst == nil {
		fmt.Println("not performed: ../shared/rst/epp is not here")
	}
	if len(verdicts.rows) > 0 {
		fmt.Println("\nICANN registry system tests, EPP:")
		printTable()
	}
	os.Exit(code)
}

// printTable prints a row per case; those that the file has out of force come apart.
func printTable() {
	for _, commented := range []bool{false, true} {
		for _, id := range slices.Sorted(maps.Keys(verdicts.rows)) {
			row := verdicts.rows[id]
			if rst.cases[id].Commented != commented {
				continue
			}
			if commented {
				row[1] = "(commented out in cases.yaml) " + row[1]
			}
			fmt.Printf("%s %s %s\n", id, row[0], row[1])
		}
	}
	fmt.Printf("registries: ")
	for i, p := range plans() {
		fmt.Print(map[bool]string{true: "", false: ", "}[i == 0], p.name)
	}
	fmt.Printf("\nall cases: EPP_INVALID_EXTENSION n/a: %s\n", noExtensionInput)
}

// run is one case against one registry.
type run struct {
	*testing.T
	id     string
	st     *station
	listed []string
	used   map[string]int
	frames *frames
}

// check looks for one error of the case; ok says that it is not there.
func (r *run) check(code string, ok bool, format string, args ...any) {
	r.Helper()
	if !slices.Contains(r.listed, code) {
		r.Errorf("%s is not listed for %s in cases.yaml", code, r.id)
	}
	r.used[code]++
	if !ok {
		r.Errorf("%s: %s", code, fmt.Sprintf(format, args...))
	}
}

// common is check for errors that most cases list.
func (r *run) common(code string, ok bool, format string, args ...any) {
	r.Helper()
	if slices.Contains(r.listed, code) {
		r.check(code, ok, format, args...)
	} else if !ok {
		r.Errorf("%s", fmt.Sprintf(format, args...))
	}
}

// must ends the case where nothing sensible can follow.
func (r *run) must(code string, ok bool, format string, args ...any) {
	r.Helper()
	r.check(code, ok, format, args...)
	if !ok {
		r.FailNow()
	}
}

// session is a client's session in a case.
type session struct {
	*run
	c    *epp.Client
	clid string
}

// addresses resolves the registry's name, as clients do.
func (r *run) addresses() []string {
	r.Helper()
	addrs, err := r.st.resolver().LookupHost(r.Context(), r.st.host())
	r.common("EPP_DNS_RESOLUTION_ERROR", err == nil && len(addrs) > 0, "%s: %v %v", r.st.host(), addrs, err)
	return addrs
}

// reachable connects to every service port and returns those that answer.
func (r *run) reachable() []string {
	r.Helper()
	var out []string
	for _, a := range r.addresses() {
		port := net.JoinHostPort(a, r.st.port)
		conn, err := net.DialTimeout("tcp", port, 10*time.Second)
		r.common("EPP_SERVICE_PORT_UNREACHABLE", err == nil, "%s: %v", port, err)
		if err == nil {
			conn.Close()
			out = append(out, port)
		}
	}
	r.common("EPP_NO_SERVICE_PORTS_REACHABLE", len(out) > 0, "none of %s", r.st.host())
	if len(out) == 0 {
		r.FailNow()
	}
	return out
}

// login opens a session of registrar 1 or 2 on the first service port.
func (r *run) login(n int) *session {
	r.Helper()
	return r.loginAt(n, r.reachable()[0])
}

func (r *run) loginAt(n int, addr string) *session {
	r.Helper()
	acc := r.st.account(n)
	s, err := r.dial(acc.clid, acc.password, acc.cert, addr)
	var te *epp.TransportError
	dialled := !errors.As(err, &te) || te.Op != "dial"
	r.common("EPP_TLS_CONNECTION_ERROR", dialled, "%s: %v", addr, err)
	r.common("EPP_XML_PARSE_ERROR", !dialled || te == nil, "%s: %v", addr, err)
	r.common("EPP_LOGIN_ERROR", err == nil, "%s: %v", acc.clid, err)
	if err != nil {
		r.FailNow()
	}
	return s
}

// dial opens a session; every frame that the server sends is validated in the end.
func (r *run) dial(clid, password, cert, addr string) (*session, error) {
	r.Helper()
	c, err := epp.Dial(r.Context(), epp.ClientConfig{Addr: addr, TLS: r.st.clientTLS(cert), ClID: clid, Password: password,
		Extensions: extensions, Timeouts: epp.Timeouts{Command: 30 * time.Second},
		UserAgent: &epp.UserAgent{App: "conformance 1.0", Tech: "Go", OS: "any"}, // RFC 8807 is used where it is offered
		Transcript: func(dir epp.Direction, frame []byte) {
			if dir == epp.Received {
				r.frames.keep(frame)
			}
		}})
	if err != nil {
		return nil, err
	}
	r.Cleanup(func() { c.Close() })
	return &session{run: r, c: c, clid: clid}, nil
}

// do sends a command and returns the answer, of whatever code.
func (s *session) do(a epp.Action, exts ...epp.Value) *epp.Response {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	resp, err := s.c.Do(ctx, &epp.Command{Action: a, Extensions: exts})
	s.common("EPP_XML_PARSE_ERROR", err == nil, "%T: %v", a, err)
	if err != nil {
		s.FailNow()
	}
	s.common("EPP_GENERIC_COMMAND_ERROR", resp.Code() != epp.CodeCommandFailed, "%T was answered 2400", a)
	return resp
}

// raw sends what the library refuses to make.
func (s *session) raw(verb epp.Verb, op, xml string, exts ...epp.Value) *epp.Response {
	s.Helper()
	el, err := epp.ParseElement([]byte(xml))
	if err != nil {
		s.Fatalf("%v in %s", err, xml)
	}
	return s.do(&epp.RawAction{CommandVerb: verb, Op: op, Body: el}, exts...)
}

// accepted wants a success; refused the opposite.
func (s *session) accepted(code string, resp *epp.Response, what string) bool {
	s.Helper()
	s.check(code, resp.IsSuccess(), "%s was refused: %v", what, resp.Err())
	return resp.IsSuccess()
}

func (s *session) refused(code string, resp *epp.Response, what string) {
	s.Helper()
	s.check(code, !resp.IsSuccess(), "%s was accepted with %d", what, resp.Code())
}

// setup is a step that the case takes for granted.
func (s *session) setup(a epp.Action, exts ...epp.Value) *epp.Response {
	s.Helper()
	resp := s.do(a, exts...)
	if !resp.IsSuccess() {
		s.common("EPP_UNEXPECTED_COMMAND_FAILURE", false, "%T: %v", a, resp.Err())
		s.FailNow()
	}
	s.common("EPP_UNEXPECTED_COMMAND_FAILURE", true, "")
	return resp
}

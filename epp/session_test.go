package epp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// desk is a small registry: domains in a map, passwords fixed, certificates
// bound to client ids.
type desk struct {
	mu      sync.Mutex
	domains map[string]string // name -> sponsor
	ended   atomic.Int32
	handled atomic.Int32
	// script, when set, may answer instead.
	script func(cmd *Command) *Response
}

type deskSession struct {
	clID string
	conn *Conn
}

func (d *desk) Login(_ context.Context, conn *Conn, l *Login, _ *Command) (Session, *Response) {
	if l.Password != "s3cret-pw" {
		return nil, nil
	}
	if c := conn.PeerCertificate(); c != nil && c.Subject.CommonName != l.ClID {
		return nil, Fail(CodeAuthentication, "Certificate of another client")
	}
	return &deskSession{l.ClID, conn}, nil
}

func (d *desk) EndSession(Session) { d.ended.Add(1) }

func (d *desk) Handle(_ context.Context, s Session, cmd *Command) *Response {
	d.handled.Add(1)
	me := s.(*deskSession).clID
	if d.script != nil {
		if r := d.script(cmd); r != nil {
			return r
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := at("2026-11-23T08:00:00Z")
	switch a := cmd.Action.(type) {
	case *DomainCheck:
		data := &DomainCheckData{}
		for _, n := range a.Names {
			_, taken := d.domains[n]
			data.Items = append(data.Items, CheckItem{ID: n, Avail: !taken})
		}
		return NewResponse(CodeOK, data)
	case *DomainCreate:
		if _, taken := d.domains[a.Name]; taken {
			return Fail(CodeObjectExists, "")
		}
		d.domains[a.Name] = me
		return NewResponse(CodeOK, &DomainCreateData{a.Name, now, now.AddDate(1, 0, 0)})
	case *DomainInfo:
		owner, ok := d.domains[a.Name]
		if !ok {
			return Fail(CodeObjectDoesNotExist, "")
		}
		r := NewResponse(CodeOK, &DomainInfoData{Name: a.Name, ROID: "D1-REP", Statuses: Statuses(StatusOK), ClID: owner, CrID: owner, CrDate: now})
		r.Extensions = []Value{&RGPInfoData{Statuses(RGPAddPeriod)}}
		return r
	case *Poll:
		return NewResponse(CodeNoMessages)
	}
	return nil
}

// testServer starts a server on a loopback port. Its frames go to the schema
// gate unless wire misbehaves.
func testServer(t testing.TB, srv *Server) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv.Greeting.ServerID = "Test registry"
	if srv.Transcript == nil && srv.Wire == nil {
		srv.Transcript = func(_ *Conn, dir Direction, f []byte) {
			// What tests write by hand is laid out; what the codec writes is not.
			if dir == Sent || bytes.Contains(f, []byte(`"><command>`)) {
				collect(t, f)
			}
		}
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	t.Cleanup(func() {
		srv.Close()
		if err := <-done; err != ErrServerClosed {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String()
}

func newDesk() *desk { return &desk{domains: map[string]string{"taken.com": "rival"}} }

func dialTest(t testing.TB, cfg ClientConfig) (*Client, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if cfg.ClID == "" {
		cfg.ClID = "opr"
	}
	if cfg.Password == "" {
		cfg.Password = "s3cret-pw"
	}
	if cfg.Transcript == nil {
		cfg.Transcript = func(_ Direction, f []byte) { collect(t, f) }
	}
	c, err := Dial(ctx, cfg)
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func mustDial(t testing.TB, cfg ClientConfig) *Client {
	t.Helper()
	c, err := dialTest(t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSessionOverTLS(t *testing.T) {
	p := newPKI(t)
	d := newDesk()
	addr := testServer(t, &Server{Handler: d, TLS: p.serverTLS(tls.RequireAndVerifyClientCert), Extensions: allExt})
	ctx := t.Context()

	if _, err := dialTest(t, ClientConfig{Addr: addr, TLS: p.clientTLS("")}); err == nil {
		t.Error("no certificate: admitted")
	} else if OutcomeUnknown(err) && !errors.As(err, new(*TransportError)) {
		t.Errorf("no certificate: %v", err)
	}
	var re *ResultError
	if _, err := dialTest(t, ClientConfig{Addr: addr, TLS: p.clientTLS("rival")}); !errors.As(err, &re) || re.Code != CodeAuthentication {
		t.Errorf("another's certificate: %v", err)
	}
	if _, err := dialTest(t, ClientConfig{Addr: addr, TLS: p.clientTLS("opr"), Password: "wrong-pw"}); !errors.As(err, &re) || re.Code != CodeAuthentication || strings.Contains(err.Error(), "wrong-pw") {
		t.Errorf("wrong password: %v", err)
	}
	var seen bytes.Buffer
	var mu sync.Mutex
	c := mustDial(t, ClientConfig{Addr: addr, TLS: p.clientTLS("opr"), Extensions: []Extension{RGP}, Transcript: func(dir Direction, f []byte) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&seen, "%c%s\n", dir, Mask(f))
	}})
	if !c.HasService(NSRGP) || !c.HasService(NSDomain) || c.HasService(NSFee) {
		t.Error("services are not the greeting's and ours")
	}
	if c.Greeting().ServerID != "Test registry" || time.Since(c.Greeting().Date) > time.Minute {
		t.Errorf("greeting %+v", c.Greeting())
	}
	r, err := c.Do(ctx, &Command{Action: &DomainCheck{Names: []string{"free.com", "taken.com"}}, ClTRID: "MINE-1"})
	if err != nil {
		t.Fatal(err)
	}
	chk, ok := Find[*DomainCheckData](r.ResData)
	if !ok || !chk.Items[0].Avail || chk.Items[1].Avail || r.ClTRID != "MINE-1" || len(r.SvTRID) < 3 {
		t.Errorf("check %+v", r)
	}
	if r, err = c.Do(ctx, &Command{Action: &DomainCreate{Name: "free.com"}}); err != nil || r.Err() != nil || len(r.ClTRID) < 3 {
		t.Errorf("create %+v %v", r, err)
	}
	if r, err = c.Do(ctx, &Command{Action: &DomainCreate{Name: "taken.com"}}); err != nil || !errors.As(r.Err(), &re) || re.Code != CodeObjectExists {
		t.Errorf("create of a taken name: %+v %v", r, err)
	}
	r, err = c.Do(ctx, &Command{Action: &DomainInfo{Name: "free.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if rgp, ok := Find[*RGPInfoData](r.Extensions); !ok || rgp.Statuses[0].Value != RGPAddPeriod {
		t.Errorf("rgp status missing: %+v", r.Extensions)
	}
	if g, err := c.Hello(ctx); err != nil || g.ServerID != "Test registry" {
		t.Errorf("hello: %v", err)
	}
	if err := c.Logout(ctx); err != nil {
		t.Errorf("logout: %v", err)
	}
	if _, err := c.Do(ctx, &Command{Action: &Poll{Op: PollRequest}}); err == nil || OutcomeUnknown(err) || !errors.Is(err, ErrSessionClosed) {
		t.Errorf("after logout: %v", err)
	}
	waitFor(t, "EndSession", func() bool { return d.ended.Load() == 1 })
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(seen.String(), "s3cret-pw") || !strings.Contains(seen.String(), "><?xml") {
		t.Error("transcript holds the password, or nothing")
	}
}

func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s: did not come about", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestPipelining(t *testing.T) {
	addr := testServer(t, &Server{Handler: newDesk()})
	c := mustDial(t, ClientConfig{Addr: addr})
	var cmds []*Command
	for i := range 200 {
		cmds = append(cmds, &Command{Action: &DomainCheck{Names: []string{fmt.Sprintf("n%d.com", i)}}, ClTRID: fmt.Sprintf("T-%d", i)})
	}
	for i, a := range c.DoAll(t.Context(), cmds) {
		if a.Err != nil {
			t.Fatal(a.Err)
		}
		if d, _ := Find[*DomainCheckData](a.Response.ResData); d.Items[0].ID != fmt.Sprintf("n%d.com", i) || a.Response.ClTRID != cmds[i].ClTRID {
			t.Fatalf("answer %d is about %s", i, d.Items[0].ID)
		}
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			name := fmt.Sprintf("c%d.com", i)
			r, err := c.Do(t.Context(), &Command{Action: &DomainCheck{Names: []string{name}}})
			if err != nil {
				t.Error(err)
			} else if d, _ := Find[*DomainCheckData](r.ResData); d.Items[0].ID != name {
				t.Errorf("answer about %s for %s", d.Items[0].ID, name)
			}
		})
	}
	wg.Wait()
}

// What a client must see when a server misbehaves.
func TestWireActs(t *testing.T) {
	for _, c := range []struct {
		name    string
		act     WireAct
		unknown bool
		ended   bool
	}{
		{"proper", WireAct{}, false, false},
		{"delayed", WireAct{Delay: 20 * time.Millisecond}, false, false},
		{"closed before the answer", WireAct{Drop: true, Close: true}, true, true},
		{"half a frame", WireAct{Half: true}, true, true},
		{"half a header", WireAct{Cut: 2}, true, true},
		{"oversize length", WireAct{Length: 1 << 30}, true, true},
		{"length too long", WireAct{Length: 5000, Close: true}, true, true},
		{"length zero", WireAct{Length: 1, Close: true}, true, true},
		{"not XML", WireAct{Raw: AppendFrame(nil, []byte("garbage"))}, true, false},
		{"another's answer", WireAct{Raw: AppendFrame(nil, []byte(response(``)))}, true, true},
		{"a greeting", WireAct{Raw: AppendFrame(nil, []byte(`<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><greeting><svcMenu/></greeting></epp>`))}, true, false},
		{"closed after the answer", WireAct{Close: true}, false, true},
		{"never an answer", WireAct{Drop: true}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk()
			d.script = func(cmd *Command) *Response {
				if _, ok := cmd.Action.(*DomainDelete); ok {
					r := NewResponse(CodeOK)
					r.Wire = &c.act
					return r
				}
				return nil
			}
			addr := testServer(t, &Server{Handler: d, Wire: func(*Conn, *Command, []byte) *WireAct { return nil }})
			limit := 10 * time.Second
			if c.act.Drop && !c.act.Close {
				limit = 300 * time.Millisecond
			}
			cl := mustDial(t, ClientConfig{Addr: addr, Timeouts: Timeouts{Command: limit}})
			r, err := cl.Do(t.Context(), &Command{Action: &DomainDelete{"a.com"}, ClTRID: "MINE-1"})
			if OutcomeUnknown(err) != c.unknown || (err == nil) != !c.unknown {
				t.Errorf("answer %+v, error %v", r, err)
			}
			if d.handled.Load() != 1 {
				t.Errorf("handled %d times", d.handled.Load())
			}
			if c.ended {
				waitFor(t, "end of session", func() bool { return cl.Err() != nil })
				if _, err := cl.Do(t.Context(), &Command{Action: &Poll{Op: PollRequest}}); err == nil || OutcomeUnknown(err) {
					t.Errorf("on an ended session: %v", err)
				}
			} else if _, err := cl.Do(t.Context(), &Command{Action: &Poll{Op: PollRequest}}); err != nil {
				t.Errorf("session unusable afterwards: %v", err)
			}
		})
	}
}

func TestContextEndsWaiting(t *testing.T) {
	entered, release := make(chan struct{}, 1), make(chan struct{})
	d := newDesk()
	d.script = func(cmd *Command) *Response {
		if _, ok := cmd.Action.(*DomainDelete); ok {
			entered <- struct{}{}
			<-release
		}
		return nil
	}
	c := mustDial(t, ClientConfig{Addr: testServer(t, &Server{Handler: d})})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-entered
		cancel(context.DeadlineExceeded)
	}()
	_, err := c.Do(ctx, &Command{Action: &DomainDelete{"a.com"}})
	if !OutcomeUnknown(err) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	close(release)
	// The late answer must not be taken for the next command's.
	if r, err := c.Do(t.Context(), &Command{Action: &DomainCheck{Names: []string{"free.com"}}}); err != nil || len(r.ResData) != 1 {
		t.Errorf("next command: %+v %v", r, err)
	}
	cancelled, cancel2 := context.WithCancel(t.Context())
	cancel2()
	if _, err := c.Do(cancelled, &Command{Action: &DomainDelete{"a.com"}}); err == nil || OutcomeUnknown(err) {
		t.Errorf("with an ended context: %v", err)
	}
	if n := d.handled.Load(); n != 2 {
		t.Errorf("handled %d commands", n)
	}
}

func TestShutdownLetsCommandsFinish(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	d := newDesk()
	d.script = func(cmd *Command) *Response {
		if _, ok := cmd.Action.(*DomainDelete); ok {
			close(entered)
			<-release
			return NewResponse(CodeOK)
		}
		return nil
	}
	srv := &Server{Handler: d}
	addr := testServer(t, srv)
	busy, idle := mustDial(t, ClientConfig{Addr: addr}), mustDial(t, ClientConfig{Addr: addr})
	got := make(chan error, 1)
	go func() {
		r, err := busy.Do(context.Background(), &Command{Action: &DomainDelete{"a.com"}})
		if err == nil {
			err = r.Err()
		}
		got <- err
	}()
	<-entered
	down := make(chan error, 1)
	go func() { down <- srv.Shutdown(context.Background()) }()
	<-idle.Done()
	close(release)
	if err := <-got; err != nil {
		t.Errorf("the running command: %v", err)
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	<-busy.Done()
}

func TestTransactionIDsOfAnOddLengthAreNotSent(t *testing.T) {
	d := newDesk()
	c := mustDial(t, ClientConfig{Addr: testServer(t, &Server{Handler: d})})
	for _, id := range []string{"ab", strings.Repeat("a", 65), "中"} {
		_, err := c.Do(t.Context(), &Command{Action: &Poll{Op: PollRequest}, ClTRID: id})
		if !errors.Is(err, ErrTRIDLength) || OutcomeUnknown(err) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if n := d.handled.Load(); n != 0 {
		t.Errorf("%d commands arrived", n)
	}
	if r, err := c.Do(t.Context(), &Command{Action: &Poll{Op: PollRequest}, ClTRID: strings.Repeat("中", 64)}); err != nil || r.Err() != nil || r.ClTRID != strings.Repeat("中", 64) {
		t.Errorf("64 characters: %+v %v", r, err)
	}
}

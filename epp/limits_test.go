package epp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipeListener hands out ends of net.Pipe, which keep deadlines by the clock
// of the bubble that they were made in.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 700} }

func (l *pipeListener) dial(t testing.TB) *rawConn {
	a, b := net.Pipe()
	l.conns <- b
	c := &rawConn{t, a}
	if m, err := c.next(); err != nil || m.Greeting == nil {
		t.Fatalf("no greeting: %v", err)
	}
	return c
}

func (r *rawConn) login() {
	r.t.Helper()
	r.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), CodeOK)
}

// trickle writes a byte a second.
func (r *rawConn) trickle(frame []byte) {
	for _, b := range frame {
		if _, err := r.Write([]byte{b}); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// inBubble runs f against a server on a clock that moves when all wait.
func inBubble(t *testing.T, srv *Server, f func(t *testing.T, l *pipeListener)) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
		done := make(chan error, 1)
		go func() { done <- srv.Serve(l) }()
		defer func() {
			srv.Close()
			<-done
		}()
		f(t, l)
	})
}

// openFor reads until the connection ends and says how long that took.
func (r *rawConn) openFor() time.Duration {
	start := time.Now()
	buf := make([]byte, 4096)
	for {
		if _, err := r.Read(buf); err != nil {
			return time.Since(start)
		}
	}
}

// The limits that hold where none is set, to the second.
func TestDefaultLimits(t *testing.T) {
	near := func(t *testing.T, what string, got, want time.Duration) {
		t.Helper()
		if got < want || got > want+time.Second {
			t.Errorf("%s: closed after %v, stated is %v", what, got, want)
		}
	}
	frame := AppendFrame(nil, []byte(command(`<poll op="req"/>`)))
	inBubble(t, &Server{Handler: newDesk()}, func(t *testing.T, l *pipeListener) {
		near(t, "no login", l.dial(t).openFor(), 10*time.Second)

		c := l.dial(t) // activity does not lengthen it
		start := time.Now()
		for range 3 {
			time.Sleep(3 * time.Second)
			c.ask(command(`<logout/>`), CodeUseError)
		}
		c.openFor()
		near(t, "commands before login", time.Since(start), 10*time.Second)

		c = l.dial(t) // a login that trickles
		start = time.Now()
		go c.trickle(AppendFrame(nil, []byte(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""))))
		c.openFor()
		near(t, "a login that trickles", time.Since(start), 10*time.Second)

		c = l.dial(t)
		c.login()
		near(t, "an idle session", c.openFor(), 10*time.Minute)

		c = l.dial(t)
		c.login()
		for range 5 { // no session is idle that speaks in time
			time.Sleep(9 * time.Minute)
			c.ask(command(`<poll op="req"/>`), CodeNoMessages)
		}
		start = time.Now()
		go c.trickle(frame)
		c.openFor()
		near(t, "a command that trickles", time.Since(start), 30*time.Second)

		c = l.dial(t) // one that only dawdles is served
		c.login()
		for i, part := range [][]byte{frame[:2], frame[2:50], frame[50:]} {
			if i > 0 {
				time.Sleep(14 * time.Second)
			}
			c.Write(part)
		}
		if m, err := c.next(); err != nil || m.Response.Code() != CodeNoMessages {
			t.Errorf("a command in three parts within 28 s: %v", err)
		}
	})
}

func TestSlowHandler(t *testing.T) {
	d := newDesk()
	h := &slowDesk{desk: d}
	srv := &Server{Handler: h, Limits: Limits{CommandTimeout: 8 * time.Second}}
	inBubble(t, srv, func(t *testing.T, l *pipeListener) {
		h.release = make(chan struct{})
		c := l.dial(t)
		c.login()
		start := time.Now()
		// A handler that heeds its context says what became of the command,
		// and the session goes on.
		c.ask(dom("delete", "", `<domain:name>heeds.com</domain:name>`), CodeCommandFailed)
		if took := time.Since(start); took != 8*time.Second || !errors.Is(h.cause, ErrCommandTimeout) {
			t.Errorf("answered after %v, cause %v", took, h.cause)
		}
		for range 3 { // each command has its own time and a context that lives
			c.ask(dom("delete", "", `<domain:name>quick.com</domain:name>`), CodeOK)
			time.Sleep(7 * time.Second)
		}
		// One that does not is left behind, and nobody is told that it failed.
		start = time.Now()
		if err := WriteFrame(c, []byte(dom("delete", "", `<domain:name>stuck.com</domain:name>`))); err != nil {
			t.Fatal(err)
		}
		if _, err := c.next(); err == nil {
			t.Error("a command was answered whose outcome is unknown")
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("closed after %v, want 8 s and a quarter", took)
		}
		if n := srv.Sessions()["opr"]; n != 1 {
			t.Errorf("%d sessions while the handler is at work", n)
		}
		close(h.release)
		synctest.Wait()
		if n := srv.Sessions()["opr"]; n != 0 {
			t.Errorf("%d sessions afterwards", n)
		}
	})
}

type slowDesk struct {
	*desk
	release chan struct{}
	cause   error
}

func (d *slowDesk) Handle(ctx context.Context, _ Session, cmd *Command) *Response {
	switch cmd.Action.(*DomainDelete).Name {
	case "heeds.com":
		<-ctx.Done()
		d.cause = context.Cause(ctx)
		return NewResponse(CodeCommandFailed)
	case "stuck.com":
		<-d.release
	}
	if ctx.Err() != nil && cmd.Action.(*DomainDelete).Name == "quick.com" {
		return NewResponse(CodeCommandFailedClosing)
	}
	return NewResponse(CodeOK)
}

// Frames may come split at any byte and in any number at once; answers come in
// the order of the commands.
func TestStreamsOfFrames(t *testing.T) {
	addr := testServer(t, &Server{Handler: newDesk(), Transcript: func(*Conn, Direction, []byte) {}})
	one := AppendFrame(nil, []byte(`<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><hello/></epp>`))
	c := dialRaw(t, addr)
	c.next()
	for k := 1; k < len(one); k++ {
		c.Write(one[:k])
		c.Write(one[k:])
		if m, err := c.next(); err != nil || m.Greeting == nil {
			t.Fatalf("split after %d bytes: %v", k, err)
		}
	}
	check := func(name string) string { return dom("check", "", `<domain:name>`+name+`</domain:name>`) }
	var stream []byte
	want := []string{"2002", "greeting", "1000", "greeting", "1000 a.com", "2001", "1300", "1000 taken.com", "2002", "1500"}
	for _, doc := range []string{check("a.com"), `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><hello/></epp>`, loginDoc("s3cret-pw", "1.0", "EN", NSDomain, ""),
		`<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><hello/></epp>`, check("a.com"), `<epp`, command(`<poll op="req"/>`), check("taken.com"),
		loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), command(`<logout/>`), check("after.com")} {
		stream = AppendFrame(stream, []byte(doc))
	}
	for _, size := range []int{1, 7, 1000, len(stream)} {
		c := dialRaw(t, addr)
		c.next()
		go func() {
			for rest := stream; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				if _, err := c.Write(rest[:min(size, len(rest))]); err != nil {
					return
				}
			}
		}()
		for i, w := range want {
			m, err := c.next()
			if err != nil {
				t.Fatalf("in pieces of %d, answer %d: %v", size, i, err)
			}
			got := "greeting"
			if m.Response != nil {
				got = m.Response.Code().String()
				if d, ok := Find[*DomainCheckData](m.Response.ResData); ok {
					got += " " + d.Items[0].ID
				}
			}
			if got != w {
				t.Errorf("in pieces of %d, answer %d: %s, want %s", size, i, got, w)
			}
		}
		c.ends() // what follows a logout is not answered
	}
}

// An answer about a length that cannot be served reaches a client that is
// still sending.
func TestOversizeIsAnswered(t *testing.T) {
	addr := testServer(t, &Server{Handler: newDesk(), Limits: Limits{MaxFrame: 2000}, Transcript: func(*Conn, Direction, []byte) {}})
	for range 5 {
		c := mustDial(t, ClientConfig{Addr: addr})
		r, err := c.Do(t.Context(), &Command{Action: &DomainCheck{Names: slices.Repeat([]string{"some-longish-name.example"}, 15_000)}})
		if err != nil || r.Code() != CodeCommandFailedClosing {
			t.Errorf("%+v %v", r, err)
		}
		<-c.Done()
	}
}

// Every code that the protocol machine answers by itself, with what is said
// about it.
func TestCodesOfTheServer(t *testing.T) {
	d := newDesk()
	var newPW string
	d.script = func(cmd *Command) *Response {
		if _, ok := cmd.Action.(*DomainRenew); ok {
			return NewResponse(CodeNotRenewable)
		}
		return nil
	}
	addr := testServer(t, &Server{Handler: &pwDesk{d, &newPW}, Extensions: []Extension{RGP}, Greeting: GreetingConfig{Langs: []string{"en", "zh-CN"}, ObjURIs: []string{NSDomain, NSHost}}, Transcript: func(*Conn, Direction, []byte) {}})
	c := dialRaw(t, addr)
	c.next()
	login := func(version, lang, obj, ext string) string { return loginDoc("s3cret-pw", version, lang, obj, ext) }
	for _, row := range []struct {
		what, doc string
		code      Code
		about     string // in the first value or reason
	}{
		{"before login", command(`<poll op="req"/>`), CodeUseError, "not logged in"},
		{"version", login("1.1", "en", NSDomain, ""), CodeUnimplementedVersion, "1.1"},
		{"language", login("1.0", "fr", NSDomain, ""), CodeUnimplementedOption, "fr"},
		{"object not offered", login("1.0", "en", NSContact, ""), CodeUnimplementedObject, NSContact},
		{"extension not offered", login("1.0", "en", NSDomain, NSFee), CodeUnimplementedExt, NSFee},
		{"extension not asked for at login", strings.Replace(login("1.0", "en", NSDomain, ""), `</login>`, `</login><extension><rgp:update `+rgpNS+`><rgp:restore op="request"/></rgp:update></extension>`, 1), CodeUnimplementedExt, NSRGP},
		{"password", loginDoc("wrong-pw", "1.0", "en", NSDomain, ""), CodeAuthentication, ""},
		{"login in another case of the language", strings.Replace(login("1.0", "ZH-cn", NSDomain, ""), `</pw>`, `</pw><newPW>n3w-secret</newPW>`, 1), CodeOK, ""},
		{"second login", login("1.0", "en", NSDomain, ""), CodeUseError, "already logged in"},
		{"no XML", `?`, CodeSyntaxError, ""},
		{"an answer from a client", response(``), CodeSyntaxError, ""},
		{"a protocol extension", `<epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><extension><x xmlns="urn:x"/></extension></epp>`, CodeUnimplementedExt, ""},
		{"another protocol", `<epp xmlns="urn:ietf:params:xml:ns:epp-2.0"><hello/></epp>`, CodeUnimplementedVersion, ""},
		{"no such command", command(`<undo/>`), CodeUnknownCommand, "undo"},
		{"nothing to delete", dom("delete", "", ``), CodeMissingParameter, "name"},
		{"a period of 100", dom("renew", "", `<domain:name>a.com</domain:name><domain:curExpDate>2027-01-01</domain:curExpDate><domain:period unit="y">100</domain:period>`), CodeValueRange, "period"},
		{"a day that is not", dom("renew", "", `<domain:name>a.com</domain:name><domain:curExpDate>soon</domain:curExpDate>`), CodeValueSyntax, "curExpDate"},
		{"the handler's code", dom("renew", "", `<domain:name>a.com</domain:name><domain:curExpDate>2027-01-01</domain:curExpDate>`), CodeNotRenewable, ""},
		{"renewal of a host", command(`<renew><host:renew ` + hosNS + `><host:name>a.com</host:name></host:renew></renew>`), CodeUnimplementedCommand, "renew"},
		{"an object not logged in for", command(`<check><host:check ` + hosNS + `><host:name>a.com</host:name></host:check></check>`), CodeUnimplementedObject, NSHost},
		{"an unknown object", command(`<info><x xmlns="urn:x"/></info>`), CodeUnimplementedObject, "urn:x"},
		{"an unknown extension", strings.Replace(dom("check", "", `<domain:name>a.com</domain:name>`), `</check>`, `</check><extension><x xmlns="urn:x"/></extension>`, 1), CodeUnimplementedExt, "urn:x"},
		{"no answer of the handler", dom("delete", "", `<domain:name>a.com</domain:name>`), CodeCommandFailed, ""},
		{"logout", command(`<logout/>`), CodeEndingSession, ""},
	} {
		r := c.ask(row.doc, row.code)
		said := ""
		for _, v := range r.Results[0].Values {
			said += v.Reason
			if v.Value != nil {
				said += " " + v.Value.DeepText()
			}
		}
		if !strings.Contains(said, row.about) {
			t.Errorf("%s: the answer says %q, not %q", row.what, said, row.about)
		}
		if r.Results[0].Msg == "" || len(r.SvTRID) < 3 || strings.Contains(row.doc, "OPR-54321") && strings.HasPrefix(row.doc, "<?xml") && row.what != "an answer from a client" && r.ClTRID != "OPR-54321" {
			t.Errorf("%s: %+v", row.what, r)
		}
	}
	c.ends()
	if newPW != "n3w-secret" {
		t.Error("the new password did not reach the handler")
	}
}

type pwDesk struct {
	*desk
	newPW *string
}

func (d *pwDesk) Login(ctx context.Context, conn *Conn, l *Login, cmd *Command) (Session, *Response) {
	s, r := d.desk.Login(ctx, conn, l, cmd)
	if s != nil {
		*d.newPW = l.NewPassword
	}
	return s, r
}

// A server that is full or closed may say so instead of greeting.
func TestRefusedInPlaceOfGreeting(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		WriteFrame(nc, []byte(strings.Replace(response(``), "1000", "2502", 1)))
	}()
	var re *ResultError
	if _, err := dialTest(t, ClientConfig{Addr: ln.Addr().String()}); !errors.As(err, &re) || re.Code != CodeSessionLimitClosing {
		t.Error(fmt.Errorf("dial: %w", err))
	}
}

package epp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// rawConn speaks frames by hand.
type rawConn struct {
	t testing.TB
	net.Conn
}

func dialRaw(t testing.TB, addr string) *rawConn {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(10 * time.Second))
	return &rawConn{t, nc}
}

func (r *rawConn) next() (*Message, error) {
	f, err := ReadFrame(r, 0)
	if err != nil {
		return nil, err
	}
	return NewCodec(allExt...).Decode(f)
}

// ask sends a document and wants an answer of a code.
func (r *rawConn) ask(doc string, want Code) *Response {
	r.t.Helper()
	if err := WriteFrame(r, []byte(doc)); err != nil {
		r.t.Fatal(err)
	}
	m, err := r.next()
	if err != nil || m.Response == nil {
		r.t.Fatalf("no response: %v", err)
	}
	if m.Response.Code() != want {
		r.t.Fatalf("code %d, want %d: %v", m.Response.Code(), want, m.Response.Err())
	}
	return m.Response
}

func (r *rawConn) ends() {
	r.t.Helper()
	if _, err := r.Read(make([]byte, 1)); err == nil || errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		r.t.Fatalf("connection still open: %v", err)
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func loginDoc(pw, version, lang, obj, ext string) string {
	if ext != "" {
		ext = `<svcExtension><extURI>` + ext + `</extURI></svcExtension>`
	}
	return command(`<login><clID>opr</clID><pw>` + pw + `</pw><options><version>` + version + `</version><lang>` + lang + `</lang></options><svcs><objURI>` + obj + `</objURI>` + ext + `</svcs></login>`)
}

func TestServerRules(t *testing.T) {
	d := newDesk()
	addr := testServer(t, &Server{Handler: d, Extensions: []Extension{RGP, Fee}, Greeting: GreetingConfig{ObjURIs: []string{NSDomain, NSHost}}})
	c := dialRaw(t, addr)
	if m, err := c.next(); err != nil || m.Greeting == nil || fmt.Sprint(m.Greeting.ObjURIs, m.Greeting.ExtURIs) != fmt.Sprint([]string{NSDomain, NSHost}, []string{NSRGP, NSFee}) {
		t.Fatalf("greeting %+v %v", m, err)
	}
	check := command(`<check><domain:check ` + domNS + `><domain:name>a.com</domain:name></domain:check></check>`)
	c.ask(check, CodeUseError)
	c.ask(command(`<logout/>`), CodeUseError)
	if r := c.ask(`<epp`, CodeSyntaxError); r.ClTRID != "" || r.SvTRID == "" {
		t.Errorf("ids %+v", r)
	}
	c.ask(`<!DOCTYPE epp><epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><hello/></epp>`, CodeSyntaxError)
	c.ask(loginDoc("s3cret-pw", "2.0", "en", NSDomain, ""), CodeUnimplementedVersion)
	c.ask(loginDoc("s3cret-pw", "1.0", "tlh", NSDomain, ""), CodeUnimplementedOption)
	c.ask(loginDoc("s3cret-pw", "1.0", "en", NSContact, ""), CodeUnimplementedObject)
	c.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, NSSecDNS), CodeUnimplementedExt)
	c.ask(loginDoc("wrong-pw", "1.0", "en", NSDomain, ""), CodeAuthentication)
	if r := c.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, NSFee), CodeOK); r.ClTRID != "OPR-54321" {
		t.Errorf("transaction id %q", r.ClTRID)
	}
	c.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), CodeUseError)
	c.ask(check, CodeOK)
	if r := c.ask(command(`<info><domain:info `+domNS+`><domain:name>taken.com</domain:name></domain:info></info>`), CodeOK); len(r.Extensions) != 0 {
		t.Error("an extension that was not asked for at login was sent")
	}
	c.ask(command(`<check><host:check `+hosNS+`><host:name>a.com</host:name></host:check></check>`), CodeUnimplementedObject)
	c.ask(command(`<check><o:check xmlns:o="urn:obj"/></check>`), CodeUnimplementedObject)
	c.ask(command(`<renew><host:renew `+hosNS+`/></renew>`), CodeUnimplementedCommand)
	c.ask(strings.Replace(check, `</check>`, `</check><extension><x xmlns="urn:x"/></extension>`, 1), CodeUnimplementedExt)
	c.ask(command(`<obliterate/>`), CodeUnknownCommand)
	c.ask(command(`<poll op="req"/>`), CodeNoMessages)
	c.ask(command(`<delete><domain:delete `+domNS+`><domain:name>a.com</domain:name></domain:delete></delete>`), CodeCommandFailed) // the desk knows no delete
	if err := WriteFrame(c, []byte(`<hello xmlns="urn:ietf:params:xml:ns:epp-1.0"/>`)); err != nil {
		t.Fatal(err)
	}
	if m, err := c.next(); err != nil || m.Response.Code() != CodeSyntaxError {
		t.Errorf("hello without epp: %+v %v", m, err)
	}
	c.ask(command(`<logout/>`), CodeEndingSession)
	c.ends()
}

func TestServerClosesWhenItShould(t *testing.T) {
	addr := testServer(t, &Server{Handler: newDesk(), Transcript: func(*Conn, Direction, []byte) {}, Limits: Limits{MaxFrame: 5000}})
	t.Run("frame too large", func(t *testing.T) {
		c := dialRaw(t, addr)
		c.next()
		c.Write(binary.BigEndian.AppendUint32(nil, 5001))
		if m, err := c.next(); err != nil || m.Response.Code() != CodeCommandFailedClosing {
			t.Errorf("%+v %v", m, err)
		}
		c.ends()
	})
	t.Run("length below five", func(t *testing.T) {
		c := dialRaw(t, addr)
		c.next()
		c.Write([]byte{0, 0, 0, 4})
		if m, err := c.next(); err != nil || m.Response.Code() != CodeCommandFailedClosing {
			t.Errorf("%+v %v", m, err)
		}
		c.ends()
	})
	t.Run("three wrong passwords", func(t *testing.T) {
		c := dialRaw(t, addr)
		c.next()
		c.ask(loginDoc("wrong-pw", "1.0", "en", NSDomain, ""), CodeAuthentication)
		c.ask(loginDoc("wrong-pw", "1.0", "en", NSDomain, ""), CodeAuthentication)
		c.ask(loginDoc("wrong-pw", "1.0", "en", NSDomain, ""), CodeAuthenticationClosing)
		c.ends()
	})
}

func TestCaps(t *testing.T) {
	d := newDesk()
	srv := &Server{Handler: d, Limits: Limits{MaxPerAddr: 2, MaxPerClient: 2}}
	addr := testServer(t, srv)
	a, b := dialRaw(t, addr), dialRaw(t, addr)
	a.next()
	b.next()
	c := dialRaw(t, addr)
	if _, err := c.next(); err == nil {
		t.Fatal("third connection before login was greeted")
	}
	a.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), CodeOK)
	b.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), CodeOK)
	var re *ResultError
	if _, err := dialTest(t, ClientConfig{Addr: addr}); !errors.As(err, &re) || re.Code != CodeSessionLimitClosing {
		t.Fatalf("third session: %v", err)
	}
	if d.ended.Load() != 1 {
		t.Error("the handler was not told that the refused session is over")
	}
	mustDial(t, ClientConfig{Addr: addr, ClID: "rival"}) // another registrar is not touched
	a.ask(command(`<logout/>`), CodeEndingSession)
	if n := srv.Sessions()["opr"]; n != 1 {
		t.Errorf("%d sessions counted after the answer to logout", n)
	}
	mustDial(t, ClientConfig{Addr: addr})
}

// strictDesk keeps a cap of one session by itself, as the business behind a
// server may.
type strictDesk struct {
	*desk
	open atomic.Int32
}

func (d *strictDesk) Login(ctx context.Context, conn *Conn, l *Login, cmd *Command) (Session, *Response) {
	if d.open.Load() > 0 {
		return nil, NewResponse(CodeSessionLimitClosing)
	}
	s, r := d.desk.Login(ctx, conn, l, cmd)
	if s != nil {
		d.open.Add(1)
	}
	return s, r
}

func (d *strictDesk) EndSession(s Session) {
	d.open.Add(-1)
	d.desk.EndSession(s)
}

// An answer that ends the session is sent when the session is over: whoever
// reads it may log in again at once.
func TestSessionEndsBeforeItsLastAnswer(t *testing.T) {
	d := &strictDesk{desk: newDesk()}
	d.script = func(cmd *Command) *Response {
		if _, ok := cmd.Action.(*Poll); ok {
			return NewResponse(CodeCommandFailedClosing)
		}
		return nil
	}
	srv := &Server{Handler: d, Limits: Limits{MaxPerClient: 1}}
	var answers atomic.Int32
	srv.Wire = func(_ *Conn, cmd *Command, _ []byte) *WireAct { // sees the moment before each answer is written
		if cmd == nil {
			return nil
		}
		if _, login := cmd.Action.(*Login); !login {
			answers.Add(1)
			if n, open := srv.Sessions()["opr"], d.open.Load(); n != 0 || open != 0 {
				t.Errorf("about to answer %T: %d sessions counted, %d known to the handler", cmd.Action, n, open)
			}
		}
		return nil
	}
	addr := testServer(t, srv)
	for i := range 20 {
		c := dialRaw(t, addr)
		c.next()
		c.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), CodeOK)
		if i%2 == 0 {
			c.ask(command(`<logout/>`), CodeEndingSession)
		} else {
			c.ask(command(`<poll op="req"/>`), CodeCommandFailedClosing)
		}
		// The connection is left for the server to close, and the next login
		// comes at once.
	}
	if answers.Load() != 20 || d.ended.Load() != 20 {
		t.Errorf("%d last answers, %d ended sessions, want 20 of each", answers.Load(), d.ended.Load())
	}
	c := dialRaw(t, addr)
	c.next()
	c.ask(loginDoc("s3cret-pw", "1.0", "en", NSDomain, ""), CodeOK)
	c.Close() // without a word: the session ends with the connection, once
	waitFor(t, "the last end", func() bool { return d.ended.Load() == 21 && srv.Sessions()["opr"] == 0 })
}

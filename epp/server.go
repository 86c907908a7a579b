package epp

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"
)

// Handler is the business behind a [Server].
type Handler interface {
	// Login judges credentials. The server has checked version, language and
	// services already, and enforces the session cap afterwards. A session of
	// any type and a nil or 1xxx response admits; anything else refuses, and
	// a nil response then means 2200.
	Login(ctx context.Context, conn *Conn, login *Login, cmd *Command) (Session, *Response)
	// Handle executes a command other than login and logout. Commands of one
	// connection come one at a time. ctx ends when the server closes or
	// Limits.CommandTimeout runs out. The server fills in transaction ids,
	// result texts, and leaves out extensions that the client did not log in
	// with, or moves them into the result: see [UnhandledNamespaces]. No
	// response at all is answered 2400.
	Handle(ctx context.Context, session Session, cmd *Command) *Response
}

// Session is the handler's own memory of a logged-in client.
type Session any

// SessionEnder is implemented by handlers that want to know when a session
// that they admitted is over, for whatever reason. They hear of it before the
// answer that ends the session (to logout, for one) is sent.
type SessionEnder interface {
	EndSession(session Session)
}

// Server speaks EPP to clients (RFC 5730, 5734). Set the fields, then call
// Serve; do not change them afterwards.
type Server struct {
	Handler Handler
	// TLS, when set, wraps accepted connections. Nil takes the listener as
	// it is: already TLS, or plain in tests.
	TLS      *tls.Config
	Greeting GreetingConfig
	// Extensions are the mappings that the server understands besides
	// domain, host and contact.
	Extensions []Extension
	Limits     Limits
	// Transcript, when set, sees every frame without its header, unmasked:
	// see [Mask]. It must not keep or change the slice.
	Transcript func(conn *Conn, dir Direction, frame []byte)
	// Wire, when set, may order misbehaviour for each frame about to be sent;
	// cmd is nil for greetings and for answers to what was not a command.
	// Response.Wire wins. It must not keep the frame.
	Wire func(conn *Conn, cmd *Command, frame []byte) *WireAct
	// SvTRID makes server transaction ids; nil means random.
	SvTRID func() string

	serverState
}

// GreetingConfig is what the server says of itself.
type GreetingConfig struct {
	ServerID string
	// Now is the clock for svDate; nil means the wall clock.
	Now func() time.Time
	// Langs defaults to en. Version is always 1.0.
	Langs []string
	// ObjURIs defaults to domain, host, contact and the object mappings
	// among the extensions; set it for a registry without contacts or host
	// objects.
	ObjURIs []string
	// DCP defaults to [DefaultDCP].
	DCP *Element
}

// Limits bound what clients may take. Zero means the default in brackets,
// negative none.
type Limits struct {
	MaxFrame int // bytes [DefaultMaxFrame]
	// LoginTimeout is the time from accept to a successful login [10 s].
	LoginTimeout time.Duration
	// IdleTimeout is the time between commands of a session [10 min].
	IdleTimeout time.Duration
	// FrameTimeout is the time for a frame to arrive in a session, from its
	// first byte to its last [30 s]; before login LoginTimeout bounds it.
	FrameTimeout time.Duration
	// CommandTimeout is the time for the handler to answer a command [30 s].
	// Then its context ends, with [ErrCommandTimeout] as the cause, and it has
	// a quarter as much again to say what became of the command. Past that the
	// connection is closed without an answer, since nobody knows the outcome;
	// the session counts until the handler returns.
	CommandTimeout time.Duration
	// WriteTimeout is the time for one answer to leave [30 s].
	WriteTimeout time.Duration
	// MaxPerAddr caps connections per remote address before login [50].
	MaxPerAddr int
	// MaxPerClient caps sessions per clID; a login past it is answered 2502
	// and closed [100].
	MaxPerClient int
	// MaxLoginFailures closes the connection with 2501 [3].
	MaxLoginFailures int
}

// WireAct orders misbehaviour in the sending of one frame: what a simulator
// does on purpose. The zero WireAct sends the frame properly.
type WireAct struct {
	// Delay is waited before anything is sent.
	Delay time.Duration
	// Drop sends nothing.
	Drop bool
	// Raw is sent instead of the frame, as is, header included.
	Raw []byte
	// Length, when not zero, replaces the length field.
	Length uint32
	// Cut, when positive, sends only so many bytes (the header counts) and
	// closes. Half does so with half of the frame.
	Cut  int
	Half bool
	// Close closes the connection afterwards.
	Close bool
}

// ErrCommandTimeout is the cause with which the context of a handler ends that
// has taken longer than Limits.CommandTimeout.
var ErrCommandTimeout = errors.New("epp: command takes too long")

// ErrServerClosed is what Serve returns after Shutdown or Close.
var ErrServerClosed = errors.New("epp: server closed")

type serverState struct {
	once      sync.Once
	codec     *Codec
	ctx       context.Context
	cancel    context.CancelFunc
	svPrefix  string
	obj, ext  []string
	conns     sync.WaitGroup
	mu        sync.Mutex
	closing   bool
	listeners map[net.Listener]struct{}
	active    map[*Conn]struct{}
	perAddr   map[string]int // connections before login
	perClient map[string]int // sessions
	lastConn  uint64
	lastTRID  uint64
}

func (s *Server) start() {
	s.once.Do(func() {
		s.codec = NewCodec(s.Extensions...)
		s.ctx, s.cancel = context.WithCancel(context.Background())
		s.svPrefix = rand.Text()[:10]
		s.obj, s.ext = s.Greeting.ObjURIs, s.codec.ExtURIs()
		if len(s.obj) == 0 {
			s.obj = s.codec.ObjURIs()
		}
		s.listeners = map[net.Listener]struct{}{}
		s.active = map[*Conn]struct{}{}
		s.perAddr = map[string]int{}
		s.perClient = map[string]int{}
	})
}

// Serve accepts connections until the listener fails or the server is closed;
// then the error is [ErrServerClosed]. It closes the listener.
func (s *Server) Serve(ln net.Listener) error {
	s.start()
	defer ln.Close()
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.listeners[ln] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, ln)
		s.mu.Unlock()
	}()
	wait := 5 * time.Millisecond
	for {
		nc, err := ln.Accept()
		if err != nil {
			s.mu.Lock()
			closing := s.closing
			s.mu.Unlock()
			if closing {
				return ErrServerClosed
			}
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			// Out of file descriptors, most likely: it passes.
			var ne net.Error
			if !errors.As(err, &ne) || wait > time.Second {
				return err
			}
			time.Sleep(wait)
			wait *= 2
			continue
		}
		wait = 5 * time.Millisecond
		if c := s.admit(nc); c != nil {
			go s.serve(c)
		} else {
			nc.Close()
		}
	}
}

// admit enforces the cap per address.
func (s *Server) admit(nc net.Conn) *Conn {
	addr := nc.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(addr); err == nil {
		addr = host
	}
	limit := count(s.Limits.MaxPerAddr, 50)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || limit > 0 && s.perAddr[addr] >= limit {
		return nil
	}
	s.perAddr[addr]++
	s.lastConn++
	c := &Conn{id: s.lastConn, conn: nc, addr: addr, waiting: true}
	s.active[c] = struct{}{}
	s.conns.Add(1)
	return c
}

// settle takes a connection out of the count before login.
func (s *Server) settle(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.waiting {
		return
	}
	c.waiting = false
	if s.perAddr[c.addr]--; s.perAddr[c.addr] <= 0 {
		delete(s.perAddr, c.addr)
	}
}

// enrol counts a session; false means that the client has too many.
func (s *Server) enrol(clID string) bool {
	limit := count(s.Limits.MaxPerClient, 100)
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit > 0 && s.perClient[clID] >= limit {
		return false
	}
	s.perClient[clID]++
	return true
}

func (s *Server) leave(clID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.perClient[clID]--; s.perClient[clID] <= 0 {
		delete(s.perClient, clID)
	}
}

// Sessions returns how many sessions each client has.
func (s *Server) Sessions() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]int, len(s.perClient))
	for k, v := range s.perClient {
		out[k] = v
	}
	return out
}

// Shutdown stops accepting, closes idle connections, lets commands that are
// being executed finish, and waits for that until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.start()
	s.stop(false)
	done := make(chan struct{})
	go func() {
		s.conns.Wait()
		close(done)
	}()
	select {
	case <-done:
		s.cancel()
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close closes listeners and connections at once and waits for their
// handlers, whose context ends.
func (s *Server) Close() error {
	s.start()
	s.cancel()
	s.stop(true)
	s.conns.Wait()
	return nil
}

func (s *Server) stop(all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	for ln := range s.listeners {
		ln.Close()
	}
	for c := range s.active {
		if all || !c.busy {
			c.conn.Close()
		}
	}
}

// begin marks a connection as executing; false means that the server is
// closing.
func (s *Server) begin(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	c.busy = true
	return true
}

func (s *Server) end(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.busy = false
	if s.closing {
		c.conn.Close()
	}
}

func (s *Server) greeting() *Greeting {
	now := time.Now
	if s.Greeting.Now != nil {
		now = s.Greeting.Now
	}
	return &Greeting{
		ServerID: or(s.Greeting.ServerID, "EPP server"), Date: now(), Versions: []string{"1.0"},
		Langs: s.langs(), ObjURIs: s.obj, ExtURIs: s.ext, DCP: s.Greeting.DCP,
	}
}

func (s *Server) langs() []string { return orList(s.Greeting.Langs, "en") }

func (s *Server) trid() string {
	if s.SvTRID != nil {
		return s.SvTRID()
	}
	s.mu.Lock()
	s.lastTRID++
	n := s.lastTRID
	s.mu.Unlock()
	return s.svPrefix + "-" + strconv.FormatUint(n, 10)
}

func count(n, def int) int {
	switch {
	case n == 0:
		return def
	case n < 0:
		return 0
	}
	return n
}

// Conn is a client's connection as handlers see it.
type Conn struct {
	id   uint64
	conn net.Conn
	addr string
	tls  *tls.ConnectionState

	waiting bool // before login; under Server.mu
	busy    bool // executing; under Server.mu

	// The rest belongs to the connection's own goroutine.
	loggedIn bool
	clID     string
	session  Session
	services map[string]bool
	failures int
	watch    watch
	in, out  []byte // buffers used again
}

// ID numbers the connection within its server, from 1.
func (c *Conn) ID() uint64 { return c.id }

// RemoteAddr is the client's address.
func (c *Conn) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

// TLS is the state of the TLS connection, nil on a plain one.
func (c *Conn) TLS() *tls.ConnectionState { return c.tls }

// PeerCertificate is the client's certificate, nil when it sent none. It has
// been verified as far as the server's tls.Config.ClientAuth asks.
func (c *Conn) PeerCertificate() *x509.Certificate {
	if c.tls == nil || len(c.tls.PeerCertificates) == 0 {
		return nil
	}
	return c.tls.PeerCertificates[0]
}

// HasService reports whether the client logged in with a URI, or with an older
// version of it that answers are put into: see [Fee08]. Handlers may call it
// while they handle a command of this connection.
func (c *Conn) HasService(uri string) bool {
	has := func(uri string) bool { return c.services[uri] }
	return has(uri) || older(uri, has)
}

// Close drops the connection; the session ends with it. It may be called from
// anywhere.
func (c *Conn) Close() error { return c.conn.Close() }

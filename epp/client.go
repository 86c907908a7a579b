package epp

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Direction says which way a frame went, seen from whoever has the hook.
type Direction byte

// The two directions.
const (
	Sent     Direction = '>'
	Received Direction = '<'
)

// ClientConfig says how to open a session.
type ClientConfig struct {
	// Addr is host:port; the registered port is 700.
	Addr string
	// TLS is the TLS configuration: client certificate, roots. ServerName
	// defaults to Addr's host. Nil speaks plain TCP, for tests only.
	TLS *tls.Config

	ClID string
	// Password, when longer than 16 characters, needs [LoginSec] among the
	// Extensions and in the server's greeting; so does NewPassword.
	Password string
	// NewPassword, when set, is asked for at login.
	NewPassword string
	// UserAgent, when set, is told to servers that have the login security
	// extension (RFC 8807), if Extensions holds [LoginSec].
	UserAgent *UserAgent
	// Lang is the language of texts asked for; default en, and the greeting's
	// first when it does not offer that.
	Lang string

	// Objects limits the object services to log in with; empty means all
	// that the codec knows.
	Objects []string
	// Extensions are the mappings that the session understands besides
	// domain, host and contact. What the greeting also offers of them is
	// asked for at login.
	Extensions []Extension

	Timeouts Timeouts
	// MaxFrame bounds a received frame; 0 means [DefaultMaxFrame].
	MaxFrame int

	// Transcript, when set, sees every frame without its header, unmasked:
	// pass it through [Mask] before it is kept anywhere. It must not keep or
	// change the slice, and is called from several goroutines.
	Transcript func(dir Direction, frame []byte)
	// TRID makes transaction ids of 3 to 64 characters; nil means random.
	TRID func() string
	// DialContext replaces the dialling of TCP; nil means net.Dialer.
	DialContext func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Timeouts are spans of wall time. Zero means the default in brackets,
// negative none.
type Timeouts struct {
	Dial    time.Duration // TCP and TLS [10 s]
	Login   time.Duration // greeting and login [20 s]
	Command time.Duration // one command, from send to answer [60 s]
	Logout  time.Duration // the farewell [5 s]
}

// Client is one session with a server, logged in. Its methods may be called
// concurrently: commands are written one by one and answers matched in order.
type Client struct {
	cfg   ClientConfig
	codec *Codec
	conn  net.Conn
	write chan struct{} // holds one token: the right to write
	done  chan struct{}

	mu       sync.Mutex
	pending  []*call
	err      error
	greeting *Greeting
	obj, ext []string
	events   []LoginEvent // of the login; written before Dial returns
}

// call is a frame sent whose answer is awaited.
type call struct {
	trid   string // "" for hello
	answer chan answer
}

type answer struct {
	frame []byte
	err   error
}

// Do sends a command and waits for its answer. A response of any code,
// success or not, comes without an error: see [Response.Err]. The error is
// always a [*TransportError]; when Sent is set the outcome is unknown.
//
// When ctx ends first the session lives on and the late answer is discarded;
// when Timeouts.Command runs out the session is closed. cmd is not changed:
// an empty ClTRID is filled in on the wire only and returns in the response.
func (c *Client) Do(ctx context.Context, cmd *Command) (*Response, error) {
	k, err := c.sendCommand(ctx, cmd)
	if err != nil {
		return nil, err
	}
	return c.response(ctx, k)
}

// DoAll sends commands without waiting in between (pipelining, RFC 5734
// section 3) and returns an answer for each, in order. It suits reads: after
// a failure the fate of all that was sent is unknown.
func (c *Client) DoAll(ctx context.Context, cmds []*Command) []Answer {
	out := make([]Answer, len(cmds))
	calls := make([]*call, len(cmds))
	for i, cmd := range cmds {
		calls[i], out[i].Err = c.sendCommand(ctx, cmd)
	}
	for i, k := range calls {
		if k != nil {
			out[i].Response, out[i].Err = c.response(ctx, k)
		}
	}
	return out
}

// Answer is what became of one command of [Client.DoAll].
type Answer struct {
	Response *Response
	Err      error
}

// Hello asks for a fresh greeting. Servers answer it even to a session that
// is not logged in, so it does not prove that commands would work.
func (c *Client) Hello(ctx context.Context) (*Greeting, error) {
	k, err := c.send(ctx, "", AppendMessage(make([]byte, frameHeader, 256), &Message{Hello: true}))
	if err != nil {
		return nil, err
	}
	frame, err := c.await(ctx, k)
	if err != nil {
		return nil, err
	}
	m, err := c.codec.Decode(frame)
	if err == nil && m.Greeting == nil {
		err = &DecodeError{Code: CodeSyntaxError, Msg: "greeting expected"}
	}
	if err != nil {
		return nil, &TransportError{Op: "decode", Sent: true, Frame: frame, Err: err}
	}
	c.mu.Lock()
	c.greeting = m.Greeting
	c.mu.Unlock()
	return m.Greeting, nil
}

// Logout takes leave and closes. The error is that of the farewell; the
// session is over either way.
func (c *Client) Logout(ctx context.Context) error {
	ctx, cancel := withTimeout(ctx, span(c.cfg.Timeouts.Logout, 5*time.Second))
	defer cancel()
	defer c.Close()
	resp, err := c.Do(ctx, &Command{Action: &Logout{}})
	if err != nil {
		return err
	}
	return resp.Err()
}

// Close ends the session at once, without a logout. Commands in flight fail
// with their outcome unknown.
func (c *Client) Close() error {
	c.fail(ErrSessionClosed)
	return nil
}

// Greeting returns the latest greeting.
func (c *Client) Greeting() *Greeting {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.greeting
}

// Services returns the object and extension URIs of the login.
func (c *Client) Services() (objURIs, extURIs []string) {
	return slices.Clone(c.obj), slices.Clone(c.ext)
}

// HasService reports whether the session logged in with a URI, or with an
// older version of it that the session puts values into: see [Fee08].
func (c *Client) HasService(uri string) bool {
	return c.loggedInWith(uri) || older(uri, c.loggedInWith)
}

func (c *Client) loggedInWith(uri string) bool {
	return slices.Contains(c.obj, uri) || slices.Contains(c.ext, uri)
}

// LoginEvents returns the security events of the login's answer (RFC 8807):
// passwords and certificates about to expire, and the like.
func (c *Client) LoginEvents() []LoginEvent { return slices.Clone(c.events) }

// Done is closed when the session has ended for whatever reason.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the session ended, nil while it lives.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// ended is ErrSessionClosed with the reason.
func (c *Client) ended() error {
	if err := c.Err(); err != ErrSessionClosed {
		return fmt.Errorf("%w: %w", ErrSessionClosed, err)
	}
	return ErrSessionClosed
}

func (c *Client) seen(dir Direction, frame []byte) {
	if c.cfg.Transcript != nil {
		c.cfg.Transcript(dir, frame)
	}
}

func (c *Client) sendCommand(ctx context.Context, cmd *Command) (*call, error) {
	trid := cmd.ClTRID
	if trid == "" {
		if c.cfg.TRID != nil {
			trid = c.cfg.TRID()
		} else {
			trid = rand.Text()
		}
	}
	if n := utf8.RuneCountInString(trid); n < 3 || n > 64 {
		return nil, &TransportError{Op: "send", Err: ErrTRIDLength}
	}
	own := *cmd
	if len(own.Extensions) > 0 {
		own.Extensions = inVersions(own.Extensions, c.loggedInWith, own.Action)
	}
	return c.send(ctx, trid, appendCommand(make([]byte, frameHeader, 1024), &own, trid))
}

// send writes a buffer whose first four bytes are kept free for the header.
func (c *Client) send(ctx context.Context, trid string, buf []byte) (*call, error) {
	unsent := func(err error) (*call, error) { return nil, &TransportError{Op: "send", Err: err} }
	select {
	case c.write <- struct{}{}:
		defer func() { <-c.write }()
	case <-c.done:
		return unsent(c.ended())
	case <-ctx.Done():
		return unsent(context.Cause(ctx))
	}
	if ctx.Err() != nil {
		return unsent(context.Cause(ctx))
	}
	binary.BigEndian.PutUint32(buf, uint32(len(buf)))
	k := &call{trid: trid, answer: make(chan answer, 1)}
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return unsent(c.ended())
	}
	c.pending = append(c.pending, k)
	c.mu.Unlock()
	var deadline time.Time
	if t := span(c.cfg.Timeouts.Command, time.Minute); t > 0 {
		deadline = time.Now().Add(t)
	}
	if d, ok := ctx.Deadline(); ok && (deadline.IsZero() || d.Before(deadline)) {
		deadline = d
	}
	c.conn.SetWriteDeadline(deadline)
	c.seen(Sent, buf[frameHeader:])
	// A TLS write that failed may still have put records on the wire.
	if _, err := c.conn.Write(buf); err != nil {
		c.fail(err)
		return nil, &TransportError{Op: "send", Sent: true, Err: err}
	}
	return k, nil
}

// await waits for the answer to a call.
func (c *Client) await(ctx context.Context, k *call) ([]byte, error) {
	var expired <-chan time.Time
	if t := span(c.cfg.Timeouts.Command, time.Minute); t > 0 {
		timer := time.NewTimer(t)
		defer timer.Stop()
		expired = timer.C
	}
	var a answer
	select {
	case a = <-k.answer:
	default:
		select {
		case a = <-k.answer:
		case <-ctx.Done():
			a.err = context.Cause(ctx)
		case <-expired:
			a.err = fmt.Errorf("no answer in time: %w", os.ErrDeadlineExceeded)
			c.fail(a.err)
		}
	}
	if a.err != nil {
		return nil, &TransportError{Op: "receive", Sent: true, Err: a.err}
	}
	return a.frame, nil
}

func (c *Client) response(ctx context.Context, k *call) (*Response, error) {
	frame, err := c.await(ctx, k)
	if err != nil {
		return nil, err
	}
	m, err := c.codec.Decode(frame)
	if err == nil && m.Response == nil {
		err = &DecodeError{Code: CodeSyntaxError, Msg: "response expected"}
	}
	if err != nil {
		return nil, &TransportError{Op: "decode", Sent: true, Frame: frame, Err: err}
	}
	r := m.Response
	// Servers may leave clTRID out of answers to what they could not parse.
	if r.ClTRID != "" && r.ClTRID != k.trid {
		c.fail(ErrTRIDMismatch)
		return nil, &TransportError{Op: "receive", Sent: true, Frame: frame, Err: ErrTRIDMismatch}
	}
	if r.Code().Closes() {
		c.fail(ErrSessionClosed)
	}
	return r, nil
}

// read hands each frame to the oldest call that waits.
func (c *Client) read() {
	r := bufio.NewReaderSize(c.conn, 16<<10)
	for {
		frame, err := ReadFrame(r, c.cfg.MaxFrame)
		if err != nil {
			if err == io.EOF {
				err = fmt.Errorf("server closed the connection: %w", err)
			}
			c.fail(err)
			return
		}
		c.seen(Received, frame)
		c.mu.Lock()
		var k *call
		if len(c.pending) > 0 {
			k = c.pending[0]
			c.pending = c.pending[1:]
		}
		c.mu.Unlock()
		if k == nil {
			c.fail(errors.New("server sent a frame that nobody asked for"))
			return
		}
		k.answer <- answer{frame: frame}
	}
}

// fail ends the session once and tells all that wait.
func (c *Client) fail(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	waiting := c.pending
	c.pending = nil
	c.mu.Unlock()
	close(c.done)
	for _, k := range waiting {
		k.answer <- answer{err: err}
	}
	// The TLS farewell must not hang on a peer that no longer reads.
	c.conn.SetWriteDeadline(time.Now().Add(time.Second))
	c.conn.Close()
}

// span applies a default to a configured time: zero takes it, negative
// switches off.
func span(t, def time.Duration) time.Duration {
	switch {
	case t == 0:
		return def
	case t < 0:
		return 0
	}
	return t
}

func withTimeout(ctx context.Context, t time.Duration) (context.Context, context.CancelFunc) {
	if t <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, t)
}

package epp

import (
	"context"
	"crypto/tls"
	"net"
	"slices"
	"time"
)

// Dial connects, reads the greeting and logs in. Failing transport gives a
// [*TransportError], a refused login (or a refusal in place of the greeting) a
// [*ResultError], a greeting that cannot be served a [*DecodeError].
func Dial(ctx context.Context, cfg ClientConfig) (*Client, error) {
	c := &Client{cfg: cfg, codec: NewCodec(cfg.Extensions...), write: make(chan struct{}, 1), done: make(chan struct{})}
	conn, err := c.connect(ctx)
	if err != nil {
		return nil, &TransportError{Op: "dial", Err: err}
	}
	c.conn = conn
	ctx, cancel := withTimeout(ctx, span(cfg.Timeouts.Login, 20*time.Second))
	defer cancel()
	if err := c.readGreeting(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	login, err := c.login()
	var secured []Value
	if err == nil {
		login, secured, err = login.secure(cfg.UserAgent, c.HasService(NSLoginSec))
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	go c.read()
	resp, err := c.Do(ctx, &Command{Action: login, Extensions: secured})
	if err == nil {
		if data, ok := Find[*LoginSecData](resp.Extensions); ok {
			c.events = data.Events
		}
		err = resp.Err()
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Client) connect(ctx context.Context) (net.Conn, error) {
	ctx, cancel := withTimeout(ctx, span(c.cfg.Timeouts.Dial, 10*time.Second))
	defer cancel()
	dial := c.cfg.DialContext
	if dial == nil {
		var d net.Dialer
		dial = d.DialContext
	}
	conn, err := dial(ctx, "tcp", c.cfg.Addr)
	if err != nil || c.cfg.TLS == nil {
		return conn, err
	}
	conf := c.cfg.TLS
	if conf.ServerName == "" && !conf.InsecureSkipVerify {
		host, _, err := net.SplitHostPort(c.cfg.Addr)
		if err != nil {
			conn.Close()
			return nil, err
		}
		conf = conf.Clone()
		conf.ServerName = host
	}
	tc := tls.Client(conn, conf)
	if err := tc.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return tc, nil
}

func (c *Client) readGreeting(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { c.conn.SetReadDeadline(time.Unix(1, 0)) })
	frame, err := ReadFrame(c.conn, c.cfg.MaxFrame)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return &TransportError{Op: "greeting", Err: err}
	}
	c.seen(Received, frame)
	m, err := c.codec.Decode(frame)
	if err == nil && m.Response != nil && m.Response.Err() != nil {
		return m.Response.Err() // full, or in maintenance: some servers say so at once
	}
	if err == nil && m.Greeting == nil {
		err = &DecodeError{Code: CodeSyntaxError, Msg: "greeting expected"}
	}
	if err != nil {
		return &TransportError{Op: "greeting", Frame: frame, Err: err}
	}
	c.greeting = m.Greeting
	return nil
}

// login chooses what to ask for: what both sides know.
func (c *Client) login() (*Login, error) {
	g := c.greeting
	if len(g.Versions) > 0 && !slices.Contains(g.Versions, "1.0") {
		return nil, &DecodeError{Code: CodeUnimplementedVersion, Msg: "server does not offer version 1.0"}
	}
	want := c.cfg.Objects
	if len(want) == 0 {
		want = c.codec.ObjURIs()
	}
	// A server may list a mapping among the objects that we hold for an
	// extension, or the other way round: it is asked for where the server has
	// it.
	all := slices.Concat(want, c.codec.ExtURIs())
	c.obj, c.ext = intersect(all, g.ObjURIs), newestOnly(intersect(all, g.ExtURIs))
	if len(c.obj) == 0 {
		return nil, &DecodeError{Code: CodeUnimplementedObject, Msg: "server offers none of the object services wanted"}
	}
	lang := or(c.cfg.Lang, "en")
	if len(g.Langs) > 0 && !slices.Contains(g.Langs, lang) {
		lang = g.Langs[0]
	}
	return &Login{
		ClID: c.cfg.ClID, Password: c.cfg.Password, NewPassword: c.cfg.NewPassword,
		Version: "1.0", Lang: lang, ObjURIs: c.obj, ExtURIs: c.ext,
	}, nil
}

func intersect(want, have []string) []string {
	var out []string
	for _, w := range want {
		if slices.Contains(have, w) {
			out = append(out, w)
		}
	}
	return out
}

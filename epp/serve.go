package epp

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
)

// serve runs one connection from handshake to end.
func (s *Server) serve(c *Conn) {
	defer s.conns.Done()
	defer func() {
		// The session first: a client that sees the connection close may come
		// back at once.
		s.logout(c)
		s.settle(c)
		s.mu.Lock()
		delete(s.active, c)
		s.mu.Unlock()
		c.watch.end()
		c.conn.SetWriteDeadline(time.Now().Add(time.Second))
		c.conn.Close()
	}()
	var loginBy time.Time
	if t := span(s.Limits.LoginTimeout, 10*time.Second); t > 0 {
		loginBy = time.Now().Add(t)
	}
	if !s.handshake(c, loginBy) {
		return
	}
	if !s.sendGreeting(c) {
		return
	}
	r := bufio.NewReaderSize(c.conn, 16<<10)
	for {
		deadline := loginBy
		if c.loggedIn {
			deadline = time.Time{}
			if t := span(s.Limits.IdleTimeout, 10*time.Minute); t > 0 {
				deadline = time.Now().Add(t)
			}
		}
		c.conn.SetReadDeadline(deadline)
		if _, err := r.Peek(1); err != nil {
			return
		}
		if t := span(s.Limits.FrameTimeout, 30*time.Second); c.loggedIn && t > 0 && !whole(r) {
			c.conn.SetReadDeadline(time.Now().Add(t)) // the rest is on its way, or ought to be
		}
		frame, err := readFrame(r, s.Limits.MaxFrame, c.in)
		if err != nil {
			s.refuseFrame(c, r, err)
			return
		}
		c.in = keep(frame)
		if !s.begin(c) {
			return
		}
		if s.Transcript != nil {
			s.Transcript(c, Received, frame)
		}
		on := s.step(c, frame)
		s.end(c)
		if !on {
			return
		}
	}
}

// keep is a buffer to use again, unless one large frame has blown it up.
func keep(buf []byte) []byte {
	if cap(buf) > 64<<10 {
		return nil
	}
	return buf
}

// whole reports whether the next frame has arrived already.
func whole(r *bufio.Reader) bool {
	n := r.Buffered()
	if n < frameHeader {
		return false
	}
	head, err := r.Peek(frameHeader)
	return err == nil && uint64(binary.BigEndian.Uint32(head)) <= uint64(n)
}

// refuseFrame answers a length field that cannot be served. What was sent
// behind it is taken in for a moment, because a connection that is closed with
// unread data may lose the answer as well.
func (s *Server) refuseFrame(c *Conn, r io.Reader, err error) {
	var big *FrameTooLargeError
	var msg string
	switch {
	case errors.As(err, &big):
		msg = "Frame too large; server closing connection"
	case err == ErrFrameLength:
		msg = "Frame length is less than 5; server closing connection"
	default:
		return
	}
	s.respond(c, nil, "", Fail(CodeCommandFailedClosing, msg))
	c.conn.SetReadDeadline(time.Now().Add(250 * time.Millisecond))
	_, _ = io.CopyN(io.Discard, r, 1<<20)
}

func (s *Server) handshake(c *Conn, by time.Time) bool {
	c.conn.SetDeadline(by)
	nc := c.conn
	if s.TLS != nil {
		nc = tls.Server(nc, s.TLS)
	}
	if tc, ok := nc.(*tls.Conn); ok {
		if err := tc.HandshakeContext(s.ctx); err != nil {
			return false
		}
		st := tc.ConnectionState()
		c.tls = &st
	}
	s.mu.Lock() // stop and Close look at conn
	c.conn = nc
	closing := s.closing
	s.mu.Unlock()
	c.conn.SetDeadline(time.Time{})
	return !closing
}

// step handles one frame; false ends the connection.
func (s *Server) step(c *Conn, frame []byte) bool {
	m, err := s.codec.Decode(frame)
	if err != nil {
		var de *DecodeError
		if !errors.As(err, &de) {
			de = &DecodeError{Code: CodeSyntaxError}
		}
		r := Fail(de.Code, "")
		if de.Msg != "" {
			reason := de.Msg
			if de.Element != "" {
				reason += ": " + de.Element
			}
			r.Results[0].Values = []ResultValue{{Reason: reason}}
		}
		return s.respond(c, nil, de.ClTRID, r)
	}
	switch {
	case m.Hello:
		return s.sendGreeting(c)
	case m.Command == nil && m.Extension != nil:
		return s.respond(c, nil, "", Fail(CodeUnimplementedExt, ""))
	case m.Command == nil:
		return s.respond(c, nil, "", Fail(CodeSyntaxError, ""))
	}
	cmd := m.Command
	switch a := cmd.Action.(type) {
	case *Login:
		return s.login(c, cmd, a)
	case *Logout:
		if !c.loggedIn {
			return s.respond(c, cmd, cmd.ClTRID, Fail(CodeUseError, ""))
		}
		s.respond(c, cmd, cmd.ClTRID, NewResponse(CodeEndingSession))
		return false
	}
	if !c.loggedIn {
		return s.respond(c, cmd, cmd.ClTRID, Fail(CodeUseError, "",
			ResultValue{Reason: "not logged in"}))
	}
	if r := s.unserved(c, cmd); r != nil {
		return s.respond(c, cmd, cmd.ClTRID, r)
	}
	r := s.Handler.Handle(s.watched(c), c.session, cmd)
	c.watch.stop()
	if r == nil || len(r.Results) == 0 {
		var w *WireAct
		if r != nil {
			w = r.Wire
		}
		r = Fail(CodeCommandFailed, "")
		r.Wire = w
	}
	return s.respond(c, cmd, cmd.ClTRID, r)
}

// unserved refuses what the session did not log in for (RFC 5730 section 3,
// codes 2103 and 2307).
func (s *Server) unserved(c *Conn, cmd *Command) *Response {
	if _, poll := cmd.Action.(*Poll); !poll {
		ns := cmd.Action.Namespace()
		if !c.services[ns] || !slices.Contains(s.obj, ns) {
			return Fail(CodeUnimplementedObject, "", uriValue("objURI", ns))
		}
	}
	return unservedExt(cmd, c.services)
}

func unservedExt(cmd *Command, services map[string]bool) *Response {
	for _, x := range cmd.Extensions {
		if !services[x.Namespace()] {
			return Fail(CodeUnimplementedExt, "", uriValue("extURI", x.Namespace()))
		}
	}
	return nil
}

func uriValue(local, uri string) ResultValue { return NewResultValue(NSEPP, local, uri, "") }

func (s *Server) login(c *Conn, cmd *Command, l *Login) bool {
	refuse := func(r *Response) bool { return s.respond(c, cmd, cmd.ClTRID, r) }
	if c.loggedIn {
		return refuse(Fail(CodeUseError, "", ResultValue{Reason: "already logged in"}))
	}
	if l.Version != "1.0" {
		return refuse(Fail(CodeUnimplementedVersion, "", NewResultValue(NSEPP, "version", l.Version, "")))
	}
	if !slices.ContainsFunc(s.langs(), func(lang string) bool { return strings.EqualFold(lang, l.Lang) }) {
		return refuse(Fail(CodeUnimplementedOption, "", NewResultValue(NSEPP, "lang", l.Lang, "")))
	}
	services := make(map[string]bool, len(l.ObjURIs)+len(l.ExtURIs))
	for _, u := range l.ObjURIs {
		if !slices.Contains(s.obj, u) {
			return refuse(Fail(CodeUnimplementedObject, "", uriValue("objURI", u)))
		}
		services[u] = true
	}
	for _, u := range l.ExtURIs {
		if !slices.Contains(s.ext, u) {
			return refuse(Fail(CodeUnimplementedExt, "", uriValue("extURI", u)))
		}
		services[u] = true
	}
	if r := unservedExt(cmd, services); r != nil {
		return refuse(r)
	}
	c.services = services
	if services[NSLoginSec] {
		var bad *Response
		if l, bad = l.reveal(cmd.Extensions); bad != nil {
			c.services = nil
			return refuse(bad)
		}
		own := *cmd
		own.Action = l
		cmd = &own
	}
	session, r := s.Handler.Login(s.watched(c), c, l, cmd)
	c.watch.stop()
	if r == nil {
		r = NewResponse(CodeOK)
		if session == nil {
			r = Fail(CodeAuthentication, "")
		}
	}
	if !r.IsSuccess() {
		defer func() { c.services = nil }() // the refusal may still carry login security's events
		c.failures++
		if limit := count(s.Limits.MaxLoginFailures, 3); r.Code() == CodeAuthentication && limit > 0 && c.failures >= limit {
			own := *r
			own.Results = []Result{{Code: CodeAuthenticationClosing}}
			r = &own
		}
		return refuse(r)
	}
	c.session, c.clID = session, l.ClID
	if !s.enrol(l.ClID) {
		if e, ok := s.Handler.(SessionEnder); ok {
			e.EndSession(session)
		}
		c.session, c.services = nil, nil
		refuse(Fail(CodeSessionLimitClosing, ""))
		return false
	}
	c.loggedIn = true
	s.settle(c)
	return refuse(r)
}

// logout ends a session that was admitted. The handler hears of it before
// the place is free, so that it never sees one session too many.
func (s *Server) logout(c *Conn) {
	if !c.loggedIn {
		return
	}
	c.loggedIn = false
	if e, ok := s.Handler.(SessionEnder); ok {
		e.EndSession(c.session)
	}
	s.leave(c.clID)
}

func (s *Server) sendGreeting(c *Conn) bool {
	return s.write(c, nil, &Message{Greeting: s.greeting()}, nil)
}

// respond completes and sends an answer; false ends the connection.
func (s *Server) respond(c *Conn, cmd *Command, clTRID string, r *Response) bool {
	own := *r // handlers may share one value among sessions
	if own.ClTRID == "" {
		own.ClTRID = clTRID
	}
	if own.SvTRID == "" {
		own.SvTRID = s.trid()
	}
	if len(own.Extensions) > 0 {
		own.Extensions = inVersions(own.Extensions, c.speaks(cmd), nil)
	}
	// A client must not be sent what it did not log in for.
	poll := cmd != nil && cmd.Action.Verb() == VerbPoll
	own.handled(c.services, poll, c.services[NSUnhandled] || poll && slices.Contains(s.ext, NSUnhandled))
	if own.Code().Closes() {
		// Over before the client can know it: a logout that is followed at once
		// by a login must find its place free.
		s.logout(c)
	}
	return s.write(c, cmd, &Message{Response: &own}, own.Wire) && !own.Code().Closes()
}

// write sends a message, or what a WireAct makes of it.
func (s *Server) write(c *Conn, cmd *Command, m *Message, act *WireAct) bool {
	out := AppendMessage(append(c.out[:0], 0, 0, 0, 0), m)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	c.out = keep(out)
	if act == nil && s.Wire != nil {
		act = s.Wire(c, cmd, out[frameHeader:])
	}
	if act == nil {
		act = &WireAct{}
	}
	if act.Delay > 0 {
		t := time.NewTimer(act.Delay)
		select {
		case <-t.C:
		case <-s.ctx.Done():
			t.Stop()
			return false
		}
	}
	if act.Drop {
		return !act.Close
	}
	if act.Raw != nil {
		out = slices.Clone(act.Raw)
	}
	if act.Length != 0 && len(out) >= frameHeader {
		binary.BigEndian.PutUint32(out, act.Length)
	}
	cut := act.Cut
	if act.Half {
		cut = len(out) / 2
	}
	closing := act.Close
	if cut > 0 && cut < len(out) {
		out, closing = out[:cut], true
	}
	var deadline time.Time
	if t := span(s.Limits.WriteTimeout, 30*time.Second); t > 0 {
		deadline = time.Now().Add(t)
	}
	c.conn.SetWriteDeadline(deadline)
	if s.Transcript != nil {
		s.Transcript(c, Sent, out[min(frameHeader, len(out)):])
	}
	if _, err := c.conn.Write(out); err != nil {
		return false
	}
	return !closing
}

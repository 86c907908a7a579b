// Package dns is the name system of the simulated world, from the root down,
// on loopback: a root, a server per registry for its zones, and a resolver
// that walks them. Every server listens on the same port of its own 127/8
// address, which is how a walk from the root can be made by hand.
package dns

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"syscall"

	mdns "github.com/miekg/dns"
)

// Responder answers one question; req has exactly one, class IN. It sets
// everything but the header fields that mirror the request.
type Responder interface {
	Respond(req *mdns.Msg) *mdns.Msg
}

// ResponderFunc is a Responder as a function.
type ResponderFunc func(req *mdns.Msg) *mdns.Msg

// Respond calls f.
func (f ResponderFunc) Respond(req *mdns.Msg) *mdns.Msg { return f(req) }

// Sockets are the UDP and TCP sockets of one port on several addresses.
type Sockets struct {
	Port int
	udp  map[netip.Addr]net.PacketConn
	tcp  map[netip.Addr]net.Listener
}

// Bind takes the port on every address, both transports. Port 0 looks for one
// that is free on all of them.
func Bind(port int, addrs ...netip.Addr) (*Sockets, error) {
	tries := 1
	if port == 0 {
		tries = 64
	}
	var last error
	for range tries {
		s, err := bindAll(port, addrs)
		if err == nil {
			return s, nil
		}
		last = err
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return nil, fmt.Errorf("dns: %w: this system has only 127.0.0.1 on its loopback interface; add the others (macOS: sudo ifconfig lo0 alias 127.0.1.1 up, and so on)", err)
		}
	}
	return nil, fmt.Errorf("dns: %w", last)
}

func bindAll(port int, addrs []netip.Addr) (*Sockets, error) {
	s := &Sockets{Port: port, udp: map[netip.Addr]net.PacketConn{}, tcp: map[netip.Addr]net.Listener{}}
	for _, a := range addrs {
		ln, err := net.Listen("tcp4", netip.AddrPortFrom(a, uint16(s.Port)).String())
		if err != nil {
			s.Close()
			return nil, err
		}
		s.tcp[a] = ln
		s.Port = ln.Addr().(*net.TCPAddr).Port
		pc, err := net.ListenPacket("udp4", netip.AddrPortFrom(a, uint16(s.Port)).String())
		if err != nil {
			s.Close()
			return nil, err
		}
		s.udp[a] = pc
	}
	return s, nil
}

// Close frees sockets that no server has been started on; a server's Shutdown
// frees its own.
func (s *Sockets) Close() {
	for _, ln := range s.tcp {
		ln.Close()
	}
	for _, pc := range s.udp {
		pc.Close()
	}
}

// Serve answers on one of the addresses until the sockets are closed.
func (s *Sockets) Serve(addr netip.Addr, r Responder, log *slog.Logger) {
	h := mdns.HandlerFunc(func(w mdns.ResponseWriter, req *mdns.Msg) {
		_, udp := w.RemoteAddr().(*net.UDPAddr)
		if err := w.WriteMsg(respond(r, req, udp)); err != nil && log != nil {
			log.Debug("dns answer not sent", "server", addr.String(), "error", err.Error())
		}
	})
	for _, srv := range []*mdns.Server{{PacketConn: s.udp[addr], Handler: h}, {Listener: s.tcp[addr], Handler: h}} {
		go func() {
			if err := srv.ActivateAndServe(); err != nil && !errors.Is(err, net.ErrClosed) && log != nil {
				log.Error("dns server stopped", "server", addr.String(), "error", err.Error())
			}
		}()
	}
}

// respond checks the request, has r answer it, and makes the answer fit.
func respond(r Responder, req *mdns.Msg, udp bool) *mdns.Msg {
	refuse := func(rcode int) *mdns.Msg {
		m := new(mdns.Msg)
		m.SetRcode(req, rcode)
		return m
	}
	switch {
	case req.Opcode != mdns.OpcodeQuery:
		return refuse(mdns.RcodeNotImplemented)
	case len(req.Question) != 1:
		return refuse(mdns.RcodeFormatError)
	case req.Question[0].Qclass != mdns.ClassINET,
		req.Question[0].Qtype == mdns.TypeAXFR, req.Question[0].Qtype == mdns.TypeIXFR:
		return refuse(mdns.RcodeRefused)
	}
	opt := req.IsEdns0()
	if opt != nil && opt.Version() != 0 {
		m := refuse(mdns.RcodeBadVers)
		m.SetEdns0(1232, false)
		return m
	}
	m := r.Respond(req)
	ede := m.IsEdns0() // a responder may have said why in extended errors
	if opt == nil {
		m.Extra = slicesWithoutOPT(m.Extra)
	} else if ede == nil {
		m.SetEdns0(1232, opt.Do())
	}
	m.Compress = true
	if udp {
		size := mdns.MinMsgSize
		if opt != nil {
			size = min(max(int(opt.UDPSize()), mdns.MinMsgSize), 1232)
		}
		m.Truncate(size)
	}
	return m
}

func slicesWithoutOPT(rrs []mdns.RR) []mdns.RR {
	var out []mdns.RR
	for _, rr := range rrs {
		if rr.Header().Rrtype != mdns.TypeOPT {
			out = append(out, rr)
		}
	}
	return out
}

// Split sends questions that ask for recursion to one responder and the rest
// to another: 127.0.0.1 is resolver and root in one.
func Split(recursive, authoritative Responder) Responder {
	return ResponderFunc(func(req *mdns.Msg) *mdns.Msg {
		if req.RecursionDesired {
			return recursive.Respond(req)
		}
		return authoritative.Respond(req)
	})
}

package dns

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	mdns "github.com/miekg/dns"
)

// Bounds of one resolution: referrals on the way down, and resolutions within
// resolutions (CNAME targets, addresses of name servers).
const (
	maxReferrals = 12
	maxDepth     = 8
	askTimeout   = time.Second
	wholeTimeout = 6 * time.Second
)

// Resolver walks from the root for every question. It keeps no cache, so that
// what it answers is what the zones hold now.
type Resolver struct {
	Root netip.Addr
	Port int
}

// resolution is the walk of one client's question and its budget of questions.
type resolution struct {
	r     *Resolver
	asked int
}

var (
	errLame        = errors.New("no server of the zone answers for it")
	errUnreachable = errors.New("no server of the zone could be reached")
	errLoop        = errors.New("the resolution goes in circles")
)

// Respond resolves the question and answers as a recursive server does. A
// walk that fails is SERVFAIL with the reason as extended error (RFC 8914).
func (r *Resolver) Respond(req *mdns.Msg) *mdns.Msg {
	ctx, cancel := context.WithTimeout(context.Background(), wholeTimeout)
	defer cancel()
	m := new(mdns.Msg)
	m.SetReply(req)
	m.RecursionAvailable = true
	q := req.Question[0]
	res, err := (&resolution{r: r}).resolve(ctx, mdns.CanonicalName(q.Name), q.Qtype, 0)
	if err != nil {
		m.Rcode = mdns.RcodeServerFailure
		m.SetEdns0(1232, false)
		code := mdns.ExtendedErrorCodeOther
		if errors.Is(err, errUnreachable) || errors.Is(err, errLame) {
			code = mdns.ExtendedErrorCodeNoReachableAuthority
		}
		opt := m.IsEdns0()
		opt.Option = append(opt.Option, &mdns.EDNS0_EDE{InfoCode: code, ExtraText: err.Error()})
		return m
	}
	m.Rcode, m.Answer, m.Ns = res.Rcode, res.Answer, res.Ns
	return m
}

// resolve follows referrals from the root to an answer, and CNAMEs from there.
func (s *resolution) resolve(ctx context.Context, name string, qtype uint16, depth int) (*mdns.Msg, error) {
	if depth > maxDepth {
		return nil, errLoop
	}
	zone, servers := ".", []netip.Addr{s.r.Root}
	for range maxReferrals {
		resp, err := s.ask(ctx, zone, servers, name, qtype)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", zone, err)
		}
		if child := referral(resp, zone, name); child != "" {
			if servers, err = s.serversOf(ctx, resp, zone, child, depth); err != nil {
				return nil, fmt.Errorf("%s: %w", child, err)
			}
			zone = child
			continue
		}
		return s.chase(ctx, resp, name, qtype, depth)
	}
	return nil, errLoop
}

// referral returns the zone that resp refers to, "" when it is an answer. Only
// a step down towards the name counts.
func referral(resp *mdns.Msg, zone, name string) string {
	if resp.Authoritative || len(resp.Answer) > 0 || resp.Rcode != mdns.RcodeSuccess {
		return ""
	}
	for _, rr := range resp.Ns {
		owner := mdns.CanonicalName(rr.Header().Name)
		if rr.Header().Rrtype == mdns.TypeNS && owner != zone && mdns.IsSubDomain(zone, owner) && mdns.IsSubDomain(owner, name) {
			return owner
		}
	}
	return ""
}

// serversOf are the addresses of the child zone's servers: glue that the
// parent may give (inside its own zone), else resolved by name.
func (s *resolution) serversOf(ctx context.Context, resp *mdns.Msg, parent, child string, depth int) ([]netip.Addr, error) {
	var glued, bare []string
	var addrs []netip.Addr
	for _, rr := range resp.Ns {
		ns, ok := rr.(*mdns.NS)
		if !ok || mdns.CanonicalName(ns.Hdr.Name) != child {
			continue
		}
		host, found := mdns.CanonicalName(ns.Ns), false
		for _, x := range resp.Extra {
			if mdns.CanonicalName(x.Header().Name) != host || !mdns.IsSubDomain(parent, host) && parent != "." {
				continue
			}
			if a, ok := x.(*mdns.A); ok {
				if ip, ok := netip.AddrFromSlice(a.A.To4()); ok {
					addrs, found = append(addrs, ip), true
				}
			}
		}
		if found {
			glued = append(glued, host)
		} else {
			bare = append(bare, host)
		}
	}
	if len(glued) > 0 {
		return addrs, nil
	}
	for _, host := range bare {
		if mdns.IsSubDomain(child, host) {
			continue // below the cut and without glue: nobody could tell us
		}
		ans, err := s.resolve(ctx, host, mdns.TypeA, depth+1)
		if err != nil {
			continue
		}
		for _, rr := range ans.Answer {
			if a, ok := rr.(*mdns.A); ok {
				if ip, ok := netip.AddrFromSlice(a.A.To4()); ok {
					addrs = append(addrs, ip)
				}
			}
		}
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("%w: its name servers have no address", errUnreachable)
	}
	return addrs, nil
}

// ask puts the question to the servers in turn until one answers for the zone.
func (s *resolution) ask(ctx context.Context, zone string, servers []netip.Addr, name string, qtype uint16) (*mdns.Msg, error) {
	why := errUnreachable
	for _, addr := range servers {
		// This world ends at loopback; an address outside it is not reachable.
		if !addr.IsLoopback() {
			continue
		}
		if s.asked++; s.asked > 100 {
			return nil, errLoop
		}
		q := new(mdns.Msg)
		q.SetQuestion(name, qtype)
		q.RecursionDesired = false
		q.SetEdns0(1232, false)
		to := netip.AddrPortFrom(addr, uint16(s.r.Port)).String()
		resp, _, err := (&mdns.Client{Timeout: askTimeout}).ExchangeContext(ctx, q, to)
		if err == nil && resp.Truncated {
			resp, _, err = (&mdns.Client{Net: "tcp", Timeout: askTimeout}).ExchangeContext(ctx, q, to)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue
		}
		if resp.Authoritative && (resp.Rcode == mdns.RcodeSuccess || resp.Rcode == mdns.RcodeNameError) || referral(resp, zone, name) != "" {
			return resp, nil
		}
		why = errLame
	}
	return nil, why
}

// chase completes an answer whose last CNAME points somewhere else.
func (s *resolution) chase(ctx context.Context, resp *mdns.Msg, name string, qtype uint16, depth int) (*mdns.Msg, error) {
	out := &mdns.Msg{}
	out.Rcode, out.Ns = resp.Rcode, resp.Ns
	if qtype == mdns.TypeCNAME || qtype == mdns.TypeANY {
		out.Answer = resp.Answer
		return out, nil
	}
	owner := name
	for range maxDepth {
		var next string
		for _, rr := range resp.Answer {
			if mdns.CanonicalName(rr.Header().Name) != owner {
				continue
			}
			if c, ok := rr.(*mdns.CNAME); ok {
				next = mdns.CanonicalName(c.Target)
				out.Answer = append(out.Answer, rr)
			} else if rr.Header().Rrtype == qtype {
				out.Answer = append(out.Answer, rr)
			}
		}
		if next == "" {
			break
		}
		owner = next
	}
	answered := slices.ContainsFunc(out.Answer, func(rr mdns.RR) bool { return rr.Header().Rrtype == qtype })
	if owner == name || answered {
		if answered {
			out.Ns = nil
		}
		return out, nil
	}
	rest, err := s.resolve(ctx, owner, qtype, depth+1)
	if err != nil {
		return nil, err
	}
	out.Rcode, out.Answer, out.Ns = rest.Rcode, append(out.Answer, rest.Answer...), rest.Ns
	return out, nil
}

package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/miekg/dns"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Servers asks the resolver which name servers a name is delegated to, lower case, sorted, without final dots.
// A name that is not in the DNS, or not delegated, has none; that is not an error.
func (p *Probe) Servers(ctx context.Context, name domain.Name) ([]string, error) {
	fqdn := dns.Fqdn(string(name))
	var last error
	for try := 0; try < 2 && ctx.Err() == nil; try++ { // a lost datagram is no finding
		resp, err := p.ask(ctx, fqdn)
		if err != nil {
			last = err
			continue
		}
		switch resp.Rcode {
		case dns.RcodeNameError:
			return nil, nil
		case dns.RcodeSuccess:
			return delegation(resp, fqdn), nil
		}
		last = fmt.Errorf("dns: answer code %s", dns.RcodeToString[resp.Rcode])
	}
	if last == nil {
		last = ctx.Err()
	}
	return nil, fault.Wrap(last, fault.Unavailable, ResolverUnreachable, "name", string(name), "resolver", p.cfg.Resolver)
}

func (p *Probe) ask(ctx context.Context, fqdn string) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	q := new(dns.Msg)
	q.SetQuestion(fqdn, dns.TypeNS)
	q.SetEdns0(1232, false)
	udp := &dns.Client{Timeout: p.cfg.Timeout, Dialer: &net.Dialer{}}
	resp, _, err := udp.ExchangeContext(ctx, q, p.cfg.Resolver)
	if err != nil {
		return nil, fmt.Errorf("dns: %w", err)
	}
	if resp.Truncated {
		tcp := &dns.Client{Net: "tcp", Timeout: p.cfg.Timeout, Dialer: &net.Dialer{}}
		if resp, _, err = tcp.ExchangeContext(ctx, q, p.cfg.Resolver); err != nil {
			return nil, fmt.Errorf("dns: %w", err)
		}
	}
	if len(resp.Question) != 1 || !strings.EqualFold(resp.Question[0].Name, fqdn) {
		return nil, errors.New("dns: answer to another question")
	}
	return resp, nil
}

// delegation reads the NS records of exactly this name: from the answer, or from a referral's authority section.
func delegation(resp *dns.Msg, fqdn string) []string {
	var out []string
	for _, section := range [][]dns.RR{resp.Answer, resp.Ns} {
		for _, rr := range section {
			if ns, ok := rr.(*dns.NS); ok && strings.EqualFold(ns.Hdr.Name, fqdn) {
				out = append(out, ns.Ns)
			}
		}
		if len(out) > 0 {
			break
		}
	}
	return hosts(out)
}

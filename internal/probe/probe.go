// Package probe looks at the outside as anybody could: public directories and the DNS. It returns facts, never
// verdicts. What it fetches is made by others and bounded in size, time and redirects.
package probe

import (
	"context"
	"errors"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Codes of the faults that a probe can give. All are of kind Unavailable but NoDirectory, which is Missing.
const (
	// DirectoryUnreachable: neither RDAP nor WHOIS gave a usable answer (facts suffix, tried).
	DirectoryUnreachable fault.Code = "directory.unreachable"
	// NoDirectory: no public directory is known for the suffix (fact suffix).
	NoDirectory fault.Code = "directory.none"
	// ResolverUnreachable: the resolver gave no usable answer (facts name, resolver).
	ResolverUnreachable fault.Code = "dns.resolver-unreachable"
)

// Config says whom to ask.
type Config struct {
	RDAP     map[string]string // suffix to base URL (RFC 9224), "http://127.0.0.1:8083/"
	WHOIS    map[string]string // suffix to host:port
	Resolver string            // host:port of a resolver, UDP and TCP
	Timeout  time.Duration     // for each exchange; 0: 4 s
	HTTP     *http.Client      // nil: one of our own that follows three redirects
}

// Probe implements ops.Prober.
type Probe struct {
	cfg  Config
	http *http.Client
}

var _ ops.Prober = (*Probe)(nil)

// New makes a Probe.
func New(cfg Config) *Probe {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 4 * time.Second
	}
	client := cfg.HTTP
	if client == nil {
		client = &http.Client{CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > 3 {
				return errors.New("more than three redirects")
			}
			if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
				return errors.New("redirect to another scheme")
			}
			return nil
		}}
	}
	return &Probe{cfg: cfg, http: client}
}

// Registration asks RDAP, and WHOIS where RDAP gives nothing usable, who sponsors a name. That a directory does
// not have the name is an answer (Found false), not an error.
func (p *Probe) Registration(ctx context.Context, name domain.Name) (ops.PublicRegistration, error) {
	suffix := name.Suffix()
	base, hasRDAP := p.cfg.RDAP[suffix]
	addr, hasWHOIS := p.cfg.WHOIS[suffix]
	if !hasRDAP && !hasWHOIS {
		return ops.PublicRegistration{}, fault.New(fault.Missing, NoDirectory, "suffix", suffix)
	}
	var errs []error
	var tried []string
	if hasRDAP {
		reg, err := p.rdap(ctx, base, name)
		if err == nil {
			return reg, nil
		}
		errs, tried = append(errs, err), append(tried, "RDAP "+base)
	}
	if hasWHOIS && ctx.Err() == nil {
		reg, err := p.whois(ctx, addr, name)
		if err == nil {
			return reg, nil
		}
		errs, tried = append(errs, err), append(tried, "WHOIS "+addr)
	}
	return ops.PublicRegistration{}, fault.Wrap(errors.Join(errs...), fault.Unavailable, DirectoryUnreachable,
		"suffix", suffix, "tried", strings.Join(tried, ", "))
}

// hosts lowers, strips final dots, sorts and drops repetitions: name servers are a set.
func hosts(in []string) []string {
	seen := make(map[string]bool, len(in))
	var out []string
	for _, h := range in {
		h = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(h)), ".")
		if h != "" && !seen[h] {
			seen[h] = true
			out = append(out, h)
		}
	}
	sort.Strings(out)
	return out
}

// Package directory publishes the names that are registered here: RDAP (RFC 7480, 9082, 9083; ICANN's gTLD profile
// of February 2024; redaction after RFC 9537) and WHOIS (RFC 3912, in ICANN's key order). Persons' data is never
// in an answer: country and province stay, everything else of a registrant is redacted.
package directory

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Info is the registrar as it publishes itself.
type Info struct {
	Name       string // legal name
	IANAID     string // IANA registrar identifier
	URL        string // web site, with scheme
	AbuseEmail string
	AbusePhone string // +86.4000000000
	WHOIS      string // host (and port) of the WHOIS server
	RDAPBase   string // address that /domain/ hangs under
	Contact    string // page that relays a message to a registrant, {name} for the name; empty: URL
}

// Deps is what New needs; Limits may be zero.
type Deps struct {
	// Published reads a running name; unknown ones are a fault of kind Missing.
	Published func(ctx context.Context, name string) (ops.Published, error)
	Now       func() time.Time // business time: when the data was last true
	Wall      func() time.Time // for rates and network deadlines
	Registrar Info
	Limits    Limits
}

// Limits bounds what one address may ask for. Zero fields take the defaults.
type Limits struct {
	PerSecond   int           // questions a second of one address (an IPv6 /64); 50
	Connections int           // WHOIS connections at a time; 256
	Timeout     time.Duration // of one WHOIS question and its answer; 10 s
}

// Directory answers for the names that are registered here.
type Directory struct {
	Deps
	rates rates
	slots chan struct{}

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]bool
	conns     map[net.Conn]bool
	wg        sync.WaitGroup
}

// New refuses missing dependencies.
func New(d Deps) (*Directory, error) {
	if d.Published == nil || d.Now == nil || d.Wall == nil {
		return nil, errors.New("directory: a dependency is missing")
	}
	if d.Registrar.Name == "" || d.Registrar.IANAID == "" || d.Registrar.URL == "" || d.Registrar.AbuseEmail == "" || d.Registrar.AbusePhone == "" {
		return nil, errors.New("directory: the registrar's name, IANA id, address and abuse contact must be set")
	}
	if d.Limits.PerSecond == 0 {
		d.Limits.PerSecond = 50
	}
	if d.Limits.Connections == 0 {
		d.Limits.Connections = 256
	}
	if d.Limits.Timeout == 0 {
		d.Limits.Timeout = 10 * time.Second
	}
	d.Registrar.RDAPBase = strings.TrimSuffix(d.Registrar.RDAPBase, "/")
	return &Directory{Deps: d, slots: make(chan struct{}, d.Limits.Connections), listeners: map[net.Listener]bool{}, conns: map[net.Conn]bool{}}, nil
}

// find reads a published name of what was asked for, in Chinese or xn-- form.
func (d *Directory) find(ctx context.Context, typed string) (ops.Published, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return ops.Published{}, err
	}
	p, err := d.Published(ctx, string(n))
	if err != nil {
		return ops.Published{}, err
	}
	if !p.EndedAt.IsZero() {
		return ops.Published{}, fault.New(fault.Missing, "domain.not-found", "name", string(n))
	}
	return p, nil
}

func (i Info) contact(name domain.Name) string {
	if i.Contact == "" {
		return i.URL
	}
	return strings.ReplaceAll(i.Contact, "{name}", string(name))
}

// rates is a token bucket for each address.
type rates struct {
	mu      sync.Mutex
	buckets map[netip.Prefix]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

const maxBuckets = 50000

// allow spends one of the address's tokens; it holds and refills perSecond of them.
func (r *rates) allow(remote string, perSecond int, now time.Time) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return true // no address, nothing to count: a test, or a socket in the file system
	}
	bits := 32
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buckets == nil {
		r.buckets = map[netip.Prefix]*bucket{}
	}
	size := float64(perSecond)
	b := r.buckets[prefix]
	if b == nil {
		if len(r.buckets) >= maxBuckets {
			for p, old := range r.buckets {
				if now.Sub(old.at) > time.Second {
					delete(r.buckets, p)
				}
			}
		}
		b = &bucket{tokens: size, at: now}
		r.buckets[prefix] = b
	}
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.tokens = min(size, b.tokens+since*size)
	}
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

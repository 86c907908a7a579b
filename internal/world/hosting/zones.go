// Package hosting is where names point: a DNS host with two servers, a web
// host, and the store of the zones that people put there.
package hosting

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	mdns "github.com/miekg/dns"
)

// Record is one resource record of a hosted zone.
type Record struct {
	Name  string `json:"name"` // relative to the zone; "@" or "" is the zone itself; a final dot makes it absolute
	Type  string `json:"type"`
	TTL   uint32 `json:"ttl,omitempty"` // seconds; 0 means 300
	Value string `json:"value"`         // presentation format (RFC 1035 section 5)
}

// Zones are the hosted zones, kept in a file.
type Zones struct {
	path string

	mu     sync.RWMutex
	zones  map[string]*zone // "example.com."
	serial uint32
}

type zone struct {
	Records []Record `json:"records"`
	Serial  uint32   `json:"serial"`
	rrs     []mdns.RR
}

// ErrBadZone refuses a zone's name or records; the text says which.
var ErrBadZone = errors.New("bad zone")

// ErrNoZone: no such zone is hosted.
var ErrNoZone = errors.New("no such zone")

// OpenZones reads the zones kept at path.
func OpenZones(path string) (*Zones, error) {
	z := &Zones{path: path, zones: map[string]*zone{}}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return z, nil
	}
	if err != nil {
		return nil, fmt.Errorf("hosting: %w", err)
	}
	if err := json.Unmarshal(raw, &z.zones); err != nil {
		return nil, fmt.Errorf("hosting: %s: %w", path, err)
	}
	for name, zn := range z.zones {
		if zn.rrs, err = parse(name, zn.Records); err != nil {
			return nil, fmt.Errorf("hosting: %s: %w", path, err)
		}
		z.serial = max(z.serial, zn.Serial)
	}
	return z, nil
}

// parse turns records into resource records and checks what a zone may hold.
func parse(name string, records []Record) ([]mdns.RR, error) {
	if len(records) > 2000 {
		return nil, fmt.Errorf("%w: more than 2000 records", ErrBadZone)
	}
	var out []mdns.RR
	for i, r := range records {
		owner := name
		switch {
		case strings.HasSuffix(r.Name, "."):
			owner = mdns.CanonicalName(r.Name)
		case r.Name != "" && r.Name != "@":
			owner = mdns.CanonicalName(r.Name + "." + name)
		}
		if _, ok := mdns.IsDomainName(owner); !ok || !mdns.IsSubDomain(name, owner) || strings.ContainsAny(owner, " \t\r\n\"();$") {
			return nil, fmt.Errorf("%w: record %d: name %q is not in the zone", ErrBadZone, i+1, r.Name)
		}
		ttl := r.TTL
		if ttl == 0 {
			ttl = 300
		}
		if strings.ContainsAny(r.Type+r.Value, "\r\n") {
			return nil, fmt.Errorf("%w: record %d: one line each", ErrBadZone, i+1)
		}
		rr, err := mdns.NewRR(fmt.Sprintf("$ORIGIN %s\n%s %d IN %s %s", name, owner, ttl, r.Type, r.Value))
		if err != nil || rr == nil {
			return nil, fmt.Errorf("%w: record %d: %s %q is not valid", ErrBadZone, i+1, r.Type, r.Value)
		}
		rr.Header().Name = owner
		out = append(out, rr)
	}
	for i, a := range out {
		for j, b := range out {
			if i != j && a.Header().Rrtype == mdns.TypeCNAME && a.Header().Name == b.Header().Name && b.Header().Rrtype != mdns.TypeRRSIG && b.Header().Rrtype != mdns.TypeNSEC {
				return nil, fmt.Errorf("%w: %s has a CNAME and something else", ErrBadZone, a.Header().Name)
			}
		}
	}
	return out, nil
}

func canonical(name string) (string, error) {
	n := mdns.CanonicalName(strings.TrimSpace(name))
	if labels, ok := mdns.IsDomainName(n); !ok || labels < 2 || strings.ContainsAny(n, " \t\r\n\"();$") {
		return "", fmt.Errorf("%w: %q is not a domain name", ErrBadZone, name)
	}
	return n, nil
}

// Put sets a zone's records, replacing what it held. SOA and apex NS are made
// where the records have none.
func (z *Zones) Put(name string, records []Record) error {
	n, err := canonical(name)
	if err != nil {
		return err
	}
	rrs, err := parse(n, records)
	if err != nil {
		return err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.serial++
	old := z.zones[n]
	z.zones[n] = &zone{Records: records, Serial: z.serial, rrs: rrs}
	if err := z.save(); err != nil {
		z.zones[n] = old
		if old == nil {
			delete(z.zones, n)
		}
		return err
	}
	return nil
}

// Remove takes a zone away; a name delegated here is parked again.
func (z *Zones) Remove(name string) error {
	n, err := canonical(name)
	if err != nil {
		return err
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.zones[n] == nil {
		return ErrNoZone
	}
	delete(z.zones, n)
	return z.save()
}

// Get returns a zone's records.
func (z *Zones) Get(name string) ([]Record, error) {
	z.mu.RLock()
	defer z.mu.RUnlock()
	zn := z.zones[mdns.CanonicalName(name)]
	if zn == nil {
		return nil, ErrNoZone
	}
	return slices.Clone(zn.Records), nil
}

// Names lists the hosted zones, without final dots, sorted.
func (z *Zones) Names() []string {
	z.mu.RLock()
	defer z.mu.RUnlock()
	out := []string{}
	for n := range z.zones {
		out = append(out, strings.TrimSuffix(n, "."))
	}
	slices.Sort(out)
	return out
}

func (z *Zones) save() error {
	raw, err := json.Marshal(z.zones)
	if err != nil {
		return err
	}
	if err := os.WriteFile(z.path+".new", raw, 0o600); err != nil {
		return fmt.Errorf("hosting: %w", err)
	}
	return os.Rename(z.path+".new", z.path)
}

// find returns the records of the deepest hosted zone round name.
func (z *Zones) find(name string) (apex string, rrs []mdns.RR, serial uint32, ok bool) {
	z.mu.RLock()
	defer z.mu.RUnlock()
	for _, i := range mdns.Split(name) {
		if zn := z.zones[name[i:]]; zn != nil {
			return name[i:], zn.rrs, zn.Serial, true
		}
	}
	return "", nil, 0, false
}

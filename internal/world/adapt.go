package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/openregistrar/openregistrar/internal/world/directory"
	"github.com/openregistrar/openregistrar/internal/world/dns"
	"github.com/openregistrar/openregistrar/internal/world/pki"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// holder shows a registry's zones to its name server.
type holder struct{ *registry.Registry }

func (h holder) Delegation(name string) (dns.Delegation, bool) {
	d, ok := h.Registry.Delegation(name)
	if !ok {
		return dns.Delegation{}, false
	}
	var out dns.Delegation
	for _, ns := range d.NS {
		out.Servers = append(out.Servers, dns.Server{Host: ns.Host, Addrs: ns.Addrs})
	}
	for _, ds := range d.DS {
		out.DS = append(out.DS, dns.DS(ds))
	}
	for _, t := range d.TTLs {
		if out.TTL == nil {
			out.TTL = map[string]uint32{}
		}
		out.TTL[t.For] = uint32(t.Seconds)
	}
	return out, true
}

// registryOf finds the registry and the registered form of name: one label
// more than the longest suffix that it is under.
func (w *World) registryOf(name string) (*registry.Registry, string) {
	var best string
	var reg *registry.Registry
	for _, r := range w.registries {
		for _, z := range r.Zones() {
			if strings.HasSuffix(name, "."+z) && len(z) > len(best) {
				best, reg = z, r
			}
		}
	}
	if reg == nil {
		return nil, ""
	}
	label := strings.TrimSuffix(name, "."+best)
	return reg, label[strings.LastIndexByte(label, '.')+1:] + "." + best
}

// delegatedToUs says whether the registration round name names one of the DNS
// host's servers. A hold does not matter here: it takes a name out of the
// parent's zone, not off the host.
func (w *World) delegatedToUs(name string) (string, bool) {
	reg, apex := w.registryOf(name)
	if reg == nil {
		return "", false
	}
	d, ok := reg.Domain(apex)
	if !ok {
		return "", false
	}
	for _, ns := range d.Servers {
		for _, h := range hostNS {
			if ns.Host == h.name {
				return apex, true
			}
		}
	}
	return "", false
}

// face is a registry as its RDAP and WHOIS see it.
func (w *World) face(reg *registry.Registry) directory.Registry {
	p := reg.Profile()
	return directory.Registry{
		ID: p.ID, Zones: reg.Zones(), Thin: p.Thin, Now: w.clock.Now,
		Domain: func(name string) (directory.Domain, bool) {
			v, ok := reg.Domain(name)
			if !ok {
				return directory.Domain{}, false
			}
			d := directory.Domain{Name: v.Name, Handle: v.ROID, Created: v.Created, Updated: v.Updated, Expires: v.Expires, Transferred: v.Transferred,
				Statuses: v.EPPStatus, RGP: v.RGPStatus, Registrar: w.registrars.published(reg, v.Sponsor)}
			for _, ns := range v.Servers {
				d.Servers = append(d.Servers, directory.Host{Name: ns.Host, Addrs: ns.Addrs})
			}
			for _, ds := range v.DS {
				d.DS = append(d.DS, directory.DS(ds))
			}
			if !p.Thin && p.Contacts {
				d.Contacts = map[string]directory.Contact{}
				publish := func(role, id string) {
					if c, ok := reg.Contact(id); ok {
						d.Contacts[role] = publicPart(c)
					}
				}
				publish("registrant", v.Registrant)
				for _, ref := range v.Domain.Contacts {
					if ref.Type == "admin" || ref.Type == "tech" {
						publish(ref.Type, ref.ID)
					}
				}
			}
			return d, true
		},
		Host: func(name string) (directory.Host, bool) {
			if h, ok := reg.Host(name); ok {
				return directory.Host{Name: h.Name, Handle: h.ROID, Addrs: h.Addrs}, true
			}
			// With host attributes a server is known through the zone alone.
			if a, ok := reg.Glue(name); ok {
				return directory.Host{Name: name, Addrs: a}, true
			}
			return directory.Host{}, false
		},
	}
}

// publicPart keeps of a contact what may be published. The int form is ASCII
// and comes first where there is one.
func publicPart(c registry.Contact) directory.Contact {
	var out directory.Contact
	for _, p := range c.Postal {
		if out.Country == "" || p.Type == "int" {
			out = directory.Contact{Org: p.Org, Province: p.SP, Country: p.CC}
		}
	}
	return out
}

// RegistrarEntry is what registries publish about a registrar, as it has told them.
type RegistrarEntry struct {
	Name       string `json:"name,omitempty"`
	IANAID     string `json:"iana_id,omitempty"`
	URL        string `json:"url,omitempty"`
	WHOIS      string `json:"whois,omitempty"`
	RDAPBase   string `json:"rdap_base,omitempty"`
	AbuseEmail string `json:"abuse_email,omitempty"`
	AbusePhone string `json:"abuse_phone,omitempty"`
}

// registrars are the entries set over the control port, on top of what each
// account starts with.
type registrars struct {
	path string
	mu   sync.RWMutex
	set  map[string]RegistrarEntry
}

func openRegistrars(path string) (*registrars, error) {
	r := &registrars{path: path, set: map[string]RegistrarEntry{
		ourClID: {Name: "OpenRegistrar", IANAID: "9999", AbuseEmail: "abuse@openregistrar.example", AbusePhone: "+86.1000000000"},
		"rival": {Name: "Rival Names Ltd.", IANAID: "9998", URL: "https://rival.example", AbuseEmail: "abuse@rival.example", AbusePhone: "+44.2000000000"},
		"elder": {Name: "Elder Registrations Co.", IANAID: "9997", URL: "https://elder.example", AbuseEmail: "abuse@elder.example", AbusePhone: "+1.2025550100"},
	}}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	if err := json.Unmarshal(raw, &r.set); err != nil {
		return nil, fmt.Errorf("world: %s: %w", path, err)
	}
	return r, nil
}

// update changes the fields that e gives and keeps the others.
func (r *registrars) update(clid string, e RegistrarEntry) (RegistrarEntry, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.set[clid]
	for _, f := range []struct{ to, from *string }{
		{&now.Name, &e.Name}, {&now.IANAID, &e.IANAID}, {&now.URL, &e.URL}, {&now.WHOIS, &e.WHOIS},
		{&now.RDAPBase, &e.RDAPBase}, {&now.AbuseEmail, &e.AbuseEmail}, {&now.AbusePhone, &e.AbusePhone},
	} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	old := r.set[clid]
	r.set[clid] = now
	raw, err := json.Marshal(r.set)
	if err == nil {
		err = pki.WriteFile(r.path, raw)
	}
	if err != nil {
		r.set[clid] = old
	}
	return now, err
}

func (r *registrars) get(clid string) RegistrarEntry {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.set[clid]
}

// account is a registrar's account as a registry is opened with it.
func (r *registrars) account(clid, password, certSHA, failoverSHA string) registry.Account {
	e := r.get(clid)
	iana, _ := strconv.Atoi(e.IANAID)
	return registry.Account{ID: clid, Name: e.Name, Password: password, CertSHA256: certSHA, CertSHA256B: failoverSHA, IANAID: iana, URL: e.URL,
		WHOISServer: e.WHOIS, RDAPBase: e.RDAPBase, AbuseEmail: e.AbuseEmail, AbusePhone: e.AbusePhone}
}

// published is a sponsor as RDAP and WHOIS show it: the control port's word
// goes before what the registry was opened with.
func (r *registrars) published(reg *registry.Registry, clid string) directory.Registrar {
	out := directory.Registrar{ID: clid, Name: clid}
	if g, ok := reg.Registrar(clid); ok {
		out = directory.Registrar{ID: clid, Name: g.Name, URL: g.URL, WHOISServer: g.WHOISServer, RDAPBase: g.RDAPBase, AbuseEmail: g.AbuseEmail, AbusePhone: g.AbusePhone}
		if g.IANAID != 0 {
			out.IANAID = strconv.Itoa(g.IANAID)
		}
	}
	e := r.get(clid)
	for _, f := range []struct{ to, from *string }{
		{&out.Name, &e.Name}, {&out.IANAID, &e.IANAID}, {&out.URL, &e.URL}, {&out.WHOISServer, &e.WHOIS},
		{&out.RDAPBase, &e.RDAPBase}, {&out.AbuseEmail, &e.AbuseEmail}, {&out.AbusePhone, &e.AbusePhone},
	} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	return out
}

// counts remembers how many names each registry holds until one changes:
// counting walks all of them.
type counts struct {
	mu   sync.Mutex
	seen map[string]counted
}

type counted struct {
	changed <-chan struct{} // closed when the figures are out of date
	byClID  map[string]int
	names   int
}

// of counts a registry's names by sponsor.
func (c *counts) of(reg *registry.Registry) counted {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := reg.Profile().ID
	if old, ok := c.seen[id]; ok {
		select {
		case <-old.changed:
		default:
			return old
		}
	}
	n := counted{changed: reg.Changed(), byClID: map[string]int{}}
	for _, g := range reg.Registrars() {
		for after := ""; ; {
			page := reg.Names(g.ID, after, 5000)
			n.byClID[g.ID] += len(page)
			if len(page) < 5000 {
				break
			}
			after = page[len(page)-1]
		}
		n.names += n.byClID[g.ID]
	}
	if c.seen == nil {
		c.seen = map[string]counted{}
	}
	c.seen[id] = n
	return n
}

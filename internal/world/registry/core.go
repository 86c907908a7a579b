package registry

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Refusal is a command that the registry does not carry out, with its EPP
// result code (RFC 5730 section 3). Nothing has changed when one is returned.
type Refusal struct {
	Code   int
	Reason string // at most 32 characters where a check may show it
}

func (e *Refusal) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Reason) }

func refuse(code int, reason string) error { return &Refusal{code, reason} }

type set map[string]struct{}

// core is the registry without disk, network and locks. Stored objects are
// never modified in place: a change clones, modifies and puts. Every operation
// checks everything before it puts anything, so that a refusal leaves no
// trace.
type core struct {
	p        *Profile
	domains  map[string]*Domain
	contacts map[string]*Contact
	hosts    map[string]*Host
	regs     map[string]*Registrar
	polls    map[string][]*PollMessage
	set      *Settings
	words    []auditWord // of set and the profile
	roidSeq  uint64
	pollSeq  uint64

	contactUse map[string]set // contact -> domains
	hostUse    map[string]set // host name -> domains delegated to it
	subHosts   map[string]set // domain -> subordinate host objects
	variants   map[string]string
	sorted     map[string][]string // clID -> names, built on demand
	due        dueHeap

	reprice func(name string, p Price) Price // the fault fee-change; nil: none
	broke   bool                             // the fault empty-deposit, for the command under way

	lsn     uint64 // position that the change under way will have; 0 while loading
	goneLSN uint64 // position of the last removal
	tx      record
	zoneVer uint64
}

func newCore(p *Profile) *core {
	c := &core{p: p,
		domains: map[string]*Domain{}, contacts: map[string]*Contact{}, hosts: map[string]*Host{},
		regs: map[string]*Registrar{}, polls: map[string][]*PollMessage{}, set: &Settings{},
		contactUse: map[string]set{}, hostUse: map[string]set{}, subHosts: map[string]set{},
		variants: map[string]string{}, sorted: map[string][]string{}}
	c.words = wordsOf(c.set, p)
	return c
}

// zoneOf splits a lower-case name into its label and zone.
func (c *core) zoneOf(name string) (label string, z *Zone) {
	for i := range c.p.Zones {
		zn := &c.p.Zones[i]
		at := len(name) - len(zn.Name) - 1 // of the dot between
		if at >= 0 && name[at] == '.' && name[at+1:] == zn.Name && (z == nil || len(zn.Name) > len(z.Name)) {
			label, z = name[:at], zn
		}
	}
	return label, z
}

func (c *core) isZone(name string) bool {
	return slices.ContainsFunc(c.p.Zones, func(z Zone) bool { return z.Name == name })
}

// superordinate returns the domain name above a host name inside the zones.
func (c *core) superordinate(host string) (name string, inside bool) {
	label, z := c.zoneOf(host)
	if z == nil {
		return "", c.isZone(host)
	}
	if i := strings.LastIndexByte(label, '.'); i >= 0 {
		label = label[i+1:]
	}
	return label + "." + z.Name, true
}

// parseName checks a name's form: 2005 for what is no host name, 2306 for a
// zone that is not served or a label that the zone's policy excludes.
func (c *core) parseName(raw string) (name, label string, z *Zone, err error) {
	name = strings.ToLower(strings.TrimSuffix(raw, "."))
	if !validHostName(name) {
		return "", "", nil, refuse(2005, "invalid domain name")
	}
	label, z = c.zoneOf(name)
	if z == nil {
		return "", "", nil, refuse(2306, "zone not served here")
	}
	if strings.Contains(label, ".") {
		return "", "", nil, refuse(2306, "not directly under a zone")
	}
	if len(label) >= 4 && label[2:4] == "--" {
		if !strings.HasPrefix(label, "xn--") || !c.p.IDN {
			return "", "", nil, refuse(2306, "hyphens in 3rd and 4th place")
		}
		u, e := idna.Registration.ToUnicode(label)
		if e != nil {
			return "", "", nil, refuse(2005, "invalid IDN label")
		}
		if a, e := idna.Registration.ToASCII(u); e != nil || a != label {
			return "", "", nil, refuse(2005, "invalid IDN label")
		}
	}
	return name, label, z, nil
}

func validHostName(name string) bool {
	if len(name) > 253 || !strings.Contains(name, ".") {
		return false
	}
	for l := range strings.SplitSeq(name, ".") {
		if len(l) == 0 || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for i := range len(l) {
			b := l[i]
			if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
				return false
			}
		}
	}
	return true
}

// variantKey is the key under which all variants of a name fall together.
func (c *core) variantKey(label string, z *Zone) string {
	if c.p.Variants == nil || !strings.HasPrefix(label, "xn--") {
		return ""
	}
	u, err := idna.ToUnicode(label)
	if err != nil {
		return ""
	}
	return c.p.Variants(u) + "." + z.Name
}

func (c *core) nextROID(kind string) string {
	c.roidSeq++
	return kind + strconv.FormatUint(c.roidSeq, 10) + "-" + c.p.ROID
}

// put stores a domain and keeps the indices; the old value stays as it was.
func (c *core) putDomain(d *Domain) {
	old := c.domains[d.Name]
	d.lsn = c.lsn
	if old != nil {
		c.unlinkDomain(old)
	}
	if old == nil || old.Sponsor != d.Sponsor {
		clear(c.sorted)
	}
	c.linkDomain(d)
	if delegationDiffers(old, d) {
		c.zoneVer++
	}
	c.tx.Domains = append(c.tx.Domains, d)
}

func (c *core) linkDomain(d *Domain) {
	c.domains[d.Name] = d
	if d.Registrant != "" {
		link(c.contactUse, d.Registrant, d.Name)
	}
	for _, x := range d.Contacts {
		link(c.contactUse, x.ID, d.Name)
	}
	for _, n := range d.NS {
		link(c.hostUse, n.Host, d.Name)
	}
	if label, z := c.zoneOf(d.Name); z != nil {
		if k := c.variantKey(label, z); k != "" {
			c.variants[k] = d.Name
		}
	}
	d.due, _ = d.nextDue()
	c.push(kindDomain, d.Name, d.due)
}

func (c *core) unlinkDomain(d *Domain) {
	unlink(c.contactUse, d.Registrant, d.Name)
	for _, x := range d.Contacts {
		unlink(c.contactUse, x.ID, d.Name)
	}
	for _, n := range d.NS {
		unlink(c.hostUse, n.Host, d.Name)
	}
}

func (c *core) dropDomain(name string) {
	d := c.domains[name]
	if d == nil {
		return
	}
	c.unlinkDomain(d)
	delete(c.domains, name)
	if label, z := c.zoneOf(name); z != nil {
		if k := c.variantKey(label, z); k != "" {
			delete(c.variants, k)
		}
	}
	clear(c.sorted)
	if d.inZone() {
		c.zoneVer++
	}
	c.goneLSN = c.lsn
	// Replay removes before it stores, so a record never holds both.
	c.tx.Domains = slices.DeleteFunc(c.tx.Domains, func(d *Domain) bool { return d.Name == name })
	c.tx.GoneDomains = append(c.tx.GoneDomains, name)
}

func (c *core) putContact(x *Contact) {
	x.lsn = c.lsn
	c.contacts[x.ID] = x
	x.due = time.Time{}
	if x.transferPending() {
		x.due = x.Transfer.AcDate
	}
	c.push(kindContact, x.ID, x.due)
	c.tx.Contacts = append(c.tx.Contacts, x)
}

func (c *core) dropContact(id string) {
	delete(c.contacts, id)
	c.goneLSN = c.lsn
	c.tx.GoneContacts = append(c.tx.GoneContacts, id)
}

func (c *core) putHost(h *Host) {
	h.lsn = c.lsn
	old := c.hosts[h.Name]
	c.hosts[h.Name] = h
	if sup, inside := c.superordinate(h.Name); inside {
		link(c.subHosts, sup, h.Name)
	}
	if old == nil || !slices.Equal(old.Addrs, h.Addrs) {
		c.zoneVer++
	}
	c.tx.Hosts = append(c.tx.Hosts, h)
}

func (c *core) dropHost(name string) {
	delete(c.hosts, name)
	if sup, inside := c.superordinate(name); inside {
		unlink(c.subHosts, sup, name)
	}
	c.zoneVer++
	c.goneLSN = c.lsn
	c.tx.Hosts = slices.DeleteFunc(c.tx.Hosts, func(h *Host) bool { return h.Name == name })
	c.tx.GoneHosts = append(c.tx.GoneHosts, name)
}

func (c *core) putRegistrar(g *Registrar) {
	c.regs[g.ID] = g
	c.tx.Registrars = append(c.tx.Registrars, g)
}

func link(m map[string]set, key, val string) {
	s := m[key]
	if s == nil {
		s = set{}
		m[key] = s
	}
	s[val] = struct{}{}
}

func unlink(m map[string]set, key, val string) {
	if s := m[key]; s != nil {
		delete(s, val)
		if len(s) == 0 {
			delete(m, key)
		}
	}
}

func delegationDiffers(a, b *Domain) bool {
	if a == nil {
		return b.inZone()
	}
	if a.inZone() != b.inZone() {
		return true
	}
	return b.inZone() && (!slices.EqualFunc(a.NS, b.NS, func(x, y NameServer) bool {
		return x.Host == y.Host && slices.Equal(x.Addrs, y.Addrs)
	}) || !slices.Equal(a.DS, b.DS) || !slices.Equal(a.Keys, b.Keys) || !slices.Equal(a.TTLs, b.TTLs))
}

// names lists up to limit names of a sponsor (all when empty) after a name.
func (c *core) names(clID, after string, limit int) []string {
	list, ok := c.sorted[clID]
	if !ok {
		for n, d := range c.domains {
			if clID == "" || d.Sponsor == clID {
				list = append(list, n)
			}
		}
		slices.Sort(list)
		c.sorted[clID] = list
	}
	i, found := slices.BinarySearch(list, after)
	if found {
		i++
	}
	return slices.Clone(list[i:min(len(list), i+max(limit, 0))])
}

// message queues a poll message (RFC 5730 section 2.9.2.3).
func (c *core) message(clID, kind, object, text string, now time.Time) *PollMessage {
	if c.regs[clID] == nil {
		return &PollMessage{}
	}
	c.pollSeq++
	m := &PollMessage{ID: strconv.FormatUint(c.pollSeq, 10), ClID: clID, Queued: now, Kind: kind, Object: object, Text: text}
	c.polls[clID] = append(c.polls[clID], m)
	c.tx.Polls = append(c.tx.Polls, m)
	return m
}

func (c *core) pollHead(clID string) (*PollMessage, int) {
	q := c.polls[clID]
	if len(q) == 0 {
		return nil, 0
	}
	return q[0], len(q)
}

// pollAck removes a message and returns how many are left and the next one.
func (c *core) pollAck(clID, id string) (int, *PollMessage, error) {
	q := c.polls[clID]
	i := slices.IndexFunc(q, func(m *PollMessage) bool { return m.ID == id })
	if i < 0 {
		return len(q), nil, refuse(2303, "no such message")
	}
	// A fresh slice: a reader may still hold the old one.
	q = slices.Concat(q[:i], q[i+1:])
	c.polls[clID] = q
	c.tx.Acked = append(c.tx.Acked, ackRef{clID, id})
	if len(q) == 0 {
		return 0, nil, nil
	}
	return len(q), q[0], nil
}

// addYears adds calendar years; 29 February becomes 28 February, not 1 March.
func addYears(t time.Time, n int) time.Time {
	u := t.AddDate(n, 0, 0)
	if u.Day() != t.Day() {
		u = u.AddDate(0, 0, -u.Day())
	}
	return u
}

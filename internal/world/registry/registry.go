package registry

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// Registry is one simulated registry, open on its directory. All methods may
// be called concurrently.
type Registry struct {
	p    Profile
	opts Options
	now  func() time.Time

	lock *os.File

	mu      sync.RWMutex // guards core, changed, closed
	core    *core
	j       *journal
	changed chan struct{}
	closed  bool

	vspMu sync.RWMutex
	vsps  map[string]signedcode.VSP
	good  map[[sha256.Size]byte]goodCode // documents judged lately, under the present providers
	vspNo int                            // grows with each replacement of them

	faults faultSet
	front  front
}

// Open loads the registry kept in dir, or makes and seeds it. now is the
// business clock.
func Open(dir string, p Profile, now func() time.Time, opts Options) (*Registry, error) {
	if opts.Logf == nil {
		opts.Logf = func(string, ...any) {}
	}
	r := &Registry{p: p, opts: opts, changed: make(chan struct{}),
		// Milliseconds are what EPP shows: a stored date and a shown one are equal.
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
	r.core = newCore(&r.p)
	r.SetVSPs(opts.VSPs)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	f, seeded, err := r.core.load(dir)
	if err != nil {
		lock.Close()
		return nil, err
	}
	r.lock = lock
	r.core.lsn = 1 // what was loaded is on disk: position 0, no waiting
	r.j = newJournal(f)
	r.front.init(r)
	if err := r.loadFaults(dir); err != nil {
		return nil, errors.Join(err, r.j.close(), lock.Close())
	}
	err = r.do(func(c *core, now time.Time) error {
		for _, a := range append(slices.Clone(opts.Accounts), Account{ID: rivalID, Name: "Rival Names Ltd.", IANAID: 9998},
			Account{ID: elderID, Name: "Elder Registrations Co.", IANAID: 9997}) {
			if err := c.configure(a, now); err != nil {
				return err
			}
		}
		if !seeded && !opts.NoSeed {
			c.seed(hostingAddrs(opts), now)
			c.tx.Seeded = true
		} else if len(opts.HostingNS) > 0 {
			for name, addrs := range opts.HostingNS {
				if h := c.hosts[name]; h != nil && !slices.Equal(h.Addrs, addrs) && len(addrs) > 0 && len(h.Addrs) > 0 {
					n := h.clone()
					n.Addrs = slices.Clone(addrs)
					c.putHost(n)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, r.j.close(), lock.Close())
	}
	return r, nil
}

// configure makes an account or brings its settings up to date; the deposit
// and a password changed over EPP stay.
func (c *core) configure(a Account, now time.Time) error {
	if len(a.ID) < 3 || len(a.ID) > 16 {
		return fmt.Errorf("registry: registrar id %q: 3 to 16 characters", a.ID)
	}
	old := c.regs[a.ID]
	if old != nil && (a.ID == rivalID || a.ID == elderID) && a.Password == "" {
		return nil // configured above, or made at an earlier start
	}
	g := Registrar{Balance: c.p.InitialDeposit}
	if a.Deposit != 0 {
		g.Balance = a.Deposit
	}
	if old != nil {
		g = *old
	}
	g.ID, g.Name, g.IANAID, g.URL, g.WHOISServer, g.RDAPBase = a.ID, a.Name, a.IANAID, a.URL, a.WHOISServer, a.RDAPBase
	g.AbuseEmail, g.AbusePhone, g.CertCN, g.CertSHA256 = a.AbuseEmail, a.AbusePhone, a.CertCN, strings.ToLower(a.CertSHA256)
	g.SessionCap, g.LowBalance = a.SessionCap, c.p.LowBalance
	if a.Password != "" && !passwordIs(g.Given, a.Password) {
		g.Given = hashPassword(a.Password)
		g.Password, g.PasswordSet = g.Given, now
	}
	g.CertSHA256B, g.DataModel = strings.ToLower(a.CertSHA256B), a.DataModel
	if old == nil || *old != g {
		c.putRegistrar(&g)
	}
	return nil
}

// do runs an operation under the lock, after what has fallen due, and returns
// when everything that it changed or may have seen is on disk. The error is a
// [*Refusal] or a failure of the disk.
func (r *Registry) do(fn func(c *core, now time.Time) error) error {
	lsn, err := r.locked(fn)
	if werr := r.j.wait(lsn); werr != nil {
		return werr
	}
	return err
}

func (r *Registry) locked(fn func(c *core, now time.Time) error) (uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, ErrClosed
	}
	now := r.now()
	if _, err := r.runDueLocked(now); err != nil {
		return 0, err
	}
	err := fn(r.core, now)
	lsn, jerr := r.commitLocked()
	if jerr != nil {
		return 0, jerr
	}
	return lsn, err
}

// runDueLocked writes a record per 500 things, so that lines stay bounded.
func (r *Registry) runDueLocked(now time.Time) (int, error) {
	total := 0
	for {
		n := r.core.runDue(now, 500)
		total += n
		if n == 0 {
			return total, nil
		}
		if _, err := r.commitLocked(); err != nil {
			return total, err
		}
	}
}

// commitLocked queues what the core has changed and returns the position up
// to which an answer has to wait.
func (r *Registry) commitLocked() (uint64, error) {
	c := r.core
	if c.tx.empty() {
		return c.lsn - 1, nil
	}
	c.tx.ROIDSeq, c.tx.PollSeq = c.roidSeq, c.pollSeq
	lsn, err := r.j.append(&c.tx)
	if err != nil {
		return 0, err
	}
	zones := len(c.tx.Domains)+len(c.tx.GoneDomains)+len(c.tx.Hosts)+len(c.tx.GoneHosts) > 0
	c.tx = record{}
	c.lsn = lsn + 1
	if zones {
		close(r.changed)
		r.changed = make(chan struct{})
	}
	return lsn, nil
}

// view reads under the shared lock. fn returns the journal position that the
// answer rests on; view returns when that is on disk.
func (r *Registry) view(fn func(c *core, now time.Time) (uint64, error)) error {
	now := r.now()
	r.mu.RLock()
	if due := r.core.due; len(due) > 0 && !due[0].at.After(now) {
		r.mu.RUnlock()
		return r.do(func(c *core, now time.Time) error {
			_, err := fn(c, now)
			return err
		})
	}
	lsn, err := fn(r.core, now)
	r.mu.RUnlock()
	if lsn > 0 {
		if werr := r.j.wait(lsn); werr != nil {
			return werr
		}
	}
	return err
}

// Close ends sessions and late commits, lets what was done reach the disk,
// and closes the files.
func (r *Registry) Close() error {
	r.front.close()
	r.mu.Lock()
	already := r.closed
	r.closed = true
	r.mu.Unlock()
	if already {
		return nil
	}
	return errors.Join(r.faults.close(), r.j.close(), r.lock.Close())
}

// Profile returns the profile that the registry was opened with.
func (r *Registry) Profile() Profile { return r.p }

// Zones lists the suffixes in A-label form.
func (r *Registry) Zones() []string {
	out := make([]string, len(r.p.Zones))
	for i, z := range r.p.Zones {
		out[i] = z.Name
	}
	return out
}

// NextDue is the earliest moment at which something happens by itself.
func (r *Registry) NextDue() (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.core.nextDue()
	if f := r.faults.nextEnd(); !f.IsZero() && (!ok || f.Before(at)) {
		return f, true
	}
	return at, ok
}

// RunDue does everything due at or before now, in order, each at its own
// moment, and returns how many things happened.
func (r *Registry) RunDue(now time.Time) (int, error) {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return 0, ErrClosed
	}
	n, err := r.runDueLocked(now.UTC())
	lsn := r.core.lsn - 1
	r.mu.Unlock()
	if err != nil {
		return n, err
	}
	n += r.expireFaults(now)
	return n, r.j.wait(lsn)
}

// Settle waits until no late commit is outstanding and everything done is on
// disk.
func (r *Registry) Settle(ctx context.Context) error {
	if err := r.front.settle(ctx); err != nil {
		return err
	}
	return r.j.wait(r.j.last())
}

// Names lists up to limit names sponsored by clID (all when empty) that sort
// after after.
func (r *Registry) Names(clID, after string, limit int) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.core.names(clID, after, limit)
}

// Domain is a snapshot of a name at the present business time.
func (r *Registry) Domain(name string) (v DomainView, ok bool) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	_ = r.view(func(c *core, now time.Time) (uint64, error) {
		d := c.domains[name]
		if d == nil {
			return 0, nil
		}
		v, ok = c.domainView(d, now), true
		return d.lsn, nil
	})
	return v, ok
}

func (c *core) domainView(d *Domain, now time.Time) DomainView {
	_, z := c.zoneOf(d.Name)
	v := DomainView{Domain: *d.clone(), EPPStatus: d.eppStatuses(), RGPStatus: d.rgpStatuses(now),
		Hosts: c.subordinates(d.Name), InZone: d.inZone(), Servers: c.servers(d), AuthInfoSet: d.AuthInfo != ""}
	v.AuthInfo, v.DS = "", d.signers()
	if z != nil {
		v.Zone = z.Name
		_, v.PriceClass = c.priceOf(d.Name)
	}
	return v
}

// servers are a domain's name servers with the glue known here.
func (c *core) servers(d *Domain) []NameServer {
	out := make([]NameServer, len(d.NS))
	for i, n := range d.NS {
		out[i] = NameServer{Host: n.Host, Addrs: slices.Clone(c.glue(n.Host))}
	}
	return out
}

// subordinates are the host names below a domain: host objects, or its own
// host attributes.
func (c *core) subordinates(name string) []string {
	out := slices.Sorted(maps.Keys(c.subHosts[name]))
	if d := c.domains[name]; c.p.HostAttr && d != nil {
		for _, n := range d.NS {
			if strings.HasSuffix(n.Host, "."+name) {
				out = append(out, n.Host)
			}
		}
	}
	return out
}

// Contact returns a contact object without its authorization information.
func (r *Registry) Contact(id string) (x Contact, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if p := r.core.contacts[id]; p != nil {
		x = *p.clone()
		x.AuthInfo = ""
		return x, true
	}
	return x, false
}

// Host returns a host object.
func (r *Registry) Host(name string) (x Host, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if p := r.core.hosts[strings.ToLower(strings.TrimSuffix(name, "."))]; p != nil {
		return *p.clone(), true
	}
	return x, false
}

// Delegation is what the zone holds for name; false when the name is not in
// the zone.
func (r *Registry) Delegation(name string) (dg Delegation, ok bool) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	_ = r.view(func(c *core, now time.Time) (uint64, error) {
		d := c.domains[name]
		if d == nil { // an allocated variant is delegated like the name itself
			d = c.allocatedTo(name)
		}
		if d != nil && d.inZone() {
			dg, ok = Delegation{Name: name, NS: c.servers(d), DS: d.signers(), TTLs: slices.Clone(d.TTLs)}, true
		}
		return 0, nil
	})
	return dg, ok
}

// Glue returns the addresses that the zone holds for a host name inside it.
func (r *Registry) Glue(host string) ([]netip.Addr, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	a := r.core.glue(strings.ToLower(strings.TrimSuffix(host, ".")))
	return slices.Clone(a), len(a) > 0
}

// Version rises with every change to what the zones hold.
func (r *Registry) Version() uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.core.zoneVer
}

// Changed returns a channel that is closed at the next change of a domain or
// host.
func (r *Registry) Changed() <-chan struct{} {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.changed
}

// Deposit returns a registrar's deposit in minor units.
func (r *Registry) Deposit(clID string) (int64, bool) {
	g, ok := r.Registrar(clID)
	return g.Balance, ok
}

// AdjustDeposit adds delta minor units, which may be negative, and returns
// the new deposit.
func (r *Registry) AdjustDeposit(clID string, delta int64) (after int64, err error) {
	err = r.do(func(c *core, now time.Time) error {
		if c.regs[clID] == nil {
			return ErrNoSuchRegistrar
		}
		c.addBalance(clID, delta, now)
		after = c.regs[clID].Balance
		return nil
	})
	return after, err
}

// Registrars lists the accounts without their secrets, by id.
func (r *Registry) Registrars() []Registrar {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Registrar
	for _, id := range slices.Sorted(maps.Keys(r.core.regs)) {
		out = append(out, r.core.regs[id].public())
	}
	return out
}

// Registrar returns an account without its secrets.
func (r *Registry) Registrar(clID string) (Registrar, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if g := r.core.regs[clID]; g != nil {
		return g.public(), true
	}
	return Registrar{}, false
}

func (g *Registrar) public() Registrar {
	p := *g
	p.Password, p.Given = "", ""
	return p
}

// PollQueue returns up to limit waiting messages of a registrar, oldest first,
// and how many there are.
func (r *Registry) PollQueue(clID string, limit int) ([]PollMessage, int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	q := r.core.polls[clID]
	var out []PollMessage
	for _, m := range q[:min(len(q), max(limit, 0))] {
		out = append(out, *m)
	}
	return out, len(q)
}

package registry

import (
	"container/heap"
	"fmt"
	"maps"
	"slices"
	"time"
)

// charge takes a fee from a deposit, or refuses with 2104.
func (c *core) charge(clID string, amount int64, now time.Time) error {
	g := c.regs[clID]
	if g == nil {
		return refuse(2200, "no such registrar")
	}
	if g.Balance < amount || c.broke && amount > 0 {
		return refuse(2104, "deposit too low")
	}
	c.addBalance(clID, -amount, now)
	return nil
}

// credit gives a fee back.
func (c *core) credit(clID string, amount int64) { c.addBalance(clID, amount, time.Time{}) }

// addBalance moves a deposit, below zero if need be: auto-renewals are booked
// whatever the deposit holds. Crossing the threshold queues one message.
func (c *core) addBalance(clID string, delta int64, now time.Time) {
	g := c.regs[clID]
	if g == nil || delta == 0 {
		return
	}
	n := *g
	n.Balance += delta
	if n.Balance >= n.LowBalance {
		n.LowNotified = false
	} else if !n.LowNotified && !now.IsZero() {
		n.LowNotified = true
		m := c.message(clID, "lowBalance", "", fmt.Sprintf("Deposit is low: %s %s.", money(n.Balance), c.p.Currency), now)
		m.Balance = &n.Balance
	}
	c.regs[clID] = &n
	if c.tx.Balances == nil {
		c.tx.Balances = map[string]balance{}
	}
	c.tx.Balances[clID] = balance{n.Balance, n.LowNotified}
}

// money writes minor units as a decimal with two places.
func money(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

// nextDue is the next moment at which the domain changes by itself.
func (d *Domain) nextDue() (time.Time, bool) {
	at := d.Expires
	switch {
	case d.Stage != "":
		at = d.StageUntil
	case d.Pending != nil && d.Pending.Op == "create": // what does not exist yet does not expire
		at = time.Time{}
	}
	for _, t := range [...]time.Time{d.transferDue(), d.pendingDue(), d.verifyDue(), d.AuditDue, d.AuthUntil, d.LiftDue} {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at, !at.IsZero()
}

func (d *Domain) transferDue() time.Time {
	if d.transferPending() {
		return d.Transfer.AcDate
	}
	return time.Time{}
}

func (d *Domain) pendingDue() time.Time {
	if d.Pending != nil {
		return d.Pending.Until
	}
	return time.Time{}
}

// verifyDue is when a name without its codes is held.
func (d *Domain) verifyDue() time.Time {
	if d.Verify == verPending && d.VerifyMode != VerifyLenient {
		return d.VerifyDue
	}
	return time.Time{}
}

// nextDue is the next moment at which anything happens by itself.
func (c *core) nextDue() (time.Time, bool) {
	for len(c.due) > 0 {
		if e := c.due[0]; c.stands(e) {
			return e.at, true
		}
		heap.Pop(&c.due)
	}
	return time.Time{}, false
}

// Kinds of things that fall due.
const (
	kindDomain = iota
	kindContact
	kindMaintenance
)

// dueEntry is valid only while its object still names that moment.
type dueEntry struct {
	at   time.Time
	name string
	kind uint8
}

func (c *core) push(kind uint8, name string, at time.Time) {
	if !at.IsZero() {
		heap.Push(&c.due, dueEntry{at, name, kind})
	}
}

func (c *core) stands(e dueEntry) bool {
	switch e.kind {
	case kindContact:
		x := c.contacts[e.name]
		return x != nil && x.due.Equal(e.at)
	case kindMaintenance:
		for _, m := range c.set.Maintenance {
			if m.ID == e.name {
				return m.nextDue().Equal(e.at)
			}
		}
		return false
	}
	d := c.domains[e.name]
	return d != nil && d.due.Equal(e.at)
}

// runDue does up to limit things that are due at or before now, each at its
// own moment, and returns how many.
func (c *core) runDue(now time.Time, limit int) int {
	for n := 0; ; n++ {
		at, ok := c.nextDue()
		if !ok || at.After(now) || n == limit {
			return n
		}
		e := heap.Pop(&c.due).(dueEntry)
		switch e.kind {
		case kindContact:
			c.completeContactTransfer(c.contacts[e.name], "serverApproved", at)
		case kindMaintenance:
			c.maintenanceDue(e.name, at)
		default:
			c.fallDue(c.domains[e.name], at)
		}
	}
}

func (c *core) fallDue(d *Domain, at time.Time) {
	n := d.clone()
	switch {
	case d.transferDue().Equal(at):
		c.completeTransfer(d, "serverApproved", at)
	case d.pendingDue().Equal(at):
		c.decide(d, !d.Pending.Deny, "", at)
	case d.AuthUntil.Equal(at):
		c.forgetAuth(d, at)
	case d.AuditDue.Equal(at):
		_, z := c.zoneOf(d.Name)
		c.verdict(d, c.auditMode(z), d.AuditWhy, at)
	case d.verifyDue().Equal(at):
		c.verifyOverdue(d, at)
	case d.LiftDue.Equal(at):
		c.verifyLifted(d, at)
	case d.Stage == rgpRedemption && c.p.PendingDelete > 0:
		n.Stage, n.StageUntil = rgpDelete, at.Add(c.p.PendingDelete)
		c.putDomain(n)
		c.changed(d, n, "stage", "autoDelete", "", "Redemption period over; pending deletion.", at)
	case d.Stage == rgpRedemption || d.Stage == rgpDelete:
		c.purge(d, at)
	case d.Stage == rgpRestore: // no report came (RFC 3915 section 3.1)
		n.Stage, n.StageUntil = rgpRedemption, at.Add(c.p.Redemption)
		c.putDomain(n)
		c.changed(d, n, "stage", "autoDelete", "", "No restore report received; back in the redemption period.", at).Change.SubOp = "redemption"
	default:
		c.autoRenew(d, at)
	}
}

// purge removes a name for good; its subordinate hosts, if the registry itself
// deleted it, go too, and other names lose them.
func (c *core) purge(d *Domain, at time.Time) {
	c.uproot(d)
	if d.DeleteTRID != nil {
		c.message(d.Sponsor, "purged", d.Name, "Domain deleted.", at).TRID = d.DeleteTRID
		return
	}
	c.changed(d, nil, "purged", "autoPurge", "", "Domain deleted.", at)
}

// uproot drops a name and the hosts below it.
func (c *core) uproot(d *Domain) {
	for _, host := range slices.Sorted(maps.Keys(c.subHosts[d.Name])) {
		for user := range c.hostUse[host] {
			u := c.domains[user].clone()
			u.NS = removeServer(u.NS, host)
			c.putDomain(u)
		}
		c.dropHost(host)
	}
	c.dropDomain(d.Name)
}

func removeServer(ns []NameServer, host string) []NameServer {
	var out []NameServer
	for _, n := range ns {
		if n.Host != host {
			out = append(out, n)
		}
	}
	return out
}

// autoRenew extends a name at its expiry; within the grace that follows a
// deletion gives the fee back.
func (c *core) autoRenew(d *Domain, at time.Time) {
	price, _ := c.priceOf(d.Name)
	c.addBalance(d.Sponsor, -price.Renew, at)
	n := d.clone()
	n.Expires = addYears(d.Expires, 1)
	n.Grace = append(liveGrace(d.Grace, at), Grace{rgpAutoRenew, at.Add(c.p.AutoRenewGrace), d.Sponsor, price.Renew, 1})
	c.putDomain(n)
	c.changed(d, n, "autoRenew", "autoRenew", "", d.Name+": auto-renewed.", at)
}

type dueHeap []dueEntry

func (h dueHeap) Len() int { return len(h) }
func (h dueHeap) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].name < h[j].name
}
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)   { *h = append(*h, x.(dueEntry)) }
func (h *dueHeap) Pop() any {
	o := *h
	x := o[len(o)-1]
	*h = o[:len(o)-1]
	return x
}

package registry

import (
	"container/heap"
	"fmt"
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
		c.message(clID, "lowBalance", "", fmt.Sprintf("Deposit is low: %s %s.", money(n.Balance), c.p.Currency), now)
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
	if d.Stage != "" {
		at = d.StageUntil
	}
	if d.transferPending() && d.Transfer.AcDate.Before(at) {
		at = d.Transfer.AcDate
	}
	return at, !at.IsZero()
}

// nextDue is the next moment at which anything happens by itself.
func (c *core) nextDue() (time.Time, bool) {
	for len(c.due) > 0 {
		e := c.due[0]
		if d := c.domains[e.name]; d != nil && d.due.Equal(e.at) {
			return e.at, true
		}
		heap.Pop(&c.due)
	}
	return time.Time{}, false
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
		c.fallDue(c.domains[e.name], at)
	}
}

func (c *core) fallDue(d *Domain, at time.Time) {
	n := d.clone()
	switch {
	case d.transferPending() && d.Transfer.AcDate.Equal(at):
		c.completeTransfer(d, "serverApproved", at)
	case d.Stage == rgpRedemption && c.p.PendingDelete > 0:
		n.Stage, n.StageUntil = rgpDelete, at.Add(c.p.PendingDelete)
		c.putDomain(n)
		c.message(d.Sponsor, "stage", d.Name, "Redemption period over; pending deletion.", at)
	case d.Stage == rgpRedemption || d.Stage == rgpDelete:
		c.purge(d, at)
	case d.Stage == rgpRestore: // no report came (RFC 3915 section 3.1)
		n.Stage, n.StageUntil = rgpRedemption, at.Add(c.p.Redemption)
		c.putDomain(n)
		c.message(d.Sponsor, "stage", d.Name, "No restore report received; back in the redemption period.", at)
	default:
		c.autoRenew(d, at)
	}
}

// purge removes a name for good; its subordinate hosts, if the registry itself
// deleted it, go too, and other names lose them.
func (c *core) purge(d *Domain, at time.Time) {
	for host := range c.subHosts[d.Name] {
		for user := range c.hostUse[host] {
			u := c.domains[user].clone()
			u.NS = removeServer(u.NS, host)
			c.putDomain(u)
		}
		c.dropHost(host)
	}
	c.dropDomain(d.Name)
	m := c.message(d.Sponsor, "purged", d.Name, "Domain deleted.", at)
	m.TRID = d.DeleteTRID
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
	label, z := c.zoneOf(d.Name)
	price, _ := c.priceOf(label, z)
	c.addBalance(d.Sponsor, -price.Renew, at)
	n := d.clone()
	n.Expires = addYears(d.Expires, 1)
	n.Grace = append(liveGrace(d.Grace, at), Grace{rgpAutoRenew, at.Add(c.p.AutoRenewGrace), d.Sponsor, price.Renew})
	c.putDomain(n)
	c.message(d.Sponsor, "autoRenew", d.Name, d.Name+": auto-renewed.", at)
}

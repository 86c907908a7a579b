package registry

import "time"

// deleteDomain removes a name: at once with its fee back inside the add grace
// period, otherwise into redemption (RFC 3915). It says which.
func (c *core) deleteDomain(clID, raw string, now time.Time) (purged bool, credit int64, err error) {
	d, err := c.own(clID, raw)
	if err != nil {
		return false, 0, err
	}
	if err := d.barred(actDelete, nil); err != nil {
		return false, 0, err
	}
	if len(c.subHosts[d.Name]) > 0 {
		return false, 0, refuse(2305, "subordinate hosts exist")
	}
	n := d.clone()
	for _, g := range liveGrace(d.Grace, now) {
		if g.Payer == clID {
			credit += g.Credit
		}
		purged = purged || g.Kind == rgpAdd
		n.Expires = addYears(n.Expires, -g.back()) // what is paid back is not kept
	}
	if credit > 0 {
		c.credit(clID, credit)
	}
	if purged {
		c.dropDomain(d.Name)
		return true, credit, nil
	}
	n.Grace = nil
	n.Stage, n.StageUntil, n.Deleted = rgpRedemption, now.Add(c.p.Redemption), now
	n.Updater, n.Updated = clID, now
	c.putDomain(n)
	return false, credit, nil
}

// back is how many years go with the credit of a grace period.
func (g Grace) back() int {
	if g.Kind == rgpAutoRenew {
		return 1
	}
	return g.Years
}

func liveGrace(gs []Grace, now time.Time) []Grace {
	var out []Grace
	for _, g := range gs {
		if now.Before(g.Until) {
			out = append(out, g)
		}
	}
	return out
}

// restore takes a name out of redemption (RFC 3915 section 4.2.5).
func (c *core) restore(d *Domain, u domainUpdate, now time.Time) (*Domain, int64, error) {
	n := d.clone()
	switch {
	case u.Restore == "report" && d.Stage == rgpRestore:
		n.Stage, n.StageUntil, n.Deleted = "", time.Time{}, time.Time{}
		n.Updater, n.Updated = d.Sponsor, now
		c.putDomain(n)
		return n, 0, nil
	case u.Restore != "request" || d.Stage != rgpRedemption:
		return nil, 0, refuse(2304, "not restorable in this state")
	}
	price, class := c.priceOf(d.Name)
	fee := price.Restore
	for !n.Expires.After(now) { // the year that ran out meanwhile is bought with it
		n.Expires = addYears(n.Expires, 1)
		fee += price.Renew
	}
	if err := c.checkFee(u.Fee, fee, class != ""); err != nil {
		return nil, 0, err
	}
	if err := c.charge(d.Sponsor, fee, now); err != nil {
		return nil, 0, err
	}
	n.Stage, n.StageUntil = "", time.Time{}
	if c.p.PendingRestore > 0 {
		n.Stage, n.StageUntil = rgpRestore, now.Add(c.p.PendingRestore)
	} else {
		n.Deleted = time.Time{}
	}
	n.Updater, n.Updated = d.Sponsor, now
	c.putDomain(n)
	return n, fee, nil
}

package registry

import "time"

// registryHand is who the registry says did what no registrar ordered.
const registryHand = "registry"

// snapshot is a name as a poll message keeps it: without its secret.
func (d *Domain) snapshot() *Domain {
	n := d.clone()
	n.AuthInfo, n.Pending, n.Transfer = "", nil, nil
	return n
}

// changed tells the sponsor what the registry did to a name by itself: in
// words, and for clients that speak RFC 8590 as a change with the name before
// or after it. after nil means that the name is gone.
func (c *core) changed(before, after *Domain, kind, op, why, text string, at time.Time) *PollMessage {
	m := c.message(before.Sponsor, kind, before.Name, text, at)
	if m.ID == "" {
		return m
	}
	m.Change = &Change{Op: op, Date: at, SvTRID: c.p.ROID + "-CHG-" + m.ID, Who: registryHand, Reason: why}
	if after != nil {
		m.After = after.snapshot()
	} else {
		m.Before = before.snapshot()
	}
	return m
}

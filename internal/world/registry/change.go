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

// check refuses a case that could not be told; none at all is fine.
func (x Case) check() error {
	switch {
	case x == (Case{}):
		return nil
	case x.ID == "" || len(x.ID) > 255:
		return refuse(2005, "a case has an identifier")
	case x.Type != "udrp" && x.Type != "urs" && (x.Type != "custom" || x.Name == ""):
		return refuse(2306, "a case is udrp, urs, or custom and named")
	}
	return nil
}

// about notes the case of a change.
func (m *PollMessage) about(x Case) {
	if x != (Case{}) && m.Change != nil {
		m.Change.Case = &x
	}
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

package registry

import "time"

// mustWait is the waiting state of a command that a rule makes wait, or nil.
func (c *core) mustWait(op, name, clID string, id TRID, now time.Time) *Pending {
	rule := c.pendingRule(op, name)
	if rule == nil {
		return nil
	}
	p := &Pending{Op: op, TRID: id, Since: now, Deny: rule.Deny, By: clID}
	if rule.After > 0 {
		p.Until = now.Add(rule.After)
	}
	return p
}

// decide ends a command that waits, and tells its registrar by panData.
func (c *core) decide(d *Domain, yes bool, why string, now time.Time) {
	p := d.Pending
	n := d.clone()
	n.Pending = nil
	switch {
	case p.Op == "create" && yes:
		n.Grace = []Grace{{rgpAdd, now.Add(c.p.AddGrace), p.By, p.Fee, 0}}
		c.putDomain(n)
	case p.Op == "create":
		c.credit(p.By, p.Fee)
		c.uproot(d)
	case p.Op == "renew" && yes:
		c.extend(n, p.By, p.Years, p.Fee, now)
		c.putDomain(n)
	case p.Op == "renew":
		c.credit(p.By, p.Fee)
		c.putDomain(n)
	default:
		if yes {
			// What was right when it was asked for may be wrong by now.
			if u, err := c.applyUpdate(p.By, n, *p.Update, now); err == nil {
				n = u
			} else {
				yes, why = false, err.(*Refusal).Reason
			}
		}
		c.putDomain(n)
	}
	text := "Pending " + p.Op + " approved."
	if !yes {
		text = "Pending " + p.Op + " denied."
	}
	if why != "" {
		text += " Reason: " + why + "."
	}
	id := p.TRID
	m := c.message(p.By, "pending", d.Name, text, now)
	m.TRID, m.Denied = &id, !yes
}

// stamp notes the transaction identifiers of a command that waits.
func (c *core) stamp(d *Domain, id TRID) *Domain {
	if d.Pending == nil || d.Pending.TRID != (TRID{}) {
		return d
	}
	n := d.clone()
	n.Pending.TRID = id
	c.putDomain(n)
	return n
}

// Answer decides what waits on a name as the registry: a pending create,
// renew or update, or a transfer. 2304 when nothing waits.
func (r *Registry) Answer(name string, yes bool, why string) error {
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		switch {
		case d.Pending != nil:
			c.decide(d, yes, why, now)
		case d.transferPending() && yes:
			c.completeTransfer(d, "serverApproved", now)
		case d.transferPending():
			c.abandonTransfer(d, "serverCancelled", now)
		default:
			return refuse(2304, "nothing waits on this name")
		}
		return nil
	})
}

package registry

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the world does without EPP: as the registry itself, or as a registrar
// that is not the product.

// RegisterAs registers a name for clID without EPP, delegated to the seeded
// name servers: drills take names so. The error is a [*Refusal] when the
// registry says no. now, when not zero, is the creation time.
func (r *Registry) RegisterAs(clID, name string, years int, now time.Time) error {
	return r.do(func(c *core, at time.Time) error {
		if c.regs[clID] == nil {
			return ErrNoSuchRegistrar
		}
		if !now.IsZero() {
			at = now.UTC().Truncate(time.Millisecond)
		}
		cmd := domainCreate{Name: name, Years: years, NS: c.hostingServers(),
			Fee: feeOffer{present: true, currency: c.p.Currency, amount: 1 << 50}}
		if c.contactful(clID) {
			id := c.anyContact(clID, at)
			cmd.Registrant = id
			for _, role := range c.p.Roles {
				cmd.Contacts = append(cmd.Contacts, ContactRef{role, id})
			}
		}
		if label, z := c.zoneOf(strings.ToLower(strings.TrimSuffix(name, "."))); z != nil {
			// Whoever it is has seen to what a registrar has to see to.
			if token, ok := c.token(label+"."+z.Name, label, z); ok {
				cmd.Token = &token
			}
			if _, ok := c.claim(label, z); ok {
				cmd.Notice = &claimsNotice{ID: "seen", NotAfter: at.Add(day), Accepted: at}
			}
			if m := c.verifyMode(z); m == VerifyBefore || m == VerifyAfter {
				for _, t := range c.codeTypes(z) {
					cmd.Codes = append(cmd.Codes, Code{t, "0-" + clID, at})
				}
			} else if x := c.contacts[cmd.Registrant]; m == VerifyContact && x != nil && x.Identity == nil {
				n := x.clone()
				n.Identity = &Identity{Type: "I", DocType: "QT", Number: "SIMULATED"}
				c.putContact(n)
			}
		}
		_, _, err := c.createDomain(clID, cmd, at)
		return err
	})
}

// DeleteAs deletes a name as its sponsor would: within the add grace period it is gone at once, later it goes through
// redemption.
func (r *Registry) DeleteAs(clID, name string) error {
	return r.do(func(c *core, now time.Time) error {
		_, _, err := c.deleteDomain(clID, name, now)
		return err
	})
}

// onName runs an act of the registry on a name that exists.
func (r *Registry) onName(name string, fn func(c *core, d *Domain, now time.Time) error) error {
	return r.do(func(c *core, now time.Time) error {
		d := c.domains[strings.ToLower(strings.TrimSuffix(name, "."))]
		if d == nil {
			return ErrNoSuchName
		}
		return fn(c, d, now)
	})
}

// SetStatus puts or lifts a status, server statuses included, as the
// registry; the sponsor is told by poll.
func (r *Registry) SetStatus(name, status string, on bool) error {
	return r.SetStatusFor(name, status, on, "", Case{})
}

// SetStatusFor is SetStatus with a reason, of at most 32 characters, and the
// case that it belongs to.
func (r *Registry) SetStatusFor(name, status string, on bool, why string, of Case) error {
	if err := of.check(); err != nil {
		return err
	}
	if _, known := domainStatuses[status]; !known {
		return fmt.Errorf("registry: %q is not a status to set", status)
	}
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		if d.has(status) == on {
			return nil
		}
		if on && !fits(status, d.pendings()) {
			return refuse(2304, status+" does not fit "+d.pendings()[0])
		}
		n := d.clone()
		text := n.Name + ": status " + status + " set by the registry."
		switch {
		case on && status == "serverHold":
			n.hold(holdRegistry)
		case on:
			n.Statuses = append(n.Statuses, status)
			slices.Sort(n.Statuses)
		default:
			n.Statuses = slices.DeleteFunc(n.Statuses, func(s string) bool { return s == status })
			if status == "serverHold" { // whatever it was for
				n.Holds = nil
			}
			text = "Status " + status + " lifted by the registry."
		}
		n.Updated = now
		c.putDomain(n)
		c.changed(d, n, "status", "update", why, text, now).about(of)
		return nil
	})
}

// Move gives a name to another registrar as the registry, without a transfer:
// by a court's order, say. quiet tells the registrars nothing.
func (r *Registry) Move(name, clID, why string, of Case, quiet bool) error {
	if err := of.check(); err != nil {
		return err
	}
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		switch {
		case c.regs[clID] == nil:
			return ErrNoSuchRegistrar
		case d.Sponsor == clID:
			return refuse(2306, "it is that registrar's")
		}
		if err := d.barred(actTransfer, nil); err != nil && len(d.pendings()) > 0 {
			return err // prohibitions do not bind the registry, actions under way do
		}
		n := d.clone()
		n.Sponsor, n.Updated, n.Transferred, n.Statuses, n.Grace = clID, now, now, serverOnly(d.Statuses), nil
		c.setAuth(n, "", now)
		c.putDomain(n)
		c.followHosts(n, now)
		if quiet {
			return nil
		}
		text := d.Name + ": moved to another registrar by the registry."
		c.changed(d, n, "moved", "transfer", why, text, now).about(of)
		c.changed(n, n, "moved", "transfer", why, text, now).about(of)
		return nil
	})
}

// Vanish purges a name at once as the registry, whatever its state. quiet
// tells its registrar nothing.
func (r *Registry) Vanish(name, why string, of Case, quiet bool) error {
	if err := of.check(); err != nil {
		return err
	}
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		if d.transferPending() {
			c.credit(d.Transfer.ReID, d.Transfer.Fee)
		}
		c.uproot(d)
		if !quiet {
			m := c.changed(d, nil, "purged", "delete", why, d.Name+": deleted by the registry.", now)
			m.about(of)
			if m.Change != nil {
				m.Change.SubOp = "purge"
			}
		}
		return nil
	})
}

// AuthInfo returns a name's authorization information, for drills that act as
// its holder; false where it is kept as a hash. It is a secret: never log it.
func (r *Registry) AuthInfo(name string) (string, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	d := r.core.domains[strings.ToLower(strings.TrimSuffix(name, "."))]
	if d == nil {
		return "", false
	}
	return shownAuth(d.AuthInfo), !strings.HasPrefix(d.AuthInfo, hashedAuth)
}

// SetAuthInfo sets a name's authorization information as its sponsor would.
func (r *Registry) SetAuthInfo(name, authInfo string) error {
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		if err := c.checkAuthInfo(authInfo); err != nil {
			return err
		}
		n := d.clone()
		c.setAuth(n, c.keepAuth(authInfo), now)
		n.Updater, n.Updated = d.Sponsor, now
		c.putDomain(n)
		return nil
	})
}

// TransferAs does what a registrar other than the product does about a
// transfer: op is request (authInfo needed), approve, reject or cancel.
func (r *Registry) TransferAs(clID, name, op, authInfo string) error {
	return r.do(func(c *core, now time.Time) (err error) {
		switch op {
		case "request":
			_, _, err = c.requestTransfer(clID, transferRequest{Name: name, AuthInfo: authInfo,
				Fee: feeOffer{present: true, currency: c.p.Currency, amount: 1 << 50}}, now)
		case "approve", "reject", "cancel":
			_, err = c.settleTransfer(clID, name, op, now)
		default:
			err = fmt.Errorf("registry: transfer operation %q", op)
		}
		return err
	})
}

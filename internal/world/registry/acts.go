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
		if c.p.Contacts {
			id := c.anyContact(clID, at)
			cmd.Registrant = id
			for _, role := range c.p.Roles {
				cmd.Contacts = append(cmd.Contacts, ContactRef{role, id})
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

// SetStatus puts or lifts a status, server statuses included, as the
// registry; the sponsor is told by poll.
func (r *Registry) SetStatus(name, status string, on bool) error {
	if _, known := domainStatuses[status]; !known {
		return fmt.Errorf("registry: %q is not a status to set", status)
	}
	return r.do(func(c *core, now time.Time) error {
		d := c.domains[strings.ToLower(strings.TrimSuffix(name, "."))]
		if d == nil {
			return ErrNoSuchName
		}
		if d.has(status) == on {
			return nil
		}
		n := d.clone()
		text := n.Name + ": status " + status + " set by the registry."
		if on {
			n.Statuses = append(n.Statuses, status)
			slices.Sort(n.Statuses)
		} else {
			n.Statuses = slices.DeleteFunc(n.Statuses, func(s string) bool { return s == status })
			text = "Status " + status + " lifted by the registry."
		}
		n.Updated = now
		c.putDomain(n)
		c.message(d.Sponsor, "status", d.Name, text, now)
		return nil
	})
}

// AuthInfo returns a name's authorization information, for drills that act as
// its holder. It is a secret: never log it.
func (r *Registry) AuthInfo(name string) (string, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	d := r.core.domains[strings.ToLower(strings.TrimSuffix(name, "."))]
	if d == nil {
		return "", false
	}
	return d.AuthInfo, true
}

// SetAuthInfo sets a name's authorization information as its sponsor would.
func (r *Registry) SetAuthInfo(name, authInfo string) error {
	return r.do(func(c *core, now time.Time) error {
		d := c.domains[strings.ToLower(strings.TrimSuffix(name, "."))]
		if d == nil {
			return ErrNoSuchName
		}
		n := d.clone()
		n.AuthInfo, n.Updater, n.Updated = authInfo, d.Sponsor, now
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

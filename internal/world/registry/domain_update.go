package registry

import (
	"maps"
	"slices"
	"strings"
	"time"
)

func (c *core) updateDomain(clID string, u domainUpdate, now time.Time) (*Domain, int64, error) {
	d, err := c.own(clID, u.Name)
	if err != nil {
		return nil, 0, err
	}
	if u.Restore != "" {
		return c.restore(d, u, now)
	}
	if err := d.barred(actUpdate, u.RemStatus); err != nil {
		return nil, 0, err
	}
	if err := c.checkFee(u.Fee, 0, false); err != nil {
		return nil, 0, err
	}
	if u.AuthInfo != nil {
		if err := c.checkAuthInfo(*u.AuthInfo); err != nil {
			return nil, 0, err
		}
		kept := c.keepAuth(*u.AuthInfo)
		u.AuthInfo = &kept
	}
	n, err := c.applyUpdate(clID, d, u, now)
	if err != nil {
		return nil, 0, err
	}
	if w := c.mustWait("update", d.Name, clID, u.TRID, now); w != nil {
		u.Fee, u.TRID = feeOffer{}, TRID{} // settled, and kept beside it
		w.Update = &u
		n = d.clone()
		n.Pending = w
	}
	c.putDomain(n)
	return n, 0, nil
}

// applyUpdate is the domain as an update leaves it. The authorization
// information is given as it is kept.
func (c *core) applyUpdate(clID string, d *Domain, u domainUpdate, now time.Time) (*Domain, error) {
	n := d.clone()
	var err error
	if n.Statuses, err = changeStatuses(d.Statuses, u.AddStatus, u.RemStatus, domainStatuses); err != nil {
		return nil, err
	}
	for _, x := range u.RemNS {
		host := strings.ToLower(x.Host)
		i := slices.IndexFunc(n.NS, func(y NameServer) bool { return y.Host == host })
		if i < 0 {
			return nil, refuse(2306, "name server not delegated to")
		}
		n.NS = slices.Delete(n.NS, i, i+1)
	}
	if n.NS, err = c.addServers(d.Name, n.NS, u.AddNS); err != nil {
		return nil, err
	}
	for _, x := range u.RemContacts {
		i := slices.Index(n.Contacts, x)
		if i < 0 {
			return nil, refuse(2306, "contact not linked in that role")
		}
		n.Contacts = slices.Delete(n.Contacts, i, i+1)
	}
	for _, x := range u.AddContacts {
		if !slices.Contains(n.Contacts, x) {
			n.Contacts = append(n.Contacts, x)
		}
	}
	if u.Registrant != nil || len(u.AddContacts)+len(u.RemContacts) > 0 {
		// Contacts that stay may be another registrar's after a transfer;
		// only what is brought in must be the client's own.
		registrant := n.Registrant
		if u.Registrant != nil {
			registrant, n.Registrant = *u.Registrant, *u.Registrant
		} else if c.contacts[registrant] != nil && c.contacts[registrant].Sponsor != clID {
			registrant = ""
		}
		if registrant == "" && u.Registrant == nil {
			for _, x := range u.AddContacts {
				if err := c.checkContactRef(clID, x.ID); err != nil {
					return nil, err
				}
			}
		} else if err := c.checkRoles(clID, registrant, n.Contacts, u.AddContacts); err != nil {
			return nil, err
		}
	}
	if u.RemAllDS {
		n.DS, n.Keys = nil, nil
	}
	for _, ds := range u.RemDS {
		ds.Digest = strings.ToUpper(ds.Digest)
		i := slices.Index(n.DS, ds)
		if i < 0 {
			return nil, refuse(2306, "DS record not present")
		}
		n.DS = slices.Delete(n.DS, i, i+1)
	}
	if n.DS, err = addDS(n.DS, u.AddDS); err != nil {
		return nil, err
	}
	if n.Keys, err = changeKeys(n.Keys, u.RemKeys, u.AddKeys); err != nil {
		return nil, err
	}
	if u.AuthInfo != nil {
		c.setAuth(n, *u.AuthInfo, now)
	}
	label, z := c.zoneOf(d.Name)
	if len(u.AddVariants)+len(u.RemVariants) > 0 {
		if n.Variants, err = c.changeVariants(d, label, z, u); err != nil {
			return nil, err
		}
	}
	if n.TTLs, err = c.setTTLs(n.TTLs, z, u.TTLs); err != nil {
		return nil, err
	}
	if u.Resident != nil {
		n.Resident = u.Resident
	}
	c.addCodes(n, u.Codes, now)
	n.Updater, n.Updated = clID, now
	return n, nil
}

// changeStatuses applies a client's additions and removals to a status set.
func changeStatuses(have, add, rem []string, allowed map[string]bool) ([]string, error) {
	out := map[string]bool{}
	for _, s := range have {
		out[s] = true
	}
	for _, s := range slices.Concat(rem, add) {
		switch client, known := allowed[s]; {
		case !known:
			return nil, refuse(2306, "status not for clients to set")
		case !client:
			return nil, refuse(2306, "server status")
		}
	}
	for _, s := range rem {
		if slices.Contains(add, s) {
			return nil, refuse(2306, "status both added and removed")
		}
		delete(out, s)
	}
	for _, s := range add {
		out[s] = true
	}
	return slices.Sorted(maps.Keys(out)), nil
}

func (c *core) renewDomain(clID, raw string, curExp time.Time, years int, fee feeOffer, now time.Time) (*Domain, int64, error) {
	d, err := c.own(clID, raw)
	if err != nil {
		return nil, 0, err
	}
	if err := d.barred(actRenew, nil); err != nil {
		return nil, 0, err
	}
	if years == 0 {
		years = 1
	}
	if years < 1 || years > c.p.MaxYears {
		return nil, 0, refuse(2004, "period out of range")
	}
	if curExp.Format(time.DateOnly) != d.Expires.UTC().Format(time.DateOnly) {
		return nil, 0, refuse(2004, "curExpDate is not the expiry date")
	}
	exp := addYears(d.Expires, years)
	if exp.After(addYears(now, c.p.MaxYears)) {
		return nil, 0, refuse(2004, "beyond the longest term")
	}
	price, class := c.priceOf(d.Name)
	sum := price.Renew * int64(years)
	if err := c.checkFee(fee, sum, class != ""); err != nil {
		return nil, 0, err
	}
	if err := c.charge(clID, sum, now); err != nil {
		return nil, 0, err
	}
	n := d.clone()
	if w := c.mustWait("renew", d.Name, clID, TRID{}, now); w != nil {
		w.Fee, w.Years = sum, years
		n.Pending = w
	} else {
		c.extend(n, clID, years, sum, now)
	}
	c.putDomain(n)
	return n, sum, nil
}

// extend adds bought years to a name's term.
func (c *core) extend(n *Domain, clID string, years int, fee int64, now time.Time) {
	n.Expires, n.Updater, n.Updated = addYears(n.Expires, years), clID, now
	n.Grace = append(liveGrace(n.Grace, now), Grace{rgpRenew, now.Add(c.p.RenewGrace), clID, fee, years})
}

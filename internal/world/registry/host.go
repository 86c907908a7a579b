package registry

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

type hostUpdate struct {
	Name                 string
	AddAddrs, RemAddrs   []netip.Addr
	AddStatus, RemStatus []string
	NewName              string
}

func (c *core) checkHost(raw string) string {
	name := strings.ToLower(raw)
	switch {
	case !validHostName(name):
		return "invalid host name"
	case c.hosts[name] != nil:
		return "in use"
	}
	return ""
}

// placeHost says what a host of this name must be for clID: inside the zones
// it needs the client's own superordinate domain and an address, outside it
// has none (RFC 5732 section 1.1, RST epp-25 to 27).
func (c *core) placeHost(clID, name string, addrs []netip.Addr) error {
	if !validHostName(name) {
		return refuse(2005, "invalid host name")
	}
	sup, inside := c.superordinate(name)
	if !inside {
		if len(addrs) > 0 {
			return refuse(2306, "address not allowed here")
		}
		return nil
	}
	d := c.domains[sup]
	switch {
	case d == nil:
		return refuse(2303, "no superordinate domain")
	case d.Sponsor != clID && (!c.p.WideGlue || len(addrs) > 0):
		return refuse(2201, "superordinate domain not yours")
	case len(d.pendings()) > 0:
		return refuse(2304, "superordinate "+d.pendings()[0])
	case d.Sponsor != clID: // without glue, and its sponsor's to complete
		return nil
	case len(addrs) == 0:
		return refuse(2003, "address required for this host")
	}
	return checkAddrs(addrs)
}

func (c *core) createHost(clID, raw string, addrs []netip.Addr, now time.Time) (*Host, error) {
	name := strings.ToLower(raw)
	if c.hosts[name] != nil {
		return nil, refuse(2302, "in use")
	}
	if err := c.placeHost(clID, name, addrs); err != nil {
		return nil, err
	}
	sponsor := clID
	if sup, inside := c.superordinate(name); inside {
		sponsor = c.domains[sup].Sponsor
	}
	h := &Host{Name: name, ROID: c.nextROID("H"), Sponsor: sponsor, Creator: clID, Created: now, Addrs: slices.Clone(addrs)}
	c.putHost(h)
	return h, nil
}

func (c *core) infoHost(raw string) (*Host, error) {
	if h := c.hosts[strings.ToLower(raw)]; h != nil {
		return h, nil
	}
	return nil, refuse(2303, "no such host")
}

// hostStatus is the whole status set, linked included.
func (c *core) hostStatus(h *Host) []string {
	out := append(slices.Clone(h.Statuses), c.hostPendings(h)...)
	alone := len(out) == 0
	if len(c.hostUse[h.Name]) > 0 {
		out = append(out, stLinked)
	}
	if alone { // linked is the one that ok may stand beside
		out = append(out, stOK)
	}
	return out
}

// hostPendings are the statuses that follow from an action under way: a
// subordinate host is transferred with its domain (RFC 5732 section 2.3).
func (c *core) hostPendings(h *Host) []string {
	sup, inside := c.superordinate(h.Name)
	if d := c.domains[sup]; inside && d != nil && d.transferPending() {
		return []string{stPendingTransfer}
	}
	return nil
}

func (c *core) ownHost(clID, raw string) (*Host, error) {
	h, err := c.infoHost(raw)
	if err != nil {
		return nil, err
	}
	if h.Sponsor != clID {
		return nil, refuse(2201, "not the sponsoring registrar")
	}
	return h, nil
}

func (c *core) updateHost(clID string, u hostUpdate, now time.Time) (*Host, error) {
	h, err := c.ownHost(clID, u.Name)
	if err != nil {
		return nil, err
	}
	if err := barred(hostBars, slices.Concat(c.hostPendings(h), h.Statuses), actUpdate, u.RemStatus); err != nil {
		return nil, err
	}
	n := h.clone()
	if n.Statuses, err = changeStatuses(h.Statuses, u.AddStatus, u.RemStatus, hostStatuses); err != nil {
		return nil, err
	}
	for _, a := range u.RemAddrs {
		i := slices.Index(n.Addrs, a)
		if i < 0 {
			return nil, refuse(2306, "address not present")
		}
		n.Addrs = slices.Delete(n.Addrs, i, i+1)
	}
	for _, a := range u.AddAddrs {
		if !slices.Contains(n.Addrs, a) {
			n.Addrs = append(n.Addrs, a)
		}
	}
	if u.NewName != "" {
		n.Name = strings.ToLower(u.NewName)
	}
	renamed := n.Name != h.Name
	if renamed {
		if c.hosts[n.Name] != nil {
			return nil, refuse(2302, "in use")
		}
		if _, inside := c.superordinate(h.Name); !inside {
			for d := range c.hostUse[h.Name] {
				if c.domains[d].Sponsor != clID {
					return nil, refuse(2305, "linked by another registrar")
				}
			}
		}
		if _, inside := c.superordinate(n.Name); !inside {
			n.Addrs = nil
		}
	}
	if err := c.placeHost(clID, n.Name, n.Addrs); err != nil {
		if r := err.(*Refusal); !renamed && r.Code == 2003 {
			return nil, refuse(2306, "last address of the host")
		}
		return nil, err
	}
	n.Updater, n.Updated = clID, now
	if renamed {
		users := c.hostUse[h.Name]
		names := make([]string, 0, len(users))
		for d := range users {
			names = append(names, d)
		}
		slices.Sort(names)
		c.dropHost(h.Name)
		for _, name := range names {
			d := c.domains[name].clone()
			for i := range d.NS {
				if d.NS[i].Host == h.Name {
					d.NS[i].Host = n.Name
				}
			}
			c.putDomain(d)
		}
	}
	c.putHost(n)
	return n, nil
}

func (c *core) deleteHost(clID, raw string) error {
	h, err := c.ownHost(clID, raw)
	if err != nil {
		return err
	}
	if err := barred(hostBars, slices.Concat(c.hostPendings(h), h.Statuses), actDelete, nil); err != nil {
		return err
	}
	if len(c.hostUse[h.Name]) > 0 {
		return refuse(2305, "linked by domains")
	}
	c.dropHost(h.Name)
	return nil
}

// glue returns the addresses known here for a host inside the zones.
func (c *core) glue(host string) []netip.Addr {
	if h := c.hosts[host]; h != nil {
		return h.Addrs
	}
	if !c.p.HostAttr {
		return nil
	}
	sup, inside := c.superordinate(host)
	if d := c.domains[sup]; inside && d != nil {
		for _, n := range d.NS {
			if n.Host == host {
				return n.Addrs
			}
		}
	}
	return nil
}

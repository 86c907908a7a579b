package registry

import (
	"strings"
	"time"
)

type transferRequest struct {
	Name     string
	Years    int
	AuthInfo string
	AuthROID string // of the object that AuthInfo belongs to; "" is the domain
	Token    *string
	Fee      feeOffer
}

// requestTransfer starts a transfer (RFC 5731 section 3.2.4). The fee leaves
// the gaining registrar's deposit now and comes back if nothing comes of it.
func (c *core) requestTransfer(clID string, q transferRequest, now time.Time) (*Domain, int64, error) {
	d := c.domains[strings.ToLower(strings.TrimSuffix(q.Name, "."))]
	if d == nil {
		return nil, 0, refuse(2303, "no such domain")
	}
	if d.transferPending() {
		return nil, 0, refuse(2300, "transfer already pending")
	}
	if d.Sponsor == clID {
		return nil, 0, refuse(2106, "already sponsored by you")
	}
	if q.AuthInfo == "" {
		return nil, 0, refuse(2003, "authInfo required")
	}
	if !c.authorized(d, credential{q.AuthInfo, q.AuthROID}) {
		return nil, 0, refuse(2202, "wrong authorization information")
	}
	if err := d.barred(actTransfer, nil); err != nil {
		return nil, 0, err
	}
	last := d.Created
	if d.Transferred.After(last) {
		last = d.Transferred
	}
	if now.Before(last.Add(c.p.TransferLock)) {
		return nil, 0, refuse(2106, "too soon after create or transfer")
	}
	if label, z := c.zoneOf(d.Name); q.Token != nil {
		if err := c.checkToken(d.Name, label, z, q.Token); err != nil {
			return nil, 0, err
		}
	}
	if q.Years != 0 && q.Years != 1 {
		if addYears(d.Expires, q.Years).After(addYears(now, c.p.MaxYears)) {
			return nil, 0, refuse(2004, "beyond the longest term")
		}
		return nil, 0, refuse(2306, "a transfer adds one year")
	}
	exp := c.afterTransfer(d, now)
	if limit := addYears(now, c.p.MaxYears); exp.After(limit) {
		if !c.p.TransferCurtails {
			return nil, 0, refuse(2004, "beyond the longest term")
		}
		exp = limit
	}
	price, class := c.priceOf(d.Name)
	if err := c.checkFee(q.Fee, price.Transfer, class != ""); err != nil {
		return nil, 0, err
	}
	if err := c.charge(clID, price.Transfer, now); err != nil {
		return nil, 0, err
	}
	n := d.clone()
	n.Transfer = &Transfer{Status: "pending", ReID: clID, ReDate: now, AcID: d.Sponsor,
		AcDate: now.Add(c.p.TransferWait), Years: 1, Fee: price.Transfer, Expires: exp}
	c.putDomain(n)
	c.transferMessage(d.Sponsor, n, "Transfer requested.", now)
	return n, price.Transfer, nil
}

// afterTransfer is the expiry date that a transfer leads to: a year more,
// except that the year of an auto-renewal still in its grace is absorbed.
func (c *core) afterTransfer(d *Domain, now time.Time) time.Time {
	for _, g := range liveGrace(d.Grace, now) {
		if g.Kind == rgpAutoRenew {
			return d.Expires
		}
	}
	return addYears(d.Expires, 1)
}

func (c *core) queryTransfer(clID, raw string, auth credential) (*Domain, error) {
	d := c.domains[strings.ToLower(strings.TrimSuffix(raw, "."))]
	if d == nil {
		return nil, refuse(2303, "no such domain")
	}
	if d.Transfer == nil {
		return nil, refuse(2301, "no transfer")
	}
	if clID != d.Transfer.ReID && clID != d.Transfer.AcID && clID != d.Sponsor {
		if auth.pw == "" {
			return nil, refuse(2201, "not a party to the transfer")
		}
		if !c.authorized(d, auth) {
			return nil, refuse(2202, "wrong authorization information")
		}
	}
	return d, nil
}

// settleTransfer ends a pending transfer: op is approve, reject or cancel.
func (c *core) settleTransfer(clID, raw, op string, now time.Time) (*Domain, error) {
	d := c.domains[strings.ToLower(strings.TrimSuffix(raw, "."))]
	if d == nil {
		return nil, refuse(2303, "no such domain")
	}
	if !d.transferPending() {
		return nil, refuse(2301, "no transfer pending")
	}
	t := d.Transfer
	if op == "cancel" && clID != t.ReID || op != "cancel" && clID != t.AcID {
		return nil, refuse(2201, "not yours to decide")
	}
	switch op {
	case "approve":
		return c.completeTransfer(d, "clientApproved", now), nil
	case "reject":
		return c.abandonTransfer(d, "clientRejected", now), nil
	default:
		return c.abandonTransfer(d, "clientCancelled", now), nil
	}
}

// completeTransfer changes the sponsor; subordinate hosts go with the name,
// and the authorization information is void (RST: reset on approval).
func (c *core) completeTransfer(d *Domain, status string, now time.Time) *Domain {
	n := d.clone()
	t := n.Transfer
	exp := c.afterTransfer(d, now)
	added := 1
	if exp.Equal(d.Expires) {
		added = 0
	}
	if limit := addYears(now, c.p.MaxYears); exp.After(limit) {
		exp, added = limit, 0
	}
	for _, g := range liveGrace(d.Grace, now) {
		if g.Kind == rgpAutoRenew && g.Payer == t.AcID {
			c.credit(g.Payer, g.Credit)
		}
	}
	t.Status, t.AcDate, t.Expires = status, now, exp
	n.Sponsor, n.Transferred = t.ReID, now
	c.setAuth(n, "", now)
	n.Expires, n.Updater, n.Updated = exp, t.ReID, now
	n.Statuses = serverOnly(d.Statuses)
	n.Grace = []Grace{{rgpTransfer, now.Add(c.p.TransferGrace), t.ReID, t.Fee, added}}
	c.putDomain(n)
	c.followHosts(n, now)
	if status == "serverApproved" {
		c.transferMessage(t.AcID, n, "Transfer approved by the registry.", now)
		c.transferMessage(t.ReID, n, "Transfer approved by the registry.", now)
	} else {
		c.transferMessage(t.ReID, n, "Transfer approved.", now)
	}
	return n
}

// followHosts gives the hosts below a name to its sponsor.
func (c *core) followHosts(d *Domain, now time.Time) {
	for host := range c.subHosts[d.Name] {
		h := c.hosts[host].clone()
		h.Sponsor, h.Transferred = d.Sponsor, now
		c.putHost(h)
	}
}

// serverOnly drops client statuses: the losing registrar's locks do not bind
// the gaining one.
func serverOnly(statuses []string) (out []string) {
	for _, s := range statuses {
		if !strings.HasPrefix(s, "client") {
			out = append(out, s)
		}
	}
	return out
}

func (c *core) abandonTransfer(d *Domain, status string, now time.Time) *Domain {
	n := d.clone()
	t := n.Transfer
	c.credit(t.ReID, t.Fee)
	t.Status, t.AcDate, t.Expires = status, now, time.Time{}
	c.putDomain(n)
	switch status {
	case "clientRejected":
		c.transferMessage(t.ReID, n, "Transfer rejected.", now)
	case "clientCancelled":
		c.transferMessage(t.AcID, n, "Transfer cancelled.", now)
	default:
		c.transferMessage(t.ReID, n, "Transfer cancelled by the registry.", now)
		c.transferMessage(t.AcID, n, "Transfer cancelled by the registry.", now)
	}
	return n
}

func (c *core) transferMessage(clID string, d *Domain, text string, now time.Time) {
	t := *d.Transfer
	c.message(clID, "transfer", d.Name, text, now).Transfer = &t
}

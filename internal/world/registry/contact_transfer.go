package registry

import "time"

func (c *Contact) transferPending() bool { return c.Transfer != nil && c.Transfer.Status == "pending" }

// pendings are the statuses that follow from an action under way.
func (c *Contact) pendings() []string {
	if c.transferPending() {
		return []string{stPendingTransfer}
	}
	return nil
}

// requestContactTransfer starts a transfer of a contact (RFC 5733 section
// 3.2.4). It costs nothing.
func (c *core) requestContactTransfer(clID, id, authInfo string, now time.Time) (*Contact, error) {
	x, err := c.someContact(clID, id)
	switch {
	case err != nil:
		return nil, err
	case x.transferPending():
		return nil, refuse(2300, "transfer already pending")
	case x.Sponsor == clID:
		return nil, refuse(2106, "already sponsored by you")
	case authInfo == "":
		return nil, refuse(2003, "authInfo required")
	case !authMatches(x.AuthInfo, authInfo):
		return nil, refuse(2202, "wrong authorization information")
	}
	if err := barred(contactBars, x.Statuses, actTransfer, nil); err != nil {
		return nil, err
	}
	n := x.clone()
	n.Transfer = &Transfer{Status: "pending", ReID: clID, ReDate: now, AcID: x.Sponsor, AcDate: now.Add(c.p.TransferWait)}
	c.putContact(n)
	c.contactMessage(x.Sponsor, n, "Contact transfer requested.", now)
	return n, nil
}

func (c *core) queryContactTransfer(clID, id, authInfo string) (*Contact, error) {
	x, err := c.someContact(clID, id)
	switch {
	case err != nil:
		return nil, err
	case x.Transfer == nil:
		return nil, refuse(2301, "no transfer")
	case clID == x.Transfer.ReID || clID == x.Transfer.AcID || clID == x.Sponsor:
		return x, nil
	case authInfo == "":
		return nil, refuse(2201, "not a party to the transfer")
	case !authMatches(x.AuthInfo, authInfo):
		return nil, refuse(2202, "wrong authorization information")
	}
	return x, nil
}

// settleContactTransfer ends a pending transfer: op is approve, reject or
// cancel.
func (c *core) settleContactTransfer(clID, id, op string, now time.Time) (*Contact, error) {
	x, err := c.someContact(clID, id)
	switch {
	case err != nil:
		return nil, err
	case !x.transferPending():
		return nil, refuse(2301, "no transfer pending")
	case op == "cancel" && clID != x.Transfer.ReID, op != "cancel" && clID != x.Transfer.AcID:
		return nil, refuse(2201, "not yours to decide")
	case op == "approve":
		return c.completeContactTransfer(x, "clientApproved", now), nil
	}
	n := x.clone()
	n.Transfer.AcDate = now
	if op == "reject" {
		n.Transfer.Status = "clientRejected"
		c.contactMessage(n.Transfer.ReID, n, "Contact transfer rejected.", now)
	} else {
		n.Transfer.Status = "clientCancelled"
		c.contactMessage(n.Transfer.AcID, n, "Contact transfer cancelled.", now)
	}
	c.putContact(n)
	return n, nil
}

// completeContactTransfer changes the sponsor; the authorization information
// is void and the losing registrar's locks fall.
func (c *core) completeContactTransfer(x *Contact, status string, now time.Time) *Contact {
	n := x.clone()
	t := n.Transfer
	t.Status, t.AcDate = status, now
	n.Sponsor, n.AuthInfo, n.Transferred, n.Updater, n.Updated = t.ReID, "", now, t.ReID, now
	n.Statuses = serverOnly(x.Statuses)
	c.putContact(n)
	c.contactMessage(t.ReID, n, "Contact transfer approved.", now)
	if status == "serverApproved" {
		c.contactMessage(t.AcID, n, "Contact transfer approved by the registry.", now)
	}
	return n
}

// someContact is a contact of any registrar.
func (c *core) someContact(clID, id string) (*Contact, error) {
	if err := c.contactsServed(clID); err != nil {
		return nil, err
	}
	if x := c.contacts[id]; x != nil {
		return x, nil
	}
	return nil, refuse(2303, "no such contact")
}

func (c *core) contactMessage(clID string, x *Contact, text string, now time.Time) {
	t := *x.Transfer
	m := c.message(clID, "contactTransfer", x.ID, text, now)
	m.Contact, m.Transfer = true, &t
}

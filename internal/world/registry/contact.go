package registry

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

type contactUpdate struct {
	ID                   string
	AddStatus, RemStatus []string
	Postal               []PostalChange
	Voice, Fax, Email    *string
	VoiceExt, FaxExt     string // taken with Voice, Fax
	AuthInfo             *string
	Disclose             *Disclose
	Identity             *Identity
}

// PostalChange replaces the parts of one postal address that it names.
type PostalChange struct {
	Type string
	Name *string
	Org  *string
	Addr *PostalInfo // street, city, sp, pc, cc
}

var (
	contactID = regexp.MustCompile(`^[\w.-]{3,16}$`)
	e164      = regexp.MustCompile(`^(\+[0-9]{1,3}\.[0-9]{1,14})?$`)
	// mailShape is the dot-atom form of RFC 5322 section 3.4.1 at a host name.
	mailShape = regexp.MustCompile(`^[\w!#$%&'*+/=?^{|}~-]+(\.[\w!#$%&'*+/=?^{|}~-]+)*@([0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?\.)+[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?$`)
)

// contactsServed refuses contact commands where there are no contacts.
func (c *core) contactsServed(clID string) error {
	if !c.contactful(clID) {
		return refuse(2307, "contact objects not served")
	}
	return nil
}

func (c *core) checkContact(id string) string {
	switch {
	case !contactID.MatchString(id):
		return "invalid identifier"
	case c.contacts[id] != nil:
		return "in use"
	}
	return ""
}

func validContact(x *Contact) error {
	if len(x.Postal) == 0 {
		return refuse(2003, "postalInfo required")
	}
	if len(x.Postal) > 2 || len(x.Postal) == 2 && x.Postal[0].Type == x.Postal[1].Type {
		return refuse(2306, "one postalInfo of each type")
	}
	for _, p := range x.Postal {
		switch {
		case p.Type != "int" && p.Type != "loc":
			return refuse(2005, "postalInfo type")
		case p.Name == "":
			return refuse(2003, "name required")
		case p.City == "":
			return refuse(2003, "city required")
		case !countries[p.CC]:
			return refuse(2005, "country code")
		case len(p.Street) > 3:
			return refuse(2306, "at most three street lines")
		}
		if p.Type == "int" {
			for _, s := range append([]string{p.Name, p.Org, p.City, p.SP, p.PC}, p.Street...) {
				if strings.IndexFunc(s, func(r rune) bool { return r > 0x7e }) >= 0 {
					return refuse(2005, "int address must be ASCII")
				}
			}
		}
	}
	if !e164.MatchString(x.Voice) || !e164.MatchString(x.Fax) {
		return refuse(2005, "telephone number")
	}
	if x.Email == "" {
		return refuse(2003, "email required")
	}
	if !mailShape.MatchString(x.Email) {
		return refuse(2005, "email address")
	}
	return nil
}

// completeContact looks for the elements that the schema leaves open and the
// registry does not.
func (c *core) completeContact(x *Contact) error {
	has := map[string]func(p PostalInfo) bool{
		"org":    func(p PostalInfo) bool { return p.Org != "" },
		"street": func(p PostalInfo) bool { return len(p.Street) > 0 && p.Street[0] != "" },
		"sp":     func(p PostalInfo) bool { return p.SP != "" },
		"pc":     func(p PostalInfo) bool { return p.PC != "" },
		"voice":  func(PostalInfo) bool { return x.Voice != "" },
		"fax":    func(PostalInfo) bool { return x.Fax != "" },
	}
	for _, element := range c.p.ContactRequires {
		for _, p := range x.Postal {
			if f := has[element]; f != nil && !f(p) {
				return refuse(2003, element+" required")
			}
		}
	}
	return nil
}

func (c *core) createContact(clID string, x Contact, now time.Time) (*Contact, error) {
	if err := c.contactsServed(clID); err != nil {
		return nil, err
	}
	if !contactID.MatchString(x.ID) {
		return nil, refuse(2005, "invalid identifier")
	}
	if c.contacts[x.ID] != nil {
		return nil, refuse(2302, "in use")
	}
	if err := validContact(&x); err != nil {
		return nil, err
	}
	if err := c.completeContact(&x); err != nil {
		return nil, err
	}
	if err := c.restricted(&x); err != nil {
		return nil, err
	}
	if err := c.checkAuthInfo(x.AuthInfo); err != nil && c.p.SecureAuth {
		return nil, err
	}
	n := x.clone()
	n.AuthInfo, n.Transfer, n.Transferred = c.keepAuth(x.AuthInfo), nil, time.Time{}
	n.ROID, n.Sponsor, n.Creator, n.Created = c.nextROID("C"), clID, clID, now
	n.Statuses, n.Updater, n.Updated = nil, "", time.Time{}
	c.putContact(n)
	return n, nil
}

func (c *core) ownContact(clID, id string) (*Contact, error) {
	if err := c.contactsServed(clID); err != nil {
		return nil, err
	}
	x := c.contacts[id]
	switch {
	case x == nil:
		return nil, refuse(2303, "no such contact")
	case x.Sponsor != clID:
		return nil, refuse(2201, "not the sponsoring registrar")
	}
	return x, nil
}

// infoContact shows a contact to its sponsor, or to who has its authInfo.
func (c *core) infoContact(clID, id, authInfo string) (*Contact, error) {
	x, err := c.ownContact(clID, id)
	if x == nil && err != nil && c.contacts[id] != nil && authInfo != "" {
		x = c.contacts[id]
		if !authMatches(x.AuthInfo, authInfo) {
			return nil, refuse(2202, "wrong authorization information")
		}
		return x, nil
	}
	return x, err
}

func (c *core) contactStatus(x *Contact) []string {
	out := append(slices.Clone(x.Statuses), x.pendings()...)
	alone := len(out) == 0
	if len(c.contactUse[x.ID]) > 0 {
		out = append(out, stLinked)
	}
	if alone { // linked is the one that ok may stand beside
		out = append(out, stOK)
	}
	return out
}

func (c *core) updateContact(clID string, u contactUpdate, now time.Time) (*Contact, error) {
	x, err := c.ownContact(clID, u.ID)
	if err != nil {
		return nil, err
	}
	if err := barred(contactBars, slices.Concat(x.pendings(), x.Statuses), actUpdate, u.RemStatus); err != nil {
		return nil, err
	}
	n := x.clone()
	if n.Statuses, err = changeStatuses(x.Statuses, u.AddStatus, u.RemStatus, contactStatuses); err != nil {
		return nil, err
	}
	for _, ch := range u.Postal {
		i := slices.IndexFunc(n.Postal, func(p PostalInfo) bool { return p.Type == ch.Type })
		if i < 0 {
			n.Postal = append(n.Postal, PostalInfo{Type: ch.Type})
			i = len(n.Postal) - 1
		}
		p := &n.Postal[i]
		if ch.Name != nil {
			p.Name = *ch.Name
		}
		if ch.Org != nil {
			p.Org = *ch.Org
		}
		if a := ch.Addr; a != nil {
			p.Street, p.City, p.SP, p.PC, p.CC = a.Street, a.City, a.SP, a.PC, a.CC
		}
	}
	if u.Voice != nil {
		n.Voice, n.VoiceExt = *u.Voice, u.VoiceExt
	}
	if u.Fax != nil {
		n.Fax, n.FaxExt = *u.Fax, u.FaxExt
	}
	if u.Email != nil {
		n.Email = *u.Email
	}
	if u.AuthInfo != nil {
		if err := c.checkAuthInfo(*u.AuthInfo); err != nil && c.p.SecureAuth {
			return nil, err
		}
		n.AuthInfo = c.keepAuth(*u.AuthInfo)
	}
	if u.Identity != nil {
		n.Identity = u.Identity
	}
	if u.Disclose != nil {
		n.Disclose = u.Disclose
	}
	if err := validContact(n); err != nil {
		return nil, err
	}
	if err := c.completeContact(n); err != nil {
		return nil, err
	}
	if err := c.restricted(n); err != nil {
		return nil, err
	}
	n.Updater, n.Updated = clID, now
	c.putContact(n)
	return n, nil
}

func (c *core) deleteContact(clID, id string) error {
	x, err := c.ownContact(clID, id)
	if err != nil {
		return err
	}
	if err := barred(contactBars, slices.Concat(x.pendings(), x.Statuses), actDelete, nil); err != nil {
		return err
	}
	if len(c.contactUse[id]) > 0 {
		return refuse(2305, "linked by domains")
	}
	c.dropContact(id)
	return nil
}

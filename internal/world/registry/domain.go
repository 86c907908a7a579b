package registry

import (
	"slices"
	"strings"
	"time"
)

// feeOffer is what a command says about money (RFC 8748).
type feeOffer struct {
	present  bool
	currency string
	amount   int64 // minor units
}

type domainCreate struct {
	Name        string
	Years       int
	NS          []NameServer
	Registrant  string
	Contacts    []ContactRef
	AuthInfo    string
	DS          []DS
	Keys        []Key
	Fee         feeOffer
	ClTRID      string
	SvTRID      string
	Token       *string       // allocation token (RFC 8495)
	Phase       string        // launch phase that the command names
	Notice      *claimsNotice // RFC 8334
	Codes       []Code
	Variants    []string // labels to allocate with the name (cdn-1.0)
	Simplified  string   // what the command takes for the two forms; "" for what they are
	Traditional string
	TTLs        []TTL
	Resident    *Resident
}

type domainUpdate struct {
	Name                     string
	AddNS, RemNS             []NameServer
	AddContacts, RemContacts []ContactRef
	AddStatus, RemStatus     []string
	Registrant               *string
	AuthInfo                 *string // empty: none, which matches nothing
	RemAllDS                 bool
	AddDS, RemDS             []DS
	AddKeys, RemKeys         []Key     `json:",omitempty"`
	Restore                  string    // "", request, report (RFC 3915)
	Fee                      feeOffer  `json:"-"`
	TRID                     TRID      `json:"-"`
	Codes                    []Code    `json:",omitempty"`
	AddVariants, RemVariants []string  `json:",omitempty"`
	Resident                 *Resident `json:",omitempty"`
	TTLs                     []TTL     `json:",omitempty"` // Seconds below 0: the default again
}

// checkDomain returns "" when the name can be registered, or the reason.
func (c *core) checkDomain(raw string, feeAware bool) string { return c.checkWith(raw, feeAware, nil) }

// checkWith is checkDomain for who may have an allocation token.
func (c *core) checkWith(raw string, feeAware bool, token *string) string {
	name, label, z, err := c.parseName(raw)
	if err != nil {
		return err.(*Refusal).Reason
	}
	if reason, ok := c.excluded(name, label, z); ok {
		return reason
	}
	if c.domains[name] != nil {
		return "in use"
	}
	if r, ok := c.checkToken(name, label, z, token).(*Refusal); ok {
		return r.Reason
	}
	if _, premium := c.priceOf(name); premium != "" && !feeAware {
		return "premium: fee extension required"
	}
	return ""
}

// checkToken refuses a restricted name without its allocation token, and a
// token that opens nothing (RFC 8495 section 3.2.1).
func (c *core) checkToken(name, label string, z *Zone, token *string) error {
	want, restricted := c.token(name, label, z)
	switch {
	case restricted && token == nil:
		return refuse(2201, "allocation token required")
	case restricted && *token != want, !restricted && token != nil:
		return refuse(2201, "allocation token mismatch")
	}
	return nil
}

// excluded says why a name is not for registration whoever asks.
func (c *core) excluded(name, label string, z *Zone) (string, bool) {
	if c.isZone(name) {
		return "reserved", true
	}
	if reason, ok := c.reserved(name, label); ok {
		return reason, true
	}
	if k := c.variantKey(label, z); k != "" {
		if other, ok := c.variants[k]; ok && other != name {
			return "variant of a registered name", true
		}
	}
	return "", false
}

// contactful says whether a registrar's names have contacts: the registry's
// data model, or the account's where that is per-registrar.
func (c *core) contactful(clID string) bool {
	if c.p.DataModel == "per-registrar" && c.regs[clID] != nil {
		return c.regs[clID].DataModel != "minimum"
	}
	return c.p.Contacts
}

// checkRoles checks a domain's contacts as they will stand; added are those
// that this command brings, which must be the client's own.
func (c *core) checkRoles(clID, registrant string, all, added []ContactRef) error {
	if !c.contactful(clID) {
		if registrant != "" || len(all) > 0 {
			return refuse(2306, "contacts not supported here")
		}
		return nil
	}
	if registrant == "" {
		return refuse(2003, "registrant required")
	}
	if err := c.checkContactRef(clID, registrant); err != nil {
		return err
	}
	for _, x := range added {
		if x.Type != "admin" && x.Type != "tech" && x.Type != "billing" {
			return refuse(2005, "unknown contact type")
		}
		if err := c.checkContactRef(clID, x.ID); err != nil {
			return err
		}
	}
	for _, role := range c.p.Roles {
		if !slices.ContainsFunc(all, func(x ContactRef) bool { return x.Type == role }) {
			return refuse(2003, role+" contact required")
		}
	}
	return nil
}

func (c *core) checkContactRef(clID, id string) error {
	x := c.contacts[id]
	switch {
	case x == nil:
		return refuse(2303, "no such contact")
	case x.Sponsor != clID:
		return refuse(2201, "contact of another registrar")
	}
	return nil
}

// own returns a domain that clID sponsors, or 2303, 2201.
func (c *core) own(clID, raw string) (*Domain, error) {
	d := c.domains[strings.ToLower(strings.TrimSuffix(raw, "."))]
	switch {
	case d == nil:
		return nil, refuse(2303, "no such domain")
	case d.Sponsor != clID:
		return nil, refuse(2201, "not the sponsoring registrar")
	}
	return d, nil
}

// infoDomain returns the domain and whether authInfo may be shown.
func (c *core) infoDomain(clID, raw string, auth credential) (*Domain, bool, error) {
	d := c.domains[strings.ToLower(strings.TrimSuffix(raw, "."))]
	if d == nil {
		return nil, false, refuse(2303, "no such domain")
	}
	hashed := strings.HasPrefix(d.AuthInfo, hashedAuth)
	if d.Sponsor == clID && (auth.pw == "" || !hashed) {
		return d, true, nil
	}
	if auth.pw == "" {
		return d, false, nil
	}
	if !c.authorized(d, auth) {
		return nil, false, refuse(2202, "wrong authorization information")
	}
	return d, true, nil
}

func (c *core) createDomain(clID string, cmd domainCreate, now time.Time) (*Domain, int64, error) {
	name, label, z, err := c.parseName(cmd.Name)
	if err != nil {
		return nil, 0, err
	}
	if c.domains[name] != nil {
		return nil, 0, refuse(2302, "in use")
	}
	if reason, ok := c.excluded(name, label, z); ok {
		return nil, 0, refuse(2306, reason)
	}
	if err := c.checkToken(name, label, z, cmd.Token); err != nil {
		return nil, 0, err
	}
	if cmd.Phase != "" && cmd.Phase != c.phase(z) {
		return nil, 0, refuse(2306, "not the phase of this zone")
	}
	if err := c.checkNotice(label, z, cmd.Notice, now); err != nil {
		return nil, 0, err
	}
	years := cmd.Years
	if years == 0 {
		years = 1
	}
	if years < 1 || years > c.p.MaxYears {
		return nil, 0, refuse(2004, "period out of range")
	}
	if err := c.checkAuthInfo(cmd.AuthInfo); err != nil {
		return nil, 0, err
	}
	if err := c.checkRoles(clID, cmd.Registrant, cmd.Contacts, cmd.Contacts); err != nil {
		return nil, 0, err
	}
	d := &Domain{Name: name, Sponsor: clID, Creator: clID, Created: now, Expires: addYears(now, years),
		Registrant: cmd.Registrant, Contacts: slices.Clone(cmd.Contacts), CreateTRID: cmd.ClTRID}
	if d.NS, err = c.addServers(name, nil, cmd.NS); err != nil {
		return nil, 0, err
	}
	if d.DS, err = addDS(nil, cmd.DS); err != nil {
		return nil, 0, err
	}
	if d.Keys, err = changeKeys(nil, nil, cmd.Keys); err != nil {
		return nil, 0, err
	}
	d.Resident = cmd.Resident
	if err := c.beginVerification(d, z, cmd.Codes, now); err != nil {
		return nil, 0, err
	}
	if d.Variants, err = c.allocate(label, z, cmd); err != nil {
		return nil, 0, err
	}
	if d.TTLs, err = c.setTTLs(nil, z, cmd.TTLs); err != nil {
		return nil, 0, err
	}
	c.beginAudit(d, label, z, now)
	price, class := c.priceOf(name)
	fee := price.Create
	if years > 1 {
		fee += price.Renew * int64(years-1)
	}
	if err := c.checkFee(cmd.Fee, fee, class != ""); err != nil {
		return nil, 0, err
	}
	if err := c.charge(clID, fee, now); err != nil {
		return nil, 0, err
	}
	c.setAuth(d, c.keepAuth(cmd.AuthInfo), now)
	d.ROID = c.nextROID("D")
	d.Pending = c.mustWait("create", name, clID, TRID{cmd.ClTRID, cmd.SvTRID}, now)
	if d.Pending != nil {
		d.Pending.Fee = fee
	} else {
		d.Grace = []Grace{{rgpAdd, now.Add(c.p.AddGrace), clID, fee, 0}}
	}
	c.putDomain(d)
	return d, fee, nil
}

package registry

import (
	"maps"
	"net/netip"
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
	Name       string
	Years      int
	NS         []NameServer
	Registrant string
	Contacts   []ContactRef
	AuthInfo   string
	DS         []DS
	Fee        feeOffer
	ClTRID     string
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
	Restore                  string // "", request, report (RFC 3915)
	Fee                      feeOffer
}

// checkDomain returns "" when the name can be registered, or the reason.
func (c *core) checkDomain(raw string, feeAware bool) string {
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
	if _, premium := c.priceOf(label, z); premium != "" && !feeAware {
		return "premium: fee extension required"
	}
	return ""
}

// excluded says why a name is not for registration whoever asks.
func (c *core) excluded(name, label string, z *Zone) (string, bool) {
	if c.isZone(name) {
		return "reserved", true
	}
	if reason, ok := c.p.Reserved[label]; ok {
		return reason, true
	}
	if k := c.variantKey(label, z); k != "" {
		if other, ok := c.variants[k]; ok && other != name {
			return "variant of a registered name", true
		}
	}
	return "", false
}

// priceOf returns the prices of a label and its class, empty for ordinary.
func (c *core) priceOf(label string, z *Zone) (Price, string) {
	price := z.Price
	class, premium := c.p.Premium[label]
	if premium {
		price = c.p.Classes[class]
	}
	if c.reprice != nil {
		price = c.reprice(label+"."+z.Name, price)
	}
	return price, class
}

// checkFee applies RFC 8748 section 3.4: missing where required 2003, too low
// or in another currency 2004.
func (c *core) checkFee(f feeOffer, fee int64, premium bool) error {
	switch {
	case !f.present && premium:
		return refuse(2003, "fee required for a premium name")
	case !f.present:
		return nil
	case f.currency != "" && f.currency != c.p.Currency:
		return refuse(2004, "currency not supported")
	case f.amount < fee:
		return refuse(2004, "fee too low")
	}
	return nil
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
		Registrant: cmd.Registrant, Contacts: slices.Clone(cmd.Contacts), AuthInfo: cmd.AuthInfo, CreateTRID: cmd.ClTRID}
	if d.NS, err = c.addServers(name, nil, cmd.NS); err != nil {
		return nil, 0, err
	}
	if d.DS, err = addDS(nil, cmd.DS); err != nil {
		return nil, 0, err
	}
	price, class := c.priceOf(label, z)
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
	d.ROID = c.nextROID("D")
	d.Grace = []Grace{{rgpAdd, now.Add(c.p.AddGrace), clID, fee}}
	c.putDomain(d)
	return d, fee, nil
}

func (c *core) checkAuthInfo(pw string) error {
	if pw != "" && len(pw) < c.p.MinAuthInfo {
		return refuse(2306, "authInfo too short")
	}
	return nil
}

// checkRoles checks a domain's contacts as they will stand; added are those
// that this command brings, which must be the client's own.
func (c *core) checkRoles(clID, registrant string, all, added []ContactRef) error {
	if !c.p.Contacts {
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

// addServers returns have with add, checked after the registry's host model.
func (c *core) addServers(domain string, have, add []NameServer) ([]NameServer, error) {
	out := slices.Clone(have)
	for _, n := range add {
		host := strings.ToLower(strings.TrimSuffix(n.Host, "."))
		if !validHostName(host) {
			return nil, refuse(2005, "invalid host name")
		}
		if slices.ContainsFunc(out, func(x NameServer) bool { return x.Host == host }) {
			continue
		}
		ns := NameServer{Host: host}
		if c.p.HostAttr {
			below := host == domain || strings.HasSuffix(host, "."+domain)
			switch {
			case below && len(n.Addrs) == 0:
				return nil, refuse(2003, "address required for this host")
			case !below && len(n.Addrs) > 0:
				return nil, refuse(2306, "address not allowed here")
			}
			if err := checkAddrs(n.Addrs); err != nil {
				return nil, err
			}
			ns.Addrs = slices.Clone(n.Addrs)
		} else if c.hosts[host] == nil {
			return nil, refuse(2303, "no such host")
		}
		out = append(out, ns)
	}
	if len(out) > c.p.MaxNameServers {
		return nil, refuse(2306, "too many name servers")
	}
	return out, nil
}

func checkAddrs(addrs []netip.Addr) error {
	seen := map[netip.Addr]bool{}
	for _, a := range addrs {
		if !a.IsValid() || a.Is4In6() || a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
			return refuse(2005, "invalid IP address")
		}
		if seen[a] {
			return refuse(2306, "address given twice")
		}
		seen[a] = true
	}
	if len(addrs) > 13 {
		return refuse(2306, "too many addresses")
	}
	return nil
}

var digestLength = map[uint8]int{1: 40, 2: 64, 4: 96} // RFC 3658, 4509, 6605; hexadecimal digits

func addDS(have, add []DS) ([]DS, error) {
	out := slices.Clone(have)
	for _, ds := range add {
		ds.Digest = strings.ToUpper(ds.Digest)
		want, known := digestLength[ds.DigestType]
		if !known {
			return nil, refuse(2306, "digest type not supported")
		}
		if len(ds.Digest) != want || strings.Trim(ds.Digest, "0123456789ABCDEF") != "" {
			return nil, refuse(2005, "invalid digest")
		}
		if slices.Contains(out, ds) {
			continue
		}
		out = append(out, ds)
	}
	if len(out) > 8 {
		return nil, refuse(2306, "too many DS records")
	}
	return out, nil
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
func (c *core) infoDomain(clID, raw, authInfo string) (*Domain, bool, error) {
	d := c.domains[strings.ToLower(strings.TrimSuffix(raw, "."))]
	if d == nil {
		return nil, false, refuse(2303, "no such domain")
	}
	if d.Sponsor == clID {
		return d, true, nil
	}
	if authInfo == "" {
		return d, false, nil
	}
	if d.AuthInfo == "" || d.AuthInfo != authInfo {
		return nil, false, refuse(2202, "wrong authorization information")
	}
	return d, true, nil
}

func (c *core) updateDomain(clID string, u domainUpdate, now time.Time) (*Domain, int64, error) {
	d, err := c.own(clID, u.Name)
	if err != nil {
		return nil, 0, err
	}
	if u.Restore != "" {
		return c.restore(d, u, now)
	}
	if d.Stage != "" || d.transferPending() {
		return nil, 0, refuse(2304, "pending action on the domain")
	}
	if d.has("serverUpdateProhibited") {
		return nil, 0, refuse(2304, "serverUpdateProhibited")
	}
	if d.has("clientUpdateProhibited") && !slices.Contains(u.RemStatus, "clientUpdateProhibited") {
		return nil, 0, refuse(2304, "clientUpdateProhibited")
	}
	n := d.clone()
	if n.Statuses, err = changeStatuses(d.Statuses, u.AddStatus, u.RemStatus, domainStatuses); err != nil {
		return nil, 0, err
	}
	for _, x := range u.RemNS {
		host := strings.ToLower(x.Host)
		i := slices.IndexFunc(n.NS, func(y NameServer) bool { return y.Host == host })
		if i < 0 {
			return nil, 0, refuse(2306, "name server not delegated to")
		}
		n.NS = slices.Delete(n.NS, i, i+1)
	}
	if n.NS, err = c.addServers(d.Name, n.NS, u.AddNS); err != nil {
		return nil, 0, err
	}
	for _, x := range u.RemContacts {
		i := slices.Index(n.Contacts, x)
		if i < 0 {
			return nil, 0, refuse(2306, "contact not linked in that role")
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
		} else if c.p.Contacts && c.contacts[registrant] != nil && c.contacts[registrant].Sponsor != clID {
			registrant = ""
		}
		if registrant == "" && u.Registrant == nil {
			for _, x := range u.AddContacts {
				if err := c.checkContactRef(clID, x.ID); err != nil {
					return nil, 0, err
				}
			}
		} else if err := c.checkRoles(clID, registrant, n.Contacts, u.AddContacts); err != nil {
			return nil, 0, err
		}
	}
	if u.RemAllDS {
		n.DS = nil
	}
	for _, ds := range u.RemDS {
		ds.Digest = strings.ToUpper(ds.Digest)
		i := slices.Index(n.DS, ds)
		if i < 0 {
			return nil, 0, refuse(2306, "DS record not present")
		}
		n.DS = slices.Delete(n.DS, i, i+1)
	}
	if n.DS, err = addDS(n.DS, u.AddDS); err != nil {
		return nil, 0, err
	}
	if u.AuthInfo != nil {
		if err := c.checkAuthInfo(*u.AuthInfo); err != nil {
			return nil, 0, err
		}
		n.AuthInfo = *u.AuthInfo
	}
	if err := c.checkFee(u.Fee, 0, false); err != nil {
		return nil, 0, err
	}
	n.Updater, n.Updated = clID, now
	c.putDomain(n)
	return n, 0, nil
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
	for _, s := range []string{"clientRenewProhibited", "serverRenewProhibited"} {
		if d.has(s) {
			return nil, 0, refuse(2304, s)
		}
	}
	if d.Stage != "" || d.transferPending() {
		return nil, 0, refuse(2304, "pending action on the domain")
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
	label, z := c.zoneOf(d.Name)
	price, class := c.priceOf(label, z)
	sum := price.Renew * int64(years)
	if err := c.checkFee(fee, sum, class != ""); err != nil {
		return nil, 0, err
	}
	if err := c.charge(clID, sum, now); err != nil {
		return nil, 0, err
	}
	n := d.clone()
	n.Expires, n.Updater, n.Updated = exp, clID, now
	n.Grace = append(liveGrace(n.Grace, now), Grace{rgpRenew, now.Add(c.p.RenewGrace), clID, sum})
	c.putDomain(n)
	return n, sum, nil
}

package epp

import "time"

// NSOrg is the namespace of the organization mapping (RFC 8543).
const NSOrg = "urn:ietf:params:xml:ns:epp:org-1.0"

// Org is the organization mapping (RFC 8543): registrars, resellers, privacy
// proxies and the like as objects. [OrgExt] ties them to other objects.
var Org = Extension{Namespace: NSOrg, Object: true, Action: decodeOrgAction, Decode: decodeOrgData}

// Statuses of organizations beside those of [StatusOK] and its siblings, and
// of roles (RFC 8543 sections 3.4 and 3.5).
const (
	StatusHold                 = "hold"
	StatusTerminated           = "terminated"
	StatusClientLinkProhibited = "clientLinkProhibited"
	StatusServerLinkProhibited = "serverLinkProhibited"
)

// OrgRole is what an organization does, "reseller" for one. ID is its
// identifier in that role, such as an IANA number.
type OrgRole struct {
	Type     string
	Statuses []string // at most three
	ID       string
}

// OrgContact refers to a contact. Type is admin, billing, tech, abuse, or
// custom with a TypeName.
type OrgContact struct {
	Type     string
	TypeName string
	ID       string
}

// OrgPostal is an organization's name and address in one form, [PostalInt] or
// [PostalLoc].
type OrgPostal struct {
	Type string
	// Name may be empty in an update, and then stays.
	Name string
	Addr *PostalAddr
}

// OrgCheck asks whether organization ids can be provisioned.
type OrgCheck struct{ IDs []string }

// OrgInfo asks for an organization's data.
type OrgInfo struct{ ID string }

// OrgCreate creates an organization.
type OrgCreate struct {
	ID       string
	Roles    []OrgRole // at least one
	Statuses []string  // at most four
	ParentID string
	Postal   []OrgPostal // at most two, of different types
	Voice    Phone
	Fax      Phone
	Email    string
	URL      string
	Contacts []OrgContact
}

// OrgUpdate changes an organization.
type OrgUpdate struct {
	ID       string
	Add, Rem *OrgAddRem
	Chg      *OrgChange
}

// OrgAddRem is what an update adds or removes.
type OrgAddRem struct {
	Contacts []OrgContact
	Roles    []OrgRole
	Statuses []string
}

// OrgChange is what an update replaces; nil and empty parts stay.
type OrgChange struct {
	ParentID string
	Postal   []OrgPostal
	Voice    *Phone
	Fax      *Phone
	Email    string
	URL      *string
}

// OrgDelete deletes an organization.
type OrgDelete struct{ ID string }

// OrgCheckData answers [OrgCheck].
type OrgCheckData struct{ Items []CheckItem }

// OrgCreateData answers [OrgCreate].
type OrgCreateData struct {
	ID     string
	CrDate time.Time
}

// OrgInfoData answers [OrgInfo].
type OrgInfoData struct {
	ID       string
	ROID     string
	Roles    []OrgRole
	Statuses []string
	ParentID string
	Postal   []OrgPostal
	Voice    Phone
	Fax      Phone
	Email    string
	URL      string
	Contacts []OrgContact
	ClID     string
	CrID     string
	CrDate   time.Time
	UpID     string
	UpDate   time.Time
}

// OrgPendingData tells the outcome of a pending action on an organization.
type OrgPendingData struct{ PendingResult }

// Verb implements [Action].
func (*OrgCheck) Verb() Verb { return VerbCheck }

// Verb implements [Action].
func (*OrgInfo) Verb() Verb { return VerbInfo }

// Verb implements [Action].
func (*OrgCreate) Verb() Verb { return VerbCreate }

// Verb implements [Action].
func (*OrgUpdate) Verb() Verb { return VerbUpdate }

// Verb implements [Action].
func (*OrgDelete) Verb() Verb { return VerbDelete }

// Namespace implements [Value].
func (*OrgCheck) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgInfo) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgCreate) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgUpdate) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgDelete) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgCheckData) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgCreateData) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgInfoData) Namespace() string { return NSOrg }

// Namespace implements [Value].
func (*OrgPendingData) Namespace() string { return NSOrg }

// Encode implements [Value].
func (c *OrgCheck) Encode(w *Writer) {
	w.Root("org:check", NSOrg)
	w.leaves("org:id", c.IDs)
	w.Close("org:check")
}

// Encode implements [Value].
func (c *OrgInfo) Encode(w *Writer) {
	w.Root("org:info", NSOrg)
	w.Leaf("org:id", c.ID)
	w.Close("org:info")
}

// Encode implements [Value].
func (c *OrgDelete) Encode(w *Writer) {
	w.Root("org:delete", NSOrg)
	w.Leaf("org:id", c.ID)
	w.Close("org:delete")
}

// Encode implements [Value].
func (c *OrgCreate) Encode(w *Writer) {
	w.Root("org:create", NSOrg)
	w.Leaf("org:id", c.ID)
	w.orgRoles(c.Roles)
	w.leaves("org:status", c.Statuses)
	w.Opt("org:parentId", c.ParentID)
	w.orgPostal(c.Postal)
	w.phone("org:voice", c.Voice)
	w.phone("org:fax", c.Fax)
	w.Opt("org:email", c.Email)
	w.Opt("org:url", c.URL)
	w.orgContacts(c.Contacts)
	w.Close("org:create")
}

// Encode implements [Value].
func (c *OrgUpdate) Encode(w *Writer) {
	w.Root("org:update", NSOrg)
	w.Leaf("org:id", c.ID)
	w.orgAddRem("org:add", c.Add)
	w.orgAddRem("org:rem", c.Rem)
	if g := c.Chg; g != nil {
		w.Open("org:chg")
		w.Opt("org:parentId", g.ParentID)
		w.orgPostal(g.Postal)
		if g.Voice != nil {
			w.phoneLeaf("org:voice", *g.Voice)
		}
		if g.Fax != nil {
			w.phoneLeaf("org:fax", *g.Fax)
		}
		w.Opt("org:email", g.Email)
		if g.URL != nil {
			w.Leaf("org:url", *g.URL)
		}
		w.Close("org:chg")
	}
	w.Close("org:update")
}

func (w *Writer) orgAddRem(name string, a *OrgAddRem) {
	if a == nil {
		return
	}
	w.Open(name)
	w.orgContacts(a.Contacts)
	w.orgRoles(a.Roles)
	w.leaves("org:status", a.Statuses)
	w.Close(name)
}

func (w *Writer) orgRoles(list []OrgRole) {
	for i := range list {
		w.Open("org:role")
		w.Leaf("org:type", list[i].Type)
		w.leaves("org:status", list[i].Statuses)
		w.Opt("org:roleID", list[i].ID)
		w.Close("org:role")
	}
}

func (w *Writer) orgPostal(list []OrgPostal) {
	for i := range list {
		w.Open("org:postalInfo", "type", or(list[i].Type, PostalInt))
		w.Opt("org:name", list[i].Name)
		if list[i].Addr != nil {
			w.addrIn("org:", list[i].Addr)
		}
		w.Close("org:postalInfo")
	}
}

func (w *Writer) orgContacts(list []OrgContact) {
	for _, c := range list {
		w.leafAttrs("org:contact", c.ID, "type", c.Type, "typeName", c.TypeName)
	}
}

// Encode implements [Value].
func (d *OrgCheckData) Encode(w *Writer) {
	w.Root("org:chkData", NSOrg)
	w.check("org:cd", "org:id", "org:reason", d.Items)
	w.Close("org:chkData")
}

// Encode implements [Value].
func (d *OrgCreateData) Encode(w *Writer) {
	w.Root("org:creData", NSOrg)
	w.Leaf("org:id", d.ID)
	w.Time("org:crDate", d.CrDate)
	w.Close("org:creData")
}

// Encode implements [Value].
func (d *OrgInfoData) Encode(w *Writer) {
	w.Root("org:infData", NSOrg)
	w.Leaf("org:id", d.ID)
	w.Leaf("org:roid", d.ROID)
	w.orgRoles(d.Roles)
	w.leaves("org:status", d.Statuses)
	w.Opt("org:parentId", d.ParentID)
	w.orgPostal(d.Postal)
	w.phone("org:voice", d.Voice)
	w.phone("org:fax", d.Fax)
	w.Opt("org:email", d.Email)
	w.Opt("org:url", d.URL)
	w.orgContacts(d.Contacts)
	w.Opt("org:clID", d.ClID)
	w.Leaf("org:crID", d.CrID)
	w.Time("org:crDate", d.CrDate)
	w.Opt("org:upID", d.UpID)
	w.Time("org:upDate", d.UpDate)
	w.Close("org:infData")
}

// Encode implements [Value].
func (d *OrgPendingData) Encode(w *Writer) {
	w.Root("org:panData", NSOrg)
	w.pending("org:", "id", &d.PendingResult)
	w.Close("org:panData")
}

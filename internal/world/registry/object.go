package registry

import (
	"net/netip"
	"slices"
	"time"
)

// Domain is a registered name as the registry stores it (RFC 5731). The
// derived statuses (ok, inactive, pendingDelete, pendingTransfer) and the RGP
// statuses of grace periods are not stored: they follow from the rest and the
// clock.
type Domain struct {
	Name        string    `json:"name"` // lower-case A-label form, no final dot
	ROID        string    `json:"roid"`
	Sponsor     string    `json:"clID"`
	Creator     string    `json:"crID"`
	Updater     string    `json:"upID,omitempty"`
	Created     time.Time `json:"crDate"`
	Updated     time.Time `json:"upDate,omitzero"`
	Expires     time.Time `json:"exDate"`
	Transferred time.Time `json:"trDate,omitzero"`

	Statuses   []string     `json:"st,omitempty"` // client* and server* only, sorted
	Registrant string       `json:"reg,omitempty"`
	Contacts   []ContactRef `json:"con,omitempty"`
	NS         []NameServer `json:"ns,omitempty"` // addresses only with host attributes
	DS         []DS         `json:"ds,omitempty"`
	Keys       []Key        `json:"keys,omitempty"`
	AuthInfo   string       `json:"ai,omitempty"` // given to the sponsor on info, never logged

	Grace      []Grace   `json:"gr,omitempty"`
	Stage      string    `json:"stage,omitempty"` // "", redemptionPeriod, pendingRestore, pendingDelete (RFC 3915)
	StageUntil time.Time `json:"until,omitzero"`
	Deleted    time.Time `json:"del,omitzero"` // when the sponsor asked for deletion
	Transfer   *Transfer `json:"tr,omitempty"` // the last transfer, pending or settled

	Pending    *Pending  `json:"pend,omitempty"`   // a command that was answered 1001 and is not decided yet
	Holds      []string  `json:"holds,omitempty"`  // why serverHold is there: registry, verification, naming
	Codes      []Code    `json:"codes,omitempty"`  // verification codes, by type
	VerifyMode string    `json:"vmode,omitempty"`  // the zone's mode when the name was created
	Verify     string    `json:"vst,omitempty"`    // "", pendingCompliance, nonCompliant, compliant
	VerifyDue  time.Time `json:"vdue,omitzero"`    // when codes must be there
	LiftDue    time.Time `json:"lift,omitzero"`    // when the hold of a name that is verified now ends
	AuditDue   time.Time `json:"audit,omitzero"`   // when the naming audit gives its verdict
	AuditWhy   string    `json:"auditW,omitempty"` // what it will say
	AuthUntil  time.Time `json:"aiUntil,omitzero"` // when the authorization information is forgotten
	Variants   []string  `json:"var,omitempty"`    // allocated variants of the label, A-label form, sorted
	TTLs       []TTL     `json:"ttl,omitempty"`
	Resident   *Resident `json:"cnnic,omitempty"`

	CreateTRID string `json:"crTR,omitempty"`  // client transaction id of the creating command
	DeleteTRID *TRID  `json:"delTR,omitempty"` // of the deletion that was answered 1001

	lsn uint64    // journal position of the last change: answers about it wait for that to be on disk
	due time.Time // the entry of the due heap that is valid
}

// ContactRef links a domain to a contact in a role: admin, tech or billing.
type ContactRef struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// NameServer is a name server of a domain. Addrs is the glue that this
// registry knows; in a stored domain it is used with host attributes only.
type NameServer struct {
	Host  string       `json:"host"`
	Addrs []netip.Addr `json:"addrs,omitempty"`
}

// DS is a delegation signer record (RFC 4034 section 5, RFC 5910).
type DS struct {
	KeyTag     uint16 `json:"tag"`
	Algorithm  uint8  `json:"alg"`
	DigestType uint8  `json:"dt"`
	Digest     string `json:"digest"` // upper-case hexadecimal
}

// Grace is a running grace period of a domain: deleting within it returns
// Credit (minor units) to the registrar that paid.
type Grace struct {
	Kind   string    `json:"kind"` // addPeriod, renewPeriod, autoRenewPeriod, transferPeriod
	Until  time.Time `json:"until"`
	Payer  string    `json:"payer"`
	Credit int64     `json:"credit"`
	Years  int       `json:"years,omitempty"` // what a deletion within it takes off the term again
}

// Pending is a command on a domain that waits for the registry's decision
// (RFC 5731 section 3.3).
type Pending struct {
	Op     string        `json:"op"` // create, renew, update
	TRID   TRID          `json:"trid"`
	Since  time.Time     `json:"since"`
	Until  time.Time     `json:"until,omitzero"` // when it is decided by itself; zero: by hand
	Deny   bool          `json:"deny,omitempty"` // what is decided then
	By     string        `json:"by"`
	Fee    int64         `json:"fee,omitempty"`
	Years  int           `json:"years,omitempty"`
	Update *domainUpdate `json:"upd,omitempty"`
}

// Code is a verification code that was accepted, without its signature.
type Code struct {
	Type string    `json:"type"`
	Code string    `json:"code"`
	Date time.Time `json:"date"`
}

// TTL is the time to live of the records of one type (RFC 9803).
type TTL struct {
	For     string `json:"for"` // NS, DS, A, AAAA
	Seconds int    `json:"s"`
}

// Resident is what CNNIC's domain extension says of the registrant.
type Resident struct {
	Type     string `json:"type,omitempty"` // I or E
	Purveyor string `json:"purveyor,omitempty"`
}

// Identity is a document of a contact (CNNIC's contact extension). It prints
// without the number.
type Identity struct {
	Type     string `json:"type,omitempty"` // I or E
	DocType  string `json:"doc"`
	Number   string `json:"num"`
	Purveyor string `json:"purveyor,omitempty"`
	Mobile   string `json:"mobile,omitempty"`
}

// String hides the number.
func (i Identity) String() string { return "[identity " + i.DocType + "]" }

// GoString hides the number.
func (i Identity) GoString() string { return i.String() }

// Transfer is a request to change the sponsor (RFC 5731 section 3.2.4).
type Transfer struct {
	Status  string    `json:"st"` // pending, clientApproved, clientCancelled, clientRejected, serverApproved, serverCancelled
	ReID    string    `json:"reID"`
	ReDate  time.Time `json:"reDate"`
	AcID    string    `json:"acID"`
	AcDate  time.Time `json:"acDate"` // when it must be acted on; once settled, when it was
	Years   int       `json:"years"`
	Fee     int64     `json:"fee"` // taken from the gaining registrar's deposit at the request
	Expires time.Time `json:"exDate,omitzero"`
}

// Contact is a contact object (RFC 5733).
type Contact struct {
	ID          string       `json:"id"`
	ROID        string       `json:"roid"`
	Sponsor     string       `json:"clID"`
	Creator     string       `json:"crID"`
	Updater     string       `json:"upID,omitempty"`
	Created     time.Time    `json:"crDate"`
	Updated     time.Time    `json:"upDate,omitzero"`
	Transferred time.Time    `json:"trDate,omitzero"`
	Statuses    []string     `json:"st,omitempty"`
	Postal      []PostalInfo `json:"postal"`
	Voice       string       `json:"voice,omitempty"`
	VoiceExt    string       `json:"voiceX,omitempty"`
	Fax         string       `json:"fax,omitempty"`
	FaxExt      string       `json:"faxX,omitempty"`
	Email       string       `json:"email"`
	AuthInfo    string       `json:"ai,omitempty"`
	Disclose    *Disclose    `json:"disc,omitempty"`
	Transfer    *Transfer    `json:"tr,omitempty"` // the last transfer, pending or settled
	Identity    *Identity    `json:"ident,omitempty"`

	lsn uint64
	due time.Time // the entry of the due heap that is valid
}

// PostalInfo is a postal address, internationalised ("int", ASCII) or local
// ("loc").
type PostalInfo struct {
	Type   string   `json:"type"`
	Name   string   `json:"name"`
	Org    string   `json:"org,omitempty"`
	Street []string `json:"street,omitempty"`
	City   string   `json:"city"`
	SP     string   `json:"sp,omitempty"`
	PC     string   `json:"pc,omitempty"`
	CC     string   `json:"cc"`
}

// Disclose is the client's wish about publication (RFC 5733 section 2.9). The
// fields are "name:int", "name:loc", "org:int", …, "voice", "fax", "email".
type Disclose struct {
	Flag   bool     `json:"flag"`
	Fields []string `json:"fields,omitempty"`
}

// Host is a host object (RFC 5732). A host inside the registry's zones is
// subordinate: it has addresses (glue) and the sponsor of its superordinate
// domain.
type Host struct {
	Name        string       `json:"name"`
	ROID        string       `json:"roid"`
	Sponsor     string       `json:"clID"`
	Creator     string       `json:"crID"`
	Updater     string       `json:"upID,omitempty"`
	Created     time.Time    `json:"crDate"`
	Updated     time.Time    `json:"upDate,omitzero"`
	Transferred time.Time    `json:"trDate,omitzero"`
	Statuses    []string     `json:"st,omitempty"`
	Addrs       []netip.Addr `json:"addrs,omitempty"`

	lsn uint64
}

// Registrar is an account at the registry.
type Registrar struct {
	ID          string `json:"id"` // clID, 3 to 16 characters
	Name        string `json:"name"`
	IANAID      int    `json:"iana,omitempty"`
	URL         string `json:"url,omitempty"`
	WHOISServer string `json:"whois,omitempty"`
	RDAPBase    string `json:"rdap,omitempty"` // ends in a slash
	AbuseEmail  string `json:"abuseEmail,omitempty"`
	AbusePhone  string `json:"abusePhone,omitempty"`

	Password    string `json:"pw,omitempty"`   // salted hash
	Given       string `json:"pw0,omitempty"`  // salted hash of the password in the options, to notice a new one there
	CertCN      string `json:"cn,omitempty"`   // common name that the client certificate must have
	CertSHA256  string `json:"cert,omitempty"` // hexadecimal fingerprint that it must have; both empty: common name = ID
	Balance     int64  `json:"balance"`        // deposit, minor units of the profile's currency
	LowBalance  int64  `json:"low,omitempty"`  // below this a poll message is queued
	LowNotified bool   `json:"lowSent,omitempty"`
	SessionCap  int    `json:"cap,omitempty"` // 0: the profile's

	CertSHA256B string    `json:"certB,omitempty"` // fingerprint of a second, fail-over certificate
	PasswordSet time.Time `json:"pwAt,omitzero"`   // when the password was last changed
	DataModel   string    `json:"model,omitempty"` // minimum or maximum, where the registry's is per-registrar
}

// PollMessage is a message in a registrar's queue (RFC 5730 section 2.9.2.3).
type PollMessage struct {
	ID       string    `json:"id"`
	ClID     string    `json:"clID"`
	Queued   time.Time `json:"qDate"`
	Kind     string    `json:"kind"` // autoRenew, lowBalance, transfer, purged, stage, status
	Text     string    `json:"text"`
	Object   string    `json:"obj,omitempty"`  // name the message is about
	Transfer *Transfer `json:"tr,omitempty"`   // with kind transfer: trnData
	TRID     *TRID     `json:"trid,omitempty"` // panData for this command, which was answered 1001

	Denied      bool         `json:"no,omitempty"`     // the panData's result is false
	Contact     bool         `json:"con,omitempty"`    // Object is a contact, not a domain
	Change      *Change      `json:"chg,omitempty"`    // what the registry did by itself (RFC 8590)
	Before      *Domain      `json:"before,omitempty"` // with Change: the name before it, or
	After       *Domain      `json:"after,omitempty"`  // after it
	Balance     *int64       `json:"bal,omitempty"`    // with kind lowBalance: the deposit then
	Maintenance *Maintenance `json:"mnt,omitempty"`
}

// Change is an operation on a name that its registrar did not order.
type Change struct {
	Op     string    `json:"op"`            // RFC 8590: create, delete, renew, transfer, update, restore, autoRenew, autoDelete, autoPurge
	SubOp  string    `json:"sub,omitempty"` // "purge" or "redemption" of a deletion
	Date   time.Time `json:"date"`
	SvTRID string    `json:"sv"`
	Who    string    `json:"who"`
	Reason string    `json:"why,omitempty"`
	Case   *Case     `json:"case,omitempty"`
}

// Case is the dispute that a change belongs to: udrp, urs, or custom with a
// name (RFC 8590 section 2.2).
type Case struct {
	Type string `json:"type,omitempty"`
	Name string `json:"name,omitempty"`
	ID   string `json:"id,omitempty"`
}

// TRID is a pair of transaction identifiers (RFC 5730 section 2.6).
type TRID struct {
	Client string `json:"cl,omitempty"`
	Server string `json:"sv"`
}

// EPP and RGP status values used by the core.
const (
	stOK              = "ok"
	stInactive        = "inactive"
	stLinked          = "linked"
	stPendingDelete   = "pendingDelete"
	stPendingTransfer = "pendingTransfer"

	rgpAdd        = "addPeriod"
	rgpRenew      = "renewPeriod"
	rgpAutoRenew  = "autoRenewPeriod"
	rgpTransfer   = "transferPeriod"
	rgpRedemption = "redemptionPeriod"
	rgpRestore    = "pendingRestore"
	rgpDelete     = "pendingDelete"
)

func (d *Domain) has(status string) bool { return slices.Contains(d.Statuses, status) }

func (d *Domain) transferPending() bool { return d.Transfer != nil && d.Transfer.Status == "pending" }

// eppStatuses returns the whole status set, derived ones included.
func (d *Domain) eppStatuses() []string {
	out := slices.Clone(d.Statuses)
	out = append(out, d.pendings()...)
	if len(d.NS) == 0 {
		out = append(out, stInactive)
	}
	if len(out) == 0 {
		return []string{stOK}
	}
	slices.Sort(out)
	return out
}

// rgpStatuses returns the RGP status at now: the stage of deletion, or the
// grace periods that still run.
func (d *Domain) rgpStatuses(now time.Time) []string {
	if d.Stage != "" {
		return []string{d.Stage}
	}
	var out []string
	for _, g := range d.Grace {
		if now.Before(g.Until) && !slices.Contains(out, g.Kind) {
			out = append(out, g.Kind)
		}
	}
	return out
}

// pendings are the statuses that follow from an action under way. RFC 5731
// section 2.3 has at most one of them.
func (d *Domain) pendings() []string {
	switch {
	case d.Stage != "":
		return []string{stPendingDelete}
	case d.Pending != nil:
		return []string{pendingStatus[d.Pending.Op]}
	case d.transferPending():
		return []string{stPendingTransfer}
	}
	return nil
}

// inZone says whether the delegation belongs in the DNS.
func (d *Domain) inZone() bool {
	return len(d.NS) > 0 && d.Stage == "" && (d.Pending == nil || d.Pending.Op != "create") && !d.has("clientHold") && !d.has("serverHold")
}

// clone copies what a change may touch, so that a stored value is never
// modified in place: readers keep what they were given.
func (d *Domain) clone() *Domain {
	c := *d
	c.Statuses = slices.Clone(d.Statuses)
	c.Contacts = slices.Clone(d.Contacts)
	c.NS = slices.Clone(d.NS)
	c.DS = slices.Clone(d.DS)
	c.Keys = slices.Clone(d.Keys)
	c.Grace = slices.Clone(d.Grace)
	c.Holds = slices.Clone(d.Holds)
	c.Codes = slices.Clone(d.Codes)
	c.Variants = slices.Clone(d.Variants)
	c.TTLs = slices.Clone(d.TTLs)
	if d.Pending != nil {
		p := *d.Pending
		c.Pending = &p
	}
	if d.Transfer != nil {
		t := *d.Transfer
		c.Transfer = &t
	}
	return &c
}

func (c *Contact) clone() *Contact {
	n := *c
	n.Statuses = slices.Clone(c.Statuses)
	n.Postal = slices.Clone(c.Postal)
	if c.Transfer != nil {
		t := *c.Transfer
		n.Transfer = &t
	}
	return &n
}

func (h *Host) clone() *Host {
	n := *h
	n.Statuses = slices.Clone(h.Statuses)
	n.Addrs = slices.Clone(h.Addrs)
	return &n
}

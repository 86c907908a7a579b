package epp

import (
	"net/netip"
	"time"
)

// Domain is the domain mapping (RFC 5731). The codec always has it.
var Domain = Extension{Namespace: NSDomain, Object: true, Action: decodeDomainAction, Decode: decodeDomainData}

// domainStatuses are the schema's values (RFC 5731 section 2.3).
var domainStatuses = []string{
	StatusClientDeleteProhibited, StatusClientHold, StatusClientRenewProhibited, StatusClientTransferProhibited, StatusClientUpdateProhibited,
	StatusInactive, StatusOK,
	StatusPendingCreate, StatusPendingDelete, StatusPendingRenew, StatusPendingTransfer, StatusPendingUpdate,
	StatusServerDeleteProhibited, StatusServerHold, StatusServerRenewProhibited, StatusServerTransferProhibited, StatusServerUpdateProhibited,
}

// DomainCheck asks whether names can be provisioned.
type DomainCheck struct{ Names []string }

// DomainInfo asks for a domain's data. Hosts limits the hosts in the answer:
// "all" (also meant by ""), "del", "sub" or "none".
type DomainInfo struct {
	Name     string
	Hosts    string
	AuthInfo *AuthInfo
}

// DomainCreate creates a domain.
type DomainCreate struct {
	Name       string
	Period     Period
	NS         Nameservers
	Registrant string
	Contacts   []DomainContact
	AuthInfo   *AuthInfo
}

// DomainUpdate changes a domain. Nil parts are left out; a non-nil empty Chg
// is written as an empty element, which RFC 3915 wants beside a restore.
type DomainUpdate struct {
	Name     string
	Add, Rem *DomainAddRem
	Chg      *DomainChange
}

// DomainAddRem is what an update adds or removes.
type DomainAddRem struct {
	NS       Nameservers
	Contacts []DomainContact
	Statuses []Status
}

// DomainChange is what an update replaces. A nil Registrant leaves it, an
// empty one removes it.
type DomainChange struct {
	Registrant *string
	AuthInfo   *AuthInfo
}

// DomainDelete deletes a domain.
type DomainDelete struct{ Name string }

// DomainRenew lengthens a registration. CurExpDate guards against renewing
// twice; only its UTC date counts.
type DomainRenew struct {
	Name       string
	CurExpDate time.Time
	Period     Period
}

// DomainTransfer is the transfer command of any of the five operations.
type DomainTransfer struct {
	Op       TransferOp
	Name     string
	Period   Period
	AuthInfo *AuthInfo
}

// Nameservers is a domain's delegation: either host objects or host
// attributes, never both.
type Nameservers struct {
	Objects []string
	Attrs   []HostAttr
}

// Empty reports whether there is no name server at all.
func (n Nameservers) Empty() bool { return len(n.Objects) == 0 && len(n.Attrs) == 0 }

// Names lists the host names of either kind.
func (n Nameservers) Names() []string {
	out := append([]string(nil), n.Objects...)
	for _, a := range n.Attrs {
		out = append(out, a.Name)
	}
	return out
}

// HostAttr is a name server as an attribute of its domain.
type HostAttr struct {
	Name  string
	Addrs []netip.Addr
}

// DomainContact is a contact with its role: admin, billing or tech.
type DomainContact struct {
	Type string
	ID   string
}

// DomainCheckData answers [DomainCheck].
type DomainCheckData struct{ Items []CheckItem }

// DomainInfoData answers [DomainInfo]. Zero times are absent.
type DomainInfoData struct {
	Name       string
	ROID       string
	Statuses   []Status
	Registrant string
	Contacts   []DomainContact
	NS         Nameservers
	Hosts      []string // subordinate hosts
	ClID       string
	CrID       string
	CrDate     time.Time
	UpID       string
	UpDate     time.Time
	ExDate     time.Time
	TrDate     time.Time
	AuthInfo   *AuthInfo
}

// HasStatus reports whether the domain has a status.
func (d *DomainInfoData) HasStatus(value string) bool { return hasStatus(d.Statuses, value) }

// DomainCreateData answers [DomainCreate].
type DomainCreateData struct {
	Name   string
	CrDate time.Time
	ExDate time.Time
}

// DomainRenewData answers [DomainRenew].
type DomainRenewData struct {
	Name   string
	ExDate time.Time
}

// DomainTransferData answers [DomainTransfer].
type DomainTransferData struct {
	Name     string
	TrStatus TransferStatus
	ReID     string
	ReDate   time.Time
	AcID     string
	AcDate   time.Time
	ExDate   time.Time
}

// DomainPendingData tells the outcome of a pending action on a domain.
type DomainPendingData struct{ PendingResult }

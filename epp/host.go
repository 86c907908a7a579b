package epp

import (
	"net/netip"
	"time"
)

// Host is the host mapping (RFC 5732). The codec always has it.
var Host = Extension{Namespace: NSHost, Object: true, Action: decodeHostAction, Decode: decodeHostData}

// hostStatuses are the schema's values (RFC 5732 section 2.3).
var hostStatuses = []string{
	StatusClientDeleteProhibited, StatusClientUpdateProhibited, StatusLinked, StatusOK,
	StatusPendingCreate, StatusPendingDelete, StatusPendingTransfer, StatusPendingUpdate,
	StatusServerDeleteProhibited, StatusServerUpdateProhibited,
}

// HostCheck asks whether host names can be provisioned.
type HostCheck struct{ Names []string }

// HostInfo asks for a host's data.
type HostInfo struct{ Name string }

// HostCreate creates a host object.
type HostCreate struct {
	Name  string
	Addrs []netip.Addr
}

// HostUpdate changes a host object. A non-empty NewName renames it.
type HostUpdate struct {
	Name     string
	Add, Rem *HostAddRem
	NewName  string
}

// HostAddRem is what an update adds or removes.
type HostAddRem struct {
	Addrs    []netip.Addr
	Statuses []Status
}

// HostDelete deletes a host object.
type HostDelete struct{ Name string }

// HostCheckData answers [HostCheck].
type HostCheckData struct{ Items []CheckItem }

// HostInfoData answers [HostInfo].
type HostInfoData struct {
	Name     string
	ROID     string
	Statuses []Status
	Addrs    []netip.Addr
	ClID     string
	CrID     string
	CrDate   time.Time
	UpID     string
	UpDate   time.Time
	TrDate   time.Time
}

// HasStatus reports whether the host has a status.
func (d *HostInfoData) HasStatus(value string) bool { return hasStatus(d.Statuses, value) }

// HostCreateData answers [HostCreate].
type HostCreateData struct {
	Name   string
	CrDate time.Time
}

// HostPendingData tells the outcome of a pending action on a host.
type HostPendingData struct{ PendingResult }

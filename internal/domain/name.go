package domain

import "strings"

// Name is a domain name as the wire carries it: A-labels, lower case, no final dot. Only naming.Parse makes one
// from what a person typed.
type Name string

// Label is what stands before the first dot.
func (n Name) Label() string { l, _, _ := strings.Cut(string(n), "."); return l }

// Suffix is what stands after the first dot: "com", "com.cn".
func (n Name) Suffix() string { _, s, _ := strings.Cut(string(n), "."); return s }

// Status is an EPP status of a domain (RFC 5731 section 2.3) or an RGP status (RFC 3915).
type Status string

// The statuses that the registrar acts on.
const (
	StatusOK                 Status = "ok"
	StatusInactive           Status = "inactive"
	ClientHold               Status = "clientHold"
	ServerHold               Status = "serverHold"
	ClientDeleteProhibited   Status = "clientDeleteProhibited"
	ClientRenewProhibited    Status = "clientRenewProhibited"
	ClientTransferProhibited Status = "clientTransferProhibited"
	ClientUpdateProhibited   Status = "clientUpdateProhibited"
	ServerDeleteProhibited   Status = "serverDeleteProhibited"
	ServerRenewProhibited    Status = "serverRenewProhibited"
	ServerTransferProhibited Status = "serverTransferProhibited"
	ServerUpdateProhibited   Status = "serverUpdateProhibited"
	PendingCreate            Status = "pendingCreate"
	PendingDelete            Status = "pendingDelete"
	PendingRenew             Status = "pendingRenew"
	PendingUpdate            Status = "pendingUpdate"
	PendingRestore           Status = "pendingRestore" // RFC 3915
	PendingTransfer          Status = "pendingTransfer"
	RedemptionPeriod         Status = "redemptionPeriod"
	AddPeriod                Status = "addPeriod"
	RenewPeriod              Status = "renewPeriod"
	AutoRenewPeriod          Status = "autoRenewPeriod"
)

// Statuses is a set; order does not matter.
type Statuses []Status

// Has reports whether any of want is in the set.
func (s Statuses) Has(want ...Status) bool {
	for _, have := range s {
		for _, w := range want {
			if have == w {
				return true
			}
		}
	}
	return false
}

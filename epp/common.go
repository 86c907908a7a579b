package epp

import "time"

// AuthInfo is authorization information of a domain or contact. It prints
// masked. A nil *AuthInfo means absent, except in the two create commands,
// whose schema demands it: there nil encodes an empty password, which never
// matches (RFC 9154 section 5.1).
type AuthInfo struct {
	Pw string
	// ROID names the object that the password belongs to when it is not the
	// object itself.
	ROID string
	// Ext is the <ext> alternative's content; set, it replaces Pw.
	Ext *Element
	// Null, in a domain update only, asks the server to forget the
	// authorization information.
	Null bool
}

// Password returns authorization information of the usual kind.
func Password(pw string) *AuthInfo { return &AuthInfo{Pw: pw} }

// String hides the secret.
func (a AuthInfo) String() string { return "[authInfo]" }

// GoString hides the secret.
func (a AuthInfo) GoString() string { return "epp.AuthInfo{[hidden]}" }

// Period is a span of registration. The zero Period means absent.
type Period struct {
	N    int  // 1 to 99
	Unit Unit // "" means UnitYear
}

// Unit is the unit of a period.
type Unit string

// The two units.
const (
	UnitYear  Unit = "y"
	UnitMonth Unit = "m"
)

// Years returns a period of n years.
func Years(n int) Period { return Period{N: n, Unit: UnitYear} }

// Status is a status of an object, with an optional text.
type Status struct {
	Value string
	Lang  string
	Text  string
}

// Status values of RFC 5731, 5732 and 5733.
const (
	StatusOK                       = "ok"
	StatusInactive                 = "inactive"
	StatusLinked                   = "linked"
	StatusPendingCreate            = "pendingCreate"
	StatusPendingDelete            = "pendingDelete"
	StatusPendingRenew             = "pendingRenew"
	StatusPendingTransfer          = "pendingTransfer"
	StatusPendingUpdate            = "pendingUpdate"
	StatusClientHold               = "clientHold"
	StatusClientDeleteProhibited   = "clientDeleteProhibited"
	StatusClientRenewProhibited    = "clientRenewProhibited"
	StatusClientTransferProhibited = "clientTransferProhibited"
	StatusClientUpdateProhibited   = "clientUpdateProhibited"
	StatusServerHold               = "serverHold"
	StatusServerDeleteProhibited   = "serverDeleteProhibited"
	StatusServerRenewProhibited    = "serverRenewProhibited"
	StatusServerTransferProhibited = "serverTransferProhibited"
	StatusServerUpdateProhibited   = "serverUpdateProhibited"
)

// Statuses makes a list of bare statuses.
func Statuses(values ...string) []Status {
	out := make([]Status, len(values))
	for i, v := range values {
		out[i].Value = v
	}
	return out
}

// TransferOp is the op attribute of <transfer> (RFC 5730 section 2.9.3.4).
type TransferOp string

// The five transfer operations.
const (
	TransferRequest TransferOp = "request"
	TransferQuery   TransferOp = "query"
	TransferApprove TransferOp = "approve"
	TransferReject  TransferOp = "reject"
	TransferCancel  TransferOp = "cancel"
)

// TransferStatus is the state of the latest transfer request.
type TransferStatus string

// The six transfer states.
const (
	TransferPending         TransferStatus = "pending"
	TransferClientApproved  TransferStatus = "clientApproved"
	TransferClientCancelled TransferStatus = "clientCancelled"
	TransferClientRejected  TransferStatus = "clientRejected"
	TransferServerApproved  TransferStatus = "serverApproved"
	TransferServerCancelled TransferStatus = "serverCancelled"
)

// CheckItem is one answer of a check. ID is the domain name, host name or
// contact id asked for.
type CheckItem struct {
	ID    string
	Avail bool
	// Reason says why it is not available. The schema allows 32 characters;
	// what is longer is cut when encoded.
	Reason string
	Lang   string
}

// PendingResult is the outcome of an action that was answered 1001; it comes
// by poll (RFC 5731 section 3.3 and its siblings).
type PendingResult struct {
	ID     string // domain name, host name or contact id
	Done   bool   // paResult
	ClTRID string // of the original command
	SvTRID string
	Date   time.Time
}

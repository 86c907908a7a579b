package domain

import (
	"fmt"
	"time"
)

// IntentKind is the irreversible act that is asked of a registry.
type IntentKind string

// The acts.
const (
	IntentCreate   IntentKind = "create"
	IntentRenew    IntentKind = "renew"
	IntentDelete   IntentKind = "delete"
	IntentRestore  IntentKind = "restore" // request and report (RFC 3915)
	IntentUpdateNS IntentKind = "update-ns"
	IntentStatus   IntentKind = "update-status"   // client statuses: locks
	IntentDS       IntentKind = "update-ds"       // delegation signers (RFC 5910)
	IntentContacts IntentKind = "update-contacts" // another template
	IntentCodes    IntentKind = "update-codes"    // verification codes of its registrant (verificationCode-1.0)
	IntentAuth     IntentKind = "update-auth"     // authorization information, set or cleared (RFC 9154)

	IntentTransferRequest IntentKind = "transfer-request" // a name comes to us
	IntentTransferCancel  IntentKind = "transfer-cancel"  // ours, withdrawn
	IntentTransferApprove IntentKind = "transfer-approve" // a name leaves us
	IntentTransferReject  IntentKind = "transfer-reject"
)

// IntentKinds is the closed set.
var IntentKinds = []IntentKind{IntentCreate, IntentRenew, IntentDelete, IntentRestore, IntentUpdateNS, IntentStatus, IntentDS,
	IntentContacts, IntentCodes, IntentAuth, IntentTransferRequest, IntentTransferCancel, IntentTransferApprove, IntentTransferReject}

// IntentState is where the act stands. See lifecycle.Intents for every legal step.
type IntentState string

// States of an intent. Open, Unknown and Pending are the open ones: one per name and registry at a time.
const (
	IntentReview   IntentState = "review"   // written down and paid for; people look at its name before it is queued
	IntentQueued   IntentState = "queued"   // written down and paid for, not sent
	IntentOpen     IntentState = "open"     // leased by a node; may have been sent
	IntentUnknown  IntentState = "unknown"  // sent or perhaps sent, answer lost: ask before anything else
	IntentPending  IntentState = "pending"  // the registry answered 1001 and will tell
	IntentAccepted IntentState = "accepted" // done at the registry
	IntentRefused  IntentState = "refused"  // did not and will not happen
	IntentParked   IntentState = "parked"   // past its deadline with the registry silent: a case at the desk, the hold stays
)

// Intent is an irreversible act at a registry, written down with its client transaction id before it is sent.
type Intent struct {
	ID              IntentID
	Item            ItemID
	Account         AccountID
	RegistryAccount string
	Name            Name
	Kind            IntentKind
	State           IntentState
	ClTRID          string // RFC 5730 client transaction id; an attempt number is appended on the wire
	Payload         Payload
	Template        TemplateID // registrant, for creates; 0 otherwise
	Attempts        int        // times that it was sent
	Absences        int        // agreeing answers "it did not happen" since it was last sent
	SentAt          time.Time  // wall time of the last sending; zero: never
	LostAt          time.Time  // wall time at which the last sending's answer was given up; zero: it never was
	NextTryAt       time.Time  // wall time
	DeadlineAt      time.Time  // business time after which a silent registry means the desk
	CreatedAt       time.Time  // business time
	Lease           Lease      // as it was when the intent was read
}

// Lease is a node's right to act on an intent. No two leases of an intent are equal: whoever comes late with an
// outcome finds another one there.
type Lease struct {
	Owner string    // node; empty: nobody's
	Until time.Time // wall time
}

// PayloadVersion is written with new intents; rows of version 0 are from before other acts than create and update-ns.
const PayloadVersion = 1

// Payload is what the act needs beyond the name. What is secret in it is sealed.
type Payload struct {
	Version        int      `json:"v,omitempty"`
	Years          int      `json:"years,omitempty"`
	NameServers    []string `json:"ns,omitempty"`
	OldNameServers []string `json:"old_ns,omitempty"`
	SealedAuthInfo []byte   `json:"auth,omitempty"` // our proof that an object is this intent's
	Fee            int64    `json:"fee,omitempty"`  // registry fee that was agreed, minor units; 0: standard
	FeeCurrency    string   `json:"fee_currency,omitempty"`
	Cost           int64    `json:"cost,omitempty"` // what the registry takes from our deposit, minor units
	AutoRenew      int      `json:"auto_renew,omitempty"`
	LockUpdate     bool     `json:"lock_update,omitempty"`
	LockTransfer   bool     `json:"lock_transfer,omitempty"`

	Expires     time.Time `json:"expires,omitzero"`       // renew: the expiry that the order rests on, against renewing twice
	AddStatuses Statuses  `json:"add_statuses,omitempty"` // update-status; update-contacts and update-codes: what must be there afterwards
	RemStatuses Statuses  `json:"rem_statuses,omitempty"` // update-status
	DS          []DS      `json:"ds,omitempty"`           // update-ds: the whole set that is wanted
	// update-auth: what to set, the later ones where a registry doesn't take the first; none: clear. transfer-request: the
	// code that the owner brought. Erased when the act is over.
	SealedCodes [][]byte  `json:"codes,omitempty"`
	CodeTypes   []string  `json:"code_types,omitempty"` // update-codes: of verification codes that the registry wants
	Until       time.Time `json:"until,omitzero"`       // update-auth: business time at which what is set is to be cleared
	DeletedAt   time.Time `json:"deleted_at,omitzero"`  // restore: when the name was deleted, for the report; zero: not known

	Actor string `json:"actor,omitempty"` // who asked for it, for the operation log
	IP    string `json:"ip,omitempty"`
	Via   string `json:"via,omitempty"`
}

// OutcomeKind says what the registry did, as far as is known.
type OutcomeKind string

// Outcomes of sending, and of asking after a lost answer.
const (
	OutcomeAccepted OutcomeKind = "accepted" // done, and ours with proof
	OutcomePending  OutcomeKind = "pending"  // EPP 1001
	OutcomeRefused  OutcomeKind = "refused"  // the registry said no, or the object is another's
	OutcomeUnknown  OutcomeKind = "unknown"  // it may have happened
	OutcomeNotSent  OutcomeKind = "not-sent" // nothing left this machine, or the registry asks to try later
	OutcomeAbsent   OutcomeKind = "absent"   // asked: it did not happen
)

// Outcome is the answer to an intent.
type Outcome struct {
	Kind   OutcomeKind
	Code   string            // fault code when refused, or why not sent
	Facts  map[string]string // evidence
	Object Object            // the domain at the registry, when accepted; without a name: it is not there any more
	Taken  int               // update-auth: which of the payload's codes the registry has
}

// Object is a domain as its registry shows it.
type Object struct {
	Name        Name
	ROID        string
	Sponsor     string // clID
	Statuses    Statuses
	NameServers []string
	DS          []DS
	Registrant  string // contact's identifier there; empty where it keeps none
	CreatedAt   time.Time
	ExpiresAt   time.Time
	UpdatedAt   time.Time

	Contacts     []string  // "role:identifier", sorted
	Verification string    // status by verificationCode-1.0, such as "nonCompliant"; empty: not told
	VerifyBy     time.Time // when a missing code is due; zero: not told
	Missing      []string  // types of codes that it lacks
	Codes        []CodeSet // that it has
}

// CodeSet is a verification code that a registry has of a name.
type CodeSet struct {
	Type string
	At   time.Time // when it was set
}

// DS is a delegation signer record (RFC 5910 section 4.1).
type DS struct {
	KeyTag     uint16 `json:"key_tag"`
	Algorithm  uint8  `json:"algorithm"`
	DigestType uint8  `json:"digest_type"`
	Digest     string `json:"digest"` // upper-case hexadecimal
}

// String writes the record as zone files do (RFC 4034 section 5.3).
func (d DS) String() string {
	return fmt.Sprintf("%d %d %d %s", d.KeyTag, d.Algorithm, d.DigestType, d.Digest)
}

// Leased is an intent that this node may act on until its lease lapses.
type Leased struct {
	Intent   Intent
	At       time.Time   // wall time of the lease: any earlier one was over by then
	Was      IntentState // its state before the lease: Queued is sent, Open and Unknown are asked after
	Template *Template   // registrant, when the intent names one
	Ours     bool        // the name already runs as a tenure here
}

package domain

import "time"

// TemplateNotVerified: its telephone or e-mail has to be verified again.
const TemplateNotVerified TemplateStatus = "NotVerified"

// Document is a picture of an identity document. The picture and what was read from it are sealed.
type Document struct {
	ID         DocumentID
	Account    AccountID
	FileName   string // as uploaded, without a path
	Format     string // by content
	Bytes      int
	Width      int // pixels, upright
	Height     int
	Reading    ReadingState
	Reason     string // why it could not be read, for the desk
	CreatedAt  time.Time
	ShredAt    time.Time // business time after which retention erases it; zero: while it is in use
	ShredAtBy  string    // the rule that said so
	ShreddedAt time.Time
}

// ReadingState says how far the text of a picture is.
type ReadingState string

// States of reading.
const (
	ReadingWaiting ReadingState = "waiting"
	ReadingDone    ReadingState = "done"
	ReadingAbsent  ReadingState = "absent" // there is no reader here: a person has to look
	ReadingFailed  ReadingState = "failed"
)

// ReachType is the product's Type of a phone or e-mail.
type ReachType int

// The product's values.
const (
	ReachPhone ReachType = 1
	ReachEmail ReachType = 2
)

// Reach is a telephone number or an e-mail address of an account, verified by a code sent there.
type Reach struct {
	Account    AccountID
	Type       ReachType
	Code       string // +86.13800000000, or an address in lower case
	VerifiedAt time.Time
}

// VerificationState is where a submission stands. See lifecycle.Verifications for every legal step.
type VerificationState string

// States of a submission.
const (
	VerificationReading   VerificationState = "reading" // its pictures are being read
	VerificationDesk      VerificationState = "desk"    // a person at the desk decides
	VerificationQueued    VerificationState = "queued"  // to be handed to an authority
	VerificationOpen      VerificationState = "open"    // being handed over
	VerificationUnknown   VerificationState = "unknown" // handed over or not: the answer was lost
	VerificationWaiting   VerificationState = "waiting" // the authority has it
	VerificationApproved  VerificationState = "approved"
	VerificationRejected  VerificationState = "rejected"
	VerificationTimedOut  VerificationState = "timed-out" // no verdict in the term
	VerificationWithdrawn VerificationState = "withdrawn" // by its owner
)

// Verification is one submission of a template.
type Verification struct {
	ID              VerificationID
	Account         AccountID
	Template        TemplateID
	TemplateVersion int64 // that was submitted
	Version         int64
	State           VerificationState
	Role            string    // whose document is at the authority: "contact" of an organisation first, then "owner"
	Provider        string    // authority that has it or had it last
	Tried           []string  // authorities that were given up
	OwnRef          string    // our reference of the hand-over; the same over all tries at one authority
	Reference       string    // the authority's own, once told
	Attempts        int       // at handing it over to Provider
	SubmittedAt     time.Time // business time
	DeadlineAt      time.Time // business time at which it has timed out
	NextActionAt    time.Time // business time; zero: nothing is due
	NextTryAt       time.Time // wall time before which nothing is tried
	DecidedAt       time.Time
	DecidedBy       string    // provider, or operator
	ResubmitAt      time.Time // business time at which it is submitted again by itself; zero: it is not
	Verdicts        []Verdict
	Findings        string            // JSON of what our own checks found, without numbers
	NotPerformed    map[string]string // check to reason
	OverriddenBy    string            // operator who approved over a refusal and waits for a second one
	Lease           Lease             // of the node that has taken it up
}

// VerificationStep is a line of a submission's history.
type VerificationStep struct {
	Verification VerificationID
	At           time.Time // business time
	Kind         string    // submitted, read, desk, handed-over, taken, failed, lost, approved, rejected …
	Actor        string    // an account's address, an operator's, a provider, "system"
	Facts        map[string]string
}

// Verdict is one thing that a decision says.
type Verdict struct {
	Code  string            `json:"code"`
	Facts map[string]string `json:"facts,omitempty"`
}

// SignedCode is a verification code with the document that proves it (verificationCode-1.0).
type SignedCode struct {
	Type     string // "real-name", "domain"
	Value    string // 1-abc111
	Provider string
	Encoded  string // base64 of the signed document
	IssuedAt time.Time
}

// What secrets of people are sealed for: a sealed value copied to another row does not open there.

// NumberSeal is the context of a template's identity number.
func NumberSeal(id TemplateID) string { return "template-number:" + id.Public() }

// ContactNumberSeal is the context of the number of its contact person.
func ContactNumberSeal(id TemplateID) string { return "template-contact:" + id.Public() }

// DocumentSeal is the context of a document's picture.
func DocumentSeal(id DocumentID) string { return "document:" + id.Public() }

// DocumentTextSeal is the context of what was read from it.
func DocumentTextSeal(id DocumentID) string { return "document-text:" + id.Public() }

// RegisterList is a register of people and organisations, or of words, that the operator has loaded.
type RegisterList struct {
	Name     string
	Code     string // fault code of who is found in it: registrant.blacklisted …
	Source   string // whose register it is
	Registry string // whose bar it is; "": everybody's
	Dated    string // 2006-01-02, as its source dates it
	Size     int    // entries
	LoadedAt time.Time
	LoadedBy string
	Entries  []RegisterEntry // where they were asked for
}

// RegisterEntry is one line of a register.
type RegisterEntry struct {
	Number bool   // Value is a keyed hash of an identity number
	Value  string // else a name or a word
	Since  string // 2006-01-02; "": not told
	Until  string // "": it stands
	Note   string // the register's own words, or a case's number
	Except []string
}

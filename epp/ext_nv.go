package epp

import "time"

// NSNV is the namespace of the name verification mapping
// (draft-ietf-regext-nv-mapping-00).
const NSNV = "urn:ietf:params:xml:ns:nv-1.0"

// NV is the name verification mapping (draft-ietf-regext-nv-mapping-00): a
// registrar gives a verification service provider a name, or a person or
// organization with its documents, and gets signed codes for the registry; see
// [VerificationCode]. Its object is a verification, known by its code. Frames
// with documents are large: see [Limits] and [ClientConfig].
var NV = Extension{Namespace: NSNV, Object: true, Action: decodeNVAction, Decode: decodeNVData}

// NVStatus is the outcome of a verification.
type NVStatus string

// The outcomes. Some providers write pendingCompliance for the last.
const (
	NVCompliant    NVStatus = "compliant"
	NVNonCompliant NVStatus = "nonCompliant"
	NVPending      NVStatus = "pendingCompliant"
)

// Roles of [RealName].
const (
	NVPerson       = "person"
	NVOrganization = "org"
)

// Types of proof of [RealName].
const (
	ProofOfCitizen    = "poc"  // an identity card
	ProofOfEnterprise = "poe"  // a business licence or an organization code certificate
	ProofOfOtherType  = "poot" // any other certificate
)

// NVCode is a verification code with its type ("domain", "real-name").
type NVCode struct{ Value, Type string }

// RealName asks for a real name verification (RNV). It prints without the
// number and the documents.
type RealName struct {
	Role      string // NVPerson or NVOrganization
	Name      string
	Num       string // of the identity document
	ProofType string // one of the proofs
	Documents []NVDocument
}

// NVDocument is a picture or copy of an identity document. It prints without
// its content.
type NVDocument struct {
	FileType    string // jpg, pdf ...
	FileContent string // base64, no white space
}

// DomainName asks for a domain name verification (DNV). RNVCode is the code of
// the registrant, for a name that is restricted; "" means none.
type DomainName struct{ Name, RNVCode string }

// NVInput is what is to be verified: RNV or DNV is set.
type NVInput struct {
	RNV      *RealName
	DNV      *DomainName
	AuthInfo *AuthInfo // nil means none
}

// NVCheck asks whether labels may be verified as domain names.
type NVCheck struct{ Names []string }

// NVInfo asks for a verification's signed code, or with Input for what was
// given at its create.
type NVInfo struct {
	Code     string
	Input    bool
	AuthInfo *AuthInfo
}

// NVCreate asks for a verification.
type NVCreate struct{ NVInput }

// NVUpdate changes the authorization information, the one thing that can be
// changed.
type NVUpdate struct {
	Code     string
	AuthInfo *AuthInfo
}

// NVCheckItem is one answer of a check. A restricted name needs a real name
// verification first.
type NVCheckItem struct {
	CheckItem
	Restricted bool
}

// NVCheckData answers [NVCheck].
type NVCheckData struct{ Items []NVCheckItem }

// NVInfoData answers [NVInfo]: one of the two is set.
type NVInfoData struct {
	SignedCode *NVSignedCode
	Input      *NVInput
}

// NVSignedCode is a code with the document that proves it, in base64.
type NVSignedCode struct {
	Code     NVCode
	Status   NVStatus // "" when the server does not tell
	AuthInfo *AuthInfo
	Encoded  string
}

// NVOutcome says which of its three forms an [NVCreateData] has.
type NVOutcome string

// The three forms of an answer to [NVCreate].
const (
	NVSuccess NVOutcome = "success" // Code, CrDate, Encoded
	NVWaiting NVOutcome = "pending" // Code, CrDate; the result comes by poll
	NVFailed  NVOutcome = "failed"  // Msg
)

// NVCreateData answers [NVCreate].
type NVCreateData struct {
	Outcome NVOutcome
	Status  NVStatus
	Code    NVCode
	CrDate  time.Time
	Encoded string // the signed code in base64
	Msg     string
	Lang    string // of Msg; "" means en
}

// NVPendingData is the result of a verification that was pending. It comes by
// poll.
type NVPendingData struct {
	Code   NVCode
	Status NVStatus
	Msg    string
	Lang   string // of Msg; "" means en
	Date   time.Time
}

// String hides number and documents.
func (r RealName) String() string { return "[real name of a " + r.Role + "]" }

// GoString hides number and documents.
func (r RealName) GoString() string { return r.String() }

// String hides the content.
func (n NVDocument) String() string { return "[document " + n.FileType + "]" }

// GoString hides the content.
func (n NVDocument) GoString() string { return n.String() }

// Verb implements [Action].
func (*NVCheck) Verb() Verb { return VerbCheck }

// Verb implements [Action].
func (*NVInfo) Verb() Verb { return VerbInfo }

// Verb implements [Action].
func (*NVCreate) Verb() Verb { return VerbCreate }

// Verb implements [Action].
func (*NVUpdate) Verb() Verb { return VerbUpdate }

// Namespace implements [Value].
func (*NVCheck) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVInfo) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVCreate) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVUpdate) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVCheckData) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVInfoData) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVCreateData) Namespace() string { return NSNV }

// Namespace implements [Value].
func (*NVPendingData) Namespace() string { return NSNV }

package epp

import "time"

// Contact is the contact mapping (RFC 5733). The codec always has it.
var Contact = Extension{Namespace: NSContact, Object: true, Action: decodeContactAction, Decode: decodeContactData}

// contactStatuses are the schema's values (RFC 5733 section 2.2).
var contactStatuses = []string{
	StatusClientDeleteProhibited, StatusClientTransferProhibited, StatusClientUpdateProhibited, StatusLinked, StatusOK,
	StatusPendingCreate, StatusPendingDelete, StatusPendingTransfer, StatusPendingUpdate,
	StatusServerDeleteProhibited, StatusServerTransferProhibited, StatusServerUpdateProhibited,
}

// ContactCheck asks whether contact ids can be provisioned.
type ContactCheck struct{ IDs []string }

// ContactInfo asks for a contact's data.
type ContactInfo struct {
	ID       string
	AuthInfo *AuthInfo
}

// ContactCreate creates a contact.
type ContactCreate struct {
	ID       string
	Postal   []PostalInfo // one or two, of different types
	Voice    Phone
	Fax      Phone
	Email    string
	AuthInfo *AuthInfo
	Disclose *Disclose
}

// ContactUpdate changes a contact.
type ContactUpdate struct {
	ID       string
	Add, Rem []Status
	Chg      *ContactChange
}

// ContactChange is what an update replaces; nil and empty parts stay.
type ContactChange struct {
	Postal   []PostalChange
	Voice    *Phone
	Fax      *Phone
	Email    string
	AuthInfo *AuthInfo
	Disclose *Disclose
}

// ContactDelete deletes a contact.
type ContactDelete struct{ ID string }

// ContactTransfer is the transfer command of any of the five operations.
type ContactTransfer struct {
	Op       TransferOp
	ID       string
	AuthInfo *AuthInfo
}

// Types of postal information: PostalInt is restricted to ASCII, PostalLoc is
// not.
const (
	PostalInt = "int"
	PostalLoc = "loc"
)

// PostalInfo is a contact's name and address in one form.
type PostalInfo struct {
	Type string
	Name string
	Org  string
	Addr PostalAddr
}

// PostalChange is a change of postal information; nil parts stay.
type PostalChange struct {
	Type string
	Name *string
	Org  *string
	Addr *PostalAddr
}

// PostalAddr is an address. CC is an ISO 3166-1 alpha-2 code.
type PostalAddr struct {
	Street []string // at most three lines
	City   string
	SP     string
	PC     string
	CC     string
}

// Phone is an E.164 number as +CC.NUMBER, with an extension.
type Phone struct {
	Number string
	Ext    string
}

// Disclose is a preference about disclosure (RFC 5733 section 2.9). Name,
// Org and Addr list postal types.
type Disclose struct {
	Flag             bool
	Name, Org, Addr  []string
	Voice, Fax, Mail bool
}

// ContactCheckData answers [ContactCheck].
type ContactCheckData struct{ Items []CheckItem }

// ContactInfoData answers [ContactInfo].
type ContactInfoData struct {
	ID       string
	ROID     string
	Statuses []Status
	Postal   []PostalInfo
	Voice    Phone
	Fax      Phone
	Email    string
	ClID     string
	CrID     string
	CrDate   time.Time
	UpID     string
	UpDate   time.Time
	TrDate   time.Time
	AuthInfo *AuthInfo
	Disclose *Disclose
}

// HasStatus reports whether the contact has a status.
func (d *ContactInfoData) HasStatus(value string) bool { return hasStatus(d.Statuses, value) }

// ContactCreateData answers [ContactCreate].
type ContactCreateData struct {
	ID     string
	CrDate time.Time
}

// ContactTransferData answers [ContactTransfer].
type ContactTransferData struct {
	ID       string
	TrStatus TransferStatus
	ReID     string
	ReDate   time.Time
	AcID     string
	AcDate   time.Time
}

// ContactPendingData tells the outcome of a pending action on a contact.
type ContactPendingData struct{ PendingResult }

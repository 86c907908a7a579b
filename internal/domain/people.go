package domain

import "time"

// Role says on whose side of the counter an account is.
type Role string

// The two sides.
const (
	Owner    Role = "owner"
	Operator Role = "operator"
)

// Account is somebody who may sign in.
type Account struct {
	ID           AccountID
	Email        string // lower case, unique
	Name         string
	Role         Role
	Locale       string // "zh-CN" or "en"
	PasswordHash string // argon2id, PHC string form
	ViewVersion  int64  // grows with every commit that this account can see
	CreatedAt    time.Time
	PriceGroup   string // whose prices it has besides everybody's; empty: none
}

// Scope is on whose behalf something is read or done. A zero Account sees nothing unless Operator is set.
type Scope struct {
	Account  AccountID
	Operator bool
	Actor    string // who, for the operation log: an e-mail address, an API key's id, "system"
	IP       string
	Via      string // "console", "api", "system"
}

// Owns reports whether the scope may see what belongs to the account.
func (s Scope) Owns(a AccountID) bool { return s.Operator || (s.Account != 0 && s.Account == a) }

// APIKey lets a program act for an account. The secret is sealed: TC3 signatures need it in clear.
type APIKey struct {
	SecretID     string
	SealedSecret []byte
	Account      AccountID
	Label        string
	Role         Role
	CreatedAt    time.Time
	RevokedAt    time.Time // zero while it works
}

// SubjectKind is the product's RegistrantType.
type SubjectKind string

// Individual and enterprise, as the product's API writes them.
const (
	Individual   SubjectKind = "I"
	Organisation SubjectKind = "E"
)

// TemplateStatus is the product's Template AuditStatus.
type TemplateStatus string

// The product's audit statuses of a template.
const (
	TemplateNotUpload TemplateStatus = "NotUpload"
	TemplateInAudit   TemplateStatus = "InAudit"
	TemplateApproved  TemplateStatus = "Approved"
	TemplateReject    TemplateStatus = "Reject"
)

// Contact is a registrant's data, in Chinese and Latin forms (the product's ContactInfo).
type Contact struct {
	Kind           SubjectKind
	OrganizationCN string // owner's name; a person's own name when Kind is Individual
	Organization   string
	NameCN         string // contact person
	Name           string
	CountryCN      string
	Country        string // ISO 3166-1 alpha-2
	ProvinceCN     string
	Province       string
	CityCN         string
	City           string
	StreetCN       string
	Street         string
	PostalCode     string
	Telephone      string // +86.13800000000
	Email          string
}

// Template is a registrant's data, kept for use in orders (信息模板).
type Template struct {
	ID              TemplateID
	Account         AccountID
	Version         int64
	Status          TemplateStatus
	Reason          string // fault code when rejected
	Contact         Contact
	CertificateType string // the product's CertificateType: SFZ, YYZZ …
	SealedNumber    []byte // identity number, sealed
	MaskedNumber    string // 110***********1234
	IsDefault       bool
	CreatedAt       time.Time
	UpdatedAt       time.Time
	NextActionAt    time.Time // business time at which the review ends; zero when nothing is due

	// Of the form of 2026. A template without them is of an old form and can't be used until it is converted.
	OldForm         bool
	Document        DocumentID // of the owner; 0: none yet
	ValidFrom       time.Time  // of the document; zero: not told
	ValidUntil      time.Time  // zero: not told, or long-term
	LongTerm        bool
	ContactType     string // for an organisation: the contact person's own document
	SealedContact   []byte // its number
	MaskedContact   string
	ContactDocument DocumentID
	Verification    VerificationID // the newest submission; 0: never submitted
}

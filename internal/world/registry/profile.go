package registry

import (
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// Profile is what makes one registry differ from another: its zones, its
// objects, its prices and its periods. A value, written down in Go.
type Profile struct {
	ID       string // verisim, cnsim, newsim
	Name     string // published name of the operator
	ServerID string // svID of the greeting
	ROID     string // suffix of repository object ids
	Currency string // ISO 4217; all amounts are minor units of it

	Zones    []Zone
	Contacts bool // contact objects exist and domains carry them
	// DataModel refines Contacts: "" or maximum, registrants are required;
	// per-registrar, where the account's own model decides. A registry without
	// Contacts is minimum whatever this says.
	DataModel string
	Roles     []string
	// ContactRequires are elements of a contact that RFC 5733 leaves open and
	// the registry does not: org, street, sp, pc, voice, fax.
	ContactRequires []string
	HostAttr        bool // name servers as attributes, not as host objects
	Thin            bool // registry RDAP and WHOIS show no contacts and link to the registrar's
	Extensions      []string
	// CNNIC is the place reserved for the cnnic-* extensions.
	CNNIC bool
	// Variants folds a U-label so that all variants of a label fold to the
	// same text; names whose folded forms collide block each other. Nil: none.
	Variants func(label string) string
	// IDN says whether internationalised labels (xn--) are taken at all.
	IDN bool

	// WideGlue lets a registrar make host objects without addresses below
	// other registrars' names; they belong to the name's sponsor (RST epp-26).
	WideGlue bool
	// KeyData takes DNSSEC keys instead of DS records (RFC 5910 section 4.2).
	KeyData bool
	// SecureAuth keeps authorization information as RFC 9154 wants it: strong,
	// salted and hashed, never shown.
	SecureAuth bool
	// AuthTTL is how long authorization information that was set holds (RFC
	// 9154 section 4.4); 0: until it is changed.
	AuthTTL time.Duration
	// TransferCurtails cuts a transfer's year at the longest term; otherwise
	// such a transfer is refused (RST epp-19).
	TransferCurtails bool

	Verification Verification
	// AuditWords are what the naming audit of a zone objects to, in the label
	// or its Chinese form, with the reason.
	AuditWords map[string]string
	AuditDelay time.Duration
	Pending    []PendingRule
	Claims     map[string]string // label -> claim key, in zones whose launch phase is claims
	MinTTL     time.Duration     // bounds of ttl-1.0
	MaxTTL     time.Duration

	// Password and certificate rules (RFC 8807). 0: no limit, no warning.
	PasswordAge  time.Duration
	PasswordWarn time.Duration
	MinPassword  int // characters of a new password, at least 6
	CertWarn     time.Duration

	Reserved map[string]string // label -> reason, at most 32 characters
	Premium  map[string]string // label -> price class
	Classes  map[string]Price  // price class -> prices in place of the zone's

	SessionCap      int
	AddGrace        time.Duration
	RenewGrace      time.Duration
	AutoRenewGrace  time.Duration
	TransferGrace   time.Duration
	Redemption      time.Duration
	PendingRestore  time.Duration // 0: a restore request takes effect at once, without a report
	PendingDelete   time.Duration // 0: purged straight after redemption
	TransferWait    time.Duration
	TransferLock    time.Duration // no transfer so soon after create or transfer
	DeletePending   bool          // a delete into redemption answers 1001, and panData follows at the purge
	MaxYears        int
	MaxNameServers  int
	MinAuthInfo     int // shortest authInfo taken; an empty one is always taken and never matches
	CheckLimit      int // names in one check
	LowBalance      int64
	InitialDeposit  int64
	SeedNamesByZone int
}

// Zone is a suffix under which names are registered.
type Zone struct {
	Name  string // A-label form
	Price Price

	Verify string            // mode of verification at the start: see [VerifyOff] and its siblings
	Codes  []string          // code types that must be set; nil: those of [Verification]
	Audit  string            // what a naming audit does with a bad label: "" none, hold, delete
	Launch string            // "" or open, claims (RFC 8334)
	Tokens map[string]string // restricted label -> allocation token that opens it (RFC 8495)
	Bundle bool              // variants of a label are one bundle (cdn-1.0)
	TTL    bool              // TTLs of delegation records can be set (RFC 9803)
}

// Modes of verification of a zone. They hold for names created from then on.
const (
	VerifyOff     = "off"     // codes are taken, none is asked for
	VerifyLenient = "lenient" // missing codes are shown with their due date; nothing follows
	VerifyAfter   = "after"   // at the due date a name without its codes is held
	VerifyBefore  = "before"  // a create without the codes is refused
	VerifyContact = "contact" // a create whose registrant has no identity document is refused
)

// Verification is how a registry asks for verification codes
// (draft-ietf-regext-verificationcode).
type Verification struct {
	Profile string   // name of the verification profile
	Types   []string // code types that must be set, such as domain and real-name, where the zone names none
	Grace   time.Duration
}

// PendingRule makes a kind of command wait for an answer of the registry's
// own: it is answered 1001, and panData tells the outcome.
type PendingRule struct {
	Op    string        `json:"op"`              // create, renew, update
	Match string        `json:"match"`           // glob on the name
	After time.Duration `json:"after,omitempty"` // business time until it is decided; 0: by hand only
	Deny  bool          `json:"deny,omitempty"`  // what is decided then
}

// Price is what a registrar pays for a year or an act, in minor units.
type Price struct {
	Create, Renew, Transfer, Restore int64
}

// extensions are the namespaces that the greeting announces besides the
// objects of RFC 5731 to 5733.
func (p *Profile) extensions() []string {
	if p.SecureAuth && !slices.Contains(p.Extensions, epp.NSSecureAuthInfo) {
		return append(slices.Clone(p.Extensions), epp.NSSecureAuthInfo)
	}
	return p.Extensions
}

// speaks says whether the registry has an extension.
func (p *Profile) speaks(ns string) bool { return slices.Contains(p.Extensions, ns) }

const day = 24 * time.Hour

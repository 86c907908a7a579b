package registry

import "time"

// Profile is what makes one registry differ from another: its zones, its
// objects, its prices and its periods. A value, written down in Go.
type Profile struct {
	ID       string // verisim, cnsim, newsim
	Name     string // published name of the operator
	ServerID string // svID of the greeting
	ROID     string // suffix of repository object ids
	Currency string // ISO 4217; all amounts are minor units of it

	Zones      []Zone
	Contacts   bool // contact objects exist and domains carry them
	Roles      []string
	HostAttr   bool // name servers as attributes, not as host objects
	Thin       bool // registry RDAP and WHOIS show no contacts and link to the registrar's
	Extensions []string
	// CNNIC is the place reserved for the cnnic-* extensions.
	CNNIC bool
	// Variants folds a U-label so that all variants of a label fold to the
	// same text; names whose folded forms collide block each other. Nil: none.
	Variants func(label string) string
	// IDN says whether internationalised labels (xn--) are taken at all.
	IDN bool

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
}

// Price is what a registrar pays for a year or an act, in minor units.
type Price struct {
	Create, Renew, Transfer, Restore int64
}

const day = 24 * time.Hour

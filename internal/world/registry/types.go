// Package registry simulates domain registries: objects, statuses, money and
// due dates after RFC 5731 to 5733, 3915, 5910 and 8748, kept on disk, served
// over EPP, with faults on demand. It shares no rule with the registrar.
package registry

import (
	"errors"
	"net/netip"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// Options complete a profile with what belongs to one installation.
type Options struct {
	// Accounts that exist from the start, beside rival and elder, which are
	// made when absent. An account that exists already keeps its deposit.
	Accounts []Account
	// HostingNS are the addresses of the seeded hosts ns1.openhost.net and
	// ns2.openhost.net; none means 127.0.0.1 for both.
	HostingNS map[string][]netip.Addr
	// VSPs are the verification service providers whose codes are taken, by
	// the number that their codes begin with. None: every code is refused.
	VSPs map[string]signedcode.VSP
	// NoSeed leaves the registry without other registrars' names.
	NoSeed bool
	// Logf receives technical events, never contents. May be nil.
	Logf func(format string, args ...any)
}

// AnyCertificate, as an account's CertCN, takes any client certificate or none.
const AnyCertificate = "*"

// Account is a registrar as the installation configures it.
type Account struct {
	ID, Name    string
	Password    string // plain; kept as a salted hash
	CertCN      string // common name of the client certificate; empty and no fingerprint: ID
	CertSHA256  string // hexadecimal SHA-256 of the client certificate (DER)
	CertSHA256B string // of a second, fail-over one; only beside the first
	Deposit     int64  // opening deposit, minor units; 0: the profile's
	SessionCap  int    // 0: the profile's
	DataModel   string // minimum or maximum, where the profile's data model is per-registrar
	IANAID      int
	URL         string
	WHOISServer string
	RDAPBase    string
	AbuseEmail  string
	AbusePhone  string
}

// DomainView is a domain at one moment with everything that RDAP, WHOIS, DNS
// or a control page needs. It shares nothing with the registry, and AuthInfo
// is left out: see [Registry.AuthInfo].
type DomainView struct {
	Domain
	Zone        string
	EPPStatus   []string     // whole set, derived ones included
	RGPStatus   []string     // RFC 3915, at the moment of the call
	Servers     []NameServer // name servers with the glue known here
	Hosts       []string     // subordinate host names
	InZone      bool
	AuthInfoSet bool
	PriceClass  string // "" for an ordinary name
}

// Delegation is what a zone holds for a name.
type Delegation struct {
	Name string
	NS   []NameServer // Addrs: glue, for hosts inside this registry's zones only
	DS   []DS
	TTLs []TTL // of records whose TTL is not the default
}

// SessionInfo describes an EPP session that is logged in.
type SessionInfo struct {
	ID       uint64    `json:"id"`
	ClID     string    `json:"clID"`
	Remote   string    `json:"remote"`
	Since    time.Time `json:"since"`
	LastAt   time.Time `json:"lastAt"`
	Commands int64     `json:"commands"`
	Last     string    `json:"last"` // last command, such as domain:create
}

// CommandStat counts one kind of command since the start of the process.
type CommandStat struct {
	Command string        `json:"command"`
	Count   int64         `json:"count"`
	Refused int64         `json:"refused"` // answered with 2xxx
	Total   time.Duration `json:"total"`   // time spent
	Slowest time.Duration `json:"slowest"`
}

// ErrorEntry is one of the last refusals or faults, newest last.
type ErrorEntry struct {
	At      time.Time `json:"at"`
	ClID    string    `json:"clID"`
	Command string    `json:"command"`
	Object  string    `json:"object"`
	Code    int       `json:"code"`
	Reason  string    `json:"reason"`
	Fault   string    `json:"fault,omitempty"` // id of the injected fault, if any
}

// Errors of the registry's own interface (not of EPP).
var (
	ErrNoSuchRegistrar = errors.New("registry: no such registrar")
	ErrNoSuchName      = errors.New("registry: no such name")
	ErrClosed          = errors.New("registry: closed")
)

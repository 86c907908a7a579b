// Package standalone runs one simulated registry alone, for people who test a
// registrar of their own: EPP over TLS, its own certificates and accounts, a
// clock that can be moved and faults on order.
package standalone

import (
	_ "embed"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// Example is a configuration that sets everything to what it is without one,
// with comments.
//
//go:embed example.toml
var Example string

// Config is a registry as its file describes it (TOML, decoded strictly). The
// zero value of a setting is its default; see [Example].
type Config struct {
	Data    string `toml:"data"`    // folder, relative to the file
	Listen  string `toml:"listen"`  // host:port of EPP
	Control string `toml:"control"` // host:port of the control API, on loopback; "off": none
	Seed    int    `toml:"seed"`    // names of other registrars made in each zone at the first start

	Registry     Operator             `toml:"registry"`
	Periods      Periods              `toml:"periods"`
	TLS          TLS                  `toml:"tls"`
	Clock        Clock                `toml:"clock"`
	Reserved     map[string]string    `toml:"reserved"` // label -> reason
	Zones        []Zone               `toml:"zone"`
	Premium      []Premium            `toml:"premium"`
	Registrar    []Registrar          `toml:"registrar"`
	Names        []Name               `toml:"name"`
	Verification Verification         `toml:"verification"`
	Providers    []Provider           `toml:"provider"`
	Audit        Audit                `toml:"audit"`
	Faults       []registry.FaultRule `toml:"fault"`
}

// Operator is what the registry is and allows.
type Operator struct {
	Name            string   `toml:"name"`
	ServerID        string   `toml:"server_id"` // svID of the greeting
	ROID            string   `toml:"roid"`      // suffix of repository object identifiers
	Currency        string   `toml:"currency"`
	HostModel       string   `toml:"host_model"` // objects, attributes
	DataModel       string   `toml:"data_model"` // minimum, maximum, per-registrar
	ContactRoles    []string `toml:"contact_roles"`
	ContactRequires []string `toml:"contact_requires"` // elements that RFC 5733 leaves open
	WideGlue        bool     `toml:"wide_glue"`        // hosts without addresses below others' names may be made
	SecureAuthInfo  bool     `toml:"secure_authinfo"`  // RFC 9154: strong, never shown
	IDN             *bool    `toml:"idn"`
	Extensions      []string `toml:"extensions"` // names or namespaces
	SessionCap      int      `toml:"session_cap"`
	MaxYears        int      `toml:"max_years"`
	MaxNameServers  int      `toml:"max_name_servers"`
	CheckLimit      int      `toml:"check_limit"`
	MinAuthInfo     int      `toml:"min_authinfo"`
	Deposit         string   `toml:"deposit"` // opening deposit of a registrar
	LowBalance      string   `toml:"low_balance"`
	DeletePending   *bool    `toml:"delete_pending"` // a delete into redemption answers 1001
}

// Periods are lengths of business time, such as "5d" or "36h". "0s" is none.
type Periods struct {
	AddGrace       *registry.Span `toml:"add_grace"`
	RenewGrace     *registry.Span `toml:"renew_grace"`
	AutoRenewGrace *registry.Span `toml:"auto_renew_grace"`
	TransferGrace  *registry.Span `toml:"transfer_grace"`
	Redemption     *registry.Span `toml:"redemption"`
	PendingRestore *registry.Span `toml:"pending_restore"`
	PendingDelete  *registry.Span `toml:"pending_delete"`
	TransferWait   *registry.Span `toml:"transfer_wait"`
	TransferLock   *registry.Span `toml:"transfer_lock"`
}

// TLS is the server's certificate. Without one the registry makes its own
// authority in the data folder.
type TLS struct {
	Certificate string   `toml:"certificate"` // PEM file, chain included
	Key         string   `toml:"key"`
	ClientCA    string   `toml:"client_ca"` // PEM file: who signs client certificates besides the own authority
	Hosts       []string `toml:"hosts"`     // names and addresses of the own certificate besides loopback
}

// Clock is the registry's clock.
type Clock struct {
	Movable *bool         `toml:"movable"` // the control API may move it forward
	Ahead   registry.Span `toml:"ahead"`   // of the wall clock, at the first start
}

// Zone is a suffix with its prices for a year or an act.
type Zone struct {
	Name     string   `toml:"name"`
	Create   string   `toml:"create"`
	Renew    string   `toml:"renew"`
	Transfer string   `toml:"transfer"`
	Restore  string   `toml:"restore"`
	Verify   string   `toml:"verify"` // off, lenient, after, before, contact
	Codes    []string `toml:"codes"`  // of the codes that must be set; none: those of [verification]
	Audit    string   `toml:"audit"`  // "", hold, delete: what follows a name that the naming audit objects to
	Launch   string   `toml:"launch"` // open, claims
	TTL      bool     `toml:"ttl"`    // RFC 9803
}

// Verification is how names and their holders must be verified
// (draft-ietf-regext-verificationcode).
type Verification struct {
	Profile string        `toml:"profile"`
	Types   []string      `toml:"types"` // of the codes that must be set
	Grace   registry.Span `toml:"grace"` // from the create to the due date
}

// Provider is a verification service provider whose codes are taken.
type Provider struct {
	ID      string   `toml:"id"`      // number before the hyphen of its codes
	Subject string   `toml:"subject"` // common name of its certificates
	Roots   string   `toml:"roots"`   // PEM file: who certifies it
	Types   []string `toml:"types"`   // of code that it may give
}

// Audit is the naming audit.
type Audit struct {
	Words map[string]string `toml:"words"` // word in a label -> reason
	Delay registry.Span     `toml:"delay"` // from the create to the audit
}

// Premium is a class of labels with prices of its own, in every zone.
type Premium struct {
	Class    string   `toml:"class"`
	Labels   []string `toml:"labels"`
	Create   string   `toml:"create"`
	Renew    string   `toml:"renew"`
	Transfer string   `toml:"transfer"`
	Restore  string   `toml:"restore"`
}

// Registrar is an account.
type Registrar struct {
	ID       string `toml:"id"` // clID
	Name     string `toml:"name"`
	Password string `toml:"password"` // "": one is made and printed
	// Certificate is how the client proves itself: "" with one that is made in
	// the data folder, "optional" with any or none, otherwise a PEM file.
	Certificate string `toml:"certificate"`
	Deposit     string `toml:"deposit"`
	SessionCap  int    `toml:"session_cap"`
	DataModel   string `toml:"data_model"` // minimum or maximum, where the registry's is per-registrar
}

// Name is a name that exists from the first start.
type Name struct {
	Name      string `toml:"name"`
	Registrar string `toml:"registrar"` // its sponsor; "": another registrar
	Years     int    `toml:"years"`
}

// Package ops holds the operations of the registrar, one file each: load a snapshot, decide (pure, now is an
// argument), commit a Plan. It knows no adapter and no edge; what it needs of them it declares as interfaces.
package ops

import (
	"context"
	"errors"
	"image"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// Checker asks registries whether names are free. Names of one call all belong to the registry account.
type Checker interface {
	// Check answers for each name; a registry that can't be reached is an error of kind Unavailable.
	Check(ctx context.Context, registryAccount string, names []domain.Name) ([]Availability, error)
}

// Sender carries intents to registries.
type Sender interface {
	// Send sends the act, which has been marked as sent already.
	Send(ctx context.Context, l domain.Leased) domain.Outcome
	// Ask finds out, on a new session and without doing anything, what became of an act whose answer was lost.
	Ask(ctx context.Context, l domain.Leased) domain.Outcome
	// LongestCommand is how long the registry may work on a command after its connection was lost (wall time).
	LongestCommand(registryAccount string) time.Duration
}

// Sealer keeps secrets.
type Sealer interface {
	Seal(plain []byte, context string) ([]byte, error)
	Open(sealed []byte, context string) ([]byte, error)
	// Current reports, by the first bytes of a sealed value, whether it was sealed with the newest key.
	Current(head []byte) bool
}

// Reader reads the text of pictures.
type Reader interface {
	// Available says whether there is a reader here at all.
	Available() bool
	// Read gives what stands in an upright picture; it is bounded in time.
	Read(ctx context.Context, img image.Image) (*realname.Text, error)
}

// Prober looks at the outside as anybody could.
type Prober interface {
	// Registration asks public directories who sponsors a name.
	Registration(ctx context.Context, name domain.Name) (PublicRegistration, error)
	// Servers asks the DNS which name servers a name is delegated to.
	Servers(ctx context.Context, name domain.Name) ([]string, error)
}

// Availability is a registry's answer about one name.
type Availability struct {
	Name      domain.Name
	Available bool
	Reason    string // the registry's words, English, at most 32 characters (RFC 5731)
	Premium   bool
	Fee       int64 // the registry's fee for the first year, minor units, when Premium
	RenewFee  int64
	Currency  string
}

// PublicRegistration is what public directories say of a name.
type PublicRegistration struct {
	Found       bool
	Registrar   string // its name as published
	RegistrarID string // IANA identifier as published
	URL         string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	Statuses    domain.Statuses
	NameServers []string
	Source      string // "RDAP http://…" or "WHOIS …"
}

// Clock reads both clocks (DESIGN section 5).
type Clock struct {
	Business func() time.Time
	Wall     func() time.Time
}

// Deps is what New needs; every field but Reread, Codes, Crash, Us, Verifier, Login, PausePartial, Reader, MACKey and NoSMS must be set.
type Deps struct {
	Store   Store
	Checker Checker
	Sender  Sender
	Sealer  Sealer
	Prober  Prober
	Clock   Clock
	Terms   func() *policy.Table            // the policy that rules now
	Reread  func(ctx context.Context) error // takes up the newest policy; nil: what Terms gives is always that
	Node    string                          // name of this process, for leases
	Us      []string                        // our clIDs at registries
	Crash   func(at string)                 // named crash points for tests; nil: none
	Rand    func(n int) []byte
	// Verifier hands submissions to authorities; nil where none is connected: the desk decides alone.
	Verifier Verifier
	// Codes gives registrants' signed codes; nil: those that were kept at their approval.
	Codes CodeSource
	// Login proves us at registries; nil where nothing of that is done.
	Login RegistryLogin
	// PausePartial says whether an account's queue pauses in windows of partial impact too; nil: none does.
	PausePartial func(registryAccount string) bool
	// Reader reads pictures of documents; nil where people have to.
	Reader Reader
	// MACKey makes MACs of one-time codes and of links to pictures; the nodes share it. nil: a fresh one.
	MACKey []byte
	// NoSMS says that there is no channel for text messages.
	NoSMS bool
}

// Ops is the registrar's operations.
type Ops struct {
	Deps
	pictures *gallery
	shelf    shelf
}

// New refuses missing dependencies.
func New(d Deps) (*Ops, error) {
	switch {
	case d.Store == nil, d.Checker == nil, d.Sender == nil, d.Sealer == nil, d.Prober == nil:
		return nil, errors.New("ops: a dependency is missing")
	case d.Clock.Business == nil, d.Clock.Wall == nil, d.Terms == nil, d.Node == "", d.Rand == nil:
		return nil, errors.New("ops: clocks, policy, node or randomness is missing")
	}
	if d.Crash == nil {
		d.Crash = func(string) {}
	}
	if len(d.MACKey) == 0 {
		d.MACKey = d.Rand(32)
	}
	o := &Ops{Deps: d, pictures: newGallery()}
	if o.Codes == nil {
		o.Codes = o
	}
	return o, nil
}

// Policy is the policy that rules now.
func (o *Ops) Policy() *policy.Table { return o.Terms() }

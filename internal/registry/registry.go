// Package registry carries intents to registries over EPP and brings back outcomes. It hides sessions, prerequisites
// (contacts, hosts), extensions and result codes; an answer that was lost is an outcome of its own, never an error.
package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Account is one of our accounts at one registry. Durations are wall time; zero means the default in brackets.
type Account struct {
	ID         string // as suffix policies name it: "verisim"
	Addr       string // host:port of the EPP server
	ServerName string // name in its certificate; empty: Addr's host
	ClID       string
	Password   string
	CAFile     string // PEM; empty: the system's roots
	CertFile   string // PEM, our certificate; read again at each dialling, so that it can be renewed under way
	KeyFile    string
	Plain      bool // TCP without TLS, on loopback only: for tests

	Suffixes    []string
	Contacts    bool     // the registry keeps contact objects
	Roles       []string // contact roles of a domain besides registrant [admin, tech, billing]
	HostObjects bool     // RFC 5732 hosts; else name servers are attributes
	Currency    string   // ISO 4217, of fees and deposit

	Sessions       int           // most sessions at once; keep it below the registry's cap [4]
	LongestCommand time.Duration // how long the registry may work on a command whose connection was lost [10 s]
	CommandTimeout time.Duration // from sending to answer [10 s]
	KeepAlive      time.Duration // idle time after which a session is pinged; below half the registry's limit [60 s]
	MaxAge         time.Duration // of a session, less up to a tenth by chance [30 min]
	CheckNames     int           // names in one check; learnt when the registry wants fewer [50]
	Rates          Rates
}

// Config is what New needs. OpenSecret, Suffix and Wall must be set.
type Config struct {
	Accounts   []Account
	OpenSecret func(sealed []byte, context string) ([]byte, error)
	Suffix     func(string) (policy.Suffix, bool)
	Wall       func() time.Time
	Crash      func(at string) // named crash points for tests: before-send, after-send, after-answer; nil: none
	Log        *slog.Logger    // nil: none
	// Seen gets every frame, unmasked, with the session's password; it must neither keep the slice nor block. nil: none.
	Seen func(account, session, password string, sent bool, frame []byte)

	// Codes gives the signed codes that a name's registry wants of a template that was approved; nil: there are none.
	Codes func(ctx context.Context, name domain.Name, template domain.TemplateID) ([]domain.SignedCode, error)
	// Identity opens a registrant's document for registries that want it with the contact; nil: there is none.
	Identity func(domain.Template) (Identity, error)

	// Leases and Node share the accounts' sessions among nodes; nil: all of them are this process's.
	Leases     Leases
	Node       string
	LeaseTimes LeaseTimes
}

// Registry is all our accounts at registries. It implements ops.Checker and ops.Sender.
type Registry struct {
	cfg      Config
	accounts map[string]*account
	order    []string
	stop     context.CancelFunc
	sharing  sync.WaitGroup
}

var (
	_ ops.Checker = (*Registry)(nil)
	_ ops.Sender  = (*Registry)(nil)
)

// New checks the configuration and the TLS material; it dials nothing yet.
func New(cfg Config) (*Registry, error) {
	if cfg.OpenSecret == nil || cfg.Suffix == nil || cfg.Wall == nil {
		return nil, errors.New("registry: OpenSecret, Suffix or Wall is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Leases != nil && cfg.Node == "" {
		return nil, errors.New("registry: Leases without Node")
	}
	cfg.LeaseTimes.defaults()
	run, stop := context.WithCancel(context.Background())
	r := &Registry{cfg: cfg, stop: stop, accounts: make(map[string]*account, len(cfg.Accounts))}
	made := false
	defer func() {
		if !made {
			_ = r.Close()
		}
	}()
	for _, c := range cfg.Accounts {
		if c.ID == "" || c.Addr == "" || c.ClID == "" {
			return nil, fmt.Errorf("registry: account %q needs id, address and client identifier", c.ID)
		}
		if r.accounts[c.ID] != nil {
			return nil, fmt.Errorf("registry: account %q twice", c.ID)
		}
		a, err := newAccount(c, &r.cfg)
		if err != nil {
			return nil, fmt.Errorf("registry: account %s: %w", c.ID, err)
		}
		r.accounts[c.ID] = a
		r.order = append(r.order, c.ID)
	}
	// Several accounts at the same server are all "us" there.
	for _, a := range r.accounts {
		for _, b := range r.accounts {
			if a.Addr == b.Addr {
				a.ours[b.ClID] = true
			}
		}
	}
	if cfg.Leases != nil {
		for _, a := range r.accounts {
			r.sharing.Go(func() { a.share(run) })
		}
	}
	made = true
	return r, nil
}

// Close ends all sessions; commands that are still under way after a moment are cut, and their outcomes unknown.
func (r *Registry) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainFor)
	defer cancel()
	var wg sync.WaitGroup
	for _, a := range r.accounts {
		wg.Go(func() { _ = a.pool.Close(ctx) }) // it says that some were cut: they know
	}
	wg.Wait()
	r.stop()
	r.sharing.Wait()
	if r.cfg.Leases != nil { // nothing is open any more: others may have it at once
		return r.cfg.Leases.ReleaseSessions(ctx, r.cfg.Node)
	}
	return nil
}

const drainFor = 2 * time.Second

func (r *Registry) account(id string) (*account, error) {
	if a := r.accounts[id]; a != nil {
		return a, nil
	}
	return nil, fault.Wrap(fmt.Errorf("registry: no account %q", id), fault.Unavailable, CodeUnreachable, "registry", id, "reason", "not configured")
}

// LongestCommand is how long the registry may work on a command after its connection was lost (wall time).
func (r *Registry) LongestCommand(registryAccount string) time.Duration {
	if a := r.accounts[registryAccount]; a != nil {
		return a.LongestCommand
	}
	return defaultCommand
}

// A Send must be over before the lease of its intent (30 s): what comes before the irreversible frame has
// beforeSend, the frame its CommandTimeout, and what follows the rest.
const (
	beforeSend = 12 * time.Second
	wholeSend  = 27 * time.Second
)

// Send carries the act out. It never returns before it is known whether the frame left this machine.
func (r *Registry) Send(ctx context.Context, l domain.Leased) domain.Outcome {
	a, err := r.account(l.Intent.RegistryAccount)
	if err != nil {
		return notSent(err)
	}
	ctx, cancel := context.WithTimeout(ctx, wholeSend)
	defer cancel()
	if l.Intent.Kind == domain.IntentCreate {
		return a.create(ctx, l)
	}
	if k, ok := acts[l.Intent.Kind]; ok {
		return a.perform(ctx, l, k)
	}
	return notSent(fault.New(fault.Internal, "internal", "kind", string(l.Intent.Kind)))
}

// Ask finds out on a session that is dialled for it what became of an act whose answer was lost.
func (r *Registry) Ask(ctx context.Context, l domain.Leased) domain.Outcome {
	a, err := r.account(l.Intent.RegistryAccount)
	if err != nil {
		return unknown(err)
	}
	ctx, cancel := context.WithTimeout(ctx, wholeSend)
	defer cancel()
	if l.Intent.Kind == domain.IntentCreate {
		return a.askCreate(ctx, l)
	}
	if k, ok := acts[l.Intent.Kind]; ok {
		return a.askAfter(ctx, l, k)
	}
	return unknown(fault.New(fault.Internal, "internal", "kind", string(l.Intent.Kind)))
}

// Info reads a domain as the registry shows it; one that is not there is a fault "domain.not-found" of kind Missing.
func (r *Registry) Info(ctx context.Context, registryAccount string, name domain.Name) (domain.Object, error) {
	a, err := r.account(registryAccount)
	if err != nil {
		return domain.Object{}, err
	}
	return a.shown(ctx, readClass, name)
}

// Health is how an account is doing, for the desk.
type Health struct {
	Account   string
	Addr      string
	Suffixes  []string
	Up        bool
	Open      int // sessions
	Cap       int // most sessions by configuration
	Limit     int // most sessions at the moment: the registry may have said 2502
	InFlight  int // sessions in use
	Waiting   int // commands that wait for a session
	LastError string
	LastAt    time.Time // of LastError; zero: none yet
	P50, P99  float64   // milliseconds, over the latest commands
	Commands  map[string]int64
	Breaker   string    // "closed", "open", "half-open"
	RetryAt   time.Time // when Breaker is open
	Deposit   *int64    // minor units, as the registry told last; nil: it never did
	LowTold   int64     // minor units at which the registry itself warns; 0: it never told
	Currency  string
	Skew      time.Duration // registry's clock less ours, at the latest greeting

	Refused   bool   // logins are refused as such: other credentials are needed
	Reason    string // the registry's words for that
	CertUntil time.Time
	LoggedIn  bool               // at least once, so that Warnings are known
	Warnings  []ops.LoginWarning // of the latest login
	Buckets   []Bucket
	Grant     *domain.SessionGrant // this node's share; nil: the sessions are not shared
}

// Standing is Health without trying accounts that have no session.
func (r *Registry) Standing() []Health {
	out := make([]Health, len(r.order))
	for i, id := range r.order {
		out[i] = r.accounts[id].standing()
	}
	return out
}

// Ready reports whether this node has sessions of an account; where it has none, another node works for it.
func (r *Registry) Ready(accountID string) bool {
	a := r.accounts[accountID]
	return a != nil && a.pool.Stats().Granted > 0
}

// Polls reports whether this node takes messages off an account's queue: one of the nodes does.
func (r *Registry) Polls(accountID string) bool {
	a := r.accounts[accountID]
	return a != nil && a.pool.Stats().Polls
}

// Health reports on every account in the order of the configuration. An account without sessions is tried.
func (r *Registry) Health(ctx context.Context) []Health {
	out := make([]Health, len(r.order))
	var wg sync.WaitGroup
	for i, id := range r.order {
		wg.Go(func() { out[i] = r.accounts[id].health(ctx) })
	}
	wg.Wait()
	return out
}

// Reachable reports whether an account's registry answered when it was last dialled; one never dialled counts as reachable.
func (r *Registry) Reachable(accountID string) bool {
	a := r.accounts[accountID]
	return a != nil && a.pool.Stats().State == epp.PoolClosed
}

package domain

import "time"

// SessionGrant is what one node may do with the sessions of an account at a registry: they are a quota that all nodes
// on one database share.
type SessionGrant struct {
	Held   int       // sessions that the node may have open until Until
	Target int       // its fair share: where it holds more, it closes sessions and gives them back
	Polls  bool      // it is the one node that takes messages off the account's queue
	Until  time.Time // wall time
	Nodes  int       // that share the account
}

// SessionShare is a node's part of an account's sessions, for the desk.
type SessionShare struct {
	RegistryAccount, Node string
	Held, Open            int
	Polls                 bool
	Until                 time.Time // wall time
}

// WindowState is how far a maintenance window has come.
type WindowState string

// The states of a window. Planned and running ones have a next action.
const (
	WindowPlanned   WindowState = "planned"
	WindowOn        WindowState = "on"
	WindowOver      WindowState = "over"
	WindowCancelled WindowState = "cancelled"
)

// Impact is how much of a registry's service a window takes away (RFC 9167 section 3.3).
type Impact string

// The impacts.
const (
	ImpactNone    Impact = "none"
	ImpactPartial Impact = "partial"
	ImpactFull    Impact = "full"
)

// Window is a maintenance window of a registry. Times are business time: the registry dates it.
type Window struct {
	ID              int64
	RegistryAccount string
	Ref             string // the registry's identifier (RFC 9167); empty: an operator entered it
	StartsAt        time.Time
	EndsAt          time.Time
	Impact          Impact
	Reason          string
	State           WindowState
	NextActionAt    time.Time // zero: none
	By              string    // who entered it; "registry" where it came from there
	CreatedAt       time.Time
}

// RegistryState is what stands about an account at a registry besides its configuration.
type RegistryState struct {
	RegistryAccount string
	Paused          string            // fault code for which nothing is sent there; empty: not paused
	Facts           map[string]string // its evidence
	PausedAt        time.Time         // business time
	ProbeAt         time.Time         // wall time from which one act may be sent to see whether it is over
	Probes          int               // tries since PausedAt
	ResumedAt       time.Time         // business time of the end of the latest pause or window, for the ramp
	Balance         *int64            // our deposit by the registry's own figure, minor units; nil: it never told
	BalanceAt       time.Time         // business time
}

// CredentialKind is what we prove ourselves with at a registry.
type CredentialKind string

// The kinds.
const (
	CredentialPassword    CredentialKind = "password"
	CredentialCertificate CredentialKind = "certificate" // PEM of certificate and key together
)

// CredentialState says which of several is the one.
type CredentialState string

// The states. Of each kind an account has at most one current and one pending.
const (
	CredentialCurrent CredentialState = "current"
	CredentialPending CredentialState = "pending" // written down before the registry was told
	CredentialFormer  CredentialState = "former"
	CredentialDropped CredentialState = "dropped" // the registry never took it
)

// Credential is a secret of ours at a registry, sealed for the context CredentialContext.
type Credential struct {
	ID              int64
	RegistryAccount string
	Kind            CredentialKind
	State           CredentialState
	Sealed          []byte
	NotAfter        time.Time // wall time, of a certificate
	Fingerprint     string    // SHA-256 of a certificate, hexadecimal
	By              string
	CreatedAt       time.Time // wall time
	UpdatedAt       time.Time // wall time
}

// CredentialContext is what credentials of an account are sealed for.
func CredentialContext(registryAccount string, kind CredentialKind) string {
	return "registry:" + registryAccount + ":" + string(kind)
}

// RegistrySecrets are what a login is proved with. It prints without them.
type RegistrySecrets struct {
	Password    string
	Certificate []byte // PEM of certificate and key; empty: none, or those that are in use
}

// String shows nothing.
func (RegistrySecrets) String() string { return "[secrets]" }

// GoString shows nothing.
func (RegistrySecrets) GoString() string { return "[secrets]" }

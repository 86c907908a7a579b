package ops

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ledger"
)

// Plan is everything that one decision changes; it is committed whole or not at all.
type Plan struct {
	Expect   []Expect         // every versioned row that the decision rested on
	Writes   []Write          // state, in order
	Entries  []ledger.Entry   // balanced movements; floors are checked by the store
	Events   []domain.Event   // operation log; IDs and hashes are the store's
	Messages []domain.Message // to be sent by notify; IDs are the store's
	Unseen   bool             // its events make no page stale
	Wake     []string         // registry accounts whose intents should be looked at now
}

// Table names a versioned table in an Expect.
type Table string

// Versioned tables.
const (
	TableTemplate Table = "template"
	TableTenure   Table = "tenure"
	TablePolicy   Table = "policy" // ID 0: the highest version of any policy row
)

// Expect makes a commit fail with "state.moved" (Conflict) when the row has another version by then.
type Expect struct {
	Table   Table
	ID      int64
	Version int64
}

// Write is one change of state; the closed set is below.
type Write interface{ write() }

type (
	// InsertAccount fails with "account.email-taken" where the address is in use. It opens no balance.
	InsertAccount struct{ Account domain.Account }
	// InsertAPIKey adds a key.
	InsertAPIKey struct{ Key domain.APIKey }
	// RevokeAPIKey stops a key of the account.
	RevokeAPIKey struct {
		Account  domain.AccountID
		SecretID string
		At       time.Time
	}
	// InsertTemplate adds a template of version 1. Where it is the default, the account's others stop being so.
	InsertTemplate struct{ Template domain.Template }
	// SetTemplateStatus moves a template on and grows its version; it fails with "state.moved" where From is not so.
	SetTemplateStatus struct {
		ID           domain.TemplateID
		From, To     domain.TemplateStatus
		Reason       string
		NextActionAt time.Time
		At           time.Time
	}
	// SetTemplate replaces all that may change of a template whose version is still Template.Version, and grows it by
	// one ("state.moved" else). Where it is the default, the account's others stop being so.
	SetTemplate struct{ Template domain.Template }
	// MakeDefault makes a template its account's default, and no other; its version stays.
	MakeDefault struct {
		Account domain.AccountID
		ID      domain.TemplateID
	}
	// EraseTraces forgets, of an account, the facts of cases about the subjects that are cleared, one-time codes, and
	// the recipients of messages sent to anybody but Keep.
	EraseTraces struct {
		Account  domain.AccountID
		Subjects []string
		Keep     string
	}
	// DeleteTemplate removes a template of this version, with its submissions and codes. While acts under way or running names use it, it fails with
	// "template.in-use" (facts: acts, names).
	DeleteTemplate struct {
		ID      domain.TemplateID
		Version int64
	}
	// InsertDocument keeps a sealed picture. Where the account has Most documents from Since on, it fails with
	// "document.too-many" (fact: limit).
	InsertDocument struct {
		Document domain.Document
		Picture  []byte // sealed
		Since    time.Time
		Most     int
	}
	// SetReading ends the reading of a waiting document ("state.moved" else); Text is sealed, nil where there is none.
	SetReading struct {
		ID     domain.DocumentID
		To     domain.ReadingState
		Reason string
		Text   []byte
	}
	// PutOffShredding says when retention looks at a document again; of one that is shredded it fails with "state.moved".
	PutOffShredding struct {
		ID    domain.DocumentID
		Until time.Time
	}
	// ShredDocument erases picture, text and file name; the row stays as proof. It fails with "state.moved" where that
	// was done already.
	ShredDocument struct {
		ID domain.DocumentID
		By string
		At time.Time
	}
	// PutReach keeps a verified telephone number or address.
	PutReach struct{ Reach domain.Reach }
	// DropReach forgets it; "reach.not-found" where there is none.
	DropReach struct{ Reach domain.Reach }
	// InsertReachCode keeps the MAC of a code that is being sent. Where Most codes went to the account or to the reach
	// (by whomever) after Since, it fails with "reach.too-many-codes" (facts: limit, minutes).
	InsertReachCode struct {
		Code  ReachCode
		Since time.Time // wall time
		Most  int
	}
	// UseReachCode spends a code; it fails with "state.moved" where that was done already.
	UseReachCode struct{ ID int64 }
	// InsertOrder adds an order with its items and intents (up to 4,000 of each, in bulk).
	// A used idempotency key fails with "order.key-used".
	InsertOrder struct {
		Order   domain.Order
		Items   []domain.Item
		Intents []domain.Intent
	}
	// SetOrderDone marks an order as finished and told; it fails with "state.moved" where it is marked already.
	SetOrderDone struct {
		ID domain.OrderID
		At time.Time
	}
	// SetItem ends or annotates an item. HoldFrom must be what the row says ("state.moved" else), so that a hold
	// meets exactly one capture or release.
	SetItem struct {
		ID       domain.ItemID
		From, To domain.ItemStatus
		HoldFrom domain.HoldState
		HoldTo   domain.HoldState
		Code     string
		Facts    map[string]string
		At       time.Time
	}
	// SetIntent moves an intent and gives its lease back. It fails with "state.moved" where From is not so, or where
	// the lease is not the one that it was read with any more: the outcome of an earlier lease says nothing about
	// what a later one is doing.
	SetIntent struct {
		ID        domain.IntentID
		Lease     *domain.Lease // nil: not checked
		From, To  domain.IntentState
		Absences  int
		NextTryAt time.Time // wall time
		LostAt    time.Time // wall time; zero: as it was
		Outcome   domain.Outcome
		Payload   *domain.Payload // nil: as it was
	}
	// InsertTenure starts a tenure of version 1; it fails with "state.moved" where the name runs already.
	InsertTenure struct{ Tenure domain.Tenure }
	// SetTenure replaces the mutable part of a tenure whose version is still Tenure.Version, and grows it by one.
	SetTenure struct{ Tenure domain.Tenure }
	// FlagProof has the proof of names looked at from At on: of one name, of a template's or an account's. A zero At
	// takes the flag away.
	FlagProof struct {
		Tenure   domain.TenureID
		Template domain.TemplateID
		Account  domain.AccountID
		At       time.Time // business time
	}
	// TakePayment notes a payment into an account's wallet (0: the house's deposits). Where the reference was taken
	// before it fails with "payment.taken" (fact amount: what was taken then).
	TakePayment struct {
		Account  domain.AccountID
		Ref      string
		Amount   int64
		Currency string
		At       time.Time
	}
	// PollDone marks a registry's message as worked off; it fails with "state.moved" where it is already.
	PollDone struct {
		ID int64
		At time.Time
	}
	// HurryIntent makes an intent under way due now: its registry has said something about it.
	HurryIntent struct {
		RegistryAccount, ClTRID string
		Wall                    time.Time
	}
	// PutCart adds or changes a line of the cart.
	PutCart struct{ Line CartLine }
	// DropCart removes lines from the cart.
	DropCart struct {
		Account domain.AccountID
		Names   []domain.Name
	}
	// OpenCase records a fault found. Where the same (account, subject, code) is open already, only its facts are renewed.
	OpenCase struct{ Case domain.Case }
	// ClearCase ends the open case of (account, subject, code), if there is one; an empty code means every code.
	ClearCase struct {
		Account domain.AccountID
		Subject string
		Code    string
		At      time.Time
	}
)

func (InsertAccount) write()     {}
func (InsertAPIKey) write()      {}
func (RevokeAPIKey) write()      {}
func (InsertTemplate) write()    {}
func (SetTemplateStatus) write() {}
func (SetTemplate) write()       {}
func (DeleteTemplate) write()    {}
func (MakeDefault) write()       {}
func (EraseTraces) write()       {}
func (InsertDocument) write()    {}
func (SetReading) write()        {}
func (PutOffShredding) write()   {}
func (ShredDocument) write()     {}
func (PutReach) write()          {}
func (DropReach) write()         {}
func (InsertReachCode) write()   {}
func (UseReachCode) write()      {}
func (InsertOrder) write()       {}
func (SetOrderDone) write()      {}
func (SetItem) write()           {}
func (SetIntent) write()         {}
func (InsertTenure) write()      {}
func (SetTenure) write()         {}
func (FlagProof) write()         {}
func (TakePayment) write()       {}
func (PollDone) write()          {}
func (HurryIntent) write()       {}
func (PutCart) write()           {}
func (DropCart) write()          {}
func (OpenCase) write()          {}
func (ClearCase) write()         {}

// Committer is the shared end of every operation.
type Committer interface {
	// Commit applies the plan in one transaction. A balance that would go below its floor fails with
	// "wallet.insufficient" (facts: short, in minor units, and currency). Every account named in an Event has its
	// ViewVersion grown by one.
	Commit(ctx context.Context, p Plan) error
	// CommitEach applies several plans in one transaction, a savepoint each; one that fails leaves the others.
	CommitEach(ctx context.Context, plans []Plan) []error
	// NextIDs reserves n consecutive identifiers and returns the first.
	NextIDs(ctx context.Context, n int) (int64, error)
}

package ops

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Store is all that operations need of the database; each operation uses the small part declared beside it.
// Reads of what doesn't exist, or not in the scope, give an empty value and a fault of kind Missing.
type Store interface {
	Committer
	accounts
	templates
	documents
	reaches
	orders
	tenures
	money
	records
	queue
	observations
	proofs
	registries
	verifications
	logs
	reputations
	pricing
	words
	namingReviews
}

type accounts interface {
	AccountByEmail(ctx context.Context, email string) (domain.Account, error)
	AccountByID(ctx context.Context, id domain.AccountID) (domain.Account, error)
	APIKeys(ctx context.Context, account domain.AccountID) ([]domain.APIKey, error)
}

type templates interface {
	Template(ctx context.Context, id domain.TemplateID) (domain.Template, error)
	Templates(ctx context.Context, account domain.AccountID, f TemplateFilter) ([]domain.Template, int, error)
}

type documents interface {
	Document(ctx context.Context, id domain.DocumentID) (domain.Document, error)
	// Documents lists an account's, oldest first, shredded ones too.
	Documents(ctx context.Context, account domain.AccountID) ([]domain.Document, error)
	// DocumentContent gives the sealed picture and the sealed text (nil: not read); Missing once it is shredded.
	DocumentContent(ctx context.Context, id domain.DocumentID) (picture, text []byte, err error)
	// LeaseDocument gives the oldest document that waits to be read and keeps it from others until the lease (wall time)
	// ends; "document.not-found" where none waits.
	LeaseDocument(ctx context.Context, wall time.Time, lease time.Duration) (domain.Document, error)
	// DueDocuments gives documents that retention has to look at.
	DueDocuments(ctx context.Context, now time.Time, limit int) ([]domain.Document, error)
	// TemplatesOfDocument lists the templates that show a document as the owner's or the contact's.
	TemplatesOfDocument(ctx context.Context, id domain.DocumentID) ([]domain.Template, error)
	// Reseal gives every sealed value that the first bytes of stale call for to again, with its context, and replaces it; it says how many it replaced. Values that change meanwhile are left alone.
	Reseal(ctx context.Context, stale func(head []byte) bool, again func(sealed []byte, context string) ([]byte, error)) (int, error)
}

type reaches interface {
	// Reach finds a verified reach; "reach.not-found" where there is none.
	Reach(ctx context.Context, r domain.Reach) (domain.Reach, error)
	// Reaches lists an account's verified reaches, newest first, with how many there are.
	Reaches(ctx context.Context, account domain.AccountID, f ReachFilter) ([]domain.Reach, int, error)
	// NewestCode gives the code that was sent last; "reach.not-found" where none was.
	NewestCode(ctx context.Context, r domain.Reach) (ReachCode, error)
	// TryReachCode counts an attempt, and says false where most were made already.
	TryReachCode(ctx context.Context, id int64, most int) (bool, error)
	// PruneReachCodes forgets codes that were sent before a wall time.
	PruneReachCodes(ctx context.Context, before time.Time) (int, error)
}

type orders interface {
	// LoadOrder reads, in one snapshot, what placing an order rests on.
	LoadOrder(ctx context.Context, account domain.AccountID, template domain.TemplateID, names []domain.Name, key string) (OrderSnapshot, error)
	// Orders lists newest first with counts of their items by status; account 0 means every account's.
	Orders(ctx context.Context, account domain.AccountID, f OrderFilter) ([]OrderView, int, error)
	// Items lists an order's items in the order that they were given in; ok only within the account (0: any).
	Items(ctx context.Context, account domain.AccountID, order domain.OrderID, f Page) ([]domain.Item, int, error)
	// WaitingIntents gives an order's intents that are queued: nothing of them has left, or it is known that nothing came of it.
	WaitingIntents(ctx context.Context, order domain.OrderID) ([]domain.Intent, error)
	// FinishedOrders gives orders none of whose items is doing any more and that SetOrderDone has not marked yet.
	FinishedOrders(ctx context.Context, limit int) ([]OrderView, error)
}

type tenures interface {
	// TenureByName finds the running tenure of a name, whoever's it is.
	TenureByName(ctx context.Context, name domain.Name) (domain.Tenure, error)
	// TenureByID finds a running tenure, whoever's it is.
	TenureByID(ctx context.Context, id domain.TenureID) (domain.Tenure, error)
	// Tenures lists the running tenures of an account (0: everybody's) by name.
	Tenures(ctx context.Context, account domain.AccountID, f TenureFilter) ([]domain.Tenure, int, error)
	// DueTenures gives running tenures whose NextActionAt is not after now.
	DueTenures(ctx context.Context, now time.Time, limit int) ([]domain.Tenure, error)
}

type money interface {
	Wallet(ctx context.Context, account domain.AccountID) (Wallet, error)
	Statement(ctx context.Context, account domain.AccountID, before int64, limit int) ([]LedgerLine, error)
	// SpentOn is what a name has cost us at a registry account since a business time, less what was given back.
	SpentOn(ctx context.Context, registryAccount string, name domain.Name, since time.Time) (int64, error)
	// Balances gives the house's own ledger accounts and the sum over all (which must be zero).
	Balances(ctx context.Context) (Balances, error)
}

type records interface {
	// Log lists newest first; empty subject: any; account 0: everybody's; before 0: from the newest.
	Log(ctx context.Context, account domain.AccountID, subject string, before int64, limit int) ([]domain.Event, error)
	Cases(ctx context.Context, f CaseFilter) ([]domain.Case, error)
	Cart(ctx context.Context, account domain.AccountID) ([]CartLine, error)
}

type queue interface {
	// LeaseIntents takes up to limit intents of a registry account for this node until the lease (wall time) ends:
	// queued ones whose turn it is and whose name has no other open intent (they become open), and open, unknown,
	// pending or parked ones that are due and whose earlier lease has lapsed. Leased.Was is the state before.
	LeaseIntents(ctx context.Context, registryAccount, node string, wall time.Time, lease time.Duration, limit int) ([]domain.Leased, error)
	// DueAccounts lists registry accounts that have intents which LeaseIntents would give.
	DueAccounts(ctx context.Context, wall time.Time) ([]string, error)
	// MarkSent records on leased intents that they go out now: one more attempt, SentAt, and no absences. It fails with
	// "state.moved", and marks none, where the lease of one of them is not this one any more.
	MarkSent(ctx context.Context, ids []domain.IntentID, lease domain.Lease, wall time.Time) error
	// OverdueIntents gives intents that are not over and whose business deadline is not after now, unleased ones only,
	// with the item that each belongs to.
	OverdueIntents(ctx context.Context, now, wall time.Time, limit int) ([]domain.Intent, error)
	// ItemsByID reads the items that outcomes are about.
	ItemsByID(ctx context.Context, ids []domain.ItemID) (map[domain.ItemID]domain.Item, error)
	// Quiet reports what still moves: intents that are not over (parked ones apart), due rows at business time now.
	Quiet(ctx context.Context, now time.Time) (Quiet, error)
	// NextDue is the earliest business time at which something falls due; zero: nothing.
	NextDue(ctx context.Context) (time.Time, error)
	// OpenPolls gives registries' messages that are not worked off, oldest first.
	OpenPolls(ctx context.Context, limit int) ([]PollMessage, error)
	// Policies reads the newest version of each policy row; SeedPolicies writes rows where the table is empty.
	Policies(ctx context.Context) ([]policy.Row, error)
	SeedPolicies(ctx context.Context, rows []policy.Row) error
}

// Page is an offset page, as the product's API asks for.
type Page struct{ Offset, Limit int }

// TemplateFilter narrows a list of templates; empty fields don't.
type TemplateFilter struct {
	Page
	Kind    domain.SubjectKind
	Status  domain.TemplateStatus
	Keyword string // part of the owner's name
}

// ReachFilter narrows a list of reaches; empty fields don't.
type ReachFilter struct {
	Page
	Type domain.ReachType
	Code string // all of it
}

// ReachCode is a one-time code that was sent; times are wall times.
type ReachCode struct {
	ID        int64
	Reach     domain.Reach
	MAC       []byte
	SentAt    time.Time
	ExpiresAt time.Time // not after SentAt once it is spent
	Attempts  int
}

// OrderFilter narrows a list of orders; empty fields don't.
type OrderFilter struct {
	Page
	IDs    []domain.OrderID
	Action domain.Action
	Paid   bool // only those with money in them
}

// TenureFilter narrows a list of names; empty fields don't.
type TenureFilter struct {
	Page
	Contains string
	Status   domain.Status
	Template domain.TemplateID // under which they stand
}

// CaseFilter narrows a list of fault cases; empty fields don't.
type CaseFilter struct {
	Account domain.AccountID // 0: everybody's
	Subject string
	Open    bool // only those not cleared
	Limit   int
}

// OrderView is an order with how far it has come.
type OrderView struct {
	domain.Order
	Doing, Success, Failed int
	Captured, Released     int64  // minor units
	AccountEmail           string // for the desk
}

// Status is the product's CheckBatchStatus vocabulary: doing, success, failed, partial_success.
func (v OrderView) Status() string {
	switch {
	case v.Doing > 0:
		return "doing"
	case v.Failed == 0:
		return "success"
	case v.Success == 0:
		return "failed"
	}
	return "partial_success"
}

// OrderSnapshot is what placing an order rests on.
type OrderSnapshot struct {
	Account  domain.Account
	Template domain.Template // zero where it doesn't exist or isn't the account's
	Wallet   Wallet
	Running  map[domain.Name]domain.Tenure // running tenures of the names, whoever's
	Busy     map[domain.Name]bool          // names with an intent under way in this account
	Earlier  *domain.Order                 // the order that used the same idempotency key
	// Met are names that word lists have something against, and Words the lists' version; Register adds both.
	Met   map[domain.Name]naming.Verdict
	Words int64
	// Standing are the templates of the names that run in this account.
	Standing map[domain.TemplateID]domain.TemplateStatus
}

// Wallet is what an account can spend and what it has set aside, minor units.
type Wallet struct {
	Currency string
	Balance  int64
	Held     int64
}

// LedgerLine is one movement of an account's wallet as it is shown.
type LedgerLine struct {
	ID       int64
	Kind     string // ledger.Entry kinds
	Amount   int64  // change of the wallet, minor units
	Currency string
	Order    string // number, where there is one
	OrderID  domain.OrderID
	Name     domain.Name // where there is one
	Ref      string
	At       time.Time
}

// Balances is the ledger from above.
type Balances struct {
	Accounts map[string]int64 // ledger account to minor units, without the owners' ones
	Wallets  int64            // sum of all wallets
	Held     int64            // sum of all that is set aside
	Sum      int64            // of everything; anything but zero is a defect
}

// CartLine is a name somebody means to buy.
type CartLine struct {
	Account domain.AccountID
	Name    domain.Name
	Years   int
	Fee     int64 // registry's premium fee seen at search, minor units; 0: standard
	Renewal int64 // the registry's fee for each further year of a premium name, minor units; 0: standard
	AddedAt time.Time
}

// Quiet counts what still moves.
type Quiet struct {
	Intents int // queued, open, unknown, pending
	Handed  int // submissions that are being read, or handed over right now
	Due     int // business rows due
	Outbox  int // messages not sent
}

package domain

import "time"

// Action is what an order asks for, in the product's words for batch actions.
type Action string

// Actions of this product's batches.
const (
	ActionNew         Action = "new"
	ActionRenew       Action = "renew"
	ActionDNS         Action = "batch_modify_domain_dns"
	ActionTransferOn  Action = "batch_transfer_prohibition_on"
	ActionTransferOff Action = "batch_transfer_prohibition_off"
	ActionUpdateOn    Action = "batch_update_prohibition_on"
	ActionUpdateOff   Action = "batch_update_prohibition_off"
	ActionContacts    Action = "batch_modify_domain_info"
	ActionTransferOut Action = "transfer_out" // answers to other registrars' requests

	// The product has no batch of these; the names are ours.
	ActionDelete  Action = "delete"
	ActionRestore Action = "redemption"
	ActionDS      Action = "modify_dnssec"
	ActionAuth    Action = "auth_code"
	ActionCodes   Action = "push_codes" // the registrant's verification codes
	ActionHold    Action = "client_hold"
)

// ItemStatus is the product's status of one name in a batch.
type ItemStatus string

// The product's DomainBatchDetailSet statuses.
const (
	ItemDoing   ItemStatus = "doing"
	ItemSuccess ItemStatus = "success"
	ItemFailed  ItemStatus = "failed"
)

// HoldState says what became of the money that an item had set aside.
type HoldState string

// A hold meets exactly one capture or one release.
const (
	HoldNone     HoldState = "none"
	Held         HoldState = "held"
	HoldCaptured HoldState = "captured"
	HoldReleased HoldState = "released"
)

// Order is one request for one thing to be done to 1 to 4,000 names; its ID is the product's LogId.
type Order struct {
	ID            OrderID
	Number        string // BigDealId; empty where no money is involved
	Account       AccountID
	Action        Action
	Count         int
	Total         int64 // minor units agreed at checkout
	Currency      string
	PolicyVersion int64  // version of the prices that it was agreed at
	Agreement     string // version of the registration agreement that was accepted
	Language      string // that it was accepted in: "zh-CN", "en"; empty: not known
	Via           string
	Key           string // idempotency key, unique in the account; empty: none
	Asked         string // digest of what Key stands for; empty: not kept
	CreatedAt     time.Time
}

// Item is one name in an order.
type Item struct {
	ID        ItemID
	Order     OrderID
	Account   AccountID
	Name      Name
	Status    ItemStatus
	Code      string            // fault code when failed, or why it waits
	Facts     map[string]string // evidence of Code
	Price     int64             // minor units
	Currency  string
	Hold      HoldState
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Tenure is a name under one sponsorship at this registrar; history stays when it ends.
type Tenure struct {
	ID              TenureID
	Account         AccountID
	Name            Name
	RegistryAccount string // which of our accounts at which registry holds it
	Template        TemplateID
	Order           OrderID
	ROID            string
	Statuses        Statuses
	NameServers     []string
	Years           int
	AutoRenew       int // the product's: 0 never, 1 on, 2 switched off
	RegisteredAt    time.Time
	ExpiresAt       time.Time
	NextActionAt    time.Time // business time of the next reminder or refresh; zero: none
	EndedAt         time.Time // zero while it runs
	Version         int64
	UpdatedAt       time.Time

	DS         []DS       // delegation signers at the registry
	SealedAuth []byte     // authorization code that its owner has asked for and not seen yet; nil: none
	AuthUntil  time.Time  // business time until which the registry has a code; zero: it has none that was given out
	VerifyBy   time.Time  // business time by which its registry wants the proof of who registered it; zero: it waits for none
	CodesOf    TemplateID // whose verification codes the registry has; 0: nobody's
	ContactBy  time.Time  // business time by which e-mail or telephone of a new registrant must be verified; zero: none
	LockUntil  time.Time  // business time until which it is not transferred away, after another registrant; zero: no such lock
	DeletedAt  time.Time  // business time at which it was deleted here and may still be restored; zero: it wasn't
}

// Event is one line of the operation log; append-only.
type Event struct {
	ID      EventID
	Account AccountID
	Subject string // name, order number, template id
	Kind    string // "order.placed", "domain.registered", …: a row of the log's vocabulary
	Actor   string
	IP      string
	Via     string
	Result  string // "ok", "doing", or a fault code
	Facts   map[string]string
	At      time.Time // business time
}

// Case is a fault found, with its evidence, until it is cleared.
type Case struct {
	ID        int64
	Account   AccountID // zero: the desk's alone
	Subject   string
	Code      string
	Facts     map[string]string
	OpenedAt  time.Time
	ClearedAt time.Time // zero while open
}

// Delivery is what became of one try to send a message.
type Delivery string

// Deliveries.
const (
	DeliverySent    Delivery = "sent"
	DeliveryLater   Delivery = "later"   // the mail server was not reached
	DeliveryRefused Delivery = "refused" // it was, and did not take the message, or the message can't be written
)

// Message is something to tell an account through a channel; sent by notify after the commit.
type Message struct {
	ID      int64
	Account AccountID
	To      string
	Locale  string
	Kind    string // row of the notice table: "registered", "registration-failed", …
	Facts   map[string]string
	At      time.Time
	// Channel is "" for mail or "sms". Sealed is what the message says that must not lie about in clear, sealed for
	// MessageSeal(To); the outbox erases it when the message was sent.
	Channel string
	Sealed  []byte
}

// ChannelSMS is the channel of text messages; To is a telephone number then.
const ChannelSMS = "sms"

// MessageSeal is the context that a message's secret is sealed for.
func MessageSeal(to string) string { return "message:" + to }

// Package ledger is the arithmetic of money: minor units, double entry, every entry summing to zero.
package ledger

import (
	"fmt"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Key names a ledger account.
type Key string

// The house's own accounts. Money flows payments -> wallet -> held -> revenue, and bank -> deposit -> cost.
const (
	Payments Key = "payments" // what payment providers handed over; runs negative
	Revenue  Key = "revenue"
	Bank     Key = "bank" // what we paid into our deposits at registries; runs negative
)

// Wallet is what an owner can spend. It has a floor of zero.
func Wallet(a domain.AccountID) Key { return Key("wallet:" + strconv.FormatInt(int64(a), 10)) }

// HeldBy is what an owner has set aside for orders under way. It has a floor of zero.
func HeldBy(a domain.AccountID) Key { return Key("held:" + strconv.FormatInt(int64(a), 10)) }

// Deposit is our own money at a registry account.
func Deposit(registryAccount string) Key { return Key("deposit:" + registryAccount) }

// Cost is what a registry account has taken from our deposit.
func Cost(registryAccount string) Key { return Key("cost:" + registryAccount) }

// Floored reports whether the account may not go below zero by our act.
func (k Key) Floored() bool {
	return len(k) > 5 && (k[:5] == "held:" || (len(k) > 7 && k[:7] == "wallet:"))
}

// Posting moves Amount (minor units) into an account, or out of it when negative.
type Posting struct {
	Account Key
	Amount  int64
}

// Entry is one balanced movement.
type Entry struct {
	Kind     string // "top-up", "hold", "capture", "release", "refund", "deposit", "cost", "cost-credit"
	Item     domain.ItemID
	Account  domain.AccountID
	Ref      string // order number, payment reference
	Currency string
	Postings []Posting
}

// Check refuses an entry that does not sum to zero or moves nothing.
func (e Entry) Check() error {
	var sum int64
	for _, p := range e.Postings {
		if p.Amount == 0 {
			return fmt.Errorf("ledger: %s posts nothing to %s", e.Kind, p.Account)
		}
		sum += p.Amount
	}
	switch {
	case len(e.Postings) < 2:
		return fmt.Errorf("ledger: %s has %d postings", e.Kind, len(e.Postings))
	case sum != 0:
		return fmt.Errorf("ledger: %s is off by %d", e.Kind, sum)
	case e.Currency == "":
		return fmt.Errorf("ledger: %s has no currency", e.Kind)
	}
	return nil
}

func move(kind string, it domain.Item, from, to Key) Entry {
	return Entry{Kind: kind, Item: it.ID, Account: it.Account, Currency: it.Currency,
		Postings: []Posting{{from, -it.Price}, {to, it.Price}}}
}

// Hold sets an item's price aside.
func Hold(it domain.Item) Entry { return move("hold", it, Wallet(it.Account), HeldBy(it.Account)) }

// Capture takes what was set aside: the thing happened.
func Capture(it domain.Item) Entry { return move("capture", it, HeldBy(it.Account), Revenue) }

// Release gives back what was set aside: the thing did not and will not happen.
func Release(it domain.Item) Entry {
	return move("release", it, HeldBy(it.Account), Wallet(it.Account))
}

// Refund gives back what was taken: the thing was undone, and not by its owner.
func Refund(it domain.Item) Entry { return move("refund", it, Revenue, Wallet(it.Account)) }

// TopUp brings a payment into a wallet.
func TopUp(a domain.AccountID, amount int64, currency, ref string) Entry {
	return Entry{Kind: "top-up", Account: a, Ref: ref, Currency: currency,
		Postings: []Posting{{Payments, -amount}, {Wallet(a), amount}}}
}

// Fund records a change of our deposit at a registry that we brought about ourselves.
func Fund(registryAccount string, amount int64, currency string) Entry {
	return Entry{Kind: "deposit", Ref: registryAccount, Currency: currency,
		Postings: []Posting{{Bank, -amount}, {Deposit(registryAccount), amount}}}
}

// Spend records what a registry took from our deposit for an item.
func Spend(registryAccount string, item domain.ItemID, amount int64, currency string) Entry {
	return Entry{Kind: "cost", Item: item, Ref: registryAccount, Currency: currency,
		Postings: []Posting{{Deposit(registryAccount), -amount}, {Cost(registryAccount), amount}}}
}

// Credit records what a registry gave back to our deposit for what an item ended: a deletion within a grace period
// (RFC 3915).
func Credit(registryAccount string, item domain.ItemID, amount int64, currency string) Entry {
	return Entry{Kind: "cost-credit", Item: item, Ref: registryAccount, Currency: currency,
		Postings: []Posting{{Deposit(registryAccount), amount}, {Cost(registryAccount), -amount}}}
}

package ops

import (
	"context"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
)

// Wallet is what the caller can spend.
func (o *Ops) Wallet(ctx context.Context, scope domain.Scope) (Wallet, error) {
	w, err := o.Store.Wallet(ctx, scope.Account)
	if w.Currency == "" {
		w.Currency = o.Policy().House.Currency
	}
	return w, err
}

// Statement lists the movements of the caller's wallet, newest first.
func (o *Ops) Statement(ctx context.Context, scope domain.Scope, before int64, limit int) ([]LedgerLine, error) {
	return o.Store.Statement(ctx, scope.Account, before, limit)
}

// TopUp pays into the wallet through the simulated payment provider, which accepts everything within the limits. A
// payment whose ref was taken before is not posted again, and refused where it is another sum.
func (o *Ops) TopUp(ctx context.Context, scope domain.Scope, amount int64, ref string) error {
	house := o.Policy().House
	if amount < house.MinTopUp || amount > house.MaxTopUp {
		return fault.New(fault.Invalid, "input.amount", "min", strconv.FormatInt(house.MinTopUp, 10),
			"max", strconv.FormatInt(house.MaxTopUp, 10), "currency", house.Currency)
	}
	if scope.Account == 0 {
		return fault.New(fault.Denied, "account.denied")
	}
	if ref == "" {
		ref = "sim-" + o.token(12)
	}
	e := event(scope, scope.Account, ref, "wallet.topped-up", "ok", o.Now())
	e.Facts = map[string]string{"amount": strconv.FormatInt(amount, 10), "currency": house.Currency}
	return o.take(ctx, TakePayment{Account: scope.Account, Ref: ref, Amount: amount, Currency: house.Currency, At: o.Now()},
		ledger.TopUp(scope.Account, amount, house.Currency, ref), e)
}

// take posts a payment once.
func (o *Ops) take(ctx context.Context, p TakePayment, entry ledger.Entry, e domain.Event) error {
	err := o.Store.Commit(ctx, Plan{Writes: []Write{p}, Entries: []ledger.Entry{entry}, Events: []domain.Event{e}})
	if fault.Is(err, "payment.taken") && fault.Of(err).Facts["amount"] == strconv.FormatInt(p.Amount, 10) {
		return nil
	}
	return err
}

// Balances is the whole ledger from above, for operators.
func (o *Ops) Balances(ctx context.Context, scope domain.Scope) (Balances, error) {
	if !scope.Operator {
		return Balances{}, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Balances(ctx)
}

// FundDeposit records money that we paid into our deposit at a registry, each ref once. Only the system and operators
// may.
func (o *Ops) FundDeposit(ctx context.Context, scope domain.Scope, registryAccount string, amount int64, ref string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	e := event(scope, 0, registryAccount, "deposit.funded", "ok", o.Now())
	e.Facts = map[string]string{"amount": strconv.FormatInt(amount, 10)}
	currency := o.Policy().House.Currency
	return o.take(ctx, TakePayment{Ref: ref, Amount: amount, Currency: currency, At: o.Now()},
		ledger.Fund(registryAccount, amount, currency), e)
}

package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// movements sums up the entries of plans: each ledger account is touched once per transaction.
type movements struct {
	entries []ledger.Entry
	times   []time.Time
	sums    map[balance]*movement
}

type balance struct {
	key      ledger.Key
	currency string
}

// movement is what happens to a balance: its change, and the lowest that it gets to, from where it was, after any of
// the plans.
type movement struct{ change, lowest int64 }

func (movements) empty() movements { return movements{sums: map[balance]*movement{}} }

func (m *movements) add(entries []ledger.Entry, at time.Time) {
	touched := map[balance]*movement{}
	for _, e := range entries {
		m.entries, m.times = append(m.entries, e), append(m.times, at)
		for _, p := range e.Postings {
			b := balance{p.Account, e.Currency}
			if m.sums[b] == nil {
				m.sums[b] = &movement{}
			}
			m.sums[b].change += p.Amount
			touched[b] = m.sums[b]
		}
	}
	for _, v := range touched {
		v.lowest = min(v.lowest, v.change)
	}
}

// settle writes the entries and moves the balances.
func (t *commit) settle() error {
	order := make([]balance, 0, len(t.ledger.sums))
	for b := range t.ledger.sums {
		order = append(order, b)
	}
	slices.SortFunc(order, func(a, b balance) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.currency, b.currency))
	})
	for _, b := range order {
		if err := t.move(b, *t.ledger.sums[b]); err != nil {
			return err
		}
	}
	ids, err := t.insertEntries()
	if err != nil {
		return err
	}
	type line struct {
		entry, line int64
		ledger.Posting
	}
	var lines []line
	for i, e := range t.ledger.entries {
		for n, p := range e.Postings {
			lines = append(lines, line{ids[i], int64(n), p})
		}
	}
	return bulk(t.ctx, t.s.engine, t.tx, "insert into posting (entry_id, line, ledger_key, amount)", lines,
		func(l line) []any { return []any{l.entry, l.line, string(l.Account), l.Amount} })
}

// move changes one balance, relatively; a floored one only while it stays at zero or more.
func (t *commit) move(b balance, m movement) error {
	for opened := false; ; opened = true {
		var n int64
		var err error
		if b.key.Floored() && m.lowest < 0 {
			n, err = t.q.MoveBalance(t.ctx, db.MoveBalanceParams{Key: string(b.key), Currency: b.currency, Amount: m.change, Lowest: m.lowest})
		} else {
			n, err = t.q.MoveUnfloored(t.ctx, db.MoveUnflooredParams{Key: string(b.key), Currency: b.currency, Amount: m.change})
		}
		if err != nil {
			return wrap(err)
		}
		if n > 0 {
			return nil
		}
		if opened {
			have, err := t.q.Balance(t.ctx, db.BalanceParams{Key: string(b.key), Currency: b.currency})
			if err != nil {
				return wrap(err)
			}
			return fault.New(fault.Conflict, "wallet.insufficient",
				"short", strconv.FormatInt(-(have+m.lowest), 10), "currency", b.currency)
		}
		if err := t.q.OpenLedgerAccount(t.ctx, db.OpenLedgerAccountParams{Key: string(b.key), Currency: b.currency}); err != nil {
			return wrap(err)
		}
	}
}

// insertEntries gives the entries' ids in their order. Both engines number the rows of one insert in the order that
// they are written in; the order that they are returned in is left to the engines, hence the sorting.
func (t *commit) insertEntries() ([]int64, error) {
	i := 0
	ids, err := bulkReturning(t.ctx, t.s.engine, t.tx,
		"insert into ledger_entry (kind, item_id, account_id, ref, currency, at)", t.ledger.entries,
		func(e ledger.Entry) []any {
			at := t.ledger.times[i]
			i++
			return []any{e.Kind, int64(e.Item), int64(e.Account), e.Ref, e.Currency, maybe(at)}
		}, "id")
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	return ids, nil
}

// Wallet implements ops.Store. An account without any movement has no currency yet.
func (s *Store) Wallet(ctx context.Context, account domain.AccountID) (ops.Wallet, error) {
	return walletOf(ctx, s.queries(), account)
}

func walletOf(ctx context.Context, q *db.Queries, account domain.AccountID) (ops.Wallet, error) {
	wallet, held := string(ledger.Wallet(account)), string(ledger.HeldBy(account))
	rows, err := q.BalancesOf(ctx, db.BalancesOfParams{Key: wallet, Key_2: held})
	if err != nil {
		return ops.Wallet{}, wrap(err)
	}
	var w ops.Wallet
	for _, r := range rows {
		if w.Currency == "" {
			w.Currency = r.Currency
		}
		switch {
		case r.Currency != w.Currency: // one currency to a wallet today; others would have lines of their own
		case r.Key == wallet:
			w.Balance = r.Balance
		default:
			w.Held = r.Balance
		}
	}
	return w, nil
}

// Statement implements ops.Store: newest first, before 0 from the newest; every line has touched the wallet.
func (s *Store) Statement(ctx context.Context, account domain.AccountID, before int64, limit int) ([]ops.LedgerLine, error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	rows, err := s.queries().Statement(ctx, db.StatementParams{Key: string(ledger.Wallet(account)), Before: before, Most: int32(atMost(limit))})
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.LedgerLine, 0, len(rows))
	for _, r := range rows {
		out = append(out, ops.LedgerLine{ID: r.ID, Kind: r.Kind, Amount: r.Amount, Currency: r.Currency, Order: r.Number.String,
			OrderID: domain.OrderID(r.OrderID.Int64), Name: domain.Name(r.Name.String), Ref: r.Ref, At: when(r.At)})
	}
	return out, nil
}

// SpentOn implements ops.Store.
func (s *Store) SpentOn(ctx context.Context, registryAccount string, name domain.Name, since time.Time) (int64, error) {
	n, err := s.queries().SpentOn(ctx, db.SpentOnParams{Name: string(name), LedgerKey: string(ledger.Cost(registryAccount)), Since: stamp(since)})
	return n, wrap(err)
}

// Balances implements ops.Store.
func (s *Store) Balances(ctx context.Context) (ops.Balances, error) {
	b := ops.Balances{Accounts: map[string]int64{}}
	tx, err := s.reader.BeginTx(ctx, &s.reading)
	if err != nil {
		return ops.Balances{}, wrap(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	q := db.New(tx)
	rows, err := q.HouseBalances(ctx)
	if err != nil {
		return ops.Balances{}, wrap(err)
	}
	for _, r := range rows {
		b.Accounts[r.Key] += r.Balance
	}
	sums, err := q.OwnersBalances(ctx)
	if err != nil {
		return ops.Balances{}, wrap(err)
	}
	b.Wallets, b.Held, b.Sum = sums.Wallets, sums.Held, sums.Everything
	return b, nil
}

const most = 500 // rows of a list when the caller names no limit

func atMost(limit int) int {
	if limit <= 0 || limit > 10*most {
		return most
	}
	return limit
}

func like(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(part)) + "%"
}

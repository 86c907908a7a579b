package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func expectations(b *bench) {
	a := b.account()
	m, n := b.template(a.ID), b.tenure(a.ID, "a.com")
	b.commit(ops.InsertTemplate{Template: m}, ops.InsertTenure{Tenure: n})
	put := ops.PutCart{Line: ops.CartLine{Account: a.ID, Name: "x.com", AddedAt: now}}
	for _, e := range []ops.Expect{{Table: ops.TableTemplate, ID: int64(m.ID), Version: 2}, {Table: ops.TableTenure, ID: int64(n.ID), Version: 0},
		{Table: ops.TableTenure, ID: 999, Version: 1}, {Table: ops.TablePolicy, Version: 5}} {
		b.refuse(ops.Plan{Expect: []ops.Expect{e}, Writes: []ops.Write{put}}, fault.Conflict, "state.moved")
	}
	if got := must[[]ops.CartLine](b)(b.Cart(b.ctx, a.ID)); len(got) != 0 {
		b.Fatal("a refused plan wrote something")
	}
	right := []ops.Expect{{Table: ops.TableTemplate, ID: int64(m.ID), Version: 1}, {Table: ops.TableTenure, ID: int64(n.ID), Version: 1}, {Table: ops.TablePolicy}}
	b.plan(ops.Plan{Expect: right, Writes: []ops.Write{put}})

	// What a decision only read is held to its version until the commit: of an order resting on the template and a
	// rejection of it, whichever comes second sees the first.
	other := b.open()
	for round := range 20 {
		m := b.template(a.ID)
		b.commit(ops.InsertTemplate{Template: m})
		name := domain.Name(fmt.Sprintf("r%d.com", round))
		inside, rejected := make(chan struct{}), make(chan error, 1)
		b.OnWake = func(context.Context, *sql.Tx, []string) error { // runs at the end of the commit's transaction
			close(inside)
			select {
			case err := <-rejected:
				rejected <- err
				return errors.New("the template changed under a plan that rests on it")
			case <-time.After(20 * time.Millisecond):
				return nil
			}
		}
		go func() {
			<-inside
			rejected <- other.Commit(b.ctx, ops.Plan{Writes: []ops.Write{ops.SetTemplateStatus{ID: m.ID, From: domain.TemplateInAudit, To: domain.TemplateReject, At: now}}})
		}()
		b.plan(ops.Plan{Expect: []ops.Expect{{Table: ops.TableTemplate, ID: int64(m.ID), Version: 1}},
			Writes: []ops.Write{ops.PutCart{Line: ops.CartLine{Account: a.ID, Name: name, AddedAt: now}}}, Wake: []string{"verisim"}})
		if err := <-rejected; err != nil {
			b.Fatal(err)
		}
		b.OnWake = nil
	}
}

func allOrNothing(b *bench) {
	a := b.rich(150)
	event := domain.Event{Account: a.ID, Kind: "x", At: now}
	put := ops.PutCart{Line: ops.CartLine{Account: a.ID, Name: "x.com", AddedAt: now}}
	p := b.order(a.ID, "a.com", "b.com") // costs 200
	p.Writes = append(p.Writes, put)
	p.Messages = []domain.Message{{Account: a.ID, At: now}}
	f := b.refuse(p, fault.Conflict, "wallet.insufficient")
	b.same("facts", map[string]string(f.Facts), map[string]string{"short": "50", "currency": "CNY"})
	b.refuse(ops.Plan{Writes: []ops.Write{put}, Events: []domain.Event{event},
		Entries: []ledger.Entry{{Kind: "off", Currency: "CNY", Postings: []ledger.Posting{{Account: ledger.Revenue, Amount: 1}, {Account: ledger.Bank, Amount: -2}}}}},
		fault.Internal, "internal")
	other := b.account()
	f = b.refuse(ops.Plan{Writes: []ops.Write{put}, Events: []domain.Event{event}, Entries: []ledger.Entry{ledger.Release(
		domain.Item{ID: 1, Account: other.ID, Price: 7, Currency: "EUR"})}}, fault.Conflict, "wallet.insufficient")
	b.same("facts of an account that never had anything", map[string]string(f.Facts), map[string]string{"short": "7", "currency": "EUR"})
	got := must[domain.Account](b)(b.AccountByID(b.ctx, a.ID))
	if _, n, _ := b.Orders(b.ctx, 0, ops.OrderFilter{}); n != 0 || got.ViewVersion != 0 {
		b.Fatalf("refused plans left %d orders and view version %d", n, got.ViewVersion)
	}
	if q := must[ops.Quiet](b)(b.Quiet(b.ctx, now)); q != (ops.Quiet{}) {
		b.Fatalf("refused plans left %+v", q)
	}
	if n := len(must[[]ops.CartLine](b)(b.Cart(b.ctx, a.ID))) + len(must[[]domain.Event](b)(b.Log(b.ctx, 0, "", 0, 10))); n != 0 {
		b.Fatalf("refused plans left %d cart lines and events", n)
	}
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w != (ops.Wallet{Currency: "CNY", Balance: 150}) {
		b.Fatalf("wallet %+v", w)
	}
	b.sound()
}

func each(b *bench) {
	a := b.rich(300)
	t := b.tenure(a.ID, "taken.com")
	b.commit(ops.InsertTenure{Tenure: t})
	var woken [][]string
	b.OnCommitted = func(accounts []string) { woken = append(woken, accounts) }
	event := func(i int) []domain.Event {
		return []domain.Event{{Account: a.ID, Subject: fmt.Sprint(i), Kind: "k", At: now}}
	}
	put := func(n domain.Name) ops.Write {
		return ops.PutCart{Line: ops.CartLine{Account: a.ID, Name: n, AddedAt: now}}
	}
	errs := b.CommitEach(b.ctx, []ops.Plan{
		{Writes: []ops.Write{put("0.com")}, Events: event(0), Wake: []string{"z", "y"}},
		{Writes: []ops.Write{put("1.com"), ops.InsertTenure{Tenure: b.tenure(a.ID, "taken.com")}}, Events: event(1), Wake: []string{"x"}},
		b.order(a.ID, "a.com", "b.com"), // 200 of 300
		b.order(a.ID, "c.com", "d.com"), // 200 of 100
		b.order(a.ID, "e.com"),
		{Writes: []ops.Write{put("5.com"), ops.InsertTemplate{Template: domain.Template{ID: 1, Account: 999}}}, Events: event(5)}, // breaks a foreign key
		{Writes: []ops.Write{put("6.com")}, Events: event(6), Wake: []string{"y"}},
	})
	codes := make([]string, len(errs))
	for i, err := range errs {
		if err != nil {
			codes[i] = string(fault.Of(err).Code)
		}
	}
	b.same("codes", codes, []string{"", "state.moved", "", "wallet.insufficient", "", "internal", ""})
	b.same("woken once, for what was committed", woken, [][]string{{"verisim", "y", "z"}})
	var names []string
	for _, l := range must[[]ops.CartLine](b)(b.Cart(b.ctx, a.ID)) {
		names = append(names, string(l.Name))
	}
	b.same("cart", names, []string{"0.com", "6.com"})
	if n := len(must[[]domain.Event](b)(b.Log(b.ctx, a.ID, "", 0, 100))); n != 4 {
		b.Fatalf("%d events, want 4", n)
	}
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w.Balance != 0 || w.Held != 300 {
		b.Fatalf("wallet %+v", w)
	}
	b.sound()
	if errs := b.CommitEach(b.ctx, nil); len(errs) != 0 {
		b.Fatalf("no plans gave %v", errs)
	}
}

// shortBetween: a later plan's money doesn't pay for an earlier plan's order.
func shortBetween(b *bench) {
	a := b.account()
	topUp := ops.Plan{Entries: []ledger.Entry{ledger.TopUp(a.ID, 100, "CNY", "late")}}
	errs := b.CommitEach(b.ctx, []ops.Plan{b.order(a.ID, "a.com"), topUp})
	b.refused(errs[0], fault.Conflict, "wallet.insufficient")
	if errs[1] != nil {
		b.Fatal(errs[1])
	}
	errs = b.CommitEach(b.ctx, []ops.Plan{b.order(a.ID, "b.com"), topUp, b.order(a.ID, "c.com")})
	for _, err := range errs {
		if err != nil {
			b.Fatal(err)
		}
	}
	b.sound()
}

func concurrentSpending(b *bench) {
	const affordable, buyers = 10, 24
	a := b.rich(affordable*price + price/2)
	nodes := []interface {
		Commit(context.Context, ops.Plan) error
	}{b.Store, b.open()}
	plans := make([]ops.Plan, buyers)
	for i := range plans {
		plans[i] = b.order(a.ID, domain.Name(fmt.Sprintf("n%d.com", i)))
	}
	var bought atomic.Int64
	var wg sync.WaitGroup
	for i, p := range plans {
		wg.Go(func() {
			switch err := nodes[i%len(nodes)].Commit(b.ctx, p); {
			case err == nil:
				bought.Add(1)
			case fault.Is(err, "wallet.insufficient"):
				if short := fault.Of(err).Facts["short"]; short != "50" {
					b.Errorf("short by %s, want 50", short)
				}
			default:
				b.Error(err)
			}
		})
	}
	wg.Wait()
	if bought.Load() != affordable {
		b.Errorf("%d orders for money that buys %d", bought.Load(), affordable)
	}
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w.Balance != price/2 || w.Held != affordable*price {
		b.Errorf("wallet %+v", w)
	}
	if _, n, _ := b.Orders(b.ctx, a.ID, ops.OrderFilter{}); n != affordable {
		b.Errorf("%d orders are there", n)
	}
	b.sound()
}

func wakes(b *bench) {
	a := b.rich(1000)
	var inside, after []string
	b.OnWake = func(ctx context.Context, tx *sql.Tx, accounts []string) error {
		inside = append(inside, strings.Join(accounts, "+"))
		_, err := tx.ExecContext(ctx, "update account set name = 'woken' where id = $1", int64(a.ID))
		return err
	}
	b.OnCommitted = func(accounts []string) { after = append(after, strings.Join(accounts, "+")) }
	b.plan(ops.Plan{Wake: []string{"b", "a", "b"}})
	b.plan(ops.Plan{})
	b.same("within", slices.Compact(inside), []string{"a+b"})
	b.same("after", after, []string{"a+b"})
	if got := must[domain.Account](b)(b.AccountByID(b.ctx, a.ID)); got.Name != "woken" {
		b.Fatal("what the hook wrote in the transaction is not there")
	}
	b.OnWake = func(ctx context.Context, tx *sql.Tx, accounts []string) error { return errors.New("no") }
	p := b.order(a.ID, "a.com")
	if err := b.Commit(b.ctx, p); err == nil {
		b.Fatal("a failing wake-up let the commit through")
	}
	if _, n, _ := b.Orders(b.ctx, a.ID, ops.OrderFilter{}); n != 0 || len(after) != 1 {
		b.Fatalf("the order stayed without its wake-up: %d orders, told %v", n, after)
	}
}

func reconciliation(b *bench) {
	a := b.rich(1000)
	p := b.order(a.ID, "a.com", "b.com", "c.com", "d.com")
	b.plan(p)
	w := placed(p)
	l := b.lease(2, wall)
	b.plan(b.done(l[0].Intent, w.Items[0], true))
	b.plan(b.done(l[1].Intent, w.Items[1], false))
	b.sound()
	item := func(i int) int64 { return int64(w.Items[i].ID) }
	intent := func(i int) int64 { return int64(w.Intents[i].ID) }
	for _, c := range []struct {
		want string
		sql  string
		args []any
	}{
		{"does not sum to zero (currency", "update ledger_account set balance = balance + 1 where key = 'revenue'", nil},
		{"not the sum of its postings", "update ledger_account set balance = balance + 1 where key = 'revenue'", nil},
		{"entry does not sum to zero", "update posting set amount = amount + 1 where entry_id = (select min(id) from ledger_entry) and line = 0", nil},
		{"has no postings", "delete from posting where entry_id = (select min(id) from ledger_entry)", nil},
		{"below zero", "update ledger_account set balance = -1 where key like 'held:%'", nil},
		{"not what its held items cost", "update item set price = price + 1 where id = $1", []any{item(2)}},
		{"money was not set aside", "update item set price = price + 1 where id = $1", []any{item(2)}},
		{"more or less than one", "update item set hold = 'released' where id = $1", []any{item(0)}},
		{"money is still held", "update item set status = 'failed' where id = $1", []any{item(2)}},
		{"does not and did not run", "update tenure set name = 'other.com' where name = 'a.com'", nil},
		{"was not paid for", "update item set hold = 'released' where id = $1", []any{item(0)}},
		{"goes on and its acts are over", "update intent set state = 'refused' where id = $1", []any{intent(3)}},
		{"an act of it goes on", "update intent set state = 'unknown' where id = $1", []any{intent(1)}},
		{"did not end as its act", "update intent set state = 'refused' where id = $1", []any{intent(0)}},
		{"counts are not those of its items", "update orders set doing = doing - 1", nil},
		{"total is not what its items cost", "update orders set total = total - 1", nil},
		{"cost us at the registry is not posted", "update posting set amount = amount + 1 where ledger_key = 'cost:verisim'", nil},
	} {
		if err := planted(b, c.want, c.sql, c.args); err != nil {
			b.Errorf("%s: %v", c.want, err)
		}
	}
	b.sound()
}

// planted runs a change that breaks something, wants Reconcile to say so, and undoes the change.
func planted(b *bench, want, change string, args []any) error {
	// Reconcile reads committed state, so what the change touches is kept aside and put back.
	tables := []string{"ledger_account", "posting", "item", "tenure", "intent", "orders"}
	for _, t := range tables {
		if _, err := b.DB().Exec("create table kept_" + t + " as select * from " + t); err != nil {
			return err
		}
	}
	if r, err := b.DB().Exec(change, args...); err != nil {
		return err
	} else if n, _ := r.RowsAffected(); n == 0 {
		return errors.New("the change changed nothing")
	}
	found, err := b.Reconcile(b.ctx)
	if err != nil {
		return err
	}
	back := []string{"delete from posting", "delete from tenure", "delete from intent", "delete from item", "delete from orders", "delete from ledger_account"}
	for _, t := range []string{"ledger_account", "orders", "item", "intent", "tenure", "posting"} {
		back = append(back, "insert into "+t+" select * from kept_"+t, "drop table kept_"+t)
	}
	for _, q := range back {
		if _, err := b.DB().Exec(q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, want) }) {
		return fmt.Errorf("not found; found %q", found)
	}
	return nil
}

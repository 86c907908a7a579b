package storetest

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

func orders(b *bench) {
	a, other := b.rich(1000), b.account()
	p := b.order(a.ID, "b.com", "a.com", "c.com")
	w := placed(p)
	w.Order.Key = "once"
	p.Writes[0] = w
	b.plan(p)
	view := ops.OrderView{Order: w.Order, Doing: 3, AccountEmail: a.Email}
	list, n := must2[ops.OrderView](b)(b.Orders(b.ctx, a.ID, ops.OrderFilter{Paid: true, Action: domain.ActionNew, IDs: []domain.OrderID{w.Order.ID}}))
	b.same("order", list, []ops.OrderView{view})
	if n != 1 || list[0].Status() != "doing" {
		b.Fatalf("%d orders, %s", n, list[0].Status())
	}
	items, n := must2[domain.Item](b)(b.Items(b.ctx, a.ID, w.Order.ID, ops.Page{Offset: 1, Limit: 1}))
	b.same("second item", items, w.Items[1:2])
	if n != 3 {
		b.Fatalf("%d items in all", n)
	}
	items, _ = must2[domain.Item](b)(b.Items(b.ctx, 0, w.Order.ID, ops.Page{}))
	b.same("in the order given", items, w.Items)
	_, _, err := b.Items(b.ctx, other.ID, w.Order.ID, ops.Page{})
	b.refused(err, fault.Missing, "order.not-found")
	if _, n, _ := b.Orders(b.ctx, other.ID, ops.OrderFilter{}); n != 0 {
		b.Fatal("another account sees the order")
	}
	byID := must[map[domain.ItemID]domain.Item](b)(b.ItemsByID(b.ctx, []domain.ItemID{w.Items[2].ID, 777}))
	b.same("items by id", byID, map[domain.ItemID]domain.Item{w.Items[2].ID: w.Items[2]})

	again := b.order(a.ID, "d.com")
	v := placed(again)
	v.Order.Key = "once"
	again.Writes[0] = v
	b.refuse(again, fault.Conflict, "order.key-used")
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w != (ops.Wallet{Currency: "CNY", Balance: 700, Held: 300}) {
		b.Fatalf("after a refused order the wallet is %+v", w)
	}
	// Two orders without a key, and the same key in another account, are no conflict.
	b.plan(b.order(a.ID, "e.com"))
	b.plan(b.order(a.ID, "f.com"))

	waiting := must[[]domain.Intent](b)(b.WaitingIntents(b.ctx, w.Order.ID))
	if len(waiting) != 3 || waiting[0].ID != w.Intents[0].ID || waiting[2].Name != "c.com" {
		b.Fatalf("waiting: %+v", waiting)
	}
	leased := b.lease(10, wall)
	b.same("none waits", must[[]domain.Intent](b)(b.WaitingIntents(b.ctx, w.Order.ID)), []domain.Intent{})
	for i, l := range leased[:3] {
		b.plan(b.done(l.Intent, w.Items[i], i == 0))
	}
	view.Doing, view.Success, view.Failed, view.Captured, view.Released = 0, 1, 2, price, 2*price
	b.same("finished", must[[]ops.OrderView](b)(b.FinishedOrders(b.ctx, 10)), []ops.OrderView{view})
	b.commit(ops.SetOrderDone{ID: w.Order.ID, At: now})
	b.same("told", must[[]ops.OrderView](b)(b.FinishedOrders(b.ctx, 10)), []ops.OrderView{})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetOrderDone{ID: w.Order.ID, At: now}}}, fault.Conflict, "state.moved")
	list, n = must2[ops.OrderView](b)(b.Orders(b.ctx, 0, ops.OrderFilter{Page: ops.Page{Offset: 2, Limit: 5}}))
	b.same("newest first", list, []ops.OrderView{view})
	if n != 3 {
		b.Fatalf("%d orders", n)
	}
	b.sound()
}

func bigOrder(b *bench) {
	const names = 4000
	a := b.rich(names * price)
	list := make([]domain.Name, names)
	for i := range list {
		list[i] = domain.Name(fmt.Sprintf("name-%04d.com", i))
	}
	p := b.order(a.ID, list...)
	start := time.Now()
	b.plan(p)
	took := time.Since(start)
	b.Logf("%d items, intents and holds on %s: %v", names, b.Engine(), took)
	if took > 10*time.Second { // an order of magnitude above what an idle machine needs
		b.Errorf("an order of %d names took %v", names, took)
	}
	items, n := must2[domain.Item](b)(b.Items(b.ctx, a.ID, placed(p).Order.ID, ops.Page{Offset: 3998, Limit: 20}))
	b.same("last items", items, placed(p).Items[3998:])
	if n != names {
		b.Fatalf("%d items", n)
	}
	snap := must[ops.OrderSnapshot](b)(b.LoadOrder(b.ctx, a.ID, 0, list, ""))
	if len(snap.Busy) != names || snap.Wallet.Held != names*price || snap.Wallet.Balance != 0 {
		b.Fatalf("%d busy names, wallet %+v", len(snap.Busy), snap.Wallet)
	}
	b.sound()
}

func snapshot(b *bench) {
	a, other := b.rich(500), b.rich(500)
	mine, others := b.template(a.ID), b.template(other.ID)
	ran := b.tenure(other.ID, "runs.com")
	b.commit(ops.InsertTemplate{Template: mine}, ops.InsertTemplate{Template: others}, ops.InsertTenure{Tenure: ran})
	p := b.order(a.ID, "busy.com")
	w := placed(p)
	w.Order.Key = "k"
	p.Writes[0] = w
	b.plan(p)
	names := []domain.Name{"runs.com", "busy.com", "free.com"}
	o := must[ops.OrderSnapshot](b)(b.LoadOrder(b.ctx, a.ID, mine.ID, names, "k"))
	a.ViewVersion = 1
	b.same("snapshot", o, ops.OrderSnapshot{Account: a, Template: mine, Wallet: ops.Wallet{Currency: "CNY", Balance: 400, Held: 100},
		Running: map[domain.Name]domain.Tenure{"runs.com": ran}, Busy: map[domain.Name]bool{"busy.com": true}, Earlier: &w.Order})
	o = must[ops.OrderSnapshot](b)(b.LoadOrder(b.ctx, other.ID, mine.ID, names, "k"))
	if o.Template.ID != 0 || o.Earlier != nil || len(o.Busy) != 0 || len(o.Running) != 1 {
		b.Fatalf("another account's snapshot shows %+v", o)
	}
	_, err := b.LoadOrder(b.ctx, 999, 0, names, "")
	b.refused(err, fault.Missing, "account.not-found")
}

// namedTwice: the name was bought with the one item, and the other, which failed, takes nothing from that; but an order
// whose items of the name all failed did not pay for it.
func namedTwice(b *bench) {
	a := b.rich(200)
	for _, bought := range []bool{true, false} {
		name := domain.Name(fmt.Sprintf("twice-%v.com", bought))
		p := b.order(a.ID, name)
		w := placed(p)
		twin := w.Items[0]
		twin.ID, twin.Status, twin.Hold, twin.Price, twin.Code = domain.ItemID(b.next()), domain.ItemFailed, domain.HoldNone, 0, "input.duplicate-name"
		w.Items, w.Order.Count = append(w.Items, twin), 2
		p.Writes[0] = w
		b.plan(p)
		b.plan(b.done(b.lease(1, wall)[0].Intent, w.Items[0], bought))
		b.sound()
		if !bought {
			t := b.tenure(a.ID, name)
			t.Order = w.Order.ID
			b.commit(ops.InsertTenure{Tenure: t})
		}
	}
	if found := must[[]string](b)(b.Reconcile(b.ctx)); len(found) == 0 {
		b.Fatal("a name that was not paid for runs, and nobody sees it")
	}
}

func itemsSettleOnce(b *bench) {
	a := b.rich(200)
	p := b.order(a.ID, "a.com", "b.com")
	b.plan(p)
	items := placed(p).Items
	for i, l := range b.lease(10, wall) {
		first := b.done(l.Intent, items[i], i == 0)
		b.plan(first)
		for _, ok := range []bool{true, false} {
			b.refuse(b.done(l.Intent, items[i], ok), fault.Conflict, "state.moved")
		}
		b.refuse(ops.Plan{Writes: []ops.Write{ops.SetItem{ID: items[i].ID, From: domain.ItemDoing, HoldFrom: domain.Held, HoldTo: domain.HoldReleased}}},
			fault.Conflict, "state.moved")
	}
	got, _ := must2[domain.Item](b)(b.Items(b.ctx, a.ID, items[0].Order, ops.Page{}))
	if got[0].Hold != domain.HoldCaptured || got[0].Code != "" || got[1].Hold != domain.HoldReleased || got[1].Code != "registration.taken" ||
		got[1].Facts["name"] != "b.com" {
		b.Fatalf("items ended as %+v", got)
	}
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w.Balance != 100 || w.Held != 0 {
		b.Fatalf("wallet %+v", w)
	}
	b.sound()
}

func tenures(b *bench) {
	a, other := b.account(), b.account()
	t := b.tenure(a.ID, "runs.com")
	b.commit(ops.InsertTenure{Tenure: t})
	b.same("tenure", must[domain.Tenure](b)(b.TenureByName(b.ctx, "runs.com")), t)
	b.refuse(ops.Plan{Writes: []ops.Write{ops.InsertTenure{Tenure: b.tenure(other.ID, "runs.com")}}}, fault.Conflict, "state.moved")
	_, err := b.TenureByName(b.ctx, "other.com")
	b.refused(err, fault.Missing, "domain.not-found")
	for i, n := range []domain.Name{"c.com", "a_b.com", "b.net"} {
		v := b.tenure(a.ID, n)
		v.NextActionAt = now.Add(time.Duration(i) * time.Hour)
		if i == 1 {
			v.Statuses = domain.Statuses{domain.ClientHold, domain.ServerHold}
		}
		b.commit(ops.InsertTenure{Tenure: v})
	}
	b.commit(ops.InsertTenure{Tenure: b.tenure(other.ID, "z.com")})
	for _, c := range []struct {
		account domain.AccountID
		f       ops.TenureFilter
		total   int
		want    string
	}{
		{a.ID, ops.TenureFilter{}, 4, "[a_b.com b.net c.com runs.com]"},
		{a.ID, ops.TenureFilter{Page: ops.Page{Offset: 1, Limit: 2}}, 4, "[b.net c.com]"},
		{0, ops.TenureFilter{Contains: ".COM"}, 4, "[a_b.com c.com runs.com z.com]"},
		{a.ID, ops.TenureFilter{Contains: "_"}, 1, "[a_b.com]"},
		{a.ID, ops.TenureFilter{Status: domain.ClientHold}, 1, "[a_b.com]"},
		{a.ID, ops.TenureFilter{Status: "Hold"}, 0, "[]"},
	} {
		list, n := must2[domain.Tenure](b)(b.Tenures(b.ctx, c.account, c.f))
		names := []domain.Name{}
		for _, v := range list {
			names = append(names, v.Name)
		}
		if got := fmt.Sprint(names); got != c.want || n != c.total {
			b.Fatalf("%+v: %s of %d, want %s of %d", c.f, got, n, c.want, c.total)
		}
	}
	due := must[[]domain.Tenure](b)(b.DueTenures(b.ctx, now.Add(time.Hour), 10))
	if len(due) != 2 || due[0].Name != "c.com" || due[1].Name != "a_b.com" {
		b.Fatalf("due: %v", due)
	}
	t.NameServers, t.Statuses, t.NextActionAt, t.AutoRenew, t.UpdatedAt = nil, domain.Statuses{domain.StatusInactive}, time.Time{}, 2, now.Add(time.Hour)
	b.commit(ops.SetTenure{Tenure: t})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetTenure{Tenure: t}}}, fault.Conflict, "state.moved")
	t.Version = 2
	b.same("changed", must[domain.Tenure](b)(b.TenureByName(b.ctx, "runs.com")), t)
	t.EndedAt = now.Add(2 * time.Hour)
	b.commit(ops.SetTenure{Tenure: t}, ops.InsertTenure{Tenure: b.tenure(other.ID, "runs.com")})
	if got := must[domain.Tenure](b)(b.TenureByName(b.ctx, "runs.com")); got.Account != other.ID {
		b.Fatalf("the name runs for %d", got.Account)
	}
}

func cart(b *bench) {
	a := b.account()
	l := ops.CartLine{Account: a.ID, Name: "b.com", Years: 1, AddedAt: now}
	m := ops.CartLine{Account: a.ID, Name: "a.com", Years: 2, Fee: 900, Renewal: 800, AddedAt: now.Add(time.Second)}
	b.commit(ops.PutCart{Line: l}, ops.PutCart{Line: m})
	l.Years = 3
	b.commit(ops.PutCart{Line: l})
	b.same("cart", must[[]ops.CartLine](b)(b.Cart(b.ctx, a.ID)), []ops.CartLine{l, m})
	b.commit(ops.DropCart{Account: 999, Names: []domain.Name{"a.com"}}, ops.DropCart{Account: a.ID, Names: []domain.Name{"b.com", "x.com"}})
	b.same("cart", must[[]ops.CartLine](b)(b.Cart(b.ctx, a.ID)), []ops.CartLine{m})
}

func cases(b *bench) {
	c := domain.Case{Account: 3, Subject: "a.com", Code: "lookup.stale-view", Facts: map[string]string{"n": "1"}, OpenedAt: now}
	b.commit(ops.OpenCase{Case: c})
	c.Facts, c.OpenedAt = map[string]string{"n": "2"}, now.Add(time.Hour)
	b.commit(ops.OpenCase{Case: c})
	c.OpenedAt = now
	of := func(f ops.CaseFilter) []domain.Case {
		b.Helper()
		list := must[[]domain.Case](b)(b.Cases(b.ctx, f))
		for i := range list {
			list[i].ID = 0
		}
		return list
	}
	b.same("facts are renewed, the time stays", of(ops.CaseFilter{}), []domain.Case{c})
	desk := domain.Case{Subject: "a.com", Code: "intent.parked", OpenedAt: now}
	same := domain.Case{Account: 3, Subject: "a.com", Code: "other", OpenedAt: now}
	b.commit(ops.OpenCase{Case: desk}, ops.OpenCase{Case: same})
	b.same("of the account", of(ops.CaseFilter{Account: 3, Subject: "a.com", Open: true}), []domain.Case{same, c})
	b.commit(ops.ClearCase{Account: 4, Subject: "a.com", At: now}, ops.ClearCase{Account: 3, Subject: "a.com", Code: "nothing", At: now})
	b.same("another's clearing clears nothing", of(ops.CaseFilter{Open: true}), []domain.Case{same, desk, c})
	b.commit(ops.ClearCase{Account: 3, Subject: "a.com", Code: "other", At: now.Add(time.Hour)})
	same.ClearedAt = now.Add(time.Hour)
	b.same("cleared", of(ops.CaseFilter{Limit: 1}), []domain.Case{same})
	b.commit(ops.ClearCase{Account: 3, Subject: "a.com", At: now.Add(2 * time.Hour)})
	b.same("the desk's stays", of(ops.CaseFilter{Open: true}), []domain.Case{desk})
	b.commit(ops.OpenCase{Case: c})
	if got := of(ops.CaseFilter{Account: 3}); len(got) != 3 || !got[0].ClearedAt.IsZero() {
		b.Fatalf("opened again: %+v", got)
	}
}

func policies(b *bench) {
	rows := []policy.Row{{Kind: "house", Version: 1, Body: "x = 1"}, {Kind: "suffix", Key: "com", Version: 1, Body: "a"}, {Kind: "suffix", Key: "com", Version: 2, Body: "b"}}
	for range 2 {
		if err := b.SeedPolicies(b.ctx, rows); err != nil {
			b.Fatal(err)
		}
		rows = append(rows[:len(rows):len(rows)], policy.Row{Kind: "suffix", Key: "late", Version: 9})
	}
	b.same("newest of each", must[[]policy.Row](b)(b.Policies(b.ctx)),
		[]policy.Row{{Kind: "house", Version: 1, Body: "x = 1"}, {Kind: "suffix", Key: "com", Version: 2, Body: "b"}})
	b.plan(ops.Plan{Expect: []ops.Expect{{Table: ops.TablePolicy, Version: 2}}})
	b.refuse(ops.Plan{Expect: []ops.Expect{{Table: ops.TablePolicy, Version: 1}}}, fault.Conflict, "state.moved")
}

func log(b *bench) {
	a := b.account()
	for i := range 7 {
		b.plan(ops.Plan{Events: []domain.Event{
			{Account: a.ID, Subject: "a.com", Kind: "k", Actor: "me", IP: "::1", Via: "api", Result: "ok", Facts: map[string]string{"i": strconv.Itoa(i)}, At: now.Add(time.Duration(i))},
			{Subject: "desk", Kind: "k", At: now}}})
	}
	var seen []string
	for before := int64(0); ; {
		page := must[[]domain.Event](b)(b.Log(b.ctx, a.ID, "", before, 3))
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			seen = append(seen, e.Facts["i"])
			before = int64(e.ID)
		}
	}
	b.same("newest first, page by page", seen, []string{"6", "5", "4", "3", "2", "1", "0"})
	e := must[[]domain.Event](b)(b.Log(b.ctx, 0, "a.com", 0, 1))[0]
	e.ID = 0
	b.same("event", e, domain.Event{Account: a.ID, Subject: "a.com", Kind: "k", Actor: "me", IP: "::1", Via: "api", Result: "ok",
		Facts: map[string]string{"i": "6"}, At: now})
	if n := len(must[[]domain.Event](b)(b.Log(b.ctx, 0, "", 0, 100))); n != 14 {
		b.Fatalf("%d events in all", n)
	}
	var unhashed int
	if err := b.DB().QueryRow("select count(*) from event where length(payload_hash) <> 32").Scan(&unhashed); err != nil || unhashed != 0 {
		b.Fatalf("%d events without a hash, %v", unhashed, err)
	}
}

func messages(b *bench) {
	m := domain.Message{Account: 3, To: "x@example.com", Locale: "en", Kind: "registered", Facts: map[string]string{"name": "a.com"}, At: now}
	n := domain.Message{Account: 4, To: "y@example.com", Locale: "zh-CN", Kind: "expiring", At: now}
	b.plan(ops.Plan{Messages: []domain.Message{m, n}})
	take := func(at time.Time) []domain.Message {
		b.Helper()
		return must[[]domain.Message](b)(b.LeaseMessages(b.ctx, at, 10))
	}
	got := take(wall)
	if len(got) != 2 {
		b.Fatalf("%d messages", len(got))
	}
	m.ID, n.ID = got[0].ID, got[1].ID
	b.same("messages", got, []domain.Message{m, n})
	if again := take(wall.Add(29 * time.Second)); len(again) != 0 {
		b.Fatalf("leased twice: %v", again)
	}
	if err := b.MarkMessage(b.ctx, m.ID, domain.DeliverySent, wall); err != nil {
		b.Fatal(err)
	}
	if err := b.MarkMessage(b.ctx, n.ID, domain.DeliveryLater, wall); err != nil {
		b.Fatal(err)
	}
	if again := take(wall.Add(4 * time.Second)); len(again) != 0 {
		b.Fatalf("tried again too soon: %v", again)
	}
	b.same("the failed one only", take(wall.Add(6*time.Second)), []domain.Message{n})
	b.same("a notifier that died", take(wall.Add(time.Minute)), []domain.Message{n})
	if q := must[ops.Quiet](b)(b.Quiet(b.ctx, now)); q.Outbox != 1 {
		b.Fatalf("quiet: %+v", q)
	}
	b.refused(b.MarkMessage(b.ctx, 999, domain.DeliverySent, wall), fault.Missing, "message.not-found")

	// An outage gives nothing up; a mail server that refuses does in the end, and the desk has it.
	mark := func(how domain.Delivery) {
		b.Helper()
		if err := b.MarkMessage(b.ctx, n.ID, how, wall); err != nil {
			b.Fatal(err)
		}
	}
	outbox := func() int { return must[ops.Quiet](b)(b.Quiet(b.ctx, now)).Outbox }
	for range 30 {
		mark(domain.DeliveryLater)
	}
	for range 11 {
		mark(domain.DeliveryRefused)
	}
	if outbox() != 1 {
		b.Fatal("given up too soon")
	}
	mark(domain.DeliveryRefused)
	mark(domain.DeliveryRefused)
	if q := outbox(); q != 0 || len(take(wall.Add(24*time.Hour))) != 0 {
		b.Fatalf("%d messages are still to be sent", q)
	}
	cases := must[[]domain.Case](b)(b.Cases(b.ctx, ops.CaseFilter{Open: true}))
	if len(cases) != 1 || cases[0].Code != "notice.undelivered" || cases[0].Account != 0 || cases[0].Facts["to"] != n.To || cases[0].Facts["tries"] != "12" {
		b.Fatalf("cases: %+v", cases)
	}
}

func payments(b *bench) {
	a, other := b.account(), b.account()
	pay := func(to domain.AccountID, amount int64) ops.Plan {
		return ops.Plan{Writes: []ops.Write{ops.TakePayment{Account: to, Ref: "P-1", Amount: amount, Currency: "CNY", At: now}},
			Entries: []ledger.Entry{ledger.TopUp(to, amount, "CNY", "P-1")}}
	}
	var wg sync.WaitGroup
	var taken atomic.Int32
	for range 6 {
		s := b.open()
		wg.Go(func() {
			switch err := s.Commit(b.ctx, pay(a.ID, 500)); {
			case err == nil:
				taken.Add(1)
			case !fault.Is(err, "payment.taken"):
				b.Error(err)
			}
		})
	}
	wg.Wait()
	if n := taken.Load(); n != 1 {
		b.Fatalf("taken %d times", n)
	}
	if f := b.refuse(pay(a.ID, 700), fault.Conflict, "payment.taken"); f.Facts["amount"] != "500" {
		b.Fatalf("facts %v", f.Facts)
	}
	b.plan(pay(other.ID, 700)) // references are an account's own
	if w := must[ops.Wallet](b)(b.Wallet(b.ctx, a.ID)); w.Balance != 500 {
		b.Fatalf("wallet %+v", w)
	}
	b.sound()
}

func statement(b *bench) {
	a := b.rich(1000)
	b.plan(ops.Plan{Entries: []ledger.Entry{ledger.Fund("verisim", 5000, "CNY")}})
	p := b.order(a.ID, "a.com", "b.com")
	b.plan(p)
	l := b.lease(1, wall)[0]
	b.plan(b.done(l.Intent, placed(p).Items[0], true))
	l = b.lease(1, wall)[0]
	b.plan(b.done(l.Intent, placed(p).Items[1], false))
	var lines []ops.LedgerLine
	for before := int64(0); ; {
		page := must[[]ops.LedgerLine](b)(b.Statement(b.ctx, a.ID, before, 2))
		if len(page) == 0 {
			break
		}
		before = page[len(page)-1].ID
		lines = append(lines, page...)
	}
	for i := range lines {
		lines[i].ID = 0
	}
	o := placed(p).Order
	b.same("statement", lines, []ops.LedgerLine{
		{Kind: "release", Amount: 100, Currency: "CNY", Order: o.Number, OrderID: o.ID, Name: "b.com", At: now},
		{Kind: "hold", Amount: -100, Currency: "CNY", Order: o.Number, OrderID: o.ID, Name: "b.com", At: now},
		{Kind: "hold", Amount: -100, Currency: "CNY", Order: o.Number, OrderID: o.ID, Name: "a.com", At: now},
		{Kind: "top-up", Amount: 1000, Currency: "CNY", Ref: "test"},
	})
	b.same("balances", must[ops.Balances](b)(b.Balances(b.ctx)), ops.Balances{Wallets: 900, Held: 0, Sum: 0,
		Accounts: map[string]int64{"payments": -1000, "revenue": 100, "bank": -5000, "deposit:verisim": 4945, "cost:verisim": 55}})
	b.same("an account without movements", must[ops.Wallet](b)(b.Wallet(b.ctx, 999)), ops.Wallet{})
}

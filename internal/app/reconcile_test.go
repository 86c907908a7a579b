package app

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/store/pgtest"
)

// "reconcile --registries" finds every one of fourteen different disagreements between ledger, orders, names and
// registries that are there at once, and none before.
func TestReconcileFindsEverySeededDisagreement(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { reconcileSeeded(t, Database{}) })
	t.Run("postgres", func(t *testing.T) { reconcileSeeded(t, Database{Postgres: pgtest.DSN(t)}) })
}

func reconcileSeeded(t *testing.T, database Database) {
	w := newTown(t, "[compare]\nper_minute = 0\n", database)
	var orders []int64
	label := func(i int) string { return fmt.Sprintf("yunhe-sum%02d.com", i) }
	for i := range 14 {
		orders = append(orders, int64(w.buy(label(i)).ID))
	}
	w.settle()
	run := func() (int, string) {
		var out, errs bytes.Buffer
		args := []string{"--data", w.dir, "reconcile", "--registries"}
		if database.Postgres != "" {
			args = append(args, "--postgres", database.Postgres)
		}
		code := Main(args, &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, out := run(); code != 0 || !strings.Contains(out, "verisim: 14 names looked at") || !strings.Contains(out, "ledger, orders and names agree") ||
		!strings.Contains(out, "registries and names agree") || strings.Contains(out, "not compared") {
		t.Fatalf("nothing is wrong, exit %d: %s", code, out)
	}
	seed := func(query string, args ...any) {
		t.Helper()
		r, err := w.App.store.DB().ExecContext(t.Context(), query, args...)
		w.ok(err)
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			t.Fatalf("%s changed %d rows, %v", query, n, err)
		}
	}
	item := func(i int) (id int64) {
		t.Helper()
		w.ok(w.App.store.DB().QueryRowContext(t.Context(), "select id from item where order_id = $1", orders[i]).Scan(&id))
		return id
	}
	entry := func(i int, kind string) (id int64) {
		t.Helper()
		w.ok(w.App.store.DB().QueryRowContext(t.Context(), "select id from ledger_entry where item_id = $1 and kind = $2", item(i), kind).Scan(&id))
		return id
	}
	wants := []string{}
	want := func(format string, args ...any) { wants = append(wants, fmt.Sprintf(format, args...)) }

	// Ledger.
	seed("update ledger_account set balance = balance + 7 where key = 'revenue' and currency = 'CNY'")
	want("does not sum to zero (currency, sum): CNY 7")
	want("a balance is not the sum of its postings (account, currency, balance): revenue CNY ")
	off := entry(0, "capture")
	seed("update posting set amount = amount - 3 where entry_id = $1 and amount > 0", off)
	want("a ledger entry does not sum to zero (entry, sum): %d -3", off)
	twice := entry(1, "capture")
	seed("insert into ledger_entry (kind, item_id, account_id, ref, currency, at) select kind, item_id, account_id, ref, currency, at from ledger_entry where id = $1", twice)
	want("has no postings (entry)")
	want("met more or less than one capture or release (item, hold, holds, captures, releases): %d captured 1 2 0", item(1))
	seed("update ledger_entry set item_id = 0 where id = $1", entry(2, "cost"))
	want("is not posted, or not posted once (act, name, cost, posted): %d %s", item(2)+1, label(2))

	// Orders and money.
	seed("update orders set total = total + 100 where id = $1", orders[3])
	want("total is not what its items cost (order, total, cost): %d ", orders[3])
	seed("update orders set success = 0, doing = 1 where id = $1", orders[4])
	want("counts are not those of its items (order, doing, success, failed, captured, released): %d 1 0 0", orders[4])
	seed("update item set hold = 'held' where id = $1", item(5))
	want("has ended and its money is still held (item, name, status): %d %s success", item(5), label(5))
	seed("update item set status = 'doing' where id = $1", item(6))
	want("goes on and its acts are over (item, name): %d %s", item(6), label(6))

	// Orders and names.
	seed("update tenure set name = 'yunhe-never-bought.com' where name = $1", label(7))
	want("was paid for and its name does not and did not run (item, name, order): %d %s %d", item(7), label(7), orders[7])
	want("yunhe-never-bought.com at verisim: object is ")
	seed("update intent set state = 'refused' where item_id = $1", item(8))
	want("did not end as its act did (item, name, status, act): %d %s success refused", item(8), label(8))
	seed("update item set status = 'failed' where id = $1", item(9))
	want("its order was not paid for or did not succeed (name, order, status, hold): %s %d failed", label(9), orders[9])

	// Registries.
	seed("update tenure set name_servers = 'ns1.wrong.example ns2.wrong.example' where name = $1", label(10))
	want(`%s at verisim: ns is "ns1.wrong.example ns2.wrong.example" here`, label(10))
	w.world(http.MethodPost, "/api/registries/verisim/names/"+label(11)+"/status", map[string]any{"status": "serverHold", "on": true})
	want("%s at verisim: statuses is ", label(11))
	w.world(http.MethodPost, "/api/registries/verisim/names/"+label(12)+"/vanish", map[string]any{})
	want("%s at verisim: object is ", label(12))
	w.world(http.MethodPost, "/api/registries/verisim/deposits/"+w.clID("verisim"), map[string]any{"delta": -1})
	want("verisim: the deposit is ")

	code, out := run()
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	for _, line := range wants {
		if !strings.Contains(out, line) {
			t.Errorf("not found: %s", line)
		}
	}
	if strings.Contains(out, label(13)) || strings.Contains(out, fmt.Sprint(orders[13])) {
		t.Errorf("%s, which nothing is wrong with, is named", label(13))
	}
	if t.Failed() {
		t.Log(out)
	}
}

func (w *town) clID(registryAccount string) string {
	w.Helper()
	r, ok := w.App.registryConfig(registryAccount)
	if !ok {
		w.Fatalf("no registry %s", registryAccount)
	}
	return r.ClID
}

package e2e

import (
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/BurntSushi/toml"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// standing is a name as one side has it.
type standing struct {
	account   string // ours only
	expires   time.Time
	servers   string
	prohibits string // client*Prohibited, sorted
	signers   string // DS records, sorted
}

// aftermath stops the registrar and compares its rows with the registries', read through nothing of the product's own.
func (s *storm) aftermath() {
	t := s.t
	for _, n := range s.nodes {
		n.p.stop()
	}
	db, err := sql.Open("pgx", s.dsn)
	if s.dsn == "" {
		db, err = sql.Open("sqlite", "file:"+filepath.Join(s.nodes[0].data, "registrar.db")+"?mode=ro&_inttotime=1&_time_integer_format=unix_micro")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()

	ours, theirs := s.ours(db), s.theirs()
	for name, o := range ours {
		th, ok := theirs[name]
		switch {
		case !ok:
			t.Errorf("%s runs here and the registry has it not in our name", name)
		case !o.expires.Equal(th.expires) || o.servers != th.servers || o.prohibits != th.prohibits || o.signers != th.signers:
			t.Errorf("%s: ours %+v, the registry's %+v", name, o, th)
		}
	}
	for name := range theirs {
		if _, ok := ours[name]; !ok {
			t.Errorf("%s is at the registry in our name and nobody has it here", name)
		}
	}

	// Everything has ended, or a case at the desk says why not.
	for _, left := range rows(s, db, `select n.kind, n.name, n.state, n.attempts, n.absences, n.outcome, n.outcome_code, n.outcome_facts, n.sent_at, n.lost_at, n.next_try_at, n.lease_until from intent n
		where n.state not in ('accepted', 'refused')
		  and not exists (select 1 from fault_case c where c.subject = n.name and c.cleared_at is null)`) {
		t.Errorf("goes on: %v", left)
	}
	for _, left := range rows(s, db, `select i.name, i.status, i.hold from item i where i.status = 'doing'
		and not exists (select 1 from fault_case c where c.subject = i.name and c.cleared_at is null)`) {
		t.Errorf("an item goes on: %v", left)
	}

	// One owner a name, and the owner is who paid for it.
	for _, twice := range rows(s, db, `select name, count(*) from item i join orders o on o.id = i.order_id
		where o.action in ('new', 'delete') and i.status = 'success'
		group by name having sum(case when o.action = 'new' then 1 else -1 end) > 1`) {
		t.Errorf("sold twice: %v", twice)
	}
	for _, wrong := range rows(s, db, `select t.name, t.account_id, i.account_id from tenure t join item i on i.order_id = t.order_id and i.name = t.name
		where t.account_id <> i.account_id`) {
		t.Errorf("another's: %v", wrong)
	}
	s.money(db)
	reconcile(t, append([]string{"--data", s.nodes[0].data}, flagsAgain(s.nodes[0].args)...))

	ends := map[string]string{}
	for _, r := range rows(s, db, `select o.action, i.status, count(*) from item i join orders o on o.id = i.order_id group by o.action, i.status`) {
		ends[r[0]+" "+r[1]] = r[2]
	}
	if ends["new success"] == "" {
		t.Error("nothing was registered in the whole storm")
	}
	calls := map[string]int64{}
	s.calls.Range(func(k, v any) bool { calls[k.(string)] = v.(*atomic.Int64).Load(); return true })
	var sum int
	for _, n := range ends {
		var k int
		_, _ = fmt.Sscan(n, &k)
		sum += k
	}
	behaviour(t, "seed %d: kills %v; calls %v; %d acts ended %v; %d names ours at the registries, rows equal, ledger and deposits agree, %d sessions at most",
		s.seed, s.kills, calls, sum, ends, len(theirs), s.mostSessions)
	if s.mostSessions == 0 {
		t.Error("no session was ever seen")
	}
}

// ours reads the running tenures.
func (s *storm) ours(db *sql.DB) map[string]standing {
	out := map[string]standing{}
	list, err := db.Query(`select name, account_id, expires_at, name_servers, statuses, ds from tenure where ended_at is null`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = list.Close() }()
	for list.Next() {
		var name, account, servers, statuses, signers string
		var expires time.Time
		if err := list.Scan(&name, &account, &expires, &servers, &statuses, &signers); err != nil {
			s.t.Fatal(err)
		}
		out[name] = standing{account, expires.UTC(), sorted(strings.Fields(servers)), prohibits(strings.Fields(statuses)),
			sorted(strings.FieldsFunc(signers, func(r rune) bool { return r == '\n' }))}
	}
	if err := list.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// theirs pages through what the registries have in our name.
func (s *storm) theirs() map[string]standing {
	out := map[string]standing{}
	for _, r := range s.world.Registries {
		for after := ""; ; {
			var page struct {
				Names []struct {
					Name     string    `json:"name"`
					ExDate   time.Time `json:"ex_date"`
					Statuses []string  `json:"statuses"`
					NS       []string  `json:"ns"`
					DS       []string  `json:"ds"`
				} `json:"names"`
			}
			worldCall(s.t, s.world.Control, http.MethodGet, fmt.Sprintf("/api/registries/%s/names?clid=%s&limit=500&after=%s", r.ID, r.ClID, after), nil, &page)
			for _, n := range page.Names {
				out[n.Name] = standing{"", n.ExDate.UTC(), sorted(n.NS), prohibits(n.Statuses), sorted(n.DS)}
				after = n.Name
			}
			if len(page.Names) < 500 {
				break
			}
		}
	}
	return out
}

func sorted(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), " ") }

func prohibits(statuses []string) string {
	return sorted(slices.DeleteFunc(slices.Clone(statuses), func(s string) bool { return !strings.HasPrefix(s, "client") }))
}

// rows reads a query's rows as text.
func rows(s *storm, db *sql.DB, query string) [][]string {
	s.t.Helper()
	list, err := db.Query(query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = list.Close() }()
	columns, _ := list.Columns()
	var out [][]string
	for list.Next() {
		row, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := list.Scan(into...); err != nil {
			s.t.Fatal(err)
		}
		words := make([]string, len(row))
		for i, v := range row {
			words[i] = v.String
		}
		out = append(out, words)
	}
	if err := list.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// money checks every wallet against what its owner paid in and the price list, and our deposits against the registries'.
func (s *storm) money(db *sql.DB) {
	t := s.t
	prices := priceList(t)
	spent := map[string]int64{}
	for _, r := range rows(s, db, `select i.account_id, i.name, o.action, i.price from item i join orders o on o.id = i.order_id where i.status = 'success'`) {
		_, suffix, _ := strings.Cut(r[1], ".")
		want := prices[suffix+" "+r[2]] // what has no price is free
		if fmt.Sprint(want) != r[3] {
			t.Errorf("%s of %s cost %s, the list says %d", r[2], r[1], r[3], want)
		}
		spent[r[0]] += want
	}
	wallets := map[string]string{}
	for _, r := range rows(s, db, `select key, balance from ledger_account`) {
		wallets[r[0]] = r[1]
		if strings.HasPrefix(r[0], "held:") && r[1] != "0" {
			t.Errorf("%s is %s when all is over", r[0], r[1])
		}
	}
	for _, o := range s.owners {
		id := rows(s, db, fmt.Sprintf(`select account_id from api_key where secret_id = '%s'`, o.key.SecretID))[0][0]
		if want := fmt.Sprint(o.paidIn - spent[id]); wallets["wallet:"+id] != want {
			t.Errorf("wallet %s has %s, should have %s", id, wallets["wallet:"+id], want)
		}
	}
	for _, r := range s.world.Registries {
		var state struct {
			Deposits []struct {
				ClID    string `json:"clid"`
				Balance int64  `json:"balance"`
			} `json:"deposits"`
		}
		worldCall(t, s.world.Control, http.MethodGet, "/api/registries/"+r.ID, nil, &state)
		for _, d := range state.Deposits {
			if d.ClID == r.ClID && wallets["deposit:"+r.ID] != fmt.Sprint(d.Balance) {
				t.Errorf("deposit at %s: ours %s, the registry's %d", r.ID, wallets["deposit:"+r.ID], d.Balance)
			}
		}
	}
	if len(slices.Collect(maps.Keys(wallets))) == 0 {
		t.Error("no ledger")
	}
}

// priceList reads what the suffix files say, "suffix action" to minor units for a year.
func priceList(t interface {
	Helper()
	Fatal(args ...any)
}) map[string]int64 {
	t.Helper()
	files, err := filepath.Glob("../internal/policy/suffixes/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no suffix files", err)
	}
	out := map[string]int64{}
	for _, f := range files {
		var s struct {
			Suffix     string `toml:"suffix"`
			New, Renew int64
		}
		if _, err := toml.DecodeFile(f, &s); err != nil {
			t.Fatal(err)
		}
		out[s.Suffix+" new"], out[s.Suffix+" renew"] = s.New, s.Renew
	}
	return out
}

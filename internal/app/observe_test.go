package app

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/pgtest"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// said is a log that may be read while it is written.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.b.Write(p) }
func (s *said) String() string              { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// town is a demo with its owner, whose template is approved.
type town struct {
	*testing.T
	*Demo
	log   *said
	dir   string
	scope domain.Scope
	form  domain.TemplateID
}

func newTown(t *testing.T, config string, database ...Database) *town {
	t.Helper()
	w := &town{T: t, log: &said{}}
	d := demoOf(t, config, append(database, Database{})[0], slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	w.Demo, w.dir = d, d.App.cfg.Data
	account, err := d.App.store.AccountByEmail(t.Context(), "demo@openregistrar.example")
	w.ok(err)
	w.scope = domain.Scope{Account: account.ID, Actor: account.Email, Via: "console"}
	w.form = approved(t, d, w.scope)
	w.advance("1h")
	return w
}

// approved waits until the account's template is: its picture is read and an authority asked.
func approved(t testing.TB, d *Demo, scope domain.Scope) domain.TemplateID {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		list, _, err := d.App.ops.Templates(t.Context(), scope, ops.TemplateFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 && list[0].Status == domain.TemplateApproved {
			return list[0].ID
		}
		if time.Now().After(end) {
			t.Fatalf("the template is not approved: %+v", list)
		}
	}
}

// demoOf starts a demo with a configuration of its own.
func demoOf(t testing.TB, config string, database Database, log *slog.Logger) *Demo {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := StartDemo(t.Context(), dir, ":0", database, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func (w *town) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *town) world(method, path string, in any) {
	w.Helper()
	w.ok(w.App.clock.call(w.Context(), method, path, in, nil))
}

func (w *town) advance(by string) {
	w.Helper()
	w.world(http.MethodPost, "/api/clock/advance", map[string]string{"by": by})
}

func (w *town) buy(names ...string) ops.OrderView {
	w.Helper()
	v, err := w.App.ops.Register(w.Context(), w.scope, ops.Register{Template: w.form, Names: names, Years: 1, Agreement: w.App.ops.Policy().House.Agreement})
	w.ok(err)
	w.settle()
	v, err = w.App.ops.Order(w.Context(), w.scope, v.ID)
	if w.ok(err); v.Success != len(names) {
		items, _, _ := w.App.ops.Items(w.Context(), w.scope, v.ID, ops.Page{Limit: 10})
		w.Fatalf("order %+v, items %+v", v, items)
	}
	return v
}

func (w *town) settle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 30*time.Second)
	defer cancel()
	for {
		done, err := w.App.Settle(ctx)
		if w.ok(err); done {
			return
		}
	}
}

// codes are the open cases about a name.
func (w *town) codes(name string) string {
	w.Helper()
	cases, err := w.App.store.Cases(w.Context(), ops.CaseFilter{Subject: name, Open: true})
	w.ok(err)
	var out []string
	for _, c := range cases {
		out = append(out, c.Code)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (w *town) facts(name, code string) map[string]string {
	w.Helper()
	cases, err := w.App.store.Cases(w.Context(), ops.CaseFilter{Subject: name, Open: true})
	w.ok(err)
	for _, c := range cases {
		if c.Code == code {
			return c.Facts
		}
	}
	w.Fatalf("no case %s about %s, but %q", code, name, w.codes(name))
	return nil
}

// The naming audits of real registries over EPP: one holds, and lets go; one deletes, and the order is paid back.
func TestNamingAudits(t *testing.T) {
	w := newTown(t, "")
	w.buy("bocai-yunhe.top", "bocai-yunhe.cn", "yunhe-plain.top")
	before, err := w.App.ops.Wallet(w.Context(), w.scope)
	w.ok(err)
	w.advance("25h") // the audits give their verdicts after a day
	w.settle()
	if got := w.codes("bocai-yunhe.top"); got != "registration.naming-rejected-hold" {
		t.Fatalf("cases %q", got)
	}
	f := w.facts("bocai-yunhe.top", "registration.naming-rejected-hold")
	if f["rule"] != "gambling" || f["word"] == "" || !strings.Contains(f["statuses"], "serverHold") || f["message"] == "" {
		t.Errorf("facts %v", f)
	}
	f = w.facts("bocai-yunhe.cn", "registration.naming-rejected-deleted")
	if f["rule"] != "gambling" || f["refunded"] != "3600" {
		t.Errorf("facts %v", f)
	}
	if _, err := w.App.store.TenureByName(w.Context(), "bocai-yunhe.cn"); !fault.Is(err, "domain.not-found") {
		t.Errorf("the deleted name runs: %v", err)
	}
	after, err := w.App.ops.Wallet(w.Context(), w.scope)
	if w.ok(err); after.Balance != before.Balance+3600 {
		t.Errorf("balance %d, was %d", after.Balance, before.Balance)
	}
	books, err := w.App.store.Balances(w.Context())
	w.ok(err)
	for _, r := range w.App.cfg.Registry {
		theirs, err := worldDeposit(w.Context(), w.App.clock, r.ID, r.ClID)
		if w.ok(err); books.Accounts["deposit:"+r.ID] != theirs {
			t.Errorf("%s: our books say a deposit of %d, the registry %d", r.ID, books.Accounts["deposit:"+r.ID], theirs)
		}
	}
	if w.codes("yunhe-plain.top") != "" {
		t.Errorf("a plain name has cases: %s", w.codes("yunhe-plain.top"))
	}
	w.world(http.MethodPost, "/api/registries/newsim/names/bocai-yunhe.top/verdict", map[string]string{"verdict": "ok"})
	w.settle()
	if got := w.codes("bocai-yunhe.top"); got != "" {
		t.Errorf("the hold is lifted, the cases are %q", got)
	}
	off, err := w.App.store.Reconcile(w.Context())
	if w.ok(err); len(off) > 0 {
		t.Error(off)
	}
	var mail struct {
		Messages []struct {
			Subject string `json:"subject"`
		} `json:"messages"`
	}
	w.ok(w.App.clock.call(w.Context(), http.MethodGet, "/api/mail", nil, &mail))
	if raw, _ := json.Marshal(mail); !strings.Contains(string(raw), "bocai-yunhe.cn") {
		t.Errorf("no letter about the deletion: %s", raw)
	}
}

// A registry that holds a name since it has lost its codes says so over EPP; it is sent them again, and the case ends with
// the hold, which this one takes its time to lift.
func TestVerificationHolds(t *testing.T) {
	w := newTown(t, "")
	w.buy("yunhe-verify.xyz", "yunhe-held.xyz")
	w.world(http.MethodPost, "/api/registries/newsim/zones/xyz", map[string]any{"codes": map[string]any{"types": []string{"real-name"}, "lift": "36h"}})
	w.world(http.MethodPost, "/api/registries/newsim/names/yunhe-verify.xyz/verification", map[string]string{"state": "nonCompliant"})
	w.world(http.MethodPost, "/api/registries/newsim/names/yunhe-held.xyz/status", map[string]any{"status": "serverHold", "on": true})
	w.settle()
	if got := w.codes("yunhe-verify.xyz"); got != "hold.verification-refreshing" { // we have the approval, the registry not yet
		t.Fatalf("cases %q", got)
	}
	if got := w.codes("yunhe-held.xyz"); got != "website.on-hold" {
		t.Fatalf("cases %q", got)
	}
	w.world(http.MethodPost, "/api/clock/advance", map[string]string{"by": "37h"})
	w.world(http.MethodPost, "/api/registries/newsim/names/yunhe-held.xyz/status", map[string]any{"status": "serverHold", "on": false})
	w.settle()
	if got := w.codes("yunhe-verify.xyz") + w.codes("yunhe-held.xyz"); got != "" {
		t.Errorf("cases %q", got)
	}
}

// Whatever a session carries that is secret is in no row of the database and in no line of the log: after a day's
// work with every kind of secret, all of both is searched for each of them.
func TestSecretsAreKeptNowhere(t *testing.T) {
	w := newTown(t, "")
	a := w.App
	person, card := papers.Sample()
	secrets := map[string]string{person.Number: "the identity number", string(card[4000:4032]): "the picture of the card",
		base64.StdEncoding.EncodeToString(card[6000:6030]): "the picture in base64"}
	for _, r := range a.cfg.Registry {
		secrets[r.Password] = "the password at " + r.ID
	}
	for _, s := range w.Endpoints.Accounts {
		secrets[s.Password], secrets[s.SecretKey] = "the password of "+s.Email, "the API secret of "+s.Email
	}
	w.buy("yunhe-secret.com", "yunhe-secret.cn", "yunhe-secret.top")
	for _, rule := range []map[string]any{{"kind": "malformed-poll", "remaining": 1}, {"kind": "code-2400", "command": "domain:info", "remaining": 2},
		{"kind": "cut-after-commit", "command": "domain:update", "remaining": 1}} {
		w.world(http.MethodPost, "/api/registries/verisim/faults", rule)
	}
	for _, n := range []string{"yunhe-secret.com", "yunhe-secret.top"} {
		_, err := a.ops.DrawAuthCode(w.Context(), w.scope, n)
		w.ok(err)
		w.settle()
		code, _, err := a.ops.ShowAuthCode(w.Context(), w.scope, n)
		w.ok(err)
		secrets[code] = "the authorization code of " + n
	}
	w.ok(a.pollOnce(w.Context()))
	a.lookOnce(w.Context(), 10, 0)
	rows, err := a.store.DB().QueryContext(w.Context(), "select name, payload from intent")
	w.ok(err)
	for rows.Next() {
		var name, payload string
		w.ok(rows.Scan(&name, &payload))
		var p domain.Payload
		w.ok(json.Unmarshal([]byte(payload), &p))
		if len(p.SealedAuthInfo) > 0 {
			plain, err := a.vault.Open(p.SealedAuthInfo, "auth:"+name)
			w.ok(err)
			secrets[string(plain)] = "the creation code of " + name
		}
	}
	w.ok(rows.Close())
	if len(secrets) < 13 {
		t.Fatalf("only %d secrets are known", len(secrets))
	}
	w.Demo.Close() // what was on its way is written

	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "registrar.db")+"?mode=ro")
	w.ok(err)
	defer db.Close()
	tables, frames, creates := allRows(w, db), 0, 0
	for _, row := range tables {
		for secret, what := range secrets {
			if secret == "" || strings.Contains(row, secret) {
				t.Errorf("%s is in the database: %s", what, clipText(row))
			}
		}
		if strings.HasPrefix(row, "transcript ") {
			if frames++; strings.Contains(row, "<domain:create") && strings.Contains(row, "<domain:authInfo>********") || strings.Contains(row, "<domain:pw>********") {
				creates++
			}
		}
	}
	if frames < 50 || creates < 3 {
		t.Errorf("only %d frames, %d creates: does this test still see the transcripts?", frames, creates)
	}
	log := w.log.String()
	if len(log) == 0 {
		t.Error("no log")
	}
	// Nor in any other file that the registrar has written, beside its own configuration of demo accounts.
	w.ok(filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "world":
			return fs.SkipDir
		case d.IsDir(), d.Name() == "endpoints.json":
			return nil
		}
		raw, err := os.ReadFile(path)
		for secret, what := range secrets {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s is in %s", what, d.Name())
			}
		}
		return err
	}))
	for secret, what := range secrets {
		if i := strings.Index(log, secret); i >= 0 {
			t.Errorf("%s is in the log: %s", what, clipText(log[max(0, i-80):]))
		}
	}
}

func clipText(s string) string { return s[:min(len(s), 300)] }

// allRows writes every row of every table as text.
func allRows(w *town, db *sql.DB) (out []string) {
	w.Helper()
	names, err := db.QueryContext(w.Context(), "select name from sqlite_master where type = 'table'")
	w.ok(err)
	var tables []string
	for names.Next() {
		var n string
		w.ok(names.Scan(&n))
		tables = append(tables, n)
	}
	w.ok(names.Close())
	for _, table := range tables {
		rows, err := db.QueryContext(w.Context(), "select * from "+table)
		w.ok(err)
		columns, err := rows.Columns()
		w.ok(err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(sql.RawBytes)
			}
			w.ok(rows.Scan(values...))
			var b strings.Builder
			b.WriteString(table + " ")
			for _, v := range values {
				fmt.Fprintf(&b, "%s|", *v.(*sql.RawBytes))
			}
			out = append(out, b.String())
		}
		w.ok(rows.Close())
	}
	return out
}

// "reconcile --registries" prints what differs, while the registrar runs, and leaves it as it is.
func TestCompareOnDemand(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { compareOnDemand(t, Database{}) })
	t.Run("postgres", func(t *testing.T) { compareOnDemand(t, Database{Postgres: pgtest.DSN(t)}) })
}

func compareOnDemand(t *testing.T, database Database) {
	w := newTown(t, "[compare]\nper_minute = 0\n", database)
	w.buy("yunhe-one.com", "yunhe-two.com")
	run := func() (int, string) {
		var out, errs bytes.Buffer
		args := []string{"--data", w.dir, "reconcile", "--registries"}
		if database.Postgres != "" {
			args = append(args, "--postgres", database.Postgres)
		}
		code := Main(args, &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, out := run(); code != 0 || !strings.Contains(out, "registries and names agree") || !strings.Contains(out, "verisim: 2 names looked at") {
		t.Fatalf("exit %d: %s", code, out)
	}
	tenure, err := w.App.store.TenureByName(w.Context(), "yunhe-one.com")
	w.ok(err)
	version := tenure.Version
	tenure.NameServers = []string{"ns1.wrong.example"}
	w.ok(w.App.store.Commit(w.Context(), ops.Plan{Writes: []ops.Write{ops.SetTenure{Tenure: tenure}}}))
	w.world(http.MethodPost, "/api/registries/verisim/names/yunhe-two.com/status", map[string]any{"status": "serverRenewProhibited", "on": true})
	code, out := run()
	if code != 1 || !strings.Contains(out, "yunhe-one.com at verisim: ns is \"ns1.wrong.example\" here") || !strings.Contains(out, "yunhe-two.com at verisim: statuses") {
		t.Errorf("exit %d: %s", code, out)
	}
	if again, err := w.App.store.TenureByName(w.Context(), "yunhe-one.com"); err != nil || again.Version != version+1 || w.codes("yunhe-one.com") != "" {
		t.Errorf("comparing changed something: %+v %v", again, err)
	}
}

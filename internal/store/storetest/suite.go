// Package storetest is what every engine of the store must do: one suite, run on each.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store"
)

// Run runs the suite; fresh gives the address of an empty database.
func Run(t *testing.T, fresh func(t *testing.T) store.Config) {
	for _, c := range []struct {
		name string
		run  func(*bench)
	}{
		{"accounts", accounts},
		{"api keys", apiKeys},
		{"sessions", sessions},
		{"templates", templates},
		{"templates change, and go unless something rests on them", templateLives},
		{"an order and the deletion of its template", deletedUnderneath},
		{"documents", documents},
		{"documents are read once", readings},
		{"reaches and their codes", reaches},
		{"what messages say in secret", secrets},
		{"sealing again", resealing},
		{"every sealed column is sealed again", sealedColumns},
		{"identifiers are never given twice", identifiers},
		{"orders", orders},
		{"an order of 4,000 names", bigOrder},
		{"snapshot of an order", snapshot},
		{"items meet one capture or release", itemsSettleOnce},
		{"a name that stands twice in an order", namedTwice},
		{"tenures", tenures},
		{"what changes leave with a name", transforms},
		{"what an act carries", payloads},
		{"what a name has cost", spending},
		{"cart", cart},
		{"cases", cases},
		{"policies", policies},
		{"prices", prices},
		{"what the installation fixes once", fixed},
		{"log", log},
		{"the log is sealed", chain},
		{"the log is filtered", filteredLog},
		{"messages", messages},
		{"expected versions", expectations},
		{"a plan is committed whole or not at all", allOrNothing},
		{"several plans, a savepoint each", each},
		{"a balance is short at no point between plans", shortBetween},
		{"concurrent spending stops at zero", concurrentSpending},
		{"statement and balances", statement},
		{"wake-ups are in the transaction", wakes},
		{"turns at a name", turns},
		{"leases lapse", lapses},
		{"marking as sent", marking},
		{"a lapsed lease settles nothing", fenced},
		{"parked intents are asked after", parked},
		{"registries' messages", polls},
		{"parked messages", parkedPolls},
		{"what a look rests on", sights},
		{"tenures end once", endings},
		{"rounds of looks", lookRounds},
		{"transcripts", frames},
		{"a payment is taken once", payments},
		{"two nodes never lease one intent", twoNodes},
		{"a raced name spoils no batch", racedName},
		{"deadlines and quiet", deadlines},
		{"nodes share an account's sessions", shares},
		{"shares never exceed the quota", sharesRace},
		{"maintenance windows", maintenance},
		{"paused registries", pauses},
		{"credentials", credentials},
		{"submissions", submissions},
		{"feeds count when they are whole", feeds},
		{"what names were before", pasts},
		{"a buyer's word about a past", consents},
		{"appeals", appeals},
		{"what is due of submissions", dueSubmissions},
		{"one node has a submission", leasingRace},
		{"signed codes", signedCodes},
		{"registers", registers},
		{"word lists", wordLists},
		{"running names", runningNames},
		{"reviews of names", namingReviews},
		{"reconciliation finds what is planted", reconciliation},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := fresh(t)
			b := &bench{T: t, ctx: context.Background(), cfg: cfg}
			b.Store = b.open()
			if err := b.Migrate(b.ctx); err != nil {
				t.Fatal(err)
			}
			if err := b.Migrate(b.ctx); err != nil {
				t.Fatalf("migrating twice: %v", err)
			}
			c.run(b)
		})
	}
}

// bench is a migrated database with shorthands; ids count from 1.
type bench struct {
	*testing.T
	*store.Store
	ctx context.Context
	cfg store.Config
	id  int64
}

var (
	now  = time.Date(2026, 11, 23, 10, 0, 0, 123456000, time.UTC) // business time
	wall = time.Date(2026, 7, 1, 8, 30, 0, 654321000, time.UTC)
)

// open opens the database once more, as another node (or program) would.
func (b *bench) open() *store.Store {
	b.Helper()
	s, err := store.Open(b.ctx, b.cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

func (b *bench) next() int64 { b.id++; return b.id }

func (b *bench) commit(writes ...ops.Write) {
	b.Helper()
	b.plan(ops.Plan{Writes: writes})
}

func (b *bench) plan(p ops.Plan) {
	b.Helper()
	if err := b.Commit(b.ctx, p); err != nil {
		b.Fatalf("commit: %v", err)
	}
}

// refuse commits and wants a refusal with this code and kind.
func (b *bench) refuse(p ops.Plan, kind fault.Kind, code fault.Code) *fault.Error {
	b.Helper()
	return b.refused(b.Commit(b.ctx, p), kind, code)
}

func (b *bench) refused(err error, kind fault.Kind, code fault.Code) *fault.Error {
	b.Helper()
	if err == nil {
		b.Fatalf("it succeeded; want %s", code)
	}
	f := fault.Of(err)
	if f.Code != code || f.Kind != kind {
		b.Fatalf("got %v (kind %d, cause %v), want %s (kind %d)", f, f.Kind, f.Unwrap(), code, kind)
	}
	return f
}

func (b *bench) same(what string, got, want any) {
	b.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		b.Fatalf("%s (-want +got):\n%s", what, d)
	}
}

func (b *bench) account() domain.Account {
	b.Helper()
	id := b.next()
	a := domain.Account{ID: domain.AccountID(id), Email: fmt.Sprintf("a%d@example.com", id), Name: "张三", Role: domain.Owner, Locale: "zh-CN",
		PasswordHash: "$argon2id$", CreatedAt: now}
	b.commit(ops.InsertAccount{Account: a})
	return a
}

func (b *bench) rich(amount int64) domain.Account {
	b.Helper()
	a := b.account()
	b.plan(ops.Plan{Entries: []ledger.Entry{ledger.TopUp(a.ID, amount, "CNY", "test")}})
	return a
}

func (b *bench) template(a domain.AccountID) domain.Template {
	return domain.Template{ID: domain.TemplateID(b.next()), Account: a, Version: 1, Status: domain.TemplateInAudit,
		Contact:         domain.Contact{Kind: domain.Organisation, OrganizationCN: "示例_公司", Organization: "Example Co", Email: "x@example.com"},
		CertificateType: "YYZZ", SealedNumber: []byte{1, 0, 2}, MaskedNumber: "91*****", CreatedAt: now, UpdatedAt: now, NextActionAt: now.Add(3 * time.Second)}
}

func (b *bench) tenure(a domain.AccountID, name domain.Name) domain.Tenure {
	return domain.Tenure{ID: domain.TenureID(b.next()), Account: a, Name: name, RegistryAccount: "verisim", Template: 7, ROID: "D1-VS",
		Statuses: domain.Statuses{domain.StatusOK, domain.AddPeriod}, NameServers: []string{"ns1.example.net", "ns2.example.net"}, Years: 2, AutoRenew: 1,
		RegisteredAt: now, ExpiresAt: now.AddDate(2, 0, 0), NextActionAt: now.AddDate(1, 10, 0), Version: 1, UpdatedAt: now}
}

const price, cost = 100, 55

// order makes an order of names with a hold and an intent each, not yet committed.
func (b *bench) order(a domain.AccountID, names ...domain.Name) ops.Plan {
	o := domain.Order{ID: domain.OrderID(b.next()), Number: fmt.Sprintf("2026%d", b.id), Account: a, Action: domain.ActionNew, Count: len(names),
		Total: int64(len(names)) * price, Currency: "CNY", PolicyVersion: 1, Agreement: "2026-11-01", Language: "zh-CN", Via: "api", CreatedAt: now}
	w := ops.InsertOrder{Order: o}
	var entries []ledger.Entry
	for _, n := range names {
		it := domain.Item{ID: domain.ItemID(b.next()), Order: o.ID, Account: a, Name: n, Status: domain.ItemDoing, Price: price, Currency: "CNY",
			Hold: domain.Held, CreatedAt: now, UpdatedAt: now}
		in := domain.Intent{ID: domain.IntentID(b.next()), Item: it.ID, Account: a, RegistryAccount: "verisim", Name: n, Kind: domain.IntentCreate,
			State: domain.IntentQueued, ClTRID: fmt.Sprintf("OR-%d", b.id), Payload: domain.Payload{Years: 1, NameServers: []string{"ns1.example.net"},
				SealedAuthInfo: []byte{0, 255}, Cost: cost}, NextTryAt: wall, DeadlineAt: now.AddDate(0, 0, 5), CreatedAt: now}
		w.Items, w.Intents = append(w.Items, it), append(w.Intents, in)
		entries = append(entries, ledger.Hold(it))
	}
	return ops.Plan{Writes: []ops.Write{w}, Entries: entries, Wake: []string{"verisim"},
		Events: []domain.Event{{Account: a, Subject: o.Number, Kind: "order.placed", Result: "doing", At: now}}}
}

func placed(p ops.Plan) ops.InsertOrder { return p.Writes[0].(ops.InsertOrder) }

// done is the plan that ends an item, captured with a tenure or released.
func (b *bench) done(in domain.Intent, it domain.Item, ok bool) ops.Plan {
	set := ops.SetItem{ID: it.ID, From: domain.ItemDoing, To: domain.ItemFailed, HoldFrom: domain.Held, HoldTo: domain.HoldReleased,
		Code: "registration.taken", Facts: map[string]string{"name": string(it.Name)}, At: now}
	p := ops.Plan{Writes: []ops.Write{ops.SetIntent{ID: in.ID, From: in.State, To: domain.IntentRefused, NextTryAt: wall,
		Outcome: domain.Outcome{Kind: domain.OutcomeRefused, Code: "registration.taken"}}},
		Entries: []ledger.Entry{ledger.Release(it)}}
	if ok {
		set.To, set.HoldTo, set.Code, set.Facts = domain.ItemSuccess, domain.HoldCaptured, "", nil
		t := b.tenure(it.Account, it.Name)
		t.Order = it.Order
		p = ops.Plan{Writes: []ops.Write{ops.SetIntent{ID: in.ID, From: in.State, To: domain.IntentAccepted, NextTryAt: wall}, ops.InsertTenure{Tenure: t}},
			Entries: []ledger.Entry{ledger.Capture(it), ledger.Spend("verisim", it.ID, cost, "CNY")}}
	}
	p.Writes = append(p.Writes, set)
	p.Events = []domain.Event{{Account: it.Account, Subject: string(it.Name), Kind: "domain.registered", Result: "ok", At: now}}
	return p
}

func (b *bench) lease(limit int, at time.Time) []domain.Leased {
	b.Helper()
	l, err := b.LeaseIntents(b.ctx, "verisim", "node", at, 30*time.Second, limit)
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// sound wants nothing to reconcile.
func (b *bench) sound() {
	b.Helper()
	found, err := b.Reconcile(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range found {
		b.Error(f)
	}
}

func must[T any](b *bench) func(T, error) T {
	return func(v T, err error) T {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		return v
	}
}

func must2[T any](b *bench) func([]T, int, error) ([]T, int) {
	return func(v []T, n int, err error) ([]T, int) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		return v, n
	}
}

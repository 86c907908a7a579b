package ops_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/store"
	"github.com/openregistrar/openregistrar/internal/store/pgtest"
)

// house is the operations on a real database, with a registry that does what a test says.
type house struct {
	*testing.T
	*ops.Ops
	db    *store.Store
	over  *overlay
	scope domain.Scope
	form  domain.TemplateID
	send  func(ctx context.Context, l domain.Leased) domain.Outcome
	ask   func(ctx context.Context, l domain.Leased) domain.Outcome
	fee   map[domain.Name]int64
	moved atomic.Int64 // of the wall clock, ns

	longest time.Duration // that the registry works on a command
}

// overlay lets reads fail as a broken row would make them.
type overlay struct {
	ops.Store
	account func(domain.AccountID) error
	tenure  func(*domain.Tenure)
	leased  func()
	busy    bool // false: no name looks busy to an order
	old     bool // templates turn out to be of an old form
}

func (o *overlay) AccountByID(ctx context.Context, id domain.AccountID) (domain.Account, error) {
	if o.account != nil {
		if err := o.account(id); err != nil {
			return domain.Account{}, err
		}
	}
	return o.Store.AccountByID(ctx, id)
}

func (o *overlay) TenureByName(ctx context.Context, n domain.Name) (domain.Tenure, error) {
	t, err := o.Store.TenureByName(ctx, n)
	if o.tenure != nil {
		o.tenure(&t)
	}
	return t, err
}

func (o *overlay) LoadOrder(ctx context.Context, account domain.AccountID, template domain.TemplateID, names []domain.Name, key string) (ops.OrderSnapshot, error) {
	s, err := o.Store.LoadOrder(ctx, account, template, names, key)
	if !o.busy {
		s.Busy = nil
	}
	return s, err
}

func (o *overlay) LeaseIntents(ctx context.Context, account, node string, wall time.Time, d time.Duration, limit int) ([]domain.Leased, error) {
	l, err := o.Store.LeaseIntents(ctx, account, node, wall, d, limit)
	if o.leased != nil {
		o.leased()
	}
	for i := range l {
		if o.old && l[i].Template != nil {
			l[i].Template.OldForm = true
		}
	}
	return l, err
}

func (h *house) Send(ctx context.Context, l domain.Leased) domain.Outcome { return h.send(ctx, l) }
func (h *house) Ask(ctx context.Context, l domain.Leased) domain.Outcome  { return h.ask(ctx, l) }
func (h *house) LongestCommand(string) time.Duration                      { return h.longest }

func (h *house) Check(_ context.Context, _ string, names []domain.Name) ([]ops.Availability, error) {
	var out []ops.Availability
	for _, n := range names {
		out = append(out, ops.Availability{Name: n, Available: true, Premium: h.fee[n] > 0, Fee: h.fee[n], Currency: "CNY"})
	}
	return out, nil
}

type plainText struct{}

func (plainText) Seal(p []byte, _ string) ([]byte, error) { return p, nil }
func (plainText) Open(p []byte, _ string) ([]byte, error) { return p, nil }
func (plainText) Current([]byte) bool                     { return true }

type nobody struct{ ops.Prober }

func (h *house) wall() time.Time {
	return time.Now().Add(time.Duration(h.moved.Load())).UTC().Truncate(time.Microsecond)
}

func accepted(l domain.Leased) domain.Outcome {
	at := time.Now().UTC().Truncate(time.Second)
	return domain.Outcome{Kind: domain.OutcomeAccepted, Object: domain.Object{Name: l.Intent.Name, ROID: "D1", Sponsor: "ours", Statuses: domain.Statuses{"ok"},
		NameServers: l.Intent.Payload.NameServers, CreatedAt: at, ExpiresAt: at.AddDate(1, 0, 0)}}
}

// engines runs a test on both databases.
func engines(t *testing.T, run func(h *house)) {
	t.Run("sqlite", func(t *testing.T) { run(open(t, sqlite(t))) })
	t.Run("postgres", func(t *testing.T) { run(open(t, store.Config{Engine: store.Postgres, DSN: pgtest.DSN(t)})) })
}

func sqlite(t *testing.T) store.Config {
	return store.Config{Engine: store.SQLite, DSN: filepath.Join(t.TempDir(), "r.db")}
}

func open(t *testing.T, cfg store.Config) *house {
	t.Helper()
	h := &house{T: t, longest: time.Second, fee: map[domain.Name]int64{}}
	h.send = func(_ context.Context, l domain.Leased) domain.Outcome { return accepted(l) }
	h.ask = func(context.Context, domain.Leased) domain.Outcome { return domain.Outcome{Kind: domain.OutcomeAbsent} }
	var err error
	if h.db, err = store.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.db.Close() })
	rows, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.db.Migrate(t.Context()), h.db.SeedPolicies(t.Context(), rows)); err != nil {
		t.Fatal(err)
	}
	table, err := policy.Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	h.over = &overlay{Store: h.db, busy: true}
	h.Ops, err = ops.New(ops.Deps{Store: h.over, Checker: h, Sender: h, Sealer: plainText{}, Prober: nobody{}, Us: []string{"ours"},
		Clock: ops.Clock{Business: h.wall, Wall: h.wall}, Terms: func() *policy.Table { return table }, Node: "n1",
		Rand: func(n int) []byte { return make([]byte, n) }})
	if err != nil {
		t.Fatal(err)
	}
	h.scope, h.form = h.owner("buyer@example.com")
	return h
}

// owner opens an account with money and an approved template.
func (h *house) owner(email string) (domain.Scope, domain.TemplateID) {
	h.Helper()
	a, err := h.SignUp(h.Context(), domain.Scope{}, ops.SignUp{Email: email, Role: domain.Owner})
	if err != nil {
		h.Fatal(err)
	}
	scope := domain.Scope{Account: a.ID, Actor: email, Via: "console"}
	h.ok(h.TopUp(h.Context(), scope, 1_000_000, "first"))
	id, err := h.db.NextIDs(h.Context(), 1)
	h.ok(err)
	h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.InsertTemplate{Template: domain.Template{ID: domain.TemplateID(id), Account: a.ID, Version: 1,
		Status: domain.TemplateApproved, CreatedAt: h.Now(), UpdatedAt: h.Now()}}}}))
	return scope, domain.TemplateID(id)
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) order(key string, names ...string) (ops.OrderView, error) {
	return h.Register(h.Context(), h.scope, ops.Register{Template: h.form, Names: names, Years: 1, Key: key, Agreement: h.Policy().House.Agreement})
}

func (h *house) must(names ...string) ops.OrderView {
	h.Helper()
	v, err := h.order("", names...)
	h.ok(err)
	return v
}

func (h *house) wallet(balance, held int64) {
	h.Helper()
	w, err := h.Wallet(h.Context(), h.scope)
	if h.ok(err); w.Balance != balance || w.Held != held {
		h.Errorf("balance %d, held %d; want %d, %d", w.Balance, w.Held, balance, held)
	}
	off, err := h.db.Reconcile(h.Context())
	if h.ok(err); len(off) > 0 {
		h.Error(off)
	}
}

func TestAKeyStandsForOneRequest(t *testing.T) {
	engines(t, func(h *house) {
		var wg sync.WaitGroup
		var ids sync.Map
		for range 6 {
			wg.Go(func() {
				v, err := h.order("k", "one.com", "two.com")
				if err != nil {
					h.Error(err)
				}
				ids.Store(v.ID, v.Doing)
			})
		}
		wg.Wait()
		n := 0
		ids.Range(func(_, doing any) bool { n++; return doing == 2 })
		if n != 1 {
			h.Fatalf("%d orders of one key", n)
		}
		h.wallet(1_000_000-2*6800, 2*6800)
		for _, other := range []ops.Register{
			{Names: []string{"one.com", "six.com"}, Years: 1}, {Names: []string{"one.com", "two.com"}, Years: 2},
			{Names: []string{"one.com", "two.com"}, Years: 1, LockTransfer: true}, {Names: []string{"one.com"}, Years: 1},
		} {
			other.Template, other.Key, other.Agreement = h.form, "k", h.Policy().House.Agreement
			if _, err := h.Register(h.Context(), h.scope, other); !fault.Is(err, "order.key-used") || fault.Of(err).Facts["order"] == "" {
				h.Errorf("%+v: %v", other, err)
			}
		}
		h.wallet(1_000_000-2*6800, 2*6800)
	})
}

func TestAPaymentIsTakenOnce(t *testing.T) {
	engines(t, func(h *house) {
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if err := h.TopUp(h.Context(), h.scope, 5000, "P-7"); err != nil {
					h.Error(err)
				}
			})
		}
		wg.Wait()
		h.wallet(1_005_000, 0)
		if err := h.TopUp(h.Context(), h.scope, 6000, "P-7"); !fault.Is(err, "payment.taken") {
			h.Errorf("another sum under the same reference: %v", err)
		}
		other, _ := h.owner("other@example.com")
		h.ok(h.TopUp(h.Context(), other, 6000, "P-7"))
		h.wallet(1_005_000, 0)
		system := domain.Scope{Operator: true}
		h.ok(h.FundDeposit(h.Context(), system, "verisim", 900, "opening:verisim"))
		h.ok(h.FundDeposit(h.Context(), system, "verisim", 900, "opening:verisim"))
		if b, err := h.Balances(h.Context(), system); err != nil || b.Accounts["deposit:verisim"] != 900 {
			h.Errorf("deposit %d, %v", b.Accounts["deposit:verisim"], err)
		}
	})
}

// A fee that was agreed to long ago, by a cart line, is not what is ordered at.
func TestAnOldFeeAsksTheBuyerAgain(t *testing.T) {
	engines(t, func(h *house) {
		put := func(fee int64) {
			h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.PutCart{Line: ops.CartLine{Account: h.scope.Account, Name: "gold.top", Years: 1, Fee: fee, AddedAt: h.Now()}}}}))
		}
		put(100) // seen when it was cheap
		h.fee["gold.top"] = 450_000
		_, err := h.order("", "gold.top")
		if f := fault.Of(err); !fault.Is(err, "order.price-changed") || f.Facts["shown"] != "110" || f.Facts["now"] != "495000" {
			h.Fatalf("%v", err)
		}
		h.wallet(1_000_000, 0)
		if _, err := h.order("", "gold.top"); err != nil { // the cart says today's fee now
			h.Fatal(err)
		}
		h.wallet(1_000_000-495_000, 495_000)

		put(450_000) // and a standard name is not sold at a premium
		h.fee["gold.top"] = 0
		if _, err := h.order("", "gold.top"); !fault.Is(err, "order.price-changed") {
			h.Errorf("%v", err)
		}
		h.wallet(1_000_000-495_000, 495_000)
	})
}

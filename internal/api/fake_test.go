package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

var _ Ops = (*ops.Ops)(nil)

const (
	testID     = "AKIDEXAMPLE"
	testSecret = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
	testUnix   = 1794100000 // 2026-11-08 UTC
)

// business is far from the wall clock: signatures must not look at it.
var business = time.Date(2027, 3, 1, 16, 30, 0, 0, time.UTC)

// fake answers as ops does, from memory, and counts what would have changed something.
type fake struct {
	mu        sync.Mutex
	table     *policy.Table
	changes   int
	scope     domain.Scope // of the last call
	register  ops.Register
	form      ops.TemplateForm
	orders    map[domain.OrderID]ops.OrderView
	items     []domain.Item
	tenures   []domain.Tenure
	templates map[domain.TemplateID]domain.Template
	found     map[string]ops.Found
	fail      error
	filter    ops.CaseFilter
	logged    ops.LogFilter
	asked     []string // changes of names, in words
	picture   []byte
	fileName  string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	rows, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	table, err := policy.Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	return &fake{table: table, orders: map[domain.OrderID]ops.OrderView{}, templates: map[domain.TemplateID]domain.Template{}, found: map[string]ops.Found{}}
}

func (f *fake) Now() time.Time { return business }

func (f *fake) Policy() *policy.Table { return f.table }
func (f *fake) Prices(_ context.Context, s domain.Scope) (*policy.Table, error) {
	return f.table.For("", f.Now()), nil
}

func (f *fake) seen(s domain.Scope) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scope = s
	return f.fail
}

func (f *fake) Candidates(q string) ([]domain.Name, []ops.Found) {
	if n, err := naming.Parse(q); err == nil {
		return []domain.Name{n}, nil
	}
	return nil, []ops.Found{{Display: q, State: ops.Malformed, Code: "input.name-malformed", Facts: fault.Facts{"name": q}}}
}

func (f *fake) Search(_ context.Context, s domain.Scope, names []domain.Name, each func(ops.Found)) {
	_ = f.seen(s)
	for _, n := range names {
		each(f.found[string(n)])
	}
}

func (f *fake) CheckName(_ context.Context, s domain.Scope, typed string) (ops.Found, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		e := fault.Of(err)
		return ops.Found{Display: typed, State: ops.Malformed, Code: e.Code, Facts: e.Facts}, f.seen(s)
	}
	return f.found[string(n)], f.seen(s)
}

func (f *fake) Register(_ context.Context, s domain.Scope, in ops.Register) (ops.OrderView, error) {
	if err := f.seen(s); err != nil {
		return ops.OrderView{}, err
	}
	f.changes++
	f.register = in
	v := ops.OrderView{Order: domain.Order{ID: 77, Account: s.Account, Action: domain.ActionNew, Count: len(in.Names), Number: "20270301000000077", CreatedAt: business}, Doing: len(in.Names)}
	f.orders[77] = v
	return v, nil
}

func (f *fake) ChangeNameServers(_ context.Context, s domain.Scope, names, _ []string) (ops.OrderView, error) {
	f.changes++
	return ops.OrderView{Order: domain.Order{ID: 78, Count: len(names), Action: domain.ActionDNS}}, f.seen(s)
}

func (f *fake) act(s domain.Scope, what string, about ...any) (ops.OrderView, error) {
	f.asked = append(f.asked, strings.TrimSpace(fmt.Sprintln(append([]any{what}, about...)...)))
	return ops.OrderView{Order: domain.Order{ID: 79, Count: 1}}, f.seen(s)
}

func (f *fake) Renew(_ context.Context, s domain.Scope, in ops.Renew) (ops.OrderView, error) {
	auto := -1
	if in.AutoRenew != nil {
		auto = *in.AutoRenew
	}
	return f.act(s, "renew", in.Names, in.Years, auto)
}

func (f *fake) SetLock(_ context.Context, s domain.Scope, names []string, lock ops.Lock, on bool) (ops.OrderView, error) {
	return f.act(s, "lock", names, lock, on)
}

func (f *fake) ChangeRegistrant(_ context.Context, s domain.Scope, names []string, id domain.TemplateID, lock bool) (ops.OrderView, error) {
	return f.act(s, "registrant", names, id, lock)
}

func (f *fake) SetDS(_ context.Context, s domain.Scope, name string, ds []domain.DS) (ops.OrderView, error) {
	return f.act(s, "ds", name, ds)
}

func (f *fake) DrawAuthCode(_ context.Context, s domain.Scope, name string) (ops.OrderView, error) {
	return f.act(s, "draw", name)
}

func (f *fake) ClearAuthCode(_ context.Context, s domain.Scope, name string) (ops.OrderView, error) {
	return f.act(s, "clear", name)
}

func (f *fake) ShowAuthCode(_ context.Context, s domain.Scope, name string) (string, time.Time, error) {
	_, err := f.act(s, "show", name)
	return "Code-1", business, err
}

func (f *fake) Delete(_ context.Context, s domain.Scope, name string) (ops.OrderView, error) {
	return f.act(s, "delete", name)
}

func (f *fake) Restore(_ context.Context, s domain.Scope, name string, most int64, _ string) (ops.OrderView, error) {
	return f.act(s, "restore", name, most)
}

func (f *fake) AnswerTransfer(_ context.Context, s domain.Scope, name string, approve bool) (ops.OrderView, error) {
	return f.act(s, "answer", name, approve)
}

func (f *fake) DomainByID(ctx context.Context, s domain.Scope, _ domain.TenureID) (domain.Tenure, error) {
	return f.Domain(ctx, s, "a.com")
}

func (f *fake) Order(_ context.Context, s domain.Scope, id domain.OrderID) (ops.OrderView, error) {
	v, ok := f.orders[id]
	if !ok {
		return v, fault.New(fault.Missing, "order.not-found", "order", "1")
	}
	return v, f.seen(s)
}

func (f *fake) Orders(_ context.Context, s domain.Scope, filter ops.OrderFilter) ([]ops.OrderView, int, error) {
	var out []ops.OrderView
	if len(filter.IDs) == 0 {
		for _, v := range f.orders {
			out = append(out, v)
		}
	}
	for _, id := range filter.IDs {
		if v, ok := f.orders[id]; ok {
			out = append(out, v)
		}
	}
	return out, len(out), f.seen(s)
}

func (f *fake) Items(_ context.Context, s domain.Scope, _ domain.OrderID, _ ops.Page) ([]domain.Item, int, error) {
	return f.items, len(f.items), f.seen(s)
}

func (f *fake) Domain(_ context.Context, s domain.Scope, name string) (domain.Tenure, error) {
	n, err := naming.Parse(name)
	if err != nil {
		return domain.Tenure{}, err
	}
	for _, t := range f.tenures {
		if t.Name == n && s.Owns(t.Account) {
			return t, f.seen(s)
		}
	}
	return domain.Tenure{}, fault.New(fault.Missing, "domain.not-found", "name", name)
}

func (f *fake) Domains(_ context.Context, s domain.Scope, p ops.TenureFilter) ([]domain.Tenure, int, error) {
	return f.tenures[:min(p.Limit, len(f.tenures))], len(f.tenures), f.seen(s)
}

func (f *fake) LogLines(_ context.Context, s domain.Scope, filter ops.LogFilter) ([]ops.LogLine, error) {
	f.logged = filter
	return []ops.LogLine{{Event: domain.Event{ID: 9, Subject: filter.Subject, Kind: "domain.registered", Actor: "a", Result: "ok", At: business}, Seq: 4, ChainHash: []byte{0xab}}}, f.seen(s)
}

func (f *fake) ExportLog(_ context.Context, s domain.Scope, filter ops.LogFilter, w io.Writer, most int) (int64, error) {
	f.logged = filter
	_, err := fmt.Fprintf(w, "id\n9 of %d\n", most)
	return 7, errors.Join(err, f.seen(s))
}

func (f *fake) CreateTemplate(_ context.Context, s domain.Scope, in ops.TemplateForm) (domain.Template, error) {
	if err := f.seen(s); err != nil {
		return domain.Template{}, err
	}
	f.changes++
	f.form = in
	t := domain.Template{ID: 5, Account: s.Account, Status: domain.TemplateInAudit, Contact: in.Contact, CertificateType: in.CertificateType, MaskedNumber: "110***********1234", CreatedAt: business, UpdatedAt: business}
	f.templates[5] = t
	return t, nil
}

func (f *fake) Template(_ context.Context, s domain.Scope, id domain.TemplateID) (domain.Template, error) {
	t, ok := f.templates[id]
	if !ok || !s.Owns(t.Account) {
		return t, fault.New(fault.Missing, "template.not-found", "template", id.Public())
	}
	return t, f.seen(s)
}

func (f *fake) Templates(_ context.Context, s domain.Scope, _ ops.TemplateFilter) ([]domain.Template, int, error) {
	var out []domain.Template
	for _, t := range f.templates {
		out = append(out, t)
	}
	return out, len(out), f.seen(s)
}

func (f *fake) Wallet(_ context.Context, s domain.Scope) (ops.Wallet, error) {
	return ops.Wallet{Currency: "CNY", Balance: 12345, Held: 6800}, f.seen(s)
}

func (f *fake) TopUp(_ context.Context, s domain.Scope, amount int64, _ string) error {
	if amount <= 0 {
		return fault.New(fault.Invalid, "input.amount", "min", "100", "max", "1000")
	}
	f.changes++
	return f.seen(s)
}

func (f *fake) Cases(_ context.Context, s domain.Scope, filter ops.CaseFilter) ([]domain.Case, error) {
	f.filter = filter
	return []domain.Case{{ID: 3, Subject: filter.Subject, Code: "registration.taken", Facts: map[string]string{"name": "a.com"}, OpenedAt: business}}, f.seen(s)
}

func (f *fake) Lookup(_ context.Context, s domain.Scope, typed string) (ops.Finding, error) {
	return ops.Finding{Name: "a.com", Display: "a.com", Public: ops.PublicRegistration{Found: true, Registrar: "Rival"},
		Case: &domain.Case{Subject: "a.com", Code: "lookup.not-our-registrar"}}, f.seen(s)
}

func (f *fake) Freshness(_ context.Context, s domain.Scope, page int64) (*domain.Case, error) {
	if page < 4 {
		return &domain.Case{Code: "lookup.stale-view"}, f.seen(s)
	}
	return nil, f.seen(s)
}

// keys is one key of account 8, and one of an operator.
type keys struct{}

func (keys) Secret(_ context.Context, id string) (domain.APIKey, string, error) {
	switch id {
	case testID:
		return domain.APIKey{SecretID: id, Account: 8, Role: domain.Owner}, testSecret, nil
	case "AKIDOPERATOR":
		return domain.APIKey{SecretID: id, Account: 2, Role: domain.Operator}, testSecret, nil
	case "AKIDREVOKED":
		return domain.APIKey{}, "", fault.New(fault.Denied, "auth.secret-id-revoked")
	}
	return domain.APIKey{}, "", fault.New(fault.Denied, "auth.secret-id-not-found")
}

func newAPI(t *testing.T, o Ops, l Limits) *API {
	t.Helper()
	a, err := New(Deps{Ops: o, Keys: keys{}, Wall: func() time.Time { return time.Unix(testUnix, 0) }, Log: slog.New(slog.DiscardHandler), Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func (f *fake) CancelOrder(_ context.Context, s domain.Scope, id domain.OrderID) (int, error) {
	f.changes++
	return 2, f.seen(s)
}

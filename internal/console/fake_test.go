package console

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"

	"github.com/openregistrar/openregistrar/internal/auth"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

var today = time.Date(2026, 11, 23, 2, 40, 0, 0, time.UTC)

// fake is a registrar in memory. Its fields are what its operations answer with; scopes records on whose behalf.
type fake struct {
	mu        sync.Mutex
	table     *policy.Table
	accounts  []domain.Account
	carts     map[domain.AccountID][]ops.CartPriced
	templates []domain.Template
	wallet    ops.Wallet
	lines     []ops.LedgerLine
	orders    []ops.OrderView
	items     []domain.Item
	names     []domain.Tenure
	events    []domain.Event
	logged    ops.LogFilter
	unsealed  int64
	cases     []domain.Case
	keys      []domain.APIKey
	finding   *ops.Finding
	found     map[string]ops.Found // by name; others are available
	balances  ops.Balances
	fail      map[string]error // by operation
	scopes    map[string]domain.Scope
	placed    []ops.Register
	asked     []string // changes of names, in words
	topped    []int64
	registry  ops.RegistryView
	window    ops.WindowForm
	did       string        // at a registry
	pause     chan struct{} // Search waits on it between answers
	wire      wire
	rule      policy.Rule
	people    people
	naming    fakeNaming
	past      map[domain.Name]ops.Risk
	appeals   []domain.RiskAppeal
	feeds     []domain.Feed
	said      []ops.Known
	loaded    []ops.FeedForm
}

func newFake(t testing.TB) *fake {
	t.Helper()
	rows, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	table, err := policy.Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	return &fake{table: table, carts: map[domain.AccountID][]ops.CartPriced{}, wallet: ops.Wallet{Currency: "CNY"},
		found: map[string]ops.Found{}, fail: map[string]error{}, scopes: map[string]domain.Scope{}}
}

func (f *fake) call(op string, scope domain.Scope) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scopes[op] = scope
	return f.fail[op]
}

func (f *fake) AccountByEmail(_ context.Context, email string) (domain.Account, error) {
	for _, a := range f.accounts {
		if a.Email == email {
			return a, nil
		}
	}
	return domain.Account{}, fault.New(fault.Missing, "account.not-found")
}

func (f *fake) AccountByID(_ context.Context, id domain.AccountID) (domain.Account, error) {
	for _, a := range f.accounts {
		if a.ID == id {
			return a, nil
		}
	}
	return domain.Account{}, fault.New(fault.Missing, "account.not-found")
}

func (f *fake) SignUp(_ context.Context, _ domain.Scope, in ops.SignUp) (domain.Account, error) {
	for _, a := range f.accounts {
		if a.Email == strings.ToLower(in.Email) {
			return domain.Account{}, fault.New(fault.Conflict, "account.email-taken", "email", in.Email)
		}
	}
	a := domain.Account{ID: domain.AccountID(len(f.accounts) + 1), Email: strings.ToLower(in.Email), Name: in.Name, Role: in.Role,
		Locale: in.Locale, PasswordHash: in.PasswordHash, ViewVersion: 7, CreatedAt: today.AddDate(0, -2, 0)}
	if a.Name == "" {
		a.Name = "lin"
	}
	f.accounts = append(f.accounts, a)
	return a, nil
}

func (f *fake) CreateAPIKey(_ context.Context, s domain.Scope, label string) (domain.APIKey, string, error) {
	k := domain.APIKey{SecretID: "AKID8Q2fT5yWc0mVh3RzLk7NpXs1BdGj4UaE", Label: label, Account: s.Account, CreatedAt: today}
	return k, "s3cretS3cretS3cretS3cretS3cretS3cretS3cr", f.call("CreateAPIKey", s)
}
func (f *fake) RevokeAPIKey(_ context.Context, s domain.Scope, _ string) error {
	return f.call("RevokeAPIKey", s)
}
func (f *fake) APIKeys(_ context.Context, s domain.Scope) ([]domain.APIKey, error) {
	return append([]domain.APIKey(nil), f.keys...), f.call("APIKeys", s)
}

func (f *fake) Candidates(q string) (names []domain.Name, bad []ops.Found) {
	for _, w := range strings.Fields(q) {
		if !strings.Contains(w, ".") {
			for _, s := range f.table.Suffixes() {
				if s.ASCII {
					w2 := domain.Name(w + "." + s.Suffix)
					names = append(names, w2)
				}
			}
			continue
		}
		if n, err := naming.Parse(w); err == nil {
			names = append(names, n)
		} else {
			e := fault.Of(err)
			bad = append(bad, ops.Found{Display: w, State: ops.Malformed, Code: e.Code, Facts: e.Facts})
		}
	}
	return names, bad
}

func (f *fake) Search(_ context.Context, s domain.Scope, names []domain.Name, each func(ops.Found)) {
	_ = f.call("Search", s)
	for _, n := range names {
		if f.pause != nil {
			<-f.pause
		}
		suffix, _ := f.table.Suffix(n.Suffix())
		r := ops.Found{Name: n, Display: naming.Display(n), Suffix: suffix, State: ops.Available, Price: suffix.New, Renew: suffix.Renew, Currency: "CNY"}
		if other, ok := f.found[string(n)]; ok {
			r.State, r.Code, r.Facts, r.Risk = other.State, other.Code, other.Facts, other.Risk
			if other.Price > 0 {
				r.Price, r.Renew, r.Fee, r.Offer = other.Price, other.Renew, other.Fee, other.Offer
			}
		}
		each(r)
	}
}

func (f *fake) Cart(_ context.Context, s domain.Scope) (ops.CartView, error) {
	if err := f.call("Cart", s); err != nil {
		return ops.CartView{}, err
	}
	v := ops.CartView{Currency: "CNY"}
	for _, l := range f.carts[s.Account] {
		v.Lines = append(v.Lines, l)
		v.Total += l.Price
	}
	return v, nil
}
func (f *fake) AddToCart(_ context.Context, s domain.Scope, typed string, years int) error {
	if err := f.call("AddToCart", s); err != nil {
		return err
	}
	n, err := naming.Parse(typed)
	if err != nil {
		return err
	}
	suffix, _ := f.table.Suffix(n.Suffix())
	price, _ := suffix.Price("new", years)
	f.carts[s.Account] = append(f.carts[s.Account], ops.CartPriced{
		CartLine: ops.CartLine{Account: s.Account, Name: n, Years: years}, Display: naming.Display(n), Price: price, Renew: suffix.Renew})
	return nil
}
func (f *fake) RemoveFromCart(_ context.Context, s domain.Scope, _ ...string) error {
	f.carts[s.Account] = nil
	return f.call("RemoveFromCart", s)
}

func (f *fake) Register(_ context.Context, s domain.Scope, in ops.Register) (ops.OrderView, error) {
	if err := f.call("Register", s); err != nil {
		return ops.OrderView{}, err
	}
	f.placed = append(f.placed, in)
	return ops.OrderView{Order: domain.Order{ID: 1042}}, nil
}
func (f *fake) ChangeNameServers(_ context.Context, s domain.Scope, _, _ []string) (ops.OrderView, error) {
	return ops.OrderView{Order: domain.Order{ID: 1043}}, f.call("ChangeNameServers", s)
}
func (f *fake) changed(s domain.Scope, what string, about ...any) (ops.OrderView, error) {
	f.asked = append(f.asked, strings.TrimSpace(fmt.Sprintln(append([]any{what}, about...)...)))
	return ops.OrderView{Order: domain.Order{ID: 1044}}, f.call(what, s)
}
func (f *fake) ChangeRegistrant(_ context.Context, s domain.Scope, names []string, id domain.TemplateID, lock bool) (ops.OrderView, error) {
	return f.changed(s, "ChangeRegistrant", names, id.Public(), lock)
}
func (f *fake) Renew(_ context.Context, s domain.Scope, in ops.Renew) (ops.OrderView, error) {
	return f.changed(s, "Renew", in.Names, in.Years, in.MaxTotal)
}
func (f *fake) SetLock(_ context.Context, s domain.Scope, names []string, lock ops.Lock, on bool) (ops.OrderView, error) {
	return f.changed(s, "SetLock", names, lock, on)
}
func (f *fake) SetDS(_ context.Context, s domain.Scope, name string, ds []domain.DS) (ops.OrderView, error) {
	return f.changed(s, "SetDS", name, ds)
}
func (f *fake) DrawAuthCode(_ context.Context, s domain.Scope, name string) (ops.OrderView, error) {
	return f.changed(s, "DrawAuthCode", name)
}
func (f *fake) ClearAuthCode(_ context.Context, s domain.Scope, name string) (ops.OrderView, error) {
	return f.changed(s, "ClearAuthCode", name)
}
func (f *fake) ShowAuthCode(_ context.Context, s domain.Scope, name string) (string, time.Time, error) {
	_, err := f.changed(s, "ShowAuthCode", name)
	return "Qv7tR2mXk9LpZs4WdN8cYb6HfA", today.AddDate(0, 0, 5), err
}
func (f *fake) Delete(_ context.Context, s domain.Scope, name string) (ops.OrderView, error) {
	return f.changed(s, "Delete", name)
}
func (f *fake) Restore(_ context.Context, s domain.Scope, name string, most int64, _ string) (ops.OrderView, error) {
	return f.changed(s, "Restore", name, most)
}
func (f *fake) AnswerTransfer(_ context.Context, s domain.Scope, name string, approve bool) (ops.OrderView, error) {
	return f.changed(s, "AnswerTransfer", name, approve)
}
func (f *fake) Order(_ context.Context, s domain.Scope, id domain.OrderID) (ops.OrderView, error) {
	if err := f.call("Order", s); err != nil {
		return ops.OrderView{}, err
	}
	for _, o := range f.orders {
		if o.ID == id {
			return o, nil
		}
	}
	return ops.OrderView{}, fault.New(fault.Missing, "order.not-found", "order", fmt.Sprint(id))
}
func (f *fake) Orders(_ context.Context, s domain.Scope, _ ops.OrderFilter) ([]ops.OrderView, int, error) {
	return f.orders, len(f.orders) + 30*min(1, len(f.orders)), f.call("Orders", s)
}
func (f *fake) Items(_ context.Context, s domain.Scope, id domain.OrderID, _ ops.Page) ([]domain.Item, int, error) {
	var out []domain.Item
	for _, it := range f.items {
		if it.Order == id {
			out = append(out, it)
		}
	}
	return out, len(out), f.call("Items", s)
}

func (f *fake) Domain(_ context.Context, s domain.Scope, typed string) (domain.Tenure, error) {
	if err := f.call("Domain", s); err != nil {
		return domain.Tenure{}, err
	}
	n, err := naming.Parse(typed)
	if err != nil {
		return domain.Tenure{}, err
	}
	for _, t := range f.names {
		if t.Name == n {
			return t, nil
		}
	}
	return domain.Tenure{}, fault.New(fault.Missing, "domain.not-found", "name", naming.Display(n))
}
func (f *fake) Domains(_ context.Context, s domain.Scope, filter ops.TenureFilter) ([]domain.Tenure, int, error) {
	if filter.Contains != "" {
		return nil, 0, f.call("Domains", s)
	}
	return f.names, len(f.names), f.call("Domains", s)
}
func (f *fake) Log(_ context.Context, s domain.Scope, subject string, _ int64, _ int) ([]domain.Event, error) {
	if subject == "nothing" {
		return nil, nil
	}
	return f.events, f.call("Log", s)
}
func (f *fake) Wallet(_ context.Context, s domain.Scope) (ops.Wallet, error) {
	return f.wallet, f.call("Wallet", s)
}
func (f *fake) Statement(_ context.Context, s domain.Scope, _ int64, _ int) ([]ops.LedgerLine, error) {
	return f.lines, f.call("Statement", s)
}
func (f *fake) TopUp(_ context.Context, s domain.Scope, amount int64, _ string) error {
	if amount < 100 {
		return fault.New(fault.Invalid, "input.amount", "min", "100", "max", "100000000", "currency", "CNY")
	}
	f.topped = append(f.topped, amount)
	return f.call("TopUp", s)
}
func (f *fake) Balances(_ context.Context, s domain.Scope) (ops.Balances, error) {
	return f.balances, f.call("Balances", s)
}
func (f *fake) Cases(_ context.Context, s domain.Scope, _ ops.CaseFilter) ([]domain.Case, error) {
	return f.cases, f.call("Cases", s)
}
func (f *fake) Lookup(_ context.Context, s domain.Scope, typed string) (ops.Finding, error) {
	if err := f.call("Lookup", s); err != nil {
		return ops.Finding{}, err
	}
	n, err := naming.Parse(typed)
	if err != nil || f.finding == nil {
		return ops.Finding{Name: n, Display: typed}, err
	}
	return *f.finding, nil
}
func (f *fake) Freshness(_ context.Context, s domain.Scope, page int64) (*domain.Case, error) {
	if err := f.call("Freshness", s); err != nil {
		return nil, err
	}
	if page < 7 {
		return &domain.Case{Code: "lookup.stale-view", Facts: map[string]string{"page": fmt.Sprint(page), "now": "7"}}, nil
	}
	return nil, nil
}
func (f *fake) Registry(_ context.Context, s domain.Scope, _ string) (ops.RegistryView, error) {
	return f.registry, f.call("Registry", s)
}
func (f *fake) AddWindow(_ context.Context, s domain.Scope, in ops.WindowForm) error {
	f.window = in
	return f.call("AddWindow", s)
}
func (f *fake) CancelWindow(_ context.Context, s domain.Scope, account string, id int64) error {
	f.did = fmt.Sprintf("cancel %s %d", account, id)
	return f.call("CancelWindow", s)
}
func (f *fake) DepositFilled(_ context.Context, s domain.Scope, account string, amount int64, ref string) error {
	f.did = fmt.Sprintf("deposit %s %d %s", account, amount, ref)
	return f.call("DepositFilled", s)
}
func (f *fake) ChangeRegistryPassword(_ context.Context, s domain.Scope, account string) error {
	f.did = "password " + account
	return f.call("ChangeRegistryPassword", s)
}
func (f *fake) ReplaceRegistryCertificate(_ context.Context, s domain.Scope, account string, text []byte) error {
	f.did = "certificate " + account + " " + string(text)
	return f.call("ReplaceRegistryCertificate", s)
}
func (f *fake) Policy() *policy.Table { return f.table }
func (f *fake) Now() time.Time        { return today }

// bench is the console on the fake, with a browser's cookies.
type bench struct {
	f   *fake
	h   http.Handler
	log *strings.Builder
}

func newBench(t testing.TB, change ...func(*Deps)) *bench {
	t.Helper()
	f := newFake(t)
	a, err := auth.New(auth.Config{Accounts: f, Opener: f, Sessions: memstore.NewWithCleanupInterval(0), Wall: func() time.Time { return today },
		Hash: auth.HashParams{Memory: 64, Time: 1, Threads: 1, Parallel: 2}})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{f: f, log: &strings.Builder{}}
	d := Deps{Ops: f, Auth: a, Log: slog.New(slog.NewTextHandler(b.log, nil)), Simulated: true, Version: "0.1", Wall: func() time.Time { return today }}
	for _, c := range change {
		c(&d)
	}
	if b.h, err = New(d); err != nil {
		t.Fatal(err)
	}
	return b
}

// browser keeps cookies between requests.
type browser struct {
	b       *bench
	cookies map[string]*http.Cookie
	accept  string
}

func (b *bench) visitor() *browser { return &browser{b: b, cookies: map[string]*http.Cookie{}} }

// as signs up somebody of the role and gives the signed-in browser.
func (b *bench) as(t testing.TB, role domain.Role) *browser {
	t.Helper()
	v := b.visitor()
	email := "lin@yunhe-tea.com"
	if role == domain.Operator {
		email = "zhou@registrar.example"
	}
	res, _ := v.post("/signup", url.Values{"email": {email}, "name": {map[domain.Role]string{domain.Owner: "林晓", domain.Operator: "周岚"}[role]}, "password": {"correct horse battery"}})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-up: %d", res.StatusCode)
	}
	b.f.accounts[len(b.f.accounts)-1].Role = role
	return v
}

func (v *browser) do(method, target string, body io.Reader, head http.Header) (*http.Response, string) {
	r := httptest.NewRequest(method, "http://localhost:8080"+target, body)
	for k, vs := range head {
		r.Header[k] = vs
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.b.h.ServeHTTP(w, r)
	res := w.Result()
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		} else {
			v.cookies[c.Name] = c
		}
	}
	return res, w.Body.String()
}

func (v *browser) get(target string) (*http.Response, string) {
	return v.do("GET", target, nil, http.Header{"Accept-Language": {v.accept}})
}

func (v *browser) post(target string, form url.Values) (*http.Response, string) {
	return v.do("POST", target, strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept-Language": {v.accept}})
}

func (f *fake) CancelOrder(_ context.Context, s domain.Scope, id domain.OrderID) (int, error) {
	f.did = fmt.Sprintf("cancel order %d of %d", id, s.Account)
	return 1, f.fail["CancelOrder"]
}

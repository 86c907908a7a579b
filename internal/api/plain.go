package api

import (
	"context"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Money below is minor units; times are RFC 3339, UTC.

// WalletOut is what can be spent.
type WalletOut struct {
	Currency string `json:"currency"`
	Balance  int64  `json:"balance" doc:"Minor units that can be spent."`
	Held     int64  `json:"held" doc:"Minor units set aside for orders under way."`
}

func getWallet(ctx context.Context, a *API, c caller, _ *empty) (*WalletOut, error) {
	w, err := a.Ops.Wallet(ctx, c.scope)
	return &WalletOut{w.Currency, w.Balance, w.Held}, err
}

type topUpIn struct {
	Amount int64  `json:"amount" doc:"Minor units."`
	Ref    string `json:"ref,omitempty" maxLength:"64" doc:"The payment's own number; one is made when left out."`
}

func createTopUp(ctx context.Context, a *API, c caller, in *topUpIn) (*WalletOut, error) {
	if err := a.Ops.TopUp(ctx, c.scope, in.Amount, in.Ref); err != nil {
		return nil, err
	}
	return getWallet(ctx, a, c, nil)
}

type casesIn struct {
	Subject string `json:"subject,omitempty" maxLength:"255" doc:"A name, order number or template id."`
	Open    bool   `json:"open,omitempty" doc:"Only what isn't cleared."`
	Limit   *int   `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"50 when left out."`
}

// CasesOut lists faults found.
type CasesOut struct {
	Cases []CaseOut `json:"cases"`
}

// CaseOut is a fault found, with its evidence and the way out.
type CaseOut struct {
	ID        int64             `json:"id"`
	Subject   string            `json:"subject"`
	Code      string            `json:"code"`
	Title     string            `json:"title"`
	Detail    string            `json:"detail"`
	Remedy    []string          `json:"remedy" doc:"What to do, in order."`
	Facts     map[string]string `json:"facts"`
	OpenedAt  string            `json:"opened_at"`
	ClearedAt string            `json:"cleared_at,omitempty"`
}

func listCases(ctx context.Context, a *API, c caller, in *casesIn) (*CasesOut, error) {
	f := ops.CaseFilter{Subject: subject(in.Subject), Open: in.Open, Limit: 50}
	if !c.scope.Operator {
		f.Account = c.scope.Account
	}
	if in.Limit != nil {
		f.Limit = *in.Limit
	}
	list, err := a.Ops.Cases(ctx, c.scope, f)
	if err != nil {
		return nil, err
	}
	out := &CasesOut{Cases: []CaseOut{}}
	for _, k := range list {
		out.Cases = append(out.Cases, caseOut(c.lang, k))
	}
	return out, nil
}

func caseOut(lang string, k domain.Case) CaseOut {
	w := diagnose.Text(lang, fault.Code(k.Code), k.Facts)
	return CaseOut{k.ID, k.Subject, k.Code, w.Title, w.What, append([]string{}, w.Remedy...), facts(k.Facts), utc(k.OpenedAt), utc(k.ClearedAt)}
}

// subject is a name in its wire form where it is one, so that 例子.cn finds what xn--fsqu00a.cn did.
func subject(typed string) string {
	if n, err := naming.Parse(typed); err == nil {
		return string(n)
	}
	return typed
}

func facts(f map[string]string) map[string]string {
	if f == nil {
		return map[string]string{}
	}
	return f
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type lookupIn struct {
	Name string `json:"name"`
}

// LookupOut says where a name is.
type LookupOut struct {
	Name    string     `json:"name"`
	Display string     `json:"display"`
	Yours   *YoursOut  `json:"yours,omitempty"`
	Case    *CaseOut   `json:"case,omitempty" doc:"Why it isn't in the list."`
	Public  *PublicOut `json:"public,omitempty" doc:"What public directories say."`
}

// YoursOut is a name in the caller's account.
type YoursOut struct {
	DomainID  string `json:"domain_id"`
	ExpiresAt string `json:"expires_at"`
}

// PublicOut is what public directories say of a name.
type PublicOut struct {
	Registrar   string   `json:"registrar"`
	RegistrarID string   `json:"registrar_iana_id"`
	URL         string   `json:"url"`
	CreatedAt   string   `json:"created_at"`
	ExpiresAt   string   `json:"expires_at"`
	Statuses    []string `json:"statuses"`
	NameServers []string `json:"name_servers"`
	Source      string   `json:"source"`
}

func lookupName(ctx context.Context, a *API, c caller, in *lookupIn) (*LookupOut, error) {
	f, err := a.Ops.Lookup(ctx, c.scope, in.Name)
	if err != nil {
		return nil, err
	}
	out := &LookupOut{Name: string(f.Name), Display: f.Display}
	if f.Yours != nil {
		out.Yours = &YoursOut{f.Yours.ID.Public(), utc(f.Yours.ExpiresAt)}
	}
	if f.Case != nil {
		k := caseOut(c.lang, *f.Case)
		out.Case = &k
	}
	if p := f.Public; p.Found {
		out.Public = &PublicOut{
			Registrar: p.Registrar, RegistrarID: p.RegistrarID, URL: p.URL, CreatedAt: utc(p.CreatedAt), ExpiresAt: utc(p.ExpiresAt),
			Statuses: []string{}, NameServers: append([]string{}, p.NameServers...), Source: p.Source,
		}
		for _, s := range p.Statuses {
			out.Public.Statuses = append(out.Public.Statuses, string(s))
		}
	}
	return out, nil
}

type freshnessIn struct {
	Version int64 `json:"version" minimum:"0" doc:"The view version that the page was made at."`
}

// FreshnessOut tells whether a page is still true.
type FreshnessOut struct {
	Fresh bool     `json:"fresh"`
	Case  *CaseOut `json:"case,omitempty"`
}

func getFreshness(ctx context.Context, a *API, c caller, in *freshnessIn) (*FreshnessOut, error) {
	k, err := a.Ops.Freshness(ctx, c.scope, in.Version)
	if err != nil {
		return nil, err
	}
	out := &FreshnessOut{Fresh: k == nil}
	if k != nil {
		shown := caseOut(c.lang, *k)
		out.Case = &shown
	}
	return out, nil
}

type searchIn struct {
	Q string `json:"q" maxLength:"20000" doc:"Names, labels, or a list of them."`
}

// SearchLine is one name's answer.
type SearchLine struct {
	Name     string            `json:"name"`
	Display  string            `json:"display"`
	State    string            `json:"state" doc:"available, premium, taken, reserved, yours, barred (a word list refuses it), malformed, unknown"`
	Code     string            `json:"code,omitempty"`
	Title    string            `json:"title,omitempty"`
	Detail   string            `json:"detail,omitempty"`
	Remedy   []string          `json:"remedy,omitempty" doc:"What to do, in order."`
	Facts    map[string]string `json:"facts,omitempty"`
	Review   string            `json:"review,omitempty" doc:"Why people look at it before it is registered."`
	Price    int64             `json:"price,omitempty" doc:"First year, minor units."`
	Renew    int64             `json:"renew,omitempty" doc:"Renewal, a year, minor units."`
	Restore  int64             `json:"restore,omitempty" doc:"Out of the redemption period, minor units; the registry's fee for a premium name may come on top."`
	Transfer int64             `json:"transfer,omitempty" doc:"Transfer in, minor units."`
	Premium  bool              `json:"premium,omitempty" doc:"Its registry asks a fee of its own."`
	Currency string            `json:"currency,omitempty"`
	Risk     *RiskOut          `json:"risk,omitempty" doc:"What its next holder should know; an order asks that it is acknowledged."`
}

func searchNames(ctx context.Context, a *API, c caller, in *searchIn) (lines, error) {
	names, bad := a.Ops.Candidates(in.Q)
	return a.searching(ctx, c, names, bad), nil
}

type searchListIn struct {
	Names []string `json:"names" minItems:"1" doc:"1 to 4,000 names; a bare word is tried under every usual suffix."`
}

func searchList(ctx context.Context, a *API, c caller, in *searchListIn) (lines, error) {
	names, bad, err := a.Ops.CandidateList(strings.Join(in.Names, "\n"))
	if err != nil {
		return nil, err
	}
	return a.searching(ctx, c, names, bad), nil
}

// searching answers for names as their registries do.
func (a *API) searching(ctx context.Context, c caller, names []domain.Name, bad []ops.Found) lines {
	return func(emit func(any)) {
		for _, f := range bad {
			emit(searchLine(c.lang, f))
		}
		if len(names) > 0 {
			a.Ops.Search(ctx, c.scope, names, func(f ops.Found) { emit(searchLine(c.lang, f)) })
		}
	}
}

func searchLine(lang string, f ops.Found) SearchLine {
	l := SearchLine{
		Name: string(f.Name), Display: f.Display, State: f.State, Code: string(f.Code), Facts: f.Facts,
		Price: f.Price, Renew: f.Renew, Currency: f.Currency,
	}
	if f.Doubt != nil {
		l.Review = doubted(lang, f)
	}
	switch {
	case f.Code != "":
		w := diagnose.Text(lang, f.Code, f.Facts)
		l.Title, l.Detail, l.Remedy = w.Title, w.What, w.Remedy
	default:
		l.Restore, l.Transfer, l.Premium = f.Suffix.Redeem, f.Suffix.Transfer, f.Fee > 0
		if f.Risk != nil {
			l.Risk = riskOut(lang, *f.Risk)
		}
	}
	return l
}

package ops

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// Finding says why a name is, or isn't, in the caller's list.
type Finding struct {
	Name    domain.Name
	Display string
	Yours   *domain.Tenure
	Case    *domain.Case
	Public  PublicRegistration
}

// Lookup finds out why a name isn't in the caller's list (seed article R2), from the public directories and the DNS.
func (o *Ops) Lookup(ctx context.Context, scope domain.Scope, typed string) (Finding, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Name: n, Display: naming.Display(n)}
	running, err := o.Store.TenureByName(ctx, n)
	switch {
	case err == nil && running.Account == scope.Account:
		f.Yours = &running
		return f, o.clear(ctx, scope, string(n), "lookup.not-our-registrar")
	case err != nil && fault.Of(err).Kind != fault.Missing:
		return Finding{}, err
	case err == nil: // here, in another account: what can be told about that is the account finder's
		return f, nil
	}
	if f.Public, err = o.Prober.Registration(ctx, n); err != nil {
		return Finding{}, fault.Wrap(err, fault.Unavailable, "registry.unreachable", "registry", n.Suffix(), "name", f.Display)
	}
	servers, _ := o.Prober.Servers(ctx, n) // no answer is no evidence, and none is needed
	if len(servers) == 0 {
		servers = f.Public.NameServers
	}
	f.Case = decideLookup(scope, n, f.Public, servers, o.Policy().House.DefaultNS, o.Now())
	if f.Case == nil {
		return f, o.clear(ctx, scope, string(n), "lookup.not-our-registrar")
	}
	if scope.Account == 0 {
		return f, nil
	}
	return f, o.Store.Commit(ctx, Plan{Writes: []Write{OpenCase{*f.Case}}})
}

func decideLookup(scope domain.Scope, n domain.Name, p PublicRegistration, servers, house []string, now time.Time) *domain.Case {
	if !p.Found {
		return nil
	}
	facts := map[string]string{"name": naming.Display(n), "registrar": p.Registrar, "source": p.Source, "dns_here": "no"}
	set := func(k, v string) {
		if v != "" {
			facts[k] = v
		}
	}
	set("registrar_id", p.RegistrarID)
	set("registrar_url", p.URL)
	set("ns", strings.Join(servers, " "))
	if !p.CreatedAt.IsZero() {
		facts["registered"] = p.CreatedAt.UTC().Format(time.DateOnly)
	}
	if !p.ExpiresAt.IsZero() {
		facts["expires"] = p.ExpiresAt.UTC().Format(time.DateOnly)
	}
	if slices.ContainsFunc(servers, func(s string) bool { return slices.Contains(house, strings.TrimSuffix(strings.ToLower(s), ".")) }) {
		facts["dns_here"] = "yes"
	}
	return &domain.Case{Account: scope.Account, Subject: string(n), Code: "lookup.not-our-registrar", Facts: facts, OpenedAt: now}
}

// Freshness says whether a page that was made at the account's view version page is older than the data; nil: it isn't.
func (o *Ops) Freshness(ctx context.Context, scope domain.Scope, page int64) (*domain.Case, error) {
	account, err := o.Store.AccountByID(ctx, scope.Account)
	if err != nil {
		return nil, err
	}
	subject := fmt.Sprintf("view:%d", scope.Account)
	if page >= account.ViewVersion {
		return nil, o.clear(ctx, scope, subject, "lookup.stale-view")
	}
	c := domain.Case{Account: scope.Account, Subject: subject, Code: "lookup.stale-view", OpenedAt: o.Now(),
		Facts: map[string]string{"page": strconv.FormatInt(page, 10), "account": strconv.FormatInt(account.ViewVersion, 10)}}
	return &c, o.Store.Commit(ctx, Plan{Writes: []Write{OpenCase{c}}})
}

// clear ends a case where one is open, and writes nothing where none is.
func (o *Ops) clear(ctx context.Context, scope domain.Scope, subject, code string) error {
	if scope.Account == 0 {
		return nil
	}
	cases, err := o.Store.Cases(ctx, CaseFilter{Account: scope.Account, Subject: subject, Open: true, Limit: 50})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.Code == code {
			return o.Store.Commit(ctx, Plan{Writes: []Write{ClearCase{Account: scope.Account, Subject: subject, Code: code, At: o.Now()}}})
		}
	}
	return nil
}

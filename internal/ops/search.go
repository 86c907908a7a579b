package ops

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// States of a name that was searched for.
const (
	Available = "available"
	Premium   = "premium"
	Taken     = "taken"
	Yours     = "yours"
	Reserved  = "reserved"
	Malformed = "malformed"
	Barred    = "barred"  // a word list refuses it; no registry is asked
	Unknown   = "unknown" // the registry doesn't answer; never shown as free
)

// Found is what is known of one name that was searched for.
type Found struct {
	Name     domain.Name
	Display  string
	Suffix   policy.Suffix
	State    string
	Code     fault.Code  // why it can't be bought; empty for available and premium
	Facts    fault.Facts // evidence of Code
	Price    int64       // first year, minor units
	Renew    int64       // each further year
	Currency string
	Fee      int64         // the registry's premium fee, minor units
	Renewal  int64         // and its fee for each further year; 0: standard
	Offer    *policy.Quote // the promotion in Price; nil: none
	Risk     *Risk         // what its next holder should know; of names that can be bought
	// Doubt is what a word list has in doubt about it: it can be bought, and people look at it before it is registered. Nil: nothing.
	Doubt fault.Facts
}

// feeCheck bounds asking registries for today's fees before an order is placed.
const feeCheck = 10 * time.Second

// listCheck is the same for a list of names.
const listCheck = 20 * time.Second

// MaxSearched names in one search; a list takes as many as an order.
const MaxSearched = 500

// Candidates reads one box of text: full names stand for themselves, bare labels are tried under every popular suffix.
// Of more than 500 names the first are given.
func (o *Ops) Candidates(query string) (names []domain.Name, bad []Found) {
	return o.candidates(query, MaxSearched)
}

// CandidateList reads a list in the same way. More names than an order takes are "input.too-many-names".
func (o *Ops) CandidateList(list string) (names []domain.Name, bad []Found, err error) {
	limit := o.Policy().House.MaxNames
	names, bad = o.candidates(list, math.MaxInt)
	if count := len(names) + len(bad); count > limit {
		return nil, nil, fault.New(fault.Invalid, "input.too-many-names", "limit", strconv.Itoa(limit), "count", strconv.Itoa(count))
	}
	return names, bad, nil
}

func (o *Ops) candidates(query string, most int) (names []domain.Name, bad []Found) {
	table := o.Policy()
	var known []string
	for _, s := range table.Suffixes() {
		known = append(known, s.Suffix, s.Display)
	}
	full, labels := naming.Split(query, known)
	seen := map[domain.Name]bool{}
	add := func(typed string, optional bool) {
		n, err := naming.Parse(typed)
		if err == nil {
			suffix, ok := table.Suffix(n.Suffix())
			if !ok {
				err = fault.New(fault.Invalid, "suffix.unsupported", "suffix", naming.Display(domain.Name(n.Suffix())), "name", typed)
			} else {
				err = naming.Check(n, suffix)
			}
		}
		switch {
		case err == nil && !seen[n] && len(names) < most:
			seen[n] = true
			names = append(names, n)
		case err != nil && !optional && len(bad) < most:
			e := fault.Of(err)
			bad = append(bad, Found{Name: n, Display: clip(typed, 80), State: Malformed, Code: e.Code, Facts: e.Facts})
		}
	}
	for _, s := range full {
		add(s, false)
	}
	for _, label := range labels {
		before := len(names)
		for _, s := range table.Suffixes() {
			if s.Popular > 0 {
				add(label+"."+s.Suffix, true)
			}
		}
		if len(names) == before && len(table.Suffixes()) > 0 {
			add(label+"."+table.Suffixes()[0].Suffix, false) // no suffix takes it: say why
		}
	}
	return names, bad
}

// Search asks every registry concerned at once and calls each, one call at a time, as answers arrive.
func (o *Ops) Search(ctx context.Context, scope domain.Scope, names []domain.Name, each func(Found)) {
	table, unpriced := o.Prices(ctx, scope)
	if unpriced != nil { // without the buyer's prices nothing is offered
		table = o.Policy()
	}
	groups := map[string][]domain.Name{}
	met, _, failed := o.vet(ctx, scope.Account, names)
	for _, n := range names {
		if suffix, ok := table.Suffix(n.Suffix()); ok {
			if v, hit := met[n]; hit && !v.Doubtful || failed != nil {
				each(o.barredFound(ctx, scope, n, v, failed, table))
				continue
			}
			groups[suffix.Registry] = append(groups[suffix.Registry], n)
		} else {
			each(Found{Name: n, Display: naming.Display(n), State: Malformed, Code: "suffix.unsupported",
				Facts: fault.Facts{"suffix": n.Suffix(), "name": naming.Display(n)}})
		}
	}
	risks, past := o.Risks(ctx, names) // a name whose past can't be read is not shown as free
	var mu sync.Mutex
	var wg sync.WaitGroup
	for account, group := range groups {
		for len(group) > 0 {
			part := group[:min(len(group), 50)] // one multi-name check; small parts arrive sooner
			group = group[len(part):]
			wg.Go(func() {
				answers, err := o.check(ctx, account, part)
				if err == nil {
					err = errors.Join(past, unpriced)
				}
				found := decideFound(part, answers, err, table)
				o.mine(ctx, scope, found)
				for i := range found {
					if r, ok := risks[found[i].Name]; ok && found[i].Code == "" {
						found[i].Risk = &r
					}
					if v, hit := met[found[i].Name]; hit && found[i].Code == "" {
						found[i].Doubt = v.Facts()
					}
				}
				mu.Lock()
				defer mu.Unlock()
				for _, f := range found {
					each(f)
				}
			})
		}
	}
	wg.Wait()
}

// barredFound is a name that a word list refuses, or whose lists could not be read; the caller's own stays his own.
func (o *Ops) barredFound(ctx context.Context, scope domain.Scope, n domain.Name, v naming.Verdict, failed error, table *policy.Table) Found {
	f := decideFound([]domain.Name{n}, nil, failed, table)[0]
	if failed != nil {
		return f
	}
	f.State, f.Code, f.Facts = Barred, v.Code(), v.Facts()
	if scope.Account != 0 {
		if t, err := o.Store.TenureByName(ctx, n); err == nil && t.Account == scope.Account {
			f.State, f.Code, f.Facts = Yours, "registration.taken", takenHere(t, scope)
		}
	}
	return f
}

// mine marks taken names that are the caller's own.
func (o *Ops) mine(ctx context.Context, scope domain.Scope, found []Found) {
	var taken []domain.Name
	for _, f := range found {
		if f.State == Taken {
			taken = append(taken, f.Name)
		}
	}
	if scope.Account == 0 || len(taken) == 0 {
		return
	}
	own, err := o.Store.TenuresNamed(ctx, scope.Account, taken)
	if err != nil {
		return // taken is true as well
	}
	for i, f := range found {
		if t, ok := own[f.Name]; ok && f.State == Taken {
			found[i].State, found[i].Facts = Yours, takenHere(t, scope)
		}
	}
}

// check asks a registry, unless it is in maintenance.
func (o *Ops) check(ctx context.Context, account string, names []domain.Name) ([]Availability, error) {
	g, err := o.gate(ctx, account)
	if err == nil && g.shut {
		return nil, fault.New(fault.Unavailable, g.code, "registry", account, "until", g.facts["until"])
	}
	return o.Checker.Check(ctx, account, names)
}

func decideFound(names []domain.Name, answers []Availability, failed error, table *policy.Table) []Found {
	byName := make(map[domain.Name]Availability, len(answers))
	for _, a := range answers {
		byName[a.Name] = a
	}
	out := make([]Found, 0, len(names))
	for _, n := range names {
		suffix, _ := table.Suffix(n.Suffix())
		f := Found{Name: n, Display: naming.Display(n), Suffix: suffix, Currency: suffix.Currency, Offer: offer(suffix, "new", 1)}
		f.Price, _ = suffix.Price("new", 1)
		f.Renew, _ = suffix.Price("renew", 1)
		a, answered := byName[n]
		switch {
		case failed != nil || !answered:
			f.State, f.Code, f.Facts = Unknown, "registry.unreachable", fault.Facts{"registry": suffix.Registry, "suffix": suffix.Display}
			if e := fault.Of(failed); failed != nil && e.Kind == fault.Unavailable {
				f.Code = e.Code
				if until := e.Facts["until"]; until != "" {
					f.Facts["until"] = until
				}
			}
		case a.Available && a.Premium && a.Fee > 0:
			f.State, f.Fee, f.Offer = Premium, a.Fee, nil
			f.Price, _ = priceNew(suffix, 1, a.Fee)
			if a.RenewFee > 0 {
				f.Renewal, f.Renew = a.RenewFee, marked(suffix, a.RenewFee)
			}
		case a.Available:
			f.State = Available
		case isReserved(a.Reason):
			f.State, f.Code, f.Facts = Reserved, "registration.reserved", fault.Facts{"name": f.Display, "reason": a.Reason}
		default:
			f.State, f.Code, f.Facts = Taken, "registration.taken", fault.Facts{"name": f.Display}
			if a.Reason != "" {
				f.Facts["reason"] = a.Reason
			}
		}
		out = append(out, f)
	}
	return out
}

// CheckName asks about one name exactly. A name that can't be read is a Found of state malformed, with its code.
func (o *Ops) CheckName(ctx context.Context, scope domain.Scope, typed string) (Found, error) {
	names, err := parseNames([]string{typed}, o.Policy())
	if err != nil {
		e := fault.Of(err)
		if e.Kind == fault.Internal {
			return Found{}, err
		}
		return Found{Display: clip(typed, 80), State: Malformed, Code: e.Code, Facts: e.Facts}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	var out Found
	o.Search(ctx, scope, names, func(f Found) { out = f })
	return out, ctx.Err()
}

// isReserved reads a registry's reason, which is free text of at most 32 characters (RFC 5731 section 3.1.1).
func isReserved(reason string) bool {
	r := strings.ToLower(reason)
	return strings.Contains(r, "reserved") || strings.Contains(r, "restricted") || strings.Contains(r, "blocked")
}

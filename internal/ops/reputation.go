package ops

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// CodeRisk warns that a name has a bad past. It can be bought all the same, by whoever says that they know.
const CodeRisk fault.Code = "search.reputation-risk"

// heldCodes are the cases that say that a name was held for what was done with it.
var heldCodes = []string{"hold.abuse"}

// writesAtOnce bounds what one commit takes of a long list of names.
const writesAtOnce = 150

type reputations interface {
	// Past gives what is known of names from before: entries of feeds, earlier registrations here that ended and had a
	// case of one of the codes, and granted appeals.
	Past(ctx context.Context, names []domain.Name, codes []string) (Past, error)
	// RiskConsents gives the evidence that an account has said to know, by name.
	RiskConsents(ctx context.Context, account domain.AccountID, names []domain.Name) (map[domain.Name]string, error)
	// TenuresNamed gives the running tenures of an account that have one of the names.
	TenuresNamed(ctx context.Context, account domain.AccountID, names []domain.Name) (map[domain.Name]domain.Tenure, error)
	Feeds(ctx context.Context) ([]domain.Feed, error)
	// StaleEditions gives a few editions older than one that no feed points at.
	StaleEditions(ctx context.Context, before int64) ([]int64, error)
	// RiskAppeal gives "risk.appeal-not-found" where there is none.
	RiskAppeal(ctx context.Context, id int64) (domain.RiskAppeal, error)
	// RiskAppeals lists newest first, with how many there are; account 0: everybody's.
	RiskAppeals(ctx context.Context, account domain.AccountID, f AppealFilter) ([]domain.RiskAppeal, int, error)
	// CasesOf gives open cases of a code.
	CasesOf(ctx context.Context, code string, after int64, limit int) ([]domain.Case, error)
}

// AppealFilter narrows a list of appeals; empty fields don't.
type AppealFilter struct {
	Page
	State domain.AppealState
}

// Past is what is known of some names from before.
type Past struct {
	Hits    []domain.FeedHit
	Held    []domain.HeldTenure
	Granted []domain.RiskAppeal
}

// Writes of reputations.
type (
	// AddFeedEntries adds entries to an edition, which counts for nothing before PutFeed.
	AddFeedEntries struct {
		Edition int64
		Entries []domain.FeedEntry
	}
	// PutFeed makes a feed's edition the one that counts. It fails with "state.moved" where the edition has not Size
	// entries.
	PutFeed struct{ Feed domain.Feed }
	// DropFeed removes a feed; its entries count for nothing from then on. "feed.not-found" where there is none.
	DropFeed struct{ Name string }
	// SweepFeedEntries removes some entries of an edition.
	SweepFeedEntries struct {
		Edition int64
		Most    int
	}
	// PutRiskConsent keeps it in place of an earlier one.
	PutRiskConsent struct{ Consent domain.RiskConsent }
	// InsertRiskAppeal fails with "risk.appeal-open" where one of the account about the name and feed is open.
	InsertRiskAppeal struct{ Appeal domain.RiskAppeal }
	// DecideRiskAppeal fails with "state.moved" where it is decided.
	DecideRiskAppeal struct{ Appeal domain.RiskAppeal }
)

func (AddFeedEntries) write()   {}
func (PutFeed) write()          {}
func (DropFeed) write()         {}
func (SweepFeedEntries) write() {}
func (PutRiskConsent) write()   {}
func (InsertRiskAppeal) write() {}
func (DecideRiskAppeal) write() {}

// Risk is what a buyer of a name should know before.
type Risk struct {
	Name  domain.Name
	Hits  []domain.FeedHit // by feed
	Held  []domain.HeldTenure
	Facts fault.Facts
}

// Evidence is a digest of what the risk rests on. A feed that is loaded again with the same entry is the same.
func (r Risk) Evidence() string {
	h := sha256.New()
	for _, hit := range r.Hits {
		h.Write([]byte(hit.Feed.Name + "\x00" + hit.Entry.Host + "\x00" + hit.Entry.Since + "\x00"))
	}
	for _, t := range r.Held {
		h.Write([]byte(t.Code + "\x00" + t.HeldAt.UTC().Format(time.RFC3339) + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// decideRisks finds the names whose past is held against them. A granted appeal outweighs a feed's entry unless the feed
// dates the entry after it.
func decideRisks(p Past, now time.Time) map[domain.Name]Risk {
	out := map[domain.Name]Risk{}
	for _, h := range p.Hits {
		if slices.ContainsFunc(p.Granted, func(a domain.RiskAppeal) bool {
			return a.Name == h.Entry.Name && a.Feed == h.Feed.Name && (h.Entry.Since == "" || h.Entry.Since <= a.DecidedAt.UTC().Format(time.DateOnly))
		}) {
			continue
		}
		r := out[h.Entry.Name]
		r.Name, r.Hits = h.Entry.Name, append(r.Hits, h)
		out[h.Entry.Name] = r
	}
	for _, t := range p.Held {
		if slices.ContainsFunc(p.Granted, func(a domain.RiskAppeal) bool {
			return a.Name == t.Name && a.Feed == OwnHistory && !a.DecidedAt.Before(t.HeldAt)
		}) {
			continue
		}
		r := out[t.Name]
		r.Name, r.Held = t.Name, append(r.Held, t)
		out[t.Name] = r
	}
	for n, r := range out {
		slices.SortFunc(r.Hits, func(a, b domain.FeedHit) int { return cmp.Compare(a.Feed.Name, b.Feed.Name) })
		slices.SortFunc(r.Held, func(a, b domain.HeldTenure) int { return a.HeldAt.Compare(b.HeldAt) })
		r.Facts = riskFacts(r, now)
		out[n] = r
	}
	return out
}

// OwnHistory stands for a feed's name where the evidence is an earlier registration here.
const OwnHistory = "own-history"

func riskFacts(r Risk, now time.Time) fault.Facts {
	f := fault.Facts{"name": naming.Display(r.Name)}
	put := func(key, value string) {
		if value != "" {
			f[key] = value
		}
	}
	if len(r.Hits) > 0 {
		h := r.Hits[0]
		f["list"], f["kind"], f["source"], f["entry"], f["dated"] = h.Feed.Name, h.Feed.Kind, h.Feed.Source, h.Entry.Host, h.Feed.Dated
		f["since"] = cmp.Or(h.Entry.Since, h.Feed.Dated) // at the latest
		put("reason", h.Entry.Reason)
		put("appeal", h.Feed.Appeal)
		if d, err := time.Parse(time.DateOnly, h.Feed.Dated); err == nil {
			f["days"] = strconv.Itoa(max(0, int(now.Sub(d)/(24*time.Hour))))
		}
		var also []string
		for _, other := range r.Hits[1:] {
			also = append(also, other.Feed.Name)
		}
		put("also", strings.Join(also, ", "))
	}
	if n := len(r.Held); n > 0 {
		t := r.Held[n-1]
		f["earlier"], f["ended"], f["held"], f["held_for"] = t.RegisteredAt.UTC().Format(time.DateOnly), t.EndedAt.UTC().Format(time.DateOnly),
			t.HeldAt.UTC().Format(time.DateOnly), t.Code
		if len(r.Hits) == 0 {
			f["list"], f["entry"], f["since"] = OwnHistory, string(t.Name), f["held"]
		}
	}
	return f
}

// Risks tells which of some names have a past that their next holder should know.
func (o *Ops) Risks(ctx context.Context, names []domain.Name) (map[domain.Name]Risk, error) {
	if len(names) == 0 {
		return nil, nil
	}
	p, err := o.Store.Past(ctx, names, heldCodes)
	if err != nil {
		return nil, err
	}
	return decideRisks(p, o.Now()), nil
}

// RiskOf tells whoever is signed in about one name; ok is false where nothing is held against it.
func (o *Ops) RiskOf(ctx context.Context, scope domain.Scope, typed string) (r Risk, ok bool, err error) {
	if scope.Account == 0 && !scope.Operator {
		return Risk{}, false, fault.New(fault.Denied, "account.denied")
	}
	n, err := naming.Parse(typed)
	if err != nil {
		return Risk{}, false, err
	}
	all, err := o.Risks(ctx, []domain.Name{n})
	r, ok = all[n]
	r.Name = n
	return r, ok, err
}

// Known is a buyer's word about one name. Evidence is what was shown (Risk.Evidence); empty: what there is now.
type Known struct {
	Name     string
	Evidence string
}

// AcknowledgeRisks keeps the buyer's word that the past of names is known, and gives those of the names that have one.
// Where a name's evidence is not what was shown any more, nothing is kept for it: the order asks again.
func (o *Ops) AcknowledgeRisks(ctx context.Context, scope domain.Scope, said []Known) ([]domain.Name, error) {
	if scope.Account == 0 {
		return nil, fault.New(fault.Denied, "account.denied")
	}
	if limit := o.Policy().House.MaxNames; len(said) > limit {
		return nil, fault.New(fault.Invalid, "input.too-many-names", "limit", strconv.Itoa(limit), "count", strconv.Itoa(len(said)))
	}
	shown := make(map[domain.Name]string, len(said))
	names := make([]domain.Name, 0, len(said))
	for _, k := range said {
		n, err := naming.Parse(k.Name)
		if err != nil {
			return nil, err
		}
		if _, twice := shown[n]; !twice {
			names = append(names, n)
		}
		shown[n] = k.Evidence
	}
	risks, err := o.Risks(ctx, names)
	if err != nil {
		return nil, err
	}
	now := o.Now()
	var known []domain.Name
	for part := range slices.Chunk(names, writesAtOnce) {
		var plan Plan
		for _, n := range part {
			r, ok := risks[n]
			if e := shown[n]; !ok || e != "" && e != r.Evidence() {
				continue
			}
			known = append(known, n)
			said := event(scope, scope.Account, string(n), "risk.acknowledged", "ok", now)
			said.Facts = maps.Clone(r.Facts)
			plan.Events = append(plan.Events, said)
			plan.Writes = append(plan.Writes, PutRiskConsent{domain.RiskConsent{Account: scope.Account, Name: n, Evidence: r.Evidence(), Facts: r.Facts,
				At: now, Actor: scope.Actor, Via: scope.Via}},
				ClearCase{Account: scope.Account, Subject: string(n), Code: string(CodeRisk), At: now})
		}
		if len(plan.Writes) == 0 {
			continue
		}
		if err := o.Store.Commit(ctx, plan); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// unacknowledged gives, of names that are to be ordered, the risks that the buyer has not said to know.
func (o *Ops) unacknowledged(ctx context.Context, scope domain.Scope, names []domain.Name) (map[domain.Name]Risk, error) {
	risks, err := o.Risks(ctx, names)
	if err != nil || len(risks) == 0 {
		return nil, err
	}
	said, err := o.Store.RiskConsents(ctx, scope.Account, slices.Sorted(maps.Keys(risks)))
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(risks, func(n domain.Name, r Risk) bool { return said[n] == r.Evidence() })
	return risks, nil
}

// knownRisks marks the names of an order whose past the buyer has not said to know, and opens a case for each.
func (o *Ops) knownRisks(ctx context.Context, scope domain.Scope, asks []ask) error {
	risks, err := o.unacknowledged(ctx, scope, sound(asks))
	if err != nil || len(risks) == 0 {
		return err
	}
	var writes []Write
	for i, a := range asks {
		r, ok := risks[a.name]
		if !ok || a.fault != nil {
			continue
		}
		asks[i].fault = &fault.Error{Kind: fault.Conflict, Code: CodeRisk, Facts: r.Facts}
		writes = append(writes, OpenCase{domain.Case{Account: scope.Account, Subject: string(a.name), Code: string(CodeRisk), Facts: r.Facts, OpenedAt: o.Now()}})
	}
	for part := range slices.Chunk(writes, writesAtOnce) {
		if err := o.Store.Commit(ctx, Plan{Writes: part}); err != nil {
			return err
		}
	}
	return nil
}

package ops

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// Bounds of a feed.
const (
	MaxFeedFile    = 32 << 20 // bytes
	maxFeedEntries = 300_000  // names
	feedAtOnce     = 5_000    // entries in one commit, so that others can write in between
	maxFeedText    = 200      // characters of a source or of an appeal's address
)

// FeedForm is a feed as it is loaded.
type FeedForm struct {
	Feed domain.Feed // Name, Kind, Source, Appeal, Format, Dated
	Body []byte
}

// LoadFeed puts a feed in place of the one of its name. Until the last of its entries is there the old ones count.
func (o *Ops) LoadFeed(ctx context.Context, scope domain.Scope, in FeedForm) (domain.Feed, error) {
	if !scope.Operator {
		return in.Feed, fault.New(fault.Denied, "account.denied")
	}
	f, err := checkedFeed(in.Feed)
	if err != nil {
		return f, err
	}
	if len(in.Body) > MaxFeedFile {
		return f, fault.New(fault.Invalid, "upload.too-large", "bytes", strconv.Itoa(len(in.Body)), "max", strconv.Itoa(MaxFeedFile))
	}
	table := o.Policy()
	var suffixes []string
	for _, s := range table.Suffixes() {
		suffixes = append(suffixes, s.Suffix, s.Display)
	}
	entries, skipped, err := naming.ParseFeed(f.Format, in.Body, suffixes, maxFeedEntries)
	if err != nil {
		return f, err
	}
	if f.Edition, err = o.Store.NextIDs(ctx, 1); err != nil {
		return f, err
	}
	f.Size, f.Skipped, f.LoadedAt, f.LoadedBy = len(entries), skipped, o.Now(), scope.Actor
	for part := range slices.Chunk(entries, feedAtOnce) {
		if err := o.Store.Commit(ctx, Plan{Writes: []Write{AddFeedEntries{f.Edition, part}}}); err != nil {
			return f, err
		}
	}
	loaded := event(scope, 0, "feed:"+f.Name, "feed.loaded", "ok", f.LoadedAt)
	loaded.Facts = map[string]string{"list": f.Name, "kind": f.Kind, "source": f.Source, "dated": f.Dated, "entries": strconv.Itoa(f.Size), "skipped": strconv.Itoa(skipped)}
	if err := o.Store.Commit(ctx, Plan{Writes: []Write{PutFeed{f}}, Events: []domain.Event{loaded}}); err != nil {
		return f, err
	}
	if err := o.sweepFeeds(ctx, f.Edition); err != nil {
		return f, err
	}
	return f, o.clearRisks(ctx)
}

func checkedFeed(f domain.Feed) (domain.Feed, error) {
	f.Name, f.Source, f.Appeal, f.Dated = strings.TrimSpace(f.Name), strings.TrimSpace(f.Source), strings.TrimSpace(f.Appeal), strings.TrimSpace(f.Dated)
	bad := func(field, rule string) error {
		return fault.New(fault.Invalid, "feed.form-malformed", "list", clip(f.Name, 60), "column", field, "rule", rule)
	}
	switch {
	case f.Name == "" || len(f.Name) > 60 || f.Name == OwnHistory:
		return f, bad("list", "length")
	case f.Kind != domain.FeedComplaints && f.Kind != domain.FeedBlocks:
		return f, bad("kind", "choice")
	case !slices.Contains(naming.FeedFormats, f.Format):
		return f, bad("format", "choice")
	case f.Source == "" || len([]rune(f.Source)) > maxFeedText:
		return f, bad("source", "length")
	case !date(f.Dated):
		return f, bad("dated", "date")
	case f.Appeal != "" && !hearing(f.Appeal):
		return f, bad("appeal", "address")
	}
	return f, nil
}

// hearing is a page on the web, or a mail address.
func hearing(s string) bool {
	if len([]rune(s)) > maxFeedText || strings.ContainsAny(s, " \t\r\n\"'<>") {
		return false
	}
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Host != ""
	}
	local, at, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(at, ".") && u.Scheme == ""
}

// sweepFeeds removes entries of editions that count for nothing: those of loads that were cut short, and of feeds that
// were replaced.
func (o *Ops) sweepFeeds(ctx context.Context, before int64) error {
	for {
		stale, err := o.Store.StaleEditions(ctx, before)
		if err != nil || len(stale) == 0 {
			return err
		}
		for _, edition := range stale {
			if err := o.Store.Commit(ctx, Plan{Writes: []Write{SweepFeedEntries{edition, feedAtOnce}}}); err != nil {
				return err
			}
		}
	}
}

// DropFeed removes a feed.
func (o *Ops) DropFeed(ctx context.Context, scope domain.Scope, name string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	gone := event(scope, 0, "feed:"+clip(name, 60), "feed.dropped", "ok", o.Now())
	if err := o.Store.Commit(ctx, Plan{Writes: []Write{DropFeed{name}}, Events: []domain.Event{gone}}); err != nil {
		return err
	}
	next, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return err
	}
	if err := o.sweepFeeds(ctx, next); err != nil {
		return err
	}
	return o.clearRisks(ctx)
}

// clearRisks ends the cases of names against which nothing is held any more.
func (o *Ops) clearRisks(ctx context.Context) error {
	for after := int64(0); ; {
		open, err := o.Store.CasesOf(ctx, string(CodeRisk), after, 500)
		if err != nil || len(open) == 0 {
			return err
		}
		var names []domain.Name
		for _, c := range open {
			names, after = append(names, domain.Name(c.Subject)), c.ID
		}
		risks, err := o.Risks(ctx, names)
		if err != nil {
			return err
		}
		var writes []Write
		for _, c := range open {
			if _, still := risks[domain.Name(c.Subject)]; !still {
				writes = append(writes, ClearCase{Account: c.Account, Subject: c.Subject, Code: c.Code, At: o.Now()})
			}
		}
		if len(writes) > 0 {
			if err := o.Store.Commit(ctx, Plan{Writes: writes}); err != nil {
				return err
			}
		}
	}
}

// Feeds lists the feeds.
func (o *Ops) Feeds(ctx context.Context, scope domain.Scope) ([]domain.Feed, error) {
	if !scope.Operator {
		return nil, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Feeds(ctx)
}

// maxAppeal is how long an appeal may be, in characters.
const maxAppeal = 2000

// AppealRisk asks the desk not to hold a feed's entry, or our own history (OwnHistory), against a name.
func (o *Ops) AppealRisk(ctx context.Context, scope domain.Scope, typed, feed, reason string) (domain.RiskAppeal, error) {
	if scope.Account == 0 {
		return domain.RiskAppeal{}, fault.New(fault.Denied, "account.denied")
	}
	r, _, err := o.RiskOf(ctx, scope, typed)
	if err != nil {
		return domain.RiskAppeal{}, err
	}
	listed := slices.ContainsFunc(r.Hits, func(h domain.FeedHit) bool { return h.Feed.Name == feed }) || feed == OwnHistory && len(r.Held) > 0
	reason = strings.TrimSpace(reason)
	switch {
	case !listed:
		return domain.RiskAppeal{}, fault.New(fault.Missing, "risk.not-listed", "name", naming.Display(r.Name), "list", clip(feed, 60))
	case reason == "" || len([]rune(reason)) > maxAppeal:
		return domain.RiskAppeal{}, fault.New(fault.Invalid, "risk.appeal-empty", "limit", strconv.Itoa(maxAppeal))
	}
	id, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return domain.RiskAppeal{}, err
	}
	a := domain.RiskAppeal{ID: id, Account: scope.Account, Name: r.Name, Feed: feed, Reason: reason, State: domain.AppealOpen, MadeAt: o.Now()}
	made := event(scope, scope.Account, string(r.Name), "risk.appealed", "doing", a.MadeAt)
	made.Facts = map[string]string{"name": naming.Display(r.Name), "list": feed}
	return a, o.Store.Commit(ctx, Plan{Writes: []Write{InsertRiskAppeal{a}}, Events: []domain.Event{made}})
}

// RiskAppeals lists the caller's appeals, newest first; operators see everybody's.
func (o *Ops) RiskAppeals(ctx context.Context, scope domain.Scope, f AppealFilter) ([]domain.RiskAppeal, int, error) {
	return o.Store.RiskAppeals(ctx, whose(scope), f)
}

// DecideAppeal grants or refuses an open appeal. What was granted counts for everybody who wants the name.
func (o *Ops) DecideAppeal(ctx context.Context, scope domain.Scope, id int64, grant bool, note string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	note = strings.TrimSpace(note)
	if !grant && note == "" || len([]rune(note)) > maxAppeal {
		return fault.New(fault.Invalid, "risk.note-missing", "limit", strconv.Itoa(maxAppeal))
	}
	a, err := o.Store.RiskAppeal(ctx, id)
	if err != nil {
		return err
	}
	owner, err := o.Store.AccountByID(ctx, a.Account)
	if err != nil {
		return err
	}
	if err := o.Store.Commit(ctx, decideAppeal(scope, a, owner, grant, note, o.Now())); err != nil || !grant {
		return err
	}
	return o.clearRisks(ctx)
}

func decideAppeal(scope domain.Scope, a domain.RiskAppeal, owner domain.Account, grant bool, note string, now time.Time) Plan {
	a.State, a.Note, a.DecidedAt, a.DecidedBy = domain.AppealRefused, note, now, scope.Actor
	kind := "risk-appeal-refused"
	if grant {
		a.State, kind = domain.AppealGranted, "risk-appeal-granted"
	}
	done := event(scope, a.Account, string(a.Name), "risk.appeal-decided", "ok", now)
	done.Facts = map[string]string{"name": naming.Display(a.Name), "list": a.Feed, "ruling": string(a.State)}
	return Plan{Writes: []Write{DecideRiskAppeal{a}}, Events: []domain.Event{done}, Messages: []domain.Message{{Account: a.Account, To: owner.Email,
		Locale: owner.Locale, Kind: kind, At: now, Facts: map[string]string{"name": naming.Display(a.Name), "list": a.Feed, "note": note}}}}
}

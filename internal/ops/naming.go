package ops

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// wordReview is why a create waits: its name is looked at before it is sent.
const wordReview fault.Code = "registration.word-review"

// Codes of the registry's own audit, against which its owner can appeal through us.
const (
	auditHeld    = "registration.naming-rejected-hold"
	auditDeleted = "registration.naming-rejected-deleted"
)

// namingReviews reads people's looks at names.
type namingReviews interface {
	NamingReview(ctx context.Context, id domain.NamingReviewID) (domain.NamingReview, error)
	// NamingReviews lists an account's (0: everybody's), newest first; open ones oldest first where only those are wanted.
	NamingReviews(ctx context.Context, account domain.AccountID, f NamingFilter) ([]domain.NamingReview, int, error)
	// GrantedNames are the names that an account may have whatever the lists say.
	GrantedNames(ctx context.Context, account domain.AccountID) (map[domain.Name]bool, error)
	// ReviewedIntent is the act of an item that waits for a review, with its item.
	ReviewedIntent(ctx context.Context, item domain.ItemID) (domain.Intent, domain.Item, error)
}

// NamingFilter narrows a list of reviews.
type NamingFilter struct {
	Page
	Open bool
	Name domain.Name // empty: every
}

type (
	// InsertNamingReview adds a review; "naming.appeal-open" where the account has an open one about the name.
	InsertNamingReview struct{ Review domain.NamingReview }
	// SetNamingReview decides an open review; "state.moved" where it is decided already.
	SetNamingReview struct{ Review domain.NamingReview }
	// EndItemReview ends the open review that an item waits for, if there is one: the item is over.
	EndItemReview struct {
		Item domain.ItemID
		At   time.Time
	}
)

func (InsertNamingReview) write() {}
func (SetNamingReview) write()    {}
func (EndItemReview) write()      {}

// Bounds of what owners and reviewers write, in characters.
const (
	leastStatement = 10
	mostStatement  = 1000
	mostNote       = 500
	mostAppeals    = 20 // open, of one account
)

// vet holds names against the lists, less those that the account was granted, and gives the version of the lists.
func (o *Ops) vet(ctx context.Context, account domain.AccountID, names []domain.Name) (map[domain.Name]naming.Verdict, int64, error) {
	b, err := o.words(ctx)
	if err != nil {
		return nil, 0, err
	}
	met := map[domain.Name]naming.Verdict{}
	for _, n := range names {
		if v, ok := b.judge(n); ok {
			met[n] = v
		}
	}
	if len(met) == 0 || account == 0 {
		return met, b.version, nil
	}
	granted, err := o.Store.GrantedNames(ctx, account)
	if err != nil {
		return nil, 0, err
	}
	for n := range granted {
		delete(met, n)
	}
	return met, b.version, nil
}

// wordRefused makes an item that is refused for its name before anything is paid, with the owner's case of it.
func wordRefused(item *domain.Item, v naming.Verdict, now time.Time) Write {
	item.Status, item.Hold, item.Code, item.Facts = domain.ItemFailed, domain.HoldNone, string(v.Code()), v.Facts()
	return OpenCase{domain.Case{Account: item.Account, Subject: string(item.Name), Code: item.Code, Facts: item.Facts, OpenedAt: now}}
}

// wordDoubted makes a create wait for people. The review has the number of the item.
func wordDoubted(item *domain.Item, in *domain.Intent, v naming.Verdict, now time.Time) Write {
	in.State = domain.IntentReview
	item.Code, item.Facts = string(wordReview), v.Facts()
	return InsertNamingReview{domain.NamingReview{ID: domain.NamingReviewID(item.ID), Account: item.Account, Name: item.Name, Kind: domain.ReviewDoubt,
		State: domain.ReviewOpen, Code: string(v.Code()), Facts: item.Facts, Item: item.ID, OpenedAt: now}}
}

// AppealName asks people to look at a name that our lists or the registry's audit refuse; statement says why the account
// may have it.
func (o *Ops) AppealName(ctx context.Context, scope domain.Scope, typed, statement string) (domain.NamingReview, error) {
	var r domain.NamingReview
	if scope.Account == 0 {
		return r, fault.New(fault.Denied, "account.denied")
	}
	statement = strings.TrimSpace(statement)
	if n := utf8.RuneCountInString(statement); n < leastStatement || n > mostStatement {
		return r, fault.New(fault.Invalid, "naming.statement", "least", strconv.Itoa(leastStatement), "limit", strconv.Itoa(mostStatement), "length", strconv.Itoa(n))
	}
	names, err := parseNames([]string{typed}, o.Policy())
	if err != nil {
		return r, err
	}
	name := names[0]
	_, open, err := o.Store.NamingReviews(ctx, scope.Account, NamingFilter{Page: Page{Limit: 1}, Open: true})
	if err != nil {
		return r, err
	}
	if open >= mostAppeals {
		return r, fault.New(fault.Limited, "naming.too-many-appeals", "limit", strconv.Itoa(mostAppeals))
	}
	cases, err := o.Store.Cases(ctx, CaseFilter{Account: scope.Account, Subject: string(name), Open: true, Limit: 100})
	if err != nil {
		return r, err
	}
	met, _, err := o.vet(ctx, scope.Account, names)
	if err != nil {
		return r, err
	}
	id, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return r, err
	}
	plan, r, err := decideNameAppeal(scope, domain.NamingReviewID(id), name, statement, met, cases, o.Now())
	if err != nil {
		return r, err
	}
	return r, o.Store.Commit(ctx, plan)
}

func decideNameAppeal(scope domain.Scope, id domain.NamingReviewID, name domain.Name, statement string, met map[domain.Name]naming.Verdict,
	cases []domain.Case, now time.Time) (Plan, domain.NamingReview, error) {
	r := domain.NamingReview{ID: id, Account: scope.Account, Name: name, State: domain.ReviewOpen, Statement: statement, OpenedAt: now}
	for _, c := range cases { // the registry's verdict first: what it says of a name that is here, or was, is the newer
		if c.Code == auditHeld || c.Code == auditDeleted {
			r.Kind, r.Code, r.Facts = domain.ReviewAudit, c.Code, c.Facts
		}
	}
	if v, ok := met[name]; ok && r.Kind == "" && !v.Doubtful {
		r.Kind, r.Code, r.Facts = domain.ReviewAppeal, string(v.Code()), v.Facts()
	}
	if r.Kind == "" {
		return Plan{}, r, fault.New(fault.Conflict, "naming.nothing-to-appeal", "name", naming.Display(name))
	}
	asked := event(scope, scope.Account, string(name), "naming.appealed", "ok", now)
	asked.Facts = map[string]string{"name": naming.Display(name), "code": r.Code, "review": strconv.FormatInt(int64(id), 10)}
	return Plan{Writes: []Write{InsertNamingReview{r}}, Events: []domain.Event{asked}}, r, nil
}

// WithdrawAppeal takes an open appeal back.
func (o *Ops) WithdrawAppeal(ctx context.Context, scope domain.Scope, id domain.NamingReviewID) error {
	r, err := o.Store.NamingReview(ctx, id)
	if err != nil {
		return err
	}
	if r.Account != scope.Account || scope.Account == 0 || r.Kind == domain.ReviewDoubt {
		return fault.New(fault.Missing, "naming.review-not-found", "review", strconv.FormatInt(int64(id), 10))
	}
	if r.State != domain.ReviewOpen {
		return decided(r)
	}
	r.State, r.DecidedAt, r.DecidedBy = domain.ReviewWithdrawn, o.Now(), scope.Actor
	gone := event(scope, scope.Account, string(r.Name), "naming.withdrawn", "ok", r.DecidedAt)
	return o.Store.Commit(ctx, Plan{Writes: []Write{SetNamingReview{r}}, Events: []domain.Event{gone}})
}

func decided(r domain.NamingReview) error {
	return fault.New(fault.Conflict, "naming.decided", "name", naming.Display(r.Name), "state", string(r.State), "by", r.DecidedBy)
}

// NamingReviews lists the caller's reviews, newest first; operators see everybody's.
func (o *Ops) NamingReviews(ctx context.Context, scope domain.Scope, f NamingFilter) ([]domain.NamingReview, int, error) {
	return o.Store.NamingReviews(ctx, whose(scope), f)
}

// NamingReview reads one of the caller's reviews; operators read everybody's.
func (o *Ops) NamingReview(ctx context.Context, scope domain.Scope, id domain.NamingReviewID) (domain.NamingReview, error) {
	r, err := o.Store.NamingReview(ctx, id)
	if err == nil && !scope.Operator && r.Account != scope.Account {
		return domain.NamingReview{}, fault.New(fault.Missing, "naming.review-not-found", "review", strconv.FormatInt(int64(id), 10))
	}
	return r, err
}

// DecideNaming grants or rejects what a review asks. A doubted name that is granted is sent to its registry, one that is
// rejected is refused and its money given back. An appeal that is granted lets the account have the name. One against the
// registry's audit is passed on to the registry when it is granted; what that says of it comes as it always does.
func (o *Ops) DecideNaming(ctx context.Context, scope domain.Scope, id domain.NamingReviewID, grant bool, note string) (domain.NamingReview, error) {
	var r domain.NamingReview
	if !scope.Operator {
		return r, fault.New(fault.Denied, "account.denied")
	}
	note = strings.TrimSpace(note)
	if n := utf8.RuneCountInString(note); n > mostNote || !grant && n == 0 {
		return r, fault.New(fault.Invalid, "naming.note", "limit", strconv.Itoa(mostNote), "length", strconv.Itoa(n))
	}
	r, err := o.Store.NamingReview(ctx, id)
	if err != nil {
		return r, err
	}
	if r.State != domain.ReviewOpen {
		return r, decided(r)
	}
	owner, err := o.Store.AccountByID(ctx, r.Account)
	if err != nil {
		return r, err
	}
	s := namingSight{review: r, owner: owner}
	if r.Kind == domain.ReviewDoubt {
		if s.intent, s.item, err = o.Store.ReviewedIntent(ctx, r.Item); err != nil {
			return r, err
		}
	}
	plan, r, err := decideNaming(scope, s, grant, note, o.Now(), o.Clock.Wall())
	if err != nil {
		return r, err
	}
	return r, o.Store.Commit(ctx, plan)
}

// namingSight is what a decision about a name rests on.
type namingSight struct {
	review domain.NamingReview
	owner  domain.Account
	intent domain.Intent // of a doubted create
	item   domain.Item
}

func decideNaming(scope domain.Scope, s namingSight, grant bool, note string, now, wall time.Time) (Plan, domain.NamingReview, error) {
	r := s.review
	r.State, r.DecidedAt, r.DecidedBy, r.Note = domain.ReviewRejected, now, scope.Actor, note
	if grant {
		r.State = domain.ReviewGranted
	}
	plan := Plan{Writes: []Write{SetNamingReview{r}}}
	facts := map[string]string{"name": naming.Display(r.Name), "code": r.Code, "kind": string(r.Kind), "state": string(r.State),
		"review": strconv.FormatInt(int64(r.ID), 10), "lists": r.Facts["lists"]}
	if note != "" {
		facts["note"] = note
	}
	switch {
	case r.Kind == domain.ReviewDoubt:
		on := lifecycle.Refused
		if grant {
			on = lifecycle.Cleared
		}
		step, err := lifecycle.Next(s.intent.State, on)
		if err != nil {
			return Plan{}, r, fault.New(fault.Conflict, "state.moved", "row", "intent")
		}
		plan.Writes = append(plan.Writes, SetIntent{ID: s.intent.ID, From: s.intent.State, To: step.To, NextTryAt: wall})
		if grant {
			plan.Writes = append(plan.Writes, SetItem{ID: s.item.ID, From: domain.ItemDoing, To: domain.ItemDoing, HoldFrom: s.item.Hold, HoldTo: s.item.Hold, At: now})
			plan.Wake = []string{s.intent.RegistryAccount}
		} else {
			why := map[string]string{"note": note}
			for k, v := range r.Facts {
				why[k] = v
			}
			refusedPlan(&plan, s.item, s.intent, r.Code, why, step.Money, now)
		}
	case grant && r.Kind == domain.ReviewAppeal:
		plan.Writes = append(plan.Writes, ClearCase{Account: r.Account, Subject: string(r.Name), Code: string(naming.RestrictedWord), At: now},
			ClearCase{Account: r.Account, Subject: string(r.Name), Code: string(naming.PolicyWord), At: now})
	}
	told := event(scope, r.Account, string(r.Name), "naming.decided", "ok", now)
	told.Facts = facts
	plan.Events = append(plan.Events, told)
	plan.Messages = []domain.Message{{Account: r.Account, To: s.owner.Email, Locale: s.owner.Locale, Kind: "naming-decided", Facts: facts, At: now}}
	return plan, r, nil
}

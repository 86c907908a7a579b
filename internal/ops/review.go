package ops

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// ReviewItem is a line of the desk's queue.
type ReviewItem struct {
	Verification domain.Verification
	Template     domain.Template
	AccountEmail string
	Codes        []string // that our checks raised, refusals first
	Age          int      // working days since it was submitted
	Left         int      // working days until the desk's term ends; negative: over
}

// ReviewView is all that a person decides on.
type ReviewView struct {
	VerificationView
	Template     domain.Template
	AccountEmail string
	OwnerNumber  string // in clear: a person compares it with the picture
	ContactID    string // the contact's number, in clear
	Age, Left    int    // working days
	Refusals     []realname.Finding
	Reasons      []string // codes that a refusal can name
	Pending      string   // operator who approved over a refusal; another has to agree
}

// Decision is what a person says of a submission.
type Decision struct {
	Verdict string   // approve, reject, more
	Codes   []string // of reject: fault codes
	Note    string   // shown to the owner; needed with "more"
	Version int64    // of the submission that was looked at
}

// reviewReasons are the codes that a person can name: what a document or a form can be refused for.
var reviewReasons = []string{"document.not-colour", "document.unclear", "document.incomplete", "document.covered", "document.watermark", "document.wrong-side",
	"document.unrecognised", "document.expired", "verify.number-photo-mismatch", "verify.number-incomplete-in-photo", "verify.number-wrong-field",
	"verify.type-mismatch", "verify.type-licence-as-certificate", "verify.owner-name-mismatch", "verify.owner-name-malformed",
	"verify.owner-name-is-representative", "verify.owner-name-transliteration", "verify.contact-not-person", "verify.address-incomplete",
	"verify.foreign-name-differs", "verify.material-unqualified", "registrant.identity-unclear", "registrant.in-proceedings"}

// ReviewQueue lists what waits for a person, the most urgent first, with how many there are.
func (o *Ops) ReviewQueue(ctx context.Context, scope domain.Scope, p Page) ([]ReviewItem, int, error) {
	if !scope.Operator {
		return nil, 0, fault.New(fault.Denied, "account.denied")
	}
	list, total, err := o.Store.DeskVerifications(ctx, p)
	if err != nil {
		return nil, 0, err
	}
	out := make([]ReviewItem, 0, len(list))
	for _, v := range list {
		view, t, email, err := o.reviewed(ctx, v)
		if err != nil {
			return nil, 0, err
		}
		item := ReviewItem{Verification: v, Template: t, AccountEmail: email}
		for _, f := range Told(view.Findings) {
			if f.Severity != realname.Inform && !slices.Contains(item.Codes, f.Code) {
				item.Codes = append(item.Codes, f.Code)
			}
		}
		item.Age, item.Left = o.ages(v)
		out = append(out, item)
	}
	return out, total, nil
}

func (o *Ops) reviewed(ctx context.Context, v domain.Verification) (VerificationView, domain.Template, string, error) {
	view, err := o.viewOf(ctx, v)
	if err != nil {
		return view, domain.Template{}, "", err
	}
	t, err := o.Store.Template(ctx, v.Template)
	if err != nil {
		return view, t, "", err
	}
	a, err := o.Store.AccountByID(ctx, v.Account)
	return view, t, a.Email, err
}

func (o *Ops) ages(v domain.Verification) (age, left int) {
	now, days := o.Now(), o.Policy().Calendar
	if !v.DeadlineAt.After(now) {
		return days.WorkingDays(v.SubmittedAt, now), -days.WorkingDays(v.DeadlineAt, now)
	}
	return days.WorkingDays(v.SubmittedAt, now), days.WorkingDays(now, v.DeadlineAt)
}

// Review opens a submission for a person's eyes; that it was looked at is logged before anything is shown.
func (o *Ops) Review(ctx context.Context, scope domain.Scope, id domain.VerificationID) (ReviewView, error) {
	if !scope.Operator {
		return ReviewView{}, fault.New(fault.Denied, "account.denied")
	}
	v, err := o.Store.Verification(ctx, id)
	if err != nil {
		return ReviewView{}, err
	}
	now := o.Now()
	seen := event(scope, v.Account, v.Template.Public(), "template.looked-at", "ok", now)
	seen.Facts = map[string]string{"purpose": "review"}
	if err := o.Store.Commit(ctx, Plan{Events: []domain.Event{seen}, Unseen: true}); err != nil {
		return ReviewView{}, err
	}
	out := ReviewView{Reasons: slices.Clone(reviewReasons), Pending: v.OverriddenBy}
	if out.VerificationView, out.Template, out.AccountEmail, err = o.reviewed(ctx, v); err != nil {
		return ReviewView{}, err
	}
	out.Age, out.Left = o.ages(v)
	for _, f := range Told(out.Findings) {
		if f.Severity == realname.Refuse {
			out.Refusals = append(out.Refusals, f)
		}
	}
	for _, r := range []struct {
		role realname.Role
		into *string
	}{{realname.Owner, &out.OwnerNumber}, {realname.Contact, &out.ContactID}} {
		form, err := o.formFor(out.Template, r.role)
		if err != nil {
			return ReviewView{}, err
		}
		*r.into = form.Number
	}
	return out, nil
}

// DecideReview ends a person's review: on to an authority, back with codes, or back with a question. Approving what our
// checks refuse takes two operators; the first one's word is kept until the second one's.
func (o *Ops) DecideReview(ctx context.Context, scope domain.Scope, id domain.VerificationID, d Decision) (VerificationView, error) {
	if !scope.Operator || scope.Via == "system" {
		return VerificationView{}, fault.New(fault.Denied, "account.denied")
	}
	v, err := o.Store.Verification(ctx, id)
	if err != nil {
		return VerificationView{}, err
	}
	if v.Version != d.Version || v.State != domain.VerificationDesk {
		return VerificationView{}, fault.New(fault.Conflict, "state.moved", "row", "verification")
	}
	x, err := o.loadRuling(ctx, v)
	if err != nil {
		return VerificationView{}, err
	}
	view, err := o.viewOf(ctx, v)
	if err != nil {
		return VerificationView{}, err
	}
	plan, err := decideReviewed(x, view.Findings, d, scope, o.codesReady, o.Now())
	if err != nil {
		return VerificationView{}, err
	}
	if err := o.Store.Commit(ctx, plan); err != nil {
		return VerificationView{}, err
	}
	v, err = o.Store.Verification(ctx, id)
	if err != nil {
		return VerificationView{}, err
	}
	return o.viewOf(ctx, v)
}

func decideReviewed(x rulingCase, findings []realname.Finding, d Decision, scope domain.Scope, ready func(domain.Template) []Write, now time.Time) (Plan, error) {
	d.Note = clip(strings.TrimSpace(d.Note), 500)
	v := &x.v
	switch d.Verdict {
	case "approve":
		refused := slices.ContainsFunc(findings, func(f realname.Finding) bool { return f.Severity == realname.Refuse })
		switch {
		case refused && v.OverriddenBy == "":
			v.OverriddenBy = scope.Actor
			return Plan{Writes: []Write{SetVerification{*v}, step(*v, "override", scope.Actor, map[string]string{"note": d.Note}, now)},
				Events: []domain.Event{event(scope, v.Account, v.Template.Public(), "review.override-asked", "ok", now)}}, nil
		case refused && v.OverriddenBy == scope.Actor:
			return Plan{}, fault.New(fault.Conflict, "review.second-needed", "first", v.OverriddenBy)
		}
		return x.cleared(ready, scope, d.Note, now)
	case "reject", "more":
		verdicts, err := reviewVerdicts(findings, d, x, now)
		if err != nil {
			return Plan{}, err
		}
		to, err := lifecycle.NextVerification(v.State, lifecycle.CheckUnfit)
		if err != nil {
			return Plan{}, err
		}
		v.Verdicts = verdicts
		finish(v, to, scope.Actor, now)
		kind := "rejected"
		if d.Verdict == "more" {
			kind = "more"
		}
		plan := Plan{Writes: []Write{step(*v, kind, scope.Actor, map[string]string{"note": d.Note}, now)}}
		x.rejection(&plan, "template-rejected", now)
		return plan, nil
	}
	return Plan{}, malformed("verdict", "choice")
}

// cleared lets a submission go on to an authority; where none can take it the desk's word is the last.
func (x *rulingCase) cleared(ready func(domain.Template) []Write, scope domain.Scope, note string, now time.Time) (Plan, error) {
	v := &x.v
	facts := map[string]string{"note": note}
	done := event(scope, v.Account, v.Template.Public(), "review.approved", "ok", now)
	provider, _ := x.provider(v.Tried)
	if provider != "" {
		if _, err := lifecycle.NextVerification(v.State, lifecycle.CheckCleared); err != nil {
			return Plan{}, err
		}
		v.Provider, v.Attempts, v.Reference = provider, 0, ""
		toAuthority(v, x.table, now)
		return Plan{Writes: []Write{SetVerification{*v}, step(*v, "cleared", scope.Actor, facts, now)}, Events: []domain.Event{done}}, nil
	}
	to, err := lifecycle.NextVerification(v.State, lifecycle.DeskApproved)
	if err != nil {
		return Plan{}, err
	}
	finish(v, to, scope.Actor, now)
	plan := x.approved(ready, facts, now)
	plan.Events = append(plan.Events, done)
	return plan, nil
}

// reviewVerdicts gives each code the evidence that our checks found for it, or that it was a person who saw it.
func reviewVerdicts(findings []realname.Finding, d Decision, x rulingCase, now time.Time) ([]domain.Verdict, error) {
	if d.Verdict == "more" {
		if d.Note == "" {
			return nil, fault.New(fault.Invalid, "template.field-missing", "field", "note")
		}
		return []domain.Verdict{{Code: "verify.material-unqualified", Facts: map[string]string{"answer": d.Note, "at": now.UTC().Format(time.RFC3339)}}}, nil
	}
	if len(d.Codes) == 0 {
		return nil, fault.New(fault.Invalid, "template.field-missing", "field", "codes")
	}
	var out []domain.Verdict
	for _, code := range d.Codes {
		if !slices.Contains(reviewReasons, code) {
			return nil, malformed("codes", "choice")
		}
		facts := map[string]string{}
		if i := slices.IndexFunc(findings, func(f realname.Finding) bool { return f.Code == code }); i >= 0 {
			for k, f := range findings[i].Facts {
				facts[k] = f
			}
		}
		entry, _ := diagnose.Lookup(fault.Code(code))
		for _, name := range entry.Lacks(facts) {
			facts[name] = personSaw(name, d.Note, x, now)
		}
		if d.Note != "" {
			facts["note"] = d.Note
		}
		out = append(out, domain.Verdict{Code: code, Facts: facts})
	}
	return out, nil
}

// personSaw is the evidence where a person found what our checks did not: what the desk knows, or that it was seen by
// eye.
func personSaw(name, note string, x rulingCase, now time.Time) string {
	switch name {
	case "role":
		return string(realname.Owner)
	case "type":
		return x.template.CertificateType
	case "valid_until":
		if !x.template.ValidUntil.IsZero() {
			return day(x.template.ValidUntil)
		}
		return day(now)
	case "answer":
		if note != "" {
			return note
		}
	case "field":
		return "CertificateCode"
	case "position":
		return "1"
	}
	return "review"
}

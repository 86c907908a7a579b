package ops

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

type verifications interface {
	// Verification and NewestVerification give "verification.not-found" where there is none.
	Verification(ctx context.Context, id domain.VerificationID) (domain.Verification, error)
	NewestVerification(ctx context.Context, template domain.TemplateID) (domain.Verification, error)
	// VerificationBy finds what an authority speaks of, by its reference or by ours.
	VerificationBy(ctx context.Context, provider, reference, ownRef string) (domain.Verification, error)
	// SuffixesUnder gives the suffixes of running names under a template (of its first 500 names).
	SuffixesUnder(ctx context.Context, template domain.TemplateID) ([]string, error)
	// DueVerifications gives what is to be handed over or asked after, and what a node died over.
	DueVerifications(ctx context.Context, now, wall time.Time, limit int) ([]domain.Verification, error)
	// ReadingVerifications gives those whose pictures were not read when they were submitted.
	ReadingVerifications(ctx context.Context, limit int) ([]domain.Verification, error)
	// Resubmissions gives those that are to be submitted again by now.
	Resubmissions(ctx context.Context, now time.Time, limit int) ([]domain.Verification, error)
	// HandedTo counts submissions that a provider may have without our knowing its reference.
	HandedTo(ctx context.Context, provider string) (int, error)
	// Handed counts submissions that authorities may have.
	Handed(ctx context.Context) (int, error)
	// DeskVerifications lists what a person has to decide, by deadline, with how many there are.
	DeskVerifications(ctx context.Context, p Page) ([]domain.Verification, int, error)
	VerificationSteps(ctx context.Context, id domain.VerificationID) ([]domain.VerificationStep, error)
	// VerificationCodes gives a registrant's codes: his own, and those of the name.
	VerificationCodes(ctx context.Context, template domain.TemplateID, name domain.Name) ([]SealedCode, error)
	// Registers lists registers without entries; RegisterEntries pages through one; RegistersAbout gives all names and
	// words of all registers, and the entries of these numbers' digests.
	Registers(ctx context.Context) ([]domain.RegisterList, error)
	RegisterEntries(ctx context.Context, list string, after int64, limit int) ([]domain.RegisterEntry, int64, error)
	RegistersAbout(ctx context.Context, numbers []string) ([]domain.RegisterList, error)
}

type (
	// InsertVerification adds a submission of version 1; it fails with "state.moved" where one of the template is under
	// way.
	InsertVerification struct{ Verification domain.Verification }
	// SetVerification replaces what moves of a submission whose version is still Verification.Version, and grows it by
	// one: whoever read it before decides on nothing any more.
	SetVerification struct{ Verification domain.Verification }
	// AddStep adds a line to a submission's history.
	AddStep struct{ Step domain.VerificationStep }
	// PutCode keeps a code of a template, or of a name under it, in place of an earlier one of its type.
	PutCode struct {
		Template domain.TemplateID
		Name     domain.Name // "": the registrant's own
		Code     domain.SignedCode
		Sealed   []byte
	}
	// PutRegister replaces a register; DropRegister removes it.
	PutRegister  struct{ List domain.RegisterList }
	DropRegister struct{ Name string }
)

func (InsertVerification) write() {}
func (SetVerification) write()    {}
func (AddStep) write()            {}
func (PutCode) write()            {}
func (PutRegister) write()        {}
func (DropRegister) write()       {}

// SealedCode is a code as it is kept.
type SealedCode struct {
	Name   domain.Name // "": the registrant's own
	Code   domain.SignedCode
	Sealed []byte // of its Encoded
}

// VerificationView is a submission with its history.
type VerificationView struct {
	domain.Verification
	Findings []realname.Finding // of our own checks
	Steps    []domain.VerificationStep
	Days     []policy.Day // of the authority's, or the desk's, term
}

// submission is what a decision to submit rests on.
type submission struct {
	template    domain.Template
	account     domain.Account
	examined    CheckView
	unread      []string            // whose pictures nothing could read
	earlier     domain.Verification // the newest; zero: none
	open        []domain.Case       // about the template
	authorities []string            // connected
	suffixes    []string            // of the names under it
	table       *policy.Table
	actor       scopeActor
	appeal      bool // refused by a machine, and its owner says that the machine is wrong
}

type scopeActor struct{ name, ip, via string }

// SubmitTemplate puts a template up for verification. What our checks refuse is an error with the first code; each code
// is an open case of the template, and nothing was submitted. A template that is under way, or approved, is given as it
// stands.
func (o *Ops) SubmitTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (VerificationView, error) {
	return o.submit(ctx, scope, id, false)
}

// AppealTemplate submits what our checks refuse to the eyes of a person: a name that really has brackets, a picture that
// a machine misread.
func (o *Ops) AppealTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (VerificationView, error) {
	return o.submit(ctx, scope, id, true)
}

func (o *Ops) submit(ctx context.Context, scope domain.Scope, id domain.TemplateID, appeal bool) (VerificationView, error) {
	s, err := o.loadSubmission(ctx, scope, id)
	if err != nil {
		return VerificationView{}, err
	}
	if s.template.Status != domain.TemplateInAudit && s.template.Status != domain.TemplateApproved {
		if err := o.Proved(ctx, s.template); err != nil {
			return VerificationView{}, err
		}
	}
	s.appeal = appeal
	first, err := o.Store.NextIDs(ctx, 1)
	if err != nil {
		return VerificationView{}, err
	}
	plan, refusal := decideSubmission(s, domain.VerificationID(first), o.ownRef(), o.Now())
	if len(plan.Writes) > 0 {
		if err := o.Store.Commit(ctx, plan); err != nil {
			return VerificationView{}, err
		}
	}
	if refusal != nil {
		return VerificationView{}, refusal
	}
	return o.VerificationOf(ctx, scope, id)
}

// ownRef is the stem of our references of a submission. It is the proof, at an authority, that a case is ours.
func (o *Ops) ownRef() string { return "OV-" + hex.EncodeToString(o.Rand(12)) }

// refOf is our reference of a hand-over: the same over all tries of a role at an authority, another for each further one.
func refOf(v domain.Verification) string {
	stem, _, _ := strings.Cut(v.OwnRef, ".")
	return stem + "." + v.Role[:1] + string(rune('a'+len(v.Tried)%26))
}

func (o *Ops) loadSubmission(ctx context.Context, scope domain.Scope, id domain.TemplateID) (submission, error) {
	s := submission{table: o.Policy(), actor: scopeActor{scope.Actor, scope.IP, scope.Via}}
	var err error
	if s.template, err = o.Template(ctx, scope, id); err != nil {
		return s, err
	}
	if s.account, err = o.Store.AccountByID(ctx, s.template.Account); err != nil {
		return s, err
	}
	if s.earlier, err = o.Store.NewestVerification(ctx, id); err != nil && fault.Of(err).Kind != fault.Missing {
		return s, err
	}
	if s.suffixes, err = o.Store.SuffixesUnder(ctx, id); err != nil {
		return s, err
	}
	if s.open, err = o.Store.Cases(ctx, CaseFilter{Account: s.template.Account, Subject: id.Public(), Open: true, Limit: 100}); err != nil {
		return s, err
	}
	if o.Verifier != nil {
		s.authorities = o.Verifier.Authorities()
	}
	if s.examined, err = o.examineTemplate(ctx, s.template, nil); err != nil {
		return s, err
	}
	if s.unread, err = o.unread(ctx, s.template); err != nil {
		return s, err
	}
	bars, err := o.barred(ctx, s.template)
	s.examined.Findings = append(s.examined.Findings, bars...)
	return s, err
}

// decideSubmission is the plan of a submission, or of its refusal. Neither writes anything where the template is under
// way or approved already.
func decideSubmission(s submission, id domain.VerificationID, ownRef string, now time.Time) (Plan, error) {
	t := s.template
	switch {
	case t.Status == domain.TemplateInAudit, t.Status == domain.TemplateApproved:
		return Plan{}, nil
	}
	if err := Complete(t); err != nil {
		return Plan{}, err
	}
	v := domain.Verification{ID: id, Account: t.Account, Template: t.ID, TemplateVersion: t.Version, Version: 1, Role: firstRole(t),
		OwnRef: ownRef, SubmittedAt: now, NotPerformed: skipped(s)}
	findings := s.examined.Findings
	v.Findings = findingsText(findings)
	v.OwnRef = refOf(v)
	provider, regional := chooseProvider(s.table.Verify, s.authorities, t, s.suffixes, v.Tried)
	if !regional {
		findings = append(findings, realname.Finding{Check: "authority", Code: "verify.region-unsupported", Severity: realname.Refuse, Role: realname.Owner,
			Field: "CountryCN", Facts: map[string]string{"region": t.Contact.Country}})
	}
	cases, refusal := casesOf(s, findings, now)
	plan := Plan{Expect: []Expect{{TableTemplate, int64(t.ID), t.Version}}, Writes: cases}
	if refusal != nil && !s.appeal {
		return plan, refusal
	}
	v.Provider = provider
	switch {
	case s.examined.Reading:
		v.State, v.NextActionAt = domain.VerificationReading, now.Add(time.Duration(s.table.Verify.ReadingMinutes)*time.Minute)
	case refusal != nil || provider == "" || wantsDesk(s):
		toDesk(&v, s.table, now)
	default:
		toAuthority(&v, s.table, now)
	}
	under := SetTemplateStatus{ID: t.ID, From: t.Status, To: domain.TemplateInAudit, At: now}
	plan.Writes = append(plan.Writes, InsertVerification{v}, under, FlagProof{Template: t.ID, At: now},
		step(v, "submitted", s.actor.name, map[string]string{"policy": strconv.FormatInt(s.table.Version, 10)}, now))
	if v.State == domain.VerificationDesk {
		plan.Writes = append(plan.Writes, step(v, "desk", "system", nil, now))
	}
	facts := map[string]string{"state": string(v.State)}
	plan.Events = append(plan.Events, domain.Event{Account: t.Account, Subject: t.ID.Public(), Kind: "template.submitted", Actor: s.actor.name, IP: s.actor.ip,
		Via: s.actor.via, Result: "ok", Facts: facts, At: now})
	plan.Messages = append(plan.Messages, notice(s.account, t, "template-submitted", map[string]string{"until": day(v.DeadlineAt)}, now))
	return plan, nil
}

// firstRole is whose document an authority sees first: an organisation's contact, where it has given his document.
func firstRole(t domain.Template) string {
	if t.Contact.Kind == domain.Organisation && t.ContactType != "" && len(t.SealedContact) > 0 {
		return string(realname.Contact)
	}
	return string(realname.Owner)
}

// chooseProvider is the first authority of the policy that is connected, takes the template, and was not tried yet. ok is
// false where authorities are connected and none of them takes registrants of the region at all.
func chooseProvider(terms policy.Verifying, connected []string, t domain.Template, suffixes, tried []string) (id string, ok bool) {
	ok = true
	known := false
	for _, p := range terms.Providers {
		if !slices.Contains(connected, p.ID) {
			continue
		}
		if !known {
			known, ok = true, false
		}
		if !p.Takes(t.Contact.Country, t.CertificateType, suffixes) {
			ok = ok || len(p.Regions) == 0 || slices.Contains(p.Regions, t.Contact.Country)
			continue
		}
		ok = true
		if id == "" && !slices.Contains(tried, p.ID) {
			id = p.ID
		}
	}
	return id, ok
}

// toDesk and toAuthority date what is to happen next.
func toDesk(v *domain.Verification, table *policy.Table, now time.Time) {
	v.State, v.NextActionAt, v.NextTryAt = domain.VerificationDesk, time.Time{}, time.Time{}
	v.DeadlineAt = table.Calendar.AddWorkingDays(now, table.Verify.DeskDays)
}

func toAuthority(v *domain.Verification, table *policy.Table, now time.Time) {
	v.State, v.NextActionAt, v.NextTryAt = domain.VerificationQueued, now, time.Time{}
	v.DeadlineAt = table.Calendar.AddWorkingDays(now, table.Verify.VerdictDays)
}

// casesOf opens a case for each code that refuses or warns, clears those that do not any more, and gives the refusal.
func casesOf(s submission, findings []realname.Finding, now time.Time) (writes []Write, refusal error) {
	subject := s.template.ID.Public()
	kept := map[string]bool{}
	for _, f := range Told(findings) {
		if f.Severity == realname.Inform || kept[f.Code] {
			continue
		}
		kept[f.Code] = true
		writes = append(writes, OpenCase{domain.Case{Account: s.template.Account, Subject: subject, Code: f.Code, Facts: f.Facts, OpenedAt: now}})
		if refusal == nil && f.Severity == realname.Refuse {
			refusal = RefusalOf(f)
		}
	}
	for _, c := range s.open {
		if !kept[c.Code] {
			writes = append(writes, ClearCase{Account: s.template.Account, Subject: subject, Code: c.Code, At: now})
		}
	}
	return writes, refusal
}

// elsewhere reports whether a doubt of the text needs nobody here: a Chinese name that the reader is not sure of. The
// authority has the registered name, and a character that was read badly is no reason to keep the owner waiting for a
// person. Names in other letters are compared by people.
func elsewhere(c domain.Contact, n NotPerformed) bool {
	name := c.OrganizationCN
	if n.Role == realname.Contact {
		name = c.NameCN
	}
	return n.Check == "text-name" && strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// wantsDesk says whether a person looks at a submission before an authority does.
func wantsDesk(s submission) bool {
	switch s.table.Verify.Review {
	case policy.ReviewAlways:
		return true
	case policy.ReviewNever:
		return false
	}
	warnings, _ := s.examined.Unsure()
	return len(warnings) > 0 || len(s.unread) > 0 || slices.ContainsFunc(s.examined.NotPerformed, func(n NotPerformed) bool {
		return n.Needs == realname.NeedsText && !elsewhere(s.template.Contact, n)
	})
}

// skipped are the checks that were not performed, "role check" to reason.
func skipped(s submission) map[string]string {
	out := map[string]string{}
	for _, role := range s.unread {
		out[role+" text"] = "nothing could read the picture"
	}
	for _, n := range s.examined.NotPerformed {
		out[string(n.Role)+" "+n.Check] = n.Reason
	}
	return out
}

func findingsText(findings []realname.Finding) string {
	raw, err := json.Marshal(findings)
	if err != nil || len(findings) == 0 {
		return "[]"
	}
	return string(raw)
}

func step(v domain.Verification, kind, actor string, facts map[string]string, now time.Time) AddStep {
	return AddStep{domain.VerificationStep{Verification: v.ID, At: now, Kind: kind, Actor: actor, Facts: facts}}
}

func notice(a domain.Account, t domain.Template, kind string, more map[string]string, now time.Time) domain.Message {
	facts := map[string]string{"template": t.ID.Public()}
	for k, v := range more {
		facts[k] = v
	}
	return domain.Message{Account: a.ID, To: a.Email, Locale: a.Locale, Kind: kind, Facts: facts, At: now}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(policy.Beijing).Format(time.DateOnly)
}

// VerificationOf is the newest submission of a template; "verification.not-found" where it was never submitted.
func (o *Ops) VerificationOf(ctx context.Context, scope domain.Scope, id domain.TemplateID) (VerificationView, error) {
	if _, err := o.Template(ctx, scope, id); err != nil {
		return VerificationView{}, err
	}
	v, err := o.Store.NewestVerification(ctx, id)
	if err != nil {
		return VerificationView{}, err
	}
	return o.viewOf(ctx, v)
}

func (o *Ops) viewOf(ctx context.Context, v domain.Verification) (VerificationView, error) {
	view := VerificationView{Verification: v}
	if err := json.Unmarshal([]byte(v.Findings), &view.Findings); err != nil {
		return view, fault.Wrap(err, fault.Internal, "internal")
	}
	if !v.DeadlineAt.IsZero() {
		view.Days = o.Policy().Calendar.Days(v.SubmittedAt, v.DeadlineAt)
	}
	var err error
	view.Steps, err = o.Store.VerificationSteps(ctx, v.ID)
	return view, err
}

// WithdrawTemplate takes a submission back: the template can be edited again. What an authority says of it later is kept
// and moves nothing.
func (o *Ops) WithdrawTemplate(ctx context.Context, scope domain.Scope, id domain.TemplateID) (VerificationView, error) {
	t, err := o.Template(ctx, scope, id)
	if err != nil {
		return VerificationView{}, err
	}
	for range 3 { // an answer that lands meanwhile moves it on, or ends it
		v, err := o.Store.NewestVerification(ctx, id)
		if err != nil {
			return VerificationView{}, err
		}
		if lifecycle.VerificationOver(v.State) {
			return VerificationView{}, fault.New(fault.Conflict, "verification.over", "state", string(v.State))
		}
		plan, err := decideWithdrawal(v, t, scope, o.Now())
		if err != nil {
			return VerificationView{}, err
		}
		err = o.Store.Commit(ctx, plan)
		switch {
		case err == nil:
			return o.VerificationOf(ctx, scope, id)
		case !fault.Is(err, "state.moved"):
			return VerificationView{}, err
		}
	}
	return VerificationView{}, fault.New(fault.Conflict, "state.moved", "row", "verification")
}

func decideWithdrawal(v domain.Verification, t domain.Template, scope domain.Scope, now time.Time) (Plan, error) {
	to, err := lifecycle.NextVerification(v.State, lifecycle.TakenBack)
	if err != nil {
		return Plan{}, err
	}
	from := v.State
	finish(&v, to, scope.Actor, now)
	return Plan{
		Writes: []Write{SetVerification{v}, step(v, "withdrawn", scope.Actor, map[string]string{"from": string(from)}, now),
			SetTemplateStatus{ID: t.ID, From: domain.TemplateInAudit, To: domain.TemplateNotUpload, At: now}, FlagProof{Template: t.ID, At: now}},
		Events: []domain.Event{event(scope, t.Account, t.ID.Public(), "template.withdrawn", "ok", now)},
	}, nil
}

// finish ends a submission.
func finish(v *domain.Verification, to domain.VerificationState, by string, now time.Time) {
	v.State, v.DecidedAt, v.DecidedBy = to, now, by
	v.NextActionAt, v.NextTryAt, v.Lease = time.Time{}, time.Time{}, domain.Lease{}
}

// ResubmitLater has a template that was too new for the registers submitted again by itself on the day that its case
// names; or not any more.
func (o *Ops) ResubmitLater(ctx context.Context, scope domain.Scope, id domain.TemplateID, yes bool) (VerificationView, error) {
	t, err := o.Template(ctx, scope, id)
	if err != nil {
		return VerificationView{}, err
	}
	v, err := o.Store.NewestVerification(ctx, id)
	if err != nil {
		return VerificationView{}, err
	}
	v.ResubmitAt = time.Time{}
	if yes {
		if v.ResubmitAt, err = resubmitDate(v); err != nil {
			return VerificationView{}, err
		}
	}
	now := o.Now()
	kind := "resubmission-cancelled"
	if yes {
		kind = "resubmission-planned"
	}
	err = o.Store.Commit(ctx, Plan{
		Expect: []Expect{{TableTemplate, int64(t.ID), t.Version}},
		Writes: []Write{SetVerification{v}, step(v, kind, scope.Actor, map[string]string{"at": day(v.ResubmitAt)}, now)},
		Events: []domain.Event{event(scope, t.Account, t.ID.Public(), "template."+kind, "ok", now)},
	})
	if err != nil {
		return VerificationView{}, err
	}
	return o.VerificationOf(ctx, scope, id)
}

// resubmitDate is the morning, in Beijing, of the day from which a document that was too new can be submitted again.
func resubmitDate(v domain.Verification) (time.Time, error) {
	for _, d := range v.Verdicts {
		if d.Code != "verify.document-too-new" || v.State != domain.VerificationRejected {
			continue
		}
		if at, err := time.ParseInLocation(time.DateOnly, d.Facts["until"], policy.Beijing); err == nil {
			return at.Add(9 * time.Hour).UTC(), nil
		}
	}
	return time.Time{}, fault.New(fault.Conflict, "verification.over", "state", string(v.State))
}

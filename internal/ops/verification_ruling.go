package ops

import (
	"context"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// rulingCase is what the decision on an authority's answer rests on.
type rulingCase struct {
	v           domain.Verification
	template    domain.Template
	account     domain.Account
	open        []domain.Case // about the template
	authorities []string
	suffixes    []string // of the names under the template
	table       *policy.Table
	ruling      Ruling
	sealed      []byte // of the ruling's code
	begun       bool   // it comes from our own hand-over or question
	asked       bool   // from a question
}

func (o *Ops) loadRuling(ctx context.Context, v domain.Verification) (rulingCase, error) {
	x := rulingCase{v: v, table: o.Policy()}
	if o.Verifier != nil {
		x.authorities = o.Verifier.Authorities()
	}
	var err error
	if x.template, err = o.Store.Template(ctx, v.Template); err != nil {
		return x, err
	}
	if x.account, err = o.Store.AccountByID(ctx, v.Account); err != nil {
		return x, err
	}
	if x.suffixes, err = o.Store.SuffixesUnder(ctx, v.Template); err != nil {
		return x, err
	}
	x.open, err = o.Store.Cases(ctx, CaseFilter{Account: v.Account, Subject: v.Template.Public(), Open: true, Limit: 100})
	return x, err
}

// provider is the authority whose turn it is, of those not tried.
func (x *rulingCase) provider(tried []string) (string, bool) {
	return chooseProvider(x.table.Verify, x.authorities, x.template, x.suffixes, tried)
}

// landRuling commits what an answer means. Where the submission has moved meanwhile (its owner withdrew it, or the
// authority told us on another way), the answer is decided on once more as the submission now stands.
func (o *Ops) landRuling(ctx context.Context, x rulingCase) error {
	var err error
	for range 3 {
		if x.ruling.Code != nil && x.sealed == nil {
			if x.sealed, err = o.Sealer.Seal([]byte(x.ruling.Code.Encoded), domain.SignedCodeSeal(x.v.Template)); err != nil {
				return err
			}
		}
		var plan Plan
		if plan, err = decideRuling(x, o.codesReady, o.Now(), o.Clock.Wall()); err != nil {
			return err
		}
		if len(plan.Writes) == 0 {
			return nil
		}
		if err = o.Store.Commit(ctx, plan); err == nil {
			o.Crash("after-verdict")
			return nil
		}
		if !fault.Is(err, "state.moved") {
			return err
		}
		v, rerr := o.Store.Verification(ctx, x.v.ID)
		if rerr != nil {
			return rerr
		}
		fresh, rerr := o.loadRuling(ctx, v)
		if rerr != nil {
			return rerr
		}
		fresh.ruling, fresh.sealed, fresh.begun, fresh.asked = x.ruling, x.sealed, x.begun, x.asked
		x = fresh
	}
	return err
}

// decideRuling is what an authority's answer means for a submission.
func decideRuling(x rulingCase, ready func(domain.Template) []Write, now, wall time.Time) (Plan, error) {
	if lifecycle.VerificationOver(x.v.State) {
		return x.late(now), nil
	}
	v := &x.v
	final := !v.DeadlineAt.IsZero() && !v.DeadlineAt.After(now)
	if x.ruling.Reference != "" {
		v.Reference = x.ruling.Reference
	}
	v.Lease, v.NextTryAt = domain.Lease{}, time.Time{}
	facts := map[string]string{"provider": v.Provider, "role": v.Role}
	if x.ruling.Answer != "" {
		facts["answer"] = clipped(x.ruling.Answer, 300)
	}
	if v.Reference != "" {
		facts["reference"] = v.Reference
	}
	switch x.ruling.Kind {
	case RulingPassed:
		if v.Role == string(realname.Contact) {
			return x.half(facts, now)
		}
		return x.approval(ready, facts, now)
	case RulingDenied:
		return x.denial(facts, now)
	case RulingPending:
		if final {
			plan, _, err := x.termOver(now)
			return plan, err
		}
		return x.move(lifecycle.Taken, "taken", facts, now.Add(time.Duration(x.table.Verify.AskHours)*time.Hour), now)
	case RulingAbsent:
		if final {
			plan, _, err := x.termOver(now)
			return plan, err
		}
		v.Reference = ""
		return x.move(lifecycle.NotKnown, "not-known", facts, now, now)
	case RulingUnclear:
		plan, err := x.back(lifecycle.Contradicted, now)
		plan.Writes = append(plan.Writes, step(*v, "contradicted", v.Provider, facts, now), OpenCase{domain.Case{Subject: v.Template.Public(),
			Code: "verification.contradicted", Facts: map[string]string{"template": v.Template.Public(), "provider": v.Provider, "answer": facts["answer"]}, OpenedAt: now}})
		return plan, err
	case RulingFailed:
		if v.State == domain.VerificationOpen {
			return x.failure(facts, now)
		}
		if final {
			plan, _, err := x.termOver(now)
			return plan, err
		}
		return x.move(lifecycle.HandoverFailed, "", facts, now.Add(askAgain), now)
	}
	if final && v.State != domain.VerificationOpen {
		plan, _, err := x.termOver(now)
		return plan, err
	}
	v.NextTryAt = wall.Add(afterLost)
	next := now
	if v.State != domain.VerificationOpen {
		next = now.Add(askAgain)
	}
	kind := "lost"
	if x.asked {
		kind = ""
	}
	return x.move(lifecycle.HandoverLost, kind, facts, next, now)
}

// move is a step that neither ends the submission nor hands it to the desk.
func (x *rulingCase) move(on lifecycle.VerificationEvent, kind string, facts map[string]string, next, now time.Time) (Plan, error) {
	to, err := lifecycle.NextVerification(x.v.State, on)
	if err != nil {
		return Plan{}, err
	}
	from := x.v.State
	x.v.State, x.v.NextActionAt = to, next
	if !x.v.DeadlineAt.IsZero() && x.v.DeadlineAt.Before(next) && to != domain.VerificationQueued {
		x.v.NextActionAt = x.v.DeadlineAt
	}
	plan := Plan{Writes: []Write{SetVerification{x.v}}}
	if kind != "" && from != to {
		plan.Writes = append(plan.Writes, step(x.v, kind, x.v.Provider, facts, now))
	}
	return plan, nil
}

// half goes on from an organisation's contact to the organisation.
func (x *rulingCase) half(facts map[string]string, now time.Time) (Plan, error) {
	x.v.Role, x.v.Attempts, x.v.Reference, x.v.Tried = string(realname.Owner), 0, "", nil
	return x.move(lifecycle.HalfPassed, "contact-approved", facts, now, now)
}

func (x *rulingCase) approval(ready func(domain.Template) []Write, facts map[string]string, now time.Time) (Plan, error) {
	to, err := lifecycle.NextVerification(x.v.State, lifecycle.Passed)
	if err != nil {
		return Plan{}, err
	}
	finish(&x.v, to, x.v.Provider, now)
	if x.ruling.Code != nil {
		facts["code"] = x.ruling.Code.Value
	}
	return x.approved(ready, facts, now), nil
}

// approved is what an approval does, whoever gave it.
func (x *rulingCase) approved(ready func(domain.Template) []Write, facts map[string]string, now time.Time) Plan {
	v, t := x.v, x.template
	plan := Plan{Writes: []Write{SetVerification{v}, step(v, "approved", v.DecidedBy, facts, now),
		SetTemplateStatus{ID: t.ID, From: domain.TemplateInAudit, To: domain.TemplateApproved, At: now}}}
	if c := x.ruling.Code; c != nil {
		code := *c
		code.Encoded, code.Provider = "", v.Provider
		if code.IssuedAt.IsZero() {
			code.IssuedAt = now
		}
		plan.Writes = append(plan.Writes, PutCode{Template: t.ID, Code: code, Sealed: x.sealed})
	}
	for _, c := range x.open {
		plan.Writes = append(plan.Writes, ClearCase{Account: t.Account, Subject: t.ID.Public(), Code: c.Code, At: now})
	}
	t.Status = domain.TemplateApproved
	plan.Writes = append(plan.Writes, ready(t)...)
	plan.Events = []domain.Event{{Account: t.Account, Subject: t.ID.Public(), Kind: "template.approved", Actor: v.DecidedBy, Via: "system", Result: "ok",
		Facts: map[string]string{"provider": v.Provider}, At: now}}
	plan.Messages = []domain.Message{notice(x.account, t, "template-approved", nil, now)}
	return plan
}

func (x *rulingCase) denial(facts map[string]string, now time.Time) (Plan, error) {
	to, err := lifecycle.NextVerification(x.v.State, lifecycle.Denied)
	if err != nil {
		return Plan{}, err
	}
	x.v.Verdicts = x.completed(x.ruling.Verdicts, now)
	by := x.v.Provider
	finish(&x.v, to, by, now)
	plan := Plan{Writes: []Write{step(x.v, "rejected", by, facts, now)}}
	x.rejection(&plan, "template-rejected", now)
	return plan, nil
}

// recordFields are the product's fields of what registers hold, by whose document it is.
var recordFields = map[string]map[string]string{
	"name":   {string(realname.Owner): "OrganizationNameCN", string(realname.Contact): "RegistrantNameCN"},
	"number": {string(realname.Owner): "CertificateCode", string(realname.Contact): "RegistrantCertificateCode"},
}

// completed adds to an authority's verdicts what only we know: whose document it was, and when a new one can be handed
// in again.
func (x *rulingCase) completed(verdicts []domain.Verdict, now time.Time) []domain.Verdict {
	out := make([]domain.Verdict, 0, len(verdicts))
	for _, d := range verdicts {
		facts := map[string]string{}
		for k, f := range d.Facts {
			facts[k] = clipped(f, 300)
		}
		if facts["role"] == "" {
			facts["role"] = x.v.Role
		}
		if d.Code == "verify.person-record-mismatch" && facts["role"] == string(realname.Owner) && x.template.Contact.Kind == domain.Organisation {
			d.Code = "verify.org-record-mismatch" // an authority's queue doesn't say whose record it was
		}
		if f, ok := recordFields[facts["field"]]; ok {
			facts["field"] = f[facts["role"]]
		}
		switch d.Code {
		case "verify.document-too-new":
			issued, err := time.ParseInLocation(time.DateOnly, facts["issued"], policy.Beijing)
			if err != nil {
				issued = now
				facts["issued"] = day(now)
			}
			if until, err := time.Parse(time.DateOnly, facts["until"]); err == nil && until.After(now) {
				break // the authority knows better
			}
			until := x.table.Calendar.AddWorkingDays(issued, x.table.Verify.TooNewDays)
			if !until.After(now) { // the authority has not caught up yet
				until = x.table.Calendar.AddWorkingDays(now, 1)
			}
			facts["until"] = day(until)
		case "document.expired":
			if facts["valid_until"] == "" && !x.template.ValidUntil.IsZero() {
				facts["valid_until"] = day(x.template.ValidUntil)
			}
			facts["today"] = day(now)
		case "verify.region-unsupported":
			facts["region"] = x.template.Contact.Country
		case "verify.material-unqualified":
			facts["at"] = now.UTC().Format(time.RFC3339)
		}
		out = append(out, domain.Verdict{Code: d.Code, Facts: facts})
	}
	if len(out) == 0 {
		out = append(out, domain.Verdict{Code: "verify.material-unqualified", Facts: map[string]string{"answer": x.ruling.Answer, "role": x.v.Role}})
	}
	return out
}

// rejection is what a refusal does, whoever gave it. The submission has ended already.
func (x *rulingCase) rejection(plan *Plan, kind string, now time.Time) {
	v, t := x.v, x.template
	kept := map[string]bool{}
	for _, d := range v.Verdicts {
		kept[d.Code] = true
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Account: t.Account, Subject: t.ID.Public(), Code: d.Code, Facts: d.Facts, OpenedAt: now}})
	}
	for _, c := range x.open {
		if !kept[c.Code] {
			plan.Writes = append(plan.Writes, ClearCase{Account: t.Account, Subject: t.ID.Public(), Code: c.Code, At: now})
		}
	}
	first := domain.Verdict{}
	if len(v.Verdicts) > 0 {
		first = v.Verdicts[0]
	}
	plan.Writes = append(plan.Writes, SetVerification{v},
		SetTemplateStatus{ID: t.ID, From: domain.TemplateInAudit, To: domain.TemplateReject, Reason: first.Code, At: now}, FlagProof{Template: t.ID, At: now})
	facts := map[string]string{"code": first.Code}
	for k, f := range first.Facts {
		facts[k] = f
	}
	event := "template.rejected"
	if v.State == domain.VerificationTimedOut {
		event = "template.timed-out"
	}
	plan.Events = append(plan.Events, domain.Event{Account: t.Account, Subject: t.ID.Public(), Kind: event, Actor: v.DecidedBy, Via: "system", Result: first.Code,
		Facts: facts, At: now})
	plan.Messages = append(plan.Messages, notice(x.account, t, kind, facts, now))
}

// failure is an attempt that the authority did not take: later again, then the next authority, then back to the owner.
func (x *rulingCase) failure(facts map[string]string, now time.Time) (Plan, error) {
	v := &x.v
	if v.Attempts < x.table.Verify.Attempts {
		return x.move(lifecycle.HandoverFailed, "failed", facts, now.Add(x.table.Verify.Retry(v.Attempts)), now)
	}
	tried := append(append([]string(nil), v.Tried...), v.Provider)
	if next, _ := x.provider(tried); next != "" {
		v.Tried, v.Attempts, v.Reference = tried, 0, ""
		plan, err := x.move(lifecycle.HandoverFailed, "failed", facts, now, now)
		v.Provider = next
		plan.Writes[0] = SetVerification{*v}
		return plan, err
	}
	to, err := lifecycle.NextVerification(v.State, lifecycle.Exhausted)
	if err != nil {
		return Plan{}, err
	}
	answer := facts["answer"]
	if answer == "" {
		answer = "-"
	}
	v.Verdicts = []domain.Verdict{{Code: "verify.submission-failed", Facts: map[string]string{
		"attempts": strconv.Itoa(x.table.Verify.Attempts * len(tried)), "answer": answer, "at": now.UTC().Format(time.RFC3339)}}}
	finish(v, to, "system", now)
	plan := Plan{Writes: []Write{step(*v, "failed", v.Provider, facts, now)}}
	x.rejection(&plan, "template-rejected", now)
	return plan, nil
}

// termOver ends a submission whose authority gave no verdict in its term.
func (x *rulingCase) termOver(now time.Time) (Plan, bool, error) {
	v := &x.v
	to, err := lifecycle.NextVerification(v.State, lifecycle.TermOver)
	if err != nil {
		return Plan{}, false, err
	}
	v.Verdicts = []domain.Verdict{{Code: "verify.timeout", Facts: map[string]string{"submitted": v.SubmittedAt.UTC().Format(time.RFC3339), "deadline": day(v.DeadlineAt)}}}
	finish(v, to, "system", now)
	plan := Plan{Writes: []Write{step(*v, "timed-out", "system", map[string]string{"provider": v.Provider}, now)}}
	x.rejection(&plan, "template-timed-out", now)
	return plan, false, nil
}

// back hands a submission to the desk.
func (x *rulingCase) back(on lifecycle.VerificationEvent, now time.Time) (Plan, error) {
	if _, err := lifecycle.NextVerification(x.v.State, on); err != nil {
		return Plan{}, err
	}
	toDesk(&x.v, x.table, now)
	x.v.Lease = domain.Lease{}
	return Plan{Writes: []Write{SetVerification{x.v}, step(x.v, "desk", "system", nil, now)}}, nil
}

// late keeps what an authority says of a submission that is over. Where it now says the opposite of what was decided by
// it, the desk is told.
func (x *rulingCase) late(now time.Time) Plan {
	v := x.v
	said := map[RulingKind]domain.VerificationState{RulingPassed: domain.VerificationApproved, RulingDenied: domain.VerificationRejected}[x.ruling.Kind]
	if said == "" && x.ruling.Kind != RulingUnclear || said == v.State {
		return Plan{}
	}
	facts := map[string]string{"provider": v.Provider, "said": string(x.ruling.Kind), "answer": clipped(x.ruling.Answer, 300), "state": string(v.State)}
	plan := Plan{Writes: []Write{step(v, "late", v.Provider, facts, now)}}
	decided := v.State == domain.VerificationApproved || v.State == domain.VerificationRejected
	if decided && v.DecidedBy == v.Provider {
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: v.Template.Public(), Code: "verification.contradicted",
			Facts: map[string]string{"template": v.Template.Public(), "provider": v.Provider, "answer": facts["answer"]}, OpenedAt: now}})
	}
	return plan
}

package ops

import (
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// unreachedCode is the case of a name that we hold because its registrant could not be reached.
const unreachedCode = "hold.contact-unverified"

// proofStep is what is to be done about a name's proof.
type proofStep struct {
	plan Plan
	push bool    // the codes of its template are to be sent
	act  *change // or our own hold is to be set or lifted
}

// decideProof looks at one flagged name: pure. The flag goes, unless there is something left to be waited for.
func decideProof(s Sight, table *policy.Table, now time.Time) proofStep {
	t := s.Tenure
	suffix, _ := table.Suffix(t.Name.Suffix())
	var step proofStep
	plan := &step.plan
	plan.Expect = []Expect{{TableTenure, int64(t.ID), t.Version}}
	if s.Template.ID != 0 {
		plan.Expect = append(plan.Expect, Expect{TableTemplate, int64(s.Template.ID), s.Template.Version})
	}
	plan.Writes = []Write{FlagProof{Tenure: t.ID}}

	approved := s.Template.Status == domain.TemplateApproved
	switch {
	case !approved || suffix.Proof != policy.ProofCodes || len(suffix.CodeTypes) == 0 || t.CodesOf == s.Template.ID:
	case lifecycle.Forbids(domain.IntentCodes, t.Statuses, nil): // it comes back, or it ends
		plan.Writes[0] = FlagProof{Tenure: t.ID, At: now.AddDate(0, 0, 1)}
	default:
		step.push = true
	}
	before, held := s.heldCode(), s.held(s.known(), now)
	plan.add(held)
	plan.Messages = append(plan.Messages, s.holdLetters(before, held, now)...)
	s.contact(&step, approved || s.Reached, table.House, now)
	return step
}

// known is what our rows say of the name at its registry.
func (s *Sight) known() domain.Object {
	return domain.Object{Name: s.Tenure.Name, Statuses: s.Tenure.Statuses, Verification: s.Seen.Verification, VerifyBy: s.Tenure.VerifyBy}
}

// contact dates the verification of a new registrant's e-mail or telephone, holds the name of one that was not verified in
// time, and frees it when it was (ICANN's Whois accuracy program: 15 days).
func (s *Sight) contact(step *proofStep, reached bool, house policy.House, now time.Time) {
	t, plan := s.Tenure, &step.plan
	name := string(t.Name)
	due := t.RegisteredAt.AddDate(0, 0, house.ContactDays)
	open := s.open(t.Account, unreachedCode)
	facts := map[string]string{"name": naming.Display(t.Name), "email": s.Template.Contact.Email, "telephone": s.Template.Contact.Telephone,
		"due": due.UTC().Format(time.RFC3339), "registry": t.RegistryAccount}
	if !t.ContactBy.IsZero() {
		facts["due"] = t.ContactBy.UTC().Format(time.RFC3339)
	}
	was := t.ContactBy
	switch {
	case reached:
		t.ContactBy = time.Time{}
		if open != nil {
			if t.Statuses.Has(domain.ClientHold) { // its codes follow
				lift := holding(false)
				step.act, step.push = &lift, false
			} else if !t.Statuses.Has(domain.ClientHold) {
				plan.Writes = append(plan.Writes, ClearCase{Account: t.Account, Subject: name, Code: unreachedCode, At: now})
				plan.Events = append(plan.Events, domain.Event{Account: t.Account, Subject: name, Kind: "hold.lifted", Actor: "system", Via: "system", Result: "ok", At: now})
			}
		}
	case t.ContactBy.IsZero() && open == nil && s.Template.ID != 0:
		t.ContactBy = due
		if !due.After(now) { // flagged late: the registrant gets the whole term
			t.ContactBy = now.AddDate(0, 0, house.ContactDays)
		}
	case !t.ContactBy.IsZero() && !t.ContactBy.After(now):
		t.ContactBy = time.Time{}
		hold := holding(true)
		step.act = &hold
		facts["statuses"] = string(domain.ClientHold)
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Account: t.Account, Subject: name, Code: unreachedCode, Facts: facts, OpenedAt: now}})
		plan.Messages = append(plan.Messages, s.letter("contact-held", facts, now)...)
	}
	if !was.Equal(t.ContactBy) {
		t.NextActionAt, t.UpdatedAt = nextAction(t, now, house), now
		plan.Writes = append(plan.Writes, SetTenure{t})
	}
}

// letter is a message to the owner; none where the owner was not read.
func (s *Sight) letter(kind string, facts map[string]string, now time.Time) []domain.Message {
	if s.Owner.Email == "" {
		return nil
	}
	return []domain.Message{{Account: s.Tenure.Account, To: s.Owner.Email, Locale: s.Owner.Locale, Kind: kind, Facts: facts, At: now}}
}

func (p *Plan) add(writes []Write) { p.Writes = append(p.Writes, writes...) }

// nextProofReminder is the next time before the proof of a name is due at which its owner is told; zero: none is left.
func nextProofReminder(t domain.Tenure, now time.Time, house policy.House) time.Time {
	var next time.Time
	for _, by := range []time.Time{t.VerifyBy, t.ContactBy} {
		for _, days := range house.ProofReminders {
			if at := by.AddDate(0, 0, -days); !by.IsZero() && at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

// dueLetter says what a name's next action is about where it isn't its expiry: the proof of its registrant, or the
// registrant's e-mail.
func dueLetter(t domain.Tenure, house policy.House) (kind string, by time.Time) {
	for _, days := range house.ProofReminders {
		if !t.VerifyBy.IsZero() && t.VerifyBy.AddDate(0, 0, -days).Equal(t.NextActionAt) {
			return "verification-due", t.VerifyBy
		}
	}
	for _, days := range house.ProofReminders {
		if !t.ContactBy.IsZero() && t.ContactBy.AddDate(0, 0, -days).Equal(t.NextActionAt) {
			return "contact-due", t.ContactBy
		}
	}
	return "", time.Time{}
}

// decideDueLetter reminds the owner of it, and dates the next time.
func decideDueLetter(t domain.Tenure, account domain.Account, kind string, by time.Time, house policy.House, now time.Time) Plan {
	days := max(0, int((by.Sub(now)+12*time.Hour)/(24*time.Hour)))
	facts := map[string]string{"name": naming.Display(t.Name), "date": by.UTC().Format(time.DateOnly), "days": strconv.Itoa(days), "template": t.Template.Public()}
	at := t.NextActionAt
	t.NextActionAt, t.UpdatedAt = nextAction(t, now, house), now
	return Plan{
		Writes:   []Write{SetTenure{t}},
		Messages: []domain.Message{{Account: t.Account, To: account.Email, Locale: account.Locale, Kind: kind, Facts: facts, At: at}},
		Events: []domain.Event{{Account: t.Account, Subject: string(t.Name), Kind: "domain." + kind, Actor: "system", Via: "system",
			Result: "ok", Facts: facts, At: at}},
	}
}

// decideContactDue has the name of a registrant who was not reached in time looked at.
func decideContactDue(t domain.Tenure, house policy.House, now time.Time) Plan {
	by := t.ContactBy
	t.ContactBy = time.Time{} // for the next date alone
	t.NextActionAt, t.UpdatedAt = nextAction(t, now, house), now
	t.ContactBy = by
	return Plan{Writes: []Write{SetTenure{t}, FlagProof{Tenure: t.ID, At: now}}}
}

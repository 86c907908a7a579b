package ops

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// CodeSource gives the signed codes that prove who registers a name.
type CodeSource interface {
	// CodesFor gives those of the types that there are for a template. An error of kind Unavailable says that one had to be
	// drawn and could not be.
	CodesFor(ctx context.Context, name domain.Name, template domain.TemplateID, types ...string) ([]domain.SignedCode, error)
}

// proofs reads and moves what a name's proof rests on.
type proofs interface {
	// DueProofs gives names whose flag is due and that have no act under way, with all that a decision about their proof
	// rests on.
	DueProofs(ctx context.Context, now time.Time, limit int) ([]Sight, error)
}

const (
	codesWait = 10 * time.Second // wall time that a sweep gives the authority to draw codes
	codesLate = time.Hour        // business time until codes that could not be drawn are asked for again
)

// reproves are acts after which the proof of a name is looked at anew: another registrant, codes that were taken, a name
// that was not there for a while, a hold of ours.
func reproves(in domain.Intent) bool {
	switch in.Kind {
	case domain.IntentContacts, domain.IntentCodes, domain.IntentRestore:
		return true
	case domain.IntentStatus:
		return in.Payload.AddStatuses.Has(domain.ClientHold) || in.Payload.RemStatuses.Has(domain.ClientHold)
	}
	return false
}

// codesReady is what else changes with a template that was approved: the proof of each of its names is looked at, as
// whenever its verification moves.
func (o *Ops) codesReady(t domain.Template) []Write {
	return []Write{FlagProof{Template: t.ID, At: o.Now()}}
}

// reachVerified is what else changes with a telephone or e-mail of an account that was verified.
func (o *Ops) reachVerified(account domain.AccountID) []Write {
	return []Write{FlagProof{Account: account, At: o.Now()}}
}

// compliant is the status of a name whose proof its registry has (draft-ietf-regext-verificationcode section 3.1).
const compliant = "compliant"

// proven takes over what a registry tells of a name's proof.
func proven(t *domain.Tenure, obj domain.Object) {
	if obj.Verification == "" {
		return
	}
	t.VerifyBy = time.Time{}
	if len(obj.Missing) > 0 {
		t.VerifyBy = obj.VerifyBy.Truncate(time.Microsecond) // as the database keeps it
	}
}

// lacks: the registry asks for codes that it doesn't have.
func lacks(obj domain.Object) bool { return len(obj.Missing) > 0 }

// pushing asks a registry to take the codes of the names' template.
func pushing(template domain.TemplateID) change {
	return change{action: domain.ActionCodes, kind: domain.IntentCodes, asked: "codes.push-asked", template: template,
		each: func(t domain.Tenure, s policy.Suffix, _ int) (asking, error) {
			p := domain.Payload{CodeTypes: s.CodeTypes}
			if t.Statuses.Has(domain.ClientUpdateProhibited) {
				p.AddStatuses = domain.Statuses{domain.ClientUpdateProhibited} // opened for it, and closed again
			}
			return asking{payload: p}, nil
		}}
}

// holding asks a registry for our own hold, or to lift it.
func holding(on bool) change {
	p := domain.Payload{RemStatuses: domain.Statuses{domain.ClientHold}}
	if on {
		p = domain.Payload{AddStatuses: domain.Statuses{domain.ClientHold}}
	}
	return change{action: domain.ActionHold, kind: domain.IntentStatus, asked: "hold.change-asked",
		each: func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{payload: p}, nil }}
}

// proofs looks at names whose proof may have to be moved: pushes codes, names the cause of holds anew, and holds or frees
// names by whether their registrant can be reached.
func (o *Ops) proofs(ctx context.Context) (int, error) {
	now := o.Now()
	due, err := o.Store.DueProofs(ctx, now, sweepSize)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var plans []Plan
	var failed error
	push := map[domain.TemplateID][]Sight{}
	for _, s := range due {
		s.Calendar = o.Policy().Calendar
		step := decideProof(s, o.Policy(), now)
		if step.push {
			push[s.Template.ID] = append(push[s.Template.ID], s)
			continue
		}
		plan := step.plan
		if step.act != nil {
			acted, err := o.acted(ctx, []Sight{s}, *step.act, now)
			if err != nil {
				failed = errors.Join(failed, err)
				plan.Writes = append(plan.Writes, FlagProof{Tenure: s.Tenure.ID, At: now.Add(codesLate)})
			}
			plan = joined(plan, acted)
		}
		plans = append(plans, plan)
	}
	for id, names := range push {
		plan, err := o.pushCodes(ctx, id, names, now)
		failed = errors.Join(failed, err)
		plans = append(plans, plan)
	}
	done, err := o.commitEach(ctx, plans)
	return done, errors.Join(failed, err)
}

// pushCodes plans the sending of a template's codes for names whose codes are at hand; others are looked at again later.
func (o *Ops) pushCodes(ctx context.Context, template domain.TemplateID, names []Sight, now time.Time) (Plan, error) {
	ctx, cancel := context.WithTimeout(ctx, codesWait)
	defer cancel()
	var plan Plan
	var ready []Sight
	for _, s := range names {
		step := decideProof(s, o.Policy(), now).plan
		suffix, _ := o.Policy().Suffix(s.Tenure.Name.Suffix())
		codes, err := o.Codes.CodesFor(ctx, s.Tenure.Name, template, suffix.CodeTypes...)
		switch {
		case err == nil && allTypes(codes, suffix.CodeTypes):
			ready = append(ready, s)
		case err == nil: // approved without a code: there will be one when it is verified anew
			step.Writes = append(step.Writes, FlagProof{Tenure: s.Tenure.ID, At: now.AddDate(0, 0, 1)})
		default: // no name waits for another
			step.Writes = append(step.Writes, FlagProof{Tenure: s.Tenure.ID, At: now.Add(codesLate)})
		}
		plan = joined(plan, step)
	}
	if len(ready) == 0 {
		return plan, nil
	}
	acted, err := o.acted(ctx, ready, pushing(template), now)
	if err != nil {
		for _, s := range ready {
			plan.Writes = append(plan.Writes, FlagProof{Tenure: s.Tenure.ID, At: now.Add(codesLate)})
		}
		return plan, err
	}
	return joined(plan, acted), nil
}

func allTypes(codes []domain.SignedCode, types []string) bool {
	for _, t := range types {
		if !slices.ContainsFunc(codes, func(c domain.SignedCode) bool { return c.Type == t }) {
			return false
		}
	}
	return true
}

// acted plans a change that nobody asked for, for names of one account.
func (o *Ops) acted(ctx context.Context, of []Sight, c change, now time.Time) (Plan, error) {
	account := of[0].Tenure.Account
	names := make([]domain.Name, len(of))
	for i, s := range of {
		names[i] = s.Tenure.Name
	}
	snap, err := o.Store.LoadOrder(ctx, account, c.template, names, "")
	if err != nil {
		return Plan{}, err
	}
	first, err := o.Store.NextIDs(ctx, 1+2*len(names))
	if err != nil {
		return Plan{}, err
	}
	for i, s := range of {
		if t, ok := snap.Running[names[i]]; !ok || t.Version != s.Tenure.Version {
			return Plan{}, fault.New(fault.Conflict, "state.moved")
		}
	}
	plan, _, err := decideChange(domain.Scope{Account: account, Actor: "system", Via: "system"}, names, c, snap, o.Policy(), first, now)
	return plan, err
}

// joined is both plans in one commit.
func joined(a, b Plan) Plan {
	a.Expect = append(a.Expect, b.Expect...)
	a.Writes = append(a.Writes, b.Writes...)
	a.Entries = append(a.Entries, b.Entries...)
	a.Events = append(a.Events, b.Events...)
	a.Messages = append(a.Messages, b.Messages...)
	a.Wake = append(a.Wake, b.Wake...)
	return a
}

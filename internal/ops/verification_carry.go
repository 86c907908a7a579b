package ops

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// Verifier is the authorities that verify registrants.
type Verifier interface {
	// Authorities lists those that are connected, by the identifiers of the policy.
	Authorities() []string
	// Submit hands over. Handing the same over again under the same OwnRef makes no second case.
	Submit(ctx context.Context, authority string, m Material) Ruling
	// Ask finds out what became of a hand-over, by the authority's Reference, or by OwnRef where that was never told.
	Ask(ctx context.Context, authority string, m Material) Ruling
}

// Material is what an authority sees. It prints without what is personal.
type Material struct {
	OwnRef          string
	Reference       string // the authority's; "" before it was told
	Role            realname.Role
	Kind            domain.SubjectKind // of whose document it is: a contact's is a person's
	Name            string
	LatinName       string
	Number          string
	CertificateType string
	Region          string // ISO 3166-1 alpha-2
	ValidUntil      time.Time
	Pictures        []MaterialPicture
	// Domain is set where a name is to be verified, for the registrant whose code is RealNameCode; all above but OwnRef
	// is empty then.
	Domain       domain.Name
	RealNameCode string
}

// MaterialPicture is a picture of a document.
type MaterialPicture struct {
	Format  string // jpeg, png …
	Content []byte
}

// String hides what is personal.
func (m Material) String() string { return "[material " + m.OwnRef + "]" }

// GoString hides what is personal.
func (m Material) GoString() string { return m.String() }

// RulingKind is what became of a hand-over or a question.
type RulingKind string

// Rulings.
const (
	RulingPassed  RulingKind = "passed"    // Code is set
	RulingDenied  RulingKind = "denied"    // Verdicts are set
	RulingPending RulingKind = "pending"   // the authority has it
	RulingFailed  RulingKind = "failed"    // certain that it does not have it: refused for now, or never reached
	RulingUnknown RulingKind = "unknown"   // no answer: it may have it
	RulingAbsent  RulingKind = "absent"    // asked: it does not have it
	RulingUnclear RulingKind = "unclear"   // it says one thing here and another there
	RulingBroken  RulingKind = "malformed" // an answer that can't be read: as unknown
)

// Ruling is an authority's answer.
type Ruling struct {
	Kind      RulingKind
	Reference string
	Verdicts  []domain.Verdict
	Code      *domain.SignedCode
	Answer    string // its words, with nothing personal in them
	At        time.Time
}

const (
	handFor     = 20 * time.Second // one hand-over or question, wall time
	handLease   = 30 * time.Second
	afterLost   = 3 * time.Second // until an authority is asked after a lost answer: it may be at work on it, wall time
	handWindow  = 16
	handAtOnce  = 4
	askAgain    = time.Minute // after a question without an answer, business time
	mostReading = 50
)

// Verify carries submissions on: what was read goes on, what is queued is handed over, what is silent is asked after,
// what is over its term ends, and what was to be submitted again is. It says how many moved.
func (o *Ops) Verify(ctx context.Context) (int, error) {
	done := 0
	var failed error
	for _, step := range []func(context.Context) (int, error){o.read, o.resubmit, o.handOver} {
		n, err := step(ctx)
		done += n
		failed = errors.Join(failed, err)
	}
	return done, failed
}

// handOver takes up what is due, a bounded number at once.
func (o *Ops) handOver(ctx context.Context) (int, error) {
	now, wall := o.Now(), o.Clock.Wall()
	due, err := o.Store.DueVerifications(ctx, now, wall, handWindow)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	done := 0
	slots := make(chan struct{}, handAtOnce)
	for _, v := range due {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			moved, err := o.carryOne(ctx, v)
			mu.Lock()
			defer mu.Unlock()
			if moved {
				done++
			}
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	return done, failed
}

// carryOne writes down that the submission goes out, sends it or asks after it, and lands the answer.
func (o *Ops) carryOne(ctx context.Context, v domain.Verification) (moved bool, failed error) {
	x, err := o.loadRuling(ctx, v)
	if err != nil {
		return false, err
	}
	x.begun = true
	plan, carried, err := decideCarry(&x, o.Node, o.Now(), o.Clock.Wall())
	if err != nil {
		return false, err
	}
	if err := o.Store.Commit(ctx, plan); err != nil {
		if fault.Is(err, "state.moved") { // another node's, or its owner's
			return false, nil
		}
		return false, err
	}
	o.Crash("after-begin")
	if !carried {
		return true, nil
	}
	x.v.Version++
	asked := v.State != domain.VerificationQueued
	x.ruling, failed = o.carryOut(ctx, x, asked)
	x.asked = asked
	// What an authority has answered is kept even where whoever waited for it is gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), landFor)
	defer cancel()
	return true, errors.Join(failed, o.landRuling(ctx, x))
}

// carryOut acts within the lease. A panic is this submission's alone: what it had sent is unknown.
func (o *Ops) carryOut(ctx context.Context, x rulingCase, ask bool) (r Ruling, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = Ruling{Kind: RulingUnknown}, fmt.Errorf("ops: verification %d: panic: %v\n%s", x.v.ID, p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, handFor)
	defer cancel()
	m, err := o.material(ctx, x.template, x.v)
	if err != nil {
		return Ruling{Kind: RulingFailed}, err // it never left
	}
	if ask {
		return o.Verifier.Ask(ctx, x.v.Provider, m), nil
	}
	return o.Verifier.Submit(ctx, x.v.Provider, m), nil
}

// material opens what an authority has to see, for the length of the hand-over.
func (o *Ops) material(ctx context.Context, t domain.Template, v domain.Verification) (Material, error) {
	role := realname.Role(v.Role)
	form, err := o.formFor(t, role)
	if err != nil {
		return Material{}, err
	}
	m := Material{OwnRef: v.OwnRef, Reference: v.Reference, Role: role, Kind: t.Contact.Kind, Name: form.Name, LatinName: form.LatinName, Number: form.Number,
		CertificateType: form.Type, Region: t.Contact.Country, ValidUntil: form.ValidUntil}
	doc := t.Document
	if role == realname.Contact {
		m.Kind, doc = domain.Individual, t.ContactDocument
	}
	m.Pictures, err = o.picturesFor(ctx, doc)
	return m, err
}

// decideCarry is the plan that is committed before anything leaves: who has it, and under which reference. carried is
// false where there is nothing to send: the term is over, or no authority is left that could take it.
func decideCarry(x *rulingCase, node string, now, wall time.Time) (plan Plan, carried bool, err error) {
	v := &x.v
	lapsed := v.State == domain.VerificationOpen
	over := !v.DeadlineAt.IsZero() && !v.DeadlineAt.After(now)
	if over && v.State == domain.VerificationQueued {
		return x.termOver(now)
	}
	if v.State == domain.VerificationQueued {
		provider, _ := x.provider(v.Tried)
		if provider == "" { // the policy has changed: a person decides
			plan, err = x.back(lifecycle.CheckUnsure, now)
			return plan, false, err
		}
		if provider != v.Provider {
			v.Provider, v.Attempts, v.Reference = provider, 0, ""
		}
		v.OwnRef = refOf(*v)
		v.Attempts++
	}
	to, err := lifecycle.NextVerification(v.State, lifecycle.HandoverBegun)
	if err != nil {
		return Plan{}, false, err
	}
	v.State, v.Lease = to, domain.Lease{Owner: node, Until: wall.Add(handLease)}
	v.NextTryAt = wall.Add(handLease) // whoever asks after it waits as long
	if lapsed {
		v.NextActionAt, v.NextTryAt = now, wall.Add(afterLost)
		v.Lease = domain.Lease{}
		return Plan{Writes: []Write{SetVerification{*v}, step(*v, "lost", "system", map[string]string{"provider": v.Provider}, now)}}, false, nil
	}
	plan = Plan{Writes: []Write{SetVerification{*v}}}
	if to == domain.VerificationOpen {
		plan.Writes = append(plan.Writes, step(*v, "handed-over", "system", map[string]string{"provider": v.Provider, "attempt": fmt.Sprint(v.Attempts), "role": v.Role}, now))
	}
	return plan, true, nil
}

// read goes on with submissions whose pictures were read meanwhile.
func (o *Ops) read(ctx context.Context) (int, error) {
	list, err := o.Store.ReadingVerifications(ctx, mostReading)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	var plans []Plan
	var failed error
	for _, v := range list {
		plan, err := o.readOne(ctx, v)
		failed = errors.Join(failed, err)
		if len(plan.Writes) > 0 {
			plans = append(plans, plan)
		}
	}
	n, err := o.commitEach(ctx, plans)
	return n, errors.Join(failed, err)
}

func (o *Ops) readOne(ctx context.Context, v domain.Verification) (Plan, error) {
	s, err := o.loadSubmission(ctx, System, v.Template)
	if err != nil {
		return Plan{}, err
	}
	now := o.Now()
	if s.examined.Reading && v.NextActionAt.After(now) {
		return Plan{}, nil
	}
	return decideRead(s, v, now)
}

// decideRead is what becomes of a submission once its pictures are read, or were not in time.
func decideRead(s submission, v domain.Verification, now time.Time) (Plan, error) {
	findings := s.examined.Findings
	v.Findings, v.NotPerformed = findingsText(findings), skipped(s)
	cases, refusal := casesOf(s, findings, now)
	provider, _ := chooseProvider(s.table.Verify, s.authorities, s.template, s.suffixes, v.Tried)
	on := lifecycle.CheckCleared
	switch {
	case s.examined.Reading:
		on = lifecycle.TermOver
	case refusal != nil:
		on = lifecycle.CheckUnfit
	case provider == "" || wantsDesk(s):
		on = lifecycle.CheckUnsure
	}
	to, err := lifecycle.NextVerification(v.State, on)
	if err != nil {
		return Plan{}, err
	}
	facts := map[string]string{"state": string(to)}
	plan := Plan{Writes: append(cases, step(v, "read", "system", facts, now))}
	switch to {
	case domain.VerificationRejected:
		for _, f := range s.examined.Refusals() {
			v.Verdicts = append(v.Verdicts, domain.Verdict{Code: f.Code, Facts: f.Facts})
		}
		finish(&v, to, "checks", now)
		x := rulingCase{v: v, template: s.template, account: s.account, table: s.table}
		x.rejection(&plan, "template-rejected", now)
		return plan, nil
	case domain.VerificationDesk:
		toDesk(&v, s.table, now)
		plan.Writes = append(plan.Writes, step(v, "desk", "system", nil, now))
	default:
		v.Provider = provider
		toAuthority(&v, s.table, now)
	}
	plan.Writes = append(plan.Writes, SetVerification{v})
	return plan, nil
}

// resubmit submits again what was too new for the registers, where its owner has asked for it.
func (o *Ops) resubmit(ctx context.Context) (int, error) {
	list, err := o.Store.Resubmissions(ctx, o.Now(), sweepSize)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed error
	for _, v := range list {
		v.ResubmitAt = time.Time{}
		err := o.Store.Commit(ctx, Plan{Writes: []Write{SetVerification{v}, step(v, "resubmitted", "system", nil, o.Now())}})
		if fault.Is(err, "state.moved") {
			continue
		}
		if err == nil {
			err = o.submitAgain(ctx, v)
		}
		if fault.Of(err) != nil && fault.Of(err).Kind != fault.Internal {
			err = nil // refused: its cases say why
		}
		failed = errors.Join(failed, err)
		done++
	}
	return done, failed
}

// submitAgain submits a template unless its owner has done so meanwhile.
func (o *Ops) submitAgain(ctx context.Context, v domain.Verification) error {
	newest, err := o.Store.NewestVerification(ctx, v.Template)
	if err != nil || newest.ID != v.ID {
		return err
	}
	_, err = o.submit(ctx, System, v.Template, false)
	return err
}

// System is the scope of what nobody asked for.
var System = domain.Scope{Operator: true, Actor: "system", Via: "system"}

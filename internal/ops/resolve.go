package ops

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Resolution is what the desk decides about a name that a registry shows otherwise than we do.
type Resolution string

// The resolutions.
const (
	TakeTheirs Resolution = "take"   // the registry is right: our rows follow it
	PushOurs   Resolution = "push"   // we are right: an intent makes the registry follow
	SetAside   Resolution = "ignore" // leave it so until the difference is another
)

// Disagreement is a name at the desk: its rows, the registry's answer of this moment, and what differs.
type Disagreement struct {
	Tenure  domain.Tenure
	Object  domain.Object
	Gone    bool
	Silent  string // fault code where the registry could not be asked
	Diffs   []Difference
	Cases   []domain.Case
	Notices []PollMessage
	Busy    bool
	Ignored bool
}

// Pushable reports whether anything of what differs can be pushed to the registry.
func (d Disagreement) Pushable() bool {
	return !d.Busy && slices.ContainsFunc(d.Diffs, pushable)
}

// pushes are the fields that an act of ours can set, in the order in which they go: an update lock that is in the way
// goes first.
var pushes = []struct {
	field string
	as    func(s Sight, obj domain.Object) change
}{
	{"client-statuses", func(s Sight, obj domain.Object) change {
		add, rem := clientOnly(s.Tenure.Statuses, obj.Statuses), clientOnly(obj.Statuses, s.Tenure.Statuses)
		return change{action: domain.ActionTransferOn, kind: domain.IntentStatus, asked: "lock.change-asked", each: asks(domain.Payload{AddStatuses: add, RemStatuses: rem})}
	}},
	{"ns", func(s Sight, obj domain.Object) change {
		return change{action: domain.ActionDNS, kind: domain.IntentUpdateNS, asked: "dns.change-asked",
			each: asks(domain.Payload{NameServers: s.Tenure.NameServers, OldNameServers: obj.NameServers})}
	}},
	{"ds", func(s Sight, _ domain.Object) change {
		return change{action: domain.ActionDS, kind: domain.IntentDS, asked: "dnssec.change-asked", each: asks(domain.Payload{DS: s.Tenure.DS})}
	}},
}

func asks(p domain.Payload) func(domain.Tenure, policy.Suffix, int) (asking, error) {
	return func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{payload: p}, nil }
}

// clientOnly are the client statuses of a that b lacks.
func clientOnly(a, b domain.Statuses) (out domain.Statuses) {
	for _, s := range a {
		if strings.HasPrefix(string(s), "client") && !b.Has(s) {
			out = append(out, s)
		}
	}
	return out
}

func pushable(d Difference) bool {
	for _, p := range pushes {
		if p.field == d.Field {
			return true
		}
	}
	return false
}

// Disagreement looks at a name now, for operators. It changes nothing.
func (o *Ops) Disagreement(ctx context.Context, scope domain.Scope, reg Looker, typed string) (Disagreement, error) {
	if !scope.Operator {
		return Disagreement{}, fault.New(fault.Denied, "account.denied")
	}
	s, d, err := o.disagreement(ctx, reg, typed)
	if err != nil {
		return Disagreement{}, err
	}
	d.Cases, d.Notices = s.Cases, s.Notices
	return d, nil
}

func (o *Ops) disagreement(ctx context.Context, reg Looker, typed string) (Sight, Disagreement, error) {
	n, err := naming.Parse(typed)
	if err != nil {
		return Sight{}, Disagreement{}, err
	}
	t, err := o.Store.TenureByName(ctx, n)
	if err != nil {
		return Sight{}, Disagreement{}, err
	}
	s, err := o.Store.LoadSight(ctx, t.RegistryAccount, n)
	if err != nil {
		return Sight{}, Disagreement{}, err
	}
	d := Disagreement{Tenure: s.Tenure, Busy: s.Busy}
	look, err := o.look(ctx, reg, t.RegistryAccount, n)
	if err != nil {
		d.Silent = string(fault.Of(err).Code)
		return s, d, nil
	}
	d.Object, d.Gone = look.Object, look.Gone
	switch {
	case look.Gone:
		d.Diffs = []Difference{{n, t.RegistryAccount, "object", "registered", "does not exist"}}
	case !slices.Contains(o.Us, look.Object.Sponsor):
		d.Diffs = []Difference{{n, t.RegistryAccount, "sponsor", set(o.Us), look.Object.Sponsor}}
	default:
		d.Diffs = differences(s, look.Object)
	}
	d.Ignored = s.Seen.Ignored != "" && s.Seen.Ignored == digestOf(d.Standing())
	return s, d, nil
}

// Standing is what of the differences is the desk's to decide.
func (d Disagreement) Standing() (out []Difference) {
	for _, x := range d.Diffs {
		if i := slices.IndexFunc(table, func(m moves) bool { return m.field == x.Field }); i < 0 || table[i].take == nil {
			out = append(out, x)
		}
	}
	return out
}

// Resolve carries out what an operator decided about a name, on a look of this moment: what was seen on a page may be
// old. It fails with "registry.nothing-differs" where there is nothing left to decide.
func (o *Ops) Resolve(ctx context.Context, scope domain.Scope, reg Looker, typed string, how Resolution) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	s, d, err := o.disagreement(ctx, reg, typed)
	if err != nil {
		return err
	}
	name := naming.Display(s.Tenure.Name)
	standing := d.Standing()
	switch {
	case d.Silent != "":
		return fault.New(fault.Unavailable, "registry.unreachable", "registry", s.Tenure.RegistryAccount, "name", name)
	case d.Busy:
		return fault.New(fault.Conflict, "domain.busy", "name", name)
	case len(standing) == 0:
		return fault.New(fault.Conflict, "registry.nothing-differs", "name", name, "registry", s.Tenure.RegistryAccount)
	}
	now := o.Now()
	facts := map[string]string{"resolution": string(how), "registry": s.Tenure.RegistryAccount}
	for _, x := range standing {
		facts["ours-"+x.Field], facts["theirs-"+x.Field] = x.Ours, x.Theirs
	}
	log := event(scope, s.Tenure.Account, string(s.Tenure.Name), "desk.resolved", "ok", now)
	log.Facts = facts
	plan := Plan{Expect: []Expect{{TableTenure, int64(s.Tenure.ID), s.Tenure.Version}}, Events: []domain.Event{log}}
	switch how {
	case TakeTheirs:
		taken(&plan, s, d, now)
	case SetAside:
		seen := s.Seen
		seen.Ignored = digestOf(standing)
		plan.Writes = append(plan.Writes, SetSeen{s.Tenure.ID, seen})
		for _, code := range append([]string{"registry.drift"}, alarms...) {
			plan.Writes = append(plan.Writes, ClearCase{Subject: string(s.Tenure.Name), Code: code, At: now})
		}
	case PushOurs:
		if !d.Pushable() {
			return fault.New(fault.Conflict, "registry.not-pushable", "name", name, "fields", fieldsOf(standing))
		}
		return o.push(ctx, scope, s, d, plan)
	default:
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	return o.Store.Commit(ctx, plan)
}

// push writes down the intents that set what is ours at the registry again, in the owner's account.
func (o *Ops) push(ctx context.Context, scope domain.Scope, s Sight, d Disagreement, plan Plan) error {
	owner, table := scope, o.Policy()
	owner.Account = s.Tenure.Account
	names := []domain.Name{s.Tenure.Name}
	for _, p := range pushes {
		if !slices.ContainsFunc(d.Diffs, func(x Difference) bool { return x.Field == p.field }) {
			continue
		}
		first, err := o.Store.NextIDs(ctx, 3)
		if err != nil {
			return err
		}
		act, _, err := decideChange(owner, names, p.as(s, d.Object), OrderSnapshot{Running: map[domain.Name]domain.Tenure{s.Tenure.Name: s.Tenure}}, table, first, o.Now())
		if err != nil {
			return err
		}
		plan.Writes, plan.Events, plan.Wake = append(plan.Writes, act.Writes...), append(plan.Events, act.Events...), append(plan.Wake, act.Wake...)
	}
	return o.Store.Commit(ctx, plan)
}

func fieldsOf(diffs []Difference) string {
	var out []string
	for _, d := range diffs {
		out = append(out, d.Field)
	}
	return set(out)
}

// SettlePoll takes a parked message off the desk.
func (o *Ops) SettlePoll(ctx context.Context, scope domain.Scope, id int64) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	m, err := o.Store.Poll(ctx, id)
	if err != nil {
		return err
	}
	log := event(scope, 0, m.Subject(), "desk.message-settled", "ok", o.Now())
	log.Facts = map[string]string{"registry": m.RegistryAccount, "message": m.MsgID}
	return o.Store.Commit(ctx, Plan{Events: []domain.Event{log}, Writes: []Write{SettlePoll{ID: id, At: o.Now()},
		ClearCase{Subject: m.Subject(), Code: "registry.poll-unreadable", At: o.Now()}}})
}

// Polls lists registries' messages newest first, for operators.
func (o *Ops) Polls(ctx context.Context, scope domain.Scope, f PollFilter) ([]PollMessage, error) {
	if !scope.Operator {
		return nil, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Polls(ctx, f)
}

// Poll reads one of them; "registry.message-not-found" where there is none.
func (o *Ops) Poll(ctx context.Context, scope domain.Scope, id int64) (PollMessage, error) {
	if !scope.Operator {
		return PollMessage{}, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.Poll(ctx, id)
}

// PollFilter narrows a list of messages; empty fields don't.
type PollFilter struct {
	RegistryAccount string
	Name            domain.Name
	Parked          bool  // only those that the desk has to look at
	Before          int64 // identifiers below this; 0: from the newest
	Limit           int
}

// taken makes our rows follow what the registry shows.
func taken(plan *Plan, s Sight, d Disagreement, now time.Time) {
	t := s.Tenure
	if d.Gone || d.Diffs[0].Field == "sponsor" {
		reason := "gone"
		if !d.Gone {
			reason = "sponsor-changed"
		}
		end := endPlan(s, reason, now)
		plan.Writes = append(plan.Writes, end.Writes...)
		plan.Events = append(plan.Events, domain.Event{Account: t.Account, Subject: string(t.Name), Kind: "domain.ended", Actor: "registry",
			Via: "system", Result: "ok", Facts: map[string]string{"name": naming.Display(t.Name), "registry": t.RegistryAccount, "ended": reason}, At: now})
		return
	}
	takeOver(&t, d.Object, false)
	t.UpdatedAt = now
	seen := Seen{Known: true, At: now, Registrant: d.Object.Registrant, Contacts: d.Object.Contacts, Verification: d.Object.Verification}
	plan.Writes = append(plan.Writes, SetTenure{t}, SetSeen{t.ID, seen}, ClearCase{Subject: string(t.Name), Code: "registry.drift", At: now})
}

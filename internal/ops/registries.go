package ops

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

type registries interface {
	// RegistryState reads what stands about an account, and its windows that are on.
	RegistryState(ctx context.Context, registryAccount string) (domain.RegistryState, []domain.Window, error)
	// Windows lists an account's windows that end after a business time, by their start.
	Windows(ctx context.Context, registryAccount string, after time.Time) ([]domain.Window, error)
	Window(ctx context.Context, id int64) (domain.Window, error)
	// DueWindows gives windows whose NextActionAt is not after now.
	DueWindows(ctx context.Context, now time.Time, limit int) ([]domain.Window, error)
	// TakeProbe gives the right to try a paused registry to one caller, where it is time for that; the next is at next.
	TakeProbe(ctx context.Context, registryAccount string, wall, next time.Time) (bool, error)
	// LeaseAsked is LeaseIntents without those that would be sent.
	LeaseAsked(ctx context.Context, registryAccount, node string, wall time.Time, lease time.Duration, limit int) ([]domain.Leased, error)
	// WaitingItems gives items of queued intents that don't say yet that they wait for the reason code.
	WaitingItems(ctx context.Context, registryAccount, code string, limit int) ([]WaitingItem, error)
	// Credentials gives an account's current and pending credentials.
	Credentials(ctx context.Context, registryAccount string) ([]domain.Credential, error)
	// SessionShares tells what the nodes hold of an account's sessions.
	SessionShares(ctx context.Context, registryAccount string) ([]domain.SessionShare, error)
	// PendingCredentials gives those of every account that were written down not after a wall time.
	PendingCredentials(ctx context.Context, before time.Time) ([]domain.Credential, error)
}

// WaitingItem is an item whose intent is queued.
type WaitingItem struct {
	ID   domain.ItemID
	Hold domain.HoldState
	Name domain.Name
}

type (
	// PutWindow enters a window; one with a Ref replaces what is known of it.
	PutWindow struct{ Window domain.Window }
	// MoveWindow moves a window on; it fails with "state.moved" where From is not so.
	MoveWindow struct {
		ID           int64
		From, To     domain.WindowState
		NextActionAt time.Time // business time; zero: none
	}
	// PauseRegistry stops what would be sent to a registry; repeated for the same code it counts a probe.
	PauseRegistry struct {
		RegistryAccount, Code string
		Facts                 map[string]string
		At                    time.Time // business time
		ProbeAt               time.Time // wall time
	}
	// ProbeRegistry has a paused registry tried again from At (wall time): the last try has shown nothing.
	ProbeRegistry struct {
		RegistryAccount string
		At              time.Time
	}
	// ResumeRegistry ends a pause, and fails with "state.moved" where it is not paused for Code. An empty Code only
	// dates the ramp.
	ResumeRegistry struct {
		RegistryAccount, Code string
		At                    time.Time
	}
	// PutRegistryBalance notes our deposit by the registry's own figure.
	PutRegistryBalance struct {
		RegistryAccount string
		Balance         int64
		At              time.Time
	}
)

func (PutWindow) write()          {}
func (MoveWindow) write()         {}
func (PauseRegistry) write()      {}
func (ProbeRegistry) write()      {}
func (ResumeRegistry) write()     {}
func (PutRegistryBalance) write() {}

// Limits of a window that an operator enters.
const (
	maxWindow = 7 * 24 * time.Hour
	maxReason = 200 // characters
	keepOver  = 7 * 24 * time.Hour
)

// WindowForm is a maintenance window as an operator enters it.
type WindowForm struct {
	RegistryAccount  string
	StartsAt, EndsAt time.Time
	Impact           domain.Impact
	Reason           string
}

// AddWindow enters a maintenance window.
func (o *Ops) AddWindow(ctx context.Context, scope domain.Scope, in WindowForm) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	now := o.Now()
	w, err := decideWindow(in, scope.Actor, now)
	if err != nil {
		return err
	}
	e := event(scope, 0, RegistrySubject(w.RegistryAccount), "registry.window-added", "ok", now)
	e.Facts = windowFacts(w)
	return o.Store.Commit(ctx, Plan{Writes: []Write{PutWindow{w}}, Events: []domain.Event{e}})
}

func decideWindow(in WindowForm, by string, now time.Time) (domain.Window, error) {
	refuse := func(rule string) (domain.Window, error) {
		return domain.Window{}, fault.New(fault.Invalid, "registry.window-invalid", "rule", rule)
	}
	reason := strings.TrimSpace(in.Reason)
	switch {
	case in.StartsAt.IsZero() || in.EndsAt.IsZero():
		return refuse("times")
	case !in.EndsAt.After(in.StartsAt):
		return refuse("order")
	case !in.EndsAt.After(now):
		return refuse("past")
	case in.EndsAt.Sub(in.StartsAt) > maxWindow:
		return refuse("length")
	case in.Impact != domain.ImpactFull && in.Impact != domain.ImpactPartial:
		return refuse("impact")
	case len([]rune(reason)) > maxReason:
		return refuse("reason")
	}
	return domain.Window{RegistryAccount: in.RegistryAccount, StartsAt: in.StartsAt, EndsAt: in.EndsAt, Impact: in.Impact, Reason: reason,
		State: domain.WindowPlanned, NextActionAt: in.StartsAt, By: by, CreatedAt: now}, nil
}

// CancelWindow calls a window off; one that is on ends now.
func (o *Ops) CancelWindow(ctx context.Context, scope domain.Scope, registryAccount string, id int64) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	w, err := o.Store.Window(ctx, id)
	if err != nil {
		return err
	}
	if w.RegistryAccount != registryAccount {
		return fault.New(fault.Missing, "registry.window-not-found")
	}
	if w.State != domain.WindowPlanned && w.State != domain.WindowOn {
		return fault.New(fault.Conflict, "state.moved", "row", "registry-window")
	}
	now := o.Now()
	plan := Plan{Writes: []Write{MoveWindow{ID: w.ID, From: w.State, To: domain.WindowCancelled}}}
	if w.State == domain.WindowOn {
		plan = ended(w, domain.WindowCancelled, now)
	}
	e := event(scope, 0, RegistrySubject(w.RegistryAccount), "registry.window-cancelled", "ok", now)
	e.Facts = windowFacts(w)
	plan.Events = append(plan.Events, e)
	return o.Store.Commit(ctx, plan)
}

// Announced takes over what a registry says of a maintenance (RFC 9167): Impact none is no window. cancelled: it was
// called off.
func (o *Ops) Announced(ctx context.Context, w domain.Window, cancelled bool) error {
	known, err := o.Store.Windows(ctx, w.RegistryAccount, o.Now().Add(-keepOver))
	if err != nil {
		return err
	}
	plan, ok := decideAnnounced(w, known, cancelled, o.Now())
	if !ok {
		return nil
	}
	return o.Store.Commit(ctx, plan)
}

func decideAnnounced(w domain.Window, known []domain.Window, cancelled bool, now time.Time) (Plan, bool) {
	w.State, w.NextActionAt, w.By, w.CreatedAt = domain.WindowPlanned, w.StartsAt, "registry", now
	if r := []rune(w.Reason); len(r) > maxReason {
		w.Reason = string(r[:maxReason])
	}
	var was *domain.Window
	for i := range known {
		if known[i].Ref == w.Ref {
			was = &known[i]
		}
	}
	over := !w.EndsAt.After(now)
	switch {
	case w.Ref == "" || !w.EndsAt.After(w.StartsAt):
		return Plan{}, false // says nothing that could be kept to
	case was == nil && (cancelled || over || w.Impact == domain.ImpactNone):
		return Plan{}, false
	case was != nil && !cancelled && was.State != domain.WindowCancelled && was.StartsAt.Equal(w.StartsAt) && was.EndsAt.Equal(w.EndsAt) && was.Impact == w.Impact:
		return Plan{}, false // a reminder
	}
	kind := "registry.window-announced"
	var plan Plan
	switch {
	case cancelled || over || w.Impact == domain.ImpactNone:
		kind = "registry.window-cancelled"
		if was.State == domain.WindowOn {
			plan = ended(*was, domain.WindowCancelled, now)
		} else if was.State == domain.WindowPlanned {
			plan.Writes = []Write{MoveWindow{ID: was.ID, From: was.State, To: domain.WindowCancelled}}
		} else {
			return Plan{}, false
		}
	default:
		plan.Writes = []Write{PutWindow{w}}
	}
	plan.Events = append(plan.Events, domain.Event{Subject: RegistrySubject(w.RegistryAccount), Kind: kind, Actor: "registry", Via: "system",
		Result: "ok", Facts: windowFacts(w), At: now})
	return plan, true
}

func windowFacts(w domain.Window) map[string]string {
	f := map[string]string{"registry": w.RegistryAccount, "from": w.StartsAt.UTC().Format(time.RFC3339), "until": w.EndsAt.UTC().Format(time.RFC3339),
		"impact": string(w.Impact)}
	if w.Reason != "" {
		f["reason"] = w.Reason
	}
	return f
}

// windows begins and ends maintenance windows whose time has come.
func (o *Ops) windows(ctx context.Context) (int, error) {
	now := o.Now()
	due, err := o.Store.DueWindows(ctx, now, sweepSize)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	plans := make([]Plan, len(due))
	for i, w := range due {
		plans[i] = decideWindowDue(w, now)
	}
	return o.commitEach(ctx, plans)
}

func decideWindowDue(w domain.Window, now time.Time) Plan {
	if !w.EndsAt.After(now) {
		return ended(w, domain.WindowOver, now)
	}
	facts := windowFacts(w)
	return Plan{
		Writes: []Write{MoveWindow{ID: w.ID, From: w.State, To: domain.WindowOn, NextActionAt: w.EndsAt},
			OpenCase{domain.Case{Subject: RegistrySubject(w.RegistryAccount), Code: string(codeMaintenance), Facts: facts, OpenedAt: now}}},
		Events: []domain.Event{{Subject: RegistrySubject(w.RegistryAccount), Kind: "registry.window-began", Actor: "system", Via: "system",
			Result: "ok", Facts: facts, At: now}},
	}
}

// ended lets the queue of a registry go on, slowly at first.
func ended(w domain.Window, as domain.WindowState, now time.Time) Plan {
	return Plan{
		Writes: []Write{MoveWindow{ID: w.ID, From: w.State, To: as}, ResumeRegistry{RegistryAccount: w.RegistryAccount, At: now},
			ClearCase{Subject: RegistrySubject(w.RegistryAccount), Code: string(codeMaintenance), At: now}},
		Events: []domain.Event{{Subject: RegistrySubject(w.RegistryAccount), Kind: "registry.window-ended", Actor: "system", Via: "system",
			Result: "ok", Facts: windowFacts(w), At: now}},
		Wake: []string{w.RegistryAccount},
	}
}

// DepositFilled is an operator's word that our deposit at a registry is not empty any more: amount, minor units, was
// paid in (0: it was entered before) under the payment's reference, and the queue goes on.
func (o *Ops) DepositFilled(ctx context.Context, scope domain.Scope, registryAccount string, amount int64, ref string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	house := o.Policy().House
	if amount < 0 || amount > maxDeposit {
		return fault.New(fault.Invalid, "input.amount", "min", "0", "max", strconv.FormatInt(maxDeposit, 10), "currency", house.Currency)
	}
	if amount > 0 {
		if ref == "" {
			ref = "desk-" + o.token(12)
		}
		if err := o.FundDeposit(ctx, scope, registryAccount, amount, ref); err != nil {
			return err
		}
	}
	state, _, err := o.Store.RegistryState(ctx, registryAccount)
	if err != nil {
		return err
	}
	now := o.Now()
	// Some registries tell of a deposit only when it is low: that it no longer is, we know from the operator alone.
	filled := ClearCase{Subject: RegistrySubject(registryAccount), Code: "registry.deposit-low", At: now}
	if state.Paused != string(codeDeposit) {
		return o.Store.Commit(ctx, Plan{Writes: []Write{filled}})
	}
	plan := resumed(registryAccount, now)
	plan.Writes = append(plan.Writes, filled)
	e := event(scope, 0, RegistrySubject(registryAccount), "registry.resumed", "ok", now)
	e.Facts = map[string]string{"registry": registryAccount}
	plan.Events = []domain.Event{e}
	if err := o.Store.Commit(ctx, plan); err != nil && !fault.Is(err, "state.moved") {
		return err
	}
	return nil
}

// maxDeposit bounds what one entry may add to a deposit, minor units.
const maxDeposit = 10_000_000_00

// BalanceTold notes a registry's own figure of our deposit, and warns the desk where it has fallen below low (0: never).
func (o *Ops) BalanceTold(ctx context.Context, registryAccount string, balance, low int64, currency string) error {
	state, _, err := o.Store.RegistryState(ctx, registryAccount)
	if err != nil || state.Balance != nil && *state.Balance == balance {
		return err
	}
	now := o.Now()
	plan := Plan{Writes: []Write{PutRegistryBalance{RegistryAccount: registryAccount, Balance: balance, At: now}}}
	if low > 0 && balance < low {
		plan.Writes = append(plan.Writes, OpenCase{domain.Case{Subject: RegistrySubject(registryAccount), Code: "registry.deposit-low", OpenedAt: now,
			Facts: map[string]string{"registry": registryAccount, "balance": strconv.FormatInt(balance, 10), "threshold": strconv.FormatInt(low, 10), "currency": currency}}})
	} else {
		plan.Writes = append(plan.Writes, ClearCase{Subject: RegistrySubject(registryAccount), Code: "registry.deposit-low", At: now})
	}
	return o.Store.Commit(ctx, plan)
}

// RegistryView is what the desk shows of a registry besides its sessions.
type RegistryView struct {
	State       domain.RegistryState
	Windows     []domain.Window
	Credentials []domain.Credential   // without what is sealed
	Shares      []domain.SessionShare // of the nodes; none where sessions are not shared
}

// Registry reads what stands about an account, for operators.
func (o *Ops) Registry(ctx context.Context, scope domain.Scope, registryAccount string) (RegistryView, error) {
	if !scope.Operator {
		return RegistryView{}, fault.New(fault.Denied, "account.denied")
	}
	var v RegistryView
	var err error
	if v.State, _, err = o.Store.RegistryState(ctx, registryAccount); err != nil {
		return v, err
	}
	if v.Windows, err = o.Store.Windows(ctx, registryAccount, o.Now().Add(-keepOver)); err != nil {
		return v, err
	}
	if v.Credentials, err = o.Store.Credentials(ctx, registryAccount); err != nil {
		return v, err
	}
	if v.Shares, err = o.Store.SessionShares(ctx, registryAccount); err != nil {
		return v, err
	}
	for i := range v.Credentials {
		v.Credentials[i].Sealed = nil
	}
	return v, nil
}

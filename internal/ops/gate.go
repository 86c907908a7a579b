package ops

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Codes of what keeps a registry's queue from moving.
const (
	codeMaintenance fault.Code = "registry.maintenance"
	codeDeposit     fault.Code = "registry.deposit-empty"
)

// How a queue comes back: a few acts at first, twice as many each step.
const (
	rampFirst = 8
	rampStep  = 5 * time.Second // business time
	// Between acts that try whether a deposit has been filled up: wall time, doubling.
	probeFirst = time.Second
	probeMost  = 5 * time.Second
	probeTurn  = 30 * time.Second // a probe that nobody answers for is another node's after this
)

// gate is what may be done at a registry now.
type gate struct {
	code  fault.Code        // why not everything; empty: everything
	facts map[string]string // its evidence
	shut  bool              // nothing at all
	most  int               // acts at a time
	state domain.RegistryState
}

// decideGate reads a registry's state. A window that takes the whole service away stops everything, questions
// included; an empty deposit stops what would be sent.
func decideGate(account string, state domain.RegistryState, on []domain.Window, partial bool, now time.Time) gate {
	g := gate{most: window, state: state}
	for _, w := range on {
		if (w.Impact == domain.ImpactFull || partial && w.Impact == domain.ImpactPartial) && now.Before(w.EndsAt) && (!g.shut || w.EndsAt.Format(time.RFC3339) > g.facts["until"]) {
			g.shut, g.code = true, codeMaintenance
			g.facts = map[string]string{"registry": account, "until": w.EndsAt.UTC().Format(time.RFC3339), "impact": string(w.Impact)}
			if w.Reason != "" {
				g.facts["reason"] = w.Reason
			}
		}
	}
	switch {
	case g.shut:
	case state.Paused != "":
		g.code, g.facts = fault.Code(state.Paused), state.Facts
	case !state.ResumedAt.IsZero() && !now.Before(state.ResumedAt):
		if steps := int(now.Sub(state.ResumedAt) / rampStep); steps < 6 {
			g.most = min(window, rampFirst<<steps)
		}
	}
	return g
}

func (o *Ops) gate(ctx context.Context, registryAccount string) (gate, error) {
	state, on, err := o.Store.RegistryState(ctx, registryAccount)
	if err != nil {
		return gate{}, err
	}
	return decideGate(registryAccount, state, on, o.PausePartial != nil && o.PausePartial(registryAccount), o.Now()), nil
}

// Paused says why a registry's queue does not move, with its evidence; an empty code: it does. shut means that nothing
// can be found out there either.
func (o *Ops) Paused(ctx context.Context, registryAccount string) (code fault.Code, facts map[string]string, shut bool, err error) {
	g, err := o.gate(ctx, registryAccount)
	return g.code, g.facts, g.shut, err
}

// leaseThrough leases what the gate lets through: everything, or, while a deposit is empty, questions and now and then one act
// that tries whether it still is.
func (o *Ops) leaseThrough(ctx context.Context, registryAccount string, g gate, limit int) ([]domain.Leased, error) {
	wall := o.Clock.Wall()
	if g.state.Paused == "" {
		return o.Store.LeaseIntents(ctx, registryAccount, o.Node, wall, leaseFor, limit)
	}
	leased, err := o.Store.LeaseAsked(ctx, registryAccount, o.Node, wall, leaseFor, limit)
	if err != nil || len(leased) > 0 {
		return leased, err
	}
	mine, err := o.Store.TakeProbe(ctx, registryAccount, wall, wall.Add(probeTurn))
	if err != nil || !mine {
		return nil, err
	}
	return o.Store.LeaseIntents(ctx, registryAccount, o.Node, wall, leaseFor, 1)
}

// judge pauses a queue whose deposit turned out empty, and lets it go on when an act of it was done again.
func (o *Ops) judge(ctx context.Context, registryAccount string, g gate, batch []landing) error {
	plan := decidePause(registryAccount, g, batch, o.Now(), o.Clock.Wall())
	if len(plan.Writes) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), landFor)
	defer cancel()
	err := o.Store.Commit(ctx, plan)
	if fault.Is(err, "state.moved") { // another node has resumed it
		return nil
	}
	return err
}

func decidePause(account string, g gate, batch []landing, now, wall time.Time) Plan {
	var empty *domain.Outcome
	done, tried := false, false
	for i, l := range batch {
		switch out := &batch[i].outcome; {
		case out.Code == string(codeDeposit):
			empty = out
		case l.leased.Was == domain.IntentQueued && (out.Kind == domain.OutcomeAccepted || out.Kind == domain.OutcomePending):
			done = true
		case l.leased.Was == domain.IntentQueued:
			tried = true
		}
	}
	subject := RegistrySubject(account)
	switch {
	case empty != nil:
		facts := map[string]string{"registry": account, "epp": empty.Facts["epp"], "reason": empty.Facts["reason"], "since": now.UTC().Format(time.RFC3339)}
		probes := 0
		if g.state.Paused == string(codeDeposit) {
			probes, facts["since"] = g.state.Probes+1, g.state.PausedAt.UTC().Format(time.RFC3339)
		}
		if g.state.Balance != nil {
			facts["balance"] = strconv.FormatInt(*g.state.Balance, 10)
		}
		return Plan{Writes: []Write{
			PauseRegistry{RegistryAccount: account, Code: string(codeDeposit), Facts: facts, At: now, ProbeAt: wall.Add(min(probeMost, probeFirst<<min(probes, 8)))},
			OpenCase{domain.Case{Subject: subject, Code: string(codeDeposit), Facts: facts, OpenedAt: now}},
		}}
	case done && g.state.Paused == string(codeDeposit):
		return resumed(account, now)
	case tried && g.state.Paused == string(codeDeposit): // refused for a reason of its own, or lost: the next one is tried
		return Plan{Writes: []Write{ProbeRegistry{RegistryAccount: account, At: wall}}, Wake: []string{account}}
	}
	return Plan{}
}

// resumed lets a queue go on whose deposit is no longer empty.
func resumed(account string, now time.Time) Plan {
	return Plan{
		Writes: []Write{ResumeRegistry{RegistryAccount: account, Code: string(codeDeposit), At: now},
			ClearCase{Subject: RegistrySubject(account), Code: string(codeDeposit), At: now}},
		Events: []domain.Event{{Subject: RegistrySubject(account), Kind: "registry.resumed", Actor: "system", Via: "system", Result: "ok",
			Facts: map[string]string{"registry": account}, At: now}},
		Wake: []string{account},
	}
}

// RegistrySubject is what cases and events about an account at a registry are about.
func RegistrySubject(registryAccount string) string { return "registry:" + registryAccount }

// waits notes on what is queued at a registry why it does not move: orders show it.
func (o *Ops) waits(ctx context.Context) (done int, failed error) {
	accounts, err := o.Store.DueAccounts(ctx, o.Clock.Wall())
	if err != nil {
		return 0, err
	}
	now := o.Now()
	for _, account := range accounts {
		g, err := o.gate(ctx, account)
		if err != nil || g.code == "" {
			failed = errors.Join(failed, err)
			continue
		}
		items, err := o.Store.WaitingItems(ctx, account, string(g.code), sweepSize)
		if err != nil || len(items) == 0 {
			failed = errors.Join(failed, err)
			continue
		}
		plans := make([]Plan, len(items))
		for i, it := range items {
			plans[i] = Plan{Writes: []Write{SetItem{ID: it.ID, From: domain.ItemDoing, To: domain.ItemDoing, HoldFrom: it.Hold, HoldTo: it.Hold,
				Code: string(g.code), Facts: g.facts, At: now}}}
		}
		n, err := o.commitEach(ctx, plans)
		done += n
		failed = errors.Join(failed, err)
	}
	return done, failed
}

package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/openregistrar/openregistrar/internal/console"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/registry"
	"github.com/openregistrar/openregistrar/internal/store"
)

// watchEvery is how often a node compares how it stands at the registries with what the desk knows (wall time).
const watchEvery = 3 * time.Second

func (r Registry) account() registry.Account {
	return registry.Account{ID: r.ID, Addr: r.EPP, ServerName: r.ServerName, ClID: r.ClID, Password: r.Password,
		CAFile: r.CAFile, CertFile: r.CertFile, KeyFile: r.KeyFile, Suffixes: r.Suffixes, Contacts: r.Contacts,
		HostObjects: r.HostObjects, Currency: r.Currency, Sessions: max(1, r.SessionCap-1),
		LongestCommand: time.Duration(r.LongestCommand) * time.Millisecond,
		Rates:          registry.Rates{All: r.Rates.All, Reads: r.Rates.Reads, Transforms: r.Rates.Transforms, Polls: r.Rates.Polls}}
}

// leases are needed where there can be several nodes.
func (a *App) leases() registry.Leases {
	if a.store.Engine() == store.Postgres {
		return a.store
	}
	return nil
}

func (a *App) registryConfig(id string) (Registry, bool) {
	for _, r := range a.cfg.Registry {
		if r.ID == id {
			return r, true
		}
	}
	return Registry{}, false
}

// dispatch carries an account's intents, unless this node has no session there: then another has.
func (a *App) dispatch(ctx context.Context, registryAccount string) error {
	if !a.registry.Ready(registryAccount) {
		return nil
	}
	return a.ops.Dispatch(ctx, registryAccount)
}

// movable reports whether an account's queue can move now.
func (a *App) movable(ctx context.Context) func(string) bool {
	return func(account string) bool {
		_, _, shut, err := a.ops.Paused(ctx, account)
		return a.registry.Reachable(account) && (err != nil || !shut)
	}
}

// told is what this node has told the desk last, by account.
type told struct {
	standing map[string]string
	deposit  map[string]int64
}

// watchAll compares until ctx ends.
func (a *App) watchAll(ctx context.Context) {
	a.told = told{map[string]string{}, map[string]int64{}}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		if err := a.watch(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("registries", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// watch takes up credentials that were changed here or by another node, and tells the desk what the sessions have
// learnt: what registries say of our deposit, of our logins, and of their maintenance.
func (a *App) watch(ctx context.Context) error {
	var failed error
	for _, h := range a.registry.Standing() {
		failed = errors.Join(failed, a.useCredentials(ctx, h.Account))
		s := ops.RegistryStanding{RegistryAccount: h.Account, Refused: h.Refused, Reason: h.Reason, CertUntil: h.CertUntil, Fresh: h.LoggedIn,
			Warnings: h.Warnings}
		// Told when it changes: another node may have heard something else since, and each would undo the other's.
		days := int(h.CertUntil.Sub(a.clock.Wall()) / (24 * time.Hour))
		if as := fmt.Sprintf("%+v %d", s, days); a.told.standing[h.Account] != as {
			if err := a.ops.Standing(ctx, s); err != nil {
				failed = errors.Join(failed, err)
			} else {
				a.told.standing[h.Account] = as
			}
		}
		if last, told := a.told.deposit[h.Account]; h.Deposit != nil && (!told || last != *h.Deposit) {
			cfg, _ := a.registryConfig(h.Account)
			low := cfg.LowDeposit
			if h.LowTold > 0 { // it warns at its threshold, we under ours
				low = max(low, h.LowTold+1)
			}
			if err := a.ops.BalanceTold(ctx, h.Account, *h.Deposit, low, h.Currency); err != nil {
				failed = errors.Join(failed, err)
			} else {
				a.told.deposit[h.Account] = *h.Deposit
			}
		}
		if a.registry.Polls(h.Account) && h.LoggedIn && a.registry.MaintenanceDue(h.Account) {
			planned, err := a.registry.Maintenance(ctx, h.Account)
			failed = errors.Join(failed, err)
			for _, m := range planned {
				failed = errors.Join(failed, a.ops.Announced(ctx, m.Window, m.Cancelled))
			}
		}
	}
	return failed
}

// useCredentials takes up what the database has, where it is not what this node uses.
func (a *App) useCredentials(ctx context.Context, registryAccount string) error {
	list, err := a.store.Credentials(ctx, registryAccount)
	if err != nil {
		return err
	}
	a.credMu.Lock()
	defer a.credMu.Unlock()
	for _, c := range list {
		key := domain.CredentialContext(registryAccount, c.Kind)
		if c.State != domain.CredentialCurrent || a.creds[key] == c.ID {
			continue
		}
		plain, err := a.vault.Open(c.Sealed, key)
		if err != nil {
			return err
		}
		with := domain.RegistrySecrets{Password: string(plain)}
		if c.Kind == domain.CredentialCertificate {
			with = domain.RegistrySecrets{Certificate: plain}
		}
		a.registry.Use(registryAccount, with)
		if a.creds == nil {
			a.creds = map[string]int64{}
		}
		a.creds[key] = c.ID
	}
	return nil
}

// furtherHealth adds what stands in the database, and what only a registry's own page shows.
func (a *App) furtherHealth(ctx context.Context, h registry.Health, r *console.RegistryHealth) {
	code, _, _, err := a.ops.Paused(ctx, h.Account)
	if err != nil {
		a.log.Error("desk", "error", err.Error())
	}
	r.Paused = string(code)
	if !r.TheirsKnown { // another node's session heard it
		if state, _, err := a.store.RegistryState(ctx, h.Account); err == nil && state.Balance != nil {
			r.Theirs, r.TheirsKnown = *state.Balance, true
		}
	}
	cfg, _ := a.registryConfig(h.Account)
	r.LowDeposit, r.Currency = cfg.LowDeposit, cfg.Currency
	r.Addr, r.Limit, r.Waiting, r.RetryAt = h.Addr, h.Limit, h.Waiting, h.RetryAt
	r.Refused, r.Reason, r.CertUntil, r.Warnings, r.Node = h.Refused, h.Reason, h.CertUntil, h.Warnings, a.node
	for _, b := range h.Buckets {
		r.Buckets = append(r.Buckets, console.RegistryBucket(b))
	}
}

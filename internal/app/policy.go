package app

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/policy"
)

func (a *App) readPolicy(ctx context.Context) error {
	shipped, err := policy.Shipped()
	if err != nil {
		return err
	}
	if err := a.store.SeedPolicies(ctx, shipped); err != nil {
		return err
	}
	return a.rereadPolicy(ctx)
}

// rereadPolicy takes up the newest policy. An older one, read by another goroutine before, doesn't replace it.
func (a *App) rereadPolicy(ctx context.Context) error {
	rows, err := a.store.Policies(ctx)
	if err != nil {
		return err
	}
	table, err := policy.Parse(rows)
	if err != nil {
		return err
	}
	for {
		now := a.policy.Load()
		if now != nil && now.Version > table.Version || a.policy.CompareAndSwap(now, table) {
			return nil
		}
	}
}

// freshPolicy takes up what another node has changed.
func (a *App) freshPolicy(ctx context.Context) error {
	head, err := a.store.PolicyVersion(ctx)
	if err != nil || head == a.policy.Load().Version {
		return err
	}
	return a.rereadPolicy(ctx)
}

func (a *App) suffix(s string) (policy.Suffix, bool) { return a.policy.Load().Suffix(s) }

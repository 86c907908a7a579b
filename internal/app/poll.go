package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/registry"
)

const (
	pollEvery = 5 * time.Second  // wall time
	pollFor   = 20 * time.Second // one registry's turn
	hearFor   = 3 * time.Second  // all of them, where the clock waits for it
)

// pollAll empties the registries' queues and works off what was in them, until ctx ends.
func (a *App) pollAll(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.pollOnce(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("poll", "error", err.Error())
			}
		}
	}
}

// pollOnce has every registry give its messages, each kept before it is acknowledged. A registry's failure is its own:
// it is logged, and the messages wait there. One that is down is tried too: its breaker spaces the tries, and where
// nothing else is wanted of a registry this is what finds it up again.
func (a *App) pollOnce(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, r := range a.cfg.Registry {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, pollFor)
			defer cancel()
			if _, err := a.registry.Poll(ctx, r.ID, a.keep); err != nil && ctx.Err() == nil {
				level := slog.LevelWarn
				if !a.registry.Reachable(r.ID) {
					level = slog.LevelDebug // the desk shows that it is down; not every five seconds in the log too
				}
				a.log.Log(ctx, level, "poll", "registry", r.ID, "error", err.Error())
			}
		})
	}
	wg.Wait()
	_, err := a.ops.Polled(ctx, a.registry)
	return err
}

// hear empties the queues of the registries that can be reached, briefly, and says how many messages were worked off:
// while there are any, nothing is settled.
func (a *App) hear(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, hearFor)
	defer cancel()
	var wg sync.WaitGroup
	for _, r := range a.cfg.Registry {
		if a.registry.Reachable(r.ID) {
			wg.Go(func() {
				if _, err := a.registry.Poll(ctx, r.ID, a.keep); err != nil && ctx.Err() == nil {
					a.log.Debug("settle: poll", "registry", r.ID, "error", err.Error())
				}
			})
		}
	}
	var told int
	wg.Go(func() { told = a.hearVerdicts(ctx) })
	wg.Wait()
	n, err := a.ops.Polled(ctx, a.registry)
	n += told
	if err != nil && ctx.Err() == nil {
		a.log.Debug("settle: messages", "error", err.Error())
	}
	return n
}

func (a *App) keep(ctx context.Context, m registry.Message) error {
	kept := ops.PollMessage{RegistryAccount: m.Account, MsgID: m.ID, QueuedAt: m.QueuedAt, Raw: m.Raw, Readable: m.Readable,
		Name: m.Domain, ClTRID: m.ClTRID, Kind: m.Kind, Facts: m.Facts}
	if kept.Name == "" {
		kept.Name = m.Name
	}
	_, err := a.store.KeepPoll(ctx, kept, a.clock.Business())
	if err == nil && m.Maintenance != nil {
		err = a.ops.Announced(ctx, m.Maintenance.Window, m.Maintenance.Cancelled)
	}
	return err
}

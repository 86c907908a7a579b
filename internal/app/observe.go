package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/registry"
)

// The rolling comparison takes a few names at a time, so that it never stands in the way of orders for long.
const (
	lookEvery  = 10 * time.Second // wall time
	lookFor    = 30 * time.Second // one registry's turn
	sweepEvery = 10 * time.Minute // wall time: what is old of the transcripts goes
)

// lookAll compares names with their registries, one after the other, until ctx ends.
func (a *App) lookAll(ctx context.Context) {
	most := a.cfg.Compare.PerMinute * int(lookEvery/time.Second) / 60
	if a.cfg.Compare.PerMinute <= 0 {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			a.lookOnce(ctx, max(1, most), lookEvery)
		}
	}
}

// lookOnce gives each registry's comparison a turn. One that is out of reach is left alone: its queue's poll finds it
// up again.
func (a *App) lookOnce(ctx context.Context, most int, every time.Duration) {
	var wg sync.WaitGroup
	for _, r := range a.cfg.Registry {
		if !a.registry.Reachable(r.ID) {
			continue
		}
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, lookFor)
			defer cancel()
			if _, err := a.ops.LookRound(ctx, a.registry, r.ID, most, every, a.cfg.Compare.rest()); err != nil && ctx.Err() == nil {
				a.log.Log(ctx, slog.LevelInfo, "look", "registry", r.ID, "error", err.Error())
			}
		})
	}
	wg.Wait()
}

// dropOld keeps transcripts within what the configuration allows, until ctx ends.
func (a *App) dropOld(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := a.dropOnce(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("transcripts", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) dropOnce(ctx context.Context) error {
	t := a.cfg.Transcript
	_, err := a.store.DropFrames(ctx, a.clock.Wall().AddDate(0, 0, -t.Days), int64(t.Megabytes)<<20)
	return err
}

// transcripts says how the keeping goes, for the desk.
func (a *App) transcripts(ctx context.Context) ops.TranscriptState {
	var s ops.TranscriptState
	if a.recorder != nil {
		s.Kept, s.Dropped, s.Waiting = a.recorder.State()
	}
	var err error
	if s.Bytes, s.Oldest, err = a.store.FramesKept(ctx); err != nil {
		a.log.Error("transcripts", "error", err.Error())
	}
	return s
}

// compareRegistries looks at every name at its registry, prints what differs, and changes nothing.
func compareRegistries(ctx context.Context, cfg Config, log *slog.Logger, out io.Writer) (differ int, err error) {
	if err := cfg.join(); err != nil {
		return 0, err
	}
	if err := cfg.check(); err != nil {
		return 0, err
	}
	if cfg.Database.Postgres == "" { // a registrar that runs has the rest; on PostgreSQL sessions are leased as by any node
		for i := range cfg.Registry {
			cfg.Registry[i].SessionCap = min(cfg.Registry[i].SessionCap, 2)
		}
	}
	a := &App{cfg: cfg, log: log, clock: &clock{control: cfg.Clock, log: log}}
	defer a.Close()
	a.stop = func() {}
	for _, step := range []func(context.Context) error{a.openData, a.readPolicy, a.clock.read, a.connect} {
		if err := step(ctx); err != nil {
			return 0, err
		}
	}
	var failed error
	for _, r := range cfg.Registry {
		n, err := a.ops.CompareAll(ctx, a.registry, r.ID, func(d ops.Difference) {
			differ++
			fmt.Fprintf(out, "%s at %s: %s is %q here and %q there\n", d.Name, d.RegistryAccount, d.Field, d.Ours, d.Theirs)
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: after %d names: %w", r.ID, n, err))
			continue
		}
		fmt.Fprintf(out, "%s: %d names looked at\n", r.ID, n)
		off, err := a.compareDeposit(ctx, r, out)
		differ, failed = differ+off, errors.Join(failed, err)
	}
	return differ, failed
}

// compareDeposit holds our books of a deposit against the registry's: its own page's where the world is simulated, else
// what it told last. While acts are under way the two may differ, and nothing is compared.
func (a *App) compareDeposit(ctx context.Context, r Registry, out io.Writer) (differ int, err error) {
	var theirs int64
	if a.cfg.Clock != "" {
		if theirs, err = worldDeposit(ctx, a.clock, r.ID, r.ClID); err != nil {
			return 0, err
		}
	} else {
		state, _, err := a.store.RegistryState(ctx, r.ID)
		if err != nil || state.Balance == nil {
			fmt.Fprintf(out, "%s: the deposit is not compared: the registry never told it\n", r.ID)
			return 0, err
		}
		theirs = *state.Balance
	}
	q, err := a.store.Quiet(ctx, a.clock.Business())
	if err != nil {
		return 0, err
	}
	if q.Intents > 0 {
		fmt.Fprintf(out, "%s: the deposit is not compared: %d acts are under way\n", r.ID, q.Intents)
		return 0, nil
	}
	books, err := a.store.Balances(ctx) // after theirs: what is posted in between shows, and is no loss
	if err != nil {
		return 0, err
	}
	if ours := books.Accounts["deposit:"+r.ID]; ours != theirs {
		fmt.Fprintf(out, "%s: the deposit is %d here and %d there\n", r.ID, ours, theirs)
		return 1, nil
	}
	return 0, nil
}

// record begins to keep transcripts, where the configuration wants any.
func (a *App) record() {
	if a.cfg.Transcript.Days > 0 {
		a.recorder = registry.NewRecorder(a.store.KeepFrames, a.clock.Wall, a.log)
	}
}

func (a *App) seen() func(account, session, password string, sent bool, frame []byte) {
	if a.recorder == nil {
		return nil
	}
	return a.recorder.Seen
}

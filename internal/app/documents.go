package app

import (
	"context"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ocr"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// sharedMACKey draws the key of one-time codes and links once for all nodes; the database keeps it sealed.
func (a *App) sharedMACKey(ctx context.Context) error {
	where := domain.InstallationSeal("mac-key")
	sealed, err := a.vault.Seal(random(32), where)
	if err != nil {
		return err
	}
	kept, err := a.store.Fix(ctx, "mac-key", sealed)
	if err != nil {
		return err
	}
	a.macKey, err = a.vault.Open(kept, where)
	return err
}

// reader reads pictures, where a program for it is installed.
func (a *App) reader() ops.Reader {
	if a.cfg.Reading.Program == "none" {
		return nil
	}
	return ocr.New(ocr.Config{Program: a.cfg.Reading.Program})
}

// readAll reads the pictures that were uploaded, one at a time, apart from the sweep: a picture takes seconds.
func (a *App) readAll(ctx context.Context) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := a.ops.ReadDocuments(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("documents", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// reseal seals again what an older master key sealed: after a rotation, once, at the first start.
func (a *App) reseal(ctx context.Context) {
	n, err := a.ops.Reseal(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		a.log.Error("sealing again", "error", err.Error())
	case n > 0:
		a.log.Info("sealed again with the newest key", "values", n)
	}
}

// consoleURL is where pages are, without a slash at its end: as it is told, or where this process listens.
func (a *App) consoleURL() string { return strings.TrimSuffix(a.Endpoints().Console, "/") }

package app

import (
	"context"
	"time"
)

// How the operation log is sealed, wall time: an event stands open for a second or two.
const (
	sealEvery = time.Second
	sealMost  = 1000 // events in one transaction
)

// sealAll takes new events of the log into its chain until ctx ends.
func (a *App) sealAll(ctx context.Context) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		n, err := a.store.SealLog(ctx, a.clock.Wall(), sealMost)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("sealing the log", "error", err.Error())
		}
		if n == sealMost && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

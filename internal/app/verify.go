package app

import (
	"context"
	"time"
)

const verifyEvery = time.Second // wall time

// verifyAll carries submissions to authorities and back, until ctx ends. A slow authority holds up nothing else.
func (a *App) verifyAll(ctx context.Context) {
	tick := time.NewTicker(verifyEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := a.ops.Verify(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("verifications", "error", err.Error())
			}
		}
	}
}

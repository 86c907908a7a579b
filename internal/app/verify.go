package app

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/verifier"
)

const (
	verifyEvery  = time.Second // wall time
	pollVerdicts = 2           // of those: between looks into authorities' queues while they have something of ours
	pollAnyway   = 60          // else: an authority may think better of it
	callbackPath = "/callbacks/verifier/"
)

// authorities connects who verifies registrants; nil where nobody does.
func (a *App) authorities(crash func(string)) (*verifier.Verifier, error) {
	if len(a.cfg.Authority) == 0 {
		return nil, nil
	}
	cfg := verifier.Config{Wall: a.clock.Wall, Log: a.log, Seen: a.seen(), Crash: crash}
	for _, c := range a.cfg.Authority {
		if c.EPP != "" {
			cfg.EPP = append(cfg.EPP, verifier.EPP{ID: c.ID, Addr: c.EPP, ServerName: c.ServerName, ClID: c.ClID, Password: c.Password, CAFile: c.CAFile,
				CertFile: c.CertFile, KeyFile: c.KeyFile, Sessions: min(max(c.SessionCap-1, 1), 3)})
			continue
		}
		cfg.HTTP = append(cfg.HTTP, verifier.HTTP{ID: c.ID, URL: c.HTTP, AppID: c.AppID, Secret: c.Secret, CallbackSecret: c.CallbackSecret,
			Callback: func() string {
				base := c.CallbackURL
				if base == "" {
					base = "http://" + a.addrs.HTTP
				}
				return strings.TrimSuffix(base, "/") + callbackPath + c.ID
			}})
	}
	return verifier.New(cfg)
}

// verifierPort is nil, and no nil *verifier.Verifier, where nobody verifies.
func (a *App) verifierPort() ops.Verifier {
	if a.verifier == nil {
		return nil
	}
	return a.verifier
}

// callbacks answers authorities that call.
func (a *App) callbacks() http.Handler {
	mux := http.NewServeMux()
	for _, c := range a.cfg.Authority {
		if a.verifier == nil {
			break
		}
		if h := a.verifier.Callback(c.ID, a.ops.HeardVerdict); h != nil {
			mux.Handle(callbackPath+c.ID, h)
		}
	}
	return mux
}

// verifyAll carries submissions to authorities and back, until ctx ends. A slow authority holds up nothing else.
func (a *App) verifyAll(ctx context.Context) {
	tick := time.NewTicker(verifyEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			expecting, err := a.ops.Expecting(ctx)
			if err == nil && (expecting && n%pollVerdicts == 0 || n%pollAnyway == 0) {
				a.hearVerdicts(ctx)
			}
			if _, err = a.ops.Verify(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("verifications", "error", err.Error())
			}
		}
	}
}

// hearVerdicts takes what waits in authorities' queues and says how many answers were kept. An authority that is down
// keeps them.
func (a *App) hearVerdicts(ctx context.Context) int {
	if a.verifier == nil {
		return 0
	}
	n, err := a.verifier.Poll(ctx, a.ops.HeardVerdict)
	if err != nil && ctx.Err() == nil {
		a.log.Debug("verdicts", "error", err.Error())
	}
	return n
}

package registry

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Leases shares the sessions of accounts among the nodes on one database.
type Leases interface {
	// LeaseSessions grants the node a share of an account's sessions, most together, until wall+ttl. using is how many
	// it has open, or may open before it hears the answer.
	LeaseSessions(ctx context.Context, registryAccount, node string, most, using int, wall time.Time, ttl time.Duration) (domain.SessionGrant, error)
	// ReleaseSessions gives back all that the node holds; its sessions are closed.
	ReleaseSessions(ctx context.Context, node string) error
}

// LeaseTimes are wall time; zero means the default in brackets.
type LeaseTimes struct {
	Renew time.Duration // between renewals [10 s]
	TTL   time.Duration // of a share that is not renewed [30 s]
	// Margin before the end of a share is when its sessions are cut: it covers the difference between the nodes'
	// clocks and the time that a registry takes to notice [5 s].
	Margin time.Duration
	// Hurry is between renewals while the node has more or less than its fair share [1 s].
	Hurry time.Duration
}

func (l *LeaseTimes) defaults() {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	set(&l.Renew, 10*time.Second)
	set(&l.TTL, 30*time.Second)
	set(&l.Margin, 5*time.Second)
	set(&l.Hurry, time.Second)
}

// share keeps an account's pool within what this node has been granted until ctx ends. Sessions beyond the fair share
// are closed first and given back then; where the share can't be renewed, everything is cut before it lapses.
func (a *account) share(ctx context.Context) {
	times := a.cfg.LeaseTimes
	limit := 0 // that the pool has now
	var ends time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		wall := a.cfg.Wall() // before it is asked for: the share is counted from here
		patience := 5 * time.Second
		if limit > 0 {
			patience = min(patience, max(ends.Sub(wall), 0))
		}
		call, cancel := context.WithTimeout(ctx, patience)
		g, err := a.cfg.Leases.LeaseSessions(call, a.ID, a.cfg.Node, a.Sessions, max(limit, a.pool.Stats().Open), wall, times.TTL)
		cancel()
		if err != nil {
			left := ends.Sub(a.cfg.Wall())
			if limit > 0 && left <= 0 {
				a.pool.SetPoll(false)
				a.pool.Cut(0)
				limit = 0
				a.grant.Store(&domain.SessionGrant{})
				a.cfg.Log.Error("registry: sessions cut, since their share could not be renewed", "account", a.ID, "error", err.Error())
			}
			wait := times.Hurry
			if limit > 0 {
				wait = max(min(wait, left), time.Millisecond)
			}
			timer.Reset(wait)
			continue
		}
		limit, ends = min(g.Held, g.Target), g.Until.Add(-times.Margin)
		a.pool.SetLimit(limit)
		a.pool.SetPoll(g.Polls)
		a.limiter.scale(limit, a.Sessions)
		a.grant.Store(&g)
		wait := times.Renew
		if g.Held != g.Target {
			wait = times.Hurry
		}
		timer.Reset(jitter(wait, 0.1))
	}
}

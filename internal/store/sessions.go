package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// LeaseSessions shares an account's sessions, most together, among the nodes that ask, evenly. The node has what it is
// granted until wall+ttl, and asks again before. using is how many it has open or may open before it hears the answer:
// a share shrinks no further than that, and others grow only by what was given back, so that the sum never exceeds
// most. The share of a node that has not asked for ttl is free. One node polls, and goes on to.
func (s *Store) LeaseSessions(ctx context.Context, registryAccount, node string, most, using int, wall time.Time, ttl time.Duration) (domain.SessionGrant, error) {
	var grant domain.SessionGrant
	wall = moment(wall)
	err := s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if err := q.EnsureQuota(ctx, registryAccount); err != nil {
			return wrap(err)
		}
		if _, err := q.LockQuota(ctx, registryAccount); err != nil { // nodes come one by one
			return wrap(err)
		}
		if err := q.DropLapsedShares(ctx, db.DropLapsedSharesParams{RegistryAccount: registryAccount, Until: wall}); err != nil {
			return wrap(err)
		}
		rows, err := q.SessionShares(ctx, registryAccount)
		if err != nil {
			return wrap(err)
		}
		grant = shareOut(sharesOf(rows), node, most, using)
		grant.Until = wall.Add(ttl)
		return wrap(q.PutShare(ctx, db.PutShareParams{RegistryAccount: registryAccount, Node: node, Held: int64(grant.Held), Open: int64(using),
			Polls: grant.Polls, Until: grant.Until}))
	})
	return grant, err
}

// shareOut decides what a node gets, given what the living nodes have.
func shareOut(shares []domain.SessionShare, node string, most, using int) domain.SessionGrant {
	own := slices.IndexFunc(shares, func(s domain.SessionShare) bool { return s.Node == node })
	if own < 0 {
		shares = append(shares, domain.SessionShare{Node: node})
	}
	g := domain.SessionGrant{Nodes: len(shares), Polls: true}
	others, held := 0, 0
	for _, s := range shares {
		if s.Node == node {
			held = s.Held
			continue
		}
		others += s.Held
		g.Polls = g.Polls && !s.Polls
	}
	// What doesn't divide goes to whoever polls first: it needs one session at least.
	slices.SortFunc(shares, func(a, b domain.SessionShare) int {
		if a.Polls != b.Polls {
			return cmp.Compare(rank(b.Polls), rank(a.Polls))
		}
		return cmp.Compare(a.Node, b.Node)
	})
	i := slices.IndexFunc(shares, func(s domain.SessionShare) bool { return s.Node == node })
	g.Target = most / len(shares)
	if i < most%len(shares) {
		g.Target++
	}
	if held > g.Target {
		g.Held = min(held, max(g.Target, using))
	} else {
		g.Held = max(held, min(g.Target, most-others))
	}
	g.Polls = g.Polls && g.Held > 0
	return g
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ReleaseSessions gives back all that a node holds: its sessions are closed.
func (s *Store) ReleaseSessions(ctx context.Context, node string) error {
	return s.write(ctx, func(_ *sql.Tx, q *db.Queries) error { return wrap(q.DropShares(ctx, node)) })
}

// SessionShares tells what the nodes hold of an account's sessions, lapsed shares included.
func (s *Store) SessionShares(ctx context.Context, registryAccount string) ([]domain.SessionShare, error) {
	rows, err := s.queries().SessionShares(ctx, registryAccount)
	return sharesOf(rows), wrap(err)
}

func sharesOf(rows []db.SessionLease) []domain.SessionShare {
	out := make([]domain.SessionShare, len(rows))
	for i, r := range rows {
		out[i] = domain.SessionShare{RegistryAccount: r.RegistryAccount, Node: r.Node, Held: int(r.Held), Open: int(r.Open), Polls: r.Polls, Until: r.Until.UTC()}
	}
	return out
}

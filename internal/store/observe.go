package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// noticesRead is how many of the latest messages about a name a look goes by.
const noticesRead = 20

// LoadSight implements ops.Store; "domain.not-found" where the name does not run at this registry account.
func (s *Store) LoadSight(ctx context.Context, registryAccount string, name domain.Name) (ops.Sight, error) {
	var out ops.Sight
	err := s.read(ctx, func(tx *sql.Tx, q *db.Queries) error {
		out = ops.Sight{}
		r, err := q.TenureByName(ctx, string(name))
		if err != nil {
			return found(err, "domain.not-found")
		}
		if r.RegistryAccount != registryAccount {
			return fault.New(fault.Missing, "domain.not-found", "name", string(name), "registry", registryAccount)
		}
		out.Tenure = tenureOf(r)
		seen, err := q.Observed(ctx, r.ID)
		switch {
		case err == nil:
			out.Seen = ops.Seen{Known: seen.Known, At: seen.SeenAt.UTC(), Registrant: seen.Registrant, Contacts: strings.Fields(seen.Contacts), Verification: seen.Verification, Ignored: seen.Ignored}
		case !errors.Is(err, sql.ErrNoRows):
			return wrap(err)
		}
		busy, err := q.BusyName(ctx, db.BusyNameParams{Account: r.AccountID, Name: string(name)})
		if err != nil {
			return wrap(err)
		}
		out.Busy = busy > 0
		notices, err := q.PollNotices(ctx, db.PollNoticesParams{Name: string(name), RegistryAccount: registryAccount, Most: noticesRead})
		if err != nil {
			return wrap(err)
		}
		for _, n := range notices {
			out.Notices = append(out.Notices, ops.PollMessage{ID: n.ID, RegistryAccount: n.RegistryAccount, MsgID: n.MsgID, QueuedAt: n.QueuedAt.UTC(),
				Name: name, Kind: n.Kind, Facts: factsOf(n.Facts), Readable: true})
		}
		if out.Cases, err = casesOf(ctx, tx, ops.CaseFilter{Subject: string(name), Open: true}); err != nil {
			return err
		}
		return registrantOf(ctx, q, &out)
	})
	return out, err
}

// observe does the writes of looks at registries.
func (t *commit) observe(w ops.Write) error {
	switch w := w.(type) {
	case ops.SetSeen:
		v := w.Seen
		return wrap(t.q.SetObserved(t.ctx, db.SetObservedParams{TenureID: int64(w.Tenure), Known: v.Known, SeenAt: moment(v.At), Registrant: v.Registrant,
			Contacts: strings.Join(v.Contacts, " "), Verification: v.Verification, Ignored: v.Ignored}))
	case ops.ForgetSeen:
		return wrap(t.q.ForgetObserved(t.ctx, int64(w.Tenure)))
	case ops.EndTenure:
		n, err := t.q.EndTenure(t.ctx, db.EndTenureParams{ID: int64(w.ID), Version: w.Version, Reason: w.Reason, EndedAt: maybe(w.At)})
		return one(n, err, moved("tenure"))
	case ops.SettlePoll:
		n, err := t.q.SettlePoll(t.ctx, db.SettlePollParams{ID: w.ID, SettledAt: stamp(w.At)})
		return one(n, err, moved("poll-message"))
	}
	return fmt.Errorf("store: a write of type %T is not known", w)
}

// Round implements ops.Store.
func (s *Store) Round(ctx context.Context, registryAccount string, wall time.Time) (ops.Round, error) {
	r, err := s.queries().Round(ctx, registryAccount)
	if errors.Is(err, sql.ErrNoRows) {
		if err := db.New(s.writer).OpenRound(ctx, db.OpenRoundParams{RegistryAccount: registryAccount, NextAt: moment(wall)}); err != nil {
			return ops.Round{}, wrap(err)
		}
		r, err = db.New(s.writer).Round(ctx, registryAccount)
	}
	return roundOf(r), wrap(err)
}

func roundOf(r db.LookRound) ops.Round {
	return ops.Round{RegistryAccount: r.RegistryAccount, After: domain.Name(r.AfterName), NextAt: r.NextAt.UTC(), Rounds: r.Rounds,
		Looked: r.Looked, Differing: r.Differing}
}

// Rounds implements ops.Store.
func (s *Store) Rounds(ctx context.Context) ([]ops.Round, error) {
	rows, err := s.queries().Rounds(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.Round, 0, len(rows))
	for _, r := range rows {
		v := roundOf(r)
		if v.Names, err = s.queries().CountTenuresAt(ctx, r.RegistryAccount); err != nil {
			return nil, wrap(err)
		}
		out = append(out, v)
	}
	return out, nil
}

// MoveRound implements ops.Store.
func (s *Store) MoveRound(ctx context.Context, from ops.Round, to domain.Name, over int, next, wall time.Time) (bool, error) {
	n, err := db.New(s.writer).MoveRound(ctx, db.MoveRoundParams{RegistryAccount: from.RegistryAccount, FromName: string(from.After), ToName: string(to),
		NextAt: moment(next), Finished: int64(over), Wall: moment(wall)})
	return n > 0, wrap(err)
}

// CountRound implements ops.Store.
func (s *Store) CountRound(ctx context.Context, registryAccount string, looked, differing int) error {
	return wrap(db.New(s.writer).CountRound(ctx, db.CountRoundParams{RegistryAccount: registryAccount, Looked: int64(looked), Differing: int64(differing)}))
}

// TenuresAfter implements ops.Store.
func (s *Store) TenuresAfter(ctx context.Context, registryAccount string, after domain.Name, limit int) ([]domain.Tenure, error) {
	rows, err := s.queries().TenuresAfter(ctx, db.TenuresAfterParams{RegistryAccount: registryAccount, After: string(after), Most: int32(atMost(limit))})
	if err != nil {
		return nil, wrap(err)
	}
	return tenuresOf(rows), nil
}

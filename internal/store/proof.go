package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// DueProofs implements ops.Store.
func (s *Store) DueProofs(ctx context.Context, now time.Time, limit int) ([]ops.Sight, error) {
	rows, err := s.queries().DueProofs(ctx, db.DueProofsParams{Business: stamp(now), Most: int32(atMost(limit))})
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.Sight, 0, len(rows))
	for _, r := range rows {
		sight, err := s.LoadSight(ctx, r.RegistryAccount, domain.Name(r.Name))
		if err != nil {
			return nil, err
		}
		if sight.Owner, err = s.AccountByID(ctx, sight.Tenure.Account); err != nil {
			return nil, err
		}
		out = append(out, sight)
	}
	return out, nil
}

// registrantOf adds to a sight who its name is registered for, and how far their verification is.
func registrantOf(ctx context.Context, q *db.Queries, s *ops.Sight) error {
	if s.Tenure.Template == 0 {
		return nil
	}
	row, err := q.Template(ctx, int64(s.Tenure.Template))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return wrap(err)
	}
	if s.Template, err = templateOf(row); err != nil {
		return err
	}
	if s.Template.Verification != 0 {
		v, err := verificationFound(q.Verification(ctx, int64(s.Template.Verification)))
		if err != nil && !missing(err) {
			return err
		}
		s.Verification = v
	}
	for _, r := range []domain.Reach{{Type: domain.ReachEmail, Code: s.Template.Contact.Email}, {Type: domain.ReachPhone, Code: s.Template.Contact.Telephone}} {
		_, err := q.Reach(ctx, db.ReachParams{AccountID: int64(s.Tenure.Account), Type: int64(r.Type), Code: r.Code})
		switch {
		case err == nil:
			s.Reached = true
		case !errors.Is(err, sql.ErrNoRows):
			return wrap(err)
		}
	}
	return nil
}

func missing(err error) bool { return fault.Of(err).Kind == fault.Missing }

// standings are how far the verification of templates is.
func standings(ctx context.Context, tx *sql.Tx, ids []domain.TemplateID) (map[domain.TemplateID]domain.TemplateStatus, error) {
	out := make(map[domain.TemplateID]domain.TemplateStatus, len(ids))
	for chunk := range slices.Chunk(ids, listChunk) {
		type row struct {
			id     domain.TemplateID
			status domain.TemplateStatus
		}
		got, err := some(ctx, tx, text("select id, status from template where id in ").list(anys(chunk)),
			func(r *sql.Rows) (v row, err error) { return v, r.Scan(&v.id, &v.status) })
		if err != nil {
			return nil, err
		}
		for _, v := range got {
			out[v.id] = v.status
		}
	}
	return out, nil
}

// flagProof does ops.FlagProof.
func (t *commit) flagProof(w ops.FlagProof) error {
	at := maybe(w.At)
	switch {
	case w.Tenure != 0:
		return wrap(t.q.FlagTenureProof(t.ctx, db.FlagTenureProofParams{ID: int64(w.Tenure), ProofAt: at}))
	case w.Template != 0:
		return wrap(t.q.FlagTemplateProof(t.ctx, db.FlagTemplateProofParams{TemplateID: int64(w.Template), ProofAt: at}))
	}
	return wrap(t.q.FlagAccountProof(t.ctx, db.FlagAccountProofParams{AccountID: int64(w.Account), ProofAt: at}))
}

package store

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// writePrices does the writes of prices.
func (t *commit) writePrices(w ops.Write) (known bool, err error) {
	switch w := w.(type) {
	case ops.PutPolicy:
		version, err := t.q.NextPolicyVersion(t.ctx)
		if err != nil {
			return true, wrap(err)
		}
		return true, wrap(t.q.InsertPolicy(t.ctx, db.InsertPolicyParams{Kind: w.Kind, Key: w.Key, Version: version, Body: w.Body}))
	case ops.SetPriceGroup:
		n, err := t.q.SetPriceGroup(t.ctx, db.SetPriceGroupParams{ID: int64(w.Account), PriceGroup: w.Group})
		return true, one(n, err, fault.New(fault.Missing, "account.not-found"))
	}
	return false, nil
}

// PolicyVersion is the highest version of any policy row.
func (s *Store) PolicyVersion(ctx context.Context) (int64, error) {
	v, err := s.queries().PolicyVersion(ctx)
	return v, wrap(err)
}

// GroupedAccounts implements ops.Store.
func (s *Store) GroupedAccounts(ctx context.Context, limit int) ([]domain.Account, error) {
	rows, err := s.queries().GroupedAccounts(ctx, int32(atMost(limit)))
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]domain.Account, 0, len(rows))
	for _, r := range rows {
		out = append(out, accountOf(r))
	}
	return out, nil
}

package store

import (
	"context"
	"database/sql"

	"github.com/openregistrar/openregistrar/internal/store/db"
)

// Fix keeps a fact about the whole installation that every node must share, once: the first value stays, and is given
// back to whoever comes later with another.
func (s *Store) Fix(ctx context.Context, name string, value []byte) (kept []byte, err error) {
	err = s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
		if err := q.Fix(ctx, db.FixParams{Name: name, Value: value}); err != nil {
			return wrap(err)
		}
		kept, err = q.Fixed(ctx, name)
		return wrap(err)
	})
	return kept, err
}

package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

const resealChunk = 50

// Reseal implements ops.Store. Each value is replaced only where it still is what was opened, so that nodes that do the
// same, and owners who edit meanwhile, are in nobody's way.
func (s *Store) Reseal(ctx context.Context, stale func(head []byte) bool, again func(sealed []byte, context string) ([]byte, error)) (int, error) {
	done := 0
	replace := func(was []byte, seal string, put func(q *db.Queries, sealed, was []byte) (int64, error)) error {
		sealed, err := again(was, seal)
		if err != nil {
			return err
		}
		return s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
			n, err := put(q, sealed, was)
			done += int(n)
			return wrap(err)
		})
	}
	for after := int64(0); ; {
		rows, err := s.queries().SealHeads(ctx, db.SealHeadsParams{DocumentID: after, Limit: resealChunk})
		if err != nil {
			return done, wrap(err)
		}
		for _, r := range rows {
			after = r.DocumentID
			oldPicture, oldText := stale(r.Picture), len(r.Text) > 0 && stale(r.Text)
			if !oldPicture && !oldText {
				continue
			}
			whole, err := s.queries().DocumentContent(ctx, r.DocumentID)
			if errors.Is(err, sql.ErrNoRows) {
				continue // shredded meanwhile
			}
			if err != nil {
				return done, wrap(err)
			}
			id := domain.DocumentID(r.DocumentID)
			if oldPicture {
				if err := replace(whole.Picture, domain.DocumentSeal(id), func(q *db.Queries, sealed, was []byte) (int64, error) {
					return q.ReplacePicture(ctx, db.ReplacePictureParams{ID: r.DocumentID, Picture: sealed, Was: was})
				}); err != nil {
					return done, err
				}
			}
			if oldText && len(whole.Text) > 0 {
				if err := replace(whole.Text, domain.DocumentTextSeal(id), func(q *db.Queries, sealed, was []byte) (int64, error) {
					return q.ReplaceText(ctx, db.ReplaceTextParams{ID: r.DocumentID, Text: sealed, Was: was})
				}); err != nil {
					return done, err
				}
			}
		}
		if len(rows) < resealChunk {
			break
		}
	}
	for after := int64(0); ; {
		rows, err := s.queries().TemplateSeals(ctx, db.TemplateSealsParams{ID: after, Limit: resealChunk})
		if err != nil {
			return done, wrap(err)
		}
		for _, r := range rows {
			after = r.ID
			id := domain.TemplateID(r.ID)
			if len(r.SealedNumber) > 0 && stale(r.SealedNumber) {
				if err := replace(r.SealedNumber, domain.NumberSeal(id), func(q *db.Queries, sealed, was []byte) (int64, error) {
					return q.ReplaceNumber(ctx, db.ReplaceNumberParams{ID: r.ID, Sealed: sealed, Was: was})
				}); err != nil {
					return done, err
				}
			}
			if len(r.SealedContact) > 0 && stale(r.SealedContact) {
				if err := replace(r.SealedContact, domain.ContactNumberSeal(id), func(q *db.Queries, sealed, was []byte) (int64, error) {
					return q.ReplaceContactNumber(ctx, db.ReplaceContactNumberParams{ID: r.ID, Sealed: sealed, Was: was})
				}); err != nil {
					return done, err
				}
			}
		}
		if len(rows) < resealChunk {
			return done, nil
		}
	}
}

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

const (
	messageLease   = 30 * time.Second // a notifier that died has its messages taken up after this
	messageRetry   = 5 * time.Second  // doubled with each failure
	messageSlowest = 10 * time.Minute
	messageTries   = 12 // refusals of one message, about 50 minutes of them, before the desk has it
)

// LeaseMessages gives messages that are not sent and not being sent, oldest first, and keeps them from other callers
// until the lease's end (30 s of wall time). Each must be told to MarkMessage.
func (s *Store) LeaseMessages(ctx context.Context, wall time.Time, limit int) ([]domain.Message, error) {
	var out []domain.Message
	skip := ""
	if s.engine == Postgres {
		skip = " for update of m skip locked"
	}
	waiting, err := s.queries().UnsentMessages(ctx)
	if err != nil || waiting == 0 {
		return nil, wrap(err)
	}
	err = s.write(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		q := text(`select m.id, m.account_id, m.recipient, m.locale, m.kind, m.facts, m.at, m.channel, m.sealed from message m
			where m.sent_at is null and m.given_up_at is null and (m.next_try_at is null or m.next_try_at <= `, moment(wall)).
			add(") order by m.id limit ", atMost(limit)).add(skip)
		var err error
		out, err = some(ctx, tx, q, func(r *sql.Rows) (domain.Message, error) {
			var m domain.Message
			var account int64
			var facts string
			err := r.Scan(&m.ID, &account, &m.To, &m.Locale, &m.Kind, &facts, &m.At, &m.Channel, &m.Sealed)
			m.Account, m.Facts, m.At = domain.AccountID(account), factsOf(facts), m.At.UTC()
			return m, err
		})
		if err != nil || len(out) == 0 {
			return err
		}
		for start := 0; start < len(out); start += listChunk {
			var ids []any
			for _, m := range out[start:min(start+listChunk, len(out))] {
				ids = append(ids, m.ID)
			}
			u := text("update message set attempts = attempts + 1, next_try_at = ", moment(wall.Add(messageLease))).add(" where id in ").list(ids)
			if _, err := tx.ExecContext(ctx, u.String(), u.args...); err != nil {
				return wrap(err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// MarkMessage ends a message, or puts it off for a while that grows with its attempts (5 s to 10 min of wall time). One
// that was refused too often is given up: it becomes the desk's case "notice.undelivered".
func (s *Store) MarkMessage(ctx context.Context, id int64, how domain.Delivery, wall time.Time) error {
	return s.write(ctx, func(tx *sql.Tx, q *db.Queries) error {
		if how == domain.DeliverySent {
			n, err := q.MarkMessageSent(ctx, db.MarkMessageSentParams{ID: id, SentAt: stamp(wall)})
			return one(n, err, fault.New(fault.Missing, "message.not-found"))
		}
		var attempts int64
		err := tx.QueryRowContext(ctx, "select attempts from message where id = $1", id).Scan(&attempts)
		if err != nil {
			return found(err, "message.not-found")
		}
		next := stamp(wall.Add(min(messageSlowest, messageRetry<<min(max(attempts-1, 0), 10))))
		if how != domain.DeliveryRefused {
			_, err = q.MarkMessageFailed(ctx, db.MarkMessageFailedParams{ID: id, NextTryAt: next})
			return wrap(err)
		}
		m, err := q.MarkMessageRefused(ctx, db.MarkMessageRefusedParams{ID: id, NextTryAt: next})
		if errors.Is(err, sql.ErrNoRows) || (err == nil && m.Refusals < messageTries) {
			return nil
		}
		if err != nil {
			return wrap(err)
		}
		if err := q.GiveUpMessage(ctx, db.GiveUpMessageParams{ID: id, GivenUpAt: stamp(wall)}); err != nil {
			return wrap(err)
		}
		return wrap(q.OpenCase(ctx, db.OpenCaseParams{Subject: "notice:" + strconv.FormatInt(id, 10), Code: "notice.undelivered", OpenedAt: m.At,
			Facts: factsText(map[string]string{"to": m.Recipient, "notice": m.Kind, "tries": strconv.FormatInt(m.Refusals, 10),
				"account": strconv.FormatInt(m.AccountID, 10)})}))
	})
}

// Sessions keeps the console's sessions in the form that scs asks of its stores. Tokens are kept as SHA-256 only: who
// reads the table can't sign in with it.
type Sessions struct {
	s    *Store
	wall func() time.Time
}

// SessionStore gives the sessions; wall is the wall clock that they expire by.
func (s *Store) SessionStore(wall func() time.Time) *Sessions { return &Sessions{s, wall} }

// Find implements scs.Store.
func (v *Sessions) Find(token string) ([]byte, bool, error) {
	return v.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (v *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return v.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (v *Sessions) Delete(token string) error { return v.DeleteCtx(context.Background(), token) }

// FindCtx implements scs.CtxStore.
func (v *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := v.s.queries().Session(ctx, db.SessionParams{TokenHash: hashed(token), ExpiresAt: moment(v.wall())})
	switch {
	case err == nil:
		return data, true, nil
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	}
	return nil, false, fmt.Errorf("store: session: %w", err)
}

// CommitCtx implements scs.CtxStore.
func (v *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if data == nil {
		data = []byte{}
	}
	return v.s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
		return wrap(q.PutSession(ctx, db.PutSessionParams{TokenHash: hashed(token), Data: data, ExpiresAt: moment(expiry)}))
	})
}

// DeleteCtx implements scs.CtxStore.
func (v *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return v.s.write(ctx, func(_ *sql.Tx, q *db.Queries) error { return wrap(q.DeleteSession(ctx, hashed(token))) })
}

// Prune removes sessions that have expired and says how many.
func (v *Sessions) Prune(ctx context.Context) (n int64, err error) {
	err = v.s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
		n, err = q.PruneSessions(ctx, moment(v.wall()))
		return wrap(err)
	})
	return n, err
}

func hashed(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

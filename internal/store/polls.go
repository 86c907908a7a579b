package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// KeepPoll keeps a registry's message before it is acknowledged, and reports whether it was new. The same message may
// come again (the acknowledgement was lost, or another node polls too); the same identifier with other content is another.
func (s *Store) KeepPoll(ctx context.Context, m ops.PollMessage, seen time.Time) (bool, error) {
	sum := sha256.Sum256(m.Raw)
	facts := make(map[string]string, len(m.Facts))
	for k, v := range m.Facts {
		facts[k] = valid([]byte(v))
	}
	n, err := db.New(s.writer).KeepPoll(ctx, db.KeepPollParams{RegistryAccount: m.RegistryAccount, MsgID: m.MsgID, QueuedAt: moment(m.QueuedAt),
		Hash: sum[:], Raw: valid(m.Raw), Readable: m.Readable, Name: string(m.Name), ClTrid: m.ClTRID, SeenAt: moment(seen),
		Kind: m.Kind, Facts: factsText(facts)})
	return n > 0, wrap(err)
}

// OpenPolls implements ops.Store.
func (s *Store) OpenPolls(ctx context.Context, limit int) ([]ops.PollMessage, error) {
	rows, err := s.queries().OpenPolls(ctx, int32(atMost(limit)))
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.PollMessage, 0, len(rows))
	for _, r := range rows {
		out = append(out, ops.PollMessage{ID: r.ID, RegistryAccount: r.RegistryAccount, MsgID: r.MsgID, QueuedAt: r.QueuedAt.UTC(), Readable: r.Readable,
			Name: domain.Name(r.Name), ClTRID: r.ClTrid, Kind: r.Kind, Facts: factsOf(r.Facts), Raw: []byte(r.Raw)})
	}
	return out, nil
}

// Poll implements ops.Store; "registry.message-not-found" where there is none.
func (s *Store) Poll(ctx context.Context, id int64) (ops.PollMessage, error) {
	r, err := s.queries().Poll(ctx, id)
	if err != nil {
		return ops.PollMessage{}, found(err, "registry.message-not-found")
	}
	return pollOf(r), nil
}

func pollOf(r db.PollMessage) ops.PollMessage {
	return ops.PollMessage{ID: r.ID, RegistryAccount: r.RegistryAccount, MsgID: r.MsgID, QueuedAt: r.QueuedAt.UTC(), Raw: []byte(r.Raw),
		Readable: r.Readable, Name: domain.Name(r.Name), ClTRID: r.ClTrid, Kind: r.Kind, Facts: factsOf(r.Facts),
		SeenAt: r.SeenAt.UTC(), DoneAt: when(r.DoneAt), SettledAt: when(r.SettledAt)}
}

// Polls implements ops.Store: newest first.
func (s *Store) Polls(ctx context.Context, f ops.PollFilter) ([]ops.PollMessage, error) {
	q := text(`select id, registry_account, msg_id, queued_at, hash, raw, readable, name, cl_trid, seen_at, done_at, kind, facts, settled_at
		from poll_message where true`)
	if f.RegistryAccount != "" {
		q.add(" and registry_account = ", f.RegistryAccount)
	}
	if f.Name != "" {
		q.add(" and name = ", string(f.Name))
	}
	if f.Parked {
		q.add(" and not readable and settled_at is null")
	}
	if f.Before > 0 {
		q.add(" and id < ", f.Before)
	}
	return some(ctx, s.reader, q.add(" order by id desc limit ", atMost(f.Limit)), func(r *sql.Rows) (ops.PollMessage, error) {
		var m db.PollMessage
		err := r.Scan(&m.ID, &m.RegistryAccount, &m.MsgID, &m.QueuedAt, &m.Hash, &m.Raw, &m.Readable, &m.Name, &m.ClTrid, &m.SeenAt,
			&m.DoneAt, &m.Kind, &m.Facts, &m.SettledAt)
		return pollOf(m), err
	})
}

// valid makes text of what a registry sent, be it broken: PostgreSQL takes neither NUL nor what is not UTF-8.
func valid(raw []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\uFFFD"), "\x00", "\uFFFD")
}

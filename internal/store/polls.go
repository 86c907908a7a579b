package store

import (
	"context"
	"crypto/sha256"
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
	n, err := db.New(s.writer).KeepPoll(ctx, db.KeepPollParams{RegistryAccount: m.RegistryAccount, MsgID: m.MsgID, QueuedAt: moment(m.QueuedAt),
		Hash: sum[:], Raw: valid(m.Raw), Readable: m.Readable, Name: string(m.Name), ClTrid: m.ClTRID, SeenAt: moment(seen)})
	return n > 0, wrap(err)
}

// OpenPolls implements ops.Store. Raw and QueuedAt stay in the table.
func (s *Store) OpenPolls(ctx context.Context, limit int) ([]ops.PollMessage, error) {
	rows, err := s.queries().OpenPolls(ctx, int32(atMost(limit)))
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.PollMessage, 0, len(rows))
	for _, r := range rows {
		out = append(out, ops.PollMessage{ID: r.ID, RegistryAccount: r.RegistryAccount, MsgID: r.MsgID, Readable: r.Readable,
			Name: domain.Name(r.Name), ClTRID: r.ClTrid})
	}
	return out, nil
}

// valid makes text of what a registry sent, be it broken: PostgreSQL takes neither NUL nor what is not UTF-8.
func valid(raw []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\uFFFD"), "\x00", "\uFFFD")
}

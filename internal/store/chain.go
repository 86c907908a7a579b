package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// Erased is the payload of an event whose words were erased; its hash stays, so that the chain still holds.
const Erased = ""

// Chain is how far the operation log is sealed.
type Chain struct {
	Sealed   int64     // events
	Head     string    // hash of the last one, hexadecimal; whoever keeps it elsewhere can prove what was there
	SealedAt time.Time // wall time; zero: never
}

// link is an event's hash in the chain: over the one before, its place, its identifier and the hash of its words.
func link(before []byte, seq, id int64, payload []byte) []byte {
	h := sha256.New()
	h.Write(before)
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(seq))
	binary.BigEndian.PutUint64(n[8:], uint64(id))
	h.Write(n[:])
	h.Write(payload)
	return h.Sum(nil)
}

// SealLog takes up to most events into the chain, oldest first, and says how many. Nodes take turns.
func (s *Store) SealLog(ctx context.Context, wall time.Time, most int) (sealed int, err error) {
	err = s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
		sealed = 0
		head, err := q.TakeChainHead(ctx) // locks it
		if err != nil {
			return wrap(err)
		}
		events, err := q.UnsealedEvents(ctx, int32(most))
		if err != nil || len(events) == 0 {
			return wrap(err)
		}
		seq, hash := head.Seq, head.Hash
		for _, e := range events {
			seq++
			hash = link(hash, seq, e.ID, e.PayloadHash)
			if err := q.SealEvent(ctx, db.SealEventParams{ID: e.ID, ChainSeq: sql.NullInt64{Int64: seq, Valid: true}, ChainHash: hash}); err != nil {
				return wrap(err)
			}
		}
		sealed = len(events)
		return wrap(q.MoveChainHead(ctx, db.MoveChainHeadParams{Seq: seq, Hash: hash, SealedAt: stamp(wall)}))
	})
	return sealed, err
}

// Chain reads how far the log is sealed.
func (s *Store) Chain(ctx context.Context) (Chain, error) {
	h, err := s.queries().ChainHead(ctx)
	return Chain{Sealed: h.Seq, Head: hex.EncodeToString(h.Hash), SealedAt: when(h.SealedAt)}, wrap(err)
}

// chainChecks are the most disagreements that are told of the chain: after a break everything behind it is off.
const chainChecks = 5

// CheckChain walks the whole chain and tells where it is broken: words that are not what was hashed, an event that was
// taken out, put in or moved.
func (s *Store) CheckChain(ctx context.Context) (off []string, err error) {
	q := s.queries()
	head, err := q.ChainHead(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	var hash []byte
	tell := func(format string, args ...any) {
		off = append(off, "the operation log's chain "+fmt.Sprintf(format, args...))
	}
	for seq := int64(0); len(off) < chainChecks; {
		rows, err := q.ChainAfter(ctx, db.ChainAfterParams{ChainSeq: sql.NullInt64{Int64: seq, Valid: true}, Limit: 1000})
		if err != nil {
			return nil, wrap(err)
		}
		for _, r := range rows {
			if r.ChainSeq.Int64 > head.Seq {
				break // sealed since
			}
			if seq++; r.ChainSeq.Int64 != seq {
				tell("lacks what stood at %d (before event %d)", seq, r.ID)
				return off, nil
			}
			if sum := sha256.Sum256([]byte(r.Payload)); r.Payload != Erased && !bytes.Equal(sum[:], r.PayloadHash) {
				tell("has other words in event %d than were sealed", r.ID)
			}
			if hash = link(hash, seq, r.ID, r.PayloadHash); !bytes.Equal(hash, r.ChainHash) {
				tell("is broken at event %d", r.ID)
				return off, nil
			}
		}
		if len(rows) < 1000 {
			if seq < head.Seq {
				tell("ends at %d; it was sealed up to %d", seq, head.Seq)
			} else if !bytes.Equal(hash, head.Hash) && head.Seq > 0 && seq == head.Seq {
				tell("has another head than was sealed")
			}
			break
		}
	}
	return off, nil
}

// LogChain implements ops.Store.
func (s *Store) LogChain(ctx context.Context) (ops.LogChain, error) {
	var out ops.LogChain
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		h, err := q.ChainHead(ctx)
		if err != nil {
			return wrap(err)
		}
		out = ops.LogChain{Sealed: h.Seq, Head: hex.EncodeToString(h.Hash), SealedAt: when(h.SealedAt)}
		out.Open, err = q.UnsealedCount(ctx)
		return wrap(err)
	})
	return out, err
}

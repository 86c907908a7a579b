package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// KeepFrames adds frames to the transcripts, in one transaction. Their identifiers are the database's.
func (s *Store) KeepFrames(ctx context.Context, frames []ops.Frame) error {
	return s.write(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		return bulk(ctx, s.engine, tx, "insert into transcript (registry_account, session, at, sent, command, name, cl_trid, code, bytes, frame)", frames,
			func(f ops.Frame) []any {
				return []any{f.RegistryAccount, f.Session, moment(f.At), f.Sent, f.Command, string(f.Name), valid([]byte(f.ClTRID)), int64(f.Code),
					int64(len(f.Text)), valid([]byte(f.Text))}
			})
	})
}

// Frames implements ops.Store.
func (s *Store) Frames(ctx context.Context, f ops.FrameFilter) ([]ops.Frame, error) {
	q := text("select id, registry_account, session, at, sent, command, name, cl_trid, code, frame from transcript where true")
	if f.RegistryAccount != "" {
		q.add(" and registry_account = ", f.RegistryAccount)
	}
	if f.Session != "" {
		q.add(" and session = ", f.Session)
	}
	if f.Name != "" {
		q.add(" and name = ", string(f.Name))
	}
	if f.ClTRID != "" { // as ranges, which an index serves on both engines
		q.add(" and (cl_trid = ", f.ClTRID).add(" or (cl_trid >= ", f.ClTRID+"-").add(" and cl_trid < ", f.ClTRID+".").add("))")
	}
	if f.Code > 0 {
		q.add(" and code = ", int64(f.Code))
	}
	if !f.From.IsZero() {
		q.add(" and at >= ", moment(f.From))
	}
	if !f.To.IsZero() {
		q.add(" and at < ", moment(f.To))
	}
	order := " order by id desc limit "
	switch {
	case f.After > 0 || f.Oldest:
		q.add(" and id > ", f.After)
		order = " order by id limit "
	case f.Before > 0:
		q.add(" and id < ", f.Before)
	}
	return some(ctx, s.reader, q.add(order, atMost(f.Limit)), func(r *sql.Rows) (ops.Frame, error) {
		var v ops.Frame
		var code int64
		var name string
		err := r.Scan(&v.ID, &v.RegistryAccount, &v.Session, &v.At, &v.Sent, &v.Command, &name, &v.ClTRID, &code, &v.Text)
		v.At, v.Name, v.Code = v.At.UTC(), domain.Name(name), int(code)
		return v, err
	})
}

// FramesKept says how much of transcripts there is, in bytes, and since when (wall time; zero: nothing).
func (s *Store) FramesKept(ctx context.Context) (bytes int64, oldest time.Time, err error) {
	e, err := s.queries().FrameEnds(ctx)
	if err != nil || e.Newest == 0 {
		return 0, oldest, wrap(err)
	}
	first, err := some(ctx, s.reader, text("select at from transcript order by id limit ", 1), func(r *sql.Rows) (t time.Time, err error) { return t, r.Scan(&t) })
	if err == nil && len(first) > 0 {
		oldest = first[0].UTC()
	}
	return e.Bytes, oldest, err
}

// dropAtOnce is how many frames a transaction of the sweep takes away, so that nobody waits long for it.
const dropAtOnce = 2000

// DropFrames takes away the frames before a time (wall), and then the oldest until no more than most bytes are left.
func (s *Store) DropFrames(ctx context.Context, before time.Time, most int64) (dropped int64, err error) {
	q := s.queries()
	upto, err := q.FramesBefore(ctx, moment(before))
	if err != nil {
		return 0, wrap(err)
	}
	for {
		e, err := q.FrameEnds(ctx)
		if err != nil || e.Newest == 0 {
			return dropped, wrap(err)
		}
		if upto < e.Oldest {
			if e.Bytes <= most {
				return dropped, nil
			}
			// The oldest frames that are too much, by their average length, and at least one.
			upto = e.Oldest + max(0, (e.Bytes-most)*(e.Newest-e.Oldest+1)/e.Bytes-1)
		}
		for from := e.Oldest; from <= upto; from += dropAtOnce {
			n, err := db.New(s.writer).DropFrames(ctx, min(upto, from+dropAtOnce-1))
			if dropped += n; err != nil {
				return dropped, wrap(err)
			}
		}
		upto = 0
	}
}

package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// LogLines implements ops.Store.
func (s *Store) LogLines(ctx context.Context, f ops.LogFilter) ([]ops.LogLine, error) {
	q := text("select id, account_id, subject, kind, at, payload, coalesce(chain_seq, 0), payload_hash, chain_hash from event where true")
	if f.Account != 0 {
		q.add(" and account_id = ", int64(f.Account))
	}
	if f.Subject != "" {
		q.add(" and subject = ", f.Subject)
	}
	switch group, all := strings.CutSuffix(f.Kind, "."); {
	case all: // "domain." is from "domain." up to "domain/": '/' comes after '.'
		q.add(" and kind >= ", group+".").add(" and kind < ", group+"/")
	case f.Kind != "":
		q.add(" and kind = ", f.Kind)
	}
	if f.Actor != "" {
		q.add(" and actor = ", f.Actor)
	}
	if !f.Since.IsZero() {
		q.add(" and at >= ", moment(f.Since))
	}
	if !f.Until.IsZero() {
		q.add(" and at < ", moment(f.Until))
	}
	// By time where time is asked for, so that an index leads to a day of long ago; the cursor is an identifier either way.
	order := " order by id desc limit "
	switch byTime := !f.Since.IsZero() || !f.Until.IsZero(); {
	case byTime && f.Before > 0:
		q.add(" and (at, id) < (select c.at, c.id from event c where c.id = ", f.Before).WriteString(")")
		order = " order by at desc, id desc limit "
	case byTime:
		order = " order by at desc, id desc limit "
	case f.Before > 0:
		q.add(" and id < ", f.Before)
	}
	return some(ctx, s.reader, q.add(order, atMost(f.Limit)), scanLogLine)
}

func scanLogLine(r *sql.Rows) (ops.LogLine, error) {
	var l ops.LogLine
	var id, account int64
	var words string
	if err := r.Scan(&id, &account, &l.Subject, &l.Kind, &l.At, &words, &l.Seq, &l.PayloadHash, &l.ChainHash); err != nil {
		return l, err
	}
	if words == Erased { // its place and its hash are left
		l.ID, l.Account, l.At, l.Erased = domain.EventID(id), domain.AccountID(account), l.At.UTC(), true
		return l, nil
	}
	e, err := eventOf(id, words)
	l.Event = e
	return l, err
}

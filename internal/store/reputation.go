package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// writeReputation does the writes that are about names' past; known is false for any other.
func (t *commit) writeReputation(w ops.Write) (known bool, err error) {
	switch w := w.(type) {
	case ops.AddFeedEntries:
		return true, bulk(t.ctx, t.s.engine, t.tx, "insert into feed_entry (name, edition, host, since, reason)", w.Entries, func(e domain.FeedEntry) []any {
			return []any{string(e.Name), w.Edition, e.Host, e.Since, e.Reason}
		})
	case ops.PutFeed:
		return true, t.putFeed(w.Feed)
	case ops.DropFeed:
		n, err := t.q.DropFeed(t.ctx, w.Name)
		return true, one(n, err, fault.New(fault.Missing, "feed.not-found", "list", w.Name))
	case ops.SweepFeedEntries:
		_, err := t.q.DropFeedEntries(t.ctx, db.DropFeedEntriesParams{Edition: w.Edition, Most: int32(atMost(w.Most))})
		return true, wrap(err)
	case ops.PutRiskConsent:
		c := w.Consent
		return true, wrap(t.q.PutRiskConsent(t.ctx, db.PutRiskConsentParams{AccountID: int64(c.Account), Name: string(c.Name), Evidence: c.Evidence,
			Facts: factsText(c.Facts), At: moment(c.At), Actor: c.Actor, Via: c.Via}))
	case ops.InsertRiskAppeal:
		a := w.Appeal
		err := t.q.InsertRiskAppeal(t.ctx, db.InsertRiskAppealParams{ID: a.ID, AccountID: int64(a.Account), Name: string(a.Name), Feed: a.Feed, Reason: a.Reason,
			State: string(a.State), Note: a.Note, MadeAt: moment(a.MadeAt), DecidedAt: maybe(a.DecidedAt), DecidedBy: a.DecidedBy})
		if violates(err) {
			return true, fault.New(fault.Conflict, "risk.appeal-open", "list", a.Feed)
		}
		return true, wrap(err)
	case ops.DecideRiskAppeal:
		a := w.Appeal
		n, err := t.q.DecideRiskAppeal(t.ctx, db.DecideRiskAppealParams{ID: a.ID, State: string(a.State), Note: a.Note, DecidedAt: maybe(a.DecidedAt), DecidedBy: a.DecidedBy})
		return true, one(n, err, moved("risk-appeal"))
	}
	return false, nil
}

func (t *commit) putFeed(f domain.Feed) error {
	n, err := t.q.CountFeedEntries(t.ctx, f.Edition)
	switch {
	case err != nil:
		return wrap(err)
	case n != int64(f.Size):
		return moved("feed")
	}
	return wrap(t.q.PutFeed(t.ctx, db.PutFeedParams{Feed: f.Name, Kind: f.Kind, Source: f.Source, Appeal: f.Appeal, Format: f.Format, Dated: f.Dated,
		Entries: int64(f.Size), Skipped: int64(f.Skipped), Edition: f.Edition, LoadedAt: moment(f.LoadedAt), LoadedBy: f.LoadedBy}))
}

func feedOf(r db.Feed) domain.Feed {
	return domain.Feed{Name: r.Feed, Kind: r.Kind, Source: r.Source, Appeal: r.Appeal, Format: r.Format, Dated: r.Dated, Size: int(r.Entries),
		Skipped: int(r.Skipped), Edition: r.Edition, LoadedAt: r.LoadedAt.UTC(), LoadedBy: r.LoadedBy}
}

// Feeds implements ops.Store: by name.
func (s *Store) Feeds(ctx context.Context) ([]domain.Feed, error) {
	rows, err := s.queries().Feeds(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]domain.Feed, 0, len(rows))
	for _, r := range rows {
		out = append(out, feedOf(r))
	}
	return out, nil
}

// StaleEditions implements ops.Store.
func (s *Store) StaleEditions(ctx context.Context, before int64) ([]int64, error) {
	out, err := s.queries().StaleEditions(ctx, before)
	return out, wrap(err)
}

// Past implements ops.Store, in one snapshot.
func (s *Store) Past(ctx context.Context, names []domain.Name, codes []string) (ops.Past, error) {
	var p ops.Past
	err := s.read(ctx, func(tx *sql.Tx, q *db.Queries) error {
		p = ops.Past{}
		feeds, err := q.Feeds(ctx)
		if err != nil {
			return wrap(err)
		}
		byEdition := make(map[int64]domain.Feed, len(feeds))
		for _, f := range feeds {
			byEdition[f.Edition] = feedOf(f)
		}
		for part := range slices.Chunk(names, listChunk) {
			hits, err := some(ctx, tx, text("select e.name, e.host, e.since, e.reason, e.edition from feed_entry e join feed f on f.edition = e.edition where e.name in ").
				list(anys(part)).add(" order by e.name, f.feed"), func(r *sql.Rows) (h domain.FeedHit, err error) {
				var edition int64
				err = r.Scan(&h.Entry.Name, &h.Entry.Host, &h.Entry.Since, &h.Entry.Reason, &edition)
				h.Feed = byEdition[edition]
				return h, err
			})
			if err != nil {
				return err
			}
			held, err := some(ctx, tx, text(`select t.name, t.registered_at, t.ended_at, c.code, min(c.id) from tenure t join fault_case c on c.subject = t.name
				and c.account_id = t.account_id and c.opened_at >= t.registered_at and c.opened_at <= t.ended_at
				where t.ended_at is not null and t.name in `).list(anys(part)).add(" and c.code in ").list(anys(codes)).
				add(" group by t.name, t.registered_at, t.ended_at, c.code order by t.name, t.ended_at"), scanHeld)
			if err != nil {
				return err
			}
			if err := s.firstHeld(ctx, tx, held); err != nil {
				return err
			}
			granted, err := some(ctx, tx, text("select "+appealColumns+" from risk_appeal where state = 'granted' and name in ").list(anys(part)).add(" order by id"), scanAppeal)
			if err != nil {
				return err
			}
			p.Hits, p.Granted = append(p.Hits, hits...), append(p.Granted, granted...)
			for _, h := range held {
				p.Held = append(p.Held, h.HeldTenure)
			}
		}
		return nil
	})
	return p, err
}

// heldRow carries the first case of a tenure until its time is read.
type heldRow struct {
	domain.HeldTenure
	first int64
}

func scanHeld(r *sql.Rows) (h heldRow, err error) {
	var from, to sql.NullTime
	err = r.Scan(&h.Name, &from, &to, &h.Code, &h.first)
	h.RegisteredAt, h.EndedAt = when(from), when(to)
	return h, err
}

// firstHeld puts in when the case was opened: aggregates of times don't scan on SQLite.
func (s *Store) firstHeld(ctx context.Context, tx *sql.Tx, held []heldRow) error {
	for i, h := range held {
		var at time.Time
		if err := tx.QueryRowContext(ctx, "select opened_at from fault_case where id = $1", h.first).Scan(&at); err != nil {
			return wrap(err)
		}
		held[i].HeldAt = at.UTC()
	}
	return nil
}

// RiskConsents implements ops.Store.
func (s *Store) RiskConsents(ctx context.Context, account domain.AccountID, names []domain.Name) (map[domain.Name]string, error) {
	out := make(map[domain.Name]string, len(names))
	for part := range slices.Chunk(names, listChunk) {
		rows, err := some(ctx, s.reader, text("select name, evidence from risk_consent where account_id = ", int64(account)).add(" and name in ").list(anys(part)),
			func(r *sql.Rows) (pair [2]string, err error) { return pair, r.Scan(&pair[0], &pair[1]) })
		if err != nil {
			return nil, err
		}
		for _, p := range rows {
			out[domain.Name(p[0])] = p[1]
		}
	}
	return out, nil
}

// TenuresNamed implements ops.Store.
func (s *Store) TenuresNamed(ctx context.Context, account domain.AccountID, names []domain.Name) (map[domain.Name]domain.Tenure, error) {
	out := make(map[domain.Name]domain.Tenure, len(names))
	for part := range slices.Chunk(names, listChunk) {
		rows, err := some(ctx, s.reader, text("select "+tenureColumns+" from tenure where ended_at is null and account_id = ", int64(account)).
			add(" and name in ").list(anys(part)), scanTenure)
		if err != nil {
			return nil, err
		}
		for _, t := range rows {
			out[t.Name] = t
		}
	}
	return out, nil
}

const appealColumns = "id, account_id, name, feed, reason, state, note, made_at, decided_at, decided_by"

func scanAppeal(r *sql.Rows) (domain.RiskAppeal, error) {
	var a db.RiskAppeal
	err := r.Scan(&a.ID, &a.AccountID, &a.Name, &a.Feed, &a.Reason, &a.State, &a.Note, &a.MadeAt, &a.DecidedAt, &a.DecidedBy)
	return appealOf(a), err
}

func appealOf(r db.RiskAppeal) domain.RiskAppeal {
	return domain.RiskAppeal{ID: r.ID, Account: domain.AccountID(r.AccountID), Name: domain.Name(r.Name), Feed: r.Feed, Reason: r.Reason,
		State: domain.AppealState(r.State), Note: r.Note, MadeAt: r.MadeAt.UTC(), DecidedAt: when(r.DecidedAt), DecidedBy: r.DecidedBy}
}

// RiskAppeal implements ops.Store.
func (s *Store) RiskAppeal(ctx context.Context, id int64) (domain.RiskAppeal, error) {
	r, err := s.queries().RiskAppeal(ctx, id)
	if err != nil {
		return domain.RiskAppeal{}, found(err, "risk.appeal-not-found")
	}
	return appealOf(r), nil
}

// RiskAppeals implements ops.Store.
func (s *Store) RiskAppeals(ctx context.Context, account domain.AccountID, f ops.AppealFilter) ([]domain.RiskAppeal, int, error) {
	where := text(" where true")
	if account != 0 {
		where.add(" and account_id = ", int64(account))
	}
	if f.State != "" {
		where.add(" and state = ", string(f.State))
	}
	return counted(ctx, s, text("select "+appealColumns+" from risk_appeal"), where, " order by id desc", f.Page, scanAppeal)
}

// CasesOf implements ops.Store: in the order that they were opened.
func (s *Store) CasesOf(ctx context.Context, code string, after int64, limit int) ([]domain.Case, error) {
	q := text("select id, account_id, subject, code, facts, opened_at, cleared_at from fault_case where cleared_at is null and code = ", code).
		add(" and id > ", after).add(" order by id limit ", atMost(limit))
	return some(ctx, s.reader, q, scanCase)
}

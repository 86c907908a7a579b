package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// writeNaming does the writes that are about word lists and reviews of names; known is false for any other.
func (t *commit) writeNaming(w ops.Write) (known bool, err error) {
	switch w := w.(type) {
	case ops.PutWords:
		return true, t.putWords(w.List)
	case ops.DropWords:
		if err := t.q.DropWordEntries(t.ctx, w.Name); err != nil {
			return true, wrap(err)
		}
		n, err := t.q.DropWordList(t.ctx, w.Name)
		if err := one(n, err, fault.New(fault.Missing, "words.not-found", "list", w.Name)); err != nil {
			return true, err
		}
		_, err = t.q.GrowWords(t.ctx)
		return true, wrap(err)
	case ops.InsertNamingReview:
		r := w.Review
		n, err := t.q.InsertNamingReview(t.ctx, db.InsertNamingReviewParams{ID: int64(r.ID), AccountID: int64(r.Account), Name: string(r.Name),
			Kind: string(r.Kind), State: string(r.State), Code: r.Code, Facts: factsText(r.Facts), Statement: r.Statement, ItemID: int64(r.Item),
			OpenedAt: moment(r.OpenedAt), DecidedAt: maybe(r.DecidedAt), DecidedBy: r.DecidedBy, Note: r.Note})
		return true, one(n, err, fault.New(fault.Conflict, "naming.appeal-open", "name", string(r.Name)))
	case ops.SetNamingReview:
		n, err := t.q.SetNamingReview(t.ctx, db.SetNamingReviewParams{ID: int64(w.Review.ID), FromState: string(domain.ReviewOpen),
			ToState: string(w.Review.State), DecidedAt: maybe(w.Review.DecidedAt), DecidedBy: w.Review.DecidedBy, Note: w.Review.Note})
		return true, one(n, err, moved("naming-review"))
	case ops.EndItemReview:
		return true, wrap(t.q.EndItemReview(t.ctx, db.EndItemReviewParams{ItemID: int64(w.Item), ToState: string(domain.ReviewWithdrawn), DecidedAt: maybe(w.At)}))
	}
	return false, nil
}

// putWords replaces a whole list.
func (t *commit) putWords(l domain.WordList) error {
	version, err := t.q.GrowWords(t.ctx)
	if err != nil {
		return wrap(err)
	}
	if err := t.q.DropWordEntries(t.ctx, l.Name); err != nil {
		return wrap(err)
	}
	if err := t.q.PutWordList(t.ctx, db.PutWordListParams{List: l.Name, Category: l.Category, Doubtful: l.Doubtful, Suffixes: strings.Join(l.Suffixes, " "),
		Source: l.Source, Dated: l.Dated, Entries: int64(len(l.Entries)), Version: version, LoadedAt: moment(l.LoadedAt), LoadedBy: l.LoadedBy}); err != nil {
		return wrap(err)
	}
	return bulk(t.ctx, t.s.engine, t.tx, "insert into word_entry (list, word, place, note, bearers)", l.Entries,
		func(e domain.WordEntry) []any {
			bearers, _ := json.Marshal(e.Except) // strings always marshal
			return []any{l.Name, e.Word, e.Where, e.Note, string(bearers)}
		})
}

func wordEntryOf(r db.WordEntry) domain.WordEntry {
	e := domain.WordEntry{Word: r.Word, Where: r.Place, Note: r.Note}
	_ = json.Unmarshal([]byte(r.Bearers), &e.Except) // written by putWords
	return e
}

// WordVersion implements ops.Store.
func (s *Store) WordVersion(ctx context.Context) (int64, error) {
	v, err := s.queries().WordVersion(ctx)
	return v, wrap(err)
}

// WordLists implements ops.Store.
func (s *Store) WordLists(ctx context.Context, entries bool) (out []domain.WordList, version int64, err error) {
	err = s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		out = nil
		var err error
		if version, err = q.WordVersion(ctx); err != nil {
			return wrap(err)
		}
		lists, err := q.WordLists(ctx)
		if err != nil {
			return wrap(err)
		}
		at := map[string]int{}
		for i, l := range lists {
			at[l.List] = i
			out = append(out, domain.WordList{Name: l.List, Category: l.Category, Doubtful: l.Doubtful, Suffixes: wordsOf(l.Suffixes), Source: l.Source,
				Dated: l.Dated, Size: int(l.Entries), Version: l.Version, LoadedAt: l.LoadedAt.UTC(), LoadedBy: l.LoadedBy})
		}
		if !entries {
			return nil
		}
		rows, err := q.AllWordEntries(ctx)
		for _, r := range rows {
			l := &out[at[r.List]]
			l.Entries = append(l.Entries, wordEntryOf(r))
		}
		return wrap(err)
	})
	return out, version, err
}

// WordEntries implements ops.Store.
func (s *Store) WordEntries(ctx context.Context, list string, after int64, limit int) ([]domain.WordEntry, int64, error) {
	rows, err := s.queries().WordEntries(ctx, db.WordEntriesParams{List: list, After: after, Most: int32(atMost(limit))})
	if err != nil {
		return nil, 0, wrap(err)
	}
	out := make([]domain.WordEntry, 0, len(rows))
	for _, r := range rows {
		out, after = append(out, wordEntryOf(r)), r.ID
	}
	return out, after, nil
}

// RunningNames implements ops.Store.
func (s *Store) RunningNames(ctx context.Context, after domain.Name, limit int) ([]domain.Name, error) {
	rows, err := s.queries().RunningNames(ctx, db.RunningNamesParams{After: string(after), Most: int32(atMost(limit))})
	out := make([]domain.Name, len(rows))
	for i, r := range rows {
		out[i] = domain.Name(r)
	}
	return out, wrap(err)
}

// NamingReview implements ops.Store.
func (s *Store) NamingReview(ctx context.Context, id domain.NamingReviewID) (domain.NamingReview, error) {
	r, err := s.queries().NamingReview(ctx, int64(id))
	if err := found(err, "naming.review-not-found"); err != nil {
		return domain.NamingReview{}, err
	}
	return namingReviewOf(r), nil
}

func namingReviewOf(r db.NamingReview) domain.NamingReview {
	return domain.NamingReview{ID: domain.NamingReviewID(r.ID), Account: domain.AccountID(r.AccountID), Name: domain.Name(r.Name),
		Kind: domain.NamingReviewKind(r.Kind), State: domain.NamingReviewState(r.State), Code: r.Code, Facts: factsOf(r.Facts), Statement: r.Statement,
		Item: domain.ItemID(r.ItemID), OpenedAt: r.OpenedAt.UTC(), DecidedAt: when(r.DecidedAt), DecidedBy: r.DecidedBy, Note: r.Note}
}

// NamingReviews implements ops.Store.
func (s *Store) NamingReviews(ctx context.Context, account domain.AccountID, f ops.NamingFilter) ([]domain.NamingReview, int, error) {
	where, order := text(" where true"), " order by id desc"
	if account != 0 {
		where.add(" and account_id = ", int64(account))
	}
	if f.Name != "" {
		where.add(" and name = ", string(f.Name))
	}
	if f.Open {
		where.add(" and state = 'open'")
		order = " order by opened_at, id"
	}
	what := text("select id, account_id, name, kind, state, code, facts, statement, item_id, opened_at, decided_at, decided_by, note from naming_review")
	return counted(ctx, s, what, where, order, f.Page, func(r *sql.Rows) (domain.NamingReview, error) {
		var n db.NamingReview
		var opened time.Time
		err := r.Scan(&n.ID, &n.AccountID, &n.Name, &n.Kind, &n.State, &n.Code, &n.Facts, &n.Statement, &n.ItemID, &opened, &n.DecidedAt, &n.DecidedBy, &n.Note)
		n.OpenedAt = opened
		return namingReviewOf(n), err
	})
}

// GrantedNames implements ops.Store.
func (s *Store) GrantedNames(ctx context.Context, account domain.AccountID) (map[domain.Name]bool, error) {
	rows, err := s.queries().GrantedReviews(ctx, int64(account))
	out := make(map[domain.Name]bool, len(rows))
	for _, n := range rows {
		out[domain.Name(n)] = true
	}
	return out, wrap(err)
}

// ReviewedIntent implements ops.Store.
func (s *Store) ReviewedIntent(ctx context.Context, item domain.ItemID) (domain.Intent, domain.Item, error) {
	r, err := s.queries().IntentOfItem(ctx, int64(item))
	if err := found(err, "state.moved"); err != nil {
		return domain.Intent{}, domain.Item{}, err
	}
	in, err := intentOf(r)
	if err != nil {
		return in, domain.Item{}, err
	}
	items, err := s.ItemsByID(ctx, []domain.ItemID{item})
	return in, items[item], err
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"crypto/sha256"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// Commit implements ops.Committer.
func (s *Store) Commit(ctx context.Context, p ops.Plan) error {
	var wake []string
	err := s.write(ctx, func(tx *sql.Tx, q *db.Queries) error {
		t := s.begin(ctx, tx, q)
		if err := t.apply(p); err != nil {
			return err
		}
		if err := t.finish(); err != nil {
			return err
		}
		wake = t.woken()
		return s.wake(ctx, tx, wake)
	})
	if err == nil {
		s.committed(wake, p)
	}
	return err
}

// CommitEach implements ops.Committer. Plans seldom fail, so they are first tried together without savepoints, their
// ledger movements summed up; if anything fails, all is done again from the start, a savepoint and a ledger each.
// Both ways give the same result: a balance may be short at no point between two plans either way.
func (s *Store) CommitEach(ctx context.Context, plans []ops.Plan) []error {
	errs := make([]error, len(plans))
	if len(plans) == 0 {
		return errs
	}
	wake, err := s.together(ctx, plans)
	if err != nil && len(plans) > 1 && !transient(err) && ctx.Err() == nil {
		wake, err = s.apart(ctx, plans, errs)
	}
	if err != nil {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	s.committed(wake, plans...)
	return errs
}

func (s *Store) together(ctx context.Context, plans []ops.Plan) (wake []string, err error) {
	err = s.write(ctx, func(tx *sql.Tx, q *db.Queries) error {
		t := s.begin(ctx, tx, q)
		for _, p := range plans {
			if err := t.apply(p); err != nil {
				return err
			}
		}
		if err := t.finish(); err != nil {
			return err
		}
		wake = t.woken()
		return s.wake(ctx, tx, wake)
	})
	return wake, err
}

func (s *Store) apart(ctx context.Context, plans []ops.Plan, errs []error) (wake []string, err error) {
	err = s.write(ctx, func(tx *sql.Tx, q *db.Queries) error {
		clear(errs)
		woken := map[string]bool{}
		for i, p := range plans {
			t := s.begin(ctx, tx, q)
			errs[i] = savepoint(ctx, tx, func() error {
				if err := t.apply(p); err != nil {
					return err
				}
				return t.finish()
			})
			var broken *savepointError
			if transient(errs[i]) || errors.As(errs[i], &broken) || ctx.Err() != nil {
				return errs[i] // the whole transaction is to be done again, or is lost
			}
			if errs[i] == nil {
				maps.Copy(woken, t.wake)
			}
		}
		wake = slices.Sorted(maps.Keys(woken))
		return s.wake(ctx, tx, wake)
	})
	return wake, err
}

type savepointError struct{ error }

// savepoint undoes what f did if f fails, and only that. A *savepointError means that it could not.
func savepoint(ctx context.Context, tx *sql.Tx, f func() error) error {
	if _, err := tx.ExecContext(ctx, "savepoint sp"); err != nil {
		return &savepointError{fmt.Errorf("store: savepoint: %w", err)}
	}
	err := f()
	if err != nil {
		if _, rerr := tx.ExecContext(ctx, "rollback to savepoint sp"); rerr != nil {
			return &savepointError{errors.Join(err, rerr)}
		}
	}
	if _, rerr := tx.ExecContext(ctx, "release savepoint sp"); rerr != nil {
		return &savepointError{errors.Join(err, rerr)}
	}
	return err
}

func (s *Store) wake(ctx context.Context, tx *sql.Tx, accounts []string) error {
	if len(accounts) == 0 || s.OnWake == nil {
		return nil
	}
	return s.OnWake(ctx, tx, accounts)
}

func (s *Store) committed(wake []string, plans ...ops.Plan) {
	if s.OnMessages != nil && slices.ContainsFunc(plans, func(p ops.Plan) bool { return len(p.Messages) > 0 }) {
		s.OnMessages()
	}
	if len(wake) > 0 && s.OnCommitted != nil {
		s.OnCommitted(wake)
	}
}

// commit is one transaction that plans are applied to. Hot rows (balances, orders' counts, view versions) are touched
// at its end only, once each and in a fixed order, so that commits wait briefly and seldom deadlock.
type commit struct {
	s   *Store
	ctx context.Context
	tx  *sql.Tx
	q   *db.Queries

	ledger   movements
	counts   map[int64]*counts
	viewers  map[int64]bool
	wake     map[string]bool
	events   []domain.Event
	messages []domain.Message
}

// counts is how an order's items moved.
type counts struct{ doing, success, failed, captured, released int64 }

func (c *counts) status(s domain.ItemStatus, n int64) {
	switch s {
	case domain.ItemDoing:
		c.doing += n
	case domain.ItemSuccess:
		c.success += n
	case domain.ItemFailed:
		c.failed += n
	}
}

func (c *counts) hold(h domain.HoldState, price int64) {
	switch h {
	case domain.HoldCaptured:
		c.captured += price
	case domain.HoldReleased:
		c.released += price
	}
}

func (s *Store) begin(ctx context.Context, tx *sql.Tx, q *db.Queries) *commit {
	return &commit{s: s, ctx: ctx, tx: tx, q: q, ledger: movements{}.empty(), counts: map[int64]*counts{},
		viewers: map[int64]bool{}, wake: map[string]bool{}}
}

func (t *commit) woken() []string { return slices.Sorted(maps.Keys(t.wake)) }

// apply checks what a plan rests on and writes its state; its movements, events and messages wait for finish.
func (t *commit) apply(p ops.Plan) error {
	for _, e := range p.Entries {
		if err := e.Check(); err != nil {
			return fault.Wrap(err, fault.Internal, "internal")
		}
	}
	for _, e := range p.Expect {
		if err := t.expect(e); err != nil {
			return err
		}
	}
	for _, w := range p.Writes {
		if err := t.write(w); err != nil {
			return err
		}
	}
	t.ledger.add(p.Entries, timeOf(p))
	t.events = append(t.events, p.Events...)
	t.messages = append(t.messages, p.Messages...)
	for _, e := range p.Events {
		if e.Account != 0 && !p.Unseen {
			t.viewers[int64(e.Account)] = true
		}
	}
	for _, a := range p.Wake {
		t.wake[a] = true
	}
	return nil
}

// timeOf is the business time of a plan: an entry has none of its own.
func timeOf(p ops.Plan) time.Time {
	if len(p.Events) > 0 {
		return p.Events[0].At
	}
	for _, w := range p.Writes {
		switch w := w.(type) {
		case ops.InsertOrder:
			return w.Order.CreatedAt
		case ops.SetItem:
			return w.At
		}
	}
	return time.Time{}
}

func (t *commit) finish() error {
	for _, id := range slices.Sorted(maps.Keys(t.counts)) {
		c := t.counts[id]
		if *c == (counts{}) {
			continue
		}
		if err := t.q.CountOrder(t.ctx, db.CountOrderParams{ID: id, Doing: c.doing, Success: c.success, Failed: c.failed,
			Captured: c.captured, Released: c.released}); err != nil {
			return wrap(err)
		}
	}
	if err := t.settle(); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(t.viewers)) {
		if err := t.q.GrowViewVersion(t.ctx, id); err != nil {
			return wrap(err)
		}
	}
	if err := t.log(); err != nil {
		return err
	}
	return bulk(t.ctx, t.s.engine, t.tx,
		"insert into message (account_id, recipient, locale, kind, facts, at, attempts, channel, sealed)", t.messages,
		func(m domain.Message) []any {
			return []any{int64(m.Account), m.To, m.Locale, m.Kind, factsText(m.Facts), moment(m.At), int64(0), m.Channel, m.Sealed}
		})
}

// lock makes a row that is only read keep its version until the commit. SQLite has one writer and needs none.
func (s *Store) lock() string {
	if s.engine == Postgres {
		return " for share"
	}
	return ""
}

func (t *commit) expect(e ops.Expect) error {
	var table string
	switch e.Table {
	case ops.TableTemplate:
		table = "template"
	case ops.TableTenure:
		table = "tenure"
	case ops.TablePolicy:
		if e.ID != 0 {
			return fmt.Errorf("store: policy rows have no id %d", e.ID)
		}
		table = "policy_head"
	case ops.TableWords:
		table = "word_head"
	default:
		return fmt.Errorf("store: table %q has no versions", e.Table)
	}
	var version int64
	err := t.tx.QueryRowContext(t.ctx, "select version from "+table+" where id = $1"+t.s.lock(), e.ID).Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return wrap(err)
	}
	if err != nil || version != e.Version {
		return moved(string(e.Table))
	}
	return nil
}

func moved(what string) error { return fault.New(fault.Conflict, "state.moved", "row", what) }

// payload is what an event's hash is of.
type payload struct {
	Account int64             `json:"account"`
	Subject string            `json:"subject"`
	Kind    string            `json:"kind"`
	At      string            `json:"at"`
	Actor   string            `json:"actor,omitempty"`
	IP      string            `json:"ip,omitempty"`
	Via     string            `json:"via,omitempty"`
	Result  string            `json:"result,omitempty"`
	Facts   map[string]string `json:"facts,omitempty"`
}

func (t *commit) log() error {
	texts := make([]string, len(t.events))
	for i, e := range t.events {
		text, err := jsonText(payload{Account: int64(e.Account), Subject: e.Subject, Kind: e.Kind,
			At: moment(e.At).Format(time.RFC3339Nano), Actor: e.Actor, IP: e.IP, Via: e.Via, Result: e.Result, Facts: e.Facts})
		if err != nil {
			return err
		}
		texts[i] = text
	}
	i := 0
	return bulk(t.ctx, t.s.engine, t.tx, "insert into event (account_id, subject, kind, at, payload, payload_hash, actor)", t.events,
		func(e domain.Event) []any {
			text := texts[i]
			i++
			sum := sha256.Sum256([]byte(text))
			return []any{int64(e.Account), e.Subject, e.Kind, moment(e.At), text, sum[:], e.Actor}
		})
}

func eventOf(id int64, text string) (domain.Event, error) {
	var p payload
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return domain.Event{}, fmt.Errorf("store: event %d: %w", id, err)
	}
	at, err := time.Parse(time.RFC3339Nano, p.At)
	if err != nil {
		return domain.Event{}, fmt.Errorf("store: event %d: %w", id, err)
	}
	return domain.Event{ID: domain.EventID(id), Account: domain.AccountID(p.Account), Subject: p.Subject, Kind: p.Kind,
		Actor: p.Actor, IP: p.IP, Via: p.Via, Result: p.Result, Facts: p.Facts, At: at}, nil
}

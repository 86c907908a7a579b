package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

const intentColumns = `id, item_id, account_id, registry_account, name, kind, state, cl_trid, payload, template_id, attempts, absences,
	sent_at, next_try_at, deadline_at, lease_until, lease_owner, outcome, outcome_code, outcome_facts, created_at, updated_at, lost_at`

func scanIntent(r *sql.Rows) (domain.Intent, error) {
	var i db.Intent
	if err := r.Scan(&i.ID, &i.ItemID, &i.AccountID, &i.RegistryAccount, &i.Name, &i.Kind, &i.State, &i.ClTrid, &i.Payload, &i.TemplateID,
		&i.Attempts, &i.Absences, &i.SentAt, &i.NextTryAt, &i.DeadlineAt, &i.LeaseUntil, &i.LeaseOwner, &i.Outcome, &i.OutcomeCode,
		&i.OutcomeFacts, &i.CreatedAt, &i.UpdatedAt, &i.LostAt); err != nil {
		return domain.Intent{}, err
	}
	return intentOf(i)
}

// lease is one call of LeaseIntents within its transaction.
type lease struct {
	ctx     context.Context
	tx      *sql.Tx
	skip    string // on PostgreSQL: rows that another node is leasing are passed by
	account string
	node    string
	wall    time.Time
	until   time.Time
	taken   []domain.Leased
}

// LeaseIntents implements ops.Store. At most half of limit are lapsed or waiting ones while there is something to
// send, so that a registry full of open questions still gets new acts and the other way round.
//
// Candidates are only proposals: the update that takes them checks everything again under the rows' locks, and the
// unique index intent_open has the last word when two intents of one name are proposed to two nodes; the one that
// comes second proposes afresh (see write).
func (s *Store) LeaseIntents(ctx context.Context, registryAccount, node string, wall time.Time, d time.Duration, limit int) ([]domain.Leased, error) {
	var out []domain.Leased
	err := s.write(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		l := &lease{ctx: ctx, tx: tx, account: registryAccount, node: node, wall: moment(wall), until: moment(wall.Add(d))}
		if s.engine == Postgres {
			l.skip = " for update of i skip locked"
		}
		if err := l.due((limit + 1) / 2); err != nil {
			return err
		}
		if err := l.queued(limit - len(l.taken)); err != nil {
			return err
		}
		if err := l.due(limit - len(l.taken)); err != nil {
			return err
		}
		if err := l.complete(); err != nil {
			return err
		}
		out = l.taken
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// LeaseAsked implements ops.Store: LeaseIntents without those that would be sent.
func (s *Store) LeaseAsked(ctx context.Context, registryAccount, node string, wall time.Time, d time.Duration, limit int) ([]domain.Leased, error) {
	var out []domain.Leased
	err := s.write(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		l := &lease{ctx: ctx, tx: tx, account: registryAccount, node: node, wall: moment(wall), until: moment(wall.Add(d))}
		if s.engine == Postgres {
			l.skip = " for update of i skip locked"
		}
		if err := l.due(limit); err != nil {
			return err
		}
		if err := l.complete(); err != nil {
			return err
		}
		out = l.taken
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// due takes open, unknown, pending and parked intents whose lease has lapsed.
func (l *lease) due(limit int) error {
	if limit <= 0 {
		return nil
	}
	type candidate struct {
		id    int64
		state domain.IntentState
	}
	var found []candidate
	for _, states := range []string{"in ('open', 'unknown', 'pending')", "= 'parked'"} { // each has its partial index
		if limit <= len(found) {
			break
		}
		q := text("select i.id, i.state from intent i where i.registry_account = ", l.account).
			add(" and i.state "+states+" and i.next_try_at <= ", l.wall).
			add(" and (i.lease_until is null or i.lease_until <= ", l.wall).
			add(") order by i.next_try_at, i.id limit ", limit-len(found)).add(l.skip)
		some, err := some(l.ctx, l.tx, q, func(r *sql.Rows) (c candidate, err error) { return c, r.Scan(&c.id, &c.state) })
		if err != nil {
			return err
		}
		found = append(found, some...)
	}
	for _, was := range []domain.IntentState{domain.IntentOpen, domain.IntentUnknown, domain.IntentPending, domain.IntentParked} {
		var ids []any
		for _, c := range found {
			if c.state == was {
				ids = append(ids, c.id)
			}
		}
		if err := l.take(was, ids, ""); err != nil {
			return err
		}
	}
	return nil
}

// turn is when a queued intent may be sent: its name has none under way, and no older one waits. Scalar subqueries on
// purpose: of "not exists" PostgreSQL makes joins, which without fresh statistics read the whole queue for each row.
func turn(i string) string {
	return ` and (select count(*) from intent o where o.registry_account = ` + i + `.registry_account and o.name = ` + i + `.name
			and o.state in ('open', 'unknown', 'pending')) = 0
		and (select min(q.id) from intent q where q.registry_account = ` + i + `.registry_account and q.name = ` + i + `.name
			and q.state = 'queued') = ` + i + `.id`
}

// queued takes the oldest queued intent of each name that has none under way.
func (l *lease) queued(limit int) error {
	if limit <= 0 {
		return nil
	}
	q := text("select i.id from intent i where i.registry_account = ", l.account).
		add(" and i.state = 'queued' and i.next_try_at <= ", l.wall).
		add(turn("i")+" order by i.next_try_at, i.id limit ", limit).add(l.skip)
	rows, err := l.tx.QueryContext(l.ctx, q.String(), q.args...)
	ids, err := ints(rows, err)
	if err != nil || len(ids) == 0 {
		return err
	}
	return l.take(domain.IntentQueued, anys(ids), turn("intent"))
}

// take leases those of ids that are still as they were when they were found.
func (l *lease) take(was domain.IntentState, ids []any, also string) error {
	if len(ids) == 0 {
		return nil
	}
	step, err := lifecycle.Next(was, lifecycle.Leased)
	if err != nil {
		return err
	}
	taken := len(l.taken)
	for chunk := range slices.Chunk(ids, listChunk) {
		q := text("update intent set state = ", string(step.To)).add(", lease_until = ", l.until).add(", lease_owner = ", l.node).
			add(" where state = ", string(was)).add(" and next_try_at <= ", l.wall).
			add(" and (lease_until is null or lease_until <= ", l.wall).add(") and id in ").list(chunk).
			add(also + " returning " + intentColumns)
		got, err := some(l.ctx, l.tx, q, scanIntent)
		if err != nil {
			l.taken = l.taken[:taken]
			return err
		}
		for _, i := range got {
			l.taken = append(l.taken, domain.Leased{Intent: i, Was: was})
		}
	}
	return nil
}

// complete adds what sending and asking need: the registrant's data, and whether the name runs here already.
func (l *lease) complete() error {
	slices.SortStableFunc(l.taken, func(a, b domain.Leased) int {
		if c := a.Intent.NextTryAt.Compare(b.Intent.NextTryAt); c != 0 {
			return c
		}
		return int(a.Intent.ID - b.Intent.ID)
	})
	var templates []domain.TemplateID
	var names []domain.Name
	for _, t := range l.taken {
		if id := t.Intent.Template; id != 0 && !slices.Contains(templates, id) {
			templates = append(templates, id)
		}
		names = append(names, t.Intent.Name)
	}
	registrants := map[domain.TemplateID]*domain.Template{}
	for chunk := range slices.Chunk(templates, listChunk) {
		got, err := some(l.ctx, l.tx, text("select "+templateColumns+" from template where id in ").list(anys(chunk)), scanTemplate)
		if err != nil {
			return err
		}
		for _, t := range got {
			registrants[t.ID] = &t
		}
	}
	running := map[domain.Name]bool{}
	for chunk := range slices.Chunk(names, listChunk) {
		q := text("select name from tenure where ended_at is null and name in ").list(anys(chunk))
		got, err := some(l.ctx, l.tx, q, func(r *sql.Rows) (n domain.Name, err error) { return n, r.Scan(&n) })
		if err != nil {
			return err
		}
		for _, n := range got {
			running[n] = true
		}
	}
	for i := range l.taken {
		t := &l.taken[i]
		t.Ours = running[t.Intent.Name]
		if m := registrants[t.Intent.Template]; m != nil {
			own := *m
			t.Template = &own
		}
	}
	return nil
}

// DueAccounts implements ops.Store.
func (s *Store) DueAccounts(ctx context.Context, wall time.Time) ([]string, error) {
	out, err := s.queries().DueAccounts(ctx, moment(wall))
	return out, wrap(err)
}

// setIntent moves an intent; see ops.SetIntent.
func (t *commit) setIntent(w ops.SetIntent) error {
	q := text("update intent set lease_until = null, lease_owner = '', state = ", string(w.To)).
		add(", absences = ", int64(w.Absences)).add(", next_try_at = ", moment(w.NextTryAt)).
		add(", outcome = ", string(w.Outcome.Kind)).add(", outcome_code = ", w.Outcome.Code).
		add(", outcome_facts = ", factsText(w.Outcome.Facts))
	if !w.LostAt.IsZero() {
		q.add(", lost_at = ", moment(w.LostAt))
	}
	if w.Payload != nil {
		body, err := jsonText(w.Payload)
		if err != nil {
			return err
		}
		q.add(", payload = ", body)
	}
	q.add(" where id = ", int64(w.ID)).add(" and state = ", string(w.From))
	if w.Lease != nil {
		leasedAs(q, *w.Lease)
	}
	r, err := t.tx.ExecContext(t.ctx, q.String(), q.args...)
	if err != nil {
		return wrap(err)
	}
	n, err := r.RowsAffected()
	return one(n, err, moved("intent"))
}

// leasedAs narrows an update to intents whose lease is still this one.
func leasedAs(q *query, l domain.Lease) {
	if l.Until.IsZero() {
		q.add(" and lease_until is null")
		return
	}
	q.add(" and lease_owner = ", l.Owner).add(" and lease_until = ", moment(l.Until))
}

// MarkSent implements ops.Store. It fails with "state.moved" and marks none where one of them is not open and leased
// as it was any more: another node may be asking after it by then, and it must not go out.
func (s *Store) MarkSent(ctx context.Context, ids []domain.IntentID, held domain.Lease, wall time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	wall = moment(wall)
	return s.write(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		marked := int64(0)
		for chunk := range slices.Chunk(ids, listChunk) {
			q := text("update intent set attempts = attempts + 1, absences = 0, sent_at = ", wall).
				add(" where state = 'open' and lease_until > ", wall).add(" and id in ").list(anys(chunk))
			leasedAs(q, held)
			r, err := tx.ExecContext(ctx, q.String(), q.args...)
			if err != nil {
				return wrap(err)
			}
			n, err := r.RowsAffected()
			if err != nil {
				return wrap(err)
			}
			marked += n
		}
		if marked != int64(len(ids)) {
			return moved("intent")
		}
		return nil
	})
}

// OverdueIntents implements ops.Store. An open intent is not among them: its answer comes, or its lease lapses and it
// is unknown from then on.
func (s *Store) OverdueIntents(ctx context.Context, now, wall time.Time, limit int) ([]domain.Intent, error) {
	rows, err := s.queries().OverdueIntents(ctx, db.OverdueIntentsParams{Business: stamp(now), Wall: stamp(wall), Most: int32(atMost(limit))})
	if err != nil {
		return nil, wrap(err)
	}
	return intentsOf(rows)
}

// WaitingIntents implements ops.Store.
func (s *Store) WaitingIntents(ctx context.Context, order domain.OrderID) ([]domain.Intent, error) {
	rows, err := s.queries().WaitingIntents(ctx, int64(order))
	if err != nil {
		return nil, wrap(err)
	}
	return intentsOf(rows)
}

func intentsOf(rows []db.Intent) ([]domain.Intent, error) {
	out := make([]domain.Intent, 0, len(rows))
	for _, r := range rows {
		i, err := intentOf(r)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

// stamp is a time to compare with; unlike maybe it is never null.
func stamp(t time.Time) sql.NullTime { return sql.NullTime{Time: moment(t), Valid: true} }

// Quiet implements ops.Store.
func (s *Store) Quiet(ctx context.Context, now time.Time) (ops.Quiet, error) {
	var out ops.Quiet
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		moving, err := q.MovingIntents(ctx)
		if err != nil {
			return wrap(err)
		}
		due, err := q.DueRows(ctx, stamp(now))
		if err != nil {
			return wrap(err)
		}
		proofs, err := q.CountDueProofs(ctx, stamp(now))
		if err != nil {
			return wrap(err)
		}
		due += int32(proofs)
		unsent, err := q.UnsentMessages(ctx)
		if err != nil {
			return wrap(err)
		}
		handed, err := q.MovingVerifications(ctx)
		if err != nil {
			return wrap(err)
		}
		decisions, err := q.DueVerificationCount(ctx, stamp(now))
		if err != nil {
			return wrap(err)
		}
		out = ops.Quiet{Intents: int(moving), Handed: int(handed), Due: int(due + decisions), Outbox: int(unsent)}
		return nil
	})
	return out, err
}

// NextDue implements ops.Store.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var first time.Time
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		for _, next := range []func(context.Context) (sql.NullTime, error){q.NextTenureDue, q.NextDeadline, q.NextWindowDue, q.NextDocumentDue,
			q.NextVerificationDue, q.NextReadingDue, q.NextResubmission, q.NextProofDue} {
			t, err := next(ctx)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return wrap(err)
			}
			if at := when(t); first.IsZero() || at.Before(first) {
				first = at
			}
		}
		return nil
	})
	return first, err
}

const idBlock = 512 // identifiers that a process takes at once; those left when it ends are never used

// NextIDs implements ops.Committer. The block is committed before any of it is given out.
func (s *Store) NextIDs(ctx context.Context, n int) (int64, error) {
	if n <= 0 {
		return 0, fault.New(fault.Internal, "internal", "ids", "none asked for")
	}
	s.idMu.Lock()
	defer s.idMu.Unlock()
	if s.idLimit-s.idNext < int64(n) {
		size := int64(max(n, idBlock))
		var next int64
		err := s.write(ctx, func(_ *sql.Tx, q *db.Queries) (err error) {
			next, err = q.NextIDs(ctx, size)
			return wrap(err)
		})
		if err != nil {
			return 0, err
		}
		s.idNext, s.idLimit = next-size, next
	}
	first := s.idNext
	s.idNext += int64(n)
	return first, nil
}

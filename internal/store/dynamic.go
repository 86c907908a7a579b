package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// This file holds the SQL whose text depends on its arguments: inserts of many rows, lists of values, filters.

const (
	listChunk = 500   // values in one "in (…)"
	bulkArgs  = 12000 // arguments of one insert: below 32,766 (SQLite) and 65,535 (PostgreSQL)
)

// query is SQL text that grows together with its arguments; values never become text.
type query struct {
	strings.Builder
	args []any
}

// text begins a query; each value stands as a placeholder after the words.
func text(words string, values ...any) *query { return (&query{}).add(words, values...) }

func (q *query) add(words string, values ...any) *query {
	q.WriteString(words)
	for i, v := range values {
		if i > 0 {
			q.WriteString(", ")
		}
		q.args = append(q.args, v)
		q.WriteString("$" + strconv.Itoa(len(q.args)))
	}
	return q
}

func (q *query) list(values []any) *query {
	q.WriteString("(")
	q.add("", values...)
	q.WriteString(")")
	return q
}

// page adds limit and offset.
func (q *query) page(p ops.Page) *query {
	return q.add(" limit ", atMost(p.Limit)).add(" offset ", max(p.Offset, 0))
}

func anys[T ~string | ~int64](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		switch v := any(v).(type) {
		case string, int64:
			out[i] = v
		default:
			out[i] = plain(v)
		}
	}
	return out
}

func plain(v any) any {
	switch v := v.(type) {
	case domain.Name:
		return string(v)
	case domain.ItemID:
		return int64(v)
	case domain.IntentID:
		return int64(v)
	case domain.OrderID:
		return int64(v)
	case domain.TemplateID:
		return int64(v)
	}
	panic(fmt.Sprintf("store: %T is no column type", v))
}

// bulk inserts rows many at a time. row is called once for each, in order.
func bulk[T any](ctx context.Context, engine string, tx *sql.Tx, into string, rows []T, row func(T) []any) error {
	_, err := bulkReturning(ctx, engine, tx, into, rows, row, "")
	return err
}

// bulkReturning does the same and gives back an integer column of the new rows, in no particular order.
func bulkReturning[T any](ctx context.Context, engine string, tx *sql.Tx, into string, rows []T, row func(T) []any, returning string) ([]int64, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	columns := strings.Count(into, ",") + 1
	chunk := bulkArgs / columns
	var ids []int64
	var words string
	var stmt *sql.Stmt
	defer func() {
		if stmt != nil {
			_ = stmt.Close()
		}
	}()
	for start, n := 0, 0; start < len(rows); start += n {
		if size := min(chunk, len(rows)-start); size != n {
			n, words = size, insertText(engine, into, columns, size, returning)
			if stmt != nil {
				_ = stmt.Close()
			}
			var err error
			if stmt, err = tx.PrepareContext(ctx, words); err != nil {
				return nil, fmt.Errorf("store: %w", err)
			}
		}
		args := make([]any, 0, n*columns)
		for _, r := range rows[start : start+n] {
			args = append(args, row(r)...)
		}
		if returning == "" {
			if _, err := stmt.ExecContext(ctx, args...); err != nil {
				return nil, fmt.Errorf("store: %w", err)
			}
			continue
		}
		got, err := ints(stmt.QueryContext(ctx, args...))
		if err != nil {
			return nil, err
		}
		ids = append(ids, got...)
	}
	return ids, nil
}

// insertText numbers placeholders for PostgreSQL only: SQLite looks every numbered one up in a list of all of them.
func insertText(engine, into string, columns, rows int, returning string) string {
	var b strings.Builder
	b.WriteString(into + " values ")
	n := 0
	for r := range rows {
		if r > 0 {
			b.WriteString(",")
		}
		for c := range columns {
			n++
			if c == 0 {
				b.WriteString("(")
			} else {
				b.WriteString(",")
			}
			if engine == Postgres {
				b.WriteString("$" + strconv.Itoa(n))
			} else {
				b.WriteString("?")
			}
		}
		b.WriteString(")")
	}
	if returning != "" {
		b.WriteString(" returning " + returning)
	}
	return b.String()
}

func ints(rows *sql.Rows, err error) ([]int64, error) {
	return collect(rows, err, func(r *sql.Rows) (v int64, err error) { return v, r.Scan(&v) })
}

func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return out, nil
}

// querier is a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// some reads rows in the order of columns that scan expects.
func some[T any](ctx context.Context, from querier, q *query, scan func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := from.QueryContext(ctx, q.String(), q.args...)
	return collect(rows, err, scan)
}

// counted reads a page and the number of rows that all pages have.
func counted[T any](ctx context.Context, s *Store, what, where *query, order string, p ops.Page, scan func(*sql.Rows) (T, error)) ([]T, int, error) {
	tx, err := s.reader.BeginTx(ctx, &s.reading)
	if err != nil {
		return nil, 0, wrap(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	var total int
	from, rest, _ := strings.Cut(what.String(), " from ")
	if err := tx.QueryRowContext(ctx, "select count(*) from "+rest+where.String(), where.args...).Scan(&total); err != nil {
		return nil, 0, wrap(err)
	}
	if total == 0 {
		return []T{}, 0, nil
	}
	list := &query{args: where.args}
	list.WriteString(from + " from " + rest + where.String() + order)
	out, err := some(ctx, tx, list.page(p), scan)
	return out, total, err
}

const templateColumns = `id, account_id, version, status, reason, kind, owner, contact, certificate_type, sealed_number, masked_number,
	is_default, created_at, updated_at, next_action_at, old_form, document_id, valid_from, valid_until, long_term, contact_type,
	sealed_contact, masked_contact, contact_document_id, verification_id`

func scanTemplate(r *sql.Rows) (domain.Template, error) {
	var t db.Template
	if err := r.Scan(&t.ID, &t.AccountID, &t.Version, &t.Status, &t.Reason, &t.Kind, &t.Owner, &t.Contact, &t.CertificateType,
		&t.SealedNumber, &t.MaskedNumber, &t.IsDefault, &t.CreatedAt, &t.UpdatedAt, &t.NextActionAt,
		&t.OldForm, &t.DocumentID, &t.ValidFrom, &t.ValidUntil, &t.LongTerm, &t.ContactType, &t.SealedContact, &t.MaskedContact,
		&t.ContactDocumentID, &t.VerificationID); err != nil {
		return domain.Template{}, err
	}
	return templateOf(t)
}

// Templates implements ops.Store: newest first.
func (s *Store) Templates(ctx context.Context, account domain.AccountID, f ops.TemplateFilter) ([]domain.Template, int, error) {
	where := text(" where account_id = ", int64(account))
	if f.Kind != "" {
		where.add(" and kind = ", string(f.Kind))
	}
	if f.Status != "" {
		where.add(" and status = ", string(f.Status))
	}
	if f.Keyword != "" {
		where.add(" and owner like ", like(f.Keyword)).add(` escape '\'`)
	}
	return counted(ctx, s, text("select "+templateColumns+" from template"), where, " order by id desc", f.Page, scanTemplate)
}

const tenureColumns = `id, account_id, name, registry_account, template_id, order_id, roid, statuses, name_servers, years, auto_renew,
	registered_at, expires_at, next_action_at, ended_at, version, updated_at, ds, sealed_auth, auth_until, deleted_at,
	verify_by, codes_of, contact_by, lock_until`

func scanTenure(r *sql.Rows) (domain.Tenure, error) {
	var t db.Tenure
	err := r.Scan(&t.ID, &t.AccountID, &t.Name, &t.RegistryAccount, &t.TemplateID, &t.OrderID, &t.Roid, &t.Statuses, &t.NameServers,
		&t.Years, &t.AutoRenew, &t.RegisteredAt, &t.ExpiresAt, &t.NextActionAt, &t.EndedAt, &t.Version, &t.UpdatedAt,
		&t.Ds, &t.SealedAuth, &t.AuthUntil, &t.DeletedAt, &t.VerifyBy, &t.CodesOf, &t.ContactBy, &t.LockUntil)
	return tenureOf(t), err
}

// Tenures implements ops.Store.
func (s *Store) Tenures(ctx context.Context, account domain.AccountID, f ops.TenureFilter) ([]domain.Tenure, int, error) {
	where := text(" where ended_at is null")
	if account != 0 {
		where.add(" and account_id = ", int64(account))
	}
	if f.Contains != "" {
		where.add(" and name like ", like(f.Contains)).add(` escape '\'`)
	}
	if f.Status != "" {
		where.add(" and statuses like ", "% "+string(f.Status)+" %")
	}
	if f.Template != 0 {
		where.add(" and template_id = ", int64(f.Template))
	}
	return counted(ctx, s, text("select "+tenureColumns+" from tenure"), where, " order by name", f.Page, scanTenure)
}

const orderColumns = `o.id, o.number, o.account_id, o.action, o.count, o.total, o.currency, o.policy_version, o.agreement, o.via, o.key,
	o.created_at, o.doing, o.success, o.failed, o.captured, o.released, o.language`

// Orders implements ops.Store.
func (s *Store) Orders(ctx context.Context, account domain.AccountID, f ops.OrderFilter) ([]ops.OrderView, int, error) {
	where := text(" where true")
	if account != 0 {
		where.add(" and o.account_id = ", int64(account))
	}
	if len(f.IDs) > 0 {
		where.add(" and o.id in ").list(anys(f.IDs))
	}
	if f.Action != "" {
		where.add(" and o.action = ", string(f.Action))
	}
	if f.Paid {
		where.add(" and o.total > 0")
	}
	return counted(ctx, s, text("select "+orderColumns+", a.email from orders o join account a on a.id = o.account_id"), where,
		" order by o.created_at desc, o.id desc", f.Page, scanOrder)
}

func scanOrder(r *sql.Rows) (ops.OrderView, error) {
	var o db.Order
	var email string
	err := r.Scan(&o.ID, &o.Number, &o.AccountID, &o.Action, &o.Count, &o.Total, &o.Currency, &o.PolicyVersion, &o.Agreement,
		&o.Via, &o.Key, &o.CreatedAt, &o.Doing, &o.Success, &o.Failed, &o.Captured, &o.Released, &o.Language, &email)
	return ops.OrderView{Order: orderOf(o), Doing: int(o.Doing), Success: int(o.Success), Failed: int(o.Failed),
		Captured: o.Captured, Released: o.Released, AccountEmail: email}, err
}

// FinishedOrders implements ops.Store: oldest first.
func (s *Store) FinishedOrders(ctx context.Context, limit int) ([]ops.OrderView, error) {
	return some(ctx, s.reader, text("select "+orderColumns+`, a.email from orders o join account a on a.id = o.account_id
		where o.done_at is null and o.doing = 0 order by o.id limit `, atMost(limit)), scanOrder)
}

// Log implements ops.Store.
func (s *Store) Log(ctx context.Context, account domain.AccountID, subject string, before int64, limit int) ([]domain.Event, error) {
	lines, err := s.LogLines(ctx, ops.LogFilter{Account: account, Subject: subject, Before: before, Limit: limit})
	out := make([]domain.Event, len(lines))
	for i, l := range lines {
		out[i] = l.Event
	}
	return out, err
}

// Cases implements ops.Store: newest first.
func (s *Store) Cases(ctx context.Context, f ops.CaseFilter) ([]domain.Case, error) {
	return casesOf(ctx, s.reader, f)
}

func casesOf(ctx context.Context, from querier, f ops.CaseFilter) ([]domain.Case, error) {
	q := text("select id, account_id, subject, code, facts, opened_at, cleared_at from fault_case where true")
	if f.Account != 0 {
		q.add(" and account_id = ", int64(f.Account))
	}
	if f.Subject != "" {
		q.add(" and subject = ", f.Subject)
	}
	if f.Open {
		q.add(" and cleared_at is null")
	}
	return some(ctx, from, q.add(" order by id desc limit ", atMost(f.Limit)), scanCase)
}

func scanCase(r *sql.Rows) (domain.Case, error) {
	var c domain.Case
	var account int64
	var facts string
	var opened time.Time
	var cleared sql.NullTime
	err := r.Scan(&c.ID, &account, &c.Subject, &c.Code, &facts, &opened, &cleared)
	c.Account, c.Facts, c.OpenedAt, c.ClearedAt = domain.AccountID(account), factsOf(facts), opened.UTC(), when(cleared)
	return c, err
}

// ItemsByID implements ops.Store; an item that doesn't exist is not in the answer.
func (s *Store) ItemsByID(ctx context.Context, ids []domain.ItemID) (map[domain.ItemID]domain.Item, error) {
	out := make(map[domain.ItemID]domain.Item, len(ids))
	for start := 0; start < len(ids); start += listChunk {
		q := text(`select id, order_id, line, account_id, name, status, code, facts, price, currency, hold, created_at, updated_at
			from item where id in `).list(anys(ids[start:min(start+listChunk, len(ids))]))
		items, err := some(ctx, s.reader, q, func(r *sql.Rows) (domain.Item, error) {
			var i db.Item
			err := r.Scan(&i.ID, &i.OrderID, &i.Line, &i.AccountID, &i.Name, &i.Status, &i.Code, &i.Facts, &i.Price, &i.Currency,
				&i.Hold, &i.CreatedAt, &i.UpdatedAt)
			return itemOf(i), err
		})
		if err != nil {
			return nil, err
		}
		for _, i := range items {
			out[i.ID] = i
		}
	}
	return out, nil
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

const resealChunk = 50

// sealed is a column that holds what the vault sealed: the columns that identify a row (all of the type of their key),
// others that the seal's context needs, and the context out of both.
type sealed struct {
	table, column string
	key, with     []string
	context       func(row []any) string
}

// sealedColumns are all of them, apart from what an act carries (intent.payload). The installation's own come last: as
// long as the key's check is an old one, sealing again is not through.
var sealedColumns = []sealed{
	{"document_content", "picture", []string{"document_id"}, nil, func(r []any) string { return domain.DocumentSeal(domain.DocumentID(asID(r[0]))) }},
	{"document_content", "text", []string{"document_id"}, nil, func(r []any) string { return domain.DocumentTextSeal(domain.DocumentID(asID(r[0]))) }},
	{"template", "sealed_number", []string{"id"}, nil, func(r []any) string { return domain.NumberSeal(domain.TemplateID(asID(r[0]))) }},
	{"template", "sealed_contact", []string{"id"}, nil, func(r []any) string { return domain.ContactNumberSeal(domain.TemplateID(asID(r[0]))) }},
	{"api_key", "sealed_secret", []string{"secret_id"}, nil, func(r []any) string { return domain.KeySeal(asText(r[0])) }},
	{"tenure", "sealed_auth", []string{"id"}, []string{"name"}, func(r []any) string { return domain.AuthCodeSeal(domain.Name(asText(r[1]))) }},
	{"verification_code", "sealed", []string{"template_id", "name", "type"}, nil, func(r []any) string { return domain.SignedCodeSeal(domain.TemplateID(asID(r[0]))) }},
	{"message", "sealed", []string{"id"}, []string{"recipient"}, func(r []any) string { return domain.MessageSeal(asText(r[1])) }},
	{"registry_credential", "sealed", []string{"id"}, []string{"registry_account", "kind"}, func(r []any) string {
		return domain.CredentialContext(asText(r[1]), domain.CredentialKind(asText(r[2])))
	}},
	{"installation", "value", []string{"name"}, nil, func(r []any) string { return domain.InstallationSeal(asText(r[0])) }},
}

// SealedColumns are the columns that Reseal goes through, as table.column.
func SealedColumns() []string {
	var out []string
	for _, c := range sealedColumns {
		out = append(out, c.table+"."+c.column)
	}
	return out
}

func asID(v any) int64 { n, _ := v.(int64); return n }

func asText(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	s, _ := v.(string)
	return s
}

// resealer is one run of Reseal.
type resealer struct {
	s     *Store
	stale func(head []byte) bool
	again func(sealed []byte, context string) ([]byte, error)
	done  int
}

// Reseal implements ops.Store. Each value is replaced only where it still is what was opened, so that nodes that do the
// same, and owners who edit meanwhile, are in nobody's way.
func (s *Store) Reseal(ctx context.Context, stale func(head []byte) bool, again func(sealed []byte, context string) ([]byte, error)) (int, error) {
	r := &resealer{s: s, stale: stale, again: again}
	var check []byte
	err := s.reader.QueryRowContext(ctx, "select value from installation where name = 'key-check'").Scan(&check)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, wrap(err)
	}
	if len(check) == 0 || stale(check) { // every act that ever was is looked at once a rotation, not at every start
		if err := r.intents(ctx); err != nil {
			return r.done, err
		}
	}
	for _, c := range sealedColumns {
		if err := r.column(ctx, c); err != nil {
			return r.done, err
		}
	}
	return r.done, nil
}

func (r *resealer) column(ctx context.Context, c sealed) error {
	columns := slices.Concat(c.key, c.with)
	key := "(" + strings.Join(c.key, ", ") + ")"
	for after := []any(nil); ; {
		q := text("select " + strings.Join(columns, ", ") + ", substr(" + c.column + ", 1, 64) from " + c.table + " where " + c.column + " is not null")
		if after != nil {
			q.add(" and " + key + " > ").list(after)
		}
		q.add(" order by "+strings.Join(c.key, ", ")+" limit ", resealChunk)
		rows, err := some(ctx, r.s.reader, q, func(rows *sql.Rows) ([]any, error) {
			row, head := make([]any, len(columns)+1), []byte(nil)
			to := []any{}
			for i := range columns {
				to = append(to, &row[i])
			}
			err := rows.Scan(append(to, &head)...)
			row[len(columns)] = head
			return row, err
		})
		if err != nil {
			return wrap(err)
		}
		for _, row := range rows {
			after = row[:len(c.key)]
			if head := row[len(columns)].([]byte); len(head) > 0 && r.stale(head) {
				if err := r.row(ctx, c, row); err != nil {
					return err
				}
			}
		}
		if len(rows) < resealChunk {
			return nil
		}
	}
}

// row seals one value again.
func (r *resealer) row(ctx context.Context, c sealed, row []any) error {
	at := " where (" + strings.Join(c.key, ", ") + ") = "
	q := text("select " + c.column + " from " + c.table + at).list(row[:len(c.key)])
	var was []byte
	err := r.s.reader.QueryRowContext(ctx, q.String(), q.args...).Scan(&was)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (len(was) == 0 || !r.stale(was)) {
		return nil // gone or new meanwhile
	}
	if err != nil {
		return wrap(err)
	}
	now, err := r.again(was, c.context(row))
	if err != nil {
		return err
	}
	return r.put(ctx, text("update "+c.table+" set "+c.column+" = ", now).add(at).list(row[:len(c.key)]).add(" and "+c.column+" = ", was))
}

func (r *resealer) put(ctx context.Context, q *query) error {
	return r.s.write(ctx, func(tx *sql.Tx, _ *db.Queries) error {
		res, err := tx.ExecContext(ctx, q.String(), q.args...)
		if err != nil {
			return wrap(err)
		}
		n, err := res.RowsAffected()
		r.done += int(n)
		return wrap(err)
	})
}

// intents seals what acts carry again: authorization codes, inside of their payloads.
func (r *resealer) intents(ctx context.Context) error {
	type act struct {
		id            int64
		name, payload string
	}
	for after := int64(0); ; {
		acts, err := some(ctx, r.s.reader, text(`select id, name, cast(payload as text) from intent
			where (payload->>'auth' is not null or payload->>'codes' is not null) and id > `, after).add(" order by id limit ", resealChunk),
			func(rows *sql.Rows) (a act, err error) { return a, rows.Scan(&a.id, &a.name, &a.payload) })
		if err != nil {
			return wrap(err)
		}
		for _, a := range acts {
			after = a.id
			var p domain.Payload
			if err := json.Unmarshal([]byte(a.payload), &p); err != nil {
				return wrap(err)
			}
			changed := false
			if changed, err = r.value(&p.SealedAuthInfo, domain.AuthInfoSeal(domain.Name(a.name)), changed); err != nil {
				return err
			}
			for i := range p.SealedCodes {
				if changed, err = r.value(&p.SealedCodes[i], domain.AuthCodeSeal(domain.Name(a.name)), changed); err != nil {
					return err
				}
			}
			if !changed {
				continue
			}
			body, err := jsonText(p)
			if err != nil {
				return err
			}
			if err := r.put(ctx, text("update intent set payload = ", body).add(" where id = ", a.id).add(" and cast(payload as text) = ", a.payload)); err != nil {
				return err
			}
		}
		if len(acts) < resealChunk {
			return nil
		}
	}
}

// value seals a value again in its place, if it is an old one.
func (r *resealer) value(v *[]byte, where string, changed bool) (bool, error) {
	if len(*v) == 0 || !r.stale(*v) {
		return changed, nil
	}
	now, err := r.again(*v, where)
	if err != nil {
		return changed, err
	}
	*v = now
	return true, nil
}

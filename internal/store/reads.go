package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// AccountByEmail implements ops.Store; "account.not-found" where there is none.
func (s *Store) AccountByEmail(ctx context.Context, email string) (domain.Account, error) {
	r, err := s.queries().AccountByEmail(ctx, strings.ToLower(email))
	if err != nil {
		return domain.Account{}, found(err, "account.not-found")
	}
	return accountOf(r), nil
}

// AccountByID implements ops.Store; "account.not-found" where there is none.
func (s *Store) AccountByID(ctx context.Context, id domain.AccountID) (domain.Account, error) {
	return accountByID(ctx, s.queries(), id)
}

func accountByID(ctx context.Context, q *db.Queries, id domain.AccountID) (domain.Account, error) {
	r, err := q.AccountByID(ctx, int64(id))
	if err != nil {
		return domain.Account{}, found(err, "account.not-found")
	}
	return accountOf(r), nil
}

// APIKey finds a key by its public half, revoked or not; "api-key.not-found" where there is none.
func (s *Store) APIKey(ctx context.Context, secretID string) (domain.APIKey, error) {
	r, err := s.queries().APIKey(ctx, secretID)
	if err != nil {
		return domain.APIKey{}, found(err, "api-key.not-found")
	}
	return apiKeyOf(r), nil
}

// APIKeys implements ops.Store: oldest first, revoked ones too.
func (s *Store) APIKeys(ctx context.Context, account domain.AccountID) ([]domain.APIKey, error) {
	rows, err := s.queries().APIKeys(ctx, int64(account))
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]domain.APIKey, 0, len(rows))
	for _, r := range rows {
		out = append(out, apiKeyOf(r))
	}
	return out, nil
}

// Template implements ops.Store; "template.not-found" where there is none.
func (s *Store) Template(ctx context.Context, id domain.TemplateID) (domain.Template, error) {
	r, err := s.queries().Template(ctx, int64(id))
	if err != nil {
		return domain.Template{}, found(err, "template.not-found")
	}
	return templateOf(r)
}

// LoadOrder implements ops.Store; "account.not-found" where the account doesn't exist.
func (s *Store) LoadOrder(ctx context.Context, account domain.AccountID, template domain.TemplateID, names []domain.Name, key string) (ops.OrderSnapshot, error) {
	var o ops.OrderSnapshot
	err := s.read(ctx, func(tx *sql.Tx, q *db.Queries) error {
		o = ops.OrderSnapshot{Running: map[domain.Name]domain.Tenure{}, Busy: map[domain.Name]bool{}}
		var err error
		if o.Account, err = accountByID(ctx, q, account); err != nil {
			return err
		}
		if o.Wallet, err = walletOf(ctx, q, account); err != nil {
			return err
		}
		if template != 0 {
			t, err := q.Template(ctx, int64(template))
			switch {
			case errors.Is(err, sql.ErrNoRows):
			case err != nil:
				return wrap(err)
			case t.AccountID == int64(account):
				if o.Template, err = templateOf(t); err != nil {
					return err
				}
			}
		}
		if key != "" {
			e, err := q.OrderByKey(ctx, db.OrderByKeyParams{AccountID: int64(account), Key: key})
			switch {
			case err == nil:
				earlier := orderOf(e)
				o.Earlier = &earlier
			case !errors.Is(err, sql.ErrNoRows):
				return wrap(err)
			}
		}
		var standing []domain.TemplateID
		for chunk := range slices.Chunk(names, listChunk) {
			list := anys(chunk)
			running, err := some(ctx, tx, text("select "+tenureColumns+" from tenure where ended_at is null and name in ").list(list), scanTenure)
			if err != nil {
				return err
			}
			for _, n := range running {
				o.Running[n.Name] = n
				if n.Account == account && !slices.Contains(standing, n.Template) {
					standing = append(standing, n.Template)
				}
			}
			busy, err := some(ctx, tx, text("select name from intent where account_id = ", int64(account)).
				add(" and state in ('queued', 'open', 'unknown', 'pending', 'parked') and name in ").list(list),
				func(r *sql.Rows) (n domain.Name, err error) { return n, r.Scan(&n) })
			if err != nil {
				return err
			}
			for _, n := range busy {
				o.Busy[n] = true
			}
		}
		o.Standing, err = standings(ctx, tx, standing)
		return err
	})
	if err != nil {
		return ops.OrderSnapshot{}, err
	}
	return o, nil
}

// Items implements ops.Store; "order.not-found" where the order doesn't exist or isn't the account's.
func (s *Store) Items(ctx context.Context, account domain.AccountID, order domain.OrderID, p ops.Page) ([]domain.Item, int, error) {
	var out []domain.Item
	var total int
	err := s.read(ctx, func(_ *sql.Tx, q *db.Queries) error {
		o, err := q.OrderByID(ctx, int64(order))
		if err != nil {
			return found(err, "order.not-found")
		}
		if account != 0 && o.AccountID != int64(account) {
			return fault.New(fault.Missing, "order.not-found")
		}
		// lines are numbered without gaps: an offset is the line to begin at
		rows, err := q.Items(ctx, db.ItemsParams{OrderID: int64(order), Line: int64(max(p.Offset, 0)), Limit: int32(atMost(p.Limit))})
		if err != nil {
			return wrap(err)
		}
		out, total = make([]domain.Item, 0, len(rows)), int(o.Doing+o.Success+o.Failed)
		for _, r := range rows {
			out = append(out, itemOf(r))
		}
		return nil
	})
	return out, total, err
}

// TenureByName implements ops.Store; "domain.not-found" where the name doesn't run here.
func (s *Store) TenureByName(ctx context.Context, name domain.Name) (domain.Tenure, error) {
	r, err := s.queries().TenureByName(ctx, string(name))
	if err != nil {
		return domain.Tenure{}, found(err, "domain.not-found")
	}
	return tenureOf(r), nil
}

// TenureByID implements ops.Store.
func (s *Store) TenureByID(ctx context.Context, id domain.TenureID) (domain.Tenure, error) {
	r, err := s.queries().TenureByID(ctx, int64(id))
	if errors.Is(err, sql.ErrNoRows) {
		return domain.Tenure{}, fault.New(fault.Missing, "domain.not-found")
	}
	return tenureOf(r), wrap(err)
}

// DueTenures implements ops.Store.
func (s *Store) DueTenures(ctx context.Context, now time.Time, limit int) ([]domain.Tenure, error) {
	rows, err := s.queries().DueTenures(ctx, db.DueTenuresParams{NextActionAt: stamp(now), Limit: int32(atMost(limit))})
	if err != nil {
		return nil, wrap(err)
	}
	return tenuresOf(rows), nil
}

// Cart implements ops.Store: oldest first.
func (s *Store) Cart(ctx context.Context, account domain.AccountID) ([]ops.CartLine, error) {
	rows, err := s.queries().Cart(ctx, int64(account))
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]ops.CartLine, 0, len(rows))
	for _, r := range rows {
		out = append(out, cartLineOf(r))
	}
	return out, nil
}

// Policies implements ops.Store.
func (s *Store) Policies(ctx context.Context) ([]policy.Row, error) {
	rows, err := s.queries().Policies(ctx)
	if err != nil {
		return nil, wrap(err)
	}
	out := make([]policy.Row, 0, len(rows))
	for _, r := range rows {
		out = append(out, policy.Row{Kind: r.Kind, Key: r.Key, Version: r.Version, Body: r.Body})
	}
	return out, nil
}

// SeedPolicies implements ops.Store.
func (s *Store) SeedPolicies(ctx context.Context, rows []policy.Row) error {
	return s.write(ctx, func(_ *sql.Tx, q *db.Queries) error {
		n, err := q.CountPolicies(ctx)
		if err != nil || n > 0 {
			return wrap(err)
		}
		for _, r := range rows {
			if err := q.InsertPolicy(ctx, db.InsertPolicyParams{Kind: r.Kind, Key: r.Key, Version: r.Version, Body: r.Body}); err != nil {
				return wrap(err)
			}
			if err := q.RaisePolicyHead(ctx, r.Version); err != nil {
				return wrap(err)
			}
		}
		return nil
	})
}

package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/store"
	"github.com/openregistrar/openregistrar/internal/store/pgtest"
	"github.com/openregistrar/openregistrar/internal/vault"
)

// instant answers every intent at once: what is left is our own rows.
type instant struct{}

func (instant) Send(_ context.Context, l domain.Leased) domain.Outcome {
	now := time.Now()
	return domain.Outcome{Kind: domain.OutcomeAccepted, Object: domain.Object{Name: l.Intent.Name, ROID: "X", Sponsor: "us",
		Statuses: domain.Statuses{domain.StatusOK}, NameServers: l.Intent.Payload.NameServers, CreatedAt: now, ExpiresAt: now.AddDate(1, 0, 0)}}
}
func (i instant) Ask(ctx context.Context, l domain.Leased) domain.Outcome { return i.Send(ctx, l) }
func (instant) LongestCommand(string) time.Duration                       { return time.Second }
func (instant) Check(context.Context, string, []domain.Name) ([]ops.Availability, error) {
	return nil, nil
}
func (instant) Registration(context.Context, domain.Name) (ops.PublicRegistration, error) {
	return ops.PublicRegistration{}, nil
}
func (instant) Servers(context.Context, domain.Name) ([]string, error) { return nil, nil }

// rawRate places the same batch and settles it with a registry that takes no time.
func rawRate(dir, engine string, postgres func(string) string) (time.Duration, error) {
	ctx := context.Background()
	cfg := store.Config{Engine: engine, DSN: filepath.Join(dir, "raw.db")}
	if engine == store.Postgres {
		if err := pgtest.Create(postgres, "raw"); err != nil {
			return 0, err
		}
		cfg.DSN = postgres("raw")
	}
	st, err := store.Open(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer func() { _ = st.Close() }()
	if err := st.Migrate(ctx); err != nil {
		return 0, err
	}
	rows, err := policy.Shipped()
	if err != nil {
		return 0, err
	}
	if err := st.SeedPolicies(ctx, rows); err != nil {
		return 0, err
	}
	table, err := policy.Parse(rows)
	if err != nil {
		return 0, err
	}
	keys := filepath.Join(dir, "raw-"+engine)
	if err := vault.Create(keys); err != nil {
		return 0, err
	}
	v, err := vault.Open(keys, "")
	if err != nil {
		return 0, err
	}
	now := func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	o, err := ops.New(ops.Deps{Store: st, Checker: instant{}, Sender: instant{}, Prober: instant{}, Sealer: v,
		Clock: ops.Clock{Business: now, Wall: now}, Terms: func() *policy.Table { return table }, Node: "bench",
		Rand: func(n int) []byte { b := make([]byte, n); _, _ = rand.Read(b); return b }})
	if err != nil {
		return 0, err
	}
	system := domain.Scope{Via: "system", Operator: true}
	account, err := o.SignUp(ctx, system, ops.SignUp{Email: "bench@example.com", PasswordHash: "-"})
	if err != nil {
		return 0, err
	}
	scope := domain.Scope{Account: account.ID, Actor: "bench", Via: "api"}
	if err := o.TopUp(ctx, scope, 99_000_000, ""); err != nil {
		return 0, err
	}
	first, err := st.NextIDs(ctx, 1)
	if err != nil {
		return 0, err
	}
	tmpl := domain.Template{ID: domain.TemplateID(first), Account: account.ID, Version: 1, Status: domain.TemplateApproved, CertificateType: "SFZ",
		CreatedAt: now(), UpdatedAt: now(), Contact: domain.Contact{
			Kind: domain.Individual, OrganizationCN: "苏禾", Organization: "Su He", NameCN: "苏禾", Name: "Su He", CountryCN: "中国", Country: "CN", ProvinceCN: "浙江",
			CityCN: "杭州", StreetCN: "云栖路 8 号", Street: "8 Yunqi Road", PostalCode: "310000", Telephone: "+86.13800000000", Email: "su@example.com"}}
	if err := st.Commit(ctx, ops.Plan{Writes: []ops.Write{ops.InsertTemplate{Template: tmpl}}}); err != nil {
		return 0, err
	}
	names := make([]string, batchSize)
	for i := range names {
		names[i] = fmt.Sprintf("raw-%d.%s", i, []string{"com", "net", "top", "xyz"}[i%4])
	}
	began := time.Now()
	order, err := o.Register(ctx, scope, ops.Register{Template: tmpl.ID, Names: names, Years: 1, Agreement: table.House.Agreement})
	if err != nil {
		return 0, err
	}
	if err := o.DispatchDue(ctx); err != nil {
		return 0, err
	}
	took := time.Since(began)
	if order, err = o.Order(ctx, scope, order.ID); err != nil || order.Success != batchSize {
		return 0, fmt.Errorf("%d of %d settled: %w", order.Success, batchSize, err)
	}
	return took, nil
}

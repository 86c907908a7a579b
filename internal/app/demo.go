package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/openregistrar/openregistrar/internal/auth"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/world"
)

// Demo is a world and a registrar in one process, with accounts ready to sign in.
type Demo struct {
	World     *world.World
	App       *App
	Endpoints Endpoints
}

// StartDemo starts both on one folder: DATA/world is the world's.
func StartDemo(ctx context.Context, data, portBase string, database Database, log *slog.Logger) (*Demo, error) {
	worldBase := portBase
	if n := trimColon(portBase); n != "" && n != "0" {
		var base int
		if _, err := fmt.Sscan(n, &base); err != nil {
			return nil, fmt.Errorf("port base %q is neither :0 nor a port", portBase)
		}
		worldBase = fmt.Sprint(base + 10)
	}
	w, err := world.Start(ctx, world.Config{Dir: filepath.Join(data, "world"), PortBase: worldBase, Log: log.With("part", "world")})
	if err != nil {
		return nil, fmt.Errorf("world: %w", err)
	}
	cfg, err := ReadConfig(data)
	if err != nil {
		_ = w.Close()
		return nil, err
	}
	cfg.PortBase, cfg.WorldFile = portBase, filepath.Join(data, "world", "world.json")
	if database.Postgres != "" {
		cfg.Database = database
	}
	a, err := Start(ctx, cfg, log.With("part", "registrar"))
	if err != nil {
		_ = w.Close()
		return nil, err
	}
	d := &Demo{World: w, App: a}
	if d.Endpoints, err = a.Furnish(ctx, data); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Close stops both.
func (d *Demo) Close() {
	d.App.Close()
	_ = d.World.Close()
}

// Furnish makes the demo's accounts at the first start and writes DATA/endpoints.json at each.
func (a *App) Furnish(ctx context.Context, data string) (Endpoints, error) {
	e := a.Endpoints()
	if before, err := ReadEndpoints(data); err == nil {
		e.Accounts = before.Accounts
	}
	for _, who := range []struct {
		role        domain.Role
		email, name string
	}{{domain.Owner, "demo@openregistrar.example", "演示用户"}, {domain.Operator, "desk@openregistrar.example", "值班台"}} {
		_, err := a.store.AccountByEmail(ctx, who.email)
		if err == nil {
			continue
		}
		if fault.Of(err).Kind != fault.Missing {
			return e, err
		}
		in, err := a.furnishAccount(ctx, who.role, who.email, who.name)
		if err != nil {
			return e, err
		}
		e.Accounts = append(e.Accounts, in)
	}
	if err := a.announce(ctx); err != nil {
		return e, err
	}
	return e, WriteEndpoints(data, e)
}

func (a *App) furnishAccount(ctx context.Context, role domain.Role, email, name string) (SignIn, error) {
	in := SignIn{Role: string(role), Email: email, Password: "demo-" + hex.EncodeToString(random(5))}
	hasher, err := auth.NewHasher(auth.HashParams{})
	if err != nil {
		return in, err
	}
	hash, err := hasher.Hash(ctx, in.Password)
	if err != nil {
		return in, err
	}
	account, err := a.ops.SignUp(ctx, System, ops.SignUp{Email: email, Name: name, PasswordHash: hash, Locale: "zh-CN", Role: role})
	if err != nil {
		return in, err
	}
	scope := domain.Scope{Account: account.ID, Actor: email, Via: "system"}
	key, secret, err := a.ops.CreateAPIKey(ctx, scope, "demo")
	if err != nil {
		return in, err
	}
	in.SecretID, in.SecretKey = key.SecretID, secret
	if role == domain.Operator {
		return in, nil
	}
	if err := a.ops.TopUp(ctx, scope, 1_000_000, ""); err != nil {
		return in, err
	}
	_, err = a.ops.CreateTemplate(ctx, scope, ops.TemplateForm{CertificateType: "SFZ", CertificateNumber: "990000199001010016", Default: true,
		Contact: domain.Contact{Kind: domain.Individual, OrganizationCN: "苏禾", Organization: "Su He", NameCN: "苏禾", Name: "Su He",
			CountryCN: "中国", Country: "CN", ProvinceCN: "浙江", Province: "Zhejiang", CityCN: "杭州", City: "Hangzhou",
			StreetCN: "云栖路 8 号 2 幢 301 室", Street: "Room 301, Building 2, 8 Yunqi Road", PostalCode: "310000",
			Telephone: "+86.13800000000", Email: email}})
	return in, err
}

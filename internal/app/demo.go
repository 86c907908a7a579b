package app

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/openregistrar/openregistrar/internal/auth"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/world"
	"github.com/openregistrar/openregistrar/internal/world/papers"
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

// Furnish makes the demo's accounts at the first start and writes DATA/endpoints.json at each. What it means to make is
// written down first (DATA/furnish.json), so that a start that was cut off is gone on with by the next one.
func (a *App) Furnish(ctx context.Context, data string) (Endpoints, error) {
	e := a.Endpoints()
	if before, err := ReadEndpoints(data); err == nil {
		e.Accounts = before.Accounts
	}
	draft, err := readDraft(data)
	if err != nil {
		return e, err
	}
	for _, who := range []struct {
		role        domain.Role
		email, name string
	}{{domain.Owner, "demo@openregistrar.example", "演示用户"}, {domain.Operator, "desk@openregistrar.example", "值班台"}} {
		account, err := a.store.AccountByEmail(ctx, who.email)
		in, begun := draft[who.email]
		switch {
		case err == nil && !begun:
			continue // of an earlier start, and whole
		case err != nil && fault.Of(err).Kind != fault.Missing:
			return e, err
		case !begun:
			in = SignIn{Role: string(who.role), Email: who.email, Password: "demo-" + hex.EncodeToString(random(5))}
			draft[who.email] = in
			if err := writeDraft(data, draft); err != nil {
				return e, err
			}
		}
		if in, err = a.furnishAccount(ctx, account, in, who.name); err != nil {
			return e, err
		}
		e.Accounts = append(slices.DeleteFunc(e.Accounts, func(s SignIn) bool { return s.Email == in.Email }), in)
	}
	if err := a.announce(ctx); err != nil {
		return e, err
	}
	if err := WriteEndpoints(data, e); err != nil {
		return e, err
	}
	if err := os.Remove(draftFile(data)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return e, err
	}
	return e, nil
}

func draftFile(data string) string { return filepath.Join(data, "furnish.json") }

func readDraft(data string) (map[string]SignIn, error) {
	draft := map[string]SignIn{}
	raw, err := os.ReadFile(draftFile(data))
	if errors.Is(err, os.ErrNotExist) {
		return draft, nil
	}
	if err != nil {
		return nil, err
	}
	return draft, json.Unmarshal(raw, &draft)
}

// writeDraft holds passwords of demo accounts, hence 0600.
func writeDraft(data string, draft map[string]SignIn) error {
	raw, err := json.Marshal(draft)
	if err != nil {
		return err
	}
	tmp := draftFile(data) + ".new"
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, draftFile(data))
}

// firstOperator is how a new installation gets somebody at the desk.
func (a *App) firstOperator(ctx context.Context, email string, out io.Writer) error {
	switch _, err := a.store.AccountByEmail(ctx, email); {
	case err == nil:
		return nil
	case fault.Of(err).Kind != fault.Missing:
		return err
	}
	in, err := a.furnishAccount(ctx, domain.Account{}, SignIn{Role: string(domain.Operator), Email: email, Password: hex.EncodeToString(random(12))}, "")
	if err == nil {
		fmt.Fprintf(out, "operator %s, password %s\n", in.Email, in.Password)
	}
	return err
}

// furnishAccount does what is not done yet; account is zero where there is none.
func (a *App) furnishAccount(ctx context.Context, account domain.Account, in SignIn, name string) (SignIn, error) {
	role := domain.Role(in.Role)
	if account.ID == 0 {
		hasher, err := auth.NewHasher(auth.HashParams{})
		if err != nil {
			return in, err
		}
		hash, err := hasher.Hash(ctx, in.Password)
		if err != nil {
			return in, err
		}
		account, err = a.ops.SignUp(ctx, System, ops.SignUp{Email: in.Email, Name: name, PasswordHash: hash, Locale: "zh-CN", Role: role})
		if err != nil {
			return in, err
		}
	}
	scope := domain.Scope{Account: account.ID, Actor: in.Email, Via: "system"}
	key, secret, err := a.ops.CreateAPIKey(ctx, scope, "demo") // one that an earlier try made is lost with its secret
	if err != nil {
		return in, err
	}
	in.SecretID, in.SecretKey = key.SecretID, secret
	if role == domain.Operator {
		return in, nil
	}
	if err := a.ops.TopUp(ctx, scope, 1_000_000, "demo-opening"); err != nil {
		return in, err
	}
	if _, have, err := a.ops.Templates(ctx, scope, ops.TemplateFilter{Page: ops.Page{Limit: 1}}); err != nil || have > 0 {
		return in, err
	}
	return in, a.furnishTemplate(ctx, scope)
}

// furnishTemplate submits the demo's registrant: a person who does not exist, with a picture of her card.
func (a *App) furnishTemplate(ctx context.Context, scope domain.Scope) error {
	person, card := papers.Sample()
	const telephone = "+86.13800000000"
	for kind, reach := range map[domain.ReachType]string{domain.ReachPhone: telephone, domain.ReachEmail: scope.Actor} {
		if err := a.ops.KeepReach(ctx, System, scope.Account, kind, reach); err != nil {
			return err
		}
	}
	doc, err := a.ops.UploadDocument(ctx, scope, "su-he.jpg", card)
	if err != nil {
		return err
	}
	_, err = a.ops.CreateTemplate(ctx, scope, ops.TemplateForm{Document: doc.ID, CertificateType: "SFZ", CertificateNumber: person.Number, Default: true,
		ValidFrom: person.ValidFrom, ValidUntil: person.ValidUntil, LongTerm: person.ValidUntil.IsZero(),
		Contact: domain.Contact{Kind: domain.Individual, OrganizationCN: person.Name, Organization: person.Latin, NameCN: person.Name, Name: person.Latin,
			CountryCN: "中国", Country: "CN", ProvinceCN: person.Place.ProvinceCN, Province: person.Place.Province, CityCN: person.Place.CityCN, City: person.Place.City,
			StreetCN: person.Place.CountyCN + person.Street, Street: person.StreetEN + ", " + person.Place.County, PostalCode: person.Place.Post,
			Telephone: telephone, Email: scope.Actor}})
	return err
}

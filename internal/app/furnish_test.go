package app

import (
	"context"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/notify"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/probe"
	"github.com/openregistrar/openregistrar/internal/registry"
)

// bare is an App with data and operations, and nothing that listens or dials.
func bare(t *testing.T) *App {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Data = t.TempDir()
	a := &App{cfg: cfg, log: slog.New(slog.DiscardHandler), clock: &clock{}, stop: func() {}}
	if err := a.openData(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.readPolicy(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	var err error
	if a.registry, err = registry.New(registry.Config{OpenSecret: a.vault.Open, Suffix: a.suffix, Wall: a.clock.Wall}); err != nil {
		t.Fatal(err)
	}
	if a.ops, err = ops.New(ops.Deps{Store: a.store, Checker: a.registry, Sender: a.registry, Sealer: a.vault, Prober: probe.New(probe.Config{}),
		Clock: ops.Clock{Business: a.clock.Business, Wall: a.clock.Wall}, Terms: func() *policy.Table { return a.policy.Load() }, Node: "n", Rand: random}); err != nil {
		t.Fatal(err)
	}
	return a
}

// A first start that is cut off anywhere leaves nobody with an account that can't be signed in to, and pays once.
func TestFurnishGoesOnWhereItWasCutOff(t *testing.T) {
	a := bare(t)
	ctx, data := t.Context(), a.cfg.Data
	// Cut off after the account was opened and paid, before endpoints.json was written.
	begun := SignIn{Role: "owner", Email: "demo@openregistrar.example", Password: "demo-0123456789"}
	if err := writeDraft(data, map[string]SignIn{begun.Email: begun}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.furnishAccount(ctx, domain.Account{}, begun, "演示用户"); err != nil {
		t.Fatal(err)
	}
	e, err := a.Furnish(ctx, data)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Accounts) != 2 || e.Accounts[0].Password != begun.Password || e.Accounts[0].SecretKey == "" || e.Accounts[1].Role != "operator" {
		t.Errorf("accounts %+v", e.Accounts)
	}
	account, err := a.store.AccountByEmail(ctx, begun.Email)
	if err != nil {
		t.Fatal(err)
	}
	scope := domain.Scope{Account: account.ID}
	if w, err := a.ops.Wallet(ctx, scope); err != nil || w.Balance != 1_000_000 {
		t.Errorf("wallet %+v %v", w, err)
	}
	if _, n, err := a.ops.Templates(ctx, scope, ops.TemplateFilter{}); err != nil || n != 1 {
		t.Errorf("%d templates, %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(data, "furnish.json")); !os.IsNotExist(err) {
		t.Errorf("the draft is still there: %v", err)
	}
	again, err := a.Furnish(ctx, data)
	if err != nil || len(again.Accounts) != 2 || again.Accounts[0] != e.Accounts[0] {
		t.Errorf("a later start: %+v %v", again.Accounts, err)
	}
}

// Who dribbles a request or doesn't read an answer is cut off.
func TestServersDontWaitForever(t *testing.T) {
	a := bare(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.serve(ln, nil)
	s := a.servers[0]
	if s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.ReadHeaderTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("%+v", s)
	}
}

// A mail server that takes connections and says nothing holds up no sweep: lost answers are asked after from there.
func TestASilentMailServerHoldsUpNoSweep(t *testing.T) {
	a := bare(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	a.notify, err = notify.New(notify.Config{SMTP: ln.Addr().String(), From: "a@x.example", BaseURL: "http://localhost", Store: a.store, Wall: a.clock.Wall,
		Words: func(string, string, map[string]string) (string, string) { return "", "" }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.ops.SignUp(t.Context(), domain.Scope{}, ops.SignUp{Email: "b@x.example", Role: domain.Owner}); err != nil { // has a letter to send
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := a.sweep(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("%v %v", err, ctx.Err())
	}
}

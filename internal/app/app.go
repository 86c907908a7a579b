package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/internal/api"
	"github.com/openregistrar/openregistrar/internal/auth"
	"github.com/openregistrar/openregistrar/internal/console"
	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/directory"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/jobs"
	"github.com/openregistrar/openregistrar/internal/notify"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/probe"
	"github.com/openregistrar/openregistrar/internal/registry"
	"github.com/openregistrar/openregistrar/internal/store"
	"github.com/openregistrar/openregistrar/internal/vault"
	"github.com/openregistrar/openregistrar/internal/verifier"
)

// Version is the release, set at link time.
var Version = "development"

// App is a running registrar.
type App struct {
	cfg       Config
	log       *slog.Logger
	store     *store.Store
	vault     *vault.Vault
	registry  *registry.Registry
	recorder  *registry.Recorder
	verifier  *verifier.Verifier
	ops       *ops.Ops
	jobs      *jobs.Jobs
	notify    *notify.Notifier
	auth      *auth.Auth
	directory *directory.Directory
	clock     *clock
	policy    atomic.Pointer[policy.Table]
	servers   []*http.Server
	caFile    string
	addrs     Listen // as bound
	stop      context.CancelFunc
	loops     sync.WaitGroup // end with stop
	macKey    []byte         // of one-time codes and links, the nodes' common one
	node      string         // name of this process among the nodes
	credMu    sync.Mutex
	told      told             // watchAll's own
	creds     map[string]int64 // credentials in use, by what they are sealed for
}

// System is the scope of what nobody asked for.
var System = domain.Scope{Operator: true, Actor: "system", Via: "system"}

// Start opens the data folder, connects everything and begins to serve.
func Start(ctx context.Context, cfg Config, log *slog.Logger) (*App, error) {
	if err := cfg.join(); err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if err := ports(cfg.PortBase, &cfg.Listen.HTTP, &cfg.Listen.HTTPS, &cfg.Listen.RDAP, &cfg.Listen.WHOIS); err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, log: log, clock: &clock{control: cfg.Clock, log: log}}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.stop = cancel
	for _, step := range []func(context.Context) error{a.openData, a.readPolicy, a.clock.read, a.connect, a.seedWords, a.fundDeposits, a.work, a.listen} {
		if err := step(ctx); err != nil {
			a.Close()
			return nil, err
		}
	}
	if err := a.clock.follow(run, followed{NextDue: a.store.NextDue, Settle: a.Settle}); err != nil {
		a.Close()
		return nil, err
	}
	a.loops.Go(func() { a.pollAll(run) })
	a.loops.Go(func() { a.lookAll(run) })
	a.loops.Go(func() { a.dropOld(run) })
	a.loops.Go(func() { a.watchAll(run) })
	a.loops.Go(func() { a.sealAll(run) })
	a.loops.Go(func() { a.readAll(run) })
	a.loops.Go(func() { a.reseal(run) })
	a.loops.Go(func() { a.verifyAll(run) })
	a.loops.Go(func() { _ = a.notify.Run(run) }) // its error is run's
	return a, nil
}

// Open opens the data folder alone: for migrate and reconcile.
func Open(ctx context.Context, cfg Config) (*store.Store, error) {
	st, err := store.Open(ctx, engine(cfg))
	if err != nil {
		return nil, err
	}
	return st, st.Migrate(ctx)
}

func engine(cfg Config) store.Config {
	if cfg.Database.Postgres != "" {
		return store.Config{Engine: store.Postgres, DSN: cfg.Database.Postgres}
	}
	return store.Config{Engine: store.SQLite, DSN: filepath.Join(cfg.Data, "registrar.db")}
}

func (a *App) openData(ctx context.Context) error {
	if err := os.MkdirAll(a.cfg.Data, 0o700); err != nil {
		return err
	}
	var err error
	if a.store, err = Open(ctx, a.cfg); err != nil {
		return err
	}
	env := os.Getenv(masterKeyEnv)
	a.vault, err = vault.Open(a.cfg.Data, env)
	if errors.Is(err, vault.ErrNoKey) {
		// A key is made for a database that is new; for one with data a new key would hide that the old one is lost.
		fresh, ferr := a.fresh(ctx)
		if ferr != nil {
			return ferr
		}
		if !fresh {
			return fmt.Errorf("%w: %s is missing and the database has data sealed with it; restore it from your backup", err, vault.File(a.cfg.Data))
		}
		if err = vault.Create(a.cfg.Data); err == nil {
			a.vault, err = vault.Open(a.cfg.Data, "")
		}
	}
	if err != nil {
		return err
	}
	if err := a.sameKey(ctx); err != nil {
		return err
	}
	return a.sharedMACKey(ctx)
}

// sameKey refuses to run with another master key than the one that the database's secrets are sealed with: nodes on
// one database must share it, and a node with a key of its own would seal what no other can open.
func (a *App) sameKey(ctx context.Context) error {
	where := domain.InstallationSeal("key-check")
	sealed, err := a.vault.Seal([]byte("openregistrar"), where)
	if err != nil {
		return err
	}
	kept, err := a.store.Fix(ctx, "key-check", sealed)
	if err != nil {
		return err
	}
	if _, err := a.vault.Open(kept, where); err != nil {
		return fmt.Errorf("the master key of this node is not the one that this database is sealed with; bring %s, or OPENREGISTRAR_MASTER_KEY, from the first node: %w",
			vault.File(a.cfg.Data), err)
	}
	return nil
}

func (a *App) fresh(ctx context.Context) (bool, error) {
	rows, err := a.store.Policies(ctx)
	return len(rows) == 0, err
}

func (a *App) connect(ctx context.Context) error {
	crash := crashPoints(os.Getenv("OPENREGISTRAR_CRASH"))
	accounts := make([]registry.Account, 0, len(a.cfg.Registry))
	rdap, whois := map[string]string{}, map[string]string{}
	var us []string
	for _, r := range a.cfg.Registry {
		if !slices.Contains(us, r.ClID) {
			us = append(us, r.ClID)
		}
		accounts = append(accounts, r.account())
		for _, s := range r.Suffixes {
			rdap[s], whois[s] = r.RDAP, r.WHOIS
		}
	}
	a.record()
	host, _ := os.Hostname()
	a.node = fmt.Sprintf("%s-%d-%x", host, os.Getpid(), random(3))
	var err error
	if a.registry, err = registry.New(registry.Config{Accounts: accounts, OpenSecret: a.vault.Open, Suffix: a.suffix,
		Wall: a.clock.Wall, Crash: crash, Log: a.log, Leases: a.leases(), Node: a.node, Seen: a.seen(), Codes: a.codes, Identity: a.identity}); err != nil {
		return err
	}
	for _, r := range a.cfg.Registry {
		if err := a.useCredentials(ctx, r.ID); err != nil {
			return err
		}
	}
	if a.verifier, err = a.authorities(crash); err != nil {
		return err
	}
	a.ops, err = ops.New(ops.Deps{
		Verifier: a.verifierPort(),
		Store:    a.store, Checker: a.registry, Sender: a.registry, Sealer: a.vault,
		Prober: probe.New(probe.Config{RDAP: rdap, WHOIS: whois, Resolver: a.cfg.Resolver}),
		Clock:  ops.Clock{Business: a.clock.Business, Wall: a.clock.Wall},
		Terms:  a.policy.Load, Reread: a.rereadPolicy, Node: a.node, Us: us, Crash: crash, Rand: random,
		Login: a.registry, Reader: a.reader(), MACKey: a.macKey, NoSMS: a.cfg.Mail.TextDomain == "",
		PausePartial: func(id string) bool { r, _ := a.registryConfig(id); return r.PausePartial },
	})
	return err
}

func random(n int) []byte {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err) // the system has no randomness: nothing that we do is safe
	}
	return b
}

// fundDeposits enters what we had paid in at each registry before the first start into the ledger, once.
func (a *App) fundDeposits(ctx context.Context) error {
	b, err := a.store.Balances(ctx)
	if err != nil {
		return err
	}
	for _, r := range a.cfg.Registry {
		deposit := r.Deposit
		if _, known := b.Accounts["deposit:"+r.ID]; known {
			continue
		}
		if deposit == 0 && a.cfg.Clock != "" {
			if deposit, err = worldDeposit(ctx, a.clock, r.ID, r.ClID); err != nil {
				return err
			}
		}
		if deposit > 0 {
			if err := a.ops.FundDeposit(ctx, System, r.ID, deposit, "opening:"+r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *App) work(ctx context.Context) error {
	var err error
	if a.notify, err = notify.New(notify.Config{SMTP: a.cfg.Mail.SMTP, From: a.cfg.Mail.From, Store: a.store, Wall: a.clock.Wall,
		Log: a.log, BaseURL: a.cfg.Registrar.URL, Open: a.vault.Open, TextDomain: a.cfg.Mail.TextDomain,
		Words: func(lang, code string, facts map[string]string) (string, string) {
			w := diagnose.Text(lang, fault.Code(code), facts)
			return w.Title, w.What
		}}); err != nil {
		return err
	}
	a.store.OnMessages = a.notify.Wake // a code that somebody waits for is not to wait for the next look
	dsn := engine(a.cfg)
	_, err = jobs.Start(ctx, jobs.Config{DB: a.store.DB(), Engine: dsn.Engine, DSN: dsn.DSN, Log: a.log, UI: true,
		Work: a.dispatch, Sweep: a.sweep, Ready: func(j *jobs.Jobs) {
			// Before any work: the wake-up is written in the transaction of the commit that makes it needed.
			a.jobs, a.store.OnWake, a.store.OnCommitted = j, j.Wake, j.Nudge
		}})
	return err
}

// sweep does what is due without a wake-up. Registries are only nudged, and letters are another loop's: neither a long
// queue nor a slow mail server must hold up the rest.
func (a *App) sweep(ctx context.Context) error {
	perr := a.freshPolicy(ctx)
	_, err := a.ops.Sweep(ctx)
	due, derr := a.store.DueAccounts(ctx, a.clock.Wall())
	a.jobs.Nudge(due)
	return errors.Join(perr, err, derr)
}

// Settle works until nothing more is due at the present business time. Intents whose registry can't be reached can't
// move and are not waited for; neither is anything that made no progress for longer than a lost command takes to settle.
func (a *App) Settle(ctx context.Context) (bool, error) {
	stuckAfter := 2 * time.Second
	for _, r := range a.cfg.Registry {
		stuckAfter = max(stuckAfter, 3*time.Duration(r.LongestCommand)*time.Millisecond)
	}
	last, since := -1, time.Now()
	for {
		if _, err := a.ops.ReadDocuments(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("settle: documents", "error", err.Error())
		}
		did, err := a.ops.Sweep(ctx)
		if err != nil { // a row that can't be done leaves the others: it stays due and is not waited for
			a.log.Error("settle: sweep", "error", err.Error())
		}
		waiting, err := a.store.DueAccounts(ctx, a.clock.Wall().Add(time.Minute))
		if err != nil {
			return false, err
		}
		a.jobs.Nudge(waiting)
		movable := slices.ContainsFunc(waiting, a.movable(ctx))
		if _, err := a.notify.Flush(ctx); err != nil { // one letter that nobody takes must not stop the clock
			a.log.Warn("settle: notices", "error", err.Error())
		}
		q, err := a.store.Quiet(ctx, a.clock.Business())
		if err != nil {
			return false, err
		}
		if n, err := a.ops.Verify(ctx); err != nil {
			a.log.Error("settle: verifications", "error", err.Error())
		} else {
			did += n
		}
		left := q.Intents + q.Handed + q.Due + q.Outbox
		switch {
		case did == 0 && q.Handed == 0 && q.Due == 0 && q.Outbox == 0 && (q.Intents == 0 || len(waiting) > 0 && !movable):
			if a.hear(ctx) == 0 {
				return true, nil
			}
			last, since = -1, time.Now()
		case left != last || did > 0:
			last, since = left, time.Now()
		case time.Since(since) > stuckAfter:
			return q.Due == 0, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (a *App) listen(ctx context.Context) error {
	cert, caFile, err := certificate(a.cfg.Data, time.Now())
	if err != nil {
		return err
	}
	a.caFile = caFile
	httpLn, err := net.Listen("tcp", a.cfg.Listen.HTTP)
	if err != nil {
		return err
	}
	httpsLn, err := net.Listen("tcp", a.cfg.Listen.HTTPS)
	if err != nil {
		return err
	}
	rdapLn, err := net.Listen("tcp", a.cfg.Listen.RDAP)
	if err != nil {
		return err
	}
	whoisLn, err := net.Listen("tcp", a.cfg.Listen.WHOIS)
	if err != nil {
		return err
	}
	a.addrs = Listen{HTTP: httpLn.Addr().String(), HTTPS: httpsLn.Addr().String(), RDAP: rdapLn.Addr().String(), WHOIS: whoisLn.Addr().String()}
	handler, err := a.edges()
	if err != nil {
		return err
	}
	secure := tls.NewListener(httpsLn, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	a.serve(httpLn, handler)
	a.serve(secure, handler)
	a.serve(rdapLn, a.directory.RDAP())
	go func() {
		if err := a.directory.ServeWHOIS(whoisLn); err != nil && !errors.Is(err, net.ErrClosed) {
			a.log.Error("whois", "error", err.Error())
		}
	}()
	return nil
}

func (a *App) serve(ln net.Listener, h http.Handler) {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: 3 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	a.servers = append(a.servers, s)
	go func() {
		if err := s.Serve(ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("http", "address", ln.Addr().String(), "error", err.Error())
		}
	}()
}

// edges builds the console, the API and the directories, and shares one address between the first two: a request
// that carries an API action or signature is the API's.
func (a *App) edges() (http.Handler, error) {
	var err error
	if a.auth, err = auth.New(auth.Config{Accounts: a.store, Opener: a.ops, Sessions: a.store.SessionStore(a.clock.Wall), Wall: a.clock.Wall}); err != nil {
		return nil, err
	}
	keys, err := auth.NewAuthenticator(a.store, a.vault)
	if err != nil {
		return nil, err
	}
	actions, err := api.New(api.Deps{Ops: a.ops, URL: a.consoleURL(), Keys: keys, Wall: a.clock.Wall, Log: a.log})
	if err != nil {
		return nil, err
	}
	reg := a.cfg.Registrar
	if a.directory, err = directory.New(directory.Deps{Published: a.ops.Published, Now: a.clock.Business, Wall: a.clock.Wall, Registrar: directory.Info{
		Name: reg.Name, IANAID: reg.IANAID, URL: reg.URL, AbuseEmail: reg.AbuseEmail, AbusePhone: reg.AbusePhone,
		WHOIS: a.addrs.WHOIS, RDAPBase: "http://" + a.addrs.RDAP + "/"}}); err != nil {
		return nil, err
	}
	pages, err := console.New(console.Deps{Ops: a.ops, Auth: a.auth, Registries: a.health, Looker: a.registry, Transcripts: a.transcripts, JobsUI: a.jobs.UI("/desk/jobs"),
		Simulated: a.cfg.WorldFile != "", Version: Version, Wall: a.clock.Wall, Log: a.log, Endpoints: a.shown()})
	if err != nil {
		return nil, err
	}
	tc3, plain := actions.TC3(), actions.JSON()
	calls := a.callbacks()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, callbackPath):
			calls.ServeHTTP(w, r)
		case r.URL.Path == "/" && (r.Header.Get("X-TC-Action") != "" || strings.HasPrefix(r.Header.Get("Authorization"), "TC3-")):
			tc3.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/api/v1/"), r.URL.Path == "/openapi.json", r.URL.Path == "/openapi.yaml":
			plain.ServeHTTP(w, r)
		default:
			pages.ServeHTTP(w, r)
		}
	}), nil
}

// Close stops serving, then working, then the connections.
func (a *App) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	a.clock.close()
	a.stop()
	a.loops.Wait()
	for _, s := range a.servers {
		if err := s.Shutdown(ctx); err != nil {
			_ = s.Close()
		}
	}
	if a.directory != nil {
		_ = a.directory.Close()
	}
	if a.jobs != nil {
		if err := a.jobs.Close(); err != nil {
			a.log.Error("jobs", "error", err.Error())
		}
	}
	if a.registry != nil {
		_ = a.registry.Close()
	}
	if a.verifier != nil {
		_ = a.verifier.Close(ctx)
	}
	if a.recorder != nil {
		a.recorder.Close()
	}
	if a.store != nil {
		if err := a.store.Close(); err != nil {
			a.log.Error("store", "error", err.Error())
		}
	}
}

// Package jobs is the durable job engine behind two functions: Start works wake-ups, Wake writes them in the
// transaction that makes them needed. A wake-up carries a registry account and nothing else: the intents are the
// truth, a lost or doubled wake-up changes nothing, and the sweep finds what nobody was woken for.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

const (
	queue   = "wake"
	workers = 64 // jobs at once in this node; one that finds its account being worked ends at once

	fetchCooldown = 10 * time.Millisecond
	fetchPoll     = 250 * time.Millisecond // where no notification came; Nudge is what makes this node quick
	keepCompleted = 10 * time.Minute
	keepFailed    = 24 * time.Hour
)

// Config is what Start needs. DB, Engine, Work, Sweep and Log must be set, and DSN for PostgreSQL.
type Config struct {
	DB     *sql.DB // the one that transactions given to Wake come from
	Engine string  // "sqlite" or "postgres"
	DSN    string  // for the connection that listens for wake-ups of other nodes (PostgreSQL)
	// Work does what is due for a registry account. It is called once at a time per account in this node.
	Work func(ctx context.Context, registryAccount string) error
	// Sweep does what is due without a wake-up. It is called once at a time.
	Sweep      func(ctx context.Context) error
	SweepEvery time.Duration // wall time; zero: one second
	// Ready, where set, is called before anything is worked or swept: the place to hand Wake and Nudge to those who
	// are called from Work and Sweep.
	Ready func(*Jobs)
	Log   *slog.Logger
	UI    bool // makes UI give the job engine's pages
}

// Jobs works wake-ups until Close.
type Jobs struct {
	cfg      Config
	client   *river.Client[*sql.Tx]
	listener *pgxpool.Pool
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	ui       uiOnce

	mu     sync.Mutex
	closed bool
	active map[string]bool // registry accounts being worked; true: woken again meanwhile
}

type wakeArgs struct {
	RegistryAccount string `json:"registry_account"`
}

func (wakeArgs) Kind() string { return "wake" }

type worker struct {
	river.WorkerDefaults[wakeArgs]
	jobs *Jobs
}

func (w *worker) Work(ctx context.Context, job *river.Job[wakeArgs]) error {
	return w.jobs.run(ctx, job.Args.RegistryAccount)
}

// Start brings the job engine's tables up to date and begins to work and to sweep. The context bounds only the start.
func Start(ctx context.Context, cfg Config) (*Jobs, error) {
	switch {
	case cfg.DB == nil, cfg.Work == nil, cfg.Sweep == nil, cfg.Log == nil:
		return nil, errors.New("jobs: a dependency is missing")
	case cfg.SweepEvery == 0:
		cfg.SweepEvery = time.Second
	}
	if err := Migrate(ctx, cfg.DB, cfg.Engine); err != nil {
		return nil, err
	}
	j := &Jobs{cfg: cfg, active: map[string]bool{}}
	j.ctx, j.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if cfg.Engine == "postgres" && cfg.DSN != "" {
		pool, err := listenerPool(j.ctx, cfg.DSN)
		if err != nil {
			j.cancel()
			return nil, err
		}
		j.listener = pool
	}
	driver, err := driverFor(cfg.DB, cfg.Engine, j.listener)
	if err == nil {
		known := river.NewWorkers()
		river.AddWorker(known, &worker{jobs: j})
		j.client, err = river.NewClient(driver, &river.Config{
			Queues:  map[string]river.QueueConfig{queue: {MaxWorkers: workers}},
			Workers: known,
			// Failures are left to the sweep: a retry by the engine would only double its wake-ups.
			MaxAttempts:                 1,
			JobTimeout:                  -1, // a long queue is worked as long as it lasts
			FetchCooldown:               fetchCooldown,
			FetchPollInterval:           fetchPoll,
			PollOnly:                    j.listener == nil,
			CompletedJobRetentionPeriod: keepCompleted,
			CancelledJobRetentionPeriod: keepCompleted,
			DiscardedJobRetentionPeriod: keepFailed,
			SoftStopTimeout:             5 * time.Second,
			Logger:                      slog.New(quiet{cfg.Log.Handler()}),
		})
	}
	if err == nil {
		if cfg.Ready != nil {
			cfg.Ready(j)
		}
		err = j.client.Start(j.ctx)
	}
	if err != nil {
		j.cancel()
		if j.listener != nil {
			j.listener.Close()
		}
		return nil, fmt.Errorf("jobs: %w", err)
	}
	j.running.Add(1)
	go j.sweep()
	return j, nil
}

// Wake writes one wake-up per registry account in the caller's transaction; nothing is woken if that rolls back.
func (j *Jobs) Wake(ctx context.Context, tx *sql.Tx, registryAccounts []string) error {
	accounts := slices.Compact(slices.Sorted(slices.Values(registryAccounts)))
	params := make([]river.InsertManyParams, 0, len(accounts))
	for _, a := range accounts {
		params = append(params, river.InsertManyParams{Args: wakeArgs{a}, InsertOpts: &river.InsertOpts{Queue: queue}})
	}
	if len(params) == 0 {
		return nil
	}
	if _, err := j.client.InsertManyFastTx(ctx, tx, params); err != nil {
		return fmt.Errorf("jobs: wake: %w", err)
	}
	return nil
}

// Nudge has this node look at registry accounts now, without waiting for the job engine to fetch a wake-up. It is
// meant for after a commit (the wake-up in the database is the durable trace) and for sweeps.
func (j *Jobs) Nudge(registryAccounts []string) {
	for _, a := range registryAccounts {
		j.mu.Lock()
		if j.closed {
			j.mu.Unlock()
			return
		}
		if _, busy := j.active[a]; busy {
			j.active[a] = true
			j.mu.Unlock()
			continue
		}
		j.running.Add(1)
		j.mu.Unlock()
		go func() {
			defer j.running.Done()
			if err := j.run(j.ctx, a); err != nil && j.ctx.Err() == nil {
				j.cfg.Log.Error("work on a registry account failed", "registry_account", a, "error", err)
			}
		}()
	}
}

// run works an account, unless it is being worked: then that run goes round once more.
func (j *Jobs) run(ctx context.Context, account string) (err error) {
	j.mu.Lock()
	if _, busy := j.active[account]; busy {
		j.active[account] = true
		j.mu.Unlock()
		return nil
	}
	j.active[account] = false
	j.mu.Unlock()
	for {
		err = guard(func() error { return j.cfg.Work(ctx, account) })
		j.mu.Lock()
		if again := j.active[account]; !again || ctx.Err() != nil {
			delete(j.active, account)
			j.mu.Unlock()
			return err
		}
		j.active[account] = false
		j.mu.Unlock()
	}
}

func (j *Jobs) sweep() {
	defer j.running.Done()
	tick := time.NewTicker(j.cfg.SweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-j.ctx.Done():
			return
		case <-tick.C:
			if err := guard(func() error { return j.cfg.Sweep(j.ctx) }); err != nil && j.ctx.Err() == nil {
				j.cfg.Log.Error("the sweep failed", "error", err)
			}
		}
	}
}

// guard makes an error of a panic: one intent that trips a defect must not take the node down.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("jobs: panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}

// Close stops fetching, cancels what runs and waits for it. Transactions given to Wake must be over.
func (j *Jobs) Close() error {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := j.client.StopAndCancel(ctx)
	j.running.Wait()
	if j.listener != nil {
		j.listener.Close()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// Migrate brings the job engine's own tables up to date. Nodes that start together wait for each other.
func Migrate(ctx context.Context, db *sql.DB, engine string) error {
	if engine == "postgres" {
		conn, err := db.Conn(ctx)
		if err != nil {
			return fmt.Errorf("jobs: migrate: %w", err)
		}
		defer conn.Close()
		const lock = 0x6f72_6a6f_6273 // "orjobs"
		if _, err := conn.ExecContext(ctx, "select pg_advisory_lock($1)", int64(lock)); err != nil {
			return fmt.Errorf("jobs: migrate: %w", err)
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", int64(lock)) //nolint:errcheck // closing the connection frees it too
	}
	driver, err := driverFor(db, engine, nil)
	if err != nil {
		return err
	}
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("jobs: migrate: %w", err)
	}
	return nil
}

func driverFor(db *sql.DB, engine string, listener *pgxpool.Pool) (riverdriver.Driver[*sql.Tx], error) {
	switch {
	case engine == "sqlite":
		return riversqlite.New(db), nil
	case engine == "postgres" && listener != nil:
		return riverdatabasesql.NewWithPgxListener(db, listener), nil
	case engine == "postgres":
		return riverdatabasesql.New(db), nil
	}
	return nil, fmt.Errorf("jobs: engine %q is not known", engine)
}

func listenerPool(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("jobs: the database address is malformed") // the cause would show the password
	}
	cfg.MinConns, cfg.MaxConns = 0, 1
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return pool, nil
}

// quiet lets only warnings and worse of the job engine into the log.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}
func (q quiet) WithAttrs(a []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(a)} }
func (q quiet) WithGroup(n string) slog.Handler      { return quiet{q.Handler.WithGroup(n)} }

type uiOnce struct {
	mu       sync.Mutex
	handlers map[string]http.Handler
}

// Package store keeps the registrar's state in SQLite or PostgreSQL, with one SQL text for both. It implements what
// ops declares as ops.Store, and little more: sessions for the console, the outbox for notify, the reconciliation.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/store/db"
)

// Engines.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Config says where the data is.
type Config struct {
	Engine string // "sqlite" or "postgres"
	DSN    string // SQLite: path of the file; PostgreSQL: libpq keywords or a postgres:// address
}

// Store is a database of the registrar. OnWake, OnCommitted and OnMessages are set before its first use and not changed after.
type Store struct {
	// OnWake is called within a commit's transaction with the registry accounts of its plans' Wake, each once. On
	// SQLite there is one connection that writes: it must use tx and nothing else of the store.
	OnWake func(ctx context.Context, tx *sql.Tx, registryAccounts []string) error
	// OnCommitted is called with the same after that transaction was committed. It must not block.
	OnCommitted func(registryAccounts []string)
	// OnMessages is called after a transaction with messages was committed. It must not block.
	OnMessages func()

	engine  string
	dsn     string
	writer  *sql.DB // SQLite: one connection, every transaction takes the write lock at its start
	reader  *sql.DB // SQLite: may not write, so that readers keep no writer out; PostgreSQL: the same as writer
	reading sql.TxOptions

	idMu    sync.Mutex // the block that NextIDs hands out of
	idNext  int64
	idLimit int64
}

var _ ops.Store = (*Store)(nil)

// Open connects and checks that the database can keep its promises. It changes nothing: Migrate does.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s := &Store{engine: cfg.Engine, dsn: cfg.DSN}
	var err error
	switch cfg.Engine {
	case SQLite:
		err = s.openSQLite(ctx)
	case Postgres:
		err = s.openPostgres(ctx)
	default:
		return nil, fmt.Errorf("store: engine %q is not known", cfg.Engine)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) openSQLite(ctx context.Context) error {
	path, err := filepath.Abs(s.dsn)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	// Password hashes and sealed secrets are nobody else's business; what SQLite puts beside the file takes its mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	_ = f.Close()
	common := url.Values{
		"_inttotime":           {"1"},
		"_time_integer_format": {"unix_micro"},
		"_pragma": {"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"cache_size(-32000)", "temp_store(MEMORY)",
			"secure_delete(1)"},
	}
	open := func(extra url.Values, pragmas ...string) (*sql.DB, error) {
		q := url.Values{}
		for k, v := range common {
			q[k] = v
		}
		for k, v := range extra {
			q[k] = v
		}
		q["_pragma"] = append(append([]string{}, common["_pragma"]...), pragmas...)
		d, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
		if err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		if err := d.PingContext(ctx); err != nil {
			_ = d.Close()
			return nil, fmt.Errorf("store: %w", err)
		}
		return d, nil
	}
	if s.writer, err = open(url.Values{"_txlock": {"immediate"}}); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	s.writer.SetMaxIdleConns(1)
	if s.reader, err = open(url.Values{"_txlock": {"deferred"}}, "query_only(1)"); err != nil {
		return err
	}
	n := max(4, 2*runtime.GOMAXPROCS(0))
	s.reader.SetMaxOpenConns(n)
	s.reader.SetMaxIdleConns(n)
	return nil
}

func (s *Store) openPostgres(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(s.dsn)
	if err != nil {
		return errors.New("store: the database address is malformed") // the cause would show the password
	}
	s.writer = stdlib.OpenDB(*cfg)
	s.reader = s.writer
	s.writer.SetMaxOpenConns(24)
	s.writer.SetMaxIdleConns(24)
	s.writer.SetConnMaxIdleTime(5 * time.Minute)
	s.reading = sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	var collation, encoding string
	err = s.writer.QueryRowContext(ctx, `select datcollate, pg_encoding_to_char(encoding)
		from pg_database where datname = current_database()`).Scan(&collation, &encoding)
	switch {
	case err != nil:
		return fmt.Errorf("store: %w", err)
	case encoding != "UTF8":
		return fmt.Errorf("store: the database's encoding is %s; it must be UTF8", encoding)
	case collation != "C" && collation != "POSIX" && collation != "C.UTF-8" && collation != "C.utf8":
		return fmt.Errorf("store: the database's collation is %s; it must be C, or both engines would sort and "+
			"page differently (createdb --template=template0 --locale=C --encoding=UTF8)", collation)
	}
	return nil
}

// Close lets go of the database.
func (s *Store) Close() error {
	var err error
	if s.reader != nil && s.reader != s.writer {
		err = s.reader.Close()
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
	}
	return err
}

// DB is the pool that writing transactions come from; the job engine shares it.
func (s *Store) DB() *sql.DB { return s.writer }

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.engine }

// read runs f on one snapshot.
func (s *Store) read(ctx context.Context, f func(tx *sql.Tx, q *db.Queries) error) error {
	tx, err := s.reader.BeginTx(ctx, &s.reading)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return f(tx, db.New(tx))
}

// queries reads single statements, which are snapshots by themselves.
func (s *Store) queries() *db.Queries { return db.New(s.reader) }

const tries = 12

// write runs f in one transaction and commits it. On PostgreSQL the whole closure runs again after a serialization
// failure, a deadlock, or a unique index that another commit got to first: f must start from scratch each time.
func (s *Store) write(ctx context.Context, f func(tx *sql.Tx, q *db.Queries) error) error {
	for try := 1; ; try++ {
		err := s.writeOnce(ctx, f)
		if err == nil || try == tries || !again(err, try) {
			return err
		}
		wait := time.NewTimer(time.Duration(1+rand.IntN(4<<min(try, 6))) * time.Millisecond)
		select {
		case <-ctx.Done():
			wait.Stop()
			return err
		case <-wait.C:
		}
	}
}

func (s *Store) writeOnce(ctx context.Context, f func(tx *sql.Tx, q *db.Queries) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := f(tx, db.New(tx)); err != nil {
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	return nil
}

// transient reports an error that says nothing about the data: the same transaction can succeed at once.
func transient(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3.SQLITE_BUSY
}

func again(err error, try int) bool { return transient(err) || (try <= 3 && violates(err)) }

// violates reports a unique index that would have been broken.
func violates(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) &&
		(lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// found makes a fault of kind Missing of "no rows".
func found(err error, code fault.Code) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fault.New(fault.Missing, code)
	}
	return fmt.Errorf("store: %w", err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %w", err)
}

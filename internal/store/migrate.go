package store

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// forSQLite turns PostgreSQL's words into those whose column types the SQLite driver and its affinities understand.
var forSQLite = strings.NewReplacer(
	"bigserial primary key", "integer primary key",
	"bigint primary key", "integer primary key",
	"timestamptz", "timestamp",
	"jsonb", "text",
	"bytea", "blob",
)

// Migrate brings the tables up to date; forward only. Nodes that start together wait for each other.
func (s *Store) Migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return wrap(err)
	}
	dialect := goose.DialectPostgres
	opts := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.engine == SQLite {
		dialect, files = goose.DialectSQLite3, rewritten{files}
	} else {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return wrap(err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, s.writer, files, opts...)
	if err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return nil
}

// rewritten is a file system whose files went through forSQLite.
type rewritten struct{ fs.FS }

func (r rewritten) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return f, err
	}
	text, err := fs.ReadFile(r.FS, name)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return rewrittenFile{f, bytes.NewReader([]byte(forSQLite.Replace(string(text))))}, nil
}

type rewrittenFile struct {
	fs.File
	text *bytes.Reader
}

func (f rewrittenFile) Read(b []byte) (int, error) { return f.text.Read(b) }

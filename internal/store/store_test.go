package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alexedwards/scs/v2"

	"github.com/openregistrar/openregistrar/internal/store"
	"github.com/openregistrar/openregistrar/internal/store/pgtest"
	"github.com/openregistrar/openregistrar/internal/store/storetest"
)

var _ scs.CtxStore = (*store.Sessions)(nil)

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Config {
		return store.Config{Engine: store.SQLite, DSN: filepath.Join(t.TempDir(), "a folder? with #odd% names.db")}
	})
}

func TestPostgres(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Config {
		return store.Config{Engine: store.Postgres, DSN: pgtest.DSN(t)}
	})
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.db")
	s, err := store.Open(context.Background(), store.Config{Engine: store.SQLite, DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("r.db%s has mode %v", end, info.Mode())
		}
	}
}

func TestOpenRefusesWhatItCannotKeepPromisesOn(t *testing.T) {
	ctx := context.Background()
	if _, err := store.Open(ctx, store.Config{Engine: "mysql"}); err == nil {
		t.Fatal("an unknown engine opens")
	}
	if _, err := store.Open(ctx, store.Config{Engine: store.Postgres, DSN: "postgres://u:secret@%zz/x"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Fatalf("a malformed address gives %v", err)
	}
	if _, err := store.Open(ctx, store.Config{Engine: store.SQLite, DSN: filepath.Join(t.TempDir(), "no", "such", "folder.db")}); err == nil {
		t.Fatal("a file that can't be made opens")
	}
}

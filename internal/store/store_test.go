package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/store"
	"github.com/openregistrar/openregistrar/internal/store/pgtest"
	"github.com/openregistrar/openregistrar/internal/store/storetest"
)

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

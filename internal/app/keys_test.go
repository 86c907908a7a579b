package app

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/vault"
	"github.com/openregistrar/openregistrar/internal/world/papers"
)

func TestRotateFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	run := func() (int, string) {
		var out, errs bytes.Buffer
		code := Main([]string{"--data", dir, "keys", "rotate"}, &out, &errs)
		return code, out.String() + errs.String()
	}
	if code, said := run(); code != 1 || !strings.Contains(said, "no master key") {
		t.Errorf("without a key: %d %s", code, said)
	}
	if err := vault.Create(dir); err != nil {
		t.Fatal(err)
	}
	before, err := vault.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := before.Seal([]byte("x"), "c")
	if err != nil {
		t.Fatal(err)
	}
	if code, said := run(); code != 0 || !strings.Contains(said, "new key") {
		t.Fatalf("%d %s", code, said)
	}
	after, err := vault.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := after.Open(sealed, "c"); err != nil || string(plain) != "x" || after.Current(sealed) {
		t.Errorf("%q %v", plain, err)
	}
	keys, err := os.ReadFile(vault.File(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(masterKeyEnv, strings.TrimSpace(string(keys)))
	if code, said := run(); code != 1 || !strings.Contains(said, masterKeyEnv) || strings.Contains(said, strings.Fields(string(keys))[0]) {
		t.Errorf("with keys in the environment: %d %s", code, said)
	}
}

// After a rotation the next start seals the demo's card, its text and its number again, and all of it still opens.
func TestStartSealsAgain(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	start := func() (*Demo, domain.Scope, domain.Template) {
		t.Helper()
		d, err := StartDemo(t.Context(), dir, ":0", Database{}, log)
		if err != nil {
			t.Fatal(err)
		}
		account, err := d.App.store.AccountByEmail(t.Context(), "demo@openregistrar.example")
		if err != nil {
			t.Fatal(err)
		}
		scope := domain.Scope{Account: account.ID, Actor: account.Email, Via: "console"}
		list, _, err := d.App.ops.Templates(t.Context(), scope, ops.TemplateFilter{})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return d, scope, list[0]
	}
	d, _, tm := start()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		doc, err := d.App.store.Document(t.Context(), tm.Document)
		if err != nil || time.Now().After(end) {
			t.Fatal(doc, err)
		}
		if doc.Reading != domain.ReadingWaiting {
			break
		}
	}
	d.Close()
	if err := vault.Rotate(dir); err != nil {
		t.Fatal(err)
	}
	d, scope, tm := start()
	defer d.Close()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		picture, text, err := d.App.store.DocumentContent(t.Context(), tm.Document)
		if err != nil {
			t.Fatal(err)
		}
		now, err := d.App.store.Template(t.Context(), tm.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d.App.vault.Current(picture) && (text == nil || d.App.vault.Current(text)) && d.App.vault.Current(now.SealedNumber) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("something is sealed with the older key still")
		}
	}
	_, card := papers.Sample()
	if p, err := d.App.ops.DocumentPicture(t.Context(), scope, tm.Document, "page"); err != nil || !bytes.Equal(p.Content, card) {
		t.Errorf("%d bytes, %v", len(p.Content), err)
	}
}

package app

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/vault"
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

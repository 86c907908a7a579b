package vault

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

func created(t *testing.T) (string, *Vault) {
	t.Helper()
	dir := t.TempDir()
	if err := Create(dir); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return dir, v
}

func seal(t *testing.T, v *Vault, plain, context string) []byte {
	t.Helper()
	s, err := v.Seal([]byte(plain), context)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedOpensOnlyInItsContext(t *testing.T) {
	_, v := created(t)
	s := seal(t, v, "110101199001011234", "template/1")
	if bytes.Contains(s, []byte("110101")) {
		t.Fatal("the sealed value shows the plain one")
	}
	got, err := v.Open(s, "template/1")
	if err != nil || string(got) != "110101199001011234" {
		t.Fatalf("Open: %q, %v", got, err)
	}
	if _, err := v.Open(s, "template/2"); !errors.Is(err, ErrOpen) {
		t.Fatalf("another context: %v, want ErrOpen", err)
	}
	if again := seal(t, v, "110101199001011234", "template/1"); bytes.Equal(again, s) {
		t.Fatal("sealing twice gave the same bytes: the nonce repeats")
	}
	if empty, err := v.Open(seal(t, v, "", "x"), "x"); err != nil || len(empty) != 0 {
		t.Fatalf("an empty value: %q, %v", empty, err)
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	_, v := created(t)
	s := seal(t, v, "secret", "c")
	for i := range s {
		changed := bytes.Clone(s)
		changed[i] ^= 1
		_, err := v.Open(changed, "c")
		if !errors.Is(err, ErrOpen) && !errors.Is(err, ErrUnknownKey) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Fatal("the error carries the secret")
		}
	}
	for n := range len(s) {
		if _, err := v.Open(s[:n], "c"); err == nil {
			t.Fatalf("cut to %d bytes it opens", n)
		}
	}
}

func TestAnotherInstallationsKeyDoesNotOpen(t *testing.T) {
	_, a := created(t)
	_, b := created(t)
	if _, err := b.Open(seal(t, a, "secret", "c"), "c"); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("another key: %v, want ErrUnknownKey", err)
	}
}

func TestRotationSealsWithTheNewestAndOpensAll(t *testing.T) {
	dir, old := created(t)
	s := seal(t, old, "secret", "c")
	if err := Rotate(dir); err != nil {
		t.Fatal(err)
	}
	v, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Open(s, "c"); err != nil || string(got) != "secret" {
		t.Fatalf("sealed before the rotation: %q, %v", got, err)
	}
	fresh := seal(t, v, "secret", "c")
	if v.Current(s) || !v.Current(fresh) {
		t.Fatalf("Current: old %t, fresh %t", v.Current(s), v.Current(fresh))
	}
	if _, err := old.Open(fresh, "c"); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("the old key alone opens what the new one sealed: %v", err)
	}
	if info, _ := os.Stat(File(dir)); info.Mode().Perm() != 0o600 {
		t.Fatalf("after the rotation the file's mode is %v", info.Mode())
	}
}

func TestKeyFile(t *testing.T) {
	if _, err := Open(t.TempDir(), ""); !errors.Is(err, ErrNoKey) {
		t.Fatalf("no key: %v", err)
	}
	dir, v := created(t)
	if err := Create(dir); !errors.Is(err, ErrExists) {
		t.Fatalf("Create over a key: %v", err)
	}
	text, err := os.ReadFile(File(dir))
	if err != nil {
		t.Fatal(err)
	}
	s := seal(t, v, "secret", "c")
	env, err := Open(t.TempDir(), " "+strings.TrimSpace(string(text))+" ")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := env.Open(s, "c"); err != nil || string(got) != "secret" {
		t.Fatalf("key from the environment: %q, %v", got, err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o601} {
		if err := os.Chmod(File(dir), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, ""); !errors.Is(err, ErrExposed) {
			t.Fatalf("mode %o: %v, want ErrExposed", mode, err)
		}
	}
	for _, bad := range []string{"x", "00000001", "00000001:AAAA", "zz:" + strings.Repeat("A", 44),
		strings.TrimSpace(string(text)) + "," + strings.TrimSpace(string(text))} {
		if _, err := Open("", bad); !errors.Is(err, ErrMalformed) {
			t.Fatalf("malformed %q: %v", bad, err)
		} else if strings.Contains(err.Error(), bad) {
			t.Fatal("the error carries the key")
		}
	}
}

package auth

import (
	"bytes"
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

type keyring map[string]domain.APIKey

func (k keyring) APIKey(_ context.Context, id string) (domain.APIKey, error) {
	if key, ok := k[id]; ok {
		return key, nil
	}
	return domain.APIKey{}, fault.New(fault.Missing, "key.not-found")
}

// boundSealer prefixes what it seals with its context.
type boundSealer struct{}

func (boundSealer) Open(sealed []byte, context string) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte(context+"|"))
	if !ok {
		return nil, errors.New("sealed for another context")
	}
	return plain, nil
}

func TestAuthenticator(t *testing.T) {
	ring := keyring{
		"AKID1": {SecretID: "AKID1", SealedSecret: []byte("api-key:AKID1|s3cret"), Account: 7, Role: domain.Owner},
		"AKID2": {SecretID: "AKID2", SealedSecret: []byte("api-key:AKID2|x"), RevokedAt: time.Unix(1, 0)},
		"AKID3": {SecretID: "AKID3", SealedSecret: []byte("api-key:AKID1|s3cret")},
		"AKID4": {SecretID: "AKID4", SealedSecret: []byte("api-key:AKID4|op"), Account: 1, Role: domain.Operator},
	}
	a, err := NewAuthenticator(ring, boundSealer{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		header string
		code   fault.Code
	}{
		{"Bearer AKID1:s3cret", ""},
		{"bearer AKID1:s3cret", ""},
		{"Bearer AKID1:wrong", CodeKeyWrong},
		{"Bearer AKID2:x", CodeKeyRevoked},
		{"Bearer AKID3:s3cret", "internal"}, // a secret moved under another key does not open
		{"Bearer nobody:x", CodeKeyUnknown},
		{"Bearer AKID1", CodeKeyMissing},
		{"Bearer :x", CodeKeyMissing},
		{"Basic AKID1:s3cret", CodeKeyMissing},
		{"", CodeKeyMissing},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", c.header)
		key, err := a.Bearer(r)
		var got fault.Code
		if err != nil {
			got = fault.Of(err).Code
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q: the error tells the secret", c.header)
			}
		}
		if got != c.code || (err == nil && key.Account != 7) {
			t.Errorf("%q: code %q, account %d; want %q", c.header, got, key.Account, c.code)
		}
	}
	key, secret, err := a.Secret(context.Background(), "AKID4")
	if err != nil || secret != "op" {
		t.Fatal(secret, err)
	}
	if s := Scope(key, "192.0.2.9"); !s.Operator || s.Account != 1 || s.Via != "api" || s.Actor != "AKID4" {
		t.Fatalf("%+v", s)
	}
}

func TestPHC(t *testing.T) {
	h, err := NewHasher(cheap)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	one, _ := h.Hash(ctx, "密码 with spaces")
	two, _ := h.Hash(ctx, "密码 with spaces")
	if one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatal(one, two)
	}
	if ok, err := h.Verify(ctx, one, "密码 with spaces"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, _ := h.Verify(ctx, one, "密码 with space"); ok {
		t.Fatal("another password passes")
	}
	// Reference vector: argon2 -id, t=2, m=64 MiB, p=1, "password", "somesalt" (phc-winner-argon2 test.c).
	const vector = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, err := h.Verify(ctx, vector, "password"); !ok || err != nil {
		t.Fatal("reference vector", ok, err)
	}
	for _, bad := range []string{"", "plain", "$argon2i$v=19$m=64,t=1,p=1$YWJjZGVmZ2g$YWJjZGVmZ2hpamtsbW5vcA", "$argon2id$v=19$m=999999999,t=1,p=1$YWJjZGVmZ2g$YWJjZGVmZ2hpamtsbW5vcA"} {
		if _, err := h.Verify(ctx, bad, "x"); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	h.turns <- struct{}{}
	h.turns <- struct{}{}
	if _, err := h.Hash(done, "x"); err == nil {
		t.Fatal("hashed without a turn")
	}
}

package registry

import (
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func TestPasswords(t *testing.T) {
	a, b := hashPassword("correct-pw-1"), hashPassword("correct-pw-1")
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=7168,t=5,p=1$") {
		t.Errorf("hashes %q, %q", a, b)
	}
	// Cost and salt are the stored ones, whatever is usual today.
	cheap := argon2id(1, 64, []byte("salt-of-16-bytes"), "correct-pw-1")
	for _, h := range []string{a, b, cheap, weakOf} {
		if !passwordIs(h, "correct-pw-1") || passwordIs(h, "correct-pw-2") || passwordIs(h, "") {
			t.Errorf("%q is not the hash of its password alone", h)
		}
	}
	for _, h := range []string{"", "correct-pw-1", "$", "$argon2id$v=19$m=7168,t=5,p=1$", strings.Replace(a, "v=19", "v=16", 1), strings.Replace(a, "argon2id", "argon2i", 1), a[:len(a)-1]} {
		if passwordIs(h, "correct-pw-1") || passwordIs(h, "") {
			t.Errorf("malformed hash %q fits", h)
		}
	}
}

// weakOf is a hash of the password as earlier versions made it.
const weakOf = "73616c74$51a0db1def0fce2093880102636751d18cd488cdd22a2cbfd2530c21037abe8f"

// A hash of the earlier kind opens once more, and is a proper one afterwards.
func TestWeakHashIsReplacedAtLogin(t *testing.T) {
	s := serve(t, Verisim())
	set := func(h string) {
		t.Helper()
		if err := s.Registry.do(func(c *core, now time.Time) error {
			g := *c.regs[openreg]
			g.Password = h
			c.putRegistrar(&g)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	stored := func() (h string) {
		_ = s.Registry.view(func(c *core, now time.Time) (uint64, error) {
			h = c.regs[openreg].Password
			return 0, nil
		})
		return h
	}
	weak := weakOf
	set(weak)
	if _, err := s.dial(openreg, "correct-pw-2", openreg); resultCode(err) != epp.CodeAuthentication || stored() != weak {
		t.Fatalf("a wrong password: %v", err)
	}
	c, err := s.dial(openreg, "correct-pw-1", openreg)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if h := stored(); weakHash(h) || !passwordIs(h, "correct-pw-1") {
		t.Errorf("stored afterwards: %q", h)
	}
}

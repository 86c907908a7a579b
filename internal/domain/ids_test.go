package domain

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPublicIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, space-1).Draw(t, "n")
		got, ok := ParseTenureID(TenureID(n).Public())
		if !ok || int64(got) != n {
			t.Fatalf("%d -> %s -> %d, %v", n, TenureID(n).Public(), got, ok)
		}
	})
	for _, bad := range []string{"", "domain-", "domain-ABCDEFGH", "tmpl-12345678", "domain-123456789"} {
		if _, ok := ParseTenureID(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
	if a, b := TenureID(1).Public(), TenureID(2).Public(); a == b || len(a) != len("domain-12345678") {
		t.Errorf("%s, %s", a, b)
	}
}

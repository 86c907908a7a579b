package registry

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
	"time"
)

// hashedAuth begins authorization information that is kept as a salted hash.
const hashedAuth = "sha256$"

// checkAuthInfo refuses authorization information that is too weak; an empty
// one is always taken and matches nothing. RFC 9154 section 4.1 wants 128 bits
// of randomness: 20 printable characters or 25 letters and digits.
func (c *core) checkAuthInfo(pw string) error {
	switch {
	case pw == "":
		return nil
	case !c.p.SecureAuth && len(pw) < c.p.MinAuthInfo:
		return refuse(2306, "authInfo too short")
	case !c.p.SecureAuth:
		return nil
	}
	need, kinds := 25, map[rune]bool{}
	for _, r := range pw {
		if r < 0x20 || r > 0x7e {
			return refuse(2202, "authInfo not printable ASCII")
		}
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", r) {
			need = 20
		}
		kinds[r] = true
	}
	if len(pw) < need || len(kinds) < 8 {
		return refuse(2202, "authInfo too weak")
	}
	return nil
}

// keepAuth is authorization information as it is stored.
func (c *core) keepAuth(pw string) string {
	if pw == "" || !c.p.SecureAuth {
		return pw
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	return authHash(hex.EncodeToString(salt), pw)
}

// setAuth puts stored authorization information on a name, for as long as the
// registry lets it hold.
func (c *core) setAuth(n *Domain, stored string, now time.Time) {
	n.AuthInfo, n.AuthUntil = stored, time.Time{}
	if stored != "" && c.p.AuthTTL > 0 {
		n.AuthUntil = now.Add(c.p.AuthTTL)
	}
}

// forgetAuth makes a name's authorization information void at its time.
func (c *core) forgetAuth(d *Domain, at time.Time) {
	n := d.clone()
	n.AuthInfo, n.AuthUntil = "", time.Time{}
	c.putDomain(n)
	c.changed(d, n, "status", "update", "authInfo expired", d.Name+": authorization information expired.", at)
}

// authHash is 256 bits over a salt of 128: what RFC 9154 section 4.3 asks for.
// The value has 128 random bits itself, so that a slow hash would gain nothing.
func authHash(salt, pw string) string {
	sum := sha256.Sum256([]byte(salt + "$" + pw))
	return hashedAuth + salt + "$" + hex.EncodeToString(sum[:])
}

// credential is authorization information as a command gives it, with the
// repository identifier of the object that it belongs to; "" is the object of
// the command.
type credential struct{ pw, roid string }

// authorized says whether a credential opens a domain: its own, or that of one
// of its contacts, named by its identifier (RFC 5731 section 3.2.4).
func (c *core) authorized(d *Domain, auth credential) bool {
	if auth.roid == "" || auth.roid == d.ROID {
		return authMatches(d.AuthInfo, auth.pw)
	}
	for _, ref := range append([]ContactRef{{ID: d.Registrant}}, d.Contacts...) {
		if x := c.contacts[ref.ID]; x != nil && x.ROID == auth.roid {
			return authMatches(x.AuthInfo, auth.pw)
		}
	}
	return false
}

// authMatches compares given authorization information with the stored one.
// Nothing matches an empty one.
func authMatches(stored, given string) bool {
	if stored == "" || given == "" {
		return false
	}
	if hash, ok := strings.CutPrefix(stored, hashedAuth); ok {
		salt, _, _ := strings.Cut(hash, "$")
		given = authHash(salt, given)
	}
	return subtle.ConstantTimeCompare([]byte(stored), []byte(given)) == 1
}

// shownAuth is what may be shown of it: nothing that is kept as a hash.
func shownAuth(stored string) string {
	if strings.HasPrefix(stored, hashedAuth) {
		return ""
	}
	return stored
}

package registry

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// The cost of a password: 7 MiB and five passes, one of the equal choices of
// OWASP's password storage guide, and the one that is kindest to caches when
// several are computed at once; about 20 ms here.
const (
	hashPasses = 5
	hashKiB    = 7 << 10
)

// hashing bounds how many passwords are hashed at once, so that a storm of
// logins takes neither the memory nor every core from the sessions at work.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))

func hashPassword(pw string) string {
	salt := make([]byte, 16)
	rand.Read(salt)
	return argon2id(hashPasses, hashKiB, salt, pw)
}

// argon2id is a hash in the usual text form, parameters included.
func argon2id(passes, kib uint32, salt []byte, pw string) string {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	key := argon2.IDKey([]byte(pw), salt, passes, kib, 1, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%x$%x", argon2.Version, kib, passes, salt, key)
}

// passwordIs reports whether stored is the hash of pw. It reads the salted
// SHA-256 of earlier states too; see weakHash.
func passwordIs(stored, pw string) bool {
	var again string
	if weakHash(stored) {
		salt, _, _ := strings.Cut(stored, "$")
		sum := sha256.Sum256([]byte(salt + pw))
		again = salt + "$" + hex.EncodeToString(sum[:])
	} else {
		var version, kib, passes uint32
		var salt []byte
		if _, err := fmt.Sscanf(stored, "$argon2id$v=%d$m=%d,t=%d,p=1$%x$", &version, &kib, &passes, &salt); err != nil || version != argon2.Version {
			return false
		}
		again = argon2id(passes, kib, salt, pw)
	}
	return subtle.ConstantTimeCompare([]byte(stored), []byte(again)) == 1
}

var nobodysPassword = sync.OnceValue(func() string { return hashPassword(rand.Text()) })

// weakHash says that a hash is of the kind that was made before argon2id; it
// is replaced at the next login.
func weakHash(stored string) bool {
	return !strings.HasPrefix(stored, "$") && strings.Contains(stored, "$")
}

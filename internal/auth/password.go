package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// HashParams are argon2id's costs (RFC 9106). Parallel is how many hashes may run at once in this process.
type HashParams struct {
	Memory   uint32 // KiB
	Time     uint32 // passes
	Threads  uint8
	Parallel int
}

// DefaultHash follows OWASP's second choice (19 MiB, two passes, one lane); two at once keep two cores busy and
// bound the memory.
var DefaultHash = HashParams{Memory: 19 * 1024, Time: 2, Threads: 1, Parallel: 2}

const (
	saltLen = 16
	keyLen  = 32
	// maxMemory bounds what a stored hash may ask for: 256 MiB.
	maxMemory = 256 * 1024
)

// Hasher makes and checks argon2id hashes in PHC string form. It waits its turn: hashing is made to be slow.
type Hasher struct {
	params HashParams
	turns  chan struct{}
}

// NewHasher takes zero params as DefaultHash.
func NewHasher(p HashParams) (*Hasher, error) {
	if p == (HashParams{}) {
		p = DefaultHash
	}
	if p.Memory < 8 || p.Memory > maxMemory || p.Time < 1 || p.Threads < 1 || p.Parallel < 1 {
		return nil, errors.New("auth: hash parameters out of range")
	}
	return &Hasher{params: p, turns: make(chan struct{}, p.Parallel)}, nil
}

func (h *Hasher) turn(ctx context.Context) (func(), error) {
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Hash gives "$argon2id$v=19$m=…,t=…,p=…$salt$hash".
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	salt := make([]byte, saltLen)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum := argon2.IDKey([]byte(password), salt, h.params.Time, h.params.Memory, h.params.Threads, keyLen)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.params.Memory, h.params.Time, h.params.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// Verify reports whether the password made the hash; a hash that can't be read is an error.
func (h *Hasher) Verify(ctx context.Context, phc, password string) (bool, error) {
	p, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	got := argon2.IDKey([]byte(password), salt, p.Time, p.Memory, p.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func parsePHC(s string) (p HashParams, salt, sum []byte, err error) {
	bad := errors.New("auth: stored password hash is not argon2id in PHC form")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, nil, nil, bad
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads); err != nil {
		return p, nil, nil, bad
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(sum) < 16 || len(sum) > 64 ||
		p.Time < 1 || p.Time > 64 || p.Threads < 1 || p.Memory > maxMemory {
		return p, nil, nil, bad
	}
	return p, salt, sum, nil
}

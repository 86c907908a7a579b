package epp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
)

// NSSecureAuthInfo is the namespace of secure authorization information for
// transfer (RFC 9154).
const NSSecureAuthInfo = "urn:ietf:params:xml:ns:epp:secure-authinfo-transfer-1.0"

// SecureAuthInfo announces the practice of RFC 9154, which has no elements of
// its own: objects are created with empty authorization information, the
// sponsoring client sets a strong one for the time of a transfer only, and the
// server keeps but a hash, forgets it at the transfer, and lets nothing match
// an empty one. [NewAuthInfo], [CheckAuthInfo], [HashAuthInfo] and
// [AuthInfoMatches] are what both sides need for it; [AuthInfo].Null, or an
// empty one, clears.
var SecureAuthInfo = Extension{Namespace: NSSecureAuthInfo}

// AuthInfoLength is the length of what [NewAuthInfo] makes, short enough for
// registries that take no more than 32 characters.
const AuthInfoLength = 24

// authInfoAlphabet is printable ASCII without what XML escapes, what wants
// quoting in shells and spreadsheets, and what people confuse.
const authInfoAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%()*+-./:;=?@[]^_{}~"

// NewAuthInfo makes authorization information for one transfer: 24 characters
// of printable ASCII, about 151 bits from the system's random source, with an
// upper and a lower case letter, a digit and a sign in it, since many
// registries insist.
func NewAuthInfo() string {
	const n = len(authInfoAlphabet)
	for {
		var out, pool []byte
		for len(out) < AuthInfoLength {
			if len(pool) == 0 {
				pool = make([]byte, 2*AuthInfoLength)
				_, _ = rand.Read(pool) // never fails: see crypto/rand
			}
			// What is left of a byte past a multiple of n would favour some.
			if b := int(pool[0]); b < 256-256%n {
				out = append(out, authInfoAlphabet[b%n])
			}
			pool = pool[1:]
		}
		if c := classesOf(string(out)); c == (charClasses{true, true, true, true}) && isAlnum(out[0]) {
			return string(out)
		}
	}
}

type charClasses struct{ upper, lower, digit, sign bool }

func classesOf(s string) charClasses {
	var c charClasses
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b >= 'A' && b <= 'Z':
			c.upper = true
		case b >= 'a' && b <= 'z':
			c.lower = true
		case b >= '0' && b <= '9':
			c.digit = true
		default:
			c.sign = true
		}
	}
	return c
}

func isAlnum(b byte) bool { return !classesOf(string(b)).sign }

// Errors of [CheckAuthInfo].
var (
	ErrAuthInfoChars = errors.New("epp: authorization information has characters that are not printable ASCII")
	ErrAuthInfoWeak  = errors.New("epp: authorization information has fewer than 128 bits")
)

// CheckAuthInfo tells whether authorization information can have the 128 bits
// of RFC 9154 section 4.1: 20 characters drawn from all of printable ASCII, 22
// letters of either case and digits, 25 of one case and digits, 32 hexadecimal
// and 39 decimal digits. What is not random but long enough passes, unless it
// repeats a few characters only: chance can't be seen.
func CheckAuthInfo(pw string) error {
	distinct := map[byte]bool{}
	for i := 0; i < len(pw); i++ {
		if pw[i] <= ' ' || pw[i] > '~' {
			return ErrAuthInfoChars
		}
		distinct[pw[i]] = true
	}
	need := 20
	switch c := classesOf(pw); {
	case c.sign:
	case c.upper && c.lower && c.digit:
		need = 22
	case c.upper && c.lower:
		need = 23
	case !c.upper && !c.lower:
		need = 39
	case strings.Trim(pw, "0123456789abcdef") == "" || strings.Trim(pw, "0123456789ABCDEF") == "":
		need = 32
	case c.digit:
		need = 25
	default:
		need = 28
	}
	if len(pw) < need || len(distinct) < 8 {
		return ErrAuthInfoWeak
	}
	return nil
}

const authInfoHash = "{SSHA256}"

// HashAuthInfo is what a server keeps of authorization information: SHA-256
// over a random salt of 128 bits and the information (RFC 9154 section 4.3).
// The hash of the empty one is "", which nothing matches.
func HashAuthInfo(pw string) string {
	if pw == "" {
		return ""
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: see crypto/rand
	return authInfoHash + base64.StdEncoding.EncodeToString(append(saltedHash(salt, pw), salt...))
}

// AuthInfoMatches tells whether authorization information is the one that was
// hashed. An empty one never matches anything (RFC 9154 section 4.4).
func AuthInfoMatches(hashed, pw string) bool {
	data, ok := strings.CutPrefix(hashed, authInfoHash)
	raw, err := base64.StdEncoding.DecodeString(data)
	if pw == "" || !ok || err != nil || len(raw) <= sha256.Size {
		return false
	}
	return subtle.ConstantTimeCompare(raw[:sha256.Size], saltedHash(raw[sha256.Size:], pw)) == 1
}

func saltedHash(salt []byte, pw string) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(pw))
	return h.Sum(nil)
}

// Package signedcode makes and verifies signed codes: the proofs by which a
// verification service provider (VSP) tells registries that a domain name, or
// the one who registers it, was verified
// (draft-ietf-regext-verificationcode-06 section 2).
//
// A signed code is an XML document with a verification code, the enveloped
// XML signature of the provider, and the provider's certificate. It travels
// in base64, in an [epp.EncodedSignedCode].
//
// What a signature may look like is pinned: exclusive canonicalization, RSA
// with SHA-256, one signature with one reference, to the root by its id,
// enveloped and canonicalized. Everything else is refused, so that what is
// verified is what is read.
package signedcode

import (
	"fmt"
	"strings"
)

// MaxDocument bounds a signed code, in bytes. Real ones have about 3 kB.
const MaxDocument = 64 << 10

// maxCode bounds a code's value and its type, in bytes.
const maxCode = 255

// Types of code that the draft's examples and practice in China have. The
// list is open: profiles name their own.
const (
	TypeDomain     = "domain"     // the name was verified
	TypeRegistrant = "registrant" // the registrant was verified (in the draft's examples)
	TypeRealName   = "real-name"  // the registrant was verified (in practice)
)

// Code is a verification code. Value is the provider's number, a hyphen, and
// an identifier of ASCII letters and digits: 1-abc111.
type Code struct {
	Value string
	Type  string
}

// VSP is the number of the provider that gave the code; "" when the value is
// no code.
func (c Code) VSP() string {
	vsp, id, ok := strings.Cut(c.Value, "-")
	if !ok || len(c.Value) > maxCode || !all(vsp, digit) || !all(id, alphanumeric) {
		return ""
	}
	return vsp
}

// Valid reports whether value and type have the schema's form. Both are of at
// most 255 bytes.
func (c Code) Valid() bool {
	return c.VSP() != "" && len(c.Type) <= maxCode && all(c.Type, func(b byte) bool { return b > ' ' && b < 0x7f })
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

func alphanumeric(b byte) bool { return digit(b) || b|0x20 >= 'a' && b|0x20 <= 'z' }

// all reports whether s is not empty and of such bytes alone.
func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return s != ""
}

// Reason says why a signed code was refused.
type Reason string

// The reasons, in the order in which they are looked for.
const (
	Malformed    Reason = "malformed"   // no XML, too large, or not of the one form that is accepted
	Algorithm    Reason = "algorithm"   // other algorithms or transforms than the pinned ones
	UnknownVSP   Reason = "vsp"         // the code's provider is not known, or the certificate is not its own
	Certificate  Reason = "certificate" // the certificate does not lead to the provider's authorities at that time
	Revoked      Reason = "revoked"     // a certificate of the chain is revoked
	BadSignature Reason = "signature"   // what was signed was something else
	WrongType    Reason = "type"        // the provider may not give codes of that type
)

// Error reports a signed code that was refused. It repeats nothing of it but
// names of elements.
type Error struct {
	Reason Reason
	Msg    string
	Err    error // the cause, where another package found it
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("signed code: %s: %s: %v", e.Reason, e.Msg, e.Err)
	}
	return fmt.Sprintf("signed code: %s: %s", e.Reason, e.Msg)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func refuse(r Reason, format string, args ...any) error {
	return &Error{Reason: r, Msg: fmt.Sprintf(format, args...)}
}

// Package domain is the vocabulary of the registrar: the nouns that every other package speaks of.
package domain

import (
	"fmt"
	"math/bits"
	"strings"
)

// Identifiers are int64 below 2^53, taken from blocks in the database, never from the clock.
type (
	AccountID  int64
	TemplateID int64
	OrderID    int64 // also the product's LogId
	ItemID     int64
	TenureID   int64
	IntentID   int64
	EventID    int64

	DocumentID     int64
	VerificationID int64
)

const (
	alphabet   = "0123456789abcdefghijklmnopqrstuvwxyz"
	space      = 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36 // 36^8
	multiplier = 1_812_433_253                         // odd and no multiple of 3: invertible modulo 36^8
	inverse    = 1_398_646_669_421                     // multiplier * inverse = 1 modulo 36^8
)

// Public writes the tenure's identifier as the product's API does: "domain-" and 8 characters.
func (id TenureID) Public() string { return "domain-" + scramble(int64(id)) }

// Public writes the template's identifier as the product's API does: "tmpl-" and 8 characters.
func (id TemplateID) Public() string { return "tmpl-" + scramble(int64(id)) }

// Public writes the document's identifier: "doc-" and 8 characters.
func (id DocumentID) Public() string { return "doc-" + scramble(int64(id)) }

// ParseDocumentID reads what DocumentID.Public wrote.
func ParseDocumentID(s string) (DocumentID, bool) {
	n, ok := unscramble(s, "doc-")
	return DocumentID(n), ok
}

// ParseTenureID reads what TenureID.Public wrote.
func ParseTenureID(s string) (TenureID, bool) {
	n, ok := unscramble(s, "domain-")
	return TenureID(n), ok
}

// ParseTemplateID reads what TemplateID.Public wrote.
func ParseTemplateID(s string) (TemplateID, bool) {
	n, ok := unscramble(s, "tmpl-")
	return TemplateID(n), ok
}

// Uin is an account's number as the product writes it.
func (id AccountID) Uin() string { return fmt.Sprintf("%d", 100000000000+int64(id)) }

func scramble(n int64) string {
	n = mulmod(n%space, multiplier)
	var b [8]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = alphabet[n%36]
		n /= 36
	}
	return string(b[:])
}

func unscramble(s, prefix string) (int64, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(rest) != 8 {
		return 0, false
	}
	var n int64
	for i := range len(rest) {
		d := strings.IndexByte(alphabet, rest[i])
		if d < 0 {
			return 0, false
		}
		n = n*36 + int64(d)
	}
	return mulmod(n, inverse), true
}

func mulmod(a, b int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	_, rem := bits.Div64(hi, lo, space)
	return int64(rem)
}

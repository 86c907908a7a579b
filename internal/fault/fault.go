// Package fault is the one error type that crosses packages. It carries a code from the fault catalogue and
// the facts that show it; words are rendered at the edge, from the catalogue, in the reader's language.
package fault

import (
	"errors"
	"sort"
	"strings"
)

// Kind says what sort of answer a fault deserves; edges map it to their own form (HTTP status, API error family).
type Kind int

const (
	// Internal is our own failure; its cause is logged and never shown.
	Internal Kind = iota
	// Invalid is input that can't be acted on: nothing was changed.
	Invalid
	// Missing is something that doesn't exist, or not for this account.
	Missing
	// Conflict is input that was right once, or would be right in another state.
	Conflict
	// Denied is an act that this caller may not do.
	Denied
	// Limited is too much, too often.
	Limited
	// Unavailable is an outside that doesn't answer; trying later can help.
	Unavailable
)

// Code names one cause: a code of the catalogue, such as "registration.taken" or "input.name-malformed".
type Code string

// Facts are the evidence, by name. They are shown to the owner: no secrets, no other person's data.
type Facts map[string]string

// Error is a refusal with its code and evidence.
type Error struct {
	Kind  Kind
	Code  Code
	Facts Facts
	cause error
}

// New makes an Error; kv are fact names and values in turn.
func New(kind Kind, code Code, kv ...string) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(kv) > 0 {
		e.Facts = make(Facts, len(kv)/2)
		for i := 0; i+1 < len(kv); i += 2 {
			e.Facts[kv[i]] = kv[i+1]
		}
	}
	return e
}

// Wrap keeps a cause for the log; Error() does not print it.
func Wrap(cause error, kind Kind, code Code, kv ...string) *Error {
	e := New(kind, code, kv...)
	e.cause = cause
	return e
}

func (e *Error) Error() string {
	if len(e.Facts) == 0 {
		return string(e.Code)
	}
	keys := make([]string, 0, len(e.Facts))
	for k := range e.Facts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	b.WriteString(string(e.Code))
	for _, k := range keys {
		b.WriteString(" " + k + "=" + e.Facts[k])
	}
	return b.String()
}

// Unwrap gives the cause, for logs.
func (e *Error) Unwrap() error { return e.cause }

// Of finds the Error in err's chain; anything else becomes an Internal one that keeps err as its cause.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(err, Internal, "internal")
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

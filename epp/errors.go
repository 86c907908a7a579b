package epp

import (
	"errors"
	"fmt"
	"strings"
)

// DecodeError reports a message that could not be decoded. A server answers
// with Code; no error text repeats the content of the message.
type DecodeError struct {
	// Code is 2000, 2001, 2003, 2004, 2005, 2100, 2101, 2102 or 2307, and
	// from [Dial] also 2306.
	Code Code
	// Msg says what is wrong, naming elements but no values.
	Msg string
	// Element is the local name of the element concerned, where known.
	Element string
	// ClTRID is the command's transaction id, where it could be read.
	ClTRID string
}

func (e *DecodeError) Error() string {
	if e.Element != "" {
		return fmt.Sprintf("epp: %s (element %s)", e.Msg, e.Element)
	}
	return "epp: " + e.Msg
}

// ResultError is a response of code 2000 or above as a Go error. It carries
// codes and the server's texts but no values of the command, which could be
// secrets.
type ResultError struct {
	Code    Code
	Msg     string
	Reasons []string
	ClTRID  string
	SvTRID  string
	// Events are the security events of a refused login (RFC 8807).
	Events []LoginEvent
}

func (e *ResultError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "epp: result %d: %s", int(e.Code), e.Msg)
	for _, r := range e.Reasons {
		b.WriteString("; ")
		b.WriteString(r)
	}
	return b.String()
}

// TransportError reports that no usable answer came back.
type TransportError struct {
	// Op is "dial", "greeting", "send", "receive" or "decode".
	Op string
	// Sent says that the frame, or some of it, may have reached the server:
	// the outcome of the command is unknown. When false nothing was sent and
	// the command certainly did not happen.
	Sent bool
	// Frame is the answer where one came that could not be decoded or did
	// not belong to the command. It may hold secrets: see [Mask].
	Frame []byte
	Err   error
}

func (e *TransportError) Error() string {
	if e.Sent {
		return fmt.Sprintf("epp: %s: outcome unknown: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("epp: %s: %v", e.Op, e.Err)
}

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// ErrSessionClosed is the cause of the [TransportError] for a command given
// to a session that has ended.
var ErrSessionClosed = errors.New("epp: session is closed")

// ErrTRIDLength is the cause of the [TransportError] for a command whose
// transaction id is not of 3 to 64 characters, as the schema wants. It was not
// sent.
var ErrTRIDLength = errors.New("epp: transaction id must have 3 to 64 characters")

// ErrTRIDMismatch is the cause of the [TransportError] for an answer that
// carries another command's transaction id. The session is closed with it.
var ErrTRIDMismatch = errors.New("epp: answer belongs to another transaction")

// OutcomeUnknown reports whether err leaves open what the server did: it is a
// [TransportError] with Sent.
func OutcomeUnknown(err error) bool {
	var te *TransportError
	return errors.As(err, &te) && te.Sent
}

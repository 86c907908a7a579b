// Package control is what the control ports of simulated registries have in
// common: how a call is read and answered, and the calls on one registry.
package control

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// maxBody bounds a request.
const maxBody = 1 << 20

// Error is an error with the HTTP status that it is answered with.
type Error struct {
	Status int
	Text   string
	Facts  map[string]any // answered beside the text; may be nil
}

func (e *Error) Error() string { return e.Text }

// BadRequest is an error of status 400.
func BadRequest(text string) error { return &Error{Status: http.StatusBadRequest, Text: text} }

// NotFound is an error of status 404.
func NotFound(text string) error { return &Error{Status: http.StatusNotFound, Text: text} }

// Conflict is an error of status 409.
func Conflict(text string) error { return &Error{Status: http.StatusConflict, Text: text} }

// Refusal gives a registry's own error its HTTP status; other errors stay.
func Refusal(err error) error {
	var no *registry.Refusal
	switch {
	case errors.Is(err, registry.ErrNoSuchName), errors.Is(err, registry.ErrNoSuchRegistrar):
		return NotFound(strings.TrimPrefix(err.Error(), "registry: "))
	case !errors.As(err, &no):
		return err
	}
	switch no.Code {
	case 2303:
		return NotFound(err.Error())
	case 2104, 2302, 2304, 2305:
		return Conflict(err.Error())
	}
	return BadRequest(err.Error())
}

// Created is an answer with status 201.
type Created struct{ Value any }

// Endpoint answers a call with a value as JSON, nil as status 204, or an error
// as {"error": …} with the status of an [Error], else 500.
type Endpoint func(r *http.Request) (any, error)

func (f Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	v, err := f(r)
	status := http.StatusOK
	if err != nil {
		answer := map[string]any{"error": err.Error()}
		status = http.StatusInternalServerError
		var e *Error
		if errors.As(err, &e) {
			status = e.Status
			maps.Copy(answer, e.Facts)
		}
		v = answer
	}
	if c, ok := v.(Created); ok {
		status, v = http.StatusCreated, c.Value
	}
	if v == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// NoSuchCall answers what no pattern fits.
func NoSuchCall(r *http.Request) (any, error) {
	return nil, NotFound("no such call: " + r.Method + " " + r.URL.Path)
}

// Body decodes a JSON request strictly. An absent body is an empty object.
func Body(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return &Error{Status: http.StatusRequestEntityTooLarge, Text: "the request is larger than 1 MB"}
		}
		return BadRequest("not the JSON that is expected here: " + err.Error())
	}
	if dec.More() {
		return BadRequest("more than one JSON value")
	}
	return nil
}

// Span reads a length of time; days ("30d") beside Go's units.
func Span(s string) (time.Duration, error) {
	var d registry.Span
	if d.UnmarshalText([]byte(s)) != nil {
		return 0, BadRequest(strconv.Quote(s) + " is not a length of time such as 1440h or 60d")
	}
	return time.Duration(d), nil
}

// LocalOnly refuses requests under other names than loopback's, which a web
// page elsewhere could make (DNS rebinding), and such that a page sends across
// origins.
func LocalOnly(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this server is on loopback only", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Package verifier is the client of authorities that verify registrants: one kind that speaks EPP with the name
// verification mapping (nv-1.0) and tells its verdicts by poll, and one that speaks JSON over HTTP and calls back. What
// an authority says, in whatever words, becomes an ops.Ruling; opinions.go is the table of the words.
package verifier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
)

// Config is what New needs.
type Config struct {
	EPP  []EPP
	HTTP []HTTP
	Wall func() time.Time // wall clock: signatures and sessions
	Log  *slog.Logger     // nil: none
	// Seen, when set, sees every frame of an EPP authority, with what is personal blanked: a transcript may be kept.
	Seen func(authority, session, secret string, sent bool, frame []byte)
	// Crash is passed at named points for tests; nil: none.
	Crash func(at string)

	whole func(frame []byte) // tests: every frame of an EPP authority before Seen's blanks
}

// Keep takes over what an authority said by itself; it is acknowledged only when Keep returns nil.
type Keep func(ctx context.Context, authority, ownRef string, r ops.Ruling) error

// authority is one kind of authority at work.
type authority interface {
	submit(ctx context.Context, m ops.Material) ops.Ruling
	ask(ctx context.Context, m ops.Material) ops.Ruling
	// poll takes what waits in its queue; nothing where it has none.
	poll(ctx context.Context, keep Keep) (int, error)
	close(ctx context.Context) error
}

// Verifier is all authorities that are connected.
type Verifier struct {
	ids  []string
	all  map[string]authority
	call map[string]*httpAuthority
}

// New connects nothing yet.
func New(cfg Config) (*Verifier, error) {
	if cfg.Wall == nil {
		return nil, errors.New("verifier: Wall is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Crash == nil {
		cfg.Crash = func(string) {}
	}
	v := &Verifier{all: map[string]authority{}, call: map[string]*httpAuthority{}}
	add := func(id string, a authority, err error) error {
		if err != nil {
			return fmt.Errorf("verifier: %s: %w", id, err)
		}
		if _, twice := v.all[id]; twice || id == "" {
			return fmt.Errorf("verifier: authority %q is unnamed or there twice", id)
		}
		v.ids, v.all[id] = append(v.ids, id), a
		return nil
	}
	for _, c := range cfg.EPP {
		a, err := newEPP(c, cfg)
		if err := add(c.ID, a, err); err != nil {
			return nil, err
		}
	}
	for _, c := range cfg.HTTP {
		a, err := newHTTP(c, cfg)
		if err := add(c.ID, a, err); err != nil {
			return nil, err
		}
		v.call[c.ID] = a
	}
	return v, nil
}

// Authorities implements ops.Verifier.
func (v *Verifier) Authorities() []string { return slices.Clone(v.ids) }

// Submit implements ops.Verifier.
func (v *Verifier) Submit(ctx context.Context, id string, m ops.Material) ops.Ruling {
	a, ok := v.all[id]
	if !ok {
		return ops.Ruling{Kind: ops.RulingFailed, Answer: "not connected"}
	}
	return a.submit(ctx, m)
}

// Ask implements ops.Verifier.
func (v *Verifier) Ask(ctx context.Context, id string, m ops.Material) ops.Ruling {
	a, ok := v.all[id]
	if !ok {
		return ops.Ruling{Kind: ops.RulingUnknown, Answer: "not connected"}
	}
	return a.ask(ctx, m)
}

// Poll empties the queues of the authorities that have one, and says how many answers were kept.
func (v *Verifier) Poll(ctx context.Context, keep Keep) (int, error) {
	n := 0
	var failed error
	for _, id := range v.ids {
		k, err := v.all[id].poll(ctx, keep)
		n += k
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("verifier: %s: %w", id, err))
		}
	}
	return n, failed
}

// Callback answers the calls of an authority; nil where it makes none.
func (v *Verifier) Callback(id string, keep Keep) http.Handler {
	a, ok := v.call[id]
	if !ok {
		return nil
	}
	return a.callback(keep)
}

// Close ends all sessions.
func (v *Verifier) Close(ctx context.Context) error {
	var failed error
	for _, id := range v.ids {
		failed = errors.Join(failed, v.all[id].close(ctx))
	}
	return failed
}

// personal are the elements of a frame that must be kept nowhere: of our own frames, whose form we know.
var personal = regexp.MustCompile(`(?s)<(nv:(?:num|name|pw|document|encodedSignedCode)|pw|newPW)>.*?</(?:nv:(?:num|name|pw|document|encodedSignedCode)|pw|newPW)>`)

// blanked is a frame as it may be shown: without names, numbers, pictures, secrets and signed codes.
func blanked(frame []byte) []byte { return personal.ReplaceAll(frame, []byte("<$1>********</$1>")) }

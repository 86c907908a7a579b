package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultRule is a [Fault] as control ports (JSON) and files (TOML) write it.
type FaultRule struct {
	ID          string  `json:"id,omitempty" toml:"id"`
	Kind        string  `json:"kind" toml:"kind"`
	Command     string  `json:"command,omitempty" toml:"command"`
	Match       string  `json:"match,omitempty" toml:"match"`
	ClID        string  `json:"clid,omitempty" toml:"clid"`
	Probability float64 `json:"probability,omitempty" toml:"probability"`
	After       int     `json:"after,omitempty" toml:"after"`
	Remaining   int     `json:"remaining,omitempty" toml:"remaining"`
	Delay       Span    `json:"delay,omitzero" toml:"delay"`
	// DelayMS is the delay in milliseconds, for who computes with it.
	DelayMS       int64     `json:"delay_ms,omitempty" toml:"delay_ms"`
	Limit         int       `json:"limit,omitempty" toml:"limit"`
	Percent       int       `json:"percent,omitempty" toml:"percent"`
	UntilBusiness time.Time `json:"until_business,omitzero" toml:"until_business"`
	UntilWall     time.Time `json:"until_wall,omitzero" toml:"until_wall"`
	// Seen is told, never taken: how much of After has gone by.
	Seen int `json:"seen,omitempty" toml:"-"`
}

// Span is a length of time, written as "2s"; nanoseconds are read as well.
type Span time.Duration

// UnmarshalText reads "2s", and days as "30d".
func (s *Span) UnmarshalText(b []byte) error {
	text := string(b)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err == nil && n >= -36600 && n <= 36600 {
			*s = Span(time.Duration(n) * day)
			return nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf(`%q is not a length of time such as "2s"`, text)
	}
	*s = Span(d)
	return nil
}

// MarshalText writes "2s".
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalJSON reads "2s" or nanoseconds.
func (s *Span) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte(`"`)) {
		var ns int64
		if err := json.Unmarshal(b, &ns); err != nil {
			return fmt.Errorf(`%s is not a length of time such as "2s"`, b)
		}
		*s = Span(ns)
		return nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	return s.UnmarshalText([]byte(text))
}

// RuleOf writes a fault for the outside.
func RuleOf(f Fault) FaultRule {
	return FaultRule{ID: f.ID, Kind: f.Kind, Command: f.Command, Match: f.Match, ClID: f.ClID, Probability: f.Probability,
		After: f.After, Seen: f.Seen, Remaining: f.Remaining, Delay: Span(f.Delay), DelayMS: f.Delay.Milliseconds(),
		Limit: f.Limit, Percent: f.Percent, UntilBusiness: f.UntilBusiness, UntilWall: f.UntilWall}
}

// Fault reads a rule; the error says what is wrong with it.
func (r FaultRule) Fault() (Fault, error) {
	f := Fault{ID: r.ID, Kind: r.Kind, Command: r.Command, Match: r.Match, ClID: r.ClID, Probability: r.Probability,
		After: r.After, Remaining: r.Remaining, Delay: time.Duration(r.Delay), Limit: r.Limit, Percent: r.Percent,
		UntilBusiness: r.UntilBusiness.UTC(), UntilWall: r.UntilWall}
	if r.UntilBusiness.IsZero() {
		f.UntilBusiness = time.Time{}
	}
	if f.Delay == 0 {
		f.Delay = time.Duration(r.DelayMS) * time.Millisecond
	}
	return f, f.check()
}

// longestDelay bounds what a rule can make a client wait for.
const longestDelay = time.Hour

// check refuses what means nothing: a rule that is taken does what it says.
func (f *Fault) check() error {
	t, known := faultTraits[f.Kind]
	if !known {
		return fmt.Errorf("no fault of kind %q; there are %s", f.Kind, strings.Join(faultKinds, ", "))
	}
	switch {
	case f.Probability < 0 || f.Probability > 1:
		return errors.New("probability must be 0 to 1")
	case f.Remaining < 0:
		return errors.New("remaining must not be negative")
	case f.After < 0:
		return errors.New("after must not be negative")
	case f.Kind != FaultSkewedClock && (f.Delay < 0 || f.Delay > longestDelay):
		return errors.New("delay must be 0 to an hour")
	case f.Limit < 0 || f.Limit > 1_000_000:
		return errors.New("limit must be 1 to 1000000")
	case f.Percent < 0 || f.Percent > 100_000:
		return errors.New("percent must be 1 to 100000")
	}
	if _, err := path.Match(f.Match, ""); err != nil {
		return fmt.Errorf("match: %q is not a pattern such as *.com", f.Match)
	}
	for _, p := range []struct {
		name       string
		set, means bool
	}{
		{"command", f.Command != "", t.on == perCommand},
		{"match", f.Match != "", t.on == perCommand || t.match},
		{"clid", f.ClID != "", t.on == perCommand || t.clID},
		{"probability", f.Probability > 0, t.on != standing},
		{"after", f.After > 0, t.on != standing},
		{"remaining", f.Remaining > 0, t.on != standing},
		{"delay", f.Delay != 0, t.delay},
		{"limit", f.Limit > 0, t.limit},
		{"percent", f.Percent > 0, t.percent},
	} {
		if p.set && !p.means {
			return fmt.Errorf("%s means nothing for a fault of kind %s", p.name, f.Kind)
		}
	}
	if f.Command != "" && !faultCommandKnown(f.Command) {
		return fmt.Errorf(`command: %q is none such as "create", "domain", "domain:create", "poll" or "login"`, f.Command)
	}
	if t.commands != nil && f.Command != "" && !slices.ContainsFunc(t.commands, func(c string) bool {
		one := Fault{Command: f.Command}
		return one.matches("", c, nil)
	}) {
		return fmt.Errorf("a fault of kind %s strikes %s only", f.Kind, strings.Join(t.commands, ", "))
	}
	return nil
}

func faultCommandKnown(c string) bool {
	verbs := []string{"check", "info", "create", "update", "delete", "renew", "transfer"}
	object, verb, both := strings.Cut(c, ":")
	objects := []string{"domain", "host", "contact"}
	switch {
	case !both:
		return slices.Contains(objects, c) || slices.Contains(verbs, c) || slices.Contains([]string{"poll", "login", "req", "ack"}, c)
	case object == "poll":
		return verb == "req" || verb == "ack"
	}
	return slices.Contains(objects, object) && slices.Contains(verbs, verb)
}

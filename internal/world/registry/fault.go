package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Kinds of faults.
const (
	FaultCutBefore       = "cut-before"         // close before doing anything
	FaultCutDuringCommit = "cut-during-commit"  // close while the command is carried out; an even chance that it takes effect
	FaultCutAfterCommit  = "cut-after-commit"   // commit, then close without an answer
	FaultLateCommit      = "late-commit"        // close at once, commit after Delay
	FaultDelay           = "delay"              // answer after Delay
	FaultHalfFrame       = "half-frame"         // commit, send half of the answer, close
	FaultOversize        = "oversize-length"    // commit, announce a frame of absurd length
	FaultCode2400        = "code-2400"          // fails, session stays
	FaultCode2500        = "code-2500"          // fails, session closed
	FaultCode2502        = "code-2502"          // session limit, session closed
	FaultLoggedOut       = "logged-out"         // the session answers 2002 from then on
	FaultRateLimit       = "rate-limit"         // over Limit commands in a second of wall time per registrar: 2400
	FaultEmptyDeposit    = "empty-deposit"      // what costs is answered 2104
	FaultMalformedPoll   = "malformed-poll"     // poll answers carry broken content
	FaultSkewedClock     = "skewed-clock"       // greeting's svDate off by Delay (default 1 h)
	FaultCertificate     = "certificate-change" // TLS presents a certificate of a strange authority
	FaultSessionCap      = "session-cap"        // Limit sessions a registrar
	FaultFeeChange       = "fee-change"         // prices are Percent of the usual ones
	FaultDown            = "down"               // no listener, no connections
)

// Fault is a rule of misbehaviour: what happens, to which commands, how often
// and until when. It is kept over restarts.
type Fault struct {
	ID          string  `json:"id"`
	Kind        string  `json:"kind"`
	Command     string  `json:"command,omitempty"`     // "create", "domain", "domain:create", "poll", "login"; empty: any but login
	Match       string  `json:"match,omitempty"`       // glob on the object's name; empty: any
	ClID        string  `json:"clID,omitempty"`        // registrar; empty: any
	Probability float64 `json:"probability,omitempty"` // 0 means 1
	After       int     `json:"after,omitempty"`       // so many that it would strike go unharmed first
	Remaining   int     `json:"remaining,omitempty"`   // times left; 0 means without end
	// Delay is of wall time.
	Delay   time.Duration `json:"delay,omitempty"`
	Limit   int           `json:"limit,omitempty"`   // session-cap [1], rate-limit [5]
	Percent int           `json:"percent,omitempty"` // fee-change [200]
	// The rule ends at the earlier of the two, as far as they are set: one on
	// the business clock, one on the wall clock.
	UntilBusiness time.Time `json:"untilBusiness,omitzero"`
	UntilWall     time.Time `json:"untilWall,omitzero"`
	// Configured says that the rule comes from a file: it is not kept, the
	// file brings it again at each start.
	Configured bool `json:"-"`
	// Seen counts towards After. What was counted since the rule last struck
	// is counted anew after a kill.
	Seen int `json:"seen,omitempty"`

	window map[string]rateWindow // rate-limit, by clID
}

type rateWindow struct {
	second int64 // Unix, wall
	n      int
}

// occasion is what a kind of fault is drawn for.
type occasion int

const (
	perCommand    occasion = iota
	perConnection          // TLS handshakes: no registrar is known yet
	standing               // in force as long as it is there
)

// trait is what a kind of fault is like.
type trait struct {
	on       occasion
	commands []string // the only ones that it can strike; nil: any
	// What of a rule means something besides what all kinds of the occasion take.
	clID, match, delay, limit, percent bool
	// Defaults of limit and percent.
	orLimit, orPercent int
}

var faultTraits = map[string]trait{
	FaultCutBefore:       {},
	FaultCutDuringCommit: {},
	FaultCutAfterCommit:  {},
	FaultLateCommit:      {delay: true},
	FaultDelay:           {delay: true},
	FaultHalfFrame:       {},
	FaultOversize:        {},
	FaultCode2400:        {},
	FaultCode2500:        {},
	FaultCode2502:        {},
	FaultLoggedOut:       {},
	FaultRateLimit:       {limit: true, orLimit: 5},
	FaultEmptyDeposit:    {commands: []string{"domain:create", "domain:renew", "domain:transfer", "domain:update"}},
	FaultMalformedPoll:   {commands: []string{"poll:req"}},
	FaultCertificate:     {on: perConnection},
	FaultSkewedClock:     {on: standing, delay: true},
	FaultSessionCap:      {on: standing, clID: true, limit: true, orLimit: 1},
	FaultFeeChange:       {on: standing, match: true, percent: true, orPercent: 200},
	FaultDown:            {on: standing},
}

// faultKinds is the order in which kinds are listed.
var faultKinds = []string{FaultCutBefore, FaultCutDuringCommit, FaultCutAfterCommit, FaultLateCommit, FaultDelay,
	FaultHalfFrame, FaultOversize, FaultCode2400, FaultCode2500, FaultCode2502, FaultLoggedOut, FaultRateLimit,
	FaultEmptyDeposit, FaultMalformedPoll, FaultSkewedClock, FaultCertificate, FaultSessionCap, FaultFeeChange, FaultDown}

// FaultKinds lists the kinds of faults that can be ordered.
func FaultKinds() []string { return slices.Clone(faultKinds) }

type keptFaults struct {
	Seq    int     `json:"seq"`
	Faults []Fault `json:"faults"`
}

// loadFaults reads the rules of an earlier run.
func (r *Registry) loadFaults(dir string) error {
	s := &r.faults
	s.path, s.business, s.logf = filepath.Join(dir, "faults.json"), r.now, r.opts.Logf
	s.ended = func() { r.expireFaults(r.now()) }
	r.core.reprice = s.reprice
	raw, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept keptFaults
	if err := json.Unmarshal(raw, &kept); err != nil {
		return fmt.Errorf("registry: %s: %w", s.path, err)
	}
	for _, f := range kept.Faults {
		if err := f.check(); err != nil {
			return fmt.Errorf("registry: %s: %w", s.path, err)
		}
	}
	s.mu.Lock()
	s.list, s.seq = kept.Faults, kept.Seq
	s.prune()
	s.arm()
	s.mu.Unlock()
	r.front.down = s.active(FaultDown) // Serve begins by it
	return nil
}

// AddFault puts a rule in force and returns it with its id.
func (r *Registry) AddFault(f Fault) (Fault, error) {
	if err := f.check(); err != nil {
		return f, err
	}
	if t := faultTraits[f.Kind]; f.Limit == 0 && f.Percent == 0 {
		f.Limit, f.Percent = t.orLimit, t.orPercent
	}
	s := &r.faults
	s.mu.Lock()
	if over(&f, s.times()) {
		s.mu.Unlock()
		return f, errors.New("registry: fault: it would be over already")
	}
	if f.ID == "" {
		s.seq++
		f.ID = "fault-" + strconv.Itoa(s.seq)
	}
	if slices.ContainsFunc(s.list, func(x Fault) bool { return x.ID == f.ID }) {
		s.mu.Unlock()
		return f, fmt.Errorf("registry: fault %s exists", f.ID)
	}
	s.list = append(s.list, f)
	s.arm()
	err := s.save(true)
	s.mu.Unlock()
	r.front.followDown(s.active(FaultDown))
	return f, err
}

// ConfigureFaults puts the rules of a file in force. A rule that is kept from
// an earlier run under the same id gives way.
func (r *Registry) ConfigureFaults(rules []FaultRule) error {
	for i, rule := range rules {
		f, err := rule.Fault()
		if err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
		if f.ID == "" {
			f.ID = "file-" + strconv.Itoa(i+1)
		}
		r.RemoveFault(f.ID)
		f.Configured = true
		if over(&f, r.faults.times()) {
			continue // a file may outlive its rules
		}
		if _, err := r.AddFault(f); err != nil {
			return fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return nil
}

// Faults lists the rules in force.
func (r *Registry) Faults() []Fault {
	s := &r.faults
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.times()
	out := make([]Fault, 0, len(s.list))
	for _, f := range s.list {
		if !over(&f, now) {
			f.window = nil
			out = append(out, f)
		}
	}
	return out
}

// RemoveFault lifts a rule; false when there is none of that id.
func (r *Registry) RemoveFault(id string) bool {
	s := &r.faults
	s.mu.Lock()
	n := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(f Fault) bool { return f.ID == id })
	found := len(s.list) < n
	if found {
		s.arm()
		s.complain(s.save(true))
	}
	s.mu.Unlock()
	r.front.followDown(s.active(FaultDown))
	return found
}

// expireFaults drops what is over and returns how many rules were.
func (r *Registry) expireFaults(business time.Time) int {
	s := &r.faults
	s.mu.Lock()
	n := s.pruneAt(moments{business, time.Now()})
	if n > 0 {
		s.arm()
		s.complain(s.save(true))
	}
	s.mu.Unlock()
	if n > 0 {
		r.front.followDown(s.active(FaultDown))
	}
	return n
}

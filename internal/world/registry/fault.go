package registry

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var faultKinds = []string{FaultCutBefore, FaultCutAfterCommit, FaultLateCommit, FaultDelay, FaultHalfFrame,
	FaultCode2400, FaultCode2500, FaultCode2502, FaultLoggedOut, FaultOversize, FaultSkewedClock,
	FaultMalformedPoll, FaultDown}

// FaultKinds lists the kinds of faults that can be ordered.
func FaultKinds() []string { return slices.Clone(faultKinds) }

// faultSet holds the faults in force. They live in memory: a restart of the
// world is a world without faults.
type faultSet struct {
	mu   sync.Mutex
	list []Fault
	seq  int
}

// AddFault puts a fault in force and returns it with its id.
func (r *Registry) AddFault(f Fault) (Fault, error) {
	if !slices.Contains(faultKinds, f.Kind) {
		return f, fmt.Errorf("registry: unknown kind of fault %q", f.Kind)
	}
	if f.Probability < 0 || f.Probability > 1 || f.Remaining < 0 {
		return f, fmt.Errorf("registry: fault: probability is 0 to 1, remaining not negative")
	}
	if _, err := path.Match(f.Match, ""); err != nil {
		return f, fmt.Errorf("registry: fault: bad pattern: %w", err)
	}
	s := &r.faults
	s.mu.Lock()
	if f.ID == "" {
		s.seq++
		f.ID = "fault-" + strconv.Itoa(s.seq)
	}
	if slices.ContainsFunc(s.list, func(x Fault) bool { return x.ID == f.ID }) {
		s.mu.Unlock()
		return f, fmt.Errorf("registry: fault %s exists", f.ID)
	}
	s.list = append(s.list, f)
	s.mu.Unlock()
	r.front.followDown(r.faults.active(FaultDown))
	return f, nil
}

// Faults lists the faults in force.
func (r *Registry) Faults() []Fault {
	r.faults.mu.Lock()
	defer r.faults.mu.Unlock()
	return slices.Clone(r.faults.list)
}

// RemoveFault lifts a fault; false when there is none of that id.
func (r *Registry) RemoveFault(id string) bool {
	s := &r.faults
	s.mu.Lock()
	n := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(f Fault) bool { return f.ID == id })
	found := len(s.list) < n
	s.mu.Unlock()
	r.front.followDown(r.faults.active(FaultDown))
	return found
}

func (s *faultSet) active(kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.list, func(f Fault) bool { return f.Kind == kind })
}

// standing kinds are not ordered per command.
func standing(kind string) bool { return kind == FaultDown || kind == FaultSkewedClock }

// draw returns the first fault that strikes a command on these objects, and
// counts it down.
func (s *faultSet) draw(clID, command string, objects []string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.list {
		f := &s.list[i]
		if standing(f.Kind) || !f.matches(clID, command, objects) {
			continue
		}
		if f.Probability > 0 && rand.Float64() >= f.Probability {
			continue
		}
		hit := *f
		if f.Remaining == 1 {
			s.list = slices.Delete(s.list, i, i+1)
		} else if f.Remaining > 1 {
			f.Remaining--
		}
		return hit, true
	}
	return Fault{}, false
}

func (f *Fault) matches(clID, command string, objects []string) bool {
	if f.ClID != "" && f.ClID != clID {
		return false
	}
	if f.Kind == FaultMalformedPoll {
		return command == "poll:req"
	}
	object, verb, ok := strings.Cut(command, ":")
	if !ok {
		object, verb = "", command
	}
	switch f.Command {
	case "":
		if command == "login" {
			return false
		}
	case command, verb:
	default:
		if f.Command != object {
			return false
		}
	}
	return f.Match == "" || slices.ContainsFunc(objects, func(o string) bool {
		ok, _ := path.Match(f.Match, o)
		return ok
	})
}

// skew is how far the greeting's clock is off.
func (s *faultSet) skew() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.list {
		if f.Kind == FaultSkewedClock {
			if f.Delay == 0 {
				return time.Hour
			}
			return f.Delay
		}
	}
	return 0
}

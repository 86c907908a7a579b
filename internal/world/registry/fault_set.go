package registry

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// faultSet holds the rules in force.
type faultSet struct {
	path     string           // where they are kept; "" nowhere
	business func() time.Time // nil: the wall clock
	logf     func(string, ...any)
	ended    func() // called on a goroutine of its own when a rule may have ended by the wall clock

	mu    sync.Mutex
	list  []Fault
	seq   int
	timer *time.Timer // for the next end by the wall clock

	closed bool // nothing is written any more
}

// moments is one instant on both clocks.
type moments struct{ business, wall time.Time }

func (s *faultSet) times() moments {
	m := moments{wall: time.Now()}
	if m.business = m.wall; s.business != nil {
		m.business = s.business()
	}
	return m
}

func over(f *Fault, now moments) bool {
	return !f.UntilBusiness.IsZero() && !now.business.Before(f.UntilBusiness) ||
		!f.UntilWall.IsZero() && !now.wall.Before(f.UntilWall)
}

func (s *faultSet) prune() int { return s.pruneAt(s.times()) }

func (s *faultSet) pruneAt(now moments) int {
	n := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(f Fault) bool { return over(&f, now) })
	return n - len(s.list)
}

// nextEnd is the earliest end of a rule on the business clock; zero: none.
func (s *faultSet) nextEnd() (at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.list {
		if u := f.UntilBusiness; !u.IsZero() && (at.IsZero() || u.Before(at)) {
			at = u
		}
	}
	return at
}

// arm sets the timer for the next end on the wall clock.
func (s *faultSet) arm() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	var at time.Time
	for _, f := range s.list {
		if u := f.UntilWall; !u.IsZero() && (at.IsZero() || u.Before(at)) {
			at = u
		}
	}
	if !at.IsZero() && s.ended != nil {
		s.timer = time.AfterFunc(time.Until(at)+time.Millisecond, s.ended)
	}
}

// save writes the rules down. Counts need not survive the machine, only the
// process, so they are not forced to disk.
func (s *faultSet) save(force bool) error {
	if s.path == "" || s.closed {
		return nil
	}
	kept := keptFaults{Seq: s.seq, Faults: []Fault{}}
	for _, f := range s.list {
		if !f.Configured {
			kept.Faults = append(kept.Faults, f)
		}
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	tmp := s.path + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil && force {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, s.path)
}

func (s *faultSet) complain(err error) {
	if err != nil && s.logf != nil {
		s.logf("registry: faults are not kept: %v", err)
	}
}

func (s *faultSet) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	err := s.save(true)
	s.closed = true
	return err
}

func (s *faultSet) active(kind string) bool {
	_, ok := s.standing(kind, func(*Fault) bool { return true })
	return ok
}

// standing returns the first rule of a standing kind that is in force.
func (s *faultSet) standing(kind string, fits func(*Fault) bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.times()
	for i := range s.list {
		if f := &s.list[i]; f.Kind == kind && !over(f, now) && fits(f) {
			return *f, true
		}
	}
	return Fault{}, false
}

// draw returns the first rule that strikes a command on these objects, and
// counts it down.
func (s *faultSet) draw(clID, command string, objects []string) (Fault, bool) {
	return s.strikes(func(f *Fault, now moments) bool {
		return faultTraits[f.Kind].on == perCommand && f.matches(clID, command, objects) &&
			(f.Kind != FaultRateLimit || f.exceeded(clID, now.wall))
	})
}

// drawConnection does the same for a TLS handshake.
func (s *faultSet) drawConnection() bool {
	_, ok := s.strikes(func(f *Fault, _ moments) bool { return faultTraits[f.Kind].on == perConnection })
	return ok
}

func (s *faultSet) strikes(fits func(*Fault, moments) bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) == 0 {
		return Fault{}, false
	}
	now := s.times()
	for i := range s.list {
		f := &s.list[i]
		if over(f, now) || !fits(f, now) {
			continue
		}
		if f.Seen < f.After {
			f.Seen++
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
		if hit.Remaining > 0 && !hit.Configured {
			s.complain(s.save(false))
		}
		return hit, true
	}
	return Fault{}, false
}

func (f *Fault) matches(clID, command string, objects []string) bool {
	if f.ClID != "" && f.ClID != clID {
		return false
	}
	if only := faultTraits[f.Kind].commands; only != nil && !slices.Contains(only, command) {
		return false
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

// exceeded counts a command of a registrar in its second and says whether it
// is one too many.
func (f *Fault) exceeded(clID string, wall time.Time) bool {
	if f.window == nil {
		f.window = map[string]rateWindow{}
	}
	w := f.window[clID]
	if sec := wall.Unix(); w.second != sec {
		w = rateWindow{second: sec}
	}
	w.n++
	f.window[clID] = w
	return w.n > f.Limit
}

// skew is how far the greeting's clock is off.
func (s *faultSet) skew() time.Duration {
	f, ok := s.standing(FaultSkewedClock, func(*Fault) bool { return true })
	if ok && f.Delay == 0 {
		return time.Hour
	}
	return f.Delay
}

// sessionCap lowers a registrar's cap.
func (s *faultSet) sessionCap(clID string, limit int) int {
	f, ok := s.standing(FaultSessionCap, func(f *Fault) bool { return f.ClID == "" || f.ClID == clID })
	if ok {
		return min(limit, f.Limit)
	}
	return limit
}

// reprice changes the prices of a name.
func (s *faultSet) reprice(name string, p Price) Price {
	f, ok := s.standing(FaultFeeChange, func(f *Fault) bool {
		fits, _ := path.Match(f.Match, name)
		return f.Match == "" || fits
	})
	if !ok {
		return p
	}
	of := func(n int64) int64 { return n * int64(f.Percent) / 100 }
	return Price{of(p.Create), of(p.Renew), of(p.Transfer), of(p.Restore)}
}

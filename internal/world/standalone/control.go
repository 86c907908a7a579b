package standalone

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/clock"
	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

type state struct {
	Info
	Now      time.Time              `json:"now"`
	Up       bool                   `json:"up"`
	Names    int                    `json:"names"`
	Sessions []registry.SessionInfo `json:"sessions"`
	Deposits map[string]int64       `json:"deposits"` // minor units
	Faults   []registry.FaultRule   `json:"faults"`
	Commands []registry.CommandStat `json:"commands"`
	Errors   []registry.ErrorEntry  `json:"last_errors"`
	NextDue  *time.Time             `json:"next_due"`
}

func (s *Simulator) state() state {
	st := state{Info: s.Info, Now: s.clock.Now(), Up: control.Up(s.reg), Sessions: append([]registry.SessionInfo{}, s.reg.Sessions()...),
		Deposits: map[string]int64{}, Faults: control.Faults(s.reg), Commands: append([]registry.CommandStat{}, s.reg.Stats()...),
		Errors: append([]registry.ErrorEntry{}, s.reg.LastErrors()...)}
	st.Registrars = nil // who may not read registry.json learns no password here
	for _, g := range s.reg.Registrars() {
		st.Deposits[g.ID] = g.Balance
	}
	st.Names = len(s.reg.Names("", "", 1<<30))
	if at, ok := s.reg.NextDue(); ok {
		st.NextDue = &at
	}
	return st
}

func (s *Simulator) handler() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, f control.Endpoint) { mux.Handle(pattern, f) }
	on("GET /api/registry", func(*http.Request) (any, error) { return s.state(), nil })
	on("GET /api/clock", func(*http.Request) (any, error) { return s.clockState(0), nil })
	on("POST /api/clock/advance", s.advance)
	on("POST /api/names/{name}", s.take)
	control.Mount(mux, "/api", func(*http.Request) (*registry.Registry, error) { return s.reg, nil })
	on("/", control.NoSuchCall)
	return mux
}

// take registers a name for any registrar, without one for other people.
func (s *Simulator) take(r *http.Request) (any, error) {
	var in struct {
		ClID  string `json:"clid"`
		Years int    `json:"years"`
	}
	if err := control.Body(r, &in); err != nil {
		return nil, err
	}
	n, err := control.Take(s.reg, r.PathValue("name"), cmp.Or(in.ClID, othersID), in.Years)
	return control.Created{Value: n}, err
}

func (s *Simulator) clockState(steps int) any {
	return map[string]any{"now": s.clock.Now(), "ahead": s.clock.Offset().Round(time.Second).String(), "movable": *s.cfg.Clock.Movable, "steps": steps}
}

func (s *Simulator) advance(r *http.Request) (any, error) {
	var in struct {
		By registry.Span `json:"by"`
		To time.Time     `json:"to"`
	}
	if err := control.Body(r, &in); err != nil {
		return nil, err
	}
	if !*s.cfg.Clock.Movable {
		return nil, control.Conflict("clock.movable is false: this clock is the wall clock")
	}
	if (in.By == 0) == in.To.IsZero() {
		return nil, control.BadRequest(`give either "by", such as "36h" or "30d", or "to", an RFC 3339 time`)
	}
	if in.By != 0 {
		in.To = s.clock.Now().Add(time.Duration(in.By))
	}
	steps, err := s.stepper.Advance(r.Context(), in.To)
	if errors.Is(err, clock.ErrBackwards) || errors.Is(err, clock.ErrTooFar) {
		return nil, control.BadRequest(err.Error())
	}
	if err != nil {
		return nil, err
	}
	return s.clockState(steps), nil
}

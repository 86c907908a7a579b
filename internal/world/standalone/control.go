package standalone

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/clock"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// maxBody bounds a control request.
const maxBody = 1 << 20

// callError is an error with the HTTP status that it is answered with.
type callError struct {
	status int
	text   string
}

func (e *callError) Error() string { return e.text }

func bad(text string) error      { return &callError{http.StatusBadRequest, text} }
func missing(text string) error  { return &callError{http.StatusNotFound, text} }
func conflict(text string) error { return &callError{http.StatusConflict, text} }

type call func(r *http.Request) (any, error)

func (f call) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	v, err := f(r)
	status := http.StatusOK
	if r.Method == http.MethodPost && err == nil && strings.HasSuffix(r.URL.Path, "/faults") {
		status = http.StatusCreated
	}
	if err != nil {
		status = http.StatusInternalServerError
		var ce *callError
		if errors.As(err, &ce) {
			status = ce.status
		}
		v = map[string]string{"error": err.Error()}
	}
	if v == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// read decodes a JSON request strictly. An absent body is an empty object.
func read(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return &callError{http.StatusRequestEntityTooLarge, "the request is larger than 1 MB"}
		}
		return bad("not the JSON that is expected here: " + err.Error())
	}
	if dec.More() {
		return bad("more than one JSON value")
	}
	return nil
}

// localOnly refuses requests under other names than loopback's, which a web
// page elsewhere could make (DNS rebinding), and such that a page sends across
// origins.
func localOnly(h http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this server is on loopback only", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	}))
}

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
	st := state{Info: s.Info, Now: s.clock.Now(), Up: true, Sessions: append([]registry.SessionInfo{}, s.reg.Sessions()...),
		Deposits: map[string]int64{}, Faults: []registry.FaultRule{}, Commands: append([]registry.CommandStat{}, s.reg.Stats()...),
		Errors: append([]registry.ErrorEntry{}, s.reg.LastErrors()...)}
	st.Registrars = nil // who may not read registry.json learns no password here
	for _, g := range s.reg.Registrars() {
		st.Deposits[g.ID] = g.Balance
	}
	for _, f := range s.reg.Faults() {
		st.Faults = append(st.Faults, registry.RuleOf(f))
		st.Up = st.Up && f.Kind != registry.FaultDown
	}
	st.Names = len(s.reg.Names("", "", 1<<30))
	if at, ok := s.reg.NextDue(); ok {
		st.NextDue = &at
	}
	return st
}

func (s *Simulator) handler() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, f call) { mux.Handle(pattern, f) }
	on("GET /api/registry", func(*http.Request) (any, error) { return s.state(), nil })
	on("GET /api/clock", func(*http.Request) (any, error) { return s.clockState(0), nil })
	on("POST /api/clock/advance", s.advance)
	on("GET /api/faults", func(*http.Request) (any, error) {
		return map[string]any{"faults": s.state().Faults, "kinds": registry.FaultKinds()}, nil
	})
	on("POST /api/faults", s.addFault)
	on("DELETE /api/faults/{id}", func(r *http.Request) (any, error) {
		if !s.reg.RemoveFault(r.PathValue("id")) {
			return nil, missing("no fault " + strconv.Quote(r.PathValue("id")))
		}
		return nil, nil
	})
	on("POST /api/deposits/{clid}", s.deposit)
	on("GET /api/names", s.names)
	on("GET /api/names/{name}", func(r *http.Request) (any, error) {
		v, err := s.name(r)
		if err != nil {
			return nil, err
		}
		return nameOf(v), nil
	})
	on("POST /api/names/{name}", s.take)
	on("POST /api/names/{name}/status", s.status)
	on("POST /api/names/{name}/transfer", s.transfer)
	on("POST /api/names/{name}/answer", s.answer)
	on("POST /api/names/{name}/verdict", s.verdict)
	on("POST /api/names/{name}/verification", s.verification)
	on("/", func(r *http.Request) (any, error) {
		return nil, missing("no such call: " + r.Method + " " + r.URL.Path)
	})
	return mux
}

func (s *Simulator) clockState(steps int) any {
	return map[string]any{"now": s.clock.Now(), "ahead": s.clock.Offset().Round(time.Second).String(), "movable": *s.cfg.Clock.Movable, "steps": steps}
}

func (s *Simulator) advance(r *http.Request) (any, error) {
	var in struct {
		By registry.Span `json:"by"`
		To time.Time     `json:"to"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if !*s.cfg.Clock.Movable {
		return nil, conflict("clock.movable is false: this clock is the wall clock")
	}
	if (in.By == 0) == in.To.IsZero() {
		return nil, bad(`give either "by", such as "36h" or "30d", or "to", an RFC 3339 time`)
	}
	if in.By != 0 {
		in.To = s.clock.Now().Add(time.Duration(in.By))
	}
	steps, err := s.stepper.Advance(r.Context(), in.To)
	if errors.Is(err, clock.ErrBackwards) || errors.Is(err, clock.ErrTooFar) {
		return nil, bad(err.Error())
	}
	if err != nil {
		return nil, err
	}
	return s.clockState(steps), nil
}

func (s *Simulator) addFault(r *http.Request) (any, error) {
	var in registry.FaultRule
	if err := read(r, &in); err != nil {
		return nil, err
	}
	f, err := in.Fault()
	if err == nil {
		f, err = s.reg.AddFault(f)
	}
	if err != nil {
		return nil, bad(err.Error())
	}
	return registry.RuleOf(f), nil
}

func (s *Simulator) deposit(r *http.Request) (any, error) {
	var in struct {
		Delta int64 `json:"delta"` // minor units
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	after, err := s.reg.AdjustDeposit(r.PathValue("clid"), in.Delta)
	if err != nil {
		return nil, refusal(err)
	}
	return map[string]any{"clid": r.PathValue("clid"), "balance": after}, nil
}

package world

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
	"github.com/openregistrar/openregistrar/internal/world/hosting"
	"github.com/openregistrar/openregistrar/internal/world/look"
	"github.com/openregistrar/openregistrar/internal/world/mailbox"
)

// maxBody bounds a control request.
const maxBody = 1 << 20

// apiError is an error with the HTTP status that it is answered with.
type apiError struct {
	status int
	text   string
}

func (e *apiError) Error() string { return e.text }

func badRequest(text string) error { return &apiError{http.StatusBadRequest, text} }
func notFound(text string) error   { return &apiError{http.StatusNotFound, text} }

// endpoint is a handler that returns what to answer, or why not.
type endpoint func(r *http.Request) (any, error)

func (f endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	v, err := f(r)
	status := http.StatusOK
	if err != nil {
		status = http.StatusInternalServerError
		var ae *apiError
		if errors.As(err, &ae) {
			status = ae.status
		}
		body := map[string]any{"error": err.Error()}
		if status == http.StatusGatewayTimeout {
			body["settled"] = false
		}
		v = body
	}
	if c, ok := v.(created); ok {
		status, v = http.StatusCreated, c.value
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

// created is an answer with status 201.
type created struct{ value any }

// body decodes a JSON request strictly. An absent body is an empty object.
func body(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return &apiError{http.StatusRequestEntityTooLarge, "the request is larger than 1 MB"}
		}
		return badRequest("not the JSON that is expected here: " + err.Error())
	}
	if dec.More() {
		return badRequest("more than one JSON value")
	}
	return nil
}

// localOnly refuses requests for other hosts than loopback: without it, a page
// anywhere could reach this port under a name of its own (DNS rebinding).
func localOnly(h http.Handler) http.Handler {
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

// controlHandler is the control port: JSON under /api/, pages elsewhere.
func (w *World) controlHandler() (http.Handler, error) {
	mux := http.NewServeMux()
	api := func(pattern string, f endpoint) { mux.Handle(pattern, f) }
	api("GET /api/clock", w.getClock)
	api("POST /api/clock/advance", w.postAdvance)
	api("POST /api/clock/followers", w.postFollower)
	api("POST /api/settle", w.postSettle)
	mux.Handle("/api/mail", mailbox.API(w.mail))
	mux.Handle("/api/mail/", mailbox.API(w.mail))
	api("GET /api/hosting/zones", func(*http.Request) (any, error) {
		return map[string]any{"zones": w.zones.Names()}, nil
	})
	api("GET /api/hosting/zones/{name}", w.getZone)
	api("PUT /api/hosting/zones/{name}", w.putZone)
	api("DELETE /api/hosting/zones/{name}", w.deleteZone)
	api("GET /api/registrars", w.getRegistrars)
	api("PUT /api/registrars/{clid}", w.putRegistrar)
	w.registryAPI(api)
	w.rulesAPI(api)
	w.providersAPI(api)
	api("/api/", func(r *http.Request) (any, error) {
		return nil, notFound("no such call: " + r.Method + " " + r.URL.Path)
	})
	mux.Handle("GET /static/", look.Static())
	if err := w.pages(mux); err != nil {
		return nil, err
	}
	return look.Secure(mux), nil
}

type clockState struct {
	Now       time.Time `json:"now"`
	OffsetUS  int64     `json:"offset_us"`
	Followers []string  `json:"followers"`
	Steps     *int      `json:"steps,omitempty"`
	Warning   string    `json:"warning,omitempty"`
}

func (w *World) clockState() clockState {
	return clockState{Now: w.clock.Now(), OffsetUS: w.clock.Offset().Microseconds(), Followers: w.clock.Followers()}
}

func (w *World) getClock(*http.Request) (any, error) { return w.clockState(), nil }

// span reads a length of time; days ("30d") beside Go's units.
func span(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n > 366*100 {
			return 0, badRequest(strconv.Quote(s) + " is not a number of days")
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, badRequest(strconv.Quote(s) + " is not a length of time such as 1440h or 60d")
	}
	return d, nil
}

func (w *World) postAdvance(r *http.Request) (any, error) {
	var in struct {
		By string `json:"by"`
		To string `json:"to"`
	}
	if err := body(r, &in); err != nil {
		return nil, err
	}
	var target time.Time
	switch {
	case (in.By == "") == (in.To == ""):
		return nil, badRequest(`give either "by", such as "1440h", or "to", an RFC 3339 time`)
	case in.By != "":
		by, err := span(in.By)
		if err != nil {
			return nil, err
		}
		target = w.clock.Now().Add(by)
	default:
		var err error
		if target, err = time.Parse(time.RFC3339Nano, in.To); err != nil {
			return nil, badRequest(strconv.Quote(in.To) + " is not an RFC 3339 time")
		}
	}
	steps, err := w.advance(r, target)
	if err != nil {
		return nil, err
	}
	st := w.clockState()
	st.Steps = &steps
	return st, nil
}

func (w *World) advance(r *http.Request, target time.Time) (int, error) {
	steps, err := w.stepper.Advance(r.Context(), target)
	if errors.Is(err, clock.ErrBackwards) || errors.Is(err, clock.ErrTooFar) {
		return 0, badRequest(err.Error())
	}
	return steps, err
}

func (w *World) postFollower(r *http.Request) (any, error) {
	var in struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	}
	if err := body(r, &in); err != nil {
		return nil, err
	}
	err := w.clock.Follow(r.Context(), in.URL, in.Token)
	st := w.clockState()
	switch {
	case errors.Is(err, clock.ErrNotTold):
		// It is registered all the same, and the answer has the offset too.
		st.Warning = err.Error()
	case err != nil:
		return nil, badRequest(err.Error())
	}
	return st, nil
}

func (w *World) postSettle(r *http.Request) (any, error) {
	var in struct {
		TimeoutMS int64 `json:"timeout_ms"`
	}
	if err := body(r, &in); err != nil {
		return nil, err
	}
	if in.TimeoutMS == 0 {
		in.TimeoutMS = 10_000
	}
	if in.TimeoutMS < 0 || in.TimeoutMS > 600_000 {
		return nil, badRequest("timeout_ms must be 1 to 600000")
	}
	start := time.Now()
	if err := w.stepper.Settle(r.Context(), time.Duration(in.TimeoutMS)*time.Millisecond); err != nil {
		if errors.Is(err, clock.ErrNotSettled) {
			return nil, &apiError{http.StatusGatewayTimeout, err.Error()}
		}
		return nil, err
	}
	return map[string]any{"settled": true, "ms": time.Since(start).Milliseconds()}, nil
}

func (w *World) getZone(r *http.Request) (any, error) {
	records, err := w.zones.Get(r.PathValue("name"))
	if err != nil {
		return nil, notFound(err.Error())
	}
	return map[string]any{"name": r.PathValue("name"), "records": records}, nil
}

func (w *World) putZone(r *http.Request) (any, error) {
	var in struct {
		Records []hosting.Record `json:"records"`
	}
	if err := body(r, &in); err != nil {
		return nil, err
	}
	err := w.zones.Put(r.PathValue("name"), in.Records)
	if errors.Is(err, hosting.ErrBadZone) {
		return nil, badRequest(err.Error())
	}
	if err != nil {
		return nil, err
	}
	return w.getZone(r)
}

func (w *World) deleteZone(r *http.Request) (any, error) {
	err := w.zones.Remove(r.PathValue("name"))
	switch {
	case errors.Is(err, hosting.ErrNoZone):
		return nil, notFound(err.Error())
	case errors.Is(err, hosting.ErrBadZone):
		return nil, badRequest(err.Error())
	}
	return nil, err
}

func (w *World) getRegistrars(*http.Request) (any, error) {
	out := map[string]RegistrarEntry{}
	for _, clid := range append([]string{ourClID}, otherClIDs...) {
		out[clid] = w.registrars.get(clid)
	}
	return map[string]any{"registrars": out}, nil
}

func (w *World) putRegistrar(r *http.Request) (any, error) {
	clid := r.PathValue("clid")
	known := false
	for _, reg := range w.registries {
		if _, ok := reg.Registrar(clid); ok {
			known = true
		}
	}
	if !known {
		return nil, notFound("no registrar " + strconv.Quote(clid))
	}
	var e RegistrarEntry
	if err := body(r, &e); err != nil {
		return nil, err
	}
	if e.IANAID != "" {
		if n, err := strconv.Atoi(e.IANAID); err != nil || n < 0 {
			return nil, badRequest("iana_id must be a number")
		}
	}
	for _, u := range []string{e.RDAPBase, e.URL} {
		if u != "" && !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
			return nil, badRequest(strconv.Quote(u) + " is not an http URL")
		}
	}
	if strings.ContainsAny(e.Name+e.WHOIS+e.AbuseEmail+e.AbusePhone+e.RDAPBase+e.URL, "\r\n") {
		return nil, badRequest("one line each")
	}
	return w.registrars.update(clid, e)
}

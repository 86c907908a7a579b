package world

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/clock"
	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/hosting"
	"github.com/openregistrar/openregistrar/internal/world/look"
	"github.com/openregistrar/openregistrar/internal/world/mailbox"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// controlHandler is the control port: JSON under /api/, pages elsewhere.
func (w *World) controlHandler() (http.Handler, error) {
	mux := http.NewServeMux()
	api := func(pattern string, f control.Endpoint) { mux.Handle(pattern, f) }
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
	control.Mount(mux, "/api/registries/{id}", func(r *http.Request) (*registry.Registry, error) {
		reg, _, err := w.registryByID(r.PathValue("id"))
		return reg, err
	})
	w.providersAPI(api)
	w.verifierAPI(api)
	api("/api/", control.NoSuchCall)
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

func (w *World) postAdvance(r *http.Request) (any, error) {
	var in struct {
		By string `json:"by"`
		To string `json:"to"`
	}
	if err := control.Body(r, &in); err != nil {
		return nil, err
	}
	var target time.Time
	switch {
	case (in.By == "") == (in.To == ""):
		return nil, control.BadRequest(`give either "by", such as "1440h", or "to", an RFC 3339 time`)
	case in.By != "":
		by, err := control.Span(in.By)
		if err != nil {
			return nil, err
		}
		target = w.clock.Now().Add(by)
	default:
		var err error
		if target, err = time.Parse(time.RFC3339Nano, in.To); err != nil {
			return nil, control.BadRequest(strconv.Quote(in.To) + " is not an RFC 3339 time")
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
		return 0, control.BadRequest(err.Error())
	}
	return steps, err
}

func (w *World) postFollower(r *http.Request) (any, error) {
	var in struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	}
	if err := control.Body(r, &in); err != nil {
		return nil, err
	}
	err := w.clock.Follow(r.Context(), in.URL, in.Token)
	st := w.clockState()
	switch {
	case errors.Is(err, clock.ErrNotTold):
		// It is registered all the same, and the answer has the offset too.
		st.Warning = err.Error()
	case err != nil:
		return nil, control.BadRequest(err.Error())
	}
	return st, nil
}

func (w *World) postSettle(r *http.Request) (any, error) {
	var in struct {
		TimeoutMS int64 `json:"timeout_ms"`
	}
	if err := control.Body(r, &in); err != nil {
		return nil, err
	}
	if in.TimeoutMS == 0 {
		in.TimeoutMS = 10_000
	}
	if in.TimeoutMS < 0 || in.TimeoutMS > 600_000 {
		return nil, control.BadRequest("timeout_ms must be 1 to 600000")
	}
	start := time.Now()
	if err := w.stepper.Settle(r.Context(), time.Duration(in.TimeoutMS)*time.Millisecond); err != nil {
		if errors.Is(err, clock.ErrNotSettled) {
			return nil, &control.Error{Status: http.StatusGatewayTimeout, Text: err.Error(), Facts: map[string]any{"settled": false}}
		}
		return nil, err
	}
	return map[string]any{"settled": true, "ms": time.Since(start).Milliseconds()}, nil
}

func (w *World) getZone(r *http.Request) (any, error) {
	records, err := w.zones.Get(r.PathValue("name"))
	if err != nil {
		return nil, control.NotFound(err.Error())
	}
	return map[string]any{"name": r.PathValue("name"), "records": records}, nil
}

func (w *World) putZone(r *http.Request) (any, error) {
	var in struct {
		Records []hosting.Record `json:"records"`
	}
	if err := control.Body(r, &in); err != nil {
		return nil, err
	}
	err := w.zones.Put(r.PathValue("name"), in.Records)
	if errors.Is(err, hosting.ErrBadZone) {
		return nil, control.BadRequest(err.Error())
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
		return nil, control.NotFound(err.Error())
	case errors.Is(err, hosting.ErrBadZone):
		return nil, control.BadRequest(err.Error())
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
		return nil, control.NotFound("no registrar " + strconv.Quote(clid))
	}
	var e RegistrarEntry
	if err := control.Body(r, &e); err != nil {
		return nil, err
	}
	if e.IANAID != "" {
		if n, err := strconv.Atoi(e.IANAID); err != nil || n < 0 {
			return nil, control.BadRequest("iana_id must be a number")
		}
	}
	for _, u := range []string{e.RDAPBase, e.URL} {
		if u != "" && !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
			return nil, control.BadRequest(strconv.Quote(u) + " is not an http URL")
		}
	}
	if strings.ContainsAny(e.Name+e.WHOIS+e.AbuseEmail+e.AbusePhone+e.RDAPBase+e.URL, "\r\n") {
		return nil, control.BadRequest("one line each")
	}
	return w.registrars.update(clid, e)
}

package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// JSON serves form 2: /api/v1/… and the document that describes it, /openapi.json and /openapi.yaml.
func (a *API) JSON() http.Handler { return a.mux }

// buildJSON makes form 2's routes and its OpenAPI 3.1 document of the table.
func (a *API) buildJSON() {
	a.mux = http.NewServeMux()
	config := huma.DefaultConfig("OpenRegistrar", Version)
	config.CreateHooks = nil // no $schema links in answers
	config.DocsPath, config.SchemasPath = "", ""
	config.Info.Description = "Register and run domain names. Product actions keep the field names of the domain API " + Version +
		"; the same actions answer its signed form at `/`. Product prices are whole units of the currency, rounded up; amounts of the other actions are minor units."
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", BearerFormat: "SecretId:SecretKey"},
	}
	config.Security = []map[string][]string{{"key": {}}}
	h := humago.New(a.mux, config)
	a.spec = h.OpenAPI()
	names := make([]string, 0, len(a.actions))
	for name := range a.actions {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		act := a.actions[name]
		op := operation(a.spec.Components.Schemas, act)
		a.spec.AddOperation(op)
		h.Adapter().Handle(op, func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			a.serveJSON(w, r, act)
		})
	}
	a.mux.HandleFunc("/api/v1/", a.noSuch)
}

func operation(reg huma.Registry, act action) *huma.Operation {
	tag := "account"
	if act.product {
		tag = "product"
	}
	op := &huma.Operation{
		Method: act.method, Path: act.path, OperationID: act.name, Summary: act.summary, Tags: []string{tag},
		Description: strings.TrimSpace(act.doc + " At most " + strconv.Itoa(act.rate) + " a second for each key."),
		Responses:   map[string]*huma.Response{},
	}
	if act.method == http.MethodGet {
		op.Parameters = append(op.Parameters, queryParams(reg, act.in)...)
	} else {
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: reg.Schema(act.in, true, act.name+"In")},
		}}
	}
	if act.keyed {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "The same key again answers with the same order and places no other.",
			Schema: &huma.Schema{Type: "string", MinLength: ptr(1), MaxLength: ptr(64)},
		})
	}
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: "Accept-Language", In: "header", Description: "zh-CN (the default) or en: the language of messages.", Schema: &huma.Schema{Type: "string"},
	})
	kind, about := "application/json", "Done."
	if act.stream {
		kind, about = "application/x-ndjson", "A line of JSON for each answer, as it arrives."
	}
	op.Responses["200"] = &huma.Response{Description: about, Content: map[string]*huma.MediaType{
		kind: {Schema: reg.Schema(act.out, true, act.name+"Out")},
	}}
	op.Responses["default"] = &huma.Response{Description: "Refused: the code says why, the facts show it.", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: reg.Schema(reflect.TypeFor[Problem](), true, "Problem")},
	}}
	return op
}

func queryParams(reg huma.Registry, in reflect.Type) []*huma.Param {
	s := reg.Schema(in, false, "")
	var out []*huma.Param
	for i := range in.NumField() {
		name, _, _ := strings.Cut(in.Field(i).Tag.Get("json"), ",")
		prop := *s.Properties[name]
		about := prop.Description
		prop.Description, prop.Nullable = "", false
		out = append(out, &huma.Param{Name: name, In: "query", Description: about, Required: slices.Contains(s.Required, name), Schema: &prop})
	}
	return out
}

func ptr[T any](v T) *T { return &v }

// Problem is a refusal (RFC 9457).
type Problem struct {
	Type      string            `json:"type" doc:"about:blank"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail"`
	Remedy    []string          `json:"remedy" doc:"What to do, in order."`
	Code      string            `json:"code" doc:"The fault's code."`
	Facts     map[string]string `json:"facts" doc:"The evidence."`
	RequestID string            `json:"request_id"`
}

func (a *API) serveJSON(w http.ResponseWriter, r *http.Request, act action) {
	c := caller{lang: jsonLang(r), requestID: requestID(w, r)}
	out, err := a.answerJSON(r, act, &c)
	if err == nil {
		if send, ok := out.(lines); ok {
			a.sendLines(w, r, send)
			return
		}
		var body []byte
		if body, err = json.Marshal(out); err == nil {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write(append(body, '\n'))
			return
		}
	}
	a.refuse(w, act.name, c, err)
}

func (a *API) answerJSON(r *http.Request, act action, c *caller) (any, error) {
	key, err := a.bearer(r)
	if err != nil {
		return nil, err
	}
	if err := a.limit(act, key, a.Wall()); err != nil {
		return nil, err
	}
	var src source
	if act.method == http.MethodGet {
		src, err = formSource(r.URL.Query())
	} else {
		var body []byte
		if body, err = a.body(r, act); err != nil {
			return nil, err
		}
		if ct, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); ct != "application/json" && len(body) > 0 {
			return nil, mistyped("Content-Type", "application/json")
		}
		src, err = jsonSource(body)
	}
	if err != nil {
		return nil, err
	}
	if idem, given := r.Header["Idempotency-Key"]; given && act.keyed {
		if len(idem) != 1 || !visible.MatchString(idem[0]) {
			return nil, mistyped("Idempotency-Key", "[!-~]{1,64}")
		}
		c.idemKey = "key:" + idem[0]
	}
	c.scope = scopeOf(key, act.need, r)
	return act.run(r.Context(), a, *c, src)
}

var visible = regexp.MustCompile(`^[\x21-\x7e]{1,64}$`)

// bearer checks "Authorization: Bearer <SecretId>:<SecretKey>" (RFC 6750 section 2.1).
func (a *API) bearer(r *http.Request) (domain.APIKey, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	id, given, ok := strings.Cut(strings.TrimSpace(token), ":")
	if !ok || !strings.EqualFold(scheme, "Bearer") || id == "" || len(id) > 128 {
		return domain.APIKey{}, fault.New(fault.Denied, "api.malformed-field", "field", "Authorization", "want", "Bearer SecretId:SecretKey")
	}
	key, secret, err := a.secret(r.Context(), id)
	if err != nil {
		return domain.APIKey{}, err
	}
	want, got := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(given)) // equal lengths, so that time tells nothing
	if subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		// Not told apart from an unknown key: who has no secret learns nothing.
		return domain.APIKey{}, fault.New(fault.Denied, "api.key-unknown", "key", clip(id))
	}
	return key, nil
}

func (a *API) sendLines(w http.ResponseWriter, r *http.Request, send lines) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	rc := http.NewResponseController(w)
	_ = rc.Flush()
	send(func(line any) {
		if r.Context().Err() != nil {
			return
		}
		if err := encode(w, line); err != nil {
			return
		}
		if err := rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
	})
}

func (a *API) refuse(w http.ResponseWriter, action string, c caller, err error) {
	f := fault.Of(err)
	if errors.Is(err, context.Canceled) {
		f = fault.Wrap(err, fault.Unavailable, "internal")
	}
	a.note(f, action, c)
	status := httpStatus(f)
	switch {
	case status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="OpenRegistrar"`)
	case f.Code == "api.rate-limit":
		w.Header().Set("Retry-After", "1") // a bucket refills within a second
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Language", c.lang)
	w.WriteHeader(status)
	shown := referenced(f, c)
	text := diagnose.Text(c.lang, f.Code, shown)
	_ = encode(w, Problem{
		Type: "about:blank", Title: text.Title, Status: status, Detail: text.What, Remedy: append([]string{}, text.Remedy...),
		Code: string(f.Code), Facts: facts(shown), RequestID: c.requestID,
	})
}

// noSuch answers for addresses that aren't in the table; only to keys, so that nobody else learns what is.
func (a *API) noSuch(w http.ResponseWriter, r *http.Request) {
	c := caller{lang: jsonLang(r), requestID: requestID(w, r)}
	if _, err := a.bearer(r); err != nil {
		a.refuse(w, "", c, err)
		return
	}
	for _, act := range a.actions {
		if act.path == r.URL.Path {
			w.Header().Set("Allow", a.methods(act.path))
			a.refuse(w, act.name, c, fault.New(fault.Missing, "api.unknown-action", "action", clip(r.Method+" "+act.path), "method", clip(r.Method)))
			return
		}
	}
	a.refuse(w, "", c, fault.New(fault.Missing, "api.unknown-action", "action", clip(strings.TrimPrefix(r.URL.Path, "/api/v1/"))))
}

// methods lists those of a path.
func (a *API) methods(path string) string {
	var out []string
	for _, act := range a.actions {
		if act.path == path {
			out = append(out, act.method)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func requestID(w http.ResponseWriter, r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if !traceID.MatchString(id) {
		id = uuid()
	}
	w.Header().Set("X-Request-Id", id)
	return id
}

func jsonLang(r *http.Request) string {
	if l := strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))); strings.HasPrefix(l, "en") {
		return "en"
	}
	return "zh-CN"
}

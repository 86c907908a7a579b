package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// Both pages tell of every call.
func TestEveryCallIsDocumented(t *testing.T) {
	param := regexp.MustCompile(`\{\w+\}`)
	for _, page := range []string{"registry-simulator.md", "registry-simulator.zh-CN.md"} {
		raw, err := os.ReadFile("../../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]bool{}
		for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+) /api(/[^`?]*)").FindAllStringSubmatch(string(raw), -1) {
			told[m[1]+" "+param.ReplaceAllString(m[2], "{}")] = true
		}
		for call := range calls {
			if !told[param.ReplaceAllString(call, "{}")] {
				t.Errorf("%s does not tell of %s", page, call)
			}
		}
	}
}

func TestEndpoint(t *testing.T) {
	var in struct{ A int }
	for _, c := range []struct {
		body   string
		answer any
		err    error
		status int
		want   string
	}{
		{`{"a":1}`, map[string]int{"b": 2}, nil, 200, `{"b":2}`},
		{"", Created{[]int{1}}, nil, 201, `[1]`},
		{"", nil, nil, 204, ""},
		{`{"c":1}`, nil, nil, 400, `{"error":"not the JSON that is expected here: json: unknown field \"c\""}`},
		{`{} {}`, nil, nil, 400, `{"error":"more than one JSON value"}`},
		{`{"a":"` + strings.Repeat("x", 2<<20) + `"}`, nil, nil, 413, `{"error":"the request is larger than 1 MB"}`},
		{"", 1, Conflict("now"), 409, `{"error":"now"}`},
		{"", nil, &Error{Status: 504, Text: "late", Facts: map[string]any{"settled": false}}, 504, `{"error":"late","settled":false}`},
		{"", Created{1}, fmt.Errorf("of: %w", NotFound("it")), 404, `{"error":"of: it"}`},
		{"", nil, errors.New("broken"), 500, `{"error":"broken"}`},
	} {
		rec := httptest.NewRecorder()
		Endpoint(func(r *http.Request) (any, error) {
			if err := Body(r, &in); err != nil {
				return nil, err
			}
			return c.answer, c.err
		}).ServeHTTP(rec, httptest.NewRequest("POST", "/", strings.NewReader(c.body)))
		if got := strings.TrimSpace(rec.Body.String()); rec.Code != c.status || got != c.want {
			t.Errorf("%.40s: %d %s, want %d %s", c.body, rec.Code, got, c.status, c.want)
		}
		if got := rec.Header().Get("Content-Type"); c.want != "" && (got != "application/json" || !json.Valid(rec.Body.Bytes())) {
			t.Errorf("%.40s: %s %s", c.body, got, rec.Body)
		}
	}
}

func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{registry.ErrNoSuchName, 404}, {registry.ErrNoSuchRegistrar, 404}, {&registry.Refusal{Code: 2303}, 404}, {&registry.Refusal{Code: 2302}, 409},
		{&registry.Refusal{Code: 2104}, 409}, {&registry.Refusal{Code: 2004}, 400}, {BadRequest("it"), 400},
	} {
		var e *Error
		if !errors.As(Refusal(c.err), &e) || e.Status != c.want {
			t.Errorf("%v: %+v, want %d", c.err, e, c.want)
		}
	}
	if Refusal(nil) != nil {
		t.Error("an error out of nothing")
	}
	if broken := errors.New("disk"); Refusal(broken) != broken {
		t.Error("an error that is no refusal was changed")
	}
}

func TestSpan(t *testing.T) {
	for in, want := range map[string]time.Duration{"2d": 48 * time.Hour, "90m": 90 * time.Minute, "-1h": -time.Hour} {
		if got, err := Span(in); err != nil || got != want {
			t.Errorf("%s: %s %v", in, got, err)
		}
	}
	for _, in := range []string{"", "soon", "2", "1.5d", "999999d"} {
		if _, err := Span(in); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
}

func TestLocalOnly(t *testing.T) {
	h := LocalOnly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for _, c := range []struct {
		host, origin string
		want         int
	}{
		{"localhost:7780", "", 204}, {"127.0.0.1:7780", "http://127.0.0.1:7780", 204}, {"[::1]:7780", "", 204}, {"[::1]", "", 204},
		{"evil.example", "", 421}, {"192.0.2.1:80", "", 421}, {"127.0.0.1.evil.example", "", 421}, {"127.0.0.1:7780", "http://evil.example", 403},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		rec := httptest.NewRecorder()
		if h.ServeHTTP(rec, r); rec.Code != c.want {
			t.Errorf("%s from %q: %d, want %d", c.host, c.origin, rec.Code, c.want)
		}
	}
}

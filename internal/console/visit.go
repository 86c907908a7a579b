package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// policyHeader allows nothing but our own files: no inline script or style anywhere.
const policyHeader = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// jobsPolicy is for the job engine's own pages, which style elements in place.
const jobsPolicy = "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// maxForm bounds what a form may send; 4,000 names fit.
const maxForm = 1 << 20

// visit is one request to one page.
type visit struct {
	*console
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	account domain.Account
	in      bool         // somebody is signed in
	scope   domain.Scope // for owners' pages: never the operator's eyes
	all     domain.Scope // for the desk: Operator is set for operators
	lang    string
	cat     catalogue
	atDesk  bool
}

func (c *console) handle(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{console: c, w: w, r: r, ctx: r.Context(), atDesk: rt.who == operator}
		v.account, v.all, v.in = c.Auth.Current(r)
		v.scope = v.all
		v.scope.Operator = false
		v.lang = languageOf(r, v.account.Locale)
		v.cat = c.texts[v.lang]
		if l := r.URL.Query().Get("lang"); known(l) {
			http.SetCookie(w, preference(langCookie, l, r.TLS != nil))
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policyHeader)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Content-Language", v.lang)
		if r.Body != nil {
			most := int64(maxForm)
			if large, ok := roomy[rt.pattern]; ok && v.in {
				most = large
			}
			r.Body = http.MaxBytesReader(w, r.Body, most)
		}
		if rt.who != public && !v.in {
			v.toSignIn()
			return
		}
		if rt.who == operator && !v.all.Operator {
			v.fail(fault.New(fault.Denied, "account.denied"))
			return
		}
		if err := rt.serve(v); err != nil {
			v.fail(err)
		}
	})
}

// toSignIn keeps in mind where the visitor wanted to go; only what a GET can show is gone back to.
func (v *visit) toSignIn() {
	next := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet {
		next = safeNext(v.r.PostFormValue("next"), "/domains")
	}
	v.redirect("/signin?" + url.Values{"next": {next}}.Encode())
}

// redirect sends the browser to a page of ours with GET.
func (v *visit) redirect(to string) { http.Redirect(v.w, v.r, to, http.StatusSeeOther) }

// safeNext lets only paths of this site through: a sign-in page must not send people elsewhere.
func safeNext(next, otherwise string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") || len(next) > 2048 {
		return otherwise
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return otherwise
	}
	switch u.Path {
	case "/signin", "/signup", "/signout":
		return otherwise
	}
	return u.RequestURI()
}

// page renders a whole page; nothing is written before all of it could be rendered.
func (v *visit) page(status int, name string, data any) error {
	var b bytes.Buffer
	if err := v.views[v.lang].execute(&b, name, data); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, err := v.w.Write(b.Bytes())
	if err != nil {
		v.Log.Debug("console: page not delivered", "err", err)
	}
	return nil
}

func (v *visit) json(status int, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body)
	return nil
}

func (v *visit) wantsJSON() bool { return v.r.Header.Get("Accept") == "application/json" }

func statusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Missing:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Denied:
		return http.StatusForbidden
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

type errorPage struct {
	Shell
	Status   int
	Fault    notice
	Incident string // number in our log, for what is our own failure
	Retry    string // where a GET can be asked again
}

// fail is the one place where errors become pages.
func (v *visit) fail(err error) {
	if errors.Is(err, context.Canceled) && v.ctx.Err() != nil {
		return
	}
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		err = fault.New(fault.Invalid, "input.too-large", "limit", strconv.FormatInt(tooBig.Limit, 10))
	}
	f := fault.Of(err)
	p := errorPage{Status: statusOf(f.Kind), Fault: v.notice(f)}
	if f.Kind == fault.Internal {
		p.Incident = "e-" + token(3)
		v.Log.Error("console: page failed", "incident", p.Incident, "method", v.r.Method, "path", v.r.URL.Path, "code", string(f.Code), "cause", causeOf(f))
	}
	if v.wantsJSON() {
		_ = v.json(p.Status, map[string]any{"code": f.Code, "facts": f.Facts, "title": p.Fault.Title, "text": p.Fault.What})
		return
	}
	if v.r.Method == http.MethodGet && (f.Kind == fault.Internal || f.Kind == fault.Unavailable) {
		p.Retry = v.r.URL.RequestURI()
	}
	key := "error.title-" + strconv.Itoa(p.Status)
	if _, ok := v.cat[key]; !ok {
		key = "error.title-other"
	}
	p.Shell = v.shell(v.cat.say(key), "")
	if err := v.page(p.Status, "error", p); err != nil {
		v.Log.Error("console: error page failed", "err", err)
		http.Error(v.w, v.cat.say("error.title-500"), http.StatusInternalServerError)
	}
}

func causeOf(f *fault.Error) string {
	if c := errors.Unwrap(f); c != nil {
		return c.Error()
	}
	return f.Error()
}

func (v *visit) notFound() error {
	return fault.New(fault.Missing, "page.not-found", "path", clip(v.r.URL.Path, 80))
}

func (v *visit) crossOrigin() error { return fault.New(fault.Denied, "request.cross-origin") }

func (v *visit) freshness() error {
	page, err := strconv.ParseInt(v.r.URL.Query().Get("v"), 10, 64)
	if !v.in || err != nil {
		return v.json(http.StatusOK, map[string]any{"stale": false})
	}
	stale, err := v.Ops.Freshness(v.ctx, v.scope, page)
	if err != nil || stale == nil {
		if err != nil {
			return err
		}
		return v.json(http.StatusOK, map[string]any{"stale": false})
	}
	n := v.words(fault.Code(stale.Code), fault.Facts(stale.Facts))
	return v.json(http.StatusOK, map[string]any{
		"stale": true, "code": stale.Code, "facts": stale.Facts, "title": n.Title, "text": n.What, "remedy": n.Remedy,
	})
}

func (v *visit) setTheme() error {
	if t := v.r.PostFormValue("theme"); t == "light" || t == "dark" {
		http.SetCookie(v.w, preference(themeCookie, t, v.r.TLS != nil))
	}
	v.redirect(safeNext(v.r.PostFormValue("next"), "/"))
	return nil
}

// pageOf reads ?offset; limit is the page's own.
func (v *visit) pageOf(limit int) ops.Page {
	offset, err := strconv.Atoi(v.r.URL.Query().Get("offset"))
	if err != nil || offset < 0 {
		offset = 0
	}
	return ops.Page{Offset: offset, Limit: limit}
}

func (v *visit) before() int64 {
	n, err := strconv.ParseInt(v.r.URL.Query().Get("before"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// formErr is a request that could not be read as a form.
func (v *visit) formErr() error {
	if err := v.r.ParseForm(); err != nil {
		var tooBig *http.MaxBytesError
		if errors.As(err, &tooBig) {
			return err
		}
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	return nil
}

// shown reports whether a fault belongs on the form that caused it; other errors get a page of their own.
func shown(err error) (*fault.Error, bool) {
	f := fault.Of(err)
	return f, f.Kind != fault.Internal
}

func token(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

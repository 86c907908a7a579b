// Package look is the frame of the world's own pages: the stylesheet, the
// icons, the choice of language, and the headers that go with them. The world
// shares the tokens of the registrar's look and none of its code.
package look

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// Static serves /static/app.css and /static/icons.svg.
func Static() http.Handler {
	sub, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the embedded tree is fixed at build time
	}
	files := http.StripPrefix("/static/", http.FileServerFS(sub))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") || strings.HasSuffix(r.URL.Path, ".tmpl") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=300")
		files.ServeHTTP(w, r)
	})
}

// Secure sets the headers of every page and refuses cross-origin forms.
// No script runs at all: the pages have none.
func Secure(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		h.ServeHTTP(w, r)
	})
}

// Lang is the reader's language, "zh" or "en": ?lang=, then the cookie of an
// earlier choice, then Accept-Language, then Chinese.
func Lang(w http.ResponseWriter, r *http.Request) string {
	if q := r.URL.Query().Get("lang"); q != "" {
		lang := "zh"
		if strings.HasPrefix(strings.ToLower(q), "en") {
			lang = "en"
		}
		http.SetCookie(w, &http.Cookie{Name: "world_lang", Value: lang, Path: "/", MaxAge: 365 * 86400, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return lang
	}
	if c, err := r.Cookie("world_lang"); err == nil && (c.Value == "zh" || c.Value == "en") {
		return c.Value
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag, _, _ := strings.Cut(strings.TrimSpace(strings.ToLower(part)), ";"); {
		case strings.HasPrefix(tag, "zh"):
			return "zh"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "zh"
}

// NavItem is a place in the side bar and, where Tab is set, in the phone's bar.
type NavItem struct {
	URL, Icon, Text string
	Current         bool
	Count           string
	Bad             bool
}

// Frame is what the layout needs round a page's own Data.
type Frame struct {
	Lang  string
	Title string
	Path  string // of this page, for the language links
	Query url.Values
	Nav   []NavItem
	Tabs  []NavItem
	Foot  string
	Data  any
}

// T chooses between a Chinese and an English text.
func (f Frame) T(zh, en string) string {
	if f.Lang == "en" {
		return en
	}
	return zh
}

// HTMLLang is the document's language tag.
func (f Frame) HTMLLang() string { return f.T("zh-CN", "en") }

// Other is this page's address in the other language.
func (f Frame) Other() string {
	q := url.Values{}
	for k, v := range f.Query {
		q[k] = v
	}
	q.Set("lang", f.T("en", "zh-CN"))
	return f.Path + "?" + q.Encode()
}

// Date is a day as each language writes it.
func (f Frame) Date(t time.Time) string {
	if t.IsZero() {
		return f.T("—", "—")
	}
	return t.UTC().Format(f.T("2006-01-02", "2 Jan 2006"))
}

// Time is a minute as each language writes it.
func (f Frame) Time(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format(f.T("2006-01-02 15:04", "2 Jan 2006 15:04"))
}

// Seconds is an instant to the second.
func (f Frame) Seconds(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.UTC().Format(f.T("2006-01-02 15:04:05", "2 Jan 2006 15:04:05"))
}

// Money writes minor units with the currency's sign.
func (f Frame) Money(minor int64, currency string) string {
	sign := ""
	if minor < 0 {
		sign, minor = "−", -minor
	}
	mark, ok := map[string]string{"CNY": "¥", "USD": "$", "EUR": "€"}[currency]
	if !ok {
		mark = currency + " "
	}
	whole := fmt.Sprint(minor / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("%s%s%s.%02d", sign, mark, whole, minor%100)
}

// Name writes a domain name with its label strong and the rest quiet.
func (f Frame) Name(n string) template.HTML {
	label, rest, ok := strings.Cut(n, ".")
	esc := template.HTMLEscapeString
	if !ok {
		return template.HTML(`<span class="name" translate="no">` + esc(n) + `</span>`)
	}
	return template.HTML(`<span class="name" translate="no">` + esc(label) + `<span>.` + esc(rest) + `</span></span>`)
}

// Icon is one symbol of the sprite.
func (f Frame) Icon(id string) template.HTML {
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-` + template.HTMLEscapeString(id) + `"/></svg>`)
}

// Parse reads a package's page templates; each defines "main" and is combined
// with the frame. funcs may be nil.
func Parse(files fs.FS, funcs template.FuncMap, pages ...string) (map[string]*template.Template, error) {
	out := map[string]*template.Template{}
	for _, p := range pages {
		t, err := template.New("").Funcs(funcs).ParseFS(assets, "assets/frame.tmpl")
		if err != nil {
			return nil, err
		}
		if _, err := t.ParseFS(files, p); err != nil {
			return nil, err
		}
		out[p] = t
	}
	return out, nil
}

// Render writes the page whole or, when the template fails, nothing of it.
func Render(w http.ResponseWriter, status int, t *template.Template, f Frame) error {
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, "frame", f); err != nil {
		http.Error(w, "page could not be made", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Language", f.HTMLLang())
	w.Header().Set("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	_, err := buf.WriteTo(w)
	return err
}

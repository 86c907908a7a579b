package notify

import (
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"net/url"
	"strconv"
	"strings"
	text "text/template"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
)

//go:embed templates/*.tmpl
var files embed.FS

// notice is a row of the table of notices: a kind and the facts that its templates speak of. A file for each kind and
// language, templates/KIND.LANGUAGE.tmpl, defines "subject", "text" and "html", and "short" where it is a text message too.
type notice struct {
	kind  string
	facts []string
}

var notices = []notice{
	{"welcome", []string{"name"}},
	{"registered", []string{"name", "expires"}},
	{"registration-failed", []string{"name", "code", "refunded", "currency"}},
	{"order-done", []string{"order", "number", "names", "success", "failed", "captured", "refunded", "currency"}},
	{"name-servers-changed", []string{"order", "names", "success", "failed"}},
	{"changes-done", []string{"order", "action", "names", "success", "failed", "captured", "refunded", "currency"}},
	{"expiring", []string{"name", "date", "days"}},
	{"expired", []string{"name", "date"}},
	{"verification-due", []string{"name", "date", "days", "template"}},
	{"contact-due", []string{"name", "date", "days", "template"}},
	{"contact-held", []string{"name", "email"}},
	{"name-held", []string{"name", "code"}},
	{"name-released", []string{"name"}},
	{"name-deleted", []string{"name", "code"}},
	{"name-ended", []string{"name"}},
	{"name-left", []string{"name", "registrar"}},
	{"naming-decided", []string{"name", "state", "kind", "note"}},
	{"reach-code", []string{"minutes"}}, // its code is the secret
	{"template-submitted", []string{"template", "until"}},
	{"template-approved", []string{"template"}},
	{"template-rejected", []string{"template", "code"}},
	{"template-timed-out", []string{"template", "code"}},
	{"risk-appeal-granted", []string{"name", "list", "note"}},
	{"risk-appeal-refused", []string{"name", "list", "note"}},
}

// languages that every notice is written in.
var languages = []string{"zh-CN", "en"}

// book is the templates of one language.
type book struct {
	texts map[string]*text.Template
	htmls map[string]*html.Template
}

type letter struct{ subject, text, html string }

// view is what templates see.
type view struct {
	Lang    string
	Subject string // in the layout of the HTML form
	F       map[string]string
	BaseURL string
	Title   string // of the fault, where the notice is about one
	Why     string
	Secret  string // a one-time code
}

func (n *Notifier) view(lang string, m domain.Message) (view, error) {
	v := view{Lang: lang, F: m.Facts, BaseURL: n.cfg.BaseURL}
	if code := m.Facts["code"]; code != "" {
		v.Title, v.Why = n.cfg.Words(lang, code, m.Facts)
	}
	if len(m.Sealed) > 0 {
		if n.cfg.Open == nil {
			return v, errSealed
		}
		secret, err := n.cfg.Open(m.Sealed, domain.MessageSeal(m.To))
		if err != nil {
			return v, errSealed
		}
		v.Secret = string(secret)
	}
	return v, nil
}

var errSealed = errors.New("the message's secret does not open")

// short writes a text message.
func (b *book) short(kind string, v view) (string, error) {
	t := b.texts[kind]
	if t == nil || t.Lookup("short") == nil {
		return "", fmt.Errorf("notify: no text message of kind %q", kind)
	}
	var out strings.Builder
	if err := t.ExecuteTemplate(&out, "short", v); err != nil {
		return "", err
	}
	return oneLine(out.String()), nil
}

func readBooks() (map[string]*book, error) {
	funcs := map[string]any{"money": money, "path": url.PathEscape, "query": url.QueryEscape, "many": many, "positive": positive}
	out := map[string]*book{}
	for _, lang := range languages {
		b := &book{map[string]*text.Template{}, map[string]*html.Template{}}
		for _, row := range notices {
			file := "templates/" + row.kind + "." + lang + ".tmpl"
			layout := "templates/layout." + lang + ".tmpl"
			t, err := text.New(row.kind).Funcs(funcs).Option("missingkey=zero").ParseFS(files, layout, file)
			if err != nil {
				return nil, fmt.Errorf("notify: %w", err)
			}
			h, err := html.New(row.kind).Funcs(funcs).Option("missingkey=zero").ParseFS(files, layout, file)
			if err != nil {
				return nil, fmt.Errorf("notify: %w", err)
			}
			b.texts[row.kind], b.htmls[row.kind] = t, h
		}
		out[lang] = b
	}
	return out, nil
}

func (b *book) write(kind string, v view) (letter, error) {
	t, h := b.texts[kind], b.htmls[kind]
	if t == nil || h == nil {
		return letter{}, fmt.Errorf("notify: no notice of kind %q", kind)
	}
	var subject, plain, rich strings.Builder
	if err := t.ExecuteTemplate(&subject, "subject", v); err != nil {
		return letter{}, err
	}
	v.Subject = oneLine(subject.String())
	if err := t.ExecuteTemplate(&plain, "plain-layout", v); err != nil {
		return letter{}, err
	}
	if err := h.ExecuteTemplate(&rich, "html-layout", v); err != nil {
		return letter{}, err
	}
	return letter{subject: v.Subject, text: strings.TrimSpace(plain.String()) + "\n", html: rich.String()}, nil
}

// oneLine makes a header's value of text with facts in it, which may come from outside.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 150 {
		r = append(r[:149], '…')
	}
	return string(r)
}

// money writes minor units: ¥68.00 for CNY, else 68.00 USD. What is no number is left as it is.
func money(minor, currency string) string {
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil {
		return minor
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	amount := fmt.Sprintf("%d.%02d", n/100, n%100)
	if currency == "CNY" {
		return sign + "¥" + amount
	}
	return strings.TrimSpace(sign + amount + " " + currency)
}

// many reports whether a count is not one, for English plurals.
func many(count string) bool { return count != "1" }

// positive reports whether a count or amount is there and above zero.
func positive(count string) bool {
	n, err := strconv.ParseInt(count, 10, 64)
	return err == nil && n > 0
}

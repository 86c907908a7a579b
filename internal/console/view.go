package console

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

//go:embed templates
var templateFiles embed.FS

// viewSet is the templates with their functions bound to one language.
type viewSet struct{ t *template.Template }

func (s *viewSet) execute(w io.Writer, name string, data any) error {
	return s.t.ExecuteTemplate(w, name, data)
}

func (c *console) loadViews() (map[string]*viewSet, error) {
	sets := map[string]*viewSet{}
	for _, lang := range languages {
		t, err := template.New("").Option("missingkey=error").Funcs(c.funcs(lang)).ParseFS(templateFiles, "templates/*.html")
		if err != nil {
			return nil, err
		}
		sets[lang] = &viewSet{t}
	}
	return sets, nil
}

func (c *console) funcs(lang string) template.FuncMap {
	cat := c.texts[lang]
	return template.FuncMap{
		"t":       cat.say,
		"n":       cat.count,
		"maybe":   cat.maybe,
		"static":  c.static.url,
		"icon":    func(id string) template.HTML { return c.icon(id, "i") },
		"mark":    func() template.HTML { return c.icon("mark", "") },
		"name":    nameHTML,
		"show":    func(n domain.Name) string { return naming.Display(n) },
		"money":   func(minor int64, currency string) string { return money(lang, minor, currency) },
		"signed":  func(minor int64, currency string) string { return signed(lang, minor, currency) },
		"day":     func(t time.Time) string { return day(lang, t) },
		"clock":   func(t time.Time) string { return clock(lang, t) },
		"stamp":   func(t time.Time) string { return day(lang, t) + " " + t.In(beijing).Format("15:04:05") },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"ms":      func(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) },
		"thou":    func(n int64) string { return thousands(strconv.FormatInt(n, 10)) },
		"kb":      func(bytes int64) int64 { return (bytes + 1023) / 1024 },
		"join":    strings.Join,
		"add":     func(a, b int) int { return a + b },
		"sum":     func(a, b int64) int64 { return a + b },
		"diff":    func(a, b int64) int64 { return a - b },
		"hms":     func(t time.Time) string { return t.In(beijing).Format("15:04:05") },
		"clip":    clip,
		"size":    bytesOf,
		"spoken":  spoken,
		"chars":   func(list []char, small bool) charsView { return charsView{list, small} },
		"corners": func(r realname.Region) template.HTMLAttr { return corners(r) },
		"maybekey": func(key string) string {
			if text, ok := cat[key]; ok {
				return text
			}
			return key[strings.IndexByte(key, '.')+1:]
		},
		"logged": func(e domain.Event, desk bool, own string) logged {
			return logged{Event: e, Full: desk || e.Actor == own}
		},
		"line":   func(l ops.LogLine) logged { return logged{Event: l.Event, Full: true, Seq: l.Seq, Erased: l.Erased} },
		"areaof": area,
		"shown":  func(typed string) string { return display(typed) },
		"whois":  func(end string, n domain.Name) string { return endpoint(end, "-h %s -p %s ") + string(n) },
		"dig":    func(end string, n domain.Name) string { return endpoint(end, "@%s -p %s ") + string(n) },
		"tab":    func(href, icon, text, nav, here string) place { return place{href, icon, text, nav == here, 0, false} },
		"tabn": func(href, icon, text, nav, here string, n int) place {
			return place{href, icon, text, nav == here, n, false}
		},
		"tabbad": func(href, icon, text, nav, here string, n int) place {
			return place{href, icon, text, nav == here, n, true}
		},
		"plain":    plainMoney,
		"price":    func(s policy.Suffix, action string, years int) int64 { n, _ := s.Price(action, years); return n },
		"offer":    offerOf,
		"rulename": func(r policy.Rule) string { return ruleName(lang, r) },
		"mail":     maskMail,
		"phone":    maskPhone,
		"fault": func(code string, facts map[string]string) notice {
			return wordsFor(lang, fault.Code(code), fault.Facts(facts))
		},
	}
}

// logged is a line of the log; Full shows who did it in full: to operators, and to the actor.
type logged struct {
	domain.Event
	Full   bool
	Seq    int64 // place in the chain of hashes; 0: not shown
	Erased bool
}

// Failed reports whether what the line tells went wrong.
func (l logged) Failed() bool {
	switch l.Result {
	case "", "ok", "success", "doing", "partial_success":
		return false
	}
	return true
}

// Coded reports whether the result is a fault's code, and not just "failed".
func (l logged) Coded() bool { return l.Failed() && l.Result != "failed" }

// place is one entry of the navigation.
type place struct {
	Href, Icon, Text string
	On               bool
	N                int
	Bad              bool
}

func (c *console) icon(id, class string) template.HTML {
	attr := ""
	if class != "" {
		attr = ` class="` + class + `"`
	}
	return template.HTML(`<svg` + attr + ` aria-hidden="true"><use href="` + c.static.url("icons.svg") + `#i-` + template.HTMLEscapeString(id) + `"/></svg>`)
}

// nameHTML writes a domain name in its one form: label strong, everything after the first dot quiet.
func nameHTML(n any) template.HTML {
	var s string
	switch n := n.(type) {
	case domain.Name:
		s = naming.Display(n)
	case string:
		s = n
	}
	label, rest, dotted := strings.Cut(s, ".")
	out := `<span class="name" translate="no">` + template.HTMLEscapeString(label)
	if dotted {
		out += `<span>.` + template.HTMLEscapeString(rest) + `</span>`
	}
	return template.HTML(out + `</span>`)
}

// display shows a name that came back from a form in the form that people read.
func display(typed string) string {
	if n, err := naming.Parse(typed); err == nil {
		return naming.Display(n)
	}
	return typed
}

// endpoint writes host:port as a command line wants it.
func endpoint(end, format string) string {
	host, port, err := net.SplitHostPort(end)
	if err != nil {
		return fmt.Sprintf(format, end, "")
	}
	return fmt.Sprintf(format, host, port)
}

// beijing is the registrar's own time on pages; China has had no other offset since 1991.
var beijing = time.FixedZone("UTC+8", 8*3600)

func day(lang string, t time.Time) string {
	switch {
	case t.IsZero():
		return "—"
	case lang == en:
		return t.In(beijing).Format("2 Jan 2006")
	}
	return t.In(beijing).Format("2006-01-02")
}

func clock(lang string, t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return day(lang, t) + " " + t.In(beijing).Format("15:04")
}

var signs = map[string]string{"CNY": "¥", "USD": "US$", "EUR": "€", "": "¥"}

func money(_ string, minor int64, currency string) string {
	s := plainMoney(minor)
	sign, ok := signs[currency]
	if !ok {
		return s + " " + currency
	}
	if rest, negative := strings.CutPrefix(s, "−"); negative {
		return "−" + sign + rest
	}
	return sign + s
}

func signed(lang string, minor int64, currency string) string {
	if minor > 0 {
		return "+" + money(lang, minor, currency)
	}
	return money(lang, minor, currency)
}

// plainMoney writes minor units as 1,234.56, a true minus sign in front where there is one.
func plainMoney(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "−", -minor
	}
	return sign + thousands(strconv.FormatInt(minor/100, 10)) + fmt.Sprintf(".%02d", minor%100)
}

func thousands(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// maskMail shows enough of an address to know it again: lin***@example.com.
func maskMail(s string) string {
	local, host, ok := strings.Cut(s, "@")
	if !ok {
		return s
	}
	keep := min(3, max(1, len(local)-1))
	return local[:keep] + "***@" + host
}

func maskPhone(s string) string {
	if len(s) < 9 {
		return s
	}
	return s[:len(s)-8] + "****" + s[len(s)-4:]
}

// notice is a fault in words, as pages show it.
type notice struct {
	Code        string
	Field       string
	Title, What string
	Remedy      []string // in the order in which to do it
	Facts       map[string]string
	Kind        fault.Kind
	Help        bool // the help centre has a page for the code
}

func (v *visit) notice(f *fault.Error) notice {
	n := v.words(f.Code, f.Facts)
	n.Kind = f.Kind
	return n
}

func (v *visit) words(code fault.Code, facts fault.Facts) notice {
	return wordsFor(v.lang, code, facts)
}

// Shell is what every page has around it.
type Shell struct {
	Lang      string
	Theme     string
	Title     string
	Nav       string // which place of the navigation this page is
	Here      string // path and query, to come back to
	Switch    string // this page in the other language
	Desk      bool
	In        bool
	Operator  bool
	Account   domain.Account
	View      int64 // view version of the account when this page was made
	Cart      int   // names in the cart
	CaseCount int
	Reviews   int // submissions that wait for a person
	Refresh   int // seconds until the page renews itself; 0: it doesn't
	Simulated bool
	Version   string
	Ends      Endpoints
}

// shell reads the little that the frame of a page shows; what can't be read there must not break the page.
func (v *visit) shell(title, nav string) Shell {
	s := Shell{
		Lang: v.lang, Theme: themeOf(v.r), Title: title, Nav: nav, Here: v.here(), Desk: v.atDesk && v.all.Operator,
		In: v.in, Operator: v.all.Operator, Account: v.account, View: v.account.ViewVersion,
		Simulated: v.Simulated, Version: v.Version, Ends: v.Endpoints,
	}
	q := v.r.URL.Query()
	other := en
	if v.lang == en {
		other = zh
	}
	q.Set("lang", other)
	path := "/"
	if v.r.Method == "GET" || !strings.Contains(v.r.URL.Path[1:], "/") {
		path = v.r.URL.Path
	}
	s.Switch = path + "?" + q.Encode()
	switch {
	case s.Desk:
		if open, err := v.Ops.Cases(v.ctx, v.all, ops.CaseFilter{Open: true, Limit: 100}); err == nil {
			s.CaseCount = len(open)
		}
		if _, n, err := v.Ops.ReviewQueue(v.ctx, v.all, ops.Page{Limit: 1}); err == nil {
			s.Reviews = n
		}
	case v.in:
		if cart, err := v.Ops.Cart(v.ctx, v.scope); err == nil {
			s.Cart = len(cart.Lines)
		}
	}
	return s
}

// here is this page as a GET, without a language that was asked for once.
func (v *visit) here() string {
	if v.r.Method != "GET" {
		return "/"
	}
	u := *v.r.URL
	q := u.Query()
	q.Del("lang")
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// pager is previous and next, never page numbers.
type pager struct {
	From, To, Total int
	Prev, Next      string
}

func (v *visit) pager(p ops.Page, shown, total int) pager {
	out := pager{From: p.Offset + 1, To: p.Offset + shown, Total: total}
	if shown == 0 {
		out.From = 0
	}
	link := func(offset int) string {
		q := v.r.URL.Query()
		q.Del("lang")
		q.Del("offset")
		if offset > 0 {
			q.Set("offset", strconv.Itoa(offset))
		}
		if len(q) == 0 {
			return v.r.URL.Path
		}
		return v.r.URL.Path + "?" + q.Encode()
	}
	if p.Offset > 0 {
		out.Prev = link(max(0, p.Offset-p.Limit))
	}
	if p.Offset+shown < total {
		out.Next = link(p.Offset + p.Limit)
	}
	return out
}

package world

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/look"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

//go:embed pages
var pageFiles embed.FS

const namesPerPage = 50

// site renders the control pages.
type site struct {
	*World
	tmpl    map[string]*template.Template
	drawing sync.Mutex // one paper is drawn at a time
}

// pages mounts the control pages and what their forms do.
func (w *World) pages(mux *http.ServeMux) error {
	funcs := template.FuncMap{
		"host":  func(a string) string { h, _, _ := net.SplitHostPort(a); return h },
		"minor": func(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) },
		"port":  func(a string) string { _, p, _ := net.SplitHostPort(a); return p },
	}
	tmpl, err := look.Parse(pageFiles, funcs, "pages/home.tmpl", "pages/registry.tmpl", "pages/rules.tmpl", "pages/names.tmpl",
		"pages/verifier.tmpl", "pages/papers.tmpl", "pages/error.tmpl")
	if err != nil {
		return err
	}
	s := &site{World: w, tmpl: tmpl}
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /registries/{id}", s.registryPage)
	mux.HandleFunc("GET /registries/{id}/rules", s.rulesPage)
	mux.HandleFunc("GET /names", s.namesPage)
	mux.HandleFunc("GET /verifier", s.verifierPage)
	mux.HandleFunc("GET /papers", s.papersPage)
	mux.HandleFunc("GET /papers/picture", s.paperPicture)
	// A form does one thing and goes back to where it was, or says why not.
	do := func(pattern string, f func(r *http.Request) (back string, err error)) {
		mux.HandleFunc("POST "+pattern, func(rw http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(rw, r.Body, 64<<10)
			if err := r.ParseForm(); err != nil {
				s.fail(rw, r, control.BadRequest("the form could not be read"))
				return
			}
			back, err := f(r)
			if err != nil {
				s.fail(rw, r, err)
				return
			}
			http.Redirect(rw, r, back, http.StatusSeeOther)
		})
	}
	do("/clock", s.doClock)
	do("/registries/{id}/power", s.doPower)
	do("/registries/{id}/faults", s.doFault)
	do("/registries/{id}/faults/{fid}/remove", s.doRemoveFault)
	do("/registries/{id}/deposits", s.doDeposit)
	s.rulesForms(do)
	s.verifierForms(do)
	do("/names/take", s.doTake)
	do("/names/status", s.doStatus)
	mux.HandleFunc("/", func(rw http.ResponseWriter, r *http.Request) { s.fail(rw, r, control.NotFound("")) })
	return nil
}

func (s *site) frame(rw http.ResponseWriter, r *http.Request, current, zh, en string) look.Frame {
	f := look.Frame{Lang: look.Lang(rw, r), Path: r.URL.Path, Query: r.URL.Query()}
	if r.Method != http.MethodGet {
		f.Path = "/" // a failed form's own address cannot be asked for
	}
	f.Title = f.T(zh, en)
	f.Nav = []look.NavItem{{URL: "/", Icon: "clock", Text: f.T("时钟与概况", "Clock and overview"), Current: current == "/"}}
	for i, reg := range s.registries {
		ri := s.info.Registries[i]
		item := look.NavItem{URL: "/registries/" + ri.ID, Icon: "plug", Text: tlds(ri.TLDs), Current: current == ri.ID}
		if faults := len(reg.Faults()); faults > 0 {
			item.Count, item.Bad = strconv.Itoa(faults), true
		}
		f.Nav = append(f.Nav, item)
	}
	f.Nav = append(f.Nav,
		look.NavItem{URL: "/names", Icon: "globe", Text: f.T("域名归谁", "Who holds what"), Current: current == "names"},
		look.NavItem{URL: "/verifier", Icon: "stamp", Text: f.T("实名核验机构", "Verification authority"), Current: current == "verifier"},
		look.NavItem{URL: "/papers", Icon: "id", Text: f.T("样张证件", "Sample documents"), Current: current == "papers"},
		look.NavItem{URL: s.info.Mailbox + "/", Icon: "inbox", Text: f.T("邮箱", "Mailbox")})
	f.Tabs = []look.NavItem{
		{URL: "/", Icon: "clock", Text: f.T("时钟", "Clock"), Current: current == "/"},
		{URL: "/#registries", Icon: "plug", Text: f.T("注册局", "Registries"), Current: s.isRegistry(current)},
		{URL: "/names", Icon: "globe", Text: f.T("域名", "Names"), Current: current == "names"},
		{URL: s.info.Mailbox + "/", Icon: "inbox", Text: f.T("邮箱", "Mailbox")},
	}
	f.Foot = f.T("现在 ", "Now ") + f.Time(s.clock.Now()) + " UTC"
	return f
}

func (s *site) isRegistry(id string) bool { _, _, err := s.registryByID(id); return err == nil }

// tlds writes suffixes as people read them: ".com .net", ".中国".
func tlds(list []string) string {
	out := make([]string, len(list))
	for i, t := range list {
		u, err := idna.ToUnicode(t)
		if err != nil {
			u = t
		}
		out[i] = "." + u
	}
	return strings.Join(out, " ")
}

func (s *site) show(rw http.ResponseWriter, status int, page string, f look.Frame) {
	if err := look.Render(rw, status, s.tmpl["pages/"+page+".tmpl"], f); err != nil {
		s.log.Error("control page", "page", page, "error", err.Error())
	}
}

func (s *site) fail(rw http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	var ae *control.Error
	if errors.As(err, &ae) {
		status = ae.Status
	}
	f := s.frame(rw, r, "", "没有做", "Not done")
	back := "/"
	if u, perr := url.Parse(r.Referer()); perr == nil && u.Host == r.Host && u.Path != "" {
		back = u.RequestURI()
	}
	f.Data = map[string]any{"Status": status, "Text": err.Error(), "Back": back, "Missing": status == http.StatusNotFound && err.Error() == ""}
	if status == http.StatusNotFound && err.Error() == "" {
		f.Title = f.T("没有这一页", "No such page")
	}
	s.show(rw, status, "error", f)
}

type homeData struct {
	Now       time.Time
	Ahead     time.Duration
	Followers []string
	Moved     bool
	Steps     int
	Next      time.Time // the earliest event of a registry
	Rows      []registryState
	Info      Info
}

// AheadDays is the offset in days, to the nearest.
func (d homeData) AheadDays() int { return int(d.Ahead.Round(24*time.Hour) / (24 * time.Hour)) }

// Spans are the days that the clock's buttons move it by.
func (d homeData) Spans() []int { return []int{1, 5, 30, 60} }

// Tomorrow is the first day that the clock can be moved to.
func (d homeData) Tomorrow() string { return d.Now.AddDate(0, 0, 1).Format(time.DateOnly) }

func (s *site) home(rw http.ResponseWriter, r *http.Request) {
	f := s.frame(rw, r, "/", "时钟与概况", "Clock and overview")
	d := homeData{Now: s.clock.Now(), Ahead: s.clock.Offset(), Followers: s.clock.Followers(), Info: s.info}
	if n, err := strconv.Atoi(r.URL.Query().Get("steps")); err == nil {
		d.Moved, d.Steps = true, n
	}
	f.Query.Del("steps")
	for i, reg := range s.registries {
		st := s.stateOf(reg, s.info.Registries[i])
		if st.NextDue != nil && (d.Next.IsZero() || st.NextDue.Before(d.Next)) {
			d.Next = *st.NextDue
		}
		d.Rows = append(d.Rows, st)
	}
	f.Data = d
	s.show(rw, http.StatusOK, "home", f)
}

// State of a row in one word.
func (st registryState) State() string {
	switch {
	case !st.Up:
		return "down"
	case len(st.Faults) > 0:
		return "faults"
	}
	return "up"
}

// Suffixes as people read them.
func (st registryState) Suffixes() string { return tlds(st.TLDs) }

// Ours is the deposit of the registrar under test.
func (st registryState) Ours() int64 {
	for _, d := range st.Deposits {
		if d.ClID == ourClID {
			return d.Balance
		}
	}
	return 0
}

// SessionBars is one entry per session that the cap allows; true is in use.
func (st registryState) SessionBars() []bool {
	out := make([]bool, st.SessionCap)
	n := 0
	for _, se := range st.Sessions {
		if se.ClID == ourClID && n < len(out) {
			out[n] = true
			n++
		}
	}
	return out
}

// OurSessions counts the sessions of the registrar under test.
func (st registryState) OurSessions() int {
	n := 0
	for _, se := range st.Sessions {
		if se.ClID == ourClID {
			n++
		}
	}
	return n
}

// RecentErrors are the last ten, newest first.
func (st registryState) RecentErrors() []registry.ErrorEntry {
	var out []registry.ErrorEntry
	for i := len(st.LastErrors) - 1; i >= 0 && len(out) < 10; i-- {
		out = append(out, st.LastErrors[i])
	}
	return out
}

type registryData struct {
	registryState
	Info   RegistryInfo
	Kinds  []faultText
	Active []activeFault
}

type activeFault struct {
	registry.FaultRule
	Text   faultText
	Delay  string
	Breaks bool // the registry's promise of its longest command
}

// Chance as people read it.
func (a activeFault) Chance() string {
	return strconv.FormatFloat(a.Probability*100, 'f', -1, 64) + "%"
}

// Promised is the registry's longest command.
func (d registryData) Promised() time.Duration {
	return time.Duration(d.Info.LongestCommandMS) * time.Millisecond
}

func (s *site) registryPage(rw http.ResponseWriter, r *http.Request) {
	reg, info, err := s.registryByID(r.PathValue("id"))
	if err != nil {
		s.fail(rw, r, control.NotFound(""))
		return
	}
	f := s.frame(rw, r, info.ID, info.Name, info.Name)
	d := registryData{registryState: s.stateOf(reg, info), Info: info, Kinds: faultTexts}
	for _, ft := range reg.Faults() {
		if ft.Kind == registry.FaultDown {
			continue // the power switch shows that
		}
		a := activeFault{FaultRule: registry.RuleOf(ft), Text: textOf(ft.Kind)}
		if ft.Delay > 0 {
			a.Delay = ft.Delay.String()
			a.Breaks = a.Text.Promise && ft.Delay > d.Promised()
		}
		d.Active = append(d.Active, a)
	}
	f.Data = d
	s.show(rw, http.StatusOK, "registry", f)
}

type namesData struct {
	Registries []registryState
	Current    registryState
	ClID       string
	Query      string
	Names      []control.Name
	Next       string
	Paged      bool
	Statuses   []string
}

func (s *site) namesPage(rw http.ResponseWriter, r *http.Request) {
	f := s.frame(rw, r, "names", "域名归谁", "Who holds what")
	q := r.URL.Query()
	d := namesData{ClID: q.Get("clid"), Query: strings.TrimSpace(q.Get("q")), Statuses: control.SettableStatuses}
	for i, reg := range s.registries {
		d.Registries = append(d.Registries, s.stateOf(reg, s.info.Registries[i]))
	}
	reg, info := s.registries[0], s.info.Registries[0]
	if id := q.Get("registry"); id != "" {
		var err error
		if reg, info, err = s.registryByID(id); err != nil {
			s.fail(rw, r, control.NotFound(""))
			return
		}
	}
	if d.Query != "" {
		// One name, in whichever registry it belongs to.
		if a, err := control.ASCIIName(d.Query); err == nil {
			if found, apex := s.registryOf(a); found != nil {
				reg = found
				_, info, _ = s.registryByID(found.Profile().ID)
				if v, ok := found.Domain(apex); ok {
					d.Names = []control.Name{control.NameOf(v)}
				}
			}
		}
	} else {
		d.Names = control.Names(reg, d.ClID, q.Get("after"), namesPerPage+1)
		d.Paged = q.Get("after") != ""
		if len(d.Names) > namesPerPage {
			d.Names = d.Names[:namesPerPage]
			d.Next = d.Names[namesPerPage-1].Name
		}
	}
	d.Current = s.stateOf(reg, info)
	f.Data = d
	s.show(rw, http.StatusOK, "names", f)
}

func (s *site) doClock(r *http.Request) (string, error) {
	var target time.Time
	if by := r.PostForm.Get("by"); by != "" {
		d, err := control.Span(by)
		if err != nil {
			return "", err
		}
		target = s.clock.Now().Add(d)
	} else {
		day, err := time.Parse(time.DateOnly, r.PostForm.Get("to"))
		if err != nil {
			return "", control.BadRequest(strconv.Quote(r.PostForm.Get("to")) + " is not a date such as 2027-01-22")
		}
		target = day
	}
	steps, err := s.advance(r, target)
	if err != nil {
		return "", err
	}
	return "/?steps=" + strconv.Itoa(steps), nil
}

func (s *site) doPower(r *http.Request) (string, error) {
	reg, info, err := s.registryByID(r.PathValue("id"))
	if err != nil {
		return "", err
	}
	if err := control.Power(reg, r.PostForm.Get("up") == "true"); err != nil {
		return "", err
	}
	if r.PostForm.Get("from") == "home" {
		return "/#registries", nil
	}
	return "/registries/" + info.ID, nil
}

func (s *site) doFault(r *http.Request) (string, error) {
	reg, info, err := s.registryByID(r.PathValue("id"))
	if err != nil {
		return "", err
	}
	ft, err := faultOfForm(r)
	if err != nil {
		return "", err
	}
	if _, err := reg.AddFault(ft); err != nil {
		return "", control.BadRequest(err.Error())
	}
	return "/registries/" + info.ID + "#faults", nil
}

func (s *site) doRemoveFault(r *http.Request) (string, error) {
	reg, info, err := s.registryByID(r.PathValue("id"))
	if err != nil {
		return "", err
	}
	reg.RemoveFault(r.PathValue("fid")) // gone already is as good
	return "/registries/" + info.ID + "#faults", nil
}

func (s *site) doDeposit(r *http.Request) (string, error) {
	reg, info, err := s.registryByID(r.PathValue("id"))
	if err != nil {
		return "", err
	}
	minor, err := amount(r.PostForm.Get("amount"))
	if err != nil {
		return "", err
	}
	if r.PostForm.Get("sign") == "-" {
		minor = -minor
	}
	if _, err := reg.AdjustDeposit(r.PostForm.Get("clid"), minor); err != nil {
		return "", control.Refusal(err)
	}
	return "/registries/" + info.ID + "#deposits", nil
}

// amount reads "1200" or "1200.50" as minor units.
func amount(s string) (int64, error) {
	bad := control.BadRequest(strconv.Quote(s) + " is not an amount such as 1200.50")
	whole, cents, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), ".")
	if len(cents) > 2 || whole == "" || len(whole) > 12 {
		return 0, bad
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || n < 0 {
		return 0, bad
	}
	return n, nil
}

func (s *site) doTake(r *http.Request) (string, error) {
	a, err := control.ASCIIName(r.PostForm.Get("name"))
	if err != nil {
		return "", err
	}
	reg, _ := s.registryOf(a)
	if reg == nil {
		return "", control.BadRequest(strconv.Quote(r.PostForm.Get("name")) + " is under no suffix of these registries")
	}
	if _, err := control.Take(reg, a, r.PostForm.Get("clid"), 1); err != nil {
		return "", err
	}
	return "/names?q=" + url.QueryEscape(a), nil
}

func (s *site) doStatus(r *http.Request) (string, error) {
	name := r.PostForm.Get("name")
	a, err := control.ASCIIName(name)
	if err != nil {
		return "", err
	}
	reg, apex := s.registryOf(a)
	if reg == nil || apex != a {
		return "", control.NotFound("no name " + strconv.Quote(name))
	}
	if err := control.SetStatus(reg, a, r.PostForm.Get("status"), r.PostForm.Get("on") == "true", "", registry.Case{}); err != nil {
		return "", err
	}
	return "/names?q=" + url.QueryEscape(a), nil
}

package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// soon is how many days before its end a name starts to ask for attention.
const soon = 30

// standing is a name's state as a person would say it: a tag and its words.
type standing struct {
	Tag  string // class of .tag
	Text string
	Days int // until expiry
}

// standingOf reads statuses and dates; the most serious thing speaks.
func standingOf(cat catalogue, t domain.Tenure, now time.Time) standing {
	days := int((t.ExpiresAt.Sub(now) + 12*time.Hour) / (24 * time.Hour)) // a name bought just now has 365 days, not 364
	s := standing{"ok", cat.say("state.ok"), days}
	switch {
	case t.Statuses.Has(domain.RedemptionPeriod): // EPP says pendingDelete of it too
		s.Tag, s.Text = "bad", cat.say("state.redemption")
	case t.Statuses.Has(domain.PendingDelete):
		s.Tag, s.Text = "bad", cat.say("state.pending-delete")
	case t.Statuses.Has(domain.ServerHold, domain.ClientHold):
		s.Tag, s.Text = "bad", cat.say("state.hold")
	case !t.ExpiresAt.IsZero() && now.After(t.ExpiresAt):
		s.Tag, s.Text = "bad", cat.say("state.expired")
	case t.Statuses.Has(domain.PendingCreate):
		s.Tag, s.Text = "info", cat.say("state.pending-create")
	case t.Statuses.Has(domain.PendingTransfer):
		s.Tag, s.Text = "info", cat.say("state.pending-transfer")
	case !t.VerifyBy.IsZero():
		s.Tag, s.Text = "warn", cat.say("state.unproven")
	case !t.ExpiresAt.IsZero() && days < soon:
		s.Tag, s.Text = "warn", cat.count("state.expires-in", days)
	case len(t.NameServers) == 0:
		s.Tag, s.Text = "warn", cat.say("state.no-servers")
	}
	return s
}

type domainRow struct {
	domain.Tenure
	Standing standing
}

// Locks are what of it is locked, as keys of the catalogue.
func (r domainRow) Locks() []string {
	var out []string
	if r.Statuses.Has(domain.ClientTransferProhibited, domain.ServerTransferProhibited) {
		out = append(out, "lock.transfer")
	}
	if r.Statuses.Has(domain.ClientUpdateProhibited, domain.ServerUpdateProhibited) {
		out = append(out, "lock.update")
	}
	if r.Statuses.Has(domain.ClientDeleteProhibited, domain.ServerDeleteProhibited) {
		out = append(out, "lock.delete")
	}
	return out
}

// Ascii is the wire form where it differs from what is shown.
func (r domainRow) Ascii() string {
	if strings.Contains(string(r.Name), "xn--") {
		return string(r.Name)
	}
	return ""
}

type caseRow struct {
	domain.Case
	Notice notice
	Mend   string // page where its cause is mended; empty: this one, or nowhere
	Text   string // of the button there
}

// appealable are codes of names that people may look at once more.
var appealable = map[string]bool{string(naming.RestrictedWord): true, string(naming.PolicyWord): true,
	"registration.naming-rejected-hold": true, "registration.naming-rejected-deleted": true}

// Go is the page where the case can be mended.
func (c caseRow) Go() string {
	if appealable[c.Code] {
		return "/naming?" + url.Values{"name": {c.Subject}}.Encode()
	}
	if strings.HasPrefix(c.Code, "registration.") { // the name isn't the owner's
		return "/domains/lookup?" + url.Values{"name": {c.Subject}}.Encode()
	}
	if _, err := naming.Parse(c.Subject); err == nil {
		return "/domains/" + c.Subject
	}
	return "/help/" + c.Code
}

const domainsPerPage = 50

type domainsPage struct {
	Shell
	Rows     []domainRow
	Pager    pager
	Contains string
	Status   string
	Statuses []domain.Status
	Cases    []caseRow
	Filtered bool
	Busy     int // names being registered now
}

// filterStatuses can be asked for in the list.
var filterStatuses = []domain.Status{domain.StatusOK, domain.StatusInactive, domain.ClientHold, domain.ServerHold,
	domain.ClientTransferProhibited, domain.ClientUpdateProhibited, domain.PendingTransfer, domain.PendingDelete}

func (v *visit) domains() error {
	q := v.r.URL.Query()
	f := ops.TenureFilter{Page: v.pageOf(domainsPerPage), Contains: strings.TrimSpace(q.Get("q")), Status: domain.Status(q.Get("status"))}
	p := domainsPage{Contains: f.Contains, Status: string(f.Status), Statuses: filterStatuses, Filtered: f.Contains != "" || f.Status != ""}
	if n, err := naming.Parse(f.Contains); err == nil {
		f.Contains = string(n) // a name in Chinese is kept as it goes over the wire
	}
	list, total, err := v.Ops.Domains(v.ctx, v.scope, f)
	if err != nil {
		return err
	}
	cases, err := v.Ops.Cases(v.ctx, v.scope, ops.CaseFilter{Account: v.scope.Account, Open: true, Limit: 8})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if !strings.HasPrefix(c.Code, "lookup.") { // those were answers to a question, not something to do
			p.Cases = append(p.Cases, caseRow{Case: c, Notice: v.words(fault.Code(c.Code), c.Facts)})
		}
	}
	orders, _, err := v.Ops.Orders(v.ctx, v.scope, ops.OrderFilter{Page: ops.Page{Limit: 5}, Action: domain.ActionNew})
	if err != nil {
		return err
	}
	for _, o := range orders {
		p.Busy += o.Doing
	}
	now := v.Ops.Now()
	for _, t := range list {
		p.Rows = append(p.Rows, domainRow{t, standingOf(v.cat, t, now)})
	}
	p.Pager = v.pager(f.Page, len(list), total)
	p.Shell = v.shell(v.cat.say("domains.title"), "domains")
	return v.page(http.StatusOK, "domains", p)
}

type domainPage struct {
	Shell
	Row      domainRow
	Now      time.Time
	Template *domain.Template
	Events   []domain.Event
	Cases    []caseRow
	Life     life
	held     bool // a case says why it is held
	changes
}

// VerifyDue reports whether the name waits for its registrant's verification, and nothing else says so.
func (p domainPage) VerifyDue() bool {
	return !p.Row.VerifyBy.IsZero() && !p.held && p.Template != nil && p.Template.Status != domain.TemplateApproved
}

// Mends reports whether a button above mends what is wrong: it is the one to press.
func (p domainPage) Mends() bool {
	for _, c := range p.Cases {
		if c.Mend != "" {
			return true
		}
	}
	return p.VerifyDue()
}

// ContactDue reports whether the registrant's e-mail or telephone is to be verified.
func (p domainPage) ContactDue() bool {
	return !p.Row.ContactBy.IsZero() && !p.held && p.Template != nil && p.Row.ContactBy.After(p.Now)
}

// LockedUntil is until when it can't leave after a change of registrant; zero: it can.
func (p domainPage) LockedUntil() time.Time {
	if p.Row.LockUntil.After(p.Now) {
		return p.Row.LockUntil
	}
	return time.Time{}
}

// life is the drawing of a name's term, in units of its 1000 wide picture.
type life struct {
	Today, Width int
	Label        int // where today's label stands
	SmallToday   int // the same on the 340 wide one
	Over         bool
}

func lifeOf(t domain.Tenure, now time.Time) life {
	term := t.ExpiresAt.Sub(t.RegisteredAt)
	if term <= 0 {
		return life{Width: 960}
	}
	const left, width = 20, 960
	part := max(0, min(1, float64(now.Sub(t.RegisteredAt))/float64(term)))
	today := left + int(part*width)
	return life{Today: today, Width: today - left, Label: max(60, min(940, today)), SmallToday: 8 + int(part*324), Over: now.After(t.ExpiresAt)}
}

func (v *visit) domain() error { return v.domainView(http.StatusOK, v.r.PathValue("name"), nil) }

func (v *visit) domainView(status int, name string, edit func(*domainPage)) error {
	t, err := v.Ops.Domain(v.ctx, v.scope, name)
	if err != nil {
		return err
	}
	can, err := v.changesOf(t)
	if err != nil {
		return err
	}
	p := domainPage{changes: can, Row: domainRow{t, standingOf(v.cat, t, v.Ops.Now())}, Now: v.Ops.Now(), Life: lifeOf(t, v.Ops.Now())}
	if t.Template != 0 {
		if tmpl, err := v.Ops.Template(v.ctx, v.scope, t.Template); err == nil {
			p.Template = &tmpl
		} else if fault.Of(err).Kind != fault.Missing {
			return err
		}
	}
	if p.Events, err = v.Ops.Log(v.ctx, v.scope, string(t.Name), 0, 10); err != nil {
		return err
	}
	cases, err := v.Ops.Cases(v.ctx, v.scope, ops.CaseFilter{Account: v.scope.Account, Subject: string(t.Name), Open: true, Limit: 10})
	if err != nil {
		return err
	}
	for _, c := range cases {
		row := caseRow{Case: c, Notice: v.words(fault.Code(c.Code), c.Facts)}
		row.Mend, row.Text = p.mend(c.Code)
		p.Cases = append(p.Cases, row)
		p.held = p.held || strings.HasPrefix(c.Code, "hold.")
	}
	if edit != nil {
		edit(&p)
	}
	p.Shell = v.shell(naming.Display(t.Name), "domains")
	p.Switch = "/domains/" + string(t.Name) + "?" + url.Values{"lang": {map[bool]string{true: zh, false: en}[v.lang == en]}}.Encode()
	return v.page(status, "domain", p)
}

type nsPage struct {
	Shell
	Names []string
	NS    string
	House []string
	Fault *notice
}

func (v *visit) nsForm() error {
	names := v.r.URL.Query()["name"]
	if len(names) == 0 {
		v.redirect("/domains")
		return nil
	}
	p := nsPage{Names: names}
	if len(names) == 1 {
		t, err := v.Ops.Domain(v.ctx, v.scope, names[0])
		if err != nil {
			return err
		}
		p.NS = strings.Join(t.NameServers, "\n")
	}
	return v.nsView(http.StatusOK, p)
}

func (v *visit) nsView(status int, p nsPage) error {
	p.House = v.Ops.Policy().House.DefaultNS
	p.Shell = v.shell(v.cat.say("ns.title"), "domains")
	p.Switch = "/domains/ns?" + url.Values{"name": p.Names, "lang": {map[bool]string{true: zh, false: en}[v.lang == en]}}.Encode()
	return v.page(status, "ns", p)
}

func (v *visit) nsChange() error {
	if err := v.formErr(); err != nil {
		return err
	}
	p := nsPage{Names: v.r.PostForm["name"], NS: v.r.PostFormValue("ns")}
	servers := strings.FieldsFunc(p.NS, func(r rune) bool { return r == ',' || r == '，' || r == ';' || r <= ' ' })
	view, err := v.Ops.ChangeNameServers(v.ctx, v.scope, p.Names, servers)
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		if f.Code == "input.name-servers" || strings.HasPrefix(string(f.Code), "input.host") {
			n.Field = "ns"
		}
		p.Fault = &n
		return v.nsView(statusOf(f.Kind), p)
	}
	v.redirect("/orders/" + strconv.FormatInt(int64(view.ID), 10))
	return nil
}

type lookupPage struct {
	Shell
	Typed   string
	Finding *ops.Finding
	Notice  *notice
	Fault   *notice
}

func (v *visit) lookup() error {
	p := lookupPage{Typed: strings.TrimSpace(v.r.URL.Query().Get("name"))}
	status := http.StatusOK
	if p.Typed != "" {
		f, err := v.Ops.Lookup(v.ctx, v.scope, p.Typed)
		if err != nil {
			e, ok := shown(err)
			if !ok {
				return err
			}
			n := v.notice(e)
			p.Fault, status = &n, statusOf(e.Kind)
		} else {
			p.Finding = &f
			if f.Case != nil {
				n := v.words(fault.Code(f.Case.Code), f.Case.Facts)
				p.Notice = &n
			}
		}
	}
	p.Shell = v.shell(v.cat.say("lookup.title"), "lookup")
	return v.page(status, "lookup", p)
}

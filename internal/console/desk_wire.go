package console

import (
	"context"
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

// wireOps is what the desk asks about registries' messages, transcripts and differences.
type wireOps interface {
	Frames(ctx context.Context, scope domain.Scope, f ops.FrameFilter) ([]ops.Frame, error)
	messageOps
	differenceOps
}

type messageOps interface {
	Polls(ctx context.Context, scope domain.Scope, f ops.PollFilter) ([]ops.PollMessage, error)
	Poll(ctx context.Context, scope domain.Scope, id int64) (ops.PollMessage, error)
	SettlePoll(ctx context.Context, scope domain.Scope, id int64) error
}

type differenceOps interface {
	Rounds(ctx context.Context, scope domain.Scope) ([]ops.Round, error)
	Disagreement(ctx context.Context, scope domain.Scope, reg ops.Looker, typed string) (ops.Disagreement, error)
	Resolve(ctx context.Context, scope domain.Scope, reg ops.Looker, typed string, how ops.Resolution) error
}

const (
	framesPerPage = 50
	pollsPerPage  = 50
)

// frameRow is a frame as pages show it.
type frameRow struct {
	ops.Frame
	XML string
}

func frameRows(frames []ops.Frame) []frameRow {
	rows := make([]frameRow, len(frames))
	for i, f := range frames {
		rows[i] = frameRow{f, prettyXML(f.Text)}
	}
	return rows
}

// Bad reports an answer that refuses.
func (r frameRow) Bad() bool { return r.Code >= 2000 }

type transcriptsPage struct {
	Shell
	Accounts         []string // registry accounts to choose from
	Registry, Name   string   // as they were typed
	Session, TRID    string
	Code, From, To   string
	Filtered         bool
	Fault            *notice
	Rows             []frameRow
	State            *ops.TranscriptState
	Older, Newest    string // addresses of pages; empty: none
	OfSession, Start bool   // one session, from its beginning
}

// deskTranscripts searches what was said to registries. Whatever the form can't mean is told, and finds nothing.
func (v *visit) deskTranscripts() error {
	q := v.r.URL.Query()
	get := func(key string) string { return strings.TrimSpace(q.Get(key)) }
	p := transcriptsPage{Registry: get("registry"), Name: get("name"), Session: get("session"), TRID: get("trid"), Code: get("code"), From: get("from"), To: get("to")}
	f := ops.FrameFilter{RegistryAccount: p.Registry, Session: p.Session, ClTRID: p.TRID, Before: v.before(), Limit: framesPerPage}
	p.Filtered = p.Registry+p.Name+p.Session+p.TRID+p.Code+p.From+p.To != ""
	var bad error
	if p.Name != "" {
		f.Name, bad = naming.Parse(p.Name)
	}
	if n, err := strconv.Atoi(p.Code); p.Code != "" {
		if f.Code = n; err != nil || n < 1000 || n > 2999 {
			bad = fault.New(fault.Invalid, "input.search-field", "field", "code", "value", clip(p.Code, 40))
		}
	}
	for _, end := range []struct {
		field, typed string
		into         *time.Time
	}{{"from", p.From, &f.From}, {"to", p.To, &f.To}} {
		if end.typed == "" {
			continue
		}
		at, err := time.ParseInLocation("2006-01-02T15:04", end.typed, beijing)
		if err != nil {
			bad = fault.New(fault.Invalid, "input.search-field", "field", end.field, "value", clip(end.typed, 40))
		}
		*end.into = at
	}
	for _, r := range v.registryRows() {
		p.Accounts = append(p.Accounts, r.Account)
	}
	if v.Transcripts != nil {
		s := v.Transcripts(v.ctx)
		p.State = &s
	}
	p.Shell = v.shell(v.cat.say("transcripts.title"), "transcripts")
	status := http.StatusOK
	if bad != nil {
		n := v.notice(fault.Of(bad))
		p.Fault, status = &n, http.StatusUnprocessableEntity
	} else {
		frames, err := v.Ops.Frames(v.ctx, v.all, f)
		if err != nil {
			return err
		}
		p.Rows = frameRows(frames)
		if len(frames) == framesPerPage {
			p.Older = v.with("before", strconv.FormatInt(frames[len(frames)-1].ID, 10))
		}
	}
	if f.Before > 0 {
		p.Newest = v.with("before", "")
	}
	return v.page(status, "desk-transcripts", p)
}

// with is this page's address with one parameter changed; an empty value takes it away.
func (v *visit) with(key, value string) string {
	q := url.Values{}
	for k, list := range v.r.URL.Query() {
		if k != "lang" && k != key && len(list) > 0 && list[0] != "" {
			q.Set(k, list[0])
		}
	}
	if value != "" {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return v.r.URL.Path
	}
	return v.r.URL.Path + "?" + q.Encode()
}

// deskSession reads one session from its beginning.
func (v *visit) deskSession() error {
	id := v.r.PathValue("session")
	after, err := strconv.ParseInt(v.r.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 1 {
		after = 1 // identifiers count from 1, and a greeting comes first
	}
	f := ops.FrameFilter{Session: id, After: after, Limit: framesPerPage}
	if after == 1 {
		f.After, f.Oldest = 0, true
	}
	frames, err := v.Ops.Frames(v.ctx, v.all, f)
	if err != nil {
		return err
	}
	if len(frames) == 0 && after == 1 {
		return fault.New(fault.Missing, "page.not-found", "path", clip(v.r.URL.Path, 80))
	}
	p := transcriptsPage{Session: id, OfSession: true, Start: after == 1, Rows: frameRows(frames)}
	if len(frames) > 0 {
		p.Registry = frames[0].RegistryAccount
	}
	if len(frames) == framesPerPage {
		p.Older = v.with("after", strconv.FormatInt(frames[len(frames)-1].ID, 10))
	}
	if !p.Start {
		p.Newest = v.with("after", "")
	}
	p.Shell = v.shell(v.cat.say("transcripts.session"), "transcripts")
	return v.page(http.StatusOK, "desk-session", p)
}

type pollsPage struct {
	Shell
	Accounts     []string
	Registry     string
	Parked       bool
	Rows         []ops.PollMessage
	Rounds       []ops.Round
	Older        string
	All, Waiting string // addresses of the two tabs
}

func (v *visit) deskPolls() error {
	q := v.r.URL.Query()
	p := pollsPage{Registry: strings.TrimSpace(q.Get("registry")), Parked: q.Get("show") == "parked"}
	var err error
	if p.Rows, err = v.Ops.Polls(v.ctx, v.all, ops.PollFilter{RegistryAccount: p.Registry, Parked: p.Parked, Before: v.before(), Limit: pollsPerPage}); err != nil {
		return err
	}
	if p.Rounds, err = v.Ops.Rounds(v.ctx, v.all); err != nil {
		return err
	}
	for _, r := range v.registryRows() {
		p.Accounts = append(p.Accounts, r.Account)
	}
	if len(p.Rows) == pollsPerPage {
		p.Older = v.with("before", strconv.FormatInt(p.Rows[len(p.Rows)-1].ID, 10))
	}
	tab := url.Values{}
	if p.Registry != "" {
		tab.Set("registry", p.Registry)
	}
	p.All = strings.TrimSuffix("/desk/polls?"+tab.Encode(), "?")
	tab.Set("show", "parked")
	p.Waiting = "/desk/polls?" + tab.Encode()
	p.Shell = v.shell(v.cat.say("polls.title"), "polls")
	return v.page(http.StatusOK, "desk-polls", p)
}

type pollPage struct {
	Shell
	Message ops.PollMessage
	XML     string
	Parked  bool
}

func (v *visit) deskPoll() error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "registry.message-not-found")
	}
	m, err := v.Ops.Poll(v.ctx, v.all, id)
	if err != nil {
		return err
	}
	return v.page(http.StatusOK, "desk-poll", pollPage{v.shell(v.cat.say("polls.message"), "polls"), m, prettyXML(string(m.Raw)), !m.Readable && m.SettledAt.IsZero()})
}

func (v *visit) deskPollDone() error {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "registry.message-not-found")
	}
	if err := v.Ops.SettlePoll(v.ctx, v.all, id); err != nil && !fault.Is(err, "state.moved") { // moved: somebody was faster
		return err
	}
	v.redirect("/desk/polls?show=parked")
	return nil
}

type differencePage struct {
	Shell
	ops.Disagreement
	Fault *notice
	Cause notice // why the registry could not be asked
}

func (v *visit) deskName() error { return v.difference(v.r.PathValue("name"), nil) }

func (v *visit) difference(typed string, failed *fault.Error) error {
	if v.Looker == nil {
		return fault.New(fault.Missing, "page.not-found", "path", clip(v.r.URL.Path, 80))
	}
	d, err := v.Ops.Disagreement(v.ctx, v.all, v.Looker, typed)
	if err != nil {
		return err
	}
	p := differencePage{Disagreement: d, Shell: v.shell(naming.Display(d.Tenure.Name), "polls")}
	if d.Silent != "" {
		p.Cause = v.words(fault.Code(d.Silent), fault.Facts{"registry": d.Tenure.RegistryAccount})
	}
	status := http.StatusOK
	if failed != nil {
		n := v.notice(failed)
		p.Fault, status = &n, statusOf(failed.Kind)
	}
	return v.page(status, "desk-name", p)
}

func (v *visit) deskResolve() error {
	if err := v.formErr(); err != nil {
		return err
	}
	if v.Looker == nil {
		return fault.New(fault.Missing, "page.not-found", "path", clip(v.r.URL.Path, 80))
	}
	typed := v.r.PathValue("name")
	err := v.Ops.Resolve(v.ctx, v.all, v.Looker, typed, ops.Resolution(v.r.PostFormValue("how")))
	if err == nil {
		v.redirect("/desk/cases")
		return nil
	}
	if f, ok := shown(err); ok && f.Kind != fault.Missing && f.Kind != fault.Denied {
		return v.difference(typed, f)
	}
	return err
}

// Desk is the page where an operator decides about a case; empty: none.
func (c caseRow) Desk() string {
	switch row := c.Facts["row"]; {
	case c.Code == "registry.poll-unreadable" && row != "":
		return "/desk/polls/" + url.PathEscape(row)
	case c.Code == "registry.drift", c.Code == "registry.vanished", c.Code == "registry.sponsor-changed":
		return "/desk/names/" + url.PathEscape(c.Subject)
	}
	return ""
}

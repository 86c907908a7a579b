package console

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// logOps read the operation log.
type logOps interface {
	LogLines(ctx context.Context, scope domain.Scope, f ops.LogFilter) ([]ops.LogLine, error)
	ExportLog(ctx context.Context, scope domain.Scope, f ops.LogFilter, w io.Writer, most int) (next int64, err error)
	LogChain(ctx context.Context, scope domain.Scope) (ops.LogChain, error)
}

// eventKind is a kind of event as it is chosen from a list.
type eventKind struct{ Kind, Text string }

type logPage struct {
	Shell
	Path                               string // of the page: /log or /desk/log
	Lines                              []ops.LogLine
	Kinds                              []eventKind
	Subject, Kind, Actor, Since, Until string // as they were typed
	Filtered                           bool
	Newest                             bool
	Older                              string
	File                               string // address of the export
	Most                               int    // lines that a file has at most
	Chain                              *ops.LogChain
	Fault                              *notice
}

func (v *visit) log() error     { return v.logView(v.scope, "/log", "log", "log.title") }
func (v *visit) deskLog() error { return v.logView(v.all, "/desk/log", "desk-log", "nav.audit") }

// logQuery reads the filter; a day that is none is an error.
func (v *visit) logQuery(p *logPage) (ops.LogFilter, error) {
	q := v.r.URL.Query()
	get := func(key string) string { return strings.TrimSpace(q.Get(key)) }
	p.Subject, p.Kind, p.Actor, p.Since, p.Until = get("subject"), get("kind"), get("actor"), get("since"), get("until")
	p.Filtered = p.Subject+p.Kind+p.Actor+p.Since+p.Until != ""
	f := ops.LogFilter{Subject: p.Subject, Kind: p.Kind, Actor: p.Actor, Before: v.before(), Limit: linesPerPage}
	for _, end := range []struct {
		field, typed string
		into         *time.Time
		days         int
	}{{"since", p.Since, &f.Since, 0}, {"until", p.Until, &f.Until, 1}} { // the last day is meant whole
		if end.typed == "" {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, end.typed, beijing)
		if err != nil {
			return f, fault.New(fault.Invalid, "input.log-filter", "field", end.field, "rule", "date")
		}
		*end.into = at.AddDate(0, 0, end.days)
	}
	return f, nil
}

// address is the page, or the file, with the filter of now.
func (p *logPage) address(tail string, before int64) string {
	q := url.Values{}
	for key, value := range map[string]string{"subject": p.Subject, "kind": p.Kind, "actor": p.Actor, "since": p.Since, "until": p.Until} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if before != 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return p.Path + tail
	}
	return p.Path + tail + "?" + q.Encode()
}

func (v *visit) logView(scope domain.Scope, path, nav, title string) error {
	p := logPage{Path: path, Most: ops.LogExportMost, Newest: v.before() == 0}
	status := http.StatusOK
	f, err := v.logQuery(&p)
	if err == nil {
		p.Lines, err = v.Ops.LogLines(v.ctx, scope, f)
	}
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		p.Fault, status = &n, statusOf(e.Kind)
	}
	if nav == "desk-log" {
		chain, err := v.Ops.LogChain(v.ctx, scope)
		if err != nil {
			return err
		}
		p.Chain = &chain
	}
	p.Kinds = v.eventKinds(p.Kind)
	if len(p.Lines) == linesPerPage {
		p.Older = p.address("", int64(p.Lines[len(p.Lines)-1].ID))
	}
	p.File = p.address("/export", 0)
	p.Shell = v.shell(v.cat.say(title), nav)
	return v.page(status, nav, p)
}

// eventKinds are all kinds that the log has words for, by those words, and the one that was asked for.
func (v *visit) eventKinds(asked string) []eventKind {
	var out []eventKind
	for key, text := range v.cat {
		if kind, ok := strings.CutPrefix(key, "event."); ok {
			out = append(out, eventKind{kind, text})
		}
	}
	slices.SortFunc(out, func(a, b eventKind) int { return strings.Compare(a.Text+a.Kind, b.Text+b.Kind) })
	if asked != "" && !slices.ContainsFunc(out, func(k eventKind) bool { return k.Kind == asked }) {
		out = append([]eventKind{{asked, asked}}, out...)
	}
	return out
}

func (v *visit) logExport() error     { return v.logFile(v.scope, "/log") }
func (v *visit) deskLogExport() error { return v.logFile(v.all, "/desk/log") }

// logFile streams the log as CSV; an error after the first byte can only end it.
func (v *visit) logFile(scope domain.Scope, path string) error {
	p := logPage{Path: path}
	f, err := v.logQuery(&p)
	if err != nil {
		return err
	}
	out := &late{v: v, name: "log-" + v.Ops.Now().In(beijing).Format("20060102") + ".csv", kind: "text/csv; charset=utf-8"}
	_, err = v.Ops.ExportLog(v.ctx, scope, f, out, ops.LogExportMost)
	if err != nil && out.begun {
		v.Log.Error("console: the log's export broke off", "err", causeOf(fault.Of(err)))
		panic(http.ErrAbortHandler) // the browser must not take half of it for the whole
	}
	return err
}

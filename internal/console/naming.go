package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// namingOps are people's looks at names, and the word lists.
type namingOps interface {
	AppealName(ctx context.Context, scope domain.Scope, typed, statement string) (domain.NamingReview, error)
	WithdrawAppeal(ctx context.Context, scope domain.Scope, id domain.NamingReviewID) error
	NamingReviews(ctx context.Context, scope domain.Scope, f ops.NamingFilter) ([]domain.NamingReview, int, error)
	DecideNaming(ctx context.Context, scope domain.Scope, id domain.NamingReviewID, grant bool, note string) (domain.NamingReview, error)
	WordLists(ctx context.Context, scope domain.Scope) ([]domain.WordList, int64, error)
	WordEntries(ctx context.Context, scope domain.Scope, list string, after int64, limit int) ([]domain.WordEntry, int64, error)
	LoadWords(ctx context.Context, scope domain.Scope, l domain.WordList) (domain.WordList, error)
	DropWords(ctx context.Context, scope domain.Scope, name string) error
	TestWords(ctx context.Context, scope domain.Scope, typed string) ([]naming.Verdict, *naming.Verdict, error)
	NamesHit(ctx context.Context, scope domain.Scope, l *domain.WordList, after string) (ops.WordHits, error)
}

const lookedPerPage = 20

// lookRow is a look at a name, with the word that it is for marked in it.
type lookRow struct {
	domain.NamingReview
	Notice             notice
	Tag                string
	Before, Word, Rest string // of the name; Word is empty where it is not known
	Waited             string
}

func (v *visit) lookRow(r domain.NamingReview) lookRow {
	code := fault.Code(r.Code)
	if r.Kind == domain.ReviewDoubt && r.State == domain.ReviewOpen {
		code = "registration.word-review" // nothing is refused yet
	}
	row := lookRow{NamingReview: r, Notice: v.words(code, r.Facts),
		Tag: map[domain.NamingReviewState]string{domain.ReviewOpen: "info", domain.ReviewGranted: "ok", domain.ReviewRejected: "bad"}[r.State]}
	if row.Tag == "" {
		row.Tag = "mute"
	}
	row.Before = naming.Display(r.Name)
	if word := r.Facts["word"]; word != "" {
		if at := strings.Index(strings.ToLower(row.Before), strings.ToLower(word)); at >= 0 && at+len(word) <= len(row.Before) {
			row.Before, row.Word, row.Rest = row.Before[:at], row.Before[at:at+len(word)], row.Before[at+len(word):]
		}
	}
	row.Waited = v.span(v.Ops.Now().Sub(r.OpenedAt))
	return row
}

type namingPage struct {
	Shell
	Looks     []lookRow
	Pager     pager
	Name      string
	Statement string
	Done      string
	Fault     *notice
}

func (v *visit) naming() error {
	q := v.r.URL.Query()
	p := namingPage{Name: clip(strings.TrimSpace(q.Get("name")), 80)}
	switch q.Get("done") {
	case "asked":
		p.Done = v.cat.say("naming.done-asked")
	case "withdrawn":
		p.Done = v.cat.say("naming.done-withdrawn")
	}
	return v.namingView(http.StatusOK, p)
}

func (v *visit) namingView(status int, p namingPage) error {
	page := v.pageOf(lookedPerPage)
	list, total, err := v.Ops.NamingReviews(v.ctx, v.scope, ops.NamingFilter{Page: page})
	if err != nil {
		return err
	}
	for _, r := range list {
		p.Looks = append(p.Looks, v.lookRow(r))
	}
	p.Pager = v.pager(page, len(list), total)
	p.Shell = v.shell(v.cat.say("naming.title"), "naming")
	return v.page(status, "naming", p)
}

func (v *visit) namingAsk() error {
	if err := v.formErr(); err != nil {
		return err
	}
	p := namingPage{Name: clip(strings.TrimSpace(v.r.PostFormValue("name")), 80), Statement: v.r.PostFormValue("statement")}
	if _, err := v.Ops.AppealName(v.ctx, v.scope, p.Name, p.Statement); err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		p.Fault = &n
		return v.namingView(statusOf(e.Kind), p)
	}
	v.redirect("/naming?done=asked")
	return nil
}

func (v *visit) lookID() (domain.NamingReviewID, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.Missing, "naming.review-not-found")
	}
	return domain.NamingReviewID(id), nil
}

func (v *visit) namingWithdraw() error {
	id, err := v.lookID()
	if err == nil {
		err = v.Ops.WithdrawAppeal(v.ctx, v.scope, id)
	}
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		return v.namingView(statusOf(e.Kind), namingPage{Fault: &n})
	}
	v.redirect("/naming?done=withdrawn")
	return nil
}

type looksPage struct {
	deskPage
	Looks []lookRow
	Total int
	Pager pager
	Done  string
	Fault *notice
	Typed domain.NamingReviewID // whose decision was refused
	Note  string
}

func (v *visit) deskLooks() error {
	p := looksPage{}
	q := v.r.URL.Query()
	if name := clip(q.Get("name"), 80); name != "" {
		switch q.Get("done") {
		case "granted":
			p.Done = v.cat.say("looks.done-granted", name)
		case "rejected":
			p.Done = v.cat.say("looks.done-rejected", name)
		}
	}
	return v.looksView(http.StatusOK, p)
}

func (v *visit) looksView(status int, p looksPage) error {
	p.deskPage = v.deskBase("looks.title", "looks")
	page := v.pageOf(lookedPerPage)
	list, total, err := v.Ops.NamingReviews(v.ctx, v.all, ops.NamingFilter{Open: true, Page: page})
	if err != nil {
		return err
	}
	for _, r := range list {
		p.Looks = append(p.Looks, v.lookRow(r))
	}
	p.Total, p.Pager = total, v.pager(page, len(list), total)
	return v.page(status, "desk-looks", p)
}

func (v *visit) deskLookDecide() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := v.lookID()
	if err != nil {
		return err
	}
	decision, note := v.r.PostFormValue("decision"), v.r.PostFormValue("note")
	if decision != "grant" && decision != "reject" {
		return fault.New(fault.Invalid, "input.form-malformed")
	}
	r, err := v.Ops.DecideNaming(v.ctx, v.all, id, decision == "grant", note)
	if err != nil {
		e, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(e)
		return v.looksView(statusOf(e.Kind), looksPage{Fault: &n, Typed: id, Note: note})
	}
	v.redirect("/desk/naming?" + url.Values{"done": {string(r.State)}, "name": {naming.Display(r.Name)}}.Encode())
	return nil
}

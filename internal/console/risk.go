package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// riskOps are about what names were before.
type riskOps interface {
	RiskOf(ctx context.Context, scope domain.Scope, typed string) (ops.Risk, bool, error)
	AcknowledgeRisks(ctx context.Context, scope domain.Scope, said []ops.Known) ([]domain.Name, error)
	AppealRisk(ctx context.Context, scope domain.Scope, typed, feed, reason string) (domain.RiskAppeal, error)
	RiskAppeals(ctx context.Context, scope domain.Scope, f ops.AppealFilter) ([]domain.RiskAppeal, int, error)
	DecideAppeal(ctx context.Context, scope domain.Scope, id int64, grant bool, note string) error
	Feeds(ctx context.Context, scope domain.Scope) ([]domain.Feed, error)
	LoadFeed(ctx context.Context, scope domain.Scope, in ops.FeedForm) (domain.Feed, error)
	DropFeed(ctx context.Context, scope domain.Scope, name string) error
}

// riskyLine is a name in the basket with a past.
type riskyLine struct {
	ops.CartPriced
	Notice notice
	Sent   string // the name and the evidence that is shown, as the form sends them back
}

func (v *visit) risky(l ops.CartPriced) riskyLine {
	return riskyLine{l, v.words(ops.CodeRisk, l.Risk.Facts), string(l.Name) + " " + l.Risk.Evidence()}
}

// knownRisks reads what riskyLine.Sent wrote: what the buyer was shown, and nothing else, is what they know.
func knownRisks(sent []string) []ops.Known {
	out := make([]ops.Known, 0, len(sent))
	for _, s := range sent {
		if name, evidence, ok := strings.Cut(s, " "); ok && evidence != "" {
			out = append(out, ops.Known{Name: name, Evidence: evidence})
		}
	}
	return out
}

type riskPage struct {
	Shell
	Name    domain.Name
	Display string
	Listed  bool
	Risk    ops.Risk
	Notice  notice
	Appeals []domain.RiskAppeal // of this name
	Asked   map[string]bool     // lists that an open appeal is about
	Picked  string
	Reason  string
	Done    bool
	Own     string
	Fault   *notice
}

func (v *visit) risk() error {
	return v.riskView(http.StatusOK, riskPage{Done: v.r.URL.Query().Has("asked")})
}

func (v *visit) riskView(status int, p riskPage) error {
	typed := v.r.FormValue("name")
	var err error
	if p.Risk, p.Listed, err = v.Ops.RiskOf(v.ctx, v.scope, typed); err != nil {
		return err
	}
	p.Name, p.Display, p.Own = p.Risk.Name, naming.Display(p.Risk.Name), ops.OwnHistory
	if p.Listed {
		p.Notice = v.words(ops.CodeRisk, p.Risk.Facts)
	}
	all, _, err := v.Ops.RiskAppeals(v.ctx, v.scope, ops.AppealFilter{Page: ops.Page{Limit: 200}})
	if err != nil {
		return err
	}
	p.Asked = map[string]bool{}
	for _, a := range all {
		if a.Name == p.Name {
			p.Appeals = append(p.Appeals, a)
			p.Asked[a.Feed] = p.Asked[a.Feed] || a.State == domain.AppealOpen
		}
	}
	p.Shell = v.shell(v.cat.say("risk.title", p.Display), "search")
	return v.page(status, "risk", p)
}

func (v *visit) riskAppeal() error {
	if err := v.formErr(); err != nil {
		return err
	}
	form := v.r.PostForm
	a, err := v.Ops.AppealRisk(v.ctx, v.scope, form.Get("name"), form.Get("list"), form.Get("reason"))
	if err != nil {
		f, ok := shown(err)
		if !ok {
			return err
		}
		n := v.notice(f)
		return v.riskView(statusOf(f.Kind), riskPage{Fault: &n, Picked: form.Get("list"), Reason: form.Get("reason")})
	}
	v.redirect("/risk?" + url.Values{"name": {string(a.Name)}, "asked": {"1"}}.Encode())
	return nil
}

// KeeperLink is where a feed's keeper hears appeals, as a link.
func (p riskPage) KeeperLink(appeal string) string {
	if strings.Contains(appeal, "://") {
		return appeal
	}
	return "mailto:" + appeal
}

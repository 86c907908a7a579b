package console

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// oldFeed is how many days after its date a feed is marked as old.
const oldFeed = 30

type feedRow struct {
	domain.Feed
	Days int // since its date
}

// Old says that the feed wants to be loaded again.
func (r feedRow) Old() bool { return r.Days > oldFeed }

type feedsPage struct {
	deskPage
	Feeds   []feedRow
	Kinds   []string
	Formats []string
	Form    url.Values
	Appeals []domain.RiskAppeal // open ones
	Total   int
	Tested  string // a name that was looked up
	Hit     *notice
	Done    string
	Fault   *notice
	Removal removal
}

func (v *visit) deskFeeds() error {
	p := feedsPage{Form: url.Values{}}
	q := v.r.URL.Query()
	switch {
	case q.Get("list") != "":
		n, _ := strconv.Atoi(q.Get("entries"))
		p.Done = v.cat.say("feeds.done", clip(q.Get("list"), 60), n)
	case q.Get("dropped") != "":
		p.Done = v.cat.say("feeds.dropped", clip(q.Get("dropped"), 60))
	case q.Get("ruled") != "":
		p.Done = v.cat.say("feeds.ruled")
	}
	if typed := q.Get("name"); typed != "" {
		r, listed, err := v.Ops.RiskOf(v.ctx, v.all, typed)
		if err != nil {
			return v.feedsRefused(err, p)
		}
		p.Tested = naming.Display(r.Name)
		if listed {
			n := v.words(ops.CodeRisk, r.Facts)
			p.Hit = &n
		}
	}
	return v.feedsView(http.StatusOK, p)
}

func (v *visit) feedsView(status int, p feedsPage) error {
	p.deskPage = v.deskBase("feeds.title", "feeds")
	p.Kinds, p.Formats = []string{domain.FeedBlocks, domain.FeedComplaints}, naming.FeedFormats
	feeds, err := v.Ops.Feeds(v.ctx, v.all)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		r := feedRow{Feed: f}
		if dated, err := time.Parse(time.DateOnly, f.Dated); err == nil {
			r.Days = max(0, int(v.Ops.Now().Sub(dated)/(24*time.Hour)))
		}
		p.Feeds, p.Removal.Names = append(p.Feeds, r), append(p.Removal.Names, f.Name)
	}
	p.Removal.Action, p.Removal.Say = "/desk/feeds/drop", v.cat.say("feeds.drop-say")
	if p.Appeals, p.Total, err = v.Ops.RiskAppeals(v.ctx, v.all, ops.AppealFilter{State: domain.AppealOpen, Page: ops.Page{Limit: 50}}); err != nil {
		return err
	}
	return v.page(status, "desk-feeds", p)
}

func (v *visit) feedsRefused(err error, p feedsPage) error {
	f, ok := shown(err)
	if !ok {
		return err
	}
	n := v.notice(f)
	p.Fault = &n
	return v.feedsView(statusOf(f.Kind), p)
}

func (v *visit) feedLoad() error {
	form, files, err := v.readForm(ops.MaxFeedFile)
	if err != nil {
		return err
	}
	p := feedsPage{Form: form}
	switch {
	case len(files) == 0:
		return v.feedsRefused(fault.New(fault.Invalid, "input.form-malformed"), p)
	case files[0].Size > ops.MaxFeedFile:
		return v.feedsRefused(fault.New(fault.Invalid, "upload.too-large", "bytes", strconv.FormatInt(files[0].Size, 10), "max", strconv.Itoa(ops.MaxFeedFile)), p)
	}
	f, err := v.Ops.LoadFeed(v.ctx, v.all, ops.FeedForm{Body: files[0].Body, Feed: domain.Feed{Name: form.Get("list"), Kind: form.Get("kind"),
		Source: form.Get("source"), Appeal: form.Get("appeal"), Format: form.Get("format"), Dated: form.Get("dated")}})
	if err != nil {
		return v.feedsRefused(err, p)
	}
	v.redirect("/desk/feeds?" + url.Values{"list": {f.Name}, "entries": {strconv.Itoa(f.Size)}}.Encode())
	return nil
}

func (v *visit) feedDrop() error {
	r, err := v.remove(func(name string) error { return v.Ops.DropFeed(v.ctx, v.all, name) })
	if err != nil {
		return v.feedsRefused(err, feedsPage{Form: url.Values{}, Removal: r})
	}
	v.redirect("/desk/feeds?" + url.Values{"dropped": {r.Chosen}}.Encode())
	return nil
}

func (v *visit) feedAppeal() error {
	if err := v.formErr(); err != nil {
		return err
	}
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "risk.appeal-not-found")
	}
	if err := v.Ops.DecideAppeal(v.ctx, v.all, id, v.r.PostFormValue("ruling") == "grant", v.r.PostFormValue("note")); err != nil {
		return v.feedsRefused(err, feedsPage{Form: url.Values{}})
	}
	v.redirect("/desk/feeds?ruled=1")
	return nil
}

package storetest

import (
	"fmt"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func feedNamed(name string, edition int64, size int) domain.Feed {
	return domain.Feed{Name: name, Kind: domain.FeedBlocks, Source: "Example Safety", Appeal: "https://safety.example/appeal", Format: "plain", Dated: "2026-11-01",
		Size: size, Skipped: 2, LoadedAt: now, LoadedBy: "ming", Edition: edition}
}

func feeds(b *bench) {
	bad := domain.FeedEntry{Name: "bad.com", Host: "www.bad.com", Since: "2024-05-06", Reason: "phishing"}
	worse := domain.FeedEntry{Name: "worse.com", Host: "worse.com"}
	hits := func(names ...domain.Name) (out []domain.FeedHit) {
		b.Helper()
		return must[ops.Past](b)(b.Past(b.ctx, names, []string{"hold.abuse"})).Hits
	}
	b.commit(ops.AddFeedEntries{Edition: 7, Entries: []domain.FeedEntry{bad}}, ops.AddFeedEntries{Edition: 7, Entries: []domain.FeedEntry{worse}})
	b.same("before the feed points at them", len(hits("bad.com")), 0)
	first := feedNamed("safety", 7, 2)
	b.refuse(ops.Plan{Writes: []ops.Write{ops.PutFeed{Feed: feedNamed("safety", 7, 3)}}}, fault.Conflict, "state.moved")
	b.commit(ops.PutFeed{Feed: first})
	b.same("hits", hits("bad.com", "good.com", "worse.com"), []domain.FeedHit{{Entry: bad, Feed: first}, {Entry: worse, Feed: first}})

	again := feedNamed("safety", 9, 1)
	again.Kind, again.Dated = domain.FeedComplaints, "2026-11-20"
	b.commit(ops.AddFeedEntries{Edition: 9, Entries: []domain.FeedEntry{worse}})
	b.commit(ops.PutFeed{Feed: again})
	b.same("replaced", hits("bad.com", "worse.com"), []domain.FeedHit{{Entry: worse, Feed: again}})
	other := feedNamed("another", 8, 1)
	b.commit(ops.AddFeedEntries{Edition: 8, Entries: []domain.FeedEntry{worse}}, ops.PutFeed{Feed: other})
	b.same("by feed", hits("worse.com"), []domain.FeedHit{{Entry: worse, Feed: other}, {Entry: worse, Feed: again}})
	b.same("feeds", must[[]domain.Feed](b)(b.Feeds(b.ctx)), []domain.Feed{other, again})

	b.same("stale", must[[]int64](b)(b.StaleEditions(b.ctx, 100)), []int64{7})
	b.same("none before it", len(must[[]int64](b)(b.StaleEditions(b.ctx, 7))), 0)
	b.commit(ops.SweepFeedEntries{Edition: 7, Most: 1})
	b.same("half is left", must[[]int64](b)(b.StaleEditions(b.ctx, 100)), []int64{7})
	b.commit(ops.SweepFeedEntries{Edition: 7, Most: 10})
	b.same("swept", len(must[[]int64](b)(b.StaleEditions(b.ctx, 100))), 0)
	b.same("others stay", len(hits("worse.com")), 2)

	b.commit(ops.DropFeed{Name: "another"})
	b.same("dropped", hits("worse.com"), []domain.FeedHit{{Entry: worse, Feed: again}})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.DropFeed{Name: "another"}}}, fault.Missing, "feed.not-found")

	many := make([]domain.Name, 1200) // more than one list of values
	for i := range many {
		many[i] = domain.Name(fmt.Sprintf("n%d.com", i))
	}
	many[1100] = "worse.com"
	b.same("among many", len(hits(many...)), 1)
}

func pasts(b *bench) {
	a, other := b.account(), b.account()
	held := func(name domain.Name, account domain.AccountID, from, opened, until time.Time, code string) {
		t := b.tenure(account, name)
		t.RegisteredAt, t.EndedAt = from, until
		b.commit(ops.InsertTenure{Tenure: t}, ops.OpenCase{Case: domain.Case{Account: account, Subject: string(name), Code: code, OpenedAt: opened}},
			ops.ClearCase{Account: account, Subject: string(name), Code: code, At: opened.Add(time.Hour)})
	}
	year := func(n int) time.Time { return now.AddDate(n, 0, 0) }
	held("abused.com", a.ID, year(-4), year(-3), year(-2), "hold.abuse")
	held("unverified.com", a.ID, year(-4), year(-3), year(-2), "hold.unverified")
	held("running.com", a.ID, year(-4), year(-3), time.Time{}, "hold.abuse")
	held("later.com", a.ID, year(-4), year(-1), year(-2), "hold.abuse") // opened about another tenure
	held("others.com", other.ID, year(-4), year(-5), year(-2), "hold.abuse")
	p := must[ops.Past](b)(b.Past(b.ctx, []domain.Name{"abused.com", "unverified.com", "running.com", "later.com", "others.com"}, []string{"hold.abuse", "website.on-hold"}))
	b.same("held before", p.Held, []domain.HeldTenure{{Name: "abused.com", RegisteredAt: year(-4), EndedAt: year(-2), Code: "hold.abuse", HeldAt: year(-3)}})
	b.same("nothing else", len(p.Hits)+len(p.Granted), 0)
	running := func(account domain.AccountID) (out []domain.Name) {
		for n, t := range must[map[domain.Name]domain.Tenure](b)(b.TenuresNamed(b.ctx, account, []domain.Name{"running.com", "abused.com", "others.com"})) {
			if t.Name != n || t.Account != account {
				b.Errorf("%s is %+v", n, t)
			}
			out = append(out, n)
		}
		return out
	}
	b.same("running", running(a.ID), []domain.Name{"running.com"})
	b.same("of another", len(running(other.ID)), 0)
}

func consents(b *bench) {
	a, other := b.account(), b.account()
	c := domain.RiskConsent{Account: a.ID, Name: "bad.com", Evidence: "one", Facts: map[string]string{"list": "safety"}, At: now, Actor: "lin", Via: "console"}
	b.commit(ops.PutRiskConsent{Consent: c})
	c.Evidence = "two"
	b.commit(ops.PutRiskConsent{Consent: c})
	names := []domain.Name{"bad.com", "good.com"}
	b.same("the newest", must[map[domain.Name]string](b)(b.RiskConsents(b.ctx, a.ID, names)), map[domain.Name]string{"bad.com": "two"})
	b.same("nobody else's", len(must[map[domain.Name]string](b)(b.RiskConsents(b.ctx, other.ID, names))), 0)
}

func appeals(b *bench) {
	a, other := b.account(), b.account()
	made := func(account domain.AccountID) domain.RiskAppeal {
		return domain.RiskAppeal{ID: b.next(), Account: account, Name: "bad.com", Feed: "safety", Reason: "another owner", State: domain.AppealOpen, MadeAt: now}
	}
	mine, theirs := made(a.ID), made(other.ID)
	b.commit(ops.InsertRiskAppeal{Appeal: mine}, ops.InsertRiskAppeal{Appeal: theirs})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.InsertRiskAppeal{Appeal: made(a.ID)}}}, fault.Conflict, "risk.appeal-open")
	list := func(account domain.AccountID, state domain.AppealState) []domain.RiskAppeal {
		b.Helper()
		got, n, err := b.RiskAppeals(b.ctx, account, ops.AppealFilter{State: state, Page: ops.Page{Limit: 10}})
		if err != nil || n != len(got) {
			b.Fatalf("%d of %d: %v", len(got), n, err)
		}
		return got
	}
	b.same("all", list(0, domain.AppealOpen), []domain.RiskAppeal{theirs, mine})
	b.same("mine", list(a.ID, ""), []domain.RiskAppeal{mine})
	mine.State, mine.Note, mine.DecidedAt, mine.DecidedBy = domain.AppealGranted, "seen", now.Add(time.Hour), "ming"
	b.commit(ops.DecideRiskAppeal{Appeal: mine})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.DecideRiskAppeal{Appeal: mine}}}, fault.Conflict, "state.moved")
	b.same("one", must[domain.RiskAppeal](b)(b.RiskAppeal(b.ctx, mine.ID)), mine)
	_, err := b.RiskAppeal(b.ctx, 12345)
	b.refused(err, fault.Missing, "risk.appeal-not-found")
	b.same("granted", must[ops.Past](b)(b.Past(b.ctx, []domain.Name{"bad.com", "good.com"}, []string{"hold.abuse"})).Granted, []domain.RiskAppeal{mine})
	b.commit(ops.InsertRiskAppeal{Appeal: made(a.ID)}) // the first is over

	c := domain.Case{Account: a.ID, Subject: "bad.com", Code: "search.reputation-risk", OpenedAt: now}
	closed := domain.Case{Account: other.ID, Subject: "bad.com", Code: "search.reputation-risk", OpenedAt: now}
	b.commit(ops.OpenCase{Case: closed}, ops.ClearCase{Account: other.ID, Subject: "bad.com", Code: closed.Code, At: now}, ops.OpenCase{Case: c},
		ops.OpenCase{Case: domain.Case{Account: a.ID, Subject: "bad.com", Code: "hold.abuse", OpenedAt: now}})
	open := must[[]domain.Case](b)(b.CasesOf(b.ctx, "search.reputation-risk", 0, 10))
	if len(open) != 1 || open[0].Account != a.ID {
		b.Errorf("open cases of the code: %+v", open)
	}
	b.same("after it", len(must[[]domain.Case](b)(b.CasesOf(b.ctx, "search.reputation-risk", open[0].ID, 10))), 0)
}

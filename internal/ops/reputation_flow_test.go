package ops_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func (h *house) feed(name, body string) {
	h.Helper()
	_, err := h.LoadFeed(h.Context(), desk, ops.FeedForm{Body: []byte(body), Feed: domain.Feed{Name: name, Kind: domain.FeedBlocks, Source: "Example Safety",
		Appeal: "https://safety.example/appeal", Format: "plain", Dated: h.Now().AddDate(0, 0, -3).Format(time.DateOnly)}})
	h.ok(err)
}

func (h *house) refusedAs(err error, code fault.Code) *fault.Error {
	h.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		h.Fatalf("got %v, want %s", err, code)
	}
	return f
}

func (h *house) openCases(subject string) []domain.Case {
	h.Helper()
	list, err := h.Cases(h.Context(), h.scope, ops.CaseFilter{Account: h.scope.Account, Subject: subject, Open: true, Limit: 10})
	h.ok(err)
	return list
}

// TestANamesPastIsToldAndAcknowledged: the search warns, an order waits for the buyer's word, and that is kept.
func TestANamesPastIsToldAndAcknowledged(t *testing.T) {
	engines(t, func(h *house) {
		h.feed("safety", "www.bad.com\nworse.com\n")
		search := func(n domain.Name) *ops.Risk {
			h.Helper()
			var got *ops.Risk
			h.Search(h.Context(), h.scope, []domain.Name{n}, func(f ops.Found) {
				if f.State != ops.Available || f.Code != "" {
					h.Errorf("%s is %s %s: a past takes nothing away", n, f.State, f.Code)
				}
				got = f.Risk
			})
			return got
		}
		if r := search("good.com"); r != nil {
			h.Errorf("good.com: %v", r.Facts)
		}
		r := search("bad.com")
		if r == nil || r.Facts["list"] != "safety" || r.Facts["entry"] != "www.bad.com" || r.Facts["days"] != "3" || r.Facts["since"] != r.Facts["dated"] || r.Facts["kind"] != "blocks" {
			h.Fatalf("bad.com: %+v", r)
		}

		_, err := h.order("", "bad.com")
		if f := h.refusedAs(err, ops.CodeRisk); f.Facts["entry"] != "www.bad.com" {
			h.Errorf("evidence %v", f.Facts)
		}
		h.wallet(1_000_000, 0)
		if list := h.openCases("bad.com"); len(list) != 1 || list[0].Code != string(ops.CodeRisk) {
			h.Errorf("cases %+v", list)
		}
		say := func(name, evidence string) []domain.Name {
			h.Helper()
			names, err := h.AcknowledgeRisks(h.Context(), h.scope, []ops.Known{{Name: name, Evidence: evidence}})
			h.ok(err)
			return names
		}
		if n := say("bad.com", "of another day"); len(n) != 0 {
			h.Errorf("evidence that nobody was shown was acknowledged")
		}
		if n := say("good.com", ""); len(n) != 0 {
			h.Errorf("nothing was acknowledged: %v", n)
		}
		_, err = h.order("", "bad.com")
		h.refusedAs(err, ops.CodeRisk)
		if n := say("bad.com", r.Evidence()); !slices.Equal(n, []domain.Name{"bad.com"}) {
			h.Errorf("acknowledged %v", n)
		}
		if list := h.openCases("bad.com"); len(list) != 0 {
			h.Errorf("still %+v", list)
		}
		log, err := h.Log(h.Context(), h.scope, "bad.com", 0, 10)
		if h.ok(err); len(log) != 1 || log[0].Kind != "risk.acknowledged" || log[0].Facts["entry"] != "www.bad.com" || log[0].Facts["list"] != "safety" {
			h.Errorf("the log keeps %+v", log)
		}
		h.must("bad.com")

		// Somebody else has said nothing, and another list is another past.
		other, form := h.owner("other@example.com")
		_, err = h.Ops.Register(h.Context(), other, ops.Register{Template: form, Names: []string{"worse.com"}, Years: 1, Agreement: h.Policy().House.Agreement})
		h.refusedAs(err, ops.CodeRisk)
		say("worse.com", "")
		h.feed("safety", "worse.com\n") // loaded again: the same
		h.feed("complaints", "worse.com\n")
		_, err = h.order("", "worse.com")
		if f := h.refusedAs(err, ops.CodeRisk); f.Facts["also"] != "safety" {
			h.Errorf("evidence %v", f.Facts)
		}
		// In a batch whose names fail alone, it fails alone.
		view, err := h.Ops.Register(h.Context(), h.scope, ops.Register{Template: h.form, Names: []string{"worse.com", "fine.com"}, Years: 1,
			Agreement: h.Policy().House.Agreement, Alone: true})
		if h.ok(err); view.Failed != 1 || view.Doing != 1 {
			h.Errorf("the batch: %+v", view)
		}
		// A list that drops the name takes its cases along.
		h.ok(h.DropFeed(h.Context(), desk, "complaints"))
		h.feed("safety", "elsewhere.com\n")
		if list := h.openCases("worse.com"); len(list) != 0 {
			h.Errorf("nothing lists it any more, and still %+v", list)
		}
		h.must("worse.com")
	})
}

func TestAppealsAgainstAList(t *testing.T) {
	engines(t, func(h *house) {
		h.feed("safety", "bad.com\nworse.com\n")
		_, err := h.order("", "bad.com")
		h.refusedAs(err, ops.CodeRisk)
		for _, c := range []struct {
			name, list, reason string
			code               fault.Code
		}{{"good.com", "safety", "x", "risk.not-listed"}, {"bad.com", "other", "x", "risk.not-listed"}, {"bad.com", ops.OwnHistory, "x", "risk.not-listed"},
			{"bad.com", "safety", "  ", "risk.appeal-empty"}, {"bad.com", "safety", strings.Repeat("长", 2001), "risk.appeal-empty"}} {
			_, err := h.AppealRisk(h.Context(), h.scope, c.name, c.list, c.reason)
			h.refusedAs(err, c.code)
		}
		a, err := h.AppealRisk(h.Context(), h.scope, "bad.com", "safety", "That was another holder.")
		h.ok(err)
		_, err = h.AppealRisk(h.Context(), h.scope, "bad.com", "safety", "again")
		h.refusedAs(err, "risk.appeal-open")
		h.refusedAs(h.DecideAppeal(h.Context(), h.scope, a.ID, true, ""), "account.denied")
		h.refusedAs(h.DecideAppeal(h.Context(), desk, a.ID, false, " "), "risk.note-missing")
		h.ok(h.DecideAppeal(h.Context(), desk, a.ID, true, ""))
		h.refusedAs(h.DecideAppeal(h.Context(), desk, a.ID, true, ""), "state.moved")
		if list := h.openCases("bad.com"); len(list) != 0 {
			h.Errorf("granted, and still %+v", list)
		}
		h.must("bad.com")
		b, err := h.AppealRisk(h.Context(), h.scope, "worse.com", "safety", "That was another holder.")
		h.ok(err)
		h.ok(h.DecideAppeal(h.Context(), desk, b.ID, false, "It is listed since last week."))
		_, err = h.order("", "worse.com")
		h.refusedAs(err, ops.CodeRisk)
		mine, n, err := h.RiskAppeals(h.Context(), h.scope, ops.AppealFilter{Page: ops.Page{Limit: 10}})
		if h.ok(err); n != 2 || mine[0].State != domain.AppealRefused || mine[1].State != domain.AppealGranted {
			h.Errorf("%+v", mine)
		}
	})
}

func TestFeedsAreTheDesks(t *testing.T) {
	h := open(t, sqlite(t))
	good := domain.Feed{Name: "safety", Kind: domain.FeedBlocks, Source: "Example", Format: "plain", Dated: "2026-11-01"}
	load := func(s domain.Scope, f domain.Feed, body string) error {
		_, err := h.LoadFeed(h.Context(), s, ops.FeedForm{Feed: f, Body: []byte(body)})
		return err
	}
	h.refusedAs(load(h.scope, good, "bad.com\n"), "account.denied")
	h.refusedAs(h.DropFeed(h.Context(), h.scope, "safety"), "account.denied")
	_, err := h.Feeds(h.Context(), h.scope)
	h.refusedAs(err, "account.denied")
	for column, spoil := range map[string]func(*domain.Feed){
		"list": func(f *domain.Feed) { f.Name = ops.OwnHistory }, "kind": func(f *domain.Feed) { f.Kind = "rumours" }, "format": func(f *domain.Feed) { f.Format = "xml" },
		"source": func(f *domain.Feed) { f.Source = " " }, "dated": func(f *domain.Feed) { f.Dated = "today" }, "appeal": func(f *domain.Feed) { f.Appeal = "javascript:alert(1)" },
	} {
		f := good
		spoil(&f)
		if got := h.refusedAs(load(desk, f, "bad.com\n"), "feed.form-malformed"); got.Facts["column"] != column {
			t.Errorf("%s: %v", column, got.Facts)
		}
	}
	h.refusedAs(load(desk, good, "a b\n"), "feed.malformed")
	h.ok(load(desk, good, "bad.com\n"))
	h.refusedAs(load(desk, good, "c d\n"), "feed.malformed") // the earlier one stays
	feeds, err := h.Feeds(h.Context(), desk)
	if h.ok(err); len(feeds) != 1 || feeds[0].Size != 1 || feeds[0].LoadedBy != desk.Actor {
		t.Errorf("%+v", feeds)
	}
}

// TestOwnHistory: a name that was held for abuse when somebody else had it.
func TestOwnHistory(t *testing.T) {
	engines(t, func(h *house) {
		now := h.Now()
		old := domain.Tenure{ID: 90_001, Account: h.scope.Account, Name: "abused.com", RegistryAccount: "verisim", Template: h.form, Statuses: domain.Statuses{"ok"},
			RegisteredAt: now.AddDate(-3, 0, 0), ExpiresAt: now.AddDate(-1, 0, 0), EndedAt: now.AddDate(-1, 0, 0), Version: 1, UpdatedAt: now}
		held := domain.Case{Account: h.scope.Account, Subject: "abused.com", Code: "hold.abuse", OpenedAt: now.AddDate(-2, 0, 0)}
		h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.InsertTenure{Tenure: old}, ops.OpenCase{Case: held},
			ops.ClearCase{Account: held.Account, Subject: held.Subject, Code: held.Code, At: now.AddDate(-1, 0, 0)}}}))
		r, ok, err := h.RiskOf(h.Context(), h.scope, "abused.com")
		if h.ok(err); !ok || r.Facts["list"] != ops.OwnHistory || r.Facts["held"] != held.OpenedAt.UTC().Format(time.DateOnly) || r.Facts["since"] != r.Facts["held"] || r.Facts["held_for"] != "hold.abuse" {
			h.Fatalf("%v %+v", ok, r.Facts)
		}
		a, err := h.AppealRisk(h.Context(), h.scope, "abused.com", ops.OwnHistory, "That was another holder.")
		h.ok(err)
		h.ok(h.DecideAppeal(h.Context(), desk, a.ID, true, "So it was."))
		if _, ok, err := h.RiskOf(h.Context(), h.scope, "abused.com"); ok || err != nil {
			h.Errorf("granted, and still held against it (%v)", err)
		}
	})
}

package ops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

var deskScope = domain.Scope{Operator: true, Actor: "ming@registrar.example", Via: "console"}

// listed loads a list of one word.
func (h *house) listed(name, category string, doubtful bool, words ...string) {
	h.Helper()
	l := domain.WordList{Name: name, Category: category, Doubtful: doubtful, Source: "test", Dated: "2026-11-01"}
	for _, w := range words {
		l.Entries = append(l.Entries, domain.WordEntry{Word: w})
	}
	_, err := h.LoadWords(h.Context(), deskScope, l)
	h.ok(err)
}

func (h *house) openCodes(scope domain.Scope, name string) (codes []string) {
	h.Helper()
	list, err := h.Cases(h.Context(), scope, ops.CaseFilter{Account: scope.Account, Subject: name, Open: true, Limit: 10})
	h.ok(err)
	for _, c := range list {
		codes = append(codes, c.Code)
	}
	return codes
}

func (h *house) line(v ops.OrderView, i int) domain.Item {
	h.Helper()
	items, _, err := h.Items(h.Context(), h.scope, v.ID, ops.Page{Limit: 100})
	h.ok(err)
	return items[i]
}

// A name that a list refuses is refused before anything is paid, everywhere; an appeal that is granted opens it to that
// account alone.
func TestWordsRefuseBeforePayment(t *testing.T) {
	engines(t, func(h *house) {
		h.ok(h.SeedWords(h.Context()))
		h.ok(h.SeedWords(h.Context())) // once
		h.listed("drugs", "drugs", false, "poppyseed")
		const restricted, name = "registration.restricted-word", "china-tea.com"

		f, err := h.CheckName(h.Context(), h.scope, name)
		if h.ok(err); f.State != ops.Barred || f.Code != restricted || f.Facts["word"] != "china" || f.Facts["list"] != "restricted" {
			h.Fatalf("check: %+v", f)
		}
		if err := h.AddToCart(h.Context(), h.scope, name, 1); !fault.Is(err, restricted) {
			h.Fatalf("cart: %v", err)
		}
		v := h.must(name, "fine.com", "my-poppyseed.com")
		if v.Failed != 2 || v.Doing != 1 || v.Total != 6800 {
			h.Fatalf("%+v", v)
		}
		if it := h.line(v, 0); it.Status != domain.ItemFailed || it.Hold != domain.HoldNone || it.Code != restricted || it.Facts["lists"] != "3" {
			h.Fatalf("%+v", it)
		}
		if it := h.line(v, 2); it.Code != "registration.policy-word" || it.Facts["list"] != "drugs" || it.Facts["position"] != "4–12" {
			h.Fatalf("%+v", it)
		}
		h.ok(h.Dispatch(h.Context(), "verisim"))
		h.wallet(1_000_000-6800, 0)
		if got := h.openCodes(h.scope, name); len(got) != 1 || got[0] != restricted {
			h.Fatalf("cases %v", got)
		}

		if _, err := h.AppealName(h.Context(), h.scope, name, "short"); !fault.Is(err, "naming.statement") {
			h.Errorf("%v", err)
		}
		if _, err := h.AppealName(h.Context(), h.scope, "fine.com", "nothing refuses this name at all"); !fault.Is(err, "naming.nothing-to-appeal") {
			h.Errorf("%v", err)
		}
		r, err := h.AppealName(h.Context(), h.scope, name, "We are the tea board; the word is in our charter.")
		if h.ok(err); r.Kind != domain.ReviewAppeal || r.Code != restricted || r.Facts["lists"] == "" {
			h.Fatalf("%+v", r)
		}
		if _, err := h.AppealName(h.Context(), h.scope, name, "We are the tea board; once more."); !fault.Is(err, "naming.appeal-open") {
			h.Errorf("%v", err)
		}
		stranger, form := h.owner("stranger@example.com")
		for what, err := range map[string]error{
			"decide": second(h.DecideNaming(h.Context(), stranger, r.ID, true, "")), "read": second(h.NamingReview(h.Context(), stranger, r.ID)),
			"withdraw": h.WithdrawAppeal(h.Context(), stranger, r.ID)} {
			if e := fault.Of(err); e == nil || e.Kind != fault.Denied && e.Kind != fault.Missing {
				h.Errorf("a stranger may %s: %v", what, err)
			}
		}
		if _, err := h.DecideNaming(h.Context(), deskScope, r.ID, false, " "); !fault.Is(err, "naming.note") {
			h.Errorf("rejected without a reason: %v", err)
		}
		if _, err := h.DecideNaming(h.Context(), deskScope, r.ID, true, "The charter was looked at."); err != nil {
			h.Fatal(err)
		}
		if _, err := h.DecideNaming(h.Context(), deskScope, r.ID, false, "no"); !fault.Is(err, "naming.decided") {
			h.Errorf("decided twice: %v", err)
		}
		if got := h.openCodes(h.scope, name); len(got) != 0 {
			h.Errorf("cases %v", got)
		}
		h.ok(h.AddToCart(h.Context(), h.scope, name, 1))
		if v = h.must(name); v.Doing != 1 {
			h.Fatalf("%+v", v)
		}
		if v, err = h.Register(h.Context(), stranger, ops.Register{Template: form, Names: []string{name}, Years: 1, Agreement: h.Policy().House.Agreement}); err != nil || v.Failed != 1 {
			h.Errorf("the grant is the account's alone: %+v %v", v, err)
		}
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if it := h.line(newest(h), 0); it.Status != domain.ItemSuccess {
			h.Errorf("%+v", it)
		}
		h.wallet(1_000_000-2*6800, 0)

		// A list that comes later shows in the cart, and is not charged for.
		h.ok(h.AddToCart(h.Context(), h.scope, "later.com", 1))
		h.listed("later", "other", false, "later")
		c, err := h.Cart(h.Context(), h.scope)
		if h.ok(err); len(c.Lines) != 1 || c.Lines[0].Code != "registration.policy-word" || c.Total != 0 {
			h.Errorf("%+v", c)
		}
	})
}

// newest is the order that was placed last.
func newest(h *house) ops.OrderView {
	list, _, err := h.Orders(h.Context(), h.scope, ops.OrderFilter{Page: ops.Page{Limit: 1}})
	h.ok(err)
	return list[0]
}

// A name in doubt waits for people with its price set aside: what they let go on is sent, what they don't is given back.
func TestDoubtsWaitForPeople(t *testing.T) {
	engines(t, func(h *house) {
		h.listed("doubts", "fraud", true, "bank")
		f, err := h.CheckName(h.Context(), h.scope, "riverbank.com")
		if h.ok(err); f.State != ops.Available || f.Code != "" || f.Doubt["word"] != "bank" {
			h.Fatalf("%+v", f)
		}
		v := h.must("riverbank.com", "mybank.com", "plain.com", "latebank.com")
		if it := h.line(v, 0); it.Status != domain.ItemDoing || it.Code != "registration.word-review" || it.Hold != domain.Held {
			h.Fatalf("%+v", it)
		}
		sent := map[domain.Name]int{}
		h.send = func(_ context.Context, l domain.Leased) domain.Outcome { sent[l.Intent.Name]++; return accepted(l) }
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if len(sent) != 1 || sent["plain.com"] != 1 {
			h.Fatalf("sent %v", sent)
		}
		h.wallet(1_000_000-4*6800, 3*6800)

		queue, n, err := h.NamingReviews(h.Context(), deskScope, ops.NamingFilter{Open: true, Page: ops.Page{Limit: 10}})
		if h.ok(err); n != 3 || queue[0].Name != "riverbank.com" || queue[0].Kind != domain.ReviewDoubt {
			h.Fatalf("%d: %+v", n, queue)
		}
		if err := h.WithdrawAppeal(h.Context(), h.scope, queue[0].ID); !fault.Is(err, "naming.review-not-found") {
			h.Errorf("a doubt is not its owner's to withdraw: %v", err)
		}
		_, err = h.DecideNaming(h.Context(), deskScope, queue[0].ID, true, "A bank of a river.")
		h.ok(err)
		_, err = h.DecideNaming(h.Context(), deskScope, queue[1].ID, false, "Poses as a bank.")
		h.ok(err)
		h.ok(h.Dispatch(h.Context(), "verisim"))
		if len(sent) != 2 || sent["riverbank.com"] != 1 {
			h.Fatalf("sent %v", sent)
		}
		if it := h.line(v, 0); it.Status != domain.ItemSuccess || it.Hold != domain.HoldCaptured || it.Code != "" {
			h.Errorf("%+v", it)
		}
		if it := h.line(v, 1); it.Status != domain.ItemFailed || it.Hold != domain.HoldReleased || it.Code != "registration.policy-word" ||
			it.Facts["note"] != "Poses as a bank." || it.Facts["refunded"] != "6800" {
			h.Errorf("%+v", it)
		}
		h.wallet(1_000_000-3*6800, 6800)

		// Its owner takes one back before anybody has looked.
		gone := h.must("otherbank.com")
		h.wallet(1_000_000-4*6800, 2*6800)
		if n, err := h.CancelOrder(h.Context(), h.scope, gone.ID); err != nil || n != 1 {
			h.Fatalf("cancelled %d, %v", n, err)
		}
		h.wallet(1_000_000-3*6800, 6800)
		if _, n, err = h.NamingReviews(h.Context(), deskScope, ops.NamingFilter{Open: true, Page: ops.Page{Limit: 10}}); err != nil || n != 1 {
			h.Errorf("%d looks are open, %v", n, err)
		}

		// Nobody looks at the last one until its deadline: its money comes back, and the review is over.
		h.moved.Store(int64(time.Duration(h.Policy().House.IntentDays+1) * 24 * time.Hour))
		for range 5 {
			if _, err := h.Sweep(h.Context()); err != nil {
				h.Fatal(err)
			}
		}
		if it := h.line(v, 3); it.Status != domain.ItemFailed || it.Code != "registration.review-late" || it.Hold != domain.HoldReleased {
			h.Errorf("%+v", it)
		}
		if _, err := h.DecideNaming(h.Context(), deskScope, queue[2].ID, true, ""); !fault.Is(err, "naming.decided") {
			h.Errorf("%v", err)
		}
		if sent["latebank.com"] != 0 {
			h.Error("sent without a look")
		}
		h.wallet(1_000_000-2*6800, 0)
		// What was granted stays so, for a second try too.
		if f, err := h.CheckName(h.Context(), h.scope, "riverbank.com"); err != nil || f.Doubt != nil {
			h.Errorf("%+v %v", f, err)
		}
	})
}

func TestWordListsAreChecked(t *testing.T) {
	h := open(t, sqlite(t))
	good := func() domain.WordList {
		return domain.WordList{Name: "l", Category: "other", Source: "s", Dated: "2026-11-01", Suffixes: []string{"cn"}, Entries: []domain.WordEntry{{Word: "tea", Where: "prefix"}}}
	}
	for rule, spoil := range map[string]func(*domain.WordList){
		"list length": func(l *domain.WordList) { l.Name = " " }, "list  length": func(l *domain.WordList) { l.Name = strings.Repeat("x", 61) },
		"category choice": func(l *domain.WordList) { l.Category = "evil" }, "source length": func(l *domain.WordList) { l.Source = "" },
		"dated date": func(l *domain.WordList) { l.Dated = "2026-13-01" }, "entries count": func(l *domain.WordList) { l.Entries = nil },
		"entries  count": func(l *domain.WordList) { l.Entries = make([]domain.WordEntry, 100_001) },
		"word label":     func(l *domain.WordList) { l.Entries[0].Word = "two words" }, "where choice": func(l *domain.WordList) { l.Entries[0].Where = "near" },
		"note length":  func(l *domain.WordList) { l.Entries[0].Note = strings.Repeat("x", 201) },
		"except label": func(l *domain.WordList) { l.Entries[0].Except = []string{"a.b"} },
	} {
		l := good()
		spoil(&l)
		_, err := h.LoadWords(t.Context(), deskScope, l)
		column, what, _ := strings.Cut(strings.Join(strings.Fields(rule), " "), " ")
		if e := fault.Of(err); !fault.Is(err, "words.malformed") || e.Facts["column"] != column || e.Facts["rule"] != what {
			t.Errorf("%s: %v", rule, err)
		}
	}
	l := good()
	l.Suffixes = []string{"example"}
	if _, err := h.LoadWords(t.Context(), deskScope, l); !fault.Is(err, "suffix.unsupported") {
		t.Errorf("%v", err)
	}
	if _, v, err := h.WordLists(t.Context(), deskScope); err != nil || v != 0 {
		t.Errorf("what was refused changed something: version %d, %v", v, err)
	}
	if _, err := h.LoadWords(t.Context(), h.scope, good()); !fault.Is(err, "account.denied") {
		t.Errorf("an owner loads lists: %v", err)
	}
	_, err := h.LoadWords(t.Context(), deskScope, good())
	h.ok(err)
	hits, decides, err := h.TestWords(t.Context(), deskScope, "teapot.cn")
	if h.ok(err); len(hits) != 1 || decides == nil || decides.Entry.Word != "tea" {
		t.Errorf("%v %v", hits, decides)
	}
	if hits, decides, err = h.TestWords(t.Context(), deskScope, "teapot"); err != nil || len(hits) != 0 || decides != nil {
		t.Errorf("the list is for cn alone: %v %v", hits, err)
	}
	h.must("tearoom.com", "cafe.com", "steam.com")
	h.ok(h.Dispatch(t.Context(), "verisim"))
	l = good()
	l.Suffixes, l.Entries[0].Where = nil, ""
	got, err := h.NamesHit(t.Context(), deskScope, &l, "")
	if h.ok(err); len(got.Hits) != 2 || got.Hits[0].Name != "steam.com" || got.Looked != 3 || got.Next != "" {
		t.Errorf("%+v", got)
	}
	if got, err = h.NamesHit(t.Context(), deskScope, nil, ""); err != nil || len(got.Hits) != 0 {
		t.Errorf("the loaded one is for cn: %+v %v", got, err)
	}
	h.ok(h.DropWords(t.Context(), deskScope, "l"))
	if err := h.DropWords(t.Context(), deskScope, "l"); !fault.Is(err, "words.not-found") {
		t.Errorf("%v", err)
	}
	if f, err := h.CheckName(t.Context(), h.scope, "teapot.cn"); err != nil || f.State != ops.Available {
		t.Errorf("a dropped list still bars: %+v %v", f, err)
	}
}

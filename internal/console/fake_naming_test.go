package console

import (
	"context"
	"net/url"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// fakeNaming is what the fake knows of names under review and of word lists.
type fakeNaming struct {
	looks   []domain.NamingReview
	lists   []domain.WordList
	loaded  domain.WordList
	decided []string
	dropped []string
}

func (f *fake) AppealName(_ context.Context, s domain.Scope, typed, _ string) (domain.NamingReview, error) {
	return domain.NamingReview{Account: s.Account, Name: domain.Name(typed)}, f.call("AppealName", s)
}

func (f *fake) WithdrawAppeal(_ context.Context, s domain.Scope, _ domain.NamingReviewID) error {
	return f.call("WithdrawAppeal", s)
}

func (f *fake) NamingReviews(_ context.Context, s domain.Scope, filter ops.NamingFilter) ([]domain.NamingReview, int, error) {
	var out []domain.NamingReview
	for _, r := range f.naming.looks {
		if !filter.Open || r.State == domain.ReviewOpen {
			out = append(out, r)
		}
	}
	return out, len(out), f.call("NamingReviews", s)
}

func (f *fake) DecideNaming(_ context.Context, s domain.Scope, id domain.NamingReviewID, grant bool, note string) (domain.NamingReview, error) {
	if err := f.call("DecideNaming", s); err != nil {
		return domain.NamingReview{}, err
	}
	f.naming.decided = append(f.naming.decided, note)
	return domain.NamingReview{ID: id, Name: "china-tea.com", State: map[bool]domain.NamingReviewState{true: domain.ReviewGranted, false: domain.ReviewRejected}[grant]}, nil
}

func (f *fake) WordLists(_ context.Context, s domain.Scope) ([]domain.WordList, int64, error) {
	return f.naming.lists, 7, f.call("WordLists", s)
}

func (f *fake) WordEntries(_ context.Context, s domain.Scope, _ string, after int64, _ int) ([]domain.WordEntry, int64, error) {
	if after > 0 {
		return nil, after, nil
	}
	return []domain.WordEntry{{Word: "中国", Where: "contains"}, {Word: "china", Where: "word", Note: "Latin, letters", Except: []string{"china-tea", "indochina"}}}, 2, f.call("WordEntries", s)
}

func (f *fake) LoadWords(_ context.Context, s domain.Scope, l domain.WordList) (domain.WordList, error) {
	l.Size = len(l.Entries)
	f.naming.loaded = l
	return l, f.call("LoadWords", s)
}

func (f *fake) DropWords(_ context.Context, s domain.Scope, name string) error {
	if err := f.call("DropWords", s); err != nil {
		return err
	}
	f.naming.dropped = append(f.naming.dropped, name)
	return nil
}

func metWord() naming.Verdict {
	l := &naming.List{Name: "restricted", Category: "restricted", Source: "rules", Date: "2026-11-01", Entries: []naming.Entry{{Word: "china"}}}
	return naming.Verdict{Hit: naming.Hit{List: l, Entry: &l.Entries[0], From: 0, To: 5}, Name: "china-tea.com", Version: 7}
}

func (f *fake) TestWords(_ context.Context, s domain.Scope, typed string) ([]naming.Verdict, *naming.Verdict, error) {
	if typed != "china-tea.com" {
		return nil, nil, f.call("TestWords", s)
	}
	v := metWord()
	return []naming.Verdict{v}, &v, f.call("TestWords", s)
}

func (f *fake) NamesHit(_ context.Context, s domain.Scope, l *domain.WordList, _ string) (ops.WordHits, error) {
	if l != nil && l.Name == "none" {
		return ops.WordHits{Looked: 3}, f.call("NamesHit", s)
	}
	return ops.WordHits{Hits: []naming.Verdict{metWord()}, Looked: 5000, Next: "china-tea.com"}, f.call("NamesHit", s)
}

func withLooksAtNames(f *fake) {
	facts := map[string]string{"name": "china-tea.com", "word": "china", "list": "restricted", "entry": "china", "position": "1–5", "source": "naming rules", "lists": "7"}
	at := today.AddDate(0, 0, -1)
	f.naming.looks = []domain.NamingReview{
		{ID: 9, Account: 1, Name: "china-tea.com", Kind: domain.ReviewAppeal, State: domain.ReviewOpen, Code: "registration.restricted-word", Facts: facts,
			Statement: "We are a member of the tea association; article 3 of its charter gives its members the word.", OpenedAt: at},
		{ID: 8, Account: 1, Name: "riverbank.com", Kind: domain.ReviewDoubt, State: domain.ReviewOpen, Code: "registration.policy-word", Item: 5,
			Facts: map[string]string{"name": "riverbank.com", "word": "bank", "list": "doubts", "entry": "bank", "position": "6–9", "lists": "7"}, OpenedAt: at},
		{ID: 7, Account: 1, Name: "xn--9kq974e8np.xn--fiqs8s", Kind: domain.ReviewAudit, State: domain.ReviewGranted, Code: "registration.naming-rejected-hold",
			Facts: map[string]string{"name": "云河茶.中国", "word": "云河茶", "rule": "place names"}, Statement: "Trade mark no. 12345678.", OpenedAt: at, DecidedAt: today, DecidedBy: "zhou", Note: "The trade mark was looked up."},
		{ID: 6, Account: 1, Name: "mybank.com", Kind: domain.ReviewAppeal, State: domain.ReviewRejected, Code: "registration.policy-word",
			Facts: map[string]string{"name": "mybank.com", "word": "bank", "list": "banks", "entry": "bank"}, OpenedAt: at, DecidedAt: today, DecidedBy: "zhou", Note: "No licence was shown."},
		{ID: 5, Account: 1, Name: "zhonghua-cha.com", Kind: domain.ReviewAppeal, State: domain.ReviewGranted, Code: "registration.restricted-word", Facts: facts, OpenedAt: at, DecidedAt: today},
	}
}

func withWordLists(f *fake) {
	f.naming.lists = []domain.WordList{
		{Name: "restricted", Category: "restricted", Source: "Naming rules", Dated: "2026-11-01", Size: 9, Version: 1, LoadedAt: today, LoadedBy: "shipped"},
		{Name: "banks", Category: "fraud", Doubtful: true, Suffixes: []string{"cn", "xn--fiqs8s"}, Source: "Desk", Dated: "2026-11-20", Size: 48120, Version: 7, LoadedAt: today, LoadedBy: "zhou@registrar.example"}}
}

// namingShots are the pages of this file's subjects.
func namingShots() []shot {
	o, d := domain.Owner, domain.Operator
	list := url.Values{"name": {"none"}, "category": {"fraud"}, "dated": {"2026-11-20"}, "source": {"Desk"}, "text": {"bank\ncasino"}, "act": {"try"}}
	return []shot{
		{"naming", o, "/naming?done=asked", nil, 200, withLooksAtNames},
		{"naming-empty", o, "/naming?name=china-tea.com", nil, 200, nil},
		{"naming-refused", o, "/naming", url.Values{"name": {"plain.com"}, "statement": {"It is ours."}}, 409, func(f *fake) {
			f.fail["AppealName"] = fault.New(fault.Conflict, "naming.nothing-to-appeal", "name", "plain.com")
		}},
		{"search-barred", o, "/search?q=china-tea.com", nil, 200, func(f *fake) {
			f.found["china-tea.com"] = ops.Found{Name: "china-tea.com", Display: "china-tea.com", State: ops.Barred, Code: "registration.restricted-word", Facts: metWord().Facts()}
		}},
		{"desk-looks", d, "/desk/naming?done=rejected&name=mybank.com", nil, 200, withLooksAtNames},
		{"desk-looks-empty", d, "/desk/naming", nil, 200, nil},
		{"desk-looks-refused", d, "/desk/naming/9", url.Values{"decision": {"reject"}, "note": {""}}, 422, both(withLooksAtNames, func(f *fake) {
			f.fail["DecideNaming"] = fault.New(fault.Invalid, "naming.note", "limit", "500", "length", "0")
		})},
		{"desk-words", d, "/desk/words?done=banks&entries=48120", nil, 200, withWordLists},
		{"desk-words-empty", d, "/desk/words", nil, 200, nil},
		{"desk-words-edit", d, "/desk/words?edit=restricted", nil, 200, withWordLists},
		{"desk-words-test", d, "/desk/words?test=china-tea.com", nil, 200, withWordLists},
		{"desk-words-fine", d, "/desk/words?test=plain.com", nil, 200, withWordLists},
		{"desk-words-hit", d, "/desk/words?hit=", nil, 200, withWordLists},
		{"desk-words-try", d, "/desk/words", list, 200, withWordLists},
		{"desk-words-unsure", d, "/desk/words/drop", url.Values{"list": {"banks"}, "confirm": {"bank"}}, 422, withWordLists},
		{"desk-words-refused", d, "/desk/words", list, 422, both(withWordLists, func(f *fake) {
			f.fail["NamesHit"] = fault.New(fault.Invalid, "words.malformed", "list", "none", "column", "word", "rule", "label", "line", "2")
		})},
	}
}

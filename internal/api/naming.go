package api

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// reviewing are word lists, people's looks at names, and appeals.
type reviewing interface {
	AppealName(ctx context.Context, scope domain.Scope, typed, statement string) (domain.NamingReview, error)
	WithdrawAppeal(ctx context.Context, scope domain.Scope, id domain.NamingReviewID) error
	NamingReviews(ctx context.Context, scope domain.Scope, f ops.NamingFilter) ([]domain.NamingReview, int, error)
	DecideNaming(ctx context.Context, scope domain.Scope, id domain.NamingReviewID, grant bool, note string) (domain.NamingReview, error)
	WordLists(ctx context.Context, scope domain.Scope) ([]domain.WordList, int64, error)
	LoadWords(ctx context.Context, scope domain.Scope, l domain.WordList) (domain.WordList, error)
	DropWords(ctx context.Context, scope domain.Scope, name string) error
	TestWords(ctx context.Context, scope domain.Scope, typed string) ([]naming.Verdict, *naming.Verdict, error)
}

// NamingReviewOut is people's look at a name.
type NamingReviewOut struct {
	ID        int64             `json:"id"`
	Name      string            `json:"name"`
	Kind      string            `json:"kind" doc:"doubt: a create waits for it; appeal: against our lists; audit: against the registry's audit"`
	State     string            `json:"state" doc:"open, granted, rejected, withdrawn"`
	Code      string            `json:"code" doc:"What the name was refused or doubted for."`
	Facts     map[string]string `json:"facts"`
	Title     string            `json:"title"`
	Statement string            `json:"statement"`
	OpenedAt  string            `json:"opened_at"`
	DecidedAt string            `json:"decided_at"`
	Note      string            `json:"note" doc:"The reviewer's words."`
}

func namingReviewOut(lang string, r domain.NamingReview) NamingReviewOut {
	return NamingReviewOut{ID: int64(r.ID), Name: naming.Display(r.Name), Kind: string(r.Kind), State: string(r.State), Code: r.Code, Facts: facts(r.Facts),
		Title: diagnose.Text(lang, fault.Code(r.Code), r.Facts).Title, Statement: r.Statement, OpenedAt: utc(r.OpenedAt), DecidedAt: utc(r.DecidedAt), Note: r.Note}
}

type appealNameIn struct {
	Name      string `json:"name"`
	Statement string `json:"statement" maxLength:"4000" doc:"Why the account may have the name, 10 to 1,000 characters."`
}

func appealName(ctx context.Context, a *API, c caller, in *appealNameIn) (*NamingReviewOut, error) {
	r, err := a.Ops.AppealName(ctx, c.scope, in.Name, in.Statement)
	if err != nil {
		return nil, err
	}
	out := namingReviewOut(c.lang, r)
	return &out, nil
}

type namingReviewIn struct {
	ID int64 `json:"id" minimum:"1"`
}

func withdrawAppeal(ctx context.Context, a *API, c caller, in *namingReviewIn) (*NothingOut, error) {
	return &NothingOut{}, a.Ops.WithdrawAppeal(ctx, c.scope, domain.NamingReviewID(in.ID))
}

type namingReviewsIn struct {
	Open   bool   `json:"open,omitempty" doc:"Only open ones, the oldest first."`
	Name   string `json:"name,omitempty" maxLength:"255"`
	Offset int    `json:"offset,omitempty" minimum:"0"`
	Limit  *int   `json:"limit,omitempty" minimum:"1" maximum:"100" doc:"20 when left out."`
}

// NamingReviewsOut is a page of reviews.
type NamingReviewsOut struct {
	Total   int               `json:"total"`
	Reviews []NamingReviewOut `json:"reviews"`
}

func listNamingReviews(ctx context.Context, a *API, c caller, in *namingReviewsIn) (*NamingReviewsOut, error) {
	f := ops.NamingFilter{Page: ops.Page{Offset: in.Offset, Limit: 20}, Open: in.Open}
	if in.Limit != nil {
		f.Limit = *in.Limit
	}
	if in.Name != "" {
		n, err := naming.Parse(in.Name)
		if err != nil {
			return nil, err
		}
		f.Name = n
	}
	list, total, err := a.Ops.NamingReviews(ctx, c.scope, f)
	if err != nil {
		return nil, err
	}
	out := &NamingReviewsOut{Total: total, Reviews: []NamingReviewOut{}}
	for _, r := range list {
		out.Reviews = append(out.Reviews, namingReviewOut(c.lang, r))
	}
	return out, nil
}

type decideNamingIn struct {
	ID    int64  `json:"id" minimum:"1"`
	Grant *bool  `json:"grant" doc:"true: the name may be had, or the appeal is passed on; false: it may not."`
	Note  string `json:"note,omitempty" maxLength:"2000" doc:"For the owner, at most 500 characters; wanted where it is not granted."`
}

func decideNamingReview(ctx context.Context, a *API, c caller, in *decideNamingIn) (*NamingReviewOut, error) {
	r, err := a.Ops.DecideNaming(ctx, c.scope, domain.NamingReviewID(in.ID), *in.Grant, in.Note)
	if err != nil {
		return nil, err
	}
	out := namingReviewOut(c.lang, r)
	return &out, nil
}

// WordListOut is a list of words, without them.
type WordListOut struct {
	Name     string   `json:"name"`
	Category string   `json:"category"`
	Doubtful bool     `json:"doubtful"`
	Suffixes []string `json:"suffixes" doc:"That it is for; none: every."`
	Source   string   `json:"source"`
	Dated    string   `json:"dated"`
	Entries  int      `json:"entries"`
	Version  int64    `json:"version" doc:"Of all lists, when this one was loaded."`
	LoadedAt string   `json:"loaded_at"`
	LoadedBy string   `json:"loaded_by"`
}

func wordListOut(l domain.WordList) WordListOut {
	return WordListOut{Name: l.Name, Category: l.Category, Doubtful: l.Doubtful, Suffixes: append([]string{}, l.Suffixes...), Source: l.Source, Dated: l.Dated,
		Entries: l.Size, Version: l.Version, LoadedAt: utc(l.LoadedAt), LoadedBy: l.LoadedBy}
}

// WordListsOut is the lists.
type WordListsOut struct {
	Version int64         `json:"version" doc:"Of all lists together; decisions record it."`
	Lists   []WordListOut `json:"lists"`
}

func listWordLists(ctx context.Context, a *API, c caller, _ *empty) (*WordListsOut, error) {
	lists, version, err := a.Ops.WordLists(ctx, c.scope)
	if err != nil {
		return nil, err
	}
	out := &WordListsOut{Version: version, Lists: []WordListOut{}}
	for _, l := range lists {
		out.Lists = append(out.Lists, wordListOut(l))
	}
	return out, nil
}

type wordEntryIn struct {
	Word   string   `json:"word"`
	Where  string   `json:"where,omitempty" doc:"contains (when left out), exact, prefix, suffix, or word: between hyphens, digits and the ends."`
	Note   string   `json:"note,omitempty"`
	Except []string `json:"except,omitempty" doc:"Labels that may bear it."`
}

type loadWordsIn struct {
	Name     string        `json:"name"`
	Category string        `json:"category" doc:"restricted, politics, violence, drugs, gambling, pornography, fraud, ministry, disputed, other"`
	Doubtful bool          `json:"doubtful,omitempty" doc:"People look at what meets it; else it is refused."`
	Suffixes []string      `json:"suffixes,omitempty" doc:"That it is for; none: every."`
	Source   string        `json:"source"`
	Dated    string        `json:"dated" doc:"2006-01-02"`
	Entries  []wordEntryIn `json:"entries" doc:"1 to 100,000."`
}

func loadWordList(ctx context.Context, a *API, c caller, in *loadWordsIn) (*WordListOut, error) {
	l := domain.WordList{Name: in.Name, Category: in.Category, Doubtful: in.Doubtful, Suffixes: in.Suffixes, Source: in.Source, Dated: in.Dated,
		Entries: make([]domain.WordEntry, len(in.Entries))}
	for i, e := range in.Entries {
		l.Entries[i] = domain.WordEntry{Word: e.Word, Where: e.Where, Note: e.Note, Except: e.Except}
	}
	l, err := a.Ops.LoadWords(ctx, c.scope, l)
	if err != nil {
		return nil, err
	}
	out := wordListOut(l)
	return &out, nil
}

type wordListIn struct {
	Name string `json:"name"`
}

func dropWordList(ctx context.Context, a *API, c caller, in *wordListIn) (*NothingOut, error) {
	return &NothingOut{}, a.Ops.DropWords(ctx, c.scope, in.Name)
}

// WordHitOut is an entry that a name meets.
type WordHitOut struct {
	Code     string            `json:"code"`
	Doubtful bool              `json:"doubtful"`
	Facts    map[string]string `json:"facts" doc:"name, word, list, entry, position, category, source, dated, lists"`
}

// WordTestOut says what the lists have against a name.
type WordTestOut struct {
	Decides *WordHitOut  `json:"decides,omitempty" doc:"The one that decides; left out where there is none."`
	Hits    []WordHitOut `json:"hits"`
}

func testWordLists(ctx context.Context, a *API, c caller, in *wordListIn) (*WordTestOut, error) {
	hits, decides, err := a.Ops.TestWords(ctx, c.scope, in.Name)
	if err != nil {
		return nil, err
	}
	hit := func(v naming.Verdict) WordHitOut {
		return WordHitOut{Code: string(v.Code()), Doubtful: v.Doubtful, Facts: v.Facts()}
	}
	out := &WordTestOut{Hits: []WordHitOut{}}
	for _, h := range hits {
		out.Hits = append(out.Hits, hit(h))
	}
	if decides != nil {
		d := hit(*decides)
		out.Decides = &d
	}
	return out, nil
}

// doubted says on one line why people look at a name first.
func doubted(lang string, f ops.Found) string {
	return bracketed(lang, "registration.word-review", f.Doubt)
}

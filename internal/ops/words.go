package ops

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// words reads the lists that names are held against.
type words interface {
	// WordVersion is the version of all lists together; 0: none was ever loaded.
	WordVersion(ctx context.Context) (int64, error)
	// WordLists gives the lists by name, with their entries where those are asked for, and the version of all.
	WordLists(ctx context.Context, entries bool) ([]domain.WordList, int64, error)
	// WordEntries pages through a list: entries after a cursor, and the next cursor.
	WordEntries(ctx context.Context, list string, after int64, limit int) ([]domain.WordEntry, int64, error)
	// RunningNames gives running names after one, in their order.
	RunningNames(ctx context.Context, after domain.Name, limit int) ([]domain.Name, error)
}

type (
	// PutWords replaces a list, or adds it; the version of all lists grows.
	PutWords struct{ List domain.WordList }
	// DropWords removes a list; the version of all lists grows. "words.not-found" where there is none.
	DropWords struct{ Name string }
)

func (PutWords) write()  {}
func (DropWords) write() {}

// TableWords is the version of all word lists together; its ID is 0.
const TableWords Table = "words"

// Bounds of word lists: they are matched in memory.
const (
	maxWordLists = 50
	maxWords     = 100_000 // entries of one list
	maxAllWords  = 200_000 // of all together
	hitsShown    = 50
	hitsWindow   = 5_000 // running names that one look goes through
)

// book is all lists, made ready.
type book struct {
	lexicon *naming.Lexicon
	version int64
}

// judge says what the lists have against a name.
func (b *book) judge(n domain.Name) (naming.Verdict, bool) { return b.lexicon.Judge(n, b.version) }

// shelf keeps the newest book of a node.
type shelf struct {
	mu sync.Mutex
	is *book
}

// words gives the lists as they are now.
func (o *Ops) words(ctx context.Context) (*book, error) {
	version, err := o.Store.WordVersion(ctx)
	if err != nil {
		return nil, err
	}
	o.shelf.mu.Lock()
	defer o.shelf.mu.Unlock()
	if b := o.shelf.is; b != nil && b.version >= version {
		return b, nil
	}
	kept, version, err := o.Store.WordLists(ctx, true)
	if err != nil {
		return nil, err
	}
	lists := make([]naming.List, len(kept))
	for i, l := range kept {
		lists[i] = wordsOf(l)
	}
	o.shelf.is = &book{naming.NewLexicon(lists), version}
	return o.shelf.is, nil
}

func wordsOf(l domain.WordList) naming.List {
	out := naming.List{Name: l.Name, Category: l.Category, Doubtful: l.Doubtful, Suffixes: l.Suffixes, Source: l.Source, Date: l.Dated,
		Entries: make([]naming.Entry, len(l.Entries))}
	for i, e := range l.Entries {
		out.Entries[i] = naming.Entry{Word: e.Word, Where: naming.Where(e.Where), Except: e.Except, Note: e.Note}
	}
	return out
}

// SeedWords loads the lists that ship, where none was ever loaded.
func (o *Ops) SeedWords(ctx context.Context) error {
	version, err := o.Store.WordVersion(ctx)
	if err != nil || version > 0 {
		return err
	}
	shipped, err := naming.ShippedLists()
	if err != nil {
		return err
	}
	plan := Plan{Expect: []Expect{{TableWords, 0, 0}}}
	for _, l := range shipped {
		kept := domain.WordList{Name: l.Name, Category: l.Category, Doubtful: l.Doubtful, Suffixes: l.Suffixes, Source: l.Source, Dated: l.Date,
			LoadedAt: o.Now(), LoadedBy: "shipped", Size: len(l.Entries)}
		for _, e := range l.Entries {
			kept.Entries = append(kept.Entries, domain.WordEntry{Word: e.Word, Where: string(e.Where), Note: e.Note, Except: e.Except})
		}
		plan.Writes = append(plan.Writes, PutWords{kept})
	}
	if err := o.Store.Commit(ctx, plan); err != nil && !fault.Is(err, "state.moved") { // another node did it
		return err
	}
	return nil
}

// LoadWords puts a list in place of the one of its name.
func (o *Ops) LoadWords(ctx context.Context, scope domain.Scope, l domain.WordList) (domain.WordList, error) {
	if !scope.Operator {
		return l, fault.New(fault.Denied, "account.denied")
	}
	l, err := o.checkedWords(l)
	if err != nil {
		return l, err
	}
	for try := 1; ; try++ {
		loaded, err := o.loadWords(ctx, scope, l)
		if try == 5 || !fault.Is(err, "state.moved") { // else another list was loaded at the same moment
			return loaded, err
		}
	}
}

func (o *Ops) loadWords(ctx context.Context, scope domain.Scope, l domain.WordList) (domain.WordList, error) {
	lists, version, err := o.Store.WordLists(ctx, false)
	if err != nil {
		return l, err
	}
	all, count := len(l.Entries), 1
	for _, other := range lists {
		if other.Name != l.Name {
			all, count = all+other.Size, count+1
		}
	}
	switch {
	case count > maxWordLists:
		return l, badWords(l, "list", "count", 0, maxWordLists)
	case all > maxAllWords:
		return l, badWords(l, "entries", "count-all", 0, maxAllWords)
	}
	now := o.Now()
	l.LoadedAt, l.LoadedBy, l.Size, l.Version = now, scope.Actor, len(l.Entries), version+1
	loaded := event(scope, 0, "words:"+l.Name, "words.loaded", "ok", now)
	loaded.Facts = map[string]string{"list": l.Name, "category": l.Category, "source": l.Source, "dated": l.Dated, "entries": strconv.Itoa(l.Size),
		"lists": strconv.FormatInt(l.Version, 10)}
	return l, o.Store.Commit(ctx, Plan{Expect: []Expect{{TableWords, 0, version}}, Writes: []Write{PutWords{l}}, Events: []domain.Event{loaded}})
}

func badWords(l domain.WordList, column, rule string, line, limit int) error {
	kv := []string{"list", clip(l.Name, 60), "column", column, "rule", rule}
	if line > 0 {
		kv = append(kv, "line", strconv.Itoa(line))
	}
	if limit > 0 {
		kv = append(kv, "limit", strconv.Itoa(limit))
	}
	return fault.New(fault.Invalid, "words.malformed", kv...)
}

// checkedWords makes a list fit to be kept; the first thing wrong refuses it.
func (o *Ops) checkedWords(l domain.WordList) (domain.WordList, error) {
	l.Name, l.Source = strings.TrimSpace(l.Name), strings.TrimSpace(l.Source)
	switch {
	case l.Name == "" || utf8.RuneCountInString(l.Name) > 60:
		return l, badWords(l, "list", "length", 0, 60)
	case !slices.Contains(naming.Categories, l.Category):
		return l, badWords(l, "category", "choice", 0, 0)
	case l.Source == "" || utf8.RuneCountInString(l.Source) > maxValue:
		return l, badWords(l, "source", "length", 0, maxValue)
	case !date(l.Dated):
		return l, badWords(l, "dated", "date", 0, 0)
	case len(l.Entries) == 0 || len(l.Entries) > maxWords:
		return l, badWords(l, "entries", "count", 0, maxWords)
	}
	for _, s := range l.Suffixes {
		if _, ok := o.Policy().Suffix(s); !ok {
			return l, fault.New(fault.Invalid, "suffix.unsupported", "suffix", clip(s, 60), "name", clip(l.Name, 60))
		}
	}
	entries := make([]domain.WordEntry, len(l.Entries))
	for i, e := range l.Entries {
		e.Word = strings.TrimSpace(e.Word)
		if e.Where == "" {
			e.Where = string(naming.Anywhere)
		}
		switch {
		case !naming.WordFit(e.Word):
			return l, badWords(l, "word", "label", i+1, 0)
		case !slices.Contains(naming.Wheres, naming.Where(e.Where)):
			return l, badWords(l, "where", "choice", i+1, 0)
		case utf8.RuneCountInString(e.Note) > maxValue:
			return l, badWords(l, "note", "length", i+1, maxValue)
		case len(e.Except) > 100 || slices.ContainsFunc(e.Except, func(x string) bool { return !naming.WordFit(x) }):
			return l, badWords(l, "except", "label", i+1, 100)
		}
		entries[i] = e
	}
	l.Entries = entries
	return l, nil
}

// DropWords removes a list.
func (o *Ops) DropWords(ctx context.Context, scope domain.Scope, name string) error {
	if !scope.Operator {
		return fault.New(fault.Denied, "account.denied")
	}
	gone := event(scope, 0, "words:"+clip(name, 60), "words.dropped", "ok", o.Now())
	return o.Store.Commit(ctx, Plan{Writes: []Write{DropWords{name}}, Events: []domain.Event{gone}})
}

// WordLists lists the lists, without their entries, and the version of all.
func (o *Ops) WordLists(ctx context.Context, scope domain.Scope) ([]domain.WordList, int64, error) {
	if !scope.Operator {
		return nil, 0, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.WordLists(ctx, false)
}

// WordEntries pages through a list: entries after a cursor, and the next cursor.
func (o *Ops) WordEntries(ctx context.Context, scope domain.Scope, list string, after int64, limit int) ([]domain.WordEntry, int64, error) {
	if !scope.Operator {
		return nil, 0, fault.New(fault.Denied, "account.denied")
	}
	return o.Store.WordEntries(ctx, list, after, limit)
}

// TestWords says every entry that a name meets, in the order of their places, and the one that decides (nil: none does).
func (o *Ops) TestWords(ctx context.Context, scope domain.Scope, typed string) (hits []naming.Verdict, decides *naming.Verdict, err error) {
	if !scope.Operator {
		return nil, nil, fault.New(fault.Denied, "account.denied")
	}
	if typed = strings.TrimSpace(typed); typed != "" && !strings.ContainsAny(typed, ".。．｡") {
		typed += ".com" // a label alone: as under most suffixes
	}
	n, err := naming.Parse(typed)
	if err != nil {
		return nil, nil, err
	}
	b, err := o.words(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range b.lexicon.Match(naming.Display(domain.Name(n.Label()))) {
		if len(hits) < hitsShown && (len(h.List.Suffixes) == 0 || slices.Contains(h.List.Suffixes, n.Suffix())) {
			hits = append(hits, naming.Verdict{Hit: h, Name: n, Doubtful: h.List.Doubtful, Version: b.version})
		}
	}
	if v, ok := b.judge(n); ok {
		decides = &v
	}
	return hits, decides, nil
}

// WordHits are running names that lists meet.
type WordHits struct {
	Hits   []naming.Verdict
	Looked int    // names that were gone through
	Next   string // to go on from; "": all were gone through
}

// NamesHit goes through the running names, as many as one look takes, and gives those that a list would meet which is not
// loaded yet; nil: those that the loaded ones meet.
func (o *Ops) NamesHit(ctx context.Context, scope domain.Scope, l *domain.WordList, after string) (WordHits, error) {
	var out WordHits
	if !scope.Operator {
		return out, fault.New(fault.Denied, "account.denied")
	}
	b, err := o.words(ctx)
	if err != nil {
		return out, err
	}
	if l != nil {
		checked, err := o.checkedWords(*l)
		if err != nil {
			return out, err
		}
		b = &book{naming.NewLexicon([]naming.List{wordsOf(checked)}), 0}
	}
	for out.Looked < hitsWindow && len(out.Hits) < hitsShown {
		names, err := o.Store.RunningNames(ctx, domain.Name(after), 500)
		if err != nil {
			return out, err
		}
		for _, n := range names {
			out.Looked, after = out.Looked+1, string(n)
			if v, ok := b.judge(n); ok {
				out.Hits = append(out.Hits, v)
			}
			if len(out.Hits) == hitsShown {
				break
			}
		}
		if len(names) < 500 && (len(names) == 0 || after == string(names[len(names)-1])) {
			return out, nil
		}
	}
	out.Next = after
	return out, nil
}

package naming

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Codes of a label that meets a list.
const (
	RestrictedWord fault.Code = "registration.restricted-word"
	PolicyWord     fault.Code = "registration.policy-word"
)

// Restricted is the category of words that only those may bear whom the law entitles to.
const Restricted = "restricted"

// Categories are what a list can be of. Every one but Restricted is naming policy.
var Categories = []string{Restricted, "politics", "violence", "drugs", "gambling", "pornography", "fraud", "ministry", "disputed", "other"}

// Wheres are the places that an entry can ask for.
var Wheres = []Where{Anywhere, Whole, Front, Back, Alone}

// Code is what a list says of a label that meets it.
func (l *List) Code() fault.Code {
	if l.Category == Restricted {
		return RestrictedWord
	}
	return PolicyWord
}

// Verdict is what the lists say of a name.
type Verdict struct {
	Hit
	Name     domain.Name
	Doubtful bool // people look at it before it is registered; else it is refused
	Version  int64
}

// Code is why the name is refused or looked at.
func (v Verdict) Code() fault.Code { return v.List.Code() }

// Facts are its evidence: name, word, list, entry, position (characters of the label from 1), source, dated, and the
// version of the lists that were asked.
func (v Verdict) Facts() fault.Facts {
	label := []rune(Display(domain.Name(v.Name.Label())))
	at := strconv.Itoa(v.From + 1)
	if v.To-v.From > 1 {
		at += "–" + strconv.Itoa(v.To)
	}
	word := v.Entry.Word
	if v.From >= 0 && v.To <= len(label) && v.From < v.To { // as it stands in the name
		word = string(label[v.From:v.To])
	}
	f := fault.Facts{"name": Display(v.Name), "word": word, "list": v.List.Name, "entry": v.Entry.Word, "position": at,
		"category": v.List.Category, "source": v.List.Source, "dated": v.List.Date, "lists": strconv.FormatInt(v.Version, 10)}
	if v.Entry.Note != "" {
		f["entry_note"] = v.Entry.Note
	}
	return f
}

// Judge says what the lists have against a name: a refusal before a doubt, a restricted word before a policy, and of
// several hits the first. ok is false where they have nothing.
func (x *Lexicon) Judge(n domain.Name, version int64) (v Verdict, ok bool) {
	for _, h := range x.Match(Display(domain.Name(n.Label()))) {
		if len(h.List.Suffixes) > 0 && !slices.Contains(h.List.Suffixes, n.Suffix()) {
			continue
		}
		if !ok || h.before(v.Hit) {
			v, ok = Verdict{Hit: h, Name: n, Doubtful: h.List.Doubtful, Version: version}, true
		}
	}
	return v, ok
}

// before orders hits by how much they matter.
func (h Hit) before(other Hit) bool {
	rank := func(h Hit) int {
		r := 0
		if h.List.Doubtful {
			r += 2
		}
		if h.List.Category != Restricted {
			r++
		}
		return r
	}
	return rank(h) < rank(other)
}

//go:embed words.toml
var shippedWords string

// ShippedLists are the lists that a registrar starts with.
func ShippedLists() ([]List, error) {
	var f struct {
		List []struct {
			Name     string `toml:"name"`
			Category string `toml:"category"`
			Doubtful bool   `toml:"doubtful"`
			Source   string `toml:"source"`
			Dated    string `toml:"dated"`
			Entry    []struct {
				Word   string   `toml:"word"`
				Where  Where    `toml:"where"`
				Note   string   `toml:"note"`
				Except []string `toml:"except"`
			} `toml:"entry"`
		} `toml:"list"`
	}
	meta, err := toml.Decode(shippedWords, &f)
	if err != nil {
		return nil, err
	}
	if left := meta.Undecoded(); len(left) > 0 {
		return nil, fmt.Errorf("naming: words.toml: %s is not known", left[0])
	}
	out := make([]List, 0, len(f.List))
	for _, l := range f.List {
		list := List{Name: l.Name, Category: l.Category, Doubtful: l.Doubtful, Source: l.Source, Date: l.Dated}
		for _, e := range l.Entry {
			list.Entries = append(list.Entries, Entry{Word: strings.TrimSpace(e.Word), Where: e.Where, Note: e.Note, Except: e.Except})
		}
		out = append(out, list)
	}
	return out, nil
}

// WordFit reports whether an entry can be met at all: it is made of what labels are made of, and no longer than one.
func WordFit(word string) bool {
	rs := []rune(alike(word))
	if len(rs) == 0 || len(rs) > maxLabel {
		return false
	}
	for _, r := range rs {
		if !ldh(r) && !chinese(r) {
			return false
		}
	}
	return true
}

// Package diagnose holds the fault catalogue: for every code what happened and what mends it, in Chinese and
// English, from one entry that console, API, mail and help centre share. It is pure: facts in, words out.
//
// The catalogue is written in catalogue/*.toml. A text is plain words with parts in [brackets] that hold facts in
// {braces}; a part whose facts are not all there is left out, or replaced by what stands after a bar: [{name}|The
// name]. A fact may be written as {price:money} (minor units beside the fact "currency"), {until:date},
// {at:time} (RFC 3339 instants, shown in Beijing time) or {bytes:size}.
package diagnose

import (
	"slices"

	"github.com/openregistrar/openregistrar/internal/fault"
)

// Severity says what a fault does to the act that met it.
type Severity string

// Refuse stops the act, Warn lets it go on or wait, Inform only explains.
const (
	Refuse Severity = "refuse"
	Warn   Severity = "warn"
	Inform Severity = "inform"
)

// Entry is what the catalogue knows of a code.
type Entry struct {
	Code     fault.Code
	Articles []string // articles of the fault manual that name it: "R1", "T3"; none for the product's own codes
	Severity Severity
	Subsumes []fault.Code // codes that say less about the same cause and are dropped beside this one
	Evidence []string     // facts that must be there wherever the code is named
	Facts    []string     // further facts that may come with it; its words may show them

	forms map[string]form // by language, "zh" and "en"
}

// Words are a fault as its reader is told it. Remedy is in the order in which to do it.
type Words struct {
	Title  string
	What   string
	Remedy []string
}

// Lookup finds a code's entry.
func Lookup(code fault.Code) (Entry, bool) {
	e, ok := catalogue().entries[code]
	return e, ok
}

// Codes lists every code of the catalogue, sorted.
func Codes() []fault.Code { return slices.Clone(catalogue().codes) }

// Lacks names the evidence of the entry that the facts don't hold.
func (e Entry) Lacks(facts fault.Facts) []string {
	var out []string
	for _, name := range e.Evidence {
		if facts[name] == "" {
			out = append(out, name)
		}
	}
	return out
}

// Text writes a code and its facts for a reader of lang ("zh-CN" or "en"; anything that isn't English is Chinese).
// Facts that are missing leave their part of the text out. A code that the catalogue doesn't know reads as our own
// failure.
func Text(lang string, code fault.Code, facts fault.Facts) Words {
	c := catalogue()
	e, ok := c.entries[code]
	if !ok {
		e, facts = c.entries["internal"], nil
	}
	lang = language(lang)
	f := e.forms[lang]
	r := reader{lang: lang, facts: facts, say: f.say, shared: c.shared[lang]}
	w := Words{Title: r.write(f.title), What: r.write(f.what)}
	for _, step := range f.remedy {
		w.Remedy = append(w.Remedy, r.write(step))
	}
	return w
}

// Exact reduces what was found to what is to be told: each code once, in the order found, without those that another
// one found subsumes, directly or through a third.
func Exact(found []fault.Code) []fault.Code {
	entries := catalogue().entries
	dropped := map[fault.Code]bool{}
	var drop func(fault.Code)
	drop = func(c fault.Code) {
		for _, s := range entries[c].Subsumes {
			if !dropped[s] {
				dropped[s] = true
				drop(s)
			}
		}
	}
	for _, c := range found {
		drop(c)
	}
	var out []fault.Code
	for _, c := range found {
		if !dropped[c] && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

func language(lang string) string {
	if len(lang) >= 2 && (lang[:2] == "en" || lang[:2] == "EN") {
		return "en"
	}
	return "zh"
}

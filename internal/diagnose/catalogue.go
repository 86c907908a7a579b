package diagnose

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"github.com/openregistrar/openregistrar/internal/fault"
)

//go:embed catalogue/*.toml
var files embed.FS

// Languages of every text.
var languages = []string{"zh", "en"}

type book struct {
	entries map[fault.Code]Entry
	codes   []fault.Code
	shared  map[string]map[string]sayings // language, fact
}

// sayings says the values of one fact in words; "_" is any other value.
type sayings map[string]text

type form struct {
	title, what text
	remedy      []text
	say         map[string]sayings
}

// catalogue is read once, when first asked for. The files are part of the program and tested, so that a mistake in
// them is a defect of the build.
var catalogue = sync.OnceValue(func() *book {
	b, err := read(files)
	if err != nil {
		panic(fmt.Sprintf("diagnose: %v", err))
	}
	return b
})

type written struct {
	Title  string                       `toml:"title"`
	What   string                       `toml:"what"`
	Remedy []string                     `toml:"remedy"`
	Say    map[string]map[string]string `toml:"say"`
}

type writtenEntry struct {
	Code     fault.Code   `toml:"code"`
	Articles []string     `toml:"articles"`
	Severity Severity     `toml:"severity"`
	Subsumes []fault.Code `toml:"subsumes"`
	Evidence []string     `toml:"evidence"`
	Facts    []string     `toml:"facts"`
	Zh       written      `toml:"zh"`
	En       written      `toml:"en"`
}

func read(from fs.FS) (*book, error) {
	b := &book{entries: map[fault.Code]Entry{}, shared: map[string]map[string]sayings{}}
	names, err := fs.Glob(from, "catalogue/*.toml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		if name == "catalogue/words.toml" {
			err = b.readWords(string(body))
		} else {
			err = b.readEntries(string(body))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for c := range b.entries {
		b.codes = append(b.codes, c)
	}
	slices.Sort(b.codes)
	return b, b.check()
}

func strict(body string, into any) error {
	md, err := toml.Decode(body, into)
	if err != nil {
		return err
	}
	if extra := md.Undecoded(); len(extra) > 0 {
		return fmt.Errorf("unknown key %s", extra[0])
	}
	return nil
}

func (b *book) readWords(body string) error {
	var doc map[string]map[string]map[string]string
	if err := strict(body, &doc); err != nil {
		return err
	}
	for lang, said := range doc {
		if !slices.Contains(languages, lang) {
			return fmt.Errorf("language %q", lang)
		}
		s, err := parseSayings(said)
		if err != nil {
			return err
		}
		b.shared[lang] = s
	}
	return nil
}

func (b *book) readEntries(body string) error {
	var doc struct {
		Entry []writtenEntry `toml:"entry"`
	}
	if err := strict(body, &doc); err != nil {
		return err
	}
	for _, w := range doc.Entry {
		if _, twice := b.entries[w.Code]; twice {
			return fmt.Errorf("%s is there twice", w.Code)
		}
		e := Entry{Code: w.Code, Articles: w.Articles, Severity: w.Severity, Subsumes: w.Subsumes,
			Evidence: w.Evidence, Facts: w.Facts, forms: map[string]form{}}
		for lang, in := range map[string]written{"zh": w.Zh, "en": w.En} {
			f, err := parseForm(in)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", w.Code, lang, err)
			}
			e.forms[lang] = f
		}
		b.entries[w.Code] = e
	}
	return nil
}

func parseForm(in written) (f form, err error) {
	if in.Title == "" || in.What == "" || len(in.Remedy) == 0 {
		return f, errors.New("title, what and remedy must be there")
	}
	if f.title, err = parseText(in.Title); err != nil {
		return f, err
	}
	if f.what, err = parseText(in.What); err != nil {
		return f, err
	}
	for _, s := range in.Remedy {
		t, err := parseText(s)
		if err != nil {
			return f, err
		}
		f.remedy = append(f.remedy, t)
	}
	f.say, err = parseSayings(in.Say)
	return f, err
}

func parseSayings(in map[string]map[string]string) (map[string]sayings, error) {
	out := map[string]sayings{}
	for fact, values := range in {
		s := sayings{}
		for value, words := range values {
			// A saying stands inside a bracket already, so that its facts need none of their own.
			p, err := parsePart(words)
			if err != nil {
				return nil, fmt.Errorf("say %s %s: %w", fact, value, err)
			}
			s[value] = text{p}
			s[plain(value)] = text{p}
		}
		out[fact] = s
	}
	return out, nil
}

// plain is how values are looked up a second time: without case, hyphens and underscores.
func plain(s string) string {
	if s == "_" {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '_':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// check holds the catalogue to its own rules: known severities, codes that exist, no circle of subsumption, every
// fact that a text shows declared by its entry.
func (b *book) check() error {
	if _, ok := b.entries["internal"]; !ok {
		return errors.New("the entry internal is missing")
	}
	for _, c := range b.codes {
		e := b.entries[c]
		if e.Severity != Refuse && e.Severity != Warn && e.Severity != Inform {
			return fmt.Errorf("%s: severity %q", c, e.Severity)
		}
		if b.reaches(c, c, map[fault.Code]bool{}) {
			return fmt.Errorf("%s subsumes itself", c)
		}
		for _, s := range e.Subsumes {
			if _, ok := b.entries[s]; !ok {
				return fmt.Errorf("%s subsumes %s, which is not there", c, s)
			}
		}
		for lang, f := range e.forms {
			for _, fact := range f.facts() {
				if !slices.Contains(e.Evidence, fact) && !slices.Contains(e.Facts, fact) {
					return fmt.Errorf("%s: %s: {%s} is not declared", c, lang, fact)
				}
			}
		}
	}
	return nil
}

func (b *book) reaches(from, to fault.Code, seen map[fault.Code]bool) bool {
	for _, s := range b.entries[from].Subsumes {
		if s == to {
			return true
		}
		if !seen[s] {
			seen[s] = true
			if b.reaches(s, to, seen) {
				return true
			}
		}
	}
	return false
}

// facts lists what the form's texts can show.
func (f form) facts() []string {
	var out []string
	texts := append([]text{f.title, f.what}, f.remedy...)
	for fact, s := range f.say {
		out = append(out, fact)
		for _, t := range s {
			texts = append(texts, t)
		}
	}
	for _, t := range texts {
		for _, p := range t {
			for _, n := range p.nodes {
				if n.fact == "" {
					continue
				}
				out = append(out, n.fact)
				if n.as == "money" {
					out = append(out, "currency")
				}
			}
		}
	}
	return out
}

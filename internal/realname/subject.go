package realname

import (
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// SubjectList is a register of people, organisations or words that the operator has loaded.
type SubjectList struct {
	Name     string // as it is shown
	Code     string // registrant.identity-unclear, .in-proceedings, .registry-restricted, .blacklisted, .restricted-word, .policy-word
	Source   string // whose register it is
	Registry string // for registrant.registry-restricted: which registry's bar it is
	AsOf     time.Time
	Entries  []SubjectEntry
}

// SubjectEntry is one line of a register: a name, a number, or a word of names.
type SubjectEntry struct {
	Value  string // name or word; or, with Number, the keyed hash of a number
	Number bool
	Since  time.Time
	Until  time.Time // zero: it stands
	Note   string    // the register's own words, or the case's number
	Except []string  // names that may bear the word: its rightful holders
}

// subjectCodes are what a list can say.
var subjectCodes = []string{"registrant.identity-unclear", "registrant.in-proceedings", "registrant.registry-restricted", "registrant.blacklisted",
	"registrant.restricted-word", "registrant.policy-word"}

// SubjectCodes lists the codes that a list can have.
func SubjectCodes() []string { return slices.Clone(subjectCodes) }

// Subject is who is looked up.
type Subject struct {
	Role       Role
	Names      []string // Chinese and Latin
	NumberHash string   // keyed hash of the number; "": not known
	Registry   []string // registries that the template is to be used at; none: all
}

// MatchSubject looks a subject up in the lists. A bar of a registry counts only where its names are wanted.
func MatchSubject(s Subject, lists []SubjectList, asOf time.Time) []Finding {
	var out []Finding
	for _, l := range lists {
		if l.Registry != "" && len(s.Registry) > 0 && !slices.Contains(s.Registry, l.Registry) {
			continue
		}
		for i := range l.Entries {
			e := &l.Entries[i]
			if !e.Until.IsZero() && asOf.After(e.Until) || !e.Since.IsZero() && asOf.Before(e.Since) {
				continue
			}
			if hit := s.meets(l.Code, e); hit != "" {
				out = append(out, Finding{Check: "subject", Code: l.Code, Severity: Refuse, Role: s.Role, Field: subjectField(s.Role), Facts: subjectFacts(s.Role, &l, e, hit)})
				break // one entry of a list is evidence enough
			}
		}
	}
	return out
}

func (s Subject) meets(code string, e *SubjectEntry) string {
	if e.Number {
		if s.NumberHash != "" && s.NumberHash == e.Value {
			return "number"
		}
		return ""
	}
	value := foldName(e.Value)
	if value == "" {
		return ""
	}
	words := strings.HasSuffix(code, "-word")
	for _, n := range s.Names {
		folded := foldName(n)
		switch {
		case !words && folded == value:
			return n
		case words && hasWord(folded, value) && !slices.ContainsFunc(e.Except, func(x string) bool { return foldName(x) == folded }):
			return e.Value
		}
	}
	return ""
}

// hasWord finds Chinese anywhere, Latin as a word of its own: "Machinabilis" has no China.
func hasWord(name, word string) bool {
	if hasHan(word) {
		return strings.Contains(name, word)
	}
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' }
	for from := 0; ; {
		i := strings.Index(name[from:], word)
		if i < 0 {
			return false
		}
		i += from
		if end := i + len(word); (i == 0 || !letter(name[i-1])) && (end == len(name) || !letter(name[end])) {
			return true
		}
		from = i + 1
	}
}

// foldName makes names comparable: half width, lower case, single blanks; none between Chinese characters.
func foldName(s string) string {
	s = strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r == '　':
			return ' '
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s))
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == '.' || r == '-' }), " ")
	if hasHan(s) {
		s = strings.ReplaceAll(s, " ", "")
	}
	return s
}

func subjectFacts(r Role, l *SubjectList, e *SubjectEntry, hit string) map[string]string {
	facts := pairs("role", string(r), "list", l.Name, "source", l.Source)
	if !l.AsOf.IsZero() {
		facts["list_date"] = l.AsOf.Format(time.DateOnly)
	}
	if !e.Since.IsZero() {
		facts["since"] = e.Since.Format(time.DateOnly)
	}
	note := func(name, otherwise string) {
		if facts[name] = e.Note; e.Note == "" {
			facts[name] = otherwise
		}
	}
	switch l.Code {
	case "registrant.identity-unclear":
		facts["register"] = l.Name
	case "registrant.in-proceedings":
		note("case", l.Name)
	case "registrant.registry-restricted":
		facts["registry"] = l.Registry
		note("reason", l.Name)
	case "registrant.blacklisted":
		note("entry", hit)
	case "registrant.restricted-word":
		facts["word"] = e.Value
	case "registrant.policy-word":
		facts["entry"] = e.Value
	}
	return facts
}

func subjectField(r Role) string { return nameField(Form{Role: r, Kind: domain.Organisation}) }

package diagnose

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/fault"
)

// text is a sequence of parts; a part is dropped, or replaced by its words without facts, when a fact is missing.
type text []part

type part struct {
	nodes []node
	or    string // stands in when a fact is missing
}

// node is literal words, or a fact and how it is written.
type node struct {
	words string
	fact  string
	as    string // "", "money", "date", "time", "size"
}

// parseText reads words with [optional {fact} parts|words without].
func parseText(s string) (text, error) {
	var t text
	for s != "" {
		open := strings.IndexByte(s, '[')
		plain := s
		if open >= 0 {
			plain = s[:open]
		}
		if strings.ContainsAny(plain, "{}]") {
			return nil, fmt.Errorf("%q: facts stand in brackets", plain)
		}
		if plain != "" {
			t = append(t, part{nodes: []node{{words: plain}}})
		}
		if open < 0 {
			break
		}
		end := strings.IndexByte(s, ']')
		if end < open {
			return nil, fmt.Errorf("%q: a bracket is not closed", s)
		}
		inner, or, _ := strings.Cut(s[open+1:end], "|")
		p, err := parsePart(inner)
		if err != nil {
			return nil, err
		}
		if strings.ContainsAny(or, "{}[") {
			return nil, fmt.Errorf("%q: no facts after the bar", or)
		}
		p.or = or
		t = append(t, p)
		s = s[end+1:]
	}
	return t, nil
}

func parsePart(s string) (part, error) {
	var p part
	for s != "" {
		words, rest, found := strings.Cut(s, "{")
		if strings.ContainsAny(words, "}[]") {
			return p, fmt.Errorf("%q: a brace or bracket is out of place", s)
		}
		if words != "" {
			p.nodes = append(p.nodes, node{words: words})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return p, fmt.Errorf("%q: a brace is not closed", s)
		}
		fact, as, _ := strings.Cut(name, ":")
		switch as {
		case "", "money", "date", "time", "size":
		default:
			return p, fmt.Errorf("{%s}: no such way of writing", name)
		}
		if fact == "" || strings.ContainsAny(fact, "{[ ") {
			return p, fmt.Errorf("{%s}: not a fact", name)
		}
		p.nodes = append(p.nodes, node{fact: fact, as: as})
		s = after
	}
	return p, nil
}

// reader writes texts for one person about one fault.
type reader struct {
	lang   string
	facts  fault.Facts
	say    map[string]sayings // the entry's own
	shared map[string]sayings
}

func (r reader) write(t text) string {
	var b strings.Builder
	literal := true // whether the text begins with our words, which begin with a capital letter
	for _, p := range t {
		s, ok := r.part(p, true)
		if !ok {
			s = p.or
		} else if b.Len() == 0 && s != "" {
			literal = p.nodes[0].fact == ""
		}
		b.WriteString(s)
	}
	out := strings.Join(strings.FieldsFunc(b.String(), func(c rune) bool { return c == ' ' }), " ")
	if r.lang == "en" && literal && out != "" && out[0] >= 'a' && out[0] <= 'z' {
		out = string(out[0]-'a'+'A') + out[1:]
	}
	return out
}

func (r reader) part(p part, said bool) (string, bool) {
	var b strings.Builder
	for _, n := range p.nodes {
		if n.fact == "" {
			b.WriteString(n.words)
			continue
		}
		s, ok := r.value(n, said)
		if !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}

// value writes a fact. Within a saying (said is false) facts are written as they are, so that sayings end.
func (r reader) value(n node, said bool) (string, bool) {
	raw := clean(r.facts[n.fact])
	if raw == "" {
		return "", false
	}
	if said {
		for _, from := range []map[string]sayings{r.say, r.shared} {
			s, ok := from[n.fact]
			if !ok {
				continue
			}
			return r.saying(s, raw)
		}
	}
	switch n.as {
	case "money":
		return money(raw, clean(r.facts["currency"]))
	case "date", "time":
		return when(raw, n.as, r.lang), true
	case "size":
		return size(raw), true
	}
	return raw, true
}

func (r reader) saying(s sayings, raw string) (string, bool) {
	t, ok := s[raw]
	if !ok {
		t, ok = s[plain(raw)]
	}
	if !ok {
		t, ok = s["_"]
	}
	if !ok {
		return "", false
	}
	inner := r
	inner.facts = fault.Facts{"value": raw}
	for k, v := range r.facts {
		if k != "value" {
			inner.facts[k] = v
		}
	}
	return inner.part(t[0], false)
}

// clean makes a fact fit for a sentence: one line, no braces that could be taken for ours, no more than 200 characters.
func clean(s string) string {
	n := 0
	s = strings.Map(func(c rune) rune {
		n++
		switch {
		case n > 200:
			return -1
		case unicode.IsControl(c):
			return ' '
		case c == '{':
			return '｛'
		case c == '}':
			return '｝'
		}
		return c
	}, strings.ToValidUTF8(s, "�"))
	return strings.TrimSpace(s)
}

// money writes minor units of a currency that has two decimals.
func money(minor, currency string) (string, bool) {
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil || currency == "" {
		return "", false
	}
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	amount := fmt.Sprintf("%d.%02d", u/100, u%100)
	switch currency {
	case "CNY":
		return sign + "¥" + amount, true
	case "USD":
		return sign + "US$" + amount, true
	case "EUR":
		return sign + "€" + amount, true
	}
	return sign + currency + " " + amount, true
}

// beijing is the time that the registries' working days and the owners here live by; it has had no other offset
// since 1991.
var beijing = time.FixedZone("UTC+8", 8*60*60)

func when(raw, as, lang string) string {
	at, err := time.Parse(time.RFC3339Nano, raw)
	if err != nil {
		if at, err = time.Parse(time.DateOnly, raw); err != nil {
			return raw
		}
		as = "date"
		at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, beijing)
	}
	layout := map[string]string{
		"zhdate": "2006-01-02", "zhtime": "2006-01-02 15:04",
		"endate": "2 Jan 2006", "entime": "2 Jan 2006 15:04 (UTC+8)",
	}[lang+as]
	return at.In(beijing).Format(layout)
}

func size(raw string) string {
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || n < 0 {
		return raw
	}
	switch {
	case n < 1024:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d.%d MB", n>>20, (n&(1<<20-1))*10>>20)
}

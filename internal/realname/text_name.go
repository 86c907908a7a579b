package realname

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// textName: the name that was typed is the one in the picture. What a reader says of a name is never a refusal by
// itself: a difference warns, so that a person looks; it refuses where a code that machines read says so too, and where
// the name typed is in the picture as another's, which takes no slip of a reader.
var textName = Check{
	ID: "text-name", Codes: []string{"verify.owner-name-mismatch", "verify.owner-name-is-representative"},
	Needs: NeedsText, Source: "the manual", Citation: "articles D4, D8, D14, D21", Run: judgeTextName,
}

// Labels of names.
var (
	personLabels = []string{"姓名"}
	orgLabels    = []string{"企业名称", "机构名称", "单位名称", "字号名称", "名称"}
	headLabels   = []string{"法定代表人", "负责人", "投资人", "执行事务合伙人"}
)

func judgeTextName(in *Input) Result {
	f := in.Form
	doc, known := DocumentOf(f.Type)
	typed := plainName(f.Name)
	switch {
	case !known:
		return unread("unknown type of document")
	case len(typed) == 0:
		return unread("no name")
	}
	p := newPage(in.Text)
	if p.elsewhere(f.Type) {
		return unread(other)
	}
	person := personal(f.Type)
	if !person {
		if res, ok := representative(in, p, typed); ok {
			return res
		}
	}
	coded := plainName(codedName(in.Text.Codes))
	if p.says(typed) && (person || len(typed) >= 6 || p.called(typed)) || coded.String() == typed.String() {
		return Result{}
	}
	if !hasHan(f.Name) || doc.Foreign {
		if p.saysWords(f.Name) {
			return Result{}
		}
		return unread("names in other letters are compared by people")
	}
	if foreignHan(f.Type) && f.LatinName != "" && p.saysWords(f.LatinName) {
		return Result{} // the characters of these are often of the other script than the reader's; their Latin name is the same person's
	}
	if len(coded) > 0 && !person {
		return Result{Findings: []Finding{nameDiffers(f, typed, coded, Refuse)}}
	}
	labels := orgLabels
	if person {
		labels = personLabels
	}
	d, why := p.contradicted(typed, labels, person)
	if d == nil {
		return unread(why)
	}
	return Result{Findings: []Finding{d.finding(f)}}
}

// lettersOf is a name in the characters that tell.
type lettersOf []rune

func (n lettersOf) String() string { return string(n) }

// plainName folds a name as a page's rows are folded.
func plainName(s string) lettersOf {
	var out lettersOf
	for _, r := range s {
		if r = fold(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToUpper(r))
		}
	}
	return out
}

// says tells whether the name stands anywhere on the page, also where it runs over two rows.
func (p *page) says(name lettersOf) bool {
	rows := p.every()
	has := func(r row) bool { return strings.Contains(strings.ToUpper(r.only().String()), name.String()) }
	if slices.ContainsFunc(rows, has) {
		return true
	}
	if len(name) < 5 {
		return false
	}
	return slices.ContainsFunc(p.labels(orgLabels...), func(l label) bool { return has(p.value(l)) })
}

// foreignHan are documents of people who write in traditional characters.
func foreignHan(docType string) bool {
	return slices.Contains([]string{"TXZ", "TWSFZ", "GAJZZ", "TWJZZ", "HZ"}, docType)
}

// called tells whether a short name is what the organisation is called: people's names stand on its papers too.
func (p *page) called(name lettersOf) bool {
	return slices.ContainsFunc(p.readings(orgLabels, false), func(r row) bool { return strings.Contains(r.String(), name.String()) })
}

// saysWords tells whether every word of a name in other letters stands on the page; documents print surname and given
// names apart.
func (p *page) saysWords(name string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' })
	for _, w := range words {
		if !p.says(plainName(w)) {
			return false
		}
	}
	return len(words) > 0
}

// readings are what was read where the name stands.
func (p *page) readings(labels []string, person bool) []row {
	var out []row
	add := func(v row) {
		if person {
			v = personPart(v)
		}
		if n := len(v.only()); n >= 2 && (person && n <= 15 || !person && n >= 4) {
			out = append(out, v.only())
		}
	}
	for _, phrase := range labels {
		for _, l := range p.labels(phrase) {
			add(p.value(l))
		}
		if len(out) > 0 {
			break
		}
	}
	for _, n := range p.nums {
		if n.kind == "name" {
			add(cutValue(n.row, nil))
		}
	}
	return out
}

// contradicted finds the first character of the typed name in whose place the readings have another: the same one twice,
// or once surely and never the typed one. Where they have nothing alike, the whole name counts as one character.
func (p *page) contradicted(typed lettersOf, labels []string, person bool) (*difference, string) {
	reads := p.readings(labels, person)
	if !person {
		for _, r := range p.every() { // an organisation's name is long enough to be known without its label
			if errs, _, _ := nearest(typed, r.only().runes()); len(typed) >= 6 && errs <= len(typed)/4 {
				reads = append(reads, r.only())
			}
		}
	}
	if len(reads) == 0 {
		return nil, "the name was not found"
	}
	var other []row // readings of another name
	placed := make([][]glyph, len(typed))
	for _, r := range reads {
		errs, from, to := nearest(typed, r.runes())
		if to-from != len(typed) || errs > max(1, len(typed)/3) {
			if errs > max(1, len(typed)/2) {
				other = append(other, r)
			}
			continue
		}
		for i := range typed {
			placed[i] = append(placed[i], r[from+i])
		}
	}
	for i, at := range placed {
		if g, ok := outvoted(typed[i], at); ok {
			return &difference{at: i + 1, typed: string(typed[i]), found: string(g.r), region: row{g}.region()}, ""
		}
	}
	if d := lengthened(typed, reads, person); d != nil {
		return d, ""
	}
	if len(placed[0]) > 0 {
		return nil, unsure
	}
	for i, r := range other {
		twice := slices.ContainsFunc(other[i+1:], func(o row) bool { return o.String() == r.String() })
		if twice || r.sure() > 0.95 && len(r) >= len(typed)-1 {
			return &difference{at: 1, typed: typed.String(), found: r.String(), region: r.region()}, ""
		}
	}
	return nil, unsure
}

// lengthened finds characters that the readings have more or fewer within the name; a person's name has to be read so
// twice.
func lengthened(typed lettersOf, reads []row, person bool) *difference {
	seen := map[string]int{}
	for _, r := range reads {
		seen[r.String()]++
		pre, suf := 0, 0
		for pre < min(len(typed), len(r)) && typed[pre] == unicode.ToUpper(r[pre].r) {
			pre++
		}
		for suf < min(len(typed), len(r))-pre && typed[len(typed)-1-suf] == unicode.ToUpper(r[len(r)-1-suf].r) {
			suf++
		}
		within := pre >= 1 && suf >= 1 && pre+suf == min(len(typed), len(r)) && len(typed) != len(r)
		if !within || person && seen[r.String()] < 2 || !person && (suf < 2 || abs(len(typed)-len(r)) < 2 && seen[r.String()] < 2) || r.sure() < 0.9 {
			continue
		}
		if len(r) > len(typed) && r[pre:len(r)-suf].sure() < 0.9 {
			continue
		}
		return &difference{at: pre + 1, typed: string(typed), found: r.String(), region: r.region()}
	}
	return nil
}

// outvoted tells whether the readings of one place have another character than the typed one.
func outvoted(typed rune, at []glyph) (glyph, bool) {
	votes := map[rune]int{}
	var best glyph
	for _, g := range at {
		if unicode.ToUpper(g.r) == typed {
			return glyph{}, false
		}
		if votes[g.r]++; g.conf > best.conf || votes[g.r] > votes[best.r] {
			best = g
		}
	}
	return best, len(at) > 0 && best.conf > 0.7 && (votes[best.r] >= 2 || best.conf > 0.93)
}

// personPart is the value up to what isn't written in names.
func personPart(v row) row {
	for i, g := range v {
		if !unicode.Is(unicode.Han, g.r) && !strings.ContainsRune("·.•", g.r) {
			return v[:i]
		}
	}
	return v
}

// difference is where a name read differs from one typed.
type difference struct {
	at     int // in the typed name, from 1
	typed  string
	found  string
	region *Region
}

func (d *difference) finding(f Form) Finding {
	pos := positionOfLetter(f.Name, d.at)
	return Finding{Code: "verify.owner-name-mismatch", Severity: Warn, Field: nameField(f), Position: pos,
		Facts: pairs("position", strconv.Itoa(pos), "typed", d.typed, "found", d.found), Region: d.region}
}

// positionOfLetter is where the n-th letter or digit stands in a typed name.
func positionOfLetter(name string, n int) int {
	i, last := 0, 1
	for at, r := range []rune(strings.TrimSpace(name)) {
		if r = fold(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
			if i++; i == n {
				return at + 1
			}
			last = at + 1
		}
	}
	return last
}

func nameDiffers(f Form, typed, found lettersOf, s Severity) Finding {
	i := 0
	for i < len(typed) && i < len(found) && typed[i] == found[i] {
		i++
	}
	pos := positionOfLetter(f.Name, i+1)
	return Finding{Code: "verify.owner-name-mismatch", Severity: s, Field: nameField(f), Position: pos,
		Facts: pairs("position", strconv.Itoa(pos), "typed", typed.String(), "found", found.String())}
}

// representative finds out that the name typed for an organisation is its representative's: it stands behind the label of
// one, and is not what the organisation itself is called.
func representative(in *Input, p *page, typed lettersOf) (Result, bool) {
	if len(typed) > 6 || len(typed) < 2 {
		return Result{}, false
	}
	reads := p.readings(orgLabels, false)
	if slices.ContainsFunc(reads, func(r row) bool { return strings.HasPrefix(r.String(), typed.String()) }) {
		return Result{}, false
	}
	for _, phrase := range headLabels {
		for _, l := range p.labels(phrase) {
			at := behind(l, typed)
			if at == nil {
				continue
			}
			facts := map[string]string{}
			for _, r := range reads {
				if r.sure() > 0.8 {
					facts["found"] = r.String()
					break
				}
			}
			if facts["found"] == "" && at.String() != typed.String() {
				continue // read amiss, and the organisation's own name was not found beside it
			}
			return Result{Findings: []Finding{{Code: "verify.owner-name-is-representative", Severity: Refuse, Field: nameField(in.Form), Position: 1,
				Facts: facts, Region: at.region()}}}, true
		}
	}
	return Result{}, false
}

// behind finds a name directly behind a label; of three characters and more one may be read wrongly.
func behind(l label, name lettersOf) row {
	rest := l.row[l.next:].only()
	if strings.HasPrefix(rest.String(), "姓名") {
		rest = rest[2:]
	}
	rest = rest[:min(len(rest), len(name)+2)]
	errs, from, to := nearest(name, rest.runes())
	if errs == 0 || errs == 1 && len(name) >= 3 && to-from == len(name) {
		return rest[from:to]
	}
	return nil
}

func (r row) runes() []rune { return []rune(r.String()) }

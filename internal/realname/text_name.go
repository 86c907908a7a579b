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
	if p.says(typed) {
		return Result{}
	}
	if !hasHan(f.Name) || doc.Foreign {
		return unread("names in other letters are compared by people")
	}
	if name := codedName(in.Text.Codes); name != "" && plainName(name).String() != typed.String() {
		return Result{Findings: []Finding{nameDiffers(f, typed, plainName(name), Refuse)}}
	}
	labels := orgLabels
	if person {
		labels = personLabels
	}
	if found := p.named(labels, person); found != nil {
		if at := apart(typed, found.only()); at != nil && at.sure {
			return Result{Findings: []Finding{at.finding(f)}}
		}
		if doubtful := found.sure() < 0.9; doubtful {
			return unread(unsure)
		}
	}
	if at := p.nearly(typed); at != nil && at.sure && len(typed) > 3 {
		return Result{Findings: []Finding{at.finding(f)}}
	}
	return unread("the name was not found")
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

// named is the value of the first label that has one like a name.
func (p *page) named(labels []string, person bool) row {
	for _, phrase := range labels {
		for _, l := range p.labels(phrase) {
			v := p.value(l)
			if person {
				v = personPart(v)
			}
			if n := len(v.only()); n >= 2 && (person && n <= 15 || !person && n >= 4) {
				return v
			}
		}
	}
	return nil
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
	sure   bool
}

func (d *difference) finding(f Form) Finding {
	pos := positionOfLetter(f.Name, d.at)
	return Finding{Code: "verify.owner-name-mismatch", Severity: Warn, Field: nameField(f), Position: pos,
		Facts: pairs("position", strconv.Itoa(pos), "typed", d.typed, "found", d.found), Region: d.region}
}

// apart compares a typed name with one read; nil where they agree.
func apart(typed lettersOf, read row) *difference {
	i := 0
	for i < len(typed) && i < len(read) && typed[i] == unicode.ToUpper(read[i].r) {
		i++
	}
	if i == len(typed) && i == len(read) {
		return nil
	}
	d := &difference{at: i + 1, typed: text(typed, i), region: read.region()}
	if len(typed) == len(read) {
		d.found, d.region, d.sure = string(read[i].r), read[i:i+1].region(), read[i].conf > 0.93
		return d
	}
	d.typed, d.found = typed.String(), read.String()
	// A character more or less is easily the reader's; a wholly different name is not.
	d.sure = read.sure() > 0.95 && abs(len(typed)-len(read)) <= len(typed) && i < len(typed)
	return d
}

func text(n lettersOf, i int) string {
	if i < len(n) {
		return string(n[i])
	}
	return n.String()
}

// nearly finds the name on the page with few characters changed.
func (p *page) nearly(name lettersOf) *difference {
	var out *difference
	least := len(name)/4 + 1
	for _, r := range p.rows {
		o := r.only()
		errs, from, to := nearest(name, []rune(strings.ToUpper(o.String())))
		if errs == 0 || errs >= least || to-from != len(name) {
			continue
		}
		if d := apart(name, o[from:to]); d != nil {
			least, out = errs, d
		}
	}
	return out
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

// representative finds out that the name typed for an organisation is its representative's.
func representative(in *Input, p *page, typed lettersOf) (Result, bool) {
	if len(typed) > 6 || len(typed) < 2 {
		return Result{}, false
	}
	for _, phrase := range headLabels {
		for _, l := range p.labels(phrase) {
			v := p.value(l)
			if string(v.only().runes()) != typed.String() {
				continue
			}
			org := p.named(orgLabels, false)
			facts := map[string]string{}
			if org != nil && org.sure() > 0.8 {
				facts["found"] = org.String()
			}
			f := in.Form
			return Result{Findings: []Finding{{Code: "verify.owner-name-is-representative", Severity: Refuse, Field: nameField(f), Position: 1,
				Facts: facts, Region: v.region()}}}, true
		}
	}
	return Result{}, false
}

func (r row) runes() []rune { return []rune(r.String()) }

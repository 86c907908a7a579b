package console

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// checksView is what was found about one document and what was typed about it, as its card shows it.
type checksView struct {
	Role    string
	Lines   []checkLine
	Reading bool // the picture is still being read
	Empty   bool // nothing was judged yet

	Passed, Refused, Warned, Skipped int
}

// checkLine is one line of the card: what was looked at, and what came out.
type checkLine struct {
	State  string // "bad", "warn", "ok", "wait", "skip"
	Label  string // key of the catalogue
	Value  string // in words; may be empty
	Notice *notice
	Typed  []char // of a value that is wrong in single characters
	Meant  []char
	Fix    string // the field that one click mends; empty: none does
	To     string // what it becomes, when it may be shown
}

// char is one character of a value that is shown character by character.
type char struct {
	C   string
	Gap bool // a gap stands here, so that people can count
	Bad bool
	OK  bool
}

// mark is a place in a picture, in its own pixels.
type mark struct {
	realname.Region
	Tag   string // class of the state: ok, warn, bad
	Title string
}

// fieldOf is the field of the form that a finding stands beside.
func fieldOf(f realname.Finding) string {
	name := f.Field
	switch {
	case name == "CountryCN" || name == "Country":
		name = "Country"
	case f.Role == realname.Contact && name == "OrganizationNameCN":
		name = "RegistrantNameCN"
	case f.Role == realname.Contact && name == "OrganizationName":
		name = "RegistrantName"
	case f.Role == realname.Contact && name == "CertificateCode":
		name = "RegistrantCertificateCode"
	case f.Role == realname.Contact && name == "CertificateType":
		name = "RegistrantCertificateType"
	}
	return name
}

// checksOf sorts a report for the card of one role: what refuses first, then what warns, what passed, what was not
// looked at. Codes that another one found explains better are left out.
func (v *visit) checksOf(role realname.Role, seen ops.CheckView, reading, pictured bool, form numbers, about subject) checksView {
	view := checksView{Role: string(role), Reading: reading}
	r := ofRole(seen, role)
	told := map[string]bool{}
	troubled := map[string]bool{} // checks with something to say
	var bad, warn, rest []checkLine
	for _, f := range r.Findings {
		troubled[f.Check] = true
		key := f.Code + "/" + f.Field + "/" + strconv.Itoa(f.Position)
		if told[key] {
			continue
		}
		told[key] = true
		n := v.words(fault.Code(f.Code), f.Facts)
		n.Field = fieldOf(f)
		l := checkLine{State: "bad", Label: checkLabel(f.Check), Notice: &n}
		l.Typed, l.Meant = form.compare(f)
		if f.Fix != "" {
			l.Fix, l.To = fieldOf(f), fixWords(f)
		}
		switch f.Severity {
		case realname.Refuse:
			view.Refused++
			bad = append(bad, l)
		case realname.Warn:
			l.State = "warn"
			view.Warned++
			warn = append(warn, l)
		default:
			l.State = "info"
			rest = append(rest, l)
		}
	}
	measured := map[string]bool{}
	for _, m := range r.Measures {
		if troubled[m.Check] || !m.Passed {
			continue
		}
		value := v.measured(m)
		if value == "" {
			continue
		}
		if measured[m.Check] { // one line a check
			for i := range rest {
				if rest[i].Label == checkLabel(m.Check) && rest[i].State == "ok" {
					rest[i].Value += v.cat.say("check.and") + value
				}
			}
			continue
		}
		measured[m.Check] = true
		view.Passed++
		rest = append(rest, checkLine{State: "ok", Label: checkLabel(m.Check), Value: value})
	}
	for _, c := range realname.Checks() {
		label := checkLabel(c.ID)
		if !pictured && c.Needs != realname.NeedsForm || c.Needs == realname.NeedsForm && !about.asks(role, c.ID) {
			continue // nothing to judge yet, or ever
		}
		if troubled[c.ID] || measured[c.ID] {
			continue
		}
		if why, skipped := r.NotPerformed[c.ID]; skipped {
			if reading && c.Needs == realname.NeedsText {
				continue // one line says so
			}
			view.Skipped++
			if c.Needs == realname.NeedsText {
				words := v.cat.say("check.unsure") // it was read, and not surely enough
				if why == "no text" {
					words = v.cat.say("check.no-text")
				}
				rest = append(rest, checkLine{State: "skip", Label: label, Value: words})
			}
			continue
		}
		view.Passed++
		rest = append(rest, checkLine{State: "ok", Label: label, Value: v.cat.say("check.fine")})
	}
	if reading {
		rest = append(rest, checkLine{State: "wait", Label: "check.text", Value: v.cat.say("check.reading")})
	}
	slices.SortStableFunc(rest, func(a, b checkLine) int { return a.needs() - b.needs() })
	view.Lines = merge(append(append(bad, warn...), rest...))
	view.Empty = len(view.Lines) == 0
	return view
}

// needs puts what was compared with the picture before what was typed, and that before what was measured.
func (l checkLine) needs() int {
	for _, c := range realname.Checks() {
		if checkLabel(c.ID) == l.Label {
			return map[realname.Needs]int{realname.NeedsText: 0, realname.NeedsForm: 1, realname.NeedsPicture: 2}[c.Needs]
		}
	}
	return -1
}

// ofRole is the part of a report that is about one of the two people.
func ofRole(seen ops.CheckView, role realname.Role) realname.Report {
	r := realname.Report{NotPerformed: map[string]string{}}
	for _, f := range seen.Findings {
		if f.Role == role {
			r.Findings = append(r.Findings, f)
		}
	}
	for _, m := range seen.Measures {
		if m.Role == role {
			r.Measures = append(r.Measures, m)
		}
	}
	for _, n := range seen.NotPerformed {
		if n.Role == role {
			r.NotPerformed[n.Check] = n.Reason
		}
	}
	return r
}

// subject is what of a form there is to judge: a rule about something that isn't there has not been passed.
type subject struct {
	kind domain.SubjectKind
	typ  string
	has  func(field string) bool
}

// asks reports whether a check of the form has anything to judge.
func (s subject) asks(role realname.Role, check string) bool {
	number, name, latin := "CertificateCode", "OrganizationNameCN", "OrganizationName"
	if role == realname.Contact {
		number, name, latin = "RegistrantCertificateCode", "RegistrantNameCN", "RegistrantName"
	}
	switch check {
	case "number-form":
		return s.has(number)
	case "owner-name":
		return s.has(name)
	case "latin-name":
		return s.has(name) && s.has(latin)
	case "foreign-name":
		return s.has(name) && (s.typ == "HZ" || s.typ == "GWSFZ" || strings.HasPrefix(s.typ, "GWJG"))
	case "contact-person":
		return s.kind == domain.Organisation && s.has("RegistrantNameCN")
	case "address":
		return role == realname.Owner && (s.has("StreetCN") || s.has("Street"))
	case "validity":
		return role == realname.Owner && (s.has("ValidUntil") || s.has("LongTerm"))
	case "superseded":
		return role == realname.Owner && s.kind == domain.Organisation
	case "region":
		return role == realname.Owner
	}
	return true
}

// merge keeps one line of passed or skipped checks per label: several rules about one field are one thing to a reader.
func merge(lines []checkLine) []checkLine {
	said := map[string]bool{}
	for _, l := range lines {
		if l.State == "bad" || l.State == "warn" {
			said[l.Label] = true
		}
	}
	var out []checkLine
	for _, l := range lines {
		if l.State == "ok" || l.State == "skip" {
			if said[l.Label] {
				continue
			}
			said[l.Label] = true
		}
		out = append(out, l)
	}
	return out
}

// marksOf are the places that the picture shows.
func (v *visit) marksOf(seen ops.CheckView, role realname.Role) []mark {
	r := ofRole(seen, role)
	var out []mark
	for _, m := range r.Measures {
		if m.Region != nil && m.Passed && (m.Name == "frame" || m.Name == "cut") {
			out = append(out, mark{*m.Region, "ok", v.cat.say("check.mark-frame")})
		}
	}
	for _, f := range r.Findings {
		if f.Region == nil || f.Severity == realname.Inform {
			continue
		}
		tag := "bad"
		if f.Severity == realname.Warn {
			tag = "warn"
		}
		out = append(out, mark{*f.Region, tag, v.words(fault.Code(f.Code), f.Facts).Title})
	}
	return out
}

// checkLabel is the key of a check's name: what comes before its last dot is what it is about.
func checkLabel(id string) string { return "check-name." + id }

// measured writes a measure beside its limit.
func (v *visit) measured(m realname.Measure) string {
	key := "measure." + m.Name
	if _, ok := v.cat[key]; !ok {
		return ""
	}
	return v.cat.say(key, figure(m.Value), figure(m.Limit))
}

func figure(f float64) string {
	switch {
	case f == float64(int64(f)):
		return thousands(strconv.FormatInt(int64(f), 10))
	case f >= 100 || f <= -100:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case f < 0.1 && f > -0.1: // a limit of 0.0025 is not 0.00
		return strconv.FormatFloat(f, 'g', 2, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

// numbers are the values that were typed just now, by field; they are shown to nobody else.
type numbers map[string]string

// compare gives a value character by character as it was typed and as it should be. A number that was not typed just
// now shows nothing but the character in question.
func (n numbers) compare(f realname.Finding) (typed, meant []char) {
	if f.Position <= 0 {
		return nil, nil
	}
	is := []rune(n[fieldOf(f)])
	should := []rune(f.Fix)
	if len(is) == 0 {
		t, m := f.Facts["typed"], f.Facts["meant"]
		if t == "" || m == "" {
			return nil, nil
		}
		return hidden(t, f.Position, false), hidden(m, f.Position, true)
	}
	if f.Position > len(is) {
		return nil, nil
	}
	typed = spread(is, f.Position, false)
	if len(should) > 0 {
		meant = spread(should, f.Position, true)
	}
	return typed, meant
}

// spread puts gaps where people who count characters want them.
func spread(value []rune, at int, ok bool) []char {
	gaps := map[int]bool{}
	if number := len(value) == 18 && value[0] < 0x80; number {
		if value[0] == '9' || value[0] < '1' || value[0] > '8' || strings.ContainsFunc(string(value[:17]), func(r rune) bool { return r < '0' || r > '9' }) {
			gaps = map[int]bool{2: true, 8: true, 17: true}
		} else {
			gaps = map[int]bool{6: true, 14: true}
		}
	}
	var out []char
	for i, r := range value {
		if gaps[i] {
			out = append(out, char{Gap: true})
		}
		c := char{C: string(r)}
		if i == at-1 {
			c.Bad, c.OK = !ok, ok
		}
		out = append(out, c)
	}
	return out
}

func hidden(c string, at int, ok bool) []char {
	out := make([]char, at)
	for i := range out {
		out[i] = char{C: "•"}
	}
	out[at-1] = char{C: c, Bad: !ok, OK: ok}
	return append(out, char{C: "…"})
}

// fixWords is what a fix's button names: the single character, or the whole value where it is no number.
func fixWords(f realname.Finding) string {
	switch {
	case f.Position > 0 && f.Facts["meant"] != "":
		return f.Facts["meant"]
	case strings.Contains(f.Field, "CertificateCode"):
		return ""
	}
	return f.Fix
}

// spoken reads characters out, for those who can't see them.
func spoken(cs []char) string {
	var b strings.Builder
	for _, c := range cs {
		b.WriteString(c.C)
	}
	return b.String()
}

// shotView is a document's picture with what is marked in it.
type shotView struct {
	Role  string
	Doc   domain.Document
	URL   string // expires
	Marks []mark
	Flat  bool // at the desk
}

// Box is the picture's viewBox.
func (s shotView) Box() string { return fmt.Sprintf("0 0 %d %d", s.Doc.Width, s.Doc.Height) }

// corners draws a frame by its corners alone.
func corners(r realname.Region) template.HTMLAttr {
	l := max(8, min(r.W, r.H)/9)
	x2, y2 := r.X+r.W, r.Y+r.H
	return template.HTMLAttr(fmt.Sprintf(`d="M%d %dV%dH%dM%d %dH%dV%dM%d %dV%dH%dM%d %dH%dV%d"`,
		r.X, r.Y+l, r.Y, r.X+l, x2-l, r.Y, x2, r.Y+l, x2, y2-l, y2, x2-l, r.X+l, y2, r.X, y2-l))
}

// charsView is a value to be shown character by character.
type charsView struct {
	List  []char
	Small bool
}

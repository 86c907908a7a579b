package realname

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// textNumber: the number that was typed is the one in the picture.
var textNumber = Check{
	ID: "text-number",
	Codes: []string{"verify.number-photo-mismatch", "verify.number-incomplete-in-photo", "verify.number-wrong-field",
		"verify.number-confusable"},
	Needs: NeedsText, Source: "the manual; GB 11643, GB 32100", Citation: "articles D4, D5, D8, D9, D12, D14, D15, D18", Run: judgeTextNumber,
}

// Confidences of a reader, for one character: from sureChar on it is believed, below weakChar it is not read.
const (
	sureChar = 0.8
	weakChar = 0.5
)

// printed is a number as read from a page.
type printed struct {
	run
	valid bool // by a check digit of its own
	seen  int  // readings that agree
}

func judgeTextNumber(in *Input) Result {
	f := in.Form
	doc, known := DocumentOf(f.Type)
	switch {
	case !known:
		return unread("unknown type of document")
	case strings.TrimSpace(f.Number) == "":
		return unread("no number")
	}
	p := newPage(in.Text)
	if p.elsewhere(f.Type) {
		return unread(other)
	}
	n := numbersOf(doc)
	typed := n.folded(f.Number)
	reads := p.runs(n.alphabet)
	if z := p.zone(); doc.Type == "HZ" && z != nil && len(z.number) >= 6 && len(z.row) >= len(z.number) {
		of := formed(passport)
		n.shape = func(s string) bool { return s == z.number && of(s) || formed(chinesePassport)(s) }
		n.lengths = append(n.lengths, len(z.number))
		n.valid = func(s string, _ time.Time) bool { return z.sure && s == z.number }
		reads = append(reads, run{text: z.number, at: z.row[:len(z.number)], solo: true})
	}
	if res, ok := wrongField(in, p, typed); ok {
		return res
	}
	if len(typed) >= 5 && slices.ContainsFunc(reads, func(r run) bool { return strings.Contains(r.text, typed) }) {
		return Result{}
	}
	if !n.known {
		return unread("numbers of this type have no form to look for")
	}
	if c := n.whole(reads, in.AsOf, p); c != nil {
		if c.text == typed {
			return Result{}
		}
		return differs(in, n, typed, c)
	}
	return missing(p, doc, n, typed, reads)
}

// numbers is how a type's number is looked for.
type numbers struct {
	alphabet alphabet
	lengths  []int
	valid    func(s string, asOf time.Time) bool // by a check digit
	shape    func(s string) bool                 // where there is none
	labels   []string
	known    bool
}

func numbersOf(doc Document) numbers {
	rule := func(rules ...numberRule) func(string, time.Time) bool {
		return func(s string, asOf time.Time) bool {
			return slices.ContainsFunc(rules, func(r numberRule) bool { return r(s, asOf) == nil })
		}
	}
	never := func(string, time.Time) bool { return false }
	id := []string{"公民身份号码", "身份号码"}
	code := []string{"统一社会信用代码", "社会信用代码"}
	switch {
	case doc.Type == "SFZ":
		return numbers{digitsX, []int{18}, rule(citizen), nil, id, true}
	case doc.Type == "GAJZZ":
		return numbers{digitsX, []int{18}, rule(residenceHKMO), nil, id, true}
	case doc.Type == "TWJZZ":
		return numbers{digitsX, []int{18}, rule(residenceTW), nil, id, true}
	case doc.Type == "GWSFZ":
		return numbers{letters, []int{18, 15}, func(s string, asOf time.Time) bool { return len(s) == 18 && permanentResident(s, asOf) == nil },
			formed(olderResident), []string{"证件号码"}, true}
	case doc.Type == "HZ":
		return numbers{letters, []int{9, 8}, never, formed(chinesePassport), nil, true}
	case doc.Type == "TXZ":
		return numbers{letters, []int{9, 11}, never, formed(homeReturn), []string{"证件号码", "证件号"}, true}
	case doc.Type == "TWSFZ":
		return numbers{letters, []int{8}, never, formed(taiwanPermit), []string{"证件号码", "证件号"}, true}
	case doc.Type == "ORG":
		return numbers{letters, []int{9, 18}, rule(organisationCode, creditCode), nil, nil, true}
	case doc.Type == "YYZZ":
		return numbers{credit, []int{18, 15}, rule(creditCode, licence15), nil, slices.Concat(code, []string{"注册号"}), true}
	case doc.Credit || slices.ContainsFunc(organisations, func(s shown) bool { return string(s) == doc.Type }):
		return numbers{credit, []int{18}, rule(creditCode), nil, code, true}
	}
	return numbers{alphabet: letters}
}

func formed(r numberRule) func(string) bool {
	return func(s string) bool { return r(s, time.Time{}) == nil }
}

var chinesePassport = shape(`[EG][A-Z0-9][0-9]{7}|[DPS]E?[0-9]{7}`, 9, 8)

// folded brings a typed number to the characters that a reader's are brought to.
func (n numbers) folded(typed string) string {
	s := strings.NewReplacer("-", "", ".", "", "·", "").Replace(plainNumber(typed))
	return strings.Map(func(r rune) rune {
		if m, ok := n.alphabet.rune(r); ok {
			return m
		}
		return r
	}, s)
}

// whole finds the number that the page surely has: right by its check digit, or read alike and surely several times.
func (n numbers) whole(reads []run, asOf time.Time, p *page) *printed {
	var all []printed
	add := func(r run, valid bool) {
		for i := range all {
			if all[i].text == r.text {
				all[i].seen++
				all[i].valid = all[i].valid || valid
				if r.weakest() > all[i].weakest() {
					all[i].run = r
				}
				return
			}
		}
		all = append(all, printed{r, valid, 1})
	}
	for _, r := range reads {
		exact := slices.Contains(n.lengths, len(r.text))
		if exact && (n.valid(r.text, asOf) || n.shape != nil && n.shape(r.text)) {
			add(r, n.valid(r.text, asOf))
			continue
		}
		for _, l := range n.lengths {
			for i := 0; i+l <= len(r.text) && len(r.text)-l <= 4; i++ {
				if w := r.within(i, i+l); l >= 15 && n.valid(w.text, asOf) {
					add(w, true)
				}
			}
		}
		if exact && n.shape == nil {
			add(r, false)
		}
	}
	var pick *printed
	for i := range all {
		c := &all[i]
		// A slip of the reader passes a check digit one time in ten or thirty; it is not made twice, nor with every
		// character sure.
		sure := c.valid && (c.seen > 1 || c.weakest() >= sureChar || c.at.sure() > 0.93) ||
			!c.valid && c.seen > 1 && c.at.sure() > 0.93 && c.weakest() > sureChar
		if sure && (pick == nil || rank(c) > rank(pick)) {
			pick = c
		}
	}
	return pick
}

func rank(c *printed) float64 {
	v := float64(c.seen) + c.at.sure()
	if c.valid {
		v += 10
	}
	if c.solo {
		v++
	}
	return v
}

// differs words a difference between the typed number and the one that the page surely has.
func differs(in *Input, n numbers, typed string, c *printed) Result {
	f := in.Form
	at, apart := firstDifference(typed, c.text)
	if !c.valid && n.shape == nil && apart <= 2 && ValidNumber(f.Type, f.Number, in.AsOf) {
		return unread(unsure) // the typed number is right by itself, the one read is not: a slip of the reader is likelier
	}
	position := typedPosition(f.Number, at)
	out := Finding{Code: "verify.number-photo-mismatch", Severity: Refuse, Field: numberField(f.Role), Position: position,
		Facts: pairs("position", strconv.Itoa(position), "field", numberField(f.Role)), Region: c.at.region()}
	if i, ok := onlyAlike(plainNumber(f.Number), c.text); ok {
		out.Position = typedPosition(f.Number, i+1)
		out.Code, out.Fix = "verify.number-confusable", c.text
		out.Facts = pairs("position", strconv.Itoa(out.Position), "typed", plainNumber(f.Number)[i:i+1], "meant", c.text[i:i+1])
	}
	return Result{Findings: []Finding{out}}
}

// firstDifference is the first place, from 1, where two numbers differ, and in how many characters they do.
func firstDifference(a, b string) (at, apart int) {
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	return at + 1, max(len(a), len(b)) - common(a, b)
}

func abs(n int) int { return max(n, -n) }

// common is the length of the longest common subsequence.
func common(a, b string) int {
	prev := make([]int, len(b)+1)
	for i := range len(a) {
		cur := make([]int, len(b)+1)
		for j := range len(b) {
			cur[j+1] = max(prev[j+1], cur[j])
			if a[i] == b[j] {
				cur[j+1] = prev[j] + 1
			}
		}
		prev = cur
	}
	return prev[len(b)]
}

// typedPosition is where the n-th character that counts stands in what was typed.
func typedPosition(typed string, n int) int {
	i, all := 0, 0
	for _, r := range strings.TrimSpace(typed) {
		all++
		if unicode.IsSpace(r) || invisible(r) || r == '-' {
			continue
		}
		if i++; i == n {
			return all
		}
	}
	return max(all, 1)
}

// onlyAlike tells whether two numbers differ in look-alike characters alone, and where first, from 0.
func onlyAlike(typed, meant string) (first int, ok bool) {
	if len(typed) != len(meant) {
		return 0, false
	}
	first = -1
	for i := range len(typed) {
		switch {
		case typed[i] == meant[i]:
		case strings.IndexByte(alike[rune(typed[i])], meant[i]) < 0:
			return 0, false
		case first < 0:
			first = i
		}
	}
	return first, first >= 0
}

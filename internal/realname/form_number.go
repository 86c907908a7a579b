package realname

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// flaw is what is wrong with a number: a rule of verify.number-malformed, and the first character that breaks it,
// from 1.
type flaw struct {
	rule     string
	position int
}

// numberRule judges a number in capital half-width letters. Two flaws of different rules: the one that comes further
// through the rule is the more telling.
type numberRule func(number string, asOf time.Time) *flaw

// telling is how far a rule had come when it found the flaw.
var telling = map[string]int{"length": 1, "character": 2, "region": 3, "date": 4, "checksum": 5}

// NormalNumber is a number as it is kept and compared: without blanks around it, letters as capitals.
func NormalNumber(typed string) string { return strings.ToUpper(strings.TrimSpace(typed)) }

// numberForm: the number follows the rules of its document, or fails as typed and passes with a look-alike, or is
// another number that such documents bear.
var numberForm = Check{
	ID: "number-form", Codes: []string{"verify.number-malformed", "verify.number-confusable", "verify.number-wrong-field"},
	Source: "GB 11643, GB 32100, GB 11714, GS 15; the manual", Citation: "articles D2, D4, D5, D8, D14, D18", Run: judgeNumber,
}

func judgeNumber(in *Input) (out Result) {
	f := in.Form
	doc, known := DocumentOf(f.Type)
	switch {
	case f.Number == "":
		out.NotPerformed = "no number"
		return out
	case !known:
		out.NotPerformed = "unknown type of document"
		return out
	}
	find := func(code string, position int, fix string, facts ...string) {
		finding := Finding{Code: code, Severity: Refuse, Field: numberField(f.Role), Position: position, Facts: pairs(facts...), Fix: fix}
		if position > 0 {
			finding.Facts["position"] = strconv.Itoa(position)
		}
		out.Findings = append(out.Findings, finding)
	}
	if w := writing(strings.TrimSpace(f.Number)); w != nil {
		fix := plainNumber(f.Number)
		if firstFlaw(doc, fix, in.AsOf) != nil {
			fix = ""
		}
		find("verify.number-malformed", w.position, fix, "rule", w.rule)
		return out
	}
	number := NormalNumber(f.Number)
	bad := firstFlaw(doc, number, in.AsOf)
	if bad == nil {
		if doc.Type == "SFZ" && oddCity(number) {
			out.Findings = append(out.Findings, Finding{Code: "verify.number-malformed", Severity: Warn, Field: numberField(f.Role), Position: 3,
				Facts: pairs("rule", "region", "position", "3")})
		}
		return out
	}
	if kind := otherNumberOf(doc, number, in.AsOf); kind != "" {
		find("verify.number-wrong-field", 0, "", "kind", kind)
		return out
	}
	if fixed, at := lookAlike(doc, number, in.AsOf); at > 0 {
		find("verify.number-confusable", at, fixed, "typed", string([]rune(number)[at-1]), "meant", string([]rune(fixed)[at-1]))
		return out
	}
	find("verify.number-malformed", bad.position, "", "rule", bad.rule)
	return out
}

func numberField(r Role) string {
	if r == Contact {
		return "RegistrantCertificateCode"
	}
	return "CertificateCode"
}

// pairs makes facts of names and values.
func pairs(kv ...string) map[string]string {
	m := make(map[string]string, len(kv)/2+1)
	for i := 0; i+1 < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// A licence's copies are numbered: 1-1, (1-1), （1－1）, 副本1-1. Without brackets or a word that is told from the check
// character of GB 11714, which is written after a hyphen too, by what stands before it.
var (
	copyNumber = regexp.MustCompile(`(?:(?:副本|正本)\s*[（(\[]?|[（(\[])\s*[0-9]{1,2}\s*[-－—–]\s*[0-9]{1,2}\s*[)）\]]?$`)
	bareCopy   = regexp.MustCompile(`^([0-9A-Za-z]{18}|[0-9A-Za-z]{15})\s*[0-9]{1,2}\s*[-－—–]\s*[0-9]{1,2}$`)
)

// withoutCopy cuts the number of a copy off.
func withoutCopy(s string) (string, bool) {
	if at := copyNumber.FindStringIndex(s); at != nil {
		return s[:at[0]], true
	}
	if m := bareCopy.FindStringSubmatch(s); m != nil {
		return m[1], true
	}
	return s, false
}

// writing is how people write numbers that no document bears.
func writing(number string) *flaw {
	if rest, cut := withoutCopy(number); cut {
		return &flaw{"copy-number", len([]rune(rest)) + 1}
	}
	for i, r := range []rune(number) {
		switch {
		case r >= '！' && r <= '～' && r != '（' && r != '）':
			return &flaw{"full-width", i + 1}
		case unicode.IsSpace(r) || invisible(r):
			return &flaw{"blank", i + 1}
		}
	}
	return nil
}

func invisible(r rune) bool { return r == '\u200b' || r == '\u200d' || r == '\ufeff' || r == '\u2060' }

// plainNumber takes off what writing objects to.
func plainNumber(typed string) string {
	s, _ := withoutCopy(strings.TrimSpace(typed))
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case unicode.IsSpace(r) || invisible(r):
			return -1
		}
		return r
	}, s))
}

// firstFlaw is nil where one of the document's rules takes the number, else the most telling flaw.
func firstFlaw(doc Document, number string, asOf time.Time) *flaw {
	var worst *flaw
	for _, rule := range doc.Numbers {
		bad := rule(number, asOf)
		if bad == nil {
			return nil
		}
		if worst == nil || telling[bad.rule] > telling[worst.rule] {
			worst = bad
		}
	}
	return worst
}

// ValidNumber reports whether a number follows a rule of its document. Where the type is not known, nothing does.
func ValidNumber(docType, number string, asOf time.Time) bool {
	doc, ok := DocumentOf(docType)
	return ok && firstFlaw(doc, NormalNumber(number), asOf) == nil
}

// alike are characters that people take for each other in print, both ways.
var alike = map[rune]string{
	'O': "0", 'Q': "0", 'D': "0", '0': "OD", 'I': "1", 'L': "1", '1': "IL", 'B': "8", '8': "B", 'Z': "2", '2': "Z", 'S': "5", '5': "S",
	'G': "6", '6': "G", 'U': "V", 'V': "U", '×': "X", 'Х': "X", 'О': "0", 'В': "8", 'Α': "A", 'Β': "B",
}

// lookAlike finds the one number that differs from the typed one in look-alike characters alone and is right, with the
// place of the first difference; 0: there is none, or more than one.
func lookAlike(doc Document, number string, asOf time.Time) (string, int) {
	rs := []rune(number)
	found, at := "", 0
	try := func(candidate []rune, position int) {
		if s := string(candidate); firstFlaw(doc, s, asOf) == nil && s != found {
			if found != "" {
				at = -1
			} else {
				found, at = s, position
			}
		}
	}
	for i, r := range rs {
		for _, x := range alike[r] {
			c := slices.Clone(rs)
			c[i] = x
			try(c, i+1)
		}
	}
	if found == "" { // several letters where digits belong
		c, first := slices.Clone(rs), 0
		for i, r := range rs {
			if s := alike[r]; s != "" && (r > '9' || r < '0') {
				if x := rune(s[0]); x <= '9' && !slices.ContainsFunc(doc.Numbers, func(n numberRule) bool { return takes(n, rs, i, asOf) }) {
					c[i] = x
					if first == 0 {
						first = i + 1
					}
				}
			}
		}
		if first > 0 {
			try(c, first)
		}
	}
	if found == "" || at < 0 {
		return "", 0
	}
	return found, at
}

// takes reports whether a rule has nothing against the character at a place as such.
func takes(n numberRule, rs []rune, at int, asOf time.Time) bool {
	bad := n(string(rs), asOf)
	if bad == nil || bad.rule != "character" {
		return bad == nil
	}
	c := slices.Clone(rs)
	for i := range c {
		if i != at && !(c[i] >= '0' && c[i] <= '9') {
			c[i] = '1'
		}
	}
	bad = n(string(c), asOf)
	return bad == nil || bad.rule != "character" || bad.position != at+1
}

// otherNumberOf says which other number of such a document was typed where its credit code is wanted.
func otherNumberOf(doc Document, number string, asOf time.Time) string {
	if !doc.Credit {
		return ""
	}
	switch n := len(number); {
	case organisationCode(number, asOf) == nil && (n == 9 || n == 10):
		return "organisation"
	case n == 15 && doc.Type != "YYZZ" && licence15(number, asOf) == nil:
		return "registration"
	case (n == 15 || n == 20) && digitsOnly(number) && taxNumber(number, asOf):
		return "tax"
	case serial.MatchString(number):
		return "serial"
	}
	return ""
}

// serial is the printed number of a form: 编号 No.0123456, S0012345678, 1234567890123(4).
var serial = regexp.MustCompile(`^(?:N[O0][.:：]?\s*)?[A-Z]{0,2}[0-9]{6,14}$`)

// taxNumber: six digits of a place and an organisation's or a citizen's number.
func taxNumber(s string, asOf time.Time) bool {
	return provinces[s[:2]] && (len(s) == 15 && organisationCode(s[6:], asOf) == nil || len(s) == 20 && citizen(s[:18], asOf) == nil)
}

func digitsOnly(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

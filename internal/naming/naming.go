// Package naming turns what people type into domain names and back: label rules, internationalised names
// (IDNA2008, RFC 5890 to 5893) and the splitting of a search box's text. It is pure.
//
// Labels are made of letters, digits and hyphens, or of Chinese characters with those (RFC 1123 section 2.1;
// RFC 5891 section 4.2). Other scripts are refused: no registry here takes them, and look-alike letters are
// the oldest fraud in the field.
package naming

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Octets on the wire (RFC 1035 section 2.3.4); 253 leaves room for the root and the first length.
const (
	maxLabel = 63
	maxName  = 253
)

// Rules that a typed name can break: the fact "rule" of input.name-malformed and input.name-servers.
const (
	ruleEmpty        = "empty"
	ruleNoSuffix     = "no-suffix"
	ruleCharacter    = "character"
	ruleHyphenEdge   = "hyphen-edge"
	ruleHyphenDouble = "hyphen-double"
	ruleTooLong      = "too-long"
	ruleMixedScript  = "mixed-script"
	ruleNotCanonical = "not-canonical"
	ruleBadPunycode  = "bad-punycode"
	ruleIPAddress    = "ip-address"
	ruleTooShort     = "too-short"    // Check: fewer characters than the suffix asks for
	ruleNoChinese    = "no-chinese"   // Check: the suffix takes no Chinese labels
	ruleOnlyChinese  = "chinese-only" // Check: the suffix takes Chinese labels only
	cut              = 80             // characters of a typed name that a fault repeats
	code             = fault.Code("input.name-malformed")
	codeHost         = fault.Code("input.name-servers")
)

// breach is the first rule that a text breaks and where: position counts characters of the trimmed text from 1.
type breach struct {
	rule     string
	position int
	char     rune // the offending character, for character and mixed-script
	limit    int  // for too-long and too-short; 0: none
	length   int  // the measured value beside limit
}

func (b *breach) fault(c fault.Code, typed string) error {
	kv := []string{"name", clip(typed), "rule", b.rule, "position", strconv.Itoa(b.position)}
	if b.rule == ruleCharacter || b.rule == ruleMixedScript {
		kv = append(kv, "character", show(b.char))
	}
	if b.limit != 0 {
		kv = append(kv, "limit", strconv.Itoa(b.limit), "length", strconv.Itoa(b.length))
	}
	return fault.New(fault.Invalid, c, kv...)
}

// show writes a character so that it can be seen: blanks and controls by their code point.
func show(r rune) string {
	if r != '�' && unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) {
		return string(r)
	}
	return "U+" + strings.ToUpper(strconv.FormatInt(0x10000+int64(r), 16)[1:])
}

func clip(s string) string {
	r := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) { // databases and terminals choke on them
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�")))
	if len(r) <= cut {
		return string(r)
	}
	return string(r[:cut]) + "…"
}

// Parse makes a Name of what a person typed: any case, Chinese or xn-- form, full-width letters and dots, a final
// dot. It fails with input.name-malformed and the facts name, rule, position (characters from 1) and, where there
// is one, character.
func Parse(typed string) (domain.Name, error) {
	typed = trim(typed)
	name, b := parse(typed, chineseLabel)
	if b != nil {
		return "", b.fault(code, typed)
	}
	return domain.Name(name), nil
}

// Host makes a host name for a name-server list of what a person typed. Hosts may lie anywhere, so labels of every
// script that IDNA2008 takes, and doubled hyphens, are fine. It fails with input.name-servers and Parse's facts.
func Host(typed string) (string, error) {
	typed = trim(typed)
	name, b := parse(typed, hostLabel)
	if b != nil {
		return "", b.fault(codeHost, typed)
	}
	return name, nil
}

// trim takes off blanks and what copying leaves behind unseen: zero-width characters and byte-order marks.
func trim(s string) string {
	return strings.TrimFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u200e' || r == '\u200f' || r == '\u2060' || r == '\ufeff'
	})
}

// fold maps one character to its plain form, one to one so that positions hold.
func fold(r rune) rune {
	switch {
	case r == '。' || r == '｡':
		return '.'
	case r >= '！' && r <= '～': // full-width ASCII; '．' is among it
		r -= '！' - '!'
	case unicode.Is(unicode.Han, r): // compatibility ideographs have one canonical form
		if c := []rune(norm.NFC.String(string(r))); len(c) == 1 {
			r = c[0]
		}
	}
	if r >= 'A' && r <= 'Z' {
		r += 'a' - 'A'
	}
	return r
}

type label struct {
	text []rune // folded
	at   int    // position of its first character
}

func parse(typed string, one func(label) (string, *breach)) (string, *breach) {
	if typed == "" {
		return "", &breach{rule: ruleEmpty, position: 1}
	}
	runes := []rune(typed)
	// More characters than octets fit can't be a name; don't look at megabytes.
	if len(runes) > maxName+1 {
		return "", &breach{rule: ruleTooLong, position: maxName + 1, limit: maxName, length: len(runes)}
	}
	for i := range runes {
		runes[i] = fold(runes[i])
	}
	if isAddress(string(runes)) {
		return "", &breach{rule: ruleIPAddress, position: 1}
	}
	if n := len(runes); n > 1 && runes[n-1] == '.' {
		runes = runes[:n-1]
	}
	labels := []label{{at: 1}}
	for i, r := range runes {
		if r == '.' {
			labels = append(labels, label{at: i + 2})
			continue
		}
		last := &labels[len(labels)-1]
		last.text = append(last.text, r)
	}
	out := make([]string, len(labels))
	for i, l := range labels {
		if len(l.text) == 0 {
			return "", &breach{rule: ruleEmpty, position: l.at}
		}
		a, b := one(l)
		if b != nil {
			return "", b
		}
		out[i] = a
	}
	last := labels[len(labels)-1]
	if len(labels) == 1 {
		return "", &breach{rule: ruleNoSuffix, position: len(runes)}
	}
	if digits(last.text) { // no top-level domain is a number (RFC 3696 section 2): this is an address or half of one
		return "", &breach{rule: ruleIPAddress, position: last.at}
	}
	name := strings.Join(out, ".")
	if len(name) > maxName {
		return "", &breach{rule: ruleTooLong, position: 1, limit: maxName, length: len(name)}
	}
	return name, nil
}

func isAddress(s string) bool {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	_, err := netip.ParseAddr(s)
	return err == nil
}

func digits(rs []rune) bool {
	for _, r := range rs {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

func ldh(r rune) bool { return r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' }

// chinese reports a character that Chinese labels are made of: ideographs and the zero 〇, not radicals, strokes
// or the Japanese repetition mark.
func chinese(r rune) bool {
	return r == '〇' || unicode.Is(unicode.Han, r) && unicode.Is(unicode.Lo, r)
}

// chineseLabel checks a label of a name that can be registered and gives its wire form.
func chineseLabel(l label) (string, *breach) {
	if alabel(l.text) {
		return decoded(l, chineseLabel)
	}
	han := -1
	for i, r := range l.text {
		if chinese(r) {
			han = i
			break
		}
	}
	for i, r := range l.text {
		switch {
		case ldh(r), chinese(r):
		case unicode.IsLetter(r) && (han >= 0 || mixed(l.text)):
			return "", &breach{rule: ruleMixedScript, position: l.at + i, char: r}
		default:
			return "", &breach{rule: ruleCharacter, position: l.at + i, char: r}
		}
	}
	if b := hyphens(l, true); b != nil {
		return "", b
	}
	return wire(l)
}

// hostLabel checks a label of a name server's name and gives its wire form.
func hostLabel(l label) (string, *breach) {
	if alabel(l.text) {
		return decoded(l, hostLabel)
	}
	for i, r := range l.text {
		if r < unicode.MaxASCII && !ldh(r) {
			return "", &breach{rule: ruleCharacter, position: l.at + i, char: r}
		}
	}
	if b := hyphens(l, false); b != nil {
		return "", b
	}
	return wire(l)
}

// mixed reports letters of the Latin script beside letters of another.
func mixed(rs []rune) bool {
	var latin, other bool
	for _, r := range rs {
		switch {
		case r >= 'a' && r <= 'z':
			latin = true
		case unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r):
			other = true
		}
	}
	return latin && other
}

func hyphens(l label, doubled bool) *breach {
	n := len(l.text)
	switch {
	case l.text[0] == '-':
		return &breach{rule: ruleHyphenEdge, position: l.at}
	case l.text[n-1] == '-':
		return &breach{rule: ruleHyphenEdge, position: l.at + n - 1}
	}
	for i := 1; i < n; i++ {
		// Two hyphens in the third and fourth place are reserved even where others are fine (RFC 5891 section 4.2.3.1).
		if l.text[i] == '-' && l.text[i-1] == '-' && (doubled || i == 3) {
			return &breach{rule: ruleHyphenDouble, position: l.at + i}
		}
	}
	return nil
}

func alabel(rs []rune) bool {
	return len(rs) >= 4 && rs[0] == 'x' && rs[1] == 'n' && rs[2] == '-' && rs[3] == '-'
}

// wire gives a label's form for the wire, validated after IDNA2008 for registration.
func wire(l label) (string, *breach) {
	s := string(l.text)
	foreign := strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
	if foreign < 0 {
		if len(s) > maxLabel {
			return "", &breach{rule: ruleTooLong, position: l.at + maxLabel, limit: maxLabel, length: len(s)}
		}
		return s, nil
	}
	// The length is measured first: the profile below doesn't say which of its rules failed.
	if p, err := idna.Punycode.ToASCII(s); err == nil && len(p) > maxLabel {
		return "", &breach{rule: ruleTooLong, position: l.at, limit: maxLabel, length: len(p)}
	}
	a, err := idna.Registration.ToASCII(s)
	if err != nil {
		for i, r := range l.text {
			if _, err := idna.Registration.ToASCII(string(r)); r > unicode.MaxASCII && err != nil {
				return "", &breach{rule: ruleCharacter, position: l.at + i, char: r}
			}
		}
		return "", &breach{rule: ruleNotCanonical, position: l.at}
	}
	return a, nil
}

// decoded checks an xn-- label: what it stands for must be a valid label that is written so and not otherwise.
func decoded(l label, one func(label) (string, *breach)) (string, *breach) {
	s := string(l.text)
	for i, r := range l.text {
		if !ldh(r) {
			return "", &breach{rule: ruleCharacter, position: l.at + i, char: r}
		}
	}
	if len(s) > maxLabel {
		return "", &breach{rule: ruleTooLong, position: l.at + maxLabel, limit: maxLabel, length: len(s)}
	}
	u, err := idna.Punycode.ToUnicode(s)
	if err != nil {
		return "", &breach{rule: ruleBadPunycode, position: l.at}
	}
	in := label{text: []rune(u), at: l.at}
	if len(in.text) == 0 || alabel(in.text) {
		return "", &breach{rule: ruleBadPunycode, position: l.at}
	}
	for i, r := range in.text {
		if fold(r) != r || r == '.' {
			return "", &breach{rule: ruleNotCanonical, position: l.at}
		}
		in.text[i] = r
	}
	a, b := one(in)
	if b != nil {
		b.position = l.at // places in the decoded form are not places in what was typed
		return "", b
	}
	if a != s {
		return "", &breach{rule: ruleNotCanonical, position: l.at}
	}
	return a, nil
}

// Display writes a name for reading: Chinese labels as characters. Labels that don't decode stay as they are.
func Display(n domain.Name) string {
	labels := strings.Split(string(n), ".")
	for i, l := range labels {
		if !strings.HasPrefix(l, "xn--") {
			continue
		}
		if _, b := hostLabel(label{text: []rune(l), at: 1}); b != nil {
			continue
		}
		if u, err := idna.Punycode.ToUnicode(l); err == nil {
			labels[i] = u
		}
	}
	return strings.Join(labels, ".")
}

// Check holds a name against what its suffix takes: suffix.unsupported where it isn't under that suffix directly,
// input.name-malformed with the rule too-short, no-chinese or chinese-only else.
func Check(n domain.Name, s policy.Suffix) error {
	if n.Suffix() != s.Suffix {
		return fault.New(fault.Invalid, "suffix.unsupported", "name", clip(Display(n)), "suffix", clip(Display(domain.Name(n.Suffix()))))
	}
	shown := []rune(Display(domain.Name(n.Label())))
	var b *breach
	idn := strings.HasPrefix(n.Label(), "xn--")
	switch {
	case idn && !s.IDN:
		b = &breach{rule: ruleNoChinese, position: 1}
	case !idn && !s.ASCII:
		b = &breach{rule: ruleOnlyChinese, position: 1}
	case len(shown) < s.MinLabel:
		b = &breach{rule: ruleTooShort, position: len(shown), limit: s.MinLabel, length: len(shown)}
	}
	if b == nil {
		return nil
	}
	return b.fault(code, Display(n))
}

package epp

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// decoder maps elements to values. Its error sticks: mappings read on and
// look at err once. Strict decoders (commands) refuse what the schema does
// not know; lenient ones (answers) skip it, because a registrar must read
// what a registry sends, not judge it.
type decoder struct {
	strict bool
	err    *DecodeError
}

func (d *decoder) fail(code Code, el *Element, msg string) {
	if d.err == nil {
		d.err = &DecodeError{Code: code, Msg: msg, Element: el.Local}
	}
}

// result returns err as an error without the typed-nil trap.
func (d *decoder) result() error {
	if d.err == nil {
		return nil
	}
	return d.err
}

func (d *decoder) unexpected(el *Element) {
	if d.strict {
		d.fail(CodeSyntaxError, el, "unexpected element")
	}
}

// children calls f for each child in the parent's own namespace and refuses
// the others.
func (d *decoder) children(el *Element, f func(c *Element)) {
	for _, c := range el.Children {
		if c.Space != el.Space {
			d.unexpected(c)
			continue
		}
		f(c)
	}
	d.noText(el)
}

// noText refuses character data between elements.
func (d *decoder) noText(el *Element) {
	if !d.strict {
		return
	}
	stray := !blankText(el.Text)
	for _, c := range el.Children {
		stray = stray || !blankText(c.Tail)
	}
	if stray {
		d.fail(CodeSyntaxError, el, "text where elements belong")
	}
}

func blankText(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isSpace(s[i]) {
			return false
		}
	}
	return true
}

// sequence is children for an element whose schema is a sequence. model lists
// the children's names in order, each with how often it may occur at most:
// nothing for once, a number, or an asterisk for any number. What has to be
// there is required by the caller, with its own result code. Only strict
// decoders look at the order.
func (d *decoder) sequence(el *Element, model string, f func(c *Element)) {
	if d.strict && !d.inOrder(el, model) {
		return
	}
	d.children(el, f)
}

func (d *decoder) inOrder(el *Element, model string) bool {
	name, most, rest := particle(model)
	n := 0
	for _, c := range el.Children {
		if c.Space != el.Space {
			d.unexpected(c)
			return false
		}
		for c.Local != name && name != "" {
			name, most, rest = particle(rest)
			n = 0
		}
		n++
		switch {
		case name == "" && !inModel(model, c.Local):
			d.unexpected(c)
			return false
		case name == "":
			d.fail(CodeSyntaxError, c, "element out of its order")
			return false
		case most > 0 && n > most:
			d.fail(CodeSyntaxError, c, "element given too often")
			return false
		}
	}
	return true
}

// particle splits off a model's first name; most is 0 for any number.
func particle(model string) (name string, most int, rest string) {
	name, rest, _ = strings.Cut(model, " ")
	if bare, ok := strings.CutSuffix(name, "*"); ok {
		return bare, 0, rest
	}
	bare := strings.TrimRight(name, "0123456789")
	if bare == name {
		return name, 1, rest
	}
	most, _ = strconv.Atoi(name[len(bare):])
	return bare, most, rest
}

func inModel(model, local string) bool {
	for name, _, rest := particle(model); name != ""; name, _, rest = particle(rest) {
		if name == local {
			return true
		}
	}
	return false
}

// tokenAttr is an attribute's value as xsd:token.
func (d *decoder) tokenAttr(el *Element, local string) (string, bool) {
	v, ok := el.Attr(local)
	return collapse(v), ok
}

// enumAttr is an attribute's value, which a strict decoder holds to a list.
func (d *decoder) enumAttr(el *Element, local string, allowed ...string) string {
	v, ok := d.tokenAttr(el, local)
	if d.strict && !slices.Contains(allowed, v) {
		if !ok {
			d.fail(CodeMissingParameter, el, "attribute "+local+" missing")
		} else {
			d.fail(CodeValueSyntax, el, "unknown value of attribute "+local)
		}
	}
	return v
}

// token is the text of a leaf as xsd:token: white space collapsed.
func (d *decoder) token(el *Element) string {
	if len(el.Children) > 0 {
		d.fail(CodeSyntaxError, el, "elements where text belongs")
	}
	return collapse(el.Text)
}

// need is token, and refuses the empty one.
func (d *decoder) need(el *Element) string {
	t := d.token(el)
	if t == "" {
		d.fail(CodeMissingParameter, el, "empty value")
	}
	return t
}

// bounded is token with a schema's length bounds, in characters.
func (d *decoder) bounded(el *Element, lo, hi int) string {
	t := d.token(el)
	if n := utf8.RuneCountInString(t); d.strict && (n < lo || n > hi) {
		code := CodeValueSyntax
		if n == 0 {
			code = CodeMissingParameter
		}
		d.fail(code, el, "length outside the schema's bounds")
	}
	return t
}

// line is the text of a leaf as xsd:normalizedString: nothing trimmed.
func (d *decoder) line(el *Element) string {
	if len(el.Children) > 0 {
		d.fail(CodeSyntaxError, el, "elements where text belongs")
	}
	if strings.ContainsAny(el.Text, "\n\t\r") {
		return strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(el.Text)
	}
	return el.Text
}

func (d *decoder) require(ok bool, name string) {
	if !ok && d.err == nil {
		d.err = &DecodeError{Code: CodeMissingParameter, Msg: "required element missing", Element: name}
	}
}

func (d *decoder) bool(el *Element, s string) bool {
	switch s {
	case "1", "true":
		return true
	case "0", "false":
	default:
		d.fail(CodeValueSyntax, el, "not a boolean")
	}
	return false
}

func (d *decoder) int(el *Element, s string, lo, hi int64) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "+"), 10, 64)
	if err != nil {
		d.fail(CodeValueSyntax, el, "not a number")
	} else if n < lo || n > hi {
		d.fail(CodeValueRange, el, "number out of range")
	}
	return n
}

func (d *decoder) time(el *Element) time.Time {
	t, ok := parseTime(d.token(el))
	if !ok || t.IsZero() { // the first instant of year 1 stands for absence here
		d.fail(CodeValueSyntax, el, "not a date and time")
	}
	return t
}

// parseTime reads an xsd:dateTime, and beyond it what registries send: no
// zone (read as UTC), a space for the T, a zone without its colon.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range [...]string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	if day, rest, ok := strings.Cut(s, "T24:00:00"); ok { // end of day in XML Schema
		if t, ok := parseTime(day + "T00:00:00" + rest); ok {
			return t.AddDate(0, 0, 1), true
		}
	}
	return time.Time{}, false
}

// date reads an xsd:date, with or without a zone, as that day in UTC.
func (d *decoder) date(el *Element) time.Time {
	s := d.token(el)
	if len(s) > 10 {
		if zone := s[10:]; zone == "Z" {
			s = s[:10]
		} else if _, err := time.Parse("-07:00", zone); err == nil {
			s = s[:10]
		}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		d.fail(CodeValueSyntax, el, "not a date")
	}
	return t
}

func (d *decoder) period(el *Element) Period {
	n := int(d.int(el, d.token(el), 1, 99))
	return Period{N: n, Unit: Unit(d.enumAttr(el, "unit", string(UnitYear), string(UnitMonth)))}
}

func (d *decoder) authInfo(el *Element) *AuthInfo { return d.authInfoOr(el, false) }

// authInfoOr reads authorization information; the null alternative is that of
// a domain update alone (RFC 5731 section 3.2.5).
func (d *decoder) authInfoOr(el *Element, null bool) *AuthInfo {
	a := &AuthInfo{}
	n := 0
	d.children(el, func(c *Element) {
		n++
		switch c.Local {
		case "pw":
			a.Pw = d.line(c)
			roid, given := d.tokenAttr(c, "roid")
			if given && d.strict && !isROID(roid) {
				d.fail(CodeValueSyntax, c, "malformed attribute roid")
			}
			a.ROID = roid
		case "ext":
			if len(c.Children) != 1 {
				d.fail(CodeSyntaxError, c, "one element expected")
				return
			}
			d.noText(c)
			a.Ext = c.Children[0]
			a.Ext.Tail = ""
		case "null":
			if d.strict && !null {
				d.unexpected(c)
			}
			a.Null = true
		default:
			d.unexpected(c)
		}
	})
	if d.strict && n != 1 {
		d.fail(CodeSyntaxError, el, "one element expected")
	}
	return a
}

func (d *decoder) status(el *Element) Status {
	s, _ := d.tokenAttr(el, "s")
	if s == "" {
		d.fail(CodeMissingParameter, el, "attribute s missing")
	}
	if len(el.Children) > 0 {
		d.unexpected(el.Children[0])
	}
	return Status{Value: s, Text: strings.TrimSpace(el.DeepText()), Lang: d.lang(el)}
}

// statusOf is status with the schema's list of values, to which commands are
// held.
func (d *decoder) statusOf(el *Element, allowed []string) Status {
	st := d.status(el)
	if d.strict && !slices.Contains(allowed, st.Value) {
		d.fail(CodeValueSyntax, el, "unknown status")
	}
	return st
}

func (d *decoder) addr(el *Element) netip.Addr {
	a, err := netip.ParseAddr(d.token(el))
	ip, given := d.tokenAttr(el, "ip")
	if !given {
		ip = "v4"
	}
	// The schema defaults ip to v4; only a command is held to it, since
	// registries do forget the attribute.
	if err != nil || a.Zone() != "" || d.strict && ip != ipVersion(a) {
		d.fail(CodeValueSyntax, el, "not an address of that version")
	}
	return a
}

func ipVersion(a netip.Addr) string {
	if a.Is4() {
		return "v4"
	}
	return "v6"
}

func (d *decoder) check(el *Element, id string) []CheckItem {
	items := make([]CheckItem, 0, len(el.Children))
	d.children(el, func(cd *Element) {
		if cd.Local != "cd" {
			d.unexpected(cd)
			return
		}
		var it CheckItem
		d.children(cd, func(c *Element) {
			switch c.Local {
			case id:
				it.ID = d.need(c)
				avail, _ := d.tokenAttr(c, "avail")
				it.Avail = d.bool(c, avail)
			case "reason":
				it.Reason = collapse(c.DeepText())
				it.Lang, _ = d.tokenAttr(c, "lang")
			}
		})
		d.require(it.ID != "", id)
		items = append(items, it)
	})
	return items
}

func (d *decoder) pending(el *Element, id string) PendingResult {
	var p PendingResult
	for _, c := range el.Children {
		switch c.Local {
		case id:
			p.ID = d.need(c)
			done, _ := d.tokenAttr(c, "paResult")
			p.Done = d.bool(c, done)
		case "paTRID":
			p.ClTRID, p.SvTRID = d.trID(c)
		case "paDate":
			p.Date = d.time(c)
		}
	}
	d.require(p.ID != "", id)
	return p
}

func (d *decoder) trID(el *Element) (cl, sv string) {
	for _, c := range el.Children {
		switch c.Local {
		case "clTRID":
			cl = d.token(c)
		case "svTRID":
			sv = d.token(c)
		}
	}
	return cl, sv
}

// collapse is XML Schema's white space rule for tokens.
func collapse(s string) string {
	if s == "" {
		return s
	}
	plain := !isSpace(s[0]) && !isSpace(s[len(s)-1])
	for i := 0; plain && i < len(s); i++ {
		c := s[i]
		if c == '\n' || c == '\t' || c == '\r' || c == ' ' && s[i-1] == ' ' {
			plain = false
		}
	}
	if plain {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == '\r'
	}), " ")
}

func hasStatus(list []Status, value string) bool {
	for _, s := range list {
		if s.Value == value {
			return true
		}
	}
	return false
}

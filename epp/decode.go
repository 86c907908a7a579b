package epp

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
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
	if d.strict && strings.TrimSpace(el.Text) != "" {
		d.fail(CodeSyntaxError, el, "text where elements belong")
	}
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
	if n := len([]rune(t)); d.strict && (n < lo || n > hi) {
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
	if !ok {
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
		switch zone := s[10:]; {
		case zone == "Z", len(zone) == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':':
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
	unit, _ := el.Attr("unit")
	p := Period{N: int(d.int(el, d.token(el), 1, 99)), Unit: Unit(unit)}
	switch {
	case p.Unit == "" && d.strict:
		d.fail(CodeMissingParameter, el, "attribute unit missing")
	case p.Unit != UnitYear && p.Unit != UnitMonth && d.strict:
		d.fail(CodeValueSyntax, el, "unknown unit")
	}
	return p
}

func (d *decoder) authInfo(el *Element) *AuthInfo {
	a := &AuthInfo{}
	n := 0
	d.children(el, func(c *Element) {
		n++
		switch c.Local {
		case "pw":
			a.Pw = d.line(c)
			a.ROID, _ = c.Attr("roid")
		case "ext":
			if len(c.Children) != 1 {
				d.fail(CodeSyntaxError, c, "one element expected")
				return
			}
			a.Ext = c.Children[0]
		case "null":
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
	s, ok := el.Attr("s")
	if !ok || s == "" {
		d.fail(CodeMissingParameter, el, "attribute s missing")
	}
	st := Status{Value: collapse(s), Text: strings.TrimSpace(el.DeepText())}
	st.Lang, _ = el.Attr("lang")
	return st
}

func (d *decoder) addr(el *Element) netip.Addr {
	a, err := netip.ParseAddr(d.token(el))
	ip, given := el.Attr("ip")
	if !given {
		ip = "v4"
	}
	// The schema defaults ip to v4; only a command is held to it, since
	// registries do forget the attribute.
	if err != nil || a.Zone() != "" || d.strict && (ip == "v4") != a.Is4() {
		d.fail(CodeValueSyntax, el, "not an address of that version")
	}
	return a
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
				avail, _ := c.Attr("avail")
				it.Avail = d.bool(c, avail)
			case "reason":
				it.Reason = collapse(c.DeepText())
				it.Lang, _ = c.Attr("lang")
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
			done, _ := c.Attr("paResult")
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

package epp

import (
	"strings"
	"unicode/utf8"
)

// What stands within tags and between them: text, comments, declarations,
// names, attributes.

func (p *parser) addText(t string) {
	top := p.stack[len(p.stack)-1]
	if n := len(p.kids); n > top.kids {
		p.kids[n-1].Tail += t
	} else if top.el.Text == "" {
		top.el.Text = t
	} else {
		top.el.Text += t
	}
}

func (p *parser) note(from, to int) {
	if p.secret != nil && p.stack[len(p.stack)-1].secret && strings.TrimSpace(p.s[from:to]) != "" {
		p.spans = append(p.spans, stretch{from, to})
	}
}

func (p *parser) text() error {
	from := p.i
	n := strings.IndexByte(p.s[from:], '<')
	if n < 0 {
		p.i = len(p.s)
		return p.fail("document ends within an element")
	}
	raw := p.s[from : from+n]
	if at := strings.Index(raw, "]]>"); at >= 0 {
		p.i = from + at
		return p.fail("]]> in character data")
	}
	t, err := p.expand(raw, false)
	if err != nil {
		return err
	}
	p.i = from + n
	p.note(from, p.i)
	p.addText(t)
	return nil
}

func (p *parser) cdata() error {
	from := p.i
	body := p.s[from+9:]
	n := strings.Index(body, "]]>")
	if n < 0 {
		return p.fail("CDATA section without an end")
	}
	p.i = from + 9 + n + 3
	p.note(from, p.i)
	p.addText(newlines(body[:n]))
	return nil
}

func (p *parser) comment() error {
	body := p.s[p.i+4:]
	n := strings.Index(body, "--")
	if n < 0 || !strings.HasPrefix(body[n:], "-->") {
		return p.fail("malformed comment")
	}
	p.i += 4 + n + 3
	return nil
}

func (p *parser) instruction() error {
	end := strings.Index(p.s[p.i:], "?>")
	if end < 0 {
		return p.fail("processing instruction without an end")
	}
	start := p.i
	p.i += 2
	target, err := p.name()
	if err != nil {
		return err
	}
	if strings.EqualFold(target, "xml") || strings.Contains(target, ":") {
		return p.fail("reserved processing instruction")
	}
	if p.i > start+end || p.i < start+end && !isSpace(p.s[p.i]) {
		return p.fail("malformed processing instruction")
	}
	p.i = start + end + 2
	return nil
}

func (p *parser) declaration() error {
	end := strings.Index(p.s[p.i:], "?>")
	if end < 0 {
		return p.fail("XML declaration without an end")
	}
	stop := p.i + end
	p.i += 5
	want := []string{"version", "encoding", "standalone"}
	seenVersion := false
	for {
		spaced := p.space()
		if p.i >= stop {
			break
		}
		if !spaced {
			return p.fail("malformed XML declaration")
		}
		name, value, err := p.attribute()
		if err != nil {
			return err
		}
		for len(want) > 0 && want[0] != name {
			want = want[1:]
		}
		if len(want) == 0 {
			return p.fail("malformed XML declaration")
		}
		want = want[1:]
		switch name {
		case "version":
			seenVersion = true
			if len(value) < 3 || value[:2] != "1." {
				return p.fail("unknown XML version")
			}
		case "encoding":
			ok := strings.EqualFold(value, "UTF-8") || strings.EqualFold(value, "US-ASCII")
			if p.utf16 {
				ok = strings.EqualFold(value, "UTF-16")
			}
			if !ok {
				return p.fail("encoding other than UTF-8 or UTF-16, or not the one in use")
			}
		case "standalone":
			if value != "yes" && value != "no" {
				return p.fail("malformed XML declaration")
			}
		}
	}
	if !seenVersion || p.i != stop {
		return p.fail("malformed XML declaration")
	}
	p.i = stop + 2
	return nil
}

func (p *parser) space() bool {
	from := p.i
	for p.i < len(p.s) && isSpace(p.s[p.i]) {
		p.i++
	}
	return p.i > from
}

// name reads a QName: at most one colon, with a name on either side.
func (p *parser) name() (string, error) {
	from := p.i
	colon, start := false, true
	for p.i < len(p.s) {
		c := p.s[p.i]
		if c == ':' {
			if colon || start {
				return "", p.fail("malformed name")
			}
			colon, start = true, true
			p.i++
			continue
		}
		size := 1
		if c < utf8.RuneSelf {
			if !nameByte(c) || start && (c == '-' || c == '.' || c >= '0' && c <= '9') {
				break
			}
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(p.s[p.i:])
			if !nameRune(r, start) {
				break
			}
		}
		start = false
		p.i += size
	}
	if start {
		return "", p.fail("malformed name")
	}
	return p.s[from:p.i], nil
}

func (p *parser) attribute() (name, value string, err error) {
	if name, err = p.name(); err != nil {
		return "", "", err
	}
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '=' {
		return "", "", p.fail("attribute without a value")
	}
	p.i++
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '"' && p.s[p.i] != '\'' {
		return "", "", p.fail("attribute value without quotes")
	}
	quote := p.s[p.i]
	p.i++
	n := strings.IndexByte(p.s[p.i:], quote)
	if n < 0 {
		return "", "", p.fail("attribute value without an end")
	}
	raw := p.s[p.i : p.i+n]
	if strings.IndexByte(raw, '<') >= 0 {
		return "", "", p.fail("< in an attribute value")
	}
	if value, err = p.expand(raw, true); err != nil {
		return "", "", err
	}
	p.i += n + 1
	return name, value, nil
}

package epp

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Writer writes XML straight into a buffer. Extensions use it to encode
// themselves; element names are given with their prefix ("fee:check"), and
// the outermost element of each piece declares it ([Writer.Root]). Attributes
// are name, value pairs.
type Writer struct {
	buf []byte
	def string // default namespace in force, for Element
}

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>` + "\n"

// Bytes returns what has been written.
func (w *Writer) Bytes() []byte { return w.buf }

// Root opens an element and declares the prefix of its name for ns.
func (w *Writer) Root(name, ns string, attrs ...string) {
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, " xmlns"...)
	if c := strings.IndexByte(name, ':'); c >= 0 {
		w.buf = append(w.buf, ':')
		w.buf = append(w.buf, name[:c]...)
	} else {
		w.def = ns
	}
	w.buf = append(w.buf, `="`...)
	w.escape(ns, true)
	w.buf = append(w.buf, '"')
	w.attrs(attrs)
	w.buf = append(w.buf, '>')
}

// Open opens an element.
func (w *Writer) Open(name string, attrs ...string) {
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	w.attrs(attrs)
	w.buf = append(w.buf, '>')
}

// Close closes an element.
func (w *Writer) Close(name string) {
	w.buf = append(w.buf, "</"...)
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '>')
}

// Leaf writes an element with text.
func (w *Writer) Leaf(name, text string, attrs ...string) {
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	w.attrs(attrs)
	if text == "" {
		w.buf = append(w.buf, "/>"...)
		return
	}
	w.buf = append(w.buf, '>')
	w.escape(text, false)
	w.Close(name)
}

// Opt writes an element with text, or nothing when the text is empty.
func (w *Writer) Opt(name, text string) {
	if text != "" {
		w.Leaf(name, text)
	}
}

// Time writes an element with a dateTime in UTC, or nothing for a zero time.
func (w *Writer) Time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.Open(name)
	w.buf = appendTime(w.buf, t)
	w.Close(name)
}

// Int writes an element with a number.
func (w *Writer) Int(name string, n int64) {
	w.Open(name)
	w.buf = strconv.AppendInt(w.buf, n, 10)
	w.Close(name)
}

func appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z")
}

func (w *Writer) attrs(attrs []string) {
	for i := 0; i+1 < len(attrs); i += 2 {
		w.attr(attrs[i], attrs[i+1])
	}
}

func (w *Writer) attr(name, value string) {
	w.buf = append(w.buf, ' ')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, `="`...)
	w.escape(value, true)
	w.buf = append(w.buf, '"')
}

// Element writes an element tree, declaring namespaces where they change.
func (w *Writer) Element(e *Element) {
	outer, name := w.def, e.Local
	if e.Space == nsXML { // bound to its prefix, and may not be declared
		name = "xml:" + name
	}
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	if e.Space != w.def && e.Space != nsXML {
		w.attr("xmlns", e.Space)
		w.def = e.Space
	}
	for i, a := range e.Attrs {
		switch a.Space {
		case "":
			w.attr(a.Local, a.Value)
		case nsXML:
			w.attr("xml:"+a.Local, a.Value)
		default:
			p := "a" + strconv.Itoa(i)
			w.attr("xmlns:"+p, a.Space)
			w.attr(p+":"+a.Local, a.Value)
		}
	}
	if e.Text == "" && len(e.Children) == 0 {
		w.buf = append(w.buf, "/>"...)
		w.def = outer
		return
	}
	w.buf = append(w.buf, '>')
	w.escape(e.Text, false)
	for _, c := range e.Children {
		w.Element(c)
		w.escape(c.Tail, false)
	}
	w.Close(name)
	w.def = outer
}

// escape writes character data. Characters that XML cannot carry become
// U+FFFD.
func (w *Writer) escape(s string, attr bool) {
	last := 0
	for i := 0; i < len(s); {
		c := s[i]
		size := 1
		var rep string
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
				rep = "\uFFFD"
			}
		} else {
			switch c {
			case '<':
				rep = "&lt;"
			case '>':
				rep = "&gt;"
			case '&':
				rep = "&amp;"
			case '\r':
				rep = "&#13;"
			case '"':
				if attr {
					rep = "&quot;"
				}
			case '\n':
				if attr {
					rep = "&#10;"
				}
			case '\t':
				if attr {
					rep = "&#9;"
				}
			default:
				if c < 0x20 {
					rep = "\uFFFD"
				}
			}
		}
		if rep != "" {
			w.buf = append(w.buf, s[last:i]...)
			w.buf = append(w.buf, rep...)
			last = i + size
		}
		i += size
	}
	w.buf = append(w.buf, s[last:]...)
}

// Text writes character data.
func (w *Writer) Text(text string) { w.escape(text, false) }

package console

import (
	"encoding/xml"
	"io"
	"strings"
)

// prettyXML lays a frame out for reading, an element a line, prefixes as they are. What is no XML stays as it came.
func prettyXML(text string) string {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	var b strings.Builder
	depth, leaf := 0, false // leaf: the latest element has had nothing but text so far
	line := func() {
		if b.Len() > 0 {
			b.WriteString("\n" + strings.Repeat("  ", depth))
		}
	}
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			if depth != 0 {
				return text
			}
			return b.String()
		}
		if err != nil {
			return text
		}
		switch t := token.(type) {
		case xml.StartElement:
			line()
			b.WriteString("<" + qualified(t.Name))
			for _, a := range t.Attr {
				b.WriteString(" " + qualified(a.Name) + `="` + escaped(a.Value) + `"`)
			}
			b.WriteString(">")
			depth, leaf = depth+1, true
		case xml.EndElement:
			if depth--; depth < 0 {
				return text
			}
			if !leaf {
				line()
			}
			b.WriteString("</" + qualified(t.Name) + ">")
			leaf = false
		case xml.CharData:
			if words := strings.TrimSpace(string(t)); words != "" {
				b.WriteString(escaped(words))
			}
		case xml.ProcInst:
			line()
			b.WriteString("<?" + t.Target + " " + string(t.Inst) + "?>")
		case xml.Comment:
			line()
			b.WriteString("<!--" + string(t) + "-->")
		}
	}
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escaped(s string) string { return escapes.Replace(s) }

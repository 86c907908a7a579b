package epp

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecode: whatever comes, decoding ends; what was decoded encodes to
// something that decodes to the same; what our reader accepts encoding/xml
// accepts too, with the same content; masked frames stay well-formed.
func FuzzDecode(f *testing.F) {
	for _, g := range allGoldens() {
		f.Add([]byte(g.doc))
	}
	f.Add([]byte(`<a xmlns:x="u" x:b="&#x4e2d;"><![CDATA[<]]>t<!-- c --><?p i?></a>`))
	f.Add([]byte("\ufeff<?xml version='1.0'?><a>\r\n\r</a>"))
	codec := NewCodec(allExt...)
	f.Fuzz(func(t *testing.T, doc []byte) {
		root, err := ParseElement(doc)
		masked := Mask(doc)
		if err != nil {
			return
		}
		if _, err := ParseElement(masked); err != nil {
			t.Fatalf("masked frame: %v\n%s", err, masked)
		}
		again, err := ParseElement(root.XML())
		if err != nil {
			t.Fatalf("rewritten: %v\n%s", err, root.XML())
		}
		if diff := cmp.Diff(root, again); diff != "" {
			t.Fatalf("rewriting changes (-was +is):\n%s", diff)
		}
		if _, wide := fromUTF16(doc); !wide { // encoding/xml has no UTF-16
			std(t, doc, root)
		}
		m, err := codec.Decode(doc)
		if err != nil {
			return
		}
		first := AppendMessage(nil, m)
		m2, err := codec.Decode(first)
		if err != nil {
			t.Fatalf("own encoding is refused: %v\n%s", err, first)
		}
		if second := AppendMessage(nil, m2); !bytes.Equal(first, second) {
			t.Fatalf("encoding is not stable:\n%s\n%s", first, second)
		}
	})
}

var oneLine = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// std compares names and text with encoding/xml's reading.
func std(t *testing.T, doc []byte, root *Element) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(doc, []byte("\ufeff"))))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var theirs, ours strings.Builder
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			// encoding/xml has no XML 1.1 and is stricter about instructions.
			if strings.Contains(err.Error(), "version") || bytes.Contains(doc, []byte("<?")) {
				return
			}
			t.Fatalf("encoding/xml refuses what we accept: %v\n%q", err, doc)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			// It leaves white space in attributes as it is, against XML 1.0
			// section 3.3.3.
			theirs.WriteString("<" + oneLine.Replace(x.Name.Space) + " " + x.Name.Local + ">")
		case xml.CharData:
			if theirs.Len() > 0 {
				theirs.Write(x)
			}
		case xml.EndElement:
			theirs.WriteString("</>")
		}
	}
	var walk func(e *Element)
	walk = func(e *Element) {
		ours.WriteString("<" + oneLine.Replace(e.Space) + " " + e.Local + ">" + e.Text)
		for _, c := range e.Children {
			walk(c)
			ours.WriteString(c.Tail)
		}
		ours.WriteString("</>")
	}
	walk(root)
	if a, b := strings.TrimSpace(theirs.String()), strings.TrimSpace(ours.String()); a != b {
		t.Fatalf("readings differ:\nencoding/xml %q\nours         %q", a, b)
	}
}

// FuzzFrame: the payloads that come out are those that went in.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x05a"), 100)
	f.Add([]byte("\x00\x00\x00\x04"), 100)
	f.Add([]byte("\xff\xff\xff\xff"), 0)
	f.Add(AppendFrame(AppendFrame(nil, []byte("ab")), []byte("c")), 6)
	f.Fuzz(func(t *testing.T, in []byte, max int) {
		r := bytes.NewReader(in)
		var out []byte
		for {
			p, err := ReadFrame(r, max)
			if err != nil {
				break
			}
			if max > 0 && len(p)+4 > max || len(p) == 0 {
				t.Fatalf("payload of %d bytes, bound %d", len(p), max)
			}
			out = AppendFrame(out, p)
		}
		if !bytes.HasPrefix(in, out) {
			t.Fatal("frames differ from the stream")
		}
	})
}

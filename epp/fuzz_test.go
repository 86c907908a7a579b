package epp

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

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
	f.Add([]byte(`<a><xml:n xml:lang="en"><b xmlns="u"/><c/></xml:n></a>`))
	f.Add([]byte("\xfe\xff\x00<\x00a\x00>\xd8\x3d\xde\x00\x00<\x00/\x00a\x00>"))
	for _, c := range schemaCases {
		f.Add([]byte(c.doc))
	}
	codec := NewCodec(allExt...)
	f.Fuzz(func(t *testing.T, doc []byte) { decodable(t, codec, doc) })
}

func decodable(t testing.TB, codec *Codec, doc []byte) {
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
}

var oneLine = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// Seconds of what fuzzing does for hours: the known frames, damaged at random.
func TestDamagedFrames(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 0)) // the same ones everywhere: the fuzz targets explore
	var docs [][]byte
	for _, g := range allGoldens() {
		docs = append(docs, []byte(g.doc))
	}
	for _, c := range schemaCases {
		docs = append(docs, []byte(c.doc))
	}
	codec := NewCodec(allExt...)
	n := 0
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); n++ {
		doc := bytes.Clone(docs[rnd.IntN(len(docs))])
		for range 1 + rnd.IntN(4) {
			i, j := rnd.IntN(len(doc)), rnd.IntN(len(doc))
			i, j = min(i, j), min(max(i, j), i+40)
			switch other := docs[rnd.IntN(len(docs))]; rnd.IntN(5) {
			case 0:
				doc[i] = byte(rnd.IntN(256))
			case 1: // a piece is lost
				doc = append(doc[:i:i], doc[j:]...)
			case 2: // or comes twice
				doc = append(doc[:j:j], doc[i:]...)
			case 3: // or belongs to another frame
				k := rnd.IntN(len(other))
				doc = slices.Concat(doc[:i], other[k:min(k+40, len(other))], doc[j:])
			case 4:
				doc = slices.Concat(doc[:i], []byte([]string{"<![CDATA[", "]]>", "<!--", "-->", "<?x ?>", "&#x0;", "&amp;", "\r\n", "\ufffe", "</", "/>", ` xmlns=""`, "\xed\xa0\x80"}[rnd.IntN(13)]), doc[i:])
			}
			if len(doc) == 0 {
				doc = []byte("<")
			}
		}
		decodable(t, codec, doc)
		if t.Failed() {
			t.Fatalf("by\n%q", doc)
		}
	}
	if n < 100 {
		t.Errorf("only %d frames in two seconds", n)
	}
}

// std compares names and text with encoding/xml's reading.
func std(t testing.TB, doc []byte, root *Element) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(doc, []byte("\ufeff"))))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var theirs, ours strings.Builder
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			// encoding/xml has no XML 1.1, is stricter about instructions, and has
			// the names of XML 1.0's fourth edition.
			if e := err.Error(); strings.Contains(e, "version") || strings.Contains(e, "<?") || strings.Contains(e, "encoding") || strings.Contains(e, "invalid XML name") {
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

// FuzzFrame: the payloads that come out are those that went in, however the
// bytes arrive and whatever buffer is used again.
func FuzzFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x05a"), 100)
	f.Add([]byte("\x00\x00\x00\x04"), 100)
	f.Add([]byte("\xff\xff\xff\xff"), 0)
	f.Add(AppendFrame(AppendFrame(nil, []byte("ab")), []byte("c")), 6)
	f.Fuzz(func(t *testing.T, in []byte, max int) {
		r := bytes.NewReader(in)
		slow := bufio.NewReaderSize(iotest.HalfReader(bytes.NewReader(in)), 16)
		var out, again []byte
		for {
			p, err := ReadFrame(r, max)
			q, slowErr := readFrame(slow, max, again)
			if !bytes.Equal(p, q) || (err == nil) != (slowErr == nil) || err != nil && err.Error() != slowErr.Error() {
				t.Fatalf("%q, %v; in pieces %q, %v", p, err, q, slowErr)
			}
			if err != nil {
				break
			}
			again = q
			if max > 0 && len(p)+4 > max || len(p) == 0 {
				t.Fatalf("payload of %d bytes, bound %d", len(p), max)
			}
			out = AppendFrame(out, p)
		}
		whole, limit := 0, DefaultMaxFrame // how far the stream is whole frames within the bound
		if max > 0 {
			limit = max
		}
		for len(in)-whole >= 4 {
			n := int(in[whole])<<24 | int(in[whole+1])<<16 | int(in[whole+2])<<8 | int(in[whole+3])
			if n < 5 || n > limit || n > len(in)-whole {
				break
			}
			whole += n
		}
		if !bytes.Equal(in[:whole], out) {
			t.Fatalf("%d bytes of frames came out of %d", len(out), whole)
		}
	})
}

// FuzzRoundTrip: what is encoded is decoded as it was, white space and
// characters that XML cannot carry apart.
func FuzzRoundTrip(f *testing.F) {
	f.Add("example.com", "se<cr>et & ]]> \"'", "text", "en", int64(1795507200_000000), uint64(3), true)
	f.Add("\u4e2d\U0001F600", "\x00\xff\ufffe", " a\tb\r\nc ", "", int64(-1), uint64(0), false)
	codec := NewCodec(allExt...)
	f.Fuzz(func(t *testing.T, name, secret, text, lang string, micros int64, n uint64, flag bool) {
		at := time.UnixMicro(micros % 253402300799_000000).UTC() // before the year 10000
		if at.Year() < 1 {
			t.Skip("no year of XML Schema 1.0")
		}
		token := func(s string) string { return collapse(carried(s)) }
		if token(name) == "" {
			return
		}
		msg := &Message{Response: &Response{
			Results: []Result{{Code: CodeAckToDequeue, Msg: text, Lang: lang, Values: []ResultValue{NewResultValue(NSDomain, "name", name, "x"+text)}}},
			MsgQ:    &MsgQ{Count: n, ID: name, QDate: at, Msg: "x" + text, Lang: lang},
			ResData: []Value{
				&DomainInfoData{Name: name, ROID: secret, Statuses: []Status{{Value: "ok", Lang: lang, Text: text}}, Contacts: []DomainContact{{Type: lang, ID: name}}, ExDate: at, AuthInfo: Password(secret)},
				&ContactInfoData{ID: name, Postal: []PostalInfo{{Type: "loc", Name: text, Addr: PostalAddr{Street: []string{secret, text}, City: name}}}, Voice: Phone{Number: "+86.1", Ext: secret}, Disclose: &Disclose{Flag: flag, Name: []string{"int"}}},
				&DomainPendingData{PendingResult{ID: name, Done: flag, ClTRID: secret, SvTRID: text, Date: at}},
			},
			Extensions: []Value{&Raw{Element: NewElement("urn:fuzz", "x", secret)}},
			ClTRID:     secret, SvTRID: text,
		}}
		first := AppendMessage(nil, msg)
		m, err := codec.Decode(first)
		if err != nil {
			t.Fatalf("%v\n%s", err, first)
		}
		r := m.Response
		if len(r.ResData) != 3 {
			t.Fatalf("%d of 3 data\n%s", len(r.ResData), first)
		}
		line := func(s string) string { return strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(carried(s)) }
		d, ok := r.ResData[0].(*DomainInfoData)
		c, ok2 := r.ResData[1].(*ContactInfoData)
		p, ok3 := r.ResData[2].(*DomainPendingData)
		if !ok || !ok2 || !ok3 {
			t.Fatalf("data kept raw\n%s", first)
		}
		for what, pair := range map[string][2]any{
			"name": {d.Name, token(name)}, "roid": {d.ROID, token(secret)}, "authInfo": {d.AuthInfo.Pw, line(secret)}, "date": {d.ExDate, at.Truncate(time.Microsecond)},
			"status text": {d.Statuses[0].Text, strings.TrimSpace(carried(text))}, "role": {d.Contacts[0].Type, token(lang)},
			"contact": {c.ID, token(name)}, "street": {c.Postal[0].Addr.Street[0], strings.Trim(line(secret), " ")}, "extension number": {c.Voice.Ext, token(secret)}, "flag": {c.Disclose.Flag, flag},
			"pending": {p.Done, flag}, "pending id": {p.ClTRID, token(secret)}, "count": {r.MsgQ.Count, n}, "queue id": {r.MsgQ.ID, token(name)}, "queue text": {r.MsgQ.Msg, strings.TrimSpace("x" + carried(text))},
			"reason": {r.Results[0].Values[0].Reason, strings.TrimSpace("x" + carried(text))}, "clTRID": {r.ClTRID, token(secret)},
			"raw": {r.Extensions[0].(*Raw).Element.Text, carried(secret)}, "value": {r.Results[0].Values[0].Value.Children[0].Text, carried(name)},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s came back as %q, not %q", what, pair[0], pair[1])
			}
		}
		second := AppendMessage(nil, m)
		m2, err := codec.Decode(second)
		if err != nil {
			t.Fatalf("%v\n%s", err, second)
		}
		if third := AppendMessage(nil, m2); !bytes.Equal(second, third) {
			t.Fatalf("encoding is not stable:\n%s\n%s", second, third)
		}
	})
}

// carried is a text as XML can carry it: U+FFFD for what it cannot.
func carried(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || !xmlChar(r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		i += size
	}
	return b.String()
}

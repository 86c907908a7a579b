package epp

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/openregistrar/openregistrar/epp/schematest"
)

// Where the decoder and the schemas differ about a command, and why. Every row
// is needed.
var (
	acceptedAgainstSchema = map[string]string{
		`/version\.\d+: other text`:                  "the server answers 2100, which says more than 2001",
		`/login\.0/options\.\d+/lang\.1: other text`: "the server answers 2102",
		`/Signature\.5`:                              "carried, and judged by whoever verifies",
		`: twice signedMark|: twice create 0`:        "xs:ID is unique in a document: as above",
		`signedMark\.1: other attribute id`:          "xs:ID: as above",
	}
	refusedAgainstSchema = map[string]string{
		`/(objURI|extURI)\.\d+: empty`:   "a service without a name is none",
		`/digest\.3: empty`:              "no digest is empty",
		`/resReason\.4: empty`:           "RFC 3915 wants a reason",
		`/code\.\d+: (empty|other text)`: "a signed code is base64",
		`/city\.\d+: empty`:              "no address is without a city",
		`/applicationID\.1: empty`:       "no application is without an id",
		`/type\.0: empty`:                "no role is without a name",
		`/encodedSignedMark\.\d+: (empty|other text|without attribute encoding)`: "a signed mark is base64 where nothing else is said",
		`/email\.0: other text`:                       "an e-mail address has an @",
		`maintenance info .*/id\.0: empty`:            "no maintenance is without an id",
		`orgext create .*/id\.\d+: empty`:             "only an update takes an organization out of its role",
		`poll\.0: without attribute msgID`:            "RFC 5730: what is acknowledged?",
		`(hostAddr|/addr)\.\d+: without attribute ip`: "an IPv6 address then claims to be IPv4",
		`restore\.0: without report`:                  "RFC 3915: a report is reported",
		`ttl\.2: without attribute custom`:            "RFC 9803: a custom record has a type",
		`check\.0: without (phase 0|attribute type)`:  "RFC 8334: claims and availability are of a phase",
		`codeMark\.\d+: without (code|mark)`:          "a code mark of nothing proves nothing",
		`: twice postalInfo`:                          "RFC 8543: one form of an address each",
		`fee-0.8 check .*without currency`:            "the types have one currency for a check",
	}
)

// TestMutantsAgreeWithSchemas changes every command of the goldens in every
// way that mutants knows, and wants the decoder and xmllint of one mind.
func TestMutantsAgreeWithSchemas(t *testing.T) {
	codec := NewCodec(allExt...)
	var names []string
	var refused []error
	var docs [][]byte
	seen := map[string]bool{}
	for _, g := range allGoldens() {
		if g.msg.Command == nil {
			continue
		}
		root := squeeze(parse(t, g.doc))
		mutants(root, seen, func(what string) {
			doc := root.XML()
			_, err := codec.Decode(doc)
			names, docs, refused = append(names, g.name+" "+what), append(docs, doc), append(refused, err)
		})
	}
	wrong, absent, err := schematest.Gate{}.Validate(docs...)
	if err != nil {
		t.Fatal(err)
	}
	if absent != "" {
		t.Skip("not performed: " + absent)
	}
	used := map[string]bool{}
	excused := func(table map[string]string, name string) bool {
		for pattern := range table {
			if regexp.MustCompile(pattern).MatchString(name) {
				used[pattern] = true
				return true
			}
		}
		return false
	}
	valid := 0
	for i, name := range names {
		if len(wrong[i]) == 0 {
			valid++
		}
		switch {
		case refused[i] == nil && len(wrong[i]) > 0 && !excused(acceptedAgainstSchema, name):
			t.Errorf("%s: accepted, though not valid: %s", name, wrong[i][0])
		case refused[i] != nil && len(wrong[i]) == 0 && !excused(refusedAgainstSchema, name):
			t.Errorf("%s: refused, though valid: %v", name, refused[i])
		}
	}
	for _, table := range []map[string]string{acceptedAgainstSchema, refusedAgainstSchema} {
		for pattern := range table {
			if !used[pattern] {
				t.Errorf("nothing needs the exception %s", pattern)
			}
		}
	}
	if valid == 0 || valid == len(docs) {
		t.Errorf("%d of %d mutants are valid: nothing was tested", valid, len(docs))
	}
	t.Logf("%d mutants, %d of them valid", len(docs), valid)
}

// mutants are a command's document with one thing changed: a child left out,
// given twice, moved behind the next one, an unknown child, text between
// children, an attribute left out or of another value, a text emptied or of
// another value. What has been changed in the same place of another document
// is not changed again.
func mutants(root *Element, seen map[string]bool, f func(what string)) {
	var walk func(e *Element, path string)
	walk = func(e *Element, path string) {
		place := path + string(e.XML())
		if seen[place] {
			return
		}
		seen[place] = true
		change := func(what string, do, undo func()) {
			do()
			f(path + ": " + what)
			undo()
		}
		kids, text := e.Children, e.Text
		for i, c := range kids {
			at := fmt.Sprintf("%s %d", c.Local, i)
			without := append(append([]*Element{}, kids[:i]...), kids[i+1:]...)
			change("without "+at, func() { e.Children = without }, func() { e.Children = kids })
			twice := append(append(append([]*Element{}, kids[:i+1]...), c), kids[i+1:]...)
			change("twice "+at, func() { e.Children = twice }, func() { e.Children = kids })
			if i+1 < len(kids) && kids[i+1].Local != c.Local {
				moved := append([]*Element{}, kids...)
				moved[i], moved[i+1] = moved[i+1], moved[i]
				change("behind the next "+at, func() { e.Children = moved }, func() { e.Children = kids })
			}
		}
		odd := append(append([]*Element{}, kids...), NewElement(e.Space, "oddity", "1"))
		change("with an oddity", func() { e.Children = odd }, func() { e.Children = kids })
		if len(kids) > 0 {
			change("with text", func() { e.Text = "text" }, func() { e.Text = text })
		} else if text != "" {
			change("empty", func() { e.Text = "" }, func() { e.Text = text })
			change("other text", func() { e.Text = "+~" }, func() { e.Text = text })
		}
		for i := range e.Attrs {
			attrs := e.Attrs
			change("without attribute "+attrs[i].Local, func() { e.Attrs = append(append([]Attr{}, attrs[:i]...), attrs[i+1:]...) }, func() { e.Attrs = attrs })
			change("other attribute "+attrs[i].Local, func() {
				e.Attrs = append([]Attr{}, attrs...)
				e.Attrs[i].Value = "+~"
			}, func() { e.Attrs = attrs })
		}
		for i, c := range kids {
			walk(c, fmt.Sprintf("%s/%s.%d", path, c.Local, i))
		}
	}
	walk(root, "")
}

func TestLanguages(t *testing.T) {
	for s, want := range map[string]bool{
		"en": true, "zh-CN": true, "x-klingon": true, "abcdefgh": true, "de-1996": true,
		"": false, "abcdefghi": false, "en-": false, "-en": false, "e n": false, "12": false, "en_US": false, "en-abcdefghi": false, "zh-中": false,
	} {
		if got := isLanguage(s); got != want {
			t.Errorf("isLanguage(%q) = %v", s, got)
		}
	}
}

// TestMutantAnswersAreKept changes every answer of the goldens in the same
// ways. Whatever a registry makes of one object or extension, the answer is
// read, and all of its parts are there: typed, or raw with the reason.
func TestMutantAnswersAreKept(t *testing.T) {
	codec := NewCodec(allExt...)
	seen := map[string]bool{}
	n, raws := 0, 0
	for _, g := range allGoldens() {
		if g.msg.Response == nil {
			continue
		}
		root := squeeze(parse(t, g.doc))
		for _, part := range root.Children[0].Children {
			if part.Local != "resData" && part.Local != "extension" {
				continue
			}
			for _, piece := range part.Children {
				mutants(piece, seen, func(what string) {
					n++
					m, err := codec.Decode(root.XML())
					if err != nil {
						t.Errorf("%s %s: %v", g.name, what, err)
						return
					}
					values := m.Response.ResData
					if part.Local == "extension" {
						values = m.Response.Extensions
					}
					if len(values) != len(part.Children) {
						t.Errorf("%s %s: %d values of %d", g.name, what, len(values), len(part.Children))
					}
					for i, v := range values {
						if v.Namespace() != part.Children[i].Space {
							t.Errorf("%s %s: value %d is of %s", g.name, what, i, v.Namespace())
						}
						if raw, ok := v.(*Raw); ok {
							if _, known := codec.byURI[v.Namespace()]; known && raw.Err == nil {
								t.Errorf("%s %s: raw without a reason", g.name, what)
							}
							raws++
						}
					}
				})
			}
		}
	}
	if n < 500 || raws == 0 || raws > n/2 {
		t.Errorf("%d mutants, %d raw: too few, or read too strictly", n, raws)
	}
	t.Logf("%d mutants, %d of them kept raw", n, raws)
}

package epp

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/epp/schematest"
)

// foreign writes a document as another implementation might: prefixes of its
// own, all declared at the root, some shadowed, text in CDATA sections,
// attributes in single quotes.
func foreign(root *Element) []byte {
	var spaces []string
	prefix := func(space string) string {
		for i, s := range spaces {
			if s == space {
				return fmt.Sprintf("n%d:", i)
			}
		}
		spaces = append(spaces, space)
		return fmt.Sprintf("n%d:", len(spaces)-1)
	}
	var body bytes.Buffer
	text := func(s string) {
		if strings.TrimSpace(s) == "" {
			body.WriteString(s)
			return
		}
		half := len([]rune(s)) / 2
		r := []rune(s)
		fmt.Fprintf(&body, "<![CDATA[%s]]><!-- > -->", string(r[:half]))
		var w Writer
		w.Text(string(r[half:]))
		body.Write(w.Bytes())
	}
	var walk func(e *Element, top bool)
	walk = func(e *Element, top bool) {
		name := e.Local
		if e.Space != "" {
			name = prefix(e.Space) + name
		}
		body.WriteString("<" + name)
		if top {
			body.WriteString("\x00") // the declarations go here
		}
		for _, a := range e.Attrs {
			if a.Space == "" {
				var w Writer
				w.escape(a.Value, true)
				fmt.Fprintf(&body, "\r\n  %s = '%s'", a.Local, strings.ReplaceAll(string(w.Bytes()), "'", "&#39;"))
			}
		}
		body.WriteString(">")
		text(e.Text)
		for _, c := range e.Children {
			walk(c, false)
			text(c.Tail)
		}
		body.WriteString("</" + name + "\n>")
	}
	walk(root, true)
	var decl strings.Builder
	for i, s := range spaces {
		fmt.Fprintf(&decl, " xmlns:n%d='%s'", i, s)
	}
	return []byte("\ufeff<?xml version='1.0'?>" + strings.Replace(body.String(), "\x00", decl.String(), 1))
}

// Every document in every extension reads the same under other prefixes.
func TestGoldenInForeignDress(t *testing.T) {
	codec := NewCodec(allExt...)
	for _, g := range allGoldens() {
		t.Run(g.name, func(t *testing.T) {
			doc := foreign(parse(t, g.doc))
			collect(t, bytes.TrimPrefix(doc, []byte("\ufeff")))
			got, err := codec.Decode(doc)
			if err != nil {
				t.Fatalf("decode: %v\n%s", err, doc)
			}
			want, err := codec.Decode([]byte(g.doc))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpOpts); diff != "" {
				t.Errorf("(-usual +foreign):\n%s", diff)
			}
		})
	}
}

// Every namespace that the codec is taught occurs in a document.
func TestEveryExtensionHasGoldens(t *testing.T) {
	var all strings.Builder
	for _, g := range allGoldens() {
		all.WriteString(g.doc)
	}
	for _, e := range allExt {
		name := `"` + e.Namespace + `"`
		if e.Decode == nil && e.Action == nil { // a practice, which is announced and no more
			name = ">" + e.Namespace + "<"
		}
		if !strings.Contains(all.String(), name) {
			t.Errorf("no document has %s", e.Namespace)
		}
	}
}

// refusal is the inside of a command that the decoder must refuse.
type refusal struct {
	inner string
	code  Code
}

// refused wants each command refused with its code and its transaction id
// kept. No error may repeat what the command holds.
func refused(t *testing.T, list map[string]refusal) {
	t.Helper()
	codec := NewCodec(allExt...)
	for name, c := range list {
		_, err := codec.Decode([]byte(command(c.inner)))
		var de *DecodeError
		switch {
		case !errors.As(err, &de):
			t.Errorf("%s: error %v, want code %d", name, err, c.code)
		case de.Code != c.code:
			t.Errorf("%s: code %d, want %d (%v)", name, de.Code, c.code, err)
		case de.ClTRID != "OPR-54321":
			t.Errorf("%s: transaction id lost", name)
		}
	}
}

// refusedBySchema is refused, and xmllint has to agree that the commands are
// invalid, but for those whose rule is in the words of the standard alone.
func refusedBySchema(t *testing.T, list map[string]refusal, words ...string) {
	t.Helper()
	refused(t, list)
	names := slices.Sorted(maps.Keys(list))
	docs := make([][]byte, len(names))
	for i, name := range names {
		docs[i] = []byte(command(list[name].inner))
	}
	wrong, absent, err := schematest.Gate{}.Validate(docs...)
	if err != nil {
		t.Fatal(err)
	}
	if absent != "" {
		t.Log("comparison with xmllint: not performed: " + absent)
		return
	}
	for i, name := range names {
		if (len(wrong[i]) == 0) != slices.Contains(words, name) {
			t.Errorf("%s: by the schemas %q", name, wrong[i])
		}
	}
}

// withExt is a command with an extension, for refused.
func withExt(ext string) string {
	return `<info><domain:info ` + domNS + `><domain:name>example.cn</domain:name></domain:info></info><extension>` + ext + `</extension>`
}

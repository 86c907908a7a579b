// Package schematest holds the EPP frames of a package's tests against XML
// schemas. Tests give it every frame that they write, send or receive; after
// the last test all of them are validated together, because starting xmllint
// and reading the schemas costs more than the validation.
//
//	func TestMain(m *testing.M) { schematest.Main(m) }
//
//	server.Transcript = func(_ *epp.Conn, _ epp.Direction, frame []byte) { schematest.Collect(t, frame) }
//
// Without the schemas or without xmllint the gate says that it was not
// performed, and passes.
package schematest

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// Bounds on the different documents that are kept, in all and of one test or
// part of one. What comes after is counted and reported, not validated: a test
// under load writes the same frames with other names.
const (
	MaxDocuments = 20_000
	MaxPerTest   = 1_000
)

// Gate is the validation after a package's tests.
type Gate struct {
	// Schemas are the schema files in force. Empty means those of this
	// repository: ../shared/xsd/all.xsd beside its root, and the ones that
	// we reconstructed, epp/testdata/xsd.
	Schemas []string
	// Exempt holds the names of tests, and of parts of them, whose frames are
	// broken on purpose, each with the reason. One whose frames are all valid
	// fails: it need not be exempt.
	Exempt map[string]string
}

// Main runs the tests of a package, then the gate of the repository's schemas
// over all collected frames, and ends the process.
func Main(m *testing.M) { Gate{}.Main(m) }

// Main runs the tests of a package, then the gate, and ends the process.
func (g Gate) Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		report, err := g.validate(&collected)
		if report != "" {
			fmt.Println("schema gate:", report)
		}
		if err != nil {
			fmt.Println("FAIL: schema gate:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// Collect keeps a frame's payload for the gate. It copies; t may have ended.
func Collect(t testing.TB, frame []byte) { collected.add(t.Name(), frame) }

var collected collection

type document struct {
	test string // the first that brought it
	text []byte
}

// collection is a set of documents. Documents that differ in nothing but
// well-formed transaction ids count as one.
type collection struct {
	mu     sync.Mutex
	seen   map[string]struct{}
	of     map[string]int // documents by test
	docs   []document
	beyond int
}

func (c *collection) add(test string, frame []byte) {
	key := withoutIDs(frame)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.seen[key]; ok {
		return
	}
	if len(c.docs) >= MaxDocuments || c.of[test] >= MaxPerTest {
		c.beyond++
		return
	}
	if c.seen == nil {
		c.seen, c.of = map[string]struct{}{}, map[string]int{}
	}
	c.of[test]++
	c.seen[key] = struct{}{}
	c.docs = append(c.docs, document{test, bytes.Clone(frame)})
}

func (c *collection) take() ([]document, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.docs, c.beyond
}

// withoutIDs empties the transaction ids whose length the schema allows, the
// one thing that it says of them.
func withoutIDs(frame []byte) string {
	out := make([]byte, 0, len(frame))
	rest := frame
	for {
		i := bytes.Index(rest, []byte("TRID>"))
		if i < 0 {
			return string(append(out, rest...))
		}
		i += len("TRID>")
		out = append(out, rest[:i]...)
		rest = rest[i:]
		end := bytes.IndexByte(rest, '<')
		if end < 0 {
			continue
		}
		if n := utf8.RuneCount(rest[:end]); n >= 3 && n <= 64 && !bytes.ContainsAny(rest[:end], " &\t\r\n") {
			rest = rest[end:]
		}
	}
}

// exempt finds the exemption of a test, or of one that it is part of.
func (g Gate) exempt(test string) (name string, ok bool) {
	for name := range g.Exempt {
		if test == name || strings.HasPrefix(test, name+"/") {
			return name, true
		}
	}
	return "", false
}

// Package arrows holds the shape of the tree: who may import whom, and a few rules that no compiler checks.
package arrows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/openregistrar/openregistrar"

// allowed is every arrow between the parts of the program, inward only (ARCHITECTURE.md, "Layout"). A part is a
// directory under internal with all below it, the public package epp, or the command. An arrow that is missing here
// fails TestArrows; one that nothing uses fails TestNoUnusedArrow.
var allowed = map[string][]string{
	// vocabulary
	"fault":  {},
	"domain": {},

	// rules: pure
	"policy":    {},
	"naming":    {"fault", "domain", "policy"},
	"lifecycle": {"domain"},
	"ledger":    {"domain"},
	"realname":  {"domain", "fault"},
	"diagnose":  {"fault"},

	// operations
	"ops": {"fault", "domain", "policy", "naming", "lifecycle", "ledger", "realname", "diagnose"},

	// adapters: the vocabulary, what they hide, and the plain types of ops that the interfaces they satisfy speak of
	"store":    {"fault", "domain", "policy", "ledger", "lifecycle", "ops"},
	"jobs":     {},
	"registry": {"fault", "domain", "policy", "epp", "ops"},
	"probe":    {"fault", "domain", "ops"},
	"notify":   {"domain"},
	"vault":    {},
	"verifier": {"domain", "epp", "ops"},
	"ocr":      {"realname"},

	// edges: never an adapter
	"auth":      {"fault", "domain", "ops"},
	"directory": {"fault", "domain", "naming", "ops"},
	"api":       {"fault", "domain", "policy", "naming", "realname", "diagnose", "ops"},
	"console":   {"fault", "domain", "policy", "naming", "diagnose", "realname", "ops", "auth"},

	// wiring: the one place that knows everybody
	"app": {"fault", "domain", "policy", "diagnose", "realname", "ops", "store", "jobs", "registry", "probe", "notify", "vault", "verifier", "ocr", "auth", "directory", "api", "console", "world"},
	"cmd": {"app"},

	// the public library knows no business; the world shares nothing else with the registrar
	"epp":   {},
	"world": {"epp"},
}

// pure parts get what they need as arguments: no clock, no randomness, no outside.
var pure = []string{"fault", "domain", "policy", "naming", "lifecycle", "ledger", "realname", "diagnose"}

var outside = []string{"os", "os/exec", "net", "net/http", "database/sql", "crypto/rand", "math/rand", "math/rand/v2", "log", "log/slog"}

type file struct {
	path      string // from the root of the repository
	part      string
	test      bool
	generated bool
	lines     int
	syntax    *ast.File
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree reads every Go file of the module.
func tree(t *testing.T) []file {
	t.Helper()
	base := root(t)
	var out []file
	fset := token.NewFileSet()
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if name == "node_modules" || name == "testdata" || name == "bin" || path != base && name[0] == '.' {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != base {
				return fs.SkipDir // a module of its own
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(fset, path, body, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(base, path)
		if err != nil {
			return err
		}
		out = append(out, file{path: rel, part: part(filepath.ToSlash(filepath.Dir(rel))), test: strings.HasSuffix(rel, "_test.go"),
			generated: ast.IsGenerated(syntax), lines: strings.Count(string(body), "\n"), syntax: syntax})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("only %d files found under %s", len(out), base)
	}
	return out
}

// part names the part that a directory belongs to: "" for what isn't the program (tests, benchmarks, scripts).
func part(dir string) string {
	first, rest, _ := strings.Cut(dir, "/")
	switch first {
	case "epp", "cmd":
		return first
	case "internal":
		p, _, _ := strings.Cut(rest, "/")
		if p != "arrows" {
			return p
		}
	}
	return ""
}

func imports(f file) []string {
	var out []string
	for _, spec := range f.syntax.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// arrows finds which part imports which, with a file that does.
func arrows(t *testing.T) map[[2]string]string {
	found := map[[2]string]string{}
	for _, f := range tree(t) {
		if f.test || f.part == "" {
			continue
		}
		for _, p := range imports(f) {
			inside, ok := strings.CutPrefix(p, module+"/")
			if !ok {
				continue
			}
			to := part(inside)
			if to == "" {
				to = inside
			}
			if to != f.part {
				found[[2]string{f.part, to}] = f.path
			}
		}
	}
	return found
}

func TestArrows(t *testing.T) {
	for a, where := range arrows(t) {
		to, known := allowed[a[0]]
		if !known {
			t.Errorf("%s: the part %s is not in the map", where, a[0])
		} else if !slices.Contains(to, a[1]) {
			t.Errorf("%s: %s may not import %s", where, a[0], a[1])
		}
	}
	for _, f := range tree(t) {
		if _, known := allowed[f.part]; f.part != "" && !known {
			t.Errorf("%s: the part %s is not in the map", f.path, f.part)
		}
	}
}

func TestNoUnusedArrow(t *testing.T) {
	found := arrows(t)
	for from, tos := range allowed {
		for _, to := range tos {
			if found[[2]string{from, to}] == "" {
				t.Errorf("nothing uses the arrow from %s to %s", from, to)
			}
		}
	}
}

// TestArrowsPointInward: the map itself has no circle.
func TestArrowsPointInward(t *testing.T) {
	const busy, done = 1, 2
	state := map[string]int{}
	var visit func(string)
	visit = func(p string) {
		state[p] = busy
		for _, to := range allowed[p] {
			if _, known := allowed[to]; !known {
				t.Errorf("%s points to %s, which is not in the map", p, to)
			}
			switch state[to] {
			case busy:
				t.Errorf("a circle through %s and %s", p, to)
			case 0:
				visit(to)
			}
		}
		state[p] = done
	}
	for p := range allowed {
		if state[p] == 0 {
			visit(p)
		}
	}
}

// TestTheWorldIsAnotherCompany: outside tests, only app knows the world, and the world knows epp alone.
func TestTheWorldIsAnotherCompany(t *testing.T) {
	for from, tos := range allowed {
		if slices.Contains(tos, "world") && from != "app" {
			t.Errorf("%s may not know the world", from)
		}
	}
	if !slices.Equal(allowed["world"], []string{"epp"}) {
		t.Errorf("the world may know epp alone, not %v", allowed["world"])
	}
}

// library is what the public library's folders may import besides the standard library: the core nothing, so that it
// costs a stranger nothing; what needs more is a folder of its own.
var library = map[string][]string{
	"epp":            {},
	"epp/schematest": {},
	"epp/signedcode": {module + "/epp", "github.com/beevik/etree", "github.com/russellhaering/goxmldsig"},
}

// TestPublicLibrary: each folder of the public library imports what the map has for it, and uses all of that.
func TestPublicLibrary(t *testing.T) {
	used := map[string]bool{}
	for _, f := range tree(t) {
		if f.part != "epp" || f.test {
			continue
		}
		dir := filepath.ToSlash(filepath.Dir(f.path))
		may, known := library[dir]
		if !known {
			t.Errorf("%s: the folder %s is not in the map", f.path, dir)
		}
		for _, p := range imports(f) {
			if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
				continue
			}
			used[dir+" "+p] = true
			if !slices.Contains(may, p) {
				t.Errorf("%s: %s may not import %s", f.path, dir, p)
			}
		}
	}
	for dir, may := range library {
		for _, p := range may {
			if !used[dir+" "+p] {
				t.Errorf("nothing in %s uses %s", dir, p)
			}
		}
	}
}

// TestPureParts: rules reach for nothing outside themselves, and neither they nor operations read a clock.
func TestPureParts(t *testing.T) {
	for _, f := range tree(t) {
		rule := slices.Contains(pure, f.part)
		if f.test || !rule && f.part != "ops" {
			continue
		}
		for _, p := range imports(f) {
			if rule && slices.Contains(outside, p) {
				t.Errorf("%s: a pure part imports %s", f.path, p)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" &&
				slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"}, sel.Sel.Name) {
				t.Errorf("%s: time.%s: now is an argument", f.path, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestShape: no init functions, no files that are several things, no packages that are named after nothing.
func TestShape(t *testing.T) {
	nothing := []string{"util", "utils", "common", "helper", "helpers", "service", "services", "manager", "managers", "misc"}
	for _, f := range tree(t) {
		if f.generated {
			continue
		}
		if f.lines > 500 {
			t.Errorf("%s has %d lines, at most 500", f.path, f.lines)
		}
		if slices.Contains(nothing, strings.TrimSuffix(f.syntax.Name.Name, "_test")) {
			t.Errorf("%s: package %s", f.path, f.syntax.Name.Name)
		}
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: an init function; lists are explicit here", f.path)
			}
		}
	}
}

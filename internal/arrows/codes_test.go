package arrows

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// TestEveryCodeHasWords: a code that the program names, in fault.New, fault.Wrap, a constant of type fault.Code or a
// field Code, is in the catalogue, and the facts that come with it by name are declared there. The world is another
// company and has codes of its own.
func TestEveryCodeHasWords(t *testing.T) {
	named := 0
	for _, f := range tree(t) {
		if f.test || f.part == "" || f.part == "world" || f.part == "epp" {
			continue
		}
		check := func(lit ast.Expr, kv []ast.Expr) {
			code, ok := text(lit)
			if !ok || code == "" {
				return
			}
			named++
			e, ok := diagnose.Lookup(fault.Code(code))
			if !ok {
				t.Errorf("%s: the catalogue has no entry %s", f.path, code)
				return
			}
			for i := 0; i < len(kv); i += 2 {
				if fact, ok := text(kv[i]); ok && !slices.Contains(e.Evidence, fact) && !slices.Contains(e.Facts, fact) {
					t.Errorf("%s: the entry %s does not declare the fact %s", f.path, code, fact)
				}
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				switch {
				case n.Ellipsis != token.NoPos:
				case selects(n.Fun, "fault", "New") && len(n.Args) >= 2:
					check(n.Args[1], n.Args[2:])
				case selects(n.Fun, "fault", "Wrap") && len(n.Args) >= 3:
					check(n.Args[2], n.Args[3:])
				}
			case *ast.ValueSpec:
				if n.Type != nil && selects(n.Type, "fault", "Code") {
					for _, v := range n.Values {
						check(v, nil)
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" && (f.part == "ops" || f.part == "registry") {
					check(n.Value, nil)
				}
			}
			return true
		})
	}
	if named < 20 {
		t.Errorf("only %d codes found: does this test still see how they are written?", named)
	}
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func selects(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg
}

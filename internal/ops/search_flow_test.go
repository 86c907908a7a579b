package ops_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func TestAListHasItsLimit(t *testing.T) {
	h := open(t, sqlite(t))
	var b strings.Builder
	for i := range 3999 {
		fmt.Fprintf(&b, "n%d.com\n", i)
	}
	names, bad, err := h.CandidateList(b.String() + "bad_name.com")
	if err != nil || len(names) != 3999 || len(bad) != 1 {
		t.Fatalf("%d names, %d bad, %v", len(names), len(bad), err)
	}
	_, _, err = h.CandidateList(b.String() + "bad_name.com another.com more.com")
	if f := h.refusedAs(err, "input.too-many-names"); f.Facts["count"] != "4002" || f.Facts["limit"] != "4000" {
		t.Errorf("%v", f.Facts)
	}
	if names, _ := h.Candidates(b.String()); len(names) != ops.MaxSearched {
		t.Errorf("one search takes %d names", len(names))
	}
}

// TestManyNamesGoIntoTheCart: the free ones, once each, with the premium fees of that moment.
func TestManyNamesGoIntoTheCart(t *testing.T) {
	engines(t, func(h *house) {
		h.fee["gold.com"] = 90_000
		h.ok(h.AddToCart(h.Context(), h.scope, "first.com", 3))
		typed := []string{"first.com", "gold.com"}
		for i := range 400 {
			typed = append(typed, fmt.Sprintf("n%d.com", i))
		}
		added, err := h.AddManyToCart(h.Context(), h.scope, typed)
		if h.ok(err); added != 401 {
			h.Errorf("%d added", added)
		}
		view, err := h.Cart(h.Context(), h.scope)
		h.ok(err)
		lines := map[domain.Name]ops.CartPriced{}
		for _, l := range view.Lines {
			lines[l.Name] = l
		}
		if len(view.Lines) != 402 || lines["first.com"].Years != 3 || lines["gold.com"].Fee != 90_000 || lines["n7.com"].Years != 1 {
			h.Errorf("%d lines: %+v %+v", len(view.Lines), lines["first.com"], lines["gold.com"])
		}
		var many []string
		for i := range 3599 {
			many = append(many, fmt.Sprintf("m%d.com", i))
		}
		_, err = h.AddManyToCart(h.Context(), h.scope, many)
		if f := h.refusedAs(err, "input.too-many-names"); f.Facts["count"] != "4001" {
			h.Errorf("%v", f.Facts)
		}
		_, err = h.AddManyToCart(h.Context(), h.scope, []string{"x.com", "y y.com"})
		h.refusedAs(err, "input.name-malformed")
		_, err = h.AddManyToCart(h.Context(), domain.Scope{}, []string{"x.com"})
		h.refusedAs(err, "account.denied")
	})
}

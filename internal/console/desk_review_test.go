package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func TestDeskDecides(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Operator)
	withReviews(b.f)
	for _, c := range []struct {
		decision string
		want     ops.Decision
	}{
		{"approve", ops.Decision{Verdict: "approve", Note: "ok", Version: 3}},
		{"reject", ops.Decision{Verdict: "reject", Note: "ok", Version: 3, Codes: []string{"document.unclear", "verify.type-mismatch"}}},
		{"more", ops.Decision{Verdict: "more", Note: "ok", Version: 3}},
	} {
		res, _ := v.post("/desk/reviews/7", url.Values{"version": {"3"}, "decision": {c.decision}, "note": {"ok"}, "code": {"document.unclear", "verify.type-mismatch"}})
		got := b.f.people.decided[len(b.f.people.decided)-1]
		if res.StatusCode != http.StatusSeeOther || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %d, %+v", c.decision, res.StatusCode, got)
		}
	}
	b.f.fail["DecideReview"] = fault.New(fault.Conflict, "review.second-needed", "first", "zhou@registrar.example")
	res, body := v.post("/desk/reviews/7", url.Values{"version": {"3"}, "decision": {"approve"}, "note": {"my words"}})
	if res.StatusCode != http.StatusConflict || !strings.Contains(body, `data-code="review.second-needed"`) || !strings.Contains(body, "my words") {
		t.Errorf("a refused decision: %d", res.StatusCode)
	}
	if s := b.f.scopes["DecideReview"]; !s.Operator {
		t.Errorf("decided with %+v", s)
	}
}

func TestRegisterFile(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Operator)
	good := "name = \"ministry\"\ncode = \"registrant.blacklisted\"\nsource = \"Ministry\"\ndated = \"2026-10-01\"\n[[entry]]\nnumber = \"330197199001010018\"\nnote = \"No. 7\"\n[[entry]]\nname = \"某公司\"\n"
	res, _ := v.with(t, "/desk/registers", "file", "r.toml", []byte(good), nil, "")
	l := b.f.people.loaded
	if res.StatusCode != http.StatusSeeOther || l.Name != "ministry" || len(l.Entries) != 2 || !l.Entries[0].Number || l.Entries[1].Number || l.Entries[0].Note != "No. 7" {
		t.Errorf("%d %+v", res.StatusCode, l)
	}
	for _, bad := range []string{"name = ", good + "unknown = 1\n", ""} {
		b.f.people.loaded = domain.RegisterList{}
		res, _ := v.with(t, "/desk/registers", "file", "r.toml", []byte(bad), nil, "")
		if bad != "" && (res.StatusCode != http.StatusUnprocessableEntity || b.f.people.loaded.Name != "") {
			t.Errorf("%.20q: %d, loaded %q", bad, res.StatusCode, b.f.people.loaded.Name)
		}
	}
}

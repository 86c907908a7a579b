package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
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

// A register is dropped when its name was typed again, and by an operator alone.
func TestRegisterDrop(t *testing.T) {
	b := newBench(t)
	withRegisters(b.f)
	v := b.as(t, domain.Operator)
	for _, typed := range []string{"", "policy", "ministry-2026"} {
		res, body := v.post("/desk/registers/drop", url.Values{"list": {"policy-words"}, "confirm": {typed}})
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `data-code="input.confirmation"`) || !strings.Contains(body, "<option selected>policy-words") || len(b.f.people.did) > 0 {
			t.Errorf("%q: %d, did %v", typed, res.StatusCode, b.f.people.did)
		}
	}
	if res, _ := v.post("/desk/registers/drop", url.Values{}); res.StatusCode != http.StatusUnprocessableEntity || len(b.f.people.did) > 0 {
		t.Errorf("nothing chosen: %d, did %v", res.StatusCode, b.f.people.did)
	}
	res, _ := v.post("/desk/registers/drop", url.Values{"list": {"policy-words"}, "confirm": {" policy-words "}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/desk/registers?dropped=policy-words" || !slices.Equal(b.f.people.did, []string{"drop policy-words"}) {
		t.Errorf("%d %s, did %v", res.StatusCode, res.Header.Get("Location"), b.f.people.did)
	}
	if s := b.f.scopes["DropRegister"]; !s.Operator {
		t.Errorf("dropped with %+v", s)
	}
	b.f.fail["DropRegister"] = fault.New(fault.Missing, "register.not-found")
	if res, body := v.post("/desk/registers/drop", url.Values{"list": {"policy-words"}, "confirm": {"policy-words"}}); res.StatusCode != http.StatusNotFound || !strings.Contains(body, "register.not-found") {
		t.Errorf("gone already: %d", res.StatusCode)
	}
	if res, _ := b.as(t, domain.Owner).post("/desk/registers/drop", url.Values{"list": {"policy-words"}, "confirm": {"policy-words"}}); res.StatusCode == http.StatusSeeOther && strings.Contains(res.Header.Get("Location"), "dropped") {
		t.Errorf("by an owner: %d", res.StatusCode)
	}
}

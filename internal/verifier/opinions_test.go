package verifier

import (
	"maps"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
	world "github.com/openregistrar/openregistrar/internal/world/verifier"
)

// Every opinion of the authorities is a code of the catalogue with its evidence, on both shapes alike.
func TestOpinions(t *testing.T) {
	s := open(t)
	issued := t0.AddDate(0, 0, -2).Format(time.DateOnly)
	for _, c := range []struct {
		entry world.Entry
		orgs  bool
		name  string // typed; "": as in the register
		codes string
		facts map[string]string
	}{
		{world.Entry{State: world.StateOK}, false, "苏和", "verify.person-record-mismatch", map[string]string{"field": "name"}},
		{world.Entry{Number: "-", State: world.StateOK}, false, "", "verify.person-record-mismatch", map[string]string{"field": "number"}},
		{world.Entry{State: world.StateMoving}, false, "", "verify.household-moving", nil},
		{world.Entry{State: world.StateSpecial}, false, "", "verify.special-occupation", nil},
		{world.Entry{State: world.StateTooNew, Issued: issued, ListedFrom: "2026-12-04"}, false, "", "verify.document-too-new", map[string]string{"issued": issued, "until": "2026-12-04"}},
		{world.Entry{State: world.StateExpired, ValidUntil: "2026-10-01"}, false, "", "document.expired", map[string]string{"valid_until": "2026-10-01"}},
		{world.Entry{State: world.StateUnfit, Answer: "公章不清；请重拍=谢谢]"}, false, "", "verify.material-unqualified", map[string]string{"answer": "公章不清；请重拍=谢谢]"}},
		{world.Entry{State: world.StateUnreadable}, false, "", "verify.material-unqualified", map[string]string{"answer": "图片看不清"}},
		{world.Entry{State: world.StateUnclear}, false, "", "registrant.identity-unclear", nil},
		{world.Entry{State: world.StateProceedings, Case: "(2026)浙01民初8号", Since: "2026-09-01"}, false, "", "registrant.in-proceedings", map[string]string{"case": "(2026)浙01民初8号", "since": "2026-09-01"}},
		{world.Entry{State: world.StateBlacklisted, Item: "2026-0042"}, false, "", "registrant.blacklisted", map[string]string{"entry": "2026-0042"}},
		{world.Entry{State: world.StateRestricted, By: "cnsim", Reason: "abuse"}, false, "", "registrant.registry-restricted", map[string]string{"registry": "cnsim", "reason": "abuse"}},
		{world.Entry{State: world.StateChanged, Field: "representative"}, true, "", "verify.org-record-mismatch", map[string]string{"field": "representative"}},
		{world.Entry{State: world.StateOK}, true, "杭州云西科技有限公司", "verify.org-record-mismatch", map[string]string{"field": "name"}},
	} {
		e := c.entry
		m := person("苏禾", suHe)
		e.Name = "苏禾"
		if c.orgs {
			m, e.Name = company("杭州云栖科技有限公司", yunqi), "杭州云栖科技有限公司"
		}
		if e.Number == "-" {
			m.Number = "330197199001019999"
		} else {
			e.Number = m.Number
			s.ok(s.world.PutEntry(c.orgs, e))
		}
		if c.name != "" {
			m.Name = c.name
		}
		for _, id := range both {
			m.OwnRef += "x" // another hand-over
			r := s.Submit(t.Context(), id, m)
			if r.Kind != ops.RulingPending {
				t.Fatalf("%s %s: %+v", id, c.codes, r)
			}
			s.pass(3 * time.Second)
			m.Reference = r.Reference
			told := s.told()
			for how, r := range map[string]ops.Ruling{"told": told.Ruling, "asked": s.Ask(t.Context(), id, m)} {
				if r.Kind != ops.RulingDenied || len(r.Verdicts) != 1 {
					t.Errorf("%s %s, %s: %+v", id, c.codes, how, r)
					continue
				}
				v := r.Verdicts[0]
				if how == "told" && v.Code == "verify.person-record-mismatch" && c.orgs {
					v.Code = "verify.org-record-mismatch" // a queue does not say whose record: our own rows do
				}
				if v.Code != c.codes {
					t.Errorf("%s, %s: %s, want %s", id, how, v.Code, c.codes)
				}
				for k, want := range c.facts {
					if v.Facts[k] != want {
						t.Errorf("%s %s, %s: fact %s is %q, want %q", id, c.codes, how, k, v.Facts[k], want)
					}
				}
				entry, known := diagnose.Lookup(fault.Code(v.Code))
				ours := fault.Facts(maps.Clone(v.Facts))
				ours["role"] = "owner" // which we know
				if lacks := entry.Lacks(ours); !known || len(lacks) > 0 {
					t.Errorf("%s: the catalogue knows it: %v; evidence that lacks: %v", v.Code, known, lacks)
				}
			}
			m.Reference = ""
		}
	}
}

func TestOpinionsAreRead(t *testing.T) {
	for msg, want := range map[string]opinion{
		"N003 户口正在迁移":                                  {word: "N003", text: "户口正在迁移", params: map[string]string{}},
		"N005[issued=2026-11-20;until=2026-12-04] new": {word: "N005", text: "new", params: map[string]string{"issued": "2026-11-20", "until": "2026-12-04"}},
		"N007[answer=a%3Bb%3Dc%5D] x":                  {word: "N007", text: "x", params: map[string]string{"answer": "a;b=c]"}},
		"something else":                               {text: "something else"},
		"":                                             {},
	} {
		if got := readOpinion(msg); got.word != want.word || got.text != want.text || !maps.Equal(got.params, want.params) {
			t.Errorf("%q: %+v, want %+v", msg, got, want)
		}
	}
	v := opinion{text: "something else"}.verdict(ops.Material{})
	if v.Code != "verify.material-unqualified" || v.Facts["answer"] != "something else" {
		t.Errorf("%+v", v)
	}
}

package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Killed before a submission is sent, after it was, before its answer is kept and after a verdict; answers lost besides,
// and the first authority down for a while: every template ends approved, and no authority has two cases of one
// submission.
func TestKilledWhileVerifying(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var w struct {
		Control string `json:"control"`
	}
	world := filepath.Join(root, "world", "world.json")
	up(t, world, &w, nil, "world", "--data", filepath.Join(root, "world"), "--port-base", ":0")
	data := filepath.Join(root, "registrar")
	args := []string{"serve", "--furnish", "--data", data, "--port-base", ":0", "--world", world}
	var e endpoints
	p := up(t, filepath.Join(data, "endpoints.json"), &e, nil, args...)
	first := approvedTemplate(t, client{t: t, base: e.API, key: e.owner()})
	p.stop()
	accounts := e.Accounts
	settings := func(provider int, s map[string]any) {
		t.Helper()
		worldCall(t, w.Control, http.MethodPut, fmt.Sprintf("/api/verifier/settings?provider=%d", provider), s, nil)
	}
	var submitted []string
	died := map[string]bool{}
	for n, point := range []string{"after-begin", "before-handover", "after-handover", "after-verdict", "after-handover"} {
		if n == 4 {
			settings(1, map[string]any{"lose": 2})
		}
		p := up(t, filepath.Join(data, "endpoints.json"), &e, []string{"OPENREGISTRAR_CRASH=" + point}, args...)
		c := client{t: t, base: e.API, key: accounts[0]}
		submitted = append(submitted, c.submitCopy(first))
		select {
		case <-p.done:
			died[point] = true
		case <-time.After(20 * time.Second):
			p.kill()
		}
	}
	if len(died) != 4 {
		t.Errorf("it died only at %v", died)
	}
	p = up(t, filepath.Join(data, "endpoints.json"), &e, nil, args...)
	c := client{t: t, base: e.API, key: accounts[0]}
	type view struct {
		State    string `json:"state"`
		Provider string `json:"provider"`
		Steps    []struct {
			Kind  string            `json:"kind"`
			Facts map[string]string `json:"facts"`
		} `json:"steps"`
	}
	seen := map[string]view{}
	over := func() bool {
		left := 0
		for _, id := range submitted {
			var v view
			if seen[id].State == "approved" {
				continue
			}
			c.call(http.MethodGet, "/api/v1/templates/verification?template_id="+id, nil, &v)
			if seen[id] = v; v.State != "approved" {
				left++
			}
		}
		return left == 0
	}
	// Leases of dead nodes lapse by the wall clock; what failed waits by the business clock.
	approved := func() {
		t.Helper()
		eventually(t, 3*time.Minute, "everything is approved", func() bool {
			if over() {
				return true
			}
			worldCall(t, w.Control, http.MethodPost, "/api/clock/advance", map[string]string{"by": "2m"}, nil)
			return over()
		})
	}
	approved()
	settings(1, map[string]any{"fail": 100}) // whatever is handed over from now on is the second one's
	submitted = append(submitted, c.submitCopy(first))
	approved()
	var cases struct {
		Cases []struct{ Ref, State string } `json:"cases"`
	}
	worldCall(t, w.Control, http.MethodGet, "/api/verifier/cases", nil, &cases)
	if want := len(submitted) + 1; len(cases.Cases) != want {
		t.Errorf("the authorities have %d cases of %d submissions: %+v", len(cases.Cases), want, cases.Cases)
	}
	if last := seen[submitted[len(submitted)-1]]; last.Provider != "vsp2" {
		t.Errorf("with the first authority down, it was %s that approved", last.Provider)
	}
	if strings.Contains(p.out.String(), "panic") {
		t.Error(p.out.String())
	}
}

// submitCopy submits a copy of a template. The program may die of it before it has answered, which is as good.
func (c client) submitCopy(of string) string {
	c.t.Helper()
	var made struct {
		Template struct{ TemplateId string } `json:"template"` //nolint:revive // the product's spelling
	}
	c.call(http.MethodPost, "/api/v1/templates/copy", map[string]string{"template_id": of}, &made)
	if prob, _ := c.try(http.MethodPost, "/api/v1/templates/submit", map[string]string{"template_id": made.Template.TemplateId}, nil); prob != nil {
		c.t.Fatalf("not submitted: %+v", prob)
	}
	return made.Template.TemplateId
}

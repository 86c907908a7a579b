package world_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/world"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

type faultList struct {
	Faults []registry.FaultRule
	Kinds  []string
}

func faultsOf(t *testing.T, w *world.World, id string) faultList {
	t.Helper()
	var l faultList
	call(t, w, "GET", "/api/registries/"+id+"/faults", nil, 200, &l)
	return l
}

// Rules come from the control port, the page and the folder's faults.toml, and
// outlive the world.
func TestFaultRulesFromEverywhere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "faults.toml")
	if err := os.WriteFile(file, []byte(`
[[fault]]
registry = "newsim"
kind = "fee-change"
percent = 120
until_wall = 2099-01-01T00:00:00Z

[[fault]]
id = "slow"
kind = "delay"
delay = "50ms"
probability = 0.25
command = "domain:info"
`), 0o600); err != nil {
		t.Fatal(err)
	}
	w := start(t, dir)
	if l := faultsOf(t, w, "newsim"); len(l.Faults) != 2 || l.Faults[0].Percent != 120 || l.Faults[0].UntilWall.Year() != 2099 ||
		l.Faults[1].ID != "slow" || l.Faults[1].Probability != 0.25 || time.Duration(l.Faults[1].Delay) != 50*time.Millisecond {
		t.Errorf("newsim: %+v", l.Faults)
	}
	if l := faultsOf(t, w, "verisim"); len(l.Faults) != 1 || len(l.Kinds) != len(registry.FaultKinds()) {
		t.Errorf("verisim: %+v", l)
	}
	until := w.Now().Add(72 * time.Hour).Truncate(time.Second)
	call(t, w, "POST", "/api/registries/verisim/faults", map[string]any{"kind": "code-2400", "command": "create", "match": "a*.com",
		"clid": "openreg", "after": 2, "probability": 0.5, "remaining": 7, "until_business": until}, 201, nil)
	own := w.Info().Control
	if code, _, body := form(t, w, own, "/registries/verisim/faults", url.Values{"kind": {"rate-limit"}, "limit": {"3"}, "chance": {"50"},
		"after": {"4"}, "times": {"9"}, "until": {"2098-05-06 07:08"}, "clock": {"wall"}, "clid": {""}, "command": {""}, "match": {""}}); code != 303 {
		t.Fatalf("form: %d %s", code, body)
	}
	for _, bad := range []url.Values{{"kind": {"delay"}, "chance": {"0"}}, {"kind": {"delay"}, "until": {"soon"}}, {"kind": {"delay"}, "after": {"x"}}, {"kind": {"session-cap"}, "percent": {"5"}}} {
		if code, _, _ := form(t, w, own, "/registries/verisim/faults", bad); code != 400 {
			t.Errorf("%v: %d", bad, code)
		}
	}
	check := func(w *world.World) {
		t.Helper()
		l := faultsOf(t, w, "verisim").Faults
		if len(l) != 3 {
			t.Fatalf("%d rules: %+v", len(l), l)
		}
		for _, f := range l {
			switch f.Kind {
			case "delay":
			case "code-2400":
				if f.After != 2 || f.Probability != 0.5 || f.Remaining != 7 || f.Match != "a*.com" || f.ClID != "openreg" || !f.UntilBusiness.Equal(until) {
					t.Errorf("%+v", f)
				}
			case "rate-limit":
				if f.Limit != 3 || f.Probability != 0.5 || f.After != 4 || f.Remaining != 9 || f.UntilWall.Year() != 2098 || !f.UntilBusiness.IsZero() {
					t.Errorf("%+v", f)
				}
			default:
				t.Errorf("%+v", f)
			}
		}
	}
	check(w)
	_, page := fetch(t, own+"/registries/verisim?lang=en")
	for _, part := range []string{"50%", "after 4", "business time", "wall time", "Fee change", "Certificate change"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not say %q", part)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = start(t, dir)
	check(w)
	// The end on the business clock is stepped to and comes.
	call(t, w, "POST", "/api/clock/advance", map[string]any{"by": "96h"}, 200, nil)
	for _, f := range faultsOf(t, w, "verisim").Faults {
		if f.Kind == "code-2400" {
			t.Error("a rule is in force past its end")
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// A file that means nothing keeps the world from starting, and says where.
	for text, want := range map[string]string{
		"[[fault]]\nkind = \"delya\"":                              "fault 1: no fault of kind",
		"[[fault]]\nkind = \"delay\"\nregistry = \"nosim\"":        `no registry "nosim"`,
		"[[fault]]\nkind = \"delay\"\ndelya = \"2s\"":              `no setting "fault.delya"`,
		"[[fault]]\nkind = \"delay\"\ndelay = \"2 s\"":             "not a length of time",
		"[[fault]]\nkind = \"delay\"\nprobability = 7.0":           "probability must be 0 to 1",
		"[fault]\nkind = \"delay\"":                                "faults.toml",
		"[[fault]]\nkind = \"down\"\nid = \"a\"\nremaining = 3\n#": "remaining means nothing",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		bad, err := world.Start(context.Background(), world.Config{Dir: dir, PortBase: ":0", ClockTick: -1})
		if err == nil {
			bad.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

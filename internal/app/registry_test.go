package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/world/standalone"
)

// The example that the command prints is a configuration that it takes; what
// it does not take is told with its place, as a matter of usage.
func TestRegistryCommand(t *testing.T) {
	run := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := Main(append([]string{"registry"}, args...), &out, &errs)
		return code, out.String(), errs.String()
	}
	code, out, errs := run("--example")
	if code != 0 || errs != "" {
		t.Fatalf("%d %s", code, errs)
	}
	if _, err := standalone.Parse(out); err != nil {
		t.Errorf("the example: %v", err)
	}
	file := filepath.Join(t.TempDir(), "registry.toml")
	for text, want := range map[string]string{
		"[registry]\nhost_modle = \"objects\"\n": file + `: no setting "registry.host_modle"`,
		"seed = -1\n":                            "seed must be 0 to 1000",
		"seed = \n":                              "registry.toml: line 1",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := run("--config", file); code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%q: exit %d, %s", text, code, errs)
		}
	}
	if code, _, errs := run("--config", filepath.Join(t.TempDir(), "none.toml")); code != 2 || !strings.Contains(errs, "none.toml") {
		t.Errorf("a file that is not there: exit %d, %s", code, errs)
	}
	if code, _, errs := run("--port-base", "here"); code != 2 || !strings.Contains(errs, `"here"`) {
		t.Errorf("a port base that is none: exit %d, %s", code, errs)
	}
}

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// domainr/epp, unmodified, against every registry of the running world: a module of its own under interop.
func TestSDKEPPClient(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "world.json")
	var world struct {
		Control string `json:"control"`
	}
	up(t, file, &world, nil, "world", "--data", data, "--port-base", ":0")
	cmd := exec.Command("go", "test", "-count=1", "-v", "./...")
	cmd.Dir, cmd.Env = "../interop/domainr-epp", append(os.Environ(), "OPENREGISTRAR_WORLD="+file)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "not performed") || !strings.Contains(string(out), "--- PASS") {
		t.Fatalf("%v\n%s", err, out)
	}
	behaviour(t, "domainr/epp v0.2.0, unmodified: login, hello, check and info at every registry")
}

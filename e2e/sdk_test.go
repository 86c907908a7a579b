package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The seed product's own SDKs, unmodified, against the running program: modules of their own under interop.
func TestSDKs(t *testing.T) {
	e, _ := startDemo(t, nil)
	approvedTemplate(t, client{t: t, base: e.API, key: e.owner()})
	env := append(os.Environ(), "OPENREGISTRAR_SECRET_ID="+e.owner().SecretID, "OPENREGISTRAR_SECRET_KEY="+e.owner().SecretKey,
		"NODE_EXTRA_CA_CERTS="+e.CAFile,
		"OPENREGISTRAR_MAILBOX="+e.Mailbox,
		"OPENREGISTRAR_ENDPOINT="+e.API, "OPENREGISTRAR_ENDPOINT_TLS="+e.HTTPS)
	t.Run("go", func(t *testing.T) {
		cmd := exec.Command("go", "test", "-count=1", "-v", "./...")
		cmd.Dir, cmd.Env = "../interop/go-sdk", env
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "not performed") || !strings.Contains(string(out), "--- PASS") {
			t.Fatalf("%v\n%s", err, out)
		}
		behaviour(t, "tencentcloud-sdk-go v1.0.162, unmodified: checks, template, 50 names, polls, lists, changes DNS")
	})
	t.Run("node", func(t *testing.T) {
		if _, err := os.Stat(filepath.Join("..", "interop", "node-sdk", "node_modules")); err != nil {
			t.Skip("not performed: the Node SDK is not installed (npm ci in interop/node-sdk)")
		}
		cmd := exec.Command("node", "interop.mjs")
		cmd.Dir, cmd.Env = "../interop/node-sdk", env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		behaviour(t, "tencentcloud-sdk-nodejs 4.1.313, unmodified: one name from check to list")
	})
}

// What stands in the seed's list of codes is listed, and every drill that there is passes on a demo of its own.
func TestDrills(t *testing.T) {
	t.Parallel()                                                 // it mostly waits
	out, err := exec.Command(binary, "drill", "--list").Output() //nolint:gosec // our own binary
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		code, state, _ := strings.Cut(line, "\t")
		listed[code] = state
	}
	if raw, err := os.ReadFile("../../shared/fault-codes.txt"); err != nil {
		t.Log("not performed: comparison with the seed's list of codes (shared/fault-codes.txt is absent)")
	} else {
		for _, code := range strings.Fields(string(raw)) {
			if listed[code] == "" {
				t.Errorf("%s is not listed", code)
			}
		}
	}
	if len(listed) < 100 {
		t.Errorf("%d codes are listed", len(listed))
	}
	present := 0
	for _, state := range listed {
		if state == "present" {
			present++
		}
	}
	out, err = exec.Command(binary, "drill", "-v").CombinedOutput() //nolint:gosec // our own binary
	if err != nil || strings.Count(string(out), "\tpass\t") != present {
		t.Errorf("%v\n%s", err, out)
	}
	behaviour(t, "%d codes listed, %d drills pass", len(listed), present)
}

package epp

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// collected holds every frame that tests produce and that ought to be valid;
// TestMain has them validated in one batch, because starting xmllint costs
// more than the validation.
var collected struct {
	sync.Mutex
	frames map[string]string // document -> test
}

func collect(t testing.TB, frame []byte) {
	collected.Lock()
	defer collected.Unlock()
	if collected.frames == nil {
		collected.frames = map[string]string{}
	}
	if _, ok := collected.frames[string(frame)]; !ok {
		collected.frames[string(frame)] = t.Name()
	}
}

const allXSD = "../../shared/xsd/all.xsd"

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := schemaGate(); err != nil {
			fmt.Println("FAIL: schema gate:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func schemaGate() error {
	if len(collected.frames) == 0 {
		return nil
	}
	if _, err := os.Stat(allXSD); err != nil {
		fmt.Println("schema gate: not performed (schemas absent)")
		return nil
	}
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		fmt.Println("schema gate: not performed (xmllint absent)")
		return nil
	}
	dir, err := os.MkdirTemp("", "epp-xsd")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var files []string
	names := map[string]string{}
	for doc, test := range collected.frames {
		// CNNIC publishes no schema; what is in its namespaces is not checked.
		if strings.Contains(doc, "cnnic-") {
			continue
		}
		f := filepath.Join(dir, fmt.Sprintf("%04d.xml", len(files)))
		if err := os.WriteFile(f, []byte(doc), 0o600); err != nil {
			return err
		}
		files = append(files, f)
		names[f] = test
	}
	out, err := exec.Command(lint, append([]string{"--noout", "--nonet", "--schema", allXSD}, files...)...).CombinedOutput()
	if err == nil {
		fmt.Printf("schema gate: %d documents valid\n", len(files))
		return nil
	}
	var bad strings.Builder
	for _, line := range strings.Split(string(out), "\n") {
		if strings.HasSuffix(line, "validates") {
			continue
		}
		for f, test := range names {
			line = strings.ReplaceAll(line, f, test)
		}
		bad.WriteString(line + "\n")
	}
	return fmt.Errorf("%w\n%s", err, bad.String())
}

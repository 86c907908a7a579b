package e2e

import (
	"os"
	"testing"
)

// longRun leaves a test to `OPENREGISTRAR_LONG=1 go test ./e2e`: those that hang on how fast pictures are read and pages
// drawn, until they don't.
func longRun(t *testing.T) {
	t.Helper()
	if os.Getenv("OPENREGISTRAR_LONG") == "" {
		t.Skip("not performed: a long run; OPENREGISTRAR_LONG=1 has it")
	}
}

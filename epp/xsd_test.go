package epp

import (
	"testing"

	"github.com/openregistrar/openregistrar/epp/schematest"
)

func TestMain(m *testing.M) { schematest.Main(m) }

// collect gives a frame that a test produces, and that ought to be valid, to
// the schema gate.
func collect(t testing.TB, frame []byte) { schematest.Collect(t, frame) }

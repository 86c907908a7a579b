package epp

import (
	"testing"

	"github.com/openregistrar/openregistrar/epp/schematest"
)

func TestMain(m *testing.M) {
	schematest.Gate{Exempt: map[string]string{
		"TestWireActs/not_XML":    "what is sent is no XML",
		"TestWireActs/a_greeting": "a greeting of no content",
	}}.Main(m)
}

// collect gives a frame that a test produces, and that ought to be valid, to
// the schema gate.
func collect(t testing.TB, frame []byte) { schematest.Collect(t, frame) }

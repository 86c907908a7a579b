package verifier

import (
	"testing"

	"github.com/openregistrar/openregistrar/epp/schematest"
)

// Every frame that is exchanged with the authority in these tests is held against the schemas.
func TestMain(m *testing.M) { schematest.Main(m) }

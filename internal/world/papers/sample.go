package papers

import _ "embed"

//go:embed samples/su-he.jpg
var sampleCard []byte

// Sample is the first person's identity card on a flatbed, drawn beforehand: for whom any good picture will do, and
// drawing one would take too long.
func Sample() (Person, []byte) { return People()[0], sampleCard }

package registry

import (
	"slices"
	"strings"
	"time"
)

// defaultTTL is that of delegation records whose TTL nobody has set: what the
// world's name servers answer with.
const defaultTTL = 5 * time.Minute

// ttlTypes are the records of a delegation whose TTL can be set (RFC 9803).
var ttlTypes = []string{"NS", "DS", "A", "AAAA"}

// setTTLs returns a name's TTLs with changes; below 0 seconds is back to the
// default (RFC 9803 section 2.3).
func (c *core) setTTLs(have []TTL, z *Zone, changes []TTL) ([]TTL, error) {
	if len(changes) == 0 {
		return have, nil
	}
	if z == nil || !z.TTL {
		return nil, refuse(2306, "TTLs cannot be set in this zone")
	}
	out := slices.Clone(have)
	for _, t := range changes {
		if !slices.Contains(ttlTypes, t.For) {
			return nil, refuse(2306, "no TTL of such records")
		}
		if t.Seconds >= 0 && (time.Duration(t.Seconds)*time.Second < c.p.MinTTL || c.p.MaxTTL > 0 && time.Duration(t.Seconds)*time.Second > c.p.MaxTTL) {
			return nil, refuse(2004, "TTL out of range")
		}
		out = slices.DeleteFunc(out, func(x TTL) bool { return x.For == t.For })
		if t.Seconds >= 0 {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b TTL) int { return strings.Compare(a.For, b.For) })
	return out, nil
}

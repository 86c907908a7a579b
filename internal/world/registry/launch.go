package registry

import "time"

// claimsNotice is the notice that a registrant was shown (RFC 8334 section
// 2.3.1).
type claimsNotice struct {
	ID       string
	NotAfter time.Time
	Accepted time.Time
}

// claimsOf answers a claims check: the claim key of a name whose label is
// claimed.
func (c *core) claimsOf(raw string) (key string, exists bool) {
	_, label, z, err := c.parseName(raw)
	if err != nil {
		return "", false
	}
	return c.claim(label, z)
}

// checkNotice refuses a claimed label without an accepted notice that is
// still good.
func (c *core) checkNotice(label string, z *Zone, n *claimsNotice, now time.Time) error {
	_, claimed := c.claim(label, z)
	switch {
	case claimed && n == nil:
		return refuse(2003, "claims notice required")
	case n == nil:
		return nil
	case c.launchPhase(z) != "claims":
		return refuse(2306, "no claims phase here")
	case !claimed:
		return refuse(2306, "label is not claimed")
	case n.ID == "":
		return refuse(2005, "notice without its identifier")
	case !n.NotAfter.After(now):
		return refuse(2306, "claims notice expired")
	case n.Accepted.After(now.Add(time.Minute)) || n.Accepted.Before(now.Add(-48*time.Hour)):
		return refuse(2306, "claims notice not accepted lately")
	}
	return nil
}

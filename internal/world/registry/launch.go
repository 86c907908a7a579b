package registry

import (
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

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

// phase is a zone's launch phase in the words of the extension.
func (c *core) phase(z *Zone) string {
	if p := c.launchPhase(z); p != "" {
		return p
	}
	return epp.PhaseOpen
}

// claimsCheck answers the claims and trademark forms of a check (RFC 8334
// section 3.1.1).
func (b *binding) claimsCheck(a *epp.DomainCheck, x *epp.LaunchCheck) (*epp.Response, error) {
	if x.Type != epp.LaunchCheckTrademark && x.Phase.Phase != epp.PhaseClaims {
		return nil, refuse(2306, "claims are of the claims phase")
	}
	data := &epp.LaunchCheckData{Phase: x.Phase}
	err := b.view(func(c *core, now time.Time) (uint64, error) {
		for _, n := range a.Names {
			item := epp.LaunchCheckItem{Name: n}
			if key, ok := c.claimsOf(n); ok {
				item.Exists, item.ClaimKeys = true, []epp.ValidatedText{{Text: key}}
			}
			data.Items = append(data.Items, item)
		}
		return c.lsn - 1, b.tooMany(len(a.Names))
	})
	if err != nil {
		return nil, err
	}
	resp := epp.NewResponse(epp.CodeOK)
	resp.Extensions = []epp.Value{data}
	return resp, nil
}

// launchCreate reads the launch part of a create. There is no sunrise here:
// what is made is a registration, and no mark opens anything.
func (b *binding) launchCreate(cmd *domainCreate, x *epp.LaunchCreate) error {
	switch {
	case x.Type == epp.LaunchApplication:
		return refuse(2306, "no applications here")
	case len(x.CodeMarks)+len(x.SignedMarks)+len(x.Encoded) > 0:
		return refuse(2306, "no marks in this phase")
	case len(x.Notices) > 1:
		return refuse(2306, "one notice")
	}
	cmd.Phase = x.Phase.Phase
	for _, n := range x.Notices {
		if v := n.ID.ValidatorID; v != "" && v != "tmch" {
			return refuse(2306, "validator not known")
		}
		cmd.Notice = &claimsNotice{ID: n.ID.Text, NotAfter: n.NotAfter, Accepted: n.AcceptedDate}
	}
	return nil
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

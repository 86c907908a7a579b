package registry

import (
	"slices"
	"strings"
	"time"
)

// States of verification of a name. A name that no codes are asked for has
// none, which is shown as notApplicable.
const (
	verNone    = "notApplicable"
	verPending = "pendingCompliance"
	verBad     = "nonCompliant"
	verGood    = "compliant"
)

// missing lists the code types that a name still lacks.
func (c *core) missing(d *Domain) (out []string) {
	types := c.p.Verification.Types
	if _, z := c.zoneOf(d.Name); z != nil {
		types = c.codeTypes(z)
	}
	for _, t := range types {
		if !slices.ContainsFunc(d.Codes, func(x Code) bool { return x.Type == t }) {
			out = append(out, t)
		}
	}
	return out
}

// beginVerification gives a new name its due date, or refuses it where the
// zone wants its proof beforehand.
func (c *core) beginVerification(d *Domain, z *Zone, codes []Code, now time.Time) error {
	c.setCodes(d, codes)
	mode := c.verifyMode(z)
	if mode == VerifyOff {
		return nil
	}
	d.VerifyMode = mode
	missing := c.missing(d)
	switch {
	case mode == VerifyContact:
		if x := c.contacts[d.Registrant]; x == nil || x.Identity == nil {
			return refuse(2306, "registrant without identity")
		}
		d.Verify = verGood
	case len(missing) == 0:
		d.Verify = verGood
	case mode == VerifyBefore:
		return refuse(2003, "verification code: "+strings.Join(missing, ", "))
	default:
		d.Verify, d.VerifyDue = verPending, now.Add(c.p.Verification.Grace)
	}
	return nil
}

func (c *core) setCodes(d *Domain, codes []Code) {
	for _, x := range codes {
		d.Codes = slices.DeleteFunc(d.Codes, func(y Code) bool { return y.Type == x.Type })
		d.Codes = append(d.Codes, x)
	}
	slices.SortFunc(d.Codes, func(a, b Code) int { return strings.Compare(a.Type, b.Type) })
}

// addCodes takes codes that come with an update: with the last one missing the
// name is compliant and its hold is lifted, at once or after the zone's wait.
func (c *core) addCodes(n *Domain, codes []Code, now time.Time) {
	if len(codes) == 0 {
		return
	}
	c.setCodes(n, codes)
	if n.Verify != "" && n.Verify != verGood && len(c.missing(n)) == 0 {
		n.Verify, n.VerifyDue = verGood, time.Time{}
		if _, z := c.zoneOf(n.Name); z != nil && c.set.Codes[z.Name].Lift > 0 && slices.Contains(n.Holds, holdVerification) {
			n.LiftDue = now.Add(time.Duration(c.set.Codes[z.Name].Lift))
			return
		}
		n.unhold(holdVerification)
	}
}

// verifyLifted ends the hold of a name whose codes came a while ago.
func (c *core) verifyLifted(d *Domain, at time.Time) {
	n := d.clone()
	n.LiftDue = time.Time{}
	n.unhold(holdVerification)
	n.Updated = at
	c.putDomain(n)
	c.changed(d, n, "verification", "update", "verification passed, hold lifted", d.Name+": verification passed, hold lifted.", at)
}

// verifyOverdue holds a name whose codes have not come.
func (c *core) verifyOverdue(d *Domain, at time.Time) {
	n := d.clone()
	n.Verify = verBad
	n.hold(holdVerification)
	c.putDomain(n)
	c.changed(d, n, "verification", "update", "verification code missing",
		d.Name+": held, verification code missing: "+strings.Join(c.missing(d), ", ")+".", at)
}

// verificationState is a name's state in the words of the extension.
func (d *Domain) verificationState() string {
	if d.Verify == "" {
		return verNone
	}
	return d.Verify
}

// SetVerified puts a name into a state of verification as the registry:
// pendingCompliance with a new due date, nonCompliant with its hold, compliant
// without, notApplicable.
func (r *Registry) SetVerified(name, state string) error {
	if !slices.Contains(VerifyStates(), state) {
		return refuse(2306, "unknown state of verification")
	}
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		if d.verificationState() == state {
			return nil
		}
		n := d.clone()
		if n.VerifyMode == "" || n.VerifyMode == VerifyLenient {
			n.VerifyMode = VerifyAfter
		}
		n.Verify, n.VerifyDue, n.LiftDue = state, time.Time{}, time.Time{}
		switch state {
		case verNone:
			n.Verify = ""
			n.unhold(holdVerification)
		case verPending:
			n.Codes, n.VerifyDue = nil, now.Add(c.p.Verification.Grace)
			n.unhold(holdVerification)
		case verBad:
			n.Codes, n.VerifyDue = nil, d.VerifyDue
			if n.VerifyDue.IsZero() {
				n.VerifyDue = now
			}
			n.hold(holdVerification)
		default:
			n.unhold(holdVerification)
		}
		n.Updated = now
		c.putDomain(n)
		c.changed(d, n, "verification", "update", "verification "+state, d.Name+": verification state is now "+state+".", now)
		return nil
	})
}

// VerifyStates lists the states of verification.
func VerifyStates() []string { return []string{verNone, verPending, verBad, verGood} }

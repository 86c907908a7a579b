package registry

import (
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// auditWord is a word that the naming audit objects to, simplified.
type auditWord struct{ word, why string }

// wordsOf are the words in force, in order.
func wordsOf(s *Settings, p *Profile) (out []auditWord) {
	m := merged(s.AuditWords, p.AuditWords)
	for _, w := range slices.Sorted(maps.Keys(m)) {
		out = append(out, auditWord{simplified(w), m[w]})
	}
	return out
}

// badWord is the reason of the first word that a label contains.
func badWord(words []auditWord, label string) string {
	u, err := idna.ToUnicode(label)
	if err != nil {
		u = label
	}
	u = simplified(u)
	for _, w := range words {
		if strings.Contains(u, w.word) {
			return w.why
		}
	}
	return ""
}

// beginAudit dates the verdict on a new name whose label contains a bad word.
// Approval is silent, so that nothing needs to happen to good ones.
func (c *core) beginAudit(d *Domain, label string, z *Zone, now time.Time) {
	if c.auditMode(z) == "" {
		return
	}
	if why := badWord(c.words, label); why != "" {
		d.AuditDue, d.AuditWhy = now.Add(c.p.AuditDelay), why
	}
}

// reaudit looks again at the names whose audit has not been given yet, after
// the words have changed.
func (c *core) reaudit(s *Settings, now time.Time) {
	words := wordsOf(s, c.p)
	for name, d := range c.domains {
		label, z := c.zoneOf(name)
		due := d.Created.Add(c.p.AuditDelay)
		if z == nil || !due.After(now) || zoneWord(s.Audit, z, z.Audit) == "" {
			continue
		}
		why := badWord(words, label)
		if why == d.AuditWhy && (why == "") == d.AuditDue.IsZero() {
			continue
		}
		n := d.clone()
		n.AuditWhy, n.AuditDue = why, time.Time{}
		if why != "" {
			n.AuditDue = due
		}
		c.putDomain(n)
	}
}

// verdict is what the naming audit does with a name: "" clears it, hold puts
// serverHold on, delete takes it away with its fee back.
func (c *core) verdict(d *Domain, mode, why string, at time.Time) {
	n := d.clone()
	n.AuditDue, n.AuditWhy = time.Time{}, ""
	reason := ""
	if why != "" {
		reason = " Reason: " + why + "."
	}
	switch mode {
	case "hold":
		n.hold(holdNaming)
		c.putDomain(n)
		c.changed(d, n, "naming", "update", why, d.Name+": held after the naming review."+reason, at)
	case "delete":
		for _, g := range liveGrace(d.Grace, at) {
			c.credit(g.Payer, g.Credit)
		}
		if d.Pending != nil {
			c.credit(d.Pending.By, d.Pending.Fee)
		}
		if d.transferPending() {
			c.credit(d.Transfer.ReID, d.Transfer.Fee)
		}
		c.uproot(d)
		c.changed(d, nil, "naming", "delete", why, d.Name+": deleted after the naming review."+reason, at).Change.SubOp = "purge"
	default:
		held := slices.Contains(d.Holds, holdNaming)
		n.unhold(holdNaming)
		c.putDomain(n)
		if held {
			c.changed(d, n, "naming", "update", why, d.Name+": released by the naming review.", at)
		}
	}
}

// NamingVerdict gives the verdict of the naming review on a name now: "ok",
// "hold" or "delete".
func (r *Registry) NamingVerdict(name, verdict, why string) error {
	mode, known := map[string]string{"ok": "", "hold": "hold", "delete": "delete"}[verdict]
	if !known {
		return refuse(2306, "a verdict is ok, hold or delete")
	}
	return r.onName(name, func(c *core, d *Domain, now time.Time) error {
		c.verdict(d, mode, why, now)
		return nil
	})
}

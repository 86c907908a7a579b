package registry

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Impacts of a maintenance window on EPP (RFC 9167 section 3.3).
const (
	ImpactNone    = "none"
	ImpactPartial = "partial" // nothing can be changed meanwhile
	ImpactFull    = "full"    // nobody is served meanwhile
)

// courtesyAhead is how long before its start a window is called to mind.
const courtesyAhead = 24 * time.Hour

// Maintenance is a window in which a registry works on itself (RFC 9167).
type Maintenance struct {
	ID          string    `json:"id"`
	Name        string    `json:"name,omitempty"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Impact      string    `json:"impact"`
	Reason      string    `json:"reason,omitempty"` // planned or emergency
	Environment string    `json:"env,omitempty"`
	Detail      string    `json:"detail,omitempty"` // address of a page about it
	Description string    `json:"descr,omitempty"`
	TLDs        []string  `json:"tlds,omitempty"`
	Created     time.Time `json:"crDate"`
	Updated     time.Time `json:"upDate,omitzero"`
	Told        string    `json:"told,omitempty"` // the last message about it: create, update, delete, courtesy, end
}

// nextDue is when the window does its next thing; zero when it is over.
func (m *Maintenance) nextDue() time.Time {
	switch m.Told {
	case "end", "delete":
		return time.Time{}
	case "courtesy":
		return m.End
	}
	said := m.Created
	if m.Updated.After(said) {
		said = m.Updated
	}
	if at := m.Start.Add(-courtesyAhead); at.After(said) {
		return at
	}
	return m.End
}

// inWindow is the heaviest impact in force.
func (c *core) inWindow(now time.Time) string {
	out := ""
	for _, m := range c.set.Maintenance {
		if m.Told == "delete" || now.Before(m.Start) || !now.Before(m.End) || m.Impact == ImpactNone {
			continue
		}
		if out = m.Impact; out == ImpactFull {
			break
		}
	}
	return out
}

// tellMaintenance queues a message for every registrar.
func (c *core) tellMaintenance(m *Maintenance, what string, now time.Time) {
	m.Told = what
	text := fmt.Sprintf("Maintenance %s: %s, from %s to %s.", what, m.ID, m.Start.Format(time.RFC3339), m.End.Format(time.RFC3339))
	for id := range c.regs {
		n := *m
		c.message(id, "maintenance", "", text, now).Maintenance = &n
	}
}

// maintenanceDue does what a window does by itself.
func (c *core) maintenanceDue(id string, at time.Time) {
	s := c.set.clone()
	i := slices.IndexFunc(s.Maintenance, func(m *Maintenance) bool { return m.ID == id })
	if i < 0 {
		return
	}
	n := *s.Maintenance[i]
	s.Maintenance[i] = &n
	if at.Equal(n.End) {
		c.tellMaintenance(&n, "end", at)
	} else {
		c.tellMaintenance(&n, "courtesy", at)
	}
	c.putSettings(s)
}

func (m *Maintenance) check(now time.Time) error {
	switch {
	case m.Start.IsZero() || !m.End.After(m.Start):
		return refuse(2004, "a window ends after it starts")
	case !m.End.After(now):
		return refuse(2004, "a window ends in the future")
	case m.Impact != ImpactNone && m.Impact != ImpactPartial && m.Impact != ImpactFull:
		return refuse(2306, "impact is none, partial or full")
	case m.Reason != "planned" && m.Reason != "emergency":
		return refuse(2306, "a window is planned or emergency")
	case len(m.Name) > 255 || len(m.Description) > 2000:
		return refuse(2004, "text too long")
	}
	return nil
}

// PutMaintenance makes a window, or changes the one with the same id, and
// tells every registrar. An empty id is given one.
func (r *Registry) PutMaintenance(m Maintenance) (Maintenance, error) {
	err := r.change(func(c *core, s *Settings, now time.Time) error {
		if m.Impact == "" {
			m.Impact = ImpactFull
		}
		if m.Reason == "" {
			m.Reason = "planned"
		}
		m.Start, m.End = m.Start.UTC().Truncate(time.Millisecond), m.End.UTC().Truncate(time.Millisecond)
		if err := m.check(now); err != nil {
			return err
		}
		if len(m.TLDs) == 0 {
			for _, z := range c.p.Zones {
				m.TLDs = append(m.TLDs, z.Name)
			}
		}
		i := slices.IndexFunc(s.Maintenance, func(x *Maintenance) bool { return x.ID == m.ID })
		what := "create"
		switch {
		case m.ID == "":
			c.pollSeq++
			m.ID = c.p.ROID + "-M" + strconv.FormatUint(c.pollSeq, 10)
			m.Created, m.Updated = now, time.Time{}
		case i < 0:
			return refuse(2303, "no such maintenance")
		case s.Maintenance[i].nextDue().IsZero():
			return refuse(2304, "maintenance is over")
		default:
			what, m.Created, m.Updated = "update", s.Maintenance[i].Created, now
		}
		n := m
		c.tellMaintenance(&n, what, now)
		if m = n; i < 0 {
			s.Maintenance = append(s.Maintenance, &n)
		} else {
			s.Maintenance[i] = &n
		}
		return nil
	})
	return m, err
}

// DropMaintenance calls a window off and tells every registrar.
func (r *Registry) DropMaintenance(id string) error {
	return r.change(func(c *core, s *Settings, now time.Time) error {
		i := slices.IndexFunc(s.Maintenance, func(x *Maintenance) bool { return x.ID == id })
		if i < 0 || s.Maintenance[i].nextDue().IsZero() {
			return refuse(2303, "no such maintenance")
		}
		n := *s.Maintenance[i]
		c.tellMaintenance(&n, "delete", now)
		s.Maintenance[i] = &n
		return nil
	})
}

// Maintenance lists the windows, those that are over included, oldest first.
func (r *Registry) Maintenance() []Maintenance {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.core.windows()
}

func (c *core) windows() []Maintenance {
	var out []Maintenance
	for _, m := range c.set.Maintenance {
		out = append(out, *m)
	}
	return out
}

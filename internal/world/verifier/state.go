package verifier

import (
	"maps"
	"slices"
	"strconv"
)

// state is all that the authority knows. What changes it is a record, so that
// replaying the journal is applying records again.
type state struct {
	People  map[string]*Entry
	Orgs    map[string]*Entry
	Cases   map[string]*Case
	Polls   map[string][]*PollMessage
	Set     map[int]*Settings
	PollSeq uint64
	Seeded  bool

	byOwn   map[string]string // ownKey to reference
	pending map[string]*Case
	calling map[string]*Case // with a callback to be made
}

// record is what one operation changed: whole objects.
type record struct {
	People     []*Entry          `json:"p,omitempty"`
	GonePeople []string          `json:"px,omitempty"`
	Orgs       []*Entry          `json:"o,omitempty"`
	GoneOrgs   []string          `json:"ox,omitempty"`
	Cases      []*Case           `json:"c,omitempty"`
	Polls      []*PollMessage    `json:"m,omitempty"`
	Acked      []*PollMessage    `json:"mx,omitempty"`
	Settings   map[int]*Settings `json:"s,omitempty"`
	PollSeq    uint64            `json:"n,omitempty"`
	Seeded     bool              `json:"seeded,omitempty"`
}

func (r *record) empty() bool {
	return len(r.People)+len(r.GonePeople)+len(r.Orgs)+len(r.GoneOrgs)+len(r.Cases)+len(r.Polls)+len(r.Acked)+len(r.Settings) == 0 && !r.Seeded
}

func newState() *state {
	return &state{People: map[string]*Entry{}, Orgs: map[string]*Entry{}, Cases: map[string]*Case{}, Polls: map[string][]*PollMessage{},
		Set: map[int]*Settings{}, byOwn: map[string]string{}, pending: map[string]*Case{}, calling: map[string]*Case{}}
}

func ownKey(provider int, client, own string) string {
	return strconv.Itoa(provider) + "\x00" + client + "\x00" + own
}

func (s *state) settings(provider int) *Settings {
	if set := s.Set[provider]; set != nil {
		return set
	}
	return &Settings{Delay: DefaultDelay}
}

func (s *state) apply(r *record) {
	for _, n := range r.GonePeople {
		delete(s.People, n)
	}
	for _, n := range r.GoneOrgs {
		delete(s.Orgs, n)
	}
	for _, e := range r.People {
		s.People[e.Number] = e
	}
	for _, e := range r.Orgs {
		s.Orgs[e.Number] = e
	}
	for _, c := range r.Cases {
		if old := s.Cases[c.Ref]; old != nil && old.Own != c.Own {
			delete(s.byOwn, ownKey(old.Provider, old.Client, old.Own))
		}
		s.Cases[c.Ref] = c
		if c.Own != "" {
			s.byOwn[ownKey(c.Provider, c.Client, c.Own)] = c.Ref
		}
		delete(s.pending, c.Ref)
		delete(s.calling, c.Ref)
		switch {
		case c.State == StatePending:
			s.pending[c.Ref] = c
		case c.Callback.open():
			s.calling[c.Ref] = c
		}
	}
	for _, m := range r.Polls {
		s.Polls[m.Client] = append(s.Polls[m.Client], m)
	}
	for _, m := range r.Acked {
		s.Polls[m.Client] = slices.DeleteFunc(s.Polls[m.Client], func(o *PollMessage) bool { return o.ID == m.ID })
	}
	for n, set := range r.Settings {
		s.Set[n] = set
	}
	s.PollSeq = max(s.PollSeq, r.PollSeq)
	s.Seeded = s.Seeded || r.Seeded
}

// whole is the state as one record.
func (s *state) whole() *record {
	r := &record{Settings: s.Set, PollSeq: s.PollSeq, Seeded: s.Seeded}
	r.People = slices.Collect(maps.Values(s.People))
	r.Orgs = slices.Collect(maps.Values(s.Orgs))
	r.Cases = slices.Collect(maps.Values(s.Cases))
	for _, q := range s.Polls {
		r.Polls = append(r.Polls, q...)
	}
	return r
}

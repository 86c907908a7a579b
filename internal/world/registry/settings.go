package registry

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Settings are what the registry's own people have changed since its profile
// was written. They are kept with its other data. A value in the core is never
// modified in place.
type Settings struct {
	Prices      map[string]Price  `json:"prices,omitempty"`   // zone or price class
	Premium     map[string]string `json:"premium,omitempty"`  // label or name -> price class; "" makes it ordinary
	Reserved    map[string]string `json:"reserved,omitempty"` // label or name -> reason; "" frees it
	Tokens      map[string]string `json:"tokens,omitempty"`   // name -> allocation token; "" frees it
	Claims      map[string]string `json:"claims,omitempty"`   // label -> claim key; "" lifts it
	Launch      map[string]string `json:"launch,omitempty"`   // zone -> "", open, claims
	Verify      map[string]string `json:"verify,omitempty"`   // zone -> mode
	Codes       map[string]Wanted `json:"codes,omitempty"`    // zone -> code types
	Barred      map[string]string `json:"barred,omitempty"`   // name or document number of a registrant -> reason
	Audit       map[string]string `json:"audit,omitempty"`    // zone -> "", hold, delete
	AuditWords  map[string]string `json:"words,omitempty"`    // word -> reason; "" lifts it
	Pending     []PendingRule     `json:"pending,omitempty"`
	Maintenance []*Maintenance    `json:"maintenance,omitempty"`
}

func (s *Settings) clone() *Settings {
	n := *s
	n.Prices, n.Codes, n.Barred = maps.Clone(s.Prices), maps.Clone(s.Codes), maps.Clone(s.Barred)
	for _, m := range []*map[string]string{&n.Premium, &n.Reserved, &n.Tokens, &n.Claims, &n.Launch, &n.Verify, &n.Audit, &n.AuditWords} {
		*m = maps.Clone(*m)
	}
	n.Pending = slices.Clone(s.Pending)
	n.Maintenance = slices.Clone(s.Maintenance)
	return &n
}

// putSettings replaces the settings; maintenance windows get their due entries.
func (c *core) putSettings(s *Settings) {
	c.set, c.words = s, wordsOf(s, c.p)
	for _, m := range s.Maintenance {
		c.push(kindMaintenance, m.ID, m.nextDue())
	}
	c.tx.Settings = s
}

// lookup looks a key up in what was changed, then in what the profile says.
func lookup(changed, profile map[string]string, keys ...string) (string, bool) {
	for _, m := range []map[string]string{changed, profile} {
		for _, k := range keys {
			if v, ok := m[k]; ok {
				return v, v != ""
			}
		}
	}
	return "", false
}

// merged is a profile's map with what was changed, lifted entries left out.
func merged(changed, profile map[string]string) map[string]string {
	out := maps.Clone(profile)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, changed)
	maps.DeleteFunc(out, func(_, v string) bool { return v == "" })
	return out
}

func zoneWord(changed map[string]string, z *Zone, profile string) string {
	if v, ok := changed[z.Name]; ok {
		return v
	}
	return profile
}

func (c *core) verifyMode(z *Zone) string {
	if m := zoneWord(c.set.Verify, z, z.Verify); m != "" {
		return m
	}
	return VerifyOff
}

// codeTypes are the code types that names of a zone must have.
func (c *core) codeTypes(z *Zone) []string {
	if w, ok := c.set.Codes[z.Name]; ok {
		return w.Types
	}
	if z.Codes != nil {
		return z.Codes
	}
	return c.p.Verification.Types
}

func (c *core) auditMode(z *Zone) string   { return zoneWord(c.set.Audit, z, z.Audit) }
func (c *core) launchPhase(z *Zone) string { return zoneWord(c.set.Launch, z, z.Launch) }

// reserved says why a name is kept back.
func (c *core) reserved(name, label string) (string, bool) {
	return lookup(c.set.Reserved, c.p.Reserved, name, label)
}

// token is the allocation token that opens a restricted name.
func (c *core) token(name, label string, z *Zone) (string, bool) {
	if v, ok := c.set.Tokens[name]; ok {
		return v, v != ""
	}
	v, ok := z.Tokens[label]
	return v, ok
}

// claim is the claim key of a label, where its zone has claims.
func (c *core) claim(label string, z *Zone) (string, bool) {
	if c.launchPhase(z) != "claims" {
		return "", false
	}
	return lookup(c.set.Claims, c.p.Claims, label)
}

// pendingRule is the rule that makes a command wait; rules set by hand first.
func (c *core) pendingRule(op, name string) *PendingRule {
	for _, rules := range [][]PendingRule{c.set.Pending, c.p.Pending} {
		for i := range rules {
			if ok, _ := path.Match(rules[i].Match, name); ok && rules[i].Op == op {
				return &rules[i]
			}
		}
	}
	return nil
}

// Settings is what was changed by hand since the profile.
func (r *Registry) Settings() Settings {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return *r.core.set.clone()
}

// change applies fn to a copy of the settings.
func (r *Registry) change(fn func(c *core, s *Settings, now time.Time) error) error {
	return r.do(func(c *core, now time.Time) error {
		s := c.set.clone()
		if err := fn(c, s, now); err != nil {
			return err
		}
		c.putSettings(s)
		return nil
	})
}

func (c *core) zone(name string) (*Zone, error) {
	for i := range c.p.Zones {
		if c.p.Zones[i].Name == name {
			return &c.p.Zones[i], nil
		}
	}
	return nil, refuse(2306, "zone not served here")
}

func put(m *map[string]string, key, val string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[key] = val
}

// SetPrice changes the prices of a zone or of a price class from now on.
func (r *Registry) SetPrice(key string, p Price) error {
	return r.change(func(c *core, s *Settings, _ time.Time) error {
		if _, ok := c.p.Classes[key]; !ok && !c.isZone(key) {
			return refuse(2306, "no such zone or price class")
		}
		if min(p.Create, p.Renew, p.Transfer, p.Restore) < 0 {
			return refuse(2004, "a price must not be negative")
		}
		if s.Prices == nil {
			s.Prices = map[string]Price{}
		}
		s.Prices[key] = p
		return nil
	})
}

// Prices are the present prices by zone and price class.
func (r *Registry) Prices() map[string]Price {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := maps.Clone(r.core.p.Classes)
	if out == nil {
		out = map[string]Price{}
	}
	for _, z := range r.core.p.Zones {
		out[z.Name] = z.Price
	}
	maps.Copy(out, r.core.set.Prices)
	return out
}

// Kinds of entries of [Registry.SetLabel].
const (
	LabelPremium  = "premium"  // value: a price class
	LabelReserved = "reserved" // value: the reason, at most 32 characters
	LabelToken    = "token"    // value: the allocation token
	LabelClaim    = "claim"    // value: the claim key
	LabelAudit    = "audit"    // value: the reason; the key is a word
)

// SetLabel changes what the registry says of a label, a whole name, or, for
// the naming audit, a word. An empty value lifts what it said.
func (r *Registry) SetLabel(kind, key, value string) error {
	key = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(key), "."))
	return r.change(func(c *core, s *Settings, now time.Time) error {
		if key == "" || len(key) > 253 {
			return refuse(2005, "a label or name is needed")
		}
		if kind != LabelAudit && !validHostName(key) && !validHostName(key+".x") {
			return refuse(2005, "not a label or name")
		}
		if len([]rune(value)) > 255 {
			return refuse(2004, "value too long")
		}
		switch kind {
		case LabelPremium:
			if _, ok := c.p.Classes[value]; value != "" && !ok {
				return refuse(2306, "no such price class")
			}
			put(&s.Premium, key, value)
		case LabelReserved:
			if len(value) > 32 {
				return refuse(2004, "a reason has 32 characters at most")
			}
			put(&s.Reserved, key, value)
		case LabelToken:
			if _, z := c.zoneOf(key); z == nil {
				return refuse(2306, "a whole name is needed")
			}
			put(&s.Tokens, key, value)
		case LabelClaim:
			put(&s.Claims, key, value)
		case LabelAudit:
			put(&s.AuditWords, key, value)
			c.reaudit(s, now)
		default:
			return refuse(2306, "unknown kind of entry")
		}
		return nil
	})
}

// SetVerification sets a zone's mode of verification for names created from
// now on.
func (r *Registry) SetVerification(zone, mode string) error {
	return r.change(func(c *core, s *Settings, _ time.Time) error {
		if _, err := c.zone(zone); err != nil {
			return err
		}
		if !slices.Contains(VerifyModes(), mode) {
			return refuse(2306, "unknown mode of verification")
		}
		put(&s.Verify, zone, mode)
		return nil
	})
}

// Wanted are the code types of a zone, and how long the registry takes to lift
// its hold when they have come.
type Wanted struct {
	Types []string `json:"types"`
	Lift  Span     `json:"lift,omitempty"` // business time
}

// SetCodes sets what codes names of a zone must have from now on, those that
// are there included.
func (r *Registry) SetCodes(zone string, w Wanted) error {
	return r.change(func(c *core, s *Settings, _ time.Time) error {
		if _, err := c.zone(zone); err != nil {
			return err
		}
		if w.Lift < 0 || len(w.Types) > 8 || slices.ContainsFunc(w.Types, func(t string) bool { return t == "" || len(t) > 64 }) {
			return refuse(2005, "types of code, and a span of time")
		}
		if s.Codes == nil {
			s.Codes = map[string]Wanted{}
		}
		w.Types = append([]string{}, w.Types...)
		s.Codes[zone] = w
		return nil
	})
}

// Bar has the registry refuse contacts of a person or organisation, given by
// name or document number. An empty reason lifts it.
func (r *Registry) Bar(who, reason string) error {
	return r.change(func(_ *core, s *Settings, _ time.Time) error {
		if who = folded(who); who == "" || len(who) > 255 || len([]rune(reason)) > 128 {
			return refuse(2005, "a name or number, and a reason")
		}
		if reason == "" {
			delete(s.Barred, who)
			return nil
		}
		put(&s.Barred, who, reason)
		return nil
	})
}

func folded(who string) string { return strings.ToLower(strings.Join(strings.Fields(who), " ")) }

// restricted refuses contacts of those whom the registry bars.
func (c *core) restricted(x *Contact) error {
	if len(c.set.Barred) == 0 {
		return nil
	}
	var who []string
	if x.Identity != nil {
		who = append(who, x.Identity.Number)
	}
	for _, p := range x.Postal {
		who = append(who, p.Name, p.Org)
	}
	for _, w := range who {
		if why := c.set.Barred[folded(w)]; why != "" {
			return refuse(2306, "registrant restricted: "+why)
		}
	}
	return nil
}

// VerifyModes lists the modes of verification.
func VerifyModes() []string {
	return []string{VerifyOff, VerifyLenient, VerifyAfter, VerifyBefore, VerifyContact}
}

// SetAudit says what a zone's naming audit does with a bad label: "" nothing,
// hold or delete.
func (r *Registry) SetAudit(zone, mode string) error {
	return r.change(func(c *core, s *Settings, now time.Time) error {
		if _, err := c.zone(zone); err != nil {
			return err
		}
		if mode != "" && mode != "hold" && mode != "delete" {
			return refuse(2306, "an audit holds or deletes")
		}
		put(&s.Audit, zone, mode)
		c.reaudit(s, now)
		return nil
	})
}

// SetLaunch sets a zone's launch phase: "", open or claims (RFC 8334).
func (r *Registry) SetLaunch(zone, phase string) error {
	return r.change(func(c *core, s *Settings, _ time.Time) error {
		if _, err := c.zone(zone); err != nil {
			return err
		}
		if phase != "" && phase != "open" && phase != "claims" {
			return refuse(2306, "unknown launch phase")
		}
		put(&s.Launch, zone, phase)
		return nil
	})
}

// SetPending replaces the rules by which commands wait for an answer.
func (r *Registry) SetPending(rules []PendingRule) error {
	return r.change(func(c *core, s *Settings, _ time.Time) error {
		for _, p := range rules {
			if pendingStatus[p.Op] == "" {
				return refuse(2306, "only create, renew, update can wait")
			}
			if _, err := path.Match(p.Match, ""); err != nil || p.Match == "" || p.After < 0 {
				return refuse(2005, "a rule needs a pattern")
			}
		}
		s.Pending = slices.Clone(rules)
		return nil
	})
}

// Policy is what holds at the moment, the profile's part included.
type Policy struct {
	Verify     map[string]string // zone -> mode
	Codes      map[string]Wanted // zone -> code types
	Barred     int               // registrants whose contacts are refused
	Audit      map[string]string // zone -> mode
	Launch     map[string]string // zone -> phase
	AuditWords map[string]string
	Claims     map[string]string
	Reserved   map[string]string
	Premium    map[string]string
	Tokens     map[string]string // name -> "set": the tokens are secrets
	Pending    []PendingRule
}

// Policy lists what holds at the moment.
func (r *Registry) Policy() Policy {
	r.mu.RLock()
	defer r.mu.RUnlock()
	c := r.core
	p := Policy{Verify: map[string]string{}, Codes: map[string]Wanted{}, Barred: len(c.set.Barred), Audit: map[string]string{}, Launch: map[string]string{}, Tokens: map[string]string{},
		AuditWords: merged(c.set.AuditWords, c.p.AuditWords), Claims: merged(c.set.Claims, c.p.Claims),
		Reserved: merged(c.set.Reserved, c.p.Reserved), Premium: merged(c.set.Premium, c.p.Premium),
		Pending: slices.Concat(c.set.Pending, c.p.Pending)}
	for i := range c.p.Zones {
		z := &c.p.Zones[i]
		p.Verify[z.Name], p.Audit[z.Name], p.Launch[z.Name] = c.verifyMode(z), c.auditMode(z), c.launchPhase(z)
		p.Codes[z.Name] = Wanted{append([]string{}, c.codeTypes(z)...), c.set.Codes[z.Name].Lift}
		for label := range z.Tokens {
			p.Tokens[label+"."+z.Name] = "set"
		}
	}
	for name, v := range c.set.Tokens {
		if delete(p.Tokens, name); v != "" {
			p.Tokens[name] = "set"
		}
	}
	return p
}

package control

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// What a registry's own people do: its rules, its verdicts on names, its
// maintenance. Amounts are minor units.

// Price is what a zone's or a price class's names cost, in minor units.
type Price struct {
	Key      string `json:"key"` // zone or price class
	Create   int64  `json:"create"`
	Renew    int64  `json:"renew"`
	Transfer int64  `json:"transfer"`
	Restore  int64  `json:"restore"`
}

// Pending is a rule by which commands wait for the registry's answer.
type Pending struct {
	Op    string `json:"op"`
	Match string `json:"match"`
	After string `json:"after,omitempty"` // such as "2d" or "6h"; empty: by hand
	Deny  bool   `json:"deny,omitempty"`
}

// Rule reads what was written.
func (p Pending) Rule() (registry.PendingRule, error) {
	out := registry.PendingRule{Op: p.Op, Match: p.Match, Deny: p.Deny}
	if p.After != "" {
		d, err := Span(p.After)
		if err != nil {
			return out, err
		}
		out.After = d
	}
	return out, nil
}

func pendingOf(p registry.PendingRule) Pending {
	out := Pending{Op: p.Op, Match: p.Match, Deny: p.Deny}
	if days := p.After / (24 * time.Hour); p.After > 0 && p.After%(24*time.Hour) == 0 {
		out.After = strconv.Itoa(int(days)) + "d"
	} else if p.After > 0 {
		out.After = p.After.String()
	}
	return out
}

// Maintenance is a window of maintenance.
type Maintenance struct {
	ID          string    `json:"id,omitempty"`
	Name        string    `json:"name,omitempty"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Impact      string    `json:"impact"` // none, partial, full
	Reason      string    `json:"reason,omitempty"`
	Description string    `json:"description,omitempty"`
	TLDs        []string  `json:"tlds,omitempty"`
	Told        string    `json:"told,omitempty"`
}

func maintenanceOf(m registry.Maintenance) Maintenance {
	return Maintenance{ID: m.ID, Name: m.Name, Start: m.Start, End: m.End, Impact: m.Impact, Reason: m.Reason,
		Description: m.Description, TLDs: m.TLDs, Told: m.Told}
}

// Over says that nothing more comes of a window.
func (m Maintenance) Over() bool { return m.Told == "end" || m.Told == "delete" }

func (m Maintenance) window() registry.Maintenance {
	return registry.Maintenance{ID: m.ID, Name: m.Name, Start: m.Start, End: m.End, Impact: m.Impact, Reason: m.Reason,
		Description: m.Description, TLDs: m.TLDs}
}

// Rules are what holds at a registry at the moment.
type Rules struct {
	Verification map[string]string `json:"verification"` // zone -> mode
	Modes        []string          `json:"verification_modes"`
	Codes        map[string]Wanted `json:"codes"`  // zone -> what codes its names must have
	Barred       int               `json:"barred"` // registrants whose contacts are refused
	Audit        map[string]string `json:"audit"`  // zone -> "", hold, delete
	Launch       map[string]string `json:"launch"` // zone -> "", open, claims
	AuditWords   map[string]string `json:"audit_words"`
	Claims       map[string]string `json:"claims"`
	Reserved     map[string]string `json:"reserved"`
	Premium      map[string]string `json:"premium"`
	Tokens       map[string]string `json:"tokens"` // name -> set
	Pending      []Pending         `json:"pending"`
	Prices       []Price           `json:"prices"`
	Maintenance  []Maintenance     `json:"maintenance"`
}

// RulesOf tells a registry's rules; tokens only as "set".
func RulesOf(reg *registry.Registry) Rules {
	p := reg.Policy()
	codes := map[string]Wanted{}
	for z, w := range p.Codes {
		codes[z] = Wanted{w.Types, time.Duration(w.Lift).String()}
	}
	out := Rules{Verification: p.Verify, Codes: codes, Barred: p.Barred, Modes: registry.VerifyModes(), Audit: p.Audit, Launch: p.Launch, AuditWords: p.AuditWords,
		Claims: p.Claims, Reserved: p.Reserved, Premium: p.Premium, Tokens: p.Tokens,
		Pending: []Pending{}, Prices: []Price{}, Maintenance: []Maintenance{}}
	for _, r := range p.Pending {
		out.Pending = append(out.Pending, pendingOf(r))
	}
	prices := reg.Prices()
	for _, k := range slices.Sorted(maps.Keys(prices)) {
		v := prices[k]
		out.Prices = append(out.Prices, Price{k, v.Create, v.Renew, v.Transfer, v.Restore})
	}
	for _, m := range reg.Maintenance() {
		out.Maintenance = append(out.Maintenance, maintenanceOf(m))
	}
	return out
}

// Wanted are the code types of a zone, and how long its registry takes to lift
// a hold when they have come.
type Wanted struct {
	Types []string `json:"types"`
	Lift  string   `json:"lift,omitempty"` // business time, such as "24h"
}

// SetCodes changes them.
func SetCodes(reg *registry.Registry, zone string, w Wanted) error {
	lift := time.Duration(0)
	if w.Lift != "" {
		var err error
		if lift, err = time.ParseDuration(w.Lift); err != nil {
			return BadRequest("a span of time is written as 24h")
		}
	}
	return Refusal(reg.SetCodes(zone, registry.Wanted{Types: w.Types, Lift: registry.Span(lift)}))
}

// barIn names a registrant by name or document number.
type barIn struct {
	Who    string `json:"who"`
	Reason string `json:"reason"` // "" lifts
}

func bar(_ *http.Request, reg *registry.Registry, in barIn) error { return reg.Bar(in.Who, in.Reason) }

// SetZone changes what is given of a zone's rules.
func SetZone(reg *registry.Registry, zone string, verify, audit, launch *string) error {
	for _, s := range []struct {
		value *string
		set   func(zone, value string) error
	}{{verify, reg.SetVerification}, {audit, reg.SetAudit}, {launch, reg.SetLaunch}} {
		if s.value == nil {
			continue
		}
		if err := Refusal(s.set(zone, *s.value)); err != nil {
			return err
		}
	}
	return nil
}

// ruling is a call that changes the rules and answers with them.
func ruling[T any](f func(r *http.Request, reg *registry.Registry, in T) error) act {
	return taking(func(r *http.Request, reg *registry.Registry, in T) (any, error) {
		if err := f(r, reg, in); err != nil {
			return nil, err
		}
		return RulesOf(reg), nil
	})
}

func price(_ *http.Request, reg *registry.Registry, in Price) error {
	return reg.SetPrice(in.Key, registry.Price{Create: in.Create, Renew: in.Renew, Transfer: in.Transfer, Restore: in.Restore})
}

type labelIn struct {
	Kind  string `json:"kind"` // premium, reserved, token, claim, audit
	Key   string `json:"key"`
	Value string `json:"value"` // "" lifts
}

func label(_ *http.Request, reg *registry.Registry, in labelIn) error {
	return SetLabel(reg, in.Kind, in.Key, in.Value)
}

type zoneIn struct {
	Verification *string `json:"verification"`
	Codes        *Wanted `json:"codes"`
	Audit        *string `json:"audit"`
	Launch       *string `json:"launch"`
}

func zone(r *http.Request, reg *registry.Registry, in zoneIn) error {
	a, err := ASCIIName(r.PathValue("zone"))
	if err != nil {
		return err
	}
	if in.Codes != nil {
		if err := SetCodes(reg, a, *in.Codes); err != nil {
			return err
		}
	}
	return SetZone(reg, a, in.Verification, in.Audit, in.Launch)
}

type pendingIn struct {
	Rules []Pending `json:"rules"`
}

func pending(_ *http.Request, reg *registry.Registry, in pendingIn) error {
	var list []registry.PendingRule
	for _, p := range in.Rules {
		rule, err := p.Rule()
		if err != nil {
			return err
		}
		list = append(list, rule)
	}
	return reg.SetPending(list)
}

func putMaintenance(_ *http.Request, reg *registry.Registry, in Maintenance) (any, error) {
	m, err := reg.PutMaintenance(in.window())
	return Created{maintenanceOf(m)}, err
}

func dropMaintenance(r *http.Request, reg *registry.Registry) (any, error) {
	return nil, Refusal(reg.DropMaintenance(r.PathValue("mid")))
}

// SetLabel takes names and labels as people type them.
func SetLabel(reg *registry.Registry, kind, key, value string) error {
	if key = strings.TrimSpace(key); kind != registry.LabelAudit && key != "" {
		a, err := ASCIIName(key)
		if err != nil {
			return err
		}
		key = a
	}
	return reg.SetLabel(kind, key, strings.TrimSpace(value))
}

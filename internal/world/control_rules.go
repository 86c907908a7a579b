package world

import (
	"cmp"
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

// whyJSON is why a registry does something to a name.
type whyJSON struct {
	Reason   string `json:"reason,omitempty"`
	CaseType string `json:"case_type,omitempty"` // udrp, urs, custom
	CaseName string `json:"case_name,omitempty"` // with custom
	CaseID   string `json:"case_id,omitempty"`
}

func (w whyJSON) of() registry.Case {
	return registry.Case{Type: w.CaseType, Name: w.CaseName, ID: w.CaseID}
}

type priceJSON struct {
	Key      string `json:"key"` // zone or price class
	Create   int64  `json:"create"`
	Renew    int64  `json:"renew"`
	Transfer int64  `json:"transfer"`
	Restore  int64  `json:"restore"`
}

type pendingJSON struct {
	Op    string `json:"op"`
	Match string `json:"match"`
	After string `json:"after,omitempty"` // such as "2d" or "6h"; empty: by hand
	Deny  bool   `json:"deny,omitempty"`
}

func (p pendingJSON) rule() (registry.PendingRule, error) {
	out := registry.PendingRule{Op: p.Op, Match: p.Match, Deny: p.Deny}
	if p.After != "" {
		d, err := span(p.After)
		if err != nil {
			return out, err
		}
		out.After = d
	}
	return out, nil
}

func pendingToJSON(p registry.PendingRule) pendingJSON {
	out := pendingJSON{Op: p.Op, Match: p.Match, Deny: p.Deny}
	if days := p.After / (24 * time.Hour); p.After > 0 && p.After%(24*time.Hour) == 0 {
		out.After = strconv.Itoa(int(days)) + "d"
	} else if p.After > 0 {
		out.After = p.After.String()
	}
	return out
}

type maintenanceJSON struct {
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

func maintenanceToJSON(m registry.Maintenance) maintenanceJSON {
	return maintenanceJSON{ID: m.ID, Name: m.Name, Start: m.Start, End: m.End, Impact: m.Impact, Reason: m.Reason,
		Description: m.Description, TLDs: m.TLDs, Told: m.Told}
}

func (m maintenanceJSON) window() registry.Maintenance {
	return registry.Maintenance{ID: m.ID, Name: m.Name, Start: m.Start, End: m.End, Impact: m.Impact, Reason: m.Reason,
		Description: m.Description, TLDs: m.TLDs}
}

// rulesJSON is what holds at a registry at the moment.
type rulesJSON struct {
	Verification map[string]string `json:"verification"` // zone -> mode
	Modes        []string          `json:"verification_modes"`
	Audit        map[string]string `json:"audit"`  // zone -> "", hold, delete
	Launch       map[string]string `json:"launch"` // zone -> "", open, claims
	AuditWords   map[string]string `json:"audit_words"`
	Claims       map[string]string `json:"claims"`
	Reserved     map[string]string `json:"reserved"`
	Premium      map[string]string `json:"premium"`
	Tokens       map[string]string `json:"tokens"` // name -> set
	Pending      []pendingJSON     `json:"pending"`
	Prices       []priceJSON       `json:"prices"`
	Maintenance  []maintenanceJSON `json:"maintenance"`
}

func rulesOf(reg *registry.Registry) rulesJSON {
	p := reg.Policy()
	out := rulesJSON{Verification: p.Verify, Modes: registry.VerifyModes(), Audit: p.Audit, Launch: p.Launch, AuditWords: p.AuditWords,
		Claims: p.Claims, Reserved: p.Reserved, Premium: p.Premium, Tokens: p.Tokens,
		Pending: []pendingJSON{}, Prices: []priceJSON{}, Maintenance: []maintenanceJSON{}}
	for _, r := range p.Pending {
		out.Pending = append(out.Pending, pendingToJSON(r))
	}
	prices := reg.Prices()
	for _, k := range sortedKeys(prices) {
		v := prices[k]
		out.Prices = append(out.Prices, priceJSON{k, v.Create, v.Renew, v.Transfer, v.Restore})
	}
	for _, m := range reg.Maintenance() {
		out.Maintenance = append(out.Maintenance, maintenanceToJSON(m))
	}
	return out
}

// setZone changes what is given of a zone's rules.
func setZone(reg *registry.Registry, zone string, verify, audit, launch *string) error {
	for _, s := range []struct {
		value *string
		set   func(zone, value string) error
	}{{verify, reg.SetVerification}, {audit, reg.SetAudit}, {launch, reg.SetLaunch}} {
		if s.value == nil {
			continue
		}
		if err := refusal(s.set(zone, *s.value)); err != nil {
			return err
		}
	}
	return nil
}

// rulesAPI mounts the calls by which a registry's people do things.
func (w *World) rulesAPI(api func(string, endpoint)) {
	with := func(f func(r *http.Request, reg *registry.Registry) (any, error)) endpoint {
		return func(r *http.Request) (any, error) {
			reg, _, err := w.registryByID(r.PathValue("id"))
			if err != nil {
				return nil, err
			}
			return f(r, reg)
		}
	}
	rules := func(reg *registry.Registry, err error) (any, error) {
		if err = refusal(err); err != nil {
			return nil, err
		}
		return rulesOf(reg), nil
	}
	// onName does something to a name and answers with the name, if it is still there.
	onName := func(f func(r *http.Request, reg *registry.Registry, name string) error) endpoint {
		return with(func(r *http.Request, reg *registry.Registry) (any, error) {
			a, err := asciiName(r.PathValue("name"))
			if err != nil {
				return nil, err
			}
			if err := refusal(f(r, reg, a)); err != nil {
				return nil, err
			}
			if v, ok := reg.Domain(a); ok {
				return nameToJSON(v), nil
			}
			return map[string]bool{"deleted": true}, nil
		})
	}
	api("GET /api/registries/{id}/rules", with(func(_ *http.Request, reg *registry.Registry) (any, error) { return rulesOf(reg), nil }))
	api("POST /api/registries/{id}/prices", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		var in priceJSON
		if err := body(r, &in); err != nil {
			return nil, err
		}
		return rules(reg, reg.SetPrice(in.Key, registry.Price{Create: in.Create, Renew: in.Renew, Transfer: in.Transfer, Restore: in.Restore}))
	}))
	api("POST /api/registries/{id}/labels", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		var in struct {
			Kind  string `json:"kind"` // premium, reserved, token, claim, audit
			Key   string `json:"key"`
			Value string `json:"value"` // "" lifts
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		return rules(reg, setLabel(reg, in.Kind, in.Key, in.Value))
	}))
	api("POST /api/registries/{id}/zones/{zone}", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		var in struct {
			Verification *string `json:"verification"`
			Audit        *string `json:"audit"`
			Launch       *string `json:"launch"`
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		zone, err := asciiName(r.PathValue("zone"))
		if err != nil {
			return nil, err
		}
		return rules(reg, setZone(reg, zone, in.Verification, in.Audit, in.Launch))
	}))
	api("PUT /api/registries/{id}/pending", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		var in struct {
			Rules []pendingJSON `json:"rules"`
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		var list []registry.PendingRule
		for _, p := range in.Rules {
			rule, err := p.rule()
			if err != nil {
				return nil, err
			}
			list = append(list, rule)
		}
		return rules(reg, reg.SetPending(list))
	}))
	api("POST /api/registries/{id}/names/{name}/answer", onName(func(r *http.Request, reg *registry.Registry, name string) error {
		var in struct {
			Yes    *bool  `json:"yes"`
			Reason string `json:"reason"`
		}
		if err := body(r, &in); err != nil {
			return err
		}
		if in.Yes == nil {
			return badRequest(`"yes" must be true or false`)
		}
		return reg.Answer(name, *in.Yes, in.Reason)
	}))
	api("POST /api/registries/{id}/names/{name}/verdict", onName(func(r *http.Request, reg *registry.Registry, name string) error {
		var in struct {
			Verdict string `json:"verdict"` // ok, hold, delete
			Reason  string `json:"reason"`
		}
		if err := body(r, &in); err != nil {
			return err
		}
		return reg.NamingVerdict(name, in.Verdict, in.Reason)
	}))
	api("POST /api/registries/{id}/names/{name}/move", onName(func(r *http.Request, reg *registry.Registry, name string) error {
		var in struct {
			ClID  string `json:"clid"`
			Quiet bool   `json:"quiet"` // tell the registrars nothing
			whyJSON
		}
		if err := body(r, &in); err != nil {
			return err
		}
		return reg.Move(name, in.ClID, in.Reason, in.of(), in.Quiet)
	}))
	api("POST /api/registries/{id}/names/{name}/vanish", onName(func(r *http.Request, reg *registry.Registry, name string) error {
		var in struct {
			Quiet bool `json:"quiet"`
			whyJSON
		}
		if err := body(r, &in); err != nil {
			return err
		}
		return reg.Vanish(name, in.Reason, in.of(), in.Quiet)
	}))
	api("POST /api/registries/{id}/names/{name}/verification", onName(func(r *http.Request, reg *registry.Registry, name string) error {
		var in struct {
			State string `json:"state"`
		}
		if err := body(r, &in); err != nil {
			return err
		}
		return reg.SetVerified(name, in.State)
	}))
	api("POST /api/registries/{id}/maintenance", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		var in maintenanceJSON
		if err := body(r, &in); err != nil {
			return nil, err
		}
		m, err := reg.PutMaintenance(in.window())
		if err = refusal(err); err != nil {
			return nil, err
		}
		return created{maintenanceToJSON(m)}, nil
	}))
	api("DELETE /api/registries/{id}/maintenance/{mid}", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		return nil, refusal(reg.DropMaintenance(r.PathValue("mid")))
	}))
	api("GET /api/registries/{id}/queues/{clid}", with(func(r *http.Request, reg *registry.Registry) (any, error) {
		clid := r.PathValue("clid")
		if _, ok := reg.Registrar(clid); !ok {
			return nil, notFound("no registrar " + strconv.Quote(clid))
		}
		return queueOf(reg, clid), nil
	}))
}

// messageJSON is a waiting message at a glance.
type messageJSON struct {
	ID     string    `json:"id"`
	Queued time.Time `json:"queued"`
	Kind   string    `json:"kind"`
	Object string    `json:"object,omitempty"`
	Text   string    `json:"text"`
}

func queueOf(reg *registry.Registry, clid string) map[string]any {
	list, n := reg.PollQueue(clid, 100)
	out := []messageJSON{}
	for _, m := range list {
		out = append(out, messageJSON{m.ID, m.Queued, m.Kind, m.Object, m.Text})
	}
	return map[string]any{"count": n, "messages": out}
}

// setLabel takes names and labels as people type them.
func setLabel(reg *registry.Registry, kind, key, value string) error {
	if key = strings.TrimSpace(key); kind != registry.LabelAudit && key != "" {
		a, err := asciiName(key)
		if err != nil {
			return err
		}
		key = a
	}
	return reg.SetLabel(kind, key, strings.TrimSpace(value))
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

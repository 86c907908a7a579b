package world

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// registryState is a registry at a glance.
type registryState struct {
	RegistryAddress
	Up         bool                   `json:"up"`
	Names      int                    `json:"names"`
	NamesBy    map[string]int         `json:"names_by_registrar"`
	Sessions   []registry.SessionInfo `json:"sessions"`
	SessionCap int                    `json:"session_cap"`
	Commands   []commandState         `json:"commands"`
	LastErrors []registry.ErrorEntry  `json:"last_errors"`
	Deposits   []deposit              `json:"deposits"`
	Faults     []registry.FaultRule   `json:"faults"`
	NextDue    *time.Time             `json:"next_due"`
}

// RegistryAddress says what a registry is and where, without secrets.
type RegistryAddress struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	TLDs     []string `json:"tlds"`
	EPP      string   `json:"epp"`
	RDAP     string   `json:"rdap"`
	WHOIS    string   `json:"whois"`
	Currency string   `json:"currency"`
}

type commandState struct {
	Command   string  `json:"command"`
	Count     int64   `json:"count"`
	Refused   int64   `json:"refused"`
	MeanMS    float64 `json:"mean_ms"`
	SlowestMS float64 `json:"slowest_ms"`
}

type deposit struct {
	ClID    string `json:"clid"`
	Name    string `json:"name"`
	Balance int64  `json:"balance"` // minor units
}

func (w *World) registryByID(id string) (*registry.Registry, RegistryInfo, error) {
	for i, reg := range w.registries {
		if reg.Profile().ID == id {
			return reg, w.info.Registries[i], nil
		}
	}
	return nil, RegistryInfo{}, notFound("no registry " + strconv.Quote(id))
}

func up(reg *registry.Registry) bool {
	return !slices.ContainsFunc(reg.Faults(), func(f registry.Fault) bool { return f.Kind == registry.FaultDown })
}

func (w *World) stateOf(reg *registry.Registry, info RegistryInfo) registryState {
	n := w.counts.of(reg)
	st := registryState{
		RegistryAddress: RegistryAddress{ID: info.ID, Name: info.Name, TLDs: info.TLDs, EPP: info.EPP, RDAP: info.RDAP, WHOIS: info.WHOIS, Currency: info.Currency},
		Up:              up(reg), Names: n.names, NamesBy: n.byClID, SessionCap: info.SessionCap,
		Sessions: append([]registry.SessionInfo{}, reg.Sessions()...), LastErrors: append([]registry.ErrorEntry{}, reg.LastErrors()...),
		Commands: []commandState{}, Deposits: []deposit{}, Faults: []registry.FaultRule{},
	}
	for _, c := range reg.Stats() {
		cs := commandState{Command: c.Command, Count: c.Count, Refused: c.Refused, SlowestMS: ms(c.Slowest)}
		if c.Count > 0 {
			cs.MeanMS = ms(c.Total / time.Duration(c.Count))
		}
		st.Commands = append(st.Commands, cs)
	}
	for _, g := range reg.Registrars() {
		st.Deposits = append(st.Deposits, deposit{g.ID, w.registrars.published(reg, g.ID).Name, g.Balance})
	}
	slices.SortFunc(st.Deposits, func(a, b deposit) int {
		if (a.ClID == ourClID) != (b.ClID == ourClID) {
			return map[bool]int{true: -1, false: 1}[a.ClID == ourClID]
		}
		return strings.Compare(a.ClID, b.ClID)
	})
	for _, f := range reg.Faults() {
		st.Faults = append(st.Faults, registry.RuleOf(f))
	}
	if at, ok := reg.NextDue(); ok {
		st.NextDue = &at
	}
	return st
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// nameJSON is a registered name on the wire.
type nameJSON struct {
	Name       string    `json:"name"`
	Unicode    string    `json:"unicode,omitempty"`
	ClID       string    `json:"clid"`
	CrDate     time.Time `json:"cr_date"`
	ExDate     time.Time `json:"ex_date"`
	UpDate     time.Time `json:"up_date,omitzero"`
	TrDate     time.Time `json:"tr_date,omitzero"`
	Statuses   []string  `json:"statuses"`
	RGP        []string  `json:"rgp"`
	NS         []string  `json:"ns"`
	InZone     bool      `json:"in_zone"`
	Registrant string    `json:"registrant,omitempty"`
	CreateTRID string    `json:"create_trid,omitempty"`
	ROID       string    `json:"roid"`
	DS         []string  `json:"ds,omitempty"`  // as zone files write them
	AuthInfo   bool      `json:"auth_info_set"` // whether there is one; never what it is

	Verification    string    `json:"verification,omitempty"` // state; absent: notApplicable
	VerificationDue time.Time `json:"verification_due,omitzero"`
	Pending         string    `json:"pending,omitempty"` // the kind of command that waits for an answer
	Holds           []string  `json:"holds,omitempty"`   // why serverHold is there
	Variants        []string  `json:"variants,omitempty"`
}

func nameToJSON(v registry.DomainView) nameJSON {
	out := nameJSON{Name: v.Name, ClID: v.Sponsor, CrDate: v.Created, ExDate: v.Expires, UpDate: v.Updated, TrDate: v.Transferred,
		Statuses: append([]string{}, v.EPPStatus...), RGP: append([]string{}, v.RGPStatus...), NS: []string{}, InZone: v.InZone,
		Registrant: v.Registrant, CreateTRID: v.CreateTRID, ROID: v.ROID, AuthInfo: v.AuthInfoSet,
		Verification: v.Verify, VerificationDue: v.VerifyDue, Holds: v.Holds, Variants: v.Variants}
	for _, d := range v.DS {
		out.DS = append(out.DS, fmt.Sprintf("%d %d %d %s", d.KeyTag, d.Algorithm, d.DigestType, d.Digest))
	}
	if v.Pending != nil {
		out.Pending = v.Pending.Op
	}
	if u, err := idna.ToUnicode(v.Name); err == nil && u != v.Name {
		out.Unicode = u
	}
	for _, ns := range v.Servers {
		out.NS = append(out.NS, ns.Host)
	}
	return out
}

func (w *World) names(reg *registry.Registry, clid, after string, limit int) []nameJSON {
	out := []nameJSON{}
	for _, n := range reg.Names(clid, after, limit) {
		if v, ok := reg.Domain(n); ok { // it may have gone in between
			out = append(out, nameToJSON(v))
		}
	}
	return out
}

// asciiName takes names as people type them.
func asciiName(s string) (string, error) {
	a, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimSpace(s), "."))
	if err != nil || a == "" {
		return "", badRequest(strconv.Quote(s) + " is not a domain name")
	}
	return strings.ToLower(a), nil
}

// refusal gives a registry's own error its HTTP status.
func refusal(err error) error {
	var no *registry.Refusal
	switch {
	case err == nil:
		return nil
	case errors.Is(err, registry.ErrNoSuchName), errors.Is(err, registry.ErrNoSuchRegistrar):
		return notFound(strings.TrimPrefix(err.Error(), "registry: "))
	case errors.As(err, &no) && no.Code == 2303:
		return notFound(err.Error())
	case errors.As(err, &no) && (no.Code == 2302 || no.Code == 2304 || no.Code == 2305 || no.Code == 2104):
		return &apiError{http.StatusConflict, err.Error()}
	case errors.As(err, &no):
		return badRequest(err.Error())
	}
	return err
}

// take registers a name for another registrar.
func (w *World) take(reg *registry.Registry, name, clid string, years int) (registry.DomainView, error) {
	a, err := asciiName(name)
	if err != nil {
		return registry.DomainView{}, err
	}
	if years == 0 {
		years = 1
	}
	if r, apex := w.registryOf(a); r != reg || apex != a {
		return registry.DomainView{}, badRequest(strconv.Quote(name) + " is not a name that this registry registers")
	}
	if err := refusal(reg.RegisterAs(clid, a, years, w.clock.Now())); err != nil {
		return registry.DomainView{}, err
	}
	v, _ := reg.Domain(a)
	return v, nil
}

func (w *World) setStatus(reg *registry.Registry, name, status string, on bool, why string, of registry.Case) (registry.DomainView, error) {
	a, err := asciiName(name)
	if err != nil {
		return registry.DomainView{}, err
	}
	if _, ok := reg.Domain(a); !ok {
		return registry.DomainView{}, notFound("no name " + strconv.Quote(name) + " in this registry")
	}
	if !slices.Contains(settableStatuses, status) {
		return registry.DomainView{}, badRequest("no status " + strconv.Quote(status) + " to set; there are " + strings.Join(settableStatuses, ", "))
	}
	if err := refusal(reg.SetStatusFor(a, status, on, why, of)); err != nil {
		return registry.DomainView{}, err
	}
	v, _ := reg.Domain(a)
	return v, nil
}

// settableStatuses of RFC 5731 section 2.3: the others follow from what is done.
var settableStatuses = []string{
	"serverHold", "serverDeleteProhibited", "serverRenewProhibited", "serverTransferProhibited", "serverUpdateProhibited",
	"clientHold", "clientDeleteProhibited", "clientRenewProhibited", "clientTransferProhibited", "clientUpdateProhibited",
}

// power switches a registry's EPP on or off.
func power(reg *registry.Registry, on bool) error {
	if up(reg) == on {
		return nil
	}
	if !on {
		_, err := reg.AddFault(registry.Fault{Kind: registry.FaultDown})
		return err
	}
	for _, f := range reg.Faults() {
		if f.Kind == registry.FaultDown {
			reg.RemoveFault(f.ID)
		}
	}
	return nil
}

func adjust(reg *registry.Registry, clid string, delta int64) (int64, error) {
	if _, ok := reg.Registrar(clid); !ok {
		return 0, notFound("no registrar " + strconv.Quote(clid))
	}
	after, err := reg.AdjustDeposit(clid, delta)
	return after, refusal(err)
}

// registryAPI mounts /api/registries.
func (w *World) registryAPI(api func(string, endpoint)) {
	// with resolves {id} first.
	with := func(f func(r *http.Request, reg *registry.Registry, info RegistryInfo) (any, error)) endpoint {
		return func(r *http.Request) (any, error) {
			reg, info, err := w.registryByID(r.PathValue("id"))
			if err != nil {
				return nil, err
			}
			return f(r, reg, info)
		}
	}
	api("GET /api/registries", func(*http.Request) (any, error) {
		out := []registryState{}
		for i, reg := range w.registries {
			out = append(out, w.stateOf(reg, w.info.Registries[i]))
		}
		return map[string]any{"registries": out}, nil
	})
	api("GET /api/registries/{id}", with(func(_ *http.Request, reg *registry.Registry, info RegistryInfo) (any, error) {
		return w.stateOf(reg, info), nil
	}))
	api("GET /api/registries/{id}/names", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		limit := 100
		if v := r.URL.Query().Get("limit"); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 10_000 {
				return nil, badRequest("limit must be 1 to 10000")
			}
			limit = n
		}
		clid := r.URL.Query().Get("clid")
		if clid != "" {
			if _, ok := reg.Registrar(clid); !ok {
				return nil, notFound("no registrar " + strconv.Quote(clid))
			}
		}
		return map[string]any{"names": w.names(reg, clid, r.URL.Query().Get("after"), limit)}, nil
	}))
	api("GET /api/registries/{id}/names/{name}", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		a, err := asciiName(r.PathValue("name"))
		if err != nil {
			return nil, err
		}
		v, ok := reg.Domain(a)
		if !ok {
			return nil, notFound("no name " + strconv.Quote(a) + " in this registry")
		}
		return nameToJSON(v), nil
	}))
	api("POST /api/registries/{id}/names", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		var in struct {
			Name  string `json:"name"`
			ClID  string `json:"clid"`
			Years int    `json:"years"`
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		v, err := w.take(reg, in.Name, in.ClID, in.Years)
		if err != nil {
			return nil, err
		}
		return created{nameToJSON(v)}, nil
	}))
	api("DELETE /api/registries/{id}/names/{name}", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		a, err := asciiName(r.PathValue("name"))
		if err != nil {
			return nil, err
		}
		v, ok := reg.Domain(a)
		if !ok {
			return nil, notFound("no name " + strconv.Quote(a) + " in this registry")
		}
		return map[string]bool{"deleted": true}, refusal(reg.DeleteAs(v.Sponsor, a))
	}))
	api("POST /api/registries/{id}/names/{name}/status", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		var in struct {
			Status string `json:"status"`
			On     *bool  `json:"on"`
			whyJSON
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		if in.On == nil {
			return nil, badRequest(`"on" must be true or false`)
		}
		v, err := w.setStatus(reg, r.PathValue("name"), in.Status, *in.On, in.Reason, in.of())
		if err != nil {
			return nil, err
		}
		return nameToJSON(v), nil
	}))
	api("GET /api/registries/{id}/faults", with(func(_ *http.Request, reg *registry.Registry, info RegistryInfo) (any, error) {
		return map[string]any{"faults": w.stateOf(reg, info).Faults, "kinds": registry.FaultKinds()}, nil
	}))
	api("POST /api/registries/{id}/faults", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		var in registry.FaultRule
		if err := body(r, &in); err != nil {
			return nil, err
		}
		f, err := in.Fault()
		if err != nil {
			return nil, badRequest(err.Error())
		}
		f.Seen = 0 // told, not taken
		if f, err = reg.AddFault(f); err != nil {
			return nil, badRequest(err.Error())
		}
		return created{registry.RuleOf(f)}, nil
	}))
	api("DELETE /api/registries/{id}/faults/{fid}", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		if !reg.RemoveFault(r.PathValue("fid")) {
			return nil, notFound("no fault " + strconv.Quote(r.PathValue("fid")))
		}
		return nil, nil
	}))
	api("POST /api/registries/{id}/power", with(func(r *http.Request, reg *registry.Registry, info RegistryInfo) (any, error) {
		var in struct {
			Up *bool `json:"up"`
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		if in.Up == nil {
			return nil, badRequest(`"up" must be true or false`)
		}
		if err := power(reg, *in.Up); err != nil {
			return nil, err
		}
		return map[string]bool{"up": up(reg)}, nil
	}))
	api("POST /api/registries/{id}/deposits/{clid}", with(func(r *http.Request, reg *registry.Registry, _ RegistryInfo) (any, error) {
		var in struct {
			Delta int64 `json:"delta"`
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		after, err := adjust(reg, r.PathValue("clid"), in.Delta)
		if err != nil {
			return nil, err
		}
		return map[string]any{"clid": r.PathValue("clid"), "balance": after}, nil
	}))
}

package world

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/control"
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
	return nil, RegistryInfo{}, control.NotFound("no registry " + strconv.Quote(id))
}

func (w *World) stateOf(reg *registry.Registry, info RegistryInfo) registryState {
	n := w.counts.of(reg)
	st := registryState{
		RegistryAddress: RegistryAddress{ID: info.ID, Name: info.Name, TLDs: info.TLDs, EPP: info.EPP, RDAP: info.RDAP, WHOIS: info.WHOIS, Currency: info.Currency},
		Up:              control.Up(reg), Names: n.names, NamesBy: n.byClID, SessionCap: info.SessionCap,
		Sessions: append([]registry.SessionInfo{}, reg.Sessions()...), LastErrors: append([]registry.ErrorEntry{}, reg.LastErrors()...),
		Commands: []commandState{}, Deposits: []deposit{}, Faults: control.Faults(reg),
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
	if at, ok := reg.NextDue(); ok {
		st.NextDue = &at
	}
	return st
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// registryAPI tells of all registries; the calls on one are [control.Mount]'s.
func (w *World) registryAPI(api func(string, control.Endpoint)) {
	api("GET /api/registries", func(*http.Request) (any, error) {
		out := []registryState{}
		for i, reg := range w.registries {
			out = append(out, w.stateOf(reg, w.info.Registries[i]))
		}
		return map[string]any{"registries": out}, nil
	})
	api("GET /api/registries/{id}", func(r *http.Request) (any, error) {
		reg, info, err := w.registryByID(r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		return w.stateOf(reg, info), nil
	})
}

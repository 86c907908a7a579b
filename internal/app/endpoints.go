package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/openregistrar/openregistrar/internal/console"
)

// Endpoints is DATA/endpoints.json: where everything is, and how the demo's accounts sign in.
type Endpoints struct {
	Console  string   `json:"console"`
	HTTPS    string   `json:"https"`
	API      string   `json:"api"`
	RDAP     string   `json:"rdap"`
	WHOIS    string   `json:"whois"`
	CAFile   string   `json:"ca_file"`
	World    string   `json:"world,omitempty"`
	Mailbox  string   `json:"mailbox,omitempty"`
	DNS      string   `json:"dns,omitempty"`
	Accounts []SignIn `json:"accounts,omitempty"`
}

// SignIn is an account of the demo.
type SignIn struct {
	Role      string `json:"role"`
	Email     string `json:"email"`
	Password  string `json:"password"`
	SecretID  string `json:"secret_id,omitempty"`
	SecretKey string `json:"secret_key,omitempty"`
}

// Endpoints says where this registrar answers, as bound.
func (a *App) Endpoints() Endpoints {
	e := Endpoints{
		Console: "http://" + named(a.addrs.HTTP), HTTPS: "https://" + named(a.addrs.HTTPS), API: "http://" + a.addrs.HTTP,
		RDAP: "http://" + a.addrs.RDAP, WHOIS: a.addrs.WHOIS, CAFile: a.caFile, World: a.cfg.Clock, DNS: a.cfg.Resolver,
	}
	if w, err := readWorld(a.cfg.WorldFile); err == nil {
		e.Mailbox = w.Mailbox
	}
	return e
}

// named writes a loopback address as localhost, where browsers keep passkeys and cookies by name.
func named(addr string) string {
	_, port, ok := cutPort(addr)
	if !ok || !loopback(addr) {
		return addr
	}
	return net.JoinHostPort("localhost", port)
}

func cutPort(addr string) (host, port string, ok bool) {
	host, port, err := net.SplitHostPort(addr)
	return host, port, err == nil
}

func endpointsFile(data string) string { return filepath.Join(data, "endpoints.json") }

// WriteEndpoints writes DATA/endpoints.json; it holds passwords of demo accounts, hence 0600.
func WriteEndpoints(data string, e Endpoints) error {
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	tmp := endpointsFile(data) + ".new"
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, endpointsFile(data))
}

// ReadEndpoints reads what an earlier start wrote.
func ReadEndpoints(data string) (Endpoints, error) {
	var e Endpoints
	raw, err := os.ReadFile(endpointsFile(data))
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(raw, &e)
}

// shown are the addresses that pages tell.
func (a *App) shown() console.Endpoints {
	e := a.Endpoints()
	return console.Endpoints{API: e.API, JSON: e.API + "/api/v1", OpenAPI: e.API + "/openapi.json", RDAP: e.RDAP, WHOIS: e.WHOIS,
		DNS: e.DNS, World: e.World, Mailbox: e.Mailbox}
}

// health joins what the pools know of each registry with what our ledger says.
func (a *App) health(ctx context.Context) []console.RegistryHealth {
	balances, err := a.store.Balances(ctx)
	if err != nil {
		a.log.Error("desk", "error", err.Error())
	}
	var out []console.RegistryHealth
	for _, h := range a.registry.Health(ctx) {
		r := console.RegistryHealth{Account: h.Account, Up: h.Up, Breaker: h.Breaker, Sessions: h.Open, SessionCap: h.Cap,
			InFlight: h.InFlight, Commands: total(h.Commands), P50: h.P50, P99: h.P99, LastError: h.LastError, LastErrorAt: h.LastAt,
			Ours: balances.Accounts["deposit:"+h.Account]}
		if h.Deposit != nil {
			r.Theirs, r.TheirsKnown = *h.Deposit, true
		}
		a.furtherHealth(ctx, h, &r)
		for _, s := range h.Suffixes {
			if p, ok := a.suffix(s); ok {
				r.Suffixes, r.Currency = append(r.Suffixes, p.Display), p.Currency
			}
		}
		out = append(out, r)
	}
	return out
}

func total(counts map[string]int64) int64 {
	var n int64
	for _, c := range counts {
		n += c
	}
	return n
}

// worldDeposit asks a simulated world what we have at a registry.
func worldDeposit(ctx context.Context, c *clock, id, clID string) (int64, error) {
	var regs struct {
		Registries []struct {
			ID       string `json:"id"`
			Deposits []struct {
				ClID    string `json:"clid"`
				Balance int64  `json:"balance"`
			} `json:"deposits"`
		} `json:"registries"`
	}
	if err := c.call(ctx, http.MethodGet, "/api/registries", nil, &regs); err != nil {
		return 0, err
	}
	for _, r := range regs.Registries {
		for _, d := range r.Deposits {
			if r.ID == id && d.ClID == clID {
				return d.Balance, nil
			}
		}
	}
	return 0, fmt.Errorf("the world has no deposit of %s at %s", clID, id)
}

// announce tells a simulated world's registries where our own directories are, so that theirs can link to them.
func (a *App) announce(ctx context.Context) error {
	if a.cfg.Clock == "" {
		return nil
	}
	seen := map[string]bool{}
	for _, r := range a.cfg.Registry {
		if seen[r.ClID] {
			continue
		}
		seen[r.ClID] = true
		if err := a.clock.call(ctx, http.MethodPut, "/api/registrars/"+r.ClID, map[string]string{
			"rdap_base": "http://" + a.addrs.RDAP + "/", "name": a.cfg.Registrar.Name, "iana_id": a.cfg.Registrar.IANAID,
			"whois": a.addrs.WHOIS, "url": strings.Replace(a.cfg.Registrar.URL, "localhost:8080", named(a.addrs.HTTP), 1)}, nil); err != nil {
			return err
		}
	}
	return nil
}

package world

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/openregistrar/openregistrar/epp/signedcode"
	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/pki"
)

// Provider is a verification service provider whose codes every registry of
// the world takes.
type Provider struct {
	Subject  string   `json:"subject"`           // common name of its certificates
	RootsPEM string   `json:"roots_pem"`         // the authorities that certify it
	Types    []string `json:"types"`             // of code that it may give
	Revoked  []string `json:"revoked,omitempty"` // serial numbers of revoked certificates, decimal
}

// providers are kept in a file, by the number that a provider's codes begin
// with.
type providers struct {
	mu      sync.Mutex
	path    string
	list    map[string]Provider
	builtIn map[string]Provider // the world's own, taken from the start
}

func openProviders(path string) (*providers, error) {
	p := &providers{path: path, list: map[string]Provider{}, builtIn: map[string]Provider{}}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return p, json.Unmarshal(raw, &p.list)
}

// vsps are the providers as registries need them.
func (p *providers) vsps() map[string]signedcode.VSP {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]signedcode.VSP{}
	for n, v := range p.all() {
		if vsp, err := v.vsp(); err == nil {
			out[n] = vsp
		}
	}
	return out
}

// all are the providers in force: those that were put there before the world's
// own of the same number. One without types was struck off.
func (p *providers) all() map[string]Provider {
	out := maps.Clone(p.builtIn)
	maps.Copy(out, p.list)
	maps.DeleteFunc(out, func(_ string, v Provider) bool { return len(v.Types) == 0 })
	return out
}

func (p Provider) vsp() (signedcode.VSP, error) {
	v := signedcode.VSP{Subject: p.Subject, Types: p.Types, Roots: x509.NewCertPool()}
	if p.Subject == "" || len(p.Types) == 0 {
		return v, control.BadRequest("a provider has a subject and types of code")
	}
	if !v.Roots.AppendCertsFromPEM([]byte(p.RootsPEM)) {
		return v, control.BadRequest("roots_pem holds no certificate")
	}
	for _, s := range p.Revoked {
		n, ok := new(big.Int).SetString(s, 10)
		if !ok {
			return v, control.BadRequest(strconv.Quote(s) + " is not a serial number")
		}
		v.Revoked = append(v.Revoked, n)
	}
	return v, nil
}

// put keeps a provider; nil removes it, the world's own too.
func (p *providers) put(number string, v *Provider) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, own := p.builtIn[number]
	switch {
	case v != nil:
		p.list[number] = *v
	case own:
		p.list[number] = Provider{}
	default:
		delete(p.list, number)
	}
	raw, err := json.MarshalIndent(p.list, "", "  ")
	if err != nil {
		return err
	}
	return pki.WriteFile(p.path, append(raw, '\n'))
}

// providersAPI mounts /api/vsps.
func (w *World) providersAPI(api func(string, control.Endpoint)) {
	number := func(r *http.Request) (string, error) {
		n := r.PathValue("number")
		if strings.Trim(n, "0123456789") != "" || len(n) > 10 {
			return "", control.BadRequest("a provider's number has digits only")
		}
		return n, nil
	}
	spread := func() {
		for _, reg := range w.registries {
			reg.SetVSPs(w.providers.vsps())
		}
	}
	api("GET /api/vsps", func(*http.Request) (any, error) {
		w.providers.mu.Lock()
		defer w.providers.mu.Unlock()
		list := []map[string]any{}
		all := w.providers.all()
		for _, n := range slices.Sorted(maps.Keys(all)) {
			v := all[n]
			list = append(list, map[string]any{"number": n, "subject": v.Subject, "types": v.Types, "revoked": append([]string{}, v.Revoked...)})
		}
		return map[string]any{"vsps": list}, nil
	})
	api("PUT /api/vsps/{number}", func(r *http.Request) (any, error) {
		n, err := number(r)
		if err != nil {
			return nil, err
		}
		var in Provider
		if err := control.Body(r, &in); err != nil {
			return nil, err
		}
		if _, err := in.vsp(); err != nil {
			return nil, err
		}
		if err := w.providers.put(n, &in); err != nil {
			return nil, err
		}
		spread()
		return map[string]any{"number": n, "subject": in.Subject, "types": slices.Clone(in.Types)}, nil
	})
	api("DELETE /api/vsps/{number}", func(r *http.Request) (any, error) {
		n, err := number(r)
		if err != nil {
			return nil, err
		}
		if err := w.providers.put(n, nil); err != nil {
			return nil, err
		}
		spread()
		return nil, nil
	})
}

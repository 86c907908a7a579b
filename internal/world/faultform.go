package world

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// faultOfForm reads the page's form. An empty field is the rule's default.
func faultOfForm(r *http.Request) (registry.Fault, error) {
	get := func(k string) string { return strings.TrimSpace(r.PostForm.Get(k)) }
	in := registry.FaultRule{Kind: get("kind"), Command: get("command"), Match: get("match"), ClID: get("clid")}
	for _, n := range []struct {
		field string
		into  *int
	}{{"times", &in.Remaining}, {"after", &in.After}, {"limit", &in.Limit}, {"percent", &in.Percent}} {
		if v := get(n.field); v != "" {
			var err error
			if *n.into, err = strconv.Atoi(v); err != nil {
				return registry.Fault{}, control.BadRequest(strconv.Quote(v) + " is not a number")
			}
		}
	}
	if v := strings.TrimSuffix(get("chance"), "%"); v != "" {
		p, err := strconv.ParseFloat(v, 64)
		if err != nil || p <= 0 || p > 100 {
			return registry.Fault{}, control.BadRequest(strconv.Quote(v) + " is not a chance of more than 0 and at most 100 percent")
		}
		if p < 100 {
			in.Probability = p / 100
		}
	}
	if v := get("delay"); v != "" {
		d, err := control.Span(v)
		if err != nil {
			return registry.Fault{}, err
		}
		in.Delay = registry.Span(d)
	}
	if v := get("until"); v != "" {
		at, err := time.Parse("2006-01-02 15:04", strings.Replace(v, "T", " ", 1))
		if err != nil {
			return registry.Fault{}, control.BadRequest(strconv.Quote(v) + " is not a time such as 2027-01-22 09:00 (UTC)")
		}
		if get("clock") == "wall" {
			in.UntilWall = at
		} else {
			in.UntilBusiness = at
		}
	}
	f, err := in.Fault()
	if err != nil {
		return f, control.BadRequest(err.Error())
	}
	return f, nil
}

// fileRule is a [[fault]] of faults.toml.
type fileRule struct {
	Registry string `toml:"registry"` // its id; "": every registry
	registry.FaultRule
}

// readFaults reads the rules that the folder's faults.toml brings at each
// start, by registry.
func readFaults(path string, ids []string) (map[string][]registry.FaultRule, error) {
	var file struct {
		Fault []fileRule `toml:"fault"`
	}
	meta, err := toml.DecodeFile(path, &file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("world: %s: %w", path, err)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return nil, fmt.Errorf("world: %s: no setting %q", path, extra[0].String())
	}
	out := map[string][]registry.FaultRule{}
	for i, r := range file.Fault {
		if r.Registry != "" && !slices.Contains(ids, r.Registry) {
			return nil, fmt.Errorf("world: %s: fault %d: no registry %q; there are %s", path, i+1, r.Registry, strings.Join(ids, ", "))
		}
		for _, id := range ids {
			if r.Registry == "" || r.Registry == id {
				out[id] = append(out[id], r.FaultRule)
			}
		}
	}
	return out, nil
}

// configureFaults puts the rules of the folder's faults.toml in force.
func (w *World) configureFaults(path string) error {
	var ids []string
	for _, reg := range w.registries {
		ids = append(ids, reg.Profile().ID)
	}
	rules, err := readFaults(path, ids)
	if err != nil {
		return err
	}
	for _, reg := range w.registries {
		if err := reg.ConfigureFaults(rules[reg.Profile().ID]); err != nil {
			return fmt.Errorf("world: %s: registry %s: %w", path, reg.Profile().ID, err)
		}
	}
	return nil
}

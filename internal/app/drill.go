package app

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/world/drill"
)

type drillCmd struct {
	Codes []string `arg:"" optional:"" help:"Fault codes; none: every drill that there is."`
	List  bool     `help:"List every code of the catalogue, with present or missing."`
	All   bool     `help:"Every code; a missing drill counts as failed."`
	JSON  bool     `help:"Print JSON."`
	V     bool     `short:"v" help:"Show break, evidence and remedy step by step."`
	At    string   `help:"endpoints.json of a demo that is running; none: one of the drills' own." placeholder:"FILE"`
}

func (d drillCmd) Run(env *environment) error {
	var catalogue []string
	for _, c := range diagnose.Codes() {
		if e, ok := diagnose.Lookup(c); ok && len(e.Articles) > 0 {
			catalogue = append(catalogue, string(c))
		}
	}
	present := drill.Codes()
	for _, c := range present { // drills of faults that the seed has no article about
		if !slices.Contains(catalogue, c) {
			catalogue = append(catalogue, c)
		}
	}
	if d.List {
		for _, c := range catalogue {
			state := "missing"
			if slices.Contains(present, c) {
				state = "present"
			}
			fmt.Fprintf(env.out, "%s\t%s\n", c, state)
		}
		return nil
	}
	codes := d.Codes
	switch {
	case d.All:
		codes = catalogue
	case len(codes) == 0:
		codes = present
	}
	for _, c := range codes {
		if !slices.Contains(catalogue, c) {
			fmt.Fprintf(env.err, "openregistrar: %s is no code of the catalogue; `drill --list` has them\n", c)
			return &exitError{2}
		}
	}
	at, stop, err := d.stage(env)
	if err != nil {
		return err
	}
	defer stop()
	results := drill.Run(env.ctx, at, codes)
	if d.JSON {
		enc := json.NewEncoder(env.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(results); err != nil {
			return err
		}
	} else {
		drill.Print(env.out, results, d.V)
	}
	for _, r := range results {
		if r.Status == "fail" || (d.All && r.Status == "missing") {
			return &exitError{1}
		}
	}
	return nil
}

// stage is the demo that drills run on: one that is running, or one of their own in a folder that goes away.
func (d drillCmd) stage(env *environment) (drill.Endpoints, func(), error) {
	if d.At != "" {
		var at drill.Endpoints
		raw, err := os.ReadFile(d.At)
		if err == nil {
			err = json.Unmarshal(raw, &at)
		}
		return at, func() {}, err
	}
	dir, err := os.MkdirTemp("", "openregistrar-drill-")
	if err != nil {
		return drill.Endpoints{}, nil, err
	}
	demo, err := StartDemo(env.ctx, dir, ":0", Database{Postgres: env.Postgres}, env.log)
	if err != nil {
		_ = os.RemoveAll(dir)
		return drill.Endpoints{}, nil, err
	}
	e := demo.Endpoints
	at := drill.Endpoints{Console: e.Console, API: e.API, World: e.World}
	for _, in := range e.Accounts {
		at.Accounts = append(at.Accounts, drill.SignIn(in))
	}
	return at, func() {
		demo.Close()
		_ = os.RemoveAll(dir)
	}, nil
}

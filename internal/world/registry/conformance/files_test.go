// Package conformance ports ICANN's registry system test cases for EPP
// (rst/epp/cases.yaml) one to one: a test per case, with the inputs and the
// error identifiers of the files, against simulated registries of every host
// model and data model, over TLS.
package conformance

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// folder holds the files; they belong to others and are read, never copied.
const folder = "../../../../../shared/rst/epp"

type caseFile struct {
	Summary   string   `yaml:"Summary"`
	Errors    []string `yaml:"Errors"`
	Commented bool     `yaml:"-"` // out of force in the file
}

type inputFile struct {
	Required bool `yaml:"Required"`
	Schema   struct {
		Type      string   `yaml:"type"`
		MinLength int      `yaml:"minLength"`
		MaxLength int      `yaml:"maxLength"`
		MinItems  int      `yaml:"minItems"`
		Enum      []string `yaml:"enum"`
		Format    string   `yaml:"format"`
		Items     struct {
			Enum   []string `yaml:"enum"`
			Format string   `yaml:"format"`
		} `yaml:"items"`
	} `yaml:"Schema"`
}

type errorFile struct {
	Severity string `yaml:"Severity"`
}

type files struct {
	cases  map[string]caseFile
	inputs map[string]inputFile
	errors map[string]errorFile
}

// rst reads the files; nil where they are not at hand.
var rst = func() *files {
	f := &files{cases: map[string]caseFile{}, inputs: map[string]inputFile{}, errors: map[string]errorFile{}}
	for name, into := range map[string]any{"cases.yaml": &f.cases, "inputs.yaml": &f.inputs, "errors.yaml": &f.errors} {
		raw, err := os.ReadFile(filepath.Join(filepath.FromSlash(folder), name))
		if err != nil {
			return nil
		}
		// What is commented out at the margin is a whole entry: it is read too.
		text := regexp.MustCompile(`(?m)^#`).ReplaceAll(raw, nil)
		if err := yaml.Unmarshal(text, into); err != nil {
			panic(name + ": " + err.Error())
		}
		if name == "cases.yaml" {
			for id, c := range f.cases {
				c.Commented = strings.Contains(string(raw), "\n#"+id+":")
				f.cases[id] = c
			}
		}
	}
	return f
}()

func needFiles(t *testing.T) {
	t.Helper()
	if rst == nil {
		t.Skip("not performed: ../shared/rst/epp is not here")
	}
}

// TestFiles holds this package against the files: a procedure for every case,
// no other, and only identifiers that exist.
func TestFiles(t *testing.T) {
	needFiles(t)
	active := 0
	for id, c := range rst.cases {
		p, ok := procedures[id]
		if !ok {
			t.Errorf("%s (%s) has no procedure", id, c.Summary)
		}
		if !c.Commented {
			active++
		}
		for _, e := range c.Errors {
			if rst.errors[e].Severity == "" {
				t.Errorf("%s lists %s, which errors.yaml does not have", id, e)
			}
		}
		for e, why := range p.notApplicable {
			if !slices.Contains(c.Errors, e) || why == "" {
				t.Errorf("%s: %s is declared not applicable (%q), but is not the case's or has no reason", id, e, why)
			}
		}
	}
	for id := range procedures {
		if _, ok := rst.cases[id]; !ok {
			t.Errorf("%s is no case", id)
		}
	}
	if active != 26 || !rst.cases["epp-22"].Commented {
		t.Errorf("%d cases in force, and epp-22 out of force %v: the files are others than those ported", active, rst.cases["epp-22"].Commented)
	}
}

// TestInputs holds the inputs of every registry here against their schemas.
func TestInputs(t *testing.T) {
	needFiles(t)
	for _, p := range plans() {
		t.Run(p.name, func(t *testing.T) {
			in := p.inputs()
			for name := range in {
				if _, ok := rst.inputs[name]; !ok && name != "dns.gluePolicy" && name != "general.registryDataModel" {
					t.Errorf("%s is no input parameter", name)
				}
			}
			for name, decl := range rst.inputs {
				v, given := in[name]
				if !given {
					if decl.Required {
						t.Errorf("%s is required", name)
					}
					continue
				}
				switch v := v.(type) {
				case string:
					if decl.Schema.Type != "string" {
						t.Errorf("%s: a text, want %s", name, decl.Schema.Type)
					}
					if n := len(v); n < decl.Schema.MinLength || decl.Schema.MaxLength > 0 && n > decl.Schema.MaxLength {
						t.Errorf("%s: %d characters", name, n)
					}
					if len(decl.Schema.Enum) > 0 && !slices.Contains(decl.Schema.Enum, v) {
						t.Errorf("%s: %q", name, v)
					}
					if decl.Schema.Format == "hostname" && !hostname.MatchString(v) {
						t.Errorf("%s: %q is no host name", name, v)
					}
				case bool:
					if decl.Schema.Type != "boolean" {
						t.Errorf("%s: a truth value, want %s", name, decl.Schema.Type)
					}
				case []string:
					if decl.Schema.Type != "array" || len(v) < decl.Schema.MinItems {
						t.Errorf("%s: %v, want %s of %d at least", name, v, decl.Schema.Type, decl.Schema.MinItems)
					}
					for _, x := range v {
						if e := decl.Schema.Items.Enum; len(e) > 0 && !slices.Contains(e, x) || decl.Schema.Items.Format == "hostname" && !hostname.MatchString(x) {
							t.Errorf("%s: %q", name, x)
						}
					}
				default:
					t.Errorf("%s: a %T", name, v)
				}
			}
		})
	}
}

var hostname = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)

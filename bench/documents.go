package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ocr"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// variants are the pictures that other programs than our generator made (scripts/variants.py).
const variants = "internal/realname/testdata/variants"

// paperCase is one picture to be judged: with what was typed beside it, and the code that has to be among what is refused
// (any one of them); none: nothing may be.
type paperCase struct {
	name   string
	file   string // its name as uploaded
	raw    func() ([]byte, error)
	form   realname.Form
	expect []string
}

// documentsPart measures the checks of documents: what they catch of pictures that are wrong, what they refuse of those
// that are right, and how long they take, apart for the generator's pictures and for those by other means.
func documentsPart(o options) error {
	reader := ocr.New(ocr.Config{Timeout: time.Minute})
	if !reader.Available() {
		fmt.Println("not performed: checks of the text; there is no tesseract with chi_sim and eng on this machine")
	}
	others, err := variantCases(variants)
	if err != nil {
		return err
	}
	for _, set := range []struct {
		name  string
		cases []paperCase
	}{{fmt.Sprintf("drawn by the generator (seeds from %d on)", o.seed), generatorCases(o.each, o.seed)}, {"by other means (" + variants + ")", others}} {
		m, err := measureDocuments(set.cases, reader, o)
		if err != nil {
			return err
		}
		if err := m.print(set.name, reader.Available() && !o.pixels); err != nil {
			return err
		}
		fmt.Println()
	}
	return nil
}

// needsText are codes that nothing but the text of a picture can raise.
var needsText = []string{"document.wrong-side", "document.unrecognised", "verify.number-photo-mismatch", "verify.number-incomplete-in-photo", "verify.type-mismatch",
	"verify.type-licence-as-certificate", "verify.owner-name-mismatch", "verify.owner-name-is-representative", "document.expired", "verify.number-wrong-field"}

// tally is what came of the cases of one code.
type tally struct{ cases, caught, exact int }

type scores struct {
	codes  map[string]*tally
	clean  tally // caught: refused
	took   map[string][]time.Duration
	stages []string
}

func measureDocuments(cases []paperCase, reader *ocr.Reader, o options) (*scores, error) {
	m := &scores{codes: map[string]*tally{}, took: map[string][]time.Duration{}, stages: []string{"open and decode", "form and pixels", "read the text", "judge the text"}}
	read := reader.Available() && !o.pixels
	for _, c := range cases {
		if !read && len(c.expect) > 0 && slices.Contains(needsText, c.expect[0]) {
			continue
		}
		raw, err := c.raw()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		codes, shown, err := m.judge(c, raw, reader, read)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		t := &m.clean
		if len(c.expect) > 0 {
			t = m.codes[c.expect[0]]
			if t == nil {
				t = &tally{}
				m.codes[c.expect[0]] = t
			}
		}
		t.cases++
		good := len(c.expect) == 0 && len(codes) == 0
		if len(c.expect) == 0 && len(codes) > 0 || slices.ContainsFunc(codes, func(s string) bool { return slices.Contains(c.expect, s) }) {
			t.caught++
			if len(c.expect) > 0 && len(codes) == 1 {
				t.exact++
			}
			good = len(c.expect) > 0
		}
		if o.verbose && !good {
			fmt.Printf("  %s: expected %s, found %s\n", c.name, words(c.expect), words(codes))
			for _, s := range shown {
				fmt.Printf("    %s\n", s)
			}
			if o.keep != "" {
				if err := os.WriteFile(filepath.Join(o.keep, strings.NewReplacer(" ", "_", "/", "_").Replace(c.name)+"-"+filepath.Base(c.file)), raw, 0o600); err != nil {
					return nil, err
				}
			}
		}
	}
	return m, nil
}

func words(codes []string) string {
	if len(codes) == 0 {
		return "nothing"
	}
	return strings.Join(codes, " ")
}

// asOf is the day by which pictures are judged; the population's papers are valid on it.
var asOf = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

// judge examines a picture as check-document does, and gives what is refused.
func (m *scores) judge(c paperCase, raw []byte, reader *ocr.Reader, read bool) (codes, shown []string, err error) {
	lap := time.Now()
	stage := func(i int) {
		m.took[m.stages[i]] = append(m.took[m.stages[i]], time.Since(lap))
		lap = time.Now()
	}
	in := &realname.Input{Form: c.form, AsOf: asOf, Terms: realname.Terms{NearExpiryDays: 30}}
	p, found := realname.Open(raw, c.file)
	stage(0)
	in.Picture = p
	r := realname.Examine(in)
	stage(1)
	if p != nil && read {
		text, err := reader.Read(context.Background(), p.Image)
		if err != nil {
			return nil, nil, err
		}
		stage(2)
		in.Text = text
		pixels := r
		r = realname.ExamineBy(in, func(k realname.Check) realname.Result {
			if k.Needs != realname.NeedsPicture {
				return k.Run(in)
			}
			var again realname.Result // pixels say the same as before
			for _, f := range pixels.Findings {
				if f.Check == k.ID {
					again.Findings = append(again.Findings, f)
				}
			}
			return again
		})
		stage(3)
	}
	var refused []fault.Code
	for _, f := range append(found, r.Findings...) {
		shown = append(shown, fmt.Sprintf("%s %s %s %v", f.Check, f.Severity, f.Code, f.Facts))
		if f.Severity == realname.Refuse {
			refused = append(refused, fault.Code(f.Code))
		}
	}
	for _, k := range diagnose.Exact(refused) {
		codes = append(codes, string(k))
	}
	return codes, shown, nil
}

func (m *scores) print(name string, text bool) error {
	fmt.Printf("pictures %s\n", name)
	t := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "code\tpictures\tcaught\trecall\talone\t")
	var all tally
	for _, code := range slices.Sorted(maps.Keys(m.codes)) {
		k := m.codes[code]
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%d\t\n", code, k.cases, k.caught, percent(k.caught, k.cases), k.exact)
		all.cases, all.caught, all.exact = all.cases+k.cases, all.caught+k.caught, all.exact+k.exact
	}
	fmt.Fprintf(t, "all\t%d\t%d\t%s\t%d\t\n", all.cases, all.caught, percent(all.caught, all.cases), all.exact)
	fmt.Fprintf(t, "clean, refused\t%d\t%d\t%s\t\t\n", m.clean.cases, m.clean.caught, percent(m.clean.caught, m.clean.cases))
	if err := t.Flush(); err != nil {
		return err
	}
	t = tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "stage\tp50 ms\tp95 ms\t")
	for _, s := range m.stages {
		d := slices.Sorted(slices.Values(m.took[s]))
		if len(d) > 0 {
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t\n", s, ms(d[len(d)/2]), ms(d[len(d)*95/100]))
		}
	}
	if !text {
		fmt.Fprintln(t, "the text was not read\t\t\t")
	}
	return t.Flush()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}

// variantCases reads the manifest of the pictures by other means.
func variantCases(dir string) ([]paperCase, error) {
	f, err := os.Open(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []paperCase
	for in := bufio.NewReader(f); ; {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		var row struct {
			File       string   `json:"file"`
			Type       string   `json:"type"`
			Number     string   `json:"number"`
			Name       string   `json:"name"`
			LatinName  string   `json:"latin_name"`
			ValidUntil string   `json:"valid_until"`
			Expect     []string `json:"expect"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return nil, err
		}
		doc, known := realname.DocumentOf(row.Type)
		if !known {
			return nil, fmt.Errorf("%s: type %q", row.File, row.Type)
		}
		form := realname.Form{Role: realname.Owner, Kind: doc.Kind, Type: row.Type, Number: row.Number, Name: row.Name, LatinName: row.LatinName}
		if row.ValidUntil != "" {
			if form.ValidUntil, err = time.Parse(time.DateOnly, row.ValidUntil); err != nil {
				return nil, fmt.Errorf("%s: %w", row.File, err)
			}
		}
		path := filepath.Join(dir, row.File)
		out = append(out, paperCase{name: "variant", file: row.File, raw: func() ([]byte, error) { return os.ReadFile(path) }, form: form, expect: row.Expect}) //nolint:gosec // ours
		out[len(out)-1].name = row.File
	}
}

// kindOf is whose documents a type's are.
func kindOf(typ string) domain.SubjectKind {
	d, _ := realname.DocumentOf(typ)
	return d.Kind
}

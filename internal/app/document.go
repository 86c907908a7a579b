package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ocr"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// documentCmd judges pictures of identity documents outside of any registrar: nothing is kept, nothing is sent.
type documentCmd struct {
	File  string `arg:"" optional:"" help:"Picture of the document."`
	Batch string `help:"Judge a file with one object a line, its keys those of the flags and \"file\"; relative files are beside it." placeholder:"FILE.jsonl"`
	JSON  bool   `name:"json" help:"Print one JSON object a picture."`
	documentForm
}

// documentForm is what was typed about a document; the keys of a batch are the flags' names.
type documentForm struct {
	Type       string `help:"Type of document, the product's CertificateType: SFZ, YYZZ …" json:"type"`
	Subject    string `help:"Whose document it is: owner or contact." default:"owner" enum:"owner,contact" json:"subject"`
	Kind       string `help:"Registrant: I (a person) or E (an organisation); none: whose document it is." json:"kind"`
	Number     string `help:"Number, as typed." json:"number"`
	Name       string `help:"Holder's name, in Chinese or as a foreign document has it." json:"name"`
	LatinName  string `help:"Holder's name in Latin letters." json:"latin-name"`
	ValidFrom  string `help:"First day of validity, YYYY-MM-DD." json:"valid-from"`
	ValidUntil string `help:"Last day of validity, YYYY-MM-DD, or long-term." json:"valid-until"`
	AsOf       string `help:"Day to judge by, YYYY-MM-DD [today]." json:"as-of"`
	Contact    string `help:"Contact person of an organisation." json:"contact"`
	Country    string `help:"Of the registrant, ISO 3166-1 alpha-2." json:"country"`
	Province   string `help:"In Chinese." json:"province"`
	City       string `help:"In Chinese." json:"city"`
	Street     string `help:"In Chinese." json:"street"`
	StreetEn   string `help:"In Latin letters." json:"street-en"`
	Suffix     string `help:"Suffix that the document is to be used for." json:"suffix"`
}

// judged is what is printed of a picture.
type judged struct {
	File         string             `json:"file"`
	Codes        []string           `json:"codes"`
	Warnings     []string           `json:"warnings"`
	NotPerformed []string           `json:"not_performed"`
	Findings     []realname.Finding `json:"findings"`
	Error        string             `json:"error,omitempty"` // the file could not be read at all
}

func (c documentCmd) Run(env *environment) error {
	if (c.File == "") == (c.Batch == "") {
		return usage(env, "give one FILE, or --batch")
	}
	reader := ocr.New(ocr.Config{Timeout: 2 * time.Minute}) // files are judged on machines that are busy with many
	if c.Batch != "" {
		return c.batch(env, reader)
	}
	in, err := c.form()
	if err != nil {
		return usage(env, err.Error())
	}
	j, err := judgeFile(env.ctx, reader, c.File, c.File, in)
	if err != nil {
		return usage(env, err.Error())
	}
	if c.JSON {
		err = json.NewEncoder(env.out).Encode(j)
	} else {
		err = j.print(env.out)
	}
	if err == nil && len(j.Codes) > 0 {
		return &exitError{1}
	}
	return err
}

func usage(env *environment, what string) error {
	fmt.Fprintf(env.err, "openregistrar: check-document: %s\n", what)
	return &exitError{2}
}

// most bytes of a batch's line.
const maxBatchLine = 1 << 20

func (c documentCmd) batch(env *environment, reader *ocr.Reader) error {
	f, err := os.Open(c.Batch)
	if err != nil {
		return usage(env, err.Error())
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxBatchLine)
	out := json.NewEncoder(env.out)
	refused := false
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		file, form, err := batchLine(lines.Bytes())
		if err != nil {
			return usage(env, fmt.Sprintf("%s:%d: %v", c.Batch, n, err))
		}
		in, err := form.form()
		if err != nil {
			return usage(env, fmt.Sprintf("%s:%d: %v", c.Batch, n, err))
		}
		path := file
		if !filepath.IsAbs(path) {
			if _, err := os.Stat(path); err != nil {
				path = filepath.Join(filepath.Dir(c.Batch), path)
			}
		}
		j, err := judgeFile(env.ctx, reader, path, file, in)
		if err != nil {
			j = judged{File: file, Error: err.Error()}
		}
		refused = refused || len(j.Codes) > 0 || j.Error != ""
		if err := out.Encode(j.whole()); err != nil {
			return err
		}
	}
	switch {
	case lines.Err() != nil:
		return usage(env, fmt.Sprintf("%s: %v", c.Batch, lines.Err()))
	case refused:
		return &exitError{1}
	}
	return nil
}

// batchLine reads a line; its keys may be written with hyphens or underscores. Keys that aren't known are somebody
// else's: what was expected of the picture, say.
func batchLine(line []byte) (file string, form documentForm, err error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return "", form, err
	}
	keys := make(map[string]json.RawMessage, len(raw))
	for k, v := range raw {
		keys[strings.ReplaceAll(k, "_", "-")] = v
	}
	if err := json.Unmarshal(keys["file"], &file); err != nil || file == "" {
		return "", form, errors.New(`there is no "file"`)
	}
	again, err := json.Marshal(keys)
	if err != nil {
		return "", form, err
	}
	if err := json.Unmarshal(again, &form); err != nil {
		return "", form, err
	}
	if form.Subject == "" {
		form.Subject = "owner"
	}
	if form.Subject != "owner" && form.Subject != "contact" {
		return "", form, fmt.Errorf("subject is %q, not owner or contact", form.Subject)
	}
	return file, form, nil
}

// form makes the input of the checks, without its picture.
func (f documentForm) form() (*realname.Input, error) {
	terms, err := shippedTerms()
	if err != nil {
		return nil, err
	}
	in := &realname.Input{Terms: terms, Form: realname.Form{
		Role: realname.Role(f.Subject), Kind: domain.SubjectKind(strings.ToUpper(f.Kind)), Type: strings.ToUpper(f.Type), Number: f.Number, Name: f.Name,
		LatinName: f.LatinName, Contact: f.Contact, Country: strings.ToUpper(f.Country), ProvinceCN: f.Province, CityCN: f.City, StreetCN: f.Street, Street: f.StreetEn,
	}}
	doc, known := realname.DocumentOf(in.Form.Type)
	switch {
	case in.Form.Type == "":
		return nil, errors.New("--type is missing")
	case !known:
		return nil, fmt.Errorf("type %q is not known", f.Type)
	case in.Form.Kind == "":
		in.Form.Kind = doc.Kind
	}
	if f.Suffix != "" {
		in.Form.Suffixes = []realname.Suffix{{Name: strings.TrimPrefix(f.Suffix, ".")}}
	}
	switch strings.ToLower(f.ValidUntil) {
	case "长期", "long-term", "permanent":
		in.Form.LongTerm, f.ValidUntil = true, ""
	}
	for _, d := range []struct {
		name, text string
		into       *time.Time
	}{{"valid-from", f.ValidFrom, &in.Form.ValidFrom}, {"valid-until", f.ValidUntil, &in.Form.ValidUntil}, {"as-of", f.AsOf, &in.AsOf}} {
		if d.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			return nil, fmt.Errorf("%s is %q, not YYYY-MM-DD", d.name, d.text)
		}
		*d.into = t
	}
	if in.AsOf.IsZero() {
		in.AsOf = time.Now()
	}
	return in, nil
}

// shippedTerms are those of the policy that a new installation starts with.
func shippedTerms() (realname.Terms, error) {
	rows, err := policy.Shipped()
	if err != nil {
		return realname.Terms{}, err
	}
	table, err := policy.Parse(rows)
	if err != nil {
		return realname.Terms{}, err
	}
	terms := realname.Terms{NearExpiryDays: table.House.NearExpiryDays}
	for _, p := range table.Verify.Providers {
		if len(p.Regions) == 0 {
			terms.Regions = nil
			break
		}
		terms.Regions = append(terms.Regions, p.Regions...)
	}
	return terms, nil
}

// maxDocument bounds what is read of a file: a picture over the limit is told by its size, and needs no more.
const maxDocument = 64 << 20

func judgeFile(ctx context.Context, reader *ocr.Reader, path, shown string, in *realname.Input) (judged, error) {
	f, err := os.Open(path)
	if err != nil {
		return judged{}, err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, maxDocument))
	if err != nil {
		return judged{}, err
	}
	p, findings := realname.Open(raw, filepath.Base(path))
	for i := range findings {
		findings[i].Role = in.Form.Role
	}
	in.Picture = p
	notPerformed := map[string]string{}
	if p != nil {
		text, err := reader.Read(ctx, p.Image)
		if err != nil {
			notPerformed["text"] = err.Error()
		} else {
			in.Text = text
		}
	}
	report := realname.Examine(in)
	maps.Copy(notPerformed, report.NotPerformed)
	return judgement(shown, append(findings, report.Findings...), notPerformed), nil
}

// judgement sorts findings into refusals and warnings, each code once, without what another one found says better.
func judgement(file string, findings []realname.Finding, notPerformed map[string]string) judged {
	j := judged{File: file, Findings: findings, NotPerformed: slices.Sorted(maps.Keys(notPerformed))}
	for _, f := range ops.Told(findings) {
		if f.Severity == realname.Refuse && !slices.Contains(j.Codes, f.Code) {
			j.Codes = append(j.Codes, f.Code)
		}
	}
	for _, f := range ops.Told(findings) {
		if f.Severity == realname.Warn && !slices.Contains(j.Codes, f.Code) && !slices.Contains(j.Warnings, f.Code) {
			j.Warnings = append(j.Warnings, f.Code)
		}
	}
	return j.whole()
}

// whole has empty lists instead of none.
func (j judged) whole() judged {
	if j.Codes == nil {
		j.Codes = []string{}
	}
	if j.Warnings == nil {
		j.Warnings = []string{}
	}
	if j.NotPerformed == nil {
		j.NotPerformed = []string{}
	}
	if j.Findings == nil {
		j.Findings = []realname.Finding{}
	}
	return j
}

// print writes a picture's judgement for people, in both languages.
func (j judged) print(w io.Writer) error {
	if len(j.Codes)+len(j.Warnings) == 0 {
		fmt.Fprintf(w, "%s: clean\n", j.File)
	}
	for _, f := range j.Findings {
		if !slices.Contains(j.Codes, f.Code) && !slices.Contains(j.Warnings, f.Code) {
			continue
		}
		fmt.Fprintf(w, "%s: %s %s (%s)\n", j.File, f.Severity, f.Code, f.Role)
		for _, lang := range []string{"zh-CN", "en"} {
			words := diagnose.Text(lang, fault.Code(f.Code), fault.Facts(f.Facts))
			fmt.Fprintf(w, "  %s: %s\n", words.Title, words.What)
		}
		if f.Region != nil {
			fmt.Fprintf(w, "  x %d, y %d, %d × %d\n", f.Region.X, f.Region.Y, f.Region.W, f.Region.H)
		}
	}
	_, err := fmt.Fprintf(w, "%s: not performed: %s\n", j.File, strings.Join(j.NotPerformed, ", "))
	return err
}

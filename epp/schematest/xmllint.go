package schematest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

const (
	batch = 1000 // documents for one xmllint: the length of a command line is bounded
	most  = 20   // findings shown
	wide  = 1000 // bytes of a line shown
)

// Validate holds documents against the schemas at once. wrong has what was
// found in each, nothing for a valid one; absent says why nothing was done
// where the schemas or xmllint are not there.
func (g Gate) Validate(docs ...[]byte) (wrong [][]string, absent string, err error) {
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		return nil, "xmllint is not installed", nil
	}
	schemas := g.Schemas
	if len(schemas) == 0 {
		if schemas, err = ours(); err != nil {
			return nil, "", err
		}
		if len(schemas) == 0 {
			return nil, "../shared/xsd is absent", nil
		}
	}
	dir, err := os.MkdirTemp("", "schematest")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	driver, err := drive(dir, schemas)
	if err != nil {
		return nil, "", err
	}
	wrong = make([][]string, len(docs))
	for from := 0; from < len(docs); from += batch {
		args := []string{"--noout", "--nonet", "--schema", driver}
		for i := from; i < min(from+batch, len(docs)); i++ {
			f := filepath.Join(dir, strconv.Itoa(i)+".xml")
			if err := os.WriteFile(f, docs[i], 0o600); err != nil {
				return nil, "", err
			}
			args = append(args, f)
		}
		out, err := exec.Command(lint, args...).CombinedOutput()
		if err == nil {
			continue
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || findings(string(out), docs, wrong) == 0 {
			return nil, "", fmt.Errorf("%w: %s", err, out)
		}
	}
	return wrong, "", nil
}

// validate holds what was collected against the schemas. The report is for
// the reader of the test's output; an error says which documents are invalid.
func (g Gate) validate(c *collection) (report string, err error) {
	docs, beyond := c.take()
	if len(docs) == 0 {
		return "", nil
	}
	texts := make([][]byte, len(docs))
	for i, d := range docs {
		texts[i] = d.text
	}
	wrong, absent, err := g.Validate(texts...)
	if err != nil {
		return "", err
	}
	if absent != "" {
		return "not performed: " + absent, nil
	}
	var bad []string
	out := 0
	needed := map[string]bool{} // exemptions met, and whether something was invalid
	for i, list := range wrong {
		if name, exempt := g.exempt(docs[i].test); exempt {
			out++
			needed[name] = needed[name] || len(list) > 0
			continue
		}
		for _, what := range list {
			bad = append(bad, docs[i].test+", "+what)
		}
	}
	for name, was := range needed {
		if !was {
			bad = append(bad, name+" is exempt, and all of its documents are valid")
		}
	}
	if len(bad) > 0 {
		if n := len(bad); n > most {
			bad = append(bad[:most], fmt.Sprintf("and %d more", n-most))
		}
		return "", fmt.Errorf("of %d documents some are invalid:\n%s", len(docs), strings.Join(bad, "\n"))
	}
	report = fmt.Sprintf("%d documents valid", len(docs)-out)
	if out > 0 {
		report += fmt.Sprintf(", %d of exempt tests left out", out)
	}
	if beyond > 0 {
		report += fmt.Sprintf(", %d beyond the bounds (%d of one test, %d in all) left out", beyond, MaxPerTest, MaxDocuments)
	}
	return report, nil
}

var finding = regexp.MustCompile(`^(.+\.xml):(\d+): (.*)$`)

// findings sorts xmllint's lines by document, with the line that each is
// about, and counts them.
func findings(out string, docs [][]byte, wrong [][]string) int {
	total := 0
	for line := range strings.SplitSeq(out, "\n") {
		m := finding.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		i, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(m[1]), ".xml"))
		if err != nil || i >= len(docs) {
			continue
		}
		n, _ := strconv.Atoi(m[2])
		text := ""
		if lines := strings.Split(string(docs[i]), "\n"); n > 0 && n <= len(lines) {
			text = strings.TrimSpace(lines[n-1])
		}
		if len(text) > wide {
			text = strings.ToValidUTF8(text[:wide], "") + " ..."
		}
		wrong[i] = append(wrong[i], fmt.Sprintf("line %d: %s\n\t%s", n, m[3], text))
		total++
	}
	return total
}

// drive writes a schema that imports all others: xmllint takes one.
func drive(dir string, schemas []string) (string, error) {
	var b strings.Builder
	b.WriteString(`<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x-schematest">` + "\n")
	for _, s := range schemas {
		path, err := filepath.Abs(s)
		if err != nil {
			return "", err
		}
		ns, err := target(path)
		if err != nil {
			return "", fmt.Errorf("schema %s: %w", s, err)
		}
		b.WriteString("<import")
		for _, a := range [][2]string{{"namespace", ns}, {"schemaLocation", (&url.URL{Scheme: "file", Path: path}).String()}} {
			if a[1] != "" {
				b.WriteString(" " + a[0] + `="`)
				if err := xml.EscapeText(&b, []byte(a[1])); err != nil {
					return "", err
				}
				b.WriteString(`"`)
			}
		}
		b.WriteString("/>\n")
	}
	b.WriteString("</schema>\n")
	driver := filepath.Join(dir, "driver.xsd")
	return driver, os.WriteFile(driver, []byte(b.String()), 0o600)
}

func target(schema string) (string, error) {
	body, err := os.ReadFile(schema)
	if err != nil {
		return "", err
	}
	var root struct {
		XMLName xml.Name `xml:"http://www.w3.org/2001/XMLSchema schema"`
		Target  string   `xml:"targetNamespace,attr"`
	}
	return root.Target, xml.Unmarshal(body, &root)
}

// ours finds the schemas of this repository from the folder that a test runs
// in: none when the published ones are absent.
func ours() ([]string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil, nil
		}
		dir = up
	}
	published := filepath.Join(dir, "..", "shared", "xsd", "all.xsd")
	if _, err := os.Stat(published); err != nil {
		return nil, nil
	}
	reconstructed, err := filepath.Glob(filepath.Join(dir, "epp", "testdata", "xsd", "*.xsd"))
	return append([]string{published}, reconstructed...), err
}

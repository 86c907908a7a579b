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
	"slices"
	"strconv"
	"strings"
)

const (
	batch = 1000 // documents for one xmllint: the length of a command line is bounded
	most  = 20   // findings shown
	wide  = 1000 // bytes of a line shown
)

// validate holds what was collected against the schemas. The report is for
// the reader of the test's output; an error says which documents are invalid.
func (g Gate) validate(c *collection) (report string, err error) {
	all, beyond := c.take()
	var docs []document
	for _, d := range all {
		if !g.exempt(d.test) {
			docs = append(docs, d)
		}
	}
	if len(docs) == 0 {
		return "", nil
	}
	lint, err := exec.LookPath("xmllint")
	if err != nil {
		return "not performed: xmllint is not installed", nil
	}
	schemas := g.Schemas
	if len(schemas) == 0 {
		if schemas, err = ours(); err != nil {
			return "", err
		}
		if len(schemas) == 0 {
			return "not performed: ../shared/xsd is absent", nil
		}
	}
	dir, err := os.MkdirTemp("", "schematest")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	driver, err := drive(dir, schemas)
	if err != nil {
		return "", err
	}
	var bad []string
	files := map[string]document{}
	for part := range slices.Chunk(docs, batch) {
		args := []string{"--noout", "--nonet", "--schema", driver}
		for _, d := range part {
			f := filepath.Join(dir, strconv.Itoa(len(files))+".xml")
			if err := os.WriteFile(f, d.text, 0o600); err != nil {
				return "", err
			}
			files[f] = d
			args = append(args, f)
		}
		out, err := exec.Command(lint, args...).CombinedOutput()
		if err == nil {
			continue
		}
		var exit *exec.ExitError
		found := findings(string(out), files)
		if !errors.As(err, &exit) || len(found) == 0 {
			return "", fmt.Errorf("%w: %s", err, out)
		}
		bad = append(bad, found...)
	}
	if len(bad) > 0 {
		if n := len(bad); n > most {
			bad = append(bad[:most], fmt.Sprintf("and %d more", n-most))
		}
		return "", fmt.Errorf("of %d documents some are invalid:\n%s", len(docs), strings.Join(bad, "\n"))
	}
	report = fmt.Sprintf("%d documents valid", len(docs))
	if n := len(all) - len(docs); n > 0 {
		report += fmt.Sprintf(", %d of exempt tests left out", n)
	}
	if beyond > 0 {
		report += fmt.Sprintf(", %d beyond the bound of %d left out", beyond, MaxDocuments)
	}
	return report, nil
}

var finding = regexp.MustCompile(`^(.+\.xml):(\d+): (.*)$`)

// findings turns xmllint's lines into ones that name the test and show the
// line of the document.
func findings(out string, files map[string]document) []string {
	var list []string
	for line := range strings.SplitSeq(out, "\n") {
		m := finding.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		d, known := files[m[1]]
		if !known {
			continue
		}
		n, _ := strconv.Atoi(m[2])
		text := ""
		if lines := strings.Split(string(d.text), "\n"); n > 0 && n <= len(lines) {
			text = strings.TrimSpace(lines[n-1])
		}
		if len(text) > wide {
			text = strings.ToValidUTF8(text[:wide], "") + " ..."
		}
		list = append(list, fmt.Sprintf("%s, line %d: %s\n\t%s", d.test, n, m[3], text))
	}
	return list
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

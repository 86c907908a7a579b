package schematest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const schema = `<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:a" xmlns:a="urn:a" elementFormDefault="qualified">
<import namespace="urn:b"/>
<element name="top"><complexType><sequence>
<element name="n" type="integer"/><element name="clTRID" type="token"/><any namespace="##other" minOccurs="0"/>
</sequence></complexType></element></schema>`

const other = `<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:b"><element name="flag" type="boolean"/></schema>`

func gate(t *testing.T) Gate {
	t.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("not performed: xmllint is not installed")
	}
	dir := t.TempDir()
	var g Gate
	for name, body := range map[string]string{"a & b.xsd": schema, "b.xsd": other} {
		f := filepath.Join(dir, name)
		if err := os.WriteFile(f, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		g.Schemas = append(g.Schemas, f)
	}
	return g
}

func doc(n, id, rest string) []byte {
	return fmt.Appendf(nil, "<top xmlns=\"urn:a\">\n<n>%s</n><clTRID>%s</clTRID>%s</top>", n, id, rest)
}

func TestGate(t *testing.T) {
	g := gate(t)
	c := &collection{}
	if report, err := g.validate(c); report != "" || err != nil {
		t.Errorf("nothing collected: %q, %v", report, err)
	}
	c.add("TestA", doc("1", "OPR-1", ""))
	c.add("TestB", doc("1", "OPR-2", "")) // the same but for the transaction id
	c.add("TestB", doc("1", "x", ""))     // an id that a schema may mind is not
	c.add("TestB", doc("2", "OPR-2", `<flag xmlns="urn:b">true</flag>`))
	if report, err := g.validate(c); err != nil || report != "3 documents valid" {
		t.Errorf("%q, %v", report, err)
	}
	// More documents than one xmllint takes.
	for i := range batch + 1 {
		c.add(fmt.Sprint("TestMany/", i%2), doc(fmt.Sprint(100+i), "OPR-1", ""))
	}
	if report, err := g.validate(c); err != nil || report != fmt.Sprintf("%d documents valid", 4+batch) {
		t.Errorf("%q, %v", report, err)
	}

	c.add("TestWrong/part", doc("one", "OPR-3", ""))
	c.add("TestOtherSchema", doc("3", "OPR-3", `<flag xmlns="urn:b">perhaps</flag>`))
	c.add("TestCut", []byte("<top"))
	_, err := g.validate(c)
	if err == nil {
		t.Fatal("invalid documents pass")
	}
	for _, want := range []string{"TestWrong/part, line 2: ", "<n>one</n>", "TestOtherSchema, line 2: ", "TestCut, line 1: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "TestMany") {
		t.Errorf("valid documents are blamed: %v", err)
	}

	g.Exempt = map[string]string{"TestWrong": "a word for a number", "TestOtherSchema": "", "TestCut": "half a frame"}
	if report, err := g.validate(c); err != nil || !strings.HasSuffix(report, ", 3 of exempt tests left out") {
		t.Errorf("%q, %v", report, err)
	}
	g.Exempt["TestA"] = "nothing"
	if _, err := g.validate(c); err == nil || !strings.Contains(err.Error(), "TestA is exempt") {
		t.Errorf("an exemption that nothing needs: %v", err)
	}
	delete(g.Exempt, "TestA")
	c.add("TestWrongToo", doc("two", "OPR-3", ""))
	if _, err := g.validate(c); err == nil {
		t.Error("a test is exempt for its name's beginning")
	}
}

func TestBrokenSchemaIsNoPass(t *testing.T) {
	g := gate(t)
	if err := os.WriteFile(g.Schemas[0], []byte(`<schema xmlns="http://www.w3.org/2001/XMLSchema"><element type="nothing"/></schema>`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &collection{}
	c.add("TestA", doc("1", "OPR-1", ""))
	if _, err := g.validate(c); err == nil {
		t.Error("a schema that does not compile passes everything")
	}
	g.Schemas = []string{filepath.Join(t.TempDir(), "absent.xsd")}
	if _, err := g.validate(c); err == nil {
		t.Error("a schema that is absent passes everything")
	}
}

func TestAbsentSchemasAreSaid(t *testing.T) {
	gate(t)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("go.mod", []byte("module x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &collection{}
	c.add("TestA", []byte("<a/>"))
	if report, err := (Gate{}).validate(c); err != nil || !strings.HasPrefix(report, "not performed: ") {
		t.Errorf("%q, %v", report, err)
	}
	t.Setenv("PATH", "")
	if report, err := (Gate{}).validate(c); err != nil || report != "not performed: xmllint is not installed" {
		t.Errorf("%q, %v", report, err)
	}
}

func TestBound(t *testing.T) {
	c := &collection{}
	for i := range MaxPerTest + 3 {
		c.add("TestMany", doc(fmt.Sprint(i), "OPR-1", ""))
	}
	c.add("TestOther", doc("-1", "OPR-1", ""))
	if docs, beyond := c.take(); len(docs) != MaxPerTest+1 || beyond != 3 || docs[MaxPerTest].test != "TestOther" {
		t.Errorf("%d kept, %d beyond", len(docs), beyond)
	}
	for i := range MaxDocuments {
		c.add(fmt.Sprint("TestMore/", i), doc(fmt.Sprint(-2-i), "OPR-1", ""))
	}
	if docs, beyond := c.take(); len(docs) != MaxDocuments || beyond != 3+MaxPerTest+1 {
		t.Errorf("%d kept, %d beyond", len(docs), beyond)
	}
}

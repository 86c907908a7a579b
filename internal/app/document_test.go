package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/world/papers"
)

// TestCheckDocument: exit codes, one picture and a batch, through the command line.
func TestCheckDocument(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	p := papers.People()[3]
	raw, err := papers.Draw(papers.IDCard(p), papers.Options{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"card.jpg": raw, "card.png": raw, "tiny.jpg": raw[:20_000], "note.txt": []byte(strings.Repeat("no picture ", 9000))} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		code := Main(append([]string{"check-document"}, args...), &out, &errs)
		return code, out.String(), errs.String()
	}
	good := []string{"--type", "SFZ", "--number", p.Number, "--name", p.Name, "--latin-name", p.Latin, "--as-of", "2026-11-24", "--valid-until", "2036-01-01"}
	code, out, errs := run(append([]string{"card.jpg", "--json"}, good...)...)
	var j judged
	if err := json.Unmarshal([]byte(out), &j); err != nil || code != 0 || errs != "" || j.File != "card.jpg" || len(j.Codes) != 0 || j.Findings == nil {
		t.Fatalf("a clean card: exit %d, %s %s (%v)", code, out, errs, err)
	}
	if strings.Contains(out, p.Number) {
		t.Error("the number is printed")
	}
	for _, c := range []struct {
		file string
		args []string
		want string
	}{
		{"card.png", nil, "upload.format"},
		{"tiny.jpg", nil, "upload.too-small"},
		{"note.txt", nil, "upload.format"},
		{"card.jpg", []string{"--valid-until", "2026-11-01"}, "document.expired"},
		{"card.jpg", []string{"--number", p.Number[:17]}, "verify.number-malformed"},
		{"card.jpg", []string{"--latin-name", "Dong Yutong"}, "verify.owner-name-transliteration"},
		{"card.jpg", []string{"--country", "US"}, "verify.region-unsupported"},
	} {
		code, out, errs := run(append(append([]string{c.file, "--json"}, good...), c.args...)...)
		var j judged
		if err := json.Unmarshal([]byte(out), &j); err != nil || code != 1 || !slices.Contains(j.Codes, c.want) {
			t.Errorf("%s %v: exit %d, %s %s, want %s", c.file, c.args, code, out, errs, c.want)
		}
	}
	for _, args := range [][]string{{}, {"card.jpg"}, {"card.jpg", "--type", "XYZ"}, {"none.jpg", "--type", "SFZ"}, {"card.jpg", "--type", "SFZ", "--as-of", "yesterday"},
		{"card.jpg", "--type", "SFZ", "--batch", "x.jsonl"}, {"card.jpg", "--type", "SFZ", "--subject", "cat"}} {
		if code, out, errs := run(args...); code != 2 || errs == "" || out != "" {
			t.Errorf("%v: exit %d, %q %q", args, code, out, errs)
		}
	}
	if code, out, _ := run(append([]string{"card.png"}, good...)...); code != 1 || !strings.Contains(out, "upload.format") || !strings.Contains(out, "图片格式不对") {
		t.Errorf("for people: exit %d, %s", code, out)
	}

	line := func(file, number, until string) string {
		b, _ := json.Marshal(map[string]any{"file": file, "type": "SFZ", "number": number, "name": p.Name, "latin_name": p.Latin, "valid-until": until, "as_of": "2026-11-24", "expect": []string{"x"}})
		return string(b) + "\n"
	}
	batch := line("card.jpg", p.Number, "长期") + "\n" + line("card.jpg", p.Number+" ", "2026-01-01") + line("gone.jpg", p.Number, "")
	if err := os.Mkdir("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"batch.jsonl", "sub/batch.jsonl"} {
		if err := os.WriteFile(f, []byte(batch), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, errs = run("--batch", "batch.jsonl")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 1 || errs != "" || len(lines) != 3 {
		t.Fatalf("batch: exit %d, %s %s", code, out, errs)
	}
	for i, want := range []string{`"codes":[]`, `"codes":["document.expired"]`, `"error":`} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d: %s, want %s", i+1, lines[i], want)
		}
	}
	for text, want := range map[string]string{"{": "batch.jsonl:1", `{"type":"SFZ"}`: `"file"`, `{"file":"card.jpg","type":"XX"}`: "XX", `{"file":"card.jpg","type":"SFZ","subject":"cat"}`: "cat"} {
		if err := os.WriteFile("batch.jsonl", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := run("--batch", "batch.jsonl"); code != 2 || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d, %s", text, code, errs)
		}
	}
}

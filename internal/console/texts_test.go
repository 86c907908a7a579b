package console

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/fault"
)

func templateTexts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, err := filepath.Glob("templates/*.html")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = string(b)
	}
	return out
}

// TestTextsAreComplete: both languages have the same keys and verbs, and every key that is used exists.
func TestTextsAreComplete(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	verbs := regexp.MustCompile(`%[a-z]`)
	plain := func(key string) string { return strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other") }
	keys := map[string]map[string][]string{}
	for lang, cat := range texts {
		keys[lang] = map[string][]string{}
		for k, text := range cat {
			if strings.TrimSpace(text) == "" && k != "domains.picked-b" {
				t.Errorf("%s: %s is empty", lang, k)
			}
			if !strings.HasSuffix(k, ".one") {
				keys[lang][plain(k)] = verbs.FindAllString(text, -1)
			}
		}
	}
	for _, pair := range [][2]string{{zh, en}, {en, zh}} {
		for k, v := range keys[pair[0]] {
			other, ok := keys[pair[1]][k]
			if !ok {
				t.Errorf("%s has %s, %s has not", pair[0], k, pair[1])
			} else if strings.Join(v, "") != strings.Join(other, "") {
				t.Errorf("%s takes %v in %s and %v in %s", k, v, pair[0], other, pair[1])
			}
		}
	}
	used := map[string]bool{}
	for _, text := range templateTexts(t) {
		for _, m := range regexp.MustCompile(`\b[tn] "([a-z][A-Za-z0-9.-]*)"`).FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`\.Field "[A-Za-z]+" "([a-z.-]+)" "([a-z.-]*)"|tab[a-z]* "[^"]+" "[a-z]+" "([a-z.-]+)"`).FindAllStringSubmatch(text, -1) {
			for _, k := range m[1:] {
				if k != "" {
					used[k] = true
				}
			}
		}
	}
	code, _ := filepath.Glob("*.go")
	for _, f := range code {
		b, _ := os.ReadFile(f)
		for _, m := range regexp.MustCompile(`cat\.(?:say|count)\("([a-z.-]+)"|"(registry\.[a-z-]+)"}?\n|"((?:lock|state|template|review|reach|check)\.[a-z-]+|[a-z]+\.title)"`).FindAllStringSubmatch(string(b), -1) {
			if k := m[1] + m[2] + m[3]; !strings.HasSuffix(f, "_test.go") && !strings.HasSuffix(k, "-") {
				if _, written := keys[zh][k]; written || !inCatalogue(fault.Code(k)) { // a fault's code looks the same
					used[k] = true
				}
			}
		}
	}
	used["editor.number-kept"] = true
	for _, role := range []string{"owner", "contact"} {
		used["editor.picture-"+role], used["check.title-"+role] = true, true
	}
	for kind, list := range documents {
		used["kind."+string(kind)] = true
		for _, d := range list {
			used["document."+d] = true
		}
	}
	for _, c := range countries {
		used["country."+c] = true
	}
	for _, s := range filterStatuses {
		used["epp."+string(s)], used["epp-short."+string(s)] = true, true
	}
	if len(used) < 450 {
		t.Errorf("only %d keys were found in use", len(used))
	}
	for k := range used {
		if _, ok := keys[zh][k]; !ok {
			t.Errorf("%s is used and nowhere written", k)
		}
	}
	// And what is written is used.
	for k := range keys[zh] {
		switch strings.Split(k, ".")[0] {
		case "event", "ledger", "via", "area", "action", "epp", "epp-short", "money-kind", "code", "lang", "error", "poll-kind", "poll-why", "compare-field", "step", "purpose", "check-name", "measure", "word-category":
			continue // by words from elsewhere
		}
		if !used[k] && !strings.HasPrefix(k, "verification.day-") {
			t.Errorf("%s is written and nowhere used", k)
		}
	}
}

func TestHelpCoversTheCatalogue(t *testing.T) {
	v := newBench(t).visitor()
	_, index := v.get("/help")
	codes := catalogueCodes()
	if len(codes) < 100 {
		t.Fatalf("%d codes", len(codes))
	}
	for i, c := range codes {
		if !strings.Contains(index, `href="/help/`+string(c)+`"`) {
			t.Errorf("%s is not in the index", c)
		}
		if i%9 != 0 {
			continue
		}
		for _, lang := range languages {
			res, body := v.get("/help/" + string(c) + "?lang=" + lang)
			if res.StatusCode != 200 || !strings.Contains(body, `<article class="article" data-code="`+string(c)+`">`) || strings.Contains(body, "{") {
				t.Errorf("%s in %s: %d", c, lang, res.StatusCode)
			}
		}
	}
}

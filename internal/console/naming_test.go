package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

func TestParseWords(t *testing.T) {
	got, err := ParseWords([]byte("\ufeffword,where,note,except\n# a remark\n中国\n\nchina , word,\"Latin, letters\",china-tea indochina\n  casino\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []domain.WordEntry{{Word: "中国"}, {Word: "china ", Where: "word", Note: "Latin, letters", Except: []string{"china-tea", "indochina"}}, {Word: "casino"}}
	for i := range got {
		if len(got[i].Except) == 0 {
			got[i].Except = nil
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for text, rule := range map[string]string{"a\nb \"c\n": "csv", "a,b,c,d,e": "columns"} {
		if _, err := ParseWords([]byte(text)); !fault.Is(err, "words.malformed") || fault.Of(err).Facts["rule"] != rule {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestWordsAtTheDesk: a list is loaded as it was typed, or from its file; it comes back as it went.
func TestWordsAtTheDesk(t *testing.T) {
	b := newBench(t)
	withWordLists(b.f)
	v := b.as(t, domain.Operator)
	form := url.Values{"name": {" banks "}, "category": {"fraud"}, "dated": {"2026-11-20"}, "source": {"Desk"}, "suffixes": {".cn .中国"}, "doubtful": {"1"}, "text": {"bank\ncasino,word"}, "act": {"load"}}
	res, _ := v.post("/desk/words", form)
	want := domain.WordList{Name: "banks", Category: "fraud", Dated: "2026-11-20", Source: "Desk", Doubtful: true, Suffixes: []string{"cn", "xn--fiqs8s"}, Size: 2,
		Entries: []domain.WordEntry{{Word: "bank", Except: []string{}}, {Word: "casino", Where: "word", Except: []string{}}}}
	if d := cmp.Diff(want, b.f.naming.loaded); d != "" || res.StatusCode != http.StatusSeeOther {
		t.Errorf("HTTP %d: %s", res.StatusCode, d)
	}
	_, file := v.get("/desk/words/file?list=restricted")
	if file != "中国\nchina,word,\"Latin, letters\",china-tea indochina\n" {
		t.Errorf("the file is %q", file)
	}
	if res, _ := v.get("/desk/words/file?list=nobodys"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a file of no list: HTTP %d", res.StatusCode)
	}
	if _, page := v.get("/desk/words?edit=restricted"); !strings.Contains(page, ">中国\nchina,word") || !strings.Contains(page, `value="Naming rules"`) {
		t.Error("the form lacks the list that is to be edited")
	}
	if _, page := v.get("/desk/words?edit=banks"); strings.Contains(page, ">中国\nchina,word") {
		t.Error("a long list is put into the form")
	}
	for _, typed := range []string{"", "bank"} {
		if res, page := v.post("/desk/words/drop", url.Values{"list": {"banks"}, "confirm": {typed}}); res.StatusCode != http.StatusUnprocessableEntity || len(b.f.naming.dropped) != 0 ||
			!strings.Contains(page, "<option selected>banks") || !strings.Contains(page, `aria-invalid="true"`) {
			t.Errorf("dropped after %q: HTTP %d, %v", typed, res.StatusCode, b.f.naming.dropped)
		}
	}
	if res, _ := v.post("/desk/words/drop", url.Values{"list": {"banks"}, "confirm": {" banks "}}); res.StatusCode != http.StatusSeeOther || !slices.Equal(b.f.naming.dropped, []string{"banks"}) {
		t.Errorf("drop: HTTP %d, %v", res.StatusCode, b.f.naming.dropped)
	}
	if _, page := v.get("/desk/words"); !strings.Contains(page, ".中国") || strings.Contains(page, "xn--fiqs8s") {
		t.Error("suffixes are not shown as they are read")
	}
	if _, page := v.get("/desk/naming"); !strings.Contains(page, "/desk/words") {
		t.Error("the queue has no way to the lists")
	}
	if res, _ := v.post("/desk/naming/9", url.Values{"decision": {"perhaps"}}); res.StatusCode != http.StatusUnprocessableEntity || len(b.f.naming.decided) != 0 {
		t.Errorf("a decision that is none: HTTP %d", res.StatusCode)
	}
	if res, _ := v.post("/desk/naming/9", url.Values{"decision": {"reject"}, "note": {"why"}}); res.StatusCode != http.StatusSeeOther || !slices.Equal(b.f.naming.decided, []string{"why"}) {
		t.Errorf("HTTP %d, decided %v", res.StatusCode, b.f.naming.decided)
	}
	owner := b.as(t, domain.Owner)
	for _, path := range []string{"/desk/words", "/desk/naming", "/desk/words/file?list=restricted"} {
		if res, _ := owner.get(path); res.StatusCode != http.StatusForbidden {
			t.Errorf("an owner gets %s: HTTP %d", path, res.StatusCode)
		}
	}
}

// TestLooksAreWorded: a name that waits has not been refused, and at the desk an appeal is not the reader's.
func TestLooksAreWorded(t *testing.T) {
	b := newBench(t)
	withLooksAtNames(b.f)
	_, page := b.as(t, domain.Owner).get("/naming")
	waiting := page[strings.Index(page, `data-look="8"`):strings.Index(page, `data-look="7"`)]
	if want := "registration.word-review"; !strings.Contains(waiting, want) || strings.Contains(waiting, "registration.policy-word") {
		t.Errorf("a name that waits is worded\n%s", waiting)
	}
	if !strings.Contains(page, b.zh(t, "naming.kind-appeal")) {
		t.Error("an owner's appeal is not told as the owner's")
	}
	_, desk := b.as(t, domain.Operator).get("/desk/naming")
	if yours := b.zh(t, "naming.kind-appeal"); strings.Contains(desk, yours) || !strings.Contains(desk, b.zh(t, "looks.kind-appeal")) {
		t.Errorf("the desk reads %q of somebody else's appeal", yours)
	}
}

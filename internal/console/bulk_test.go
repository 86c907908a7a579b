package console

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// TestAListOfThousandsShowsItsProgress: names of the form and of the file, each answered for once, and reports between.
func TestAListOfThousandsShowsItsProgress(t *testing.T) {
	b := newBench(t)
	b.f.found["n7.com"] = ops.Found{State: ops.Taken, Code: "registration.taken"}
	v := b.as(t, domain.Owner)
	var file strings.Builder
	file.WriteString("\ufeff")
	for i := range 2000 {
		fmt.Fprintf(&file, "n%d.com\n", i)
	}
	res, page := v.with(t, "/search/list", "file", "names.txt", []byte(file.String()), url.Values{"q": {"first.cn bad_name.com"}}, "")
	if res.StatusCode != http.StatusOK || strings.Count(page, "<li data-name=") != 2000 || strings.Count(page, `<li class="is-off" data-name=`) != 2 {
		t.Fatalf("HTTP %d, %d free rows, %d others", res.StatusCode, strings.Count(page, "<li data-name="), strings.Count(page, `<li class="is-off" data-name=`))
	}
	for _, want := range []string{`<progress max="2001" value="0"`, `<progress max="2001" value="1950"`, `id="list-done"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	_, pick, _ := strings.Cut(page, `id="list-pick"><input type="hidden" name="q" value="`)
	pick, _, _ = strings.Cut(pick, `"`)
	if names := strings.Fields(pick); len(names) != 2000 || strings.Contains(pick, "n7.com ") {
		t.Errorf("%d names can be picked", len(names))
	}
	res, _ = v.post("/search/list/cart", url.Values{"q": {"n1.com n2.com"}})
	if res.Header.Get("Location") != "/cart" || strings.Join(b.f.asked, "; ") != "add n1.com n2.com" {
		t.Errorf("%s %v", res.Header.Get("Location"), b.f.asked)
	}
	res, _ = v.post("/search/list/cart", url.Values{"q": {"n1.com"}})
	if res.Header.Get("Location") != "/search/list?added=0" {
		t.Errorf("%s", res.Header.Get("Location"))
	}
}

func TestAListAsATable(t *testing.T) {
	b := newBench(t)
	withPast(b.f)
	v := b.as(t, domain.Owner)
	res, body := v.post("/search/list", url.Values{"q": {"yunhecha.com =cmd()"}, "as": {"csv"}})
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) < 3 || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%v %v %v", err, rows, res.Header)
	}
	com, _ := b.f.table.Suffix("com")
	found := false
	for _, r := range rows {
		if strings.HasPrefix(r[0], "=") || strings.HasPrefix(r[1], "=") {
			t.Errorf("a formula: %q", r)
		}
		if r[0] == "yunhecha.com" {
			found = r[2] == "available" && r[3] == decimal(com.New) && r[4] == decimal(com.Renew) && r[5] == decimal(com.Redeem) && r[6] == decimal(com.Transfer) && r[9] == "search.reputation-risk"
		}
	}
	if !found {
		t.Errorf("%q", rows)
	}
	big := strings.Repeat("x", maxList+1)
	if res, page := v.with(t, "/search/list", "file", "names.txt", []byte(big), nil, ""); res.StatusCode != 422 || !strings.Contains(page, `data-code="upload.too-large"`) {
		t.Errorf("a file over the limit: HTTP %d", res.StatusCode)
	}
}

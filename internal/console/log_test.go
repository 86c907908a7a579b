package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// TestLogIsFilteredAndExported: what is chosen on the page is what is asked for, the file keeps it, and the last day is
// meant whole.
func TestLogIsFilteredAndExported(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	q := url.Values{"subject": {"a.com"}, "kind": {"domain.renewed"}, "actor": {"me@x.example"}, "since": {"2026-11-01"}, "until": {"2026-11-23"}}
	want := ops.LogFilter{Subject: "a.com", Kind: "domain.renewed", Actor: "me@x.example", Limit: linesPerPage,
		Since: time.Date(2026, 11, 1, 0, 0, 0, 0, beijing), Until: time.Date(2026, 11, 24, 0, 0, 0, 0, beijing)}
	for range linesPerPage {
		b.f.events = append(b.f.events, domain.Event{ID: 41, Kind: "domain.renewed", At: today})
	}
	res, body := v.get("/log?" + q.Encode())
	if res.StatusCode != http.StatusOK || b.f.logged != want {
		t.Fatalf("%d, asked for %+v", res.StatusCode, b.f.logged)
	}
	escaped := strings.ReplaceAll(q.Encode(), "&", "&amp;")
	for _, link := range []string{`href="/log/export?` + escaped, `before=41`} {
		if !strings.Contains(body, link) {
			t.Errorf("the page lacks %s", link)
		}
	}
	res, body = v.get("/log/export?" + q.Encode())
	if h := res.Header; h.Get("Content-Type") != "text/csv; charset=utf-8" || h.Get("Content-Disposition") != `attachment; filename="log-20261123.csv"` || h.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", h)
	}
	if b.f.logged != want || body != "up to 100000 of a.com\n" || b.f.scopes["ExportLog"].Operator {
		t.Errorf("%+v: %s", b.f.logged, body)
	}
	if res, body := v.get("/log/export?until=soon"); res.StatusCode != http.StatusUnprocessableEntity || res.Header.Get("Content-Disposition") != "" || !strings.Contains(body, "input.log-filter") {
		t.Errorf("%d %s", res.StatusCode, clip(body, 300))
	}
	b.f.fail["ExportLog"] = fault.New(fault.Unavailable, "registry.unreachable")
	if res, _ := v.get("/log/export"); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Content-Disposition") != "" {
		t.Errorf("an error before the first byte: %d", res.StatusCode)
	}
}

// TestTheDeskSeesTheChain: its head stands on the desk's page and on nobody else's.
func TestTheDeskSeesTheChain(t *testing.T) {
	b := newBench(t)
	head := strings.Repeat("9c41", 16)
	if _, body := b.as(t, domain.Operator).get("/desk/log"); !strings.Contains(body, head) || !b.f.scopes["LogLines"].Operator {
		t.Error("the desk does not see the chain's head")
	}
	me := b.as(t, domain.Owner)
	if _, body := me.get("/log"); strings.Contains(body, head) || b.f.scopes["LogLines"].Operator {
		t.Error("an owner sees the desk's log")
	}
	if res, _ := me.get("/desk/log/export"); res.StatusCode != http.StatusForbidden {
		t.Errorf("an owner exports everybody's: %d", res.StatusCode)
	}
}

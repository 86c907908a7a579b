package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

func TestRegistryForms(t *testing.T) {
	b := newBench(t, func(d *Deps) { d.Registries = health })
	v := b.as(t, domain.Operator)
	post := func(path string, form url.Values) {
		t.Helper()
		b.f.did = ""
		res, body := v.post("/desk/registries/"+path, form)
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/desk/registries/verisim#") {
			t.Fatalf("%s: %d %s\n%s", path, res.StatusCode, res.Header.Get("Location"), clip(body, 400))
		}
	}
	post("verisim/windows", url.Values{"starts": {"2026-11-24T02:00"}, "ends": {"2026-11-24T04:30"}, "impact": {"partial"}, "reason": {"升级"}})
	if w := b.f.window; w.RegistryAccount != "verisim" || !w.StartsAt.Equal(time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)) ||
		w.EndsAt.Sub(w.StartsAt) != 150*time.Minute || w.Impact != domain.ImpactPartial || w.Reason != "升级" {
		t.Errorf("%+v", w)
	}
	if s := b.f.scopes["AddWindow"]; !s.Operator || s.Actor == "" {
		t.Errorf("%+v", s)
	}
	post("verisim/windows/cancel", url.Values{"window": {"4"}})
	if b.f.did != "cancel verisim 4" {
		t.Error(b.f.did)
	}
	post("verisim/deposit", url.Values{"amount": {"1,000.50"}, "key": {"k1"}})
	if b.f.did != "deposit verisim 100050 desk-k1" {
		t.Error(b.f.did)
	}
	post("verisim/deposit", url.Values{"key": {"k2"}})
	if b.f.did != "deposit verisim 0 desk-k2" {
		t.Error(b.f.did)
	}
	post("verisim/deposit", url.Values{"amount": {"much"}})
	if b.f.did != "deposit verisim -1 " { // which is refused with the limits
		t.Error(b.f.did)
	}
	post("verisim/password", nil)
	if b.f.did != "password verisim" {
		t.Error(b.f.did)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("pem", "new.pem")
	_, _ = part.Write([]byte("PEM"))
	_ = w.Close()
	res, _ := v.do("POST", "/desk/registries/verisim/certificate", &body, http.Header{"Content-Type": {w.FormDataContentType()}})
	if res.StatusCode != http.StatusSeeOther || b.f.did != "certificate verisim PEM" {
		t.Errorf("%d %q", res.StatusCode, b.f.did)
	}

	// An account that isn't there, or a window that can't be: nothing is done.
	b.f.did, b.f.scopes = "", map[string]domain.Scope{}
	for path, form := range map[string]url.Values{"nobody/windows": {}, "nobody/windows/cancel": {"window": {"4"}}, "nobody/deposit": {}, "nobody/password": {},
		"nobody/certificate": {"pem": {"x"}}, "verisim/windows/cancel": {"window": {"four"}}} {
		if res, _ := v.post("/desk/registries/"+path, form); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if b.f.did != "" {
		t.Error(b.f.did)
	}
}

func TestRegistryPageKeepsWhatWasTyped(t *testing.T) {
	for _, s := range shots() {
		if s.name != "desk-registry-window-refused" {
			continue
		}
		_, body := s.take(t, en, "")
		for _, want := range []string{`value="2026-11-24T02:00"`, `value="2026-11-24T01:00"`, `data-code="registry.window-invalid"`, `role="alert"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s is not on the page", want)
			}
		}
	}
}

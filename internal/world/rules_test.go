package world_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

type nameState struct {
	Statuses, Holds       []string
	Verification, Pending string
	InZone                bool `json:"in_zone"`
}

func TestRulesOverTheControlPort(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	const reg = "/api/registries/newsim"
	var rules struct {
		Verification map[string]string
		Codes        map[string]struct {
			Types []string
			Lift  string
		}
		Barred   int
		Audit    map[string]string
		Reserved map[string]string
		Tokens   map[string]string
		Pending  []struct{ Op, Match, After string }
		Prices   []struct {
			Key    string
			Create int64
		}
		Maintenance []struct{ ID, Impact, Told string }
	}
	call(t, w, "GET", reg+"/rules", nil, 200, &rules)
	if rules.Verification["top"] != "after" || !slices.Equal(rules.Codes["top"].Types, []string{"real-name"}) || rules.Barred != 0 || rules.Audit["top"] != "hold" {
		t.Errorf("at the start: %+v", rules)
	}
	call(t, w, "POST", reg+"/zones/top", map[string]any{"verification": "lenient", "audit": "", "codes": map[string]any{"types": []string{"domain"}, "lift": "36h"}}, 200, &rules)
	if top := rules.Codes["top"]; rules.Verification["top"] != "lenient" || rules.Audit["top"] != "" || !slices.Equal(top.Types, []string{"domain"}) || top.Lift != "36h0m0s" {
		t.Errorf("after the change: %+v", rules)
	}
	call(t, w, "POST", reg+"/zones/top", map[string]any{"codes": map[string]any{"types": []string{"domain"}, "lift": "soon"}}, 400, nil)
	call(t, w, "POST", reg+"/zones/top", map[string]any{"verification": "after", "codes": map[string]any{"types": []string{"real-name"}}}, 200, &rules)
	call(t, w, "POST", reg+"/registrants", map[string]string{"who": "Bad Company", "reason": "fraud"}, 200, &rules)
	if rules.Barred != 1 {
		t.Errorf("barred: %+v", rules)
	}
	call(t, w, "POST", reg+"/registrants", map[string]string{"who": " "}, 400, nil)
	call(t, w, "POST", reg+"/zones/top", map[string]string{"verification": "sometimes"}, 400, nil)
	call(t, w, "POST", reg+"/zones/com", map[string]string{"verification": "after"}, 400, nil)
	call(t, w, "POST", reg+"/prices", map[string]any{"key": "top", "create": 4321}, 200, &rules)
	if i := slices.IndexFunc(rules.Prices, func(p struct {
		Key    string
		Create int64
	}) bool {
		return p.Key == "top" && p.Create == 4321
	}); i < 0 {
		t.Errorf("prices: %+v", rules.Prices)
	}
	call(t, w, "POST", reg+"/prices", map[string]any{"key": "top", "create": -1}, 400, nil)
	call(t, w, "POST", reg+"/labels", map[string]string{"kind": "reserved", "key": "kept", "value": "for tests"}, 200, &rules)
	call(t, w, "POST", reg+"/labels", map[string]string{"kind": "token", "key": "invited.top", "value": "let-me-in"}, 200, &rules)
	if rules.Reserved["kept"] != "for tests" || rules.Tokens["invited.top"] != "set" {
		t.Errorf("lists: %+v", rules)
	}
	call(t, w, "POST", reg+"/names", map[string]any{"name": "kept.top", "clid": "rival"}, 400, nil)
	call(t, w, "POST", reg+"/labels", map[string]string{"kind": "colour", "key": "kept"}, 400, nil)

	// A name that waits, is verified, judged.
	call(t, w, "PUT", reg+"/pending", map[string]any{"rules": []map[string]any{{"op": "create", "match": "slow-*"}, {"op": "renew", "match": "x", "after": "48h"}}}, 200, &rules)
	if len(rules.Pending) != 2 || rules.Pending[1].After != "2d" || rules.Pending[0].Match != "slow-*" {
		t.Errorf("pending: %+v", rules.Pending)
	}
	call(t, w, "PUT", reg+"/pending", map[string]any{"rules": []map[string]any{{"op": "check", "match": "*"}}}, 400, nil)
	call(t, w, "POST", reg+"/names", map[string]any{"name": "slow-one.top", "clid": "rival"}, 201, nil)
	var n nameState
	call(t, w, "GET", reg+"/names/slow-one.top", nil, 200, &n)
	if n.Pending != "create" || !slices.Contains(n.Statuses, "pendingCreate") || n.InZone || n.Verification != "compliant" {
		t.Errorf("waiting: %+v", n)
	}
	n = nameState{}
	call(t, w, "POST", reg+"/names/slow-one.top/answer", map[string]any{"yes": true}, 200, &n)
	if n.Pending != "" || !n.InZone {
		t.Errorf("answered: %+v", n)
	}
	call(t, w, "POST", reg+"/names/slow-one.top/answer", map[string]any{"yes": true}, 409, nil)
	call(t, w, "POST", reg+"/names/slow-one.top/answer", map[string]any{}, 400, nil)
	call(t, w, "POST", reg+"/names/slow-one.top/verification", map[string]string{"state": "nonCompliant"}, 200, &n)
	if n.Verification != "nonCompliant" || !slices.Equal(n.Holds, []string{"verification"}) || n.InZone {
		t.Errorf("overdue: %+v", n)
	}
	call(t, w, "POST", reg+"/names/slow-one.top/verification", map[string]string{"state": "odd"}, 400, nil)
	call(t, w, "POST", reg+"/names/slow-one.top/verdict", map[string]string{"verdict": "hold", "reason": "a word"}, 200, &n)
	n = nameState{}
	call(t, w, "POST", reg+"/names/slow-one.top/verification", map[string]string{"state": "compliant"}, 200, &n)
	if !slices.Equal(n.Holds, []string{"naming"}) || n.InZone {
		t.Errorf("verified, held by the review: %+v", n)
	}
	var gone struct{ Deleted bool }
	call(t, w, "POST", reg+"/names/slow-one.top/verdict", map[string]string{"verdict": "delete", "reason": "a word"}, 200, &gone)
	call(t, w, "GET", reg+"/names/slow-one.top", nil, 404, nil)
	var q struct {
		Count    int
		Messages []struct{ Kind, Object, Text string }
	}
	call(t, w, "GET", reg+"/queues/rival", nil, 200, &q)
	if last := q.Messages[len(q.Messages)-1]; !gone.Deleted || last.Kind != "naming" || !strings.Contains(last.Text, "a word") {
		t.Errorf("queue: %+v", q)
	}
	call(t, w, "GET", reg+"/queues/nobody", nil, 404, nil)

	// By the registry's own hand.
	call(t, w, "POST", reg+"/names", map[string]any{"name": "seized.xyz", "clid": "rival"}, 201, nil)
	call(t, w, "POST", reg+"/names/seized.xyz/status", map[string]any{"status": "serverTransferProhibited", "on": true, "case_type": "udrp", "case_id": "D2026-1"}, 200, nil)
	call(t, w, "POST", reg+"/names/seized.xyz/status", map[string]any{"status": "serverHold", "on": true, "case_type": "quarrel", "case_id": "1"}, 400, nil)
	call(t, w, "POST", reg+"/names/seized.xyz/move", map[string]any{"clid": "nobody"}, 404, nil)
	var moved struct{ ClID string }
	call(t, w, "POST", reg+"/names/seized.xyz/move", map[string]any{"clid": "elder", "reason": "court order"}, 200, &moved)
	call(t, w, "GET", reg+"/queues/elder", nil, 200, &q)
	if last := q.Messages[len(q.Messages)-1]; moved.ClID != "elder" || last.Kind != "moved" {
		t.Errorf("moved: %+v %+v", moved, q)
	}
	before := q.Count
	call(t, w, "POST", reg+"/names/seized.xyz/vanish", map[string]any{"quiet": true}, 200, &gone)
	call(t, w, "GET", reg+"/names/seized.xyz", nil, 404, nil)
	if call(t, w, "GET", reg+"/queues/elder", nil, 200, &q); q.Count != before {
		t.Errorf("a quiet act was told: %+v", q)
	}

	// Maintenance.
	var m struct{ ID, Told string }
	call(t, w, "POST", reg+"/maintenance", map[string]any{"start": w.Now().Add(time.Hour), "end": w.Now().Add(2 * time.Hour), "impact": "partial"}, 201, &m)
	call(t, w, "POST", reg+"/maintenance", map[string]any{"start": w.Now().Add(2 * time.Hour), "end": w.Now().Add(time.Hour), "impact": "partial"}, 400, nil)
	call(t, w, "DELETE", reg+"/maintenance/"+m.ID, nil, 204, nil)
	call(t, w, "DELETE", reg+"/maintenance/"+m.ID, nil, 404, nil)

	// Everything is still there after a restart.
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = start(t, dir)
	call(t, w, "GET", reg+"/rules", nil, 200, &rules)
	if rules.Verification["top"] != "after" || rules.Reserved["kept"] != "for tests" || len(rules.Pending) != 2 || len(rules.Maintenance) != 1 || rules.Maintenance[0].Told != "delete" {
		t.Errorf("after a restart: %+v", rules)
	}
}

func TestRuleForms(t *testing.T) {
	w := start(t, t.TempDir())
	own := w.Info().Control
	call(t, w, "POST", "/api/registries/cnsim/names", map[string]any{"name": "judged.cn", "clid": "rival"}, 201, nil)
	for _, tc := range []struct {
		path   string
		fields url.Values
		anchor string
	}{
		{"zones", url.Values{"zone": {"cn"}, "verification": {"lenient"}, "audit": {"hold"}, "launch": {""}}, "zones"},
		{"prices", url.Values{"key": {"cn"}, "create": {"12.50"}, "renew": {"1"}, "transfer": {"1"}, "restore": {"1"}}, "prices"},
		{"labels", url.Values{"kind": {"audit"}, "key": {"测试词"}, "value": {"a test"}}, "labels"},
		{"labels", url.Values{"kind": {"token"}, "key": {"vip.cn"}, "value": {"token-secret-9"}}, "labels"},
		{"pending", url.Values{"op": {"create"}, "match": {"a*"}, "after": {"2d"}, "deny": {"true"}}, "pending"},
		{"pending", url.Values{"op": {"renew"}, "match": {"b*"}}, "pending"},
		{"pending/remove", url.Values{"op": {"create"}, "match": {"a*"}}, "pending"},
		{"verification", url.Values{"name": {"judged.cn"}, "state": {"nonCompliant"}}, "names"},
		{"verdict", url.Values{"name": {"judged.cn"}, "verdict": {"hold"}, "reason": {"why"}}, "names"},
		{"move", url.Values{"name": {"judged.cn"}, "clid": {"elder"}, "quiet": {"true"}}, "names"},
		{"maintenance", url.Values{"title": {"Move"}, "impact": {"full"}, "reason": {"planned"}, "start": {w.Now().Add(48 * time.Hour).Format("2006-01-02T15:04")}, "end": {w.Now().Add(50 * time.Hour).Format("2006-01-02T15:04")}}, "maintenance"},
	} {
		code, to, body := form(t, w, own, "/registries/cnsim/"+tc.path, tc.fields)
		if code != 303 || to != "/registries/cnsim/rules#"+tc.anchor {
			t.Errorf("%s: %d %q %s", tc.path, code, to, body)
		}
	}
	var n nameState
	call(t, w, "GET", "/api/registries/cnsim/names/judged.cn", nil, 200, &n)
	if !slices.Equal(n.Holds, []string{"verification", "naming"}) {
		t.Errorf("judged: %+v", n)
	}
	_, body := fetch(t, own+"/registries/cnsim/rules?lang=en")
	for _, want := range []string{"测试词", "a test", "renew b*", "Move", "12.50", `<option value="lenient" selected>`, "vip.cn"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"token-secret-9", "create a*"} {
		if strings.Contains(body, bad) {
			t.Errorf("the page shows %q", bad)
		}
	}
	for path, fields := range map[string]url.Values{
		"prices":      {"key": {"cn"}, "create": {"much"}, "renew": {"1"}, "transfer": {"1"}, "restore": {"1"}},
		"answer":      {"name": {"judged.cn"}, "yes": {"true"}},
		"verdict":     {"name": {"nobody-has-this.cn"}, "verdict": {"hold"}},
		"maintenance": {"impact": {"full"}, "reason": {"planned"}, "start": {"tomorrow"}, "end": {"later"}},
	} {
		if code, _, body := form(t, w, own, "/registries/cnsim/"+path, fields); code < 400 || code > 499 || !strings.Contains(body, "Nothing was changed.") {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestProviders(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	roots := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	call(t, w, "PUT", "/api/vsps/1", map[string]any{"subject": "VSP 1", "types": []string{"domain"}}, 400, nil)
	call(t, w, "PUT", "/api/vsps/one", map[string]any{"subject": "VSP 1", "types": []string{"domain"}, "roots_pem": roots}, 400, nil)
	call(t, w, "PUT", "/api/vsps/1", map[string]any{"subject": "VSP 1", "types": []string{"domain"}, "roots_pem": roots, "revoked": []string{"x"}}, 400, nil)
	call(t, w, "PUT", "/api/vsps/1", map[string]any{"subject": "VSP 1", "types": []string{"domain"}, "roots_pem": roots, "revoked": []string{"77"}}, 200, nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = start(t, dir)
	var got struct {
		VSPs []struct {
			Number, Subject string
			Revoked         []string
		}
	}
	call(t, w, "GET", "/api/vsps", nil, 200, &got)
	if len(got.VSPs) != 2 || got.VSPs[0].Subject != "VSP 1" || got.VSPs[1].Subject != "World VSP 2" || !slices.Equal(got.VSPs[0].Revoked, []string{"77"}) {
		t.Errorf("providers: %+v", got)
	}
	call(t, w, "DELETE", "/api/vsps/1", nil, 204, nil)
	call(t, w, "GET", "/api/vsps", nil, 200, &got)
	if len(got.VSPs) != 1 || got.VSPs[0].Number != "2" { // the world's own is struck off too
		t.Errorf("providers: %+v", got)
	}
}

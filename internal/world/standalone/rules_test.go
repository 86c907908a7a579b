package standalone

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/world/control"
)

// What a registry's own people can do is seen by its registrars.
func TestStandaloneRules(t *testing.T) {
	dir := t.TempDir()
	s := run(t, dir, thin+"[[zone]]\nname = \"test\"\n[[registrar]]\nid = \"reg-one\"\ndeposit = \"500.00\"\n[[registrar]]\nid = \"reg-two\"\n")
	c, err := dial(t, dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	balance := func() int64 {
		var dep struct{ Balance int64 }
		ask(t, s, "POST", "/api/deposits/reg-one", `{}`, 200, &dep)
		return dep.Balance
	}
	var rules control.Rules
	ask(t, s, "POST", "/api/prices", `{"key":"test","create":2500,"renew":1,"transfer":1,"restore":1}`, 200, &rules)
	if len(rules.Prices) != 1 || rules.Prices[0].Create != 2500 {
		t.Errorf("%+v", rules.Prices)
	}
	before := balance()
	do(t, c, 1000, &epp.DomainCreate{Name: "dear.test", AuthInfo: &epp.AuthInfo{Pw: "Open-sesame-12"}})
	if paid := before - balance(); paid != 2500 {
		t.Errorf("paid %d", paid)
	}
	ask(t, s, "POST", "/api/labels", `{"kind":"reserved","key":"kept","value":"for tests"}`, 200, nil)
	do(t, c, 2306, &epp.DomainCreate{Name: "kept.test"})
	ask(t, s, "POST", "/api/zones/test", `{"audit":"hold"}`, 200, nil)
	ask(t, s, "PUT", "/api/pending", `{"rules":[{"op":"create","match":"slow-*","after":"2d"}]}`, 200, nil)
	do(t, c, 1001, &epp.DomainCreate{Name: "slow-one.test"})
	var n control.Name
	ask(t, s, "POST", "/api/names/slow-one.test/answer", `{"yes":true}`, 200, &n)
	if n.Pending != "" || !slices.Contains(n.Statuses, "inactive") {
		t.Errorf("%+v", n)
	}
	ask(t, s, "POST", "/api/names/slow-one.test/answer", `{"yes":true}`, 409, nil)
	ask(t, s, "GET", "/api/rules", "", 200, &rules)
	if rules.Reserved["kept"] != "for tests" || rules.Audit["test"] != "hold" || len(rules.Pending) != 1 || rules.Pending[0].After != "2d" {
		t.Errorf("%+v", rules)
	}

	var m control.Maintenance
	window := `{"start":"` + s.clock.Now().Add(time.Hour).Format(time.RFC3339) + `","end":"` + s.clock.Now().Add(2*time.Hour).Format(time.RFC3339) + `","impact":"partial"}`
	ask(t, s, "POST", "/api/maintenance", window, 201, &m)
	ask(t, s, "DELETE", "/api/maintenance/"+m.ID, "", 204, nil)
	ask(t, s, "DELETE", "/api/maintenance/"+m.ID, "", 404, nil)

	ask(t, s, "POST", "/api/names/dear.test/transfer", `{"clid":"reg-two","op":"request","auth_info":"Open-sesame-12"}`, 200, nil)
	ask(t, s, "POST", "/api/names/dear.test/transfer", `{"op":"reject"}`, 200, &n) // by its sponsor
	if n.ClID != "reg-one" || slices.Contains(n.Statuses, "pendingTransfer") {
		t.Errorf("%+v", n)
	}
	ask(t, s, "POST", "/api/names", `{"name":"other.test","clid":"reg-two"}`, 201, nil)
	ask(t, s, "POST", "/api/names/other.test/status", `{"status":"serverHold","on":true,"reason":"court","case_type":"udrp","case_id":"D2026-1"}`, 200, nil)
	ask(t, s, "POST", "/api/names/other.test/move", `{"clid":"reg-one","reason":"court order"}`, 200, &n)
	if info, _ := epp.Find[*epp.DomainInfoData](do(t, c, 1000, &epp.DomainInfo{Name: "other.test"}).ResData); n.ClID != "reg-one" || info.ClID != "reg-one" {
		t.Errorf("moved: %+v, by EPP %+v", n, info)
	}
	var q struct {
		Count    int
		Messages []control.Message
	}
	ask(t, s, "GET", "/api/queues/reg-one", "", 200, &q)
	if q.Count == 0 || !slices.ContainsFunc(q.Messages, func(m control.Message) bool { return m.Kind == "moved" && m.Object == "other.test" }) {
		t.Errorf("%+v", q)
	}
	if raw := ask(t, s, "POST", "/api/names/other.test/vanish", `{"quiet":true}`, 200, nil); strings.TrimSpace(raw) != `{"deleted":true}` {
		t.Error(raw)
	}
	do(t, c, 2303, &epp.DomainInfo{Name: "other.test"})
	ask(t, s, "DELETE", "/api/names/dear.test", "", 200, nil)
	do(t, c, 2303, &epp.DomainInfo{Name: "dear.test"}) // in its add grace period

	ask(t, s, "POST", "/api/power", `{"up":false}`, 200, nil)
	if _, err := dial(t, dir, 0); err == nil {
		t.Error("a registry that is switched off takes connections")
	}
	ask(t, s, "POST", "/api/power", `{"up":true}`, 200, nil)
	if _, err := dial(t, dir, 0); err != nil {
		t.Errorf("after power on: %v", err)
	}
	for path, body := range map[string]string{"/api/power": `{}`, "/api/prices": `{"key":"test","create":-1}`, "/api/labels": `{"kind":"colour","key":"kept"}`,
		"/api/zones/com": `{"audit":"hold"}`, "/api/maintenance": `{"impact":"partial"}`} {
		ask(t, s, "POST", path, body, 400, nil)
	}
	for _, path := range []string{"/api/queues/nobody", "/api/names?clid=nobody"} {
		ask(t, s, "GET", path, "", 404, nil)
	}
}

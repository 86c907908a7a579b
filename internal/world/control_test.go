package world_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

func TestPowerAndFaults(t *testing.T) {
	w := start(t, t.TempDir())
	epp := w.Info().Registries[1].EPP
	dial := func() error {
		conn, err := net.DialTimeout("tcp", epp, time.Second)
		if err == nil {
			conn.Close()
		}
		return err
	}
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	call(t, w, "POST", "/api/registries/cnsim/power", map[string]bool{"up": false}, 200, nil)
	if dial() == nil {
		t.Error("a registry that is switched off takes connections")
	}
	var st struct {
		Up     bool
		Names  int
		Faults []struct {
			ID, Kind, ClID, Delay string
			Remaining             int
		}
	}
	call(t, w, "GET", "/api/registries/cnsim", nil, 200, &st)
	if st.Up || st.Names == 0 {
		t.Errorf("state while off: %+v", st)
	}
	call(t, w, "POST", "/api/registries/cnsim/power", map[string]bool{"up": true}, 200, nil)
	if err := dial(); err != nil {
		t.Errorf("after power on: %v", err)
	}
	var f struct{ ID, Delay string }
	call(t, w, "POST", "/api/registries/cnsim/faults", map[string]any{"kind": "late-commit", "command": "domain:create", "clid": "openreg", "remaining": 2, "delay": "1.5s"}, 201, &f)
	if f.ID == "" || f.Delay != "1.5s" {
		t.Errorf("fault made: %+v", f)
	}
	call(t, w, "GET", "/api/registries/cnsim/faults", nil, 200, &st)
	if len(st.Faults) != 1 || st.Faults[0].ClID != "openreg" || st.Faults[0].Remaining != 2 {
		t.Errorf("faults: %+v", st.Faults)
	}
	call(t, w, "DELETE", "/api/registries/cnsim/faults/"+f.ID, nil, 204, nil)
	call(t, w, "DELETE", "/api/registries/cnsim/faults/"+f.ID, nil, 404, nil)
}

func TestRegistrarEntriesHostingAndMail(t *testing.T) {
	dir := t.TempDir()
	w := start(t, dir)
	call(t, w, "PUT", "/api/registrars/rival", map[string]string{"rdap_base": "http://127.0.0.1:9/rdap/", "name": "Rival & Sons", "whois": "127.0.0.1:43"}, 200, nil)
	call(t, w, "POST", "/api/registries/verisim/names", map[string]any{"name": "zone-test.net", "clid": "rival"}, 201, nil)
	_, body := fetch(t, w.Info().Registries[0].RDAP+"/domain/zone-test.net")
	if !strings.Contains(body, `"href":"http://127.0.0.1:9/rdap/domain/zone-test.net"`) || !strings.Contains(body, "Rival & Sons") || !strings.Contains(body, `"9998"`) {
		t.Errorf("RDAP after PUT: %s", body)
	}
	call(t, w, "PUT", "/api/hosting/zones/zone-test.net", map[string]any{"records": []map[string]any{{"name": "www", "type": "A", "value": "127.0.9.1"}}}, 200, nil)
	expect(t, w, "www.zone-test.net", "NOERROR", "127.0.9.1")
	expect(t, w, "zone-test.net", "NOERROR")
	call(t, w, "DELETE", "/api/hosting/zones/zone-test.net", nil, 204, nil)
	expect(t, w, "www.zone-test.net", "NOERROR", "127.0.3.1")

	if err := smtp.SendMail(w.Info().SMTP, nil, "a@example.com", []string{"b@example.com"}, []byte("Subject: hello\r\n\r\ntext\r\n")); err != nil {
		t.Fatal(err)
	}
	var mail struct {
		Messages []struct{ Subject, Text string }
	}
	call(t, w, "GET", "/api/mail?to=b@example.com", nil, 200, &mail)
	if len(mail.Messages) != 1 || mail.Messages[0].Subject != "hello" {
		t.Errorf("mail through the control port: %+v", mail)
	}
	var dep struct{ Balance int64 }
	call(t, w, "POST", "/api/registries/newsim/deposits/openreg", map[string]int64{"delta": 0}, 200, &dep)
	was := dep.Balance
	call(t, w, "POST", "/api/registries/newsim/deposits/openreg", map[string]int64{"delta": 12345}, 200, &dep)
	if dep.Balance != was+12345 {
		t.Errorf("deposit %d, want %d", dep.Balance, was+12345)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = start(t, dir)
	if got := whois(t, w.Info().Registries[0].WHOIS, "zone-test.net"); !strings.Contains(got, "Registrar: Rival & Sons\r\n") {
		t.Errorf("after restart:\n%s", got)
	}
}

func TestControlAPIErrors(t *testing.T) {
	w := start(t, t.TempDir())
	for _, c := range []struct {
		method, path string
		in           any
		want         int
	}{
		{"POST", "/api/clock/advance", `{}`, 400},
		{"POST", "/api/clock/advance", `{"by":"1h","to":"2030-01-01T00:00:00Z"}`, 400},
		{"POST", "/api/clock/advance", `{"by":"-1h"}`, 400},
		{"POST", "/api/clock/advance", `{"by":"soon"}`, 400},
		{"POST", "/api/clock/advance", `{"to":"2001-01-01T00:00:00Z"}`, 400},
		{"POST", "/api/clock/advance", `{"to":"tomorrow"}`, 400},
		{"POST", "/api/clock/advance", `{"by":"400000h"}`, 400},
		{"POST", "/api/clock/advance", `{"far":"1h"}`, 400},
		{"POST", "/api/clock/advance", `not json`, 400},
		{"POST", "/api/clock/followers", `{"url":"http://192.0.2.1/"}`, 400},
		{"POST", "/api/settle", `{"timeout_ms":-1}`, 400},
		{"GET", "/api/registries/nosuch", nil, 404},
		{"GET", "/api/registries/verisim/names?limit=0", nil, 400},
		{"GET", "/api/registries/verisim/names?clid=nobody", nil, 404},
		{"GET", "/api/registries/verisim/names/free-name-xyz.com", nil, 404},
		{"POST", "/api/registries/verisim/names", `{"name":"a b.com","clid":"rival"}`, 400},
		{"POST", "/api/registries/verisim/names", `{"name":"x.top","clid":"rival"}`, 400},
		{"POST", "/api/registries/verisim/names", `{"name":"www.x.com","clid":"rival"}`, 400},
		{"POST", "/api/registries/verisim/names", `{"name":"ok-name.com","clid":"nobody"}`, 404},
		{"POST", "/api/registries/verisim/names", `{"name":"ok-name.com","clid":"rival","years":99}`, 400},
		{"POST", "/api/registries/verisim/names/free-name-xyz.com/status", `{"status":"serverHold","on":true}`, 404},
		{"POST", "/api/registries/verisim/names/openhost.net/status", `{"status":"pendingDelete","on":true}`, 400},
		{"POST", "/api/registries/verisim/names/openhost.net/status", `{"status":"serverHold"}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"earthquake"}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"delay","delay":"long"}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"delay","probability":2}`, 400},
		{"POST", "/api/registries/verisim/faults", `{"kind":"delay","match":"["}`, 400},
		{"POST", "/api/registries/verisim/power", `{}`, 400},
		{"POST", "/api/registries/verisim/deposits/nobody", `{"delta":1}`, 404},
		{"PUT", "/api/registrars/nobody", `{"name":"x"}`, 404},
		{"PUT", "/api/registrars/openreg", `{"rdap_base":"ftp://x"}`, 400},
		{"PUT", "/api/registrars/openreg", `{"iana_id":"many"}`, 400},
		{"PUT", "/api/hosting/zones/x.com", `{"records":[{"name":"a","type":"A","value":"no"}]}`, 400},
		{"GET", "/api/hosting/zones/x.com", nil, 404},
		{"DELETE", "/api/hosting/zones/x.com", nil, 404},
		{"GET", "/api/nothing", nil, 404},
		{"POST", "/api/clock/advance", `{"by":"` + strings.Repeat("x", 2<<20) + `"}`, 413},
	} {
		call(t, w, c.method, c.path, c.in, c.want, nil)
	}
	var fr struct{ Faults []any }
	call(t, w, "GET", "/api/registries/verisim/faults", nil, 200, &fr)
	if len(fr.Faults) != 0 {
		t.Errorf("a refused fault is in force: %v", fr.Faults)
	}
	if ahead := time.Until(w.Now()); ahead > time.Minute {
		t.Errorf("a refused advance moved the clock by %s", ahead)
	}
}

func TestSettleTimesOutWithTheReason(t *testing.T) {
	w := start(t, t.TempDir())
	fol := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { fmt.Fprint(rw, `{"settled":false}`) }))
	defer fol.Close()
	call(t, w, "POST", "/api/clock/followers", map[string]string{"url": fol.URL}, 200, nil)
	var out struct {
		Settled *bool
		Error   string
	}
	call(t, w, "POST", "/api/settle", map[string]int{"timeout_ms": 80}, 504, &out)
	if out.Settled == nil || *out.Settled || !strings.Contains(out.Error, fol.URL) {
		t.Errorf("answer %+v", out)
	}
}

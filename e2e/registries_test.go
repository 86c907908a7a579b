package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// operator is a signed-in browser at the desk, without script.
type operator struct {
	t    *testing.T
	base string
	http.Client
}

func atDesk(t *testing.T, e endpoints) *operator {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := &operator{t: t, base: e.API, Client: http.Client{Jar: jar, Timeout: time.Minute}}
	in := e.as("operator")
	o.post("/signin", url.Values{"email": {in.Email}, "password": {in.Password}, "next": {"/desk"}})
	return o
}

func (o *operator) page(resp *http.Response, err error) string {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		o.t.Fatalf("%s: %d %v\n%.600s", resp.Request.URL, resp.StatusCode, err, body)
	}
	return string(body)
}

func (o *operator) get(path string) string {
	o.t.Helper()
	return o.page(o.Get(o.base + path))
}

func (o *operator) post(path string, form url.Values) string {
	o.t.Helper()
	return o.page(o.PostForm(o.base+path, form))
}

// The desk's page of a registry against a registry: its maintenance announced by poll, an empty deposit, a password
// changed while everything runs, and all of it still so after a restart.
func TestRegistryAtTheDesk(t *testing.T) {
	data := t.TempDir()
	args := []string{"demo", "--data", data, "--port-base", ":0"}
	var e endpoints
	p := up(t, filepath.Join(data, "endpoints.json"), &e, nil, args...)
	c, desk := client{t: t, base: e.API, key: e.owner()}, atDesk(t, e)
	template := approvedTemplate(t, c)
	// The log's items tell what a name waits for.
	waits := func(log int64, code string) func() bool {
		return func() bool {
			page := desk.get(fmt.Sprintf("/desk/orders/%d", log))
			return strings.Contains(page, `data-status="doing"`) && strings.Contains(page, code)
		}
	}
	done := func(log int64) func() bool {
		return func() bool {
			return strings.Contains(desk.get(fmt.Sprintf("/desk/orders/%d", log)), `id="order" data-status="success"`)
		}
	}

	// Maintenance, announced by the registry over poll.
	var now struct {
		Now time.Time `json:"now"`
	}
	worldCall(t, e.World, http.MethodGet, "/api/clock", nil, &now)
	worldCall(t, e.World, http.MethodPost, "/api/registries/verisim/maintenance", map[string]any{
		"start": now.Now.Add(10 * time.Minute), "end": now.Now.Add(time.Hour), "impact": "full", "description": "Moving house"}, nil)
	eventually(t, 30*time.Second, "the window is at the desk", func() bool {
		page := desk.get("/desk/registries/verisim")
		return strings.Contains(page, "Moving house") && strings.Contains(page, `data-state="planned"`)
	})
	worldCall(t, e.World, http.MethodPost, "/api/clock/advance", map[string]string{"by": "15m"}, nil)
	eventually(t, 10*time.Second, "the page shows that its maintenance is on", func() bool {
		return strings.Contains(desk.get("/desk/registries/verisim"), `data-state="registry.maintenance"`)
	})
	log := c.register(template, "calm.com")
	eventually(t, 30*time.Second, "the order says what it waits for", waits(log, "registry.maintenance"))
	other := c.register(template, "busy.top")
	eventually(t, 30*time.Second, "other registries work on", done(other))
	worldCall(t, e.World, http.MethodPost, "/api/clock/advance", map[string]string{"by": "1h"}, nil)
	eventually(t, 60*time.Second, "the order goes on after it", done(log))

	// An empty deposit.
	clid := ""
	for _, r := range readWorldInfo(t, data).Registries {
		if r.ID == "verisim" {
			clid = r.ClID
		}
	}
	var after struct {
		Balance int64 `json:"balance"`
	}
	adjust := func(delta int64) {
		worldCall(t, e.World, http.MethodPost, "/api/registries/verisim/deposits/"+clid, map[string]int64{"delta": delta}, &after)
	}
	adjust(0)
	adjust(-after.Balance)
	log = c.register(template, "broke.com")
	eventually(t, 30*time.Second, "the order waits for the deposit", waits(log, "registry.deposit-empty"))
	if page := desk.get("/desk/registries/verisim"); !strings.Contains(page, `data-code="registry.deposit-empty"`) {
		t.Error("no case on the registry's page")
	}
	adjust(10_000_000)
	desk.post("/desk/registries/verisim/deposit", url.Values{"amount": {"100000.00"}, "key": {"e2e"}})
	eventually(t, 60*time.Second, "the order goes on", done(log))
	eventually(t, 30*time.Second, "the case is cleared", func() bool {
		return !strings.Contains(desk.get("/desk/registries/verisim"), `data-code="registry.deposit-empty"`)
	})

	// Another password, while everything runs; the next start uses it too.
	desk.post("/desk/registries/verisim/password", nil)
	if page := desk.get("/desk/registries/verisim"); strings.Contains(page, "credentials-refused") || !strings.Contains(page, "desk@openregistrar.example") {
		t.Error("the page doesn't show who has changed the password")
	}
	log = c.register(template, "secret.com")
	eventually(t, 30*time.Second, "the new password works", done(log))
	p.stop()
	raw, err := os.ReadFile(filepath.Join(data, "world", "world.json"))
	if err != nil {
		t.Fatal(err)
	}
	up(t, filepath.Join(data, "endpoints.json"), &e, nil, args...)
	c, desk = client{t: t, base: e.API, key: e.owner()}, atDesk(t, e)
	log = c.register(template, "again.com")
	eventually(t, 30*time.Second, "it works after a restart", done(log))
	if !strings.Contains(string(raw), `"password"`) {
		t.Error("the world's file has no first password: nothing was tested")
	}
	if events := desk.get("/desk/log?subject=registry:verisim"); strings.Count(events, "<li") < 5 && strings.Count(events, "<tr") < 5 {
		t.Error("the audit log does not show what was done")
	}
	settle(t, e.World)
	behaviour(t, "maintenance announced by poll pauses one registry's queue, an empty deposit too, both go on; password changed under way and kept over a restart")
}

func readWorldInfo(t *testing.T, data string) worldInfo {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(data, "world", "world.json"))
	if err != nil {
		t.Fatal(err)
	}
	var w worldInfo
	if err := json.Unmarshal(raw, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

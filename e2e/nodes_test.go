package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Two nodes on one PostgreSQL share the work of a batch; one of them is killed in its middle, and the other ends it. A
// node that brings a master key of its own is refused.
func TestTwoNodes(t *testing.T) {
	dsn, root := postgres(t), t.TempDir()
	var w worldInfo
	worldFile := filepath.Join(root, "world", "world.json")
	up(t, worldFile, &w, nil, "world", "--data", filepath.Join(root, "world"), "--port-base", ":0")
	node := func(name string, more ...string) (string, []string) {
		data := filepath.Join(root, name)
		return data, append([]string{"serve", "--data", data, "--port-base", ":0", "--world", worldFile, "--postgres", dsn}, more...)
	}
	var a, b endpoints
	dataA, argsA := node("a", "--furnish")
	first := up(t, filepath.Join(dataA, "endpoints.json"), &a, nil, argsA...)

	stranger, args := node("stranger")
	var c endpoints
	if p := tryUp(t, filepath.Join(stranger, "endpoints.json"), &c, nil, args...); !p.dead() {
		t.Error("a node with a key of its own serves")
	}
	dataB, argsB := node("b")
	key, err := os.ReadFile(filepath.Join(dataA, "keys", "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dataB, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dataB, "keys", "master.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	up(t, filepath.Join(dataB, "endpoints.json"), &b, nil, argsB...)
	sessions := watchSessions(t, w)

	one, other := client{t: t, base: a.API, key: a.owner()}, client{t: t, base: b.API, key: a.owner()}
	template := approvedTemplate(t, one)
	one.topUp(20_000_000)
	names := make([]string, 1500)
	for i := range names {
		names[i] = fmt.Sprintf("shared%d.%s", i, []string{"com", "net", "top", "xyz"}[i%4])
	}
	log := one.register(template, names...)
	var logs struct {
		DomainBatchLogSet []struct{ Doing, Success, Failed int }
	}
	progress := func() (doing, success int) {
		other.action("DescribeBatchOperationLogs", map[string]any{}, &logs)
		return logs.DomainBatchLogSet[0].Doing, logs.DomainBatchLogSet[0].Success
	}
	eventually(t, 30*time.Second, "the batch is under way", func() bool { _, success := progress(); return success > 100 })
	first.kill()
	left, _ := progress()
	eventually(t, 90*time.Second, "the batch has ended", func() bool { doing, _ := progress(); return doing == 0 })
	settle(t, w.Control)
	if _, success := progress(); success != len(names) {
		t.Errorf("%d of %d registered", success, len(names))
	}
	total := 0
	for _, r := range w.Registries {
		total += len(namesOf(t, w.Control, r.ID, r.ClID))
	}
	if total != len(names) {
		t.Errorf("the registries have %d of our %d names", total, len(names))
	}
	var held struct {
		Held int64 `json:"held"`
	}
	other.call(http.MethodGet, "/api/v1/wallet", nil, &held)
	if held.Held != 0 {
		t.Errorf("%d still held", held.Held)
	}
	reconcile(t, []string{"--data", dataB, "--postgres", dsn})
	most := sessions()
	behaviour(t, "batch %d of %d names over two nodes, one killed with %d names to go: all registered once, ledger agrees; a foreign master key is refused; sessions together at most %s", log, len(names), left, most)
}

// watchSessions looks at the sessions that each registry counts for us until the function it gives is called, which
// fails the test where both nodes together ever had more than the account may have, or one was refused.
func watchSessions(t *testing.T, w worldInfo) (done func() string) {
	type figures struct {
		Registries []struct {
			ID       string `json:"id"`
			Sessions []struct {
				ClID string `json:"clid"`
			} `json:"sessions"`
			SessionCap int `json:"session_cap"`
			Commands   []struct {
				Command string `json:"command"`
				Refused int64  `json:"refused"`
			} `json:"commands"`
		} `json:"registries"`
	}
	ours := map[string]string{}
	for _, r := range w.Registries {
		ours[r.ID] = r.ClID
	}
	most, caps, refused := map[string]int{}, map[string]int{}, map[string]int64{}
	look := func() {
		var f figures
		worldCall(t, w.Control, http.MethodGet, "/api/registries", nil, &f)
		for _, r := range f.Registries {
			n := 0
			for _, s := range r.Sessions {
				if s.ClID == ours[r.ID] {
					n++
				}
			}
			most[r.ID], caps[r.ID] = max(most[r.ID], n), r.SessionCap
			for _, c := range r.Commands {
				if c.Command == "login" {
					refused[r.ID] = c.Refused
				}
			}
		}
	}
	look()
	before := maps.Clone(refused)
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				look()
			}
		}
	}()
	return func() string {
		close(stop)
		<-ended
		var out []string
		for id, n := range most {
			// Ours is one less than the registry's cap, which covers a session that it has not counted off yet.
			if n > caps[id] || refused[id] != before[id] {
				t.Errorf("%s: %d sessions of ours at once of %d, %d logins refused", id, n, caps[id], refused[id]-before[id])
			}
			out = append(out, fmt.Sprintf("%s %d of %d", id, n, caps[id]))
		}
		slices.Sort(out)
		return strings.Join(out, ", ")
	}
}

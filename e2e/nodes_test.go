package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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
	behaviour(t, "batch %d of %d names over two nodes, one killed with %d names to go: all registered once, ledger agrees; a foreign master key is refused", log, len(names), left)
}

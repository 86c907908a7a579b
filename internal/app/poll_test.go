package app

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/openregistrar/openregistrar/internal/ops"
)

// A message that nobody can read is taken off a real queue, kept, and shown to the desk; the queue is not blocked.
func TestQueuesAreEmptied(t *testing.T) {
	d, err := StartDemo(t.Context(), t.TempDir(), ":0", Database{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	a, id := d.App, d.App.cfg.Registry[0].ID
	if err := a.clock.call(t.Context(), http.MethodPost, "/api/registries/"+id+"/faults", map[string]any{"kind": "malformed-poll", "remaining": 1}, nil); err != nil {
		t.Fatal(err)
	}
	if err := a.pollOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	cases, err := a.store.Cases(t.Context(), ops.CaseFilter{Open: true})
	if err != nil || len(cases) != 1 || cases[0].Code != "registry.poll-unreadable" || cases[0].Facts["registry"] != id {
		t.Fatalf("cases %+v, %v", cases, err)
	}
	if open, err := a.store.OpenPolls(t.Context(), 10); err != nil || len(open) != 0 {
		t.Errorf("not worked off: %+v %v", open, err)
	}
	if err := a.pollOnce(t.Context()); err != nil {
		t.Errorf("the queue is blocked: %v", err)
	}
}

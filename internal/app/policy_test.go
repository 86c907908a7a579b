package app

import (
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// What another node has changed of the policy is taken up within a sweep; an older reading doesn't replace a newer one.
func TestPolicyOfAnotherNode(t *testing.T) {
	w := newTown(t, "")
	rule := policy.Rule{Key: "half", Deal: policy.DealPromotion, NameZH: "半价", NameEN: "Half", Percent: 50, From: w.App.clock.Business().Add(-time.Hour)}
	row, err := rule.Row()
	w.ok(err)
	w.ok(w.App.store.Commit(w.Context(), ops.Plan{Writes: []ops.Write{ops.PutPolicy{Kind: row.Kind, Key: row.Key, Body: row.Body}}})) // past this node's back
	deadline := time.Now().Add(30 * time.Second)
	for {
		table, err := w.App.ops.Prices(w.Context(), w.scope)
		w.ok(err)
		com, _ := table.Suffix("com")
		if p, _ := com.Price("new", 1); p == 3400 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("a year costs %d", p)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if v := w.buy("yunhe-half.com"); v.Total != 3400 || v.Captured != 3400 {
		t.Errorf("%+v", v)
	}
	newest := w.App.policy.Load()
	ahead := *newest
	ahead.Version += 100
	w.App.policy.Store(&ahead)
	w.ok(w.App.rereadPolicy(w.Context()))
	if got := w.App.policy.Load().Version; got != ahead.Version {
		t.Errorf("version %d was replaced by %d", ahead.Version, got)
	}
}

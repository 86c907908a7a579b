package registry

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Prices, classes and reservations change on demand.
func TestChangesOnDemand(t *testing.T) {
	r := open(t, t.TempDir(), Newsim(), newClock(t0), Options{NoSeed: true})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fee := func(name string) (n int64) {
		must(r.do(func(c *core, now time.Time) error {
			p, _ := c.priceOf(name)
			n = p.Create
			return nil
		}))
		return n
	}
	must(r.SetPrice("top", Price{Create: 1234}))
	must(r.SetPrice("premium-1", Price{Create: 999_00}))
	must(r.SetLabel(LabelPremium, "sunrise", "premium-1"))
	must(r.SetLabel(LabelPremium, "tea", ""))
	must(r.SetLabel(LabelReserved, "kept", "kept for tests"))
	must(r.SetLabel(LabelReserved, "police", ""))
	must(r.SetLabel(LabelToken, "invited.top", "let-me-in"))
	for name, want := range map[string]int64{"plain.top": 1234, "plain.xyz": 1200, "sunrise.club": 999_00, "gold.xyz": 999_00, "tea.top": 1234} {
		if got := fee(name); got != want {
			t.Errorf("%s costs %d, want %d", name, got, want)
		}
	}
	check := func(name string) (reason string) {
		must(r.do(func(c *core, now time.Time) error { reason = c.checkDomain(name, true); return nil }))
		return reason
	}
	for name, want := range map[string]string{"kept.top": "kept for tests", "police.top": "", "invited.top": "allocation token required", "invited.xyz": ""} {
		if got := check(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, tc := range []struct {
		what string
		err  error
		want int
	}{
		{"price of nothing", r.SetPrice("com", Price{}), 2306},
		{"negative price", r.SetPrice("top", Price{Renew: -1}), 2004},
		{"unknown class", r.SetLabel(LabelPremium, "x", "premium-9"), 2306},
		{"long reason", r.SetLabel(LabelReserved, "x", strings.Repeat("r", 33)), 2004},
		{"no label", r.SetLabel(LabelClaim, "  ", "k"), 2005},
		{"odd label", r.SetLabel(LabelClaim, "a b", "k"), 2005},
		{"token for a label", r.SetLabel(LabelToken, "invited", "k"), 2306},
		{"unknown kind", r.SetLabel("colour", "x", "y"), 2306},
		{"unknown zone", r.SetVerification("com", VerifyAfter), 2306},
		{"unknown mode", r.SetVerification("top", "sometimes"), 2306},
		{"unknown audit", r.SetAudit("top", "burn"), 2306},
		{"unknown phase", r.SetLaunch("top", "sunset"), 2306},
		{"rule without pattern", r.SetPending([]PendingRule{{Op: "create"}}), 2005},
		{"rule for checks", r.SetPending([]PendingRule{{Op: "check", Match: "*"}}), 2306},
	} {
		wantCode(t, tc.what, tc.err, tc.want)
	}
	must(r.SetVerification("top", VerifyAfter))
	must(r.SetLaunch("club", "open"))
	must(r.SetAudit("xyz", ""))
	p := r.Policy()
	if p.Verify["top"] != VerifyAfter || p.Launch["club"] != "open" || p.Audit["xyz"] != "" || p.Audit["top"] != "hold" || p.Tokens["invited.top"] != "set" || p.Tokens["founders.club"] != "set" {
		t.Errorf("policy %+v", p)
	}
	if got := r.Prices()["top"].Create; got != 1234 {
		t.Errorf("price list %d", got)
	}
}

func TestMaintenanceWindow(t *testing.T) {
	clk := newClock(t0)
	dir := t.TempDir()
	r := open(t, dir, Verisim(), clk, Options{NoSeed: true})
	m, err := r.PutMaintenance(Maintenance{Name: "Upgrade", Start: t0.Add(3 * day), End: t0.Add(3*day + 2*time.Hour), Impact: ImpactPartial})
	if err != nil || m.ID == "" || m.Reason != "planned" || !slices.Equal(m.TLDs, []string{"com", "net"}) {
		t.Fatalf("%+v %v", m, err)
	}
	told := func() (out []string) {
		q, _ := r.PollQueue(openreg, 99)
		for _, x := range q {
			out = append(out, x.Maintenance.Told)
		}
		return out
	}
	impact := func() (s string) {
		_ = r.do(func(c *core, now time.Time) error { s = c.inWindow(now); return nil })
		return s
	}
	m.End = m.End.Add(time.Hour)
	clk.add(time.Hour)
	if m, err = r.PutMaintenance(m); err != nil || !m.Updated.Equal(clk.now()) || !m.Created.Equal(t0) {
		t.Fatalf("%+v %v", m, err)
	}
	clk.add(2*day - time.Hour)
	impact()
	if got := told(); !slices.Equal(got, []string{"create", "update", "courtesy"}) {
		t.Errorf("a day before: %v", got)
	}
	for _, tc := range []struct {
		after time.Duration
		want  string
	}{{day - time.Second, ""}, {time.Second, ImpactPartial}, {3*time.Hour - time.Second, ImpactPartial}, {time.Second, ""}} {
		clk.add(tc.after)
		if got := impact(); got != tc.want {
			t.Errorf("at %s: %q, want %q", clk.now(), got, tc.want)
		}
	}
	if got := told(); !slices.Equal(got, []string{"create", "update", "courtesy", "end"}) {
		t.Errorf("afterwards: %v", got)
	}
	n, err := r.PutMaintenance(Maintenance{Start: clk.now().Add(day / 2), End: clk.now().Add(day)})
	if err != nil || n.Impact != ImpactFull {
		t.Fatal(err)
	}
	if err := r.DropMaintenance(n.ID); err != nil {
		t.Fatal(err)
	}
	if got := told(); !slices.Equal(got[4:], []string{"create", "delete"}) {
		t.Errorf("called off: %v", got)
	}
	wantCode(t, "calling it off again", r.DropMaintenance(n.ID), 2303)
	m.End = clk.now().Add(day)
	_, err = r.PutMaintenance(m)
	wantCode(t, "changing one that is over", err, 2304)
	_, err = r.PutMaintenance(Maintenance{Start: t0, End: t0.Add(time.Hour)})
	wantCode(t, "one in the past", err, 2004)
	_, err = r.PutMaintenance(Maintenance{Start: clk.now(), End: clk.now().Add(time.Hour), Impact: "some"})
	wantCode(t, "unknown impact", err, 2306)
	clk.add(5 * day)
	if got := impact(); got != "" || len(told()) != 6 {
		t.Errorf("%q %v", got, told())
	}
	want := r.Maintenance()
	r.Close()
	if diff := cmp.Diff(want, open(t, dir, Verisim(), clk, Options{NoSeed: true}).Maintenance()); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}

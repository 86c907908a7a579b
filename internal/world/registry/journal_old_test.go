package registry

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A journal as it was written before settings, reasons of holds and years of
// graces were kept.
var oldLines = []string{
	`{"r":[{"id":"openreg","name":"OpenRegistrar","pw":"aa$bb","pw0":"aa$bb","balance":1000000,"low":100000},{"id":"rival","name":"Rival","balance":1000000},{"id":"elder","name":"Elder","balance":1000000}],"seeded":true}`,
	`{"d":[{"name":"held.com","roid":"D1-VSIM","clID":"openreg","crID":"openreg","crDate":"2026-10-01T00:00:00Z","exDate":"2027-10-01T00:00:00Z","st":["serverHold"],"ai":"correct-horse-9"}],"n":1}`,
	`{"d":[{"name":"renewed.com","roid":"D2-VSIM","clID":"openreg","crID":"openreg","crDate":"2025-11-20T00:00:00Z","exDate":"2027-11-20T00:00:00Z","gr":[{"kind":"autoRenewPeriod","until":"2027-01-04T00:00:00Z","payer":"openreg","credit":6800}]}],"b":{"openreg":{"a":993200}},"p":[{"id":"1","clID":"openreg","qDate":"2026-11-20T00:00:00Z","kind":"autoRenew","text":"renewed.com: auto-renewed.","obj":"renewed.com"}],"n":2,"m":1}`,
	`{"d":[{"name":"moving.com","roid":"D3-VSIM","clID":"openreg","crID":"openreg","crDate":"2026-01-01T00:00:00Z","exDate":"2027-01-01T00:00:00Z","tr":{"st":"pending","reID":"rival","reDate":"2026-11-22T00:00:00Z","acID":"openreg","acDate":"2026-11-27T00:00:00Z","years":1,"fee":6800}}],"n":3}`,
}

func TestOldJournalLoads(t *testing.T) {
	dir := t.TempDir()
	var log strings.Builder
	for _, l := range oldLines {
		fmt.Fprintf(&log, "%08x %s\n", crc32.ChecksumIEEE([]byte(l)), l)
	}
	if err := os.WriteFile(filepath.Join(dir, "log.0"), []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	clk := newClock(t0)
	r := open(t, dir, Verisim(), clk, Options{})
	v, ok := r.Domain("held.com")
	if !ok || !v.has("serverHold") || v.InZone {
		t.Fatalf("held.com: %+v", v)
	}
	// The old hold outlives a naming hold.
	for _, verdict := range []string{"hold", "ok"} {
		if err := r.NamingVerdict("held.com", verdict, ""); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ = r.Domain("held.com"); !v.has("serverHold") {
		t.Error("the old hold went")
	}
	err := r.do(func(c *core, now time.Time) error {
		_, credit, err := c.deleteDomain(openreg, "renewed.com", now)
		if credit != 6800 || !c.domains["renewed.com"].Expires.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("old auto-renewal: credit %d, expires %s", credit, c.domains["renewed.com"].Expires)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	clk.add(5 * day)
	if v, _ = r.Domain("moving.com"); v.Sponsor != rivalID {
		t.Errorf("the old transfer was not completed: %+v", v)
	}
}

// Everything new survives a restart, by replay and through a snapshot.
func TestSemanticsSurviveRestart(t *testing.T) {
	p := Cnsim()
	dir, clk := t.TempDir(), newClock(t0)
	r := open(t, dir, p, clk, Options{NoSeed: true})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.SetVerification("cn", VerifyAfter))
	must(r.SetPending([]PendingRule{{Op: "create", Match: "slow*", After: 9 * day}, {Op: "update", Match: "waits.cn"}}))
	must(r.SetPrice("cn", Price{Create: 1, Renew: 2, Transfer: 3, Restore: 4}))
	must(r.SetLabel(LabelClaim, "claimed", "key"))
	_, err := r.PutMaintenance(Maintenance{Start: t0.Add(20 * day), End: t0.Add(21 * day)})
	must(err)
	for _, n := range []string{"one.cn", "slow.cn", "waits.cn", "coded.cn", "happy-duchang.cn", mustASCII(t, "龙门") + ".cn"} {
		must(r.do(func(c *core, now time.Time) error { // as a registrar that has shown nothing
			cmd := domainCreate{Name: n, Years: 1, NS: c.hostingServers(), Registrant: c.anyContact(openreg, now)}
			for _, role := range c.p.Roles {
				cmd.Contacts = append(cmd.Contacts, ContactRef{role, cmd.Registrant})
			}
			_, _, err := c.createDomain(openreg, cmd, now)
			return err
		}))
	}
	must(r.do(func(c *core, now time.Time) error {
		_, _, err := c.updateDomain(openreg, domainUpdate{Name: "coded.cn", Codes: []Code{{"domain", "1-a", now}, {"real-name", "1-b", now}}}, now)
		return err
	}))
	must(r.do(func(c *core, now time.Time) error {
		_, _, err := c.updateDomain(openreg, domainUpdate{Name: "waits.cn", AddStatus: []string{"clientHold"}, TRID: TRID{"MY-7", "SV-7"}}, now)
		return err
	}))
	must(r.do(func(c *core, now time.Time) error {
		id := c.anyContact(openreg, now)
		pw := "contact-code-1"
		if _, err := c.updateContact(openreg, contactUpdate{ID: id, AuthInfo: &pw, Identity: &Identity{Type: "I", DocType: "SFZ", Number: "1"}}, now); err != nil {
			return err
		}
		_, err := c.requestContactTransfer(rivalID, id, pw, now)
		return err
	}))
	want := state(r)
	due, _ := r.NextDue()
	must(r.Close())
	r = open(t, dir, p, clk, Options{NoSeed: true})
	if diff := cmp.Diff(want, state(r), stateOpts); diff != "" {
		t.Errorf("replay differs (-want +got):\n%s", diff)
	}
	if at, ok := r.NextDue(); !ok || !at.Equal(due) {
		t.Errorf("next due %s, before %s", at, due)
	}
	must(r.Close())
	c := newCore(&p)
	f, _, err := c.load(dir)
	must(err)
	f.Close()
	must(c.snapshot(dir, 1, true))
	r = open(t, dir, p, clk, Options{NoSeed: true})
	if diff := cmp.Diff(want, state(r), stateOpts); diff != "" {
		t.Errorf("snapshot differs (-want +got):\n%s", diff)
	}
	// And it goes on where it was.
	clk.add(10 * day)
	if v, _ := r.Domain("one.cn"); v.Verify != verBad || !v.has("serverHold") {
		t.Errorf("verification: %+v", v)
	}
	if v, _ := r.Domain("coded.cn"); v.Verify != verGood || v.has("serverHold") {
		t.Errorf("verified: %+v", v)
	}
	if v, ok := r.Domain("slow.cn"); !ok || v.Pending != nil {
		t.Errorf("pending: %+v", v)
	}
	if _, ok := r.Domain("happy-duchang.cn"); ok {
		t.Error("the audit was forgotten")
	}
	must(r.Answer("waits.cn", true, ""))
	if v, _ := r.Domain("waits.cn"); !v.has("clientHold") {
		t.Errorf("pending update: %+v", v)
	}
	q, _ := r.PollQueue(openreg, 99)
	if i := slices.IndexFunc(q, func(m PollMessage) bool { return m.TRID != nil && m.TRID.Client == "MY-7" && !m.Denied }); i < 0 {
		t.Errorf("no panData for the update: %+v", q)
	}
	if n, _ := r.Contact("OPENREG-0001"); n.Sponsor != rivalID {
		t.Errorf("contact: %+v", n)
	}
}

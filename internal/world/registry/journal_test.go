package registry

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/openregistrar/openregistrar/epp"
)

// testClock is a business clock that tests move.
type testClock struct{ at atomic.Int64 }

func newClock(t time.Time) *testClock {
	c := &testClock{}
	c.at.Store(t.UnixNano())
	return c
}
func (c *testClock) now() time.Time      { return time.Unix(0, c.at.Load()).UTC() }
func (c *testClock) add(d time.Duration) { c.at.Add(int64(d)) }

func open(t testing.TB, dir string, p Profile, clk *testClock, opts Options) *Registry {
	t.Helper()
	if opts.Accounts == nil {
		opts.Accounts = []Account{{ID: openreg, Name: "OpenRegistrar", Password: "openreg-pw-1", Deposit: 1 << 40}}
	}
	r, err := Open(dir, unasked(p), clk.now, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// state is everything that must survive a restart.
func state(r *Registry) any {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.core
	return []any{c.domains, c.contacts, c.hosts, c.regs, c.polls, c.roidSeq, c.pollSeq, c.contactUse, c.hostUse, c.subHosts, c.variants, c.set}
}

var stateOpts = cmp.Options{
	cmpopts.IgnoreUnexported(Domain{}, Contact{}, Host{}, feeOffer{}), cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
}

func TestReplayEqualsState(t *testing.T) {
	for _, p := range Profiles() {
		dir, clk := t.TempDir(), newClock(t0)
		r := open(t, dir, p, clk, Options{})
		zone := p.Zones[0].Name
		for i := range 30 {
			if err := r.RegisterAs(openreg, fmt.Sprintf("name%d.%s", i, zone), 1+i%3, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(r.SetStatus("name1."+zone, "serverHold", true))
		must(r.SetAuthInfo("name2."+zone, "correct-horse-9"))
		must(r.SetAuthInfo("name3."+zone, "correct-horse-9"))
		clk.add(70 * day)
		must(r.TransferAs(rivalID, "name2."+zone, "request", "correct-horse-9"))
		must(r.TransferAs(rivalID, "name3."+zone, "request", "correct-horse-9"))
		must(r.TransferAs(openreg, "name3."+zone, "approve", ""))
		must(r.do(func(c *core, now time.Time) error {
			_, _, err := c.deleteDomain(openreg, "name4."+zone, now)
			return err
		}))
		if !p.HostAttr {
			must(r.do(func(c *core, now time.Time) error {
				_, err := c.createHost(openreg, "ns1.name5."+zone, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, now)
				return err
			}))
			must(r.do(func(c *core, now time.Time) error {
				_, err := c.updateHost(openreg, hostUpdate{Name: "ns1.name5." + zone, NewName: "ns2.name5." + zone}, now)
				return err
			}))
		}
		must(r.do(func(c *core, now time.Time) error {
			m, _ := c.pollHead(openreg)
			_, _, err := c.pollAck(openreg, m.ID)
			return err
		}))
		// A year in one step: renewals, purges, an approval, many in a record.
		clk.add(400 * day)
		if n, err := r.RunDue(clk.now()); err != nil || n < 100 {
			t.Fatalf("%s: %d due, %v", p.ID, n, err)
		}
		if at, ok := r.NextDue(); !ok || !at.After(clk.now()) {
			t.Errorf("%s: still due at %s", p.ID, at)
		}
		want := state(r)
		must(r.Close())
		again := open(t, dir, p, clk, Options{})
		if diff := cmp.Diff(want, state(again), stateOpts); diff != "" {
			t.Errorf("%s: replay differs (-want +got):\n%s", p.ID, diff)
		}
		due1, ok1 := again.NextDue()
		// And once more through a snapshot.
		must(again.Close())
		c := newCore(&p)
		if f, _, err := c.load(dir); err != nil {
			t.Fatal(err)
		} else {
			f.Close()
		}
		must(c.snapshot(dir, 99, true))
		third := open(t, dir, p, clk, Options{})
		if diff := cmp.Diff(want, state(third), stateOpts); diff != "" {
			t.Errorf("%s: snapshot differs (-want +got):\n%s", p.ID, diff)
		}
		if due2, ok2 := third.NextDue(); ok1 != ok2 || !due1.Equal(due2) {
			t.Errorf("%s: next due %s, then %s", p.ID, due1, due2)
		}
		if ents, _ := filepath.Glob(filepath.Join(dir, "*.[0-9]*")); len(ents) != 2 { // a base and its log
			t.Errorf("%s: old generations stay: %v", p.ID, ents)
		}
	}
}

func TestCompactionAtStart(t *testing.T) {
	dir, clk := t.TempDir(), newClock(t0)
	r := open(t, dir, Verisim(), clk, Options{NoSeed: true})
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := range 300 {
				if err := r.RegisterAs(openreg, fmt.Sprintf("n%d-%d.com", w, i), 1, time.Time{}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(filepath.Join(dir, "log.0")); err != nil || st.Size() <= compactAbove {
		t.Fatalf("the log is too small for this test: %v %v", st, err)
	}
	r = open(t, dir, Verisim(), clk, Options{NoSeed: true})
	if n := len(r.Names(openreg, "", 10_000)); n != 4800 {
		t.Errorf("%d names", n)
	}
	for _, f := range []string{"base.1", "log.1"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "log.0")); err == nil {
		t.Error("the old log is still there")
	}
	if _, err := Open(dir, Verisim(), clk.now, Options{NoSeed: true}); err == nil {
		t.Error("a second one opened the same directory")
	}
	if err := r.RegisterAs(openreg, "after.com", 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	r.Close()
	r = open(t, dir, Verisim(), clk, Options{NoSeed: true})
	if n := len(r.Names(openreg, "", 10_000)); n != 4801 {
		t.Errorf("%d names after the compacted start", n)
	}
}

func TestTornTail(t *testing.T) {
	dir, clk := t.TempDir(), newClock(t0)
	r := open(t, dir, Verisim(), clk, Options{NoSeed: true})
	for i := range 3 {
		if err := r.RegisterAs(openreg, fmt.Sprintf("name%d.com", i), 1, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	log := filepath.Join(dir, "log.0")
	whole, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lastLine := strings.LastIndexByte(strings.TrimSuffix(string(whole), "\n"), '\n') + 1
	for _, cut := range []int{lastLine + 1, lastLine + 30, len(whole) - 1} {
		if err := os.WriteFile(log, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		r := open(t, dir, Verisim(), clk, Options{NoSeed: true})
		if n := r.Names(openreg, "", 10); len(n) != 2 {
			t.Errorf("cut at %d: %v", cut, n)
		}
		// The place of the torn line takes the next one.
		if err := r.RegisterAs(openreg, "name9.com", 1, time.Time{}); err != nil {
			t.Fatal(err)
		}
		r.Close()
		r = open(t, dir, Verisim(), clk, Options{NoSeed: true})
		if n := r.Names(openreg, "", 10); len(n) != 3 || n[2] != "name9.com" {
			t.Errorf("cut at %d, then one more: %v", cut, n)
		}
		r.Close()
	}
	// Damage in the middle is not a torn tail: refuse to start on it.
	bad := []byte(string(whole))
	bad[20] ^= 1
	if err := os.WriteFile(log, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Verisim(), clk.now, Options{NoSeed: true}); err == nil || !strings.Contains(err.Error(), "log.0") {
		t.Errorf("damaged log: %v", err)
	}
}

func TestRaceHasOneWinner(t *testing.T) {
	r := open(t, t.TempDir(), Verisim(), newClock(t0), Options{NoSeed: true})
	for i := range 50 {
		name := fmt.Sprintf("prize%d.com", i)
		var wins atomic.Int32
		var wg sync.WaitGroup
		start := make(chan struct{})
		for _, clID := range []string{openreg, rivalID, openreg, rivalID} {
			wg.Go(func() {
				<-start
				switch err := r.RegisterAs(clID, name, 1, time.Time{}); code(err) {
				case 1000:
					wins.Add(1)
				case 2302:
				default:
					t.Error(err)
				}
			})
		}
		close(start)
		wg.Wait()
		if wins.Load() != 1 {
			t.Errorf("%s: %d winners", name, wins.Load())
		}
	}
	a, _ := r.Deposit(openreg)
	b, _ := r.Deposit(rivalID)
	if spent := 1<<40 + Verisim().InitialDeposit - a - b; spent != 50*6800 {
		t.Errorf("%d spent on 50 names", spent)
	}
}

func TestSeed(t *testing.T) {
	clk := newClock(t0)
	for _, p := range Profiles() {
		r := open(t, t.TempDir(), p, clk, Options{})
		perZone := map[string]int{}
		for _, n := range r.Names("", "", 1<<20) {
			d, ok := r.Domain(n)
			if !ok || d.Sponsor == openreg || d.Created.After(t0) || !d.Expires.After(t0) && d.Stage == "" {
				t.Errorf("%s: %+v", n, d)
			}
			if p.Contacts != (d.Registrant != "") {
				t.Errorf("%s: registrant %q", n, d.Registrant)
			}
			perZone[d.Zone]++
			dg, in := r.Delegation(n)
			if in != d.InZone || in && len(dg.NS) != 2 {
				t.Errorf("%s: in zone %v, delegation %+v", n, in, dg)
			}
		}
		for _, z := range p.Zones {
			if perZone[z.Name] < 80 {
				t.Errorf("%s: %d names", z.Name, perZone[z.Name])
			}
		}
		same := open(t, t.TempDir(), p, clk, Options{})
		if a, b := strings.Join(r.Names("", "", 1<<20), " "), strings.Join(same.Names("", "", 1<<20), " "); a != b {
			t.Errorf("%s: two worlds differ", p.ID)
		}
	}
	addr := netip.MustParseAddr("127.0.0.9")
	dir := t.TempDir()
	r := open(t, dir, Verisim(), clk, Options{HostingNS: map[string][]netip.Addr{"ns1.openhost.net": {addr}}})
	if _, ok := r.Domain("example.com"); !ok {
		t.Error("no example.com")
	}
	dg, ok := r.Delegation("openhost.net")
	if !ok || len(dg.NS) != 2 || dg.NS[0].Addrs[0] != addr {
		t.Errorf("openhost.net: %+v", dg)
	}
	r.Close()
	addr2 := netip.MustParseAddr("127.0.0.8")
	r = open(t, dir, Verisim(), clk, Options{HostingNS: map[string][]netip.Addr{"ns1.openhost.net": {addr2}}})
	if g, ok := r.Glue("ns1.openhost.net"); !ok || g[0] != addr2 {
		t.Errorf("glue after a move: %v", g)
	}
}

func TestDelegationFollowsStatus(t *testing.T) {
	clk := newClock(t0)
	r := open(t, t.TempDir(), Verisim(), clk, Options{})
	v0, ch := r.Version(), r.Changed()
	if err := r.RegisterAs(openreg, "one.com", 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ch:
	default:
		t.Error("no notice of the change")
	}
	if _, ok := r.Delegation("ONE.com."); !ok || r.Version() == v0 {
		t.Error("a new name is not in the zone")
	}
	for _, s := range []string{"serverHold", "clientHold"} {
		if err := r.SetStatus("one.com", s, true); err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Delegation("one.com"); ok {
			t.Error(s + ": in the zone")
		}
		if err := r.SetStatus("one.com", s, false); err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Delegation("one.com"); !ok {
			t.Error(s + " lifted: not in the zone")
		}
	}
	clk.add(6 * day)
	if err := r.do(func(c *core, now time.Time) error {
		_, _, err := c.deleteDomain(openreg, "one.com", now)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Delegation("one.com"); ok {
		t.Error("in redemption and in the zone")
	}
	// Reading alone brings about what has fallen due.
	clk.add(35 * day)
	if _, ok := r.Domain("one.com"); ok {
		t.Error("not purged when it was due")
	}
	if err := r.Settle(context.Background()); err != nil {
		t.Error(err)
	}
}

func BenchmarkDurableCreate(b *testing.B) {
	r := open(b, b.TempDir(), Verisim(), newClock(t0), Options{})
	var n atomic.Int64
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := r.RegisterAs(openreg, fmt.Sprintf("bench%d.com", n.Add(1)), 1, time.Time{}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "creates/s")
}

// BenchmarkEPPCreate creates over TLS: sessions as many as the cap allows, one
// command under way in each.
func BenchmarkEPPCreate(b *testing.B) {
	s := serve(b, Verisim())
	var sessions []*epp.Client
	for range Verisim().SessionCap {
		c, err := s.dial(openreg, testPassword, openreg, func(cfg *epp.ClientConfig) { cfg.Transcript = nil })
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		sessions = append(sessions, c)
	}
	base := s.ready(sessions[0], "")
	var n atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, c := range sessions {
		wg.Go(func() {
			for {
				i := n.Add(1)
				if i > int64(b.N) {
					return
				}
				cmd := *base
				cmd.Name = fmt.Sprintf("bench%d.com", i)
				if resp, err := c.Do(b.Context(), &epp.Command{Action: &cmd}); err != nil || resp.Code() != 1000 {
					b.Errorf("%v %v", err, resp)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "creates/s")
}

// BenchmarkOpen replays a log of b.N names.
func BenchmarkOpen(b *testing.B) {
	dir, clk := b.TempDir(), newClock(t0)
	r := open(b, dir, Verisim(), clk, Options{})
	var wg sync.WaitGroup
	for w := range 64 {
		wg.Go(func() {
			for i := w; i < b.N; i += 64 {
				if err := r.RegisterAs(openreg, fmt.Sprintf("bench%d.com", i), 1, time.Time{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	r.Close()
	b.ResetTimer()
	open(b, dir, Verisim(), clk, Options{})
}

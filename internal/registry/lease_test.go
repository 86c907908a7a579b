package registry

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/store"
)

// quick are lease times for tests: the same order as the defaults, a twentieth of them.
var quick = LeaseTimes{Renew: 500 * time.Millisecond, TTL: 1500 * time.Millisecond, Margin: 250 * time.Millisecond, Hurry: 20 * time.Millisecond}

// deadLeases is a database that may go away.
type deadLeases struct {
	*store.Store
	dead atomic.Bool
}

func (d *deadLeases) LeaseSessions(ctx context.Context, account, node string, most, using int, wall time.Time, ttl time.Duration) (domain.SessionGrant, error) {
	if d.dead.Load() {
		return domain.SessionGrant{}, errors.New("the database is gone")
	}
	return d.Store.LeaseSessions(ctx, account, node, most, using, wall, ttl)
}

func (d *deadLeases) ReleaseSessions(ctx context.Context, node string) error {
	if d.dead.Load() {
		return errors.New("the database is gone")
	}
	return d.Store.ReleaseSessions(ctx, node)
}

func leaseStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Config{Engine: store.SQLite, DSN: filepath.Join(t.TempDir(), "leases.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func node(name string, leases Leases) func(*Account, *Config) {
	return func(a *Account, c *Config) {
		a.Sessions, c.Leases, c.Node, c.LeaseTimes = 5, leases, name, quick
	}
}

// Nodes that share an account come and go; the registry never sees more sessions than the account may have, and every
// command is done. One of them polls.
func TestNodesShareTheSessions(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{MaxPerClient: 6}) // the sixth: not counted off yet after its logout
	leases := leaseStore(t)
	work := func(r *Registry, who string, stop *atomic.Bool) *sync.WaitGroup {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := 0; !stop.Load(); j++ {
					ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
					out := r.Send(ctx, intent(domain.Name(fmt.Sprintf("%s-%d-%d.com", who, i, j))))
					cancel()
					if out.Kind != domain.OutcomeAccepted {
						t.Errorf("%s: %+v", who, out)
						return
					}
				}
			})
		}
		return &wg
	}
	var stopA, stopB atomic.Bool
	a := f.open(node("a", leases))
	until(t, "the first has all", func() bool { return a.Standing()[0].Limit == 5 })
	wa := work(a, "a", &stopA)
	b := f.open(node("b", leases))
	until(t, "they share", func() bool {
		la, lb := a.Standing()[0].Limit, b.Standing()[0].Limit
		return la+lb == 5 && lb >= 2
	})
	wb := work(b, "b", &stopB)
	if a.Polls("fakesim") == b.Polls("fakesim") {
		t.Error("one of them polls")
	}
	until(t, "both work", func() bool {
		return a.Standing()[0].Commands["domain:create"] > 40 && b.Standing()[0].Commands["domain:create"] > 40
	})
	stopA.Store(true)
	wa.Wait()
	_ = a.Close() // in peace: its share is free at once
	until(t, "the second has all, and polls", func() bool { return b.Standing()[0].Limit == 5 && b.Polls("fakesim") })
	stopB.Store(true)
	wb.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.most > 6 || f.most < 3 {
		t.Errorf("%d sessions at once", f.most)
	}
	if n := f.refused.Load(); n > 0 {
		t.Errorf("%d logins past the cap", n)
	}
}

// A node that can't renew its share cuts its sessions before it lapses, and another takes it over.
func TestAShareThatIsNotRenewedIsCutInTime(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	leases := leaseStore(t)
	lost := &deadLeases{Store: leases}
	a := f.open(node("a", lost))
	until(t, "the first has all", func() bool { return a.Standing()[0].Limit == 5 && a.Polls("fakesim") })
	if _, err := a.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Fatal(err)
	}
	b := f.open(node("b", leases))
	until(t, "they share", func() bool { return b.Standing()[0].Limit >= 2 })
	f.mu.Lock()
	before := f.sessions
	f.mu.Unlock()
	if before == 0 {
		t.Fatal("no session to be cut")
	}
	lost.dead.Store(true)
	until(t, "its sessions are cut", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.sessions == 0 && a.Standing()[0].Limit == 0
	})
	if shares, err := leases.SessionShares(context.Background(), "fakesim"); err != nil || len(shares) != 2 || !time.Now().Before(shares[0].Until) {
		t.Errorf("cut only after the share was over: %+v %v", shares, err)
	}
	if a.Ready("fakesim") || a.Polls("fakesim") {
		t.Error("it works without a share")
	}
	until(t, "the other takes it over", func() bool { return b.Standing()[0].Limit == 5 && b.Polls("fakesim") })
	lost.dead.Store(false)
	until(t, "back again", func() bool { return a.Standing()[0].Limit >= 2 && b.Standing()[0].Limit <= 3 })
}

func TestPollIsOneNodes(t *testing.T) {
	f := newFake(t)
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, c *Config) { c.Leases, c.Node = noPoll{}, "x" })
	until(t, "a share", func() bool { return r.Ready("fakesim") })
	n, err := r.Poll(context.Background(), "fakesim", nil)
	if n != 0 || err != nil || f.counted("poll") != 0 {
		t.Errorf("%d %v, %d polls", n, err, f.counted("poll"))
	}
}

type noPoll struct{}

func (noPoll) LeaseSessions(_ context.Context, _, _ string, most, _ int, wall time.Time, ttl time.Duration) (domain.SessionGrant, error) {
	return domain.SessionGrant{Held: most, Target: most, Until: wall.Add(ttl), Nodes: 2}, nil
}
func (noPoll) ReleaseSessions(context.Context, string) error { return nil }

// Acts that need something made first don't hold one session while they wait for another: with few sessions they would
// all wait for each other.
func TestActsDontWaitForThemselves(t *testing.T) {
	f := newFake(t)
	for i := range 12 {
		f.domains[fmt.Sprintf("n%d.com", i)] = &dom{clID: "ours", roid: "D1-FAKE", created: f.wall, expires: f.wall.AddDate(1, 0, 0), statuses: []string{"ok"}}
	}
	f.start("", epp.Limits{})
	r := f.open(func(a *Account, _ *Config) { a.Sessions = 2 })
	start := time.Now()
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			l := intent(domain.Name(fmt.Sprintf("n%d.com", i)))
			l.Intent.Kind = domain.IntentUpdateNS
			if out := r.Send(context.Background(), l); out.Kind != domain.OutcomeAccepted {
				t.Errorf("%+v", out)
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

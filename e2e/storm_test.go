package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// weather is every kind of fault that a registry can be told, as a storm has it: how often a command is hit, and how.
// The test fails on a kind that the world offers and this table lacks.
var weather = map[string]map[string]any{
	"cut-before":         {"probability": 0.01},
	"cut-after-commit":   {"probability": 0.01},
	"late-commit":        {"probability": 0.01, "delay_ms": 900},
	"delay":              {"probability": 0.02, "delay_ms": 600},
	"half-frame":         {"probability": 0.01},
	"oversize-length":    {"probability": 0.005},
	"code-2400":          {"probability": 0.02},
	"code-2500":          {"probability": 0.005},
	"code-2502":          {"probability": 0.003},
	"logged-out":         {"probability": 0.003},
	"malformed-poll":     {"probability": 0.2},
	"skewed-clock":       {"delay_ms": 3_600_000},
	"cut-during-commit":  {"probability": 0.01},
	"rate-limit":         {"limit": 150},
	"empty-deposit":      {"probability": 0.01},
	"certificate-change": {"probability": 0.02},
	"session-cap":        nil, // these come and go, see moments
	"fee-change":         nil,
	"down":               nil,
}

// moments are faults that are switched on for a moment at a time, at a registry where they make sense.
var moments = []struct {
	registry string // "": any
	fault    map[string]any
}{
	{"", map[string]any{"kind": "down"}},
	{"", map[string]any{"kind": "session-cap", "limit": 2}},
	{"newsim", map[string]any{"kind": "fee-change", "percent": 150}}, // the one that speaks of fees
}

// node is one registrar process, killed and started again.
type node struct {
	data string
	args []string
	p    *process
	mu   sync.RWMutex
	at   endpoints
}

func (n *node) api() string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.at.API
}

// up starts the node, again and again while it can't (the world may be away); point is where it will kill itself.
func (n *node) up(t testing.TB, point string) {
	t.Helper()
	var env []string
	if point != "" {
		env = []string{"OPENREGISTRAR_CRASH=" + point}
	}
	for try := 0; ; try++ {
		var e endpoints
		n.p = tryUp(t, filepath.Join(n.data, "endpoints.json"), &e, env, n.args...)
		if !n.p.dead() {
			n.mu.Lock()
			n.at = e
			n.mu.Unlock()
			return
		}
		if try == 20 {
			t.Fatalf("a node does not come up:\n%s", n.p.out)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// storm is a registrar, a world and owners who go on working whatever breaks.
type storm struct {
	t      *testing.T
	seed   uint64
	root   string
	world  worldInfo
	base   int
	outer  *process
	nodes  []*node
	dsn    string // PostgreSQL; empty: SQLite
	owners []*owner
	rival  atomic.Int64 // names that the rival took under our feet

	done  chan struct{}
	calls sync.Map // "what/ended how" -> *atomic.Int64
	kills map[string]int

	mostSessions int // at any one registry
}

// owner is an account with names.
type owner struct {
	key      signIn
	template string
	paidIn   int64

	mu    sync.Mutex
	names []string // a page of those in the account
	seen  int      // how many it has
}

// freeBase finds consecutive ports below the range that the system gives out, so that nobody takes them while the world
// is away.
func freeBase(t testing.TB, n int) int {
	t.Helper()
	for range 100 {
		base := 12_000 + rand.IntN(18_000) //nolint:gosec // chance, not secrecy
		free := true
		for i := range n {
			ln, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", base+i))
			if err != nil {
				free = false
				break
			}
			_ = ln.Close()
		}
		if free {
			return base
		}
	}
	t.Fatal("no free ports")
	return 0
}

func newStorm(t *testing.T, seed uint64, dsn string) *storm {
	s := &storm{t: t, seed: seed, root: t.TempDir(), dsn: dsn, base: freeBase(t, 40), done: make(chan struct{}), kills: map[string]int{}}
	s.worldUp()
	count := 1
	if dsn != "" {
		count = 2
	}
	for i := range count {
		n := &node{data: filepath.Join(s.root, fmt.Sprintf("node%d", i))}
		n.args = []string{"serve", "--furnish", "--data", n.data, "--port-base", ":0", "--world", s.worldFile()}
		if dsn != "" {
			n.args = append(n.args, "--postgres", dsn)
		}
		if i > 0 {
			n.args = slices.DeleteFunc(n.args, func(a string) bool { return a == "--furnish" })
			s.shareKey(s.nodes[0].data, n.data)
		}
		n.up(t, "")
		s.nodes = append(s.nodes, n)
	}
	first := s.nodes[0].at
	s.owners = []*owner{{key: first.owner()}}
	for i := range 2 {
		b := buyer(t, first, fmt.Sprintf("owner%d@example.com", i))
		s.owners = append(s.owners, &owner{key: b.key})
	}
	for i, o := range s.owners {
		c := client{t: t, base: first.API, key: o.key}
		if i > 0 {
			o.template = c.template(first.World)
		} else {
			o.template = approvedTemplate(t, c)
		}
		c.topUp(90_000_000)
		o.paidIn, _ = c.wallet()
	}
	return s
}

func (s *storm) shareKey(from, to string) {
	s.t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "keys", "master.key"))
	if err == nil {
		err = os.MkdirAll(filepath.Join(to, "keys"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "keys", "master.key"), key, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *storm) worldFile() string { return filepath.Join(s.root, "world", "world.json") }

// worldUp starts the world, on the same ports each time.
func (s *storm) worldUp() {
	s.t.Helper()
	s.outer = up(s.t, s.worldFile(), &s.world, nil, "world", "--data", filepath.Join(s.root, "world"), "--port-base", strconv.Itoa(s.base))
}

// worldTry calls the world's control port, which may be away.
func (s *storm) worldTry(method, path string, in, out any) error {
	p, err := client{t: s.t, base: s.world.Control}.try(method, path, in, out)
	if err == nil && p != nil {
		err = fmt.Errorf("%s %s: %d %s", method, path, p.Status, p.Error)
	}
	return err
}

// kinds asks the world which faults it knows.
func (s *storm) kinds() []string {
	var out struct{ Kinds []string }
	worldCall(s.t, s.world.Control, http.MethodGet, "/api/registries/verisim/faults", nil, &out)
	return out.Kinds
}

// rise brings the weather over every registry that hasn't got it.
func (s *storm) rise() {
	s.t.Helper()
	for _, r := range s.world.Registries {
		if len(s.faults(r.ID)) > 0 {
			continue
		}
		for kind, how := range weather {
			if how == nil {
				continue
			}
			fault := map[string]any{"kind": kind}
			for k, v := range how {
				fault[k] = v
			}
			if err := s.worldTry(http.MethodPost, "/api/registries/"+r.ID+"/faults", fault, nil); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *storm) faults(registry string) []string {
	s.t.Helper()
	var out struct {
		Faults []struct {
			ID string `json:"id"`
		} `json:"faults"`
	}
	worldCall(s.t, s.world.Control, http.MethodGet, "/api/registries/"+registry+"/faults", nil, &out)
	ids := make([]string, len(out.Faults))
	for i, f := range out.Faults {
		ids[i] = f.ID
	}
	return ids
}

// calm takes every fault away.
func (s *storm) calm() {
	s.t.Helper()
	for _, r := range s.world.Registries {
		for _, id := range s.faults(r.ID) {
			worldCall(s.t, s.world.Control, http.MethodDelete, "/api/registries/"+r.ID+"/faults/"+id, nil, nil)
		}
	}
}

// rage lets owners work for a time while nodes and world are killed and started again. The killing is done here, on
// the test's own goroutine.
func (s *storm) rage(span time.Duration) {
	s.rise()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() { s.work(rand.New(rand.NewPCG(s.seed, uint64(i)))) }) //nolint:gosec // chance, not secrecy
	}
	wg.Go(s.watchSessions)
	chance := rand.New(rand.NewPCG(s.seed, 99)) //nolint:gosec // chance, not secrecy
	points := []string{"before-send", "after-send", "after-answer", "after-commit"}
	for end := time.Now().Add(span); time.Now().Before(end); {
		time.Sleep(time.Duration(300+chance.IntN(1500)) * time.Millisecond)
		n := s.nodes[chance.IntN(len(s.nodes))]
		switch k := chance.IntN(10); {
		case n.p.dead():
			s.kills["at a point"]++
			n.up(s.t, "")
		case k < 3:
			n.p.kill()
			s.kills["node"]++
			n.up(s.t, "")
		case k < 6: // it will die at a point of its own choice
			n.p.kill()
			s.kills["node"]++
			n.up(s.t, fmt.Sprintf("%s:%d", points[chance.IntN(len(points))], 1+chance.IntN(40)))
		case k < 8:
			s.outer.kill()
			s.kills["world"]++
			time.Sleep(time.Duration(chance.IntN(400)) * time.Millisecond)
			s.worldUp()
			s.rise()
		default:
			m := moments[chance.IntN(len(moments))]
			at := m.registry
			if at == "" {
				at = s.world.Registries[chance.IntN(len(s.world.Registries))].ID
			}
			var on struct {
				ID string `json:"id"`
			}
			worldCall(s.t, s.world.Control, http.MethodPost, "/api/registries/"+at+"/faults", m.fault, &on)
			time.Sleep(time.Duration(200+chance.IntN(1200)) * time.Millisecond)
			worldCall(s.t, s.world.Control, http.MethodDelete, "/api/registries/"+at+"/faults/"+on.ID, nil, nil)
			s.kills[fmt.Sprint(m.fault["kind"])]++
		}
	}
	close(s.done)
	wg.Wait()
}

// watchSessions counts our sessions at every registry as long as the storm lasts: never more than it allows.
func (s *storm) watchSessions() {
	for {
		select {
		case <-s.done:
			return
		case <-time.After(100 * time.Millisecond):
		}
		var out struct {
			Registries []struct {
				ID         string `json:"id"`
				SessionCap int    `json:"session_cap"`
				Sessions   []struct {
					ClID string `json:"clID"`
				} `json:"sessions"`
			} `json:"registries"`
		}
		if s.worldTry(http.MethodGet, "/api/registries", nil, &out) != nil {
			continue // it is away
		}
		for _, r := range out.Registries {
			ours := 0
			for _, x := range r.Sessions {
				if x.ClID == s.clID(r.ID) {
					ours++
				}
			}
			if ours > r.SessionCap {
				s.t.Errorf("%d sessions at %s, which allows %d", ours, r.ID, r.SessionCap)
			}
			s.mostSessions = max(s.mostSessions, ours)
		}
	}
}

func (s *storm) clID(registry string) string {
	for _, r := range s.world.Registries {
		if r.ID == registry {
			return r.ClID
		}
	}
	return ""
}

// over waits until the world is well and everything that goes on has ended.
func (s *storm) over() {
	s.t.Helper()
	if s.outer.dead() {
		s.worldUp()
	}
	s.calm()
	for _, n := range s.nodes {
		n.p.stop()
		n.up(s.t, "")
	}
	for _, o := range s.owners {
		c := client{t: s.t, base: s.nodes[0].api(), key: o.key}
		for deadline := time.Now().Add(120 * time.Second); s.doing(c) > 0; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				s.t.Errorf("goes on two minutes after all is well: %d items", s.doing(c))
				return
			}
		}
	}
	settle(s.t, s.world.Control)
}

func (s *storm) doing(c client) int {
	doing := 0
	for offset := 0; ; offset += 200 {
		var logs struct {
			DomainBatchLogSet []struct{ Doing int }
		}
		prob, err := c.try(http.MethodPost, "/api/v1/DescribeBatchOperationLogs", map[string]any{"Limit": 200, "Offset": offset}, &logs)
		if err != nil || prob != nil {
			return 1
		}
		for _, l := range logs.DomainBatchLogSet {
			doing += l.Doing
		}
		if len(logs.DomainBatchLogSet) < 200 {
			return doing
		}
	}
}

// A storm: owners buy, renew, change and lock names while every fault of the wire is on at all registries and nodes,
// the world and whole registries are killed and come back. Then the sky clears, and our rows must be the registries',
// every name one owner's, every cent in its place, and everything ended.
func TestChaos(t *testing.T) {
	span, rounds := 30*time.Second, 1
	if n, err := strconv.Atoi(os.Getenv("OPENREGISTRAR_ROUNDS")); err == nil && n > 0 {
		rounds = n
	}
	for round := range rounds {
		seed := uint64(time.Now().UnixNano())
		if v, err := strconv.ParseUint(os.Getenv("OPENREGISTRAR_SEED"), 10, 64); err == nil {
			seed = v
		}
		ok := t.Run(fmt.Sprintf("round%d", round+1), func(t *testing.T) {
			engines(t, func(t *testing.T, flags func(*testing.T) []string) {
				dsn := ""
				if f := flags(t); len(f) > 0 {
					dsn = f[1]
				}
				s := newStorm(t, seed, dsn)
				s.sameWeather()
				s.rage(span)
				s.over()
				s.aftermath()
			})
		})
		if !ok {
			t.Fatalf("seed %d", seed)
		}
	}
}

func (s *storm) sameWeather() {
	known := s.kinds()
	for _, k := range known {
		if _, ok := weather[k]; !ok {
			s.t.Errorf("the world knows the fault %q and the storm has none of it", k)
		}
	}
	for k := range weather {
		if !slices.Contains(known, k) {
			s.t.Errorf("the storm has the fault %q and the world knows none of it", k)
		}
	}
}

package clock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// diary collects what happened, in order, across registries and followers.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) add(format string, a ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, a...))
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

// fakeRegistry has events at fixed times.
type fakeRegistry struct {
	mu     sync.Mutex
	diary  *diary
	start  time.Time
	events []time.Time   // sorted
	busy   chan struct{} // closed when nothing is under way; nil: never was
	stuck  bool
}

func (r *fakeRegistry) NextDue() (time.Time, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) == 0 {
		return time.Time{}, false
	}
	return r.events[0], true
}

func (r *fakeRegistry) RunDue(now time.Time) (n int, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.stuck && len(r.events) > 0 && !r.events[0].After(now) {
		r.diary.add("registry day %d", day(r.start, r.events[0]))
		r.events = r.events[1:]
		n++
	}
	return n, nil
}

func (r *fakeRegistry) Settle(ctx context.Context) error {
	if r.busy == nil {
		return nil
	}
	select {
	case <-r.busy:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func day(start, t time.Time) int { return int(t.Sub(start) / (24 * time.Hour)) }

// fakeFollower is a registrar: it has events, learns the offset, settles.
type fakeFollower struct {
	mu      sync.Mutex
	diary   *diary
	start   time.Time
	wall    func() time.Time
	events  []time.Time
	offset  int64
	tokens  []string
	settled bool
	broken  bool
	lazy    int // /set answers settled:false, and so do this many /settle
	*httptest.Server
}

func newFakeFollower(t *testing.T, d *diary, start time.Time, wall func() time.Time) *fakeFollower {
	f := &fakeFollower{diary: d, start: start, wall: wall, offset: -1}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeFollower) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens = append(f.tokens, r.Header.Get("Authorization"))
	if f.broken {
		http.Error(w, "broken", 500)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /clock/due":
		var next *time.Time
		if len(f.events) > 0 {
			next = &f.events[0]
		}
		json.NewEncoder(w).Encode(map[string]*time.Time{"next": next})
	case "POST /clock/set":
		var in struct {
			OffsetUS int64 `json:"offset_us"`
		}
		json.NewDecoder(r.Body).Decode(&in)
		if in.OffsetUS < f.offset {
			f.diary.add("BACKWARDS")
		}
		f.offset = in.OffsetUS
		now := f.wall().Add(time.Duration(in.OffsetUS) * time.Microsecond)
		for len(f.events) > 0 && !f.events[0].After(now) {
			f.diary.add("follower day %d", day(f.start, f.events[0]))
			f.events = f.events[1:]
		}
		if f.lazy > 0 {
			json.NewEncoder(w).Encode(map[string]bool{"settled": false})
		}
	case "POST /clock/settle":
		if f.lazy > 0 {
			if f.lazy--; f.lazy == 0 {
				f.settled = true
				f.diary.add("settled")
			}
		}
		json.NewEncoder(w).Encode(map[string]bool{"settled": f.settled})
	default:
		http.NotFound(w, r)
	}
}

func fixedWall() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

func open(t *testing.T, wall func() time.Time) *Clock {
	t.Helper()
	c, err := Open(filepath.Join(t.TempDir(), "clock.json"), wall)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAdvanceRunsSixtyDaysInOrder(t *testing.T) {
	start := fixedWall()
	d := &diary{}
	at := func(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }
	reg := &fakeRegistry{diary: d, start: start, events: []time.Time{at(5), at(30), at(45), at(61)}}
	fol := newFakeFollower(t, d, start, fixedWall)
	fol.events = []time.Time{at(3), at(5), at(31), at(59), at(90)}
	c := open(t, fixedWall)
	if err := c.Follow(t.Context(), fol.URL+"/clock/", "s3cret"); err != nil {
		t.Fatal(err)
	}
	if fol.offset != 0 {
		t.Fatalf("a new follower was told offset %d, want 0", fol.offset)
	}
	s := &Stepper{Clock: c, Parties: []Party{reg}}
	steps, err := s.Advance(t.Context(), at(60))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"follower day 3", "registry day 5", "follower day 5", "registry day 30", "follower day 31", "registry day 45", "follower day 59"}
	if got := d.all(); !slices.Equal(got, want) {
		t.Errorf("order\n got %q\nwant %q", got, want)
	}
	if steps != 7 { // days 3, 5, 30, 31, 45, 59, and the target
		t.Errorf("steps = %d, want 7", steps)
	}
	if got := c.Now(); !got.Equal(at(60)) {
		t.Errorf("now = %s, want %s", got, at(60))
	}
	for _, tok := range fol.tokens {
		if tok != "Bearer s3cret" {
			t.Errorf("a call carried %q", tok)
		}
	}
	if _, err := s.Advance(t.Context(), at(10)); !errors.Is(err, ErrBackwards) {
		t.Errorf("backwards: %v", err)
	}
	if _, err := s.Advance(t.Context(), at(60+21*366)); !errors.Is(err, ErrTooFar) {
		t.Errorf("too far: %v", err)
	}
}

// What cannot be done now (a registry is down) must not stop the clock, and is
// asked again once time has moved.
func TestAdvancePassesOverWhatCannotMove(t *testing.T) {
	start := fixedWall()
	d := &diary{}
	reg := &fakeRegistry{diary: d, start: start, stuck: true, events: []time.Time{start.Add(24 * time.Hour)}}
	fol := newFakeFollower(t, d, start, fixedWall)
	fol.events = []time.Time{start.Add(48 * time.Hour)}
	c := open(t, fixedWall)
	if err := c.Follow(t.Context(), fol.URL+"/clock", "x"); err != nil {
		t.Fatal(err)
	}
	s := &Stepper{Clock: c, Parties: []Party{reg}}
	steps, err := s.Advance(t.Context(), start.Add(72*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.all(); !slices.Equal(got, []string{"follower day 2"}) {
		t.Errorf("got %q", got)
	}
	if steps > 6 {
		t.Errorf("%d steps for one stuck party", steps)
	}
}

// A fast-forward over real (running) wall time ends just past the target.
func TestAdvanceWithARunningWall(t *testing.T) {
	c := open(t, nil)
	s := &Stepper{Clock: c}
	target := c.Now().Add(30 * 24 * time.Hour)
	if _, err := s.Advance(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if late := c.Now().Sub(target); late < 0 || late > time.Minute {
		t.Errorf("now is %s after the target", late)
	}
}

func TestOffsetAndFollowersSurviveRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clock.json")
	c, err := Open(path, fixedWall)
	if err != nil {
		t.Fatal(err)
	}
	fol := newFakeFollower(t, &diary{}, fixedWall(), fixedWall)
	if err := c.Follow(t.Context(), fol.URL+"/clock", "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Stepper{Clock: c}).Advance(t.Context(), fixedWall().Add(1440*time.Hour)); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path, fixedWall)
	if err != nil {
		t.Fatal(err)
	}
	if again.Offset() != 1440*time.Hour {
		t.Errorf("offset after restart = %s", again.Offset())
	}
	// Re-registration is idempotent and replaces the token.
	if err := again.Follow(t.Context(), fol.URL+"/clock", "b"); err != nil {
		t.Fatal(err)
	}
	if got := again.Followers(); len(got) != 1 {
		t.Errorf("followers = %q", got)
	}
	if fol.offset != (1440 * time.Hour).Microseconds() {
		t.Errorf("re-registered follower was told %d", fol.offset)
	}
	if last := fol.tokens[len(fol.tokens)-1]; last != "Bearer b" {
		t.Errorf("token after re-registration: %q", last)
	}
}

func TestFollowerFailingThriceIsDropped(t *testing.T) {
	c := open(t, fixedWall)
	fol := newFakeFollower(t, &diary{}, fixedWall(), fixedWall)
	if err := c.Follow(t.Context(), fol.URL+"/clock", "a"); err != nil {
		t.Fatal(err)
	}
	fol.mu.Lock()
	fol.broken, fol.tokens = true, nil
	fol.mu.Unlock()
	if _, err := (&Stepper{Clock: c}).Advance(t.Context(), fixedWall().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := c.Followers(); len(got) != 0 {
		t.Errorf("still following: %q", got)
	}
	if len(fol.tokens) != failuresAllowed {
		t.Errorf("%d calls before it was dropped, want %d", len(fol.tokens), failuresAllowed)
	}
}

func TestFollowersOnLoopbackOnly(t *testing.T) {
	c := open(t, fixedWall)
	for _, u := range []string{"http://192.0.2.1/clock", "http://example.com/", "ftp://127.0.0.1/", "127.0.0.1:80"} {
		if err := c.Follow(t.Context(), u, ""); err == nil {
			t.Errorf("%s was accepted", u)
		}
	}
	if n := len(c.Followers()); n != 0 {
		t.Errorf("%d followers registered", n)
	}
}

func TestSettleWaitsForBothSides(t *testing.T) {
	c := open(t, fixedWall)
	reg := &fakeRegistry{diary: &diary{}, busy: make(chan struct{})}
	fol := newFakeFollower(t, &diary{}, fixedWall(), fixedWall)
	if err := c.Follow(t.Context(), fol.URL+"/clock", "a"); err != nil {
		t.Fatal(err)
	}
	s := &Stepper{Clock: c, Parties: []Party{reg}}
	if err := s.Settle(t.Context(), 60*time.Millisecond); err == nil || !strings.Contains(err.Error(), "a registry") || !errors.Is(err, ErrNotSettled) {
		t.Errorf("with commands in flight: %v", err)
	}
	close(reg.busy)
	if err := s.Settle(t.Context(), 60*time.Millisecond); err == nil || !strings.Contains(err.Error(), fol.URL) {
		t.Errorf("with a busy follower: %v", err)
	}
	if got := c.Followers(); len(got) != 1 {
		t.Error("a busy follower was dropped")
	}
	fol.mu.Lock()
	fol.settled = true
	fol.mu.Unlock()
	if err := s.Settle(t.Context(), 5*time.Second); err != nil {
		t.Errorf("with all quiet: %v", err)
	}
}

// A follower that answers before it is done is waited for before time goes on.
func TestAdvanceWaitsForALazyFollower(t *testing.T) {
	start := fixedWall()
	d := &diary{}
	reg := &fakeRegistry{diary: d, start: start, events: []time.Time{start.Add(48 * time.Hour)}}
	fol := newFakeFollower(t, d, start, fixedWall)
	c := open(t, fixedWall)
	if err := c.Follow(t.Context(), fol.URL+"/clock", "x"); err != nil {
		t.Fatal(err)
	}
	fol.events, fol.lazy = []time.Time{start.Add(24 * time.Hour)}, 3
	if _, err := (&Stepper{Clock: c, Parties: []Party{reg}}).Advance(t.Context(), start.Add(72*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got, want := d.all(), []string{"follower day 1", "settled", "registry day 2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Followers register every few seconds, also while the clock is moving: that
// must neither write files nor take them back in time.
func TestRegisteringAgainWhileTheClockMoves(t *testing.T) {
	start := fixedWall()
	d := &diary{}
	fol := newFakeFollower(t, d, start, fixedWall)
	c := open(t, fixedWall)
	var events []time.Time
	for i := range 300 {
		events = append(events, start.Add(time.Duration(i+1)*time.Hour))
	}
	fol.events = events
	if err := c.Follow(t.Context(), fol.URL+"/clock", "x"); err != nil {
		t.Fatal(err)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				if err := c.Follow(context.Background(), fol.URL+"/clock", "x"); err != nil {
					t.Error(err)
				}
			}
		}
	}()
	if _, err := (&Stepper{Clock: c}).Advance(t.Context(), start.Add(301*time.Hour)); err != nil {
		t.Error(err)
	}
	close(stop)
	<-done
	if got := d.all(); slices.Contains(got, "BACKWARDS") || len(got) != 300 {
		t.Errorf("%d events, backwards %v", len(got), slices.Contains(got, "BACKWARDS"))
	}
	if got := c.Followers(); len(got) != 1 {
		t.Errorf("followers %q", got)
	}
}

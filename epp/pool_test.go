package epp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// poolDesk counts sessions and says what a test has it say.
type poolDesk struct {
	*desk
	mu         sync.Mutex
	password   string
	now, most  int
	logins     int
	refused    int
	cap        int // 0: none
	afterLogin func(cmd *Command) *Response
	inHand     chan struct{} // a create waits on it
}

func (d *poolDesk) Login(_ context.Context, _ *Conn, l *Login, _ *Command) (Session, *Response) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.logins++
	if l.Password != d.password {
		return nil, nil
	}
	if d.cap > 0 && d.now >= d.cap {
		d.refused++
		return nil, Fail(CodeSessionLimitClosing, "")
	}
	d.now++
	d.most = max(d.most, d.now)
	return &deskSession{clID: l.ClID}, nil
}

func (d *poolDesk) EndSession(Session) { d.mu.Lock(); d.now--; d.mu.Unlock() }

func (d *poolDesk) Handle(ctx context.Context, s Session, cmd *Command) *Response {
	d.mu.Lock()
	say := d.afterLogin
	d.mu.Unlock()
	if say != nil {
		if r := say(cmd); r != nil {
			return r
		}
	}
	if _, create := cmd.Action.(*DomainCreate); create && d.inHand != nil {
		<-d.inHand
	}
	return d.desk.Handle(ctx, s, cmd)
}

func (d *poolDesk) set(say func(cmd *Command) *Response) {
	d.mu.Lock()
	d.afterLogin = say
	d.mu.Unlock()
}

// sawCreate becomes true when a create is in the server's hands.
func (d *poolDesk) sawCreate() *atomic.Bool {
	var began atomic.Bool
	d.set(func(cmd *Command) *Response {
		if _, ok := cmd.Action.(*DomainCreate); ok {
			began.Store(true)
		}
		return nil
	})
	return &began
}

func (d *poolDesk) count() (now, most, logins, refused int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now, d.most, d.logins, d.refused
}

func newPoolDesk() *poolDesk { return &poolDesk{desk: newDesk(), password: "s3cret-pw"} }

// testPool is a pool for a server of its own; edit may change both before they start.
func testPool(t *testing.T, d *poolDesk, edit func(*PoolConfig)) *Pool {
	t.Helper()
	addr := testServer(t, &Server{Handler: d})
	return poolAt(t, addr, edit)
}

func poolAt(t *testing.T, addr string, edit func(*PoolConfig)) *Pool {
	t.Helper()
	cfg := PoolConfig{Limit: 4, Client: func(context.Context, *PoolSession) (ClientConfig, error) {
		return ClientConfig{Addr: addr, ClID: "opr", Password: "s3cret-pw"}, nil
	}}
	if edit != nil {
		edit(&cfg)
	}
	p, err := NewPool(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = p.Close(ctx)
	})
	return p
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func checkOf(names ...string) *Command { return &Command{Action: &DomainCheck{Names: names}} }

func createOf(name string) *Command {
	return &Command{Action: &DomainCreate{Name: name, Period: Years(1), AuthInfo: Password("2fooBAR-x")}}
}

func TestPoolNeverOpensMoreThanItsLimit(t *testing.T) {
	d := newPoolDesk()
	d.cap = 5
	p := testPool(t, d, nil)
	ctx := soon(t)
	var wg sync.WaitGroup
	for i := range 90 {
		wg.Go(func() {
			var err error
			switch i % 3 {
			case 0:
				_, err = p.Do(ctx, createOf(fmt.Sprintf("n%d.com", i)))
			case 1:
				_, err = p.Do(ctx, checkOf("a.com"))
			case 2:
				var s *PoolSession
				if s, err = p.GetFresh(ctx, ClassRead); err == nil {
					_, err = s.Do(ctx, checkOf("a.com"))
					s.Release()
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	_, most, logins, refused := d.count()
	if most > 5 || most < 2 || refused > 0 || logins < 30 { // the fifth: not counted off yet after its logout
		t.Errorf("%d sessions at once, %d logins, %d past the cap", most, logins, refused)
	}
}

func TestPoolLendsWhatIsNewEnough(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, nil)
	ctx := soon(t)
	logins := func() int { _, _, n, _ := d.count(); return n }
	use := func(since time.Time) {
		s, err := p.GetSince(ctx, ClassRead, since)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Do(ctx, checkOf("a.com")); err != nil {
			t.Fatal(err)
		}
		s.Release()
	}
	if _, err := p.Do(ctx, checkOf("a.com")); err != nil {
		t.Fatal(err)
	}
	since := time.Now()
	for range 5 {
		use(since)
	}
	if n := logins(); n != 2 {
		t.Errorf("%d logins, want the old session's and one that is new enough for five questions", n)
	}
	use(time.Now())
	if n := logins(); n != 3 {
		t.Errorf("%d logins, want one more for what is asked of a later time", n)
	}
	var wg sync.WaitGroup
	since = time.Now()
	for range 40 {
		wg.Go(func() { use(since) })
	}
	wg.Wait()
	if n := logins(); n > 3+5 {
		t.Errorf("%d logins for forty questions at once", n-3)
	}
}

func TestPoolLeavesARefusedLoginAlone(t *testing.T) {
	d := newPoolDesk()
	d.password = "another-pw"
	var password atomic.Value
	password.Store("s3cret-pw")
	addr := testServer(t, &Server{Handler: d})
	p := poolAt(t, addr, func(c *PoolConfig) {
		c.Backoff.Refused = time.Hour
		c.Client = func(context.Context, *PoolSession) (ClientConfig, error) {
			return ClientConfig{Addr: addr, ClID: "opr", Password: password.Load().(string)}, nil
		}
	})
	ctx := soon(t)
	for range 20 {
		_, err := p.Do(ctx, checkOf("a.com"))
		if err == nil {
			t.Fatal("logged in with a wrong password")
		}
	}
	_, err := p.Do(ctx, checkOf("a.com"))
	var wait *PoolWaitError
	if !errors.As(err, &wait) || !wait.Refused || wait.Until.IsZero() {
		t.Errorf("%v", err)
	}
	if _, _, logins, _ := d.count(); logins != 1 {
		t.Errorf("%d logins with a password that was refused", logins)
	}
	if s := p.Stats(); !s.Refused || s.State != PoolOpen || s.Err == nil {
		t.Errorf("%+v", s)
	}
	password.Store("another-pw")
	p.Refresh()
	if _, err := p.Do(ctx, checkOf("a.com")); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	if s := p.Stats(); s.Refused || s.State != PoolClosed {
		t.Errorf("%+v", s)
	}
}

func TestPoolRefreshReplacesSessions(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, nil)
	ctx := soon(t)
	busy, err := p.Get(ctx, ClassRead)
	if err != nil {
		t.Fatal(err)
	}
	idle, err := p.Get(ctx, ClassTransform)
	if err != nil {
		t.Fatal(err)
	}
	idle.Release()
	p.Refresh()
	waitFor(t, "the idle one to go", func() bool { n, _, _, _ := d.count(); return n == 1 })
	if _, err := busy.Do(ctx, checkOf("a.com")); err != nil {
		t.Errorf("the one in use was cut: %v", err)
	}
	busy.Release()
	waitFor(t, "the other to go", func() bool { n, _, _, _ := d.count(); return n == 0 })
}

func TestPoolThrowsPoisonAway(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, nil)
	ctx := soon(t)
	if _, err := p.Do(ctx, checkOf("a.com")); err != nil {
		t.Fatal(err)
	}
	var first atomic.Bool
	d.set(func(*Command) *Response {
		if first.CompareAndSwap(false, true) {
			return Fail(CodeUseError, "") // logged out, and alive
		}
		return nil
	})
	if resp, err := p.Do(ctx, checkOf("a.com")); err != nil || resp.Code() != CodeOK {
		t.Errorf("a read is asked on a new session: %v", err)
	}
	if _, _, logins, _ := d.count(); logins != 2 {
		t.Errorf("%d logins", logins)
	}
	first.Store(false)
	if resp, err := p.Do(ctx, createOf("n.com")); err != nil || resp.Code() != CodeUseError {
		t.Errorf("a transform is never repeated: %v", err)
	}
	waitFor(t, "the poisoned one to go", func() bool { n, _, _, _ := d.count(); return n == 0 })
}

func TestPoolStopsAfterClosings(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, func(c *PoolConfig) { c.Backoff.First = time.Hour })
	ctx := soon(t)
	d.set(func(*Command) *Response { return Fail(CodeCommandFailedClosing, "") })
	for range 3 {
		if resp, err := p.Do(ctx, createOf("n.com")); err != nil || resp.Code() != CodeCommandFailedClosing {
			t.Fatal(err)
		}
	}
	var wait *PoolWaitError
	if _, err := p.Do(ctx, createOf("n.com")); !errors.As(err, &wait) || wait.Refused {
		t.Errorf("%v", err)
	}
	if s := p.Stats(); s.State != PoolOpen {
		t.Errorf("%+v", s)
	}
}

func TestPoolPipelinesReadsAlone(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, nil)
	s, err := p.Get(soon(t), ClassRead)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Release()
	out := s.DoAll(soon(t), []*Command{checkOf("a.com"), createOf("b.com"), checkOf("taken.com")})
	if out[0].Err != nil || out[1].Err == nil || OutcomeUnknown(out[1].Err) || out[2].Err != nil {
		t.Fatalf("%+v", out)
	}
	data, ok := Find[*DomainCheckData](out[2].Response.ResData)
	if !ok || data.Items[0].ID != "taken.com" || data.Items[0].Avail {
		t.Errorf("%+v", data)
	}
	d.desk.mu.Lock()
	defer d.desk.mu.Unlock()
	if d.domains["b.com"] != "" {
		t.Error("the create was sent")
	}
}

func TestPoolCloseDrains(t *testing.T) {
	d := newPoolDesk()
	d.inHand = make(chan struct{})
	began := d.sawCreate()
	p := testPool(t, d, nil)
	got := make(chan error, 1)
	go func() { _, err := p.Do(soon(t), createOf("n.com")); got <- err }()
	waitFor(t, "the create", began.Load)
	closed := make(chan error, 1)
	go func() { closed <- p.Close(soon(t)) }()
	waitFor(t, "nobody gets in", func() bool {
		s, err := p.Get(soon(t), ClassRead)
		if err == nil {
			s.Release()
		}
		return errors.Is(err, ErrPoolClosed)
	})
	close(d.inHand)
	if err := <-got; err != nil {
		t.Errorf("what was under way was cut: %v", err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	waitFor(t, "no session", func() bool { n, _, _, _ := d.count(); return n == 0 })
}

func TestPoolKeepsSessionsAlive(t *testing.T) {
	d := newPoolDesk()
	addr := testServer(t, &Server{Handler: d, Limits: Limits{IdleTimeout: 1500 * time.Millisecond}})
	var pings atomic.Int32
	p := poolAt(t, addr, func(c *PoolConfig) {
		c.KeepAlive = 60 * time.Millisecond
		c.Observe = func(_ *PoolSession, cmd *Command, _ *Response, _ error, _ time.Duration) {
			if cmd.Action.Verb() == VerbPoll {
				pings.Add(1)
			}
		}
	})
	if _, err := p.Do(soon(t), checkOf("a.com")); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	waitFor(t, "pings", func() bool { return pings.Load() >= 5 && time.Since(began) > 2*time.Second }) // longer than the idle limit
	if _, err := p.Do(soon(t), checkOf("a.com")); err != nil {
		t.Error(err)
	}
	if _, _, logins, _ := d.count(); logins != 1 {
		t.Errorf("%d logins", logins)
	}
}

func TestPoolFindsAServerAgain(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	ln.Close() // nobody is there
	var dials atomic.Int32
	p := poolAt(t, addr, func(c *PoolConfig) {
		c.Dialled = func(*PoolSession, error, time.Duration) { dials.Add(1) }
	})
	for range 50 {
		if _, err := p.Do(soon(t), checkOf("a.com")); err == nil {
			t.Fatal("nobody answered")
		}
	}
	if n := dials.Load(); n > 5 {
		t.Errorf("%d diallings of a server that is down", n)
	}
	if ln, err = net.Listen("tcp", addr); err != nil {
		t.Fatal(err)
	}
	srv := &Server{Handler: newPoolDesk(), Greeting: GreetingConfig{ServerID: "Test"}}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	t.Cleanup(func() { srv.Close(); <-done })
	waitFor(t, "the server to be found again", func() bool { _, err := p.Do(soon(t), checkOf("a.com")); return err == nil })
	if s := p.Stats(); s.State != PoolClosed {
		t.Errorf("%+v", s)
	}
}

// A session that works is waited for while none may be dialled.
func TestPoolWaitsForItsOwnWhenItMayNotDial(t *testing.T) {
	d := newPoolDesk()
	d.inHand = make(chan struct{})
	began := d.sawCreate()
	p := testPool(t, d, func(c *PoolConfig) { c.Backoff.First, c.Backoff.Refused = time.Hour, time.Hour })
	got := make(chan error, 2)
	go func() { _, err := p.Do(soon(t), createOf("n.com")); got <- err }()
	waitFor(t, "the create", began.Load)
	d.mu.Lock()
	d.password = "another-pw" // from here on nobody gets in
	d.mu.Unlock()
	if _, err := p.GetFresh(soon(t), ClassRead); err == nil {
		t.Fatal("let in")
	}
	go func() { _, err := p.Do(soon(t), checkOf("a.com")); got <- err }()
	select {
	case err := <-got:
		t.Errorf("not waited for: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	close(d.inHand)
	for range 2 {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
}

// A session that goes on working ends the wait that others' closings began.
func TestPoolGoesOnWhenASessionWorks(t *testing.T) {
	d := newPoolDesk()
	p := testPool(t, d, func(c *PoolConfig) { c.Backoff.First = time.Hour })
	kept, err := p.Get(soon(t), ClassTransform)
	if err != nil {
		t.Fatal(err)
	}
	d.set(func(*Command) *Response { return Fail(CodeCommandFailedClosing, "") })
	for range 3 {
		_, _ = p.Do(soon(t), createOf("n.com"))
	}
	if s := p.Stats(); s.State != PoolOpen {
		t.Fatalf("%+v", s)
	}
	d.set(nil)
	if _, err := kept.Do(soon(t), checkOf("a.com")); err != nil {
		t.Fatal(err)
	}
	if s := p.Stats(); s.State != PoolClosed {
		t.Errorf("%+v", s)
	}
	kept.Release()
}

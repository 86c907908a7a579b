package epp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// PoolConfig says how a [Pool] opens and keeps sessions. Client and Limit
// must be set. Durations are wall time; zero means the default in brackets.
type PoolConfig struct {
	// Client gives the configuration of a session that is about to be
	// opened. It is asked anew each time, so that renewed passwords and
	// certificates are taken up. It may keep something of its own in
	// [PoolSession.Value].
	Client func(ctx context.Context, s *PoolSession) (ClientConfig, error)
	// Limit is the most sessions at once, those being opened included. Keep
	// it one below the server's cap: a server may count a session off only
	// after it has answered the logout. See [Pool.SetLimit].
	Limit int
	// NoPoll gives up the slot that is kept for [ClassPoll]; see [Pool.SetPoll].
	NoPoll bool

	KeepAlive   time.Duration // idle time after which a session is pinged; below half the server's limit [60 s]
	MaxAge      time.Duration // of a session, less up to a tenth by chance [30 min]
	DialTimeout time.Duration // of connection and login together [20 s]
	Backoff     PoolBackoff

	// Observe, when set, sees every command that went over a session of the
	// pool, pings included, with its answer (nil where err is set), before
	// the caller does. It may change texts in the answer.
	Observe func(s *PoolSession, cmd *Command, resp *Response, err error, took time.Duration)
	// Dialled, when set, is told how each dialling went.
	Dialled func(s *PoolSession, err error, took time.Duration)
	// Now reads the wall clock; nil means time.Now.
	Now func() time.Time
}

// Pool shares the sessions of one account at one server among those who
// have commands for it.
//
//   - A session is used by one at a time ([Pool.Get], [PoolSession.Release]).
//     What is open, idle or being opened together never exceeds the limit,
//     which may be changed while the pool runs.
//   - Transforms go before reads, leave one slot in seventeen to a read that
//     waits, and one session is out of reads' reach as long as there are two.
//     One slot is kept for polling.
//   - Sessions are opened when they are wanted and kept: pinged before the
//     server finds them idle, by a command that needs a login (a server
//     answers hello to anybody), and replaced when they are old.
//   - A session whose answer was 2002 is thrown away, since it may not be
//     logged in any more; so is one that was ended by 2500, 2501 or 2502, or
//     whose answer did not come.
//   - After a 2502 the pool makes do with what is open and grows back slowly.
//     A server that can't be reached, or refuses the login, is left alone for
//     a growing time, after which one try goes through.
//
// A command is never sent a second time by the pool, except by [Pool.Do]
// where it only reads.
type Pool struct {
	cfg  PoolConfig
	stop breaker
	ctx  context.Context
	quit context.CancelFunc
	wg   sync.WaitGroup
	swap chan struct{} // one exchange of an old session for a new one at a time
	shut chan struct{} // closed when Close begins

	mu      sync.Mutex
	changed chan struct{} // closed and replaced when open falls or a session becomes idle
	granted int           // the limit that was asked for
	learnt  int           // what the server seems to allow, after a 2502; 0: all of it
	growAt  time.Time
	shrunk  int // times in a row
	poll    bool
	epoch   int // grows with Refresh
	open    int
	idle    []*PoolSession // latest used last
	out     map[*PoolSession]Class
	slots   slots
	closed  bool
}

// Errors of a pool.
var (
	// ErrPoolClosed: the pool has been closed.
	ErrPoolClosed = errors.New("epp: pool is closed")
	// ErrSessionLimit: the login was answered 2502.
	ErrSessionLimit = errors.New("epp: session limit reached (2502)")
	// ErrNotPolling: the pool keeps no slot for poll; see [Pool.SetPoll].
	ErrNotPolling = errors.New("epp: this pool does not poll")
)

// PoolWaitError reports that a server is left alone after failures.
type PoolWaitError struct {
	Until   time.Time // when the next try may go through; zero: one is under way
	Refused bool      // the login was refused, so that other credentials are needed
	Cause   error     // what went wrong last
}

func (e *PoolWaitError) Error() string {
	return fmt.Sprintf("epp: waiting after a failed connection: %v", e.Cause)
}

// Unwrap returns the cause.
func (e *PoolWaitError) Unwrap() error { return e.Cause }

// NewPool makes a pool; it dials nothing yet. Close ends it.
func NewPool(cfg PoolConfig) (*Pool, error) {
	if cfg.Client == nil || cfg.Limit < 0 {
		return nil, errors.New("epp: a pool needs Client and a limit that is not negative")
	}
	def := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	def(&cfg.KeepAlive, time.Minute)
	def(&cfg.MaxAge, 30*time.Minute)
	def(&cfg.DialTimeout, 20*time.Second)
	cfg.Backoff.defaults()
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	ctx, quit := context.WithCancel(context.Background())
	p := &Pool{cfg: cfg, ctx: ctx, quit: quit, stop: breaker{PoolBackoff: cfg.Backoff, now: cfg.Now}, granted: cfg.Limit, poll: !cfg.NoPoll,
		changed: make(chan struct{}), shut: make(chan struct{}), swap: make(chan struct{}, 1), out: map[*PoolSession]Class{}}
	p.wg.Go(p.keep)
	return p, nil
}

// Get lends a session, and waits for one as long as ctx allows. Its error is
// that of ctx, [ErrPoolClosed], [ErrNotPolling], [ErrSessionLimit], a
// [*PoolWaitError], or that of [Dial].
func (p *Pool) Get(ctx context.Context, c Class) (*PoolSession, error) {
	return p.get(ctx, c, time.Time{}, false)
}

// GetFresh is Get with a session that is dialled now: what it answers was
// not decided before the call.
func (p *Pool) GetFresh(ctx context.Context, c Class) (*PoolSession, error) {
	return p.get(ctx, c, time.Time{}, true)
}

// GetSince is Get with a session whose dialling began at since or later (wall
// time), one that is open where there is one: enough for a question whose
// answer must not be older than that, without a login for each.
func (p *Pool) GetSince(ctx context.Context, c Class, since time.Time) (*PoolSession, error) {
	return p.get(ctx, c, since, false)
}

func (p *Pool) get(ctx context.Context, c Class, since time.Time, fresh bool) (*PoolSession, error) {
	for {
		if err := p.slot(ctx, c); err != nil {
			return nil, err
		}
		s, err := p.session(ctx, c, since, fresh)
		if err == nil {
			return s, nil
		}
		p.release(c)
		if errors.Is(err, ErrSessionLimit) && ctx.Err() == nil && p.Stats().Open > 0 {
			continue // wait for one of those that are open
		}
		return nil, err
	}
}

// Reserve counts one session off that the caller opens itself with [Dial],
// such as to change the password, and closes an idle one where there is no
// room. release must be called when it is over.
func (p *Pool) Reserve(ctx context.Context) (release func(), err error) {
	if err := p.slot(ctx, ClassTransform); err != nil {
		return nil, err
	}
	if err := p.room(ctx, true); err != nil {
		p.release(ClassTransform)
		return nil, err
	}
	return sync.OnceFunc(func() {
		p.dropped()
		p.release(ClassTransform)
	}), nil
}

// Do sends one command on a session of the pool. A command that only reads
// is sent again, on a new session, where the first session turns out dead.
func (p *Pool) Do(ctx context.Context, cmd *Command) (*Response, error) {
	c := ClassOf(cmd)
	for try, fresh := 1, false; ; try, fresh = try+1, true {
		s, err := p.get(ctx, c, time.Time{}, fresh)
		if err != nil {
			return nil, err
		}
		resp, err := s.Do(ctx, cmd)
		bad := s.bad
		s.Release()
		if !bad || c == ClassTransform || try == 2 || ctx.Err() != nil {
			return resp, err
		}
	}
}

// Refresh replaces every session by and by: idle ones are parted with now,
// those in use when they are given back. It is called when there are other
// credentials, and lets a login be tried again that was refused before.
func (p *Pool) Refresh() {
	p.mu.Lock()
	p.epoch++
	p.mu.Unlock()
	p.stop.reset()
	p.dropIdle()
}

func (p *Pool) dropIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	for _, s := range p.idle {
		p.wg.Go(func() { p.farewell(s) })
	}
	p.idle = nil
}

// session finds or makes one for somebody who has a slot.
func (p *Pool) session(ctx context.Context, c Class, since time.Time, fresh bool) (*PoolSession, error) {
	for {
		if !fresh {
			if s := p.idleSince(ctx, c, since); s != nil {
				return s, nil
			}
		}
		s, err := p.dial(ctx, c, since, fresh || !since.IsZero())
		if errors.Is(err, errIdle) {
			continue
		}
		return s, err
	}
}

// idleSince lends an idle session that lives and is not older than since, nil
// where there is none.
func (p *Pool) idleSince(ctx context.Context, c Class, since time.Time) *PoolSession {
	for {
		s := p.pop(true, since)
		if s == nil {
			return nil
		}
		if p.alive(ctx, s) {
			p.lend(s, c)
			return s
		}
		p.drop(s)
	}
}

func (p *Pool) dial(ctx context.Context, c Class, since time.Time, fresh bool) (*PoolSession, error) {
	if fresh {
		// A server may count a session off only after it has answered the
		// logout. One exchange at a time keeps that within the one session
		// that the limit stays below the server's cap.
		select {
		case p.swap <- struct{}{}:
			defer func() { <-p.swap }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !since.IsZero() { // somebody may have dialled one meanwhile
			if s := p.idleSince(ctx, c, since); s != nil {
				return s, nil
			}
		}
	}
	if !fresh && !p.stop.ready() && p.another(ctx) {
		return nil, errIdle
	}
	if err := p.room(ctx, fresh); err != nil {
		return nil, err
	}
	if !p.stop.allow() {
		p.dropped()
		_, until, refused, cause := p.stop.state()
		return nil, &PoolWaitError{Until: until, Refused: refused, Cause: cause}
	}
	started := p.cfg.Now()
	s, err := p.connect(ctx)
	if s != nil {
		s.born = started
	}
	if p.cfg.Dialled != nil {
		p.cfg.Dialled(s, err, p.cfg.Now().Sub(started))
	}
	if err == nil {
		p.stop.done(started, dialReached, nil)
		p.lend(s, c)
		return s, nil
	}
	p.dropped()
	v := dialFailed
	var re *ResultError
	switch {
	case errors.Is(err, ErrSessionLimit):
		p.shrink()
		if p.Stats().Open > 0 { // others of ours work: the server is there
			v = dialReached
		}
	case errors.As(err, &re) && (re.Code == CodeAuthentication || re.Code == CodeAuthenticationClosing):
		v = dialRefused
	case errors.Is(ctx.Err(), context.Canceled):
		v = dialNothing
	}
	p.stop.done(started, v, err)
	return nil, err
}

// connect opens a session. The one it gives with an error was never open.
func (p *Pool) connect(ctx context.Context) (*PoolSession, error) {
	p.mu.Lock()
	s := &PoolSession{pool: p, epoch: p.epoch}
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, p.cfg.DialTimeout)
	defer cancel()
	cfg, err := p.cfg.Client(ctx, s)
	if err != nil {
		return s, err
	}
	c, err := Dial(ctx, cfg)
	var re *ResultError
	if errors.As(err, &re) && re.Code == CodeSessionLimitClosing {
		return s, ErrSessionLimit
	}
	if err != nil {
		return s, err
	}
	now := p.cfg.Now()
	s.Client, s.used, s.ends = c, now, now.Add(jitter(p.cfg.MaxAge, 0.1))
	return s, nil
}

var errIdle = errors.New("epp: a session became idle")

// room waits until one more connection fits under the limit and counts it as
// open. Where there are idle ones, it closes one for a fresh session, and
// points the others to it.
func (p *Pool) room(ctx context.Context, fresh bool) error {
	for {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			return ErrPoolClosed
		}
		if p.open < p.limit() {
			p.open++
			p.mu.Unlock()
			return nil
		}
		changed, idle := p.changed, len(p.idle) > 0
		p.mu.Unlock()
		if idle && !fresh {
			return errIdle
		}
		if s := p.pop(false, time.Time{}); s != nil {
			p.farewell(s)
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// another waits a moment for a session that somebody else has, where there is
// one: that none may be dialled does not mean that those that work are over.
func (p *Pool) another(ctx context.Context) bool {
	p.mu.Lock()
	changed, idle, out := p.changed, len(p.idle), len(p.out)
	p.mu.Unlock()
	if idle > 0 || out == 0 {
		return idle > 0
	}
	moment := time.NewTimer(anotherFor)
	defer moment.Stop()
	select {
	case <-changed:
	case <-moment.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

const anotherFor = 50 * time.Millisecond // then it may be that one can be dialled

// alive looks at a session that was idle; one idle for long is asked.
func (p *Pool) alive(ctx context.Context, s *PoolSession) bool {
	now := p.cfg.Now()
	if s.Err() != nil || !now.Before(s.ends) {
		return false
	}
	return now.Sub(s.used) < 2*p.cfg.KeepAlive || p.ping(ctx, s)
}

// ping proves that a session is logged in: poll takes nothing from the
// queue, and is refused to whoever is not logged in, unlike hello.
func (p *Pool) ping(ctx context.Context, s *PoolSession) bool {
	resp, err := s.Do(ctx, &Command{Action: &Poll{Op: PollRequest}})
	return err == nil && !s.bad && resp.IsSuccess()
}

func (p *Pool) lend(s *PoolSession, c Class) {
	p.mu.Lock()
	p.out[s] = c
	closed := p.closed
	p.mu.Unlock()
	if closed {
		_ = s.Close()
	}
}

// pop takes the idle session that was used last, or first, of those whose
// dialling began at since or later.
func (p *Pool) pop(latest bool, since time.Time) *PoolSession {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := range p.idle {
		i := n
		if latest {
			i = len(p.idle) - 1 - n
		}
		if s := p.idle[i]; !s.born.Before(since) {
			p.idle = slices.Delete(p.idle, i, i+1)
			return s
		}
	}
	return nil
}

// drop closes at once.
func (p *Pool) drop(s *PoolSession) {
	_ = s.Close()
	p.dropped()
}

// farewell logs out, so that the server has counted the session off when the
// next one comes.
func (p *Pool) farewell(s *PoolSession) {
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	_ = s.Logout(ctx)
	p.drop(s)
}

func (p *Pool) dropped() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.signal()
}

// signal wakes those who wait for room.
func (p *Pool) signal() {
	close(p.changed)
	p.changed = make(chan struct{})
}

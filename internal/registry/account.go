package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const (
	defaultCommand = 10 * time.Second
	tries          = 3                      // of a command that is answered 2400, or that never left
	firstRetry     = 100 * time.Millisecond // doubling
)

// account is an Account at work.
type account struct {
	Account
	cfg     *Config
	pool    *epp.Pool
	stats   *stats
	ours    map[string]bool // our client identifiers at this server
	made    memory          // contacts and hosts known to exist
	signed  codeCache
	chunk   atomic.Int32 // names in one check
	skew    atomic.Int64 // registry's clock less ours, ns, at the latest greeting
	deposit atomic.Pointer[int64]
	lowTold atomic.Int64 // the registry's own threshold of a low deposit, minor units; 0: it never told

	secrets   atomic.Pointer[secrets]
	certUntil atomic.Pointer[time.Time]          // of our certificate, as it was when last dialled
	warned    atomic.Pointer[[]ops.LoginWarning] // what the registry said at the latest login; nil: none yet
	limiter   *limiter
	asked     atomic.Pointer[time.Time]           // when its maintenances were asked for last
	grant     atomic.Pointer[domain.SessionGrant] // nil: the sessions are all ours
}

func newAccount(c Account, cfg *Config) (*account, error) {
	def := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	def(&c.LongestCommand, defaultCommand)
	def(&c.CommandTimeout, defaultCommand)
	def(&c.KeepAlive, time.Minute)
	def(&c.MaxAge, 30*time.Minute)
	if c.Sessions <= 0 {
		c.Sessions = 4
	}
	if c.CheckNames <= 0 {
		c.CheckNames = 50
	}
	if c.Roles == nil {
		c.Roles = []string{"admin", "tech", "billing"}
	}
	a := &account{Account: c, cfg: cfg, ours: map[string]bool{c.ClID: true}}
	a.stats = newStats(cfg.Wall)
	a.limiter = newLimiter(c.Rates)
	a.secrets.Store(&secrets{password: c.Password})
	a.chunk.Store(int32(c.CheckNames))
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", c.Addr, err)
	}
	if c.Plain {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return nil, errors.New("plain TCP is for loopback addresses only")
		}
	} else if _, err := a.tls(a.secrets.Load()); err != nil {
		return nil, err
	}
	limit := c.Sessions
	if cfg.Leases != nil {
		limit = 0 // until there is a share
		a.grant.Store(&domain.SessionGrant{})
	}
	a.pool, err = epp.NewPool(epp.PoolConfig{Client: a.client, Limit: limit, NoPoll: cfg.Leases != nil, KeepAlive: c.KeepAlive, MaxAge: c.MaxAge,
		DialTimeout: c.CommandTimeout, Observe: a.observe, Dialled: a.dialled, Now: cfg.Wall})
	return a, err
}

// session is one logged-in session; whoever has it from the pool has it alone.
type session struct {
	*epp.PoolSession
	*wire
}

// wire is what we keep beside a session of the pool.
type wire struct {
	conn *hookConn
	keep atomic.Bool
	last atomic.Pointer[[]byte] // the latest frame received, while keep is set: for poll
}

// client is the configuration of a session that is about to be opened.
func (a *account) client(_ context.Context, s *epp.PoolSession) (epp.ClientConfig, error) {
	w := &wire{}
	s.Value = w
	a.limiter.login(a.cfg.Wall())
	return a.clientWith(a.secrets.Load(), w)
}

func (a *account) clientWith(own *secrets, w *wire) (epp.ClientConfig, error) {
	if w == nil {
		w = &wire{}
	}
	id := a.ID + "-" + strings.ToLower(rand.Text()[:10]) // of the session, in transcripts
	cfg := epp.ClientConfig{
		Addr: a.Addr, ClID: a.ClID, Password: own.password, UserAgent: &epp.UserAgent{App: "OpenRegistrar"},
		Extensions: spoken,
		Timeouts:   epp.Timeouts{Dial: a.CommandTimeout, Login: a.CommandTimeout, Command: a.CommandTimeout, Logout: 2 * time.Second},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			var d net.Dialer
			conn, err := d.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			w.conn = &hookConn{Conn: conn, crash: a.cfg.Crash}
			return w.conn, nil
		},
		Transcript: func(dir epp.Direction, frame []byte) {
			if a.cfg.Seen != nil {
				a.cfg.Seen(a.ID, id, own.password, dir == epp.Sent, frame)
			}
			if dir == epp.Received && w.keep.Load() {
				kept := bytes.Clone(frame)
				w.last.Store(&kept)
			}
		},
	}
	if !a.Plain {
		var err error
		if cfg.TLS, err = a.tls(own); err != nil {
			return cfg, err
		}
	}
	return cfg, nil
}

// get lends a session; fresh: one that is dialled for it, or not before since where that is given. Its error is a fault
// of kind Unavailable.
func (a *account) get(ctx context.Context, c class, since time.Time) (*session, error) {
	lend := a.pool.Get
	switch {
	case c == freshClass && !since.IsZero():
		lend = func(ctx context.Context, c epp.Class) (*epp.PoolSession, error) {
			return a.pool.GetSince(ctx, c, since)
		}
	case c == freshClass:
		lend = a.pool.GetFresh
	}
	s, err := lend(ctx, c.pool())
	if err == nil {
		return &session{s, s.Value.(*wire)}, nil
	}
	if ctx.Err() != nil || errors.Is(err, epp.ErrPoolClosed) {
		return nil, fault.Wrap(err, fault.Unavailable, CodeUnreachable, "registry", a.ID, "reason", "busy")
	}
	return nil, a.unreachable(err)
}

// dialled notes how a login went.
func (a *account) dialled(s *epp.PoolSession, err error, took time.Duration) {
	a.stats.record("login", took)
	if err != nil {
		a.trouble("login", err.Error())
		return
	}
	heard := warnings(s.LoginEvents())
	a.warned.Store(&heard)
	if g := s.Greeting(); g != nil && !g.Date.IsZero() {
		a.skew.Store(int64(g.Date.Sub(a.cfg.Wall())))
	}
}

// observe sees every command and its answer before anybody else.
func (a *account) observe(_ *epp.PoolSession, cmd *epp.Command, resp *epp.Response, err error, took time.Duration) {
	a.stats.record(commandName(cmd), took)
	if err != nil {
		a.trouble(commandName(cmd), err.Error())
		return
	}
	a.clean(resp, cmd)
	switch code := resp.Code(); code {
	case epp.CodeUseError, epp.CodeCommandFailedClosing, epp.CodeAuthenticationClosing, epp.CodeSessionLimitClosing,
		epp.CodeCommandFailed, epp.CodeBillingFailure:
		a.trouble(commandName(cmd), fmt.Sprintf("%d %s", code, words(resp)))
	}
	if fee, ok := epp.Find[*epp.FeeTransformData](resp.Extensions); ok && fee.Balance != "" {
		if n, err := epp.ParseAmount(fee.Balance, digits(fee.Currency)); err == nil {
			a.deposit.Store(&n)
		}
	}
}

// do sends one command on a session. The error is a *epp.TransportError.
func (a *account) do(ctx context.Context, s *session, cmd *epp.Command) (*epp.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, a.CommandTimeout)
	defer cancel()
	if err := a.limiter.wait(ctx, epp.ClassOf(cmd), a.cfg.Wall); err != nil {
		return nil, &epp.TransportError{Op: "send", Err: err} // it never left
	}
	return s.Do(ctx, cmd)
}

// patient does cmd, and again on the same session while the answer is 2400 ("can be transient", RFC 5730).
func (a *account) patient(ctx context.Context, s *session, cmd *epp.Command) (*epp.Response, error) {
	for try := 1; ; try++ {
		resp, err := a.do(ctx, s, cmd)
		if err != nil || resp.Code() != epp.CodeCommandFailed || try == tries || !pause(ctx, firstRetry<<(try-1)) {
			return resp, err
		}
	}
}

// read does a command that changes nothing, twice when the first session turns out dead. The error is a fault of
// kind Unavailable; a response of any code that leaves the session alive is an answer.
func (a *account) read(ctx context.Context, c class, cmd *epp.Command) (*epp.Response, error) {
	var last error
	for range 2 {
		s, err := a.get(ctx, c, time.Time{})
		if err != nil {
			return nil, err
		}
		sent := *cmd
		sent.Extensions = served(s, cmd.Extensions)
		resp, err := a.patient(ctx, s, &sent)
		bad := s.Bad()
		s.Release()
		switch {
		case err == nil && !bad:
			return resp, nil
		case err == nil:
			last = a.refusal(resp, fault.Unavailable, CodeUnreachable)
		default:
			last = a.unreachable(err)
		}
		if ctx.Err() != nil {
			break
		}
		c = freshClass
	}
	return nil, last
}

// idempotent does a transform that may be repeated safely, since it makes an object of a fixed identifier.
func (a *account) idempotent(ctx context.Context, cmd *epp.Command) (*epp.Response, error) {
	return a.read(ctx, transformClass, cmd)
}

// unreachable makes a fault of a transport error; its words, which are ours, stay in the cause.
func (a *account) unreachable(cause error) error {
	return fault.Wrap(cause, fault.Unavailable, CodeUnreachable, "registry", a.ID)
}

// refusal makes a fault of an answer.
func (a *account) refusal(resp *epp.Response, kind fault.Kind, code fault.Code, more ...string) error {
	return fault.New(kind, code, append([]string{"registry", a.ID, "epp", resp.Code().String(), "reason", words(resp)}, more...)...)
}

// clean takes secrets of the command out of the registry's texts, should it quote them: from here on they may be
// shown and logged.
func (a *account) clean(resp *epp.Response, cmd *epp.Command) {
	secrets := []string{a.secrets.Load().password}
	if auth := authOf(cmd); auth != nil {
		secrets = append(secrets, auth.Pw)
	}
	if id, ok := epp.Find[*epp.CNNICContactCreate](cmd.Extensions); ok {
		secrets = append(secrets, id.Number)
	}
	blank := func(text string) string {
		for _, secret := range secrets {
			if secret != "" {
				text = strings.ReplaceAll(text, secret, "***")
			}
		}
		if r := []rune(text); len(r) > 300 {
			text = string(r[:300]) + "…"
		}
		return text
	}
	for i := range resp.Results {
		r := &resp.Results[i]
		r.Msg = blank(r.Msg)
		for j := range r.Values {
			r.Values[j].Reason = blank(r.Values[j].Reason)
		}
	}
}

func authOf(cmd *epp.Command) *epp.AuthInfo {
	switch action := cmd.Action.(type) {
	case *epp.DomainCreate:
		return action.AuthInfo
	case *epp.DomainInfo:
		return action.AuthInfo
	case *epp.DomainTransfer:
		return action.AuthInfo
	case *epp.DomainUpdate:
		if action.Chg != nil {
			return action.Chg.AuthInfo
		}
	}
	return nil
}

// words are what the registry says of a result, without the values that it quotes.
func words(resp *epp.Response) string {
	var parts []string
	for _, r := range resp.Results {
		if r.Msg != "" {
			parts = append(parts, r.Msg)
		} else {
			parts = append(parts, r.Code.Text())
		}
		for _, v := range r.Values {
			if v.Reason != "" {
				parts = append(parts, v.Reason)
			}
		}
	}
	return strings.Join(parts, "; ")
}

func (a *account) trouble(command, text string) {
	text = a.blank(text, a.secrets.Load().password)
	a.stats.trouble(command + ": " + text)
	a.cfg.Log.Warn("registry", "account", a.ID, "command", command, "error", text)
}

func (a *account) health(ctx context.Context) Health {
	if p := a.pool.Stats(); p.Open == 0 && p.State == epp.PoolClosed && p.Limit > 0 {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		if s, err := a.get(ctx, readClass, time.Time{}); err == nil {
			s.Release()
		}
		cancel()
	}
	return a.standing()
}

func (a *account) standing() Health {
	p := a.pool.Stats()
	h := Health{Account: a.ID, Addr: a.Addr, Suffixes: a.Suffixes, Cap: a.Sessions, Currency: a.Currency,
		Deposit: a.deposit.Load(), LowTold: a.lowTold.Load(), Skew: time.Duration(a.skew.Load()),
		Open: p.Open, InFlight: p.InUse, Waiting: p.Waiting, Limit: p.Limit, Breaker: string(p.State), RetryAt: p.RetryAt,
		Refused: p.Refused, Buckets: a.limiter.buckets(a.cfg.Wall()), Grant: a.grant.Load()}
	if until := a.certUntil.Load(); until != nil {
		h.CertUntil = *until
	}
	if heard := a.warned.Load(); heard != nil {
		h.Warnings, h.LoggedIn = *heard, true
	}
	if p.Refused && p.Err != nil {
		h.Reason = a.blank(p.Err.Error(), a.secrets.Load().password)
	}
	h.Up = p.State == epp.PoolClosed && h.Open > 0
	a.stats.fill(&h)
	return h
}

// blank takes secrets out of a text.
func (a *account) blank(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// lowBalance takes over what a registry says of our deposit when it has fallen to its threshold.
func (a *account) lowBalance(d *epp.LowBalanceData) {
	left, err := epp.ParseAmount(d.AvailableCredit, digits(a.Currency))
	if err != nil {
		return
	}
	a.deposit.Store(&left)
	threshold, err := epp.ParseAmount(d.CreditThreshold, digits(a.Currency))
	if limit, lerr := epp.ParseAmount(d.CreditLimit, digits(a.Currency)); d.ThresholdType == epp.ThresholdPercent && lerr == nil {
		part, perr := epp.ParseAmount(d.CreditThreshold, 0)
		threshold, err = limit*part/100, perr
	}
	if err == nil {
		a.lowTold.Store(threshold)
	}
}

// commandName is "domain:create", for counting.
func commandName(cmd *epp.Command) string {
	verb, space := string(cmd.Action.Verb()), cmd.Action.Namespace()
	switch space {
	case epp.NSDomain:
		return "domain:" + verb
	case epp.NSHost:
		return "host:" + verb
	case epp.NSContact:
		return "contact:" + verb
	}
	return verb
}

// digits are the decimal places of a currency's minor unit (ISO 4217).
func digits(currency string) int {
	switch currency {
	case "JPY", "KRW", "VND", "CLP", "ISK":
		return 0
	case "KWD", "BHD", "OMR", "JOD", "TND":
		return 3
	}
	return 2
}

// pause waits, and reports false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

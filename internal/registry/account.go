package registry

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/fault"
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
	pool    *pool
	stats   *stats
	breaker *breaker
	ours    map[string]bool // our client identifiers at this server
	made    memory          // contacts and hosts known to exist
	chunk   atomic.Int32    // names in one check
	skew    atomic.Int64    // registry's clock less ours, ns, at the latest greeting
	deposit atomic.Pointer[int64]
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
	a.breaker = &breaker{wall: cfg.Wall}
	a.pool = newPool(a)
	a.chunk.Store(int32(c.CheckNames))
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", c.Addr, err)
	}
	if c.Plain {
		if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
			return nil, errors.New("plain TCP is for loopback addresses only")
		}
		return a, nil
	}
	_, err = a.tls()
	return a, err
}

// tls reads the files anew, so that a renewed certificate is taken up by the next session.
func (a *account) tls() (*tls.Config, error) {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: a.ServerName}
	if cfg.ServerName == "" {
		cfg.ServerName, _, _ = net.SplitHostPort(a.Addr)
	}
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, err
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", a.CAFile)
		}
	}
	if a.CertFile != "" || a.KeyFile != "" {
		cert, err := tls.LoadX509KeyPair(a.CertFile, a.KeyFile)
		if err != nil {
			return nil, err
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	return cfg, nil
}

// session is one logged-in session; whoever has it from the pool has it alone.
type session struct {
	c    *epp.Client
	conn *hookConn
	born time.Time
	ends time.Time // max age, jittered
	used time.Time // last returned to the pool
	bad  bool      // never goes back to the pool
	keep atomic.Bool
	last atomic.Pointer[[]byte] // the latest frame received, while keep is set: for poll
}

// dial opens a session. A login refused by 2502 comes as errSessionCap.
func (a *account) dial(ctx context.Context) (*session, error) {
	s := &session{}
	cfg := epp.ClientConfig{
		Addr: a.Addr, ClID: a.ClID, Password: a.Password,
		Extensions: []epp.Extension{epp.Fee, epp.RGP, epp.SecDNS},
		Timeouts:   epp.Timeouts{Dial: a.CommandTimeout, Login: a.CommandTimeout, Command: a.CommandTimeout, Logout: 2 * time.Second},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			var d net.Dialer
			conn, err := d.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			s.conn = &hookConn{Conn: conn, crash: a.cfg.Crash}
			return s.conn, nil
		},
		Transcript: func(dir epp.Direction, frame []byte) {
			if dir == epp.Received && s.keep.Load() {
				kept := bytes.Clone(frame)
				s.last.Store(&kept)
			}
		},
	}
	if !a.Plain {
		var err error
		if cfg.TLS, err = a.tls(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, a.CommandTimeout)
	defer cancel()
	start := a.cfg.Wall()
	c, err := epp.Dial(ctx, cfg)
	a.stats.record("login", a.cfg.Wall().Sub(start))
	if err != nil {
		var re *epp.ResultError
		if errors.As(err, &re) && re.Code == epp.CodeSessionLimitClosing {
			return nil, errSessionCap
		}
		return nil, err
	}
	now := a.cfg.Wall()
	s.c, s.born, s.used = c, now, now
	s.ends = now.Add(jitter(a.MaxAge, 0.1))
	if g := c.Greeting(); g != nil && !g.Date.IsZero() {
		a.skew.Store(int64(g.Date.Sub(now)))
	}
	return s, nil
}

var errSessionCap = errors.New("registry: session limit reached (2502)")

// do sends one command on a session and notes what it says about the session. The error is a *epp.TransportError.
func (a *account) do(ctx context.Context, s *session, cmd *epp.Command) (*epp.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, a.CommandTimeout)
	defer cancel()
	start := a.cfg.Wall()
	resp, err := s.c.Do(ctx, cmd)
	a.stats.record(commandName(cmd), a.cfg.Wall().Sub(start))
	if err != nil {
		s.bad = true
		a.trouble(commandName(cmd), err.Error())
		return nil, err
	}
	a.clean(resp, cmd)
	switch code := resp.Code(); code {
	case epp.CodeUseError, epp.CodeCommandFailedClosing, epp.CodeAuthenticationClosing, epp.CodeSessionLimitClosing:
		// 2002 may mean that the session is not logged in any more; such a one poisons whatever comes after it.
		s.bad = true
		a.trouble(commandName(cmd), fmt.Sprintf("%d %s", code, words(resp)))
		if code == epp.CodeSessionLimitClosing {
			a.pool.shrink()
		}
	case epp.CodeCommandFailed, epp.CodeBillingFailure:
		a.trouble(commandName(cmd), fmt.Sprintf("%d %s", code, words(resp)))
	}
	if fee, ok := epp.Find[*epp.FeeTransformData](resp.Extensions); ok && fee.Balance != "" {
		if n, err := epp.ParseAmount(fee.Balance, digits(fee.Currency)); err == nil {
			a.deposit.Store(&n)
		}
	}
	return resp, nil
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
		s, err := a.pool.get(ctx, c)
		if err != nil {
			return nil, err
		}
		resp, err := a.patient(ctx, s, cmd)
		bad := s.bad
		a.pool.put(s)
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
	secrets := []string{a.Password}
	if auth := authOf(cmd); auth != nil {
		secrets = append(secrets, auth.Pw)
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
	if a.Password != "" {
		text = strings.ReplaceAll(text, a.Password, "***")
	}
	a.stats.trouble(command + ": " + text)
	a.cfg.Log.Warn("registry", "account", a.ID, "command", command, "error", text)
}

func (a *account) health(ctx context.Context) Health {
	if open, _, _, _ := a.pool.counts(); open == 0 {
		if state, _ := a.breaker.state(); state == "closed" {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			if s, err := a.pool.get(ctx, readClass); err == nil {
				a.pool.put(s)
			}
			cancel()
		}
	}
	h := Health{Account: a.ID, Addr: a.Addr, Suffixes: a.Suffixes, Cap: a.Sessions, Currency: a.Currency,
		Deposit: a.deposit.Load(), Skew: time.Duration(a.skew.Load())}
	h.Open, h.InFlight, h.Waiting, h.Limit = a.pool.counts()
	h.Breaker, h.RetryAt = a.breaker.state()
	h.Up = h.Breaker == "closed" && h.Open > 0
	a.stats.fill(&h)
	return h
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

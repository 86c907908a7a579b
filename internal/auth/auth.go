// Package auth says who is asking: accounts and passwords, browser sessions, API credentials.
// It decides nothing about what an account may do with its names; it hands on a domain.Scope.
package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Accounts reads accounts; what doesn't exist is a fault of kind Missing.
type Accounts interface {
	AccountByEmail(ctx context.Context, email string) (domain.Account, error)
	AccountByID(ctx context.Context, id domain.AccountID) (domain.Account, error)
}

// Opener opens accounts: the sign-up operation.
type Opener interface {
	SignUp(ctx context.Context, scope domain.Scope, in ops.SignUp) (domain.Account, error)
}

// Config is what New needs.
type Config struct {
	Accounts Accounts
	Opener   Opener
	Sessions scs.Store        // also a scs.CtxStore where it can be
	Wall     func() time.Time // wall clock, for rate limits
	Lifetime time.Duration    // of a session; 0: seven days
	Hash     HashParams       // zero: DefaultHash
	Limits   Limits           // zero: DefaultLimits
	// ClientIP tells the caller's address; nil: the TCP peer. Set it behind a proxy that is trusted.
	ClientIP func(*http.Request) string
	// Secure reports whether the browser came over https; nil: r.TLS. Set it behind a proxy that is trusted.
	Secure func(*http.Request) bool
	// Failed is told of session store errors; the request is answered with 500.
	Failed func(http.ResponseWriter, *http.Request, error)
}

// Auth keeps sessions and checks passwords.
type Auth struct {
	accounts Accounts
	opener   Opener
	hasher   *Hasher
	limits   *limiter
	plain    *scs.SessionManager // over http
	secure   *scs.SessionManager // over https; its own cookie name, as cookies do not tell ports apart
	isSecure func(*http.Request) bool
	clientIP func(*http.Request) string
	cross    *http.CrossOriginProtection
	decoy    string // a hash that nothing matches, so that an unknown address takes as long as a known one
}

// New refuses missing dependencies.
func New(c Config) (*Auth, error) {
	switch {
	case c.Accounts == nil, c.Opener == nil, c.Sessions == nil, c.Wall == nil:
		return nil, errors.New("auth: accounts, opener, sessions and wall clock must be set")
	}
	if c.Lifetime == 0 {
		c.Lifetime = 7 * 24 * time.Hour
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits
	}
	if c.ClientIP == nil {
		c.ClientIP = peer
	}
	if c.Secure == nil {
		c.Secure = func(r *http.Request) bool { return r.TLS != nil }
	}
	hasher, err := NewHasher(c.Hash)
	if err != nil {
		return nil, err
	}
	decoy, err := hasher.Hash(context.Background(), "nobody has this password")
	if err != nil {
		return nil, err
	}
	a := &Auth{
		accounts: c.Accounts, opener: c.Opener, hasher: hasher, limits: newLimiter(c.Limits, c.Wall),
		isSecure: c.Secure, clientIP: c.ClientIP, cross: http.NewCrossOriginProtection(), decoy: decoy,
	}
	a.plain = manager(c, "openregistrar", false)
	// __Host-: the browser takes it over https only, for this host only, whole path (RFC 6265bis section 4.1.3.2).
	a.secure = manager(c, "__Host-openregistrar", true)
	return a, nil
}

func manager(c Config, cookie string, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = c.Sessions
	m.HashTokenInStore = true
	m.Lifetime = c.Lifetime
	m.Cookie.Name = cookie
	m.Cookie.Path = "/"
	m.Cookie.HttpOnly = true
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Persist = true
	if c.Failed != nil {
		m.ErrorFunc = c.Failed
	}
	return m
}

// Keys of what a session holds. stamp ties it to the password that opened it: a new password ends old sessions.
const (
	keyAccount = "account"
	keyStamp   = "stamp"
)

type who struct{}

// Middleware loads the session and the account, and refuses browser requests that another site made
// (http.CrossOriginProtection) with 403.
func (a *Auth) Middleware(next http.Handler) http.Handler { return a.Guard(next, nil) }

// Guard is Middleware with a page of its own for refused cross-origin requests; denied runs with the session loaded.
func (a *Auth) Guard(next, denied http.Handler) http.Handler {
	if denied == nil {
		denied = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "cross-origin request refused", http.StatusForbidden)
		})
	}
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.cross.Check(r); err != nil {
			denied.ServeHTTP(w, r)
			return
		}
		account, ok, err := a.load(r)
		if err != nil {
			a.session(r).ErrorFunc(w, r, err)
			return
		}
		if ok {
			r = r.WithContext(context.WithValue(r.Context(), who{}, account))
		}
		next.ServeHTTP(w, r)
	})
	plain, secure := a.plain.LoadAndSave(inner), a.secure.LoadAndSave(inner)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.isSecure(r) {
			secure.ServeHTTP(w, r)
		} else {
			plain.ServeHTTP(w, r)
		}
	})
}

func (a *Auth) session(r *http.Request) *scs.SessionManager {
	if a.isSecure(r) {
		return a.secure
	}
	return a.plain
}

// load reads the signed-in account afresh, so that a role or a password that changed counts at once.
func (a *Auth) load(r *http.Request) (domain.Account, bool, error) {
	s := a.session(r)
	id := domain.AccountID(s.GetInt64(r.Context(), keyAccount))
	if id == 0 {
		return domain.Account{}, false, nil
	}
	account, err := a.accounts.AccountByID(r.Context(), id)
	if err != nil {
		if fault.Of(err).Kind == fault.Missing {
			return domain.Account{}, false, s.Destroy(r.Context())
		}
		return domain.Account{}, false, err
	}
	if s.GetString(r.Context(), keyStamp) != stamp(account) {
		return domain.Account{}, false, s.Destroy(r.Context())
	}
	return account, true, nil
}

// Current tells who is signed in; the scope's Operator is set for operators. Only behind Middleware.
func (a *Auth) Current(r *http.Request) (domain.Account, domain.Scope, bool) {
	account, ok := r.Context().Value(who{}).(domain.Account)
	if !ok {
		return domain.Account{}, domain.Scope{IP: a.clientIP(r), Via: "console"}, false
	}
	return account, a.scope(r, account), true
}

func (a *Auth) scope(r *http.Request, account domain.Account) domain.Scope {
	return domain.Scope{
		Account: account.ID, Operator: account.Role == domain.Operator,
		Actor: account.Email, IP: a.clientIP(r), Via: "console",
	}
}

// Keep remembers a short text in the visitor's session, signed in or not; it survives sign-in.
func (a *Auth) Keep(r *http.Request, key, value string) {
	a.session(r).Put(r.Context(), "keep."+key, value)
}

// Take gives back what Keep remembered, once.
func (a *Auth) Take(r *http.Request, key string) string {
	return a.session(r).PopString(r.Context(), "keep."+key)
}

func stamp(account domain.Account) string {
	sum := sha256.Sum256([]byte("session\x00" + account.PasswordHash))
	return base64.RawStdEncoding.EncodeToString(sum[:12])
}

func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

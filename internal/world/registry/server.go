package registry

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// front is the EPP side of a registry: listeners, sessions, counters.
type front struct {
	r      *Registry
	prefix string // makes svTRIDs unique across restarts
	trids  atomic.Uint64
	done   chan struct{} // closed by close

	mu       sync.Mutex
	cond     *sync.Cond
	lines    map[*line]struct{}
	sessions map[*session]struct{}
	nextID   uint64
	stats    map[string]*CommandStat
	errors   []ErrorEntry
	late     int // late commits outstanding
	down     bool
	closed   bool
}

// line is one listener's address with the server that now answers there; nil
// while the registry is down.
type line struct{ srv *epp.Server }

type session struct {
	id        uint64
	clID      string
	conn      *epp.Conn
	loggedOut atomic.Bool // by fault: answers 2002 from then on

	// guarded by front.mu
	since, lastAt time.Time
	commands      int64
	last          string
}

func (f *front) init(r *Registry) {
	b := make([]byte, 5)
	rand.Read(b)
	f.r, f.prefix, f.done = r, strings.ToUpper(r.p.ROID+"-"+hex.EncodeToString(b)), make(chan struct{})
	f.cond = sync.NewCond(&f.mu)
	f.lines, f.sessions, f.stats = map[*line]struct{}{}, map[*session]struct{}{}, map[string]*CommandStat{}
}

func (f *front) svTRID() string { return fmt.Sprintf("%s-%d", f.prefix, f.trids.Add(1)) }

// extensions maps a profile's namespaces to the codec's mappings.
var extensions = map[string]epp.Extension{nsRGP: epp.RGP, nsSecDNS: epp.SecDNS, nsFee: epp.Fee,
	epp.NSChangePoll: epp.ChangePoll, epp.NSLoginSec: epp.LoginSec, epp.NSMaintenance: epp.Maintenance,
	epp.NSVerificationCode: epp.VerificationCode, epp.NSCNNICContact: epp.CNNICContact, epp.NSCNNICDomain: epp.CNNICDomain,
	epp.NSLaunch: epp.Launch, epp.NSAllocationToken: epp.AllocationTokens,
	epp.NSCDN: epp.CDN, epp.NSTTL: epp.TTL, epp.NSLowBalance: epp.LowBalance,
	epp.NSUnhandled: epp.UnhandledNamespaces, epp.NSSecureAuthInfo: epp.SecureAuthInfo, epp.NSFee08: epp.Fee08}

// Extensions lists the namespaces that a profile may name.
func Extensions() []string { return slices.Sorted(maps.Keys(extensions)) }

func (f *front) server(conf *tls.Config) *epp.Server {
	p := &f.r.p
	objs := []string{epp.NSDomain}
	if !p.HostAttr {
		objs = append(objs, epp.NSHost)
	}
	if p.Contacts {
		objs = append(objs, epp.NSContact)
	}
	srv := &epp.Server{
		Handler: handler{f},
		TLS:     f.disguised(conf),
		Greeting: epp.GreetingConfig{ServerID: p.ServerID, ObjURIs: objs,
			Now: func() time.Time { return f.r.now().Add(f.r.faults.skew()) }},
		// The cap is per registrar: Login holds it.
		Limits: epp.Limits{MaxPerClient: -1},
		SvTRID: f.svTRID,
	}
	for _, ns := range p.extensions() {
		x := extensions[ns]
		srv.Extensions = append(srv.Extensions, x)
		if x.Object {
			srv.Greeting.ObjURIs = append(srv.Greeting.ObjURIs, ns)
		}
	}
	return srv
}

// Serve answers EPP on ln until Close; it may be called for several
// listeners. conf nil speaks plain TCP (tests). While the fault "down" is in
// force nothing listens; afterwards the same address is taken again. It
// returns nil after Close.
func (r *Registry) Serve(ln net.Listener, conf *tls.Config) error {
	f := &r.front
	network, addr := ln.Addr().Network(), ln.Addr().String()
	l := &line{}
	f.mu.Lock()
	f.lines[l] = struct{}{}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.lines, l)
		f.cond.Broadcast()
		f.mu.Unlock()
	}()
	for {
		f.mu.Lock()
		if f.down && ln != nil {
			ln.Close()
			ln = nil
		}
		for f.down && !f.closed {
			f.cond.Wait()
		}
		if f.closed {
			f.mu.Unlock()
			if ln != nil {
				ln.Close()
			}
			return nil
		}
		if ln == nil {
			var err error
			if ln, err = relisten(network, addr); err != nil {
				f.mu.Unlock()
				return err
			}
		}
		srv := f.server(conf)
		l.srv = srv
		f.cond.Broadcast()
		f.mu.Unlock()

		err := srv.Serve(ln)

		f.mu.Lock()
		l.srv = nil
		down, closed := f.down, f.closed
		f.cond.Broadcast()
		f.mu.Unlock()
		ln.Close()
		ln = nil
		if closed {
			return nil
		}
		if !down {
			// Down and up again in between looks like this too.
			if !errors.Is(err, epp.ErrServerClosed) {
				return err
			}
		}
	}
}

// relisten takes an address again; another process may hold it for a moment.
func relisten(network, addr string) (net.Listener, error) {
	deadline := time.Now().Add(5 * time.Second)
	for {
		ln, err := net.Listen(network, addr)
		if err == nil || time.Now().After(deadline) {
			return ln, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// followDown closes or reopens the listeners and returns when that is done.
func (f *front) followDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down == down || f.closed {
		return
	}
	f.down = down
	f.cond.Broadcast()
	if down {
		f.closeServers()
	}
	stop := time.AfterFunc(6*time.Second, func() {
		f.mu.Lock()
		f.cond.Broadcast()
		f.mu.Unlock()
	})
	defer stop.Stop()
	deadline := time.Now().Add(6 * time.Second)
	for f.down == down && !f.closed && time.Now().Before(deadline) {
		wrong := false
		for l := range f.lines {
			wrong = wrong || (l.srv != nil) == down
		}
		if !wrong {
			return
		}
		f.cond.Wait()
	}
}

// closeServers closes every server without holding the lock meanwhile.
func (f *front) closeServers() {
	var srvs []*epp.Server
	for l := range f.lines {
		if l.srv != nil {
			srvs = append(srvs, l.srv)
		}
	}
	f.mu.Unlock()
	for _, s := range srvs {
		s.Close()
	}
	f.mu.Lock()
}

func (f *front) close() {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return
	}
	f.closed = true
	close(f.done)
	f.cond.Broadcast()
	f.closeServers()
	for len(f.lines) > 0 || f.late > 0 {
		f.cond.Wait()
	}
	f.mu.Unlock()
}

// settle waits for late commits.
func (f *front) settle(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		f.mu.Lock()
		f.cond.Broadcast()
		f.mu.Unlock()
	})
	defer stop()
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.late > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f.cond.Wait()
	}
	return nil
}

// later runs fn after d, unless the registry closes first: then it is lost,
// as it would be in a crash.
func (f *front) later(d time.Duration, fn func()) {
	f.mu.Lock()
	f.late++
	f.mu.Unlock()
	go func() {
		defer func() {
			f.mu.Lock()
			f.late--
			f.cond.Broadcast()
			f.mu.Unlock()
		}()
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			fn()
		case <-f.done:
		}
	}()
}

type handler struct{ f *front }

// Login judges account, password, certificate and the session cap. All
// mistakes look alike, 2200, so that nothing is given away.
func (h handler) Login(ctx context.Context, conn *epp.Conn, login *epp.Login, cmd *epp.Command) (epp.Session, *epp.Response) {
	f, start := h.f, time.Now()
	s := &session{clID: login.ClID, conn: conn}
	fault, hit := f.r.faults.draw(login.ClID, "login", nil)
	resp := f.strike(s, cmd, fault, hit, "login", func() *epp.Response { return f.login(s, login) })
	f.count(s, "login", login.ClID, resp, time.Since(start), fault.ID)
	if !resp.IsSuccess() {
		return nil, resp
	}
	return s, resp
}

func (f *front) login(s *session, login *epp.Login) *epp.Response {
	r := f.r
	if resp := f.underMaintenance(false); resp != nil {
		return resp
	}
	r.mu.RLock()
	g := r.core.regs[login.ClID]
	r.mu.RUnlock()
	stored := nobodysPassword() // who is unknown takes as long as who is mistaken
	if g != nil && g.Password != "" {
		stored = g.Password
	}
	if !passwordIs(stored, login.Password) || g == nil || g.Password == "" || !certificateFits(g, s.conn) {
		return epp.NewResponse(epp.CodeAuthentication)
	}
	events, ok := r.p.judgePassword(g, login, r.now())
	if events = append(events, r.p.judgeCertificate(s.conn, time.Now())...); !ok {
		return withEvents(epp.NewResponse(epp.CodeAuthentication), s.conn, events)
	}
	renewed := ""
	switch {
	case login.NewPassword != "":
		renewed = hashPassword(login.NewPassword)
	case weakHash(stored):
		renewed = hashPassword(login.Password)
	}
	limit := g.SessionCap
	if limit == 0 {
		limit = r.p.SessionCap
	}
	limit = r.faults.sessionCap(login.ClID, limit)
	f.mu.Lock()
	n := 0
	for o := range f.sessions {
		if o.clID == s.clID {
			n++
		}
	}
	if n >= limit {
		f.mu.Unlock()
		return epp.NewResponse(epp.CodeSessionLimitClosing)
	}
	f.nextID++
	s.id, s.since = f.nextID, r.now()
	f.sessions[s] = struct{}{}
	f.mu.Unlock()
	if renewed != "" {
		err := r.do(func(c *core, now time.Time) error {
			n := *c.regs[login.ClID]
			n.Password = renewed
			if login.NewPassword != "" {
				n.PasswordSet = now
			}
			c.putRegistrar(&n)
			return nil
		})
		if err != nil {
			f.drop(s)
			return epp.NewResponse(epp.CodeCommandFailed)
		}
	}
	return withEvents(epp.NewResponse(epp.CodeOK), s.conn, events)
}

func certificateFits(g *Registrar, conn *epp.Conn) bool {
	if conn.TLS() == nil {
		return true // plain TCP, tests only
	}
	if g.CertCN == AnyCertificate {
		return true
	}
	cert := conn.PeerCertificate()
	if cert == nil {
		return false
	}
	if g.CertSHA256 != "" {
		return g.fingerprintFits(cert.Raw)
	}
	return cert.Subject.CommonName == cmp.Or(g.CertCN, g.ID)
}

// EndSession forgets a session.
func (h handler) EndSession(v epp.Session) {
	if s, ok := v.(*session); ok {
		h.f.drop(s)
	}
}

func (f *front) drop(s *session) {
	f.mu.Lock()
	delete(f.sessions, s)
	f.mu.Unlock()
}

// Handle executes a command, with the fault that strikes it if any.
func (h handler) Handle(ctx context.Context, v epp.Session, cmd *epp.Command) *epp.Response {
	f, start := h.f, time.Now()
	s := v.(*session)
	command, objects := describe(cmd.Action)
	fault, hit := f.r.faults.draw(s.clID, command, objects)
	resp := f.strike(s, cmd, fault, hit, command, func() *epp.Response {
		if resp := f.underMaintenance(cmd.Transforms()); resp != nil {
			return resp
		}
		b := binding{f: f, clID: s.clID, conn: s.conn, cmd: cmd, sv: f.svTRID(), fault: fault}
		return b.execute()
	})
	object := ""
	if len(objects) > 0 {
		object = objects[0]
	}
	f.count(s, command, object, resp, time.Since(start), fault.ID)
	return resp
}

package verifier

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// maxFrame holds six documents of 5 MB in base64.
const maxFrame = 48 << 20

// MaxSessions of one registrar; a login past it is answered 2502.
const MaxSessions = 8

// front is the EPP side of provider 1.
type front struct {
	a      *Authority
	prefix string
	trids  atomic.Uint64
	srv    *epp.Server

	mu    sync.Mutex
	conns map[*epp.Conn]struct{}
}

func (f *front) init(a *Authority) {
	b := make([]byte, 5)
	rand.Read(b)
	f.a, f.prefix, f.conns = a, "VSP1-"+hex.EncodeToString(b), map[*epp.Conn]struct{}{}
}

// ServeEPP answers as provider 1 on ln until Close. It returns nil then.
func (a *Authority) ServeEPP(ln net.Listener, conf *tls.Config) error {
	f := &a.front
	srv := &epp.Server{Handler: handler{f}, TLS: conf, Extensions: []epp.Extension{epp.NV},
		Greeting: epp.GreetingConfig{ServerID: "World VSP 1", ObjURIs: []string{epp.NSNV}, Now: a.now},
		Limits:   epp.Limits{MaxFrame: maxFrame, MaxPerClient: MaxSessions, FrameTimeout: time.Minute},
		SvTRID:   func() string { return fmt.Sprintf("%s-%d", f.prefix, f.trids.Add(1)) }}
	f.mu.Lock()
	f.srv = srv
	f.mu.Unlock()
	err := srv.Serve(gate{ln, a})
	if errors.Is(err, epp.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// gate hangs up on whoever comes while the provider is down.
type gate struct {
	net.Listener
	a *Authority
}

func (g gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil || !g.a.Settings(ProviderEPP).Down {
			return c, err
		}
		_ = c.Close()
	}
}

// hangUp ends all sessions.
func (f *front) hangUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		_ = c.Close()
	}
}

func (f *front) close() {
	f.mu.Lock()
	srv := f.srv
	f.mu.Unlock()
	if srv != nil {
		_ = srv.Close()
	}
}

// session is a registrar's.
type session struct {
	client string
	conn   *epp.Conn
}

type handler struct{ f *front }

// Login judges account, password and certificate; all mistakes look alike.
func (h handler) Login(_ context.Context, conn *epp.Conn, login *epp.Login, _ *epp.Command) (epp.Session, *epp.Response) {
	acc, ok := h.f.a.accounts[login.ClID]
	same := subtle.ConstantTimeCompare([]byte(acc.Password), []byte(login.Password)) == 1
	if !ok || !same || acc.Password == "" || login.NewPassword != "" || !certificateFits(acc, conn) {
		return nil, epp.NewResponse(epp.CodeAuthentication)
	}
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	h.f.conns[conn] = struct{}{}
	return &session{login.ClID, conn}, epp.NewResponse(epp.CodeOK)
}

func certificateFits(acc Account, conn *epp.Conn) bool {
	if conn.TLS() == nil {
		return true // plain TCP, tests only
	}
	cert := conn.PeerCertificate()
	if cert == nil {
		return false
	}
	sum := sha256.Sum256(cert.Raw)
	return slices.Contains(acc.Certificates, hex.EncodeToString(sum[:]))
}

// EndSession forgets a session.
func (h handler) EndSession(v epp.Session) {
	if s, ok := v.(*session); ok {
		h.f.mu.Lock()
		defer h.f.mu.Unlock()
		delete(h.f.conns, s.conn)
	}
}

// Handle executes a command.
func (h handler) Handle(_ context.Context, v epp.Session, cmd *epp.Command) *epp.Response {
	s := v.(*session)
	a := h.f.a
	var resp *epp.Response
	var err error
	switch act := cmd.Action.(type) {
	case *epp.NVCreate:
		resp, err = a.create(s.client, act)
	case *epp.NVInfo:
		resp, err = a.info(s.client, act)
	case *epp.NVCheck:
		resp, err = a.check(act)
	case *epp.NVUpdate:
		resp, err = a.update(s.client, act)
	case *epp.Poll:
		resp, err = a.poll(s.client, act)
	default:
		return epp.Fail(epp.CodeUnimplementedCommand, "")
	}
	if err != nil {
		return a.refusal(err)
	}
	return resp
}

// codes are the result codes of errors.
var codes = []struct {
	err  error
	code epp.Code
}{
	{ErrNoSuchCase, epp.CodeObjectDoesNotExist},
	{ErrOtherInput, epp.CodeObjectExists},
	{ErrNotTaken, epp.CodeCommandFailed},
	{ErrBadValue, epp.CodeParameterPolicy},
	{errAuth, epp.CodeInvalidAuthInfo},
	{errNoMessage, epp.CodeObjectDoesNotExist},
}

var (
	errAuth      = errors.New("verifier: authorization information")
	errNoMessage = errors.New("verifier: no such message")
)

func (a *Authority) refusal(err error) *epp.Response {
	for _, row := range codes {
		if errors.Is(err, row.err) {
			return epp.Fail(row.code, "", epp.ResultValue{Reason: trim(err)})
		}
	}
	a.log.Error("verification failed", "error", err.Error())
	return epp.Fail(epp.CodeCommandFailed, "")
}

// create takes a person, an organisation or a name in.
func (a *Authority) create(client string, act *epp.NVCreate) (*epp.Response, error) {
	h := handover{provider: ProviderEPP, client: client}
	var pictures []picture
	if act.AuthInfo != nil {
		h.own = act.AuthInfo.Pw
		if n := len(h.own); n < 6 || n > 64 {
			return nil, bad("authorization information has 6 to 64 characters")
		}
	}
	switch {
	case act.RNV != nil:
		r := act.RNV
		h.input = Input{Kind: r.Role, Name: r.Name, Number: r.Num, ProofType: r.ProofType}
		for _, d := range r.Documents {
			pictures = append(pictures, picture{d.FileType, d.FileContent})
		}
	default:
		h.input = Input{Kind: KindDomain, Name: act.DNV.Name, SubjectCode: act.DNV.RNVCode}
	}
	c, lost, err := a.handOver(h, pictures)
	if err != nil {
		return nil, err
	}
	data := &epp.NVCreateData{Code: epp.NVCode{Value: c.Ref, Type: c.Type()}, CrDate: c.Created}
	code := epp.CodeOK
	switch c.State {
	case StatePending:
		code, data.Outcome, data.Status = epp.CodeOKPending, epp.NVWaiting, epp.NVPending
	case StateCompliant:
		data.Outcome, data.Status, data.Encoded = epp.NVSuccess, epp.NVCompliant, c.Encoded
	default:
		code = epp.CodeValueRange
		data.Outcome, data.Status, data.Msg, data.Lang = epp.NVFailed, epp.NVNonCompliant, c.Opinion.String(), "zh-CN"
	}
	resp := epp.NewResponse(code, data)
	if lost {
		resp.Wire = &epp.WireAct{Drop: true, Close: true}
	}
	return resp, nil
}

// authorized gives a case to its client, or to whoever has its authorization
// information.
func (s *state) authorized(client, ref string, auth *epp.AuthInfo) (*Case, error) {
	c := s.Cases[ref]
	switch {
	case c == nil || c.Provider != ProviderEPP:
		return nil, ErrNoSuchCase
	case auth == nil && c.Client == client:
		return c, nil
	case auth == nil || c.Own == "" || subtle.ConstantTimeCompare([]byte(auth.Pw), []byte(c.Own)) != 1:
		return nil, errAuth
	}
	return c, nil
}

func (a *Authority) info(client string, act *epp.NVInfo) (*epp.Response, error) {
	var c *Case
	var err error
	a.view(func(s *state) { c, err = s.authorized(client, act.Code, act.AuthInfo) })
	if err != nil {
		return nil, err
	}
	var auth *epp.AuthInfo
	if c.Client == client && c.Own != "" {
		auth = epp.Password(c.Own)
	}
	if act.Input {
		in := &epp.NVInput{AuthInfo: auth}
		if c.Input.Kind == KindDomain {
			in.DNV = &epp.DomainName{Name: c.Input.Name, RNVCode: c.Input.SubjectCode}
			return epp.NewResponse(epp.CodeOK, &epp.NVInfoData{Input: in}), nil
		}
		in.RNV = &epp.RealName{Role: c.Input.Kind, Name: c.Input.Name, Num: c.Input.Number, ProofType: c.Input.ProofType}
		pictures, err := a.pictures(c)
		if err != nil {
			return nil, err
		}
		for _, p := range pictures {
			in.RNV.Documents = append(in.RNV.Documents, epp.NVDocument{FileType: p.fileType, FileContent: p.content})
		}
		return epp.NewResponse(epp.CodeOK, &epp.NVInfoData{Input: in}), nil
	}
	switch c.State {
	case StatePending:
		return epp.Fail(epp.CodeStatusProhibits, "", epp.ResultValue{Reason: string(epp.NVPending)}), nil
	case StateNonCompliant:
		return epp.Fail(epp.CodeStatusProhibits, "", epp.ResultValue{Reason: string(epp.NVNonCompliant) + " " + c.Opinion.String(), Lang: "zh-CN"}), nil
	}
	return epp.NewResponse(epp.CodeOK, &epp.NVInfoData{SignedCode: &epp.NVSignedCode{Code: epp.NVCode{Value: c.Ref, Type: c.Type()},
		Status: epp.NVCompliant, AuthInfo: auth, Encoded: c.Encoded}}), nil
}

// check tells of labels whether they may be verified as names.
func (a *Authority) check(act *epp.NVCheck) (*epp.Response, error) {
	data := &epp.NVCheckData{}
	for _, label := range act.Names {
		forbidden, restricted := wordsOfLabel(label)
		it := epp.NVCheckItem{CheckItem: epp.CheckItem{ID: label, Avail: forbidden == "" && restricted == ""}, Restricted: restricted != ""}
		if forbidden != "" {
			it.Reason, it.Lang = "不予核验", "zh-CN"
		}
		data.Items = append(data.Items, it)
	}
	return epp.NewResponse(epp.CodeOK, data), nil
}

// update changes the authorization information.
func (a *Authority) update(client string, act *epp.NVUpdate) (*epp.Response, error) {
	if n := len(act.AuthInfo.Pw); n < 6 || n > 64 {
		return nil, bad("authorization information has 6 to 64 characters")
	}
	err := a.do(func(s *state, _ time.Time) (rec record, err error) {
		c, err := s.authorized(client, act.Code, nil)
		if err != nil {
			return rec, err
		}
		if ref, ok := s.byOwn[ownKey(c.Provider, client, act.AuthInfo.Pw)]; ok && ref != c.Ref {
			return rec, ErrOtherInput
		}
		n := *c
		n.Own = act.AuthInfo.Pw
		rec.Cases = []*Case{&n}
		return rec, nil
	})
	if err != nil {
		return nil, err
	}
	return epp.NewResponse(epp.CodeOK), nil
}

// statusOf are a case's states in the words of the mapping.
var statusOf = map[string]epp.NVStatus{StatePending: epp.NVPending, StateCompliant: epp.NVCompliant, StateNonCompliant: epp.NVNonCompliant}

// poll answers poll req and ack (RFC 5730 section 2.9.2.3).
func (a *Authority) poll(client string, act *epp.Poll) (*epp.Response, error) {
	if act.Op == epp.PollAck {
		var left []*PollMessage
		err := a.do(func(s *state, _ time.Time) (rec record, err error) {
			q := s.Polls[client]
			i := slices.IndexFunc(q, func(m *PollMessage) bool { return m.ID == act.MsgID })
			if i < 0 {
				return rec, errNoMessage
			}
			left = slices.Delete(slices.Clone(q), i, i+1)
			rec.Acked = []*PollMessage{q[i]}
			return rec, nil
		})
		if err != nil {
			return nil, err
		}
		resp := epp.NewResponse(epp.CodeOK)
		resp.MsgQ = &epp.MsgQ{Count: uint64(len(left)), ID: act.MsgID}
		if len(left) > 0 {
			resp.MsgQ.ID = left[0].ID
		}
		return resp, nil
	}
	var m *PollMessage
	n := 0
	a.view(func(s *state) {
		if q := s.Polls[client]; len(q) > 0 {
			m, n = q[0], len(q)
		}
	})
	if m == nil {
		return epp.NewResponse(epp.CodeNoMessages), nil
	}
	resp := epp.NewResponse(epp.CodeAckToDequeue, &epp.NVPendingData{Code: epp.NVCode{Value: m.Ref, Type: m.Type}, Status: statusOf[m.State],
		Msg: m.Text, Lang: "zh-CN", Date: m.Decided})
	resp.MsgQ = &epp.MsgQ{Count: uint64(n), ID: m.ID, QDate: m.Decided, Msg: "Verification " + m.Ref + ": " + m.State + "."}
	return resp, nil
}

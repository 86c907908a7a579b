package verifier

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// EPP is an account at an authority that speaks EPP with nv-1.0.
type EPP struct {
	ID         string
	Addr       string // host:port
	ServerName string // of its certificate; "": Addr's host
	ClID       string
	Password   string
	CAFile     string // "": the system's
	CertFile   string
	KeyFile    string
	Sessions   int           // at most [2]
	Command    time.Duration // of one command [15 s]
	Plain      bool          // plain TCP: tests on loopback only
}

// eppAuthority is an EPP account at work. Its client identifier's password and the authorization information, which is
// our reference, are the secrets of its frames.
type eppAuthority struct {
	EPP
	cfg  Config
	pool *epp.Pool
}

const (
	mostPolled = 200
	longAnswer = 4 << 20 // of a frame: no answer to us holds pictures
)

func newEPP(c EPP, cfg Config) (*eppAuthority, error) {
	if c.Sessions <= 0 {
		c.Sessions = 2
	}
	if c.Command <= 0 {
		c.Command = 15 * time.Second
	}
	a := &eppAuthority{EPP: c, cfg: cfg}
	if host, _, err := net.SplitHostPort(c.Addr); err != nil {
		return nil, fmt.Errorf("address %q: %w", c.Addr, err)
	} else if ip := net.ParseIP(host); c.Plain && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("plain TCP is for loopback addresses only")
	}
	if !c.Plain {
		if _, err := a.tls(); err != nil {
			return nil, err
		}
	}
	var err error
	a.pool, err = epp.NewPool(epp.PoolConfig{Client: a.client, Limit: c.Sessions, DialTimeout: c.Command, Now: cfg.Wall,
		Backoff: epp.PoolBackoff{First: 200 * time.Millisecond, Most: 5 * time.Second}}) // submissions have waits of their own, of minutes
	return a, err
}

func (a *eppAuthority) tls() (*tls.Config, error) {
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
			return nil, errors.New("no certificate in " + a.CAFile)
		}
	}
	if a.CertFile == "" {
		return cfg, nil
	}
	cert, err := tls.LoadX509KeyPair(a.CertFile, a.KeyFile)
	if err != nil {
		return nil, err
	}
	cfg.Certificates = []tls.Certificate{cert}
	return cfg, nil
}

func (a *eppAuthority) client(context.Context, *epp.PoolSession) (epp.ClientConfig, error) {
	id := a.ID + "-" + strings.ToLower(rand.Text()[:10])
	cfg := epp.ClientConfig{Addr: a.Addr, ClID: a.ClID, Password: a.Password, Objects: []string{epp.NSNV}, Extensions: []epp.Extension{epp.NV}, MaxFrame: longAnswer,
		Timeouts: epp.Timeouts{Dial: a.Command, Login: a.Command, Command: a.Command, Logout: 2 * time.Second}}
	if a.cfg.Seen != nil {
		cfg.Transcript = func(dir epp.Direction, frame []byte) {
			if a.cfg.whole != nil {
				a.cfg.whole(frame)
			}
			a.cfg.Seen(a.ID, id, a.Password, dir == epp.Sent, blanked(frame))
		}
	}
	if a.Plain {
		return cfg, nil
	}
	var err error
	cfg.TLS, err = a.tls()
	return cfg, err
}

func (a *eppAuthority) close(ctx context.Context) error { return a.pool.Close(ctx) }

// do sends one command. sent says whether it may have arrived where there is no answer.
func (a *eppAuthority) do(ctx context.Context, c epp.Class, action epp.Action) (resp *epp.Response, sent bool, err error) {
	s, err := a.pool.Get(ctx, c)
	if err != nil {
		return nil, false, err
	}
	defer s.Release()
	resp, err = s.Do(ctx, &epp.Command{Action: action})
	var broken *epp.TransportError
	if errors.As(err, &broken) {
		sent = broken.Sent
	}
	return resp, sent, err
}

// submit hands over. Our reference is the authorization information: the authority makes one verification of it, however
// often it comes.
func (a *eppAuthority) submit(ctx context.Context, m ops.Material) ops.Ruling {
	create := &epp.NVCreate{NVInput: epp.NVInput{AuthInfo: epp.Password(m.OwnRef)}}
	if m.Domain != "" {
		create.DNV = &epp.DomainName{Name: m.Domain.Label(), RNVCode: m.RealNameCode}
	} else {
		create.RNV = realName(m)
	}
	a.cfg.Crash("before-handover")
	resp, sent, err := a.do(ctx, epp.ClassTransform, create)
	a.cfg.Crash("after-handover")
	switch {
	case err != nil && !sent:
		return ops.Ruling{Kind: ops.RulingFailed, Answer: "not reached"}
	case err != nil:
		return ops.Ruling{Kind: ops.RulingUnknown, Answer: "no answer"}
	}
	data, ok := epp.Find[*epp.NVCreateData](resp.ResData)
	switch {
	case ok && data.Outcome == epp.NVSuccess:
		return passed(a.ID, data.Code, data.Encoded, data.CrDate)
	case ok && data.Outcome == epp.NVWaiting:
		return ops.Ruling{Kind: ops.RulingPending, Reference: data.Code.Value, At: data.CrDate}
	case ok && data.Outcome == epp.NVFailed:
		return denied(readOpinion(data.Msg), m, data.Code.Value)
	}
	switch code := resp.Code(); {
	case code == epp.CodeCommandFailed, code >= 2000 && code < 2400:
		return ops.Ruling{Kind: ops.RulingFailed, Answer: a.words(resp, m)} // it did not take it
	case code == epp.CodeSessionLimitClosing, code == epp.CodeAuthenticationClosing:
		return ops.Ruling{Kind: ops.RulingFailed, Answer: a.words(resp, m)}
	}
	return ops.Ruling{Kind: ops.RulingUnknown, Answer: a.words(resp, m)}
}

// ask finds out by the authority's reference. Where that was never told, the question is the hand-over itself, under the
// same authorization information: where it arrived before, the answer is how that stands, and nothing is made twice.
func (a *eppAuthority) ask(ctx context.Context, m ops.Material) ops.Ruling {
	if m.Reference == "" {
		r := a.submit(ctx, m)
		if r.Kind == ops.RulingFailed {
			r.Kind = ops.RulingUnknown // whether the first arrived is still not known
		}
		return r
	}
	resp, _, err := a.do(ctx, epp.ClassRead, &epp.NVInfo{Code: m.Reference, AuthInfo: epp.Password(m.OwnRef)})
	if err != nil {
		return ops.Ruling{Kind: ops.RulingUnknown, Answer: "no answer"}
	}
	return a.record(resp, m)
}

// record is what an answer to info says.
func (a *eppAuthority) record(resp *epp.Response, m ops.Material) ops.Ruling {
	if data, ok := epp.Find[*epp.NVInfoData](resp.ResData); ok && data.SignedCode != nil {
		return passed(a.ID, data.SignedCode.Code, data.SignedCode.Encoded, time.Time{})
	}
	switch resp.Code() {
	case epp.CodeObjectDoesNotExist:
		return ops.Ruling{Kind: ops.RulingAbsent}
	case epp.CodeStatusProhibits:
		for _, r := range resp.Results {
			for _, v := range r.Values {
				switch state, rest, _ := strings.Cut(v.Reason, " "); epp.NVStatus(state) {
				case epp.NVPending, "pendingCompliance":
					return ops.Ruling{Kind: ops.RulingPending, Reference: m.Reference}
				case epp.NVNonCompliant:
					return denied(readOpinion(rest), m, m.Reference)
				}
			}
		}
	}
	return ops.Ruling{Kind: ops.RulingUnknown, Answer: a.words(resp, m)}
}

// poll takes verdicts off the queue. A message is a hint: the authority's record is asked before anything is kept, and
// where the two differ that is what is kept.
func (a *eppAuthority) poll(ctx context.Context, keep Keep) (n int, err error) {
	for n < mostPolled {
		resp, _, err := a.do(ctx, epp.ClassPoll, &epp.Poll{Op: epp.PollRequest})
		if err != nil {
			return n, err
		}
		if resp.Code() != epp.CodeAckToDequeue || resp.MsgQ == nil {
			return n, nil
		}
		if told, ok := epp.Find[*epp.NVPendingData](resp.ResData); ok {
			r, err := a.heard(ctx, told)
			if err != nil {
				return n, err
			}
			if err := keep(ctx, a.ID, "", r); err != nil {
				return n, err
			}
		}
		if resp, _, err = a.do(ctx, epp.ClassPoll, &epp.Poll{Op: epp.PollAck, MsgID: resp.MsgQ.ID}); err != nil {
			return n, err
		}
		if !resp.IsSuccess() && resp.Code() != epp.CodeObjectDoesNotExist {
			return n, errors.New("a message is not taken off the queue: " + resp.Code().String())
		}
		n++
	}
	return n, nil
}

func (a *eppAuthority) heard(ctx context.Context, told *epp.NVPendingData) (ops.Ruling, error) {
	resp, _, err := a.do(ctx, epp.ClassPoll, &epp.NVInfo{Code: told.Code.Value})
	if err != nil {
		return ops.Ruling{}, err
	}
	// Whether a person's or an organisation's code it is stands in our own rows: words about both are taken.
	r := a.record(resp, ops.Material{Reference: told.Code.Value})
	said := ops.RulingDenied
	if told.Status == epp.NVCompliant {
		said = ops.RulingPassed
	}
	switch r.Kind {
	case ops.RulingUnknown:
		return r, errors.New("the record of " + told.Code.Value + " is not given: " + r.Answer)
	case ops.RulingPassed, ops.RulingDenied:
		if said != r.Kind {
			r = ops.Ruling{Kind: ops.RulingUnclear, Reference: told.Code.Value, Answer: string(said) + " by poll, " + string(r.Kind) + " on record"}
		}
	}
	r.Reference, r.At = told.Code.Value, told.Date
	return r, nil
}

// words are what an authority says of a refusal, without what is ours and personal in it.
func (a *eppAuthority) words(resp *epp.Response, m ops.Material) string {
	var parts []string
	for _, r := range resp.Results {
		if r.Msg != "" {
			parts = append(parts, r.Msg)
		}
		for _, v := range r.Values {
			if v.Reason != "" {
				parts = append(parts, v.Reason)
			}
		}
	}
	return clean(resp.Code().String()+" "+strings.Join(parts, "; "), m)
}

// clean takes what an authority quotes of a person out of its words.
func clean(text string, m ops.Material) string {
	for _, secret := range []string{m.Number, m.Name, m.LatinName, m.OwnRef} {
		if len(secret) >= 2 {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

func realName(m ops.Material) *epp.RealName {
	r := &epp.RealName{Role: epp.NVPerson, Name: m.Name, Num: m.Number, ProofType: proofType(m)}
	if m.Kind == domain.Organisation {
		r.Role = epp.NVOrganization
	}
	for _, p := range m.Pictures {
		kind := p.Format
		if kind == "jpeg" {
			kind = "jpg"
		}
		r.Documents = append(r.Documents, epp.NVDocument{FileType: kind, FileContent: base64.StdEncoding.EncodeToString(p.Content)})
	}
	return r
}

// proofType is the kind of a document in the mapping's words: an identity card, an organisation's licence or code
// certificate, anything else.
func proofType(m ops.Material) string {
	switch m.CertificateType {
	case "SFZ":
		return epp.ProofOfCitizen
	case "YYZZ", "ORG", "TYDMZ":
		return epp.ProofOfEnterprise
	}
	return epp.ProofOfOtherType
}

func passed(authority string, code epp.NVCode, encoded string, at time.Time) ops.Ruling {
	return ops.Ruling{Kind: ops.RulingPassed, Reference: code.Value, At: at,
		Code: &domain.SignedCode{Type: code.Type, Value: code.Value, Provider: authority, Encoded: encoded, IssuedAt: at}}
}

func denied(o opinion, m ops.Material, reference string) ops.Ruling {
	o.text = clean(o.text, m)
	return ops.Ruling{Kind: ops.RulingDenied, Reference: reference, Answer: strings.TrimSpace(o.word + " " + o.text), Verdicts: []domain.Verdict{o.verdict(m)}}
}

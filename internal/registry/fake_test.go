package registry

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/epp/schematest"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
)

const (
	password = "pass-Word-77"
	secret   = "auth-INFO-4711"
)

// dom is a domain at the fake registry.
type dom struct {
	clID, auth, roid string
	created, expires time.Time
	statuses         []string
	ns               []string
	registrant       string
	contacts         []epp.DomainContact

	updated  time.Time
	ds       []epp.DSData
	rgp      []string
	transfer *epp.DomainTransferData
	codes    []epp.SetVerificationCode
}

// fake is a registry that tests script: say answers first, where it answers at all.
type fake struct {
	t    *testing.T
	addr string
	srv  *epp.Server
	log  *buffer
	wall time.Time

	mu             sync.Mutex
	say            func(f *fake, cmd *epp.Command) *epp.Response
	domains        map[string]*dom
	contacts       map[string]string // id to clID
	hosts          map[string]bool
	refused        atomic.Int32 // logins answered 2502
	hostAttr       bool
	hideAuth       bool
	noFees         bool
	extra          []epp.Extension
	bare           bool // no extension but fees
	count          map[string]int
	trids          []string
	frames         []*epp.Command
	queue          []*epp.Response
	sessions, most int
	logins         int
	conns          map[*epp.Conn]bool
	password       string // empty: the constant
	keepPassword   bool   // new passwords are refused
	losePassword   bool   // the answer to a new password is lost
	warn           []epp.LoginEvent
}

func (f *fake) Login(_ context.Context, conn *epp.Conn, l *epp.Login, _ *epp.Command) (epp.Session, *epp.Response) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logins++
	if l.ClID != "ours" || l.Password != cmp.Or(f.password, password) {
		return nil, nil
	}
	if l.NewPassword != "" {
		if f.keepPassword {
			return nil, epp.Fail(epp.CodeParameterPolicy, "newPW")
		}
		f.password = l.NewPassword
		if f.losePassword {
			_ = conn.Close()
		}
	}
	f.sessions++
	f.most = max(f.most, f.sessions)
	f.conns[conn] = true
	resp := epp.NewResponse(epp.CodeOK)
	if len(f.warn) > 0 {
		resp.Extensions = []epp.Value{&epp.LoginSecData{Events: f.warn}}
	}
	return conn, resp
}

func (f *fake) EndSession(s epp.Session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions--
	delete(f.conns, s.(*epp.Conn))
}

func (f *fake) Handle(_ context.Context, _ epp.Session, cmd *epp.Command) *epp.Response {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count[commandName(cmd)]++
	f.frames = append(f.frames, cmd)
	if cmd.Transforms() {
		f.trids = append(f.trids, cmd.ClTRID)
	}
	if f.say != nil {
		if r := f.say(f, cmd); r != nil {
			return r
		}
	}
	return f.act(cmd)
}

// act is what an honest registry does.
func (f *fake) act(cmd *epp.Command) *epp.Response {
	switch c := cmd.Action.(type) {
	case *epp.DomainCheck:
		data := &epp.DomainCheckData{}
		for _, n := range c.Names {
			data.Items = append(data.Items, epp.CheckItem{ID: n, Avail: f.domains[n] == nil, Reason: map[bool]string{true: "In use"}[f.domains[n] != nil]})
		}
		return epp.NewResponse(1000, data)
	case *epp.DomainInfo:
		d := f.domains[c.Name]
		switch {
		case d == nil:
			return epp.NewResponse(2303)
		case d.clID != "ours" && c.AuthInfo != nil && c.AuthInfo.Pw != d.auth:
			return epp.NewResponse(2202)
		}
		data := &epp.DomainInfoData{Name: c.Name, ROID: d.roid, ClID: d.clID, CrID: d.clID, CrDate: d.created, ExDate: d.expires,
			Statuses: epp.Statuses(d.statuses...), Registrant: d.registrant, Contacts: d.contacts, UpDate: d.updated}
		if f.hostAttr {
			for _, n := range d.ns {
				data.NS.Attrs = append(data.NS.Attrs, epp.HostAttr{Name: n})
			}
		} else {
			data.NS.Objects = d.ns
		}
		if d.clID == "ours" && !f.hideAuth {
			data.AuthInfo = epp.Password(d.auth)
		}
		return d.extended(epp.NewResponse(1000, data))
	case *epp.DomainCreate:
		if f.domains[c.Name] != nil {
			return epp.NewResponse(2302)
		}
		for _, n := range c.NS.Objects {
			if !f.hosts[n] {
				return epp.NewResponse(2303)
			}
		}
		if c.Registrant != "" && f.contacts[c.Registrant] != "ours" {
			return epp.NewResponse(2303)
		}
		d := &dom{codes: coding(cmd.Extensions, f.wall), clID: "ours", auth: c.AuthInfo.Pw, roid: "D1-FAKE", created: f.wall, expires: f.wall.AddDate(c.Period.N, 0, 0),
			statuses: []string{"ok"}, ns: c.NS.Names(), registrant: c.Registrant, contacts: c.Contacts}
		f.domains[c.Name] = d
		return epp.NewResponse(1000, &epp.DomainCreateData{Name: c.Name, CrDate: d.created, ExDate: d.expires})
	case *epp.DomainUpdate:
		d := f.domains[c.Name]
		if d == nil {
			return epp.NewResponse(2303)
		}
		for _, s := range d.statuses {
			if s == "clientUpdateProhibited" && !removes(c, s) {
				return epp.NewResponse(2304)
			}
		}
		return f.update(d, c, cmd.Extensions)
	case *epp.HostCreate:
		if f.hosts[c.Name] {
			return epp.NewResponse(2302)
		}
		f.hosts[c.Name] = true
		return epp.NewResponse(1000, &epp.HostCreateData{Name: c.Name, CrDate: f.wall})
	case *epp.ContactCreate:
		if f.contacts[c.ID] != "" {
			return epp.NewResponse(2302)
		}
		f.contacts[c.ID] = "ours"
		return epp.NewResponse(1000, &epp.ContactCreateData{ID: c.ID, CrDate: f.wall})
	case *epp.ContactInfo:
		if f.contacts[c.ID] == "" {
			return epp.NewResponse(2303)
		}
		return epp.NewResponse(1000, &epp.ContactInfoData{ID: c.ID, ROID: "C1-FAKE", Statuses: epp.Statuses("ok"), ClID: f.contacts[c.ID],
			CrID: "rival", CrDate: f.wall, Email: "a@b.example",
			Postal: []epp.PostalInfo{{Type: "int", Name: "N", Addr: epp.PostalAddr{City: "C", CC: "CN"}}}})
	case *epp.Poll:
		if c.Op == epp.PollAck {
			if len(f.queue) == 0 || f.queue[0].MsgQ.ID != c.MsgID {
				return epp.NewResponse(2303)
			}
			f.queue = f.queue[1:]
			return epp.NewResponse(1000)
		}
		if len(f.queue) == 0 {
			return epp.NewResponse(1300)
		}
		r := *f.queue[0]
		return &r
	}
	return f.transform(cmd)
}

func (f *fake) counted(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count[name]
}

func (f *fake) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		_ = c.Close()
	}
}

// start serves on addr; empty: any free port of loopback.
func (f *fake) start(addr string, limits epp.Limits) {
	f.t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		f.t.Fatal(err)
	}
	f.addr = ln.Addr().String()
	f.srv = &epp.Server{Handler: f, Greeting: epp.GreetingConfig{ServerID: "fake", Now: func() time.Time { return f.wall }},
		Extensions: []epp.Extension{epp.RGP, epp.SecDNS, epp.LoginSec, epp.Maintenance, epp.LowBalance, epp.VerificationCode}, Limits: limits}
	if f.bare {
		f.srv.Extensions = nil
	}
	f.srv.Extensions = append(f.srv.Extensions, f.extra...)
	if !f.noFees {
		f.srv.Extensions = append(f.srv.Extensions, epp.Fee)
	}
	f.srv.Transcript = func(_ *epp.Conn, dir epp.Direction, frame []byte) {
		schematest.Collect(f.t, frame)
		if dir == epp.Sent && bytes.Contains(frame, []byte(`code="2502"`)) {
			f.refused.Add(1)
		}
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = f.srv.Serve(ln) }()
	f.t.Cleanup(func() { _ = f.srv.Close(); <-done })
}

// TestMain holds every frame that the fake registry receives and sends
// against the schemas.
func TestMain(m *testing.M) {
	schematest.Gate{Exempt: map[string]string{
		"TestCreateOutcomes/half_an_answer":           "half a frame is sent",
		"TestCreateOutcomes/an_answer_that_is_no_XML": "nonsense is sent",
		"TestPoll":                     "messages of no schema, and one that is no XML",
		"TestWhatMessagesSay/unknown":  "a message of no schema",
		"TestWhatMessagesSay/nameless": "a message without its identifier",
	}}.Main(m)
}

func newFake(t *testing.T) *fake {
	return &fake{t: t, log: &buffer{}, wall: time.Now().UTC().Truncate(time.Second), domains: map[string]*dom{}, contacts: map[string]string{},
		hosts: map[string]bool{}, count: map[string]int{}, conns: map[*epp.Conn]bool{}}
}

// buffer is a log that may be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) { b.mu.Lock(); defer b.mu.Unlock(); return b.b.Write(p) }
func (b *buffer) String() string              { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }

// open makes a client of the fake; edit changes the account or the configuration.
func (f *fake) open(edit ...func(*Account, *Config)) *Registry {
	f.t.Helper()
	a := Account{ID: "fakesim", Addr: f.addr, ClID: "ours", Password: password, Plain: true, Suffixes: []string{"com"},
		HostObjects: true, Currency: "CNY", Sessions: 4, CommandTimeout: 2 * time.Second, Roles: []string{"admin", "tech"}}
	cfg := Config{
		OpenSecret: func(sealed []byte, at string) ([]byte, error) {
			if rest, ok := bytes.CutPrefix(sealed, []byte("sealed:"+at+":")); ok {
				return rest, nil
			}
			return nil, fmt.Errorf("sealed for something else")
		},
		Suffix: func(s string) (policy.Suffix, bool) {
			return policy.Suffix{Suffix: s, Currency: "CNY", Cost: 5500, Proof: policy.ProofCodes, CodeTypes: []string{"real-name"}}, s == "com"
		},
		Wall: time.Now,
		Log:  slog.New(slog.NewTextHandler(f.log, nil)),
	}
	for _, e := range edit {
		e(&a, &cfg)
	}
	cfg.Accounts = append(cfg.Accounts, a)
	r, err := New(cfg)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = r.Close() })
	return r
}

func intent(name domain.Name) domain.Leased {
	return domain.Leased{Was: domain.IntentQueued, Intent: domain.Intent{ID: 1, RegistryAccount: "fakesim", Name: name, Kind: domain.IntentCreate,
		ClTRID: "OR-1a", Attempts: 1, SentAt: time.Now(), CreatedAt: time.Now(), Template: 7,
		Payload: domain.Payload{Years: 2, NameServers: []string{"ns1.host.net", "ns2.host.net"}, SealedAuthInfo: []byte("sealed:auth:" + string(name) + ":" + secret)}},
		Template: &domain.Template{ID: 7, Version: 1, Contact: domain.Contact{Kind: domain.Individual, Name: "Li Hua", NameCN: "李华", Street: "1 Road",
			StreetCN: "路1号", City: "Shenzhen", CityCN: "深圳", Province: "Guangdong", ProvinceCN: "广东", Country: "CN", PostalCode: "518000",
			Telephone: "+86.13800000000", Email: "li@mail.example"}},
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// clean fails when a secret is in what may be shown or logged.
func (f *fake) clean(what string, shown ...any) {
	f.t.Helper()
	for _, s := range append(shown, f.log.String()) {
		text := fmt.Sprintf("%v %+v", s, s)
		for _, bad := range []string{secret, password} {
			if strings.Contains(text, bad) {
				f.t.Errorf("%s: secret in %s", what, text)
			}
		}
	}
}

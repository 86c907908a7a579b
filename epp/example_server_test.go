package epp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// registry is the whole business behind a server: a handler judges logins and
// executes commands; frames, greeting, limits, services and transaction ids
// are the server's.
type registry struct {
	mu      sync.Mutex
	domains map[string]*epp.DomainInfoData
	queue   []*epp.DomainPendingData
	wire    func(*epp.Command) *epp.WireAct
}

// account is what the handler remembers of a session.
type account struct{ clID string }

// Login admits who knows the password and shows the certificate that belongs
// to the account.
func (r *registry) Login(_ context.Context, conn *epp.Conn, l *epp.Login, _ *epp.Command) (epp.Session, *epp.Response) {
	cert := conn.PeerCertificate()
	if cert == nil || cert.Subject.CommonName != l.ClID || l.Password != "s3cret-pw" {
		return nil, nil // 2200
	}
	return account{l.ClID}, nil
}

// Handle executes one command.
func (r *registry) Handle(_ context.Context, s epp.Session, cmd *epp.Command) *epp.Response {
	r.mu.Lock()
	defer r.mu.Unlock()
	resp := r.execute(s.(account).clID, cmd)
	if r.wire != nil {
		resp.Wire = r.wire(cmd)
	}
	return resp
}

func (r *registry) execute(clID string, cmd *epp.Command) *epp.Response {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	switch a := cmd.Action.(type) {
	case *epp.DomainCheck:
		data := &epp.DomainCheckData{}
		for _, name := range a.Names {
			item := epp.CheckItem{ID: name, Avail: r.domains[name] == nil}
			if !item.Avail {
				item.Reason = "In use"
			}
			data.Items = append(data.Items, item)
		}
		return epp.NewResponse(epp.CodeOK, data)
	case *epp.DomainCreate:
		if r.domains[a.Name] != nil {
			return epp.Fail(epp.CodeObjectExists, "", epp.NewResultValue(epp.NSDomain, "name", a.Name, "in use"))
		}
		d := &epp.DomainInfoData{Name: a.Name, ROID: "D1-EX", Statuses: epp.Statuses(epp.StatusInactive), ClID: clID, CrID: clID,
			CrDate: now, ExDate: now.AddDate(max(1, a.Period.N), 0, 0), AuthInfo: a.AuthInfo}
		r.domains[a.Name] = d
		return epp.NewResponse(epp.CodeOK, &epp.DomainCreateData{Name: d.Name, CrDate: d.CrDate, ExDate: d.ExDate})
	case *epp.DomainInfo:
		d := r.domains[a.Name]
		if d == nil {
			return epp.Fail(epp.CodeObjectDoesNotExist, "")
		}
		shown := *d
		if d.ClID != clID {
			shown.AuthInfo = nil
		}
		resp := epp.NewResponse(epp.CodeOK, &shown)
		// Left out of the answer where the session did not log in with it.
		resp.Extensions = []epp.Value{&epp.RGPInfoData{Statuses: epp.Statuses(epp.RGPAddPeriod)}}
		return resp
	case *epp.Poll:
		return r.poll(a, now)
	}
	return epp.Fail(epp.CodeUnimplementedCommand, "")
}

func (r *registry) poll(a *epp.Poll, now time.Time) *epp.Response {
	switch {
	case len(r.queue) == 0:
		return epp.NewResponse(epp.CodeNoMessages)
	case a.Op == epp.PollAck && a.MsgID != "7":
		return epp.Fail(epp.CodeObjectDoesNotExist, "")
	case a.Op == epp.PollAck:
		r.queue = r.queue[1:]
		resp := epp.NewResponse(epp.CodeOK)
		resp.MsgQ = &epp.MsgQ{Count: uint64(len(r.queue)), ID: a.MsgID}
		return resp
	}
	resp := epp.NewResponse(epp.CodeAckToDequeue, r.queue[0])
	resp.MsgQ = &epp.MsgQ{Count: uint64(len(r.queue)), ID: "7", QDate: now, Msg: "Review completed."}
	return resp
}

// A server over TLS that wants client certificates.
func ExampleServer() {
	ca, roots := authorityForExamples()
	srv := &epp.Server{
		Handler: &registry{domains: map[string]*epp.DomainInfoData{}},
		TLS: &tls.Config{Certificates: []tls.Certificate{ca.issue("localhost")}, MinVersion: tls.VersionTLS12,
			ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert},
		Greeting:   epp.GreetingConfig{ServerID: "Example registry", ObjURIs: []string{epp.NSDomain}},
		Extensions: []epp.Extension{epp.RGP},
		Limits:     epp.Limits{MaxPerClient: 8, IdleTimeout: 5 * time.Minute},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0") // ":700"
	if err != nil {
		log.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- srv.Serve(ln) }()

	ctx := context.Background()
	c, err := epp.Dial(ctx, epp.ClientConfig{Addr: ln.Addr().String(), ClID: "registrar-1", Password: "s3cret-pw",
		TLS: &tls.Config{Certificates: []tls.Certificate{ca.issue("registrar-1")}, RootCAs: roots}})
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		resp, err := c.Do(ctx, &epp.Command{Action: &epp.DomainCreate{Name: "new.example", Period: epp.Years(2)}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.Code(), resp.Err())
	}
	fmt.Println(srv.Sessions())
	c.Logout(ctx)
	srv.Shutdown(ctx) // lets commands at work finish
	fmt.Println(<-done)
	// Output:
	// 1000 <nil>
	// 2302 epp: result 2302: Object exists; in use
	// map[registrar-1:1]
	// epp: server closed
}

// registryForExamples is a registry with one name and one message, and what a
// client needs to speak to it.
func registryForExamples(wire func(*epp.Command) *epp.WireAct) (addr string, roots *x509.CertPool, client tls.Certificate) {
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	ca, roots := authorityForExamples()
	srv := &epp.Server{
		Handler: &registry{wire: wire,
			domains: map[string]*epp.DomainInfoData{"taken.example": {Name: "taken.example", ROID: "D0-EX", Statuses: epp.Statuses(epp.StatusOK), ClID: "registrar-2", CrDate: now, ExDate: now.AddDate(1, 0, 0)}},
			queue:   []*epp.DomainPendingData{{PendingResult: epp.PendingResult{ID: "late.example", Done: true, ClTRID: "OURS-1", SvTRID: "THEIRS-1", Date: now}}}},
		TLS:        &tls.Config{Certificates: []tls.Certificate{ca.issue("localhost")}, ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12},
		Extensions: []epp.Extension{epp.RGP},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go srv.Serve(ln)
	return ln.Addr().String(), roots, ca.issue("registrar-1")
}

// authority is a certification authority for one run.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func authorityForExamples() (*authority, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	ca := &authority{key: key}
	ca.cert, err = x509.ParseCertificate(ca.issue("Example CA").Certificate[0])
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	return ca, roots
}

func (ca *authority) issue(name string) tls.Certificate {
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: ca.cert == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	parent := ca.cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &ca.key.PublicKey, ca.key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: ca.key}
}

package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// strike runs a command as the fault orders.
func (f *front) strike(s *session, cmd *epp.Command, fault Fault, hit bool, command string, run func() *epp.Response) *epp.Response {
	if s.loggedOut.Load() {
		return epp.NewResponse(epp.CodeUseError)
	}
	if !hit {
		return run()
	}
	unanswered := func() *epp.Response {
		resp := epp.NewResponse(epp.CodeCommandFailedClosing)
		resp.Wire = &epp.WireAct{Drop: true, Close: true}
		return resp
	}
	switch fault.Kind {
	case FaultCutBefore:
		return unanswered()
	case FaultCutDuringCommit:
		// The client sees the end while the registry is at it, and whether the
		// transaction was through by then is anybody's guess.
		s.conn.Close()
		if command != "login" && mathrand.IntN(2) == 0 {
			run()
		}
		return unanswered()
	case FaultCutAfterCommit:
		resp := run()
		resp.Wire = &epp.WireAct{Drop: true, Close: true}
		return resp
	case FaultLateCommit:
		if command == "login" { // a session that begins late cannot be
			return unanswered()
		}
		f.later(fault.Delay, func() {
			// It succeeds or fails by what is true then.
			resp := run()
			f.count(s, command+" (late)", "", resp, 0, fault.ID)
		})
		return unanswered()
	case FaultDelay:
		resp := run()
		resp.Wire = &epp.WireAct{Delay: fault.Delay}
		return resp
	case FaultHalfFrame:
		resp := run()
		resp.Wire = &epp.WireAct{Half: true}
		return resp
	case FaultOversize:
		resp := run()
		resp.Wire = &epp.WireAct{Length: 0xFFFF_FFF0, Close: true}
		return resp
	case FaultCode2400:
		return epp.NewResponse(epp.CodeCommandFailed)
	case FaultCode2500:
		return epp.NewResponse(epp.CodeCommandFailedClosing)
	case FaultCode2502:
		return epp.NewResponse(epp.CodeSessionLimitClosing)
	case FaultRateLimit:
		return epp.Fail(epp.CodeCommandFailed, "", epp.ResultValue{Reason: fmt.Sprintf("at most %d commands a second", fault.Limit)})
	case FaultLoggedOut:
		s.loggedOut.Store(true)
		return epp.NewResponse(epp.CodeUseError)
	default: // malformed-poll and empty-deposit, which the binding looks at
		return run()
	}
}

// disguised is a TLS configuration that shows a stranger's certificate while
// the fault certificate-change strikes.
func (f *front) disguised(conf *tls.Config) *tls.Config {
	if conf == nil {
		return nil
	}
	own := conf.Clone()
	stranger := sync.OnceValues(func() (*tls.Config, error) {
		cert, err := strangeCertificate()
		if err != nil {
			return nil, err
		}
		c := conf.Clone()
		c.Certificates, c.GetCertificate, c.GetConfigForClient = []tls.Certificate{cert}, nil, nil
		c.SessionTicketsDisabled = true // who resumes sees no certificate
		return c, nil
	})
	own.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if f.r.faults.drawConnection() {
			return stranger()
		}
		if conf.GetConfigForClient != nil {
			return conf.GetConfigForClient(hello)
		}
		return nil, nil
	}
	return own
}

// strangeCertificate is well made, for loopback, and signed by an authority
// that nobody knows.
func strangeCertificate() (tls.Certificate, error) {
	now := time.Now() // TLS lives by the wall clock
	authority := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Strange Authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

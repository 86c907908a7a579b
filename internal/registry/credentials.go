package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// CodeCredentials: a registry refuses our password or certificate (facts epp, reason).
const CodeCredentials fault.Code = "registry.credentials-refused"

// secrets are what an account logs in with now: the configuration's first, later those of the vault.
type secrets struct {
	password    string
	certificate []byte // PEM; empty: the files of the configuration, read anew at each dialling
}

var _ ops.RegistryLogin = (*Registry)(nil)

// Use implements ops.RegistryLogin.
func (r *Registry) Use(registryAccount string, with domain.RegistrySecrets) {
	a := r.accounts[registryAccount]
	if a == nil {
		return
	}
	now := *a.secrets.Load()
	if with.Password != "" {
		now.password = with.Password
	}
	if len(with.Certificate) > 0 {
		now.certificate = with.Certificate
	}
	a.secrets.Store(&now)
	a.pool.Refresh()
}

// ChangePassword implements ops.RegistryLogin.
func (r *Registry) ChangePassword(ctx context.Context, registryAccount, next string) error {
	return r.login(ctx, registryAccount, domain.RegistrySecrets{}, next)
}

// Try implements ops.RegistryLogin.
func (r *Registry) Try(ctx context.Context, registryAccount string, with domain.RegistrySecrets) error {
	return r.login(ctx, registryAccount, with, "")
}

// login opens one session beside the pool's, within their number, and takes leave of it.
func (r *Registry) login(ctx context.Context, registryAccount string, with domain.RegistrySecrets, next string) error {
	a, err := r.account(registryAccount)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*a.CommandTimeout)
	defer cancel()
	release, err := a.pool.Reserve(ctx)
	if err != nil {
		return a.unreachable(err)
	}
	defer release()
	own := *a.secrets.Load()
	if with.Password != "" {
		own.password = with.Password
	}
	if len(with.Certificate) > 0 {
		own.certificate = with.Certificate
	}
	cfg, err := a.clientWith(&own, nil)
	if err != nil {
		return a.unreachable(err)
	}
	cfg.NewPassword = next
	start := a.cfg.Wall()
	a.limiter.login(start)
	c, err := epp.Dial(ctx, cfg)
	a.stats.record("login", a.cfg.Wall().Sub(start))
	if err == nil {
		_ = c.Logout(ctx)
		return nil
	}
	var re *epp.ResultError
	if errors.As(err, &re) && re.Code != epp.CodeSessionLimitClosing && re.Code != epp.CodeCommandFailed && re.Code != epp.CodeCommandFailedClosing {
		return fault.New(fault.Denied, CodeCredentials, "registry", a.ID, "epp", re.Code.String(), "reason", a.blank(re.Msg, own.password, next))
	}
	var alert *net.OpError
	if errors.As(err, &alert) && alert.Op == "remote error" { // a TLS alert: the registry didn't take our certificate
		return fault.New(fault.Denied, CodeCredentials, "registry", a.ID, "reason", alert.Err.Error())
	}
	return a.unreachable(err)
}

// tls reads the files anew, so that a renewed certificate is taken up by the next session.
func (a *account) tls(with *secrets) (*tls.Config, error) {
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
	var cert tls.Certificate
	var err error
	switch {
	case len(with.certificate) > 0:
		cert, err = tls.X509KeyPair(with.certificate, with.certificate)
	case a.CertFile != "" || a.KeyFile != "":
		cert, err = tls.LoadX509KeyPair(a.CertFile, a.KeyFile)
	default:
		return cfg, nil
	}
	if err != nil {
		return nil, err
	}
	cfg.Certificates = []tls.Certificate{cert}
	if leaf, err := x509.ParseCertificate(cert.Certificate[0]); err == nil {
		a.certUntil.Store(&leaf.NotAfter)
	}
	return cfg, nil
}

func warnings(events []epp.LoginEvent) []ops.LoginWarning {
	out := make([]ops.LoginWarning, len(events))
	for i, e := range events {
		out[i] = ops.LoginWarning{Type: e.Type, Name: e.Name, Level: e.Level, Value: e.Value, Text: e.Text, Until: utc(e.ExDate)}
	}
	return out
}

package standalone

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
	"github.com/openregistrar/openregistrar/internal/world/clock"
	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/pki"
	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// Info says how to reach the registry. It is also the content of
// DATA/registry.json, which only its owner can read.
type Info struct {
	Name       string        `json:"name"`
	EPP        string        `json:"epp"`
	CAFile     string        `json:"ca_file,omitempty"` // empty: a certificate of the operator's own
	Control    string        `json:"control,omitempty"`
	Zones      []string      `json:"zones"`
	HostModel  string        `json:"host_model"`
	DataModel  string        `json:"data_model"`
	Currency   string        `json:"currency"`
	Registrars []AccountInfo `json:"registrars,omitempty"`
}

// AccountInfo is how a registrar logs in.
type AccountInfo struct {
	ClID     string `json:"clid"`
	Password string `json:"password"`
	CertFile string `json:"cert_file,omitempty"` // empty: none is needed
	KeyFile  string `json:"key_file,omitempty"`
}

// Simulator is a running registry.
type Simulator struct {
	Info    Info
	cfg     Config
	log     *slog.Logger
	reg     *registry.Registry
	clock   *clock.Clock
	stepper *clock.Stepper

	stop    chan struct{}
	running sync.WaitGroup
	closers []func() error
	once    sync.Once
	closed  error
}

// Start opens the registry in cfg.Data and serves it until Close or the end of
// ctx.
func Start(ctx context.Context, cfg Config, log *slog.Logger) (*Simulator, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Simulator{cfg: cfg, log: log, stop: make(chan struct{})}
	if err := s.start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	return s, nil
}

func (s *Simulator) start() error {
	dir, err := filepath.Abs(s.cfg.Data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	first := false
	if _, err := os.Stat(filepath.Join(dir, "clock.json")); errors.Is(err, os.ErrNotExist) {
		first = true
	}
	if s.clock, err = clock.Open(filepath.Join(dir, "clock.json"), nil); err != nil {
		return err
	}
	authority, err := pki.Open(filepath.Join(dir, "tls"))
	if err != nil {
		return err
	}
	prof, err := s.cfg.profile()
	if err != nil {
		return err
	}
	opts := registry.Options{NoSeed: s.cfg.Seed == 0, Logf: func(format string, a ...any) { s.log.Info(fmt.Sprintf(format, a...)) }}
	if opts.VSPs, err = s.providers(); err != nil {
		return err
	}
	for _, r := range s.cfg.Registrar {
		acc, info, err := account(authority, r)
		if err != nil {
			return fmt.Errorf("registrar %s: %w", r.ID, err)
		}
		opts.Accounts = append(opts.Accounts, acc)
		s.Info.Registrars = append(s.Info.Registrars, info)
	}
	if first && s.cfg.Clock.Ahead > 0 {
		st := &clock.Stepper{Clock: s.clock, Log: s.log}
		if _, err := st.Advance(context.Background(), s.clock.Now().Add(time.Duration(s.cfg.Clock.Ahead))); err != nil {
			return fmt.Errorf("clock.ahead: %w", err)
		}
	}
	if s.reg, err = registry.Open(filepath.Join(dir, "registry"), prof, s.clock.Now, opts); err != nil {
		return err
	}
	s.closers = append(s.closers, s.reg.Close)
	s.stepper = &clock.Stepper{Clock: s.clock, Parties: []clock.Party{s.reg}, Log: s.log}
	for i, n := range s.cfg.Names {
		if _, taken := s.reg.Domain(n.Name); taken {
			continue // of an earlier start, or taken since
		}
		var no *registry.Refusal
		switch err := s.reg.RegisterAs(n.Registrar, n.Name, n.Years, time.Time{}); {
		case errors.As(err, &no) && no.Code == 2302:
		case err != nil:
			return fmt.Errorf("name %d (%s): %w", i+1, n.Name, err)
		}
	}
	if err := s.reg.ConfigureFaults(s.cfg.Faults); err != nil {
		return err
	}
	conf, err := s.tlsConfig(authority)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", s.cfg.Listen)
	if err != nil {
		return err
	}
	s.running.Go(func() {
		if err := s.reg.Serve(ln, conf); err != nil {
			s.log.Error("EPP stopped", "error", err.Error())
		}
	})
	s.Info.Name, s.Info.EPP, s.Info.Zones = prof.Name, ln.Addr().String(), s.reg.Zones()
	s.Info.HostModel, s.Info.DataModel, s.Info.Currency = s.cfg.Registry.HostModel, s.cfg.Registry.DataModel, prof.Currency
	if s.cfg.Control != "off" {
		if err := s.serveControl(); err != nil {
			return err
		}
	}
	s.tick()
	raw, err := json.MarshalIndent(s.Info, "", "  ")
	if err != nil {
		return err
	}
	return pki.WriteFile(filepath.Join(dir, "registry.json"), append(raw, '\n'))
}

// providers reads the authorities of the verification service providers.
func (s *Simulator) providers() (map[string]signedcode.VSP, error) {
	out := map[string]signedcode.VSP{}
	for _, p := range s.cfg.Providers {
		raw, err := os.ReadFile(p.Roots)
		if err != nil {
			return nil, fmt.Errorf("provider %s: %w", p.ID, err)
		}
		v := signedcode.VSP{Subject: p.Subject, Roots: x509.NewCertPool(), Types: p.Types}
		if !v.Roots.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("provider %s: no certificate in %s", p.ID, p.Roots)
		}
		out[p.ID] = v
	}
	return out, nil
}

// account makes what is missing of a registrar's credentials.
func account(authority *pki.Authority, r Registrar) (registry.Account, AccountInfo, error) {
	acc := registry.Account{ID: r.ID, Name: r.Name, Password: r.Password, SessionCap: r.SessionCap, DataModel: r.DataModel}
	if acc.Name == "" {
		acc.Name = r.ID
	}
	if r.Deposit != "" {
		acc.Deposit, _ = amount(r.Deposit) // check has read it
	}
	var err error
	if acc.Password == "" {
		if acc.Password, err = authority.Password("registry", r.ID); err != nil {
			return acc, AccountInfo{}, err
		}
	}
	info := AccountInfo{ClID: r.ID, Password: acc.Password}
	switch r.Certificate {
	case "optional":
		acc.CertCN = registry.AnyCertificate
	case "":
		info.CertFile, info.KeyFile, acc.CertSHA256, err = authority.Client(r.ID)
	default:
		info.CertFile = r.Certificate
		acc.CertSHA256, err = fingerprint(r.Certificate)
	}
	return acc, info, err
}

// fingerprint is the SHA-256 of a PEM file's first certificate.
func fingerprint(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != "CERTIFICATE" {
		return "", fmt.Errorf("%s: no certificate (PEM) in it", file)
	}
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:]), nil
}

// tlsConfig takes the operator's certificate or the authority's.
func (s *Simulator) tlsConfig(authority *pki.Authority) (*tls.Config, error) {
	hosts := s.cfg.TLS.Hosts
	if host, _, err := net.SplitHostPort(s.cfg.Listen); err == nil && host != "" {
		hosts = append(hosts[:len(hosts):len(hosts)], host)
	}
	conf, err := authority.ServerTLS("registry", hosts...)
	if err != nil {
		return nil, err
	}
	s.Info.CAFile = authority.CAFile()
	if s.cfg.TLS.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(s.cfg.TLS.Certificate, s.cfg.TLS.Key)
		if err != nil {
			return nil, fmt.Errorf("tls: %w", err)
		}
		conf.Certificates, s.Info.CAFile = []tls.Certificate{pair}, ""
	}
	// Certificates from a file are known by their fingerprints, whoever has
	// signed them; only the own authority's need its signature.
	for _, r := range s.cfg.Registrar {
		if r.Certificate != "" {
			conf.ClientAuth = tls.RequestClientCert
		}
	}
	if s.cfg.TLS.ClientCA != "" {
		raw, err := os.ReadFile(s.cfg.TLS.ClientCA)
		if err != nil {
			return nil, fmt.Errorf("tls.client_ca: %w", err)
		}
		if conf.ClientCAs == nil {
			conf.ClientCAs = x509.NewCertPool()
		}
		if !conf.ClientCAs.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("tls.client_ca: no certificate in %s", s.cfg.TLS.ClientCA)
		}
		conf.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return conf, nil
}

func (s *Simulator) serveControl() error {
	ln, err := net.Listen("tcp", s.cfg.Control)
	if err != nil {
		return err
	}
	s.Info.Control = "http://" + ln.Addr().String()
	srv := &http.Server{Handler: control.LocalOnly(s.handler()), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	s.running.Go(func() {
		if err := srv.Serve(ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("control stopped", "error", err.Error())
		}
	})
	s.closers = append(s.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if srv.Shutdown(ctx) != nil {
			return srv.Close()
		}
		return nil
	})
	return nil
}

// tick lets the registry do what falls due while time just passes.
func (s *Simulator) tick() {
	s.running.Go(func() {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-s.stop:
				return
			case <-t.C:
			}
			now := s.clock.Now()
			if at, ok := s.reg.NextDue(); !ok || at.After(now) {
				continue
			}
			if _, err := s.reg.RunDue(now); err != nil {
				s.log.Error("due events failed", "error", err.Error())
			}
		}
	})
}

// Close ends everything and returns when nothing runs.
func (s *Simulator) Close() error {
	s.once.Do(func() {
		close(s.stop)
		var errs []error
		for i := len(s.closers) - 1; i >= 0; i-- {
			errs = append(errs, s.closers[i]())
		}
		s.running.Wait()
		s.closed = errors.Join(errs...)
	})
	return s.closed
}

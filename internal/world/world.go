// Package world puts the outside of a registrar on loopback: registries with
// EPP, DNS, RDAP and WHOIS, the authority that verifies registrants, a DNS host and a web host, a mailbox, the business
// clock, and a control page and port to move them. It shares no rule with the
// registrar and meets it on sockets only.
package world

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/world/clock"
	"github.com/openregistrar/openregistrar/internal/world/control"
	"github.com/openregistrar/openregistrar/internal/world/directory"
	"github.com/openregistrar/openregistrar/internal/world/dns"
	"github.com/openregistrar/openregistrar/internal/world/hosting"
	"github.com/openregistrar/openregistrar/internal/world/mailbox"
	"github.com/openregistrar/openregistrar/internal/world/pki"
	"github.com/openregistrar/openregistrar/internal/world/registry"
	"github.com/openregistrar/openregistrar/internal/world/verifier"
)

// The clIDs of the world. openreg is the registrar under test; the others hold
// names from the start.
const ourClID = "openreg"

var otherClIDs = []string{"rival", "elder"}

// longestCommand is the time after which a registry promises that a command
// which was cut off has happened or never will.
const longestCommand = 3 * time.Second

// Addresses of the world on the loopback network.
var (
	rootAddr = netip.MustParseAddr("127.0.0.1") // root server and resolver
	webAddr  = netip.MustParseAddr("127.0.3.1")
	hostNS   = []struct {
		name string
		addr netip.Addr
	}{
		{"ns1.openhost.net", netip.MustParseAddr("127.0.2.1")},
		{"ns2.openhost.net", netip.MustParseAddr("127.0.2.2")},
	}
)

// tldAddr is the address of the i-th registry's name server.
func tldAddr(i int) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 1, byte(i + 1)}) }

// Config is what Start needs.
type Config struct {
	// Dir keeps everything that survives a restart. One world at a time uses it.
	Dir string
	// PortBase places the listeners: "" for the defaults, ":0" for free ports,
	// a number for that port and the following ones.
	PortBase string
	// ClockTick is how often due events are looked for while time just passes;
	// 0 is one second, negative never (only Advance moves things).
	ClockTick time.Duration
	// Wall is the wall clock; nil is the system's.
	Wall func() time.Time
	Log  *slog.Logger // nil discards
}

// Info says where everything is. It is also the content of Dir/world.json.
type Info struct {
	Control    string         `json:"control"`
	Mailbox    string         `json:"mailbox"`
	SMTP       string         `json:"smtp"`
	DNS        string         `json:"dns"`
	Web        string         `json:"web"`
	HostingNS  []string       `json:"hosting_ns"`
	CAFile     string         `json:"ca_file"`
	Registries []RegistryInfo `json:"registries"`
	Verifier   VerifierInfo   `json:"verifier"`
}

// RegistryInfo is how to reach one registry and as whom.
type RegistryInfo struct {
	ID               string           `json:"id"`
	Name             string           `json:"name"`
	TLDs             []string         `json:"tlds"` // A-label form
	EPP              string           `json:"epp"`
	RDAP             string           `json:"rdap"`
	WHOIS            string           `json:"whois"`
	ClID             string           `json:"clid"`
	Password         string           `json:"password"`
	CertFile         string           `json:"cert_file"`
	KeyFile          string           `json:"key_file"`
	FailoverCertFile string           `json:"failover_cert_file"`
	FailoverKeyFile  string           `json:"failover_key_file"`
	ServerName       string           `json:"server_name"`
	LongestCommandMS int64            `json:"longest_command_ms"`
	Currency         string           `json:"currency"`
	Contacts         bool             `json:"contacts"`
	HostModel        string           `json:"host_model"` // objects or attributes
	SessionCap       int              `json:"session_cap"`
	OtherRegistrars  []OtherRegistrar `json:"other_registrars"`
}

// OtherRegistrar is another account at the registry.
type OtherRegistrar struct {
	ClID     string `json:"clid"`
	Password string `json:"password"`
	CertFile string `json:"cert_file"`
	KeyFile  string `json:"key_file"`
}

// World is a running world.
type World struct {
	info       Info
	log        *slog.Logger
	clock      *clock.Clock
	stepper    *clock.Stepper
	registries []*registry.Registry
	verifier   *verifier.Authority
	registrars *registrars
	providers  *providers
	zones      *hosting.Zones
	mail       *mailbox.Store
	counts     counts

	lock    *os.File       // holds the folder; closed last
	closers []func() error // run in reverse
	running sync.WaitGroup
	once    sync.Once
	closed  error
}

// Info says where everything is.
func (w *World) Info() Info { return w.info }

// Now is business time.
func (w *World) Now() time.Time { return w.clock.Now() }

// Start brings the world up. It runs until Close or the end of ctx. A folder
// that another world is using is refused.
func Start(ctx context.Context, cfg Config) (*World, error) {
	w := &World{log: cfg.Log}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if err := w.start(cfg); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	context.AfterFunc(ctx, func() { _ = w.Close() })
	return w, nil
}

func (w *World) start(cfg Config) error {
	p, err := plan(cfg.PortBase)
	if err != nil {
		return err
	}
	if cfg.Dir == "" {
		return errors.New("world: no folder given")
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return fmt.Errorf("world: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("world: %w", err)
	}
	if w.lock, err = occupy(dir); err != nil {
		return err
	}
	if w.clock, err = clock.Open(filepath.Join(dir, "clock.json"), cfg.Wall); err != nil {
		return err
	}
	id, err := pki.Open(filepath.Join(dir, "tls"))
	if err != nil {
		return err
	}
	if w.registrars, err = openRegistrars(filepath.Join(dir, "registrars.json")); err != nil {
		return err
	}
	if w.providers, err = openProviders(filepath.Join(dir, "vsps.json")); err != nil {
		return err
	}
	if err := w.openVerifier(dir, id); err != nil {
		return err
	}
	w.info.CAFile = id.CAFile()
	for _, h := range hostNS {
		w.info.HostingNS = append(w.info.HostingNS, h.name)
	}
	if err := w.startRegistries(dir, p, id); err != nil {
		return err
	}
	if err := w.startVerifier(p, id); err != nil {
		return err
	}
	if err := w.configureFaults(filepath.Join(dir, "faults.toml")); err != nil {
		return err
	}
	if err := w.startNames(dir, p); err != nil {
		return err
	}
	if err := w.startMail(dir, p); err != nil {
		return err
	}
	if err := w.startControl(p); err != nil {
		return err
	}
	w.startTicking(cfg.ClockTick)
	raw, err := json.MarshalIndent(w.info, "", "  ")
	if err != nil {
		return err
	}
	return pki.WriteFile(filepath.Join(dir, "world.json"), append(raw, '\n'))
}

// startRegistries opens the registries and their EPP, RDAP and WHOIS.
func (w *World) startRegistries(dir string, p ports, id *pki.Authority) error {
	glue := map[string][]netip.Addr{}
	for _, h := range hostNS {
		glue[h.name] = []netip.Addr{h.addr}
	}
	w.stepper = &clock.Stepper{Clock: w.clock, Log: w.log}
	for i, prof := range registry.Profiles() {
		if i >= registryCount {
			return fmt.Errorf("world: no ports planned for registry %s", prof.ID)
		}
		ri := RegistryInfo{ID: prof.ID, Name: prof.Name, ClID: ourClID, ServerName: "localhost", LongestCommandMS: longestCommand.Milliseconds(),
			Currency: prof.Currency, Contacts: prof.Contacts, HostModel: "objects", SessionCap: prof.SessionCap}
		if prof.HostAttr {
			ri.HostModel = "attributes"
		}
		opts := registry.Options{HostingNS: glue, VSPs: w.providers.vsps(), Logf: func(format string, a ...any) {
			w.log.Info(fmt.Sprintf(format, a...), "registry", prof.ID)
		}}
		for _, clid := range append([]string{ourClID}, otherClIDs...) {
			pw, err := id.Password(prof.ID, clid)
			if err != nil {
				return err
			}
			cert, key, sha, err := id.Client(clid)
			if err != nil {
				return err
			}
			// The second certificate is there to change over to.
			cert2, key2, sha2, err := id.Failover(clid)
			if err != nil {
				return err
			}
			opts.Accounts = append(opts.Accounts, w.registrars.account(clid, pw, sha, sha2))
			if clid == ourClID {
				ri.Password, ri.CertFile, ri.KeyFile, ri.FailoverCertFile, ri.FailoverKeyFile = pw, cert, key, cert2, key2
			} else {
				ri.OtherRegistrars = append(ri.OtherRegistrars, OtherRegistrar{clid, pw, cert, key})
			}
		}
		reg, err := registry.Open(filepath.Join(dir, "registry", prof.ID), prof, w.clock.Now, opts)
		if err != nil {
			return fmt.Errorf("world: registry %s: %w", prof.ID, err)
		}
		w.closers = append(w.closers, reg.Close)
		ri.TLDs = reg.Zones()
		tlsConf, err := id.ServerTLS(prof.ID)
		if err != nil {
			return err
		}
		ln, err := listen("127.0.0.1", p.epp[i])
		if err != nil {
			return err
		}
		ri.EPP = ln.Addr().String()
		w.running.Go(func() {
			if err := reg.Serve(ln, tlsConf); err != nil {
				w.log.Error("EPP stopped", "registry", prof.ID, "error", err.Error())
			}
		})

		face := w.face(reg)
		if ri.RDAP, err = w.serveHTTP("127.0.0.1", p.rdap[i], directory.RDAP(face)); err != nil {
			return err
		}
		whois, err := listen("127.0.0.1", p.whois[i])
		if err != nil {
			return err
		}
		ri.WHOIS = whois.Addr().String()
		w.running.Go(func() { directory.ServeWHOIS(whois, face, w.log) })
		w.closers = append(w.closers, func() error { return closed(whois.Close()) })

		w.registries = append(w.registries, reg)
		w.stepper.Parties = append(w.stepper.Parties, reg)
		w.info.Registries = append(w.info.Registries, ri)
	}
	return nil
}

// startNames brings up the DNS from the root down, the DNS host and the web host.
func (w *World) startNames(dir string, p ports) error {
	var err error
	if w.zones, err = hosting.OpenZones(filepath.Join(dir, "hosting.json")); err != nil {
		return err
	}
	addrs := []netip.Addr{rootAddr}
	for i := range w.registries {
		addrs = append(addrs, tldAddr(i))
	}
	names := map[string]netip.Addr{}
	for _, h := range hostNS {
		addrs = append(addrs, h.addr)
		names[h.name] = h.addr
	}
	socks, err := dns.Bind(p.dns, addrs...)
	if err != nil {
		return err
	}
	w.closers = append(w.closers, func() error { socks.Close(); return nil })
	var tlds []*dns.TLD
	for i, reg := range w.registries {
		t := dns.NewTLD(tldAddr(i), reg.Zones(), holder{reg})
		socks.Serve(t.Addr, t, w.log)
		tlds = append(tlds, t)
	}
	host := &hosting.NameServer{Zones: w.zones, Names: names, Web: webAddr, Delegated: w.delegatedToUs}
	for _, h := range hostNS {
		socks.Serve(h.addr, host, w.log)
	}
	socks.Serve(rootAddr, dns.Split(&dns.Resolver{Root: rootAddr, Port: socks.Port}, dns.NewRoot(rootAddr, tlds...)), w.log)
	w.info.DNS = netip.AddrPortFrom(rootAddr, uint16(socks.Port)).String()

	web, err := hosting.Web()
	if err != nil {
		return err
	}
	url, err := w.serveHTTP(webAddr.String(), p.web, web)
	if err != nil {
		return err
	}
	w.info.Web = url[len("http://"):]
	return nil
}

func (w *World) startMail(dir string, p ports) error {
	var err error
	if w.mail, err = mailbox.Open(filepath.Join(dir, "mail"), w.clock.Now); err != nil {
		return err
	}
	ln, err := listen("127.0.0.1", p.smtp)
	if err != nil {
		return err
	}
	w.info.SMTP = ln.Addr().String()
	srv := mailbox.ServeSMTP(ln, w.mail, w.log)
	w.closers = append(w.closers, func() error { return closed(srv.Close()) })
	return nil
}

// startControl brings up the two pages. Each links to the other, so both ports
// are taken before either is served.
func (w *World) startControl(p ports) error {
	port, err := listen("127.0.0.1", p.control)
	if err != nil {
		return err
	}
	box, err := listen("127.0.0.1", p.mailbox)
	if err != nil {
		port.Close()
		return err
	}
	w.info.Control, w.info.Mailbox = "http://"+port.Addr().String(), "http://"+box.Addr().String()
	page, err := mailbox.Handler(w.mail, w.info.Control, w.clock.Now, w.log)
	if err == nil {
		w.serve(box, control.LocalOnly(page))
		var h http.Handler
		if h, err = w.controlHandler(); err == nil {
			w.serve(port, control.LocalOnly(h))
			return nil
		}
	}
	port.Close()
	box.Close()
	return err
}

func (w *World) serveHTTP(ip string, port int, h http.Handler) (string, error) {
	ln, err := listen(ip, port)
	if err != nil {
		return "", err
	}
	w.serve(ln, h)
	return "http://" + ln.Addr().String(), nil
}

func (w *World) serve(ln net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	w.running.Go(func() {
		if err := srv.Serve(ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
			w.log.Error("HTTP stopped", "address", ln.Addr().String(), "error", err.Error())
		}
	})
	w.closers = append(w.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			return srv.Close()
		}
		return nil
	})
}

// startTicking lets everybody do what falls due while time just passes.
func (w *World) startTicking(every time.Duration) {
	if every < 0 {
		return
	}
	if every == 0 {
		every = time.Second
	}
	stop := make(chan struct{})
	w.running.Go(func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-stop:
				return
			case <-t.C:
			}
			for i, party := range w.stepper.Parties {
				now := w.clock.Now()
				if at, ok := party.NextDue(); !ok || at.After(now) {
					continue
				}
				if _, err := party.RunDue(now); err != nil {
					who := "the verifier"
					if i < len(w.registries) {
						who = w.registries[i].Profile().ID
					}
					w.log.Error("due events failed", "party", who, "error", err.Error())
				}
			}
		}
	})
	w.closers = append(w.closers, func() error { close(stop); return nil })
}

// Close ends everything, last started first, and returns when nothing runs.
func (w *World) Close() error {
	w.once.Do(func() {
		var errs []error
		for i := len(w.closers) - 1; i >= 0; i-- {
			if err := w.closers[i](); err != nil {
				errs = append(errs, err)
			}
		}
		w.running.Wait()
		if w.lock != nil {
			errs = append(errs, w.lock.Close())
		}
		w.closed = errors.Join(errs...)
	})
	return w.closed
}

// closed takes "already closed" for closed.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

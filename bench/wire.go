package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// The wire: the registry of the built program, a process of its own with its journal synced on disk before it
// answers, against this process as its client, over TLS with client certificates. Both share the machine.

const (
	wireObjects = 100_000
	wireZone    = "com"
	wireSpan    = 4 * time.Second
	fillWindow  = 64 // commands in flight on a session while filling
)

// party is one registrar's account at the registry; a session cap holds for each.
type party struct {
	clID, password string
	cert           tls.Certificate
}

type wire struct {
	binary, home string
	addr         string
	control, id  string
	roots        *x509.CertPool
	parties      []party
	hosts        []string
	pid          int
	next         atomic.Int64 // names created so far
}

func (w *wire) start(profile string) (stop func(), err error) {
	var info struct {
		Control    string `json:"control"`
		CAFile     string `json:"ca_file"`
		Registries []struct {
			ID              string   `json:"id"`
			TLDs            []string `json:"tlds"`
			EPP             string   `json:"epp"`
			ClID            string   `json:"clid"`
			Password        string   `json:"password"`
			CertFile        string   `json:"cert_file"`
			KeyFile         string   `json:"key_file"`
			OtherRegistrars []struct {
				ClID     string `json:"clid"`
				Password string `json:"password"`
				CertFile string `json:"cert_file"`
				KeyFile  string `json:"key_file"`
			} `json:"other_registrars"`
		} `json:"registries"`
	}
	file := filepath.Join(w.home, "world.json")
	_ = os.Remove(file) // an earlier run's says nothing
	args := []string{"world", "--data", w.home, "--port-base", ":0"}
	if profile != "" {
		args = append(args, "--cpu-profile", profile)
	}
	stop, w.pid, err = child(file, &info, w.binary, args...)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (func(), error) { stop(); return nil, err }
	pem, err := os.ReadFile(info.CAFile)
	if err != nil {
		return fail(err)
	}
	w.roots = x509.NewCertPool()
	w.roots.AppendCertsFromPEM(pem)
	for _, r := range info.Registries {
		if !slices.Contains(r.TLDs, wireZone) {
			continue
		}
		w.control, w.id, w.addr, w.parties = info.Control, r.ID, r.EPP, nil
		add := func(clID, password, cert, key string) error {
			pair, err := tls.LoadX509KeyPair(cert, key)
			if err == nil && password != "" {
				w.parties = append(w.parties, party{clID, password, pair})
			}
			return err
		}
		if err := add(r.ClID, r.Password, r.CertFile, r.KeyFile); err != nil {
			return fail(err)
		}
		for _, o := range r.OtherRegistrars {
			if err := add(o.ClID, o.Password, o.CertFile, o.KeyFile); err != nil {
				return fail(err)
			}
		}
	}
	if len(w.parties) < 2 {
		return fail(fmt.Errorf("no registry of .%s with two accounts", wireZone))
	}
	return stop, nil
}

// dial opens session n; the accounts take turns.
func (w *wire) dial(n int) (*epp.Client, error) {
	p := w.parties[n%2]
	return epp.Dial(context.Background(), epp.ClientConfig{Addr: w.addr, ClID: p.clID, Password: p.password,
		Extensions: []epp.Extension{epp.RGP, epp.SecDNS, epp.Fee},
		TLS:        &tls.Config{RootCAs: w.roots, ServerName: "localhost", Certificates: []tls.Certificate{p.cert}, MinVersion: tls.VersionTLS12}})
}

func (w *wire) sessions(n int) ([]*epp.Client, func(), error) {
	var open []*epp.Client
	leave := func() {
		for _, c := range open {
			_ = c.Logout(context.Background())
		}
	}
	for i := range n {
		c, err := w.dial(i)
		if err != nil {
			leave()
			return nil, nil, err
		}
		open = append(open, c)
	}
	return open, leave, nil
}

// deposit gives the accounts enough for all that is created.
func (w *wire) deposit() error {
	for _, p := range w.parties {
		resp, err := http.Post(w.control+"/api/registries/"+w.id+"/deposits/"+p.clID, "application/json", strings.NewReader(`{"delta":2000000000000}`))
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("deposit of %s: %s", p.clID, resp.Status)
		}
	}
	return nil
}

func wireName(i int64) string { return fmt.Sprintf("bench-%07d.%s", i, wireZone) }

func (w *wire) create() *epp.Command {
	return &epp.Command{Action: &epp.DomainCreate{Name: wireName(w.next.Add(1)), Period: epp.Years(1), AuthInfo: epp.Password("bench-Secret-1"),
		NS: epp.Nameservers{Objects: w.hosts}}}
}

// fill creates what is missing to wireObjects, in windows.
func (w *wire) fill() (time.Duration, error) {
	open, leave, err := w.sessions(16)
	if err != nil {
		return 0, err
	}
	defer leave()
	began := time.Now()
	var wg sync.WaitGroup
	failed := make(chan error, len(open))
	for _, c := range open {
		wg.Go(func() {
			for w.next.Load() < wireObjects {
				cmds := make([]*epp.Command, fillWindow)
				for i := range cmds {
					cmds[i] = w.create()
				}
				for _, a := range c.DoAll(context.Background(), cmds) {
					if a.Err == nil {
						a.Err = a.Response.Err()
					}
					if a.Err != nil {
						failed <- a.Err
						return
					}
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return 0, err
	default:
		return time.Since(began), nil
	}
}

// load is one kind of command; n counts the commands of one session.
type load struct {
	name    string
	command func(w *wire, n int) *epp.Command
}

var loads = []load{
	{"check", func(w *wire, n int) *epp.Command {
		i := int64(n*7919) % wireObjects
		if n%2 == 0 {
			i += 10 * wireObjects // free
		}
		return &epp.Command{Action: &epp.DomainCheck{Names: []string{wireName(i)}}}
	}},
	{"info", func(w *wire, n int) *epp.Command {
		return &epp.Command{Action: &epp.DomainInfo{Name: wireName(int64(n*7919)%wireObjects + 1)}}
	}},
	{"create", func(w *wire, _ int) *epp.Command { return w.create() }},
}

type measured struct {
	count, failed  int
	span           time.Duration
	p50, p99       time.Duration
	server, client time.Duration // CPU per command
}

// measure lets sessions act one command at a time each, for a span.
func (w *wire) measure(sessions int, span time.Duration, act func(session, n int) error) (measured, error) {
	var mu sync.Mutex
	var out measured
	var took []time.Duration
	var last error
	server, client := cpu(w.pid), cpu(os.Getpid())
	began := time.Now()
	var wg sync.WaitGroup
	for s := range sessions {
		wg.Go(func() {
			var own []time.Duration
			failed := 0
			for n := 0; time.Since(began) < span; n++ {
				start := time.Now()
				if err := act(s, s*1_000_003+n); err != nil {
					failed++
					mu.Lock()
					last = err
					mu.Unlock()
					continue
				}
				own = append(own, time.Since(start))
			}
			mu.Lock()
			took, out.failed = append(took, own...), out.failed+failed
			mu.Unlock()
		})
	}
	wg.Wait()
	out.span, out.count = time.Since(began), len(took)
	if len(took) == 0 {
		return out, fmt.Errorf("nothing succeeded: %w", last)
	}
	slices.Sort(took)
	out.p50, out.p99 = took[len(took)/2], took[len(took)*99/100]
	n := time.Duration(len(took))
	out.server, out.client = (cpu(w.pid)-server)/n, (cpu(os.Getpid())-client)/n
	return out, nil
}

func (w *wire) commands(l load, sessions int, span time.Duration) (measured, error) {
	open, leave, err := w.sessions(sessions)
	if err != nil {
		return measured{}, err
	}
	defer leave()
	return w.measure(sessions, span, func(s, n int) error {
		resp, err := open[s].Do(context.Background(), l.command(w, n))
		if err == nil {
			err = resp.Err()
		}
		return err
	})
}

// logins counts whole ones: TCP, TLS, greeting, login, logout.
func (w *wire) logins(workers int, span time.Duration) (measured, error) {
	return w.measure(workers, span, func(s, _ int) error {
		c, err := w.dial(s)
		if err != nil {
			return err
		}
		return c.Logout(context.Background())
	})
}

// cpu is what a process has used so far.
func cpu(pid int) time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 1/100 s
}

// wirePart measures the wire; with profiles it also says what the registry's processor time goes to.
func wirePart(dir, binary string, profiles bool) error {
	w := &wire{binary: binary, home: filepath.Join(dir, "wire"), hosts: []string{"ns1.openhost.net", "ns2.openhost.net"}}
	stop, err := w.start("")
	if err != nil {
		return err
	}
	defer func() { stop() }()
	if err := w.deposit(); err != nil {
		return err
	}
	took, err := w.fill()
	if err != nil {
		return fmt.Errorf("filling the registry: %w", err)
	}
	fmt.Printf("EPP on the wire: %s with %d objects, TLS with client certificates, journal synced on %s before each answer;\n"+
		"the server is a process of its own, on the same cores as the client. Filled at %.0f creates/s (16 sessions, %d in flight on each).\n\n",
		w.id, w.next.Load(), filesystem(dir), float64(w.next.Load())/took.Seconds(), fillWindow)
	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "command\tsessions\tper second\tp50\tp99\tfailed\tserver CPU\tclient CPU\t")
	row := func(name string, n int, m measured, err error) error {
		if err != nil {
			return fmt.Errorf("%s, %d sessions: %w", name, n, err)
		}
		fmt.Fprintf(table, "%s\t%d\t%.0f\t%s\t%s\t%d\t%s\t%s\t\n", name, n, float64(m.count)/m.span.Seconds(), short(m.p50), short(m.p99), m.failed, short(m.server), short(m.client))
		return nil
	}
	for _, l := range loads {
		for _, n := range []int{1, 4, 8, 16} {
			m, err := w.commands(l, n, wireSpan)
			if err := row(l.name, n, m, err); err != nil {
				return err
			}
		}
	}
	for _, n := range []int{1, 4, 8, 16} {
		m, err := w.logins(n, wireSpan)
		if err := row("login", n, m, err); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil || !profiles {
		return err
	}
	fmt.Println()
	table = tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "processor time of the server, %\t"+strings.Join(shareNames(), "\t")+"\t")
	for i := range len(loads) + 1 {
		name := "login"
		if i < len(loads) {
			name = loads[i].name
		}
		stop()
		stop = func() {}
		file := filepath.Join(dir, name+".pprof")
		halt, err := w.start(file)
		if err != nil {
			return err
		}
		if name == "login" {
			_, err = w.logins(8, 2*wireSpan)
		} else {
			_, err = w.commands(loads[i], 8, 2*wireSpan)
		}
		halt()
		if err != nil {
			return err
		}
		parts, err := shares(binary, file)
		if err != nil {
			return err
		}
		fmt.Fprint(table, name)
		for _, s := range parts {
			fmt.Fprintf(table, "\t%.0f", s)
		}
		fmt.Fprintln(table, "\t")
	}
	return table.Flush()
}

func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// filesystem names what the folder is on, since a sync on tmpfs says nothing.
func filesystem(dir string) string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return "an unknown file system"
	}
	for magic, name := range map[int64]string{0xEF53: "ext4", 0x58465342: "XFS", 0x9123683E: "btrfs", 0x01021994: "tmpfs (NOT DURABLE)", 0x794C7630: "overlayfs"} {
		if int64(s.Type) == magic {
			return name
		}
	}
	return fmt.Sprintf("file system %x", s.Type)
}

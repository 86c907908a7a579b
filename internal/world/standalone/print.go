package standalone

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// Ports moves the listeners: "0" takes free ports, another number is EPP's and
// the next one the control API's.
func (c *Config) Ports(base string) error {
	n, err := strconv.Atoi(base)
	if err != nil || n < 0 || n > 65534 {
		return fmt.Errorf("port base %q is neither :0 nor a port", base)
	}
	move := func(addr string, port int) string {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return addr // "off"
		}
		return net.JoinHostPort(host, strconv.Itoa(port))
	}
	next := n + 1
	if n == 0 {
		next = 0
	}
	c.Listen, c.Control = move(c.Listen, n), move(c.Control, next)
	return nil
}

// Print tells how to connect.
func (s *Simulator) Print(w io.Writer) {
	i := s.Info
	var zones []string
	for _, z := range i.Zones {
		zones = append(zones, "."+z)
	}
	dir := short(s.cfg.Data)
	row := func(name, text string) { fmt.Fprintf(w, "  %-11s %s\n", name, text) }
	fmt.Fprintf(w, "%s\n\n", i.Name)
	row("EPP", i.EPP+"  (TLS)")
	row("zones", strings.Join(zones, " ")+"  (hosts: "+i.HostModel+", data: "+i.DataModel+", "+i.Currency+")")
	if i.CAFile != "" {
		row("authority", short(i.CAFile))
	}
	for _, r := range i.Registrars {
		text := r.ClID + "  password " + r.Password
		switch {
		case r.KeyFile != "":
			text += "  certificate " + short(r.CertFile) + "  key " + short(r.KeyFile)
		case r.CertFile != "":
			text += "  certificate " + short(r.CertFile)
		default:
			text += "  any certificate or none"
		}
		row("registrar", text)
	}
	if i.Control != "" {
		row("control", i.Control+"/api/registry")
	}
	fmt.Fprintf(w, "\n  The same as JSON: %s\n", filepath.Join(dir, "registry.json"))
	if len(i.Registrars) > 0 && i.CAFile != "" {
		r := i.Registrars[0]
		line := "openssl s_client -quiet -connect " + i.EPP + " -CAfile " + short(i.CAFile)
		if r.KeyFile != "" {
			line += " -cert " + short(r.CertFile) + " -key " + short(r.KeyFile)
		}
		fmt.Fprintf(w, "  See the greeting: %s\n", line)
	}
	fmt.Fprintf(w, "  Ctrl-C stops; the state stays in %s.\n", dir)
}

// short writes a path from here where that is shorter.
func short(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return abs
	}
	if rel, err := filepath.Rel(here, abs); err == nil && len(rel) < len(abs) {
		return rel
	}
	return abs
}

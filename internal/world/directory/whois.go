package directory

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"
)

// whoisTimeout bounds one connection; whoisLine one query, in octets.
const (
	whoisTimeout = 10 * time.Second
	whoisLine    = 1024
)

// ServeWHOIS answers on ln, one query a connection, until ln is closed.
func ServeWHOIS(ln net.Listener, r Registry, log *slog.Logger) {
	slots := make(chan struct{}, 64)
	for {
		conn, err := ln.Accept()
		if err != nil {
			if !errors.Is(err, net.ErrClosed) && log != nil {
				log.Error("whois stopped", "registry", r.ID, "error", err.Error())
			}
			return
		}
		slots <- struct{}{}
		go func() {
			defer func() { conn.Close(); <-slots }()
			_ = conn.SetDeadline(time.Now().Add(whoisTimeout))
			line, err := bufio.NewReader(io.LimitReader(conn, whoisLine)).ReadString('\n')
			if err != nil && line == "" {
				return
			}
			_, _ = io.WriteString(conn, r.WHOIS(line))
		}()
	}
}

// WHOIS answers one query line. Lines end in CRLF; keys and their order are
// those of the gTLD registries' port 43 service.
func (r Registry) WHOIS(query string) string {
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\r\n", a...) }
	last := func() { line(">>> Last update of WHOIS database: %s <<<", stamp(r.Now())) }

	asked := strings.TrimSpace(query)
	if rest, ok := cutPrefixFold(asked, "domain "); ok {
		asked = strings.TrimSpace(rest)
	}
	name, ok := asciiName(strings.TrimPrefix(asked, "="))
	d := Domain{}
	if ok && r.holds(name) {
		d, ok = r.Domain(name)
	} else {
		ok = false
	}
	if !ok {
		line("No match for \"%s\".", printable(strings.ToUpper(asked)))
		last()
		return b.String()
	}
	line("Domain Name: %s", strings.ToUpper(d.Name))
	if u := unicodeName(d.Name); u != "" {
		line("Internationalized Domain Name: %s", u)
	}
	line("Registry Domain ID: %s", d.Handle)
	line("Registrar WHOIS Server: %s", d.Registrar.WHOISServer)
	line("Registrar URL: %s", d.Registrar.URL)
	updated := d.Updated
	if updated.IsZero() {
		updated = d.Created
	}
	line("Updated Date: %s", stamp(updated))
	line("Creation Date: %s", stamp(d.Created))
	line("Registry Expiry Date: %s", stamp(d.Expires))
	line("Registrar: %s", d.Registrar.Name)
	line("Registrar IANA ID: %s", d.Registrar.IANAID)
	line("Registrar Abuse Contact Email: %s", d.Registrar.AbuseEmail)
	line("Registrar Abuse Contact Phone: %s", d.Registrar.AbusePhone)
	for _, s := range append(append([]string{}, d.Statuses...), d.RGP...) {
		line("Domain Status: %s https://icann.org/epp#%s", s, s)
	}
	if !r.Thin {
		for _, role := range []struct{ key, title string }{{"registrant", "Registrant"}, {"admin", "Admin"}, {"tech", "Tech"}} {
			c, ok := d.Contacts[role.key]
			if !ok {
				continue
			}
			const hidden = "REDACTED FOR PRIVACY"
			org := c.Org
			if org == "" {
				org = hidden
			}
			line("Registry %s ID: %s", role.title, hidden)
			line("%s Name: %s", role.title, hidden)
			line("%s Organization: %s", role.title, org)
			line("%s Street: %s", role.title, hidden)
			line("%s City: %s", role.title, hidden)
			line("%s State/Province: %s", role.title, c.Province)
			line("%s Postal Code: %s", role.title, hidden)
			line("%s Country: %s", role.title, c.Country)
			line("%s Phone: %s", role.title, hidden)
			line("%s Email: Please query the RDDS service of the Registrar of Record for how to contact the %s.", role.title, strings.ToLower(role.title))
		}
	}
	for _, h := range d.Servers {
		line("Name Server: %s", strings.ToUpper(h.Name))
	}
	if len(d.DS) == 0 {
		line("DNSSEC: unsigned")
	} else {
		line("DNSSEC: signedDelegation")
		for _, ds := range d.DS {
			line("DNSSEC DS Data: %d %d %d %s", ds.KeyTag, ds.Algorithm, ds.DigestType, strings.ToUpper(ds.Digest))
		}
	}
	line("URL of the ICANN Whois Inaccuracy Complaint Form: https://www.icann.org/wicf/")
	last()
	line("")
	line("For more information on Whois status codes, please visit https://icann.org/epp")
	return b.String()
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// printable keeps an echoed query from carrying control characters.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == '"' {
			return -1
		}
		return r
	}, s)
}

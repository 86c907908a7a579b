package directory

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const maxQuestion = 1024 // bytes of a WHOIS question with its line end

// ServeWHOIS answers on ln until Close, and returns nil then.
func (d *Directory) ServeWHOIS(ln net.Listener) error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return ln.Close()
	}
	d.listeners[ln] = true
	d.mu.Unlock()
	for {
		conn, err := ln.Accept()
		if err != nil {
			if d.isClosed() {
				return nil
			}
			var temporary net.Error
			if errors.As(err, &temporary) && temporary.Timeout() {
				continue
			}
			return err
		}
		select {
		case d.slots <- struct{}{}:
		default: // full: turned away at once, with a word where it still arrives
			_ = conn.SetWriteDeadline(d.Wall().Add(time.Second))
			_, _ = io.WriteString(conn, "% Too many connections, try again later.\r\n")
			_ = conn.Close()
			continue
		}
		if !d.track(conn) {
			<-d.slots
			_ = conn.Close()
			continue
		}
		go func() {
			defer func() { d.untrack(conn); <-d.slots }()
			d.serveConn(conn)
			d.linger(conn)
		}()
	}
}

// Close ends every WHOIS listener and connection and waits for them.
func (d *Directory) Close() error {
	d.mu.Lock()
	d.closed = true
	for ln := range d.listeners {
		_ = ln.Close()
	}
	for c := range d.conns {
		_ = c.Close()
	}
	d.mu.Unlock()
	d.wg.Wait()
	return nil
}

func (d *Directory) isClosed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

func (d *Directory) track(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return false
	}
	d.conns[c] = true
	d.wg.Add(1)
	return true
}

func (d *Directory) untrack(c net.Conn) {
	_ = c.Close()
	d.mu.Lock()
	delete(d.conns, c)
	d.mu.Unlock()
	d.wg.Done()
}

func (d *Directory) serveConn(conn net.Conn) {
	_ = conn.SetDeadline(d.Wall().Add(d.Limits.Timeout))
	if !d.rates.allow(conn.RemoteAddr().String(), d.Limits.PerSecond, d.Wall()) {
		_, _ = io.WriteString(conn, "% Too many questions, try again in a second.\r\n")
		return
	}
	line, err := bufio.NewReader(io.LimitReader(conn, maxQuestion)).ReadString('\n')
	if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
		return
	}
	if err != nil && len(line) >= maxQuestion {
		_, _ = io.WriteString(conn, "% The question is too long.\r\n")
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), d.Limits.Timeout)
	defer cancel()
	text, err := d.Text(ctx, question(line))
	if err != nil {
		text = "% The directory can't be read at the moment, try again later.\n"
	}
	_, _ = io.WriteString(conn, strings.ReplaceAll(text, "\n", "\r\n"))
}

// linger lets the answer arrive: closing on unread bytes would reset the connection and lose it.
func (d *Directory) linger(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_ = conn.SetReadDeadline(d.Wall().Add(time.Second))
	_, _ = io.CopyN(io.Discard, conn, 64*maxQuestion)
}

// question takes the name out of what clients send: some put a keyword or flags before it.
func question(line string) string {
	f := strings.Fields(line)
	if len(f) == 0 {
		return ""
	}
	return f[len(f)-1]
}

// Text is the WHOIS answer for a name, in lines ended by \n. An unknown or malformed name is an answer too; only a
// directory that can't be read is an error.
func (d *Directory) Text(ctx context.Context, name string) (string, error) {
	p, err := d.find(ctx, name)
	if err != nil {
		switch f := fault.Of(err); f.Kind {
		case fault.Missing:
			return "No match for domain \"" + printable(name) + "\".\n" + d.foot(), nil
		case fault.Invalid:
			return "% \"" + printable(name) + "\" is not a domain name (" + f.Facts["rule"] + ").\n", nil
		}
		return "", err
	}
	return d.write(p), nil
}

func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80])
	}
	return s
}

// write puts the keys in the order of ICANN's Registration Data Directory Services specification.
func (d *Directory) write(p ops.Published) string {
	var b strings.Builder
	line := func(key, value string) {
		if value = strings.TrimSpace(strings.NewReplacer("\r", " ", "\n", " ").Replace(value)); value != "" {
			b.WriteString(key + ": " + value + "\n")
		}
	}
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
	i := d.Registrar
	line("Domain Name", string(p.Name))
	if p.Display != string(p.Name) {
		line("Internationalized Domain Name", p.Display)
	}
	line("Registry Domain ID", p.ROID)
	line("Registrar WHOIS Server", i.WHOIS)
	line("Registrar URL", i.URL)
	line("Updated Date", at(lastChanged(p)))
	line("Creation Date", at(p.RegisteredAt))
	line("Registrar Registration Expiration Date", at(p.ExpiresAt))
	line("Registrar", i.Name)
	line("Registrar IANA ID", i.IANAID)
	line("Registrar Abuse Contact Email", i.AbuseEmail)
	line("Registrar Abuse Contact Phone", i.AbusePhone)
	statuses := p.Statuses
	if len(statuses) == 0 {
		statuses = domain.Statuses{domain.StatusOK}
	}
	for _, s := range statuses {
		line("Domain Status", string(s)+" https://icann.org/epp#"+string(s))
	}
	const redacted = "REDACTED FOR PRIVACY"
	line("Registry Registrant ID", redacted)
	line("Registrant Name", redacted)
	c := p.Contact
	if c == nil {
		c = &domain.Contact{}
	}
	if c.Kind == domain.Organisation {
		line("Registrant Organization", redacted)
	}
	line("Registrant Street", redacted)
	line("Registrant City", redacted)
	line("Registrant State/Province", province(c))
	line("Registrant Postal Code", redacted)
	line("Registrant Country", c.Country)
	line("Registrant Phone", redacted)
	line("Registrant Email", i.contact(p.Name))
	for _, ns := range p.NameServers {
		line("Name Server", ns)
	}
	line("DNSSEC", "unsigned")
	return b.String() + d.foot()
}

func (d *Directory) foot() string {
	return "URL of the ICANN WHOIS Data Problem Reporting System: https://icann.org/wicf\n" +
		">>> Last update of WHOIS database: " + d.Now().UTC().Format("2006-01-02T15:04:05Z") + " <<<\n\n" +
		"For more information on domain status codes, please visit https://icann.org/epp\n"
}

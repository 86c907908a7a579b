package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const maxWHOIS = 64 << 10 // bytes of an answer

// beijing is the zone that CNNIC's directory writes its times in, without saying so.
var beijing = time.FixedZone("CST", 8*3600)

// absent are the ways in which WHOIS servers say that they don't have a name, in lower case.
var absent = []string{
	"no match", "not found", "no data found", "domain not found", "no matching record",
	"the queried object does not exist", "no object found",
}

// whois asks by RFC 3912: a line, and everything until the server closes.
func (p *Probe) whois(ctx context.Context, addr string, name domain.Name) (ops.PublicRegistration, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	none := ops.PublicRegistration{}
	if strings.ContainsAny(string(name), "\r\n") {
		return none, errors.New("whois: line break in a name")
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return none, fmt.Errorf("whois: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return none, fmt.Errorf("whois: %w", err)
		}
	}
	if _, err := io.WriteString(conn, string(name)+"\r\n"); err != nil {
		return none, fmt.Errorf("whois: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(conn, maxWHOIS+1))
	if err != nil {
		return none, fmt.Errorf("whois: %w", err)
	}
	if len(body) > maxWHOIS {
		return none, fmt.Errorf("whois: %s answers with more than %d bytes", addr, maxWHOIS)
	}
	return parseWHOIS(string(body), name, "WHOIS "+addr)
}

func parseWHOIS(body string, name domain.Name, source string) (ops.PublicRegistration, error) {
	out := ops.PublicRegistration{Source: source}
	var ns []string
	lines := bufio.NewScanner(strings.NewReader(body))
	lines.Buffer(nil, maxWHOIS+1)
	missing := false
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, ">>>") { // what follows is terms of use
			break
		}
		lower := strings.ToLower(line)
		for _, a := range absent {
			if strings.HasPrefix(lower, a) {
				missing = true
			}
		}
		key, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if !ok || value == "" {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "domain name":
			if !strings.EqualFold(strings.TrimSuffix(value, "."), string(name)) {
				if out.Found {
					continue
				}
				return ops.PublicRegistration{}, fmt.Errorf("whois: answer is about %q", value)
			}
			out.Found = true
		case "registrar", "sponsoring registrar":
			out.Registrar = value
		case "registrar iana id":
			out.RegistrarID = value
		case "registrar url":
			out.URL = value
		case "creation date":
			out.CreatedAt = whoisTime(value, time.UTC)
		case "registration time":
			out.CreatedAt = whoisTime(value, beijing)
		case "registry expiry date", "registrar registration expiration date", "expiration date":
			if out.ExpiresAt.IsZero() {
				out.ExpiresAt = whoisTime(value, time.UTC)
			}
		case "expiration time":
			out.ExpiresAt = whoisTime(value, beijing)
		case "domain status":
			status, _, _ := strings.Cut(value, " ")
			out.Statuses = append(out.Statuses, domain.Status(status))
		case "name server":
			host, _, _ := strings.Cut(value, " ")
			ns = append(ns, host)
		}
	}
	if err := lines.Err(); err != nil {
		return ops.PublicRegistration{}, fmt.Errorf("whois: %w", err)
	}
	if !out.Found && !missing {
		return ops.PublicRegistration{}, errors.New("whois: answer has neither the name nor a word that it is not there")
	}
	if !out.Found {
		return ops.PublicRegistration{Source: source}, nil
	}
	out.NameServers = hosts(ns)
	return out, nil
}

// whoisTime reads what directories write; zone holds where the text has none. Unreadable times are left out.
func whoisTime(s string, zone *time.Location) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly, "02-Jan-2006"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

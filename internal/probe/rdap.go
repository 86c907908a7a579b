package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const maxRDAP = 1 << 20 // bytes of an answer

// The parts of RFC 9083 that we read.
type rdapDomain struct {
	ObjectClass string       `json:"objectClassName"`
	LDHName     string       `json:"ldhName"`
	Status      []string     `json:"status"`
	Events      []rdapEvent  `json:"events"`
	Entities    []rdapEntity `json:"entities"`
	Nameservers []struct {
		LDHName string `json:"ldhName"`
	} `json:"nameservers"`
}

type rdapEvent struct {
	Action string `json:"eventAction"`
	Date   string `json:"eventDate"`
}

type rdapEntity struct {
	Handle    string `json:"handle"`
	Roles     []string
	PublicIDs []struct {
		Type       string `json:"type"`
		Identifier string `json:"identifier"`
	} `json:"publicIds"`
	Links []struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	} `json:"links"`
	VCard json.RawMessage `json:"vcardArray"`
}

func (p *Probe) rdap(ctx context.Context, base string, name domain.Name) (ops.PublicRegistration, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	at := strings.TrimSuffix(base, "/") + "/domain/" + url.PathEscape(string(name))
	none := ops.PublicRegistration{}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return none, fmt.Errorf("rdap: %w", err)
	}
	req.Header.Set("Accept", "application/rdap+json")
	resp, err := p.http.Do(req)
	if err != nil {
		return none, fmt.Errorf("rdap: %w", err)
	}
	defer resp.Body.Close()
	source := "RDAP " + at
	if resp.StatusCode == http.StatusNotFound {
		return ops.PublicRegistration{Source: source}, nil // RFC 7480 section 5.3
	}
	if resp.StatusCode != http.StatusOK {
		return none, fmt.Errorf("rdap: %s answers %s", at, resp.Status)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/rdap+json" && kind != "application/json" {
		return none, fmt.Errorf("rdap: %s answers with content of type %q", at, kind)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRDAP+1))
	if err != nil {
		return none, fmt.Errorf("rdap: %w", err)
	}
	if len(body) > maxRDAP {
		return none, fmt.Errorf("rdap: %s answers with more than %d bytes", at, maxRDAP)
	}
	var d rdapDomain
	if err := json.Unmarshal(body, &d); err != nil {
		return none, fmt.Errorf("rdap: %w", err)
	}
	if d.ObjectClass != "domain" || !strings.EqualFold(strings.TrimSuffix(d.LDHName, "."), string(name)) {
		return none, fmt.Errorf("rdap: %s answers about %q of class %q", at, d.LDHName, d.ObjectClass)
	}
	return d.registration(source), nil
}

func (d rdapDomain) registration(source string) ops.PublicRegistration {
	out := ops.PublicRegistration{Found: true, Source: source}
	for _, e := range d.Events {
		when, err := time.Parse(time.RFC3339, e.Date)
		if err != nil {
			continue
		}
		switch e.Action {
		case "registration":
			out.CreatedAt = when.UTC()
		case "expiration":
			out.ExpiresAt = when.UTC()
		}
	}
	for _, s := range d.Status {
		out.Statuses = append(out.Statuses, rdapStatus(s))
	}
	var ns []string
	for _, n := range d.Nameservers {
		ns = append(ns, n.LDHName)
	}
	out.NameServers = hosts(ns)
	for _, e := range d.Entities {
		if !e.has("registrar") {
			continue
		}
		out.Registrar = vcardName(e.VCard)
		for _, id := range e.PublicIDs {
			if id.Type == "IANA Registrar ID" || out.RegistrarID == "" {
				out.RegistrarID = id.Identifier
			}
		}
		for _, l := range e.Links {
			if l.Rel == "about" && (strings.HasPrefix(l.Href, "https://") || strings.HasPrefix(l.Href, "http://")) {
				out.URL = l.Href
			}
		}
		break
	}
	return out
}

func (e rdapEntity) has(role string) bool {
	for _, r := range e.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// rdapStatus maps RFC 8056's words to EPP's: "client transfer prohibited" is clientTransferProhibited.
func rdapStatus(s string) domain.Status {
	if s == "active" {
		return domain.StatusOK
	}
	words := strings.Fields(s)
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return domain.Status(strings.Join(words, ""))
}

// vcardName reads fn, or org where fn is empty, of a jCard (RFC 7095): ["vcard", [[name, params, type, value…]…]].
func vcardName(raw json.RawMessage) string {
	var card []json.RawMessage
	if json.Unmarshal(raw, &card) != nil || len(card) < 2 {
		return ""
	}
	var props [][]json.RawMessage
	if json.Unmarshal(card[1], &props) != nil {
		return ""
	}
	found := map[string]string{}
	for _, prop := range props {
		var name, value string
		if len(prop) < 4 || json.Unmarshal(prop[0], &name) != nil || json.Unmarshal(prop[3], &value) != nil {
			continue
		}
		if _, have := found[name]; !have {
			found[name] = strings.TrimSpace(value)
		}
	}
	if found["fn"] != "" {
		return found["fn"]
	}
	return found["org"]
}

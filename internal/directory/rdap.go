package directory

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// object is an RDAP object class or a part of one; JSON with members in the order of their names.
type object = map[string]any

// RDAP serves /domain/, /entity/ (the registrar alone) and /help.
func (d *Directory) RDAP() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /domain/{name}", d.rdapDomain)
	mux.HandleFunc("GET /entity/{handle}", d.rdapEntity)
	mux.HandleFunc("GET /help", d.rdapHelp)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		d.rdapError(w, r, http.StatusNotFound, "Not here", "This server answers for domain names registered through "+d.Registrar.Name+": /domain/NAME.")
	})
	mux.HandleFunc("OPTIONS /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
		w.Header().Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		d.rdapError(w, r, http.StatusMethodNotAllowed, "Method not allowed", "RDAP is asked with GET and HEAD.")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*") // RFC 7480 section 5.6
		if !d.rates.allow(r.RemoteAddr, d.Limits.PerSecond, d.Wall()) {
			w.Header().Set("Retry-After", "1")
			d.rdapError(w, r, http.StatusTooManyRequests, "Too many questions", "At most "+strconv.Itoa(d.Limits.PerSecond)+" a second.")
			return
		}
		if len(r.URL.Path) > 1024 {
			d.rdapError(w, r, http.StatusRequestURITooLong, "Too long", "No name is that long.")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (d *Directory) rdapDomain(w http.ResponseWriter, r *http.Request) {
	p, err := d.find(r.Context(), r.PathValue("name"))
	if err != nil {
		switch f := fault.Of(err); f.Kind {
		case fault.Invalid:
			d.rdapError(w, r, http.StatusBadRequest, "Not a domain name", "Rule: "+f.Facts["rule"]+", at character "+f.Facts["position"]+".")
		case fault.Missing:
			d.rdapError(w, r, http.StatusNotFound, "Not found", "The name isn't registered through "+d.Registrar.Name+".")
		default:
			d.rdapError(w, r, http.StatusInternalServerError, "Not available", "The directory can't be read at the moment.")
		}
		return
	}
	d.rdap(w, http.StatusOK, d.domainObject(p, d.queried(r)))
}

// queried is the address that was asked for, as notices must repeat it.
func (d *Directory) queried(r *http.Request) string {
	if d.Registrar.RDAPBase != "" {
		return d.Registrar.RDAPBase + r.URL.EscapedPath()
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + r.URL.EscapedPath()
}

func (d *Directory) domainObject(p ops.Published, queried string) object {
	self := d.Registrar.RDAPBase + "/domain/" + string(p.Name)
	registrant, redacted := d.registrant(p)
	out := object{
		"rdapConformance": conformance(len(redacted) > 0),
		"objectClassName": "domain",
		"ldhName":         string(p.Name),
		"status":          rdapStatuses(p.Statuses),
		"events": []object{
			event("registration", p.RegisteredAt), event("expiration", p.ExpiresAt), event("registrar expiration", p.ExpiresAt),
			event("last changed", lastChanged(p)), event("last update of RDAP database", d.Now()),
		},
		"secureDNS": object{"delegationSigned": false},
		"entities":  []object{d.registrar(queried), registrant},
		"links":     []object{{"value": queried, "rel": "self", "href": self, "type": rdapType}},
		"notices":   d.notices(queried),
	}
	if p.ROID != "" {
		out["handle"] = p.ROID
	}
	if p.Display != "" && p.Display != string(p.Name) {
		out["unicodeName"] = p.Display
	}
	if len(p.NameServers) > 0 {
		servers := make([]object, len(p.NameServers))
		for i, ns := range p.NameServers {
			servers[i] = object{"objectClassName": "nameserver", "ldhName": ns}
		}
		out["nameservers"] = servers
	}
	if d.Registrar.WHOIS != "" {
		out["port43"] = d.Registrar.WHOIS
	}
	if len(redacted) > 0 {
		out["redacted"] = redacted
	}
	return out
}

func lastChanged(p ops.Published) time.Time {
	if p.UpdatedAt.Before(p.RegisteredAt) {
		return p.RegisteredAt
	}
	return p.UpdatedAt
}

func event(action string, at time.Time) object {
	return object{"eventAction": action, "eventDate": at.UTC().Format(time.RFC3339)}
}

func conformance(redacted bool) []string {
	c := []string{"rdap_level_0", "icann_rdap_response_profile_1", "icann_rdap_technical_implementation_guide_1"}
	if redacted {
		c = append(c, "redacted")
	}
	return c
}

// notices are those of the gTLD profile, word for word, and one with our terms.
func (d *Directory) notices(queried string) []object {
	return []object{
		{"title": "Status Codes", "description": []string{"For more information on domain status codes, please visit https://icann.org/epp"},
			"links": []object{{"value": queried, "rel": "glossary", "href": "https://icann.org/epp", "type": "text/html"}}},
		{"title": "RDDS Inaccuracy Complaint Form", "description": []string{"URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf"},
			"links": []object{{"value": queried, "rel": "help", "href": "https://icann.org/wicf", "type": "text/html"}}},
		d.terms(queried),
	}
}

func (d *Directory) terms(queried string) object {
	return object{"title": "Terms of Use", "description": []string{"Data is given for lawful purposes only, and not for sending unsolicited messages or for bulk collection."},
		"links": []object{{"value": queried, "rel": "terms-of-service", "href": d.Registrar.URL, "type": "text/html"}}}
}

func (d *Directory) registrar(queried string) object {
	return object{
		"objectClassName": "entity", "handle": d.Registrar.IANAID, "roles": []string{"registrar"},
		"publicIds":  []object{{"type": "IANA Registrar ID", "identifier": d.Registrar.IANAID}},
		"vcardArray": vcard([]any{"fn", object{}, "text", d.Registrar.Name}, []any{"url", object{}, "uri", d.Registrar.URL}),
		"links":      []object{{"value": queried, "rel": "about", "href": d.Registrar.URL, "type": "text/html"}},
		"entities": []object{{
			"objectClassName": "entity", "roles": []string{"abuse"},
			"vcardArray": vcard([]any{"fn", object{}, "text", "Abuse contact"},
				[]any{"tel", object{"type": "voice"}, "uri", "tel:" + strings.Replace(d.Registrar.AbusePhone, ".", "-", 1)},
				[]any{"email", object{}, "text", d.Registrar.AbuseEmail}),
		}},
	}
}

func vcard(properties ...[]any) []any {
	all := []any{[]any{"version", object{}, "text", "4.0"}}
	for _, p := range properties {
		all = append(all, p)
	}
	return []any{"vcard", all}
}

// registrant writes the registrant with persons' data taken out, and the list of what was taken out (RFC 9537):
// name, street, city and postal code are emptied, organization and telephone removed, and a page that relays
// messages stands for the e-mail address.
func (d *Directory) registrant(p ops.Published) (entity object, redacted []object) {
	entity = object{"objectClassName": "entity", "roles": []string{"registrant"}}
	c := p.Contact
	if c == nil {
		c = &domain.Contact{}
	}
	const card = "$.entities[?(@.roles[0]=='registrant')].vcardArray[1]"
	note := func(name, method, path string, more object) {
		r := object{"name": object{"type": name}, "method": method, "pathLang": "jsonpath", "reason": object{"description": "Server policy"}}
		if method == "emptyValue" {
			r["postPath"] = path
		} else {
			r["prePath"] = path
		}
		for k, v := range more {
			r[k] = v
		}
		redacted = append(redacted, r)
	}
	note("Registrant Name", "emptyValue", card+"[?(@[0]=='fn')][3]", nil)
	if c.Kind == domain.Organisation {
		note("Registrant Organization", "removal", card+"[?(@[0]=='org')]", nil)
	}
	note("Registrant Street", "emptyValue", card+"[?(@[0]=='adr')][3][2]", nil)
	note("Registrant City", "emptyValue", card+"[?(@[0]=='adr')][3][3]", nil)
	note("Registrant Postal Code", "emptyValue", card+"[?(@[0]=='adr')][3][5]", nil)
	note("Registrant Phone", "removal", card+"[?(@[0]=='tel')]", nil)
	note("Registrant Email", "replacementValue", card+"[?(@[0]=='email')]", object{"replacementPath": card + "[?(@[0]=='contact-uri')]"})
	note("Registry Registrant ID", "removal", "$.entities[?(@.roles[0]=='registrant')].handle", nil)
	entity["vcardArray"] = vcard(
		[]any{"fn", object{}, "text", ""},
		[]any{"adr", country(c), "text", []any{"", "", "", "", province(c), "", ""}},
		[]any{"contact-uri", object{}, "uri", d.Registrar.contact(p.Name)},
	)
	return entity, redacted
}

func province(c *domain.Contact) string {
	if c.Province != "" {
		return c.Province
	}
	return c.ProvinceCN
}

func (d *Directory) rdapEntity(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("handle") != d.Registrar.IANAID {
		d.rdapError(w, r, http.StatusNotFound, "Not found", "Only the registrar itself, "+d.Registrar.IANAID+", is an entity here.")
		return
	}
	queried := d.queried(r)
	out := d.registrar(queried)
	out["rdapConformance"] = conformance(false)
	out["notices"] = []object{d.terms(queried)}
	d.rdap(w, http.StatusOK, out)
}

func (d *Directory) rdapHelp(w http.ResponseWriter, r *http.Request) {
	queried := d.queried(r)
	d.rdap(w, http.StatusOK, object{
		"rdapConformance": conformance(false),
		"notices": []object{d.terms(queried), {
			"title":       "Help",
			"description": []string{"Ask /domain/NAME, in Chinese or xn-- form, with GET or HEAD. At most " + strconv.Itoa(d.Limits.PerSecond) + " questions a second of one address; beyond that 429."},
			"links":       []object{{"value": queried, "rel": "help", "href": d.Registrar.URL, "type": "text/html"}},
		}},
	})
}

// rdapError is RFC 9083 section 6.
func (d *Directory) rdapError(w http.ResponseWriter, r *http.Request, status int, title, about string) {
	d.rdap(w, status, object{
		"rdapConformance": conformance(false), "errorCode": status, "title": title, "description": []string{about},
		"notices": []object{d.terms(d.queried(r))},
	})
}

const rdapType = "application/rdap+json"

func (d *Directory) rdap(w http.ResponseWriter, status int, body object) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", rdapType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// statusWords maps EPP and RGP statuses to RDAP's (RFC 8056 section 2).
var statusWords = map[domain.Status]string{
	"ok": "active", "inactive": "inactive",
	"addPeriod": "add period", "autoRenewPeriod": "auto renew period", "renewPeriod": "renew period", "transferPeriod": "transfer period",
	"redemptionPeriod": "redemption period", "pendingRestore": "pending restore",
	"clientDeleteProhibited": "client delete prohibited", "clientHold": "client hold", "clientRenewProhibited": "client renew prohibited",
	"clientTransferProhibited": "client transfer prohibited", "clientUpdateProhibited": "client update prohibited",
	"serverDeleteProhibited": "server delete prohibited", "serverHold": "server hold", "serverRenewProhibited": "server renew prohibited",
	"serverTransferProhibited": "server transfer prohibited", "serverUpdateProhibited": "server update prohibited",
	"pendingCreate": "pending create", "pendingDelete": "pending delete", "pendingRenew": "pending renew",
	"pendingTransfer": "pending transfer", "pendingUpdate": "pending update",
}

func rdapStatuses(s domain.Statuses) []string {
	out := make([]string, 0, len(s)+1)
	for _, one := range s {
		if word, ok := statusWords[one]; ok {
			out = append(out, word)
		}
	}
	if len(out) == 0 {
		out = append(out, "active") // a name without any status is ok (RFC 5731 section 2.3)
	}
	return out
}

// country is the cc parameter of an address (RFC 8605 section 3.1); nothing where the country isn't known.
func country(c *domain.Contact) object {
	if c.Country == "" {
		return object{}
	}
	return object{"cc": c.Country}
}

package directory

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// rdapStatus maps EPP and RGP statuses to RDAP's (RFC 8056 section 2).
var rdapStatus = map[string]string{
	"addPeriod": "add period", "autoRenewPeriod": "auto renew period",
	"clientDeleteProhibited": "client delete prohibited", "clientHold": "client hold",
	"clientRenewProhibited": "client renew prohibited", "clientTransferProhibited": "client transfer prohibited",
	"clientUpdateProhibited": "client update prohibited", "inactive": "inactive", "linked": "associated", "ok": "active",
	"pendingCreate": "pending create", "pendingDelete": "pending delete", "pendingRenew": "pending renew",
	"pendingRestore": "pending restore", "pendingTransfer": "pending transfer", "pendingUpdate": "pending update",
	"redemptionPeriod": "redemption period", "renewPeriod": "renew period",
	"serverDeleteProhibited": "server delete prohibited", "serverHold": "server hold",
	"serverRenewProhibited": "server renew prohibited", "serverTransferProhibited": "server transfer prohibited",
	"serverUpdateProhibited": "server update prohibited", "transferPeriod": "transfer period",
}

type link struct {
	Value string `json:"value,omitempty"`
	Rel   string `json:"rel"`
	Href  string `json:"href"`
	Type  string `json:"type,omitempty"`
}

type notice struct {
	Title       string   `json:"title"`
	Description []string `json:"description"`
	Links       []link   `json:"links,omitempty"`
}

type event struct {
	Action string `json:"eventAction"`
	Date   string `json:"eventDate"`
}

type ipAddresses struct {
	V4 []string `json:"v4,omitempty"`
	V6 []string `json:"v6,omitempty"`
}

type nameserver struct {
	Class   string       `json:"objectClassName"`
	Handle  string       `json:"handle,omitempty"`
	LDH     string       `json:"ldhName"`
	Unicode string       `json:"unicodeName,omitempty"`
	IPs     *ipAddresses `json:"ipAddresses,omitempty"`
	Links   []link       `json:"links,omitempty"`
	common
}

type dsData struct {
	KeyTag     uint16 `json:"keyTag"`
	Algorithm  uint8  `json:"algorithm"`
	DigestType uint8  `json:"digestType"`
	Digest     string `json:"digest"`
}

type secureDNS struct {
	DelegationSigned bool     `json:"delegationSigned"`
	DSData           []dsData `json:"dsData,omitempty"`
}

type publicID struct {
	Type       string `json:"type"`
	Identifier string `json:"identifier"`
}

type entity struct {
	Class     string     `json:"objectClassName"`
	Handle    string     `json:"handle,omitempty"`
	Roles     []string   `json:"roles"`
	PublicIDs []publicID `json:"publicIds,omitempty"`
	VCard     []any      `json:"vcardArray"`
	Entities  []entity   `json:"entities,omitempty"`
	Links     []link     `json:"links,omitempty"`
}

type domainObject struct {
	Class       string       `json:"objectClassName"`
	Handle      string       `json:"handle"`
	LDH         string       `json:"ldhName"`
	Unicode     string       `json:"unicodeName,omitempty"`
	Status      []string     `json:"status"`
	Events      []event      `json:"events"`
	Nameservers []nameserver `json:"nameservers"`
	SecureDNS   secureDNS    `json:"secureDNS"`
	Entities    []entity     `json:"entities"`
	Links       []link       `json:"links"`
	Redacted    []redaction  `json:"redacted,omitempty"`
	common
}

type redaction struct {
	Name     map[string]string `json:"name"`
	PrePath  string            `json:"prePath,omitempty"`
	PostPath string            `json:"postPath,omitempty"`
	PathLang string            `json:"pathLang"`
	Method   string            `json:"method"`
	Reason   map[string]string `json:"reason"`
}

// common is what the outermost object of every answer carries (RFC 9083
// section 4); inner objects leave it empty.
type common struct {
	Conformance []string `json:"rdapConformance,omitempty"`
	Notices     []notice `json:"notices,omitempty"`
}

type problem struct {
	common
	Code        int      `json:"errorCode"`
	Title       string   `json:"title"`
	Description []string `json:"description,omitempty"`
}

var conformance = []string{"rdap_level_0", "icann_rdap_response_profile_1", "icann_rdap_technical_implementation_guide_1"}

// RDAP serves /domain/{name}, /nameserver/{name} and /help.
func RDAP(r Registry) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /help", func(w http.ResponseWriter, req *http.Request) {
		answer(w, http.StatusOK, struct{ common }{common{conformance, []notice{terms(self(req)), {
			Title:       "Queries",
			Description: []string{"domain/{name} and nameserver/{name}, for names under ." + strings.Join(r.Zones, ", .") + "."},
		}}}})
	})
	mux.HandleFunc("GET /domain/{name}", func(w http.ResponseWriter, req *http.Request) {
		name, ok := asciiName(req.PathValue("name"))
		if !ok {
			fail(w, req, http.StatusBadRequest, "Bad Request", "That is not a domain name.")
			return
		}
		d, ok := Domain{}, false
		if r.holds(name) {
			d, ok = r.Domain(name)
		}
		if !ok {
			fail(w, req, http.StatusNotFound, "Not Found", "No such domain in this registry.")
			return
		}
		answer(w, http.StatusOK, r.domain(d, req))
	})
	mux.HandleFunc("GET /nameserver/{name}", func(w http.ResponseWriter, req *http.Request) {
		name, ok := asciiName(req.PathValue("name"))
		if !ok {
			fail(w, req, http.StatusBadRequest, "Bad Request", "That is not a host name.")
			return
		}
		h, ok := r.Host(name)
		if !ok {
			fail(w, req, http.StatusNotFound, "Not Found", "No such name server in this registry.")
			return
		}
		o := nameserverOf(h)
		o.Links = []link{{Value: self(req), Rel: "self", Href: self(req), Type: "application/rdap+json"}}
		o.common = common{conformance, []notice{terms(self(req))}}
		answer(w, http.StatusOK, o)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		fail(w, req, http.StatusBadRequest, "Bad Request", "This server answers domain, nameserver and help queries.")
	})
	return mux
}

func self(r *http.Request) string { return "http://" + r.Host + r.URL.EscapedPath() }

func terms(value string) notice {
	help := value
	if u, err := url.Parse(value); err == nil {
		help = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/help"}).String()
	}
	return notice{Title: "Terms of Service", Description: []string{"Simulated data for tests. Nothing here is about a real registration."},
		Links: []link{{Value: value, Rel: "terms-of-service", Href: help, Type: "application/rdap+json"}}}
}

func answer(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/rdap+json")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

func fail(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	answer(w, status, problem{common: common{conformance, []notice{terms(self(r))}}, Code: status, Title: title, Description: []string{text}})
}

func nameserverOf(h Host) nameserver {
	o := nameserver{Class: "nameserver", Handle: h.Handle, LDH: h.Name, Unicode: unicodeName(h.Name)}
	if len(h.Addrs) > 0 {
		o.IPs = &ipAddresses{}
		for _, a := range h.Addrs {
			if a.Is4() {
				o.IPs.V4 = append(o.IPs.V4, a.String())
			} else {
				o.IPs.V6 = append(o.IPs.V6, a.String())
			}
		}
	}
	return o
}

func (r Registry) domain(d Domain, req *http.Request) domainObject {
	o := domainObject{Class: "domain", Handle: d.Handle, LDH: d.Name, Unicode: unicodeName(d.Name),
		Status: []string{}, Nameservers: []nameserver{}, common: common{Conformance: conformance}}
	for _, s := range append(append([]string{}, d.Statuses...), d.RGP...) {
		if m, ok := rdapStatus[s]; ok {
			o.Status = appendOnce(o.Status, m)
		}
	}
	add := func(action string, t time.Time) {
		if !t.IsZero() {
			o.Events = append(o.Events, event{action, stamp(t)})
		}
	}
	add("registration", d.Created)
	add("expiration", d.Expires)
	add("last changed", d.Updated)
	add("transfer", d.Transferred)
	add("last update of RDAP database", r.Now())
	for _, h := range d.Servers {
		o.Nameservers = append(o.Nameservers, nameserverOf(h))
	}
	o.SecureDNS.DelegationSigned = len(d.DS) > 0
	for _, ds := range d.DS {
		o.SecureDNS.DSData = append(o.SecureDNS.DSData, dsData(ds))
	}
	here := self(req)
	o.Links = []link{{Value: here, Rel: "self", Href: here, Type: "application/rdap+json"}}
	if base := d.Registrar.RDAPBase; base != "" {
		o.Links = append(o.Links, link{Value: here, Rel: "related", Href: strings.TrimSuffix(base, "/") + "/domain/" + d.Name, Type: "application/rdap+json"})
	}
	o.Entities = []entity{registrarEntity(d.Registrar)}
	if !r.Thin {
		o.Conformance = append(append([]string{}, conformance...), "redacted")
		for _, role := range []string{"registrant", "admin", "tech"} {
			c, ok := d.Contacts[role]
			if !ok {
				continue
			}
			rdapRole := map[string]string{"registrant": "registrant", "admin": "administrative", "tech": "technical"}[role]
			o.Entities = append(o.Entities, contactEntity(rdapRole, c))
			o.Redacted = append(o.Redacted, redactions(rdapRole)...)
		}
	}
	o.Notices = []notice{
		terms(here),
		{Title: "Status Codes", Description: []string{"For more information on domain status codes, please visit https://icann.org/epp"},
			Links: []link{{Value: here, Rel: "glossary", Href: "https://icann.org/epp", Type: "text/html"}}},
		{Title: "RDDS Inaccuracy Complaint Form", Description: []string{"URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf"},
			Links: []link{{Value: here, Rel: "help", Href: "https://icann.org/wicf", Type: "text/html"}}},
	}
	return o
}

func appendOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// vcard is a jCard (RFC 7095) with the fields that have a value; fn always.
func vcard(fn string, fields ...[]any) []any {
	props := []any{[]any{"version", map[string]any{}, "text", "4.0"}, []any{"fn", map[string]any{}, "text", fn}}
	for _, f := range fields {
		if f != nil {
			props = append(props, f)
		}
	}
	return []any{"vcard", props}
}

func text(name, value string) []any {
	if value == "" {
		return nil
	}
	return []any{name, map[string]any{}, "text", value}
}

func tel(number string) []any {
	if number == "" {
		return nil
	}
	return []any{"tel", map[string]any{"type": "voice"}, "uri", "tel:" + number}
}

func registrarEntity(r Registrar) entity {
	e := entity{Class: "entity", Handle: r.ID, Roles: []string{"registrar"}, VCard: vcard(r.Name)}
	if r.IANAID != "" {
		e.Handle = r.IANAID
		e.PublicIDs = []publicID{{"IANA Registrar ID", r.IANAID}}
	}
	if r.URL != "" {
		e.Links = []link{{Value: r.URL, Rel: "about", Href: r.URL, Type: "text/html"}}
	}
	if r.AbuseEmail != "" || r.AbusePhone != "" {
		e.Entities = []entity{{Class: "entity", Roles: []string{"abuse"}, VCard: vcard("Abuse Contact", tel(r.AbusePhone), text("email", r.AbuseEmail))}}
	}
	return e
}

// contactEntity publishes organisation, province and country (the country as
// parameter with an empty component, RFC 8605 and the gTLD profile).
func contactEntity(role string, c Contact) entity {
	adr := []any{"adr", map[string]any{"cc": c.Country}, "text", []any{"", "", "", "", c.Province, "", ""}}
	return entity{Class: "entity", Roles: []string{role}, VCard: vcard("", text("org", c.Org), adr)}
}

// redactions says what is held back about a role and how (RFC 9537).
func redactions(role string) []redaction {
	who := map[string]string{"registrant": "Registrant", "administrative": "Admin", "technical": "Tech"}[role]
	at := "$.entities[?(@.roles[0]=='" + role + "')]"
	reason := map[string]string{"description": "Server policy"}
	empty := func(what, path string) redaction {
		return redaction{Name: map[string]string{"description": who + " " + what}, PostPath: at + path, PathLang: "jsonpath", Method: "emptyValue", Reason: reason}
	}
	removed := func(what, path string) redaction {
		return redaction{Name: map[string]string{"description": who + " " + what}, PrePath: at + path, PathLang: "jsonpath", Method: "removal", Reason: reason}
	}
	return []redaction{
		empty("Name", ".vcardArray[1][?(@[0]=='fn')][3]"),
		empty("Street", ".vcardArray[1][?(@[0]=='adr')][3][2]"),
		empty("City", ".vcardArray[1][?(@[0]=='adr')][3][3]"),
		empty("Postal Code", ".vcardArray[1][?(@[0]=='adr')][3][5]"),
		removed("Phone", ".vcardArray[1][?(@[1].type=='voice')]"),
		removed("Email", ".vcardArray[1][?(@[0]=='email')]"),
		removed("ID", ".handle"),
	}
}

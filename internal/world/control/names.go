package control

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

// Name is a registered name on the wire.
type Name struct {
	Name       string    `json:"name"`
	Unicode    string    `json:"unicode,omitempty"`
	ClID       string    `json:"clid"`
	CrDate     time.Time `json:"cr_date"`
	ExDate     time.Time `json:"ex_date"`
	UpDate     time.Time `json:"up_date,omitzero"`
	TrDate     time.Time `json:"tr_date,omitzero"`
	Statuses   []string  `json:"statuses"`
	RGP        []string  `json:"rgp"`
	NS         []string  `json:"ns"`
	InZone     bool      `json:"in_zone"`
	Registrant string    `json:"registrant,omitempty"`
	CreateTRID string    `json:"create_trid,omitempty"`
	ROID       string    `json:"roid"`
	DS         []string  `json:"ds,omitempty"`  // as zone files write them
	AuthInfo   bool      `json:"auth_info_set"` // whether there is one; never what it is

	Verification    string    `json:"verification,omitempty"` // state; absent: notApplicable
	VerificationDue time.Time `json:"verification_due,omitzero"`
	Pending         string    `json:"pending,omitempty"` // the kind of command that waits for an answer
	Holds           []string  `json:"holds,omitempty"`   // why serverHold is there
	Variants        []string  `json:"variants,omitempty"`
}

// NameOf writes a name for the outside.
func NameOf(v registry.DomainView) Name {
	out := Name{Name: v.Name, ClID: v.Sponsor, CrDate: v.Created, ExDate: v.Expires, UpDate: v.Updated, TrDate: v.Transferred,
		Statuses: append([]string{}, v.EPPStatus...), RGP: append([]string{}, v.RGPStatus...), NS: []string{}, InZone: v.InZone,
		Registrant: v.Registrant, CreateTRID: v.CreateTRID, ROID: v.ROID, AuthInfo: v.AuthInfoSet,
		Verification: v.Verify, VerificationDue: v.VerifyDue, Holds: v.Holds, Variants: v.Variants}
	for _, d := range v.DS {
		out.DS = append(out.DS, fmt.Sprintf("%d %d %d %s", d.KeyTag, d.Algorithm, d.DigestType, d.Digest))
	}
	if v.Pending != nil {
		out.Pending = v.Pending.Op
	}
	if u, err := idna.ToUnicode(v.Name); err == nil && u != v.Name {
		out.Unicode = u
	}
	for _, ns := range v.Servers {
		out.NS = append(out.NS, ns.Host)
	}
	return out
}

// Held says whether the registry holds the name.
func (n Name) Held() bool { return slices.Contains(n.Statuses, "serverHold") }

// Shown is the name as people read it.
func (n Name) Shown() string {
	if n.Unicode != "" {
		return n.Unicode
	}
	return n.Name
}

// ASCIIName takes names as people type them.
func ASCIIName(s string) (string, error) {
	a, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.TrimSpace(s), "."))
	if err != nil || a == "" {
		return "", BadRequest(strconv.Quote(s) + " is not a domain name")
	}
	return strings.ToLower(a), nil
}

// Names lists names in order: up to limit of them, of a registrar (of all when
// clid is empty), that sort after after.
func Names(reg *registry.Registry, clid, after string, limit int) []Name {
	out := []Name{}
	for _, n := range reg.Names(clid, after, limit) {
		if v, ok := reg.Domain(n); ok { // it may have gone in between
			out = append(out, NameOf(v))
		}
	}
	return out
}

func listNames(r *http.Request, reg *registry.Registry) (any, error) {
	q, limit := r.URL.Query(), 100
	if v := q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 10_000 {
			return nil, BadRequest("limit must be 1 to 10000")
		}
		limit = n
	}
	if clid := q.Get("clid"); clid != "" {
		if err := noRegistrar(reg, clid); err != nil {
			return nil, err
		}
	}
	return map[string]any{"names": Names(reg, q.Get("clid"), q.Get("after"), limit)}, nil
}

// Take registers a name for a registrar, as if it was faster. 0 years are one.
func Take(reg *registry.Registry, name, clid string, years int) (Name, error) {
	a, err := ASCIIName(name)
	if err != nil {
		return Name{}, err
	}
	if years == 0 {
		years = 1
	}
	if err := reg.RegisterAs(clid, a, years, time.Time{}); err != nil {
		return Name{}, Refusal(err)
	}
	v, _ := reg.Domain(a)
	return NameOf(v), nil
}

type takeIn struct {
	Name  string `json:"name"`
	ClID  string `json:"clid"`
	Years int    `json:"years"`
}

func take(_ *http.Request, reg *registry.Registry, in takeIn) (any, error) {
	n, err := Take(reg, in.Name, in.ClID, in.Years)
	return Created{n}, err
}

// pathName finds the name of the path.
func pathName(r *http.Request, reg *registry.Registry) (string, registry.DomainView, error) {
	a, err := ASCIIName(r.PathValue("name"))
	if err != nil {
		return "", registry.DomainView{}, err
	}
	v, ok := reg.Domain(a)
	if !ok {
		return "", v, NotFound("no name " + strconv.Quote(a) + " in this registry")
	}
	return a, v, nil
}

func showName(r *http.Request, reg *registry.Registry) (any, error) {
	_, v, err := pathName(r, reg)
	return NameOf(v), err
}

// named does something to the name of the path and answers with it as it is
// then, or with {"deleted": true} when it is gone.
func named[T any](f func(reg *registry.Registry, name string, in T) error) act {
	return taking(func(r *http.Request, reg *registry.Registry, in T) (any, error) {
		a, _, err := pathName(r, reg)
		if err != nil {
			return nil, err
		}
		if err := f(reg, a, in); err != nil {
			return nil, err
		}
		if v, ok := reg.Domain(a); ok {
			return NameOf(v), nil
		}
		return map[string]bool{"deleted": true}, nil
	})
}

// remove deletes a name as its sponsor would; it may go through redemption.
func remove(r *http.Request, reg *registry.Registry) (any, error) {
	a, v, err := pathName(r, reg)
	if err != nil {
		return nil, err
	}
	return map[string]bool{"deleted": true}, Refusal(reg.DeleteAs(v.Sponsor, a))
}

func sponsor(reg *registry.Registry, name string) string {
	v, _ := reg.Domain(name)
	return v.Sponsor
}

// why a registry does something to a name.
type why struct {
	Reason   string `json:"reason,omitempty"`
	CaseType string `json:"case_type,omitempty"` // udrp, urs, custom
	CaseName string `json:"case_name,omitempty"` // with custom
	CaseID   string `json:"case_id,omitempty"`
}

func (w why) of() registry.Case {
	return registry.Case{Type: w.CaseType, Name: w.CaseName, ID: w.CaseID}
}

// SettableStatuses of RFC 5731 section 2.3: the others follow from what is done.
var SettableStatuses = []string{
	"serverHold", "serverDeleteProhibited", "serverRenewProhibited", "serverTransferProhibited", "serverUpdateProhibited",
	"clientHold", "clientDeleteProhibited", "clientRenewProhibited", "clientTransferProhibited", "clientUpdateProhibited",
}

// SetStatus puts or lifts a status of [SettableStatuses].
func SetStatus(reg *registry.Registry, name, status string, on bool, reason string, of registry.Case) error {
	if !slices.Contains(SettableStatuses, status) {
		return BadRequest("no status " + strconv.Quote(status) + " to set; there are " + strings.Join(SettableStatuses, ", "))
	}
	return Refusal(reg.SetStatusFor(name, status, on, reason, of))
}

type statusIn struct {
	Status string `json:"status"`
	On     *bool  `json:"on"`
	why
}

func status(reg *registry.Registry, name string, in statusIn) error {
	if in.On == nil {
		return BadRequest(`"on" must be true or false`)
	}
	return SetStatus(reg, name, in.Status, *in.On, in.Reason, in.of())
}

type transferIn struct {
	ClID     string `json:"clid"` // of all but a request: without it the sponsor
	Op       string `json:"op"`
	AuthInfo string `json:"auth_info"`
}

// transfer does another registrar's part.
func transfer(reg *registry.Registry, name string, in transferIn) error {
	switch in.Op {
	case "request", "approve", "reject", "cancel":
	default:
		return BadRequest(fmt.Sprintf("op: %q is none of request, approve, reject, cancel", in.Op))
	}
	if in.ClID == "" && in.Op != "request" {
		in.ClID = sponsor(reg, name)
	}
	return reg.TransferAs(in.ClID, name, in.Op, in.AuthInfo)
}

type answerIn struct {
	Yes    *bool  `json:"yes"`
	Reason string `json:"reason"`
}

// answer decides a command that waits for the registry (1001).
func answer(reg *registry.Registry, name string, in answerIn) error {
	if in.Yes == nil {
		return BadRequest(`"yes" must be true or false`)
	}
	return reg.Answer(name, *in.Yes, in.Reason)
}

type verdictIn struct {
	Verdict string `json:"verdict"` // ok, hold, delete
	Reason  string `json:"reason"`
}

func verdict(reg *registry.Registry, name string, in verdictIn) error {
	return reg.NamingVerdict(name, in.Verdict, in.Reason)
}

type verificationIn struct {
	State string `json:"state"`
}

func verification(reg *registry.Registry, name string, in verificationIn) error {
	return reg.SetVerified(name, in.State)
}

type moveIn struct {
	ClID  string `json:"clid"`
	Quiet bool   `json:"quiet"` // tell the registrars nothing
	why
}

func move(reg *registry.Registry, name string, in moveIn) error {
	return reg.Move(name, in.ClID, in.Reason, in.of(), in.Quiet)
}

type vanishIn struct {
	Quiet bool `json:"quiet"`
	why
}

func vanish(reg *registry.Registry, name string, in vanishIn) error {
	return reg.Vanish(name, in.Reason, in.of(), in.Quiet)
}

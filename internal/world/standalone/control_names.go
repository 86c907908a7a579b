package standalone

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/openregistrar/openregistrar/internal/world/registry"
)

type nameState struct {
	Name     string    `json:"name"`
	ClID     string    `json:"clid"`
	CrDate   time.Time `json:"cr_date"`
	ExDate   time.Time `json:"ex_date"`
	Statuses []string  `json:"statuses"`
	RGP      []string  `json:"rgp"`
	NS       []string  `json:"ns"`
	InZone   bool      `json:"in_zone"`
}

func nameOf(v registry.DomainView) nameState {
	n := nameState{Name: v.Name, ClID: v.Sponsor, CrDate: v.Created, ExDate: v.Expires, Statuses: append([]string{}, v.EPPStatus...),
		RGP: append([]string{}, v.RGPStatus...), NS: []string{}, InZone: v.InZone}
	for _, ns := range v.Servers {
		n.NS = append(n.NS, ns.Host)
	}
	return n
}

// name finds the name of a request's path.
func (s *Simulator) name(r *http.Request) (registry.DomainView, error) {
	a, err := idna.Lookup.ToASCII(strings.TrimSuffix(r.PathValue("name"), "."))
	if err != nil {
		return registry.DomainView{}, bad(strconv.Quote(r.PathValue("name")) + " is not a domain name")
	}
	v, ok := s.reg.Domain(a)
	if !ok {
		return v, missing("no name " + strconv.Quote(r.PathValue("name")))
	}
	return v, nil
}

// refusal gives the registry's own errors an HTTP status.
func refusal(err error) error {
	var no *registry.Refusal
	switch {
	case errors.Is(err, registry.ErrNoSuchName), errors.Is(err, registry.ErrNoSuchRegistrar):
		return missing(strings.TrimPrefix(err.Error(), "registry: "))
	case errors.As(err, &no) && (no.Code == 2302 || no.Code == 2304 || no.Code == 2305 || no.Code == 2104):
		return conflict(err.Error())
	case errors.As(err, &no):
		return bad(err.Error())
	}
	return err
}

func (s *Simulator) names(r *http.Request) (any, error) {
	q, limit := r.URL.Query(), 100
	if v := q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 10_000 {
			return nil, bad("limit must be 1 to 10000")
		}
		limit = n
	}
	out := []nameState{}
	for _, n := range s.reg.Names(q.Get("clid"), q.Get("after"), limit) {
		if v, ok := s.reg.Domain(n); ok {
			out = append(out, nameOf(v))
		}
	}
	return map[string]any{"names": out}, nil
}

// take registers a name for any registrar, as if somebody was faster.
func (s *Simulator) take(r *http.Request) (any, error) {
	var in struct {
		ClID  string `json:"clid"`
		Years int    `json:"years"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if in.ClID == "" {
		in.ClID = othersID
	}
	if in.Years == 0 {
		in.Years = 1
	}
	a, err := idna.Lookup.ToASCII(strings.TrimSuffix(r.PathValue("name"), "."))
	if err != nil {
		return nil, bad(strconv.Quote(r.PathValue("name")) + " is not a domain name")
	}
	if err := s.reg.RegisterAs(in.ClID, a, in.Years, time.Time{}); err != nil {
		return nil, refusal(err)
	}
	v, err := s.name(r)
	if err != nil {
		return nil, err
	}
	return nameOf(v), nil
}

func (s *Simulator) status(r *http.Request) (any, error) {
	var in struct {
		Status string `json:"status"`
		On     *bool  `json:"on"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	if in.On == nil {
		return nil, bad(`"on" must be true or false`)
	}
	v, err := s.name(r)
	if err != nil {
		return nil, err
	}
	if err := s.reg.SetStatus(v.Name, in.Status, *in.On); err != nil {
		return nil, bad(strings.TrimPrefix(err.Error(), "registry: "))
	}
	v, _ = s.reg.Domain(v.Name)
	return nameOf(v), nil
}

// transfer does what another registrar does about a transfer: request,
// approve, reject or cancel.
func (s *Simulator) transfer(r *http.Request) (any, error) {
	var in struct {
		ClID     string `json:"clid"`
		Op       string `json:"op"`
		AuthInfo string `json:"auth_info"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	switch in.Op {
	case "request", "approve", "reject", "cancel":
	default:
		return nil, bad(fmt.Sprintf("op: %q is none of request, approve, reject, cancel", in.Op))
	}
	v, err := s.name(r)
	if err != nil {
		return nil, err
	}
	if in.ClID == "" && in.Op != "request" {
		in.ClID = v.Sponsor
	}
	if err := s.reg.TransferAs(in.ClID, v.Name, in.Op, in.AuthInfo); err != nil {
		return nil, refusal(err)
	}
	v, _ = s.reg.Domain(v.Name)
	return nameOf(v), nil
}

// onName does something to a name and shows it afterwards; it may be gone.
func (s *Simulator) onName(r *http.Request, in any, act func(name string) error) (any, error) {
	if err := read(r, in); err != nil {
		return nil, err
	}
	v, err := s.name(r)
	if err != nil {
		return nil, err
	}
	if err := act(v.Name); err != nil {
		if err = refusal(err); errors.As(err, new(*callError)) {
			return nil, err
		}
		return nil, bad(strings.TrimPrefix(err.Error(), "registry: "))
	}
	if v, ok := s.reg.Domain(v.Name); ok {
		return nameOf(v), nil
	}
	return nil, nil
}

// answer decides a command that waits for the registry (1001).
func (s *Simulator) answer(r *http.Request) (any, error) {
	var in struct {
		Yes    *bool  `json:"yes"`
		Reason string `json:"reason"`
	}
	return s.onName(r, &in, func(name string) error {
		if in.Yes == nil {
			return bad(`"yes" must be true or false`)
		}
		return s.reg.Answer(name, *in.Yes, in.Reason)
	})
}

// verdict is the naming audit's: ok, hold or delete.
func (s *Simulator) verdict(r *http.Request) (any, error) {
	var in struct {
		Verdict string `json:"verdict"`
		Reason  string `json:"reason"`
	}
	return s.onName(r, &in, func(name string) error { return s.reg.NamingVerdict(name, in.Verdict, in.Reason) })
}

// verification sets a name's verification state by hand.
func (s *Simulator) verification(r *http.Request) (any, error) {
	var in struct {
		State string `json:"state"`
	}
	return s.onName(r, &in, func(name string) error { return s.reg.SetVerified(name, in.State) })
}

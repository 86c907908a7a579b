package registry

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// memory remembers what exists at a registry, and lets many who need the same thing make it once.
type memory struct {
	mu     sync.Mutex
	known  map[string]bool
	making map[string]*making
}

type making struct {
	done chan struct{}
	err  error
}

// most things remembered; then it starts anew, which costs a question for each.
const mostKnown = 200_000

// ensure runs create unless key is known; others who want the same key meanwhile wait for its result.
func (m *memory) ensure(ctx context.Context, key string, create func(context.Context) error) error {
	for {
		m.mu.Lock()
		if m.known[key] {
			m.mu.Unlock()
			return nil
		}
		under := m.making[key]
		if under == nil {
			break
		}
		m.mu.Unlock()
		select {
		case <-under.done:
			// Somebody else's hurry is no answer for us.
			if under.err == nil || !(errors.Is(under.err, context.Canceled) || errors.Is(under.err, context.DeadlineExceeded)) {
				return under.err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	mine := &making{done: make(chan struct{})}
	if m.making == nil {
		m.making, m.known = map[string]*making{}, map[string]bool{}
	}
	m.making[key] = mine
	m.mu.Unlock()
	mine.err = create(ctx)
	m.mu.Lock()
	delete(m.making, key)
	if mine.err == nil {
		if len(m.known) >= mostKnown {
			m.known = map[string]bool{}
		}
		m.known[key] = true
	}
	m.mu.Unlock()
	close(mine.done)
	return mine.err
}

// forget drops keys: the registry says that something doesn't exist any more.
func (m *memory) forget(keys ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range keys {
		delete(m.known, k)
	}
}

// handle derives a contact's identifier from whose data it is and what it says, so that repeating a create is
// harmless, a changed template gets another contact, and no two installations meet. salt grows when another
// registrar has the identifier already.
func handle(clID string, t *domain.Template, salt int) string {
	content, _ := json.Marshal(t.Contact) // plain strings: it can't fail
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d\n%d\n%s", clID, t.ID, t.Version, salt, content))
	return "OR" + base32.StdEncoding.EncodeToString(sum[:])[:14] // contact ids have 3 to 16 characters
}

// contactID is the handle of the template here: a contact with its document is another object than one without.
func (a *account) contactID(t *domain.Template, salt int) string {
	whose := a.ClID
	if a.cfg.Identity != nil && len(t.SealedNumber) > 0 && a.takesIdentity() { // another object than one without
		whose += " identity"
	}
	return handle(whose, t, salt)
}

// contact makes sure that the template's contact exists and gives its identifier. The error is a fault: of kind
// Unavailable when nothing is decided, else a refusal.
func (a *account) contact(ctx context.Context, t *domain.Template) (string, error) {
	if t == nil {
		return "", fault.New(fault.Invalid, CodeRefused, "registry", a.ID, "step", "contact", "reason", "no registrant")
	}
	for salt := range tries {
		id := a.contactID(t, salt)
		foreign := false
		err := a.made.ensure(ctx, "contact:"+id, func(ctx context.Context) error {
			cmd := contactCommand(id, t.Contact)
			proof, err := a.identity(t)
			if err != nil {
				return err
			}
			cmd.Extensions = append(cmd.Extensions, proof...)
			resp, err := a.idempotent(ctx, cmd)
			if err != nil {
				return err
			}
			switch resp.Code() {
			case epp.CodeOK, epp.CodeOKPending:
				return nil
			case epp.CodeObjectExists:
				foreign, err = a.foreignContact(ctx, id)
				if foreign && err == nil {
					err = fault.New(fault.Conflict, CodeRefused, "registry", a.ID, "step", "contact", "reason", "identifier in use")
				}
				return err
			}
			return a.stepRefused(resp, "contact", id)
		})
		if err == nil {
			return id, nil
		}
		if f := fault.Of(err); !foreign && f.Facts["reason"] != "identifier in use" {
			return "", a.asFault(err)
		}
	}
	return "", fault.New(fault.Conflict, CodeRefused, "registry", a.ID, "step", "contact", "reason", "identifier in use")
}

// foreignContact looks whether a contact that exists already is another registrar's.
func (a *account) foreignContact(ctx context.Context, id string) (bool, error) {
	resp, err := a.read(ctx, readClass, &epp.Command{Action: &epp.ContactInfo{ID: id}})
	if err != nil {
		return false, err
	}
	switch resp.Code() {
	case epp.CodeOK:
		data, ok := epp.Find[*epp.ContactInfoData](resp.ResData)
		return !ok || !a.ours[data.ClID], nil
	case epp.CodeAuthorization, epp.CodeInvalidAuthInfo:
		return true, nil
	case epp.CodeObjectDoesNotExist:
		return false, a.refusal(resp, fault.Unavailable, CodeUnreachable) // it comes and goes: later
	}
	return false, a.stepRefused(resp, "contact", id)
}

// hosts makes sure that host objects exist, for registries that have them. Those of other zones carry no addresses.
func (a *account) hosts(ctx context.Context, names []string) error {
	if !a.HostObjects {
		return nil
	}
	for _, name := range names {
		err := a.made.ensure(ctx, "host:"+name, func(ctx context.Context) error {
			resp, err := a.idempotent(ctx, &epp.Command{Action: &epp.HostCreate{Name: name}})
			if err != nil {
				return err
			}
			switch resp.Code() {
			case epp.CodeOK, epp.CodeOKPending, epp.CodeObjectExists:
				return nil
			}
			return a.stepRefused(resp, "host", name)
		})
		if err != nil {
			return a.asFault(err)
		}
	}
	return nil
}

// forget is called when a create is told that something it names doesn't exist.
func (a *account) forget(contact string, hosts []string) {
	keys := []string{"contact:" + contact}
	for _, h := range hosts {
		keys = append(keys, "host:"+h)
	}
	a.made.forget(keys...)
}

// stepRefused makes a fault of a prerequisite that was answered with anything but success. What the shared rows call
// unknown or not sent is of kind Unavailable here: the step can be repeated.
func (a *account) stepRefused(resp *epp.Response, step, what string) error {
	if why, ok := restricted(resp); ok && step == "contact" {
		return fault.New(fault.Conflict, CodeRestricted, "registry", a.ID, "epp", resp.Code().String(), "role", "owner", "reason", why)
	}
	r := meaning(everywhere, resp, false, CodeRefused)
	kind := fault.Conflict
	if r.kind != domain.OutcomeRefused {
		kind = fault.Unavailable
	}
	return a.refusal(resp, kind, r.fault, "step", step, step, what)
}

// asFault keeps faults and takes anything else, such as a context that ended, for silence.
func (a *account) asFault(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return a.unreachable(err)
}

// prerequisiteOutcome is what a failed prerequisite means for the create: nothing of it was sent.
func prerequisiteOutcome(err error) domain.Outcome {
	if fault.Of(err).Kind == fault.Unavailable {
		return notSent(err)
	}
	return outcomeOf(domain.OutcomeRefused, err)
}

func contactCommand(id string, c domain.Contact) *epp.Command {
	create := &epp.ContactCreate{ID: id, Voice: epp.Phone{Number: c.Telephone}, Email: c.Email}
	if p, ok := postal(epp.PostalInt, c.Kind, c.Name, c.Organization, c.Street, c.City, c.Province, c.PostalCode, c.Country); ok && ascii(p) {
		create.Postal = append(create.Postal, p)
	}
	if p, ok := postal(epp.PostalLoc, c.Kind, c.NameCN, c.OrganizationCN, c.StreetCN, c.CityCN, c.ProvinceCN, c.PostalCode, c.Country); ok {
		create.Postal = append(create.Postal, p)
	}
	return &epp.Command{Action: create}
}

// postal fills one form of an address (RFC 5733 section 2.4); ok is false where what the schema demands is missing.
func postal(form string, kind domain.SubjectKind, name, org, street, city, province, code, country string) (epp.PostalInfo, bool) {
	if name == "" {
		name = org
	}
	if kind == domain.Individual {
		org = ""
	}
	p := epp.PostalInfo{Type: form, Name: name, Org: org,
		Addr: epp.PostalAddr{City: city, SP: province, PC: code, CC: strings.ToUpper(country)}}
	if street != "" {
		p.Addr.Street = []string{street}
	}
	return p, name != "" && city != "" && len(country) == 2
}

func ascii(p epp.PostalInfo) bool {
	for _, s := range append([]string{p.Name, p.Org, p.Addr.City, p.Addr.SP, p.Addr.PC}, p.Addr.Street...) {
		for i := range len(s) {
			if s[i] >= 0x80 {
				return false
			}
		}
	}
	return true
}

// nameservers writes a delegation in the form that the registry takes.
func (a *account) nameservers(names []string) epp.Nameservers {
	return delegation(a.HostObjects, names)
}

func delegation(objects bool, names []string) epp.Nameservers {
	if objects {
		return epp.Nameservers{Objects: names}
	}
	var ns epp.Nameservers
	for _, n := range names {
		if net.ParseIP(n) == nil {
			ns.Attrs = append(ns.Attrs, epp.HostAttr{Name: n})
		}
	}
	return ns
}

package registry

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

// binding carries one command from EPP to the core and back.
type binding struct {
	f     *front
	clID  string
	conn  *epp.Conn
	cmd   *epp.Command
	sv    string
	fault Fault
	forms *epp.CDNNames // of the name that the command was about, where it has them
}

// describe names a command, "domain:create" or "poll:req", and its objects.
func describe(a epp.Action) (string, []string) {
	one := func(obj string, name string) (string, []string) {
		return obj + ":" + string(a.Verb()), []string{strings.ToLower(name)}
	}
	switch a := a.(type) {
	case *epp.Poll:
		return "poll:" + string(a.Op), nil
	case *epp.DomainCheck:
		return "domain:check", a.Names
	case *epp.DomainInfo:
		return one("domain", a.Name)
	case *epp.DomainCreate:
		return one("domain", a.Name)
	case *epp.DomainUpdate:
		return one("domain", a.Name)
	case *epp.DomainDelete:
		return one("domain", a.Name)
	case *epp.DomainRenew:
		return one("domain", a.Name)
	case *epp.DomainTransfer:
		return one("domain", a.Name)
	case *epp.HostCheck:
		return "host:check", a.Names
	case *epp.HostInfo:
		return one("host", a.Name)
	case *epp.HostCreate:
		return one("host", a.Name)
	case *epp.HostUpdate:
		return one("host", a.Name)
	case *epp.HostDelete:
		return one("host", a.Name)
	case *epp.ContactCheck:
		return "contact:check", a.IDs
	case *epp.ContactInfo:
		return "contact:info", []string{a.ID}
	case *epp.ContactCreate:
		return "contact:create", []string{a.ID}
	case *epp.ContactUpdate:
		return "contact:update", []string{a.ID}
	case *epp.ContactDelete:
		return "contact:delete", []string{a.ID}
	case *epp.ContactTransfer:
		return "contact:transfer", []string{a.ID}
	case *epp.MaintenanceInfo:
		return "maintenance:info", []string{a.ID}
	}
	return string(a.Verb()), nil
}

func (b *binding) execute() *epp.Response {
	var resp *epp.Response
	var err error
	if err = b.extensionsServed(); err == nil {
		switch a := b.cmd.Action.(type) {
		case *epp.Poll:
			resp, err = b.poll(a)
		case *epp.DomainCheck, *epp.DomainInfo, *epp.DomainCreate, *epp.DomainUpdate, *epp.DomainDelete, *epp.DomainRenew, *epp.DomainTransfer:
			resp, err = b.domain(a)
		case *epp.HostCheck, *epp.HostInfo, *epp.HostCreate, *epp.HostUpdate, *epp.HostDelete:
			if b.f.r.p.HostAttr {
				err = refuse(2307, "host objects not served")
				break
			}
			resp, err = b.host(a)
		case *epp.ContactCheck, *epp.ContactInfo, *epp.ContactCreate, *epp.ContactUpdate, *epp.ContactDelete:
			resp, err = b.contact(a)
		case *epp.ContactTransfer:
			resp, err = b.contactTransfer(a)
		case *epp.MaintenanceInfo:
			resp, err = b.maintenance(a)
		case *epp.RawAction:
			err = refuse(2307, "object not served")
		default:
			err = refuse(2101, "command not implemented")
		}
	}
	if err != nil {
		resp = b.failed(err)
	}
	resp.SvTRID = b.sv
	return resp
}

// extensionsServed refuses what the codec had no mapping for.
func (b *binding) extensionsServed() error {
	for _, x := range b.cmd.Extensions {
		if raw, ok := x.(*epp.Raw); ok {
			if raw.Err != nil {
				return refuse(2001, "malformed extension")
			}
			return refuse(2103, "extension not served")
		}
	}
	return nil
}

// failed turns an error of the core into a response; a failure of the disk is
// a 2400 without particulars.
func (b *binding) failed(err error) *epp.Response {
	var r *Refusal
	if !errors.As(err, &r) {
		b.f.r.opts.Logf("registry %s: %v", b.f.r.p.ID, err)
		return epp.NewResponse(epp.CodeCommandFailed)
	}
	command, objects := describe(b.cmd.Action)
	object, _, _ := strings.Cut(command, ":")
	local := map[string]string{"domain": "name", "host": "name", "contact": "id"}[object]
	if local == "" || len(objects) == 0 {
		return epp.Fail(epp.Code(r.Code), "", epp.NewResultValue(epp.NSEPP, "undef", "", r.Reason))
	}
	ns := b.cmd.Action.Namespace()
	return epp.Fail(epp.Code(r.Code), "", epp.NewResultValue(ns, local, objects[0], r.Reason))
}

func (b *binding) do(fn func(c *core, now time.Time) error) error {
	return b.f.r.do(func(c *core, now time.Time) error {
		c.broke = b.fault.Kind == FaultEmptyDeposit
		defer func() { c.broke = false }()
		return fn(c, now)
	})
}

func (b *binding) view(fn func(c *core, now time.Time) (uint64, error)) error { return b.f.r.view(fn) }

// years reads a period; months only as whole years.
func years(p epp.Period) (int, error) {
	switch {
	case p.Unit != epp.UnitMonth:
		return p.N, nil
	case p.N%12 != 0:
		return 0, refuse(2306, "whole years only")
	}
	return p.N / 12, nil
}

func credentialOf(a *epp.AuthInfo) (credential, error) {
	pw, err := authInfo(a)
	if a == nil {
		return credential{}, err
	}
	return credential{pw, a.ROID}, err
}

func authInfo(a *epp.AuthInfo) (string, error) {
	if a == nil || a.Null {
		return "", nil
	}
	if a.Ext != nil {
		return "", refuse(2102, "authInfo ext not supported")
	}
	return a.Pw, nil
}

func statusValues(l []epp.Status) []string {
	var out []string
	for _, s := range l {
		out = append(out, s.Value)
	}
	return out
}

func (b *binding) host(action epp.Action) (resp *epp.Response, err error) {
	ok := epp.NewResponse
	switch a := action.(type) {
	case *epp.HostCheck:
		data := &epp.HostCheckData{}
		err = b.view(func(c *core, now time.Time) (uint64, error) {
			lsn := c.goneLSN
			for _, n := range a.Names {
				reason := c.checkHost(n)
				data.Items = append(data.Items, epp.CheckItem{ID: n, Avail: reason == "", Reason: reason})
				if h := c.hosts[strings.ToLower(n)]; h != nil {
					lsn = max(lsn, h.lsn)
				}
			}
			return lsn, b.tooMany(len(a.Names))
		})
		resp = ok(epp.CodeOK, data)
	case *epp.HostInfo:
		var data *epp.HostInfoData
		err = b.view(func(c *core, now time.Time) (uint64, error) {
			h, err := c.infoHost(a.Name)
			if err != nil {
				return c.goneLSN, err
			}
			data = &epp.HostInfoData{Name: h.Name, ROID: h.ROID, Statuses: epp.Statuses(c.hostStatus(h)...),
				Addrs: h.Addrs, ClID: h.Sponsor, CrID: h.Creator, CrDate: h.Created, UpID: h.Updater,
				UpDate: h.Updated, TrDate: h.Transferred}
			return h.lsn, nil
		})
		resp = ok(epp.CodeOK, data)
	case *epp.HostCreate:
		var h *Host
		err = b.do(func(c *core, now time.Time) (err error) {
			h, err = c.createHost(b.clID, a.Name, a.Addrs, now)
			return err
		})
		if err == nil {
			resp = ok(epp.CodeOK, &epp.HostCreateData{Name: h.Name, CrDate: h.Created})
		}
	case *epp.HostUpdate:
		u := hostUpdate{Name: a.Name, NewName: a.NewName}
		if a.Add != nil {
			u.AddAddrs, u.AddStatus = a.Add.Addrs, statusValues(a.Add.Statuses)
		}
		if a.Rem != nil {
			u.RemAddrs, u.RemStatus = a.Rem.Addrs, statusValues(a.Rem.Statuses)
		}
		err = b.do(func(c *core, now time.Time) error {
			_, err := c.updateHost(b.clID, u, now)
			return err
		})
		resp = ok(epp.CodeOK)
	case *epp.HostDelete:
		err = b.do(func(c *core, now time.Time) error { return c.deleteHost(b.clID, a.Name) })
		resp = ok(epp.CodeOK)
	}
	return resp, err
}

func (b *binding) tooMany(n int) error {
	if n > b.f.r.p.CheckLimit {
		return refuse(2306, fmt.Sprintf("at most %d in one check", b.f.r.p.CheckLimit))
	}
	return nil
}

func nameServers(n epp.Nameservers, attrs bool) ([]NameServer, error) {
	if attrs && len(n.Objects) > 0 || !attrs && len(n.Attrs) > 0 {
		return nil, refuse(2306, "the other host model is used here")
	}
	var out []NameServer
	for _, o := range n.Objects {
		out = append(out, NameServer{Host: o})
	}
	for _, a := range n.Attrs {
		out = append(out, NameServer{Host: a.Name, Addrs: append([]netip.Addr(nil), a.Addrs...)})
	}
	return out, nil
}

package registry

import (
	"fmt"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func (b *binding) domain(action epp.Action) (*epp.Response, error) {
	switch a := action.(type) {
	case *epp.DomainCheck:
		return b.domainCheck(a)
	case *epp.DomainInfo:
		return b.domainInfo(a)
	case *epp.DomainCreate:
		return b.domainCreate(a)
	case *epp.DomainUpdate:
		return b.domainUpdate(a)
	case *epp.DomainDelete:
		return b.domainDelete(a)
	case *epp.DomainRenew:
		return b.domainRenew(a)
	case *epp.DomainTransfer:
		return b.domainTransfer(a)
	}
	return nil, refuse(2101, "command not implemented")
}

func (b *binding) domainCheck(a *epp.DomainCheck) (*epp.Response, error) {
	p := &b.f.r.p
	fee, feeAware := epp.Find[*epp.FeeCheck](b.cmd.Extensions)
	if feeAware && fee.Currency != "" && fee.Currency != p.Currency {
		return nil, refuse(2004, "currency not supported")
	}
	if x, ok := epp.Find[*epp.LaunchCheck](b.cmd.Extensions); ok && x.Type != epp.LaunchCheckAvail {
		return b.claimsCheck(a, x)
	}
	token := b.token()
	data := &epp.DomainCheckData{}
	fees := &epp.FeeCheckData{Currency: p.Currency}
	err := b.view(func(c *core, now time.Time) (uint64, error) {
		lsn := c.goneLSN
		for _, n := range a.Names {
			reason := c.checkWith(n, feeAware, token)
			data.Items = append(data.Items, epp.CheckItem{ID: n, Avail: reason == "", Reason: reason})
			if d := c.domains[strings.ToLower(n)]; d != nil {
				lsn = max(lsn, d.lsn)
			}
			if feeAware {
				fees.Objects = append(fees.Objects, c.feeObject(n, fee.Commands))
			}
		}
		return lsn, b.tooMany(len(a.Names))
	})
	if err != nil {
		return nil, err
	}
	resp := epp.NewResponse(epp.CodeOK, data)
	if feeAware {
		resp.Extensions = append(resp.Extensions, fees)
	}
	return resp, nil
}

// feeObject answers a fee check for one name (RFC 8748 section 3.2).
func (c *core) feeObject(raw string, commands []epp.FeeCommand) epp.FeeObject {
	name, _, _, err := c.parseName(raw)
	if err != nil {
		return epp.FeeObject{ID: raw, Reason: err.(*Refusal).Reason}
	}
	price, class := c.priceOf(name)
	out := epp.FeeObject{ID: raw, Avail: true, Class: class}
	if class == "" {
		out.Class = "standard"
	}
	for _, q := range commands {
		answer := epp.FeeCommandData{FeeCommand: q, Standard: class == ""}
		n, err := years(q.Period)
		if n == 0 {
			n = 1
		}
		var amount int64
		grace := time.Duration(0)
		switch {
		case err != nil || n > c.p.MaxYears:
			answer.Reason = "period not offered"
			out.Commands = append(out.Commands, answer)
			continue
		case q.Name == "create":
			amount, grace = price.Create+price.Renew*int64(n-1), c.p.AddGrace
		case q.Name == "renew":
			amount, grace = price.Renew*int64(n), c.p.RenewGrace
		case q.Name == "transfer":
			amount, grace = price.Transfer, c.p.TransferGrace
		case q.Name == "restore":
			amount = price.Restore
		case q.Name == "update" || q.Name == "delete":
		default:
			answer.Reason = "command not known"
			out.Commands = append(out.Commands, answer)
			continue
		}
		if q.Name == "create" || q.Name == "renew" || q.Name == "transfer" {
			answer.Period = epp.Years(n)
		}
		item := epp.FeeItem{Amount: money(amount)}
		if grace > 0 {
			yes := true
			item.Refundable, item.GracePeriod = &yes, fmt.Sprintf("P%dD", grace/day)
		}
		answer.Fees = []epp.FeeItem{item}
		out.Commands = append(out.Commands, answer)
	}
	return out
}

// feeOf reads what a transform offers to pay.
func (b *binding) feeOf() (feeOffer, error) {
	x, ok := epp.Find[*epp.FeeTransform](b.cmd.Extensions)
	if !ok {
		return feeOffer{}, nil
	}
	o := feeOffer{present: true, currency: x.Currency}
	for _, item := range append(append([]epp.FeeItem(nil), x.Fees...), x.Credits...) {
		n, err := epp.ParseAmount(item.Amount, 2)
		if err != nil {
			return o, refuse(2005, "fee is not an amount")
		}
		o.amount += n
	}
	return o, nil
}

// withFee adds what was charged, when the client spoke of fees.
func (b *binding) withFee(resp *epp.Response, verb epp.Verb, offer feeOffer, fee int64) *epp.Response {
	if offer.present {
		data := &epp.FeeTransformData{Verb: verb, Currency: b.f.r.p.Currency, Fees: []epp.FeeItem{{Amount: money(fee)}}}
		if fee < 0 {
			data.Fees, data.Credits = nil, []epp.FeeItem{{Amount: money(fee)}}
		}
		if balance, ok := b.f.r.Deposit(b.clID); ok {
			data.Balance = money(balance)
		}
		resp.Extensions = append(resp.Extensions, data)
	}
	return resp
}

// dnssec reads the DNSSEC data of a command, by the one of the two interfaces
// that the registry has.
func (b *binding) dnssec(s epp.SecDNSData) (ds []DS, keys []Key, err error) {
	switch byKey := b.f.r.p.KeyData; {
	case len(s.Keys) > 0 && !byKey:
		return nil, nil, refuse(2306, "DS data only")
	case len(s.DS) > 0 && byKey:
		return nil, nil, refuse(2306, "key data only")
	case s.MaxSigLife != 0:
		return nil, nil, refuse(2102, "maxSigLife not supported")
	}
	for _, d := range s.DS {
		ds = append(ds, DS{d.KeyTag, d.Alg, d.DigestType, strings.ToUpper(d.Digest)})
	}
	for _, k := range s.Keys {
		keys = append(keys, Key{k.Flags, k.Protocol, k.Alg, strings.Join(strings.Fields(k.PubKey), "")})
	}
	return ds, keys, nil
}

func (b *binding) domainInfo(a *epp.DomainInfo) (*epp.Response, error) {
	auth, err := credentialOf(a.AuthInfo)
	if err != nil {
		return nil, err
	}
	var resp *epp.Response
	err = b.view(func(c *core, now time.Time) (uint64, error) {
		d, full, err := c.infoDomain(b.clID, a.Name, auth)
		if err != nil {
			return c.goneLSN, err
		}
		data := b.infoData(d, a.Hosts, c)
		if auth := shownAuth(d.AuthInfo); full && auth != "" {
			data.AuthInfo = epp.Password(auth)
		}
		resp = epp.NewResponse(epp.CodeOK, data)
		if s := d.rgpStatuses(now); len(s) > 0 {
			resp.Extensions = append(resp.Extensions, &epp.RGPInfoData{Statuses: epp.Statuses(s...)})
		}
		if len(d.DS)+len(d.Keys) > 0 {
			sec := &epp.SecDNSInfoData{}
			for _, k := range d.Keys {
				sec.Keys = append(sec.Keys, epp.KeyData{Flags: k.Flags, Protocol: k.Protocol, Alg: k.Algorithm, PubKey: k.PubKey})
			}
			for _, ds := range d.DS {
				sec.DS = append(sec.DS, epp.DSData{KeyTag: ds.KeyTag, Alg: ds.Algorithm, DigestType: ds.DigestType, Digest: ds.Digest})
			}
			resp.Extensions = append(resp.Extensions, sec)
		}
		extras, err := b.infoExtras(c, d)
		resp.Extensions = append(resp.Extensions, extras...)
		return d.lsn, err
	})
	return resp, err
}

// infoData is a domain's info data. hosts is the command's attribute; c nil
// leaves subordinate hosts out.
func (b *binding) infoData(d *Domain, hosts string, c *core) *epp.DomainInfoData {
	data := &epp.DomainInfoData{Name: d.Name, ROID: d.ROID, Statuses: epp.Statuses(d.eppStatuses()...),
		Registrant: d.Registrant, ClID: d.Sponsor, CrID: d.Creator, CrDate: d.Created, UpID: d.Updater,
		UpDate: d.Updated, ExDate: d.Expires, TrDate: d.Transferred}
	for _, x := range d.Contacts {
		data.Contacts = append(data.Contacts, epp.DomainContact{Type: x.Type, ID: x.ID})
	}
	if hosts == "" || hosts == "all" || hosts == "del" {
		for _, n := range d.NS {
			if b.f.r.p.HostAttr {
				data.NS.Attrs = append(data.NS.Attrs, epp.HostAttr{Name: n.Host, Addrs: n.Addrs})
			} else {
				data.NS.Objects = append(data.NS.Objects, n.Host)
			}
		}
	}
	if c != nil && (hosts == "" || hosts == "all" || hosts == "sub") {
		data.Hosts = c.subordinates(d.Name)
	}
	return data
}

func (b *binding) domainCreate(a *epp.DomainCreate) (*epp.Response, error) {
	cmd := domainCreate{Name: a.Name, Registrant: a.Registrant, ClTRID: b.cmd.ClTRID, SvTRID: b.sv}
	var err error
	if cmd.Years, err = years(a.Period); err != nil {
		return nil, err
	}
	if cmd.NS, err = nameServers(a.NS, b.f.r.p.HostAttr); err != nil {
		return nil, err
	}
	if cmd.AuthInfo, err = authInfo(a.AuthInfo); err != nil {
		return nil, err
	}
	for _, x := range a.Contacts {
		cmd.Contacts = append(cmd.Contacts, ContactRef{x.Type, x.ID})
	}
	if sec, ok := epp.Find[*epp.SecDNSCreate](b.cmd.Extensions); ok {
		if cmd.DS, cmd.Keys, err = b.dnssec(sec.SecDNSData); err != nil {
			return nil, err
		}
	}
	if cmd.Fee, err = b.feeOf(); err != nil {
		return nil, err
	}
	if err := b.createExtras(&cmd); err != nil {
		return nil, err
	}
	var d *Domain
	var fee int64
	err = b.do(func(c *core, now time.Time) (err error) {
		if d, fee, err = c.createDomain(b.clID, cmd, now); err == nil {
			b.noteForms(c, d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	resp := b.withFee(epp.NewResponse(codeOf(d), &epp.DomainCreateData{Name: d.Name, CrDate: d.Created, ExDate: d.Expires}),
		epp.VerbCreate, cmd.Fee, fee)
	return b.withForms(resp, epp.VerbCreate), nil
}

// codeOf is 1001 for a command that waits.
func codeOf(d *Domain) epp.Code {
	if d.Pending != nil {
		return epp.CodeOKPending
	}
	return epp.CodeOK
}

func (b *binding) domainUpdate(a *epp.DomainUpdate) (*epp.Response, error) {
	u := domainUpdate{Name: a.Name, TRID: TRID{b.cmd.ClTRID, b.sv}}
	attrs := b.f.r.p.HostAttr
	var err error
	if a.Add != nil {
		if u.AddNS, err = nameServers(a.Add.NS, attrs); err != nil {
			return nil, err
		}
		u.AddStatus = statusValues(a.Add.Statuses)
		for _, x := range a.Add.Contacts {
			u.AddContacts = append(u.AddContacts, ContactRef{x.Type, x.ID})
		}
	}
	if a.Rem != nil {
		if u.RemNS, err = nameServers(a.Rem.NS, attrs); err != nil {
			return nil, err
		}
		u.RemStatus = statusValues(a.Rem.Statuses)
		for _, x := range a.Rem.Contacts {
			u.RemContacts = append(u.RemContacts, ContactRef{x.Type, x.ID})
		}
	}
	if a.Chg != nil {
		u.Registrant = a.Chg.Registrant
		if a.Chg.AuthInfo != nil {
			pw, err := authInfo(a.Chg.AuthInfo)
			if err != nil {
				return nil, err
			}
			u.AuthInfo = &pw
		}
	}
	if sec, ok := epp.Find[*epp.SecDNSUpdate](b.cmd.Extensions); ok {
		if sec.Urgent || sec.MaxSigLife != 0 {
			return nil, refuse(2102, "DNSSEC option not supported")
		}
		u.RemAllDS = sec.RemAll
		if u.AddDS, u.AddKeys, err = b.dnssec(sec.Add); err != nil {
			return nil, err
		}
		if u.RemDS, u.RemKeys, err = b.dnssec(sec.Rem); err != nil {
			return nil, err
		}
	}
	restore, restoring := epp.Find[*epp.RGPRestore](b.cmd.Extensions)
	if restoring {
		u.Restore = "request"
		if restore.Report != nil {
			u.Restore = "report"
		}
	}
	if u.Fee, err = b.feeOf(); err != nil {
		return nil, err
	}
	if err := b.updateExtras(&u); err != nil {
		return nil, err
	}
	var d *Domain
	var fee int64
	var rgp []string
	err = b.do(func(c *core, now time.Time) (err error) {
		if d, fee, err = c.updateDomain(b.clID, u, now); err == nil {
			rgp = d.rgpStatuses(now)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	resp := epp.NewResponse(codeOf(d))
	if restoring && len(rgp) > 0 {
		resp.Extensions = append(resp.Extensions, &epp.RGPUpdateData{Statuses: epp.Statuses(rgp...)})
	}
	return b.withFee(resp, epp.VerbUpdate, u.Fee, fee), nil
}

func (b *binding) domainDelete(a *epp.DomainDelete) (*epp.Response, error) {
	code := epp.CodeOK
	err := b.do(func(c *core, now time.Time) error {
		if d, err := c.own(b.clID, a.Name); err == nil {
			b.noteForms(c, d)
		}
		purged, _, err := c.deleteDomain(b.clID, a.Name, now)
		if err == nil && !purged && c.p.DeletePending {
			code = epp.CodeOKPending
			d := c.domains[strings.ToLower(strings.TrimSuffix(a.Name, "."))].clone()
			d.DeleteTRID = &TRID{Client: b.cmd.ClTRID, Server: b.sv}
			c.putDomain(d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return b.withForms(epp.NewResponse(code), epp.VerbDelete), nil
}

func (b *binding) domainRenew(a *epp.DomainRenew) (*epp.Response, error) {
	n, err := years(a.Period)
	if err != nil {
		return nil, err
	}
	offer, err := b.feeOf()
	if err != nil {
		return nil, err
	}
	codes, err := b.codes()
	if err != nil {
		return nil, err
	}
	var d *Domain
	var fee int64
	err = b.do(func(c *core, now time.Time) (err error) {
		if d, fee, err = c.renewDomain(b.clID, a.Name, a.CurExpDate, n, offer, now); err == nil {
			if len(codes) > 0 {
				d = d.clone()
				c.addCodes(d, codes, now)
				c.putDomain(d)
			}
			d = c.stamp(d, TRID{b.cmd.ClTRID, b.sv})
			b.noteForms(c, d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	resp := b.withFee(epp.NewResponse(codeOf(d), &epp.DomainRenewData{Name: d.Name, ExDate: d.Expires}), epp.VerbRenew, offer, fee)
	return b.withForms(resp, epp.VerbRenew), nil
}

func (b *binding) domainTransfer(a *epp.DomainTransfer) (*epp.Response, error) {
	auth, err := credentialOf(a.AuthInfo)
	if err != nil {
		return nil, err
	}
	var d *Domain
	switch a.Op {
	case epp.TransferQuery:
		err = b.view(func(c *core, now time.Time) (uint64, error) {
			if d, err = c.queryTransfer(b.clID, a.Name, auth); err != nil {
				return c.goneLSN, err
			}
			return d.lsn, nil
		})
		if err != nil {
			return nil, err
		}
		return epp.NewResponse(epp.CodeOK, transferData(d.Name, d.Transfer)), nil
	case epp.TransferRequest:
		q := transferRequest{Name: a.Name, AuthInfo: auth.pw, AuthROID: auth.roid, Token: b.token()}
		if q.Years, err = years(a.Period); err != nil {
			return nil, err
		}
		if q.Fee, err = b.feeOf(); err != nil {
			return nil, err
		}
		var fee int64
		err = b.do(func(c *core, now time.Time) (err error) {
			if d, fee, err = c.requestTransfer(b.clID, q, now); err == nil {
				b.noteForms(c, d)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		resp := b.withFee(epp.NewResponse(epp.CodeOKPending, transferData(d.Name, d.Transfer)), epp.VerbTransfer, q.Fee, fee)
		return b.withForms(resp, epp.VerbTransfer), nil
	}
	err = b.do(func(c *core, now time.Time) (err error) {
		d, err = c.settleTransfer(b.clID, a.Name, string(a.Op), now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return epp.NewResponse(epp.CodeOK, transferData(d.Name, d.Transfer)), nil
}

package registry

import (
	"slices"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func (b *binding) contact(action epp.Action) (resp *epp.Response, err error) {
	ok := epp.NewResponse
	switch a := action.(type) {
	case *epp.ContactCheck:
		data := &epp.ContactCheckData{}
		err = b.view(func(c *core, now time.Time) (uint64, error) {
			if err := c.contactsServed(b.clID); err != nil {
				return 0, err
			}
			lsn := c.goneLSN
			for _, id := range a.IDs {
				reason := c.checkContact(id)
				data.Items = append(data.Items, epp.CheckItem{ID: id, Avail: reason == "", Reason: reason})
				if x := c.contacts[id]; x != nil {
					lsn = max(lsn, x.lsn)
				}
			}
			return lsn, b.tooMany(len(a.IDs))
		})
		resp = ok(epp.CodeOK, data)
	case *epp.ContactInfo:
		pw, perr := authInfo(a.AuthInfo)
		if perr != nil {
			return nil, perr
		}
		var data *epp.ContactInfoData
		var id *Identity
		err = b.view(func(c *core, now time.Time) (uint64, error) {
			x, err := c.infoContact(b.clID, a.ID, pw)
			if err != nil {
				return c.goneLSN, err
			}
			data = contactData(x, c.contactStatus(x))
			id = x.Identity
			return x.lsn, nil
		})
		resp = ok(epp.CodeOK, data)
		if id != nil {
			resp.Extensions = append(resp.Extensions, &epp.CNNICContactInfoData{CNNICIdentity: epp.CNNICIdentity(*id)})
		}
	case *epp.ContactCreate:
		x := Contact{ID: a.ID, Voice: a.Voice.Number, VoiceExt: a.Voice.Ext, Fax: a.Fax.Number, FaxExt: a.Fax.Ext,
			Email: a.Email, Disclose: discloseFrom(a.Disclose)}
		for _, p := range a.Postal {
			x.Postal = append(x.Postal, PostalInfo{Type: p.Type, Name: p.Name, Org: p.Org, Street: p.Addr.Street,
				City: p.Addr.City, SP: p.Addr.SP, PC: p.Addr.PC, CC: p.Addr.CC})
		}
		if x.AuthInfo, err = authInfo(a.AuthInfo); err != nil {
			return nil, err
		}
		if id, ok := epp.Find[*epp.CNNICContactCreate](b.cmd.Extensions); ok {
			own := Identity(id.CNNICIdentity)
			x.Identity = &own
		}
		var n *Contact
		err = b.do(func(c *core, now time.Time) (err error) {
			n, err = c.createContact(b.clID, x, now)
			return err
		})
		if err == nil {
			resp = ok(epp.CodeOK, &epp.ContactCreateData{ID: n.ID, CrDate: n.Created})
		}
	case *epp.ContactUpdate:
		u := contactUpdate{ID: a.ID, AddStatus: statusValues(a.Add), RemStatus: statusValues(a.Rem)}
		if ch := a.Chg; ch != nil {
			for _, p := range ch.Postal {
				pc := PostalChange{Type: p.Type, Name: p.Name, Org: p.Org}
				if p.Addr != nil {
					pc.Addr = &PostalInfo{Street: p.Addr.Street, City: p.Addr.City, SP: p.Addr.SP, PC: p.Addr.PC, CC: p.Addr.CC}
				}
				u.Postal = append(u.Postal, pc)
			}
			if ch.Voice != nil {
				u.Voice, u.VoiceExt = &ch.Voice.Number, ch.Voice.Ext
			}
			if ch.Fax != nil {
				u.Fax, u.FaxExt = &ch.Fax.Number, ch.Fax.Ext
			}
			if ch.Email != "" {
				u.Email = &ch.Email
			}
			if ch.AuthInfo != nil {
				pw, err := authInfo(ch.AuthInfo)
				if err != nil {
					return nil, err
				}
				u.AuthInfo = &pw
			}
			u.Disclose = discloseFrom(ch.Disclose)
		}
		if id, ok := epp.Find[*epp.CNNICContactUpdate](b.cmd.Extensions); ok {
			if id.Rem != nil || id.Add != nil && id.Chg != nil {
				return nil, refuse(2306, "an identity is replaced whole")
			}
			for _, x := range []*epp.CNNICIdentity{id.Add, id.Chg} {
				if x != nil {
					own := Identity(*x)
					u.Identity = &own
				}
			}
		}
		err = b.do(func(c *core, now time.Time) error {
			_, err := c.updateContact(b.clID, u, now)
			return err
		})
		resp = ok(epp.CodeOK)
	case *epp.ContactDelete:
		err = b.do(func(c *core, now time.Time) error { return c.deleteContact(b.clID, a.ID) })
		resp = ok(epp.CodeOK)
	}
	return resp, err
}

func contactData(x *Contact, statuses []string) *epp.ContactInfoData {
	d := &epp.ContactInfoData{ID: x.ID, ROID: x.ROID, Statuses: epp.Statuses(statuses...),
		Voice: epp.Phone{Number: x.Voice, Ext: x.VoiceExt}, Fax: epp.Phone{Number: x.Fax, Ext: x.FaxExt},
		Email: x.Email, ClID: x.Sponsor, CrID: x.Creator, CrDate: x.Created, UpID: x.Updater, UpDate: x.Updated,
		TrDate: x.Transferred, Disclose: discloseTo(x.Disclose)}
	for _, p := range x.Postal {
		d.Postal = append(d.Postal, epp.PostalInfo{Type: p.Type, Name: p.Name, Org: p.Org,
			Addr: epp.PostalAddr{Street: p.Street, City: p.City, SP: p.SP, PC: p.PC, CC: p.CC}})
	}
	if pw := shownAuth(x.AuthInfo); pw != "" {
		d.AuthInfo = epp.Password(pw)
	}
	return d
}

func discloseFrom(d *epp.Disclose) *Disclose {
	if d == nil {
		return nil
	}
	out := &Disclose{Flag: d.Flag}
	for kind, types := range map[string][]string{"name": d.Name, "org": d.Org, "addr": d.Addr} {
		for _, t := range types {
			out.Fields = append(out.Fields, kind+":"+t)
		}
	}
	for kind, on := range map[string]bool{"voice": d.Voice, "fax": d.Fax, "email": d.Mail} {
		if on {
			out.Fields = append(out.Fields, kind)
		}
	}
	slices.Sort(out.Fields)
	return out
}

func discloseTo(d *Disclose) *epp.Disclose {
	if d == nil {
		return nil
	}
	out := &epp.Disclose{Flag: d.Flag}
	for _, f := range d.Fields {
		kind, t, _ := strings.Cut(f, ":")
		switch kind {
		case "name":
			out.Name = append(out.Name, t)
		case "org":
			out.Org = append(out.Org, t)
		case "addr":
			out.Addr = append(out.Addr, t)
		case "voice":
			out.Voice = true
		case "fax":
			out.Fax = true
		case "email":
			out.Mail = true
		}
	}
	return out
}

// contactTransfer answers the transfer command of RFC 5733 section 3.2.4.
func (b *binding) contactTransfer(a *epp.ContactTransfer) (*epp.Response, error) {
	pw, err := authInfo(a.AuthInfo)
	if err != nil {
		return nil, err
	}
	var x *Contact
	code := epp.CodeOK
	switch a.Op {
	case epp.TransferQuery:
		err = b.view(func(c *core, now time.Time) (uint64, error) {
			if x, err = c.queryContactTransfer(b.clID, a.ID, pw); err != nil {
				return c.goneLSN, err
			}
			return x.lsn, nil
		})
	case epp.TransferRequest:
		code = epp.CodeOKPending
		err = b.do(func(c *core, now time.Time) (err error) {
			x, err = c.requestContactTransfer(b.clID, a.ID, pw, now)
			return err
		})
	default:
		err = b.do(func(c *core, now time.Time) (err error) {
			x, err = c.settleContactTransfer(b.clID, a.ID, string(a.Op), now)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	return epp.NewResponse(code, contactTransferData(x.ID, x.Transfer)), nil
}

func contactTransferData(id string, t *Transfer) *epp.ContactTransferData {
	return &epp.ContactTransferData{ID: id, TrStatus: epp.TransferStatus(t.Status), ReID: t.ReID, ReDate: t.ReDate,
		AcID: t.AcID, AcDate: t.AcDate}
}

package epp

func decodeContactAction(verb Verb, op string, el *Element) (Action, error) {
	d := &decoder{strict: true}
	var a Action
	switch verb {
	case VerbCheck:
		a = &ContactCheck{IDs: d.list(el, "id", 3, 16)}
	case VerbInfo:
		id, auth := d.contactRef(el)
		a = &ContactInfo{ID: id, AuthInfo: auth}
	case VerbTransfer:
		id, auth := d.contactRef(el)
		a = &ContactTransfer{Op: TransferOp(op), ID: id, AuthInfo: auth}
	case VerbDelete:
		a = &ContactDelete{ID: d.single(el, "id", 3, 16)}
	case VerbCreate:
		a = d.contactCreate(el)
	case VerbUpdate:
		a = d.contactUpdate(el)
	default:
		return nil, nil
	}
	return a, d.result()
}

func (d *decoder) contactRef(el *Element) (id string, auth *AuthInfo) {
	d.sequence(el, "id authInfo", func(x *Element) {
		switch x.Local {
		case "id":
			id = d.bounded(x, 3, 16)
		case "authInfo":
			auth = d.authInfo(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(id != "", "id")
	return id, auth
}

func (d *decoder) contactCreate(el *Element) *ContactCreate {
	c := &ContactCreate{}
	d.sequence(el, "id postalInfo2 voice fax email authInfo disclose", func(x *Element) {
		switch x.Local {
		case "id":
			c.ID = d.bounded(x, 3, 16)
		case "postalInfo":
			c.Postal = append(c.Postal, d.postal(x))
		case "voice":
			c.Voice = d.phone(x)
		case "fax":
			c.Fax = d.phone(x)
		case "email":
			c.Email = d.need(x)
		case "authInfo":
			c.AuthInfo = d.authInfo(x)
		case "disclose":
			c.Disclose = d.disclose(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(c.ID != "", "id")
	d.require(len(c.Postal) > 0, "postalInfo")
	d.require(c.Email != "", "email")
	d.require(c.AuthInfo != nil, "authInfo")
	return c
}

func (d *decoder) contactUpdate(el *Element) *ContactUpdate {
	c := &ContactUpdate{}
	statuses := func(x *Element) (out []Status) {
		d.sequence(x, "status7", func(y *Element) {
			out = append(out, d.statusOf(y, contactStatuses))
		})
		d.require(len(out) > 0, "status")
		return out
	}
	d.sequence(el, "id add rem chg", func(x *Element) {
		switch x.Local {
		case "id":
			c.ID = d.bounded(x, 3, 16)
		case "add":
			c.Add = statuses(x)
		case "rem":
			c.Rem = statuses(x)
		case "chg":
			c.Chg = d.contactChange(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(c.ID != "", "id")
	return c
}

func (d *decoder) contactChange(el *Element) *ContactChange {
	g := &ContactChange{}
	d.sequence(el, "postalInfo2 voice fax email authInfo disclose", func(x *Element) {
		switch x.Local {
		case "postalInfo":
			var p PostalChange
			p.Type = d.enumAttr(x, "type", PostalInt, PostalLoc)
			d.sequence(x, "name org addr", func(y *Element) {
				switch y.Local {
				case "name":
					t := d.text(y)
					d.require(t != "", "name")
					p.Name = &t
				case "org":
					t := d.text(y)
					p.Org = &t
				case "addr":
					a := d.postalAddr(y)
					p.Addr = &a
				default:
					d.unexpected(y)
				}
			})
			g.Postal = append(g.Postal, p)
		case "voice":
			p := d.phone(x)
			g.Voice = &p
		case "fax":
			p := d.phone(x)
			g.Fax = &p
		case "email":
			g.Email = d.need(x)
		case "authInfo":
			g.AuthInfo = d.authInfo(x)
		case "disclose":
			g.Disclose = d.disclose(x)
		default:
			d.unexpected(x)
		}
	})
	return g
}

// text is a human-written line: white space within is kept, around it not.
func (d *decoder) text(el *Element) string {
	t := d.line(el)
	for len(t) > 0 && t[0] == ' ' {
		t = t[1:]
	}
	for len(t) > 0 && t[len(t)-1] == ' ' {
		t = t[:len(t)-1]
	}
	if d.strict && len(t) > 255 && len([]rune(t)) > 255 {
		d.fail(CodeValueSyntax, el, "longer than 255 characters")
	}
	return t
}

func (d *decoder) postal(el *Element) PostalInfo {
	p := PostalInfo{Type: d.enumAttr(el, "type", PostalInt, PostalLoc)}
	addr := false
	d.sequence(el, "name org addr", func(x *Element) {
		switch x.Local {
		case "name":
			p.Name = d.text(x)
		case "org":
			p.Org = d.text(x)
		case "addr":
			addr = true
			p.Addr = d.postalAddr(x)
		default:
			d.unexpected(x)
		}
	})
	if d.strict {
		d.require(p.Name != "", "name")
		d.require(addr, "addr")
	}
	return p
}

func (d *decoder) postalAddr(el *Element) PostalAddr {
	var a PostalAddr
	d.sequence(el, "street3 city sp pc cc", func(x *Element) {
		switch x.Local {
		case "street":
			a.Street = append(a.Street, d.text(x))
		case "city":
			a.City = d.text(x)
		case "sp":
			a.SP = d.text(x)
		case "pc":
			a.PC = d.bounded(x, 0, 16)
		case "cc":
			a.CC = d.bounded(x, 2, 2)
		default:
			d.unexpected(x)
		}
	})
	if d.strict {
		d.require(a.City != "", "city")
		d.require(a.CC != "", "cc")
	}
	return a
}

func (d *decoder) phone(el *Element) Phone {
	p := Phone{Number: d.token(el)}
	p.Ext, _ = d.tokenAttr(el, "x")
	if d.strict && p.Number != "" && !e164(p.Number) {
		d.fail(CodeValueSyntax, el, "not a number of the form +CC.NUMBER")
	}
	return p
}

// e164 is the schema's pattern: \+[0-9]{1,3}\.[0-9]{1,14}, at most 17 long.
func e164(s string) bool {
	if len(s) > 17 || s[0] != '+' {
		return false
	}
	dot := 0
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.' && dot == 0:
			dot = i
		case c < '0' || c > '9':
			return false
		}
	}
	return dot >= 2 && dot <= 4 && len(s) > dot+1
}

func (d *decoder) disclose(el *Element) *Disclose {
	flag, given := d.tokenAttr(el, "flag")
	if !given {
		d.fail(CodeMissingParameter, el, "attribute flag missing")
	}
	p := &Disclose{Flag: d.bool(el, flag)}
	d.sequence(el, "name2 org2 addr2 voice fax email", func(x *Element) {
		switch x.Local {
		case "name", "org", "addr":
			d.empty(x)
		}
		switch x.Local {
		case "name":
			p.Name = append(p.Name, d.enumAttr(x, "type", PostalInt, PostalLoc))
		case "org":
			p.Org = append(p.Org, d.enumAttr(x, "type", PostalInt, PostalLoc))
		case "addr":
			p.Addr = append(p.Addr, d.enumAttr(x, "type", PostalInt, PostalLoc))
		case "voice":
			p.Voice = true
		case "fax":
			p.Fax = true
		case "email":
			p.Mail = true
		default:
			d.unexpected(x)
		}
	})
	return p
}

func decodeContactData(el *Element) (Value, error) {
	d := &decoder{}
	var v Value
	switch el.Local {
	case "chkData":
		v = &ContactCheckData{Items: d.check(el, "id")}
	case "creData":
		x := &ContactCreateData{}
		for _, c := range el.Children {
			switch c.Local {
			case "id":
				x.ID = d.need(c)
			case "crDate":
				x.CrDate = d.time(c)
			}
		}
		d.require(x.ID != "", "id")
		v = x
	case "infData":
		v = d.contactInfo(el)
	case "trnData":
		x := &ContactTransferData{}
		for _, c := range el.Children {
			switch c.Local {
			case "id":
				x.ID = d.need(c)
			case "trStatus":
				x.TrStatus = TransferStatus(d.need(c))
			case "reID":
				x.ReID = d.token(c)
			case "reDate":
				x.ReDate = d.time(c)
			case "acID":
				x.AcID = d.token(c)
			case "acDate":
				x.AcDate = d.time(c)
			}
		}
		d.require(x.ID != "", "id")
		d.require(x.TrStatus != "", "trStatus")
		v = x
	case "panData":
		v = &ContactPendingData{d.pending(el, "id")}
	default:
		return nil, nil
	}
	return v, d.result()
}

func (d *decoder) contactInfo(el *Element) *ContactInfoData {
	x := &ContactInfoData{}
	for _, c := range el.Children {
		switch c.Local {
		case "id":
			x.ID = d.need(c)
		case "roid":
			x.ROID = d.token(c)
		case "status":
			x.Statuses = append(x.Statuses, d.status(c))
		case "postalInfo":
			x.Postal = append(x.Postal, d.postal(c))
		case "voice":
			x.Voice = d.phone(c)
		case "fax":
			x.Fax = d.phone(c)
		case "email":
			x.Email = d.token(c)
		case "clID":
			x.ClID = d.token(c)
		case "crID":
			x.CrID = d.token(c)
		case "crDate":
			x.CrDate = d.time(c)
		case "upID":
			x.UpID = d.token(c)
		case "upDate":
			x.UpDate = d.time(c)
		case "trDate":
			x.TrDate = d.time(c)
		case "authInfo":
			x.AuthInfo = d.authInfo(c)
		case "disclose":
			x.Disclose = d.disclose(c)
		}
	}
	d.require(x.ID != "", "id")
	return x
}

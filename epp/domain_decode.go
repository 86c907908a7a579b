package epp

func decodeDomainAction(verb Verb, op string, el *Element) (Action, error) {
	d := &decoder{strict: true}
	var a Action
	switch verb {
	case VerbCheck:
		a = &DomainCheck{Names: d.list(el, "name", 1, 255)}
	case VerbInfo:
		c := &DomainInfo{}
		d.sequence(el, "name authInfo", func(x *Element) {
			switch x.Local {
			case "name":
				c.Name = d.bounded(x, 1, 255)
				h, ok := d.tokenAttr(x, "hosts")
				switch {
				case ok && h != "all" && h != "del" && h != "sub" && h != "none":
					d.fail(CodeValueSyntax, x, "unknown value of attribute hosts")
				case h != "all": // the default
					c.Hosts = h
				}
			case "authInfo":
				c.AuthInfo = d.authInfo(x)
			default:
				d.unexpected(x)
			}
		})
		d.require(c.Name != "", "name")
		a = c
	case VerbCreate:
		a = d.domainCreate(el)
	case VerbUpdate:
		a = d.domainUpdate(el)
	case VerbDelete:
		a = &DomainDelete{Name: d.single(el, "name", 1, 255)}
	case VerbRenew:
		c := &DomainRenew{}
		d.sequence(el, "name curExpDate period", func(x *Element) {
			switch x.Local {
			case "name":
				c.Name = d.bounded(x, 1, 255)
			case "curExpDate":
				c.CurExpDate = d.date(x)
			case "period":
				c.Period = d.period(x)
			default:
				d.unexpected(x)
			}
		})
		d.require(c.Name != "", "name")
		d.require(!c.CurExpDate.IsZero(), "curExpDate")
		a = c
	case VerbTransfer:
		c := &DomainTransfer{Op: TransferOp(op)}
		d.sequence(el, "name period authInfo", func(x *Element) {
			switch x.Local {
			case "name":
				c.Name = d.bounded(x, 1, 255)
			case "period":
				c.Period = d.period(x)
			case "authInfo":
				c.AuthInfo = d.authInfo(x)
			default:
				d.unexpected(x)
			}
		})
		d.require(c.Name != "", "name")
		a = c
	default:
		return nil, nil
	}
	return a, d.result()
}

// list reads an element that holds one or more leaves of one name.
func (d *decoder) list(el *Element, local string, lo, hi int) []string {
	out := make([]string, 0, len(el.Children))
	d.children(el, func(x *Element) {
		if x.Local != local {
			d.unexpected(x)
			return
		}
		out = append(out, d.bounded(x, lo, hi))
	})
	d.require(len(out) > 0, local)
	return out
}

// single reads an element that holds one leaf.
func (d *decoder) single(el *Element, local string, lo, hi int) string {
	l := d.list(el, local, lo, hi)
	if len(l) > 1 {
		d.fail(CodeSyntaxError, el, "element given twice")
	}
	if len(l) == 0 {
		return ""
	}
	return l[0]
}

func (d *decoder) domainCreate(el *Element) *DomainCreate {
	c := &DomainCreate{}
	d.sequence(el, "name period ns registrant contact* authInfo", func(x *Element) {
		switch x.Local {
		case "name":
			c.Name = d.bounded(x, 1, 255)
		case "period":
			c.Period = d.period(x)
		case "ns":
			c.NS = d.nameservers(x)
		case "registrant":
			c.Registrant = d.bounded(x, 3, 16)
		case "contact":
			c.Contacts = append(c.Contacts, d.domainContact(x))
		case "authInfo":
			c.AuthInfo = d.authInfo(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(c.Name != "", "name")
	d.require(c.AuthInfo != nil, "authInfo")
	return c
}

func (d *decoder) domainUpdate(el *Element) *DomainUpdate {
	c := &DomainUpdate{}
	d.sequence(el, "name add rem chg", func(x *Element) {
		switch x.Local {
		case "name":
			c.Name = d.bounded(x, 1, 255)
		case "add":
			c.Add = d.domainAddRem(x)
		case "rem":
			c.Rem = d.domainAddRem(x)
		case "chg":
			c.Chg = &DomainChange{}
			d.sequence(x, "registrant authInfo", func(y *Element) {
				switch y.Local {
				case "registrant":
					id := d.bounded(y, 0, 16)
					c.Chg.Registrant = &id
				case "authInfo":
					c.Chg.AuthInfo = d.authInfoOr(y, true)
				default:
					d.unexpected(y)
				}
			})
		default:
			d.unexpected(x)
		}
	})
	d.require(c.Name != "", "name")
	return c
}

func (d *decoder) domainAddRem(el *Element) *DomainAddRem {
	a := &DomainAddRem{}
	d.sequence(el, "ns contact* status11", func(x *Element) {
		switch x.Local {
		case "ns":
			a.NS = d.nameservers(x)
		case "contact":
			a.Contacts = append(a.Contacts, d.domainContact(x))
		case "status":
			a.Statuses = append(a.Statuses, d.statusOf(x, domainStatuses))
		default:
			d.unexpected(x)
		}
	})
	return a
}

func (d *decoder) domainContact(el *Element) DomainContact {
	t, given := d.tokenAttr(el, "type")
	if given {
		t = d.enumAttr(el, "type", "admin", "billing", "tech")
	}
	return DomainContact{Type: t, ID: d.bounded(el, 3, 16)}
}

func (d *decoder) nameservers(el *Element) Nameservers {
	var n Nameservers
	d.children(el, func(x *Element) {
		switch x.Local {
		case "hostObj":
			n.Objects = append(n.Objects, d.bounded(x, 1, 255))
		case "hostAttr":
			var a HostAttr
			d.sequence(x, "hostName hostAddr*", func(y *Element) {
				switch y.Local {
				case "hostName":
					a.Name = d.bounded(y, 1, 255)
				case "hostAddr":
					a.Addrs = append(a.Addrs, d.addr(y))
				default:
					d.unexpected(y)
				}
			})
			d.require(a.Name != "", "hostName")
			n.Attrs = append(n.Attrs, a)
		default:
			d.unexpected(x)
		}
	})
	if d.strict && (len(n.Objects) > 0) == (len(n.Attrs) > 0) {
		d.fail(CodeSyntaxError, el, "either host objects or host attributes expected")
	}
	return n
}

func decodeDomainData(el *Element) (Value, error) {
	d := &decoder{}
	var v Value
	switch el.Local {
	case "chkData":
		v = &DomainCheckData{Items: d.check(el, "name")}
	case "infData":
		v = d.domainInfo(el)
	case "creData":
		x := &DomainCreateData{}
		for _, c := range el.Children {
			switch c.Local {
			case "name":
				x.Name = d.need(c)
			case "crDate":
				x.CrDate = d.time(c)
			case "exDate":
				x.ExDate = d.time(c)
			}
		}
		d.require(x.Name != "", "name")
		v = x
	case "renData":
		x := &DomainRenewData{}
		for _, c := range el.Children {
			switch c.Local {
			case "name":
				x.Name = d.need(c)
			case "exDate":
				x.ExDate = d.time(c)
			}
		}
		d.require(x.Name != "", "name")
		v = x
	case "trnData":
		x := &DomainTransferData{}
		for _, c := range el.Children {
			switch c.Local {
			case "name":
				x.Name = d.need(c)
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
			case "exDate":
				x.ExDate = d.time(c)
			}
		}
		d.require(x.Name != "", "name")
		d.require(x.TrStatus != "", "trStatus")
		v = x
	case "panData":
		v = &DomainPendingData{d.pending(el, "name")}
	default:
		return nil, nil
	}
	return v, d.result()
}

func (d *decoder) domainInfo(el *Element) *DomainInfoData {
	x := &DomainInfoData{}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "name":
			x.Name = d.need(c)
		case "roid":
			x.ROID = d.token(c)
		case "status":
			x.Statuses = append(x.Statuses, d.status(c))
		case "registrant":
			x.Registrant = d.token(c)
		case "contact":
			x.Contacts = append(x.Contacts, d.domainContact(c))
		case "ns":
			x.NS = d.nameservers(c)
		case "host":
			x.Hosts = append(x.Hosts, d.token(c))
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
		case "exDate":
			x.ExDate = d.time(c)
		case "trDate":
			x.TrDate = d.time(c)
		case "authInfo":
			x.AuthInfo = d.authInfo(c)
		}
	})
	d.require(x.Name != "", "name")
	return x
}

package epp

func decodeOrgAction(verb Verb, _ string, el *Element) (Action, error) {
	d := &decoder{strict: true}
	var a Action
	switch verb {
	case VerbCheck:
		a = &OrgCheck{IDs: d.list(el, "id", 3, 16)}
	case VerbInfo:
		a = &OrgInfo{ID: d.single(el, "id", 3, 16)}
	case VerbDelete:
		a = &OrgDelete{ID: d.single(el, "id", 3, 16)}
	case VerbCreate:
		c := &OrgCreate{}
		i := d.org(el, true)
		c.ID, c.Roles, c.Statuses, c.ParentID, c.Postal = i.ID, i.Roles, i.Statuses, i.ParentID, i.Postal
		c.Voice, c.Fax, c.Email, c.URL, c.Contacts = i.Voice, i.Fax, i.Email, i.URL, i.Contacts
		d.require(len(c.Roles) > 0, "role")
		a = c
	case VerbUpdate:
		a = d.orgUpdate(el)
	default:
		return nil, nil
	}
	return a, d.result()
}

func decodeOrgData(el *Element) (Value, error) {
	d := &decoder{}
	var v Value
	switch el.Local {
	case "chkData":
		v = &OrgCheckData{Items: d.check(el, "id")}
	case "creData":
		x := &OrgCreateData{}
		d.children(el, func(c *Element) {
			switch c.Local {
			case "id":
				x.ID = d.need(c)
			case "crDate":
				x.CrDate = d.time(c)
			}
		})
		d.require(x.ID != "", "id")
		v = x
	case "infData":
		v = d.org(el, false)
	case "panData":
		v = &OrgPendingData{d.pending(el, "id")}
	default:
		return nil, nil
	}
	return v, d.result()
}

// org reads the elements that create and info data share, and for info data
// the rest.
func (d *decoder) org(el *Element, create bool) *OrgInfoData {
	o := &OrgInfoData{}
	d.sequence(el, "id role* status4 parentId postalInfo2 voice fax email url contact*", func(x *Element) {
		switch x.Local {
		case "id":
			o.ID = d.bounded(x, 3, 16)
		case "role":
			o.Roles = append(o.Roles, d.orgRole(x))
		case "status":
			o.Statuses = append(o.Statuses, d.orgStatus(x))
		case "parentId":
			o.ParentID = d.bounded(x, 3, 16)
		case "postalInfo":
			o.Postal = append(o.Postal, d.orgPostal(x, true))
		case "voice":
			o.Voice = d.phone(x)
		case "fax":
			o.Fax = d.phone(x)
		case "email":
			o.Email = d.need(x)
		case "url":
			o.URL = d.token(x)
		case "contact":
			o.Contacts = append(o.Contacts, d.orgContact(x))
		default:
			if create {
				d.unexpected(x)
				return
			}
			d.orgHistory(o, x)
		}
	})
	d.require(o.ID != "", "id")
	d.orgPostalTypes(el, o.Postal)
	return o
}

func (d *decoder) orgHistory(o *OrgInfoData, x *Element) {
	switch x.Local {
	case "roid":
		o.ROID = d.token(x)
	case "clID":
		o.ClID = d.token(x)
	case "crID":
		o.CrID = d.token(x)
	case "crDate":
		o.CrDate = d.time(x)
	case "upID":
		o.UpID = d.token(x)
	case "upDate":
		o.UpDate = d.time(x)
	}
}

func (d *decoder) orgUpdate(el *Element) *OrgUpdate {
	u := &OrgUpdate{}
	d.sequence(el, "id add rem chg", func(x *Element) {
		switch x.Local {
		case "id":
			u.ID = d.bounded(x, 3, 16)
		case "add":
			u.Add = d.orgAddRem(x)
		case "rem":
			u.Rem = d.orgAddRem(x)
		case "chg":
			u.Chg = d.orgChange(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(u.ID != "", "id")
	return u
}

func (d *decoder) orgAddRem(el *Element) *OrgAddRem {
	a := &OrgAddRem{}
	d.sequence(el, "contact* role* status9", func(x *Element) {
		switch x.Local {
		case "contact":
			a.Contacts = append(a.Contacts, d.orgContact(x))
		case "role":
			a.Roles = append(a.Roles, d.orgRole(x))
		case "status":
			a.Statuses = append(a.Statuses, d.orgStatus(x))
		default:
			d.unexpected(x)
		}
	})
	return a
}

func (d *decoder) orgChange(el *Element) *OrgChange {
	g := &OrgChange{}
	d.sequence(el, "parentId postalInfo2 voice fax email url", func(x *Element) {
		switch x.Local {
		case "parentId":
			g.ParentID = d.bounded(x, 3, 16)
		case "postalInfo":
			g.Postal = append(g.Postal, d.orgPostal(x, false))
		case "voice":
			p := d.phone(x)
			g.Voice = &p
		case "fax":
			p := d.phone(x)
			g.Fax = &p
		case "email":
			g.Email = d.need(x)
		case "url":
			u := d.token(x)
			g.URL = &u
		default:
			d.unexpected(x)
		}
	})
	d.orgPostalTypes(el, g.Postal)
	return g
}

var (
	orgStatuses = []string{
		StatusOK, StatusHold, StatusTerminated, StatusLinked, StatusPendingCreate, StatusPendingUpdate, StatusPendingDelete,
		StatusClientDeleteProhibited, StatusClientUpdateProhibited, StatusClientLinkProhibited,
		StatusServerDeleteProhibited, StatusServerUpdateProhibited, StatusServerLinkProhibited,
	}
	orgRoleStatuses = []string{StatusOK, StatusLinked, StatusClientLinkProhibited, StatusServerLinkProhibited}
	orgContactTypes = []string{"admin", "billing", "tech", "abuse", "custom"}
)

func (d *decoder) orgStatus(el *Element) string { return d.oneOf(el, d.need(el), orgStatuses) }

func (d *decoder) orgRole(el *Element) OrgRole {
	var r OrgRole
	d.sequence(el, "type status3 roleID", func(x *Element) {
		switch x.Local {
		case "type":
			r.Type = d.need(x)
		case "status":
			r.Statuses = append(r.Statuses, d.oneOf(x, d.need(x), orgRoleStatuses))
		case "roleID":
			r.ID = d.token(x)
		default:
			d.unexpected(x)
		}
	})
	d.require(r.Type != "", "type")
	return r
}

func (d *decoder) orgContact(el *Element) OrgContact {
	c := OrgContact{Type: d.attr(el, "type"), TypeName: d.attr(el, "typeName"), ID: d.bounded(el, 3, 16)}
	d.require(c.Type != "" || !d.strict, "type")
	d.oneOf(el, c.Type, orgContactTypes)
	return c
}

// orgPostal reads an address; whole demands the name.
func (d *decoder) orgPostal(el *Element, whole bool) OrgPostal {
	p := OrgPostal{Type: d.attr(el, "type")}
	d.require(p.Type != "" || !d.strict, "type")
	d.oneOf(el, p.Type, []string{PostalInt, PostalLoc})
	d.sequence(el, "name addr", func(x *Element) {
		switch x.Local {
		case "name":
			if p.Name = d.text(x); p.Name == "" {
				d.fail(CodeMissingParameter, x, "empty value")
			}
		case "addr":
			a := d.postalAddr(x)
			p.Addr = &a
		default:
			d.unexpected(x)
		}
	})
	d.require(!whole || p.Name != "" || !d.strict, "name")
	return p
}

func (d *decoder) orgPostalTypes(el *Element, list []OrgPostal) {
	if d.strict && (len(list) > 2 || len(list) == 2 && list[0].Type == list[1].Type) {
		d.fail(CodeSyntaxError, el, "more than one postalInfo element of a type")
	}
}

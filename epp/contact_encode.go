package epp

// Verb implements [Action].
func (*ContactCheck) Verb() Verb { return VerbCheck }

// Verb implements [Action].
func (*ContactInfo) Verb() Verb { return VerbInfo }

// Verb implements [Action].
func (*ContactCreate) Verb() Verb { return VerbCreate }

// Verb implements [Action].
func (*ContactUpdate) Verb() Verb { return VerbUpdate }

// Verb implements [Action].
func (*ContactDelete) Verb() Verb { return VerbDelete }

// Verb implements [Action].
func (*ContactTransfer) Verb() Verb { return VerbTransfer }

func (t *ContactTransfer) op() string { return string(t.Op) }

// Namespace implements [Value].
func (*ContactCheck) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactInfo) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactCreate) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactUpdate) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactDelete) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactTransfer) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactCheckData) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactInfoData) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactCreateData) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactTransferData) Namespace() string { return NSContact }

// Namespace implements [Value].
func (*ContactPendingData) Namespace() string { return NSContact }

// Encode implements [Value].
func (c *ContactCheck) Encode(w *Writer) {
	w.Root("contact:check", NSContact)
	w.leaves("contact:id", c.IDs)
	w.Close("contact:check")
}

// Encode implements [Value].
func (c *ContactInfo) Encode(w *Writer) {
	w.Root("contact:info", NSContact)
	w.Leaf("contact:id", c.ID)
	w.contactAuth(c.AuthInfo)
	w.Close("contact:info")
}

// Encode implements [Value].
func (t *ContactTransfer) Encode(w *Writer) {
	w.Root("contact:transfer", NSContact)
	w.Leaf("contact:id", t.ID)
	w.contactAuth(t.AuthInfo)
	w.Close("contact:transfer")
}

func (w *Writer) contactAuth(a *AuthInfo) {
	if a != nil {
		w.authInfo("contact:authInfo", "contact:pw", "contact:ext", "", a)
	}
}

// Encode implements [Value].
func (c *ContactDelete) Encode(w *Writer) {
	w.Root("contact:delete", NSContact)
	w.Leaf("contact:id", c.ID)
	w.Close("contact:delete")
}

// Encode implements [Value].
func (c *ContactCreate) Encode(w *Writer) {
	w.Root("contact:create", NSContact)
	w.Leaf("contact:id", c.ID)
	w.postal(c.Postal)
	w.phone("contact:voice", c.Voice)
	w.phone("contact:fax", c.Fax)
	w.Leaf("contact:email", c.Email)
	w.authInfo("contact:authInfo", "contact:pw", "contact:ext", "", c.AuthInfo)
	w.disclose(c.Disclose)
	w.Close("contact:create")
}

func (w *Writer) postal(list []PostalInfo) {
	for i := range list {
		p := &list[i]
		w.Open("contact:postalInfo", "type", or(p.Type, PostalInt))
		w.Leaf("contact:name", p.Name)
		w.Opt("contact:org", p.Org)
		w.postalAddr(&p.Addr)
		w.Close("contact:postalInfo")
	}
}

func (w *Writer) postalAddr(a *PostalAddr) {
	w.Open("contact:addr")
	w.leaves("contact:street", a.Street)
	w.Leaf("contact:city", a.City)
	w.Opt("contact:sp", a.SP)
	w.Opt("contact:pc", a.PC)
	w.Leaf("contact:cc", a.CC)
	w.Close("contact:addr")
}

func (w *Writer) phone(name string, p Phone) {
	if p != (Phone{}) {
		w.phoneLeaf(name, p)
	}
}

func (w *Writer) phoneLeaf(name string, p Phone) {
	if p.Ext != "" {
		w.Leaf(name, p.Number, "x", p.Ext)
	} else {
		w.Leaf(name, p.Number)
	}
}

func (w *Writer) disclose(d *Disclose) {
	if d == nil {
		return
	}
	flag := "0"
	if d.Flag {
		flag = "1"
	}
	w.Open("contact:disclose", "flag", flag)
	for _, t := range d.Name {
		w.Leaf("contact:name", "", "type", t)
	}
	for _, t := range d.Org {
		w.Leaf("contact:org", "", "type", t)
	}
	for _, t := range d.Addr {
		w.Leaf("contact:addr", "", "type", t)
	}
	if d.Voice {
		w.Leaf("contact:voice", "")
	}
	if d.Fax {
		w.Leaf("contact:fax", "")
	}
	if d.Mail {
		w.Leaf("contact:email", "")
	}
	w.Close("contact:disclose")
}

// Encode implements [Value].
func (c *ContactUpdate) Encode(w *Writer) {
	w.Root("contact:update", NSContact)
	w.Leaf("contact:id", c.ID)
	if len(c.Add) > 0 {
		w.Open("contact:add")
		w.statuses("contact:status", c.Add)
		w.Close("contact:add")
	}
	if len(c.Rem) > 0 {
		w.Open("contact:rem")
		w.statuses("contact:status", c.Rem)
		w.Close("contact:rem")
	}
	if g := c.Chg; g != nil {
		w.Open("contact:chg")
		for i := range g.Postal {
			p := &g.Postal[i]
			w.Open("contact:postalInfo", "type", or(p.Type, PostalInt))
			if p.Name != nil {
				w.Leaf("contact:name", *p.Name)
			}
			if p.Org != nil {
				w.Leaf("contact:org", *p.Org)
			}
			if p.Addr != nil {
				w.postalAddr(p.Addr)
			}
			w.Close("contact:postalInfo")
		}
		if g.Voice != nil {
			w.phoneLeaf("contact:voice", *g.Voice)
		}
		if g.Fax != nil {
			w.phoneLeaf("contact:fax", *g.Fax)
		}
		w.Opt("contact:email", g.Email)
		w.contactAuth(g.AuthInfo)
		w.disclose(g.Disclose)
		w.Close("contact:chg")
	}
	w.Close("contact:update")
}

// Encode implements [Value].
func (d *ContactCheckData) Encode(w *Writer) {
	w.Root("contact:chkData", NSContact)
	w.check("contact:cd", "contact:id", "contact:reason", d.Items)
	w.Close("contact:chkData")
}

// Encode implements [Value].
func (d *ContactInfoData) Encode(w *Writer) {
	w.Root("contact:infData", NSContact)
	w.Leaf("contact:id", d.ID)
	w.Leaf("contact:roid", d.ROID)
	w.statuses("contact:status", d.Statuses)
	w.postal(d.Postal)
	w.phone("contact:voice", d.Voice)
	w.phone("contact:fax", d.Fax)
	w.Leaf("contact:email", d.Email)
	w.Leaf("contact:clID", d.ClID)
	w.Leaf("contact:crID", d.CrID)
	w.Time("contact:crDate", d.CrDate)
	w.Opt("contact:upID", d.UpID)
	w.Time("contact:upDate", d.UpDate)
	w.Time("contact:trDate", d.TrDate)
	w.contactAuth(d.AuthInfo)
	w.disclose(d.Disclose)
	w.Close("contact:infData")
}

// Encode implements [Value].
func (d *ContactCreateData) Encode(w *Writer) {
	w.Root("contact:creData", NSContact)
	w.Leaf("contact:id", d.ID)
	w.Time("contact:crDate", d.CrDate)
	w.Close("contact:creData")
}

// Encode implements [Value].
func (d *ContactTransferData) Encode(w *Writer) {
	w.Root("contact:trnData", NSContact)
	w.Leaf("contact:id", d.ID)
	w.Leaf("contact:trStatus", string(d.TrStatus))
	w.Leaf("contact:reID", d.ReID)
	w.Time("contact:reDate", d.ReDate)
	w.Leaf("contact:acID", d.AcID)
	w.Time("contact:acDate", d.AcDate)
	w.Close("contact:trnData")
}

// Encode implements [Value].
func (d *ContactPendingData) Encode(w *Writer) {
	w.Root("contact:panData", NSContact)
	w.pending("contact:", "id", &d.PendingResult)
	w.Close("contact:panData")
}

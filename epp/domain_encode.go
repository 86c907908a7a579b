package epp

// Verb implements [Action].
func (*DomainCheck) Verb() Verb { return VerbCheck }

// Verb implements [Action].
func (*DomainInfo) Verb() Verb { return VerbInfo }

// Verb implements [Action].
func (*DomainCreate) Verb() Verb { return VerbCreate }

// Verb implements [Action].
func (*DomainUpdate) Verb() Verb { return VerbUpdate }

// Verb implements [Action].
func (*DomainDelete) Verb() Verb { return VerbDelete }

// Verb implements [Action].
func (*DomainRenew) Verb() Verb { return VerbRenew }

// Verb implements [Action].
func (*DomainTransfer) Verb() Verb { return VerbTransfer }

func (t *DomainTransfer) op() string { return string(t.Op) }

// Namespace implements [Value].
func (*DomainCheck) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainInfo) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainCreate) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainUpdate) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainDelete) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainRenew) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainTransfer) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainCheckData) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainInfoData) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainCreateData) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainRenewData) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainTransferData) Namespace() string { return NSDomain }

// Namespace implements [Value].
func (*DomainPendingData) Namespace() string { return NSDomain }

// Encode implements [Value].
func (c *DomainCheck) Encode(w *Writer) {
	w.Root("domain:check", NSDomain)
	w.leaves("domain:name", c.Names)
	w.Close("domain:check")
}

// Encode implements [Value].
func (c *DomainInfo) Encode(w *Writer) {
	w.Root("domain:info", NSDomain)
	w.Leaf("domain:name", c.Name, "hosts", or(c.Hosts, "all"))
	w.domainAuth(c.AuthInfo)
	w.Close("domain:info")
}

func (w *Writer) domainAuth(a *AuthInfo) {
	if a != nil {
		w.authInfo("domain:authInfo", "domain:pw", "domain:ext", "", a)
	}
}

// Encode implements [Value].
func (c *DomainCreate) Encode(w *Writer) {
	w.Root("domain:create", NSDomain)
	w.Leaf("domain:name", c.Name)
	w.period("domain:period", c.Period)
	w.nameservers(c.NS)
	w.Opt("domain:registrant", c.Registrant)
	w.domainContacts(c.Contacts)
	w.authInfo("domain:authInfo", "domain:pw", "domain:ext", "", c.AuthInfo)
	w.Close("domain:create")
}

func (w *Writer) nameservers(n Nameservers) {
	if n.Empty() {
		return
	}
	w.Open("domain:ns")
	if len(n.Objects) > 0 {
		w.leaves("domain:hostObj", n.Objects)
	} else {
		for _, a := range n.Attrs {
			w.Open("domain:hostAttr")
			w.Leaf("domain:hostName", a.Name)
			w.addrs("domain:hostAddr", a.Addrs)
			w.Close("domain:hostAttr")
		}
	}
	w.Close("domain:ns")
}

func (w *Writer) domainContacts(list []DomainContact) {
	for _, c := range list {
		if c.Type == "" {
			w.Leaf("domain:contact", c.ID)
		} else {
			w.Leaf("domain:contact", c.ID, "type", c.Type)
		}
	}
}

// Encode implements [Value].
func (c *DomainUpdate) Encode(w *Writer) {
	w.Root("domain:update", NSDomain)
	w.Leaf("domain:name", c.Name)
	w.domainAddRem("domain:add", c.Add)
	w.domainAddRem("domain:rem", c.Rem)
	if c.Chg != nil {
		w.Open("domain:chg")
		if c.Chg.Registrant != nil {
			w.Leaf("domain:registrant", *c.Chg.Registrant)
		}
		if c.Chg.AuthInfo != nil {
			w.authInfo("domain:authInfo", "domain:pw", "domain:ext", "domain:null", c.Chg.AuthInfo)
		}
		w.Close("domain:chg")
	}
	w.Close("domain:update")
}

func (w *Writer) domainAddRem(name string, a *DomainAddRem) {
	if a == nil {
		return
	}
	w.Open(name)
	w.nameservers(a.NS)
	w.domainContacts(a.Contacts)
	w.statuses("domain:status", a.Statuses)
	w.Close(name)
}

// Encode implements [Value].
func (c *DomainDelete) Encode(w *Writer) {
	w.Root("domain:delete", NSDomain)
	w.Leaf("domain:name", c.Name)
	w.Close("domain:delete")
}

// Encode implements [Value].
func (c *DomainRenew) Encode(w *Writer) {
	w.Root("domain:renew", NSDomain)
	w.Leaf("domain:name", c.Name)
	w.date("domain:curExpDate", c.CurExpDate)
	w.period("domain:period", c.Period)
	w.Close("domain:renew")
}

// Encode implements [Value].
func (t *DomainTransfer) Encode(w *Writer) {
	w.Root("domain:transfer", NSDomain)
	w.Leaf("domain:name", t.Name)
	w.period("domain:period", t.Period)
	w.domainAuth(t.AuthInfo)
	w.Close("domain:transfer")
}

// Encode implements [Value].
func (d *DomainCheckData) Encode(w *Writer) {
	w.Root("domain:chkData", NSDomain)
	w.check("domain:cd", "domain:name", "domain:reason", d.Items)
	w.Close("domain:chkData")
}

// Encode implements [Value].
func (d *DomainInfoData) Encode(w *Writer) {
	w.Root("domain:infData", NSDomain)
	w.Leaf("domain:name", d.Name)
	w.Leaf("domain:roid", d.ROID)
	w.statuses("domain:status", d.Statuses)
	w.Opt("domain:registrant", d.Registrant)
	w.domainContacts(d.Contacts)
	w.nameservers(d.NS)
	w.leaves("domain:host", d.Hosts)
	w.Leaf("domain:clID", d.ClID)
	w.Opt("domain:crID", d.CrID)
	w.Time("domain:crDate", d.CrDate)
	w.Opt("domain:upID", d.UpID)
	w.Time("domain:upDate", d.UpDate)
	w.Time("domain:exDate", d.ExDate)
	w.Time("domain:trDate", d.TrDate)
	w.domainAuth(d.AuthInfo)
	w.Close("domain:infData")
}

// Encode implements [Value].
func (d *DomainCreateData) Encode(w *Writer) {
	w.Root("domain:creData", NSDomain)
	w.Leaf("domain:name", d.Name)
	w.Time("domain:crDate", d.CrDate)
	w.Time("domain:exDate", d.ExDate)
	w.Close("domain:creData")
}

// Encode implements [Value].
func (d *DomainRenewData) Encode(w *Writer) {
	w.Root("domain:renData", NSDomain)
	w.Leaf("domain:name", d.Name)
	w.Time("domain:exDate", d.ExDate)
	w.Close("domain:renData")
}

// Encode implements [Value].
func (d *DomainTransferData) Encode(w *Writer) {
	w.Root("domain:trnData", NSDomain)
	w.Leaf("domain:name", d.Name)
	w.Leaf("domain:trStatus", string(d.TrStatus))
	w.Leaf("domain:reID", d.ReID)
	w.Time("domain:reDate", d.ReDate)
	w.Leaf("domain:acID", d.AcID)
	w.Time("domain:acDate", d.AcDate)
	w.Time("domain:exDate", d.ExDate)
	w.Close("domain:trnData")
}

// Encode implements [Value].
func (d *DomainPendingData) Encode(w *Writer) {
	w.Root("domain:panData", NSDomain)
	w.pending("domain:", "name", &d.PendingResult)
	w.Close("domain:panData")
}

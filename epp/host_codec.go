package epp

// Verb implements [Action].
func (*HostCheck) Verb() Verb { return VerbCheck }

// Verb implements [Action].
func (*HostInfo) Verb() Verb { return VerbInfo }

// Verb implements [Action].
func (*HostCreate) Verb() Verb { return VerbCreate }

// Verb implements [Action].
func (*HostUpdate) Verb() Verb { return VerbUpdate }

// Verb implements [Action].
func (*HostDelete) Verb() Verb { return VerbDelete }

// Namespace implements [Value].
func (*HostCheck) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostInfo) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostCreate) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostUpdate) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostDelete) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostCheckData) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostInfoData) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostCreateData) Namespace() string { return NSHost }

// Namespace implements [Value].
func (*HostPendingData) Namespace() string { return NSHost }

// Encode implements [Value].
func (c *HostCheck) Encode(w *Writer) {
	w.Root("host:check", NSHost)
	w.leaves("host:name", c.Names)
	w.Close("host:check")
}

// Encode implements [Value].
func (c *HostInfo) Encode(w *Writer) {
	w.Root("host:info", NSHost)
	w.Leaf("host:name", c.Name)
	w.Close("host:info")
}

// Encode implements [Value].
func (c *HostCreate) Encode(w *Writer) {
	w.Root("host:create", NSHost)
	w.Leaf("host:name", c.Name)
	w.addrs("host:addr", c.Addrs)
	w.Close("host:create")
}

// Encode implements [Value].
func (c *HostUpdate) Encode(w *Writer) {
	w.Root("host:update", NSHost)
	w.Leaf("host:name", c.Name)
	w.hostAddRem("host:add", c.Add)
	w.hostAddRem("host:rem", c.Rem)
	if c.NewName != "" {
		w.Open("host:chg")
		w.Leaf("host:name", c.NewName)
		w.Close("host:chg")
	}
	w.Close("host:update")
}

func (w *Writer) hostAddRem(name string, a *HostAddRem) {
	if a == nil {
		return
	}
	w.Open(name)
	w.addrs("host:addr", a.Addrs)
	w.statuses("host:status", a.Statuses)
	w.Close(name)
}

// Encode implements [Value].
func (c *HostDelete) Encode(w *Writer) {
	w.Root("host:delete", NSHost)
	w.Leaf("host:name", c.Name)
	w.Close("host:delete")
}

// Encode implements [Value].
func (d *HostCheckData) Encode(w *Writer) {
	w.Root("host:chkData", NSHost)
	w.check("host:cd", "host:name", "host:reason", d.Items)
	w.Close("host:chkData")
}

// Encode implements [Value].
func (d *HostInfoData) Encode(w *Writer) {
	w.Root("host:infData", NSHost)
	w.Leaf("host:name", d.Name)
	w.Leaf("host:roid", d.ROID)
	w.statuses("host:status", d.Statuses)
	w.addrs("host:addr", d.Addrs)
	w.Leaf("host:clID", d.ClID)
	w.Leaf("host:crID", d.CrID)
	w.Time("host:crDate", d.CrDate)
	w.Opt("host:upID", d.UpID)
	w.Time("host:upDate", d.UpDate)
	w.Time("host:trDate", d.TrDate)
	w.Close("host:infData")
}

// Encode implements [Value].
func (d *HostCreateData) Encode(w *Writer) {
	w.Root("host:creData", NSHost)
	w.Leaf("host:name", d.Name)
	w.Time("host:crDate", d.CrDate)
	w.Close("host:creData")
}

// Encode implements [Value].
func (d *HostPendingData) Encode(w *Writer) {
	w.Root("host:panData", NSHost)
	w.pending("host:", "name", &d.PendingResult)
	w.Close("host:panData")
}

func decodeHostAction(verb Verb, _ string, el *Element) (Action, error) {
	d := &decoder{strict: true}
	var a Action
	switch verb {
	case VerbCheck:
		a = &HostCheck{Names: d.list(el, "name", 1, 255)}
	case VerbInfo:
		a = &HostInfo{Name: d.single(el, "name", 1, 255)}
	case VerbDelete:
		a = &HostDelete{Name: d.single(el, "name", 1, 255)}
	case VerbCreate:
		c := &HostCreate{}
		d.sequence(el, "name addr*", func(x *Element) {
			switch x.Local {
			case "name":
				c.Name = d.bounded(x, 1, 255)
			case "addr":
				c.Addrs = append(c.Addrs, d.addr(x))
			default:
				d.unexpected(x)
			}
		})
		d.require(c.Name != "", "name")
		a = c
	case VerbUpdate:
		c := &HostUpdate{}
		d.sequence(el, "name add rem chg", func(x *Element) {
			switch x.Local {
			case "name":
				c.Name = d.bounded(x, 1, 255)
			case "add":
				c.Add = d.hostAddRem(x)
			case "rem":
				c.Rem = d.hostAddRem(x)
			case "chg":
				c.NewName = d.single(x, "name", 1, 255)
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

func (d *decoder) hostAddRem(el *Element) *HostAddRem {
	a := &HostAddRem{}
	d.sequence(el, "addr* status7", func(x *Element) {
		switch x.Local {
		case "addr":
			a.Addrs = append(a.Addrs, d.addr(x))
		case "status":
			a.Statuses = append(a.Statuses, d.statusOf(x, hostStatuses))
		default:
			d.unexpected(x)
		}
	})
	return a
}

func decodeHostData(el *Element) (Value, error) {
	d := &decoder{}
	var v Value
	switch el.Local {
	case "chkData":
		v = &HostCheckData{Items: d.check(el, "name")}
	case "creData":
		x := &HostCreateData{}
		for _, c := range el.Children {
			switch c.Local {
			case "name":
				x.Name = d.need(c)
			case "crDate":
				x.CrDate = d.time(c)
			}
		}
		d.require(x.Name != "", "name")
		v = x
	case "infData":
		x := &HostInfoData{}
		for _, c := range el.Children {
			switch c.Local {
			case "name":
				x.Name = d.need(c)
			case "roid":
				x.ROID = d.token(c)
			case "status":
				x.Statuses = append(x.Statuses, d.status(c))
			case "addr":
				x.Addrs = append(x.Addrs, d.addr(c))
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
			}
		}
		d.require(x.Name != "", "name")
		v = x
	case "panData":
		v = &HostPendingData{d.pending(el, "name")}
	default:
		return nil, nil
	}
	return v, d.result()
}

package epp

// NSCNNICDomain is the namespace of CNNIC's domain extension; see
// [NSCNNICContact] for what is known of it.
const NSCNNICDomain = "urn:ietf:params:xml:ns:cnnic-domain-1.0"

// CNNICDomain is CNNIC's domain extension: who registers, and through whom.
var CNNICDomain = Extension{Namespace: NSCNNICDomain, Decode: decodeCNNICDomain}

// CNNICDomainData is the content of the domain extension.
type CNNICDomainData struct {
	Type     string // I for a person, E for an organisation
	Purveyor string // 3 to 16 characters
}

// CNNICDomainCreate stands in a domain create. Purveyor is required.
type CNNICDomainCreate struct{ CNNICDomainData }

// CNNICDomainUpdate stands in a domain update and replaces what is given.
type CNNICDomainUpdate struct{ CNNICDomainData }

// CNNICDomainInfoData stands in the answer to a domain info.
type CNNICDomainInfoData struct{ CNNICDomainData }

// Namespace implements [Value].
func (*CNNICDomainCreate) Namespace() string { return NSCNNICDomain }

// Namespace implements [Value].
func (*CNNICDomainUpdate) Namespace() string { return NSCNNICDomain }

// Namespace implements [Value].
func (*CNNICDomainInfoData) Namespace() string { return NSCNNICDomain }

// Encode implements [Value].
func (c *CNNICDomainCreate) Encode(w *Writer) { c.encode(w, "cnnic-domain:create") }

// Encode implements [Value].
func (c *CNNICDomainInfoData) Encode(w *Writer) { c.encode(w, "cnnic-domain:infData") }

func (c *CNNICDomainData) encode(w *Writer, name string) {
	w.Root(name, NSCNNICDomain)
	c.content(w)
	w.Close(name)
}

func (c *CNNICDomainData) content(w *Writer) {
	w.Opt("cnnic-domain:type", c.Type)
	w.Opt("cnnic-domain:purveyor", c.Purveyor)
}

// Encode implements [Value].
func (c *CNNICDomainUpdate) Encode(w *Writer) {
	w.Root("cnnic-domain:update", NSCNNICDomain)
	w.Open("cnnic-domain:chg")
	c.content(w)
	w.Close("cnnic-domain:chg")
	w.Close("cnnic-domain:update")
}

func decodeCNNICDomain(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	switch el.Local {
	case "create":
		v := &CNNICDomainCreate{d.cnnicDomain(el)}
		d.require(v.Purveyor != "", "purveyor")
		return v, d.result()
	case "update":
		v := &CNNICDomainUpdate{}
		d.sequence(el, "chg", func(c *Element) { v.CNNICDomainData = d.cnnicDomain(c) })
		d.require(v.Type != "" || v.Purveyor != "", "chg")
		return v, d.result()
	case "infData":
		return &CNNICDomainInfoData{d.cnnicDomain(el)}, d.result()
	}
	return nil, nil
}

func (d *decoder) cnnicDomain(el *Element) CNNICDomainData {
	var v CNNICDomainData
	d.sequence(el, "type purveyor", func(c *Element) {
		switch c.Local {
		case "type":
			v.Type = d.cnnicType(c)
		case "purveyor":
			v.Purveyor = d.bounded(c, 3, 16)
		}
	})
	return v
}

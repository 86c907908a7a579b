package epp

// NSCNNICDomain is the namespace of CNNIC's domain extension; see
// [NSCNNICContact] for what is known of it.
const NSCNNICDomain = "urn:ietf:params:xml:ns:cnnic-domain-1.0"

// CNNICDomain is CNNIC's domain extension: who registers, and through whom.
var CNNICDomain = Extension{Namespace: NSCNNICDomain, Decode: decodeCNNICDomain}

// CNNICDomainData is the content of the domain extension.
type CNNICDomainData struct {
	Type     string // I or E
	Purveyor string // 3 to 16 characters
}

// CNNICDomainCreate stands in a domain create.
type CNNICDomainCreate struct{ CNNICDomainData }

// CNNICDomainInfoData stands in the answer to a domain info.
type CNNICDomainInfoData struct{ CNNICDomainData }

// Namespace implements [Value].
func (*CNNICDomainCreate) Namespace() string { return NSCNNICDomain }

// Namespace implements [Value].
func (*CNNICDomainInfoData) Namespace() string { return NSCNNICDomain }

// Encode implements [Value].
func (c *CNNICDomainCreate) Encode(w *Writer) { c.encode(w, "cnnic-domain:create") }

// Encode implements [Value].
func (c *CNNICDomainInfoData) Encode(w *Writer) { c.encode(w, "cnnic-domain:infData") }

func (c *CNNICDomainData) encode(w *Writer, name string) {
	w.Root(name, NSCNNICDomain)
	w.Opt("cnnic-domain:type", c.Type)
	w.Opt("cnnic-domain:purveyor", c.Purveyor)
	w.Close(name)
}

func decodeCNNICDomain(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	var v CNNICDomainData
	d.children(el, func(c *Element) {
		switch c.Local {
		case "type":
			v.Type = d.token(c)
		case "purveyor":
			v.Purveyor = d.bounded(c, 3, 16)
		default:
			d.unexpected(c)
		}
	})
	switch el.Local {
	case "create":
		d.require(v.Purveyor != "", "purveyor")
		return &CNNICDomainCreate{v}, d.result()
	case "infData":
		return &CNNICDomainInfoData{v}, d.result()
	}
	return nil, nil
}

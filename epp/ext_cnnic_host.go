package epp

// NSCNNICHost is the namespace of CNNIC's host extension; see
// [NSCNNICContact] for what is known of it.
const NSCNNICHost = "urn:ietf:params:xml:ns:cnnic-host-1.0"

// CNNICHost is CNNIC's host extension: through whom a host is created.
var CNNICHost = Extension{Namespace: NSCNNICHost, Decode: decodeCNNICHost}

// CNNICHostCreate stands in a host create.
type CNNICHostCreate struct {
	Purveyor string // 3 to 16 characters
}

// CNNICHostInfoData stands in the answer to a host info.
type CNNICHostInfoData struct{ Purveyor string }

// Namespace implements [Value].
func (*CNNICHostCreate) Namespace() string { return NSCNNICHost }

// Namespace implements [Value].
func (*CNNICHostInfoData) Namespace() string { return NSCNNICHost }

// Encode implements [Value].
func (c *CNNICHostCreate) Encode(w *Writer) {
	w.single("cnnic-host:create", NSCNNICHost, "cnnic-host:purveyor", c.Purveyor)
}

// Encode implements [Value].
func (c *CNNICHostInfoData) Encode(w *Writer) {
	w.single("cnnic-host:infData", NSCNNICHost, "cnnic-host:purveyor", c.Purveyor)
}

// single writes an element with one leaf.
func (w *Writer) single(name, ns, leaf, text string) {
	w.Root(name, ns)
	w.Leaf(leaf, text)
	w.Close(name)
}

func decodeCNNICHost(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	if el.Local != "create" && el.Local != "infData" {
		return nil, nil
	}
	purveyor := ""
	d.sequence(el, "purveyor", func(c *Element) {
		if c.Local == "purveyor" {
			purveyor = d.bounded(c, 3, 16)
		}
	})
	if el.Local == "infData" {
		return &CNNICHostInfoData{purveyor}, d.result()
	}
	d.require(purveyor != "", "purveyor")
	return &CNNICHostCreate{purveyor}, d.result()
}

package epp

// NSCNNICRegistry is the namespace of CNNIC's registry extension; see
// [NSCNNICContact] for what is known of it.
const NSCNNICRegistry = "urn:ietf:params:xml:ns:cnnic-registry-1.0"

// CNNICRegistry is CNNIC's registry extension: CNNIC's server holds several
// registries, and a contact or host is created at one of them.
var CNNICRegistry = Extension{Namespace: NSCNNICRegistry, Decode: decodeCNNICRegistry}

// CNNICRegistryCreate stands in a contact or host create.
type CNNICRegistryCreate struct{ Registry string }

// CNNICRegistryInfoData stands in the answer to a contact or host info.
type CNNICRegistryInfoData struct{ Registry string }

// Namespace implements [Value].
func (*CNNICRegistryCreate) Namespace() string { return NSCNNICRegistry }

// Namespace implements [Value].
func (*CNNICRegistryInfoData) Namespace() string { return NSCNNICRegistry }

// Encode implements [Value].
func (c *CNNICRegistryCreate) Encode(w *Writer) {
	w.single("cnnic-registry:create", NSCNNICRegistry, "cnnic-registry:registry", c.Registry)
}

// Encode implements [Value].
func (c *CNNICRegistryInfoData) Encode(w *Writer) {
	w.single("cnnic-registry:infData", NSCNNICRegistry, "cnnic-registry:registry", c.Registry)
}

func decodeCNNICRegistry(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	if el.Local != "create" && el.Local != "infData" {
		return nil, nil
	}
	name := ""
	d.sequence(el, "registry", func(c *Element) {
		if c.Local == "registry" {
			name = d.token(c)
		}
	})
	if el.Local == "infData" {
		return &CNNICRegistryInfoData{name}, d.result()
	}
	d.require(name != "", "registry")
	return &CNNICRegistryCreate{name}, d.result()
}

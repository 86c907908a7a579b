package epp

// NSIDN is the namespace of the IDN table extension
// (draft-ietf-eppext-idnmap-02).
const NSIDN = "urn:ietf:params:xml:ns:idn-1.0"

// IDN is the IDN table extension (draft-ietf-eppext-idnmap-02): by which
// table an internationalized name is registered.
var IDN = Extension{Namespace: NSIDN, Decode: decodeIDN}

// IDNData stands in a domain create and in the answer to a domain info.
type IDNData struct {
	// Table is the registry's identifier of the table, often a language tag.
	Table string
	// UName is the name in Unicode, as the registrant wrote it; optional.
	UName string
}

// Namespace implements [Value].
func (*IDNData) Namespace() string { return NSIDN }

// Encode implements [Value].
func (i *IDNData) Encode(w *Writer) {
	w.Root("idn:data", NSIDN)
	w.Leaf("idn:table", i.Table)
	w.Opt("idn:uname", i.UName)
	w.Close("idn:data")
}

func decodeIDN(el *Element) (Value, error) {
	if el.Local != "data" {
		return nil, nil
	}
	d := &decoder{strict: true} // one element for both directions
	i := &IDNData{}
	d.sequence(el, "table uname", func(c *Element) {
		switch c.Local {
		case "table":
			i.Table = d.need(c)
		case "uname":
			i.UName = d.bounded(c, 1, 255)
		}
	})
	d.require(i.Table != "", "table")
	return i, d.result()
}

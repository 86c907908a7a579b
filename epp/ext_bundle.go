package epp

// NSBundle is the namespace of the strict bundling extension (RFC 9095).
const NSBundle = "urn:ietf:params:xml:ns:epp:b-dn"

// Bundle is the strict bundling extension (RFC 9095): names that are
// registered, changed and deleted as one.
var Bundle = Extension{Namespace: NSBundle, Decode: decodeBundle}

// BundleName is a name of a bundle.
type BundleName struct {
	Name   string // in ASCII
	ULabel string // in Unicode; optional
}

// BundleCreate stands in a domain create. RDN is the registered name; nil
// leaves it to the server.
type BundleCreate struct{ RDN *BundleName }

// BundleData stands in the answer to an info, create, delete, renew,
// transfer or update of a domain. Verb says to which.
type BundleData struct {
	Verb Verb
	RDN  BundleName   // the registered name
	BDN  []BundleName // the names bundled with it
}

// verbData names the elements in which extensions answer each command.
var verbData = map[Verb]string{
	VerbInfo: "infData", VerbCreate: "creData", VerbDelete: "delData",
	VerbRenew: "renData", VerbTransfer: "trnData", VerbUpdate: "upData",
}

// dataVerb is the command that such an element answers, "" for another one.
func dataVerb(local string) Verb {
	for v, name := range verbData {
		if name == local {
			return v
		}
	}
	return ""
}

// Namespace implements [Value].
func (*BundleCreate) Namespace() string { return NSBundle }

// Namespace implements [Value].
func (*BundleData) Namespace() string { return NSBundle }

func (n *BundleName) encode(w *Writer, name string) {
	w.leafAttrs(name, n.Name, "uLabel", n.ULabel)
}

// Encode implements [Value].
func (c *BundleCreate) Encode(w *Writer) {
	w.Root("b-dn:create", NSBundle)
	if c.RDN != nil {
		c.RDN.encode(w, "b-dn:rdn")
	}
	w.Close("b-dn:create")
}

// Encode implements [Value].
func (b *BundleData) Encode(w *Writer) {
	name := "b-dn:" + or(verbData[b.Verb], "infData")
	w.Root(name, NSBundle)
	w.Open("b-dn:bundle")
	b.RDN.encode(w, "b-dn:rdn")
	for i := range b.BDN {
		b.BDN[i].encode(w, "b-dn:bdn")
	}
	w.Close("b-dn:bundle")
	w.Close(name)
}

func decodeBundle(el *Element) (Value, error) {
	if el.Local == "create" {
		d := &decoder{strict: true}
		c := &BundleCreate{}
		d.sequence(el, "rdn", func(x *Element) {
			n := d.bundleName(x)
			c.RDN = &n
		})
		return c, d.result()
	}
	verb := dataVerb(el.Local)
	if verb == "" {
		return nil, nil
	}
	d := &decoder{}
	b := &BundleData{Verb: verb}
	d.children(el, func(x *Element) {
		if x.Local != "bundle" {
			return
		}
		d.children(x, func(n *Element) {
			switch n.Local {
			case "rdn":
				b.RDN = d.bundleName(n)
			case "bdn":
				b.BDN = append(b.BDN, d.bundleName(n))
			}
		})
	})
	d.require(b.RDN.Name != "", "rdn")
	return b, d.result()
}

func (d *decoder) bundleName(el *Element) BundleName {
	n := BundleName{Name: d.bounded(el, 1, 255), ULabel: d.attr(el, "uLabel")}
	if d.strict && len([]rune(n.ULabel)) > 255 {
		d.fail(CodeValueSyntax, el, "length outside the schema's bounds")
	}
	return n
}

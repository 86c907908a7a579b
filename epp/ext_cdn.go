package epp

// NSCDN is the namespace of CNNIC's Chinese domain name extension.
const NSCDN = "urn:ietf:params:xml:ns:cdn-1.0"

// CDN is CNNIC's Chinese domain name extension: a name (OCDN, original),
// its simplified form (SCDN), its traditional form (TCDN) and further
// variants (VCDN) are one bundle (RFC 3743, RFC 4713).
var CDN = Extension{Namespace: NSCDN, Decode: decodeCDN}

// CDNNames are the forms of a name, in Unicode.
type CDNNames struct {
	SCDN, TCDN string
	VCDN       []string
}

// CDNCreate stands in a domain create: the forms that the registrant wants.
type CDNCreate struct{ CDNNames }

// CDNUpdate stands in a domain update. SCDN and TCDN replace; "" leaves as
// it is.
type CDNUpdate struct {
	SCDN, TCDN string
	Add, Rem   []string // VCDN
}

// CDNInfoData stands in the answer to a domain info.
type CDNInfoData struct {
	OCDNPunycode       string
	SCDN, SCDNPunycode string
	TCDN, TCDNPunycode string
	VCDN, VCDNPunycode []string // in the same order
}

// CDNData stands in the answer to a create, delete, renew or transfer, and in
// poll messages of transfers. Verb says to which.
type CDNData struct {
	Verb Verb
	CDNNames
}

// Namespace implements [Value].
func (*CDNCreate) Namespace() string { return NSCDN }

// Namespace implements [Value].
func (*CDNUpdate) Namespace() string { return NSCDN }

// Namespace implements [Value].
func (*CDNInfoData) Namespace() string { return NSCDN }

// Namespace implements [Value].
func (*CDNData) Namespace() string { return NSCDN }

func (n *CDNNames) encode(w *Writer, name string) {
	w.Root(name, NSCDN)
	w.Opt("cdn:SCDN", n.SCDN)
	w.Opt("cdn:TCDN", n.TCDN)
	w.list("cdn:VCDNList", "cdn:VCDN", n.VCDN)
	w.Close(name)
}

// list writes leaves within an element, or nothing for none.
func (w *Writer) list(name, leaf string, texts []string) {
	if len(texts) > 0 {
		w.Open(name)
		w.leaves(leaf, texts)
		w.Close(name)
	}
}

// Encode implements [Value].
func (c *CDNCreate) Encode(w *Writer) { c.encode(w, "cdn:create") }

// Encode implements [Value].
func (c *CDNData) Encode(w *Writer) { c.encode(w, "cdn:"+or(verbData[c.Verb], "trnData")) }

// Encode implements [Value].
func (u *CDNUpdate) Encode(w *Writer) {
	w.Root("cdn:update", NSCDN)
	if u.SCDN != "" || u.TCDN != "" {
		w.Open("cdn:chg")
		w.Opt("cdn:SCDN", u.SCDN)
		w.Opt("cdn:TCDN", u.TCDN)
		w.Close("cdn:chg")
	}
	w.list("cdn:add", "cdn:VCDN", u.Add)
	w.list("cdn:rem", "cdn:VCDN", u.Rem)
	w.Close("cdn:update")
}

// Encode implements [Value].
func (i *CDNInfoData) Encode(w *Writer) {
	w.Root("cdn:infData", NSCDN)
	w.Opt("cdn:OCDNPunycode", i.OCDNPunycode)
	w.Opt("cdn:SCDN", i.SCDN)
	w.Opt("cdn:SCDNPunycode", i.SCDNPunycode)
	w.Opt("cdn:TCDN", i.TCDN)
	w.Opt("cdn:TCDNPunycode", i.TCDNPunycode)
	if len(i.VCDN)+len(i.VCDNPunycode) > 0 {
		w.Open("cdn:VCDNList")
		w.leaves("cdn:VCDN", i.VCDN)
		w.leaves("cdn:VCDNPunycode", i.VCDNPunycode)
		w.Close("cdn:VCDNList")
	}
	w.Close("cdn:infData")
}

func decodeCDN(el *Element) (Value, error) {
	switch verb := dataVerb(el.Local); {
	case el.Local == "create":
		d := &decoder{strict: true}
		return &CDNCreate{d.cdnNames(el)}, d.result()
	case el.Local == "update":
		d := &decoder{strict: true}
		return d.cdnUpdate(el), d.result()
	case verb == VerbInfo:
		d := &decoder{}
		return d.cdnInfo(el), d.result()
	case verb != "" && verb != VerbUpdate:
		d := &decoder{}
		return &CDNData{verb, d.cdnNames(el)}, d.result()
	}
	return nil, nil
}

// label reads a name. An answer's empty one stands for none.
func (d *decoder) label(el *Element) string { return d.bounded(el, 1, 255) }

func (d *decoder) cdnNames(el *Element) CDNNames {
	var n CDNNames
	d.sequence(el, "SCDN TCDN VCDNList", func(c *Element) {
		switch c.Local {
		case "SCDN":
			n.SCDN = d.label(c)
		case "TCDN":
			n.TCDN = d.label(c)
		case "VCDNList":
			n.VCDN = append(n.VCDN, d.vcdn(c)...)
		}
	})
	return n
}

func (d *decoder) vcdn(el *Element) []string {
	var list []string
	d.sequence(el, "VCDN*", func(c *Element) {
		if c.Local != "VCDN" {
			return
		}
		if name := d.label(c); name != "" {
			list = append(list, name)
		}
	})
	if d.strict {
		d.require(len(list) > 0, "VCDN")
	}
	return list
}

func (d *decoder) cdnUpdate(el *Element) *CDNUpdate {
	u := &CDNUpdate{}
	d.sequence(el, "chg add rem", func(c *Element) {
		switch c.Local {
		case "chg":
			d.sequence(c, "SCDN TCDN", func(x *Element) {
				switch x.Local {
				case "SCDN":
					u.SCDN = d.label(x)
				case "TCDN":
					u.TCDN = d.label(x)
				}
			})
		case "add":
			u.Add = append(u.Add, d.vcdn(c)...)
		case "rem":
			u.Rem = append(u.Rem, d.vcdn(c)...)
		}
	})
	return u
}

func (d *decoder) cdnInfo(el *Element) *CDNInfoData {
	i := &CDNInfoData{}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "OCDNPunycode":
			i.OCDNPunycode = d.label(c)
		case "SCDN":
			i.SCDN = d.label(c)
		case "SCDNPunycode":
			i.SCDNPunycode = d.label(c)
		case "TCDN":
			i.TCDN = d.label(c)
		case "TCDNPunycode":
			i.TCDNPunycode = d.label(c)
		case "VCDNList":
			d.children(c, func(x *Element) {
				switch x.Local {
				case "VCDN":
					i.VCDN = append(i.VCDN, d.label(x))
				case "VCDNPunycode":
					i.VCDNPunycode = append(i.VCDNPunycode, d.label(x))
				}
			})
		}
	})
	return i
}

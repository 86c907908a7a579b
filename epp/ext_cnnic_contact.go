package epp

// NSCNNICContact is the namespace of CNNIC's contact extension. There is no
// RFC: the elements are those that public client software for .cn uses; only
// these are known.
const NSCNNICContact = "urn:ietf:params:xml:ns:cnnic-contact-1.0"

// CNNICContact is CNNIC's contact extension: an identity document.
var CNNICContact = Extension{Namespace: NSCNNICContact, Decode: decodeCNNICContact}

// CNNICDocTypes lists the types of identity document that .cn is known to
// take. Do not change it.
var CNNICDocTypes = []string{"SFZ", "HZ", "JGZ", "ORG", "YYZZ", "QT"}

// CNNICGTLDDocTypes lists those that CNNIC's gTLDs are known to take. Do not
// change it. Neither list is enforced: a registry adds to its own.
var CNNICGTLDDocTypes = []string{
	"SFZ", "HZ", "ORG", "YYZZ", "TYDM", "GAJMTX", "TWJMTX", "WJLSFZ", "GATJZZ", "BDDM", "JDDWFW", "SYDWFR",
	"WGCZJG", "SHTTFR", "ZJCS", "MBFQY", "JJHFR", "LSZY", "WGZHWH", "WLCZJG", "SFJD", "JWJG", "SHFWJG", "MBXXBX",
	"YLJGZY", "GZJGZY", "BJWSXX", "QT",
}

// CNNICIdentity is the content of the contact extension. It prints without
// the number.
type CNNICIdentity struct {
	Type     string // I for a person, E for an organisation
	DocType  string // SFZ, ORG, YYZZ, QT ...
	Number   string // 1 to 20 characters
	Purveyor string // 3 to 16 characters
	Mobile   string // +86.13800000000
}

// String hides the number.
func (i CNNICIdentity) String() string { return "[identity " + i.DocType + "]" }

// GoString hides the number.
func (i CNNICIdentity) GoString() string { return i.String() }

// CNNICContactCreate stands in a contact create.
type CNNICContactCreate struct{ CNNICIdentity }

// CNNICContactUpdate stands in a contact update: what is added, removed,
// replaced, nil where nothing is.
type CNNICContactUpdate struct{ Add, Rem, Chg *CNNICIdentity }

// CNNICContactInfoData stands in the answer to a contact info.
type CNNICContactInfoData struct{ CNNICIdentity }

// Namespace implements [Value].
func (*CNNICContactCreate) Namespace() string { return NSCNNICContact }

// Namespace implements [Value].
func (*CNNICContactUpdate) Namespace() string { return NSCNNICContact }

// Namespace implements [Value].
func (*CNNICContactInfoData) Namespace() string { return NSCNNICContact }

func (i *CNNICIdentity) encode(w *Writer) {
	w.Opt("cnnic-contact:type", i.Type)
	if i.Number != "" {
		w.Leaf("cnnic-contact:contact", i.Number, "type", i.DocType)
	}
	w.Opt("cnnic-contact:purveyor", i.Purveyor)
	w.Opt("cnnic-contact:mobile", i.Mobile)
}

// Encode implements [Value].
func (c *CNNICContactCreate) Encode(w *Writer) {
	w.Root("cnnic-contact:create", NSCNNICContact)
	c.encode(w)
	w.Close("cnnic-contact:create")
}

// Encode implements [Value].
func (c *CNNICContactUpdate) Encode(w *Writer) {
	w.Root("cnnic-contact:update", NSCNNICContact)
	for _, part := range []struct {
		name string
		data *CNNICIdentity
	}{{"cnnic-contact:add", c.Add}, {"cnnic-contact:rem", c.Rem}, {"cnnic-contact:chg", c.Chg}} {
		if part.data != nil {
			w.Open(part.name)
			part.data.encode(w)
			w.Close(part.name)
		}
	}
	w.Close("cnnic-contact:update")
}

// Encode implements [Value].
func (c *CNNICContactInfoData) Encode(w *Writer) {
	w.Root("cnnic-contact:infData", NSCNNICContact)
	c.encode(w)
	w.Close("cnnic-contact:infData")
}

func decodeCNNICContact(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	switch el.Local {
	case "create":
		v := &CNNICContactCreate{*d.cnnicIdentity(el)}
		d.require(v.Number != "", "contact")
		return v, d.result()
	case "update":
		v := &CNNICContactUpdate{}
		d.sequence(el, "add rem chg", func(c *Element) {
			switch c.Local {
			case "add":
				v.Add = d.cnnicIdentity(c)
			case "rem":
				v.Rem = d.cnnicIdentity(c)
			case "chg":
				v.Chg = d.cnnicIdentity(c)
			}
		})
		d.require(v.Add != nil || v.Rem != nil || v.Chg != nil, "chg")
		return v, d.result()
	case "infData":
		return &CNNICContactInfoData{*d.cnnicIdentity(el)}, d.result()
	}
	return nil, nil
}

func (d *decoder) cnnicIdentity(el *Element) *CNNICIdentity {
	i := &CNNICIdentity{}
	d.sequence(el, "type contact purveyor mobile", func(c *Element) {
		switch c.Local {
		case "type":
			i.Type = d.cnnicType(c)
		case "contact":
			i.Number = d.bounded(c, 1, 20)
			i.DocType, _ = c.Attr("type")
			if i.DocType == "" {
				if d.strict {
					d.fail(CodeMissingParameter, c, "attribute type missing")
				}
			} else if d.strict && !capitals(i.DocType) {
				d.fail(CodeValueSyntax, c, "not a type of document")
			}
		case "purveyor":
			i.Purveyor = d.bounded(c, 3, 16)
		case "mobile":
			if i.Mobile = d.phone(c).Number; i.Mobile == "" && d.strict {
				d.fail(CodeMissingParameter, c, "empty value")
			}
		}
	})
	return i
}

// cnnicType reads I (a person) or E (an organisation).
func (d *decoder) cnnicType(el *Element) string {
	t := d.need(el)
	if d.strict && t != "I" && t != "E" {
		d.fail(CodeValueSyntax, el, "neither I nor E")
	}
	return t
}

func capitals(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= 8
}

package epp

// NSCNNICContact is the namespace of CNNIC's contact extension. There is no
// RFC: the elements are those that public client software for .cn uses; only
// these are known.
const NSCNNICContact = "urn:ietf:params:xml:ns:cnnic-contact-1.0"

// CNNICContact is CNNIC's contact extension: an identity document.
var CNNICContact = Extension{Namespace: NSCNNICContact, Decode: decodeCNNICContact}

// CNNICIdentity is the content of the contact extension. It prints without
// the number.
type CNNICIdentity struct {
	Type     string // I for a person, E for an organisation
	DocType  string // SFZ, ORG, YYZZ, QT ...
	Number   string // 1 to 20 characters
	Purveyor string
	Mobile   string
}

// String hides the number.
func (i CNNICIdentity) String() string { return "[identity " + i.DocType + "]" }

// GoString hides the number.
func (i CNNICIdentity) GoString() string { return i.String() }

// CNNICContactCreate stands in a contact create.
type CNNICContactCreate struct{ CNNICIdentity }

// CNNICContactUpdate stands in a contact update and replaces.
type CNNICContactUpdate struct{ CNNICIdentity }

// CNNICContactInfoData stands in the answer to a contact info.
type CNNICContactInfoData struct{ CNNICIdentity }

// Namespace implements [Value].
func (*CNNICContactCreate) Namespace() string { return NSCNNICContact }

// Namespace implements [Value].
func (*CNNICContactUpdate) Namespace() string { return NSCNNICContact }

// Namespace implements [Value].
func (*CNNICContactInfoData) Namespace() string { return NSCNNICContact }

func (i *CNNICIdentity) content(w *Writer) {
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
	c.content(w)
	w.Close("cnnic-contact:create")
}

// Encode implements [Value].
func (c *CNNICContactUpdate) Encode(w *Writer) {
	w.Root("cnnic-contact:update", NSCNNICContact)
	w.Open("cnnic-contact:chg")
	c.content(w)
	w.Close("cnnic-contact:chg")
	w.Close("cnnic-contact:update")
}

// Encode implements [Value].
func (c *CNNICContactInfoData) Encode(w *Writer) {
	w.Root("cnnic-contact:infData", NSCNNICContact)
	c.content(w)
	w.Close("cnnic-contact:infData")
}

func decodeCNNICContact(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	switch el.Local {
	case "create":
		v := &CNNICContactCreate{d.cnnicIdentity(el)}
		d.require(v.Number != "", "contact")
		return v, d.result()
	case "update":
		chg := el.Child(NSCNNICContact, "chg")
		d.require(chg != nil, "chg")
		if chg == nil {
			return nil, d.err
		}
		return &CNNICContactUpdate{d.cnnicIdentity(chg)}, d.result()
	case "infData":
		return &CNNICContactInfoData{d.cnnicIdentity(el)}, d.result()
	}
	return nil, nil
}

func (d *decoder) cnnicIdentity(el *Element) CNNICIdentity {
	var i CNNICIdentity
	d.children(el, func(c *Element) {
		switch c.Local {
		case "type":
			i.Type = d.token(c)
		case "contact":
			i.Number = d.bounded(c, 1, 20)
			i.DocType, _ = c.Attr("type")
		case "purveyor":
			i.Purveyor = d.bounded(c, 3, 16)
		case "mobile":
			i.Mobile = d.token(c)
		default:
			d.unexpected(c)
		}
	})
	return i
}

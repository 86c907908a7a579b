package epp

import "strings"

// NSFee is the namespace of the fee extension (RFC 8748).
const NSFee = "urn:ietf:params:xml:ns:epp:fee-1.0"

// Fee is the fee extension (RFC 8748). Its types also serve [Fee08]: their NS
// is the namespace that they are written in, where "" means [NSFee]. [Client]
// and [Server] choose what the session logged in with, so that programs need
// not set it.
var Fee = Extension{Namespace: NSFee, Decode: decodeFee}

// Amounts are decimal numbers as text, exactly as on the wire; see
// [ParseAmount] and [FormatAmount] for whole minor units.

// FeeCheck stands in a domain check.
type FeeCheck struct {
	NS       string
	Currency string
	Commands []FeeCommand
	// Names are the names asked about. Only fee-0.8 repeats them, and
	// [Client] takes them from the domain check.
	Names []string
}

// FeeCommand names a command whose fee is asked for: create, renew, transfer,
// update, delete, restore or custom.
type FeeCommand struct {
	Name       string
	CustomName string
	Phase      string
	Subphase   string
	Period     Period
}

// FeeCheckData stands in the answer to a domain check.
type FeeCheckData struct {
	NS       string
	Currency string
	Objects  []FeeObject
}

// Object returns the answer about one name.
func (d *FeeCheckData) Object(id string) (FeeObject, bool) {
	for _, o := range d.Objects {
		if o.ID == id {
			return o, true
		}
	}
	return FeeObject{}, false
}

// FeeObject is the answer about one name. Avail false means that the fee
// information could not be given; Reason says why.
type FeeObject struct {
	ID       string
	Avail    bool
	Class    string
	Commands []FeeCommandData
	Reason   string
}

// FeeCommandData is the fee of one command on one name. Standard says that it
// is the normal price, not a premium one.
type FeeCommandData struct {
	FeeCommand
	Standard bool
	Fees     []FeeItem
	Credits  []FeeItem
	Reason   string
}

// FeeItem is one fee (Amount >= 0) or credit (Amount <= 0).
type FeeItem struct {
	Amount      string
	Description string
	Lang        string
	// Refundable is nil when not said. GracePeriod is an XML duration.
	// Applied is "immediate", "delayed" or "". Credits have none of these.
	Refundable  *bool
	GracePeriod string
	Applied     string
}

// FeeTransform stands in a create, renew, transfer or update (Verb) and names
// the price that the client agrees to.
type FeeTransform struct {
	NS       string
	Verb     Verb
	Currency string
	Fees     []FeeItem
	Credits  []FeeItem
}

// FeeTransformData stands in the answer to a transform and says what was
// charged. Balance and CreditLimit are empty when absent.
type FeeTransformData struct {
	NS          string
	Verb        Verb
	Currency    string
	Period      Period
	Fees        []FeeItem
	Credits     []FeeItem
	Balance     string
	CreditLimit string
}

// Namespace implements [Value].
func (f *FeeCheck) Namespace() string { return or(f.NS, NSFee) }

// Namespace implements [Value].
func (f *FeeCheckData) Namespace() string { return or(f.NS, NSFee) }

// Namespace implements [Value].
func (f *FeeTransform) Namespace() string { return or(f.NS, NSFee) }

// Namespace implements [Value].
func (f *FeeTransformData) Namespace() string { return or(f.NS, NSFee) }

// Encode implements [Value].
func (c *FeeCheck) Encode(w *Writer) {
	if c.NS == NSFee08 {
		c.encode08(w)
		return
	}
	w.Root("fee:check", NSFee)
	w.Opt("fee:currency", c.Currency)
	for i := range c.Commands {
		c.Commands[i].open(w)
		w.period("fee:period", c.Commands[i].Period)
		w.Close("fee:command")
	}
	w.Close("fee:check")
}

func (c *FeeCommand) open(w *Writer, attrs ...string) {
	a := append(make([]string, 0, 10), "name", c.Name)
	for _, p := range [...][2]string{{"customName", c.CustomName}, {"phase", c.Phase}, {"subphase", c.Subphase}} {
		if p[1] != "" {
			a = append(a, p[0], p[1])
		}
	}
	w.Open("fee:command", append(a, attrs...)...)
}

// Encode implements [Value].
func (d *FeeCheckData) Encode(w *Writer) {
	if d.NS == NSFee08 {
		d.encode08(w)
		return
	}
	w.Root("fee:chkData", NSFee)
	w.Opt("fee:currency", d.Currency)
	for i := range d.Objects {
		o := &d.Objects[i]
		if o.Avail {
			w.Open("fee:cd", "avail", "1")
		} else {
			w.Open("fee:cd", "avail", "0")
		}
		w.Leaf("fee:objID", o.ID)
		w.Opt("fee:class", o.Class)
		for k := range o.Commands {
			c := &o.Commands[k]
			if c.Standard {
				c.open(w, "standard", "1")
			} else {
				c.open(w)
			}
			w.period("fee:period", c.Period)
			w.fees("fee:fee", c.Fees, NSFee)
			w.fees("fee:credit", c.Credits, NSFee)
			w.Opt("fee:reason", c.Reason)
			w.Close("fee:command")
		}
		w.Opt("fee:reason", o.Reason)
		w.Close("fee:cd")
	}
	w.Close("fee:chkData")
}

func (w *Writer) fees(name string, list []FeeItem, ns string) {
	for i := range list {
		f := &list[i]
		a := make([]string, 0, 10)
		if f.Description != "" {
			a = append(a, "description", f.Description)
		}
		if f.Lang != "" && f.Lang != "en" && ns == NSFee {
			a = append(a, "lang", f.Lang)
		}
		if f.Refundable != nil {
			if *f.Refundable {
				a = append(a, "refundable", "1")
			} else {
				a = append(a, "refundable", "0")
			}
		}
		if f.GracePeriod != "" {
			a = append(a, "grace-period", f.GracePeriod)
		}
		if f.Applied != "" {
			a = append(a, "applied", f.Applied)
		}
		w.Leaf(name, f.Amount, a...)
	}
}

// Encode implements [Value].
func (t *FeeTransform) Encode(w *Writer) {
	name := "fee:" + string(t.Verb)
	w.Root(name, t.Namespace())
	w.Opt("fee:currency", t.Currency)
	w.fees("fee:fee", t.Fees, t.Namespace())
	w.fees("fee:credit", t.Credits, t.Namespace())
	w.Close(name)
}

var feeDataNames = [...]struct {
	verb Verb
	name string
}{
	{VerbCreate, "creData"}, {VerbRenew, "renData"}, {VerbTransfer, "trnData"},
	{VerbUpdate, "updData"}, {VerbDelete, "delData"},
}

// Encode implements [Value].
func (t *FeeTransformData) Encode(w *Writer) {
	name := ""
	for _, n := range feeDataNames {
		if n.verb == t.Verb {
			name = "fee:" + n.name
		}
	}
	w.Root(name, t.Namespace())
	w.Opt("fee:currency", t.Currency)
	w.period("fee:period", t.Period)
	w.fees("fee:fee", t.Fees, t.Namespace())
	w.fees("fee:credit", t.Credits, t.Namespace())
	w.Opt("fee:balance", t.Balance)
	w.Opt("fee:creditLimit", t.CreditLimit)
	w.Close(name)
}

func decodeFee(el *Element) (Value, error) {
	d := &decoder{}
	switch el.Local {
	case "check":
		d.strict = true
		c := &FeeCheck{}
		d.sequence(el, "currency command*", func(x *Element) {
			switch x.Local {
			case "currency":
				c.Currency = d.currency(x)
			case "command":
				cmd := d.feeCommand(x)
				c.Commands = append(c.Commands, cmd.FeeCommand)
			default:
				d.unexpected(x)
			}
		})
		d.require(len(c.Commands) > 0, "command")
		return c, d.result()
	case "chkData":
		c := &FeeCheckData{}
		d.children(el, func(x *Element) {
			switch x.Local {
			case "currency":
				c.Currency = d.currency(x)
			case "cd":
				c.Objects = append(c.Objects, d.feeObject(x))
			}
		})
		return c, d.result()
	}
	return d.feeTransformValue(el, "")
}

// feeTransformValue reads what both versions write in the same way.
func (d *decoder) feeTransformValue(el *Element, ns string) (Value, error) {
	switch el.Local {
	case "create", "renew", "transfer", "update":
		d.strict = true
		t := d.feeTransform(el, "currency fee* credit*")
		d.require(len(t.Fees) > 0, "fee")
		return &FeeTransform{NS: ns, Verb: Verb(el.Local), Currency: t.Currency, Fees: t.Fees, Credits: t.Credits}, d.result()
	}
	for _, n := range feeDataNames {
		if n.name == el.Local {
			t := d.feeTransform(el, "")
			t.NS, t.Verb = ns, n.verb
			return t, d.result()
		}
	}
	return nil, nil
}

func (d *decoder) currency(el *Element) string {
	s := d.token(el)
	if len(s) != 3 || strings.ToUpper(s) != s {
		d.fail(CodeValueSyntax, el, "not a currency code")
	}
	return s
}

func (d *decoder) feeCommand(el *Element) FeeCommandData {
	var c FeeCommandData
	c.Name, _ = el.Attr("name")
	c.CustomName, _ = el.Attr("customName")
	c.Phase, _ = el.Attr("phase")
	c.Subphase, _ = el.Attr("subphase")
	if s, ok := el.Attr("standard"); ok {
		c.Standard = d.bool(el, s)
	}
	switch c.Name {
	case "create", "delete", "renew", "update", "transfer", "restore", "custom":
	default:
		d.fail(CodeValueSyntax, el, "attribute name missing or unknown")
	}
	d.sequence(el, "period", func(x *Element) {
		switch x.Local {
		case "period":
			c.Period = d.period(x)
		case "fee":
			c.Fees = append(c.Fees, d.fee(x, false))
		case "credit":
			c.Credits = append(c.Credits, d.fee(x, true))
		case "reason":
			c.Reason = collapse(x.DeepText())
		default:
			d.unexpected(x)
		}
	})
	return c
}

func (d *decoder) feeObject(el *Element) FeeObject {
	o := FeeObject{Avail: true}
	if a, ok := el.Attr("avail"); ok {
		o.Avail = d.bool(el, a)
	}
	d.children(el, func(x *Element) {
		switch x.Local {
		case "objID":
			o.ID = d.need(x)
		case "class":
			o.Class = d.token(x)
		case "command":
			c := d.feeCommand(x)
			o.Commands = append(o.Commands, c)
		case "reason":
			o.Reason = collapse(x.DeepText())
		}
	})
	d.require(o.ID != "", "objID")
	return o
}

func (d *decoder) feeTransform(el *Element, model string) *FeeTransformData {
	t := &FeeTransformData{}
	d.sequence(el, model, func(x *Element) {
		switch x.Local {
		case "currency":
			t.Currency = d.currency(x)
		case "period":
			t.Period = d.period(x)
		case "fee":
			t.Fees = append(t.Fees, d.fee(x, false))
		case "credit":
			t.Credits = append(t.Credits, d.fee(x, true))
		case "balance":
			t.Balance = d.amount(x)
		case "creditLimit":
			t.CreditLimit = d.amount(x)
		default:
			d.unexpected(x)
		}
	})
	return t
}

func (d *decoder) amount(el *Element) string {
	s := d.token(el)
	if !decimal(s) {
		d.fail(CodeValueSyntax, el, "not a decimal number")
	}
	return s
}

func (d *decoder) fee(el *Element, credit bool) FeeItem {
	f := FeeItem{Amount: d.amount(el)}
	if neg := strings.HasPrefix(f.Amount, "-"); neg != credit && strings.Trim(f.Amount, "+-0.") != "" {
		d.fail(CodeValueRange, el, "fee below or credit above zero")
	}
	f.Description, _ = el.Attr("description")
	f.Lang, _ = el.Attr("lang")
	if r, ok := el.Attr("refundable"); ok {
		b := d.bool(el, r)
		f.Refundable = &b
	}
	f.GracePeriod, _ = el.Attr("grace-period")
	f.Applied, _ = el.Attr("applied")
	return f
}

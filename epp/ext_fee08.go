package epp

import "slices"

// NSFee08 is the namespace of version 0.8 of the fee extension, a draft
// (draft-brown-epp-fees) that registries adopted before RFC 8748.
const NSFee08 = "urn:ietf:params:xml:ns:fee-0.8"

// Fee08 is version 0.8 of the fee extension, for registries that speak only
// that. A session logs in with it where [Fee] is not to be had. It has the
// types of [Fee], with these limits: an answer of a check is about one command
// on one name, in one currency for all; it has no reasons, subclasses of
// Avail or languages; custom commands have no names. [FeeInfo] is its own.
//
// The draft being gone, this follows what public client software writes and
// reads.
var Fee08 = Extension{Namespace: NSFee08, Decode: decodeFee08}

// FeeInfo stands in a domain info and asks what one command would cost. Only
// fee-0.8 has it; RFC 8748 has the check alone.
type FeeInfo struct {
	Currency string
	FeeCommand
}

// FeeInfoData stands in the answer to a domain info.
type FeeInfoData struct {
	Currency string
	Class    string
	FeeCommandData
}

// Namespace implements [Value].
func (*FeeInfo) Namespace() string { return NSFee08 }

// Namespace implements [Value].
func (*FeeInfoData) Namespace() string { return NSFee08 }

// classStandard is the class that stands for the standard attribute of RFC
// 8748.
const classStandard = "standard"

func (c *FeeCommand) encode08(w *Writer) {
	w.leafAttrs("fee:command", c.Name, "phase", c.Phase, "subphase", c.Subphase)
}

func (c *FeeCommandData) encode08(w *Writer, currency, class string) {
	w.Opt("fee:currency", currency)
	c.FeeCommand.encode08(w)
	w.period("fee:period", c.Period)
	w.fees("fee:fee", c.Fees, NSFee08)
	w.fees("fee:credit", c.Credits, NSFee08)
	if class == "" && c.Standard {
		class = classStandard
	}
	w.Opt("fee:class", class)
}

func (c *FeeCheck) encode08(w *Writer) {
	w.Root("fee:check", NSFee08)
	for _, name := range c.Names {
		for i := range c.Commands {
			w.Open("fee:domain")
			w.Leaf("fee:name", name)
			w.Opt("fee:currency", c.Currency)
			c.Commands[i].encode08(w)
			w.period("fee:period", c.Commands[i].Period)
			w.Close("fee:domain")
		}
	}
	w.Close("fee:check")
}

func (d *FeeCheckData) encode08(w *Writer) {
	w.Root("fee:chkData", NSFee08)
	for i := range d.Objects {
		o := &d.Objects[i]
		for k := range o.Commands {
			w.Open("fee:cd")
			w.Leaf("fee:name", o.ID)
			o.Commands[k].encode08(w, d.Currency, o.Class)
			w.Close("fee:cd")
		}
	}
	w.Close("fee:chkData")
}

// Encode implements [Value].
func (f *FeeInfo) Encode(w *Writer) {
	w.Root("fee:info", NSFee08)
	w.Opt("fee:currency", f.Currency)
	f.encode08(w)
	w.period("fee:period", f.Period)
	w.Close("fee:info")
}

// Encode implements [Value].
func (f *FeeInfoData) Encode(w *Writer) {
	w.Root("fee:infData", NSFee08)
	f.encode08(w, f.Currency, f.Class)
	w.Close("fee:infData")
}

func decodeFee08(el *Element) (Value, error) {
	d := &decoder{}
	switch el.Local {
	case "check":
		d.strict = true
		return d.feeCheck08(el), d.result()
	case "chkData":
		return d.feeCheckData08(el), d.result()
	case "info":
		d.strict = true
		f := d.feeAnswer08(el, "currency command period")
		return &FeeInfo{Currency: f.currency, FeeCommand: f.FeeCommand}, d.result()
	case "infData":
		f := d.feeAnswer08(el, "")
		return &FeeInfoData{Currency: f.currency, Class: f.class, FeeCommandData: f.FeeCommandData}, d.result()
	}
	return d.feeTransformValue(el, NSFee08)
}

// feeAnswer08 is the content of what fee-0.8 says or asks of one command.
type feeAnswer08 struct {
	name, currency, class string
	FeeCommandData
}

func (d *decoder) feeAnswer08(el *Element, model string) feeAnswer08 {
	var f feeAnswer08
	d.sequence(el, model, func(x *Element) {
		switch x.Local {
		case "name":
			f.name = d.bounded(x, 1, 255)
		case "currency":
			f.currency = d.currency(x)
		case "command":
			f.Name = d.need(x)
			f.Phase, f.Subphase = d.attr(x, "phase"), d.attr(x, "subphase")
			d.oneOf(x, f.Name, feeCommands08)
		case "period":
			f.Period = d.period(x)
		case "fee":
			f.Fees = append(f.Fees, d.fee(x, false))
		case "credit":
			f.Credits = append(f.Credits, d.fee(x, true))
		case "class":
			f.class = d.token(x)
			f.Standard = f.class == classStandard
		}
	})
	d.require(f.Name != "", "command")
	return f
}

var feeCommands08 = []string{"create", "delete", "renew", "update", "transfer", "restore", "custom"}

// feeCheck08 reads a check: what RFC 8748 says once for all names is said here
// for each name and command. Names and commands are taken apart again, and
// every command is answered for every name.
func (d *decoder) feeCheck08(el *Element) *FeeCheck {
	c := &FeeCheck{NS: NSFee08}
	names, commands := map[string]bool{}, map[FeeCommand]bool{}
	d.sequence(el, "domain*", func(x *Element) {
		f := d.feeAnswer08(x, "name currency command period")
		d.require(f.name != "", "name")
		if len(names) > 0 && f.currency != c.Currency {
			d.fail(CodeUnimplementedOption, x, "different currencies in one check")
		}
		c.Currency = f.currency
		if !names[f.name] {
			names[f.name] = true
			c.Names = append(c.Names, f.name)
		}
		if !commands[f.FeeCommand] {
			commands[f.FeeCommand] = true
			c.Commands = append(c.Commands, f.FeeCommand)
		}
	})
	d.require(len(c.Names) > 0, "domain")
	return c
}

func (d *decoder) feeCheckData08(el *Element) *FeeCheckData {
	c := &FeeCheckData{NS: NSFee08}
	objects := map[string]int{}
	d.children(el, func(x *Element) {
		if x.Local != "cd" {
			return
		}
		f := d.feeAnswer08(x, "")
		d.require(f.name != "", "name")
		if len(objects) > 0 && f.currency != c.Currency {
			// Read as one currency it would be a wrong price.
			d.fail(CodeSyntaxError, x, "different currencies in one answer")
		}
		c.Currency = f.currency
		i, known := objects[f.name]
		if !known {
			i = len(c.Objects)
			objects[f.name] = i
			c.Objects = append(c.Objects, FeeObject{ID: f.name})
		}
		o := &c.Objects[i]
		o.Class = or(o.Class, f.class)
		o.Avail = o.Avail || len(f.Fees)+len(f.Credits) > 0
		o.Commands = append(o.Commands, f.FeeCommandData)
	})
	return c
}

// versioned is a value that several versions of its extension can carry.
type versioned interface {
	// in returns the value for a session that has these services, as part of
	// or in answer to a command with this action.
	in(has func(uri string) bool, a Action) Value
}

// inVersions puts a list's values into the versions that a session has. The
// list is copied when one changes.
func inVersions(list []Value, has func(uri string) bool, a Action) []Value {
	out := list
	for i, v := range list {
		x, ok := v.(versioned)
		if !ok {
			continue
		}
		if w := x.in(has, a); w != v {
			if &out[0] == &list[0] {
				out = slices.Clone(list)
			}
			out[i] = w
		}
	}
	return out
}

// feeVersion is the namespace that a value of ns is to be written in.
func feeVersion(ns string, has func(uri string) bool) string {
	switch {
	case or(ns, NSFee) == NSFee && !has(NSFee) && has(NSFee08):
		return NSFee08
	case ns == NSFee08 && !has(NSFee08) && has(NSFee):
		return ""
	}
	return ns
}

func (c *FeeCheck) in(has func(uri string) bool, a Action) Value {
	check, ok := a.(*DomainCheck)
	ns := feeVersion(c.NS, has)
	if ns == c.NS && (ns != NSFee08 || len(c.Names) > 0 || !ok) {
		return c
	}
	own := *c
	own.NS = ns
	if ns == NSFee08 && len(own.Names) == 0 && ok {
		own.Names = check.Names
	}
	return &own
}

func (d *FeeCheckData) in(has func(uri string) bool, _ Action) Value {
	if ns := feeVersion(d.NS, has); ns != d.NS {
		own := *d
		own.NS = ns
		return &own
	}
	return d
}

func (f *FeeTransform) in(has func(uri string) bool, _ Action) Value {
	if ns := feeVersion(f.NS, has); ns != f.NS {
		own := *f
		own.NS = ns
		return &own
	}
	return f
}

func (f *FeeTransformData) in(has func(uri string) bool, _ Action) Value {
	if ns := feeVersion(f.NS, has); ns != f.NS {
		own := *f
		own.NS = ns
		return &own
	}
	return f
}

// older reports whether a session without an extension has an older version
// that the same values go into.
func older(uri string, has func(uri string) bool) bool { return uri == NSFee && has(NSFee08) }

// speaks tells which services an answer may use: those of the login, but the
// command's own version of an extension where the client has both.
func (c *Conn) speaks(cmd *Command) func(uri string) bool {
	older := cmd != nil && slices.ContainsFunc(cmd.Extensions, func(v Value) bool { return v.Namespace() == NSFee08 })
	return func(uri string) bool { return c.services[uri] && !(older && uri == NSFee) }
}

// newestOnly leaves out of a login's extensions the versions that another one
// stands for.
func newestOnly(uris []string) []string {
	if !slices.Contains(uris, NSFee) {
		return uris
	}
	return slices.DeleteFunc(uris, func(u string) bool { return u == NSFee08 })
}

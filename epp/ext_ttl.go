package epp

import "strconv"

// NSTTL is the namespace of the time-to-live extension (RFC 9803).
const NSTTL = "urn:ietf:params:xml:ns:epp:ttl-1.0"

// TTL is the extension for times to live of delegation records (RFC 9803).
var TTL = Extension{Namespace: NSTTL, Decode: decodeTTL}

// Record types that a time to live can be for (RFC 9803). NS, DS
// and DNAME go with domains, A and AAAA with hosts.
const (
	TTLForNS     = "NS"
	TTLForDS     = "DS"
	TTLForDNAME  = "DNAME"
	TTLForA      = "A"
	TTLForAAAA   = "AAAA"
	TTLForCustom = "custom" // of the type that Custom names
)

// TTLValue is the time to live of one type of record.
type TTLValue struct {
	For    string // one of the TTLFor constants
	Custom string // the type of record, with TTLForCustom; meaningless beside another
	// TTL is in seconds. In a command nil asks for the server's default; in
	// an answer it says that the default is in force.
	TTL *int32
	// The server's policy, in the answer to an info that asked for it.
	Min, Default, Max *int32
}

// TTLInfo stands in an info of a domain or host and asks for the values, and
// with Policy for the server's policy too.
type TTLInfo struct{ Policy bool }

// TTLCreate stands in a create of a domain or host. A server answers 2004 to a
// type of record that the object does not have, 2306 to a value outside its
// range (RFC 9803).
type TTLCreate struct{ Values []TTLValue }

// TTLUpdate stands in an update of a domain or host.
type TTLUpdate struct{ Values []TTLValue }

// TTLInfoData stands in the answer to an info.
type TTLInfoData struct{ Values []TTLValue }

// Namespace implements [Value].
func (*TTLInfo) Namespace() string { return NSTTL }

// Namespace implements [Value].
func (*TTLCreate) Namespace() string { return NSTTL }

// Namespace implements [Value].
func (*TTLUpdate) Namespace() string { return NSTTL }

// Namespace implements [Value].
func (*TTLInfoData) Namespace() string { return NSTTL }

// Encode implements [Value].
func (i *TTLInfo) Encode(w *Writer) {
	w.Root("ttl:info", NSTTL, "policy", strconv.FormatBool(i.Policy))
	w.Close("ttl:info")
}

// Encode implements [Value].
func (c *TTLCreate) Encode(w *Writer) { w.ttls("ttl:create", c.Values, false) }

// Encode implements [Value].
func (u *TTLUpdate) Encode(w *Writer) { w.ttls("ttl:update", u.Values, false) }

// Encode implements [Value].
func (i *TTLInfoData) Encode(w *Writer) { w.ttls("ttl:infData", i.Values, true) }

func (w *Writer) ttls(name string, list []TTLValue, policy bool) {
	seconds := func(n *int32) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(int(*n))
	}
	w.Root(name, NSTTL)
	for _, v := range list {
		attrs := []string{"for", v.For, "custom", v.Custom}
		if policy {
			attrs = append(attrs, "min", seconds(v.Min), "default", seconds(v.Default), "max", seconds(v.Max))
		}
		w.leafAttrs("ttl:ttl", seconds(v.TTL), attrs...)
	}
	w.Close(name)
}

func decodeTTL(el *Element) (Value, error) {
	d := &decoder{strict: el.Local != "infData"}
	switch el.Local {
	case "info":
		i := &TTLInfo{}
		if p := d.attr(el, "policy"); p != "" {
			i.Policy = d.bool(el, p)
		}
		d.children(el, d.unexpected)
		return i, d.result()
	case "create":
		return &TTLCreate{d.ttls(el)}, d.result()
	case "update":
		return &TTLUpdate{d.ttls(el)}, d.result()
	case "infData":
		return &TTLInfoData{d.ttls(el)}, d.result()
	}
	return nil, nil
}

func (d *decoder) ttls(el *Element) []TTLValue {
	var list []TTLValue
	seen := map[string]bool{}
	d.sequence(el, "ttl*", func(c *Element) {
		if c.Local != "ttl" {
			return
		}
		v := d.ttl(c)
		if d.strict && seen[v.For] {
			d.fail(CodeSyntaxError, c, "type of record given twice")
		}
		seen[v.For] = true
		list = append(list, v)
	})
	d.require(len(list) > 0, "ttl")
	return list
}

func (d *decoder) ttl(el *Element) TTLValue {
	seconds := func(s string) *int32 {
		if s == "" {
			return nil
		}
		n := int32(d.int(el, s, 0, 1<<31-1))
		return &n
	}
	v := TTLValue{For: d.attr(el, "for"), Custom: d.attr(el, "custom"), TTL: seconds(d.token(el))}
	if d.strict {
		d.ttlFor(el, v)
		return v
	}
	v.Min, v.Default, v.Max = seconds(d.attr(el, "min")), seconds(d.attr(el, "default")), seconds(d.attr(el, "max"))
	return v
}

// ttlFor holds the type of record of a command to RFC 9803.
func (d *decoder) ttlFor(el *Element, v TTLValue) {
	switch v.For {
	case "":
		d.fail(CodeMissingParameter, el, "attribute for missing")
	case TTLForNS, TTLForDS, TTLForDNAME, TTLForA, TTLForAAAA:
	case TTLForCustom:
		if v.Custom == "" {
			d.fail(CodeMissingParameter, el, "attribute custom missing")
		}
	default:
		d.fail(CodeValueSyntax, el, "unknown type of record")
	}
	if v.Custom != "" && !recordType(v.Custom) {
		d.fail(CodeValueSyntax, el, "not a type of record")
	}
	for _, a := range el.Attrs {
		if a.Space == "" && (a.Local == "min" || a.Local == "default" || a.Local == "max") {
			d.fail(CodeSyntaxError, el, "policy in a command")
		}
	}
}

// recordType is the schema's pattern: capitals, digits and inner hyphens.
func recordType(s string) bool {
	for i := range len(s) {
		c := s[i]
		inner := i > 0 && (c >= '0' && c <= '9' || c == '-' && i < len(s)-1)
		if !inner && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(s) > 1 || s == "A"
}

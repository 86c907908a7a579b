package epp

import (
	"slices"
	"strings"
)

// NSUnhandled is the namespace of unhandled namespaces (RFC 9038).
const NSUnhandled = "urn:ietf:params:xml:ns:epp:unhandled-namespaces-1.0"

// UnhandledNamespaces announces the practice of RFC 9038, which has no
// elements of its own: what a server must tell of services that the client did
// not log in with goes, whole, into <extValue> elements of the result.
//
// A [Server] that has it does so by itself: in every answer to a poll, for a
// message that cannot be told must not block the queue behind it, and in other
// answers to clients that logged in with it too. Without it such content is
// left out. Clients read it with [Codec.Unhandled].
var UnhandledNamespaces = Extension{Namespace: NSUnhandled}

// unhandledReason is the reason's text, after the namespace (RFC 9038 section
// 3).
const unhandledReason = " not in login services"

// Unhandled returns what stands in a response's <extValue> elements because
// its service was not part of the login, decoded as far as this codec knows
// the namespaces, and [*Raw] otherwise:
//
//	change, ok := epp.Find[*epp.ChangePollData](codec.Unhandled(resp))
//
// Since clients log in with all that they know, the codec to ask is often a
// wider one than the session's.
func (c *Codec) Unhandled(r *Response) []Value {
	var out []Value
	for _, res := range r.Results {
		for _, v := range res.Values {
			if v.Value != nil && strings.HasSuffix(collapse(v.Reason), unhandledReason) {
				out = append(out, c.decodeValues(v.Value, nil)...)
			}
		}
	}
	return out
}

// Unhandled is [Codec.Unhandled] with the session's own codec.
func (c *Client) Unhandled(r *Response) []Value { return c.codec.Unhandled(r) }

// handled makes r, a copy of what the handler gave, fit for a client that
// logged in with these services: what is of others is moved into the result
// or, where the client is not to be told, left out.
func (r *Response) handled(services map[string]bool, poll, tell bool) {
	unserved := func(v Value) bool { return !services[v.Namespace()] }
	var moved []Value
	// Only poll brings objects that the client did not ask for.
	if poll && tell && slices.ContainsFunc(r.ResData, unserved) {
		r.ResData, moved = split(r.ResData, unserved)
	}
	if slices.ContainsFunc(r.Extensions, unserved) {
		var more []Value
		r.Extensions, more = split(r.Extensions, unserved)
		moved = append(moved, more...)
	}
	if !tell || len(moved) == 0 || len(r.Results) == 0 {
		return
	}
	r.Results = slices.Clone(r.Results)
	first := &r.Results[0]
	first.Values = slices.Clone(first.Values)
	for _, v := range moved {
		first.Values = append(first.Values, ResultValue{
			Value:  &Element{Space: NSEPP, Local: "value", Children: []*Element{element(v)}},
			Reason: v.Namespace() + unhandledReason,
		})
	}
}

// split takes what f picks out of a list, which stays as it is.
func split(list []Value, f func(Value) bool) (rest, picked []Value) {
	for _, v := range list {
		if f(v) {
			picked = append(picked, v)
		} else {
			rest = append(rest, v)
		}
	}
	return rest, picked
}

// element is a value as the element that it becomes.
func element(v Value) *Element {
	if raw, ok := v.(*Raw); ok {
		return raw.Element
	}
	var w Writer
	v.Encode(&w)
	el, err := ParseElement(w.Bytes())
	if err != nil { // an extension that writes what is not XML
		return NewElement(v.Namespace(), "unreadable", "")
	}
	return el
}

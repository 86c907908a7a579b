package epp

import "strings"

// NSAddlEmail is the namespace of the additional e-mail extension (RFC 9873).
const NSAddlEmail = "urn:ietf:params:xml:ns:epp:addlEmail-1.0"

// AddlEmail is the additional e-mail extension of contacts (RFC 9873): a
// second address, of which at least one of the two is of ASCII.
var AddlEmail = Extension{Namespace: NSAddlEmail, Decode: decodeAddlEmail}

// AdditionalEmail stands in a contact create, a contact update, and the answer to
// a contact info. An empty Email in an update removes the address.
type AdditionalEmail struct {
	Email string
	// Primary says that this address is preferred to the contact's own.
	Primary bool
}

// Namespace implements [Value].
func (*AdditionalEmail) Namespace() string { return NSAddlEmail }

// Encode implements [Value].
func (a *AdditionalEmail) Encode(w *Writer) {
	w.Root("addlEmail:addlEmail", NSAddlEmail)
	if a.Primary {
		w.Leaf("addlEmail:email", a.Email, "primary", "true")
	} else {
		w.Leaf("addlEmail:email", a.Email)
	}
	w.Close("addlEmail:addlEmail")
}

func decodeAddlEmail(el *Element) (Value, error) {
	if el.Local != "addlEmail" {
		return nil, nil
	}
	d := &decoder{strict: true} // one element for both directions
	a := &AdditionalEmail{}
	given := false
	d.sequence(el, "email", func(c *Element) {
		given = true
		a.Email = d.token(c)
		if at := strings.LastIndexByte(a.Email, '@'); a.Email != "" && (at < 1 || at == len(a.Email)-1 || strings.Contains(a.Email, " ")) {
			d.fail(CodeValueSyntax, c, "not an e-mail address")
		}
		if p := d.attr(c, "primary"); p != "" {
			a.Primary = d.bool(c, p)
		}
	})
	d.require(given, "email")
	return a, d.result()
}

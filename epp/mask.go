package epp

import (
	"fmt"
	"strings"
)

const blank = "********"

// Mask returns a copy of a frame's payload that may be kept: the contents of
// pw, newPW and authInfo elements, allocation tokens, and identity numbers and
// documents, are replaced by asterisks, whatever their prefixes. What came as
// UTF-16 is given back as UTF-8. A payload that is not well-formed XML is
// withheld altogether.
func Mask(frame []byte) []byte {
	p := newParser(frame)
	defer p.release()
	p.secret = secretElement
	if _, err := p.document(); err != nil {
		return fmt.Appendf(nil, "[%d bytes withheld: not well-formed]", len(frame))
	}
	out := make([]byte, 0, len(p.s)+len(p.spans)*len(blank))
	last := 0
	for _, s := range p.spans {
		out = append(out, p.s[last:s.from]...)
		out = append(out, blank...)
		last = s.to
	}
	return append(out, p.s[last:]...)
}

func secretElement(space, local string) bool {
	switch local {
	case "pw", "newPW", "authInfo":
		return true
	case "allocationToken":
		return space == NSAllocationToken
	case "contact": // the identity number of cnnic-contact, not a handle
		return space == NSCNNICContact
	case "num", "fileContent", "document": // real-name data, nv-1.0
		return strings.HasPrefix(space, "urn:ietf:params:xml:ns:nv-")
	}
	return false
}

package epp

// NSAllocationToken is the namespace of the allocation token extension (RFC
// 8495).
const NSAllocationToken = "urn:ietf:params:xml:ns:allocationToken-1.0"

// AllocationTokens is the allocation token extension (RFC 8495): a token that
// lets its holder have a name that is not for everybody.
var AllocationTokens = Extension{Namespace: NSAllocationToken, Decode: decodeAllocationToken}

// AllocationTokenInfo stands in a domain info and asks for the name's token,
// which only a client authorized to know it is told.
type AllocationTokenInfo struct{}

// AllocationToken stands in a domain check (of one name or several, whose
// answer then depends on it), in a create or a transfer request, and in the
// answer to an info. It is as good as a password, and prints masked.
type AllocationToken struct{ Token string }

// String hides the secret.
func (AllocationToken) String() string { return "[allocationToken]" }

// GoString hides the secret.
func (AllocationToken) GoString() string { return "epp.AllocationToken{[hidden]}" }

// Namespace implements [Value].
func (*AllocationTokenInfo) Namespace() string { return NSAllocationToken }

// Namespace implements [Value].
func (*AllocationToken) Namespace() string { return NSAllocationToken }

// Encode implements [Value].
func (*AllocationTokenInfo) Encode(w *Writer) {
	w.Root("allocationToken:info", NSAllocationToken)
	w.Close("allocationToken:info")
}

// Encode implements [Value].
func (a *AllocationToken) Encode(w *Writer) {
	w.Root("allocationToken:allocationToken", NSAllocationToken)
	w.Text(a.Token)
	w.Close("allocationToken:allocationToken")
}

// One element serves both directions, so both are held to the schema: a token
// that is empty is kept raw in an answer and refused in a command.
func decodeAllocationToken(el *Element) (Value, error) {
	d := &decoder{strict: true}
	switch el.Local {
	case "info":
		if len(el.Children) > 0 || collapse(el.Text) != "" {
			d.fail(CodeSyntaxError, el, "element is not empty")
		}
		return &AllocationTokenInfo{}, d.result()
	case "allocationToken":
		return &AllocationToken{Token: d.need(el)}, d.result()
	}
	return nil, nil
}

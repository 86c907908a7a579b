package epp

// Element is an XML element with its namespace resolved. Prefixes are not
// kept: content that names prefixes inside text or attribute values does not
// survive rewriting under other prefixes.
type Element struct {
	Space string // namespace URI, "" for none
	Local string
	Attrs []Attr
	// Text is the character data before the first child; in an element
	// without children, all of it.
	Text     string
	Children []*Element
	// Tail is the character data between the element's end and the next
	// sibling or its parent's end. It matters in mixed content only.
	Tail string
}

// Attr is an attribute. Space is empty for the unprefixed ones, which is to
// say nearly all.
type Attr struct {
	Space string
	Local string
	Value string
}

// NewElement makes an element with text.
func NewElement(space, local, text string) *Element {
	return &Element{Space: space, Local: local, Text: text}
}

// Attr returns the value of an unprefixed attribute.
func (e *Element) Attr(local string) (string, bool) {
	for i := range e.Attrs {
		if e.Attrs[i].Space == "" && e.Attrs[i].Local == local {
			return e.Attrs[i].Value, true
		}
	}
	return "", false
}

// Is reports whether the element has this name.
func (e *Element) Is(space, local string) bool { return e.Local == local && e.Space == space }

// Child returns the first child of this name, or nil.
func (e *Element) Child(space, local string) *Element {
	for _, c := range e.Children {
		if c.Is(space, local) {
			return c
		}
	}
	return nil
}

// DeepText returns all character data in document order, markup removed.
func (e *Element) DeepText() string {
	if len(e.Children) == 0 {
		return e.Text
	}
	return string(e.appendText(nil))
}

func (e *Element) appendText(b []byte) []byte {
	b = append(b, e.Text...)
	for _, c := range e.Children {
		b = c.appendText(b)
		b = append(b, c.Tail...)
	}
	return b
}

// XML writes the element as a document fragment that stands on its own, all
// its namespaces declared.
func (e *Element) XML() []byte {
	var w Writer
	w.Element(e)
	return w.Bytes()
}

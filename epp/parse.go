package epp

import (
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Bounds of the XML reader beside the frame's size. EPP nests about ten deep;
// signed marks somewhat more.
const (
	maxDepth    = 64
	maxAttrs    = 64
	maxBindings = 256 // namespace declarations in force at once
)

const (
	nsXML   = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS = "http://www.w3.org/2000/xmlns/"
)

// ErrDTD reports a document type declaration. EPP has no use for one (RFC
// 5730 section 5), and entities are an attack.
var ErrDTD = errors.New("document type declarations are refused")

// XMLError reports XML that is not well-formed or is beyond a bound. It does
// not repeat the document's content.
type XMLError struct {
	Offset int // byte offset in the document
	Msg    string
}

func (e *XMLError) Error() string { return fmt.Sprintf("xml at byte %d: %s", e.Offset, e.Msg) }

// Is makes errors.Is(err, ErrDTD) work.
func (e *XMLError) Is(target error) bool { return target == ErrDTD && e.Msg == ErrDTD.Error() }

// ParseElement reads one XML document and returns its root. It accepts UTF-8
// and, with a byte order mark, UTF-16; it resolves namespaces, knows the five predefined entities and character
// references, and refuses document type declarations, more than 64 levels of
// nesting and more than 64 attributes on an element. Comments and processing
// instructions are skipped.
func ParseElement(doc []byte) (*Element, error) {
	p := newParser(doc)
	defer p.release()
	return p.document()
}

type binding struct{ prefix, uri string }

// stretch is a stretch of raw character data, for Mask.
type stretch struct{ from, to int }

type open struct {
	el       *Element
	name     string // as written, prefix included
	bindings int    // len(parser.ns) before this element
	kids     int    // len(parser.kids) before its children
	secret   bool
}

type rawAttr struct{ name, value string }

// parser is a small non-validating XML reader. It exists beside encoding/xml
// because a registrar decodes tens of thousands of frames a second at peaks
// and because what is not needed (DTDs, entities, charsets) is absent here.
// Parsers are used again; what they return is cut from slabs made for one
// document.
type parser struct {
	s     string
	i     int
	ns    []binding
	stack []open
	attrs []rawAttr
	kids  []*Element // finished children of the open elements
	slab  []Element
	slabN int
	aslab []Attr
	kslab []*Element
	// utf16 says that the document came in that encoding.
	utf16 bool
	// secret, when set, selects elements whose character data is collected.
	secret func(space, local string) bool
	spans  []stretch
}

var parsers = sync.Pool{New: func() any { return new(parser) }}

func newParser(doc []byte) *parser {
	p := parsers.Get().(*parser)
	if p.s, p.utf16 = fromUTF16(doc); !p.utf16 {
		p.s = string(doc)
	}
	return p
}

// release gives a parser back, without anything of its document.
func (p *parser) release() {
	ns, stack, attrs, kids := p.ns[:cap(p.ns)], p.stack[:cap(p.stack)], p.attrs[:cap(p.attrs)], p.kids[:cap(p.kids)]
	if cap(kids) > 4096 {
		kids = nil
	}
	clear(ns)
	clear(stack)
	clear(attrs)
	clear(kids)
	*p = parser{ns: ns[:0], stack: stack[:0], attrs: attrs[:0], kids: kids[:0]}
	parsers.Put(p)
}

func (p *parser) fail(msg string) error { return &XMLError{Offset: p.i, Msg: msg} }

func (p *parser) newElement() *Element {
	if len(p.slab) == 0 {
		if p.slabN == 0 { // the number of elements, if the document is in order
			p.slabN = strings.Count(p.s, "</") + strings.Count(p.s, "/>")
		}
		p.slabN = min(max(1, p.slabN), 512)
		p.slab = make([]Element, p.slabN)
	}
	e := &p.slab[0]
	p.slab = p.slab[1:]
	return e
}

func (p *parser) document() (*Element, error) {
	if strings.HasPrefix(p.s, byteOrderMark) {
		p.i = len(byteOrderMark)
	}
	if at := badChar(p.s); at >= 0 {
		p.i = at
		return nil, p.fail("invalid UTF-8 or a character that XML forbids")
	}
	if strings.HasPrefix(p.s[p.i:], "<?xml") && p.i+5 < len(p.s) && isSpace(p.s[p.i+5]) {
		if err := p.declaration(); err != nil {
			return nil, err
		}
	}
	var root *Element
	for p.i < len(p.s) {
		c := p.s[p.i]
		if isSpace(c) {
			p.i++
			continue
		}
		rest := p.s[p.i:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			if err := p.comment(); err != nil {
				return nil, err
			}
		case strings.HasPrefix(rest, "<?"):
			if err := p.instruction(); err != nil {
				return nil, err
			}
		case strings.HasPrefix(rest, "<!DOCTYPE"):
			return nil, p.fail(ErrDTD.Error())
		case c == '<' && root == nil:
			var err error
			if root, err = p.tree(); err != nil {
				return nil, err
			}
		default:
			return nil, p.fail("content outside the root element")
		}
	}
	if root == nil {
		return nil, p.fail("no root element")
	}
	return root, nil
}

// tree reads the root element and all within it, without recursion.
func (p *parser) tree() (*Element, error) {
	root, err := p.startTag()
	if err != nil {
		return nil, err
	}
	for len(p.stack) > 0 {
		if p.i >= len(p.s) {
			return nil, p.fail("document ends within an element")
		}
		if p.s[p.i] != '<' {
			if err := p.text(); err != nil {
				return nil, err
			}
			continue
		}
		rest := p.s[p.i:]
		switch {
		case strings.HasPrefix(rest, "</"):
			err = p.endTag()
		case strings.HasPrefix(rest, "<!--"):
			err = p.comment()
		case strings.HasPrefix(rest, "<![CDATA["):
			err = p.cdata()
		case strings.HasPrefix(rest, "<?"):
			err = p.instruction()
		case strings.HasPrefix(rest, "<!"):
			err = p.fail("markup declaration within an element")
		default:
			_, err = p.startTag()
		}
		if err != nil {
			return nil, err
		}
	}
	return root, nil
}

func (p *parser) startTag() (*Element, error) {
	if len(p.stack) >= maxDepth {
		return nil, p.fail("elements nested too deep")
	}
	p.i++ // <
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	before := len(p.ns)
	p.attrs = p.attrs[:0]
	empty := false
	for {
		spaced := p.space()
		if p.i >= len(p.s) {
			return nil, p.fail("document ends within a tag")
		}
		c := p.s[p.i]
		if c == '>' {
			p.i++
			break
		}
		if c == '/' {
			if p.i+1 >= len(p.s) || p.s[p.i+1] != '>' {
				return nil, p.fail("malformed tag")
			}
			p.i += 2
			empty = true
			break
		}
		if !spaced {
			return nil, p.fail("malformed tag")
		}
		aname, value, err := p.attribute()
		if err != nil {
			return nil, err
		}
		if aname == "xmlns" || strings.HasPrefix(aname, "xmlns:") {
			if err := p.declare(strings.TrimPrefix(strings.TrimPrefix(aname, "xmlns"), ":"), value, before); err != nil {
				return nil, err
			}
			continue
		}
		if len(p.attrs) >= maxAttrs {
			return nil, p.fail("too many attributes")
		}
		p.attrs = append(p.attrs, rawAttr{aname, value})
	}
	e := p.newElement()
	if e.Space, e.Local, err = p.resolve(name, true); err != nil {
		return nil, err
	}
	if len(p.attrs) > 0 {
		if len(p.aslab) < len(p.attrs) {
			p.aslab = make([]Attr, max(8, len(p.attrs)))
		}
		n := len(p.attrs)
		e.Attrs, p.aslab = p.aslab[:n:n], p.aslab[n:]
		for i, a := range p.attrs {
			at := &e.Attrs[i]
			if at.Space, at.Local, err = p.resolve(a.name, false); err != nil {
				return nil, err
			}
			at.Value = a.value
			for _, b := range e.Attrs[:i] {
				if b.Local == at.Local && b.Space == at.Space {
					return nil, p.fail("attribute given twice")
				}
			}
		}
	}
	secret := len(p.stack) > 0 && p.stack[len(p.stack)-1].secret
	if p.secret != nil && !secret {
		secret = p.secret(e.Space, e.Local)
	}
	if empty {
		p.ns = p.ns[:before]
		p.kids = append(p.kids, e)
		return e, nil
	}
	p.stack = append(p.stack, open{el: e, name: name, bindings: before, kids: len(p.kids), secret: secret})
	return e, nil
}

func (p *parser) endTag() error {
	p.i += 2
	top := p.stack[len(p.stack)-1]
	if !strings.HasPrefix(p.s[p.i:], top.name) {
		return p.fail("end tag does not match")
	}
	p.i += len(top.name)
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != '>' {
		return p.fail("end tag does not match")
	}
	p.i++
	p.ns = p.ns[:top.bindings]
	p.stack = p.stack[:len(p.stack)-1]
	if n := len(p.kids) - top.kids; n > 0 {
		if len(p.kslab) < n {
			p.kslab = make([]*Element, max(n, p.slabN-1))
		}
		top.el.Children, p.kslab = p.kslab[:n:n], p.kslab[n:]
		copy(top.el.Children, p.kids[top.kids:])
	}
	p.kids = append(p.kids[:top.kids], top.el)
	return nil
}

func (p *parser) declare(prefix, uri string, before int) error {
	switch {
	case prefix == "xmlns" || uri == nsXMLNS || (prefix == "xml") != (uri == nsXML):
		return p.fail("reserved namespace declared")
	case prefix != "" && uri == "":
		return p.fail("prefix bound to no namespace")
	case len(p.ns) >= maxBindings:
		return p.fail("too many namespace declarations")
	}
	for _, b := range p.ns[before:] {
		if b.prefix == prefix {
			return p.fail("attribute given twice")
		}
	}
	p.ns = append(p.ns, binding{prefix, uri})
	return nil
}

func (p *parser) resolve(name string, element bool) (space, local string, err error) {
	prefix, local := "", name
	if c := strings.IndexByte(name, ':'); c >= 0 {
		prefix, local = name[:c], name[c+1:]
	} else if !element {
		return "", name, nil
	}
	for k := len(p.ns) - 1; k >= 0; k-- {
		if p.ns[k].prefix == prefix {
			return p.ns[k].uri, local, nil
		}
	}
	switch prefix {
	case "":
		return "", local, nil
	case "xml":
		return nsXML, local, nil
	}
	return "", "", p.fail("prefix not declared")
}

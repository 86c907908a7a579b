package epp

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"
)

// NSSignedMark is the namespace of signed marks (RFC 7848). Like marks they
// are no service of their own.
const NSSignedMark = "urn:ietf:params:xml:ns:signedMark-1.0"

// SignedMark is a mark signed by its validator (RFC 7848 section 2.3). The
// signature is carried, not verified: it covers the document as it was
// written, prefixes and all, so verify [EncodedSignedMark.Document], never
// what this type writes.
type SignedMark struct {
	Ref       string // the id attribute, which the signature refers to
	ID        string
	Issuer    SignedMarkIssuer
	NotBefore time.Time
	NotAfter  time.Time
	// Mark is a [*Mark], or [*Raw] where it is of another kind.
	Mark      Value
	Signature *Element
}

// SignedMarkIssuer is the validator that signed.
type SignedMarkIssuer struct {
	ID    string // issuerID
	Org   string
	Email string
	URL   string
	Voice Phone
}

// EncodedSignedMark is a signed mark packed into text, the form in which the
// Trademark Clearinghouse hands it out and registries want it.
type EncodedSignedMark struct {
	// Encoding is "base64", which "" means too, or something of another's.
	Encoding string
	// Data is the text, for base64 without white space.
	Data string
}

// PackSignedMark packs a signed mark's document.
func PackSignedMark(doc []byte) *EncodedSignedMark {
	return &EncodedSignedMark{Data: base64.StdEncoding.EncodeToString(doc)}
}

// ParseSMD finds the signed mark in a file as validators hand it out: some
// lines for people, and the text between BEGIN and END lines (RFC 7848 leaves
// the file to ICANN's TMCH specification). A file without these lines is taken
// as the signed mark's document, or as its base64.
func ParseSMD(file []byte) (*EncodedSignedMark, error) {
	const begin, end = "-----BEGIN ENCODED SMD-----", "-----END ENCODED SMD-----"
	body := bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\ufeff")))
	if _, after, ok := bytes.Cut(body, []byte(begin)); ok {
		if body, _, ok = bytes.Cut(after, []byte(end)); !ok {
			return nil, errors.New("epp: SMD file is cut off")
		}
	}
	e := &EncodedSignedMark{Data: strings.Join(strings.Fields(string(body)), "")}
	if bytes.HasPrefix(body, []byte("<")) {
		e = PackSignedMark(body)
	}
	if _, err := e.SignedMark(); err != nil {
		return nil, errors.New("epp: no signed mark in the SMD file")
	}
	return e, nil
}

// Document returns the signed mark's document, byte by byte as it was signed.
func (e *EncodedSignedMark) Document() ([]byte, error) {
	if e.Encoding != "" && e.Encoding != "base64" {
		return nil, errors.New("epp: signed mark of unknown encoding")
	}
	doc, err := base64.StdEncoding.DecodeString(e.Data)
	if err != nil || len(doc) == 0 {
		return nil, errors.New("epp: signed mark is not base64")
	}
	return doc, nil
}

// SignedMark unpacks and reads. The signature is not verified.
func (e *EncodedSignedMark) SignedMark() (*SignedMark, error) {
	doc, err := e.Document()
	if err != nil {
		return nil, err
	}
	el, err := ParseElement(doc)
	if err != nil {
		return nil, err
	}
	if !el.Is(NSSignedMark, "signedMark") {
		return nil, errors.New("epp: not a signed mark")
	}
	d := &decoder{}
	s := d.signedMark(el)
	return s, d.result()
}

// Namespace implements [Value].
func (*SignedMark) Namespace() string { return NSSignedMark }

// Namespace implements [Value].
func (*EncodedSignedMark) Namespace() string { return NSSignedMark }

// Encode implements [Value].
func (s *SignedMark) Encode(w *Writer) {
	w.Root("smd:signedMark", NSSignedMark, "id", s.Ref)
	w.Leaf("smd:id", s.ID)
	w.Open("smd:issuerInfo", "issuerID", s.Issuer.ID)
	w.Leaf("smd:org", s.Issuer.Org)
	w.Leaf("smd:email", s.Issuer.Email)
	w.Opt("smd:url", s.Issuer.URL)
	w.phone("smd:voice", s.Issuer.Voice)
	w.Close("smd:issuerInfo")
	w.Time("smd:notBefore", s.NotBefore)
	w.Time("smd:notAfter", s.NotAfter)
	if s.Mark != nil {
		s.Mark.Encode(w)
	}
	if s.Signature != nil {
		w.Element(s.Signature)
	}
	w.Close("smd:signedMark")
}

// Encode implements [Value].
func (e *EncodedSignedMark) Encode(w *Writer) {
	if e.Encoding != "" && e.Encoding != "base64" {
		w.Root("smd:encodedSignedMark", NSSignedMark, "encoding", e.Encoding)
	} else {
		w.Root("smd:encodedSignedMark", NSSignedMark)
	}
	w.Text(e.Data)
	w.Close("smd:encodedSignedMark")
}

const nsDSig = "http://www.w3.org/2000/09/xmldsig#"

func (d *decoder) signedMark(el *Element) *SignedMark {
	s := &SignedMark{Ref: d.attr(el, "id")}
	d.require(s.Ref != "" || !d.strict, "id")
	d.inTurn(el, func(c *Element) int {
		switch {
		case c.Is(nsDSig, "Signature"):
			return 6
		case c.Space != NSSignedMark:
			return 5
		}
		return 1 + slices.Index([]string{"id", "issuerInfo", "notBefore", "notAfter"}, c.Local)
	})
	for _, c := range el.Children {
		switch {
		case c.Space == nsDSig && c.Local == "Signature":
			c.Tail = ""
			s.Signature = c
		case c.Space != NSSignedMark:
			s.Mark = d.mark(c)
		case c.Local == "id":
			s.ID = d.markID(c)
		case c.Local == "issuerInfo":
			s.Issuer = d.signedMarkIssuer(c)
		case c.Local == "notBefore":
			s.NotBefore = d.time(c)
		case c.Local == "notAfter":
			s.NotAfter = d.time(c)
		default:
			d.unexpected(c)
		}
	}
	d.require(s.ID != "", "id")
	d.require(s.Mark != nil, "mark")
	d.require(!d.strict || s.Signature != nil, "Signature")
	d.needs(el, "issuerInfo", "notBefore", "notAfter")
	return s
}

func (d *decoder) signedMarkIssuer(el *Element) SignedMarkIssuer {
	i := SignedMarkIssuer{ID: d.attr(el, "issuerID")}
	if _, given := el.Attr("issuerID"); !given && d.strict {
		d.fail(CodeMissingParameter, el, "attribute issuerID missing")
	}
	d.needs(el, "org", "email")
	d.sequence(el, "org email url voice", func(c *Element) {
		switch c.Local {
		case "org":
			i.Org = d.token(c)
		case "email":
			i.Email = d.need(c)
		case "url":
			i.URL = d.token(c)
		case "voice":
			i.Voice = d.phone(c)
		default:
			d.unexpected(c)
		}
	})
	return i
}

func (d *decoder) encodedSignedMark(el *Element) *EncodedSignedMark {
	e := &EncodedSignedMark{Encoding: d.attr(el, "encoding"), Data: d.need(el)}
	if e.Encoding == "" || e.Encoding == "base64" {
		e.Encoding = ""
		e.Data = strings.ReplaceAll(e.Data, " ", "")
		if _, err := e.Document(); err != nil {
			d.fail(CodeValueSyntax, el, "not base64")
		}
	}
	return e
}

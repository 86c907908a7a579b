package signedcode

import (
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"

	dsig "github.com/russellhaering/goxmldsig"

	"github.com/openregistrar/openregistrar/epp"
)

// maxCertificates bounds the certificates in a document.
const maxCertificates = 4

// shape is what a signed code says before anybody has verified it.
type shape struct {
	code  Code
	id    string
	chain []*x509.Certificate // the signer's first
}

// read holds a document to the one form that is accepted: every element and
// attribute has its place, so that no second signature, no second reference
// and no signed element of elsewhere can be in it.
func read(doc []byte) (*shape, error) {
	if len(doc) > MaxDocument {
		return nil, refuse(Malformed, "more than %d bytes", MaxDocument)
	}
	root, err := epp.ParseElement(doc)
	if err != nil {
		return nil, &Error{Reason: Malformed, Msg: "not readable", Err: err}
	}
	r := &reader{}
	s := &shape{}
	if r.is(root, epp.NSVerificationCode, "signedCode", "id") {
		s.id, _ = root.Attr("id")
		if !ncName(s.id) {
			r.fail(Malformed, "the root's id is no name")
		}
	}
	parts := r.children(root, 2, 2)
	if r.err == nil && r.is(parts[0], epp.NSVerificationCode, "code", "type") {
		s.code.Value = strings.TrimSpace(r.text(parts[0]))
		s.code.Type, _ = parts[0].Attr("type")
		s.code.Type = strings.TrimSpace(s.code.Type)
		if !s.code.Valid() {
			r.fail(Malformed, "not a verification code")
		}
	}
	if r.err == nil {
		s.chain = r.signature(parts[1], s.id)
	}
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

// reader reads the form; its first error sticks.
type reader struct{ err error }

func (r *reader) fail(why Reason, format string, args ...any) {
	if r.err == nil {
		r.err = refuse(why, format, args...)
	}
}

// is wants an element of that name with exactly these attributes.
func (r *reader) is(el *epp.Element, space, local string, attrs ...string) bool {
	if !el.Is(space, local) {
		r.fail(Malformed, "%s expected", local)
		return false
	}
	for _, a := range el.Attrs {
		if a.Space != "" || !slices.Contains(attrs, a.Local) {
			r.fail(Malformed, "unexpected attribute of %s", local)
			return false
		}
	}
	if len(el.Attrs) != len(attrs) {
		r.fail(Malformed, "attribute of %s missing", local)
		return false
	}
	return true
}

// children wants between lo and hi of them and nothing else but white space.
// It returns lo or more elements, or r.err is set.
func (r *reader) children(el *epp.Element, lo, hi int) []*epp.Element {
	if n := len(el.Children); n < lo || n > hi {
		r.fail(Malformed, "%d elements in %s", n, el.Local)
	}
	if strings.TrimSpace(el.Text) != "" {
		r.fail(Malformed, "text in %s", el.Local)
	}
	for _, c := range el.Children {
		if strings.TrimSpace(c.Tail) != "" {
			r.fail(Malformed, "text in %s", el.Local)
		}
	}
	return el.Children
}

func (r *reader) text(el *epp.Element) string {
	if len(el.Children) > 0 {
		r.fail(Malformed, "elements in %s", el.Local)
	}
	return el.Text
}

// algorithm wants an element that names the algorithm and nothing else.
func (r *reader) algorithm(el *epp.Element, local, want string) {
	if !r.is(el, dsig.Namespace, local, "Algorithm") {
		return
	}
	if a, _ := el.Attr("Algorithm"); a != want {
		r.fail(Algorithm, "other %s than %s", local, want)
	}
	if len(el.Children) > 0 || strings.TrimSpace(el.Text) != "" {
		r.fail(Algorithm, "parameters of %s", local)
	}
}

func (r *reader) signature(el *epp.Element, id string) []*x509.Certificate {
	if !r.is(el, dsig.Namespace, "Signature") {
		return nil
	}
	parts := r.children(el, 3, 3)
	if r.err != nil {
		return nil
	}
	r.signedInfo(parts[0], id)
	if r.is(parts[1], dsig.Namespace, "SignatureValue") {
		r.text(parts[1])
	}
	if !r.is(parts[2], dsig.Namespace, "KeyInfo") {
		return nil
	}
	data := r.children(parts[2], 1, 1)
	if r.err != nil || !r.is(data[0], dsig.Namespace, "X509Data") {
		return nil
	}
	var chain []*x509.Certificate
	for _, c := range r.children(data[0], 1, maxCertificates) {
		if !r.is(c, dsig.Namespace, "X509Certificate") {
			return nil
		}
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(r.text(c)), ""))
		if err != nil {
			r.fail(Malformed, "certificate is not base64")
			return nil
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			r.fail(Malformed, "certificate is not readable")
			return nil
		}
		chain = append(chain, cert)
	}
	return chain
}

func (r *reader) signedInfo(el *epp.Element, id string) {
	if !r.is(el, dsig.Namespace, "SignedInfo") {
		return
	}
	parts := r.children(el, 3, 3) // one reference: the third is the only one
	if r.err != nil {
		return
	}
	r.algorithm(parts[0], "CanonicalizationMethod", dsig.CanonicalXML10ExclusiveAlgorithmId.String())
	r.algorithm(parts[1], "SignatureMethod", dsig.RSASHA256SignatureMethod)
	ref := parts[2]
	if !r.is(ref, dsig.Namespace, "Reference", "URI") {
		return
	}
	if uri, _ := ref.Attr("URI"); uri != "#"+id {
		r.fail(Malformed, "the reference is not to the root")
	}
	parts = r.children(ref, 3, 3)
	if r.err != nil || !r.is(parts[0], dsig.Namespace, "Transforms") {
		return
	}
	transforms := parts[0].Children
	if len(transforms) != 2 {
		r.fail(Algorithm, "%d transforms", len(transforms))
		return
	}
	r.children(parts[0], 2, 2)
	r.algorithm(transforms[0], "Transform", dsig.EnvelopedSignatureAltorithmId.String())
	r.algorithm(transforms[1], "Transform", dsig.CanonicalXML10ExclusiveAlgorithmId.String())
	r.algorithm(parts[1], "DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256")
	if r.is(parts[2], dsig.Namespace, "DigestValue") {
		r.text(parts[2])
	}
}

// ncName reports whether s is a name without a colon, of ASCII.
func ncName(s string) bool {
	return len(s) <= maxCode && all(s, func(b byte) bool { return alphanumeric(b) || b == '_' || b == '-' || b == '.' }) &&
		!digit(s[0]) && s[0] != '-' && s[0] != '.'
}

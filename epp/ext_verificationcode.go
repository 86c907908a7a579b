package epp

import (
	"encoding/base64"
	"strings"
	"time"
)

// NSVerificationCode is the namespace of the verification code extension
// (draft-ietf-regext-verificationcode-06).
const NSVerificationCode = "urn:ietf:params:xml:ns:verificationCode-1.0"

// VerificationCode is the verification code extension
// (draft-ietf-regext-verificationcode-06): proofs of a verification service
// provider that a name, or who registers it, was verified. The proofs
// themselves are made and checked by the package signedcode.
var VerificationCode = Extension{Namespace: NSVerificationCode, Decode: decodeVerificationCode}

// VerificationStatus is a domain's compliance with a verification profile
// (section 3.1 of the draft).
type VerificationStatus string

// The four verification statuses.
const (
	VerificationNotApplicable     VerificationStatus = "notApplicable"     // no code is needed
	VerificationNonCompliant      VerificationStatus = "nonCompliant"      // a code was due and is not there
	VerificationPendingCompliance VerificationStatus = "pendingCompliance" // a code is missing, and not due yet
	VerificationCompliant         VerificationStatus = "compliant"
)

// EncodedSignedCode stands in a create, update, renew or transfer request
// (in any transform command, says the draft): signed codes, each a document
// in base64 without white space.
type EncodedSignedCode struct{ Codes []string }

// NewEncodedSignedCode encodes signed code documents.
func NewEncodedSignedCode(documents ...[]byte) *EncodedSignedCode {
	e := &EncodedSignedCode{}
	for _, doc := range documents {
		e.Codes = append(e.Codes, base64.StdEncoding.EncodeToString(doc))
	}
	return e
}

// Documents decodes the signed codes.
func (e *EncodedSignedCode) Documents() ([][]byte, error) {
	out := make([][]byte, len(e.Codes))
	for i, c := range e.Codes {
		var err error
		if out[i], err = base64.StdEncoding.DecodeString(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// VerificationCodeInfo stands in a domain info and asks for the verification
// data: of one profile, or of all when Profile is empty.
type VerificationCodeInfo struct{ Profile string }

// VerificationCodeInfoData stands in the answer to a domain info. Status is
// that over all profiles.
type VerificationCodeInfoData struct {
	Status   VerificationStatus
	Profiles []VerificationProfile
}

// VerificationProfile is a domain's compliance with one profile.
type VerificationProfile struct {
	Name    string
	Status  VerificationStatus
	Missing []MissingVerificationCode
	Set     []SetVerificationCode
}

// MissingVerificationCode is a code that the profile wants. Due may lie in
// the past.
type MissingVerificationCode struct {
	Type string
	Due  time.Time
}

// SetVerificationCode is a code that the domain has.
type SetVerificationCode struct {
	Value string // 1-abc333: the provider's number, a hyphen, an identifier
	Type  string
	Date  time.Time // when it was set
}

// Namespace implements [Value].
func (*EncodedSignedCode) Namespace() string { return NSVerificationCode }

// Namespace implements [Value].
func (*VerificationCodeInfo) Namespace() string { return NSVerificationCode }

// Namespace implements [Value].
func (*VerificationCodeInfoData) Namespace() string { return NSVerificationCode }

// Encode implements [Value].
func (e *EncodedSignedCode) Encode(w *Writer) {
	w.Root("verificationCode:encodedSignedCode", NSVerificationCode)
	w.leaves("verificationCode:code", e.Codes)
	w.Close("verificationCode:encodedSignedCode")
}

// Encode implements [Value].
func (i *VerificationCodeInfo) Encode(w *Writer) {
	var attrs []string
	if i.Profile != "" {
		attrs = []string{"profile", i.Profile}
	}
	w.Root("verificationCode:info", NSVerificationCode, attrs...)
	w.Close("verificationCode:info")
}

// Encode implements [Value].
func (i *VerificationCodeInfoData) Encode(w *Writer) {
	w.Root("verificationCode:infData", NSVerificationCode)
	w.Leaf("verificationCode:status", string(i.Status))
	for _, p := range i.Profiles {
		var attrs []string
		if p.Name != "" {
			attrs = []string{"name", p.Name}
		}
		w.Open("verificationCode:profile", attrs...)
		w.Leaf("verificationCode:status", string(p.Status))
		if len(p.Missing) > 0 {
			w.Open("verificationCode:missing")
			for _, m := range p.Missing {
				w.Leaf("verificationCode:code", "", "type", m.Type, "due", stamp(m.Due))
			}
			w.Close("verificationCode:missing")
		}
		if len(p.Set) > 0 {
			w.Open("verificationCode:set")
			for _, s := range p.Set {
				w.Leaf("verificationCode:code", s.Value, "type", s.Type, "date", stamp(s.Date))
			}
			w.Close("verificationCode:set")
		}
		w.Close("verificationCode:profile")
	}
	w.Close("verificationCode:infData")
}

func stamp(t time.Time) string { return string(appendTime(nil, t)) }

func decodeVerificationCode(el *Element) (Value, error) {
	d := &decoder{strict: true}
	switch el.Local {
	case "encodedSignedCode":
		e := &EncodedSignedCode{}
		d.sequence(el, "code*", func(c *Element) { e.Codes = append(e.Codes, d.encodedCode(c)) })
		d.require(len(e.Codes) > 0, "code")
		return e, d.result()
	case "info":
		i := &VerificationCodeInfo{Profile: d.attr(el, "profile")}
		if d.token(el) != "" {
			d.fail(CodeSyntaxError, el, "text in an element that is empty")
		}
		return i, d.result()
	case "infData":
		d.strict = false
		i := &VerificationCodeInfoData{}
		d.children(el, func(c *Element) {
			switch c.Local {
			case "status":
				i.Status = VerificationStatus(d.token(c))
			case "profile":
				i.Profiles = append(i.Profiles, d.verificationProfile(c))
			}
		})
		d.require(i.Status != "", "status")
		return i, d.result()
	}
	return nil, nil
}

func (d *decoder) encodedCode(el *Element) string {
	if enc, given := el.Attr("encoding"); given && collapse(enc) != "base64" {
		d.fail(CodeValueRange, el, "encoding other than base64")
	}
	code := strings.Join(strings.Fields(d.need(el)), "")
	if doc, err := base64.StdEncoding.DecodeString(code); err != nil || len(doc) == 0 {
		d.fail(CodeValueSyntax, el, "not base64")
	}
	return code
}

func (d *decoder) verificationProfile(el *Element) VerificationProfile {
	p := VerificationProfile{Name: d.attr(el, "name")}
	d.children(el, func(c *Element) {
		switch c.Local {
		case "status":
			p.Status = VerificationStatus(d.token(c))
		case "missing":
			d.children(c, func(m *Element) {
				if m.Local == "code" {
					p.Missing = append(p.Missing, MissingVerificationCode{d.attr(m, "type"), d.attrTime(m, "due")})
				}
			})
		case "set":
			d.children(c, func(s *Element) {
				if s.Local == "code" {
					p.Set = append(p.Set, SetVerificationCode{d.token(s), d.attr(s, "type"), d.attrTime(s, "date")})
				}
			})
		}
	})
	return p
}

// attrTime is a dateTime attribute. One that can't be read is zero: what it
// dates is worth more than its date.
func (d *decoder) attrTime(el *Element, name string) time.Time {
	t, _ := parseTime(d.attr(el, name))
	return t
}

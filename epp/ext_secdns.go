package epp

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// NSSecDNS is the namespace of the DNSSEC extension (RFC 5910).
const NSSecDNS = "urn:ietf:params:xml:ns:secDNS-1.1"

// SecDNS is the DNSSEC extension (RFC 5910).
var SecDNS = Extension{Namespace: NSSecDNS, Decode: decodeSecDNS}

// DSData is a delegation signer record. Digest is upper-case hexadecimal.
type DSData struct {
	KeyTag     uint16
	Alg        uint8
	DigestType uint8
	Digest     string
	Key        *KeyData
}

// KeyData is a DNSKEY record. PubKey is base64.
type KeyData struct {
	Flags    uint16
	Protocol uint8
	Alg      uint8
	PubKey   string
}

// SecDNSData is a set of DS records or of keys, never both. MaxSigLife is in
// seconds; 0 means absent.
type SecDNSData struct {
	MaxSigLife int
	DS         []DSData
	Keys       []KeyData
}

// SecDNSCreate stands in a domain create.
type SecDNSCreate struct{ SecDNSData }

// SecDNSInfoData stands in the answer to a domain info.
type SecDNSInfoData struct{ SecDNSData }

// SecDNSUpdate stands in a domain update. The server removes before it adds.
type SecDNSUpdate struct {
	Urgent     bool
	RemAll     bool
	Rem        SecDNSData // MaxSigLife unused
	Add        SecDNSData
	MaxSigLife int // change; 0 means none
}

// Namespace implements [Value].
func (*SecDNSCreate) Namespace() string { return NSSecDNS }

// Namespace implements [Value].
func (*SecDNSInfoData) Namespace() string { return NSSecDNS }

// Namespace implements [Value].
func (*SecDNSUpdate) Namespace() string { return NSSecDNS }

// Empty reports whether there is neither a DS record nor a key.
func (d SecDNSData) Empty() bool { return len(d.DS) == 0 && len(d.Keys) == 0 }

// Encode implements [Value].
func (c *SecDNSCreate) Encode(w *Writer) { c.encode(w, "secDNS:create") }

// Encode implements [Value].
func (c *SecDNSInfoData) Encode(w *Writer) { c.encode(w, "secDNS:infData") }

func (d *SecDNSData) encode(w *Writer, name string) {
	w.Root(name, NSSecDNS)
	d.content(w)
	w.Close(name)
}

func (d *SecDNSData) content(w *Writer) {
	if d.MaxSigLife > 0 {
		w.Int("secDNS:maxSigLife", int64(d.MaxSigLife))
	}
	if len(d.DS) == 0 {
		for i := range d.Keys {
			d.Keys[i].encode(w)
		}
		return
	}
	for i := range d.DS {
		r := &d.DS[i]
		w.Open("secDNS:dsData")
		w.Int("secDNS:keyTag", int64(r.KeyTag))
		w.Int("secDNS:alg", int64(r.Alg))
		w.Int("secDNS:digestType", int64(r.DigestType))
		w.Leaf("secDNS:digest", r.Digest)
		if r.Key != nil {
			r.Key.encode(w)
		}
		w.Close("secDNS:dsData")
	}
}

func (k *KeyData) encode(w *Writer) {
	w.Open("secDNS:keyData")
	w.Int("secDNS:flags", int64(k.Flags))
	w.Int("secDNS:protocol", int64(k.Protocol))
	w.Int("secDNS:alg", int64(k.Alg))
	w.Leaf("secDNS:pubKey", k.PubKey)
	w.Close("secDNS:keyData")
}

// Encode implements [Value].
func (u *SecDNSUpdate) Encode(w *Writer) {
	if u.Urgent {
		w.Root("secDNS:update", NSSecDNS, "urgent", "true")
	} else {
		w.Root("secDNS:update", NSSecDNS)
	}
	switch {
	case u.RemAll:
		w.Open("secDNS:rem")
		w.Leaf("secDNS:all", "true")
		w.Close("secDNS:rem")
	case !u.Rem.Empty():
		rem := u.Rem
		rem.MaxSigLife = 0
		w.Open("secDNS:rem")
		rem.content(w)
		w.Close("secDNS:rem")
	}
	if !u.Add.Empty() {
		w.Open("secDNS:add")
		u.Add.content(w)
		w.Close("secDNS:add")
	}
	if u.MaxSigLife > 0 {
		w.Open("secDNS:chg")
		w.Int("secDNS:maxSigLife", int64(u.MaxSigLife))
		w.Close("secDNS:chg")
	}
	w.Close("secDNS:update")
}

func decodeSecDNS(el *Element) (Value, error) {
	d := &decoder{strict: true}
	switch el.Local {
	case "create":
		v := &SecDNSCreate{d.secDNS(el)}
		d.require(!v.Empty(), "dsData")
		return v, d.result()
	case "infData":
		d.strict = false
		return &SecDNSInfoData{d.secDNS(el)}, d.result()
	case "update":
		u := &SecDNSUpdate{}
		if a, ok := el.Attr("urgent"); ok {
			u.Urgent = d.bool(el, a)
		}
		d.sequence(el, "rem add chg", func(c *Element) {
			switch c.Local {
			case "rem":
				if all := c.Child(NSSecDNS, "all"); all != nil {
					u.RemAll = d.bool(all, d.token(all))
					if len(c.Children) > 1 {
						d.fail(CodeSyntaxError, c, "all beside other elements")
					}
					d.noText(c)
					return
				}
				u.Rem = d.secDNS(c)
				d.require(!u.Rem.Empty(), "all, dsData or keyData")
				if u.Rem.MaxSigLife > 0 {
					d.unexpected(c.Children[0])
				}
			case "add":
				u.Add = d.secDNS(c)
				d.require(!u.Add.Empty(), "dsData or keyData")
			case "chg":
				d.sequence(c, "maxSigLife", func(m *Element) {
					if m.Local != "maxSigLife" {
						d.unexpected(m)
						return
					}
					u.MaxSigLife = int(d.int(m, d.token(m), 1, 1<<31-1))
				})
			default:
				d.unexpected(c)
			}
		})
		// RFC 5910 section 4: the two interfaces never meet in one command.
		if len(u.Rem.DS)+len(u.Add.DS) > 0 && len(u.Rem.Keys)+len(u.Add.Keys) > 0 {
			d.fail(CodeSyntaxError, el, "dsData and keyData mixed")
		}
		return u, d.result()
	}
	return nil, nil
}

func (d *decoder) secDNS(el *Element) SecDNSData {
	var s SecDNSData
	d.sequence(el, "maxSigLife dsData* keyData*", func(c *Element) {
		switch c.Local {
		case "maxSigLife":
			s.MaxSigLife = int(d.int(c, d.token(c), 1, 1<<31-1))
		case "dsData":
			s.DS = append(s.DS, d.dsData(c))
		case "keyData":
			s.Keys = append(s.Keys, d.keyData(c))
		default:
			d.unexpected(c)
		}
	})
	if len(s.DS) > 0 && len(s.Keys) > 0 {
		d.fail(CodeSyntaxError, el, "dsData and keyData mixed")
	}
	return s
}

func (d *decoder) dsData(el *Element) DSData {
	var r DSData
	seen := 0
	d.sequence(el, "keyTag alg digestType digest keyData", func(c *Element) {
		switch c.Local {
		case "keyTag":
			seen |= 1
			r.KeyTag = uint16(d.int(c, d.token(c), 0, 1<<16-1))
		case "alg":
			seen |= 2
			r.Alg = uint8(d.int(c, d.token(c), 0, 255))
		case "digestType":
			seen |= 4
			r.DigestType = uint8(d.int(c, d.token(c), 0, 255))
		case "digest":
			seen |= 8
			r.Digest = strings.ToUpper(d.need(c))
			if _, err := hex.DecodeString(r.Digest); err != nil {
				d.fail(CodeValueSyntax, c, "not hexadecimal")
			}
		case "keyData":
			k := d.keyData(c)
			r.Key = &k
		default:
			d.unexpected(c)
		}
	})
	d.require(seen == 15, "keyTag, alg, digestType or digest")
	return r
}

func (d *decoder) keyData(el *Element) KeyData {
	var k KeyData
	seen := 0
	d.sequence(el, "flags protocol alg pubKey", func(c *Element) {
		switch c.Local {
		case "flags":
			seen |= 1
			k.Flags = uint16(d.int(c, d.token(c), 0, 1<<16-1))
		case "protocol":
			seen |= 2
			k.Protocol = uint8(d.int(c, d.token(c), 0, 255))
		case "alg":
			seen |= 4
			k.Alg = uint8(d.int(c, d.token(c), 0, 255))
		case "pubKey":
			seen |= 8
			k.PubKey = strings.Join(strings.Fields(d.need(c)), "")
			if _, err := base64.StdEncoding.DecodeString(k.PubKey); err != nil {
				d.fail(CodeValueSyntax, c, "not base64")
			}
		default:
			d.unexpected(c)
		}
	})
	d.require(seen == 15, "flags, protocol, alg or pubKey")
	return k
}

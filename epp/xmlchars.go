package epp

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff" // as UTF-8

// fromUTF16 reads a document that begins with UTF-16's byte order mark, which
// XML wants there (XML 1.0 section 4.3.3). Unpaired surrogates become bytes
// that are refused with all other malformed text.
func fromUTF16(doc []byte) (string, bool) {
	var order binary.ByteOrder
	switch {
	case len(doc) < 2:
		return "", false
	case doc[0] == 0xFE && doc[1] == 0xFF:
		order = binary.BigEndian
	case doc[0] == 0xFF && doc[1] == 0xFE:
		order = binary.LittleEndian
	default:
		return "", false
	}
	b := make([]byte, 0, len(doc))
	for doc = doc[2:]; len(doc) >= 2; doc = doc[2:] {
		r := rune(order.Uint16(doc))
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if len(doc) >= 4 {
				low = rune(order.Uint16(doc[2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				b = append(b, 0xFF)
				continue
			}
			doc = doc[2:]
		}
		b = utf8.AppendRune(b, r)
	}
	if len(doc) != 0 {
		b = append(b, 0xFF)
	}
	return string(b), true
}

// expand resolves references and normalises white space as XML 1.0 sections
// 2.11 and 3.3.3 ask. Without either it returns raw itself.
func (p *parser) expand(raw string, attr bool) (string, error) {
	set := "&\r"
	if attr {
		set = "&\r\n\t"
	}
	if !strings.ContainsAny(raw, set) {
		return raw, nil
	}
	b := make([]byte, 0, len(raw))
	for k := 0; k < len(raw); k++ {
		switch c := raw[k]; {
		case c == '&':
			end := strings.IndexByte(raw[k:], ';')
			if end < 0 {
				return "", p.fail("& without a reference")
			}
			r, ok := reference(raw[k+1 : k+end])
			if !ok {
				return "", p.fail("unknown entity or character reference")
			}
			b = utf8.AppendRune(b, r)
			k += end
		case c == '\r':
			if k+1 < len(raw) && raw[k+1] == '\n' {
				k++
			}
			if attr {
				b = append(b, ' ')
			} else {
				b = append(b, '\n')
			}
		case attr && (c == '\n' || c == '\t'):
			b = append(b, ' ')
		default:
			b = append(b, c)
		}
	}
	return string(b), nil
}

func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' || len(name) > 12 {
		return 0, false
	}
	digits, base := name[1:], rune(10)
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	if digits == "" {
		return 0, false
	}
	var r rune
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		var d rune
		switch {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c >= 'a' && c <= 'f':
			d = rune(c-'a') + 10
		case base == 16 && c >= 'A' && c <= 'F':
			d = rune(c-'A') + 10
		default:
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, xmlChar(r)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// xmlChar is production Char of XML 1.0.
func xmlChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}

// badChar returns the offset of the first byte that is not UTF-8 of an XML
// character, or -1.
func badChar(s string) int {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < 0x20 && c != '\n' && c != '\t' && c != '\r' {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
			return i
		}
		i += size
	}
	return -1
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// nameRune covers the non-ASCII part of NameStartChar and NameChar.
func nameRune(r rune, start bool) bool {
	switch {
	case r >= 0xC0 && r <= 0x2FF && r != 0xD7 && r != 0xF7,
		r >= 0x370 && r <= 0x1FFF && r != 0x37E,
		r == 0x200C, r == 0x200D,
		r >= 0x2070 && r <= 0x218F, r >= 0x2C00 && r <= 0x2FEF,
		r >= 0x3001 && r <= 0xD7FF, r >= 0xF900 && r <= 0xFDCF,
		r >= 0xFDF0 && r <= 0xFFFD, r >= 0x10000 && r <= 0xEFFFF:
		return true
	}
	return !start && (r == 0xB7 || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040)
}

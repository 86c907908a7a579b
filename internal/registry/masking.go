package registry

import (
	"bytes"
	"regexp"

	"github.com/openregistrar/openregistrar/epp"
)

const blank = "********"

// masked is a frame as it may be kept: without the contents of secret elements (epp.Mask), and without the given
// secrets wherever else they are quoted. Of a frame that is no XML, which the desk has to read, each secret element is
// blanked up to its end, or the end of the frame.
func masked(frame []byte, secrets []string) []byte {
	out, plain := maskedPlain(frame)
	if !plain {
		out = epp.Mask(frame)
		if bytes.HasPrefix(out, []byte("[")) && bytes.HasSuffix(out, []byte("]")) && !bytes.HasPrefix(frame, []byte("[")) {
			out = maskedBroken(frame)
		}
	}
	for _, s := range secrets {
		if len(s) >= 4 && bytes.Contains(out, []byte(s)) {
			out = bytes.ReplaceAll(out, []byte(s), []byte(blank))
		}
	}
	return out
}

// plainSpaces are namespaces whose only secret elements are pw, newPW and authInfo, whatever stands in them.
var plainSpaces = map[string]bool{
	epp.NSEPP: true, epp.NSDomain: true, epp.NSHost: true, epp.NSContact: true, epp.NSRGP: true, epp.NSSecDNS: true, epp.NSFee: true,
	epp.NSChangePoll: true, epp.NSLoginSec: true, epp.NSMaintenance: true, epp.NSLowBalance: true, epp.NSVerificationCode: true,
}

// maskedPlain does what epp.Mask does, at a tenth of its cost, for nearly all frames: those of plain namespaces,
// without comments, CDATA or another markup declaration, and without an element of a secret one's name in it. Of any
// other frame plain is false.
func maskedPlain(frame []byte) (out []byte, plain bool) {
	if len(frame) == 0 || frame[0] != '<' || bytes.Contains(frame, []byte("<!")) || bytes.IndexByte(frame, 0) >= 0 {
		return nil, false
	}
	out = make([]byte, 0, len(frame)+16)
	spaces := 0
	for rest := frame; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			return append(out, rest...), spaces > 0
		}
		end := bytes.IndexByte(rest[i:], '>')
		if end < 0 {
			return nil, false
		}
		tag := rest[i+1 : i+end]
		for in := tag; ; {
			j := bytes.Index(in, []byte("xmlns"))
			if j < 0 {
				break
			}
			in = in[j+5:]
			open := bytes.IndexAny(in, `"'`)
			if open < 0 {
				return nil, false
			}
			length := bytes.IndexByte(in[open+1:], in[open])
			if length < 0 || !plainSpaces[string(in[open+1:open+1+length])] {
				return nil, false
			}
			in = in[open+1+length:]
			spaces++
		}
		out, rest = append(out, rest[:i+end+1]...), rest[i+end+1:]
		name := tag
		if j := bytes.IndexAny(tag, " \t\r\n/"); j > 0 {
			name = tag[:j]
		}
		local := name
		if j := bytes.IndexByte(name, ':'); j >= 0 {
			local = name[j+1:]
		}
		switch string(local) {
		case "pw", "newPW", "authInfo":
		default:
			continue
		}
		if tag[len(tag)-1] == '/' {
			continue
		}
		length := bytes.Index(rest, append([]byte("</"), name...))
		if length < 0 || bytes.Contains(rest[:length], append([]byte("<"), name...)) {
			return nil, false
		}
		out, rest = append(out, blank...), rest[length:]
	}
}

var secretTag = regexp.MustCompile(`<((?:[\w.-]+:)?(?:pw|newPW|authInfo|allocationToken|num|fileContent|document|signedCode|contact))(\s[^<>]*)?>`)

func maskedBroken(frame []byte) []byte {
	var out []byte
	for {
		at := secretTag.FindSubmatchIndex(frame)
		if at == nil {
			return append(out, frame...)
		}
		name := frame[at[2]:at[3]]
		out = append(out, frame[:at[1]]...)
		frame = frame[at[1]:]
		end := bytes.Index(frame, append([]byte("</"), name...))
		if end < 0 {
			return append(out, blank...)
		}
		out, frame = append(out, blank...), frame[end:]
	}
}

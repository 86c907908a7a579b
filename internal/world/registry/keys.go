package registry

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// Key is a DNSKEY that a registrar gave in place of its DS record (RFC 5910
// section 4.2). The registry makes the record itself.
type Key struct {
	Flags     uint16 `json:"fl"`
	Protocol  uint8  `json:"pr"`
	Algorithm uint8  `json:"alg"`
	PubKey    string `json:"key"` // base64 without white space
}

const maxKeys = 4

// changeKeys returns a key set without rem, with add.
func changeKeys(have, rem, add []Key) ([]Key, error) {
	out := slices.Clone(have)
	for _, k := range rem {
		i := slices.Index(out, k)
		if i < 0 {
			return nil, refuse(2306, "key not present")
		}
		out = slices.Delete(out, i, i+1)
	}
	for _, k := range add {
		raw, err := base64.StdEncoding.DecodeString(k.PubKey)
		switch {
		case err != nil || len(raw) < 16:
			return nil, refuse(2005, "invalid public key")
		case k.Protocol != 3: // RFC 4034 section 2.1.2
			return nil, refuse(2306, "protocol of a key is 3")
		case k.Flags != 256 && k.Flags != 257:
			return nil, refuse(2306, "flags of a key are 256 or 257")
		case !dnssecAlgorithms[k.Algorithm]:
			return nil, refuse(2306, "algorithm not supported")
		}
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	if len(out) > maxKeys {
		return nil, refuse(2306, "too many keys")
	}
	return out, nil
}

// ds is the delegation signer record of a key, by SHA-256 (RFC 4034 sections
// 5.1.4 and B, RFC 4509).
func (k Key) ds(name string) DS {
	raw, err := base64.StdEncoding.DecodeString(k.PubKey)
	if err != nil {
		return DS{}
	}
	rdata := binary.BigEndian.AppendUint16(nil, k.Flags)
	rdata = append(append(rdata, k.Protocol, k.Algorithm), raw...)
	var tag uint32
	for i, b := range rdata {
		if i%2 == 0 {
			tag += uint32(b) << 8
		} else {
			tag += uint32(b)
		}
	}
	tag += tag >> 16
	var owner []byte
	for l := range strings.SplitSeq(name, ".") {
		owner = append(append(owner, byte(len(l))), l...)
	}
	sum := sha256.Sum256(append(append(owner, 0), rdata...))
	return DS{KeyTag: uint16(tag), Algorithm: k.Algorithm, DigestType: 2, Digest: strings.ToUpper(hex.EncodeToString(sum[:]))}
}

// signers are the DS records that the zone holds for a name.
func (d *Domain) signers() []DS {
	out := slices.Clone(d.DS)
	for _, k := range d.Keys {
		out = append(out, k.ds(d.Name))
	}
	return out
}

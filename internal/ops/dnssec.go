package ops

import (
	"context"
	"strconv"
	"strings"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// MaxDS is how many delegation signer records a name may have here.
const MaxDS = 8

// digestDigits is the length of each digest type in hexadecimal digits (RFC 3658, 4509, 6605).
var digestDigits = map[uint8]int{1: 40, 2: 64, 4: 96}

// SetDS makes these records the name's delegation signers, none of them: unsigned.
func (o *Ops) SetDS(ctx context.Context, scope domain.Scope, name string, ds []domain.DS) (OrderView, error) {
	want, bad := checkDS(ds)
	return o.change(ctx, scope, []string{name}, change{action: domain.ActionDS, kind: domain.IntentDS, asked: "dnssec.change-asked", refusal: policy.RefuseEdit, bad: bad,
		each: func(domain.Tenure, policy.Suffix, int) (asking, error) {
			return asking{payload: domain.Payload{DS: want}, facts: map[string]string{"records": strconv.Itoa(len(want))}}, nil
		}})
}

func malformedDS(line int, field, rule string) error {
	return fault.New(fault.Invalid, "input.ds-malformed", "line", strconv.Itoa(line), "field", field, "rule", rule)
}

func checkDS(ds []domain.DS) ([]domain.DS, error) {
	var out []domain.DS
	for i, d := range ds {
		d.Digest = strings.ToUpper(strings.Join(strings.Fields(d.Digest), ""))
		want, known := digestDigits[d.DigestType]
		switch {
		case d.Algorithm == 0:
			return nil, malformedDS(i+1, "algorithm", "range")
		case !known:
			return nil, malformedDS(i+1, "digest_type", "unknown")
		case strings.Trim(d.Digest, "0123456789ABCDEF") != "":
			return nil, malformedDS(i+1, "digest", "hexadecimal")
		case len(d.Digest) != want:
			return nil, malformedDS(i+1, "digest", "length")
		}
		for _, other := range out {
			if other == d {
				return nil, malformedDS(i+1, "digest", "twice")
			}
		}
		out = append(out, d)
	}
	if len(out) > MaxDS {
		return nil, malformedDS(MaxDS+1, "records", "count")
	}
	return out, nil
}

// ParseDS reads records as zone files write them, one a line: key tag, algorithm, digest type, digest. What stands
// before it of a whole record ("example.com. 3600 IN DS") is taken too.
func ParseDS(text string) ([]domain.DS, error) {
	var out []domain.DS
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		for j, w := range words {
			if strings.EqualFold(w, "DS") {
				words = words[j+1:]
				break
			}
		}
		if len(words) == 0 {
			continue
		}
		if len(words) < 4 {
			return nil, malformedDS(i+1, "records", "fields")
		}
		tag, err1 := strconv.ParseUint(words[0], 10, 16)
		alg, err2 := strconv.ParseUint(words[1], 10, 8)
		digest, err3 := strconv.ParseUint(words[2], 10, 8)
		switch {
		case err1 != nil:
			return nil, malformedDS(i+1, "key_tag", "range")
		case err2 != nil:
			return nil, malformedDS(i+1, "algorithm", "range")
		case err3 != nil:
			return nil, malformedDS(i+1, "digest_type", "range")
		}
		out = append(out, domain.DS{KeyTag: uint16(tag), Algorithm: uint8(alg), DigestType: uint8(digest), Digest: strings.Join(words[3:], "")})
	}
	return out, nil
}

package registry

import (
	"crypto/sha256"
	"errors"
	"maps"
	"time"

	"github.com/openregistrar/openregistrar/epp/signedcode"
)

// codeRefusals are the result codes for signed codes that do not hold. What
// cannot be read is a syntax error; all else is the registry's policy.
var codeRefusals = map[signedcode.Reason]int{signedcode.Malformed: 2005}

// verifyCode judges a signed code: its provider, its certificate, its
// signature. Certificates live by the wall clock.
func (r *Registry) verifyCode(doc []byte, now time.Time) (Code, error) {
	sum, wall := sha256.Sum256(doc), time.Now()
	r.vspMu.RLock()
	v := signedcode.Verifier{VSPs: r.vsps}
	no, held := r.vspNo, r.good[sum]
	r.vspMu.RUnlock()
	if wall.Before(held.until) {
		return Code{Type: held.code.Type, Code: held.code.Code, Date: now}, nil
	}
	got, err := v.Verify(doc, wall)
	if err != nil {
		code, why := 2306, "refused"
		var e *signedcode.Error
		if errors.As(err, &e) {
			why = string(e.Reason)
			if c, ok := codeRefusals[e.Reason]; ok {
				code = c
			}
		}
		return Code{}, refuse(code, "verification code: "+why)
	}
	code := Code{Type: got.Code.Type, Code: got.Code.Value, Date: now}
	r.vspMu.Lock()
	defer r.vspMu.Unlock()
	if r.vspNo == no {
		if r.good == nil || len(r.good) >= mostGood {
			r.good = map[[sha256.Size]byte]goodCode{}
		}
		r.good[sum] = goodCode{code, wall.Add(goodFor)}
	}
	return code, nil
}

// A registrant's code comes with each of its names: the same document is judged once a minute.
const (
	mostGood = 4096
	goodFor  = time.Minute // wall time
)

type goodCode struct {
	code  Code
	until time.Time
}

// SetVSPs replaces the verification service providers whose codes are taken,
// by the number that their codes begin with.
func (r *Registry) SetVSPs(vsps map[string]signedcode.VSP) {
	r.vspMu.Lock()
	defer r.vspMu.Unlock()
	r.vsps, r.good, r.vspNo = maps.Clone(vsps), nil, r.vspNo+1
}

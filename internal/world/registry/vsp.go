package registry

import (
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
	r.vspMu.RLock()
	v := signedcode.Verifier{VSPs: r.vsps}
	r.vspMu.RUnlock()
	got, err := v.Verify(doc, time.Now())
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
	return Code{Type: got.Code.Type, Code: got.Code.Value, Date: now}, nil
}

// SetVSPs replaces the verification service providers whose codes are taken,
// by the number that their codes begin with.
func (r *Registry) SetVSPs(vsps map[string]signedcode.VSP) {
	r.vspMu.Lock()
	defer r.vspMu.Unlock()
	r.vsps = maps.Clone(vsps)
}

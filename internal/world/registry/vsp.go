package registry

import "time"

// verifyCode judges a signed code: its provider, its certificate, its
// signature.
func (r *Registry) verifyCode(doc []byte, now time.Time) (Code, error) {
	if r.opts.VerifyCode == nil {
		return Code{}, refuse(2306, "verification code: no provider known")
	}
	value, kind, err := r.opts.VerifyCode(doc)
	if err != nil {
		return Code{}, err
	}
	return Code{Type: kind, Code: value, Date: now}, nil
}

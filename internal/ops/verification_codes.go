package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// The types of verification code (verificationCode-1.0, by practice in China).
const (
	CodeRealName = "real-name"
	CodeDomain   = "domain"
)

// CodesFor gives the signed codes that a registry wants with a name of an approved template: the registrant's, and where
// the types say so the name's own, which is drawn at the authority once and kept. An authority that does not answer is an
// error of kind Unavailable; one that refuses the name, of kind Conflict. A template without codes (one that the desk
// approved, where no authority is connected) gives none.
func (o *Ops) CodesFor(ctx context.Context, name domain.Name, template domain.TemplateID, types ...string) ([]domain.SignedCode, error) {
	kept, err := o.Store.VerificationCodes(ctx, template, name)
	if err != nil {
		return nil, err
	}
	have := map[string]domain.SignedCode{}
	for _, c := range kept {
		plain, err := o.Sealer.Open(c.Sealed, domain.SignedCodeSeal(template))
		if err != nil {
			return nil, err
		}
		c.Code.Encoded = string(plain)
		have[c.Code.Type] = c.Code
	}
	var out []domain.SignedCode
	for _, kind := range types {
		code, ok := have[kind]
		if !ok && kind == CodeDomain {
			if code, ok, err = o.drawNameCode(ctx, name, template, have[CodeRealName]); err != nil {
				return nil, err
			}
		}
		if ok {
			out = append(out, code)
		}
	}
	return out, nil
}

// drawNameCode has a name verified by the authority that verified its registrant. Drawing it twice makes two codes of
// which the later is kept: both are good.
func (o *Ops) drawNameCode(ctx context.Context, name domain.Name, template domain.TemplateID, registrant domain.SignedCode) (domain.SignedCode, bool, error) {
	if o.Verifier == nil || registrant.Provider == "" {
		return domain.SignedCode{}, false, nil
	}
	r := o.Verifier.Submit(ctx, registrant.Provider, Material{OwnRef: o.ownRef() + ".n", Domain: name, RealNameCode: registrant.Value})
	switch {
	case r.Kind == RulingPassed && r.Code != nil:
	case r.Kind == RulingDenied:
		return domain.SignedCode{}, false, fault.New(fault.Conflict, "verification.name-refused", "name", string(name), "provider", registrant.Provider, "answer", clipped(r.Answer, 200))
	default:
		return domain.SignedCode{}, false, fault.New(fault.Unavailable, "verification.unreachable", "provider", registrant.Provider)
	}
	sealed, err := o.Sealer.Seal([]byte(r.Code.Encoded), domain.SignedCodeSeal(template))
	if err != nil {
		return domain.SignedCode{}, false, err
	}
	code := *r.Code
	code.Provider, code.Type = registrant.Provider, CodeDomain
	if code.IssuedAt.IsZero() {
		code.IssuedAt = o.Now()
	}
	bare := code
	bare.Encoded = ""
	return code, true, o.Store.Commit(ctx, Plan{Writes: []Write{PutCode{Template: template, Name: name, Code: bare, Sealed: sealed}}})
}

package registry

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// codeCache keeps the codes of templates whose registries want nothing of the name itself: an order of thousands of names
// asks for them once.
type codeCache struct {
	mu   sync.Mutex
	kept map[codeKey]keptCodes
}

type codeKey struct {
	template domain.TemplateID
	version  int64
	suffix   string
}

type keptCodes struct {
	codes []domain.SignedCode
	until time.Time // wall time
}

const (
	codesKept = time.Minute // a code that was revoked is sent no longer than that
	mostCodes = 512
)

// codes are what proves the registrant of a name, for a registry that takes it by codes. The error is of kind
// Unavailable: they had to be drawn, and could not be.
func (a *account) codes(ctx context.Context, name domain.Name, t *domain.Template) ([]domain.SignedCode, error) {
	suffix, ok := a.cfg.Suffix(name.Suffix())
	if a.cfg.Codes == nil || t == nil || t.Status != domain.TemplateApproved || !ok || !(suffix.WantsCode("real-name") || suffix.WantsCode("domain")) {
		return nil, nil
	}
	key, now := codeKey{t.ID, t.Version, name.Suffix()}, a.cfg.Wall()
	c := &a.signed
	c.mu.Lock()
	kept, ok := c.kept[key]
	c.mu.Unlock()
	if ok && now.Before(kept.until) {
		return kept.codes, nil
	}
	codes, err := a.cfg.Codes(ctx, name, t.ID)
	if err != nil || suffix.WantsCode("domain") || len(codes) == 0 {
		return codes, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= mostCodes {
		c.kept = map[codeKey]keptCodes{}
	}
	c.kept[key] = keptCodes{codes, now.Add(codesKept)}
	return codes, nil
}

// signedCodes is the extension with them; nil: none.
func signedCodes(codes []domain.SignedCode) []epp.Value {
	if len(codes) == 0 {
		return nil
	}
	e := &epp.EncodedSignedCode{}
	for _, c := range codes {
		e.Codes = append(e.Codes, c.Encoded)
	}
	return []epp.Value{e}
}

// info asks for a name, and for its verification where the registry tells of it.
func (a *account) info(s *session, name domain.Name, auth string) *epp.Command {
	cmd := infoCommand(name, auth)
	if s.HasService(epp.NSVerificationCode) {
		cmd.Extensions = append(cmd.Extensions, &epp.VerificationCodeInfo{})
	}
	return cmd
}

// Updates of codes.

// prepareCodes has the codes at hand that were at hand when the act was written down.
func prepareCodes(ctx context.Context, a *account, l domain.Leased, v *view) error {
	codes, err := a.codes(ctx, l.Intent.Name, l.Template)
	if err == nil && !hasTypes(codes, l.Intent.Payload.CodeTypes) {
		err = fault.New(fault.Conflict, CodeUpdateRefused, "registry", a.ID, "reason", "no verification code of the registrant")
	}
	v.signed = codes
	return err
}

func hasTypes(codes []domain.SignedCode, types []string) bool {
	for _, t := range types {
		if !slices.ContainsFunc(codes, func(c domain.SignedCode) bool { return c.Type == t }) {
			return false
		}
	}
	return len(codes) > 0
}

// codesLeft: codes that were set before the act was asked for are another registrant's.
func codesLeft(in domain.Intent, v view) bool {
	for _, t := range in.Payload.CodeTypes {
		if !slices.ContainsFunc(v.object.Codes, func(c domain.CodeSet) bool { return c.Type == t && !c.At.Before(in.CreatedAt.Add(-slack)) }) {
			return true
		}
	}
	return false
}

func judgeCodes(in domain.Intent, v view, _ bool) domain.Outcome {
	add, _ := statusesLeft(in, v)
	return updated(in, v, codesLeft(in, v) || len(add) > 0)
}

// nextCodes opens an update lock first, and closes it with the codes (RFC 5731 section 2.3: under it nothing but its
// own end is taken).
func nextCodes(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	update := &epp.DomainUpdate{Name: string(in.Name)}
	if codesLeft(in, v) && v.object.Statuses.Has(domain.ClientUpdateProhibited) {
		update.Rem = &epp.DomainAddRem{Statuses: bare(domain.Statuses{domain.ClientUpdateProhibited})}
		return &epp.Command{Action: update}, domain.Outcome{}
	}
	if add, _ := statusesLeft(in, v); len(add) > 0 {
		update.Add = &epp.DomainAddRem{Statuses: bare(add)}
	}
	cmd := &epp.Command{Action: update}
	if codesLeft(in, v) {
		cmd.Extensions = signedCodes(v.signed)
	}
	return cmd, domain.Outcome{}
}

// Identity documents with contacts (cnnic-contact-1.0).

// Identity is the document of a registrant. It prints without the number.
type Identity struct {
	Kind   domain.SubjectKind
	Type   string // the product's CertificateType
	Number string
}

// String hides the number.
func (i Identity) String() string { return "[identity " + i.Type + "]" }

// GoString hides the number.
func (i Identity) GoString() string { return i.String() }

// cnnicTypes are the product's types of document in the registry's words. Source: CertificateInfo.CertificateType of the
// product's API, and the document types that public client software for .cn knows.
var cnnicTypes = map[string]string{
	"SFZ": "SFZ", "HZ": "HZ", "TXZ": "GAJMTX", "TWSFZ": "TWJMTX", "GWSFZ": "WJLSFZ", "GAJZZ": "GATJZZ", "TWJZZ": "GATJZZ",
	"YYZZ": "YYZZ", "ORG": "ORG", "TYDMZ": "TYDM", "QTTYDM": "TYDM", "BDDH": "BDDM", "JDXKZ": "JDDWFW", "SYZS": "SYDWFR",
	"GWCZDJZ": "WGCZJG", "STDJZ": "SHTTFR", "ZJDJZ": "ZJCS", "MBDJZ": "MBFQY", "JJDJZ": "JJHFR", "LSXKZ": "LSZY",
	"GWZHDJZ": "WGZHWH", "GWLYDJZ": "WLCZJG", "SFXKZ": "SFJD", "GWJGZJ": "JWJG", "SHFWJGZ": "SHFWJG", "MBXXXKZ": "MBXXBX",
	"YLJGXKZ": "YLJGZY", "GZJGZY": "GZJGZY",
}

const mostNumber = 20 // characters of a document number there

// identity is the extension with a registrant's document; nil: the registry takes none, or there is none.
func (a *account) identity(t *domain.Template) ([]epp.Value, error) {
	if a.cfg.Identity == nil || !a.takesIdentity() || len(t.SealedNumber) == 0 {
		return nil, nil
	}
	id, err := a.cfg.Identity(*t)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal", "registry", a.ID)
	}
	kind, known := cnnicTypes[id.Type]
	if !known {
		kind = "QT" // another document
	}
	if n := len(id.Number); n == 0 || n > mostNumber {
		return nil, fault.New(fault.Invalid, CodeRefused, "registry", a.ID, "step", "contact", "reason", "document number too long for this registry")
	}
	return []epp.Value{&epp.CNNICContactCreate{CNNICIdentity: epp.CNNICIdentity{Type: string(id.Kind), DocType: kind, Number: id.Number}}}, nil
}

// takesIdentity: the suffixes of this account are proved by the contact.
func (a *account) takesIdentity() bool {
	return slices.ContainsFunc(a.Suffixes, func(s string) bool {
		suffix, ok := a.cfg.Suffix(s)
		return ok && suffix.Proof == policy.ProofContact
	})
}

// restricted tells a registry's bar of a registrant from its other refusals.
func restricted(resp *epp.Response) (why string, ok bool) {
	if code := resp.Code(); code != epp.CodeParameterPolicy && code != epp.CodeDataManagementPolicy {
		return "", false
	}
	text := strings.ToLower(words(resp))
	for _, word := range []string{"restricted", "blacklist", "black list", "barred", "sanction", "限制", "黑名单"} {
		if strings.Contains(text, word) {
			return reason(resp), true
		}
	}
	return "", false
}

package api

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
)

// ProofOut is how far a name's registry has been shown who registered it.
type ProofOut struct {
	Name        string   `json:"name"`
	Proof       string   `json:"proof" doc:"How its registry is shown: codes, contact, none."`
	Template    string   `json:"template"`
	Status      string   `json:"status" doc:"AuditStatus of the template."`
	Given       bool     `json:"given" doc:"Whether the registry has the codes of that template."`
	VerifyBy    string   `json:"verify_by,omitempty" doc:"When the registry wants the proof, RFC 3339; after that it holds the name. Absent: it waits for none."`
	ContactBy   string   `json:"contact_by,omitempty" doc:"When the registrant's e-mail or telephone must be verified, RFC 3339. Absent: there is no term."`
	LockedUntil string   `json:"locked_until,omitempty" doc:"Until when the name stays here after another registrant, RFC 3339. Absent: it is not locked so."`
	Refuses     []string `json:"refuses" doc:"What is refused to the name while its registrant is not verified: renew, redeem, transfer-out, auth-code, push, edit."`
}

func getProof(ctx context.Context, a *API, c caller, in *nameIn) (*ProofOut, error) {
	t, err := a.Ops.Domain(ctx, c.scope, in.Name)
	if err != nil {
		return nil, err
	}
	tmpl, err := a.Ops.Template(ctx, c.scope, t.Template)
	if err != nil && fault.Of(err).Kind != fault.Missing {
		return nil, err
	}
	suffix, _ := a.Ops.Policy().Suffix(t.Name.Suffix())
	out := &ProofOut{Name: naming.Display(t.Name), Proof: string(suffix.Proof), Template: t.Template.Public(), Status: string(tmpl.Status),
		Given:    t.CodesOf != 0 && t.CodesOf == t.Template,
		VerifyBy: utc(t.VerifyBy), ContactBy: utc(t.ContactBy), Refuses: []string{}}
	if a.Ops.Now().Before(t.LockUntil) {
		out.LockedUntil = utc(t.LockUntil)
	}
	if tmpl.Status != domain.TemplateApproved {
		for _, r := range suffix.UnverifiedRefuses {
			out.Refuses = append(out.Refuses, string(r))
		}
	}
	return out, nil
}

type retireIn struct {
	TemplateID string `json:"template_id"` //nolint:revive // of the plain form
}

func retireTemplate(ctx context.Context, a *API, c caller, in *retireIn) (*NothingOut, error) {
	id, err := templateID(in.TemplateID)
	if err != nil {
		return nil, err
	}
	return &NothingOut{}, a.Ops.RetireTemplate(ctx, c.scope, id)
}

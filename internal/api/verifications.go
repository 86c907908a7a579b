package api

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// VerificationOut is where a submission stands.
type VerificationOut struct {
	State       string       `json:"state" doc:"reading, desk, queued, open, unknown, waiting, approved, rejected, timed-out, withdrawn"`
	Provider    string       `json:"provider" doc:"The authority that has it, or had it last."`
	SubmittedAt string       `json:"submitted_at"`
	DeadlineAt  string       `json:"deadline_at"`
	DecidedAt   string       `json:"decided_at"`
	Verdicts    []VerdictOut `json:"verdicts"`
	Steps       []StepOut    `json:"steps"`
}

// VerdictOut is one thing that a decision says.
type VerdictOut struct {
	Code   string            `json:"code"`
	Facts  map[string]string `json:"facts"`
	Title  string            `json:"title"`
	Text   string            `json:"text"`
	Remedy []string          `json:"remedy"`
}

// StepOut is a line of a submission's history.
type StepOut struct {
	At    string            `json:"at"`
	Kind  string            `json:"kind"`
	Facts map[string]string `json:"facts"`
}

func verificationOut(lang string, v ops.VerificationView) VerificationOut {
	out := VerificationOut{State: string(v.State), Provider: v.Provider, SubmittedAt: utc(v.SubmittedAt), DeadlineAt: utc(v.DeadlineAt), DecidedAt: utc(v.DecidedAt),
		Verdicts: []VerdictOut{}, Steps: []StepOut{}}
	for _, d := range v.Verdicts {
		w := diagnose.Text(lang, fault.Code(d.Code), d.Facts)
		out.Verdicts = append(out.Verdicts, VerdictOut{Code: d.Code, Facts: facts(d.Facts), Title: w.Title, Text: w.What, Remedy: append([]string{}, w.Remedy...)})
	}
	for _, s := range v.Steps {
		out.Steps = append(out.Steps, StepOut{At: utc(s.At), Kind: s.Kind, Facts: facts(s.Facts)})
	}
	return out
}

// SubmittedOut is a template with its submission.
type SubmittedOut struct {
	Template     TemplateInfo    `json:"template"`
	Verification VerificationOut `json:"verification"`
	Findings     []FindingOut    `json:"findings"`
}

func submitTemplate(ctx context.Context, a *API, c caller, in *ownTemplateIn) (*SubmittedOut, error) {
	return a.submitted(ctx, c, in, a.Ops.SubmitTemplate)
}

func withdrawTemplate(ctx context.Context, a *API, c caller, in *ownTemplateIn) (*SubmittedOut, error) {
	return a.submitted(ctx, c, in, a.Ops.WithdrawTemplate)
}

func (a *API) submitted(ctx context.Context, c caller, in *ownTemplateIn, act func(context.Context, domain.Scope, domain.TemplateID) (ops.VerificationView, error)) (*SubmittedOut, error) {
	id, err := templateID(in.Template)
	if err != nil {
		return nil, err
	}
	v, err := act(ctx, c.scope, id)
	if err != nil {
		return nil, err
	}
	t, err := a.Ops.Template(ctx, c.scope, id)
	if err != nil {
		return nil, err
	}
	return &SubmittedOut{Template: a.templateInfo(t, c), Verification: verificationOut(c.lang, v), Findings: findings(c.lang, v.Findings, false)}, nil
}

func getVerification(ctx context.Context, a *API, c caller, in *ownTemplateIn) (*VerificationOut, error) {
	id, err := templateID(in.Template)
	if err != nil {
		return nil, err
	}
	v, err := a.Ops.VerificationOf(ctx, c.scope, id)
	if err != nil {
		return nil, err
	}
	out := verificationOut(c.lang, v)
	return &out, nil
}

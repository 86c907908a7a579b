package ops

import (
	"context"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// AnswerTransfer approves or rejects another registrar's request for one of the caller's names. Without an answer the
// registry decides at the end of its wait.
func (o *Ops) AnswerTransfer(ctx context.Context, scope domain.Scope, name string, approve bool) (OrderView, error) {
	c := change{action: domain.ActionTransferOut, kind: domain.IntentTransferReject, asked: "transfer.reject-asked",
		each: func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{}, nil }}
	if approve {
		now := o.Now()
		c.kind, c.asked, c.refusal = domain.IntentTransferApprove, "transfer.approve-asked", policy.RefuseTransferOut
		c.each = func(t domain.Tenure, _ policy.Suffix, _ int) (asking, error) { return asking{}, locked(t, now) }
	}
	return o.change(ctx, scope, []string{name}, c)
}

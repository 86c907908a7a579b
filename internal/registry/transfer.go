package registry

import (
	"context"
	"errors"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

var errLost = errors.New("registry: session lost")

// alsoTransfer asks for the latest transfer (RFC 5731 section 3.1.3). One that we are no party to is none of ours.
func alsoTransfer(ctx context.Context, a *account, h *holder, l domain.Leased, v *view) error {
	v.transfer, v.gaining, v.losing = nil, false, false
	if !v.exists {
		return nil
	}
	if h.s.Bad() {
		return a.unreachable(errLost)
	}
	resp, err := a.patient(ctx, h.s, &epp.Command{Action: &epp.DomainTransfer{Op: epp.TransferQuery, Name: string(l.Intent.Name)}})
	if err != nil {
		return a.unreachable(err)
	}
	switch resp.Code() {
	case epp.CodeOK:
		if data, ok := epp.Find[*epp.DomainTransferData](resp.ResData); ok {
			v.transfer, v.gaining, v.losing = data, a.ours[data.ReID], a.ours[data.AcID]
			return nil
		}
	case epp.CodeNotPendingTransfer, epp.CodeAuthorization, epp.CodeInvalidAuthInfo, epp.CodeObjectDoesNotExist, epp.CodeUnimplementedCommand:
		return nil
	}
	return a.refusal(resp, fault.Unavailable, CodeUnreachable)
}

// judgeTransferRequest: a transfer is this intent's when we asked for it since the order was placed. Nobody else of
// ours can have: one intent per name is open.
func judgeTransferRequest(in domain.Intent, v view, sent bool) domain.Outcome {
	t := v.transfer
	switch {
	case !v.exists:
		return refuses(CodeNotOurs, "name", string(in.Name))
	case v.ours && sent:
		return did()
	case v.ours:
		return refuses(CodeAlreadyHere, "name", string(in.Name))
	case !sent || t == nil || !v.gaining || t.ReDate.Before(in.CreatedAt.Add(-slack)):
		return didNot()
	}
	switch t.TrStatus {
	case epp.TransferPending:
		return waits()
	case epp.TransferClientApproved, epp.TransferServerApproved:
		return cannotTell("status", string(t.TrStatus)) // approved, and not ours: it went on to somebody
	case epp.TransferClientRejected:
		return refuses(CodeTransferRejected, "name", string(in.Name), "registrar", t.AcID, "at", t.AcDate.UTC().Format(time.RFC3339))
	}
	return refuses(CodeTransferNotPending, "name", string(in.Name), "status", string(t.TrStatus))
}

// ended judges the answer to a transfer that somebody had to end: it was when the transfer stands at one of want.
func ended(in domain.Intent, v view, party bool, want ...epp.TransferStatus) domain.Outcome {
	if v.transfer == nil || !party {
		return refuses(CodeTransferNotPending, "name", string(in.Name), "status", "none")
	}
	for _, w := range want {
		if v.transfer.TrStatus == w {
			return did()
		}
	}
	if v.transfer.TrStatus == epp.TransferPending {
		return didNot()
	}
	return refuses(CodeTransferNotPending, "name", string(in.Name), "status", string(v.transfer.TrStatus))
}

func judgeTransferCancel(in domain.Intent, v view, _ bool) domain.Outcome {
	return ended(in, v, v.gaining, epp.TransferClientCancelled)
}

// judgeTransferApprove: an approval by the registry at the end of the wait comes to the same.
func judgeTransferApprove(in domain.Intent, v view, _ bool) domain.Outcome {
	return ended(in, v, v.losing, epp.TransferClientApproved, epp.TransferServerApproved)
}

func judgeTransferReject(in domain.Intent, v view, _ bool) domain.Outcome {
	return ended(in, v, v.losing, epp.TransferClientRejected)
}

func nextTransfer(op epp.TransferOp) func(domain.Intent, view) (*epp.Command, domain.Outcome) {
	return func(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
		t := &epp.DomainTransfer{Op: op, Name: string(in.Name)}
		if op == epp.TransferRequest {
			if len(v.codes) == 0 {
				return nil, refuses(CodeAuthWrong, "name", string(in.Name))
			}
			t.AuthInfo, t.Period = epp.Password(v.codes[0]), epp.Years(max(1, in.Payload.Years))
		}
		return &epp.Command{Action: t}, domain.Outcome{}
	}
}

func refineTransfer(_ domain.Intent, v view, _ *epp.Response, out *domain.Outcome) {
	if out.Code == string(CodeTransferUnfit) {
		out.Facts["statuses"] = statusWords(v.object.Statuses)
	}
}

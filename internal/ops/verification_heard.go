package ops

import (
	"context"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Expecting says whether an authority may have something to tell.
func (o *Ops) Expecting(ctx context.Context) (bool, error) {
	n, err := o.Store.Handed(ctx)
	return n > 0, err
}

// HeardVerdict takes over what an authority says by itself, in a queue or by a call. When it returns without an error
// the answer is kept, and may be acknowledged. An answer about a case that we don't know is kept as a case of the desk;
// but while a hand-over to that authority is without an answer it may be that one's, and is refused with
// "verification.not-found" until that is known.
func (o *Ops) HeardVerdict(ctx context.Context, authority, ownRef string, r Ruling) error {
	v, err := o.Store.VerificationBy(ctx, authority, r.Reference, ownRef)
	switch {
	case err == nil:
	case fault.Of(err).Kind != fault.Missing:
		return err
	default:
		out, herr := o.Store.HandedTo(ctx, authority)
		if herr != nil || out > 0 {
			return err
		}
		return o.Store.Commit(ctx, Plan{Writes: []Write{OpenCase{domain.Case{Subject: authority, Code: "verification.stray",
			Facts: map[string]string{"provider": authority, "reference": clipped(r.Reference, 64), "at": o.Now().UTC().Format(time.RFC3339)}, OpenedAt: o.Now()}}}})
	}
	x, err := o.loadRuling(ctx, v)
	if err != nil {
		return err
	}
	if x.v.State == domain.VerificationQueued || x.v.State == domain.VerificationDesk || x.v.State == domain.VerificationReading {
		// Of an earlier hand-over, which was given up: kept beside it.
		return o.Store.Commit(ctx, Plan{Writes: []Write{step(x.v, "late", authority, map[string]string{"provider": authority, "said": string(r.Kind), "answer": clipped(r.Answer, 300)}, o.Now())}})
	}
	x.ruling = r
	return o.landRuling(ctx, x)
}

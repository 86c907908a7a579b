package ops

import (
	"context"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Delete gives a name up. A registry takes one that it registered a few days ago away at once, and for good; any other
// can be restored until its redemption period ends. Nothing is refunded.
func (o *Ops) Delete(ctx context.Context, scope domain.Scope, name string) (OrderView, error) {
	return o.change(ctx, scope, []string{name}, change{action: domain.ActionDelete, kind: domain.IntentDelete, asked: "delete.asked",
		each: func(t domain.Tenure, _ policy.Suffix, _ int) (asking, error) {
			return asking{payload: domain.Payload{Expires: t.ExpiresAt}, facts: map[string]string{"expires": t.ExpiresAt.UTC().Format(time.DateOnly)}}, nil
		}})
}

// Restore takes a deleted name back out of its redemption period: for the suffix's price, charged when it is back.
// maxTotal is the price that was shown, 0: not checked.
func (o *Ops) Restore(ctx context.Context, scope domain.Scope, name string, maxTotal int64, key string) (OrderView, error) {
	now := o.Now()
	return o.change(ctx, scope, []string{name}, change{action: domain.ActionRestore, kind: domain.IntentRestore, asked: "restore.asked", refusal: policy.RefuseRedeem, key: key, maxTotal: maxTotal,
		each: func(t domain.Tenure, s policy.Suffix, _ int) (asking, error) {
			price, cost := PriceRestore(t, s, now)
			return asking{price: price, payload: domain.Payload{Cost: cost, DeletedAt: t.DeletedAt}, facts: map[string]string{"price": strconv.FormatInt(price, 10)}}, nil
		}})
}

// PriceRestore is what a restore costs its owner and us, minor units. A year that ran out before it is bought with it.
func PriceRestore(t domain.Tenure, s policy.Suffix, now time.Time) (price, cost int64) {
	price, _ = s.Price("redem", 1)
	cost = s.CostRedeem
	for end := t.ExpiresAt; !end.After(now) && !end.IsZero(); end = end.AddDate(1, 0, 0) {
		cost += s.CostRenew
	}
	return price, cost
}

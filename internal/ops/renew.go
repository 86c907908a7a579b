package ops

import (
	"context"
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// Renew asks for more years for up to 4,000 of the caller's names.
type Renew struct {
	Names     []string
	Years     int
	AutoRenew *int // nil: as it is
	Key       string
	MaxTotal  int64 // what the buyer was shown, minor units; 0: not checked
}

// Renew places an order: money is held for each name, and charged when the registry has renewed it. The expiry that the
// order rests on goes with it, so that what was renewed meanwhile is not renewed once more.
func (o *Ops) Renew(ctx context.Context, scope domain.Scope, in Renew) (OrderView, error) {
	now := o.Now()
	return o.change(ctx, scope, in.Names, change{action: domain.ActionRenew, kind: domain.IntentRenew, asked: "renew.asked", key: in.Key, refusal: policy.RefuseRenew,
		standing: []any{in.Years, in.AutoRenew}, maxTotal: in.MaxTotal,
		each: func(t domain.Tenure, s policy.Suffix, _ int) (asking, error) {
			price, cost, err := PriceRenew(t, s, in.Years, now)
			if err != nil {
				return asking{}, err
			}
			auto := t.AutoRenew
			if in.AutoRenew != nil {
				auto = *in.AutoRenew
			}
			return asking{price: price, payload: domain.Payload{Years: in.Years, Expires: t.ExpiresAt, Cost: cost, AutoRenew: auto},
				facts: map[string]string{"years": strconv.Itoa(in.Years), "expires": t.ExpiresAt.UTC().Format(time.DateOnly), "price": strconv.FormatInt(price, 10)}}, nil
		}})
}

// PriceRenew is what a renewal costs its owner and us, minor units, or why it can't be had: pages show the very price
// that is charged.
func PriceRenew(t domain.Tenure, s policy.Suffix, years int, now time.Time) (price, cost int64, err error) {
	if !s.Allows(years) || years >= s.MaxYears {
		return 0, 0, fault.New(fault.Invalid, "order.years", "name", naming.Display(t.Name), "years", strconv.Itoa(years))
	}
	if until := t.ExpiresAt.AddDate(years, 0, 0); until.After(now.AddDate(s.MaxYears, 0, 0)) {
		return 0, 0, fault.New(fault.Invalid, "renew.too-long", "name", naming.Display(t.Name), "years", strconv.Itoa(years),
			"until", until.UTC().Format(time.DateOnly), "limit", strconv.Itoa(s.MaxYears))
	}
	price, _ = s.Price("renew", years)
	return price, s.CostRenew * int64(years), nil
}

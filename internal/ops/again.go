package ops

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// digest is what an idempotency key stands for. Terms that come from the cart are no part of it: the first order emptied
// the cart, and its repetition must find it all the same. Neither is what was shown or accepted.
func digest(in Register, names []domain.Name) string {
	about := []any{in.Template, names, in.Years, in.NameServers, in.AutoRenew, in.LockUpdate, in.LockTransfer} // plain values
	if in.Alone && len(in.YearsOf) > 0 {                                                                       // terms that were given with the names
		about = append(about, in.YearsOf)
	}
	raw, _ := json.Marshal(about)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}

// earlier answers a key that was used before: with its order where the same was asked, else with a refusal.
func (o *Ops) earlier(ctx context.Context, scope domain.Scope, order domain.Order, asked string) (OrderView, error) {
	if order.Asked != "" && order.Asked != asked {
		return OrderView{}, fault.New(fault.Conflict, "order.key-used", "key", order.Key, "order", strconv.FormatInt(int64(order.ID), 10))
	}
	return o.Order(ctx, scope, order.ID)
}

// agreedFees are the premium fees that the buyer saw in the cart. A line can be old: each fee is held against the
// registry's of today, and one that has moved is put right in the cart and asks the buyer again. Where the registry
// can't be reached the fee stays as agreed, and the registry has the last word.
func (o *Ops) agreedFees(ctx context.Context, scope domain.Scope, cart []CartLine, names []domain.Name) (map[domain.Name]int64, error) {
	ordered := make(map[domain.Name]bool, len(names))
	for _, n := range names {
		ordered[n] = true
	}
	fees := map[domain.Name]int64{}
	lines := map[domain.Name]CartLine{}
	var premium []domain.Name
	for _, l := range cart {
		if l.Fee > 0 && ordered[l.Name] {
			fees[l.Name], lines[l.Name] = l.Fee, l
			premium = append(premium, l.Name)
		}
	}
	if len(premium) == 0 {
		return fees, nil
	}
	ctx, cancel := context.WithTimeout(ctx, feeCheck)
	defer cancel()
	var plan Plan
	var shown, now int64
	o.Search(ctx, scope, premium, func(f Found) {
		if (f.State != Available && f.State != Premium) || f.Fee == fees[f.Name] {
			return // what is taken or unknown is told by the registry itself
		}
		l := lines[f.Name]
		shown, now = shown+priceAt(f.Suffix, l.Years, l.Fee), now+priceAt(f.Suffix, l.Years, f.Fee)
		l.Fee, l.Renewal = f.Fee, f.Renewal
		plan.Writes = append(plan.Writes, PutCart{l})
	})
	if len(plan.Writes) == 0 {
		return fees, nil
	}
	if err := o.Store.Commit(context.WithoutCancel(ctx), plan); err != nil {
		return nil, err
	}
	return nil, fault.New(fault.Conflict, "order.price-changed", "shown", strconv.FormatInt(shown, 10),
		"now", strconv.FormatInt(now, 10), "currency", o.Policy().House.Currency)
}

func priceAt(s policy.Suffix, years int, fee int64) int64 {
	price, _ := priceNew(s, years, fee)
	return price
}

// agreedPrices asks registries about prices that a caller says he was shown and that are not the buyer's in the table: a
// premium name's is its registry's to confirm, and becomes the fee that goes out with it. What is dearer or cheaper by
// now fails, and so does what its registry can't be asked about.
func (o *Ops) agreedPrices(ctx context.Context, scope domain.Scope, in Register, asks []ask, fees map[domain.Name]int64, table *policy.Table) {
	own := map[domain.Name]*ask{}
	var names []domain.Name
	for i := range asks {
		n := asks[i].name
		shown := in.PriceOf[n]
		if asks[i].fault != nil || shown == 0 {
			continue
		}
		suffix, _ := table.Suffix(n.Suffix())
		if priceAt(suffix, in.years(n), fees[n]) != shown {
			own[n] = &asks[i]
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, feeCheck)
	defer cancel()
	o.Search(ctx, scope, names, func(f Found) {
		shown, now := in.PriceOf[f.Name], int64(0)
		switch f.State {
		case Available, Premium:
			now = priceAt(f.Suffix, in.years(f.Name), f.Fee)
		case Unknown:
			own[f.Name].fault = &fault.Error{Kind: fault.Unavailable, Code: f.Code, Facts: f.Facts}
			return
		default:
			own[f.Name].fault = &fault.Error{Kind: fault.Conflict, Code: f.Code, Facts: f.Facts}
			return
		}
		if now == shown {
			fees[f.Name] = f.Fee
			return
		}
		own[f.Name].fault = priceMoved(f.Name, shown, now, table.House.Currency)
	})
}

// priceMoved is the fault of a name that costs something else than was shown, minor units.
func priceMoved(n domain.Name, shown, now int64, currency string) error {
	return fault.New(fault.Conflict, "order.price-changed", "name", naming.Display(n), "shown", strconv.FormatInt(shown, 10),
		"now", strconv.FormatInt(now, 10), "currency", currency)
}

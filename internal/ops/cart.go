package ops

import (
	"context"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// CartView is the cart with today's prices.
type CartView struct {
	Lines    []CartPriced
	Total    int64 // minor units, of the lines that can be bought
	Currency string
}

// CartPriced is a line with today's price, or the code that says why it can't be bought.
type CartPriced struct {
	CartLine
	Display string
	Price   int64
	Renew   int64         // price of a year after the first
	Offer   *policy.Quote // the promotion in Price; nil: none
	Code    fault.Code
	Risk    *Risk       // what its next holder should know
	Facts   fault.Facts // evidence of Code
	Doubt   fault.Facts // people look at the name before it is registered; nil: they don't
}

// Cart reads the caller's cart.
func (o *Ops) Cart(ctx context.Context, scope domain.Scope) (CartView, error) {
	table, err := o.Prices(ctx, scope)
	if err != nil {
		return CartView{}, err
	}
	lines, err := o.Store.Cart(ctx, scope.Account)
	if err != nil {
		return CartView{}, err
	}
	names := make([]domain.Name, len(lines))
	for i, l := range lines {
		names[i] = l.Name
	}
	met, _, err := o.vet(ctx, scope.Account, names)
	if err != nil {
		return CartView{}, err
	}
	view := CartView{Currency: table.House.Currency}
	risks, err := o.Risks(ctx, names)
	if err != nil {
		return CartView{}, err
	}
	for _, l := range lines {
		p := CartPriced{CartLine: l, Display: naming.Display(l.Name)}
		v, hit := met[l.Name]
		if suffix, ok := table.Suffix(l.Name.Suffix()); hit && !v.Doubtful {
			p.Code, p.Facts = v.Code(), v.Facts() // a list has changed since
		} else if ok {
			if hit {
				p.Doubt = v.Facts()
			}
			p.Price, _ = priceNew(suffix, l.Years, l.Fee)
			p.Renew, _ = suffix.Price("renew", 1)
			if l.Renewal > 0 {
				p.Renew = marked(suffix, l.Renewal)
			}
			if l.Fee == 0 {
				p.Offer = offer(suffix, "new", l.Years)
			}
			view.Total += p.Price
		} else {
			p.Code = "suffix.unsupported"
		}
		if r, ok := risks[l.Name]; ok {
			p.Risk = &r
		}
		view.Lines = append(view.Lines, p)
	}
	return view, nil
}

// AddToCart puts a free name into the cart, or changes its years. The registry is asked once more, so that the
// premium fee that is agreed to is the registry's.
func (o *Ops) AddToCart(ctx context.Context, scope domain.Scope, typed string, years int) error {
	if scope.Account == 0 {
		return fault.New(fault.Denied, "account.denied")
	}
	found, err := o.CheckName(ctx, scope, typed)
	if err != nil {
		return err
	}
	if found.Code != "" {
		return fault.New(fault.Conflict, found.Code, flat(found.Facts)...)
	}
	if !found.Suffix.Allows(years) || (found.Fee > 0 && years != 1) {
		return fault.New(fault.Invalid, "order.years", "name", found.Display, "years", strconv.Itoa(years))
	}
	lines, err := o.Store.Cart(ctx, scope.Account)
	if err != nil {
		return err
	}
	if limit := o.Policy().House.MaxNames; len(lines) >= limit {
		return fault.New(fault.Limited, "input.too-many-names", "limit", strconv.Itoa(limit), "count", strconv.Itoa(len(lines)+1))
	}
	return o.Store.Commit(ctx, Plan{Writes: []Write{PutCart{CartLine{Account: scope.Account, Name: found.Name, Years: years, Fee: found.Fee, Renewal: found.Renewal, AddedAt: o.Now()}}}})
}

// RemoveFromCart takes names out of the cart; one that isn't in it is no fault.
func (o *Ops) RemoveFromCart(ctx context.Context, scope domain.Scope, typed ...string) error {
	drop := DropCart{Account: scope.Account}
	for _, s := range typed {
		n, err := naming.Parse(s)
		if err != nil {
			return err
		}
		drop.Names = append(drop.Names, n)
	}
	return o.Store.Commit(ctx, Plan{Writes: []Write{drop}})
}

func flat(f fault.Facts) []string {
	kv := make([]string, 0, 2*len(f))
	for k, v := range f {
		kv = append(kv, k, v)
	}
	return kv
}

package ops

import (
	"context"
	"slices"
	"strconv"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// AddManyToCart puts the free ones of many names into the cart, for a year each, and says how many those were. Names
// that are not free any more, or whose registry doesn't answer, are left out; names that are in the cart stay as they are.
func (o *Ops) AddManyToCart(ctx context.Context, scope domain.Scope, typed []string) (added int, err error) {
	if scope.Account == 0 {
		return 0, fault.New(fault.Denied, "account.denied")
	}
	names, err := parseNames(typed, o.Policy())
	if err != nil {
		return 0, err
	}
	lines, err := o.Store.Cart(ctx, scope.Account)
	if err != nil {
		return 0, err
	}
	inCart := make(map[domain.Name]bool, len(lines))
	for _, l := range lines {
		inCart[l.Name] = true
	}
	names = slices.DeleteFunc(names, func(n domain.Name) bool { return inCart[n] })
	if limit := o.Policy().House.MaxNames; len(lines)+len(names) > limit {
		return 0, fault.New(fault.Limited, "input.too-many-names", "limit", strconv.Itoa(limit), "count", strconv.Itoa(len(lines)+len(names)))
	}
	ctx, cancel := context.WithTimeout(ctx, listCheck)
	defer cancel()
	var writes []Write
	o.Search(ctx, scope, names, func(f Found) {
		if f.Code == "" && f.Suffix.Allows(1) {
			writes = append(writes, PutCart{CartLine{Account: scope.Account, Name: f.Name, Years: 1, Fee: f.Fee, Renewal: f.Renewal, AddedAt: o.Now()}})
		}
	})
	for part := range slices.Chunk(writes, writesAtOnce) {
		if err := o.Store.Commit(context.WithoutCancel(ctx), Plan{Writes: part}); err != nil {
			return added, err
		}
		added += len(part)
	}
	return added, nil
}

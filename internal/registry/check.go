package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// Check asks whether names are free, many in one command and several commands at once. Answers come in the order of
// names. A name that the registry says nothing of is an error: nothing is ever shown as free by default.
func (r *Registry) Check(ctx context.Context, registryAccount string, names []domain.Name) ([]ops.Availability, error) {
	a, err := r.account(registryAccount)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		found = make(map[domain.Name]ops.Availability, len(names))
	)
	work := make(chan []domain.Name)
	size := int(a.chunk.Load())
	for range min((len(names)+size-1)/size, max(1, a.Sessions-1)) {
		wg.Go(func() {
			for chunk := range work {
				got, err := a.check(ctx, chunk)
				mu.Lock()
				for _, v := range got {
					found[v.Name] = v
				}
				if err != nil && first == nil {
					first = err
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	for chunk := range slices.Chunk(names, size) {
		work <- chunk
	}
	close(work)
	wg.Wait()
	if first != nil {
		return nil, first
	}
	out := make([]ops.Availability, len(names))
	for i, n := range names {
		out[i] = found[n]
	}
	return out, nil
}

// check asks about one chunk. A registry may want fewer names in a command, or dislike one of them so much that it
// refuses all: the chunk is halved until what remains is answered, and a size that works is kept.
func (a *account) check(ctx context.Context, names []domain.Name) ([]ops.Availability, error) {
	got, err := a.checkTwice(ctx, names)
	if err == nil {
		return got, nil
	}
	f := fault.Of(err)
	switch f.Facts["epp"] {
	case "2004", "2005", "2306", "2308":
	default:
		return nil, err
	}
	if len(names) == 1 {
		return []ops.Availability{{Name: names[0], Reason: f.Facts["reason"]}}, nil
	}
	half := (len(names) + 1) / 2
	whole := true // neither half had to be divided
	var out []ops.Availability
	for part := range slices.Chunk(names, half) {
		got, err := a.checkTwice(ctx, part)
		if err != nil {
			whole = false
			if got, err = a.check(ctx, part); err != nil {
				return nil, err
			}
		}
		out = append(out, got...)
	}
	if size := a.chunk.Load(); whole && int32(half) < size {
		a.chunk.CompareAndSwap(size, int32(half))
	}
	return out, nil
}

// checkTwice tries another session when the first turns out dead.
func (a *account) checkTwice(ctx context.Context, names []domain.Name) ([]ops.Availability, error) {
	var last error
	c := readClass
	for range 2 {
		h := &holder{a: a}
		if err := h.ensure(ctx, c); err != nil {
			return nil, err
		}
		got, err := a.checkOn(ctx, h, names)
		bad := h.s.Bad()
		h.release()
		if err == nil {
			return got, nil
		}
		last = err
		if !bad || ctx.Err() != nil {
			break
		}
		c = freshClass
	}
	return nil, last
}

// checkOn asks on a session that somebody has already.
func (a *account) checkOn(ctx context.Context, h *holder, names []domain.Name) ([]ops.Availability, error) {
	if err := h.ensure(ctx, readClass); err != nil {
		return nil, err
	}
	check := &epp.DomainCheck{Names: make([]string, len(names))}
	for i, n := range names {
		check.Names[i] = string(n)
	}
	cmd := &epp.Command{Action: check}
	if h.s.HasService(epp.NSFee) {
		cmd.Extensions = []epp.Value{&epp.FeeCheck{Currency: a.Currency, Commands: []epp.FeeCommand{
			{Name: "create", Period: epp.Years(1)}, {Name: "renew", Period: epp.Years(1)}}}}
	}
	resp, err := a.patient(ctx, h.s, cmd)
	if err != nil {
		return nil, a.unreachable(err)
	}
	data, ok := epp.Find[*epp.DomainCheckData](resp.ResData)
	if resp.Code() != epp.CodeOK || !ok {
		return nil, a.refusal(resp, fault.Unavailable, CodeUnreachable)
	}
	answers := make(map[string]epp.CheckItem, len(data.Items))
	for _, item := range data.Items {
		answers[strings.ToLower(item.ID)] = item
	}
	fees, _ := epp.Find[*epp.FeeCheckData](resp.Extensions)
	out := make([]ops.Availability, len(names))
	for i, n := range names {
		item, ok := answers[string(n)]
		if !ok {
			return nil, a.unreachable(fmt.Errorf("registry: check says nothing of %s", n))
		}
		out[i] = ops.Availability{Name: n, Available: item.Avail, Reason: item.Reason}
		if fees != nil {
			a.price(&out[i], fees)
		}
	}
	return out, nil
}

// price reads the fees of a name. A name is premium where the registry puts it in a class of its own, or, where it
// names neither class nor standard, asks for another price than our policy's cost.
func (a *account) price(v *ops.Availability, fees *epp.FeeCheckData) {
	obj, ok := fees.Object(string(v.Name))
	if !ok || !obj.Avail {
		return
	}
	var fee, renew int64
	standard, priced := false, false
	for _, c := range obj.Commands {
		sum, ok := total(c.Fees, fees.Currency)
		if !ok {
			continue
		}
		switch c.Name {
		case "create":
			fee, standard, priced = sum, c.Standard, true
		case "renew":
			renew = sum
		}
	}
	if !priced {
		return
	}
	switch class := strings.ToLower(obj.Class); {
	case standard || class == "standard" || class == "default":
	case class != "":
		v.Premium = true
	default:
		suffix, ok := a.cfg.Suffix(v.Name.Suffix())
		v.Premium = ok && suffix.Currency == fees.Currency && suffix.Cost != fee
	}
	if v.Premium {
		v.Fee, v.RenewFee, v.Currency = fee, renew, fees.Currency
	}
}

func total(items []epp.FeeItem, currency string) (sum int64, ok bool) {
	for _, f := range items {
		n, err := epp.ParseAmount(f.Amount, digits(currency))
		if err != nil {
			return 0, false
		}
		sum += n
	}
	return sum, len(items) > 0
}

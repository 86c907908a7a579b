package storetest

import (
	"strings"
	"sync"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// chain: events are sealed once each, by however many nodes; what was changed, taken out or put in since is found.
func chain(b *bench) {
	a := b.rich(1000)
	write := func(kinds ...string) {
		b.Helper()
		p := ops.Plan{}
		for _, k := range kinds {
			p.Events = append(p.Events, domain.Event{Account: a.ID, Subject: "a.com", Kind: k, Actor: "x", Via: "api", Result: "ok", At: now})
		}
		if err := b.Commit(b.ctx, p); err != nil {
			b.Fatal(err)
		}
	}
	sound := func(want string) {
		b.Helper()
		off, err := b.CheckChain(b.ctx)
		if err != nil {
			b.Fatal(err)
		}
		if got := strings.Join(off, "; "); want == "" && got != "" || !strings.Contains(got, want) {
			b.Fatalf("the chain says %q, want %q", got, want)
		}
	}
	sound("")
	for must[int](b)(b.SealLog(b.ctx, wall, 100)) > 0 {
	}
	before := must[int64](b)(b.sealed())
	write("one", "two", "three", "four", "five", "six")
	sound("")
	var wg sync.WaitGroup
	counts := make([]int, 3)
	for i := range counts {
		wg.Go(func() {
			for {
				n, err := b.SealLog(b.ctx, wall, 2)
				if err != nil {
					b.Error(err)
				}
				if counts[i] += n; n == 0 || err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	if n := counts[0] + counts[1] + counts[2]; n != 6 {
		b.Fatalf("%d events sealed, want 6", n)
	}
	c, err := b.Chain(b.ctx)
	if err != nil || c.Sealed != before+6 || len(c.Head) != 64 || !c.SealedAt.Equal(wall) {
		b.Fatalf("%+v (%v)", c, err)
	}
	sound("")
	b.exec("update event set payload = replace(payload, 'three', 'more') where kind = 'three'")
	sound("has other words in event")
	b.exec("update event set payload = replace(payload, 'more', 'three') where kind = 'three'")
	sound("")
	// Words may be erased, where the law asks for it: their hash stays.
	b.exec("update event set payload = '' where kind = 'five'")
	sound("")
	b.exec("update event set chain_seq = null where kind = 'six'")
	sound("ends at")
	b.exec("update event set chain_hash = payload_hash where kind = 'four'")
	sound("is broken at event")
	b.exec("update event set chain_seq = 100000 where kind = 'two'")
	sound("lacks what stood at")
}

func (b *bench) sealed() (int64, error) {
	c, err := b.Chain(b.ctx)
	return c.Sealed, err
}

func (b *bench) exec(query string) {
	b.Helper()
	if _, err := b.DB().ExecContext(b.ctx, query); err != nil {
		b.Fatal(err)
	}
}

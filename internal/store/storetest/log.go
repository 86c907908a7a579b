package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// filteredLog: each condition narrows alone and together, pages don't overlap, and an event whose words were erased
// keeps its place.
func filteredLog(b *bench) {
	a, other := b.account(), b.account()
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	for i, e := range []domain.Event{
		{Account: a.ID, Subject: "a.com", Kind: "domain.registered", Actor: "system", At: day(0)},
		{Account: a.ID, Subject: "b.com", Kind: "domain.renewed", Actor: "me@x.example", At: day(1)},
		{Account: a.ID, Subject: "a.com", Kind: "domains.odd", Actor: "me@x.example", At: day(2)},
		{Account: other.ID, Subject: "a.com", Kind: "domain.renewed", Actor: "me@x.example", At: day(3)},
		{Account: a.ID, Subject: "a.com", Kind: "lock.changed", Actor: "AKID1", At: day(4)},
		{Account: a.ID, Subject: "late", Kind: "domain.renewed", Actor: "me@x.example", At: day(1)}, // written later than it is dated
	} {
		e.Via, e.Result, e.Facts = "api", "ok", map[string]string{"i": fmt.Sprint(i)}
		b.plan(ops.Plan{Events: []domain.Event{e}})
	}
	said := func(f ops.LogFilter) string {
		b.Helper()
		var out []string
		for _, l := range must[[]ops.LogLine](b)(b.LogLines(b.ctx, f)) {
			if l.Facts != nil {
				out = append(out, l.Facts["i"])
			} else if l.Erased {
				out = append(out, "erased "+l.Kind+" "+l.Subject)
			}
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		what string
		f    ops.LogFilter
		want string
	}{
		{"everybody's", ops.LogFilter{}, "5 4 3 2 1 0"},
		{"an account's", ops.LogFilter{Account: other.ID}, "3"},
		{"a kind", ops.LogFilter{Kind: "domain.renewed"}, "5 3 1"},
		{"a group", ops.LogFilter{Kind: "domain."}, "5 3 1 0"},
		{"a group that is no kind", ops.LogFilter{Kind: "domain"}, ""},
		{"an actor", ops.LogFilter{Account: a.ID, Actor: "me@x.example"}, "5 2 1"},
		{"from a day on, by time", ops.LogFilter{Since: day(1)}, "4 3 2 5 1"},
		{"before a day", ops.LogFilter{Until: day(1)}, "0"},
		{"a day", ops.LogFilter{Since: day(1), Until: day(2)}, "5 1"},
		{"all at once", ops.LogFilter{Account: a.ID, Subject: "a.com", Kind: "domain.", Actor: "system", Since: day(0), Until: day(1)}, "0"},
	} {
		b.same(c.what, said(c.f), c.want)
	}
	for _, f := range []ops.LogFilter{{Limit: 2}, {Since: day(0), Limit: 2}} {
		var pages []string
		for n := 0; n < 9; n++ {
			lines := must[[]ops.LogLine](b)(b.LogLines(b.ctx, f))
			for _, l := range lines {
				if l.Facts != nil {
					pages = append(pages, l.Facts["i"])
				}
			}
			if len(lines) == 0 {
				break
			}
			f.Before = int64(lines[len(lines)-1].ID)
		}
		want := "5 4 3 2 1 0"
		if !f.Since.IsZero() {
			want = "4 3 2 5 1 0"
		}
		b.same("page by page", strings.Join(pages, " "), want)
	}
	c := must[ops.LogChain](b)(b.LogChain(b.ctx))
	if c.Open < 6 || c.Sealed != 0 {
		b.Fatalf("%+v", c)
	}
	for must[int](b)(b.SealLog(b.ctx, wall, 100)) > 0 {
	}
	c = must[ops.LogChain](b)(b.LogChain(b.ctx))
	newest := must[[]ops.LogLine](b)(b.LogLines(b.ctx, ops.LogFilter{Limit: 1}))[0]
	if c.Open != 0 || c.Sealed < 6 || newest.Seq != c.Sealed || fmt.Sprintf("%x", newest.ChainHash) != c.Head || len(newest.PayloadHash) != 32 || !c.SealedAt.Equal(wall) {
		b.Fatalf("%+v, newest %+v", c, newest)
	}
	b.exec("update event set payload = '', actor = '' where kind = 'lock.changed'")
	b.same("erased", said(ops.LogFilter{Subject: "a.com", Kind: "lock."}), "erased lock.changed a.com")
	b.same("erased, of an actor", said(ops.LogFilter{Actor: "AKID1"}), "")
	if n := len(must[[]domain.Event](b)(b.Log(b.ctx, a.ID, "a.com", 0, 9))); n != 3 {
		b.Fatalf("%d events in the short list", n)
	}
}

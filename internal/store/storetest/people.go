package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func accounts(b *bench) {
	a := b.account()
	b.same("by id", must[domain.Account](b)(b.AccountByID(b.ctx, a.ID)), a)
	b.same("by address", must[domain.Account](b)(b.AccountByEmail(b.ctx, "A1@Example.com")), a)
	_, err := b.AccountByID(b.ctx, 99)
	b.refused(err, fault.Missing, "account.not-found")
	_, err = b.AccountByEmail(b.ctx, "nobody@example.com")
	b.refused(err, fault.Missing, "account.not-found")
	again := a
	again.ID = 50
	b.refuse(ops.Plan{Writes: []ops.Write{ops.InsertAccount{Account: again}}}, fault.Conflict, "account.email-taken")
	b.plan(ops.Plan{Events: []domain.Event{{Account: a.ID, Kind: "x", At: now}, {Account: a.ID, Kind: "y", At: now}, {Kind: "z", At: now}}})
	if got := must[domain.Account](b)(b.AccountByID(b.ctx, a.ID)).ViewVersion; got != 1 {
		b.Fatalf("the view version is %d after one commit with two events, want 1", got)
	}
}

func apiKeys(b *bench) {
	a, other := b.account(), b.account()
	k := domain.APIKey{SecretID: "AKIDabc", SealedSecret: []byte{0, 1}, Account: a.ID, Label: "ci", Role: domain.Owner, CreatedAt: now}
	b.commit(ops.InsertAPIKey{Key: k})
	b.same("key", must[domain.APIKey](b)(b.APIKey(b.ctx, "AKIDabc")), k)
	b.same("keys", must[[]domain.APIKey](b)(b.APIKeys(b.ctx, a.ID)), []domain.APIKey{k})
	b.same("another's keys", must[[]domain.APIKey](b)(b.APIKeys(b.ctx, other.ID)), []domain.APIKey{})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.RevokeAPIKey{Account: other.ID, SecretID: k.SecretID, At: now}}}, fault.Missing, "api-key.not-found")
	b.commit(ops.RevokeAPIKey{Account: a.ID, SecretID: k.SecretID, At: now})
	b.commit(ops.RevokeAPIKey{Account: a.ID, SecretID: k.SecretID, At: now.Add(time.Hour)})
	k.RevokedAt = now
	b.same("revoked key keeps its first time", must[domain.APIKey](b)(b.APIKey(b.ctx, "AKIDabc")), k)
	_, err := b.APIKey(b.ctx, "nothing")
	b.refused(err, fault.Missing, "api-key.not-found")
}

func sessions(b *bench) {
	at := wall
	s := b.SessionStore(func() time.Time { return at })
	if err := s.Commit("token", []byte("data"), wall.Add(time.Hour)); err != nil {
		b.Fatal(err)
	}
	if err := s.Commit("token", []byte("newer"), wall.Add(time.Hour)); err != nil {
		b.Fatal(err)
	}
	data, ok, err := s.Find("token")
	if err != nil || !ok || string(data) != "newer" {
		b.Fatalf("found %q, %t, %v", data, ok, err)
	}
	var kept int
	if err := b.DB().QueryRow("select count(*) from session where token_hash = $1", []byte("token")).Scan(&kept); err != nil || kept != 0 {
		b.Fatalf("the token itself is in the table: %d, %v", kept, err)
	}
	at = wall.Add(time.Hour)
	if _, ok, err := s.Find("token"); ok || err != nil {
		b.Fatalf("an expired session is found: %t, %v", ok, err)
	}
	if n, err := s.Prune(b.ctx); n != 1 || err != nil {
		b.Fatalf("pruned %d, %v", n, err)
	}
	at = wall
	if err := errors.Join(s.Commit("token", nil, wall.Add(time.Hour)), s.Delete("token"), s.Delete("never")); err != nil {
		b.Fatal(err)
	}
	if _, ok, _ := s.Find("token"); ok {
		b.Fatal("a deleted session is found")
	}
}

func templates(b *bench) {
	a := b.account()
	first := b.template(a.ID)
	first.IsDefault = true
	b.commit(ops.InsertTemplate{Template: first})
	b.same("template", must[domain.Template](b)(b.Template(b.ctx, first.ID)), first)
	second := b.template(a.ID)
	second.IsDefault, second.Contact.Kind, second.Contact.OrganizationCN, second.NextActionAt = true, domain.Individual, "李四", time.Time{}
	b.commit(ops.InsertTemplate{Template: second})
	first.IsDefault = false
	list, n := must2[domain.Template](b)(b.Templates(b.ctx, a.ID, ops.TemplateFilter{}))
	b.same("how many", n, 2)
	b.same("newest first, one default", list, []domain.Template{second, first})
	for _, c := range []struct {
		f    ops.TemplateFilter
		want int
	}{
		{ops.TemplateFilter{Kind: domain.Individual}, 1},
		{ops.TemplateFilter{Status: domain.TemplateApproved}, 0},
		{ops.TemplateFilter{Keyword: "示例_"}, 1},
		{ops.TemplateFilter{Keyword: "%"}, 0}, // not a wildcard
		{ops.TemplateFilter{Keyword: "EXAMPLE co"}, 2},
	} {
		if _, n, err := b.Templates(b.ctx, a.ID, c.f); err != nil || n != c.want {
			b.Fatalf("%+v: %d, %v, want %d", c.f, n, err, c.want)
		}
	}
	page, n := must2[domain.Template](b)(b.Templates(b.ctx, a.ID, ops.TemplateFilter{Page: ops.Page{Offset: 1, Limit: 1}}))
	if n != 2 || len(page) != 1 || page[0].ID != first.ID {
		b.Fatalf("the second page has %v of %d", page, n)
	}
	to := ops.SetTemplateStatus{ID: first.ID, From: domain.TemplateInAudit, To: domain.TemplateReject, Reason: "template.name", At: now.Add(time.Minute)}
	b.commit(to)
	first.Status, first.Reason, first.NextActionAt, first.UpdatedAt, first.Version = domain.TemplateReject, "template.name", time.Time{}, now.Add(time.Minute), 2
	b.same("rejected", must[domain.Template](b)(b.Template(b.ctx, first.ID)), first)
	b.refuse(ops.Plan{Writes: []ops.Write{to}}, fault.Conflict, "state.moved")
	_, err := b.Template(b.ctx, 999)
	b.refused(err, fault.Missing, "template.not-found")
}

func identifiers(b *bench) {
	const workers, rounds = 8, 40
	other := b.open()
	var mu sync.Mutex
	used := map[int64]bool{}
	claim := func(first int64, n int) {
		mu.Lock()
		defer mu.Unlock()
		for id := first; id < first+int64(n); id++ {
			if used[id] || id <= 0 || id >= 1<<53 {
				b.Errorf("identifier %d is out of range or given twice", id)
			}
			used[id] = true
		}
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			from := b.Store
			if w%2 == 1 {
				from = other
			}
			for r := range rounds {
				n := 1 + (w*rounds+r)*7%90
				first, err := from.NextIDs(b.ctx, n)
				if err != nil {
					b.Error(err)
					return
				}
				claim(first, n)
			}
		})
	}
	wg.Wait()
	// A process that was killed left its block unfinished; the next must not get any of it.
	first, err := b.open().NextIDs(b.ctx, 4001)
	if err != nil {
		b.Fatal(err)
	}
	claim(first, 4001)
}

func fixed(b *bench) {
	for _, c := range []struct{ name, value, want string }{{"a", "first", "first"}, {"a", "second", "first"}, {"b", "other", "other"}} {
		kept, err := b.Fix(b.ctx, c.name, []byte(c.value))
		if err != nil || string(kept) != c.want {
			b.Errorf("%s := %s: kept %q, %v", c.name, c.value, kept, err)
		}
	}
}

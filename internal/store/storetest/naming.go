package storetest

import (
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func wordLists(b *bench) {
	version := func() int64 { return must[int64](b)(b.WordVersion(b.ctx)) }
	if v := version(); v != 0 {
		b.Fatalf("an empty shelf has version %d", v)
	}
	one := domain.WordEntry{Word: "中国", Where: "contains", Note: "note", Except: []string{"中国馆"}}
	two := domain.WordEntry{Word: "china", Where: "word"}
	three := domain.WordEntry{Word: "casino", Where: "contains"}
	l := domain.WordList{Name: "restricted", Category: "restricted", Source: "rules", Dated: "2026-11-01", LoadedAt: now, LoadedBy: "ming",
		Entries: []domain.WordEntry{one, two}}
	other := domain.WordList{Name: "games", Category: "gambling", Doubtful: true, Suffixes: []string{"cn", "xn--fiqs8s"}, Source: "desk", Dated: "2026-11-02",
		LoadedAt: now, LoadedBy: "lan", Entries: []domain.WordEntry{three}}
	b.commit(ops.PutWords{List: l}, ops.PutWords{List: other})
	if v := version(); v != 2 {
		b.Fatalf("two lists: version %d", v)
	}
	l.Size, l.Version, other.Size, other.Version = 2, 1, 1, 2
	got, v, err := b.WordLists(b.ctx, true)
	if err != nil || v != 2 {
		b.Fatalf("version %d, %v", v, err)
	}
	b.same("with entries", got, []domain.WordList{other, l})
	bare := []domain.WordList{other, l}
	bare[0].Entries, bare[1].Entries = nil, nil
	got, _, err = b.WordLists(b.ctx, false)
	if err != nil {
		b.Fatal(err)
	}
	b.same("without", got, bare)
	first, after, err := b.WordEntries(b.ctx, "restricted", 0, 1)
	if err != nil {
		b.Fatal(err)
	}
	rest, _, err := b.WordEntries(b.ctx, "restricted", after, 5)
	if err != nil {
		b.Fatal(err)
	}
	b.same("page by page", append(first, rest...), l.Entries)

	// A decision rests on the version; a list loaded anew moves it.
	b.plan(ops.Plan{Expect: []ops.Expect{{Table: ops.TableWords, Version: 2}}})
	l.Entries = []domain.WordEntry{two}
	b.commit(ops.PutWords{List: l})
	b.refuse(ops.Plan{Expect: []ops.Expect{{Table: ops.TableWords, Version: 2}}}, fault.Conflict, "state.moved")
	got, v, err = b.WordLists(b.ctx, true)
	if err != nil || v != 3 {
		b.Fatalf("version %d, %v", v, err)
	}
	l.Size, l.Version = 1, 3
	b.same("loaded anew", got, []domain.WordList{other, l})
	b.commit(ops.DropWords{Name: "games"})
	b.refuse(ops.Plan{Writes: []ops.Write{ops.DropWords{Name: "games"}}}, fault.Missing, "words.not-found")
	if v := version(); v != 4 {
		b.Fatalf("a list dropped: version %d", v)
	}
	got, _, err = b.WordLists(b.ctx, true)
	if err != nil {
		b.Fatal(err)
	}
	b.same("one is left", got, []domain.WordList{l})
}

func runningNames(b *bench) {
	a := b.account()
	ended := b.tenure(a.ID, "b.com")
	b.commit(ops.InsertTenure{Tenure: b.tenure(a.ID, "c.com")}, ops.InsertTenure{Tenure: b.tenure(a.ID, "a.com")}, ops.InsertTenure{Tenure: ended},
		ops.EndTenure{ID: ended.ID, Version: 1, Reason: "deleted", At: now})
	b.same("first", must[[]domain.Name](b)(b.RunningNames(b.ctx, "", 1)), []domain.Name{"a.com"})
	b.same("rest", must[[]domain.Name](b)(b.RunningNames(b.ctx, "a.com", 5)), []domain.Name{"c.com"})
}

func namingReviews(b *bench) {
	a, other := b.rich(1000), b.account()
	r := domain.NamingReview{ID: domain.NamingReviewID(b.next()), Account: a.ID, Name: "china-tea.com", Kind: domain.ReviewAppeal, State: domain.ReviewOpen,
		Code: "registration.restricted-word", Facts: map[string]string{"word": "china"}, Statement: "we may", OpenedAt: now}
	b.commit(ops.InsertNamingReview{Review: r})
	b.same("read", must[domain.NamingReview](b)(b.NamingReview(b.ctx, r.ID)), r)
	_, err := b.NamingReview(b.ctx, 777)
	b.refused(err, fault.Missing, "naming.review-not-found")
	again := r
	again.ID = domain.NamingReviewID(b.next())
	b.refuse(ops.Plan{Writes: []ops.Write{ops.InsertNamingReview{Review: again}}}, fault.Conflict, "naming.appeal-open")
	theirs := r
	theirs.ID, theirs.Account, theirs.OpenedAt = domain.NamingReviewID(b.next()), other.ID, now.Add(-1)
	theirs.OpenedAt = now.AddDate(0, 0, -1)
	b.commit(ops.InsertNamingReview{Review: theirs})

	// A create that waits: it is not leased, it is dated, and it settles nothing by itself.
	p := b.order(a.ID, "doubt.com", "plain.com")
	w := placed(p)
	w.Intents[0].State = domain.IntentReview
	p.Writes[0] = w
	wait := domain.NamingReview{ID: domain.NamingReviewID(w.Items[0].ID), Account: a.ID, Name: "doubt.com", Kind: domain.ReviewDoubt, State: domain.ReviewOpen,
		Code: "registration.policy-word", Item: w.Items[0].ID, OpenedAt: now.AddDate(0, 0, 1)}
	p.Writes = append(p.Writes, ops.InsertNamingReview{Review: wait})
	b.plan(p)
	in, item, err := b.ReviewedIntent(b.ctx, wait.Item)
	if err != nil {
		b.Fatal(err)
	}
	b.same("its intent", in, w.Intents[0])
	b.same("its item", item, w.Items[0])
	if l := b.lease(10, wall); len(l) != 1 || l[0].Intent.Name != "plain.com" {
		b.Fatalf("leased %v", l)
	}
	late := must[[]domain.Intent](b)(b.OverdueIntents(b.ctx, now.AddDate(0, 0, 6), wall, 10))
	if len(late) != 1 || late[0].Name != "doubt.com" {
		b.Fatalf("overdue %v", late)
	}
	b.sound()

	list, n := must2[domain.NamingReview](b)(b.NamingReviews(b.ctx, 0, ops.NamingFilter{Open: true, Page: ops.Page{Limit: 2}}))
	b.same("the desk's queue, oldest first", list, []domain.NamingReview{theirs, r})
	if n != 3 {
		b.Fatalf("%d open", n)
	}
	list, _ = must2[domain.NamingReview](b)(b.NamingReviews(b.ctx, a.ID, ops.NamingFilter{}))
	b.same("its owner's, newest first", list, []domain.NamingReview{wait, r})
	list, _ = must2[domain.NamingReview](b)(b.NamingReviews(b.ctx, a.ID, ops.NamingFilter{Name: "doubt.com"}))
	b.same("of a name", list, []domain.NamingReview{wait})

	r.State, r.DecidedAt, r.DecidedBy, r.Note = domain.ReviewGranted, now, "ming", "so it is"
	b.commit(ops.SetNamingReview{Review: r})
	b.same("decided", must[domain.NamingReview](b)(b.NamingReview(b.ctx, r.ID)), r)
	b.refuse(ops.Plan{Writes: []ops.Write{ops.SetNamingReview{Review: r}}}, fault.Conflict, "state.moved")
	b.same("granted", must[map[domain.Name]bool](b)(b.GrantedNames(b.ctx, a.ID)), map[domain.Name]bool{"china-tea.com": true})
	b.same("to nobody else", must[map[domain.Name]bool](b)(b.GrantedNames(b.ctx, other.ID)), map[domain.Name]bool{})
	b.commit(ops.InsertNamingReview{Review: again}) // the earlier one is decided
	b.commit(ops.EndItemReview{Item: wait.Item, At: now}, ops.EndItemReview{Item: 999, At: now})
	if got := must[domain.NamingReview](b)(b.NamingReview(b.ctx, wait.ID)); got.State != domain.ReviewWithdrawn || !got.DecidedAt.Equal(now) {
		b.Fatalf("%+v", got)
	}
}

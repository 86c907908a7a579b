package storetest

import (
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// transforms is what changes of names leave in their rows.
func transforms(b *bench) {
	a := b.rich(1000)
	t := b.tenure(a.ID, "runs.com")
	t.DS = []domain.DS{{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: "AB12"}, {KeyTag: 0, Algorithm: 13, DigestType: 4, Digest: "CD34"}}
	t.SealedAuth, t.AuthUntil = []byte{0, 1, 255}, now.AddDate(0, 0, 5)
	b.commit(ops.InsertTenure{Tenure: t})
	b.same("inserted", must[domain.Tenure](b)(b.TenureByID(b.ctx, t.ID)), t)
	t.DS, t.SealedAuth, t.AuthUntil, t.DeletedAt = t.DS[1:], []byte{7}, now.AddDate(0, 0, 6), now.Add(time.Hour)
	b.commit(ops.SetTenure{Tenure: t})
	t.Version++
	b.same("changed", must[domain.Tenure](b)(b.TenureByName(b.ctx, "runs.com")), t)
	t.DS, t.SealedAuth, t.AuthUntil, t.DeletedAt = nil, nil, time.Time{}, time.Time{}
	b.commit(ops.SetTenure{Tenure: t})
	t.Version++
	list, _ := must2[domain.Tenure](b)(b.Tenures(b.ctx, a.ID, ops.TenureFilter{}))
	b.same("emptied", list, []domain.Tenure{t})
	t.EndedAt = now
	b.commit(ops.SetTenure{Tenure: t})
	_, err := b.TenureByID(b.ctx, t.ID)
	b.refused(err, fault.Missing, "domain.not-found")
	_, err = b.TenureByID(b.ctx, 777)
	b.refused(err, fault.Missing, "domain.not-found")
}

// payloads: an act keeps what it carries, and what was secret in it is gone once it is told to be.
func payloads(b *bench) {
	a := b.rich(1000)
	p := b.order(a.ID, "a.com")
	w := placed(p)
	in := &w.Intents[0]
	in.Kind = domain.IntentRenew
	in.Payload = domain.Payload{Version: domain.PayloadVersion, Years: 2, Expires: now.AddDate(1, 0, 0), AddStatuses: domain.Statuses{"clientHold"},
		RemStatuses: domain.Statuses{"clientUpdateProhibited"}, DS: []domain.DS{{KeyTag: 1, Algorithm: 8, DigestType: 2, Digest: "AB"}},
		SealedCodes: [][]byte{{0, 255}, {1}}, Until: now.AddDate(0, 0, 5), DeletedAt: now, Actor: "x"}
	p.Writes[0] = w
	b.plan(p)
	l := b.lease(1, wall)[0]
	b.same("payload", l.Intent.Payload, in.Payload)
	kept := l.Intent.Payload
	kept.SealedCodes = nil
	b.commit(ops.SetIntent{ID: l.Intent.ID, From: domain.IntentOpen, To: domain.IntentUnknown, NextTryAt: wall, Payload: &kept})
	l = b.lease(1, wall)[0]
	b.same("erased", l.Intent.Payload, kept)
	b.commit(ops.SetIntent{ID: l.Intent.ID, From: domain.IntentUnknown, To: domain.IntentUnknown, NextTryAt: wall})
	b.same("as it was", b.lease(1, wall)[0].Intent.Payload, kept)
}

// spending: what a name has cost is told by registry, name and time, less what was given back.
func spending(b *bench) {
	a := b.rich(1000)
	p := b.order(a.ID, "a.com", "b.com")
	b.plan(p)
	items := placed(p).Items
	at := func(when time.Time, e ledger.Entry) {
		b.plan(ops.Plan{Entries: []ledger.Entry{e}, Events: []domain.Event{{Account: a.ID, Subject: "a.com", Kind: "x", Result: "ok", At: when}}})
	}
	at(now, ledger.Spend("verisim", items[0].ID, 6800, "CNY"))
	at(now.AddDate(0, 0, 3), ledger.Spend("verisim", items[0].ID, 500, "CNY"))
	at(now, ledger.Spend("cnsim", items[0].ID, 70, "CNY"))
	at(now, ledger.Spend("verisim", items[1].ID, 9, "CNY"))
	check := func(since time.Time, want int64) {
		b.Helper()
		if got := must[int64](b)(b.SpentOn(b.ctx, "verisim", "a.com", since)); got != want {
			b.Errorf("spent since %s: %d, want %d", since, got, want)
		}
	}
	check(now, 7300)
	check(now.Add(time.Second), 500)
	check(now.AddDate(0, 0, 4), 0)
	at(now.AddDate(0, 0, 4), ledger.Credit("verisim", items[0].ID, 7300, "CNY"))
	check(now, 0)
	if bal := must[ops.Balances](b)(b.Balances(b.ctx)); bal.Accounts["deposit:verisim"] != -9 || bal.Accounts["cost:verisim"] != 9 || bal.Sum != 0 {
		b.Errorf("%+v", bal)
	}
}

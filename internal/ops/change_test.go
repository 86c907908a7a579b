package ops

import (
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/policy"
)

func runs(edit ...func(*domain.Tenure)) domain.Tenure {
	t := domain.Tenure{ID: 50, Account: 7, Name: "one.com", RegistryAccount: "verisim", Template: 3, Order: 40, Statuses: domain.Statuses{"ok"},
		NameServers: []string{"ns1.old.net"}, Years: 1, AutoRenew: 2, RegisteredAt: testNow.AddDate(-1, 0, 0), ExpiresAt: testNow.AddDate(0, 6, 0), Version: 4}
	for _, e := range edit {
		e(&t)
	}
	return t
}

func having(t domain.Tenure) OrderSnapshot {
	s := approved()
	s.Running[t.Name], s.Busy = t, map[domain.Name]bool{}
	return s
}

func renewal(years int) change {
	return change{action: domain.ActionRenew, kind: domain.IntentRenew, asked: "renew.asked", key: "k", standing: years,
		each: func(t domain.Tenure, s policy.Suffix, _ int) (asking, error) {
			price, cost, err := PriceRenew(t, s, years, testNow)
			return asking{price: price, payload: domain.Payload{Years: years, Expires: t.ExpiresAt, Cost: cost}}, err
		}}
}

func TestAChangeHoldsWhatItCosts(t *testing.T) {
	was := runs()
	plan, view, err := decideChange(buyer, []domain.Name{"one.com"}, renewal(3), having(was), testTable(t), 100, testNow)
	if err != nil {
		t.Fatal(err)
	}
	insert := plan.Writes[0].(InsertOrder)
	item, in := insert.Items[0], insert.Intents[0]
	if view.Total != 3*7500 || view.Doing != 1 || view.Number == "" || insert.Order.Total != 3*7500 || insert.Order.Key != "k" || insert.Order.Asked == "" {
		t.Errorf("order %+v", insert.Order)
	}
	if item.Price != 3*7500 || item.Hold != domain.Held || item.Currency != "CNY" || len(plan.Entries) != 1 || plan.Entries[0].Check() != nil ||
		plan.Entries[0].Postings[1].Amount != 3*7500 || plan.Entries[0].Ref != view.Number {
		t.Errorf("item %+v, entries %+v", item, plan.Entries)
	}
	p := in.Payload
	if in.Kind != domain.IntentRenew || in.State != domain.IntentQueued || in.RegistryAccount != "verisim" || in.Item != item.ID || in.ClTRID == "" ||
		!p.Expires.Equal(was.ExpiresAt) || p.Years != 3 || p.Cost != 3*6800 || p.Version != domain.PayloadVersion || p.Actor != buyer.Actor {
		t.Errorf("intent %+v", in)
	}
	if len(plan.Expect) != 2 || plan.Expect[0] != (Expect{TableTenure, 50, 4}) || plan.Expect[1].Table != TablePolicy || len(plan.Wake) != 1 {
		t.Errorf("expects %v, wakes %v", plan.Expect, plan.Wake)
	}
	free := change{action: domain.ActionDS, kind: domain.IntentDS, asked: "dnssec.change-asked", each: func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{}, nil }}
	plan, view, err = decideChange(buyer, []domain.Name{"one.com"}, free, having(was), testTable(t), 100, testNow)
	if err != nil || len(plan.Entries) != 0 || view.Number != "" || plan.Writes[0].(InsertOrder).Items[0].Hold != domain.HoldNone {
		t.Errorf("a free change: %+v %v", plan, err)
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	lock := func(status domain.Status, on bool) change {
		p := domain.Payload{AddStatuses: domain.Statuses{status}}
		if !on {
			p = domain.Payload{RemStatuses: domain.Statuses{status}}
		}
		return change{action: domain.ActionUpdateOn, kind: domain.IntentStatus, each: func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{payload: p}, nil }}
	}
	with := func(s ...domain.Status) func(*domain.Tenure) { return func(t *domain.Tenure) { t.Statuses = s } }
	shown := renewal(1)
	shown.maxTotal = 7499
	another := change{action: domain.ActionContacts, kind: domain.IntentContacts, template: 9, each: func(domain.Tenure, policy.Suffix, int) (asking, error) { return asking{}, nil }}
	unknown, waiting := having(runs()), having(runs())
	unknown.Template, waiting.Template.Status = domain.Template{}, domain.TemplateInAudit
	poor, busy := having(runs()), having(runs())
	poor.Wallet.Balance, busy.Busy["one.com"] = 7499, true
	for _, c := range []struct {
		what string
		c    change
		snap OrderSnapshot
		code fault.Code
	}{
		{"another's name", renewal(1), having(runs(func(t *domain.Tenure) { t.Account = 8 })), "domain.not-found"},
		{"no name here", renewal(1), approved(), "domain.not-found"},
		{"something is under way", renewal(1), busy, "domain.busy"},
		{"ten years more", renewal(10), having(runs()), "order.years"},
		{"beyond ten years from now", renewal(9), having(runs(func(t *domain.Tenure) { t.ExpiresAt = testNow.AddDate(2, 0, 0) })), "renew.too-long"},
		{"renewal is locked", renewal(1), having(runs(with("serverRenewProhibited"))), "domain.status-forbids"},
		{"in redemption", renewal(1), having(runs(with("pendingDelete", "redemptionPeriod"))), "domain.status-forbids"},
		{"too little money", renewal(1), poor, "wallet.insufficient"},
		{"another price was shown", shown, having(runs()), "order.price-changed"},
		{"transfer lock under the update lock", lock(domain.ClientTransferProhibited, true), having(runs(with("clientUpdateProhibited"))), "domain.update-prohibited"},
		{"a template that isn't there", another, unknown, "template.not-found"},
		{"a template that isn't approved", another, waiting, "template.not-approved"},
	} {
		plan, _, err := decideChange(buyer, []domain.Name{"one.com"}, c.c, c.snap, testTable(t), 100, testNow)
		if !fault.Is(err, c.code) || len(plan.Writes)+len(plan.Entries)+len(plan.Events) != 0 {
			t.Errorf("%s: %v, %d writes", c.what, err, len(plan.Writes))
		}
	}
	if _, _, err := decideChange(buyer, []domain.Name{"one.com"}, lock(domain.ClientUpdateProhibited, false), having(runs(with("clientUpdateProhibited"))), testTable(t), 100, testNow); err != nil {
		t.Errorf("an update lock can't be lifted: %v", err)
	}
	if _, _, err := decideChange(buyer, []domain.Name{"one.com"}, renewal(9), having(runs()), testTable(t), 100, testNow); err != nil {
		t.Errorf("nine years and a half are not beyond ten: %v", err)
	}
}

// Every act has its sequel: what becomes of the name's row and of the money when it was done, and when it was refused.
func TestSequels(t *testing.T) {
	obj := domain.Object{Name: "one.com", Sponsor: "ours", ROID: "D1", Statuses: domain.Statuses{"clientHold"}, NameServers: []string{"ns9.new.net"},
		DS: []domain.DS{{KeyTag: 1, Algorithm: 8, DigestType: 2, Digest: "AB"}}, ExpiresAt: testNow.AddDate(1, 6, 0)}
	auto := obj
	auto.Statuses = domain.Statuses{"autoRenewPeriod"}
	until := testNow.AddDate(0, 0, 5)
	for _, c := range []struct {
		kind    domain.IntentKind
		payload domain.Payload
		outcome domain.Outcome
		event   string
		changed func(now, was domain.Tenure) bool
	}{
		{domain.IntentRenew, domain.Payload{Years: 1, AutoRenew: 1, Cost: 6800}, domain.Outcome{Object: obj}, "domain.renewed",
			func(now, was domain.Tenure) bool {
				return now.ExpiresAt.Equal(obj.ExpiresAt) && now.Years == 2 && now.AutoRenew == 1 && now.NextActionAt.After(testNow)
			}},
		{domain.IntentRenew, domain.Payload{Years: 1}, domain.Outcome{Object: auto}, "domain.renewed",
			func(now, _ domain.Tenure) bool { return now.ExpiresAt.Equal(auto.ExpiresAt) }},
		{domain.IntentUpdateNS, domain.Payload{}, domain.Outcome{Object: auto}, "dns.changed", // the registry's own year isn't paid for by that
			func(now, was domain.Tenure) bool {
				return now.ExpiresAt.Equal(was.ExpiresAt) && now.NameServers[0] == "ns9.new.net"
			}},
		{domain.IntentUpdateNS, domain.Payload{}, domain.Outcome{Object: obj}, "dns.changed", func(now, _ domain.Tenure) bool { return now.NameServers[0] == "ns9.new.net" }},
		{domain.IntentStatus, domain.Payload{AddStatuses: domain.Statuses{"clientHold"}}, domain.Outcome{Object: obj}, "lock.changed",
			func(now, _ domain.Tenure) bool { return now.Statuses.Has("clientHold") }},
		{domain.IntentDS, domain.Payload{}, domain.Outcome{Object: obj}, "dnssec.changed", func(now, _ domain.Tenure) bool { return len(now.DS) == 1 }},
		{domain.IntentContacts, domain.Payload{}, domain.Outcome{Object: obj}, "registrant.changed", func(now, _ domain.Tenure) bool { return now.Template == 77 }},
		{domain.IntentAuth, domain.Payload{SealedCodes: [][]byte{{1}, {2}}, Until: until}, domain.Outcome{Object: obj, Taken: 1}, "auth-code.set",
			func(now, _ domain.Tenure) bool {
				return len(now.SealedAuth) == 1 && now.SealedAuth[0] == 2 && now.AuthUntil.Equal(until) && now.NextActionAt.Equal(until)
			}},
		{domain.IntentAuth, domain.Payload{}, domain.Outcome{Object: obj}, "auth-code.set", func(now, _ domain.Tenure) bool { return now.SealedAuth == nil && now.AuthUntil.IsZero() }},
		{domain.IntentDelete, domain.Payload{}, domain.Outcome{Object: obj}, "domain.deleted",
			func(now, _ domain.Tenure) bool { return now.EndedAt.IsZero() && now.DeletedAt.Equal(testNow) }},
		{domain.IntentDelete, domain.Payload{}, domain.Outcome{}, "domain.deleted",
			func(now, was domain.Tenure) bool {
				return now.EndedAt.Equal(testNow) && now.NextActionAt.IsZero() && now.ExpiresAt.Equal(was.ExpiresAt) && now.SealedAuth == nil
			}},
		{domain.IntentRestore, domain.Payload{Cost: 56000}, domain.Outcome{Object: obj}, "domain.restored", func(now, _ domain.Tenure) bool { return now.DeletedAt.IsZero() }},
		{domain.IntentTransferApprove, domain.Payload{}, domain.Outcome{}, "transfer.left", func(now, _ domain.Tenure) bool { return now.EndedAt.Equal(testNow) }},
		{domain.IntentTransferReject, domain.Payload{}, domain.Outcome{Object: obj}, "transfer.rejected", func(now, _ domain.Tenure) bool { return now.EndedAt.IsZero() }},
		{domain.IntentTransferCancel, domain.Payload{}, domain.Outcome{}, "transfer.cancelled", func(domain.Tenure, domain.Tenure) bool { return true }},
	} {
		was := runs(func(t *domain.Tenure) {
			t.SealedAuth, t.AuthUntil, t.DeletedAt = []byte{9}, until, testNow.AddDate(0, 0, -3)
		})
		l := landing{leased: domain.Leased{Was: domain.IntentQueued, Intent: domain.Intent{ID: 9, Item: 8, Account: 7, RegistryAccount: "verisim", Name: "one.com",
			Template: 77, Kind: c.kind, State: domain.IntentOpen, Payload: c.payload}}, tenure: &was, outcome: c.outcome, spent: 6800,
			item:  domain.Item{ID: 8, Account: 7, Name: "one.com", Status: domain.ItemDoing, Price: 500, Currency: "CNY", Hold: domain.Held},
			house: testTable(t).House}
		l.outcome.Kind = domain.OutcomeAccepted
		if c.kind != domain.IntentDelete {
			l.spent = 0
		}
		plan, err := decideOutcome(l, testNow, testNow)
		if err != nil {
			t.Fatal(err)
		}
		var set *SetTenure
		money := map[string]int{}
		for _, e := range plan.Entries {
			if err := e.Check(); err != nil {
				t.Errorf("%s: %v", c.kind, err)
			}
			money[e.Kind]++
		}
		for _, w := range plan.Writes {
			switch w := w.(type) {
			case SetTenure:
				set = &w
			case SetItem:
				if w.To != domain.ItemSuccess || w.HoldTo != domain.HoldCaptured {
					t.Errorf("%s: item %+v", c.kind, w)
				}
			case SetIntent:
				if w.To != domain.IntentAccepted || (len(c.payload.SealedCodes) > 0) != (w.Payload != nil) || w.Payload != nil && w.Payload.SealedCodes != nil {
					t.Errorf("%s: intent %+v", c.kind, w)
				}
			}
		}
		if set == nil || set.Tenure.Version != 4 || !c.changed(set.Tenure, was) {
			t.Errorf("%s: tenure %+v", c.kind, set)
		}
		if money["capture"] != 1 || (c.payload.Cost > 0) != (money["cost"] == 1) || (l.spent > 0) != (money["cost-credit"] == 1) {
			t.Errorf("%s: money %v", c.kind, money)
		}
		if len(plan.Events) != 1 || plan.Events[0].Kind != c.event {
			t.Errorf("%s: events %+v", c.kind, plan.Events)
		}

		// Refused: the money comes back, there is a case, and nothing of the name changes but what was seen.
		l.outcome = domain.Outcome{Kind: domain.OutcomeRefused, Code: "renew.expiry-moved", Facts: map[string]string{"found": "2027-05-23"}, Object: obj}
		plan, err = decideOutcome(l, testNow, testNow)
		if err != nil {
			t.Fatal(err)
		}
		cases, seen := 0, false
		for _, w := range plan.Writes {
			switch w := w.(type) {
			case OpenCase:
				if cases++; w.Case.Code != "renew.expiry-moved" || w.Case.Facts["refunded"] != "500" {
					t.Errorf("%s: case %+v", c.kind, w.Case)
				}
			case SetTenure:
				seen = w.Tenure.ExpiresAt.Equal(obj.ExpiresAt) && w.Tenure.EndedAt.IsZero() && w.Tenure.Template == 3 && w.Tenure.DeletedAt.Equal(was.DeletedAt)
			case SetIntent:
				if w.To != domain.IntentRefused || w.Payload != nil && w.Payload.SealedCodes != nil {
					t.Errorf("%s: intent %+v", c.kind, w)
				}
			}
		}
		if cases != 1 || !seen || len(plan.Entries) != 1 || plan.Entries[0].Kind != "release" || plan.Events[0].Kind != sequels[c.kind].failed {
			t.Errorf("%s refused: %d cases, seen %v, %+v", c.kind, cases, seen, plan.Events)
		}
	}
	for _, k := range domain.IntentKinds {
		s := sequels[k]
		if s.done == "" || s.failed == "" || s.refused == "" || s.late == "" {
			t.Errorf("%s has no sequel", k)
		}
		starts := k == domain.IntentCreate || k == domain.IntentTransferRequest
		if (s.land == nil) != starts || (mends[k] == nil) != starts {
			t.Errorf("%s: starts a tenure %v, codes that it mends %v", k, s.land == nil, mends[k])
		}
	}
}

// A pending act that turns out not to have been done is refused with a code of its kind.
func TestWhatPendedAndWasNotDone(t *testing.T) {
	was := runs()
	l := landing{leased: domain.Leased{Was: domain.IntentPending, Intent: domain.Intent{ID: 9, Item: 8, Account: 7, Name: "one.com", Kind: domain.IntentRenew,
		State: domain.IntentPending, Absences: 1, SentAt: testNow.Add(-time.Hour)}}, tenure: &was, outcome: domain.Outcome{Kind: domain.OutcomeAbsent}, longest: time.Second,
		item: domain.Item{ID: 8, Account: 7, Status: domain.ItemDoing, Price: 500, Currency: "CNY", Hold: domain.Held}, house: testTable(t).House}
	plan, err := decideOutcome(l, testNow, testNow)
	if err != nil || plan.Events[0].Result != "renew.refused" || plan.Entries[0].Kind != "release" {
		t.Errorf("%+v %v", plan, err)
	}
}

func TestDSRecords(t *testing.T) {
	good := domain.DS{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: strings.Repeat("ab ", 32)}
	got, err := checkDS([]domain.DS{good})
	if err != nil || got[0].Digest != strings.Repeat("AB", 32) {
		t.Errorf("%v %v", got, err)
	}
	edit := func(f func(*domain.DS)) domain.DS { d := good; f(&d); return d }
	var many []domain.DS
	for i := range 9 {
		many = append(many, edit(func(d *domain.DS) { d.KeyTag = uint16(i) }))
	}
	for _, c := range []struct {
		ds    []domain.DS
		field string
		rule  string
	}{
		{[]domain.DS{edit(func(d *domain.DS) { d.Algorithm = 0 })}, "algorithm", "range"},
		{[]domain.DS{edit(func(d *domain.DS) { d.DigestType = 3 })}, "digest_type", "unknown"},
		{[]domain.DS{edit(func(d *domain.DS) { d.Digest = "zz" })}, "digest", "hexadecimal"},
		{[]domain.DS{edit(func(d *domain.DS) { d.DigestType = 4 })}, "digest", "length"},
		{[]domain.DS{good, good}, "digest", "twice"},
		{many, "records", "count"},
	} {
		_, err := checkDS(c.ds)
		if f := fault.Of(err); !fault.Is(err, "input.ds-malformed") || f.Facts["field"] != c.field || f.Facts["rule"] != c.rule {
			t.Errorf("%v: %v", c.ds, err)
		}
	}
	read, err := ParseDS("\n60485 8 2 ABCD EF\r\nexample.com. 3600 IN DS 1 13 4 00\n")
	if err != nil || len(read) != 2 || read[0] != (domain.DS{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: "ABCDEF"}) || read[1] != (domain.DS{KeyTag: 1, Algorithm: 13, DigestType: 4, Digest: "00"}) {
		t.Errorf("%v %v", read, err)
	}
	for text, field := range map[string]string{"1 8 2": "records", "65536 8 2 AB": "key_tag", "1 256 2 AB": "algorithm", "1 8 x AB": "digest_type"} {
		if _, err := ParseDS(text); fault.Of(err).Facts["field"] != field {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAuthCodesEnd(t *testing.T) {
	until := testNow.AddDate(0, 0, 5)
	drawn := runs(func(t *domain.Tenure) { t.SealedAuth, t.AuthUntil = []byte{1}, until })
	if _, err := decideShowAuthCode(buyer, runs(), testNow); !fault.Is(err, "auth-code.none") {
		t.Errorf("none was drawn: %v", err)
	}
	if _, err := decideShowAuthCode(buyer, drawn, until); !fault.Is(err, "auth-code.none") {
		t.Errorf("its days are over: %v", err)
	}
	plan, err := decideShowAuthCode(buyer, drawn, until.Add(-time.Second))
	if shown := plan.Writes[0].(SetTenure).Tenure; err != nil || shown.SealedAuth != nil || !shown.AuthUntil.Equal(until) {
		t.Errorf("%+v %v", plan, err)
	}
	if at := nextAction(drawn, testNow, testTable(t).House); !at.Equal(until) {
		t.Errorf("its end is not due: %s", at)
	}
	plan = decideAuthExpiry(drawn, having(drawn), testTable(t), 100, until)
	insert, after := plan.Writes[0].(InsertOrder), plan.Writes[1].(SetTenure).Tenure
	if in := insert.Intents[0]; in.Kind != domain.IntentAuth || len(in.Payload.SealedCodes) != 0 || in.Payload.Actor != "system" || after.SealedAuth != nil || !after.NextActionAt.After(until) {
		t.Errorf("%+v", plan)
	}
	locked := runs(func(t *domain.Tenure) { t.AuthUntil, t.Statuses = until, domain.Statuses{"clientUpdateProhibited"} })
	plan = decideAuthExpiry(locked, having(locked), testTable(t), 100, until)
	if after := plan.Writes[0].(SetTenure).Tenure; len(plan.Writes) != 1 || after.AuthUntil.IsZero() || !after.NextActionAt.After(until) || plan.Events[0].Facts["waits"] != "domain.update-prohibited" {
		t.Errorf("a locked name's code is not waited for: %+v", plan)
	}
}

// The owner is told how each order ended, by a letter that fits; what the house did by itself is not mailed.
func TestHowOrdersAreTold(t *testing.T) {
	for action, want := range map[domain.Action]string{domain.ActionNew: "order-done", domain.ActionDNS: "name-servers-changed", domain.ActionRenew: "changes-done", domain.ActionAuth: "changes-done"} {
		v := OrderView{Order: domain.Order{ID: 1, Account: 7, Action: action, Count: 1, Via: "console"}, Success: 1}
		plan := decideFinished(v, domain.Account{ID: 7, Email: "a@b.example"}, testNow)
		if len(plan.Messages) != 1 || plan.Messages[0].Kind != want || plan.Messages[0].Facts["action"] != string(action) {
			t.Errorf("%s: %+v", action, plan.Messages)
		}
		v.Via = "system"
		if plan = decideFinished(v, domain.Account{ID: 7}, testNow); len(plan.Messages) != 0 {
			t.Errorf("%s by the house: %+v", action, plan.Messages)
		}
	}
}

// The states of an act lead where the table says, whatever its kind: nothing but two absences leads back to sending.
func TestDeadlinesOfChanges(t *testing.T) {
	for _, kind := range domain.IntentKinds {
		in := domain.Intent{ID: 9, Item: 8, Account: 7, Name: "one.com", RegistryAccount: "verisim", Kind: kind, State: domain.IntentQueued, CreatedAt: testNow}
		item := domain.Item{ID: 8, Account: 7, Status: domain.ItemDoing, Price: 500, Currency: "CNY", Hold: domain.Held}
		plan, ok := decideOverdue(in, item, testNow)
		if !ok || plan.Events[0].Result != string(sequels[kind].late) || plan.Entries[0].Kind != "release" {
			t.Errorf("%s never sent: %+v", kind, plan)
		}
		in.State = domain.IntentUnknown
		if plan, ok = decideOverdue(in, item, testNow); !ok || len(plan.Entries) != 0 || plan.Writes[0].(SetIntent).To != domain.IntentParked {
			t.Errorf("%s perhaps sent: %+v", kind, plan)
		}
		if step, err := lifecycle.Next(domain.IntentUnknown, lifecycle.Absent); err != nil || step.To != domain.IntentUnknown {
			t.Errorf("one absence leads to %v", step)
		}
	}
}

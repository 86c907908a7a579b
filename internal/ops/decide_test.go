package ops

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/policy"
	"pgregory.net/rapid"
)

var (
	testNow = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	buyer   = domain.Scope{Account: 7, Actor: "buyer@example.com", IP: "192.0.2.1", Via: "console"}
)

func testTable(t interface{ Fatal(...any) }) *policy.Table {
	rows, err := policy.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	table, err := policy.Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func approved() OrderSnapshot {
	return OrderSnapshot{Wallet: Wallet{Currency: "CNY", Balance: 1_000_000},
		Template: domain.Template{ID: 3, Account: 7, Version: 2, Status: domain.TemplateApproved}, Running: map[domain.Name]domain.Tenure{}}
}

func decide(t *testing.T, in Register, snap OrderSnapshot, fees map[domain.Name]int64) (Plan, OrderView, error) {
	t.Helper()
	table := testTable(t)
	if in.Agreement == "" {
		in.Agreement = table.House.Agreement
	}
	asks, err := readNames(in.Names, table)
	if err != nil {
		return Plan{}, OrderView{}, err
	}
	return decideRegister(buyer, in, asks, snap, fees, table, make([][]byte, len(asks)), 100, testNow)
}

func TestRegisterHoldsWhatItOrders(t *testing.T) {
	snap := approved()
	snap.Running["taken.com"] = domain.Tenure{Name: "taken.com", Account: 8, RegisteredAt: testNow}
	plan, view, err := decide(t, Register{Template: 3, Years: 2, Names: []string{"One.com", "taken.com", "two.cn", "gold.top"},
		YearsOf: map[domain.Name]int{"gold.top": 1}}, snap, map[domain.Name]int64{"gold.top": 100_000})
	if err != nil {
		t.Fatal(err)
	}
	want := int64(6800+7500) + (3600 + 3800) + 110_000
	if view.Total != want || view.Doing != 3 || view.Failed != 1 {
		t.Errorf("total %d (want %d), doing %d, failed %d", view.Total, want, view.Doing, view.Failed)
	}
	var held int64
	for _, e := range plan.Entries {
		if err := e.Check(); err != nil {
			t.Error(err)
		}
		held += e.Postings[1].Amount
	}
	if held != want {
		t.Errorf("held %d of %d", held, want)
	}
	insert := plan.Writes[0].(InsertOrder)
	if len(insert.Items) != 4 || len(insert.Intents) != 3 {
		t.Fatalf("%d items, %d intents", len(insert.Items), len(insert.Intents))
	}
	seen := map[int64]bool{int64(insert.Order.ID): true}
	for _, it := range insert.Items {
		if seen[int64(it.ID)] {
			t.Errorf("identifier %d twice", it.ID)
		}
		seen[int64(it.ID)] = true
	}
	for _, in := range insert.Intents {
		if seen[int64(in.ID)] || in.ClTRID == "" || in.State != domain.IntentQueued {
			t.Errorf("intent %+v", in)
		}
		seen[int64(in.ID)] = true
	}
	if p := insert.Intents[2].Payload; p.Fee != 100_000 || p.Cost != 100_000 || p.FeeCurrency != "CNY" {
		t.Errorf("premium payload %+v", p)
	}
	if len(plan.Expect) != 3 || plan.Expect[0] != (Expect{TableTemplate, 3, 2}) {
		t.Errorf("expects %v", plan.Expect)
	}
	if len(plan.Wake) != 3 {
		t.Errorf("wakes %v", plan.Wake)
	}
}

var registrant = domain.Contact{Kind: domain.Individual, OrganizationCN: "苏禾", Organization: "Su He", NameCN: "苏禾", Name: "Su He", CountryCN: "中国", Country: "CN",
	ProvinceCN: "浙江", CityCN: "杭州", StreetCN: "云栖路 8 号", Street: "8 Yunqi Road", PostalCode: "310000", Telephone: "+86.13800000000", Email: "a@example.com"}

// A suffix whose registry waits for the proof takes a registrant template before its review.
func TestRegisterBeforeTheReview(t *testing.T) {
	for _, status := range []domain.TemplateStatus{domain.TemplateNotUpload, domain.TemplateInAudit, domain.TemplateReject, domain.TemplateNotVerified} {
		snap := approved()
		snap.Template.Status, snap.Template.Contact = status, registrant
		snap.Template.CertificateType, snap.Template.MaskedNumber = "SFZ", "330***"
		plan, view, err := decide(t, Register{Template: 3, Years: 1, Names: []string{"one.com", "two.xyz"}}, snap, nil)
		if err != nil || view.Doing != 2 || len(plan.Entries) != 2 {
			t.Errorf("%s: %v %+v", status, err, view)
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	many := make([]string, 4001)
	for i := range many {
		many[i] = fmt.Sprintf("n%d.com", i)
	}
	good := Register{Template: 3, Years: 1, Names: []string{"one.com"}}
	poor, unknown, waiting := approved(), approved(), approved()
	poor.Wallet.Balance = 6799
	unknown.Template = domain.Template{}
	waiting.Template.Status = domain.TemplateInAudit
	waiting.Template.Contact, waiting.Template.CertificateType, waiting.Template.MaskedNumber = registrant, "SFZ", "330***"
	partial, old := waiting, approved()
	partial.Template.Contact.StreetCN = " "
	old.Template.OldForm = true
	edit := func(f func(*Register)) Register { r := good; f(&r); return r }
	for _, c := range []struct {
		code fault.Code
		in   Register
		snap OrderSnapshot
		fees map[domain.Name]int64
	}{
		{"input.no-names", edit(func(r *Register) { r.Names = nil }), approved(), nil},
		{"input.too-many-names", edit(func(r *Register) { r.Names = many }), approved(), nil},
		{"input.duplicate-name", edit(func(r *Register) { r.Names = []string{"a1.com", "A1.COM."} }), approved(), nil},
		{"input.name-malformed", edit(func(r *Register) { r.Names = []string{"-a.com"} }), approved(), nil},
		{"suffix.unsupported", edit(func(r *Register) { r.Names = []string{"abc.example"} }), approved(), nil},
		{"order.years", edit(func(r *Register) { r.Years = 11 }), approved(), nil},
		{"order.years", edit(func(r *Register) { r.Years = 2 }), approved(), map[domain.Name]int64{"one.com": 5}},
		{"order.agreement-old", edit(func(r *Register) { r.Agreement = "1999-01-01" }), approved(), nil},
		{"template.not-found", good, unknown, nil},
		{"template.not-approved", edit(func(r *Register) { r.Names = []string{"one.com", "two.cn"} }), waiting, nil},
		{"template.field-missing", good, partial, nil},
		{"registration.template-unusable", good, old, nil},
		{"wallet.insufficient", good, poor, nil},
		{"order.price-changed", edit(func(r *Register) { r.MaxTotal = 6799 }), approved(), nil},
		{"input.name-servers", edit(func(r *Register) { r.NameServers = []string{"ns1.example.com"} }), approved(), nil},
		{"input.name-servers", edit(func(r *Register) { r.NameServers = []string{"ns1.example.com", "NS1.example.com."} }), approved(), nil},
	} {
		plan, _, err := decide(t, c.in, c.snap, c.fees)
		if !fault.Is(err, c.code) {
			t.Errorf("%v: got %v", c.code, err)
		}
		if len(plan.Writes)+len(plan.Entries)+len(plan.Events) != 0 {
			t.Errorf("%v: a refusal changes something", c.code)
		}
	}
}

// What can't be ordered fails alone where that is asked for, each name with its own reason and nothing held for it; the
// balance goes as far as it lasts, in the names' order.
func TestRegisterNamesAlone(t *testing.T) {
	snap := approved()
	snap.Template.Status, snap.Template.Contact = domain.TemplateInAudit, registrant
	snap.Template.CertificateType, snap.Template.MaskedNumber = "SFZ", "330***"
	snap.Running["taken.com"] = domain.Tenure{Name: "taken.com", Account: 8, RegisteredAt: testNow}
	snap.Wallet.Balance = 2*6800 + 1600
	names := []string{"one.com", "-a.com", "ONE.com", "abc.example", "taken.com", "two.cn", "long.com", "two.com", "three.com", "cheap.top", "\x00\n"}
	in := Register{Template: 3, Years: 1, YearsOf: map[domain.Name]int{"long.com": 11}, Names: names, Alone: true}
	plan, view, err := decide(t, in, snap, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []fault.Code{"", "input.name-malformed", "input.duplicate-name", "suffix.unsupported", "registration.taken", "template.not-approved",
		"order.years", "", "order.balance-out", "", "input.name-malformed"}
	insert := plan.Writes[0].(InsertOrder)
	held := map[domain.ItemID]int64{}
	for _, e := range plan.Entries {
		held[e.Item] += e.Postings[1].Amount
	}
	for i, it := range insert.Items {
		failed := want[i] != ""
		if fault.Code(it.Code) != want[i] || (it.Status == domain.ItemFailed) != failed || (it.Hold == domain.Held) == failed || (held[it.ID] > 0) == failed || !failed && held[it.ID] != it.Price || it.Name == "" {
			t.Errorf("%q: %+v, held %d; want %q", names[i], it, held[it.ID], want[i])
		}
		if failed && it.Code != "registration.taken" && len(it.Facts) == 0 {
			t.Errorf("%q fails without evidence", names[i])
		}
	}
	if f := insert.Items[8].Facts; f["price"] != "6800" || f["balance"] != "1600" {
		t.Errorf("the third .com: %v", f)
	}
	if view.Total != 2*6800+1600 || view.Doing != 3 || view.Failed != 8 || view.Count != 11 || len(insert.Intents) != 3 {
		t.Errorf("%+v, %d intents", view, len(insert.Intents))
	}
	if drop := plan.Writes[1].(DropCart); len(drop.Names) != 4 { // what could not be ordered stays in the cart
		t.Errorf("the cart loses %v", drop.Names)
	}

	for _, c := range []struct {
		code  fault.Code
		names []string
	}{
		{"input.name-malformed", []string{"-a.com"}}, // the same for all of them: the batch's own
		{"input.name-malformed", []string{"-a.com", "b-.com"}},
		{"template.not-approved", []string{"a1.cn", "a2.cn"}},
	} {
		in.Names = c.names
		if plan, _, err := decide(t, in, snap, nil); !fault.Is(err, c.code) || len(plan.Writes)+len(plan.Entries) != 0 {
			t.Errorf("%v: %v, %+v", c.names, err, plan)
		}
	}
	// What was shown counts to the moment of the decision.
	in.Names, in.PriceOf = []string{"p1.com", "p2.com"}, map[domain.Name]int64{"p1.com": 6700, "p2.com": 6800}
	if plan, view, err := decide(t, in, snap, nil); err != nil || view.Total != 6800 || plan.Writes[0].(InsertOrder).Items[0].Code != "order.price-changed" {
		t.Errorf("a price that was not shown: %v, %+v", err, view)
	}
	in.PriceOf = nil
	in.Names = []string{"x1.com", "x2.com"}
	poor := snap
	poor.Wallet.Balance = 100
	if _, _, err := decide(t, in, poor, nil); !fault.Is(err, "wallet.insufficient") || fault.Of(err).Facts["short"] != "13500" {
		t.Errorf("a balance that reaches none: %v", err)
	}
	in.Names = []string{"-a.com", "a.example"}
	if _, view, err := decide(t, in, snap, nil); err != nil || view.Failed != 2 || view.Total != 0 {
		t.Errorf("two reasons: %v %+v", err, view)
	}
	in.Strict = true
	for _, names := range [][]string{{"one.com", "-a.com", "two.com"}, {"one.com", "one.com"}} {
		asks, err := readNames(names, testTable(t))
		if refused := in.refused(asks); err != nil || !strings.HasPrefix(string(fault.Of(refused).Code), "input.") {
			t.Errorf("strictly, %v: %v, %v", names, err, refused)
		}
	}
	asks, _ := readNames([]string{"one.com", "a.example"}, testTable(t))
	if err := in.refused(asks); err != nil {
		t.Errorf("strictly, a suffix that is not sold: %v", err)
	}
}

func leasedCreate(was domain.IntentState) domain.Leased {
	state := was
	if was == domain.IntentQueued {
		state = domain.IntentOpen
	}
	return domain.Leased{Was: was, Intent: domain.Intent{ID: 9, Item: 8, Account: 7, RegistryAccount: "verisim", Name: "one.com",
		Kind: domain.IntentCreate, State: state, Attempts: 1, SentAt: testNow, Payload: domain.Payload{Cost: 5500, Years: 1, Actor: "buyer@example.com"}}}
}

// Nothing but two agreeing absences, both seen after the registry's longest command time, leads to sending again.
func TestAbsenceNeedsTimeAndAgreement(t *testing.T) {
	l := landing{leased: leasedCreate(domain.IntentUnknown), longest: 3 * time.Second,
		item: domain.Item{ID: 8, Account: 7, Price: 6800, Currency: "CNY", Status: domain.ItemDoing, Hold: domain.Held}, outcome: domain.Outcome{Kind: domain.OutcomeAbsent}}
	state := func(wall time.Time) SetIntent {
		t.Helper()
		plan, err := decideOutcome(l, testNow, wall)
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Entries) != 0 {
			t.Errorf("money moves on an absence")
		}
		return plan.Writes[0].(SetIntent)
	}
	if s := state(testNow.Add(time.Second)); s.To != domain.IntentUnknown || s.Absences != 0 || !s.NextTryAt.Equal(testNow.Add(3*time.Second)) {
		t.Errorf("too early: %+v", s)
	}
	if s := state(testNow.Add(4 * time.Second)); s.To != domain.IntentUnknown || s.Absences != 1 {
		t.Errorf("first: %+v", s)
	}
	l.leased.Intent.Absences = 1
	if s := state(testNow.Add(6 * time.Second)); s.To != domain.IntentQueued {
		t.Errorf("second: %+v", s)
	}
}

// However answers are lost, delayed and repeated, an item ends at most once, its hold meets exactly one capture or
// release, a capture goes with a tenure, and a release with none.
func TestOutcomesSettleOnce(t *testing.T) {
	kinds := []domain.OutcomeKind{domain.OutcomeAccepted, domain.OutcomePending, domain.OutcomeRefused, domain.OutcomeUnknown, domain.OutcomeNotSent, domain.OutcomeAbsent}
	house := testTable(t).House
	rapid.Check(t, func(t *rapid.T) {
		l := landing{leased: leasedCreate(domain.IntentQueued), longest: 3 * time.Second, house: house,
			item: domain.Item{ID: 8, Account: 7, Name: "one.com", Price: 6800, Currency: "CNY", Status: domain.ItemDoing, Hold: domain.Held}}
		l.leased.Intent.State, l.leased.Was = domain.IntentQueued, domain.IntentQueued
		wall, ended, tenures := testNow, 0, 0
		balance := map[ledger.Key]int64{ledger.HeldBy(7): 6800}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			in := &l.leased.Intent
			over := in.State == domain.IntentAccepted || in.State == domain.IntentRefused
			l.leased.Was = in.State
			if !over {
				switch in.State { // what a lease does
				case domain.IntentQueued:
					in.State, in.SentAt, in.Absences = domain.IntentOpen, wall, 0
				case domain.IntentOpen:
					in.State = domain.IntentUnknown
				}
			}
			if rapid.IntRange(0, 9).Draw(t, "crash") == 0 {
				continue // the node died before it committed
			}
			l.outcome = domain.Outcome{Kind: kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")]}
			wall = wall.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond)
			plan, err := decideOutcome(l, testNow, wall)
			if err != nil {
				if l.leased.Was == domain.IntentQueued && l.outcome.Kind == domain.OutcomeAbsent || over || in.State == domain.IntentParked {
					continue // declared refusals
				}
				t.Fatalf("%s, %s: %v", in.State, l.outcome.Kind, err)
			}
			if over {
				t.Fatal("an intent that is over was settled again")
			}
			for _, w := range plan.Writes {
				switch w := w.(type) {
				case SetIntent:
					if w.From != in.State {
						t.Fatalf("from %s, is %s", w.From, in.State)
					}
					in.State, in.Absences = w.To, w.Absences
				case SetItem:
					if w.From != l.item.Status || w.HoldFrom != l.item.Hold {
						t.Fatalf("item expects %s/%s, is %s/%s", w.From, w.HoldFrom, l.item.Status, l.item.Hold)
					}
					l.item.Status, l.item.Hold, l.item.Code = w.To, w.HoldTo, w.Code
					if w.To != domain.ItemDoing {
						ended++
					}
				case InsertTenure:
					tenures++
				}
			}
			for _, e := range plan.Entries {
				if err := e.Check(); err != nil {
					t.Fatal(err)
				}
				for _, p := range e.Postings {
					balance[p.Account] += p.Amount
				}
			}
		}
		success := l.item.Status == domain.ItemSuccess
		switch {
		case ended > 1, (tenures == 1) != success, l.item.Status == domain.ItemDoing && balance[ledger.HeldBy(7)] != 6800,
			success && (balance[ledger.Revenue] != 6800 || balance[ledger.HeldBy(7)] != 0 || l.item.Hold != domain.HoldCaptured),
			l.item.Status == domain.ItemFailed && (balance[ledger.Wallet(7)] != 6800 || l.item.Hold != domain.HoldReleased):
			t.Fatalf("item %s/%s ended %d, tenures %d, balances %v", l.item.Status, l.item.Hold, ended, tenures, balance)
		}
	})
}

func TestOverdue(t *testing.T) {
	item := domain.Item{ID: 8, Account: 7, Price: 6800, Currency: "CNY", Status: domain.ItemDoing, Hold: domain.Held}
	for state, want := range map[domain.IntentState]domain.IntentState{
		domain.IntentQueued: domain.IntentRefused, domain.IntentUnknown: domain.IntentParked, domain.IntentPending: domain.IntentParked} {
		in := leasedCreate(state).Intent
		in.State = state
		plan, ok := decideOverdue(in, item, testNow)
		if !ok || plan.Writes[0].(SetIntent).To != want {
			t.Errorf("%s: %v %+v", state, ok, plan.Writes)
		}
		if released := len(plan.Entries) == 1; released != (state == domain.IntentQueued) {
			t.Errorf("%s: released=%v: the hold stays wherever it may have happened", state, released)
		}
	}
	for _, over := range []domain.IntentState{domain.IntentOpen, domain.IntentAccepted, domain.IntentRefused, domain.IntentParked} {
		in := leasedCreate(over).Intent
		in.State = over
		if _, ok := decideOverdue(in, item, testNow); ok {
			t.Errorf("%s: a deadline does something", over)
		}
	}
}

func TestNextReminder(t *testing.T) {
	house := policy.House{Reminders: []int{60, 30, 10, 1}}
	expires := testNow.AddDate(1, 0, 0)
	var days []int
	for now := testNow; ; {
		next := nextReminder(expires, now, house)
		if next.IsZero() {
			break
		}
		days = append(days, int(expires.Sub(next).Hours()/24))
		now = next
	}
	if got := fmt.Sprint(days); got != "[60 30 10 1 0]" {
		t.Errorf("reminders at %s days", got)
	}
}

package ops

import (
	"strconv"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/lifecycle"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// landing is all that the decision about an outcome rests on.
type landing struct {
	leased  domain.Leased
	item    domain.Item
	tenure  *domain.Tenure // the name's running tenure, for changes of existing names
	spent   int64          // delete: what the name has cost us within the grace period, minor units
	outcome domain.Outcome
	failed  error         // a defect of ours that the outcome stands for
	longest time.Duration // how long the registry may still work on a lost command
	house   policy.House
}

// decideOutcome turns a registry's answer, or its absence, into a Plan (DESIGN section 4).
func decideOutcome(l landing, now, wall time.Time) (Plan, error) {
	in := l.leased.Intent
	on, nextTry, absences := eventOf(l, wall)
	step, err := lifecycle.Next(in.State, on)
	if err != nil {
		return Plan{}, err
	}
	set := SetIntent{ID: in.ID, Lease: &in.Lease, From: in.State, To: step.To, Absences: absences, NextTryAt: nextTry, Outcome: l.outcome}
	if on == lifecycle.Lost && justSent(l) {
		set.LostAt = wall
	}
	if step.Money != lifecycle.Keep && len(in.Payload.SealedCodes) > 0 { // over: what was secret is kept no longer
		p := in.Payload
		p.SealedCodes = nil
		set.Payload = &p
	}
	plan := Plan{Writes: []Write{set}}
	switch step.To {
	case domain.IntentAccepted:
		acceptedPlan(&plan, l, step.Money, now)
	case domain.IntentRefused:
		code := l.outcome.Code
		switch {
		case code == "" && in.State == domain.IntentParked: // past its deadline, and it never was
			code = string(sequels[in.Kind].late)
		case code == "": // pending there once, and not done after all
			code = string(sequels[in.Kind].refused)
		}
		refusedPlan(&plan, l.item, in, code, l.outcome.Facts, step.Money, now)
		observed(&plan, l, now)
		if in.Kind == domain.IntentCodes && l.tenure != nil { // tried again by itself
			plan.Writes = append(plan.Writes, FlagProof{Tenure: l.tenure.ID, At: now.AddDate(0, 0, 1)})
		}
	default:
		// It goes on; the owner sees why it isn't done yet.
		if l.outcome.Code != l.item.Code {
			plan.Writes = append(plan.Writes, SetItem{ID: l.item.ID, From: domain.ItemDoing, To: domain.ItemDoing,
				HoldFrom: l.item.Hold, HoldTo: l.item.Hold, Code: l.outcome.Code, Facts: l.outcome.Facts, At: now})
			plan.Events = append(plan.Events, wentEvent(in, "intent.waits", orDoing(l.outcome.Code), l.outcome.Facts, now))
		}
	}
	return plan, nil
}

// eventOf names what happened, and when to look again (wall time).
func eventOf(l landing, wall time.Time) (on lifecycle.Event, nextTry time.Time, absences int) {
	in := l.leased.Intent
	switch l.outcome.Kind {
	case domain.OutcomeAccepted:
		return lifecycle.Accepted, wall, 0
	case domain.OutcomeRefused:
		return lifecycle.Refused, wall, 0
	case domain.OutcomePending:
		return lifecycle.Deferred, wall.Add(pendingAsk), 0
	case domain.OutcomeNotSent:
		return lifecycle.NotSent, wall.Add(backoff(in.Attempts)), in.Absences
	case domain.OutcomeAbsent:
		// A command that was cut off may still be carried out until the registry's longest command time is over;
		// an absence seen before then says nothing. It counts from when the answer was given up, not from when the
		// intent was marked as sent: the frame may have waited for a session in between. Of a node that died nothing
		// more is known than that its lease is over.
		over := later(in.SentAt, in.LostAt).Add(l.longest)
		if l.leased.Was == domain.IntentOpen {
			over = wall.Add(l.longest)
		}
		if wall.Before(over) {
			return lifecycle.Lost, over, 0
		}
		if in.Absences == 0 {
			return lifecycle.Absent, wall.Add(secondLook), 1
		}
		return lifecycle.Confirmed, wall, 0
	}
	switch {
	case in.State == domain.IntentParked:
		return lifecycle.Lost, wall.Add(parkedAsk), in.Absences
	case justSent(l): // ask when the registry may be done with it
		return lifecycle.Lost, wall.Add(l.longest / 2), 0
	}
	return lifecycle.Lost, wall.Add(backoff(in.Attempts)), in.Absences
}

// justSent: the command may have left this machine, or another node, until a moment ago.
func justSent(l landing) bool {
	return l.leased.Was == domain.IntentQueued || l.leased.Was == domain.IntentOpen
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

const (
	pendingAsk = time.Hour   // a pending act that the poll queue says nothing of is asked after
	parkedAsk  = time.Hour   // between questions after an intent that the desk has
	secondLook = time.Second // between two agreeing absences
	maxBackoff = 30 * time.Second
)

// backoff doubles from half a second.
func backoff(attempts int) time.Duration {
	return min(maxBackoff, 500*time.Millisecond<<min(max(attempts-1, 0), 6))
}

func acceptedPlan(plan *Plan, l landing, money lifecycle.Money, now time.Time) {
	in, obj := l.leased.Intent, l.outcome.Object
	done := SetItem{ID: l.item.ID, From: domain.ItemDoing, To: domain.ItemSuccess, HoldFrom: l.item.Hold, HoldTo: l.item.Hold, At: now}
	if l.item.Hold == domain.Held && money == lifecycle.Capture {
		done.HoldTo = domain.HoldCaptured
		plan.Entries = append(plan.Entries, ledger.Capture(l.item))
	}
	plan.Writes = append(plan.Writes, done)
	plan.Writes = append(plan.Writes, mendedBy(in, now)...)
	unparked(plan, in, now)
	if in.Payload.Cost > 0 {
		plan.Entries = append(plan.Entries, ledger.Spend(in.RegistryAccount, l.item.ID, in.Payload.Cost, orHouse(l.item.Currency, l.house)))
	}
	if l.spent > 0 {
		plan.Entries = append(plan.Entries, ledger.Credit(in.RegistryAccount, l.item.ID, l.spent, l.house.Currency))
	}
	row := sequels[in.Kind]
	if row.land != nil {
		landed(plan, l, row, now)
		return
	}
	t := domain.Tenure{
		ID: domain.TenureID(l.item.ID), Account: in.Account, Name: in.Name, RegistryAccount: in.RegistryAccount,
		Template: in.Template, Order: l.item.Order, ROID: obj.ROID, Statuses: obj.Statuses, NameServers: obj.NameServers, DS: obj.DS,
		Years: in.Payload.Years, AutoRenew: in.Payload.AutoRenew, RegisteredAt: obj.CreatedAt, ExpiresAt: obj.ExpiresAt,
		Version: 1, UpdatedAt: now,
	}
	if proven(&t, obj); obj.Verification == compliant {
		t.CodesOf = in.Template
	}
	t.NextActionAt = nextAction(t, now, l.house)
	plan.Writes = append(plan.Writes, InsertTenure{t})
	if lacks(obj) || l.leased.Template != nil && l.leased.Template.Status != domain.TemplateApproved {
		plan.Writes = append(plan.Writes, FlagProof{Tenure: t.ID, At: now})
	}
	plan.Events = append(plan.Events, wentEvent(in, row.done, "ok",
		map[string]string{"expires": obj.ExpiresAt.UTC().Format(time.DateOnly), "registry": in.RegistryAccount}, now))
}

// mendedBy clears the cases that an act's success ends: of a name that was got, all; else those of a change that was
// refused before.
func mendedBy(in domain.Intent, now time.Time) []Write {
	if sequels[in.Kind].land == nil {
		return []Write{ClearCase{Account: in.Account, Subject: string(in.Name), At: now}}
	}
	var out []Write
	for _, code := range mends[in.Kind] {
		out = append(out, ClearCase{Account: in.Account, Subject: string(in.Name), Code: string(code), At: now})
	}
	return out
}

// mends are codes that a change of each kind may have been refused with before.
var (
	updates = []fault.Code{"domain.update-prohibited", "domain.update-refused", "domain.status-forbids", "domain.not-found", changeLate}
	mends   = map[domain.IntentKind][]fault.Code{
		domain.IntentUpdateNS: updates, domain.IntentStatus: updates, domain.IntentContacts: updates, domain.IntentCodes: updates,
		domain.IntentDS:              append([]fault.Code{"dnssec.refused", "registry.unsupported"}, updates...),
		domain.IntentAuth:            append([]fault.Code{"auth-code.refused"}, updates...),
		domain.IntentRenew:           {"renew.expiry-moved", "renew.fee-changed", "renew.refused", "domain.status-forbids", "domain.not-found", changeLate},
		domain.IntentDelete:          {"delete.refused", "domain.status-forbids", changeLate},
		domain.IntentRestore:         {"restore.not-redeemable", "restore.refused", "domain.not-found", changeLate},
		domain.IntentTransferCancel:  {"transfer.not-pending", "transfer.refused", changeLate},
		domain.IntentTransferApprove: {"transfer.not-pending", "transfer.refused", changeLate},
		domain.IntentTransferReject:  {"transfer.not-pending", "transfer.refused", changeLate},
	}
)

func orHouse(currency string, house policy.House) string {
	if currency == "" {
		return house.Currency
	}
	return currency
}

func refusedPlan(plan *Plan, item domain.Item, in domain.Intent, code string, why map[string]string, money lifecycle.Money, now time.Time) {
	facts := map[string]string{"name": naming.Display(in.Name), "registry": in.RegistryAccount}
	for k, v := range why {
		facts[k] = v
	}
	failed := SetItem{ID: item.ID, From: domain.ItemDoing, To: domain.ItemFailed, HoldFrom: item.Hold, HoldTo: item.Hold, Code: code, Facts: facts, At: now}
	if item.Hold == domain.Held && money == lifecycle.Release {
		failed.HoldTo = domain.HoldReleased
		plan.Entries = append(plan.Entries, ledger.Release(item))
		facts["refunded"], facts["currency"] = strconv.FormatInt(item.Price, 10), item.Currency
	}
	unparked(plan, in, now)
	plan.Writes = append(plan.Writes, failed,
		OpenCase{domain.Case{Account: in.Account, Subject: string(in.Name), Code: code, Facts: facts, OpenedAt: now}})
	plan.Events = append(plan.Events, wentEvent(in, sequels[in.Kind].failed, code, facts, now))
}

// unparked ends the desk's case of an intent whose answer came after all.
func unparked(plan *Plan, in domain.Intent, now time.Time) {
	if in.State == domain.IntentParked {
		plan.Writes = append(plan.Writes, ClearCase{Subject: string(in.Name), Code: "intent.parked", At: now})
	}
}

// wentEvent is a line of the log about what became of an act, with who asked for it and from where.
func wentEvent(in domain.Intent, kind, result string, facts map[string]string, now time.Time) domain.Event {
	return domain.Event{Account: in.Account, Subject: string(in.Name), Kind: kind, Actor: in.Payload.Actor, IP: in.Payload.IP,
		Via: in.Payload.Via, Result: result, Facts: facts, At: now}
}

func orDoing(code string) string {
	if code == "" {
		return "doing"
	}
	return code
}

// nextReminder is the next time before or at expiry at which the owner is told; zero: none is left.
func nextReminder(expires, now time.Time, house policy.House) time.Time {
	var next time.Time
	for _, days := range append([]int{0}, house.Reminders...) {
		at := expires.AddDate(0, 0, -days)
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

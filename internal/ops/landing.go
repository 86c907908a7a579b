package ops

import (
	"strconv"
	"strings"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/policy"
)

// sequel is what an act's end means here.
type sequel struct {
	done, failed string     // kinds of the log's events
	refused      fault.Code // where a refusal has no code of its own
	late         fault.Code // it was never sent until its deadline
	// land changes the running tenure of the name after an act that was done, and gives the log's facts. The tenure has
	// taken over what the registry shows already. Nil: the act starts a tenure.
	land func(t *domain.Tenure, l landing, now time.Time) map[string]string
}

const changeLate fault.Code = "domain.change-deadline"

// sequels has a row for each act.
var sequels = map[domain.IntentKind]sequel{
	domain.IntentCreate: {done: "domain.registered", failed: "registration.failed", refused: "registration.refused", late: "registration.deadline"},
	domain.IntentUpdateNS: {done: "dns.changed", failed: "dns.failed", refused: "domain.update-refused", late: changeLate,
		land: func(t *domain.Tenure, _ landing, _ time.Time) map[string]string {
			return map[string]string{"ns": strings.Join(t.NameServers, " ")}
		}},
	domain.IntentRenew: {done: "domain.renewed", failed: "renew.failed", refused: "renew.refused", late: changeLate,
		land: func(t *domain.Tenure, l landing, _ time.Time) map[string]string {
			p := l.leased.Intent.Payload
			t.AutoRenew = p.AutoRenew
			t.Years += p.Years
			return map[string]string{"years": strconv.Itoa(p.Years), "expires": t.ExpiresAt.UTC().Format(time.DateOnly)}
		}},
	domain.IntentStatus: {done: "lock.changed", failed: "lock.failed", refused: "domain.update-refused", late: changeLate,
		land: func(t *domain.Tenure, l landing, _ time.Time) map[string]string {
			p := l.leased.Intent.Payload
			facts := map[string]string{"statuses": joinStatuses(t.Statuses)}
			if len(p.AddStatuses) > 0 {
				facts["set"] = joinStatuses(p.AddStatuses)
			}
			if len(p.RemStatuses) > 0 {
				facts["lifted"] = joinStatuses(p.RemStatuses)
			}
			return facts
		}},
	domain.IntentDS: {done: "dnssec.changed", failed: "dnssec.failed", refused: "dnssec.refused", late: changeLate,
		land: func(t *domain.Tenure, _ landing, _ time.Time) map[string]string {
			return map[string]string{"records": strconv.Itoa(len(t.DS))}
		}},
	domain.IntentContacts: {done: "registrant.changed", failed: "registrant.failed", refused: "domain.update-refused", late: changeLate,
		land: func(t *domain.Tenure, l landing, _ time.Time) map[string]string {
			facts := map[string]string{"was": t.Template.Public(), "template": l.leased.Intent.Template.Public()}
			if t.Template = l.leased.Intent.Template; t.CodesOf != t.Template {
				t.CodesOf = 0
			}
			if p := l.leased.Intent.Payload; p.LockTransfer {
				t.LockUntil = p.Until
				facts["locked_until"] = p.Until.UTC().Format(time.DateOnly)
			}
			return facts
		}},
	domain.IntentCodes: {done: "codes.pushed", failed: "codes.failed", refused: "domain.update-refused", late: changeLate,
		land: func(t *domain.Tenure, l landing, _ time.Time) map[string]string {
			t.CodesOf = l.leased.Intent.Template
			return map[string]string{"types": strings.Join(l.leased.Intent.Payload.CodeTypes, " "), "statuses": joinStatuses(t.Statuses)}
		}},
	domain.IntentAuth: {done: "auth-code.set", failed: "auth-code.failed", refused: "auth-code.refused", late: changeLate,
		land: func(t *domain.Tenure, l landing, _ time.Time) map[string]string {
			p := l.leased.Intent.Payload
			if len(p.SealedCodes) == 0 {
				t.SealedAuth, t.AuthUntil = nil, time.Time{}
				return map[string]string{"code": "none"}
			}
			t.SealedAuth, t.AuthUntil = p.SealedCodes[min(l.outcome.Taken, len(p.SealedCodes)-1)], p.Until
			return map[string]string{"until": p.Until.UTC().Format(time.DateOnly)}
		}},
	domain.IntentDelete: {done: "domain.deleted", failed: "delete.failed", refused: "delete.refused", late: changeLate,
		land: func(t *domain.Tenure, l landing, now time.Time) map[string]string {
			if l.outcome.Object.Name == "" { // within its add grace period, or purged since
				t.EndedAt = now
				return map[string]string{"restorable": "no"}
			}
			t.DeletedAt = now
			return map[string]string{"restorable": "yes"}
		}},
	domain.IntentRestore: {done: "domain.restored", failed: "restore.failed", refused: "restore.refused", late: changeLate,
		land: func(t *domain.Tenure, _ landing, _ time.Time) map[string]string {
			t.DeletedAt = time.Time{}
			return map[string]string{"expires": t.ExpiresAt.UTC().Format(time.DateOnly)}
		}},
	domain.IntentTransferRequest: {done: "transfer.arrived", failed: "transfer.failed", refused: "transfer.refused", late: changeLate},
	domain.IntentTransferCancel:  {done: "transfer.cancelled", failed: "transfer.cancel-failed", refused: "transfer.refused", late: changeLate, land: unchanged},
	domain.IntentTransferApprove: {done: "transfer.left", failed: "transfer.answer-failed", refused: "transfer.refused", late: changeLate,
		land: func(t *domain.Tenure, _ landing, now time.Time) map[string]string { t.EndedAt = now; return nil }},
	domain.IntentTransferReject: {done: "transfer.rejected", failed: "transfer.answer-failed", refused: "transfer.refused", late: changeLate, land: unchanged},
}

func unchanged(*domain.Tenure, landing, time.Time) map[string]string { return nil }

// takeOver makes a tenure say what the registry shows of its name, and reports whether anything was different. paid: a
// year by which the registry itself renewed the name has been paid for.
func takeOver(t *domain.Tenure, obj domain.Object, paid bool) bool {
	was := *t
	if len(obj.Statuses) > 0 {
		t.Statuses = obj.Statuses
	}
	t.NameServers, t.DS = obj.NameServers, obj.DS
	if obj.ROID != "" {
		t.ROID = obj.ROID
	}
	proven(t, obj)
	if !obj.ExpiresAt.IsZero() && (paid || !renewedThere(*t, obj)) {
		t.ExpiresAt = obj.ExpiresAt
	}
	return !sameSet(was.Statuses, t.Statuses) || !sameSet(was.NameServers, t.NameServers) || !was.ExpiresAt.Equal(t.ExpiresAt) ||
		was.ROID != t.ROID || !sameDS(was.DS, t.DS) ||
		!was.VerifyBy.Equal(t.VerifyBy)
}

func sameDS(a, b []domain.DS) bool {
	texts := func(list []domain.DS) []string {
		out := make([]string, len(list))
		for i, d := range list {
			out[i] = d.String()
		}
		return out
	}
	return sameSet(texts(a), texts(b))
}

// landed changes the name's tenure after an act that was done.
func landed(plan *Plan, l landing, row sequel, now time.Time) {
	in := l.leased.Intent
	var facts map[string]string
	if l.tenure != nil {
		t := *l.tenure
		if l.outcome.Object.Name != "" {
			takeOver(&t, l.outcome.Object, in.Kind == domain.IntentRenew)
		}
		facts = row.land(&t, l, now)
		t.UpdatedAt = now
		settleDates(&t, now, l.house)
		plan.Writes = append(plan.Writes, SetTenure{t}, ForgetSeen{t.ID})
		if reproves(in) && t.EndedAt.IsZero() {
			plan.Writes = append(plan.Writes, FlagProof{Tenure: t.ID, At: now})
		}
	}
	plan.Events = append(plan.Events, wentEvent(in, row.done, "ok", facts, now))
}

// observed takes over what a refusal has shown of the name: the next decision must not rest on what was wrong.
func observed(plan *Plan, l landing, now time.Time) {
	if l.tenure == nil || l.outcome.Object.Name == "" {
		return
	}
	if t := *l.tenure; takeOver(&t, l.outcome.Object, false) {
		t.UpdatedAt = now
		settleDates(&t, now, l.house)
		plan.Writes = append(plan.Writes, SetTenure{t})
	}
}

// settleDates dates what a tenure needs next. One that has ended needs nothing, and keeps no secret.
func settleDates(t *domain.Tenure, now time.Time, house policy.House) {
	if !t.EndedAt.IsZero() {
		t.NextActionAt, t.SealedAuth, t.AuthUntil, t.ContactBy = time.Time{}, nil, time.Time{}, time.Time{}
		return
	}
	t.NextActionAt = nextAction(*t, now, house)
}

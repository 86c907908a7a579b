package registry

import (
	"strings"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Codes of what acts on existing names are refused with.
const (
	// CodeForbids: a status of the name forbids the act (fact statuses).
	CodeForbids fault.Code = "domain.status-forbids"
	// CodeExpiryMoved: the name doesn't expire when the order said (facts expected, found: dates). It may have been
	// renewed already, so nothing was sent.
	CodeExpiryMoved fault.Code = "renew.expiry-moved"
	// CodeRenewFee: the registry wants a fee for the renewal that was not agreed to.
	CodeRenewFee fault.Code = "renew.fee-changed"
	// CodeRenewRefused: any other refusal of a renewal.
	CodeRenewRefused fault.Code = "renew.refused"
	// CodeDeleteRefused: a refusal of a deletion.
	CodeDeleteRefused fault.Code = "delete.refused"
	// CodeNotRedeemable: the name is not in its redemption period (fact statuses).
	CodeNotRedeemable fault.Code = "restore.not-redeemable"
	// CodeRestoreRefused: any other refusal of a restore.
	CodeRestoreRefused fault.Code = "restore.refused"
	// CodeUnsupported: the registry doesn't offer what the act needs (fact extension).
	CodeUnsupported fault.Code = "registry.unsupported"
	// CodeDSRefused: the registry doesn't take these DS records.
	CodeDSRefused fault.Code = "dnssec.refused"
	// CodeCodeRefused: the registry takes none of the authorization codes that were tried.
	CodeCodeRefused fault.Code = "auth-code.refused"
	// CodeTransferNotPending: no transfer of the name waits for this answer (fact status).
	CodeTransferNotPending fault.Code = "transfer.not-pending"
	// CodeTransferRefused: any other refusal about a transfer.
	CodeTransferRefused fault.Code = "transfer.refused"
	// CodeTransferRejected: the losing registrar said no (fact at).
	CodeTransferRejected fault.Code = "transfer.refused-by-registrar"
	// CodeAuthWrong: the authorization code of a transfer doesn't match.
	CodeAuthWrong fault.Code = "transfer.authcode-invalid"
	// CodeTransferUnfit: a status forbids the transfer (fact statuses).
	CodeTransferUnfit fault.Code = "transfer.status-unfit"
	// CodeAlreadyHere: the name that was to come is here.
	CodeAlreadyHere fault.Code = "transfer.already-here"
)

// changed are the rows of every act on an existing name but for the refusals of its own.
func changed(own ...row) []row {
	return append(append(own, row{epp.CodeAuthorization, anyAbout, domain.OutcomeRefused, CodeNotOurs}), everywhere...)
}

var renewRows = changed(
	row{epp.CodeMissingParameter, aboutFee, domain.OutcomeRefused, CodeRenewFee},
	row{epp.CodeValueRange, aboutFee, domain.OutcomeRefused, CodeRenewFee},
	row{epp.CodeStatusProhibits, anyAbout, domain.OutcomeRefused, CodeForbids},
	row{epp.CodeObjectDoesNotExist, anyAbout, domain.OutcomeRefused, CodeNotOurs},
)

var deleteRows = changed(
	row{epp.CodeStatusProhibits, anyAbout, domain.OutcomeRefused, CodeForbids},
	row{epp.CodeObjectDoesNotExist, anyAbout, domain.OutcomeAccepted, ""}, // after a look it was there: it has gone
)

var restoreRows = changed(
	row{epp.CodeStatusProhibits, anyAbout, domain.OutcomeRefused, CodeNotRedeemable},
	row{epp.CodeObjectDoesNotExist, anyAbout, domain.OutcomeRefused, CodeNotOurs},
)

var transferRows = append([]row{
	{epp.CodeInvalidAuthInfo, anyAbout, domain.OutcomeRefused, CodeAuthWrong},
	{epp.CodeAuthorization, anyAbout, domain.OutcomeRefused, CodeTransferRefused},
	{epp.CodeStatusProhibits, anyAbout, domain.OutcomeRefused, CodeTransferUnfit},
	{epp.CodeObjectDoesNotExist, anyAbout, domain.OutcomeRefused, CodeNotOurs},
	{epp.CodeNotPendingTransfer, anyAbout, domain.OutcomeRefused, CodeTransferNotPending},
}, everywhere...)

// acts is how every act on an existing name is sent, judged and asked after.
var acts = map[domain.IntentKind]act{
	domain.IntentRenew: {rows: renewRows, other: CodeRenewRefused, steps: 1, judge: judgeRenew, next: nextRenew, guess: guessRenew, refine: refineRenew},
	// What is deleted within its add grace period is gone at once, else it can be restored for a while: only a look tells.
	domain.IntentDelete:  {rows: deleteRows, other: CodeDeleteRefused, steps: 1, judge: judgeDelete, next: nextDelete},
	domain.IntentRestore: {rows: restoreRows, other: CodeRestoreRefused, needs: epp.NSRGP, steps: 2, judge: judgeRestore, next: nextRestore},
	domain.IntentUpdateNS: {rows: updateRows, other: CodeUpdateRefused, steps: 1, prepare: prepareNS, judge: judgeNS, next: nextNS,
		guess: func(in domain.Intent, v view, _ *epp.Response) domain.Object {
			v.object.NameServers = serverSet(in.Payload.NameServers)
			return v.object
		}},
	domain.IntentStatus: {rows: updateRows, other: CodeUpdateRefused, steps: 1, judge: judgeStatus, next: nextStatus, guess: guessStatus},
	domain.IntentDS: {rows: updateRows, other: CodeDSRefused, needs: epp.NSSecDNS, steps: 1, judge: judgeDS, next: nextDS,
		guess: func(in domain.Intent, v view, _ *epp.Response) domain.Object {
			v.object.DS = in.Payload.DS
			return v.object
		}},
	domain.IntentContacts: {rows: updateRows, other: CodeUpdateRefused, steps: 1, also: alsoContacts, prepare: prepareContacts, judge: judgeContacts,
		next: nextContacts, guess: func(in domain.Intent, v view, _ *epp.Response) domain.Object {
			v.object.Registrant = v.contact
			return guessStatus(in, v, nil)
		}},
	domain.IntentCodes: {rows: updateRows, other: CodeUpdateRefused, needs: epp.NSVerificationCode, steps: 2, prepare: prepareCodes,
		judge: judgeCodes, next: nextCodes},
	domain.IntentAuth: {rows: updateRows, other: CodeCodeRefused, steps: 1, also: alsoAuth, judge: judgeAuth, next: nextAuth,
		guess: func(_ domain.Intent, v view, _ *epp.Response) domain.Object { return v.object }},

	domain.IntentTransferRequest: {rows: transferRows, other: CodeTransferRefused, steps: 1, also: alsoTransfer, judge: judgeTransferRequest,
		next: nextTransfer(epp.TransferRequest), refine: refineTransfer},
	domain.IntentTransferCancel: {rows: transferRows, other: CodeTransferRefused, steps: 1, also: alsoTransfer, judge: judgeTransferCancel,
		next: nextTransfer(epp.TransferCancel), guess: guessNothing},
	domain.IntentTransferApprove: {rows: transferRows, other: CodeTransferRefused, steps: 1, also: alsoTransfer, judge: judgeTransferApprove,
		next: nextTransfer(epp.TransferApprove), guess: guessNothing},
	domain.IntentTransferReject: {rows: transferRows, other: CodeTransferRefused, steps: 1, also: alsoTransfer, judge: judgeTransferReject,
		next: nextTransfer(epp.TransferReject), guess: guessNothing},
}

func guessNothing(_ domain.Intent, v view, _ *epp.Response) domain.Object { return v.object }

// Renewals.

func sameDay(a, b interface{ Unix() int64 }) bool { return abs(a.Unix()-b.Unix()) < 36*3600 }

func abs(n int64) int64 { return max(n, -n) }

// judgeRenew: done when the expiry has moved by the years that were asked for since the order was placed. A year by
// which the registry itself renewed the name at its expiry counts: whoever renews in that grace period pays for it, and
// gets no second one (RFC 3915 section 3.1).
func judgeRenew(in domain.Intent, v view, sent bool) domain.Outcome {
	if out, not := foreign(in, v); not {
		// The registrar that has it now may have it with our year on top: only an expiry that didn't move tells.
		if sent && v.exists && (v.object.ExpiresAt.IsZero() || !sameDay(v.object.ExpiresAt, in.Payload.Expires)) {
			return cannotTell("registrar", v.object.Sponsor)
		}
		return out
	}
	was, is := in.Payload.Expires, v.object.ExpiresAt
	switch {
	case v.object.Statuses.Has(domain.PendingRenew):
		return waits()
	case renewedThere(in, v) && in.Payload.Years <= 1:
		return did()
	case !sent || sameDay(is, was):
		return didNot()
	}
	ours := v.object.Statuses.Has(domain.RenewPeriod) || !v.object.UpdatedAt.IsZero() && v.object.UpdatedAt.After(in.CreatedAt.Add(-slack))
	auto := v.object.Statuses.Has(domain.AutoRenewPeriod)
	wanted := was.AddDate(max(1, in.Payload.Years), 0, 0)
	switch {
	case renewedThere(in, v) && !ours:
		return didNot() // the years beyond the registry's own
	case sameDay(is, wanted) && (ours || v.object.UpdatedAt.IsZero()), auto && sameDay(is, wanted.AddDate(1, 0, 0)) && ours:
		return did()
	}
	return cannotTell("expected", day(was), "found", day(is))
}

// renewedThere: the registry has renewed the name by a year at its expiry, and may still take that back.
func renewedThere(in domain.Intent, v view) bool {
	return v.object.Statuses.Has(domain.AutoRenewPeriod) && sameDay(v.object.ExpiresAt, in.Payload.Expires.AddDate(1, 0, 0))
}

func day(t interface{ Format(string) string }) string { return t.Format("2006-01-02") }

// nextRenew takes the current expiry from what was seen a moment ago, and sends nothing where that is not the one that
// the order rests on: somebody has renewed already.
func nextRenew(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	years := max(1, in.Payload.Years)
	switch {
	case renewedThere(in, v) && years > 1:
		years--
	case !sameDay(v.object.ExpiresAt, in.Payload.Expires):
		return nil, refuses(CodeExpiryMoved, "name", string(in.Name), "expected", day(in.Payload.Expires.UTC()), "found", day(v.object.ExpiresAt.UTC()))
	}
	return &epp.Command{Action: &epp.DomainRenew{Name: string(in.Name), CurExpDate: v.object.ExpiresAt.UTC(), Period: epp.Years(years)},
		Extensions: agreed(in, v, epp.VerbRenew)}, domain.Outcome{}
}

// agreed names the most that the act may take from our deposit, where the registry speaks of fees (RFC 8748): one that
// has moved is refused, and not found out from the deposit.
func agreed(in domain.Intent, v view, verb epp.Verb) []epp.Value {
	if in.Payload.Cost <= 0 || v.money == "" {
		return nil
	}
	return []epp.Value{&epp.FeeTransform{Verb: verb, Currency: v.money, Fees: []epp.FeeItem{{Amount: epp.FormatAmount(in.Payload.Cost, digits(v.money))}}}}
}

func guessRenew(in domain.Intent, v view, resp *epp.Response) domain.Object {
	v.object.ExpiresAt = v.object.ExpiresAt.AddDate(max(1, in.Payload.Years), 0, 0)
	if data, ok := epp.Find[*epp.DomainRenewData](resp.ResData); ok && !data.ExDate.IsZero() {
		v.object.ExpiresAt = data.ExDate.UTC()
	}
	return v.object
}

// refineRenew: a registry that finds the current expiry wrong has renewed the name since we looked.
func refineRenew(in domain.Intent, v view, resp *epp.Response, out *domain.Outcome) {
	if out.Kind == domain.OutcomeRefused && out.Code == string(CodeRenewRefused) &&
		(out.Facts["field"] == "curExpDate" || strings.Contains(strings.ToLower(words(resp)), "curexpdate")) {
		out.Code = string(CodeExpiryMoved)
		out.Facts["expected"] = day(v.object.ExpiresAt)
	}
}

// Deletion and restore.

// judgeDelete: done when the name is gone, or waits for its end.
func judgeDelete(in domain.Intent, v view, sent bool) domain.Outcome {
	switch {
	case !v.ours && sent && (!v.exists || !v.hidden && v.object.CreatedAt.After(in.CreatedAt)):
		return did() // purged, and perhaps registered by somebody since
	case !v.ours && sent && v.hidden:
		return cannotTell()
	}
	if out, not := foreign(in, v); not {
		return out
	}
	if v.object.Statuses.Has(domain.PendingDelete, domain.RedemptionPeriod) && !v.object.Statuses.Has(domain.PendingRestore) {
		return did()
	}
	return didNot()
}

func nextDelete(in domain.Intent, _ view) (*epp.Command, domain.Outcome) {
	return &epp.Command{Action: &epp.DomainDelete{Name: string(in.Name)}}, domain.Outcome{}
}

// judgeRestore: done when nothing of the deletion is left. A restore that was requested and not reported on is half
// done: it goes on with the report.
func judgeRestore(in domain.Intent, v view, sent bool) domain.Outcome {
	if out, not := foreign(in, v); not {
		return out
	}
	s := v.object.Statuses
	switch {
	case s.Has(domain.PendingRestore):
		out := didNot()
		out.Facts = pairs([]string{"done", "request"})
		return out
	case s.Has(domain.RedemptionPeriod):
		return didNot()
	case s.Has(domain.PendingDelete) || !sent:
		return refuses(CodeNotRedeemable, "name", string(in.Name), "statuses", statusWords(s))
	}
	return did()
}

func nextRestore(in domain.Intent, v view) (*epp.Command, domain.Outcome) {
	restore := &epp.RGPRestore{}
	if v.object.Statuses.Has(domain.PendingRestore) {
		deleted := in.Payload.DeletedAt
		if deleted.IsZero() {
			deleted = v.object.UpdatedAt
		}
		if deleted.IsZero() || deleted.After(v.now) {
			deleted = v.now
		}
		data := "name " + string(in.Name) + "; name servers " + strings.Join(v.object.NameServers, " ")
		restore.Report = &epp.RGPReport{PreData: data, PostData: data, DelTime: deleted.UTC(), ResTime: v.now, ResReason: "Asked for by the registrant.",
			Statements: []string{"The name was restored for its registrant, not in order to take over the right to use or sell it.",
				"What this report says is true as far as this registrar knows."}}
	}
	extensions := []epp.Value{restore}
	if restore.Report == nil {
		extensions = append(extensions, agreed(in, v, epp.VerbUpdate)...)
	}
	return &epp.Command{Action: &epp.DomainUpdate{Name: string(in.Name), Chg: &epp.DomainChange{}}, Extensions: extensions}, domain.Outcome{}
}

package lifecycle

import "github.com/openregistrar/openregistrar/internal/domain"

// standing is which statuses of a name an act doesn't go with, and one of which it needs.
type standing struct {
	not  domain.Statuses
	need domain.Statuses // any of them; none: no demand
	// unless the act takes this status away: an update lock is lifted by an update (RFC 5731 section 2.3).
	unless domain.Status
}

var (
	underWay = domain.Statuses{domain.PendingCreate, domain.PendingDelete, domain.PendingTransfer, domain.PendingRenew,
		domain.PendingUpdate, domain.RedemptionPeriod, domain.PendingRestore}
	update = standing{not: plus(underWay, domain.ClientUpdateProhibited, domain.ServerUpdateProhibited), unless: domain.ClientUpdateProhibited}
	// A code that can be used takes the name away, so what forbids the transfer forbids to give it out; clearing one is
	// an update like others.
	leaving = standing{not: plus(underWay, domain.ClientTransferProhibited, domain.ServerTransferProhibited)}
	coming  = standing{need: domain.Statuses{domain.PendingTransfer}}
)

func plus(a domain.Statuses, b ...domain.Status) domain.Statuses {
	return append(append(domain.Statuses{}, a...), b...)
}

// standings is the table of statuses and acts (RFC 5731 section 2.3, RFC 3915 section 3).
var standings = map[domain.IntentKind]standing{
	domain.IntentCreate:   {},
	domain.IntentRenew:    {not: plus(underWay, domain.ClientRenewProhibited, domain.ServerRenewProhibited)},
	domain.IntentDelete:   {not: plus(underWay, domain.ClientDeleteProhibited, domain.ServerDeleteProhibited)},
	domain.IntentRestore:  {need: domain.Statuses{domain.RedemptionPeriod, domain.PendingRestore}},
	domain.IntentUpdateNS: update,
	domain.IntentStatus:   update,
	domain.IntentDS:       update,
	domain.IntentContacts: update,
	domain.IntentAuth:     update,
	// The owner's update lock is opened for it and closed again.
	domain.IntentCodes: {not: plus(underWay, domain.ServerUpdateProhibited)},

	domain.IntentTransferRequest: leaving,
	domain.IntentTransferCancel:  coming,
	domain.IntentTransferApprove: coming,
	domain.IntentTransferReject:  coming,
}

// Forbids reports whether a name with these statuses can't be acted on so; taken are statuses that the act takes away.
func Forbids(kind domain.IntentKind, have, taken domain.Statuses) bool {
	s := standings[kind]
	if len(s.need) > 0 && !have.Has(s.need...) {
		return true
	}
	for _, n := range s.not {
		if have.Has(n) && !(n == s.unless && taken.Has(n)) {
			return true
		}
	}
	return false
}

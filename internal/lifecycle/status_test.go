package lifecycle

import (
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// Every act has a row of statuses, and there is no row of an act that isn't.
func TestStandingsTotal(t *testing.T) {
	for _, k := range domain.IntentKinds {
		if _, ok := standings[k]; !ok {
			t.Errorf("%s has no row", k)
		}
	}
	if len(standings) != len(domain.IntentKinds) {
		t.Errorf("%d rows for %d acts", len(standings), len(domain.IntentKinds))
	}
}

// Statuses against acts, after RFC 5731 section 2.3 and RFC 3915.
func TestForbids(t *testing.T) {
	type acts = map[domain.IntentKind]bool
	every := func(except ...domain.IntentKind) acts {
		m := acts{}
		for _, k := range domain.IntentKinds {
			m[k] = k != domain.IntentCreate
		}
		for _, k := range except {
			m[k] = false
		}
		return m
	}
	// Without a deletion there is nothing to restore, without a request nothing to answer.
	only := func(more ...domain.IntentKind) acts {
		m := acts{domain.IntentRestore: true, domain.IntentTransferApprove: true, domain.IntentTransferReject: true, domain.IntentTransferCancel: true}
		for _, k := range more {
			m[k] = true
		}
		return m
	}
	updates := []domain.IntentKind{domain.IntentUpdateNS, domain.IntentStatus, domain.IntentDS, domain.IntentContacts, domain.IntentAuth}
	for _, c := range []struct {
		have domain.Statuses
		not  acts
	}{
		{domain.Statuses{"ok"}, only()},
		{domain.Statuses{"clientHold", "serverHold", "addPeriod"}, only()},
		{domain.Statuses{"clientRenewProhibited"}, only(domain.IntentRenew)},
		{domain.Statuses{"serverRenewProhibited"}, only(domain.IntentRenew)},
		{domain.Statuses{"clientDeleteProhibited"}, only(domain.IntentDelete)},
		{domain.Statuses{"serverDeleteProhibited"}, only(domain.IntentDelete)},
		{domain.Statuses{"clientTransferProhibited"}, only(domain.IntentTransferRequest)},
		{domain.Statuses{"serverTransferProhibited"}, only(domain.IntentTransferRequest)},
		{domain.Statuses{"clientUpdateProhibited"}, only(updates...)},
		{domain.Statuses{"serverUpdateProhibited"}, only(append(updates, domain.IntentCodes)...)},
		{domain.Statuses{"pendingDelete", "redemptionPeriod"}, every(domain.IntentRestore)},
		{domain.Statuses{"pendingDelete", "pendingRestore"}, every(domain.IntentRestore)},
		{domain.Statuses{"pendingDelete"}, every()},
		{domain.Statuses{"pendingTransfer"}, every(domain.IntentTransferApprove, domain.IntentTransferReject, domain.IntentTransferCancel)},
		{domain.Statuses{"pendingUpdate"}, every()},
		{domain.Statuses{"pendingRenew"}, every()},
		{domain.Statuses{"pendingCreate"}, every()},
	} {
		for _, k := range domain.IntentKinds {
			if got := Forbids(k, c.have, nil); got != c.not[k] {
				t.Errorf("%v forbid %s: %v", c.have, k, got)
			}
		}
	}
	lift := domain.Statuses{"clientUpdateProhibited"}
	if Forbids(domain.IntentStatus, domain.Statuses{"clientUpdateProhibited"}, lift) || !Forbids(domain.IntentStatus, domain.Statuses{"clientUpdateProhibited", "serverUpdateProhibited"}, lift) ||
		!Forbids(domain.IntentStatus, domain.Statuses{"clientUpdateProhibited"}, domain.Statuses{"clientTransferProhibited"}) {
		t.Error("an update lock is lifted by an update that takes it away, and by no other")
	}
}

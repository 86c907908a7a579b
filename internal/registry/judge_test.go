package registry

import (
	"slices"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
)

// seen makes a view of a name of ours.
func seen(edit ...func(*view)) view {
	v := view{exists: true, ours: true, object: domain.Object{Name: "a.com", Sponsor: "ours", Statuses: domain.Statuses{"ok"},
		NameServers: []string{"ns1.old.net"}, CreatedAt: ordered.AddDate(-1, 0, 0), ExpiresAt: ordered.AddDate(0, 6, 0), UpdatedAt: ordered.AddDate(0, -2, 0)}}
	for _, e := range edit {
		e(&v)
	}
	return v
}

var ordered = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func statuses(s ...domain.Status) func(*view) { return func(v *view) { v.object.Statuses = s } }
func rivals(v *view)                          { v.ours, v.object.Sponsor = false, "rival" }
func expiring(t time.Time) func(*view)        { return func(v *view) { v.object.ExpiresAt = t } }
func coded(at time.Time) func(*view) {
	return func(v *view) {
		v.object.Statuses = domain.Statuses{"clientUpdateProhibited"}
		v.object.Codes = []domain.CodeSet{{Type: "domain", At: at}, {Type: "real-name", At: at}}
	}
}
func touched(v *view) { v.object.UpdatedAt = ordered.Add(time.Minute) }
func transfer(status epp.TransferStatus, gaining bool, at time.Time) func(*view) {
	return func(v *view) {
		v.transfer = &epp.DomainTransferData{TrStatus: status, ReDate: at, AcID: "rival"}
		v.gaining, v.losing = gaining, !gaining
	}
}

// What became of an act, for every kind: it happened, it did not, in part, the name is another's, it vanished, it is
// pending, and what nothing tells.
func TestJudgements(t *testing.T) {
	was := ordered.AddDate(0, 6, 0)
	ds := []domain.DS{{KeyTag: 1, Algorithm: 8, DigestType: 2, Digest: "AA"}, {KeyTag: 2, Algorithm: 8, DigestType: 2, Digest: "BB"}}
	gone := view{}
	hidden := view{exists: true, hidden: true}
	later := ordered.Add(time.Minute)
	const (
		did, not, wait, no, unknown = domain.OutcomeAccepted, domain.OutcomeAbsent, domain.OutcomePending, domain.OutcomeRefused, domain.OutcomeUnknown
	)
	type row struct {
		name string
		v    view
		sent bool
		kind domain.OutcomeKind
		code string
	}
	payloads := map[domain.IntentKind]domain.Payload{
		domain.IntentRenew:    {Years: 1, Expires: was},
		domain.IntentUpdateNS: {NameServers: []string{"ns1.new.net", "ns2.new.net"}},
		domain.IntentStatus:   {AddStatuses: domain.Statuses{"clientTransferProhibited"}, RemStatuses: domain.Statuses{"clientUpdateProhibited"}},
		domain.IntentDS:       {DS: ds},
		domain.IntentCodes:    {CodeTypes: []string{"domain", "real-name"}, AddStatuses: domain.Statuses{"clientUpdateProhibited"}},
	}
	table := map[domain.IntentKind][]row{
		domain.IntentRenew: {
			{"happened", seen(expiring(was.AddDate(1, 0, 0)), touched), true, did, ""},
			{"happened, by its grace period", seen(expiring(was.AddDate(1, 0, 0)), statuses("ok", "renewPeriod")), true, did, ""},
			{"happened, and no time of it is shown", seen(expiring(was.AddDate(1, 0, 0)), func(v *view) { v.object.UpdatedAt = time.Time{} }), true, did, ""},
			{"happened, and the registry's own on top", seen(expiring(was.AddDate(2, 0, 0)), touched, statuses("ok", "autoRenewPeriod")), true, did, ""},
			{"happened, in the grace period of the registry's own before", seen(expiring(was.AddDate(1, 0, 0)), touched, statuses("ok", "autoRenewPeriod")), true, did, ""},
			{"did not", seen(expiring(was)), true, not, ""},
			{"did not, and was not sent", seen(expiring(was)), false, not, ""},
			{"the registry's own counts", seen(expiring(was.AddDate(1, 0, 0)), statuses("ok", "autoRenewPeriod")), true, did, ""},
			{"the registry's own counts, and nothing was sent", seen(expiring(was.AddDate(1, 0, 0)), statuses("ok", "autoRenewPeriod")), false, did, ""},
			{"moved before it was sent", seen(expiring(was.AddDate(1, 0, 0)), touched), false, not, ""}, // next refuses it
			{"moved by an older renewal", seen(expiring(was.AddDate(1, 0, 0))), true, unknown, ""},
			{"moved by something else", seen(expiring(was.AddDate(3, 0, 0)), touched), true, unknown, ""},
			{"another's, unmoved", seen(rivals, expiring(was)), true, no, "domain.not-found"},
			{"another's, moved", seen(rivals, expiring(was.AddDate(1, 0, 0))), true, unknown, ""},
			{"another's and hidden", hidden, true, unknown, ""},
			{"another's, not sent", seen(rivals, expiring(was.AddDate(1, 0, 0))), false, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(expiring(was), statuses("pendingRenew")), true, wait, ""},
		},
		domain.IntentDelete: {
			{"happened: gone", gone, true, did, ""},
			{"happened: gone and taken by somebody", seen(rivals, func(v *view) { v.object.CreatedAt = later }), true, did, ""},
			{"happened: in redemption", seen(statuses("pendingDelete", "redemptionPeriod")), true, did, ""},
			{"did not", seen(), true, not, ""},
			{"half: being restored", seen(statuses("pendingDelete", "pendingRestore")), true, not, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"another's and hidden", hidden, true, unknown, ""},
			{"vanished before it was sent", gone, false, no, "domain.not-found"},
			{"so already", seen(statuses("pendingDelete")), false, did, ""},
		},
		domain.IntentRestore: {
			{"happened", seen(), true, did, ""},
			{"did not", seen(statuses("pendingDelete", "redemptionPeriod")), true, not, ""},
			{"half: requested, not reported", seen(statuses("pendingDelete", "pendingRestore")), true, not, ""},
			{"too late", seen(statuses("pendingDelete")), true, no, "restore.not-redeemable"},
			{"nothing to restore", seen(), false, no, "restore.not-redeemable"},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
		},
		domain.IntentUpdateNS: {
			{"happened", seen(func(v *view) { v.object.NameServers = []string{"ns2.new.net", "ns1.new.net"} }), true, did, ""},
			{"did not", seen(), true, not, ""},
			{"half", seen(func(v *view) { v.object.NameServers = []string{"ns1.old.net", "ns1.new.net"} }), true, not, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(statuses("pendingUpdate")), true, wait, ""},
		},
		domain.IntentStatus: {
			{"happened", seen(statuses("clientTransferProhibited")), true, did, ""},
			{"did not", seen(statuses("clientUpdateProhibited")), true, not, ""},
			{"half", seen(statuses("clientTransferProhibited", "clientUpdateProhibited")), true, not, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(statuses("pendingUpdate", "clientUpdateProhibited")), true, wait, ""},
		},
		domain.IntentDS: {
			{"happened", seen(func(v *view) { v.object.DS = []domain.DS{ds[1], ds[0]} }), true, did, ""},
			{"did not", seen(), true, not, ""},
			{"half", seen(func(v *view) { v.object.DS = ds[:1] }), true, not, ""},
			{"keys are left beside", seen(func(v *view) { v.object.DS, v.keys = ds, true }), true, not, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(statuses("pendingUpdate")), true, wait, ""},
		},
		domain.IntentContacts: {
			{"happened", seen(contacts("ORNEW", "ORNEW", "ORNEW")), true, did, ""},
			{"did not", seen(contacts("OROLD", "OROLD", "OROLD")), true, not, ""},
			{"half: registrant only", seen(contacts("ORNEW", "OROLD", "OROLD")), true, not, ""},
			{"half: a role is missing", seen(contacts("ORNEW", "ORNEW", "")), true, not, ""},
			{"none are kept there", seen(), true, did, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(contacts("OROLD", "OROLD", "OROLD"), statuses("pendingUpdate")), true, wait, ""},
		},
		domain.IntentCodes: {
			{"happened", seen(coded(later)), true, did, ""},
			{"did not", seen(), true, not, ""},
			{"of an earlier registrant", seen(coded(ordered.AddDate(0, 0, -1))), true, not, ""},
			{"one of two", seen(coded(later), func(v *view) { v.object.Codes = v.object.Codes[:1] }), true, not, ""},
			{"half: the owner's lock is open", seen(coded(later), func(v *view) { v.object.Statuses = domain.Statuses{"ok"} }), true, not, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(statuses("pendingUpdate")), true, wait, ""},
		},
		domain.IntentAuth: {
			{"happened", seen(func(v *view) { v.auth = authMatches }), true, did, ""},
			{"did not", seen(func(v *view) { v.auth = authDiffers }), true, not, ""},
			{"not shown: the same once more", seen(), true, not, ""},
			{"another's", seen(rivals), true, no, "domain.not-found"},
			{"vanished", gone, true, no, "domain.not-found"},
			{"pending", seen(statuses("pendingUpdate")), true, wait, ""},
		},
		domain.IntentTransferRequest: {
			{"happened", seen(), true, did, ""},
			{"here before it was sent", seen(), false, no, "transfer.already-here"},
			{"did not", seen(rivals), true, not, ""},
			{"an older request of ours", seen(rivals, transfer(epp.TransferClientRejected, true, ordered.AddDate(0, 0, -1))), true, not, ""},
			{"another's request", seen(rivals, transfer(epp.TransferPending, false, later)), true, not, ""},
			{"pending", seen(rivals, transfer(epp.TransferPending, true, later)), true, wait, ""},
			{"rejected", seen(rivals, transfer(epp.TransferClientRejected, true, later)), true, no, "transfer.refused-by-registrar"},
			{"cancelled", seen(rivals, transfer(epp.TransferServerCancelled, true, later)), true, no, "transfer.not-pending"},
			{"approved, and gone on", seen(rivals, transfer(epp.TransferClientApproved, true, later)), true, unknown, ""},
			{"hidden", hidden, true, not, ""},
			{"vanished", gone, true, no, "domain.not-found"},
		},
		domain.IntentTransferCancel: {
			{"happened", seen(rivals, transfer(epp.TransferClientCancelled, true, later)), true, did, ""},
			{"did not", seen(rivals, transfer(epp.TransferPending, true, later)), true, not, ""},
			{"approved meanwhile", seen(transfer(epp.TransferClientApproved, true, later)), true, no, "transfer.not-pending"},
			{"another's", seen(rivals, transfer(epp.TransferPending, false, later)), true, no, "transfer.not-pending"},
			{"vanished", gone, true, no, "transfer.not-pending"},
		},
		domain.IntentTransferApprove: {
			{"happened", seen(rivals, transfer(epp.TransferClientApproved, false, later)), true, did, ""},
			{"the registry did", seen(rivals, transfer(epp.TransferServerApproved, false, later)), true, did, ""},
			{"did not", seen(transfer(epp.TransferPending, false, later)), true, not, ""},
			{"cancelled meanwhile", seen(transfer(epp.TransferClientCancelled, false, later)), true, no, "transfer.not-pending"},
			{"vanished", gone, true, no, "transfer.not-pending"},
		},
		domain.IntentTransferReject: {
			{"happened", seen(transfer(epp.TransferClientRejected, false, later)), true, did, ""},
			{"did not", seen(transfer(epp.TransferPending, false, later)), true, not, ""},
			{"too late", seen(rivals, transfer(epp.TransferServerApproved, false, later)), true, no, "transfer.not-pending"},
			{"none", seen(), true, no, "transfer.not-pending"},
		},
	}
	for _, kind := range domain.IntentKinds {
		if kind == domain.IntentCreate {
			continue // TestAskCreate
		}
		k, ok := acts[kind]
		if !ok || len(table[kind]) == 0 {
			t.Errorf("%s has no row", kind)
			continue
		}
		for _, r := range table[kind] {
			in := domain.Intent{Name: "a.com", Kind: kind, CreatedAt: ordered, Payload: payloads[kind]}
			out := k.judge(in, r.v, r.sent)
			if out.Kind != r.kind || (r.code != "" && out.Code != r.code) {
				t.Errorf("%s, %s: %s %s %v, want %s %s", kind, r.name, out.Kind, out.Code, out.Facts, r.kind, r.code)
			}
			if out.Kind == no && out.Code == "" || out.Kind == unknown && out.Facts["proof"] != "none" {
				t.Errorf("%s, %s: says nothing of why: %+v", kind, r.name, out)
			}
		}
	}
}

func contacts(registrant, admin, tech string) func(*view) {
	return func(v *view) {
		v.keeps, v.roles, v.handles = true, []string{"admin", "tech"}, []string{"ORNEW", "ORNEW2"}
		v.object.Registrant, v.contacts = registrant, nil
		for i, id := range []string{admin, tech} {
			if id != "" {
				v.contacts = append(v.contacts, epp.DomainContact{Type: v.roles[i], ID: id})
			}
		}
	}
}

// What is left of an act that happened in part is all that is sent.
func TestWhatIsLeftIsSent(t *testing.T) {
	a, b, c := domain.DS{KeyTag: 1, Algorithm: 8, DigestType: 2, Digest: "AA"}, domain.DS{KeyTag: 2, Algorithm: 8, DigestType: 2, Digest: "BB"}, domain.DS{KeyTag: 3, Algorithm: 8, DigestType: 2, Digest: "CC"}
	in := domain.Intent{Name: "a.com", Payload: domain.Payload{DS: []domain.DS{a, b}}}
	cmd, _ := nextDS(in, seen(func(v *view) { v.object.DS = []domain.DS{a, c} }))
	sec, _ := epp.Find[*epp.SecDNSUpdate](cmd.Extensions)
	if sec.RemAll || len(sec.Add.DS) != 1 || sec.Add.DS[0].KeyTag != 2 || len(sec.Rem.DS) != 1 || sec.Rem.DS[0].KeyTag != 3 {
		t.Errorf("%+v", sec)
	}
	cmd, _ = nextDS(domain.Intent{Name: "a.com"}, seen(func(v *view) { v.object.DS = []domain.DS{a, c} }))
	if sec, _ = epp.Find[*epp.SecDNSUpdate](cmd.Extensions); !sec.RemAll || !sec.Rem.Empty() || !sec.Add.Empty() {
		t.Errorf("unsigned: %+v", sec)
	}
	cmd, _ = nextDS(in, seen(func(v *view) { v.keys = true }))
	if sec, _ = epp.Find[*epp.SecDNSUpdate](cmd.Extensions); !sec.RemAll || len(sec.Add.DS) != 2 {
		t.Errorf("keys first: %+v", sec)
	}
	in.Payload = domain.Payload{AddStatuses: domain.Statuses{"clientTransferProhibited"}, RemStatuses: domain.Statuses{"clientUpdateProhibited"}}
	cmd, _ = nextStatus(in, seen(statuses("clientTransferProhibited", "clientUpdateProhibited")))
	if u := cmd.Action.(*epp.DomainUpdate); u.Add != nil || u.Rem == nil || !slices.Equal(values(u.Rem.Statuses), []string{"clientUpdateProhibited"}) {
		t.Errorf("%+v", u)
	}
	v := seen(contacts("OROLD", "ORNEW", "OROLD"))
	v.contact = "ORNEW"
	cmd, _ = nextContacts(in, v)
	u := cmd.Action.(*epp.DomainUpdate)
	if *u.Chg.Registrant != "ORNEW" || !slices.Equal(u.Add.Contacts, []epp.DomainContact{{Type: "tech", ID: "ORNEW"}}) ||
		!slices.Equal(u.Rem.Contacts, []epp.DomainContact{{Type: "tech", ID: "OROLD"}}) {
		t.Errorf("%+v %+v", u.Add, u.Rem)
	}
	cmd, out := nextRenew(domain.Intent{Name: "a.com", Payload: domain.Payload{Years: 1, Expires: ordered}}, seen())
	if cmd != nil || out.Kind != domain.OutcomeRefused || out.Code != "renew.expiry-moved" || out.Facts["expected"] != "2026-11-24" || out.Facts["found"] != "2027-05-24" {
		t.Errorf("a renewal whose expiry has moved: %v %+v", cmd, out)
	}
	// The registry's own year counts: what is left of three is two, from the expiry that it shows.
	v = seen(statuses("autoRenewPeriod"))
	own := v.object.ExpiresAt
	cmd, out = nextRenew(domain.Intent{Name: "a.com", Payload: domain.Payload{Years: 3, Expires: own.AddDate(-1, 0, 0)}}, v)
	if cmd == nil || out.Kind != "" || cmd.Action.(*epp.DomainRenew).Period != epp.Years(2) || !cmd.Action.(*epp.DomainRenew).CurExpDate.Equal(own.UTC()) {
		t.Errorf("a renewal in the registry's own: %+v %+v", cmd, out)
	}
}

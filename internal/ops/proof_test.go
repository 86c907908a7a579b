package ops_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// source gives a template's codes, or none while the authority is away.
type source struct {
	away  bool
	types []string
	asked int
}

func (s *source) CodesFor(context.Context, domain.Name, domain.TemplateID, ...string) ([]domain.SignedCode, error) {
	if s.asked++; s.away {
		return nil, fault.New(fault.Unavailable, "verify.submission-failed")
	}
	var out []domain.SignedCode
	for _, t := range s.types {
		out = append(out, domain.SignedCode{Type: t, Value: "1-abc", Encoded: "eA=="})
	}
	return out, nil
}

var somebody = domain.Contact{Kind: domain.Individual, OrganizationCN: "苏禾", Organization: "Su He", NameCN: "苏禾", Name: "Su He", CountryCN: "中国", Country: "CN",
	ProvinceCN: "浙江", CityCN: "杭州", StreetCN: "云栖路 8 号", Street: "8 Yunqi Road", PostalCode: "310000", Telephone: "+86.13800000000", Email: "su@example.com"}

// template adds one that is not approved.
func (h *house) template(status domain.TemplateStatus) domain.TemplateID {
	h.Helper()
	id, err := h.db.NextIDs(h.Context(), 1)
	h.ok(err)
	h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.InsertTemplate{Template: domain.Template{ID: domain.TemplateID(id), Account: h.scope.Account,
		Version: 1, Status: status, Contact: somebody, CertificateType: "SFZ", SealedNumber: []byte("n"), MaskedNumber: "330***", CreatedAt: h.Now(), UpdatedAt: h.Now()}}}}))
	return domain.TemplateID(id)
}

// moves puts a template into another state of its verification.
func (h *house) moves(id domain.TemplateID, from, to domain.TemplateStatus) {
	h.Helper()
	h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.SetTemplateStatus{ID: id, From: from, To: to, Reason: "verify.household-moving", At: h.Now()},
		ops.FlagProof{Template: id, At: h.Now()}}}))
}

// wanting is a registry that wants codes within five days and takes what is sent.
func (h *house) wanting(sent *[]domain.Leased) {
	h.send = func(_ context.Context, l domain.Leased) domain.Outcome {
		*sent = append(*sent, l)
		out := accepted(l)
		o := &out.Object
		if t, err := h.db.TenureByName(h.Context(), l.Intent.Name); err == nil {
			o.NameServers, o.ExpiresAt, o.CreatedAt, o.Statuses = t.NameServers, t.ExpiresAt, t.RegisteredAt, t.Statuses
		} else {
			o.CreatedAt, o.ExpiresAt = h.Now(), h.Now().AddDate(1, 0, 0)
		}
		switch {
		case l.Intent.Kind == domain.IntentCodes || l.Intent.Kind == domain.IntentCreate && l.Template.Status == domain.TemplateApproved:
			o.Verification = "compliant"
		case l.Intent.Kind == domain.IntentCreate:
			o.Verification, o.VerifyBy, o.Missing = "pendingCompliance", h.Now().AddDate(0, 0, 5), []string{"real-name"}
		case l.Intent.Kind == domain.IntentStatus:
			o.Statuses = append(slices.DeleteFunc(slices.Clone(o.Statuses), func(s domain.Status) bool { return l.Intent.Payload.RemStatuses.Has(s) }), l.Intent.Payload.AddStatuses...)
		}
		return out
	}
}

func (h *house) dispatch(account string) {
	h.Helper()
	h.ok(h.Dispatch(h.Context(), account))
}

func (h *house) buy(template domain.TemplateID, names ...string) {
	h.Helper()
	_, err := h.Register(h.Context(), h.scope, ops.Register{Template: template, Names: names, Years: 1, Agreement: h.Policy().House.Agreement})
	h.ok(err)
	h.dispatch("verisim")
}

// letters are the kinds of the messages that wait to be sent, sorted.
func (h *house) letters() (kinds []string) {
	h.Helper()
	list, err := h.db.LeaseMessages(h.Context(), time.Now().Add(time.Hour), 100)
	h.ok(err)
	for _, m := range list {
		if m.Kind != "order-done" && m.Kind != "welcome" {
			kinds = append(kinds, m.Kind)
		}
		h.ok(h.db.MarkMessage(h.Context(), m.ID, domain.DeliverySent, time.Now()))
	}
	slices.Sort(kinds)
	return kinds
}

// A name that is registered before the review has its term shown and reminded of; its codes follow the approval.
func TestCodesFollowTheApproval(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		codes := &source{types: []string{"real-name"}, away: true}
		h.Codes = codes
		id := h.template(domain.TemplateInAudit)
		h.buy(id, "one.com", "two.com")
		n := h.tenure("one.com")
		if n.VerifyBy.Sub(h.Now()) < 4*24*time.Hour || n.CodesOf != 0 || !n.NextActionAt.Equal(n.VerifyBy.AddDate(0, 0, -3)) {
			h.Fatalf("due %s, next action %s", n.VerifyBy, n.NextActionAt)
		}
		h.sweep()
		if q, err := h.db.Quiet(h.Context(), h.Now()); err != nil || q.Due != 0 || q.Intents != 0 || codes.asked != 0 {
			h.Fatalf("codes of a template in review: %+v %v, asked %d times", q, err, codes.asked)
		}
		h.letters()
		h.moved.Add(int64(49 * time.Hour))
		h.sweep()
		if got := h.letters(); !slices.Equal(got, []string{"verification-due", "verification-due"}) {
			h.Errorf("three days before: %v", got)
		}
		h.moves(id, domain.TemplateInAudit, domain.TemplateApproved)
		h.sweep()
		if q, _ := h.db.Quiet(h.Context(), h.Now()); q.Intents != 0 || q.Due != 0 || codes.asked == 0 {
			h.Errorf("while the authority is away: %+v", q)
		}
		codes.away = false
		h.moved.Add(int64(61 * time.Minute))
		sent = nil
		h.sweep()
		h.dispatch("verisim")
		if len(sent) != 2 || sent[0].Intent.Kind != domain.IntentCodes || sent[0].Template == nil || sent[0].Template.ID != id ||
			!slices.Equal(sent[0].Intent.Payload.CodeTypes, []string{"real-name"}) {
			h.Fatalf("pushed: %+v", sent)
		}
		n = h.tenure("one.com")
		if n.CodesOf != id || !n.VerifyBy.IsZero() {
			h.Errorf("codes of %d, due %s", n.CodesOf, n.VerifyBy)
		}
		sent = nil
		h.sweep()
		h.dispatch("verisim")
		if q, _ := h.db.Quiet(h.Context(), h.Now()); len(sent) != 0 || q.Due != 0 || q.Intents != 0 {
			h.Errorf("pushed again: %+v, %+v", sent, q)
		}
		h.moved.Add(int64(48 * time.Hour))
		h.sweep()
		if got := h.letters(); slices.Contains(got, "verification-due") {
			h.Errorf("reminded of what is done: %v", got)
		}
		// A name of an approved template carries its codes from the start.
		h.buy(id, "three.com")
		if n := h.tenure("three.com"); n.CodesOf != id || !n.VerifyBy.IsZero() || len(sent) != 1 {
			h.Errorf("%+v", n)
		}
		h.wallet(1_000_000-3*6800, 0)
	})
}

// Codes that the registry has lost, or never had, are pushed when a look shows so; once.
func TestCodesThatAreMissingArePushed(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		h.Codes = &source{types: []string{"real-name"}}
		there := h.bought("one.com")
		o := there["one.com"]
		o.Verification, o.VerifyBy, o.Missing = "nonCompliant", h.Now().Add(-time.Hour), []string{"real-name"}
		o.Statuses = domain.Statuses{"serverHold"}
		there["one.com"] = o
		sent = nil
		for range 3 {
			h.looked("verisim", there.look())
			h.sweep()
			h.dispatch("verisim")
		}
		if len(sent) != 1 || sent[0].Intent.Kind != domain.IntentCodes {
			h.Errorf("%d acts", len(sent))
		}
	})
}

// The owner's update lock does not keep codes away; a lock of the registry's does, and they are tried again.
func TestCodesAndLocks(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		h.Codes = &source{types: []string{"real-name"}}
		id := h.template(domain.TemplateInAudit)
		h.buy(id, "one.com", "two.com")
		for name, status := range map[string]domain.Status{"one.com": domain.ClientUpdateProhibited, "two.com": domain.ServerUpdateProhibited} {
			n := h.tenure(name)
			n.Statuses = domain.Statuses{status}
			h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.SetTenure{Tenure: n}}}))
		}
		sent = nil
		h.moves(id, domain.TemplateInAudit, domain.TemplateApproved)
		h.sweep()
		h.dispatch("verisim")
		if len(sent) != 1 || sent[0].Intent.Name != "one.com" || !sent[0].Intent.Payload.AddStatuses.Has(domain.ClientUpdateProhibited) {
			h.Fatalf("%+v", sent)
		}
		n := h.tenure("two.com")
		n.Statuses = domain.Statuses{"ok"}
		h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.SetTenure{Tenure: n}}}))
		h.moved.Add(int64(25 * time.Hour))
		h.sweep()
		h.dispatch("verisim")
		if len(sent) != 2 || sent[1].Intent.Name != "two.com" {
			h.Errorf("%d acts", len(sent))
		}
	})
}

// A push that the registry refuses leaves a case, and is tried again a day later; its success ends the case.
func TestARefusedPush(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		h.Codes = &source{types: []string{"real-name"}}
		id := h.template(domain.TemplateInAudit)
		h.buy(id, "one.com")
		h.moves(id, domain.TemplateInAudit, domain.TemplateApproved)
		takes := h.send
		h.send = func(context.Context, domain.Leased) domain.Outcome {
			return domain.Outcome{Kind: domain.OutcomeRefused, Code: "domain.update-refused", Facts: map[string]string{"epp": "2306"}}
		}
		h.sweep()
		h.dispatch("verisim")
		if h.codes("one.com") != "domain.update-refused" {
			h.Fatalf("cases %s", h.codes("one.com"))
		}
		h.send = takes
		h.sweep()
		h.dispatch("verisim")
		if h.tenure("one.com").CodesOf != 0 {
			h.Error("tried again at once")
		}
		h.moved.Add(int64(25 * time.Hour))
		h.sweep()
		h.dispatch("verisim")
		if h.tenure("one.com").CodesOf != id || h.codes("one.com") != "" {
			h.Errorf("cases %s", h.codes("one.com"))
		}
	})
}

// A registry's hold for want of proof is told apart by how far our own verification is; the cause moves with it.
func TestHoldsMoveWithTheVerification(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		h.Codes = &source{away: true}
		id := h.template(domain.TemplateNotUpload)
		h.buy(id, "one.com")
		n := h.tenure("one.com")
		due := n.VerifyBy
		there := shelf{"one.com": {Name: "one.com", ROID: n.ROID, Sponsor: "ours", Statuses: domain.Statuses{"serverHold"}, NameServers: n.NameServers, CreatedAt: n.RegisteredAt,
			ExpiresAt: n.ExpiresAt, Verification: "nonCompliant", VerifyBy: due, Missing: []string{"real-name"}}}
		h.letters()
		h.looked("verisim", there.look())
		f := h.facts("one.com", "hold.unverified")
		if f["due"] != due.UTC().Format(time.RFC3339) || f["statuses"] != "serverHold" {
			h.Errorf("%v", f)
		}
		if got := h.letters(); !slices.Equal(got, []string{"name-held"}) {
			h.Errorf("told %v", got)
		}
		since := f["since"]
		for _, step := range []struct {
			from, to domain.TemplateStatus
			code     string
			fact     string
		}{
			{domain.TemplateNotUpload, domain.TemplateInAudit, "hold.verification-in-review", "submitted"},
			{domain.TemplateInAudit, domain.TemplateReject, "hold.verification-rejected", "reason"},
			{domain.TemplateReject, domain.TemplateInAudit, "hold.verification-in-review", "submitted"},
			{domain.TemplateInAudit, domain.TemplateApproved, "hold.verification-refreshing", "approved"},
		} {
			h.moves(id, step.from, step.to)
			h.sweep()
			f := h.facts("one.com", step.code)
			if h.codes("one.com") != step.code || f[step.fact] == "" || f["since"] != since {
				h.Errorf("%s: %s %v", step.to, h.codes("one.com"), f)
			}
			if step.fact == "reason" && f["reason"] != "verify.household-moving" {
				h.Errorf("%v", f)
			}
		}
		if got := h.letters(); len(got) != 0 {
			h.Errorf("told again: %v", got)
		}
		o := there["one.com"]
		o.Statuses, o.Verification, o.Missing = domain.Statuses{"ok"}, "compliant", nil
		there["one.com"] = o
		h.looked("verisim", there.look())
		if got := h.letters(); h.codes("one.com") != "" || !slices.Equal(got, []string{"name-released"}) {
			h.Errorf("lifted: %s, told %v", h.codes("one.com"), got)
		}
	})
}

// A registrant who can't be reached within 15 days has the name held by us, and freed once that has changed.
func TestAnUnreachedRegistrant(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		id := h.template(domain.TemplateNotUpload)
		h.buy(id, "one.com")
		h.sweep()
		n := h.tenure("one.com")
		if got := n.ContactBy.Sub(n.RegisteredAt); got != 15*24*time.Hour {
			h.Fatalf("term %s", got)
		}
		for range 15 {
			h.moved.Add(int64(24*time.Hour - time.Minute))
			h.sweep()
		}
		if got := h.letters(); !slices.Contains(got, "contact-due") {
			h.Errorf("told %v", got)
		}
		sent = nil
		h.moved.Add(int64(24 * time.Hour))
		h.sweep()
		h.sweep()
		h.dispatch("verisim")
		if len(sent) != 1 || sent[0].Intent.Kind != domain.IntentStatus || !sent[0].Intent.Payload.AddStatuses.Has(domain.ClientHold) {
			h.Fatalf("%+v", sent)
		}
		h.sweep()
		f := h.facts("one.com", "hold.contact-unverified")
		if f["email"] != "su@example.com" || f["due"] == "" || !h.tenure("one.com").Statuses.Has(domain.ClientHold) {
			h.Errorf("%v", f)
		}
		if got := h.letters(); !slices.Contains(got, "contact-held") {
			h.Errorf("told %v", got)
		}
		sent = nil
		h.sweep()
		h.dispatch("verisim")
		if len(sent) != 0 {
			h.Error("held twice")
		}
		h.moves(id, domain.TemplateNotUpload, domain.TemplateApproved)
		h.sweep()
		h.dispatch("verisim")
		h.sweep()
		if n := h.tenure("one.com"); n.Statuses.Has(domain.ClientHold) || h.codes("one.com") != "" || !n.ContactBy.IsZero() {
			h.Errorf("%v, cases %s", n.Statuses, h.codes("one.com"))
		}
	})
}

// A registrant whose telephone was verified has no term; one whose e-mail is verified under our hold has it lifted.
func TestAReachedRegistrant(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		prove := func(kind domain.ReachType, code string) {
			h.ok(h.db.Commit(h.Context(), ops.Plan{Writes: []ops.Write{ops.PutReach{Reach: domain.Reach{Account: h.scope.Account, Type: kind, Code: code, VerifiedAt: h.Now()}},
				ops.FlagProof{Account: h.scope.Account, At: h.Now()}}}))
		}
		h.buy(h.template(domain.TemplateNotUpload), "one.com")
		h.sweep()
		for range 16 {
			h.moved.Add(int64(24 * time.Hour))
			h.sweep()
			h.sweep()
			h.dispatch("verisim")
		}
		h.sweep()
		if h.codes("one.com") != "hold.contact-unverified" || !h.tenure("one.com").Statuses.Has(domain.ClientHold) {
			h.Fatalf("cases %s, %v", h.codes("one.com"), h.tenure("one.com").Statuses)
		}
		prove(domain.ReachEmail, somebody.Email)
		h.sweep()
		h.dispatch("verisim")
		h.sweep()
		if n := h.tenure("one.com"); h.codes("one.com") != "" || n.Statuses.Has(domain.ClientHold) || !n.ContactBy.IsZero() {
			h.Errorf("cases %s, %v", h.codes("one.com"), n.Statuses)
		}
		h.buy(h.template(domain.TemplateNotUpload), "two.com")
		h.sweep()
		if n := h.tenure("two.com"); !n.ContactBy.IsZero() {
			h.Errorf("term %s", n.ContactBy)
		}
	})
}

// Names of unverified registrants refuse what their suffix's policy says, and nothing else.
func TestUnverifiedNamesRefuse(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		id := h.template(domain.TemplateInAudit)
		h.buy(id, "one.com")
		there := h.bought("two.cn", "three.cn")
		_ = there
		h.moves(h.form, domain.TemplateApproved, domain.TemplateReject)
		refused := func(what string, err error) {
			h.Helper()
			if !fault.Is(err, "domain.unverified") {
				h.Errorf("%s: %v", what, err)
			}
		}
		_, err := h.DrawAuthCode(h.Context(), h.scope, "one.com")
		refused("code of .com", err)
		if _, err = h.Renew(h.Context(), h.scope, ops.Renew{Names: []string{"one.com"}, Years: 1}); err != nil {
			h.Errorf("renewal of .com: %v", err)
		}
		_, err = h.Renew(h.Context(), h.scope, ops.Renew{Names: []string{"two.cn"}, Years: 1})
		refused("renewal of .cn", err)
		_, err = h.SetLock(h.Context(), h.scope, []string{"two.cn"}, ops.LockUpdate, true)
		refused("lock of .cn", err)
		_, err = h.ChangeNameServers(h.Context(), h.scope, []string{"two.cn"}, []string{"ns1.x.net", "ns2.x.net"})
		refused("name servers of .cn", err)
		_, err = h.DrawAuthCode(h.Context(), h.scope, "two.cn")
		refused("code of .cn", err)
		h.moves(h.form, domain.TemplateReject, domain.TemplateApproved)
		if _, err = h.Renew(h.Context(), h.scope, ops.Renew{Names: []string{"two.cn"}, Years: 1}); err != nil {
			h.Error(err)
		}
		if _, err := h.ChangeRegistrant(h.Context(), h.scope, []string{"three.cn"}, id, false); !fault.Is(err, "template.not-approved") {
			h.Errorf("an unverified registrant of .cn: %v", err)
		}
	})
}

// A change of registrant keeps the name here for 60 days where its owner chose so.
func TestTheLockAfterAnotherRegistrant(t *testing.T) {
	engines(t, func(h *house) {
		var sent []domain.Leased
		h.wanting(&sent)
		h.Codes = &source{types: []string{"real-name"}}
		h.bought("one.com", "two.com")
		other := h.template(domain.TemplateApproved)
		_, err := h.ChangeRegistrant(h.Context(), h.scope, []string{"one.com"}, other, true)
		h.ok(err)
		_, err = h.ChangeRegistrant(h.Context(), h.scope, []string{"two.com"}, other, false)
		h.ok(err)
		sent = nil
		h.dispatch("verisim")
		h.sweep()
		h.dispatch("verisim")
		var kinds []string
		for _, l := range sent {
			kinds = append(kinds, string(l.Intent.Kind))
		}
		slices.Sort(kinds)
		if !slices.Equal(kinds, []string{"update-codes", "update-codes", "update-contacts", "update-contacts"}) {
			h.Errorf("sent %v", kinds)
		}
		n := h.tenure("one.com")
		if n.Template != other || n.CodesOf != other || n.LockUntil.Sub(h.Now()) < 59*24*time.Hour {
			h.Errorf("%+v", n)
		}
		if _, err = h.DrawAuthCode(h.Context(), h.scope, "one.com"); !fault.Is(err, "domain.change-locked") {
			h.Errorf("a code under the lock: %v", err)
		}
		if _, err = h.SetLock(h.Context(), h.scope, []string{"one.com"}, ops.LockTransfer, false); !fault.Is(err, "domain.change-locked") {
			h.Errorf("the lock is lifted: %v", err)
		}
		if _, err = h.DrawAuthCode(h.Context(), h.scope, "two.com"); err != nil {
			h.Error(err)
		}
		h.moved.Add(int64(61 * 24 * time.Hour))
		if _, err = h.DrawAuthCode(h.Context(), h.scope, "one.com"); err != nil {
			h.Errorf("after 60 days: %v", err)
		}
	})
}

// What makes a template unusable after the payment releases the money.
func TestATemplateThatBecameUnusable(t *testing.T) {
	engines(t, func(h *house) {
		h.must("one.com")
		h.over.old = true
		h.dispatch("verisim")
		if h.codes("one.com") != "registration.template-unusable" {
			h.Errorf("cases %s", h.codes("one.com"))
		}
		f := h.facts("one.com", "registration.template-unusable")
		if f["template"] == "" || f["refunded"] != "6800" {
			h.Errorf("%v", f)
		}
		h.wallet(1_000_000, 0)
	})
}

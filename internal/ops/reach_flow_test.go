package ops_test

import (
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

// post takes the newest message out of the outbox; its secret is sealed for whom it goes to.
func (h *house) post() domain.Message {
	h.Helper()
	list, err := h.db.LeaseMessages(h.Context(), h.wall().Add(time.Minute), 100)
	h.ok(err)
	for _, m := range list {
		h.ok(h.db.MarkMessage(h.Context(), m.ID, domain.DeliverySent, h.wall()))
	}
	if len(list) == 0 {
		h.Fatal("nothing was sent")
	}
	return list[len(list)-1]
}

// proved proves a reach with the code that went there.
func (h *house) proved(kind domain.ReachType, reach string) {
	h.Helper()
	h.ok(h.SendPhoneEmailCode(h.Context(), h.scope, kind, reach))
	code, err := h.Sealer.Open(h.post().Sealed, "")
	h.ok(err)
	_, err = h.CreatePhoneEmail(h.Context(), h.scope, kind, reach, string(code))
	h.ok(err)
}

func TestReachesAreProved(t *testing.T) {
	engines(t, func(h *house) {
		n := byte(0)
		h.Rand = func(k int) []byte { // another code each time
			n++
			return []byte(strings.Repeat(string(rune('0'+n)), k))
		}
		ctx, s := h.Context(), h.scope
		h.refused(h.SendPhoneEmailCode(ctx, s, domain.ReachEmail, "nobody"), "template.field-malformed")
		h.refused(h.SendPhoneEmailCode(ctx, s, 7, "a@b.example"), "template.field-malformed")
		h.Policy().House.BarredReaches = []string{"@barred.example", "+86.13100000000"}
		h.refused(h.SendPhoneEmailCode(ctx, s, domain.ReachEmail, "x@Barred.example"), "reach.prohibited")
		h.refused(h.SendPhoneEmailCode(ctx, s, domain.ReachPhone, "131 0000 0000"), "reach.prohibited")
		_, err := h.CreatePhoneEmail(ctx, s, domain.ReachEmail, "a@b.example", "123456")
		h.refused(err, "reach.code-wrong") // none was sent

		h.ok(h.SendPhoneEmailCode(ctx, s, domain.ReachPhone, "138 0000 0000"))
		m := h.post()
		code := string(m.Sealed)
		if m.To != "+86.13800000000" || m.Channel != domain.ChannelSMS || m.Kind != "reach-code" || len(code) != 6 || strings.Trim(code, "0123456789") != "" {
			h.Fatalf("%+v", m)
		}
		for k, v := range m.Facts {
			if strings.Contains(v, code) {
				h.Errorf("the fact %s tells the code", k)
			}
		}
		// Five tries, counted before they are compared; then even the right one is of no use.
		for left := 4; left >= 0; left-- {
			_, err := h.CreatePhoneEmail(ctx, s, domain.ReachPhone, m.To, "000000")
			if f := h.refused(err, "reach.code-wrong"); f.Facts["left"] != string(rune('0'+left)) {
				h.Errorf("%v, want %d left", f, left)
			}
		}
		_, err = h.CreatePhoneEmail(ctx, s, domain.ReachPhone, m.To, code)
		h.refused(err, "reach.code-wrong")
		// A new code; the older one is of no use any more, and another account's neither.
		h.ok(h.SendPhoneEmailCode(ctx, s, domain.ReachPhone, m.To))
		newer := string(h.post().Sealed)
		other, _ := h.owner("other@example.com")
		_, err = h.CreatePhoneEmail(ctx, other, domain.ReachPhone, m.To, newer)
		h.refused(err, "reach.code-wrong")
		_, err = h.CreatePhoneEmail(ctx, s, domain.ReachPhone, m.To, code)
		h.refused(err, "reach.code-wrong")
		h.moved.Add(int64(10 * time.Minute))
		_, err = h.CreatePhoneEmail(ctx, s, domain.ReachPhone, m.To, newer)
		h.refused(err, "reach.code-expired")
		h.proved(domain.ReachPhone, m.To)
		h.refused(func() error { _, err := h.CreatePhoneEmail(ctx, s, domain.ReachPhone, m.To, newer); return err }(), "reach.duplicate")

		list, total, err := h.PhoneEmails(ctx, s, ops.ReachFilter{})
		if err != nil || total != 1 || list[0].Code != m.To {
			h.Errorf("%v %v", list, err)
		}
		if list, _, err := h.PhoneEmails(ctx, other, ops.ReachFilter{}); err != nil || len(list) != 0 {
			h.Errorf("another sees %v %v", list, err)
		}
		for _, e := range h.logged("") {
			if strings.Contains(e.Subject, "13800000000") {
				h.Errorf("the log keeps the number: %+v", e)
			}
		}
		// As many an hour.
		for i := 3; i < h.Policy().House.CodesPerHour; i++ {
			h.ok(h.SendPhoneEmailCode(ctx, s, domain.ReachEmail, "a@b.example"))
		}
		h.refused(h.SendPhoneEmailCode(ctx, s, domain.ReachEmail, "c@d.example"), "reach.too-many-codes")
		h.moved.Add(int64(time.Hour))
		h.ok(h.SendPhoneEmailCode(ctx, s, domain.ReachEmail, "c@d.example"))
		h.NoSMS = true
		h.refused(h.SendPhoneEmailCode(ctx, s, domain.ReachPhone, "+86.13900000000"), "reach.no-channel")

		h.refused(h.DeletePhoneEmail(ctx, other, domain.ReachPhone, m.To), "reach.not-found")
		h.ok(h.DeletePhoneEmail(ctx, s, domain.ReachPhone, m.To))
		h.refused(h.KeepReach(ctx, s, s.Account, domain.ReachPhone, m.To), "account.denied")
		h.refused(h.KeepReach(ctx, domain.Scope{Account: s.Account, Operator: true, Via: "api"}, s.Account, domain.ReachPhone, m.To), "account.denied")
	})
}

// A template's status follows what is proved: NotVerified until both of its reaches are.
func TestTemplatesFollowTheirReaches(t *testing.T) {
	h := open(t, sqlite(t))
	ctx, s := h.Context(), h.scope
	status := func(id domain.TemplateID) domain.TemplateStatus {
		h.Helper()
		tm, err := h.Template(ctx, s, id)
		h.ok(err)
		return tm.Status
	}
	empty, err := h.SaveTemplate(ctx, s, ops.TemplateForm{})
	h.ok(err)
	form := h.person()
	named, err := h.SaveTemplate(ctx, s, form)
	h.ok(err)
	if empty.Status != domain.TemplateNotUpload || named.Status != domain.TemplateNotVerified {
		h.Fatalf("%s, %s", empty.Status, named.Status)
	}
	h.refused(h.Proved(ctx, named), "template.reach-unverified")
	h.proved(domain.ReachEmail, form.Contact.Email)
	if got := status(named.ID); got != domain.TemplateNotVerified {
		h.Errorf("with one of two it is %s", got)
	}
	if f := h.refused(h.Proved(ctx, named), "template.reach-unverified"); f.Facts["field"] != "Telephone" {
		h.Error(f)
	}
	h.proved(domain.ReachPhone, form.Contact.Telephone)
	if got := status(named.ID); got != domain.TemplateNotUpload {
		h.Errorf("with both it is %s", got)
	}
	h.ok(h.DeletePhoneEmail(ctx, s, domain.ReachEmail, form.Contact.Email))
	if got := status(named.ID); got != domain.TemplateNotVerified {
		h.Errorf("without one it is %s", got)
	}
	h.proved(domain.ReachEmail, form.Contact.Email)
	tm, err := h.Template(ctx, s, named.ID)
	h.ok(err)
	h.ok(h.db.Commit(ctx, ops.Plan{Writes: []ops.Write{ops.SetTemplateStatus{ID: tm.ID, From: tm.Status, To: domain.TemplateApproved, At: h.Now()}}}))
	f := h.refused(h.DeletePhoneEmail(ctx, s, domain.ReachEmail, form.Contact.Email), "reach.in-use")
	if f.Facts["template"] != named.ID.Public() {
		h.Error(f)
	}
	if _, err := h.db.Reach(ctx, domain.Reach{Account: s.Account, Type: domain.ReachEmail, Code: form.Contact.Email}); fault.Is(err, "reach.not-found") {
		h.Error("it is gone all the same")
	}
}

package registry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
)

func message(id, text string, data ...epp.Value) *epp.Response {
	r := epp.NewResponse(1301, data...)
	r.MsgQ = &epp.MsgQ{Count: 1, ID: id, QDate: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Msg: text}
	return r
}

func TestPoll(t *testing.T) {
	f := newFake(t)
	broken := message("b3", "x")
	broken.Wire = &epp.WireAct{Raw: epp.AppendFrame(nil, []byte(`<?xml version="1.0"?><epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response><result code="1301"><msg>m</msg></result><msgQ count="1" id="b3"><msg></response></epp>`))}
	f.queue = []*epp.Response{
		message("b1", "Pending done", &epp.DomainPendingData{PendingResult: epp.PendingResult{ID: "A.com", Done: true, ClTRID: "OR-77-2", SvTRID: "SRV-1", Date: time.Now()}}),
		message("b2", "", &epp.DomainInfoData{Name: "c.com", ROID: "D-1", ClID: "ours", AuthInfo: epp.Password(secret)}),
		broken,
		message("b5", "See www.registry.example: statuses of Held.COM. were changed."),
		message("b4", "Of a kind that nobody knows", &epp.Raw{Element: epp.NewElement("urn:example:other-1.0", "thing", "x")}),
	}
	f.start("", epp.Limits{})
	r := f.open()
	var got []Message
	n, err := r.Poll(context.Background(), "fakesim", func(_ context.Context, m Message) error {
		if f.counted("poll") == 0 || len(f.queue) == 0 || f.queue[0].MsgQ.ID != m.ID {
			t.Errorf("%s was acknowledged before it was stored", m.ID)
		}
		got = append(got, m)
		return nil
	})
	if err != nil || n != 5 || len(got) != 5 || len(f.queue) != 0 {
		t.Fatalf("%d messages, %v, %d left: %+v", n, err, len(f.queue), got)
	}
	if m := got[0]; m.Name != "a.com" || !m.Done || m.ClTRID != "OR-77" || !m.Readable || m.Text != "Pending done" || m.QueuedAt.Year() != 2026 || m.Account != "fakesim" {
		t.Errorf("%+v", m)
	}
	if m := got[1]; m.Domain != "c.com" || !strings.Contains(string(m.Raw), "c.com") || strings.Contains(string(m.Raw), secret) {
		t.Errorf("%s", m.Raw)
	}
	if got[3].Domain != "held.com" || !got[3].Readable {
		t.Errorf("a name in the words alone: %+v", got[3])
	}
	if got[2].Readable || got[2].ID != "b3" || got[4].Readable || got[4].Domain != "" || !strings.Contains(string(got[4].Raw), "urn:example:other-1.0") {
		t.Errorf("%+v %+v", got[2], got[3])
	}
	f.clean("poll")
	if n, err := r.Poll(context.Background(), "fakesim", nil); n != 0 || err != nil {
		t.Error(n, err)
	}
}

func TestPollKeepsWhatWasNotStored(t *testing.T) {
	f := newFake(t)
	f.queue = []*epp.Response{message("b1", "one"), message("b2", "two")}
	f.start("", epp.Limits{})
	r := f.open()
	full := errors.New("disk full")
	n, err := r.Poll(context.Background(), "fakesim", func(_ context.Context, m Message) error {
		if m.ID == "b2" {
			return full
		}
		return nil
	})
	if n != 1 || !errors.Is(err, full) || len(f.queue) != 1 {
		t.Errorf("%d %v, %d left", n, err, len(f.queue))
	}
}

// What messages say is kept as evidence, by kind; what says nothing, or can't be acknowledged, is parked.
func TestWhatMessagesSay(t *testing.T) {
	at := time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)
	d := &epp.DomainInfoData{Name: "A.com", ROID: "D-1", ClID: "ours"}
	nameless := message("", "nobody can acknowledge this")
	nameless.Wire = &epp.WireAct{Raw: epp.AppendFrame(nil, []byte(`<?xml version="1.0"?><epp xmlns="urn:ietf:params:xml:ns:epp-1.0"><response><result code="1301"><msg>m</msg></result><msgQ count="1"/><trID><svTRID>REG-1</svTRID></trID></response></epp>`))}
	for _, c := range []struct {
		name  string
		r     *epp.Response
		kind  string
		about string
		facts map[string]string
	}{
		{"change", message("1", "held", d, &epp.ChangePollData{State: epp.ChangeAfter, Operation: epp.ChangeUpdate, Date: at, SvTRID: "REG-1", Who: "registry", Reason: "abuse",
			CaseID: &epp.ChangeCase{Type: "udrp", ID: "77"}}), "change", "a.com",
			map[string]string{"text": "held", "operation": "update", "state": "after", "who": "registry", "reason": "abuse", "case": "udrp  77", "date": "2026-11-02T03:04:05Z"}},
		{"transfer", message("1", "asked for", &epp.DomainTransferData{Name: "a.com", TrStatus: "pending", ReID: "rival", AcID: "ours", ReDate: at, AcDate: at}), "transfer", "a.com",
			map[string]string{"status": "pending", "gaining": "rival", "losing": "ours", "until": "2026-11-02T03:04:05Z"}},
		{"rgp", message("1", "in redemption", d, &epp.RGPInfoData{Statuses: epp.Statuses("redemptionPeriod")}), "rgp", "a.com", map[string]string{"rgp": "redemptionPeriod"}},
		{"maintenance", message("1", "planned", &epp.MaintenanceInfoData{Item: &epp.MaintenanceItem{MaintenanceID: epp.MaintenanceID{ID: "M1"}, PollType: "create", Start: at, End: at,
			Systems: []epp.MaintenanceSystem{{Name: "EPP", Host: "x.example", Impact: "full"}}, Environment: "production", Reason: "planned", TLDs: []string{"com"}, CrDate: at}}), "maintenance", "",
			map[string]string{"maintenance": "M1", "operation": "create", "reason": "planned"}},
		{"balance", message("1", "Deposit is low", &epp.LowBalanceData{RegistrarName: "us", CreditLimit: "100.00", CreditThreshold: "10", ThresholdType: "PERCENT", AvailableCredit: "9.50"}), "balance", "",
			map[string]string{"text": "Deposit is low", "available": "9.50", "threshold": "10 PERCENT"}},
		{"blank", message("1", " "), "text", "", map[string]string{"why": "blank"}},
		{"unknown", message("1", "x", &epp.Raw{Element: epp.NewElement("urn:example:other-1.0", "thing", "x")}), "text", "", map[string]string{"why": "unknown", "namespace": "urn:example:other-1.0"}},
		{"nameless", nameless, "other", "", map[string]string{"why": "no-id"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			f.extra = []epp.Extension{epp.ChangePoll, epp.Maintenance, epp.LowBalance}
			f.queue = []*epp.Response{c.r}
			f.start("", epp.Limits{})
			r := f.open()
			var got []Message
			_, err := r.Poll(context.Background(), "fakesim", func(_ context.Context, m Message) error { got = append(got, m); return nil })
			if len(got) != 1 || (err != nil) != (c.name == "nameless") {
				t.Fatalf("%+v %v", got, err)
			}
			m := got[0]
			if m.Kind != c.kind || string(m.Domain) != c.about || m.Readable != (c.facts["why"] == "") {
				t.Errorf("%+v", m)
			}
			for k, v := range c.facts {
				if m.Facts[k] != v {
					t.Errorf("fact %s is %q, want %q", k, m.Facts[k], v)
				}
			}
		})
	}
}

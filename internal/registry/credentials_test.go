package registry

import (
	"context"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/epp"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

const other = "Aa2-other-Word-1"

func (f *fake) set(edit func()) { f.mu.Lock(); edit(); f.mu.Unlock() }

func TestPasswordChange(t *testing.T) {
	ctx := context.Background()
	f := newFake(t)
	f.start("", epp.Limits{MaxPerClient: 3})
	r := f.open(func(a *Account, _ *Config) { a.Sessions = 2 })
	if _, err := r.Check(ctx, "fakesim", names(1)); err != nil {
		t.Fatal(err)
	}
	if err := r.Try(ctx, "fakesim", domain.RegistrySecrets{Password: other}); fault.Of(err).Kind != fault.Denied || fault.Of(err).Code != CodeCredentials {
		t.Errorf("a wrong password: %v", err)
	}
	f.set(func() { f.keepPassword = true })
	if err := r.ChangePassword(ctx, "fakesim", other); fault.Of(err).Kind != fault.Denied {
		t.Errorf("a refused change: %v", err)
	}
	f.set(func() { f.keepPassword, f.losePassword = false, true })
	if err := r.ChangePassword(ctx, "fakesim", other); fault.Of(err).Kind == fault.Denied || err == nil {
		t.Errorf("a lost answer says nothing: %v", err)
	}
	f.set(func() { f.losePassword = false })
	if err := r.Try(ctx, "fakesim", domain.RegistrySecrets{}); fault.Of(err).Kind != fault.Denied {
		t.Errorf("the old one: %v", err)
	}
	if err := r.Try(ctx, "fakesim", domain.RegistrySecrets{Password: other}); err != nil {
		t.Errorf("the new one: %v", err)
	}
	r.Use("fakesim", domain.RegistrySecrets{Password: other})
	until(t, "the old sessions to go", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.sessions == 0 })
	if _, err := r.Check(ctx, "fakesim", names(1)); err != nil {
		t.Error(err)
	}
	f.mu.Lock()
	most := f.most
	f.mu.Unlock()
	if most > 3 {
		t.Errorf("%d sessions at once", most)
	}
	f.clean("password change", r.Standing())
}

// A refused login stops the diallings, is told as such, and ends with other credentials.
func TestRefusedCredentials(t *testing.T) {
	ctx := context.Background()
	f := newFake(t)
	f.start("", epp.Limits{})
	f.password = other
	r := f.open()
	for range 20 {
		if out := r.Send(ctx, intent("a.com")); out.Kind != domain.OutcomeNotSent {
			t.Errorf("%+v", out)
		}
	}
	h := r.Standing()[0]
	if !h.Refused || h.Reason == "" || h.Breaker == "closed" || h.Up {
		t.Errorf("%+v", h)
	}
	if n := h.Commands["login"]; n > 3 {
		t.Errorf("%d logins with credentials that were refused", n)
	}
	r.Use("fakesim", domain.RegistrySecrets{Password: other})
	if out := r.Send(ctx, intent("a.com")); out.Kind != domain.OutcomeAccepted {
		t.Errorf("%+v", out)
	}
	if h = r.Standing()[0]; h.Refused || h.Reason != "" {
		t.Errorf("%+v", h)
	}
}

func TestLoginWarnings(t *testing.T) {
	f := newFake(t)
	ends := f.wall.AddDate(0, 0, 9)
	f.warn = []epp.LoginEvent{{Type: epp.EventPassword, Level: epp.LevelWarning, ExDate: ends, Text: "Password expires soon"}}
	f.start("", epp.Limits{})
	r := f.open()
	if r.Standing()[0].LoggedIn {
		t.Error("nobody has logged in")
	}
	if _, err := r.Check(context.Background(), "fakesim", names(1)); err != nil {
		t.Fatal(err)
	}
	h := r.Standing()[0]
	if !h.LoggedIn || len(h.Warnings) != 1 || h.Warnings[0].Type != "password" || !h.Warnings[0].Until.Equal(ends) || h.Warnings[0].Text == "" {
		t.Errorf("%+v", h.Warnings)
	}
}

func item(id, kind string, impact string, start time.Time) *epp.MaintenanceItem {
	return &epp.MaintenanceItem{MaintenanceID: epp.MaintenanceID{ID: id}, PollType: kind, Systems: []epp.MaintenanceSystem{{Name: "EPP", Impact: impact}},
		Environment: "production", Start: start, End: start.Add(time.Hour), Reason: "planned", TLDs: []string{"com"}, CrDate: start.Add(-time.Hour),
		Types: []epp.MaintenanceText{{Text: "Upgrade"}}}
}

func TestMaintenanceFromPoll(t *testing.T) {
	f := newFake(t)
	start := f.wall.Add(24 * time.Hour)
	elsewhere, test, off := item("M-2", epp.MaintenanceCreated, epp.ImpactFull, start), item("M-3", epp.MaintenanceCreated, epp.ImpactFull, start), item("M-1", epp.MaintenanceDeleted, epp.ImpactFull, start)
	elsewhere.TLDs = []string{"net"}
	test.Environment = "ote"
	whois := item("M-4", epp.MaintenanceCreated, epp.ImpactFull, start)
	whois.Systems[0].Name = "WHOIS"
	for i, m := range []*epp.MaintenanceItem{item("M-1", epp.MaintenanceCreated, epp.ImpactFull, start), elsewhere, test, whois, off} {
		resp := epp.NewResponse(epp.CodeAckToDequeue, &epp.MaintenanceInfoData{Item: m})
		resp.MsgQ = &epp.MsgQ{ID: string(rune('1' + i)), Count: 1, QDate: f.wall, Msg: "Maintenance"}
		f.queue = append(f.queue, resp)
	}
	f.start("", epp.Limits{})
	r := f.open()
	var got []*Maintenance
	n, err := r.Poll(context.Background(), "fakesim", func(_ context.Context, m Message) error {
		if !m.Readable {
			t.Errorf("unreadable: %s", m.Raw)
		}
		got = append(got, m.Maintenance)
		return nil
	})
	if err != nil || n != 5 {
		t.Fatal(n, err)
	}
	want := domain.Window{RegistryAccount: "fakesim", Ref: "M-1", StartsAt: start, EndsAt: start.Add(time.Hour), Impact: domain.ImpactFull, Reason: "planned"}
	if got[0] == nil || got[0].Window != want || got[0].Cancelled {
		t.Errorf("%+v", got[0])
	}
	if got[1] != nil || got[2] != nil {
		t.Errorf("another suffix, another environment: %+v %+v", got[1], got[2])
	}
	if got[3] == nil || got[3].Impact != domain.ImpactNone {
		t.Errorf("another system: %+v", got[3])
	}
	if got[4] == nil || !got[4].Cancelled {
		t.Errorf("%+v", got[4])
	}
}

func TestMaintenanceList(t *testing.T) {
	f := newFake(t)
	start := f.wall.Add(24 * time.Hour)
	f.say = func(_ *fake, cmd *epp.Command) *epp.Response {
		ask, ok := cmd.Action.(*epp.MaintenanceInfo)
		switch {
		case !ok:
			return nil
		case ask.ID == "":
			return epp.NewResponse(1000, &epp.MaintenanceInfoData{List: []epp.MaintenanceListItem{{MaintenanceID: epp.MaintenanceID{ID: "M-1"}, Start: start, End: start.Add(time.Hour), CrDate: f.wall}}})
		}
		return epp.NewResponse(1000, &epp.MaintenanceInfoData{Item: item(ask.ID, "", epp.ImpactPartial, start)})
	}
	f.start("", epp.Limits{})
	r := f.open()
	got, err := r.Maintenance(context.Background(), "fakesim")
	if err != nil || len(got) != 1 || got[0].Impact != domain.ImpactPartial || got[0].Ref != "M-1" || got[0].Cancelled {
		t.Errorf("%+v %v", got, err)
	}
	if !r.MaintenanceDue("fakesim") || r.MaintenanceDue("fakesim") {
		t.Error("asked once an hour")
	}
}

func TestLowBalanceFromPoll(t *testing.T) {
	f := newFake(t)
	for i, d := range []*epp.LowBalanceData{
		{RegistrarName: "Ours", CreditLimit: "1000.00", CreditThreshold: "10", ThresholdType: epp.ThresholdPercent, AvailableCredit: "99.50"},
		{RegistrarName: "Ours", CreditLimit: "1000.00", CreditThreshold: "120.00", ThresholdType: epp.ThresholdFixed, AvailableCredit: "-1.25"}} {
		resp := epp.NewResponse(epp.CodeAckToDequeue, d)
		resp.MsgQ = &epp.MsgQ{ID: string(rune('1' + i)), Count: 1, QDate: f.wall, Msg: "Low balance"}
		f.queue = append(f.queue, resp)
	}
	f.start("", epp.Limits{})
	r := f.open()
	want := [][2]int64{{9950, 10000}, {-125, 12000}}
	n, err := r.Poll(context.Background(), "fakesim", func(_ context.Context, m Message) error {
		h := r.Standing()[0]
		if m.Kind != "balance" || !m.Readable || h.Deposit == nil || *h.Deposit != want[0][0] || h.LowTold != want[0][1] {
			t.Errorf("%+v, %+v, want %v", m, h, want[0])
		}
		want = want[1:]
		return nil
	})
	if err != nil || n != 2 {
		t.Error(n, err)
	}
}

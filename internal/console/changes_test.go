package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// Every form of a name's page asks for what it says, once, and leads to the order.
func TestChangesOfAName(t *testing.T) {
	b := newBench(t)
	withNames(b.f)
	v := b.as(t, domain.Owner)
	digest := strings.Repeat("AB", 32)
	for _, c := range []struct {
		path  string
		form  url.Values
		asked string
	}{
		{"/domains/renew", url.Values{"term": {"2:15000"}}, "Renew [yunhe-tea.com] 2 15000"},
		{"/domains/lock", url.Values{"lock": {"transfer"}, "on": {"yes"}}, "SetLock [yunhe-tea.com] transfer true"},
		{"/domains/lock", url.Values{"lock": {"update"}}, "SetLock [yunhe-tea.com] update false"},
		{"/domains/dnssec", url.Values{"ds": {"60485 8 2 " + digest + "\r\n"}}, "SetDS yunhe-tea.com [60485 8 2 " + digest + "]"},
		{"/domains/dnssec", url.Values{"ds": {" \n"}}, "SetDS yunhe-tea.com []"},
		{"/domains/code", url.Values{}, "DrawAuthCode yunhe-tea.com"},
		{"/domains/code/clear", url.Values{}, "ClearAuthCode yunhe-tea.com"},
		{"/domains/delete", url.Values{"confirm": {"Yunhe-Tea.com"}}, "Delete yunhe-tea.com"},
		{"/domains/restore", url.Values{"price": {"80000"}}, "Restore yunhe-tea.com 80000"},
		{"/domains/transfer", url.Values{"answer": {"reject"}}, "AnswerTransfer yunhe-tea.com false"},
		{"/domains/transfer", url.Values{"answer": {"approve"}}, "AnswerTransfer yunhe-tea.com true"},
	} {
		b.f.asked = nil
		c.form.Set("name", "yunhe-tea.com")
		res, _ := v.post(c.path, c.form)
		if res.StatusCode != 303 || res.Header.Get("Location") != "/orders/1044" || strings.Join(b.f.asked, ";") != c.asked {
			t.Errorf("%s %v: %d to %s, asked %q", c.path, c.form, res.StatusCode, res.Header.Get("Location"), b.f.asked)
		}
	}
	for _, c := range []struct {
		path string
		form url.Values
		code string
	}{
		{"/domains/renew", url.Values{"term": {"2"}}, "order.years"},
		{"/domains/renew", url.Values{"term": {"2:-1"}}, "order.years"},
		{"/domains/lock", url.Values{"lock": {"serverHold"}, "on": {"yes"}}, "input.form-malformed"},
		{"/domains/dnssec", url.Values{"ds": {"60485 8"}}, "input.ds-malformed"},
		{"/domains/delete", url.Values{"confirm": {"other.com"}}, "input.confirmation"},
		{"/domains/delete", url.Values{}, "input.confirmation"},
		{"/domains/restore", url.Values{"price": {"free"}}, "input.form-malformed"},
		{"/domains/transfer", url.Values{"answer": {""}}, "input.form-malformed"},
	} {
		b.f.asked = nil
		c.form.Set("name", "yunhe-tea.com")
		res, body := v.post(c.path, c.form)
		if res.StatusCode != 422 && res.StatusCode != 400 || !strings.Contains(body, `data-code="`+c.code+`"`) || b.f.asked != nil {
			t.Errorf("%s %v: %d, asked %q", c.path, c.form, res.StatusCode, b.f.asked)
		}
		if typed := c.form.Get("ds"); typed != "" && !strings.Contains(body, typed) {
			t.Error("what was typed is lost")
		}
	}
	if res, _ := v.post("/domains/renew", url.Values{"name": {"nobodys.com"}, "term": {"1:7500"}}); res.StatusCode != 303 {
		t.Errorf("the operation decides about names: %d", res.StatusCode)
	}
	b.f.fail["Renew"] = fault.New(fault.Missing, "domain.not-found", "name", "nobodys.com")
	if res, body := v.post("/domains/renew", url.Values{"name": {"nobodys.com"}, "term": {"1:7500"}}); res.StatusCode != 404 || !strings.Contains(body, "domain.not-found") {
		t.Errorf("%d", res.StatusCode)
	}
}

// The price shown is the price that is sent back; a code is shown by a page that nobody keeps.
func TestWhatANamePageShows(t *testing.T) {
	b := newBench(t)
	withNames(b.f)
	withChanges(b.f)
	v := b.as(t, domain.Owner)
	_, body := v.get("/domains/yunhe-tea.com")
	for _, want := range []string{`<option value="1:7500">`, `<option value="9:67500">`, "¥75.00"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, `id="restore-form"`) || !strings.Contains(body, `id="delete-form"`) {
		t.Error("a name that works can be restored, or can't be deleted")
	}
	_, body = v.get("/domains/laocha.com")
	if !strings.Contains(body, `name="price" value="80000"`) || strings.Contains(body, `id="renew-form"`) || strings.Contains(body, `id="delete-form"`) {
		t.Error("a name in redemption can't be restored, or something else can be done to it")
	}
	_, body = v.get("/domains/chawei.com")
	if !strings.Contains(body, `id="code-show"`) || strings.Contains(body, `id="code-draw"`) {
		t.Error("a code that is ready can't be seen")
	}
	res, body := v.post("/domains/code/show", url.Values{"name": {"chawei.com"}})
	if res.StatusCode != 200 || !strings.Contains(body, "Qv7tR2mXk9LpZs4WdN8cYb6HfA") || res.Header.Get("Cache-Control") != "no-store" || strings.Contains(b.log.String(), "Qv7tR2") {
		t.Errorf("%d", res.StatusCode)
	}
	if b.f.scopes["ShowAuthCode"].Operator {
		t.Error("a code is shown to the desk")
	}
}

// withChanges are names in the states that allow other acts.
func withChanges(f *fake) {
	add := func(name string, edit func(*domain.Tenure)) {
		t := domain.Tenure{ID: domain.TenureID(len(f.names) + 1), Account: 1, Name: domain.Name(name), RegistryAccount: "verisim", Template: 1, Order: 1040, ROID: "D1043-VSIM",
			Statuses: domain.Statuses{domain.StatusOK}, NameServers: []string{"ns1.openhost.net", "ns2.openhost.net"}, RegisteredAt: today.AddDate(-1, 0, 115),
			ExpiresAt: today.AddDate(0, 0, 115), Version: 2, UpdatedAt: today}
		edit(&t)
		f.names = append(f.names, t)
	}
	add("chawei.com", func(t *domain.Tenure) {
		t.SealedAuth, t.AuthUntil = []byte{1}, today.AddDate(0, 0, 5)
		t.DS = []domain.DS{{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: strings.Repeat("D4B7D520", 8)}, {KeyTag: 21866, Algorithm: 13, DigestType: 4, Digest: strings.Repeat("A1", 48)}}
	})
	add("laocha.com", func(t *domain.Tenure) {
		t.Statuses, t.DeletedAt = domain.Statuses{domain.PendingDelete, domain.RedemptionPeriod}, today.AddDate(0, 0, -9)
	})
	add("zoucha.com", func(t *domain.Tenure) { t.Statuses = domain.Statuses{domain.PendingTransfer} })
}

// changeShots are the states of a name's page that its forms bring about.
func changeShots() []shot {
	const o = domain.Owner
	approved := withTemplates(domain.TemplateApproved, domain.TemplateInAudit, domain.TemplateReject, domain.TemplateNotUpload)
	return []shot{
		{"domain-code-ready", o, "/domains/chawei.com", nil, 200, both(withNames, approved, withChanges)},
		{"domain-redemption", o, "/domains/laocha.com", nil, 200, both(withNames, approved, withChanges)},
		{"domain-leaving", o, "/domains/zoucha.com", nil, 200, both(withNames, approved, withChanges)},
		{"domain-renew-refused", o, "/domains/renew", url.Values{"name": {"yunhe-tea.com"}, "term": {"2:15000"}}, 409, both(withNames, approved, func(f *fake) {
			f.fail["Renew"] = fault.New(fault.Conflict, "order.price-changed", "shown", "15000", "now", "15600", "currency", "CNY")
		})},
		{"domain-lock-refused", o, "/domains/lock", url.Values{"name": {"yunhe-tea.com"}, "lock": {"update"}, "on": {"yes"}}, 409, both(withNames, approved, func(f *fake) {
			f.fail["SetLock"] = fault.New(fault.Conflict, "domain.busy", "name", "yunhe-tea.com")
		})},
		{"domain-ds-refused", o, "/domains/dnssec", url.Values{"name": {"yunhe-tea.com"}, "ds": {"60485 8 x AB"}}, 422, both(withNames, approved)},
		{"domain-delete-refused", o, "/domains/delete", url.Values{"name": {"yunhe-tea.com"}, "confirm": {"yunhe.com"}}, 422, both(withNames, approved)},
		{"domain-code", o, "/domains/code/show", url.Values{"name": {"yunhe-tea.com"}}, 200, both(withNames, approved)},
		{"domain-code-none", o, "/domains/code/show", url.Values{"name": {"yunhe-tea.com"}}, 404, both(withNames, approved, func(f *fake) {
			f.fail["ShowAuthCode"] = fault.New(fault.Missing, "auth-code.none", "name", "yunhe-tea.com")
		})},
	}
}

package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

// withMixed is a batch whose names have reasons of their own.
func withMixed(f *fake) {
	withOrders(f)
	for i := range f.orders {
		if f.orders[i].ID == 1042 {
			f.orders[i].Failed, f.orders[i].Count = f.orders[i].Failed+4, f.orders[i].Count+4
		}
	}
	for i, it := range []domain.Item{
		{Name: "-yunhe_tea.com", Code: "input.name-malformed", Facts: map[string]string{"name": "-yunhe_tea.com", "rule": "hyphen-edge", "position": "1"}},
		{Name: "yunhecha.cn", Code: "input.duplicate-name", Facts: map[string]string{"name": "yunhecha.cn"}},
		{Name: "yunhecha.net", Price: 7800, Code: "order.balance-out", Facts: map[string]string{"name": "yunhecha.net", "price": "7800", "balance": "3300", "currency": "CNY"}},
		{Name: "yunhecha.xyz", Price: 1800, Hold: domain.HoldReleased, Code: "order.cancelled", Facts: map[string]string{"name": "yunhecha.xyz", "refunded": "1800", "currency": "CNY"}},
	} {
		it.ID, it.Order, it.Account, it.Status, it.Currency, it.UpdatedAt = domain.ItemID(20000+i), 1042, 1, domain.ItemFailed, "CNY", today
		if it.Hold == "" {
			it.Hold = domain.HoldNone
		}
		f.items = append(f.items, it)
	}
}

// orderShots are an order's page where its names have reasons of their own, and where nothing is left to cancel.
func orderShots() []shot {
	return []shot{
		{"order-mixed", domain.Owner, "/orders/1042", nil, 200, withMixed},
		{"order-cancel-late", domain.Owner, "/orders/1042/cancel", url.Values{"go": {"1"}}, 409, both(withOrders, func(f *fake) {
			f.fail["CancelOrder"] = fault.New(fault.Conflict, "order.not-waiting", "order", "1042", "doing", "1")
		})},
	}
}

func TestCancelOrder(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Owner)
	withOrders(b.f)
	if _, page := v.get("/orders/1042"); !strings.Contains(page, `action="/orders/1042/cancel"`) {
		t.Error("an order under way has no button to cancel it")
	}
	for _, over := range []string{"1041", "1034"} { // one that is over, and one of name servers
		if _, page := v.get("/orders/" + over); strings.Contains(page, "/cancel") {
			t.Errorf("%s can be cancelled", over)
		}
	}
	b.f.orders, b.f.items = nil, nil
	withMixed(b.f)
	if _, page := v.get("/orders/1042"); strings.Count(page, `href="/search?q=`) != 1 { // of the name that is taken alone
		t.Error("other suffixes are offered for names that they don't help")
	}
	res, _ := v.post("/orders/1042/cancel", url.Values{})
	if res.Header.Get("Location") != "/orders/1042" || b.f.did != "cancel order 1042 of 1" {
		t.Errorf("%d, %q", res.StatusCode, b.f.did)
	}
}

package api

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func TestPlainOrders(t *testing.T) {
	f := newFake(t)
	h := newAPI(t, f, Limits{PerSecond: 1000}).JSON()
	ask := func(method, path, body string) string {
		t.Helper()
		w := do(h, jsonRequest(method, path, body))
		if w.Code != 200 {
			t.Fatalf("%s %s: HTTP %d %s", method, path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	tmpl := domain.TemplateID(5).Public()
	out := ask("POST", "/api/v1/orders", `{"template_id":"`+tmpl+`","lines":[{"name":"A.com","years":2,"price":14300},{"name":"-x.com"},{"name":"a.com","years":9},{"name":"gold.top","price":110000}],
		"agreement":"2026-11-01","auto_renew":true,"lock_transfer":true,"max_total":500000,"name_servers":["ns1.x.net","ns2.x.net"]}`)
	if !strings.Contains(out, `"id":77`) || !strings.Contains(out, `"status":"doing"`) {
		t.Error(out)
	}
	equal(t, f.register, ops.Register{Template: 5, Names: []string{"A.com", "-x.com", "a.com", "gold.top"}, Years: 1, YearsOf: map[domain.Name]int{"a.com": 2, "gold.top": 1},
		PriceOf: map[domain.Name]int64{"a.com": 14300, "gold.top": 110000}, NameServers: []string{"ns1.x.net", "ns2.x.net"}, AutoRenew: 1, LockTransfer: true,
		Agreement: "2026-11-01", Language: "zh-CN", MaxTotal: 500000, Alone: true})
	ask("POST", "/api/v1/orders", `{"template_id":"`+tmpl+`","lines":[{"name":"a.com"}],"agreement":"2026-11-01","whole":true}`)
	if f.register.Alone || f.register.Strict {
		t.Errorf("%+v", f.register)
	}
	for _, bad := range []string{`"lines":[]`, `"lines":[{"years":1}]`, `"lines":[{"name":"a.com","years":0}]`, `"lines":[{"name":"a.com","years":11}]`, `"lines":[{"name":"a.com","price":-1}]`,
		`"lines":[{"name":"a.com"}],"max_total":-1`, `"lines":[{"name":"a.com"}],"colour":"red"`} {
		r := jsonRequest("POST", "/api/v1/orders", `{"template_id":"`+tmpl+`","agreement":"2026-11-01",`+bad+`}`)
		if w := do(h, r); w.Code != 400 {
			t.Errorf("%s: HTTP %d", bad, w.Code)
		}
	}
	keyed := func(key string) *httptest.ResponseRecorder {
		r := jsonRequest("POST", "/api/v1/orders", `{"template_id":"`+tmpl+`","lines":[{"name":"a.com"}],"agreement":"2026-11-01"}`)
		r.Header.Set("Idempotency-Key", key)
		return do(h, r)
	}
	if w := keyed("mine"); w.Code != 200 || f.register.Key != "key:mine" {
		t.Errorf("HTTP %d, key %q", w.Code, f.register.Key)
	}

	f.items = []domain.Item{
		{ID: 1, Order: 77, Name: "xn--fsqu00a.cn", Status: domain.ItemDoing, Price: 3600, Currency: "CNY", Hold: domain.Held, Code: "registry.unreachable", Facts: map[string]string{"registry": "cnsim"}, UpdatedAt: business},
		{ID: 2, Order: 77, Name: "-x.com", Status: domain.ItemFailed, Hold: domain.HoldNone, Code: "input.name-malformed", Facts: map[string]string{"name": "-x.com", "rule": "hyphen-edge", "position": "1"}, UpdatedAt: business},
	}
	out = ask("GET", "/api/v1/orders/items?id=77", "")
	for _, want := range []string{`"total":2`, `"display":"例子.cn"`, `"money":"held"`, `"code":"registry.unreachable"`, `"code":"input.name-malformed"`, `"rule":"hyphen-edge"`, `"name":"-x.com"`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
	if out = ask("GET", "/api/v1/orders?id=77", ""); !strings.Contains(out, `"total":1`) || !strings.Contains(out, `"number":"20270301000000077"`) {
		t.Error(out)
	}
	if out = ask("POST", "/api/v1/orders/cancel", `{"id":77}`); !strings.Contains(out, `"cancelled":2`) {
		t.Error(out)
	}
}

package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func jsonRequest(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+testID+":"+testSecret)
	return r
}

func TestPlainActions(t *testing.T) {
	f := newFake(t)
	com, _ := f.table.Suffix("com")
	f.found["a.com"] = ops.Found{Name: "a.com", Display: "a.com", State: ops.Available, Suffix: com, Price: 6800, Renew: 7500, Currency: "CNY"}
	h := newAPI(t, f, Limits{PerSecond: 1000}).JSON()
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/api/v1/wallet", "", `{"currency":"CNY","balance":12345,"held":6800}`},
		{"POST", "/api/v1/wallet/top-ups", `{"amount":5000}`, `{"currency":"CNY","balance":12345,"held":6800}`},
		{"POST", "/api/v1/lookup", `{"name":"a.com"}`, `"code":"lookup.not-our-registrar"`},
		{"GET", "/api/v1/cases?subject=a.com", "", `"code":"registration.taken"`},
		{"GET", "/api/v1/log?subject=%E4%BE%8B%E5%AD%90.cn", "", `"subject":"xn--fsqu00a.cn"`},
		{"GET", "/api/v1/log?kind=domain.&since=2026-11-23&until=2026-11-23", "", `"seq":4,"chain_hash":"ab"`},
		{"GET", "/api/v1/log/export?actor=a", "", `"csv":"id\n9 of 20000\n","next":7`},
		{"GET", "/api/v1/freshness?version=4", "", `{"fresh":true}`},
		{"GET", "/api/v1/freshness?version=3", "", `"code":"lookup.stale-view"`},
		{"GET", "/api/v1/search?q=a.com", "", `"state":"available","price":6800,"renew":7500,"restore":80000,"transfer":6200,"currency":"CNY"}`},
		{"GET", "/api/v1/search?q=a%20b", "", `"code":"input.name-malformed"`},
	} {
		w := do(h, jsonRequest(c.method, c.path, c.body))
		if w.Code != 200 || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: HTTP %d %s, want %s", c.method, c.path, w.Code, w.Body, c.want)
		}
	}
	equal(t, f.scope.Account, domain.AccountID(8))
}

func TestProblemsSayWhatIsWrong(t *testing.T) {
	f := newFake(t)
	h := newAPI(t, f, Limits{PerSecond: 1000, Body: 4096}).JSON()
	auth := func(v string) *http.Request {
		r := jsonRequest("GET", "/api/v1/wallet", "")
		r.Header.Set("Authorization", v)
		return r
	}
	f.fail = nil
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		code   string
	}{
		{"no key", auth(""), 401, "api.malformed-field"},
		{"another scheme", auth("Basic " + testID + ":" + testSecret), 401, "api.malformed-field"},
		{"unknown key", auth("Bearer nobody:" + testSecret), 401, "api.key-unknown"},
		{"wrong secret", auth("Bearer " + testID + ":" + testSecret[1:]), 401, "api.key-unknown"},
		{"no secret", auth("Bearer " + testID + ":"), 401, "api.key-unknown"},
		{"unknown action", jsonRequest("POST", "/api/v1/CreateDomain", "{}"), 404, "api.unknown-action"},
		{"wrong method", jsonRequest("GET", "/api/v1/CreateDomainBatch", ""), 405, "api.unknown-action"},
		{"unknown field", jsonRequest("POST", "/api/v1/lookup", `{"name":"a.com","x":1}`), 400, "api.unknown-field"},
		{"unknown query", jsonRequest("GET", "/api/v1/wallet?x=1", ""), 400, "api.unknown-field"},
		{"missing query", jsonRequest("GET", "/api/v1/freshness", ""), 400, "api.missing-field"},
		{"mistyped query", jsonRequest("GET", "/api/v1/freshness?version=x", ""), 400, "api.malformed-field"},
		{"not JSON", jsonRequest("POST", "/api/v1/lookup", `{`), 400, "api.malformed-body"},
		{"oversize", jsonRequest("POST", "/api/v1/lookup", `{"name":"`+strings.Repeat("x", 5000)+`"}`), 413, "api.body-too-large"},
		{"amount", jsonRequest("POST", "/api/v1/wallet/top-ups", `{"amount":-1}`), 400, "input.amount"},
		{"malformed name", jsonRequest("POST", "/api/v1/CheckDomain", `{"DomainName":"a b"}`), 400, "input.name-malformed"},
		{"not found", jsonRequest("POST", "/api/v1/DescribeDomainBaseInfo", `{"Domain":"x.com"}`), 404, "domain.not-found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.r.Header.Set("X-Request-Id", "req-12345678")
			w := do(h, c.r)
			var p Problem
			strict(t, w.Body.Bytes(), &p)
			if w.Code != c.status || p.Status != c.status || p.Code != c.code || w.Header().Get("Content-Type") != "application/problem+json" ||
				p.Title == "" || p.Detail == "" || p.RequestID != "req-12345678" || w.Header().Get("X-Request-Id") != p.RequestID {
				t.Errorf("HTTP %d %s", w.Code, w.Body)
			}
			if (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
				t.Error("WWW-Authenticate goes with 401")
			}
		})
	}
	if f.changes != 0 {
		t.Errorf("%d changes were made", f.changes)
	}
	f.fail = fault.New(fault.Conflict, "wallet.insufficient", "short", "100", "currency", "CNY")
	w := do(h, jsonRequest("POST", "/api/v1/CreateDomainBatch", `{"TemplateId":"tmpl-00000001","Period":1,"Domains":["a.com"],"PayMode":1}`))
	if w.Code != 402 || !strings.Contains(w.Body.String(), `"short":"100"`) {
		t.Errorf("HTTP %d %s", w.Code, w.Body)
	}
}

func TestOperatorsKeysSeeMoreOnlyWhereTheTableSaysSo(t *testing.T) {
	f := newFake(t)
	f.tenures = []domain.Tenure{{ID: 9, Account: 2, Name: "a.com"}}
	a := newAPI(t, f, Limits{PerSecond: 1000})
	for _, act := range table() {
		if act.method != http.MethodGet {
			continue
		}
		f.scope = domain.Scope{}
		r := jsonRequest("GET", act.path+"?"+map[string]string{"GetFreshness": "version=1", "SearchNames": "q=a.com", "GetDNSSEC": "name=a.com", "GetProof": "name=a.com", "ListOrderItems": "id=77", "GetRisk": "name=a.com",
			"GetDocument": "id=" + domain.DocumentID(4).Public(), "ShowDocument": "id=" + domain.DocumentID(4).Public(), "GetVerification": "template_id=" + domain.TemplateID(5).Public()}[act.name], "")
		r.Header.Set("Authorization", "Bearer AKIDOPERATOR:"+testSecret)
		w := do(a.JSON(), r)
		if w.Code != 200 || f.scope.Operator != (act.need == wide) || f.scope.Account != 2 {
			t.Errorf("%s: HTTP %d, scope %+v", act.name, w.Code, f.scope)
		}
	}
	f.asked = nil
	retire := jsonRequest("POST", "/api/v1/desk/templates/retire", `{"template_id":"`+domain.TemplateID(5).Public()+`"}`)
	if w := do(a.JSON(), retire); w.Code != 404 || len(f.asked) != 0 {
		t.Errorf("an owner retires a template: HTTP %d, %v", w.Code, f.asked)
	}
	retire = jsonRequest("POST", "/api/v1/desk/templates/retire", `{"template_id":"`+domain.TemplateID(5).Public()+`"}`)
	retire.Header.Set("Authorization", "Bearer AKIDOPERATOR:"+testSecret)
	if w := do(a.JSON(), retire); w.Code != 200 || len(f.asked) != 1 || f.asked[0] != "retire 5" {
		t.Errorf("an operator retires a template: HTTP %d %s, %v", w.Code, w.Body, f.asked)
	}
	if r := jsonRequest("GET", "/api/v1/cases", ""); do(a.JSON(), r).Code != 200 || f.filter.Account != 8 {
		t.Errorf("an owner's key asks for cases of account %d", f.filter.Account)
	}
}

// slow sends its first line and keeps the second until it is let go.
type slow struct {
	*fake
	go2 chan struct{}
}

func (s slow) Candidates(string) ([]domain.Name, []ops.Found) { return []domain.Name{"a.com"}, nil }
func (s slow) Search(_ context.Context, _ domain.Scope, _ []domain.Name, each func(ops.Found)) {
	each(ops.Found{Name: "a.com", State: ops.Available})
	<-s.go2
	each(ops.Found{Name: "b.com", State: ops.Available})
}

func TestSearchStreams(t *testing.T) {
	s := slow{newFake(t), make(chan struct{})}
	srv := httptest.NewServer(newAPI(t, s, Limits{}).JSON())
	defer srv.Close()
	r, _ := http.NewRequest("GET", srv.URL+"/api/v1/search?q=a", nil)
	r.Header.Set("Authorization", "Bearer "+testID+":"+testSecret)
	client := &http.Client{Timeout: 10 * time.Second}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || !strings.Contains(lines.Text(), "a.com") { // arrives while the second is held back
		t.Fatal(lines.Text(), lines.Err())
	}
	close(s.go2)
	if !lines.Scan() || !strings.Contains(lines.Text(), "b.com") || lines.Scan() {
		t.Fatal(lines.Text(), lines.Err())
	}
}

func TestOpenAPIDocumentIsWholeAndSound(t *testing.T) {
	h := newAPI(t, newFake(t), Limits{}).JSON()
	w := do(h, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1.") {
		t.Errorf("openapi is %v", doc["openapi"])
	}
	info := doc["info"].(map[string]any)
	if info["title"] == "" || info["version"] == "" {
		t.Error("info has no title or version")
	}
	paths := doc["paths"].(map[string]any)
	ids := map[string]bool{}
	for _, act := range table() {
		item, _ := paths[act.path].(map[string]any)
		op, _ := item[strings.ToLower(act.method)].(map[string]any)
		if op == nil {
			t.Errorf("%s %s isn't in it", act.method, act.path)
			continue
		}
		id := op["operationId"].(string)
		if ids[id] || id != act.name || op["summary"] == "" {
			t.Errorf("operation %q of %s", id, act.name)
		}
		ids[id] = true
		responses := op["responses"].(map[string]any)
		for _, status := range []string{"200", "default"} {
			if r, _ := responses[status].(map[string]any); r == nil || r["description"] == "" || r["content"] == nil {
				t.Errorf("%s has no answer %s", id, status)
			}
		}
		if act.method == http.MethodPost && op["requestBody"] == nil {
			t.Errorf("%s has no body", id)
		}
	}
	operations := 0
	for _, methods := range paths {
		operations += len(methods.(map[string]any))
	}
	if operations != len(ids) {
		t.Errorf("%d operations for %d actions", operations, len(ids))
	}
	if doc["components"].(map[string]any)["securitySchemes"].(map[string]any)["key"] == nil || doc["security"] == nil {
		t.Error("keys aren't described")
	}
	walk(t, doc, doc, "#")

	in := resolve(doc, "#/components/schemas/CreateDomainBatchIn").(map[string]any)
	if in["additionalProperties"] != false || !slices.Contains(texts(in["required"].([]any)), "Domains") || slices.Contains(texts(in["required"].([]any)), "AutoRenewFlag") {
		t.Errorf("CreateDomainBatchIn is %v", in)
	}
	w = do(h, httptest.NewRequest("GET", "/openapi.yaml", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "openapi: 3.1.") {
		t.Errorf("YAML: HTTP %d", w.Code)
	}
}

// walk checks that every reference leads somewhere.
func walk(t *testing.T, doc, at any, path string) {
	switch v := at.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok && resolve(doc, ref) == nil {
			t.Errorf("%s refers to %s, which isn't there", path, ref)
		}
		if props, ok := v["properties"].(map[string]any); ok {
			required, _ := v["required"].([]any)
			for _, need := range required {
				if props[need.(string)] == nil {
					t.Errorf("%s requires %v, which it doesn't describe", path, need)
				}
			}
		}
		for k, c := range v {
			walk(t, doc, c, path+"/"+k)
		}
	case []any:
		for _, c := range v {
			walk(t, doc, c, path)
		}
	}
}

func resolve(doc any, ref string) any {
	at := doc
	for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := at.(map[string]any)
		at = m[step]
	}
	return at
}

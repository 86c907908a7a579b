package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// The product's actions on names that run, in both forms.
func TestProductChanges(t *testing.T) {
	f := newFake(t)
	f.tenures = []domain.Tenure{{ID: 9, Account: 8, Name: "a.com"}}
	names := []string{"a.com", "b.com"}
	log := map[string]any{"LogId": 79.0}
	for _, c := range []struct {
		action string
		in     map[string]any
		out    map[string]any
		asked  string
	}{
		{"RenewDomainBatch", map[string]any{"Period": 2, "Domains": names, "PayMode": 1}, log, "renew [a.com b.com] 2 -1"},
		{"RenewDomainBatch", map[string]any{"Period": 2, "Domains": names, "PayMode": 1, "AutoRenewFlag": 0}, log, "renew [a.com b.com] 2 2"},
		{"RenewDomainBatch", map[string]any{"Period": 9, "Domains": names, "PayMode": 1, "AutoRenewFlag": 1}, log, "renew [a.com b.com] 9 1"},
		{"RenewDomainBatch", map[string]any{"Period": 1, "Domains": names, "PayMode": 1, "AutoRenewFlag": 2}, log, "renew [a.com b.com] 1 -1"},
		{"TransferProhibitionBatch", map[string]any{"Domains": names, "Status": true}, log, "lock [a.com b.com] transfer true"},
		{"UpdateProhibitionBatch", map[string]any{"Domains": names, "Status": false}, log, "lock [a.com b.com] update false"},
		{"BatchModifyDomainInfo", map[string]any{"Domains": names, "TemplateId": domain.TemplateID(5).Public()}, log, "registrant [a.com b.com] 5 true"},
		{"BatchModifyDomainInfo", map[string]any{"Domains": names, "TemplateId": domain.TemplateID(5).Public(), "LockTransfer": false}, log, "registrant [a.com b.com] 5 false"},
		{"CreateDomainRedemption", map[string]any{"DomainId": domain.TenureID(9).Public()}, map[string]any{}, "restore a.com 0"},
	} {
		f.asked = nil
		equal(t, both(t, f, c.action, c.in), c.out)
		if !reflect.DeepEqual(f.asked, []string{c.asked, c.asked}) {
			t.Errorf("%s asked %q", c.action, f.asked)
		}
	}
	for _, c := range []struct{ action, in, code string }{
		{"RenewDomainBatch", `{"Period":10,"Domains":["a.com"],"PayMode":1}`, "InvalidParameterValue.InvalidParameterFormat"},
		{"RenewDomainBatch", `{"Period":1,"Domains":["a.com"],"PayMode":0}`, "UnsupportedOperation"},
		{"TransferProhibitionBatch", `{"Domains":["a.com"]}`, "MissingParameter"},
		{"TransferProhibitionBatch", `{"Domains":["a.com"],"Status":"on"}`, "InvalidParameter"},
		{"CreateDomainRedemption", `{"DomainId":"domain-?"}`, "ResourceNotFound.DomainNotFound"},
	} {
		f.asked = nil
		w := do(newAPI(t, f, Limits{PerSecond: 1000}).TC3(), tc3Request(c.action, c.in))
		if code, _ := errorOf(t, w); code != c.code || f.asked != nil {
			t.Errorf("%s %s: %s, asked %q", c.action, c.in, code, f.asked)
		}
	}
}

// What the product has no action for, as plain JSON.
func TestPlainChanges(t *testing.T) {
	f := newFake(t)
	f.tenures = []domain.Tenure{{ID: 9, Account: 8, Name: "a.com", DS: []domain.DS{{KeyTag: 60485, Algorithm: 8, DigestType: 2, Digest: strings.Repeat("AB", 32)}}}}
	call := func(method, path, body string) (int, map[string]any) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+testID+":"+testSecret)
		w := do(newAPI(t, f, Limits{PerSecond: 1000}).JSON(), r)
		if w.Code == http.StatusOK && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept by caches", path)
		}
		var out map[string]any
		_ = json.Unmarshal(w.Body.Bytes(), &out)
		return w.Code, out
	}
	record := map[string]any{"key_tag": 60485.0, "algorithm": 8.0, "digest_type": 2.0, "digest": strings.Repeat("AB", 32)}
	if code, out := call("GET", "/api/v1/dnssec?name=a.com", ""); code != 200 || !reflect.DeepEqual(out["records"], []any{record}) {
		t.Errorf("%d %v", code, out)
	}
	due := business.AddDate(0, 0, 3)
	f.tenures[0].Template, f.tenures[0].VerifyBy, f.tenures[0].LockUntil = 5, due, business.Add(-time.Hour)
	f.templates[5] = domain.Template{ID: 5, Account: 8, Status: domain.TemplateInAudit}
	if code, out := call("GET", "/api/v1/proof?name=a.com", ""); code != 200 || out["verify_by"] != due.Format(time.RFC3339) || out["proof"] != "codes" || out["given"] != false ||
		out["status"] != "InAudit" || out["locked_until"] != nil || !reflect.DeepEqual(out["refuses"], []any{"transfer-out", "auth-code"}) {
		t.Errorf("%d %v", code, out)
	}
	f.templates[5] = domain.Template{ID: 5, Account: 8, Status: domain.TemplateApproved}
	f.tenures[0].CodesOf, f.tenures[0].VerifyBy, f.tenures[0].LockUntil = 5, time.Time{}, due
	if code, out := call("GET", "/api/v1/proof?name=a.com", ""); code != 200 || out["verify_by"] != nil || out["given"] != true || out["locked_until"] != due.Format(time.RFC3339) ||
		len(out["refuses"].([]any)) != 0 {
		t.Errorf("%d %v", code, out)
	}
	for _, c := range []struct {
		path, in string
		status   int
		asked    string
	}{
		{"/api/v1/dnssec/changes", `{"name":"a.com","records":[{"key_tag":1,"algorithm":8,"digest_type":2,"digest":"ab"}]}`, 200, "ds a.com [1 8 2 ab]"},
		{"/api/v1/dnssec/changes", `{"name":"a.com"}`, 200, "ds a.com []"},
		{"/api/v1/dnssec/changes", `{"name":"a.com","records":[{"key_tag":65536,"algorithm":8,"digest_type":2,"digest":"ab"}]}`, 400, ""},
		{"/api/v1/auth-codes", `{"name":"a.com"}`, 200, "draw a.com"},
		{"/api/v1/auth-codes/show", `{"name":"a.com"}`, 200, "show a.com"},
		{"/api/v1/auth-codes/clear", `{"name":"a.com"}`, 200, "clear a.com"},
		{"/api/v1/deletions", `{"name":"a.com","confirm":"A.COM"}`, 200, "delete a.com"},
		{"/api/v1/deletions", `{"name":"a.com","confirm":"b.com"}`, 400, ""},
		{"/api/v1/deletions", `{"name":"a.com"}`, 400, ""},
		{"/api/v1/restores", `{"name":"a.com","max_total":80000}`, 200, "restore a.com 80000"},
		{"/api/v1/transfers/answers", `{"name":"a.com","answer":"reject"}`, 200, "answer a.com false"},
		{"/api/v1/transfers/answers", `{"name":"a.com","answer":"maybe"}`, 400, ""},
	} {
		f.asked = nil
		status, out := call("POST", c.path, c.in)
		if status != c.status || strings.Join(f.asked, ";") != c.asked {
			t.Errorf("%s %s: %d %v, asked %q", c.path, c.in, status, out, f.asked)
		}
		if c.asked == "show a.com" && (out["code"] != "Code-1" || out["until"] != "2027-03-01T16:30:00Z") {
			t.Errorf("%v", out)
		}
	}
}

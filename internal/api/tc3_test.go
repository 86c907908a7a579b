package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

const vectorBody = `{"DomainName":"example.com"}`

// vectors were computed by another program (Python's hmac) after the product's description of TC3-HMAC-SHA256.
var vectors = []struct {
	name, method, query, host, contentType, service, signed, signature string
	unsigned                                                           bool
}{
	{name: "Go SDK: host with its port", method: "POST", host: "127.0.0.1:8080", contentType: "application/json", service: "domain", signed: "content-type;host",
		signature: "0131775aea21973e9ed354cc324910ff9ddbf0eaca63587174091f69d79666f4"},
	{name: "Node SDK: host without its port, service 127", method: "POST", host: "127.0.0.1:8080", contentType: "application/json", service: "127", signed: "content-type;host",
		signature: "ddf39394f91b07bd657539313c15bdc9640de0b81ce5783623283092aeb0589f"},
	{name: "unsigned payload", method: "POST", host: "127.0.0.1:8080", contentType: "application/json", service: "domain", signed: "content-type;host", unsigned: true,
		signature: "8871e1c3dfc6f1dbaf6123ad78829ef3b8af116668178e12dafc37029a25b96d"},
	{name: "GET with form parameters", method: "GET", query: "DomainName=example.com&Period=1", host: "127.0.0.1:8080", contentType: "application/x-www-form-urlencoded", service: "domain", signed: "content-type;host",
		signature: "94eeb18fcb2e8c2981c89ea40ffe0889517c23a8ed8b223136db72f21c1b8072"},
	{name: "signed action, lower-cased", method: "POST", host: "127.0.0.1:8080", contentType: "application/json; charset=utf-8", service: "domain", signed: "content-type;host;x-tc-action",
		signature: "a873c0fd47782a2118842c2e870260b05166e4c359f19b3b56283e676b29a211"},
	{name: "IPv6 host without its port", method: "POST", host: "[::1]:8080", contentType: "application/json", service: "domain", signed: "content-type;host",
		signature: "6313efd526828e566fdd94365cb8595a016da7167d47564badb97cf3fa5dea20"},
}

func vectorRequest(i int) *http.Request {
	v := vectors[i]
	body := vectorBody
	if v.method == http.MethodGet {
		body = ""
	}
	r := httptest.NewRequest(v.method, "/?"+v.query, strings.NewReader(body))
	if v.query == "" {
		r = httptest.NewRequest(v.method, "/", strings.NewReader(body))
	}
	r.Host = v.host
	r.Header.Set("Content-Type", v.contentType)
	r.Header.Set("X-TC-Action", "CheckDomain")
	r.Header.Set("X-TC-Version", Version)
	r.Header.Set("X-TC-Timestamp", fmt.Sprint(testUnix))
	if v.unsigned {
		r.Header.Set("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD")
	}
	r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential="+testID+"/2026-11-08/"+v.service+"/tc3_request, SignedHeaders="+v.signed+", Signature="+v.signature)
	return r
}

func TestTC3AcceptsEverySDKsSignature(t *testing.T) {
	f := newFake(t)
	com, _ := f.table.Suffix("com")
	f.found["example.com"] = ops.Found{Name: "example.com", Display: "example.com", State: ops.Available, Suffix: com, Price: 6800, Renew: 7500}
	h := newAPI(t, f, Limits{PerSecond: 1000}).TC3()
	for i, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			w := do(h, vectorRequest(i))
			if code := errorCode(t, w); code != "" || w.Code != 200 {
				t.Fatalf("HTTP %d, %s", w.Code, w.Body)
			}
			var got struct {
				Response struct {
					CheckDomainOut
					RequestId string
				}
			}
			strict(t, w.Body.Bytes(), &got)
			if !got.Response.Available || got.Response.Price != 68 || len(got.Response.RequestId) != 36 {
				t.Fatalf("answer is %s", w.Body)
			}
			// The same signature over anything else is nobody's.
			for what, change := range map[string]func(*http.Request){
				"other method":    func(r *http.Request) { r.Method = "PUT" },
				"other query":     func(r *http.Request) { r.URL.RawQuery = "DomainName=other.com" },
				"other host":      func(r *http.Request) { r.Host = "127.0.0.2:8080" },
				"other timestamp": func(r *http.Request) { r.Header.Set("X-TC-Timestamp", fmt.Sprint(testUnix+1)) },
				"other type":      func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
			} {
				r := vectorRequest(i)
				change(r)
				if code := errorCode(t, do(h, r)); code != "AuthFailure.SignatureFailure" {
					t.Errorf("%s: %s", what, code)
				}
			}
			r := vectorRequest(i)
			r.Body = io.NopCloser(strings.NewReader(`{"DomainName":"other.com"}`))
			want := "AuthFailure.SignatureFailure"
			if v.unsigned {
				want = ""
			}
			if code := errorCode(t, do(h, r)); code != want {
				t.Errorf("other body: %q, want %q", code, want)
			}
		})
	}
}

// sign is a second path to a signature, written apart from the verifier.
func sign(r *http.Request, secretID, secret string, body []byte, at time.Time) {
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("X-TC-Timestamp", fmt.Sprint(at.Unix()))
	cr := fmt.Sprintf("%s\n/\n%s\ncontent-type:%s\nhost:%s\n\ncontent-type;host\n%x", r.Method, r.URL.RawQuery, r.Header.Get("Content-Type"), r.Host, sha256.Sum256(body))
	date := at.UTC().Format("2006-01-02")
	sts := fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s/domain/tc3_request\n%x", at.Unix(), date, sha256.Sum256([]byte(cr)))
	key := []byte("TC3" + secret)
	for _, step := range []string{date, "domain", "tc3_request", sts} {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(step))
		key = m.Sum(nil)
	}
	r.Header.Set("Authorization", fmt.Sprintf("TC3-HMAC-SHA256 Credential=%s/%s/domain/tc3_request, SignedHeaders=content-type;host, Signature=%x", secretID, date, key))
}

func tc3Request(action string, in any) *http.Request {
	body, ok := in.(string)
	if !ok {
		b, _ := json.Marshal(in)
		body = string(b)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("X-TC-Action", action)
	r.Header.Set("X-TC-Version", Version)
	r.Header.Set("X-TC-Language", "en-US")
	sign(r, testID, testSecret, []byte(body), time.Unix(testUnix, 0))
	return r
}

func errorCode(t *testing.T, w *httptest.ResponseRecorder) string { c, _ := errorOf(t, w); return c }

func errorOf(t *testing.T, w *httptest.ResponseRecorder) (code, message string) {
	t.Helper()
	var got struct {
		Response struct {
			Error     struct{ Code, Message string }
			RequestId string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Response.RequestId == "" || w.Code != 200 {
		t.Fatalf("HTTP %d, not an envelope (%v): %s", w.Code, err, w.Body)
	}
	return got.Response.Error.Code, got.Response.Error.Message
}

func strict(t *testing.T, b []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
}

func TestTC3RefusesBadCallsPreciselyAndChangesNothing(t *testing.T) {
	f := newFake(t)
	h := newAPI(t, f, Limits{PerSecond: 1000, Body: 4096}).TC3()
	at := func(d time.Duration) *http.Request {
		r := tc3Request("CreateDomainBatch", "{}")
		sign(r, testID, testSecret, []byte("{}"), time.Unix(testUnix, 0).Add(d))
		return r
	}
	with := func(change func(*http.Request)) *http.Request {
		r := tc3Request("CreateDomainBatch", "{}")
		change(r)
		return r
	}
	set := func(k, v string) *http.Request { return with(func(r *http.Request) { r.Header.Set(k, v) }) }
	cut := func(old, new string) *http.Request {
		return with(func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
		})
	}
	wrongKey := tc3Request("NoSuchAction", "not json")
	sign(wrongKey, testID, "another secret", []byte("not json"), time.Unix(testUnix, 0))
	unknownKey := tc3Request("CheckDomain", "{}")
	sign(unknownKey, "AKIDNOBODY", testSecret, []byte("{}"), time.Unix(testUnix, 0))
	revoked := tc3Request("CheckDomain", "{}")
	sign(revoked, "AKIDREVOKED", testSecret, []byte("{}"), time.Unix(testUnix, 0))
	for _, c := range []struct {
		name        string
		r           *http.Request
		code, fault string
	}{
		{"no authorization", with(func(r *http.Request) { r.Header.Del("Authorization") }), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"another algorithm", cut("TC3-HMAC-SHA256", "TC3-HMAC-MD5"), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"host not signed", cut("content-type;host", "content-type"), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"signed header absent", cut("content-type;host", "content-type;host;x-none"), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"short signature", cut("Signature=", "Signature=ab,"), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"no timestamp", with(func(r *http.Request) { r.Header.Del("X-TC-Timestamp") }), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"wrong signature, before action and body are looked at", wrongKey, "AuthFailure.SignatureFailure", "api.signature-wrong"},
		{"unknown key", unknownKey, "AuthFailure.SecretIdNotFound", "api.key-unknown"},
		{"revoked key", revoked, "AuthFailure.SecretIdNotFound", "api.key-unknown"},
		{"stale timestamp", at(-301 * time.Second), "AuthFailure.SignatureExpire", "api.signature-expired"},
		{"timestamp ahead", at(301 * time.Second), "AuthFailure.SignatureExpire", "api.signature-expired"},
		{"oldest that is taken", at(-300 * time.Second), "MissingParameter.TemplateIdIsEmpty", "api.missing-field"},
		{"newest that is taken", at(300 * time.Second), "MissingParameter.TemplateIdIsEmpty", "api.missing-field"},
		{"date of another day", cut("/2026-11-08/", "/2026-11-07/"), "AuthFailure.InvalidAuthorization", "api.malformed-field"},
		{"temporary token", set("X-TC-Token", "tok"), "AuthFailure.TokenFailure", "api.malformed-field"},
		{"unknown action", set("X-TC-Action", "CreateDomain"), "InvalidAction", "api.unknown-action"},
		{"action of the other form", set("X-TC-Action", "GetWallet"), "InvalidAction", "api.unknown-action"},
		{"no action", with(func(r *http.Request) { r.Header.Del("X-TC-Action") }), "MissingParameter", "api.missing-field"},
		{"unknown version", set("X-TC-Version", "2018-08-09"), "NoSuchVersion", "api.unknown-version"},
		{"oversize body", tc3Request("CreateDomainBatch", `{"TemplateId":"`+strings.Repeat("x", 5000)+`"}`), "RequestSizeLimitExceeded", "api.body-too-large"},
		{"not JSON", tc3Request("CreateDomainBatch", `{"TemplateId":`), "InvalidParameter", "api.malformed-body"},
		{"two values", tc3Request("CreateDomainBatch", `{} {}`), "InvalidParameter", "api.malformed-body"},
		{"not an object", tc3Request("CreateDomainBatch", `[1]`), "InvalidParameter", "api.malformed-body"},
		{"unknown parameter", tc3Request("DescribeTldList", `{"Extra":1}`), "UnknownParameter", "api.unknown-field"},
		{"unknown nested parameter", tc3Request("CreateTemplate", map[string]any{"ContactInfo": contact(), "CertificateInfo": map[string]any{"CertificateCode": "1", "CertificateType": "SFZ", "Extra": 1}}), "UnknownParameter", "api.unknown-field"},
		{"missing nested parameter", tc3Request("CreateTemplate", `{"ContactInfo":{"RegistrantType":"I"}}`), "MissingParameter", "api.missing-field"},
		{"text for a number", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":"1","Domains":["a.com"],"PayMode":1}`), "InvalidParameter", "api.malformed-field"},
		{"fraction", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":1.5,"Domains":["a.com"],"PayMode":1}`), "InvalidParameter", "api.malformed-field"},
		{"out of range", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":11,"Domains":["a.com"],"PayMode":1}`), "InvalidParameterValue.InvalidParameterFormat", "api.malformed-field"},
		{"unknown pay mode", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":1,"Domains":["a.com"],"PayMode":3}`), "InvalidParameterValue.InvalidParameterFormat", "api.malformed-field"},
		{"pay online", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":1,"Domains":["a.com"],"PayMode":0}`), "UnsupportedOperation", "order.pay-mode-unsupported"},
		{"package", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":1,"Domains":["a.com"],"PayMode":2}`), "InvalidParameter.PackageResourceIdInvalid", "order.pay-mode-unsupported"},
		{"malformed template id", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":1,"Domains":["a.com"],"PayMode":1}`), "ResourceNotFound.TemplateNotFound", "template.not-found"},
		{"no domains", tc3Request("CreateDomainBatch", `{"TemplateId":"tmpl-1","Period":1,"PayMode":1}`), "MissingParameter.DomainIsEmpty", "api.missing-field"},
		{"201 logs", tc3Request("CheckBatchStatus", map[string]any{"LogIds": make([]int, 201)}), "InvalidParameterValue.InvalidParameterFormat", "api.malformed-field"},
		{"limit over the product's", tc3Request("DescribeDomainNameList", `{"Limit":101}`), "InvalidParameterValue.InvalidParameterFormat", "api.malformed-field"},
		{"unknown log", tc3Request("CheckBatchStatus", `{"LogIds":[1]}`), "ResourceNotFound", "order.not-found"},
		{"somebody else's name", tc3Request("DescribeDomainBaseInfo", `{"Domain":"b.com"}`), "ResourceNotFound.DomainNotFound", "domain.not-found"},
		{"one name server", tc3Request("ModifyDomainDNSBatch", `{"Domains":["a.com"],"Dns":["ns1.a.com"]}`), "InvalidParameterValue.InvalidParameterFormat", "api.malformed-field"},
		{"unknown suffix in prices", tc3Request("DescribeDomainPriceList", `{"TldList":[".nope"]}`), "InvalidParameter.DomainIsInvalid", "suffix.unsupported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, message := errorOf(t, do(h, c.r))
			if code != c.code || !strings.HasSuffix(message, "["+c.fault+"]") || len(message) < len(c.fault)+12 {
				t.Errorf("got %s %q, want %s … [%s]", code, message, c.code, c.fault)
			}
		})
	}
	if f.changes != 0 {
		t.Errorf("%d changes were made", f.changes)
	}
}

// realOps is the registrar's own ops over a store that may not be touched: bad names must be refused before it.
type untouchable struct{ ops.Store }

func TestBadNamesAreRefusedByName(t *testing.T) {
	f := newFake(t)
	real := &ops.Ops{Deps: ops.Deps{Store: untouchable{}, Terms: f.Policy, Clock: ops.Clock{Business: f.Now, Wall: f.Now}}}
	h := newAPI(t, real, Limits{PerSecond: 1000}).TC3()
	many := make([]string, 4001)
	for i := range many {
		many[i] = fmt.Sprintf("n%d.com", i)
	}
	order := func(names ...string) *http.Request {
		return tc3Request("CreateDomainBatch", map[string]any{"TemplateId": "tmpl-00000001", "Period": 1, "Domains": names, "PayMode": 1})
	}
	for _, c := range []struct {
		name        string
		r           *http.Request
		code, fault string
	}{
		{"4,001 names", order(many...), "InvalidParameter.UpTo4000", "input.too-many-names"},
		{"no names", order([]string{}...), "MissingParameter.DomainIsEmpty", "input.no-names"},
		{"twice", order("a.com", "b.com", "a.com"), "InvalidParameter.DuplicateDomainExists", "input.duplicate-name"},
		{"twice in two writings", order("例子.cn", "xn--fsqu00a.cn"), "InvalidParameter.DuplicateDomainExists", "input.duplicate-name"},
		{"a space", order("a b.com"), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"hyphen first", order("-a.com"), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"broken punycode", order("xn--a-ä.com"), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"another script", order("пример.com"), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"64 characters", order(strings.Repeat("a", 64) + ".com"), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"no suffix", order("abc"), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"suffix not sold", order("a.example"), "InvalidParameter.DomainIsInvalid", "suffix.unsupported"},
		{"malformed check", tc3Request("CheckDomain", `{"DomainName":"a..com"}`), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"malformed name in DNS change", tc3Request("ModifyDomainDNSBatch", `{"Domains":["a_b.com"],"Dns":["ns1.a.com","ns2.a.com"]}`), "InvalidParameter.DomainNameIsInvalid", "input.name-malformed"},
		{"malformed name server", tc3Request("ModifyDomainDNSBatch", `{"Domains":["ab.com"],"Dns":["ns1.a.com","ns 2"]}`), "InvalidParameter.DomainIsInvalid", "input.name-servers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, message := errorOf(t, do(h, c.r))
			if code != c.code || !strings.HasSuffix(message, "["+c.fault+"]") {
				t.Errorf("got %s %q, want %s … [%s]", code, message, c.code, c.fault)
			}
		})
	}
}

func TestOversizeBodyOverASocketIsAnswered(t *testing.T) {
	f := newFake(t)
	srv := httptest.NewServer(newAPI(t, f, Limits{}).TC3())
	defer srv.Close()
	body := []byte(`{"TemplateId":"` + strings.Repeat("x", 10<<20) + `"}`)
	for _, chunked := range []bool{false, true} {
		r, _ := http.NewRequestWithContext(context.Background(), "POST", srv.URL+"/", bytes.NewReader(body))
		r.Host = r.URL.Host
		if chunked {
			r.ContentLength, r.Body = -1, io.NopCloser(bytes.NewReader(body))
		}
		r.Header.Set("X-TC-Action", "CreateDomainBatch")
		r.Header.Set("X-TC-Version", Version)
		sign(r, testID, testSecret, body, time.Unix(testUnix, 0))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(b), `"RequestSizeLimitExceeded"`) {
			t.Errorf("chunked %v: HTTP %d %s", chunked, resp.StatusCode, b)
		}
	}
}

func TestRatesAreThoseOfTheProduct(t *testing.T) {
	f := newFake(t)
	a := newAPI(t, f, Limits{})
	wall := time.Unix(testUnix, 0)
	a.Wall = func() time.Time { return wall }
	for action, want := range map[string]int{"DescribeTldList": 20, "DescribeDomainPriceList": 10} {
		ok := 0
		for range 40 {
			r := tc3Request(action, "{}")
			switch code := errorCode(t, do(a.TC3(), r)); code {
			case "":
				ok++
			case "RequestLimitExceeded":
			default:
				t.Fatal(code)
			}
		}
		if ok != want {
			t.Errorf("%s: %d at once, want %d", action, ok, want)
		}
	}
	wall = wall.Add(time.Second)
	if code := errorCode(t, do(a.TC3(), tc3Request("DescribeDomainPriceList", "{}"))); code != "" {
		t.Errorf("a second later: %s", code)
	}
}

func TestInternalFailuresKeepTheirCauseToThemselves(t *testing.T) {
	f := newFake(t)
	f.fail = fmt.Errorf("dial tcp 10.0.0.1:5432: password is hunter2")
	code, message := errorOf(t, do(newAPI(t, f, Limits{}).TC3(), tc3Request("DescribeDomainNameList", "{}")))
	if code != "InternalError" || strings.Contains(message, "hunter2") {
		t.Errorf("%s %q", code, message)
	}
	f.fail = fault.New(fault.Unavailable, "registry.unreachable", "registry", "cnsim")
	if code, _ := errorOf(t, do(newAPI(t, f, Limits{}).TC3(), tc3Request("CheckDomain", vectorBody))); code != "FailedOperation.CheckDomainFailed" {
		t.Errorf("an unreachable registry is %s", code)
	}
}

package api

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ops"
)

func contact() map[string]any {
	return map[string]any{
		"OrganizationNameCN": "张三", "OrganizationName": "Zhang San", "RegistrantNameCN": "张三", "RegistrantName": "Zhang San",
		"ProvinceCN": "广东省", "CityCN": "深圳市", "StreetCN": "科技中一路", "Street": "Keji Zhong Yi Road", "CountryCN": "中国",
		"Telephone": "+86.13800000000", "Email": "zhang@example.com", "ZipCode": "518000", "RegistrantType": "I",
	}
}

// both calls an action in both forms and checks that they say the same; it gives the answer's members.
func both(t *testing.T, f *fake, action string, in any) map[string]any {
	t.Helper()
	a := newAPI(t, f, Limits{PerSecond: 1000})
	w := do(a.TC3(), tc3Request(action, in))
	if code, msg := errorOf(t, w); code != "" {
		t.Fatalf("%s: %s %s", action, code, msg)
	}
	var one struct{ Response map[string]any }
	strict(t, w.Body.Bytes(), &one)
	delete(one.Response, "RequestId")

	body, _ := json.Marshal(in)
	r := httptest.NewRequest("POST", "/api/v1/"+action, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Authorization", "Bearer "+testID+":"+testSecret)
	w = do(a.JSON(), r)
	if w.Code != 200 {
		t.Fatalf("%s as JSON: HTTP %d %s", action, w.Code, w.Body)
	}
	var two map[string]any
	strict(t, w.Body.Bytes(), &two)
	if !reflect.DeepEqual(one.Response, two) {
		t.Errorf("%s: the forms differ:\n%v\n%v", action, one.Response, two)
	}
	return two
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCheckDomainSaysWhatTheRegistrySaid(t *testing.T) {
	f := newFake(t)
	cn, _ := f.table.Suffix("cn")
	top, _ := f.table.Suffix("top")
	f.found["xn--fsqu00a.cn"] = ops.Found{Name: "xn--fsqu00a.cn", Display: "例子.cn", State: ops.Available, Suffix: cn, Price: 3650, Renew: 3800}
	f.found["gold.top"] = ops.Found{Name: "gold.top", Display: "gold.top", State: ops.Premium, Suffix: top, Price: 500000, Renew: 100000, Fee: 450000}
	f.found["a.cn"] = ops.Found{Name: "a.cn", Display: "a.cn", State: ops.Taken, Suffix: cn, Code: "registration.taken", Facts: fault.Facts{"name": "a.cn"}}

	got := both(t, f, "CheckDomain", map[string]any{"DomainName": "例子.CN"})
	equal(t, got["DomainName"], "例子.cn")
	equal(t, got["Available"], true)
	equal(t, got["Price"], 37.0) // 36.50 is rounded up
	equal(t, got["FeeRenew"], nil)
	equal(t, got["RecordSupport"], cn.RecordOK)

	got = both(t, f, "CheckDomain", map[string]any{"DomainName": "gold.top", "Period": "3"})
	equal(t, got["Premium"], true)
	equal(t, got["Available"], true)
	equal(t, got["RealPrice"], 7000.0)
	equal(t, got["FeeRenew"], 1000.0)
	equal(t, got["Period"], 3.0)

	got = both(t, f, "CheckDomain", map[string]any{"DomainName": "a.cn"})
	equal(t, got["Available"], false)
	if reason := got["Reason"].(string); !strings.HasSuffix(reason, "[registration.taken]") {
		t.Errorf("reason is %q", reason)
	}
	equal(t, f.scope, domain.Scope{Account: 8, Actor: testID, IP: "192.0.2.1", Via: "api"})
}

func TestPricesAndSuffixes(t *testing.T) {
	f := newFake(t)
	list := both(t, f, "DescribeTldList", map[string]any{})["List"].([]any)
	equal(t, len(list), len(f.table.Suffixes()))
	if !strings.Contains(strings.Join(texts(list), " "), ".中国") {
		t.Errorf("suffixes are %v", list)
	}
	com, _ := f.table.Suffix("com")
	rows := both(t, f, "DescribeDomainPriceList", map[string]any{"TldList": []string{".com"}, "Year": []int{1, 2}, "Operation": []string{"new", "redem"}})["PriceList"].([]any)
	equal(t, rows, []any{
		map[string]any{"Tld": ".com", "Year": 1.0, "Price": float64(yuan(com.New)), "RealPrice": float64(yuan(com.New)), "Operation": "new"},
		map[string]any{"Tld": ".com", "Year": 2.0, "Price": float64(yuan(com.New + com.Renew)), "RealPrice": float64(yuan(com.New + com.Renew)), "Operation": "new"},
		map[string]any{"Tld": ".com", "Year": 1.0, "Price": float64(yuan(com.Redeem)), "RealPrice": float64(yuan(com.Redeem)), "Operation": "redem"},
	})
	for _, r := range both(t, f, "DescribeDomainPriceList", map[string]any{"TldList": []string{"xn--fiqs8s"}, "Operation": []string{"renew"}})["PriceList"].([]any) {
		row := r.(map[string]any)
		equal(t, row["Tld"], ".中国")
		if row["Year"].(float64) > 9 {
			t.Errorf("a renewal of %v years is on offer", row["Year"])
		}
	}
}

func texts(l []any) []string {
	out := make([]string, len(l))
	for i := range l {
		out[i] = l[i].(string)
	}
	return out
}

func TestTemplatesKeepTheProductsShape(t *testing.T) {
	f := newFake(t)
	got := both(t, f, "CreateTemplate", map[string]any{"ContactInfo": contact(), "CertificateInfo": map[string]any{"CertificateCode": "110101199003071234", "CertificateType": "SFZ", "ImgUrl": ""}})["Template"].(map[string]any)
	equal(t, got["TemplateId"], domain.TemplateID(5).Public())
	equal(t, got["AuditStatus"], "InAudit")
	equal(t, got["CreatedOn"], "2027-03-02 00:30:00") // Asia/Shanghai
	equal(t, got["UserUin"], "100000000008")
	equal(t, got["IsDefault"], "no")
	equal(t, got["CertificateInfo"].(map[string]any)["CertificateCode"], "110***********1234")
	for k, v := range contact() {
		equal(t, got["ContactInfo"].(map[string]any)[k], v)
	}
	equal(t, f.form.CertificateNumber, "110101199003071234")
	equal(t, f.form.Contact.PostalCode, "518000")
	equal(t, both(t, f, "DescribeTemplate", map[string]any{"TemplateId": got["TemplateId"]})["Template"], any(got))
	equal(t, both(t, f, "DescribeTemplateList", map[string]any{"Type": "all", "Limit": 100})["TotalCount"], 1.0)

	for field, want := range map[string]string{"Email": "InvalidParameter.EmailIsInvalid", "RegistrantName": "InvalidParameter.NameEnASCIIInvalid", "ZipCode": "InvalidParameter.ZipCodeIsInvalid"} {
		f.fail = fault.New(fault.Invalid, "template.field-malformed", "field", field, "rule", "ascii")
		if code := errorCode(t, do(newAPI(t, f, Limits{}).TC3(), tc3Request("CreateTemplate", map[string]any{"ContactInfo": contact()}))); code != want {
			t.Errorf("%s is %s", field, code)
		}
	}
}

func TestEveryFieldOfATemplateHasACode(t *testing.T) {
	typ := reflect.TypeFor[ContactInfo]()
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if templateFields[name].any == "" {
			t.Errorf("%s has no code", name)
		}
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for code := range productCodes {
		if _, ok := diagnose.Lookup(code); !ok {
			t.Errorf("%s isn't in the catalogue", code)
		}
	}
}

func TestBatches(t *testing.T) {
	f := newFake(t)
	in := map[string]any{"TemplateId": domain.TemplateID(5).Public(), "Period": 2, "Domains": []string{"a.com", "b.com"}, "PayMode": 1, "AutoRenewFlag": 1,
		"UpdateProhibition": 1, "TransferProhibition": 0, "ChannelFrom": "x"}
	equal(t, both(t, f, "CreateDomainBatch", in), map[string]any{"LogId": 77.0})
	r := f.register
	equal(t, r.Template, domain.TemplateID(5))
	equal(t, r.Names, []string{"a.com", "b.com"})
	equal(t, []any{r.Years, r.AutoRenew, r.LockUpdate, r.LockTransfer}, []any{2, 1, true, false})
	equal(t, r.Agreement, f.table.House.Agreement)

	equal(t, both(t, f, "CheckBatchStatus", map[string]any{"LogIds": []int{77}})["StatusSet"], any([]any{map[string]any{"LogId": 77.0, "Status": "doing", "BatchAction": "new"}}))
	v := f.orders[77]
	v.Doing, v.Success, v.Failed = 0, 1, 1
	f.orders[77] = v
	equal(t, both(t, f, "CheckBatchStatus", map[string]any{"LogIds": []int{77}})["StatusSet"].([]any)[0].(map[string]any)["Status"], "partial_success")
	equal(t, both(t, f, "DescribeBatchOperationLogs", map[string]any{"Limit": 200})["DomainBatchLogSet"], any([]any{map[string]any{
		"LogId": 77.0, "Number": 2.0, "Status": "done", "CreatedOn": "2027-03-02 00:30:00", "Success": 1.0, "Doing": 0.0, "Failed": 1.0, "PayStatus": true, "BigDealId": "20270301000000077"}}))
	f.items = []domain.Item{
		{ID: 1, Order: 77, Name: "xn--fsqu00a.cn", Status: domain.ItemSuccess, CreatedAt: business, UpdatedAt: business},
		{ID: 2, Order: 77, Name: "b.com", Status: domain.ItemFailed, Code: "registration.taken", Facts: map[string]string{"name": "b.com"}, CreatedAt: business, UpdatedAt: business},
	}
	rows := both(t, f, "DescribeBatchOperationLogDetails", map[string]any{"LogId": 77})["DomainBatchDetailSet"].([]any)
	equal(t, rows[0].(map[string]any)["Domain"], "例子.cn")
	equal(t, rows[0].(map[string]any)["Reason"], "")
	if reason := rows[1].(map[string]any)["Reason"].(string); !strings.HasSuffix(reason, "[registration.taken]") {
		t.Errorf("reason is %q", reason)
	}
	equal(t, both(t, f, "ModifyDomainDNSBatch", map[string]any{"Domains": []string{"a.com"}, "Dns": []string{"ns1.x.net", "ns2.x.net"}}), map[string]any{"LogId": 78.0})
}

func TestRepeatedOrdersAreOne(t *testing.T) {
	f := newFake(t)
	a := newAPI(t, f, Limits{PerSecond: 1000})
	in := map[string]any{"TemplateId": domain.TemplateID(5).Public(), "Period": 1, "Domains": []string{"a.com"}, "PayMode": 1}
	keyOf := func(in any, at time.Time) string {
		body, _ := json.Marshal(in)
		r := tc3Request("CreateDomainBatch", in)
		sign(r, testID, testSecret, body, at)
		errorCode(t, do(a.TC3(), r))
		return f.register.Key
	}
	now := time.Unix(testUnix, 0)
	first := keyOf(in, now)
	if first == "" || keyOf(in, now) != first {
		t.Error("a repeated signed request isn't the same order")
	}
	if keyOf(in, now.Add(time.Second)) == first {
		t.Error("a new request is taken for an old one")
	}
	in["Domains"] = []string{"b.com"}
	if keyOf(in, now) == first {
		t.Error("another order is taken for an old one")
	}

	post := func(key string) *httptest.ResponseRecorder {
		body, _ := json.Marshal(in)
		r := httptest.NewRequest("POST", "/api/v1/CreateDomainBatch", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+testID+":"+testSecret)
		r.Header.Set("Idempotency-Key", key)
		return do(a.JSON(), r)
	}
	if w := post("order-1"); w.Code != 200 || f.register.Key != "key:order-1" {
		t.Errorf("HTTP %d, key %q", w.Code, f.register.Key)
	}
	if w := post("has space"); w.Code != 400 {
		t.Errorf("a malformed key: HTTP %d", w.Code)
	}
}

func TestNames(t *testing.T) {
	f := newFake(t)
	f.templates[5] = domain.Template{ID: 5, Account: 8, Status: domain.TemplateApproved}
	f.tenures = []domain.Tenure{
		{ID: 4, Account: 8, Name: "xn--fsqu00a.xn--fiqs8s", Template: 5, RegisteredAt: business.AddDate(-1, 0, 0), ExpiresAt: business.AddDate(0, 0, 20), AutoRenew: 1,
			Statuses: domain.Statuses{"serverTransferProhibited", "addPeriod"}, NameServers: []string{"ns1.x.net"}},
		{ID: 6, Account: 9, Name: "other.com"},
	}
	rows := both(t, f, "DescribeDomainNameList", map[string]any{"Limit": 1})
	equal(t, rows["TotalCount"], 2.0)
	equal(t, rows["DomainSet"], any([]any{map[string]any{
		"IsPremium": nil, "DomainId": domain.TenureID(4).Public(), "DomainName": "例子.中国", "AutoRenew": 1.0, "CreationDate": "2026-03-02 00:30:00",
		"ExpirationDate": "2027-03-22 00:30:00", "Tld": ".中国", "CodeTld": ".xn--fiqs8s", "BuyStatus": "AboutToExpire"}}))
	info := both(t, f, "DescribeDomainBaseInfo", map[string]any{"Domain": "例子.中国"})
	equal(t, info["Uin"], "100000000008")
	base := info["DomainInfo"].(map[string]any)
	equal(t, base["RealNameAuditStatus"], "Approved")
	equal(t, base["CreationDate"], "2026-03-02")
	equal(t, base["DomainStatus"], any([]any{"addPeriod", "serverTransferProhibited"}))
	equal(t, base["NameServer"], any([]any{"ns1.x.net"}))
}

func TestBuyStatusFollowsDates(t *testing.T) {
	for want, tn := range map[string]domain.Tenure{
		"ok":                {ExpiresAt: business.AddDate(0, 0, 31)},
		"AboutToExpire":     {ExpiresAt: business.AddDate(0, 0, 30)},
		"RenewPending":      {ExpiresAt: business},
		"RedemptionPending": {ExpiresAt: business.AddDate(0, 0, -40), Statuses: domain.Statuses{domain.RedemptionPeriod}},
	} {
		if got := buyStatus(tn, business); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestFormParametersUnfold(t *testing.T) {
	src, err := formSource(map[string][]string{
		"TemplateId": {"tmpl-1"}, "Period": {"2"}, "PayMode": {"1"}, "Domains.0": {"a.com"}, "Domains.1": {"b.com"}})
	if err != nil {
		t.Fatal(err)
	}
	var in createDomainBatchIn
	if err := src.into(&in); err != nil {
		t.Fatal(err)
	}
	equal(t, in, createDomainBatchIn{TemplateId: "tmpl-1", Period: 2, PayMode: 1, Domains: []string{"a.com", "b.com"}})

	flat := map[string][]string{"CertificateInfo.CertificateCode": {"1"}, "CertificateInfo.CertificateType": {"SFZ"}}
	for k, v := range contact() {
		flat["ContactInfo."+k] = []string{v.(string)}
	}
	src, _ = formSource(flat)
	var tmpl createTemplateIn
	if err := src.into(&tmpl); err != nil {
		t.Fatal(err)
	}
	equal(t, tmpl.ContactInfo.Email, "zhang@example.com")
	equal(t, tmpl.CertificateInfo.CertificateType, "SFZ")

	for name, bad := range map[string]map[string][]string{
		"gap":           {"LogIds.0": {"1"}, "LogIds.2": {"2"}},
		"index":         {"LogIds.x": {"1"}},
		"negative":      {"LogIds.-1": {"1"}},
		"leading zero":  {"LogIds.00": {"1"}},
		"twice":         {"LogIds.0": {"1", "2"}},
		"leaf and tree": {"LogIds": {"1"}, "LogIds.0": {"1"}},
		"text":          {"LogIds.0": {"one"}},
		"huge":          {"LogIds.0": {"9223372036854775808"}},
		"far":           {"LogIds.999999999": {"1"}},
	} {
		src, err := formSource(bad)
		if err == nil {
			err = src.into(&batchStatusIn{})
		}
		if fault.Of(err) == nil || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABodyOfManySmallThingsIsTooLarge(t *testing.T) {
	for n, want := range map[int]fault.Code{400_000: "", 600_000: "api.body-too-large"} {
		_, err := jsonSource([]byte(`{"LogIds":[` + strings.Repeat("1,", n) + `1]}`))
		if got := fault.Of(err); (got == nil) != (want == "") || got != nil && got.Code != want {
			t.Errorf("%d members: %v", n, err)
		}
	}
}

func TestAFlattenedGETRegisters(t *testing.T) {
	f := newFake(t)
	h := newAPI(t, f, Limits{}).TC3()
	for kind, want := range map[string]string{"application/json": "InvalidParameter", "application/x-www-form-urlencoded": ""} {
		r := httptest.NewRequest("GET", "/?Domains.0=a.com&Domains.1=%E4%BE%8B%E5%AD%90.cn&PayMode=1&Period=1&TemplateId="+domain.TemplateID(5).Public(), nil)
		r.Header.Set("X-TC-Action", "CreateDomainBatch")
		r.Header.Set("X-TC-Version", Version)
		r.Header.Set("Content-Type", kind)
		sign(r, testID, testSecret, nil, time.Unix(testUnix, 0))
		if code, msg := errorOf(t, do(h, r)); code != want {
			t.Errorf("%s: %s %s", kind, code, msg)
		}
	}
	equal(t, f.register.Names, []string{"a.com", "例子.cn"})
}

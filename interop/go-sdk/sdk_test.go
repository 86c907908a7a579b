// Package sdk drives a running registrar with the unmodified Go SDK. It reads
//
//	OPENREGISTRAR_ENDPOINT    http://127.0.0.1:8080 or https://…; for https with an own CA set SSL_CERT_FILE
//	OPENREGISTRAR_SECRET_ID   an API key of an owner's account
//	OPENREGISTRAR_SECRET_KEY
//
//	OPENREGISTRAR_MAILBOX     http://127.0.0.1:8091, the simulated world's mailbox, where one-time codes arrive
//
// and is not performed where they are unset. It tops the account's balance up, registers 50 names and keeps them.
package sdk

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	domain "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/domain/v20180808"
)

type target struct{ scheme, host, id, key, mailbox string }

func where(t *testing.T) target {
	t.Helper()
	endpoint := os.Getenv("OPENREGISTRAR_ENDPOINT")
	to := target{id: os.Getenv("OPENREGISTRAR_SECRET_ID"), key: os.Getenv("OPENREGISTRAR_SECRET_KEY"), mailbox: strings.TrimSuffix(os.Getenv("OPENREGISTRAR_MAILBOX"), "/")}
	if endpoint == "" || to.id == "" || to.key == "" || to.mailbox == "" {
		t.Skip("not performed: OPENREGISTRAR_ENDPOINT, _SECRET_ID, _SECRET_KEY and _MAILBOX name no running registrar")
	}
	var ok bool
	if to.scheme, to.host, ok = strings.Cut(strings.TrimSuffix(endpoint, "/"), "://"); !ok {
		to.scheme, to.host = "http", to.scheme
	}
	return to
}

func (to target) client(t *testing.T, change func(*profile.ClientProfile)) *domain.Client {
	t.Helper()
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme = strings.ToUpper(to.scheme)
	p.HttpProfile.Endpoint = to.host
	p.Language = "en-US"
	if change != nil {
		change(p)
	}
	c, err := domain.NewClient(common.NewCredential(to.id, to.key), "", p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plain calls an action of the plain JSON form: the product's API has none that pays into a balance.
func (to target) plain(t *testing.T, method, path string, in any) { to.asked(t, method, path, in, nil) }

func (to target) asked(t *testing.T, method, path string, in, out any) {
	t.Helper()
	body, _ := json.Marshal(in)
	r, err := http.NewRequestWithContext(context.Background(), method, to.scheme+"://"+to.host+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+to.id+":"+to.key)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: HTTP %d %s", method, path, resp.StatusCode, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatal(err)
		}
	}
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// prove has a code sent to a telephone number (1) or an address (2), reads it in the mailbox and gives it back. This
// version of the SDK has no methods for these actions; their plain form takes the same parameters.
func (to target) prove(t *testing.T, kind int, reach string) {
	t.Helper()
	var known struct{ TotalCount int }
	to.asked(t, http.MethodPost, "/api/v1/DescribePhoneEmailList", map[string]any{"Type": kind, "Code": reach}, &known)
	if known.TotalCount > 0 {
		return
	}
	at := reach
	if kind == 1 { // text messages of the demo arrive there too
		at = strings.NewReplacer("+", "", ".", "").Replace(reach) + "@sms.example"
	}
	to.plain(t, http.MethodPost, "/api/v1/SendPhoneEmailCode", map[string]any{"Code": reach, "Type": kind})
	code := ""
	until(t, "a code at "+at, 30*time.Second, func() bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to.mailbox+"/api/mail?limit=1&to="+url.QueryEscape(at), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var mail struct {
			Messages []struct{ Text string }
		}
		if err := json.NewDecoder(resp.Body).Decode(&mail); err != nil {
			t.Fatal(err)
		}
		if len(mail.Messages) > 0 {
			code = sixDigits.FindString(mail.Messages[0].Text)
		}
		return code != ""
	})
	to.plain(t, http.MethodPost, "/api/v1/CreatePhoneEmail", map[string]any{"Code": reach, "Type": kind, "VerifyCode": code})
}

// retried calls until the rate limit lets it through, as a caller of the product has to.
func retried[T any](t *testing.T, call func() (T, error)) T {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		out, err := call()
		if err == nil {
			return out
		}
		if code(err) != "RequestLimitExceeded" || time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func until(t *testing.T, what string, limit time.Duration, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

func code(err error) string {
	var e *sdkerrors.TencentCloudSDKError
	if errors.As(err, &e) {
		return e.GetCode()
	}
	return ""
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// cardNumber is on the sample card: nobody's, of a county that does not exist.
const cardNumber = "330197199001011281"

func contact() *domain.ContactInfo {
	s := common.StringPtr
	return &domain.ContactInfo{
		OrganizationNameCN: s("苏禾"), OrganizationName: s("Su He"), RegistrantNameCN: s("苏禾"), RegistrantName: s("Su He"),
		ProvinceCN: s("浙江省"), CityCN: s("杭州市"), StreetCN: s("云栖区竹径路18号3幢502室"), Street: s("Room 502, Building 3, 18 Zhujing Road"), CountryCN: s("中国"),
		Telephone: s("+86.13800000017"), Email: s("su-go@example.com"), ZipCode: s("310097"), RegistrantType: s("I"),
		Province: s("Zhejiang"), City: s("Hangzhou"), Country: s("CN"),
	}
}

func TestTheUnmodifiedSDKRegistersFiftyNames(t *testing.T) {
	to := where(t)
	c := to.client(t, nil)
	run := strings.ToLower(rand.Text()[:10])
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("go%s%02d.%s", run, i, []string{"com", "net", "cn", "top", "xyz"}[i%5]))
	}

	for _, how := range []func(*profile.ClientProfile){
		nil,
		func(p *profile.ClientProfile) { p.HttpProfile.ReqMethod = "GET" },
		func(p *profile.ClientProfile) { p.UnsignedPayload = true },
	} {
		check := domain.NewCheckDomainRequest()
		check.DomainName, check.Period = &names[0], common.StringPtr("1")
		got := retried(t, func() (*domain.CheckDomainResponse, error) { return to.client(t, how).CheckDomain(check) }).Response
		if !*got.Available || *got.Price == 0 || text(got.DomainName) != names[0] || text(got.RequestId) == "" {
			t.Fatalf("CheckDomain: %+v", got)
		}
	}
	prices := domain.NewDescribeDomainPriceListRequest()
	prices.TldList, prices.Year, prices.Operation = common.StringPtrs([]string{".com", ".cn"}), []*int64{common.Int64Ptr(1)}, common.StringPtrs([]string{"new"})
	if got := retried(t, func() (*domain.DescribeDomainPriceListResponse, error) { return c.DescribeDomainPriceList(prices) }).Response.PriceList; len(got) != 2 || *got[0].Price == 0 {
		t.Fatalf("%d prices", len(got))
	}

	create := domain.NewCreateTemplateRequest()
	create.ContactInfo = contact()
	create.CertificateInfo = &domain.CertificateInfo{CertificateCode: common.StringPtr(cardNumber), CertificateType: common.StringPtr("SFZ"), ImgUrl: common.StringPtr("https://127.0.0.1/none")}
	// Each refusal has the product's own code.
	if _, err := c.CreateTemplate(create); code(err) != "InvalidParameter.CertificateImageIsInvalid" {
		t.Errorf("a picture that isn't there: %v", err)
	}
	card, err := os.ReadFile("../../internal/world/papers/samples/su-he.jpg")
	if err != nil {
		t.Fatal(err)
	}
	upload := domain.NewUploadImageRequest()
	upload.ImageFile = common.StringPtr(base64.StdEncoding.EncodeToString(card[:50<<10]))
	if _, err := c.UploadImage(upload); code(err) != "InvalidParameter.ImageSizeBelow" {
		t.Errorf("a picture of 50 KB: %v", err)
	}
	upload.ImageFile = common.StringPtr(base64.StdEncoding.EncodeToString(card))
	create.CertificateInfo.ImgUrl = retried(t, func() (*domain.UploadImageResponse, error) { return c.UploadImage(upload) }).Response.AccessUrl
	if _, err := c.CreateTemplate(create); code(err) != "InvalidParameter.EmailIsUnverified" {
		t.Errorf("an unproved e-mail: %v", err)
	}
	to.prove(t, 2, text(create.ContactInfo.Email))
	if _, err := c.CreateTemplate(create); code(err) != "InvalidParameter.TelephoneIsUnverified" {
		t.Errorf("an unproved telephone: %v", err)
	}
	to.prove(t, 1, text(create.ContactInfo.Telephone))
	create.CertificateInfo.CertificateCode = common.StringPtr(cardNumber[:17] + "7")
	if _, err := c.CreateTemplate(create); code(err) != "InvalidParameter.CertificateCodeIsInvalid" {
		t.Errorf("a number that does not add up: %v", err)
	}
	create.CertificateInfo.CertificateCode = common.StringPtr(cardNumber)
	template := retried(t, func() (*domain.CreateTemplateResponse, error) { return c.CreateTemplate(create) }).Response.Template
	if !strings.HasPrefix(text(template.TemplateId), "tmpl-") || text(template.AuditStatus) == "" {
		t.Fatalf("CreateTemplate: %+v", template)
	}
	describe := domain.NewDescribeTemplateRequest()
	describe.TemplateId = template.TemplateId
	until(t, "the template's approval", 2*time.Minute, func() bool {
		got := retried(t, func() (*domain.DescribeTemplateResponse, error) { return c.DescribeTemplate(describe) }).Response.Template
		if s := text(got.AuditStatus); s != "InAudit" && s != "Approved" {
			t.Fatalf("the template is %s: %s", s, text(got.AuditReason))
		}
		return text(got.AuditStatus) == "Approved"
	})

	to.plain(t, http.MethodPost, "/api/v1/wallet/top-ups", map[string]any{"amount": 1_000_000})
	batch := domain.NewCreateDomainBatchRequest()
	batch.TemplateId, batch.Period, batch.Domains, batch.PayMode = template.TemplateId, common.Int64Ptr(1), common.StringPtrs(names), common.Int64Ptr(1)
	logID := *retried(t, func() (*domain.CreateDomainBatchResponse, error) { return c.CreateDomainBatch(batch) }).Response.LogId
	waitFor(t, c, logID, "new")

	logs := retried(t, func() (*domain.DescribeBatchOperationLogsResponse, error) {
		return c.DescribeBatchOperationLogs(domain.NewDescribeBatchOperationLogsRequest())
	}).Response
	if i := slices.IndexFunc(logs.DomainBatchLogSet, func(l *domain.DomainBatchLogSet) bool { return *l.LogId == logID }); i < 0 ||
		*logs.DomainBatchLogSet[i].Number != 50 || text(logs.DomainBatchLogSet[i].Status) != "done" {
		t.Errorf("batch %d is at %d of %d logs", logID, i, *logs.TotalCount)
	}
	details := domain.NewDescribeBatchOperationLogDetailsRequest()
	details.LogId, details.Limit = &logID, common.Int64Ptr(200)
	set := retried(t, func() (*domain.DescribeBatchOperationLogDetailsResponse, error) {
		return c.DescribeBatchOperationLogDetails(details)
	}).Response.DomainBatchDetailSet
	if len(set) != len(names) {
		t.Fatalf("%d details", len(set))
	}
	for i, d := range set {
		if text(d.Domain) != names[i] || text(d.Status) != "success" || text(d.Reason) != "" {
			t.Errorf("detail %d: %s %s %s", i, text(d.Domain), text(d.Status), text(d.Reason))
		}
	}

	have := map[string]*domain.DomainList{}
	for offset := uint64(0); ; offset += 100 {
		list := domain.NewDescribeDomainNameListRequest()
		list.Offset, list.Limit = &offset, common.Uint64Ptr(100)
		page := retried(t, func() (*domain.DescribeDomainNameListResponse, error) { return c.DescribeDomainNameList(list) }).Response
		for _, d := range page.DomainSet {
			have[text(d.DomainName)] = d
		}
		if offset+100 >= *page.TotalCount {
			break
		}
	}
	for _, n := range names {
		if d := have[n]; d == nil || text(d.BuyStatus) != "ok" || !strings.HasPrefix(text(d.DomainId), "domain-") || len(text(d.ExpirationDate)) != len(time.DateTime) {
			t.Errorf("%s in the list: %+v", n, d)
		}
	}

	change := domain.NewModifyDomainDNSBatchRequest()
	servers := []string{"ns1.interop.example", "ns2.interop.example"}
	change.Domains, change.Dns = common.StringPtrs(names[:3]), common.StringPtrs(servers)
	waitFor(t, c, int64(*retried(t, func() (*domain.ModifyDomainDNSBatchResponse, error) { return c.ModifyDomainDNSBatch(change) }).Response.LogId), "")
	for i, n := range names[:4] {
		info := baseInfo(t, c, n)
		var ns []string
		for _, s := range info.NameServer {
			ns = append(ns, text(s))
		}
		slices.Sort(ns)
		if slices.Equal(ns, servers) != (i < 3) || text(info.RealNameAuditStatus) != "Approved" || len(text(info.CreationDate)) != len(time.DateOnly) || len(info.DomainStatus) == 0 {
			t.Errorf("%s: name servers %v, %+v", n, ns, info)
		}
	}

	// The names are taken now, and say so.
	check := domain.NewCheckDomainRequest()
	check.DomainName = &names[0]
	if got := retried(t, func() (*domain.CheckDomainResponse, error) { return c.CheckDomain(check) }).Response; *got.Available || text(got.Reason) == "" {
		t.Errorf("a name that was registered: %+v", got)
	}
}

func baseInfo(t *testing.T, c *domain.Client, name string) *domain.DomainBaseInfo {
	t.Helper()
	r := domain.NewDescribeDomainBaseInfoRequest()
	r.Domain = &name
	return retried(t, func() (*domain.DescribeDomainBaseInfoResponse, error) { return c.DescribeDomainBaseInfo(r) }).Response.DomainInfo
}

func waitFor(t *testing.T, c *domain.Client, logID int64, action string) {
	t.Helper()
	status := domain.NewCheckBatchStatusRequest()
	status.LogIds = []*uint64{common.Uint64Ptr(uint64(logID))}
	until(t, fmt.Sprintf("batch %d", logID), 3*time.Minute, func() bool {
		got := retried(t, func() (*domain.CheckBatchStatusResponse, error) { return c.CheckBatchStatus(status) }).Response.StatusSet
		if len(got) != 1 || int64(*got[0].LogId) != logID || (action != "" && text(got[0].BatchAction) != action) {
			t.Fatalf("CheckBatchStatus: %+v", got)
		}
		switch s := text(got[0].Status); s {
		case "doing":
			return false
		case "success":
			return true
		default:
			t.Fatalf("batch %d is %s", logID, s)
			return false
		}
	})
}

func TestTheSDKReadsOurErrors(t *testing.T) {
	to := where(t)
	batch := func(change func(*domain.CreateDomainBatchRequest)) error {
		r := domain.NewCreateDomainBatchRequest()
		r.TemplateId, r.Period, r.PayMode = common.StringPtr("tmpl-00000000"), common.Int64Ptr(1), common.Int64Ptr(1)
		r.Domains = common.StringPtrs([]string{"a-name-nobody-wants-7.com"})
		if change != nil {
			change(r)
		}
		_, err := to.client(t, nil).CreateDomainBatch(r)
		return err
	}
	many := make([]string, 4001)
	for i := range many {
		many[i] = fmt.Sprintf("many%d.com", i)
	}
	wrong := to
	wrong.key += "x"
	nobody := to
	nobody.id = "AKIDnobody"
	list := func(to target) error {
		_, err := to.client(t, nil).DescribeDomainNameList(domain.NewDescribeDomainNameListRequest())
		return err
	}
	for _, c := range []struct {
		name, code, fault string
		err               error
	}{
		{"wrong secret", "AuthFailure.SignatureFailure", "api.signature-wrong", list(wrong)},
		{"unknown key", "AuthFailure.SecretIdNotFound", "api.key-unknown", list(nobody)},
		{"unknown template", "ResourceNotFound.TemplateNotFound", "template.not-found", batch(nil)},
		{"4,001 names", "InvalidParameter.UpTo4000", "input.too-many-names", batch(func(r *domain.CreateDomainBatchRequest) { r.Domains = common.StringPtrs(many) })},
		{"a name twice", "InvalidParameter.DuplicateDomainExists", "input.duplicate-name", batch(func(r *domain.CreateDomainBatchRequest) {
			r.Domains = common.StringPtrs([]string{"twice.com", "TWICE.com"})
		})},
		{"malformed name", "InvalidParameter.DomainNameIsInvalid", "input.name-malformed", batch(func(r *domain.CreateDomainBatchRequest) {
			r.Domains = common.StringPtrs([]string{"-bad.com"})
		})},
		{"pay online", "UnsupportedOperation", "order.pay-mode-unsupported", batch(func(r *domain.CreateDomainBatchRequest) { r.PayMode = common.Int64Ptr(0) })},
		{"no template", "MissingParameter.TemplateIdIsEmpty", "api.missing-field", batch(func(r *domain.CreateDomainBatchRequest) { r.TemplateId = nil })},
	} {
		if code(c.err) != c.code || !strings.Contains(fmt.Sprint(c.err), "["+c.fault+"]") {
			t.Errorf("%s: %v, want %s … [%s]", c.name, c.err, c.code, c.fault)
		}
	}
	// An action that isn't offered here.
	renew := domain.NewRenewDomainBatchRequest()
	renew.Domains, renew.Period, renew.PayMode = common.StringPtrs([]string{"a.com"}), common.Int64Ptr(1), common.Int64Ptr(1)
	if _, err := to.client(t, nil).RenewDomainBatch(renew); code(err) == "" {
		t.Errorf("RenewDomainBatch: %v, which is no error of the API", err)
	}
}

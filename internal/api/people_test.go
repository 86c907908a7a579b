package api

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
)

func certificate() map[string]any {
	return map[string]any{"CertificateCode": "110101199003071234", "CertificateType": "SFZ", "ImgUrl": "https://x.example/documents/" + domain.DocumentID(4).Public() + "?expires=1&sig=2",
		"RegistrantCertificateCode": "220", "RegistrantCertificateType": "HZ", "RegistrantImgUrl": domain.DocumentID(3).Public()}
}

// The product's actions of templates, pictures and reaches, in both forms.
func TestProductPeople(t *testing.T) {
	f := newFake(t)
	f.templates[5] = domain.Template{ID: 5, Account: 8, Document: 4, Status: domain.TemplateReject, Reason: "verify.household-moving", MaskedContact: "2**", ContactType: "HZ", CreatedAt: business, UpdatedAt: business}
	id := domain.TemplateID(5).Public()
	raw := []byte("\xff\xd8 picture")
	content := base64.StdEncoding.EncodeToString(raw)
	for _, c := range []struct {
		action string
		in     map[string]any
		asked  string
		out    map[string]any // nil: not compared
	}{
		{"ModifyTemplate", map[string]any{"TemplateId": id, "ContactInfo": contact(), "CertificateInfo": certificate()}, "replace 5", nil},
		{"DeleteTemplate", map[string]any{"TemplateId": id}, "delete-template 5", map[string]any{}},
		{"UploadImage", map[string]any{"ImageFile": content}, "upload", map[string]any{"AccessUrl": "/documents/" + domain.DocumentID(4).Public() + "?expires=1&sig=100000000008"}},
		{"UploadImage", map[string]any{"ImageFile": "data:image/jpeg;base64," + strings.TrimRight(content, "=")}, "upload", nil},
		{"SendPhoneEmailCode", map[string]any{"Code": "+86.13800000000", "Type": 1}, "send 1 +86.13800000000", map[string]any{}},
		{"CreatePhoneEmail", map[string]any{"Code": "a@b.example", "Type": 2, "VerifyCode": "204816"}, "reach 2 a@b.example 204816", map[string]any{}},
		{"DeletePhoneEmail", map[string]any{"Code": "a@b.example", "Type": 2}, "unreach 2 a@b.example", map[string]any{}},
		{"DescribePhoneEmailList", map[string]any{"Type": 0, "Offset": 2, "Limit": 200, "Code": " +86.13800000000"}, "reaches 0 2 200 +86.13800000000", map[string]any{"TotalCount": 7.0,
			"PhoneEmailList": []any{map[string]any{"Code": "+86.13800000000", "Type": 1.0, "CreatedOn": "2027-03-02 00:30:00", "CheckStatus": 1.0}}}},
	} {
		f.asked, f.picture = nil, nil
		got := both(t, f, c.action, c.in)
		if c.out != nil {
			equal(t, got, c.out)
		}
		equal(t, f.asked, []string{c.asked, c.asked})
		if c.action == "UploadImage" && string(f.picture) != string(raw) {
			t.Errorf("%q was uploaded", f.picture)
		}
	}
	equal(t, f.form.Document, domain.DocumentID(4))
	equal(t, f.form.ContactDocument, domain.DocumentID(3))
	equal(t, f.form.ContactType+" "+f.form.ContactNumber, "HZ 220")

	got := both(t, f, "DescribeTemplate", map[string]any{"TemplateId": id})["Template"].(map[string]any)
	cert := got["CertificateInfo"].(map[string]any)
	equal(t, cert["ImgUrl"], "/documents/"+domain.DocumentID(4).Public()+"?expires=1&sig=100000000008")
	equal(t, cert["RegistrantCertificateCode"], "2**")
	if reason := got["AuditReason"].(string); !strings.HasSuffix(reason, "[verify.household-moving]") || !strings.Contains(reason, "It concerns the owner.") {
		t.Errorf("reason is %q", reason)
	}
	f.templates[5] = domain.Template{ID: 5, Account: 8, OldForm: true, Reason: "registrant.blacklisted"}
	got = both(t, f, "DescribeTemplate", map[string]any{"TemplateId": id})["Template"].(map[string]any)
	equal(t, got["IsValidTemplate"], 0.0)
	equal(t, got["IsBlack"], true)
	if reason := got["InvalidReason"].(string); !strings.HasSuffix(reason, "[template.old-form]") {
		t.Errorf("invalid because %q", reason)
	}
}

func TestSimpleInfoTellsWhoseANameIs(t *testing.T) {
	f := newFake(t)
	f.tenures = []domain.Tenure{{ID: 9, Account: 8, Name: "a.com", Template: 5, NameServers: []string{"ns1.x.example"}, RegisteredAt: business, ExpiresAt: business.AddDate(1, 0, 0)}}
	f.templates[5] = domain.Template{ID: 5, Account: 8, Status: domain.TemplateNotVerified, Contact: domain.Contact{Kind: domain.Organisation, OrganizationCN: "云河公司", Organization: "Yunhe", NameCN: "苏禾", Name: "Su He"}}
	base := both(t, f, "DescribeDomainBaseInfo", map[string]any{"Domain": "a.com"})["DomainInfo"].(map[string]any)
	simple := both(t, f, "DescribeDomainSimpleInfo", map[string]any{"DomainName": "a.com"})["DomainInfo"].(map[string]any)
	want := maps.Clone(base)
	maps.Copy(want, map[string]any{"RegistrantType": "E", "OrganizationNameCN": "云河公司", "OrganizationName": "Yunhe", "RegistrantNameCN": "苏禾", "RegistrantName": "Su He"})
	equal(t, simple, want)
	equal(t, base["RealNameAuditStatus"], "NotUpload") // the list of a name's statuses is shorter
}

// Each refusal has the product's code.
func TestRefusalsOfPeopleHaveTheProductsCodes(t *testing.T) {
	f := newFake(t)
	for _, c := range []struct {
		err  *fault.Error
		want string
	}{
		{fault.New(fault.Invalid, "upload.too-small", "bytes", "1"), "InvalidParameter.ImageSizeBelow"},
		{fault.New(fault.Invalid, "upload.too-large", "bytes", "1"), "InvalidParameter.ImageSizeExceed"},
		{fault.New(fault.Invalid, "upload.format", "extension", "", "found", "text"), "InvalidParameter.ImageFormatIsInvalid"},
		{fault.New(fault.Invalid, "upload.format", "extension", "png", "found", "jpeg"), "InvalidParameter.ImageExtInvalid"},
		{fault.New(fault.Invalid, "document.unclear"), "InvalidParameter.CertificateImageIsInvalid"},
		{fault.New(fault.Limited, "document.too-many", "limit", "1"), "FailedOperation.UploadImageFailed"},
		{fault.New(fault.Unavailable, "internal"), "FailedOperation.UploadImageFailed"},
		{fault.New(fault.Invalid, "verify.number-malformed", "field", "CertificateCode"), "InvalidParameter.CertificateCodeIsInvalid"},
		{fault.New(fault.Invalid, "verify.contact-not-person", "field", "RegistrantNameCN"), "InvalidParameter.NameCnIsInvalid"},
		{fault.New(fault.Invalid, "verify.address-incomplete", "field", "StreetCN"), "InvalidParameter.StreetIsInvalid"},
		{fault.New(fault.Invalid, "registrant.blacklisted", "role", "owner"), "InvalidParameter.OrgIsKeyword"},
		{fault.New(fault.Invalid, "registrant.restricted-word", "role", "contact"), "InvalidParameter.NameIsKeyword"},
		{fault.New(fault.Conflict, "template.reach-unverified", "field", "Email"), "InvalidParameter.EmailIsUnverified"},
		{fault.New(fault.Conflict, "template.reach-unverified", "field", "Telephone"), "InvalidParameter.TelephoneIsUnverified"},
		{fault.New(fault.Conflict, "template.not-editable", "status", "InAudit"), "FailedOperation.TemplateCanNotModify"},
		{fault.New(fault.Invalid, "template.field-missing", "field", "ImgUrl"), "InvalidParameter.CertificateImageIsInvalid"},
		{fault.New(fault.Conflict, "reach.duplicate"), "FailedOperation.DuplicatePhoneEmail"},
		{fault.New(fault.Denied, "reach.prohibited"), "FailedOperation.ProhibitPhoneEmail"},
		{fault.New(fault.Limited, "reach.too-many-codes"), "FailedOperation.SendVerifyCodeIsLimited"},
		{fault.New(fault.Invalid, "reach.code-wrong"), "InvalidParameter.VerifyCodeIsInvalid"},
		{fault.New(fault.Invalid, "reach.code-expired"), "InvalidParameter.VerifyCodeIsInvalid"},
	} {
		f.fail = c.err
		w := do(newAPI(t, f, Limits{}).TC3(), tc3Request("UploadImage", map[string]any{"ImageFile": "AAAA"}))
		if code, _ := errorOf(t, w); code != c.want {
			t.Errorf("%v is %s, want %s", c.err, code, c.want)
		}
	}
	f.fail = nil
	w := do(newAPI(t, f, Limits{}).TC3(), tc3Request("UploadImage", map[string]any{"ImageFile": "no base64"}))
	if code, _ := errorOf(t, w); code != "InvalidParameter.ImageFileIsInvalid" {
		t.Errorf("no base64 is %s", code)
	}
	w = do(newAPI(t, f, Limits{}).TC3(), tc3Request("CreateTemplate", map[string]any{"ContactInfo": contact(), "CertificateInfo": map[string]any{"CertificateCode": "1", "CertificateType": "SFZ", "ImgUrl": "https://x.example/no"}}))
	if code, _ := errorOf(t, w); code != "InvalidParameter.CertificateImageIsInvalid" {
		t.Errorf("an address of nothing is %s", code)
	}
}

// What the product has no action for, as plain JSON.
func TestPlainPeople(t *testing.T) {
	f := newFake(t)
	f.templates[5] = domain.Template{ID: 5, Account: 8, Status: domain.TemplateInAudit}
	h := newAPI(t, f, Limits{PerSecond: 1000}).JSON()
	id, doc := domain.TemplateID(5).Public(), domain.DocumentID(4).Public()
	form := `{"ContactInfo":{"OrganizationNameCN":"张三"},"CertificateInfo":{"CertificateType":"SFZ"},"ValidFrom":"2020-01-02","ValidUntil":"2030-01-02","document_id":"` + doc + `","suffixes":["com","中国"]}`
	content := base64.StdEncoding.EncodeToString([]byte("abc"))
	for _, c := range []struct {
		method, path, in string
		asked            string
		want             []string
	}{
		{"POST", "documents", `{"file_name":"a.jpg","content":"` + content + `"}`, "upload", []string{`"id":"` + doc + `"`, `"reading":"waiting"`, `"width":1600`, `"findings":[]`, `/documents/` + doc + `?expires=1`}},
		{"GET", "documents?id=" + doc, "", "document 4", []string{`"format":"jpeg"`}},
		{"GET", "documents/picture?id=" + doc, "", "picture 4 api", []string{`"content":"Ynl0ZXM="`}},
		{"POST", "documents/convert", `{"file_name":"a.heic","content":"` + content + `"}`, "convert-picture a.heic 3", []string{`"file_name":"made.jpg"`, `"content":"bWFkZQ=="`}},
		{"POST", "templates/check", `{"form":` + form + `}`, "check 0", []string{`"code":"verify.number-confusable"`, `"position":3`, `"fix":"110FIXED"`, `"region":{"x":1,"y":2,"w":3,"h":4}`,
			`"reading":true`, `"not_performed":{"contact/text-number":"no picture","text-number":"no text"}`, `"value":2.5`, `"remedy":["`}},
		{"POST", "templates/check", `{"template_id":"` + id + `","form":{}}`, "check 5", nil},
		{"POST", "templates", `{"form":` + form + `}`, "save", []string{`"AuditStatus":"NotUpload"`, `"OrganizationNameCN":"张三"`}},
		{"POST", "templates/modify", `{"template_id":"` + id + `","form":` + form + `}`, "modify 5", []string{id}},
		{"POST", "templates/submit", `{"template_id":"` + id + `"}`, "submit 5", []string{`"state":"rejected"`, `"code":"verify.household-moving"`, `"AuditStatus":"InAudit"`, `"code":"document.near-expiry"`}},
		{"POST", "templates/withdraw", `{"template_id":"` + id + `"}`, "withdraw 5", []string{`"state":"rejected"`}},
		{"GET", "templates/verification?template_id=" + id, "", "verification 5", []string{`"provider":"authority"`, `"kind":"submitted"`, `"submitted_at":"2027-03-01T16:30:00Z"`, `"remedy":["`}},
		{"POST", "templates/copy", `{"template_id":"` + id + `"}`, "copy 5", []string{id}},
		{"POST", "templates/convert", `{"template_id":"` + id + `"}`, "convert 5", nil},
		{"POST", "templates/default", `{"template_id":"` + id + `"}`, "default 5", nil},
		{"POST", "templates/delete", `{"template_id":"` + id + `"}`, "delete-template 5", nil},
		{"GET", "privacy/export", "", "export 67108864", []string{`"content":"YXJjaGl2ZQ=="`, `"file_name":"data-2027-03-02.zip"`}},
		{"POST", "privacy/erasures", `{"confirm":"erase"}`, "erase", []string{`"templates":1,"documents":2,"reaches":3`, `"what":"tmpl-1","reason":"template.in-use"`, `"names":4`, `"title":"`}},
	} {
		f.asked = nil
		w := do(h, jsonRequest(c.method, "/api/v1/"+c.path, c.in))
		if w.Code != http.StatusOK || len(f.asked) != 1 || f.asked[0] != c.asked || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: HTTP %d %s, asked %q", c.path, w.Code, w.Body, f.asked)
		}
		for _, s := range c.want {
			if !strings.Contains(strings.ReplaceAll(w.Body.String(), `\u0026`, "&"), s) {
				t.Errorf("%s lacks %s: %s", c.path, s, w.Body)
			}
		}
		if strings.Contains(w.Body.String(), "110FIXED") && c.asked != "check 0" && c.asked != "check 5" {
			t.Errorf("%s tells the mended number", c.path)
		}
	}
	for _, c := range []struct{ path, in, code string }{
		{"templates/check", `{"form":{"ValidUntil":"tomorrow"}}`, "api.malformed-field"},
		{"templates/check", `{"form":{"document_id":"doc-?"}}`, "document.not-found"},
		{"templates/submit", `{"template_id":"tmpl-?"}`, "template.not-found"},
		{"documents", `{"content":""}`, "api.missing-field"},
		{"documents", `{"content":"***"}`, "api.malformed-field"},
		{"privacy/erasures", `{"confirm":"yes"}`, "api.malformed-field"},
	} {
		f.asked = nil
		w := do(h, jsonRequest("POST", "/api/v1/"+c.path, c.in))
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != c.code || len(f.asked) > 0 {
			t.Errorf("%s: %s %v, asked %q", c.path, w.Body, err, f.asked)
		}
	}
	w := do(h, jsonRequest("POST", "/api/v1/templates", `{"form":`+form+`}`))
	if w.Code != 200 || !f.form.ValidFrom.Equal(time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)) || f.form.Document != 4 || !reflect.DeepEqual(f.form.Suffixes, []string{"com", "xn--fiqs8s"}) {
		t.Errorf("%+v", f.form)
	}
}

// The largest picture of all gets through in base64; other actions keep to their own bound.
func TestBodiesOfPictures(t *testing.T) {
	f := newFake(t)
	a := newAPI(t, f, Limits{PerSecond: 1000})
	five := strings.Repeat("A", (5<<20)/3*4)
	for _, c := range []struct {
		path, in string
		status   int
	}{
		{"documents", `{"content":"` + five + `"}`, http.StatusOK},
		{"documents/convert", `{"content":"` + strings.Repeat(five, 4) + `"}`, http.StatusOK},
		{"documents", `{"content":"` + strings.Repeat(five, 5) + `"}`, http.StatusRequestEntityTooLarge},
		{"templates", `{"form":{"ValidFrom":"` + strings.Repeat(five, 2) + `"}}`, http.StatusRequestEntityTooLarge},
	} {
		w := do(a.JSON(), jsonRequest("POST", "/api/v1/"+c.path, c.in))
		if w.Code != c.status {
			t.Errorf("%d bytes to %s: HTTP %d %.200s", len(c.in), c.path, w.Code, w.Body)
		}
	}
	w := do(a.TC3(), tc3Request("UploadImage", `{"ImageFile":"`+five+`"}`))
	if code, msg := errorOf(t, w); code != "" {
		t.Errorf("%s %s", code, msg)
	}
}

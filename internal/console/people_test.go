package console

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/realname"
)

// with sends a form with a file; the file stands before the fields, as the picture does on the page.
func (v *browser) with(t *testing.T, target, field, name string, body []byte, form url.Values, accept string) (*http.Response, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(body)
	for k, vs := range form {
		for _, x := range vs {
			_ = w.WriteField(k, x)
		}
	}
	_ = w.Close()
	return v.do("POST", target, &b, http.Header{"Content-Type": {w.FormDataContentType()}, "Accept": {accept}})
}

func owner4(t *testing.T) (*bench, *browser) {
	t.Helper()
	b := newBench(t)
	v := b.as(t, domain.Owner)
	withTemplates(domain.TemplateApproved, domain.TemplateInAudit, domain.TemplateReject, domain.TemplateNotUpload)(b.f)
	return b, v
}

func typed(do string) url.Values {
	return url.Values{"RegistrantType": {"E"}, "OrganizationNameCN": {"杭州云河茶业有限公司"}, "CertificateType": {"YYZZ"}, "CertificateCode": {"91330106MA2KOJ7B55"},
		"Country": {"CN"}, "StreetCN": {"龙井路 88 号"}, "Email": {"lin@yunhe-tea.com"}, "Telephone": {"13800002071"}, "do": {do}}
}

func TestEditorButtons(t *testing.T) {
	edit := "/templates/" + domain.TemplateID(4).Public() + "/edit"
	made := domain.TemplateID(9).Public()
	for _, c := range []struct{ path, do, to, did string }{
		{"/templates/new", "save", "/templates/" + made + "/edit?next=&saved=1", ""},
		{"/templates/new", "submit", "/templates/" + made, "SubmitTemplate " + made},
		{"/templates/new", "appeal", "/templates/" + made, "AppealTemplate " + made},
		{edit, "save", strings.TrimSuffix(edit, "/edit") + "/edit?next=&saved=1", ""},
		{edit, "submit", strings.TrimSuffix(edit, "/edit"), "SubmitTemplate " + domain.TemplateID(4).Public()},
		{"/templates/new", "code-email", "/account/reach?code=lin%40yunhe-tea.com&next=%2Ftemplates%2F" + made + "%2Fedit&sent=1", "send 2 lin@yunhe-tea.com"},
	} {
		b, v := owner4(t)
		res, body := v.post(c.path, typed(c.do))
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != c.to {
			t.Errorf("%s %s: %d to %s\n%s", c.path, c.do, res.StatusCode, res.Header.Get("Location"), clip(body, 300))
		}
		if len(b.f.people.saved) != 1 || b.f.people.saved[0].CertificateNumber != "91330106MA2KOJ7B55" || b.f.people.saved[0].Contact.CountryCN != "中国" {
			t.Errorf("%s %s kept %+v", c.path, c.do, b.f.people.saved)
		}
		if c.did != "" && !slices.Contains(b.f.people.did, c.did) {
			t.Errorf("%s %s did %v, want %s", c.path, c.do, b.f.people.did, c.did)
		}
	}
}

// What is approved or in review opens no editor; a copy does.
func TestEditorOfWhatCannotBeEdited(t *testing.T) {
	b, v := owner4(t)
	for _, i := range []domain.TemplateID{1, 2} {
		if res, _ := v.get("/templates/" + i.Public() + "/edit"); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/templates/"+i.Public() {
			t.Errorf("%d: %d to %s", i, res.StatusCode, res.Header.Get("Location"))
		}
	}
	res, _ := v.post("/templates/"+domain.TemplateID(1).Public()+"/copy", url.Values{})
	if res.Header.Get("Location") != "/templates/"+domain.TemplateID(9).Public()+"/edit" || b.f.people.did[0] != "CopyTemplate "+domain.TemplateID(1).Public() {
		t.Errorf("the copy is at %s, did %v", res.Header.Get("Location"), b.f.people.did)
	}
}

func TestFindingsStandBesideTheirFields(t *testing.T) {
	for _, c := range []struct {
		role        realname.Role
		field, want string
	}{
		{realname.Owner, "CertificateCode", "CertificateCode"}, {realname.Contact, "CertificateCode", "RegistrantCertificateCode"},
		{realname.Contact, "CertificateType", "RegistrantCertificateType"}, {realname.Contact, "OrganizationNameCN", "RegistrantNameCN"},
		{realname.Owner, "CountryCN", "Country"}, {realname.Contact, "RegistrantName", "RegistrantName"},
	} {
		if got := fieldOf(realname.Finding{Role: c.role, Field: c.field}); got != c.want {
			t.Errorf("%s's %s stands beside %s, want %s", c.role, c.field, got, c.want)
		}
	}
}

// Rules about what isn't there have not been passed.
func TestOnlyWhatThereIsIsTold(t *testing.T) {
	b, v := owner4(t)
	withPicture(b.f)
	b.f.people.docs = nil
	lines := func(form url.Values) string {
		_, body := v.post("/templates/new", form)
		i := strings.Index(body, `id="part-checks-owner"`)
		return body[i : i+strings.Index(body[i:], "</section>")]
	}
	few := lines(url.Values{"RegistrantType": {"I"}, "CertificateType": {"SFZ"}, "OrganizationNameCN": {"林晓"}, "do": {"check"}})
	all := typed("check")
	all.Set("ValidUntil", "2030-01-01")
	many := lines(all)
	for _, name := range []string{"check-name.number-form", "check-name.validity", "check-name.address", "check-name.superseded"} {
		label := ">" + b.zh(t, name) + "<"
		if strings.Contains(few, label) || !strings.Contains(many, label) {
			t.Errorf("%s: told of nothing %v, told of something %v", name, strings.Contains(few, label), strings.Contains(many, label))
		}
	}
}

// zh gives a text of the pages.
func (b *bench) zh(t *testing.T, key string) string {
	t.Helper()
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	return texts[zh].say(key)
}

func TestFixIsOneClick(t *testing.T) {
	b, v := owner4(t)
	withFindings(b.f)
	res, body := v.post("/templates/new", typed("fix-CertificateCode"))
	if res.StatusCode != http.StatusOK || !strings.Contains(body, `name="CertificateCode" value="91330106MA2K0J7B55"`) {
		t.Errorf("%d: the number was not mended", res.StatusCode)
	}
	if b.f.people.checked.CertificateNumber != "91330106MA2K0J7B55" || len(b.f.people.saved) > 0 {
		t.Errorf("looked at %q again, kept %d", b.f.people.checked.CertificateNumber, len(b.f.people.saved))
	}
}

func TestLiveCheck(t *testing.T) {
	b, v := owner4(t)
	withFindings(b.f)
	form := typed("")
	form.Set("document_id", domain.DocumentID(1).Public())
	ask := func() (out struct {
		Parts   map[string]string
		Bad     []string
		Set     map[string]string
		Reading bool
	}) {
		res, body := v.do("POST", "/templates/check", strings.NewReader(form.Encode()), http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}})
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", res.StatusCode, body)
		}
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := ask()
	if !slices.Equal(got.Bad, []string{"CertificateCode"}) {
		t.Errorf("bad fields are %v", got.Bad)
	}
	for part, want := range map[string]string{"part-checks-owner": `data-code="verify.number-confusable"`, "marks-owner": `class="k-bad w-bad"`, "e-CertificateCode": "verify.number-confusable",
		"part-send": "disabled", "part-checks-contact": `id="part-checks-contact"`, "e-OrganizationName": `class="err soft"`} {
		if !strings.Contains(got.Parts[part], want) {
			t.Errorf("%s lacks %s:\n%s", part, want, clip(got.Parts[part], 400))
		}
	}
	if strings.Contains(got.Parts["part-checks-owner"], "<image") || got.Parts["part-shot-owner"] != "" {
		t.Error("the picture would be opened anew with every keystroke")
	}
	if len(b.f.people.saved) > 0 || len(b.f.people.uploaded) > 0 {
		t.Error("a check kept something")
	}
	form.Set("do", "fix-CertificateCode")
	if got = ask(); got.Set["CertificateCode"] != "91330106MA2K0J7B55" {
		t.Errorf("the fix sets %v", got.Set)
	}
}

// A picture that is too large is counted to its end: the form is kept, and the size is told.
func TestUploadTooLarge(t *testing.T) {
	b, v := owner4(t)
	res, body := v.with(t, "/templates/new", "file-owner", "big.png", make([]byte, 30<<20), typed("upload-owner"), "")
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `data-code="upload.too-large"`) || !strings.Contains(body, "30.0 MB") {
		t.Errorf("%d", res.StatusCode)
	}
	for _, want := range []string{`value="杭州云河茶业有限公司"`, `id="convert-owner"`, `value="龙井路 88 号"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if len(b.f.people.uploaded) > 0 {
		t.Error("it was taken all the same")
	}
	res, body = v.with(t, "/templates/new", "file-owner", "big.png", make([]byte, maxFile+1), typed("convert-owner"), "")
	if res.StatusCode != http.StatusOK || len(b.f.people.uploaded) != 1 || !strings.Contains(body, "big.jpg") {
		t.Errorf("%d, %d uploads", res.StatusCode, len(b.f.people.uploaded))
	}
	if len(b.f.people.saved) > 0 {
		t.Error("the template was kept before anybody said so")
	}
}

// What goes beyond the bound of a request is refused by its length; anonymous senders have no larger one.
func TestUploadBounds(t *testing.T) {
	b, v := owner4(t)
	endless := func() (io.Reader, string) {
		var head bytes.Buffer
		w := multipart.NewWriter(&head)
		_, _ = w.CreateFormFile("file-owner", "x.png")
		return io.MultiReader(&head, io.LimitReader(zeros{}, maxBody+1<<20)), w.FormDataContentType()
	}
	body, media := endless()
	res, page := v.do("POST", "/templates/new", body, http.Header{"Content-Type": {media}})
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, `data-code="input.too-large"`) {
		t.Errorf("%d %s", res.StatusCode, clip(page, 200))
	}
	counted := &counter{}
	body, media = endless()
	counted.r = body
	r := httptest.NewRequest("POST", "http://localhost:8080/templates/new", counted)
	r.Header.Set("Content-Type", media)
	rec := httptest.NewRecorder()
	b.h.ServeHTTP(rec, r)
	if rec.Code != http.StatusSeeOther || counted.n > maxForm+1<<16 {
		t.Errorf("anonymous: %d after %d bytes", rec.Code, counted.n)
	}
	long := typed("save")
	long.Set("StreetCN", strings.Repeat("长", maxField))
	if res, _ := v.with(t, "/templates/new", "file-owner", "x.png", []byte("x"), long, ""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a long field: %d", res.StatusCode)
	}
	if len(b.f.people.saved)+len(b.f.people.uploaded) > 0 {
		t.Error("something was kept")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func TestUploadByScript(t *testing.T) {
	b, v := owner4(t)
	form := typed("")
	form.Set("role", "owner")
	res, body := v.with(t, "/templates/documents", "file-owner", `C:\pictures\licence.jpg`, noisy(), form, "application/json")
	var out struct{ Parts map[string]string }
	if err := json.Unmarshal([]byte(body), &out); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", res.StatusCode, err)
	}
	shot := out.Parts["part-shot-owner"]
	if !strings.Contains(shot, `value="`+domain.DocumentID(1).Public()+`"`) || !strings.Contains(shot, "licence.jpg") || strings.Contains(shot, "pictures") {
		t.Errorf("the card is %s", clip(shot, 600))
	}
	b.f.fail["UploadDocument"] = fault.New(fault.Invalid, "upload.format", "extension", "jpg", "found", "png")
	_, body = v.with(t, "/templates/documents", "file-owner", "licence.jpg", noisy(), form, "application/json")
	if !strings.Contains(body, `upload.format`) || !strings.Contains(body, "convert-owner") || !strings.Contains(body, `"refused":true`) {
		t.Errorf("a refusal: %s", clip(body, 300))
	}
	n := len(b.f.people.uploaded)
	res, body = v.with(t, "/templates/documents/convert", "file-owner", "licence.png", noisy(), form, "application/json")
	if res.StatusCode != http.StatusOK || !strings.Contains(body, "data:image/jpeg;base64,") || !strings.Contains(body, `"name":"licence.jpg"`) || len(b.f.people.uploaded) != n {
		t.Errorf("convert: %d, kept %d: %s", res.StatusCode, len(b.f.people.uploaded)-n, clip(body, 300))
	}
}

func TestPictureIsForWhomItsAddressWasMade(t *testing.T) {
	b, v := owner4(t)
	withPicture(b.f)
	at := "/documents/" + domain.DocumentID(1).Public() + "/picture?expires=1&sig="
	res, _ := v.get(at + "good")
	for h, want := range map[string]string{"Content-Type": "image/jpeg", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": picturePolicy} {
		if got := res.Header.Get(h); got != want {
			t.Errorf("%s is %q, want %q", h, got, want)
		}
	}
	if s := b.f.scopes["LinkedPicture"]; res.StatusCode != 200 || s.Operator || s.Account != 1 || !slices.Contains(b.f.people.did, "look owner") {
		t.Errorf("%d, %+v, %v", res.StatusCode, s, b.f.people.did)
	}
	if res, _ := v.get(at + "bad"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a wrong signature gives %d", res.StatusCode)
	}
	if res, _ := v.get("/desk" + at + "good"); res.StatusCode != http.StatusForbidden {
		t.Errorf("the desk's address gives an owner %d", res.StatusCode)
	}
}

func TestReach(t *testing.T) {
	b, v := owner4(t)
	res, _ := v.post("/account/reach/send", url.Values{"code": {" +44.2012345678 "}, "next": {"/templates/new"}})
	if to := res.Header.Get("Location"); to != "/account/reach?code=%2B44.2012345678&next=%2Ftemplates%2Fnew&sent=1" || b.f.people.did[0] != "send 1 +44.2012345678" {
		t.Errorf("sent to %s, did %v", to, b.f.people.did)
	}
	res, body := v.post("/account/reach/verify", url.Values{"code": {"lin@yunhe-tea.com"}, "verify_code": {"000000"}})
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `data-code="reach.code-wrong"`) || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("a wrong code: %d", res.StatusCode)
	}
	res, _ = v.post("/account/reach/verify", url.Values{"code": {"lin@yunhe-tea.com"}, "verify_code": {"123456"}, "next": {"//evil.example"}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/account/reach" || len(b.f.people.reaches) != 1 {
		t.Errorf("verified: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
	_, body = v.do("POST", "/account/reach/verify", strings.NewReader(url.Values{"code": {"13800002071"}, "verify_code": {"123456"}}.Encode()),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}})
	if !strings.Contains(body, `"verified":"13800002071"`) || !strings.Contains(body, "data-reach") {
		t.Errorf("the script got %s", body)
	}
}

// Numbers are masked at the desk until they are asked for, and on every page of an owner but the editor of what was
// typed just now.
func TestNumbersAreMasked(t *testing.T) {
	b := newBench(t)
	v := b.as(t, domain.Operator)
	withReviews(b.f)
	_, plain := v.get("/desk/reviews/7")
	_, asked := v.get("/desk/reviews/7?number=show")
	for _, number := range []string{b.f.people.review.OwnerNumber, b.f.people.review.ContactID} {
		if strings.Contains(plain, number) {
			t.Errorf("the desk shows %s unasked", number)
		}
		if !strings.Contains(asked, number) {
			t.Errorf("the desk does not show %s when asked", number)
		}
	}
	b, v = owner4(t)
	withFindings(b.f)
	number := "91330106MA2KOJ7B55"
	for _, path := range []string{"/templates", "/templates/" + domain.TemplateID(1).Public(), "/templates/" + domain.TemplateID(4).Public() + "/edit"} {
		if _, body := v.get(path); strings.Contains(body, number) || strings.Contains(body, "91330106MA2K0J7B55") {
			t.Errorf("%s shows the number", path)
		}
	}
	if _, body := v.post("/templates/new", typed("check")); !strings.Contains(body, number) {
		t.Error("who typed the number just now does not see it")
	}
	if log := b.log.String(); strings.Contains(log, number) {
		t.Error("the number is in the log")
	}
}

// An unverified registrant is good for suffixes that verify afterwards, and for no others.
func TestCheckoutUnverified(t *testing.T) {
	b, v := owner4(t)
	b.f.templates = b.f.templates[3:] // a draft alone
	withMoney(100000)(b.f)
	pick := func(name string) string {
		b.f.carts[1] = nil
		_ = b.f.AddToCart(t.Context(), domain.Scope{Account: 1}, name, 1)
		_, body := v.get("/checkout")
		return body
	}
	com, cn := pick("yunhecha.com"), pick("yunhecha.cn")
	id := domain.TemplateID(4).Public()
	if !strings.Contains(com, `value="`+id+`" checked required`) || strings.Contains(com, `id="before"`) || !strings.Contains(com, `class="btn primary l full" form="pay" id="pay-submit"`) {
		t.Error(".com can't be bought with a draft")
	}
	if !strings.Contains(cn, `value="`+id+`" disabled required`) || !strings.Contains(cn, `id="before"`) || !strings.Contains(cn, `form="pay" disabled`) || !strings.Contains(cn, "yunhecha.cn") {
		t.Error(".cn can be bought with a draft")
	}
}

func TestRebind(t *testing.T) {
	b, v := owner4(t)
	withNames(b.f)
	one := domain.TemplateID(1).Public()
	for _, c := range []struct {
		lock, want string
	}{{"1", "ChangeRegistrant [yunhe-tea.com yuncha.com] " + one + " true"}, {"", "ChangeRegistrant [yunhe-tea.com yuncha.com] " + one + " false"}} {
		form := url.Values{"name": {"yunhe-tea.com", "yuncha.com"}, "template": {one}}
		if c.lock != "" {
			form.Set("lock", c.lock)
		}
		res, _ := v.post("/domains/registrant", form)
		if got := b.f.asked[len(b.f.asked)-1]; res.Header.Get("Location") != "/orders/1044" || got != c.want {
			t.Errorf("%s to %s, want %s", got, res.Header.Get("Location"), c.want)
		}
	}
	n := len(b.f.asked)
	if res, _ := v.post("/domains/registrant", url.Values{"name": {"yuncha.com"}, "template": {"tmpl-???"}}); res.StatusCode != http.StatusNotFound || len(b.f.asked) != n {
		t.Errorf("an unknown template: %d", res.StatusCode)
	}
	_, body := v.get("/domains/registrant?name=yunhe-tea.com")
	if strings.Contains(body, `value="`+one+`"`) || strings.Contains(body, domain.TemplateID(4).Public()) {
		t.Error("the name's own template, or one that was not approved, is offered")
	}
}

// A name says by when its registrant has to be verified, why it is held, and where that is mended.
func TestNameLeadsToItsRegistrant(t *testing.T) {
	b, v := owner4(t)
	withNames(b.f)
	withDue(b.f)
	b.f.templates[0].Status = domain.TemplateNotUpload
	tmpl := "/templates/" + domain.TemplateID(1).Public()
	_, body := v.get("/domains/yunhe-tea.com")
	for _, want := range []string{`id="verify-due"`, "2026-11-28 10:40", `href="` + tmpl + `"`, `id="contact-due"`, "2026-12-08", `id="lock-until"`, "2027-01-22"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	withCases(b.f)
	_, body = v.get("/domains/chaxiang.cn")
	if strings.Contains(body, `id="verify-due"`) || !strings.Contains(body, `data-code="hold.unverified"`) || !strings.Contains(body, `href="`+tmpl+`" id="mend"`) {
		t.Error("a held name does not lead to its registrant, or says it twice")
	}
	b.f.cases, b.f.templates[0].Status = nil, domain.TemplateApproved
	if _, body = v.get("/domains/yunhe-tea.com"); strings.Contains(body, `id="verify-due"`) {
		t.Error("the registrant is verified, and asked for all the same")
	}
}

func TestPrivacy(t *testing.T) {
	b, v := owner4(t)
	res, body := v.post("/account/privacy/export", url.Values{})
	if res.Header.Get("Content-Type") != "application/zip" || !strings.Contains(res.Header.Get("Content-Disposition"), ".zip") || res.Header.Get("Cache-Control") != "no-store" || body != "PK\x03\x04" {
		t.Errorf("the archive is %v, %d bytes", res.Header, len(body))
	}
	b.f.fail["ExportData"] = fault.New(fault.Unavailable, "registry.unreachable", "registry", "x")
	if res, body := v.post("/account/privacy/export", url.Values{}); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "<!doctype html>") || res.Header.Get("Content-Disposition") != "" {
		t.Errorf("an export that fails: %d %v", res.StatusCode, res.Header)
	}
	for _, typed := range []string{"", "yes", "lin@yunhe-tea.co"} {
		res, body := v.post("/account/privacy/erase", url.Values{"confirm": {typed}})
		if res.StatusCode != http.StatusUnprocessableEntity || len(b.f.people.did) > 0 || !strings.Contains(body, `data-code="input.confirmation"`) {
			t.Errorf("%q erases: %d, %v", typed, res.StatusCode, b.f.people.did)
		}
	}
	if _, body := v.post("/account/privacy/erase", url.Values{"confirm": {" LIN@yunhe-tea.com "}}); !slices.Equal(b.f.people.did, []string{"erase"}) || !strings.Contains(body, `data-code="template.in-use"`) {
		t.Errorf("did %v", b.f.people.did)
	}
}

// TestFigures: a measure stands beside a limit that can be told from it.
func TestFigures(t *testing.T) {
	for f, want := range map[float64]string{0: "0", 1640: "1,640", 817.6: "818", 0.31: "0.31", 0.0025: "0.0025", 0.0112: "0.011", -0.5: "-0.50"} {
		if got := figure(f); got != want {
			t.Errorf("%v is written %q, want %q", f, got, want)
		}
	}
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/ledger"
	"github.com/openregistrar/openregistrar/internal/ops"
	"github.com/openregistrar/openregistrar/internal/policy"
	"github.com/openregistrar/openregistrar/internal/store"
)

// outsides knows nothing and does nothing.
type outsides struct{}

func (outsides) Check(_ context.Context, _ string, names []domain.Name) ([]ops.Availability, error) {
	var out []ops.Availability
	for _, n := range names {
		out = append(out, ops.Availability{Name: n, Reason: "In use"})
	}
	return out, nil
}
func (outsides) Send(context.Context, domain.Leased) domain.Outcome { return domain.Outcome{} }
func (outsides) Ask(context.Context, domain.Leased) domain.Outcome  { return domain.Outcome{} }
func (outsides) LongestCommand(string) time.Duration                { return time.Second }
func (outsides) Seal(p []byte, _ string) ([]byte, error)            { return p, nil }
func (outsides) Open(p []byte, _ string) ([]byte, error)            { return p, nil }
func (outsides) Current([]byte) bool                                { return true }
func (outsides) Servers(context.Context, domain.Name) ([]string, error) {
	return nil, errors.New("no DNS")
}
func (outsides) Registration(context.Context, domain.Name) (ops.PublicRegistration, error) {
	return ops.PublicRegistration{}, nil
}

type keyring map[string]domain.APIKey

func (k keyring) Secret(_ context.Context, id string) (domain.APIKey, string, error) {
	if key, ok := k[id]; ok {
		return key, testSecret, nil
	}
	return domain.APIKey{}, "", fault.New(fault.Missing, "api.key-unknown")
}

// TestNobodyReachesAnothersThings calls every action of the table on a real database with the identifiers of somebody
// else's things. An action that isn't in calls fails: whoever adds one says here what it could leak.
func TestNobodyReachesAnothersThings(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 11, 8, 9, 0, 0, 0, time.UTC)
	db, err := store.Open(ctx, store.Config{Engine: store.SQLite, DSN: filepath.Join(t.TempDir(), "r.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	rows, err := policy.Shipped()
	if err == nil {
		err = errors.Join(db.Migrate(ctx), db.SeedPolicies(ctx, rows))
	}
	if err != nil {
		t.Fatal(err)
	}
	terms, err := policy.Parse(rows)
	if err != nil {
		t.Fatal(err)
	}
	const victim, thief, desk = 901, 902, 903
	const order, item, intent, form = 5001, 5002, 5003, 5004
	it := domain.Item{ID: item, Order: order, Account: victim, Name: "victims.com", Status: domain.ItemDoing, Price: 700, Currency: "CNY", Hold: domain.Held, CreatedAt: at, UpdatedAt: at}
	writes := []ops.Write{}
	for id, who := range map[domain.AccountID]string{victim: "victim@secret.example", thief: "thief@x.example", desk: "desk@x.example"} {
		writes = append(writes, ops.InsertAccount{Account: domain.Account{ID: id, Email: who, Role: domain.Owner, Locale: "en", CreatedAt: at}})
	}
	const picture, draft, submission = 5006, 5007, 5008
	tmpl := domain.Template{ID: form, Account: victim, Document: picture, Version: 1, Status: domain.TemplateApproved, MaskedNumber: "110***1234", CreatedAt: at, UpdatedAt: at,
		Contact: domain.Contact{Kind: domain.Individual, OrganizationCN: "受害人", Email: "victim@secret.example"}}
	if err := db.Commit(ctx, ops.Plan{
		Writes: append(writes, ops.InsertTemplate{Template: tmpl},
			ops.InsertTemplate{Template: domain.Template{ID: draft, Account: victim, Version: 1, Status: domain.TemplateNotUpload, MaskedNumber: "110***1234", CreatedAt: at, UpdatedAt: at,
				Contact: domain.Contact{Kind: domain.Individual, OrganizationCN: "受害人", Email: "victim@secret.example"}}},
			ops.InsertDocument{Document: domain.Document{ID: picture, Account: victim, FileName: "SECRETFILE.jpg", Format: "jpeg", Bytes: 60_000, Reading: domain.ReadingDone, CreatedAt: at}, Picture: []byte("SECRETPICTURE"), Most: 9},
			ops.PutReach{Reach: domain.Reach{Account: victim, Type: domain.ReachPhone, Code: "+86.13612345678", VerifiedAt: at}},
			ops.InsertVerification{Verification: domain.Verification{ID: submission, Account: victim, Template: form, Version: 1, TemplateVersion: 1, State: domain.VerificationWaiting, Provider: "SECRETAUTHORITY", SubmittedAt: at, Findings: "[]"}},
			ops.InsertOrder{Order: domain.Order{ID: order, Number: "SECRETNUMBER", Account: victim, Action: domain.ActionNew, Count: 1, Total: 700, Currency: "CNY", Key: "key:k", CreatedAt: at},
				Items: []domain.Item{it}, Intents: []domain.Intent{{ID: intent, Item: item, Account: victim, RegistryAccount: "verisim", Name: it.Name,
					Kind: domain.IntentCreate, State: domain.IntentQueued, ClTRID: "OR-1", NextTryAt: at, CreatedAt: at}}},
			ops.InsertTenure{Tenure: domain.Tenure{ID: 5005, Account: victim, Name: "victims-own.com", RegistryAccount: "verisim", Template: form, ROID: "D1",
				Statuses: domain.Statuses{"ok"}, NameServers: []string{"ns1.secret.example", "ns2.secret.example"}, RegisteredAt: at,
				SealedAuth: []byte("CODESECRET"), AuthUntil: at.AddDate(0, 0, 5), DS: []domain.DS{{KeyTag: 7, Algorithm: 8, DigestType: 2, Digest: "D16E57"}}, ExpiresAt: at.AddDate(1, 0, 0), Version: 1}},
			ops.PutWords{List: domain.WordList{Name: "about victims.com", Category: "other", Source: "SECRETSOURCE", Dated: "2026-11-01", LoadedAt: at,
				Entries: []domain.WordEntry{{Word: "secretword"}}}},
			ops.InsertNamingReview{Review: domain.NamingReview{ID: 5009, Account: victim, Name: "victims.com", Kind: domain.ReviewAppeal, State: domain.ReviewOpen,
				Code: "registration.policy-word", Statement: "SECRETSTATEMENT", OpenedAt: at}},
			ops.OpenCase{Case: domain.Case{Account: victim, Subject: "victims.com", Code: "registration.taken", Facts: map[string]string{"registrar": "SECRETFACT"}, OpenedAt: at}}),
		Entries: []ledger.Entry{ledger.TopUp(victim, 77_777, "CNY", "SECRETREF"), ledger.Hold(it)},
		Events:  []domain.Event{{Account: victim, Subject: "victims.com", Kind: "order.placed", Actor: "victim@secret.example", Result: "ok", At: at}},
	}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return time.Unix(testUnix, 0).UTC() }
	o, err := ops.New(ops.Deps{Store: db, Checker: outsides{}, Sender: outsides{}, Sealer: outsides{}, Prober: outsides{}, Terms: func() *policy.Table { return terms },
		Clock: ops.Clock{Business: clock, Wall: clock}, Node: "n", Rand: func(n int) []byte { return make([]byte, n) }})
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Deps{Ops: o, Wall: clock, Log: slog.New(slog.DiscardHandler), Limits: Limits{PerSecond: 1000}, Keys: keyring{
		"AKIDTHIEF": {SecretID: "AKIDTHIEF", Account: thief, Role: domain.Owner}, "AKIDDESK": {SecretID: "AKIDDESK", Account: desk, Role: domain.Operator}}})
	if err != nil {
		t.Fatal(err)
	}

	public, drafted, seen := domain.TemplateID(form).Public(), domain.TemplateID(draft).Public(), domain.DocumentID(picture).Public()
	whole, err := json.Marshal(contact())
	if err != nil {
		t.Fatal(err)
	}
	contactText := string(whole)
	calls := map[string]string{ // a body, or a query for GET
		"CheckDomain": `{"DomainName":"victims-own.com"}`, "DescribeTldList": `{}`, "DescribeDomainPriceList": `{"TldList":[".com"]}`,
		"CreateTemplate": `{"ContactInfo":{}}`, "ModifyTemplate": `{"TemplateId":"` + drafted + `","ContactInfo":` + contactText + `,"CertificateInfo":{"CertificateCode":"1","CertificateType":"SFZ","ImgUrl":"` + seen + `"}}`,
		"DeleteTemplate": `{"TemplateId":"` + drafted + `"}`, "UploadImage": `{"ImageFile":"AAAA"}`,
		"SendPhoneEmailCode": `{"Code":"nobody@x.example","Type":2}`, "CreatePhoneEmail": `{"Code":"+86.13612345678","Type":1,"VerifyCode":"000000"}`,
		"DeletePhoneEmail": `{"Code":"+86.13612345678","Type":1}`, "DescribePhoneEmailList": `{}`,
		"UploadDocument": `{"content":"AAAA"}`, "GetDocument": "id=" + seen, "ShowDocument": "id=" + seen, "ConvertDocument": `{"content":"AAAA"}`,
		"CheckTemplate": `{"template_id":"` + public + `","form":{"document_id":"` + seen + `"}}`, "SaveTemplate": `{"form":{"document_id":"` + seen + `"}}`,
		"ChangeTemplate": `{"template_id":"` + drafted + `","form":{}}`, "SubmitTemplate": `{"template_id":"` + drafted + `"}`, "WithdrawTemplate": `{"template_id":"` + public + `"}`,
		"GetVerification": "template_id=" + public, "CopyTemplate": `{"template_id":"` + public + `"}`, "ConvertTemplate": `{"template_id":"` + public + `"}`,
		"SetDefaultTemplate": `{"template_id":"` + public + `"}`, "DropTemplate": `{"template_id":"` + drafted + `"}`, "RetireTemplate": `{"template_id":"` + public + `"}`,
		"DescribeDomainSimpleInfo": `{"DomainName":"victims-own.com"}`, "ExportData": "", "EraseData": `{"confirm":"erase"}`,
		"DescribeTemplate": `{"TemplateId":"` + public + `"}`, "DescribeTemplateList": `{}`,
		"CreateDomainBatch":        `{"TemplateId":"` + public + `","Period":1,"Domains":["fresh.com"],"PayMode":1}`,
		"ModifyDomainDNSBatch":     `{"Domains":["victims-own.com"],"Dns":["ns1.thief.example","ns2.thief.example"]}`,
		"RenewDomainBatch":         `{"Domains":["victims-own.com"],"Period":1,"PayMode":1}`,
		"CreateDomainRedemption":   `{"DomainId":"` + domain.TenureID(5005).Public() + `"}`,
		"TransferProhibitionBatch": `{"Domains":["victims-own.com"],"Status":true}`,
		"UpdateProhibitionBatch":   `{"Domains":["victims-own.com"],"Status":false}`,
		"BatchModifyDomainInfo":    `{"Domains":["victims-own.com"],"TemplateId":"` + public + `"}`,
		"PlaceOrder":               `{"template_id":"` + public + `","lines":[{"name":"fresh.com"}],"agreement":"2026-11-01"}`, "ListOrders": "id=5001",
		"ListOrderItems": "id=5001", "CancelOrder": `{"id":5001}`,
		"GetProof":   "name=victims-own.com",
		"AppealName": `{"name":"victims-own.com","statement":"it should be mine, not theirs"}`, "WithdrawAppeal": `{"id":5009}`,
		"ListNamingReviews": "name=victims.com", "DecideNamingReview": `{"id":5009,"grant":true}`, "ListWordLists": "",
		"LoadWordList": `{"name":"l","category":"other","source":"s","dated":"2026-11-01","entries":[{"word":"tea"}]}`, "DropWordList": `{"name":"about victims.com"}`,
		"TestWordLists": `{"name":"victims.com"}`,
		"GetDNSSEC":     "name=victims-own.com", "SetDNSSEC": `{"name":"victims-own.com","records":[]}`,
		"CreateAuthCode": `{"name":"victims-own.com"}`, "ShowAuthCode": `{"name":"victims-own.com"}`, "ClearAuthCode": `{"name":"victims-own.com"}`,
		"DeleteDomain": `{"name":"victims-own.com","confirm":"victims-own.com"}`, "RestoreDomain": `{"name":"victims-own.com"}`,
		"AnswerTransfer":   `{"name":"victims-own.com","answer":"approve"}`,
		"CheckBatchStatus": `{"LogIds":[5001]}`, "DescribeBatchOperationLogs": `{}`, "DescribeBatchOperationLogDetails": `{"LogId":5001}`,
		"DescribeDomainNameList": `{}`, "DescribeDomainBaseInfo": `{"Domain":"victims-own.com"}`,
		"GetWallet": "", "CreateTopUp": `{"amount":1000,"ref":"SECRETREF"}`, "ListCases": "subject=victims.com", "LookupName": `{"name":"victims-own.com"}`,
		"ListLog": "subject=victims.com", "ExportLog": "subject=victims.com", "GetFreshness": "version=1", "SearchNames": "q=victims-own.com",
		"SearchList":       `{"names":["victims-own.com"]}`,
		"AcknowledgeRisks": `{"names":[{"name":"victims-own.com"}]}`, "GetRisk": "name=victims-own.com",
		"AppealRisk": `{"name":"victims-own.com","list":"safety","reason":"x"}`, "ListRiskAppeals": "",
		"LoadFeed": `{"name":"x","kind":"blocks","source":"x","format":"plain","dated":"2026-01-01","content":"victims-own.com"}`, "DropFeed": `{"name":"x"}`,
	}
	secrets := []string{"secret.example", "SECRETNUMBER", "110***1234", "受害人", "77777", "77077", "order.placed", "SECRETFACT", "SECRETFILE", "SECRETPICTURE", "SECRETAUTHORITY", "U0VDUkVU", "CODESECRET", "SECRETSOURCE", "SECRETSTATEMENT", "D16E57", `"yours"`, `"LogId":5001`}
	call := func(key string, act action) string {
		t.Helper()
		in, known := calls[act.name]
		if !known {
			t.Fatalf("%s is in the table and not in this test", act.name)
		}
		path, body := act.path, ""
		if act.method == http.MethodGet {
			path += "?" + in
		} else {
			body = in
		}
		r := httptest.NewRequest(act.method, path, strings.NewReader(body))
		if _, err := url.Parse(path); err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "k")
		if key != "" {
			r.Header.Set("Authorization", "Bearer "+key+":"+testSecret)
		}
		w := httptest.NewRecorder()
		a.JSON().ServeHTTP(w, r)
		if key == "" && w.Code != http.StatusUnauthorized {
			t.Errorf("%s without a key: HTTP %d", act.name, w.Code)
		}
		if w.Code >= 500 {
			t.Errorf("%s: HTTP %d %s", act.name, w.Code, w.Body)
		}
		return w.Body.String()
	}
	wides := 0
	for _, act := range table() {
		call("", act)
		for _, key := range []string{"AKIDTHIEF", "AKIDDESK"} {
			if key == "AKIDDESK" && act.need == wide && act.method != http.MethodGet {
				continue // an act of the desk: TestOperatorsKeysSeeMoreOnlyWhereTheTableSaysSo
			}
			if key == "AKIDDESK" && act.need == wide && act.method == http.MethodGet {
				if !strings.Contains(call(key, act), "victims.com") {
					t.Errorf("%s: the desk sees nothing", act.name)
				}
				wides++
				continue
			}
			answer := call(key, act)
			for _, s := range secrets {
				if strings.Contains(answer, s) {
					t.Errorf("%s by %s tells %q: %s", act.name, key, s, answer)
				}
			}
		}
	}
	if wides != 5 {
		t.Errorf("%d actions are open to the desk's keys", wides)
	}
	after, err := db.TenureByName(ctx, "victims-own.com")
	if err != nil || after.Version != 1 {
		t.Errorf("the name was changed: %+v %v", after, err)
	}
	for _, id := range []domain.TemplateID{form, draft} {
		if tm, err := db.Template(ctx, id); err != nil || tm.Version != 1 || tm.IsDefault {
			t.Errorf("template %d was changed: %+v %v", id, tm, err)
		}
	}
	if v, err := db.NewestVerification(ctx, form); err != nil || v.State != domain.VerificationWaiting {
		t.Errorf("the submission was changed: %+v %v", v, err)
	}
	if _, err := db.Reach(ctx, domain.Reach{Account: victim, Type: domain.ReachPhone, Code: "+86.13612345678"}); err != nil {
		t.Errorf("the reach is gone: %v", err)
	}
	if w, err := db.Wallet(ctx, victim); err != nil || w.Balance != 77_077 || w.Held != 700 {
		t.Errorf("the wallet was changed: %+v %v", w, err)
	}
	if r, err := db.NamingReview(ctx, 5009); err != nil || r.State != domain.ReviewOpen {
		t.Errorf("the review was changed: %+v %v", r, err)
	}
	if v, err := db.WordVersion(ctx); err != nil || v != 1 {
		t.Errorf("the word lists were changed: %d %v", v, err)
	}
	if q, err := db.Quiet(ctx, at); err != nil || q.Intents != 1 {
		t.Errorf("something was asked of a registry: %+v %v", q, err)
	}
}

package diagnose_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/openregistrar/openregistrar/internal/diagnose"
	"github.com/openregistrar/openregistrar/internal/fault"
	"github.com/openregistrar/openregistrar/internal/naming"
	"github.com/openregistrar/openregistrar/internal/policy"
)

var articles = strings.Fields("R1 R2 R3 T1 T2 T3 T4 T5 T6 T7 I1 I2 I3 I4 " +
	"D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17 D18 D19 D20 D21 E1")

// TestEveryArticle: each of the manual's 36 articles is some entry's, and no entry names another.
func TestEveryArticle(t *testing.T) {
	if len(articles) != 36 {
		t.Fatalf("%d articles", len(articles))
	}
	named := map[string]int{}
	bearing := 0
	for _, c := range diagnose.Codes() {
		e, _ := diagnose.Lookup(c)
		if len(e.Articles) > 0 {
			bearing++
			if len(e.Evidence) == 0 {
				t.Errorf("%s names no evidence", c)
			}
		}
		for _, a := range e.Articles {
			named[a]++
			if !slices.Contains(articles, a) {
				t.Errorf("%s: there is no article %s", c, a)
			}
		}
	}
	for _, a := range articles {
		if named[a] == 0 {
			t.Errorf("no entry names article %s", a)
		}
	}
	if bearing < 100 {
		t.Errorf("%d entries of the manual's articles, at least 100 are wanted", bearing)
	}
}

// TestEveryListedCode compares with the bare list of the manual's codes.
func TestEveryListedCode(t *testing.T) {
	body, err := os.ReadFile("../../../shared/fault-codes.txt")
	if err != nil {
		t.Log("not performed: ../shared/fault-codes.txt is absent")
		return
	}
	for _, c := range strings.Fields(string(body)) {
		if e, ok := diagnose.Lookup(fault.Code(c)); !ok {
			t.Errorf("%s is missing", c)
		} else if len(e.Articles) == 0 {
			t.Errorf("%s names no article", c)
		}
	}
}

// TestProductCodes holds the codes that today's flows raise.
func TestProductCodes(t *testing.T) {
	for _, c := range strings.Fields(`input.name-malformed input.no-names input.too-many-names input.duplicate-name
		input.email-malformed input.password-short input.amount input.name-servers input.years suffix.unsupported
		account.email-taken account.sign-in-failed account.too-many-attempts account.denied template.not-found
		template.not-approved template.too-many template.field-missing template.field-malformed order.agreement-old
		order.years order.price-changed order.key-used order.pay-mode-unsupported order.not-found wallet.insufficient
		cart.empty domain.not-found domain.update-prohibited domain.busy registry.unreachable registry.deposit-empty
		registration.reserved registration.refused registration.fee-changed registration.deadline intent.parked
		state.moved api.unknown-field api.rate-limit page.not-found internal`) {
		if _, ok := diagnose.Lookup(fault.Code(c)); !ok {
			t.Errorf("%s is missing", c)
		}
	}
}

// TestWordsStandWithoutFacts: with no facts at all, every text in both languages is whole, in the house's words.
func TestWordsStandWithoutFacts(t *testing.T) {
	for _, c := range diagnose.Codes() {
		for _, lang := range []string{"zh-CN", "en"} {
			w := diagnose.Text(lang, c, nil)
			if w.Title == "" || w.What == "" || len(w.Remedy) == 0 || slices.Contains(w.Remedy, "") {
				t.Errorf("%s %s: incomplete: %+v", c, lang, w)
			}
			all := w.Title + "\n" + w.What + "\n" + strings.Join(w.Remedy, "\n")
			if strings.ContainsAny(all, "{}[]|") {
				t.Errorf("%s %s: raw: %s", c, lang, all)
			}
			checkWords(t, c, lang, w, all)
		}
	}
}

func checkWords(t *testing.T, c fault.Code, lang string, w diagnose.Words, all string) {
	t.Helper()
	avoid := []string{"系统繁忙", "操作失败", "请稍后重试", "你", "确定/OK", "抱歉"}
	if lang == "en" {
		avoid = []string{"please", "oops", "successfully", "sorry", "try again later", "an error occurred"}
		for _, r := range all {
			if unicode.Is(unicode.Han, r) && !strings.Contains(all, "国家") { // a protected word may be quoted
				t.Errorf("%s en: Chinese in it: %s", c, all)
				break
			}
		}
		if !strings.HasSuffix(w.What, ".") {
			t.Errorf("%s en: ends without a full stop: %s", c, w.What)
		}
	} else {
		if !strings.HasSuffix(w.What, "。") && !strings.HasSuffix(w.What, "）") {
			t.Errorf("%s zh: ends without a full stop: %s", c, w.What)
		}
		if strings.IndexFunc(w.What, func(r rune) bool { return unicode.Is(unicode.Han, r) }) < 0 {
			t.Errorf("%s zh: no Chinese in it: %s", c, w.What)
		}
	}
	low := strings.ToLower(all)
	for _, a := range avoid {
		if strings.Contains(low, a) {
			t.Errorf("%s %s: says %q", c, lang, a)
		}
	}
	for _, s := range []string{"..", "。。", "  ", " .", " 。", "，。", "：。"} {
		if strings.Contains(all, s) {
			t.Errorf("%s %s: %q in: %s", c, lang, s, all)
		}
	}
}

// TestEvidenceIsShown: with every fact there, each fact of the entry's evidence that has a place in the text changes
// it in both languages alike.
func TestEvidenceIsShown(t *testing.T) {
	for _, c := range diagnose.Codes() {
		e, _ := diagnose.Lookup(c)
		facts := fault.Facts{}
		for _, f := range slices.Concat(e.Evidence, e.Facts) {
			facts[f] = "12345"
		}
		if _, ok := facts["currency"]; ok {
			facts["currency"] = "CNY"
		}
		for _, f := range slices.Concat(e.Evidence, e.Facts) {
			less := fault.Facts{}
			for k, v := range facts {
				if k != f {
					less[k] = v
				}
			}
			shown := map[string]bool{}
			for _, lang := range []string{"zh", "en"} {
				shown[lang] = !cmp.Equal(diagnose.Text(lang, c, facts), diagnose.Text(lang, c, less))
			}
			if shown["zh"] != shown["en"] {
				t.Errorf("%s: {%s} is shown in one language only: %v", c, f, shown)
			}
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		lang  string
		code  fault.Code
		facts fault.Facts
		want  string // part of What
	}{
		{"zh-CN", "wallet.insufficient", fault.Facts{"short": "3500", "currency": "CNY"}, "还差 ¥35.00。"},
		{"en", "wallet.insufficient", fault.Facts{"short": "3505", "currency": "CNY"}, "Short by ¥35.05."},
		{"en", "wallet.insufficient", fault.Facts{"short": "3505"}, "nothing was charged."},
		{"zh-CN", "input.name-malformed", fault.Facts{"name": "a_b.com", "rule": "character", "position": "2", "character": "_"}, "“a_b.com”注册不了。第 2 位的“_”不能用在域名里。"},
		{"en", "input.name-malformed", fault.Facts{"name": "a--b.com", "rule": "hyphen-double", "position": "3"}, "“a--b.com” can't be registered. Character 3 is a second hyphen in a row; one is the most."},
		{"en", "input.name-malformed", fault.Facts{"rule": "never-heard-of"}, "This name can't be registered."},
		{"en", "input.name-malformed", fault.Facts{"name": "{name}[x]|"}, "“｛name｝[x]|” can't be registered."},
		{"en", "registration.taken", fault.Facts{"name": "example.com"}, "example.com is already registered;"},
		{"en", "registration.taken", nil, "This name is already registered;"},
		{"en", "registration.taken", fault.Facts{"yours": "yes", "refunded": "3500", "currency": "CNY"}, "It is in your own list. Nothing was charged. The ¥35.00 set aside"},
		{"en", "transfer.timeout", fault.Facts{"submitted": "2026-11-23T16:30:00Z"}, "Submitted on 24 Nov 2026 00:30 (UTC+8)."},
		{"zh-CN", "lookup.not-our-registrar", fault.Facts{"dns_here": "no", "registered": "2020-01-02"}, "不在您的列表里。登记于 2020-01-02。"},
		{"zh-CN", "lookup.not-our-registrar", fault.Facts{"dns_here": "yes"}, "不在您的列表里。它的解析放在这里，"},
		{"zh-CN", "transfer.too-new", fault.Facts{"until": "2026-11-23T02:00:00Z"}, "从 2026-11-23 起可以转入。"},
		{"zh-CN", "template.field-missing", fault.Facts{"field": "organization_cn"}, "要填的是所有者名称（中文）。"},
		{"zh-CN", "template.field-missing", fault.Facts{"field": "whatever"}, "要填的是whatever。"},
		{"zh-CN", "api.unknown-field", fault.Facts{"field": "Email"}, "参数是 Email。"},
		{"zh-CN", "upload.too-small", fault.Facts{"bytes": "51200", "min": "56320"}, "您的图片是 50 KB，至少 55 KB。"},
		{"en", "upload.too-large", fault.Facts{"bytes": "6291456", "max": "5242880"}, "Yours has 6.0 MB, at most 5.0 MB is possible."},
		{"en", "no.such-code", fault.Facts{"ref": "secret"}, "Our program failed"},
		{"en", "registration.naming-rejected-hold", fault.Facts{"name": "example.cn"}, "example.cn was registered, then"},
	} {
		w := diagnose.Text(c.lang, c.code, c.facts)
		if !strings.Contains(w.What, c.want) {
			t.Errorf("%s %s %v:\n%s\nlacks %s", c.lang, c.code, c.facts, w.What, c.want)
		}
	}
	if w := diagnose.Text("en", "no.such-code", fault.Facts{"ref": "secret"}); strings.Contains(w.What, "secret") {
		t.Errorf("an unknown code shows its facts: %s", w.What)
	}
}

// TestNoBraces: whatever the facts, no brace is left, and no text is empty.
func TestNoBraces(t *testing.T) {
	codes := diagnose.Codes()
	values := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "{name}", "}{", "[{a}]", "3500", "-1", "CNY", "character", "2026-11-23T00:00:00Z", "owner", "\x00\xff"}))
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(codes).Draw(t, "code")
		e, _ := diagnose.Lookup(c)
		facts := fault.Facts{}
		for _, f := range slices.Concat(e.Evidence, e.Facts, []string{"currency", "value"}) {
			if rapid.Bool().Draw(t, "has "+f) {
				facts[f] = values.Draw(t, f)
			}
		}
		lang := rapid.SampledFrom([]string{"zh-CN", "en", ""}).Draw(t, "lang")
		w := diagnose.Text(lang, c, facts)
		all := append([]string{w.Title, w.What}, w.Remedy...)
		for _, s := range all {
			if s == "" || strings.ContainsAny(s, "{}\n") {
				t.Fatalf("%s %s %v: %q", lang, c, facts, s)
			}
		}
	})
}

func TestExact(t *testing.T) {
	for _, c := range []struct{ found, want []fault.Code }{
		{nil, nil},
		{[]fault.Code{"registration.taken", "registration.taken"}, []fault.Code{"registration.taken"}},
		{[]fault.Code{"transfer.status-unfit", "transfer.locked-transfer"}, []fault.Code{"transfer.locked-transfer"}},
		{[]fault.Code{"transfer.locked-update", "transfer.locked-transfer", "transfer.status-unfit"}, []fault.Code{"transfer.locked-update", "transfer.locked-transfer"}},
		// directly and through website.on-hold alike
		{[]fault.Code{"website.dns-records-missing", "website.expired", "website.on-hold"}, []fault.Code{"website.expired"}},
		// through a code that was not found itself: type-licence-as-certificate, type-mismatch, unrecognised
		{[]fault.Code{"document.unrecognised", "verify.type-licence-as-certificate"}, []fault.Code{"verify.type-licence-as-certificate"}},
		{[]fault.Code{"not.known", "website.expired"}, []fault.Code{"not.known", "website.expired"}},
	} {
		if d := cmp.Diff(c.want, diagnose.Exact(c.found)); d != "" {
			t.Errorf("Exact(%v):\n%s", c.found, d)
		}
	}
}

func TestLacks(t *testing.T) {
	e, ok := diagnose.Lookup("wallet.insufficient")
	if !ok {
		t.Fatal("no entry")
	}
	if d := cmp.Diff([]string{"short"}, e.Lacks(fault.Facts{"currency": "CNY", "short": ""})); d != "" {
		t.Error(d)
	}
}

// TestEveryNamingRuleIsSaid: what naming refuses, the catalogue explains in a sentence of its own.
func TestEveryNamingRuleIsSaid(t *testing.T) {
	seen := map[string]string{}
	tell := func(err error) {
		f := fault.Of(err)
		if f == nil {
			t.Fatal("taken")
		}
		for _, lang := range []string{"zh", "en"} {
			with := diagnose.Text(lang, f.Code, f.Facts).What
			bare := fault.Facts{"name": f.Facts["name"]}
			if with == diagnose.Text(lang, f.Code, bare).What {
				t.Errorf("%s %v: nothing is said about it", lang, f)
			}
			key := lang + " " + string(f.Code) + " " + f.Facts["rule"]
			seen[key] = with
		}
	}
	long := strings.Repeat("a", 64) + ".com"
	for _, typed := range []string{"", "a", "a_b.c", "-a.b", "a--b.c", long, "аpple.b", "xn--td6c.b", "xn--99999999.b", "1.2.3.4"} {
		_, err := naming.Parse(typed)
		tell(err)
	}
	for _, typed := range []string{"", "a", "a_b.c", "-a.b", "ab--c.d", long, "xn--td6c.b", "xn--99999999.b", "1.2.3.4"} {
		_, err := naming.Host(typed)
		tell(err)
	}
	tell(naming.Check("ab.com", policy.Suffix{Suffix: "com", ASCII: true, MinLabel: 3}))
	tell(naming.Check("ab.com", policy.Suffix{Suffix: "com", IDN: true, MinLabel: 1}))
	tell(naming.Check("xn--fiqs8s.com", policy.Suffix{Suffix: "com", ASCII: true, MinLabel: 1}))
	tell(naming.Check("ab.com", policy.Suffix{Suffix: "cn"}))
	if len(seen) != 2*(10+9+3+1) {
		t.Errorf("%d sentences", len(seen))
	}
}

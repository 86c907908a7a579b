package realname

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// pageOf makes a text as a reader gives it: a row a line, columns apart by "|", a character that was read weakly behind
// "~". Rows that begin with "#kind " are numbers read again alone.
func pageOf(rows ...string) *Text {
	t := &Text{Engine: "test"}
	y := 100
	for _, r := range rows {
		kind, alone := "", false
		if rest, ok := strings.CutPrefix(r, "#"); ok {
			kind, r, _ = strings.Cut(rest, " ")
			alone = true
		}
		x := 100
		for i, col := range strings.Split(r, "|") {
			if i > 0 {
				x += 300
			}
			var l Line
			conf := 0.97
			for _, c := range col {
				if c == '~' {
					conf = 0.3
					continue
				}
				w := 30
				if c < 128 {
					w = 18
				}
				if c != ' ' {
					at := Region{x, y, w - 2, 30}
					l.Words = append(l.Words, Word{Text: string(c), Confidence: conf, Region: at, Chars: []Char{{string(c), conf, at}}})
				}
				x, conf = x+w, 0.97
			}
			if alone {
				t.Numbers = append(t.Numbers, Number{kind, l})
			} else {
				t.Lines = append(t.Lines, l)
			}
		}
		y += 60
	}
	return t
}

// judged is the day of every judgement.
var judged = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Papers of people and organisations that do not exist.
const (
	personNumber = "330197199001011281"
	otherPerson  = "110197198803153412"
	companyCode  = "91330106MA2K0J7B55"
)

var (
	cardRows = []string{"姓名 苏禾", "性别 女|民族 汉", "出生 1990年1月1日", "住址 浙江省杭州市云栖区竹径路18号", "3幢502室", "公民身份号码 330197199001011281",
		"#digits 330197199001011281", "#name 苏禾"}
	emblemRows  = []string{"中华人民共和国", "居民身份证", "签发机关 杭州市公安局云栖分局", "有效期限 2015.03.14-2035.03.14"}
	licenceRows = []string{"编号 0012345678", "统一社会信用代码|营业执照", "91330106MA2K0J7B55|(副本)", "名称 杭州云河茶业有限公司|注册资本 壹佰万元整",
		"类型 有限责任公司|成立日期 2018年05月21日", "法定代表人 林小溪|营业期限 2018年05月21日至2038年05月20日", "经营范围 茶叶零售|住所 浙江省杭州市清河路128号",
		"登记机关", "企业信用信息公示系统网址", "#credit 91330106MA2K0J7B55", "#credit 91330106MA2K0J7B55"}
	oldLicenceRows = []string{"企业法人营业执照", "注册号 110108000000016", "名称 北京青槐文化传播有限公司", "住所 北京市青槐区青槐大街18号", "法定代表人姓名 林小溪",
		"注册资本 伍佰万元", "公司类型 有限责任公司", "经营范围 组织文化艺术交流活动", "成立日期 2011年07月26日|营业期限 2011年07月26日至2041年07月25日"}
	certificateRows = []string{"统一社会信用代码证书", "统一社会信用代码 91330106MA2K0J7B55", "机构名称 杭州云河茶业有限公司", "机构性质 企业", "机构地址 浙江省杭州市清河路128号", "负责人 林小溪",
		"赋码机关 杭州市市场监督管理局", "有效期 自2019年05月01日至2024年05月01日"}
	passportRows = []string{"护照 PASSPORT", "类型/Type|国家码/Country Code|护照号/Passport No", "P|CHN|EB1234567", "姓名/Name", "苏禾", "SU,HE", "国籍/Nationality|出生日期/Date of birth",
		"有效期至/Date of expiry", "14 MAR 2029", "POCHNSU<<HE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "EB12345676CHN9001014F2903147<<<<<<<<<<<<<<06"}
	permitRows = []string{"港澳居民来往内地通行证", "姓名 Name", "黄詠詩", "WONG,WINGSZE", "出生日期 Date of Birth|性别 Sex", "有效期限 Period of Validity", "2022.03.15-2032.03.14",
		"签发机关 Issuing Authority", "中华人民共和国出入境管理局", "证件号码 Document NO", "H07654321", "#letters H07654321", "#letters H07654321"}
	taxRows = []string{"税务登记证", "纳税人名称 杭州云河茶业有限公司", "法定代表人 林小溪", "地址 浙江省杭州市", "登记注册类型 有限责任公司"}
)

func swapRow(rows []string, old, with string) []string {
	out := slices.Clone(rows)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], old, with)
	}
	return out
}

func drop(rows []string, having string) []string {
	return slices.DeleteFunc(slices.Clone(rows), func(r string) bool { return strings.Contains(r, having) })
}

// textOnly are the findings and reasons of the text checks.
func textOnly(t *testing.T, f Form, text *Text) ([]Finding, map[string]string) {
	t.Helper()
	r := Examine(&Input{Form: f, Text: text, AsOf: judged, Terms: Terms{NearExpiryDays: 30}})
	out := slices.DeleteFunc(r.Findings, func(f Finding) bool { return !strings.HasPrefix(f.Check, "text-") })
	return out, r.NotPerformed
}

func cardForm() Form {
	return Form{Role: Owner, Kind: domain.Individual, Type: "SFZ", Number: personNumber, Name: "苏禾", LatinName: "Su He"}
}

func companyForm() Form {
	return Form{Role: Owner, Kind: domain.Organisation, Type: "YYZZ", Number: companyCode, Name: "杭州云河茶业有限公司"}
}

func as(f Form, change func(*Form)) Form { change(&f); return f }

func TestText(t *testing.T) {
	number := func(n string) func(*Form) { return func(f *Form) { f.Number = n } }
	name := func(n string) func(*Form) { return func(f *Form) { f.Name = n } }
	kind := func(k string) func(*Form) { return func(f *Form) { f.Type = k } }
	both := func(a, b func(*Form)) func(*Form) { return func(f *Form) { a(f); b(f) } }
	for title, c := range map[string]struct {
		form     Form
		rows     []string
		codes    []string // QR
		want     string   // a code; empty: nothing found
		severity Severity
		position int
		facts    map[string]string
		unread   string // check that must say that it did not judge
		fix      string
	}{
		"card, clean":        {form: cardForm(), rows: cardRows},
		"licence, clean":     {form: companyForm(), rows: licenceRows},
		"old licence, clean": {form: as(companyForm(), both(number("110108000000016"), name("北京青槐文化传播有限公司"))), rows: oldLicenceRows},
		"passport, clean":    {form: as(cardForm(), both(kind("HZ"), number("EB1234567"))), rows: passportRows},
		"permit, clean":      {form: Form{Type: "TXZ", Number: "H07654321", Name: "黃詠詩", LatinName: "WONG, WING SZE"}, rows: permitRows},
		"both sides":         {form: cardForm(), rows: append(slices.Clone(emblemRows), cardRows...)},

		"emblem side":             {form: cardForm(), rows: emblemRows, want: "document.wrong-side", facts: map[string]string{"side": "emblem", "wanted": "portrait"}},
		"emblem side, no title":   {form: cardForm(), rows: emblemRows[2:], want: "document.wrong-side"},
		"residence permit's back": {form: as(cardForm(), kind("GAJZZ")), rows: append([]string{"港澳居民居住证"}, emblemRows[2:]...), want: "document.wrong-side"},
		"card for passport":       {form: as(cardForm(), kind("HZ")), rows: cardRows, want: "verify.type-mismatch", facts: map[string]string{"type": "HZ", "found": "SFZ"}},
		"emblem for passport":     {form: as(cardForm(), kind("HZ")), rows: emblemRows, want: "verify.type-mismatch", facts: map[string]string{"type": "HZ", "found": "SFZ"}},
		"licence for card":        {form: cardForm(), rows: licenceRows, want: "verify.type-mismatch", facts: map[string]string{"type": "SFZ", "found": "YYZZ"}},
		"passport for card":       {form: cardForm(), rows: passportRows, want: "verify.type-mismatch", facts: map[string]string{"found": "HZ"}},
		"tax for licence":         {form: companyForm(), rows: taxRows, want: "verify.type-mismatch", facts: map[string]string{"found": "tax-certificate"}},
		"licence as certificate":  {form: as(companyForm(), kind("TYDMZ")), rows: licenceRows, want: "verify.type-licence-as-certificate", facts: map[string]string{"type": "TYDMZ", "found": "YYZZ"}},
		"certificate as licence":  {form: companyForm(), rows: drop(certificateRows, "有效期"), want: "verify.type-licence-as-certificate"},
		"old licence as certificate": {form: as(companyForm(), kind("TYDMZ")), rows: oldLicenceRows,
			want: "verify.type-mismatch"},
		"misread title":     {form: cardForm(), rows: swapRow(cardRows, "公民身份号码", "公民身份引码")},
		"other words":       {form: cardForm(), rows: []string{"今日特价 红烧牛肉面", "欢迎光临 谢谢惠顾", "营业时间 早上八点", "外卖电话 12345678"}, want: "document.unrecognised", facts: map[string]string{"type": "SFZ"}},
		"no words":          {form: cardForm(), rows: []string{"~一~二"}, want: "document.unrecognised"},
		"a free form":       {form: as(companyForm(), kind("GWJGZJ")), rows: []string{"some letter of somebody"}, unread: "text-type"},
		"few words of card": {form: cardForm(), rows: []string{"姓名 苏禾", "性别 女"}, unread: "text-number"},

		"other person's number": {form: as(cardForm(), number(otherPerson)), rows: cardRows, want: "verify.number-photo-mismatch", position: 1, facts: map[string]string{"position": "1", "field": "CertificateCode"}},
		"one digit":             {form: as(cardForm(), number("330197199007011281")), rows: cardRows, want: "verify.number-photo-mismatch", position: 12},
		"one digit, blanks":     {form: as(cardForm(), number("330197 19900701 1281")), rows: cardRows, want: "verify.number-photo-mismatch", position: 13},
		"blanks alone":          {form: as(cardForm(), number("330197 19900101 1281")), rows: cardRows},
		"contact's number":      {form: as(cardForm(), func(f *Form) { f.Role, f.Number = Contact, otherPerson }), rows: cardRows, want: "verify.number-photo-mismatch", facts: map[string]string{"field": "RegistrantCertificateCode"}},
		"look-alike": {form: as(companyForm(), number("91330106MA2K0J7855")), rows: licenceRows, want: "verify.number-confusable", position: 16, fix: companyCode,
			facts: map[string]string{"typed": "8", "meant": "B"}},
		"letter O for zero": {form: as(companyForm(), number("91330106MA2KOJ7B55")), rows: licenceRows},
		"reader's slip": {form: cardForm(), rows: swapRow(cardRows, "330197199001011281", "330197199001011231"),
			unread: "text-number"},
		"weak digits": {form: cardForm(), rows: swapRow(drop(cardRows, "#digits"), "330197199001011281", "3301971990~8~4~3~7~1~9~6~2"),
			want: "verify.number-incomplete-in-photo", position: 11},
		"cut number":      {form: cardForm(), rows: swapRow(drop(cardRows, "#digits"), "330197199001011281", "3301971990"), want: "verify.number-incomplete-in-photo", position: 11},
		"no number":       {form: cardForm(), rows: swapRow(drop(cardRows, "#digits"), "330197199001011281", ""), want: "verify.number-incomplete-in-photo"},
		"unreadable card": {form: cardForm(), rows: swapRow(swapRow(swapRow(cardRows, "330197199001011281", "33"), "浙江省杭州市云栖区竹径路", "~浙~江~省~杭~州~市~云~栖~区~竹~径~路"), "性别 女", "~性~别 ~女"), unread: "text-number"},
		"serial typed":    {form: as(companyForm(), number("0012345678")), rows: licenceRows, want: "verify.number-wrong-field", fix: companyCode, facts: map[string]string{"kind": "serial"}},
		"organisation code": {form: as(companyForm(), number("MA2K0J7B-5")), rows: licenceRows, want: "verify.number-wrong-field", fix: companyCode,
			facts: map[string]string{"kind": "organisation"}},
		"registration number": {form: as(companyForm(), number("110108000000016")), rows: append(slices.Clone(licenceRows), "注册号 110108000000016"), want: "verify.number-wrong-field", fix: companyCode,
			facts: map[string]string{"kind": "registration"}},
		"passport's number": {form: as(cardForm(), both(kind("HZ"), number("EB1234767"))), rows: passportRows, want: "verify.number-photo-mismatch", position: 7},
		"permit's number":   {form: Form{Type: "TXZ", Number: "H07654331", Name: "黃詠詩", LatinName: "WONG, WING SZE"}, rows: permitRows, want: "verify.number-photo-mismatch", position: 8},

		"other name": {form: as(cardForm(), name("林溪")), rows: cardRows, want: "verify.owner-name-mismatch", severity: Warn, position: 1},
		"look-alike name": {form: as(companyForm(), name("杭州云河荼业有限公司")), rows: licenceRows, want: "verify.owner-name-mismatch", severity: Warn, position: 5,
			facts: map[string]string{"typed": "荼", "found": "茶"}},
		"name of QR code": {form: as(companyForm(), name("杭州云河荼业有限公司")), rows: licenceRows, codes: []string{"u?uniscid=" + companyCode + "&entname=杭州云河茶业有限公司"},
			want: "verify.owner-name-mismatch", severity: Refuse, position: 5},
		"word left out": {form: as(companyForm(), name("杭州云河有限公司")), rows: licenceRows, want: "verify.owner-name-mismatch", severity: Warn, position: 5,
			facts: map[string]string{"found": "杭州云河茶业有限公司"}},
		"brackets": {form: as(companyForm(), name("杭州(云河)茶业有限公司")), rows: swapRow(licenceRows, "云河", "（云河）")},
		"representative": {form: as(companyForm(), name("林小溪")), rows: licenceRows, want: "verify.owner-name-is-representative",
			facts: map[string]string{"found": "杭州云河茶业有限公司"}},
		"name not to be read": {form: cardForm(), rows: swapRow(drop(cardRows, "#name"), "苏禾", "~芬~木"), unread: "text-name"},

		"expired certificate": {form: as(companyForm(), kind("TYDMZ")), rows: certificateRows, want: "document.expired", facts: map[string]string{"valid_until": "2024-05-01", "today": "2026-11-24"}},
		"expired licence":     {form: companyForm(), rows: swapRow(licenceRows, "2038年05月20日", "2025年05月20日"), want: "document.expired"},
		"near its end":        {form: companyForm(), rows: swapRow(licenceRows, "2038年05月20日", "2026年12月01日"), want: "document.near-expiry", severity: Warn, facts: map[string]string{"days": "7"}},
		"expired passport":    {form: as(cardForm(), both(kind("HZ"), number("EB1234567"))), rows: swapRow(swapRow(passportRows, "2903147", "2403142"), "2029", "2024"), want: "document.expired"},
		"expired permit":      {form: Form{Type: "TXZ", Number: "H07654321", Name: "黃詠詩", LatinName: "WONG, WING SZE"}, rows: swapRow(permitRows, "2022.03.15-2032.03.14", "2012.03.15-2022.03.14"), want: "document.expired"},
		"long-term":           {form: companyForm(), rows: swapRow(licenceRows, "2018年05月21日至2038年05月20日", "2018年05月21日至长期")},
		"weak date, past":     {form: companyForm(), rows: swapRow(licenceRows, "2038年05月20日", "20~2~5年05月20日"), unread: "text-validity"},
		"weak date":           {form: companyForm(), rows: swapRow(licenceRows, "2038年05月20日", "20~1~8年0~3月20日"), unread: "text-validity"},
	} {
		t.Run(title, func(t *testing.T) {
			text := pageOf(c.rows...)
			text.Codes = c.codes
			all, unread := textOnly(t, c.form, text)
			if c.unread != "" {
				if unread[c.unread] == "" || len(all) > 0 {
					t.Fatalf("found %+v, not performed %v; want %s not to judge", all, unread, c.unread)
				}
				return
			}
			if c.want == "" {
				if len(all) > 0 {
					t.Fatalf("found %+v", all)
				}
				return
			}
			i := slices.IndexFunc(all, func(f Finding) bool { return f.Code == c.want })
			if i < 0 || len(all) != 1 {
				t.Fatalf("found %+v, not performed %v; want %s alone", all, unread, c.want)
			}
			f := all[i]
			if want := c.severity; f.Severity != want && (want != "" || f.Severity != Refuse) {
				t.Errorf("severity %s", f.Severity)
			}
			if c.position != 0 && f.Position != c.position {
				t.Errorf("position %d, want %d", f.Position, c.position)
			}
			for k, v := range c.facts {
				if f.Facts[k] != v {
					t.Errorf("fact %s is %q, want %q", k, f.Facts[k], v)
				}
			}
			if f.Fix != c.fix {
				t.Errorf("fix %q, want %q", f.Fix, c.fix)
			}
			for k, v := range f.Facts {
				if strings.Contains(v, c.form.Number) || strings.Contains(v, personNumber) {
					t.Errorf("fact %s holds the number", k)
				}
			}
		})
	}
}

// TestCode: a QR code's number counts, unless what is printed says the typed one.
func TestCode(t *testing.T) {
	text := pageOf(licenceRows...)
	text.Codes = []string{"https://zw.example/licence?uniscid=" + companyCode}
	other := as(companyForm(), func(f *Form) { f.Number = "91110108551385082Q" })
	all, _ := textOnly(t, other, text)
	if !slices.ContainsFunc(all, func(f Finding) bool { return f.Check == "text-code" && f.Position == 3 }) {
		t.Errorf("the code's number was not compared: %+v", all)
	}
	text = pageOf(swapRow(licenceRows, companyCode, other.Number)...)
	text.Codes = []string{"uniscid=" + companyCode}
	if all, unread := textOnly(t, other, text); len(all) > 0 || unread["text-code"] == "" {
		t.Errorf("print and code differ: %+v, not performed %v", all, unread)
	}
}

// TestCut: what a reader had no time for is not said to be missing.
func TestCut(t *testing.T) {
	for title, rows := range map[string][]string{"nothing yet": {"~一~二"}, "no number yet": swapRow(drop(cardRows, "#digits"), "330197199001011281", "")} {
		text := pageOf(rows...)
		if all, _ := textOnly(t, cardForm(), text); len(all) != 1 {
			t.Errorf("%s, read to its end: found %+v", title, all)
		}
		text.Cut = true
		if all, unread := textOnly(t, cardForm(), text); len(all) > 0 || unread["text-number"] == "" {
			t.Errorf("%s: found %+v, not performed %v", title, all, unread)
		}
	}
}

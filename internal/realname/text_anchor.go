package realname

import "strings"

// shown is what a picture shows: a type of document, or a thing that is none of the product's types.
type shown string

// What pictures show beside the product's types.
const (
	nothing    shown = ""
	emblemSide shown = "SFZ-emblem"
)

// anchor is a phrase that a document carries, and how much it tells that the document is of one of the types. Phrases
// of four characters and more may have a character read wrongly, of eight and more two; must is a part that may not.
type anchor struct {
	phrase string
	must   string
	weight float64
	of     []shown
}

var organisations = []shown{"YYZZ", "TYDMZ", "ORG", "SYZS", "STDJZ", "MBDJZ", "SHFWJGZ", "JJDJZ", "LSXKZ", "SFXKZ", "GZJGZY", "YLJGXKZ",
	"MBXXXKZ", "ZJDJZ", "GWCZDJZ"}

// anchors is every phrase.
var anchors = []anchor{
	{"公民身份号码", "", 6, []shown{"SFZ", "GAJZZ", "TWJZZ"}},
	{"姓名", "", 1, []shown{"SFZ", "GAJZZ", "TWJZZ", "TXZ", "TWSFZ", "GWSFZ", "HZ"}},
	{"性别", "", 1, []shown{"SFZ", "GAJZZ", "TWJZZ", "TXZ", "TWSFZ", "GWSFZ", "HZ"}},
	{"民族", "", 2.5, []shown{"SFZ"}},
	{"出生", "", 1, []shown{"SFZ", "GAJZZ", "TWJZZ", "TXZ", "TWSFZ", "GWSFZ", "HZ"}},
	{"住址", "", 1.5, []shown{"SFZ", "GAJZZ", "TWJZZ"}},

	{"居民身份证", "居民身份", 6, []shown{emblemSide}},
	{"签发机关", "", 1.5, []shown{emblemSide, "GAJZZ", "TWJZZ", "TXZ", "TWSFZ", "GWSFZ", "HZ"}},
	{"有效期限", "", 1.5, []shown{emblemSide, "GAJZZ", "TWJZZ", "TXZ", "TWSFZ", "GWSFZ"}},
	{"公安局", "", 1, []shown{emblemSide}},

	{"港澳居民居住证", "居住", 8, []shown{"GAJZZ"}},
	{"台湾居民居住证", "居住", 8, []shown{"TWJZZ"}},
	{"通行证号码", "", 2, []shown{"GAJZZ", "TWJZZ"}},
	{"港澳居民来往内地通行证", "", 8, []shown{"TXZ"}},
	{"往来港澳通行证", "港澳", 8, []shown{"TXZ"}},
	{"台湾居民来往大陆通行证", "", 8, []shown{"TWSFZ"}},
	{"外国人永久居留", "永久", 8, []shown{"GWSFZ"}},
	{"永久居留身份证", "永久", 8, []shown{"GWSFZ"}},
	{"PERMANENTRESIDENT", "", 7, []shown{"GWSFZ"}},
	{"护照", "", 4, []shown{"HZ"}},
	{"PASSPORT", "PASSP", 4, []shown{"HZ"}},
	{"护照号", "", 2, []shown{"HZ"}},
	{"NATIONALITY", "NATION", 1.5, []shown{"HZ", "GWSFZ"}},
	{"PLACEOFBIRTH", "", 1.5, []shown{"HZ"}},
	{"DATEOFEXPIRY", "", 1.5, []shown{"HZ"}},
	{"DATEOFBIRTH", "", 1, []shown{"HZ", "GWSFZ"}},

	{"营业执照", "", 6, []shown{"YYZZ"}},
	{"注册资本", "", 3, []shown{"YYZZ"}},
	{"经营范围", "", 3, []shown{"YYZZ"}},
	{"营业期限", "", 2.5, []shown{"YYZZ"}},
	{"成立日期", "", 1.5, []shown{"YYZZ", "STDJZ"}},
	{"企业信用信息公示", "企业", 3, []shown{"YYZZ"}},
	{"市场监督管理", "", 1.5, []shown{"YYZZ"}},
	{"经营场所", "", 2, []shown{"YYZZ"}},
	{"经营者", "", 1.5, []shown{"YYZZ"}},
	{"组成形式", "", 2, []shown{"YYZZ"}},
	{"登记机关", "", 1, []shown{"YYZZ", "SYZS", "STDJZ", "MBDJZ", "SHFWJGZ", "JJDJZ", "ZJDJZ"}},
	{"法定代表人", "", 1, organisations},
	{"统一社会信用代码", "", 1, organisations},

	{"统一社会信用代码证书", "码证书", 8, []shown{"TYDMZ"}},
	{"信用代码证书", "代码证书", 8, []shown{"TYDMZ"}},
	{"赋码机关", "赋码", 5, []shown{"TYDMZ"}},
	{"机构性质", "", 3, []shown{"TYDMZ"}},
	{"机构地址", "", 2, []shown{"TYDMZ"}},
	{"机构名称", "", 2, []shown{"TYDMZ", "ORG", "YLJGXKZ", "GWCZDJZ", "GZJGZY", "SFXKZ"}},
	{"组织机构代码证", "代码证", 8, []shown{"ORG"}},
	{"机构类型", "", 3, []shown{"ORG"}},
	{"颁发单位", "", 3, []shown{"ORG"}},

	{"事业单位法人证书", "事业", 8, []shown{"SYZS"}},
	{"举办单位", "", 3, []shown{"SYZS"}},
	{"开办资金", "", 2, []shown{"SYZS", "MBDJZ", "SHFWJGZ"}},
	{"经费来源", "", 2.5, []shown{"SYZS"}},
	{"宗旨和业务范围", "", 3, []shown{"SYZS"}},
	{"社会团体法人登记证书", "团体", 8, []shown{"STDJZ"}},
	{"活动地域", "", 2, []shown{"STDJZ"}},
	{"业务主管单位", "主管", 2, []shown{"STDJZ", "MBDJZ", "SHFWJGZ", "JJDJZ"}},
	{"民办非企业单位登记证书", "非企业", 8, []shown{"MBDJZ"}},
	{"社会服务机构登记证书", "服务机构", 8, []shown{"SHFWJGZ"}},
	{"基金会法人登记证书", "基金会", 8, []shown{"JJDJZ"}},
	{"律师事务所执业许可证", "律师", 8, []shown{"LSXKZ"}},
	{"律师事务所", "", 2, []shown{"LSXKZ"}},
	{"司法鉴定许可证", "鉴定", 8, []shown{"SFXKZ"}},
	{"公证机构执业证", "公证", 8, []shown{"GZJGZY"}},
	{"医疗机构执业许可证", "医疗", 8, []shown{"YLJGXKZ"}},
	{"诊疗科目", "", 4, []shown{"YLJGXKZ"}},
	{"民办学校办学许可证", "学", 8, []shown{"MBXXXKZ"}},
	{"宗教活动场所登记证", "宗教", 8, []shown{"ZJDJZ"}},
	{"有偿服务许可证", "有偿", 8, []shown{"JDXKZ"}},
	{"常驻代表机构登记证", "常驻代表", 8, []shown{"GWCZDJZ"}},
	{"外国在华文化中心登记证", "文化中心", 8, []shown{"GWZHDJZ"}},
	{"旅游部门常驻代表机构", "旅游", 10, []shown{"GWLYDJZ"}},
	{"部队代号", "", 8, []shown{"BDDH"}},

	{"机动车驾驶证", "驾驶证", 9, []shown{"driving-licence"}},
	{"准驾车型", "", 5, []shown{"driving-licence"}},
	{"机动车行驶证", "行驶证", 9, []shown{"vehicle-licence"}},
	{"常住人口登记卡", "", 9, []shown{"household-register"}},
	{"居民户口簿", "户口簿", 9, []shown{"household-register"}},
	{"社会保障卡", "保障", 8, []shown{"social-security-card"}},
	{"社会保障号码", "保障", 6, []shown{"social-security-card"}},
	{"税务登记证", "税务", 8, []shown{"tax-certificate"}},
	{"开户许可证", "开户", 8, []shown{"bank-permit"}},
	{"结婚证", "结婚", 6, []shown{"marriage-certificate"}},
	{"学生证", "学生", 6, []shown{"student-card"}},
	{"不动产权", "", 6, []shown{"property-title"}},
}

// scores weighs what the page says for each type.
func (p *page) scores() map[shown]float64 {
	out := map[shown]float64{}
	var lines []string
	for _, r := range p.every() {
		if s := r.only().String(); s != "" {
			lines = append(lines, strings.ToUpper(s))
		}
	}
	for _, a := range anchors {
		best := 0.0
		for _, l := range lines {
			if w := a.in(l); w > best {
				best = w
			}
		}
		for _, t := range a.of {
			out[t] += best * a.weight
		}
	}
	if p.machineZone() {
		out["HZ"] += 6
	}
	p.residents(out)
	return out
}

// residents tells residence permits from identity cards, whose portrait sides differ by the number and the nation alone.
func (p *page) residents(score map[shown]float64) {
	for _, n := range p.runs(digitsX) {
		s := n.text
		if len(s) != 18 || !validID(s) {
			continue
		}
		score["SFZ"]++
		switch s[:2] {
		case "81", "82":
			score["GAJZZ"] += 4
		case "83":
			score["TWJZZ"] += 4
		default:
			score["SFZ"] += 3
		}
		return
	}
}

// in is 1 where the line has the phrase, less where characters of it were read wrongly, 0 where it hasn't.
func (a anchor) in(line string) float64 {
	if strings.Contains(line, a.phrase) {
		return 1
	}
	n := len([]rune(a.phrase))
	allowed := 0
	switch {
	case n >= 8:
		allowed = 2
	case n >= 4:
		allowed = 1
	}
	if allowed == 0 || a.must != "" && !strings.Contains(line, a.must) {
		return 0
	}
	errs, _, _ := nearest([]rune(a.phrase), []rune(line))
	if errs > allowed {
		return 0
	}
	return 1 - 0.25*float64(errs)
}

// nearest finds where in text the phrase stands with the fewest characters changed, missing or too many; text[from:to].
func nearest(phrase, text []rune) (errs, from, to int) {
	n := len(phrase)
	prev, start := make([]int, n+1), make([]int, n+1)
	for i := range prev {
		prev[i] = i
	}
	errs, from, to = n, 0, 0
	for j := 1; j <= len(text); j++ {
		cur, begin := make([]int, n+1), make([]int, n+1)
		begin[0] = j
		for i := 1; i <= n; i++ {
			cost := 1
			if phrase[i-1] == text[j-1] {
				cost = 0
			}
			cur[i], begin[i] = prev[i-1]+cost, start[i-1]
			if i == 1 {
				begin[i] = j - 1
			}
			if v := prev[i] + 1; v < cur[i] {
				cur[i], begin[i] = v, start[i]
			}
			if v := cur[i-1] + 1; v < cur[i] {
				cur[i], begin[i] = v, begin[i-1]
			}
		}
		if cur[n] < errs {
			errs, from, to = cur[n], begin[n], j
		}
		prev, start = cur, begin
	}
	return errs, from, to
}

// Weights from which a type counts as recognised, and from which anything was recognised at all.
const (
	recognised = 5.0
	hinted     = 2.0
)

// best is the type that the page speaks for most, and how much.
func best(scores map[shown]float64) (shown, float64) {
	top, most := nothing, 0.0
	for t, s := range scores {
		if s > most || s == most && s > 0 && t < top {
			top, most = t, s
		}
	}
	return top, most
}

// Recognised tells whether a text says of which type its document is; a reader tries other ways until it does.
func Recognised(t *Text) bool {
	_, most := best(newPage(t).scores())
	return most >= recognised
}

// MayHaveCode tells whether documents like this have a QR code with their number: persons' have none.
func MayHaveCode(t *Text) bool {
	kind, weight := best(newPage(t).scores())
	return weight < recognised || kind != emblemSide && !personal(string(kind))
}

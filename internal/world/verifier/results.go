package verifier

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Results of an opinion; the package's table says what they mean.
const (
	Passed        = "N000"
	NumberUnknown = "N001"
	NameDiffers   = "N002"
	Moving        = "N003"
	Special       = "N004"
	TooNew        = "N005"
	Expired       = "N006"
	Unfit         = "N007"
	Region        = "N008"
	OrgDiffers    = "N009"
	Unclear       = "N010"
	Proceedings   = "N011"
	Unreadable    = "N012"
	Blacklisted   = "N013"
	Restricted    = "N014"
	Superseded    = "N015"
	NeedsSubject  = "N020"
	Forbidden     = "N021"
	BadSubject    = "N022"
)

// Result is a row of the table of opinions.
type Result struct {
	Code   string
	Reason string // in the words of provider 2
	ZH, EN string // for people
}

// Results are all of them, in the order of their codes.
var Results = []Result{
	{Passed, "PASSED", "核验通过", "verified"},
	{NumberUnknown, "CERT_NO_NOT_FOUND", "登记里没有这个号码", "no such number in the register"},
	{NameDiffers, "NAME_NOT_CONSISTENT", "姓名与登记不一致", "the register has another name"},
	{Moving, "HUKOU_MIGRATING", "户口正在迁移，登记里暂时核不到", "the household registration is being moved"},
	{Special, "SPECIAL_OCCUPATION", "这类身份的号码无法核验", "the number of this occupation can't be checked"},
	{TooNew, "NOT_YET_LISTED", "证件签发不久，登记里还查不到", "too new for the register"},
	{Expired, "CERT_EXPIRED", "证件已经过期", "the document is over"},
	{Unfit, "MATERIAL_UNQUALIFIED", "材料不合要求", "the material is unfit"},
	{Region, "REGION_NOT_SERVED", "暂不受理这个地区的主体", "registrants of this region are not taken"},
	{OrgDiffers, "ORG_RECORD_DIFFERS", "与组织登记信息不一致", "the organisation register differs"},
	{Unclear, "IDENTITY_UNCLEAR", "身份无法确认", "who that is can't be established"},
	{Proceedings, "IN_PROCEEDINGS", "正在域名相关的诉讼或仲裁中", "in court or arbitration over names"},
	{Unreadable, "IMAGE_UNREADABLE", "图片看不清", "the picture can't be read"},
	{Blacklisted, "ON_OFFENDER_LIST", "在主管部门的不良记录名单上", "on the ministry's list of offenders"},
	{Restricted, "REGISTRY_RESTRICTED", "被注册局限制", "barred by a registry"},
	{Superseded, "CERT_TYPE_SUPERSEDED", "这类证件已经停用", "the document type is no longer taken"},
	{NeedsSubject, "NAME_RESTRICTED", "这个名称须先核验注册人", "the name needs the code of a verified registrant"},
	{Forbidden, "NAME_FORBIDDEN", "这个名称不予核验", "the name will not be verified"},
	{BadSubject, "SUBJECT_CODE_INVALID", "注册人的核验码无效", "the registrant's code does not hold"},
}

// resultOf is the row of a code.
func resultOf(code string) (Result, bool) {
	i := slices.IndexFunc(Results, func(r Result) bool { return r.Code == code })
	if i < 0 {
		return Result{}, false
	}
	return Results[i], true
}

// Opinion is what the authority thinks of what it was given.
type Opinion struct {
	Result string            `json:"result"`
	Facts  map[string]string `json:"facts,omitempty"`
	Note   string            `json:"note,omitempty"` // for people, in place of the result's own words
}

func opinion(result string, facts ...string) Opinion {
	o := Opinion{Result: result}
	for i := 0; i+1 < len(facts); i += 2 {
		if facts[i+1] == "" {
			continue
		}
		if o.Facts == nil {
			o.Facts = map[string]string{}
		}
		o.Facts[facts[i]] = facts[i+1]
	}
	return o
}

// passed reports whether it is a good one.
func (o Opinion) passed() bool { return o.Result == Passed }

// Words are for people, in Chinese.
func (o Opinion) Words() string {
	if o.Note != "" {
		return o.Note
	}
	r, _ := resultOf(o.Result)
	return r.ZH
}

// English is what the result means.
func (o Opinion) English() string {
	r, _ := resultOf(o.Result)
	return r.EN
}

// String is the opinion as provider 1 writes it: one line.
func (o Opinion) String() string {
	var b strings.Builder
	b.WriteString(o.Result)
	if len(o.Facts) > 0 {
		b.WriteByte('[')
		for i, k := range slices.Sorted(maps.Keys(o.Facts)) {
			if i > 0 {
				b.WriteByte(';')
			}
			b.WriteString(k + "=" + escape.Replace(o.Facts[k]))
		}
		b.WriteByte(']')
	}
	return b.String() + " " + o.Words()
}

var escape = func() *strings.Replacer {
	var pairs []string
	for _, c := range "%;=]\r\n\t" {
		pairs = append(pairs, string(c), url.QueryEscape(string(c)))
	}
	return strings.NewReplacer(pairs...)
}()

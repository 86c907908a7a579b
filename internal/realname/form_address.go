package realname

import (
	"regexp"
	"strings"
)

// address: region, city and street are there, down to the number of the house.
var address = Check{
	ID: "address", Codes: []string{"verify.address-incomplete"}, Source: "the manual", Citation: "article D14", Run: judgeAddress,
}

// provinceNames are the mainland's provinces without their kind, and Hong Kong, Macao and Taiwan.
const provinceNames = "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 " +
	"陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾"

// house is a number of a house, or what stands for one in the country.
var house = regexp.MustCompile(`[0-9０-９]|[一二三四五六七八九十百]+\s*(?:号|弄|栋|幢|座|室|层|楼|组|队|单元|里|排)|大厦|大楼|广场|村`)

func judgeAddress(in *Input) (out Result) {
	f := in.Form
	if f.ProvinceCN == "" && f.CityCN == "" && f.StreetCN == "" && f.Street == "" {
		out.NotPerformed = "no address"
		return out
	}
	find := func(s Severity, field, rule string) {
		out.Findings = append(out.Findings, Finding{Code: "verify.address-incomplete", Severity: s, Field: field, Facts: pairs("field", field, "rule", rule)})
	}
	mainland := f.Country == "" || f.Country == "CN"
	for _, x := range []struct{ field, value string }{{"ProvinceCN", f.ProvinceCN}, {"CityCN", f.CityCN}, {"StreetCN", f.StreetCN}, {"Street", f.Street}} {
		if strings.TrimSpace(x.value) == "" && (mainland || x.field == "StreetCN" || x.field == "CityCN") {
			find(Refuse, x.field, "missing")
		}
	}
	if mainland && f.ProvinceCN != "" && !knownProvince(f.ProvinceCN) {
		find(Refuse, "ProvinceCN", "unknown")
	}
	if mainland && f.StreetCN != "" && !house.MatchString(f.StreetCN) {
		find(Warn, "StreetCN", "house-number")
	}
	return out
}

func knownProvince(s string) bool {
	for _, p := range strings.Fields(provinceNames) {
		if strings.HasPrefix(strings.TrimSpace(s), p) {
			return true
		}
	}
	return false
}

package realname

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/domain"
)

// contactPerson: the contact is a person's name.
var contactPerson = Check{
	ID: "contact-person", Codes: []string{"verify.contact-not-person"}, Source: "the manual", Citation: "article D6", Run: judgeContact,
}

func judgeContact(in *Input) (out Result) {
	f := in.Form
	name, field := f.Contact, "RegistrantNameCN"
	switch {
	case f.Role == Contact && name == "":
		name = f.Name
	case f.Kind == domain.Individual && name == "" && isPerson(f): // the owner is the one to contact
		name, field = f.Name, nameField(f)
	}
	if name = strings.TrimSpace(name); name == "" {
		out.NotPerformed = "no contact"
		return out
	}
	if !PersonName(name) {
		out.Findings = []Finding{{Code: "verify.contact-not-person", Severity: Refuse, Field: field, Facts: pairs("typed", name)}}
	}
	return out
}

// offices are words of organisations, departments and functions, which no person's name has.
var offices = regexp.MustCompile(`公司|集团|有限|中心|工厂|商店|协会|学会|学校|大学|医院|银行|工作室|事务所|办公室|委员会|研究院|研究所|合作社|基金会|经营部|` +
	`技术部|市场部|行政部|财务部|人事部|运营部|法务部|网络部|信息部|客服|管理员|负责人|联系人|站长|网管|域名管理|测试|部门|分局|政府`)

// offices in Latin letters.
var officesLatin = regexp.MustCompile(`(?i)\b(?:co|ltd|limited|inc|incorporated|corp|corporation|company|llc|gmbh|plc|group|center|centre|dept|department|` +
	`office|admin|administrator|support|service|services|hostmaster|webmaster|domain|domains|test|team|studio|technology|association|university|school|hospital|bank)\b`)

// PersonName reports whether it can be a person's name: Chinese of two to six characters, longer with a middle dot, or words
// of letters.
func PersonName(name string) bool {
	rs := []rune(name)
	if hasHan(name) {
		dot := false
		for _, r := range rs {
			if !unicode.Is(unicode.Han, r) && r != '〇' && !unicode.IsSpace(r) && r != nameDot && !strings.ContainsRune(likeDot, r) {
				return false
			}
			dot = dot || r == nameDot || strings.ContainsRune(likeDot, r)
		}
		return !offices.MatchString(name) && len(rs) >= 2 && (dot && len(rs) <= 30 || len(rs) <= 6)
	}
	for _, r := range rs {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" .'’-,·", r) {
			return false
		}
	}
	return len(rs) >= 2 && len(strings.Fields(name)) <= 8 && !officesLatin.MatchString(name)
}

package realname

import (
	"slices"
	"strings"
	"unicode"
)

// otherLabels are labels of the other numbers that a certificate bears.
var otherLabels = []struct{ phrase, kind string }{
	{"注册号", "registration"}, {"工商注册", "registration"}, {"组织机构代码", "organisation"}, {"机构代码", "organisation"},
	{"税务登记", "tax"}, {"纳税人识别", "tax"}, {"税号", "tax"}, {"证照编号", "serial"}, {"证书编号", "serial"}, {"执照编号", "serial"},
	{"编号", "serial"}, {"NO", "serial"}, {"No", "serial"}, {"证书号", "serial"}, {"证号", "serial"},
}

// wrongField finds out that what was typed is another number on the picture than the credit code that it has too.
func wrongField(in *Input, p *page, typed string) (Result, bool) {
	f := in.Form
	doc, _ := DocumentOf(f.Type)
	if doc.Type != "YYZZ" && !doc.Credit && !slices.Contains(organisations, shown(doc.Type)) || doc.Type == "ORG" || creditCode(typed, in.AsOf) == nil {
		return Result{}, false
	}
	code := p.validCredit()
	if code == nil || code.text == typed || len(typed) < 6 {
		return Result{}, false
	}
	kind := ""
	bare := bareNumber(f.Number)
	if n := strings.TrimSuffix(bare, "-"); n == code.text[8:17] {
		kind = "organisation"
	} else {
		for _, r := range slices.Concat(p.runs(letters), p.runs(credit)) {
			if strings.Contains(r.text, code.text) || !(strings.TrimLeft(r.text, "NO") == strings.TrimLeft(bare, "NO") || len(bare) >= 8 && strings.Contains(r.text, bare)) {
				continue
			}
			if kind = labelled(r.left); kind != "" {
				break
			}
			if kind = otherNumberOf(doc, bare, in.AsOf); kind == "" && len(bare) == 15 && digitsOnly(bare) {
				kind = "registration"
			}
		}
	}
	if kind == "" {
		return Result{}, false
	}
	return Result{Findings: []Finding{{Code: "verify.number-wrong-field", Severity: Refuse, Field: numberField(f.Role), Fix: code.text,
		Facts: pairs("kind", kind, "wanted", "credit-code"), Region: code.at.region()}}}, true
}

// bareNumber is what was typed without what isn't a letter or a digit.
func bareNumber(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, plainNumber(typed))
}

// labelled is the kind of number that the words before it name last.
func labelled(left string) string {
	kind, at := "", -1
	for _, l := range otherLabels {
		if i := strings.LastIndex(left, l.phrase); i > at {
			kind, at = l.kind, i
		}
	}
	return kind
}

// validCredit is a credit code that the page surely has.
func (p *page) validCredit() *run {
	for _, r := range p.runs(credit) {
		for i := 0; i+18 <= len(r.text) && len(r.text) <= 22; i++ {
			if validCredit(r.text[i : i+18]) {
				w := r.within(i, i+18)
				return &w
			}
		}
	}
	return nil
}

package realname

import (
	"net/url"
	"strconv"
	"strings"
)

// textCode: a licence's QR code holds its credit code, which machines read without slips.
var textCode = Check{
	ID: "text-code", Codes: []string{"verify.number-photo-mismatch"}, Needs: NeedsText,
	Source: "市场监管总局, 营业执照二维码", Citation: "GB 32100; articles D4, D9", Run: judgeCode,
}

func judgeCode(in *Input) Result {
	f := in.Form
	doc, known := DocumentOf(f.Type)
	if !known || personal(f.Type) || !doc.Credit {
		return Result{}
	}
	code := codedCredit(in.Text.Codes)
	typed := credit.fold(plainNumber(f.Number))
	if code == "" || typed == "" || code == typed {
		return Result{}
	}
	p := newPage(in.Text)
	if p.elsewhere(f.Type) {
		return unread(other)
	}
	for _, r := range p.runs(credit) {
		if len(typed) >= 15 && strings.Contains(r.text, typed) {
			return unread("what is printed and the QR code say different numbers")
		}
	}
	if creditCode(typed, in.AsOf) != nil && len(typed) != 18 {
		return Result{} // another number than the code was typed, which the number's own check explains
	}
	at, _ := firstDifference(typed, code)
	position := typedPosition(f.Number, at)
	return Result{Findings: []Finding{{Code: "verify.number-photo-mismatch", Severity: Refuse, Field: numberField(f.Role), Position: position,
		Facts: pairs("position", strconv.Itoa(position), "field", numberField(f.Role))}}}
}

// fold brings a number to an alphabet's characters.
func (a alphabet) fold(s string) string {
	return strings.Map(func(r rune) rune {
		if m, ok := a.rune(r); ok {
			return m
		}
		return r
	}, s)
}

// codedCredit is the credit code that QR codes hold, "" for none or several.
func codedCredit(codes []string) string {
	found := ""
	for _, c := range codes {
		for _, s := range strings.FieldsFunc(strings.ToUpper(c), func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
			if len(s) != 18 || !validCredit(s) {
				continue
			}
			if found != "" && found != s {
				return ""
			}
			found = s
		}
	}
	return found
}

// codedName is the organisation's name that QR codes of licences hold: 名称:… or entname=….
func codedName(codes []string) string {
	for _, c := range codes {
		for _, key := range []string{"entname=", "名称"} {
			_, rest, ok := strings.Cut(c, key)
			if !ok {
				continue
			}
			rest = strings.TrimLeft(rest, ":： \t")
			if i := strings.IndexAny(rest, "&;；,，\r\n\t "); i >= 0 {
				rest = rest[:i]
			}
			if plain, err := url.QueryUnescape(rest); err == nil {
				rest = plain
			}
			if n := len([]rune(rest)); n >= 4 && n <= 80 && hasHan(rest) {
				return rest
			}
		}
	}
	return ""
}

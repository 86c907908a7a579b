package realname

import (
	"strconv"
	"strings"
)

// foreignName: with a foreign document the field for the Chinese name takes the document's own spelling.
var foreignName = Check{
	ID: "foreign-name", Codes: []string{"verify.foreign-name-differs"}, Source: "the manual", Citation: "article D14", Run: judgeForeign,
}

// greater China's registers write names in Chinese.
var chinese = map[string]bool{"": true, "CN": true, "HK": true, "MO": true, "TW": true}

func judgeForeign(in *Input) (out Result) {
	f := in.Form
	doc, known := DocumentOf(f.Type)
	if !known || !doc.Foreign && !(f.Type == "HZ" && !chinese[f.Country]) || f.Name == "" || f.LatinName == "" {
		return out
	}
	name, latin := strings.TrimSpace(f.Name), strings.TrimSpace(f.LatinName)
	if name == latin {
		return out
	}
	a, b := []rune(name), []rune(latin)
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	out.Findings = []Finding{{Code: "verify.foreign-name-differs", Severity: Refuse, Field: nameField(f), Position: at + 1, Fix: latin,
		Facts: pairs("typed", name, "found", latin, "position", strconv.Itoa(at+1))}}
	return out
}

package realname

import "strconv"

// pictureChecks look at pixels. They share the copies that views makes, of bounded size, so that together they take
// about as long for a large picture as for a small one.
var pictureChecks = []Check{colour, resolution, sharpness, exposure, glare, frame, covered, watermark}

const manual = "the manual"

// zones are a measure's two limits: from the first on a picture is refused, from the second on a person looks at it.
// A measure that must not be small has refuse below warn; one that must not be large, above.
type zones struct{ refuse, warn float64 }

// judge puts a value into its zone.
func (z zones) judge(value float64) (Severity, bool) {
	low := z.refuse < z.warn
	switch {
	case low && value < z.refuse, !low && value > z.refuse:
		return Refuse, false
	case low && value < z.warn, !low && value > z.warn:
		return Warn, false
	}
	return "", true
}

// measured is a measure with its limit, the one that a picture has to keep to be taken without question.
func (z zones) measured(name string, value float64, where *Region) Measure {
	_, passed := z.judge(value)
	return Measure{Name: name, Value: round(value), Limit: z.warn, Passed: passed, Region: where}
}

// round keeps three digits, which is more than any of these measures knows.
func round(v float64) float64 {
	out, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return out
}

func number(v float64) string { return strconv.FormatFloat(round(v), 'f', -1, 64) }

// unclear is document.unclear's evidence: which measure fell short, what it was and what is needed.
func unclear(severity Severity, measure string, value, limit float64, where *Region) Finding {
	return Finding{
		Code: "document.unclear", Severity: severity, Region: where,
		Facts: map[string]string{"measure": measure, "value": number(value), "limit": number(limit)},
	}
}

// card tells the documents of the size of a bank card (ISO/IEC 7810 ID-1), whose ground is printed all over in pale
// colours; the others are on paper.
func card(documentType string) bool { return documentType != "" && isCard[documentType] }

var isCard = map[string]bool{"SFZ": true, "TXZ": true, "TWSFZ": true, "GAJZZ": true, "TWJZZ": true, "GWSFZ": true}

// ratio is a type's long side by its short one; zero where it varies.
func ratio(documentType string) float64 {
	if card(documentType) {
		return 1.586
	}
	return 0
}

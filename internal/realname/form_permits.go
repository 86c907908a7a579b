package realname

import (
	"regexp"
	"time"
)

// shape makes a rule of a pattern and the lengths that such numbers have.
func shape(pattern string, lengths ...int) numberRule {
	whole := regexp.MustCompile("^(?:" + pattern + ")$")
	return func(s string, _ time.Time) *flaw {
		if whole.MatchString(s) {
			return nil
		}
		rs := []rune(s)
		for _, n := range lengths {
			if n != len(rs) {
				continue
			}
			return &flaw{"character", firstOdd(whole, rs)}
		}
		return &flaw{"length", len(rs) + 1}
	}
}

// firstOdd is the first character without which, replaced by a digit or a letter, the number would be right; 1 where
// there is no single one.
func firstOdd(whole *regexp.Regexp, rs []rune) int {
	for i := range rs {
		for _, x := range "0AHM9" {
			c := append([]rune(nil), rs...)
			c[i] = x
			if whole.MatchString(string(c)) {
				return i + 1
			}
		}
	}
	return 1
}

var (
	// passport: ICAO Doc 9303 allows nine characters in the zone that machines read; numbers of some countries are longer.
	passport = shape(`[A-Z0-9]{5,20}`, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
	// homeReturn is the permit of residents of Hong Kong (H) and Macao (M) for the mainland: a letter, eight digits, and on older ones two of
	// the issue.
	homeReturn = shape(`[HM][0-9]{8}(?:[0-9]{2})?`, 9, 11)
	// taiwanPermit is the permit of residents of Taiwan for the mainland: eight digits; ten and a letter on older ones.
	taiwanPermit = shape(`[0-9]{8}|[0-9]{10}[A-Z]?`, 8, 10, 11)
	// otherNumber is the number of a document without a standard for it.
	otherNumber = shape(`[\p{Han}A-Z0-9()（）〔〕\[\]第字号/.\-]{4,40}`, lengths(4, 40)...)
)

func lengths(from, to int) (out []int) {
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

// residence is a residence permit: a citizen's number with the place of Hong Kong, Macao or Taiwan in front
// (国务院办公厅, 港澳台居民居住证申领发放办法, 2018, article 5).
func residence(places ...string) numberRule {
	return func(s string, asOf time.Time) *flaw {
		if f := mod11(s); f != nil && f.rule != "checksum" {
			return f
		}
		ok := false
		for _, p := range places {
			ok = ok || s[:6] == p
		}
		if !ok {
			return &flaw{"region", 1}
		}
		if f := birth(s[6:14], asOf); f != nil {
			return f
		}
		return mod11(s)
	}
}

var (
	residenceHKMO = residence("810000", "820000")
	residenceTW   = residence("830000")
)

var olderResident = shape(`[A-Z]{3}[0-9]{12}`, 15)

// permanentResident is a foreigner's identity card: since 2023 eighteen digits that begin with 9, before that three letters of the
// country and twelve digits.
func permanentResident(s string, asOf time.Time) *flaw {
	if len(s) == 15 {
		return olderResident(s, asOf)
	}
	if f := mod11(s); f != nil && f.rule != "checksum" {
		return f
	}
	if s[0] != '9' {
		return &flaw{"character", 1}
	}
	if f := birth(s[6:14], asOf); f != nil {
		return f
	}
	return mod11(s)
}

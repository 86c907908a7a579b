package realname

import (
	"strings"
	"time"
)

// codeAlphabet is GB 32100's: digits and capitals without I, O, S, V, Z, whose look-alikes are digits.
const codeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCode is GB 32100-2015: registering body, category, six digits of a place, an organisation's code of nine
// characters, and a check character: weights 3^(i-1) modulo 31.
func creditCode(s string, _ time.Time) *flaw {
	rs := []rune(s)
	if len(rs) != 18 {
		return &flaw{"length", min(len(rs)+1, 19)}
	}
	sum, weight := 0, 1
	for i, r := range rs {
		v := strings.IndexRune(codeAlphabet, r)
		if v < 0 || i >= 2 && i < 8 && v > 9 {
			return &flaw{"character", i + 1}
		}
		if i < 17 {
			sum, weight = sum+v*weight, weight*3%31
		}
	}
	// 10 is the national registering body itself.
	if p := s[2:4]; !provinces[p] && p != "10" {
		return &flaw{"region", 3}
	}
	if codeAlphabet[(31-sum%31)%31] != s[17] {
		return &flaw{"checksum", 18}
	}
	return nil
}

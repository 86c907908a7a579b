package epp

import (
	"errors"
	"strconv"
	"strings"
)

// decimal reports whether s is an xsd:decimal.
func decimal(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	digits, dots := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			dots++
		default:
			return false
		}
	}
	return digits > 0 && dots <= 1
}

// ParseAmount turns a decimal amount into minor units of a currency with so
// many digits: "12.5" with 2 is 1250. It fails rather than round.
func ParseAmount(s string, digits int) (int64, error) {
	neg := strings.HasPrefix(s, "-")
	body := strings.TrimLeft(s, "+-")
	if !decimal(s) {
		return 0, errors.New("epp: amount is not a decimal number")
	}
	whole, frac, _ := strings.Cut(body, ".")
	frac = strings.TrimRight(frac, "0")
	if len(frac) > digits {
		return 0, errors.New("epp: amount has more digits than the currency")
	}
	n, err := strconv.ParseInt("0"+whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	if err != nil {
		return 0, errors.New("epp: amount out of range")
	}
	if neg {
		n = -n
	}
	return n, nil
}

// FormatAmount writes minor units as a decimal amount: 1250 with 2 is
// "12.50".
func FormatAmount(minor int64, digits int) string {
	sign, u := "", uint64(minor)
	if minor < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if digits <= 0 {
		return sign + s
	}
	if len(s) <= digits {
		s = strings.Repeat("0", digits+1-len(s)) + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

package realname

import (
	"strings"
	"time"
)

// organisationCode is GB 11714-1997: eight characters and a check character, often printed with a hyphen between;
// weights 3 7 9 10 5 8 4 2, modulo 11.
func organisationCode(s string, _ time.Time) *flaw {
	if len(s) == 10 && s[8] == '-' {
		s = s[:8] + s[9:]
	}
	if len([]rune(s)) != 9 {
		return &flaw{"length", min(len([]rune(s))+1, 10)}
	}
	sum := 0
	for i, r := range s {
		v := strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
		if v < 0 || i == 8 && v > 9 && r != 'X' {
			return &flaw{"character", i + 1}
		}
		if i < 8 {
			sum += v * weights11714[i]
		}
	}
	if "0X987654321"[sum%11] != s[8] {
		return &flaw{"checksum", 9}
	}
	return nil
}

var weights11714 = [8]int{3, 7, 9, 10, 5, 8, 4, 2}

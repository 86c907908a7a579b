package realname

import (
	"strings"
	"time"
)

// validID tells whether 18 characters read from a picture are an identity number by GB 11643: a date and the check
// character of ISO 7064 MOD 11-2.
func validID(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum := 0
	for i := range 17 {
		d := int(s[i] - '0')
		if d < 0 || d > 9 {
			return false
		}
		sum += d * (1 << (17 - i) % 11)
	}
	if "10X98765432"[sum%11] != s[17] {
		return false
	}
	_, err := time.Parse("20060102", s[6:14])
	return err == nil
}

// validCredit tells whether 18 characters are a unified social credit code by GB 32100, 6: MOD 31.
func validCredit(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(credit.only, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return credit.only[(31-sum%31)%31] == s[17]
}

// validMachine tells whether a field of a machine-readable zone agrees with its check digit (ICAO 9303 part 3, 4.9).
func validMachine(field string, check byte) bool {
	sum := 0
	for i := range len(field) {
		v := 0
		switch c := field[i]; {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return check == byte('0'+sum%10)
}

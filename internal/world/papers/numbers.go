package papers

import (
	"fmt"
	"strings"
	"time"
)

// IDNumber makes the number of an identity card (GB 11643): six digits of a place, a birth date, a serial (odd: a man's)
// and the check character.
func IDNumber(place string, birth time.Time, serial int) string {
	body := place + birth.Format("20060102") + fmt.Sprintf("%03d", serial)
	sum := 0
	for i, c := range body {
		sum += int(c-'0') * (1 << (17 - i) % 11)
	}
	return body + string("10X98765432"[sum%11])
}

// orgDigits are the characters of GB 11714's code, by value.
const orgDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// OrgCode makes an organisation code (GB 11714) of eight characters: with its hyphen and check character.
func OrgCode(body string) string {
	weights := []int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, c := range body {
		sum += strings.IndexRune(orgDigits, c) * weights[i]
	}
	check := 11 - sum%11
	return body + "-" + string("0123456789X0"[check])
}

// creditDigits are the characters of GB 32100's code, by value: no I, O, S, V, Z.
const creditDigits = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCode makes a unified social credit code (GB 32100): two characters of the register and kind, six digits of a
// place, an organisation code and the check character.
func CreditCode(kind, place, orgCode string) string {
	body := kind + place + strings.ReplaceAll(orgCode, "-", "")
	sum, weight := 0, 1
	for _, c := range body {
		sum += strings.IndexRune(creditDigits, c) * weight
		weight = weight * 3 % 31
	}
	return body + string(creditDigits[(31-sum%31)%31])
}

// RegistrationNumber makes the number of a business licence of the old form: six digits of a place, eight of a serial,
// and the check digit (ISO 7064 MOD 11,10).
func RegistrationNumber(place string, serial int) string {
	body := place + fmt.Sprintf("%08d", serial)
	p := 10
	for _, c := range body {
		s := (p + int(c-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return body + fmt.Sprint((11-p)%10)
}

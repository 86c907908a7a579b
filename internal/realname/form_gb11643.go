package realname

import (
	"strings"
	"time"
)

// provinces are the first two digits of a citizen's number (GB/T 2260); 71, 81 and 82 are Taiwan, Hong Kong, Macao.
var provinces = func() map[string]bool {
	m := map[string]bool{}
	for _, p := range strings.Fields("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82") {
		m[p] = true
	}
	return m
}()

// citizen is GB 11643-1999: six digits of a place, eight of a date of birth, three of order, a check character by
// ISO 7064 MOD 11-2. Counties come and go, so that the place is judged by its province alone; see oddCity.
func citizen(s string, asOf time.Time) *flaw {
	if f := mod11(s); f != nil && f.rule != "checksum" {
		return f
	}
	if !provinces[s[:2]] {
		return &flaw{"region", 1}
	}
	if f := birth(s[6:14], asOf); f != nil {
		return f
	}
	return mod11(s)
}

// mod11 is length, characters and check character of an 18-character number by ISO 7064 MOD 11-2.
func mod11(s string) *flaw {
	rs := []rune(s)
	if len(rs) != 18 {
		return &flaw{"length", min(len(rs)+1, 19)}
	}
	sum := 0
	for i, r := range rs[:17] {
		if r < '0' || r > '9' {
			return &flaw{"character", i + 1}
		}
		sum += int(r-'0') * weights11[i]
	}
	if r := rs[17]; (r < '0' || r > '9') && r != 'X' {
		return &flaw{"character", 18}
	}
	if rune("10X98765432"[sum%11]) != rs[17] {
		return &flaw{"checksum", 18}
	}
	return nil
}

var weights11 = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// birth is a date of birth, not in the future and not before the oldest people who ever had a number.
func birth(yyyymmdd string, asOf time.Time) *flaw {
	t, err := time.Parse("20060102", yyyymmdd)
	if err != nil || t.Year() < 1880 || !asOf.IsZero() && t.After(asOf) {
		return &flaw{"date", 7}
	}
	return nil
}

// oddCity reports a place whose city digits no province ever had, or that is none below a province. It only warns.
func oddCity(number string) bool {
	city, county := number[2:4], number[4:6]
	switch {
	case county == "00", city == "00", city == "38", city == "39", city == "41":
		return true
	}
	return city > "43" && city < "51" || city > "53" && city < "90" || city > "90"
}

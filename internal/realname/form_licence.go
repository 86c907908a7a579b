package realname

import "time"

// licence15 is the number of business licences before the unified code (GS 15-2006): six digits of the registering
// body, eight of order, a check digit by ISO 7064 MOD 11,10.
func licence15(s string, _ time.Time) *flaw {
	rs := []rune(s)
	if len(rs) != 15 {
		return &flaw{"length", min(len(rs)+1, 16)}
	}
	p := 10
	for i, r := range rs {
		if r < '0' || r > '9' {
			return &flaw{"character", i + 1}
		}
		if i == 14 {
			break
		}
		d := (p + int(r-'0')) % 10
		if d == 0 {
			d = 10
		}
		p = d * 2 % 11
	}
	if (p+int(rs[14]-'0'))%10 != 1 {
		return &flaw{"checksum", 15}
	}
	return nil
}

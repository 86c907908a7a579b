package realname

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// foreignUntil reads the end of validity of a passport: of the zone that machines read, and as it is printed for people,
// 09 OCT 2032. One without a check digit that agrees is sure where both say the same.
func (p *page) foreignUntil(asOf time.Time) *lastDay {
	var out *lastDay
	if z := p.zone(); z != nil && z.expiry != "" {
		if t, err := time.Parse("060102", z.expiry); err == nil {
			switch { // two digits of a year; nothing is valid for fifty years
			case t.Year() > asOf.Year()+50:
				t = t.AddDate(-100, 0, 0)
			case t.Year() < asOf.Year()-50:
				t = t.AddDate(100, 0, 0)
			}
			out = &lastDay{t, z.row, z.dated}
		}
	}
	var last *lastDay
	for _, r := range p.every() {
		for _, d := range worded(r) {
			if out != nil && d.day.Equal(out.day) {
				d.sure = true
				return &d
			}
			if last == nil || d.day.After(last.day) {
				last = &d
			}
		}
	}
	if out == nil && last != nil && last.day.After(asOf.AddDate(-15, 0, 0)) {
		return last
	}
	return out
}

var (
	wordedDate = regexp.MustCompile(`([0-3]?[0-9])[ .,/]*(?:[0-9]{1,2}月[ /]*)?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*[ .,/]*((?:19|20)[0-9]{2})`)
	months     = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
)

// worded finds dates with the month's name.
func worded(r row) []lastDay {
	s := strings.ToUpper(r.String())
	if len([]rune(s)) != len(r) {
		return nil
	}
	var out []lastDay
	for _, m := range wordedDate.FindAllStringSubmatchIndex(s, -1) {
		d, _ := strconv.Atoi(s[m[2]:m[3]])
		y, _ := strconv.Atoi(s[m[6]:m[7]])
		t := time.Date(y, time.Month(strings.Index(months, s[m[4]:m[5]])/3+1), d, 0, 0, 0, 0, time.UTC)
		if t.Day() != d {
			continue
		}
		at := r[len([]rune(s[:m[0]])):len([]rune(s[:m[1]]))]
		out = append(out, lastDay{t, at, certain(at) && at.sure() > 0.95})
	}
	return out
}

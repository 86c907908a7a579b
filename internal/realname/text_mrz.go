package realname

import (
	"strings"
	"time"
)

// zone is what a passport's machine-readable zone says (ICAO 9303 part 4, TD3), as far as its check digits agree.
type zone struct {
	number string // as read
	sure   bool   // the number's check digit agrees
	expiry string // YYMMDD, as read
	dated  bool   // the expiry's check digit agrees
	names  string // SURNAME<<GIVEN<NAMES
	row    row    // the second line
}

// machineZone tells whether the page has lines that look like a machine-readable zone.
func (p *page) machineZone() bool { return p.zone() != nil }

func (p *page) zone() *zone {
	var z *zone
	names := ""
	try := func(r row) {
		r = zoneRow(r)
		s := r.String()
		if i := strings.IndexAny(s, "P"); i >= 0 && i < 3 && len(s)-i >= 30 && strings.Count(s, "<") >= 4 && strings.Contains(s[i:], "<<") && len(s) > i+5 {
			if n := strings.TrimRight(s[i+5:], "<KLCX "); strings.Contains(n, "<") || n != "" {
				names = n
			}
			return
		}
		if got := second(r, s); got != nil && (z == nil || !z.sure && got.sure || !z.dated && got.dated) {
			z = got
		}
	}
	for _, n := range p.nums {
		if n.kind != "name" && n.kind != "date" {
			try(n.row)
		}
	}
	for _, r := range p.every() {
		try(r)
	}
	if z != nil {
		z.names = names
	}
	return z
}

// zoneRow keeps what a zone can hold.
func zoneRow(r row) row {
	var out row
	for _, g := range r {
		switch {
		case g.r == '«' || g.r == '《' || g.r == '≤' || g.r == '(' || g.r == '〈' || g.r == '＜':
			g.r = '<'
		case g.r >= 'a' && g.r <= 'z':
			g.r -= 'a' - 'A'
		}
		if strings.ContainsRune(zoneOnly, g.r) {
			out = append(out, g)
		}
	}
	return out
}

// second reads a second line: number(9) check nationality(3) birth(6) check sex expiry(6) check …
func second(r row, s string) *zone {
	asDigits := func(f string) string {
		return strings.NewReplacer("O", "0", "Q", "0", "D", "0", "I", "1", "L", "1", "Z", "2", "S", "5", "B", "8", "G", "6").Replace(f)
	}
	for i := 0; i+28 <= len(s) && i < 8; i++ {
		f := s[i:]
		born, expiry := asDigits(f[13:20]), asDigits(f[21:28])
		if strings.Trim(born, "0123456789") != "" || strings.Trim(expiry, "0123456789") != "" || !strings.Contains("MFX<", f[20:21]) {
			continue
		}
		checks := 0
		for _, d := range []string{born, expiry} {
			if validMachine(d[:6], d[6]) {
				checks++
			}
		}
		if checks == 0 && !(calendar(born[:6]) && calendar(expiry[:6]) && strings.Trim(f[10:13], "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") == "") {
			continue
		}
		z := &zone{row: r[i:], number: strings.TrimRight(f[:9], "<"), expiry: expiry[:6], dated: validMachine(expiry[:6], expiry[6])}
		check := asDigits(f[9:10])[0]
		for _, n := range []string{f[:9], f[:1] + asDigits(f[1:9]), f[:2] + asDigits(f[2:9])} {
			if validMachine(n, check) {
				z.number, z.sure = strings.TrimRight(n, "<"), true
				break
			}
		}
		return z
	}
	return nil
}

// calendar tells whether YYMMDD is a day.
func calendar(s string) bool {
	_, err := time.Parse("060102", s)
	return err == nil
}

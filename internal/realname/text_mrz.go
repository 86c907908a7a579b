package realname

import "strings"

// zone is what a passport's machine-readable zone says (ICAO 9303 part 4, TD3), as far as its check digits agree.
type zone struct {
	number string // "" where the check digit doesn't agree
	born   string // YYMMDD
	expiry string // YYMMDD
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
		if got := second(r, s); got != nil && (z == nil || z.number == "" && got.number != "") {
			z = got
		}
	}
	for _, n := range p.nums {
		try(n.row)
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
		if !validMachine(born[:6], born[6]) && !validMachine(expiry[:6], expiry[6]) {
			continue
		}
		z := &zone{row: r}
		if validMachine(born[:6], born[6]) {
			z.born = born[:6]
		}
		if validMachine(expiry[:6], expiry[6]) {
			z.expiry = expiry[:6]
		}
		check := asDigits(f[9:10])[0]
		number := f[:9]
		for _, n := range []string{number, number[:1] + asDigits(number[1:]), number[:2] + asDigits(number[2:])} {
			if validMachine(n, check) {
				z.number = strings.TrimRight(n, "<")
				break
			}
		}
		return z
	}
	return nil
}

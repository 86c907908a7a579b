package realname

import (
	"strings"
)

// alphabet is what a kind of number is made of: reader's characters to those meant, and what a reader may be told.
type alphabet struct {
	only  string
	meant map[rune]rune
}

// Alphabets. The look-alikes are those that readers confuse, brought to what can occur.
var (
	digitsX = alphabet{only: "0123456789X", meant: map[rune]rune{'O': '0', 'o': '0', 'D': '0', 'Q': '0', 'I': '1', 'l': '1', '|': '1', 'i': '1', 'x': 'X', '×': 'X', 'Z': '2', 'z': '2', 'S': '5', 's': '5', 'B': '8', 'b': '6', 'G': '6', 'q': '9', 'g': '9'}}
	credit  = alphabet{only: "0123456789ABCDEFGHJKLMNPQRTUWXY", meant: map[rune]rune{'O': '0', 'o': '0', 'I': '1', 'i': '1', 'l': '1', '|': '1', 'Z': '2', 'z': '2', 'S': '5', 's': '5', 'V': 'Y', 'v': 'Y'}}
	letters = alphabet{only: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", meant: map[rune]rune{}}
)

func (a alphabet) rune(r rune) (rune, bool) {
	if strings.ContainsRune(a.only, r) {
		return r, true
	}
	if m, ok := a.meant[r]; ok {
		return m, true
	}
	if r >= 'a' && r <= 'z' {
		return a.rune(r - 'a' + 'A')
	}
	return 0, false
}

// run is a number as it stands in the page.
type run struct {
	text string
	at   row    // one glyph a character
	left string // what stands before it in its row
	solo bool   // from a strip read alone
}

// runs lists the numbers of the page made of an alphabet's characters, at least six long. Blanks, points and dashes
// between digits don't end a number; a wide gap does.
func (p *page) runs(a alphabet) []run {
	var out []run
	for _, n := range p.nums {
		if n.kind == "name" || n.kind == "date" {
			continue
		}
		for _, r := range split(n.row, a) {
			r.solo = true
			out = append(out, r)
		}
	}
	for _, r := range p.every() {
		out = append(out, split(r, a)...)
	}
	return out
}

func split(r row, a alphabet) []run {
	var out []run
	var cur run
	var b strings.Builder
	left := 0
	end := func(at int) {
		if cur.text = b.String(); len(cur.text) >= 6 {
			cur.left = row(r[:left]).only().String()
			out = append(out, cur)
		}
		cur = run{}
		b.Reset()
		left = at
	}
	for i, g := range r {
		if g.r == ' ' || len(cur.at) > 0 && strings.ContainsRune("-.·,'", g.r) {
			continue
		}
		m, ok := a.rune(g.r)
		if ok && len(cur.at) > 0 {
			if last := cur.at[len(cur.at)-1]; g.x-last.x > 3.2*max(last.h, g.h, 1) {
				ok = false
				end(i)
				m, ok = a.rune(g.r)
			}
		}
		if !ok {
			end(i)
			continue
		}
		if len(cur.at) == 0 {
			left = i
		}
		g.r = m
		cur.at = append(cur.at, g)
		b.WriteRune(m)
	}
	end(len(r))
	return out
}

// within gives the part of a run from one character to another.
func (n run) within(from, to int) run {
	return run{text: n.text[from:to], at: n.at[from:to], left: n.left, solo: n.solo}
}

// weakest is the least confidence of a run's characters.
func (n run) weakest() float64 {
	least := 1.0
	for _, g := range n.at {
		least = min(least, g.conf)
	}
	return least
}

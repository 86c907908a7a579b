package realname

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// Place is where a number stands in a picture: its centre, its extent along and across its line, all in pixels of the
// picture, the characters that it can hold, and its kind.
type Place struct {
	Kind          string // digits, credit, letters, zone (machine-readable), name or date
	X, Y          float64
	Width, Height float64
	Only          string  // empty: anything
	Turn          float64 // degrees, clockwise, that this line has to be turned by beyond the text, where perspective bends it
}

// most places of a page; the reader spends a run of its program on each.
const mostPlaces = 5

const zoneOnly = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// NumberPlaces lists the places of a text that hold a number worth reading again alone, likeliest first.
func NumberPlaces(t *Text) []Place {
	p := newPage(t)
	kind, _ := best(p.scores())
	var out []Place
	turn := 0.0
	add := func(kind, only string, x0, x1, y, h float64) {
		if h < 2 || x1-x0 < 3*h || len(out) >= mostPlaces {
			return
		}
		x, y := p.picture((x0+x1)/2, y)
		for _, o := range out {
			if math.Abs(o.Y-y) < h*0.8 && math.Abs(o.X-x) < (o.Width+x1-x0)/4 {
				return
			}
		}
		out = append(out, Place{Kind: kind, X: x, Y: y, Width: x1 - x0, Height: h, Only: only, Turn: turn})
	}
	// A character at the end is easily lost: the strip is as long as eighteen are, and level with those that were read.
	whole := func(kind string, a alphabet, n run) {
		pitch := (n.x1() - n.x0()) / float64(len(n.text))
		longer := pitch * float64(max(0, 19-len(n.text)))
		fall := n.at.fall()
		turn = -math.Atan(fall) * 180 / math.Pi
		add(kind, a.only, n.x0()-longer/4, n.x1()+longer, n.at.middle()+fall*longer*3/8, n.at.height())
		turn = 0
	}
	switch {
	case slices.Contains([]shown{"SFZ", "GAJZZ", "TWJZZ"}, kind):
		p.long(digitsX, 15, func(n run) { whole("digits", digitsX, n) })
		for _, l := range p.labels("公民身份号码", "身份号码", "公民身份") {
			h, w := l.at.height(), l.width()
			end := max(l.right(), l.left()+w)
			add("digits", digitsX.only, end, end+w*4, l.at.middle(), h*1.15)
		}
		p.long(digitsX, 10, func(n run) { add("digits", digitsX.only, n.x0(), n.x1(), n.at.middle(), n.at.height()) })
	case kind == "HZ":
		for _, r := range p.rows {
			if strings.Count(r.String(), "<") >= 2 || len(r.only()) >= 30 && capitals(r) {
				add("zone", zoneOnly, r[0].x-r[0].w, r[len(r)-1].x+r[len(r)-1].w, r.middle(), r.height())
			}
		}
		p.long(letters, 7, func(n run) { add("letters", letters.only, n.x0(), n.x1(), n.at.middle(), n.at.height()) })
	case slices.Contains(organisations, kind):
		for _, l := range p.labels("统一社会信用代码", "社会信用代码") {
			if at := p.credits(l); at == nil { // nothing was read at the label: look beside it and below it
				w, h := l.width(), l.at.height()
				add("credit", credit.only, l.right()+h*0.3, l.right()+w*1.9, l.at.middle(), h)
				add("credit", credit.only, l.left()-h*0.5, l.left()+w*1.6, l.at.middle()+h*1.6, h*1.2)
			}
		}
		p.long(credit, 15, func(n run) { whole("credit", credit, n) })
		if kind == "ORG" {
			p.long(letters, 8, func(n run) { add("letters", letters.only, n.x0(), n.x1(), n.at.middle(), n.at.height()) })
		}
	case kind == emblemSide:
	default:
		p.long(letters, 8, func(n run) { add("letters", letters.only, n.x0(), n.x1(), n.at.middle(), n.at.height()) })
	}
	// The name is short and printed a little larger or bolder than the rest: it is worth a look of its own.
	labels, wide := personLabels, 9.0
	if slices.Contains(organisations, kind) {
		labels, wide = orgLabels, 26
	}
	if kind == "SFZ" || kind == "GAJZZ" || kind == "TWJZZ" || slices.Contains(organisations, kind) {
		for _, l := range p.labels(labels...) {
			h := l.at.height()
			x0, x1, y := l.right()+h*0.2, l.right()+h*wide, l.at.middle()
			if v := p.value(l); len(v) > 1 {
				x1, y, h = min(x1, v[len(v)-1].x+2.5*h), v[:min(len(v), 8)].middle(), max(h, min(v.height(), 1.4*h))
				if x0 < v[0].x-2*h { // a wide space between label and name
					x0 = v[0].x - 1.5*h
				}
			}
			add("name", "", x0, x1, y, h*1.1)
			break
		}
	}
	for _, l := range p.labels(validityLabels...) {
		v := l.row[l.next:]
		if d, long, ok := period(v); ok && (long || d.sure) || digits(v.String()) < 4 {
			continue
		}
		h := l.at.height()
		add("date", "", l.right()+h*0.2, max(v[len(v)-1].x+h, l.right()+8*h), v.middle(), h*1.1)
		break
	}
	return out
}

// Complete tells whether a text holds what its type of document is read for, so that no further pass is worth its time.
func Complete(t *Text) bool {
	p := newPage(t)
	kind, weight := best(p.scores())
	if weight < recognised {
		return false
	}
	switch kind {
	case "SFZ", "GAJZZ", "TWJZZ":
		share, _ := p.legible()
		return share > 0.85 && slices.ContainsFunc(p.runs(digitsX), func(n run) bool { return validID(n.text) })
	case emblemSide:
		return true
	case "YYZZ", "TYDMZ", "SYZS", "STDJZ", "MBDJZ", "JJDJZ":
		share, _ := p.legible()
		named := slices.ContainsFunc(p.readings(orgLabels, false), func(r row) bool { return r.sure() > 0.95 })
		return share > 0.85 && named && p.validCredit() != nil && p.labels(headLabels...) != nil
	}
	return false
}

// Confirmed tells whether a line read alone says what the page says in its place already, so that no other way of
// reading it is needed: a number that is right by its check digit, or a name that was read alike.
func Confirmed(t *Text, kind string, l Line) bool {
	p := newPage(t)
	line := flat(l, leveller(t))
	has := func(s string) bool {
		return slices.ContainsFunc(p.rows, func(r row) bool { return strings.Contains(r.only().String(), s) })
	}
	switch kind {
	case "digits":
		for _, n := range split(line, digitsX) {
			if len(n.text) == 18 && validID(n.text) && has(n.text) {
				return true
			}
		}
	case "credit":
		for _, n := range split(line, credit) {
			if len(n.text) == 18 && validCredit(n.text) && has(n.text) {
				return true
			}
		}
	case "name":
		v := personPart(cutValue(line, nil)).only()
		return len(v) >= 2 && v.sure() > 0.9 && has(v.String())
	case "date":
		d, long, ok := period(line)
		return ok && (long || d.sure)
	}
	return false
}

func capitals(r row) bool {
	n := 0
	for _, g := range r {
		if g.r >= 'A' && g.r <= 'Z' || g.r >= '0' && g.r <= '9' || g.r == '<' {
			n++
		}
	}
	return n*10 >= len(r)*8
}

// long gives the runs of at least so many characters, of which four are digits.
func (p *page) long(a alphabet, least int, each func(run)) {
	for _, r := range p.rows {
		for _, n := range split(r, a) {
			if len(n.text) >= least && digits(n.text) >= least/3+1 && various(n.text) { // not an ornament
				each(n)
			}
		}
	}
}

// various tells whether a number is made of several characters, none of which is half of it.
func various(s string) bool {
	most := 0
	for i := range len(s) {
		most = max(most, strings.Count(s, s[i:i+1]))
	}
	return most*2 <= len(s)+1
}

func digits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// fall is how much a row goes down for each step to the right.
func (r row) fall() float64 {
	var n, sx, sy, sxx, sxy float64
	for _, g := range r {
		n, sx, sy, sxx, sxy = n+1, sx+g.x, sy+g.y, sxx+g.x*g.x, sxy+g.x*g.y
	}
	d := n*sxx - sx*sx
	if n < 8 || d <= 0 {
		return 0
	}
	if f := (n*sxy - sx*sy) / d; math.Abs(f) < 0.2 {
		return f
	}
	return 0
}

func (n run) x0() float64 { return n.at[0].x - n.at[0].w/2 }
func (n run) x1() float64 { l := n.at[len(n.at)-1]; return l.x + l.w/2 }

// picture maps levelled coordinates to the picture's.
func (p *page) picture(x, y float64) (float64, float64) {
	sin, cos := math.Sincos((float64(p.text.Orientation) + p.text.Tilt) * math.Pi / 180)
	return x*cos + y*sin, y*cos - x*sin
}

// label is a phrase found in a row.
type label struct {
	row  row // the whole row
	at   row // the phrase
	next int // in the row, behind it
	errs int
}

func (l label) left() float64  { return l.at[0].x - l.at[0].w/2 }
func (l label) right() float64 { e := l.at[len(l.at)-1]; return e.x + e.w/2 }

// width is the phrase's extent, robust against a reader that gives its characters one box.
func (l label) width() float64 {
	return max(l.right()-l.left(), float64(len(l.at))*l.at.height()*0.8)
}

// labels finds phrases in the rows, then in the other readings; those of four characters and more may have one read wrongly.
func (p *page) labels(phrases ...string) []label {
	for _, phrase := range phrases {
		var out []label
		want := []rune(phrase)
		allowed := 0
		if len(want) >= 4 {
			allowed = 1
		}
		for _, r := range slices.Concat(p.rows, p.also) {
			rs, index := letterIndex(r)
			if len(rs) < len(want)-allowed {
				continue
			}
			if errs, from, to := nearest(want, rs); errs <= allowed && to > from {
				out = append(out, label{row: r, at: r[index[from] : index[to-1]+1], next: index[to-1] + 1, errs: errs})
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// letterIndex gives a row's meaningful characters and where each stands in the row.
func letterIndex(r row) ([]rune, []int) {
	var rs []rune
	var index []int
	for i, g := range r {
		if unicode.IsLetter(g.r) || unicode.IsDigit(g.r) {
			rs, index = append(rs, g.r), append(index, i)
		}
	}
	return rs, index
}

// credits finds the run that stands beside or below a label.
func (p *page) credits(l label) *run {
	for _, n := range split(l.row[l.next:], credit) {
		if len(n.text) >= 12 {
			return &n
		}
	}
	h := l.at.height()
	for _, r := range p.rows {
		if dy := r.middle() - l.at.middle(); dy < h*0.5 || dy > h*3.5 {
			continue
		}
		for _, n := range split(r, credit) {
			if len(n.text) >= 12 && n.x0() < l.right() && n.x1() > l.left() {
				return &n
			}
		}
	}
	return nil
}

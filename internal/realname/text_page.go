package realname

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// glyph is one character of a page in levelled coordinates: x to the right along the lines of print, y down.
type glyph struct {
	r          rune // folded
	conf       float64
	x, y, w, h float64 // centre and size
	region     Region  // in the picture
}

// row is a line of print across the page.
type row []glyph

// page is a text made ready to be searched: characters folded, rows put together from what the reader saw as pieces.
type page struct {
	rows []row // from the top
	also []row // other readings
	nums []numberRow
	text *Text
}

type numberRow struct {
	kind string
	row  row
}

func newPage(t *Text) *page {
	p := &page{text: t}
	level := leveller(t)
	var words []row
	for _, l := range t.Lines {
		words = append(words, pieces(flat(l, level))...)
	}
	p.rows = together(words)
	for _, l := range t.Also {
		p.also = append(p.also, flat(l, level))
	}
	for _, n := range t.Numbers {
		p.nums = append(p.nums, numberRow{n.Kind, flat(n.Line, level)})
	}
	return p
}

func flat(l Line, level func(Word) row) row {
	var out row
	for _, w := range l.Words {
		out = append(out, level(w)...)
	}
	return out
}

// leveller turns words into glyphs, turned as the text lies.
func leveller(t *Text) func(Word) row {
	angle := float64(t.Orientation) + t.Tilt
	sin, cos := math.Sincos(angle * math.Pi / 180)
	tsin, tcos := math.Sincos(math.Abs(t.Tilt) * math.Pi / 180)
	quarter := t.Orientation%180 != 0
	place := func(r Region) (x, y, w, h float64) {
		cx, cy := float64(r.X)+float64(r.W)/2, float64(r.Y)+float64(r.H)/2
		w, h = float64(r.W), float64(r.H)
		if quarter {
			w, h = h, w
		}
		if d := tcos*tcos - tsin*tsin; d > 0.3 && t.Tilt != 0 { // the box around a tilted box is larger than it
			w, h = max((w*tcos-h*tsin)/d, w/4), max((h*tcos-w*tsin)/d, h/4)
		}
		return cx*cos - cy*sin, cx*sin + cy*cos, w, h
	}
	return func(w Word) row {
		var out row
		if len(w.Chars) == 0 {
			rs := []rune(w.Text)
			x, y, ww, h := place(w.Region)
			for i, r := range rs {
				step := ww / float64(len(rs))
				out = append(out, glyph{fold(r), w.Confidence, x - ww/2 + (float64(i)+0.5)*step, y, step, h, w.Region})
			}
			return out
		}
		for _, c := range w.Chars {
			x, y, cw, h := place(c.Region)
			for _, r := range c.Text {
				out = append(out, glyph{fold(r), c.Confidence, x, y, cw, h, c.Region})
			}
		}
		return out
	}
}

// pieces cuts a reader's line at wide gaps, where another column may begin. Within a piece the reader's order stands: its
// boxes of characters are rough.
func pieces(line row) []row {
	var out []row
	from := 0
	for i := 1; i < len(line); i++ {
		if a, b := line[i-1], line[i]; b.x-a.x > 4*max(a.h, b.h) {
			out, from = append(out, line[from:i]), i
		}
	}
	if from < len(line) {
		out = append(out, line[from:])
	}
	return out
}

// together puts pieces into rows: one goes on with the row whose end stands to its left at the same height.
func together(words []row) []row {
	slices.SortStableFunc(words, func(a, b row) int { return cmpFloat(a[0].x, b[0].x) })
	var rows []row
	for _, w := range words {
		h := w.height()
		best, near := -1, math.Inf(1)
		for i, r := range rows {
			tail := r[max(0, len(r)-4):]
			d := math.Abs(tail.middle() - w[:min(len(w), 4)].middle())
			if lim := 0.5 * min(h, tail.height()); d < lim && d < near {
				best, near = i, d
			}
		}
		if best < 0 {
			rows = append(rows, slices.Clone(w))
			continue
		}
		rows[best] = append(rows[best], w...)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmpFloat(a.middle(), b.middle()) })
	return rows
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func (r row) middle() float64 {
	sum := 0.0
	for _, g := range r {
		sum += g.y
	}
	return sum / float64(max(1, len(r)))
}

// height is the larger half's: thin characters such as 一 and points don't count.
func (r row) height() float64 {
	hs := make([]float64, len(r))
	for i, g := range r {
		hs[i] = g.h
	}
	slices.Sort(hs)
	if len(hs) == 0 {
		return 0
	}
	return hs[(len(hs)*3)/4]
}

func (r row) String() string {
	var b strings.Builder
	for _, g := range r {
		b.WriteRune(g.r)
	}
	return b.String()
}

// sure is the mean confidence.
func (r row) sure() float64 {
	sum := 0.0
	for _, g := range r {
		sum += g.conf
	}
	return sum / float64(max(1, len(r)))
}

// region is the rectangle around the row in the picture; nil for none.
func (r row) region() *Region {
	if len(r) == 0 {
		return nil
	}
	out := r[0].region
	for _, g := range r[1:] {
		x, y := min(out.X, g.region.X), min(out.Y, g.region.Y)
		out = Region{x, y, max(out.X+out.W, g.region.X+g.region.W) - x, max(out.Y+out.H, g.region.Y+g.region.H) - y}
	}
	return &out
}

// only keeps the glyphs that carry meaning: ideographs, letters and digits.
func (r row) only() row {
	out := make(row, 0, len(r))
	for _, g := range r {
		if unicode.Is(unicode.Han, g.r) || unicode.IsLetter(g.r) || unicode.IsDigit(g.r) || g.r == '<' {
			out = append(out, g)
		}
	}
	return out
}

// every row there is, surest first.
func (p *page) every() []row {
	out := slices.Concat(p.rows, p.also)
	for _, n := range p.nums {
		if n.kind == "name" {
			out = append(out, n.row)
		}
	}
	return out
}

// legible is the part of ideographs that was read surely, and how many there are.
func (p *page) legible() (share float64, n int) {
	good := 0
	for _, r := range p.rows {
		for _, g := range r {
			if unicode.Is(unicode.Han, g.r) {
				n++
				if g.conf > 0.9 {
					good++
				}
			}
		}
	}
	return float64(good) / float64(max(1, n)), n
}

// fold brings a character to one form: full width to half, traditional to simplified where labels have it.
func fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	if i := slices.Index(traditional, r); i >= 0 {
		return simplified[i]
	}
	return r
}

// Characters of labels and common names that readers give in the traditional form.
var (
	traditional = []rune("營業執證統會代碼號機構織組類稱範圍經濟國學團體關發簽來內臺灣灣門華單衛醫療許護長廣東龍馬陳張劉楊黃趙吳孫鄭馮葉蘇盧蔣賈鄒陸賴鍾閻區縣鎮鄉連雲爾總無與進開實處庫師設計術軟電網話樓層萬億圓幣資產銷設備務")
	simplified  = []rune("营业执证统会代码号机构织组类称范围经济国学团体关发签来内台湾湾门华单卫医疗许护长广东龙马陈张刘杨黄赵吴孙郑冯叶苏卢蒋贾邹陆赖钟阎区县镇乡连云尔总无与进开实处库师设计术软电网话楼层万亿圆币资产销设备务")
)

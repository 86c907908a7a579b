package ocr

import (
	"context"
	"errors"
	"math"
	"slices"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// Figures of the passes.
const (
	longSide = 1700 // of the view of a first pass, in pixels
	enlarged = 2.5  // no picture is enlarged more: it gains nothing
	enough   = 10   // characters read surely, so that the picture is taken as standing right
	wellHigh = 32   // pixels that characters of a text are read best at
)

var (
	sparse = mode{langs: "chi_sim", psm: 11}
	block  = mode{langs: "chi_sim", psm: 6}
)

// reading is what one pass saw, in the source's pixels.
type reading struct {
	view  view
	lines []realname.Line
	sure  int // characters read surely
}

// read makes the passes over one picture: upright and level first, then finer or otherwise where that shows too little,
// then lines of numbers alone. A picture is read within the reader's time; the caller's context ends it sooner.
func (r *Reader) read(asked context.Context, s *source) (*realname.Text, error) {
	ctx, cancel := context.WithTimeout(asked, r.cfg.Timeout)
	defer cancel()
	late := func(err error) bool { return errors.Is(err, context.DeadlineExceeded) && asked.Err() == nil }
	first, err := r.stand(ctx, s)
	if err != nil && !(late(err) && first.sure > 0) {
		return nil, err
	}
	first.view.angle -= slope(first)
	t := &realname.Text{Lines: first.lines}
	t.Orientation, t.Tilt = split(first.view.angle)
	// What was read stays, also where time runs out before the finer passes: they add, they don't correct.
	for _, more := range []func() error{
		func() error { return r.again(ctx, s, first, t) },
		func() error { return r.numbers(ctx, s, first.view.angle, t) },
	} {
		if err := more(); err != nil {
			if late(err) {
				t.Cut = true
				return t, nil
			}
			return nil, err
		}
	}
	if realname.MayHaveCode(t) {
		t.Codes = codes(ctx, s)
	}
	return t, nil
}

// split parts an angle into quarter turns and the rest.
func split(angle float64) (int, float64) {
	q := math.Round(angle / 90)
	return (int(q)*90%360 + 360) % 360, angle - q*90
}

// stand finds how the picture stands and gives the pass that reads best: the document by its edges where it has some
// that are clear, else the whole picture by what looks like lines in it.
func (r *Reader) stand(ctx context.Context, s *source) (reading, error) {
	var best reading
	try := func(v view) (done bool, err error) {
		got, err := r.pass(ctx, s, v, noRed, sparse)
		if err != nil {
			return false, err
		}
		if best.view.w == 0 || got.sure > best.sure {
			best = got
		}
		return best.sure >= enough && realname.Recognised(&realname.Text{Lines: best.lines}), nil
	}
	for _, v := range s.framed(r.cfg.Pixels) {
		if done, err := try(v); done || err != nil {
			return best, err
		}
	}
	angle, upright := s.tilt()
	if math.Abs(angle) < 1.5 {
		angle = 0
	}
	turns := []float64{angle, angle + 180, angle + 90, angle + 270}
	if upright {
		turns = []float64{angle + 90, angle + 270, angle, angle + 180}
	}
	if edge, seen := s.sides(); math.Abs(edge-angle) > 2 {
		turns = slices.Insert(turns, max(0, 3-seen), edge, edge+180) // three sides are seldom wrong, where lines are of a tablecloth
	}
	if angle != 0 {
		turns = append(turns, 0)
	}
	for i, a := range turns {
		done, err := try(s.whole(a, r.cfg.Pixels, longSide, enlarged))
		if done || err != nil || i >= 1 && best.sure >= 6*enough {
			return best, err
		}
	}
	return best, nil
}

// Limits of a frame that is believed: how sure, and the part of the picture that it fills.
const (
	frameSure  = 0.6
	frameLeast = 0.1
	frameWhole = 0.93 // more than this is the picture itself
)

// sides is the angle by which what was seen of the document's edges has to be turned to stand level; edges of the picture
// itself don't count. 0 where fewer than two were seen.
func (s *source) sides() (angle float64, seen int) {
	q, _ := realname.Outline(s.img)
	near := func(a, b, size float64) bool {
		m := size * 0.02
		return a < m && b < m || a > size-m && b > size-m
	}
	sum, n := 0.0, 0.0
	for i, p := range q {
		o := q[(i+1)%4]
		if near(p.X, o.X, float64(s.w)) || near(p.Y, o.Y, float64(s.h)) {
			continue
		}
		a := math.Atan2(o.Y-p.Y, o.X-p.X)*180/math.Pi - float64(i)*90
		a -= 360 * math.Round(a/360)
		if math.Abs(a) < 30 {
			sum, n = sum+a, n+1
		}
	}
	if n < 2 {
		return 0, 0
	}
	return -sum / n, int(n)
}

// framed gives the views of the document by its edges: upright and upside down along its longer side first.
func (s *source) framed(pixels int) []view {
	q, sure := realname.Outline(s.img)
	if sure < frameSure {
		return nil
	}
	area := 0.0
	var c realname.Point
	for i, p := range q {
		n := q[(i+1)%4]
		area += (p.X*n.Y - n.X*p.Y) / 2
		c.X, c.Y = c.X+p.X/4, c.Y+p.Y/4
	}
	top, low := math.Atan2(q[1].Y-q[0].Y, q[1].X-q[0].X), math.Atan2(q[2].Y-q[3].Y, q[2].X-q[3].X)
	angle := -(top + low) / 2 * 180 / math.Pi
	part := math.Abs(area) / float64(s.w*s.h)
	if part < frameLeast || part > frameWhole && math.Abs(angle) < 1 {
		return nil
	}
	w := max(math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y), math.Hypot(q[2].X-q[3].X, q[2].Y-q[3].Y)) * 1.12
	h := max(math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y), math.Hypot(q[2].X-q[1].X, q[2].Y-q[1].Y)) * 1.12
	turns := []float64{0, 180}
	if h > w*1.1 {
		turns = []float64{90, 270, 0, 180}
	}
	var out []view
	for _, t := range turns {
		vw, vh := w, h
		if t == 90 || t == 270 {
			vw, vh = h, w
		}
		k := min(longSide/max(vw, vh), enlarged, math.Sqrt(float64(pixels)/(vw*vh)))
		out = append(out, view{cx: c.X, cy: c.Y, angle: angle + t, scale: k, w: int(vw * k), h: int(vh * k)})
	}
	return out
}

// pass reads one view.
func (r *Reader) pass(ctx context.Context, s *source, v view, k ink, m mode) (reading, error) {
	p := s.render(v, k)
	flatten(p)
	lines, err := r.recognise(ctx, p, m)
	if err != nil {
		return reading{}, err
	}
	out := reading{view: v, lines: lines}
	for i := range lines {
		for j := range lines[i].Words {
			w := &lines[i].Words[j]
			w.Region = v.region(w.Region)
			for c := range w.Chars {
				w.Chars[c].Region = v.region(w.Chars[c].Region)
				if ch := w.Chars[c]; ch.Confidence > 0.9 && w.Confidence > 0.6 && telling(ch.Text) {
					out.sure++
				}
			}
		}
	}
	return out, nil
}

// telling characters are those that noise is seldom read as.
func telling(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return true
		}
	}
	return false
}

// region maps a rectangle of the view to the one around it in the source.
func (v view) region(r realname.Region) realname.Region {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range [4][2]int{{r.X, r.Y}, {r.X + r.W, r.Y}, {r.X, r.Y + r.H}, {r.X + r.W, r.Y + r.H}} {
		x, y := v.back(float64(c[0]), float64(c[1]))
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	return realname.Region{X: int(x0 + 0.5), Y: int(y0 + 0.5), W: int(x1 - x0 + 0.5), H: int(y1 - y0 + 0.5)}
}

// again reads a second time, otherwise: only where text was found, at the size that suits the print, with the other ink.
func (r *Reader) again(ctx context.Context, s *source, first reading, t *realname.Text) error {
	if realname.Complete(t) {
		return nil
	}
	h, where := extent(first)
	if h <= 0 {
		h, where = wellHigh/first.view.scale/0.62, view{cx: first.view.cx, cy: first.view.cy, w: first.view.w, h: first.view.h, scale: first.view.scale}
	}
	k := min(wellHigh/h, enlarged)
	v := view{cx: where.cx, cy: where.cy, angle: first.view.angle, scale: k, w: int(float64(where.w) / where.scale * k), h: int(float64(where.h) / where.scale * k)}
	if most := math.Sqrt(float64(r.cfg.Pixels) / float64(max(1, v.w*v.h))); most < 1 {
		v.scale, v.w, v.h = v.scale*most, int(float64(v.w)*most), int(float64(v.h)*most)
	}
	got, err := r.pass(ctx, s, v, plain, block)
	if err != nil {
		return err
	}
	merge(t, got.lines)
	return nil
}

// extent is how high the characters are that were read surely, in the source's pixels, and the view around them with a
// margin, as other lines may stand beside.
func extent(first reading) (float64, view) {
	v := first.view
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, l := range first.lines {
		if worth(l) < 1.2 {
			continue
		}
		for _, w := range l.Words {
			x, y := v.forth(float64(w.Region.X)+float64(w.Region.W)/2, float64(w.Region.Y)+float64(w.Region.H)/2)
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
		}
	}
	h := height(first.lines, v.angle)
	if x1 <= x0 || h <= 0 {
		return 0, v
	}
	mx, my := (x1-x0)*0.12+6*h*v.scale, (y1-y0)*0.12+4*h*v.scale
	x0, y0, x1, y1 = x0-mx, y0-my, x1+mx, y1+my
	cx, cy := v.back((x0+x1)/2, (y0+y1)/2)
	return h, view{cx: cx, cy: cy, angle: v.angle, scale: v.scale, w: int(x1 - x0), h: int(y1 - y0)}
}

// slope is how much the lines that were read surely still fall to the right, in degrees: what looks like lines in the
// background misleads tilt, words don't. Lines are read well enough up to some degrees, digits alone are not.
func slope(r reading) float64 {
	var all []float64
	for _, l := range r.lines {
		if worth(l) < 1.5 {
			continue
		}
		var n, sx, sy, sxx, sxy float64
		for _, w := range l.Words {
			for _, c := range w.Chars {
				if c.Confidence < 0.8 || !telling(c.Text) {
					continue
				}
				x, y := r.view.forth(float64(c.Region.X)+float64(c.Region.W)/2, float64(c.Region.Y)+float64(c.Region.H)/2)
				n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
			}
		}
		if d := n*sxx - sx*sx; n >= 5 && d > 0 {
			all = append(all, math.Atan((n*sxy-sx*sy)/d)*180/math.Pi)
		}
	}
	if len(all) < 2 {
		return 0
	}
	slices.Sort(all)
	if m := all[len(all)/2]; math.Abs(m) > 0.6 && math.Abs(m) < 15 {
		return m
	}
	return 0
}

// height is the median height of what was read surely, in the source's pixels.
func height(lines []realname.Line, angle float64) float64 {
	var n []int
	_, tilt := split(angle)
	for _, l := range lines {
		for _, w := range l.Words {
			for _, c := range w.Chars {
				if c.Confidence > 0.9 && telling(c.Text) && math.Abs(tilt) < 15 {
					n = append(n, min(c.Region.H, c.Region.W*2))
				}
			}
		}
	}
	return median(n)
}

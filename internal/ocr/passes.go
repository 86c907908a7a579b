package ocr

import (
	"context"
	"math"
	"unicode"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// Figures of the passes.
const (
	longSide  = 2000 // of the view of a first pass, in pixels
	enlarged  = 2.5  // no picture is enlarged more: it gains nothing
	enough    = 10   // characters read surely, so that the picture is taken as standing right
	lineHigh  = 34   // pixels that a line of digits is brought to
	smallText = 22   // characters lower than this are read again enlarged, where the picture has the pixels
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
// then lines of numbers alone.
func (r *Reader) read(ctx context.Context, s *source) (*realname.Text, error) {
	first, err := r.stand(ctx, s)
	if err != nil {
		return nil, err
	}
	t := &realname.Text{Lines: first.lines}
	t.Orientation, t.Tilt = split(first.view.angle)
	if err := r.again(ctx, s, first, t); err != nil {
		return nil, err
	}
	if err := r.numbers(ctx, s, first.view.angle, t); err != nil {
		return nil, err
	}
	t.Codes = codes(ctx, s)
	return t, nil
}

// split parts an angle into quarter turns and the rest.
func split(angle float64) (int, float64) {
	q := math.Round(angle / 90)
	return (int(q)*90%360 + 360) % 360, angle - q*90
}

// stand finds how the picture stands and gives the pass that reads best.
func (r *Reader) stand(ctx context.Context, s *source) (reading, error) {
	angle, upright := s.tilt()
	if math.Abs(angle) < 1.5 {
		angle = 0
	}
	turns := []float64{angle, angle + 180, angle + 90, angle + 270}
	if upright {
		turns = []float64{angle + 90, angle + 270, angle, angle + 180}
	}
	if angle != 0 {
		turns = append(turns, 0)
	}
	var best reading
	for i, a := range turns {
		got, err := r.pass(ctx, s, s.whole(a, r.cfg.Pixels, longSide, enlarged), noRed, sparse)
		if err != nil {
			return best, err
		}
		if i == 0 || got.sure > best.sure {
			best = got
		}
		if best.sure >= enough && realname.Recognised(&realname.Text{Lines: best.lines}) || i == 1 && best.sure >= 6*enough {
			break
		}
	}
	return best, nil
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

// again reads a second time, otherwise: at the size that suits the print, with the other ink.
func (r *Reader) again(ctx context.Context, s *source, first reading, t *realname.Text) error {
	if realname.Complete(t) {
		return nil
	}
	scale := first.view.scale * 0.62
	if h := height(first.lines, first.view.angle) * first.view.scale; h > 0 && h < smallText && first.view.scale < 1 {
		scale = first.view.scale * min(1.8, 34/h)
	} else if h >= smallText && h < 36 {
		scale = first.view.scale * 1.35
	}
	v := s.whole(first.view.angle, r.cfg.Pixels, int(scale*float64(max(s.w, s.h))), enlarged)
	got, err := r.pass(ctx, s, v, plain, block)
	if err != nil {
		return err
	}
	merge(t, got.lines)
	return nil
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

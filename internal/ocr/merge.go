package ocr

import (
	"slices"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// merge adds the lines of another pass: where nothing was read before they are lines, where something was the surer
// reading is and the other is kept beside it.
func merge(t *realname.Text, more []realname.Line) {
	for _, l := range more {
		if len(l.Words) == 0 {
			continue
		}
		w, at := worth(l), around(l)
		var over []int
		had := 0.0
		for i, o := range t.Lines {
			if shared(at, around(o)) > 0.4 {
				over = append(over, i)
				had += worth(o)
			}
		}
		switch {
		case w <= 0: // noise
		case len(over) == 0:
			t.Lines = append(t.Lines, l)
		case w > had*1.05:
			for _, i := range slices.Backward(over) {
				t.Also = append(t.Also, t.Lines[i])
				t.Lines = slices.Delete(t.Lines, i, i+1)
			}
			t.Lines = append(t.Lines, l)
		default:
			t.Also = append(t.Also, l)
		}
	}
}

// worth is how much a line tells: a sure character counts, a doubtful one counts against it.
func worth(l realname.Line) float64 {
	sum := 0.0
	for _, w := range l.Words {
		for _, c := range w.Chars {
			if telling(c.Text) {
				sum += c.Confidence*min(1, w.Confidence+0.3) - 0.55
			}
		}
	}
	return sum
}

func around(l realname.Line) realname.Region {
	var r realname.Region
	for i, w := range l.Words {
		if i == 0 {
			r = w.Region
			continue
		}
		x, y := min(r.X, w.Region.X), min(r.Y, w.Region.Y)
		r = realname.Region{X: x, Y: y, W: max(r.X+r.W, w.Region.X+w.Region.W) - x, H: max(r.Y+r.H, w.Region.Y+w.Region.H) - y}
	}
	return r
}

// shared is the part of the smaller rectangle that lies in the other.
func shared(a, b realname.Region) float64 {
	w := min(a.X+a.W, b.X+b.W) - max(a.X, b.X)
	h := min(a.Y+a.H, b.Y+b.H) - max(a.Y, b.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return float64(w*h) / float64(max(1, min(a.W*a.H, b.W*b.H)))
}

func median(n []int) float64 {
	if len(n) == 0 {
		return 0
	}
	slices.Sort(n)
	return float64(n[len(n)/2])
}

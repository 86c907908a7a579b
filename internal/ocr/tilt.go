package ocr

import (
	"image"
	"math"
)

// tilt estimates the angle by which the source has to be turned clockwise so that its lines of print lie level, from
// -45 to 45 degrees, or stand upright (then upright is set). The rows of dark pixels are sharpest when the lines lie level.
func (s *source) tilt() (angle float64, upright bool) {
	v := s.whole(0, 400_000, 800, 1)
	p := s.render(v, noRed)
	flatten(p)
	pts := ink8(p)
	if len(pts) < 200 {
		return 0, false
	}
	best, at := 0.0, 0.0
	for a := -20.0; a <= 20; a++ {
		if r := rows(pts, a); r > best {
			best, at = r, a
		}
	}
	side, sideAt := 0.0, 0.0
	for a := 70.0; a <= 110; a++ {
		if r := rows(pts, a); r > side {
			side, sideAt = r, a
		}
	}
	if side > best*1.15 {
		return fine(pts, sideAt) - 90, true
	}
	return fine(pts, at), false
}

func fine(pts []image.Point, at float64) float64 {
	best, found := 0.0, at
	for a := at - 0.75; a <= at+0.75; a += 0.25 {
		if r := rows(pts, a); r > best {
			best, found = r, a
		}
	}
	return found
}

// ink8 lists the dark pixels that are print: a big dark area (a portrait, a table) has no edges inside and is left out.
func ink8(p *image.Gray) []image.Point {
	var out []image.Point
	w, h := p.Rect.Dx(), p.Rect.Dy()
	for y := 6; y < h-6; y++ {
		for x := 6; x < w-6; x++ {
			i := y*p.Stride + x
			if p.Pix[i] > 170 {
				continue
			}
			// print is thin: paper is near on two opposite sides
			if (p.Pix[i-6] > 190 && p.Pix[i+6] > 190) || (p.Pix[i-6*p.Stride] > 190 && p.Pix[i+6*p.Stride] > 190) {
				out = append(out, image.Pt(x, y))
			}
		}
	}
	return out
}

// rows measures how unevenly the points fall into rows when turned.
func rows(pts []image.Point, angle float64) float64 {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	const off = 1400
	var n [2 * off]int
	for _, p := range pts {
		n[int(float64(p.X)*sin+float64(p.Y)*cos)+off]++
	}
	sum := 0.0
	for i := 1; i < len(n); i++ {
		d := float64(n[i] - n[i-1])
		sum += d * d
	}
	return sum
}

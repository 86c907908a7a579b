package papers

import (
	"image"
	"math"
	"math/rand/v2"
)

// shot is one picture being taken.
type shot struct {
	rng    *rand.Rand
	scene  Scene
	faults map[Fault]bool
	turn   int  // quarters
	fine   bool // a page: its print is small
	w, h   int
	quad   [4][2]float64 // corners of the document in the picture: upper left, upper right, lower right, lower left
	curl   float64       // how far a sheet's middle bends up, of its height
	to     matrix        // from a pixel of the picture to the document's, 0…1
}

func (s *shot) between(a, b float64) float64 { return a + (b-a)*s.rng.Float64() }

// take pictures a flat document.
func (s *shot) take(c *canvas) *image.RGBA {
	s.fine = c.w > 150
	s.onPaper(c)
	s.place(c.w / c.h)
	if s.scene == Photo && c.w > 150 && s.rng.IntN(2) == 0 {
		s.curl = s.between(-0.012, 0.012)
	}
	img := s.table()
	s.lay(img, c)
	s.afterwards(img, c)
	return img
}

// place chooses the picture's size and where the document stands in it.
func (s *shot) place(aspect float64) {
	width := 1500 + s.rng.IntN(900)
	if s.faults[Small] {
		width = 360 + s.rng.IntN(90)
	}
	s.w = width
	low := 0.42
	if s.fine {
		low = 0.6 // what is printed small is taken from near
	}
	fill := s.between(low+0.15, 0.96)
	tilt := s.between(-6, 6) * math.Pi / 180
	switch s.rng.IntN(5) {
	case 0:
		tilt = s.between(-15, 15) * math.Pi / 180
	case 1: // from farther away; phones have the pixels
		fill = s.between(low, low+0.15)
		s.w = width * 8 / 5
		if s.faults[Small] {
			s.w = width
		}
	}
	width = s.w
	perspective := s.between(0, 0.05)
	upright := aspect
	if s.turn%2 == 1 {
		aspect = 1 / aspect
	}
	switch s.scene {
	case Scan:
		fill, tilt, perspective = s.between(0.7, 0.97), s.between(-1, 1)*math.Pi/180, 0
		s.h = int(float64(width) / aspect * s.between(1.0, 1.25))
	case Sheet:
		fill, tilt, perspective = s.between(0.4, 0.6), s.between(-2, 2)*math.Pi/180, 0
		if aspect < 1.5 {
			fill = s.between(0.8, 0.95)
		}
		s.h = int(float64(width) * math.Sqrt2)
	case Filled:
		fill, tilt, perspective = 1, 0, 0
		s.h = int(float64(width) / aspect)
	default:
		s.h = int(float64(width) * []float64{0.75, 0.75, 0.667, 0.8, 0.5625, 1.333}[s.rng.IntN(6)])
	}
	W, H := float64(s.w), float64(s.h)
	// As large as the fill says in the direction that is tighter once it is turned.
	sin, cos := math.Abs(math.Sin(tilt)), math.Cos(tilt)
	dw := fill * min(W/(cos+sin/aspect), H/(sin+cos/aspect))
	dh := dw / aspect
	if s.scene == Filled {
		dw, dh = W, H
	}
	slackX, slackY := (W-(dw*cos+dh*sin))/2, (H-(dw*sin+dh*cos))/2
	cx, cy := W/2+s.between(-0.6, 0.6)*slackX, H/2+s.between(-0.6, 0.6)*slackY
	if s.faults[Cut] {
		share := s.between(0.1, 0.22)
		switch s.rng.IntN(4) {
		case 0:
			cx = W - (dw*cos+dh*sin)/2 + share*dw
		case 1:
			cx = (dw*cos+dh*sin)/2 - share*dw
		case 2:
			cy = H - (dw*sin+dh*cos)/2 + share*dh
		default:
			cy = (dw*sin+dh*cos)/2 - share*dh
		}
	}
	if s.faults[CutCorner] {
		sx, sy := float64(1-2*s.rng.IntN(2)), float64(1-2*s.rng.IntN(2))
		cx = W/2 + sx*(slackX+s.between(0.06, 0.12)*dw)
		cy = H/2 + sy*(slackY+s.between(0.1, 0.16)*dh)
	}
	if s.turn%2 == 1 { // laid as if upright, then turned
		dw, dh = dh, dw
		aspect = upright
	}
	turned := tilt + float64(s.turn)*math.Pi/2
	st, ct := math.Sin(turned), math.Cos(turned)
	for i, p := range [4][2]float64{{-.5, -.5}, {.5, -.5}, {.5, .5}, {-.5, .5}} {
		x, y := p[0]*dw, p[1]*dh
		s.quad[i] = [2]float64{cx + x*ct - y*st, cy + x*st + y*ct}
		if perspective > 0 { // each corner is nearer or farther, inwards
			k := perspective * s.rng.Float64()
			s.quad[i][0] -= (s.quad[i][0] - cx) * k * 1.6
			s.quad[i][1] -= (s.quad[i][1] - cy) * k * 1.6
		}
	}
	s.to = squareTo(s.quad).inverse()
}

// lay puts the document onto the table, with a shadow under its edge.
func (s *shot) lay(img *image.RGBA, c *canvas) {
	if s.scene == Photo {
		s.shadow(img)
	}
	cw, ch := float64(c.img.Bounds().Dx()), float64(c.img.Bounds().Dy())
	round := 0.0
	if c.w < 100 {
		round = 3.2 / c.w * cw // a card's corners are round
	}
	minX, minY, maxX, maxY := s.bounds()
	for y := minY; y <= maxY; y++ {
		for x := minX; x <= maxX; x++ {
			u, v := s.to.apply(float64(x)+0.5, float64(y)+0.5)
			if s.curl != 0 { // paper is not flat
				v += s.curl * math.Sin(math.Pi*u)
			}
			px, py := u*cw, v*ch
			// Distance inside the edge, in the document's pixels.
			edge := min(px, cw-px, py, ch-py)
			if round > 0 {
				qx, qy := math.Max(round-min(px, cw-px), 0), math.Max(round-min(py, ch-py), 0)
				edge = min(edge, round-math.Hypot(qx, qy))
			}
			if edge <= 0 {
				continue
			}
			p := s.average(c.img, px, py, cw)
			a := min(1, edge/2)
			i := img.PixOffset(x, y)
			for k := range 3 {
				img.Pix[i+k] = uint8(p[k]*a + float64(img.Pix[i+k])*(1-a))
			}
		}
	}
}

// average reads the document's pixels that one of the picture's covers.
func (s *shot) average(img *image.RGBA, x, y, cw float64) [3]float64 {
	step := cw / math.Hypot(s.quad[1][0]-s.quad[0][0], s.quad[1][1]-s.quad[0][1])
	n := max(1, min(6, int(step+0.5)))
	var sum [3]float64
	for j := range n {
		for i := range n {
			p := edgeSample(img, x+(float64(i)+0.5)/float64(n)*step-step/2, y+(float64(j)+0.5)/float64(n)*step-step/2)
			for k := range 3 {
				sum[k] += p[k]
			}
		}
	}
	for k := range 3 {
		sum[k] /= float64(n * n)
	}
	return sum
}

// edgeSample is sample that repeats the border.
func edgeSample(img *image.RGBA, x, y float64) [4]float64 {
	b := img.Bounds()
	x = max(0, min(float64(b.Dx())-1.01, x-0.5))
	y = max(0, min(float64(b.Dy())-1.01, y-0.5))
	return sample(img, x, y)
}

func (s *shot) bounds() (x0, y0, x1, y1 int) {
	fx0, fy0, fx1, fy1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range s.quad {
		fx0, fx1 = min(fx0, p[0]), max(fx1, p[0])
		fy0, fy1 = min(fy0, p[1]), max(fy1, p[1])
	}
	return max(0, int(fx0)-1), max(0, int(fy0)-1), min(s.w-1, int(fx1)+1), min(s.h-1, int(fy1)+1)
}

// shadow darkens the table around the document.
func (s *shot) shadow(img *image.RGBA) {
	depth, reach := s.between(0.25, 0.6), s.between(8, 30)
	dx, dy := s.between(-0.4, 0.8)*reach, s.between(0, 0.9)*reach
	minX, minY, maxX, maxY := s.bounds()
	r := int(reach * 2)
	bw := math.Hypot(s.quad[1][0]-s.quad[0][0], s.quad[1][1]-s.quad[0][1])
	bh := math.Hypot(s.quad[3][0]-s.quad[0][0], s.quad[3][1]-s.quad[0][1])
	for y := max(0, minY-r); y <= min(s.h-1, maxY+r); y++ {
		for x := max(0, minX-r); x <= min(s.w-1, maxX+r); x++ {
			u, v := s.to.apply(float64(x)-dx, float64(y)-dy)
			out := math.Hypot(max(-u, u-1, 0)*bw, max(-v, v-1, 0)*bh)
			if out >= reach {
				continue
			}
			k := 1 - depth*(1-out/reach)*(1-out/reach)
			i := img.PixOffset(x, y)
			for c := range 3 {
				img.Pix[i+c] = uint8(float64(img.Pix[i+c]) * k)
			}
		}
	}
}

// matrix is a projective map of the plane.
type matrix [9]float64

func (m matrix) apply(x, y float64) (float64, float64) {
	w := m[6]*x + m[7]*y + m[8]
	return (m[0]*x + m[1]*y + m[2]) / w, (m[3]*x + m[4]*y + m[5]) / w
}

// squareTo maps the unit square onto four corners.
func squareTo(q [4][2]float64) matrix {
	x0, y0, x1, y1, x2, y2, x3, y3 := q[0][0], q[0][1], q[1][0], q[1][1], q[2][0], q[2][1], q[3][0], q[3][1]
	sx, sy := x0-x1+x2-x3, y0-y1+y2-y3
	dx1, dx2, dy1, dy2 := x1-x2, x3-x2, y1-y2, y3-y2
	det := dx1*dy2 - dx2*dy1
	g := (sx*dy2 - dx2*sy) / det
	h := (dx1*sy - sx*dy1) / det
	return matrix{x1 - x0 + g*x1, x3 - x0 + h*x3, x0, y1 - y0 + g*y1, y3 - y0 + h*y3, y0, g, h, 1}
}

func (m matrix) inverse() matrix {
	return matrix{
		m[4]*m[8] - m[5]*m[7], m[2]*m[7] - m[1]*m[8], m[1]*m[5] - m[2]*m[4],
		m[5]*m[6] - m[3]*m[8], m[0]*m[8] - m[2]*m[6], m[2]*m[3] - m[0]*m[5],
		m[3]*m[7] - m[4]*m[6], m[1]*m[6] - m[0]*m[7], m[0]*m[4] - m[1]*m[3],
	}
}

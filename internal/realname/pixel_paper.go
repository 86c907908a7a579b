package realname

import "math"

// paper is the ground of a document: a colour that changes slowly over the page (its print, and the light on it),
// fitted to what most of the page is. Distances from it tell print, pictures and whatever lies on the page.
type paper struct {
	r    *raster
	fit  [3][6]float64
	rest float64   // median distance of the ground itself from the fit
	off  []float32 // a pixel's distance from the fit: the largest of the three colours', smoothed
}

// basis are the terms of the fit at a place.
func basis(x, y float64) [6]float64 { return [6]float64{1, x, y, x * x, x * y, y * y} }

func newPaper(r *raster) *paper {
	p := &paper{r: r, off: make([]float32, r.w*r.h)}
	var at []int
	for y := 2; y < r.h; y += 5 {
		for x := 2; x < r.w; x += 5 {
			at = append(at, y*r.w+x)
		}
	}
	light := make([]float32, 0, len(at))
	for _, i := range at {
		light = append(light, r.luma[i])
	}
	// The lighter half to begin with, then whatever is near the fit.
	half := percentile(light, 0.45)
	use := make([]bool, len(at))
	for k, i := range at {
		use[k] = r.luma[i] >= half
	}
	for range 7 {
		for c := range 3 {
			p.fit[c] = p.solve(at, use, c)
		}
		var d []float32
		for k, i := range at {
			if use[k] {
				d = append(d, p.distance(i))
			}
		}
		p.rest = float64(percentile(d, 0.5))
		limit := float32(max(8, 3.5*p.rest))
		for k, i := range at {
			use[k] = p.distance(i) < limit
		}
	}
	raw := make([]float32, len(p.off))
	across := make([]float64, r.w)
	for x := range across {
		across[x] = float64(x)/float64(r.w) - 0.5
	}
	for y := range r.h {
		down := float64(y)/float64(r.h) - 0.5
		for x, u := range across {
			raw[y*r.w+x] = p.from(y*r.w+x, basis(u, down))
		}
	}
	p.off = box(raw, r.w, r.h, 1)
	return p
}

// ground is the fitted colour at a pixel.
func (p *paper) ground(i int) [3]float64 {
	return p.fitted(p.basis(i))
}

func (p *paper) basis(i int) [6]float64 {
	return basis(float64(i%p.r.w)/float64(p.r.w)-0.5, float64(i/p.r.w)/float64(p.r.h)-0.5)
}

func (p *paper) fitted(b [6]float64) (out [3]float64) {
	for c := range out {
		f := &p.fit[c]
		out[c] = f[0]*b[0] + f[1]*b[1] + f[2]*b[2] + f[3]*b[3] + f[4]*b[4] + f[5]*b[5]
	}
	return out
}

func (p *paper) distance(i int) float32 { return p.from(i, p.basis(i)) }

// from is how far a pixel's colour is from the ground's where the terms of the fit are these.
func (p *paper) from(i int, b [6]float64) float32 {
	var d float64
	rgb := p.r.rgb[3*i:][:3]
	for c, g := range p.fitted(b) {
		if off := math.Abs(float64(rgb[c]) - min(g, 255)); off > d {
			d = off
		}
	}
	return float32(d)
}

// solve fits one colour by least squares over the pixels in use.
func (p *paper) solve(at []int, use []bool, c int) (out [6]float64) {
	var m [6][7]float64
	for k, i := range at {
		if !use[k] {
			continue
		}
		b := p.basis(i)
		for y := range 6 {
			for x := range 6 {
				m[y][x] += b[y] * b[x]
			}
			m[y][6] += b[y] * float64(p.r.rgb[3*i+c])
		}
	}
	for y := range 6 {
		m[y][y] += 1e-3
	}
	for y := range 6 {
		top := y
		for z := y + 1; z < 6; z++ {
			if math.Abs(m[z][y]) > math.Abs(m[top][y]) {
				top = z
			}
		}
		m[y], m[top] = m[top], m[y]
		for z := range 6 {
			if z == y || m[y][y] == 0 {
				continue
			}
			f := m[z][y] / m[y][y]
			for x := y; x < 7; x++ {
				m[z][x] -= f * m[y][x]
			}
		}
	}
	for y := range 6 {
		if m[y][y] != 0 {
			out[y] = m[y][6] / m[y][y]
		}
	}
	return out
}

package realname

import (
	"image"
	"math"
	"sync"
)

// docSide is the longest side of the levelled copy of a document that is measured on: an identity card's characters are
// some 30 pixels high in it, a licence's some 18.
const docSide = 1200

// Rectify levels a document: its outline pulled out to a rectangle, as fine as the picture is. Where no outline was
// found with confidence the picture stays as it is.
func Rectify(p *Picture) image.Image {
	v := p.views()
	if v.outline.confidence < 0.6 {
		return p.Image
	}
	w, h := v.quad.size()
	return warp(p.Image, v.quad, int(math.Round(w)), int(math.Round(h)))
}

// warp draws what lies within the quad as a rectangle, after the perspective that its corners tell.
func warp(img image.Image, q Quad, w, h int) *image.RGBA {
	w, h = max(w, 1), max(h, 1)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	src, ok := img.(*image.RGBA)
	if !ok || src.Rect.Min != (image.Point{}) {
		src = opaque(img)
	}
	m := squareTo(q)
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	right, low := float64(sw-1), float64(sh-1)
	for y := range h {
		v := (float64(y) + 0.5) / float64(h)
		to := out.Pix[y*out.Stride:]
		for x := range w {
			u := (float64(x) + 0.5) / float64(w)
			d := m[6]*u + m[7]*v + 1
			sx := (m[0]*u+m[1]*v+m[2])/d - 0.5
			sy := (m[3]*u+m[4]*v+m[5])/d - 0.5
			sx, sy = min(max(sx, 0), right), min(max(sy, 0), low)
			x0, y0 := int(sx), int(sy)
			fx, fy := int((sx-float64(x0))*256), int((sy-float64(y0))*256)
			x1, y1 := min(x0+1, sw-1), min(y0+1, sh-1)
			a, b := src.Pix[y0*src.Stride+4*x0:][:3:3], src.Pix[y0*src.Stride+4*x1:][:3:3]
			c, e := src.Pix[y1*src.Stride+4*x0:][:3:3], src.Pix[y1*src.Stride+4*x1:][:3:3]
			p, gx, gy := to[4*x:4*x+4:4*x+4], 256-fx, 256-fy
			p[0] = uint8(((int(a[0])*gx+int(b[0])*fx)*gy + (int(c[0])*gx+int(e[0])*fx)*fy + 1<<15) >> 16)
			p[1] = uint8(((int(a[1])*gx+int(b[1])*fx)*gy + (int(c[1])*gx+int(e[1])*fx)*fy + 1<<15) >> 16)
			p[2] = uint8(((int(a[2])*gx+int(b[2])*fx)*gy + (int(c[2])*gx+int(e[2])*fx)*fy + 1<<15) >> 16)
			p[3] = 255
		}
	}
	return out
}

// squareTo is the projective map from the unit square to the quad (Heckbert 1989), row by row without its last 1.
func squareTo(q Quad) [8]float64 {
	dx1, dx2 := q[1].X-q[2].X, q[3].X-q[2].X
	dy1, dy2 := q[1].Y-q[2].Y, q[3].Y-q[2].Y
	sx, sy := q[0].X-q[1].X+q[2].X-q[3].X, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return [8]float64{
		q[1].X - q[0].X + g*q[1].X, q[3].X - q[0].X + h*q[3].X, q[0].X,
		q[1].Y - q[0].Y + g*q[1].Y, q[3].Y - q[0].Y + h*q[3].Y, q[0].Y, g, h,
	}
}

// views are the copies that the checks share, made once a picture.
type views struct {
	frame   *raster // the whole picture, longest side outlineSide
	outline outline // in it
	guessed bool    // no outline: the quad is where print is
	quad    Quad    // in the picture
	doc     *raster // the document, levelled, longest side docSide at most; never enlarged
	to      [8]float64
	edge    float64 // width of print's edges in doc, and how many there were
	edges   int

	// Measures of doc that several checks go by, taken once.
	chroma func() float64
	light  func() levels
	lamp   func() (share float64, where *Region)
}

// lazyViews are made when the first check needs them.
type lazyViews struct {
	once  sync.Once
	views *views
}

// midSide is the longest side of the copy that the others are taken from.
const midSide = 1600

func (p *Picture) views() *views {
	if p.seen == nil { // not opened by Open
		p.seen = &lazyViews{}
	}
	p.seen.once.Do(func() {
		mid := shrink(p.Image, midSide)
		v := &views{frame: newRaster(shrink(mid, outlineSide))}
		var points []Point
		v.outline, points = findOutline(v.frame)
		quad := v.outline.quad
		if v.outline.frame == [4]bool{true, true, true, true} {
			quad, v.guessed = content(v.frame, points)
		}
		v.quad = quad.scaled(float64(p.Width) / float64(v.frame.w))
		v.to = squareTo(v.quad)
		w, h := v.quad.size()
		k := min(1, docSide/max(w, h))
		// A document that is small in a fine picture is taken from the picture itself.
		source, q := mid, v.quad.scaled(float64(mid.Rect.Dx())/float64(p.Width))
		if mw, mh := q.size(); max(mw, mh) < 0.8*k*max(w, h) {
			source, q = p.cut(v.quad, k)
		}
		v.doc = newRaster(warp(source, q, int(w*k), int(h*k)))
		v.edge, v.edges = edgeWidth(v.doc)
		v.chroma = sync.OnceValue(func() float64 { return chroma(v.doc) })
		v.light = sync.OnceValue(func() levels { return newLevels(v.doc) })
		v.lamp = sync.OnceValues(v.glare)
		p.seen.views = v
	})
	return p.seen.views
}

// content is the part of a picture without an outline that has print on it: of a white page around a white document,
// the document; of a document that fills the picture, the picture. Points are where print is.
func content(r *raster, points []Point) (q Quad, found bool) {
	whole := Quad{{0, 0}, {float64(r.w), 0}, {float64(r.w), float64(r.h)}, {0, float64(r.h)}}
	if len(points) < 20 {
		return whole, false
	}
	x, y := make([]float32, len(points)), make([]float32, len(points))
	for i, p := range points {
		x[i], y[i] = float32(p.X), float32(p.Y)
	}
	span := func(v []float32, most float64) (lo, hi float64) {
		lo, hi = float64(percentile(v, 0.01)), float64(percentile(v, 0.99))
		margin := 0.08 * (hi - lo)
		return max(0, lo-margin), min(most, hi+margin)
	}
	x0, x1 := span(x, whole[2].X)
	y0, y1 := span(y, whole[2].Y)
	if x1-x0 > 0.8*whole[2].X && y1-y0 > 0.8*whole[2].Y || x1-x0 < 40 || y1-y0 < 40 {
		return whole, false
	}
	return Quad{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, true
}

// cut averages the part of the picture around a quad down by k, and says where the quad lies in it.
func (p *Picture) cut(q Quad, k float64) (*image.RGBA, Quad) {
	lo, hi := q[0], q[0]
	for _, c := range q {
		lo, hi = Point{min(lo.X, c.X), min(lo.Y, c.Y)}, Point{max(hi.X, c.X), max(hi.Y, c.Y)}
	}
	area := image.Rect(int(lo.X)-4, int(lo.Y)-4, int(hi.X)+5, int(hi.Y)+5).Intersect(image.Rect(0, 0, p.Width, p.Height))
	w, h := max(1, int(float64(area.Dx())*k)), max(1, int(float64(area.Dy())*k))
	for i := range q {
		q[i].X = (q[i].X - float64(area.Min.X)) * float64(w) / float64(area.Dx())
		q[i].Y = (q[i].Y - float64(area.Min.Y)) * float64(h) / float64(area.Dy())
	}
	return scale(p.Image, area, w, h), q
}

// region is the rectangle in the picture that holds a rectangle of the levelled document.
func (v *views) region(x, y, w, h int) *Region {
	lo, hi := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, c := range [4][2]int{{x, y}, {x + w, y}, {x, y + h}, {x + w, y + h}} {
		u, t := float64(c[0])/float64(v.doc.w), float64(c[1])/float64(v.doc.h)
		d := v.to[6]*u + v.to[7]*t + 1
		px, py := (v.to[0]*u+v.to[1]*t+v.to[2])/d, (v.to[3]*u+v.to[4]*t+v.to[5])/d
		lo, hi = Point{min(lo.X, px), min(lo.Y, py)}, Point{max(hi.X, px), max(hi.Y, py)}
	}
	x0, y0 := max(0, int(lo.X)), max(0, int(lo.Y))
	return &Region{x0, y0, int(hi.X) - x0, int(hi.Y) - y0}
}

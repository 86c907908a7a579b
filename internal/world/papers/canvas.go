package papers

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// canvas is a flat document in millimetres.
type canvas struct {
	img         *image.RGBA
	scale       float64 // pixels of a millimetre
	w, h        float64 // mm
	sans, serif *typeface
	fields      map[string]box // where the values stand
}

// box is a rectangle in millimetres.
type box struct{ x, y, w, h float64 }

func newCanvas(w, h, scale float64, paper color.Color, f Fonts) *canvas {
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, int(w*scale), int(h*scale))), scale: scale, w: w, h: h,
		sans: newTypeface(f.Sans), serif: newTypeface(f.Serif), fields: map[string]box{}}
	draw.Draw(c.img, c.img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return c
}

// err says which characters the fonts don't have.
func (c *canvas) err() error {
	absent := append(slices.Clone(c.sans.absent), c.serif.absent...)
	if len(absent) == 0 {
		return nil
	}
	return fmt.Errorf("papers: no glyph for %q", string(slices.Compact(absent)))
}

// ink is how a text is set.
type ink struct {
	size    float64 // mm of an em
	color   color.Color
	serif   bool
	bold    float64 // mm that strokes are widened by
	spacing float64 // mm between characters
}

func (c *canvas) face(k ink) *typeface {
	if k.serif {
		return c.serif
	}
	return c.sans
}

// text puts a line with its upper left corner at x, y and gives its width.
func (c *canvas) text(x, y float64, s string, k ink) float64 {
	t, src := c.face(k), image.NewUniform(k.color)
	px := k.size * c.scale
	base := (y + 0.86*k.size) * c.scale
	t.draw(c.img, src, x*c.scale, base, px, k.spacing*c.scale, s)
	if k.bold > 0 {
		b := k.bold * c.scale
		for _, d := range [][2]float64{{b, 0}, {b / 2, b / 2}, {b / 2, -b / 2}} {
			t.draw(c.img, src, x*c.scale+d[0], base+d[1], px, k.spacing*c.scale, s)
		}
	}
	return c.width(s, k)
}

func (c *canvas) width(s string, k ink) float64 {
	return c.face(k).width(s, k.size*c.scale, k.spacing*c.scale) / c.scale
}

// centred puts a line in the middle of the document.
func (c *canvas) centred(y float64, s string, k ink) { c.text((c.w-c.width(s, k))/2, y, s, k) }

// field puts a value and remembers where it stands.
func (c *canvas) field(name string, x, y float64, s string, k ink) {
	w := c.text(x, y, s, k)
	c.fields[name] = box{x, y, w, k.size * 1.1}
}

// lines breaks a value at a width and gives the y below it.
func (c *canvas) lines(name string, x, y, width, leading float64, s string, k ink) float64 {
	var line []rune
	top, widest := y, 0.0
	flush := func() {
		widest = max(widest, c.text(x, y, string(line), k))
		line, y = nil, y+leading
	}
	for _, r := range s {
		if len(line) > 0 && c.width(string(append(slices.Clone(line), r)), k) > width {
			flush()
		}
		line = append(line, r)
	}
	flush()
	c.fields[name] = box{x, top, widest, y - top}
	return y
}

func (c *canvas) rect(x, y, w, h float64, col color.Color) {
	r := image.Rect(int(x*c.scale), int(y*c.scale), int((x+w)*c.scale), int((y+h)*c.scale))
	draw.Draw(c.img, r, image.NewUniform(col), image.Point{}, draw.Over)
}

// frame draws a rectangle's outline.
func (c *canvas) frame(x, y, w, h, line float64, col color.Color) {
	c.rect(x, y, w, line, col)
	c.rect(x, y+h-line, w, line, col)
	c.rect(x, y, line, h, col)
	c.rect(x+w-line, y, line, h, col)
}

// ellipse gives the points of one; with a hole it is drawn as ring.
func ellipse(x, y, rx, ry float64) [][2]float64 {
	const n = 72
	out := make([][2]float64, n)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		out[i] = [2]float64{x + rx*cos, y + ry*sin}
	}
	return out
}

func (c *canvas) ring(x, y, r, line float64, col color.Color) {
	outer, inner := ellipse(x, y, r, r), ellipse(x, y, r-line, r-line)
	for i := range outer {
		j := (i + 1) % len(outer)
		c.patch(col, outer[i], outer[j], inner[j], inner[i])
	}
}

// patch is fill for small shapes: the rasteriser only sees their own rectangle.
func (c *canvas) patch(col color.Color, points ...[2]float64) {
	lo, hi := points[0], points[0]
	for _, p := range points {
		lo = [2]float64{min(lo[0], p[0]), min(lo[1], p[1])}
		hi = [2]float64{max(hi[0], p[0]), max(hi[1], p[1])}
	}
	x0, y0 := int(math.Floor(lo[0]*c.scale)), int(math.Floor(lo[1]*c.scale))
	x1, y1 := int(math.Ceil(hi[0]*c.scale))+1, int(math.Ceil(hi[1]*c.scale))+1
	r := vector.NewRasterizer(x1-x0, y1-y0)
	for i, p := range points {
		x, y := float32(p[0]*c.scale-float64(x0)), float32(p[1]*c.scale-float64(y0))
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	area := image.Rect(x0, y0, x1, y1)
	if area.In(c.img.Bounds()) {
		r.Draw(c.img, area, image.NewUniform(col), image.Point{})
		return
	}
	if !area.Overlaps(c.img.Bounds()) {
		return
	}
	mask := image.NewAlpha(image.Rect(0, 0, x1-x0, y1-y0)) // the rasteriser doesn't clip
	r.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	draw.DrawMask(c.img, area, image.NewUniform(col), image.Point{}, mask, image.Point{}, draw.Over)
}

// stroke is a thin line.
func (c *canvas) stroke(x0, y0, x1, y1, line float64, col color.Color) {
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	if l == 0 {
		return
	}
	nx, ny := -dy/l*line/2, dx/l*line/2
	c.patch(col, [2]float64{x0 + nx, y0 + ny}, [2]float64{x1 + nx, y1 + ny}, [2]float64{x1 - nx, y1 - ny}, [2]float64{x0 - nx, y0 - ny})
}

// waves prints the fine lines of security paper.
func (c *canvas) waves(step, height, length, line float64, col color.Color) {
	for y := -height; y < c.h+height; y += step {
		px, py := 0.0, y
		for x := 0.0; x <= c.w; x += length / 14 {
			ny := y + height*math.Sin(2*math.Pi*x/length+y*0.37)
			if x > 0 {
				c.stroke(px, py, x, ny, line, col)
			}
			px, py = x, ny
		}
	}
}

// star is a five-pointed one.
func (c *canvas) star(x, y, r, turn float64, col color.Color) {
	var p [][2]float64
	for i := range 10 {
		rr := r
		if i%2 == 1 {
			rr = r * 0.382
		}
		sin, cos := math.Sincos(turn - math.Pi/2 + float64(i)*math.Pi/5)
		p = append(p, [2]float64{x + rr*cos, y + rr*sin})
	}
	c.patch(col, p...)
}

// emblem is a round badge in the manner of the state's, which it isn't.
func (c *canvas) emblem(x, y, r float64, red, gold color.Color) {
	c.patch(gold, ellipse(x, y, r, r*1.04)...)
	c.patch(red, ellipse(x, y-0.04*r, r*0.82, r*0.84)...)
	c.star(x, y-0.42*r, 0.27*r, 0, gold)
	for i, a := range []float64{-0.52, -0.22, 0.22, 0.52} {
		c.star(x+0.95*r*math.Sin(a), y-0.05*r-0.22*r*math.Cos(a*2.2), 0.1*r, float64(i)*0.3, gold)
	}
	// A gate with its roof.
	c.patch(gold, [2]float64{x - .5*r, y + .2*r}, [2]float64{x, y + .05*r}, [2]float64{x + .5*r, y + .2*r}, [2]float64{x + .45*r, y + .27*r}, [2]float64{x - .45*r, y + .27*r})
	c.patch(gold, [2]float64{x - .55*r, y + .3*r}, [2]float64{x + .55*r, y + .3*r}, [2]float64{x + .55*r, y + .48*r}, [2]float64{x - .55*r, y + .48*r})
	c.patch(red, ellipse(x, y+.72*r, .22*r, .18*r)...)
	for i := range 13 { // ears of grain
		for _, side := range []float64{-1, 1} {
			a := 0.55 + float64(i)*0.17
			ex, ey := x+side*r*0.91*math.Sin(a+0.2), y+r*0.95*math.Cos(a+0.2)*-1*-1
			c.patch(red, ellipse(ex, ey, 0.035*r, 0.06*r)...)
		}
	}
}

// seal is a round stamp: a star, the office on the arc, a line below.
func (c *canvas) seal(x, y, r float64, office, below string, col color.Color) {
	c.ring(x, y, r, r*0.055, col)
	c.star(x, y-0.02*r, 0.3*r, 0, col)
	runes := []rune(office)
	size := min(0.3*r, 1.9*math.Pi*r*0.7*0.78/float64(len(runes)+1))
	span := math.Min(4.6, 0.38*float64(len(runes)))
	for i, ch := range runes {
		a := -span/2 + span*(float64(i)+0.5)/float64(len(runes))
		c.glyphTurned(x+0.74*r*math.Sin(a), y-0.74*r*math.Cos(a), a, string(ch), size, col)
	}
	if below != "" {
		k := ink{size: 0.2 * r, color: col}
		c.text(x-c.width(below, k)/2, y+0.48*r, below, k)
	}
}

// glyphTurned sets one character with its middle at x, y, turned by an angle.
func (c *canvas) glyphTurned(x, y, angle float64, s string, size float64, col color.Color) {
	c.serif.check(s)
	px := size * c.scale
	n := int(px*1.6) + 2
	tile := image.NewRGBA(image.Rect(0, 0, n, n))
	c.serif.draw(tile, image.NewUniform(col), (float64(n)-px)/2, float64(n)/2+px*0.38, px, 0, s)
	sin, cos := math.Sincos(angle)
	cx, cy := x*c.scale, y*c.scale
	for dy := -n / 2; dy <= n/2; dy++ {
		for dx := -n / 2; dx <= n/2; dx++ {
			fx, fy := float64(dx), float64(dy)
			sx, sy := fx*cos+fy*sin+float64(n)/2, -fx*sin+fy*cos+float64(n)/2
			if p := sample(tile, sx, sy); p[3] > 0 {
				over(c.img, int(cx)+dx, int(cy)+dy, p)
			}
		}
	}
}

// sample reads an image between its pixels.
func sample(img *image.RGBA, x, y float64) [4]float64 {
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	b := img.Bounds()
	if x0 < 0 || y0 < 0 || x0+1 >= b.Dx() || y0+1 >= b.Dy() {
		return [4]float64{}
	}
	fx, fy := x-float64(x0), y-float64(y0)
	i := img.PixOffset(x0, y0)
	p := img.Pix
	s := img.Stride
	var out [4]float64
	for k := range 4 {
		top := float64(p[i+k])*(1-fx) + float64(p[i+4+k])*fx
		bottom := float64(p[i+s+k])*(1-fx) + float64(p[i+s+4+k])*fx
		out[k] = top*(1-fy) + bottom*fy
	}
	return out
}

func over(img *image.RGBA, x, y int, p [4]float64) {
	if !(image.Point{X: x, Y: y}).In(img.Bounds()) {
		return
	}
	i := img.PixOffset(x, y)
	a := p[3] / 255
	for k := range 3 {
		img.Pix[i+k] = uint8(min(255, p[k]+float64(img.Pix[i+k])*(1-a)))
	}
}

package papers

import (
	"image"
	"image/color"
	"math"
)

// onPaper is what is wrong with the document itself before it is pictured.
func (s *shot) onPaper(c *canvas) {
	if !s.faults[Smeared] {
		return
	}
	b := c.fields["number"]
	if b.w == 0 {
		return
	}
	// A third of the number rubbed away, somewhere in its middle.
	from, share := s.between(0.2, 0.45), s.between(0.28, 0.4)
	x0, x1 := b.x+b.w*from, b.x+b.w*(from+share)
	area := image.Rect(int(x0*c.scale), int((b.y-0.1*b.h)*c.scale), int(x1*c.scale), int((b.y+1.1*b.h)*c.scale)).Intersect(c.img.Bounds())
	part := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	for y := range area.Dy() {
		copy(part.Pix[y*part.Stride:y*part.Stride+4*area.Dx()], c.img.Pix[c.img.PixOffset(area.Min.X, area.Min.Y+y):])
	}
	for range 3 {
		boxBlur(part, max(4, int(b.h*c.scale*0.4)), max(3, int(b.h*c.scale*0.3)))
	}
	for y := range area.Dy() {
		copy(c.img.Pix[c.img.PixOffset(area.Min.X, area.Min.Y+y):][:4*area.Dx()], part.Pix[y*part.Stride:])
	}
}

// at gives the picture's place of a place on the document (0…1).
func (s *shot) at(u, v float64) [2]float64 {
	x, y := squareTo(s.quad).apply(u, v)
	return [2]float64{x, y}
}

// paint fills a polygon of the picture.
func paint(img *image.RGBA, col color.Color, points ...[2]float64) {
	c := canvas{img: img, scale: 1}
	c.patch(col, points...)
}

// cover lays something over the document: a finger, a slip of paper, a pen, a coin.
func (s *shot) cover(img *image.RGBA, _ *canvas) {
	if !s.faults[Covered] {
		return
	}
	w := math.Hypot(s.quad[1][0]-s.quad[0][0], s.quad[1][1]-s.quad[0][1])
	u, v := s.between(0.25, 0.75), s.between(0.3, 0.75)
	switch s.rng.IntN(4) {
	case 0: // a finger from an edge
		tip := s.at(u, v)
		root := s.at(u+s.between(-0.1, 0.1), 1.5)
		half := w * s.between(0.055, 0.085)
		dx, dy := root[0]-tip[0], root[1]-tip[1]
		l := math.Hypot(dx, dy)
		nx, ny := -dy/l*half, dx/l*half
		for k, tone := range []uint32{0xb98666, 0xd3a182, 0xdcae90} {
			g := 1 - 0.16*float64(k)
			paint(img, rgb(tone), [2]float64{tip[0] + nx*g, tip[1] + ny*g}, [2]float64{root[0] + nx*g, root[1] + ny*g}, [2]float64{root[0] - nx*g, root[1] - ny*g}, [2]float64{tip[0] - nx*g, tip[1] - ny*g})
			paint(img, rgb(tone), ellipse(tip[0], tip[1], half*g, half*g*1.1)...)
		}
		paint(img, rgb(0xe9c9b8), ellipse(tip[0], tip[1]-half*0.1, half*0.55, half*0.6)...)
	case 1: // a slip of paper
		dw, dh := s.between(0.16, 0.3), s.between(0.2, 0.34)
		t := s.between(-0.05, 0.05)
		paint(img, tint(0x000000, 0.25), s.at(u-dw/2+.008, v-dh/2+t+.015), s.at(u+dw/2+.008, v-dh/2-t+.015), s.at(u+dw/2+.008, v+dh/2-t+.015), s.at(u-dw/2+.008, v+dh/2+t+.015))
		paint(img, rgb([]uint32{0xf7f3c4, 0xf4f4f1, 0xf9d3dc, 0xcfe6f5}[s.rng.IntN(4)]), s.at(u-dw/2, v-dh/2+t), s.at(u+dw/2, v-dh/2-t), s.at(u+dw/2, v+dh/2-t), s.at(u-dw/2, v+dh/2+t))
	case 2: // a pen across
		a, b := s.at(s.between(-0.1, 0.3), s.between(0.1, 0.9)), s.at(s.between(0.7, 1.1), s.between(0.1, 0.9))
		half := w * s.between(0.016, 0.024)
		dx, dy := b[0]-a[0], b[1]-a[1]
		l := math.Hypot(dx, dy)
		nx, ny := -dy/l*half, dx/l*half
		col := []uint32{0x1d2733, 0x20407e, 0x7a1f22}[s.rng.IntN(3)]
		paint(img, rgb(col), [2]float64{a[0] + nx, a[1] + ny}, [2]float64{b[0] + nx, b[1] + ny}, [2]float64{b[0] - nx, b[1] - ny}, [2]float64{a[0] - nx, a[1] - ny})
		paint(img, tint(0xffffff, 0.35), [2]float64{a[0] + nx*.4, a[1] + ny*.4}, [2]float64{b[0] + nx*.4, b[1] + ny*.4}, [2]float64{b[0] + nx*.1, b[1] + ny*.1}, [2]float64{a[0] + nx*.1, a[1] + ny*.1})
	default: // a coin or a cap
		p := s.at(u, v)
		r := w * s.between(0.07, 0.11)
		for k, tone := range []uint32{0x77777a, 0xa9a9ac, 0xbcbcbf} {
			paint(img, rgb(tone), ellipse(p[0], p[1], r*(1-0.12*float64(k)), r*(1-0.12*float64(k)))...)
		}
	}
}

// blot paints something over in the finished file, as owners do who want to hide a part.
func (s *shot) blot(img *image.RGBA, c *canvas) {
	if !s.faults[Blotted] {
		return
	}
	b := c.fields[[]string{"number", "address", "name"}[s.rng.IntN(3)]]
	if b.w == 0 {
		b = c.fields["number"]
	}
	u0, u1, v0, v1 := (b.x+b.w*s.between(0, 0.2))/c.w, (b.x+b.w*s.between(0.75, 1))/c.w, (b.y-0.15*b.h)/c.h, (b.y+1.15*b.h)/c.h
	corners := [][2]float64{s.at(u0, v0), s.at(u1, v0), s.at(u1, v1), s.at(u0, v1)}
	switch s.rng.IntN(3) {
	case 0:
		paint(img, rgb(0x000000), corners...)
	case 1:
		paint(img, rgb([]uint32{0xffffff, 0xd8262c, 0x2a62c9}[s.rng.IntN(3)]), corners...)
	default: // a mosaic
		mosaic(img, corners, max(8, int(math.Hypot(corners[3][0]-corners[0][0], corners[3][1]-corners[0][1])*0.34)))
	}
}

func mosaic(img *image.RGBA, corners [][2]float64, cell int) {
	x0, y0, x1, y1 := img.Bounds().Dx(), img.Bounds().Dy(), 0, 0
	for _, p := range corners {
		x0, x1, y0, y1 = min(x0, int(p[0])), max(x1, int(p[0])), min(y0, int(p[1])), max(y1, int(p[1]))
	}
	area := image.Rect(x0, y0, x1, y1).Intersect(img.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y += cell {
		for x := area.Min.X; x < area.Max.X; x += cell {
			r := image.Rect(x, y, x+cell, y+cell).Intersect(area)
			var sum [3]int
			for yy := r.Min.Y; yy < r.Max.Y; yy++ {
				for xx := r.Min.X; xx < r.Max.X; xx++ {
					i := img.PixOffset(xx, yy)
					for k := range 3 {
						sum[k] += int(img.Pix[i+k])
					}
				}
			}
			n := r.Dx() * r.Dy()
			for yy := r.Min.Y; yy < r.Max.Y; yy++ {
				for xx := r.Min.X; xx < r.Max.X; xx++ {
					i := img.PixOffset(xx, yy)
					for k := range 3 {
						img.Pix[i+k] = uint8(sum[k] / n)
					}
				}
			}
		}
	}
}

// glare is a lamp's reflection on the text.
func (s *shot) glare(img *image.RGBA, c *canvas) {
	b := c.fields["number"]
	p := s.at((b.x+b.w*s.between(0.3, 0.7))/c.w, (b.y+b.h*s.between(-1, 1))/c.h)
	w := math.Hypot(s.quad[1][0]-s.quad[0][0], s.quad[1][1]-s.quad[0][1])
	rx, ry := w*s.between(0.13, 0.2), w*s.between(0.09, 0.14)
	turn := s.between(-0.6, 0.6)
	sin, cos := math.Sincos(turn)
	for y := max(0, int(p[1]-2*rx)); y < min(s.h, int(p[1]+2*rx)); y++ {
		for x := max(0, int(p[0]-2*rx)); x < min(s.w, int(p[0]+2*rx)); x++ {
			dx, dy := float64(x)-p[0], float64(y)-p[1]
			d := math.Hypot((dx*cos+dy*sin)/rx, (-dx*sin+dy*cos)/ry)
			if d >= 1.6 {
				continue
			}
			k := 1.0
			if d > 0.8 {
				k = (1.6 - d) / 0.8
				k *= k
			}
			i := img.PixOffset(x, y)
			for ch := range 3 {
				img.Pix[i+ch] = clamp(float64(img.Pix[i+ch])*(1-k) + 262*k)
			}
		}
	}
}

// watermark writes words over the picture.
func (s *shot) watermark(img *image.RGBA, c *canvas) {
	words := []string{"仅供域名实名使用", "仅用于域名注册 再次复印无效", "仅供实名认证", "FOR VERIFICATION ONLY", "复印无效"}[s.rng.IntN(5)]
	col := color.NRGBA{R: 90, G: 90, B: 95, A: uint8(s.between(70, 150))}
	switch s.rng.IntN(3) {
	case 0:
		col.R, col.G, col.B = 210, 40, 40
	case 1:
		col.R, col.G, col.B = 250, 250, 250
		col.A = 170
	}
	size := float64(s.w) * s.between(0.03, 0.055)
	w := c.sans.width(words, size, 0)
	pad := int(size)
	tile := image.NewRGBA(image.Rect(0, 0, int(w)+pad, int(size*1.5)))
	c.sans.draw(tile, image.NewUniform(col), float64(pad)/2, size*1.1, size, 0, words)
	a := s.between(-0.6, -0.3)
	if s.rng.IntN(4) == 0 {
		a = s.between(0.2, 0.5)
	}
	sin, cos := math.Sincos(a)
	stepX, stepY := w+size*s.between(1, 3), size*s.between(3, 5)
	one := s.rng.IntN(4) == 0 // a single large line across
	if one {
		size = float64(s.w) * 0.8 / float64(len([]rune(words)))
		w = c.sans.width(words, size, 0)
		tile = image.NewRGBA(image.Rect(0, 0, int(w)+4, int(size*1.5)))
		c.sans.draw(tile, image.NewUniform(col), 2, size*1.1, size, 0, words)
	}
	th, tw := float64(tile.Bounds().Dy()), float64(tile.Bounds().Dx())
	for y := range s.h {
		for x := range s.w {
			dx, dy := float64(x)-float64(s.w)/2, float64(y)-float64(s.h)/2
			u, v := dx*cos+dy*sin, -dx*sin+dy*cos
			var tx, ty float64
			if one {
				tx, ty = u+tw/2, v+th/2
			} else {
				line := math.Floor(v / stepY)
				ty = v - line*stepY
				tx = math.Mod(u+line*stepX*0.37+stepX*50, stepX)
			}
			if tx >= 0 && ty >= 0 && tx < tw-1 && ty < th-1 {
				if p := sample(tile, tx, ty); p[3] > 0 {
					over(img, x, y, p)
				}
			}
		}
	}
}

package realname

import (
	"image"
	"image/draw"
)

// rows reads a picture row by row as red, green and blue on white, without a copy of the whole.
type rows struct {
	img    image.Image
	bounds image.Rectangle
	buf    []byte
	line   *image.RGBA
	lut    [][3]byte
}

func newRows(img image.Image) *rows {
	r := &rows{img: img, bounds: img.Bounds()}
	r.buf = make([]byte, 3*r.bounds.Dx())
	if p, ok := img.(*image.Paletted); ok {
		r.lut = make([][3]byte, 256)
		for i, c := range p.Palette {
			cr, cg, cb, a := c.RGBA()
			rest := 0xffff - a
			r.lut[i] = [3]byte{byte((cr + rest) >> 8), byte((cg + rest) >> 8), byte((cb + rest) >> 8)}
		}
	}
	return r
}

// row is the y-th from the top; it is good until the next call.
func (r *rows) row(y int) []byte {
	y += r.bounds.Min.Y
	x0, w, out := r.bounds.Min.X, r.bounds.Dx(), r.buf
	switch p := r.img.(type) {
	case *image.YCbCr:
		// The library's own way for whole rows is twice as fast as one pixel after another.
		if r.line == nil {
			r.line = image.NewRGBA(image.Rect(0, 0, w, 1))
		}
		draw.Draw(r.line, r.line.Rect, p, image.Pt(x0, y), draw.Src)
		for x := range w {
			from, to := r.line.Pix[4*x:4*x+3:4*x+3], out[3*x:3*x+3:3*x+3]
			to[0], to[1], to[2] = from[0], from[1], from[2]
		}
	case *image.Gray:
		from := p.Pix[p.PixOffset(x0, y):]
		for x := range w {
			out[3*x], out[3*x+1], out[3*x+2] = from[x], from[x], from[x]
		}
	case *image.Paletted:
		from := p.Pix[p.PixOffset(x0, y):]
		for x := range w {
			copy(out[3*x:3*x+3], r.lut[from[x]][:])
		}
	case *image.RGBA:
		from := p.Pix[p.PixOffset(x0, y):]
		for x := range w {
			rest := 255 - from[4*x+3]
			out[3*x], out[3*x+1], out[3*x+2] = from[4*x]+rest, from[4*x+1]+rest, from[4*x+2]+rest
		}
	case *image.NRGBA:
		from := p.Pix[p.PixOffset(x0, y):]
		for x := range w {
			a := uint32(from[4*x+3])
			for c := range 3 {
				out[3*x+c] = byte((uint32(from[4*x+c])*a + 255*(255-a)) / 255)
			}
		}
	default:
		if r.line == nil {
			r.line = image.NewRGBA(image.Rect(0, 0, w, 1))
		}
		draw.Draw(r.line, r.line.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(r.line, r.line.Rect, r.img, image.Pt(x0, y), draw.Over)
		for x := range w {
			copy(out[3*x:3*x+3], r.line.Pix[4*x:4*x+3])
		}
	}
	return out
}

// scale averages the part of the picture within area (from its upper left corner on) down to w times h; neither may be
// larger than the area's.
func scale(img image.Image, area image.Rectangle, w, h int) *image.RGBA {
	return average(newRows(img).row, area, w, h)
}

// average is scale for rows of red, green and blue from anywhere.
func average(row func(y int) []byte, area image.Rectangle, w, h int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	aw, ah := area.Dx(), area.Dy()
	sums := make([]uint32, 3*aw)
	column := make([]int, w+1)
	for x := range column {
		column[x] = x * aw / w
	}
	for y := range h {
		clear(sums)
		y0, y1 := area.Min.Y+y*ah/h, area.Min.Y+(y+1)*ah/h
		for sy := y0; sy < y1; sy++ {
			for i, v := range row(sy)[3*area.Min.X:][:len(sums)] {
				sums[i] += uint32(v)
			}
		}
		to := out.Pix[y*out.Stride:]
		for x := range w {
			var r, g, b uint32
			for px := sums[3*column[x] : 3*column[x+1]]; len(px) >= 3; px = px[3:] {
				r, g, b = r+px[0], g+px[1], b+px[2]
			}
			n := uint32((y1 - y0) * (column[x+1] - column[x]))
			p := to[4*x : 4*x+4 : 4*x+4]
			p[0], p[1], p[2], p[3] = byte((r+n/2)/n), byte((g+n/2)/n), byte((b+n/2)/n), 255
		}
	}
	return out
}

// shrink makes the longest side at most side.
func shrink(img image.Image, side int) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	longest := max(w, h, side)
	return scale(img, image.Rect(0, 0, w, h), max(1, w*side/longest), max(1, h*side/longest))
}

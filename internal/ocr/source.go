package ocr

import (
	"image"
	"image/color"
	"math"
)

// source is a picture with quick access to its colours.
type source struct {
	w, h int
	img  image.Image
	at   func(x, y int) (r, g, b uint8) // from 0, 0
}

func newSource(img image.Image) *source {
	b := img.Bounds()
	s := &source{w: b.Dx(), h: b.Dy(), img: img}
	x0, y0 := b.Min.X, b.Min.Y
	switch p := img.(type) {
	case *image.YCbCr:
		s.at = func(x, y int) (uint8, uint8, uint8) {
			yi, ci := p.YOffset(x+x0, y+y0), p.COffset(x+x0, y+y0)
			return color.YCbCrToRGB(p.Y[yi], p.Cb[ci], p.Cr[ci])
		}
	case *image.RGBA:
		s.at = func(x, y int) (uint8, uint8, uint8) {
			i := p.PixOffset(x+x0, y+y0)
			return p.Pix[i], p.Pix[i+1], p.Pix[i+2]
		}
	case *image.NRGBA:
		s.at = func(x, y int) (uint8, uint8, uint8) {
			i := p.PixOffset(x+x0, y+y0)
			if p.Pix[i+3] < 128 { // nothing there is paper
				return 255, 255, 255
			}
			return p.Pix[i], p.Pix[i+1], p.Pix[i+2]
		}
	case *image.Gray:
		s.at = func(x, y int) (uint8, uint8, uint8) {
			v := p.GrayAt(x+x0, y+y0).Y
			return v, v, v
		}
	default:
		s.at = func(x, y int) (uint8, uint8, uint8) {
			r, g, b, _ := img.At(x+x0, y+y0).RGBA()
			return uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)
		}
	}
	return s
}

// ink is the colour that is made light, so that what is printed in it does not disturb.
type ink int

const (
	noRed ink = iota // seals vanish; black and blue print stays
	plain
)

func (k ink) grey(r, g, b uint8) uint8 {
	if k == noRed {
		return uint8((int(r)*12 + int(g)*3 + int(b)) / 16)
	}
	return uint8((int(r)*5 + int(g)*9 + int(b)*2) / 16)
}

// view is how a pass looks at the source: about a centre, turned clockwise by an angle, at a scale.
type view struct {
	cx, cy float64 // of the view, in the source
	angle  float64 // degrees, clockwise, that the source is turned by
	scale  float64 // view pixels to one source pixel
	w, h   int     // of the view
}

// whole is the view of the whole source at an angle, with at most so many pixels and no more than most times enlarged.
func (s *source) whole(angle float64, pixels int, long int, most float64) view {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	w, h := float64(s.w), float64(s.h)
	vw, vh := math.Abs(w*cos)+math.Abs(h*sin), math.Abs(w*sin)+math.Abs(h*cos)
	k := min(float64(long)/max(w, h), most, math.Sqrt(float64(pixels)/(vw*vh)))
	return view{cx: w / 2, cy: h / 2, angle: angle, scale: k, w: max(1, int(vw*k)), h: max(1, int(vh*k))}
}

// back maps a point of the view to the source.
func (v view) back(x, y float64) (float64, float64) {
	sin, cos := math.Sincos(v.angle * math.Pi / 180)
	dx, dy := (x-float64(v.w)/2)/v.scale, (y-float64(v.h)/2)/v.scale
	return v.cx + dx*cos + dy*sin, v.cy - dx*sin + dy*cos
}

// forth maps a point of the source to the view.
func (v view) forth(x, y float64) (float64, float64) {
	sin, cos := math.Sincos(v.angle * math.Pi / 180)
	dx, dy := (x-v.cx)*v.scale, (y-v.cy)*v.scale
	return dx*cos - dy*sin + float64(v.w)/2, dx*sin + dy*cos + float64(v.h)/2
}

// render makes the view's grey picture. Where the source is finer than the view its pixels are averaged, elsewhere
// they are interpolated; outside of the source is the colour of paper.
func (s *source) render(v view, k ink) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, v.w, v.h))
	from, x0, y0, n := s.averaged(v, k)
	fw, fh := from.Rect.Dx(), from.Rect.Dy()
	sin, cos := math.Sincos(v.angle * math.Pi / 180)
	step := 1 / (n * v.scale) // of the averaged source, for one pixel of the view
	for y := range v.h {
		sx, sy := v.back(0.5, float64(y)+0.5)
		fx, fy := (sx-x0)/n-0.5, (sy-y0)/n-0.5
		row := out.Pix[y*out.Stride:]
		for x := range v.w {
			row[x] = sample(from, fw, fh, fx, fy)
			fx += cos * step
			fy -= sin * step
		}
	}
	return out
}

func sample(p *image.Gray, w, h int, fx, fy float64) uint8 {
	if fx < -1 || fy < -1 || fx > float64(w) || fy > float64(h) {
		return 255
	}
	x0, y0 := int(math.Floor(fx)), int(math.Floor(fy))
	ax, ay := int((fx-float64(x0))*256), int((fy-float64(y0))*256)
	x1, y1 := min(max(x0+1, 0), w-1), min(max(y0+1, 0), h-1)
	x0, y0 = min(max(x0, 0), w-1), min(max(y0, 0), h-1)
	a, b := int(p.Pix[y0*p.Stride+x0]), int(p.Pix[y0*p.Stride+x1])
	c, d := int(p.Pix[y1*p.Stride+x0]), int(p.Pix[y1*p.Stride+x1])
	top, low := a*(256-ax)+b*ax, c*(256-ax)+d*ax
	return uint8((top*(256-ay) + low*ay) >> 16)
}

// bounds is the part of the source that the view shows.
func (s *source) bounds(v view) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range [4][2]int{{0, 0}, {v.w, 0}, {0, v.h}, {v.w, v.h}} {
		x, y := v.back(float64(c[0]), float64(c[1]))
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	return image.Rect(int(x0)-2, int(y0)-2, int(x1)+3, int(y1)+3).Intersect(image.Rect(0, 0, s.w, s.h))
}

// averaged is what the view shows of the source, in grey, shrunk by averaging n by n pixels where the source is finer;
// x0 and y0 are its corner in the source.
func (s *source) averaged(v view, k ink) (out *image.Gray, x0, y0, side float64) {
	n := 1
	if v.scale < 1 {
		n = max(1, int(math.Round(1/v.scale)))
	}
	b := s.bounds(v)
	w, h := max(1, b.Dx()/n), max(1, b.Dy()/n)
	out = image.NewGray(image.Rect(0, 0, w, h))
	sums := make([]int, w)
	for y := range h {
		clear(sums)
		for sy := b.Min.Y + y*n; sy < min(b.Min.Y+y*n+n, s.h); sy++ {
			sx := b.Min.X
			for x := range w {
				for range n {
					if sx < s.w {
						sums[x] += int(k.grey(s.at(sx, sy)))
					}
					sx++
				}
			}
		}
		for x := range w {
			out.Pix[y*out.Stride+x] = uint8(min(255, sums[x]/(n*n)))
		}
	}
	return out, float64(b.Min.X), float64(b.Min.Y), float64(n)
}

// flatten evens the light: each pixel is taken relative to the brightest around it, so that a shadow or a gradient is
// paper too and print stays dark.
func flatten(p *image.Gray) {
	const cell = 24
	w, h := p.Rect.Dx(), p.Rect.Dy()
	gw, gh := (w+cell-1)/cell, (h+cell-1)/cell
	light := make([]int, gw*gh)
	for gy := range gh {
		for gx := range gw {
			var hist [256]int
			n := 0
			for y := gy * cell; y < min(h, (gy+1)*cell); y++ {
				for x := gx * cell; x < min(w, (gx+1)*cell); x++ {
					hist[p.Pix[y*p.Stride+x]]++
					n++
				}
			}
			for v, left := 255, n/10; v >= 0; v-- { // the brightest tenth
				if left -= hist[v]; left < 0 {
					light[gy*gw+gx] = v
					break
				}
			}
		}
	}
	wide := make([]int, gw*gh) // the brightest of the neighbours, so that wide strokes don't count as paper
	for gy := range gh {
		for gx := range gw {
			m := 0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					if y, x := gy+dy, gx+dx; y >= 0 && y < gh && x >= 0 && x < gw {
						m = max(m, light[y*gw+x])
					}
				}
			}
			wide[gy*gw+gx] = max(m, 50)
		}
	}
	for y := range h {
		fy := (float64(y)+0.5)/cell - 0.5
		y0 := min(max(int(math.Floor(fy)), 0), gh-1)
		y1, ay := min(y0+1, gh-1), min(max(fy-float64(y0), 0), 1)
		for x := range w {
			fx := (float64(x)+0.5)/cell - 0.5
			x0 := min(max(int(math.Floor(fx)), 0), gw-1)
			x1, ax := min(x0+1, gw-1), min(max(fx-float64(x0), 0), 1)
			top := float64(wide[y0*gw+x0])*(1-ax) + float64(wide[y0*gw+x1])*ax
			low := float64(wide[y1*gw+x0])*(1-ax) + float64(wide[y1*gw+x1])*ax
			i := y*p.Stride + x
			p.Pix[i] = uint8(min(255, float64(p.Pix[i])*245/(top*(1-ay)+low*ay)))
		}
	}
}

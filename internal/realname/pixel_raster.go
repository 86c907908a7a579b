package realname

import (
	"image"
	"math"
	"slices"
)

// raster is a small copy to measure on: red, green and blue a pixel, and its lightness (Rec. 601 luma, 0 to 255).
type raster struct {
	w, h int
	rgb  []uint8
	luma []float32
}

func newRaster(img *image.RGBA) *raster {
	r := &raster{w: img.Rect.Dx(), h: img.Rect.Dy()}
	r.rgb, r.luma = make([]uint8, 3*r.w*r.h), make([]float32, r.w*r.h)
	for y := range r.h {
		row := img.Pix[y*img.Stride:]
		for x := range r.w {
			i := y*r.w + x
			r.rgb[3*i], r.rgb[3*i+1], r.rgb[3*i+2] = row[4*x], row[4*x+1], row[4*x+2]
			r.luma[i] = lumaOf(row[4*x], row[4*x+1], row[4*x+2])
		}
	}
	return r
}

func lumaOf(r, g, b uint8) float32 { return 0.299*float32(r) + 0.587*float32(g) + 0.114*float32(b) }

// smaller halves (or thirds …) a raster so that its longest side is at most side.
func (r *raster) smaller(side int) *raster {
	longest := max(r.w, r.h)
	if longest <= side {
		return r
	}
	img := image.NewRGBA(image.Rect(0, 0, r.w, r.h))
	for i := range r.w * r.h {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = r.rgb[3*i], r.rgb[3*i+1], r.rgb[3*i+2], 255
	}
	return newRaster(shrink(img, side))
}

// box averages a plane over (2n+1) squared pixels, at the edges over what there is of them.
func box(from []float32, w, h, n int) []float32 {
	out, line := make([]float32, len(from)), make([]float32, len(from))
	for y := range h {
		row, to := from[y*w:(y+1)*w], line[y*w:(y+1)*w]
		var sum float32
		for x := range min(n, w) {
			sum += row[x]
		}
		for x := range w {
			if x+n < w {
				sum += row[x+n]
			}
			if x-n-1 >= 0 {
				sum -= row[x-n-1]
			}
			to[x] = sum / float32(min(x+n, w-1)-max(x-n, 0)+1)
		}
	}
	sums := make([]float32, w)
	for y := range min(n, h) {
		for x := range w {
			sums[x] += line[y*w+x]
		}
	}
	for y := range h {
		for x := range w {
			if y+n < h {
				sums[x] += line[(y+n)*w+x]
			}
			if y-n-1 >= 0 {
				sums[x] -= line[(y-n-1)*w+x]
			}
			out[y*w+x] = sums[x] / float32(min(y+n, h-1)-max(y-n, 0)+1)
		}
	}
	return out
}

// extreme is the largest (or, with low, smallest) value within n pixels, by rows and then columns.
func extreme(from []float32, w, h, n int, low bool) []float32 {
	pick := func(a, b float32) float32 { return max(a, b) }
	if low {
		pick = func(a, b float32) float32 { return min(a, b) }
	}
	pass := func(from []float32, outer, inner, so, si int) []float32 {
		out := make([]float32, len(from))
		// Van Herk: running extremes of blocks forward and backward.
		k := 2*n + 1
		fwd, bwd := make([]float32, inner), make([]float32, inner)
		for o := range outer {
			for i := range inner {
				v := from[o*so+i*si]
				if i%k != 0 {
					v = pick(v, fwd[i-1])
				}
				fwd[i] = v
			}
			for i := inner - 1; i >= 0; i-- {
				v := from[o*so+i*si]
				if i%k != k-1 && i != inner-1 {
					v = pick(v, bwd[i+1])
				}
				bwd[i] = v
			}
			for i := range inner {
				out[o*so+i*si] = pick(bwd[max(i-n, 0)], fwd[min(i+n, inner-1)])
			}
		}
		return out
	}
	return pass(pass(from, h, w, w, 1), w, h, 1, w)
}

// percentile is the value below which a share of the values lies; the values are sorted in place.
func percentile(values []float32, share float64) float32 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(share*float64(len(values))))]
}

func hypot(a, b float32) float32 { return float32(math.Hypot(float64(a), float64(b))) }

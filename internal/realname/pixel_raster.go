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
		row, rgb := img.Pix[y*img.Stride:], r.rgb[3*y*r.w:]
		luma := r.luma[y*r.w:][:r.w]
		for x := range luma {
			from, to := row[4*x:4*x+3:4*x+3], rgb[3*x:3*x+3:3*x+3]
			to[0], to[1], to[2] = from[0], from[1], from[2]
			luma[x] = lumaOf(from[0], from[1], from[2])
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
	row := func(y int) []byte { return r.rgb[3*y*r.w : 3*(y+1)*r.w] }
	return newRaster(average(row, image.Rect(0, 0, r.w, r.h), max(1, r.w*side/longest), max(1, r.h*side/longest)))
}

// box averages a plane over (2n+1) squared pixels, at the edges over what there is of them.
func box(from []float32, w, h, n int) []float32 {
	out, line := make([]float32, len(from)), make([]float32, len(from))
	whole := float32(2*n + 1)
	for y := range h {
		row, to := from[y*w:(y+1)*w], line[y*w:(y+1)*w]
		var sum float32
		for x := range min(n, w) {
			sum += row[x]
		}
		x := 0
		nearEdge := func(end int) {
			for ; x < end; x++ {
				if x+n < w {
					sum += row[x+n]
				}
				if x-n-1 >= 0 {
					sum -= row[x-n-1]
				}
				to[x] = sum / float32(min(x+n, w-1)-max(x-n, 0)+1)
			}
		}
		nearEdge(min(n+1, w))
		for ; x < w-n; x++ {
			sum += row[x+n]
			sum -= row[x-n-1]
			to[x] = sum / whole
		}
		nearEdge(w)
	}
	sums := make([]float32, w)
	for y := range min(n, h) {
		for x := range w {
			sums[x] += line[y*w+x]
		}
	}
	for y := range h {
		if y+n < h {
			for x, v := range line[(y+n)*w:][:len(sums)] {
				sums[x] += v
			}
		}
		if y-n-1 >= 0 {
			for x, v := range line[(y-n-1)*w:][:len(sums)] {
				sums[x] -= v
			}
		}
		rows, to := float32(min(y+n, h-1)-max(y-n, 0)+1), out[y*w:][:len(sums)]
		for x, v := range sums {
			to[x] = v / rows
		}
	}
	return out
}

// percentile is the value below which a share of the values lies; their order changes.
func percentile(values []float32, share float64) float32 {
	if len(values) == 0 {
		return 0
	}
	return pick(values, min(len(values)-1, int(share*float64(len(values)))))
}

// pick is the value that would stand at k if the values were sorted (Hoare's selection). Whoever draws a picture
// doesn't choose how long that takes: after as many rounds as chance would never need, the rest is sorted.
func pick(values []float32, k int) float32 {
	for round := 0; len(values) > 24 && round < 64; round++ {
		n := len(values)
		a, b, c := values[n/4], values[n/2], values[n-n/4-1]
		middle := max(min(a, b), min(max(a, b), c))
		i, j := 0, n-1
		for i <= j {
			for values[i] < middle {
				i++
			}
			for values[j] > middle {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			values = values[:j+1]
		case k >= i:
			values, k = values[i:], k-i
		default:
			return middle
		}
	}
	slices.Sort(values)
	return values[k]
}

func hypot(a, b float32) float32 {
	return float32(math.Sqrt(float64(a)*float64(a) + float64(b)*float64(b)))
}

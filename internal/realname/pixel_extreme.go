package realname

import "math"

// highest is the largest value within n pixels across and down; near an edge, where there is less, within a few more.
func highest(from []float32, w, h, n int) []float32 {
	return extreme(from, w, h, n, func(a, b []int32) {
		for i, v := range b[:len(a)] {
			a[i] = max(a[i], v)
		}
	})
}

// lowest is the smallest value within n pixels, as highest.
func lowest(from []float32, w, h, n int) []float32 {
	return extreme(from, w, h, n, func(a, b []int32) {
		for i, v := range b[:len(a)] {
			a[i] = min(a[i], v)
		}
	})
}

// stripe is how many columns are worked on at once: what is read of them stays near the processor.
const stripe = 128

// extreme joins each value with those after it, across and then down, in steps that double what it stands for until it
// is 2n+1; join joins b into a. Whole numbers of the same order are compared, which is quicker.
func extreme(from []float32, w, h, n int, join func(a, b []int32)) []float32 {
	plane := make([]int32, len(from))
	for i, v := range from {
		plane[i] = ordered(int32(math.Float32bits(v)))
	}
	k := 2*n + 1
	for y := range h {
		row := plane[y*w : (y+1)*w]
		for have, d := 1, 0; have < k; have += d {
			if d = min(have, k-have); d < w {
				join(row[:w-d], row[d:])
			}
		}
		first, latest := row[0], begin(w, w, n)
		last := row[latest]
		copy(row[min(n, w):min(latest+n+1, w)], row)
		for x := range row[:min(n, w)] {
			row[x] = first
		}
		for x := latest + n + 1; x < w; x++ {
			row[x] = last
		}
	}
	for x := 0; x < w; x += stripe {
		part := min(stripe, w-x)
		row := func(y int) []int32 { return plane[y*w+x:][:part] }
		for have, d := 1, 0; have < k; have += d {
			d = min(have, k-have)
			for y := range h - d {
				join(row(y), row(y+d))
			}
		}
		for y := h - 1; y >= 0; y-- {
			copy(row(y), row(begin(y, h, n)))
		}
	}
	out := make([]float32, len(plane))
	for i, v := range plane {
		out[i] = math.Float32frombits(uint32(ordered(v)))
	}
	return out
}

// begin is where the 2n+1 values around a place of a line begin; near the line's ends, the first or last such run that
// begins a whole number of runs from its beginning.
func begin(at, length, n int) int { return min(max(at-n, 0), (length-1)/(2*n+1)*(2*n+1)) }

// ordered turns a number's bits (IEEE 754) into a whole number that compares as it does, and back.
func ordered(bits int32) int32 { return bits ^ bits>>31&math.MaxInt32 }

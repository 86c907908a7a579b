package realname

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The extremes are those of the window around each pixel, whatever the plane's size and the window's; near an edge at
// least of what the window holds.
func TestExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret
	for _, c := range []struct{ w, h, n int }{{1, 1, 1}, {3, 2, 4}, {40, 7, 3}, {131, 150, 7}, {300, 20, 1}, {17, 17, 8}} {
		plane := make([]float32, c.w*c.h)
		for i := range plane {
			plane[i] = rng.Float32()*200 - 50
		}
		high, low := highest(plane, c.w, c.h, c.n), lowest(plane, c.w, c.h, c.n)
		for y := range c.h {
			for x := range c.w {
				most, least := float32(math.Inf(-1)), float32(math.Inf(1))
				for v := max(y-c.n, 0); v <= min(y+c.n, c.h-1); v++ {
					for u := max(x-c.n, 0); u <= min(x+c.n, c.w-1); u++ {
						most, least = max(most, plane[v*c.w+u]), min(least, plane[v*c.w+u])
					}
				}
				i := y*c.w + x
				inside := x >= c.n && y >= c.n && x < c.w-c.n && y < c.h-c.n
				if inside && (high[i] != most || low[i] != least) || high[i] < most || low[i] > least {
					t.Fatalf("%v at %d,%d: %v to %v, want %v to %v", c, x, y, low[i], high[i], least, most)
				}
			}
		}
	}
}

// A picked value is the one that sorting would put there, of whatever order the values come in.
func TestPick(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // no secret
	for name, at := range map[string]func(i, n int) float32{
		"random": func(int, int) float32 { return rng.Float32() },
		"few":    func(int, int) float32 { return float32(rng.IntN(3)) },
		"one":    func(int, int) float32 { return 7 },
		"rising": func(i, _ int) float32 { return float32(i) },
		"organ":  func(i, n int) float32 { return float32(min(i, n-i)) },
		"saw":    func(i, _ int) float32 { return float32(i % 11) },
	} {
		for _, n := range []int{1, 2, 24, 25, 26, 1000, 4099} {
			values := make([]float32, n)
			for i := range values {
				values[i] = at(i, n)
			}
			sorted := slices.Sorted(slices.Values(values))
			for _, k := range []int{0, n / 250, n / 3, n / 2, n * 19 / 20, n - 1} {
				if got := pick(values, k); got != sorted[k] {
					t.Fatalf("%s of %d: %v at %d, want %v", name, n, got, k, sorted[k])
				}
			}
		}
	}
}

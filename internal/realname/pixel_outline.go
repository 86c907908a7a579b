package realname

import (
	"image"
	"math"
	"slices"
)

// Point is a place in the upright picture, in pixels from its upper left corner.
type Point struct{ X, Y float64 }

// Quad is a document's outline: its corners clockwise from the upper left one, as they lie in the picture. Corners may
// lie outside of the frame, where the document does.
type Quad [4]Point

// Sides of a quad and of the frame.
const (
	sideTop = iota
	sideRight
	sideBottom
	sideLeft
)

// outlineSide is the longest side of the copy in which outlines are looked for.
const outlineSide = 480

// outline is a document's place in the frame.
type outline struct {
	quad       Quad
	frame      [4]bool    // the side is the picture's own edge: none was found within
	support    [4]float64 // share of the side along which an edge was seen
	confidence float64    // 0 to 1: of the sides found
}

// Outline finds the four corners of the document in a picture, and how sure that is, 0 to 1. Where nothing within the
// picture looks like a document's edge (a flatbed scan of nothing but the document) the corners are the picture's own,
// and the confidence is below 0.6.
func Outline(img image.Image) (Quad, float64) {
	small := newRaster(shrink(img, outlineSide))
	o, _ := findOutline(small)
	k := float64(img.Bounds().Dx()) / float64(small.w)
	return o.quad.scaled(k), o.confidence
}

func (q Quad) scaled(k float64) Quad {
	for i := range q {
		q[i].X, q[i].Y = q[i].X*k, q[i].Y*k
	}
	return q
}

// at is the place of u, v (0 to 1 from the upper left corner) within the quad, by interpolation of its sides.
func (q Quad) at(u, v float64) Point {
	f := func(a, b, c, d float64) float64 { return (a*(1-u)+b*u)*(1-v) + (d*(1-u)+c*u)*v }
	return Point{f(q[0].X, q[1].X, q[2].X, q[3].X), f(q[0].Y, q[1].Y, q[2].Y, q[3].Y)}
}

// size is the mean length of the quad's sides, across and down.
func (q Quad) size() (w, h float64) {
	d := func(a, b Point) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	return (d(q[0], q[1]) + d(q[3], q[2])) / 2, (d(q[0], q[3]) + d(q[1], q[2])) / 2
}

func (q Quad) area() float64 {
	var a float64
	for i := range q {
		j := (i + 1) % 4
		a += q[i].X*q[j].Y - q[j].X*q[i].Y
	}
	return a / 2
}

// line is one along which edges lie: points with x·cos + y·sin = rho.
type line struct {
	angle, rho float64 // of its normal, radians
	votes      float64
	frame      bool
}

// edgeMap holds, for lines across and lines down, where an edge of about that direction is.
type edgeMap struct {
	w, h   int
	at     [2][]bool // 0: lines across (gradient up or down), 1: lines down; of what was marked
	dx, dy []float32 // the gradient
	mag    []float32
	plane  [3][]float32 // the colours, smoothed
}

// angle is the gradient's, radians; it is asked of few pixels.
func (e *edgeMap) angle(i int) float32 {
	return float32(math.Atan2(float64(e.dy[i]), float64(e.dx[i])))
}

// run is which lines a pixel's edge may belong to, as in at, and the step to the next pixel up or down its slope.
func (e *edgeMap) run(i int) (k, step int) {
	x, y := max(e.dx[i], -e.dx[i]), max(e.dy[i], -e.dy[i])
	const sure = 1 + 1e-6 // nearer to the diagonal the angle's own rounding decides
	switch {
	case x > sure*y:
		return 1, 1
	case y > sure*x:
		return 0, e.w
	}
	if sin, cos := math.Sincos(float64(e.angle(i))); math.Abs(sin) > math.Abs(cos) {
		return 0, e.w
	}
	return 1, 1
}

// edges looks at the strongest change of the three colours, so that a document on a ground of its own lightness shows.
func edges(r *raster) *edgeMap {
	e := &edgeMap{w: r.w, h: r.h, dx: make([]float32, r.w*r.h), dy: make([]float32, r.w*r.h), mag: make([]float32, r.w*r.h)}
	for c := range e.plane {
		p := make([]float32, r.w*r.h)
		for i := range p {
			p[i] = float32(r.rgb[3*i+c])
		}
		e.plane[c] = box(p, r.w, r.h, 1)
	}
	for y := 1; y < r.h-1; y++ {
		dx, dy, mag := e.dx[y*r.w:][:r.w], e.dy[y*r.w:][:r.w], e.mag[y*r.w:][:r.w]
		for _, p := range e.plane {
			above, row, below := p[(y-1)*r.w:][:len(mag)], p[y*r.w:][:len(mag)], p[(y+1)*r.w:][:len(mag)]
			for x := 1; x < len(mag)-1; x++ {
				gx, gy := row[x+1]-row[x-1], below[x]-above[x]
				if m := gx*gx + gy*gy; m > mag[x] {
					dx[x], dy[x], mag[x] = gx, gy, m
				}
			}
		}
		for x, m := range mag {
			mag[x] = float32(math.Sqrt(float64(m)))
		}
	}
	return e
}

// thin keeps the ridge of every edge, over a floor that rises with the texture of the picture.
func (e *edgeMap) thin() []int {
	sample := make([]float32, 0, len(e.mag)/7+1)
	for i := 0; i < len(e.mag); i += 7 {
		sample = append(sample, e.mag[i])
	}
	floor := min(12, max(3.5, percentile(sample, 0.70)))
	var ridge []int
	for y := 2; y < e.h-2; y++ {
		for x := 2; x < e.w-2; x++ {
			i := y*e.w + x
			m := e.mag[i]
			if m < floor {
				continue
			}
			if _, step := e.run(i); m >= e.mag[i-step] && m > e.mag[i+step] {
				ridge = append(ridge, i)
			}
		}
	}
	return ridge
}

// mark notes where lines may run, two pixels either side of a ridge: lines are straight, documents bend a little.
func (e *edgeMap) mark(ridge []int) {
	for k := range e.at {
		e.at[k] = make([]bool, len(e.mag))
	}
	for _, i := range ridge {
		k, step := e.run(i)
		for d := -2; d <= 2; d++ {
			e.at[k][i+d*step] = true
		}
	}
}

const (
	angleSteps = 121           // of half a degree
	angleStep  = math.Pi / 360 // to 30 degrees either side
)

// lines are the strongest, across (k 0) or down (k 1), and the frame's two own.
func (e *edgeMap) lines(ridge []int, k int) []line {
	base := math.Pi / 2
	if k == 1 {
		base = 0
	}
	reach := int(math.Hypot(float64(e.w), float64(e.h))) + 2
	votes := make([]float32, angleSteps*2*reach)
	var cos, sin [angleSteps]float64
	for a := range angleSteps {
		t := base + float64(a-angleSteps/2)*angleStep
		cos[a], sin[a] = math.Cos(t), math.Sin(t)
	}
	for _, i := range ridge {
		d := float64(e.angle(i)) - base
		if d > math.Pi/2 {
			d -= math.Pi
		} else if d < -math.Pi/2 {
			d += math.Pi
		}
		at := angleSteps/2 + int(math.Round(d/angleStep))
		if at < -8 || at > angleSteps+8 {
			continue
		}
		x, y := float64(i%e.w), float64(i/e.w)
		weight := float32(math.Sqrt(float64(min(e.mag[i], 100) / 30)))
		for a := max(0, at-12); a <= min(angleSteps-1, at+12); a++ {
			votes[a*2*reach+int(x*cos[a]+y*sin[a]+float64(reach)+0.5)] += weight
		}
	}
	var all []line
	least := float32(min(e.w, e.h)) / 8
	for a := range angleSteps {
		for p := 1; p < 2*reach-1; p++ {
			if v := votes[a*2*reach+p] + (votes[a*2*reach+p-1]+votes[a*2*reach+p+1])/2; v > least {
				all = append(all, line{base + float64(a-angleSteps/2)*angleStep, float64(p - reach), float64(v), false})
			}
		}
	}
	slices.SortFunc(all, func(a, b line) int { return int(b.votes - a.votes) })
	var out []line
	for _, l := range all {
		if !slices.ContainsFunc(out, func(o line) bool { return e.near(o, l, k) }) {
			if out = append(out, l); len(out) == 15 {
				break
			}
		}
	}
	far := float64(e.h - 1)
	if k == 1 {
		far = float64(e.w - 1)
	}
	return append(out, line{base, 0, 0, true}, line{base, far, 0, true})
}

// near tells lines that run within a few pixels of each other through the whole picture.
func (e *edgeMap) near(a, b line, k int) bool {
	for _, end := range []float64{0, 1} {
		var d float64
		if k == 0 {
			d = a.y(end*float64(e.w)) - b.y(end*float64(e.w))
		} else {
			d = a.x(end*float64(e.h)) - b.x(end*float64(e.h))
		}
		if math.Abs(d) > 7 {
			return false
		}
	}
	return true
}

func (l line) y(x float64) float64 { return (l.rho - x*math.Cos(l.angle)) / math.Sin(l.angle) }
func (l line) x(y float64) float64 { return (l.rho - y*math.Sin(l.angle)) / math.Cos(l.angle) }

func meet(a, b line) Point {
	det := math.Cos(a.angle)*math.Sin(b.angle) - math.Sin(a.angle)*math.Cos(b.angle)
	return Point{
		(a.rho*math.Sin(b.angle) - b.rho*math.Sin(a.angle)) / det,
		(b.rho*math.Cos(a.angle) - a.rho*math.Cos(b.angle)) / det,
	}
}

// frameSupport is what the picture's own edge counts for as a side: less than an edge that is seen along most of it,
// more than one that is seen along less than the dubious part.
const frameSupport, dubious = 0.55, 0.75

// findOutline tries every pair of lines across with every pair of lines down, and takes the quad whose sides are seen
// best, the larger of two that are seen alike. The points are some of the sharpest edges in the picture.
func findOutline(r *raster) (outline, []Point) {
	e := edges(r)
	ridge := e.thin()
	e.mark(ridge)
	across, down := e.lines(ridge, 0), e.lines(ridge, 1)
	mid := Point{float64(r.w) / 2, float64(r.h) / 2}
	slices.SortFunc(across, func(a, b line) int { return sign(a.y(mid.X) - b.y(mid.X)) })
	slices.SortFunc(down, func(a, b line) int { return sign(a.x(mid.Y) - b.x(mid.Y)) })
	frame, strong := float64(r.w*r.h), e.strongest(ridge)
	sides := newSides(e, across, down)
	best, bestScore := outline{}, math.Inf(-1)
	for ti, top := range across {
		for bi := ti + 1; bi < len(across); bi++ {
			bottom := across[bi]
			if math.Abs(top.angle-bottom.angle) > 0.22 {
				continue
			}
			for li, left := range down {
				for ri := li + 1; ri < len(down); ri++ {
					right := down[ri]
					if math.Abs(left.angle-right.angle) > 0.22 {
						continue
					}
					q := sides.quad(ti, ri, bi, li)
					w, h := q.size()
					area := q.area()
					if area < 0.06*frame || w < 40 || h < 40 || !documentLike(w, h, area/frame) {
						continue
					}
					o := outline{quad: q, frame: [4]bool{top.frame, right.frame, bottom.frame, left.frame}}
					size := 0.6 * math.Sqrt(min(area, frame)/frame)
					seen, dark, bright := 0.0, math.Inf(1), 0.0
					for s := range 4 {
						o.support[s] = frameSupport
						if !o.frame[s] {
							var margin float64
							o.support[s], margin = sides.along(q, s, ti, ri, bi, li)
							dark, bright = min(dark, margin), max(bright, margin)
						}
						seen += o.support[s]
					}
					if size+1+seen < bestScore-1e-6 {
						continue // however much print it holds
					}
					score := size + q.holds(strong)
					for s := range 4 {
						score += o.support[s]
						if !o.frame[s] && o.support[s] < dubious {
							score -= 0.25
						}
					}
					if dark < 0.55*bright {
						score -= 0.5 // a document's margins are of one paper
					}
					if score > bestScore {
						best, bestScore = o, score
					}
				}
			}
		}
	}
	if math.IsInf(bestScore, -1) {
		w, h := float64(r.w), float64(r.h)
		best = outline{quad: Quad{{0, 0}, {w, 0}, {w, h}, {0, h}}, frame: [4]bool{true, true, true, true}}
		best.support = [4]float64{frameSupport, frameSupport, frameSupport, frameSupport}
	}
	best.confidence = 1
	for _, s := range best.support {
		best.confidence = min(best.confidence, s)
	}
	return best, strong
}

func sign(d float64) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

// documentLike tells the shape of documents (cards 1.59, papers and passports about 1.41, all seen askew) from that of
// the portraits on them, which are squarer.
func documentLike(w, h, share float64) bool {
	ratio := max(w, h) / min(w, h)
	if share > 0.4 {
		return ratio < 2.2
	}
	return ratio < 1.95 && ratio > 1.31
}

// strongest are some of the sharpest edges: print, in most pictures, which a document has within it.
func (e *edgeMap) strongest(ridge []int) []Point {
	mags := make([]float32, len(ridge))
	for i, at := range ridge {
		mags[i] = e.mag[at]
	}
	floor := 0.4 * percentile(mags, 0.98)
	var all []Point
	for _, at := range ridge {
		if e.mag[at] >= floor {
			all = append(all, Point{float64(at % e.w), float64(at / e.w)})
		}
	}
	var out []Point
	for i := 0; i < len(all); i += 1 + len(all)/200 {
		out = append(out, all[i])
	}
	return out
}

// holds is the share of the points that lie within the quad.
func (q Quad) holds(points []Point) float64 {
	if len(points) == 0 {
		return 0
	}
	n := 0
	for _, p := range points {
		in := true
		for i := range 4 {
			a, b := q[i], q[(i+1)%4]
			if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < -2*math.Abs(b.X-a.X+b.Y-a.Y) {
				in = false
				break
			}
		}
		if in {
			n++
		}
	}
	return float64(n) / float64(len(points))
}

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
	o := findOutline(small)
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
	w, h  int
	at    [2][]bool // 0: lines across (gradient up or down), 1: lines down
	angle []float32 // of the gradient
	mag   []float32
	plane [3][]float32 // the colours, smoothed
}

// edges looks at the strongest change of the three colours, so that a document on a ground of its own lightness shows.
func edges(r *raster) *edgeMap {
	e := &edgeMap{w: r.w, h: r.h, angle: make([]float32, r.w*r.h), mag: make([]float32, r.w*r.h)}
	for c := range e.plane {
		p := make([]float32, r.w*r.h)
		for i := range p {
			p[i] = float32(r.rgb[3*i+c])
		}
		e.plane[c] = box(p, r.w, r.h, 1)
	}
	for y := 1; y < r.h-1; y++ {
		for x := 1; x < r.w-1; x++ {
			i := y*r.w + x
			var bx, by, best float32
			for _, p := range e.plane {
				gx, gy := p[i+1]-p[i-1], p[i+r.w]-p[i-r.w]
				if m := gx*gx + gy*gy; m > best {
					bx, by, best = gx, gy, m
				}
			}
			e.mag[i], e.angle[i] = float32(math.Sqrt(float64(best))), float32(math.Atan2(float64(by), float64(bx)))
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
	for k := range e.at {
		e.at[k] = make([]bool, len(e.mag))
	}
	var ridge []int
	for y := 2; y < e.h-2; y++ {
		for x := 2; x < e.w-2; x++ {
			i := y*e.w + x
			m := e.mag[i]
			if m < floor {
				continue
			}
			c, s := math.Cos(float64(e.angle[i])), math.Sin(float64(e.angle[i]))
			k, step := 1, 1
			if math.Abs(s) > math.Abs(c) {
				k, step = 0, e.w
			}
			if m < e.mag[i-step] || m <= e.mag[i+step] {
				continue
			}
			ridge = append(ridge, i)
			// Two pixels either side: lines are straight, documents bend a little.
			for d := -2; d <= 2; d++ {
				e.at[k][i+d*step] = true
			}
		}
	}
	return ridge
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
		x, y := float64(i%e.w), float64(i/e.w)
		weight := float32(math.Sqrt(float64(min(e.mag[i], 100) / 30)))
		d := math.Remainder(float64(e.angle[i])-base, math.Pi)
		at := angleSteps/2 + int(math.Round(d/angleStep))
		if at < -8 || at > angleSteps+8 {
			continue
		}
		for a := max(0, at-12); a <= min(angleSteps-1, at+12); a++ {
			votes[a*2*reach+reach+int(math.Round(x*cos[a]+y*sin[a]))] += weight
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
// best, the larger of two that are seen alike.
func findOutline(r *raster) outline {
	e := edges(r)
	ridge := e.thin()
	across, down := e.lines(ridge, 0), e.lines(ridge, 1)
	mid := Point{float64(r.w) / 2, float64(r.h) / 2}
	slices.SortFunc(across, func(a, b line) int { return sign(a.y(mid.X) - b.y(mid.X)) })
	slices.SortFunc(down, func(a, b line) int { return sign(a.x(mid.Y) - b.x(mid.Y)) })
	frame, strong := float64(r.w*r.h), e.strongest(ridge)
	best, bestScore := outline{}, math.Inf(-1)
	for ti, top := range across {
		for _, bottom := range across[ti+1:] {
			if math.Abs(top.angle-bottom.angle) > 0.22 {
				continue
			}
			for li, left := range down {
				for _, right := range down[li+1:] {
					if math.Abs(left.angle-right.angle) > 0.22 {
						continue
					}
					q := Quad{meet(top, left), meet(top, right), meet(bottom, right), meet(bottom, left)}
					w, h := q.size()
					area := q.area()
					if area < 0.06*frame || w < 40 || h < 40 || !documentLike(w, h, area/frame) {
						continue
					}
					o := outline{quad: q, frame: [4]bool{top.frame, right.frame, bottom.frame, left.frame}}
					score := 0.6*math.Sqrt(min(area, frame)/frame) + q.holds(strong)
					dark, bright := math.Inf(1), 0.0
					for s := range 4 {
						o.support[s] = frameSupport
						if !o.frame[s] {
							var margin float64
							o.support[s], margin = e.along(q[s], q[(s+1)%4], s%2)
							dark, bright = min(dark, margin), max(bright, margin)
						}
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
	return best
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

// along is how well a side is seen within the picture: the share of it that has an edge of its direction under it, and
// the share where what lies a few pixels within differs from what lies without, which a printed line doesn't do. The
// margin is the mean brightness within.
func (e *edgeMap) along(a, b Point, k int) (support, margin float64) {
	const steps, off = 64, 5
	length := math.Hypot(b.X-a.X, b.Y-a.Y)
	nx, ny := -(b.Y-a.Y)/length*off, (b.X-a.X)/length*off
	seen, inside := 0, 0
	var balance [3]int // of each colour: how many steps up, less how many down
	for s := range steps {
		t := (float64(s) + 0.5) / steps
		fx, fy := a.X+(b.X-a.X)*t+0.5, a.Y+(b.Y-a.Y)*t+0.5
		x, y := int(fx), int(fy)
		if x < 0 || y < 0 || x >= e.w || y >= e.h {
			continue
		}
		inside++
		if e.at[k][y*e.w+x] {
			seen++
		}
		in, out := e.index(fx+nx, fy+ny), e.index(fx-nx, fy-ny)
		margin += float64(e.plane[1][in])
		for c, p := range e.plane {
			switch d := p[in] - p[out]; {
			case d > 7:
				balance[c]++
			case d < -7:
				balance[c]--
			}
		}
	}
	if inside < steps/3 {
		return 0, 0
	}
	// A chequered cloth steps up as often as down; a document is lighter all along, or darker.
	step := 0
	for _, n := range balance {
		step = max(step, n, -n)
	}
	return (0.65*float64(seen) + 0.35*float64(step)) / float64(inside), margin / float64(inside)
}

// index is the pixel at a place, or the nearest within the picture.
func (e *edgeMap) index(x, y float64) int {
	return min(max(int(y), 0), e.h-1)*e.w + min(max(int(x), 0), e.w-1)
}

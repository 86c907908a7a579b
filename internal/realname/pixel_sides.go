package realname

import "math"

// sides remember where lines meet and how well the parts of them between two others are seen: each is a side of many
// quads.
type sides struct {
	e       *edgeMap
	corners [][]Point // of lines across and down
	seen    [4][]side // by side of the quad, its line, and the lines that end it
	lines   int
}

type side struct {
	support, margin float64
	known           bool
}

func newSides(e *edgeMap, across, down []line) *sides {
	s := &sides{e: e, lines: max(len(across), len(down))}
	for _, a := range across {
		row := make([]Point, len(down))
		for i, d := range down {
			row[i] = meet(a, d)
		}
		s.corners = append(s.corners, row)
	}
	for k := range s.seen {
		s.seen[k] = make([]side, s.lines*s.lines*s.lines)
	}
	return s
}

// quad is the one between four lines.
func (s *sides) quad(top, right, bottom, left int) Quad {
	return Quad{s.corners[top][left], s.corners[top][right], s.corners[bottom][right], s.corners[bottom][left]}
}

// along is how well a side of that quad is seen.
func (s *sides) along(q Quad, k, top, right, bottom, left int) (support, margin float64) {
	line, from, to := [4]int{top, right, bottom, left}[k], left, right
	if k == sideRight || k == sideLeft {
		from, to = top, bottom
	}
	at := &s.seen[k][(line*s.lines+from)*s.lines+to]
	if !at.known {
		at.support, at.margin = s.e.along(q[k], q[(k+1)%4], k%2)
		at.known = true
	}
	return at.support, at.margin
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

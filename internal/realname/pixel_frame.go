package realname

import "math"

// frame: the whole document lies within the picture. A scan that is nothing but the document is whole; a document that
// runs out of a photo is not.
var frame = Check{
	ID: "frame", Codes: []string{"document.incomplete"}, Source: manual, Citation: "articles D2, D7, D15: with the document's whole frame",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		value, missing := cutness(v, in.Form.Type)
		out.Measures = append(out.Measures, frameZones.measured("cut", value, v.region(0, 0, v.doc.w, v.doc.h)))
		if severity, passed := frameZones.judge(value); !passed {
			out.Findings = append(out.Findings, Finding{
				Code: "document.incomplete", Severity: v.doubted(severity, in.Form.Type), Facts: map[string]string{"missing": missing},
			})
		}
		return out
	},
}

// frameZones are of the evidence that a part is outside the picture: 1 is one sure sign, or two that might be chance.
var frameZones = zones{refuse: 0.99, warn: 0.55}

var sideNames, cornerNames = [4]string{"top", "right", "bottom", "left"}, [4]string{"top-left", "top-right", "bottom-right", "bottom-left"}

// cutness weighs the signs that the document goes on beyond the picture, and says what is missing: the corner or side.
func cutness(v *views, documentType string) (value float64, missing string) {
	o, w, h := v.outline, float64(v.frame.w), float64(v.frame.h)
	inner := 0
	for s := range 4 {
		if !o.frame[s] {
			inner++
		}
	}
	// Corners that the sides found would meet in outside.
	side := math.Hypot(w, h) / 2
	worst, outside := 0.0, 0
	for i, c := range o.quad {
		d := max(-c.X, c.X-w, -c.Y, c.Y-h) / side
		if d > 0.012 && o.support[i] > 0.85 && o.support[(i+3)%4] > 0.85 {
			outside++
			if d > worst {
				worst, missing = d, cornerNames[i]
			}
		}
	}
	if outside > 0 {
		value = max(0.6, min(1, 0.55+worst*30))
		if outside > 1 {
			value = 1
		}
	}
	switch inner {
	case 4, 0:
		if inner == 0 {
			return wholeFrame(v, documentType)
		}
		return value, missing
	}
	for s := range 4 {
		if !o.frame[s] {
			continue
		}
		signs := 0.0
		opposite := (s + 2) % 4
		if !o.frame[opposite] {
			a, b := o.quad[opposite], o.quad[(opposite+1)%4]
			tilt := math.Abs(math.Atan2(b.Y-a.Y, b.X-a.X))
			if s%2 == 1 {
				tilt = math.Abs(tilt - math.Pi/2)
			}
			tilt = min(tilt, math.Abs(math.Pi-tilt))
			if tilt > 0.035 {
				signs += min(1, tilt/0.07)
			}
		}
		crossings := v.crossings(s)
		signs += min(1, 0.2+float64(crossings)*0.4) * float64(min(crossings, 1))
		// A ground that shows on the other sides shows on this one too, unless the document lies across it; the more so
		// where a corner is gone.
		signs += 0.3 * float64(inner) / 3
		if o.frame[(s+1)%4] || o.frame[(s+3)%4] {
			signs += 0.25
		}
		if known := ratio(documentType); known > 0 {
			qw, qh := o.quad.size()
			off := max(qw, qh)/min(qw, qh)/known - 1
			if math.Abs(off) > 0.06 {
				signs += min(1, math.Abs(off)/0.1)
			} else if inner >= 2 && crossings == 0 {
				signs -= 0.3 // a card in the corner of a scanner's glass
			}
		}
		switch {
		case v.groundAlong(s):
			signs = 0
		case !v.paperAlong(s), o.frame[opposite], v.busy():
			signs = min(signs, 0.9) // a table, its grain or print, taken for the document or for its sides
		}
		if signs > value {
			value, missing = signs, sideNames[s]
			if next := (s + 1) % 4; o.frame[next] {
				missing = cornerNames[next]
			} else if last := (s + 3) % 4; o.frame[last] {
				missing = cornerNames[s]
			}
		}
	}
	return min(value, 1.5), missing
}

// wholeFrame judges a picture in which no outline was found: a document as large as the picture, or one on a ground
// like itself. Print that runs into the picture's edge is cut; the form of a card tells too.
func wholeFrame(v *views, documentType string) (value float64, missing string) {
	if !v.paperAround() {
		return 0, ""
	}
	for s := range 4 {
		if c := float64(v.crossings(s)) * 0.35; c > value {
			value, missing = min(c, 1.2), sideNames[s]
		}
	}
	if known := ratio(documentType); known > 0 && value > 0 {
		r := float64(max(v.frame.w, v.frame.h)) / float64(min(v.frame.w, v.frame.h))
		if math.Abs(r/known-1) > 0.07 {
			value += 0.5
		}
	}
	return value, missing
}

// paperAlong tells a side of the picture along which the document is mostly plain and of one
// lightness, as paper is between its print.
func (v *views) paperAlong(side int) bool {
	q := v.outline.quad
	a, b := q[side], q[(side+1)%4]
	from, to := min(a.X, b.X), max(a.X, b.X)
	if side%2 == 1 {
		from, to = min(a.Y, b.Y), max(a.Y, b.Y)
	}
	line := v.along(side, 3)
	lo, hi := max(2, int(from)), min(len(line)-2, int(to))
	if hi <= lo {
		return false
	}
	paper := percentile(append([]float32(nil), line[lo:hi]...), 0.65)
	plain, one, all, run, squares := 0, 0, 0, 0, 0
	for i := lo; i < hi; i++ {
		all++
		if d := line[i+2] - line[i-2]; d < 18 && d > -18 {
			plain++
		}
		if d := line[i] - paper; d < 22 && d > -22 {
			one++
			run = 0
		} else if run++; run*40 > hi-lo && (run-1)*40 <= hi-lo {
			squares++ // something wide that isn't paper: a portrait, once; a cloth has many
		}
	}
	return plain*20 > all*9 && (one*20 > all*11 || squares <= 3)
}

// paperAround tells a picture whose edge is mostly plain and light: paper, and no table.
func (v *views) paperAround() bool {
	plain, all := 0, 0
	paper := percentile(append([]float32(nil), v.frame.luma...), 0.8)
	for s := range 4 {
		line := v.along(s, 3)
		for i := 2; i < len(line)-2; i++ {
			all++
			if d := line[i+2] - line[i-2]; d < 14 && d > -14 && line[i] > 0.7*paper {
				plain++
			}
		}
	}
	return plain*10 > all*7
}

// busy tells a table with print or stripes of its own: they cross sides of the picture that the document is away from.
func (v *views) busy() bool {
	for s := range 4 {
		if !v.outline.frame[s] && v.crossings(s) > 25 {
			return true
		}
	}
	return false
}

// groundAlong tells that a plain ground, the one of the sides where the document's edge was seen, runs along this one
// too: a pale document on a scanner's white, whose edge here was too faint to be found.
func (v *views) groundAlong(side int) bool {
	here, spread := plainness(v.along(side, 1))
	if spread > 3 {
		return false
	}
	known := false
	for s := range 4 {
		if v.outline.frame[s] {
			continue
		}
		there, spread := plainness(v.along(s, 1))
		if d := here - there; spread > 3 || d > 3 || d < -3 {
			return false
		}
		known = true
	}
	return known
}

// plainness is the middle lightness of a line, and how far the tenths at both ends are apart.
func plainness(line []float32) (middle, spread float32) {
	sorted := append([]float32(nil), line...)
	low, middle, high := percentile(sorted, 0.05), percentile(sorted, 0.5), percentile(sorted, 0.95)
	return middle, high - low
}

// along is the lightness of the line that runs within a side of the picture, from one corner of it to the other.
func (v *views) along(side, within int) []float32 {
	r := v.frame
	var out []float32
	switch side {
	case sideTop, sideBottom:
		y := within
		if side == sideBottom {
			y = r.h - 1 - within
		}
		for x := range r.w {
			out = append(out, r.luma[y*r.w+x])
		}
	default:
		x := within
		if side == sideRight {
			x = r.w - 1 - within
		}
		for y := range r.h {
			out = append(out, r.luma[y*r.w+x])
		}
	}
	return out
}

// crossings are what runs into a side of the picture, within the document's part of it: strokes of print with paper on
// either side, or something wider in the middle of it, as a portrait.
func (v *views) crossings(side int) int {
	q := v.outline.quad
	a, b := q[side], q[(side+1)%4]
	from, to := min(a.X, b.X), max(a.X, b.X)
	if side%2 == 1 {
		from, to = min(a.Y, b.Y), max(a.Y, b.Y)
	}
	outer, inner := v.along(side, 1), v.along(side, 4)
	slack, margin := 0.02*(to-from), 4+0.03*(to-from)
	lo, hi := max(2, int(from-slack)), min(len(outer)-2, int(to+slack))
	if hi-lo < 30 {
		return 0
	}
	paper := percentile(append([]float32(nil), outer[lo:hi]...), 0.7)
	limit := max(22, paper*0.18)
	n, start := 0, -1
	for i := lo; i < hi; i++ {
		switch dark := paper-outer[i] > limit && paper-inner[i] > limit*0.7; {
		case dark && start < 0:
			start = i
		case !dark && start >= 0:
			stroke := start > lo && float64(i-start) < margin
			middle := float64(start) > from+margin && float64(i) < to-margin
			if stroke || middle {
				n++
			}
			start = -1
		}
	}
	if start >= 0 && float64(start) > from+margin && float64(start) < to-2*margin {
		n++ // to the corner
	}
	return n
}

package realname

import "math"

// watermarkZones are of how far strokes that lie askew to the print stand out, from 0 (none does) to 1.
var watermarkZones = zones{refuse: 0.3, warn: 0.2}

// watermark: no words lie over the picture. They are fainter than print, and askew to it: strokes of letters run along
// two directions at right angles, print's along and across the document, a watermark's along and across its own line.
// Patterns of a document's ground run along one direction, or along all.
var watermark = Check{
	ID: "watermark", Codes: []string{"document.watermark"}, Source: manual, Citation: "articles D1, D7, D15: no watermark",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		value, where := v.askew()
		if !v.level(in.Form.Type) {
			value = min(value, watermarkZones.refuse) // the table may have stripes of its own
		}
		out.Measures = append(out.Measures, watermarkZones.measured("watermark", value, where))
		if severity, passed := watermarkZones.judge(value); !passed {
			if !v.judged() {
				out.NotPerformed = unjudged
				return out
			}
			out.Findings = append(out.Findings, Finding{
				Code: "document.watermark", Severity: v.doubted(severity, in.Form.Type), Region: where,
				Facts: map[string]string{"region": where.String()},
			})
		}
		return out
	},
}

// directions is a histogram of the directions of edges, of two degrees each, over half a turn.
type directions [90]float64

func bin(angle float32) int { return int(math.Floor(float64(angle)/math.Pi*90+180)) % 90 }

func (d *directions) add(angle float32) { d[bin(angle)]++ }

// within is what lies within two bins of a direction.
func (d *directions) within(k int) float64 {
	var s float64
	for o := -2; o <= 2; o++ {
		s += d[(k+o+180)%90]
	}
	return s
}

// excess is how much more runs along a direction than along those beside it, and the same as a part of it.
func (d *directions) excess(k int) (more, part float64) {
	beside := (d.within(k-7) + d.within(k+7) + d.within(k-10) + d.within(k+10)) / 4
	more = d.within(k) - beside
	return more, more / (d.within(k) + 50)
}

// askew measures the faint strokes of a document: how much of them runs along two directions at right angles that are
// not those of its print, and where they are.
func (v *views) askew() (value float64, where *Region) {
	e := edges(v.doc)
	ridge := e.thin()
	if len(ridge) < 500 {
		return 0, nil
	}
	mags := make([]float32, len(ridge))
	for i, at := range ridge {
		mags[i] = e.mag[at]
	}
	ink := percentile(mags, 0.97)
	high, low := 0.5*ink, max(9, 0.06*ink)
	var strong directions
	for _, i := range ridge {
		if e.mag[i] >= high {
			strong.add(e.angle(i))
		}
	}
	// Strokes beside print are print's own.
	near := highest(e.mag, e.w, e.h, 4)
	var faint []int
	mags = mags[:0]
	for _, i := range ridge {
		if e.mag[i] >= low && e.mag[i] < high && near[i] < 1.2*high {
			faint, mags = append(faint, i), append(mags, e.mag[i])
		}
	}
	// A ground full of lines has more faint strokes than words over it: they are looked for among the strongest too.
	best := -1
	var among []int
	for _, most := range []int{len(faint), 20000, 8000} {
		if most > len(faint) || most < 300 {
			continue
		}
		least := percentile(mags, 1-float64(most)/float64(len(faint)+1))
		var all directions
		var at []int
		for _, i := range faint {
			if e.mag[i] >= least {
				all.add(e.angle(i))
				at = append(at, i)
			}
		}
		if s, k := all.askew(strong.main()); s > value {
			value, best, among = s, k, at
		}
	}
	if best < 0 {
		return 0, nil
	}
	var xs, ys, depth []float32
	var cells [16 * 10]int
	for _, i := range among {
		if d := turn(bin(e.angle(i)), best); d <= 2 {
			xs, ys, depth = append(xs, float32(i%e.w)), append(ys, float32(i/e.w)), append(depth, e.mag[i])
			cells[i/e.w*10/e.h*16+i%e.w*16/e.w]++
		}
	}
	// Waves of a printed ground slope up as much as down, and are all over the page; words leave gaps.
	if turn(best, strong.main()) >= 21 && even(cells[:], len(xs)) > 0.5 {
		value = min(value, watermarkZones.refuse)
	}
	x0, x1, y0, y1 := int(percentile(xs, 0.03)), int(percentile(xs, 0.97)), int(percentile(ys, 0.03)), int(percentile(ys, 0.97))
	// The lines of a printed ground are fainter than words that are to be read. Waves of one that rise and fall by half a
	// right angle look the same as letters otherwise, so more is asked there.
	least := 0.08
	if turn(best, strong.main()) > 18 {
		least = 0.125
	}
	value *= min(max((float64(percentile(depth, 0.5)/ink)-least)/0.02, 0), 1)
	return value, v.region(x0, y0, x1-x0+1, y1-y0+1)
}

// even is the share of the cells that have something like their part of what there is.
func even(cells []int, all int) float64 {
	full := 0
	for _, n := range cells {
		if 100*n*len(cells) > 35*all {
			full++
		}
	}
	return float64(full) / float64(len(cells))
}

// main is the direction, of a quarter turn, along and across which most runs.
func (d *directions) main() int {
	best := 0
	for k := range 45 {
		if d.within(k)+d.within(k+45) > d.within(best)+d.within(best+45) {
			best = k
		}
	}
	return best
}

// askew is the pair of directions at right angles, off the main one, that stands out most from what lies beside it.
func (d *directions) askew(main int) (value float64, best int) {
	best = -1
	for k := range 45 {
		if turn(k, main) < 6 {
			continue
		}
		am, ap := d.excess(k)
		bm, bp := d.excess(k + 45)
		if min(am, bm) < 60 {
			continue
		}
		if s := math.Sqrt(max(ap, 0)*max(bp, 0)) * min(1, (am+bm)/700); s > value {
			value, best = s, k
		}
	}
	return value, best
}

// turn is how far two directions are apart, of a quarter turn.
func turn(a, b int) int { return min((a-b+90)%45, (b-a+90)%45) }

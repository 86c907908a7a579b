package realname

import "math"

// sharpnessZones are of how many edges of print would stand side by side along the document's longest side: the side's
// length by the width of an edge. It depends neither on the picture's size nor on its contrast. Sharp pictures of a
// thousand pixels and more have 400 to 900, enlarged ones of 300 pixels less than 300, and print can't be read below some 150.
var sharpnessZones = zones{refuse: 285, warn: 350}

// sharpness: print is sharp, in every direction (a moved camera blurs one).
var sharpness = Check{
	ID: "sharpness", Codes: []string{"document.unclear"}, Source: manual, Citation: "articles D2, D7, D15: clearly to be seen",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		z := sharpnessZones
		if v.edges < fewEdges {
			// Nothing to measure by: an empty page, or nothing but dark. Others say so.
			out.NotPerformed = "no print"
			return out
		}
		value := v.sharpness()
		out.Measures = append(out.Measures, z.measured("sharpness", value, nil))
		if severity, passed := z.judge(value); !passed {
			out.Findings = append(out.Findings, unclear(severity, "sharpness", value, z.warn, nil))
		}
		return out
	},
}

const fewEdges = 60

func (v *views) sharpness() float64 { return float64(max(v.doc.w, v.doc.h)) / v.edge }

// legible tells whether a picture can be judged for more than its clarity: what seems to be missing from a dark or
// blurred one, or to lie over it, is for a person to see.
func (v *views) legible(documentType string) bool {
	severity, _, _ := exposed(v, documentType)
	return severity != Refuse && v.edges >= fewEdges && v.sharpness() >= sharpnessZones.refuse
}

// doubted makes a refusal a warning in a picture that can't be judged.
func (v *views) doubted(severity Severity, documentType string) Severity {
	if severity == Refuse && !v.legible(documentType) {
		return Warn
	}
	return severity
}

// edgeWidth is the width in pixels of the sharper edges of print: height by steepness, as a straight slope of the same
// height and steepness would be wide. Edges are sorted by direction, and the direction that is worst off counts.
func edgeWidth(r *raster) (width float64, edges int) {
	const reach, bins = 18, 4
	l := r.luma
	floor := edgeFloor(r)
	var widths [bins][]float32
	total := 0
	for y := 3; y < r.h-3; y++ {
		for x := 3; x < r.w-3; x++ {
			i := y*r.w + x
			gx, gy := (l[i+1]-l[i-1])/2, (l[i+r.w]-l[i-r.w])/2
			m := gx*gx + gy*gy
			if m < 4 {
				continue
			}
			// A ridge: steeper than its neighbours up and down the slope.
			step := 1
			if gy*gy > gx*gx {
				step = r.w
			}
			if m < slope(l, i-step, r.w) || m <= slope(l, i+step, r.w) {
				continue
			}
			g := math.Sqrt(float64(m))
			ux, uy := float64(gx)/g, float64(gy)/g
			hi := r.climb(x, y, ux, uy, reach)
			lo := r.climb(x, y, -ux, -uy, reach)
			height := hi - lo
			if height < floor {
				continue
			}
			// Steepness between two neighbours, not over three: a sharp edge is one pixel wide.
			if step == 1 {
				g *= math.Max(math.Abs(float64(l[i+1]-l[i])), math.Abs(float64(l[i]-l[i-1]))) / math.Max(math.Abs(float64(gx)), 1e-6)
			} else {
				g *= math.Max(math.Abs(float64(l[i+r.w]-l[i])), math.Abs(float64(l[i]-l[i-r.w]))) / math.Max(math.Abs(float64(gy)), 1e-6)
			}
			angle := math.Atan2(uy, ux)
			bin := int(math.Round(angle/(math.Pi/bins)+2*bins)) % bins
			widths[bin] = append(widths[bin], float32(height/g))
			total++
		}
	}
	for _, w := range widths {
		// Few edges are left of a direction that was blurred: a fortieth is enough to go by.
		if len(w) >= 40 && len(w)*40 >= total {
			width = max(width, float64(percentile(w, 0.30)))
		}
	}
	return width, total
}

func slope(l []float32, i, w int) float32 {
	gx, gy := (l[i+1]-l[i-1])/2, (l[i+w]-l[i-w])/2
	return gx*gx + gy*gy
}

// climb follows the slope from a pixel on while it goes on in its direction, and returns the height that it ends at.
func (r *raster) climb(x, y int, ux, uy float64, reach int) float64 {
	last := r.between(float64(x), float64(y))
	first, best := last, last
	up := 0.0
	for s := 1; s <= reach; s++ {
		v := r.between(float64(x)+ux*float64(s), float64(y)+uy*float64(s))
		if s == 1 {
			up = 1
			if v < first {
				up = -1
			}
		}
		if (v-best)*up <= 0.5 {
			break
		}
		best = v
	}
	return best
}

// between is the lightness at a place between pixels.
func (r *raster) between(x, y float64) float64 {
	x, y = min(max(x, 0), float64(r.w-2)), min(max(y, 0), float64(r.h-2))
	x0, y0 := int(x), int(y)
	fx, fy := x-float64(x0), y-float64(y0)
	i := y0*r.w + x0
	a := float64(r.luma[i])*(1-fx) + float64(r.luma[i+1])*fx
	b := float64(r.luma[i+r.w])*(1-fx) + float64(r.luma[i+r.w+1])*fx
	return a*(1-fy) + b*fy
}

// edgeFloor is the height from which an edge is print: well above the noise, and a part of the page's own contrast.
func edgeFloor(r *raster) float64 {
	var jumps, levels []float32
	for i := r.w + 1; i < len(r.luma)-r.w-1; i += 5 {
		d := r.luma[i] - (r.luma[i-1]+r.luma[i+1]+r.luma[i-r.w]+r.luma[i+r.w])/4
		jumps, levels = append(jumps, max(d, -d)), append(levels, r.luma[i])
	}
	noise := float64(percentile(jumps, 0.5)) * 1.33
	dark, light := float64(percentile(levels, 0.01)), float64(percentile(levels, 0.8))
	return max(6*noise, 0.3*(light-dark), 8)
}

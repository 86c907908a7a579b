package realname

import "math"

// colourZones are of chroma: the share of full colourfulness that the most colourful hundredth of the document has
// beyond what lightness and light explain.
var colourZones = zones{refuse: 0.035, warn: 0.055}

// colour: the document was pictured in colour. A tint (sepia, lamplight) is no colour: what counts is that places of
// one lightness differ.
var colour = Check{
	ID: "colour", Codes: []string{"document.not-colour"}, Source: manual, Citation: "articles D1, D2, D5, D7–D9, D12: a colour scan or photo",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		if severity, _, _ := exposed(v, in.Form.Type); severity == Refuse {
			out.NotPerformed = "too dark or washed out" // colours go first
			return out
		}
		value := v.chroma()
		out.Measures = append(out.Measures, colourZones.measured("chroma", value, nil))
		if severity, passed := colourZones.judge(value); !passed {
			out.Findings = append(out.Findings, Finding{
				Code: "document.not-colour", Severity: severity,
				Facts: map[string]string{"measure": number(value), "limit": number(colourZones.warn)},
			})
		}
		return out
	},
}

// chroma averages noise away, takes from two opponent colours what goes with lightness alone (a tint) and what changes
// slowly over the page (light of two lamps), and measures what is left.
func chroma(doc *raster) float64 {
	r := doc.smaller(200)
	n := r.w * r.h
	warm, green := make([]float32, n), make([]float32, n)
	for i := range n {
		R, G, B := float32(r.rgb[3*i]), float32(r.rgb[3*i+1]), float32(r.rgb[3*i+2])
		warm[i], green[i] = (R+G)/2-B, R-G
	}
	for _, plane := range [][]float32{warm, green} {
		untint(plane, r.luma)
		slow := box(plane, r.w, r.h, max(r.w, r.h)/5)
		for i := range plane {
			plane[i] -= slow[i] * 0.7
		}
	}
	left := make([]float32, n)
	white := percentile(append([]float32(nil), r.luma...), 0.9)
	for i := range n {
		left[i] = float32(math.Hypot(float64(warm[i]), float64(green[i])))
	}
	return float64(percentile(left, 0.993)) / float64(max(white, 40))
}

// untint takes the median of each level of lightness away.
func untint(plane, luma []float32) {
	const levels = 32
	var at [levels][]float32
	for i, l := range luma {
		k := min(levels-1, int(l)*levels/256)
		at[k] = append(at[k], plane[i])
	}
	var median [levels]float32
	for k := range at {
		median[k] = percentile(at[k], 0.5)
	}
	for i, l := range luma {
		// Between the middles of two levels.
		f := float64(l)*levels/256 - 0.5
		k := min(max(int(math.Floor(f)), 0), levels-2)
		a, b, t := median[k], median[k+1], float32(min(max(f-float64(k), 0), 1))
		switch {
		case len(at[k]) == 0:
			a = b
		case len(at[k+1]) == 0:
			b = a
		}
		plane[i] -= a + (b-a)*t
	}
}

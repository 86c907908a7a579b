package realname

// darkZones are of the paper's lightness, 0 to 255; brightZones of the ink's where most of the paper is blown out.
var (
	darkZones   = zones{refuse: 68, warn: 95}
	brightZones = zones{refuse: 78, warn: 62}
)

// exposure: the page is neither too dark nor washed out. White paper is as white as it can be in a good scan; what
// tells a washed out page is that its ink has gone grey as well.
var exposure = Check{
	ID: "exposure", Codes: []string{"document.unclear"}, Source: manual, Citation: "articles D2, D15: clearly to be seen",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		severity, paper, bright := exposed(v, in.Form.Type)
		limit := darkZones.warn
		if bright {
			limit = 250
		}
		out.Measures = append(out.Measures, Measure{Name: "exposure", Value: round(paper), Limit: limit, Passed: severity == ""})
		if severity != "" {
			out.Findings = append(out.Findings, unclear(severity, "exposure", paper, limit, nil))
		}
		return out
	},
}

// exposed judges paper and ink: how bad it is, the paper's lightness, and whether there is too much light or too little.
func exposed(v *views, documentType string) (severity Severity, paper float64, bright bool) {
	l := v.light()
	if severity, passed := darkZones.judge(l.paper); !passed {
		return severity, l.paper, false
	}
	z := brightZones
	switch {
	case card(documentType) && l.blown > 0.7:
		z = zones{refuse: 45, warn: 25} // a card's ground is never white all over
	case l.blown < 0.45:
		return "", l.paper, false
	}
	severity, _ = z.judge(l.ink)
	return severity, l.paper, severity != ""
}

// levels are the lightness of paper and ink, and the share of the page that is as white as can be.
type levels struct{ paper, ink, blown float64 }

func newLevels(doc *raster) levels {
	all := make([]float32, 0, len(doc.luma)/3+1)
	white := 0
	for i := 0; i < len(doc.luma); i += 3 {
		all = append(all, doc.luma[i])
		if min(doc.rgb[3*i], doc.rgb[3*i+1], doc.rgb[3*i+2]) >= 250 {
			white++
		}
	}
	return levels{float64(percentile(all, 0.85)), float64(percentile(all, 0.004)), float64(white) / float64(len(all))}
}

// glareZones are of the share of the document that lies under a lamp's reflection.
var glareZones = zones{refuse: 0.012, warn: 0.005}

// glare: no lamp is mirrored over the print. A reflection is blown out, lighter than the paper around it, and has no
// edge: it fades. A white label, or a portrait's white ground, has one.
var glare = Check{
	ID: "glare", Codes: []string{"document.unclear"}, Source: manual, Citation: "articles D2, D15: clearly to be seen",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		share, where := v.lamp()
		out.Measures = append(out.Measures, glareZones.measured("glare", share, where))
		if severity, passed := glareZones.judge(share); !passed {
			out.Findings = append(out.Findings, unclear(severity, "exposure", 255, 250, where))
		}
		return out
	},
}

// glare is the share of the document under reflections, and where the largest is.
func (v *views) glare() (share float64, where *Region) {
	r := v.doc.smaller(300)
	n := r.w * r.h
	white := make([]bool, n)
	var rest []float32
	for i := range n {
		white[i] = min(r.rgb[3*i], r.rgb[3*i+1], r.rgb[3*i+2]) >= 247
		if !white[i] {
			rest = append(rest, r.luma[i])
		}
	}
	if len(rest) < n*3/5 || percentile(rest, 0.8) > 244 {
		return 0, nil // white paper: a reflection would not show, nor hide anything that isn't gone already
	}
	k := float64(v.doc.w) / float64(r.w)
	largest := 0
	for _, b := range blobs(white, r.w, r.h) {
		if len(b.at) < n/400 || !fades(r, white, b) {
			continue
		}
		share += float64(len(b.at)) / float64(n)
		if len(b.at) > largest {
			largest = len(b.at)
			where = v.region(int(float64(b.x0)*k), int(float64(b.y0)*k), int(float64(b.x1-b.x0+1)*k), int(float64(b.y1-b.y0+1)*k))
		}
	}
	return share, where
}

// fades tells a blob whose surroundings are lighter the nearer they are, along most of its edge.
func fades(r *raster, white []bool, b blob) bool {
	soft, hard := 0, 0
	for _, i := range b.at {
		x, y := i%r.w, i/r.w
		for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			nx, ny := x+d[0], y+d[1]
			fx, fy := x+d[0]*14, y+d[1]*14
			if nx < 0 || ny < 0 || nx >= r.w || ny >= r.h || white[ny*r.w+nx] || fx < 0 || fy < 0 || fx >= r.w || fy >= r.h {
				continue
			}
			near := r.luma[(y+2*d[1])*r.w+x+2*d[0]]
			mid := r.luma[(y+5*d[1])*r.w+x+5*d[0]]
			far := min(r.luma[fy*r.w+fx], r.luma[(y+11*d[1])*r.w+x+11*d[0]])
			if far > 234 {
				continue
			}
			if near > far+0.35*(255-far) && mid > far+0.12*(255-far) && near >= mid-2 {
				soft++
			} else {
				hard++
			}
		}
	}
	return soft > 6 && soft*3 > (soft+hard)
}

// blob is a connected part of a mask: its pixels and the box around them.
type blob struct {
	at             []int
	x0, y0, x1, y1 int
}

// blobs are a mask's connected parts, by their four neighbours.
func blobs(mask []bool, w, h int) []blob {
	seen := make([]bool, len(mask))
	var out []blob
	for start := range mask {
		if !mask[start] || seen[start] {
			continue
		}
		b := blob{at: []int{start}, x0: w, y0: h}
		seen[start] = true
		for k := 0; k < len(b.at); k++ {
			i := b.at[k]
			x, y := i%w, i/w
			b.x0, b.x1, b.y0, b.y1 = min(b.x0, x), max(b.x1, x), min(b.y0, y), max(b.y1, y)
			for _, j := range [4]int{i - 1, i + 1, i - w, i + w} {
				if j < 0 || j >= len(mask) || (j == i-1 && x == 0) || (j == i+1 && x == w-1) || !mask[j] || seen[j] {
					continue
				}
				seen[j] = true
				b.at = append(b.at, j)
			}
		}
		out = append(out, b)
	}
	return out
}

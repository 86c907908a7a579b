package realname

import (
	"fmt"
	"math"
)

// coveredZones are of the share of the document under things that hide it.
var (
	coveredZones = zones{refuse: 0.0045, warn: 0.0025}
	smearedZones = zones{refuse: 0.0003, warn: 0.0002} // of print wiped away
)

// covered: nothing lies over the document, and nothing of it is painted over, pixelated or wiped. What does is solid
// and smooth where a document has paper with print on it.
var covered = Check{
	ID: "covered", Codes: []string{"document.covered"}, Source: manual, Citation: "articles D2, D7, D15: nothing over it, nothing smeared",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		share, where := v.hidden(in.Form.Type)
		wiped, stretch := v.smeared()
		out.Measures = append(out.Measures, coveredZones.measured("covered", share, where), smearedZones.measured("smeared", wiped, stretch))
		severity, passed := coveredZones.judge(share)
		if s, ok := smearedZones.judge(wiped); !ok && severity != Refuse {
			severity, passed, where = s, false, stretch
		}
		if !passed {
			if !v.judged() {
				out.NotPerformed = unjudged
				return out
			}
			if !v.level(in.Form.Type) {
				severity = Warn
			}
			out.Findings = append(out.Findings, Finding{
				Code: "document.covered", Severity: v.doubted(severity, in.Form.Type), Region: where,
				Facts: map[string]string{"region": where.String()},
			})
		}
		return out
	},
}

// unjudged is why nothing is said: what is wrong with such a picture is another check's to refuse.
const unjudged = "the picture is cut, without colours, or under a lamp's reflection"

// judged tells whether a thing on the page can be told from the page: its place and colours must be sure. Under a lamp's
// reflection, without colours, or where the document runs out of the picture, it can't.
func (v *views) judged() bool {
	lamp, _ := v.lamp()
	cut, _ := cutness(v, "")
	whole := v.outline.frame == [4]bool{true, true, true, true}
	return lamp <= glareZones.refuse && v.chroma() >= colourZones.refuse && (whole || cut < frameZones.warn)
}

// level tells whether the outline found has the form that a card has, as far as that is known: another is of something
// else in the picture.
func (v *views) level(documentType string) bool {
	known := ratio(documentType)
	if known == 0 || v.outline.frame == [4]bool{true, true, true, true} {
		return true
	}
	w, h := v.outline.quad.size()
	off := max(w, h)/min(w, h)/known - 1
	return off > -0.075 && off < 0.1
}

// String is the region as evidence of the catalogue.
func (r *Region) String() string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("%d,%d %d×%d", r.X, r.Y, r.W, r.H)
}

const coverSide = 600

// thing is something solid on the page.
type thing struct {
	blob
	depth      float64 // distance from the paper
	texture    float64 // mean steepness within
	red, paper bool    // of an emblem's colour; of the paper's, only darker
	sharp      float64 // share of its edge that is sharp
}

// hidden is the share of the document under things that hide it, and where the largest is.
func (v *views) hidden(documentType string) (share float64, where *Region) {
	r := v.doc.smaller(coverSide)
	k := float64(v.doc.w) / float64(r.w)
	largest := 0
	things := v.things(r)
	portrait := portraitEnd(things, r, documentType, v.guessed)
	for _, t := range things {
		if !t.hides(r, portrait, v.guessed) || v.guessed && t.depth < 40 {
			continue // without an outline, the page around a document is a faint thing on it
		}
		part := float64(len(t.at)) / float64(r.w*r.h)
		if part > 0.1 && float64(len(t.at)) < 0.75*float64((t.x1-t.x0+1)*(t.y1-t.y0+1)) {
			part = coveredZones.refuse // of no form: a shadow over half of the page, run together with a portrait
		}
		share += part
		if len(t.at) > largest {
			largest = len(t.at)
			where = v.region(int(float64(t.x0)*k), int(float64(t.y0)*k), int(float64(t.x1-t.x0+1)*k), int(float64(t.y1-t.y0+1)*k))
		}
	}
	return share, where
}

// things are what is solid: wherever a disc of a fortieth of the page has no paper in it. Print always has.
func (v *views) things(r *raster) []thing {
	p := newPaper(r)
	long := max(r.w, r.h)
	n := max(3, long/80)
	core := lowest(p.off, r.w, r.h, n)
	limit := float32(max(13, 4*p.rest))
	mask := make([]bool, len(core))
	for i, d := range core {
		mask[i] = d > limit
	}
	solid := append([]bool(nil), mask...)
	grown := make([]float32, len(core))
	for i := range mask {
		if mask[i] {
			grown[i] = 1
		}
	}
	grown = highest(grown, r.w, r.h, n)
	for i := range mask {
		mask[i] = grown[i] > 0
	}
	var out []thing
	for _, b := range blobs(mask, r.w, r.h) {
		if len(b.at)*500 < r.w*r.h {
			continue
		}
		out = append(out, p.thing(b, mask, solid))
	}
	return out
}

// thing measures a blob; its texture away from its edge alone.
func (p *paper) thing(b blob, mask, solid []bool) thing {
	t := thing{blob: b}
	r := p.r
	var steep, red, same float64
	edge, sharp, inner := 0, 0, 0
	for _, i := range b.at {
		x, y := i%r.w, i/r.w
		t.depth += float64(p.off[i])
		if x > 0 && y > 0 && x < r.w-1 && y < r.h-1 {
			if solid[i] {
				inner++
				steep += math.Hypot(float64(r.luma[i+1]-r.luma[i-1]), float64(r.luma[i+r.w]-r.luma[i-r.w])) / 2
			}
			for _, j := range [4]int{i - 1, i + 1, i - r.w, i + r.w} {
				if mask[j] {
					continue
				}
				edge++
				// Across the edge, from three pixels within to three without.
				d := j - i
				in, out := i-3*d, j+3*d
				if in < 0 || out < 0 || in >= len(mask) || out >= len(mask) {
					continue
				}
				if p.off[in]-p.off[out] > 0.6*p.off[in] {
					sharp++
				}
			}
		}
		R, G, B := float64(r.rgb[3*i]), float64(r.rgb[3*i+1]), float64(r.rgb[3*i+2])
		if R > 1.6*G && R > 1.5*B && R > 90 {
			red++
		}
		g := p.ground(i)
		a, c, e := R/max(g[0], 1), G/max(g[1], 1), B/max(g[2], 1)
		if max(a, c, e)-min(a, c, e) < 0.12 && max(a, c, e) < 0.97 {
			same++
		}
	}
	n := float64(len(b.at))
	t.depth, t.texture, t.red, t.paper = t.depth/n, steep/float64(max(inner, 1)), red > 0.4*n, same > 0.7*n
	if edge > 0 {
		t.sharp = float64(sharp) / float64(edge)
	}
	return t
}

// hides tells what hides the document from what belongs to it: portrait, emblem, frame, QR code; and from shadows.
func (t thing) hides(r *raster, portrait int, guessed bool) bool {
	w, h := float64(t.x1-t.x0+1), float64(t.y1-t.y0+1)
	W, H := float64(r.w), float64(r.h)
	long := max(W, H)
	fill := float64(len(t.at)) / (w * h)
	edge := 0.045 * long
	switch {
	case t.texture > 12:
		return false // print, a QR code, a picture
	case t.sharp < 0.4:
		return false // a shadow, a fold
	case t.sharp < 0.6 && t.touches(r):
		return false // a shadow that falls over the page's edge, with what lies in it
	case t.paper && t.sharp < 0.55 && min(w, h) > 0.12*long:
		return false // a shadow with a harder edge
	case w > 0.8*W && h > 0.8*H, w > 0.85*W && h < 0.06*long, h > 0.85*H && w < 0.06*long:
		return false // a frame, a printed band
	case float64(t.x1) < edge, float64(t.y1) < edge, float64(t.x0) > W-edge, float64(t.y0) > H-edge:
		return false // the table, beside an outline that is a little large
	case t.touches(r) && (h > 0.6*H && w < 0.15*W || w > 0.6*W && h < 0.15*H):
		return false // the same, of a side
	case t.red && fill < 0.92 && w < 1.6*h && h < 1.6*w && w*h < 0.1*W*H:
		return false // an emblem, a seal
	case portrait != 0 && t.end(r, guessed) == portrait:
		return false
	}
	return true
}

// touches tells a thing that reaches the document's edge.
func (t thing) touches(r *raster) bool {
	return t.x0 < 3 || t.y0 < 3 || t.x1 > r.w-4 || t.y1 > r.h-4
}

// end is at which end of the document a thing of a portrait's place and size is: -1 or 1, 0 at neither. Documents lie
// as they like, so ends are of the longer side.
func (t thing) end(r *raster, guessed bool) int {
	W, H := float64(r.w), float64(r.h)
	x0, x1, y0, y1 := float64(t.x0)/W, float64(t.x1)/W, float64(t.y0)/H, float64(t.y1)/H
	if H > W {
		x0, x1, y0, y1 = y0, y1, x0, x1
	}
	switch {
	case x1-x0 > 0.36, !guessed && (x0 < 0.015 || x1 > 0.985 || y0 < 0.04 || y1 > 0.96):
		return 0
	case x1 < 0.4:
		return -1
	case x0 > 0.58:
		return 1
	}
	return 0
}

// portraitEnd is the end at which the document has its portrait: of types that have one, the end with the larger thing
// that is high enough for one, or for a dark coat alone, away from the lines above and below.
func portraitEnd(things []thing, r *raster, documentType string, guessed bool) int {
	if !card(documentType) && documentType != "HZ" && documentType != "" {
		return 0
	}
	end, largest := 0, 0
	for _, t := range things {
		high, middle := float64(t.y1-t.y0)/float64(r.h), float64(t.y1+t.y0)/2/float64(r.h)
		if r.h > r.w {
			high, middle = float64(t.x1-t.x0)/float64(r.w), float64(t.x1+t.x0)/2/float64(r.w)
		}
		coat := high > 0.12 && middle > 0.22 && middle < 0.78
		if e := t.end(r, guessed); e != 0 && (high > 0.2 || coat) && len(t.at) > largest {
			end, largest = e, len(t.at)
		}
	}
	return end
}

package realname

import "math"

// sizeZones are of the document's longest side in pixels. An identity card's number is some 13 pixels high at 470.
var sizeZones = zones{refuse: 470, warn: 600}

// resolution: the document has enough pixels to be read.
var resolution = Check{
	ID: "resolution", Codes: []string{"document.unclear"}, Source: manual, Citation: "articles D2, D15: clearly to be seen",
	Needs: NeedsPicture, Run: func(in *Input) (out Result) {
		v := in.Picture.views()
		w, h := v.quad.size()
		value := math.Round(max(w, h))
		out.Measures = append(out.Measures, sizeZones.measured("size", value, nil))
		if severity, passed := sizeZones.judge(value); !passed {
			out.Findings = append(out.Findings, unclear(severity, "size", value, sizeZones.warn, nil))
		}
		return out
	},
}

package ocr

import (
	"context"
	"math"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// numbers reads the places where a number stands again, each alone, enlarged, with the characters that can occur there.
func (r *Reader) numbers(ctx context.Context, s *source, angle float64, t *realname.Text) error {
	for _, p := range realname.NumberPlaces(t) {
		v := s.strip(p, angle)
		if v.w < 40 || v.h < 8 || v.w*v.h > r.cfg.Pixels {
			continue
		}
		for _, k := range []ink{noRed, plain} {
			got, err := r.pass(ctx, s, v, k, mode{langs: "eng", psm: 7, only: p.Only, single: true})
			if err != nil {
				return err
			}
			for _, l := range got.lines {
				if len(l.Words) > 0 {
					t.Numbers = append(t.Numbers, realname.Number{Kind: p.Kind, Line: l})
				}
			}
		}
	}
	return nil
}

// strip is the view of one place, its line as high as digits are read best.
func (s *source) strip(p realname.Place, angle float64) view {
	k := min(lineHigh/max(1, p.Height), 4)
	w, h := p.Width+2*p.Height, p.Height*1.9
	if most := 2.0 * math.Hypot(float64(s.w), float64(s.h)); w > most {
		w = most
	}
	return view{cx: p.X, cy: p.Y, angle: angle, scale: k, w: int(w * k), h: int(h * k)}
}

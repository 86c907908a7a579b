package ocr

import (
	"context"
	"math"

	"github.com/openregistrar/openregistrar/internal/realname"
)

// alone are the ways in which a strip is read: raw lines, as the layout analysis of the other modes breaks lines of
// digits that stand apart. Two models seldom make the same mistake.
var alone = []struct {
	langs string
	ink   ink
	high  float64 // pixels that the line is brought to
}{{"eng", noRed, 34}, {"chi_sim", plain, 34}}

// named are the ways for names.
var named = []struct {
	langs string
	ink   ink
	high  float64
}{{"chi_sim", noRed, 30}, {"chi_sim", plain, 42}}

const rawLine = 13

// numbers reads the places where a number stands again, each alone, with the characters that can occur there.
func (r *Reader) numbers(ctx context.Context, s *source, angle float64, t *realname.Text) error {
	for _, p := range realname.NumberPlaces(t) {
		ways := alone
		if p.Kind == "name" || p.Kind == "date" {
			ways = named
		}
		for _, way := range ways {
			v := s.strip(p, angle, way.high)
			if v.w < 40 || v.h < 8 || v.w*v.h > r.cfg.Pixels {
				continue
			}
			got, err := r.pass(ctx, s, v, way.ink, mode{langs: way.langs, psm: rawLine, only: p.Only})
			if err != nil {
				return err
			}
			for _, l := range got.lines {
				if len(l.Words) > 0 {
					t.Numbers = append(t.Numbers, realname.Number{Kind: p.Kind, Line: l})
				}
			}
			if len(got.lines) == 1 && realname.Confirmed(t, p.Kind, got.lines[0]) {
				break
			}
		}
	}
	return nil
}

// strip is the view of one place, its line as high as digits are read best.
func (s *source) strip(p realname.Place, angle, high float64) view {
	k := min(high/max(1, p.Height), 4)
	w := min(p.Width+2*p.Height, 2*math.Hypot(float64(s.w), float64(s.h)))
	return view{cx: p.X, cy: p.Y, angle: angle + p.Turn, scale: k, w: int(w * k), h: int(p.Height * 1.7 * k)}
}

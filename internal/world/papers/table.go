package papers

import (
	"image"
	"math"
)

// table makes what the document lies on.
func (s *shot) table() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, s.w, s.h))
	at := s.surface()
	for y := range s.h {
		for x := range s.w {
			p := at(float64(x), float64(y))
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = clamp(p[0]), clamp(p[1]), clamp(p[2]), 255
		}
	}
	return img
}

func clamp(v float64) uint8 { return uint8(max(0, min(255, v))) }

// surface chooses what is under the document: the colour at a place of the picture.
func (s *shot) surface() func(x, y float64) [3]float64 {
	at := s.texture()
	if s.scene != Photo || s.rng.IntN(5) > 0 {
		return at
	}
	// The edge of the table, or of something else that lies on it.
	other := s.texture()
	a, where := s.between(-0.5, 0.5), s.between(0.15, 0.85)
	sin, cos := math.Sincos(a)
	W, H := float64(s.w), float64(s.h)
	return func(x, y float64) [3]float64 {
		if (x-W/2)*sin+(y-H*where)*cos > 0 {
			return other(x, y)
		}
		return at(x, y)
	}
}

func (s *shot) texture() func(x, y float64) [3]float64 {
	if s.scene != Photo {
		white := s.between(246, 255)
		return func(_, _ float64) [3]float64 { return [3]float64{white, white, white} }
	}
	seed := s.rng.Uint32()
	base := [][3]float64{{128, 92, 60}, {94, 66, 46}, {176, 140, 98}, {62, 60, 60}, {40, 48, 62}, {150, 152, 150}, {206, 200, 188}, {88, 104, 96}, {120, 40, 44}, {236, 234, 230}, {30, 30, 32}, {190, 176, 160}}[s.rng.IntN(12)]
	size := s.between(40, 160)
	mix := func(k float64) [3]float64 { return [3]float64{base[0] * k, base[1] * k, base[2] * k} }
	switch s.rng.IntN(6) {
	case 0: // wood: grain along one direction
		turn := s.between(-0.3, 0.3)
		sin, cos := math.Sincos(turn)
		return func(x, y float64) [3]float64 {
			u, v := (x*cos+y*sin)/size, (-x*sin+y*cos)/size
			n := smooth(seed, u*0.25, v*3) + 0.5*smooth(seed+1, u*0.5, v*14)
			return mix(0.82 + 0.24*n)
		}
	case 1: // cloth: a weave
		pitch := s.between(3, 7)
		return func(x, y float64) [3]float64 {
			weave := 0.06 * math.Sin(2*math.Pi*x/pitch) * math.Sin(2*math.Pi*y/pitch)
			return mix(0.92 + weave + 0.14*smooth(seed, x/size, y/size))
		}
	case 2: // stone: speckles
		return func(x, y float64) [3]float64 {
			n := smooth(seed, x/size, y/size)
			spot := smooth(seed+2, x/5, y/5)
			k := 0.88 + 0.16*n
			if spot > 0.82 {
				k *= 0.72
			} else if spot < 0.14 {
				k *= 1.18
			}
			return mix(k)
		}
	case 3: // tiles or squared paper
		pitch := s.between(120, 420)
		line := s.between(2, 6)
		return func(x, y float64) [3]float64 {
			k := 0.94 + 0.1*smooth(seed, x/size, y/size)
			if math.Mod(x+1e4, pitch) < line || math.Mod(y+1e4, pitch) < line {
				k *= 0.78
			}
			return mix(k)
		}
	}
	if s.rng.IntN(3) == 0 { // a printed page: lines of grey words
		pitch := s.between(22, 44)
		paper := s.between(225, 250)
		return func(x, y float64) [3]float64 {
			line := math.Floor(y / pitch)
			in := y - line*pitch
			k := 1.0
			if in > pitch*0.3 && in < pitch*0.7 && smooth(seed+uint32(int32(line)), x/(pitch*0.35), 0) > 0.42 {
				k = 0.45
			}
			return [3]float64{paper * k, paper * k, paper * k * 0.98}
		}
	}
	return func(x, y float64) [3]float64 { return mix(0.95 + 0.08*smooth(seed, x/size/2, y/size/2)) }
}

// smooth is value noise from 0 to 1.
func smooth(seed uint32, x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	fx, fy = fx*fx*(3-2*fx), fy*fy*(3-2*fy)
	ix, iy := int32(x0), int32(y0)
	top := lattice(seed, ix, iy)*(1-fx) + lattice(seed, ix+1, iy)*fx
	bottom := lattice(seed, ix, iy+1)*(1-fx) + lattice(seed, ix+1, iy+1)*fx
	return top*(1-fy) + bottom*fy
}

func lattice(seed uint32, x, y int32) float64 {
	h := seed ^ uint32(x)*0x85ebca6b ^ uint32(y)*0xc2b2ae35
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h) / math.MaxUint32
}

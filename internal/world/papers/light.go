package papers

import (
	"image"
	"math"
)

// afterwards is what happens between the table and the file: light, lens, sensor.
func (s *shot) afterwards(img *image.RGBA, c *canvas) {
	s.cover(img, c)
	s.light(img)
	if s.faults[Glare] {
		s.glare(img, c)
	}
	s.lens(img)
	s.noise(img)
	if s.faults[Watermark] {
		s.watermark(img, c)
	}
	s.blot(img, c)
	s.tones(img)
}

// light is uneven, has a colour, and may throw a soft shadow over the picture.
func (s *shot) light(img *image.RGBA) {
	a := s.between(0, 2*math.Pi)
	fall := s.between(0.02, 0.22)
	level := s.between(0.9, 1.05)
	warm := s.between(-0.05, 0.06)
	shade, sx, sy, sr := s.between(0, 0.18), s.between(0, 1), s.between(0, 1), s.between(0.3, 0.7)
	gamma := 1.0
	switch {
	case s.faults[Dark]:
		level, gamma = s.between(0.2, 0.32), 1.15
	case s.faults[Bright]:
		level, gamma = s.between(1.75, 2.2), 0.72
	case s.scene != Photo:
		fall, warm, shade, level = s.between(0, 0.02), s.between(-0.01, 0.01), 0, s.between(0.97, 1.01)
	}
	// The photographer's own shadow, with an edge.
	cast, castAt, castTurn, castSoft := 0.0, s.between(0.2, 0.8), s.between(0, 2*math.Pi), s.between(0.02, 0.09)
	if s.scene == Photo && s.rng.IntN(3) == 0 {
		cast = s.between(0.1, 0.32)
	}
	castSin, castCos := math.Sincos(castTurn)
	vignette := 0.0
	if s.scene == Photo {
		vignette = s.between(0, 0.22)
	}
	sin, cos := math.Sincos(a)
	W, H := float64(s.w), float64(s.h)
	tone := [3]float64{1 + warm, 1, 1 - warm}
	for y := range s.h {
		for x := range s.w {
			u, v := float64(x)/W, float64(y)/H
			k := level * (1 - fall*(0.5+(u-0.5)*cos+(v-0.5)*sin))
			if d := math.Hypot(u-sx, v-sy); d < sr {
				k *= 1 - shade*(1-d/sr)
			}
			k *= 1 - vignette*((u-0.5)*(u-0.5)+(v-0.5)*(v-0.5))
			if cast > 0 {
				d := ((u-0.5)*castCos+(v-0.5)*castSin+0.5-castAt)/castSoft + 0.5
				k *= 1 - cast*max(0, min(1, d))
			}
			i := img.PixOffset(x, y)
			for c := range 3 {
				p := float64(img.Pix[i+c]) * k * tone[c]
				if gamma != 1 {
					p = 255 * math.Pow(max(0, p)/255, gamma)
				}
				img.Pix[i+c] = clamp(p)
			}
		}
	}
}

// lens softens: a little always, a lot where it is out of focus or moved.
func (s *shot) lens(img *image.RGBA) {
	width := math.Hypot(s.quad[1][0]-s.quad[0][0], s.quad[1][1]-s.quad[0][1])
	switch {
	case s.faults[Blurred]:
		r := int(width * s.between(0.006, 0.011))
		for range 3 {
			boxBlur(img, max(2, r), max(2, r))
		}
	case s.faults[Shaken]:
		r := int(width * s.between(0.011, 0.018))
		if s.rng.IntN(2) == 0 {
			boxBlur(img, max(3, r), 0)
		} else {
			boxBlur(img, 0, max(3, r))
		}
	case s.scene == Photo:
		switch s.rng.IntN(4) {
		case 0, 1:
			soften(img, s.between(0.05, 0.35))
		case 2: // what phones do to look sharp
			soften(img, s.between(-0.9, -0.2))
		}
	}
}

// boxBlur averages over 2r+1 pixels each way.
func boxBlur(img *image.RGBA, rx, ry int) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	pass := func(n, lines, r, step, stride int) {
		line := make([]uint8, n)
		for l := range lines {
			for c := range 3 {
				base := l*stride + c
				for i := range n {
					line[i] = img.Pix[base+i*step]
				}
				sum := 0
				for i := -r; i <= r; i++ {
					sum += int(line[max(0, min(n-1, i))])
				}
				for i := range n {
					img.Pix[base+i*step] = uint8(sum / (2*r + 1))
					sum += int(line[min(n-1, i+r+1)]) - int(line[max(0, i-r)])
				}
			}
		}
	}
	if rx > 0 {
		pass(w, h, rx, 4, img.Stride)
	}
	if ry > 0 {
		pass(h, w, ry, img.Stride, 4)
	}
}

// soften mixes each pixel with its neighbours; a negative share sharpens.
func soften(img *image.RGBA, k float64) {
	src := append([]uint8(nil), img.Pix...)
	b := img.Bounds()
	for y := 1; y < b.Dy()-1; y++ {
		for x := 1; x < b.Dx()-1; x++ {
			i := img.PixOffset(x, y)
			for c := range 3 {
				j := i + c
				around := (float64(src[j-4]) + float64(src[j+4]) + float64(src[j-img.Stride]) + float64(src[j+img.Stride])) / 4
				img.Pix[j] = clamp(float64(src[j])*(1-k) + around*k)
			}
		}
	}
}

// noise of the sensor, more of it in the dark.
func (s *shot) noise(img *image.RGBA) {
	amount := s.between(0.6, 3.2)
	if s.scene != Photo {
		amount = s.between(0.2, 1)
	}
	if s.faults[Dark] {
		amount += s.between(1, 3)
	}
	state := s.rng.Uint64() | 1
	next := func() float64 { // a fast stream: nearly normal
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		return float64(state&0xffff)/65535 + float64(state>>16&0xffff)/65535 + float64(state>>32&0xffff)/65535 - 1.5
	}
	for i := 0; i < len(img.Pix); i += 4 {
		all := next() * amount * 1.4
		for c := range 3 {
			img.Pix[i+c] = clamp(float64(img.Pix[i+c]) + all + next()*amount*0.8 + 0.5)
		}
	}
}

// tones takes the colours away.
func (s *shot) tones(img *image.RGBA) {
	if !s.faults[Grey] && !s.faults[BlackWhite] {
		return
	}
	cast := [3]float64{1, 1, 1}
	if s.faults[Grey] && s.rng.IntN(4) == 0 { // yellowed: grey under a warm lamp
		cast = [3]float64{1.02, 1, 0.95}
	}
	for i := 0; i < len(img.Pix); i += 4 {
		y := 0.299*float64(img.Pix[i]) + 0.587*float64(img.Pix[i+1]) + 0.114*float64(img.Pix[i+2])
		if s.faults[BlackWhite] {
			if y > 135 {
				y = 255
			} else {
				y = 0
			}
		}
		for c := range 3 {
			img.Pix[i+c] = clamp(y * cast[c])
		}
	}
}

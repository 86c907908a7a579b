package realname

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// decoder turns a file whose header was found within the limits into a picture as stored, not yet upright.
type decoder func(raw []byte) (image.Image, error)

func decodeJPEG(raw []byte) (image.Image, error) { return jpeg.Decode(bytes.NewReader(raw)) }
func decodePNG(raw []byte) (image.Image, error)  { return png.Decode(bytes.NewReader(raw)) }
func decodeTIFF(raw []byte) (image.Image, error) { return tiff.Decode(bytes.NewReader(raw)) }

// decodeGIF lays the first picture on its screen.
func decodeGIF(raw []byte) (image.Image, error) {
	img, err := gif.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	h, err := inspectGIF(raw)
	if err != nil {
		return nil, err
	}
	screen := image.Rect(0, 0, h.width, h.height)
	if img.Bounds() == screen {
		return img, nil
	}
	out := image.NewRGBA(screen)
	draw.Draw(out, screen, image.White, image.Point{}, draw.Src)
	draw.Draw(out, img.Bounds(), img, img.Bounds().Min, draw.Over)
	return out, nil
}

// decodeWebP decodes the first picture alone, out of whatever else the file holds.
func decodeWebP(raw []byte) (image.Image, error) {
	p, err := readWebP(raw)
	if err != nil {
		return nil, err
	}
	return webp.Decode(bytes.NewReader(p.file()))
}

// decodeBMP decodes what x/image/bmp does and what it doesn't: 16 bits, run lengths, odd palettes, OS/2.
func decodeBMP(raw []byte) (image.Image, error) {
	b, err := readBMP(raw)
	if err != nil {
		return nil, err
	}
	out := image.NewRGBA(image.Rect(0, 0, b.width, b.height))
	if b.compression == bmpRLE8 || b.compression == bmpRLE4 {
		return out, b.runs(out)
	}
	stride := b.stride()
	var scale [3]func(uint32) uint8
	for i, m := range b.masks {
		scale[i] = maskScale(m)
	}
	for y := range b.height {
		row := b.pixels[y*stride : (y+1)*stride]
		to := out.Pix[b.row(y)*out.Stride:]
		for x := range b.width {
			switch b.bits {
			case 24:
				to[4*x], to[4*x+1], to[4*x+2] = row[3*x+2], row[3*x+1], row[3*x]
			case 16, 32:
				v := uint32(row[x*b.bits/8]) | uint32(row[x*b.bits/8+1])<<8
				if b.bits == 32 {
					v |= uint32(row[4*x+2])<<16 | uint32(row[4*x+3])<<24
				}
				to[4*x], to[4*x+1], to[4*x+2] = scale[0](v), scale[1](v), scale[2](v)
			default:
				per := 8 / b.bits
				i := int(row[x/per]>>(8-b.bits-x%per*b.bits)) & (1<<b.bits - 1)
				c := b.colour(i)
				to[4*x], to[4*x+1], to[4*x+2] = c.R, c.G, c.B
			}
			to[4*x+3] = 0xff
		}
	}
	return out, nil
}

// row is where the y-th stored row stands in the picture.
func (b *bmpHead) row(y int) int {
	if b.topDown {
		return y
	}
	return b.height - 1 - y
}

// colour is an entry of the palette; black beyond its end.
func (b *bmpHead) colour(i int) color.RGBA {
	if (i+1)*b.entry > len(b.palette) {
		return color.RGBA{A: 0xff}
	}
	e := b.palette[i*b.entry:]
	return color.RGBA{e[2], e[1], e[0], 0xff}
}

// maskScale takes the bits under a mask to eight.
func maskScale(mask uint32) func(uint32) uint8 {
	if mask == 0 {
		return func(uint32) uint8 { return 0 }
	}
	shift := 0
	for mask>>shift&1 == 0 {
		shift++
	}
	most := uint64(mask >> shift)
	return func(v uint32) uint8 { return uint8(uint64(v&mask>>shift) * 255 / most) }
}

// runs unpacks run lengths of 8 or 4 bits. What lies outside the picture is an error, so that no run is walked for
// nothing; what is left out is the palette's first colour.
func (b *bmpHead) runs(out *image.RGBA) error {
	first := b.colour(0)
	draw.Draw(out, out.Rect, image.NewUniform(first), image.Point{}, draw.Src)
	x, y, data := 0, 0, b.pixels
	put := func(i int) error {
		if x >= b.width || y >= b.height {
			return errDamaged
		}
		out.SetRGBA(x, b.row(y), b.colour(i))
		x++
		return nil
	}
	index := func(v byte, k int) int {
		switch {
		case b.bits == 8:
			return int(v)
		case k%2 == 0:
			return int(v >> 4)
		}
		return int(v & 15)
	}
	for len(data) >= 2 {
		n, v := int(data[0]), data[1]
		data = data[2:]
		switch {
		case n > 0:
			for k := range n {
				if err := put(index(v, k)); err != nil {
					return err
				}
			}
		case v == 0:
			x, y = 0, y+1
		case v == 1:
			return nil
		case v == 2:
			if len(data) < 2 {
				return errDamaged
			}
			x, y = x+int(data[0]), y+int(data[1])
			data = data[2:]
		default:
			size := (int(v)*b.bits + 7) / 8
			if size+size&1 > len(data) {
				return errDamaged
			}
			for k := range int(v) {
				if err := put(index(data[k*b.bits/8], k)); err != nil {
					return err
				}
			}
			data = data[size+size&1:]
		}
	}
	return errDamaged
}

// decoded decodes a file whose header was looked at. A decoder that panics has met a damaged file.
func (f *format) decoded(raw []byte, h header) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("%w: %s decoder: %v", errDamaged, f.name, r)
		}
	}()
	if img, err = f.decode(raw); err != nil {
		switch err.(type) {
		case jpeg.UnsupportedError, png.UnsupportedError, tiff.UnsupportedError:
			return nil, fmt.Errorf("%w: %v", errVariant, err)
		}
		return nil, fmt.Errorf("%w: %v", errDamaged, err)
	}
	if b := img.Bounds(); b.Dx() != h.width || b.Dy() != h.height {
		return nil, errDamaged
	}
	return img, nil
}

package realname

import (
	"image"
	"image/color"
	"image/draw"
)

// upright turns a picture as Exif's orientation says it is to be seen, into a copy; of one that is upright already the
// picture itself.
func upright(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	src := opaque(img)
	w, h := src.Rect.Dx(), src.Rect.Dy()
	outW, outH := w, h
	if orientation >= 5 {
		outW, outH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, outW, outH))
	for y := range outH {
		for x := range outW {
			sx, sy := x, y
			if orientation >= 5 {
				sx, sy = y, x
			}
			switch orientation {
			case 2, 7, 8: // mirrored left to right, before or after the transposition
				sx = w - 1 - sx
			case 3:
				sx, sy = w-1-sx, h-1-sy
			case 4, 6:
				sy = h - 1 - sy
			}
			if orientation == 7 {
				sy = h - 1 - sy
			}
			from := src.Pix[sy*src.Stride+4*sx:]
			copy(out.Pix[y*out.Stride+4*x:][:4], from[:4])
		}
	}
	return out
}

// opaque is the picture on white, four bytes a pixel, from the origin on.
func opaque(img image.Image) *image.RGBA {
	b := img.Bounds()
	if rgba, ok := img.(*image.RGBA); ok && b.Min == (image.Point{}) && rgba.Opaque() {
		return rgba
	}
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, b.Min, draw.Over)
	return out
}

package ocr

import (
	"context"
	"image"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/multi/qrcode"
)

// codes reads the picture's QR codes at two sizes: a big one is found in the small picture, a small one in the large.
func codes(ctx context.Context, s *source) []string {
	var found []string
	for _, long := range []int{1000, 2000} {
		if ctx.Err() != nil || len(found) > 0 || long > 1000 && max(s.w, s.h) <= 1000 {
			break
		}
		p := s.render(s.whole(0, 4_000_000, long, 1), plain)
		for _, c := range decode(p) {
			if !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
	}
	return found
}

// decode asks the QR reader, whose finder may meet pictures that its author didn't think of.
func decode(p *image.Gray) (found []string) {
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	bits, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(gozxing.NewLuminanceSourceFromImage(p)))
	if err != nil {
		return nil
	}
	results, err := qrcode.NewQRCodeMultiReader().DecodeMultiple(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return nil
	}
	for _, r := range results {
		if t := r.GetText(); t != "" && len(t) <= 4096 {
			found = append(found, t)
		}
	}
	return found
}

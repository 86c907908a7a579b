package realname

import (
	"encoding/binary"
	"slices"
)

// PNG files after the PNG specification (third edition): chunks are walked, nothing is inflated.

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngChunks calls visit for every chunk, with its type, data and place, up to IEND. A file that ends before was cut.
func pngChunks(raw []byte, visit func(kind string, data, whole []byte) error) error {
	i := len(pngSignature)
	for {
		if i+12 > len(raw) {
			return errDamaged
		}
		n := int64(binary.BigEndian.Uint32(raw[i:]))
		end := int64(i) + 12 + n
		if end > int64(len(raw)) {
			return errDamaged
		}
		kind := string(raw[i+4 : i+8])
		if err := visit(kind, raw[i+8:end-4], raw[i:end]); err != nil {
			return err
		}
		if kind == "IEND" {
			return nil
		}
		i = int(end)
	}
}

func inspectPNG(raw []byte) (header, error) {
	h := header{frames: 1, orientation: 1}
	first := true
	err := pngChunks(raw, func(kind string, data, _ []byte) error {
		if first != (kind == "IHDR") {
			return errDamaged
		}
		first = false
		switch kind {
		case "IHDR":
			if len(data) < 13 {
				return errDamaged
			}
			w, height := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
			if w > maxSide || height > maxSide {
				return errPixels
			}
			h.width, h.height = int(w), int(height)
			perPixel := int64(4)
			if data[8] == 16 {
				perPixel = 8
			}
			if data[12] != 0 {
				perPixel += perPixel // interlaced: passes are pictures of their own
			}
			h.cost = int64(w) * int64(height) * perPixel
		case "acTL":
			if len(data) >= 4 {
				h.frames = max(1, int(binary.BigEndian.Uint32(data)&0xffff))
				h.animated = h.frames > 1
			}
		case "eXIf":
			h.orientation = exifOrientation(data)
		}
		return nil
	})
	return h, err
}

// pngKept are the chunks that a picture needs to look as it does.
var pngKept = []string{"IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "IDAT", "IEND"}

// cleanPNG keeps those alone; the coded picture stays as it was.
func cleanPNG(raw []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(raw)), pngSignature...)
	err := pngChunks(raw, func(kind string, _, whole []byte) error {
		if slices.Contains(pngKept, kind) {
			out = append(out, whole...)
		}
		return nil
	})
	return out, err
}

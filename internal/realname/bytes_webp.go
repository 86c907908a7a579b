package realname

import "encoding/binary"

// WebP files after RFC 9649: chunks are walked; of an animation the first frame is taken.

const webpAlpha = 0x10 // flag of the extended header

// webpChunks calls visit for every chunk of a run of chunks.
func webpChunks(data []byte, visit func(kind string, data []byte) error) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return errDamaged
		}
		n := int64(binary.LittleEndian.Uint32(data[4:]))
		if 8+n > int64(len(data)) {
			return errDamaged
		}
		if err := visit(string(data[:4]), data[8:8+n]); err != nil {
			return err
		}
		data = data[min(int64(len(data)), 8+n+n&1):]
	}
	return nil
}

// webpPicture is the first picture of a file: its coded data, alpha where it has one, and what the file says of it.
type webpPicture struct {
	kind        string // "VP8 " or "VP8L"
	data, alpha []byte
	header      header
}

func readWebP(raw []byte) (webpPicture, error) {
	p := webpPicture{header: header{orientation: 1}}
	if len(raw) < 12 {
		return p, errDamaged
	}
	size := int64(binary.LittleEndian.Uint32(raw[4:]))
	if size < 4 || 8+size > int64(len(raw)) {
		return p, errDamaged
	}
	still := 0
	frame := func(kind string, data []byte) error {
		switch {
		case kind == "ALPH" && p.alpha == nil && p.data == nil:
			p.alpha = data
		case (kind == "VP8 " || kind == "VP8L") && p.data == nil:
			p.kind, p.data = kind, data
		}
		return nil
	}
	err := webpChunks(raw[12:8+size], func(kind string, data []byte) error {
		switch kind {
		case "ANMF":
			if len(data) < 16 {
				return errDamaged
			}
			if p.header.frames++; p.header.frames == 1 {
				return webpChunks(data[16:], frame)
			}
		case "EXIF":
			p.header.orientation = exifOrientation(trimExif(data))
		case "ALPH", "VP8 ", "VP8L":
			still = 1
			return frame(kind, data)
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	p.header.animated = p.header.frames > 1
	p.header.frames = max(p.header.frames, still)
	return p, p.size()
}

// trimExif takes off the start that JPEG has and some writers put here too.
func trimExif(data []byte) []byte {
	if len(data) > len(exifStart) && string(data[:len(exifStart)]) == exifStart {
		return data[len(exifStart):]
	}
	return data
}

// size reads the size from the coded data itself, which is what the decoder goes by.
func (p *webpPicture) size() error {
	h := &p.header
	switch {
	case p.kind == "VP8 " && len(p.data) >= 10 && string(p.data[3:6]) == "\x9d\x01\x2a":
		h.width = int(binary.LittleEndian.Uint16(p.data[6:]) & 0x3fff)
		h.height = int(binary.LittleEndian.Uint16(p.data[8:]) & 0x3fff)
		h.cost = int64(h.width+16) * int64(h.height+16) * 3 / 2
		if p.alpha != nil {
			h.cost += int64(h.width) * int64(h.height) * 5
		}
	case p.kind == "VP8L" && len(p.data) >= 5 && p.data[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(p.data[1:])
		h.width, h.height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		h.cost = int64(h.width) * int64(h.height) * 5 // four bytes, and its own smaller pictures of transforms
	default:
		return errDamaged
	}
	return nil
}

// file writes the picture as a file of its own, with nothing else in it.
func (p *webpPicture) file() []byte {
	body := []byte("WEBP")
	chunk := func(kind string, data []byte) {
		body = append(body, kind...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(data)))
		body = append(body, data...)
		if len(data)%2 == 1 {
			body = append(body, 0)
		}
	}
	if p.alpha != nil && p.kind == "VP8 " {
		w, h := p.header.width-1, p.header.height-1
		chunk("VP8X", []byte{webpAlpha, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
		chunk("ALPH", p.alpha)
	}
	chunk(p.kind, p.data)
	out := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)))
	return append(out, body...)
}

func inspectWebP(raw []byte) (header, error) {
	p, err := readWebP(raw)
	return p.header, err
}

func cleanWebP(raw []byte) ([]byte, error) {
	p, err := readWebP(raw)
	if err != nil {
		return nil, err
	}
	return p.file(), nil
}

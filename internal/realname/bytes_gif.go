package realname

import "encoding/binary"

// GIF files after GIF89a: blocks are walked, nothing is unpacked.

const gifExtension, gifPicture, gifTrailer, gifControl = 0x21, 0x2c, 0x3b, 0xf9

// gifBlocks calls visit for every extension (with its label) and picture, from the file's beginning to its trailer.
func gifBlocks(raw []byte, visit func(kind, label byte, whole []byte) error) (start int, err error) {
	if len(raw) < 13 {
		return 0, errDamaged
	}
	i := 13
	if raw[10]&0x80 != 0 {
		i += 3 << (raw[10]&7 + 1)
	}
	start = i
	for {
		if i >= len(raw) {
			return start, errDamaged
		}
		from := i
		kind, label := raw[i], byte(0)
		switch kind {
		case gifTrailer:
			return start, nil
		case gifExtension:
			if i+2 > len(raw) {
				return start, errDamaged
			}
			label = raw[i+1]
			i += 2
		case gifPicture:
			if i+11 > len(raw) {
				return start, errDamaged
			}
			packed := raw[i+9]
			i += 10
			if packed&0x80 != 0 {
				i += 3 << (packed&7 + 1)
			}
			i++ // code size
		default:
			return start, errDamaged
		}
		for {
			if i >= len(raw) {
				return start, errDamaged
			}
			n := int(raw[i])
			i += 1 + n
			if n == 0 {
				break
			}
		}
		if i > len(raw) {
			return start, errDamaged
		}
		if err := visit(kind, label, raw[from:i]); err != nil {
			return start, err
		}
	}
}

func inspectGIF(raw []byte) (header, error) {
	h := header{orientation: 1}
	_, err := gifBlocks(raw, func(kind, _ byte, whole []byte) error {
		if kind == gifPicture {
			if h.frames++; h.frames == 1 {
				w, height := binary.LittleEndian.Uint16(whole[5:]), binary.LittleEndian.Uint16(whole[7:])
				h.cost = int64(w) * int64(height)
			}
		}
		return nil
	})
	if err != nil {
		return h, err
	}
	if h.frames == 0 {
		return h, errDamaged
	}
	h.width, h.height = int(binary.LittleEndian.Uint16(raw[6:])), int(binary.LittleEndian.Uint16(raw[8:]))
	h.cost += int64(h.width) * int64(h.height) * 4 // the picture laid on its screen
	h.animated = h.frames > 1
	return h, nil
}

// cleanGIF keeps the first picture and the control block (its transparency) before it.
func cleanGIF(raw []byte) ([]byte, error) {
	var control, picture []byte
	start, err := gifBlocks(raw, func(kind, label byte, whole []byte) error {
		switch {
		case picture != nil:
		case kind == gifPicture:
			picture = whole
		case label == gifControl:
			control = whole
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if picture == nil || start > len(raw) {
		return nil, errDamaged
	}
	out := append(make([]byte, 0, start+len(picture)+16), raw[:start]...)
	out = append(append(out, control...), picture...)
	return append(out, gifTrailer), nil
}

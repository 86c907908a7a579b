package realname

import "encoding/binary"

// BMP files, with the headers of Windows 3 (40 bytes) and later, and of OS/2 1 (12 bytes).

const (
	bmpRGB, bmpRLE8, bmpRLE4, bmpFields, bmpAlphaFields = 0, 1, 2, 3, 6
	bmpFileHeader                                       = 14
)

// bmpHead is a file's header.
type bmpHead struct {
	width, height int
	topDown       bool
	bits          int
	compression   uint32
	palette       []byte // four bytes a colour (three of OS/2), blue first
	entry         int    // bytes of a colour
	masks         [3]uint32
	pixels        []byte
}

func readBMP(raw []byte) (bmpHead, error) {
	if len(raw) < bmpFileHeader+12 {
		return bmpHead{}, errDamaged
	}
	le := binary.LittleEndian
	offset, size := int64(le.Uint32(raw[10:])), int64(le.Uint32(raw[14:]))
	if bmpFileHeader+size > int64(len(raw)) || offset > int64(len(raw)) || offset < bmpFileHeader+size {
		return bmpHead{}, errDamaged
	}
	b := bmpHead{entry: 4, pixels: raw[offset:]}
	used, planes := int64(0), uint16(0)
	switch {
	case size == 12:
		b.width, b.height, b.entry = int(le.Uint16(raw[18:])), int(int16(le.Uint16(raw[20:]))), 3
		planes, b.bits = le.Uint16(raw[22:]), int(le.Uint16(raw[24:]))
	case size >= 40 && size <= 124:
		b.width, b.height = int(int32(le.Uint32(raw[18:]))), int(int32(le.Uint32(raw[22:])))
		planes, b.bits, b.compression = le.Uint16(raw[26:]), int(le.Uint16(raw[28:])), le.Uint32(raw[30:])
		used = int64(le.Uint32(raw[46:]))
	default:
		return bmpHead{}, errVariant
	}
	if b.height < 0 {
		b.height, b.topDown = -b.height, true
	}
	if planes != 1 || b.width <= 0 || b.height <= 0 {
		return bmpHead{}, errDamaged
	}
	if b.width > maxSide || b.height > maxSide || b.width*b.height > MaxPixels {
		return b, errPixels
	}
	return b, b.layout(raw, bmpFileHeader+size, offset, used)
}

// layout finds masks and palette between header and pixels, and sees that the pixels are all there.
func (b *bmpHead) layout(raw []byte, at, offset, used int64) error {
	le := binary.LittleEndian
	switch {
	case b.compression == bmpRGB && b.bits == 16:
		b.masks = [3]uint32{0x7c00, 0x3e0, 0x1f}
	case b.compression == bmpRGB && (b.bits == 24 || b.bits == 32):
		b.masks = [3]uint32{0xff0000, 0xff00, 0xff}
	case (b.compression == bmpFields || b.compression == bmpAlphaFields) && (b.bits == 16 || b.bits == 32):
		if offset < 66 {
			return errDamaged // masks stand at 54, within a longer header or behind a short one
		}
		b.masks = [3]uint32{le.Uint32(raw[54:]), le.Uint32(raw[58:]), le.Uint32(raw[62:])}
	case b.bits == 1 || b.bits == 2 || b.bits == 4 || b.bits == 8:
		if b.compression != bmpRGB && (b.compression != bmpRLE8 || b.bits != 8) && (b.compression != bmpRLE4 || b.bits != 4) {
			return errVariant
		}
		if used == 0 || used > 1<<b.bits {
			used = 1 << b.bits
		}
		b.palette = raw[at:min(offset, at+used*int64(b.entry))]
		if len(b.palette) < b.entry {
			return errDamaged
		}
	default:
		return errVariant
	}
	if b.compression == bmpRLE8 || b.compression == bmpRLE4 {
		return nil
	}
	if int64(b.stride())*int64(b.height) > int64(len(b.pixels)) {
		return errDamaged
	}
	return nil
}

// stride is the bytes of a row, padded to four.
func (b *bmpHead) stride() int { return (b.width*b.bits + 31) / 32 * 4 }

func inspectBMP(raw []byte) (header, error) {
	b, err := readBMP(raw)
	return header{width: b.width, height: b.height, frames: 1, orientation: 1, cost: int64(b.width) * int64(b.height) * 4}, err
}

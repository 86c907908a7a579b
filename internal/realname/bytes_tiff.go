package realname

import (
	"encoding/binary"
	"slices"
)

// TIFF files after TIFF 6.0: directories are walked, strips and tiles are looked at by their table alone.

const (
	tiffSubfile     = 254
	tiffWidth       = 256
	tiffHeight      = 257
	tiffBits        = 258
	tiffCompression = 259
	tiffOrientation = 274
	tiffSamples     = 277
	tiffRows        = 278
	tiffOffsets     = 273
	tiffCounts      = 279
	tiffTileWidth   = 322
	tiffTileHeight  = 323
	tiffTileOffsets = 324
	tiffTileCounts  = 325
	tiffThumbnail   = 1 // bit of the subfile's kind
	tiffRaw         = 1 // compression: none
)

// ifd is a directory: the entries of 12 bytes by tag, and the offset of the next.
type ifd struct {
	raw     []byte
	order   binary.ByteOrder
	entries map[uint16][]byte
	next    uint32
}

func readIFD(raw []byte, order binary.ByteOrder, offset uint32) (ifd, error) {
	if int64(offset)+2 > int64(len(raw)) {
		return ifd{}, errDamaged
	}
	d := ifd{raw: raw, order: order, entries: map[uint16][]byte{}}
	n := int(order.Uint16(raw[offset:]))
	at := int64(offset) + 2
	for range n {
		if at+12 > int64(len(raw)) {
			return ifd{}, errDamaged
		}
		e := raw[at : at+12]
		d.entries[order.Uint16(e)] = e
		at += 12
	}
	if at+4 <= int64(len(raw)) {
		d.next = order.Uint32(raw[at:])
	}
	return d, nil
}

// value is the first value of a BYTE, SHORT or LONG entry.
func (d ifd) value(tag uint16) (uint32, bool) {
	all := d.values(tag, 1)
	if len(all) == 0 {
		return 0, false
	}
	return all[0], true
}

// values are an entry's, at most limit of them; none when it is missing, of another type, or outside the file.
func (d ifd) values(tag uint16, limit int) []uint32 {
	e, ok := d.entries[tag]
	if !ok {
		return nil
	}
	size := map[uint16]int{1: 1, 3: 2, 4: 4}[d.order.Uint16(e[2:])]
	count := int64(d.order.Uint32(e[4:]))
	if size == 0 || count == 0 {
		return nil
	}
	data := e[8:]
	if total := count * int64(size); total > 4 {
		from := int64(d.order.Uint32(e[8:]))
		if from+total > int64(len(d.raw)) {
			return nil
		}
		data = d.raw[from : from+total]
	}
	var out []uint32
	for i := range int(min(count, int64(limit))) {
		switch size {
		case 1:
			out = append(out, uint32(data[i]))
		case 2:
			out = append(out, uint32(d.order.Uint16(data[2*i:])))
		default:
			out = append(out, d.order.Uint32(data[4*i:]))
		}
	}
	return out
}

func inspectTIFF(raw []byte) (header, error) {
	order, ok := tiffOrder(raw)
	if !ok {
		return header{}, errDamaged
	}
	h := header{orientation: 1}
	var seen []uint32
	for at := order.Uint32(raw[4:]); at != 0; {
		// A directory that leads back to an earlier one is the end of the file's pages.
		if slices.Contains(seen, at) || len(seen) == maxPages {
			break
		}
		seen = append(seen, at)
		d, err := readIFD(raw, order, at)
		if err != nil {
			if len(seen) == 1 {
				return h, err
			}
			break
		}
		if len(seen) == 1 {
			if err := tiffPage(raw, d, &h); err != nil {
				return h, err
			}
			h.frames = 1
		} else if kind, _ := d.value(tiffSubfile); kind&tiffThumbnail == 0 {
			h.frames++
		}
		at = d.next
	}
	if len(seen) == 0 {
		return h, errDamaged
	}
	return h, nil
}

// tiffPage reads the size of a page and what the decoder will ask for: the picture, and the block that it unpacks at a
// time, for which eight bytes a pixel are allowed whatever is in it.
func tiffPage(raw []byte, d ifd, h *header) error {
	w, _ := d.value(tiffWidth)
	height, _ := d.value(tiffHeight)
	if w == 0 || height == 0 {
		return errDamaged
	}
	h.width, h.height = int(w), int(height)
	if h.width > maxSide || h.height > maxSide {
		return errPixels
	}
	if o, ok := d.value(tiffOrientation); ok && o >= 1 && o <= 8 {
		h.orientation = int(o)
	}
	bits, _ := d.value(tiffBits)
	perPixel := int64(4)
	if bits > 8 {
		perPixel = 8
	}
	blockW, blockH := int64(w), int64(height)
	offsets, counts := uint16(tiffOffsets), uint16(tiffCounts)
	if tw, ok := d.value(tiffTileWidth); ok {
		th, _ := d.value(tiffTileHeight)
		blockW, blockH = int64(tw), int64(th)
		offsets, counts = tiffTileOffsets, tiffTileCounts
		if blockW > maxSide || blockH > maxSide {
			return errPixels
		}
	} else if rows, ok := d.value(tiffRows); ok && int64(rows) < blockH && rows > 0 {
		blockH = int64(rows)
	}
	h.cost = int64(w) * int64(height) * perPixel
	if c, _ := d.value(tiffCompression); c > tiffRaw {
		samples, _ := d.value(tiffSamples)
		// A block grows by doubling while it is unpacked, and is cut off at eight bytes a pixel.
		h.cost += blockW * blockH * min(24, 3*int64(max(samples, 1))*int64(max(bits, 8))/8)
	}
	return tiffBlocks(raw, d, offsets, counts)
}

// tiffBlocks sees that every strip or tile lies within the file.
func tiffBlocks(raw []byte, d ifd, offsets, counts uint16) error {
	const most = 1 << 16
	at, n := d.values(offsets, most), d.values(counts, most)
	if len(at) == 0 || len(at) != len(n) {
		return errDamaged
	}
	for i := range at {
		if int64(at[i])+int64(n[i]) > int64(len(raw)) {
			return errDamaged
		}
	}
	return nil
}

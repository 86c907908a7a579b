package realname

import "encoding/binary"

// exifOrientation reads the orientation of a TIFF structure's first directory (Exif 2.3, tag 0x0112); 1, upright, when
// it says none or can't be read: a bad tag is no reason to refuse a picture.
func exifOrientation(tiff []byte) int {
	order, ok := tiffOrder(tiff)
	if !ok {
		return 1
	}
	dir, err := readIFD(tiff, order, order.Uint32(tiff[4:]))
	if err != nil {
		return 1
	}
	if o, ok := dir.value(tiffOrientation); ok && o >= 1 && o <= 8 {
		return int(o)
	}
	return 1
}

// tiffOrder is the byte order that a TIFF structure begins with.
func tiffOrder(raw []byte) (binary.ByteOrder, bool) {
	if len(raw) < 8 {
		return nil, false
	}
	switch string(raw[:4]) {
	case "II*\x00":
		return binary.LittleEndian, true
	case "MM\x00*":
		return binary.BigEndian, true
	}
	return nil, false
}

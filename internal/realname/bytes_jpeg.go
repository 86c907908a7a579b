package realname

import (
	"encoding/binary"
	"errors"
)

// JPEG files after ITU-T T.81 and Exif (CIPA DC-008): markers are walked, coded data is passed over.

const (
	jpegSOI, jpegEOI, jpegSOS       = 0xd8, 0xd9, 0xda
	jpegAPP0, jpegAPP1, jpegAPP14   = 0xe0, 0xe1, 0xee
	jpegAPP15, jpegCOM              = 0xef, 0xfe
	jpegBaseline, jpegProgressive   = 0xc0, 0xc2
	jpegExtended                    = 0xc1
	jpegDHT, jpegJPG, jpegDAC       = 0xc4, 0xc8, 0xcc
	jpegRST0, jpegRST7, jpegTEM     = 0xd0, 0xd7, 0x01
	jpegFirstFrame, jpegLastFrame   = 0xc0, 0xcf
	exifStart                       = "Exif\x00\x00"
	jpegCoefficient, jpegSampleByte = 4, 1 // bytes that image/jpeg keeps of each
)

// jpegSegment is a marker with its data (without the length); a scan's data ends before the next marker.
type jpegSegment struct {
	marker     byte
	data       []byte
	start, end int // in the file, with marker; of a scan with its coded data
}

// jpegSegments calls visit for every segment from SOI to EOI. Without an EOI the file was cut short.
func jpegSegments(raw []byte, visit func(jpegSegment) error) error {
	i := 2
	for {
		start := i
		if i >= len(raw) || raw[i] != 0xff {
			return errDamaged
		}
		for i < len(raw) && raw[i] == 0xff {
			i++ // fill bytes
		}
		if i >= len(raw) {
			return errDamaged
		}
		marker := raw[i]
		i++
		switch {
		case marker == jpegEOI:
			return visit(jpegSegment{marker, nil, start, i})
		case marker == 0, marker == jpegSOI:
			return errDamaged
		case marker == jpegTEM, marker >= jpegRST0 && marker <= jpegRST7:
			continue
		}
		if i+2 > len(raw) {
			return errDamaged
		}
		n := int(binary.BigEndian.Uint16(raw[i:]))
		if n < 2 || i+n > len(raw) {
			return errDamaged
		}
		data := raw[i+2 : i+n]
		i += n
		if marker == jpegSOS {
			for i+1 < len(raw) && (raw[i] != 0xff || raw[i+1] == 0 || raw[i+1] >= jpegRST0 && raw[i+1] <= jpegRST7) {
				i++
			}
			if i+1 >= len(raw) {
				return errDamaged
			}
		}
		if err := visit(jpegSegment{marker, data, start, i}); err != nil {
			return err
		}
	}
}

func inspectJPEG(raw []byte) (header, error) {
	h := header{frames: 1, orientation: 1}
	scans := 0
	err := jpegSegments(raw, func(s jpegSegment) error {
		switch {
		case s.marker == jpegAPP1:
			if o := jpegOrientation(s.data); o != 0 {
				h.orientation = o
			}
		case s.marker == jpegSOS:
			if scans++; scans > maxPasses {
				return errPixels
			}
		case s.marker >= jpegFirstFrame && s.marker <= jpegLastFrame &&
			s.marker != jpegDHT && s.marker != jpegJPG && s.marker != jpegDAC:
			if s.marker != jpegBaseline && s.marker != jpegExtended && s.marker != jpegProgressive {
				return errVariant
			}
			if h.width != 0 {
				return errDamaged
			}
			return jpegFrame(s, &h)
		}
		return nil
	})
	if err == nil && (h.width == 0 || scans == 0) {
		err = errDamaged
	}
	return h, err
}

// jpegFrame reads size and what the decoder will keep: samples, and of a progressive picture every coefficient.
func jpegFrame(s jpegSegment, h *header) error {
	if len(s.data) < 6 || len(s.data) < 6+3*int(s.data[5]) {
		return errDamaged
	}
	if s.data[0] != 8 {
		return errVariant
	}
	h.height, h.width = int(binary.BigEndian.Uint16(s.data[1:])), int(binary.BigEndian.Uint16(s.data[3:]))
	components := int(s.data[5])
	if components != 1 && components != 3 && components != 4 {
		return errVariant
	}
	var samples, most int64
	for c := range components {
		across, down := int64(s.data[7+3*c]>>4), int64(s.data[7+3*c]&15)
		if across < 1 || across > 4 || down < 1 || down > 4 {
			return errDamaged
		}
		samples += across * down
		most = max(most, across*down)
	}
	// Pictures are padded to whole blocks of 32 at the most.
	area := (int64(h.width) + 32) * (int64(h.height) + 32)
	h.cost = area * samples / most * jpegSampleByte
	if s.marker == jpegProgressive {
		h.cost += area * samples / most * jpegCoefficient
	}
	if components == 4 {
		h.cost += area * 4
	}
	return nil
}

// jpegOrientation is what an APP1 segment says of it; 0 when it is none of Exif's.
func jpegOrientation(data []byte) int {
	if len(data) < len(exifStart) || string(data[:len(exifStart)]) != exifStart {
		return 0
	}
	return exifOrientation(data[len(exifStart):])
}

// cleanJPEG leaves out every application segment and comment but Adobe's (it tells how colours are coded), puts a JFIF
// segment without thumbnail in front where there was one, and ends at EOI: the coded picture stays as it was.
func cleanJPEG(raw []byte) ([]byte, error) {
	out := make([]byte, 0, len(raw))
	out = append(out, 0xff, jpegSOI)
	err := jpegSegments(raw, func(s jpegSegment) error {
		switch {
		case s.marker == jpegAPP0:
			if len(s.data) >= 12 && string(s.data[:5]) == "JFIF\x00" {
				out = append(out, 0xff, jpegAPP0, 0, 16)
				out = append(out, s.data[:12]...)
				out = append(out, 0, 0)
			}
			return nil
		case s.marker == jpegAPP14:
			if len(s.data) >= 12 && string(s.data[:5]) == "Adobe" {
				out = append(out, 0xff, jpegAPP14, 0, 14)
				out = append(out, s.data[:12]...)
			}
			return nil
		case s.marker > jpegAPP0 && s.marker <= jpegAPP15, s.marker == jpegCOM:
			return nil
		}
		out = append(out, raw[s.start:s.end]...)
		return nil
	})
	if err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	return out, nil
}
